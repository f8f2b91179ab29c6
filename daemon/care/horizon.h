/*
 * What comes for an episode that runs: the days on which somebody should look
 * at it, before they have passed.
 *
 *   einde            the allocation ends within 13, 6 or 2 weeks and was not extended
 *   evaluatie-begin  three months after care began     } within four weeks from now,
 *   evaluatie-eind   three months before its limit     } or passed in the last four
 *   leeftijd-16, leeftijd-17.5, leeftijd-18            within six months
 *   na-18            the client is past 18 and care runs
 *   budget           four fifths or more of it is declared; its day is when it is used
 *                    up if it goes on like this, or when it was
 *   onderbreking     a temporary stop is older than eight weeks; its day is when it became so
 *
 * Nothing here says that care has ended: that is care/enddate.h.  Pure.
 */
#ifndef CARE_HORIZON_H
#define CARE_HORIZON_H

#include <stdbool.h>

#include "care/episode.h"

enum horizon {
	HORIZON_EINDE,
	HORIZON_EVALUATIE_BEGIN,
	HORIZON_EVALUATIE_EIND,
	HORIZON_16,
	HORIZON_17_5,
	HORIZON_18,
	HORIZON_NA_18,
	HORIZON_BUDGET,
	HORIZON_ONDERBREKING,
	N_HORIZON
};

struct gebeurtenis {
	enum horizon soort;
	day dag;
	int getal; /* EINDE: 13, 6 or 2 weeks; BUDGET: percent used, rounded down */
	bool erna; /* 18: the allocation goes beyond it; BUDGET: it lasts until the allocation's end */
};

/* horizon_vind finds what comes for an episode, at most one of each; gives how many. */
unsigned horizon_vind(const struct episode *e, day vandaag, struct gebeurtenis ret[N_HORIZON]);

/* horizon_naam is the word above; horizon_lees reads it back. */
const char *horizon_naam(enum horizon h);
bool horizon_lees(const char *text, enum horizon *ret);

#endif
