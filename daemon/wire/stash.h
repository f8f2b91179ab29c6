/*
 * Bytes on their way that could not be passed on yet: added behind, taken in
 * front.  An empty one holds no memory, for there is one or two of them in
 * every idle connection.
 */
#ifndef WIRE_STASH_H
#define WIRE_STASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stash {
	uint8_t *data;
	size_t off, len;
};

/* stash_data is where the len bytes begin; not to be asked of an empty one. */
const uint8_t *stash_data(const struct stash *q);

/* stash_add copies bytes behind the others; false without memory, and then nothing changed. */
bool stash_add(struct stash *q, const void *bytes, size_t n);

/* stash_take drops the first n bytes; n is at most len. */
void stash_take(struct stash *q, size_t n);

/* stash_free drops all. */
void stash_free(struct stash *q);

#endif
