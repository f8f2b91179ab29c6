/*
 * The opening of a connection: TLS, the client's greeting and READY, the same
 * toward the ROUTER, and the notice that a connection is there.  The last
 * step stands first.
 *
 * One deadline covers TLS and HELLO.  The greeting is sent whole and at once:
 * libzmq sends its own in steps and waits for answers in between, so two that
 * wait for each other would deadlock.  Nothing that a client says reaches
 * libzmq before its READY was read, and then only frames that were tracked.
 */
#include "wire/conn_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/pki.h"

#include "base/banned.h"

#define BACKEND_MS 10000 /* the ROUTER is ours; longer means that it is stuck */

void conn_open_live(struct conn *c)
{
	uint8_t bytes[64];
	size_t n = zmtp_ready_write(bytes, sizeof bytes, "ROUTER", NULL);

	if (!conn_notify(c, EDGE_OPEN)) {
		conn_due(c, &c->backend_due, CONN_RETRY_MS);
		return;
	}
	c->opened = true;
	c->phase = LIVE;
	c->backend_due = c->backend_limit = 0;
	if (conn_client_say(c, bytes, n))
		conn_pump_up(c); /* what the client said since its READY */
}

/* How much of the ROUTER's greeting and READY is still to come, as far as is known. */
static size_t backend_missing(const struct conn *c)
{
	size_t whole = ZMTP_GREETING + 2;

	if (c->heard >= whole)
		whole += c->hello[ZMTP_GREETING + 1];
	return whole - c->heard;
}

void conn_backend_hello(struct conn *c)
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
		conn_open_live(c);
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
		conn_due(c, &c->backend_due, BACKEND_MS);
}

/* Connects, or leaves a moment to try again: few descriptors, or a full backlog. */
void conn_dial(struct conn *c)
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
		conn_due(c, &c->backend_due, CONN_RETRY_MS);
}

/* Refuses an opening; an ERROR keeps the client from trying again for what cannot change. */
static void refuse_hello(struct conn *c, const char *why)
{
	uint8_t bytes[128];

	if (c->greeted && strncmp(why, "Socket-Type", 11) == 0 &&
	    !conn_client_say(c, bytes, zmtp_error_write(bytes, sizeof bytes, why)))
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
	conn_dial(c);
}

void conn_hello_read(struct conn *c)
{
	bool gone;
	size_t room = CONN_HELLO_MAX - c->up.len;
	size_t n = conn_client_read(c, c->env->batch, room < CONN_HELLO_MAX ? room : CONN_HELLO_MAX,
				    &gone);

	if (!stash_add(&c->up, c->env->batch, n)) {
		conn_finish(c, END_MEMORY, NULL);
		return;
	}
	if (gone)
		conn_finish(c, END_CLIENT, NULL);
	else if (n > 0)
		hello_parse(c);
	if (c->phase == HELLO && n == room)
		conn_want_turn(c);
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
	if (conn_client_say(c, zmtp_greeting, ZMTP_GREETING))
		conn_hello_read(c);
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

void conn_handshake(struct conn *c)
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

bool conn_ssl_start(struct conn *c)
{
	c->ssl = SSL_new(tls_context(c->env->tls));
	if (c->ssl == NULL || SSL_set_fd(c->ssl, c->client.fd) != 1)
		return false;
	SSL_set_app_data(c->ssl, c);
	SSL_set_verify(c->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verify_step);
	SSL_set_accept_state(c->ssl);
	return true;
}
