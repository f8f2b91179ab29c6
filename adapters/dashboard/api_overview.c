/* The first page. */
#include "handlers.h"
#include "overview.h"
#include "request.h"
#include "values.h"
#include "watch.h"

#include "base/banned.h"

#define HOUR_US INT64_C(3600000000)

/* More hours than a snapshot holds are read for this request alone. */
static int read_hours(struct request *q, const struct snapshot *s, unsigned hours,
		      struct count_list *ret)
{
	struct store *st = pool_take(q->d->pool);
	int64_t hour = s->at / HOUR_US;
	int r = st == NULL ? -1 : view_counts(st, hour - hours + 1, hour + 1, counts_add, ret);

	if (r < 0)
		pool_spoil(&st);
	pool_give(q->d->pool, &st);
	return r;
}

void handle_overview(struct request *q)
{
	unsigned hours = (unsigned)query_number(&q->query, "hours", 24, 1, OVERVIEW_HOURS_MOST);
	struct scope scope = request_scope(q);
	struct arena a = ARENA_INIT;
	struct count_list rows = {.arena = &a};
	struct snapshot *s;
	json_t *o = NULL;

	if (request_wrong(q))
		return;
	s = watch_snapshot(q->d->watch);
	if (s != NULL && hours > SNAPSHOT_HOURS && read_hours(q, s, hours, &rows) == 0)
		o = overview_make(s, q->ref, &scope, hours, rows.list, rows.n);
	else if (s != NULL)
		o = overview_make(s, q->ref, &scope, hours, s->hours, s->n_hours);
	if (o != NULL)
		set_moment(o, "now", s->at);
	arena_release(&a);
	snapshot_drop(&s);
	answer_json(q, o);
}
