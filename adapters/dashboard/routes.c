#include "routes.h"

#include <string.h>

#include "handlers.h"
#include "request.h"

#include "base/banned.h"

/* clang-format off */
static const struct route routes[] = {
	/* method, path,                      who,        flags,        answered by */
	{"GET",  "/",                         FOR_NOBODY, ROUTE_PAGE,   handle_index},
	{"GET",  "/static/{name}",            FOR_NOBODY, ROUTE_PAGE,   handle_static},
	{"GET",  "/health",                   FOR_NOBODY, 0,            handle_health},
	{"GET",  "/api/openapi.yaml",         FOR_NOBODY, 0,            handle_openapi},
	{"POST", "/api/login",                FOR_NOBODY, ROUTE_LOGIN,  handle_login},
	{"POST", "/api/logout",               FOR_ALL,    0,            handle_logout},
	{"GET",  "/api/me",                   FOR_ALL,    0,            handle_me},
	{"GET",  "/api/overview",             FOR_ALL,    0,            handle_overview},
	{"GET",  "/api/events",               FOR_ALL,    ROUTE_STREAM, NULL},
	{"GET",  "/api/errors",               FOR_ALL,    0,            handle_errors},
	{"GET",  "/api/errors/mail",          FOR_SEERS,  0,            handle_mail},
	{"GET",  "/api/conformance",          FOR_ALL,    0,            handle_conformance},
	{"GET",  "/api/burden",               FOR_ALL,    0,            handle_burden},
	{"GET",  "/api/rules",                FOR_ALL,    0,            handle_rules},
	{"GET",  "/api/messages",             FOR_ALL,    0,            handle_messages},
	{"POST", "/api/clients",              FOR_ALL,    0,            handle_clients},
	{"GET",  "/api/messages/{id}",        FOR_ALL,    0,            handle_message},
	{"POST", "/api/messages/{id}/body",   FOR_ALL,    0,            handle_body},
	{"GET",  "/api/due",                  FOR_ALL,    0,            handle_due},
	{"GET",  "/api/open-ends",            FOR_ALL,    0,            handle_open_ends},
	{"GET",  "/api/flows",                FOR_ALL,    0,            handle_flows},
	{"GET",  "/api/parties",              FOR_ALL,    0,            handle_parties},
	{"POST", "/api/parties/{party}/test", FOR_ADMIN,  0,            handle_party_test},
	{"GET",  "/api/admin",                FOR_ADMIN,  0,            handle_admin},
	{"POST", "/api/admin/maintenance",    FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/freeze",         FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/unfreeze",       FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/hold",           FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/resume",         FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/retry",          FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/replay",         FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/recheck",        FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/reload",         FOR_ADMIN,  0,            handle_act},
	{"POST", "/api/admin/keys-rotate",    FOR_ADMIN,  0,            handle_act},
	{"GET",  "/api/audit",                FOR_ADMIN,  0,            handle_audit},
	{"POST", "/api/audit/verify",         FOR_ADMIN,  0,            handle_audit_verify},
};

/* What may stand in the place of {…}: by its name. */
static const struct {
	const char *name, *set;
	size_t most;
} params[] = {
	{"{id}", "0123456789", 18},
	{"{party}", "abcdefghijklmnopqrstuvwxyz0123456789-", 32},
	{"{name}", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./", ROUTE_PARAM - 1},
};
/* clang-format on */

const struct route *routes_list(size_t *n)
{
	*n = sizeof routes / sizeof *routes;
	return routes;
}

/* How much of the path stands in the place of the pattern's {…}; 0: it may not. */
static size_t take_param(const char *pattern, size_t name, const char *path, char param[ROUTE_PARAM])
{
	for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
		size_t n = strspn(path, params[i].set);

		if (strlen(params[i].name) != name || strncmp(pattern, params[i].name, name) != 0)
			continue;
		if (n == 0 || n > params[i].most)
			return 0;
		memcpy(param, path, n);
		param[n] = '\0';
		return n;
	}
	return 0;
}

static bool fits(const char *pattern, const char *path, char param[ROUTE_PARAM])
{
	while (*pattern != '\0') {
		if (*pattern == '{') {
			size_t name = strcspn(pattern, "}") + 1, n = take_param(pattern, name, path, param);

			if (n == 0)
				return false;
			pattern += name;
			path += n;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

const struct route *route_find(const char *method, const char *path, char param[ROUTE_PARAM])
{
	param[0] = '\0';
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (strcmp(routes[i].method, method) == 0 && fits(routes[i].path, path, param))
			return &routes[i];
	return NULL;
}

int route_gate(const struct route *r, const struct asker *a)
{
	bool post = strcmp(r->method, "POST") == 0;

	if ((r->flags & ROUTE_LOGIN) != 0)
		return !a->origin ? PROBLEM_ORIGIN : !a->json ? PROBLEM_BAD_REQUEST : PROBLEM_NONE;
	if (r->roles == FOR_NOBODY)
		return PROBLEM_NONE;
	if (a->user == NULL)
		return PROBLEM_LOGIN;
	if (post && (!a->token || !a->origin))
		return PROBLEM_CSRF;
	if ((r->roles & a->user->role) == 0)
		return PROBLEM_NOT_ALLOWED;
	return post && !a->json ? PROBLEM_BAD_REQUEST : PROBLEM_NONE;
}
