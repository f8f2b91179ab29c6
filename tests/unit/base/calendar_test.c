/* Days, weeks, months and Dutch working days. */
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/date.h"

#include "../../lib/unit.h"

static day on(const char *text)
{
	day d = DAY_NONE;

	(void)day_parse(text, &d);
	return d;
}

static void days(void)
{
	static const int lengths[][3] = {{2024, 2, 29}, {2025, 2, 28}, {2000, 2, 29},
					 {1900, 2, 28}, {2026, 4, 30}, {2026, 12, 31}};
	int y, m, d;
	day before = on("0001-01-01") - 1;
	bool same = true;

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
		CHECK(day_month_length(lengths[i][0], lengths[i][1]) == lengths[i][2],
		      "months are as long as they are");
	for (y = 1; y <= 9999; y++)
		for (m = 1; m <= 12; m++)
			for (d = 1; d <= day_month_length(y, m); d++) {
				int y2, m2, d2;
				day made = day_make(y, m, d);

				day_split(made, &y2, &m2, &d2);
				same = same && made == ++before && y2 == y && m2 == m && d2 == d;
			}
	CHECK(same, "days follow each other through all months of ten thousand years, and back");
	CHECK(day_make(1970, 1, 1) == 0 && day_make(2026, 11, 22) == on("2026-11-22"), "day 0 is in 1970");
	day_split(DAY_NONE, &y, &m, &d);
	CHECK(y == 0 && m == 0 && d == 0, "no day has no parts");
}

static void weeks(void)
{
	static const struct {
		const char *name, *date;
		int weekday, year, week;
	} cases[] = {
		{"the first day", "1970-01-01", 4, 1970, 1},
		{"a Monday before it", "1969-12-29", 1, 1970, 1},
		{"a Sunday before that", "1969-12-28", 7, 1969, 52},
		{"1 January in the old year's week 53", "2021-01-01", 5, 2020, 53},
		{"the last day of a year with week 53", "2026-12-31", 4, 2026, 53},
		{"and the first of the next", "2027-01-03", 7, 2026, 53},
		{"its first Monday", "2027-01-04", 1, 2027, 1},
		{"31 December in the new year's week 1", "2024-12-31", 2, 2025, 1},
		{"a year that begins on Monday", "2018-01-01", 1, 2018, 1},
		{"leap day", "2024-02-29", 4, 2024, 9},
		{"week 53 of a leap year from Wednesday", "2032-12-31", 5, 2032, 53},
		{"a Saturday in week 53 of the old year", "2005-01-01", 6, 2004, 53},
	};
	int32_t last = day_weeknumber(on("0001-01-01"));
	bool steps = true;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		day d = on(cases[i].date);
		int year, week;

		day_isoweek(d, &year, &week);
		CHECK(day_weekday(d) == cases[i].weekday && year == cases[i].year && week == cases[i].week,
		      cases[i].name);
	}
	for (day d = on("0001-01-02"); d <= on("9999-12-31"); d++) {
		int32_t n = day_weeknumber(d);

		steps = steps && n == last + (day_weekday(d) == 1);
		last = n;
	}
	CHECK(steps, "the number of the week goes up on Mondays only");
	CHECK(day_weekday(DAY_NONE) == 0 && day_weeknumber(DAY_NONE) == 0, "no day is in no week");
}

