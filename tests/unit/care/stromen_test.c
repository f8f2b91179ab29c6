/*
 * What is learnt from a stream, and the figures that follow.  The population
 * is made here: care that lasts some months, declared every month, at a
 * provider that always stops and one that forgets every other stop.
 */
#include "../../lib/unit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/dossier.h"
#include "care/flows.h"
#include "care/verdeling.h"

#define G "0363"
#define TROUW "98001234"
#define SLORDIG "98005678"

static const char today_text[] = "2025-03-01";

static void add_months(char *text, size_t room, int nummer, day begin, day eind)
{
	for (maand m = maand_van(begin); m <= maand_van(eind); m++) {
		char a[11], b[11], c[11];
		size_t n = strlen(text);

		if (maand_laatste(m) + 10 > dag(today_text))
			return;
		day_text(maand_eerste(m), a);
		day_text(maand_laatste(m), b);
		day_text(maand_laatste(m) + 10, c);
		(void)snprintf(text + n, room - n, "P %d %s %s @%s\n", nummer, a, b, c);
	}
}

/* One client: allocated for ever, so that no limit tells when it ends. */
static bool add_client(struct episoden *e, const char *aanbieder, int nummer, day begin, day eind,
		       bool stop)
{
	static char text[8192];
	char a[11], b[11], c[11], d[11];
	size_t n;

	day_text(begin, a);
	day_text(begin + 3, b);
	(void)snprintf(text, sizeof text, "T %d %s - @%s\nS %d %s @%s\n", nummer, a, a, nummer, a,
		       b);
	add_months(text, sizeof text, nummer, begin, eind);
	n = strlen(text);
	day_text(eind, c);
	day_text(eind + 4, d);
	if (stop && eind + 4 <= dag(today_text))
		(void)snprintf(text + n, sizeof text - n, "E %d %s %s 31 @%s\n", nummer, a, c, d);
	return dossier_tekst(e, G, aanbieder, nummer, DAY_NONE, text);
}

static int ended, forgotten; /* of the careless provider, by today */

static bool populate(struct episoden *e)
{
	bool good = true;

	ended = forgotten = 0;
	for (int i = 0; good && i < 400; i++) {
		day begin = dag("2022-01-03") + i * 5 / 2, eind = begin + 60 + i * 37 % 500;
		bool careless = i % 2 == 1, stop = !careless || i % 4 == 1;

		good = add_client(e, careless ? SLORDIG : TROUW, 1000 + i, begin, eind, stop);
		ended += careless && eind < dag(today_text);
		forgotten += !stop && eind < dag(today_text);
	}
	if (good)
		episoden_verbind_alle(e);
	return good;
}

static const struct partij_gewoonte *party(const struct gewoonten *g, const char *code)
{
	for (uint32_t i = 1; i < g->n_partijen; i++)
		if (strcmp(g->partijen[i].code, code) == 0)
			return &g->partijen[i];
	return NULL;
}

static void test_learning(void)
{
	struct episoden e = {0};
	struct gewoonten *g = NULL;
	const struct partij_gewoonte *good, *bad;

	NEED(populate(&e) && gewoonten_leer(&g, &e, dag(today_text)) == 0, "habits are learnt");
	good = party(g, TROUW);
	bad = party(g, SLORDIG);
	NEED(good != NULL && bad != NULL && g->n_partijen == 3 && g->n_paren == 3,
	     "of both providers and the region");
	CHECK(gewoonte_stop(good, 365) > .95, "the faithful one sends its stops");
	CHECK(fabs(gewoonte_stop(bad, 365) - .5) < .1, "the careless one every other");
	CHECK(fabs(bad->gemist - (float)forgotten) < .1F * (float)forgotten,
	      "and the missing ones are counted");
	CHECK(good->regel[0] > .95, "months are declared");
	CHECK(g->partijen[0].stop[14] < good->stop[14] && g->partijen[0].stop[14] > bad->stop[14],
	      "the region lies between");
	CHECK(g->paren[0].binnen[0] < .2 && g->paren[0].binnen[3] > .9,
	      "this month's lines are not in, older ones are");
	gewoonten_free(&g);
	episoden_free(&e);
}

