/*
 * What the stream teaches about the parties: how soon a provider stops, how
 * often it forgets to, when it declares and how regularly, how late
 * allocations are extended and by whom, how long care lasts and when it ends.
 *
 * Everything is a share or a distribution counted over episodes whose course
 * is known, plus the others for as far as they are likely to have gone either
 * way (expectation-maximisation, a few rounds).  A party with little data is
 * drawn towards its region: n own cases count against a fixed number of
 * cases of the region.  Nothing is tuned to a data set; the constants here
 * are the weights of those priors.
 *
 * A struct gewoonten is read-only once learnt; threads may share it.
 */
#ifndef CARE_GEWOONTE_H
#define CARE_GEWOONTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "care/episode.h"

/* Days after what they are counted from; a distribution is known at these and straight in between.
 */
#define STOP_STAPPEN 15	   /* after the end, until the stop was received */
#define VERLENG_STAPPEN 11 /* after the limit, until the extension was received */
#define HERVAT_STAPPEN 8   /* after a temporary stop, until the restart or definitive stop */
#define DUUR_STAPPEN 10	   /* months since the begin, for the hazard of an end */
#define VORMEN 9	   /* hulpvormen, and one for the rest */
#define KLASSEN 2	   /* declared by the month, or when it suits */
#define MAANDEN_TERUG 36   /* months of which the deliveries of declarations are known one by one */

/* One provider; the first is the region. */
struct partij_gewoonte {
	char code[9];
	float stop[STOP_STAPPEN];  /* share of ends whose stop was here by then */
	float start[STOP_STAPPEN]; /* … of starts */
	float lijn[LIJN_STAPPEN];  /* share of lines that was here by then */
	float regel[KLASSEN];	   /* chance of a line for a month of care */
	float nooit[KLASSEN];	   /* chance that an episode has no lines at all before its end */
	float grens_eind;	   /* chance that care ends at a planned limit, once there */
	float duur;		   /* its hazard of an end against the region's */
	float einden, gemist;	   /* that this rests on: ends seen, ends missed (expected) */
	maand eerste; /* first month of which any line was seen, INT32_MAX: none ever */
	day sinds;    /* the first start was received on: what was over by then is not known */
};

/* One provider for one gemeente; the first is the region. */
struct paar_gewoonte {
	char gemeente[5], aanbieder[9];
	uint32_t partij;
	float verleng[VERLENG_STAPPEN]; /* share of extensions that was here by then */
	float verlengingen;		/* that this rests on */
	float binnen[MAANDEN_TERUG];	/* share of a month's lines that is in; [0] is the month of
					   `dag` */
};

#define GEWOONTEN_VERSIE 1 /* of their form as bytes: another with each change of these structs */

struct gewoonten {
	uint32_t versie;
	day dag;			    /* learnt from what was known on this day */
	uint32_t n_partijen, n_paren;	    /* with the region */
	struct partij_gewoonte *partijen;   /* by code, after the region */
	struct paar_gewoonte *paren;	    /* by gemeente, aanbieder, after the region */
	float hervat[HERVAT_STAPPEN];	    /* share of temporary stops resolved by then */
	float tijdelijk_eind;		    /* chance that a temporary stop was the end */
	float hazard[VORMEN][DUUR_STAPPEN]; /* of an end, per month of 30 days */
	float seizoen[12];		    /* of ends, against an even year */
	float regelseizoen[12];		    /* of lines */
	float slot[3]; /* a line for the last month of care, by its last day: 1–7, 8–21, later */
	float na_grens;	       /* lines for months after an unextended limit, against before it */
	float kort_eind;       /* care ends on the last line's last day, within its month */
	float uitloop; /* care that passes a limit ends within three weeks, never extended */
	float verkort_eind;    /* care ends at a limit that was brought forward */
	float achttien[2];     /* care ends at the 18th birthday: without, with stay */
	float elders[5];       /* care ends where enum elders says */
	float stevig[KLASSEN]; /* how alike episodes of a class are: cases that the prior counts for
				*/
	float zeker, waarschijnlijk; /* chances from which an end is called certain, probable */
	float spreiding;	     /* of what is left unknown of parties, in logits */
	uint64_t episoden;	     /* that it rests on */
};

/*
 * gewoonten_leer learns from episodes (linked: episoden_verbind_alle) as they
 * were known on `dag`, and points them to their party and pair (gewoonten_wijs).
 * -ENOMEM or 0.  Time grows with the number of episodes, some microseconds each.
 */
int gewoonten_leer(struct gewoonten **ret, struct episoden *e, day dag);

/* gewoonten_wijs sets paar and partij of an episode; parties that were not there are the region. */
void gewoonten_wijs(const struct gewoonten *g, struct episode *e);

/* gewoonten_start are the priors alone: for a hub on its first day.  NULL without memory. */
struct gewoonten *gewoonten_start(day dag);

/* gewoonten_bewaar and gewoonten_herstel: as bytes and back, on the same machine and version;
 * -EINVAL when they are not. */
void gewoonten_bewaar(const struct gewoonten *g, struct buf *to);
int gewoonten_herstel(struct gewoonten **ret, const void *bytes, size_t n);

void gewoonten_free(struct gewoonten **g);

/* ---- looking up; all of them shares between 0 and 1 ---- */

float gewoonte_stop(const struct partij_gewoonte *p, int dagen);
float gewoonte_start_binnen(const struct partij_gewoonte *p, int dagen);
float gewoonte_verlengd(const struct paar_gewoonte *p, int dagen);
float gewoonte_hervat(const struct gewoonten *g, int dagen);
float gewoonte_binnen(const struct gewoonten *g, const struct episode *e, maand m);
float gewoonte_hazard(const struct gewoonten *g, const struct episode *e, int dagen,
		      int maand_van_jaar);

#endif
