/*
 * ijw-dashboard: start-up from top to bottom, signals, orderly end.  Requests
 * are served by the library's threads (server.c), what goes on is gathered by
 * one of ours (watch.c), reports by another (reports.c); here is only waiting
 * for signals and the watchdog.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <libxml/parser.h>

#include "alerts.h"
#include "base/log.h"
#include "dashboard.h"
#include "metrics.h"
#include "page.h"
#include "reports.h"
#include "server.h"
#include "user_cmd.h"
#include "watch.h"

#include "base/banned.h"

#define CONFIG_FILE "/etc/ijw-dashboard/dashboard.yaml"

static const char usage[] =
	"usage: ijw-dashboard [--config FILE] [--check-config] [--version]\n"
	"       ijw-dashboard user add|passwd|list|remove ...\n"
	"\n"
	"  --config FILE    settings (default " CONFIG_FILE ")\n"
	"  --check-config   read the settings, the users and the page, say what is wrong, and end\n"
	"  --version        say which version this is\n";

struct program {
	struct dashboard d;
	struct reference *first; /* holds the settings of the start */
	struct server *server;
	struct metrics *metrics;
	struct alerts *alerts;
	int signal_fd;
	uint64_t watchdog_us;
};

/* Logs each line of a complaint as an event of its own. */
static void log_lines(const char *id, struct buf *lines)
{
	char *at = lines->data, *end;

	while (at != NULL && *at != '\0') {
		end = strchr(at, '\n');
		if (end != NULL)
			*end = '\0';
		if (*at != '\0')
			log_error(id, "%s", at);
		at = end == NULL ? NULL : end + 1;
	}
	buf_free(lines);
}

/* What a start and a reload read. */
struct fresh {
	struct reference *reference;
	struct users *users;
	struct page *page;
};

static void fresh_free(struct fresh *f)
{
	reference_drop(&f->reference);
	users_drop(&f->users);
	page_drop(&f->page);
}

static int fresh_load(struct fresh *f, const char *file, struct buf *why)
{
	struct settings *s = NULL;
	int r = settings_load(&s, file, why);

	*f = (struct fresh){0};
	if (r == 0)
		r = users_load(&f->users, s->users, why);
	if (r == 0)
		r = page_open(&f->page, s->page, why);
	if (r == 0)
		r = reference_open(&f->reference, &s, why);
	settings_free(&s);
	if (r < 0)
		fresh_free(f);
	return r;
}

/* ---- signals ---- */

static void take_fresh(struct dashboard *d, struct fresh *f)
{
	struct fresh old;

	(void)pthread_mutex_lock(&d->lock);
	old = (struct fresh){d->reference, d->users, d->page};
	d->reference = f->reference;
	d->users = f->users;
	d->page = f->page;
	(void)pthread_mutex_unlock(&d->lock);
	fresh_free(&old); /* requests that are under way hold their own */
}

static void reload(struct program *p)
{
	struct fresh f;
	struct buf why = BUF_INIT;
	int r;

	(void)sd_notify(0, "RELOADING=1");
	r = fresh_load(&f, p->d.file, &why);
	if (r == 0)
		r = server_certificate(p->server, f.reference->settings->certificate, f.reference->settings->key, &why);
	if (r < 0) {
		buf_adds(&why, "\nthe settings from before stay in force");
		log_lines("DASH-RELOAD-FAILED", &why);
		fresh_free(&f);
	} else {
		log_level_set(settings_level(f.reference->settings));
		take_fresh(&p->d, &f);
		log_info("DASH-RELOADED", "users, certificate, page, parties, schemas and log level are new");
	}
	buf_free(&why);
	(void)sd_notify(0, "READY=1");
}

static int signals(struct program *p)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit on file size is then an error, as a full disk */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) /* before any thread: all inherit it */
		return -errno;
	p->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	return p->signal_fd < 0 ? -errno : 0;
}

static void wait_for_the_end(struct program *p)
{
	struct pollfd poll_fd = {.fd = p->signal_fd, .events = POLLIN};
	int turn = p->watchdog_us > 0 ? (int)(p->watchdog_us / 3000) : -1;
	struct signalfd_siginfo s;

	for (;;) {
		int ready = poll(&poll_fd, 1, turn);

		if (p->watchdog_us > 0)
			(void)sd_notify(0, "WATCHDOG=1");
		if (ready <= 0 || read(p->signal_fd, &s, sizeof s) != (ssize_t)sizeof s)
			continue;
		if (s.ssi_signo != SIGHUP)
			return;
		reload(p);
	}
}

