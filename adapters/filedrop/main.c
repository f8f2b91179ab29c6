/*
 * ijw-filedrop: a hub for back offices that read and write files.  What is
 * dropped in uit/ is sent, what arrives appears in in/.  outbound.h and
 * inbound.h say why nothing is lost or doubled; here is only the loop.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <jansson.h>
#include <systemd/sd-daemon.h>

#include "base/date.h"
#include "base/log.h"

#include "config.h"
#include "inbound.h"
#include "outbound.h"

#include "base/banned.h"

#define RETRY_MS 5000  /* after a full disk, or while a file is being written */
#define SCAN_MS 30000  /* network folders tell inotify nothing */
#define FINISH_MS 5000 /* receipts may come in so long after SIGTERM */

struct drop {
	struct config config;
	struct folder folder;
	struct ijw *c;
	struct outbound *out;
	struct inbound *in;
	int inotify, signals, events;
	int64_t retry_at, scan_at, stop_at;
	bool stopping;
};

static const char usage[] =
	"usage: ijw-filedrop --config FILE\n"
	"       ijw-filedrop --hub HOST:PORT [--server-name NAME] --certificate FILE --key FILE\n"
	"                    --ca FILE [--crl FILE] --folder DIR [--software TEXT] [--credit N]\n"
	"                    [--lang nl|en]\n";

static void library_log(void *arg, enum ijw_log_level level, const char *text)
{
	(void)arg;
	log_line(level == IJW_LOG_ERROR	    ? LOG_ERR_
		 : level == IJW_LOG_WARNING ? LOG_WARN_
					    : LOG_INFO_,
		 "FILEDROP-HUB", "%s", text);
}

/* --- events of the hub, one handler each --- */

static void handle_connected(struct drop *d, const struct ijw_event *e)
{
	json_t *limits = json_loadb(e->json, e->json_size, 0, NULL);

	log_info("FILEDROP-CONNECTED", "connected with hub %s; codes that we may act for: %zu",
		 e->hub, e->codes_n);
	outbound_connected(d->out, (size_t)json_integer_value(json_object_get(limits, "message")));
	json_decref(limits);
	if (d->config.codes_count > 0)
		return;
	for (size_t i = 0; i < e->codes_n; i++)
		if (ijw_ready(d->c, e->codes[i], d->config.credit) < 0)
			log_error("FILEDROP-CODE", "code %s of the hub cannot be used",
				  e->codes[i]);
}

static void handle_receipt(struct drop *d, const struct ijw_event *e)
{
	outbound_receipt(d->out, e);
}

static void handle_delivery(struct drop *d, const struct ijw_event *e)
{
	inbound_delivery(d->in, e);
}

static void handle_notice(struct drop *d, const struct ijw_event *e)
{
	inbound_notice(d->in, e);
}

static void handle_error(struct drop *d, const struct ijw_event *e)
{
	(void)d;
	log_error("FILEDROP-PROTOCOL", "the hub objects: %s: %s", e->code, e->text);
}

static void handle_events(struct drop *d)
{
	static void (*const handlers[])(struct drop *, const struct ijw_event *) = {
		[IJW_EVENT_CONNECTED] = handle_connected,
		[IJW_EVENT_DISCONNECTED] = NULL, /* logged */
		[IJW_EVENT_RECEIPT] = handle_receipt,
		[IJW_EVENT_DELIVERY] = handle_delivery,
		[IJW_EVENT_NOTICE] = handle_notice,
		[IJW_EVENT_ERROR] = handle_error,
	};
	struct ijw_event e;

	while (ijw_receive(d->c, &e, 0) == 1)
		if (handlers[e.type] != NULL)
			handlers[e.type](d, &e);
}

/* --- events of the folder --- */

