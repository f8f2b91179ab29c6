/* The first page: made from a snapshot for somebody who may see so much.  Pure. */
#ifndef DASHBOARD_OVERVIEW_H
#define DASHBOARD_OVERVIEW_H

#include <jansson.h>

#include "scope.h"
#include "snapshot.h"

#define OVERVIEW_HOURS_MOST 768 /* 32 days */

/*
 * overview_make gives the contract's overview without `now`, so that two of
 * them can be compared.  rows are counts by hour, of hours hours at least up to now.
 */
json_t *overview_make(const struct snapshot *s, const struct reference *ref,
		      const struct scope *scope, unsigned hours, const struct view_count *rows,
		      size_t n);

#endif
