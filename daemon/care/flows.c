/*
 * Two passes: episodes into records, then each record into the cells of its
 * keys and periods.  Records are taken provider by provider, so that what is
 * unknown of a provider can be added up within it before it is squared.
 */
#include "care/flows.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/enddate.h"
#include "care/verdeling.h"

#include "base/banned.h"

#define BREED 1.645	/* standard deviations on each side that hold nine tenths */
#define AFWIJKING .04	/* what a model of this kind is off by, of what it adds */
#define VERGISSING .005 /* starts and ends that are registered twice, or in the wrong period */
#define NALOOP 60	/* days after a period in which most of its stops come */

const char *lezing_naam(enum lezing l)
{
	static const char *const namen[] = {"geregistreerd", "cbs", "geschat"};

	return namen[l];
}

/* ---- half-years and CBS ---- */

int halfjaar_van(day d)
{
	maand m = maand_van(d);

	return m / 12 * 2 + m % 12 / 6;
}

day halfjaar_eerste(int h)
{
	return maand_eerste(h / 2 * 12 + h % 2 * 6);
}

day halfjaar_laatste(int h)
{
	return halfjaar_eerste(h + 1) - 1;
}

#define HALFJAREN 64 /* for which it is known whether a provider delivered, up to today's */

struct cbs_levering {
	day vandaag;
	int nu; /* today's half-year */
	uint32_t n;
	uint64_t *geleverd; /* by party: bit n for half-year nu - n */
};

static void delivered(struct cbs_levering *c, uint32_t partij, int h)
{
	if (h <= c->nu && c->nu - h < HALFJAREN)
		c->geleverd[partij] |= (uint64_t)1 << (c->nu - h);
}

int cbs_levering_new(struct cbs_levering **ret, const struct episoden *e, const struct gewoonten *g,
		     day vandaag)
{
	struct cbs_levering *c = calloc(1, sizeof *c);

	if (c == NULL)
		return -ENOMEM;
	c->vandaag = vandaag;
	c->nu = halfjaar_van(vandaag);
	c->n = g->n_partijen;
	c->geleverd = calloc(c->n, sizeof *c->geleverd);
	if (c->geleverd == NULL) {
		cbs_levering_free(&c);
		return -ENOMEM;
	}
	for (size_t i = 0; i < e->n; i++) {
		const struct episode *x = &e->list[i];

		delivered(c, x->partij, halfjaar_van(x->begin));
		if (x->eind != DAY_NONE)
			delivered(c, x->partij, halfjaar_van(x->eind));
		for (int m = 0; x->laatste != INT32_MIN && m < EPISODE_MAANDEN; m++)
			if (episode_regel(x, x->laatste - m))
				delivered(c, x->partij, halfjaar_van(maand_eerste(x->laatste - m)));
	}
	*ret = c;
	return 0;
}

void cbs_levering_free(struct cbs_levering **c)
{
	if (*c == NULL)
		return;
	free((*c)->geleverd);
	free(*c);
	*c = NULL;
}

day cbs_spoor(const struct episode *e, day vandaag)
{
	const struct grens *g =
		e->n_grenzen > 0 && !e->open_eind ? &e->grenzen[e->n_grenzen - 1] : NULL;
	day d = e->laatste_teken != DAY_NONE ? e->laatste_teken : e->begin;

	if (e->laatste != INT32_MIN && maand_laatste(e->laatste) > d)
		return maand_laatste(e->laatste);
	if (e->laatste == INT32_MIN) /* never declared: as long as it is allocated */
		return g == NULL ? vandaag : g->eind > d ? g->eind : d;
	return d;
}

/* Was the half-year after this one delivered by the provider?  True while it is not over. */
static bool delivered_after(const struct cbs_levering *c, uint32_t partij, int h)
{
	return h + 1 >= c->nu || c->nu - (h + 1) >= HALFJAREN ||
	       (c->geleverd[partij] >> (c->nu - h - 1) & 1) != 0;
}

day cbs_sluit(const struct cbs_levering *c, const struct episode *e)
{
	int h = halfjaar_van(cbs_spoor(e, c->vandaag));

	if (e->eind != DAY_NONE || e->taakgericht ||
	    halfjaar_laatste(h + 1) + CBS_AANLEVERING > c->vandaag)
		return DAY_NONE;
	if (!cbs_geleverd(c, e->partij, h + 1))
		return DAY_NONE; /* the provider itself was silent: that is no outflow */
	return halfjaar_laatste(h);
}

