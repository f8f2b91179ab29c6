/*
 * Reads a message's typed content while it is parsed: the check calls it at
 * every start and end tag, in step with its own depth.  Only for content that
 * the schema admits: at the first finding the check stops calling, and what
 * was read so far is worth nothing.
 */
#ifndef CARE_LEZER_H
#define CARE_LEZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "care/inhoud.h"
#include "care/knoop.h"
#include "care/track.h"

/* An open element. */
struct lezer_stap {
	uint16_t knoop, hint;
	uint32_t klasse; /* the class that is open here, 0: none */
	uint32_t eerste; /* where its fields start on the pile */
};

/* Zeroes are a reader at rest.  Its memory serves message after message. */
struct lezer {
	const struct knopen *knopen;
	struct arena *arena;
	struct lezer_stap stappen[TRACK_DEPTH_MAX];
	struct veld *stapel; /* fields of the open classes: those of an inner class lie on top */
	size_t n, room;
	struct klasse *klassen;
	size_t n_klassen, room_klassen;
	bool failed; /* memory, or a value that we cannot read although the schema admits it */
};

/* lezer_begin starts a message of this type; what is kept of it is made in the arena. */
void lezer_begin(struct lezer *l, const struct knopen *knopen, struct arena *a);

/* lezer_open takes a start tag; depth 1 is the root. */
void lezer_open(struct lezer *l, unsigned depth, const char *naam, uint32_t index, uint32_t line,
		uint32_t column);

/* lezer_sluit takes an end tag; text is what the element holds, and means nothing when it has children. */
void lezer_sluit(struct lezer *l, unsigned depth, const char *text, size_t n, uint32_t line,
		 uint32_t column);

/* lezer_klaar gives the content, made in the arena; NULL when it failed or the release has no tree. */
struct inhoud *lezer_klaar(struct lezer *l);

/* lezer_rust lets go of what only a large message needed; lezer_free of everything. */
void lezer_rust(struct lezer *l);
void lezer_free(struct lezer *l);

#endif
