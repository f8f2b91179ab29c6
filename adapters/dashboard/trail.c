#include "trail.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/log.h"
#include "values.h"

#include "base/banned.h"

#define SPOOL "audit-spool.jsonl"
#define SPOOL_AT "audit-spool.at" /* how many bytes of it were handed over */
#define LINE_MOST 4096
#define ONE_TURN 200 /* entries handed over before the lock is let go */

struct trail {
	struct hub *hub;
	char *path, *at_path;
	pthread_mutex_t lock;
	int fd;		/* of the spool, opened to append */
	off_t at, size; /* handed over; in all */
	bool broken;
};

static off_t read_at(const char *path)
{
	char text[32] = "";
	FILE *f = fopen(path, "re");
	bool got = f != NULL && fgets(text, sizeof text, f) != NULL;

	if (f != NULL)
		(void)fclose(f);
	return got ? (off_t)strtoll(text, NULL, 10) : 0;
}

/* A lost write of this tells entries twice, which is allowed. */
static void write_at(const struct trail *t)
{
	FILE *f = fopen(t->at_path, "we");

	if (f == NULL)
		return;
	(void)fprintf(f, "%lld\n", (long long)t->at);
	(void)fclose(f);
}

int trail_open(struct trail **ret, const char *state, struct hub *hub, struct buf *why)
{
	struct trail *t = calloc(1, sizeof *t);
	struct stat st;

	if (t == NULL)
		return -ENOMEM;
	t->hub = hub;
	t->fd = -1;
	(void)pthread_mutex_init(&t->lock, NULL); /* cannot fail with default attributes */
	if (asprintf(&t->path, "%s/" SPOOL, state) < 0 ||
	    asprintf(&t->at_path, "%s/" SPOOL_AT, state) < 0) {
		trail_free(&t);
		return -ENOMEM;
	}
	t->fd = open(t->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (t->fd < 0 || fstat(t->fd, &st) < 0) {
		buf_addf(why, "state: %s cannot be written (%s)", t->path, strerror(errno));
		trail_free(&t);
		return -EINVAL;
	}
	t->size = st.st_size;
	t->at = read_at(t->at_path);
	if (t->at < 0 || t->at > t->size)
		t->at = 0;
	*ret = t;
	return 0;
}

void trail_free(struct trail **t)
{
	if (*t == NULL)
		return;
	if ((*t)->fd >= 0)
		(void)close((*t)->fd);
	(void)pthread_mutex_destroy(&(*t)->lock);
	free((*t)->path);
	free((*t)->at_path);
	free(*t);
	*t = NULL;
}

static json_t *request_of(const struct trail_entry *e, bool late)
{
	json_t *o = json_pack("{s:s}", "cmd", "audit-add");
	char source[128], moment[MOMENT_TEXT], detail[600];

	(void)snprintf(source, sizeof source, "ijw-dashboard %.100s",
		       e->source != NULL ? e->source : "");
	moment_text(e->moment, moment);
	(void)snprintf(detail, sizeof detail, "%s%s%s", late ? moment : "",
		       late && e->detail != NULL ? " " : "", e->detail != NULL ? e->detail : "");
	set_text(o, "event", e->event);
	set_text(o, "who", e->who != NULL ? e->who : "");
	set_text(o, "role", e->role != NULL ? e->role : "");
	set_text(o, "source", source);
	set_text(o, "reason", e->reason != NULL ? e->reason : "");
	set_text(o, "outcome", e->outcome != NULL ? e->outcome : "");
	set_text(o, "detail", detail);
	if (e->client != NULL)
		set_text(o, "client", e->client);
	if (e->message != 0)
		set_number(o, "message", e->message);
	return o;
}

/* Taken: the hub answered, and not with an error.  The request is taken over. */
static bool hand_over(struct trail *t, json_t *request)
{
	json_t *answer = hub_ask(t->hub, request);
	bool taken = answer != NULL && hub_error(answer) == NULL;

	json_decref(answer);
	return taken;
}

/* The lock is held. */
static bool keep(struct trail *t, json_t *request)
{
	char *line = json_dumps(request, JSON_COMPACT);
	size_t n = line != NULL ? strlen(line) : 0;
	bool kept = false;

	if (n > 0 && !t->broken && n < LINE_MOST - 1 &&
	    t->size + (off_t)n + 1 <= TRAIL_SPOOL_MOST) {
		line[n] = '\n'; /* in the place of the NUL: one write, whole or not at all */
		kept = write(t->fd, line, n + 1) == (ssize_t)n + 1 && fdatasync(t->fd) == 0;
		if (kept && t->at == t->size)
			log_warn("DASH-AUDIT-KEPT",
				 "the hub takes no audit entries; they are kept in %s", t->path);
		if (kept)
			t->size += (off_t)n + 1;
		else if (ftruncate(t->fd, t->size) < 0)
			t->broken = true; /* half a line stands there: nothing may follow it */
	}
	if (!kept)
		log_error("DASH-AUDIT-LOST", "an audit entry could be neither handed over nor "
					     "kept; what it tells of was refused");
	free(line);
	return kept;
}

bool trail_add(struct trail *t, const struct trail_entry *e)
{
	json_t *late = request_of(e, true);
	bool done = false, waiting;

	(void)pthread_mutex_lock(&t->lock);
	waiting = t->at < t->size; /* then this one waits its turn */
	if (!waiting)
		done = hand_over(t, request_of(e, false));
	if (!done)
		done = keep(t, late);
	(void)pthread_mutex_unlock(&t->lock);
	json_decref(late);
	return done;
}

/* The next line that was kept, without its end; false when there is none.  The lock is held. */
static bool next_line(const struct trail *t, char line[LINE_MOST], size_t *n)
{
	ssize_t got = pread(t->fd, line, LINE_MOST, t->at);
	const char *end = got > 0 ? memchr(line, '\n', (size_t)got) : NULL;

	if (end == NULL)
		return false;
	*n = (size_t)(end - line);
	line[*n] = '\0';
	return true;
}

/* The lock is held. */
static void empty(struct trail *t)
{
	if (ftruncate(t->fd, 0) < 0)
		return; /* it is tried again the next time */
	t->at = t->size = 0;
	(void)unlink(t->at_path);
	log_info("DASH-AUDIT-DELIVERED", "the hub has all audit entries that were kept");
}

void trail_deliver(struct trail *t)
{
	char line[LINE_MOST];
	size_t n;
	bool more = true;

	(void)pthread_mutex_lock(&t->lock);
	for (int i = 0; more && i < ONE_TURN && t->at < t->size; i++) {
		json_t *request = NULL;

		if (!next_line(t, line, &n)) {
			t->at = t->size; /* half a line: its writer was told that it failed */
			break;
		}
		request = json_loads(line, 0, NULL);
		more = request == NULL || hand_over(t, request);
		if (more) {
			t->at += (off_t)n + 1;
			write_at(t);
		}
	}
	if (more && t->size > 0 && t->at >= t->size)
		empty(t);
	(void)pthread_mutex_unlock(&t->lock);
}

bool trail_waiting(struct trail *t)
{
	bool waiting;

	(void)pthread_mutex_lock(&t->lock);
	waiting = t->at < t->size;
	(void)pthread_mutex_unlock(&t->lock);
	return waiting;
}
