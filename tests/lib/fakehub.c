#include "fakehub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/pki.h"

#include "base/banned.h"

#define BUCKETS 65536

struct message {
	struct message *next;
	char reference[65], verdict[12];
	uint64_t sum;
	unsigned id;
};

struct delivery {
	struct delivery *next;
	char code[9], identification[65];
	char *message;
	size_t size;
	unsigned id, attempt;
	enum { WAITING, OUT, FAILED, CONFIRMED } state;
	bool again;
};

struct credit {
	char code[9];
	unsigned n;
};

struct fakehub {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct fakehub_state s;
	bool stopping, drop;
	int wake, listener;
	char folder[64], address[32];
	SSL_CTX *ctx;
	struct message *messages[BUCKETS];
	unsigned ids;
	struct delivery *deliveries, **deliveries_end;
	struct credit credits[64];
	struct buf notices; /* encoded, for the next chance */
	/* The connection there is. */
	SSL *ssl;
	int fd;
	struct buf in, out;
	size_t used;
	unsigned conn_sends;
	bool open, cutting;
};

/* --- certificates --- */

const char *fakehub_file(struct fakehub *h, const char *name, char *path, size_t room)
{
	(void)snprintf(path, room, "%s/%s", h->folder, name);
	return path;
}

static int issue(struct fakehub *h, struct pki_ca *ca, enum pki_use use, const char *name)
{
	char certificate[128], key[128], file[32];
	struct buf why = BUF_INIT;
	int64_t now = time(NULL);
	struct pki_request request = {use,  name,	 "00000001234567890000",
				      NULL, now - 86400, now + 86400};
	int r;

	if (use == PKI_HUB)
		request.san = "hub.test";
	(void)snprintf(file, sizeof file, "%s.pem", name);
	fakehub_file(h, file, certificate, sizeof certificate);
	(void)snprintf(file, sizeof file, "%s.key", name);
	r = pki_issue(ca, &request, certificate, fakehub_file(h, file, key, sizeof key), &why);
	if (r < 0)
		(void)fprintf(stderr, "fakehub: %s\n", buf_str(&why));
	buf_free(&why);
	return r;
}

static int make_files(struct fakehub *h)
{
	char a[128], b[128];
	struct pki_ca *ca = NULL, *other = NULL;
	struct buf why = BUF_INIT;
	int64_t now = time(NULL);
	int r = pki_ca_make(&ca, "fakehub CA", now - 86400, now + 86400,
			    fakehub_file(h, "ca.pem", a, sizeof a),
			    fakehub_file(h, "ca.key", b, sizeof b), &why);

	if (r == 0)
		r = pki_ca_make(&other, "another CA", now - 86400, now + 86400,
				fakehub_file(h, "other-ca.pem", a, sizeof a),
				fakehub_file(h, "other-ca.key", b, sizeof b), &why);
	if (r == 0)
		r = issue(h, ca, PKI_HUB, "hub");
	if (r == 0)
		r = issue(h, ca, PKI_PARTY, "client");
	if (r == 0)
		r = issue(h, other, PKI_PARTY, "stranger");
	pki_ca_free(&ca);
	pki_ca_free(&other);
	buf_free(&why);
	return r;
}

