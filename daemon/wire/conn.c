/*
 * The life of a connection.
 *
 *   TLS      handshake, certificate, party                                 conn_open.c
 *   HELLO    our greeting is out; the client's greeting and READY come in
 *   DIAL     connecting to the ROUTER's Unix socket, again when its backlog is full
 *   BACKEND  our greeting and READY are out; the ROUTER's come in and end here
 *   OPEN     the OPEN notice must be taken before the ROUTER hears a frame
 *   LIVE     bytes both ways                                               conn_traffic.c
 *   CLOSING  each end closes in its own way                                conn_close.c
 *
 * Here stand what an event, a turn or a deadline means in each of them, and
 * what epoll is to watch for meanwhile.
 */
#include "wire/conn.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <openssl/err.h>
#include <zmq.h>

#include "wire/conn_internal.h"

#include "base/banned.h"

/* --- timers, readiness, epoll --- */

void conn_due(struct conn *c, int64_t *which, int64_t after_ms)
{
	*which = c->env->now + after_ms;
	if (*which < c->env->next_due)
		c->env->next_due = *which;
}

void conn_want_turn(struct conn *c)
{
	if (c->is_ready)
		return;
	c->is_ready = true;
	c->next_ready = c->env->ready;
	c->env->ready = c;
}

bool conn_may_read(const struct conn *c)
{
	switch (c->phase) {
	case TLS:
		return true;
	case HELLO:
		return c->up.len < CONN_HELLO_MAX;
	case LIVE:
		return c->up.len == 0 && !c->stalled && !c->env->draining;
	default:
		return c->phase == CLOSING && c->lingering;
	}
}

static uint32_t client_mask(const struct conn *c)
{
	bool write = (c->wants_write && conn_may_read(c)) || (c->down.len > 0 && !c->lingering);

	return (conn_may_read(c) ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u);
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
		conn_want_turn(c);
		return;
	}
	end->watched = what != EPOLL_CTL_DEL;
	end->mask = mask;
}

/*
 * epoll watches the open file, not the descriptor: after a fork elsewhere in
 * the process, until its exec, close alone would leave it watched, and its
 * events would point at a connection that is gone.
 */
void conn_end_close(struct conn_end *end)
{
	if (end->watched)
		(void)epoll_ctl(end->conn->env->epoll, EPOLL_CTL_DEL, end->fd, NULL); /* cannot fail */
	if (end->fd >= 0)
		(void)close(end->fd); /* nothing buffered in it that could fail now */
	end->fd = -1;
	end->watched = false;
}

/* --- notices --- */

bool conn_notify(struct conn *c, enum edge_event event)
{
	c->notice.event = event;
	/* Full: the router is slow.  The connection waits, so nothing piles up. */
	return zmq_send(c->env->notices, &c->notice, sizeof c->notice, ZMQ_DONTWAIT) >= 0 ||
	       errno != EAGAIN;
}

void conn_notify_close(struct conn *c)
{
	if (c->close_due && conn_notify(c, EDGE_CLOSE))
		c->close_due = false;
	else if (c->close_due)
		conn_due(c, &c->notice_due, CONN_RETRY_MS);
}

void conn_rearm(struct conn *c)
{
	if (c->phase == CLOSING)
		conn_bury_if_done(c);
	watch(c, &c->client, client_mask(c), false);
	watch(c, &c->backend, backend_mask(c), true);
}

/* --- what happens in each phase --- */

static void live_client(struct conn *c, uint32_t events)
{
	/* Not reading, yet a hang-up: only a reset looks like that, and it comes for ever. */
	if (events & (EPOLLERR | EPOLLHUP) && !conn_may_read(c)) {
		conn_finish(c, END_CLIENT, NULL);
		return;
	}
	if (events & EPOLLOUT)
		conn_pump_down(c);
	if (c->phase == LIVE && (events & ~(uint32_t)EPOLLOUT || c->wants_write))
		conn_pump_up(c);
}

static void live_backend(struct conn *c, uint32_t events)
{
	if (events & EPOLLOUT)
		conn_pump_up(c);
	if (c->phase == LIVE && events & ~(uint32_t)EPOLLOUT)
		conn_pump_down(c);
}

