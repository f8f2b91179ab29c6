/*
 * How things stand at one moment: what the hub says of itself, and what the
 * store holds, gathered once and shared by the page, its streams, the metrics
 * and whoever gives alarms.  Read-only once made; references are counted, and
 * the count is thread-safe.
 */
#ifndef DASHBOARD_SNAPSHOT_H
#define DASHBOARD_SNAPSHOT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "care/enddate.h"
#include "hub.h"
#include "reference.h"
#include "store/view.h"
#include "timing.h"

#define SNAPSHOT_HOURS 48

/* Open ends and overdue answers between two codes. */
struct pair_tally {
	char gemeente[9], aanbieder[9]; /* of an answer: who owes it, who waits for it */
	bool due;			/* an answer: n[0] are overdue, oldest since when */
	size_t n[N_STERKTEN];
	size_t rood;
	day oldest;
};

/* These are counted anew once a minute at most. */
struct tallies {
	struct pair_tally *list;
	size_t n, room;
	struct map places; /* where a pair stands in the list */
	day on;
	int64_t at, last_id;
	_Atomic unsigned references;
};

struct snapshot {
	int64_t at;
	json_t *status;	   /* the hub's answer, NULL: it gave none */
	int64_t hub_since; /* since when it answers, or does not */
	bool store_ok;
	int64_t last_id;
	struct store_totals all;
	struct view_sizes sizes;
	int64_t resealing; /* texts that lie under another key than the newest */
	struct view_count *hours; /* of the last SNAPSHOT_HOURS */
	size_t n_hours;
	struct view_count *totals; /* of all time; hour 0 */
	size_t n_totals;
	struct store_queue_row *queues;
	size_t n_queues;
	struct view_setting *settings;
	size_t n_settings;
	struct tallies *tallies; /* NULL: not counted */
	struct histogram histograms[N_TIMED];
	struct timing_hour times;
	struct arena arena; /* holds the rows */
	_Atomic unsigned references;
};

/*
 * snapshot_make asks the hub and reads the store (NULL: it cannot be opened).
 * before, unless NULL, is the last one made.  r below zero in *store_error: the
 * store failed.  NULL without memory.
 */
struct snapshot *snapshot_make(struct hub *h, struct store *st, const struct snapshot *before,
			       int64_t now, int *store_error);

struct snapshot *snapshot_hold(struct snapshot *s);
void snapshot_drop(struct snapshot **s);

/* How the hub is, in the contract's words: up, maintenance, stopping, down. */
const char *snapshot_state(const struct snapshot *s);

/* snapshot_setting finds the first setting of a kind (and name, unless NULL); NULL: none. */
const struct view_setting *snapshot_setting(const struct snapshot *s, const char *kind,
					    const char *name);

/* snapshot_connected tells whether anybody who may receive for this code is connected. */
bool snapshot_connected(const struct snapshot *s, const struct reference *ref, const char *code);

/* counts_read appends rows of view_counts to a list in the arena; 0 or a negative errno. */
struct count_list {
	struct arena *arena;
	struct view_count *list;
	size_t n, room;
};

int counts_add(void *ctx, const struct view_count *c);

#endif
