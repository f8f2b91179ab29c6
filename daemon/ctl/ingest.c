/*
 * A hub that starts in the middle of life is given its history.
 *
 * The rows of the index stand in the order of sending.  Two threads read and
 * check files ahead; this one takes them in, in order, some thousands to a
 * transaction.  What is older than the newest message of the store can only be
 * there already: those rows come first, so a run that must be refused is refused
 * before anything was written.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "care/history.h"
#include "care/intake.h"
#include "care/scan.h"
#include "config.h"
#include "ctl/locale.h"
#include "ctl/offline.h"
#include "ctl/validate.h"
#include "store/audit.h"
#include "store/bodies.h"

#include "base/banned.h"

#define WORKERS 2
#define AHEAD 256			/* files in front of the taking in */
#define AHEAD_BYTES (64u * 1024 * 1024) /* and how large they may be together */
#define BATCH 2000			/* messages in a transaction */
#define BATCH_BYTES (64u * 1024 * 1024)
#define AUDIT_SOURCE "ijwctl ingest"
#define SHOWN 20 /* of each kind, that are told in full */
#define TELL_EVERY 500

static const struct option options[] = {{"index", required_argument, NULL, 'i'},
					{"config", required_argument, NULL, 'c'},
					{"store", required_argument, NULL, 's'},
					{NULL, 0, NULL, 0}};

/* One file, read and checked. */
struct slot {
	bool done;
	int error; /* it could not be read; -EACCES for a path that is not allowed */
	struct arena arena;
	struct incoming in;
	struct checked checked;
};

/* Lines that are told at the end. */
struct told {
	size_t n;
	struct buf lines;
};

struct job {
	const char *dir, *index_name;
	int folder;
	struct history_index index;
	struct standards *standards; /* of the rulebook */
	struct slot slots[AHEAD];    /* row i stands at i % AHEAD */
	pthread_mutex_t lock;	     /* guards done, error of checkers, and what follows */
	pthread_cond_t changed;
	size_t next, written, bytes;
	bool stop;

