/*
 * The audit log and the bodies in SQLite.
 *
 * Bodies that go, or are sealed anew, are overwritten with zeroes where they
 * lay.  That costs a write for each page that becomes free, so it is on only
 * around those statements; deliveries come and go all day and hold nothing.
 */
#include "store/sqlite_internal.h"

#include <errno.h>
#include <string.h>

#include "base/keyring.h"
#include "store/audit.h"
#include "store/bodies.h"

#include "base/banned.h"

/* ---- entries ---- */

static int append(struct store *st, const struct audit_entry *e)
{
	return sq_run(st, SQL_AUDIT_ADD,
			       "iissssiibsssbb",
			       e->id, e->moment, e->event, e->who, e->role, e->source, e->message,
			       e->last, e->has_client ? e->client : NULL, sizeof e->client,
			       e->reason, e->outcome, e->detail, e->has_digest ? e->digest : NULL,
			       sizeof e->digest, e->hash, sizeof e->hash);
}

/* A log that somebody wrote in past the hub may lack what it should have. */
static const char *text(sqlite3_stmt *s, int column)
{
	const char *t = sq_text(s, column);

	return t == NULL ? "" : t;
}

/* Reads the columns of AUDIT (statements.c); texts belong to the row. */
static void read_entry(sqlite3_stmt *s, struct audit_entry *e)
{
	const void *client = sqlite3_column_blob(s, 8);

	*e = (struct audit_entry){
		.id = sqlite3_column_int64(s, 0),
		.moment = sqlite3_column_int64(s, 1),
		.event = text(s, 2),
		.who = text(s, 3),
		.role = text(s, 4),
		.source = text(s, 5),
		.message = sqlite3_column_int64(s, 6),
		.last = sqlite3_column_int64(s, 7),
		.has_client = client != NULL && sqlite3_column_bytes(s, 8) == (int)sizeof e->client,
		.reason = text(s, 9),
		.outcome = text(s, 10),
		.detail = text(s, 11),
		.has_digest = sqlite3_column_type(s, 12) != SQLITE_NULL,
	};
	if (e->has_client)
		memcpy(e->client, client, sizeof e->client);
	sq_hash(s, 12, e->digest);
	sq_hash(s, 13, e->hash);
}

struct entries_to {
	int (*each)(void *, const struct audit_entry *);
	void *ctx;
};

static int give_entry(sqlite3_stmt *s, void *to)
{
	const struct entries_to *t = to;
	struct audit_entry e;

	read_entry(s, &e);
	return t->each(t->ctx, &e);
}

static int each_entry(sqlite3_stmt *s, int (*each)(void *, const struct audit_entry *), void *ctx)
{
	struct entries_to to = {each, ctx};
	int r = sq_rows(s, give_entry, &to);

	return r < 0 ? r : 0;
}

/* Only what audit_add needs: texts would be gone after the reset. */
static int head(struct store *st, struct audit_entry *ret)
{
	sqlite3_stmt *s = sq_start(st, SQL_AUDIT_HEAD, "");
	int rc = sqlite3_step(s), r = sq_error(rc);

	if (r == 0 && rc != SQLITE_ROW)
		r = -ENOENT;
	*ret = (struct audit_entry){0};
	if (r == 0) {
		ret->id = sqlite3_column_int64(s, 0);
		ret->moment = sqlite3_column_int64(s, 1);
		sq_hash(s, 13, ret->hash);
	}
	(void)sqlite3_reset(s);
	return r;
}

static int moment(struct store *st, int64_t id, int64_t *ret)
{
	return sq_number(sq_start(st, SQL_AUDIT_MOMENT, "i", id), ret);
}

static int list(struct store *st, const struct audit_filter *f, int64_t from, int64_t until,
		int (*each)(void *, const struct audit_entry *), void *ctx)
{
	return each_entry(sq_start(st, SQL_AUDIT_LIST, "iissii", from, until, f->event, f->who,
				f->message, (int64_t)(f->limit > 0 ? f->limit : 50)),
			  each, ctx);
}

static int walk(struct store *st, int (*each)(void *, const struct audit_entry *), void *ctx)
{
	return each_entry(sq_start(st, SQL_AUDIT_WALK, ""), each, ctx);
}

static int covered(struct store *st, int64_t *ret)
{
	int r = sq_number(sq_start(st, SQL_AUDIT_COVERED, ""), ret);

	if (r == -ENOENT)
		*ret = 0;
	return r == -ENOENT ? 0 : r;
}

static void read_facts(sqlite3_stmt *s, struct store_message *m)
{
	*m = (struct store_message){
		.id = sqlite3_column_int64(s, 0),
		.received = sqlite3_column_int64(s, 1),
		.settled = sqlite3_column_int64(s, 2),
		.party = text(s, 3),
		.naar = text(s, 4),
		.size = sqlite3_column_int64(s, 6),
		.verdict = (enum verdict)sqlite3_column_int(s, 7),
		.confirmed = sqlite3_column_int64(s, 8),
	};
	sq_hash(s, 5, m->sha256);
}

