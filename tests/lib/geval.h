/*
 * A case of care (.geval): one or more messages made from those of
 * tests/messages, the day on which they come in, and the findings that must
 * come of the rules.  One line each:
 *
 *     # what this case shows (free text)
 *     today 2026-06-30      day on which the messages below come in; 2026-12-31 until it is said
 *     register 2026-02-01   register_start of the messages below
 *     lists NAME            the lists of the messages below: tests/lists/NAME
 *     message JW301         starts a message, from tests/messages/JW301.xml
 *     set PATH VALUE        the content of the element (rest of the line; may be XML)
 *     remove PATH
 *     after PATH XML        inserts XML behind the element; prefixes b: (message) and ijw: (base)
 *     before PATH XML
 *     copy PATH             a second copy of the element, right behind it
 *     expect RULE RETOURCODE PATH
 *                           a finding of the message above (RETOURCODE -: none); several lines
 *                           are several findings in any order, no line is no finding
 *     take WHAT             the message above goes into the register although it has findings:
 *                           lines: without the lines at fault (JW323); all: as if it had none
 *
 * PATH is the end of a path, of local names with an optional [n]:
 * StartProduct[2]/Begindatum.  n counts all that match so far in the document,
 * from 1; without it the first is meant.  Changes are made from top to bottom,
 * each in what the ones above it left.  In an expectation a name without [n]
 * stands for any of them, and [n] is the one that the finding shows.
 */
#ifndef TESTS_GEVAL_H
#define TESTS_GEVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"

#define GEVAL_MESSAGES 32
#define GEVAL_EXPECTS 16 /* of one message */

struct geval_verwacht {
	char rule[16], retourcode[8]; /* "" : none */
	char path[160];
	unsigned line; /* of the file */
};

struct geval_bericht {
	char type[16];
	struct buf bytes;
	day today;
	struct geval_verwacht expects[GEVAL_EXPECTS];
	size_t n;
	unsigned line; /* where it starts in the file */
	day register_start; /* DAY_NONE: not said */
	char lists[32];	    /* "": not said */
	char take[8];	    /* "": not said */
};

struct geval {
	struct geval_bericht *berichten;
	size_t n;
	char title[160]; /* the first comment */
};

/* geval_read reads a file; false when it cannot, with file, line and reason in why. */
bool geval_read(const char *path, struct geval *ret, struct buf *why);
void geval_free(struct geval *g);

/* geval_path_is tells whether a finding's path ends as expected. */
bool geval_path_is(const char *path, const char *expected);

/* geval_set and the like change a message by path, for tests of their own; false: no such element. */
bool geval_set(struct buf *xml, const char *path, const char *content);
bool geval_remove(struct buf *xml, const char *path);
bool geval_copy(struct buf *xml, const char *path);
bool geval_insert(struct buf *xml, const char *path, const char *piece, bool after);

#endif
