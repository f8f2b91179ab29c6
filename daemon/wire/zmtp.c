#include "wire/zmtp.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/banned.h"

enum { FLAG_MORE = 1, FLAG_LONG = 2, FLAG_COMMAND = 4 };

#define MECHANISM 12 /* offset in the greeting */
#define MECHANISM_SIZE 20

const uint8_t zmtp_greeting[ZMTP_GREETING] = {
	[0] = 0xff, [8] = 1,  [9] = 0x7f, /* the signature, as libzmq writes it */
	[10] = 3,   [11] = 0, [12] = 'N', [13] = 'U', [14] = 'L', [15] = 'L',
};

static int refuse(const char **why, const char *reason)
{
	*why = reason;
	return -EPROTO;
}

int zmtp_greeting_read(const uint8_t *bytes, size_t n, const char **why)
{
	size_t have = n < MECHANISM + MECHANISM_SIZE ? n : MECHANISM + MECHANISM_SIZE;

	if (n > 0 && bytes[0] != 0xff)
		return refuse(why, "no ZMTP signature");
	if (n > 9 && bytes[9] != 0x7f)
		return refuse(why, "no ZMTP signature, or ZMTP 1.0");
	if (n > 10 && bytes[10] < 3)
		return refuse(why, "ZMTP older than 3.0");
	if (have > MECHANISM &&
	    memcmp(bytes + MECHANISM, zmtp_greeting + MECHANISM, have - MECHANISM) != 0)
		return refuse(why, "mechanism is not NULL");
	return n >= ZMTP_GREETING;
}

static uint64_t big_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

/* The length of a header that starts with these flags. */
static size_t head_size(uint8_t flags)
{
	return flags & FLAG_LONG ? 9 : 2;
}

static bool property_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-_.+", c) != NULL);
}

/* One property, its name and value borrowed from the command's body. */
struct property {
	const uint8_t *name, *value;
	size_t n_name, n_value;
};

/* The length of the property at p, or 0 when it does not fit in n bytes or its name is none. */
static size_t property_read(const uint8_t *p, size_t n, struct property *ret)
{
	uint64_t size;

	if (n < 1 || p[0] == 0 || n < 1 + (size_t)p[0] + 4)
		return 0;
	*ret = (struct property){.name = p + 1, .n_name = p[0], .value = p + 1 + p[0] + 4};
	for (size_t i = 0; i < ret->n_name; i++)
		if (!property_char(ret->name[i]))
			return 0;
	size = big_endian(p + 1 + p[0], 4);
	if (size > n - 1 - ret->n_name - 4)
		return 0;
	ret->n_value = (size_t)size;
	return 1 + ret->n_name + 4 + ret->n_value;
}

static bool socket_type_allowed(const struct property *p)
{
	return (p->n_value == 6 && memcmp(p->value, "DEALER", 6) == 0) ||
	       (p->n_value == 3 && memcmp(p->value, "REQ", 3) == 0);
}

static int properties_read(const uint8_t *p, size_t n, struct zmtp_ready *ret, const char **why)
{
	struct property one;

	for (size_t used; n > 0; p += used, n -= used) {
		used = property_read(p, n, &one);
		if (used == 0)
			return refuse(why, "malformed property in READY");
		if (one.n_name != 11 || strncasecmp((const char *)one.name, "Socket-Type", 11) != 0)
			continue;
		if (ret->socket_type[0] != '\0')
			return refuse(why, "Socket-Type given twice");
		if (!socket_type_allowed(&one))
			return refuse(why, "Socket-Type is neither DEALER nor REQ");
		memcpy(ret->socket_type, one.value, one.n_value);
	}
	return ret->socket_type[0] != '\0' ? 1 : refuse(why, "READY without Socket-Type");
}

int zmtp_ready_read(const uint8_t *bytes, size_t n, size_t *used, struct zmtp_ready *ret,
		    const char **why)
{
	static const uint8_t name[] = {5, 'R', 'E', 'A', 'D', 'Y'};
	size_t head, have;
	uint64_t size;

	memset(ret, 0, sizeof *ret);
	if (n > 0 && (bytes[0] & ~FLAG_LONG) != FLAG_COMMAND)
		return refuse(why, "first frame is not a command");
	if (n == 0 || n < (head = head_size(bytes[0])))
		return 0;
	size = big_endian(bytes + 1, head - 1);
	if (size < sizeof name || size > ZMTP_MAX_READY)
		return refuse(why, "first command too short or too long");
	have = n - head < sizeof name ? n - head : sizeof name;
	if (memcmp(bytes + head, name, have) != 0)
		return refuse(why, "first command is not READY");
	if (n - head < size)
		return 0;
	*used = head + (size_t)size;
	return properties_read(bytes + head + sizeof name, (size_t)size - sizeof name, ret, why);
}

/* A small command under construction; too long shows at the end. */
struct command {
	uint8_t body[255];
	size_t n;
	bool failed;
};

static void command_add(struct command *c, const void *bytes, size_t n)
{
	if (n > sizeof c->body - c->n)
		c->failed = true;
	if (c->failed)
		return;
	memcpy(c->body + c->n, bytes, n);
	c->n += n;
}

