/*
 * Lines of care, a month at a time, gathered by aanbieder and gemeente.
 *
 * Whether care was given in a month is part of the truth; when it is declared
 * is the aanbieder's habit.  What cannot be declared yet (no allocation for
 * that month, a delivery left out, months of silence) waits, and comes with a
 * later declaration: each episode remembers the months that wait, one bit for
 * each, the latest month first.
 */
#include "region/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define BEDRAG_MAX 99999999

/* The declarations of one aanbieder to one gemeente. */
struct bundel {
	struct region *r;
	struct aanbieder *a;
	const struct gemeente *g;
	uint32_t aanbieder, gemeente;
	uint32_t *episodes;
	size_t n;
	struct toeval t;
	struct declaratie *d; /* being filled; NULL between two */
	moment m;
};

/* ---- whether there was care ---- */

static int overlap(day a, day b, day c, day d)
{
	day van = a > c ? a : c, tot = b < d ? b : d;

	return tot >= van ? tot - van + 1 : 0;
}

static double holiday(const struct episode *e, int maand)
{
	if (MET_VERBLIJF(e->hulpvorm) || plan_vorm(e)->abonnement)
		return 1;
	return maand == 7 ? 0.9 : maand == 8 ? 0.68 : maand == 12 ? 0.96 : 1;
}

/* A month of which only some days count gives less chance of care in it. */
static double part(int dagen)
{
	return dagen < 4 ? 0.4 : dagen < 11 ? 0.8 : 1;
}

bool zorg_in_maand(const struct region *r, const struct episode *e, day maand)
{
	struct toeval t =
		toeval_van(r->o.seed, STROOM_ZORG,
			   ((uint64_t)(e - EPISODES(r)) << 20) + (uint64_t)(uint32_t)maand);
	day laatste = day_month_last(maand);
	int dagen = overlap(e->begin, e->eind, maand, laatste), y, m, d;
	int rust =
		e->pauze_van == DAY_NONE ? 0 : overlap(e->pauze_van, e->pauze_tot, maand, laatste);
	double p = plan_vorm(e)->abonnement ? 0.995 : e->drukte;

	day_split(maand, &y, &m, &d);
	if (dagen - rust <= 0)
		return false;
	if (e->eind - laatste < 45 && !MET_VERBLIJF(e->hulpvorm))
		p *= 0.93; /* towards the end there is less of it */
	return toeval_kans(&t, p * holiday(e, m) * part(dagen - rust));
}

/* Lines for months after the end: of the last subscription, of the wrong child. */
static day lines_beyond(const struct region *r, const struct episode *e)
{
	struct toeval t = toeval_van(r->o.seed, STROOM_REGEL, (uint64_t)(e - EPISODES(r)));
	double factor = (plan_vorm(e)->abonnement ? 3 : 1) * (e->gestopt == NOOIT ? 2.5 : 0.8);
	bool speelt = toeval_kans(&t, knop(r, REGEL_NA_EINDE) * factor);
	int maanden = toeval_tussen(&t, 1, 3);

	if (!speelt || plan_vorm(e)->traject || e->eind > r->o.until)
		return DAY_NONE;
	return day_add_months(day_month_first(e->eind), maanden);
}

static bool to_declare(const struct region *r, const struct episode *e, day maand)
{
	if (plan_vorm(e)->traject) /* paid at the end, in one line */
		return e->eind >= maand && e->eind <= day_month_last(maand);
	if (e->na_einde_tot != DAY_NONE && maand > e->eind && maand <= e->na_einde_tot)
		return true;
	return zorg_in_maand(r, e, maand);
}

/* ---- one line ---- */

