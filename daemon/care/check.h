/*
 * Checks one message: bytes → facts, typed content and findings, in a single
 * streaming pass (parse and XSD together, no tree).  Memory grows only with
 * the typed content: 16 bytes a field.  What the schema admits then goes past
 * the rules that one message is enough for.
 *
 * What it refuses before or beside the schema: more than 25 MB (OP179), a
 * byte order mark or another encoding than UTF-8 (OP192), NUL bytes, any
 * DOCTYPE, depth, oversized tags and attribute lists, a root that is no known
 * message, a BerichtCode or version that does not fit the root.
 */
#ifndef CARE_CHECK_H
#define CARE_CHECK_H

#include <stddef.h>

#include "base/arena.h"
#include "care/finding.h"
#include "care/standard.h"

enum outcome {
	CHECK_VALID = 1,
	CHECK_REJECTED, /* valid by the schema, breaks a rule of the standard; findings say which */
	CHECK_INVALID,  /* not by the schema, the sender's doing; findings say what */
	CHECK_FAILED,  /* ours: memory, a broken schema; findings say which.  To be tried again */
};

/* Facts picked up on the way; strings live in the arena, "" where absent. */
struct bericht {
	const struct berichttype *type; /* NULL: the root is none we know */
	const char *afzender, *ontvanger; /* as the Header has them */
	const char *van, *naar;           /* who really sends and receives: swapped for a retour */
	const char *identificatie;        /* of this message: IdentificatieRetour for a retour */
	const char *dagtekening;          /* of this message: DagtekeningRetour for a retour */
	const char *origineel;            /* retour: Identificatie of what it answers; else "" */
};

struct inhoud; /* inhoud.h */

struct checked {
	enum outcome outcome;
	struct bericht bericht;
	struct inhoud *inhoud; /* when valid or rejected, else NULL; NULL too without elements.tsv */
	struct findings findings;
};

struct checker;

/*
 * checker_new compiles the schemas for one thread; s must outlive it.  A
 * checker is used by one thread at a time.  Negative errno on failure.
 */
int checker_new(struct checker **ret, const struct standards *s);

/* check_bytes checks a message in memory; data is borrowed for the call. */
void check_bytes(struct checker *c, struct arena *a, const void *data, size_t size,
		 struct checked *ret);

/* check_file does the same while reading, for files of any size. */
void check_file(struct checker *c, struct arena *a, int fd, struct checked *ret);

void checker_free(struct checker **c);

/* checker_standards is what the checker was made from. */
const struct standards *checker_standards(const struct checker *c);

/*
 * check_excerpt appends the lines around a finding (line-2 … line+2), with
 * line numbers and a mark, for a human.  Every text and attribute value is
 * masked with • unless its element is known to hold nothing personal and the
 * value has a harmless shape; long lines are cut around the column.
 */
void check_excerpt(const struct checker *c, const void *data, size_t size,
		   const struct finding *f, struct buf *out);

/*
 * check_masked appends the whole of a message, masked likewise, as it stands:
 * its lines are not numbered, cut or joined.
 */
void check_masked(const struct standards *s, const void *data, size_t size, struct buf *out);

#endif
