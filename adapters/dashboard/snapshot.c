#include "snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/bewaking.h"
#include "store/bodies.h"
#include "store/register.h"
#include "values.h"

#include "base/banned.h"

#define HOUR_US INT64_C(3600000000)
#define TALLY_US INT64_C(60000000)

/* ---- rows into the arena ---- */

/* Makes room for one more of size bytes in a list that doubles; the old ones stay in the arena. */
static void *one_more(struct arena *a, void *list, size_t n, size_t *room, size_t size)
{
	void *bigger;

	if (n < *room)
		return list;
	bigger = arena_alloc(a, (*room * 2 + 32) * size);
	if (bigger == NULL)
		return NULL;
	if (n > 0)
		memcpy(bigger, list, n * size);
	*room = *room * 2 + 32;
	return bigger;
}

int counts_add(void *ctx, const struct view_count *c)
{
	struct count_list *l = ctx;
	struct view_count *list = one_more(l->arena, l->list, l->n, &l->room, sizeof *list), *row;

	if (list == NULL)
		return -ENOMEM;
	l->list = list;
	row = &list[l->n++];
	*row = *c;
	row->party = arena_strdup(l->arena, c->party != NULL ? c->party : "");
	row->type = arena_strdup(l->arena, c->type != NULL ? c->type : "");
	return row->party != NULL && row->type != NULL ? 0 : -ENOMEM;
}

struct queue_list {
	struct arena *arena;
	struct store_queue_row *list;
	size_t n, room;
};

static int add_queue(void *ctx, const struct store_queue_row *q)
{
	struct queue_list *l = ctx;
	struct store_queue_row *list = one_more(l->arena, l->list, l->n, &l->room, sizeof *list);

	if (list == NULL)
		return -ENOMEM;
	l->list = list;
	list[l->n] = *q;
	list[l->n].receiver = arena_strdup(l->arena, q->receiver);
	return list[l->n++].receiver != NULL ? 0 : -ENOMEM;
}

struct setting_list {
	struct arena *arena;
	struct view_setting *list;
	size_t n, room;
};

static int add_setting(void *ctx, const struct view_setting *s)
{
	struct setting_list *l = ctx;
	struct view_setting *list = one_more(l->arena, l->list, l->n, &l->room, sizeof *list);
	const char *const *from[] = {&s->kind, &s->name, &s->value, &s->who, &s->reason};

	if (list == NULL)
		return -ENOMEM;
	l->list = list;
	list[l->n] = (struct view_setting){.moment = s->moment};
	for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
		const char **to[] = {&list[l->n].kind, &list[l->n].name, &list[l->n].value,
				     &list[l->n].who, &list[l->n].reason};

		*to[i] = arena_strdup(l->arena, *from[i] != NULL ? *from[i] : "");
		if (*to[i] == NULL)
			return -ENOMEM;
	}
	l->n++;
	return 0;
}

/* ---- open ends and overdue answers ---- */

/* A row's place, by a hash of its key (FNV-1a); a clash of hashes would need 2^32 pairs. */
static uint64_t key_of(const char *gemeente, const char *aanbieder, bool due)
{
	const char *const texts[] = {gemeente, "|", aanbieder, due ? "|due" : "|end"};
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (const char *c = texts[i]; *c != '\0'; c++)
			h = (h ^ (unsigned char)*c) * UINT64_C(1099511628211);
	return h;
}

