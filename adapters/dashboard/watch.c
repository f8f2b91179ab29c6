#include "watch.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "overview.h"
#include "values.h"

#include "base/banned.h"

#define LOOKED_AT_US INT64_C(2000000)
#define UNSEEN_US INT64_C(30000000)
#define HEARTBEAT_US INT64_C(15000000)
#define STREAM_HOURS 24
#define BLOCK 16384 /* that the library asks for at once */

/* A text that several streams are being sent. */
struct said {
	char *text;
	size_t len;
	_Atomic unsigned references;
};

struct stream {
	struct watch *w;
	struct MHD_Connection *c;
	char user[33], cookie[SESSION_TEXT];
	struct said *now; /* being sent */
	size_t at;
	struct said *next; /* to be sent after it; a newer one takes its place */
	char *last;	   /* the overview that was told last, to see whether it changed */
	int64_t spoke;	   /* when anything was given to it last */
	bool suspended, ending;
};

struct watch {
	struct dashboard *d;
	pthread_t thread;
	pthread_mutex_t lock; /* of the streams, the newest snapshot and the times */
	pthread_cond_t woken;
	pthread_mutex_t making; /* one snapshot is made at a time */
	struct stream *streams[STREAMS_MOST];
	size_t n;
	struct snapshot *newest;
	struct timing *timing;
	bool stopping, no_streams;
};

/* ---- snapshots ---- */

struct snapshot *watch_peek(struct watch *w)
{
	struct snapshot *s;

	(void)pthread_mutex_lock(&w->lock);
	s = w->newest != NULL ? snapshot_hold(w->newest) : NULL;
	(void)pthread_mutex_unlock(&w->lock);
	return s;
}

/* When the hub started, 0: it does not say. */
static int64_t started_of(const struct snapshot *s)
{
	int64_t at = 0;

	return moment_parse(text_of(s->status, "started"), &at) ? at : 0;
}

static void keep_snapshot(struct watch *w, struct snapshot *s)
{
	struct snapshot *old;

	(void)pthread_mutex_lock(&w->lock);
	if (s->status != NULL && s->histograms[TIMED_RECEIPT].n_bounds > 0)
		timing_add(w->timing, s->at, started_of(s), s->histograms);
	timing_last(w->timing, &s->times);
	old = w->newest;
	w->newest = snapshot_hold(s);
	(void)pthread_mutex_unlock(&w->lock);
	snapshot_drop(&old);
}

/* A fresh one, or the newest when that is young enough. */
static struct snapshot *fresh(struct watch *w, int64_t age)
{
	struct snapshot *before, *s;
	struct store *st;
	int64_t now;
	int r;

	(void)pthread_mutex_lock(&w->making);
	before = watch_peek(w);
	now = clock_us();
	if (before != NULL && now - before->at < age && now >= before->at) {
		(void)pthread_mutex_unlock(&w->making);
		return before;
	}
	st = pool_take(w->d->pool);
	s = snapshot_make(w->d->hub, st, before, now, &r);
	if (r < 0)
		pool_spoil(&st);
	pool_give(w->d->pool, &st);
	if (s != NULL)
		keep_snapshot(w, s);
	snapshot_drop(&before);
	(void)pthread_mutex_unlock(&w->making);
	return s;
}

struct snapshot *watch_snapshot(struct watch *w)
{
	return fresh(w, LOOKED_AT_US);
}

/* ---- what streams are told ---- */

static void said_drop(struct said **s)
{
	struct said *left = *s;

	*s = NULL;
	if (left == NULL || --left->references > 0)
		return;
	free(left->text);
	free(left);
}

static struct said *said_new(const char *event, const char *data)
{
	struct said *s = calloc(1, sizeof *s);
	struct buf b = BUF_INIT;

	if (event != NULL)
		buf_addf(&b, "event: %s\ndata: %s\n\n", event, data);
	else
		buf_adds(&b, ": \n\n");
	if (s == NULL || b.failed) {
		buf_free(&b);
		free(s);
		return NULL;
	}
	s->references = 1;
	s->len = b.len;
	s->text = buf_take(&b);
	return s;
}

/* The lock is held.  Takes one reference. */
static void tell(struct stream *t, struct said *s, int64_t now)
{
	if (s == NULL)
		return;
	if (t->now == NULL) {
		t->now = s;
		t->at = 0;
	} else {
		said_drop(&t->next);
		t->next = s;
	}
	t->spoke = now;
	if (t->suspended) {
		t->suspended = false;
		MHD_resume_connection(t->c);
	}
}

