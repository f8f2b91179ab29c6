-- What administrators look at (store/view.h), kept with each message so that a
-- page reads some rows and not all messages.  Derived from message: counts of
-- a message that was parked move to its verdict when it gets one.

-- Messages by hour of receipt; hour -1 is of all time.  first and last bound
-- the ids, so that a search for a period starts in the right place.
CREATE TABLE count_hour (
	hour INTEGER NOT NULL,       -- hours since 1970
	party TEXT NOT NULL,
	type TEXT NOT NULL,
	verdict INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	PRIMARY KEY (hour, party, type, verdict)
) WITHOUT ROWID;

-- Which rules a message broke, or was advised on.
CREATE TABLE fault (
	rule TEXT NOT NULL,
	message INTEGER NOT NULL,
	retourcode TEXT NOT NULL,
	PRIMARY KEY (rule, message)
) WITHOUT ROWID;
CREATE INDEX fault_message ON fault (message);
CREATE INDEX fault_retourcode ON fault (retourcode, message) WHERE retourcode <> '';

-- The same by day of receipt, for trends.
CREATE TABLE fault_day (
	day INTEGER NOT NULL,        -- days since 1970
	rule TEXT NOT NULL,
	party TEXT NOT NULL,
	van TEXT NOT NULL,
	naar TEXT NOT NULL,
	software TEXT NOT NULL,
	type TEXT NOT NULL,
	verdict INTEGER NOT NULL,
	retourcode TEXT NOT NULL,
	messages INTEGER NOT NULL,
	last INTEGER NOT NULL,
	PRIMARY KEY (day, rule, party, van, naar, software, type, verdict)
) WITHOUT ROWID;

-- Whom a message names that is not in the register because it was stopped.
CREATE TABLE stopped_client (
	client BLOB NOT NULL,
	message INTEGER NOT NULL,
	PRIMARY KEY (client, message)
) WITHOUT ROWID;

-- The last that was seen of a party.
CREATE TABLE seen (
	party TEXT PRIMARY KEY,
	moment INTEGER NOT NULL,
	software TEXT NOT NULL,
	certificate_until INTEGER NOT NULL, -- seconds since 1970
	peer TEXT NOT NULL
) WITHOUT ROWID;

-- What operators set while the hub runs: holds, freezes, maintenance.
CREATE TABLE setting (
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	who TEXT NOT NULL,
	reason TEXT NOT NULL,
	moment INTEGER NOT NULL,
	PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- A search by code or type walks ids downwards; entries of one code lie together.
CREATE INDEX message_van ON message (van, id);
CREATE INDEX message_naar ON message (naar, id);
CREATE INDEX message_type ON message (type, id);
CREATE INDEX message_refused ON message (identificatie) WHERE verdict = 3 AND identificatie <> '';
CREATE INDEX message_code ON message (code, id) WHERE code IS NOT NULL;
CREATE INDEX verwachting_debiteur ON verwachting (debiteur, uiterlijk);
CREATE INDEX retour_retour ON retour (retour);

-- What is there already.
INSERT INTO count_hour
SELECT h, party, type, verdict, count(*), sum(size), min(id), max(id)
FROM (SELECT received / 3600000000 AS h, * FROM message UNION ALL SELECT -1 AS h, * FROM message)
GROUP BY h, party, type, verdict;
INSERT OR IGNORE INTO fault
SELECT coalesce(json_extract(f.value, '$.rule'), ''), m.id, coalesce(json_extract(f.value, '$.retourcode'), '')
FROM message m, json_each(m.findings) f WHERE m.findings IS NOT NULL;
INSERT INTO fault_day
SELECT (m.received + 3600000000) / 86400000000, f.rule, m.party, m.van, m.naar, '', m.type, m.verdict,
	max(f.retourcode), count(*), max(m.id)
FROM fault f JOIN message m ON m.id = f.message GROUP BY 1, 2, 3, 4, 5, 7, 8;
