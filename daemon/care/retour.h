/*
 * Makes the standard's own answers: return messages (JW302, JW306, …) and the
 * answer to a declaration (JW325), from the original as it came and the return
 * codes that rules left at its classes.  IV028, IV087, OP065; what each level
 * of error gives stands in docs/decisions.md.
 *
 * The original is read once more, piece by piece; no tree is made of it.
 */
#ifndef CARE_RETOUR_H
#define CARE_RETOUR_H

#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"
#include "care/check.h"

struct retour_opdracht {
	const struct berichttype *antwoord;
	const struct bericht *bericht; /* the original; valid by its schema */
	const void *data;
	size_t size;
	const struct inhoud *inhoud;
	/*
	 * NULL: the codes at the classes decide, and without any the original is
	 * accepted.  Else this code stands in the header and nothing below it:
	 * 0001, or that of a rule about the header.
	 */
	const char *headercode;
	const char *identificatie; /* of the answer */
	day dagtekening;
};

/*
 * retour_make appends the answer.  0, or a negative errno: -EINVAL when the
 * original cannot be read once more or has no such answer.  Thread-safe.
 */
int retour_make(const struct retour_opdracht *o, struct buf *out);

#endif