/* A string after its length in size bytes. */
static void command_text(struct command *c, size_t size, const char *text)
{
	size_t n = strlen(text);
	uint8_t length[4] = {0, 0, (uint8_t)(n >> 8), (uint8_t)n};

	c->failed |= n > 255;
	command_add(c, length + 4 - size, size);
	command_add(c, text, n);
}

static size_t command_write(const struct command *c, uint8_t *bytes, size_t room)
{
	if (c->failed || room < 2 + c->n)
		return 0;
	bytes[0] = FLAG_COMMAND;
	bytes[1] = (uint8_t)c->n;
	memcpy(bytes + 2, c->body, c->n);
	return 2 + c->n;
}

size_t zmtp_ready_write(uint8_t *bytes, size_t room, const char *socket_type, const char *identity)
{
	struct command c = {.n = 0};

	command_text(&c, 1, "READY");
	command_text(&c, 1, "Socket-Type");
	command_text(&c, 4, socket_type);
	if (identity != NULL) {
		command_text(&c, 1, "Identity");
		command_text(&c, 4, identity);
	}
	return command_write(&c, bytes, room);
}

size_t zmtp_error_write(uint8_t *bytes, size_t room, const char *reason)
{
	struct command c = {.n = 0};

	command_text(&c, 1, "ERROR");
	command_text(&c, 1, reason);
	return command_write(&c, bytes, room);
}

/* A header is whole: may this frame come? */
static int frame_begin(struct zmtp_track *t, const struct zmtp_limits *limits, const char **why)
{
	t->left = big_endian(t->head + 1, t->n_head - 1);
	t->command = t->head[0] & FLAG_COMMAND;
	t->in_body = true;
	t->n_head = 0;
	if (t->command) {
		t->n_command = 0;
		if (t->left < 5 || t->left > 23)
			return refuse(why, "command of a length that neither PING nor PONG has");
		return 0;
	}
	t->more = t->head[0] & FLAG_MORE;
	if (t->left > limits->frame)
		return refuse(why, "frame too large");
	if (t->payload + t->left > limits->message)
		return refuse(why, "message too large");
	if (++t->frames > limits->frames)
		return refuse(why, "too many frames in one message");
	t->payload += t->left;
	return 0;
}

/* A command's name is known: is it one that may come, at this length? */
static int command_check(const struct zmtp_track *t, uint64_t size, const char **why)
{
	if (memcmp(t->name, "\4PING", 5) == 0)
		return size >= 7 ? 0 : refuse(why, "PING without a time to live");
	if (memcmp(t->name, "\4PONG", 5) == 0)
		return size <= 21 ? 0 : refuse(why, "PONG with a context over 16 bytes");
	return refuse(why, "command other than PING and PONG");
}

/* Takes body bytes; the name of a command is looked at before its last byte may pass. */
static int body_take(struct zmtp_track *t, const uint8_t *bytes, size_t n, size_t *taken,
		     const char **why)
{
	size_t take = t->left < n ? (size_t)t->left : n;

	if (t->command && t->n_command < sizeof t->name) {
		size_t room = sizeof t->name - t->n_command;

		take = take < room ? take : room;
		memcpy(t->name + t->n_command, bytes, take);
		t->n_command += (unsigned)take;
		if (t->n_command == sizeof t->name &&
		    command_check(t, t->left - take + sizeof t->name, why) < 0)
			return -EPROTO;
	}
	t->left -= take;
	*taken = take;
	return 0;
}

/* Takes header bytes; the byte that completes a refused header is not taken. */
static int head_take(struct zmtp_track *t, const struct zmtp_limits *limits, uint8_t byte,
		     const char **why)
{
	if (t->n_head == 0 && (byte > 7 || (byte & FLAG_COMMAND && byte & FLAG_MORE)))
		return refuse(why, "reserved bits in a frame's flags");
	t->head[t->n_head++] = byte;
	if (t->n_head < 2 || t->n_head < head_size(t->head[0]))
		return 0;
	return frame_begin(t, limits, why);
}

/* The frame's last byte was taken: true when a message ended with it. */
static bool frame_end(struct zmtp_track *t, uint64_t *payload)
{
	t->in_body = false;
	if (t->command || t->more)
		return false;
	*payload = t->payload;
	t->payload = 0;
	t->frames = 0;
	return true;
}

int zmtp_track(struct zmtp_track *t, const struct zmtp_limits *limits, const uint8_t *bytes,
	       size_t n, size_t *used, uint64_t *payload, const char **why)
{
	for (*used = 0; *used < n || (t->in_body && t->left == 0);) {
		size_t taken = 1;

		if (!t->in_body) {
			if (head_take(t, limits, bytes[*used], why) < 0)
				return -EPROTO;
		} else if (t->left > 0) {
			if (body_take(t, bytes + *used, n - *used, &taken, why) < 0)
				return -EPROTO;
		} else {
			taken = 0;
			if (frame_end(t, payload))
				return 1;
		}
		*used += taken;
	}
	return 0;
}

bool zmtp_track_idle(const struct zmtp_track *t)
{
	return !t->in_body && t->n_head == 0 && t->frames == 0;
}
