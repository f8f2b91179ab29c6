/*
 * The library's own ZMTP against the real thing: a libzmq ROUTER behind a pump
 * that only takes TLS off, so that neither side is ours.
 */
#include "../../../adapters/client/ijw.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <zmq.h>

#include "../../lib/fakehub.h"
#include "../../lib/unit.h"

#include "base/banned.h"

#define PATIENCE 60000
#define LARGE (3u << 20)

struct pump {
	SSL_CTX *ctx;
	int listener;
	uint16_t router_port;
};

static bool write_whole(int fd, const char *p, ssize_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, (size_t)n);

		if (w <= 0)
			return false;
		p += w, n -= w;
	}
	return true;
}

/* Copies until either side ends. */
static void pump_bytes(SSL *ssl, int tls, int plain)
{
	static char chunk[65536];
	struct pollfd fds[2] = {{tls, POLLIN, 0}, {plain, POLLIN, 0}};

	for (;;) {
		ssize_t n;

		if (SSL_pending(ssl) == 0)
			(void)poll(fds, 2, -1);
		if (SSL_pending(ssl) > 0 || fds[0].revents != 0) {
			n = SSL_read(ssl, chunk, sizeof chunk);
			if (n <= 0 || !write_whole(plain, chunk, n))
				return;
		}
		if (fds[1].revents != 0) {
			n = read(plain, chunk, sizeof chunk);
			if (n <= 0 || SSL_write(ssl, chunk, (int)n) <= 0)
				return;
		}
		fds[0].revents = fds[1].revents = 0;
	}
}

static void *run_pump(void *arg)
{
	struct pump *p = arg;
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(p->router_port),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int tls = accept(p->listener, NULL, NULL), plain = socket(AF_INET, SOCK_STREAM, 0);
	SSL *ssl = SSL_new(p->ctx);

	if (tls >= 0 && SSL_set_fd(ssl, tls) == 1 && SSL_accept(ssl) == 1 &&
	    connect(plain, (struct sockaddr *)&to, sizeof to) == 0)
		pump_bytes(ssl, tls, plain);
	SSL_free(ssl);
	(void)close(tls);
	(void)close(plain);
	return NULL;
}

/* Takes a message and gives its verb and the first two fields. */
static int take(void *router, zmq_msg_t id[1], char verb[16], char field[2][80])
{
	int n = 0, more = 1;

	while (more) {
		zmq_msg_t m;

		(void)zmq_msg_init(&m);
		if (zmq_msg_recv(&m, router, 0) < 0)
			return -1;
		more = zmq_msg_more(&m);
		if (n == 0)
			(void)zmq_msg_move(id, &m);
		if (n == 2)
			(void)snprintf(verb, 16, "%.*s", (int)zmq_msg_size(&m),
				       (char *)zmq_msg_data(&m));
		if (n == 3 || n == 4)
			(void)snprintf(field[n - 3], 80, "%zu:%.*s", zmq_msg_size(&m),
				       zmq_msg_size(&m) < 64 ? (int)zmq_msg_size(&m) : 0,
				       (char *)zmq_msg_data(&m));
		(void)zmq_msg_close(&m);
		n++;
	}
	return n;
}

static void give(void *router, zmq_msg_t *id, const char *verb, size_t n, const char *const *fields,
		 const void *body, size_t size)
{
	(void)zmq_send(router, zmq_msg_data(id), zmq_msg_size(id), ZMQ_SNDMORE);
	(void)zmq_send(router, "IJW1", 4, ZMQ_SNDMORE);
	(void)zmq_send(router, verb, strlen(verb), ZMQ_SNDMORE);
	for (size_t i = 0; i < n; i++)
		(void)zmq_send(router, fields[i], strlen(fields[i]),
			       i + 1 < n || body != NULL ? ZMQ_SNDMORE : 0);
	if (body != NULL)
		(void)zmq_send(router, body, size, 0);
}

