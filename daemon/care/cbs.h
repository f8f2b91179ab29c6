/*
 * What a provider owes CBS each half-year (Beleidsinformatie Jeugd,
 * Informatieprotocol 7), as far as the messages tell: one record for each
 * client, form of care and provider, for all that was active in the half-year.
 *
 * Episodes become records by the rules of 3.3 and 7.5:
 *   (a) (b) (c)  what overlaps is one record: the earliest begin, and no end before
 *       the last one ends; a record that begins on the day after another's end is its own,
 *       and so is one that begins after another has certainly ended without saying so
 *   (d) care without a stay by the same provider within a stay belongs to the stay
 *   (e) another form of care is another record; (f) so is another provider
 * and, because CBS knows neither allocations nor who pays:
 *   an end for administration (36, 37) that the same care follows within
 *   fourteen days is none; nor is the end with one municipality where the
 *   same care goes on with another within three (2.5: a move makes no record).
 *
 * Of every field it is told where its value came from; what messages cannot
 * tell stays empty and is to be filled in.  Postcode and BSN are never known
 * here: the number of the allocation leads the provider to its client.
 * Pure.
 */
#ifndef CARE_CBS_H
#define CARE_CBS_H

#include <stdbool.h>
#include <stddef.h>

#include "care/episode.h"
#include "care/flows.h"
#include "care/gewoonte.h"
#include "care/hulpvorm.h"

/* The fields of the protocol, in its order (chapters 2 to 4). */
enum cbs_veld {
	CBS_BSN,
	CBS_GEBOORTEDATUM,
	CBS_GESLACHT,
	CBS_GEMEENTE, /* or postcode */
	CBS_VERWIJZER,
	CBS_HULPVORM,
	CBS_CRISIS,
	CBS_AANVANG,
	CBS_EINDE,
	CBS_REDEN,
	CBS_TEVREDENHEID,
	CBS_ZONDER_HULP,
	CBS_INFORMANT,
	N_CBS_VELDEN
};

enum cbs_bron {
	CBS_BRON_INVULLEN, /* no message says it */
	CBS_BRON_GEEN,	   /* rightly empty: care runs, or has no end and so no reason */
	CBS_BRON_JW301,
	CBS_BRON_JW305,
	CBS_BRON_JW307,
	CBS_BRON_JW315,
	CBS_BRON_JW323,	   /* the first declared day, or that of the allocation: no start came */
	CBS_BRON_CATEGORIE,/* certain by the product category */
	CBS_BRON_LIJST,	   /* the administrator's list of forms of care */
	CBS_BRON_HULPVORM, /* follows from the form of care */
	CBS_BRON_STANDAARD /* a default: to be looked at */
};

struct cbs_record {
	const struct episode *eerste, *laatste; /* the first to begin, the last to end or still open */
	char waarde[N_CBS_VELDEN][9]; /* as CBS wants it; "" where absent */
	unsigned char bron[N_CBS_VELDEN];
	day aanvang, einde; /* einde DAY_NONE: runs at the end of the half-year */
	day einde_ooit;	    /* … also one that lies after it */
	unsigned char hulpvorm; /* 0: not to be derived */
	bool administratief; /* ended by 36 or 37 and nothing followed */
	bool naast_verblijf; /* without a stay, beside an own stay that does not hold it whole */
	bool dubbel;	     /* form unknown, and another record of this client begins on that day */
	int kans;	    /* that an open one has ended by the end of the half-year, per thousand */
	day schatting;	    /* … and when, DAY_NONE where it is not probable */
	unsigned episoden;  /* of which it is made */
};

struct cbs_vraag {
	day vandaag;
	int halfjaar; /* care/flows.h counts them */
	const char *aanbieder, *gemeente; /* only these, or NULL */
	const struct hulpvormen *hulpvormen; /* NULL: none */
};

struct cbs_lijst {
	struct cbs_record *list; /* by provider, gemeente, number, begin */
	size_t n;
};

