/*
 * What a client can say before and after its READY, as the edge reads it:
 * the greeting, the READY command, then frames in pieces.  The first byte of
 * the input chooses the size of the pieces.  Besides crashes this looks for
 * answers that break the contract: a whole stream and the same stream in
 * pieces must come to the same end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/protocol.h"
#include "wire/zmtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct zmtp_limits limits = {
	.frame = IJW_MAX_FRAME,
	.message = IJW_MAX_FRAME + 64 * 1024,
	.frames = IJW_MAX_FRAMES + 1,
};

struct end {
	uint64_t messages, payload;
	size_t passed;
	int result;
};

static struct end walk(const uint8_t *data, size_t size, size_t piece)
{
	struct zmtp_track t = {0};
	struct end e = {0};
	const char *why = NULL;

	while (e.passed < size && e.result >= 0) {
		size_t some = size - e.passed < piece ? size - e.passed : piece, used = 0;
		uint64_t payload = 0;

		e.result = zmtp_track(&t, &limits, data + e.passed, some, &used, &payload, &why);
		if (used > some || (e.result < 0 && why == NULL) ||
		    (e.result >= 0 && t.frames > limits.frames))
			abort();
		if (e.result > 0) {
			e.messages++;
			e.payload += payload;
		} else if (e.result == 0 && used != some) {
			abort();
		}
		e.passed += used;
	}
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zmtp_ready ready;
	struct end whole, pieces;
	const char *why = NULL;
	size_t used = 0, piece;

	if (size == 0)
		return 0;
	piece = 1 + data[0] % 32;
	data++;
	size--;
	(void)zmtp_greeting_read(data, size, &why);
	if (size > ZMTP_GREETING && zmtp_greeting_read(data, ZMTP_GREETING, &why) > 0) {
		data += ZMTP_GREETING;
		size -= ZMTP_GREETING;
	}
	if (zmtp_ready_read(data, size, &used, &ready, &why) > 0) {
		if (used > size || strlen(ready.socket_type) == 0)
			abort();
		data += used;
		size -= used;
	}
	whole = walk(data, size, size + 1);
	pieces = walk(data, size, piece);
	if (whole.messages != pieces.messages || whole.payload != pieces.payload ||
	    (whole.result < 0) != (pieces.result < 0))
		abort();
	return 0;
}
