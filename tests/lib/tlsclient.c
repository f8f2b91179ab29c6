#include "../lib/tlsclient.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/date.h"

struct tlsclient {
	int fd;
	SSL_CTX *context;
	SSL *ssl; /* NULL: plain */
	bool ended;
	char error[128];
};

static void keep_error(struct tlsclient *c)
{
	unsigned long e = ERR_peek_error();
	const char *reason = e != 0 ? ERR_reason_error_string(e) : NULL;

	if (reason != NULL && c->error[0] == '\0')
		(void)snprintf(c->error, sizeof c->error, "%s", reason);
	ERR_clear_error();
}

static bool wait_for(struct tlsclient *c, short events, int64_t until)
{
	struct pollfd p = {.fd = c->fd, .events = events};
	int64_t left = until - clock_ms();

	return left > 0 && poll(&p, 1, (int)left) > 0;
}

/* Looks at the result of an operation: true when it is worth trying again. */
static bool again(struct tlsclient *c, int r, int64_t until)
{
	int e;

	if (c->ssl == NULL) {
		if (r < 0 && errno == EAGAIN)
			return wait_for(c, POLLIN | POLLOUT, until);
		return false;
	}
	e = SSL_get_error(c->ssl, r);
	if (e == SSL_ERROR_WANT_READ)
		return wait_for(c, POLLIN, until);
	if (e == SSL_ERROR_WANT_WRITE)
		return wait_for(c, POLLOUT, until);
	keep_error(c);
	c->ended = true;
	return false;
}

