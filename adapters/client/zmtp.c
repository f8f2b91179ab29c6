#include "zmtp.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define GREETING 64
#define CHUNK (64u * 1024)
#define KEEP (1024u * 1024) /* a larger buffer is given back once it is empty */
#define MAX_COMMAND 8192u

enum { FLAG_MORE = 1, FLAG_LONG = 2, FLAG_COMMAND = 4 };

void ijw_zmtp_free(struct ijw_zmtp *z)
{
	free(z->in);
	memset(z, 0, sizeof *z);
}

static int broken(struct ijw_zmtp *z, const char *why)
{
	(void)snprintf(z->why, sizeof z->why, "%s", why);
	return -EPROTO;
}

/* Moves what is left to the front; gives a buffer back that one large message made. */
static void settle(struct ijw_zmtp *z)
{
	if (z->start == z->end) {
		z->start = z->end = 0;
		if (z->cap > KEEP) {
			free(z->in);
			z->in = NULL;
			z->cap = 0;
		}
	} else if (z->start > 0) {
		memmove(z->in, z->in + z->start, z->end - z->start);
		z->end -= z->start;
		z->start = 0;
	}
}

void *ijw_zmtp_space(struct ijw_zmtp *z, size_t *room)
{
	if (z->start == z->end || z->cap - z->end < CHUNK)
		settle(z);
	if (z->cap - z->end < CHUNK) {
		size_t cap = z->cap == 0 ? 2 * CHUNK : z->cap * 2;
		char *in = realloc(z->in, cap);

		if (in == NULL)
			return NULL;
		z->in = in;
		z->cap = cap;
	}
	*room = z->cap - z->end;
	return z->in + z->end;
}

void ijw_zmtp_filled(struct ijw_zmtp *z, size_t n)
{
	z->end += n;
}

/* READY: the name, then properties of a one-byte and a four-byte length. */
static void add_ready(struct buf *out)
{
	static const char ready[] = "\x04\x29"
				    "\x05READY"
				    "\x0bSocket-Type\0\0\0\x06"
				    "DEALER"
				    "\x08Identity\0\0\0\0";

	_Static_assert(sizeof ready - 1 == 2 + 0x29, "the length byte of READY");
	buf_add(out, ready, sizeof ready - 1);
}

void ijw_zmtp_greet(struct buf *out)
{
	char greeting[GREETING] = {(char)0xff};

	greeting[9] = 0x7f;
	greeting[10] = 3;
	greeting[11] = 1;
	memcpy(greeting + 12, "NULL", 4);
	buf_add(out, greeting, sizeof greeting);
}

/* 1 when the peer's greeting is complete and one we can talk to. */
static int read_greeting(struct ijw_zmtp *z, struct buf *out)
{
	static const char null[20] = "NULL";
	const unsigned char *g = (unsigned char *)z->in + z->start;
	size_t n = z->end - z->start;

	if (n > 0 && g[0] != 0xff)
		return broken(z, "the peer does not speak ZMTP");
	if (n > 10 && ((g[9] & 1) == 0 || g[10] < 3))
		return broken(z, "the peer speaks a ZMTP older than 3.0");
	if (n < GREETING)
		return 0;
	if (memcmp(g + 12, null, sizeof null) != 0)
		return broken(z, "the peer wants another mechanism than NULL");
	z->start += GREETING;
	z->state = ZMTP_HANDSHAKE;
	add_ready(out);
	return 1;
}

static bool same_word(const unsigned char *p, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] | 0x20) != (word[i] | 0x20))
			return false;
	return true;
}

/* Walks READY's properties; only the kind of socket matters to us. */
static int handle_ready(struct ijw_zmtp *z, const unsigned char *p, size_t n)
{
	bool router = false;

	while (n > 0) {
		size_t name = p[0], value;

		if (n < 1 + name + 4)
			return broken(z, "READY is cut short");
		value = (size_t)p[1 + name] << 24 | (size_t)p[2 + name] << 16 |
			(size_t)p[3 + name] << 8 | p[4 + name];
		if (value > n - name - 5)
			return broken(z, "READY is cut short");
		if (name == 11 && same_word(p + 1, "Socket-Type", 11))
			router = value == 6 && memcmp(p + name + 5, "ROUTER", 6) == 0;
		p += name + 5 + value;
		n -= name + 5 + value;
	}
	if (!router)
		return broken(z, "the peer is not a ROUTER");
	if (z->state != ZMTP_HANDSHAKE)
		return broken(z, "a second READY");
	z->state = ZMTP_OPEN;
	return 0;
}

/* The reason goes into an event and perhaps a log: printable ASCII only. */
static int handle_error(struct ijw_zmtp *z, const unsigned char *p, size_t n)
{
	char reason[81] = "";
	size_t i, most = n > 0 && p[0] < n ? p[0] : 0;

	for (i = 0; i < most && i < sizeof reason - 1; i++)
		reason[i] = p[1 + i] >= 0x20 && p[1 + i] < 0x7f ? (char)p[1 + i] : '?';
	z->refused = true;
	(void)snprintf(z->why, sizeof z->why, "the hub refused the connection: %s",
		       i == 0 ? "no reason given" : reason);
	return -EPROTO;
}

