/*
 * The end of a connection.
 *
 * Toward the ROUTER: flush, shut down the writing side, wait for its end of
 * file; closing at once loses what libzmq has not read.  Toward the client:
 * alert or close_notify, shut down, and read on for a while, because closing
 * with unread bytes makes the kernel send a reset that overtakes the alert.
 */
#include "wire/conn_internal.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "base/banned.h"

#define BACKEND_CLOSE_MS 10000
#define CLIENT_FLUSH_MS 5000
#define LINGER_MS 300

void conn_bury_if_done(struct conn *c)
{
	if (c->client.fd >= 0 || c->backend.fd >= 0 || c->close_due || c->is_dead)
		return;
	c->is_dead = true;
	c->next_dead = c->env->dead;
	c->env->dead = c;
}

void conn_client_linger(struct conn *c)
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
		conn_end_close(&c->client);
	conn_due(c, &c->client_due, LINGER_MS);
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
		conn_end_close(&c->backend);
	conn_notify_close(c);
}

void conn_backend_gone(struct conn *c)
{
	conn_end_close(&c->backend);
	backend_shut(c);
}

void conn_closing_client(struct conn *c, uint32_t events)
{
	ssize_t n;

	if (!c->lingering) {
		if (events & (EPOLLERR | EPOLLHUP) || !conn_down_flush(c))
			conn_end_close(&c->client);
		else if (c->down.len == 0)
			conn_client_linger(c);
		return;
	}
	n = recv(c->client.fd, c->env->batch, CONN_BATCH, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		conn_end_close(&c->client);
}

void conn_closing_backend(struct conn *c, uint32_t events)
{
	ssize_t n;

	if (events & EPOLLOUT && !c->shut)
		conn_up_flush(c, false);
	if (c->approved == 0)
		backend_shut(c);
	if (c->backend.fd < 0 || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	n = recv(c->backend.fd, c->env->batch, CONN_BATCH, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		conn_backend_gone(c);
}

/* Drops what was read but not approved; a client that left has paid for it, others have not. */
static void settle_up(struct conn *c, enum ending why)
{
	if (!c->opened)
		c->approved = 0;
	else if (why == END_CLIENT && c->bad == NULL && c->up.len > c->approved)
		conn_up_flush(c, false);
	c->up.len = c->approved;
	if (c->up.len == 0)
		stash_free(&c->up);
}

void conn_finish(struct conn *c, enum ending why, const char *detail)
{
	bool live = c->phase == LIVE;

	if (c->phase == LIVE && why == END_ASKED && c->down.len == 0)
		conn_down_batch(c); /* the hub's last words may be on their way */
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
		conn_end_close(&c->client);
	else if (endings[why].flush && live && c->down.len > 0)
		conn_due(c, &c->client_due, CLIENT_FLUSH_MS);
	else
		conn_client_linger(c);
	settle_up(c, why);
	conn_due(c, &c->backend_due, BACKEND_CLOSE_MS);
	if (why == END_BACKEND)
		conn_backend_gone(c);
	else if (c->approved == 0)
		backend_shut(c);
	conn_rearm(c);
}

void conn_abandon(struct conn *c)
{
	if (c->phase != CLOSING)
		conn_finish(c, END_STOP, NULL);
	conn_end_close(&c->client);
	conn_backend_gone(c);
	c->close_due = false; /* the router does not listen any more, or it has had its chance */
	conn_bury_if_done(c);
}
