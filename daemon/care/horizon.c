#include "care/horizon.h"

#include <string.h>

#include "care/enddate.h"

#include "base/banned.h"

#define EVALUATIE_MAANDEN 3
#define EVALUATIE_DAGEN 28
#define LEEFTIJD_MAANDEN 6

struct lijst {
	const struct episode *e;
	day vandaag;
	struct gebeurtenis *list;
	unsigned n;
};

static const char *const namen[N_HORIZON] = {
	"einde",	 "evaluatie-begin", "evaluatie-eind", "leeftijd-16",  "leeftijd-17.5",
	"leeftijd-18", "na-18",	   "budget",		"onderbreking",
};

const char *horizon_naam(enum horizon h)
{
	return namen[h];
}

bool horizon_lees(const char *text, enum horizon *ret)
{
	for (int h = 0; h < N_HORIZON; h++)
		if (strcmp(namen[h], text) == 0) {
			*ret = (enum horizon)h;
			return true;
		}
	return false;
}

static void add(struct lijst *l, enum horizon soort, day dag, int getal, bool erna)
{
	l->list[l->n++] = (struct gebeurtenis){soort, dag, getal, erna};
}

/* The last day for which it is allocated, DAY_NONE: no end. */
static day limit(const struct episode *e)
{
	const struct grens *g = e->n_grenzen > 0 ? &e->grenzen[e->n_grenzen - 1] : NULL;

	return g == NULL || e->open_eind || g->verlengd != DAY_NONE ? DAY_NONE : g->eind;
}

static void find_end(struct lijst *l)
{
	static const int weken[] = {2, 6, 13};
	day eind = limit(l->e);

	if (eind == DAY_NONE || eind < l->vandaag)
		return;
	for (unsigned i = 0; i < sizeof weken / sizeof *weken; i++)
		if (eind - l->vandaag <= 7 * weken[i]) {
			add(l, HORIZON_EINDE, eind, weken[i], false);
			return;
		}
}

static bool near(const struct lijst *l, day d)
{
	return d >= l->vandaag - EVALUATIE_DAGEN && d <= l->vandaag + EVALUATIE_DAGEN;
}

/* Of care that is allocated for so short that both fall together, the first is enough. */
static void find_evaluations(struct lijst *l)
{
	day eind = limit(l->e), first = day_add_months(l->e->begin, EVALUATIE_MAANDEN);
	day second = day_add_months(eind, -EVALUATIE_MAANDEN);

	if (near(l, first))
		add(l, HORIZON_EVALUATIE_BEGIN, first, 0, false);
	if (eind != DAY_NONE && second > first && near(l, second))
		add(l, HORIZON_EVALUATIE_EIND, second, 0, false);
}

static void find_ages(struct lijst *l)
{
	static const struct {
		enum horizon soort;
		int maanden;
	} leeftijden[] = {{HORIZON_16, 16 * 12}, {HORIZON_17_5, 17 * 12 + 6}, {HORIZON_18, 18 * 12}};
	day eind = limit(l->e), until = day_add_months(l->vandaag, LEEFTIJD_MAANDEN);

	if (l->e->geboren == DAY_NONE)
		return;
	for (unsigned i = 0; i < sizeof leeftijden / sizeof *leeftijden; i++) {
		day d = day_add_months(l->e->geboren, leeftijden[i].maanden);

		if (d >= l->vandaag && d <= until)
			add(l, leeftijden[i].soort, d, 0, eind == DAY_NONE || eind >= d);
		else if (leeftijden[i].soort == HORIZON_18 && d < l->vandaag)
			add(l, HORIZON_NA_18, d, 0, eind == DAY_NONE || eind >= d);
	}
}

/* The day on which all is used, at the pace until the last declared day. */
static day used_up(const struct episode *e)
{
	int64_t dagen = e->laatste_dag - e->begin + 1;

	dagen = dagen < 1 ? 1 : dagen;
	dagen = (dagen * e->budget + e->bedrag - 1) / e->bedrag;
	return e->begin + (day)(dagen > 36500 ? 36500 : dagen) - 1;
}

static void find_budget(struct lijst *l)
{
	const struct episode *e = l->e;
	day eind = limit(e), op;

	if (e->budget == ABSENT || e->budget <= 0 || e->bedrag * 5 < e->budget * 4 || e->laatste_dag == DAY_NONE)
		return;
	op = used_up(e);
	add(l, HORIZON_BUDGET, op, (int)(e->bedrag * 100 / e->budget),
	    e->bedrag <= e->budget && eind != DAY_NONE && op >= eind);
}

/* A line for a later month says that care went on, whatever the messages lack. */
static void find_pause(struct lijst *l)
{
	const struct episode *e = l->e;

	if (e->tijdelijk == DAY_NONE || l->vandaag - e->tijdelijk <= 7 * TIJDELIJK_WEKEN ||
	    (e->laatste != INT32_MIN && maand_eerste(e->laatste) > e->tijdelijk))
		return;
	add(l, HORIZON_ONDERBREKING, e->tijdelijk + 7 * TIJDELIJK_WEKEN + 1, 0, false);
}

unsigned horizon_vind(const struct episode *e, day vandaag, struct gebeurtenis ret[N_HORIZON])
{
	struct lijst l = {e, vandaag, ret, 0};

	if (e->verwijderd || e->eind != DAY_NONE || e->begin > vandaag)
		return 0;
	find_end(&l);
	find_evaluations(&l);
	find_ages(&l);
	find_budget(&l);
	find_pause(&l);
	return l.n;
}
