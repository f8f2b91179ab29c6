/*
 * Keys for what lies encrypted on disk: AES-256-GCM, several keys side by
 * side, each with a number that only counts up.
 *
 * The file is text, a key a line, and what begins with # is a remark:
 *
 *   1 2026-11-22 00112233…ff     number, day it was made, 64 hexadecimal digits
 *
 * The newest key seals; all of them open.  The number travels with what was
 * sealed, so a key can be replaced while the old ones are still needed.  A key
 * seals at most 2^32 pieces (its nonces are random): renew it long before.
 *
 * Counted, and thread-safe: keys come and go while others seal and open.
 */
#ifndef BASE_KEYRING_H
#define BASE_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"

#define KEYRING_KEY 32	/* bytes */
#define KEYRING_MOST 64 /* keys in one file */

/* What sealing adds: version, number of the key, nonce in front; a tag behind. */
#define SEAL_VERSION 1
#define SEAL_HEAD 17
#define SEAL_TAG 16

struct keyring;

/* What may be told of a key. */
struct keyring_row {
	uint32_t id;
	day made;
};

/*
 * keyring_open reads the keys at path.  -ENOENT when there is no file; with
 * make one is made with a first key (mode 0600, synced).  Negative errno with
 * a line in why; a file that others may read or that is malformed is an error.
 * today is written beside a key that is made.
 */
int keyring_open(struct keyring **ret, const char *path, bool make, day today, struct buf *why);

/* keyring_hold takes a reference; keyring_drop gives it back and clears; the last one wipes all. */
struct keyring *keyring_hold(struct keyring *k);
void keyring_drop(struct keyring **k);

/* keyring_newest is the number of the key that seals now. */
uint32_t keyring_newest(struct keyring *k);

/* keyring_has tells whether a key is there. */
bool keyring_has(struct keyring *k, uint32_t id);

/* keyring_rows fills up to `most` rows, oldest first, and gives how many keys there are. */
size_t keyring_rows(struct keyring *k, struct keyring_row *rows, size_t most);

/*
 * keyring_add makes a new key, in the file first (written beside it, synced,
 * renamed), then for use.  -EROFS and the like, with a line in why, when the
 * file cannot be replaced; then nothing has changed.
 */
int keyring_add(struct keyring *k, day today, uint32_t *ret, struct buf *why);

/* keyring_remove takes a key away, in the file too; never the newest (-EBUSY). */
int keyring_remove(struct keyring *k, uint32_t id, struct buf *why);

/*
 * keyring_seal writes size + SEAL_HEAD + SEAL_TAG bytes to ret, sealed by the
 * newest key and bound to aad: they open with the same aad only.
 */
int keyring_seal(struct keyring *k, const void *aad, size_t aad_size, const void *data, size_t size,
		 unsigned char *ret);

/*
 * keyring_unseal writes the size - SEAL_HEAD - SEAL_TAG bytes that were sealed
 * to ret.  -ENOKEY: that key is not here; -EBADMSG: it is not what keyring_seal
 * wrote with this key and this aad.
 */
int keyring_unseal(struct keyring *k, const void *aad, size_t aad_size, const void *data,
		   size_t size, unsigned char *ret);

/* seal_key is the number of the key that something was sealed with; 0: it is not sealed. */
uint32_t seal_key(const void *data, size_t size);

#endif
