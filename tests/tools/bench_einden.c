/*
 * What does the watch over open ends cost?  A store takes in a stream of
 * messages; then (1) the detector alone goes over its episodes again and again
 * until ten million are done, (2) learning and a whole day's turn are timed,
 * (3) the stream goes on and after each message its clients are examined as the
 * hub does.  Processor time, for the detector also time on the clock.  Prints figures; judges nothing.
 *
 * usage: bench_einden [messages in the store [episodes [messages measured]]]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/inname.h"
#include "../lib/stroom.h"
#include "care/bewaking.h"

#define SEED 3
#define CLIENTS 8000
#define MEASURES 20000
#define MOST_THREADS 16

static const struct calendar calendar;

static int64_t cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double share(int64_t *list, size_t n, double at)
{
	qsort(list, n, sizeof *list, by_value);
	return n == 0 ? 0 : (double)list[(size_t)((double)(n - 1) * at)] / 1000;
}

/* ---- the detector alone ---- */

/* What one thread does: the detector is pure, so threads share all it reads. */
struct part {
	const struct episoden *e;
	const struct gewoonten *g;
	day today;
	long from, until;
	unsigned long found;
	int64_t ns;
};

static void *detect(void *arg)
{
	struct part *p = arg;
	struct open_einde einden[EINDEN_MEEST];
	int64_t begin = cpu_ns();

	for (long i = p->from; i < p->until; i++)
		p->found += einden_vind(&p->e->list[(size_t)i % p->e->n], p->g, &calendar, p->today, einden);
	p->ns = cpu_ns() - begin;
	return NULL;
}

static void detector(const struct episoden *e, const struct gewoonten *g, day today, long want)
{
	struct part parts[MOST_THREADS];
	pthread_t threads[MOST_THREADS];
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned long found = 0, open = 0;
	int64_t begin = clock_ns(), cpu = 0;

	n = n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : n;
	if (e->n == 0)
		return;
	for (size_t i = 0; i < e->n; i++)
		open += e->list[i].eind == DAY_NONE;
	for (long i = 0; i < n; i++) {
		parts[i] = (struct part){e, g, today, want * i / n, want * (i + 1) / n, 0, 0};
		if (pthread_create(&threads[i], NULL, detect, &parts[i]) != 0)
			exit(1);
	}
	for (long i = 0; i < n; i++) {
		(void)pthread_join(threads[i], NULL);
		found += parts[i].found;
		cpu += parts[i].ns;
	}
	printf("detector     %ld episodes (%zu different, %lu of them without a stop): %.2f s by %ld threads, "
	       "%.2f us of the processor each, %lu findings\n",
	       want, e->n, open, (double)(clock_ns() - begin) / 1e9, n, (double)cpu / 1000 / (double)want, found);
}

static int turn(struct inname *i, struct episoden *e, const struct gewoonten *g, day today)
{
	struct bewaking b = {
		.store = i->store, .calendar = &calendar, .gewoonten = g, .vandaag = today};
	struct clienten c = {0};
	int64_t begin = cpu_ns(), found, end;
	int r = bewaking_verschillen(&b, e, false, NULL, NULL, &c);

	found = cpu_ns();
	while (r == 0 && c.at < c.n) {
		r = bewaking_alles(&b, &c, 64);
		if (r == 0)
			r = bewaking_klaar(&b);
	}
	end = cpu_ns();
	printf("day's turn   names who differs in %.2f s, examines %zu clients in %.2f s (%.0f us "
	       "each)\n",
	       (double)(found - begin) / 1e9, c.n, (double)(end - found) / 1e9,
	       c.n == 0 ? 0 : (double)(end - found) / 1e3 / (double)c.n);
	clienten_free(&c);
	return r;
}

/* Reads, learns, looks at all. */
static int whole(struct inname *i, day today, long want, struct gewoonten **g)
{
	struct episoden e = {0};
	int64_t begin = cpu_ns(), read, learnt;
	int r = bewaking_lees(i->store, NULL, NULL, NULL, &e);

	read = cpu_ns();
	if (r == 0)
		r = gewoonten_leer(g, &e, today);
	learnt = cpu_ns();
	if (r < 0)
		return r;
	printf("learner      reads %zu episodes (%zu bytes each) in %.2f s, learns in %.2f s\n",
	       e.n, sizeof *e.list, (double)(read - begin) / 1e9, (double)(learnt - read) / 1e9);
	r = turn(i, &e, *g, today);
	detector(&e, *g, today, want);
	episoden_free(&e);
	return r;
}

