/*
 * Weeks cut by a month's end count in both months, so the months of an
 * allocation may add up to more than its total; that is why the total has its
 * own formula.  Frequencies: 1 per day, 2 per week, 4 per month, 6 in all.
 */
#include "care/volume.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

bool volume_outputgericht(const char *eenheid)
{
	return strcmp(eenheid, "82") == 0 || strcmp(eenheid, "83") == 0;
}

int64_t volume_dagen(day van, day tot)
{
	return (int64_t)tot - van + 1;
}

int64_t volume_weken(day van, day tot)
{
	return (int64_t)day_weeknumber(tot) - day_weeknumber(van) + 1;
}

/* A Sunday lies in van..tot for every week that has ended by the day after tot. */
int64_t volume_zondagen(day van, day tot)
{
	return (int64_t)day_weeknumber(tot + 1) - day_weeknumber(van);
}

int64_t volume_maanden(day van, day tot)
{
	int y1, m1, y2, m2, d;

	day_split(van, &y1, &m1, &d);
	day_split(tot, &y2, &m2, &d);
	return ((int64_t)y2 - y1) * 12 + m2 - m1 + 1;
}

static bool is_sunday(day d)
{
	return day_weekday(d) == 7;
}

/*
 * Does the broken last week of an outputgericht allocation count in van..tot?
 * It counts with the last Sunday.  An allocation too short to hold a Sunday is
 * one broken week; it counts where the allocation ends.
 */
static bool last_week_here(const struct omvang *o, day van, day tot)
{
	day anker;

	if (o->eind == DAY_NONE || is_sunday(o->eind))
		return false;
	anker = o->eind - day_weekday(o->eind);
	if (anker < o->ingang)
		anker = o->eind;
	return day_within(anker, van, tot);
}

static int64_t weeks(const struct omvang *o, day van, day tot)
{
	if (!volume_outputgericht(o->eenheid))
		return volume_weken(van, tot);
	return volume_zondagen(van, tot) + last_week_here(o, van, tot);
}

static bool times(const struct omvang *o, int64_t n, int64_t *ret)
{
	return n >= 0 && o->volume >= 0 && !__builtin_mul_overflow(o->volume, n, ret);
}

bool volume_periode(const struct omvang *o, day van, day tot, int64_t *ret)
{
	if (van == DAY_NONE || tot == DAY_NONE || tot < van)
		return false;
	switch (o->frequentie[0]) {
	case '1':
		return times(o, volume_dagen(van, tot), ret);
	case '2':
		return times(o, weeks(o, van, tot), ret);
	case '4': /* a broken month counts in full */
	case '6':
		return times(o, 1, ret);
	default:
		return false;
	}
}

bool volume_totaal(const struct omvang *o, int64_t *ret)
{
	day van = o->ingang, tot = o->eind;

	if (o->frequentie[0] == '6')
		return times(o, 1, ret);
	if (van == DAY_NONE || tot == DAY_NONE || tot < van)
		return false;
	switch (o->frequentie[0]) {
	case '1':
		return times(o, volume_dagen(van, tot), ret);
	case '2':
		return times(o, weeks(o, van, tot), ret);
	case '4':
		return times(o, volume_maanden(van, tot), ret);
	default:
		return false;
	}
}

bool volume_in(const char *van, const char *naar, int64_t n, int64_t *ret)
{
	*ret = n;
	if (strcmp(van, naar) == 0)
		return true;
	return strcmp(van, "04") == 0 && strcmp(naar, "01") == 0 &&
	       !__builtin_mul_overflow(n, INT64_C(60), ret);
}

bool volume_past(const char *toegewezen, const char *ingediend)
{
	int64_t n;

	return volume_in(toegewezen, ingediend, 1, &n);
}

bool volume_uurbedrag(int64_t tarief, int64_t minuten, int64_t *ret)
{
	int64_t n;

	if (tarief < 0 || minuten < 0 || __builtin_mul_overflow(tarief, minuten, &n) ||
	    __builtin_add_overflow(n, INT64_C(30), &n))
		return false;
	*ret = n / 60;
	return true;
}

/* As the code list of units names them, in the number that a sentence needs. */
static const struct {
	const char *code, *een[2], *meer[2]; /* Dutch, English */
} namen[] = {
	/* clang-format off */
	{"01", {"minuut", "minute"},    {"minuten", "minutes"}},
	{"04", {"uur", "hour"},         {"uur", "hours"}},
	{"14", {"etmaal", "24-hour day"}, {"etmalen", "24-hour days"}},
	{"16", {"dagdeel", "day part"}, {"dagdelen", "day parts"}},
	{"82", {"stuk", "piece"},       {"stuks", "pieces"}},
	{"84", {"stuk", "piece"},       {"stuks", "pieces"}},
	/* clang-format on */
};

void volume_tekst(int64_t n, const char *eenheid, bool english, char ret[VOLUME_TEKST])
{
	const char *naam = english ? "units" : "eenheden";

	if (strcmp(eenheid, "83") == 0) {
		(void)snprintf(ret, VOLUME_TEKST, "%s%" PRId64 "%c%02d euro", n < 0 ? "-" : "",
			       n < 0 ? -(n / 100) : n / 100, english ? '.' : ',',
			       (int)(n < 0 ? -(n % 100) : n % 100));
		return;
	}
	for (size_t i = 0; i < sizeof namen / sizeof *namen; i++)
		if (strcmp(namen[i].code, eenheid) == 0)
			naam = n == 1 ? namen[i].een[english] : namen[i].meer[english];
	(void)snprintf(ret, VOLUME_TEKST, "%" PRId64 " %s", n, naam);
}
