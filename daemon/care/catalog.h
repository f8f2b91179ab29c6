/*
 * What is known of a release besides its schemas: every element with its
 * datatype, the datatypes' bounds, the code lists, a sentence for each
 * pattern, and which elements are fields of the typed content (inhoud.h).
 * What the schema admits does not depend on it; a folder without these tables
 * gives an empty catalog, and then everything counts as personal and no rule
 * is checked.
 */
#ifndef CARE_CATALOG_H
#define CARE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct element_info {
	const char *bericht, *pad; /* JW305, /Bericht/Client/Bsn: paths without indexes */
	const char *datatype;
	const char *min, *max;
	const char *personal; /* no: values may be shown when harmless */
	const char *pattern;  /* of the element itself, "" for none */
};

struct datatype_info {
	const char *naam, *basis;
	const char *min_length, *max_length, *min_inclusive, *max_inclusive;
	const char *pattern;
	const char *lijst; /* the code list its values come from, or "" */
};

struct code_info {
	const char *lijst, *naam, *datatype, *code, *label;
};

struct pattern_info {
	const char *pattern, *nl, *en; /* "moet uit precies 9 cijfers bestaan" */
};

struct veld_info {
	const char *klasse, *pad, *veld; /* StopProduct, Product/Code, CODE: inhoud.h knows the names */
};

struct catalog;

/* catalog_open reads the tables of a folder.  Negative, with why, when one is there but unreadable.
 */
int catalog_open(struct catalog **ret, const char *dir, struct buf *why);
void catalog_free(struct catalog **c);

/* Look-ups; NULL where nothing is known. */
const struct element_info *catalog_element(const struct catalog *c, const char *bericht,
					   const char *pad);
const struct datatype_info *catalog_datatype(const struct catalog *c, const char *naam);
const struct pattern_info *catalog_pattern(const struct catalog *c, const char *pattern);

/* catalog_elements and catalog_velden give all rows in the order of the file; n is set. */
const struct element_info *catalog_elements(const struct catalog *c, size_t *n);
const struct veld_info *catalog_velden(const struct catalog *c, size_t *n);

/* catalog_codes gives the rows of a datatype's list, in the order of the standard; n is set. */
const struct code_info *catalog_codes(const struct catalog *c, const char *datatype, size_t *n);

/* catalog_knows_name tells whether any element of any message bears this name. */
bool catalog_knows_name(const struct catalog *c, const char *name);

/* element_repeats: may occur more than once, so that a path must say which one. */
bool element_repeats(const struct element_info *e);

#endif
