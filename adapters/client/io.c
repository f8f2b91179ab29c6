/*
 * The thread behind a connection: connect, talk, and when that ends, wait and
 * begin again.
 *
 * Why not libzmq: what was sent, what is half written and what credit was given
 * belong to one TCP connection, and after it breaks the library must know
 * exactly which.  libzmq hides that, and reconnects without saying so.
 *
 * While there is work the thread goes round: encode what waits (at most 64 KB,
 * or one large message straight from its own memory), write, read 64 KB, handle
 * all that came under one holding of the lock.  Only when neither reading nor
 * writing gets on does it sleep in poll; callers wake it then and only then, so
 * a busy connection costs no wake-ups.
 *
 * Two output buffers keep frames whole: `later` collects replies of the codec
 * at any time and joins `out` only between messages.
 */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "json.h"

#include "base/banned.h"

#define BATCH (64u * 1024)
#define INLINE_MOST (16u * 1024) /* larger messages are not copied into the batch */
#define LATER_MOST (64u * 1024)
#define DEAD_AFTER_MS 20000 /* written and not acknowledged by the hub's kernel */

struct io {
	SSL_CTX *ctx;
	struct ijw_tls tls;
	int fd;
	struct ijw_zmtp in;
	struct buf out, later;
	size_t out_at;
	struct entry *writing; /* its header is in out, its body follows from writing_at */
	size_t writing_at;
	bool hello_sent, useful; /* useful: the hub gave more than WELCOME */
	int64_t deadline;	 /* of the handshake, or of the end when stopping */
	bool lasting;
	char why[256];
	char told[256]; /* the reason of the last DISCONNECTED */
};

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int __attribute__((format(printf, 2, 3))) fail(struct io *io, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(io->why, sizeof io->why, format, ap);
	va_end(ap);
	return -ECONNRESET;
}

static int tls_failed(struct io *io)
{
	io->lasting = io->tls.lasting;
	return fail(io, "%s", io->tls.why);
}

void ijw_io_wake(struct ijw *c)
{
	static const uint64_t one = 1;

	c->poked = true;
	if (!c->sleeping)
		return;
	c->sleeping = false;
	if (write(c->wake, &one, sizeof one) < 0)
		(void)0; /* full means readable, which is what was wanted */
}

static bool is_stopping(struct ijw *c)
{
	bool stopping;

	(void)pthread_mutex_lock(&c->lock);
	stopping = c->stopping;
	(void)pthread_mutex_unlock(&c->lock);
	return stopping;
}

/* --- waiting --- */

/* Sleeps until fd (or -1) is ready, a caller pokes, or until; true when there may be news. */
static void doze(struct ijw *c, int fd, short events, int64_t until)
{
	/* Without events the socket is left out: a hang-up is reported even unasked, again and
	 * again. */
	struct pollfd fds[2] = {{c->wake, POLLIN, 0}, {events == 0 ? -1 : fd, events, 0}};
	int64_t left = until - now_ms();
	uint64_t n;

	(void)pthread_mutex_lock(&c->lock);
	if (c->poked) {
		c->poked = false;
		(void)pthread_mutex_unlock(&c->lock);
		return;
	}
	c->sleeping = true;
	(void)pthread_mutex_unlock(&c->lock);
	if (left < 0)
		left = 0;
	(void)poll(fds, 2, until == INT64_MAX ? -1 : left > 60000 ? 60000 : (int)left);
	(void)pthread_mutex_lock(&c->lock);
	c->sleeping = false;
	c->poked = false;
	(void)pthread_mutex_unlock(&c->lock);
	if ((fds[0].revents & POLLIN) && read(c->wake, &n, sizeof n) < 0)
		(void)0; /* somebody's wake-up came a moment later; the loop looks anyway */
}

/* Sleeps ms whole, unless ijw_close comes. */
static void pause_for(struct ijw *c, int64_t ms)
{
	int64_t until = now_ms() + ms;

	while (!is_stopping(c) && now_ms() < until)
		doze(c, -1, 0, until);
}

/* --- connecting --- */

