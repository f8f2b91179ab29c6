#include "reports.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "burden.h"
#include "care/bewaking.h"
#include "care/flows.h"
#include "care/gewoonte.h"
#include "flows_json.h"
#include "values.h"
#include "watch.h"

#include "base/banned.h"

#define REST_MOST_US 100000 /* between two readings */
#define CHUNK 2000 /* dossiers read in one go: while a read lasts the hub cannot shorten its log \
#define REST_MOST_US 100000
		    */
#define FRESH_US INT64_C(600000000)
#define KEEP_EPISODES 100000	    /* of more nothing is kept between two reports: some 60 MB */
#define FAILED_US INT64_C(10000000) /* after a failure nothing is tried for so long */

/* One report that was asked for. */
struct slot {
	struct report_ask ask;
	bool used, wanted, failed;
	json_t *value; /* NULL: not made yet */
	int64_t made, last_id, asked;
	day on;
};

/* All episodes as they were known at a moment: what every report is made from. */
struct ground {
	struct episoden episoden;
	struct gewoonten *gewoonten;
	day on;
	int64_t last_id, made;
};

struct reports {
	struct dashboard *d;
	pthread_t thread;
	pthread_mutex_t lock; /* of the slots */
	pthread_cond_t wanted;
	struct slot slots[REPORTS_KEPT];
	bool stopping;
	struct ground ground; /* the thread's own */
	int64_t of_id;	      /* the last message that the last report counts */
};

/* ---- what every report is made from ---- */

static void ground_free(struct ground *g)
{
	gewoonten_free(&g->gewoonten);
	episoden_free(&g->episoden);
	*g = (struct ground){0};
}

static bool stopping(struct reports *r)
{
	bool now;

	(void)pthread_mutex_lock(&r->lock);
	now = r->stopping;
	(void)pthread_mutex_unlock(&r->lock);
	return now;
}

struct chunk {
	struct ground *to;
	const struct hulpvormen *forms;
	int64_t last; /* dossier that was read last */
	unsigned n;
};

static int take_dossier(void *ctx, const struct reg_dossier *d)
{
	struct chunk *c = ctx;
	int r = episoden_van(d, c->forms, &c->to->episoden);

	c->last = d->id;
	return r < 0 ? r : ++c->n >= CHUNK;
}

/*
 * As long as the work took: idle priority gives way on a processor, but not in
 * the caches and the memory that the hub shares with it.
 */
static void rest(int64_t worked_us)
{
	struct timespec t = {0, (worked_us < REST_MOST_US ? worked_us : REST_MOST_US) * 1000};

	if (worked_us > 0)
		(void)nanosleep(&t, NULL); /* woken early is fine */
}

/* Some dossiers at a time; what comes in meanwhile counts up to `last_id` only. */
static int read_dossiers(struct reports *r, struct store *st, const struct reference *ref,
			 struct ground *g)
{
	struct chunk c = {.to = g, .forms = ref->hulpvormen, .n = CHUNK};
	int result = 0;

	while (result == 0 && c.n >= CHUNK) {
		int64_t began = clock_us();

		c.n = 0;
		result = stopping(r) ? -ECANCELED
				     : st->reg->dossiers(st, c.last, g->last_id, take_dossier, &c);
		rest(clock_us() - began);
	}
	return result;
}

static bool ground_fits(const struct ground *g, day on, int64_t last_id, int64_t now)
{
	return g->gewoonten != NULL && g->on == on &&
	       (g->last_id == last_id || now - g->made < FRESH_US);
}

static int ground_make(struct reports *r, struct store *st, const struct reference *ref)
{
	struct ground *g = &r->ground;
	int64_t now = clock_us(), last_id;
	int result = st->ops->last_id(st, &last_id);

	if (result < 0 || ground_fits(g, day_of(now), last_id, now))
		return result;
	ground_free(g);
	g->on = day_of(now);
	g->last_id = last_id;
	g->made = now;
	result = read_dossiers(r, st, ref, g);
	if (result == 0) {
		episoden_verbind_alle(&g->episoden);
		result = gewoonten_leer(&g->gewoonten, &g->episoden, g->on);
	}
	if (result < 0)
		ground_free(g);
	return result;
}

/* ---- one report ---- */

static bool in_codes(const char *codes, const char *code)
{
	size_t n = strlen(code);

	for (const char *at = strstr(codes, code); n > 0 && at != NULL; at = strstr(at + 1, code))
		if ((at == codes || at[-1] == ',') && (at[n] == '\0' || at[n] == ','))
			return true;
	return false;
}

/* The episodes of some codes; borrowed: a list of copies that hold nothing of their own. */
static int select_codes(const struct episoden *all, const char *codes, struct episoden *ret)
{
	*ret = (struct episoden){.list = malloc((all->n + 1) * sizeof *ret->list),
				 .room = all->n + 1};
	if (ret->list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < all->n; i++)
		if (in_codes(codes, all->list[i].gemeente) ||
		    in_codes(codes, all->list[i].aanbieder))
			ret->list[ret->n++] = all->list[i];
	return 0;
}

static int make_of(struct reports *r, struct store *st, const struct reference *ref,
		   const struct report_ask *ask, const struct episoden *e, json_t **ret)
{
	struct ground *g = &r->ground;
	struct burden_ask b = {
		.today = g->on, .months = ask->months, .codes = ask->codes, .last_id = g->last_id};

	if (ask->kind == REPORT_FLOWS)
		return flows_json(ref, e, g->gewoonten, g->on, ask->months, ask->by, ret);
	return burden_json(st, ref, e, &b, ret);
}

