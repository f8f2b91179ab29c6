/*
 * Dossiers as a few lines of text, for tests of what is made of them:
 *
 *   T 1001 2024-01-01 2024-12-31 @2023-12-20      allocation; - for no end; further words:
 *                                                 r=13 RedenWijziging, f=6 Frequentie, b=100
 * Budget, c=45 categorie S 1001 2024-01-03 @2024-01-05                 start; number - for
 * taakgericht E 1001 2024-01-03 2024-06-30 31 @2024-07-02   stop, with its reason P 1001 2024-02-01
 * 2024-02-29 @2024-03-10      declared line
 *
 * A start or stop may end with x=2024-07-05 (deleted on that day) or
 * w=2024-07-05:9069 (rejected on that day, with that code).  Each line is a
 * message of its own, in the order of the text.
 */
#ifndef TESTS_DOSSIER_H
#define TESTS_DOSSIER_H

#include "care/episode.h"

/* dossier_tekst adds the episodes of one dossier; client tells one person from another.  False: not
 * understood. */
bool dossier_tekst(struct episoden *to, const char *gemeente, const char *aanbieder, int client,
		   day geboren, const char *tekst);

/* dag reads a date that is right. */
day dag(const char *tekst);

#endif
