/* The library's ZMTP codec, fed as a peer might: whole, byte by byte, and wrong. */
#include "../../../adapters/client/zmtp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/unit.h"

#include "base/banned.h"

#define BYTES(s)                \
	{                       \
		s, sizeof s - 1 \
	}

static const char greeting[64] = "\xff\0\0\0\0\0\0\0\0\x7f\x03\x01NULL";
static const char ready[] = "\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06ROUTER";

static void feed(struct ijw_zmtp *z, const void *bytes, size_t n)
{
	size_t room;
	const char *p = bytes;

	while (n > 0) {
		char *space = ijw_zmtp_space(z, &room);
		size_t part = n < room ? n : room;

		if (!CHECK(space != NULL, "there is room to read into"))
			return;
		memcpy(space, p, part);
		ijw_zmtp_filled(z, part);
		p += part, n -= part;
	}
}

static void open_with(struct ijw_zmtp *z, struct buf *out)
{
	feed(z, greeting, sizeof greeting);
	feed(z, ready, sizeof ready - 1);
	CHECK(ijw_zmtp_next(z, out) == 0, "greeting and READY are no message");
	CHECK(z->state == ZMTP_OPEN, "greeting and READY open the connection");
}

static void test_bytewise(void)
{
	struct ijw_zmtp z = {0};
	struct buf out = BUF_INIT, in = BUF_INIT;
	const char *fields[] = {"ref", "accepted", "1", "{}"};
	int messages = 0;

	buf_add(&in, greeting, sizeof greeting);
	buf_add(&in, ready, sizeof ready - 1);
	ijw_zmtp_verb(&in, VERB_RECEIPT, 4, fields, false);
	ijw_zmtp_verb(&in, VERB_RECEIPT, 4, fields, false);
	for (size_t i = 0; i < in.len; i++) {
		int r;

		feed(&z, in.data + i, 1);
		while ((r = ijw_zmtp_next(&z, &out)) > 0) {
			messages++;
			CHECK(z.frames_n == 6, "a RECEIPT has six frames");
			CHECK(z.frames[3].size == 8 && memcmp(z.frames[3].data, "accepted", 8) == 0,
			      "the fields are where they belong");
		}
		CHECK(r == 0, "no byte on the way is an error");
	}
	CHECK(messages == 2, "both messages came out");
	CHECK(out.len == 43, "READY was answered once");
	buf_free(&in);
	buf_free(&out);
	ijw_zmtp_free(&z);
}

static void test_large(void)
{
	struct ijw_zmtp z = {0};
	struct buf out = BUF_INIT, in = BUF_INIT;
	size_t n = 25u << 20;
	char *body = calloc(1, n);

	NEED(body != NULL, "memory");
	body[n - 1] = 'x';
	open_with(&z, &out);
	ijw_zmtp_verb(&in, VERB_DELIVER, 0, NULL, true);
	ijw_zmtp_frame(&in, "7", 1, true);
	ijw_zmtp_frame(&in, "{}", 2, true);
	ijw_zmtp_frame(&in, body, n, false);
	feed(&z, in.data, in.len);
	CHECK(ijw_zmtp_next(&z, &out) == 1, "25 MB is one message");
	CHECK(z.frames_n == 5 && z.frames[4].size == n, "its size is right");
	CHECK(ijw_zmtp_next(&z, &out) == 0, "there is no second");
	feed(&z, "", 0);
	{
		size_t room;

		CHECK(ijw_zmtp_space(&z, &room) != NULL && z.cap <= 1u << 20,
		      "the memory of a large message is given back");
	}
	free(body);
	buf_free(&in);
	buf_free(&out);
	ijw_zmtp_free(&z);
}

