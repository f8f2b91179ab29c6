/*
 * How much care an allocation allows: its Omvang (volume, unit, frequency)
 * over a ProductPeriode or over its whole validity.  Whole numbers only; what
 * does not fit in 64 bits has no maximum that can be told.
 *
 * Units 82 and 83 are outputgericht: a week counts by its Sunday.  All others
 * are inspanningsgericht: every ISO week that a period touches counts in full.
 * Volumes in unit 83 are eurocents.
 */
#ifndef CARE_VOLUME_H
#define CARE_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"

struct omvang {
	int64_t volume;
	const char *eenheid, *frequentie;
	day ingang, eind; /* of the allocation; eind DAY_NONE: open */
};

bool volume_outputgericht(const char *eenheid);

/*
 * volume_periode gives the most that may be declared for one ProductPeriode
 * (both days counted), in the unit of the allocation.  False: none can be told.
 */
bool volume_periode(const struct omvang *o, day van, day tot, int64_t *ret);

/*
 * volume_totaal gives the most over the whole allocation.  False: none can be
 * told, above all for an open allocation whose volume is not a total.
 */
bool volume_totaal(const struct omvang *o, int64_t *ret);

/* volume_past tells whether what is allocated in one unit may be declared in another: the same, or
 * hours in minutes. */
bool volume_past(const char *toegewezen, const char *ingediend);

/* volume_in turns n of a unit into another: hours into minutes, or the same.  False: they do not
 * compare. */
bool volume_in(const char *van, const char *naar, int64_t n, int64_t *ret);

/* volume_uurbedrag is tariff per hour × minutes / 60, half a cent rounded up; false when it does
 * not fit. */
bool volume_uurbedrag(int64_t tarief, int64_t minuten, int64_t *ret);

/* Counts of days, of ISO weeks touched, of Sundays, of calendar months touched; van ≤ tot. */
int64_t volume_dagen(day van, day tot);
int64_t volume_weken(day van, day tot);
int64_t volume_zondagen(day van, day tot);
int64_t volume_maanden(day van, day tot);

#define VOLUME_TEKST 48 /* room for volume_tekst */

/* volume_tekst writes "30 uur" or, english, "30 hours"; unit 83 as euros: "1250,50 euro". */
void volume_tekst(int64_t n, const char *eenheid, bool english, char ret[VOLUME_TEKST]);

#endif
