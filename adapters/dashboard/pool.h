/*
 * Stores opened for reading, handed out one to a thread at a time: a few are
 * kept open, more are never open at once than threads ask.
 */
#ifndef DASHBOARD_POOL_H
#define DASHBOARD_POOL_H

#include "store/store.h"

struct pool;

struct pool *pool_new(const char *url);
void pool_free(struct pool **p);

/* pool_take gives a store, NULL when it cannot be opened; pool_give takes it back and clears. */
struct store *pool_take(struct pool *p);
void pool_give(struct pool *p, struct store **st);

/* pool_spoil closes one that failed, so that the next is opened afresh. */
void pool_spoil(struct store **st);

#endif