	struct keyring *keys;
	struct intake intake; /* from here on the main thread's */
	int64_t newest;	      /* of the store, before the run */
	int64_t entered;      /* the audit log has the messages up to here */
	size_t batch, batch_bytes;
	size_t taken, duplicates, with_findings;
	struct told refused, different;
	bool progress;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* ---- reading and checking ---- */

struct worker {
	struct job *job;
	struct checker *checker;
	struct packer *packer;
	char *room;
	size_t size;
};

/* The whole of a regular file into the worker's room. */
static int read_file(struct worker *w, const char *file, size_t *ret)
{
	int fd = openat(w->job->folder, file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	size_t n = 0;
	ssize_t got = 1;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0 && !S_ISREG(st.st_mode))
		r = -EISDIR;
	if (r == 0 && st.st_size > (off_t)SCAN_SIZE_MAX)
		r = -EFBIG;
	if (r == 0 && (size_t)st.st_size >= w->size) {
		free(w->room);
		w->size = (size_t)st.st_size + 65536;
		w->room = malloc(w->size);
		if (w->room == NULL) {
			w->size = 0;
			r = -ENOMEM;
		}
	}
	while (r == 0 && got > 0 && n < w->size) {
		got = read(fd, w->room + n, w->size - n);
		if (got < 0 && errno != EINTR)
			r = -errno;
		if (got > 0)
			n += (size_t)got;
		else if (got < 0)
			got = 1;
	}
	if (fd >= 0)
		(void)close(fd); /* only read from */
	*ret = n;
	return r;
}

static int prepare(struct worker *w, const struct history_row *row, struct slot *s)
{
	void *packed;
	size_t n = 0;
	int r = history_path(row->file) ? read_file(w, row->file, &n) : -EACCES;

	s->in = (struct incoming){.party = HISTORY_PARTY,
				  .reference = row->file,
				  .received = row->sent_at,
				  .size = n,
				  .checked = &s->checked};
	if (r < 0)
		return r;
	check_bytes(w->checker, &s->arena, w->room, n, &s->checked);
	if (EVP_Digest(w->room, n, s->in.sha256, NULL, EVP_sha256(), NULL) != 1)
		return -ENOMEM;
	r = store_pack(w->packer, &s->arena, w->room, n, s->in.sha256, &packed, &s->in.body_size);
	if (r == 0)
		s->in.body = packed;
	return r;
}

/* The next row once there is room for it; false when there is none. */
static bool take(struct job *j, size_t *ret)
{
	bool taken;

	(void)pthread_mutex_lock(&j->lock); /* cannot fail: plain lock, used rightly */
	while (!j->stop && j->next < j->index.n && j->next > j->written &&
	       (j->next >= j->written + AHEAD || j->bytes > AHEAD_BYTES))
		(void)pthread_cond_wait(&j->changed, &j->lock);
	taken = !j->stop && j->next < j->index.n;
	*ret = j->next;
	j->next += taken;
	(void)pthread_mutex_unlock(&j->lock);
	return taken;
}

static void *work(void *data)
{
	struct worker *w = data;
	struct job *j = w->job;
	size_t i;

	while (take(j, &i)) {
		struct slot *s = &j->slots[i % AHEAD];
		int r = prepare(w, &j->index.list[i], s);

		(void)pthread_mutex_lock(&j->lock);
		s->error = r;
		s->done = true;
		j->bytes += s->in.size;
		(void)pthread_cond_broadcast(&j->changed);
		(void)pthread_mutex_unlock(&j->lock);
	}
	return NULL;
}

static int worker_open(struct worker *w, struct job *j)
{
	int r = checker_new(&w->checker, j->standards);

	w->job = j;
	w->packer = packer_new(j->keys);
	return r == 0 && w->packer == NULL ? -ENOMEM : r;
}

static void worker_close(struct worker *w)
{
	checker_free(&w->checker);
	packer_free(&w->packer);
	free(w->room);
}

/* ---- telling ---- */

/* Adds a line about a row; what comes from a file cannot move the cursor. */
static void tell(struct job *j, struct told *t, const struct history_row *row, const char *format,
		 ...) __attribute__((format(printf, 4, 5)));
static void tell(struct job *j, struct told *t, const struct history_row *row, const char *format,
		 ...)
{
	char text[600];
	va_list ap;

	if (t->n++ >= SHOWN)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	buf_addf(&t->lines, "  %s:%u: %s\n", j->index_name, row->line, text);
}

static void tell_unread(struct job *j, const struct history_row *row, int error)
{
	tell(j, &j->refused, row, "%s: %s", row->file,
	     error == -EACCES && !history_path(row->file)
		     ? ctl_say("een pad met .. wordt niet gelezen", "a path with .. is not read")
	     : error == -ENOENT ? ctl_say("dit bestand is er niet", "there is no such file")
	     : error == -EISDIR ? ctl_say("dit is geen gewoon bestand", "this is no ordinary file")
	     : error == -EFBIG	? ctl_say("groter dan 25 MB", "larger than 25 MB")
				: strerror(-error));
}

static void tell_refused(struct job *j, const struct history_row *row, const struct checked *c)
{
	const struct finding *f = c->findings.n > 0 ? &c->findings.list[0] : NULL;
	const char *what = f == NULL ? "" : ctl_dutch() ? f->nl : f->en;

	if (f != NULL && f->line > 0)
		tell(j, &j->refused, row, "%s, %s %u: %s", row->file, ctl_say("regel", "line"),
		     f->line, what);
	else
		tell(j, &j->refused, row, "%s: %s", row->file, what);
}

static void tell_different(struct job *j, const struct history_row *row, const struct bericht *b)
{
	const char *column, *index, *message;

	for (unsigned n = 0; history_differs(row, b, n, &column, &index, &message); n++)
		tell(j, &j->different, row, "%s: %s %s, %s %s", row->file, column, index,
		     ctl_say("maar het bericht zegt", "but the message says"), message);
}

static void progress(const struct job *j, size_t i)
{
	if (j->progress && (i % TELL_EVERY == 0 || i == j->index.n))
		(void)fprintf(stderr, "\r\033[K%zu/%zu", i, j->index.n);
}

static void clear_progress(const struct job *j)
{
	if (j->progress)
		(void)fprintf(stderr, "\r\033[K");
}

/* ---- taking in ---- */

static int commit(struct job *j)
{
	const struct store_ops *ops = j->intake.store->ops;
	int r = j->batch == 0 ? 0 : audit_messages(j->intake.store, clock_us(), AUDIT_SOURCE,
						   j->entered + 1, j->intake.next_id - 1);

	if (r == 0 && j->batch > 0)
		r = ops->commit(j->intake.store);
	if (r == 0)
		j->entered = j->intake.next_id - 1;
	j->batch = j->batch_bytes = 0;
	return r == 0 ? ops->tidy(j->intake.store) : r;
}

static int too_late(const struct job *j, const struct history_row *row)
{
	char sent[MOMENT_TEXT], newest[MOMENT_TEXT];

	moment_text(row->sent_at, sent);
	moment_text(j->newest, newest);
	clear_progress(j);
	(void)fprintf(stderr, "ijwctl: %s:%u: %s (%s) %s (%s); %s\n", j->index_name, row->line,
		      row->file, sent,
		      ctl_say("is ouder dan het nieuwste bericht in de opslag",
			      "is older than the newest message in the store"),
		      newest,
		      ctl_say("berichten gaan er op volgorde in; er is niets opgenomen",
			      "messages go in in order; nothing was taken in"));
	return -ESTALE;
}

static int take_in(struct job *j, const struct history_row *row, struct slot *s)
{
	const struct store_ops *ops = j->intake.store->ops;
	bool add = row->sent_at >= j->newest;
	enum history_verdict verdict;
	int r = j->batch == 0 && add ? ops->begin(j->intake.store) : 0;

	if (r < 0)
		return r;
	if (add) {
		j->batch++;
		j->batch_bytes += s->in.size;
	}
	r = intake_history(&j->intake, &s->arena, &s->in, add, &verdict);
	if (r < 0)
		return r;
	if (verdict == HISTORY_LATE)
		return too_late(j, row);
	if (verdict == HISTORY_NONE)
		tell_refused(j, row, &s->checked);
	else if (verdict == HISTORY_OTHER)
		tell(j, &j->refused, row, "%s: %s", row->file,
		     ctl_say("een ander bericht staat al onder deze identificatie (TR056)",
			     "another message stands under this identification (TR056)"));
	else
		tell_different(j, row, &s->checked.bericht);
	j->taken += verdict == HISTORY_TAKEN;
	j->duplicates += verdict == HISTORY_DUPLICATE;
	j->with_findings += verdict == HISTORY_TAKEN && s->checked.findings.n > 0;
	return j->batch >= BATCH || j->batch_bytes >= BATCH_BYTES ? commit(j) : 0;
}

static int take_row(struct job *j, const struct history_row *row, struct slot *s)
{
	if (s->error == -ENOMEM)
		return -ENOMEM;
	if (s->error < 0) {
		tell_unread(j, row, s->error);
		return 0;
	}
	if (s->checked.outcome ==
	    CHECK_FAILED) { /* ours: to be tried again, and what follows with it */
		tell_refused(j, row, &s->checked);
		return -EIO;
	}
	return take_in(j, row, s);
}

static int take_all(struct job *j)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < j->index.n && !interrupted; i++) {
		struct slot *s = &j->slots[i % AHEAD];

		progress(j, i);
		(void)pthread_mutex_lock(&j->lock);
		while (!s->done)
			(void)pthread_cond_wait(&j->changed, &j->lock);
		(void)pthread_mutex_unlock(&j->lock);
		r = take_row(j, &j->index.list[i], s);
		arena_release(&s->arena);
		(void)pthread_mutex_lock(&j->lock);
		s->done = false;
		j->bytes -= s->in.size;
		j->written = i + 1;
		(void)pthread_cond_broadcast(&j->changed);
		(void)pthread_mutex_unlock(&j->lock);
	}
	if (r == 0)
		r = commit(j);
	else if (j->batch > 0)
		j->intake.store->ops->rollback(j->intake.store);
	clear_progress(j);
	return r;
}

