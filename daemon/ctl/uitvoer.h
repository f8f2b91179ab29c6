/*
 * Rows of a report, in the form that was asked for: a table for people, TSV
 * and JSON for programs, CSV for a spreadsheet (semicolons and a decimal comma,
 * as Dutch ones want it).  Absent values are empty, null in JSON.
 */
#ifndef CTL_UITVOER_H
#define CTL_UITVOER_H

#include <stdbool.h>

#include "base/date.h"

enum formaat { FORMAAT_TABEL, FORMAAT_TSV, FORMAAT_CSV, FORMAAT_JSON };

struct kolom {
	const char *naam; /* in TSV, CSV, JSON; NULL: only for people */
	const char *nl,
		*en; /* title of the table, '>' in front for numbers; NULL: not in the table */
};

struct uitvoer;

/* formaat_lees reads --format; false with a line on stderr. */
bool formaat_lees(const char *text, enum formaat *ret);

/* uitvoer_new: columns end with a row of NULLs and are borrowed. */
struct uitvoer *uitvoer_new(enum formaat f, const struct kolom *kolommen);

/* The next cell of the row, from left to right; a row ends with its last column. */
void uitvoer_tekst(struct uitvoer *u, const char *s);		/* NULL: absent */
void uitvoer_getal(struct uitvoer *u, double x, int decimalen); /* NAN: absent */
void uitvoer_dag(struct uitvoer *u, day d);			/* DAY_NONE: absent */

/* uitvoer_print writes what is not written yet, and frees. */
void uitvoer_print(struct uitvoer **u);

#endif
