/*
 * The arithmetic of volumes: the standard's own examples A to I, and the days
 * on which it could go wrong.
 */
#include "../../lib/unit.h"

#include <string.h>

#include "care/volume.h"

#define GEEN INT64_MIN /* there is no maximum */

static day on(const char *text)
{
	day d;

	return text != NULL && day_parse(text, &d) ? d : DAY_NONE;
}

struct row {
	const char *name;
	int64_t volume;
	const char *eenheid, *frequentie;
	const char *ingang, *eind; /* of the allocation */
	const char *van, *tot;	   /* ProductPeriode; NULL: the whole allocation */
	int64_t maximum;
};

/* clang-format off */
static const struct row rows[] = {
	{"A: February touches three weeks",          4, "04", "2", "2026-02-10", "2026-05-15", "2026-02-10", "2026-02-28", 12},
	{"A: March touches six",                     4, "04", "2", "2026-02-10", "2026-05-15", "2026-03-01", "2026-03-31", 24},
	{"A: April touches five",                    4, "04", "2", "2026-02-10", "2026-05-15", "2026-04-01", "2026-04-30", 20},
	{"A: May touches three",                     4, "04", "2", "2026-02-10", "2026-05-15", "2026-05-01", "2026-05-15", 12},
	{"A: the whole touches fourteen",            4, "04", "2", "2026-02-10", "2026-05-15", NULL, NULL, 56},
	{"B: March has four Sundays",                25000, "83", "2", "2026-03-02", "2026-05-29", "2026-03-02", "2026-03-31", 100000},
	{"B: April has four",                        25000, "83", "2", "2026-03-02", "2026-05-29", "2026-04-01", "2026-04-30", 100000},
	{"B: May has four and the broken last week", 25000, "83", "2", "2026-03-02", "2026-05-29", "2026-05-01", "2026-05-29", 125000},
	{"B: the whole has twelve and one",          25000, "83", "2", "2026-03-02", "2026-05-29", NULL, NULL, 325000},
	{"C: May has five and the broken last week", 25000, "83", "2", "2026-03-02", "2026-06-03", "2026-05-01", "2026-05-31", 150000},
	{"C: June has none",                         25000, "83", "2", "2026-03-02", "2026-06-03", "2026-06-01", "2026-06-03", 0},
	{"D: a broken first month counts in full",   12, "16", "4", "2026-04-20", "2026-06-10", "2026-04-20", "2026-04-30", 12},
	{"D: a whole month",                         12, "16", "4", "2026-04-20", "2026-06-10", "2026-05-01", "2026-05-31", 12},
	{"D: a broken last month counts in full",    12, "16", "4", "2026-04-20", "2026-06-10", "2026-06-01", "2026-06-10", 12},
	{"D: three months in all",                   12, "16", "4", "2026-04-20", "2026-06-10", NULL, NULL, 36},
	{"E: thirty minutes on eighteen days",       30, "01", "1", "2026-04-13", "2026-04-30", "2026-04-13", "2026-04-30", 540},
	{"E: so in all",                             30, "01", "1", "2026-04-13", "2026-04-30", NULL, NULL, 540},
	{"F: a total may be used at once",           80, "04", "6", "2026-01-01", NULL, "2026-03-01", "2026-03-31", 80},
	{"F: a total needs no end",                  80, "04", "6", "2026-01-01", NULL, NULL, NULL, 80},
	{"G: December touches weeks 51 to 53",       1, "04", "2", "2026-12-14", "2027-01-17", "2026-12-14", "2026-12-31", 3},
	{"G: January touches 53, 1 and 2",           1, "04", "2", "2026-12-14", "2027-01-17", "2027-01-01", "2027-01-17", 3},
	{"G: five in all",                           1, "04", "2", "2026-12-14", "2027-01-17", NULL, NULL, 5},
	{"I: an open allocation works per month",    12, "16", "4", "2026-02-12", NULL, "2026-03-01", "2026-03-31", 12},
	{"I: and per day",                           30, "01", "1", "2026-02-12", NULL, "2026-03-01", "2026-03-31", 930},
	{"I: but has no total",                      12, "16", "4", "2026-02-12", NULL, NULL, NULL, GEEN},
	{"I: nor by days",                           30, "01", "1", "2026-02-12", NULL, NULL, NULL, GEEN},
	/* edges */
	{"week 53 and week 1 are two",               1, "04", "2", "2026-12-28", "2027-01-04", NULL, NULL, 2},
	{"29 February is a day",                     1, "01", "1", "2028-02-01", "2028-02-29", NULL, NULL, 29},
	{"29 February may be a week's Sunday",       1, "82", "2", "2032-02-01", "2032-02-29", NULL, NULL, 5},
	{"an allocation of one Wednesday is a week", 1, "04", "2", "2026-04-15", "2026-04-15", "2026-04-15", "2026-04-15", 1},
	{"also outputgericht",                       1, "82", "2", "2026-04-15", "2026-04-15", "2026-04-15", "2026-04-15", 1},
	{"and in all",                               1, "82", "2", "2026-04-15", "2026-04-15", NULL, NULL, 1},
	{"one Sunday is one week and no more",       1, "82", "2", "2026-04-19", "2026-04-19", NULL, NULL, 1},
	{"one day is one day",                       7, "01", "1", "2026-04-15", "2026-04-15", NULL, NULL, 7},
	{"Monday to Sunday is one",                  1, "82", "2", "2026-04-13", "2026-04-19", NULL, NULL, 1},
	{"a week over a month's end without Sunday counts where it ends", 1, "82", "2", "2026-03-30", "2026-04-02", "2026-04-01", "2026-04-02", 1},
	{"and not where it begins",                  1, "82", "2", "2026-03-30", "2026-04-02", "2026-03-30", "2026-03-31", 0},
	{"outputgericht and open: only its Sundays", 1, "82", "2", "2026-03-02", NULL, "2026-03-02", "2026-03-31", 4},
	{"outputgericht and open: no total",         1, "82", "2", "2026-03-02", NULL, NULL, NULL, GEEN},
	{"volume nought allows nought",              0, "01", "4", "2026-01-01", NULL, "2026-03-01", "2026-03-31", 0},
	{"a frequency that we do not know says nothing", 1, "01", "9", "2026-01-01", NULL, "2026-03-01", "2026-03-31", GEEN},
	{"nor does none",                            1, "01", "", "2026-01-01", NULL, "2026-03-01", "2026-03-31", GEEN},
	{"a period that ends before it begins",      1, "01", "1", "2026-01-01", NULL, "2026-03-31", "2026-03-01", GEEN},
	{"what does not fit has no maximum",         INT64_MAX / 2, "01", "1", "2026-01-01", "2026-12-31", NULL, NULL, GEEN},
	{"ten thousand years fit",                   99999999, "01", "1", "0001-01-01", "9999-12-31", NULL, NULL, 99999999 * INT64_C(3652059)},
	{NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0},
};
/* clang-format on */