static int make_context(struct fakehub *h)
{
	char path[128];

	h->ctx = SSL_CTX_new(TLS_server_method());
	if (h->ctx == NULL ||
	    SSL_CTX_use_certificate_chain_file(
		    h->ctx, fakehub_file(h, "hub.pem", path, sizeof path)) != 1 ||
	    SSL_CTX_use_PrivateKey_file(h->ctx, fakehub_file(h, "hub.key", path, sizeof path),
					SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_load_verify_file(h->ctx, fakehub_file(h, "ca.pem", path, sizeof path)) != 1)
		return -1;
	SSL_CTX_set_verify(h->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_mode(h->ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_read_ahead(h->ctx, 1);
	SSL_CTX_set_default_read_buffer_len(h->ctx, 65536);
	SSL_CTX_set_num_tickets(h->ctx, 0);
	return 0;
}

static int open_listener(struct fakehub *h)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof a;

	h->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->listener < 0 || bind(h->listener, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(h->listener, 16) < 0 || getsockname(h->listener, (struct sockaddr *)&a, &n) < 0)
		return -1;
	(void)snprintf(h->address, sizeof h->address, "127.0.0.1:%u", ntohs(a.sin_port));
	return 0;
}

/* --- frames --- */

static void put_frame(struct buf *out, const void *bytes, size_t n, bool more)
{
	unsigned char head[9] = {more ? 1 : 0, (unsigned char)n};

	if (n > 255) {
		head[0] |= 2;
		for (int i = 0; i < 8; i++)
			head[1 + i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
	}
	buf_add(out, head, n > 255 ? 9 : 2);
	buf_add(out, bytes, n);
}

static void put_verb(struct buf *out, const char *verb, const char *const *fields, size_t n)
{
	put_frame(out, "IJW1", 4, true);
	put_frame(out, verb, strlen(verb), n > 0);
	for (size_t i = 0; i < n; i++)
		put_frame(out, fields[i], strlen(fields[i]), i + 1 < n);
}

struct part {
	const char *at;
	size_t n;
};

/* Takes one frame from the input at *at; -1 when it is not there as a whole. */
static int get_frame(const struct buf *in, size_t *at, struct part *p, int *flags)
{
	const unsigned char *b = (const unsigned char *)in->data + *at;
	size_t left = in->len - *at, head;

	if (left < 2)
		return -1;
	*flags = b[0];
	head = b[0] & 2 ? 9 : 2;
	if (left < head)
		return -1;
	p->n = 0;
	if (b[0] & 2)
		for (int i = 1; i < 9; i++)
			p->n = p->n << 8 | b[i];
	else
		p->n = b[1];
	if (left - head < p->n)
		return -1;
	p->at = (const char *)b + head;
	*at += head + p->n;
	return 0;
}

static void copy_part(struct part p, char *text, size_t room)
{
	size_t n = p.n < room ? p.n : room - 1;

	memcpy(text, p.at, n);
	text[n] = '\0';
}

/* --- what the hub does; lock held --- */

/* Whether the script breaks off here. */
static bool cut_now(struct fakehub *h, enum fakehub_cut where)
{
	if (h->s.cut != where || h->s.cuts == 0)
		return false;
	h->s.cuts--;
	h->cutting = true;
	return true;
}

static uint64_t sum_of(const char *p, size_t n)
{
	uint64_t h = 14695981039346656037u;

	while (n-- > 0)
		h = (h ^ (unsigned char)*p++) * 1099511628211u;
	return h;
}

static struct message **find_message(struct fakehub *h, const char *reference)
{
	struct message **m = &h->messages[sum_of(reference, strlen(reference)) % BUCKETS];

	while (*m != NULL && strcmp((*m)->reference, reference) != 0)
		m = &(*m)->next;
	return m;
}

static const char *judge(struct part m)
{
	static const char *const marks[][2] = {{"<!--refuse-->", "refused"},
					       {"<!--reject-->", "rejected"},
					       {"<!--park-->", "parked"}};

	for (size_t i = 0; i < 3; i++)
		if (memmem(m.at, m.n < 512 ? m.n : 512, marks[i][0], strlen(marks[i][0])) != NULL)
			return marks[i][1];
	return "accepted";
}

static void put_receipt(struct fakehub *h, struct message *m)
{
	static const char finding[] =
		"{\"rule\":\"TR056\",\"path\":\"/Bericht/"
		"Header\",\"element\":\"Header\",\"line\":3,"
		"\"column\":7,\"nl\":\"De \\u0022header\\u0022 klopt niet.\",\"en\":\"The header "
		"is "
		"wrong.\",\"todo_nl\":\"Verbeter de header.\",\"todo_en\":\"Repair the header.\"}";
	char report[640], id[12];
	const char *fields[] = {m->reference, m->verdict, id, report};
	bool bad = m->verdict[0] == 'r';

	(void)snprintf(id, sizeof id, "%u", m->id);
	(void)snprintf(
		report, sizeof report,
		"{\"verdict\":\"%s\",\"id\":\"%u\",\"received\":\"2026-11-22T09:00:00.000Z\","
		"\"findings\":[%s],\"more\":0}",
		m->verdict, m->id, bad ? finding : "");
	put_verb(&h->out, "RECEIPT", fields, 4);
	h->s.finals += m->verdict[0] != 'p';
}

static struct message *remember(struct fakehub *h, const char *reference, struct part body)
{
	struct message **at = find_message(h, reference), *m = *at;
	uint64_t sum = sum_of(body.at, body.n);

	if (m != NULL) {
		h->s.doubles += m->sum != sum;
		return m;
	}
	m = calloc(1, sizeof *m);
	if (m == NULL)
		abort();
	memcpy(m->reference, reference, strlen(reference) + 1);
	(void)snprintf(m->verdict, sizeof m->verdict, "%s", judge(body));
	m->sum = sum;
	m->id = ++h->ids;
	*at = m;
	h->s.messages++;
	return m;
}

static void handle_hello(struct fakehub *h, const struct part *f)
{
	char limits[96];
	const char *fields[] = {"fakehub", limits, h->s.codes};

	copy_part(f[0], h->s.last_software, sizeof h->s.last_software);
	h->s.hellos++;
	if (cut_now(h, CUT_HELLO))
		return;
	(void)snprintf(limits, sizeof limits,
		       "{\"message\":26214400,\"reference\":64,\"credit\":1000,\"window\":%u}",
		       h->s.window);
	put_verb(&h->out, "WELCOME", fields, 3);
	buf_add(&h->out, h->s.raw, h->s.raw_size);
	h->s.raw_size = 0;
	h->open = true;
}

static void handle_send(struct fakehub *h, const struct part *f)
{
	struct message *m;
	size_t before = h->out.len;

	copy_part(f[0], h->s.last_reference, sizeof h->s.last_reference);
	h->s.sends++;
	h->conn_sends++;
	if (h->conn_sends == h->s.after && cut_now(h, CUT_SEND))
		return; /* it never got it */
	m = remember(h, h->s.last_reference, f[1]);
	if (++h->s.in_window > h->s.most_in_window)
		h->s.most_in_window = h->s.in_window;
	if (h->s.hold) /* the client sends it again after the next connect */
		return;
	h->s.in_window--;
	put_receipt(h, m);
	if (h->conn_sends == h->s.after && cut_now(h, CUT_RECEIPT))
		h->out.len = before + (h->out.len - before) / 2;
}

static void handle_ready(struct fakehub *h, const struct part *f)
{
	char code[9], n[12];
	struct credit *c = h->credits;

	copy_part(f[0], code, sizeof code);
	copy_part(f[1], n, sizeof n);
	while (c < h->credits + 63 && c->code[0] != '\0' && strcmp(c->code, code) != 0)
		c++;
	memcpy(c->code, code, sizeof code);
	c->n += (unsigned)strtoul(n, NULL, 10);
	h->s.credit += (unsigned)strtoul(n, NULL, 10);
	h->s.readies++;
}

static struct delivery *find_out(struct fakehub *h, struct part f)
{
	char id[21];
	unsigned n;

	copy_part(f, id, sizeof id);
	n = (unsigned)strtoul(id, NULL, 10);
	for (struct delivery *d = h->deliveries; d != NULL; d = d->next)
		if (d->id == n && d->state == OUT)
			return d;
	return NULL;
}

static void handle_done(struct fakehub *h, const struct part *f)
{
	struct delivery *d = find_out(h, f[0]);

	if (cut_now(h, CUT_DONE))
		return; /* written by the client, never seen by the hub */
	if (d != NULL)
		d->state = CONFIRMED;
	h->s.dones += d != NULL;
}

static void handle_fail(struct fakehub *h, const struct part *f)
{
	struct delivery *d = find_out(h, f[0]);

	copy_part(f[1], h->s.last_reason, sizeof h->s.last_reason);
	if (d != NULL)
		d->state = FAILED;
	h->s.fails += d != NULL;
}

static void handle(struct fakehub *h, const struct part *p, size_t n)
{
	static const struct {
		const char *verb;
		size_t fields;
		void (*run)(struct fakehub *h, const struct part *f);
	} rows[] = {
		{"HELLO", 2, handle_hello}, {"SEND", 2, handle_send}, {"READY", 2, handle_ready},
		{"DONE", 1, handle_done},   {"FAIL", 2, handle_fail},
	};

	for (size_t i = 0; n >= 2 && i < sizeof rows / sizeof *rows; i++)
		if (p[1].n == strlen(rows[i].verb) && memcmp(p[1].at, rows[i].verb, p[1].n) == 0 &&
		    n == rows[i].fields + 2) {
			rows[i].run(h, p + 2);
			return;
		}
	(void)fprintf(stderr, "fakehub: a client said something else\n");
	h->cutting = true;
}

static void put_delivery(struct fakehub *h, struct delivery *d)
{
	char id[12], meta[320];

	(void)snprintf(id, sizeof id, "%u", d->id);
	(void)snprintf(meta, sizeof meta,
		       "{\"sender\":\"12345678\",\"receiver\":\"%s\",\"type\":\"JW301\","
		       "\"identification\":\"%s\",\"attempt\":%u,\"redelivered\":%s,"
		       "\"received\":\"2026-11-22T09:00:00.000Z\"}",
		       d->code, d->identification, d->attempt, d->again ? "true" : "false");
	put_frame(&h->out, "IJW1", 4, true);
	put_frame(&h->out, "DELIVER", 7, true);
	put_frame(&h->out, id, strlen(id), true);
	put_frame(&h->out, meta, strlen(meta), true);
	put_frame(&h->out, d->message, d->size, false);
	d->state = OUT;
	h->s.delivered++;
	h->s.redelivered += d->again;
}

/* What leaves by itself: deliveries by credit, notices. */
static void put_due(struct fakehub *h)
{
	if (!h->open)
		return;
	buf_add(&h->out, h->notices.data, h->notices.len);
	buf_clear(&h->notices);
	for (struct delivery *d = h->deliveries; d != NULL; d = d->next)
		for (size_t i = 0; d->state == WAITING && i < 64; i++)
			if (strcmp(h->credits[i].code, d->code) == 0 && h->credits[i].n > 0) {
				h->credits[i].n--;
				put_delivery(h, d);
			}
}

/* --- one connection --- */

static bool flush_out(struct fakehub *h)
{
	struct buf out;
	bool good;

	(void)pthread_mutex_lock(&h->lock);
	put_due(h);
	out = h->out;
	h->out = (struct buf)BUF_INIT;
	(void)pthread_mutex_unlock(&h->lock);
	good = out.len == 0 || SSL_write(h->ssl, out.data, (int)out.len) == (int)out.len;
	buf_free(&out);
	return good;
}

/* Reads what there is; false at the end. */
static bool fill_in(struct fakehub *h)
{
	static char chunk[65536];
	int n = SSL_read(h->ssl, chunk, sizeof chunk);

	if (n <= 0)
		return false;
	if (h->used > 0) {
		memmove(h->in.data, h->in.data + h->used, h->in.len - h->used);
		h->in.len -= h->used;
		h->used = 0;
	}
	buf_add(&h->in, chunk, (size_t)n);
	return !h->in.failed;
}

/* Handles every whole message of the input. */
static void handle_all(struct fakehub *h)
{
	struct part parts[8];
	size_t n = 0, at = h->used;
	int flags;

	while (!h->cutting && get_frame(&h->in, &at, &parts[n], &flags) == 0) {
		n++;
		if (flags & 4)
			n = 0; /* commands: PONG and the like */
		else if (n == 8)
			h->cutting = true;
		else if (!(flags & 1)) {
			handle(h, parts, n);
			n = 0;
		}
		if (n == 0)
			h->used = at;
	}
}

static bool greet(struct fakehub *h)
{
	static const char greeting[64] = "\xff\0\0\0\0\0\0\0\0\x7f\x03\x01NULL";
	static const char ready[] = "\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06ROUTER";
	struct part command;
	size_t at;
	int flags;
	bool cut;

	(void)pthread_mutex_lock(&h->lock);
	cut = cut_now(h, CUT_GREETING);
	(void)pthread_mutex_unlock(&h->lock);
	if (SSL_write(h->ssl, greeting, cut ? 31 : 64) <= 0 || cut)
		return false;
	while (h->in.len < 64)
		if (!fill_in(h))
			return false;
	h->used = 64;
	for (at = 64; get_frame(&h->in, &at, &command, &flags) < 0; at = h->used)
		if (!fill_in(h))
			return false;
	h->used = at;
	if (h->s.zmtp_error != NULL) {
		char error[128];
		int n = snprintf(error, sizeof error,
				 "\x04%c\x05"
				 "ERROR%c%s",
				 (char)(7 + strlen(h->s.zmtp_error)), (char)strlen(h->s.zmtp_error),
				 h->s.zmtp_error);

		(void)SSL_write(h->ssl, error, n);
		return false;
	}
	return SSL_write(h->ssl, ready, sizeof ready - 1) > 0;
}

static bool wait_input(struct fakehub *h)
{
	struct pollfd fds[2] = {{h->fd, POLLIN, 0}, {h->wake, POLLIN, 0}};
	uint64_t n;

	if (SSL_pending(h->ssl) > 0 || SSL_has_pending(h->ssl))
		return true;
	(void)poll(fds, 2, -1);
	if (fds[1].revents != 0 && read(h->wake, &n, sizeof n) < 0)
		(void)0; /* nothing was in it */
	return fds[0].revents != 0;
}

static void serve_frames(struct fakehub *h)
{
	for (;;) {
		bool end;

		(void)pthread_mutex_lock(&h->lock);
		handle_all(h);
		end = h->stopping || h->drop || h->cutting;
		(void)pthread_cond_broadcast(&h->changed);
		(void)pthread_mutex_unlock(&h->lock);
		if (!flush_out(h) || end)
			return;
		if (wait_input(h) && !fill_in(h))
			return;
	}
}

static void reset(struct fakehub *h)
{
	(void)pthread_mutex_lock(&h->lock);
	memset(h->credits, 0, sizeof h->credits);
	h->s.credit = h->s.in_window = 0;
	h->conn_sends = 0;
	h->open = h->cutting = h->drop = false;
	h->used = 0;
	buf_free(&h->in);
	buf_free(&h->out);
	for (struct delivery *d = h->deliveries; d != NULL; d = d->next)
		if (d->state == OUT || d->state == FAILED) {
			d->again = d->again || d->state == OUT;
			d->state = WAITING;
			d->attempt++;
		}
	(void)pthread_mutex_unlock(&h->lock);
}

static void serve(struct fakehub *h)
{
	char sink[4096];
	int one = 1;
	bool cut;

	(void)setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	reset(h);
	(void)pthread_mutex_lock(&h->lock);
	h->s.accepted++;
	(void)pthread_cond_broadcast(&h->changed);
	cut = cut_now(h, CUT_ACCEPT);
	(void)pthread_mutex_unlock(&h->lock);
	if (cut)
		return;
	h->ssl = SSL_new(h->ctx);
	if (SSL_set_fd(h->ssl, h->fd) == 1 && SSL_accept(h->ssl) == 1) {
		(void)pthread_mutex_lock(&h->lock);
		cut = cut_now(h, CUT_TLS);
		(void)pthread_mutex_unlock(&h->lock);
		if (!cut && greet(h))
			serve_frames(h);
		(void)SSL_shutdown(h->ssl);
	}
	/* Read to the end, so that an alert is not overtaken by a reset. */
	(void)shutdown(h->fd, SHUT_WR);
	while (recv(h->fd, sink, sizeof sink, 0) > 0)
		;
	SSL_free(h->ssl);
	h->ssl = NULL;
}

static void *run(void *arg)
{
	struct fakehub *h = arg;
	uint64_t n;

	for (;;) {
		struct pollfd fds[2] = {{h->listener, POLLIN, 0}, {h->wake, POLLIN, 0}};
		bool stop;

		(void)poll(fds, 2, -1);
		(void)pthread_mutex_lock(&h->lock);
		stop = h->stopping;
		(void)pthread_mutex_unlock(&h->lock);
		if (stop)
			return NULL;
		if (fds[1].revents != 0 && read(h->wake, &n, sizeof n) < 0)
			continue;
		if (fds[0].revents == 0)
			continue;
		h->fd = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC);
		if (h->fd < 0)
			continue;
		serve(h);
		(void)close(h->fd);
	}
}

/* --- what tests call --- */

struct fakehub *fakehub_new(void)
{
	struct fakehub *h = calloc(1, sizeof *h);

	(void)signal(SIGPIPE, SIG_IGN);
	if (h == NULL)
		return NULL;
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->changed, NULL);
	h->deliveries_end = &h->deliveries;
	h->s.window = 256;
	h->s.codes = "[\"0363\"]";
	h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)snprintf(h->folder, sizeof h->folder, "/tmp/fakehub.XXXXXX");
	if (mkdtemp(h->folder) == NULL || make_files(h) < 0 || make_context(h) < 0 ||
	    open_listener(h) < 0 || pthread_create(&h->thread, NULL, run, h) != 0) {
		free(h);
		return NULL;
	}
	return h;
}