/* A PING carries a two-byte time to live and up to 16 bytes to send back. */
static int handle_ping(struct ijw_zmtp *z, const unsigned char *p, size_t n, struct buf *out)
{
	char head[2] = {FLAG_COMMAND, 0};

	if (n < 2 || n > 18)
		return broken(z, "a PING of the wrong size");
	head[1] = (char)(5 + n - 2);
	buf_add(out, head, sizeof head);
	buf_add(out, "\x04PONG", 5);
	buf_add(out, p + 2, n - 2);
	return 0;
}

static int handle_command(struct ijw_zmtp *z, const unsigned char *p, size_t n, struct buf *out)
{
	size_t name;

	name = n == 0 ? 0 : p[0];
	if (name == 0 || name > n - 1)
		return broken(z, "a command without a name");
	p++, n--;
	if (name == 5 && memcmp(p, "READY", 5) == 0)
		return handle_ready(z, p + name, n - name);
	if (name == 5 && memcmp(p, "ERROR", 5) == 0)
		return handle_error(z, p + name, n - name);
	if (z->state != ZMTP_OPEN)
		return broken(z, "another command before READY");
	if (name == 4 && memcmp(p, "PING", 4) == 0)
		return handle_ping(z, p + name, n - name, out);
	return 0; /* PONG and what later versions may add */
}

struct head {
	unsigned flags;
	size_t at, size; /* of the body, from start */
};

/* 1 when the frame at z->scanned is here as a whole, 0 when not yet. */
static int read_head(struct ijw_zmtp *z, struct head *h)
{
	const unsigned char *p = (unsigned char *)z->in + z->start + z->scanned;
	size_t n = z->end - z->start - z->scanned;
	uint64_t size = 0;

	if (n == 0)
		return 0;
	h->flags = p[0];
	if (h->flags > 7 || (h->flags & (FLAG_COMMAND | FLAG_MORE)) == (FLAG_COMMAND | FLAG_MORE))
		return broken(z, "a frame with unknown flags");
	if (h->flags & FLAG_LONG) {
		if (n < 9)
			return 0;
		for (int i = 1; i <= 8; i++)
			size = size << 8 | p[i];
	} else {
		if (n < 2)
			return 0;
		size = p[1];
	}
	if (size > ((h->flags & FLAG_COMMAND) ? MAX_COMMAND : IJW_MAX_FRAME))
		return broken(z, "a frame larger than the limit");
	h->at = z->scanned + ((h->flags & FLAG_LONG) ? 9 : 2);
	h->size = (size_t)size;
	return h->size <= z->end - z->start - h->at;
}

/* Takes up a whole data frame; 1 when it is the message's last. */
static int add_part(struct ijw_zmtp *z, const struct head *h)
{
	if (z->state != ZMTP_OPEN)
		return broken(z, "a message before READY");
	if (z->frames_n == IJW_MAX_FRAMES)
		return broken(z, "a message of too many frames");
	z->parts[z->frames_n].at = h->at;
	z->parts[z->frames_n++].size = h->size;
	z->scanned = h->at + h->size;
	if (z->scanned > IJW_MAX_FRAME + CHUNK)
		return broken(z, "a message larger than the limit");
	if (h->flags & FLAG_MORE)
		return 0;
	for (size_t i = 0; i < z->frames_n; i++)
		z->frames[i] = (struct frame){z->in + z->start + z->parts[i].at, z->parts[i].size};
	z->start += z->scanned;
	z->scanned = 0;
	return 1;
}

int ijw_zmtp_next(struct ijw_zmtp *z, struct buf *out)
{
	struct head h = {0, 0, 0};
	int r;

	if (z->scanned == 0)
		z->frames_n = 0;
	if (z->in == NULL)
		return 0;
	if (z->state == ZMTP_GREETING) {
		r = read_greeting(z, out);
		if (r <= 0)
			return r;
	}
	while ((r = read_head(z, &h)) > 0) {
		if (h.flags & FLAG_COMMAND) {
			if (z->scanned > 0)
				return broken(z, "a command inside a message");
			r = handle_command(z, (unsigned char *)z->in + z->start + h.at, h.size,
					   out);
			z->start += h.at + h.size;
		} else {
			r = add_part(z, &h);
		}
		if (r != 0)
			return r;
	}
	return r;
}

void ijw_zmtp_head(struct buf *out, size_t size, bool more)
{
	unsigned char head[9] = {more ? FLAG_MORE : 0};

	if (size <= 255) {
		head[1] = (unsigned char)size;
		buf_add(out, head, 2);
		return;
	}
	head[0] |= FLAG_LONG;
	for (int i = 0; i < 8; i++)
		head[8 - i] = (unsigned char)((uint64_t)size >> 8 * i);
	buf_add(out, head, 9);
}

void ijw_zmtp_frame(struct buf *out, const void *bytes, size_t size, bool more)
{
	ijw_zmtp_head(out, size, more);
	buf_add(out, bytes, size);
}

void ijw_zmtp_verb(struct buf *out, enum verb v, size_t n, const char *const *fields, bool more)
{
	ijw_zmtp_frame(out, IJW_MARK, strlen(IJW_MARK), true);
	ijw_zmtp_frame(out, verbs[v].name, strlen(verbs[v].name), n > 0 || more);
	for (size_t i = 0; i < n; i++)
		ijw_zmtp_frame(out, fields[i], strlen(fields[i]), i + 1 < n || more);
}