static void test_little_data(void)
{
	struct episoden e = {0};
	struct gewoonten *g = NULL;

	NEED(populate(&e) &&
		     add_client(&e, "98009999", 1, dag("2024-01-03"), dag("2024-03-03"), true),
	     "a third provider");
	episoden_verbind_alle(&e);
	NEED(gewoonten_leer(&g, &e, dag(today_text)) == 0, "habits are learnt");
	CHECK(fabsf(party(g, "98009999")->stop[12] - g->partijen[0].stop[12]) < .1F,
	      "a provider with one case is much like the region");
	gewoonten_free(&g);
	episoden_free(&e);
}

static void test_bytes(void)
{
	struct episoden e = {0};
	struct gewoonten *g = NULL, *again = NULL;
	struct buf a = BUF_INIT, b = BUF_INIT;

	NEED(populate(&e) && gewoonten_leer(&g, &e, dag(today_text)) == 0, "habits are learnt");
	gewoonten_bewaar(g, &a);
	NEED(gewoonten_herstel(&again, a.data, a.len) == 0, "they are read back");
	gewoonten_bewaar(again, &b);
	CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0, "the same");
	gewoonten_free(&again);
	CHECK(gewoonten_herstel(&again, a.data, a.len - 1) == -EINVAL && again == NULL,
	      "cut off is no habits");
	CHECK(gewoonten_herstel(&again, "x", 1) == -EINVAL, "nor is something else");
	gewoonten_free(&g);
	episoden_free(&e);
	buf_free(&a);
	buf_free(&b);
}

static void test_nobody(void)
{
	struct episoden e = {0};
	struct gewoonten *g = NULL;
	struct stromen *s = NULL;
	struct stroom_vraag v = {.vandaag = dag(today_text), .maanden = 6, .van = DAY_NONE};

	NEED(gewoonten_leer(&g, &e, dag(today_text)) == 0, "an empty hub has habits too");
	CHECK(stromen_tel(&e, g, &v, &s) == 0 && s->n == 0, "and no flows");
	stromen_free(&s);
	gewoonten_free(&g);
}

static const struct stroom_rij *row(const struct stromen *s, const char *from)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].van == dag(from))
			return &s->list[i];
	return NULL;
}

static void test_flows(void)
{
	struct episoden e = {0};
	struct gewoonten *g = NULL;
	struct stromen *s = NULL;
	struct stroom_vraag v = {.vandaag = dag(today_text), .maanden = 12, .van = DAY_NONE};
	double in = 0, out = 0, registered = 0;
	const struct stroom_rij *r;

	NEED(populate(&e) && gewoonten_leer(&g, &e, dag(today_text)) == 0, "a population");
	for (int i = 0; i < 400; i++) { /* the truth of 2023 */
		day begin = dag("2022-01-03") + i * 5 / 2, eind = begin + 60 + i * 37 % 500;
		bool ends = eind >= dag("2023-01-01") && eind <= dag("2023-12-31");

		in += begin >= dag("2023-01-01") && begin <= dag("2023-12-31");
		out += ends;
		registered += ends && (i % 2 == 0 || i % 4 == 1);
	}
	NEED(stromen_tel(&e, g, &v, &s) == 0, "flows by year");
	CHECK(s->ongelijk < 1e-9, "both identities hold in all readings");
	r = row(s, "2023-01-01");
	NEED(r != NULL, "2023 is there");
	CHECK(r->lezing[LEZING_GEREGISTREERD].instroom == in, "inflow is counted");
	CHECK(r->lezing[LEZING_GEREGISTREERD].uitstroom == registered,
	      "registered outflow is what stops say");
	CHECK(fabs(r->lezing[LEZING_GESCHAT].uitstroom - out) < 3,
	      "the estimate is the truth, nearly");
	CHECK(r->lezing[LEZING_GESCHAT].laag < 100 * (out - in) / in &&
		      r->lezing[LEZING_GESCHAT].hoog > 100 * (out - in) / in,
	      "within its interval");
	CHECK(r->lezing[LEZING_CBS].uitstroom > registered && r->cbs_gesloten > 0,
	      "CBS's rule closes what vanished");
	CHECK(r->kwaliteit == 0, "nothing is to be noted of a year long past");
	CHECK((row(s, "2025-01-01")->kwaliteit & (KWALITEIT_VOORLOPIG | KWALITEIT_CBS_OPEN)) ==
		      (KWALITEIT_VOORLOPIG | KWALITEIT_CBS_OPEN),
	      "this year is provisional");
	CHECK((row(s, "2022-01-01")->kwaliteit & KWALITEIT_BEGIN) != 0, "and the first is marked");
	stromen_free(&s);
	gewoonten_free(&g);
	episoden_free(&e);
}

