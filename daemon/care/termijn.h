/*
 * Who owes what by when (OP090, OP271, OP272, OP274, OP346, OP359): the terms
 * that follow from an accepted message, and those that it meets, kept in the
 * register as expectations (verwachtingen).
 *
 *   soort               from the message       debtor      last day in time
 *   retour              JW301…JW319            receiver    + 3 working days
 *   declaratieantwoord  JW323                  gemeente    + 10 working days
 *   start               JW301                  aanbieder   Ingangsdatum or receipt + 5 working days
 *   stop                JW301, JW305           aanbieder   Einddatum or receipt of it + 5 working days
 *   verzoek             JW315, JW317           gemeente    + 5 working days
 *   onderzoek           JW319 (2)              gemeente    Dagtekening of the request + 8 weeks
 *   woonplaats          JW319 (reason 8)       gemeente    receipt of the request + 2 weeks; over at once
 *
 * Terms run from the day the hub received a message; "or receipt" is the later
 * of the two, and of the first message that said it: sending it again moves
 * nothing.  Nothing is ever rejected for being late; it is told.
 *
 * What a return message rejects is owed no more, and what it met is owed again.
 * One that rejects by its header alone does not say which allocations it is
 * about: a term that the rejected message moved stays moved until the next
 * message about that allocation.
 */
#ifndef CARE_TERMIJN_H
#define CARE_TERMIJN_H

#include "base/calendar.h"
#include "care/register.h"

/*
 * termijn_verwerk follows register_verwerk for the same message.  0 or a
 * negative errno.
 */
int termijn_verwerk(const struct kruis *k, const struct calendar *c, struct arena *a,
		    const struct verwerking *v, const struct bericht *b, const struct inhoud *i);

#endif
