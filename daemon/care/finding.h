/*
 * What was found wrong with one message, told so that a clerk can act on it.
 *
 * Texts never hold a personal value: a value out of a message is shown only
 * where its element holds none (a date of care, a code, a volume) and the
 * value itself has a harmless shape.  Everything lives in the message's arena.
 */
#ifndef CARE_FINDING_H
#define CARE_FINDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define FINDINGS_MAX 50 /* of one message; the rest is only counted */

struct finding {
	const char *rule;    /* rule of the standard (OP179, TR056), or XSD, XML, HUB */
	const char *facet;   /* XSD: pattern, maxLength, type, missing, unexpected, …; else NULL */
	const char *path;    /* /Bericht/Client/StartProducten/StartProduct[2]/Begindatum; or NULL */
	const char *element; /* name of the element at fault, or NULL */
	uint32_t line, column; /* 1-based; 0: not tied to a place */
	const char *retourcode; /* of the standard, for a broken rule that has one; else NULL */
	const char *nl, *en;           /* what is wrong, one sentence or two */
	const char *todo_nl, *todo_en; /* what to do next, one sentence */
};

struct findings {
	struct finding *list; /* FINDINGS_MAX rows once the first is added */
	size_t n;
	size_t more;      /* found beyond the list */
	const char *code; /* delivery code of the first refusal (BRS13), or NULL */
};

/*
 * findings_add copies f (its strings must live as long as the arena: literals
 * or made in it) and sets the delivery code if none is set yet; code may be
 * NULL for advice.  Returns -ENOMEM or 0.
 */
int findings_add(struct findings *fs, struct arena *a, const char *code, const struct finding *f);

/*
 * findings_json appends the findings as a JSON array: per finding rule,
 * retourcode, facet, path, element, line, column (absent where unknown), nl,
 * en, todo_nl, todo_en.
 */
void findings_json(const struct findings *fs, struct buf *out);

#endif
