/*
 * What the files of a connection share and nobody else sees: conn.c has its
 * life, conn_open.c the opening, conn_traffic.c the bytes, conn_close.c the end.
 */
#ifndef WIRE_CONN_INTERNAL_H
#define WIRE_CONN_INTERNAL_H

#include <sys/types.h>

#include <openssl/ssl.h>

#include "wire/conn.h"
#include "wire/edge.h"
#include "wire/stash.h"

#define CONN_BACKEND_HELLO (ZMTP_GREETING + 2 + 255) /* what a ROUTER opens with, at most */
#define CONN_HELLO_MAX (ZMTP_GREETING + ZMTP_MAX_HEAD + ZMTP_MAX_READY)
#define CONN_RETRY_MS 10

enum phase { TLS, HELLO, DIAL, BACKEND, OPEN, LIVE, CLOSING, N_PHASES };

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
	uint8_t hello[CONN_BACKEND_HELLO];
	int64_t client_due, backend_due, notice_due, backend_limit; /* 0: none */
	struct account *account;
	struct edge_notice notice;
};

/* --- conn.c: timers, readiness, epoll, notices --- */

/* conn_due sets one of the three moments, after_ms from now. */
void conn_due(struct conn *c, int64_t *which, int64_t after_ms);

/* conn_want_turn asks for a conn_turn without an event of epoll. */
void conn_want_turn(struct conn *c);

/* conn_may_read tells whether bytes of the client are welcome now. */
bool conn_may_read(const struct conn *c);

/* conn_rearm tells epoll what is waited for; after every change, and again is harmless. */
void conn_rearm(struct conn *c);

/* conn_end_close closes one socket; a second time changes nothing. */
void conn_end_close(struct conn_end *end);

/* conn_notify tells the router; false when it has no room and must be told later. */
bool conn_notify(struct conn *c, enum edge_event event);

/* conn_notify_close gives the CLOSE notice that is due, now or a moment later. */
void conn_notify_close(struct conn *c);

/* --- conn_open.c: from the first byte of TLS until bytes go both ways --- */

/* conn_ssl_start prepares TLS on the client's socket; false without memory. */
bool conn_ssl_start(struct conn *c);

/* Each goes on with its phase as far as bytes and notices allow, and into the next. */
void conn_handshake(struct conn *c);
void conn_hello_read(struct conn *c);
void conn_dial(struct conn *c);
void conn_backend_hello(struct conn *c);
void conn_open_live(struct conn *c);

/* --- conn_traffic.c: bytes, frames, credit --- */

/*
 * conn_client_read reads up to room bytes; *gone tells that the client went.
 * A short result means that OpenSSL has nothing more, so epoll will tell of
 * the next byte; a full one may leave bytes inside OpenSSL, of which epoll
 * knows nothing.
 */
size_t conn_client_read(struct conn *c, uint8_t *to, size_t room, bool *gone);

/* conn_client_say sends bytes of our own, after what waits; false: the connection was ended. */
bool conn_client_say(struct conn *c, const uint8_t *bytes, size_t n);

/* conn_down_flush writes what waits for the client; false when it is gone. */
bool conn_down_flush(struct conn *c);

/* conn_down_batch passes one read of the ROUTER on to the client. */
void conn_down_batch(struct conn *c);

/*
 * conn_up_flush passes on what waits for the ROUTER: as far as credit goes, or
 * (at the end of a connection) whatever the protocol allows.
 */
void conn_up_flush(struct conn *c, bool on_credit);

/* Both move one batch: first what waits, then what is read. */
void conn_pump_up(struct conn *c);
void conn_pump_down(struct conn *c);

/* --- conn_close.c: the end (conn_finish and conn_abandon stand in conn.h) --- */

/* What an event means once the connection closes. */
void conn_closing_client(struct conn *c, uint32_t events);
void conn_closing_backend(struct conn *c, uint32_t events);

/* conn_client_linger says goodbye and listens until the client has gone too. */
void conn_client_linger(struct conn *c);

/* conn_backend_gone closes the ROUTER's side, which has ended or stays silent. */
void conn_backend_gone(struct conn *c);

/* conn_bury_if_done moves c to env->dead once nothing of it is left to do. */
void conn_bury_if_done(struct conn *c);

#endif