bool cbs_geleverd(const struct cbs_levering *c, uint32_t partij, int h)
{
	return h <= c->nu && c->nu - h < HALFJAREN && (c->geleverd[partij] >> (c->nu - h) & 1) != 0;
}

/* ---- records ---- */

struct record {
	const struct episode *eerste, *laatste; /* whose start, and whose end */
	day begin;
	struct verdeling v; /* of an open end */
	bool open;
};

struct stapel {
	const struct episode **list; /* in the order in which they are counted */
	size_t n;
};

static bool counted(const struct episode *e, const struct stroom_vraag *v)
{
	return !e->verwijderd && e->begin <= v->vandaag && (e->jeugdhulp || v->alles) &&
	       (v->gemeente == NULL || strcmp(v->gemeente, e->gemeente) == 0) &&
	       (v->aanbieder == NULL || strcmp(v->aanbieder, e->aanbieder) == 0);
}

/* By provider, then dossier, then form of care, then begin. */
static int by_record(const void *x, const void *y)
{
	const struct episode *a = *(const struct episode *const *)x,
			     *b = *(const struct episode *const *)y;
	int r = strcmp(a->aanbieder, b->aanbieder);

	if (r == 0)
		r = a->dossier < b->dossier ? -1 : a->dossier > b->dossier;
	if (r == 0)
		r = a->hulpvorm - b->hulpvorm;
	if (r == 0 && a->hulpvorm == 0)
		r = strcmp(a->categorie, b->categorie);
	return r != 0 ? r : a->begin < b->begin ? -1 : a->begin > b->begin;
}

static bool same_record(const struct episode *a, const struct episode *b)
{
	return a->dossier == b->dossier && a->hulpvorm == b->hulpvorm &&
	       (a->hulpvorm != 0 || strcmp(a->categorie, b->categorie) == 0);
}

/* When it ends as far as can be said: for telling which of two ends later. */
static day expected_end(const struct episode *e, const struct gewoonten *g, day vandaag,
			struct verdeling *v)
{
	day schatting, laag, hoog;
	enum basis basis;

	if (e->eind != DAY_NONE)
		return e->eind;
	verdeling_van(e, g, vandaag, v);
	if (v->loopt >= .5 || !verdeling_schatting(v, &schatting, &laag, &hoog, &basis))
		return INT32_MAX;
	return schatting;
}

/* The record that begins at list[i]; gives how many episodes it takes. */
static size_t make_record(const struct stapel *s, size_t i, const struct gewoonten *g,
			  const struct stroom_vraag *vraag, struct record *ret)
{
	day vandaag = vraag->vandaag;
	const struct episode *first = s->list[i];
	struct verdeling v;
	day end = expected_end(first, g, vandaag, &v);
	size_t n = 1;

	ret->eerste = ret->laatste = first;
	ret->begin = first->begin;
	for (; vraag->records && i + n < s->n && same_record(first, s->list[i + n]) &&
	       s->list[i + n]->begin <= end;
	     n++) {
		day other = expected_end(s->list[i + n], g, vandaag, &v);

		if (other >= end) {
			end = other;
			ret->laatste = s->list[i + n];
		}
	}
	ret->open = ret->laatste->eind == DAY_NONE;
	if (ret->open)
		verdeling_van(ret->laatste, g, vandaag, &ret->v);
	return n;
}

/* ---- cells ---- */

/* What is added up for one key and period. */
struct cel {
	double in[N_LEZINGEN], uit[N_LEZINGEN], begin[N_LEZINGEN], eind[N_LEZINGEN];
	double cbs, einden, starts, zeker, taak;
	double variantie; /* of the estimated ends and starts, each by itself */
	double gevoelig; /* of the provider at hand: how the ends move with what is unknown of it */
	double gevoelig2, gevoelig_som;
	double dagen, geeindigd;    /* durations of registered ends */
	double vorm, niet_geleverd; /* starts whose form is a default; records of providers that
				       fell silent */
};

struct sleutel {
	char tekst[N_ASSEN][10];
	struct cel *cellen;
};

