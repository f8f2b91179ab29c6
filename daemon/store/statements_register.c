/*
 * The register's statements.  An id is message * 2^20 + n (0002_register.sql),
 * so "of this message" is a range of ids.  Terms as `herroepen = 0` stand here
 * to the letter: with them SQLite may use the indexes of rows in force.
 *
 * Columns are named in the order in which register*.c reads them.
 */
#include "store/statements.h"

#define OF_MESSAGE(message) "BETWEEN " message " << 20 AND (" message " << 20) + 1048575"

/* The next id of a message. */
#define NEXT_ID(table, message)                                                             \
	"coalesce((SELECT max(id) FROM " table " WHERE id " OF_MESSAGE(message)              \
	"), (" message " << 20) - 1) + 1"

#define PAAR "d.gemeente, d.aanbieder, d.client"
#define DOSSIER "d.gemeente = ?1 AND d.aanbieder = ?2 AND d.client = ?3"

#define TOEWIJZING                                                                          \
	"t.id, " PAAR ", t.nummer, t.moment, t.ingang, t.eind, t.reden, t.referentie, "      \
	"t.categorie, t.code, t.volume, t.eenheid, t.frequentie, t.budget, t.dagtekening "
#define LEVERING                                                                            \
	"l.id, " PAAR ", l.soort, l.nummer, l.categorie, l.code, l.ingang, l.begin, l.eind, " \
	"l.reden, l.dagtekening, l.verwijderd_door "
#define DECLARATIE                                                                          \
	"c.bericht, c.gemeente, c.aanbieder, c.nummer, c.identificatie, c.dagtekening, "     \
	"c.begin, c.eind, c.bedrag, c.basisversie, c.berichtversie, c.antwoord, "            \
	"c.toegekend, c.afgewezen "
/* Credited: a credit line that was not rejected names it. */
#define PRESTATIE                                                                           \
	"p.id, " PAAR ", p.referentie, p.vorig, p.nummer, p.categorie, p.code, p.begin, "    \
	"p.eind, p.volume, p.eenheid, p.tarief, p.bedrag, p.credit, p.stand, "               \
	"p.credit = 0 AND EXISTS (SELECT 1 FROM prestatie c WHERE "                          \
	"c.aanbieder = p.aanbieder AND c.vorig = p.referentie AND c.credit = 1 AND c.stand <> 2) "
#define VERZOEK                                                                             \
	"v.id, " PAAR ", v.wijziging, v.referentie, v.ingang, v.eind, v.categorie, v.code, " \
	"v.volume, v.eenheid, v.frequentie, v.budget, v.dagtekening, v.received, v.beantwoord, " \
	"v.verwijzer "
#define VERWACHTING                                                                         \
	"w.id, w.soort, w.debiteur, w.crediteur, w.sleutel, w.sinds, w.uiterlijk, "          \
	"w.voldaan, w.voldaan_op, w.gemeld "

/* A dossier: the same columns for one as for all (register_dossier.c). */
#define DOSSIER_KOP "d.id, " PAAR ", d.geboren, d.geslacht "
#define DOSSIER_TOEWIJZING                                                                  \
	"t.dossier, t.id, t.nummer, t.moment, t.ingang, t.eind, t.reden, t.referentie, "     \
	"t.categorie, t.code, t.volume, t.eenheid, t.frequentie, t.budget, t.dagtekening, "  \
	"t.herroepen, m.received "
#define DOSSIER_LEVERING                                                                    \
	"l.dossier, l.id, l.soort, l.nummer, l.categorie, l.code, l.ingang, l.begin, "       \
	"l.eind, l.reden, l.dagtekening, l.verwijderd_door, l.herroepen, m.received "
/* Twelve columns: with one more SQLite no longer compares dossiers as numbers, and sorts at half the speed. */
#define DOSSIER_PRESTATIE                                                                   \
	"p.dossier, p.id, p.nummer, p.begin, p.eind, p.volume, p.bedrag, "                   \
	"4 * p.credit + p.stand, p.referentie, p.vorig, m.received, c.antwoord "
