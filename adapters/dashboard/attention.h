/*
 * What deserves somebody's attention, most urgent first: a table of
 * conditions, each of which looks at a snapshot and gives rows.  Pure, so that
 * the page and whoever gives alarms see the same.
 */
#ifndef DASHBOARD_ATTENTION_H
#define DASHBOARD_ATTENTION_H

#include <jansson.h>
#include <stddef.h>

#include "scope.h"
#include "snapshot.h"

#define ATTENTION_MOST 60

enum attention_level { ATTENTION_URGENT, ATTENTION_WARNING, ATTENTION_INFO };

struct attention_row {
	enum attention_level level;
	const char *kind;
	char about[40]; /* the code, party or standard: kind and about make a row known again; or ""
			 */
	char title_nl[120], title_en[120], text_nl[300], text_en[300];
	char link[120]; /* on the page: #/berichten?… */
	int64_t since;	/* microseconds, 0: not known */
	int64_t count;	/* 0: nothing to count */
};

struct attention {
	struct attention_row list[ATTENTION_MOST];
	size_t n;
};

/* attention_look fills in the rows that somebody with this scope may see. */
void attention_look(const struct snapshot *s, const struct reference *ref,
		    const struct scope *scope, struct attention *ret);

/* attention_kinds gives the kinds that exist, ended by NULL. */
const char *const *attention_kinds(void);

const char *attention_level_name(enum attention_level l);

/* attention_json gives the rows as the contract has them. */
json_t *attention_json(const struct attention *a);

#endif
