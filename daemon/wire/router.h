/*
 * The router: libzmq's ROUTER socket behind the edge, sessions, credit and
 * timers.  Runs on the thread that calls router_run; never touches XML or SQL.
 */
#ifndef WIRE_ROUTER_H
#define WIRE_ROUTER_H

#include <signal.h>
#include <stdint.h>

#include "base/buf.h"
#include "care/parties.h"
#include "care/rulebook.h"
#include "wire/edge.h"
#include "wire/orders.h"
#include "wire/upkeep.h"

struct router;

struct router_opts {
	const char *runtime; /* private directory for the Unix socket, mode 0700 */
	struct edge_opts edge; /* backend and notices are filled in by the router */
	const char *store, *pseudonym_key, *body_keys;
	struct retention retention;
	unsigned validators, attempts, backoff_s, backoff_most_s, recheck_s, drain_s;
	/* Called once a turn: watchdog and the like. */
	void (*tick)(void *ctx, int64_t now);
	void *tick_ctx;
	int signal_fd; /* readable when something should be done about the process */
	/* Called when signal_fd is readable: 1 go on, 0 stop orderly, -1 stop at once. */
	int (*on_signal)(void *ctx, struct router *r);
};

/*
 * router_start opens the store, starts the pipeline and the edge.  rules and
 * who are counted.  why gets one line on failure.
 */
int router_start(struct router **ret, const struct router_opts *o, struct rulebook *rules,
		 struct parties *who, struct buf *why);

/* router_port is the TCP port of the edge. */
unsigned router_port(const struct router *r);

/* router_run goes round until on_signal says stop, then drains: 0, or negative when time ran out. */
int router_run(struct router *r);

/* router_reload takes over parties, certificates and what messages are judged by (NULL: keep). */
int router_reload(struct router *r, const struct edge_tls *tls, struct parties *who,
		  struct rulebook *rules, struct buf *why);

/*
 * router_order has an operator's order carried out and waits until it is
 * committed: 0; -ETIMEDOUT when the store takes longer (it is done when the
 * store works again); another negative errno with a line for the operator.
 * Thread-safe; never from the router's own thread.
 */
int router_order(struct router *r, const struct order *o, unsigned patience_ms, char line[PROMISE_LINE]);

/* router_call is the same for any job, which it takes over. */
struct job;
int router_call(struct router *r, struct job *j, unsigned patience_ms, char line[PROMISE_LINE]);

/* router_probe looks at the lines of a party (edge.h); thread-safe. */
void router_probe(struct router *r, const char *party, struct edge_probe *ret);

/*
 * router_note has an entry made in the audit log; with rotate a new key for
 * bodies is made, which the entry tells of.  Waits as router_order does; with a
 * patience of 0 it does not wait and is for any thread.
 */
int router_note(struct router *r, bool rotate, const struct audit_note *n, unsigned patience_ms,
		char line[PROMISE_LINE]);

/* router_keys is what bodies are sealed with, for the caller to drop; thread-safe. */
struct keyring *router_keys(struct router *r);

/* router_steering copies what operators have set; thread-safe. */
void router_steering(struct router *r, struct steering *ret);

struct due_notices; /* due.h */

/* router_notify takes over the day's overdue notices and tells them to all sessions; thread-safe. */
void router_notify(struct router *r, struct due_notices *n);

struct digests; /* openends.h */

/*
 * Digests of open ends are made by somebody who may read the store: when
 * router_digest_fd is readable, router_digest_wanted fills up to `most` codes
 * (of 9 bytes) and gives how many, and router_digest takes over what was made of
 * them, NULL when nothing could be.  Thread-safe.
 */
int router_digest_fd(const struct router *r);
size_t router_digest_wanted(struct router *r, char (*codes)[9], size_t most);
void router_digest(struct router *r, struct digests *d);

/* router_snapshot appends what is live now as JSON ({} when the router does not get to it in time); thread-safe. */
void router_snapshot(struct router *r, struct buf *out);

void router_stop(struct router **r);

/* identities_of flattens the parties' certificates for the edge; malloc'ed, n is set. */
struct edge_identity *identities_of(const struct parties *who, size_t *n);

#endif
