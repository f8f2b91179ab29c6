#include "alerts.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "alert_book.h"
#include "base/log.h"
#include "watch.h"

#include "base/banned.h"

#define ROUND_S 30
#define WAY_S 20L /* a mail server or webhook may take so long */
#define PENDING_MOST (256u * 1024) /* of texts that could not be sent yet */

extern char **environ;

struct alerts {
	struct dashboard *d;
	struct alert_ways ways;
	struct alert_rules rules;
	struct alert_book book;
	char path[4096];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	bool failing; /* it was logged */
	struct buf pending_text; /* what could not be sent; told with the next */
};

/* ---- ways ---- */

struct upload {
	const char *text;
	size_t left;
};

static size_t give(char *to, size_t size, size_t n, void *ctx)
{
	struct upload *u = ctx;
	size_t room = size * n, part = u->left < room ? u->left : room;

	memcpy(to, u->text, part);
	u->text += part;
	u->left -= part;
	return part;
}

static size_t drop(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

/* The message as it travels; header fields hold no line breaks, for what is in them is ours or of the settings. */
static void mail_of(const struct alert_ways *w, const char *subject, const char *text, struct buf *to)
{
	char date[64];
	time_t now = time(NULL);
	struct tm tm;

	(void)gmtime_r(&now, &tm);
	(void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	buf_addf(to, "Date: %s\r\nFrom: %s\r\nTo: %s\r\nSubject: ", date, w->from, w->mail);
	for (const char *c = subject; *c != '\0'; c++) /* other letters would need encoding */
		buf_add(to, (unsigned char)*c < 0x80 && *c >= ' ' ? c : "?", 1);
	buf_adds(to, "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		     "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n");
	for (const char *c = text; *c != '\0'; c++)
		buf_add(to, *c == '\n' ? "\r\n" : c, *c == '\n' ? 2 : 1);
}

static struct curl_slist *recipients(const char *list)
{
	struct curl_slist *all = NULL, *more;
	char *copy = strdup(list), *rest = copy, *one;

	while (copy != NULL && (one = strsep(&rest, ", ")) != NULL) {
		more = one[0] == '\0' ? NULL : curl_slist_append(all, one);
		if (more != NULL)
			all = more;
	}
	free(copy);
	return all;
}

static int perform(CURL *c, const char *what, struct buf *why)
{
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode e;
	long status = 0;

	(void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT, WAY_S);
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	e = curl_easy_perform(c);
	if (e == CURLE_OK)
		(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (e != CURLE_OK)
		buf_addf(why, "%s%s: %s", why->len > 0 ? "; " : "", what,
			 detail[0] != '\0' ? detail : curl_easy_strerror(e));
	else if (status >= 300)
		buf_addf(why, "%s%s: answer %ld", why->len > 0 ? "; " : "", what, status);
	return e == CURLE_OK && status < 300 ? 0 : -EIO;
}

static int send_smtp(const struct alert_ways *w, const struct buf *mail, struct buf *why)
{
	struct upload u = {mail->data, mail->len};
	struct curl_slist *to = recipients(w->mail);
	CURL *c = curl_easy_init();
	int r = -ENOMEM;

	if (c != NULL && to != NULL) {
		(void)curl_easy_setopt(c, CURLOPT_URL, w->smtp);
		(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
		(void)curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
		(void)curl_easy_setopt(c, CURLOPT_MAIL_FROM, w->from);
		(void)curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
		(void)curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
		(void)curl_easy_setopt(c, CURLOPT_READDATA, &u);
		(void)curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		r = perform(c, "mail", why);
	}
	curl_slist_free_all(to);
	curl_easy_cleanup(c);
	return r;
}

/* Writes all, however the pipe takes it. */
static bool write_whole(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, data, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		data += w;
		n -= (size_t)w;
	}
	return true;
}

static int send_program(const struct alert_ways *w, const struct buf *mail, struct buf *why)
{
	char path[4096], t[] = "-t", i[] = "-i";
	char *argv[] = {path, t, i, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1, r;
	pid_t pid = -1;

	(void)snprintf(path, sizeof path, "%s", w->sendmail);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
	r = -posix_spawn(&pid, path, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(ends[0]);
	if (r == 0 && !write_whole(ends[1], mail->data, mail->len))
		r = -EPIPE;
	(void)close(ends[1]);
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	if (r == 0 && status != 0)
		r = -EIO;
	if (r < 0)
		buf_addf(why, "%s%s: %s", why->len > 0 ? "; " : "", w->sendmail,
			 r == -EIO ? "did not take the mail" : strerror(-r));
	return r;
}

static int send_webhook(const struct alert_ways *w, const char *payload, struct buf *why)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	CURL *c = curl_easy_init();
	int r = -ENOMEM;

	if (c != NULL && headers != NULL) {
		(void)curl_easy_setopt(c, CURLOPT_URL, w->webhook);
		(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
		(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
		(void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, payload);
		r = perform(c, "webhook", why);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	return r;
}

static bool given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

int alert_send(const struct alert_ways *w, const char *subject, const char *text, const char *payload, struct buf *why)
{
	struct buf mail = BUF_INIT;
	int r = 0, s = 0;

	if (given(w->mail)) {
		mail_of(w, subject, text, &mail);
		r = mail.failed ? -ENOMEM : given(w->sendmail) ? send_program(w, &mail, why) : send_smtp(w, &mail, why);
		buf_free(&mail);
	}
	if (given(w->webhook) && payload != NULL)
		s = send_webhook(w, payload, why);
	return r < 0 || s < 0 ? -EIO : 0;
}

/* ---- rounds ---- */

static void tell_journal(const struct alert_event *e)
{
	if (e->what == ALERT_OVER)
		log_info("DASH-ALERT-OVER", "%s%s%s: %s", e->row.kind, e->row.about[0] != '\0' ? " " : "", e->row.about,
			 e->row.title_en);
	else
		log_warn("DASH-ALERT", "%s%s%s (%s, %s): %s %s", e->row.kind, e->row.about[0] != '\0' ? " " : "",
			 e->row.about, attention_level_name(e->row.level), alert_word(e->what), e->row.title_en,
			 e->row.text_en);
}

/* Sends the round's events and what could not be sent before. */
static void tell(struct alerts *a, const struct alert_event *events, size_t n)
{
	const struct settings *s = a->d->settings;
	struct buf subject = BUF_INIT, text = BUF_INIT, why = BUF_INIT;
	json_t *payload = alert_payload(events, n, s->hub_name);
	char *json = json_dumps(payload, JSON_COMPACT);

	for (size_t i = 0; i < n; i++)
		tell_journal(&events[i]);
	alert_subject(events, n, s->hub_name, s->language, &subject);
	buf_add(&text, buf_str(&a->pending_text), a->pending_text.len);
	alert_text(events, n, s->hub_name, s->language, &text);
	if (alert_send(&a->ways, buf_str(&subject), buf_str(&text), json, &why) == 0) {
		if (a->failing)
			log_info("DASH-ALERT-SENT", "alarms can be sent again");
		a->failing = false;
		buf_clear(&a->pending_text);
	} else {
		if (!a->failing)
			log_warn("DASH-ALERT-UNSENT", "%s; the alarm is kept and told with the next, and stands in this log",
				 buf_str(&why));
		a->failing = true;
		if (text.len < PENDING_MOST) {
			buf_clear(&a->pending_text);
			buf_add(&a->pending_text, buf_str(&text), text.len);
		}
	}
	free(json);
	json_decref(payload);
	buf_free(&subject);
	buf_free(&text);
	buf_free(&why);
}

static void round_of(struct alerts *a)
{
	struct snapshot *s = watch_snapshot(a->d->watch);
	struct reference *ref = dashboard_reference(a->d);
	const struct scope all = {.n = 0};
	struct attention *found = calloc(1, sizeof *found);
	struct alert_event *events = calloc(2 * ALERTS_MOST, sizeof *events);
	size_t n = 0;

	if (s != NULL && ref != NULL && found != NULL && events != NULL) {
		attention_look(s, ref, &all, found);
		alert_round(&a->book, found, &a->rules, clock_us(), events, &n);
		if (n > 0)
			tell(a, events, n);
		if (n > 0 && alert_book_save(&a->book, a->path) < 0)
			log_warn("DASH-ALERT-BOOK", "%s cannot be written; after a restart alarms are told again", a->path);
	}
	free(events);
	free(found);
	reference_drop(&ref);
	snapshot_drop(&s);
}

static void *alerts_main(void *arg)
{
	struct alerts *a = arg;
	struct timespec until;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		pthread_mutex_unlock(&a->lock);
		round_of(a);
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += ROUND_S;
		pthread_mutex_lock(&a->lock);
		while (!a->stop && pthread_cond_timedwait(&a->wake, &a->lock, &until) == 0)
			;
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

int alerts_start(struct alerts **ret, struct dashboard *d, struct buf *why)
{
	const struct settings *s = d->settings;
	struct alerts *a = calloc(1, sizeof *a);
	pthread_condattr_t attr;
	int r;

	if (a == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(a);
		return -ENOMEM;
	}
	a->d = d;
	a->ways = (struct alert_ways){s->alert_mail, s->alert_from, s->alert_smtp, s->alert_sendmail, s->alert_webhook};
	a->rules = (struct alert_rules){.least = (enum attention_level)settings_alert_level(s),
					.settle_us = (int64_t)s->alert_settle_s * 1000000,
					.repeat_us = (int64_t)s->alert_repeat_hours * 3600000000};
	(void)snprintf(a->path, sizeof a->path, "%s/alerts.json", s->state);
	alert_book_load(&a->book, a->path);
	(void)pthread_mutex_init(&a->lock, NULL); /* none of these fails with these attributes */
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&a->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	r = -pthread_create(&a->thread, NULL, alerts_main, a);
	if (r < 0) {
		buf_addf(why, "alarms: cannot start a thread (%s)", strerror(-r));
		free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void alerts_stop(struct alerts **aa)
{
	struct alerts *a = *aa;

	*aa = NULL;
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_broadcast(&a->wake);
	pthread_mutex_unlock(&a->lock);
	(void)pthread_join(a->thread, NULL);
	(void)alert_book_save(&a->book, a->path); /* else they are told again */
	pthread_cond_destroy(&a->wake);
	pthread_mutex_destroy(&a->lock);
	buf_free(&a->pending_text);
	free(a);
	curl_global_cleanup();
}
