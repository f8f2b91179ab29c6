/*
 * Requests and allocations, and what a gemeente does to them: extend in time
 * or late, under the same number or a new one, shorten, withdraw, close after
 * a stop; and extend without looking whether care has ended.
 */
#include "region/intern.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

struct gunning {
	struct region *r;
	struct episode *e;
	struct toeval t;
	const struct gemeente *g;
	const struct stopplan *stop;
	uint32_t episode;
	moment laatste; /* decision so far */
};

/* clang-format off */
/* Why a gemeente shortens, by how care ended; "" where it does not. */
static const struct {
	const char *reden;
	double kans;
} verkort[] = {
	[VOLGENS_PLAN]       = {"",   0},
	[DOOR_CLIENT]        = {"",   0},
	[DOOR_AANBIEDER]     = {"12", 0.2},
	[SAMEN]              = {"",   0},
	[OVERGESTAPT]        = {"09", 0.45},
	[DOOR_GEMEENTE]      = {"05", 0.95},
	[ANDER_DOMEIN]       = {"06", 0.6},
	[ACHTTIEN]           = {"",   0},
	[VERHUISD]           = {"07", 0.85},
	[OVERLEDEN]          = {"02", 0.95},
	[GESLOTEN_AANBIEDER] = {"09", 0.8},
};
/* clang-format on */

/* ---- rows ---- */

static uint32_t add_toewijzing(struct gunning *x, day ingang)
{
	struct toewijzing *w = rij_plus(x->r, &x->r->toewijzingen);
	const struct vorm *v = plan_vorm(x->e);

	if (w == NULL)
		return GEEN;
	*w = (struct toewijzing){.episode = x->episode, .laatste = GEEN, .ingang = ingang};
	w->nummer = ++x->r->gemeenten[x->e->gemeente].nummer;
	w->tarief = toeval_tussen(&x->t, v->tarief_least, v->tarief_most);
	if (x->e->n_toewijzingen++ == 0)
		x->e->eerste_toewijzing = (uint32_t)x->r->toewijzingen.n - 1;
	return (uint32_t)x->r->toewijzingen.n - 1;
}

/* Adds a version; it is told in a message of that moment. */
static uint32_t decide(struct gunning *x, uint32_t w, moment m, day eind, const char *reden)
{
	uint32_t vorige = TOEWIJZINGEN(x->r)[w].laatste;
	struct versie *v = rij_plus(x->r, &x->r->versies);

	if (v == NULL)
		return GEEN;
	*v = (struct versie){.toewijzing = w, .vorige = vorige, .besloten = m, .eind = eind};
	memcpy(v->reden, reden, strlen(reden) + 1);
	TOEWIJZINGEN(x->r)[w].laatste = (uint32_t)x->r->versies.n - 1;
	return TOEWIJZINGEN(x->r)[w].laatste;
}

static void tell(struct gunning *x, uint32_t versie)
{
	struct bericht b = {
		.soort = JW301,
		.episode = x->episode,
		.versie = versie,
		.toewijzing = GEEN,
		.declaratie = GEEN,
		.op = GEEN,
	};

	if (versie == GEEN)
		return;
	b.toewijzing = VERSIES(x->r)[versie].toewijzing;
	b.moment = VERSIES(x->r)[versie].besloten;
	x->laatste = b.moment;
	(void)zend(x->r, &b);
}

const struct versie *toewijzing_stand(const struct region *r, uint32_t toewijzing, moment m)
{
	uint32_t v = TOEWIJZINGEN(r)[toewijzing].laatste;

	while (v != GEEN && VERSIES(r)[v].besloten > m)
		v = VERSIES(r)[v].vorige;
	return v == GEEN ? NULL : &VERSIES(r)[v];
}

/* ---- how much ---- */

static int months(day van, day tot)
{
	return tot == DAY_NONE ? 12 : 1 + (tot - van) / 30;
}

/* Volume of the allocation; of one that lasts longer under its number, more of a total. */
static void set_volume(struct gunning *x, uint32_t versie)
{
	const struct vorm *v = plan_vorm(x->e);
	struct versie *nu;
	int per;

	if (versie == GEEN)
		return;
	nu = &VERSIES(x->r)[versie];
	if (nu->vorige != GEEN && v->frequentie[0] != '6' && !v->budget) {
		nu->volume = VERSIES(x->r)[nu->vorige].volume;
		return;
	}
	per = toeval_tussen(&x->t, v->least, v->most);
	if ((v->frequentie[0] == '6' && !v->traject) || v->budget)
		per *= months(TOEWIJZINGEN(x->r)[nu->toewijzing].ingang, nu->eind);
	if (nu->vorige != GEEN && per < VERSIES(x->r)[nu->vorige].volume)
		per = VERSIES(x->r)[nu->vorige].volume;
	nu->volume = per;
}