static void talk(struct ijw *c, void *router, char *large)
{
	static const char *const welcome[] = {"libzmq", "{\"window\":256}", "[\"0363\"]"};
	static const char *const receipt[] = {"r1", "accepted", "1", "{}"};
	static const char *const delivery[] = {"5", "{\"receiver\":\"0363\",\"type\":\"JW301\"}"};
	char verb[16], field[2][80];
	struct ijw_event e;
	zmq_msg_t id;

	(void)zmq_msg_init(&id);
	CHECK(take(router, &id, verb, field) == 5 && strcmp(verb, "HELLO") == 0 &&
		      strcmp(field[0], "6:libijw") == 0 && strcmp(field[1], "1:1") == 0,
	      "the ROUTER gets HELLO");
	give(router, &id, "WELCOME", 3, welcome, NULL, 0);
	NEED(ijw_receive(c, &e, PATIENCE) == 1 && e.type == IJW_EVENT_CONNECTED,
	     "the library gets WELCOME");
	CHECK(ijw_send(c, "r1", large, LARGE, 0, NULL) == 0, "a large message is sent");
	CHECK(take(router, &id, verb, field) == 5 && strcmp(verb, "SEND") == 0 &&
		      strcmp(field[0], "2:r1") == 0 && strcmp(field[1], "3145728:") == 0,
	      "the ROUTER gets it whole");
	give(router, &id, "RECEIPT", 4, receipt, NULL, 0);
	NEED(ijw_receive(c, &e, PATIENCE) == 1 && e.type == IJW_EVENT_RECEIPT,
	     "the library gets the receipt");
	CHECK(ijw_ready(c, "0363", 1) == 0 && take(router, &id, verb, field) == 5 &&
		      strcmp(verb, "READY") == 0 && strcmp(field[0], "4:0363") == 0,
	      "the ROUTER gets READY");
	give(router, &id, "DELIVER", 2, delivery, large, LARGE);
	NEED(ijw_receive(c, &e, PATIENCE) == 1 && e.type == IJW_EVENT_DELIVERY,
	     "the library gets the delivery");
	CHECK(e.message_size == LARGE && memcmp(e.message, large, LARGE) == 0, "whole");
	CHECK(ijw_done(c, e.id) == 0 && take(router, &id, verb, field) == 4 &&
		      strcmp(verb, "DONE") == 0,
	      "the ROUTER gets DONE");
	(void)zmq_msg_close(&id);
}

static void test_router(void)
{
	struct fakehub *h = fakehub_new(); /* for its certificates */
	void *zmq = zmq_ctx_new(), *router = zmq_socket(zmq, ZMQ_ROUTER);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof a;
	char files[3][128], address[32], endpoint[64];
	size_t size = sizeof endpoint;
	struct pump p = {SSL_CTX_new(TLS_server_method()), socket(AF_INET, SOCK_STREAM, 0), 0};
	struct ijw_options o;
	struct ijw *c = NULL;
	char *large = calloc(1, LARGE);
	int timeout = PATIENCE;
	pthread_t thread;

	NEED(h != NULL && large != NULL && p.ctx != NULL, "what the test needs");
	CHECK(SSL_CTX_use_certificate_chain_file(p.ctx,
						 fakehub_file(h, "hub.pem", files[0], 128)) == 1 &&
		      SSL_CTX_use_PrivateKey_file(p.ctx, fakehub_file(h, "hub.key", files[0], 128),
						  SSL_FILETYPE_PEM) == 1,
	      "certificates");
	CHECK(bind(p.listener, (struct sockaddr *)&a, sizeof a) == 0 &&
		      listen(p.listener, 1) == 0 &&
		      getsockname(p.listener, (struct sockaddr *)&a, &n) == 0,
	      "a listening pump");
	(void)snprintf(address, sizeof address, "127.0.0.1:%u", ntohs(a.sin_port));
	CHECK(zmq_setsockopt(router, ZMQ_RCVTIMEO, &timeout, sizeof timeout) == 0 &&
		      zmq_bind(router, "tcp://127.0.0.1:*") == 0 &&
		      zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0,
	      "a bound ROUTER");
	p.router_port = (uint16_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10);
	NEED(pthread_create(&thread, NULL, run_pump, &p) == 0, "a thread");
	ijw_options_init(&o);
	o.hub = address;
	o.server_name = "hub.test";
	o.certificate = fakehub_file(h, "client.pem", files[0], 128);
	o.key = fakehub_file(h, "client.key", files[1], 128);
	o.ca = fakehub_file(h, "ca.pem", files[2], 128);
	NEED(ijw_open(&o, &c) == 0, "open");
	talk(c, router, large);
	ijw_close(&c);
	(void)pthread_join(thread, NULL);
	(void)close(p.listener);
	SSL_CTX_free(p.ctx);
	(void)zmq_close(router);
	(void)zmq_ctx_term(zmq);
	free(large);
	fakehub_free(&h);
}

int main(void)
{
	static const struct test tests[] = {
		{"a libzmq ROUTER and the library understand each other", test_router},
		{NULL, NULL},
	};

	return unit_main("client/libzmq", tests);
}
