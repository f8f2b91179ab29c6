/*
 * Rows are found by their key in a list that is searched from the front: there
 * are some hundreds at most, and those of one party come together.
 */
#include "care/lateness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "care/verdeling.h"

#include "base/banned.h"

#define TERUG 60 /* days within which any term is over */

struct vak {
	struct laat_rij rij;
	int *dagen;
	size_t room;
};

struct laatheid {
	const struct laat_vraag *v;
	day voorbij; /* the last day of which the term for a start or stop is over */
	struct vak *list;
	size_t n, room;
	size_t laatst[2]; /* found last: of all, of a party */
	struct laat_rij *rijen;
};

int laat_termijn(enum laat_soort s)
{
	static const int termijnen[] = {5, 5, 3, 10};

	return termijnen[s];
}

const char *laat_naam(enum laat_soort s)
{
	static const char *const namen[] = {"start", "stop", "retour", "declaratieantwoord"};

	return namen[s];
}

static bool late(const struct laatheid *l, enum laat_soort s, day van, day op)
{
	return calendar_workdays_between(l->v->calendar, van, op) > laat_termijn(s);
}

struct laatheid *laatheid_new(const struct laat_vraag *v)
{
	struct laatheid *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->v = v;
	l->voorbij = v->vandaag;
	while (!late(l, LAAT_STOP, l->voorbij, v->vandaag) && v->vandaag - l->voorbij < TERUG)
		l->voorbij--;
	return l;
}

void laatheid_free(struct laatheid **l)
{
	if (*l == NULL)
		return;
	for (size_t i = 0; i < (*l)->n; i++)
		free((*l)->list[i].dagen);
	free((*l)->list);
	free((*l)->rijen);
	free(*l);
	*l = NULL;
}

/* ---- rows ---- */

static bool is(const struct vak *k, enum laat_soort s, const char *partij, const char *categorie)
{
	return k->rij.soort == s && strcmp(k->rij.partij, partij) == 0 && strcmp(k->rij.categorie, categorie) == 0;
}