static struct pair_tally *tally_of(struct tallies *t, const char *gemeente, const char *aanbieder,
				   bool due)
{
	uint64_t key = key_of(gemeente, aanbieder, due);
	uintptr_t place = (uintptr_t)map_get(&t->places, key); /* one more than the row's number */
	struct pair_tally *bigger;

	if (place != 0)
		return &t->list[place - 1];
	if (t->n == t->room) {
		bigger = realloc(t->list, (t->room * 2 + 64) * sizeof *bigger);
		if (bigger == NULL)
			return NULL;
		t->list = bigger;
		t->room = t->room * 2 + 64;
	}
	if (map_put(&t->places, key, (void *)(uintptr_t)(t->n + 1)) < 0)
		return NULL;
	t->list[t->n] = (struct pair_tally){.due = due, .oldest = DAY_NONE};
	(void)snprintf(t->list[t->n].gemeente, sizeof t->list->gemeente, "%s", gemeente);
	(void)snprintf(t->list[t->n].aanbieder, sizeof t->list->aanbieder, "%s", aanbieder);
	return &t->list[t->n++];
}

static void older(struct pair_tally *p, day d)
{
	if (p->oldest == DAY_NONE || d < p->oldest)
		p->oldest = d;
}

static int tally_end(void *ctx, const struct reg_open_einde *e)
{
	struct pair_tally *p = tally_of(ctx, e->paar.gemeente, e->paar.aanbieder, false);
	char licht[16] = "";

	if (p == NULL)
		return -ENOMEM;
	if (e->sterkte >= 0 && e->sterkte < N_STERKTEN)
		p->n[e->sterkte]++;
	p->rood += basis_deel(e->basis, "licht", licht, sizeof licht) && strcmp(licht, "rood") == 0;
	older(p, e->sinds);
	return 0;
}

static int tally_due(void *ctx, const struct reg_verwachting *v)
{
	struct pair_tally *p = tally_of(ctx, v->debiteur, v->crediteur, true);

	if (p == NULL)
		return -ENOMEM;
	p->n[0]++;
	older(p, v->uiterlijk);
	return 0;
}

static void tallies_drop(struct tallies **t)
{
	struct tallies *left = *t;

	*t = NULL;
	if (left == NULL || --left->references > 0)
		return;
	map_free(&left->places);
	free(left->list);
	free(left);
}

static struct tallies *tallies_make(struct store *st, const struct snapshot *s, int *r)
{
	struct tallies *t = calloc(1, sizeof *t);

	if (t == NULL) {
		*r = -ENOMEM;
		return NULL;
	}
	t->references = 1;
	t->on = day_of(s->at);
	t->at = s->at;
	t->last_id = s->last_id;
	*r = st->reg->open_einden(st, 0, tally_end, t);
	if (*r == 0) /* due before today: late */
		*r = st->reg->verwachtingen(st, NULL, t->on - 1, tally_due, t);
	if (*r < 0)
		tallies_drop(&t);
	return t;
}

static int take_tallies(struct store *st, struct snapshot *s, const struct snapshot *before)
{
	struct tallies *old = before != NULL ? before->tallies : NULL;
	int r = 0;

	if (old != NULL && old->on == day_of(s->at) &&
	    (old->last_id == s->last_id || s->at - old->at < TALLY_US)) {
		old->references++;
		s->tallies = old;
	} else {
		s->tallies = tallies_make(st, s, &r);
	}
	return r;
}

/* ---- all of it ---- */

/* Keys come in any order; the newest has the highest number. */
struct keys {
	uint32_t newest;
	int64_t under_newest, all;
};

static int add_key(void *ctx, uint32_t key, int64_t bodies)
{
	struct keys *k = ctx;

	k->all += bodies;
	if (key >= k->newest)
		k->under_newest = bodies;
	if (key > k->newest)
		k->newest = key;
	return 0;
}

static int read_keys(struct store *st, struct snapshot *s)
{
	struct keys k = {0};
	int r = bodies_counts(st, add_key, &k);

	s->resealing = k.all - k.under_newest;
	return r;
}

