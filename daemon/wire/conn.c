/*
 * The life of a connection.
 *
 *   TLS      handshake, certificate, party
 *   HELLO    our greeting is out; the client's greeting and READY come in
 *   DIAL     connecting to the ROUTER's Unix socket, again when its backlog is full
 *   BACKEND  our greeting and READY are out; the ROUTER's come in and end here
 *   OPEN     the OPEN notice must be taken before the ROUTER hears a frame
 *   LIVE     bytes both ways
 *   CLOSING  each end closes in its own way
 *
 * One deadline covers TLS and HELLO.  The greeting is sent whole and at once:
 * libzmq sends its own in steps and waits for answers in between, so two that
 * wait for each other would deadlock.  Nothing that a client says reaches
 * libzmq before its READY was read, and then only frames that were tracked.
 *
 * (1) up holds what could not be passed to the ROUTER; its first `approved`
 *     bytes are tracked and may go, the rest waits for credit.  While up holds
 *     anything, nothing is read from the client: at most a batch is kept.
 * (2) down holds what could not be passed to the client; while it holds
 *     anything, nothing is read from the ROUTER.
 * (3) `track` stands at the end of what was approved, `sent` at the end of what
 *     was written, so `forwarded` counts exactly the messages the ROUTER got.
 *
 * Closing.  Toward the ROUTER: flush, shut down the writing side, wait for its
 * end of file; closing at once loses what libzmq has not read.  Toward the
 * client: alert or close_notify, shut down, and read on for a while, because
 * closing with unread bytes makes the kernel send a reset that overtakes the
 * alert.
 */
#include "wire/conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/err.h>
#include <zmq.h>

#include "base/pki.h"
#include "wire/protocol.h"

#include "base/banned.h"

#define HELLO_MAX (ZMTP_GREETING + ZMTP_MAX_HEAD + ZMTP_MAX_READY)
#define BACKEND_MAX (ZMTP_GREETING + 2 + 255)
#define RETRY_MS 10
#define BACKEND_MS 10000 /* the ROUTER is ours; longer means that it is stuck */
#define BACKEND_CLOSE_MS 10000
#define CLIENT_FLUSH_MS 5000
#define LINGER_MS 300

enum phase { TLS, HELLO, DIAL, BACKEND, OPEN, LIVE, CLOSING, N_PHASES };

struct stash {
	uint8_t *data;
	size_t off, len;
};

struct conn {
	struct conn_env *env;
	struct conn *next, *prev, *next_ready, *next_dead;
	bool is_ready, is_dead;
	enum phase phase;
	struct conn_end client, backend;
	SSL *ssl;
	bool wants_write; /* OpenSSL has something to say before it reads on */
	bool greeted;	  /* the client's greeting was read */
	bool stalled;	  /* out of credit */
	bool lingering;	  /* nothing goes to the client any more */
	bool shut;	  /* nothing goes to the ROUTER any more */
	bool opened, close_due;
	enum ending refusal; /* found inside the handshake */
	struct zmtp_ready ready;
	struct zmtp_track track, sent;
	const char *bad; /* what is wrong with the frame after those approved */
	struct stash up, down;
	size_t approved, heard; /* heard: bytes of the ROUTER's opening */
	uint8_t hello[BACKEND_MAX];
	int64_t client_due, backend_due, notice_due, backend_limit; /* 0: none */
	struct account *account;
	struct edge_notice notice;
};

static const struct zmtp_limits limits = {
	.frame = IJW_MAX_FRAME,
	.message = IJW_MAX_FRAME + 64 * 1024,
	.frames = IJW_MAX_FRAMES + 1, /* a REQ sends an empty frame first */
};

static void stash_free(struct stash *q)
{
	free(q->data);
	*q = (struct stash){NULL, 0, 0};
}

static const uint8_t *stash_data(const struct stash *q)
{
	return q->data + q->off;
}

static bool stash_add(struct stash *q, const void *bytes, size_t n)
{
	uint8_t *grown;

	if (n == 0)
		return true;
	if (q->off > 0)
		memmove(q->data, q->data + q->off, q->len);
	q->off = 0;
	grown = realloc(q->data, q->len + n);
	if (grown == NULL)
		return false;
	q->data = grown;
	memcpy(q->data + q->len, bytes, n);
	q->len += n;
	return true;
}

static void stash_take(struct stash *q, size_t n)
{
	q->off += n;
	q->len -= n;
	if (q->len == 0) /* thousands of idle connections keep nothing */
		stash_free(q);
}