/* The allocation, as known at m, under which most of the month falls. */
static uint32_t allocation_for(const struct region *r, const struct episode *e, day maand, moment m,
			       day *tot)
{
	uint32_t beste = GEEN;
	int meeste = 0;

	for (uint32_t i = 0; i < e->n_toewijzingen; i++) {
		uint32_t w = e->eerste_toewijzing + i;
		const struct versie *v = toewijzing_stand(r, w, m);
		day eind = v == NULL || v->eind == DAY_NONE ? maand + 40 : v->eind;
		int dagen = v == NULL || strcmp(v->reden, "13") == 0
				    ? 0
				    : overlap(TOEWIJZINGEN(r)[w].ingang, eind, maand,
					      day_month_last(maand));

		if (dagen <= meeste)
			continue;
		meeste = dagen;
		beste = w;
		*tot = eind;
	}
	return beste;
}

static int whole(double x)
{
	return x < 1 ? 1 : (int)x;
}

/* Volume in the unit of the allocation; 0 when nothing is left of a total. */
static int volume(const struct bundel *x, const struct episode *e, const struct toewijzing *w,
		  const struct regel *g, struct toeval *t)
{
	const struct vorm *v = plan_vorm(e);
	const struct versie *nu = toewijzing_stand(x->r, (uint32_t)(w - TOEWIJZINGEN(x->r)), x->m);
	int dagen = g->eind - g->begin + 1, zorg = overlap(e->begin, e->eind, g->begin, g->eind);
	double maat = streek_paar(x->r, e)->bezetting * (0.6 + 0.4 * toeval_deel(t));
	int64_t rest = nu->volume - w->gedeclareerd;
	double per =
		(double)nu->volume / (1 + (nu->eind == DAY_NONE ? 360 : nu->eind - w->ingang) / 30);

	if (v->traject)
		return rest > 0 ? (int)rest : 0;
	if (v->abonnement)
		return 1;
	if (strcmp(v->eenheid, "14") == 0)
		return zorg > 0 ? zorg : 1;
	if (v->frequentie[0] == '2')
		return whole(nu->volume * (dagen / 7.0) * maat);
	if (v->frequentie[0] == '6') {
		int deel = whole(per * (0.7 + 0.6 * toeval_deel(t)));

		return rest < deel ? (rest > 0 ? (int)rest : 0) : deel;
	}
	if (v->budget) {
		int deel = whole(per * maat / w->tarief);

		return rest / w->tarief < deel ? (int)(rest / w->tarief) : deel;
	}
	return whole(nu->volume * maat);
}

static void set_amount(const struct bundel *x, const struct episode *e, const struct toewijzing *w,
		       struct regel *g)
{
	const struct vorm *v = plan_vorm(e);
	bool uren = strcmp(v->eenheid, "04") == 0;

	if (v->traject) {
		g->bedrag = g->volume;
		return;
	}
	g->tarief = w->tarief;
	g->minuten = uren && x->a->minuten;
	if (g->minuten) {
		g->volume *= 60;
		g->tarief = (g->tarief + 30) / 60;
	}
	g->bedrag = (int64_t)g->volume * g->tarief;
}

static struct declaratie *open_declaration(struct bundel *x, day maand)
{
	struct declaratie *d = x->d;

	if (d != NULL)
		return d;
	d = rij_plus(x->r, &x->r->declaraties);
	if (d == NULL)
		return NULL;
	d->gemeente = x->gemeente;
	d->aanbieder = x->aanbieder;
	d->maand = maand;
	d->dag = dag_van(x->m);
	d->nummer = (uint32_t)x->r->declaraties.n;
	d->eerste = (uint32_t)x->r->regels.n;
	d->beantwoord = x->g->antwoordt;
	x->d = d;
	return d;
}

static struct regel *add_line(struct bundel *x, day maand, const struct regel *g)
{
	struct declaratie *d = open_declaration(x, maand);
	struct regel *row = d == NULL ? NULL : rij_plus(x->r, &x->r->regels);

	if (row == NULL)
		return NULL;
	*row = *g;
	row->nr = ++x->a->regels;
	d->n++;
	return row;
}

