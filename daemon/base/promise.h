/*
 * A result that one thread waits for and another gives, once.  Both hold a
 * reference, so either may leave first: who waits gives up after a while, who
 * keeps the promise never notices.  Thread-safe.
 */
#ifndef BASE_PROMISE_H
#define BASE_PROMISE_H

struct promise;

/* promise_new makes one with one reference; NULL when memory is out. */
struct promise *promise_new(void);
struct promise *promise_hold(struct promise *p);

/* promise_drop gives a reference back and clears the pointer.  NULL inside is fine. */
void promise_drop(struct promise **p);

/* promise_keep gives the result and a line about it ("" or NULL: none); the first one stands.  NULL is fine. */
void promise_keep(struct promise *p, int result, const char *line);

/* promise_wait waits at most ms for the result; -ETIMEDOUT when there is none yet.  line gets what came with it. */
#define PROMISE_LINE 256
int promise_wait(struct promise *p, unsigned ms, char line[PROMISE_LINE]);

#endif
