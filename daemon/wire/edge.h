/*
 * The edge: mutual TLS outside, libzmq's ROUTER inside, bytes in between.
 *
 * One thread accepts TLS connections, demands and checks the client's
 * certificate, finds the party it belongs to, does the ZMTP greeting itself,
 * and only then connects to the ROUTER's Unix socket, where it introduces the
 * client with a READY of its own making: Identity "<party>:<connection>",
 * whatever the client claimed.  The routing id that the router sees is
 * therefore the certificate's word.  Of the frames that follow it reads only
 * lengths and kinds.  Private keys are seen only here.
 *
 * Everything a peer can make grow has a limit in edge_opts.  What a peer does
 * is answered, counted and logged (EDGE-...); nothing a peer does ends the
 * daemon.
 */
#ifndef WIRE_EDGE_H
#define WIRE_EDGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define EDGE_MAX_PARTY 32 /* party ids are [a-z0-9-]{1,32} */
#define EDGE_MAX_OIN 32

struct edge;

/* A certificate that speaks for a party: by subject serialNumber (OIN) or by SHA-256 of the DER. */
struct edge_identity {
	char party[EDGE_MAX_PARTY + 1];
	char oin[EDGE_MAX_OIN + 1]; /* digits, or "" */
	char sha256[65];            /* lower-case hex, or "" */
};

struct edge_tls {
	const char *certificate; /* PEM chain of the hub */
	const char *key;         /* PEM, of the hub */
	const char *ca;          /* PEM, those that sign parties' certificates */
	const char *crl;         /* PEM, one or more lists; NULL: no revocation check */
};

struct edge_opts {
	const char *listen;  /* "127.0.0.1:7443", "[::1]:0"; port 0: any free one.  A socket that systemd gave goes before it */
	const char *backend; /* path of the ROUTER's Unix socket */
	const char *notices; /* inproc endpoint that the router has bound as PAIR */
	struct edge_tls tls;
	const struct edge_identity *identities; /* copied */
	size_t n_identities;
	unsigned handshake_ms;    /* from accept to the client's READY */
	unsigned max_connections; /* also bounded by the descriptors that the process may have */
	unsigned max_per_party;
	unsigned max_per_second; /* new connections from one address; 0: no limit (tests) */
	size_t credit;           /* bytes (IJW_COST) of whole messages under way for one connection */
};

/*
 * Notices, in the order of events, each one ZeroMQ message of one frame on
 * the PAIR socket: a struct edge_notice.  OPEN comes before the ROUTER can
 * show the connection's first message; CLOSE may overtake its last ones, so
 * it says how many whole messages were passed on.
 */
enum edge_event { EDGE_OPEN = 1, EDGE_CLOSE };

struct edge_notice {
	enum edge_event event;
	char party[EDGE_MAX_PARTY + 1];
	uint64_t connection; /* never used twice */
	char peer[64];       /* address:port */
	char subject[128];   /* of the certificate, printable */
	char fingerprint[65];
	int64_t not_after;  /* seconds since 1970: end of the certificate */
	uint64_t forwarded; /* CLOSE: whole messages passed to the ROUTER */
	char reason[64];    /* CLOSE */
};

/*
 * edge_start loads keys and lists, binds, and starts the thread.  ctx is the
 * ZeroMQ context that the router's sockets live in; the router has already
 * bound backend and notices.  Negative errno and one clear line in why
 * (file, what is wrong, what to do) when that fails.
 */
int edge_start(struct edge **ret, void *ctx, const struct edge_opts *opts, struct buf *why);

/* edge_port is the TCP port it listens on. */
unsigned edge_port(const struct edge *e);

/*
 * edge_release tells that a message of this connection has been dealt with
 * and cost bytes (IJW_COST of the sum of its frames' sizes) may come anew.
 * Unknown connections are ignored.  Thread-safe; cheap.
 */
void edge_release(struct edge *e, uint64_t connection, size_t cost);

/* edge_close ends one connection (party removed, protocol abuse).  Thread-safe. */
void edge_close(struct edge *e, uint64_t connection, const char *reason);

/*
 * edge_reload takes over certificates, CRL and identities.  On any error the
 * old ones stay, why says what is wrong, and the result is negative.  Live
 * connections are checked anew: revoked, expired or unknown ones are cut; an
 * expired CRL alone refuses newcomers and raises an alarm, but cuts nobody.
 * Thread-safe; returns once the new settings are in force.
 */
int edge_reload(struct edge *e, const struct edge_tls *tls, const struct edge_identity *identities,
		size_t n, struct buf *why);

/* edge_drain stops accepting and stops reading from clients; what the hub says still goes out. */
void edge_drain(struct edge *e);

/* Counters since start; a consistent copy is not promised, each number is. */
struct edge_stats {
	uint64_t accepted, refused_tls, refused_party, refused_zmtp, refused_limit, cut_frame;
	uint64_t open, bytes_in, bytes_out;
};

void edge_stats(const struct edge *e, struct edge_stats *ret);

/*
 * A look at the lines of one party as TCP sees them, and at who was refused of
 * late, newest first.
 */
#define EDGE_LINES 16
#define EDGE_REFUSALS 32

struct edge_line {
	uint64_t connection;
	char peer[64], tls[16];  /* address:port; TLSv1.3 */
	uint32_t rtt_us;         /* round trip, smoothed by the kernel */
	uint32_t ack_ms;         /* since the other side confirmed anything */
	uint32_t heard_ms;       /* since it sent anything */
};

struct edge_refusal {
	int64_t moment;          /* microseconds since 1970 */
	const char *id, *text;   /* EDGE-REFUSED-EXPIRED, certificate has expired */
	char peer[64], who[128]; /* party when it was known, else the certificate's subject */
};

struct edge_probe {
	struct edge_line lines[EDGE_LINES];
	size_t n_lines;
	struct edge_refusal refusals[EDGE_REFUSALS];
	size_t n_refusals;
	int64_t crl_until; /* of the revocation list in use, seconds since 1970; 0: none */
};

/* edge_probe waits for the edge's thread, which answers within a turn.  Thread-safe. */
void edge_probe(struct edge *e, const char *party, struct edge_probe *ret);

/* edge_stop flushes what waits for clients (at most flush_ms), closes all and joins the thread. */
void edge_stop(struct edge **e, unsigned flush_ms);

#endif
