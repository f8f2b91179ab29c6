/*
 * ijwd: start-up from top to bottom, signals, orderly end.  What the hub does
 * all day is in wire/router.c.
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/log.h"
#include "config.h"
#include "wire/control.h"
#include "wire/router.h"

#include "base/banned.h"

struct hub {
	const char *file; /* ijwd.yaml */
	struct config *config;
	struct router *router;
	struct control *control;
	int signal_fd;
	int64_t next_watchdog;
	uint64_t watchdog_us;
};

static const char usage[] =
	"usage: ijwd [--config FILE] [--check-config] [--version]\n"
	"\n"
	"  --config FILE    settings (default /etc/ijwd/ijwd.yaml)\n"
	"  --check-config   read the settings and the parties, say what is wrong, and end\n"
	"  --version        say which version this is\n";

static enum log_level level_of(const struct config *c)
{
	enum log_level level = LOG_INFO_;

	if (c->log_level != NULL)
		(void)log_level_parse(c->log_level, &level); /* config.c has checked it */
	return level;
}

static enum log_format format_of(const struct config *c)
{
	enum log_format format = LOG_FORMAT_AUTO;

	if (c->log_format != NULL)
		(void)log_format_parse(c->log_format, &format); /* config.c has checked it */
	return format;
}

static struct edge_tls tls_of(const struct config *c)
{
	return (struct edge_tls){.certificate = c->tls->certificate,
				 .key = c->tls->key,
				 .ca = c->tls->ca,
				 .crl = c->tls->crl};
}

/* Logs each line of a complaint as an event of its own. */
static void log_lines(const char *id, struct buf *lines)
{
	char *at = lines->data, *end;

	while (at != NULL && *at != '\0') {
		end = strchr(at, '\n');
		if (end != NULL)
			*end = '\0';
		log_error(id, "%s", at);
		at = end == NULL ? NULL : end + 1;
	}
	buf_free(lines);
}

/* Schemas that do not compile are told, and park their messages; they do not keep the hub down. */
static struct rulebook *open_rules(const struct config *c)
{
	const struct rulebook_opts o = {.schemas = c->schemas,
					.lists = c->lists,
					.calendar = &c->calendar,
					.freezes = c->freezes,
					.n_freezes = c->n_freezes};
	struct rulebook *b = NULL;
	struct buf why = BUF_INIT;

	if (rulebook_open(&b, &o, &why) < 0)
		b = NULL;
	log_lines(b == NULL ? "SCHEMAS-UNREADABLE" : "SCHEMA-BROKEN", &why);
	return b;
}

/* What came of a reload, in the audit log too. */
static void note_reload(struct hub *h, bool ok)
{
	struct audit_note n = {.event = AUDIT_RELOAD, .who = AUDIT_HUB, .source = "ijwd"};
	char line[PROMISE_LINE];

	(void)snprintf(n.outcome, sizeof n.outcome, "%s", ok ? "ok" : "failed: the settings from before stay");
	(void)router_note(h->router, false, &n, 0, line); /* without memory the log still tells */
}

static int reload(struct hub *h)
{
	struct config *fresh = NULL;
	struct rulebook *rules;
	struct buf why = BUF_INIT;
	struct edge_tls tls;
	int r;

	(void)sd_notify(0, "RELOADING=1");
	r = config_load(&fresh, h->file, &why);
	rules = r == 0 ? open_rules(fresh) : NULL;
	if (r == 0) {
		tls = tls_of(fresh);
		r = router_reload(h->router, &tls, fresh->who, rules, &why);
	}
	if (r < 0) {
		buf_adds(&why, "\nthe settings from before stay in force");
		log_lines("RELOAD-FAILED", &why);
		config_free(&fresh);
	} else {
		log_level_set(level_of(fresh));
		control_renew(h->control, fresh->who);
		config_free(&h->config);
		h->config = fresh;
		log_info("RELOADED", "parties, certificates, revocation list, schemas and log level are new");
	}
	note_reload(h, r == 0);
	rulebook_drop(&rules); /* the pipeline holds its own */
	buf_free(&why);
	(void)sd_notify(0, "READY=1");
	return r;
}

static int on_signal(void *ctx, struct router *r)
{
	struct hub *h = ctx;
	struct signalfd_siginfo s;

	(void)r;
	if (read(h->signal_fd, &s, sizeof s) != (ssize_t)sizeof s)
		return 1;
	if (s.ssi_signo == SIGHUP) {
		(void)reload(h); /* tells itself; the hub goes on either way */
		return 1;
	}
	(void)sd_notify(0, "STOPPING=1");
	log_info("HUB-STOPPING", "what came in is finished and answered first");
	return 0;
}

static void tick(void *ctx, int64_t now)
{
	struct hub *h = ctx;

	if (h->watchdog_us == 0 || now < h->next_watchdog)
		return;
	h->next_watchdog = now + (int64_t)h->watchdog_us / 3;
	(void)sd_notify(0, "WATCHDOG=1");
}