static void test_splits(void)
{
	struct episoden e = {0};
	struct gewoonten *g = NULL;
	struct stromen *whole = NULL, *parts = NULL;
	struct stroom_vraag v = {.vandaag = dag(today_text), .maanden = 6, .van = DAY_NONE};
	double sum = 0;

	NEED(populate(&e) && gewoonten_leer(&g, &e, dag(today_text)) == 0, "a population");
	NEED(stromen_tel(&e, g, &v, &whole) == 0, "the whole");
	v.assen = 1U << AS_AANBIEDER | 1U << AS_HULPVORM;
	NEED(stromen_tel(&e, g, &v, &parts) == 0, "its parts");
	CHECK(parts->n == 2 * whole->n, "one row for each provider and half-year");
	for (size_t i = 0; i < parts->n; i++)
		if (parts->list[i].van == whole->list[1].van)
			sum += parts->list[i].lezing[LEZING_GESCHAT].uitstroom;
	CHECK(fabs(sum - whole->list[1].lezing[LEZING_GESCHAT].uitstroom) < 1e-6,
	      "parts add up to the whole");
	CHECK(strcmp(parts->list[0].sleutel[AS_HULPVORM], "02") == 0 &&
		      parts->list[0].sleutel[AS_GEMEENTE][0] == '\0',
	      "keys say what they are split by");
	stromen_free(&whole);
	stromen_free(&parts);
	gewoonten_free(&g);
	episoden_free(&e);
}

static void test_halves(void)
{
	CHECK(halfjaar_eerste(halfjaar_van(dag("2024-06-30"))) == dag("2024-01-01"),
	      "30 June is the first half");
	CHECK(halfjaar_laatste(halfjaar_van(dag("2024-07-01"))) == dag("2024-12-31"),
	      "1 July the second");
	CHECK(halfjaar_van(dag("2025-01-01")) - halfjaar_van(dag("2024-12-31")) == 1,
	      "one after the other");
}

static void test_cbs(void)
{
	struct episoden e = {0};
	struct gewoonten *g = NULL;
	struct cbs_levering *c = NULL;
	day closes[3] = {DAY_NONE, DAY_NONE, DAY_NONE};

	/* Seen until March 2024; until November; and a provider that sent nothing after June. */
	NEED(add_client(&e, TROUW, 1, dag("2024-01-03"), dag("2024-03-31"), false) &&
		     add_client(&e, TROUW, 2, dag("2024-01-03"), dag("2024-11-30"), false) &&
		     add_client(&e, SLORDIG, 3, dag("2024-01-03"), dag("2024-05-31"), false),
	     "three clients");
	episoden_verbind_alle(&e);
	NEED(gewoonten_leer(&g, &e, dag(today_text)) == 0 &&
		     cbs_levering_new(&c, &e, g, dag(today_text)) == 0,
	     "read");
	for (size_t i = 0; i < e.n; i++)
		closes[e.list[i].delen[0].nummer - 1] = cbs_sluit(c, &e.list[i]);
	CHECK(closes[0] == dag("2024-06-30"),
	      "what vanished is closed at the end of its last half-year");
	CHECK(closes[1] == DAY_NONE, "what was there in the latest is not");
	CHECK(closes[2] == DAY_NONE, "nor what a silent provider had");
	cbs_levering_free(&c);
	gewoonten_free(&g);
	episoden_free(&e);
}

int main(void)
{
	static const struct test tests[] = {
		{"a provider's discipline is learnt", test_learning},
		{"little data leans on the region", test_little_data},
		{"habits survive as bytes", test_bytes},
		{"a hub without episodes is no error", test_nobody},
		{"flows agree with the truth", test_flows},
		{"splits add up", test_splits},
		{"half-years are counted", test_halves},
		{"CBS's rule closes what vanished", test_cbs},
		{NULL, NULL},
	};

	return unit_main("flows", tests);
}
