#include "metrics.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "values.h"
#include "watch.h"

#include "base/banned.h"

#define CONNECTIONS 8
#define TIMEOUT_S 20
#define CERTIFICATES_MOST 1000

struct metrics {
	struct dashboard *d;
	struct MHD_Daemon *daemon;
};

void metrics_label(struct buf *to, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			buf_addf(to, "\\%c", *value);
		else if (*value == '\n')
			buf_adds(to, "\\n");
		else
			buf_add(to, value, 1);
	}
}

/* name{label="value"} x; label NULL: none. */
static void sample(struct buf *to, const char *name, const char *label, const char *value, double x)
{
	buf_adds(to, name);
	if (label != NULL) {
		buf_addf(to, "{%s=\"", label);
		metrics_label(to, value);
		buf_adds(to, "\"}");
	}
	buf_addf(to, " %.17g\n", x);
}

/* ---- each metric's samples ---- */

static void write_up(const struct snapshot *s, struct buf *to)
{
	sample(to, "ijwd_up", NULL, NULL, s->status != NULL ? 1 : 0);
}

static void write_build(const struct snapshot *s, struct buf *to)
{
	buf_addf(to, "ijwd_build_info{dashboard=\"" IJWD_VERSION "\",hub=\"");
	metrics_label(to, text_of(s->status, "version"));
	buf_adds(to, "\"} 1\n");
}

static void write_messages(const struct snapshot *s, struct buf *to)
{
	for (size_t i = 0; i < s->n_totals; i++) {
		const struct view_count *c = &s->totals[i];

		if (c->verdict == VERDICT_PARKED)
			continue;
		buf_adds(to, "ijwd_messages_total{party=\"");
		metrics_label(to, c->party);
		buf_adds(to, "\",type=\"");
		metrics_label(to, c->type);
		buf_addf(to, "\",verdict=\"%s\"} %lld\n", verdict_word(c->verdict),
			 (long long)c->messages);
	}
}

static void write_parked(const struct snapshot *s, struct buf *to)
{
	sample(to, "ijwd_messages_parked", NULL, NULL, (double)s->all.verdicts[VERDICT_PARKED]);
}

static void write_waiting(const struct snapshot *s, struct buf *to)
{
	for (size_t i = 0; i < s->n_queues; i++)
		sample(to, "ijwd_queue_waiting", "receiver", s->queues[i].receiver,
		       (double)s->queues[i].waiting);
}

static void write_given_up(const struct snapshot *s, struct buf *to)
{
	for (size_t i = 0; i < s->n_queues; i++)
		sample(to, "ijwd_queue_given_up", "receiver", s->queues[i].receiver,
		       (double)s->queues[i].given_up);
}

static void write_oldest(const struct snapshot *s, struct buf *to)
{
	for (size_t i = 0; i < s->n_queues; i++)
		if (s->queues[i].waiting > 0)
			sample(to, "ijwd_queue_oldest_seconds", "receiver", s->queues[i].receiver,
			       (double)(s->at - s->queues[i].oldest) / 1e6);
}

static const json_t *sessions_of(const struct snapshot *s)
{
	return json_object_get(json_object_get(s->status, "live"), "sessions");
}

/* Whether a party had a session before this place in the list. */
static bool told_before(const json_t *sessions, size_t place, const char *party)
{
	for (size_t i = 0; i < place; i++)
		if (strcmp(text_of(json_array_get(sessions, i), "party"), party) == 0)
			return true;
	return false;
}

static void write_sessions(const struct snapshot *s, struct buf *to)
{
	const json_t *sessions = sessions_of(s);
	size_t n = json_array_size(sessions);

	for (size_t i = 0; i < n; i++) {
		const char *party = text_of(json_array_get(sessions, i), "party");
		unsigned count = 0;

		if (told_before(sessions, i, party))
			continue;
		for (size_t k = i; k < n; k++)
			count += strcmp(text_of(json_array_get(sessions, k), "party"), party) == 0;
		sample(to, "ijwd_sessions", "party", party, count);
	}
}

static void write_histogram(struct buf *to, const char *name, const struct histogram *h)
{
	int64_t below = 0;

	if (h->n_bounds == 0)
		return;
	for (unsigned i = 0; i < h->n_bounds; i++) {
		below += h->counts[i];
		buf_addf(to, "%s_bucket{le=\"%.9g\"} %lld\n", name, (double)h->bounds_us[i] / 1e6,
			 (long long)below);
	}
	below += h->counts[h->n_bounds];
	buf_addf(to, "%s_bucket{le=\"+Inf\"} %lld\n", name, (long long)below);
	buf_addf(to, "%s_sum %.6f\n%s_count %lld\n", name, (double)h->sum_us / 1e6, name,
		 (long long)below);
}

