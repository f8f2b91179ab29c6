/*
 * Bytes both ways: through TLS to and from the client, as they are to and from
 * the ROUTER, with frames tracked and credit counted on the way up.
 *
 * (1) up holds what could not be passed to the ROUTER; its first `approved`
 *     bytes are tracked and may go, the rest waits for credit.  While up holds
 *     anything, nothing is read from the client: at most a batch is kept.
 * (2) down holds what could not be passed to the client; while it holds
 *     anything, nothing is read from the ROUTER.
 * (3) `track` stands at the end of what was approved, `sent` at the end of what
 *     was written, so `forwarded` counts exactly the messages the ROUTER got.
 */
#include "wire/conn_internal.h"

#include <errno.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "wire/protocol.h"

#include "base/banned.h"

static const struct zmtp_limits limits = {
	.frame = IJW_MAX_FRAME,
	.message = IJW_MAX_FRAME + 64 * 1024,
	.frames = IJW_MAX_FRAMES + 1, /* a REQ sends an empty frame first */
};

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

size_t conn_client_read(struct conn *c, uint8_t *to, size_t room, bool *gone)
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

bool conn_down_flush(struct conn *c)
{
	ssize_t w = 0;

	if (c->down.len > 0)
		w = client_write(c, stash_data(&c->down), c->down.len);
	if (w > 0)
		stash_take(&c->down, (size_t)w);
	return w >= 0;
}

bool conn_client_say(struct conn *c, const uint8_t *bytes, size_t n)
{
	if (!stash_add(&c->down, bytes, n)) {
		conn_finish(c, END_MEMORY, NULL);
		return false;
	}
	if (conn_down_flush(c))
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

void conn_up_flush(struct conn *c, bool on_credit)
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
	size_t n = conn_client_read(c, batch, CONN_BATCH, &gone);
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
		conn_want_turn(c);
}

void conn_pump_up(struct conn *c)
{
	if (c->up.len > 0) {
		conn_up_flush(c, true);
		if (c->phase == LIVE && c->up.len == 0)
			conn_want_turn(c); /* OpenSSL may hold what epoll does not know of */
	} else if (conn_may_read(c)) {
		up_batch(c);
	}
	if (c->bad != NULL && c->phase == LIVE)
		conn_finish(c, END_FRAME, c->bad);
}

/* --- down: from the ROUTER to the client --- */

void conn_down_batch(struct conn *c)
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

void conn_pump_down(struct conn *c)
{
	if (!conn_down_flush(c))
		conn_finish(c, END_CLIENT, NULL);
	else if (c->down.len == 0 && c->phase == LIVE)
		conn_down_batch(c);
}
