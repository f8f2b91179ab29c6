/*
 * Who may log in: the users' file, written by `ijw-dashboard user`.
 *
 *   users:
 *     - user: jansen            # how one logs in
 *       name: "A. Jansen"       # shown, and in the audit log
 *       role: beheerder         # or inzage, partij
 *       codes: ["0363"]         # partij only: what may be seen
 *       fingerprint: "ab12…"    # SHA-256 of the client certificate to be shown
 *       password: "$y$…"        # yescrypt
 *
 * The file has mode 0600 or 0640 and is replaced in one movement.  A set of
 * users never changes once it is in use; references are counted, and the count
 * is thread-safe.
 */
#ifndef DASHBOARD_USERS_H
#define DASHBOARD_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define USERS_MOST 1000
#define USER_CODES_MOST 64 /* as many as a search may be bound to: VIEW_CODES */
#define PASSWORD_LEAST 12
#define PASSWORD_MOST 256

/* Bits, so that a route can name several. */
enum role { ROLE_BEHEERDER = 1, ROLE_INZAGE = 2, ROLE_PARTIJ = 4 };

struct user {
	char *user, *name, *password;
	char *fingerprint; /* 64 lower-case hexadecimal digits, or NULL */
	enum role role;
	char **codes; /* ROLE_PARTIJ: one at least */
	uint32_t codes_count;
};

struct users {
	struct user *users;
	uint32_t users_count;
	_Atomic unsigned references;
};

/* users_load reads the file; negative with a line in why for anything that is not right. */
int users_load(struct users **ret, const char *file, struct buf *why);

/*
 * users_save replaces the file: written beside it, synced, renamed.  A new file
 * gets the group of its folder, so that the service may read it.
 */
int users_save(const struct users *u, const char *file, struct buf *why);

/* users_new is an empty set; users_add gives a new, zeroed row, or NULL when it is full. */
struct users *users_new(void);
struct user *users_add(struct users *u);

/* users_remove takes a row out; false when there is none. */
bool users_remove(struct users *u, const char *name);

struct users *users_hold(struct users *u);
void users_drop(struct users **u);

const struct user *users_find(const struct users *u, const char *name);

const char *role_name(enum role r);
bool role_parse(const char *text, enum role *ret);

/* user_name_ok: 1 to 32 of a-z 0-9 . _ - ; so it can stand in logs and files. */
bool user_name_ok(const char *name);

/* user_check tells what is wrong with a row, or NULL: names, codes, fingerprint. */
const char *user_check(const struct user *u);

/* password_make hashes; the result is malloc'ed.  NULL when the system cannot. */
char *password_make(const char *password);

/*
 * password_right tells whether a password belongs to a user.  user NULL costs
 * the same time and is never right.
 */
bool password_right(const struct user *user, const char *password);

/* password_prepare makes what an unknown user is checked against; once, before any thread. */
bool password_prepare(void);

#endif