static void poke(struct fakehub *h)
{
	static const uint64_t one = 1;

	if (write(h->wake, &one, sizeof one) < 0)
		(void)0; /* full: it wakes anyway */
}

void fakehub_free(struct fakehub **hub)
{
	struct fakehub *h = *hub;
	static const char *const files[] = {
		"ca.pem",  "ca.key",	 "other-ca.pem", "other-ca.key", "hub.pem",
		"hub.key", "client.pem", "client.key",	 "stranger.pem", "stranger.key"};
	char path[128];

	if (h == NULL)
		return;
	(void)fakehub_lock(h);
	h->stopping = true;
	fakehub_unlock(h);
	(void)pthread_join(h->thread, NULL);
	for (size_t i = 0; i < BUCKETS; i++)
		while (h->messages[i] != NULL) {
			struct message *m = h->messages[i];

			h->messages[i] = m->next;
			free(m);
		}
	while (h->deliveries != NULL) {
		struct delivery *d = h->deliveries;

		h->deliveries = d->next;
		free(d->message);
		free(d);
	}
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		(void)unlink(fakehub_file(h, files[i], path, sizeof path));
	(void)rmdir(h->folder); /* a test that left files there removes them itself */
	SSL_CTX_free(h->ctx);
	buf_free(&h->in);
	buf_free(&h->out);
	buf_free(&h->notices);
	(void)close(h->listener);
	(void)close(h->wake);
	free(h);
	*hub = NULL;
}