struct telling {
	const struct stroom_vraag *v;
	const struct gewoonten *g;
	const struct cbs_levering *cbs;
	maand eerste; /* first month of the first period */
	size_t perioden;
	struct sleutel *list;
	size_t n, room;
	struct sleutel **hash;
	size_t slots;
	size_t apart;
};

static day periode_eerste(const struct telling *t, size_t p)
{
	return maand_eerste(t->eerste + (maand)p * t->v->maanden);
}

static day periode_laatste(const struct telling *t, size_t p)
{
	return periode_eerste(t, p + 1) - 1;
}

static void key_of(const struct telling *t, const struct episode *e, char ret[N_ASSEN][10])
{
	const char *tekst[N_ASSEN] = {e->gemeente, e->aanbieder, "", e->categorie, e->verwijzer};
	char hulpvorm[4];

	(void)snprintf(hulpvorm, sizeof hulpvorm, e->hulpvorm == 0 ? "?" : "%02u", e->hulpvorm);
	tekst[AS_HULPVORM] = hulpvorm;
	memset(ret, 0, N_ASSEN * 10);
	for (int a = 0; a < N_ASSEN; a++)
		if ((t->v->assen >> a & 1) != 0)
			(void)snprintf(ret[a], 10, "%s", tekst[a][0] != '\0' ? tekst[a] : "?");
}

static size_t slot_of(const struct telling *t, const char key[N_ASSEN][10])
{
	const unsigned char *p = (const unsigned char *)key;
	uint64_t h = 1469598103934665603U;

	for (size_t i = 0; i < N_ASSEN * 10; i++)
		h = (h ^ p[i]) * 1099511628211U;
	for (size_t s = h % t->slots;; s = (s + 1) % t->slots)
		if (t->hash[s] == NULL || memcmp(t->hash[s]->tekst, key, N_ASSEN * 10) == 0)
			return s;
}

static bool grow(struct telling *t)
{
	size_t room = t->room * 2 + 64;
	struct sleutel *list = realloc(t->list, room * sizeof *list);
	struct sleutel **hash;

	if (list == NULL)
		return false;
	t->list = list;
	t->room = room;
	hash = calloc(room * 2, sizeof *hash);
	if (hash == NULL)
		return false;
	free(t->hash);
	t->hash = hash;
	t->slots = room * 2;
	for (size_t i = 0; i < t->n; i++)
		t->hash[slot_of(t, (const char(*)[10])t->list[i].tekst)] = &t->list[i];
	return true;
}

static struct cel *cells_of(struct telling *t, const struct episode *e)
{
	char key[N_ASSEN][10];
	size_t s;

	if (t->n == t->room && !grow(t))
		return NULL;
	key_of(t, e, key);
	s = slot_of(t, (const char(*)[10])key);
	if (t->hash[s] == NULL) {
		struct sleutel *new = &t->list[t->n];

		memcpy(new->tekst, key, sizeof key);
		new->cellen = calloc(t->perioden, sizeof *new->cellen);
		if (new->cellen == NULL)
			return NULL;
		t->hash[s] = new;
		t->n++;
	}
	return t->hash[s]->cellen;
}

/* ---- counting one record ---- */

/* Chance of being over by the end of day d. */
static double over(const struct record *r, enum lezing l, day sluit, day d)
{
	if (!r->open)
		return r->laatste->eind <= d;
	if (l == LEZING_GESCHAT)
		return verdeling_tussen(&r->v, INT32_MIN, d);
	return l == LEZING_CBS && sluit != DAY_NONE && sluit <= d;
}

/* How many starts one that came stands for: others of that day are still on their way. */
static double starts_for(const struct telling *t, const struct episode *e)
{
	double binnen = gewoonte_start_binnen(&t->g->partijen[e->partij], t->v->vandaag - e->begin);

	if (!e->gestart)
		return t->v->vandaag - e->begin > NALOOP ? 1 : 0;
	return binnen >= .98 ? 1 : 1 / (binnen < .3 ? .3 : binnen);
}

static void count_estimate(const struct telling *t, const struct record *r, struct cel *c,
			   double kans)
{
	double geeindigd = 1 - r->v.loopt;

	c->einden += kans;
	c->zeker += geeindigd >= t->g->zeker ? kans : 0;
	c->taak += r->laatste->taakgericht ? kans : 0;
	c->variantie += kans * (1 - kans);
	c->gevoelig += kans * (1 - geeindigd);
}