static void set_options(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{IPPROTO_TCP, TCP_NODELAY, 1},	 {SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, 15}, {IPPROTO_TCP, TCP_KEEPINTVL, 5},
		{IPPROTO_TCP, TCP_KEEPCNT, 3},	 {IPPROTO_TCP, TCP_USER_TIMEOUT, DEAD_AFTER_MS},
	};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		(void)setsockopt(fd, options[i].level, options[i].name, &options[i].value,
				 sizeof options[i].value); /* each only helps */
}

/* Waits for a connection that is under way. */
static int finish_connect(struct ijw *c, struct io *io, int fd)
{
	for (;;) {
		struct pollfd p = {fd, POLLOUT, 0};
		int error = 0;
		socklen_t n = sizeof error;

		if (is_stopping(c))
			return -ECANCELED;
		if (now_ms() >= io->deadline)
			return -ETIMEDOUT;
		doze(c, fd, POLLOUT, io->deadline);
		if (poll(&p, 1, 0) <= 0)
			continue;
		return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0 ? -errno : -error;
	}
}

static int connect_to(struct ijw *c, struct io *io, const struct addrinfo *a)
{
	int fd =
		socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	int r = 0;

	if (fd < 0)
		return -errno;
	set_options(fd);
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0)
		r = errno == EINPROGRESS ? finish_connect(c, io, fd) : -errno;
	if (r == 0)
		io->fd = fd;
	else
		(void)close(fd);
	return r;
}

static int open_socket(struct ijw *c, struct io *io)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all = NULL;
	int r = getaddrinfo(c->host, c->port, &hints, &all);

	if (r != 0)
		return fail(io, "the hub's name cannot be resolved: %s", gai_strerror(r));
	r = -ENOENT;
	for (struct addrinfo *a = all; a != NULL && io->fd < 0; a = a->ai_next)
		r = connect_to(c, io, a);
	freeaddrinfo(all);
	return io->fd >= 0 ? 0 : fail(io, "the hub cannot be reached: %s", strerrordesc_np(-r));
}

/* Reads the certificate files anew; those of before stay in use when the new ones are no good. */
static int load_context(struct ijw *c, struct io *io)
{
	struct ijw_tls_files files = {c->o.certificate, c->o.key, c->o.ca, c->o.crl};
	SSL_CTX *ctx;
	int r = ijw_tls_context(&files, &ctx, io->why, sizeof io->why);

	if (r == 0) {
		SSL_CTX_free(io->ctx);
		io->ctx = ctx;
	}
	return r;
}

static int open_tls(struct ijw *c, struct io *io)
{
	int r;

	if (load_context(c, io) < 0 && c->o.log != NULL)
		c->o.log(c->o.log_arg, IJW_LOG_WARNING, io->why);
	r = ijw_tls_start(&io->tls, io->ctx, io->fd, c->o.server_name);
	if (r < 0)
		return fail(io, "TLS cannot be started: %s", strerrordesc_np(-r));
	while ((r = ijw_tls_handshake(&io->tls)) == 0) {
		if (is_stopping(c))
			return fail(io, "stopping");
		if (now_ms() >= io->deadline)
			return fail(io, "the hub did not finish the TLS handshake in time");
		doze(c, io->fd, io->tls.wants, io->deadline);
	}
	return r < 0 ? tls_failed(io) : 0;
}

/* --- what leaves --- */

/* Announces what is missing in a code's credit, in steps, so that not every DONE costs a READY. */
static void send_readies(struct ijw *c, struct buf *out)
{
	for (size_t i = 0; i < c->readies_n; i++) {
		struct ready *y = &c->readies[i];
		unsigned missing = y->target > y->given ? y->target - y->given : 0;
		char credit[12];
		const char *fields[] = {y->code, credit};

		if (missing == 0 || (y->given > 0 && missing < y->target / 4))
			continue;
		(void)snprintf(credit, sizeof credit, "%u", missing);
		ijw_zmtp_verb(out, VERB_READY, 2, fields, false);
		y->given += missing;
	}
	c->readies_news = false;
}

