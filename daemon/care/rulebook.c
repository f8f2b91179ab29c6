#include "care/rulebook.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

static int copy_calendar(struct rulebook *b, const struct calendar *from)
{
	b->days = calloc(from->n_holidays + from->n_workdays + 1, sizeof *b->days);
	if (b->days == NULL)
		return -ENOMEM;
	b->calendar = *from;
	for (size_t i = 0; i < from->n_holidays; i++)
		b->days[i] = from->holidays[i];
	for (size_t i = 0; i < from->n_workdays; i++)
		b->days[from->n_holidays + i] = from->workdays[i];
	b->calendar.holidays = b->days;
	b->calendar.workdays = b->days + from->n_holidays;
	return 0;
}

static int copy_freezes(struct rulebook *b, const struct rulebook_opts *o)
{
	b->freezes = calloc(o->n_freezes + 1, sizeof *b->freezes);
	if (b->freezes == NULL)
		return -ENOMEM;
	for (; b->n_freezes < o->n_freezes; b->n_freezes++)
		b->freezes[b->n_freezes] = o->freezes[b->n_freezes];
	return 0;
}

struct lists {
	struct lijsten **lijsten;
	struct buf *why;
};

static int read_lists(void *ctx, const char *dir)
{
	struct lists *l = ctx;

	return *l->lijsten == NULL ? lijsten_open(l->lijsten, dir, l->why)
				   : lijsten_more(*l->lijsten, dir, l->why);
}

/* What comes with the releases first, then the administrator's own over it. */
static int open_lists(struct rulebook *b, const char *own, struct buf *why)
{
	struct lists l = {&b->lijsten, why};
	int r = standards_folders(b->standards, read_lists, &l);

	return r == 0 && own != NULL ? read_lists(&l, own) : r;
}

/* hulpvormen.tsv of the administrator, when there is one. */
static int open_hulpvormen(struct rulebook *b, const char *own, struct buf *why)
{
	struct buf path = BUF_INIT;
	int r = 0;

	if (own == NULL)
		return 0;
	buf_addf(&path, "%s/hulpvormen.tsv", own);
	if (path.failed)
		r = -ENOMEM;
	else if (access(buf_str(&path), F_OK) == 0)
		r = hulpvormen_open(&b->hulpvormen, buf_str(&path), why);
	buf_free(&path);
	return r;
}

int rulebook_open(struct rulebook **ret, const struct rulebook_opts *o, struct buf *why)
{
	struct rulebook *b = calloc(1, sizeof *b);
	int r;

	if (b == NULL)
		return -ENOMEM;
	atomic_init(&b->references, 1);
	r = copy_calendar(b, o->calendar);
	if (r == 0)
		r = copy_freezes(b, o);
	if (r == 0)
		r = standards_open(&b->standards, o->schemas, why);
	if (r == 0)
		r = open_lists(b, o->lists, why);
	if (r == 0)
		r = open_hulpvormen(b, o->lists, why);
	if (r < 0)
		rulebook_drop(&b);
	else
		*ret = b;
	return r;
}

/* One freeze may follow another, and a release may begin in one: the latest day counts. */
day rulebook_release(const struct rulebook *b, const struct standard *s, day op)
{
	day free = op, before;

	if (standard_vanaf(s) != DAY_NONE && standard_vanaf(s) > free)
		free = standard_vanaf(s);
	do {
		before = free;
		for (size_t i = 0; i < b->n_freezes; i++)
			if (standard_is(s, b->freezes[i].standaard) && free >= b->freezes[i].from &&
			    free < b->freezes[i].until)
				free = b->freezes[i].until;
	} while (free != before);
	return standard_geldig(s, free) ? free : DAY_NONE;
}

struct rulebook *rulebook_hold(struct rulebook *b)
{
	atomic_fetch_add(&b->references, 1);
	return b;
}

void rulebook_drop(struct rulebook **b)
{
	struct rulebook *gone = *b;

	*b = NULL;
	if (gone == NULL || atomic_fetch_sub(&gone->references, 1) != 1)
		return;
	standards_free(&gone->standards);
	lijsten_free(&gone->lijsten);
	hulpvormen_free(&gone->hulpvormen);
	free(gone->days);
	free(gone->freezes);
	free(gone);
}