/* --- timers, readiness, epoll --- */

static void due(struct conn *c, int64_t *which, int64_t after_ms)
{
	*which = c->env->now + after_ms;
	if (*which < c->env->next_due)
		c->env->next_due = *which;
}

static void want_turn(struct conn *c)
{
	if (c->is_ready)
		return;
	c->is_ready = true;
	c->next_ready = c->env->ready;
	c->env->ready = c;
}

static bool may_read(const struct conn *c)
{
	switch (c->phase) {
	case TLS:
		return true;
	case HELLO:
		return c->up.len < HELLO_MAX;
	case LIVE:
		return c->up.len == 0 && !c->stalled && !c->env->draining;
	default:
		return c->phase == CLOSING && c->lingering;
	}
}

static uint32_t client_mask(const struct conn *c)
{
	bool write = (c->wants_write && may_read(c)) || (c->down.len > 0 && !c->lingering);

	return (may_read(c) ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u);
}

static uint32_t backend_mask(const struct conn *c)
{
	bool read = c->phase == BACKEND || c->phase == CLOSING ||
		    (c->phase == LIVE && c->down.len == 0);

	return (read ? EPOLLIN : 0u) | (c->approved > 0 && !c->shut ? EPOLLOUT : 0u);
}

/* An end that wants nothing and may_leave is not watched: it would report its hang-up for ever. */
static void watch(struct conn *c, struct conn_end *end, uint32_t mask, bool may_leave)
{
	struct epoll_event event = {.events = mask, .data.ptr = end};
	int what = end->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (end->fd < 0 || (end->watched && end->mask == mask))
		return;
	if (mask == 0 && may_leave) {
		if (!end->watched)
			return;
		what = EPOLL_CTL_DEL;
	}
	if (epoll_ctl(c->env->epoll, what, end->fd, &event) < 0) {
		/* Memory for the kernel's own list: try again rather than forget the end. */
		want_turn(c);
		return;
	}
	end->watched = what != EPOLL_CTL_DEL;
	end->mask = mask;
}

static void end_close(struct conn_end *end)
{
	if (end->fd >= 0)
		(void)close(end->fd); /* nothing buffered in it that could fail now */
	end->fd = -1;
	end->watched = false;
}

/* --- notices --- */

static bool notify(struct conn *c, enum edge_event event)
{
	c->notice.event = event;
	/* Full: the router is slow.  The connection waits, so nothing piles up. */
	return zmq_send(c->env->notices, &c->notice, sizeof c->notice, ZMQ_DONTWAIT) >= 0 ||
	       errno != EAGAIN;
}

static void notify_close(struct conn *c)
{
	if (c->close_due && notify(c, EDGE_CLOSE))
		c->close_due = false;
	else if (c->close_due)
		due(c, &c->notice_due, RETRY_MS);
}

/* --- the client's side: bytes through TLS --- */

