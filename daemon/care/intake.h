/*
 * The spine: one checked message to a stored verdict, within the transaction
 * that the writer has open.  Nothing here is kept, sent or said before the
 * writer has committed.
 *
 *   check → door → rules across messages → keep → register → answer
 *
 * A message that breaks a rule inside itself is rejected whatever the
 * receiver's policy is; rules that need history or lists follow that policy.
 * What is rejected gets its return message from the hub, because the receiver
 * never sees it; what is accepted gets one when the receiver's policy says so.
 */
#ifndef CARE_INTAKE_H
#define CARE_INTAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/pseudonym.h"
#include "care/check.h"
#include "care/parties.h"
#include "care/rulebook.h"
#include "care/steering.h"
#include "store/store.h"

#define HUB_PARTY "hub"          /* the sending party of answers that the hub made */
#define HISTORY_PARTY "historie" /* … and of what was exchanged before there was a hub */

/* One message as it came in and was checked. */
struct incoming {
	const char *party, *reference;
	const char *software; /* of the session; NULL or "": unknown */
	int64_t received;
	size_t size;
	unsigned char sha256[32];
	const void *data; /* as it came; an answer is made from it */
	const void *body; /* compressed */
	size_t body_size;
	struct checked *checked; /* the door and the rules add their findings */
};

/* What the hub answers and does. */
struct judged {
	enum verdict verdict;
	int64_t id;
	const char *report;   /* JSON; in the arena */
	const char *receiver; /* code to deliver to; NULL: nothing to deliver, or delivered before */
	const char *meta;     /* JSON for DELIVER when handed */
	bool handed;          /* the router holds it: it is in the outbox as handed */
	bool duplicate;       /* the first receipt once more */
	const char *answered; /* code for which the hub made an answer, which waits now; else NULL */
};

struct intake {
	struct store *store;
	const struct parties *parties; /* of this batch */
	const struct pseudonym_key *key;
	const struct rulebook *rules;
	const struct steering *steering; /* what operators set; NULL: nothing */
	struct checker *checker;       /* the hub's own answers are checked like any message */
	struct packer *packer;
	int64_t now; /* the moment of the next verdict; each takes one microsecond of its own */
	int64_t next_id;
	/* Tells whether the router has room for one more message to this code, and takes it. */
	bool (*room)(void *ctx, const char *code);
	void *room_ctx;
};

/*
 * intake_message judges and keeps one message.  Any verdict is result 0; a
 * negative errno means that the store or memory failed and the transaction
 * must be rolled back.
 */
int intake_message(struct intake *k, struct arena *a, const struct incoming *in,
		   struct judged *ret);

/* intake_again gives a parked message (id as stored) its verdict, or leaves it parked. */
int intake_again(struct intake *k, struct arena *a, int64_t id, const struct incoming *in,
		 struct judged *ret);

/* What became of a message of the past. */
enum history_verdict {
	HISTORY_TAKEN = 1,
	HISTORY_DUPLICATE, /* it is in the store */
	HISTORY_OTHER,     /* another message is, under its identification */
	HISTORY_LATE,      /* it is not, and was not to be added */
	HISTORY_NONE,      /* no message: findings tell */
};

/*
 * intake_history keeps a message that was exchanged before the hub was there:
 * received, settled, delivered and confirmed at in->received.  What was exchanged
 * was exchanged, so whatever its rules find is kept with it and nothing is
 * refused but what is no message; rules across messages are not asked.  It goes
 * into the register with its terms; nothing is sent or answered.  With add
 * false it is only looked up.  Messages come in the order of in->received.
 */
int intake_history(struct intake *k, struct arena *a, const struct incoming *in, bool add,
		   enum history_verdict *ret);

/*
 * intake_replay takes a stored message, checked anew, into the register once
 * more: for a register that was dropped.  Nothing is sent or kept besides.
 * same tells whether verdict and findings came out as they stand in the store.
 */
int intake_replay(struct intake *k, struct arena *a, const struct store_message *m,
		  struct checked *c, bool *same);

/* report_json builds the report of a receipt; the same row gives the same bytes. */
void report_json(const struct store_message *m, struct buf *out);

/* meta_json builds the meta field of a delivery. */
void meta_json(const struct store_message *m, struct buf *out);

#endif
