-- Everything that came in, with its verdict.  No blob here: rows stay small,
-- and confirming a delivery rewrites one.
CREATE TABLE message (
	id INTEGER PRIMARY KEY,      -- the hub id, ascending in the order of arrival
	received INTEGER NOT NULL,   -- microseconds since 1970
	settled INTEGER NOT NULL,    -- when the verdict was reached
	party TEXT NOT NULL,
	reference TEXT NOT NULL,
	type TEXT NOT NULL,          -- JW301, or '' when the root is none we know
	van TEXT NOT NULL,
	naar TEXT NOT NULL,
	identificatie TEXT NOT NULL,
	sha256 BLOB NOT NULL,
	size INTEGER NOT NULL,
	verdict INTEGER NOT NULL,
	code TEXT,                   -- delivery code of a refusal
	findings TEXT,               -- JSON array, NULL when there are none
	more INTEGER NOT NULL DEFAULT 0, -- findings beyond those in the array
	delivered INTEGER,           -- last handed to the receiver
	confirmed INTEGER,           -- taken over by the receiver
	attempts INTEGER NOT NULL DEFAULT 0
);
-- One message in force under an identification (TR056); a refused one counts as not sent.
CREATE UNIQUE INDEX message_key ON message (van, type, identificatie)
	WHERE verdict <> 3 AND identificatie <> '';
-- The reference makes a repeated refusal the same refusal, and a parked one findable.
CREATE INDEX message_reference ON message (party, reference) WHERE verdict > 2;
-- What an administrator asks for is what went wrong.
CREATE INDEX message_verdict ON message (verdict, id) WHERE verdict <> 1;

CREATE TABLE body (
	id INTEGER PRIMARY KEY REFERENCES message (id),
	bytes BLOB NOT NULL          -- zstd frame
);

-- What a receiver has not confirmed yet; state 0 waits, 1 is in the router's hands, 2 is given up.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY REFERENCES message (id),
	receiver TEXT NOT NULL,
	state INTEGER NOT NULL,
	attempts INTEGER NOT NULL,   -- times it may have been sent
	failures INTEGER NOT NULL DEFAULT 0,
	next INTEGER NOT NULL DEFAULT 0, -- not before this moment
	reason TEXT                  -- of the last failure
);
CREATE INDEX outbox_waiting ON outbox (receiver, id) WHERE state = 0;
CREATE INDEX outbox_given_up ON outbox (id) WHERE state = 2;

-- Final receipts of parked messages that their sender has not been sent yet.
CREATE TABLE receipt_due (
	id INTEGER PRIMARY KEY REFERENCES message (id),
	party TEXT NOT NULL
);
CREATE INDEX receipt_due_party ON receipt_due (party);