/*
 * cbs_records makes them; episodes are linked and pointed (gewoonten_leer did) and
 * borrowed for as long as ret is used.  0 or -ENOMEM.
 */
int cbs_records(const struct episoden *e, const struct gewoonten *g, const struct cbs_vraag *v,
		struct cbs_lijst *ret);
void cbs_lijst_free(struct cbs_lijst *l);

/* cbs_reden turns RedenBeeindiging into CBS's reason; "" where there is none (20, unknown codes). */
const char *cbs_reden(const char *ijw, enum cbs_bron *bron);

const char *cbs_veld_naam(enum cbs_veld f);
const char *cbs_bron_naam(enum cbs_bron b);

/* ---- checks ---- */

enum cbs_ernst { CBS_FOUT, CBS_WAARSCHUWING, CBS_INFORMATIE };

enum cbs_controle {
	CBS_EINDE_VOOR_AANVANG,
	CBS_REDEN_ONBEKEND,	/* an end with a reason that CBS does not have */
	CBS_HULPVORM_ONBEKEND,
	CBS_VERWIJZER_ONBEKEND, /* a code that is none */
	CBS_GEBOORTE_ONBEKEND,
	CBS_GESLACHT_ONBEKEND,
	CBS_TE_OUD,		/* 23 or older at the begin */
	CBS_EINDE_ZEKER,	/* open, and certain to have ended */
	CBS_WIJKTEAM_VERWIJZER, /* form 01 with a referrer */
	CBS_DUBBEL,		/* same client and begin, form unknown: perhaps one key */
	CBS_MEERDERJARIG,	/* 18 to 22 at the begin, without care before */
	CBS_AMBULANT_BIJ_VERBLIJF, /* beside an own stay */
	CBS_LAAT_BEGONNEN,	/* begun in an earlier half-year, told after its delivery */
	CBS_EINDE_WAARSCHIJNLIJK,
	CBS_REDEN_ADMINISTRATIEF,
	CBS_GEEN_START,
	CBS_HULPVORM_STANDAARD, /* of a provider: how many rest on a default */
	CBS_NIEUWJAAR,		/* … many begin on 1 January */
	CBS_OUDJAAR,		/* … or end on 31 December */
	N_CBS_CONTROLES
};

struct cbs_bevinding {
	const struct cbs_record *record; /* of which, or for a provider its first */
	enum cbs_controle controle;
	size_t aantal;		     /* 0: of this record; else of so many of the whole delivery */
};

/* cbs_controleer calls each for every finding, record by record; a result other than 0 ends it. */
int cbs_controleer(const struct cbs_lijst *l, const struct episoden *e, const struct gewoonten *g,
		   const struct cbs_vraag *v, int (*each)(void *ctx, const struct cbs_bevinding *b), void *ctx);

const char *cbs_controle_naam(enum cbs_controle c);
enum cbs_ernst cbs_controle_ernst(enum cbs_controle c);
const char *cbs_controle_zin(enum cbs_controle c, bool nederlands);

/* ---- what CBS is going to close ---- */

/*
 * Of the half-year H before the one that runs, or before the one that is over
 * and still to be delivered: what occurred last in H, is open, and has no trace
 * in H+1 so far.  Unless something comes CBS closes it on the last day of H.
 */
struct cbs_sluiting {
	const struct episode *e;
	day spoor;   /* the last day on which messages show it */
	day sluit;   /* CBS would close it on this day */
	day uiterlijk; /* what is delivered by then keeps it open, or ends it when it did */
	bool stil;   /* its provider sent nothing at all about H+1 yet */
	int kans;    /* that it has ended, per thousand */
	day schatting, laag, hoog; /* DAY_NONE: cannot have ended */
};

/* cbs_sluitingen lists them, the likeliest to have ended first; *ret is freed by the caller.  0 or -ENOMEM. */
int cbs_sluitingen(const struct episoden *e, const struct gewoonten *g, const struct cbs_vraag *v,
		   struct cbs_sluiting **ret, size_t *n);

#endif
