#include "wire/zmtp.h"

#include <errno.h>
#include <string.h>

#include "wire/protocol.h"

#include "../../lib/unit.h"

#include "base/banned.h"

#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1

/* A READY's body up to and with Socket-Type DEALER: 6 + 1 + 11 + 4 + 6 = 28 bytes. */
#define DEALER "\5READY\013Socket-Type\0\0\0\6DEALER"

static void greetings(void)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t byte;
		int expect;
	} cases[] = {
		{"a greeting of libzmq is whole", 8, 1, 1},
		{"padding may be anything", 3, 0x55, 1},
		{"a later minor version is taken", 11, 1, 1},
		{"a later major version is taken", 10, 4, 1},
		{"as-server means nothing with NULL", 32, 1, 1},
		{"filler may be anything", 63, 9, 1},
		{"another first byte is no signature", 0, 0x16, -EPROTO},
		{"another tenth byte is no signature", 9, 0x00, -EPROTO},
		{"ZMTP 2 is refused", 10, 1, -EPROTO},
		{"another mechanism is refused", 12, 'C', -EPROTO},
		{"a mechanism that only starts with NULL is refused", 16, 'X', -EPROTO},
	};
	const char *why;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t g[ZMTP_GREETING];

		memcpy(g, zmtp_greeting, sizeof g);
		g[cases[i].at] = cases[i].byte;
		CHECK(zmtp_greeting_read(g, sizeof g, &why) == cases[i].expect, cases[i].name);
		CHECK(cases[i].expect == 1 || zmtp_greeting_read(g, cases[i].at + 1, &why) < 0,
		      "a wrong greeting is known at its first wrong byte");
	}
	for (size_t n = 0; n < ZMTP_GREETING; n++)
		CHECK(zmtp_greeting_read(zmtp_greeting, n, &why) == 0, "a short greeting is not whole");
}

static void openings(void)
{
	static const struct {
		const char *name;
		const uint8_t *bytes;
		size_t n;
		int expect;
	} cases[] = {
		{"a DEALER", BYTES("\4\034" DEALER), 1},
		{"a DEALER in the long form", BYTES("\6\0\0\0\0\0\0\0\034" DEALER), 1},
		{"a REQ", BYTES("\4\031\5READY\013Socket-Type\0\0\0\3REQ"), 1},
		{"the name of the property in another case", BYTES("\4\034\5READY\013sOCKET-tYPE\0\0\0\6DEALER"), 1},
		{"an Identity beside it", BYTES("\4\053" DEALER "\10Identity\0\0\0\2hi"), 1},
		{"bytes of the next frame behind it", BYTES("\4\034" DEALER "\0\0"), 1},
		{"nothing yet", BYTES(""), 0},
		{"half a header", BYTES("\6\0\0"), 0},
		{"half a command", BYTES("\4\034\5READY\013Sock"), 0},
		{"a message first", BYTES("\0\5hello"), -EPROTO},
		{"flags that do not exist", BYTES("\204\034" DEALER), -EPROTO},
		{"a command with MORE", BYTES("\5\034" DEALER), -EPROTO},
		{"another command first", BYTES("\4\7\4PING\0\1"), -EPROTO},
		{"another first command is known early", BYTES("\4\034\5RX"), -EPROTO},
		{"an empty command", BYTES("\4\0"), -EPROTO},
		{"a command over 8 KB", BYTES("\6\0\0\0\0\0\0\040\001"), -EPROTO},
		{"a command of 2^63 bytes", BYTES("\6\200\0\0\0\0\0\0\0"), -EPROTO},
		{"READY without properties", BYTES("\4\6\5READY"), -EPROTO},
		{"a ROUTER", BYTES("\4\034\5READY\013Socket-Type\0\0\0\6ROUTER"), -EPROTO},
		{"a SUB", BYTES("\4\031\5READY\013Socket-Type\0\0\0\3SUB"), -EPROTO},
		{"an empty type", BYTES("\4\026\5READY\013Socket-Type\0\0\0\0"), -EPROTO},
		{"the type twice", BYTES("\4\062" DEALER "\013Socket-Type\0\0\0\6DEALER"), -EPROTO},
		{"a property without a name", BYTES("\4\041" DEALER "\0\0\0\0\0"), -EPROTO},
		{"a name with a space", BYTES("\4\042" DEALER "\1 \0\0\0\0"), -EPROTO},
		{"a name with a NUL", BYTES("\4\042" DEALER "\1\0\0\0\0\0"), -EPROTO},
		{"a name past the end", BYTES("\4\035" DEALER "\10"), -EPROTO},
		{"a value past the end", BYTES("\4\042" DEALER "\1X\0\0\0\1"), -EPROTO},
		{"a value of 4 GB", BYTES("\4\042" DEALER "\1X\377\377\377\377"), -EPROTO},
	};
	struct zmtp_ready ready;
	const char *why;
	size_t used;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(zmtp_ready_read(cases[i].bytes, cases[i].n, &used, &ready, &why) ==
			      cases[i].expect, cases[i].name);
		CHECK(cases[i].expect != 1 || (used <= cases[i].n && ready.socket_type[0] != '\0'),
		      "a good opening tells its length and type");
	}
}

