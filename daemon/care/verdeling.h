/*
 * Has care ended, and when?  The chances over the days on which an episode
 * without a definitive stop may have ended, given all that is known of it on a
 * day and what was learnt of its parties (care/gewoonte.h).
 *
 * For each day d that is possible the chance is the product of
 *   that care of this form lasts until d and ends then (hazard, season, the
 *     limit of the allocation, the 18th birthday, a trace elsewhere),
 *   that months before d without a line are months of care without a line,
 *   that no stop came since (the provider's stops, and its forgetting),
 *   that no extension came when d lies after the limit,
 * and the same for "care goes on".  Months whose declarations are not in yet
 * say nothing; days before the last sign of life are not possible.
 */
#ifndef CARE_VERDELING_H
#define CARE_VERDELING_H

#include "care/episode.h"
#include "care/gewoonte.h"

/* What a candidate day rests on; also what the estimate's basis is called. */
enum basis {
	BASIS_GEEN,
	BASIS_STIL,	 /* after the last declared period */
	BASIS_GRENS,	 /* end of the allocation */
	BASIS_VERKORT,	 /* … that was brought forward or withdrawn */
	BASIS_ACHTTIEN,	 /* 18th birthday */
	BASIS_OVERLEDEN, /* what other dossiers say */
	BASIS_VERHUISD,
	BASIS_GEMEENTE,	 /* the same provider goes on for another gemeente */
	BASIS_OPVOLGER,	 /* another provider began */
	BASIS_AFGEKEURD, /* a stop that was rejected */
	BASIS_TIJDELIJK, /* a temporary stop */
	BASIS_HERSTART,	 /* a new start on the same number */
	BASIS_DUUR,	 /* how long such care lasts; nothing else is known */
	N_BASIS
};

#define VERDELING_PUNTEN 192

struct punt {
	day van, tot; /* evenly over these days */
	float kans;
	unsigned char basis;
};

struct verdeling {
	double loopt;	    /* chance that care goes on today */
	int stille_maanden; /* of which the declarations are in */
	double kans_regel;  /* chance of a line for a month of care, by its months so far */
	double kans_nooit;  /* … that it has none at all before its end */
	unsigned n;
	struct punt punten[VERDELING_PUNTEN]; /* by day; with loopt they make 1 */
};

/* verdeling_van is for an episode without definitive stop; today is not before what was known of
 * it. */
void verdeling_van(const struct episode *e, const struct gewoonten *g, day vandaag,
		   struct verdeling *ret);

/* verdeling_tussen is the chance that care ended in van..tot. */
double verdeling_tussen(const struct verdeling *v, day van, day tot);

/*
 * verdeling_schatting gives the day within 31 days of which the end most likely
 * lies, the shortest interval that holds nine tenths of the chance, and
 * what the estimate rests on.  False when care cannot have ended.
 */
bool verdeling_schatting(const struct verdeling *v, day *schatting, day *laag, day *hoog,
			 enum basis *basis);

#endif
