/*
 * How long things took, in buckets that a monitor understands: cumulative from
 * the program's start.  One thread adds; others may read while it does (each
 * number is right, the whole may be one behind).
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"

#define HISTOGRAM_BUCKETS 24

struct histogram {
	_Atomic uint64_t counts[HISTOGRAM_BUCKETS + 1]; /* not cumulative; the last is above all bounds */
	_Atomic uint64_t sum_us, n;
};

/* Upper bounds in microseconds, ascending, each included: 250 µs to some 38 days, steps of 2 to 4. */
extern const int64_t histogram_bounds[HISTOGRAM_BUCKETS];

/* histogram_add counts one; below zero (a clock that was set back) counts as zero. */
void histogram_add(struct histogram *h, int64_t us);

/* histogram_json appends {"bounds_us":[…],"counts":[…],"sum_us":…,"n":…}. */
void histogram_json(const struct histogram *h, struct buf *to);

#endif
