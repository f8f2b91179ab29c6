/*
 * The messages as they came: under which key they lie, and for how long.
 *
 * A body is compressed and then sealed with the newest key (base/keyring.h),
 * bound to the message's SHA-256, so that it opens under no other message.
 * Bodies from before there were keys are plain and stay readable.
 */
#ifndef STORE_BODIES_H
#define STORE_BODIES_H

#include "base/keyring.h"
#include "store/store.h"

/*
 * bodies_unlock opens the keys at path for this store and gives them to it.
 * With make a first key is made when there is no file; never when bodies lie
 * under a key already, for it would be another one with the same number.  ret,
 * unless NULL, gets a reference; NULL when there are neither keys nor bodies
 * under one.  Negative errno with a line in why.  missing, unless NULL, is how
 * many bodies lie under keys that the file does not have.
 */
int bodies_unlock(struct store *st, const char *path, bool make, day today, struct keyring **ret,
		  int64_t *missing, struct buf *why);

/* bodies_counts gives for each key how many bodies lie under it (key 0: plain); cheap. */
int bodies_counts(struct store *st, int (*each)(void *ctx, uint32_t key, int64_t bodies),
		  void *ctx);

/*
 * bodies_reseal seals some bodies of older keys (or plain ones) with the newest,
 * at most `most` and about `bytes`, in a transaction of its own; ret is how
 * many.  -ENOENT when it came to the end: what is left cannot be opened, stays
 * as it is and is counted in `unreadable`.  at starts from zeroes and is where
 * the next call goes on; after a kill another start finds the rest.
 */
struct reseal {
	uint32_t key; /* of the last one looked at; from the lowest up */
	int64_t after;
	int64_t unreadable;
};
int bodies_reseal(struct store *st, struct packer *p, struct reseal *at, unsigned most,
		  size_t bytes, unsigned *ret);

/*
 * bodies_renew makes sure that a packed body is sealed by the newest key:
 * one that was packed just before a key was made is sealed anew.
 */
int bodies_renew(struct packer *p, struct arena *a, const unsigned char sha256[32],
		 const void **body, size_t *size);

/* bodies_gone is when retention deleted the body of a message; 0: it did not. */
int bodies_gone(struct store *st, int64_t id, int64_t *ret);

/* bodies_missing counts the judged messages whose body is gone; first is the lowest id. */
int bodies_missing(struct store *st, int64_t *n, int64_t *first, int64_t *last);

/* ---- retention ---- */

/* How many days a body is kept after its message was done with; 0: for ever. */
struct retention {
	uint32_t bodies_days;  /* accepted and confirmed, or rejected */
	uint32_t refused_days; /* refused */
};

/*
 * retention_step deletes bodies whose time is over at `now`, looking at up to
 * `most` messages, in a transaction of its own, with an audit entry.  at is where
 * it goes on (0 at first) and 0 again when it has come to the end.  deleted is how
 * many.  Parked messages and what its receiver has not confirmed stay.
 */
int retention_step(struct store *st, const struct retention *r, int64_t now, const char *source,
		   unsigned most, int64_t *at, unsigned *deleted);

/* ---- for drivers ---- */

struct body_ops {
	int (*counts)(struct store *st, int (*each)(void *ctx, uint32_t key, int64_t bodies),
		      void *ctx);

	/* older gives one body whose key is below newest: the first behind (key, after).  -ENOENT:
	 * none. */
	int (*older)(struct store *st, uint32_t newest, uint32_t key, int64_t after,
		     struct arena *a, struct store_message *ret, uint32_t *ret_key);
	int (*replace)(struct store *st, int64_t id, const void *body, size_t size);

	/* remove deletes one, so that its bytes are overwritten, and notes when. */
	int (*remove)(struct store *st, int64_t id, int64_t now);

	/* first is the lowest id that has a body; -ENOENT: none. */
	int (*first)(struct store *st, int64_t *ret);
	int (*gone)(struct store *st, int64_t id, int64_t *ret);
	int (*missing)(struct store *st, int64_t *n, int64_t *first, int64_t *last);

	/* wipe makes sure that what was overwritten is not in the log of the store either. */
	int (*wipe)(struct store *st);
};

#endif
