/*
 * All that a request may need, made once by main.c.  What a reload replaces
 * (users, reference, page) is held for the length of a request, never longer.
 */
#ifndef DASHBOARD_DASHBOARD_H
#define DASHBOARD_DASHBOARD_H

#include <pthread.h>
#include <stdint.h>

#include "hub.h"
#include "limiter.h"
#include "pool.h"
#include "reference.h"
#include "session.h"
#include "settings.h"
#include "trail.h"
#include "users.h"

struct page;
struct watch;
struct reports;

struct dashboard {
	const char *file;		 /* dashboard.yaml */
	const struct settings *settings; /* those of the start: addresses, limits, places */
	struct sessions *sessions;
	struct limiter *limiter;
	struct pool *pool;
	struct hub *hub;
	struct trail *trail;
	struct watch *watch;
	struct reports *reports;
	int64_t started;
	pthread_mutex_t lock; /* of what is below */
	struct users *users;
	struct reference *reference;
	struct page *page;
};

/* Each gives a reference that the caller drops. */
struct users *dashboard_users(struct dashboard *d);
struct reference *dashboard_reference(struct dashboard *d);
struct page *dashboard_page(struct dashboard *d);

/*
 * dashboard_session tells who a cookie's value belongs to: the row in u, or
 * NULL when there is no such session, its user is gone, or was changed since.
 */
const struct user *dashboard_session(struct dashboard *d, const struct users *u, const char *cookie,
				     int64_t now, bool touch);

/* dashboard_stamp is what a user is (session_stamp). */
bool dashboard_stamp(const struct user *u, unsigned char stamp[SESSION_STAMP]);

/* logins_*: when each user logged in last, kept in the state folder (logins.c). */
void logins_open(struct dashboard *d);
void logins_close(void);
void logins_note(struct dashboard *d, const char *user, int64_t now);
int64_t logins_last(struct dashboard *d, const char *user); /* 0: not known */

#endif
