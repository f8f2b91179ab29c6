/*
 * The control socket: a Unix socket on which ijwctl asks, one JSON object a
 * line, and gets one JSON object back.  A thread of its own with a read-only
 * connection to the store: nothing an operator asks can hold up messages.
 *
 * Requests: {"cmd": "status" | "messages" | "show" | "explain" | "parties" |
 * "reload" | "due" | "open-ends" and those of wire/operator.h and wire/inspect.h, …}.  An answer is the asked object,
 * or {"error": "…"}.
 */
#ifndef WIRE_CONTROL_H
#define WIRE_CONTROL_H

#include "base/buf.h"
#include "care/parties.h"
#include "wire/operator.h"
#include "wire/router.h"

struct control;

struct control_opts {
	const char *path;    /* of the socket */
	const char *store;   /* url */
	const char *pseudonym_key; /* path */
	const char *schemas; /* for the excerpts of explain */
	struct router *router;
	struct parties *who;
	int64_t started;
	struct operator_files files;
};

/* control_start listens and starts the thread; why gets one line on failure. */
int control_start(struct control **ret, const struct control_opts *o, struct buf *why);

/* control_renew swaps the parties after a reload; thread-safe. */
void control_renew(struct control *c, struct parties *who);

/* control_stop ends the thread and removes the socket. */
void control_stop(struct control **c);

#endif
