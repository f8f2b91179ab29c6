/* What the parts of the SQLite driver share: sqlite.c for messages, register*.c for the register. */
#ifndef STORE_SQLITE_INTERNAL_H
#define STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>
#include <stdarg.h>

#include "base/date.h"
#include "store/register.h"
#include "store/statements.h"
#include "store/store.h"

struct sqlite_store {
	struct store base; /* first: a struct store * is a struct sqlite_store * */
	sqlite3 *db;
	sqlite3_stmt *stmt[N_STATEMENTS];
	sqlite3_stmt *reg[N_REGISTER];
	int wal_pages;
};

extern const struct register_ops sqlite_register_ops;

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

/* Runs a bound statement that gives no rows, and resets it. */
int sq_finish(sqlite3_stmt *s);

/* Runs a bound statement that gives one number; -ENOENT when it gives none or NULL. */
int sq_number(sqlite3_stmt *s, int64_t *ret);

const char *sq_text(sqlite3_stmt *s, int column);

#endif