static void set_text(char *to, size_t room, const char *from)
{
	size_t n = strnlen(from, room - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

static struct vak *find(struct laatheid *l, enum laat_soort s, const char *partij, const char *categorie)
{
	size_t *laatst = &l->laatst[*partij != '\0'];
	struct vak *k;

	if (l->n > 0 && is(&l->list[*laatst], s, partij, categorie))
		return &l->list[*laatst];
	for (size_t i = 0; i < l->n; i++)
		if (is(&l->list[i], s, partij, categorie)) {
			*laatst = i;
			return &l->list[i];
		}
	if (l->n == l->room) {
		k = realloc(l->list, (l->room * 2 + 64) * sizeof *k);
		if (k == NULL)
			return NULL;
		l->list = k;
		l->room = l->room * 2 + 64;
	}
	*laatst = l->n;
	k = &l->list[l->n++];
	*k = (struct vak){.rij = {.soort = s, .mediaan = -1, .p90 = -1}};
	set_text(k->rij.partij, sizeof k->rij.partij, partij);
	set_text(k->rij.categorie, sizeof k->rij.categorie, categorie);
	return k;
}

static bool push(struct vak *k, int days)
{
	if (k->rij.aantal == k->room) {
		int *bigger = realloc(k->dagen, (k->room * 2 + 32) * sizeof *bigger);

		if (bigger == NULL)
			return false;
		k->dagen = bigger;
		k->room = k->room * 2 + 32;
	}
	k->dagen[k->rij.aantal++] = days;
	return true;
}

/* What happened once: it goes to the whole and, when asked for, to its own row. */
struct geval {
	enum laat_soort soort;
	const char *partij, *categorie;
	day van, op; /* op DAY_NONE: nothing came */
	double gemist;
	bool zeker;
};

static bool count_in(struct laatheid *l, struct vak *k, const struct geval *g)
{
	if (k == NULL)
		return false;
	k->rij.gemist += g->gemist;
	k->rij.zeker += g->zeker;
	if (g->gemist > 0)
		return true;
	if (g->op == DAY_NONE) {
		k->rij.open++;
		k->rij.open_te_laat += late(l, g->soort, g->van, l->v->vandaag);
		return true;
	}
	k->rij.te_laat += late(l, g->soort, g->van, g->op);
	return push(k, g->op > g->van ? g->op - g->van : 0);
}

static int count(struct laatheid *l, const struct geval *g)
{
	const char *categorie = l->v->producten && g->soort <= LAAT_STOP ? g->categorie : "";

	if (!count_in(l, find(l, g->soort, "", ""), g))
		return -ENOMEM;
	if (*categorie != '\0' && !l->v->aanbieders && !count_in(l, find(l, g->soort, "", categorie), g))
		return -ENOMEM;
	if (l->v->aanbieders && !count_in(l, find(l, g->soort, g->partij, categorie), g))
		return -ENOMEM;
	return 0;
}

static bool asked(const struct laat_vraag *v, const char *gemeente, const char *aanbieder)
{
	return (v->gemeente == NULL || strcmp(v->gemeente, gemeente) == 0) &&
	       (v->aanbieder == NULL || strcmp(v->aanbieder, aanbieder) == 0);
}

static bool recent(const struct laatheid *l, day d)
{
	return d <= l->v->vandaag && (l->v->sinds == DAY_NONE || d >= l->v->sinds);
}

/* ---- starts and stops that came ---- */

static bool in_force(const struct reg_levering *r)
{
	return r->verwijderd_door == 0 && r->herroepen_op == DAY_NONE;
}

static bool same_run(const struct reg_levering *a, const struct reg_levering *b)
{
	return a->soort == b->soort && a->nummer == b->nummer;
}

/* The day before which it could not be known: the allocation came, or told this end. */
static day known(const struct reg_dossier *d, const struct reg_levering *r)
{
	for (size_t i = 0; i < d->n_toewijzingen; i++) {
		const struct reg_toewijzing *t = &d->toewijzingen[i];

		if (t->nummer == r->nummer && !t->herroepen && (r->soort == LEVERING_START || t->eind == r->eind))
			return t->ontvangen;
	}
	return DAY_NONE;
}

/* It comes in the place of one that was deleted, or says again what was said. */
static bool corrects(const struct reg_dossier *d, size_t at)
{
	const struct reg_levering *r = &d->leveringen[at];

	for (size_t i = 0; i < at; i++) {
		const struct reg_levering *o = &d->leveringen[i];

		if (!same_run(o, r) || o->herroepen_op != DAY_NONE)
			continue;
		if (o->verwijderd_door != 0 || (o->begin == r->begin && o->eind == r->eind))
			return true;
	}
	return false;
}

/* A definitive stop where a temporary one hung. */
static bool after_pause(const struct reg_dossier *d, size_t at)
{
	const struct reg_levering *r = &d->leveringen[at];
	bool paused = false;

	for (size_t i = 0; i < at; i++) {
		const struct reg_levering *o = &d->leveringen[i];

		if (o->nummer != r->nummer || !in_force(o))
			continue;
		paused = o->soort == LEVERING_STOP && strcmp(o->reden, "20") == 0;
	}
	return paused;
}

static bool judged(const struct reg_dossier *d, size_t at)
{
	const struct reg_levering *r = &d->leveringen[at];

	if (!in_force(r) || r->nummer == ABSENT || corrects(d, at))
		return false;
	return r->soort == LEVERING_START || (strcmp(r->reden, "20") != 0 && !after_pause(d, at));
}

int laatheid_dossier(struct laatheid *l, const struct reg_dossier *d)
{
	int r = 0;

	if (!asked(l->v, d->paar.gemeente, d->paar.aanbieder))
		return 0;
	for (size_t i = 0; r == 0 && i < d->n_leveringen; i++) {
		const struct reg_levering *row = &d->leveringen[i];
		struct geval g = {.soort = row->soort == LEVERING_START ? LAAT_START : LAAT_STOP,
				  .partij = d->paar.aanbieder,
				  .categorie = row->categorie,
				  .van = row->soort == LEVERING_START ? row->begin : row->eind,
				  .op = row->ontvangen};
		day told;

		if (g.van == DAY_NONE || !recent(l, g.van) || !judged(d, i))
			continue;
		told = known(d, row);
		if (told != DAY_NONE && told > g.van)
			g.van = told;
		r = count(l, &g);
	}
	return r;
}

/* ---- that did not come ---- */

int laatheid_episode(struct laatheid *l, const struct gewoonten *g, const struct episode *e)
{
	struct geval c = {.partij = e->aanbieder, .categorie = e->categorie};
	struct verdeling v;

	if (e->taakgericht || e->verwijderd || !asked(l->v, e->gemeente, e->aanbieder))
		return 0;
	if (!e->gestart && e->laatste != INT32_MIN && recent(l, e->begin) && e->begin <= l->voorbij) {
		c.soort = LAAT_START;
		c.gemist = 1;
		c.zeker = true;
		return count(l, &c);
	}
	if (e->eind != DAY_NONE || !e->gestart)
		return 0;
	verdeling_van(e, g, l->v->vandaag, &v);
	c.soort = LAAT_STOP;
	c.gemist = verdeling_tussen(&v, l->v->sinds, l->voorbij);
	c.zeker = c.gemist >= g->zeker;
	return c.gemist > 0 ? count(l, &c) : 0;
}

/* ---- answers ---- */

int laatheid_antwoord(struct laatheid *l, const struct reg_antwoordtijd *a)
{
	bool van_gemeente = strlen(a->van) == 4;
	struct geval g = {.soort = strcmp(a->type, "JW323") == 0 ? LAAT_ANTWOORD : LAAT_RETOUR,
			  .partij = a->naar,
			  .categorie = "",
			  .van = a->ontvangen,
			  .op = a->beantwoord};

	if (!recent(l, a->ontvangen) || !asked(l->v, van_gemeente ? a->van : a->naar, van_gemeente ? a->naar : a->van))
		return 0;
	return count(l, &g);
}

/* ---- figures ---- */

static int by_days(const void *x, const void *y)
{
	const int *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static int by_key(const void *x, const void *y)
{
	const struct laat_rij *a = x, *b = y;
	int r = (int)a->soort - (int)b->soort;

	if (r == 0)
		r = strcmp(a->partij, b->partij);
	return r != 0 ? r : strcmp(a->categorie, b->categorie);
}

/* The smallest day by which at least this share had come. */
static int rank(const struct vak *k, unsigned percent)
{
	size_t n = (k->rij.aantal * percent + 99) / 100;

	return n == 0 ? -1 : k->dagen[n - 1];
}

const struct laat_rij *laatheid_rijen(struct laatheid *l, size_t *n)
{
	free(l->rijen);
	l->rijen = calloc(l->n + 1, sizeof *l->rijen);
	*n = 0;
	for (size_t i = 0; l->rijen != NULL && i < l->n; i++) {
		struct vak *k = &l->list[i];

		if (k->rij.aantal > 0)
			qsort(k->dagen, k->rij.aantal, sizeof *k->dagen, by_days);
		k->rij.mediaan = rank(k, 50);
		k->rij.p90 = rank(k, 90);
		l->rijen[(*n)++] = k->rij;
	}
	if (*n > 1)
		qsort(l->rijen, *n, sizeof *l->rijen, by_key);
	return l->rijen;
}