#define BERICHT_VAN(row) "LEFT JOIN message m ON m.id = " row ".id >> 20 "
#define DECLARATIE_VAN "LEFT JOIN declaratie c ON c.bericht = p.id >> 20 "
#define OPEN_EINDE                                                                          \
	"o.dossier, " PAAR ", o.nummer, o.categorie, o.code, o.begin, o.soort, o.sterkte, "  \
	"o.sinds, o.schatting, o.laag, o.hoog, o.kans, o.basis, o.opheffen, o.gemeld "

/* clang-format off */
const char *const register_statements[N_REGISTER] = {
	[REG_DOSSIER_GET] = "SELECT id FROM dossier d WHERE " DOSSIER,
	[REG_DOSSIER_ADD] =
		"INSERT INTO dossier (gemeente, aanbieder, client) VALUES (?1, ?2, ?3) RETURNING id",
	[REG_NUMMER_ADD] = "INSERT OR IGNORE INTO nummer (dossier, nummer) VALUES (?1, ?2)",
	/* A CASE stops at the first that holds. */
	[REG_CLIENT_BEKEND] =
		"SELECT CASE "
		"WHEN EXISTS (SELECT 1 FROM levering l WHERE l.dossier = d.id AND "
			"l.verwijderd_door = 0 AND l.herroepen = 0) THEN 1 "
		"WHEN EXISTS (SELECT 1 FROM nummer n CROSS JOIN toewijzing t WHERE n.dossier = d.id AND "
			"t.gemeente = d.gemeente AND t.nummer = n.nummer AND t.herroepen = 0 AND "
			"t.dossier = d.id) THEN 1 "
		"WHEN EXISTS (SELECT 1 FROM verzoek v WHERE v.dossier = d.id AND v.herroepen = 0) THEN 1 "
		"WHEN EXISTS (SELECT 1 FROM nummer n CROSS JOIN prestatie p WHERE n.dossier = d.id AND "
			"p.gemeente = d.gemeente AND p.nummer = n.nummer AND p.stand <> 2 AND "
			"p.dossier = d.id) THEN 1 END "
		"FROM dossier d WHERE " DOSSIER,

	[REG_DOSSIERS_CLIENT] = "SELECT id FROM dossier WHERE client = ?1 ORDER BY id",
	[REG_PERSOON] = /* writes only what is news */
		"UPDATE dossier SET geboren = coalesce(?4, geboren), geslacht = iif(?5 = '', geslacht, ?5) "
		"WHERE gemeente = ?1 AND aanbieder = ?2 AND client = ?3 AND "
		"((?4 IS NOT NULL AND geboren IS NOT ?4) OR (?5 <> '' AND geslacht <> ?5))",

	[REG_PEIL] = "SELECT id, received FROM message WHERE id >= ?1 ORDER BY id LIMIT 1",
	[REG_DOSSIER_KOP] = "SELECT " DOSSIER_KOP "FROM dossier d WHERE d.id = ?1",
	[REG_DOSSIER_TOEWIJZING] =
		"SELECT " DOSSIER_TOEWIJZING "FROM dossier d CROSS JOIN nummer n CROSS JOIN toewijzing t "
		BERICHT_VAN("t") "WHERE d.id = ?1 AND n.dossier = d.id AND t.gemeente = d.gemeente AND "
		"t.nummer = n.nummer AND t.herroepen = 0 AND t.dossier = d.id AND t.id < ?2 "
		"UNION ALL SELECT " DOSSIER_TOEWIJZING "FROM toewijzing t " BERICHT_VAN("t")
		"WHERE t.dossier = ?1 AND t.herroepen <> 0 AND t.id < ?2 ORDER BY 2",
	[REG_DOSSIER_LEVERING] =
		"SELECT " DOSSIER_LEVERING "FROM levering l " BERICHT_VAN("l")
		"WHERE l.dossier = ?1 AND l.verwijderd_door = 0 AND l.herroepen = 0 AND l.id < ?2 "
		"UNION ALL SELECT " DOSSIER_LEVERING "FROM levering l " BERICHT_VAN("l")
		"WHERE l.dossier = ?1 AND (l.verwijderd_door <> 0 OR l.herroepen <> 0) AND l.id < ?2 ORDER BY 2",
	[REG_DOSSIER_PRESTATIE] =
		"SELECT " DOSSIER_PRESTATIE "FROM dossier d CROSS JOIN nummer n CROSS JOIN prestatie p "
		BERICHT_VAN("p") DECLARATIE_VAN "WHERE d.id = ?1 AND n.dossier = d.id AND "
		"p.gemeente = d.gemeente AND p.nummer = n.nummer AND p.dossier = d.id AND p.id < ?2 ORDER BY p.id",
	/* Who rejected a message, and when; without a row the hub did, at once. */
	[REG_HERROEPING] =
		"SELECT r.retour, r.code, m.received, coalesce(o.verdict, 1) = 2 FROM retour r "
		"LEFT JOIN message m ON m.id = r.retour LEFT JOIN message o ON o.id = r.origineel "
		"WHERE r.origineel = ?1",
	[REG_ONTVANGEN] = "SELECT received FROM message WHERE id = ?1",
	[REG_VERWIJZER] =
		"SELECT v.verwijzer FROM verzoek v WHERE v.aanbieder = ?1 AND v.referentie = ?2 AND "
		"v.herroepen = 0 AND v.id < ?3 ORDER BY v.id DESC LIMIT 1",

	[REG_OPEN_EINDEN] =
		"SELECT " OPEN_EINDE "FROM open_einde o CROSS JOIN dossier d ON d.id = o.dossier "
		"WHERE o.dossier BETWEEN ?1 AND ?2 ORDER BY o.dossier, o.nummer, o.begin, o.soort",
	[REG_OPEN_EINDE_ZET] =
		"INSERT INTO open_einde (dossier, nummer, begin, soort, categorie, code, sterkte, sinds, "
		"schatting, laag, hoog, kans, basis, opheffen, gemeld) "
		"VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15) "
		"ON CONFLICT DO UPDATE SET categorie = excluded.categorie, code = excluded.code, "
		"sterkte = excluded.sterkte, sinds = excluded.sinds, schatting = excluded.schatting, "
		"laag = excluded.laag, hoog = excluded.hoog, kans = excluded.kans, basis = excluded.basis, "
		"opheffen = excluded.opheffen, gemeld = coalesce(excluded.gemeld, gemeld)",
	[REG_OPEN_EINDE_WEG] =
		"DELETE FROM open_einde WHERE dossier = ?1 AND nummer = ?2 AND begin = ?3 AND soort = ?4",
	[REG_EINDE_LOG] =
		"INSERT INTO einde_log (dossier, nummer, begin, soort, categorie, code, sterkte, sinds, "
		"schatting, laag, hoog, kans, basis, opheffen, gemeld, geopend, moment, bericht) "
		"VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18)",
	[REG_EINDEN_GELOGD] =
		"SELECT " OPEN_EINDE ", o.geopend, o.moment, o.bericht FROM einde_log o "
		"CROSS JOIN dossier d ON d.id = o.dossier WHERE o.id > 0 ORDER BY o.id DESC LIMIT ?1",
	[REG_GEWOONTEN_ZET] = "INSERT OR REPLACE INTO gewoonten (id, dag, bytes) VALUES (1, ?1, ?2)",
	[REG_GEWOONTEN] = "SELECT dag, bytes FROM gewoonten WHERE id = 1",

	[REG_TOEWIJZING_ADD] =
		"INSERT INTO toewijzing (id, gemeente, nummer, moment, dossier, ingang, eind, reden, "
		"referentie, categorie, code, volume, eenheid, frequentie, budget, dagtekening) "
		"VALUES (" NEXT_ID("toewijzing", "?1") ",?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)",
	[REG_TOEWIJZING_CURRENT] =
		"SELECT " TOEWIJZING "FROM toewijzing t CROSS JOIN dossier d ON d.id = t.dossier "
		"WHERE t.gemeente = ?1 AND t.nummer = ?2 AND t.herroepen = 0 "
		"ORDER BY t.moment DESC, t.id DESC LIMIT 1",
	[REG_TOEWIJZING_VERSIES] =
		"SELECT " TOEWIJZING "FROM toewijzing t CROSS JOIN dossier d ON d.id = t.dossier "
		"WHERE t.gemeente = ?1 AND t.nummer = ?2 AND t.herroepen = 0 ORDER BY t.moment, t.id",
	/* Should a number have had two clients, then of each its own newest version. */
	[REG_TOEWIJZINGEN] =
		"SELECT " TOEWIJZING "FROM dossier d CROSS JOIN nummer n CROSS JOIN toewijzing t "
		"WHERE " DOSSIER " AND n.dossier = d.id AND t.id = (SELECT v.id FROM toewijzing v "
		"WHERE v.gemeente = d.gemeente AND v.nummer = n.nummer AND v.herroepen = 0 AND "
		"v.dossier = d.id ORDER BY v.moment DESC, v.id DESC LIMIT 1) ORDER BY n.nummer",
	[REG_TOEWIJZING_REFERENTIE] =
		"SELECT t.id >> 20 FROM toewijzing t CROSS JOIN dossier d ON d.id = t.dossier "
		"WHERE t.referentie = ?3 AND t.referentie <> '' AND t.gemeente = ?1 AND t.herroepen = 0 "
		"AND d.aanbieder = ?2 ORDER BY t.id LIMIT 1",

	[REG_LEVERING_ADD] =
		"INSERT INTO levering (id, dossier, soort, nummer, categorie, code, ingang, begin, eind, "
		"reden, dagtekening, verwijderd_door) "
		"VALUES (" NEXT_ID("levering", "?1") ",?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
	[REG_LEVERINGEN] =
		"SELECT " LEVERING "FROM dossier d CROSS JOIN levering l WHERE " DOSSIER " AND "
		"l.dossier = d.id AND l.verwijderd_door = 0 AND l.herroepen = 0 ORDER BY l.begin, l.id",
	[REG_LEVERING_VERWIJDER] = "UPDATE levering SET verwijderd_door = ?2 WHERE id = ?1",

	[REG_DECLARATIE_ADD] =
		"INSERT INTO declaratie (bericht, gemeente, aanbieder, nummer, identificatie, dagtekening, "
		"begin, eind, bedrag, basisversie, berichtversie, antwoord, toegekend, afgewezen) "
		"VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)",
	[REG_DECLARATIE_NUMMER] =
		"SELECT " DECLARATIE "FROM declaratie c WHERE c.aanbieder = ?1 AND c.nummer = ?2 AND "
		"c.afgewezen = 0 ORDER BY c.bericht LIMIT 1",
	[REG_DECLARATIE_IDENTIFICATIE] =
		"SELECT " DECLARATIE "FROM declaratie c WHERE c.aanbieder = ?2 AND c.identificatie = ?3 "
		"AND c.gemeente = ?1 ORDER BY c.afgewezen, c.bericht DESC LIMIT 1",
	[REG_DECLARATIE_LAATSTE] =
		"SELECT " DECLARATIE "FROM declaratie c WHERE c.aanbieder = ?2 AND c.gemeente = ?1 AND "
		"c.afgewezen = 0 ORDER BY c.begin DESC, c.bericht DESC LIMIT 1",
	[REG_DECLARATIE_ANTWOORD] =
		"UPDATE declaratie SET antwoord = ?2, toegekend = ?3, afgewezen = ?4 WHERE bericht = ?1",

	[REG_PRESTATIE_ADD] =
		"INSERT INTO prestatie (id, gemeente, aanbieder, dossier, referentie, vorig, nummer, "
		"categorie, code, begin, eind, volume, eenheid, tarief, bedrag, credit, stand) "
		"VALUES (" NEXT_ID("prestatie", "?1") ",?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)",
	[REG_PRESTATIE_REFERENTIE] =
		"SELECT " PRESTATIE "FROM prestatie p CROSS JOIN dossier d ON d.id = p.dossier "
		"WHERE p.aanbieder = ?1 AND p.referentie = ?2 AND NOT EXISTS "
		"(SELECT 1 FROM declaratie c WHERE c.bericht = p.id >> 20 AND c.afgewezen = 1) "
		"ORDER BY p.stand = 2, p.id DESC LIMIT 1",
	[REG_PRESTATIE_VORIG] =
		"SELECT " PRESTATIE "FROM prestatie p CROSS JOIN dossier d ON d.id = p.dossier "
		"WHERE p.aanbieder = ?1 AND p.vorig = ?2 AND p.credit = 1 AND p.stand <> 2 "
		"ORDER BY p.id LIMIT 1",
	[REG_PRESTATIES] =
		"SELECT " PRESTATIE "FROM prestatie p CROSS JOIN dossier d ON d.id = p.dossier "
		"WHERE p.gemeente = ?1 AND p.nummer = ?2 AND p.stand <> 2 ORDER BY p.id",
	[REG_PRESTATIES_VAN] =
		"SELECT " PRESTATIE "FROM prestatie p CROSS JOIN dossier d ON d.id = p.dossier "
		"WHERE p.id " OF_MESSAGE("?1") " AND p.stand <> 2 ORDER BY p.id",
	[REG_PRESTATIES_STAND] =
		"UPDATE prestatie SET stand = ?2 WHERE id " OF_MESSAGE("?1") " AND stand = 0",
	[REG_PRESTATIE_STAND] = "UPDATE prestatie SET stand = ?2 WHERE id = ?1",

	[REG_VERZOEK_ADD] =
		"INSERT INTO verzoek (id, aanbieder, dossier, wijziging, referentie, ingang, eind, "
		"categorie, code, volume, eenheid, frequentie, budget, dagtekening, received, beantwoord, "
		"verwijzer) "
		"VALUES (" NEXT_ID("verzoek", "?1") ",?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)",
	[REG_VERZOEK_GET] =
		"SELECT " VERZOEK "FROM verzoek v CROSS JOIN dossier d ON d.id = v.dossier "
		"WHERE v.aanbieder = ?1 AND v.referentie = ?2 AND v.herroepen = 0 "
		"ORDER BY v.id DESC LIMIT 1",
	[REG_VERZOEKEN_OPEN] =
		"SELECT " VERZOEK "FROM dossier d CROSS JOIN verzoek v WHERE " DOSSIER " AND "
		"v.dossier = d.id AND v.herroepen = 0 AND v.beantwoord = 0 ORDER BY v.id",
	[REG_VERZOEK_BEANTWOORD] =
		"UPDATE verzoek SET beantwoord = ?2 WHERE id = ?1 AND beantwoord = 0",
	[REG_ANTWOORD_ADD] =
		"INSERT INTO antwoord (id, gemeente, aanbieder, referentie, antwoord, reden, dagtekening) "
		"VALUES (" NEXT_ID("antwoord", "?1") ",?2,?3,?4,?5,?6,?7)",
	[REG_ANTWOORDEN] =
		"SELECT id >> 20, gemeente, aanbieder, referentie, antwoord, reden, dagtekening "
		"FROM antwoord WHERE aanbieder = ?2 AND referentie = ?3 AND gemeente = ?1 AND "
		"herroepen = 0 ORDER BY id",

	[REG_RETOUR_ADD] =
		"INSERT INTO retour (origineel, retour, afgewezen, code) VALUES (?1,?2,?3,?4) "
		"ON CONFLICT DO NOTHING",
	[REG_RETOUR_VAN] = "SELECT origineel, retour, afgewezen, code FROM retour WHERE origineel = ?1",

	[REG_VERWACHTING_ADD] =
		"INSERT INTO verwachting (id, soort, debiteur, crediteur, sleutel, sinds, uiterlijk, "
		"voldaan, voldaan_op, gemeld) "
		"VALUES (" NEXT_ID("verwachting", "?1") ",?2,?3,?4,?5,?6,?7,?8,?9,?10) "
		"ON CONFLICT (debiteur, soort, sleutel) WHERE voldaan = 0 "
		"DO UPDATE SET sinds = excluded.sinds, uiterlijk = excluded.uiterlijk",
	[REG_VOLDAAN_BERICHT] =
		"UPDATE verwachting SET voldaan = ?5, voldaan_op = ?6 WHERE id " OF_MESSAGE("?1") " AND "
		"voldaan = 0 AND ?2 IN ('', debiteur) AND ?3 IN ('', soort) AND ?4 IN ('', sleutel)",
	[REG_VOLDAAN_SLEUTEL] =
		"UPDATE verwachting SET voldaan = ?4, voldaan_op = ?5 WHERE debiteur = ?1 AND soort = ?2 "
		"AND sleutel = ?3 AND voldaan = 0",
	[REG_VOLDAAN_ALLE] =
		"UPDATE verwachting SET voldaan = ?3, voldaan_op = ?4 WHERE debiteur = ?1 AND soort = ?2 "
		"AND voldaan = 0",
	[REG_VERWACHTINGEN] =
		"SELECT " VERWACHTING "FROM verwachting w WHERE w.uiterlijk <= ?1 AND w.voldaan = 0 "
		"ORDER BY w.uiterlijk, w.id",
	[REG_VERWACHTINGEN_VAN] =
		"SELECT " VERWACHTING "FROM verwachting w WHERE w.debiteur = ?2 AND w.voldaan = 0 AND "
		"w.uiterlijk <= ?1 ORDER BY w.uiterlijk, w.id",
	[REG_VERWACHTING_GEMELD] = "UPDATE verwachting SET gemeld = ?2 WHERE id = ?1",

	/* What a message brought … */
	[REG_HERROEP_TOEWIJZING] = "UPDATE toewijzing SET herroepen = 1 WHERE id " OF_MESSAGE("?1"),
	[REG_HERROEP_LEVERING] = "UPDATE levering SET herroepen = 1 WHERE id " OF_MESSAGE("?1"),
	[REG_HERROEP_DECLARATIE] = "UPDATE declaratie SET afgewezen = 1 WHERE bericht = ?1",
	[REG_HERROEP_PRESTATIE] = "UPDATE prestatie SET stand = 2 WHERE id " OF_MESSAGE("?1"),
	[REG_HERROEP_VERZOEK] = "UPDATE verzoek SET herroepen = 1 WHERE id " OF_MESSAGE("?1"),
	[REG_HERROEP_ANTWOORD] = "UPDATE antwoord SET herroepen = 1 WHERE id " OF_MESSAGE("?1"),
	/* … falls away, save its own answer (11 retour, 12 declaratieantwoord); */
	[REG_HERROEP_VERWACHTING] =
		"UPDATE verwachting SET voldaan = -1 WHERE id " OF_MESSAGE("?1") " AND voldaan = 0 AND "
		"+soort NOT IN (11, 12)",
	/* and what it ended is in force again; a term that was owed anew meanwhile is open already. */
	[REG_HERROEP_VERWIJDERING] =
		"UPDATE levering SET verwijderd_door = 0 WHERE verwijderd_door = ?1 AND verwijderd_door <> 0",
	[REG_HERROEP_BEANTWOORDING] =
		"UPDATE verzoek SET beantwoord = 0 WHERE beantwoord = ?1 AND beantwoord <> 0",
	[REG_HERROEP_VOLDOENING] =
		"UPDATE OR IGNORE verwachting SET voldaan = 0, voldaan_op = NULL WHERE voldaan = ?1 AND voldaan > 0",

	/* Its number stays: open ends are kept by it (0004_einde.sql). */
	[REG_CLEAR_DOSSIER] =
		"UPDATE dossier SET geboren = NULL, geslacht = '' WHERE geboren IS NOT NULL OR geslacht <> ''",
	[REG_CLEAR_NUMMER] = "DELETE FROM nummer",
	[REG_CLEAR_TOEWIJZING] = "DELETE FROM toewijzing",
	[REG_CLEAR_LEVERING] = "DELETE FROM levering",
	[REG_CLEAR_DECLARATIE] = "DELETE FROM declaratie",
	[REG_CLEAR_PRESTATIE] = "DELETE FROM prestatie",
	[REG_CLEAR_VERZOEK] = "DELETE FROM verzoek",
	[REG_CLEAR_ANTWOORD] = "DELETE FROM antwoord",
	[REG_CLEAR_RETOUR] = "DELETE FROM retour",
	[REG_CLEAR_VERWACHTING] = "DELETE FROM verwachting",

	/*
	 * The message first, in ascending order; rows of one message are put in
	 * order by their content.  No row number of SQLite's choice (dossier) and
	 * nothing that no message says (gemeld).
	 */
	[REG_DIGEST_DOSSIER] =
		"SELECT NULL, " PAAR ", d.geboren, d.geslacht FROM dossier d WHERE d.geboren IS NOT NULL OR "
		"d.geslacht <> '' ORDER BY d.client, d.gemeente, d.aanbieder",
	[REG_DIGEST_NUMMER] =
		"SELECT NULL, " PAAR ", n.nummer FROM dossier d CROSS JOIN nummer n WHERE n.dossier = d.id "
		"ORDER BY d.client, d.gemeente, d.aanbieder, n.nummer",
	[REG_DIGEST_TOEWIJZING] =
		"SELECT t.id >> 20, " PAAR ", t.gemeente, t.nummer, t.moment, t.ingang, t.eind, t.reden, "
		"t.referentie, t.categorie, t.code, t.volume, t.eenheid, t.frequentie, t.budget, "
		"t.dagtekening, t.herroepen "
		"FROM toewijzing t CROSS JOIN dossier d ON d.id = t.dossier ORDER BY t.id",
	[REG_DIGEST_LEVERING] =
		"SELECT l.id >> 20, " PAAR ", l.soort, l.nummer, l.categorie, l.code, l.ingang, l.begin, "
		"l.eind, l.reden, l.dagtekening, l.verwijderd_door, l.herroepen "
		"FROM levering l CROSS JOIN dossier d ON d.id = l.dossier ORDER BY l.id",
	[REG_DIGEST_DECLARATIE] = "SELECT " DECLARATIE "FROM declaratie c ORDER BY c.bericht",
	[REG_DIGEST_PRESTATIE] =
		"SELECT p.id >> 20, " PAAR ", p.gemeente, p.aanbieder, p.referentie, p.vorig, p.nummer, "
		"p.categorie, p.code, p.begin, p.eind, p.volume, p.eenheid, p.tarief, p.bedrag, p.credit, "
		"p.stand FROM prestatie p CROSS JOIN dossier d ON d.id = p.dossier ORDER BY p.id",
	[REG_DIGEST_VERZOEK] =
		"SELECT v.id >> 20, " PAAR ", v.aanbieder, v.wijziging, v.referentie, v.ingang, v.eind, "
		"v.categorie, v.code, v.volume, v.eenheid, v.frequentie, v.budget, v.dagtekening, "
		"v.received, v.beantwoord, v.herroepen, v.verwijzer "
		"FROM verzoek v CROSS JOIN dossier d ON d.id = v.dossier ORDER BY v.id",
	[REG_DIGEST_ANTWOORD] =
		"SELECT id >> 20, gemeente, aanbieder, referentie, antwoord, reden, dagtekening, herroepen "
		"FROM antwoord ORDER BY id",
	[REG_DIGEST_RETOUR] =
		"SELECT origineel, retour, afgewezen, code FROM retour ORDER BY origineel",
	[REG_DIGEST_VERWACHTING] =
		"SELECT id >> 20, soort, debiteur, crediteur, sleutel, sinds, uiterlijk, voldaan, voldaan_op "
		"FROM verwachting ORDER BY id",

	/* Messages and declarations lie in the order of the rows, so what they add is read in passing. */
	[REG_ALLE_DOSSIERS] = "SELECT " DOSSIER_KOP "FROM dossier d WHERE d.id > ?1 ORDER BY d.id",
	[REG_ALLE_TOEWIJZINGEN] =
		"SELECT " DOSSIER_TOEWIJZING "FROM toewijzing t NOT INDEXED " BERICHT_VAN("t")
		"WHERE t.id < ?2 AND t.dossier > ?1 ORDER BY t.dossier, t.id",
	[REG_ALLE_LEVERINGEN] =
		"SELECT " DOSSIER_LEVERING "FROM levering l NOT INDEXED " BERICHT_VAN("l")
		"WHERE l.id < ?2 AND l.dossier > ?1 ORDER BY l.dossier, l.id",
	[REG_ALLE_PRESTATIES] =
		"SELECT " DOSSIER_PRESTATIE "FROM prestatie p NOT INDEXED " BERICHT_VAN("p") DECLARATIE_VAN
		"WHERE p.id < ?2 AND p.dossier > ?1 ORDER BY p.dossier", /* not by id too: half as long again */
	/* An answer that the hub made itself has no message of its own: it was at once. */
	[REG_ANTWOORDTIJDEN] =
		"SELECT m.type, m.van, m.naar, m.received, "
		"iif(r.origineel IS NULL, NULL, coalesce(a.received, m.received)) FROM message m "
		"LEFT JOIN retour r ON r.origineel = m.id AND r.retour <= ?1 "
		"LEFT JOIN message a ON a.id = r.retour WHERE m.id <= ?1 AND m.verdict = 1 AND "
		"m.type IN ('JW301','JW305','JW307','JW315','JW317','JW319','JW323') ORDER BY m.id",
};
/* clang-format on */
