/* What somebody may see: everything, or what is his codes' own. */
#ifndef DASHBOARD_SCOPE_H
#define DASHBOARD_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "care/parties.h"
#include "users.h"

/* n 0: all.  A user of the role partij has one code at least (users.h). */
struct scope {
	const char *const *codes;
	size_t n;
};

/* scope_of is a user's; u is borrowed for as long as the scope is used. */
struct scope scope_of(const struct user *u);

bool scope_has(const struct scope *s, const char *code);

/* scope_has_party tells whether a party by this id owns one of the codes. */
bool scope_has_party(const struct scope *s, const struct parties *who, const char *party);

#endif
