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
	char antwoord_op[16]; /* the message that this one answers (JW302: JW301), or "" */
	char namespace_[128];
	char schema[128];   /* file name in the folder */
	struct knopen *knopen; /* where its fields are (knoop.h) */
	char *broken;       /* why its schema cannot be used now, or NULL: messages get parked */
};

struct standards;

/*
 * standards_open reads every folder of dir that holds a manifest.yaml, or dir
 * itself when it holds one.  A
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

/* standards_answer is the type that answers messages of this one, NULL when none does. */
const struct berichttype *standards_answer(const struct standards *s, const struct berichttype *op);

/* standard_name is "ijw-3.2"; standard_xsdversie what its own messages say in XsdVersie. */
const char *standard_name(const struct standard *s);
const char *standard_xsdversie(const struct standard *s);

/* standard_geldig tells whether a release is in force on a day (geldig_vanaf … geldig_tot). */
bool standard_geldig(const struct standard *s, day op);
day standard_vanaf(const struct standard *s);

/* standard_is tells whether it is a release of this standard: ijw. */
bool standard_is(const struct standard *s, const char *standaard);

/* standards_folders calls each with the folder of every release; its first result below zero ends that. */
int standards_folders(const struct standards *s, int (*each)(void *ctx, const char *dir), void *ctx);

/* standards_free gives all back; checkers made from s must be gone.  NULL is fine. */
void standards_free(struct standards **s);

#endif