static void write_receipt(const struct snapshot *s, struct buf *to)
{
	write_histogram(to, "ijwd_receipt_seconds", &s->histograms[TIMED_RECEIPT]);
}

static void write_delivery(const struct snapshot *s, struct buf *to)
{
	write_histogram(to, "ijwd_delivery_seconds", &s->histograms[TIMED_DELIVERY]);
}

static void write_refused(const struct snapshot *s, struct buf *to)
{
	static const char *const reasons[] = {"tls", "party", "zmtp", "limit"};
	const json_t *edge = json_object_get(json_object_get(s->status, "live"), "edge");

	for (size_t i = 0; edge != NULL && i < sizeof reasons / sizeof *reasons; i++) {
		char key[32];

		(void)snprintf(key, sizeof key, "refused_%s", reasons[i]);
		sample(to, "ijwd_tls_refused_total", "reason", reasons[i],
		       (double)number_of(edge, key));
	}
}

static void write_bytes(const struct snapshot *s, struct buf *to)
{
	if (s->store_ok)
		sample(to, "ijwd_store_bytes", NULL, NULL,
		       (double)(s->sizes.bytes + s->sizes.wal_bytes));
}

static void write_free(const struct snapshot *s, struct buf *to)
{
	if (s->store_ok)
		sample(to, "ijwd_disk_free_bytes", NULL, NULL, (double)s->sizes.free_bytes);
}

static void write_failures(const struct snapshot *s, struct buf *to)
{
	if (s->status != NULL)
		sample(to, "ijwd_store_failures_total", NULL, NULL,
		       (double)number_of(json_object_get(s->status, "live"), "store_failures"));
}

static void write_ends(const struct snapshot *s, struct buf *to)
{
	for (int k = 0; s->tallies != NULL && k < N_STERKTEN; k++) {
		size_t n = 0;

		for (size_t i = 0; i < s->tallies->n; i++)
			n += s->tallies->list[i].due ? 0 : s->tallies->list[i].n[k];
		sample(to, "ijwd_open_ends", "strength", sterkte_naam((enum sterkte)k), (double)n);
	}
}

static void write_overdue(const struct snapshot *s, struct buf *to)
{
	size_t n = 0;

	for (size_t i = 0; s->tallies != NULL && i < s->tallies->n; i++)
		n += s->tallies->list[i].due ? s->tallies->list[i].n[0] : 0;
	if (s->tallies != NULL)
		sample(to, "ijwd_overdue_answers", NULL, NULL, (double)n);
}

static void write_expiry(struct buf *to, const char *which, const char *moment)
{
	int64_t us;

	if (moment[0] != '\0' && moment_parse(moment, &us))
		sample(to, "ijwd_certificate_expiry_timestamp_seconds", "which", which,
		       (double)(us / 1000000));
}

static void write_certificates(const struct snapshot *s, struct buf *to)
{
	static const char *const own[] = {"hub", "ca", "crl"};
	const json_t *c = json_object_get(s->status, "certificates"), *sessions = sessions_of(s);

	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		char key[16];

		(void)snprintf(key, sizeof key, "%s_until", own[i]);
		write_expiry(to, own[i], text_of(c, key));
	}
	for (size_t i = 0; i < json_array_size(sessions) && i < CERTIFICATES_MOST; i++) {
		const json_t *x = json_array_get(sessions, i);
		char which[64];

		(void)snprintf(which, sizeof which, "party %.40s", text_of(x, "party"));
		if (!told_before(sessions, i, text_of(x, "party")))
			write_expiry(to, which, text_of(x, "certificate_until"));
	}
}

static void write_held(const struct snapshot *s, struct buf *to)
{
	for (size_t i = 0; i < s->n_settings; i++)
		if (strcmp(s->settings[i].kind, "hold") == 0)
			sample(to, "ijwd_held", "receiver", s->settings[i].name, 1);
}

