/*
 * Dutch working days.  A working day is Monday to Friday and none of: New
 * Year's Day, Easter Monday, King's Day (27 April; the 26th when that is a
 * Sunday), Ascension Day, Whit Monday, both days of Christmas; and where the
 * settings say so Good Friday and Liberation Day.  An administrator's own days
 * go before all of these.  Pure: nothing here asks what day it is.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/date.h"

/* Liberation Day, 5 May: a day off every fifth year (2025, 2030), as in most collective agreements. */
enum liberation { LIBERATION_FIFTH_YEAR, LIBERATION_EVERY_YEAR, LIBERATION_NEVER };

/* Zeroes are the usual calendar.  The lists are borrowed for as long as the calendar is used. */
struct calendar {
	enum liberation liberation;
	bool good_friday;
	const day *holidays; /* days off besides */
	size_t n_holidays;
	const day *workdays; /* worked on all the same */
	size_t n_workdays;
};

/* calendar_workday tells whether d is worked; never true for DAY_NONE. */
bool calendar_workday(const struct calendar *c, day d);

/*
 * calendar_add is the n-th working day after `from`, which itself does not
 * count: the last day in time for a term of n working days.  `from` when n is
 * not above 0, DAY_NONE for DAY_NONE.
 */
day calendar_add(const struct calendar *c, day from, int n);

/*
 * calendar_workdays_between counts the working days after `from`, up to and
 * with `until`: how far a day lies beyond its term.  0 when `until` is not
 * later or either is DAY_NONE.
 */
int calendar_workdays_between(const struct calendar *c, day from, day until);

/* easter_sunday of a year of the Gregorian calendar. */
day easter_sunday(int year);

#endif
