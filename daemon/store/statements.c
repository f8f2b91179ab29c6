#include "store/statements.h"

/* What a struct audit_entry is read from, in this order (sqlite_audit.c). */
#define AUDIT                                                                              \
	"id, moment, event, who, role, source, message, last, client, reason, outcome, detail, " \
	"digest, hash "

/* clang-format off */
const char *const statements[N_STATEMENTS] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_LAST_ID] = "SELECT max(id) FROM message",

	[SQL_MESSAGE_ADD] =
		"INSERT INTO message (id, received, settled, party, reference, type, van, naar, "
		"identificatie, sha256, size, verdict, code, findings, more, release, delivered, confirmed) "
		"VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18) ON CONFLICT DO NOTHING",
	[SQL_MESSAGE_SETTLE] =
		"UPDATE OR IGNORE message SET settled = ?2, type = ?3, van = ?4, naar = ?5, "
		"identificatie = ?6, verdict = ?7, code = ?8, findings = ?9, more = ?10, release = ?11 "
		"WHERE id = ?1 AND verdict = 4",
	[SQL_MESSAGE_GET] = "SELECT " MESSAGE "FROM message m WHERE m.id = ?1",
	[SQL_MESSAGE_IN_FORCE] =
		"SELECT " MESSAGE "FROM message m WHERE m.van = ?1 AND m.type = ?2 AND "
		"m.identificatie = ?3 AND m.verdict <> 3 AND m.identificatie <> ''",
	[SQL_MESSAGE_BY_REFERENCE] =
		"SELECT " MESSAGE "FROM message m WHERE m.party = ?1 AND m.reference = ?2 AND "
		"m.verdict > 2 ORDER BY m.id DESC LIMIT 1",

	[SQL_BODY_ADD] = "INSERT INTO body (id, bytes, key) VALUES (?1, ?2, ?3)",
	[SQL_BODY_GET] =
		"SELECT b.bytes, m.sha256 FROM message m LEFT JOIN body b ON b.id = m.id WHERE m.id = ?1",

	[SQL_BODY_COUNT] =
		"INSERT INTO body_count (key, bodies) VALUES (?1, ?2) "
		"ON CONFLICT (key) DO UPDATE SET bodies = bodies + excluded.bodies",

	[SQL_OUTBOX_ADD] =
		"INSERT INTO outbox (id, receiver, state, attempts) VALUES (?1, ?2, ?3, ?4)",
	[SQL_OUTBOX_GET] =
		"SELECT state, attempts, failures, next, reason FROM outbox WHERE id = ?1",
	[SQL_OUTBOX_LIST] =
		"SELECT " MESSAGE ", o.attempts, b.bytes FROM outbox o JOIN message m ON m.id = o.id "
		"LEFT JOIN body b ON b.id = o.id WHERE o.receiver = ?1 AND o.state = 0 AND o.next <= ?2 "
		"ORDER BY o.id LIMIT ?3",
	[SQL_OUTBOX_HAND] = "UPDATE outbox SET state = 1, attempts = attempts + 1 WHERE id = ?1",
	[SQL_OUTBOX_NEXT] = "SELECT min(next) FROM outbox WHERE receiver = ?1 AND state = 0",
	[SQL_OUTBOX_DONE] = "DELETE FROM outbox WHERE id = ?1 RETURNING attempts",
	[SQL_OUTBOX_CONFIRM] =
		"UPDATE message SET delivered = ?2, confirmed = coalesce(confirmed, ?3), attempts = ?4 "
		"WHERE id = ?1",
	[SQL_OUTBOX_FAIL] =
		"UPDATE outbox SET state = ?2, next = ?3, reason = ?4, failures = failures + 1 "
		"WHERE id = ?1",
	[SQL_OUTBOX_RETURN] =
		"UPDATE outbox SET state = 0, attempts = attempts - ?2 WHERE id = ?1 AND state = 1",
	[SQL_OUTBOX_RETRY] =
		"UPDATE outbox SET state = 0, next = 0, failures = 0 WHERE id = ?1 AND state = 2",
	[SQL_OUTBOX_RECOVER] = "UPDATE outbox SET state = 0 WHERE state = 1",

	[SQL_QUEUES] =
		"SELECT o.receiver, sum(o.state < 2), sum(o.state = 2), min(m.received) FROM outbox o "
		"JOIN message m ON m.id = o.id GROUP BY o.receiver ORDER BY o.receiver",
	[SQL_PARKED] =
		"SELECT " MESSAGE "FROM message m WHERE m.verdict = 4 AND m.id > ?1 "
		"AND (m.release IS NULL OR m.release <= ?3) ORDER BY m.id LIMIT ?2",

	[SQL_HISTORY] =
		"SELECT " MESSAGE ", b.bytes FROM message m LEFT JOIN body b ON b.id = m.id "
		"WHERE (m.settled, m.id) > (?1, ?2) AND m.settled < ?3 AND m.verdict <> 3 "
		"ORDER BY m.settled, m.id LIMIT ?4",

	[SQL_RECEIPT_OWE] = "INSERT OR IGNORE INTO receipt_due (id, party) VALUES (?1, ?2)",
	[SQL_RECEIPT_SENT] = "DELETE FROM receipt_due WHERE id = ?1",
	[SQL_RECEIPTS_OWED] =
		"SELECT " MESSAGE "FROM receipt_due r JOIN message m ON m.id = r.id "
		"WHERE r.party = ?1 ORDER BY m.id LIMIT 1000",

	[SQL_TOTALS] =
		"SELECT (SELECT coalesce(max(id), 0) FROM message), "
		"(SELECT count(*) FROM message WHERE verdict = 2), "
		"(SELECT count(*) FROM message WHERE verdict = 3), "
		"(SELECT count(*) FROM message WHERE verdict = 4)",
	[SQL_TOTALS_OUTBOX] =
		"SELECT coalesce(sum(state < 2), 0), coalesce(sum(state = 2), 0) FROM outbox",

	/* ?1 hour, ?2 party, ?3 type, ?4 verdict, ?5 bytes, ?6 id; the row of all time with it */
	[SQL_COUNT_ADD] =
		"INSERT INTO count_hour (hour, party, type, verdict, messages, bytes, first, last) "
		"VALUES (?1,?2,?3,?4,1,?5,?6,?6), (-1,?2,?3,?4,1,?5,?6,?6) ON CONFLICT DO UPDATE SET "
		"messages = messages + 1, bytes = bytes + excluded.bytes, "
		"first = min(first, excluded.first), last = max(last, excluded.last)",
	[SQL_COUNT_LEAVE] =
		"UPDATE count_hour SET messages = messages - 1, bytes = bytes - ?5 "
		"WHERE hour IN (-1, ?1) AND party = ?2 AND type = ?3 AND verdict = ?4",
	[SQL_FAULT_ADD] = "INSERT OR IGNORE INTO fault (rule, message, retourcode) VALUES (?1, ?2, ?3)",
	[SQL_FAULT_DAY_ADD] =
		"INSERT INTO fault_day (day, rule, party, van, naar, software, type, verdict, retourcode, "
		"messages, last) VALUES (?1, ?2, ?3, ?4, ?5, coalesce(nullif(?6, ''), "
		"(SELECT software FROM seen s WHERE s.party = ?3), ''), ?7, ?8, ?9, 1, ?10) "
		"ON CONFLICT DO UPDATE SET messages = messages + 1, last = excluded.last",
	[SQL_STOPPED_ADD] = "INSERT OR IGNORE INTO stopped_client (client, message) VALUES (?1, ?2)",
	[SQL_SEEN_PUT] =
		"INSERT INTO seen (party, moment, software, certificate_until, peer) VALUES (?1,?2,?3,?4,?5) "
		"ON CONFLICT DO UPDATE SET moment = excluded.moment, software = excluded.software, "
		"certificate_until = excluded.certificate_until, peer = excluded.peer",
	[SQL_SETTING_PUT] =
		"INSERT OR REPLACE INTO setting (kind, name, value, who, reason, moment) VALUES (?1,?2,?3,?4,?5,?6)",
	[SQL_SETTING_DROP] = "DELETE FROM setting WHERE kind = ?1 AND name = ?2",
	[SQL_OUTBOX_REPLAY] =
		"INSERT OR IGNORE INTO outbox (id, receiver, state, attempts) SELECT id, naar, 0, max(attempts, 1) "
		"FROM message WHERE id = ?1 AND verdict = 1 AND confirmed IS NOT NULL",
	[SQL_COUNTS] =
		"SELECT hour, party, type, verdict, messages, bytes FROM count_hour "
		"WHERE hour >= ?1 AND hour < ?2 AND messages > 0 ORDER BY hour",
	[SQL_COUNT_BOUNDS] =
		"SELECT min(first), max(last) FROM count_hour WHERE hour BETWEEN ?1 AND ?2 "
		"AND (?3 = '' OR party = ?3) AND messages > 0",
	[SQL_FAULTS] =
		"SELECT day, rule, retourcode, party, van, naar, software, type, verdict, messages, last "
		"FROM fault_day WHERE day BETWEEN ?1 AND ?2 AND (?3 = '' OR rule = ?3) "
		"AND (?4 = '' OR software = ?4) AND (?5 = '' OR van = ?5 OR naar = ?5 OR party = ?5) "
		"AND (?6 = 0 OR verdict = ?6) ORDER BY day",
	[SQL_FAULT_RULES] = "SELECT rule FROM fault WHERE message = ?1 ORDER BY rule",
	/* 0 the other is its return message, 1 it is the other's, 2 both are about one number */
	[SQL_RELATED] =
		"WITH own (nummer, gemeente) AS MATERIALIZED ("
		"SELECT nummer, gemeente FROM toewijzing WHERE id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575 "
		"UNION SELECT l.nummer, d.gemeente FROM levering l JOIN dossier d ON d.id = l.dossier "
		"WHERE l.id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575 AND l.nummer IS NOT NULL "
		"UNION SELECT nummer, gemeente FROM prestatie WHERE id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575 "
		"AND nummer <> 0 LIMIT 3), "
		"other (kind, id) AS ("
		"SELECT 0, retour FROM retour WHERE origineel = ?1 "
		"UNION SELECT 1, origineel FROM retour WHERE retour = ?1 "
		"UNION SELECT 2, t.id >> 20 FROM own CROSS JOIN toewijzing t ON t.gemeente = own.gemeente "
		"AND t.nummer = own.nummer AND t.herroepen = 0 "
		"UNION SELECT 2, l.id >> 20 FROM own CROSS JOIN toewijzing t ON t.gemeente = own.gemeente "
		"AND t.nummer = own.nummer AND t.herroepen = 0 CROSS JOIN levering l ON l.dossier = t.dossier "
		"AND l.verwijderd_door = 0 AND l.herroepen = 0 AND l.nummer = own.nummer "
		"UNION SELECT 2, p.id >> 20 FROM own CROSS JOIN prestatie p ON p.gemeente = own.gemeente "
		"AND p.nummer = own.nummer) "
		"SELECT " MESSAGE ", o.kind FROM other o JOIN message m ON m.id = o.id "
		"WHERE o.id <> ?1 ORDER BY o.kind, o.id DESC LIMIT ?2",
	[SQL_TERMS] =
		"SELECT coalesce(sum(voldaan <> 0 AND voldaan_op <= uiterlijk), 0), "
		"coalesce(sum(voldaan > 0 AND voldaan_op > uiterlijk), 0), coalesce(sum(voldaan = 0), 0), "
		"coalesce(sum(voldaan = 0 AND uiterlijk < ?3), 0) FROM verwachting "
		"WHERE debiteur = ?1 AND uiterlijk BETWEEN ?2 AND ?3",
	[SQL_TERMS_DAYS] =
		"SELECT voldaan_op - sinds FROM verwachting WHERE debiteur = ?1 AND uiterlijk BETWEEN ?2 AND ?3 "
		"AND voldaan > 0 AND voldaan_op IS NOT NULL AND sinds IS NOT NULL ORDER BY 1",
	[SQL_SEEN] = "SELECT party, moment, software, certificate_until, peer FROM seen ORDER BY party",
	[SQL_SETTINGS] = "SELECT kind, name, value, who, reason, moment FROM setting ORDER BY kind, name",

	[SQL_AUDIT_ADD] =
		"INSERT INTO audit (id, moment, event, who, role, source, message, last, client, reason, "
		"outcome, detail, digest, hash) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)",
	[SQL_AUDIT_HEAD] = "SELECT " AUDIT "FROM audit ORDER BY id DESC LIMIT 1",
	[SQL_AUDIT_MOMENT] = "SELECT moment FROM audit WHERE id >= ?1 ORDER BY id LIMIT 1",
	[SQL_AUDIT_LIST] =
		"SELECT " AUDIT "FROM audit WHERE id >= ?1 AND id < ?2 AND (?3 = '' OR event = ?3) "
		"AND (?4 = '' OR who = ?4) "
		"AND (?5 = 0 OR message = ?5 OR (message < ?5 AND last >= ?5)) ORDER BY id DESC LIMIT ?6",
	[SQL_AUDIT_WALK] = "SELECT " AUDIT "FROM audit ORDER BY id",
	[SQL_AUDIT_COVERED] =
		"SELECT last FROM audit WHERE event IN ('messages', 'adopted') ORDER BY id DESC LIMIT 1",
	[SQL_FACTS] =
		"SELECT id, received, settled, party, naar, sha256, size, verdict, confirmed FROM message "
		"WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
	[SQL_LOOK] = "BEGIN",
	[SQL_BODY_COUNTS] = "SELECT key, bodies FROM body_count ORDER BY key",
	[SQL_BODY_OLDER] =
		"SELECT b.id, b.key, b.bytes, m.sha256 FROM body b JOIN message m ON m.id = b.id "
		"WHERE (b.key, b.id) > (?2, ?3) AND b.key < ?1 ORDER BY b.key, b.id LIMIT 1",
	[SQL_BODY_REPLACE] = "UPDATE body SET bytes = ?2, key = ?3 WHERE id = ?1",
	[SQL_BODY_REMOVE] = "DELETE FROM body WHERE id = ?1",
	[SQL_BODY_FIRST] = "SELECT min(id) FROM body",
	[SQL_BODY_GONE_PUT] = "UPDATE message SET body_gone = ?2 WHERE id = ?1",
	[SQL_BODY_GONE] = "SELECT coalesce(body_gone, 0) FROM message WHERE id = ?1",
	[SQL_BODY_MISSING] =
		"SELECT count(*), coalesce(min(id), 0), coalesce(max(id), 0) FROM message "
		"WHERE body_gone IS NOT NULL AND verdict <> 3",
};
/* clang-format on */