static void count_record(const struct telling *t, const struct record *r, struct cel *cellen)
{
	day sluit = cbs_sluit(t->cbs, r->laatste);
	double starts = starts_for(t, r->eerste);

	for (size_t p = 0; p < t->perioden; p++) {
		day van = periode_eerste(t, p), tot = periode_laatste(t, p);
		struct cel *c = &cellen[p];

		if (r->begin > tot || (!r->open && r->laatste->eind < van))
			continue;
		for (int l = 0; l < N_LEZINGEN; l++) {
			double gewicht = l == LEZING_GESCHAT ? starts : r->eerste->gestart;
			double voor = over(r, (enum lezing)l, sluit, van - 1),
			       na = over(r, (enum lezing)l, sluit, tot);
			bool nieuw = r->begin >= van;

			/* A start still to come ends as it likes: it is counted as going on. */
			double extra = l == LEZING_GESCHAT && gewicht > 1 ? gewicht - 1 : 0,
			       zelf = gewicht - extra;

			c->in[l] += nieuw ? gewicht : 0;
			c->begin[l] += nieuw ? 0 : zelf * (1 - voor) + extra;
			c->uit[l] += zelf * (na - (nieuw ? 0 : voor));
			c->eind[l] += zelf * (1 - na) + extra;
			if (l == LEZING_GESCHAT) {
				c->starts += nieuw ? gewicht - r->eerste->gestart : 0;
				c->variantie += nieuw ? fabs(gewicht - r->eerste->gestart) : 0;
				if (r->open)
					count_estimate(t, r, c, zelf * (na - (nieuw ? 0 : voor)));
			} else if (l == LEZING_CBS && r->open) {
				c->cbs += zelf * (na - (nieuw ? 0 : voor));
			}
		}
		c->vorm += r->begin >= van && r->eerste->vorm_standaard;
		c->niet_geleverd +=
			r->open && !delivered_after(t->cbs, r->laatste->partij, halfjaar_van(tot));
		if (!r->open && r->laatste->eind >= van && r->laatste->eind <= tot) {
			c->dagen += r->laatste->eind - r->begin;
			c->geeindigd += 1;
		}
	}
}

/* What is unknown of a provider moves all its ends together. */
static void close_provider(struct telling *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t p = 0; p < t->perioden; p++) {
			struct cel *c = &t->list[i].cellen[p];

			c->gevoelig2 += c->gevoelig * c->gevoelig;
			c->gevoelig_som += c->gevoelig;
			c->gevoelig = 0;
		}
}

static int count_all(struct telling *t, const struct stapel *s)
{
	struct record r;
	size_t n;

	for (size_t i = 0; i < s->n; i += n) {
		struct cel *cellen;

		if (i > 0 && strcmp(s->list[i - 1]->aanbieder, s->list[i]->aanbieder) != 0)
			close_provider(t);
		n = make_record(s, i, t->g, t->v, &r);
		if (!r.open && r.laatste->eind < r.begin) {
			t->apart++;
			continue;
		}
		cellen = cells_of(t, r.eerste);
		if (cellen == NULL)
			return -ENOMEM;
		count_record(t, &r, cellen);
	}
	close_provider(t);
	return 0;
}

/* ---- figures ---- */

static double balans(double in, double uit)
{
	return in > 0 ? 100 * (uit - in) / in : NAN;
}

static void make_row(const struct telling *t, const struct sleutel *k, size_t p,
		     struct stromen *ret)
{
	const struct cel *c = &k->cellen[p];
	struct stroom_rij *r = &ret->list[ret->n++];
	double spreiding = t->g->spreiding, breed, model = AFWIJKING * (c->einden + c->starts);

