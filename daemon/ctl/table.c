#include "ctl/table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/banned.h"

struct table {
	size_t columns, cells, room;
	bool right[TABLE_COLUMNS];
	char **text; /* row by row, the titles first */
};

struct table *table_new(const char *const *titles)
{
	struct table *t = calloc(1, sizeof *t);

	for (; t != NULL && titles[t->columns] != NULL && t->columns < TABLE_COLUMNS; t->columns++)
		t->right[t->columns] = titles[t->columns][0] == '>';
	for (size_t i = 0; t != NULL && i < t->columns; i++)
		table_cell(t, titles[i] + t->right[i]);
	return t;
}

void table_cell(struct table *t, const char *text)
{
	if (t == NULL)
		return;
	if (t->cells == t->room) {
		size_t room = t->room < 64 ? 64 : t->room * 2;
		char **grown = realloc(t->text, room * sizeof *grown);

		if (grown == NULL)
			return; /* the table ends here; better than none */
		t->text = grown;
		t->room = room;
	}
	t->text[t->cells++] = strdup(text != NULL ? text : "");
}

void table_number(struct table *t, long long n)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", n);
	table_cell(t, text);
}

/* Characters, not bytes: continuation bytes of UTF-8 take no room. */
static size_t width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* How wide a line may be: what COLUMNS says, else the terminal; 0: as wide as it likes. */
static size_t room(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;

	if (columns != NULL && columns[0] >= '1' && columns[0] <= '9')
		return (size_t)strtoul(columns, NULL, 10);
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

/* How many columns fit, from the left; the first always does. */
static size_t fitting(const struct table *t, const size_t *wide)
{
	size_t most = room(), n = 1, taken = wide[0];

	while (n < t->columns && (most == 0 || taken + 2 + wide[n] <= most))
		taken += 2 + wide[n++];
	return n;
}

static void print_cell(const char *text, size_t wide, bool right, bool last)
{
	int pad = (int)(wide - width(text));

	(void)printf("%*s%s%*s%s", right ? pad : 0, "", text, right || last ? 0 : pad, "",
		     last ? "\n" : "  ");
}

void table_print(struct table **tt)
{
	struct table *t = *tt;
	size_t wide[TABLE_COLUMNS] = {0}, shown;
	bool bold = isatty(STDOUT_FILENO);

	if (t == NULL)
		return;
	for (size_t i = 0; i < t->cells; i++) {
		size_t w = t->text[i] == NULL ? 0 : width(t->text[i]);

		if (w > wide[i % t->columns])
			wide[i % t->columns] = w;
	}
	shown = fitting(t, wide);
	for (size_t i = 0; i < t->cells; i++) {
		size_t c = i % t->columns;

		if (c >= shown)
			continue;
		if (bold && i == 0)
			(void)fputs("\033[1m", stdout);
		print_cell(t->text[i] == NULL ? "" : t->text[i], wide[c], t->right[c],
			   c + 1 == shown);
		if (bold && i + 1 == shown)
			(void)fputs("\033[0m", stdout);
	}
	for (size_t i = 0; i < t->cells; i++)
		free(t->text[i]);
	free(t->text);
	free(t);
	*tt = NULL;
}
