/* The audit log, bodies under keys, and retention through the years. */
#include <errno.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/audit.h"
#include "store/bodies.h"
#include "store/sqlite_internal.h"

#include "../../lib/unit.h"

#define DAY_US INT64_C(86400000000)
#define SECRET "<Bsn>999990019</Bsn> that nobody may find in the file"

static char dir[40], url[64], keys_path[64];
static struct keyring *keys;
static struct packer *packer;

static struct store *fresh(void)
{
	struct store *st = NULL;
	struct buf why = BUF_INIT;

	(void)snprintf(dir, sizeof dir, "/tmp/ijw-audit-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return NULL;
	(void)snprintf(url, sizeof url, "sqlite:%s/ijwd.db", dir);
	(void)snprintf(keys_path, sizeof keys_path, "%s/keys", dir);
	if (store_open(&st, url, STORE_WRITE, &why) < 0 ||
	    bodies_unlock(st, keys_path, true, 20000, &keys, NULL, &why) < 0)
		(void)fprintf(stderr, "%s\n", buf_str(&why));
	packer = packer_new(keys);
	buf_free(&why);
	return st;
}

static void done(struct store **st)
{
	store_close(st);
	packer_free(&packer);
	keyring_drop(&keys);
	(void)unlink(url + 7);
	(void)unlink(keys_path);
	(void)rmdir(dir);
}

/* What the message `id` says; each another text, so that one body under another message is wrong.
 */
static size_t text_of(int64_t id, char room[128])
{
	return (size_t)snprintf(room, 128, "message %lld %s", (long long)id, SECRET);
}

static int add(struct store *st, int64_t id, enum verdict verdict, int64_t received)
{
	struct arena a = ARENA_INIT;
	char text[128], name[24];
	size_t size = text_of(id, text);
	void *body = NULL;
	struct store_message m = {.id = id,
				  .received = received,
				  .settled = received,
				  .party = "gemeente-a",
				  .reference = name,
				  .type = "JW301",
				  .van = "0363",
				  .naar = id % 2 ? "12345678" : "87654321",
				  .identificatie = name,
				  .size = (int64_t)size,
				  .verdict = verdict};
	int r;

	(void)snprintf(name, sizeof name, "M%lld", (long long)id);
	r = EVP_Digest(text, size, m.sha256, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
	if (r == 0)
		r = store_pack(packer, &a, text, size, m.sha256, &body, &m.body_size);
	m.body = body;
	if (r == 0)
		r = st->ops->message_add(st, &m);
	if (r == 0 && verdict == VERDICT_ACCEPTED)
		r = st->ops->outbox_add(st, id, m.naar, OUTBOX_WAITS);
	arena_release(&a);
	return r;
}

/* Messages first..last in one batch with their entry. */
static bool batch(struct store *st, int64_t first, int64_t last, enum verdict verdict, int64_t now)
{
	int r = st->ops->begin(st);

	for (int64_t id = first; r == 0 && id <= last; id++)
		r = add(st, id, verdict, now + id);
	if (r == 0)
		r = audit_messages(st, now, "test", first, last);
	return r == 0 && st->ops->commit(st) == 0;
}

static bool confirm(struct store *st, int64_t *ids, size_t n, int64_t now)
{
	int r = st->ops->begin(st);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = st->ops->outbox_done(st, ids[i], now - 1, now);
	if (r == 0)
		r = audit_delivered(st, now, "test", ids, n);
	return r == 0 && st->ops->commit(st) == 0;
}

static bool settle(struct store *st, int64_t id, enum verdict verdict, int64_t now, bool told)
{
	struct arena a = ARENA_INIT;
	struct store_message m;
	int r = st->ops->begin(st);

	if (r == 0)
		r = st->ops->message_get(st, &a, id, &m);
	m.verdict = verdict;
	m.settled = now;
	if (r == 0)
		r = st->ops->message_settle(st, &m);
	if (r == 0 && told)
		r = audit_judged(st, now, "test", &id, 1);
	arena_release(&a);
	return r == 0 && st->ops->commit(st) == 0;
}

/* ---- looking ---- */

struct found {
	int n;
	struct audit_problem list[16];
};

static void note(void *ctx, const struct audit_problem *p)
{
	struct found *f = ctx;

	if (f->n < 16)
		f->list[f->n] = *p;
	f->n++;
}

static struct found verify(struct store *st, const unsigned char *expect)
{
	struct found f = {0};
	struct audit_result v;

	if (audit_verify(st, expect, note, &f, &v) < 0)
		f.n = -1;
	return f;
}

static bool finds(struct store *st, enum audit_fault fault, int64_t from, int64_t to)
{
	struct found f = verify(st, NULL);

	for (int i = 0; i < f.n && i < 16; i++)
		if (f.list[i].fault == fault && f.list[i].from == from && f.list[i].to == to)
			return true;
	return false;
}

/* Somebody with the file and SQLite's own tool. */
static bool tamper(const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;
	bool ok = sqlite3_open(url + 7, &db) == SQLITE_OK &&
		  sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK;

	if (!ok && why != NULL && strstr(why, "only grows") == NULL)
		(void)fprintf(stderr, "%s: %s\n", sql, why);
	sqlite3_free(why);
	(void)sqlite3_close(db);
	return ok;
}

#define OPEN_UP                                                                     \
	"DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER " \
	"audit_no_replace; "

/* A store with some life in it: 1-5 accepted, 6 parked and judged, 7 still parked, 8 refused. */
static struct store *lived(void)
{
	struct store *st = fresh();
	int64_t ids[] = {4, 1, 2, 3};
	bool ok = st != NULL && batch(st, 1, 5, VERDICT_ACCEPTED, 1000) &&
		  batch(st, 6, 7, VERDICT_PARKED, 2000) && batch(st, 8, 8, VERDICT_REFUSED, 3000) &&
		  confirm(st, ids, 4, 4000) && settle(st, 6, VERDICT_REJECTED, 5000, true);

	CHECK(ok, "a store with some messages");
	return ok ? st : NULL;
}

/* ---- cases ---- */

struct texts {
	int n;
	char events[16][16], details[16][64];
	int64_t ids[16];
};

static int take(void *ctx, const struct audit_entry *e)
{
	struct texts *t = ctx;

	if (t->n < 16) {
		(void)snprintf(t->events[t->n], 16, "%s", e->event);
		(void)snprintf(t->details[t->n], 64, "%s", e->detail);
		t->ids[t->n] = e->id;
	}
	t->n++;
	return 0;
}

static void entries(void)
{
	static const struct {
		const char *name;
		struct audit_filter f;
		int n;
		int64_t first;
	} cases[] = {
		{"all, newest first", {.limit = 50}, 5, 5},
		{"a page", {.limit = 2}, 2, 5},
		{"the page before", {.before = 4, .limit = 2}, 2, 3},
		{"by event", {.event = "delivered"}, 1, 4},
		{"by who", {.who = "hub"}, 5, 5},
		{"by another", {.who = "somebody"}, 0, 0},
		{"since", {.since = 4000}, 2, 5},
		{"until", {.until = 4000}, 3, 3},
		{"between", {.since = 2000, .until = 3001}, 2, 3},
		{"after all", {.since = 9000}, 0, 0},
		{"about a message of a range", {.message = 3}, 2, 4},
		{"about another", {.message = 6}, 2, 5},
	};
	struct store *st = lived();
	struct texts t = {0};

	NEED(st != NULL, "a store");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		t = (struct texts){0};
		CHECK(audit_list(st, &cases[i].f, take, &t) == 0 && t.n == cases[i].n &&
			      (t.n == 0 || t.ids[0] == cases[i].first),
		      cases[i].name);
	}
	t = (struct texts){0};
	(void)audit_list(st, &cases[0].f, take, &t);
	CHECK(strcmp(t.events[0], "judged") == 0 && strcmp(t.details[0], "6") == 0,
	      "the verdict of what was parked");
	CHECK(strcmp(t.details[1], "12345678 1,3; 87654321 2,4") == 0,
	      "what was delivered to whom");
	CHECK(strcmp(t.details[3], "2; parked 6-7") == 0, "what was parked when it came");
	done(&st);
}

static void chain(void)
{
	struct audit_entry first = {.moment = 5000,
				    .event = "login",
				    .who = "jan",
				    .reason = "work"},
			   second = first;
	unsigned char head[AUDIT_HASH], expected[AUDIT_HASH], zero[AUDIT_HASH] = {0};
	struct store *st = fresh();
	struct found f;
	int64_t id = -1;

	NEED(st != NULL, "a store");
	CHECK(audit_head(st, &id, head) == 0 && id == 0 && memcmp(head, zero, sizeof head) == 0,
	      "it begins with zeroes");
	(void)st->ops->begin(st);
	CHECK(audit_add(st, &first) == 0 && first.id == 1, "the first entry is number 1");
	st->ops->rollback(st);
	CHECK(audit_head(st, &id, head) == 0 && id == 0, "a rollback takes it away");
	(void)st->ops->begin(st);
	(void)audit_add(st, &first);
	second.moment = 4000;
	CHECK(audit_add(st, &second) == 0 && second.moment == 5000,
	      "a clock that is set back does not move the order");
	(void)st->ops->commit(st);
	CHECK(audit_hash(zero, &first, expected) == 0 &&
		      memcmp(expected, first.hash, sizeof expected) == 0 &&
		      audit_hash(first.hash, &second, expected) == 0 &&
		      memcmp(expected, second.hash, sizeof expected) == 0,
	      "each hash covers the one before");
	CHECK(audit_head(st, &id, head) == 0 && id == 2 &&
		      memcmp(head, second.hash, sizeof head) == 0,
	      "the head is the last");
	second.reason = "wor";
	CHECK(audit_hash(first.hash, &second, expected) == 0 &&
		      memcmp(expected, second.hash, sizeof expected) != 0,
	      "another reason has another hash");
	second.reason = "work";
	second.role = "x";
	second.source = "";
	CHECK(audit_hash(first.hash, &second, expected) == 0 &&
		      memcmp(expected, second.hash, sizeof expected) != 0,
	      "so has a text in another field");
	f = verify(st, first.hash);
	CHECK(f.n == 0, "the log is in order, and an earlier head is in it");
	f = verify(st, zero);
	CHECK(f.n == 1 && f.list[0].fault == AUDIT_FAULT_HEAD, "a head that never was is not");
	done(&st);
}

static void guarded(void)
{
	struct store *st = lived();

	NEED(st != NULL, "a store");
	CHECK(!tamper("UPDATE audit SET who = 'x' WHERE id = 1"), "no entry can be changed");
	CHECK(!tamper("DELETE FROM audit WHERE id = 5"), "or deleted");
	CHECK(!tamper("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 2"),
	      "or replaced");
	CHECK(verify(st, NULL).n == 0, "all is as it was");
	done(&st);
}

static void tampering(void)
{
	static const struct {
		const char *name, *sql;
		enum audit_fault fault;
		int64_t from, to;
	} cases[] = {
		{"another reason is found", OPEN_UP "UPDATE audit SET reason = 'x' WHERE id = 4",
		 AUDIT_FAULT_HASH, 4, 4},
		{"another moment is found",
		 OPEN_UP "UPDATE audit SET moment = moment + 1 WHERE id = 2", AUDIT_FAULT_HASH, 2,
		 2},
		{"another hash is found",
		 OPEN_UP "UPDATE audit SET hash = zeroblob(32) WHERE id = 3", AUDIT_FAULT_HASH, 3,
		 3},
		{"an entry that is gone is found", OPEN_UP "DELETE FROM audit WHERE id = 3",
		 AUDIT_FAULT_MISSING, 3, 3},
		{"a tail that is cut off leaves messages behind",
		 OPEN_UP "DELETE FROM audit WHERE id > 2", AUDIT_FAULT_UNCOVERED, 8, 8},
		{"a log without its beginning is found", OPEN_UP "DELETE FROM audit WHERE id < 3",
		 AUDIT_FAULT_MISSING, 1, 2},
		{"another party is found", "UPDATE message SET party = 'x' WHERE id = 2",
		 AUDIT_FAULT_MESSAGES, 1, 5},
		{"another digest of a text is found",
		 "UPDATE message SET sha256 = zeroblob(32) WHERE id = 8", AUDIT_FAULT_MESSAGES, 8,
		 8},
		{"another moment of arrival is found",
		 "UPDATE message SET received = 1 WHERE id = 5", AUDIT_FAULT_MESSAGES, 1, 5},
		{"another verdict is found", "UPDATE message SET verdict = 1 WHERE id = 8",
		 AUDIT_FAULT_MESSAGES, 8, 8},
		{"another verdict on what was parked is found",
		 "UPDATE message SET verdict = 1 WHERE id = 6", AUDIT_FAULT_JUDGED, 6, 6},
		{"a verdict past the hub is found", "UPDATE message SET verdict = 3 WHERE id = 7",
		 AUDIT_FAULT_PARKED, 7, 7},
		{"another confirmation is found",
		 "UPDATE message SET confirmed = NULL WHERE id = 3", AUDIT_FAULT_DELIVERED, 1, 4},
		{"a message that is gone is found", "DELETE FROM message WHERE id = 4",
		 AUDIT_FAULT_MESSAGES, 1, 5},
		{"a message past the hub is found",
		 "INSERT INTO message (id, received, settled, party, reference, type, van, naar, "
		 "identificatie, sha256, size, "
		 "verdict) SELECT 9, received, settled, party, reference, type, van, naar, 'M9', "
		 "sha256, size, verdict FROM "
		 "message WHERE id = 8",
		 AUDIT_FAULT_UNCOVERED, 9, 9},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct store *st = lived();

		NEED(st != NULL, "a store");
		CHECK(verify(st, NULL).n == 0, "at first all is in order");
		CHECK(tamper(cases[i].sql), "somebody changes the file");
		CHECK(finds(st, cases[i].fault, cases[i].from, cases[i].to), cases[i].name);
		done(&st);
	}
}

/* Whatever is changed of an entry, its hash does not fit any more. */
static void every_field(void)
{
	static const char *const changes[] = {
		"moment = moment + 1",
		"event = 'login'",
		"who = 'x'",
		"role = 'x'",
		"source = 'x'",
		"message = 2",
		"last = 3",
		"client = x'00112233445566778899aabbccddeeff'",
		"reason = 'x'",
		"outcome = 'x'",
		"detail = '6'",
		"digest = zeroblob(32)",
		"digest = NULL",
		"hash = zeroblob(32)",
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct store *st = lived();
		char sql[256];

		NEED(st != NULL, "a store");
		(void)snprintf(sql, sizeof sql, OPEN_UP "UPDATE audit SET %s WHERE id = 1",
			       changes[i]);
		CHECK(tamper(sql) && finds(st, AUDIT_FAULT_HASH, 1, 1), changes[i]);
		done(&st);
	}
}

static void adopted(void)
{
	struct store *st = fresh();
	struct audit_result v;
	int64_t n = -1;

	NEED(st != NULL, "a store");
	(void)st->ops->begin(st);
	CHECK(add(st, 1, VERDICT_ACCEPTED, 1000) == 0 && add(st, 2, VERDICT_PARKED, 2000) == 0 &&
		      st->ops->commit(st) == 0,
	      "messages from before there was a log");
	CHECK(finds(st, AUDIT_FAULT_UNCOVERED, 1, 2), "are found");
	(void)st->ops->begin(st);
	CHECK(audit_adopt(st, 3000, "test", &n) == 0 && n == 2 && st->ops->commit(st) == 0,
	      "they are taken in");
	CHECK(verify(st, NULL).n == 0, "and then bound like others");
	(void)st->ops->begin(st);
	CHECK(audit_adopt(st, 3000, "test", &n) == 0 && n == 0 && st->ops->commit(st) == 0, "once");
	CHECK(settle(st, 2, VERDICT_ACCEPTED, 4000, true) && verify(st, NULL).n == 0,
	      "one that was parked gets its verdict");
	(void)st->ops->begin(st);
	(void)add(st, 3, VERDICT_REFUSED, 5000);
	(void)audit_adopt(st, 5000, "test", &n);
	(void)st->ops->commit(st);
	CHECK(audit_verify(st, NULL, NULL, NULL, &v) == 0 && v.problems == 0 && v.adopted == 1,
	      "what is taken in later is told, as worth a look");
	done(&st);
}

/* ---- bodies ---- */

static bool reads(struct store *st, int64_t id)
{
	struct buf b = BUF_INIT;
	char text[128];
	bool ok;

	(void)text_of(id, text);
	ok = st->ops->body(st, id, &b) == 0 && strcmp(buf_str(&b), text) == 0;
	buf_free(&b);
	return ok;
}

static int fault(struct store *st, int64_t id)
{
	struct buf b = BUF_INIT;
	int r = st->ops->body(st, id, &b);

	if (b.len > 0)
		r = 1; /* something was given all the same */
	buf_free(&b);
	return r;
}

/* Whether bytes stand anywhere in the store's files. */
static bool in_files(const char *what)
{
	static const char *const tails[] = {"", "-wal"};
	bool found = false;

	for (size_t i = 0; i < 2 && !found; i++) {
		char path[96];
		FILE *f;
		long n;
		char *all;

		(void)snprintf(path, sizeof path, "%s%s", url + 7, tails[i]);
		f = fopen(path, "rbe");
		if (f == NULL)
			continue;
		(void)fseek(f, 0, SEEK_END);
		n = ftell(f);
		rewind(f);
		all = malloc((size_t)n + 1);
		found = all != NULL && fread(all, 1, (size_t)n, f) == (size_t)n &&
			memmem(all, (size_t)n, what, strlen(what)) != NULL;
		free(all);
		(void)fclose(f);
	}
	return found;
}

static void encrypted(void)
{
	struct store *st = lived();
	struct keyring *taken;
	struct buf why = BUF_INIT;

	NEED(st != NULL, "a store");
	CHECK(reads(st, 1) && reads(st, 8), "bodies come back");
	CHECK(!in_files("999990019") && in_files("gemeente-a"),
	      "what they say stands nowhere in the files");
	CHECK(tamper("UPDATE body SET bytes = (SELECT bytes FROM body WHERE id = 2) WHERE id = "
		     "1") &&
		      fault(st, 1) == -EBADMSG && reads(st, 2),
	      "the body of another message does not open");
	CHECK(tamper("UPDATE body SET bytes = CAST(substr(bytes, 1, 40) || x'00' || substr(bytes, "
		     "42) AS BLOB) WHERE id = 3") &&
		      fault(st, 3) == -EBADMSG,
	      "nor one of which a byte was changed");
	taken = keyring_hold(keys);
	store_unlock(st, NULL);
	CHECK(fault(st, 4) == -ENOKEY && strstr(store_fault(-ENOKEY), "body_keys") != NULL,
	      "without keys nothing is given, and the reason is told");
	keyring_drop(&keys);
	(void)unlink(keys_path);
	CHECK(bodies_unlock(st, keys_path, true, 20000, &keys, NULL, &why) == -ENOENT &&
		      access(keys_path, F_OK) < 0 &&
		      strstr(buf_str(&why), "put the file back") != NULL,
	      "a lost file is told, and never made anew over bodies that lie under it");
	store_unlock(st, taken);
	CHECK(reads(st, 4), "with the keys back it reads");
	keyring_drop(&taken);
	buf_free(&why);
	done(&st);
}

struct counted {
	int64_t of[8];
};

static int count(void *ctx, uint32_t key, int64_t bodies)
{
	if (key < 8)
		((struct counted *)ctx)->of[key] = bodies;
	return 0;
}

static struct counted counts(struct store *st)
{
	struct counted c = {{0}};

