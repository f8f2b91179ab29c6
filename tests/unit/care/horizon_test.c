/*
 * What comes: every border from both sides, on episodes made by hand.  Today
 * is 2025-03-15.
 */
#include "../../lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/episoden.h"
#include "care/horizon.h"

static day vandaag;

/* Of this kind, or NULL. */
static const struct gebeurtenis *found(const struct episode *e, enum horizon h)
{
	static struct gebeurtenis list[N_HORIZON];
	unsigned n = horizon_vind(e, vandaag, list);

	for (unsigned i = 0; i < n; i++)
		if (list[i].soort == h)
			return &list[i];
	return NULL;
}

/* Care since long, so that its begin says nothing. */
static struct episode old(void)
{
	return maak_episode("2023-01-10", NULL);
}

static void ends(void)
{
	static const struct {
		const char *name, *eind;
		int weken; /* 0: nothing */
	} rows[] = {
		{"it ended yesterday: that is past", "2025-03-14", 0},
		{"it ends today", "2025-03-15", 2},
		{"two weeks to the day", "2025-03-29", 2},
		{"a day more than two weeks", "2025-03-30", 6},
		{"six weeks to the day", "2025-04-26", 6},
		{"a day more than six weeks", "2025-04-27", 13},
		{"thirteen weeks to the day", "2025-06-14", 13},
		{"a day more than thirteen weeks", "2025-06-15", 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct episode e = old();
		const struct gebeurtenis *g;

		zet_grens(&e, rows[i].eind);
		g = found(&e, HORIZON_EINDE);
		CHECK((g == NULL ? 0 : g->getal) == rows[i].weken && (g == NULL || g->dag == op(rows[i].eind)), rows[i].name);
	}
}

static void no_end(void)
{
	struct episode e = old();

	CHECK(found(&e, HORIZON_EINDE) == NULL, "without a limit nothing ends");
	zet_grens(&e, "2025-03-20");
	e.grenzen[0].verlengd = op("2025-03-10");
	CHECK(found(&e, HORIZON_EINDE) == NULL, "a limit that was extended is none");
	e.grenzen[0].verlengd = DAY_NONE;
	e.verwijderd = true;
	CHECK(found(&e, HORIZON_EINDE) == NULL, "what was deleted has no horizon");
	e = maak_episode("2023-01-10", "2025-03-01");
	zet_grens(&e, "2025-03-20");
	CHECK(found(&e, HORIZON_EINDE) == NULL, "nor has what was stopped");
	e = maak_episode("2025-03-16", NULL);
	zet_grens(&e, "2025-03-20");
	CHECK(found(&e, HORIZON_EINDE) == NULL, "nor what begins tomorrow");
}

static void evaluations(void)
{
	static const struct {
		const char *name, *begin, *eind;
		const char *first, *second; /* NULL: none */
	} rows[] = {
		{"three months after the begin, in four weeks", "2025-01-12", NULL, "2025-04-12", NULL},
		{"… a day later it is too far", "2025-01-13", NULL, NULL, NULL},
		{"it passed four weeks ago", "2024-11-15", NULL, "2025-02-15", NULL},
		{"… a day more is forgotten", "2024-11-14", NULL, NULL, NULL},
		{"the last of November makes the last of February", "2024-11-30", NULL, "2025-02-28", NULL},
		{"three months before the end", "2023-01-10", "2025-07-10", NULL, "2025-04-10"},
		{"… passed four weeks ago", "2023-01-10", "2025-05-15", NULL, "2025-02-15"},
		{"… a day more is forgotten", "2023-01-10", "2025-05-14", NULL, NULL},
		{"half a year has one evaluation", "2025-01-01", "2025-06-30", "2025-04-01", NULL},
		{"ten months have two", "2024-12-20", "2025-07-01", "2025-03-20", "2025-04-01"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct episode e = maak_episode(rows[i].begin, NULL);
		const struct gebeurtenis *g;
		day first, second;

		if (rows[i].eind != NULL)
			zet_grens(&e, rows[i].eind);
		g = found(&e, HORIZON_EVALUATIE_BEGIN);
		first = g == NULL ? DAY_NONE : g->dag;
		g = found(&e, HORIZON_EVALUATIE_EIND);
		second = g == NULL ? DAY_NONE : g->dag;
		CHECK(first == op(rows[i].first) && second == op(rows[i].second), rows[i].name);
	}
}

static void ages(void)
{
	static const struct {
		const char *name, *geboren;
		enum horizon soort;
		const char *dag; /* NULL: nothing of that kind */
	} rows[] = {
		{"sixteen today", "2009-03-15", HORIZON_16, "2025-03-15"},
		{"sixteen yesterday is past", "2009-03-14", HORIZON_16, NULL},
		{"sixteen in six months", "2009-09-15", HORIZON_16, "2025-09-15"},
		{"sixteen in six months and a day", "2009-09-16", HORIZON_16, NULL},
		{"seventeen and a half", "2007-10-01", HORIZON_17_5, "2025-04-01"},
		{"eighteen today", "2007-03-15", HORIZON_18, "2025-03-15"},
		{"eighteen today is not past it", "2007-03-15", HORIZON_NA_18, NULL},
		{"eighteen yesterday is past it", "2007-03-14", HORIZON_NA_18, "2025-03-14"},
		{"eighteen yesterday does not come", "2007-03-14", HORIZON_18, NULL},
		{"half a year after 29 February", "2008-02-29", HORIZON_17_5, "2025-08-29"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct episode e = old();
		const struct gebeurtenis *g;

		e.geboren = op(rows[i].geboren);
		g = found(&e, rows[i].soort);
		CHECK((g == NULL ? DAY_NONE : g->dag) == op(rows[i].dag), rows[i].name);
	}
}

static void beyond_eighteen(void)
{
	struct episode e = old();

	CHECK(found(&e, HORIZON_18) == NULL && found(&e, HORIZON_NA_18) == NULL, "without a birthday nobody turns 18");
	e.geboren = op("2007-05-01");
	zet_grens(&e, "2025-04-30");
	NEED(found(&e, HORIZON_18) != NULL, "18 in May");
	CHECK(!found(&e, HORIZON_18)->erna, "the allocation ends on the day before");
	zet_grens(&e, "2025-05-01");
	CHECK(found(&e, HORIZON_18)->erna, "… or goes on that day");
}

static void budgets(void)
{
	static const struct {
		const char *name;
		int64_t bedrag, budget;
		int percent; /* -1: nothing */
	} rows[] = {
		{"79.99 % is nothing yet", 79990, 100000, -1},
		{"80 % is told", 80000, 100000, 80},
		{"99.99 % is 99", 99990, 100000, 99},
		{"all of it", 100000, 100000, 100},
		{"more than all", 125000, 100000, 125},
		{"no budget", 125000, ABSENT, -1},
		{"a budget of nothing", 125000, 0, -1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct episode e = old();
		const struct gebeurtenis *g;

		e.bedrag = rows[i].bedrag;
		e.budget = rows[i].budget;
		e.laatste_dag = op("2025-01-31");
		g = found(&e, HORIZON_BUDGET);
		CHECK((g == NULL ? -1 : g->getal) == rows[i].percent, rows[i].name);
	}
}

static void used_up(void)
{
	struct episode e = maak_episode("2024-01-01", NULL);

	e.budget = 100000;
	e.bedrag = 80000;
	e.laatste_dag = op("2024-01-01") + 799; /* 800 days: 100 a day */
	NEED(found(&e, HORIZON_BUDGET) != NULL, "80 % is told");
	CHECK(found(&e, HORIZON_BUDGET)->dag == e.begin + 999, "at that pace it lasts a thousand days");
	zet_grens(&e, "2024-06-01");
	e.grenzen[0].eind = e.begin + 999;
	CHECK(found(&e, HORIZON_BUDGET)->erna, "an allocation that ends then has enough");
	e.grenzen[0].eind = e.begin + 1000;
	CHECK(!found(&e, HORIZON_BUDGET)->erna, "… of a day more has not");
}

static void pauses(void)
{
	struct episode e = old();

	e.tijdelijk = vandaag - 56;
	CHECK(found(&e, HORIZON_ONDERBREKING) == NULL, "eight weeks may pass");
	e.tijdelijk = vandaag - 57;
	NEED(found(&e, HORIZON_ONDERBREKING) != NULL, "a day more is too long");
	CHECK(found(&e, HORIZON_ONDERBREKING)->dag == vandaag, "it became so today");
	e.laatste = maand_van(vandaag) - 1;
	e.maanden[0] = 1;
	CHECK(found(&e, HORIZON_ONDERBREKING) == NULL, "a line for a later month says that it is over");
}

static void names(void)
{
	enum horizon h;
	bool all = true;

	for (int i = 0; i < N_HORIZON; i++)
		all = all && horizon_lees(horizon_naam((enum horizon)i), &h) && (int)h == i;
	CHECK(all, "every name is read back");
	CHECK(!horizon_lees("leeftijd", &h), "another word is none");
}

int main(void)
{
	static const struct test tests[] = {
		{"allocations end", ends},
		{"what has no horizon", no_end},
		{"evaluations", evaluations},
		{"ages", ages},
		{"allocations beyond 18", beyond_eighteen},
		{"budgets", budgets},
		{"when a budget is used up", used_up},
		{"pauses", pauses},
		{"names", names},
		{NULL, NULL},
	};

	vandaag = op("2025-03-15");
	return unit_main("horizon", tests);
}
