/*
 * Who may do what: parties, the codes they own, and the mandates by which
 * they act for others.
 *
 * A set of parties never changes once it is in use: a reload builds a new one
 * and swaps it.  References are counted (router and writer hold it at the
 * same time); the count is thread-safe, the rest is read-only.
 */
#ifndef CARE_PARTIES_H
#define CARE_PARTIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/date.h"

enum may { MAY_SEND = 1, MAY_RECEIVE = 2 };

/* One code of a party: its own, or another's by mandate. */
struct partij_code {
	char *code;        /* 4 digits: gemeente; 8 digits: AGB code of an aanbieder */
	bool own;
	unsigned may;      /* MAY_ bits */
	char **types;      /* JW301, …; none: all */
	size_t n_types;
	day from, until;   /* DAY_NONE: no bound */
};

/* One certificate that speaks for a party: by OIN or by fingerprint. */
struct partij_certificate {
	char *oin, *sha256; /* one of both; the other is "" */
};

/* What becomes of a message to a party that breaks rules which need history or lists. */
enum rules_policy {
	RULES_ADVISE, /* told to sender and receiver; nothing is stopped */
	RULES_OFF,    /* not looked at */
	RULES_ENFORCE /* rejected, with the standard's return message */
};

/* Who makes the return messages for what a party receives. */
enum retour_policy {
	RETOUR_PARTIJ, /* it does; the hub matches and waits for them */
	RETOUR_HUB     /* the hub does, for it */
};

/* How messages to a party are treated. */
struct policy {
	enum rules_policy rules;
	day register_start; /* history before it is not held against anyone; DAY_NONE: all counts */
	enum retour_policy retour;
	bool accept; /* RETOUR_HUB: it also accepts in its name when all rules hold */
};

struct partij {
	char *id;   /* [a-z0-9-]{1,32}: in routing ids, logs, file names */
	char *name; /* for people */
	struct policy policy;
	struct partij_code *codes;
	size_t n_codes;
	struct partij_certificate *certificates;
	size_t n_certificates;
};

struct parties {
	struct partij *list;
	size_t n;
	_Atomic unsigned references;
};

/* parties_new makes an empty set with one reference; rows are added before it is shared. */
struct parties *parties_new(void);

/* parties_add gives a new, zeroed row that belongs to the set; NULL when memory is out. */
struct partij *parties_add(struct parties *p);

struct parties *parties_hold(struct parties *p);

/* parties_drop gives a reference back and clears the pointer; the last one frees.  NULL is fine. */
void parties_drop(struct parties **p);

const struct partij *parties_find(const struct parties *p, const char *id);

/* parties_owner is the party whose own code this is, NULL when nobody's. */
const struct partij *parties_owner(const struct parties *p, const char *code);

/* code_is_gemeente tells a gemeentecode (4 digits) from an AGB code (8 digits). */
bool code_is_gemeente(const char *code);

/* partij_code_of is this party's row for a code, NULL when it has none. */
const struct partij_code *partij_code_of(const struct partij *p, const char *code);

/* What stands in the way of acting for a code, most helpful answer first. */
enum permission { PERMIT_YES, PERMIT_NO_CODE, PERMIT_NO_WAY, PERMIT_NO_TYPE, PERMIT_NO_PERIOD };

/* partij_permit judges whether p may send or receive type for code on a day; type NULL: any. */
enum permission partij_permit(const struct partij *p, const char *code, const char *type,
			      enum may may, day on);

#endif