	memset(r, 0, sizeof *r);
	memcpy(r->sleutel, k->tekst, sizeof r->sleutel);
	r->van = periode_eerste(t, p);
	r->tot = periode_laatste(t, p);
	for (int l = 0; l < N_LEZINGEN; l++) {
		double b = balans(c->in[l], c->uit[l]);
		double fout = fabs(c->begin[l] + c->in[l] - c->uit[l] - c->eind[l]);

		r->lezing[l] = (struct stroom_getal){
			c->in[l], c->uit[l], c->begin[l], c->eind[l], b, b, b};
		if (fout > ret->ongelijk)
			ret->ongelijk = fout;
	}
	breed = BREED *
		sqrt(c->variantie + VERGISSING * (c->in[LEZING_GESCHAT] + c->uit[LEZING_GESCHAT]) +
		     spreiding * spreiding * c->gevoelig2 +
		     spreiding * spreiding / 16 * c->gevoelig_som * c->gevoelig_som +
		     model * model);
	if (c->in[LEZING_GESCHAT] > 0) {
		r->lezing[LEZING_GESCHAT].laag -= 100 * breed / c->in[LEZING_GESCHAT];
		r->lezing[LEZING_GESCHAT].hoog += 100 * breed / c->in[LEZING_GESCHAT];
	}
	r->cbs_gesloten = c->cbs;
	r->geschat_einden = c->einden;
	r->geschat_starts = c->starts;
	r->zeker = c->zeker;
	r->taakgericht = c->taak;
	r->duur = c->geeindigd > 0 ? c->dagen / c->geeindigd : NAN;
	if (r->tot + NALOOP > t->v->vandaag)
		r->kwaliteit |= KWALITEIT_VOORLOPIG;
	if (r->van <= t->g->partijen[0].sinds)
		r->kwaliteit |= KWALITEIT_BEGIN;
	if (halfjaar_laatste(halfjaar_van(r->tot) + 1) + CBS_AANLEVERING > t->v->vandaag)
		r->kwaliteit |= KWALITEIT_CBS_OPEN;
	if (c->niet_geleverd > 0)
		r->kwaliteit |= KWALITEIT_NIET_GELEVERD;
	if ((t->v->assen >> AS_HULPVORM & 1) != 0 && c->vorm >= .1 * c->in[LEZING_GEREGISTREERD] &&
	    c->vorm > 0)
		r->kwaliteit |= KWALITEIT_VORM;
}

static int by_key(const void *x, const void *y)
{
	return memcmp(((const struct sleutel *)x)->tekst, ((const struct sleutel *)y)->tekst,
		      N_ASSEN * 10);
}

static int make_rows(struct telling *t, struct stromen **ret)
{
	struct stromen *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->list = calloc(t->n * t->perioden + 1, sizeof *s->list);
	if (s == NULL || s->list == NULL) {
		stromen_free(&s);
		return -ENOMEM;
	}
	s->apart = t->apart;
	if (t->n > 0)
		qsort(t->list, t->n, sizeof *t->list, by_key);
	for (size_t i = 0; i < t->n; i++)
		for (size_t p = 0; p < t->perioden; p++)
			make_row(t, &t->list[i], p, s);
	*ret = s;
	return 0;
}

static void set_periods(struct telling *t, const struct stapel *s)
{
	day first = t->v->van;
	maand last = maand_van(t->v->vandaag);

	for (size_t i = 0; t->v->van == DAY_NONE && i < s->n; i++)
		if (first == DAY_NONE || s->list[i]->begin < first)
			first = s->list[i]->begin;
	t->eerste = first == DAY_NONE ? last : maand_van(first);
	t->eerste -= t->eerste % t->v->maanden;
	t->perioden = (size_t)((last - t->eerste) / t->v->maanden + 1);
}

int stromen_tel(const struct episoden *e, const struct gewoonten *g, const struct stroom_vraag *v,
		struct stromen **ret)
{
	struct telling t = {.v = v, .g = g};
	struct cbs_levering *cbs = NULL;
	struct stapel s = {.list = malloc((e->n + 1) * sizeof *s.list)};
	int r = s.list == NULL ? -ENOMEM : cbs_levering_new(&cbs, e, g, v->vandaag);

	for (size_t i = 0; r == 0 && i < e->n; i++)
		if (counted(&e->list[i], v))
			s.list[s.n++] = &e->list[i];
	if (r == 0) {
		t.cbs = cbs;
		qsort(s.list, s.n, sizeof *s.list, by_record);
		set_periods(&t, &s);
		r = count_all(&t, &s);
	}
	if (r == 0)
		r = make_rows(&t, ret);
	for (size_t i = 0; i < t.n; i++)
		free(t.list[i].cellen);
	free(t.list);
	free(t.hash);
	free(s.list);
	cbs_levering_free(&cbs);
	return r;
}

void stromen_free(struct stromen **s)
{
	if (*s == NULL)
		return;
	free((*s)->list);
	free(*s);
	*s = NULL;
}
