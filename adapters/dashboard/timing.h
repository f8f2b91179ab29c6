/*
 * How long things took in the last hour.  The hub counts since its start, in
 * buckets; what was counted now and an hour ago differ by the hour.  A ring of
 * what was counted is kept in memory; when the hub started anew, it begins
 * again.  Pure: the clock is passed in.  Not thread-safe.
 */
#ifndef DASHBOARD_TIMING_H
#define DASHBOARD_TIMING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define TIMING_BUCKETS 48
#define TIMING_KEPT 130
#define TIMING_STEP_US INT64_C(30000000) /* apart at least */
#define TIMING_HOUR_US INT64_C(3600000000)

/* Counts since the start: counts[i] took at most bounds_us[i]; the last has no bound. */
struct histogram {
	int64_t bounds_us[TIMING_BUCKETS], counts[TIMING_BUCKETS + 1];
	unsigned n_bounds;
	int64_t sum_us, n;
};

enum timed { TIMED_RECEIPT, TIMED_DELIVERY, N_TIMED };

struct timing_hour {
	int64_t since; /* microseconds; 0: nothing is known */
	struct {
		int64_t n;
		double p50_ms, p99_ms; /* NAN when n is 0 */
	} of[N_TIMED];
};

struct timing;

struct timing *timing_new(void);
void timing_free(struct timing **t);

/* histogram_read reads {bounds_us, counts, sum_us, n}; false when it is none. */
bool histogram_read(const json_t *o, struct histogram *ret);

/*
 * timing_add takes what was counted at a moment, since the hub's start (started,
 * 0: not known): of a hub that started within the hour all that it counted is
 * of the hour.
 */
void timing_add(struct timing *t, int64_t at, int64_t started, const struct histogram now[N_TIMED]);

/* timing_last tells the difference with an hour before the last that was added. */
void timing_last(const struct timing *t, struct timing_hour *ret);

/* histogram_quantile is the q-th part of b - a in milliseconds, straight inside a bucket; NAN
 * without any. */
double histogram_quantile(const struct histogram *a, const struct histogram *b, double q);

#endif
