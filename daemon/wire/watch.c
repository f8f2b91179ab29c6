#include "wire/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/map.h"
#include "base/queue.h"

#include "base/banned.h"

#define STEP_CLIENTS 64 /* examined in one transaction at most */
#define STEP_MS 8	/* … and for about so long */
#define PAUSE_MS 1000	/* after a failure of the store */
#define CHECK_S 30	/* how soon after midnight a new day is noticed */

/* A client to examine. */
struct touched {
	struct link link;
	unsigned char client[CLIENT_BYTES];
	int64_t message;
};

struct list {
	struct link *first, **last;
	size_t n;
};

/* What happened in a step, told once it is committed. */
struct news {
	struct link link;
	bool opened;
	char soort[4], gemeente[5], aanbieder[9];
	int sterkte;
	int64_t nummer, message;
	char *json; /* NOTICE to the aanbieder, or NULL */
	struct open_end_key key;
};

/* What the learner brings. */
struct lesson {
	struct gewoonten *gewoonten; /* NULL: none */
	bool learnt;		     /* just now, and not yet stored */
	struct clienten clients;     /* whose rows differ */
};

struct watch {
	struct watch_opts o;
	char *url;
	pthread_t learner;
	bool started;
	/* the writer's */
	struct gewoonten *gewoonten;
	struct list todo, again; /* again: examined while the learner reads */
	struct map known;	 /* those of todo, by the first bytes of the pseudonym */
	struct einde_antwoord *answers;
	size_t n_answers;
	struct clienten sweep;
	bool sweeping, unsaved;	       /* unsaved: habits that are not in the store yet */
	int64_t not_before;	       /* clock_ms: a pause after a failure */
	bool careful;		       /* one client a step, until one went well */
	struct link *news, **news_end; /* struct news of this step */
	day today;
	bool lost; /* too much was touched: all is to be read when this has calmed down */
	/* shared */
	atomic_bool stopping, learning, brought;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct lesson lesson;
	bool swept, anew;
};

/* ---- clients to examine ---- */

static void list_init(struct list *l)
{
	*l = (struct list){.last = &l->first};
}

static void list_add(struct list *l, struct touched *t)
{
	t->link.next = NULL;
	*l->last = &t->link;
	l->last = &t->link.next;
	l->n++;
}

static struct touched *list_take(struct list *l)
{
	struct touched *t = (struct touched *)l->first;

	if (t == NULL)
		return NULL;
	l->first = t->link.next;
	if (l->first == NULL)
		l->last = &l->first;
	l->n--;
	return t;
}

static void list_free(struct list *l)
{
	struct touched *t;

	while ((t = list_take(l)) != NULL)
		free(t);
}

static uint64_t key_of(const unsigned char client[CLIENT_BYTES])
{
	uint64_t key;

	memcpy(&key, client, sizeof key);
	return key;
}