static int connect_to(const struct tlsclient_opts *o)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
	const int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return -1;
	if (o->receive_buffer > 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &o->receive_buffer, sizeof(int));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static bool prepare_tls(struct tlsclient *c, const struct tlsclient_opts *o)
{
	c->context = SSL_CTX_new(TLS_client_method());
	if (c->context == NULL)
		return false;
	SSL_CTX_set_security_level(c->context, 0); /* the server must refuse, not we */
	SSL_CTX_set_mode(c->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_AUTO_RETRY |
					     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (o->version != 0)
		(void)SSL_CTX_set_min_proto_version(c->context, o->version),
			(void)SSL_CTX_set_max_proto_version(c->context, o->version);
	if (o->ciphers != NULL)
		(void)SSL_CTX_set_cipher_list(c->context, o->ciphers);
	if (o->ca != NULL && SSL_CTX_load_verify_file(c->context, o->ca) == 1)
		SSL_CTX_set_verify(c->context, SSL_VERIFY_PEER, NULL);
	if (o->certificate != NULL &&
	    (SSL_CTX_use_certificate_chain_file(c->context, o->certificate) != 1 ||
	     SSL_CTX_use_PrivateKey_file(c->context, o->key, SSL_FILETYPE_PEM) != 1))
		return false;
	c->ssl = SSL_new(c->context);
	return c->ssl != NULL && SSL_set_fd(c->ssl, c->fd) == 1;
}

struct tlsclient *tlsclient_open(const struct tlsclient_opts *opts)
{
	struct tlsclient *c = calloc(1, sizeof *c);
	int64_t until = clock_ms() + TLSCLIENT_MS;
	int r;

	if (c == NULL)
		return NULL;
	c->fd = connect_to(opts);
	if (c->fd < 0 || (!opts->plain && !prepare_tls(c, opts))) {
		keep_error(c);
		tlsclient_close(&c);
		return NULL;
	}
	if (c->ssl == NULL)
		return c;
	do {
		ERR_clear_error();
		r = SSL_connect(c->ssl);
	} while (r != 1 && again(c, r, until));
	return c;
}

static void release(struct tlsclient **c)
{
	SSL_free((*c)->ssl);
	SSL_CTX_free((*c)->context);
	if ((*c)->fd >= 0)
		(void)close((*c)->fd);
	free(*c);
	*c = NULL;
}

void tlsclient_close(struct tlsclient **c)
{
	if (*c == NULL)
		return;
	if ((*c)->ssl != NULL && !(*c)->ended && SSL_is_init_finished((*c)->ssl))
		(void)SSL_shutdown((*c)->ssl);
	ERR_clear_error();
	release(c);
}

void tlsclient_kill(struct tlsclient **c)
{
	const struct linger hard = {.l_onoff = 1, .l_linger = 0};

	if (*c == NULL)
		return;
	(void)setsockopt((*c)->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	release(c);
}

const char *tlsclient_error(const struct tlsclient *c)
{
	return c->error;
}

bool tlsclient_ticket(const struct tlsclient *c)
{
	SSL_SESSION *s = c->ssl != NULL ? SSL_get0_session(c->ssl) : NULL;

	return s != NULL && SSL_SESSION_has_ticket(s);
}

static int write_some(struct tlsclient *c, const char *bytes, size_t n)
{
	int some = n > 65536 ? 65536 : (int)n;

	ERR_clear_error();
	return c->ssl != NULL ? SSL_write(c->ssl, bytes, some)
			      : (int)send(c->fd, bytes, (size_t)some, MSG_NOSIGNAL);
}

bool tlsclient_send_for(struct tlsclient *c, const void *bytes, size_t n, int wait_ms)
{
	const char *p = bytes;
	int64_t until = clock_ms() + wait_ms;

	while (n > 0) {
		int r = write_some(c, p, n);

		if (r > 0) {
			p += r;
			n -= (size_t)r;
			until = clock_ms() + wait_ms;
		} else if (!again(c, r, until)) {
			return false;
		}
	}
	return true;
}

bool tlsclient_send(struct tlsclient *c, const void *bytes, size_t n)
{
	return tlsclient_send_for(c, bytes, n, TLSCLIENT_MS);
}

size_t tlsclient_receive(struct tlsclient *c, void *bytes, size_t n)
{
	int64_t until = clock_ms() + TLSCLIENT_MS;
	size_t done = 0;

	while (done < n) {
		int r, room = (int)(n - done);

		ERR_clear_error();
		r = c->ssl != NULL ? SSL_read(c->ssl, (char *)bytes + done, room)
				   : (int)recv(c->fd, (char *)bytes + done, (size_t)room, 0);
		if (r > 0) {
			done += (size_t)r;
		} else if (!again(c, r, until)) {
			if (c->ssl == NULL && (r == 0 || errno != EAGAIN))
				c->ended = true;
			return done;
		}
	}
	return done;
}

bool tlsclient_ended(struct tlsclient *c)
{
	char dump[4096];

	while (!c->ended && tlsclient_receive(c, dump, sizeof dump) > 0)
		;
	return c->ended;
}

bool tlsclient_greet(struct tlsclient *c)
{
	static const uint8_t ours[64] = {
		[0] = 0xff, [8] = 1, [9] = 0x7f, [10] = 3, [12] = 'N', 'U', 'L', 'L'};
	uint8_t theirs[64];

	return tlsclient_send(c, ours, sizeof ours) &&
	       tlsclient_receive(c, theirs, sizeof theirs) == sizeof theirs && theirs[0] == 0xff &&
	       theirs[9] == 0x7f && theirs[10] == 3 && memcmp(theirs + 12, "NULL", 5) == 0;
}

bool tlsclient_command(struct tlsclient *c, const char *name, const void *rest, size_t n)
{
	uint8_t b[512];
	size_t k = strlen(name);

	if (1 + k + n > 255)
		return false;
	b[0] = 4;
	b[1] = (uint8_t)(1 + k + n);
	b[2] = (uint8_t)k;
	memcpy(b + 3, name, k);
	if (n > 0)
		memcpy(b + 3 + k, rest, n);
	return tlsclient_send(c, b, 3 + k + n);
}

static size_t property(uint8_t *p, const char *name, const char *value)
{
	size_t k = strlen(name), n = strlen(value);

	p[0] = (uint8_t)k;
	memcpy(p + 1, name, k);
	memset(p + 1 + k, 0, 3);
	p[1 + k + 3] = (uint8_t)n;
	memcpy(p + 1 + k + 4, value, n);
	return 1 + k + 4 + n;
}

bool tlsclient_hello(struct tlsclient *c, const char *socket_type, const char *identity)
{
	uint8_t rest[240], body[256];
	size_t n = property(rest, "Socket-Type", socket_type);
	int flags;

	if (identity != NULL)
		n += property(rest + n, "Identity", identity);
	return tlsclient_greet(c) && tlsclient_command(c, "READY", rest, n) &&
	       tlsclient_receive_frame(c, &flags, body, sizeof body) > 6 && flags == 4 &&
	       memcmp(body, "\5READY", 6) == 0;
}

bool tlsclient_frame(struct tlsclient *c, bool more, const void *bytes, size_t n)
{
	uint8_t head[9] = {(uint8_t)(more ? 3 : 2)};

	for (size_t i = 0; i < 8; i++)
		head[1 + i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
	return tlsclient_send(c, head, sizeof head) && tlsclient_send(c, bytes, n);
}

ssize_t tlsclient_receive_frame(struct tlsclient *c, int *flags, void *bytes, size_t room)
{
	uint8_t head[9];
	uint64_t n = 0;
	size_t size, kept;
	char dump[4096];

	if (tlsclient_receive(c, head, 2) != 2)
		return -1;
	size = head[0] & 2 ? 9 : 2;
	if (tlsclient_receive(c, head + 2, size - 2) != size - 2)
		return -1;
	for (size_t i = 1; i < size; i++)
		n = n << 8 | head[i];
	*flags = head[0];
	kept = n < room ? (size_t)n : room;
	if (tlsclient_receive(c, bytes, kept) != kept)
		return -1;
	for (uint64_t left = n - kept; left > 0;) {
		size_t some = left < sizeof dump ? (size_t)left : sizeof dump;

		if (tlsclient_receive(c, dump, some) != some)
			return -1;
		left -= some;
	}
	return (ssize_t)n;
}
