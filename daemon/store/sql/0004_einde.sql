-- Dossiers as a whole, and the open ends that are found in them.

-- What messages say of the person; the latest that says something stands.
-- A dossier's number outlives a register that is made anew: clearing leaves the
-- rows and takes only this from them, for open ends are kept by that number.
ALTER TABLE dossier ADD COLUMN geboren INTEGER;
ALTER TABLE dossier ADD COLUMN geslacht TEXT NOT NULL DEFAULT '';

-- Verwijzer.Type of a JW315.
ALTER TABLE verzoek ADD COLUMN verwijzer TEXT NOT NULL DEFAULT '';

-- A dossier shows what was rejected or deleted too.  Those rows are few, and
-- the indexes of rows in force leave them out.
CREATE INDEX toewijzing_einde ON toewijzing (dossier) WHERE herroepen <> 0;
CREATE INDEX levering_einde ON levering (dossier) WHERE verwijderd_door <> 0 OR herroepen <> 0;

-- Open ends as they were found last.  An absent nummer is the smallest number
-- there is and an absent begin the smallest day, not NULL: both are part of the key.
CREATE TABLE open_einde (
	dossier INTEGER NOT NULL,
	nummer INTEGER NOT NULL,
	begin INTEGER NOT NULL,
	soort TEXT NOT NULL,
	categorie TEXT NOT NULL,
	code TEXT NOT NULL,
	sterkte INTEGER NOT NULL,
	sinds INTEGER,
	schatting INTEGER,
	laag INTEGER,
	hoog INTEGER,
	kans INTEGER NOT NULL,
	basis TEXT NOT NULL,
	opheffen TEXT NOT NULL,
	gemeld INTEGER,              -- the aanbieder was told on that day
	PRIMARY KEY (dossier, nummer, begin, soort)
) WITHOUT ROWID;

-- What was opened and cleared, for ever.
CREATE TABLE einde_log (
	id INTEGER PRIMARY KEY,
	moment INTEGER NOT NULL,     -- microseconds since 1970
	bericht INTEGER NOT NULL,    -- the message that did it, 0: the day's turn
	geopend INTEGER NOT NULL,
	dossier INTEGER NOT NULL,
	nummer INTEGER NOT NULL,
	begin INTEGER NOT NULL,
	soort TEXT NOT NULL,
	categorie TEXT NOT NULL,
	code TEXT NOT NULL,
	sterkte INTEGER NOT NULL,
	sinds INTEGER,
	schatting INTEGER,
	laag INTEGER,
	hoog INTEGER,
	kans INTEGER NOT NULL,
	basis TEXT NOT NULL,
	opheffen TEXT NOT NULL,
	gemeld INTEGER
);

-- What was learnt of the habits of aanbieders: one row, its bytes opaque here.
CREATE TABLE gewoonten (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	dag INTEGER NOT NULL,
	bytes BLOB NOT NULL
);
