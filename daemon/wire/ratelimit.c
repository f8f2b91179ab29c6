#include "wire/ratelimit.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/banned.h"

#define ROWS 1024
#define WAYS 4

/* A bucket of tokens: it holds at most per_second, and fills at that rate. */
struct bucket {
	uint64_t address;
	int64_t at_ms;	 /* when tokens was right */
	uint64_t tokens; /* in thousandths */
};

struct ratelimit {
	uint64_t seed, full;
	unsigned per_second;
	struct bucket rows[ROWS][WAYS];
};

struct ratelimit *ratelimit_new(unsigned per_second)
{
	struct ratelimit *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->per_second = per_second;
	r->full = (uint64_t)per_second * 1000;
	/* Without randomness a flood could aim at a row; the limit would only be milder. */
	if (getrandom(&r->seed, sizeof r->seed, GRND_NONBLOCK) < 0)
		r->seed = (uintptr_t)r;
	return r;
}

void ratelimit_free(struct ratelimit **r)
{
	free(*r);
	*r = NULL;
}

/* Never 0, which marks an empty bucket. */
static uint64_t address_key(const struct sockaddr *from)
{
	uint64_t key = 0;

	if (from->sa_family == AF_INET6) {
		const struct in6_addr *a = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;

		/* On a socket for both, IPv4 comes as ::ffff:a.b.c.d: its first half says nothing. */
		if (IN6_IS_ADDR_V4MAPPED(a)) {
			memcpy(&key, &a->s6_addr[12], 4);
			key |= (uint64_t)1 << 63;
		} else {
			memcpy(&key, a, 8);
		}
	} else if (from->sa_family == AF_INET) {
		key = ((const struct sockaddr_in *)(const void *)from)->sin_addr.s_addr |
		      (uint64_t)1 << 63;
	}
	return key != 0 ? key : 1;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static struct bucket *bucket_find(struct ratelimit *r, uint64_t address, int64_t now_ms)
{
	struct bucket *row = r->rows[mix(address ^ r->seed) % ROWS], *oldest = row;

	for (int i = 0; i < WAYS; i++) {
		if (row[i].address == address)
			return &row[i];
		if (row[i].at_ms < oldest->at_ms)
			oldest = &row[i];
	}
	*oldest = (struct bucket){.address = address, .at_ms = now_ms, .tokens = r->full};
	return oldest;
}

bool ratelimit_allow(struct ratelimit *r, const struct sockaddr *from, int64_t now_ms)
{
	struct bucket *b = bucket_find(r, address_key(from), now_ms);
	uint64_t passed = now_ms > b->at_ms ? (uint64_t)(now_ms - b->at_ms) : 0;

	b->tokens = passed >= 1000 ? r->full : b->tokens + passed * r->per_second;
	if (b->tokens > r->full)
		b->tokens = r->full;
	b->at_ms = now_ms;
	if (b->tokens < 1000)
		return false;
	b->tokens -= 1000;
	return true;
}
