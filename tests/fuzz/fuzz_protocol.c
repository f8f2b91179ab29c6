/* The fields of IJW/1 messages, as a party may send them: frames are cut at newlines. */
#include <stdint.h>
#include <string.h>

#include "wire/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame f[IJW_MAX_FRAMES];
	char text[IJW_MAX_REFERENCE + 1];
	const char *error = NULL;
	enum verb v;
	uint64_t number;
	size_t n = 0;

	while (n < IJW_MAX_FRAMES && size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t here = end == NULL ? size : (size_t)(end - data);

		f[n++] = (struct frame){data, here};
		(void)frame_text(f[n - 1], text, sizeof text);
		(void)frame_number(f[n - 1], UINT64_MAX, &number);
		(void)verdict_parse(f[n - 1]);
		data += here;
		size -= here;
		if (size > 0) {
			data++;
			size--;
		}
	}
	if (protocol_read(f, n, &v, &error) < 0 && error == NULL)
		__builtin_trap(); /* an answer is owed */
	return 0;
}
