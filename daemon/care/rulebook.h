/*
 * What messages are judged by, as one thing that a reload replaces as a whole:
 * the releases of the standard with their rules, the administrator's lists,
 * the calendar.  Read-only and shared once made; references are counted, and
 * the count is thread-safe.
 */
#ifndef CARE_RULEBOOK_H
#define CARE_RULEBOOK_H

#include "base/buf.h"
#include "base/calendar.h"
#include "care/hulpvorm.h"
#include "care/lijsten.h"
#include "care/standard.h"

/* Days on which messages of a standard are held: from, up to and without until. */
struct freeze {
	char standaard[32]; /* ijw */
	day from, until;
};

struct rulebook {
	struct standards *standards;
	struct lijsten *lijsten; /* NULL: none */
	struct hulpvormen *hulpvormen; /* of the administrator, for the watch over open ends; NULL: none */
	struct calendar calendar; /* its lists are this book's own copies */
	day *days;
	struct freeze *freezes;
	size_t n_freezes;
	_Atomic unsigned references;
};

/* What a rulebook is made from; borrowed for the call. */
struct rulebook_opts {
	const char *schemas;
	const char *lists; /* NULL: only what comes with the releases */
	const struct calendar *calendar;
	const struct freeze *freezes;
	size_t n_freezes;
};

/*
 * rulebook_open reads the releases below schemas and the lists.  Negative with lines in why; result 0
 * with lines in why when a schema does not compile (standard.h).
 */
int rulebook_open(struct rulebook **ret, const struct rulebook_opts *o, struct buf *why);

/*
 * rulebook_release tells from which day a message of a release that came in on
 * a day may be judged: that day itself, the end of a freeze, or the day on
 * which the release comes into force.  DAY_NONE: the release is no longer in force.
 */
day rulebook_release(const struct rulebook *b, const struct standard *s, day op);

struct rulebook *rulebook_hold(struct rulebook *b);

/* rulebook_drop gives a reference back and clears the pointer; the last one frees.  NULL is fine. */
void rulebook_drop(struct rulebook **b);

#endif