/* Reads a body back that only the journal has; false when it must wait for room in memory. */
static bool load_body(struct ijw *c, struct entry *e, int *error)
{
	if (e->body != NULL)
		return true;
	if (c->sent > 0 && c->open_bytes + e->record.size > c->o.memory)
		return false;
	e->body = malloc(e->record.size);
	*error = e->body == NULL ? -ENOMEM : ijw_journal_load(c->journal, &e->record, e->body);
	if (*error < 0) {
		free(e->body);
		e->body = NULL;
		return false;
	}
	e->cost = e->record.size;
	c->open_bytes += e->cost;
	return true;
}

static void encode_send(struct io *io, struct entry *e)
{
	const char *reference = e->record.reference;

	ijw_zmtp_verb(&io->out, VERB_SEND, 1, &reference, true);
	if (e->record.size <= INLINE_MOST) {
		ijw_zmtp_frame(&io->out, e->body, e->record.size, false);
		return;
	}
	ijw_zmtp_head(&io->out, e->record.size, false);
	io->writing = e;
	io->writing_at = 0;
}

static int send_messages(struct ijw *c, struct io *io)
{
	unsigned window = c->hub_window < c->o.window ? c->hub_window : c->o.window;
	int error = 0;

	while (c->sent < window && io->out.len < BATCH && io->writing == NULL) {
		while (c->cursor != &c->list && c->cursor->state != QUEUED)
			c->cursor = c->cursor->next;
		if (c->cursor == &c->list || !load_body(c, c->cursor, &error))
			break;
		encode_send(io, c->cursor);
		c->cursor->state = SENT;
		c->sent++;
		c->cursor = c->cursor->next;
	}
	return error == 0 ? 0 : fail(io, "the journal cannot be read: %s", strerrordesc_np(-error));
}

static bool out_pending(const struct io *io)
{
	return io->out_at < io->out.len || io->writing != NULL;
}

/* Fills the empty batch; lock held. */
static int fill(struct ijw *c, struct io *io)
{
	int r = 0;

	if (out_pending(io))
		return 0;
	buf_clear(&io->out);
	io->out_at = 0;
	buf_add(&io->out, io->later.data, io->later.len);
	if (io->later.failed)
		io->out.failed = true;
	buf_clear(&io->later);
	if (c->welcomed) {
		buf_add(&io->out, c->commands.data, c->commands.len);
		if (c->commands.failed)
			io->out.failed = true;
		buf_clear(&c->commands);
		if (!c->stopping && c->readies_news)
			send_readies(c, &io->out);
		if (!c->stopping)
			r = send_messages(c, io);
	}
	return io->out.failed ? fail(io, "out of memory") : r;
}

/* Writes one piece; 1 got on, 0 the socket is full. */
static int write_piece(struct io *io)
{
	bool head = io->out_at < io->out.len;
	const char *from = head ? io->out.data + io->out_at : io->writing->body + io->writing_at;
	size_t n = head ? io->out.len - io->out_at : io->writing->record.size - io->writing_at;
	int r = ijw_tls_write(&io->tls, from, n < BATCH ? n : BATCH);

	if (r <= 0)
		return r < 0 ? tls_failed(io) : 0;
	if (head) {
		io->out_at += (size_t)r;
	} else {
		io->writing_at += (size_t)r;
		if (io->writing_at == io->writing->record.size)
			io->writing = NULL;
	}
	return 1;
}

/* 1 when anything was written. */
static int write_some(struct io *io)
{
	int r = 0, got_on = 0;

	for (int i = 0; i < 8 && out_pending(io); i++) {
		r = write_piece(io);
		if (r <= 0)
			break;
		got_on = 1;
	}
	return r < 0 ? r : got_on;
}

/* --- what arrives: one handler for each verb that a hub says; lock held --- */

/* An event with room for texts that event_text then copies into it. */
static struct event *event_new(enum ijw_event_type type, size_t codes, size_t room)
{
	size_t size = sizeof(struct event) + codes * sizeof(char *) + room;
	struct event *e = calloc(1, size);

	if (e != NULL) {
		e->pub.type = type;
		e->cost = size;
	}
	return e;
}

static char *event_text(char **at, const void *bytes, size_t n)
{
	char *text = *at;

	memcpy(text, bytes, n);
	text[n] = '\0';
	*at += n + 1;
	return text;
}

/* A field that is not printable ASCII is no reason to hang up; it just is not shown. */
static void read_text(struct frame f, char *text, size_t room)
{
	if (frame_text(f, text, room) < 0)
		(void)snprintf(text, room, "?");
}

