#include "base/promise.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

struct promise {
	pthread_mutex_t lock;
	pthread_cond_t given;
	unsigned references;
	bool over;
	int result;
	char line[PROMISE_LINE];
};

struct promise *promise_new(void)
{
	struct promise *p = calloc(1, sizeof *p);
	pthread_condattr_t attr;

	if (p == NULL)
		return NULL;
	/* None of these fails with these attributes. */
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&p->given, &attr);
	(void)pthread_condattr_destroy(&attr);
	(void)pthread_mutex_init(&p->lock, NULL);
	p->references = 1;
	return p;
}

struct promise *promise_hold(struct promise *p)
{
	pthread_mutex_lock(&p->lock);
	p->references++;
	pthread_mutex_unlock(&p->lock);
	return p;
}

void promise_drop(struct promise **pp)
{
	struct promise *p = *pp;
	unsigned left;

	*pp = NULL;
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	left = --p->references;
	pthread_mutex_unlock(&p->lock);
	if (left > 0)
		return;
	pthread_cond_destroy(&p->given);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void promise_keep(struct promise *p, int result, const char *line)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	if (!p->over) {
		p->over = true;
		p->result = result;
		(void)snprintf(p->line, sizeof p->line, "%s", line != NULL ? line : "");
		pthread_cond_broadcast(&p->given);
	}
	pthread_mutex_unlock(&p->lock);
}

int promise_wait(struct promise *p, unsigned ms, char line[PROMISE_LINE])
{
	struct timespec until;
	int late = 0, r;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail */
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&p->lock);
	while (!p->over && late == 0)
		late = pthread_cond_timedwait(&p->given, &p->lock, &until);
	r = p->over ? p->result : -ETIMEDOUT;
	(void)snprintf(line, PROMISE_LINE, "%s", p->line);
	pthread_mutex_unlock(&p->lock);
	return r;
}
