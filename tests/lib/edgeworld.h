/*
 * A small world around an edge: a directory with an authority and the
 * certificates of many kinds of parties, a ROUTER that stands in for the
 * hub, and the notices.  All waits are for events, with TLSCLIENT_MS at most.
 */
#ifndef TESTS_EDGEWORLD_H
#define TESTS_EDGEWORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/edge.h"

#include "../lib/tlsclient.h"

struct world {
	char dir[64];
	void *ctx, *router, *notices;
	struct edge *edge;
	struct edge_opts opts;
	struct edge_identity identities[8];
	char files[8][128]; /* what opts points at */
};

/* One message as the ROUTER got it: its routing id and its frames. */
struct heard {
	char from[64];
	char frames[8][256]; /* the start of each */
	size_t sizes[8];
	unsigned n;
	size_t payload;
};

/* world_pki makes the certificates once for the whole program; world_file is a path among them. */
bool world_pki(void);
void world_pki_remove(void);
const char *world_file(const char *name, char path[128]);

/* world_prepare fills w with workable options; world_start starts ROUTER and edge. */
void world_prepare(struct world *w);
bool world_start(struct world *w);
void world_stop(struct world *w);

/* world_dial opens a client with the certificate <name>.pem; NULL: with none. */
struct tlsclient *world_dial(struct world *w, const char *name);

/* world_join is a DEALER of that party, past its READY. */
struct tlsclient *world_join(struct world *w, const char *name);

/* world_hear waits for a message at the ROUTER; false when none comes in wait_ms. */
bool world_hear(struct world *w, struct heard *ret, int wait_ms);

/* world_say sends one frame to a routing id; 0 or the errno. */
int world_say(struct world *w, const char *to, const void *bytes, size_t n);

/* world_notice waits for a notice of this kind, dropping others. */
bool world_notice(struct world *w, enum edge_event event, struct edge_notice *ret);

/* world_counted waits until a counter (an offset in struct edge_stats) reaches least. */
bool world_counted(struct world *w, size_t counter, uint64_t least);
#define WORLD_COUNTED(w, member, least) \
	world_counted((w), offsetof(struct edge_stats, member), (least))
/* world_emptied waits until no connection is open. */
bool world_emptied(struct world *w);

#endif
