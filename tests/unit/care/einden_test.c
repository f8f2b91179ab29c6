/*
 * From rows to episodes, and what is found about their ends.  Dossiers are
 * written as text (tests/lib/dossier.h); habits are the priors, with
 * declarations taken to be in, where a test does not learn its own.
 */
#include "../../lib/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/dossier.h"
#include "care/enddate.h"
#include "care/verdeling.h"

#define G "0363"
#define A "98001234"

static struct episoden made;

static const struct episode *one(const char *tekst)
{
	episoden_free(&made);
	if (!dossier_tekst(&made, G, A, 1, DAY_NONE, tekst) || made.n != 1)
		return NULL;
	return &made.list[0];
}

/* Lines for whole months, each received on the tenth of the next. */
static const char *months(const char *head, int nummer, int year, int from, int to,
			  const char *tail)
{
	static char text[8192];
	size_t n = (size_t)snprintf(text, sizeof text, "%s\n", head);

	for (int m = from; m <= to; m++) {
		maand at = year * 12 + m - 1;
		char a[11], b[11], c[11];

		day_text(maand_eerste(at), a);
		day_text(maand_laatste(at), b);
		day_text(maand_laatste(at) + 10, c);
		n += (size_t)snprintf(text + n, sizeof text - n, "P %d %s %s @%s\n", nummer, a, b,
				      c);
	}
	(void)snprintf(text + n, sizeof text - n, "%s", tail);
	return text;
}

static struct gewoonten *habits(const char *on)
{
	return gewoonten_start(dag(on));
}

/* ---- episodes ---- */

static void test_months(void)
{
	bool right = true;

	for (day d = dag("1899-12-31"); d < dag("2101-01-02"); d++) {
		int y, m, dd;

		day_split(d, &y, &m, &dd);
		right = right && maand_van(d) == y * 12 + m - 1 &&
			maand_eerste(maand_van(d)) == d - dd + 1 &&
			maand_laatste(maand_van(d)) == d - dd + day_month_length(y, m);
	}
	CHECK(right, "months agree with the calendar for two centuries");
}

