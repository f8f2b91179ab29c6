#include "base/histogram.h"

#include "base/banned.h"

#define MS INT64_C(1000)
#define S (1000 * MS)
#define MINUTE (60 * S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

const int64_t histogram_bounds[HISTOGRAM_BUCKETS] = {
	250,	     500,	  1 * MS,  2 * MS,  4 * MS,    8 * MS,	  15 * MS, 30 * MS,
	60 * MS,     125 * MS,	  250 * MS, 500 * MS, 1 * S,	 2 * S,	   5 * S,   15 * S,
	1 * MINUTE,  5 * MINUTE,  15 * MINUTE, 1 * HOUR, 4 * HOUR, 1 * DAY, 7 * DAY, 38 * DAY,
};

void histogram_add(struct histogram *h, int64_t us)
{
	unsigned i = 0;

	if (us < 0)
		us = 0;
	while (i < HISTOGRAM_BUCKETS && us > histogram_bounds[i])
		i++;
	atomic_fetch_add_explicit(&h->counts[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&h->sum_us, (uint64_t)us, memory_order_relaxed);
	atomic_fetch_add_explicit(&h->n, 1, memory_order_relaxed);
}

void histogram_json(const struct histogram *h, struct buf *to)
{
	buf_adds(to, "{\"bounds_us\":[");
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		buf_addf(to, "%s%lld", i > 0 ? "," : "", (long long)histogram_bounds[i]);
	buf_adds(to, "],\"counts\":[");
	for (unsigned i = 0; i <= HISTOGRAM_BUCKETS; i++)
		buf_addf(to, "%s%llu", i > 0 ? "," : "", (unsigned long long)atomic_load(&h->counts[i]));
	buf_addf(to, "],\"sum_us\":%llu,\"n\":%llu}", (unsigned long long)atomic_load(&h->sum_us),
		 (unsigned long long)atomic_load(&h->n));
}