/* What SSL_read and SSL_write say when they move nothing: 0 to wait, -1 when the client is gone. */
static int ssl_wait(struct conn *c, int r)
{
	int e = SSL_get_error(c->ssl, r);

	if (e == SSL_ERROR_WANT_WRITE)
		c->wants_write = true;
	ERR_clear_error();
	return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

/*
 * Reads up to room bytes; *gone tells that the client went.  A short result
 * means that OpenSSL has nothing more, so epoll will tell of the next byte; a
 * full one may leave bytes inside OpenSSL, of which epoll knows nothing.
 */
static size_t client_read(struct conn *c, uint8_t *to, size_t room, bool *gone)
{
	size_t n = 0;
	int r = 1;

	ERR_clear_error();
	c->wants_write = false;
	while (n < room && r > 0 && (n == 0 || SSL_has_pending(c->ssl))) {
		r = SSL_read(c->ssl, to + n, (int)(room - n));
		if (r > 0)
			n += (size_t)r;
	}
	*gone = r <= 0 && ssl_wait(c, r) < 0;
	atomic_fetch_add_explicit(&c->env->counters->bytes_in, n, memory_order_relaxed);
	return n;
}

/* Writes what the client takes now; -1 when it is gone. */
static ssize_t client_write(struct conn *c, const uint8_t *from, size_t n)
{
	size_t done = 0;
	int r = 1;

	ERR_clear_error();
	while (done < n && r > 0) {
		r = SSL_write(c->ssl, from + done, (int)(n - done));
		if (r > 0)
			done += (size_t)r;
	}
	atomic_fetch_add_explicit(&c->env->counters->bytes_out, done, memory_order_relaxed);
	c->env->active = c->env->now;
	return r <= 0 && ssl_wait(c, r) < 0 ? -1 : (ssize_t)done;
}

/* Writes what waits in down; false when the client is gone. */
static bool down_flush(struct conn *c)
{
	ssize_t w = 0;

	if (c->down.len > 0)
		w = client_write(c, stash_data(&c->down), c->down.len);
	if (w > 0)
		stash_take(&c->down, (size_t)w);
	return w >= 0;
}

/* Sends a few bytes of our own, after what waits already. */
static bool client_say(struct conn *c, const uint8_t *bytes, size_t n)
{
	if (!stash_add(&c->down, bytes, n)) {
		conn_finish(c, END_MEMORY, NULL);
		return false;
	}
	if (down_flush(c))
		return true;
	conn_finish(c, END_CLIENT, NULL);
	return false;
}

/* --- credit --- */

static size_t outstanding(const struct conn *c)
{
	return (uint32_t)atomic_load(&c->account->word);
}

/* The cost fits in its half: credit and one message of 32 MB stay below 4 GB. */
static void owe(struct conn *c, uint64_t payload)
{
	atomic_fetch_add(&c->account->word, IJW_COST(payload));
}

/* Asked between two messages only, so that one that was begun always ends. */
static bool out_of_credit(struct conn *c)
{
	if (outstanding(c) < c->env->credit)
		return false;
	atomic_store(&c->account->stalled, true);
	/* A release in between saw no flag; then the flag is still ours to take down. */
	if (outstanding(c) <= c->env->credit / 2 && atomic_exchange(&c->account->stalled, false))
		return false;
	c->stalled = true;
	return true;
}

/* --- up: from the client to the ROUTER --- */

/* Tracks bytes as far as credit and the protocol allow; how many may be passed on. */
static size_t approve(struct conn *c, const uint8_t *bytes, size_t n, bool on_credit)
{
	size_t done = 0, used;
	uint64_t payload;
	int r = 0;

	while (done < n && r >= 0 && c->bad == NULL) {
		if (on_credit && zmtp_track_idle(&c->track) && out_of_credit(c))
			break;
		r = zmtp_track(&c->track, &limits, bytes + done, n - done, &used, &payload,
			       &c->bad);
		done += used;
		if (r > 0)
			owe(c, payload);
	}
	return done;
}

/* Counts the messages that end in bytes which the ROUTER has just been given. */
static void count_sent(struct conn *c, const uint8_t *bytes, size_t n)
{
	const char *why;
	uint64_t payload;

	for (size_t used; n > 0; bytes += used, n -= used)
		if (zmtp_track(&c->sent, &limits, bytes, n, &used, &payload, &why) > 0)
			c->notice.forwarded++;
		else if (used == 0)
			return; /* not reached: these bytes were approved */
}

/* Writes approved bytes; -1 when the ROUTER is gone. */
static ssize_t backend_write(struct conn *c, const uint8_t *bytes, size_t n)
{
	ssize_t w = 0;

	if (n > 0)
		w = send(c->backend.fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (w < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
		w = 0;
	if (w > 0)
		count_sent(c, bytes, (size_t)w);
	return w;
}

/* Passes on what up holds, as far as it may. */
static void up_flush(struct conn *c, bool on_credit)
{
	ssize_t w;

	c->approved +=
		approve(c, stash_data(&c->up) + c->approved, c->up.len - c->approved, on_credit);
	w = backend_write(c, stash_data(&c->up), c->approved);
	if (w < 0) {
		c->approved = 0;
		stash_free(&c->up);
		conn_finish(c, END_BACKEND, NULL);
		return;
	}
	c->approved -= (size_t)w;
	stash_take(&c->up, (size_t)w);
}

/* Reads a batch and passes it on; what does not go waits in up. */
static void up_batch(struct conn *c)
{
	bool gone;
	uint8_t *batch = c->env->batch;
	size_t n = client_read(c, batch, CONN_BATCH, &gone);
	size_t good = approve(c, batch, n, true);
	ssize_t w = backend_write(c, batch, good);

	if (w < 0) {
		conn_finish(c, END_BACKEND, NULL);
		return;
	}
	c->approved = good - (size_t)w;
	if (!stash_add(&c->up, batch + w, n - (size_t)w)) {
		c->approved = 0;
		conn_finish(c, END_MEMORY, NULL);
		return;
	}
	if (gone)
		conn_finish(c, END_CLIENT, NULL);
	else if (n == CONN_BATCH)
		want_turn(c);
}

static void pump_up(struct conn *c)
{
	if (c->up.len > 0) {
		up_flush(c, true);
		if (c->phase == LIVE && c->up.len == 0)
			want_turn(c); /* OpenSSL may hold what epoll does not know of */
	} else if (may_read(c)) {
		up_batch(c);
	}
	if (c->bad != NULL && c->phase == LIVE)
		conn_finish(c, END_FRAME, c->bad);
}

/* --- down: from the ROUTER to the client --- */

static void down_batch(struct conn *c)
{
	uint8_t *batch = c->env->batch;
	ssize_t w, n = recv(c->backend.fd, batch, CONN_BATCH, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_finish(c, END_BACKEND, NULL);
		return;
	}
	w = client_write(c, batch, (size_t)n);
	if (w < 0)
		conn_finish(c, END_CLIENT, NULL);
	else if (!stash_add(&c->down, batch + w, (size_t)(n - w)))
		conn_finish(c, END_MEMORY, NULL);
}

static void pump_down(struct conn *c)
{
	if (!down_flush(c))
		conn_finish(c, END_CLIENT, NULL);
	else if (c->down.len == 0 && c->phase == LIVE)
		down_batch(c);
}

/* --- closing --- */

static void bury_if_done(struct conn *c)
{
	if (c->client.fd >= 0 || c->backend.fd >= 0 || c->close_due || c->is_dead)
		return;
	c->is_dead = true;
	c->next_dead = c->env->dead;
	c->env->dead = c;
}

/* The client has heard all it will hear: say goodbye and listen until it has gone too. */
static void client_linger(struct conn *c)
{
	if (c->lingering || c->client.fd < 0)
		return;
	c->lingering = true;
	c->wants_write = false;
	ERR_clear_error();
	if (SSL_is_init_finished(c->ssl))
		(void)SSL_shutdown(c->ssl); /* no room for it is the client's loss */
	ERR_clear_error();
	stash_free(&c->down);
	if (shutdown(c->client.fd, SHUT_WR) < 0)
		end_close(&c->client);
	due(c, &c->client_due, LINGER_MS);
}

/* Everything that goes to the ROUTER is there: let it read to the end. */
static void backend_shut(struct conn *c)
{
	if (c->shut)
		return;
	c->shut = true;
	c->approved = 0;
	stash_free(&c->up);
	if (c->backend.fd >= 0 && (!c->opened || shutdown(c->backend.fd, SHUT_WR) < 0))
		end_close(&c->backend);
	notify_close(c);
}

static void backend_gone(struct conn *c)
{
	end_close(&c->backend);
	backend_shut(c);
}

static void closing_client(struct conn *c, uint32_t events)
{
	ssize_t n;

	if (!c->lingering) {
		if (events & (EPOLLERR | EPOLLHUP) || !down_flush(c))
			end_close(&c->client);
		else if (c->down.len == 0)
			client_linger(c);
		return;
	}
	n = recv(c->client.fd, c->env->batch, CONN_BATCH, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		end_close(&c->client);
}

static void closing_backend(struct conn *c, uint32_t events)
{
	ssize_t n;

	if (events & EPOLLOUT && !c->shut)
		up_flush(c, false);
	if (c->approved == 0)
		backend_shut(c);
	if (c->backend.fd < 0 || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	n = recv(c->backend.fd, c->env->batch, CONN_BATCH, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		backend_gone(c);
}

/* Drops what was read but not approved; a client that left has paid for it, others have not. */
static void settle_up(struct conn *c, enum ending why)
{
	if (!c->opened)
		c->approved = 0;
	else if (why == END_CLIENT && c->bad == NULL && c->up.len > c->approved)
		up_flush(c, false);
	c->up.len = c->approved;
	if (c->up.len == 0)
		stash_free(&c->up);
}

static void rearm(struct conn *c)
{
	if (c->phase == CLOSING)
		bury_if_done(c);
	watch(c, &c->client, client_mask(c), false);
	watch(c, &c->backend, backend_mask(c), true);
}

void conn_finish(struct conn *c, enum ending why, const char *detail)
{
	bool live = c->phase == LIVE;

	if (c->phase == LIVE && why == END_ASKED && c->down.len == 0)
		down_batch(c); /* the hub's last words may be on their way */
	if (c->phase == CLOSING)
		return;
	ending_note(why, c->env->counters, &c->env->log, c->env->now, c->notice.peer,
		    c->notice.party[0] != '\0' ? c->notice.party : c->notice.subject, detail);
	c->phase = CLOSING;
	c->stalled = false;
	c->client_due = c->backend_due = 0;
	c->close_due = c->opened;
	(void)snprintf(c->notice.reason, sizeof c->notice.reason, "%s", /* may shorten */
		       detail != NULL ? detail : endings[why].text);
	if (why == END_CLIENT)
		end_close(&c->client);
	else if (endings[why].flush && live && c->down.len > 0)
		due(c, &c->client_due, CLIENT_FLUSH_MS);
	else
		client_linger(c);
	settle_up(c, why);
	due(c, &c->backend_due, BACKEND_CLOSE_MS);
	if (why == END_BACKEND)
		backend_gone(c);
	else if (c->approved == 0)
		backend_shut(c);
	rearm(c);
}

void conn_abandon(struct conn *c)
{
	if (c->phase != CLOSING)
		conn_finish(c, END_STOP, NULL);
	end_close(&c->client);
	backend_gone(c);
	c->close_due = false; /* the router does not listen any more, or it has had its chance */
	bury_if_done(c);
}

/* --- the opening --- */

static void open_live(struct conn *c)
{
	uint8_t bytes[64];
	size_t n = zmtp_ready_write(bytes, sizeof bytes, "ROUTER", NULL);

	if (!notify(c, EDGE_OPEN)) {
		due(c, &c->backend_due, RETRY_MS);
		return;
	}
	c->opened = true;
	c->phase = LIVE;
	c->backend_due = c->backend_limit = 0;
	if (client_say(c, bytes, n))
		pump_up(c); /* what the client said since its READY */
}

/* How much of the ROUTER's greeting and READY is still to come, as far as is known. */
static size_t backend_missing(const struct conn *c)
{
	size_t whole = ZMTP_GREETING + 2;

	if (c->heard >= whole)
		whole += c->hello[ZMTP_GREETING + 1];
	return whole - c->heard;
}

static void backend_hello(struct conn *c)
{
	ssize_t n = 1;

	while (backend_missing(c) > 0 && n > 0) {
		n = recv(c->backend.fd, c->hello + c->heard, backend_missing(c), MSG_DONTWAIT);
		if (n > 0)
			c->heard += (size_t)n;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		conn_finish(c, END_BACKEND, "the ROUTER refused it");
	} else if (backend_missing(c) == 0) {
		if (memcmp(c->hello + ZMTP_GREETING + 2, "\5READY", 6) != 0) {
			conn_finish(c, END_BACKEND, "the ROUTER did not say READY");
			return;
		}
		c->phase = OPEN;
		open_live(c);
	}
}

/* The Identity is all the router gets to see, and none of it is the client's. */
static void backend_greet(struct conn *c)
{
	char identity[EDGE_MAX_PARTY + 32];
	uint8_t bytes[ZMTP_GREETING + 257];
	size_t n;

	(void)snprintf(identity, sizeof identity, "%s:%llu", c->notice.party,
		       (unsigned long long)c->notice.connection); /* always fits */
	memcpy(bytes, zmtp_greeting, ZMTP_GREETING);
	n = ZMTP_GREETING + zmtp_ready_write(bytes + ZMTP_GREETING, sizeof bytes - ZMTP_GREETING,
					     c->ready.socket_type, identity);
	/* The first bytes on a new socket: there is room for them. */
	if (send(c->backend.fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
		conn_finish(c, END_BACKEND, "the ROUTER's socket takes no bytes");
	else
		due(c, &c->backend_due, BACKEND_MS);
}

/* Connects, or leaves a moment to try again: few descriptors, or a full backlog. */
static void dial(struct conn *c)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool later = fd < 0;

	memcpy(to.sun_path, c->env->backend, strlen(c->env->backend) + 1); /* edge_start measured */
	if (fd >= c->env->fd_ceiling) { /* libzmq aborts when it cannot accept */
		later = true;
	} else if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) < 0) {
		later = errno == EAGAIN || errno == EINTR;
		if (!later)
			conn_finish(c, END_BACKEND, "cannot reach the ROUTER");
	} else if (fd >= 0) {
		c->backend.fd = fd;
		c->phase = BACKEND;
		backend_greet(c);
		return;
	}
	if (fd >= 0)
		(void)close(fd); /* never connected */
	if (later && c->env->now >= c->backend_limit)
		conn_finish(c, END_BACKEND, "the ROUTER's backlog stays full");
	else if (later)
		due(c, &c->backend_due, RETRY_MS);
}

/* Refuses an opening; an ERROR keeps the client from trying again for what cannot change. */
static void refuse_hello(struct conn *c, const char *why)
{
	uint8_t bytes[128];

	if (c->greeted && strncmp(why, "Socket-Type", 11) == 0 &&
	    !client_say(c, bytes, zmtp_error_write(bytes, sizeof bytes, why)))
		return;
	conn_finish(c, END_ZMTP, why);
}

static void hello_parse(struct conn *c)
{
	const char *why = NULL;
	size_t used = ZMTP_GREETING;
	int r = 1;

	if (!c->greeted) {
		r = zmtp_greeting_read(stash_data(&c->up), c->up.len, &why);
		c->greeted = r > 0;
		if (r > 0)
			stash_take(&c->up, used);
	}
	if (r > 0)
		r = zmtp_ready_read(c->up.len > 0 ? stash_data(&c->up) : NULL, c->up.len, &used,
				    &c->ready, &why);
	if (r < 0)
		refuse_hello(c, why);
	if (r <= 0)
		return;
	stash_take(&c->up, used);
	c->phase = DIAL;
	c->client_due = 0;
	c->backend_limit = c->env->now + BACKEND_MS;
	dial(c);
}

static void hello_read(struct conn *c)
{
	bool gone;
	size_t room = HELLO_MAX - c->up.len;
	size_t n = client_read(c, c->env->batch, room < HELLO_MAX ? room : HELLO_MAX, &gone);

	if (!stash_add(&c->up, c->env->batch, n)) {
		conn_finish(c, END_MEMORY, NULL);
		return;
	}
	if (gone)
		conn_finish(c, END_CLIENT, NULL);
	else if (n > 0)
		hello_parse(c);
	if (c->phase == HELLO && n == room)
		want_turn(c);
}

static unsigned party_count(const struct conn *c)
{
	unsigned n = 0;

	for (const struct conn *o = c->env->first; o != NULL; o = o->next)
		n += o != c && o->phase != CLOSING && strcmp(o->notice.party, c->notice.party) == 0;
	return n;
}

/*
 * The handshake is over and the certificate is good.  Had a reload come in
 * between, the handshake looked at lists that no longer hold.
 */
static void handshake_done(struct conn *c)
{
	if (SSL_get_SSL_CTX(c->ssl) != tls_context(c->env->tls)) {
		conn_recheck(c);
		if (c->phase == CLOSING)
			return;
	}
	if (party_count(c) >= c->env->max_per_party) {
		conn_finish(c, END_PER_PARTY, NULL);
		return;
	}
	c->phase = HELLO;
	if (client_say(c, zmtp_greeting, ZMTP_GREETING))
		hello_read(c);
}

/* Which refusal a failed handshake is. */
static enum ending handshake_error(const struct conn *c, unsigned long e)
{
	long verified = SSL_get_verify_result(c->ssl);

	if (c->refusal != N_ENDINGS)
		return c->refusal;
	if (ERR_GET_REASON(e) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
		return END_NO_CERTIFICATE;
	return verified != X509_V_OK ? ending_of_certificate((int)verified) : END_TLS;
}

static void handshake(struct conn *c)
{
	unsigned long e;
	enum ending why;
	int r, wants;

	ERR_clear_error();
	c->wants_write = false;
	r = SSL_accept(c->ssl);
	if (r == 1) {
		handshake_done(c);
		return;
	}
	wants = SSL_get_error(c->ssl, r);
	c->wants_write = wants == SSL_ERROR_WANT_WRITE;
	if (wants == SSL_ERROR_WANT_READ || wants == SSL_ERROR_WANT_WRITE)
		return;
	e = ERR_peek_error();
	why = handshake_error(c, e);
	conn_finish(c, why,
		    why != END_TLS ? NULL
		    : e == 0	   ? "client closed"
				   : ERR_reason_error_string(e));
}

static void describe_peer(struct conn *c, X509 *certificate)
{
	pki_subject(certificate, c->notice.subject, sizeof c->notice.subject);
	(void)pki_fingerprint(certificate, c->notice.fingerprint); /* fails only without memory */
	c->notice.not_after = pki_time(X509_get0_notAfter(certificate));
}

/*
 * OpenSSL asks for each certificate of the chain, the client's own last.
 * Whom it belongs to is decided here and not after the handshake, so that the
 * client gets a TLS alert and no connection that looks good at first.
 */
static int verify_step(int ok, X509_STORE_CTX *v)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(v, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct conn *c = SSL_get_app_data(ssl);
	X509 *certificate = X509_STORE_CTX_get_current_cert(v);
	const char *party = NULL;

	if (certificate != NULL && X509_STORE_CTX_get_error_depth(v) == 0)
		describe_peer(c, certificate);
	if (!ok || X509_STORE_CTX_get_error_depth(v) > 0)
		return ok;
	if (!tls_purpose(certificate))
		c->refusal = END_PURPOSE;
	else if ((party = tls_party(c->env->tls, certificate)) == NULL)
		c->refusal = END_PARTY;
	if (party == NULL) {
		X509_STORE_CTX_set_error(v, X509_V_ERR_CERT_REJECTED);
		return 0;
	}
	c->refusal = N_ENDINGS;
	(void)snprintf(c->notice.party, sizeof c->notice.party, "%s", party); /* always fits */
	return 1;
}

void conn_recheck(struct conn *c)
{
	X509 *certificate = c->phase > TLS ? SSL_get0_peer_certificate(c->ssl) : NULL;
	const char *party;
	int e;

	if (c->phase == TLS && SSL_is_init_finished(c->ssl))
		certificate = SSL_get0_peer_certificate(c->ssl);
	if (certificate == NULL || c->phase == CLOSING)
		return;
	e = tls_recheck(c->env->tls, c->ssl);
	party = tls_party(c->env->tls, certificate);
	if (e != X509_V_OK)
		conn_finish(c, ending_of_certificate(e), NULL);
	else if (party == NULL || strcmp(party, c->notice.party) != 0)
		conn_finish(c, END_PARTY, NULL);
}

void conn_expire(struct conn *c, int64_t now)
{
	if (c->phase > TLS && c->phase < CLOSING && c->notice.not_after < now)
		conn_finish(c, END_EXPIRED, NULL);
}

/* --- what happens in each phase --- */

static void live_client(struct conn *c, uint32_t events)
{
	/* Not reading, yet a hang-up: only a reset looks like that, and it comes for ever. */
	if (events & (EPOLLERR | EPOLLHUP) && !may_read(c)) {
		conn_finish(c, END_CLIENT, NULL);
		return;
	}
	if (events & EPOLLOUT)
		pump_down(c);
	if (c->phase == LIVE && (events & ~(uint32_t)EPOLLOUT || c->wants_write))
		pump_up(c);
}

static void live_backend(struct conn *c, uint32_t events)
{
	if (events & EPOLLOUT)
		pump_up(c);
	if (c->phase == LIVE && events & ~(uint32_t)EPOLLOUT)
		pump_down(c);
}

static void hello_client(struct conn *c, uint32_t events)
{
	if (events & EPOLLOUT && !down_flush(c))
		conn_finish(c, END_CLIENT, NULL);
	else if (events & ~(uint32_t)EPOLLOUT || c->wants_write)
		hello_read(c);
}

/* The client waits for its READY and so should say nothing; it may only leave. */
static void waiting_client(struct conn *c, uint32_t events)
{
	if (events & (EPOLLERR | EPOLLHUP) || !down_flush(c))
		conn_finish(c, END_CLIENT, NULL);
}

static void tls_client(struct conn *c, uint32_t events)
{
	(void)events; /* OpenSSL knows what it waits for */
	handshake(c);
}

static void hello_backend(struct conn *c, uint32_t events)
{
	(void)events; /* recv tells all there is to know */
	backend_hello(c);
}

typedef void step(struct conn *c, uint32_t events);

/* clang-format off */
static step *const steps[N_PHASES][2] = {
	/*            client          ROUTER */
	[TLS]     = {tls_client,     NULL},
	[HELLO]   = {hello_client,   NULL},
	[DIAL]    = {waiting_client, NULL},
	[BACKEND] = {waiting_client, hello_backend},
	[OPEN]    = {waiting_client, NULL},
	[LIVE]    = {live_client,    live_backend},
	[CLOSING] = {closing_client, closing_backend},
};
/* clang-format on */

void conn_event(struct conn_end *end, uint32_t events)
{
	struct conn *c = end->conn;

	if (end->fd < 0) /* closed by an earlier event of this turn */
		return;
	if (steps[c->phase][!end->client] != NULL)
		steps[c->phase][!end->client](c, events);
	rearm(c);
}

struct conn *conn_unready(struct conn *c)
{
	c->is_ready = false;
	return c->next_ready;
}

void conn_turn(struct conn *c)
{
	if (c->phase == HELLO)
		hello_read(c);
	else if (c->phase == LIVE)
		pump_up(c);
	rearm(c);
}

void conn_resume(struct conn *c)
{
	if (!c->stalled)
		return;
	c->stalled = false;
	if (c->phase == LIVE && !c->env->draining)
		pump_up(c);
	if (c->phase == LIVE)
		rearm(c);
}

void conn_drain(struct conn *c)
{
	if (c->phase < LIVE)
		conn_finish(c, END_STOP, NULL);
	rearm(c);
}

bool conn_quiet(const struct conn *c)
{
	return c->down.len == 0;
}

static void client_timeout(struct conn *c)
{
	static const char *const stages[N_PHASES] = {
		[TLS] = "in the TLS handshake", [HELLO] = "in the ZMTP opening"};

	c->client_due = 0;
	if (c->phase < CLOSING)
		conn_finish(c, END_LATE, stages[c->phase]);
	else if (!c->lingering)
		client_linger(c);
	else
		end_close(&c->client);
}

static void backend_timeout(struct conn *c)
{
	c->backend_due = 0;
	if (c->phase == DIAL)
		dial(c);
	else if (c->phase == BACKEND)
		conn_finish(c, END_BACKEND, "the ROUTER does not answer");
	else if (c->phase == OPEN)
		open_live(c);
	else if (c->phase == CLOSING && c->backend.fd >= 0)
		backend_gone(c);
}

void conn_tick(struct conn *c)
{
	int64_t now = c->env->now;
	const int64_t *all[] = {&c->client_due, &c->backend_due, &c->notice_due};

	if (c->client_due != 0 && c->client_due <= now)
		client_timeout(c);
	if (c->backend_due != 0 && c->backend_due <= now)
		backend_timeout(c);
	if (c->notice_due != 0 && c->notice_due <= now) {
		c->notice_due = 0;
		notify_close(c);
	}
	rearm(c);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (*all[i] != 0 && *all[i] < c->env->next_due)
			c->env->next_due = *all[i];
}

/* --- beginning and end --- */

static bool ssl_start(struct conn *c)
{
	c->ssl = SSL_new(tls_context(c->env->tls));
	if (c->ssl == NULL || SSL_set_fd(c->ssl, c->client.fd) != 1)
		return false;
	SSL_set_app_data(c->ssl, c);
	SSL_set_verify(c->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verify_step);
	SSL_set_accept_state(c->ssl);
	return true;
}

struct conn *conn_new(struct conn_env *env, int fd, const char *peer, uint64_t id,
		      struct account *account)
{
	struct conn *c = calloc(1, sizeof *c);

	if (c == NULL) {
		(void)close(fd); /* nothing was said yet */
		return NULL;
	}
	c->env = env;
	c->account = account;
	c->refusal = N_ENDINGS;
	c->client = (struct conn_end){.conn = c, .fd = fd, .client = true};
	c->backend = (struct conn_end){.conn = c, .fd = -1};
	c->notice.connection = id;
	(void)snprintf(c->notice.peer, sizeof c->notice.peer, "%s", peer); /* may shorten */
	c->next = env->first;
	if (env->first != NULL)
		env->first->prev = c;
	env->first = c;
	if (!ssl_start(c)) {
		end_close(&c->client);
		conn_free(&c);
		return NULL;
	}
	due(c, &c->client_due, env->handshake_ms);
	rearm(c);
	return c;
}

uint64_t conn_id(const struct conn *c)
{
	return c->notice.connection;
}

struct conn *conn_next(const struct conn *c)
{
	return c->next;
}

static void list_remove(struct conn *c)
{
	struct conn **at;

	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		c->env->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	for (at = &c->env->ready; c->is_ready && *at != NULL; at = &(*at)->next_ready)
		if (*at == c) {
			*at = c->next_ready;
			break;
		}
	for (at = &c->env->dead; c->is_dead && *at != NULL; at = &(*at)->next_dead)
		if (*at == c) {
			*at = c->next_dead;
			break;
		}
}

void conn_free(struct conn **c)
{
	if (*c == NULL)
		return;
	list_remove(*c);
	end_close(&(*c)->client);
	end_close(&(*c)->backend);
	stash_free(&(*c)->up);
	stash_free(&(*c)->down);
	SSL_free((*c)->ssl);
	ERR_clear_error();
	free(*c);
	*c = NULL;
}
