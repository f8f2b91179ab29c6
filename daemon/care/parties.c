#include "care/parties.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

struct parties *parties_new(void)
{
	struct parties *p = calloc(1, sizeof *p);

	if (p != NULL)
		atomic_init(&p->references, 1);
	return p;
}

struct partij *parties_add(struct parties *p)
{
	struct partij *list = realloc(p->list, (p->n + 1) * sizeof *list);

	if (list == NULL)
		return NULL;
	p->list = list;
	list[p->n] = (struct partij){.policy = {.register_start = DAY_NONE}};
	return &list[p->n++];
}

struct parties *parties_hold(struct parties *p)
{
	atomic_fetch_add(&p->references, 1);
	return p;
}

static void partij_free(struct partij *p)
{
	for (size_t i = 0; i < p->n_codes; i++) {
		for (size_t j = 0; j < p->codes[i].n_types; j++)
			free(p->codes[i].types[j]);
		free(p->codes[i].types);
		free(p->codes[i].code);
	}
	for (size_t i = 0; i < p->n_certificates; i++) {
		free(p->certificates[i].oin);
		free(p->certificates[i].sha256);
	}
	free(p->codes);
	free(p->certificates);
	free(p->id);
	free(p->name);
}

void parties_drop(struct parties **p)
{
	struct parties *gone = *p;

	*p = NULL;
	if (gone == NULL || atomic_fetch_sub(&gone->references, 1) != 1)
		return;
	for (size_t i = 0; i < gone->n; i++)
		partij_free(&gone->list[i]);
	free(gone->list);
	free(gone);
}

const struct partij *parties_find(const struct parties *p, const char *id)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->list[i].id, id) == 0)
			return &p->list[i];
	return NULL;
}

const struct partij *parties_owner(const struct parties *p, const char *code)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct partij_code *c = partij_code_of(&p->list[i], code);

		if (c != NULL && c->own)
			return &p->list[i];
	}
	return NULL;
}

bool code_is_gemeente(const char *code)
{
	return strlen(code) == 4;
}

const struct partij_code *partij_code_of(const struct partij *p, const char *code)
{
	for (size_t i = 0; i < p->n_codes; i++)
		if (strcmp(p->codes[i].code, code) == 0)
			return &p->codes[i];
	return NULL;
}

static bool type_listed(const struct partij_code *c, const char *type)
{
	if (c->n_types == 0 || type == NULL)
		return true;
	for (size_t i = 0; i < c->n_types; i++)
		if (strcmp(c->types[i], type) == 0)
			return true;
	return false;
}

enum permission partij_permit(const struct partij *p, const char *code, const char *type,
			      enum may may, day on)
{
	enum permission best = PERMIT_NO_CODE;

	/* A code may have several rows (two mandates with periods of their own): any that fits will do. */
	for (size_t i = 0; i < p->n_codes; i++) {
		const struct partij_code *c = &p->codes[i];
		enum permission here = PERMIT_YES;

		if (strcmp(c->code, code) != 0)
			continue;
		if ((c->may & may) == 0)
			here = PERMIT_NO_WAY;
		else if (!type_listed(c, type))
			here = PERMIT_NO_TYPE;
		else if (!day_within(on, c->from, c->until))
			here = PERMIT_NO_PERIOD;
		if (here == PERMIT_YES)
			return PERMIT_YES;
		if (here > best)
			best = here;
	}
	return best;
}
