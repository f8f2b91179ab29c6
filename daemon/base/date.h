/*
 * Civil days and moments.  Care knows days without a time zone; a moment is
 * microseconds since 1970-01-01 UTC.  Nothing here asks what time it is but
 * clock_us, which only main loops call; all else is given the moment.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

typedef int32_t day; /* days since 1970-01-01 */

#define DAY_NONE INT32_MIN /* no such day: an open end, an absent element */
#define MOMENT_TEXT 32     /* room for moment_text with its NUL */

/* day_parse reads jjjj-mm-dd, years 0001 to 9999; false when it is no real date. */
bool day_parse(const char *text, day *ret);

/* day_text writes jjjj-mm-dd and a NUL. */
void day_text(day d, char text[11]);

/*
 * day_of is the day in the Netherlands on which a moment falls: what senders
 * write as today.  Summer time from the last Sunday of March to that of
 * October, as the European directive has it.
 */
day day_of(int64_t us);

/* day_within tells whether d lies in from..until, both counted; DAY_NONE leaves a side open. */
bool day_within(day d, day from, day until);

/*
 * The calendar's arithmetic.  Days given lie in the years 0001 to 9999; for
 * DAY_NONE a day comes back as DAY_NONE and a number as 0.
 */
void day_split(day d, int *y, int *m, int *dd);
day day_make(int y, int m, int d); /* of a date that exists */
int day_month_length(int y, int m);

int day_weekday(day d); /* 1 Monday … 7 Sunday */

/* day_isoweek gives week 1 to 53 and the year to which that week belongs (ISO 8601). */
void day_isoweek(day d, int *year, int *week);

/*
 * day_weeknumber counts weeks, Monday first, from that of 1970-01-01: two days
 * of one ISO week give the same.
 */
int32_t day_weeknumber(day d);

/* day_month_first, day_month_last: of the month in which d lies. */
day day_month_first(day d);
day day_month_last(day d);

/* day_add_months, day_add_years keep the day of the month, or take the month's last when it is shorter. */
day day_add_months(day d, int months);
day day_add_years(day d, int years);

/* clock_us is now. */
int64_t clock_us(void);

/* clock_ms is a clock that never jumps, for timers only. */
int64_t clock_ms(void);

/* moment_text writes 2026-11-22T09:00:00.123Z. */
void moment_text(int64_t us, char text[MOMENT_TEXT]);

/*
 * moment_parse reads 2026-11-22T09:00:00.123+01:00: a T or a blank between,
 * seconds, fraction and zone (Z, +01:00, +0100, +01) may be absent, and so may
 * the whole time: midnight.  Without a zone it is the time in the Netherlands; of
 * the hour that October has twice the first is meant, that which March skips
 * is read as winter time.  False when it is no real moment; us is unchanged then.
 */
bool moment_parse(const char *text, int64_t *us);

#endif