static size_t count_codes(struct ijw_json codes)
{
	struct ijw_json items = ijw_json_items(codes), item;
	size_t n = 0;

	while (n < MAX_CODES && ijw_json_next(&items, &item))
		n++;
	return n;
}

static int handle_welcome(struct ijw *c, struct io *io, const struct frame *f)
{
	struct ijw_json limits = {f[1].data, (const char *)f[1].data + f[1].size};
	struct ijw_json codes = {f[2].data, (const char *)f[2].data + f[2].size}, items, item;
	size_t n = count_codes(codes);
	struct event *e =
		event_new(IJW_EVENT_CONNECTED, n, 256 + f[1].size + n * (IJW_MAX_CODE + 1));
	char *at, text[256];

	if (e == NULL || c->welcomed) {
		free(e);
		return fail(io, c->welcomed ? "the hub sent WELCOME twice" : "out of memory");
	}
	at = (char *)(e->codes + n);
	read_text(f[0], text, sizeof text);
	e->pub.hub = event_text(&at, text, strlen(text));
	e->pub.json = event_text(&at, f[1].data, f[1].size);
	e->pub.json_size = f[1].size;
	e->pub.codes = e->codes;
	items = ijw_json_items(codes);
	for (size_t i = 0; i < n && ijw_json_next(&items, &item); i++)
		if (ijw_json_text(item, text, IJW_MAX_CODE + 1))
			e->codes[e->pub.codes_n++] = event_text(&at, text, strlen(text));
	c->hub_window =
		(unsigned)ijw_json_number(ijw_json_member(limits, "window"), MAX_ENTRIES, 256);
	if (c->hub_window == 0)
		c->hub_window = 1;
	c->welcomed = c->readies_news = true;
	ijw_client_requeue(c);
	io->told[0] = '\0';
	return ijw_client_push(c, e);
}

/* What a receipt does to the entry; false when the caller has heard it already. */
static bool apply_receipt(struct ijw *c, struct entry *e, enum verdict v)
{
	bool first = v != VERDICT_PARKED || !e->parked;

	if (e->state == ANSWERED)
		return false;
	if (e->state == SENT)
		c->sent--;
	ijw_client_answered(c, e);
	if (v == VERDICT_PARKED)
		e->parked = true;
	e->state = v == VERDICT_PARKED ? PARKED : ANSWERED;
	if (c->journal == NULL)
		ijw_client_forget(c, e);
	return first;
}

static int handle_receipt(struct ijw *c, struct io *io, const struct frame *f)
{
	char reference[IJW_MAX_REFERENCE + 1], id[IJW_MAX_ID + 1];
	enum verdict v = verdict_parse(f[1]);
	struct event *e;
	struct entry *entry;
	char *at;

	if (v == 0 || frame_text(f[0], reference, sizeof reference) < 0)
		return fail(io, "the hub sent a malformed RECEIPT");
	read_text(f[2], id, sizeof id);
	entry = ijw_client_find(c, reference);
	if (entry != NULL && entry == io->writing)
		return fail(io, "the hub receipted a message it does not have yet");
	e = event_new(IJW_EVENT_RECEIPT, 0, strlen(reference) + strlen(id) + f[3].size + 3);
	if (e == NULL)
		return fail(io, "out of memory");
	at = (char *)e->codes;
	e->pub.reference = event_text(&at, reference, strlen(reference));
	e->pub.id = event_text(&at, id, strlen(id));
	e->pub.json = event_text(&at, f[3].data, f[3].size);
	e->pub.json_size = f[3].size;
	e->pub.verdict = (enum ijw_verdict)v;
	e->pub.verdict_name = verdict_name(v);
	io->useful = true;
	if (entry != NULL && entry->listed && !apply_receipt(c, entry, v)) {
		free(e);
		return 0;
	}
	return ijw_client_push(c, e);
}

