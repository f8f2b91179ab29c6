/*
 * The report beside a sent file, for someone at a desk: what the hub decided,
 * and for each finding what is wrong, where, by which rule, and what to do.
 */
#ifndef FILEDROP_REPORT_H
#define FILEDROP_REPORT_H

#include <jansson.h>

#include "base/buf.h"

#include "config.h"

/* report_text writes the report of a verdict; report may be NULL or of any shape. */
void report_text(struct buf *out, enum language lang, const char *verdict, const json_t *report);

/* report_local makes a report of our own, for a file that was never sent; free with json_decref. */
json_t *report_local(const char *rule, const char *nl, const char *en, const char *todo_nl,
		     const char *todo_en);

#endif
