/*
 * What is kept, and the contract of those who keep it.
 *
 * A store is used by one thread at a time.  The writer's is opened for
 * writing, and there is one; readers open their own with STORE_READ and see
 * what was committed before each call.
 *
 * All functions return 0 or a negative errno; a failed write leaves the
 * transaction to rollback.  Strings given are borrowed for the call,
 * strings got live in the arena that was passed.  "None" is -ENOENT.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/verdict.h"

struct store_ops;
struct register_ops;
struct audit_ops;
struct body_ops;
struct keyring;

struct store {
	const struct store_ops *ops;    /* the driver's; the rest of the object is its own */
	const struct register_ops *reg; /* store/register.h; in the same transactions */
	const struct audit_ops *audit;  /* store/audit.h; likewise */
	const struct body_ops *bodies;  /* store/bodies.h; likewise */
	struct keyring *keys;           /* that bodies are opened with (store_unlock), or NULL */
};

enum store_mode { STORE_WRITE, STORE_READ };

enum outbox_state { OUTBOX_WAITS = 0, OUTBOX_HANDED = 1, OUTBOX_GIVEN_UP = 2, OUTBOX_NONE = -1 };

/* A rule that a message broke, or was advised on. */
struct store_fault {
	const char *rule, *retourcode; /* retourcode "" or NULL: the rule has none */
};

struct store_message {
	int64_t id;
	int64_t received, settled; /* microseconds since 1970 */
	const char *party, *reference;
	const char *software; /* written, not read: what the party named when it connected; or NULL */
	const char *type, *van, *naar, *identificatie; /* "" when unknown */
	unsigned char sha256[32];
	int64_t size; /* of the message as it came */
	enum verdict verdict;
	const char *code;     /* delivery code, or NULL */
	const char *findings; /* JSON array, or NULL */
	const struct store_fault *faults; /* written, not read: the rules of the findings, each once */
	size_t n_faults;
	int64_t more;         /* findings beyond those in the array */
	day release;          /* parked: not to be judged before; 0: as soon as it can be */
	int64_t delivered, confirmed; /* 0: not yet */
	int64_t attempts;
	enum outbox_state outbox; /* when read: where its delivery stands */
	const void *body; /* compressed; only where a function says so */
	size_t body_size;
};

/* What stands in the outbox for one message. */
struct store_outbox {
	enum outbox_state state;
	int64_t attempts, failures, next;
	const char *reason; /* or NULL */
};

struct store_queue_row {
	const char *receiver;
	int64_t waiting, given_up, oldest; /* oldest: received of the first that waits */
};

struct store_totals {
	int64_t messages, verdicts[VERDICT_PARKED + 1];
	int64_t waiting, given_up;
};

/*
 * store_open opens or creates the store at url ("sqlite:/path/ijwd.db") and
 * runs the migrations it lacks.  why gets one line on failure.  STORE_READ
 * needs an existing store.  Opening for writing puts all that a dead hub held
 * in its hands back to waiting.
 */
int store_open(struct store **ret, const char *url, enum store_mode mode, struct buf *why);

/*
 * store_share keeps the store's log and index files when it is closed, so that
 * readers who may not write in its folder can open it while no hub runs.
 */
int store_share(struct store *st);

/* The contract that every driver meets (tests/unit/store runs it).  SQLite now, others later. */
struct store_ops {
	/* begin starts a transaction; never nested.  All until commit is kept together or not at all. */
	int (*begin)(struct store *st);

	/* commit returns 0 only once the data would survive a power cut. */
	int (*commit)(struct store *st);
	void (*rollback)(struct store *st);

	/* tidy does the housekeeping (checkpoint) that is due; call it when there is nothing else to do. */
	int (*tidy)(struct store *st);

	/* last_id is the highest id ever given, 0 in an empty store. */
	int (*last_id)(struct store *st, int64_t *ret);

	/*
	 * message_add keeps a message and its body.  -EEXIST, and nothing kept,
	 * when another message that was not refused stands under its (van, type,
	 * identificatie).
	 */
	int (*message_add)(struct store *st, const struct store_message *m);

	/* message_settle gives a parked message its verdict (and what was learnt of it). -EEXIST as above. */
	int (*message_settle)(struct store *st, const struct store_message *m);

	/* message_get by id; message_in_force by its key; message_by_reference the newest
	 * refused or parked one of this party under this reference. */
	int (*message_get)(struct store *st, struct arena *a, int64_t id, struct store_message *ret);
	int (*message_in_force)(struct store *st, struct arena *a, const char *van, const char *type,
				   const char *identificatie, struct store_message *ret);
	int (*message_by_reference)(struct store *st, struct arena *a, const char *party,
				       const char *reference, struct store_message *ret);

