/*
 * What goes on now: one thread gathers a snapshot every two seconds while
 * anybody looks, and every half minute otherwise, and tells it to those who
 * look (server-sent events).
 *
 * A stream costs a bounded amount: the text that it is being sent, shared with
 * the others, and the place in it.  Whoever is slow misses what came between.
 */
#ifndef DASHBOARD_WATCH_H
#define DASHBOARD_WATCH_H

#include <stdbool.h>

#include "base/buf.h"
#include "dashboard.h"
#include "snapshot.h"

#define STREAMS_MOST 64

struct MHD_Connection;
struct MHD_Response;

int watch_start(struct watch **ret, struct dashboard *d, struct buf *why);

/* watch_stop ends the thread; the streams must have ended. */
void watch_stop(struct watch **w);

/* watch_snapshot gives one that is at most two seconds old; the caller drops it.  NULL: no memory.
 */
struct snapshot *watch_snapshot(struct watch *w);

/*
 * watch_peek gives the newest there is, of any age; NULL before the first.
 */
struct snapshot *watch_peek(struct watch *w);

/*
 * watch_stream makes the answer that is a stream of events for a user; NULL when
 * there are STREAMS_MOST.
 */
struct MHD_Response *watch_stream(struct watch *w, struct MHD_Connection *c, const char *user,
				  const char *cookie);

/* watch_end_streams lets all streams end, and no new ones begin. */
void watch_end_streams(struct watch *w);

#endif