const char *fakehub_folder(struct fakehub *h)
{
	return h->folder;
}

const char *fakehub_address(struct fakehub *h)
{
	return h->address;
}

struct fakehub_state *fakehub_lock(struct fakehub *h)
{
	(void)pthread_mutex_lock(&h->lock);
	return &h->s;
}

void fakehub_unlock(struct fakehub *h)
{
	poke(h);
	(void)pthread_mutex_unlock(&h->lock);
}

bool fakehub_wait(struct fakehub *h, bool (*holds)(const struct fakehub_state *s, void *arg),
		  void *arg)
{
	struct timespec until;
	bool good;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	(void)pthread_mutex_lock(&h->lock);
	while (!(good = holds(&h->s, arg)))
		if (pthread_cond_timedwait(&h->changed, &h->lock, &until) != 0)
			break;
	(void)pthread_mutex_unlock(&h->lock);
	return good;
}

struct count {
	size_t offset;
	unsigned n;
};

static bool count_reached(const struct fakehub_state *s, void *arg)
{
	const struct count *c = arg;
	unsigned n;

	memcpy(&n, (const char *)s + c->offset, sizeof n);
	return n >= c->n;
}

bool fakehub_wait_count(struct fakehub *h, size_t offset, unsigned n)
{
	struct count c = {offset, n};

	return fakehub_wait(h, count_reached, &c);
}

