#include "table.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

#define MARK "\xEF\xBB\xBF" /* so that a spreadsheet knows it is UTF-8 */

static void quoted(struct buf *to, const char *text)
{
	buf_adds(to, "\"");
	for (; *text != '\0'; text++)
		buf_add(to, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	buf_adds(to, "\"");
}

void csv_text(struct buf *to, const char *text)
{
	struct buf safe = BUF_INIT;

	/* A cell that begins so would be worked out as a formula. */
	if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
		buf_adds(&safe, "'");
	buf_adds(&safe, text);
	if (strpbrk(buf_str(&safe), ";\"\n\r") != NULL)
		quoted(to, buf_str(&safe));
	else
		buf_adds(to, buf_str(&safe));
	to->failed = to->failed || safe.failed;
	buf_free(&safe);
}

/* ="0363" as one cell: its quotes are doubled inside the cell's own. */
void csv_code(struct buf *to, const char *code)
{
	if (code[0] == '\0')
		return;
	if (code[strspn(code, "0123456789")] != '\0') {
		csv_text(to, code);
		return;
	}
	buf_addf(to, "=\"%s\"", code);
}

/* How many zeros a fraction ends with that say nothing. */
static size_t idle_zeros(const char *text)
{
	size_t n = strlen(text), zeros = 0;

	while (zeros < n && text[n - zeros - 1] == '0')
		zeros++;
	return zeros < n && text[n - zeros - 1] == '.' ? zeros + 1 : zeros;
}

void csv_number(struct buf *to, double x)
{
	char text[64];

	if (!isfinite(x))
		return;
	(void)snprintf(text, sizeof text, x == floor(x) && fabs(x) < 1e15 ? "%.0f" : "%.3f",
		       x + 0.0);
	if (strchr(text, '.') != NULL)
		text[strlen(text) - idle_zeros(text)] = '\0';
	for (char *c = text; *c != '\0'; c++)
		if (*c == '.')
			*c = ',';
	buf_adds(to, text);
}

/* The member of a row under a.b. */
static const json_t *member(const json_t *row, const char *key)
{
	char part[40];
	const char *dot = strchr(key, '.');

	if (dot == NULL)
		return json_object_get(row, key);
	(void)snprintf(part, sizeof part, "%.*s", (int)(dot - key), key);
	return json_object_get(json_object_get(row, part), dot + 1);
}

static void write_cell(struct buf *to, const struct column *c, const json_t *value)
{
	const char *text = json_string_value(value);

	if (c->cell == CELL_NUMBER || json_is_number(value)) {
		if (json_is_number(value))
			csv_number(to, json_number_value(value));
	} else if (json_is_boolean(value)) {
		buf_adds(to, json_is_true(value) ? "ja" : "nee");
	} else if (c->cell == CELL_CODE) {
		csv_code(to, text != NULL ? text : "");
	} else {
		csv_text(to, text != NULL ? text : "");
	}
}

void csv_write(struct buf *to, const struct column *columns, const json_t *rows)
{
	const json_t *row;
	size_t i;

	buf_adds(to, MARK);
	for (const struct column *c = columns; c->key != NULL; c++) {
		buf_adds(to, c > columns ? ";" : "");
		csv_text(to, c->title != NULL ? c->title : c->key);
	}
	buf_adds(to, "\r\n");
	json_array_foreach(rows, i, row)
	{
		for (const struct column *c = columns; c->key != NULL; c++) {
			buf_adds(to, c > columns ? ";" : "");
			write_cell(to, c, member(row, c->key));
		}
		buf_adds(to, "\r\n");
	}
}

void html_text(struct buf *to, const char *text)
{
	static const struct {
		char c;
		const char *name;
	} names[] = {
		{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

	for (; *text != '\0'; text++) {
		const char *name = NULL;

		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			if (names[i].c == *text)
				name = names[i].name;
		if (name != NULL)
			buf_adds(to, name);
		else
			buf_add(to, text, 1);
	}
}
