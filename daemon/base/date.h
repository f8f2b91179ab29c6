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

/* day_of is the UTC day on which a moment falls. */
day day_of(int64_t us);

/* day_within tells whether d lies in from..until, both counted; DAY_NONE leaves a side open. */
bool day_within(day d, day from, day until);

/* clock_us is now. */
int64_t clock_us(void);

/* clock_ms is a clock that never jumps, for timers only. */
int64_t clock_ms(void);

/* moment_text writes 2026-11-22T09:00:00.123Z. */
void moment_text(int64_t us, char text[MOMENT_TEXT]);

#endif
