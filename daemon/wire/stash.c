#include "wire/stash.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

void stash_free(struct stash *q)
{
	free(q->data);
	*q = (struct stash){NULL, 0, 0};
}

const uint8_t *stash_data(const struct stash *q)
{
	return q->data + q->off;
}

bool stash_add(struct stash *q, const void *bytes, size_t n)
{
	uint8_t *grown;

	if (n == 0)
		return true;
	if (q->off > 0)
		memmove(q->data, q->data + q->off, q->len);
	q->off = 0;
	grown = realloc(q->data, q->len + n);
	if (grown == NULL)
		return false;
	q->data = grown;
	memcpy(q->data + q->len, bytes, n);
	q->len += n;
	return true;
}

void stash_take(struct stash *q, size_t n)
{
	q->off += n;
	q->len -= n;
	if (q->len == 0) /* thousands of idle connections keep nothing */
		stash_free(q);
}
