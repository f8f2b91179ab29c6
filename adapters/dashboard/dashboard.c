#include "dashboard.h"

#include <stdio.h>
#include <string.h>

#include "page.h"

#include "base/banned.h"

struct users *dashboard_users(struct dashboard *d)
{
	struct users *u;

	(void)pthread_mutex_lock(&d->lock);
	u = users_hold(d->users);
	(void)pthread_mutex_unlock(&d->lock);
	return u;
}

struct reference *dashboard_reference(struct dashboard *d)
{
	struct reference *r;

	(void)pthread_mutex_lock(&d->lock);
	r = reference_hold(d->reference);
	(void)pthread_mutex_unlock(&d->lock);
	return r;
}

struct page *dashboard_page(struct dashboard *d)
{
	struct page *p;

	(void)pthread_mutex_lock(&d->lock);
	p = page_hold(d->page);
	(void)pthread_mutex_unlock(&d->lock);
	return p;
}

bool dashboard_stamp(const struct user *u, unsigned char stamp[SESSION_STAMP])
{
	char codes[USER_CODES_MOST * 9 + 1] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < u->codes_count; i++)
		n += (size_t)snprintf(codes + n, sizeof codes - n, "%s,",
				      u->codes[i]); /* fits: read so */
	return session_stamp(stamp, u->user, role_name(u->role), u->password,
			     u->fingerprint != NULL ? u->fingerprint : "", codes, NULL);
}

const struct user *dashboard_session(struct dashboard *d, const struct users *u, const char *cookie,
				     int64_t now, bool touch)
{
	unsigned char then[SESSION_STAMP], is[SESSION_STAMP];
	char name[33];
	const struct user *user;

	if (cookie[0] == '\0' || !sessions_find(d->sessions, cookie, now, touch, name, then))
		return NULL;
	user = users_find(u, name);
	if (user != NULL && dashboard_stamp(user, is) && memcmp(then, is, sizeof is) == 0)
		return user;
	sessions_close(d->sessions, cookie);
	return NULL;
}