/* A line for one month; false when it has to wait. */
static bool declare_month(struct bundel *x, struct episode *e, day maand, day periode)
{
	uint32_t id = (uint32_t)(e - EPISODES(x->r)), w;
	struct toeval t =
		toeval_van(x->r->o.seed, STROOM_DECLARATIE,
			   ((uint64_t)id << 20) + (uint64_t)(uint32_t)(maand + x->m / 86400));
	struct regel g = {.episode = id}, *row;
	struct toewijzing *rij;
	bool fout = toeval_kans(&t, x->g->antwoordt ? knop(x->r, REGEL_AFGEKEURD) : 0);
	bool opnieuw = toeval_kans(&t, 0.75);
	day tot = DAY_NONE;

	w = allocation_for(x->r, e, maand, x->m, &tot);
	if (w == GEEN)
		return false;
	rij = &TOEWIJZINGEN(x->r)[w];
	g.toewijzing = w;
	g.begin = rij->ingang > maand ? rij->ingang : maand;
	g.eind = tot < day_month_last(maand) ? tot : day_month_last(maand);
	if (g.eind > dag_van(x->m))
		return false; /* not before its last day */
	g.volume = volume(x, e, rij, &g, &t);
	if (g.volume == 0)
		return true; /* nothing left to declare it on */
	set_amount(x, e, rij, &g);
	if (g.bedrag > BEDRAG_MAX)
		return true;
	g.afgewezen = fout;
	row = add_line(x, periode, &g);
	if (row == NULL)
		return true;
	if (fout)
		return !opnieuw;
	rij->gedeclareerd += plan_vorm(e)->budget ? g.bedrag : g.minuten ? g.volume / 60 : g.volume;
	e->laatste_regel = (uint32_t)x->r->regels.n - 1;
	return true;
}

/* A line that was wrong comes back as credit and, mostly, as a new debit line. */
static void correct(struct bundel *x, struct episode *e, day periode)
{
	struct regel c;
	bool speelt = toeval_kans(&x->t, knop(x->r, CORRECTIE)),
	     ook_nieuw = toeval_kans(&x->t, 0.8);

	if (e->laatste_regel == GEEN)
		return;
	c = REGELS(x->r)[e->laatste_regel];
	e->laatste_regel = GEEN;
	if (!speelt || !x->g->antwoordt || plan_vorm(e)->traject || c.volume < 1)
		return;
	c.vorig = c.nr;
	if (add_line(x, periode, &c) == NULL)
		return;
	c.vorig = 0;
	c.volume = c.volume > 1 ? c.volume - 1 : 1;
	c.bedrag = (int64_t)c.volume * c.tarief;
	if (ook_nieuw)
		(void)add_line(x, periode, &c);
}

static void declare_episode(struct bundel *x, struct episode *e, day periode)
{
	correct(x, e, periode);
	for (int i = PENDEND_MAX; i >= 0; i--) {
		day maand = day_add_months(periode, -i);

		if ((e->pendend >> i & 1) != 0 && declare_month(x, e, maand, periode))
			e->pendend &= ~(1u << i);
	}
}

/* ---- one month ---- */

static void note_month(struct bundel *x, day maand, bool nooit)
{
	for (size_t i = 0; i < x->n; i++) {
		struct episode *e = &EPISODES(x->r)[x->episodes[i]];

		e->pendend = (e->pendend << 1) & ((2u << PENDEND_MAX) - 1);
		if (!nooit && e->begin <= day_month_last(maand) && to_declare(x->r, e, maand))
			e->pendend |= 1;
	}
}

static bool silent(const struct bundel *x, day d)
{
	const struct aanbieder *a = x->a;

	return (a->storing_van != DAY_NONE && d >= a->storing_van && d <= a->storing_tot) ||
	       (a->sluit != DAY_NONE && d > a->sluit + 150);
}

static void send_declaration(struct bundel *x)
{
	struct bericht b = {
		.soort = JW323,
		.moment = x->m,
		.declaratie = (uint32_t)x->r->declaraties.n - 1,
		.episode = GEEN,
		.toewijzing = GEEN,
		.versie = GEEN,
		.op = GEEN,
	};

	for (uint32_t i = x->d->eerste; i < x->d->eerste + x->d->n; i++)
		x->d->afgewezen = x->d->afgewezen || REGELS(x->r)[i].afgewezen;
	x->d = NULL;
	(void)zend(x->r, &b);
}