/* ---- after a message ---- */

struct measured {
	int64_t *ns, *ns_one; /* one: of clients with one dossier */
	size_t n, n_one;
	unsigned long changed, dossiers;
};

static int count_dossier(void *ctx, int64_t id)
{
	(void)id;
	++*(unsigned long *)ctx;
	return 0;
}

static int change(void *ctx, const struct einde_melding *m)
{
	(void)m;
	((struct measured *)ctx)->changed++;
	return 0;
}

static int examine(struct inname *i, const struct gewoonten *g, day today, struct measured *t)
{
	struct bewaking b = {.store = i->store,
			     .calendar = &calendar,
			     .gewoonten = g,
			     .vandaag = today,
			     .moment = today * INT64_C(86400000000),
			     .meld = change,
			     .ctx = t};
	unsigned char(*clients)[CLIENT_BYTES];
	size_t n = 0;
	int r = inname_commit(i);

	if (r == 0 && i->checked.inhoud != NULL)
		r = bewaking_geraakt(i->checked.inhoud, &i->key, &i->arena, &clients, &n);
	for (size_t c = 0; r == 0 && c < n && t->n < MEASURES; c++) {
		unsigned long dossiers = 0;
		int64_t begin;

		r = i->store->reg->dossiers_client(i->store, clients[c], count_dossier, &dossiers);
		begin = cpu_ns();
		if (r == 0)
			r = bewaking_client(&b, clients[c], i->judged.id);
		if (r == 0)
			r = bewaking_klaar(&b);
		t->ns[t->n] = cpu_ns() - begin;
		if (dossiers == 1)
			t->ns_one[t->n_one++] = t->ns[t->n];
		t->n++;
		t->dossiers += dossiers;
	}
	return r;
}

static int after_messages(struct inname *i, struct stroom *s, const struct gewoonten *g, long want)
{
	struct measured t = {.ns = calloc(MEASURES, sizeof *t.ns),
			     .ns_one = calloc(MEASURES, sizeof *t.ns)};
	struct stroom_bericht m;
	int r = t.ns == NULL || t.ns_one == NULL ? -1 : 0;
	long done = 0;

	for (; r == 0 && done < want && t.n < MEASURES && stroom_next(s, &m); done++) {
		r = inname_take(i, &m);
		if (r == 0)
			r = examine(i, g, day_of(m.received), &t);
	}
	printf("after        %ld messages %zu clients were examined: median %.0f us, nine in ten "
	       "within %.0f us, "
	       "99 in 100 within %.0f us; %lu openings and clearings\n",
	       done, t.n, share(t.ns, t.n, .5), share(t.ns, t.n, .9), share(t.ns, t.n, .99),
	       t.changed);
	printf("             %.1f dossiers a client; of the %zu clients with one: median %.0f us\n",
	       t.n == 0 ? 0 : (double)t.dossiers / (double)t.n, t.n_one,
	       share(t.ns_one, t.n_one, .5));
	free(t.ns);
	free(t.ns_one);
	return r;
}

int main(int argc, char **argv)
{
	long stored = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	long episodes = argc > 2 ? strtol(argv[2], NULL, 10) : 10000000;
	long measured = argc > 3 ? strtol(argv[3], NULL, 10) : 3000;
	struct stroom *s = stroom_new(SEED, CLIENTS);
	struct stroom_bericht m = {0};
	struct gewoonten *g = NULL;
	struct inname i;
	int r = s == NULL || !inname_open(&i, s, NULL) ? -1 : 0;

	if (r < 0)
		return 2;
	for (long n = 0; r == 0 && n < stored && stroom_next(s, &m); n++)
		r = inname_take(&i, &m);
	if (r == 0)
		r = inname_commit(&i);
	printf("store        %ld messages, %.0f MB\n", stored, (double)inname_size(&i) / 1e6);
	if (r == 0)
		r = whole(&i, day_of(m.received), episodes, &g);
	if (r == 0)
		r = after_messages(&i, s, g, measured);
	gewoonten_free(&g);
	stroom_free(&s);
	inname_close(&i);
	if (r < 0)
		(void)fprintf(stderr, "bench_einden: %s\n", strerror(-r));
	return r < 0;
}
