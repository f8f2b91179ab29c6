#include "base/date.h"

#include <stdio.h>
#include <time.h>

#include "base/banned.h"

#define DAY_US (86400 * INT64_C(1000000))
#define HOUR_US (DAY_US / 24)
#define MINUTE_US (HOUR_US / 60)

/* Days since 1970-01-01 of a proleptic Gregorian date; March is the year's first month here. */
static int32_t days_from_civil(int y, int m, int d)
{
	int era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void civil_from_days(int32_t z, int *y, int *m, int *d)
{
	int era, doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = yoe + era * 400 + (*m <= 2);
}

static bool digits(const char *s, int n, int *ret)
{
	*ret = 0;
	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*ret = *ret * 10 + (s[i] - '0');
	}
	return true;
}

int day_month_length(int y, int m)
{
	static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return length[m - 1] + (m == 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0));
}

bool day_parse(const char *t, day *ret)
{
	int y, m, d;

	if (!digits(t, 4, &y) || t[4] != '-' || !digits(t + 5, 2, &m) || t[7] != '-' ||
	    !digits(t + 8, 2, &d) || t[10] != '\0')
		return false;
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > day_month_length(y, m))
		return false;
	*ret = days_from_civil(y, m, d);
	return true;
}

void day_text(day when, char text[11])
{
	int y, m, d;

	civil_from_days(when, &y, &m, &d);
	(void)snprintf(text, 11, "%04u-%02u-%02u", (unsigned)y % 10000, (unsigned)m % 100,
		       (unsigned)d % 100);
}

static day utc_day(int64_t us)
{
	int64_t d = us / DAY_US;

	return (day)(us % DAY_US < 0 ? d - 1 : d);
}

/* 01:00 UTC on the last Sunday of a month: when clocks in the Netherlands change. */
static int64_t clock_change(int year, int month)
{
	day last = day_month_last(day_make(year, month, 1));

	return (int64_t)(last - day_weekday(last) % 7) * DAY_US + HOUR_US;
}

static bool is_summer(int64_t us)
{
	int year, month, d;

	day_split(utc_day(us), &year, &month, &d);
	return us >= clock_change(year, 3) && us < clock_change(year, 10);
}

day day_of(int64_t us)
{
	return utc_day(us + (is_summer(us) ? 2 : 1) * HOUR_US);
}

bool day_within(day d, day from, day until)
{
	return (from == DAY_NONE || d >= from) && (until == DAY_NONE || d <= until);
}

void day_split(day d, int *y, int *m, int *dd)
{
	*y = *m = *dd = 0;
	if (d != DAY_NONE)
		civil_from_days(d, y, m, dd);
}

day day_make(int y, int m, int d)
{
	return days_from_civil(y, m, d);
}

/* 1970-01-01 was a Thursday, so the week around it began three days earlier. */
int32_t day_weeknumber(day d)
{
	if (d == DAY_NONE)
		return 0;
	return d >= -3 ? (d + 3) / 7 : (d - 3) / 7;
}

int day_weekday(day d)
{
	return d == DAY_NONE ? 0 : d + 3 - 7 * day_weeknumber(d) + 1;
}

void day_isoweek(day d, int *year, int *week)
{
	int m, dd;

	*year = *week = 0;
	if (d == DAY_NONE)
		return;
	civil_from_days(d - day_weekday(d) + 4, year, &m, &dd); /* a week belongs to the year of its Thursday */
	*week = day_weeknumber(d) - day_weeknumber(day_make(*year, 1, 4)) + 1; /* 4 January is in week 1 */
}

day day_month_first(day d)
{
	int y, m, dd;

	if (d == DAY_NONE)
		return DAY_NONE;
	civil_from_days(d, &y, &m, &dd);
	return d - dd + 1;
}

day day_month_last(day d)
{
	int y, m, dd;

	if (d == DAY_NONE)
		return DAY_NONE;
	civil_from_days(d, &y, &m, &dd);
	return d - dd + day_month_length(y, m);
}

day day_add_months(day d, int months)
{
	int y, m, dd, last;

	if (d == DAY_NONE)
		return DAY_NONE;
	civil_from_days(d, &y, &m, &dd);
	m += months;
	y += m > 0 ? (m - 1) / 12 : m / 12 - 1;
	m = m > 0 ? (m - 1) % 12 + 1 : m % 12 + 12;
	last = day_month_length(y, m);
	return days_from_civil(y, m, dd < last ? dd : last);
}

day day_add_years(day d, int years)
{
	return day_add_months(d, 12 * years);
}

int64_t clock_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail with this clock */
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail with this clock */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void moment_text(int64_t us, char text[MOMENT_TEXT])
{
	int64_t in_day = us - (int64_t)utc_day(us) * DAY_US;
	unsigned ms = (unsigned)(in_day / 1000);
	char date[11];

	day_text(utc_day(us), date);
	(void)snprintf(text, MOMENT_TEXT, "%s %02u:%02u:%02u.%03uZ", date, ms / 3600000,
		       ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
	text[10] = 'T';
}

/* hh:mm, hh:mm:ss or hh:mm:ss.f…; *t moves behind it. */
static bool time_parse(const char **t, int64_t *ret)
{
	const char *at = *t;
	int h, m, s = 0, digit;

	if (!digits(at, 2, &h) || at[2] != ':' || !digits(at + 3, 2, &m) || h > 23 || m > 59)
		return false;
	*ret = h * HOUR_US + m * MINUTE_US;
	at += 5;
	if (*at == ':') {
		if (!digits(at + 1, 2, &s) || s > 59)
			return false;
		*ret += s * INT64_C(1000000);
		at += 3;
		if (*at == '.' || *at == ',') {
			if (!digits(++at, 1, &digit))
				return false;
			for (int64_t unit = 100000; digits(at, 1, &digit); unit /= 10, at++)
				*ret += digit * unit;
		}
	}
	*t = at;
	return true;
}

/* Z, +hh, +hhmm or +hh:mm, and then the end. */
static bool zone_parse(const char *t, int64_t *ret)
{
	int h, m = 0, sign = *t == '-' ? -1 : 1;

	*ret = 0;
	if (*t == 'Z' || *t == 'z')
		return t[1] == '\0';
	if ((*t != '+' && *t != '-') || !digits(t + 1, 2, &h) || h > 23)
		return false;
	t += 3;
	if (*t != '\0') {
		t += *t == ':';
		if (!digits(t, 2, &m) || m > 59 || t[2] != '\0')
			return false;
	}
	*ret = sign * (h * HOUR_US + m * MINUTE_US);
	return true;
}

/* Clocks in the Netherlands showed this as if it were UTC. */
static int64_t from_local(int64_t shown)
{
	return is_summer(shown - 2 * HOUR_US) ? shown - 2 * HOUR_US : shown - HOUR_US;
}

bool moment_parse(const char *text, int64_t *us)
{
	char date[11] = "";
	int64_t shown, in_day = 0, zone;
	day d;

	(void)snprintf(date, sizeof date, "%.10s", text);
	if (!day_parse(date, &d))
		return false;
	text += 10;
	if (*text == 'T' || *text == 't' || *text == ' ') {
		text++;
		if (!time_parse(&text, &in_day))
			return false;
	} else if (*text != '\0') {
		return false;
	}
	shown = d * DAY_US + in_day;
	if (*text == '\0') {
		*us = from_local(shown);
		return true;
	}
	if (!zone_parse(text, &zone))
		return false;
	*us = shown - zone;
	return true;
}
