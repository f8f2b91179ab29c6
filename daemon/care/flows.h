/*
 * Instroom, uitstroom, stand and balance of care, in three readings:
 *
 *   geregistreerd  what start and stop messages say
 *   cbs            what the statistics office would make of it: an open record
 *                  that no longer occurs in the next half-year, while its
 *                  provider does, is closed at the end of the half-year in which
 *                  it occurred last; definitive when the next half-year is over
 *                  and delivered
 *   geschat        registered ends, and of every open episode the chance that it
 *                  ended in the period (care/verdeling.h); starts that are still
 *                  on their way by the lag of their provider
 *
 * What is counted are episodes (care/episode.h); on request records as CBS
 * defines them: one client, one form of care, one provider, where episodes that
 * overlap are one (Informatieprotocol 3.3).  "Occurs in a half-year" is read from the messages: a
 * start, a declared month, or for care that is never declared an allocation that holds.
 *
 *   actief = stand_begin + instroom      stand_eind = stand_begin + instroom - uitstroom
 *   balans = 100 × (uitstroom - instroom) / instroom
 *
 * Both identities are checked at every run; figures are unrounded here.  What
 * ended before a provider's first message is not known, so periods before it
 * are marked.  Pure.
 */
#ifndef CARE_FLOWS_H
#define CARE_FLOWS_H

#include <stdbool.h>
#include <stddef.h>

#include "care/episode.h"
#include "care/gewoonte.h"

enum lezing { LEZING_GEREGISTREERD, LEZING_CBS, LEZING_GESCHAT, N_LEZINGEN };

enum as { AS_GEMEENTE, AS_AANBIEDER, AS_HULPVORM, AS_CATEGORIE, AS_VERWIJZER, N_ASSEN };

struct stroom_vraag {
	day vandaag;
	int maanden;	/* of a period: 1, 3, 6, 12 */
	unsigned assen; /* bits 1 << enum as: by what it is split; 0: the whole */
	day van;	/* the first period holds this day; DAY_NONE: the first start */
	const char *gemeente, *aanbieder; /* only these, or NULL */
	bool records; /* overlapping episodes of one form of care are one, as in a delivery to CBS
		       */
	bool alles;   /* also what is no youth care: protection, probation, transport */
};

struct stroom_getal {
	double instroom, uitstroom, stand_begin, stand_eind;
	double balans;	   /* NAN without inflow */
	double laag, hoog; /* of the balance, nine tenths; equal to it where nothing is estimated */
};

/* Why a figure may be less than it seems. */
enum kwaliteit {
	KWALITEIT_VOORLOPIG =
		1,	     /* the period is not over, or stops of it are still to be expected */
	KWALITEIT_BEGIN = 2, /* before or in the half-year of the hub's first messages */
	KWALITEIT_CBS_OPEN =
		4, /* the next half-year is not complete: the CBS reading is the registered one */
	KWALITEIT_NIET_GELEVERD = 8, /* a provider in it sent nothing in the next half-year */
	KWALITEIT_VORM = 16	     /* for one in ten or more the form of care is a default */
};

struct stroom_rij {
	char sleutel[N_ASSEN][10]; /* "" where it is not split by that */
	day van, tot;
	struct stroom_getal lezing[N_LEZINGEN];
	double cbs_gesloten;   /* ends that CBS's rule adds */
	double geschat_einden; /* … that the estimate adds */
	double geschat_starts;
	double zeker;	    /* of these ends, from episodes that are certain to have ended */
	double taakgericht; /* … and from care that leaves no trace but its start */
	double duur;	    /* days, mean of the ends that were registered; NAN */
	unsigned kwaliteit;
};

struct stromen {
	struct stroom_rij *list; /* by key, then period */
	size_t n;
	size_t apart;	 /* records set aside: their end lies before their begin */
	double ongelijk; /* how far an identity is off, at most; more than a rounding is a fault of
			    ours */
};

/* stromen_tel counts; episodes are linked and pointed (gewoonten_leer did).  0 or -ENOMEM. */
int stromen_tel(const struct episoden *e, const struct gewoonten *g, const struct stroom_vraag *v,
		struct stromen **ret);
void stromen_free(struct stromen **s);

const char *lezing_naam(enum lezing l);

/* cbs_sluit tells on which day CBS's rule would close an open episode, DAY_NONE: it would not
 * (yet). */
struct cbs_levering;
int cbs_levering_new(struct cbs_levering **ret, const struct episoden *e, const struct gewoonten *g,
		     day vandaag);
day cbs_sluit(const struct cbs_levering *c, const struct episode *e);
void cbs_levering_free(struct cbs_levering **c);

/* cbs_spoor is the last day on which the messages show that the provider had it running. */
day cbs_spoor(const struct episode *e, day vandaag);

/* cbs_geleverd tells whether a party sent anything about a half-year. */
bool cbs_geleverd(const struct cbs_levering *c, uint32_t partij, int h);

#define CBS_AANLEVERING 21 /* days after a half-year within which it is to be delivered */

/* Half-years, counted: 2 × year + 0 or 1. */
int halfjaar_van(day d);
day halfjaar_eerste(int h);
day halfjaar_laatste(int h);

#endif
