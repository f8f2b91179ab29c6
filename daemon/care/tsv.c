#include "care/tsv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "care/file.h"

#include "base/banned.h"

static size_t count(const char *text, char what)
{
	size_t n = 0;

	for (; (text = strchr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* Cuts one line into its columns; false when the number differs. */
static bool cut_line(char *line, const char **cells, size_t columns)
{
	for (size_t i = 0; i < columns; i++) {
		char *tab = strchr(line, '\t');

		cells[i] = line;
		if ((tab == NULL) != (i == columns - 1))
			return false;
		if (tab != NULL) {
			*tab = '\0';
			line = tab + 1;
		}
	}
	return true;
}

static int cut_table(struct tsv *t, const char *file, const char *header, struct buf *why)
{
	size_t lines = count(t->text, '\n'), columns = count(header, '\t') + 1;
	char *line = t->text, *end, *next;

	t->cells = lines > TSV_ROWS_MAX ? NULL : calloc(lines + 2, columns * sizeof *t->cells);
	if (t->cells == NULL)
		return lines > TSV_ROWS_MAX ? -E2BIG : -ENOMEM;
	/* The last line of a file that people write may lack its end. */
	for (size_t i = 0; *line != '\0'; i++, line = next) {
		end = strchrnul(line, '\n');
		next = *end == '\0' ? end : end + 1;
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		if (i == 0 && strcmp(line, header) == 0)
			continue;
		if (i == 0 || !cut_line(line, t->cells + t->n * columns, columns)) {
			buf_addf(why, "%s:%zu: expected %zu columns: %s\n", file, i + 1, columns,
				 header);
			return -EINVAL;
		}
		t->n++;
	}
	return 0;
}

int tsv_read(struct tsv *ret, const char *dir, const char *file, const char *header, struct buf *why)
{
	size_t size;
	int r;

	*ret = (struct tsv){NULL, NULL, 0};
	r = file_read(dir, file, &ret->text, &size);
	if (r == -ENOENT)
		return r;
	if (r == 0)
		r = cut_table(ret, file, header, why);
	if (r < 0 && r != -EINVAL)
		buf_addf(why, "%s/%s: %s\n", dir, file, strerror(-r));
	if (r < 0)
		tsv_free(ret);
	return r;
}

void tsv_free(struct tsv *t)
{
	free(t->text);
	free(t->cells);
	*t = (struct tsv){NULL, NULL, 0};
}
