/* The contract of store_ops, on each driver there is. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/view.h"

#include "../../lib/unit.h"

static char url[64];
static struct packer *packer;

static struct store *fresh(void)
{
	struct store *st = NULL;
	struct buf why = BUF_INIT;
	char dir[] = "/tmp/ijw-store-XXXXXX";

	if (mkdtemp(dir) == NULL)
		return NULL;
	(void)snprintf(url, sizeof url, "sqlite:%s/ijwd.db", dir);
	if (store_open(&st, url, STORE_WRITE, &why) < 0)
		(void)fprintf(stderr, "%s\n", buf_str(&why));
	buf_free(&why);
	return st;
}

static void done(struct store **st)
{
	char command[2][80];

	store_close(st);
	(void)snprintf(command[0], sizeof command[0], "%s", url + 7);
	(void)unlink(command[0]);
	*strrchr(command[0], '/') = '\0';
	(void)rmdir(command[0]);
}

static int add(struct store *st, int64_t id, const char *identificatie, enum verdict verdict)
{
	struct arena a = ARENA_INIT;
	void *body;
	size_t n;
	char reference[24];
	struct store_message m = {.id = id,
				  .received = 1000 * id,
				  .settled = 1000 * id,
				  .party = "gemeente-a",
				  .reference = reference,
				  .type = "JW301",
				  .van = "0363",
				  .naar = "12345678",
				  .identificatie = identificatie,
				  .size = 5,
				  .verdict = verdict};
	int r;

	(void)snprintf(reference, sizeof reference, "ref-%lld", (long long)id);
	r = store_pack(packer, &a, "hello", 5, m.sha256, &body, &n);
	m.body = body;
	m.body_size = n;
	if (r == 0)
		r = st->ops->message_add(st, &m);
	arena_release(&a);
	return r;
}

struct seen {
	int n;
	int64_t ids[64], attempts[64];
	bool body;
};

static int see(void *ctx, const struct store_message *m)
{
	struct seen *s = ctx;
	struct buf b = BUF_INIT;

	s->ids[s->n] = m->id;
	s->attempts[s->n++] = m->attempts;
	if (m->body != NULL && store_unpack(NULL, m->sha256, m->body, m->body_size, &b) == 0)
		s->body = strcmp(buf_str(&b), "hello") == 0;
	buf_free(&b);
	return 0;
}

static void messages(void)
{
	struct store *st = fresh();
	struct arena a = ARENA_INIT;
	struct store_message m;
	struct buf body = BUF_INIT;
	int64_t last = -1;

	NEED(st != NULL, "a store opens");
	CHECK(st->ops->last_id(st, &last) == 0 && last == 0, "an empty store has given no id");
	CHECK(st->ops->begin(st) == 0, "a transaction begins");
	CHECK(add(st, 1, "A1", VERDICT_ACCEPTED) == 0, "a message is kept");
	CHECK(add(st, 2, "A1", VERDICT_ACCEPTED) == -EEXIST, "another under its identification is not");
	CHECK(add(st, 2, "A1", VERDICT_REFUSED) == 0, "unless it was refused");
	CHECK(add(st, 3, "", VERDICT_PARKED) == 0 && add(st, 4, "", VERDICT_PARKED) == 0,
	      "without an identification nothing is a duplicate");
	CHECK(st->ops->commit(st) == 0, "it commits");
	CHECK(st->ops->message_get(st, &a, 1, &m) == 0 && strcmp(m.identificatie, "A1") == 0,
	      "it is found by id");
	CHECK(st->ops->message_get(st, &a, 9, &m) == -ENOENT, "what is not there is -ENOENT");
	CHECK(st->ops->message_in_force(st, &a, "0363", "JW301", "A1", &m) == 0 && m.id == 1,
	      "it is found by its key");
	CHECK(st->ops->message_by_reference(st, &a, "gemeente-a", "ref-2", &m) == 0 && m.id == 2,
	      "a refused one is found by its reference");
	CHECK(st->ops->message_by_reference(st, &a, "gemeente-a", "ref-1", &m) == -ENOENT,
	      "an accepted one is not");
	CHECK(st->ops->body(st, 1, &body) == 0 && strcmp(buf_str(&body), "hello") == 0,
	      "the body comes back as it came");
	buf_free(&body);
	arena_release(&a);
	done(&st);
}

static void rollback(void)
{
	struct store *st = fresh();
	struct arena a = ARENA_INIT;
	struct store_message m;

	NEED(st != NULL, "a store opens");
	(void)st->ops->begin(st);
	CHECK(add(st, 1, "A1", VERDICT_ACCEPTED) == 0, "a message is added");
	st->ops->rollback(st);
	CHECK(st->ops->message_get(st, &a, 1, &m) == -ENOENT, "after a rollback nothing is kept");
	CHECK(st->ops->begin(st) == 0 && add(st, 1, "A1", VERDICT_ACCEPTED) == 0 &&
		      st->ops->commit(st) == 0,
	      "and the next transaction works");
	arena_release(&a);
	done(&st);
}

static void outbox(void)
{
	struct store *st = fresh();
	struct arena a = ARENA_INIT;
	struct store_outbox o;
	struct store_message m;
	struct seen s = {0};
	int64_t next = -1;

	NEED(st != NULL, "a store opens");
	(void)st->ops->begin(st);
	for (int64_t i = 1; i <= 4; i++) {
		char identificatie[24];

		(void)snprintf(identificatie, sizeof identificatie, "B%lld", (long long)i);
		(void)add(st, i, identificatie, VERDICT_ACCEPTED);
		CHECK(st->ops->outbox_add(st, i, "12345678", i == 1 ? OUTBOX_HANDED : OUTBOX_WAITS) == 0,
		      "it is queued");
	}
	CHECK(st->ops->outbox_take(st, "12345678", 50, 2, 1000, see, &s) == 0, "two are taken");
	CHECK(s.n == 2 && s.ids[0] == 2 && s.ids[1] == 3, "the oldest that wait, in order");
	CHECK(s.attempts[0] == 1 && s.body, "as a first attempt, with their bodies");
	CHECK(st->ops->outbox_return(st, 2, true) == 0 && st->ops->outbox_return(st, 3, false) == 0,
	      "both come back, one of them unsent");
	s = (struct seen){0};
	(void)st->ops->outbox_take(st, "12345678", 50, 10, 1000, see, &s);
	CHECK(s.n == 3 && s.attempts[0] == 2 && s.attempts[1] == 1,
	      "what was sent counts as attempted, what was not does not");
	CHECK(st->ops->outbox_done(st, 2, 100, 200) == 0 && st->ops->outbox_done(st, 2, 100, 200) == 0,
	      "done twice is done");
	CHECK(st->ops->message_get(st, &a, 2, &m) == 0 && m.delivered == 100 && m.confirmed == 200 &&
		      m.attempts == 2,
	      "the message tells when and how often");
	CHECK(st->ops->outbox_fail(st, 3, 5000, false, "disk full") == 0, "one fails");
	CHECK(st->ops->outbox_next(st, "12345678", &next) == 0 && next == 5000, "and waits for its time");
	s = (struct seen){0};
	(void)st->ops->outbox_take(st, "12345678", 4999, 10, 1000, see, &s);
	CHECK(s.n == 0, "not a moment earlier");
	(void)st->ops->outbox_take(st, "12345678", 5000, 10, 1000, see, &s);
	CHECK(s.n == 1 && s.ids[0] == 3, "then it comes");
	CHECK(st->ops->outbox_fail(st, 3, 0, true, "still full") == 0, "given up");
	CHECK(st->ops->outbox_get(st, &a, 3, &o) == 0 && o.state == OUTBOX_GIVEN_UP && o.failures == 2 &&
		      strcmp(o.reason, "still full") == 0,
	      "with its reason");
	CHECK(st->ops->outbox_retry(st, 3) == 0 && st->ops->outbox_retry(st, 3) == -ENOENT,
	      "an operator can make it wait again, once");
	(void)st->ops->commit(st);
	arena_release(&a);
	done(&st);
}

static void bytes_bound(void)
{
	struct store *st = fresh();
	struct seen s = {0};

	NEED(st != NULL, "a store opens");
	(void)st->ops->begin(st);
	for (int64_t i = 1; i <= 10; i++) {
		char identificatie[24];

		(void)snprintf(identificatie, sizeof identificatie, "C%lld", (long long)i);
		(void)add(st, i, identificatie, VERDICT_ACCEPTED);
		(void)st->ops->outbox_add(st, i, "12345678", OUTBOX_WAITS);
	}
	(void)st->ops->outbox_take(st, "12345678", 50, 10, 12, see, &s);
	CHECK(s.n == 3, "taking stops once the bytes are reached (5 a message, 12 asked)");
	s = (struct seen){0};
	(void)st->ops->outbox_take(st, "12345678", 50, 10, 1, see, &s);
	CHECK(s.n == 1, "but one comes at least");
	(void)st->ops->commit(st);
	done(&st);
}

static void recovery(void)
{
	struct store *st = fresh();
	struct buf why = BUF_INIT;
	struct seen s = {0};
	int64_t last;

	NEED(st != NULL, "a store opens");
	(void)st->ops->begin(st);
	(void)add(st, 1, "D1", VERDICT_ACCEPTED);
	(void)st->ops->outbox_add(st, 1, "12345678", OUTBOX_HANDED);
	(void)st->ops->commit(st);
	store_close(&st);
	NEED(store_open(&st, url, STORE_WRITE, &why) == 0, "it opens again");
	CHECK(st->ops->last_id(st, &last) == 0 && last == 1, "ids go on where they were");
	(void)st->ops->begin(st);
	(void)st->ops->outbox_take(st, "12345678", 50, 10, 1000, see, &s);
	(void)st->ops->commit(st);
	CHECK(s.n == 1 && s.attempts[0] == 2, "what a dead hub had in hands comes again, as a second attempt");
	done(&st);
}

static void parked(void)
{
	struct store *st = fresh();
	struct arena a = ARENA_INIT;
	struct store_message m;
	struct seen s = {0};

	NEED(st != NULL, "a store opens");
	(void)st->ops->begin(st);
	(void)add(st, 1, "E1", VERDICT_PARKED);
	(void)add(st, 2, "E2", VERDICT_ACCEPTED);
	CHECK(st->ops->parked(st, 0, 10, 20000, see, &s) == 0 && s.n == 1 && s.ids[0] == 1, "the parked one is listed");
	(void)st->ops->message_get(st, &a, 1, &m);
	m.verdict = VERDICT_ACCEPTED;
	CHECK(st->ops->message_settle(st, &m) == 0, "it gets its verdict");
	CHECK(st->ops->message_settle(st, &m) == -EEXIST, "once");
	CHECK(st->ops->receipt_owe(st, 1, "gemeente-a") == 0, "its receipt is owed");
	s = (struct seen){0};
	CHECK(st->ops->receipts_owed(st, "gemeente-a", see, &s) == 0 && s.n == 1, "and found");
	CHECK(st->ops->receipt_sent(st, 1) == 0, "it is sent");
	s = (struct seen){0};
	(void)st->ops->receipts_owed(st, "gemeente-a", see, &s);
	CHECK(s.n == 0, "and owed no more");
	(void)st->ops->commit(st);
	arena_release(&a);
	done(&st);
}

static void lists(void)
{
	static const struct {
		const char *name;
		struct view_search f;
		int n;
	} cases[] = {
		{"all", {.limit = 50}, 6},
		{"by type", {.type = "JW301", .limit = 50}, 6},
		{"by another type", {.type = "JW305", .limit = 50}, 0},
		{"by verdict", {.verdict = VERDICT_REFUSED, .limit = 50}, 3},
		{"by party", {.party = "gemeente-a", .limit = 50}, 6},
		{"by receiving code", {.party = "12345678", .limit = 50}, 6},
		{"by another party", {.party = "aanbieder-x", .limit = 50}, 0},
		{"since", {.since = 4000, .limit = 50}, 3},
		{"until", {.until = 4000, .limit = 50}, 3},
		{"a page", {.limit = 2}, 2},
		{"the page before", {.before = 3, .limit = 50}, 2},
		{"undelivered", {.undelivered = true, .limit = 50}, 3},
	};
	struct store *st = fresh(), *reader = NULL;
	struct store_totals t;
	struct buf why = BUF_INIT;

	NEED(st != NULL, "a store opens");
	(void)st->ops->begin(st);
	for (int64_t i = 1; i <= 6; i++) {
		char identificatie[24];

		(void)snprintf(identificatie, sizeof identificatie, "F%lld", (long long)i);
		(void)add(st, i, identificatie, i % 2 ? VERDICT_ACCEPTED : VERDICT_REFUSED);
		if (i % 2)
			(void)st->ops->outbox_add(st, i, "12345678", OUTBOX_WAITS);
	}
	(void)st->ops->commit(st);
	NEED(store_open(&reader, url, STORE_READ, &why) == 0, "a reader opens beside the writer");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen s = {0};

		CHECK(view_search(reader, &cases[i].f, see, &s) == 0 && s.n == cases[i].n,
		      cases[i].name);
	}
	CHECK(reader->ops->totals(reader, &t) == 0 && t.messages == 6 &&
		      t.verdicts[VERDICT_ACCEPTED] == 3 && t.verdicts[VERDICT_REFUSED] == 3,
	      "totals add up");
	CHECK(reader->ops->begin(reader) < 0, "a reader cannot write");
	store_close(&reader);
	done(&st);
}

struct walk {
	struct store *st;
	struct seen seen;
	int most;
};

/* Writes while it is given the history, as a rebuild does. */
static int write_meanwhile(void *ctx, const struct store_message *m)
{
	struct walk *w = ctx;

	if (w->st->ops->begin(w->st) < 0 || w->st->ops->receipt_owe(w->st, m->id, "x") < 0 ||
	    w->st->ops->commit(w->st) < 0)
		return -EIO;
	(void)see(&w->seen, m);
	return w->seen.n == w->most;
}