/* Lets the workers go; what they had made is dropped. */
static void end_work(struct job *j, pthread_t *threads, int n)
{
	(void)pthread_mutex_lock(&j->lock);
	j->stop = true;
	(void)pthread_cond_broadcast(&j->changed);
	(void)pthread_mutex_unlock(&j->lock);
	for (int i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL); /* ours, joined once */
	for (size_t i = 0; i < AHEAD; i++)
		arena_release(&j->slots[i].arena);
}

static int run(struct job *j)
{
	struct worker workers[WORKERS] = {{.job = NULL}};
	pthread_t threads[WORKERS];
	struct sigaction once = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
	int n = 0, r = 0;

	(void)sigaction(SIGINT, &once, NULL); /* a second one ends the program at once */
	(void)sigaction(SIGTERM, &once, NULL);
	for (int i = 0; r == 0 && i < WORKERS; i++)
		r = worker_open(&workers[i], j);
	while (r == 0 && n < WORKERS && pthread_create(&threads[n], NULL, work, &workers[n]) == 0)
		n++;
	if (r == 0)
		r = n == 0 && j->index.n > 0 ? -EAGAIN : take_all(j);
	end_work(j, threads, n);
	for (int i = 0; i < WORKERS; i++)
		worker_close(&workers[i]);
	return r;
}

