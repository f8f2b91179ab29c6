/*
 * A queue between threads: jobs are linked by their first member, put by any
 * thread, taken all at once by the one that owns the queue.  Bounded by those
 * who put (byte credit, delivery credit), not here.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* First member of whatever is queued. */
struct link {
	struct link *next;
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct link *first, **last;
	size_t n;
	int wake_fd; /* an eventfd to write when the queue was empty; -1: waiters use queue_wait */
	bool closed;
};

/* queue_init makes an empty queue; wake_fd stays the caller's. */
void queue_init(struct queue *q, int wake_fd);

/* queue_put appends one; thread-safe. */
void queue_put(struct queue *q, struct link *item);

/* queue_put_all appends a chain (ended by NULL) in its order; thread-safe. */
void queue_put_all(struct queue *q, struct link *chain);

/* queue_take gives the chain of up to most jobs that wait (0: all), NULL when none; never blocks. */
struct link *queue_take(struct queue *q, size_t most);

/*
 * queue_wait blocks until something waits (as queue_take), for at most
 * timeout_ms (-1: for ever).  NULL: the time is up, or the queue is closed and
 * empty.
 */
struct link *queue_wait(struct queue *q, size_t most, int timeout_ms);

/* queue_length is how many wait now. */
size_t queue_length(struct queue *q);

/* queue_close lets queue_wait return NULL once all is taken. */
void queue_close(struct queue *q);

/* queue_free gives back what queue_init made; the queue must be empty. */
void queue_free(struct queue *q);

#endif
