/*
 * What rules across messages may ask while one message is judged: the register
 * as it stands in the writer's transaction, the lists an administrator
 * supplied, the receiver's policy, the day.  Read-only; nothing is changed here.
 */
#ifndef CARE_KRUIS_H
#define CARE_KRUIS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/pseudonym.h"
#include "care/inhoud.h"
#include "care/lijsten.h"
#include "store/register.h"
#include "store/store.h"

struct kruis {
	struct store *store;
	const struct register_ops *reg; /* of the store */
	const struct lijsten *lijsten;  /* NULL: none supplied */
	const struct pseudonym_key *key;
	const char *gemeente, *aanbieder; /* of this message, from van and naar */
	day vandaag;        /* on which the message came in */
	day register_start; /* what lies before is not held against anyone; DAY_NONE: no such day */
};

/*
 * kruis_paar fills pair and client for a class of the message: its enclosing
 * Client's Bsn, under its pseudonym.  False when the message has no Bsn there.
 */
bool kruis_paar(const struct kruis *k, const struct inhoud *i, const struct klasse *van,
		struct paar *ret);

#endif
