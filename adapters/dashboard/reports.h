/*
 * Reports over the whole register: in- and outflow, the health of the data,
 * the burden.  One thread makes them, one after the other, at the lowest
 * priority that the system has, so that the hub never waits for it; whoever
 * asks gets what is there, or hears that it is being made.
 *
 * A result is of a day and of the last message at that time.  It is given as it
 * is while a newer one is made, when messages came in since and it is older
 * than some minutes.
 */
#ifndef DASHBOARD_REPORTS_H
#define DASHBOARD_REPORTS_H

#include <jansson.h>

#include "base/buf.h"
#include "dashboard.h"

#define REPORTS_KEPT 64
#define REPORT_KEY 600 /* 64 codes */

enum report_kind { REPORT_FLOWS, REPORT_BURDEN };

/* What is asked; two that are equal byte by byte are one report. */
struct report_ask {
	enum report_kind kind;
	int months;		/* of a period (flows), or how many (burden) */
	int by;			/* flows: enum as, or -1 */
	char codes[REPORT_KEY]; /* with commas between: only these; "": all */
};

int reports_start(struct reports **ret, struct dashboard *d, struct buf *why);
void reports_stop(struct reports **r);

/*
 * reports_get gives the result (to be json_decref'ed) and when it was made, or
 * NULL: it is being made, or will be.
 */
json_t *reports_get(struct reports *r, const struct report_ask *ask, int64_t *made);

#endif
