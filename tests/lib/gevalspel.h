/*
 * Plays cases (geval.h) into a store that is in use: each with a gemeente and
 * an aanbieder of its own, put in the place of 0363 and 98001234 in its
 * messages and its lists, so that cases do not meet each other there.
 */
#ifndef TESTS_GEVALSPEL_H
#define TESTS_GEVALSPEL_H

#include "care/check.h"
#include "store/store.h"

struct gevalspel {
	struct store *store; /* with a transaction open */
	struct checker *checker;
	const struct pseudonym_key *key;
	const char *gemeente, *aanbieder, *andere; /* in the place of 0363, 98001234, 98005678 */
	int64_t id;				   /* the last one used */
};

/*
 * gevalspel_play plays one file: true when every message gives the findings
 * that the case says and no other; what else it gave stands on stderr.
 */
bool gevalspel_play(struct gevalspel *g, const char *file);

#endif
