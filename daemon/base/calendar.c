#include "base/calendar.h"

#include "base/banned.h"

/* Days from Easter Sunday. */
#define GOOD_FRIDAY (-2)
#define EASTER_MONDAY 1
#define ASCENSION 39
#define WHIT_MONDAY 50

/* Butcher's method: the full moon of spring by the golden number, then the Sunday after it. */
day easter_sunday(int year)
{
	int golden = year % 19, century = year / 100, in_century = year % 100;
	int skipped = (8 * century + 13) / 25;
	int moon = (19 * golden + century - century / 4 - skipped + 15) % 30;
	int weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - moon - in_century % 4) % 7;
	int late = (golden + 11 * moon + 22 * weekday) / 451;
	int n = moon + weekday - 7 * late + 114;

	return day_make(year, n / 31, n % 31 + 1);
}

static bool among(day d, const day *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == d)
			return true;
	return false;
}

static bool by_easter(const struct calendar *c, day d, int year)
{
	int32_t n = d - easter_sunday(year);

	return n == EASTER_MONDAY || n == ASCENSION || n == WHIT_MONDAY ||
	       (n == GOOD_FRIDAY && c->good_friday);
}

static bool kings_day(day d, int m, int dd)
{
	return m == 4 && ((dd == 27 && day_weekday(d) != 7) || (dd == 26 && day_weekday(d) == 6));
}

static bool liberation_day(const struct calendar *c, int y, int m, int dd)
{
	return m == 5 && dd == 5 &&
	       (c->liberation == LIBERATION_EVERY_YEAR ||
		(c->liberation == LIBERATION_FIFTH_YEAR && y % 5 == 0));
}

bool calendar_workday(const struct calendar *c, day d)
{
	int y, m, dd;

	if (d == DAY_NONE)
		return false;
	if (among(d, c->workdays, c->n_workdays))
		return true;
	if (day_weekday(d) > 5 || among(d, c->holidays, c->n_holidays))
		return false;
	day_split(d, &y, &m, &dd);
	if ((m == 1 && dd == 1) || (m == 12 && (dd == 25 || dd == 26)))
		return false;
	return !kings_day(d, m, dd) && !liberation_day(c, y, m, dd) &&
	       (m < 3 || m > 6 || !by_easter(c, d, y)); /* Good Friday to Whit Monday */
}

day calendar_add(const struct calendar *c, day from, int n)
{
	if (from == DAY_NONE)
		return DAY_NONE;
	while (n > 0)
		n -= calendar_workday(c, ++from);
	return from;
}

int calendar_workdays_between(const struct calendar *c, day from, day until)
{
	int n = 0;

	if (from == DAY_NONE || until == DAY_NONE)
		return 0;
	while (from < until)
		n += calendar_workday(c, ++from);
	return n;
}