static const struct {
	const char *name, *type, *help;
	void (*write)(const struct snapshot *s, struct buf *to);
} table[] = {
	/* clang-format off */
	{"ijwd_up", "gauge", "Whether the hub answers.", write_up},
	{"ijwd_build_info", "gauge", "Versions; always 1.", write_build},
	{"ijwd_messages_total", "counter", "Messages that got their verdict, by the party that sent them, type and verdict.", write_messages},
	{"ijwd_messages_parked", "gauge", "Messages that were received and not judged yet.", write_parked},
	{"ijwd_queue_waiting", "gauge", "Messages that wait for a receiver.", write_waiting},
	{"ijwd_queue_given_up", "gauge", "Messages whose delivery was given up, by receiver.", write_given_up},
	{"ijwd_queue_oldest_seconds", "gauge", "How long the first that waits for a receiver has waited.", write_oldest},
	{"ijwd_sessions", "gauge", "Connections that are open, by party.", write_sessions},
	{"ijwd_receipt_seconds", "histogram", "From a message's arrival to its receipt.", write_receipt},
	{"ijwd_delivery_seconds", "histogram", "From a message's arrival to its confirmation by the receiver.", write_delivery},
	{"ijwd_tls_refused_total", "counter", "Connections that were refused, by reason.", write_refused},
	{"ijwd_store_bytes", "gauge", "Size of the store, with its log.", write_bytes},
	{"ijwd_disk_free_bytes", "gauge", "What is free on the disk below the store.", write_free},
	{"ijwd_store_failures_total", "counter", "Writes of the store that failed.", write_failures},
	{"ijwd_open_ends", "gauge", "Episodes of care without an end that should have one, by strength.", write_ends},
	{"ijwd_overdue_answers", "gauge", "Answers, starts and stops that are past their term.", write_overdue},
	{"ijwd_certificate_expiry_timestamp_seconds", "gauge", "When certificates and the revocation list expire.", write_certificates},
	{"ijwd_held", "gauge", "Receivers to whom nothing is delivered for now; 1 for each.", write_held},
	/* clang-format on */
};

void metrics_write(const struct snapshot *s, struct buf *to)
{
	struct buf samples = BUF_INIT;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		buf_clear(&samples);
		table[i].write(s, &samples);
		if (samples.len == 0)
			continue;
		buf_addf(to, "# HELP %s %s\n# TYPE %s %s\n", table[i].name, table[i].help,
			 table[i].name, table[i].type);
		buf_add(to, samples.data, samples.len);
	}
	to->failed = to->failed || samples.failed;
	buf_free(&samples);
}

/* ---- the listener ---- */

static enum MHD_Result send_text(struct MHD_Connection *c, unsigned status, struct buf *b,
				 const char *type)
{
	size_t n = b->len;
	char *text = buf_take(b);
	struct MHD_Response *r =
		MHD_create_response_from_buffer(text != NULL ? n : 0, text, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	if (r == NULL) {
		free(text);
		return MHD_NO;
	}
	(void)MHD_add_response_header(r, "Content-Type", type);
	(void)MHD_add_response_header(r, "Cache-Control", "no-store");
	result = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result serve(void *cls, struct MHD_Connection *c, const char *url,
			     const char *method, const char *version, const char *upload,
			     size_t *size, void **state)
{
	struct metrics *m = cls;
	struct buf b = BUF_INIT;
	struct snapshot *s;

	(void)version;
	(void)upload;
	(void)state;
	if (*size > 0 || strcmp(method, "GET") != 0 || strcmp(url, "/metrics") != 0) {
		buf_adds(&b, "GET /metrics\n");
		*size = 0;
		return send_text(c, MHD_HTTP_NOT_FOUND, &b, "text/plain; charset=utf-8");
	}
	s = watch_snapshot(m->d->watch);
	if (s != NULL)
		metrics_write(s, &b);
	snapshot_drop(&s);
	return send_text(c, MHD_HTTP_OK, &b, "text/plain; version=0.0.4; charset=utf-8");
}

int metrics_start(struct metrics **ret, struct dashboard *d, const char *address, struct buf *why)
{
	struct metrics *m = calloc(1, sizeof *m);
	const union MHD_DaemonInfo *i;
	struct sockaddr_storage a;

	if (m == NULL)
		return -ENOMEM;
	m->d = d;
	(void)settings_address(address, &a); /* settings_load has checked it */
	m->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | (a.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0), 0,
		NULL, NULL, serve, m, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)(void *)&a,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)TIMEOUT_S, MHD_OPTION_END);
	if (m->daemon == NULL) {
		buf_addf(why, "metrics_listen: cannot listen on %s (%s)", address, strerror(errno));
		free(m);
		return -EADDRINUSE;
	}
	i = MHD_get_daemon_info(m->daemon, MHD_DAEMON_INFO_BIND_PORT);
	log_info("DASH-METRICS", "/metrics on port %u", i != NULL ? i->port : 0);
	*ret = m;
	return 0;
}

void metrics_stop(struct metrics **m)
{
	if (*m == NULL)
		return;
	MHD_stop_daemon((*m)->daemon);
	free(*m);
	*m = NULL;
}
