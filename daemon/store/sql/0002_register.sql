-- The register (store/register.h): derived from the messages, so all of it can
-- be dropped and made again.
--
-- Rows lie in the order of their messages: an id is message * 2^20 + n, so that
-- "all that this message brought" is a range of ids and needs no index, and
-- writing a row touches the last page.  A message is at most 25 MB, so n never
-- reaches 2^20.  What else is looked up has one narrow index.
--
-- Codes of digits (gemeente, aanbieder, references) are kept as a number with a
-- 1 before it, '0363' as 10363: half the bytes.  Others are text; hence no
-- type.  Absent numbers and days are NULL, absent texts ''.
--
-- Measured with ten million rows, indexes included: a version of an allocation
-- 90 bytes, a start or stop 60, a line 115, a client between two parties 70, a
-- met expectation 70.  What costs is a page of 16 KB that a row alone dirties:
-- an allocation, a start and a line have one index each whose entries scatter
-- (by number, by client, by number), over the clients that are active and not
-- over the history.  In batches of 100 such a row costs about twice what it
-- costs in an empty register, and then stays there.

-- Messages in the order in which they were judged, for making the register anew.
CREATE INDEX message_settled ON message (settled) WHERE verdict <> 3;

-- A client of an aanbieder for a gemeente.  All other tables hold its number
-- and not the pseudonym: pseudonyms scatter over the whole index, numbers keep
-- those together that are active together.
CREATE TABLE dossier (
	id INTEGER PRIMARY KEY,
	gemeente NOT NULL,
	aanbieder NOT NULL,
	client BLOB NOT NULL         -- pseudonym of the BSN
);
CREATE UNIQUE INDEX dossier_key ON dossier (client, gemeente, aanbieder);

-- Which ToewijzingNummers play a part in a dossier: a row per number, not per version or line.
CREATE TABLE nummer (
	dossier INTEGER NOT NULL,
	nummer INTEGER NOT NULL,
	PRIMARY KEY (dossier, nummer)
) WITHOUT ROWID;

-- One version of an allocation.
CREATE TABLE toewijzing (
	id INTEGER PRIMARY KEY,
	gemeente NOT NULL,
	nummer INTEGER NOT NULL,
	moment INTEGER NOT NULL,
	dossier INTEGER NOT NULL,
	ingang INTEGER,
	eind INTEGER,
	reden TEXT NOT NULL,
	referentie NOT NULL,
	categorie TEXT NOT NULL,
	code TEXT NOT NULL,
	volume INTEGER,
	eenheid TEXT NOT NULL,
	frequentie TEXT NOT NULL,
	budget INTEGER,
	dagtekening INTEGER,
	herroepen INTEGER NOT NULL DEFAULT 0 -- its receiver rejected the message
);
-- The current version is the last entry of its number.
CREATE INDEX toewijzing_nummer ON toewijzing (gemeente, nummer, moment) WHERE herroepen = 0;
CREATE INDEX toewijzing_referentie ON toewijzing (referentie, gemeente)
	WHERE herroepen = 0 AND referentie <> '';

