#include "care/lijsten.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "care/tsv.h"

#include "base/banned.h"

#define CONTRACT_ROWS_MAX 1000 /* for one code between one pair: many years of tariffs */

/* The columns of the three files, laid over their rows. */
struct gemeente_tsv {
	const char *code, *naam, *vanaf, *tot;
};
struct product_tsv {
	const char *categorie, *code, *omschrijving;
};
struct contract_tsv {
	const char *gemeente, *aanbieder, *code, *eenheid, *tarief, *vanaf, *tot;
};

struct gemeente {
	const char *code;
	day vanaf, tot;
};

/* A row of a contract. */
struct rij {
	const struct contract_tsv *tsv;
	size_t line;
	int64_t tarief;
	day vanaf, tot; /* open sides: INT32_MIN, INT32_MAX */
};

/* From a day until the next stretch begins the same rows hold; NULL: none. */
struct stretch {
	day vanaf;
	struct contract *rows;
};

/* The stretches of one code between one pair, in the order of their days. */
struct afspraak {
	const struct contract_tsv *key;
	const struct stretch *list;
	size_t n;
};

struct lijsten {
	struct tsv gemeente_tsv, product_tsv, contract_tsv;
	struct gemeente *gemeenten;         /* by code */
	const struct product_tsv **producten; /* by categorie, code */
	struct afspraak *afspraken;         /* by gemeente, aanbieder, code */
	size_t n_afspraken;
	struct arena arena; /* of the stretches */
};

/* Where one is, for a complaint. */
struct place {
	const char *dir, *file;
	size_t line;
	struct buf *why;
};

static int complain(const struct place *at, const char *column, const char *expected,
		    const char *found)
{
	buf_addf(at->why, "%s/%s:%zu: %s: expected %s, found '%s'\n", at->dir, at->file, at->line, column,
		 expected, found);
	return -EINVAL;
}

static bool digits(const char *s, size_t least, size_t most)
{
	size_t n = strspn(s, "0123456789");

	return s[n] == '\0' && n >= least && n <= most;
}

static int want_digits(const struct place *at, const char *column, const char *text, size_t n,
		       const char *expected)
{
	return digits(text, n, n) ? 0 : complain(at, column, expected, text);
}

static int want_code(const struct place *at, const char *column, const char *text)
{
	size_t n = strlen(text);

	return n >= 1 && n <= 5 ? 0 : complain(at, column, "a code of 1 to 5 characters", text);
}

static int want_day(const struct place *at, const char *column, const char *text, day open, day *ret)
{
	*ret = open;
	if (*text == '\0' || day_parse(text, ret))
		return 0;
	return complain(at, column, "a date as 2026-01-31, or nothing", text);
}

static int want_period(const struct place *at, const char *const text[2], const char *const name[2],
		       day *from, day *until)
{
	int r = want_day(at, name[0], text[0], INT32_MIN, from);

	if (r == 0)
		r = want_day(at, name[1], text[1], INT32_MAX, until);
	return r == 0 && *until < *from ? complain(at, name[1], "a date not before the first", text[1])
					: r;
}

/* ---- gemeentecodes ---- */

static int by_gemeente(const void *a, const void *b)
{
	return strcmp(((const struct gemeente *)a)->code, ((const struct gemeente *)b)->code);
}

static int make_gemeenten(struct lijsten *l, struct place *at)
{
	static const char *const names[] = {"geldig_vanaf", "geldig_tot"};
	const struct gemeente_tsv *rows = (const struct gemeente_tsv *)l->gemeente_tsv.cells;
	size_t n = l->gemeente_tsv.n;
	int r = 0;

	l->gemeenten = calloc(n + 1, sizeof *l->gemeenten);
	if (l->gemeenten == NULL)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct gemeente *g = &l->gemeenten[i];

		at->line = i + 2;
		g->code = rows[i].code;
		r = want_digits(at, "code", g->code, 4, "4 digits");
		if (r == 0)
			r = want_period(at, (const char *const[]){rows[i].vanaf, rows[i].tot}, names,
					&g->vanaf, &g->tot);
	}
	qsort(l->gemeenten, n, sizeof *l->gemeenten, by_gemeente);
	return r;
}

