/*
 * One request, as handlers see it: who asks, what is asked, and the answer
 * they fill in.  server.c makes it from what the browser sent and sends what
 * came of it; nothing here knows HTTP's bytes.
 */
#ifndef DASHBOARD_REQUEST_H
#define DASHBOARD_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dashboard.h"
#include "query.h"
#include "routes.h"
#include "scope.h"

/* What can be wrong with a request; each has its status, code and two sentences (request.c). */
enum problem {
	PROBLEM_NONE,
	PROBLEM_BAD_REQUEST,
	PROBLEM_LOGIN,
	PROBLEM_PASSWORD,
	PROBLEM_CERTIFICATE,
	PROBLEM_NOT_ALLOWED,
	PROBLEM_CSRF,
	PROBLEM_ORIGIN,
	PROBLEM_UNKNOWN,
	PROBLEM_CONFLICT,
	PROBLEM_TOO_MANY,
	PROBLEM_TOO_LARGE,
	PROBLEM_HUB,
	PROBLEM_HUB_REFUSED,
	PROBLEM_BUSY,
	PROBLEM_AUDIT,
	N_PROBLEMS
};

struct answer {
	unsigned status;
	const char *type;
	struct buf body;
	char filename[80];	      /* offered for saving; "": shown */
	unsigned retry_after;	      /* seconds, 0: not said */
	const struct page_file *file; /* sent instead of body */
	const char *cookie;	      /* to be set; "" : to be cleared; NULL: left alone */
};

struct request {
	struct dashboard *d;
	const struct route *route;
	char param[ROUTE_PARAM]; /* what stood in the place of {id} */
	int64_t now;
	struct users *users;
	const struct user *user; /* NULL: nobody logged in, on public routes only */
	char cookie[SESSION_TEXT], fresh_cookie[SESSION_TEXT];
	char address[64];     /* of the browser */
	char fingerprint[65]; /* of the certificate it showed, verified; "": none */
	struct reference *ref;
	struct page *page;
	struct query query;
	json_t *json; /* what was posted, an object; NULL: nothing */
	struct answer answer;
};

/* answer_json takes o over and makes it the answer; NULL becomes 503. */
void answer_json(struct request *q, json_t *o);

/* answer_problem makes an error the answer; detail_nl and _en (NULL: the usual sentences) must name
 * nobody. */
void answer_problem(struct request *q, enum problem p);
void answer_problem_text(struct request *q, enum problem p, const char *nl, const char *en);

/* answer_done is the answer of an act that was done. */
void answer_done(struct request *q, const char *nl, const char *en);

/* answer_file makes the body (already filled) a file to be saved. */
void answer_file(struct request *q, const char *type, const char *name);

/* request_wrong answers 400 when a query parameter was not right; true then. */
bool request_wrong(struct request *q);

struct scope request_scope(const struct request *q);

/* request_sees tells whether one of two codes may be seen. */
bool request_sees(const struct request *q, const char *van, const char *naar);

/* posted_text reads a member of what was posted, "" when absent or longer than most. */
const char *posted_text(const struct request *q, const char *key, size_t most);

/* request_audit tells the audit log; false after it has answered 503: then do not go on. */
bool request_audit(struct request *q, const char *event, const char *outcome, const char *detail);

/* request_store takes a store, or answers 503 and gives NULL; request_store_done gives it back. */
struct store *request_store(struct request *q);
/* r is what came of using it: after a failure it is closed and 503 the answer. */
void request_store_done(struct request *q, struct store **st, int r);

/*
 * request_hub asks the hub, as this user: adds who, role and source.  NULL
 * after it has answered 502, with the hub's own reason when it gave one.
 */
json_t *request_hub(struct request *q, json_t *o);

#endif