/* Books the delivery under its code; a hub that sends more than it may is cut off. */
static int book_delivery(struct ijw *c, struct io *io, const char *id, const char *receiver)
{
	struct delivery **at = ijw_client_delivery(c, id);
	size_t i = 0;

	while (i < c->readies_n && strcmp(c->readies[i].code, receiver) != 0)
		i++;
	if (i == c->readies_n || c->readies[i].unconfirmed >= c->readies[i].given)
		return fail(io, "the hub delivered more than it was allowed");
	if (*at != NULL)
		return fail(io, "the hub delivered the same message twice");
	*at = calloc(1, sizeof **at);
	if (*at == NULL)
		return fail(io, "out of memory");
	(*at)->code = i;
	memcpy((*at)->id, id, strlen(id) + 1);
	c->readies[i].unconfirmed++;
	return 0;
}

static int handle_deliver(struct ijw *c, struct io *io, const struct frame *f)
{
	struct ijw_json meta = {f[1].data, (const char *)f[1].data + f[1].size};
	static const char *const members[] = {"sender", "receiver", "type", "identification",
					      "received"};
	char id[IJW_MAX_ID + 1], text[129];
	struct event *e = event_new(IJW_EVENT_DELIVERY, 0,
				    sizeof id + 5 * sizeof text + f[1].size + f[2].size + 2);
	char *at = e == NULL ? NULL : (char *)e->codes;
	int r;

	if (e == NULL)
		return fail(io, "out of memory");
	const char **fields[] = {&e->pub.sender, &e->pub.receiver, &e->pub.message_type,
				 &e->pub.identification, &e->pub.received};
	for (size_t i = 0; i < 5; i++) {
		(void)ijw_json_text(ijw_json_member(meta, members[i]), text, sizeof text);
		*fields[i] = event_text(&at, text, strlen(text));
	}
	if (frame_text(f[0], id, sizeof id) < 0 || strspn(id, "0123456789") != strlen(id))
		r = fail(io, "the hub sent a malformed DELIVER");
	else
		r = book_delivery(c, io, id, e->pub.receiver);
	if (r < 0) {
		free(e);
		return r;
	}
	e->pub.id = event_text(&at, id, strlen(id));
	e->pub.attempt = (unsigned)ijw_json_number(ijw_json_member(meta, "attempt"), 1000000, 1);
	e->pub.redelivered = ijw_json_true(ijw_json_member(meta, "redelivered"));
	e->pub.json = event_text(&at, f[1].data, f[1].size);
	e->pub.json_size = f[1].size;
	e->pub.message = event_text(&at, f[2].data, f[2].size);
	e->pub.message_size = f[2].size;
	io->useful = true;
	return ijw_client_push(c, e);
}

static int handle_notice(struct ijw *c, struct io *io, const struct frame *f)
{
	struct event *e = event_new(IJW_EVENT_NOTICE, 0, f[0].size + 1);
	char *at = e == NULL ? NULL : (char *)e->codes;

	if (e == NULL)
		return fail(io, "out of memory");
	e->pub.json = event_text(&at, f[0].data, f[0].size);
	e->pub.json_size = f[0].size;
	return ijw_client_push(c, e);
}

static int handle_error(struct ijw *c, struct io *io, const struct frame *f)
{
	char code[IJW_MAX_REFERENCE + 1], text[IJW_MAX_REASON + 1];
	struct event *e;
	char *at;

	read_text(f[0], code, sizeof code);
	read_text(f[1], text, sizeof text);
	if (!c->welcomed) {
		io->lasting = strcmp(code, IJW_ERR_BUSY) != 0;
		return fail(io, "the hub refused: %s: %s", code, text);
	}
	e = event_new(IJW_EVENT_ERROR, 0, strlen(code) + strlen(text) + 2);
	if (e == NULL)
		return fail(io, "out of memory");
	at = (char *)e->codes;
	e->pub.code = event_text(&at, code, strlen(code));
	e->pub.text = event_text(&at, text, strlen(text));
	return ijw_client_push(c, e);
}

