/*
 * Where in a message the parser is: the open elements with their place among
 * their siblings.  Names are borrowed and compared as pointers: the parser's
 * dictionary gives every name once.
 */
#ifndef CARE_TRACK_H
#define CARE_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "care/catalog.h"

#define TRACK_DEPTH_MAX 32
#define TRACK_NAMES_MAX 24 /* different names below one element that are counted */

struct step {
	const char *name;
	uint32_t index; /* which of that name below its parent; 0: not counted */
	uint32_t line, column;
	const char *last, *before; /* the latest child, and the one before it */
	bool has_children;
	unsigned n_names;
	struct {
		const char *name;
		uint32_t count;
	} names[TRACK_NAMES_MAX];
};

struct track {
	unsigned depth; /* open elements; steps[depth - 1] is the innermost */
	struct step steps[TRACK_DEPTH_MAX];
};

/* track_push opens an element; false when that is too deep, and then nothing changed. */
bool track_push(struct track *t, const char *name, uint32_t line, uint32_t column);

/* track_pop closes the innermost element. */
void track_pop(struct track *t);

/* track_plain writes the path of the outermost n steps without indexes, for the catalog. */
void track_plain(const struct track *t, unsigned n, struct buf *out);

/*
 * track_path writes it for people: /Bericht/Client/…/StartProduct[2], with an
 * index where an element repeats and with ? for a name that may not be shown.
 */
void track_path(const struct track *t, unsigned n, const struct catalog *c, const char *bericht,
		struct buf *out);

/* track_name is name when it may be shown, else "?". */
const char *track_name(const struct catalog *c, const char *name);

#endif