static void test_wrong_openings(void)
{
	static const struct {
		const char *name;
		struct {
			const char *at;
			size_t n;
		} bytes;
	} rows[] = {
		{"plain text is not ZMTP", BYTES("HTTP/1.1 400 Bad Request\r\n")},
		{"ZMTP 2.0 is too old", BYTES("\xff\0\0\0\0\0\0\0\1\x7f\x01")},
		{"ZMTP 1.0 has no version", BYTES("\xff\0\0\0\0\0\0\0\1\0\x03")},
		{"CURVE is not what we speak",
		 BYTES("\xff\0\0\0\0\0\0\0\0\x7f\x03\x01"
		       "CURVE\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ijw_zmtp z = {0};
		struct buf out = BUF_INIT;

		feed(&z, rows[i].bytes.at, rows[i].bytes.n);
		CHECK(ijw_zmtp_next(&z, &out) == -EPROTO, rows[i].name);
		CHECK(z.why[0] != '\0', "and it says why");
		buf_free(&out);
		ijw_zmtp_free(&z);
	}
}

static void test_wrong_handshakes(void)
{
	static const struct {
		const char *name;
		struct {
			const char *at;
			size_t n;
		} bytes;
		bool refused;
	} rows[] = {
		{"a message before READY", BYTES("\0\1x"), false},
		{"a DEALER on the other side",
		 BYTES("\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06"
		       "DEALER"),
		 false},
		{"READY without properties", BYTES("\x04\x06\x05READY"), false},
		{"READY cut short in a name", BYTES("\x04\x09\x05READY\x0bSo"), false},
		{"READY with a value too long",
		 BYTES("\x04\x1c\x05READY\x0bSocket-Type\0\0\1\x06ROUTER"), false},
		{"a command without a name", BYTES("\x04\0"), false},
		{"a name longer than the command", BYTES("\x04\2\x09x"), false},
		{"a PING before READY", BYTES("\x04\7\x04PING\0\0"), false},
		{"an unknown flag", BYTES("\x08\1x"), false},
		{"a command with MORE", BYTES("\x05\1x"), false},
		{"a command of a gigabyte", BYTES("\x06\0\0\0\0\x40\0\0\0"), false},
		{"a frame of 2^63", BYTES("\x02\x80\0\0\0\0\0\0\0"), false},
		{"ERROR is a refusal",
		 BYTES("\x04\x0a\x05"
		       "ERROR\3no!"),
		 true},
		{"ERROR without a reason too",
		 BYTES("\x04\6\x05"
		       "ERROR"),
		 true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ijw_zmtp z = {0};
		struct buf out = BUF_INIT;

		feed(&z, greeting, sizeof greeting);
		feed(&z, rows[i].bytes.at, rows[i].bytes.n);
		CHECK(ijw_zmtp_next(&z, &out) == -EPROTO, rows[i].name);
		CHECK(z.refused == rows[i].refused, rows[i].name);
		buf_free(&out);
		ijw_zmtp_free(&z);
	}
}

static void test_wrong_traffic(void)
{
	static const struct {
		const char *name;
		struct {
			const char *at;
			size_t n;
		} bytes;
	} rows[] = {
		{"seven frames", BYTES("\1\0\1\0\1\0\1\0\1\0\1\0\0\0")},
		{"a frame above 32 MB", BYTES("\2\0\0\0\0\2\0\0\1")},
		{"a command inside a message", BYTES("\1\1a\x04\7\x04PING\0\0")},
		{"a PING without its time", BYTES("\x04\5\x04PING")},
		{"a PING that is too long", BYTES("\x04\x19\x04PING01234567890123456789")},
		{"a second READY", BYTES("\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06ROUTER")},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ijw_zmtp z = {0};
		struct buf out = BUF_INIT;

		open_with(&z, &out);
		feed(&z, rows[i].bytes.at, rows[i].bytes.n);
		CHECK(ijw_zmtp_next(&z, &out) == -EPROTO, rows[i].name);
		buf_free(&out);
		ijw_zmtp_free(&z);
	}
}

static void test_ping(void)
{
	struct ijw_zmtp z = {0};
	struct buf out = BUF_INIT;

	open_with(&z, &out);
	buf_clear(&out);
	feed(&z, "\x04\x09\x04PING\0\1hi", 11);
	CHECK(ijw_zmtp_next(&z, &out) == 0, "a PING is no message");
	CHECK(out.len == 9 && memcmp(out.data, "\x04\7\x04PONGhi", 9) == 0,
	      "its context comes back");
	buf_free(&out);
	ijw_zmtp_free(&z);
}

int main(void)
{
	static const struct test tests[] = {
		{"messages come out whole, however the bytes arrive", test_bytewise},
		{"a message of 25 MB passes and leaves no memory behind", test_large},
		{"a wrong greeting ends the connection", test_wrong_openings},
		{"a wrong handshake ends the connection", test_wrong_handshakes},
		{"wrong frames end the connection", test_wrong_traffic},
		{"a PING is answered", test_ping},
		{NULL, NULL},
	};

	return unit_main("client/zmtp", tests);
}
