/*
 * The store in one SQLite file.
 *
 * WAL with synchronous=FULL: a commit is one sync of the log, and a batch of
 * messages shares it.  Pages of 16 KB: measured, less work per row at the
 * batch sizes that group commit makes.  A cache of 64 MB, used only as the
 * register grows: with ten million rows in it a look-up takes a fifth less than
 * with 16 MB.  Checkpoints are not left to chance:
 * `tidy` does them when the writer has nothing else to do, `commit` when the
 * log has grown past WAL_MOST.
 */
#include "store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keyring.h"
#include "store/audit.h"
#include "store/bodies.h"
#include "store/migrations.h"
#include "store/sqlite_internal.h"

#include "base/banned.h"

#define WAL_IDLE 64   /* pages of 16 KB: below this a checkpoint is not worth its syncs */
#define WAL_MOST 4096 /* 64 MB: then it is due even under load */
#define CODE_DIGITS 17 /* so many fit in a number, with the 1 before them */
#define HISTORY_ROWS 256
#define HISTORY_BYTES (4 * 1024 * 1024)

struct sqlite_store *sq_self(struct store *st)
{
	return (struct sqlite_store *)st;
}

int sq_error(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	default:
		return -EIO;
	}
}

/* The number that stands for a code of digits, 0 for any other text. */
static int64_t code_number(const char *code)
{
	int64_t n = 1;
	size_t i = 0;

	for (; i < CODE_DIGITS && code[i] >= '0' && code[i] <= '9'; i++)
		n = 10 * n + (code[i] - '0');
	return i > 0 && code[i] == '\0' ? n : 0;
}

static void bind_code(sqlite3_stmt *s, int i, const char *code)
{
	int64_t n = code_number(code);

	if (n > 0)
		(void)sqlite3_bind_int64(s, i, n);
	else
		(void)sqlite3_bind_text(s, i, code, -1, SQLITE_STATIC);
}

static void bind_unless(sqlite3_stmt *s, int i, int64_t n, int64_t absent)
{
	if (n == absent)
		(void)sqlite3_bind_null(s, i);
	else
		(void)sqlite3_bind_int64(s, i, n);
}

sqlite3_stmt *sq_bind(sqlite3_stmt *s, const char *kinds, va_list ap)
{
	const void *p;

	for (int i = 1; *kinds != '\0'; kinds++, i++) {
		switch (*kinds) {
		case 'i':
			(void)sqlite3_bind_int64(s, i, va_arg(ap, int64_t));
			break;
		case 'n':
			bind_unless(s, i, va_arg(ap, int64_t), ABSENT);
			break;
		case 'd':
			bind_unless(s, i, va_arg(ap, day), DAY_NONE);
			break;
		case 'b':
			p = va_arg(ap, const void *);
			(void)sqlite3_bind_blob64(s, i, p, va_arg(ap, size_t), SQLITE_STATIC);
			break;
		default:
			p = va_arg(ap, const char *);
			if (p == NULL && *kinds != 't')
				p = "";
			if (*kinds == 'c')
				bind_code(s, i, p);
			else
				(void)sqlite3_bind_text(s, i, p, -1, SQLITE_STATIC);
		}
	}
	return s;
}

sqlite3_stmt *sq_start(struct store *st, enum statement which, const char *kinds, ...)
{
	sqlite3_stmt *s;
	va_list ap;

	va_start(ap, kinds);
	s = sq_bind(sq_self(st)->stmt[which], kinds, ap);
	va_end(ap);
	return s;
}

int sq_finish(sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	(void)sqlite3_reset(s); /* repeats the error of the step */
	return sq_error(rc);
}

int sq_run(struct store *st, enum statement which, const char *kinds, ...)
{
	sqlite3_stmt *s;
	va_list ap;

	va_start(ap, kinds);
	s = sq_bind(sq_self(st)->stmt[which], kinds, ap);
	va_end(ap);
	return sq_finish(s);
}

