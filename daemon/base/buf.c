#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* Makes room for n more bytes and the NUL; false (and failed) when memory is out. */
static bool buf_reserve(struct buf *b, size_t n)
{
	size_t want, cap;
	char *data;

	if (b->failed)
		return false;
	if (n > SIZE_MAX / 2 - b->len) {
		b->failed = true;
		return false;
	}
	want = b->len + n + 1;
	if (want <= b->cap)
		return true;
	cap = b->cap < 64 ? 64 : b->cap;
	while (cap < want)
		cap *= 2;
	data = realloc(b->data, cap);
	if (data == NULL) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (n == 0 || !buf_reserve(b, n))
		return;
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	if (s != NULL)
		buf_add(b, s, strlen(s));
}

void buf_addf(struct buf *b, const char *format, ...)
{
	size_t left = b->cap - b->len;
	va_list ap;
	int n;

	/* Most additions fit in what is there; the others are measured by the first try. */
	va_start(ap, format);
	n = vsnprintf(b->data == NULL ? NULL : b->data + b->len, b->data == NULL ? 0 : left, format, ap);
	va_end(ap);
	if (n >= 0 && b->data != NULL && (size_t)n < left && !b->failed) {
		b->len += (size_t)n;
		return;
	}
	if (n < 0 || !buf_reserve(b, (size_t)n)) {
		if (b->data != NULL)
			b->data[b->len] = '\0';
		b->failed = true;
		return;
	}
	va_start(ap, format);
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, format, ap); /* fits: measured above */
	va_end(ap);
	b->len += (size_t)n;
}

void buf_add_json(struct buf *b, const char *s)
{
	const char *from = s;

	if (s == NULL) {
		buf_adds(b, "null");
		return;
	}
	buf_add(b, "\"", 1);
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, from, (size_t)(s - from));
		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else
			buf_addf(b, "\\u%04x", c);
		from = s + 1;
	}
	buf_add(b, from, (size_t)(s - from));
	buf_add(b, "\"", 1);
}

const char *buf_str(const struct buf *b)
{
	return b->data == NULL || b->len == 0 ? "" : b->data;
}

char *buf_take(struct buf *b)
{
	char *data = NULL;

	if (buf_reserve(b, 0)) {
		b->data[b->len] = '\0';
		data = b->data;
		b->data = NULL;
	}
	buf_free(b);
	return data;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}
