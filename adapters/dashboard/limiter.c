#include "limiter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define PLACES 4096
#define SECOND INT64_C(1000000)

/* A name is guessed at from many addresses; an address may be an office's with many people. */
static const struct {
	unsigned free_tries; /* failures that cost nothing */
	unsigned most_s;     /* the longest wait: nobody can keep another out for long */
	int64_t forget;
} kinds[] = {
	[LIMIT_USER] = {4, 60, 900 * SECOND},
	[LIMIT_ADDRESS] = {15, 900, 3600 * SECOND},
};

struct tried {
	char key[66]; /* kind and name; "": free */
	unsigned failures;
	int64_t last, until;
};

struct limiter {
	pthread_mutex_t lock;
	struct tried list[PLACES];
};

struct limiter *limiter_new(void)
{
	struct limiter *l = calloc(1, sizeof *l);

	if (l != NULL)
		(void)pthread_mutex_init(&l->lock, NULL); /* cannot fail with default attributes */
	return l;
}

void limiter_free(struct limiter **l)
{
	if (*l == NULL)
		return;
	(void)pthread_mutex_destroy(&(*l)->lock);
	free(*l);
	*l = NULL;
}

static void key_of(enum limited kind, const char *name, char ret[66])
{
	(void)snprintf(ret, 66, "%d%.64s", (int)kind, name); /* longer names share a wait */
}

/* The place of a key, or NULL; make: the quietest one becomes its.  The lock is held. */
static struct tried *find(struct limiter *l, enum limited kind, const char *name, bool make)
{
	struct tried *quietest = &l->list[0];
	char key[66];

	key_of(kind, name, key);
	for (size_t i = 0; i < PLACES; i++) {
		struct tried *t = &l->list[i];

		if (strcmp(t->key, key) == 0)
			return t;
		if (t->key[0] == '\0' ? quietest->key[0] != '\0'
				      : quietest->key[0] != '\0' && t->last < quietest->last)
			quietest = t;
	}
	if (!make)
		return NULL;
	memset(quietest, 0, sizeof *quietest);
	memcpy(quietest->key, key, sizeof key);
	return quietest;
}

unsigned limiter_wait(struct limiter *l, enum limited kind, const char *key, int64_t now)
{
	const struct tried *t;
	unsigned wait = 0;

	(void)pthread_mutex_lock(&l->lock);
	t = find(l, kind, key, false);
	if (t != NULL && t->until > now)
		wait = (unsigned)((t->until - now + SECOND - 1) / SECOND);
	(void)pthread_mutex_unlock(&l->lock);
	return wait;
}

void limiter_failed(struct limiter *l, enum limited kind, const char *key, int64_t now)
{
	struct tried *t;
	unsigned wait = 1;

	(void)pthread_mutex_lock(&l->lock);
	t = find(l, kind, key, true);
	if (now - t->last > kinds[kind].forget)
		t->failures = 0;
	t->last = now;
	t->failures++;
	if (t->failures > kinds[kind].free_tries) {
		for (unsigned i = kinds[kind].free_tries;
		     i < t->failures && wait < kinds[kind].most_s; i++)
			wait *= 2;
		t->until = now + SECOND * (wait < kinds[kind].most_s ? wait : kinds[kind].most_s);
	}
	(void)pthread_mutex_unlock(&l->lock);
}

void limiter_cleared(struct limiter *l, enum limited kind, const char *key)
{
	struct tried *t;

	(void)pthread_mutex_lock(&l->lock);
	t = find(l, kind, key, false);
	if (t != NULL)
		memset(t, 0, sizeof *t);
	(void)pthread_mutex_unlock(&l->lock);
}
