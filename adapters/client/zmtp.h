/*
 * The DEALER's half of ZMTP 3.1 with the NULL mechanism: bytes in, messages
 * out, and the encoding of what is sent.  No sockets, no threads.
 *
 * Input is gathered in one buffer that grows only as bytes arrive, whatever
 * lengths the peer announces, and a message is handed out as frames inside
 * that buffer.  Everything the peer says is checked against a limit before it
 * is believed; a violation is -EPROTO and a sentence in `why`.
 */
#ifndef CLIENT_ZMTP_H
#define CLIENT_ZMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "wire/protocol.h"

struct ijw_zmtp {
	enum { ZMTP_GREETING, ZMTP_HANDSHAKE, ZMTP_OPEN } state;
	char *in;
	size_t cap, start, end; /* bytes start..end of in are not used up yet */
	size_t scanned;		/* the next frame header, counted from start */
	size_t frames_n;
	struct {
		size_t at, size; /* at: from start */
	} parts[IJW_MAX_FRAMES];
	struct frame frames[IJW_MAX_FRAMES]; /* the message handed out last */
	bool refused;			     /* the peer sent a ZMTP ERROR: it will not have us */
	char why[128];
};

/* ijw_zmtp_free gives the memory back; a zeroed struct is ready for use (and again after this). */
void ijw_zmtp_free(struct ijw_zmtp *z);

/* ijw_zmtp_space is where to put up to *room bytes (64 KB or more); NULL when memory is out. */
void *ijw_zmtp_space(struct ijw_zmtp *z, size_t *room);

/* ijw_zmtp_filled says that n bytes were put there. */
void ijw_zmtp_filled(struct ijw_zmtp *z, size_t n);

/*
 * ijw_zmtp_next gives 1 with z->frames set (valid until the next call on z),
 * 0 when more bytes are needed, -EPROTO when the peer broke the protocol.
 * Replies that the protocol wants (READY, PONG) are added to out.
 */
int ijw_zmtp_next(struct ijw_zmtp *z, struct buf *out);

/* ijw_zmtp_greet adds our greeting, the first thing on a connection. */
void ijw_zmtp_greet(struct buf *out);

/* ijw_zmtp_head adds a frame's header only; size bytes must follow from somewhere. */
void ijw_zmtp_head(struct buf *out, size_t size, bool more);

/* ijw_zmtp_frame adds a whole frame. */
void ijw_zmtp_frame(struct buf *out, const void *bytes, size_t size, bool more);

/* ijw_zmtp_verb adds the mark, the verb and n text fields; the message ends there unless more. */
void ijw_zmtp_verb(struct buf *out, enum verb v, size_t n, const char *const *fields, bool more);

#endif
