/*
 * Rows for a spreadsheet, as Dutch ones want them: UTF-8 with its mark,
 * semicolons, decimal comma, CRLF.  Codes keep their leading zeros (="0363"),
 * and no text becomes a formula.  And the bits of HTML that a report needs.
 */
#ifndef DASHBOARD_TABLE_H
#define DASHBOARD_TABLE_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"

/* How the member of a row is written. */
enum cell { CELL_TEXT, CELL_CODE, CELL_NUMBER, CELL_YES };

struct column {
	const char *key;   /* member of the row; a.b for a member of a member */
	const char *title; /* NULL: the key */
	enum cell cell;
};

/* csv_write writes a head and the rows (objects); columns end with a key of NULL. */
void csv_write(struct buf *to, const struct column *columns, const json_t *rows);

/* Single cells, without what parts them. */
void csv_text(struct buf *to, const char *text);
void csv_code(struct buf *to, const char *code);
void csv_number(struct buf *to, double x);

/* html_text appends text with what must be escaped in HTML and its attributes. */
void html_text(struct buf *to, const char *text);

#endif
