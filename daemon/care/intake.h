/*
 * The spine: one checked message to a stored verdict, within the transaction
 * that the writer has open.  Nothing here is kept, sent or said before the
 * writer has committed.
 */
#ifndef CARE_INTAKE_H
#define CARE_INTAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "care/check.h"
#include "care/parties.h"
#include "store/store.h"

/* One message as it came in and was checked. */
struct incoming {
	const char *party, *reference;
	int64_t received;
	size_t size;
	unsigned char sha256[32];
	const void *body; /* compressed */
	size_t body_size;
	struct checked *checked; /* the door adds its findings */
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
};

struct intake {
	struct store *store;
	const struct parties *parties; /* of this batch */
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

/* report_json builds the report of a receipt; the same row gives the same bytes. */
void report_json(const struct store_message *m, struct buf *out);

/* meta_json builds the meta field of a delivery. */
void meta_json(const struct store_message *m, struct buf *out);

#endif
