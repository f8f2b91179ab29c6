/* Every door of the dashboard: who may come through, what it needs, and that it is described. */
#include <stdio.h>
#include <string.h>

#include "../../../adapters/dashboard/handlers.h"
#include "../../../adapters/dashboard/openapi.h"
#include "../../../adapters/dashboard/request.h"
#include "../../../adapters/dashboard/routes.h"
#include "../../lib/unit.h"

/* Said once more, apart from the table: b beheerder, i inzage, p partij; public needs no login. */
static const struct {
	const char *method, *path, *who;
} expected[] = {
	{"GET", "/", "public"},
	{"GET", "/static/{name}", "public"},
	{"GET", "/health", "public"},
	{"GET", "/api/openapi.yaml", "public"},
	{"POST", "/api/login", "public"},
	{"POST", "/api/logout", "bip"},
	{"GET", "/api/me", "bip"},
	{"GET", "/api/overview", "bip"},
	{"GET", "/api/events", "bip"},
	{"GET", "/api/errors", "bip"},
	{"GET", "/api/errors/mail", "bi"},
	{"GET", "/api/conformance", "bip"},
	{"GET", "/api/burden", "bip"},
	{"GET", "/api/rules", "bip"},
	{"GET", "/api/messages", "bip"},
	{"POST", "/api/clients", "bip"},
	{"GET", "/api/messages/{id}", "bip"},
	{"POST", "/api/messages/{id}/body", "bip"},
	{"GET", "/api/due", "bip"},
	{"GET", "/api/open-ends", "bip"},
	{"GET", "/api/flows", "bip"},
	{"GET", "/api/parties", "bip"},
	{"POST", "/api/parties/{party}/test", "b"},
	{"GET", "/api/admin", "b"},
	{"POST", "/api/admin/maintenance", "b"},
	{"POST", "/api/admin/freeze", "b"},
	{"POST", "/api/admin/unfreeze", "b"},
	{"POST", "/api/admin/hold", "b"},
	{"POST", "/api/admin/resume", "b"},
	{"POST", "/api/admin/retry", "b"},
	{"POST", "/api/admin/replay", "b"},
	{"POST", "/api/admin/recheck", "b"},
	{"POST", "/api/admin/reload", "b"},
	{"POST", "/api/admin/keys-rotate", "b"},
	{"GET", "/api/audit", "b"},
	{"POST", "/api/audit/verify", "b"},
};

static const struct {
	enum role role;
	char letter;
} roles[] = {{ROLE_BEHEERDER, 'b'}, {ROLE_INZAGE, 'i'}, {ROLE_PARTIJ, 'p'}};

static const char *expected_of(const struct route *r)
{
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		if (strcmp(expected[i].method, r->method) == 0 &&
		    strcmp(expected[i].path, r->path) == 0)
			return expected[i].who;
	return NULL;
}

static void who_may(void)
{
	size_t n;
	const struct route *list = routes_list(&n);

	CHECK(n == sizeof expected / sizeof *expected,
	      "no door was added or left out without a word here");
	for (size_t i = 0; i < n; i++) {
		const char *who = expected_of(&list[i]);
		bool public = who != NULL && strcmp(who, "public") == 0;
		struct asker nobody = {.token = true, .origin = true, .json = true};

		if (!CHECK(who != NULL, "each door is expected")) {
			(void)fprintf(stderr, "    %s %s\n", list[i].method, list[i].path);
			continue;
		}
		CHECK((route_gate(&list[i], &nobody) == PROBLEM_NONE) == public,
		      "without a login only what is public");
		for (size_t k = 0; k < sizeof roles / sizeof *roles; k++) {
			struct user u = {.role = roles[k].role};
			struct asker a = {.user = &u, .token = true, .origin = true, .json = true};
			int want = public || strchr(who, roles[k].letter) != NULL
					   ? PROBLEM_NONE
					   : PROBLEM_NOT_ALLOWED;

			if (!CHECK(route_gate(&list[i], &a) == want,
				   "each role gets through where it should"))
				(void)fprintf(stderr, "    %s %s as %s\n", list[i].method,
					      list[i].path, role_name(roles[k].role));
		}
	}
}

