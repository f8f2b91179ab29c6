/*
 * What is read once and looked things up in: the settings, the parties, the
 * names that belong to codes, the texts of the rules, the administrator's
 * lists.  Read-only once made; a reload makes a new one.  References are
 * counted, and the count is thread-safe.
 */
#ifndef DASHBOARD_REFERENCE_H
#define DASHBOARD_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "care/parties.h"
#include "settings.h"

struct hulpvormen;

/* A rule of the standard, or one of the hub's own: XSD, XML, HUB. */
struct rule_text {
	const char *id, *level, *types, *retourcode; /* types: JW305,JW307 */
	const char *nl, *en, *todo_nl, *todo_en;
};

struct reference {
	struct settings *settings;
	struct parties *who;
	struct hulpvormen *hulpvormen; /* NULL: no list */
	struct standards *standards;
	struct names *names;
	struct rule_text *rules; /* by id */
	size_t n_rules;
	_Atomic unsigned references;
};

/*
 * reference_open takes the settings over.  Negative with lines in why; schemas
 * that do not compile are no error here.
 */
int reference_open(struct reference **ret, struct settings **s, struct buf *why);
struct reference *reference_hold(struct reference *r);
void reference_drop(struct reference **r);

/* reference_name is the name that belongs to a code: of the party, else of the gemeente; NULL:
 * none. */
const char *reference_name(const struct reference *r, const char *code);

/* reference_party is the name of a party by id, NULL when there is none (any more). */
const char *reference_party(const struct reference *r, const char *id);

/* reference_rule finds a rule's texts, NULL when it is not known. */
const struct rule_text *reference_rule(const struct reference *r, const char *id);

#endif
