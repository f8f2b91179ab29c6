/*
 * What the dashboard itself has to tell the audit log: logins, searches by
 * BSN, exports.  (Acts and views of texts the hub enters by itself, from who
 * asked.)  The log is the hub's; while it does not answer, entries are kept in
 * a file of the state folder, one JSON object a line, and are handed over in
 * their order when it is back, with their own moment in `detail`.  An entry may
 * be told twice when the hub dies while answering, never not at all.
 *
 * Thread-safe.
 */
#ifndef DASHBOARD_TRAIL_H
#define DASHBOARD_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "hub.h"

#define TRAIL_SPOOL_MOST (64 * 1024 * 1024)

struct trail;

struct trail_entry {
	const char *event; /* login, logout, bsn-search, export */
	const char *who, *role;
	const char *source;				/* the browser's address */
	const char *client, *reason, *outcome, *detail; /* NULL: none */
	int64_t message;				/* 0: none */
	int64_t moment;
};

/* trail_open uses the folder `state`; hub is borrowed for as long as it lives. */
int trail_open(struct trail **ret, const char *state, struct hub *hub, struct buf *why);
void trail_free(struct trail **t);

/*
 * trail_add hands an entry to the hub or keeps it; false when neither could be
 * done, and then what it tells of must not happen.
 */
bool trail_add(struct trail *t, const struct trail_entry *e);

/* trail_deliver hands over what was kept, as far as the hub takes it; call it now and then. */
void trail_deliver(struct trail *t);

/* trail_waiting tells whether anything is kept. */
bool trail_waiting(struct trail *t);

#endif
