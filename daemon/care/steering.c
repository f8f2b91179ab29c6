#include "care/steering.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

/* "2027-03-27 2027-04-01" */
static bool read_period(const char *value, struct freeze *f)
{
	char from[11];

	if (strlen(value) != 21 || value[10] != ' ')
		return false;
	memcpy(from, value, 10);
	from[10] = '\0';
	return day_parse(from, &f->from) && day_parse(value + 11, &f->until) && f->from < f->until;
}

static void add_maintenance(struct steering *s, const char *name, const char *value)
{
	(void)name;
	s->maintenance = true;
	(void)snprintf(s->text, sizeof s->text, "%s", value);
}

static void add_freeze(struct steering *s, const char *name, const char *value)
{
	struct freeze f;

	if (s->n_freezes == STEERING_ROWS || !read_period(value, &f))
		return;
	(void)snprintf(f.standaard, sizeof f.standaard, "%s", name);
	s->freezes[s->n_freezes++] = f;
}

static void add_hold(struct steering *s, const char *name, const char *value)
{
	(void)value;
	if (s->n_holds < STEERING_ROWS)
		(void)snprintf(s->holds[s->n_holds++], sizeof s->holds[0], "%s", name);
}

static bool knows_standard(const struct rulebook *b, const char *name)
{
	const struct berichttype *types;
	size_t n;

	if (b == NULL)
		return true;
	types = standards_types(b->standards, &n);
	for (size_t i = 0; i < n; i++)
		if (standard_is(types[i].standard, name))
			return true;
	return false;
}

static bool check_maintenance(const struct steering *s, const struct rulebook *b, const char *name, const char *value,
			      struct buf *why)
{
	(void)s;
	(void)b;
	(void)name;
	if (strlen(value) < STEERING_TEXT)
		return true;
	buf_addf(why, "text: at most %d bytes", STEERING_TEXT - 1);
	return false;
}

static bool check_freeze(const struct steering *s, const struct rulebook *b, const char *name, const char *value,
			 struct buf *why)
{
	struct freeze f;

	if (!knows_standard(b, name))
		buf_addf(why, "standard: there is no standard of this name here; expected for example ijw");
	else if (!read_period(value, &f))
		buf_adds(why, "from, until: expected two days as 2027-03-27, the second after the first");
	else if (s->n_freezes == STEERING_ROWS)
		buf_addf(why, "there are %d freezes already; end one first", STEERING_ROWS);
	return why->len == 0;
}

static bool check_hold(const struct steering *s, const struct rulebook *b, const char *name, const char *value,
		       struct buf *why)
{
	size_t n = strlen(name);

	(void)b;
	(void)value;
	if ((n != 4 && n != 8) || strspn(name, "0123456789") != n)
		buf_adds(why, "code: expected a gemeentecode (4 digits) or an AGB code (8 digits)");
	else if (s->n_holds == STEERING_ROWS && !steering_held(s, name))
		buf_addf(why, "%d codes are held already; resume one first", STEERING_ROWS);
	return why->len == 0;
}

static const struct {
	const char *kind;
	void (*add)(struct steering *s, const char *name, const char *value);
	bool (*check)(const struct steering *s, const struct rulebook *b, const char *name, const char *value,
		      struct buf *why);
} kinds[] = {
	{STEER_MAINTENANCE, add_maintenance, check_maintenance},
	{STEER_FREEZE, add_freeze, check_freeze},
	{STEER_HOLD, add_hold, check_hold},
};

void steering_add(struct steering *s, const char *kind, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			kinds[i].add(s, name, value);
}

int steering_check(const struct steering *s, const struct rulebook *rules, const char *kind, const char *name,
		   const char *value, struct buf *why)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].check(s, rules, name, value, why) ? 0 : -EINVAL;
	buf_adds(why, "there is no such setting");
	return -EINVAL;
}

bool steering_held(const struct steering *s, const char *code)
{
	for (size_t i = 0; i < s->n_holds; i++)
		if (strcmp(s->holds[i], code) == 0)
			return true;
	return false;
}

day steering_release(const struct steering *s, const struct rulebook *rules, const struct standard *standard, day op)
{
	day release = rulebook_release(rules, standard, op), before;

	if (release == DAY_NONE || s->maintenance)
		return release == DAY_NONE ? DAY_NONE : STEERING_OPEN;
	do { /* one freeze may lead into another, also into one of the file */
		before = release;
		for (size_t i = 0; i < s->n_freezes; i++)
			if (standard_is(standard, s->freezes[i].standaard) && release >= s->freezes[i].from &&
			    release < s->freezes[i].until)
				release = rulebook_release(rules, standard, s->freezes[i].until);
	} while (release != before && release != DAY_NONE);
	return release;
}