/* ---- the first ---- */

/* Who is referred by a doctor, a GI or a judge is asked for first. */
static bool by_request(const struct episode *e)
{
	return e->verwijzer != 1 && e->verwijzer != 6;
}

static moment request(struct gunning *x)
{
	struct toeval *t = &x->t;
	moment m = kantoor(x->r, t, x->e->begin + toeval_tussen(t, -12, 5));
	int dagen = toeval_tussen(t, 1, 7), lang = (int)toeval_scheef(t, 20, 0.7);
	bool laat = toeval_kans(t, knop(x->r, TOEWIJZING_LAAT));
	struct bericht b = {
		.soort = JW315,
		.moment = m,
		.episode = x->episode,
		.versie = GEEN,
		.toewijzing = GEEN,
		.declaratie = GEEN,
		.op = GEEN,
	};

	(void)zend(x->r, &b);
	if (laat)
		dagen += lang;
	return later(kantoor(x->r, t, dag_van(m) + (day)(dagen * x->g->traag)), m);
}

static moment grant_day(struct gunning *x)
{
	struct toeval *t = &x->t;
	bool laat = toeval_kans(t, knop(x->r, TOEWIJZING_LAAT));
	int vooraf = toeval_tussen(t, 1, 20), erna = 2 + (int)toeval_scheef(t, 12, 0.8);

	if (x->e->spook || !by_request(x->e))
		return kantoor(x->r, t,
			       laat && !x->e->spook ? x->e->begin + (day)(erna * x->g->traag)
						    : x->e->ingang - vooraf);
	return request(x);
}

static uint32_t grant(struct gunning *x)
{
	moment m = grant_day(x);
	uint32_t w = add_toewijzing(x, x->e->ingang), v;

	if (w == GEEN)
		return GEEN;
	if (!x->e->spook && by_request(x->e))
		(void)snprintf(TOEWIJZINGEN(x->r)[w].referentie,
			       sizeof TOEWIJZINGEN(x->r)[w].referentie, "V%07u", x->episode);
	v = decide(x, w, m, x->e->was[0], "");
	set_volume(x, v);
	tell(x, v);
	x->e->toegewezen = m;
	return w;
}

/* ---- extensions ---- */

static moment extension_day(struct gunning *x, day oud, bool wissel)
{
	const struct paar *p = streek_paar(x->r, x->e);
	struct toeval *t = &x->t;
	bool laat = toeval_kans(t, knop(x->r, VERLENGING_LAAT) > 0 ? p->verlenging_laat : 0);
	int vooraf = toeval_tussen(t, 3, 45),
	    erna = 2 + (int)toeval_scheef(t, p->verlenging_dagen, 0.9);

	if (erna > 300)
		erna = 300;
	if (wissel)
		laat = false;
	return later(kantoor(x->r, t, laat ? oud + erna : oud - vooraf), x->laatste + 86400);
}

/* Care went on after the end of piece i - 1: the allocation that covers it, w or a new one. */
static uint32_t extend(struct gunning *x, uint32_t w, size_t i)
{
	day oud = toewijzing_stand(x->r, w, NOOIT)->eind, tot = x->e->was[i];
	bool wissel = x->e->wissel[i - 1],
	     vergeten = toeval_kans(&x->t, knop(x->r, VERLENGING_NOOIT));
	bool totaal = plan_vorm(x->e)->frequentie[0] == '6' || plan_vorm(x->e)->traject;
	bool nieuw = toeval_kans(&x->t, totaal ? 0.6 : x->g->nieuw_nummer) || wissel;
	bool alsnog = toeval_kans(&x->t, 0.5);
	moment m;
	uint32_t v;

	if (wissel)
		oud = x->e->plan[i - 1];
	m = extension_day(x, oud, wissel);
	if (dag_van(m) > x->r->o.until || (vergeten && !wissel))
		return w;
	if (dag_van(m) > x->e->eind && (x->stop->geldig < m || !alsnog))
		return w;
	if (dag_van(m) > x->e->eind && tot != DAY_NONE)
		tot = x->e->eind; /* afterwards, for what was given */
	if (tot != DAY_NONE && tot <= oud)
		return w;
	if (wissel)
		(void)decide(x, w, m, oud, "03");
	if (wissel)
		set_volume(x, TOEWIJZINGEN(x->r)[w].laatste);
	if (nieuw)
		w = add_toewijzing(x, oud + 1);
	if (w == GEEN)
		return GEEN;
	v = decide(x, w, m, tot, nieuw ? "" : "04");
	set_volume(x, v);
	tell(x, v);
	return w;
}