static int handle_message(struct ijw *c, struct io *io)
{
	static int (*const handlers[N_VERBS])(struct ijw *, struct io *, const struct frame *) = {
		[VERB_WELCOME] = handle_welcome, [VERB_RECEIPT] = handle_receipt,
		[VERB_DELIVER] = handle_deliver, [VERB_NOTICE] = handle_notice,
		[VERB_ERROR] = handle_error,
	};
	const char *error;
	enum verb v;

	if (protocol_read(io->in.frames, io->in.frames_n, &v, &error) < 0)
		return fail(io, "the hub sent something that is not IJW/1: %s", error);
	if (handlers[v] == NULL)
		return fail(io, "the hub sent %s, which only parties say", verbs[v].name);
	if (!c->welcomed && v != VERB_WELCOME && v != VERB_ERROR)
		return fail(io, "the hub sent %s before WELCOME", verbs[v].name);
	return handlers[v](c, io, io->in.frames + 2);
}

/* Handles all that was read; lock held. */
static int handle_input(struct ijw *c, struct io *io)
{
	const char *hello[] = {c->o.software, "1"};
	int r;

	while ((r = ijw_zmtp_next(&io->in, &io->later)) > 0) {
		r = handle_message(c, io);
		if (r < 0)
			return r == -ENOMEM ? fail(io, "out of memory") : r;
	}
	if (r < 0) {
		io->lasting = io->in.refused;
		return fail(io, "%s", io->in.why);
	}
	if (io->in.state == ZMTP_OPEN && !io->hello_sent) {
		ijw_zmtp_verb(&io->later, VERB_HELLO, 2, hello, false);
		io->hello_sent = true;
	}
	if (io->later.len > LATER_MOST)
		return fail(io, "the hub sends PINGs and does not read");
	return 0;
}

/* Reads up to 64 KB and handles it; 1 when anything came. */
static int read_some(struct ijw *c, struct io *io)
{
	size_t got = 0, room;
	int r = 1, h;

	while (got < BATCH && r > 0) {
		void *space = ijw_zmtp_space(&io->in, &room);

		if (space == NULL)
			return fail(io, "out of memory");
		r = ijw_tls_read(&io->tls, space, room);
		if (r > 0) {
			ijw_zmtp_filled(&io->in, (size_t)r);
			got += (size_t)r;
		}
	}
	if (got == 0)
		return r < 0 ? tls_failed(io) : 0;
	(void)pthread_mutex_lock(&c->lock);
	h = handle_input(c, io);
	(void)pthread_mutex_unlock(&c->lock);
	if (h == 0 && r < 0)
		return tls_failed(io);
	return h < 0 ? h : 1;
}

/* --- one connection --- */

struct look {
	bool stop, full;
};