static void what_posts_need(void)
{
	size_t n;
	const struct route *list = routes_list(&n);

	for (size_t i = 0; i < n; i++) {
		struct user u = {.role = ROLE_BEHEERDER};
		struct asker a = {.user = &u, .token = true, .origin = true, .json = true};
		bool post = strcmp(list[i].method, "POST") == 0,
		     login = (list[i].flags & ROUTE_LOGIN) != 0;

		a.token = false;
		CHECK(route_gate(&list[i], &a) == (post && !login ? PROBLEM_CSRF : PROBLEM_NONE),
		      "every act but the login needs the session's token");
		a = (struct asker){.user = &u, .token = true, .json = true};
		CHECK(route_gate(&list[i], &a) == (login  ? PROBLEM_ORIGIN
						   : post ? PROBLEM_CSRF
							  : PROBLEM_NONE),
		      "and comes from the page itself");
		a = (struct asker){.user = &u, .token = true, .origin = true};
		CHECK(route_gate(&list[i], &a) == (post ? PROBLEM_BAD_REQUEST : PROBLEM_NONE),
		      "and is JSON");
		CHECK(strcmp(list[i].method, "GET") == 0 || post, "there are no other methods");
		if (list[i].handle == handle_act)
			CHECK(act_known(list[i].path), "and knows the act");
		CHECK(list[i].handle != NULL || (list[i].flags & ROUTE_STREAM) != 0,
		      "somebody answers");
	}
}

static void paths(void)
{
	static const struct {
		const char *name, *method, *path, *pattern, *param;
	} cases[] = {
		{"the page", "GET", "/", "/", ""},
		{"a file", "GET", "/static/app.js", "/static/{name}", "app.js"},
		{"a message", "GET", "/api/messages/17", "/api/messages/{id}", "17"},
		{"its text", "POST", "/api/messages/17/body", "/api/messages/{id}/body", "17"},
		{"the list is not a message", "GET", "/api/messages", "/api/messages", ""},
		{"a party", "POST", "/api/parties/aanbieder-a/test", "/api/parties/{party}/test",
		 "aanbieder-a"},
		{"no number, no message", "GET", "/api/messages/abc", NULL, ""},
		{"nor one that is too long", "GET", "/api/messages/1234567890123456789", NULL, ""},
		{"nor with something behind it", "GET", "/api/messages/17/", NULL, ""},
		{"nor none at all", "GET", "/api/messages/", NULL, ""},
		{"another method is another door", "GET", "/api/login", NULL, ""},
		{"what is not there is not there", "GET", "/api/secret", NULL, ""},
		{"a party in capitals is none", "POST", "/api/parties/AANBIEDER/test", NULL, ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char param[ROUTE_PARAM];
		const struct route *r = route_find(cases[i].method, cases[i].path, param);

		CHECK((r == NULL) == (cases[i].pattern == NULL), cases[i].name);
		if (r != NULL && cases[i].pattern != NULL)
			CHECK(strcmp(r->path, cases[i].pattern) == 0 &&
				      strcmp(param, cases[i].param) == 0,
			      cases[i].name);
	}
}

/* A line of openapi.yaml that begins with so many blanks and a key; its key without the colon. */
static bool key_at(const char *line, size_t blanks, char key[128])
{
	size_t n = strspn(line, " "), len = strcspn(line, "\n");

	if (n != blanks || len <= n || line[len - 1] != ':')
		return false;
	(void)snprintf(key, 128, "%.*s", (int)(len - n - 1), line + n);
	return true;
}

static void described(void)
{
	const char *line = strstr(openapi_yaml, "\npaths:\n");
	char path[128] = "", key[128];
	size_t n, found = 0;
	const struct route *list = routes_list(&n);

	NEED(line != NULL, "the description has paths");
	for (line = line + 8; *line == ' '; line = strchr(line, '\n') + 1) {
		bool known = false;

		if (key_at(line, 2, key))
			memcpy(path, key, sizeof path);
		if (!key_at(line, 4, key))
			continue;
		for (size_t i = 0; i < n; i++)
			known = known || (strcmp(list[i].path, path) == 0 &&
					  strcasecmp(list[i].method, key) == 0);
		found++;
		if (!CHECK(known, "what is described exists"))
			(void)fprintf(stderr, "    %s %s\n", key, path);
	}
	CHECK(found == n, "and all that exists is described");
}

int main(void)
{
	static const struct test tests[] = {
		{"each role gets through the doors that are its own", who_may},
		{"acts need a token, the page's origin and JSON", what_posts_need},
		{"paths are told apart", paths},
		{"the description of the API and the doors are the same", described},
		{NULL, NULL},
	};

	return unit_main("routes", tests);
}
