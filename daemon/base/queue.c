#include "base/queue.h"

#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

void queue_init(struct queue *q, int wake_fd)
{
	pthread_condattr_t attr;

	*q = (struct queue){.wake_fd = wake_fd};
	q->last = &q->first;
	(void)pthread_mutex_init(&q->lock, NULL); /* cannot fail with default attributes */
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&q->filled, &attr);
	(void)pthread_condattr_destroy(&attr);
}

void queue_put_all(struct queue *q, struct link *chain)
{
	bool was_empty;

	if (chain == NULL)
		return;
	pthread_mutex_lock(&q->lock);
	was_empty = q->first == NULL;
	*q->last = chain;
	for (; chain != NULL; chain = chain->next) {
		q->last = &chain->next;
		q->n++;
	}
	if (was_empty)
		pthread_cond_signal(&q->filled);
	pthread_mutex_unlock(&q->lock);
	if (was_empty && q->wake_fd >= 0) {
		uint64_t one = 1;

		/* Full means that the owner is being woken already. */
		if (write(q->wake_fd, &one, sizeof one) < 0)
			return;
	}
}

void queue_put(struct queue *q, struct link *item)
{
	item->next = NULL;
	queue_put_all(q, item);
}

/* Cuts the first `most` off; the lock is held. */
static struct link *cut(struct queue *q, size_t most)
{
	struct link *chain = q->first, **end = &q->first;
	size_t n = 0;

	if (most == 0 || most >= q->n) {
		q->first = NULL;
		q->last = &q->first;
		q->n = 0;
		return chain;
	}
	while (n < most) {
		end = &(*end)->next;
		n++;
	}
	q->first = *end;
	*end = NULL;
	q->n -= n;
	return chain;
}

struct link *queue_take(struct queue *q, size_t most)
{
	struct link *chain;

	pthread_mutex_lock(&q->lock);
	chain = cut(q, most);
	pthread_mutex_unlock(&q->lock);
	return chain;
}

struct link *queue_wait(struct queue *q, size_t most, int timeout_ms)
{
	struct timespec until;
	struct link *chain;
	int r = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail with this clock */
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&q->lock);
	while (q->first == NULL && !q->closed && r == 0)
		r = timeout_ms < 0 ? pthread_cond_wait(&q->filled, &q->lock)
				   : pthread_cond_timedwait(&q->filled, &q->lock, &until);
	chain = cut(q, most);
	pthread_mutex_unlock(&q->lock);
	return chain;
}

size_t queue_length(struct queue *q)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	n = q->n;
	pthread_mutex_unlock(&q->lock);
	return n;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->lock);
}

void queue_free(struct queue *q)
{
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->filled);
}
