/*
 * The elements of one message type as a tree, made once from the release's
 * elements.tsv and velden.tsv: per element which class it opens or which field
 * it is.  The check walks it in step with the parser, at the cost of about one
 * comparison an element.  Read-only and shared between threads once made.
 * Borrows its names from the catalog.
 */
#ifndef CARE_KNOOP_H
#define CARE_KNOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "care/catalog.h"
#include "care/inhoud.h"

#define KNOOP_GEEN 0xFFFF /* not in the tree */

struct knoop {
	const char *naam;
	uint16_t ouder, eerste, n; /* children are eerste … eerste + n - 1, in schema order */
	uint16_t klasse;           /* the nearest element that opens a class, itself or around it; or KNOOP_GEEN */
	enum klasse_soort soort;   /* the class that this element opens, or K_GEEN */
	enum veldnaam veld;        /* the field that it is, or V_GEEN */
	enum veldsoort veldsoort;
	bool herhaalt;             /* may occur more than once below its parent */
};

struct knopen {
	struct knoop *list; /* list[0] is the root element, Bericht; n is 0 without elements.tsv */
	uint16_t n;
};

/*
 * velden_check tells whether velden.tsv names classes and fields that exist;
 * negative, with file and line in why, when it does not.  To be done before
 * the first knopen_new of a release.
 */
int velden_check(const struct catalog *c, struct buf *why);

/*
 * knopen_new builds the tree of a message type; it borrows from the catalog.
 * gebruikt has a place for every row of velden.tsv, and those that the message
 * has are set.  Without elements.tsv the tree is empty, and without velden.tsv
 * it has no fields: rules find nothing then.
 */
int knopen_new(struct knopen **ret, const struct catalog *c, const char *bericht, bool *gebruikt);
void knopen_free(struct knopen **k);

/* velden_check_used, after the last tree: a row that no message has is an error, told in why. */
int velden_check_used(const struct catalog *c, const bool *gebruikt, struct buf *why);

/*
 * knoop_kind finds a child by name; *hint (0 at first, one per open element)
 * makes the usual case, the next in schema order, one comparison.
 */
uint16_t knoop_kind(const struct knopen *k, uint16_t ouder, const char *naam, uint16_t *hint);

#endif
