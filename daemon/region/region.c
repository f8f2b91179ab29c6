/* The whole region, step by step, and its messages in the order of sending. */
#include "region/intern.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

void *rij_plus(struct region *r, struct rij *rij)
{
	void *plaats;

	if (rij->n == rij->room) {
		size_t room = rij->room == 0 ? 1024 : rij->room * 2;
		void *p = r->mislukt != 0 ? NULL : realloc(rij->p, room * rij->size);

		if (p == NULL) {
			r->mislukt = r->mislukt != 0 ? r->mislukt : -ENOMEM;
			return NULL;
		}
		rij->p = p;
		rij->room = room;
	}
	plaats = (char *)rij->p + rij->n++ * rij->size;
	memset(plaats, 0, rij->size);
	return plaats;
}

/* ---- moments ---- */

moment kantoor(const struct region *r, struct toeval *t, day d)
{
	int s = toeval_tussen(t, 8 * 3600, 18 * 3600 - 1);

	while (!calendar_workday(&r->kalender, d))
		d++;
	return (moment)d * 86400 + s;
}

moment later(moment a, moment b)
{
	return a > b ? a : b + 1200;
}

/* ---- making ---- */

static bool in_bounds(const struct region_opts *o)
{
	day eerste, laatste;

	if (!day_parse("2015-01-01", &eerste) || !day_parse("2099-12-31", &laatste))
		return false;
	return o->clients >= 1 && o->clients <= REGION_CLIENTS_MAX && o->gemeenten >= 1 &&
	       o->gemeenten <= REGION_GEMEENTEN_MAX && o->from >= eerste && o->until <= laatste &&
	       o->until >= o->from + 30;
}

static void init_rows(struct region *r)
{
	r->clienten.size = sizeof(struct client);
	r->episodes.size = sizeof(struct episode);
	r->toewijzingen.size = sizeof(struct toewijzing);
	r->versies.size = sizeof(struct versie);
	r->berichten.size = sizeof(struct bericht);
	r->regels.size = sizeof(struct regel);
	r->declaraties.size = sizeof(struct declaratie);
}

static int by_moment(const void *a, const void *b)
{
	const struct bericht *x = a, *y = b;

	if (x->moment != y->moment)
		return x->moment < y->moment ? -1 : 1;
	return (x->nr > y->nr) - (x->nr < y->nr);
}

/* Puts the messages in order; what an answer refers to gets its new place. */
static int put_in_order(struct region *r)
{
	size_t n = r->berichten.n;
	uint32_t *plaats = malloc((n + 1) * sizeof *plaats);

	if (plaats == NULL)
		return -ENOMEM;
	qsort(BERICHTEN(r), n, sizeof(struct bericht), by_moment);
	for (size_t i = 0; i < n; i++)
		plaats[BERICHTEN(r)[i].nr] = (uint32_t)i;
	for (size_t i = 0; i < n; i++) {
		struct bericht *b = &BERICHTEN(r)[i];

		b->nr = (uint32_t)i;
		b->op = b->op == GEEN ? GEEN : plaats[b->op];
	}
	free(plaats);
	return 0;
}

static void tell_all(struct region *r)
{
	for (uint32_t i = 0; i < r->episodes.n && r->mislukt == 0; i++) {
		struct stopplan s = levering_stopplan(r, i);

		toewijzing_stuur(r, i, &s);
		levering_meld(r, i, &s);
	}
}

static int play(struct region *r)
{
	int e = streek_maak(r);

	if (e == 0)
		e = leven_maak(r);
	if (e == 0)
		e = bsn_deel_uit(r);
	if (e < 0)
		return e;
	levering_ijk(r);
	tell_all(r);
	if (r->mislukt == 0)
		declaratie_stuur(r);
	return r->mislukt != 0 ? r->mislukt : put_in_order(r);
}

int region_new(struct region **ret, const struct region_opts *o)
{
	struct region *r;
	int e;

	if (!in_bounds(o))
		return -EINVAL;
	r = calloc(1, sizeof *r);
	if (r == NULL)
		return -ENOMEM;
	r->o = *o;
	init_rows(r);
	e = play(r);
	if (e < 0)
		region_free(&r);
	else
		*ret = r;
	return e;
}

void region_free(struct region **r)
{
	if (*r == NULL)
		return;
	free((*r)->gemeenten);
	free((*r)->aanbieders);
	free((*r)->paren);
	free((*r)->clienten.p);
	free((*r)->episodes.p);
	free((*r)->toewijzingen.p);
	free((*r)->versies.p);
	free((*r)->berichten.p);
	free((*r)->regels.p);
	free((*r)->declaraties.p);
	free(*r);
	*r = NULL;
}

/* ---- asking ---- */

size_t region_berichten(const struct region *r)
{
	return r->berichten.n;
}

void region_bericht(const struct region *r, size_t i, struct region_bericht *ret, struct buf *xml)
{
	const struct bericht *b = &BERICHTEN(r)[i];
	bool declaratie = b->declaratie != GEEN,
	     gemeente = soort_van_gemeente((enum soort)b->soort);
	uint32_t g = declaratie ? DECLARATIES(r)[b->declaratie].gemeente
				: EPISODES(r)[b->episode].gemeente;
	uint32_t a = declaratie ? DECLARATIES(r)[b->declaratie].aanbieder
				: EPISODES(r)[b->episode].aanbieder;
	int y, m, d;

	ret->type = soort_naam[b->soort];
	ret->afzender = gemeente ? r->gemeenten[g].code : r->aanbieders[a].agb;
	ret->ontvanger = gemeente ? r->aanbieders[a].agb : r->gemeenten[g].code;
	ret->dag = dag_van(b->moment);
	ret->seconde = (int)(b->moment % 86400);
	day_split(ret->dag, &y, &m, &d);
	(void)snprintf(ret->identificatie, sizeof ret->identificatie, "%07u", b->nr + 1);
	(void)snprintf(ret->bestand, sizeof ret->bestand, "berichten/%04d-%02d/%s-%s.xml", y, m,
		       ret->identificatie, ret->type);
	if (xml != NULL)
		tekst_bericht(r, b, xml);
}

const char *region_code(const struct region *r, size_t n)
{
	if (n < r->o.gemeenten)
		return r->gemeenten[n].code;
	n -= r->o.gemeenten;
	return n < r->n_aanbieders ? r->aanbieders[n].agb : NULL;
}
