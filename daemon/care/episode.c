/*
 * From rows to episodes in three steps: what each number says by itself (a
 * spoor, with the runs of its starts and stops), which runs belong to one
 * episode, and which lines fall in it.
 */
#include "care/episode.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "care/hulpvorm.h"

#include "base/banned.h"

#define AANSLUITING 62 /* days between two allocations that may still be one episode */
#define RUIM 14	       /* days by which a stop may be off and still be of the old number alone */
#define DIRECT 3 /* days between a stop and a start that is the same care under a new number */

const short lijn_stappen[LIJN_STAPPEN] = {5, 10, 15, 20, 30, 45, 60, 90, 120, 180};

/* From a start until its stop, under one number. */
struct loop {
	day begin, begin_sinds;
	bool gestart;
	day eind, eind_sinds;
	const char *reden;
	day tijdelijk, afgekeurd, nieuwe_start, stop_ingetrokken;
	int hervat; /* days that the last temporary stop took, -1: none was resolved */
	bool hervat_eind;
	const char *code;
};

/* What one number says. */
struct spoor {
	int64_t nummer;
	const char *categorie, *code;
	const struct reg_toewijzing *huidig; /* NULL: never seen */
	day ingang;
	day sinds; /* its first version was received on */
	struct grens grenzen[EPISODE_GRENZEN];
	unsigned n_grenzen;
	struct loop *loops;
	size_t n_loops;
	size_t van, tot; /* its lines */
};

struct bouw {
	const struct reg_dossier *d;
	const struct hulpvormen *hulpvormen;
	struct arena arena;
	const struct reg_toewijzing **toewijzingen; /* in force, by number and moment */
	const struct reg_levering **leveringen;	    /* by number, then by what they say happened */
	const struct reg_periode **perioden;	    /* by number and begin */
	size_t n_toewijzingen, n_leveringen, n_perioden;
	struct spoor *sporen;
	size_t n_sporen;
	struct episoden *ret;
	size_t eerste; /* of this dossier in ret */
};

/*
 * Asked millions of times a run, so not by way of day_split: the civil calendar
 * from 0000-03-01 on is days_before(year) and a month's offset in it.
 */
day maand_eerste(maand m)
{
	static const short voor[12] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
	int y = m / 12 - (m % 12 < 2);

	return 365 * y + y / 4 - y / 100 + y / 400 + voor[m % 12] - 719468;
}

maand maand_van(day d)
{
	maand m = (maand)((int64_t)(d + 719528) * 4800 / 146097); /* at most one off */

	while (maand_eerste(m) > d)
		m--;
	while (maand_eerste(m + 1) <= d)
		m++;
	return m;
}

day maand_laatste(maand m)
{
	return maand_eerste(m + 1) - 1;
}

bool episode_regel(const struct episode *e, maand m)
{
	int n = e->laatste - m;

	return e->laatste != INT32_MIN && n >= 0 && n < EPISODE_MAANDEN &&
	       (e->maanden[n / 64] >> (n % 64) & 1) != 0;
}

/* ---- rows in order ---- */

