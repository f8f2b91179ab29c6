/*
 * External lists that an administrator supplies, as files (schemas folder of
 * the release, or the folder `lists` of the configuration):
 *
 *   gemeentecodes.tsv   code  naam  geldig_vanaf  geldig_tot      (TR378; both dates may be empty)
 *   productcodes.tsv    categorie  code  omschrijving             (TR381)
 *   contracten.tsv      gemeente  aanbieder  code  eenheid  tarief  vanaf  tot
 *                       (TR341, TR346, TR418; tarief in eurocents per eenheid)
 *
 * Tab separated, with that header line, empty: no bound.  A list that is not
 * there, or has no row, means that its rules are not checked.  Of one code and
 * eenheid one row holds at a time: overlapping rows are an error.  Read-only
 * once made; shared.
 */
#ifndef CARE_LIJSTEN_H
#define CARE_LIJSTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"

struct lijsten;

enum lijst_antwoord { LIJST_NEE = 0, LIJST_JA = 1, LIJST_GEEN = 2 /* no such list: cannot say */ };

/* What the contract says of a product code; several rows may hold (one per eenheid). */
struct contract {
	const char *eenheid;
	int64_t tarief;
	struct contract *next; /* another row that holds too */
};

/* lijsten_open reads what is there.  Negative, with file, line and what is expected in why. */
int lijsten_open(struct lijsten **ret, const char *dir, struct buf *why);

/*
 * lijsten_more reads a second folder; a list that is there takes the place of
 * the one read before.  For the lists of the release first and the
 * administrator's after them.  After a failure l may only be freed.
 */
int lijsten_more(struct lijsten *l, const char *dir, struct buf *why);
void lijsten_free(struct lijsten **l);

/* Look-ups; l NULL: LIJST_GEEN.  A gemeentecode is valid on any day when op is DAY_NONE. */
enum lijst_antwoord lijst_gemeente(const struct lijsten *l, const char *code, day op);
enum lijst_antwoord lijst_product(const struct lijsten *l, const char *categorie, const char *code);

/*
 * lijst_contract gives the rows for a code on a day: LIJST_JA with one at
 * least, LIJST_NEE when this pair has a contract and no row of it holds,
 * LIJST_GEEN without the list, without any row of this pair, without a day.
 */
enum lijst_antwoord lijst_contract(const struct lijsten *l, const char *gemeente,
				   const char *aanbieder, const char *code, day op,
				   const struct contract **ret);

#endif
