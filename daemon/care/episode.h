/*
 * Episodes of care, put together from a dossier of the register.
 *
 * An episode is one client, one provider, one gemeente, one product: from the
 * first start until the definitive stop, whatever number it runs under.  It is
 * built from facts that may be late, missing or contradictory:
 *
 *   toewijzing   limits: days on which it was to end, and when that changed
 *   JW305        the start, or none
 *   JW307        a definitive stop, a temporary one, one that was rejected
 *   JW323        months in which care was declared: signs of life
 *   elsewhere    what the client's other dossiers tell: death, a move, a successor
 *
 * Allocations of one product that follow one another are one episode: the old
 * number runs on under the new one (OP380, signal S8, S9).  A stop followed at
 * once by a start under the next number does not end it either.
 *
 * Pure: an episode is made from rows and holds no reference to them.  Nothing
 * here knows today; what was not known by then was left out of the rows.
 */
#ifndef CARE_EPISODE_H
#define CARE_EPISODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"
#include "store/register.h"

#define EPISODE_MAANDEN 128 /* of signs of life that are kept, counted back from the latest */
#define EPISODE_DELEN 6	    /* parts that are kept: the first and the latest */
#define EPISODE_GRENZEN 8 /* limits that are kept: the latest */
#define LIJN_STAPPEN 10	  /* lags of lines that are told apart */

/* A month: months since January of year 0. */
typedef int32_t maand;

maand maand_van(day d);
day maand_eerste(maand m);
day maand_laatste(maand m);

/* A start under a number.  What should have a stop has one of these. */
struct deel {
	int64_t nummer; /* ABSENT: taakgericht */
	day begin;
	day eind;     /* definitive stop in force, or DAY_NONE */
	day grens;    /* of its own allocation, or DAY_NONE */
	bool gestart; /* false: no start message, begin was derived */
};

/* A day on which the allocation was to end. */
struct grens {
	day eind;
	day sinds;    /* this was told on */
	day verlengd; /* a later end was told on this day; DAY_NONE: none was */
	bool verkort; /* it came in the place of a later end, or of none */
};

enum elders { ELDERS_NIETS, ELDERS_OVERLEDEN, ELDERS_VERHUISD, ELDERS_GEMEENTE, ELDERS_AANBIEDER };

struct episode {
	int64_t dossier;
	unsigned char client[CLIENT_BYTES];
	char gemeente[5], aanbieder[9], categorie[3], code[6], verwijzer[3], geslacht[2];
	uint32_t paar,
		partij; /* places in what was learnt (care/gewoonte.h), set by gewoonten_wijs */
	unsigned char hulpvorm;
	bool jeugdhulp, crisis;
	bool vorm_standaard; /* the form is a default of the category (care/hulpvorm.h) */
	bool taakgericht;    /* without a number: no allocation, no lines */
	bool totaal; /* declared when it suits (whole trajectory, total volume), not by the month */

	day begin;	 /* first start, or what stands in for it */
	bool gestart;	 /* a start message says so */
	day begin_sinds; /* … received on */

	day eind; /* definitive stop in force, or DAY_NONE */
	day eind_sinds;
	char reden[3];

	struct deel delen[EPISODE_DELEN];
	unsigned n_delen;
	struct grens grenzen[EPISODE_GRENZEN]; /* oldest first; the last is the one that holds */
	unsigned n_grenzen;
	bool open_eind;	   /* the allocation that holds has no end */
	bool verwijderd;   /* … was deleted (RedenWijziging 13) */
	char wijziging[3]; /* RedenWijziging of its current version */

	day tijdelijk; /* the last word is a temporary stop on this day, or DAY_NONE */
	day afgekeurd; /* the Einddatum of a stop that was rejected and not sent again */
	char afkeurcode[5];
	day nieuwe_start; /* a start on a running number, refused or not: the earlier run had ended
			     (9326) */
	day stop_ingetrokken; /* a stop was deleted and nothing came in its place: received on */

	maand laatste;	   /* latest month with a line; INT32_MIN: never */
	day laatste_dag;   /* the last day that any line covers */
	day laatste_teken; /* the latest day that some message says care was given on, lines apart
			    */
	uint64_t maanden[EPISODE_MAANDEN / 64]; /* bit n: a line for month `laatste` - n */
	int64_t bedrag, budget;			/* declared and allowed, eurocents; budget ABSENT */
	day eerste_regel;			/* received on, of the first line, or DAY_NONE */

	/* For learning only. */
	unsigned char lijn[LIJN_STAPPEN + 1]; /* how many lines came so long after their month */
	unsigned char
		na_grens; /* lines for months after a limit that was not extended when they came */
	short hervat;	  /* days from the last temporary stop that was resolved, -1: none was */
	bool hervat_eind; /* … by a definitive stop as of that same day */

	day geboren, achttien; /* and the 18th birthday; DAY_NONE: not known */
	enum elders elders;    /* the strongest trace of an end that another dossier gives */
	day elders_op;	       /* the last day that it leaves room for */
};

/* The lags: days after the month within which a line came; the last counts what was later. */
extern const short lijn_stappen[LIJN_STAPPEN];

struct episoden {
	struct episode *list;
	size_t n, room;
};

struct hulpvormen;

/*
 * episoden_van adds the episodes of one dossier to ret; 0 or -ENOMEM.  They
 * come in the order of their begin.
 */
int episoden_van(const struct reg_dossier *d, const struct hulpvormen *h, struct episoden *ret);

/*
 * episoden_verbind sets what the dossiers of one client tell of each other, for
 * n episodes of that client.
 */
void episoden_verbind(struct episode *list, size_t n);

/* episoden_verbind_alle does so for any episodes; they come back in the order of client, begin. */
void episoden_verbind_alle(struct episoden *e);

void episoden_free(struct episoden *e);

/* episode_regel tells whether a line covers a month. */
bool episode_regel(const struct episode *e, maand m);

#endif