static void our_own_ready_can_be_read(void)
{
	uint8_t b[300];
	struct zmtp_ready ready;
	const char *why;
	size_t used, n = zmtp_ready_write(b, sizeof b, "DEALER", "gemeente-a:42");
	char longest[300];

	CHECK(zmtp_ready_read(b, n, &used, &ready, &why) == 1 && used == n, "it is whole");
	CHECK(strcmp(ready.socket_type, "DEALER") == 0, "it names its type");
	CHECK(memmem(b, n, "gemeente-a:42", 13) != NULL, "it names the identity");
	CHECK(zmtp_ready_write(b, 10, "DEALER", NULL) == 0, "too little room is told");
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	CHECK(zmtp_ready_write(b, sizeof b, "DEALER", longest) == 0, "too long an identity is told");
	CHECK(zmtp_error_write(b, sizeof b, "no") == 11 && memcmp(b, "\4\11\5ERROR\2no", 11) == 0,
	      "an ERROR command is as the RFC has it");
}

static const struct zmtp_limits limits = {
	.frame = IJW_MAX_FRAME, .message = IJW_MAX_FRAME + 65536, .frames = IJW_MAX_FRAMES + 1};

/* What came of a stream fed in pieces of a given size. */
struct outcome {
	unsigned messages;
	uint64_t payload;
	size_t passed;
	bool refused;
};

static struct outcome feed(const uint8_t *bytes, size_t n, size_t piece)
{
	struct zmtp_track t = {0};
	struct outcome o = {0};
	const char *why;

	while (o.passed < n && !o.refused) {
		size_t used, some = n - o.passed < piece ? n - o.passed : piece;
		uint64_t payload = 0;
		int r = zmtp_track(&t, &limits, bytes + o.passed, some, &used, &payload, &why);

		o.passed += used;
		o.refused = r < 0;
		o.messages += r > 0;
		o.payload += r > 0 ? payload : 0;
		if (r > 0 && !zmtp_track_idle(&t))
			o.refused = true; /* a message's end is a boundary */
	}
	return o;
}