enum lijst_antwoord lijst_gemeente(const struct lijsten *l, const char *code, day op)
{
	const struct gemeente key = {.code = code}, *g, *end;

	if (l == NULL || l->gemeente_tsv.n == 0)
		return LIJST_GEEN;
	g = bsearch(&key, l->gemeenten, l->gemeente_tsv.n, sizeof key, by_gemeente);
	if (g == NULL)
		return LIJST_NEE;
	end = l->gemeenten + l->gemeente_tsv.n;
	while (g > l->gemeenten && by_gemeente(g - 1, &key) == 0)
		g--;
	for (; g < end && by_gemeente(g, &key) == 0; g++)
		if (op == DAY_NONE || day_within(op, g->vanaf, g->tot))
			return LIJST_JA;
	return LIJST_NEE;
}

/* ---- productcodes ---- */

static int by_product(const void *a, const void *b)
{
	const struct product_tsv *x = *(const struct product_tsv *const *)a;
	const struct product_tsv *y = *(const struct product_tsv *const *)b;
	int r = strcmp(x->categorie, y->categorie);

	return r != 0 ? r : strcmp(x->code, y->code);
}

static int make_producten(struct lijsten *l, struct place *at)
{
	const struct product_tsv *rows = (const struct product_tsv *)l->product_tsv.cells;
	size_t n = l->product_tsv.n;
	int r = 0;

	l->producten = calloc(n + 1, sizeof *l->producten);
	if (l->producten == NULL)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < n; i++) {
		at->line = i + 2;
		l->producten[i] = &rows[i];
		r = want_digits(at, "categorie", rows[i].categorie, 2, "2 digits");
		if (r == 0)
			r = want_code(at, "code", rows[i].code);
	}
	if (r == 0)
		qsort(l->producten, n, sizeof *l->producten, by_product);
	return r;
}

enum lijst_antwoord lijst_product(const struct lijsten *l, const char *categorie, const char *code)
{
	const struct product_tsv row = {.categorie = categorie, .code = code}, *key = &row;

	if (l == NULL || l->product_tsv.n == 0)
		return LIJST_GEEN;
	return bsearch(&key, l->producten, l->product_tsv.n, sizeof key, by_product) != NULL
		       ? LIJST_JA
		       : LIJST_NEE;
}

/* ---- contracten ---- */

static int by_pair(const struct contract_tsv *a, const struct contract_tsv *b)
{
	int r = strcmp(a->gemeente, b->gemeente);

	return r != 0 ? r : strcmp(a->aanbieder, b->aanbieder);
}

static int by_key(const struct contract_tsv *a, const struct contract_tsv *b)
{
	int r = by_pair(a, b);

	return r != 0 ? r : strcmp(a->code, b->code);
}

/* In such an order that rows which may not overlap are neighbours. */
static int by_rij(const void *a, const void *b)
{
	const struct rij *x = a, *y = b;
	int r = by_key(x->tsv, y->tsv);

	if (r == 0)
		r = strcmp(x->tsv->eenheid, y->tsv->eenheid);
	return r != 0 ? r : (x->vanaf > y->vanaf) - (x->vanaf < y->vanaf);
}

static int by_day(const void *a, const void *b)
{
	const day x = *(const day *)a, y = *(const day *)b;

	return (x > y) - (x < y);
}