static void maxima(void)
{
	for (const struct row *r = rows; r->name != NULL; r++) {
		struct omvang o = {r->volume, r->eenheid, r->frequentie, on(r->ingang),
				   on(r->eind)};
		int64_t is = 0;
		bool there = r->van == NULL ? volume_totaal(&o, &is)
					    : volume_periode(&o, on(r->van), on(r->tot), &is);

		CHECK(there ? is == r->maximum : r->maximum == GEEN, r->name);
	}
}

/* H is about a budget, and belongs to the rule; what it adds up is money as it stands. */
static void units(void)
{
	int64_t n;

	CHECK(volume_in("04", "01", 12, &n) && n == 720,
	      "hours in minutes are sixty times as many");
	CHECK(volume_in("04", "04", 12, &n) && n == 12, "a unit in itself stays");
	CHECK(!volume_in("01", "04", 60, &n), "minutes are never taken for hours");
	CHECK(!volume_in("16", "04", 1, &n), "a dagdeel is no four hours");
	CHECK(!volume_in("04", "01", INT64_MAX / 2, &n), "what does not fit is not said");
	CHECK(volume_past("04", "01") && !volume_past("01", "04") && volume_past("84", "84"),
	      "hours may be declared in minutes, nothing else may differ");
	CHECK(volume_outputgericht("82") && volume_outputgericht("83") &&
		      !volume_outputgericht("84"),
	      "82 and 83 are outputgericht");
}

static void amounts(void)
{
	int64_t n;

	CHECK(volume_uurbedrag(6125, 410, &n) && n == 41854, "410 minutes at 6125 an hour");
	CHECK(volume_uurbedrag(6125, 1, &n) && n == 102, "6125 an hour is 102 a minute");
	CHECK(volume_uurbedrag(30, 1, &n) && n == 1, "half a cent goes up");
	CHECK(volume_uurbedrag(29, 1, &n) && n == 0, "less than half goes down");
	CHECK(!volume_uurbedrag(INT64_MAX, 2, &n), "what does not fit is not said");
}

static void texts(void)
{
	static const struct {
		const char *eenheid, *nl, *en;
		int64_t n;
	} cases[] = {
		{"04", "30 uur", "30 hours", 30},
		{"01", "1 minuut", "1 minute", 1},
		{"01", "1440 minuten", "1440 minutes", 1440},
		{"14", "2 etmalen", "2 24-hour days", 2},
		{"16", "12 dagdelen", "12 day parts", 12},
		{"84", "3 stuks", "3 pieces", 3},
		{"83", "1250,05 euro", "1250.05 euro", 125005},
		{"83", "-0,50 euro", "-0.50 euro", -50},
		{"99", "3 eenheden", "3 units", 3},
	};
	char text[VOLUME_TEKST];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		volume_tekst(cases[i].n, cases[i].eenheid, false, text);
		CHECK(strcmp(text, cases[i].nl) == 0, cases[i].nl);
		volume_tekst(cases[i].n, cases[i].eenheid, true, text);
		CHECK(strcmp(text, cases[i].en) == 0, cases[i].en);
	}
	volume_tekst(INT64_MIN, "83", false, text);
	volume_tekst(INT64_MIN, "84", true, text);
	CHECK(strlen(text) < sizeof text, "the largest number has room");
}

int main(void)
{
	static const struct test tests[] = {
		{"the most for a period and in all", maxima},
		{"units that compare", units},
		{"an hourly tariff by the minute", amounts},
		{"volumes as people read them", texts},
		{NULL, NULL},
	};

	return unit_main("volume", tests);
}