static void test_start_stop(void)
{
	const struct episode *e =
		one("T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		    "E 1 2024-01-03 2024-06-30 31 @2024-07-02");

	NEED(e != NULL, "it is one episode");
	CHECK(e->begin == dag("2024-01-03") && e->eind == dag("2024-06-30") && e->gestart,
	      "from start to stop");
	CHECK(e->eind_sinds == dag("2024-07-02") && strcmp(e->reden, "31") == 0,
	      "with the day it was told and the reason");
	CHECK(e->n_grenzen == 1 && e->grenzen[0].eind == dag("2024-12-31"),
	      "and the allocation's limit");
}

static void test_extension(void)
{
	const struct episode *e =
		one("T 1 2024-01-01 2024-06-30 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		    "T 1 2024-01-01 2024-12-31 @2024-08-01");

	NEED(e != NULL && e->n_grenzen == 2, "two limits");
	CHECK(e->grenzen[0].verlengd == dag("2024-08-01"), "the first was moved, late");
	CHECK(e->grenzen[1].verlengd == DAY_NONE && !e->grenzen[1].verkort, "the second holds");
	e = one("T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		"T 1 2024-01-01 2024-06-30 r=01 @2024-05-01");
	NEED(e != NULL && e->n_grenzen == 1,
	     "a limit that was brought forward takes the place of the later one");
	CHECK(e->grenzen[0].verkort && e->grenzen[0].sinds == dag("2024-05-01"),
	      "and is known as such");
}

static void test_new_number(void)
{
	const struct episode *e =
		one("T 1 2024-01-01 2024-06-30 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		    "T 2 2024-07-01 2024-12-31 @2024-06-20\nS 2 2024-07-01 @2024-07-03");

	NEED(e != NULL, "an old number that runs on under a new one is one episode");
	CHECK(e->begin == dag("2024-01-03") && e->n_delen == 2 && e->eind == DAY_NONE,
	      "of two parts, running");
	e = one(months("T 1 2024-01-01 2024-06-30 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		       "T 2 2024-07-01 2024-12-31 @2024-06-20",
		       2, 2024, 7, 9, "E 1 2024-01-03 2024-09-20 31 @2024-09-25"));
	NEED(e != NULL, "also when the new number has lines and no start");
	CHECK(e->eind == dag("2024-09-20"), "and the old number's stop is for both");
	episoden_free(&made);
	CHECK(dossier_tekst(&made, G, A, 1, DAY_NONE,
			    "T 1 2024-01-01 2024-06-30 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
			    "E 1 2024-01-03 2024-03-31 31 @2024-04-01\n"
			    "T 2 2024-09-01 2024-12-31 @2024-08-20\nS 2 2024-09-01 @2024-09-03") &&
		      made.n == 2,
	      "care that begins again months after its stop is another episode");
}

static void test_temporary(void)
{
	const struct episode *e = one("T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
				      "E 1 2024-01-03 2024-03-31 20 @2024-04-02");

	NEED(e != NULL, "one episode");
	CHECK(e->tijdelijk == dag("2024-03-31") && e->eind == DAY_NONE,
	      "a temporary stop hangs and ends nothing");
	e = one("T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		"E 1 2024-01-03 2024-03-31 20 @2024-04-02\nS 1 2024-05-01 @2024-05-03");
	NEED(e != NULL, "a restart makes no new episode");
	CHECK(e->n_grenzen == 0 && e->open_eind, "the allocation is taken once");
	CHECK(e->tijdelijk == DAY_NONE && e->hervat == dag("2024-05-03") - dag("2024-03-31"),
	      "and is counted from the stop");
}

static void test_traces(void)
{
	const struct episode *e = one("T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
				      "E 1 2024-01-03 2024-06-30 31 w=2024-07-04:0001 @2024-07-02");

	NEED(e != NULL, "one episode");
	CHECK(e->eind == DAY_NONE && e->afgekeurd == dag("2024-06-30") &&
		      strcmp(e->afkeurcode, "0001") == 0,
	      "a rejected stop ends nothing and leaves a trace");
	e = one("T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		"E 1 2024-01-03 2024-06-30 31 x=2024-07-10 @2024-07-02");
	NEED(e != NULL, "one episode");
	CHECK(e->eind == DAY_NONE && e->stop_ingetrokken == dag("2024-07-10"),
	      "a deleted stop ends nothing");
	e = one("T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\nS 1 2024-05-01 "
		"w=2024-05-04:9326 @2024-05-02");
	NEED(e != NULL, "a refused start makes no episode");
	CHECK(e->nieuwe_start == dag("2024-05-01"), "and proves that a stop is missing");
	CHECK(one("T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 x=2024-01-09 @2024-01-05") ==
			      NULL &&
		      made.n == 0,
	      "a deleted start makes no episode");
}

static void test_lines(void)
{
	const struct episode *e =
		one(months("T 1 2023-01-01 - @2022-12-20\nS 1 2023-01-03 @2023-01-05", 1, 2023, 2,
			   30, "P 1 2020-01-01 2020-01-31 @2020-02-01"));

	NEED(e != NULL, "one episode");
	CHECK(e->laatste == 2025 * 12 + 5 && e->laatste_dag == dag("2025-06-30"),
	      "the latest month is known");
	CHECK(!episode_regel(e, 2023 * 12) && episode_regel(e, 2023 * 12 + 1) &&
		      episode_regel(e, 2025 * 12 + 5) && !episode_regel(e, 2025 * 12 + 6),
	      "and which months have a line");
	CHECK(episode_regel(e, 2020 * 12), "also one long before that came last");
	CHECK(one(months("", 7, 2024, 1, 3, "")) != NULL && !made.list[0].gestart &&
		      made.list[0].begin == dag("2024-01-01"),
	      "care that is declared without any start is an episode without one");
}

static void test_elsewhere(void)
{
	episoden_free(&made);
	NEED(dossier_tekst(&made, G, A, 1, DAY_NONE,
			   "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05") &&
		     dossier_tekst(
			     &made, G, "98005678", 1, DAY_NONE,
			     "T 5 2024-01-01 - c=43 @2023-12-20\nS 5 2024-01-03 c=43 @2024-01-05\n"
			     "E 5 2024-01-03 2024-05-01 02 c=43 @2024-05-04") &&
		     dossier_tekst(&made, G, "98005678", 2, DAY_NONE,
				   "T 6 2024-01-01 - @2023-12-20\nS 6 2024-01-03 @2024-01-05"),
	     "three dossiers of two clients");
	episoden_verbind_alle(&made);
	for (size_t i = 0; i < made.n; i++) {
		const struct episode *e = &made.list[i];

		if (e->delen[0].nummer == 1)
			CHECK(e->elders == ELDERS_OVERLEDEN && e->elders_op == dag("2024-05-01"),
			      "a death that another provider told ends the client's other care");
		if (e->delen[0].nummer == 6)
			CHECK(e->elders == ELDERS_NIETS, "and nobody else's");
	}
}

static void test_restart(void)
{
	const struct episode *e =
		one("T 1 2024-01-01 2024-12-31 b=100000 @2023-12-20\nS 1 2024-01-01 @2024-01-05\n"
		    "E 1 2024-01-01 2024-03-01 31 @2024-03-02\nS 1 2024-03-03 @2024-03-04");

	NEED(e != NULL, "a stop and a start days later on one number are one episode");
	CHECK(e->budget == 100000 && e->n_grenzen == 1 && e->grenzen[0].verlengd == DAY_NONE,
	      "its budget and limit count once");
	e = one("T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-02-05 @2024-02-07\nE 1 2024-02-05 "
		"2024-02-05 31 @2024-02-07");
	NEED(e != NULL, "care of a single day");
	CHECK(e->eind == dag("2024-02-05"), "has its end");
}

/* ---- chances ---- */

static double chance(const struct episode *e, const struct gewoonten *g, const char *today,
		     struct verdeling *v)
{
	double sum;

	verdeling_van(e, g, dag(today), v);
	sum = v->loopt + verdeling_tussen(v, INT32_MIN, INT32_MAX);
	CHECK(fabs(sum - 1) < 1e-4, "chances add up to one");
	for (unsigned i = 0; i < v->n; i++)
		CHECK(v->punten[i].van <= v->punten[i].tot && v->punten[i].tot <= dag(today) &&
			      v->punten[i].van >= e->begin,
		      "no end before the begin or after today");
	return 1 - v->loopt;
}

static void test_chances(void)
{
	static const char head[] =
		"T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05";
	struct gewoonten *g = habits("2025-06-01");
	struct verdeling v;
	double p;

	NEED(g != NULL, "habits");
	p = chance(one(months(head, 1, 2024, 1, 12, "")), g, "2025-06-01", &v);
	CHECK(p > .8, "five silent months after the limit: it ended");
	day s, laag, hoog;
	enum basis b;
	NEED(verdeling_schatting(&v, &s, &laag, &hoog, &b), "there is an estimate");
	CHECK(s == dag("2024-12-31") && b == BASIS_GRENS, "on the limit, to which it was declared");
	CHECK(laag <= s && s <= hoog, "within its interval");
	p = chance(one(months(head, 1, 2024, 1, 3, "")), g, "2025-06-01", &v);
	CHECK(p > .95 && verdeling_schatting(&v, &s, &laag, &hoog, &b) && s < dag("2024-07-01"),
	      "declared until March only: it ended about then");
	p = chance(one(months("T 1 2024-01-01 2025-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05",
			      1, 2024, 1, 17, "")),
		   g, "2025-06-01", &v);
	CHECK(p < .1, "declared until last month, allocated for long: it goes on");
	p = chance(one("S - 2024-01-03 @2024-01-05"), g, "2025-06-01", &v);
	CHECK(p > 0 && p < 1 && v.stille_maanden == 0,
	      "care without a number leaves only its duration to go by");
	p = chance(
		one(months(head, 1, 2024, 1, 12, "S 1 2025-02-01 w=2025-02-04:9326 @2025-02-02")),
		g, "2025-06-01", &v);
	CHECK(p > .9999 && verdeling_tussen(&v, dag("2025-02-01"), INT32_MAX) == 0,
	      "a refused new start leaves no doubt, and no end after it");
	gewoonten_free(&g);
}

static void test_silence_that_says_nothing(void)
{
	struct gewoonten *g = habits("2024-10-05");
	struct verdeling v;
	double before, after;

	NEED(g != NULL, "habits");
	before = chance(
		one(months("T 1 2024-01-01 2025-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05", 1,
			   2024, 1, 7, "")),
		g, "2024-10-05", &v);
	for (int i = 0; i < MAANDEN_TERUG; i++)
		g->paren[0].binnen[i] =
			i < 3 ? 0 : 1; /* September and August were not delivered yet */
	after = chance(&made.list[0], g, "2024-10-05", &v);
	CHECK(after < before && v.stille_maanden == 0,
	      "months whose declarations are not in are no silence");
	gewoonten_free(&g);
}

/* ---- findings ---- */

static unsigned find(const struct episode *e, const char *today, struct open_einde *ret)
{
	static const struct calendar usual;
	struct gewoonten *g = habits(today);
	unsigned n = e != NULL && g != NULL ? einden_vind(e, g, &usual, dag(today), ret) : 0;

	gewoonten_free(&g);
	return n;
}

static bool has(const struct open_einde *list, unsigned n, const char *soort)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(list[i].soort, soort) == 0)
			return true;
	return false;
}

/* Each kind, by a story in which it must be found, and one in which it must not. */
static void test_kinds(void)
{
	static const struct {
		const char *soort, *tekst, *today;
		bool found;
	} rows[] = {
		/* Tuesday 31 December; 1 January is a day off: the fifth working day is 8 January.
		 */
		{"C1", "T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05",
		 "2025-01-08", false},
		{"C1", "T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05",
		 "2025-01-09", true},
		{"C1",
		 "T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "T 1 2024-01-01 2025-12-31 @2025-01-05",
		 "2025-01-09", false},
		{"C1",
		 "T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "E 1 2024-01-03 2024-12-31 31 @2025-01-05",
		 "2025-01-09", false},
		{"C2",
		 "T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "T 1 2024-01-01 2024-05-31 r=01 @2024-06-10",
		 "2024-06-17", false},
		{"C2",
		 "T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "T 1 2024-01-01 2024-05-31 r=01 @2024-06-10",
		 "2024-06-18", true},
		{"C4",
		 "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "E 1 2024-01-03 2024-03-31 20 @2024-04-02",
		 "2024-05-26", false},
		{"C4",
		 "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "E 1 2024-01-03 2024-03-31 20 @2024-04-02",
		 "2024-05-27", true},
		{"C5",
		 "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "S 1 2024-05-01 w=2024-05-04:9326 @2024-05-02",
		 "2024-05-10", true},
		{"S5",
		 "T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "T 1 2024-01-01 2024-01-01 r=13 @2024-02-10",
		 "2024-06-18", true},
		{"S7",
		 "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "E 1 2024-01-03 2024-03-31 31 @2024-04-02",
		 "2024-04-29", false},
		{"S7",
		 "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "E 1 2024-01-03 2024-03-31 31 @2024-04-02",
		 "2024-04-30", true},
		{"S9",
		 "T 1 2024-01-01 2024-06-30 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "T 2 2024-07-01 2024-12-31 @2024-06-20\nS 2 2024-07-01 @2024-07-03",
		 "2024-08-01", true},
		{"S22",
		 "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "E 1 2024-01-03 2024-06-30 31 w=2024-07-04:9069 @2024-07-02",
		 "2024-08-01", true},
		{"S23",
		 "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "E 1 2024-01-03 2024-06-30 31 w=2024-07-04:0001 @2024-07-02",
		 "2024-08-01", true},
		{"S23",
		 "T 1 2024-01-01 - @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		 "E 1 2024-01-03 2024-06-30 31 w=2024-07-04:0001 @2024-07-02\n"
		 "E 1 2024-01-03 2024-06-30 31 @2024-07-10",
		 "2024-08-01", false},
	};
	struct open_einde found[EINDEN_MEEST];
	char sentence[160];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned n = find(one(rows[i].tekst), rows[i].today, found);

		(void)snprintf(sentence, sizeof sentence, "row %zu: %s on %s is %sfound", i,
			       rows[i].soort, rows[i].today, rows[i].found ? "" : "not ");
		CHECK(has(found, n, rows[i].soort) == rows[i].found, sentence);
	}
}

static void facts(const struct open_einde *o, const char *today, char text[EINDE_FEITEN])
{
	struct gewoonten *g = habits(today);

	einde_feiten(o, &made.list[0], g, dag(today), text);
	gewoonten_free(&g);
}

static void test_silent_and_missing_start(void)
{
	char text[EINDE_FEITEN];
	static const char head[] =
		"T 1 2024-01-01 2025-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05";
	struct open_einde found[EINDEN_MEEST];
	unsigned n = find(one(months(head, 1, 2024, 1, 4, "")), "2024-12-01", found);

	CHECK(has(found, n, "C3"), "declarations that stopped are found");
	CHECK(n > 0 && found[0].sterkte <= STERKTE_WAARSCHIJNLIJK &&
		      found[0].schatting != DAY_NONE && found[0].schatting < dag("2024-08-01"),
	      "with an estimate");
	facts(&found[0], "2024-12-01", text);
	CHECK(strstr(text, "gedeclareerd=2024-04-30") != NULL, "and the facts that moved it");
	n = find(one(months(head, 1, 2024, 1, 10, "")), "2024-12-01", found);
	CHECK(!has(found, n, "C3"), "declared until two months ago is no silence");
	n = find(one(months("T 1 2024-01-01 2025-12-31 @2023-12-20", 1, 2024, 1, 10, "")),
		 "2024-12-01", found);
	CHECK(has(found, n, "C6") && !has(found, n, "C3"), "declared without a start is told");
}

static void test_never(void)
{
	struct open_einde found[EINDEN_MEEST];

	CHECK(find(one("S - 2020-01-03 @2020-01-05"), "2025-06-01", found) == 0,
	      "taakgericht is never an open end");
	CHECK(find(one("T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-01-03 @2024-01-05\n"
		       "E 1 2024-01-03 2024-12-31 31 @2025-01-05"),
		   "2025-06-01", found) == 0,
	      "what a stop in force closed is none");
	CHECK(find(one("T 1 2025-01-01 2025-12-31 @2024-12-20\nS 1 2025-01-03 @2025-01-05"),
		   "2025-02-01", found) == 0,
	      "a fresh start is none");
	CHECK(find(one("T 1 2025-01-01 2025-12-31 @2024-12-20\nS 1 2025-03-03 @2025-01-05"),
		   "2025-02-01", found) == 0,
	      "a start that is still to come is none");
}

static void test_words(void)
{
	struct buf b = BUF_INIT;

	einde_zin("toewijzing=2024-12-31 stil=5 regel=97 onbekend=3 kans=99", true, &b);
	CHECK(strcmp(buf_str(&b), "toewijzing eindigde 2024-12-31; 5 maanden zonder declaratie; "
				  "deze zorg wordt in 97% van de "
				  "maanden gedeclareerd; kans dat de zorg geëindigd is 99%") == 0,
	      "facts become a sentence, unknown ones are left out");
	buf_clear(&b);
	einde_zin("", false, &b);
	CHECK(b.len == 0, "no facts, no words");
	CHECK(einde_opheffen("C1", true)[0] != '\0' && einde_opheffen("?", true)[0] == '\0',
	      "what clears a kind is known");
	buf_free(&b);
}

static void test_light(void)
{
	struct gewoonten *g = habits("2024-12-01");
	struct open_einde found[EINDEN_MEEST];
	const char *why;
	unsigned n = find(one("T 1 2024-01-01 2024-12-31 @2023-12-20\nS 1 2024-10-03 @2024-10-05"),
			  "2024-12-01", found);

	CHECK(stoplicht_van(&made.list[0], g, found, n, dag("2024-12-01"), &why) ==
			      STOPLICHT_ORANJE &&
		      strcmp(why, "toewijzing loopt af") == 0,
	      "amber six weeks before the allocation's end");
	n = find(one("T 1 2024-01-01 2025-12-31 @2023-12-20\nS 1 2024-10-03 @2024-10-05"),
		 "2024-12-01", found);
	CHECK(stoplicht_van(&made.list[0], g, found, n, dag("2024-12-01"), &why) == STOPLICHT_GROEN,
	      "green before");
	made.list[0].achttien = dag("2025-03-01");
	CHECK(stoplicht_van(&made.list[0], g, found, n, dag("2024-12-01"), &why) ==
		      STOPLICHT_ORANJE,
	      "amber before 18");
	found[0].sterkte = STERKTE_ZEKER;
	CHECK(stoplicht_van(&made.list[0], g, found, 1, dag("2024-12-01"), &why) == STOPLICHT_ROOD,
	      "red without an end");
	gewoonten_free(&g);
}

int main(void)
{
	static const struct test tests[] = {
		{"months are those of the calendar", test_months},
		{"a start and a stop are an episode", test_start_stop},
		{"an extension moves the limit", test_extension},
		{"a new number continues an episode", test_new_number},
		{"a temporary stop ends nothing", test_temporary},
		{"a restart adds nothing twice", test_restart},
		{"rejected and deleted messages leave traces", test_traces},
		{"lines are months of care", test_lines},
		{"dossiers of one client tell of each other", test_elsewhere},
		{"chances follow from limits, silence and proof", test_chances},
		{"silence of those who have not declared says nothing",
		 test_silence_that_says_nothing},
		{"each kind has its clock", test_kinds},
		{"silence and missing starts are found", test_silent_and_missing_start},
		{"some are never open ends", test_never},
		{"facts are told in words", test_words},
		{"the traffic light follows rules", test_light},
		{NULL, NULL},
	};
	int r = unit_main("open ends", tests);

	episoden_free(&made);
	return r;
}
