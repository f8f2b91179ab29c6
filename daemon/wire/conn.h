/*
 * One client's connection, from accept to the last byte: TLS on one side, the
 * ROUTER's Unix socket on the other (see conn.c for its life).  Everything
 * here runs on the edge's thread; only struct account is shared.
 */
#ifndef WIRE_CONN_H
#define WIRE_CONN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/ending.h"
#include "wire/tls.h"
#include "wire/zmtp.h"

#define CONN_BATCH (64 * 1024) /* one read: less costs a fifth of the speed */

/*
 * What a connection owes: the low half of word is the cost of its messages
 * that are under way, the high half tells which user of the slot that is, so
 * that a late release cannot pay for the next one.
 */
struct account {
	_Atomic uint64_t word;
	_Atomic bool stalled; /* whoever takes it down wakes the connection */
};

struct conn;

/* What all connections of an edge share. */
struct conn_env {
	int epoll;
	const struct tls *tls; /* the newest */
	void *notices;	       /* ZeroMQ socket */
	const char *backend;   /* path of the ROUTER's socket */
	size_t credit;
	unsigned handshake_ms, max_per_party;
	int fd_ceiling; /* a descriptor at or above it means that few are left */
	bool draining;
	int64_t now;	  /* ms, read once a turn */
	int64_t next_due; /* the first moment at which any connection wants conn_tick */
	int64_t active;	  /* when bytes for a client last moved */
	uint8_t *batch;	  /* CONN_BATCH bytes for whoever has the turn */
	struct edge_counters *counters;
	struct ending_log log;
	struct conn *first;	   /* all connections */
	struct conn *ready, *dead; /* those that want a turn, and those that are done */
};

/* What epoll points at: one of a connection's two sockets. */
struct conn_end {
	struct conn *conn;
	int fd; /* -1: closed */
	uint32_t mask;
	bool watched, client;
};

/* conn_new takes fd over; NULL (and fd closed) when memory is out. */
struct conn *conn_new(struct conn_env *env, int fd, const char *peer, uint64_t id,
		      struct account *account);

/* conn_event handles what epoll said of one end. */
void conn_event(struct conn_end *end, uint32_t events);

/* conn_unready takes c off the list it stands on and gives the next one. */
struct conn *conn_unready(struct conn *c);

/* conn_turn gives a connection of env->ready another batch. */
void conn_turn(struct conn *c);

/* conn_resume goes on after a release of credit. */
void conn_resume(struct conn *c);

/* conn_tick does what is due at env->now, and lowers env->next_due to what is due next. */
void conn_tick(struct conn *c);

/*
 * conn_finish ends a connection; a second time changes nothing.  detail may
 * be NULL.  The connection moves to env->dead once both its ends are closed
 * and the CLOSE notice was given.
 */
void conn_finish(struct conn *c, enum ending why, const char *detail);

/* conn_abandon closes at once whatever is left, for the end of a stop. */
void conn_abandon(struct conn *c);

/* conn_recheck ends a connection whose certificate no longer holds under env->tls. */
void conn_recheck(struct conn *c);

/* conn_expire ends a connection whose certificate ended before now (seconds since 1970). */
void conn_expire(struct conn *c, int64_t now);

/* conn_drain adapts to env->draining. */
void conn_drain(struct conn *c);

/* conn_quiet tells whether nothing waits for the client. */
bool conn_quiet(const struct conn *c);

/* conn_probe looks at a connection of this party; false when it is not one, or not open. */
struct edge_line;
bool conn_probe(const struct conn *c, const char *party, struct edge_line *ret);

uint64_t conn_id(const struct conn *c);
struct conn *conn_next(const struct conn *c);

/* conn_free frees one of env->dead and takes it off all lists. */
void conn_free(struct conn **c);

#endif
