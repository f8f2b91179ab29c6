/* Logins: sessions that end, tokens, and passwords that cannot be tried fast. */
#include <stdio.h>
#include <string.h>

#include "../../../adapters/dashboard/limiter.h"
#include "../../../adapters/dashboard/session.h"
#include "../../lib/unit.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define START (INT64_C(1790000000) * SECOND)

static struct sessions *make(void)
{
	const struct sessions_opts o = {.idle_us = 30 * MINUTE, .most_us = 600 * MINUTE};

	return sessions_new(&o);
}

static bool finds(struct sessions *s, const char *cookie, int64_t now, bool touch)
{
	unsigned char stamp[SESSION_STAMP];
	char user[33];

	return sessions_find(s, cookie, now, touch, user, stamp) && strcmp(user, "jansen") == 0;
}

static void time_outs(void)
{
	struct sessions *s = make();
	unsigned char stamp[SESSION_STAMP] = {1};
	char a[SESSION_TEXT], b[SESSION_TEXT];
	int64_t now = START;

	NEED(s != NULL && sessions_open(s, "jansen", stamp, now, a) &&
		     sessions_open(s, "jansen", stamp, now, b),
	     "two sessions open");
	CHECK(strcmp(a, b) != 0 && strlen(a) == 64, "each with a name of its own, of 256 bits");
	CHECK(finds(s, a, now + 29 * MINUTE, true), "found while it is used");
	CHECK(finds(s, a, now + 58 * MINUTE, false), "use puts off its end");
	CHECK(!finds(s, b, now + 31 * MINUTE, true), "one that was not used has ended");
	CHECK(!finds(s, a, now + 60 * MINUTE, true), "looking on is no use");
	NEED(sessions_open(s, "jansen", stamp, now, a), "another");
	for (int64_t t = 0; t < 600; t += 20)
		CHECK(finds(s, a, now + t * MINUTE, true), "used all day");
	CHECK(!finds(s, a, now + 601 * MINUTE, true), "but no longer than a day's work");
	sessions_free(&s);
	CHECK(s == NULL, "freed and cleared");
}

static void other_names(void)
{
	struct sessions *s = make();
	unsigned char stamp[SESSION_STAMP] = {1};
	char a[SESSION_TEXT], other[SESSION_TEXT];

	NEED(s != NULL && sessions_open(s, "jansen", stamp, START, a), "one session");
	memcpy(other, a, sizeof other);
	other[63] = other[63] == '0' ? '1' : '0';
	CHECK(!finds(s, other, START, true), "a name that is nearly right is wrong");
	CHECK(!finds(s, "", START, true) && !finds(s, "x", START, true), "and so is none");
	sessions_close(s, other);
	CHECK(finds(s, a, START, true), "closing another leaves it alone");
	sessions_close(s, a);
	CHECK(!finds(s, a, START, true), "closed is closed");
	sessions_close(s, a);
	sessions_free(&s);
}

static void limits(void)
{
	struct sessions *s = make();
	unsigned char stamp[SESSION_STAMP] = {1};
	char first[SESSION_TEXT], one[SESSION_TEXT], user[33];
	bool all = true;

	NEED(s != NULL && sessions_open(s, "jansen", stamp, START, first), "the first");
	for (int i = 1; i <= SESSIONS_USER; i++)
		all = sessions_open(s, "jansen", stamp, START + i, one) && all;
	CHECK(all && sessions_count(s, START + 100) == SESSIONS_USER,
	      "one user has so many at most");
	CHECK(!finds(s, first, START + 100, true), "the oldest made place");
	for (int i = 0; i < SESSIONS_MOST; i++) {
		(void)snprintf(user, sizeof user, "u%d", i);
		all = sessions_open(s, user, stamp, START + 200, one) && all;
	}
	CHECK(!all && sessions_count(s, START + 200) == SESSIONS_MOST,
	      "all places taken is told, not overrun");
	CHECK(sessions_open(s, "later", stamp, START + 40 * MINUTE, one),
	      "places come free when sessions end");
	sessions_free(&s);
}