/* A connection takes three descriptors; what the system allows is asked for. */
static void raise_descriptors(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
		l.rlim_cur = l.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &l); /* the edge counts with what there is */
	}
}

/*
 * Messages come and go by the thousand and move between threads; giving their
 * memory back to the kernel each time costs more than keeping some.
 */
static void keep_memory(void)
{
	(void)mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
	(void)mallopt(M_TOP_PAD, 1024 * 1024);
	(void)mallopt(M_MMAP_THRESHOLD, 256 * 1024); /* a large message still goes back at once */
}

static int signals(struct hub *h)
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
	h->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return h->signal_fd < 0 ? -errno : 0;
}

static int start(struct hub *h, struct rulebook *rules, struct buf *why)
{
	const struct config *c = h->config;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct router_opts o = {
		.runtime = c->runtime,
		.edge = {.listen = c->listen,
			 .tls = tls_of(c),
			 .handshake_ms = c->limits->handshake_ms,
			 .max_connections = c->limits->connections,
			 .max_per_party = c->limits->connections_per_party,
			 .max_per_second = c->limits->connections_per_second,
			 .credit = (size_t)c->limits->credit_kb * 1024},
		.store = c->store,
		.pseudonym_key = c->pseudonym_key,
		.body_keys = c->body_keys,
		.retention = {.bodies_days = c->retention->bodies_days,
			      .refused_days = c->retention->refused_days},
		.validators = c->validators > 0 ? c->validators : (unsigned)(cores > 0 ? cores : 1),
		.attempts = c->delivery->attempts,
		.backoff_s = c->delivery->backoff_s,
		.backoff_most_s = c->delivery->backoff_most_s,
		.recheck_s = c->recheck_s,
		.drain_s = c->drain_s,
		.tick = tick,
		.tick_ctx = h,
		.signal_fd = h->signal_fd,
		.on_signal = on_signal,
	};
	struct control_opts control = {.path = c->control,
				       .store = c->store,
				       .pseudonym_key = c->pseudonym_key,
				       .schemas = c->schemas,
				       .who = c->who,
				       .started = clock_us(),
				       .files = {c->tls->certificate, c->tls->ca}};
	int r;

	if (mkdir(c->runtime, 0700) < 0 && errno != EEXIST) {
		buf_addf(why, "runtime: cannot make %s (%s)", c->runtime, strerror(errno));
		return -errno;
	}
	if (chmod(c->runtime, 0700) < 0) {
		buf_addf(why, "runtime: %s must be this user's own (%s)", c->runtime, strerror(errno));
		return -errno;
	}
	r = router_start(&h->router, &o, rules, c->who, why);
	control.router = h->router;
	return r == 0 ? control_start(&h->control, &control, why) : r;
}

static int run(struct hub *h)
{
	struct rulebook *rules = open_rules(h->config);
	struct buf why = BUF_INIT;
	int r;

	if (rules == NULL)
		return 1;
	r = start(h, rules, &why);
	rulebook_drop(&rules); /* the pipeline holds its own */
	if (r < 0) {
		log_lines("HUB-START", &why);
		return 1;
	}
	(void)sd_watchdog_enabled(0, &h->watchdog_us); /* leaves 0 when nobody watches */
	log_info("HUB-READY", "listening on port %u, %zu parties", router_port(h->router),
		 h->config->who->n);
	(void)sd_notifyf(0, "READY=1\nSTATUS=port %u", router_port(h->router));
	r = router_run(h->router);
	control_stop(&h->control);
	router_stop(&h->router);
	log_info("HUB-STOPPED", "all that was receipted is in the store");
	return r < 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
						{"check-config", no_argument, NULL, 'k'},
						{"version", no_argument, NULL, 'v'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct hub h = {.file = "/etc/ijwd/ijwd.yaml"};
	struct buf why = BUF_INIT;
	bool check = false;
	int o, r;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o == 'c') {
			h.file = optarg;
		} else if (o == 'k') {
			check = true;
		} else {
			(void)fputs(o == 'v' ? "ijwd " IJWD_VERSION "\n" : usage, o == '?' ? stderr : stdout);
			return o == '?' ? 2 : 0;
		}
	}
	if (config_load(&h.config, h.file, &why) < 0) {
		(void)fprintf(stderr, "%s", buf_str(&why));
		buf_free(&why);
		return 2;
	}
	if (check) {
		(void)printf("%s: in order, %zu parties\n", h.file, h.config->who->n);
		config_free(&h.config);
		return 0;
	}
	log_open("ijwd", format_of(h.config));
	log_level_set(level_of(h.config));
	raise_descriptors();
	keep_memory();
	r = signals(&h) < 0 ? 1 : run(&h);
	config_free(&h.config);
	return r;
}