static int read_rij(struct rij *ret, const struct contract_tsv *row, const struct place *at)
{
	static const char *const names[] = {"vanaf", "tot"};
	int r = want_digits(at, "gemeente", row->gemeente, 4, "4 digits");

	*ret = (struct rij){.tsv = row, .line = at->line};
	if (r == 0)
		r = want_digits(at, "aanbieder", row->aanbieder, 8, "8 digits");
	if (r == 0)
		r = want_code(at, "code", row->code);
	if (r == 0)
		r = want_digits(at, "eenheid", row->eenheid, 2, "2 digits");
	if (r == 0 && !digits(row->tarief, 1, 12))
		r = complain(at, "tarief", "eurocents, 1 to 12 digits", row->tarief);
	if (r == 0)
		ret->tarief = strtoll(row->tarief, NULL, 10);
	return r == 0 ? want_period(at, (const char *const[]){row->vanaf, row->tot}, names, &ret->vanaf,
				    &ret->tot)
		      : r;
}

/* One code and unit has one tariff at a time. */
static int check_overlap(const struct rij *rows, size_t n, struct place *at)
{
	for (size_t i = 1; i < n; i++) {
		const struct rij *a = &rows[i - 1], *b = &rows[i];

		if (by_key(a->tsv, b->tsv) != 0 || strcmp(a->tsv->eenheid, b->tsv->eenheid) != 0 ||
		    b->vanaf > a->tot)
			continue;
		buf_addf(at->why,
			 "%s/%s:%zu: expected one row at a time for a code and eenheid; line %zu "
			 "overlaps\n",
			 at->dir, at->file, b->line, a->line);
		return -EINVAL;
	}
	return 0;
}

/* The days on which another set of these rows begins to hold; days has room for 2 n. */
static size_t turning_days(const struct rij *rows, size_t n, day *days)
{
	size_t all = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		days[all++] = rows[i].vanaf;
		if (rows[i].tot < INT32_MAX)
			days[all++] = rows[i].tot + 1;
	}
	qsort(days, all, sizeof *days, by_day);
	for (size_t i = 0; i < all; i++)
		if (i == 0 || days[i] != days[i - 1])
			days[kept++] = days[i];
	return kept;
}

/* The rows that hold on a day, in the order of the table. */
static int rows_on(struct arena *a, const struct rij *rows, size_t n, day op,
		   struct contract **ret)
{
	*ret = NULL;
	for (size_t i = n; i-- > 0;) {
		struct contract *c;

		if (op < rows[i].vanaf || op > rows[i].tot)
			continue;
		c = arena_alloc(a, sizeof *c);
		if (c == NULL)
			return -ENOMEM;
		*c = (struct contract){rows[i].tsv->eenheid, rows[i].tarief, *ret};
		*ret = c;
	}
	return 0;
}

static int make_afspraak(struct lijsten *l, const struct rij *rows, size_t n)
{
	day days[2 * CONTRACT_ROWS_MAX];
	size_t turns = turning_days(rows, n, days);
	struct stretch *list = arena_alloc(&l->arena, turns * sizeof *list);
	int r = list == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < turns; i++) {
		list[i].vanaf = days[i];
		r = rows_on(&l->arena, rows, n, days[i], &list[i].rows);
	}
	l->afspraken[l->n_afspraken++] = (struct afspraak){rows->tsv, list, turns};
	return r;
}

static int make_afspraken(struct lijsten *l, const struct rij *rows, size_t n, struct place *at)
{
	int r = 0;

	for (size_t first = 0, next; r == 0 && first < n; first = next) {
		for (next = first + 1; next < n && by_key(rows[first].tsv, rows[next].tsv) == 0;)
			next++;
		if (next - first > CONTRACT_ROWS_MAX) {
			at->line = rows[first].line;
			return complain(at, "code", "at most 1000 rows for one code of a pair",
					rows[first].tsv->code);
		}
		r = make_afspraak(l, rows + first, next - first);
	}
	return r;
}

static int make_contracten(struct lijsten *l, struct place *at)
{
	const struct contract_tsv *tsv = (const struct contract_tsv *)l->contract_tsv.cells;
	size_t n = l->contract_tsv.n;
	struct rij *rows = calloc(n + 1, sizeof *rows);
	int r = 0;

	l->afspraken = calloc(n + 1, sizeof *l->afspraken);
	if (rows == NULL || l->afspraken == NULL)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < n; i++) {
		at->line = i + 2;
		r = read_rij(&rows[i], &tsv[i], at);
	}
	if (r == 0) {
		qsort(rows, n, sizeof *rows, by_rij);
		r = check_overlap(rows, n, at);
	}
	if (r == 0)
		r = make_afspraken(l, rows, n, at);
	free(rows);
	return r;
}