static int facts(struct store *st, int64_t first, int64_t last,
		 int (*each)(void *, const struct store_message *), void *ctx)
{
	sqlite3_stmt *s = sq_start(st, SQL_FACTS, "ii", first, last);
	int rc, r = 0;

	while (r == 0 && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		struct store_message m;

		r = sq_error(rc);
		if (r < 0)
			break;
		read_facts(s, &m);
		r = each(ctx, &m);
	}
	(void)sqlite3_reset(s);
	return r < 0 ? r : 0;
}

static int look(struct store *st)
{
	return sq_run(st, SQL_LOOK, "");
}

static void look_end(struct store *st)
{
	(void)sq_run(st, SQL_COMMIT, ""); /* nothing was written */
}

const struct audit_ops sqlite_audit_ops = {
	.append = append,
	.head = head,
	.moment = moment,
	.list = list,
	.walk = walk,
	.covered = covered,
	.facts = facts,
	.look = look,
	.look_end = look_end,
};

/* ---- bodies ---- */

static int counts(struct store *st, int (*each)(void *, uint32_t, int64_t), void *ctx)
{
	sqlite3_stmt *s = sq_start(st, SQL_BODY_COUNTS, "");
	int rc, r = 0;

	while (r == 0 && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		r = sq_error(rc);
		if (r == 0)
			r = each(ctx, (uint32_t)sqlite3_column_int64(s, 0),
				 sqlite3_column_int64(s, 1));
	}
	(void)sqlite3_reset(s);
	return r < 0 ? r : 0;
}

static int older(struct store *st, uint32_t newest, uint32_t key, int64_t after, struct arena *a,
		 struct store_message *ret, uint32_t *ret_key)
{
	sqlite3_stmt *s = sq_start(st, SQL_BODY_OLDER, "iii", (int64_t)newest, (int64_t)key, after);
	int rc = sqlite3_step(s), r = sq_error(rc);

	if (r == 0 && rc != SQLITE_ROW)
		r = -ENOENT;
	if (r == 0) {
		*ret = (struct store_message){.id = sqlite3_column_int64(s, 0),
					      .body_size = (size_t)sqlite3_column_bytes(s, 2)};
		*ret_key = (uint32_t)sqlite3_column_int64(s, 1);
		sq_hash(s, 3, ret->sha256);
		ret->body = arena_strndup(a, sqlite3_column_blob(s, 2), ret->body_size);
		r = ret->body == NULL ? -ENOMEM : 0;
	}
	(void)sqlite3_reset(s);
	return r;
}

/* The pragma acts when it is compiled, so it is no prepared statement. */
static void overwrite(struct store *st, bool on)
{
	(void)sqlite3_exec(sq_self(st)->db,
			   on ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = OFF", NULL,
			   NULL, NULL); /* of a store that fails the statement itself tells */
}

static int replace(struct store *st, int64_t id, const void *body, size_t size)
{
	int r;

	overwrite(st, true);
	r = sq_finish(
		sq_start(st, SQL_BODY_REPLACE, "ibi", id, body, size, (int64_t)seal_key(body, size)));
	overwrite(st, false);
	return r;
}

static int remove_body(struct store *st, int64_t id, int64_t now)
{
	int r;

	overwrite(st, true);
	r = sq_run(st, SQL_BODY_REMOVE, "i", id);
	overwrite(st, false);
	return r == 0 ? sq_run(st, SQL_BODY_GONE_PUT, "ii", id, now) : r;
}

static int first(struct store *st, int64_t *ret)
{
	return sq_number(sq_start(st, SQL_BODY_FIRST, ""), ret);
}

static int gone(struct store *st, int64_t id, int64_t *ret)
{
	return sq_number(sq_start(st, SQL_BODY_GONE, "i", id), ret);
}

static int missing(struct store *st, int64_t *n, int64_t *from, int64_t *to)
{
	sqlite3_stmt *s = sq_start(st, SQL_BODY_MISSING, "");
	int rc = sqlite3_step(s), r = sq_error(rc);

	if (r == 0) {
		*n = sqlite3_column_int64(s, 0);
		*from = sqlite3_column_int64(s, 1);
		*to = sqlite3_column_int64(s, 2);
	}
	(void)sqlite3_reset(s);
	return r;
}

/* A reader that looks at an older state keeps its part of the log; the next round gets it. */
static int wipe(struct store *st)
{
	sqlite3 *db = sq_self(st)->db;
	int rc;

	(void)sqlite3_busy_timeout(db, 0); /* cannot fail; the writer does not wait for readers */
	rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	(void)sqlite3_busy_timeout(db, SQ_PATIENCE_MS);
	return rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? 0 : sq_error(rc);
}

const struct body_ops sqlite_body_ops = {
	.counts = counts,
	.older = older,
	.replace = replace,
	.remove = remove_body,
	.first = first,
	.gone = gone,
	.missing = missing,
	.wipe = wipe,
};