static void tokens(void)
{
	char a[SESSION_TEXT], b[SESSION_TEXT], t[SESSION_TEXT], u[SESSION_TEXT];

	memset(a, 'a', 64);
	memset(b, 'b', 64);
	a[64] = b[64] = '\0';
	session_csrf(a, t);
	session_csrf(b, u);
	CHECK(strlen(t) == 64 && strcmp(t, u) != 0 && strcmp(t, a) != 0,
	      "each session has a token, which is not its name");
	CHECK(session_csrf_right(a, t) && !session_csrf_right(a, u),
	      "its own is right, another's is not");
	CHECK(!session_csrf_right(a, NULL) && !session_csrf_right(a, "") &&
		      !session_csrf_right("", ""),
	      "none is not right");
}

static void stamps(void)
{
	unsigned char a[SESSION_STAMP], b[SESSION_STAMP];

	CHECK(session_stamp(a, "jansen", "inzage", NULL) &&
		      session_stamp(b, "jansen", "inzage", NULL) && memcmp(a, b, sizeof a) == 0,
	      "the same user is the same");
	(void)session_stamp(b, "jansen", "beheerder", NULL);
	CHECK(memcmp(a, b, sizeof a) != 0, "another role is another");
	(void)session_stamp(b, "janseninzage", "", NULL);
	CHECK(memcmp(a, b, sizeof a) != 0, "texts do not run together");
}

static void guessing(void)
{
	struct limiter *l = limiter_new();
	int64_t now = START;
	unsigned wait = 0, last = 0;

	NEED(l != NULL, "a limiter");
	for (int i = 0; i < 4; i++) {
		limiter_failed(l, LIMIT_USER, "jansen", now);
		CHECK(limiter_wait(l, LIMIT_USER, "jansen", now) == 0, "four mistakes are free");
	}
	for (int i = 0; i < 12; i++) {
		limiter_failed(l, LIMIT_USER, "jansen", now);
		wait = limiter_wait(l, LIMIT_USER, "jansen", now);
		CHECK(wait > last || wait == 60,
		      "each further one costs twice as long, to a minute");
		last = wait;
	}
	CHECK(wait == 60, "a name is never kept out for long");
	CHECK(limiter_wait(l, LIMIT_USER, "jansen", now + 61 * SECOND) == 0, "waiting helps");
	CHECK(limiter_wait(l, LIMIT_USER, "pietersen", now) == 0, "others are free");
	CHECK(limiter_wait(l, LIMIT_ADDRESS, "jansen", now) == 0, "an address is no name");
	limiter_cleared(l, LIMIT_USER, "jansen");
	CHECK(limiter_wait(l, LIMIT_USER, "jansen", now) == 0, "a success clears it");
	for (int i = 0; i < 4; i++)
		limiter_failed(l, LIMIT_USER, "jansen", now);
	limiter_failed(l, LIMIT_USER, "jansen", now + 20 * MINUTE);
	CHECK(limiter_wait(l, LIMIT_USER, "jansen", now + 20 * MINUTE) == 0,
	      "what is long ago is forgotten");
	limiter_free(&l);
}

static void many_names(void)
{
	struct limiter *l = limiter_new();
	char name[100];

	NEED(l != NULL, "a limiter");
	for (int i = 0; i < 6; i++)
		limiter_failed(l, LIMIT_ADDRESS, "192.0.2.1", START + 3600 * SECOND);
	for (int i = 0; i < 20; i++)
		limiter_failed(l, LIMIT_ADDRESS, "192.0.2.1", START + 3600 * SECOND);
	for (int i = 0; i < 6000; i++) {
		(void)snprintf(name, sizeof name, "name-%d-%080d", i, i);
		limiter_failed(l, LIMIT_USER, name, START + i);
	}
	CHECK(limiter_wait(l, LIMIT_ADDRESS, "192.0.2.1", START + 3601 * SECOND) > 0,
	      "thousands of made-up names do not push out who is busy now");
	limiter_free(&l);
}

int main(void)
{
	static const struct test tests[] = {
		{"a session ends when it is not used, and after a day", time_outs},
		{"only its own name opens a session", other_names},
		{"there is a limit to sessions", limits},
		{"each session has a token of its own", tokens},
		{"a changed user is another user", stamps},
		{"passwords cannot be tried fast", guessing},
		{"and the memory of that is bounded", many_names},
		{NULL, NULL},
	};

	return unit_main("session", tests);
}
