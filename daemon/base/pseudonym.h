/*
 * A keyed pseudonym for what may not be kept in the clear: the first 16 bytes
 * of HMAC-SHA256.  The same key and text give the same pseudonym; without the
 * key it tells nothing.  Thread-safe.
 */
#ifndef BASE_PSEUDONYM_H
#define BASE_PSEUDONYM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define PSEUDONYM_KEY 32
#define PSEUDONYM_BYTES 16

struct pseudonym_key {
	unsigned char bytes[PSEUDONYM_KEY];
};

/*
 * pseudonym_key_open reads the key at path, or makes one there (mode 0600,
 * synced) when make is set and there is none.  Negative errno with a line in
 * why; a file of another size or that others may read is an error.
 */
int pseudonym_key_open(struct pseudonym_key *ret, const char *path, bool make, struct buf *why);

/* pseudonym_of makes the pseudonym of a text. */
int pseudonym_of(const struct pseudonym_key *k, const char *text,
		 unsigned char ret[PSEUDONYM_BYTES]);

#endif
