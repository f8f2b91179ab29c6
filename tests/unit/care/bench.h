/* What the tests of care/ share: the shipped schemas, a checker, the messages of tests/messages. */
#ifndef TESTS_CARE_BENCH_H
#define TESTS_CARE_BENCH_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "care/check.h"

/* Tests run from the root of the tree. */
#define BENCH_SCHEMAS "schemas"
#define BENCH_MESSAGES "tests/messages"

struct bench {
	struct standards *standards;
	struct checker *checker;
	struct arena arena;
	struct checked checked; /* of the latest bench_check */
};

static inline int bench_open(struct bench *b)
{
	struct buf why = BUF_INIT;
	int r;

	memset(b, 0, sizeof *b);
	r = standards_open(&b->standards, BENCH_SCHEMAS, &why);
	if (why.len > 0)
		fprintf(stderr, "%s", buf_str(&why));
	buf_free(&why);
	return r < 0 ? r : checker_new(&b->checker, b->standards);
}

static inline void bench_close(struct bench *b)
{
	arena_release(&b->arena);
	checker_free(&b->checker);
	standards_free(&b->standards);
}

/* The message of that type as it is shipped; to be freed. */
static inline struct buf bench_message(const char *naam)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	char piece[4096];
	ssize_t n;
	int fd;

	buf_addf(&path, BENCH_MESSAGES "/%s.xml", naam);
	fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	buf_free(&path);
	while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
		buf_add(&text, piece, (size_t)n);
	if (fd >= 0)
		(void)close(fd); /* only read from */
	return text;
}

/* The first `old` in text becomes `new`; both may be of any length. */
static inline void bench_replace(struct buf *text, const char *old, const char *new)
{
	const char *at = strstr(buf_str(text), old);
	struct buf out = BUF_INIT;

	if (at == NULL) {
		fprintf(stderr, "bench: the text to replace is not there\n");
		return;
	}
	buf_add(&out, text->data, (size_t)(at - text->data));
	buf_adds(&out, new);
	buf_adds(&out, at + strlen(old));
	buf_free(text);
	*text = out;
}

static inline enum outcome bench_check(struct bench *b, const void *data, size_t n)
{
	arena_release(&b->arena);
	check_bytes(b->checker, &b->arena, data, n, &b->checked);
	return b->checked.outcome;
}

/* The same through a file. */
static inline enum outcome bench_check_file(struct bench *b, const void *data, size_t n)
{
	FILE *f = tmpfile();

	arena_release(&b->arena);
	memset(&b->checked, 0, sizeof b->checked);
	if (f == NULL || fwrite(data, 1, n, f) != n || fflush(f) != 0)
		return 0;
	rewind(f);
	check_file(b->checker, &b->arena, fileno(f), &b->checked);
	(void)fclose(f); /* a temporary file */
	return b->checked.outcome;
}

#endif