int sq_number(sqlite3_stmt *s, int64_t *ret)
{
	int rc = sqlite3_step(s), r = sq_error(rc);

	if (r == 0 && (rc != SQLITE_ROW || sqlite3_column_type(s, 0) == SQLITE_NULL))
		r = -ENOENT;
	if (r == 0)
		*ret = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return r;
}

const char *sq_text(sqlite3_stmt *s, int column)
{
	return (const char *)sqlite3_column_text(s, column);
}

void sq_hash(sqlite3_stmt *s, int column, unsigned char ret[32])
{
	const void *hash = sqlite3_column_blob(s, column);

	memset(ret, 0, 32);
	if (hash != NULL && sqlite3_column_bytes(s, column) == 32)
		memcpy(ret, hash, 32);
}

/* Reads the columns of MESSAGE (statements.c); texts belong to the row. */
void sq_read_message(sqlite3_stmt *s, struct store_message *m)
{
	*m = (struct store_message){
		.id = sqlite3_column_int64(s, 0),
		.received = sqlite3_column_int64(s, 1),
		.settled = sqlite3_column_int64(s, 2),
		.party = sq_text(s, 3),
		.reference = sq_text(s, 4),
		.type = sq_text(s, 5),
		.van = sq_text(s, 6),
		.naar = sq_text(s, 7),
		.identificatie = sq_text(s, 8),
		.size = sqlite3_column_int64(s, 10),
		.verdict = (enum verdict)sqlite3_column_int(s, 11),
		.code = sq_text(s, 12),
		.findings = sq_text(s, 13),
		.delivered = sqlite3_column_int64(s, 14),
		.confirmed = sqlite3_column_int64(s, 15),
		.attempts = sqlite3_column_int64(s, 16),
		.more = sqlite3_column_int64(s, 17),
		.outbox = sqlite3_column_type(s, 18) == SQLITE_NULL
				  ? OUTBOX_NONE
				  : (enum outbox_state)sqlite3_column_int(s, 18),
		.release = (day)sqlite3_column_int(s, 19), /* NULL reads as 0 */
	};
	sq_hash(s, 9, m->sha256);
}

/* Moves a row's texts into the arena. */
static int keep_message(struct arena *a, struct store_message *m)
{
	const char **texts[] = {&m->party, &m->reference,     &m->type, &m->van,
				&m->naar,  &m->identificatie, &m->code, &m->findings};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *copy = arena_strdup(a, *texts[i]);

		if (copy == NULL && *texts[i] != NULL)
			return -ENOMEM;
		*texts[i] = copy;
	}
	return 0;
}

static int one_message(sqlite3_stmt *s, struct arena *a, struct store_message *ret)
{
	struct store_message m;
	int rc = sqlite3_step(s), r = sq_error(rc);

	if (r == 0 && rc != SQLITE_ROW)
		r = -ENOENT;
	if (r == 0) {
		sq_read_message(s, &m);
		r = keep_message(a, &m);
	}
	(void)sqlite3_reset(s);
	if (r == 0)
		*ret = m;
	return r;
}

int sq_rows(sqlite3_stmt *s, int (*read)(sqlite3_stmt *s, void *to), void *to)
{
	int rc, r = 0;

	while (r == 0 && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		r = sq_error(rc);
		if (r == 0)
			r = read(s, to);
	}
	(void)sqlite3_reset(s);
	return r;
}

struct messages_to {
	int (*each)(void *, const struct store_message *);
	void *ctx;
};

static int give_message(sqlite3_stmt *s, void *to)
{
	const struct messages_to *t = to;
	struct store_message m;

	sq_read_message(s, &m);
	return t->each(t->ctx, &m);
}

int sq_each_message(sqlite3_stmt *s, int (*each)(void *, const struct store_message *), void *ctx)
{
	struct messages_to to = {each, ctx};

	return sq_rows(s, give_message, &to);
}