/* Looks at what callers want and fills the batch. */
static int look_around(struct ijw *c, struct io *io, struct look *l)
{
	int r;

	(void)pthread_mutex_lock(&c->lock);
	if (c->stopping && io->deadline == INT64_MAX)
		io->deadline = now_ms() + c->o.close_ms;
	r = fill(c, io);
	l->full = ijw_client_full(c);
	l->stop = c->stopping && (!c->welcomed || (!out_pending(io) && c->commands.len == 0));
	if (c->welcomed && !c->stopping)
		io->deadline = INT64_MAX;
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

static int talk(struct ijw *c, struct io *io)
{
	for (;;) {
		struct look l = {false, false};
		int w, r = look_around(c, io, &l);

		if (r < 0 || l.stop)
			return r;
		w = write_some(io);
		if (w < 0)
			return w;
		r = l.full ? 0 : read_some(c, io);
		if (r < 0)
			return r;
		if (now_ms() >= io->deadline)
			return fail(io, "the hub did not answer in time");
		if (w == 0 && r == 0)
			doze(c, io->fd, (l.full ? 0 : POLLIN) | (out_pending(io) ? POLLOUT : 0),
			     io->deadline);
	}
}

/*
 * Closing a socket with unread bytes makes the kernel send a reset, which can
 * overtake the confirmations just written.  So: no more from us, then read to the end.
 */
static void linger(struct ijw *c, int fd)
{
	int64_t until = now_ms() + c->o.close_ms;
	char sink[16384];
	ssize_t n;

	(void)shutdown(fd, SHUT_WR);
	while (now_ms() < until) {
		struct pollfd p = {fd, POLLIN, 0};

		if (poll(&p, 1, (int)(until - now_ms())) <= 0)
			continue;
		n = recv(fd, sink, sizeof sink, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return;
	}
}

static void end_connection(struct ijw *c, struct io *io, bool orderly)
{
	(void)pthread_mutex_lock(&c->lock);
	c->welcomed = false;
	ijw_client_drop_deliveries(c);
	(void)pthread_mutex_unlock(&c->lock);
	ijw_tls_end(&io->tls);
	if (io->fd >= 0) {
		if (orderly)
			linger(c, io->fd);
		(void)close(io->fd);
	}
	io->fd = -1;
	io->writing = NULL;
	io->hello_sent = false;
	ijw_zmtp_free(&io->in);
	buf_free(&io->out);
	buf_free(&io->later);
	io->out_at = 0;
}

/* From connect to the end of the connection; true when it was of use. */
static bool run_connection(struct ijw *c, struct io *io)
{
	int64_t start = now_ms();
	int r;

	io->deadline = start + c->o.handshake_ms;
	io->lasting = io->useful = false;
	r = open_socket(c, io);
	if (r == 0)
		r = open_tls(c, io);
	if (r == 0) {
		ijw_zmtp_greet(&io->later);
		r = talk(c, io);
	}
	(void)pthread_mutex_lock(&c->lock);
	if (c->welcomed && now_ms() - start > 5000)
		io->useful = true;
	if (c->welcomed)
		io->told[0] = '\0'; /* an end after WELCOME is news, whatever was told before */
	(void)pthread_mutex_unlock(&c->lock);
	end_connection(c, io, r == 0);
	return io->useful;
}

/* --- again and again --- */

/* Half of the pause is chance, so that a hub's return is not met by all at once. */
static int64_t pause_ms(const struct ijw *c, const struct io *io, unsigned failures)
{
	int64_t ms = c->o.retry_min_ms;
	uint32_t chance = 0;

	while (failures-- > 1 && ms < c->o.retry_max_ms)
		ms *= 2;
	if (io->lasting || ms > c->o.retry_max_ms)
		ms = c->o.retry_max_ms;
	if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) < 0)
		chance = (uint32_t)now_ms(); /* any spread will do */
	return ms / 2 + (int64_t)(chance % (uint64_t)(ms / 2 + 1));
}

/* Tells why, once for each reason until a connection succeeds. */
static void tell(struct ijw *c, struct io *io, int64_t ms)
{
	struct event *e;
	char *at, line[400];

	if (strcmp(io->told, io->why) == 0)
		return;
	memcpy(io->told, io->why, sizeof io->told);
	e = event_new(IJW_EVENT_DISCONNECTED, 0, strlen(io->why) + 1);
	if (e != NULL) {
		at = (char *)e->codes;
		e->pub.text = event_text(&at, io->why, strlen(io->why));
		e->pub.retry_ms = (unsigned)ms;
		e->pub.lasting = io->lasting;
		(void)pthread_mutex_lock(&c->lock);
		(void)ijw_client_push(c, e);
		(void)pthread_mutex_unlock(&c->lock);
	}
	(void)snprintf(line, sizeof line, "no connection with the hub: %s; trying again in %lld ms",
		       io->why, (long long)ms);
	if (c->o.log != NULL)
		c->o.log(c->o.log_arg, IJW_LOG_WARNING, line);
}

void *ijw_io_run(void *arg)
{
	struct ijw *c = arg;
	struct io *io = c->io;
	unsigned failures = 0;
	sigset_t all;

	/* Signals are the program's; a write to a broken connection must not raise SIGPIPE. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (!is_stopping(c)) {
		int64_t ms;

		failures = run_connection(c, io) ? 1 : failures + (failures < 30);
		if (is_stopping(c))
			break;
		ms = pause_ms(c, io, failures);
		tell(c, io, ms);
		pause_for(c, ms);
	}
	return NULL;
}

int ijw_io_new(struct ijw *c)
{
	struct io *io = calloc(1, sizeof *io);
	int r;

	if (io == NULL)
		return -ENOMEM;
	io->fd = -1;
	c->io = io;
	r = load_context(c, io);
	if (r < 0 && c->o.log != NULL)
		c->o.log(c->o.log_arg, IJW_LOG_ERROR, io->why);
	return r;
}

void ijw_io_free(struct ijw *c)
{
	if (c->io == NULL)
		return;
	SSL_CTX_free(c->io->ctx);
	free(c->io);
	c->io = NULL;
}