static void handle_files(struct drop *d)
{
	char room[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	while ((n = read(d->inotify, room, sizeof room)) > 0)
		for (char *at = room; at < room + n;) {
			const struct inotify_event *e = (const struct inotify_event *)at;

			if (e->mask & IN_Q_OVERFLOW)
				d->scan_at = 0; /* some names were lost: look at all */
			else if (e->len > 0)
				outbound_ready(d->out, e->name);
			at += sizeof *e + e->len;
		}
}

static void handle_signal(struct drop *d)
{
	struct signalfd_siginfo info;

	if (read(d->signals, &info, sizeof info) != sizeof info || d->stopping)
		return;
	log_info("FILEDROP-STOPPING", "stopping; %u files await their receipt",
		 outbound_sent(d->out));
	(void)sd_notify(0, "STOPPING=1");
	d->stopping = true;
	d->stop_at = clock_ms() + FINISH_MS;
}

/* --- the loop --- */

static int wait_ms(const struct drop *d, int64_t now)
{
	int64_t until =
		outbound_troubled(d->out) && d->retry_at < d->scan_at ? d->retry_at : d->scan_at;

	if (d->stopping)
		until = d->stop_at;
	return until <= now ? 0 : (int)(until - now);
}

static void do_due(struct drop *d, int64_t now)
{
	if (d->stopping)
		return;
	if (now >= d->retry_at) {
		outbound_retry(d->out);
		d->retry_at = now + RETRY_MS;
	}
	if (now >= d->scan_at) {
		outbound_scan(d->out);
		d->scan_at = now + SCAN_MS;
	}
	outbound_send(d->out);
}

static void run(struct drop *d)
{
	struct pollfd fds[] = {
		{d->signals, POLLIN, 0}, {d->inotify, POLLIN, 0}, {d->events, POLLIN, 0}};

	for (;;) {
		int64_t now = clock_ms();

		if (d->stopping && (outbound_sent(d->out) == 0 || now >= d->stop_at))
			return;
		do_due(d, now);
		(void)poll(fds, 3, wait_ms(d, clock_ms()));
		if (fds[0].revents != 0)
			handle_signal(d);
		if (fds[1].revents != 0)
			handle_files(d);
		handle_events(d);
	}
}

/* --- starting --- */

static int open_signals(struct drop *d)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit on file size is then an error, as a full disk */
	(void)signal(SIGIO, SIG_IGN); /* a lease that somebody breaks is no news */
	d->signals = signalfd(-1, &set, SFD_CLOEXEC);
	return d->signals < 0 ? -errno : 0;
}

/* Watches before the first scan, so that no file falls between the two. */
static int open_watch(struct drop *d)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", d->folder.at[UIT]);
	d->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (d->inotify < 0 || inotify_add_watch(d->inotify, path, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
		return -errno;
	return 0;
}

static int open_hub(struct drop *d)
{
	struct ijw_options o;
	int r;

	ijw_options_init(&o);
	o.hub = d->config.hub;
	o.server_name = d->config.server_name;
	o.certificate = d->config.certificate;
	o.key = d->config.key;
	o.ca = d->config.ca;
	o.crl = d->config.crl;
	o.software = d->config.software != NULL ? d->config.software : "ijw-filedrop " IJWD_VERSION;
	o.log = library_log;
	r = ijw_open(&o, &d->c);
	for (unsigned i = 0; r == 0 && i < d->config.codes_count; i++)
		r = ijw_ready(d->c, d->config.codes[i], d->config.credit);
	if (r == 0)
		d->events = ijw_fd(d->c);
	return r < 0 ? r : d->events < 0 ? d->events : 0;
}

/* In the order in which things need each other; complains itself. */
static int start(struct drop *d)
{
	struct buf why = BUF_INIT;
	const char *what = NULL;
	int r = folder_open(&d->folder, d->config.folder, &why);

	if (r == 0 && (r = open_signals(d)) < 0)
		what = "signals";
	if (r == 0 && (r = open_watch(d)) < 0)
		what = "watching uit/";
	if (r == 0 && (r = open_hub(d)) < 0)
		what = "the settings for the hub (its files are named above when they are the "
		       "reason)";
	if (r == 0 && (r = outbound_new(&d->folder, d->c, d->config.lang, &d->out)) < 0)
		what = "uit/";
	if (r == 0 && (r = inbound_new(&d->folder, d->c, &d->in)) < 0)
		what = "in/";
	if (r < 0)
		log_error("FILEDROP-START", "cannot start: %s%s%s",
			  what == NULL ? buf_str(&why) : what, what == NULL ? "" : ": ",
			  what == NULL ? "" : strerrordesc_np(-r));
	buf_free(&why);
	return r;
}

static int work(struct drop *d)
{
	int r = start(d);

	if (r == 0) {
		outbound_recover(d->out);
		(void)sd_notify(0, "READY=1");
		log_info("FILEDROP-READY", "folder %s, hub %s", d->config.folder, d->config.hub);
		run(d);
		log_info("FILEDROP-STOPPED",
			 "stopped; what was not receipted is sent again next time");
	}
	outbound_free(&d->out);
	ijw_close(&d->c); /* before inbound: nothing refers to it any more */
	inbound_free(&d->in);
	folder_close(&d->folder);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct drop d = {.inotify = -1, .signals = -1};
	struct buf why = BUF_INIT;
	int r;

	memset(&d.folder, -1, sizeof d.folder);
	log_open("ijw-filedrop", LOG_FORMAT_AUTO);
	if (config_read(argc, argv, &d.config, &why) < 0) {
		(void)fprintf(stderr, "ijw-filedrop: %s\n%s", buf_str(&why), usage);
		r = 2;
	} else if (d.config.help) {
		r = fputs(usage, stdout) < 0;
	} else if (d.config.version) {
		r = puts("ijw-filedrop " IJWD_VERSION) < 0;
	} else {
		r = work(&d);
	}
	config_free(&d.config);
	buf_free(&why);
	return r;
}