static int compare_afspraak(const void *key, const void *a)
{
	return by_key(key, ((const struct afspraak *)a)->key);
}

static int compare_pair(const void *key, const void *a)
{
	return by_pair(key, ((const struct afspraak *)a)->key);
}

enum lijst_antwoord lijst_contract(const struct lijsten *l, const char *gemeente,
				   const char *aanbieder, const char *code, day op,
				   const struct contract **ret)
{
	const struct contract_tsv key = {.gemeente = gemeente, .aanbieder = aanbieder, .code = code};
	const struct afspraak *a;
	size_t n = l == NULL ? 0 : l->n_afspraken;

	*ret = NULL;
	if (n == 0 || op == DAY_NONE)
		return LIJST_GEEN;
	a = bsearch(&key, l->afspraken, n, sizeof *a, compare_afspraak);
	if (a == NULL)
		return bsearch(&key, l->afspraken, n, sizeof *a, compare_pair) != NULL ? LIJST_NEE
										     : LIJST_GEEN;
	for (size_t i = a->n; i-- > 0;)
		if (a->list[i].vanaf <= op) {
			*ret = a->list[i].rows;
			break;
		}
	return *ret != NULL ? LIJST_JA : LIJST_NEE;
}

/* ---- all of them ---- */

static void drop_gemeenten(struct lijsten *l)
{
	free(l->gemeenten);
	l->gemeenten = NULL;
	tsv_free(&l->gemeente_tsv);
}

static void drop_producten(struct lijsten *l)
{
	free(l->producten);
	l->producten = NULL;
	tsv_free(&l->product_tsv);
}

static void drop_contracten(struct lijsten *l)
{
	free(l->afspraken);
	l->afspraken = NULL;
	l->n_afspraken = 0;
	arena_release(&l->arena);
	tsv_free(&l->contract_tsv);
}

static const struct {
	const char *file, *header;
	size_t tsv; /* where in struct lijsten */
	void (*drop)(struct lijsten *l);
	int (*make)(struct lijsten *l, struct place *at);
} files[] = {
	{"gemeentecodes.tsv", "code\tnaam\tgeldig_vanaf\tgeldig_tot",
	 offsetof(struct lijsten, gemeente_tsv), drop_gemeenten, make_gemeenten},
	{"productcodes.tsv", "categorie\tcode\tomschrijving", offsetof(struct lijsten, product_tsv),
	 drop_producten, make_producten},
	{"contracten.tsv", "gemeente\taanbieder\tcode\teenheid\ttarief\tvanaf\ttot",
	 offsetof(struct lijsten, contract_tsv), drop_contracten, make_contracten},
};

int lijsten_more(struct lijsten *l, const char *dir, struct buf *why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof files / sizeof *files; i++) {
		struct place at = {.dir = dir, .file = files[i].file, .why = why};
		struct tsv t;

		r = tsv_read(&t, dir, files[i].file, files[i].header, why);
		if (r == -ENOENT) {
			r = 0;
			continue;
		}
		if (r < 0)
			break;
		files[i].drop(l);
		*(struct tsv *)((char *)l + files[i].tsv) = t;
		r = files[i].make(l, &at);
	}
	return r;
}

int lijsten_open(struct lijsten **ret, const char *dir, struct buf *why)
{
	struct lijsten *l = calloc(1, sizeof *l);
	int r;

	if (l == NULL)
		return -ENOMEM;
	r = lijsten_more(l, dir, why);
	if (r < 0)
		lijsten_free(&l);
	else
		*ret = l;
	return r;
}

void lijsten_free(struct lijsten **l)
{
	if (*l == NULL)
		return;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		files[i].drop(*l);
	free(*l);
	*l = NULL;
}
