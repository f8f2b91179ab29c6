/*
 * Memory that lives as long as one message: what is made for a message is
 * made in its arena and goes with it.  Not thread-safe; an arena travels with
 * its message from thread to thread.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *blocks;
	size_t used; /* bytes handed out, for those who set a limit */
};

#define ARENA_INIT {NULL, 0}

/* arena_alloc gives n zeroed bytes, aligned for any object; NULL when memory is out. */
void *arena_alloc(struct arena *a, size_t n);

/* arena_strndup copies n bytes and adds a NUL; NULL when memory is out. */
char *arena_strndup(struct arena *a, const char *s, size_t n);

/* arena_strdup copies a C string; NULL in gives NULL out. */
char *arena_strdup(struct arena *a, const char *s);

/* arena_printf formats into the arena; NULL when memory is out. */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* arena_release frees all that was made in a; a may be used again. */
void arena_release(struct arena *a);

#endif
