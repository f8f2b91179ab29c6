-- Bodies under keys, bodies that are gone, and the audit log.

-- The key that a body lies under (base/keyring.h), 0: none.  The index finds
-- those of older keys without reading a body; new ones are added at its end.
ALTER TABLE body ADD COLUMN key INTEGER NOT NULL DEFAULT 0;
CREATE INDEX body_by_key ON body (key);

-- How many lie under each key: counting millions would take too long.  Each
-- transaction adds what it added (sqlite.c); what is rare is left to triggers.
CREATE TABLE body_count (
	key INTEGER PRIMARY KEY,
	bodies INTEGER NOT NULL
);
INSERT INTO body_count SELECT 0, count(*) FROM body HAVING count(*) > 0;
CREATE TRIGGER body_rekeyed AFTER UPDATE OF key ON body WHEN old.key <> new.key BEGIN
	UPDATE body_count SET bodies = bodies - 1 WHERE key = old.key;
	INSERT INTO body_count (key, bodies) VALUES (new.key, 1)
		ON CONFLICT (key) DO UPDATE SET bodies = bodies + 1;
	DELETE FROM body_count WHERE bodies = 0;
END;
CREATE TRIGGER body_removed AFTER DELETE ON body BEGIN
	UPDATE body_count SET bodies = bodies - 1 WHERE key = old.key;
	DELETE FROM body_count WHERE bodies = 0;
END;

-- When retention deleted the body; NULL: it is there.
ALTER TABLE message ADD COLUMN body_gone INTEGER;

-- What happened (store/audit.h): each entry's hash covers the one before it.
-- It only grows; who goes past the triggers is found by the hashes.
CREATE TABLE audit (
	id INTEGER PRIMARY KEY,      -- 1, 2, 3, …
	moment INTEGER NOT NULL,     -- microseconds since 1970, never falling
	event TEXT NOT NULL,
	who TEXT NOT NULL,
	role TEXT NOT NULL,
	source TEXT NOT NULL,
	message INTEGER NOT NULL,    -- or 0
	last INTEGER NOT NULL,       -- of a range; else 0
	client BLOB,                 -- pseudonym
	reason TEXT NOT NULL,
	outcome TEXT NOT NULL,
	detail TEXT NOT NULL,
	digest BLOB,                 -- of the messages it is about
	hash BLOB NOT NULL
);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN
	SELECT RAISE(ABORT, 'the audit log only grows');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN
	SELECT RAISE(ABORT, 'the audit log only grows');
END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
	WHEN new.id <= (SELECT max(id) FROM audit) BEGIN
	SELECT RAISE(ABORT, 'the audit log only grows');
END;
