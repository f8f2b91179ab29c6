/*
 * No episode without an end: which episodes should have ended and have no
 * stop, why that is believed, since when, and what would clear it.
 *
 * Kinds are the clocks of the design and, where no clock names it, the
 * signals of the standard's process description:
 *
 *   C1  the allocation ended, 5 working days passed, no stop, no extension (OP288, OP272)
 *   C2  it was shortened, withdrawn or taken over elsewhere (OP258), 5 working days passed
 *   C3  declarations stopped: two months or more whose declarations are in have no line
 *   C4  a temporary stop (RedenBeeindiging 20) hangs for eight weeks (TR413–TR415)
 *   C5  a new start on a number that still runs: its stop is missing (TR326, 9326)
 *   C6  declared, but no start message came (OP271)
 *   C7  the client is past 18
 *   C8  the half-year's delivery to CBS closes within the month or is open now
 *   S5  no stop after the allocation was deleted      S7  stopped, but the allocation runs on
 *   S9  the old number's start is open beside the new S10 death, or a move, is known elsewhere
 *   S22 a stop was rejected with 9069                 S23 … or another code, and not sent again
 *
 * Strength is a matter of chances, not of kinds: the chance that care has
 * ended (care/verdeling.h) against the two thresholds that were learnt
 * (care/gewoonte.h).  A clock that ran out while care most likely goes on is
 * information: somebody forgot a message, but not an end.
 *
 * Never an open end: taakgericht, deleted and rejected starts, allocations
 * that were deleted before they began, a temporary stop within its clock,
 * whatever a stop in force closes.  Nothing is ever rejected for it (OP364).
 *
 * Pure: the same episode, habits and day give the same.
 */
#ifndef CARE_ENDDATE_H
#define CARE_ENDDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/calendar.h"
#include "care/episode.h"
#include "care/gewoonte.h"
#include "care/verdeling.h"

enum sterkte {
	STERKTE_ZEKER,
	STERKTE_WAARSCHIJNLIJK,
	STERKTE_INFORMATIE,
	STERKTE_HINT,
	N_STERKTEN
};

#define EINDEN_MEEST 16 /* findings about one episode */
#define EINDE_FEITEN 160
#define TIJDELIJK_WEKEN 8 /* no norm exists; the clock of C4 */

/* One finding about one start. */
struct open_einde {
	unsigned deel; /* of the episode */
	char soort[4];
	enum sterkte sterkte;
	day sinds; /* the clock ran out */
	day schatting, laag,
		hoog; /* of the last day of care, with nine tenths of the chance; DAY_NONE: none */
	int kans;     /* that care has ended, per thousand */
	enum basis basis; /* of the estimate */
	short stil;	  /* silent months whose declarations are in */
	short regel;	  /* chance of a line for a month of such care, in hundreds */
	day volgende; /* S9: the begin under the next number; C8: the half-year's end; else DAY_NONE
		       */
};

/* einden_vind finds all about one episode, the one about its end first; gives how many. */
unsigned einden_vind(const struct episode *e, const struct gewoonten *g, const struct calendar *c,
		     day vandaag, struct open_einde ret[EINDEN_MEEST]);

/*
 * einde_feiten writes what moved a finding about an episode: name=value with
 * blanks between, for einde_zin and for keeping.  The same arguments as gave
 * the finding.
 */
void einde_feiten(const struct open_einde *o, const struct episode *e, const struct gewoonten *g,
		  day vandaag, char ret[EINDE_FEITEN]);

const char *sterkte_naam(enum sterkte s); /* certain, probable, information, hint */
const char *basis_naam(enum basis b);	  /* toewijzing, stilte, … */

/* einde_zin turns facts into a sentence, Dutch or English; unknown facts are left out. */
void einde_zin(const char *feiten, bool nederlands, struct buf *to);

/* einde_opheffen says what would clear a kind, Dutch or English. */
const char *einde_opheffen(const char *soort, bool nederlands);

/*
 * The traffic light of an open episode, for the list that municipalities
 * discuss each month: red when an end is certain or probable; amber when some
 * clock ran out, when the allocation ends within six weeks or the client turns
 * 18 within six months, or when care lasts longer than nine in ten such
 * episodes; green otherwise.  reden says which (a word for the list).
 */
enum stoplicht { STOPLICHT_GROEN, STOPLICHT_ORANJE, STOPLICHT_ROOD };

enum stoplicht stoplicht_van(const struct episode *e, const struct gewoonten *g,
			     const struct open_einde *einden, unsigned n, day vandaag,
			     const char **reden);

#endif