/* ---- afterwards ---- */

static bool lasts_beyond(const struct versie *v, day d)
{
	return v->eind == DAY_NONE || v->eind > d;
}

static void shorten(struct gunning *x, uint32_t w, moment m, day eind, const char *reden)
{
	uint32_t v;

	if (eind < TOEWIJZINGEN(x->r)[w].ingang)
		eind = TOEWIJZINGEN(x->r)[w].ingang;
	m = later(m, x->laatste);
	if (dag_van(m) > x->r->o.until || !lasts_beyond(toewijzing_stand(x->r, w, NOOIT), eind))
		return;
	v = decide(x, w, m, eind, reden);
	set_volume(x, v);
	tell(x, v);
}

/* Nobody told that care ended, and somebody extends the allocation to be sure. */
static bool extend_blindly(struct gunning *x, uint32_t w)
{
	const struct versie *nu = toewijzing_stand(x->r, w, NOOIT);
	bool blind = toeval_kans(&x->t, knop(x->r, VERLENGING_BLIND));
	int vooraf = toeval_tussen(&x->t, 0, 30), maanden = toeval_tussen(&x->t, 5, 12);
	moment m;
	uint32_t v;

	if (!blind || nu->eind == DAY_NONE)
		return false;
	m = later(kantoor(x->r, &x->t, nu->eind - vooraf), x->laatste + 86400);
	if (x->stop->geldig < m || dag_van(m) <= x->e->eind || dag_van(m) > x->r->o.until)
		return false;
	v = decide(x, w, m, day_add_months(nu->eind + 1, maanden) - 1, "04");
	set_volume(x, v);
	tell(x, v);
	return true;
}

static void after_end(struct gunning *x, uint32_t w)
{
	struct toeval *t = &x->t;
	bool kort = toeval_kans(t, verkort[x->e->reden].kans),
	     sluit = toeval_kans(t, x->g->sluit_na_stop);
	day d = x->e->eind + (day)(toeval_tussen(t, -10, 30) * x->g->traag);
	int wacht = toeval_tussen(t, 2, 25), ruim = toeval_tussen(t, 5, 40);
	const struct versie *nu = toewijzing_stand(x->r, w, NOOIT);

	if (x->e->eind > x->r->o.until)
		return;
	if (kort && lasts_beyond(nu, x->e->eind)) {
		shorten(x, w, kantoor(x->r, t, d), x->e->eind, verkort[x->e->reden].reden);
		return;
	}
	if (extend_blindly(x, w) || x->stop->geldig == NOOIT)
		return;
	if (sluit && lasts_beyond(nu, x->e->eind + ruim))
		shorten(x, w, kantoor(x->r, t, dag_van(x->stop->geldig) + wacht), x->e->eind, "14");
}

static void withdraw_ghost(struct gunning *x, uint32_t w)
{
	double u = toeval_deel(&x->t);
	int na = toeval_tussen(&x->t, 20, 120);
	moment m = kantoor(x->r, &x->t, x->e->begin + na);

	if (u < 0.3)
		shorten(x, w, m, x->e->ingang, "13");
	else if (u < 0.5)
		shorten(x, w, m, dag_van(m), "14");
}

void toewijzing_stuur(struct region *r, uint32_t episode, const struct stopplan *s)
{
	struct gunning x = {
		.r = r,
		.e = &EPISODES(r)[episode],
		.t = toeval_van(r->o.seed, STROOM_TOEWIJZING, episode),
		.stop = s,
		.episode = episode,
	};
	uint32_t w;

	x.g = &r->gemeenten[x.e->gemeente];
	if (x.e->taakgericht)
		return;
	w = grant(&x);
	if (w == GEEN || dag_van(x.e->toegewezen) > r->o.until) {
		x.e->toegewezen = NOOIT;
		return;
	}
	if (x.e->spook) {
		withdraw_ghost(&x, w);
		return;
	}
	for (size_t i = 1; i < x.e->n_plan && w != GEEN; i++)
		w = extend(&x, w, i);
	if (w != GEEN)
		after_end(&x, w);
}
