/* Logging in and out, and who one is. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "handlers.h"
#include "request.h"
#include "values.h"

#include "base/banned.h"

#define HASHING_MOST 2 /* passwords checked at once: each takes 16 MB and a core for a while */

/* What each role may, in the words of the page. */
static const struct {
	enum role role;
	const char *can[6];
} abilities[] = {
	{ROLE_BEHEERDER, {"unmask", "manage", "audit", "parties", "export", NULL}},
	{ROLE_INZAGE, {"parties", "export", NULL}},
	{ROLE_PARTIJ, {"unmask", "parties", "export", NULL}},
};

static json_t *abilities_json(enum role role)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof abilities / sizeof *abilities; i++)
		for (size_t k = 0; abilities[i].role == role && abilities[i].can[k] != NULL; k++)
			(void)json_array_append_new(list, json_string(abilities[i].can[k]));
	return list;
}

static void answer_me(struct request *q, const struct user *u, const char *cookie)
{
	json_t *o = json_object(), *codes = json_array();
	char token[SESSION_TEXT];

	session_csrf(cookie, token);
	for (uint32_t i = 0; i < u->codes_count; i++)
		(void)json_array_append_new(codes, json_string(u->codes[i]));
	set_text(o, "user", u->user);
	set_text(o, "name", u->name != NULL ? u->name : u->user);
	set_text(o, "role", role_name(u->role));
	set_new(o, "codes", codes);
	set_new(o, "can", abilities_json(u->role));
	set_text(o, "csrf", token);
	set_text(o, "version", IJWD_VERSION);
	set_text(o, "hub_name", q->ref->settings->hub_name);
	set_text(o, "language", q->ref->settings->language);
	set_moment(o, "now", q->now);
	set_number(o, "idle_minutes", q->d->settings->idle_minutes);
	answer_json(q, o);
}

void handle_me(struct request *q)
{
	answer_me(q, q->user, q->cookie);
}

/* A place among those whose password is being checked; false: all are taken. */
static bool take_place(bool take)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static unsigned busy;
	bool ok;

	(void)pthread_mutex_lock(&lock);
	ok = !take || busy < HASHING_MOST;
	if (take && ok)
		busy++;
	else if (!take)
		busy--;
	(void)pthread_mutex_unlock(&lock);
	return ok;
}

/* Names and addresses that failed too often wait; true after it has answered so. */
static bool must_wait(struct request *q, const char *name)
{
	unsigned a = limiter_wait(q->d->limiter, LIMIT_USER, name, q->now);
	unsigned b = limiter_wait(q->d->limiter, LIMIT_ADDRESS, q->address, q->now);

	if (a == 0 && b == 0)
		return false;
	answer_problem(q, PROBLEM_TOO_MANY);
	q->answer.retry_after = a > b ? a : b;
	return true;
}

static bool certificate_right(const struct request *q, const struct user *u)
{
	if (u->fingerprint == NULL)
		return q->d->settings->client_certificate != CERTIFICATE_REQUIRED;
	return strcmp(u->fingerprint, q->fingerprint) == 0;
}

static bool tell(struct request *q, const char *name, const char *role, const char *event,
		 const char *outcome)
{
	const struct trail_entry e = {.event = event,
				      .who = name,
				      .role = role,
				      .source = q->address,
				      .outcome = outcome,
				      .moment = q->now};

	if (trail_add(q->d->trail, &e))
		return true;
	answer_problem(q, PROBLEM_AUDIT);
	return false;
}

static void refused(struct request *q, const char *name, const struct user *u, enum problem why)
{
	limiter_failed(q->d->limiter, LIMIT_USER, name, q->now);
	limiter_failed(q->d->limiter, LIMIT_ADDRESS, q->address, q->now);
	/* A name that is nobody's may be a password typed in the wrong field: it is not kept. */
	log_warn("DASH-LOGIN-REFUSED", "from %s, user %s: %s", q->address,
		 u != NULL ? u->user : "unknown",
		 why == PROBLEM_CERTIFICATE ? "certificate" : "password");
	if (!tell(q, u != NULL ? u->user : "unknown", "", "login",
		  why == PROBLEM_CERTIFICATE ? "refused: certificate" : "refused: password"))
		return;
	answer_problem(q, PROBLEM_PASSWORD);
}

static void accepted(struct request *q, const struct user *u)
{
	unsigned char stamp[SESSION_STAMP];

	limiter_cleared(q->d->limiter, LIMIT_USER, u->user);
	if (!tell(q, u->user, role_name(u->role), "login", "ok"))
		return;
	if (!dashboard_stamp(u, stamp) ||
	    !sessions_open(q->d->sessions, u->user, stamp, q->now, q->fresh_cookie)) {
		answer_problem(q, PROBLEM_BUSY);
		return;
	}
	if (q->cookie[0] != '\0')
		sessions_close(q->d->sessions, q->cookie); /* one browser, one session */
	logins_note(q->d, u->user, q->now);
	log_info("DASH-LOGIN", "%s (%s) from %s", u->user, role_name(u->role), q->address);
	answer_me(q, u, q->fresh_cookie);
	q->answer.cookie = q->fresh_cookie;
}

void handle_login(struct request *q)
{
	const char *name = posted_text(q, "user", 64),
		   *password = posted_text(q, "password", PASSWORD_MOST);
	const struct user *u = users_find(q->users, name);
	bool right;

	if (name[0] == '\0' || password[0] == '\0') {
		answer_problem(q, PROBLEM_BAD_REQUEST);
		return;
	}
	if (must_wait(q, name))
		return;
	if (!take_place(true)) {
		answer_problem(q, PROBLEM_BUSY);
		q->answer.retry_after = 2;
		return;
	}
	right = password_right(u, password);
	(void)take_place(false);
	if (!right)
		refused(q, name, u, PROBLEM_PASSWORD);
	else if (!certificate_right(q, u))
		refused(q, name, u, PROBLEM_CERTIFICATE);
	else
		accepted(q, u);
}

void handle_logout(struct request *q)
{
	if (!tell(q, q->user->user, role_name(q->user->role), "logout", "ok"))
		return;
	sessions_close(q->d->sessions, q->cookie);
	q->answer.cookie = "";
	answer_done(q, "U bent uitgelogd.", "You are logged out.");
}