	(void)bodies_counts(st, count, &c);
	return c;
}

static void plain_before(void)
{
	struct store *st = fresh();
	struct packer *sealing = packer;
	struct reseal at = {0};
	unsigned n = 0;

	NEED(st != NULL, "a store");
	packer = packer_new(NULL);
	CHECK(batch(st, 1, 3, VERDICT_ACCEPTED, 1000), "bodies from before there were keys");
	packer_free(&packer);
	packer = sealing;
	CHECK(counts(st).of[0] == 3 && reads(st, 2), "lie plain and are read");
	CHECK(tamper("UPDATE body SET bytes = (SELECT bytes FROM body WHERE id = 1) WHERE id = 3"),
	      "one was exchanged");
	CHECK(bodies_reseal(st, packer, &at, 1, 1000, &n) == 0 && n == 1 && counts(st).of[1] == 1,
	      "they are sealed in steps");
	CHECK(bodies_reseal(st, packer, &at, 10, 100000, &n) == -ENOENT && n == 1 &&
		      at.unreadable == 1,
	      "up to the end; what is not the message is not sealed as if it were");
	CHECK(reads(st, 1) && reads(st, 2), "and they are read as before");
	done(&st);
}

static void rotation(void)
{
	struct store *st = fresh();
	struct buf why = BUF_INIT;
	struct reseal at = {0};
	uint32_t id = 0;
	unsigned n = 0, total = 0;
	int r = 0;

	NEED(st != NULL, "a store");
	CHECK(batch(st, 1, 20, VERDICT_ACCEPTED, 1000) && counts(st).of[1] == 20,
	      "twenty bodies under the first key");
	CHECK(keyring_add(keys, 20001, &id, &why) == 0 && batch(st, 21, 25, VERDICT_ACCEPTED, 2000),
	      "a new key, and five more");
	CHECK(counts(st).of[1] == 20 && counts(st).of[2] == 5, "lie under it");
	CHECK(bodies_reseal(st, packer, &at, 7, 100000, &n) == 0 && n == 7, "a step");
	at = (struct reseal){0}; /* a kill: nothing of it is remembered */
	while (r == 0) {
		r = bodies_reseal(st, packer, &at, 7, 100000, &n);
		total += n;
	}
	CHECK(r == -ENOENT && total == 13 && counts(st).of[1] == 0 && counts(st).of[2] == 25,
	      "another start finds the rest");
	CHECK(keyring_remove(keys, 1, &why) == 0, "the old key goes");
	for (int64_t i = 1; i <= 25; i++)
		CHECK(reads(st, i), "every body reads without it");
	CHECK(verify(st, NULL).n == 0, "the log still holds");
	buf_free(&why);
	done(&st);
}

static void older_file(void)
{
	struct store *st = fresh();
	struct buf why = BUF_INIT;
	struct keyring *other = NULL;
	int64_t missing = 0;
	uint32_t id;
	FILE *f;

	NEED(st != NULL, "a store");
	(void)keyring_add(keys, 20001, &id, &why);
	CHECK(batch(st, 1, 2, VERDICT_ACCEPTED, 1000), "bodies under the second key");
	keyring_drop(&keys);
	f = fopen(keys_path, "we");
	NEED(f != NULL, "the file");
	(void)fprintf(f, "1 2026-01-01 %064d\n", 1);
	(void)fclose(f);
	CHECK(bodies_unlock(st, keys_path, true, 20000, &other, NULL, &why) == -ENOKEY &&
		      other == NULL && strstr(buf_str(&why), "key 2") != NULL,
	      "an older file of keys is not used: its next number was another key's");
	f = fopen(keys_path, "we");
	NEED(f != NULL, "the file");
	(void)fprintf(f, "5 2026-01-01 %064d\n", 1);
	(void)fclose(f);
	CHECK(bodies_unlock(st, keys_path, true, 20000, &keys, &missing, &why) == 0 &&
		      missing == 2 && fault(st, 1) == -ENOKEY,
	      "a new one with a higher number is, and what is lost is counted");
	buf_free(&why);
	done(&st);
}

/* ---- retention ---- */

static unsigned retain(struct store *st, const struct retention *kept, int64_t now, unsigned most)
{
	int64_t at = 0;
	unsigned n, total = 0;
	int r;

	do {
		r = retention_step(st, kept, now, "test", most, &at, &n);
		total += n;
	} while (r == 0 && at != 0);
	CHECK(r == 0, "retention is kept");
	return total;
}

static void retention(void)
{
	const struct retention kept = {.bodies_days = 365, .refused_days = 30}, for_ever = {0};
	int64_t year = 365 * DAY_US, gone = -1, n, first, last;
	struct store *st = lived(); /* all in the first seconds of 1970 */
	struct arena a = ARENA_INIT;
	struct store_message m;

	NEED(st != NULL, "a store");
	CHECK(retain(st, &for_ever, 50 * year, 100) == 0,
	      "without a term all is kept for fifty years");
	CHECK(retain(st, &kept, 30 * DAY_US, 100) == 0, "on the day itself nothing goes");
	CHECK(retain(st, &kept, 31 * DAY_US, 100) == 1 && fault(st, 8) == -ENODATA,
	      "then the refused one does");
	CHECK(retain(st, &kept, year, 100) == 0 && reads(st, 1), "the others have a year");
	CHECK(retain(st, &kept, year + DAY_US, 2) == 5,
	      "then those that were confirmed or rejected go, in small steps");
	CHECK(fault(st, 1) == -ENODATA && fault(st, 4) == -ENODATA && fault(st, 6) == -ENODATA,
	      "and are gone");
	CHECK(retain(st, &kept, 50 * year, 100) == 0 && reads(st, 5) && reads(st, 7),
	      "what nobody confirmed and what is parked stays for fifty years");
	CHECK(confirm(st, (int64_t[]){5}, 1, 50 * year) &&
		      retain(st, &kept, 50 * year + 364 * DAY_US, 100) == 0 &&
		      retain(st, &kept, 51 * year + DAY_US, 100) == 1,
	      "its time runs from the confirmation");
	CHECK(bodies_gone(st, 1, &gone) == 0 && gone == year + DAY_US &&
		      bodies_gone(st, 7, &gone) == 0 && gone == 0,
	      "when it went is known");
	CHECK(bodies_missing(st, &n, &first, &last) == 0 && n == 6 && first == 1 && last == 6,
	      "so is how many");
	CHECK(st->ops->message_get(st, &a, 1, &m) == 0 && m.verdict == VERDICT_ACCEPTED &&
		      m.sha256[0] + m.sha256[1] != 0,
	      "the message itself stays, with its hash and verdict");
	CHECK(verify(st, NULL).n == 0, "and the log still binds it");
	CHECK(counts(st).of[1] == 1, "the keys know what is left");
	arena_release(&a);
	done(&st);
}

static void overwritten(void)
{
	const struct retention kept = {.bodies_days = 1};
	struct store *st = fresh();
	struct packer *sealing = packer;
	int64_t id = 1;

	NEED(st != NULL, "a store");
	packer = packer_new(NULL); /* plain and short enough that zstd keeps it as it is */
	CHECK(batch(st, 1, 1, VERDICT_ACCEPTED, 1000) && confirm(st, &id, 1, 2000),
	      "a body that can be seen");
	packer_free(&packer);
	packer = sealing;
	CHECK(in_files("999990019"), "stands in the files");
	CHECK(retain(st, &kept, 10 * DAY_US, 10) == 1 && st->bodies->wipe(st) == 0,
	      "it is deleted");
	CHECK(!in_files("999990019"), "and its bytes are nowhere any more");
	done(&st);
}

/* A message that an operator lets be delivered once more is not deleted under way. */
static void queued_again(void)
{
	const struct retention kept = {.bodies_days = 1};
	struct store *st = lived();

	NEED(st != NULL, "a store");
	(void)st->ops->begin(st);
	CHECK(st->ops->outbox_add(st, 2, "87654321", OUTBOX_WAITS) == 0 && st->ops->commit(st) == 0,
	      "one is in the outbox again");
	CHECK(retain(st, &kept, 10 * DAY_US, 10) == 4 && reads(st, 2) && fault(st, 1) == -ENODATA,
	      "it stays until it is out");
	CHECK(confirm(st, (int64_t[]){2}, 1, 10 * DAY_US) && verify(st, NULL).n == 0,
	      "its first confirmation stands");
	done(&st);
}

struct taken {
	int n;
	int fault;
	struct store *st;
};

static int take_out(void *ctx, const struct store_message *m)
{
	struct taken *t = ctx;
	struct buf b = BUF_INIT;

	t->n++;
	t->fault = store_read(t->st, m, &b);
	buf_free(&b);
	return 0;
}

static void outbox_without(void)
{
	struct store *st = lived();
	struct taken t = {.st = st};

	NEED(st != NULL, "a store");
	CHECK(tamper("DELETE FROM body WHERE id = 5"), "the body of a delivery is gone");
	(void)st->ops->begin(st);
	CHECK(st->ops->outbox_take(st, "12345678", 9000, 10, 100000, take_out, &t) == 0 &&
		      t.n == 1 && t.fault == -ENODATA,
	      "the outbox gives it all the same, and says what is wrong");
	(void)st->ops->commit(st);
	done(&st);
}

int main(void)
{
	static const struct test tests[] = {
		{"entries are added and found", entries},
		{"hashes follow one another", chain},
		{"the log only grows", guarded},
		{"tampering is found", tampering},
		{"every field of an entry is bound", every_field},
		{"messages from before the log are taken in", adopted},
		{"bodies are sealed, each to its message", encrypted},
		{"plain bodies are sealed later", plain_before},
		{"bodies move to a new key", rotation},
		{"a wrong file of keys is told", older_file},
		{"retention deletes what is done with", retention},
		{"what is deleted is overwritten", overwritten},
		{"what is queued again is kept", queued_again},
		{"a delivery without its text is told", outbox_without},
		{NULL, NULL},
	};

	return unit_main("audit", tests);
}