static int sq_begin(struct store *st)
{
	return sq_run(st, SQL_BEGIN, "");
}

static int checkpoint(struct store *st)
{
	int rc = sqlite3_wal_checkpoint_v2(sq_self(st)->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	if (rc == SQLITE_OK)
		sq_self(st)->wal_pages = 0;
	return sq_error(rc);
}

/* Bodies that were added since go into their count. */
static int count_bodies(struct store *st)
{
	struct sqlite_store *self = sq_self(st);
	int r = self->bodies == 0 ? 0 : sq_run(st, SQL_BODY_COUNT, "ii", self->key, self->bodies);

	self->bodies = 0;
	return r;
}

/* One key follows another only when keys are renewed, so there is one to remember. */
static int note_body(struct store *st, int64_t key)
{
	struct sqlite_store *self = sq_self(st);
	int r = key != self->key ? count_bodies(st) : 0;

	self->key = key;
	self->bodies++;
	return r;
}

static int sq_commit(struct store *st)
{
	int r = count_bodies(st);

	return r == 0 ? sq_run(st, SQL_COMMIT, "") : r;
}

static void sq_rollback(struct store *st)
{
	sq_self(st)->bodies = 0;
	(void)sq_run(st, SQL_ROLLBACK, ""); /* fails only when SQLite has rolled back already */
}

static int sq_tidy(struct store *st)
{
	return sq_self(st)->wal_pages < WAL_IDLE ? 0 : checkpoint(st);
}

static int sq_last_id(struct store *st, int64_t *ret)
{
	int r = sq_number(sq_start(st, SQL_LAST_ID, ""), ret);

	if (r == -ENOENT)
		*ret = 0;
	return r == -ENOENT ? 0 : r;
}

/* A row that nobody gave a day has none. */
static day release_of(const struct store_message *m)
{
	return m->release != 0 ? m->release : DAY_NONE;
}

static int64_t moment_or_absent(int64_t us)
{
	return us != 0 ? us : ABSENT;
}

static int sq_message_add(struct store *st, const struct store_message *m)
{
	int r = sq_run(st, SQL_MESSAGE_ADD, "iiitttttt" "biittidnn", m->id, m->received, m->settled, m->party,
		    m->reference, m->type, m->van, m->naar, m->identificatie, m->sha256,
		    sizeof m->sha256, m->size, (int64_t)m->verdict, m->code, m->findings, m->more,
		    release_of(m), moment_or_absent(m->delivered), moment_or_absent(m->confirmed));

	if (r < 0)
		return r;
	if (sqlite3_changes(sq_self(st)->db) == 0)
		return -EEXIST;
	r = sq_run(st, SQL_BODY_ADD, "ibi", m->id, m->body, m->body_size,
		(int64_t)seal_key(m->body, m->body_size));
	if (r == 0)
		r = note_body(st, (int64_t)seal_key(m->body, m->body_size));
	return r == 0 ? sq_view_add(st, m) : r;
}

static int sq_message_get(struct store *st, struct arena *a, int64_t id, struct store_message *ret)
{
	return one_message(sq_start(st, SQL_MESSAGE_GET, "i", id), a, ret);
}

static int sq_message_settle(struct store *st, const struct store_message *m)
{
	struct arena a = ARENA_INIT;
	struct store_message parked;
	int r = sq_message_get(st, &a, m->id, &parked);

	if (r == 0)
		r = sq_run(st, SQL_MESSAGE_SETTLE, "iittttittid", m->id, m->settled, m->type, m->van, m->naar,
			m->identificatie, (int64_t)m->verdict, m->code, m->findings, m->more,
			release_of(m));
	if (r == 0 && sqlite3_changes(sq_self(st)->db) == 0)
		r = -EEXIST;
	if (r == 0 && m->verdict != VERDICT_PARKED)
		r = sq_view_settle(st, &parked, m);
	arena_release(&a);
	return r;
}

static int sq_message_in_force(struct store *st, struct arena *a, const char *van, const char *type,
			       const char *identificatie, struct store_message *ret)
{
	return one_message(sq_start(st, SQL_MESSAGE_IN_FORCE, "ttt", van, type, identificatie), a, ret);
}

static int sq_message_by_reference(struct store *st, struct arena *a, const char *party,
				   const char *reference, struct store_message *ret)
{
	return one_message(sq_start(st, SQL_MESSAGE_BY_REFERENCE, "tt", party, reference), a, ret);
}

static int sq_body(struct store *st, int64_t id, struct buf *ret)
{
	sqlite3_stmt *s = sq_start(st, SQL_BODY_GET, "i", id);
	int rc = sqlite3_step(s), r = sq_error(rc);

	if (r == 0 && rc != SQLITE_ROW)
		r = -ENOENT;
	if (r == 0) {
		struct store_message m = {.body = sqlite3_column_blob(s, 0),
					  .body_size = (size_t)sqlite3_column_bytes(s, 0)};

		sq_hash(s, 1, m.sha256);
		r = store_read(st, &m, ret);
	}
	(void)sqlite3_reset(s);
	return r;
}

static int sq_outbox_add(struct store *st, int64_t id, const char *receiver, enum outbox_state state)
{
	int64_t attempts = state == OUTBOX_HANDED;

	return sq_run(st, SQL_OUTBOX_ADD, "itii", id, receiver, (int64_t)state, attempts);
}

static int sq_outbox_get(struct store *st, struct arena *a, int64_t id, struct store_outbox *ret)
{
	sqlite3_stmt *s = sq_start(st, SQL_OUTBOX_GET, "i", id);
	int rc = sqlite3_step(s), r = sq_error(rc);

	*ret = (struct store_outbox){.state = OUTBOX_NONE};
	if (rc == SQLITE_ROW)
		*ret = (struct store_outbox){
			.state = (enum outbox_state)sqlite3_column_int(s, 0),
			.attempts = sqlite3_column_int64(s, 1),
			.failures = sqlite3_column_int64(s, 2),
			.next = sqlite3_column_int64(s, 3),
			.reason = arena_strdup(a, sq_text(s, 4)),
		};
	(void)sqlite3_reset(s);
	return r;
}

static int sq_outbox_take(struct store *st, const char *receiver, int64_t now, unsigned most,
			  size_t bytes, int (*each)(void *, const struct store_message *), void *ctx)
{
	sqlite3_stmt *s = sq_start(st, SQL_OUTBOX_LIST, "tii", receiver, now, (int64_t)most);
	size_t taken = 0;
	int rc, r = 0;

	/* Marking a row while reading the list is safe: the list only looks ahead (o.id ascends). */
	while (r == 0 && taken < bytes && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		struct store_message m;

		r = sq_error(rc);
		if (r < 0)
			break;
		sq_read_message(s, &m);
		m.attempts = sqlite3_column_int64(s, 20) + 1;
		m.body = sqlite3_column_blob(s, 21);
		m.body_size = (size_t)sqlite3_column_bytes(s, 21);
		taken += (size_t)m.size;
		r = sq_run(st, SQL_OUTBOX_HAND, "i", m.id);
		if (r == 0)
			r = each(ctx, &m);
	}
	(void)sqlite3_reset(s);
	return r;
}

static int sq_outbox_next(struct store *st, const char *receiver, int64_t *ret)
{
	return sq_number(sq_start(st, SQL_OUTBOX_NEXT, "t", receiver), ret);
}

static int sq_outbox_done(struct store *st, int64_t id, int64_t delivered, int64_t confirmed)
{
	int64_t attempts;
	int r = sq_number(sq_start(st, SQL_OUTBOX_DONE, "i", id), &attempts);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return sq_run(st, SQL_OUTBOX_CONFIRM, "iiii", id, delivered, confirmed, attempts);
}

static int sq_outbox_fail(struct store *st, int64_t id, int64_t next, bool give_up,
			  const char *reason)
{
	return sq_run(st, SQL_OUTBOX_FAIL, "iiit", id,
		   (int64_t)(give_up ? OUTBOX_GIVEN_UP : OUTBOX_WAITS), next, reason);
}

static int sq_outbox_return(struct store *st, int64_t id, bool sent)
{
	return sq_run(st, SQL_OUTBOX_RETURN, "ii", id, (int64_t)!sent);
}

static int sq_outbox_retry(struct store *st, int64_t id)
{
	int r = sq_run(st, SQL_OUTBOX_RETRY, "i", id);

	return r == 0 && sqlite3_changes(sq_self(st)->db) == 0 ? -ENOENT : r;
}

static int sq_queues(struct store *st, int (*each)(void *, const struct store_queue_row *), void *ctx)
{
	sqlite3_stmt *s = sq_start(st, SQL_QUEUES, "");
	int rc, r = 0;

	while (r == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct store_queue_row row = {.receiver = sq_text(s, 0),
					      .waiting = sqlite3_column_int64(s, 1),
					      .given_up = sqlite3_column_int64(s, 2),
					      .oldest = sqlite3_column_int64(s, 3)};

		r = each(ctx, &row);
	}
	if (r == 0)
		r = sq_error(rc);
	(void)sqlite3_reset(s);
	return r;
}

static int sq_parked(struct store *st, int64_t after, unsigned most, day today,
		     int (*each)(void *, const struct store_message *), void *ctx)
{
	return sq_each_message(sq_start(st, SQL_PARKED, "iid", after, (int64_t)most, today), each, ctx);
}

/*
 * One page of the history, in memory: nothing is being read while it is given
 * out, so that the caller may write and commit meanwhile.
 */
struct page {
	struct arena arena;
	struct store_message rows[HISTORY_ROWS];
	unsigned n;
	size_t bytes;
};

static int page_add(struct page *p, sqlite3_stmt *s)
{
	struct store_message *m = &p->rows[p->n];
	const void *body = sqlite3_column_blob(s, 20);

	sq_read_message(s, m);
	m->body_size = (size_t)sqlite3_column_bytes(s, 20);
	if (keep_message(&p->arena, m) < 0)
		return -ENOMEM;
	if (body != NULL && (m->body = arena_strndup(&p->arena, body, m->body_size)) == NULL)
		return -ENOMEM;
	p->bytes += m->body_size;
	p->n++;
	return 0;
}

static int page_read(struct store *st, struct page *p, int64_t settled, int64_t id, int64_t until)
{
	sqlite3_stmt *s = sq_start(st, SQL_HISTORY, "iiii", settled, id, until, (int64_t)HISTORY_ROWS);
	int rc, r = 0;

	p->n = 0;
	p->bytes = 0;
	while (r == 0 && p->bytes < HISTORY_BYTES && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		r = sq_error(rc);
		if (r == 0)
			r = page_add(p, s);
	}
	(void)sqlite3_reset(s);
	return r;
}

static int sq_history(struct store *st, int64_t settled, int64_t id, int64_t until,
		      int (*each)(void *, const struct store_message *), void *ctx)
{
	struct page *p = calloc(1, sizeof *p);
	int r = p == NULL ? -ENOMEM : 0;

	if (until == 0)
		until = INT64_MAX;
	while (r == 0) {
		r = page_read(st, p, settled, id, until);
		if (r < 0 || p->n == 0)
			break;
		settled = p->rows[p->n - 1].settled;
		id = p->rows[p->n - 1].id;
		for (unsigned i = 0; r == 0 && i < p->n; i++)
			r = each(ctx, &p->rows[i]);
		arena_release(&p->arena);
	}
	if (p != NULL)
		arena_release(&p->arena);
	free(p);
	return r < 0 ? r : 0;
}

static int sq_receipt_owe(struct store *st, int64_t id, const char *party)
{
	return sq_run(st, SQL_RECEIPT_OWE, "it", id, party);
}

static int sq_receipt_sent(struct store *st, int64_t id)
{
	return sq_run(st, SQL_RECEIPT_SENT, "i", id);
}

static int sq_receipts_owed(struct store *st, const char *party,
			    int (*each)(void *, const struct store_message *), void *ctx)
{
	return sq_each_message(sq_start(st, SQL_RECEIPTS_OWED, "t", party), each, ctx);
}

static int sq_totals(struct store *st, struct store_totals *ret)
{
	sqlite3_stmt *s = sq_self(st)->stmt[SQL_TOTALS];
	int rc = sqlite3_step(s);

	*ret = (struct store_totals){0};
	if (rc == SQLITE_ROW) {
		ret->messages = sqlite3_column_int64(s, 0);
		for (int v = VERDICT_REJECTED; v <= VERDICT_PARKED; v++)
			ret->verdicts[v] = sqlite3_column_int64(s, v - 1);
		ret->verdicts[VERDICT_ACCEPTED] = ret->messages - ret->verdicts[VERDICT_REJECTED] -
						  ret->verdicts[VERDICT_REFUSED] -
						  ret->verdicts[VERDICT_PARKED];
	}
	(void)sqlite3_reset(s);
	if (rc != SQLITE_ROW)
		return sq_error(rc);
	s = sq_self(st)->stmt[SQL_TOTALS_OUTBOX];
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		ret->waiting = sqlite3_column_int64(s, 0);
		ret->given_up = sqlite3_column_int64(s, 1);
	}
	(void)sqlite3_reset(s);
	return sq_error(rc);
}

