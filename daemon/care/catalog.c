/*
 * Each table is read whole, cut up in place, and stays as it was read: rows
 * are arrays of pointers into the text.  The struct of a row is its columns in
 * the order of the file, so one reader serves all tables.
 */
#include "care/catalog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/file.h"

#include "base/banned.h"

#define ROWS_MAX 100000

struct table {
	char *text;
	const char **cells; /* rows × columns */
	size_t n;
};

enum which { ELEMENTS, DATATYPES, CODES, PATTERNS, N_TABLES };

static const struct {
	const char *file, *header; /* the header must be there to the letter */
	size_t columns;
} layouts[N_TABLES] = {
	[ELEMENTS] = {"elements.tsv", "bericht\tpad\tdatatype\tmin\tmax\tpersonal\tpattern", 7},
	[DATATYPES] = {"datatypes.tsv",
		       "datatype\tbasis\tminLength\tmaxLength\tminInclusive\tmaxInclusive\tpattern"
		       "\tlijst",
		       8},
	[CODES] = {"codelists.tsv", "lijst\tnaam\tdatatype\tcode\tlabel", 5},
	[PATTERNS] = {"patronen.tsv", "pattern\tnl\ten", 3},
};

_Static_assert(sizeof(struct element_info) == 7 * sizeof(char *), "columns of elements.tsv");
_Static_assert(sizeof(struct datatype_info) == 8 * sizeof(char *), "columns of datatypes.tsv");
_Static_assert(sizeof(struct code_info) == 5 * sizeof(char *), "columns of codelists.tsv");
_Static_assert(sizeof(struct pattern_info) == 3 * sizeof(char *), "columns of patronen.tsv");

struct catalog {
	struct table tables[N_TABLES];
	const struct element_info **by_path; /* sorted by message and path */
	const char **names;		     /* last steps of all paths, sorted */
};

static const struct element_info *elements(const struct catalog *c)
{
	return (const struct element_info *)(const void *)c->tables[ELEMENTS].cells;
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

static size_t count_rows(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

static int cut_table(struct table *t, enum which which, struct buf *why)
{
	char *line = t->text, *end;
	size_t lines = count_rows(t->text);

	t->cells = calloc(lines + 1, layouts[which].columns * sizeof *t->cells);
	if (t->cells == NULL || lines > ROWS_MAX)
		return t->cells == NULL ? -ENOMEM : -E2BIG;
	for (size_t i = 0; (end = strchr(line, '\n')) != NULL; i++, line = end + 1) {
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		if (i == 0 && strcmp(line, layouts[which].header) == 0)
			continue;
		if (i == 0 || !cut_line(line, t->cells + t->n * layouts[which].columns,
					layouts[which].columns)) {
			buf_addf(why, "%s:%zu: expected %zu columns: %s\n", layouts[which].file,
				 i + 1, layouts[which].columns, layouts[which].header);
			return -EINVAL;
		}
		t->n++;
	}
	return 0;
}

static int read_table(struct catalog *c, const char *dir, enum which which, struct buf *why)
{
	struct table *t = &c->tables[which];
	size_t size;
	int r = file_read(dir, layouts[which].file, &t->text, &size);

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		return cut_table(t, which, why);
	buf_addf(why, "%s/%s: %s\n", dir, layouts[which].file, strerror(-r));
	return r;
}

static int compare_elements(const void *a, const void *b)
{
	const struct element_info *x = *(const struct element_info *const *)a;
	const struct element_info *y = *(const struct element_info *const *)b;
	int r = strcmp(x->bericht, y->bericht);

	return r != 0 ? r : strcmp(x->pad, y->pad);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int make_indexes(struct catalog *c)
{
	size_t n = c->tables[ELEMENTS].n;

	c->by_path = calloc(n + 1, sizeof *c->by_path);
	c->names = calloc(n + 1, sizeof *c->names);
	if (c->by_path == NULL || c->names == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct element_info *e = &elements(c)[i];
		const char *slash = strrchr(e->pad, '/');

		c->by_path[i] = e;
		c->names[i] = slash == NULL ? e->pad : slash + 1;
	}
	qsort(c->by_path, n, sizeof *c->by_path, compare_elements);
	qsort(c->names, n, sizeof *c->names, compare_names);
	return 0;
}

int catalog_open(struct catalog **ret, const char *dir, struct buf *why)
{
	struct catalog *c = calloc(1, sizeof *c);
	int r = c == NULL ? -ENOMEM : 0;

	for (int i = 0; r == 0 && i < N_TABLES; i++)
		r = read_table(c, dir, (enum which)i, why);
	if (r == 0)
		r = make_indexes(c);
	if (r < 0) {
		catalog_free(&c);
		return r;
	}
	*ret = c;
	return 0;
}

void catalog_free(struct catalog **c)
{
	if (*c == NULL)
		return;
	for (int i = 0; i < N_TABLES; i++) {
		free((*c)->tables[i].text);
		free((*c)->tables[i].cells);
	}
	free((*c)->by_path);
	free((*c)->names);
	free(*c);
	*c = NULL;
}

const struct element_info *catalog_element(const struct catalog *c, const char *bericht,
					   const char *pad)
{
	const struct element_info key = {.bericht = bericht, .pad = pad}, *k = &key, **found;

	found = bsearch(&k, c->by_path, c->tables[ELEMENTS].n, sizeof *c->by_path,
			compare_elements);
	return found == NULL ? NULL : *found;
}

const struct datatype_info *catalog_datatype(const struct catalog *c, const char *naam)
{
	const struct datatype_info *d = (const void *)c->tables[DATATYPES].cells;

	for (size_t i = 0; i < c->tables[DATATYPES].n; i++)
		if (strcmp(d[i].naam, naam) == 0)
			return &d[i];
	return NULL;
}

const struct pattern_info *catalog_pattern(const struct catalog *c, const char *pattern)
{
	const struct pattern_info *p = (const void *)c->tables[PATTERNS].cells;

	for (size_t i = 0; i < c->tables[PATTERNS].n; i++)
		if (strcmp(p[i].pattern, pattern) == 0)
			return &p[i];
	return NULL;
}

const struct code_info *catalog_codes(const struct catalog *c, const char *datatype, size_t *n)
{
	const struct code_info *codes = (const void *)c->tables[CODES].cells, *first = NULL;

	*n = 0;
	for (size_t i = 0; i < c->tables[CODES].n; i++) {
		if (strcmp(codes[i].datatype, datatype) != 0)
			continue;
		if (first == NULL)
			first = &codes[i];
		++*n;
	}
	return first;
}

bool catalog_knows_name(const struct catalog *c, const char *name)
{
	return bsearch(&name, c->names, c->tables[ELEMENTS].n, sizeof *c->names, compare_names) !=
	       NULL;
}

bool element_repeats(const struct element_info *e)
{
	return e != NULL && strcmp(e->max, "1") != 0;
}