static int make(struct reports *r, const struct report_ask *ask, json_t **ret)
{
	struct reference *ref = dashboard_reference(r->d);
	struct store *st = pool_take(r->d->pool);
	struct episoden some = {0};
	int result = st == NULL ? -EIO : ground_make(r, st, ref);

	if (result == 0 && ask->codes[0] != '\0')
		result = select_codes(&r->ground.episoden, ask->codes, &some);
	if (result == 0)
		result = make_of(r, st, ref, ask,
				 ask->codes[0] != '\0' ? &some : &r->ground.episoden, ret);
	if (result < 0)
		pool_spoil(&st);
	pool_give(r->d->pool, &st);
	free(some.list);
	reference_drop(&ref);
	r->of_id = r->ground.last_id;
	if (r->ground.episoden.n > KEEP_EPISODES)
		ground_free(&r->ground);
	return result;
}

/* ---- the thread ---- */

/* Neither a core nor the disk is ever taken from the hub: this gets what nobody else wants. */
static void step_back(void)
{
	struct sched_param p = {0};

	(void)pthread_setschedparam(pthread_self(), SCHED_IDLE,
				    &p); /* may be forbidden: then nice must do */
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
	(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		      IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

/* The wanted one that was asked for first; the lock is held. */
static struct slot *next(struct reports *r)
{
	struct slot *first = NULL;

	for (size_t i = 0; i < REPORTS_KEPT; i++)
		if (r->slots[i].used && r->slots[i].wanted &&
		    (first == NULL || r->slots[i].asked < first->asked))
			first = &r->slots[i];
	return first;
}

static void serve(struct reports *r, struct slot *s)
{
	struct report_ask ask = s->ask;
	json_t *value = NULL;
	int64_t began = clock_us();
	int result;

	(void)pthread_mutex_unlock(&r->lock);
	result = make(r, &ask, &value);
	if (result < 0 && result != -ECANCELED)
		log_warn("DASH-REPORT",
			 "a report could not be made (%s); it is tried again when it is asked for",
			 strerror(-result));
	else
		log_debug("DASH-REPORT", "made in %lld ms", (long long)(clock_us() - began) / 1000);
	(void)pthread_mutex_lock(&r->lock);
	s->wanted = false; /* its place cannot be another's: one that is wanted is not given away */
	s->failed = result < 0;
	s->made = began;
	if (result < 0)
		return;
	json_decref(s->value);
	s->value = value;
	s->on = day_of(began);
	s->last_id = r->of_id;
}

static void *reports_main(void *arg)
{
	struct reports *r = arg;
	struct slot *s;

	step_back();
	(void)pthread_mutex_lock(&r->lock);
	while (!r->stopping) {
		s = next(r);
		if (s != NULL)
			serve(r, s);
		else
			(void)pthread_cond_wait(&r->wanted, &r->lock);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

int reports_start(struct reports **ret, struct dashboard *d, struct buf *why)
{
	struct reports *r = calloc(1, sizeof *r);
	int result;

	if (r == NULL)
		return -ENOMEM;
	r->d = d;
	(void)pthread_mutex_init(&r->lock, NULL); /* cannot fail with default attributes */
	(void)pthread_cond_init(&r->wanted, NULL);
	result = -pthread_create(&r->thread, NULL, reports_main, r);
	if (result < 0) {
		buf_addf(why, "reports: no thread (%s)", strerror(-result));
		free(r);
		return result;
	}
	*ret = r;
	return 0;
}

void reports_stop(struct reports **rr)
{
	struct reports *r = *rr;

	if (r == NULL)
		return;
	(void)pthread_mutex_lock(&r->lock);
	r->stopping = true;
	(void)pthread_cond_signal(&r->wanted);
	(void)pthread_mutex_unlock(&r->lock);
	(void)pthread_join(r->thread, NULL);
	for (size_t i = 0; i < REPORTS_KEPT; i++)
		json_decref(r->slots[i].value);
	ground_free(&r->ground);
	(void)pthread_cond_destroy(&r->wanted);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
	*rr = NULL;
}

/* ---- asking ---- */

/* The slot of an ask: its own, a free one, or that which was asked for longest ago; the lock is
 * held. */
static struct slot *slot_of(struct reports *r, const struct report_ask *ask)
{
	struct slot *place = NULL;

	for (size_t i = 0; i < REPORTS_KEPT; i++) {
		struct slot *s = &r->slots[i];

		if (s->used && memcmp(&s->ask, ask, sizeof *ask) == 0)
			return s;
		if (!s->wanted &&
		    (place == NULL || (place->used && (!s->used || s->asked < place->asked))))
			place = s;
	}
	if (place == NULL)
		return NULL;
	json_decref(place->value);
	*place = (struct slot){.used = true};
	memcpy(&place->ask, ask, sizeof *ask);
	return place;
}

json_t *reports_get(struct reports *r, const struct report_ask *ask, int64_t *made)
{
	struct snapshot *s = watch_peek(r->d->watch);
	int64_t now = clock_us(), last_id = s != NULL ? s->last_id : 0;
	json_t *value = NULL;
	struct slot *slot;
	bool old;

	snapshot_drop(&s);
	(void)pthread_mutex_lock(&r->lock);
	slot = slot_of(r, ask);
	if (slot != NULL) {
		old = slot->value == NULL || slot->on != day_of(now) ||
		      (slot->last_id != last_id && now - slot->made > FRESH_US);
		if (old && !slot->wanted && !(slot->failed && now - slot->made < FAILED_US)) {
			slot->wanted = true;
			(void)pthread_cond_signal(&r->wanted);
		}
		slot->asked = now;
		value = slot->value != NULL ? json_incref(slot->value) : NULL;
		*made = slot->made;
	}
	(void)pthread_mutex_unlock(&r->lock);
	return value;
}