static void sq_close(struct store *st)
{
	for (int i = 0; i < N_STATEMENTS; i++)
		(void)sqlite3_finalize(sq_self(st)->stmt[i]); /* repeats an error told before */
	for (int i = 0; i < N_REGISTER; i++)
		(void)sqlite3_finalize(sq_self(st)->reg[i]);
	(void)sqlite3_close(sq_self(st)->db);
	free(sq_self(st));
}

static const struct store_ops ops = {
	.begin = sq_begin,
	.commit = sq_commit,
	.rollback = sq_rollback,
	.tidy = sq_tidy,
	.last_id = sq_last_id,
	.message_add = sq_message_add,
	.message_settle = sq_message_settle,
	.message_get = sq_message_get,
	.message_in_force = sq_message_in_force,
	.message_by_reference = sq_message_by_reference,
	.body = sq_body,
	.outbox_add = sq_outbox_add,
	.outbox_get = sq_outbox_get,
	.outbox_take = sq_outbox_take,
	.outbox_next = sq_outbox_next,
	.outbox_done = sq_outbox_done,
	.outbox_fail = sq_outbox_fail,
	.outbox_return = sq_outbox_return,
	.outbox_retry = sq_outbox_retry,
	.queues = sq_queues,
	.parked = sq_parked,
	.history = sq_history,
	.receipt_owe = sq_receipt_owe,
	.receipt_sent = sq_receipt_sent,
	.receipts_owed = sq_receipts_owed,
	.totals = sq_totals,
	.close = sq_close,
};

