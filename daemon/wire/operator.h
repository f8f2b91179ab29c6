/*
 * What operators may order over the control socket, and what they may look at
 * besides the store: the commands maintenance, freeze, unfreeze, hold, resume,
 * retry, replay, recheck and test, as rows of a table (operator.c).
 *
 * An acting command has the members who, role, source and reason for the audit
 * log.  Its answer is {"done": "…"} once it was committed, or {"error": "…"}.
 */
#ifndef WIRE_OPERATOR_H
#define WIRE_OPERATOR_H

#include <jansson.h>

#include "care/parties.h"
#include "wire/router.h"

/* Files whose certificates and lists operators want to see expire in time; NULL: none. */
struct operator_files {
	const char *certificate, *ca;
};

/*
 * operator_answer answers one of the commands above; NULL when it is none of
 * them.  caller is who is at the other end of the socket, as the kernel says
 * ("uid 0"): who the log names when the request names nobody.
 */
json_t *operator_answer(struct router *r, const struct parties *who, const char *command, const json_t *request,
			const char *caller);

/* operator_status adds maintenance, holds, freezes and certificates to an object. */
void operator_status(struct router *r, const struct operator_files *f, json_t *to);

/* operator_actor reads who acts from a request. */
void operator_actor(const json_t *request, const char *caller, struct actor *ret);

#endif