static void history(void)
{
	struct store *st = fresh();
	struct walk w = {.st = st};
	struct arena a = ARENA_INIT;
	struct store_message m;

	NEED(st != NULL, "a store opens");
	(void)st->ops->begin(st);
	(void)add(st, 1, "G1", VERDICT_PARKED);
	(void)add(st, 2, "G2", VERDICT_ACCEPTED);
	(void)add(st, 3, "G3", VERDICT_REFUSED);
	(void)add(st, 4, "G4", VERDICT_REJECTED);
	(void)add(st, 5, "G5", VERDICT_ACCEPTED);
	(void)st->ops->message_get(st, &a, 1, &m);
	m.verdict = VERDICT_ACCEPTED;
	m.settled = 4000;
	CHECK(st->ops->message_settle(st, &m) == 0, "a parked one is judged late");
	(void)st->ops->commit(st);
	CHECK(st->ops->history(st, 0, 0, 0, write_meanwhile, &w) == 0, "the history is walked");
	CHECK(w.seen.n == 4 && w.seen.ids[0] == 2 && w.seen.ids[1] == 1 && w.seen.ids[2] == 4 &&
		      w.seen.ids[3] == 5,
	      "in the order of judging, then of arrival, without what was refused");
	CHECK(w.seen.body, "with bodies");
	w.seen = (struct seen){0};
	CHECK(st->ops->history(st, 4000, 1, 5000, write_meanwhile, &w) == 0 && w.seen.n == 1 &&
		      w.seen.ids[0] == 4,
	      "after one message and before a moment");
	w.seen = (struct seen){0};
	w.most = 2;
	CHECK(st->ops->history(st, 0, 0, 0, write_meanwhile, &w) == 0 && w.seen.n == 2,
	      "it ends when told so");
	arena_release(&a);
	done(&st);
}

