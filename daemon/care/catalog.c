/* The struct of a row is its columns in the order of the file, so one reader serves all tables. */
#include "care/catalog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "care/tsv.h"

#include "base/banned.h"

enum which { ELEMENTS, DATATYPES, CODES, PATTERNS, VELDEN, N_TABLES };

static const struct {
	const char *file, *header;
} layouts[N_TABLES] = {
	[ELEMENTS] = {"elements.tsv", "bericht\tpad\tdatatype\tmin\tmax\tpersonal\tpattern"},
	[DATATYPES] = {"datatypes.tsv",
		       "datatype\tbasis\tminLength\tmaxLength\tminInclusive\tmaxInclusive\tpattern"
		       "\tlijst"},
	[CODES] = {"codelists.tsv", "lijst\tnaam\tdatatype\tcode\tlabel"},
	[PATTERNS] = {"patronen.tsv", "pattern\tnl\ten"},
	[VELDEN] = {"velden.tsv", "klasse\tpad\tveld"},
};

_Static_assert(sizeof(struct element_info) == 7 * sizeof(char *), "columns of elements.tsv");
_Static_assert(sizeof(struct datatype_info) == 8 * sizeof(char *), "columns of datatypes.tsv");
_Static_assert(sizeof(struct code_info) == 5 * sizeof(char *), "columns of codelists.tsv");
_Static_assert(sizeof(struct pattern_info) == 3 * sizeof(char *), "columns of patronen.tsv");
_Static_assert(sizeof(struct veld_info) == 3 * sizeof(char *), "columns of velden.tsv");

struct catalog {
	struct tsv tables[N_TABLES];
	const struct element_info **by_path; /* sorted by message and path */
	const char **names;		     /* last steps of all paths, sorted */
};

static const struct element_info *elements(const struct catalog *c)
{
	return (const struct element_info *)(const void *)c->tables[ELEMENTS].cells;
}

static int read_table(struct catalog *c, const char *dir, enum which which, struct buf *why)
{
	int r = tsv_read(&c->tables[which], dir, layouts[which].file, layouts[which].header, why);

	return r == -ENOENT ? 0 : r;
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
	for (int i = 0; i < N_TABLES; i++)
		tsv_free(&(*c)->tables[i]);
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

const struct element_info *catalog_elements(const struct catalog *c, size_t *n)
{
	*n = c->tables[ELEMENTS].n;
	return elements(c);
}

const struct veld_info *catalog_velden(const struct catalog *c, size_t *n)
{
	*n = c->tables[VELDEN].n;
	return (const void *)c->tables[VELDEN].cells;
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