static void frames(void)
{
	static const struct {
		const char *name;
		const uint8_t *bytes;
		size_t n;
		unsigned messages;
		uint64_t payload;
		bool refused;
	} cases[] = {
		{"one frame", BYTES("\0\3abc"), 1, 3, false},
		{"an empty frame", BYTES("\0\0"), 1, 0, false},
		{"two messages", BYTES("\0\1a\0\1b"), 2, 2, false},
		{"a message of three frames", BYTES("\1\1a\1\0\0\2bc"), 1, 3, false},
		{"a long frame of two bytes", BYTES("\2\0\0\0\0\0\0\0\2ab"), 1, 2, false},
		{"seven frames", BYTES("\1\0\1\0\1\0\1\0\1\0\1\0\0\0"), 1, 0, false},
		{"eight frames", BYTES("\1\0\1\0\1\0\1\0\1\0\1\0\1\0\0\0"), 0, 0, true},
		{"a frame over 32 MB", BYTES("\2\0\0\0\0\2\0\0\1"), 0, 0, true},
		{"a frame of 2^63 bytes", BYTES("\2\200\0\0\0\0\0\0\0"), 0, 0, true},
		{"a reserved flag", BYTES("\10\0"), 0, 0, true},
		{"a command with MORE", BYTES("\5\7\4PING\0\1"), 0, 0, true},
		{"a PING between messages", BYTES("\4\7\4PING\0\1\0\1a"), 1, 1, false},
		{"a PING inside a message", BYTES("\1\1a\4\7\4PING\0\1\0\1b"), 1, 2, false},
		{"a PING of 23 bytes", BYTES("\4\027\4PING\0\1" "0123456789abcdef"), 0, 0, false},
		{"a PING of 24 bytes", BYTES("\4\030\4PING\0\1" "0123456789abcdefg"), 0, 0, true},
		{"a PING in the long form", BYTES("\6\0\0\0\0\0\0\0\7\4PING\0\1"), 0, 0, false},
		{"a PING without a time to live", BYTES("\4\5\4PING"), 0, 0, true},
		{"a PING with half of one", BYTES("\4\6\4PING\0"), 0, 0, true},
		{"a PONG", BYTES("\4\5\4PONG"), 0, 0, false},
		{"a PONG of 21 bytes", BYTES("\4\025\4PONG0123456789abcdef"), 0, 0, false},
		{"a PONG of 22 bytes", BYTES("\4\026\4PONG0123456789abcdefg"), 0, 0, true},
		{"a second READY", BYTES("\4\034" DEALER), 0, 0, true},
		{"a SUBSCRIBE", BYTES("\4\013\11SUBSCRIBEx"), 0, 0, true},
		{"an ERROR", BYTES("\4\7\5ERROR\0"), 0, 0, true},
		{"an empty command", BYTES("\4\0"), 0, 0, true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t piece = 1; piece <= cases[i].n; piece++) {
			struct outcome o = feed(cases[i].bytes, cases[i].n, piece);

			CHECK(o.refused == cases[i].refused, cases[i].name);
			CHECK(o.messages == cases[i].messages, cases[i].name);
			CHECK(o.payload == cases[i].payload, cases[i].name);
			CHECK(!o.refused || o.passed < cases[i].n, "a refused frame is never passed whole");
		}
}

static void the_sum_of_frames_has_a_limit_too(void)
{
	static uint8_t half[9 + 17 * 1024 * 1024];
	static const uint8_t head[9] = {3, 0, 0, 0, 0, 1, 16, 0, 0}; /* 17 MB and MORE */
	struct zmtp_track t = {0};
	const char *why = NULL;
	uint64_t payload;
	size_t used;

	memcpy(half, head, sizeof head);
	CHECK(zmtp_track(&t, &limits, half, sizeof half, &used, &payload, &why) == 0, "17 MB pass");
	CHECK(zmtp_track(&t, &limits, half, sizeof half, &used, &payload, &why) == -EPROTO,
	      "34 MB in two frames do not");
	CHECK(used == 8, "and the header's last byte stays back");
}

static const struct test tests[] = {
	{"greetings are checked byte by byte", greetings},
	{"openings are READY with one allowed Socket-Type", openings},
	{"our own commands are well-formed", our_own_ready_can_be_read},
	{"frames are tracked in pieces of any size", frames},
	{"a message's size has a limit", the_sum_of_frames_has_a_limit_too},
	{NULL, NULL},
};

int main(void)
{
	return unit_main("wire/zmtp", tests);
}