static int count_ids(void *ctx, const struct store_message *m)
{
	int64_t *last = ctx;

	if (m->id != *last + 1)
		return -EIO;
	*last = m->id;
	return 0;
}

static void long_history(void)
{
	struct store *st = fresh();
	int64_t last = 0;

	NEED(st != NULL, "a store opens");
	(void)st->ops->begin(st);
	for (int64_t i = 1; i <= 600; i++) {
		char identificatie[24];

		(void)snprintf(identificatie, sizeof identificatie, "H%lld", (long long)i);
		(void)add(st, i, identificatie, VERDICT_ACCEPTED);
	}
	(void)st->ops->commit(st);
	CHECK(st->ops->history(st, 0, 0, 0, count_ids, &last) == 0 && last == 600,
	      "page after page, none twice and none left out");
	done(&st);
}

/* What a reader needs is there only once a writer has brought the store up to date. */
static void older_store(void)
{
	struct store *st = fresh(), *reader = NULL;
	struct buf why = BUF_INIT;
	sqlite3 *db = NULL;

	NEED(st != NULL, "a store opens");
	CHECK(sqlite3_open(url + 7, &db) == SQLITE_OK &&
		      sqlite3_exec(db, "PRAGMA user_version = 1", NULL, NULL, NULL) == SQLITE_OK,
	      "it is made to look older");
	(void)sqlite3_close(db);
	CHECK(store_open(&reader, url, STORE_READ, &why) == -EINVAL && reader == NULL &&
		      strstr(buf_str(&why), "older ijwd") != NULL,
	      "a reader says what to do");
	buf_free(&why);
	done(&st);
}

