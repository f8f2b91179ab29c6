#include "wire/protocol.h"

#include <string.h>

#include "base/banned.h"

/* clang-format off */
const struct verb_row verbs[N_VERBS] = {
	/*                name      fields  from party */
	[VERB_HELLO]   = {"HELLO",   2,     true},
	[VERB_WELCOME] = {"WELCOME", 3,     false},
	[VERB_SEND]    = {"SEND",    2,     true},
	[VERB_RECEIPT] = {"RECEIPT", 4,     false},
	[VERB_READY]   = {"READY",   2,     true},
	[VERB_DELIVER] = {"DELIVER", 3,     false},
	[VERB_DONE]    = {"DONE",    1,     true},
	[VERB_FAIL]    = {"FAIL",    2,     true},
	[VERB_NOTICE]  = {"NOTICE",  1,     false},
	[VERB_ERROR]   = {"ERROR",   2,     false},
};

static const char *const verdicts[] = {
	[VERDICT_ACCEPTED] = "accepted",
	[VERDICT_REJECTED] = "rejected",
	[VERDICT_REFUSED]  = "refused",
	[VERDICT_PARKED]   = "parked",
};
/* clang-format on */

static bool frame_is(struct frame f, const char *word)
{
	return f.size == strlen(word) && memcmp(f.data, word, f.size) == 0;
}

enum verb verb_parse(struct frame f)
{
	for (int v = 0; v < N_VERBS; v++)
		if (frame_is(f, verbs[v].name))
			return (enum verb)v;
	return VERB_UNKNOWN;
}

int protocol_read(const struct frame *frames, size_t n, enum verb *ret, const char **error)
{
	enum verb v;

	if (n < 2 || !frame_is(frames[0], IJW_MARK)) {
		*error = IJW_ERR_MARK;
		return -1;
	}
	v = verb_parse(frames[1]);
	if (v == VERB_UNKNOWN) {
		*error = IJW_ERR_VERB;
		return -1;
	}
	if (n - 2 != verbs[v].fields) {
		*error = IJW_ERR_FIELDS;
		return -1;
	}
	*ret = v;
	return 0;
}

int frame_text(struct frame f, char *text, size_t room)
{
	const unsigned char *p = f.data;

	if (f.size == 0 || f.size >= room)
		return -1;
	for (size_t i = 0; i < f.size; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return -1;
	memcpy(text, p, f.size);
	text[f.size] = '\0';
	return 0;
}

int frame_number(struct frame f, uint64_t most, uint64_t *ret)
{
	const unsigned char *p = f.data;
	uint64_t n = 0;

	if (f.size == 0 || f.size > 19)
		return -1;
	for (size_t i = 0; i < f.size; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		n = n * 10 + (p[i] - '0');
	}
	if (n < 1 || n > most)
		return -1;
	*ret = n;
	return 0;
}

const char *verdict_name(enum verdict v)
{
	return v >= VERDICT_ACCEPTED && v <= VERDICT_PARKED ? verdicts[v] : "unknown";
}

enum verdict verdict_parse(struct frame f)
{
	for (int v = VERDICT_ACCEPTED; v <= VERDICT_PARKED; v++)
		if (frame_is(f, verdicts[v]))
			return (enum verdict)v;
	return (enum verdict)0;
}
