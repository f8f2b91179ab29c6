/* In- and outflow, and the health of the data, as the contract has them.  Pure. */
#ifndef DASHBOARD_FLOWS_JSON_H
#define DASHBOARD_FLOWS_JSON_H

#include <jansson.h>

#include "care/flows.h"
#include "reference.h"

#define FLOW_ROWS_MOST 20000

/*
 * flows_json counts by one axis (by, enum as; -1: none) in periods of so many
 * months.  {"rows", "quality_texts", "health"}.  0 or a negative errno.
 */
int flows_json(const struct reference *ref, const struct episoden *e, const struct gewoonten *g,
	       day today, int months, int by, json_t **ret);

/* The label of a period: 2025, 2025H1, 2025K1, 2025-01. */
void period_label(day from, int months, char ret[16]);

/* health_json tells how complete the episodes are. */
json_t *health_json(const struct episoden *e, day today);

#endif