void watch_again(struct watch *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->anew = true;
	(void)pthread_cond_broadcast(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
}

/* Too many: they are forgotten, and the learner finds who differs, once there is time for it. */
static void overflow(struct watch *w)
{
	list_free(&w->todo);
	list_free(&w->again);
	map_free(&w->known);
	w->n_answers = 0;
	if (!w->lost)
		log_info("OPEN-ENDS-BEHIND",
			 "more was touched than is remembered; all are examined anew later");
	w->lost = true;
}

void watch_touched(struct watch *w, const unsigned char client[CLIENT_BYTES], int64_t message)
{
	struct touched *t = map_get(&w->known, key_of(client));

	if (t != NULL && memcmp(t->client, client, CLIENT_BYTES) == 0) {
		t->message = message;
		return;
	}
	t = w->todo.n + w->again.n < WATCH_CLIENTS ? calloc(1, sizeof *t) : NULL;
	if (t == NULL || map_put(&w->known, key_of(client), t) < 0) {
		free(t);
		overflow(w);
		return;
	}
	memcpy(t->client, client, CLIENT_BYTES);
	t->message = message;
	list_add(&w->todo, t);
}

void watch_answer(struct watch *w, const struct einde_antwoord *a)
{
	if (w->n_answers < WATCH_ANSWERS)
		w->answers[w->n_answers++] = *a;
	else
		overflow(w);
}

/* The first of todo was examined; while the learner reads it is kept for once more. */
static void examined(struct watch *w)
{
	struct touched *t = list_take(&w->todo);

	(void)map_take(&w->known, key_of(t->client));
	if (atomic_load(&w->learning))
		list_add(&w->again, t);
	else
		free(t);
}

/* ---- what is told ---- */

static void news_free(struct watch *w)
{
	while (w->news != NULL) {
		struct news *n = (struct news *)w->news;

		w->news = n->link.next;
		free(n->json);
		free(n);
	}
	w->news_end = &w->news;
}

static int note(void *ctx, const struct einde_melding *m)
{
	struct watch *w = ctx;
	const struct reg_open_einde *e = m->rij;
	struct news *n = calloc(1, sizeof *n);
	struct buf json = BUF_INIT;

	if (n == NULL)
		return -ENOMEM;
	n->opened = m->geopend;
	n->sterkte = e->sterkte;
	n->nummer = e->nummer;
	n->message = m->bericht;
	(void)snprintf(n->soort, sizeof n->soort, "%s", e->soort);
	(void)snprintf(n->gemeente, sizeof n->gemeente, "%s", e->paar.gemeente);
	(void)snprintf(n->aanbieder, sizeof n->aanbieder, "%s", e->paar.aanbieder);
	open_end_key(e, &n->key);
	if (m->herinner) {
		open_end_notice(e, m->bericht, w->today, &json);
		n->json = buf_take(&json);
	}
	*w->news_end = &n->link;
	w->news_end = &n->link.next;
	return m->herinner && n->json == NULL ? -ENOMEM : 0;
}

/* The journal knows numbers and codes, and no client. */
static void publish(struct watch *w)
{
	for (struct link *l = w->news; l != NULL; l = l->next) {
		struct news *n = (struct news *)l;
		char cause[40] = "the day's turn";

		if (n->message != 0)
			(void)snprintf(cause, sizeof cause, "message %lld", (long long)n->message);
		log_info(n->opened ? "OPEN-END" : "OPEN-END-CLEARED",
			 "%s %s: gemeente %s, aanbieder %s, ToewijzingNummer %lld; %s", n->soort,
			 sterkte_naam((enum sterkte)n->sterkte), n->gemeente, n->aanbieder,
			 (long long)n->nummer, cause);
		if (n->json != NULL)
			w->o.notice(w->o.ctx, n->aanbieder, n->json, &n->key);
		n->json = NULL;
	}
	news_free(w);
}

/* ---- the writer's steps ---- */

/* A fault of disk, memory or a lock passes; what else fails would fail for ever. */
static bool may_pass(int error)
{
	return error == -ENOSPC || error == -EIO || error == -EROFS || error == -EBUSY ||
	       error == -ENOMEM;
}

/* The learner's lesson replaces the habits; who was examined meanwhile is examined again. */
static void take_lesson(struct watch *w)
{
	struct lesson l;
	struct touched *t;

	if (!atomic_exchange(&w->brought, false))
		return;
	(void)pthread_mutex_lock(&w->lock);
	l = w->lesson;
	w->lesson = (struct lesson){0};
	(void)pthread_mutex_unlock(&w->lock);
	gewoonten_free(&w->gewoonten);
	w->gewoonten = l.gewoonten;
	w->unsaved = l.learnt;
	clienten_free(&w->sweep);
	w->sweep = l.clients;
	w->sweeping = true;
	atomic_store(&w->learning, false);
	while ((t = list_take(&w->again)) != NULL) {
		watch_touched(w, t->client, 0);
		free(t);
	}
}

static int save_habits(struct watch *w, struct bewaking *b)
{
	struct buf bytes = BUF_INIT;
	int r = b->store->ops->begin(b->store);

	b->begonnen = r == 0;
	gewoonten_bewaar(w->gewoonten, &bytes);
	if (r == 0 && bytes.failed)
		r = -ENOMEM;
	if (r == 0)
		r = b->store->reg->gewoonten_zet(b->store, w->gewoonten->dag, bytes.data,
						 bytes.len);
	buf_free(&bytes);
	if (r == 0)
		r = bewaking_klaar(b);
	w->unsaved = r < 0 && may_pass(r); /* else they are learnt anew by the next start */
	return r;
}

/* An answer that rejected a whole message touches all its clients, named in it or not. */
static int look_at_answers(struct watch *w, struct store *st)
{
	struct arena a = ARENA_INIT;
	int64_t original;
	int r = 0;

	for (; r == 0 && w->n_answers > 0; w->n_answers -= r == 0) {
		const struct einde_antwoord *last = &w->answers[w->n_answers - 1];

		r = bewaking_afgewezen(st, &a, last, &original);
		if (r == 0 && original != 0)
			w->o.original(w->o.ctx, original, last->bericht);
		if (r < 0 && !may_pass(r))
			w->n_answers--;
	}
	arena_release(&a);
	return r;
}

/* How much one step did: all of it is struck off only when it was committed. */
struct progress {
	size_t todo, sweep;
	unsigned most;
	int64_t until;
};

static bool enough(const struct progress *g)
{
	return g->todo + g->sweep >= g->most || clock_ms() >= g->until;
}

static int sweep(struct watch *w, struct bewaking *b, struct progress *g, size_t most)
{
	int r = 0;

	while (r == 0 && g->sweep < most && w->sweep.at < w->sweep.n && !enough(g)) {
		r = bewaking_alles(b, &w->sweep, 1);
		g->sweep += r == 0;
	}
	return r;
}

/* A quarter for those of the day's turn, so that they get theirs; then who was touched; then the
 * day's turn. */
static int examine(struct watch *w, struct bewaking *b, struct progress *g)
{
	const struct link *l = w->todo.first;
	int r = sweep(w, b, g, g->most / 4);

	for (; r == 0 && l != NULL && !enough(g); l = l->next) {
		const struct touched *t = (const struct touched *)l;

		r = bewaking_client(b, t->client, t->message);
		g->todo += r == 0;
	}
	if (r == 0)
		r = sweep(w, b, g, g->most);
	return r == 0 ? bewaking_klaar(b) : r;
}

/* One client that fails alone, and will for ever, must not hold up the others. */
static void give_up_one(struct watch *w)
{
	log_error("OPEN-ENDS-FAULT",
		  "the open ends of a client cannot be examined; a fault of ours");
	if (w->todo.first != NULL) {
		struct touched *t = list_take(&w->todo);

		(void)map_take(&w->known, key_of(t->client));
		free(t);
	} else if (w->sweep.at < w->sweep.n) {
		w->sweep.at++;
	}
}

static int failed(struct watch *w, struct bewaking *b, const struct progress *g, int error)
{
	if (b->begonnen)
		b->store->ops->rollback(b->store);
	news_free(w);
	w->sweep.at -= g->sweep;
	if (!may_pass(error) && w->careful)
		give_up_one(w);
	if (!w->careful) /* once for each trouble */
		log_warn("OPEN-ENDS-FAILED", "open ends were not written (%s); tried again",
			 strerror(-error));
	w->careful = true;
	w->not_before = clock_ms() + PAUSE_MS;
	return error;
}

static void tell_swept(struct watch *w)
{
	w->sweeping = false;
	clienten_free(&w->sweep);
	(void)pthread_mutex_lock(&w->lock);
	w->swept = true;
	(void)pthread_cond_broadcast(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
}

int watch_step(struct watch *w, struct store *st, const struct rulebook *rules, int64_t now)
{
	struct bewaking b = {
		.store = st,
		.hulpvormen = rules->hulpvormen,
		.calendar = &rules->calendar,
		.vandaag = day_of(now),
		.moment = now,
		.meld = note,
		.ctx = w,
	};
	struct progress g = {.most = w->careful ? 1 : STEP_CLIENTS, .until = clock_ms() + STEP_MS};
	int r = 0;

	if (watch_wait(w) != 0)
		return 0;
	w->today = b.vandaag;
	take_lesson(w);
	b.gewoonten = w->gewoonten;
	if (w->unsaved)
		r = save_habits(w, &b);
	if (r == 0)
		r = look_at_answers(w, st);
	if (r == 0)
		r = examine(w, &b, &g);
	if (r < 0)
		return failed(w, &b, &g, r);
	w->careful = false;
	while (g.todo-- > 0)
		examined(w);
	publish(w);
	if (w->sweeping && w->sweep.at == w->sweep.n)
		tell_swept(w);
	if (w->lost && w->todo.n == 0) {
		w->lost = false;
		watch_again(w);
	}
	return 0;
}

int watch_wait(struct watch *w)
{
	int64_t ms;

	if (atomic_load(&w->stopping))
		return -1;
	if (!atomic_load(&w->brought) && w->todo.n == 0 && w->n_answers == 0 && !w->sweeping &&
	    !w->unsaved && !w->lost)
		return -1;
	ms = w->not_before - clock_ms();
	return ms > 0 ? (int)ms : 0;
}

/* ---- the learner ---- */

static bool go_on(void *ctx)
{
	return !atomic_load(&((struct watch *)ctx)->stopping);
}

/* Waits until all must be read: at the start, on a new day, after watch_again.  False: the end. */
static bool wait_due(struct watch *w, day done)
{
	struct timespec until;

	(void)pthread_mutex_lock(&w->lock);
	while (!atomic_load(&w->stopping) && !w->anew && day_of(clock_us()) == done) {
		(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail with this clock */
		until.tv_sec += CHECK_S;
		(void)pthread_cond_timedwait(&w->changed, &w->lock, &until);
	}
	w->anew = false;
	w->swept = false;
	(void)pthread_mutex_unlock(&w->lock);
	return !atomic_load(&w->stopping);
}

/* After a failure: a while, or until the end. */
static void wait_a_while(struct watch *w)
{
	struct timespec until;
	int late = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail with this clock */
	until.tv_sec += CHECK_S;
	(void)pthread_mutex_lock(&w->lock);
	while (late == 0 && !atomic_load(&w->stopping))
		late = pthread_cond_timedwait(&w->changed, &w->lock, &until);
	(void)pthread_mutex_unlock(&w->lock);
}

/* What was learnt today already, for a hub that starts again. */
static int stored_habits(struct store *st, day today, struct gewoonten **ret)
{
	struct buf bytes = BUF_INIT;
	day on;
	int r = st->reg->gewoonten(st, &bytes, &on);

	*ret = NULL;
	if (r == 0 && (today == DAY_NONE || on == today))
		r = gewoonten_herstel(ret, bytes.data, bytes.len);
	buf_free(&bytes);
	return r == -ENOENT || r == -EINVAL ? 0 : r; /* of another build: learnt anew */
}

static int study(struct watch *w, struct store *st, const struct rulebook *rules, day today,
		 struct lesson *l)
{
	struct bewaking b = {.store = st, .calendar = &rules->calendar, .vandaag = today};
	struct episoden e = {0};
	int r = bewaking_lees(st, rules->hulpvormen, go_on, w, &e);

	if (r == 0)
		r = stored_habits(st, today, &l->gewoonten);
	if (r == 0 && l->gewoonten == NULL) {
		r = gewoonten_leer(&l->gewoonten, &e, today);
		l->learnt = r == 0;
	}
	b.gewoonten = l->gewoonten;
	if (r == 0)
		r = bewaking_verschillen(&b, &e, false, go_on, w, &l->clients);
	episoden_free(&e);
	return r;
}

static void hand_over(struct watch *w, const struct lesson *l)
{
	(void)pthread_mutex_lock(&w->lock);
	w->lesson = *l;
	(void)pthread_mutex_unlock(&w->lock);
	atomic_store(&w->brought, true);
	w->o.wake(w->o.ctx);
}

static bool wait_swept(struct watch *w)
{
	bool swept;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->swept && !atomic_load(&w->stopping))
		(void)pthread_cond_wait(&w->changed, &w->lock);
	swept = w->swept;
	(void)pthread_mutex_unlock(&w->lock);
	return swept;
}

static int count_row(void *ctx, const struct reg_open_einde *e)
{
	unsigned long *n = ctx;

	if (e->sterkte >= 0 && e->sterkte < N_STERKTEN)
		n[e->sterkte]++;
	return 0;
}

static void tell_totals(struct store *st, uint64_t episodes, uint32_t parties, size_t clients)
{
	unsigned long n[N_STERKTEN] = {0};

	if (st->reg->open_einden(st, 0, count_row, n) < 0)
		return; /* the next day tells */
	log_info("OPEN-ENDS",
		 "%lu certain, %lu probable, %lu information, %lu hint; %zu clients examined, "
		 "habits of %u "
		 "aanbieders learnt from %llu episodes",
		 n[STERKTE_ZEKER], n[STERKTE_WAARSCHIJNLIJK], n[STERKTE_INFORMATIE],
		 n[STERKTE_HINT], clients, parties - 1, (unsigned long long)episodes);
}

/* Reads all, hands over what follows, and waits until the writer has done it. */
static int learn(struct watch *w, day today)
{
	struct rulebook *rules = w->o.rules(w->o.ctx);
	struct buf why = BUF_INIT;
	struct store *st = NULL;
	struct lesson l = {0};
	uint64_t episodes = 0;
	uint32_t parties = 1;
	size_t clients = 0;
	int r;

	atomic_store(&w->learning, true);
	r = store_open(&st, w->url, STORE_READ, &why);
	if (r == 0)
		r = study(w, st, rules, today, &l);
	if (r == 0) {
		episodes = l.gewoonten->episoden;
		parties = l.gewoonten->n_partijen;
		clients = l.clients.n;
		hand_over(w, &l);
		if (wait_swept(w)) {
			tell_totals(st, episodes, parties, clients);
			w->o.swept(w->o.ctx, today);
		}
	} else {
		gewoonten_free(&l.gewoonten);
		clienten_free(&l.clients);
	}
	store_close(&st);
	buf_free(&why);
	rulebook_drop(&rules);
	return r;
}

static void *learner_main(void *arg)
{
	struct watch *w = arg;
	day done = DAY_NONE;

	while (wait_due(w, done)) {
		day today = day_of(clock_us());
		int r = learn(w, today);

		if (r < 0 && r != -ECANCELED) {
			log_warn("OPEN-ENDS-UNREAD",
				 "the store could not be read to learn from (%s); tried again",
				 strerror(-r));
			wait_a_while(w);
		}
		done = r == 0 ? today : DAY_NONE;
	}
	return NULL;
}

/* ---- start, stop ---- */

static int init_locks(struct watch *w)
{
	pthread_condattr_t attr;
	int r = pthread_condattr_init(&attr);

	if (r == 0)
		r = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (r == 0)
		r = pthread_cond_init(&w->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	(void)pthread_mutex_init(&w->lock, NULL); /* cannot fail with default attributes */
	return -r;
}

int watch_start(struct watch **ret, const struct watch_opts *o, struct store *st)
{
	struct watch *w = calloc(1, sizeof *w);
	int r;

	if (w == NULL)
		return -ENOMEM;
	w->o = *o;
	w->url = strdup(o->store);
	w->answers = calloc(WATCH_ANSWERS, sizeof *w->answers);
	w->news_end = &w->news;
	list_init(&w->todo);
	list_init(&w->again);
	r = init_locks(w);
	if (r == 0)
		r = w->url == NULL || w->answers == NULL
			    ? -ENOMEM
			    : stored_habits(st, DAY_NONE, &w->gewoonten);
	if (r == 0 && w->gewoonten == NULL) {
		w->gewoonten = gewoonten_start(day_of(clock_us()));
		r = w->gewoonten == NULL ? -ENOMEM : 0;
	}
	atomic_store(&w->learning,
		     true); /* from the first message on: the learner is about to read */
	if (r == 0)
		r = -pthread_create(&w->learner, NULL, learner_main, w);
	w->started = r == 0;
	if (r == 0)
		(void)pthread_setname_np(w->learner, "learner"); /* for top and perf */
	*ret = w;
	return r;
}

void watch_quiet(struct watch *w)
{
	atomic_store(&w->stopping, true);
	(void)pthread_mutex_lock(&w->lock);
	(void)pthread_cond_broadcast(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
}

void watch_end(struct watch *w)
{
	if (w == NULL)
		return;
	watch_quiet(w);
	if (w->started)
		(void)pthread_join(w->learner, NULL);
	w->started = false;
}

void watch_free(struct watch **ww)
{
	struct watch *w = *ww;

	if (w == NULL)
		return;
	list_free(&w->todo);
	list_free(&w->again);
	map_free(&w->known);
	news_free(w);
	clienten_free(&w->sweep);
	clienten_free(&w->lesson.clients);
	gewoonten_free(&w->lesson.gewoonten);
	gewoonten_free(&w->gewoonten);
	free(w->answers);
	free(w->url);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
	*ww = NULL;
}
