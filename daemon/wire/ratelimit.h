/*
 * How often one address may connect: a table of fixed size, so that a flood
 * from many addresses costs no memory.  An IPv6 address counts by its /64.
 * When the table is crowded the oldest entry of a row gives way, which can
 * only make the limit milder.
 */
#ifndef WIRE_RATELIMIT_H
#define WIRE_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/socket.h>

struct ratelimit;

/* ratelimit_new allows per_second arrivals from one address in any second; NULL: no memory. */
struct ratelimit *ratelimit_new(unsigned per_second);

void ratelimit_free(struct ratelimit **r);

/* ratelimit_allow counts one arrival; false when it is one too many.  now_ms never goes back. */
bool ratelimit_allow(struct ratelimit *r, const struct sockaddr *from, int64_t now_ms);

#endif