static void do_month(struct bundel *x, day maand)
{
	bool over = toeval_kans(&x->t, knop(x->r, LEVERING_OVERGESLAGEN));
	bool nooit = toeval_kans(&x->t, knop(x->r, LEVERING_NOOIT));
	int schuif = toeval_tussen(&x->t, 0, 4), y, m, d;

	day_split(maand, &y, &m, &d);
	note_month(x, maand, over && nooit);
	x->m = kantoor(x->r, &x->t, day_month_last(maand) + x->a->declareert_na + schuif);
	if (over || (x->a->declareert_per == 3 && m % 3 != 0) || silent(x, dag_van(x->m)) ||
	    dag_van(x->m) > x->r->o.until)
		return;
	for (size_t i = 0; i < x->n; i++)
		declare_episode(x, &EPISODES(x->r)[x->episodes[i]], maand);
	if (x->d != NULL)
		send_declaration(x);
}

/* ---- all of them ---- */

static bool has_lines(const struct episode *e)
{
	return !e->taakgericht && !e->spook && e->toegewezen != NOOIT;
}

static size_t pair_of(const struct region *r, size_t episode)
{
	const struct episode *e = &EPISODES(r)[episode];

	return (size_t)e->aanbieder * r->o.gemeenten + e->gemeente;
}

/* The episodes in the order of their pair; those of pair p come to stand from begin[p] up to
 * begin[p + 1]. */
static uint32_t *by_pair(struct region *r, size_t *begin, size_t n_paren)
{
	uint32_t *lijst = malloc((r->episodes.n + 1) * sizeof *lijst);

	for (size_t i = 0; i < r->n_trajecten; i++)
		if (has_lines(&EPISODES(r)[i]))
			begin[pair_of(r, i)]++;
	for (size_t i = 0; i < n_paren; i++)
		begin[i + 1] += begin[i];
	for (size_t i = r->n_trajecten; lijst != NULL && i-- > 0;)
		if (has_lines(&EPISODES(r)[i])) /* each count goes down to where its pair begins */
			lijst[--begin[pair_of(r, i)]] = (uint32_t)i;
	return lijst;
}

static void run_pair(struct region *r, size_t p, uint32_t *episodes, size_t n)
{
	struct bundel x = {
		.r = r,
		.aanbieder = (uint32_t)(p / r->o.gemeenten),
		.gemeente = (uint32_t)(p % r->o.gemeenten),
		.episodes = episodes,
		.n = n,
		.t = toeval_van(r->o.seed, STROOM_DECLARATIE, (UINT64_C(1) << 60) + p),
	};

	x.a = &r->aanbieders[x.aanbieder];
	x.g = &r->gemeenten[x.gemeente];
	if (n == 0)
		return;
	for (day maand = day_month_first(r->o.from); maand <= r->o.until && r->mislukt == 0;
	     maand = day_add_months(maand, 1))
		do_month(&x, maand);
}

void declaratie_stuur(struct region *r)
{
	size_t n = (size_t)r->n_aanbieders * r->o.gemeenten;
	size_t *begin = calloc(n + 1, sizeof *begin);
	uint32_t *lijst = begin == NULL ? NULL : by_pair(r, begin, n);

	if (lijst == NULL)
		r->mislukt = -ENOMEM;
	for (size_t i = 0; i < r->n_trajecten; i++) {
		EPISODES(r)[i].laatste_regel = GEEN;
		EPISODES(r)[i].na_einde_tot = lines_beyond(r, &EPISODES(r)[i]);
	}
	for (size_t p = 0; p < n && r->mislukt == 0; p++)
		run_pair(r, p, lijst + begin[p], begin[p + 1] - begin[p]);
	free(lijst);
	free(begin);
}