static void wrong_urls(void)
{
	struct store *st = NULL;
	struct buf why = BUF_INIT;

	CHECK(store_open(&st, "mysql:x", STORE_WRITE, &why) == -EINVAL && strstr(buf_str(&why), "sqlite:"),
	      "an unknown kind of store says which there are");
	buf_clear(&why);
	CHECK(store_open(&st, "sqlite:/nonexistent/x.db", STORE_WRITE, &why) < 0 && why.len > 0,
	      "a folder that is not there is told");
	buf_clear(&why);
	CHECK(store_open(&st, "sqlite:/tmp/ijw-none.db", STORE_READ, &why) < 0,
	      "a reader does not create a store");
	buf_free(&why);
	CHECK(st == NULL, "nothing was opened");
}

int main(void)
{
	static const struct test tests[] = {
		{"messages are kept and found", messages},
		{"a rollback keeps nothing", rollback},
		{"the outbox hands out, counts and strikes off", outbox},
		{"taking is bounded by bytes", bytes_bound},
		{"a restart hands out again what was in hands", recovery},
		{"a parked message is settled and its receipt owed", parked},
		{"lists filter", lists},
		{"the history comes in the order of judging", history},
		{"a long history comes in pages", long_history},
		{"an older store is told", older_store},
		{"a wrong url is told", wrong_urls},
		{NULL, NULL},
	};
	int r;

	packer = packer_new(NULL);
	r = unit_main("store", tests);
	packer_free(&packer);
	return r;
}