/* ---- the report ---- */

static void print_told(const struct told *t, const char *title)
{
	if (t->n == 0)
		return;
	(void)printf("%s\n%s", title, buf_str(&t->lines));
	if (t->n > SHOWN)
		(void)printf("  … %s %zu\n", ctl_say("en nog", "and another"), t->n - SHOWN);
}

static int report(const struct job *j, int r, double seconds)
{
	print_told(&j->refused, ctl_say("Niet opgenomen:", "Not taken in:"));
	print_told(&j->different,
		   ctl_say("De index zegt het anders:", "The index says otherwise:"));
	(void)printf(ctl_dutch() ? "opgenomen: %zu (met bevindingen: %zu); waren er al: %zu; "
				   "niet opgenomen: %zu; %.1f s\n"
				 : "taken in: %zu (with findings: %zu); there already: %zu; "
				   "not taken in: %zu; %.1f s\n",
		     j->taken, j->with_findings, j->duplicates, j->refused.n, seconds);
	if (interrupted)
		(void)puts(ctl_say("Onderbroken; dezelfde opdracht gaat verder waar deze ophield.",
				   "Interrupted; the same command goes on where this one ended."));
	if (r < 0 && r != -ESTALE)
		(void)fprintf(stderr, "ijwctl: %s: %s\n",
			      ctl_say("afgebroken; wat was opgeslagen blijft",
				      "broken off; what was stored stays"),
			      strerror(-r));
	return r < 0 || j->refused.n > 0 || interrupted ? 1 : 0;
}

/* ---- what it works on ---- */

struct target {
	const char *store, *key, *body_keys;
	struct rulebook_opts rules;
};

static int newest_of(struct job *j)
{
	struct arena a = ARENA_INIT;
	struct store_message m;
	int64_t id;
	int r = j->intake.store->ops->last_id(j->intake.store, &id);

	if (r == 0 && id > 0)
		r = j->intake.store->ops->message_get(j->intake.store, &a, id, &m);
	if (r == 0)
		j->newest = id > 0 ? m.received : 0;
	j->intake.next_id = id + 1;
	j->entered = id;
	arena_release(&a);
	return r;
}

/* A schema that does not compile is told also when the others work. */
static void tell_why(const struct buf *why, int r)
{
	const char *text = why->len == 0 && r < 0 ? strerror(-r) : buf_str(why);
	size_t n = strlen(text);

	if (n > 0)
		(void)fprintf(stderr, "ijwctl: %s%s", text, text[n - 1] == '\n' ? "" : "\n");
}

/* Messages that no entry covers come first: the ranges of the audit log follow on. */
static int enter_earlier(struct store *st)
{
	int64_t n = 0;
	int r = st->ops->begin(st);

	if (r < 0)
		return r;
	r = audit_adopt(st, clock_us(), AUDIT_SOURCE, &n);
	if (r == 0 && n > 0)
		return st->ops->commit(st);
	st->ops->rollback(st);
	return r;
}

