/*
 * What operators and the dashboard may see of messages, and the entries that
 * tell of it; the keys of the bodies.  Commands over the control socket:
 *
 *   body         id, masked, who, role, source, reason: the text of a message.
 *                With masked true every value that may be personal is hidden;
 *                else a reason is demanded.  The entry (body-viewed-masked,
 *                body-viewed) is committed before anything is given.
 *                {"id", "size", "masked", "truncated", "replaced", "text"}:
 *                the first 2 MB when it is larger; replaced tells that bytes which
 *                are no UTF-8 were replaced by U+FFFD
 *   pseudonym    bsn: {"client": its pseudonym in hexadecimal}; the BSN is
 *                neither kept nor logged
 *   audit-add    event, who, role, source, message, client, reason, outcome,
 *                detail: {"done"} once it was committed.  What is too
 *                long is cut off, what may be a BSN is masked; the events that
 *                the hub enters by itself are refused
 *   keys         {"keys": [{"id", "made", "bodies", "newest", "there"}], "plain",
 *                "left"}: bodies under each key, under none, and under another
 *                than the newest
 *   keys-rotate  who, role, source, reason: a new key for bodies; those of older
 *                keys are sealed anew behind it
 */
#ifndef WIRE_INSPECT_H
#define WIRE_INSPECT_H

#include <jansson.h>

#include "base/pseudonym.h"
#include "store/store.h"
#include "wire/router.h"

#define INSPECT_BODY_MOST (2u * 1024 * 1024)

struct inspect {
	struct router *router;
	struct store *store; /* for reading, unlocked */
	const struct pseudonym_key *key;
	const char *schemas;
};

/* inspect_answer answers one of the commands above; NULL when it is none of them.  caller as in
 * operator.h. */
json_t *inspect_answer(const struct inspect *x, const char *command, const json_t *request,
		       const char *caller);

/* inspect_reload enters that an operator asks for a reload; it does not wait. */
void inspect_reload(const struct inspect *x, const json_t *request, const char *caller);

#endif