static int read_store(struct store *st, struct snapshot *s, const struct snapshot *before)
{
	struct count_list hours = {.arena = &s->arena}, totals = {.arena = &s->arena};
	struct queue_list queues = {.arena = &s->arena};
	struct setting_list settings = {.arena = &s->arena};
	int64_t hour = s->at / HOUR_US;
	int r = st->ops->last_id(st, &s->last_id);

	if (r == 0)
		r = st->ops->totals(st, &s->all);
	if (r == 0)
		r = st->ops->queues(st, add_queue, &queues);
	if (r == 0)
		r = view_counts(st, hour - SNAPSHOT_HOURS + 1, hour + 1, counts_add, &hours);
	if (r == 0)
		r = view_totals(st, counts_add, &totals);
	if (r == 0)
		r = view_settings(st, add_setting, &settings);
	if (r == 0)
		r = view_sizes(st, &s->sizes);
	if (r == 0)
		r = read_keys(st, s);
	if (r == 0)
		r = take_tallies(st, s, before);
	s->hours = hours.list;
	s->n_hours = hours.n;
	s->totals = totals.list;
	s->n_totals = totals.n;
	s->queues = queues.list;
	s->n_queues = queues.n;
	s->settings = settings.list;
	s->n_settings = settings.n;
	return r;
}

static void read_histograms(struct snapshot *s)
{
	const json_t *live = json_object_get(s->status, "live"),
		     *h = json_object_get(live, "histograms");

	(void)histogram_read(json_object_get(h, "receipt"), &s->histograms[TIMED_RECEIPT]);
	(void)histogram_read(json_object_get(h, "delivery"), &s->histograms[TIMED_DELIVERY]);
}

struct snapshot *snapshot_make(struct hub *h, struct store *st, const struct snapshot *before,
			       int64_t now, int *store_error)
{
	struct snapshot *s = calloc(1, sizeof *s);

	*store_error = 0;
	if (s == NULL)
		return NULL;
	s->references = 1;
	s->at = now;
	s->status = hub_ask(h, json_pack("{s:s}", "cmd", "status"));
	if (s->status != NULL && hub_error(s->status) != NULL) {
		json_decref(s->status);
		s->status = NULL;
	}
	s->hub_since = before != NULL && (before->status == NULL) == (s->status == NULL)
			       ? before->hub_since
			       : now;
	read_histograms(s);
	if (st != NULL)
		*store_error = read_store(st, s, before);
	s->store_ok = st != NULL && *store_error == 0;
	return s;
}

struct snapshot *snapshot_hold(struct snapshot *s)
{
	s->references++;
	return s;
}

void snapshot_drop(struct snapshot **s)
{
	struct snapshot *left = *s;

	*s = NULL;
	if (left == NULL || --left->references > 0)
		return;
	tallies_drop(&left->tallies);
	json_decref(left->status);
	arena_release(&left->arena);
	free(left);
}

const char *snapshot_state(const struct snapshot *s)
{
	const json_t *live = json_object_get(s->status, "live");

	if (s->status == NULL)
		return "down";
	if (json_is_true(json_object_get(live, "stopping")))
		return "stopping";
	return snapshot_setting(s, "maintenance", NULL) != NULL ? "maintenance" : "up";
}

const struct view_setting *snapshot_setting(const struct snapshot *s, const char *kind,
					    const char *name)
{
	for (size_t i = 0; i < s->n_settings; i++)
		if (strcmp(s->settings[i].kind, kind) == 0 &&
		    (name == NULL || strcmp(s->settings[i].name, name) == 0))
			return &s->settings[i];
	return NULL;
}

bool snapshot_connected(const struct snapshot *s, const struct reference *ref, const char *code)
{
	const json_t *sessions = json_object_get(json_object_get(s->status, "live"), "sessions");
	day today = day_of(s->at);

	for (size_t i = 0; i < json_array_size(sessions); i++) {
		const struct partij *p =
			parties_find(ref->who, text_of(json_array_get(sessions, i), "party"));

		if (p != NULL && partij_permit(p, code, NULL, MAY_RECEIVE, today) == PERMIT_YES)
			return true;
	}
	return false;
}
