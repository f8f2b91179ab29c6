#include "care/pattern.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#include "base/banned.h"

/* The pairs of bron/patronen.tsv that differ; official_test compares the two. */
static const struct {
	const char *published, *ours;
} spellings[] = {
	/* Read as a range from + to ], so that a time with a negative zone passes. */
	{"[^Z+-]+", "[^Z+\\-]+"},
	/* A line end behind a long value makes it try every way to cut that value in two: a
	 * megabyte takes hours. */
	{".*[^\\s].*", "[ \\t]*[^\\s][^\\n\\r]*"},
	/* A repetition of a repetition: as many ways to match as the value has cuts. */
	{"([.\\s]*\\S+[.\\s]*)+", "\\s*\\S[\\s\\S]*"},
};

/* Whether at holds value="pattern", with either quote; n is the length of what is inside. */
static bool is_value(const char *text, const char *at, size_t n)
{
	return at - text >= 7 && memcmp(at - 7, "value=", 6) == 0 &&
	       (at[-1] == '"' || at[-1] == '\'') && at[n] == at[-1];
}

/* Appends text with one pattern exchanged everywhere. */
static void exchange(const char *text, const char *old, const char *new, struct buf *out)
{
	const char *from = text, *at = text;
	size_t n = strlen(old);

	while ((at = strstr(at, old)) != NULL) {
		if (!is_value(text, at, n)) {
			at++;
			continue;
		}
		buf_add(out, from, (size_t)(at - from));
		buf_adds(out, new);
		from = at += n;
	}
	buf_adds(out, from);
}

int pattern_mend(char **text, size_t *size)
{
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		struct buf out = BUF_INIT;
		size_t n;
		char *mended;

		if (strstr(*text, spellings[i].published) == NULL)
			continue;
		exchange(*text, spellings[i].published, spellings[i].ours, &out);
		n = out.len;
		mended = buf_take(&out);
		if (mended == NULL)
			return -ENOMEM;
		free(*text);
		*text = mended;
		*size = n;
	}
	return 0;
}