/* Who took in how many. */
static int enter_run(const struct job *j, int result)
{
	struct store *st = j->intake.store;
	char who[32], detail[64];
	struct audit_entry e = {.moment = clock_us(),
				.event = "ingest",
				.who = who,
				.source = AUDIT_SOURCE,
				.outcome = result < 0 ? "broken off" : "ok",
				.detail = detail};
	int r = j->taken == 0 ? 0 : st->ops->begin(st);

	if (r < 0 || j->taken == 0)
		return r;
	(void)snprintf(who, sizeof who, "uid %ld", (long)getuid());
	(void)snprintf(detail, sizeof detail, "%zu messages of the past", j->taken);
	r = audit_add(st, &e);
	if (r == 0)
		return st->ops->commit(st);
	st->ops->rollback(st);
	return r;
}

/* A key is made only for a store that is empty: pseudonyms of another would match none. */
static int open_and_run(struct job *j, const struct target *t)
{
	struct rulebook *rules = NULL;
	struct parties *nobody = parties_new();
	struct pseudonym_key key;
	struct buf why = BUF_INIT;
	int64_t begin = clock_ms();
	int r = nobody == NULL ? -ENOMEM : rulebook_open(&rules, &t->rules, &why);

	if (r == 0)
		r = store_open(&j->intake.store, t->store, STORE_WRITE, &why);
	if (r == 0)
		r = newest_of(j);
	if (r == 0)
		r = pseudonym_key_open(&key, t->key, j->intake.next_id == 1, &why);
	if (r == 0)
		r = bodies_unlock(j->intake.store, t->body_keys, true, day_of(clock_us()), &j->keys, NULL, &why);
	if (r == 0)
		r = enter_earlier(j->intake.store);
	tell_why(&why, r);
	if (r == 0) {
		j->intake.parties = nobody;
		j->intake.key = &key;
		j->intake.rules = rules;
		j->standards = rules->standards;
		r = run(j);
		if (enter_run(j, r) < 0 && r == 0)
			r = -EIO;
		r = report(j, r, (double)(clock_ms() - begin) / 1000);
	}
	store_close(&j->intake.store);
	keyring_drop(&j->keys);
	rulebook_drop(&rules);
	parties_drop(&nobody);
	buf_free(&why);
	return r < 0 ? 1 : r;
}

static int with_config(struct job *j, const char *file)
{
	struct config *c = NULL;
	struct buf why = BUF_INIT;
	struct target t;
	int r = config_load(&c, file, &why);

	if (r < 0) {
		(void)fprintf(stderr, "%s", buf_str(&why));
		r = 2;
	} else if (ctl_hub_runs(c->control)) {
		(void)fprintf(
			stderr, "%s",
			ctl_say("ijwctl: de hub draait; stop hem eerst (systemctl stop ijwd)\n",
				"ijwctl: the hub is running; stop it first (systemctl stop "
				"ijwd)\n"));
		r = 1;
	} else {
		t = (struct target){.store = c->store,
				    .key = c->pseudonym_key,
				    .body_keys = c->body_keys,
				    .rules = {.schemas = c->schemas,
					      .lists = c->lists,
					      .calendar = &c->calendar,
					      .freezes = c->freezes,
					      .n_freezes = c->n_freezes}};
		r = open_and_run(j, &t);
	}
	config_free(&c);
	buf_free(&why);
	return r;
}

static int with_store(struct job *j, const char *store)
{
	static const struct calendar usual;
	static const char scheme[] = "sqlite:";
	size_t n = strncmp(store, scheme, sizeof scheme - 1) == 0 ? sizeof scheme - 1 : 0;
	struct buf url = BUF_INIT, key = BUF_INIT, body_keys = BUF_INIT, schemas = BUF_INIT;
	struct target t;
	int r;

	buf_addf(&url, "%s%s", scheme, store + n);
	buf_addf(&key, "%s.key", store + n);
	buf_addf(&body_keys, "%s.keys", store + n);
	ctl_schemas_dir(NULL, &schemas);
	t = (struct target){.store = buf_str(&url),
			    .key = buf_str(&key),
			    .body_keys = buf_str(&body_keys),
			    .rules = {.schemas = buf_str(&schemas), .calendar = &usual}};
	if (access(buf_str(&schemas), R_OK) < 0)
		(void)fprintf(
			stderr, "%s",
			ctl_say("ijwctl: noem met $IJW_SCHEMAS de map met schema's\n",
				"ijwctl: name the folder with the schemas with $IJW_SCHEMAS\n"));
	r = url.failed || key.failed || body_keys.failed || schemas.failed ? 1 : open_and_run(j, &t);
	buf_free(&url);
	buf_free(&key);
	buf_free(&body_keys);
	buf_free(&schemas);
	return r;
}