static int compare(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_moment(const void *x, const void *y)
{
	const struct reg_toewijzing *a = *(const struct reg_toewijzing *const *)x,
				    *b = *(const struct reg_toewijzing *const *)y;
	int r = compare(a->nummer, b->nummer);

	if (r == 0)
		r = compare(a->moment, b->moment);
	return r != 0 ? r : compare(a->bericht, b->bericht);
}

/*
 * The day on which a start or stop says that something happened.  On one day
 * what ran stops before something starts; care of a single day starts first.
 */
static int64_t happened(const struct reg_levering *l)
{
	if (l->soort == LEVERING_START)
		return (int64_t)l->begin * 4 + 1;
	return (int64_t)l->eind * 4 + (l->begin == l->eind ? 2 : 0);
}

static int by_happening(const void *x, const void *y)
{
	const struct reg_levering *a = *(const struct reg_levering *const *)x,
				  *b = *(const struct reg_levering *const *)y;
	int r = compare(a->nummer, b->nummer);

	if (r == 0 && a->nummer == ABSENT) {
		r = strcmp(a->categorie, b->categorie);
		if (r == 0)
			r = strcmp(a->code, b->code);
	}
	if (r == 0)
		r = compare(happened(a), happened(b));
	return r != 0 ? r : compare(a->bericht, b->bericht);
}

static int by_begin(const void *x, const void *y)
{
	const struct reg_periode *a = *(const struct reg_periode *const *)x,
				 *b = *(const struct reg_periode *const *)y;
	int r = compare(a->nummer, b->nummer);

	return r != 0 ? r : compare(a->begin, b->begin);
}

static bool put_in_order(struct bouw *b)
{
	const struct reg_dossier *d = b->d;

	b->toewijzingen = arena_alloc(&b->arena, (d->n_toewijzingen + 1) * sizeof *b->toewijzingen);
	b->leveringen = arena_alloc(&b->arena, (d->n_leveringen + 1) * sizeof *b->leveringen);
	b->perioden = arena_alloc(&b->arena, (d->n_perioden + 1) * sizeof *b->perioden);
	b->sporen = arena_alloc(&b->arena, (d->n_toewijzingen + d->n_leveringen + d->n_perioden +
					    1) * sizeof *b->sporen);
	if (b->toewijzingen == NULL || b->leveringen == NULL || b->perioden == NULL ||
	    b->sporen == NULL)
		return false;
	for (size_t i = 0; i < d->n_toewijzingen; i++)
		if (!d->toewijzingen[i].herroepen)
			b->toewijzingen[b->n_toewijzingen++] = &d->toewijzingen[i];
	for (size_t i = 0; i < d->n_leveringen; i++)
		b->leveringen[b->n_leveringen++] = &d->leveringen[i];
	for (size_t i = 0; i < d->n_perioden; i++)
		if (!d->perioden[i].credit && d->perioden[i].begin != DAY_NONE)
			b->perioden[b->n_perioden++] = &d->perioden[i];
	qsort(b->toewijzingen, b->n_toewijzingen, sizeof *b->toewijzingen, by_moment);
	qsort(b->leveringen, b->n_leveringen, sizeof *b->leveringen, by_happening);
	qsort(b->perioden, b->n_perioden, sizeof *b->perioden, by_begin);
	return true;
}

/* ---- limits ---- */

static struct grens *push_grens(struct grens *list, unsigned *n, const struct grens *g)
{
	if (*n == EPISODE_GRENZEN) {
		memmove(list, list + 1, (EPISODE_GRENZEN - 1) * sizeof *list);
		(*n)--;
	}
	list[*n] = *g;
	return &list[(*n)++];
}

/* The limits that the versions of one number set, one after another. */
static void read_versions(struct bouw *b, struct spoor *s, size_t van, size_t tot)
{
	for (size_t i = van; i < tot; i++) {
		const struct reg_toewijzing *v = b->toewijzingen[i];
		struct grens *last = s->n_grenzen > 0 ? &s->grenzen[s->n_grenzen - 1] : NULL;
		bool open = last == NULL || last->verlengd != DAY_NONE;

		if (i == van) {
			s->sinds = v->ontvangen;
			s->ingang = v->ingang;
			open = v->eind == DAY_NONE;
			if (!open)
				(void)push_grens(
					s->grenzen, &s->n_grenzen,
					&(struct grens){v->eind, v->ontvangen, DAY_NONE, false});
			continue;
		}
		if (v->eind != DAY_NONE && (open || v->eind < last->eind)) {
			if (!open)
				s->n_grenzen--; /* the later end never came */
			(void)push_grens(s->grenzen, &s->n_grenzen,
					 &(struct grens){v->eind, v->ontvangen, DAY_NONE, true});
		} else if (!open && (v->eind == DAY_NONE || v->eind > last->eind)) {
			last->verlengd = v->ontvangen;
			if (v->eind != DAY_NONE)
				(void)push_grens(
					s->grenzen, &s->n_grenzen,
					&(struct grens){v->eind, v->ontvangen, DAY_NONE, false});
		}
	}
	s->huidig = b->toewijzingen[tot - 1];
}

/* ---- runs ---- */

/* The run that a stop is about: of that begin, or the latest that began before the end. */
static struct loop *loop_of(struct spoor *s, const struct reg_levering *stop)
{
	struct loop *best = NULL;

	for (size_t i = 0; i < s->n_loops; i++) {
		if (s->loops[i].begin == stop->begin)
			return &s->loops[i];
		if (s->loops[i].begin <= stop->eind)
			best = &s->loops[i];
	}
	return best;
}

static struct loop new_loop(day begin, day sinds, bool gestart)
{
	return (struct loop){
		.begin = begin,
		.begin_sinds = sinds,
		.gestart = gestart,
		.eind = DAY_NONE,
		.eind_sinds = DAY_NONE,
		.reden = "",
		.tijdelijk = DAY_NONE,
		.afgekeurd = DAY_NONE,
		.nieuwe_start = DAY_NONE,
		.stop_ingetrokken = DAY_NONE,
		.hervat = -1,
		.code = "",
	};
}

static void begin_loop(struct spoor *s, const struct reg_levering *start)
{
	struct loop *last = s->n_loops > 0 ? &s->loops[s->n_loops - 1] : NULL;

	if (start->herroepen_op != DAY_NONE) {
		if (last != NULL && start->begin > last->begin && last->eind == DAY_NONE)
			last->nieuwe_start = start->begin;
		return;
	}
	if (last != NULL && last->tijdelijk != DAY_NONE && last->eind == DAY_NONE) {
		last->hervat = start->ontvangen - last->tijdelijk;
		last->hervat_eind = false;
		last->tijdelijk = DAY_NONE; /* resumed */
		return;
	}
	if (last != NULL && last->eind == DAY_NONE) {
		if (start->begin == last->begin)
			return; /* said twice */
		last->nieuwe_start = start->begin;
	}
	s->loops[s->n_loops++] = new_loop(start->begin, start->ontvangen, true);
}

static void end_loop(struct spoor *s, const struct reg_levering *stop)
{
	struct loop *l = loop_of(s, stop);

	if (l == NULL)
		return;
	if (stop->verwijderd_door != 0) {
		l->stop_ingetrokken = stop->verwijderd_op;
	} else if (stop->herroepen_op != DAY_NONE) {
		if (strcmp(stop->reden, "20") != 0) {
			l->afgekeurd = stop->eind;
			l->code = stop->retourcode;
		}
	} else if (strcmp(stop->reden, "20") == 0) {
		if (l->eind == DAY_NONE)
			l->tijdelijk = stop->eind;
	} else {
		if (l->tijdelijk != DAY_NONE) {
			l->hervat = stop->ontvangen - l->tijdelijk;
			l->hervat_eind = stop->eind <= l->tijdelijk + 7;
		}
		l->eind = stop->eind;
		l->eind_sinds = stop->ontvangen;
		l->reden = stop->reden;
		l->tijdelijk = DAY_NONE;
	}
}

static bool read_steps(struct bouw *b, struct spoor *s, size_t van, size_t tot)
{
	s->loops = arena_alloc(&b->arena, (tot - van + 1) * sizeof *s->loops);
	if (s->loops == NULL)
		return false;
	for (size_t i = van; i < tot; i++) {
		const struct reg_levering *l = b->leveringen[i];

		if (s->code == NULL) {
			s->categorie = l->categorie;
			s->code = l->code;
		}
		if (l->soort == LEVERING_START && l->verwijderd_door == 0 && l->begin != DAY_NONE)
			begin_loop(s, l);
		else if (l->soort == LEVERING_STOP && l->eind != DAY_NONE)
			end_loop(s, l);
	}
	return true;
}

/* A number that was declared on without a start: what stands in for it. */
static void derive_loop(struct bouw *b, struct spoor *s)
{
	const struct reg_periode *eerste = b->perioden[s->van];
	day begin = s->huidig != NULL && s->ingang != DAY_NONE && s->ingang > eerste->begin
			    ? s->ingang
			    : eerste->begin;

	s->loops[s->n_loops++] = new_loop(begin, eerste->ontvangen, false);
}

static bool same_work(const struct reg_levering *a, const struct reg_levering *b)
{
	return a->nummer == b->nummer &&
	       (a->nummer != ABSENT ||
		(strcmp(a->categorie, b->categorie) == 0 && strcmp(a->code, b->code) == 0));
}

static struct spoor *spoor_of(struct bouw *b, int64_t nummer)
{
	for (size_t i = 0; i < b->n_sporen && nummer != ABSENT; i++)
		if (b->sporen[i].nummer == nummer)
			return &b->sporen[i];
	b->sporen[b->n_sporen] =
		(struct spoor){.nummer = nummer, .ingang = DAY_NONE, .sinds = DAY_NONE};
	return &b->sporen[b->n_sporen++];
}

static bool read_sporen(struct bouw *b)
{
	size_t tot;

	for (size_t i = 0; i < b->n_toewijzingen; i = tot) {
		struct spoor *s = spoor_of(b, b->toewijzingen[i]->nummer);

		for (tot = i; tot < b->n_toewijzingen && b->toewijzingen[tot]->nummer == s->nummer;)
			tot++;
		read_versions(b, s, i, tot);
		s->categorie = s->huidig->product.categorie;
		s->code = s->huidig->product.code;
	}
	for (size_t i = 0; i < b->n_perioden; i = tot) {
		struct spoor *s = spoor_of(b, b->perioden[i]->nummer);

		for (tot = i; tot < b->n_perioden && b->perioden[tot]->nummer == s->nummer;)
			tot++;
		s->van = i;
		s->tot = tot;
	}
	for (size_t i = 0; i < b->n_leveringen; i = tot) {
		struct spoor *s = spoor_of(b, b->leveringen[i]->nummer);

		for (tot = i;
		     tot < b->n_leveringen && same_work(b->leveringen[i], b->leveringen[tot]);)
			tot++;
		if (!read_steps(b, s, i, tot))
			return false;
	}
	for (size_t i = 0; i < b->n_sporen; i++) {
		struct spoor *s = &b->sporen[i];

		if (s->loops == NULL &&
		    (s->loops = arena_alloc(&b->arena, sizeof *s->loops)) == NULL)
			return false;
		if (s->n_loops == 0 && s->tot > s->van)
			derive_loop(b, s);
		if (s->code == NULL)
			s->categorie = s->code = "";
	}
	return true;
}

/* ---- which runs are one episode ---- */

static void set_text(char *to, size_t room, const char *from)
{
	size_t n = strnlen(from, room - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

static struct episode *new_episode(struct bouw *b, const struct spoor *s, const struct loop *l)
{
	struct episoden *all = b->ret;
	struct hulpvorm h = hulpvorm_van(b->hulpvormen, b->d->paar.gemeente, s->categorie, s->code);
	struct episode *e, *bigger;

	if (all->n == all->room) {
		bigger = realloc(all->list, (all->room * 2 + 64) * sizeof *bigger);
		if (bigger == NULL)
			return NULL;
		all->list = bigger;
		all->room = all->room * 2 + 64;
	}
	e = &all->list[all->n++];
	memset(e, 0, sizeof *e);
	e->dossier = b->d->id;
	memcpy(e->client, b->d->paar.client, sizeof e->client);
	set_text(e->gemeente, sizeof e->gemeente, b->d->paar.gemeente);
	set_text(e->aanbieder, sizeof e->aanbieder, b->d->paar.aanbieder);
	set_text(e->categorie, sizeof e->categorie, s->categorie);
	set_text(e->code, sizeof e->code, s->code);
	set_text(e->geslacht, sizeof e->geslacht, b->d->geslacht);
	e->geboren = b->d->geboren;
	e->achttien = e->geboren == DAY_NONE ? DAY_NONE : day_add_years(e->geboren, 18);
	e->hulpvorm = h.code;
	e->jeugdhulp = h.jeugdhulp;
	e->crisis = h.crisis;
	e->vorm_standaard = h.bron == HULPVORM_STANDAARD;
	e->taakgericht = s->nummer == ABSENT;
	e->begin = l->begin;
	e->begin_sinds = l->begin_sinds;
	e->gestart = l->gestart;
	e->open_eind = !e->taakgericht;
	e->eind = e->eind_sinds = e->tijdelijk = e->afgekeurd = DAY_NONE;
	e->nieuwe_start = e->stop_ingetrokken = e->elders_op = DAY_NONE;
	e->laatste = INT32_MIN;
	e->laatste_dag = e->laatste_teken = e->eerste_regel = DAY_NONE;
	e->budget = ABSENT;
	e->hervat = -1;
	return e;
}

/* Its limits and product are now those of this number. */
static void take_spoor(struct episode *e, const struct spoor *s)
{
	const struct reg_toewijzing *v = s->huidig;
	struct grens *last = e->n_grenzen > 0 ? &e->grenzen[e->n_grenzen - 1] : NULL;

	if (v == NULL)
		return;
	if (last != NULL && last->verlengd == DAY_NONE)
		last->verlengd = s->sinds;
	for (unsigned i = 0; i < s->n_grenzen; i++)
		(void)push_grens(e->grenzen, &e->n_grenzen, &s->grenzen[i]);
	e->open_eind = v->eind == DAY_NONE;
	e->verwijderd = strcmp(v->reden, "13") == 0;
	set_text(e->wijziging, sizeof e->wijziging, v->reden);
	if (e->verwijzer[0] == '\0' && v->verwijzer != NULL)
		set_text(e->verwijzer, sizeof e->verwijzer, v->verwijzer);
	e->totaal = strcmp(v->product.frequentie, "6") == 0 || v->product.budget != ABSENT;
	if (v->product.budget != ABSENT)
		e->budget = v->product.budget + (e->budget != ABSENT ? e->budget : 0);
}

static void push_deel(struct episode *e, const struct spoor *s, const struct loop *l)
{
	struct deel *d;

	if (e->n_delen == EPISODE_DELEN) {
		memmove(&e->delen[1], &e->delen[2], (EPISODE_DELEN - 2) * sizeof *e->delen);
		e->n_delen--;
	}
	d = &e->delen[e->n_delen++];
	*d = (struct deel){s->nummer, l->begin, l->eind, DAY_NONE, l->gestart};
	if (s->huidig != NULL)
		d->grens = s->huidig->eind;
}

static void later(day *d, day other)
{
	if (other != DAY_NONE && (*d == DAY_NONE || other > *d))
		*d = other;
}

/*
 * The stop that the old number got was for the care under the new one too: it
 * lies after the new one's begin (well after, when that has a start of its own
 * that lacks its stop), and nothing was declared since.
 */
static bool stopped_before(const struct bouw *b, const struct episode *e, const struct spoor *s,
			   const struct loop *l)
{
	return e->eind != DAY_NONE && l->eind == DAY_NONE &&
	       l->begin + (l->gestart ? RUIM : 0) <= e->eind &&
	       (s->tot == s->van || b->perioden[s->tot - 1]->begin <= e->eind + AANSLUITING);
}

static void take_loop(const struct bouw *b, struct episode *e, const struct spoor *s,
		      const struct loop *l)
{
	push_deel(e, s, l);
	if (stopped_before(b, e, s, l))
		return;
	e->eind = l->eind;
	e->eind_sinds = l->eind_sinds;
	set_text(e->reden, sizeof e->reden, l->reden);
	e->tijdelijk = l->tijdelijk;
	e->afgekeurd = l->eind == DAY_NONE ? l->afgekeurd : DAY_NONE;
	set_text(e->afkeurcode, sizeof e->afkeurcode, l->code);
	e->nieuwe_start = l->eind == DAY_NONE ? l->nieuwe_start : DAY_NONE;
	e->stop_ingetrokken = l->eind == DAY_NONE ? l->stop_ingetrokken : DAY_NONE;
	later(&e->laatste_teken, l->begin);
	later(&e->laatste_teken, l->tijdelijk);
	if (l->hervat >= 0) {
		e->hervat = (short)(l->hervat > 1000 ? 1000 : l->hervat);
		e->hervat_eind = l->hervat_eind;
	}
}

static bool same_number(const struct episode *e, int64_t nummer)
{
	for (unsigned i = 0; i < e->n_delen; i++)
		if (e->delen[i].nummer == nummer)
			return true;
	return false;
}

/* Does this number continue that episode, and how well does it fit (days between; -1: it does not)?
 */
static int fit(const struct episode *e, const struct spoor *s, day begin)
{
	const struct grens *g = e->n_grenzen > 0 ? &e->grenzen[e->n_grenzen - 1] : NULL;
	day ingang = s->ingang != DAY_NONE ? s->ingang : begin;
	int between;

	if (strcmp(e->categorie, s->categorie) != 0 || e->taakgericht != (s->nummer == ABSENT) ||
	    begin <= e->begin)
		return -1;
	if (e->eind != DAY_NONE && begin > e->eind - DIRECT) {
		bool administratief = strcmp(e->reden, "36") == 0 || strcmp(e->reden, "37") == 0;

		between = begin - e->eind;
		return between <= (administratief ? 14 : DIRECT) ? abs(between) : -1;
	}
	if (same_number(e, s->nummer) || e->nieuwe_start != DAY_NONE || e->taakgericht)
		return -1;
	if (e->open_eind || g == NULL)
		return strcmp(e->code, s->code) == 0 ? AANSLUITING : -1;
	between = ingang - g->eind;
	return between >= -AANSLUITING && between <= AANSLUITING ? abs(between) : -1;
}

static struct episode *predecessor(struct bouw *b, const struct spoor *s, day begin)
{
	struct episode *best = NULL;
	int best_fit = INT32_MAX;

	for (size_t i = b->eerste; i < b->ret->n; i++) {
		struct episode *e = &b->ret->list[i];
		int f = fit(e, s, begin);

		if (f >= 0 && f < best_fit) {
			best_fit = f;
			best = e;
		}
	}
	return best;
}

/* ---- lines ---- */

static void mark(struct episode *e, maand m)
{
	int n;

	if (e->laatste == INT32_MIN)
		e->laatste = m;
	if (m > e->laatste) {
		n = m - e->laatste;
		for (; n >= 64; n -= 64) {
			e->maanden[1] = e->maanden[0];
			e->maanden[0] = 0;
		}
		if (n > 0) {
			e->maanden[1] = e->maanden[1] << n | e->maanden[0] >> (64 - n);
			e->maanden[0] <<= n;
		}
		e->laatste = m;
	}
	n = e->laatste - m;
	if (n < EPISODE_MAANDEN)
		e->maanden[n / 64] |= (uint64_t)1 << (n % 64);
}

/* Its line came so many days after the month; and was the month beyond what was allocated then? */
static void count_line(struct episode *e, maand m, day ontvangen)
{
	int lag = ontvangen - maand_laatste(m), n = 0;

	while (n < LIJN_STAPPEN && lag > lijn_stappen[n])
		n++;
	if (e->lijn[n] < UCHAR_MAX)
		e->lijn[n]++;
	for (unsigned i = 0; i < e->n_grenzen; i++) {
		const struct grens *g = &e->grenzen[i];

		if (m > maand_van(g->eind) &&
		    (g->verlengd == DAY_NONE || ontvangen < g->verlengd) && e->na_grens < UCHAR_MAX)
			e->na_grens++;
	}
}

static void take_line(struct episode *e, const struct reg_periode *p)
{
	day eind = p->eind != DAY_NONE && p->eind >= p->begin ? p->eind : p->begin;
	maand van = maand_van(p->begin), tot = maand_van(eind);

	if (tot - van >= EPISODE_MAANDEN)
		van = tot - EPISODE_MAANDEN + 1;
	for (maand m = van; m <= tot; m++)
		mark(e, m);
	count_line(e, tot, p->ontvangen);
	later(&e->laatste_dag, eind);
	if (e->eerste_regel == DAY_NONE || p->ontvangen < e->eerste_regel)
		e->eerste_regel = p->ontvangen;
	if (p->stand != PRESTATIE_AFGEWEZEN)
		e->bedrag += p->bedrag;
}

/* The lines of a number go to the run in which they fall. */
static void take_lines(struct bouw *b, const struct spoor *s, size_t loop, size_t at)
{
	struct episode *e = &b->ret->list[at];
	day van = loop > 0 ? day_month_first(s->loops[loop].begin) : DAY_NONE;
	day tot = loop + 1 < s->n_loops ? day_month_first(s->loops[loop + 1].begin) : INT32_MAX;

	for (size_t i = s->van; i < s->tot; i++)
		if (b->perioden[i]->begin >= van && b->perioden[i]->begin < tot)
			take_line(e, b->perioden[i]);
}

/* ---- the whole ---- */

static int by_first_day(const void *x, const void *y)
{
	const struct spoor *a = x, *b = y;
	day first_a = a->n_loops > 0 ? a->loops[0].begin : a->ingang,
	    first_b = b->n_loops > 0 ? b->loops[0].begin : b->ingang;
	int r = compare(first_a, first_b);

	return r != 0 ? r : compare(a->nummer, b->nummer);
}

static int put_spoor(struct bouw *b, const struct spoor *s)
{
	day first = s->n_loops > 0 ? s->loops[0].begin : s->ingang;
	size_t taken = 0;
	struct episode *e = first != DAY_NONE ? predecessor(b, s, first) : NULL;

	if (s->huidig != NULL && strcmp(s->huidig->reden, "13") == 0 && s->n_loops == 0)
		return 0;
	if (s->n_loops == 0) { /* allocated only: it lengthens what runs, or waits for its start */
		if (e != NULL && (e->eind == DAY_NONE || first <= e->eind))
			take_spoor(e, s);
		return 0;
	}
	for (size_t i = 0; i < s->n_loops; i++) {
		const struct loop *l = &s->loops[i];

		if (i > 0)
			e = predecessor(b, s, l->begin);
		if (e == NULL)
			e = new_episode(b, s, l);
		if (e == NULL)
			return -ENOMEM;
		if (i == 0 || (size_t)(e - b->ret->list) !=
				      taken) /* a restart of the same says nothing new */
			take_spoor(e, s);
		taken = (size_t)(e - b->ret->list);
		take_loop(b, e, s, l);
		take_lines(b, s, i, (size_t)(e - b->ret->list));
	}
	return 0;
}

int episoden_van(const struct reg_dossier *d, const struct hulpvormen *h, struct episoden *ret)
{
	struct bouw b = {
		.d = d, .hulpvormen = h, .arena = ARENA_INIT, .ret = ret, .eerste = ret->n};
	int r = put_in_order(&b) && read_sporen(&b) ? 0 : -ENOMEM;

	if (r == 0)
		qsort(b.sporen, b.n_sporen, sizeof *b.sporen, by_first_day);
	for (size_t i = 0; r == 0 && i < b.n_sporen; i++)
		r = put_spoor(&b, &b.sporen[i]);
	arena_release(&b.arena);
	return r;
}

/* ---- what dossiers tell of each other ---- */

static void elders(struct episode *e, enum elders what, day op)
{
	if (op < e->begin || (e->elders != ELDERS_NIETS && what >= e->elders))
		return;
	e->elders = what;
	e->elders_op = op;
}

/* What f tells of e. */
static void tell(struct episode *e, const struct episode *f)
{
	bool later_on = f->begin > e->begin && f->gestart;
	day life = e->laatste != INT32_MIN ? maand_eerste(e->laatste) : e->begin;

	if (strcmp(f->reden, "02") == 0 && f->eind != DAY_NONE)
		elders(e, ELDERS_OVERLEDEN, f->eind);
	else if (strcmp(f->wijziging, "02") == 0 && f->n_grenzen > 0)
		elders(e, ELDERS_OVERLEDEN, f->grenzen[f->n_grenzen - 1].eind);
	if (strcmp(f->gemeente, e->gemeente) != 0) {
		if (later_on && strcmp(f->aanbieder, e->aanbieder) == 0 &&
		    strcmp(f->categorie, e->categorie) == 0 && f->begin >= life)
			elders(e, ELDERS_GEMEENTE, f->begin - 1);
		return;
	}
	if (strcmp(f->wijziging, "07") == 0 && f->n_grenzen > 0 && !f->open_eind)
		elders(e, ELDERS_VERHUISD, f->grenzen[f->n_grenzen - 1].eind);
	else if (strcmp(f->aanbieder, e->aanbieder) != 0 && later_on &&
		 f->hulpvorm == e->hulpvorm && f->begin >= life)
		elders(e, ELDERS_AANBIEDER, f->begin - 1);
}

void episoden_verbind(struct episode *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		list[i].elders = ELDERS_NIETS;
		list[i].elders_op = DAY_NONE;
		for (size_t k = 0; k < n; k++)
			if (k != i)
				tell(&list[i], &list[k]);
	}
}

static int by_client(const void *x, const void *y)
{
	const struct episode *a = x, *b = y;
	int r = memcmp(a->client, b->client, sizeof a->client);

	if (r == 0)
		r = compare(a->begin, b->begin);
	if (r == 0)
		r = compare(a->dossier, b->dossier);
	return r != 0 ? r : compare(a->delen[0].nummer, b->delen[0].nummer);
}

void episoden_verbind_alle(struct episoden *e)
{
	size_t tot;

	if (e->n > 0)
		qsort(e->list, e->n, sizeof *e->list, by_client);
	for (size_t i = 0; i < e->n; i = tot) {
		for (tot = i; tot < e->n &&
			      memcmp(e->list[i].client, e->list[tot].client, CLIENT_BYTES) == 0;)
			tot++;
		episoden_verbind(&e->list[i], tot - i);
	}
}

void episoden_free(struct episoden *e)
{
	free(e->list);
	*e = (struct episoden){0};
}