	/* body appends the message as it came; what may go wrong is told at store_read. */
	int (*body)(struct store *st, int64_t id, struct buf *ret);

	/* The outbox: one row per message that its receiver has not confirmed. */
	int (*outbox_add)(struct store *st, int64_t id, const char *receiver, enum outbox_state state);
	int (*outbox_get)(struct store *st, struct arena *a, int64_t id, struct store_outbox *ret);

	/*
	 * outbox_take hands out what waits for receiver and is due at now, in
	 * order of arrival: at most `most` messages and about `bytes` bytes (one at
	 * least), each marked as handed and its attempt counted; only the commit
	 * makes that true.  each is given the message with its body (compressed);
	 * a result above zero ends the list there.
	 */
	int (*outbox_take)(struct store *st, const char *receiver, int64_t now, unsigned most,
			      size_t bytes, int (*each)(void *ctx, const struct store_message *m),
			      void *ctx);

	/* outbox_next is the first moment at which something waits for receiver; -ENOENT: nothing does. */
	int (*outbox_next)(struct store *st, const char *receiver, int64_t *ret);

	/*
	 * outbox_done strikes it off: delivered at, confirmed at.  The first
	 * confirmation stands.  Unknown ids are no error.
	 */
	int (*outbox_done)(struct store *st, int64_t id, int64_t delivered, int64_t confirmed);

	/* outbox_fail puts it back until next, or gives it up. */
	int (*outbox_fail)(struct store *st, int64_t id, int64_t next, bool give_up, const char *reason);

	/* outbox_return puts it back because its session ended; sent tells whether it may have arrived. */
	int (*outbox_return)(struct store *st, int64_t id, bool sent);

	/* outbox_retry makes a given-up one wait again; -ENOENT when there is none. */
	int (*outbox_retry)(struct store *st, int64_t id);

	/* queues tells per receiver what waits. */
	int (*queues)(struct store *st, int (*each)(void *ctx, const struct store_queue_row *r),
			 void *ctx);

	/* parked lists the messages to be judged on a day, oldest first, above id `after`. */
	int (*parked)(struct store *st, int64_t after, unsigned most, day today,
			 int (*each)(void *ctx, const struct store_message *m), void *ctx);

	/*
	 * history gives what was accepted, rejected or parked, with its body
	 * (compressed), in the order in which it was judged: by (settled, id),
	 * after the message `id` settled at `settled` (0, 0: from the first) and
	 * settled before `until` (0: no bound).  each may write and commit: nothing
	 * is being read while it runs.  A result of each above zero ends it there.
	 */
	int (*history)(struct store *st, int64_t settled, int64_t id, int64_t until,
			  int (*each)(void *ctx, const struct store_message *m), void *ctx);

	/* Final receipts still owed to the sender of a message that was parked. */
	int (*receipt_owe)(struct store *st, int64_t id, const char *party);
	int (*receipt_sent)(struct store *st, int64_t id);
	int (*receipts_owed)(struct store *st, const char *party,
				int (*each)(void *ctx, const struct store_message *m), void *ctx);

	int (*totals)(struct store *st, struct store_totals *ret);

	void (*close)(struct store *st);
};

/* store_close closes and clears; NULL inside is fine. */
void store_close(struct store **st);

/* store_unlock gives the store the keys of its bodies (it takes a reference of its own); NULL takes them away. */
void store_unlock(struct store *st, struct keyring *keys);

/*
 * store_read appends the message whose body a function of the store gave.
 * -ENODATA: retention deleted it.  -ENOKEY: its key is not here.  -EBADMSG: it
 * is not what was packed, or not of this message.
 */
int store_read(struct store *st, const struct store_message *m, struct buf *ret);

/* store_fault says in words what a failure of body or store_read means. */
const char *store_fault(int error);

/*
 * store_pack compresses a message for store_message.body, into the arena, and
 * seals it with the newest key of its packer, bound to the message's SHA-256.
 * store_unpack is its inverse; keys may be NULL, then what is sealed is -ENOKEY.
 * Thread-safe with a packer each.
 */
struct packer;

/* packer_new with NULL packs without sealing: for tests, and tools that keep nothing. */
struct packer *packer_new(struct keyring *keys);
int store_pack(struct packer *p, struct arena *a, const void *data, size_t size,
	       const unsigned char sha256[32], void **ret, size_t *ret_size);
int store_unpack(struct keyring *keys, const unsigned char sha256[32], const void *data, size_t size,
		 struct buf *ret);

/* packer_keys is what it seals with, or NULL. */
struct keyring *packer_keys(const struct packer *p);
void packer_free(struct packer **p);

#endif
