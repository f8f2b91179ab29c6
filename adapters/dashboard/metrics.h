/*
 * /metrics for Prometheus, as text over plain HTTP on a listener of its own,
 * meant for the loopback.  Made from the snapshot that the page is made from.
 */
#ifndef DASHBOARD_METRICS_H
#define DASHBOARD_METRICS_H

#include "base/buf.h"
#include "dashboard.h"
#include "snapshot.h"

struct metrics;

int metrics_start(struct metrics **ret, struct dashboard *d, const char *listen, struct buf *why);
void metrics_stop(struct metrics **m);

/* metrics_write writes them all.  Pure. */
void metrics_write(const struct snapshot *s, struct buf *to);

/* metrics_label appends a value with what must be escaped in a label. */
void metrics_label(struct buf *to, const char *value);

#endif
