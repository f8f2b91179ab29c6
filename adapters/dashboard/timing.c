#include "timing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

struct moment_counts {
	int64_t at;
	struct histogram of[N_TIMED];
};

struct timing {
	struct moment_counts ring[TIMING_KEPT]; /* oldest first */
	size_t n;
};

struct timing *timing_new(void)
{
	return calloc(1, sizeof(struct timing));
}

void timing_free(struct timing **t)
{
	free(*t);
	*t = NULL;
}

bool histogram_read(const json_t *o, struct histogram *ret)
{
	const json_t *bounds = json_object_get(o, "bounds_us"),
		     *counts = json_object_get(o, "counts");
	size_t n = json_array_size(bounds), k = json_array_size(counts);

	memset(ret, 0, sizeof *ret);
	if (n == 0 || n > TIMING_BUCKETS || (k != n && k != n + 1))
		return false;
	ret->n_bounds = (unsigned)n;
	for (size_t i = 0; i < n; i++)
		ret->bounds_us[i] = (int64_t)json_integer_value(json_array_get(bounds, i));
	for (size_t i = 0; i < k; i++)
		ret->counts[i] = (int64_t)json_integer_value(json_array_get(counts, i));
	ret->sum_us = (int64_t)json_integer_value(json_object_get(o, "sum_us"));
	ret->n = (int64_t)json_integer_value(json_object_get(o, "n"));
	return true;
}

/* Counts never go down but at a start. */
static bool anew(const struct moment_counts *before, const struct histogram now[N_TIMED])
{
	for (int k = 0; k < N_TIMED; k++)
		if (now[k].n < before->of[k].n || now[k].n_bounds != before->of[k].n_bounds)
			return true;
	return false;
}

/* The hub's start: nothing was counted yet. */
static void begin(struct timing *t, int64_t started, const struct histogram now[N_TIMED])
{
	memset(&t->ring[0], 0, sizeof t->ring[0]);
	t->ring[0].at = started;
	for (int k = 0; k < N_TIMED; k++) {
		t->ring[0].of[k].n_bounds = now[k].n_bounds;
		memcpy(t->ring[0].of[k].bounds_us, now[k].bounds_us, sizeof now[k].bounds_us);
	}
	t->n = 1;
}

void timing_add(struct timing *t, int64_t at, int64_t started, const struct histogram now[N_TIMED])
{
	struct moment_counts *last = t->n > 0 ? &t->ring[t->n - 1] : NULL;

	if (last != NULL && (anew(last, now) || at < last->at)) {
		t->n = 0;
		last = NULL;
	}
	if (t->n == 0 && started > 0 && started < at && at - started <= TIMING_HOUR_US)
		begin(t, started, now);
	/* The last one is replaced until it is far enough from the one before. */
	if (t->n >= 2 && at - t->ring[t->n - 2].at < TIMING_STEP_US) {
		t->n--;
	} else if (t->n == TIMING_KEPT) {
		memmove(&t->ring[0], &t->ring[1], (TIMING_KEPT - 1) * sizeof t->ring[0]);
		t->n--;
	}
	t->ring[t->n].at = at;
	memcpy(t->ring[t->n].of, now, sizeof t->ring[t->n].of);
	t->n++;
}

double histogram_quantile(const struct histogram *a, const struct histogram *b, double q)
{
	int64_t n = 0, below = 0, wanted;

	for (unsigned i = 0; i <= b->n_bounds; i++)
		n += b->counts[i] - a->counts[i];
	if (n <= 0 || b->n_bounds == 0)
		return NAN;
	wanted = (int64_t)ceil(q * (double)n);
	for (unsigned i = 0; i < b->n_bounds; i++) {
		int64_t here = b->counts[i] - a->counts[i];
		double low = i > 0 ? (double)b->bounds_us[i - 1] : 0;

		if (here > 0 && below + here >= wanted)
			return (low + ((double)b->bounds_us[i] - low) * (double)(wanted - below) /
					      (double)here) /
			       1000.0;
		below += here;
	}
	return (double)b->bounds_us[b->n_bounds - 1] /
	       1000.0; /* beyond the last bound: that long at least */
}

void timing_last(const struct timing *t, struct timing_hour *ret)
{
	const struct moment_counts *from, *to;
	size_t i = 0;

	memset(ret, 0, sizeof *ret);
	for (int k = 0; k < N_TIMED; k++)
		ret->of[k].p50_ms = ret->of[k].p99_ms = NAN;
	if (t->n == 0)
		return;
	to = &t->ring[t->n - 1];
	while (i + 1 < t->n && t->ring[i].at < to->at - TIMING_HOUR_US)
		i++;
	from = &t->ring[i];
	ret->since = from->at;
	for (int k = 0; k < N_TIMED; k++) {
		ret->of[k].n = to->of[k].n - from->of[k].n;
		ret->of[k].p50_ms = histogram_quantile(&from->of[k], &to->of[k], 0.5);
		ret->of[k].p99_ms = histogram_quantile(&from->of[k], &to->of[k], 0.99);
	}
}