/* Called by the library when the connection can take bytes. */
static ssize_t read_stream(void *cls, uint64_t at, char *room, size_t most)
{
	struct stream *t = cls;
	ssize_t n = 0;

	(void)at;
	(void)pthread_mutex_lock(&t->w->lock);
	if (t->now == NULL && t->next != NULL) {
		t->now = t->next;
		t->next = NULL;
		t->at = 0;
	}
	if (t->now != NULL) {
		n = (ssize_t)(t->now->len - t->at < most ? t->now->len - t->at : most);
		memcpy(room, t->now->text + t->at, (size_t)n);
		t->at += (size_t)n;
		if (t->at == t->now->len)
			said_drop(&t->now);
	} else if (t->ending || t->w->no_streams) {
		n = MHD_CONTENT_READER_END_OF_STREAM;
	} else {
		t->suspended = true;
		MHD_suspend_connection(t->c);
	}
	(void)pthread_mutex_unlock(&t->w->lock);
	return n;
}

static void free_stream(void *cls)
{
	struct stream *t = cls;
	struct watch *w = t->w;

	(void)pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < w->n; i++)
		if (w->streams[i] == t) {
			w->streams[i] = w->streams[--w->n];
			break;
		}
	(void)pthread_mutex_unlock(&w->lock);
	said_drop(&t->now);
	said_drop(&t->next);
	free(t->last);
	free(t);
}

struct MHD_Response *watch_stream(struct watch *w, struct MHD_Connection *c, const char *user,
				  const char *cookie)
{
	struct stream *t = calloc(1, sizeof *t);
	struct MHD_Response *r;
	bool room;

	if (t == NULL)
		return NULL;
	t->w = w;
	t->c = c;
	(void)snprintf(t->user, sizeof t->user, "%s", user);
	(void)snprintf(t->cookie, sizeof t->cookie, "%s", cookie);
	t->now = said_new(NULL, NULL); /* the browser sees at once that the stream is there */
	(void)pthread_mutex_lock(&w->lock);
	room = w->n < STREAMS_MOST && !w->no_streams;
	if (room)
		w->streams[w->n++] = t;
	(void)pthread_cond_signal(&w->woken);
	(void)pthread_mutex_unlock(&w->lock);
	r = room ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, t,
						     free_stream)
		 : NULL;
	if (r == NULL)
		free_stream(t);
	return r;
}

void watch_end_streams(struct watch *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->no_streams = true;
	for (size_t i = 0; i < w->n; i++)
		if (w->streams[i]->suspended) {
			w->streams[i]->suspended = false;
			MHD_resume_connection(w->streams[i]->c);
		}
	(void)pthread_mutex_unlock(&w->lock);
}

/* ---- the thread ---- */

/* What one user is told in this round: made once, however many pages he has open. */
struct round {
	char user[33];
	bool gone;  /* logged out, or changed */
	char *text; /* the overview without the moment; NULL: not made */
	struct said *said;
};

static void make_round(struct watch *w, const struct snapshot *s, const struct reference *ref,
		       const struct user *user, struct round *ret)
{
	struct scope scope = scope_of(user);
	json_t *o = overview_make(s, ref, &scope, STREAM_HOURS, s->hours, s->n_hours);
	char *with_now;

	(void)w;
	if (o == NULL)
		return;
	ret->text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	set_moment(o, "now", s->at);
	with_now = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	json_decref(o);
	if (with_now != NULL)
		ret->said = said_new("overview", with_now);
	free(with_now);
}

/* The lock is held. */
static void tell_one(struct stream *t, const struct round *r, int64_t now)
{
	if (r->gone) {
		if (!t->ending)
			tell(t, said_new("session", "{}"), now);
		t->ending = true;
	} else if (r->text != NULL && r->said != NULL &&
		   (t->last == NULL || strcmp(t->last, r->text) != 0)) {
		free(t->last);
		t->last = strdup(r->text);
		r->said->references++;
		tell(t, r->said, now);
	} else if (now - t->spoke >= HEARTBEAT_US) {
		tell(t, said_new(NULL, NULL), now);
	}
}

/* Who looks; the streams themselves may go meanwhile. */
struct looker {
	struct stream *t;
	char user[33], cookie[SESSION_TEXT];
};

