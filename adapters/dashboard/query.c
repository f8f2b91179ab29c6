#include "query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define DAY_US INT64_C(86400000000)

static void wrong(struct query *q, const char *name)
{
	if (q->wrong == NULL)
		q->wrong = name;
}

const char *query_text(struct query *q, const char *name)
{
	const char *text = q->get(q->ctx, name);

	if (text == NULL)
		return "";
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f || c - text >= QUERY_TEXT_MOST) {
			wrong(q, name);
			return "";
		}
	return text;
}

static const char *made_of(struct query *q, const char *name, const char *set, size_t most)
{
	const char *text = query_text(q, name);

	if (text[strspn(text, set)] == '\0' && strlen(text) <= most)
		return text;
	wrong(q, name);
	return "";
}

const char *query_code(struct query *q, const char *name)
{
	const char *text = made_of(q, name, "0123456789", 8);
	size_t n = strlen(text);

	if (n == 0 || n == 4 || n == 8)
		return text;
	wrong(q, name);
	return "";
}

const char *query_party(struct query *q, const char *name)
{
	return made_of(q, name, "abcdefghijklmnopqrstuvwxyz0123456789-", 32);
}

day query_day(struct query *q, const char *name, day preset)
{
	const char *text = query_text(q, name);
	day d;

	if (text[0] == '\0')
		return preset;
	if (day_parse(text, &d))
		return d;
	wrong(q, name);
	return preset;
}

int64_t query_moment(struct query *q, const char *name, bool until)
{
	const char *text = query_text(q, name);
	int64_t us = 0;
	day d;

	if (text[0] == '\0')
		return 0;
	if (!moment_parse(text, &us))
		wrong(q, name);
	return until && day_parse(text, &d) ? us + DAY_US : us;
}

int64_t query_number(struct query *q, const char *name, int64_t preset, int64_t least, int64_t most)
{
	const char *text = query_text(q, name);
	char *end;
	long long n;

	if (text[0] == '\0')
		return preset;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno == 0 && *end == '\0' && n >= least && n <= most &&
	    text[strspn(text, "-0123456789")] == '\0')
		return n;
	wrong(q, name);
	return preset;
}

int query_word(struct query *q, const char *name, const char *const *words, int preset)
{
	const char *text = query_text(q, name);

	if (text[0] == '\0')
		return preset;
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	wrong(q, name);
	return preset;
}

void client_text(const unsigned char client[CLIENT_BYTES], char ret[2 * CLIENT_BYTES + 1])
{
	for (int i = 0; i < CLIENT_BYTES; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", client[i]);
}

bool client_parse(const char *text, unsigned char ret[CLIENT_BYTES])
{
	if (strlen(text) != 2 * CLIENT_BYTES || text[strspn(text, "0123456789abcdef")] != '\0')
		return false;
	for (int i = 0; i < CLIENT_BYTES; i++) {
		char two[3] = {text[2 * i], text[2 * i + 1], '\0'};

		ret[i] = (unsigned char)strtoul(two, NULL, 16);
	}
	return true;
}

bool query_client(struct query *q, const char *name, unsigned char ret[CLIENT_BYTES])
{
	const char *text = query_text(q, name);

	if (text[0] == '\0')
		return false;
	if (client_parse(text, ret))
		return true;
	wrong(q, name);
	return false;
}