unsigned fakehub_deliver(struct fakehub *h, const char *code, const char *identification,
			 const void *message, size_t size)
{
	struct delivery *d = calloc(1, sizeof *d);
	unsigned id;

	if (d == NULL || (d->message = malloc(size + 1)) == NULL)
		abort();
	(void)snprintf(d->code, sizeof d->code, "%s", code);
	(void)snprintf(d->identification, sizeof d->identification, "%s", identification);
	memcpy(d->message, message, size);
	d->size = size;
	d->attempt = 1;
	(void)fakehub_lock(h);
	id = d->id = ++h->ids;
	*h->deliveries_end = d;
	h->deliveries_end = &d->next;
	fakehub_unlock(h);
	return id;
}

void fakehub_retry(struct fakehub *h)
{
	(void)fakehub_lock(h);
	for (struct delivery *d = h->deliveries; d != NULL; d = d->next)
		if (d->state == FAILED) {
			d->state = WAITING;
			d->attempt++;
		}
	fakehub_unlock(h);
}

void fakehub_notice(struct fakehub *h, const char *json)
{
	(void)fakehub_lock(h);
	put_verb(&h->notices, "NOTICE", &json, 1);
	fakehub_unlock(h);
}

void fakehub_judge(struct fakehub *h)
{
	(void)fakehub_lock(h);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct message *m = h->messages[i]; m != NULL; m = m->next)
			if (strcmp(m->verdict, "parked") == 0) {
				(void)snprintf(m->verdict, sizeof m->verdict, "accepted");
				if (h->open)
					put_receipt(h, m);
			}
	fakehub_unlock(h);
}

void fakehub_drop(struct fakehub *h)
{
	(void)fakehub_lock(h);
	h->drop = true;
	fakehub_unlock(h);
}
