/*
 * What an accepted message means for the register (store/register.h): the
 * rows that it brings and the rows that it ends, in the writer's transaction.
 * The same messages in the same order give the same register.
 */
#ifndef CARE_REGISTER_H
#define CARE_REGISTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "care/check.h"
#include "care/inhoud.h"
#include "care/kruis.h"

/* How a message was judged, as far as the register must know. */
struct verwerking {
	int64_t bericht;  /* its id */
	int64_t received; /* microseconds */
	bool beantwoord;  /* the hub answers it at once: nobody owes an answer */
	bool per_regel;   /* JW323: lines with a return code at their class are rejected, the others stand */
};

/*
 * register_verwerk takes one accepted message into the register.  Deletions
 * (StatusAanlevering 3) come before what is delivered in the same message,
 * credit lines before debit lines.  A retour or JW325 is matched to what it
 * answers: what its receiver rejected counts as not sent.  What cannot be
 * matched changes nothing.  0 or a negative errno.
 */
int register_verwerk(const struct kruis *k, struct arena *a, const struct verwerking *v,
		     const struct bericht *b, const struct inhoud *i);

/*
 * register_afgewezen takes one that the hub itself rejected: its starts and
 * stops, as rows that are rejected at once.  A refused stop is a trace of an
 * end, and nothing else: no rule, term or known client follows from it.
 */
int register_afgewezen(const struct kruis *k, struct arena *a, const struct verwerking *v,
		       const struct bericht *b, const struct inhoud *i);

#endif
