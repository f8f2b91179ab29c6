/*
 * Overdue expectations as notices: once a day, and when the hub starts, each
 * code that owes an answer or waits for one gets a list, sent to every session
 * that acts for it and to those that open later that day.  A list is made anew
 * from the register each time, so a notice that is lost costs nothing.
 */
#ifndef WIRE_DUE_H
#define WIRE_DUE_H

#include <stddef.h>

#include "base/date.h"
#include "store/store.h"

#define DUE_ITEMS 50 /* told one by one; the rest is counted */

struct due_notice {
	char *code;
	char *json; /* the field of a NOTICE */
};

struct due_notices {
	day on;
	struct due_notice *list; /* sorted by code */
	size_t n;
};

/* due_collect reads what was to be done before today.  0 or a negative errno. */
int due_collect(struct store *st, day today, struct due_notices **ret);

/* due_find is the notice for a code, NULL when nothing is overdue there. */
const struct due_notice *due_find(const struct due_notices *n, const char *code);

void due_free(struct due_notices **n);

#endif
