/*
 * The threads behind the router: validators that check, one writer that keeps.
 *
 *   router ─▶ lane (validator) ─▶ writer ─▶ finished ─▶ router
 *
 * A job belongs to one thread at a time and moves by queues.  Messages of one
 * connection stay in their order: a connection keeps to its lane, and the
 * writer takes jobs in the order in which they come out.  Only large messages
 * have a lane of their own, where they may be overtaken: a declaration of
 * 25 MB does not hold up others.
 *
 * The writer takes all that waits, up to a batch, into one transaction: group
 * commit is what makes durable and fast the same thing.  Jobs reach
 * `finished` only after their transaction was committed and synced.
 *
 * What the messages of a batch mean for open ends is looked at behind it, in
 * transactions of its own (watch.h).
 */
#ifndef WIRE_PIPELINE_H
#define WIRE_PIPELINE_H

#include <stdatomic.h>
#include <zmq.h>

#include "base/promise.h"
#include "base/queue.h"
#include "care/intake.h"
#include "care/rulebook.h"
#include "wire/openends.h"
#include "wire/orders.h"
#include "wire/protocol.h"
#include "wire/upkeep.h"

enum job_kind {
	JOB_MESSAGE,       /* check and keep; the answer is judged */
	JOB_RECHECK,       /* a parked message once more; `id` says which */
	JOB_RECHECKS,      /* find what is parked and start a JOB_RECHECK for each */
	JOB_TAKE,          /* take what waits for `code`; the answer is taken */
	JOB_DONE,          /* `id` was taken over */
	JOB_FAIL,          /* `id` was not; `text` says why */
	JOB_RETURN,        /* `id` comes back; `sent` tells whether it may have arrived */
	JOB_ORDER,         /* what an operator wants: `order` */
	JOB_SEEN,          /* a session of `party` is open: software, peer, not_after */
	JOB_AUDIT,         /* enter `audit` */
	JOB_KEYS,          /* make a new key for bodies, on the order that `audit` tells of */
	JOB_OWED,          /* final receipts owed to `party`; the answer is owed */
	JOB_RECEIPT_SENT,  /* the final receipt of `id` went out */
	JOB_TOLD,          /* an aanbieder heard of the open ends `keys` */
	JOB_AFFECTED,      /* the pipeline's own: the message that answer `id` rejected, for its clients */
	JOB_WATCH,         /* … : the writer should look at the watch */
	JOB_OPEN_END,      /* … : `code` should hear of an open end; never submitted */
	JOB_SWEPT,         /* … : all open ends are those of today; never submitted */
	N_JOB_KINDS
};

/* A message on its way to a receiver. */
struct delivery {
	struct link link;
	int64_t id;
	char code[IJW_MAX_CODE + 1];
	char type[16];
	char *meta; /* malloc'ed JSON */
	zmq_msg_t body;
	size_t size;
	uint64_t connection; /* once sent */
	int64_t sent;        /* once sent */
	int64_t received;    /* the message, by the hub */
};

/* A receipt that was owed. */
struct owed {
	struct link link;
	int64_t id;
	enum verdict verdict;
	char reference[IJW_MAX_REFERENCE + 1];
	char *report; /* malloc'ed JSON */
};

struct job {
	struct link link;
	enum job_kind kind;
	uint64_t connection;
	char party[33];
	char reference[IJW_MAX_REFERENCE + 1];
	char code[IJW_MAX_CODE + 1];
	char text[IJW_MAX_REASON + 1];
	int64_t received, id, delivered;
	bool sent;
	unsigned most;
	size_t bytes;
	/* a message */
	zmq_msg_t body;
	bool has_body;
	size_t cost; /* of the connection's byte credit */
	struct arena arena;
	struct checked checked;
	struct rulebook *rules; /* what checked points into */
	unsigned char sha256[32];
	void *packed; /* in the arena */
	size_t packed_size;
	unsigned char (*clients)[CLIENT_BYTES]; /* that it names; in the arena */
	size_t n_clients;
	/* open ends */
	struct order *order; /* malloc'ed */
	struct audit_note *audit; /* malloc'ed; entered with the job, of any kind */
	struct promise *promise; /* kept once the job was committed, or when it is dropped; or NULL */
	char software[IJW_MAX_SOFTWARE + 1]; /* of the session */
	char peer[64];
	int64_t not_after; /* of its certificate, seconds */
	char *json; /* malloc'ed NOTICE */
	struct open_end_key *keys; /* malloc'ed */
	size_t n_keys;
	/* answers */
	struct judged judged;
	struct store *taking; /* while JOB_TAKE reads */
	struct link *taken; /* struct delivery */
	struct link *owed;  /* struct owed */
	int64_t next;       /* JOB_TAKE: when more may be due; 0: nothing is known to wait */
	bool full;          /* JOB_TAKE, JOB_RECHECKS: more waits */
	int error;          /* the store failed: nothing was kept, nothing may be said */
};

struct pipeline;

struct pipeline_opts {
	const char *store;   /* url */
	const char *pseudonym_key; /* path */
	const char *body_keys;     /* path */
	struct retention retention;
	unsigned validators; /* at least 1 */
	unsigned attempts, backoff_s, backoff_most_s;
	int wake_fd; /* eventfd of the router: written when `finished` fills */
};

/*
 * pipeline_start opens the store and starts the threads.  It holds rules and
 * who until pipeline_stop or the next pipeline_renew.
 */
int pipeline_start(struct pipeline **ret, const struct pipeline_opts *o,
		   struct rulebook *rules, struct parties *who, struct buf *why);

/* pipeline_renew swaps what messages are judged by (NULL: keep), and the parties; thread-safe. */
void pipeline_renew(struct pipeline *p, struct rulebook *rules, struct parties *who);

/* job_new gives an empty job, NULL when memory is out; job_free also frees what hangs off it. */
struct job *job_new(enum job_kind kind);
void job_free(struct job **j);
void delivery_free(struct delivery **d);
void owed_free(struct owed **o);

/* pipeline_submit hands a job over. */
void pipeline_submit(struct pipeline *p, struct job *j);

/* pipeline_finished gives the chain of jobs that are through, in the order of the commits. */
struct link *pipeline_finished(struct pipeline *p);

/* pipeline_busy is how many jobs were submitted and not yet given back. */
size_t pipeline_busy(struct pipeline *p);

/* pipeline_rechecks tells whether parked messages are being looked at. */
bool pipeline_rechecks(struct pipeline *p);

/*
 * pipeline_room sets how many messages and bytes the router will take for a
 * code without asking; the writer hands them over and counts down.
 */
void pipeline_room(struct pipeline *p, const char *code, unsigned messages, size_t bytes);

/* What the writer did since start. */
struct pipeline_stats {
	_Atomic uint64_t batches, batched, store_failures, verdicts[VERDICT_PARKED + 1], duplicates;
	_Atomic uint64_t delivered, redelivered;
};

const struct pipeline_stats *pipeline_stats(const struct pipeline *p);

/* pipeline_keys is what bodies are sealed with, for the caller to drop; thread-safe. */
struct keyring *pipeline_keys(struct pipeline *p);

/* pipeline_steering copies what operators have set; thread-safe. */
void pipeline_steering(struct pipeline *p, struct steering *ret);

/* pipeline_quiet leaves what is not asked for: the hub stops, and only what came in is finished. */
void pipeline_quiet(struct pipeline *p);

/* pipeline_stop finishes what was submitted, joins the threads, closes the store. */
void pipeline_stop(struct pipeline **p);

#endif
