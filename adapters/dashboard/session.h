/*
 * Logins that are open.  The browser holds 256 random bits in a cookie; here
 * only their SHA-256 is kept, so that what leaks from memory opens nothing.
 * The CSRF token is made from the cookie's value and not kept at all.
 *
 * A session ends by logging out, when it was not used for a while, when it
 * is old, when its user was changed or removed (the caller tells by a stamp),
 * or when a new one needs its place.  Thread-safe; the clock is passed in.
 */
#ifndef DASHBOARD_SESSION_H
#define DASHBOARD_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_TEXT 65 /* the cookie's value and the CSRF token: 64 hexadecimal digits */
#define SESSION_STAMP 32
#define SESSIONS_MOST 1000
#define SESSIONS_USER 20 /* of one user; the oldest makes place */

struct sessions;

struct sessions_opts {
	int64_t idle_us, most_us; /* not used for so long; in all */
};

struct sessions *sessions_new(const struct sessions_opts *o);
void sessions_free(struct sessions **s);

/*
 * sessions_open starts one for a user and writes the cookie's value; stamp
 * is what the user was when logging in (session_stamp).  False without randomness
 * or when all places are in use by sessions that have not ended.
 */
bool sessions_open(struct sessions *s, const char *user, const unsigned char stamp[SESSION_STAMP],
		   int64_t now, char cookie[SESSION_TEXT]);

/*
 * sessions_find gives the user and stamp of a cookie's value and counts as use
 * when touch is set; false when there is no such session (any more).
 */
bool sessions_find(struct sessions *s, const char *cookie, int64_t now, bool touch, char user[33],
		   unsigned char stamp[SESSION_STAMP]);

/* sessions_close ends one; unknown is fine. */
void sessions_close(struct sessions *s, const char *cookie);

/* sessions_count is how many are open at a moment. */
size_t sessions_count(struct sessions *s, int64_t now);

/* session_csrf makes the token that belongs to a cookie's value. */
void session_csrf(const char *cookie, char token[SESSION_TEXT]);

/* session_csrf_right compares in constant time. */
bool session_csrf_right(const char *cookie, const char *token);

/* session_stamp is a digest of texts (ended by NULL) that end a session when they change; false
 * without one. */
bool session_stamp(unsigned char stamp[SESSION_STAMP], ...) __attribute__((sentinel));

#endif