static void months(void)
{
	static const struct {
		const char *name, *from;
		int n;
		const char *to;
	} cases[] = {
		{"a month", "2026-01-15", 1, "2026-02-15"},
		{"to a shorter month", "2026-01-31", 1, "2026-02-28"},
		{"to a leap day", "2024-01-31", 1, "2024-02-29"},
		{"over the year's end", "2026-12-31", 2, "2027-02-28"},
		{"to December", "2026-11-30", 1, "2026-12-30"},
		{"none", "2026-03-31", 0, "2026-03-31"},
		{"back", "2026-03-31", -1, "2026-02-28"},
		{"back over the year's end", "2026-01-31", -1, "2025-12-31"},
		{"back a year", "2026-01-31", -12, "2025-01-31"},
		{"back many", "2026-01-31", -25, "2023-12-31"},
		{"many", "2026-01-31", 25, "2028-02-29"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(day_add_months(on(cases[i].from), cases[i].n) == on(cases[i].to), cases[i].name);
	CHECK(day_add_years(on("2024-02-29"), 1) == on("2025-02-28") &&
		      day_add_years(on("2024-02-29"), -4) == on("2020-02-29"),
	      "years are twelve months");
	CHECK(day_month_first(on("2024-02-15")) == on("2024-02-01") &&
		      day_month_last(on("2024-02-15")) == on("2024-02-29") &&
		      day_month_last(on("2024-12-31")) == on("2024-12-31") &&
		      day_month_first(on("2024-12-01")) == on("2024-12-01"),
	      "a month's first and last day");
	CHECK(day_add_months(DAY_NONE, 1) == DAY_NONE && day_month_first(DAY_NONE) == DAY_NONE &&
		      day_month_last(DAY_NONE) == DAY_NONE,
	      "no day stays none");
}

/* Gauss's rule with its two exceptions, which shares no step with the one in use. */
static day gauss(int y)
{
	int a = y % 19, b = y % 4, c = y % 7, k = y / 100, p = (13 + 8 * k) / 25, q = k / 4;
	int m = (15 - p + k - q) % 30, n = (4 + k - q) % 7;
	int d = (19 * a + m) % 30, e = (2 * b + 4 * c + 6 * d + n) % 7;

	if (d == 29 && e == 6)
		return day_make(y, 4, 19);
	if (d == 28 && e == 6 && (11 * m + 11) % 30 < 19)
		return day_make(y, 4, 18);
	return day_make(y, 3, 22) + d + e;
}

static void easter(void)
{
	static const char *const known[] = {"1900-04-15", "1954-04-18", "1961-04-02", "1981-04-19",
					    "2000-04-23", "2008-03-23", "2019-04-21", "2024-03-31",
					    "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25",
					    "2049-04-18", "2076-04-19", "2100-03-28"};
	bool same = true;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		int y, m, d;

		day_split(on(known[i]), &y, &m, &d);
		CHECK(easter_sunday(y) == on(known[i]), known[i]);
	}
	for (int y = 1583; y <= 9999; y++)
		same = same && easter_sunday(y) == gauss(y) && day_weekday(easter_sunday(y)) == 7;
	CHECK(same, "two rules agree on every year");
}

static void workdays(void)
{
	static const day off[] = {20616}, worked[] = {20817};
	static const struct calendar usual = {0}, friday = {.good_friday = true},
				     yearly = {.liberation = LIBERATION_EVERY_YEAR},
				     never = {.liberation = LIBERATION_NEVER},
				     own = {.holidays = off, .n_holidays = 1, .workdays = worked, .n_workdays = 1};
	static const struct {
		const char *name, *date;
		const struct calendar *c;
		bool worked;
	} cases[] = {
		{"a Thursday", "2026-06-11", &usual, true},
		{"a Saturday", "2026-06-13", &usual, false},
		{"a Sunday", "2026-06-14", &usual, false},
		{"New Year's Day", "2026-01-01", &usual, false},
		{"Good Friday", "2026-04-03", &usual, true},
		{"Good Friday where it is a day off", "2026-04-03", &friday, false},
		{"Easter Monday", "2026-04-06", &usual, false},
		{"the Tuesday after it", "2026-04-07", &usual, true},
		{"King's Day", "2026-04-27", &usual, false},
		{"the Monday after King's Day on Saturday 26 April", "2025-04-28", &usual, true},
		{"the 27th when it is a Tuesday", "2027-04-27", &usual, false},
		{"the 26th before it", "2027-04-26", &usual, true},
		{"Liberation Day in 2025", "2025-05-05", &usual, false},
		{"Liberation Day in 2026", "2026-05-05", &usual, true},
		{"Liberation Day in 2026 where it is always off", "2026-05-05", &yearly, false},
		{"Liberation Day in 2025 where it never is", "2025-05-05", &never, true},
		{"Ascension Day", "2026-05-14", &usual, false},
		{"the Friday after it", "2026-05-15", &usual, true},
		{"Whit Monday", "2026-05-25", &usual, false},
		{"Christmas", "2026-12-25", &usual, false},
		{"the second day of Christmas, a Monday", "2022-12-26", &usual, false},
		{"New Year's Eve", "2026-12-31", &usual, true},
		{"a day off of the administrator", "2026-06-12", &own, false},
		{"a day worked all the same", "2026-12-30", &own, true},
	};

	CHECK(off[0] == on("2026-06-12") && worked[0] == on("2026-12-30"), "the rows mean these days");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(calendar_workday(cases[i].c, on(cases[i].date)) == cases[i].worked, cases[i].name);
	CHECK(!calendar_workday(&usual, DAY_NONE), "no day is no working day");
}

static void own_before_rules(void)
{
	day christmas = on("2026-12-25"), sunday = on("2026-06-14"), both = on("2026-06-15");
	day days_off[] = {both}, days_on[] = {christmas, sunday, both};
	struct calendar c = {.holidays = days_off, .n_holidays = 1, .workdays = days_on, .n_workdays = 3};

	CHECK(calendar_workday(&c, christmas) && calendar_workday(&c, sunday) && calendar_workday(&c, both),
	      "what is worked all the same goes before everything");
}

static void terms(void)
{
	static const struct calendar c = {0};
	static const struct {
		const char *name, *from;
		int n;
		const char *last;
	} cases[] = {
		{"three days from a Monday", "2026-06-08", 3, "2026-06-11"},
		{"over a weekend", "2026-06-11", 3, "2026-06-16"},
		{"from a Saturday", "2026-06-13", 1, "2026-06-15"},
		{"over Easter", "2026-04-02", 2, "2026-04-07"},
		{"over Christmas and New Year", "2026-12-24", 5, "2027-01-04"},
		{"none", "2026-06-13", 0, "2026-06-13"},
		{"less than none", "2026-06-13", -3, "2026-06-13"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		day from = on(cases[i].from), last = calendar_add(&c, from, cases[i].n);

		CHECK(last == on(cases[i].last), cases[i].name);
		CHECK(calendar_workdays_between(&c, from, last) == (cases[i].n > 0 ? cases[i].n : 0),
		      "and back");
	}
	CHECK(calendar_workdays_between(&c, on("2026-06-12"), on("2026-06-14")) == 0 &&
		      calendar_workdays_between(&c, on("2026-06-14"), on("2026-06-12")) == 0 &&
		      calendar_workdays_between(&c, DAY_NONE, 20000) == 0 &&
		      calendar_workdays_between(&c, 20000, DAY_NONE) == 0 &&
		      calendar_add(&c, DAY_NONE, 3) == DAY_NONE,
	      "a weekend has none, nor has what is no period");
}

int main(void)
{
	static const struct test tests[] = {
		{"days", days},
		{"weeks", weeks},
		{"months", months},
		{"Easter", easter},
		{"working days", workdays},
		{"an administrator's days go before the rules", own_before_rules},
		{"terms in working days", terms},
		{NULL, NULL},
	};

	return unit_main("calendar", tests);
}
