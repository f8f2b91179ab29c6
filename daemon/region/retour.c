/* Sending, and the return messages of parties that make them themselves. */
#include "region/intern.h"

#include <string.h>

#include "base/banned.h"

static const uint8_t antwoord_op[N_SOORTEN] = {
	[JW301] = JW302, [JW305] = JW306, [JW307] = JW308, [JW315] = JW316, [JW323] = JW325,
};

/* The gemeente and aanbieder of a message. */
static void parties(const struct region *r, const struct bericht *b, const struct gemeente **g,
		    const struct aanbieder **a)
{
	if (b->declaratie != GEEN) {
		*g = &r->gemeenten[DECLARATIES(r)[b->declaratie].gemeente];
		*a = &r->aanbieders[DECLARATIES(r)[b->declaratie].aanbieder];
		return;
	}
	*g = &r->gemeenten[EPISODES(r)[b->episode].gemeente];
	*a = &r->aanbieders[EPISODES(r)[b->episode].aanbieder];
}

/* Before from there is no hub that would pass it on. */
static bool is_answered(const struct region *r, const struct bericht *b)
{
	const struct gemeente *g;
	const struct aanbieder *a;

	parties(r, b, &g, &a);
	if (dag_van(b->moment) < r->o.from)
		return false;
	return soort_van_gemeente((enum soort)b->soort) ? a->antwoordt : g->antwoordt;
}

static uint32_t add(struct region *r, const struct bericht *b)
{
	struct bericht *row;

	if (dag_van(b->moment) > r->o.until)
		return GEEN;
	row = rij_plus(r, &r->berichten);
	if (row == NULL)
		return GEEN;
	*row = *b;
	row->nr = (uint32_t)r->berichten.n - 1;
	return row->nr;
}

static void answer(struct region *r, uint32_t nr, const char *code)
{
	struct toeval t = toeval_van(r->o.seed, STROOM_RETOUR, nr);
	struct bericht b = BERICHTEN(r)[nr];
	int na = toeval_tussen(&t, b.soort == JW323 ? 2 : 0, b.soort == JW323 ? 9 : 3);

	b.op = nr;
	b.soort = antwoord_op[b.soort];
	b.moment = later(kantoor(r, &t, dag_van(b.moment) + na), b.moment);
	memcpy(b.retourcode, code, strlen(code) + 1);
	(void)add(r, &b);
}

uint32_t zend(struct region *r, const struct bericht *b)
{
	uint32_t nr = add(r, b);

	if (nr != GEEN && is_answered(r, b))
		answer(r, nr, "");
	return nr;
}

uint32_t zend_afgekeurd(struct region *r, const struct bericht *b, const char *code)
{
	uint32_t nr = add(r, b);

	if (nr != GEEN)
		answer(r, nr, code);
	return nr;
}