static void hello_client(struct conn *c, uint32_t events)
{
	if (events & EPOLLOUT && !conn_down_flush(c))
		conn_finish(c, END_CLIENT, NULL);
	else if (events & ~(uint32_t)EPOLLOUT || c->wants_write)
		conn_hello_read(c);
}

/* The client waits for its READY and so should say nothing; it may only leave. */
static void waiting_client(struct conn *c, uint32_t events)
{
	if (events & (EPOLLERR | EPOLLHUP) || !conn_down_flush(c))
		conn_finish(c, END_CLIENT, NULL);
}

static void tls_client(struct conn *c, uint32_t events)
{
	(void)events; /* OpenSSL knows what it waits for */
	conn_handshake(c);
}

static void hello_backend(struct conn *c, uint32_t events)
{
	(void)events; /* recv tells all there is to know */
	conn_backend_hello(c);
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
	[CLOSING] = {conn_closing_client, conn_closing_backend},
};
/* clang-format on */

void conn_event(struct conn_end *end, uint32_t events)
{
	struct conn *c = end->conn;

	if (end->fd < 0) /* closed by an earlier event of this turn */
		return;
	if (steps[c->phase][!end->client] != NULL)
		steps[c->phase][!end->client](c, events);
	conn_rearm(c);
}

struct conn *conn_unready(struct conn *c)
{
	c->is_ready = false;
	return c->next_ready;
}

void conn_turn(struct conn *c)
{
	if (c->phase == HELLO)
		conn_hello_read(c);
	else if (c->phase == LIVE)
		conn_pump_up(c);
	conn_rearm(c);
}

void conn_resume(struct conn *c)
{
	if (!c->stalled)
		return;
	c->stalled = false;
	if (c->phase == LIVE && !c->env->draining)
		conn_pump_up(c);
	if (c->phase == LIVE)
		conn_rearm(c);
}

void conn_drain(struct conn *c)
{
	if (c->phase < LIVE)
		conn_finish(c, END_STOP, NULL);
	conn_rearm(c);
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
		conn_client_linger(c);
	else
		conn_end_close(&c->client);
}

static void backend_timeout(struct conn *c)
{
	c->backend_due = 0;
	if (c->phase == DIAL)
		conn_dial(c);
	else if (c->phase == BACKEND)
		conn_finish(c, END_BACKEND, "the ROUTER does not answer");
	else if (c->phase == OPEN)
		conn_open_live(c);
	else if (c->phase == CLOSING && c->backend.fd >= 0)
		conn_backend_gone(c);
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
		conn_notify_close(c);
	}
	conn_rearm(c);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (*all[i] != 0 && *all[i] < c->env->next_due)
			c->env->next_due = *all[i];
}

/* --- beginning and end --- */

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
	if (!conn_ssl_start(c)) {
		conn_end_close(&c->client);
		conn_free(&c);
		return NULL;
	}
	conn_due(c, &c->client_due, env->handshake_ms);
	conn_rearm(c);
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

bool conn_probe(const struct conn *c, const char *party, struct edge_line *ret)
{
	struct tcp_info info;
	socklen_t n = sizeof info;

	if (c->phase != LIVE || strcmp(c->notice.party, party) != 0)
		return false;
	*ret = (struct edge_line){.connection = c->notice.connection};
	(void)snprintf(ret->peer, sizeof ret->peer, "%s", c->notice.peer);
	(void)snprintf(ret->tls, sizeof ret->tls, "%s", SSL_get_version(c->ssl));
	if (getsockopt(c->client.fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0) {
		ret->rtt_us = info.tcpi_rtt;
		ret->ack_ms = info.tcpi_last_ack_recv;
		ret->heard_ms = info.tcpi_last_data_recv;
	}
	return true;
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
	conn_end_close(&(*c)->client);
	conn_end_close(&(*c)->backend);
	stash_free(&(*c)->up);
	stash_free(&(*c)->down);
	SSL_free((*c)->ssl);
	ERR_clear_error();
	free(*c);
	*c = NULL;
}
