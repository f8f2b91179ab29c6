-- A message held for a release of the standard: not to be judged before this day.
ALTER TABLE message ADD COLUMN release INTEGER;
