/*
 * HTTP over TLS, by libmicrohttpd: a few threads that each serve many
 * connections.  It reads a request whole (64 KB at most), finds its route, asks
 * the gate, calls the handler and sends the answer with the headers that every
 * answer has.
 */
#ifndef DASHBOARD_SERVER_H
#define DASHBOARD_SERVER_H

#include "base/buf.h"
#include "dashboard.h"

#define BODY_MOST (64 * 1024)

struct server;

int server_start(struct server **ret, struct dashboard *d, struct buf *why);

/* server_certificate reads certificate and key anew; handshakes from now on use them. */
int server_certificate(struct server *s, const char *certificate, const char *key, struct buf *why);

unsigned server_port(const struct server *s);

/* server_stop ends all connections and waits for their handlers. */
void server_stop(struct server **s);

#endif
