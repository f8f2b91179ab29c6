/*
 * Turns complaints of the parser and the schema into findings a clerk can act
 * on.  libxml2 often says one thing in several ways (each facet, then a
 * summary); the caller keeps the complaint of the highest rank per value and
 * gets one finding per cause.
 */
#ifndef CARE_EXPLAIN_H
#define CARE_EXPLAIN_H

#include <libxml/xmlerror.h>
#include <stdbool.h>

#include "care/finding.h"
#include "care/release.h"
#include "care/scan.h"
#include "care/track.h"

enum complaint_kind {
	COMPLAINT_NONE,
	COMPLAINT_VALUE,      /* a value that does not fit; told when its element ends */
	COMPLAINT_UNEXPECTED, /* an element that may not be here */
	COMPLAINT_MISSING,    /* an element that ended too early */
	COMPLAINT_TEXT,	      /* text where only elements may be */
	COMPLAINT_ELEMENT,    /* an element where only a value may be */
	COMPLAINT_ATTRIBUTE,
	COMPLAINT_ROOT,
	COMPLAINT_OTHER,
	COMPLAINT_INTERNAL, /* not the sender's doing */
};

struct complaint {
	enum complaint_kind kind;
	const char *facet;
	int rank;
	char expected[1024]; /* "{namespace}Name, …" as libxml2 lists them */
	char attribute[64];
};

/* Where a complaint is about, and what is known there. */
struct spot {
	struct arena *arena;
	const struct standards *standards;
	const struct berichttype *type;
	const struct track *track; /* the element at fault is the innermost */
	const char *namespace_;	   /* of that element; may be NULL */
	const char *value;	   /* its text, for COMPLAINT_VALUE */
	size_t length;
	uint32_t line, column;
};

/* explain_read puts libxml2's words into a complaint. */
void explain_read(const xmlError *error, struct complaint *ret);

/* explain_schema writes the finding of one complaint; -ENOMEM or 0. */
int explain_schema(const struct spot *at, const struct complaint *c, struct finding *ret);

/* explain_structure tells whether a finding is about structure, so that a broken tag may have
 * caused it. */
bool explain_structure(const struct finding *f);

/* explain_xml writes the finding of text that is not well-formed. */
int explain_xml(const struct spot *at, const xmlError *error, bool at_end, struct finding *ret);

/* explain_scan writes the finding of the scan's fault. */
void explain_scan(const struct scan *s, struct finding *ret);

enum explain_limit { LIMIT_DEPTH, LIMIT_TEXT, LIMIT_NAMES };

/* explain_limit writes the finding of a limit met while parsing. */
void explain_limit(const struct spot *at, enum explain_limit limit, struct finding *ret);

/* explain_mismatch: a BerichtCode or version that the root does not have. */
int explain_mismatch(const struct spot *at, const char *expected, struct finding *ret);

/* explain_unknown: the root is no message we know. */
int explain_unknown(const struct spot *at, struct finding *ret);

#endif