static size_t lookers(struct watch *w, struct looker list[STREAMS_MOST])
{
	size_t n;

	(void)pthread_mutex_lock(&w->lock);
	n = w->n;
	for (size_t i = 0; i < n; i++) {
		list[i].t = w->streams[i];
		memcpy(list[i].user, w->streams[i]->user, sizeof list[i].user);
		memcpy(list[i].cookie, w->streams[i]->cookie, sizeof list[i].cookie);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return n;
}

/* Tells a stream if it is still there. */
static void tell_if_there(struct watch *w, const struct looker *l, const struct round *r,
			  int64_t now)
{
	(void)pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < w->n; i++)
		if (w->streams[i] == l->t && strcmp(w->streams[i]->cookie, l->cookie) == 0)
			tell_one(w->streams[i], r, now);
	(void)pthread_mutex_unlock(&w->lock);
}

static void tell_all(struct watch *w, const struct snapshot *s)
{
	struct looker list[STREAMS_MOST];
	struct round rounds[STREAMS_MOST];
	size_t n = lookers(w, list), made = 0;
	struct users *users = dashboard_users(w->d);
	struct reference *ref = dashboard_reference(w->d);

	for (size_t i = 0; i < n; i++) {
		const struct user *u =
			dashboard_session(w->d, users, list[i].cookie, clock_us(), false);
		struct round gone = {.gone = u == NULL};
		size_t k = 0;

		while (u != NULL && k < made && strcmp(rounds[k].user, u->user) != 0)
			k++;
		if (u != NULL && k == made) {
			rounds[made] = (struct round){0};
			(void)snprintf(rounds[made].user, sizeof rounds[made].user, "%s", u->user);
			make_round(w, s, ref, u, &rounds[made++]);
		}
		tell_if_there(w, &list[i], u == NULL ? &gone : &rounds[k], clock_us());
	}
	for (size_t k = 0; k < made; k++) {
		free(rounds[k].text);
		said_drop(&rounds[k].said);
	}
	reference_drop(&ref);
	users_drop(&users);
}

/* Waits for the next round, soon or not; a stream that begins does not wait for it.  False: it is
 * over. */
static bool pause_round(struct watch *w, bool soon, size_t streams)
{
	struct timespec until;
	int64_t ns;
	bool go_on;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail with this clock */
	ns = until.tv_nsec + (soon ? LOOKED_AT_US : UNSEEN_US) * 1000;
	until.tv_sec += ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	(void)pthread_mutex_lock(&w->lock);
	while (!w->stopping && w->n <= streams &&
	       pthread_cond_timedwait(&w->woken, &w->lock, &until) == 0)
		;
	go_on = !w->stopping;
	(void)pthread_mutex_unlock(&w->lock);
	return go_on;
}

static void *watch_main(void *arg)
{
	struct watch *w = arg;
	size_t streams = 0;
	bool go_on = true;

	while (go_on) {
		struct snapshot *s = fresh(w, LOOKED_AT_US / 4);

		if (s != NULL) {
			tell_all(w, s);
			if (s->status != NULL && trail_waiting(w->d->trail))
				trail_deliver(w->d->trail);
		}
		snapshot_drop(&s);
		(void)pthread_mutex_lock(&w->lock);
		streams = w->n;
		(void)pthread_mutex_unlock(&w->lock);
		go_on = pause_round(w, streams > 0 || trail_waiting(w->d->trail), streams);
	}
	return NULL;
}

int watch_start(struct watch **ret, struct dashboard *d, struct buf *why)
{
	struct watch *w = calloc(1, sizeof *w);
	pthread_condattr_t monotonic;
	int r;

	if (w == NULL || (w->timing = timing_new()) == NULL) {
		free(w);
		return -ENOMEM;
	}
	w->d = d;
	(void)pthread_condattr_init(&monotonic); /* none of these can fail on Linux */
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->woken, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_mutex_init(&w->making, NULL);
	r = -pthread_create(&w->thread, NULL, watch_main, w);
	if (r < 0) {
		buf_addf(why, "watch: no thread (%s)", strerror(-r));
		timing_free(&w->timing);
		free(w);
		return r;
	}
	*ret = w;
	return 0;
}

void watch_stop(struct watch **ww)
{
	struct watch *w = *ww;

	if (w == NULL)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->stopping = true;
	(void)pthread_cond_signal(&w->woken);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	snapshot_drop(&w->newest);
	timing_free(&w->timing);
	(void)pthread_cond_destroy(&w->woken);
	(void)pthread_mutex_destroy(&w->lock);
	(void)pthread_mutex_destroy(&w->making);
	free(w);
	*ww = NULL;
}
