/*
 * The audit log: who did what when, for which message, with what outcome
 * (the fields of NEN 7513), never what a message says.
 *
 * Entries are numbered 1, 2, 3, … and only ever added.  Each has
 *
 *   hash = SHA-256(hash of the entry before it || all its fields)
 *
 * so that nothing in it can be changed, left out or slipped in without all
 * later hashes being wrong.  What the last hash is, is told elsewhere (the log
 * line AUDIT-HEAD), so that a tail that was cut off shows too.
 *
 * Entries about messages also bind the messages: `messages` has a digest of
 * what can never change of each message of its range, `judged` of the verdicts
 * on parked ones, `delivered` of the moments of confirmation.  Texts of
 * messages are bound by their own SHA-256, which is part of that, so deleting a
 * body changes nothing.
 *
 * Entries are part of the transaction that is open: they are kept together with
 * what they tell of.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/store.h"

#define AUDIT_HASH 32
#define AUDIT_CLIENT 16 /* bytes of a pseudonym */

#define AUDIT_HUB "hub" /* who: the hub by itself */

/* What the hub enters by itself; nobody else may. */
#define AUDIT_MESSAGES "messages"   /* came in: message..last, all of them */
#define AUDIT_ADOPTED "adopted"	    /* stood in the store without an entry: message..last */
#define AUDIT_JUDGED "judged"	    /* were parked, have their verdict: listed in detail */
#define AUDIT_DELIVERED "delivered" /* were confirmed: listed in detail by receiving code */
#define AUDIT_RETENTION "retention" /* bodies deleted: listed in detail */
#define AUDIT_KEYS "keys"
#define AUDIT_STARTED "started"
#define AUDIT_STOPPED "stopped"
#define AUDIT_RELOAD "reload"

/* One entry.  Texts that are NULL are "". */
struct audit_entry {
	int64_t id;	/* given by audit_add */
	int64_t moment; /* microseconds; never before the entry before it */
	const char *event;
	const char *who;       /* party, operator or user, or hub */
	const char *role;      /* of who, as he said it */
	const char *source;    /* program and address */
	int64_t message, last; /* 0: none; last is 0 for one message */
	unsigned char client[AUDIT_CLIENT];
	bool has_client;
	const char *reason; /* that was given */
	const char *outcome;
	const char *detail;
	unsigned char digest[AUDIT_HASH];
	bool has_digest;
	unsigned char hash[AUDIT_HASH]; /* given by audit_add */
};

/* Which entries; NULL, "" and 0 mean any. */
struct audit_filter {
	int64_t since, until; /* microseconds: since ≤ moment < until */
	const char *event, *who;
	int64_t message; /* about this one, alone or in a range; all entries are looked at, so bound
			    it */
	int64_t before;	 /* ids below this one: the next page */
	unsigned limit;	 /* 0: 50 */
};

/* audit_add adds an entry within the open transaction; id and hash are filled in. */
int audit_add(struct store *st, struct audit_entry *e);

/* audit_list gives entries newest first; a result of each above zero ends it. */
int audit_list(struct store *st, const struct audit_filter *f,
	       int (*each)(void *ctx, const struct audit_entry *e), void *ctx);

/* audit_head gives number and hash of the last entry; 0 and zeroes when there is none. */
int audit_head(struct store *st, int64_t *id, unsigned char hash[AUDIT_HASH]);

/* ---- what the writer enters for each batch, in its transaction ---- */

/* audit_messages enters the messages first..last, which were added in this transaction. */
int audit_messages(struct store *st, int64_t now, const char *source, int64_t first, int64_t last);

/* audit_judged enters the verdicts of messages that were parked; ids may be in any order. */
int audit_judged(struct store *st, int64_t now, const char *source, int64_t *ids, size_t n);

/* audit_delivered enters confirmations; ids that were confirmed before are told once more. */
int audit_delivered(struct store *st, int64_t now, const char *source, int64_t *ids, size_t n);

/*
 * audit_adopt enters messages that no entry covers (from before there was an
 * audit log, or another program's) and gives how many there were.  In a
 * transaction of the caller.
 */
int audit_adopt(struct store *st, int64_t now, const char *source, int64_t *ret);

/* ---- verification ---- */

enum audit_fault {
	AUDIT_FAULT_HASH = 1,  /* entry `id`: its hash does not follow from it and the one before */
	AUDIT_FAULT_MISSING,   /* entries from..to are not there */
	AUDIT_FAULT_MESSAGES,  /* entry `id`: the messages from..to are not what they were */
	AUDIT_FAULT_JUDGED,    /* entry `id`: their verdicts are not what they were */
	AUDIT_FAULT_DELIVERED, /* entry `id`: their confirmations are not what they were */
	AUDIT_FAULT_PARKED,    /* message from: was parked, has a verdict that no entry tells of */
	AUDIT_FAULT_RANGE, /* entry `id`: does not go on where the range before it ended, at from */
	AUDIT_FAULT_UNCOVERED, /* messages from..to are in no entry */
	AUDIT_FAULT_HEAD       /* the hash that was expected is nowhere in the log */
};

struct audit_problem {
	enum audit_fault fault;
	int64_t id, moment; /* of the entry, or 0 */
	int64_t from, to;
};

struct audit_result {
	int64_t entries, messages; /* looked at; messages that an entry binds */
	int64_t problems;
	int64_t adopted; /* messages that were taken over later than the first entry: worth a look
			  */
	int64_t expected_at; /* the entry that has the expected hash */
	unsigned char head[AUDIT_HASH];
	int64_t head_id;
};

/*
 * audit_verify walks the whole log and all messages, as they stand at one
 * moment (the hub may run).  expect, unless NULL, is a hash that must be in it.
 * each is told every problem.  0 when it could look everywhere, whatever it
 * found.
 */
int audit_verify(struct store *st, const unsigned char *expect,
		 void (*each)(void *ctx, const struct audit_problem *p), void *ctx,
		 struct audit_result *ret);

/* ---- for drivers ---- */

struct audit_ops {
	/* append writes an entry as it stands. */
	int (*append)(struct store *st, const struct audit_entry *e);

	/* head reads id, moment and hash of the last entry; -ENOENT when there is none. */
	int (*head)(struct store *st, struct audit_entry *ret);

	/* moment reads that of an entry. */
	int (*moment)(struct store *st, int64_t id, int64_t *ret);

	/* list gives entries with from ≤ id < until, newest first, as the filter has it but for its
	 * moments. */
	int (*list)(struct store *st, const struct audit_filter *f, int64_t from, int64_t until,
		    int (*each)(void *ctx, const struct audit_entry *e), void *ctx);

	/* walk gives all entries from the first to the last. */
	int (*walk)(struct store *st, int (*each)(void *ctx, const struct audit_entry *e),
		    void *ctx);

	/* covered is the highest message that an entry covers, 0: none. */
	int (*covered)(struct store *st, int64_t *ret);

	/*
	 * facts gives id, received, settled, party, naar, sha256, size, verdict
	 * and confirmed of the messages first..last, in their order.
	 */
	int (*facts)(struct store *st, int64_t first, int64_t last,
		     int (*each)(void *ctx, const struct store_message *m), void *ctx);

	/* look begins a view of one moment for a reader, look_end ends it. */
	int (*look)(struct store *st);
	void (*look_end)(struct store *st);
};

/* audit_hash makes the hash of an entry behind one with the hash `before`. */
int audit_hash(const unsigned char before[AUDIT_HASH], const struct audit_entry *e,
	       unsigned char ret[AUDIT_HASH]);

#endif
