#include "scope.h"

#include <string.h>

#include "base/banned.h"

struct scope scope_of(const struct user *u)
{
	static const char *const nothing[] = {""};

	if (u == NULL)
		return (struct scope){nothing, 1};
	if (u->role != ROLE_PARTIJ)
		return (struct scope){NULL, 0};
	if (u->codes_count == 0) /* the users' file does not allow it; all would be too much */
		return (struct scope){nothing, 1};
	return (struct scope){(const char *const *)u->codes, u->codes_count};
}

bool scope_has(const struct scope *s, const char *code)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->codes[i], code) == 0)
			return true;
	return s->n == 0;
}

bool scope_has_party(const struct scope *s, const struct parties *who, const char *party)
{
	const struct partij *p = s->n > 0 ? parties_find(who, party) : NULL;

	for (size_t i = 0; p != NULL && i < p->n_codes; i++)
		if (p->codes[i].own && scope_has(s, p->codes[i].code))
			return true;
	return s->n == 0;
}