/* ---- command line ---- */

static int usage(void)
{
	(void)fprintf(stderr, "%s",
		      ctl_say("gebruik: ijwctl ingest MAP [--index BESTAND] [--config BESTAND | "
			      "--store PAD]\n",
			      "usage: ijwctl ingest DIR [--index FILE] [--config FILE | --store "
			      "PATH]\n"));
	return 2;
}

/* As named from here, or else from the folder. */
static void find_index(const char *dir, const char *given, struct buf *ret)
{
	if (given != NULL && (*given == '/' || access(given, F_OK) == 0))
		buf_adds(ret, given);
	else
		buf_addf(ret, "%s/%s", dir, given != NULL ? given : "index.tsv");
}

static void tell_fault(const char *path, const struct history_error *e, int r)
{
	static const char *const nl[] = {
		[HISTORY_NO_COLUMN] = "de kop noemt deze kolom niet:",
		[HISTORY_NO_FILE] = "een regel zonder bestand",
		[HISTORY_NO_MOMENT] =
			"sent_at: verwacht een tijd als 2025-03-04T10:15:00; hier staat:",
	};
	static const char *const en[] = {
		[HISTORY_NO_COLUMN] = "the header does not name this column:",
		[HISTORY_NO_FILE] = "a row without a file",
		[HISTORY_NO_MOMENT] = "sent_at: expected a time as 2025-03-04T10:15:00; here is:",
	};

	if (e->fault == 0)
		(void)fprintf(stderr, "ijwctl: %s: %s\n", path, strerror(-r));
	else
		(void)fprintf(stderr, "ijwctl: %s:%u: %s %s\n", path, e->line,
			      ctl_say(nl[e->fault], en[e->fault]), e->text);
}

static int open_folder(struct job *j, const char *index)
{
	struct buf path = BUF_INIT;
	struct history_error why;
	int r = 0;

	j->folder = open(j->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->folder < 0) {
		(void)fprintf(stderr, "ijwctl: %s: %s\n", j->dir, strerror(errno));
		return -EINVAL;
	}
	find_index(j->dir, index, &path);
	r = path.failed ? -ENOMEM : history_read(&j->index, buf_str(&path), &why);
	if (r < 0)
		tell_fault(buf_str(&path), &why, r);
	buf_free(&path);
	return r;
}

static void job_free(struct job *j)
{
	if (j->folder >= 0)
		(void)close(j->folder); /* only read from */
	history_free(&j->index);
	buf_free(&j->refused.lines);
	buf_free(&j->different.lines);
	(void)pthread_mutex_destroy(&j->lock);
	(void)pthread_cond_destroy(&j->changed);
	free(j);
}

int ctl_ingest(int argc, char **argv)
{
	const char *config = NULL, *store = NULL, *index = NULL;
	struct job *j;
	int o, r;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		switch (o) {
		case 'i':
			index = optarg;
			break;
		case 'c':
			config = optarg;
			break;
		case 's':
			store = optarg;
			break;
		default:
			return usage();
		}
	}
	if (optind != argc - 1 || (config != NULL && store != NULL))
		return usage();
	j = calloc(1, sizeof *j);
	if (j == NULL)
		return 1;
	(void)pthread_mutex_init(&j->lock, NULL); /* cannot fail with these defaults */
	(void)pthread_cond_init(&j->changed, NULL);
	j->dir = argv[optind];
	j->index_name = index != NULL ? index : "index.tsv";
	j->progress = isatty(STDERR_FILENO) == 1;
	if (open_folder(j, index) < 0)
		r = 2;
	else if (store != NULL)
		r = with_store(j, store);
	else
		r = with_config(j, config != NULL ? config : "/etc/ijwd/ijwd.yaml");
	job_free(j);
	return r;
}