/* SQLite calls this after each commit with the size of the log; it replaces the automatic checkpoint. */
static int log_grew(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_store *st = ctx;

	(void)db;
	(void)name;
	st->wal_pages = pages;
	if (pages >= WAL_MOST)
		(void)checkpoint(&st->base); /* a failure shows at the next commit */
	return SQLITE_OK;
}

/* Which migrations the database has had. */
static int schema_version(struct sqlite_store *st, unsigned *have)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(st->db, "PRAGMA user_version", -1, &s, NULL);

	if (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		*have = (unsigned)sqlite3_column_int(s, 0);
	(void)sqlite3_finalize(s);
	return rc;
}

/* A reader cannot bring an older database up to date. */
static int check_version(struct sqlite_store *st, struct buf *why)
{
	unsigned have = 0;
	int rc = schema_version(st, &have);

	if (rc == SQLITE_OK && have < n_migrations) {
		buf_addf(why, "was written by an older ijwd (schema %u, this one needs %u): start the hub once",
			 have, n_migrations);
		return -EINVAL;
	}
	return sq_error(rc);
}

static int migrate(struct sqlite_store *st, struct buf *why)
{
	unsigned have = 0;
	char sql[64];
	int rc = schema_version(st, &have);

	if (rc == SQLITE_OK && have > n_migrations) {
		buf_addf(why, "was written by a newer ijwd (schema %u, this one knows %u)", have,
			 n_migrations);
		return -EINVAL;
	}
	for (; rc == SQLITE_OK && have < n_migrations; have++) {
		(void)snprintf(sql, sizeof sql, "PRAGMA user_version = %u", have + 1);
		rc = sqlite3_exec(st->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(st->db, migrations[have], NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(st->db, sql, NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(st->db, "COMMIT", NULL, NULL, NULL);
	}
	return sq_error(rc);
}

static const char *const pragmas_write =
	"PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	"PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 134217728;"
	"PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000";
static const char *const pragmas_read =
	"PRAGMA query_only = ON; PRAGMA cache_size = -4096; PRAGMA busy_timeout = 5000";

static int prepare(struct sqlite_store *st, const char *const *sql, int n, sqlite3_stmt **ret)
{
	for (int i = 0; i < n; i++) {
		int rc = sqlite3_prepare_v3(st->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &ret[i],
					    NULL);

		if (rc != SQLITE_OK)
			return sq_error(rc);
	}
	return 0;
}

int store_share(struct store *st)
{
	int on = 1;

	return sq_error(sqlite3_file_control(sq_self(st)->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on));
}

static int set_up(struct sqlite_store *st, enum store_mode mode, struct buf *why)
{
	int r = sq_error(sqlite3_exec(st->db, mode == STORE_WRITE ? pragmas_write : pragmas_read, NULL,
				      NULL, NULL));

	if (r == 0 && mode == STORE_WRITE) {
		r = migrate(st, why);
		(void)sqlite3_wal_hook(st->db, log_grew, st);
	} else if (r == 0) {
		r = store_share(&st->base); /* who only reads clears nothing away */
		if (r == 0)
			r = check_version(st, why);
	}
	if (r == 0)
		r = prepare(st, statements, N_STATEMENTS, st->stmt);
	if (r == 0)
		r = prepare(st, register_statements, N_REGISTER, st->reg);
	if (r == 0 && mode == STORE_WRITE)
		r = sq_run(&st->base, SQL_OUTBOX_RECOVER, "");
	return r;
}

int sqlite_store_open(struct store **ret, const char *path, enum store_mode mode, struct buf *why)
{
	int flags = SQLITE_OPEN_NOMUTEX |
		    (mode == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
					 : SQLITE_OPEN_READWRITE);
	struct sqlite_store *st = calloc(1, sizeof *st);
	struct buf detail = BUF_INIT;
	int r;

	if (st == NULL)
		return -ENOMEM;
	st->base.ops = &ops;
	st->base.reg = &sqlite_register_ops;
	st->base.audit = &sqlite_audit_ops;
	st->base.bodies = &sqlite_body_ops;
	r = sq_error(sqlite3_open_v2(path, &st->db, flags, NULL));
	if (r == 0)
		r = set_up(st, mode, &detail);
	if (r < 0) {
		buf_addf(why, "store %s: %s; check that the folder exists, is writable and not full",
			 path, detail.len > 0 ? buf_str(&detail) : sqlite3_errmsg(st->db));
		sq_close(&st->base);
	} else {
		*ret = &st->base;
	}
	buf_free(&detail);
	return r;
}
