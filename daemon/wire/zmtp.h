/*
 * ZMTP 3.x as the edge needs it: the greeting, the READY command, and a
 * tracker that walks along frames without keeping them.  Pure functions over
 * bytes; no sockets, no clock.
 *
 * Whoever reads a peer's bytes here gets one of three answers: more is needed
 * (0), done (1), or -EPROTO with a sentence that says what is wrong.
 */
#ifndef WIRE_ZMTP_H
#define WIRE_ZMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZMTP_GREETING 64
#define ZMTP_MAX_READY 8192 /* body of a READY command */
#define ZMTP_MAX_HEAD 9	    /* flags and a long size */

/* The greeting that we send to both sides: ZMTP 3.0, mechanism NULL. */
extern const uint8_t zmtp_greeting[ZMTP_GREETING];

/*
 * zmtp_greeting_read checks the first n bytes of a peer's greeting, so that a
 * wrong one is known at its first wrong byte: 0 while fewer than
 * ZMTP_GREETING came, 1 when it is whole.
 */
int zmtp_greeting_read(const uint8_t *bytes, size_t n, const char **why);

/* What is kept of a peer's READY: nothing but the kind of its socket. */
struct zmtp_ready {
	char socket_type[16];
};

/*
 * zmtp_ready_read reads one READY command at the start of bytes; *used is its
 * length on the wire when the result is 1.  Every other property than
 * Socket-Type is read for its form and dropped.
 */
int zmtp_ready_read(const uint8_t *bytes, size_t n, size_t *used, struct zmtp_ready *ret,
		    const char **why);

/*
 * zmtp_ready_write builds a READY command with Socket-Type and, unless
 * identity is NULL, Identity.  The length written, or 0 when room (or the 255
 * bytes of a short command) is too small.
 */
size_t zmtp_ready_write(uint8_t *bytes, size_t room, const char *socket_type, const char *identity);

/*
 * zmtp_error_write builds an ERROR command.  libzmq clients never reconnect
 * after one, so it is for refusals that a second try cannot cure.
 */
size_t zmtp_error_write(uint8_t *bytes, size_t room, const char *reason);

struct zmtp_limits {
	uint64_t frame, message; /* payload bytes */
	unsigned frames;	 /* in one message */
};

/* The tracker: zeroed at the start of a connection, then its own business. */
struct zmtp_track {
	uint64_t left;	    /* bytes of the current frame that are still to come */
	uint64_t payload;   /* of the current message so far */
	unsigned frames;    /* of the current message so far */
	unsigned n_head;    /* bytes of a header that is not whole yet */
	unsigned n_command; /* bytes of a command's body so far */
	bool in_body, more, command;
	uint8_t head[ZMTP_MAX_HEAD];
	uint8_t name[5]; /* of a command, with its length byte */
};

/*
 * zmtp_track walks over n bytes, up to the end of a message at most.  *used
 * is how many of them are in order and may be passed on, also after an
 * error.  1: exactly here a message ended, and *payload is the sum of its
 * frames' sizes.  0: all n were read and no message ended at the last.
 *
 * Commands may stand between frames (libzmq puts heartbeats there), but only
 * PING and PONG of the lengths that libzmq can take: a shorter PING makes it
 * read past the end.
 */
int zmtp_track(struct zmtp_track *t, const struct zmtp_limits *limits, const uint8_t *bytes,
	       size_t n, size_t *used, uint64_t *payload, const char **why);

/* zmtp_track_idle tells whether the connection stands between two messages. */
bool zmtp_track_idle(const struct zmtp_track *t);

#endif
