/* Episodes made by hand, for tests of what is told about them. */
#ifndef TESTS_EPISODEN_H
#define TESTS_EPISODEN_H

#include "care/episode.h"

/* op is a day of text; NULL or no date: DAY_NONE. */
day op(const char *text);

/*
 * maak_episode: started, in category 32 by provider 98001234 for 0363, under
 * number 1, received on the day itself; eind NULL: still open.  Its allocation
 * has no limit.
 */
struct episode maak_episode(const char *begin, const char *eind);

/* zet_grens gives it an allocation that ends; told on the day it began. */
void zet_grens(struct episode *e, const char *eind);

/* voeg_toe adds one to a list; the list is freed with episoden_free. */
struct episode *voeg_toe(struct episoden *lijst, const struct episode *e);

#endif
