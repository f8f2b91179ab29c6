/*
 * Who is late with what: how long after the event messages come, and how many
 * do not come at all.
 *
 *   start     JW305, 5 working days after care began, or after the allocation
 *             was received when that was later (OP271)
 *   stop      JW307, 5 working days after care ended, or after the municipality
 *             told that end when that was later (OP272)
 *   retour    JW302 … JW320, 3 working days after the original (OP090)
 *   antwoord  JW325, 10 working days after the JW323 (OP090x4)
 *
 * Not judged: temporary stops, and the definitive stop after one, of which
 * nobody else knows when it was known; corrections of an earlier start or
 * stop; what was rejected or deleted; taakgericht care, where messages are by
 * agreement.  What came before the event is zero days late.
 *
 * Never sent: for a start the episodes that were declared and have none, for a
 * stop the expected number of open episodes that ended so long ago that the
 * term is over (care/verdeling.h), those that are certain to have ended apart.
 *
 * Pure: it is given rows, episodes and the day.
 */
#ifndef CARE_LATENESS_H
#define CARE_LATENESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/calendar.h"
#include "care/episode.h"
#include "care/gewoonte.h"

enum laat_soort { LAAT_START, LAAT_STOP, LAAT_RETOUR, LAAT_ANTWOORD, N_LAAT };

struct laat_vraag {
	const struct calendar *calendar;
	day vandaag;
	day sinds;	/* only what happened on or after this day; DAY_NONE: all */
	const char *gemeente, *aanbieder; /* only what is between these, or NULL */
	bool aanbieders; /* a row for each who owes, beside the whole */
	bool producten;	 /* starts and stops by product category */
};

struct laat_rij {
	char partij[9];	   /* who owes; "": all */
	char categorie[3]; /* "": all */
	enum laat_soort soort;
	size_t aantal;	   /* messages that were judged */
	int mediaan, p90;  /* days after the event; -1: none */
	size_t te_laat;	   /* of these, later than the term */
	size_t open;	   /* answers that are still to come */
	size_t open_te_laat;
	double gemist;	   /* starts and stops that were never sent, expected */
	size_t zeker;	   /* of these, certain */
};

struct laatheid;

/* laatheid_new: the question is borrowed for as long as it lives; NULL without memory. */
struct laatheid *laatheid_new(const struct laat_vraag *v);

/* Each adds what it is given; 0 or -ENOMEM. */
int laatheid_dossier(struct laatheid *l, const struct reg_dossier *d);
int laatheid_episode(struct laatheid *l, const struct gewoonten *g, const struct episode *e);
int laatheid_antwoord(struct laatheid *l, const struct reg_antwoordtijd *a);

/*
 * laatheid_rijen works the figures out: by kind, the whole first, then by party
 * and category.  The rows belong to l.
 */
const struct laat_rij *laatheid_rijen(struct laatheid *l, size_t *n);

void laatheid_free(struct laatheid **l);

/* The term of a kind in working days, and its name: start, stop, retour, declaratieantwoord. */
int laat_termijn(enum laat_soort s);
const char *laat_naam(enum laat_soort s);

#endif
