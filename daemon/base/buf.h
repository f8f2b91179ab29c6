/*
 * Growing bytes.  A struct buf starts as BUF_INIT (or zeroes) and is released
 * by buf_free.  The bytes are always followed by a NUL that is not counted.
 *
 * Errors are kept, not returned: when memory runs out, `failed` is set, later
 * additions do nothing, and the one who hands the result over looks once.
 * Not thread-safe; one buf belongs to one thread at a time.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL while nothing was ever added */
	size_t len, cap;
	bool failed;
};

#define BUF_INIT {NULL, 0, 0, false}

/* buf_add appends n bytes. */
void buf_add(struct buf *b, const void *bytes, size_t n);

/* buf_adds appends a C string; NULL adds nothing. */
void buf_adds(struct buf *b, const char *s);

/* buf_addf appends printf-style. */
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * buf_add_json appends s as a JSON string with its quotes; NULL becomes null.
 * s must be UTF-8; control characters and quotes are escaped.
 */
void buf_add_json(struct buf *b, const char *s);

/* buf_str is the text so far, "" when empty; valid until the next change. */
const char *buf_str(const struct buf *b);

/* buf_take hands the bytes (malloc'ed, NUL-terminated) over and empties b; NULL after a failure. */
char *buf_take(struct buf *b);

/* buf_clear keeps the memory and drops the content and the failure. */
void buf_clear(struct buf *b);

/* buf_free gives the memory back; b may be used again. */
void buf_free(struct buf *b);

#endif
