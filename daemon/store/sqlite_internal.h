/* What the parts of the SQLite driver share: sqlite.c for messages, register*.c for the register, sqlite_audit.c for audit log and bodies. */
#ifndef STORE_SQLITE_INTERNAL_H
#define STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>
#include <stdarg.h>

#include "base/date.h"
#include "store/register.h"
#include "store/statements.h"
#include "store/store.h"

#define SQ_PATIENCE_MS 5000 /* for another who writes; as in the pragmas of sqlite.c */

struct sqlite_store {
	struct store base; /* first: a struct store * is a struct sqlite_store * */
	sqlite3 *db;
	sqlite3_stmt *stmt[N_STATEMENTS];
	sqlite3_stmt *reg[N_REGISTER];
	int wal_pages;
	int64_t key, bodies; /* so many were added under this key, and are not in body_count yet */
};

extern const struct register_ops sqlite_register_ops;
extern const struct audit_ops sqlite_audit_ops;
extern const struct body_ops sqlite_body_ops;

struct sqlite_store *sq_self(struct store *st);

/* SQLite's result as a negative errno. */
int sq_error(int rc);

/*
 * sq_bind binds by a word of kinds.  What is bound is borrowed until the
 * statement is reset.
 *
 *   i  int64_t
 *   n  int64_t, ABSENT is NULL
 *   d  day, DAY_NONE is NULL
 *   t  text, NULL is NULL
 *   s  text, NULL is ""
 *   c  code: as s, but one of digits becomes a number with a 1 before it (0002_register.sql)
 *   b  blob: pointer, size_t
 */
sqlite3_stmt *sq_bind(sqlite3_stmt *s, const char *kinds, va_list ap);

/* sq_start binds one of statements.c; sq_run also runs it, when it gives no rows. */
sqlite3_stmt *sq_start(struct store *st, enum statement which, const char *kinds, ...);
int sq_run(struct store *st, enum statement which, const char *kinds, ...);

/* Runs a bound statement that gives no rows, and resets it. */
int sq_finish(sqlite3_stmt *s);

/* sq_rows gives each row of a bound statement to read until it answers other than 0, and resets it. */
int sq_rows(sqlite3_stmt *s, int (*read)(sqlite3_stmt *s, void *to), void *to);

/* Runs a bound statement that gives one number; -ENOENT when it gives none or NULL. */
int sq_number(sqlite3_stmt *s, int64_t *ret);

const char *sq_text(sqlite3_stmt *s, int column);

/* sq_hash reads 32 bytes; zeroes when the column has no such thing. */
void sq_hash(sqlite3_stmt *s, int column, unsigned char ret[32]);

/* sq_read_message reads the columns of MESSAGE (statements.h); texts belong to the row. */
void sq_read_message(sqlite3_stmt *s, struct store_message *m);

/* sq_each_message gives the rows of a bound statement, and resets it. */
int sq_each_message(sqlite3_stmt *s, int (*each)(void *, const struct store_message *), void *ctx);

/*
 * What view.c keeps with a message, in the same transaction: of one that was
 * added, and of one that was parked (as it stood) and has its verdict now.
 */
int sq_view_add(struct store *st, const struct store_message *m);
int sq_view_settle(struct store *st, const struct store_message *parked, const struct store_message *m);

#endif
