/*
 * Releases of the standard as data.  schemas/<standard>-<release>/ holds a
 * manifest, XSDs, code lists and what is known of each element; nothing about
 * a release is compiled in.  An administrator may put the official XSD set in
 * such a folder: names that differ only in case (basisschema.xsd) are found.
 */
#ifndef CARE_STANDARD_H
#define CARE_STANDARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"

enum richting { VAN_GEMEENTE = 1, VAN_AANBIEDER };

struct standard;

struct berichttype {
	const struct standard *standard;
	char naam[16];      /* JW301 */
	char code[8];       /* 436 */
	enum richting richting;
	bool retour;        /* copies the header of what it answers: Afzender is then its receiver */
	char namespace_[128];
	char schema[128];   /* file name in the folder */
	char *broken;       /* why its schema cannot be used now, or NULL: messages get parked */
};

struct standards;

/*
 * standards_open reads every folder of dir that holds a manifest.yaml.  A
 * folder whose manifest is unreadable is an error: negative, why says file,
 * line and what is expected.  A schema that does not compile only marks its
 * types as broken (and is told in why, one line each, with result 0).
 */
int standards_open(struct standards **ret, const char *dir, struct buf *why);

/* standards_type finds by root namespace or by name (JW301); NULL when there is none. */
const struct berichttype *standards_by_namespace(const struct standards *s, const char *ns);
const struct berichttype *standards_by_name(const struct standards *s, const char *naam);

/* standards_types lists all types in the order of the manifests; n is set. */
const struct berichttype *standards_types(const struct standards *s, size_t *n);

/* standard_name is "ijw-3.2". */
const char *standard_name(const struct standard *s);

/* standards_free gives all back; checkers made from s must be gone.  NULL is fine. */
void standards_free(struct standards **s);

#endif
