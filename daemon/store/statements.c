#include "store/statements.h"

/* What a struct store_message is read from, in this order (sqlite.c: read_message). */
#define MESSAGE                                                                             \
	"m.id, m.received, m.settled, m.party, m.reference, m.type, m.van, m.naar, "        \
	"m.identificatie, m.sha256, m.size, m.verdict, m.code, m.findings, m.delivered, "   \
	"m.confirmed, m.attempts, m.more, "                                                 \
	"(SELECT state FROM outbox WHERE id = m.id), m.release "

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
	[SQL_MESSAGE_LIST] =
		"SELECT " MESSAGE "FROM message m WHERE m.id < ?1 "
		"AND (?2 = '' OR m.party = ?2 OR m.van = ?2 OR m.naar = ?2) "
		"AND (?3 = '' OR m.type = ?3) AND (?4 = 0 OR m.verdict = ?4) "
		"AND m.received >= ?5 AND m.received < ?6 "
		"AND (?7 = 0 OR (m.verdict = 1 AND m.confirmed IS NULL)) "
		"ORDER BY m.id DESC LIMIT ?8",

	[SQL_BODY_ADD] = "INSERT INTO body (id, bytes) VALUES (?1, ?2)",
	[SQL_BODY_GET] = "SELECT bytes FROM body WHERE id = ?1",

	[SQL_OUTBOX_ADD] =
		"INSERT INTO outbox (id, receiver, state, attempts) VALUES (?1, ?2, ?3, ?4)",
	[SQL_OUTBOX_GET] =
		"SELECT state, attempts, failures, next, reason FROM outbox WHERE id = ?1",
	[SQL_OUTBOX_LIST] =
		"SELECT " MESSAGE ", o.attempts, b.bytes FROM outbox o JOIN message m ON m.id = o.id "
		"JOIN body b ON b.id = o.id WHERE o.receiver = ?1 AND o.state = 0 AND o.next <= ?2 "
		"ORDER BY o.id LIMIT ?3",
	[SQL_OUTBOX_HAND] = "UPDATE outbox SET state = 1, attempts = attempts + 1 WHERE id = ?1",
	[SQL_OUTBOX_NEXT] = "SELECT min(next) FROM outbox WHERE receiver = ?1 AND state = 0",
	[SQL_OUTBOX_DONE] = "DELETE FROM outbox WHERE id = ?1 RETURNING attempts",
	[SQL_OUTBOX_CONFIRM] =
		"UPDATE message SET delivered = ?2, confirmed = ?3, attempts = ?4 WHERE id = ?1",
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
};
/* clang-format on */
