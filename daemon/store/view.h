/*
 * What an administrator looks at: counts, faults, searches.  All of it stands
 * in tables that the writer keeps with each message (sql/0006_view.sql), so a
 * page answers from a few rows and not from all messages.
 *
 * Readers have a store of their own, opened with STORE_READ.  Results are 0
 * or a negative errno; a result of `each` above zero ends a list.  Texts given
 * to `each` are gone after it.
 */
#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include "store/store.h"

/* Messages of one hour (-1: of all time) by the party that sent them, type and verdict. */
struct view_count {
	int64_t hour; /* hours since 1970 */
	const char *party, *type;
	enum verdict verdict;
	int64_t messages, bytes;
};

/* Messages of one day in which one rule was found broken. */
struct view_fault {
	day on;
	const char *rule;
	const char *retourcode; /* "" when the rule has none */
	const char *party;      /* that sent it */
	const char *van, *naar; /* codes as in the message, "" when unknown */
	const char *software;   /* that the party named when it connected, "" when unknown */
	const char *type;
	enum verdict verdict; /* accepted: it was only advice */
	int64_t messages, last; /* last: id of the latest of them */
};

/* What faults are asked for; NULL, "", 0 and DAY_NONE mean any. */
struct view_fault_filter {
	day since, until; /* both included */
	const char *rule, *software;
	const char *code; /* gemeente or aanbieder as sender or receiver, or a party's id as sender */
	enum verdict verdict;
};

#define VIEW_CODES 64

/*
 * What messages are searched for, in any combination; NULL, "", 0 and false
 * mean any.  codes limits what may be seen at all: messages with one of these
 * codes as sender or receiver.
 */
struct view_search {
	const char *identificatie; /* may end in * */
	const char *party;         /* a code on either side, or a party's id */
	const char *van, *naar, *type;
	const char *rule; /* found broken, or advised on */
	const char *code; /* delivery code of a refusal, or return code of a finding */
	enum verdict verdict;
	int64_t since, until; /* received, microseconds */
	int64_t nummer;       /* ToewijzingNummer */
	const unsigned char *client; /* pseudonym (CLIENT_BYTES), or NULL */
	bool undelivered, given_up;
	int64_t before; /* ids below this one: the next page */
	unsigned limit; /* 0: 50 */
	const char *const *codes;
	size_t n_codes; /* 0: all may be seen; at most VIEW_CODES */
};

/* How one message hangs together with another. */
enum view_relation {
	VIEW_RETOUR,   /* the other is the return message of this one */
	VIEW_ORIGINAL, /* … is what this one answers */
	VIEW_NUMMER    /* … is about the same ToewijzingNummer */
};

struct view_sizes {
	int64_t bytes, wal_bytes, free_bytes; /* free: of the disk below it */
};

/* A setting that operators make while the hub runs: a hold, a freeze, maintenance. */
struct view_setting {
	const char *kind; /* hold, freeze, maintenance */
	const char *name; /* what it is about: a code, a standard, "" */
	const char *value;  /* kind's own: text, "2027-03-27 2027-04-01" */
	const char *who, *reason;
	int64_t moment;
};

/* view_counts: rows with since <= hour < until; view_totals: the rows of all time. */
int view_counts(struct store *st, int64_t since, int64_t until,
		int (*each)(void *ctx, const struct view_count *c), void *ctx);
int view_totals(struct store *st, int (*each)(void *ctx, const struct view_count *c), void *ctx);

int view_faults(struct store *st, const struct view_fault_filter *f,
		int (*each)(void *ctx, const struct view_fault *v), void *ctx);

/* view_search gives newest first. */
int view_search(struct store *st, const struct view_search *s,
		int (*each)(void *ctx, const struct store_message *m), void *ctx);

/* view_related gives what hangs together with message id, at most most rows. */
int view_related(struct store *st, int64_t id, unsigned most,
		 int (*each)(void *ctx, enum view_relation r, const struct store_message *m), void *ctx);

/* view_rules gives the rules that were found broken in message id, each once. */
int view_rules(struct store *st, int64_t id, int (*each)(void *ctx, const char *rule), void *ctx);

int view_settings(struct store *st, int (*each)(void *ctx, const struct view_setting *s), void *ctx);

/*
 * How the terms of a debtor (code) with a last day within [since, until] went:
 * met in time, met late, not met, and of those overdue on `until`.
 */
struct view_terms {
	int64_t met, late, open, overdue;
	double median_days; /* from its beginning until it was met; NAN without any */
};
int view_terms(struct store *st, const char *debiteur, day since, day until, struct view_terms *ret);

/* What was seen last of each party that ever connected. */
struct view_seen {
	const char *party;
	int64_t moment; /* microseconds */
	const char *software, *peer;
	int64_t certificate_until; /* seconds since 1970, 0: unknown */
};
int view_seen(struct store *st, int (*each)(void *ctx, const struct view_seen *s), void *ctx);

/* view_sizes needs no statement of SQL but the path of the store. */
int view_sizes(struct store *st, struct view_sizes *ret);

/*
 * The writer's share, in its transaction: what a session showed of its party;
 * whom a message names that the register does not know because it was stopped;
 * settings of operators.
 */
int view_seen_put(struct store *st, const struct view_seen *s);
int view_stopped_add(struct store *st, int64_t id, const unsigned char *client);
int view_setting_put(struct store *st, const struct view_setting *s);
int view_setting_drop(struct store *st, const char *kind, const char *name); /* unknown ones are no error */

/* view_outbox_replay makes a message that was delivered wait again, its attempts counted on; -ENOENT: it was not. */
int view_outbox_replay(struct store *st, int64_t id);

#endif
