/*
 * A stream of messages that could have been: clients of several gemeenten and
 * aanbieders live through requests, allocations, starts, changes, declarations
 * and stops, from 2026-01-01 on, day after day and without end.  Every message
 * keeps every rule of the standard, so a finding about one is a fault of the
 * stream or of the rule.  The same seed gives the same bytes.
 *
 * Numbers and references are counted per gemeente or aanbieder from the same
 * beginnings as those of tests/messages, so that equal ones of different
 * parties abound; one BSN stands for up to four clients, in two gemeenten and
 * with two aanbieders each.  The codes 0363, 98001234 and 98005678 are left to
 * the cases.
 */
#ifndef TESTS_STROOM_H
#define TESTS_STROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stroom;

struct stroom_bericht {
	const char *type;	/* JW301 */
	const char *van, *naar; /* who really sends and receives */
	int64_t received;	/* microseconds; each later than the one before */
	const char *data;	/* with those above valid until the next call */
	size_t size;
};

/* stroom_new starts on the first day; NULL without memory, or for more clients than BSNs allow. */
struct stroom *stroom_new(uint64_t seed, uint32_t clients);

/* stroom_next makes the next message; false only when memory is out. */
bool stroom_next(struct stroom *s, struct stroom_bericht *ret);

/* stroom_code lists the codes of all parties; NULL after the last. */
const char *stroom_code(const struct stroom *s, size_t n);

void stroom_free(struct stroom **s);

#endif
