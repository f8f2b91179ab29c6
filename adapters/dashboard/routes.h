/*
 * Every door of the dashboard, as one table: method, path, who may come
 * through, and who answers.  What is not in it does not exist; what is in it
 * stands in openapi.yaml too (tests/unit/dashboard/routes_test.c).
 */
#ifndef DASHBOARD_ROUTES_H
#define DASHBOARD_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "users.h"

#define ROUTE_PARAM 256

struct request;

/* Whom a route is for. */
#define FOR_NOBODY 0 /* public: no login */
#define FOR_ADMIN ROLE_BEHEERDER
#define FOR_SEERS (ROLE_BEHEERDER | ROLE_INZAGE)
#define FOR_ALL (ROLE_BEHEERDER | ROLE_INZAGE | ROLE_PARTIJ)

enum route_flags {
	ROUTE_LOGIN = 1,    /* a POST without a session: the origin is checked instead of a token */
	ROUTE_STREAM = 2,   /* answers with events, and does not count as use of the session */
	ROUTE_PAGE = 4,	    /* a file of the page: may be kept by the browser */
};

struct route {
	const char *method, *path; /* {id} is a number, {party} a party, {name} a file; last in the path or not */
	unsigned roles;
	unsigned flags;
	void (*handle)(struct request *q);
};

/* routes_list gives all rows; n is set. */
const struct route *routes_list(size_t *n);

/* route_find gives the row for a request and what stood in the place of {…}; NULL: none. */
const struct route *route_find(const char *method, const char *path, char param[ROUTE_PARAM]);

/* What is known of who asks. */
struct asker {
	const struct user *user; /* NULL: no session */
	bool token;   /* the CSRF token is right */
	bool origin;  /* it comes from the page itself, or from no page */
	bool json;    /* the body is said to be JSON */
};

/* route_gate judges; it gives an enum problem, PROBLEM_NONE to go on. */
int route_gate(const struct route *r, const struct asker *a);

#endif