/* ---- start and end ---- */

static int make(struct program *p, struct buf *why)
{
	struct dashboard *d = &p->d;
	const struct settings *s = d->settings;
	struct sessions_opts o = {.idle_us = (int64_t)s->idle_minutes * 60000000,
				  .most_us = (int64_t)s->session_hours * 3600000000};
	int r;

	d->started = clock_us();
	d->sessions = sessions_new(&o);
	d->limiter = limiter_new();
	d->pool = pool_new(s->store);
	d->hub = hub_new(s->control);
	if (d->sessions == NULL || d->limiter == NULL || d->pool == NULL || d->hub == NULL)
		return -ENOMEM;
	if (!password_prepare()) {
		buf_adds(why, "this system cannot check yescrypt passwords");
		return -ENOSYS;
	}
	logins_open(d);
	r = trail_open(&d->trail, s->state, d->hub, why);
	if (r == 0)
		r = reports_start(&d->reports, d, why);
	if (r == 0)
		r = watch_start(&d->watch, d, why);
	if (r == 0)
		r = server_start(&p->server, d, why);
	if (r == 0 && s->metrics_listen != NULL)
		r = metrics_start(&p->metrics, d, s->metrics_listen, why);
	if (r == 0)
		r = alerts_start(&p->alerts, d, why);
	return r;
}

static void unmake(struct program *p)
{
	alerts_stop(&p->alerts);
	metrics_stop(&p->metrics);
	server_stop(&p->server);
	watch_stop(&p->d.watch);
	reports_stop(&p->d.reports);
	trail_free(&p->d.trail);
	logins_close();
	hub_free(&p->d.hub);
	pool_free(&p->d.pool);
	limiter_free(&p->d.limiter);
	sessions_free(&p->d.sessions);
}

static int run(struct program *p)
{
	struct buf why = BUF_INIT;
	int r = signals(p) < 0 ? -EINVAL : make(p, &why);

	if (r < 0) {
		if (why.len == 0)
			buf_addf(&why, "cannot start (%s)", strerror(-r));
		log_lines("DASH-START", &why);
		unmake(p);
		return 1;
	}
	(void)sd_watchdog_enabled(0, &p->watchdog_us); /* leaves 0 when nobody watches */
	log_info("DASH-READY", "listening on port %u, %u users", server_port(p->server), p->d.users->users_count);
	(void)sd_notifyf(0, "READY=1\nSTATUS=port %u", server_port(p->server));
	wait_for_the_end(p);
	(void)sd_notify(0, "STOPPING=1");
	unmake(p);
	log_info("DASH-STOPPED", "all connections have ended");
	return 0;
}

static int load(struct program *p, struct buf *why)
{
	struct fresh f;

	if (fresh_load(&f, p->d.file, why) < 0)
		return -EINVAL;
	(void)pthread_mutex_init(&p->d.lock, NULL); /* cannot fail with default attributes */
	p->d.reference = f.reference;
	p->d.users = f.users;
	p->d.page = f.page;
	p->first = reference_hold(f.reference);
	p->d.settings = p->first->settings;
	return 0;
}

static void unload(struct program *p)
{
	struct fresh f = {p->d.reference, p->d.users, p->d.page};

	fresh_free(&f);
	reference_drop(&p->first);
	(void)pthread_mutex_destroy(&p->d.lock);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
						{"check-config", no_argument, NULL, 'k'},
						{"version", no_argument, NULL, 'v'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct program p = {.d = {.file = CONFIG_FILE}};
	struct buf why = BUF_INIT;
	bool check = false;
	int o, r;

	if (argc > 1 && strcmp(argv[1], "user") == 0)
		return user_command(argc - 1, argv + 1);
	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o == 'c') {
			p.d.file = optarg;
		} else if (o == 'k') {
			check = true;
		} else {
			(void)fputs(o == 'v' ? "ijw-dashboard " IJWD_VERSION "\n" : usage, o == '?' ? stderr : stdout);
			return o == '?' ? 2 : 0;
		}
	}
	log_open("ijw-dashboard", getenv("JOURNAL_STREAM") != NULL);
	xmlInitParser();
	if (load(&p, &why) < 0) {
		(void)fprintf(stderr, "%s", buf_str(&why));
		buf_free(&why);
		return 2;
	}
	buf_free(&why);
	log_level_set(settings_level(p.d.settings));
	if (check)
		(void)printf("%s: in order, %u users\n", p.d.file, p.d.users->users_count);
	r = check ? 0 : run(&p);
	unload(&p);
	return r;
}
