/*
 * How fast passwords may be tried: after a few failures a name or an address
 * must wait, twice as long with each further one.  A success clears the name.
 * What was quiet for a while is forgotten.  Thread-safe; the clock is passed
 * in; memory is fixed, and the quietest makes place.
 */
#ifndef DASHBOARD_LIMITER_H
#define DASHBOARD_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

struct limiter;

enum limited { LIMIT_USER, LIMIT_ADDRESS };

struct limiter *limiter_new(void);
void limiter_free(struct limiter **l);

/* limiter_wait gives the seconds that a key must wait yet, 0: it may try now. */
unsigned limiter_wait(struct limiter *l, enum limited kind, const char *key, int64_t now);

/* limiter_failed notes a failure; limiter_cleared a success. */
void limiter_failed(struct limiter *l, enum limited kind, const char *key, int64_t now);
void limiter_cleared(struct limiter *l, enum limited kind, const char *key);

#endif