-- Starts (soort 1) and stops (2).
CREATE TABLE levering (
	id INTEGER PRIMARY KEY,
	dossier INTEGER NOT NULL,
	soort INTEGER NOT NULL,
	nummer INTEGER,
	categorie TEXT NOT NULL,
	code TEXT NOT NULL,
	ingang INTEGER,
	begin INTEGER,
	eind INTEGER,
	reden TEXT NOT NULL,
	dagtekening INTEGER,
	verwijderd_door INTEGER NOT NULL DEFAULT 0, -- the message that deleted it
	herroepen INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX levering_dossier ON levering (dossier) WHERE verwijderd_door = 0 AND herroepen = 0;
CREATE INDEX levering_verwijderd ON levering (verwijderd_door) WHERE verwijderd_door <> 0;

-- Declarations, one per message.
CREATE TABLE declaratie (
	bericht INTEGER PRIMARY KEY,
	gemeente NOT NULL,
	aanbieder NOT NULL,
	nummer NOT NULL,
	identificatie NOT NULL,
	dagtekening INTEGER,
	begin INTEGER,
	eind INTEGER,
	bedrag INTEGER NOT NULL,
	basisversie TEXT NOT NULL,
	berichtversie TEXT NOT NULL,
	antwoord INTEGER NOT NULL DEFAULT 0,
	toegekend INTEGER,
	afgewezen INTEGER NOT NULL DEFAULT 0 -- as a whole
);
CREATE INDEX declaratie_nummer ON declaratie (aanbieder, nummer);
CREATE INDEX declaratie_identificatie ON declaratie (aanbieder, identificatie);
CREATE INDEX declaratie_periode ON declaratie (aanbieder, gemeente, begin);

-- Their lines.  No index mentions stand: an answer rewrites rows that lie
-- together and no page of an index.  Whether a line is credited is not kept
-- but asked of prestatie_vorig, so that it needs no undoing.
CREATE TABLE prestatie (
	id INTEGER PRIMARY KEY,
	gemeente NOT NULL,
	aanbieder NOT NULL,
	dossier INTEGER NOT NULL,
	referentie NOT NULL,
	vorig NOT NULL,
	nummer INTEGER NOT NULL,
	categorie TEXT NOT NULL,
	code TEXT NOT NULL,
	begin INTEGER,
	eind INTEGER,
	volume INTEGER,
	eenheid TEXT NOT NULL,
	tarief INTEGER,
	bedrag INTEGER NOT NULL,
	credit INTEGER NOT NULL,     -- 0 debit, 1 credit
	stand INTEGER NOT NULL       -- 0 submitted, 1 approved, 2 rejected
);
-- A provider counts its references up, so the lines of a message are neighbours here.
CREATE INDEX prestatie_referentie ON prestatie (aanbieder, referentie);
CREATE INDEX prestatie_nummer ON prestatie (gemeente, nummer);
CREATE INDEX prestatie_vorig ON prestatie (aanbieder, vorig) WHERE credit = 1;

-- Requests: AangevraagdProduct of a JW315, Verzoek of a JW317.
CREATE TABLE verzoek (
	id INTEGER PRIMARY KEY,
	aanbieder NOT NULL,
	dossier INTEGER NOT NULL,
	wijziging INTEGER NOT NULL,
	referentie NOT NULL,
	ingang INTEGER,
	eind INTEGER,
	categorie TEXT NOT NULL,
	code TEXT NOT NULL,
	volume INTEGER,
	eenheid TEXT NOT NULL,
	frequentie TEXT NOT NULL,
	budget INTEGER,
	dagtekening INTEGER,
	received INTEGER NOT NULL,
	beantwoord INTEGER NOT NULL DEFAULT 0, -- the message that ended it
	herroepen INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX verzoek_referentie ON verzoek (aanbieder, referentie) WHERE herroepen = 0;
CREATE INDEX verzoek_dossier ON verzoek (dossier) WHERE herroepen = 0;
CREATE INDEX verzoek_beantwoord ON verzoek (beantwoord) WHERE beantwoord <> 0;

CREATE TABLE antwoord (
	id INTEGER PRIMARY KEY,
	gemeente NOT NULL,
	aanbieder NOT NULL,
	referentie NOT NULL,
	antwoord TEXT NOT NULL,
	reden TEXT NOT NULL,
	dagtekening INTEGER,
	herroepen INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX antwoord_referentie ON antwoord (aanbieder, referentie) WHERE herroepen = 0;

-- The answer to an original.
CREATE TABLE retour (
	origineel INTEGER PRIMARY KEY,
	retour INTEGER NOT NULL,
	afgewezen INTEGER NOT NULL,
	code TEXT NOT NULL
);

-- What somebody owes somebody.  The open ones are few, and only they are indexed.
CREATE TABLE verwachting (
	id INTEGER PRIMARY KEY,
	soort NOT NULL,              -- a code for the known ones (register_verwachting.c)
	debiteur NOT NULL,
	crediteur NOT NULL,
	sleutel NOT NULL,
	sinds INTEGER,
	uiterlijk INTEGER,
	voldaan INTEGER NOT NULL DEFAULT 0, -- the message that met it, -1: fell away
	voldaan_op INTEGER,
	gemeld INTEGER               -- both sides were told on that day
);
-- A term that moves is one term: adding it again moves it.
CREATE UNIQUE INDEX verwachting_open ON verwachting (debiteur, soort, sleutel) WHERE voldaan = 0;
CREATE INDEX verwachting_uiterlijk ON verwachting (uiterlijk) WHERE voldaan = 0;
CREATE INDEX verwachting_voldaan ON verwachting (voldaan) WHERE voldaan > 0;
