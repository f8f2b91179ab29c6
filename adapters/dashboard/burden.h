/*
 * The burden of the traffic, by month: how much was sent, how much of it for
 * nothing, how much was sent again or undone, and for how many clients.
 */
#ifndef DASHBOARD_BURDEN_H
#define DASHBOARD_BURDEN_H

#include <jansson.h>

#include "care/episode.h"
#include "reference.h"
#include "store/store.h"

#define BURDEN_MONTHS_MOST 36

struct burden_ask {
	day today;
	int months;	   /* the last so many, this one with them */
	const char *codes; /* with commas between: only these; "": all */
	int64_t last_id;   /* messages above it do not count */
};

/* burden_json: e holds the episodes of these codes, in the order of client.  0 or a negative errno.
 */
int burden_json(struct store *st, const struct reference *ref, const struct episoden *e,
		const struct burden_ask *ask, json_t **ret);

#endif
