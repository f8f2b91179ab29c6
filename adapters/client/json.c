#include "json.h"

#include <string.h>

#include "base/banned.h"

#define MAX_DEPTH 64

static const struct ijw_json nothing = {NULL, NULL};

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* p is at the opening quote; gives what follows the closing one, or NULL. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : NULL;
}

/* Skips one value of any kind; NULL when it does not end. */
static const char *skip_value(const char *p, const char *end)
{
	int depth = 0;

	do {
		p = skip_space(p, end);
		if (p >= end)
			return NULL;
		if (*p == '"') {
			p = skip_string(p, end);
			if (p == NULL)
				return NULL;
		} else if (*p == '{' || *p == '[') {
			if (++depth > MAX_DEPTH)
				return NULL;
			p++;
		} else if (*p == '}' || *p == ']') {
			if (depth-- == 0)
				return NULL;
			p++;
		} else if (*p == ',' || *p == ':') {
			if (depth == 0)
				return NULL;
			p++;
		} else {
			while (p < end && strchr(" \t\r\n,:]}[{\"", *p) == NULL)
				p++;
			if (p < end && *p == '\0') /* strchr finds the NUL too */
				return NULL;
		}
	} while (depth > 0);
	return p;
}

struct ijw_json ijw_json_member(struct ijw_json v, const char *key)
{
	const char *p = v.at == NULL ? NULL : skip_space(v.at, v.end);

	if (p == NULL || p >= v.end || *p != '{')
		return nothing;
	for (p++;; p++) {
		const char *name = skip_space(p, v.end), *value, *after;

		if (name >= v.end || *name != '"' || (p = skip_string(name, v.end)) == NULL)
			return nothing;
		value = skip_space(p, v.end);
		if (value >= v.end || *value != ':')
			return nothing;
		value = skip_space(value + 1, v.end);
		after = skip_value(value, v.end);
		if (after == NULL)
			return nothing;
		if ((size_t)(p - name) == strlen(key) + 2 &&
		    memcmp(name + 1, key, strlen(key)) == 0)
			return (struct ijw_json){value, after};
		p = skip_space(after, v.end);
		if (p >= v.end || *p != ',')
			return nothing;
	}
}

struct ijw_json ijw_json_items(struct ijw_json v)
{
	const char *p = v.at == NULL ? NULL : skip_space(v.at, v.end);

	if (p == NULL || p >= v.end || *p != '[')
		return nothing;
	return (struct ijw_json){p + 1, v.end};
}

bool ijw_json_next(struct ijw_json *items, struct ijw_json *ret)
{
	const char *p, *after;

	if (items->at == NULL)
		return false;
	p = skip_space(items->at, items->end);
	after = p < items->end && *p != ']' ? skip_value(p, items->end) : NULL;
	if (after == NULL) {
		*items = nothing;
		return false;
	}
	*ret = (struct ijw_json){p, after};
	after = skip_space(after, items->end);
	items->at = after < items->end && *after == ',' ? after + 1 : NULL;
	return true;
}

/* Four hexadecimal digits, or -1. */
static long read_hex(const char *p, const char *end)
{
	static const char digits[] = "0123456789abcdef";
	long n = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = p[i] >= 'A' && p[i] <= 'F' ? p[i] | 0x20 : p[i];
		const char *d = c == 0 ? NULL : strchr(digits, c);

		if (d == NULL)
			return -1;
		n = n << 4 | (d - digits);
	}
	return n;
}

/* Encodes a code point as UTF-8; how many bytes. */
static size_t encode_utf8(long c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Reads the escape after a backslash at *p and moves behind it; its bytes, 0 when malformed. */
static size_t read_escape(const char **p, const char *end, char out[4])
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *f;
	long c, low;

	if (*p >= end || **p == '\0')
		return 0;
	if (**p != 'u') {
		f = strchr(from, **p);
		(*p)++;
		if (f == NULL)
			return 0;
		out[0] = to[f - from];
		return 1;
	}
	c = read_hex(*p + 1, end);
	*p += 5;
	if (c >= 0xd800 && c < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		low = read_hex(*p + 2, end);
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			*p += 6;
		}
	}
	if (c <= 0 || (c >= 0xd800 && c < 0xe000)) /* a NUL would end the text early */
		c = 0xfffd;
	return encode_utf8(c, out);
}

static bool copy_string(struct ijw_json v, char *text, size_t room)
{
	const char *p = v.at + 1, *end = v.end - 1;
	size_t n = 0;

	while (p < end) {
		char bytes[4] = {*p++};
		size_t size = 1;

		if (bytes[0] == '\\')
			size = read_escape(&p, end, bytes);
		if (size == 0 || bytes[0] == '\0' || n + size >= room)
			break;
		memcpy(text + n, bytes, size);
		n += size;
	}
	/* A cut inside a character leaves no half of it. */
	if (p < end)
		while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
			n--;
	if (n > 0 && p < end && ((unsigned char)text[n - 1] & 0xc0) == 0xc0)
		n--;
	text[n] = '\0';
	return true;
}

bool ijw_json_text(struct ijw_json v, char *text, size_t room)
{
	size_t n;

	text[0] = '\0';
	if (v.at == NULL || v.at >= v.end)
		return false;
	if (*v.at == '"')
		return v.end - v.at >= 2 && copy_string(v, text, room);
	if (*v.at != '-' && (*v.at < '0' || *v.at > '9'))
		return false;
	n = (size_t)(v.end - v.at) < room ? (size_t)(v.end - v.at) : room - 1;
	memcpy(text, v.at, n);
	text[n] = '\0';
	return true;
}

unsigned long long ijw_json_number(struct ijw_json v, unsigned long long most,
				   unsigned long long otherwise)
{
	unsigned long long n = 0;
	const char *p = v.at;

	if (p == NULL || p >= v.end || v.end - p > 18)
		return otherwise;
	for (; p < v.end; p++) {
		if (*p < '0' || *p > '9')
			return otherwise;
		n = n * 10 + (unsigned long long)(*p - '0');
	}
	return n <= most ? n : otherwise;
}

bool ijw_json_true(struct ijw_json v)
{
	return v.at != NULL && v.end - v.at == 4 && memcmp(v.at, "true", 4) == 0;
}
