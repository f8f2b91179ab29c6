/*
 * What a hub may send to the client library: the codec, fed in pieces whose
 * sizes come from the input too, and then all that looks into its frames.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../adapters/client/ijw.h"
#include "../../adapters/client/json.h"
#include "../../adapters/client/zmtp.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_into(const struct frame *f, size_t n)
{
	struct ijw_event e = {.type = IJW_EVENT_RECEIPT};
	enum verb v;
	const char *error;
	char text[33];

	if (protocol_read(f, n, &v, &error) < 0)
		return;
	for (size_t i = 2; i < n; i++) {
		struct ijw_json whole = {f[i].data, (const char *)f[i].data + f[i].size}, items,
				item;

		(void)frame_text(f[i], text, sizeof text);
		(void)ijw_json_text(ijw_json_member(whole, "receiver"), text, sizeof text);
		(void)ijw_json_number(ijw_json_member(whole, "window"), 1000, 1);
		items = ijw_json_items(whole);
		while (ijw_json_next(&items, &item))
			(void)ijw_json_text(item, text, sizeof text);
		e.json = f[i].data;
		e.json_size = f[i].size;
		(void)ijw_finding(&e, 1, "nl", text, sizeof text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ijw_zmtp z = {0};
	struct buf out = BUF_INIT;
	size_t step = size > 0 ? (size_t)data[0] + 1 : 1, room;
	int r = 0;

	for (size_t at = 1; at < size && r >= 0; at += step) {
		size_t n = size - at < step ? size - at : step;
		void *space = ijw_zmtp_space(&z, &room);

		if (space == NULL)
			break;
		memcpy(space, data + at, n);
		ijw_zmtp_filled(&z, n);
		while ((r = ijw_zmtp_next(&z, &out)) > 0)
			look_into(z.frames, z.frames_n);
	}
	ijw_zmtp_free(&z);
	buf_free(&out);
	return 0;
}
