/*
 * The engine.  A row of regels.tsv is bound to its function by id and then
 * stands, for each of its messages, with each of its classes; a message is
 * gone through once, class by class, and at each class only what applies to it
 * is looked at.  All rules of a class are looked at before one is told, so that
 * stil_bij does not depend on the order of the rows.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/knoop.h"
#include "care/regel_intern.h"
#include "care/tsv.h"

#include "base/banned.h"

#define PER_CLASS_MAX 64

struct regel {
	const struct regel_info *info;
	regel_fn *fn;
	enum niveau niveau;
};

struct lijst {
	const struct regel **list;
	size_t n;
};

/* What is checked in messages of one type. */
struct plan {
	const char *bericht;
	size_t n_bericht; /* of the name: it stands in a list of names */
	struct lijst per_klasse[N_KLASSEN];
};

struct regels {
	struct tsv tabel;
	struct regel *bound; /* one per row; fn is NULL where nothing is checked */
	struct plan *plannen;
	size_t n_plannen;
};

#define HEADER                                                                           \
	"id\tniveau\tberichten\tklasse\telement\tretourcode\tstil_bij\treden\tnl\ten\ttodo_nl" \
	"\ttodo_en"
_Static_assert(sizeof(struct regel_info) == 12 * sizeof(char *), "columns of regels.tsv");

static const char *const niveaus[] = {
	[N_BERICHT] = "bericht", [N_KRUIS] = "kruis",	[N_EXTERN] = "extern",
	[N_PROCES] = "proces",	 [N_SCHEMA] = "schema",
};

/* ---- lists of names ---- */

/* The next name of a list A,B,C; *at moves on.  False at the end. */
static bool next_name(const char **at, const char **naam, size_t *n)
{
	if (**at == '\0')
		return false;
	*naam = *at;
	*n = strcspn(*at, ",");
	*at += *n;
	*at += **at == ',';
	return true;
}

static bool names_have(const char *names, const char *naam)
{
	const char *een;
	size_t n;

	while (next_name(&names, &een, &n))
		if (strlen(naam) == n && memcmp(een, naam, n) == 0)
			return true;
	return false;
}

/* ---- binding ---- */

static const struct regel_functie *const tables[] = {
	regels_persoon, regels_product, regels_declaratie, regels_sleutel, regels_kruis,
};

#define N_TABLES (sizeof tables / sizeof *tables)

static regel_fn *function_of(const char *id)
{
	for (size_t i = 0; i < N_TABLES; i++)
		for (const struct regel_functie *f = tables[i]; f->id != NULL; f++)
			if (strcmp(f->id, id) == 0)
				return f->fn;
	return NULL;
}

bool regel_has_function(const struct regel_info *info)
{
	return info->reden[0] == '\0' && function_of(info->id) != NULL;
}

static int wrong(struct buf *why, size_t row, const struct regel_info *info, const char *what)
{
	buf_addf(why, "regels.tsv:%zu: %s: %s\n", row + 2, info->id, what);
	return -EINVAL;
}

static int bind_row(struct regel *r, const struct regel_info *info, size_t row, struct buf *why)
{
	r->info = info;
	for (int n = N_BERICHT; n <= N_SCHEMA; n++)
		if (strcmp(niveaus[n], info->niveau) == 0)
			r->niveau = (enum niveau)n;
	if (r->niveau == 0)
		return wrong(why, row, info, "no such niveau");
	if (regel_has_function(info))
		r->fn = function_of(info->id);
	else if (info->reden[0] == '\0')
		return wrong(why, row, info, "neither a function nor a reason why there is none");
	return 0;
}

static struct plan *plan_of(struct regels *r, const char *bericht, size_t n)
{
	struct plan *more;

	for (size_t i = 0; i < r->n_plannen; i++)
		if (r->plannen[i].n_bericht == n && memcmp(r->plannen[i].bericht, bericht, n) == 0)
			return &r->plannen[i];
	more = realloc(r->plannen, (r->n_plannen + 1) * sizeof *more);
	if (more == NULL)
		return NULL;
	r->plannen = more;
	more = &more[r->n_plannen++];
	memset(more, 0, sizeof *more);
	more->bericht = bericht;
	more->n_bericht = n;
	return more;
}

static int plan_add(struct lijst *l, const struct regel *regel)
{
	const struct regel **more;

	if (l->n == PER_CLASS_MAX)
		return -E2BIG;
	more = realloc(l->list, (l->n + 1) * sizeof *more);
	if (more == NULL)
		return -ENOMEM;
	l->list = more;
	more[l->n++] = regel;
	return 0;
}

static enum klasse_soort class_named(const char *naam, size_t n)
{
	char copy[32];

	(void)snprintf(copy, sizeof copy, "%.*s", (int)n, naam); /* too long: then it is none */
	return klasse_zoek(copy);
}

static bool is_message(const struct catalog *c, const char *naam, size_t n)
{
	char copy[32];

	(void)snprintf(copy, sizeof copy, "%.*s", (int)n, naam);
	return catalog_element(c, copy, "/Bericht") != NULL;
}

/* Puts a bound row where it applies. */
static int plan_row(struct regels *r, const struct regel *regel, const struct catalog *c, size_t row,
		    struct buf *why)
{
	const char *berichten = regel->info->berichten, *bericht, *klasse;
	size_t n, nk;
	int error = 0;

	while (error == 0 && next_name(&berichten, &bericht, &n)) {
		const char *klassen = regel->info->klasse;
		struct plan *p = plan_of(r, bericht, n);

		if (!is_message(c, bericht, n))
			return wrong(why, row, regel->info, "no such message");
		if (p == NULL)
			return -ENOMEM;
		while (error == 0 && next_name(&klassen, &klasse, &nk)) {
			enum klasse_soort soort = class_named(klasse, nk);

			if (soort == N_KLASSEN)
				return wrong(why, row, regel->info, "no such class");
			error = plan_add(&p->per_klasse[soort], regel);
		}
	}
	return error;
}

/* A function whose id stands in no row would never run, and nobody would know. */
static int check_functions(const struct regels *r, struct buf *why)
{
	for (size_t i = 0; i < N_TABLES; i++)
		for (const struct regel_functie *f = tables[i]; f->id != NULL; f++) {
			size_t row = 0;

			while (row < r->tabel.n && r->bound[row].fn != f->fn)
				row++;
			if (row < r->tabel.n)
				continue;
			buf_addf(why, "regels.tsv: no row for %s, which is checked\n", f->id);
			return -EINVAL;
		}
	return 0;
}

int regels_open(struct regels **ret, const char *dir, const struct catalog *c, struct buf *why)
{
	struct regels *r = calloc(1, sizeof *r);
	const struct regel_info *rows;
	int error = r == NULL ? -ENOMEM : tsv_read(&r->tabel, dir, "regels.tsv", HEADER, why);
	bool none = error == -ENOENT;

	rows = r == NULL ? NULL : (const struct regel_info *)(const void *)r->tabel.cells;
	if (error == 0)
		r->bound = calloc(r->tabel.n + 1, sizeof *r->bound);
	if (error == 0 && r->bound == NULL)
		error = -ENOMEM;
	for (size_t i = 0; error == 0 && i < r->tabel.n; i++) {
		error = bind_row(&r->bound[i], &rows[i], i, why);
		if (error == 0 && r->bound[i].fn != NULL)
			error = plan_row(r, &r->bound[i], c, i, why);
	}
	if (error == 0)
		error = check_functions(r, why);
	if (error < 0 && !none)
		regels_free(&r);
	else
		*ret = r;
	return none ? 0 : error;
}

void regels_free(struct regels **r)
{
	if (*r == NULL)
		return;
	for (size_t i = 0; i < (*r)->n_plannen; i++)
		for (int k = 0; k < N_KLASSEN; k++)
			free((*r)->plannen[i].per_klasse[k].list);
	free((*r)->plannen);
	free((*r)->bound);
	tsv_free(&(*r)->tabel);
	free(*r);
	*r = NULL;
}

const struct regel_info *regels_list(const struct regels *r, size_t *n)
{
	*n = r->tabel.n;
	return (const struct regel_info *)(const void *)r->tabel.cells;
}

/* ---- one message ---- */

/* A rule that is broken at the class at hand, and what it said about it. */
struct gebroken {
	const struct regel *regel;
	bool stil;
	enum veldnaam veld;
	char nl[sizeof((struct toets *)0)->nl], en[sizeof((struct toets *)0)->en];
};

struct loop {
	struct toets t;
	struct klasse *k;
	struct findings *found;
	struct gebroken gebroken[PER_CLASS_MAX];
	size_t n;
};

/* Whether another rule tells it already: one of this run, or one that was broken here before. */
static bool is_silent(const struct loop *l, const struct regel *regel)
{
	const char *names = regel->info->stil_bij;

	if (names[0] == '\0')
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (l->gebroken[i].regel != regel && names_have(names, l->gebroken[i].regel->info->id))
			return true;
	for (const struct retourcode *c = l->k->codes; c != NULL; c = c->next)
		if (names_have(names, c->regel))
			return true;
	return false;
}

static int leave_code(struct loop *l, const struct regel *regel)
{
	struct retourcode *c = arena_alloc(l->t.arena, sizeof *c);

	if (c == NULL)
		return -ENOMEM;
	c->code = regel->info->retourcode;
	c->regel = regel->info->id;
	c->next = l->k->codes;
	l->k->codes = c;
	return 0;
}

/* One sentence, or two; a copy, because a finding may outlive the release it was found by. */
static const char *sentence(struct arena *a, const char *one, const char *two)
{
	return arena_printf(a, *two == '\0' ? "%s%s" : "%s %s", one, two);
}

static int tell(struct loop *l, const struct gebroken *g)
{
	const struct inhoud *i = l->t.inhoud;
	const struct regel_info *info = g->regel->info;
	const struct veld *v = g->veld == V_GEEN ? NULL : veld_van(i, l->k, g->veld);
	struct arena *a = l->t.arena;
	struct finding f = {.line = v == NULL ? l->k->line : v->line,
			    .column = v == NULL ? l->k->column : v->column};
	struct buf pad = BUF_INIT;

	if (l->found->n == FINDINGS_MAX) { /* counted only, so its words need not be made */
		l->found->more++;
		return 0;
	}
	inhoud_pad(i, l->k, v, &pad);
	f.rule = arena_strdup(a, info->id);
	f.retourcode = info->retourcode[0] == '\0' ? NULL : arena_strdup(a, info->retourcode);
	f.path = pad.failed ? NULL : arena_strdup(a, buf_str(&pad));
	f.element = arena_strdup(a, i->knopen->list[v == NULL ? l->k->knoop : v->knoop].naam);
	f.nl = sentence(a, info->nl, g->nl);
	f.en = sentence(a, info->en, g->en);
	f.todo_nl = arena_strdup(a, info->todo_nl);
	f.todo_en = arena_strdup(a, info->todo_en);
	buf_free(&pad);
	if (f.rule == NULL || f.path == NULL || f.element == NULL || f.nl == NULL || f.en == NULL ||
	    f.todo_nl == NULL || f.todo_en == NULL)
		return -ENOMEM;
	return findings_add(l->found, a, NULL, &f);
}

static void look(struct loop *l, const struct regel *regel)
{
	struct gebroken *g = &l->gebroken[l->n];

	l->t.veld = V_GEEN;
	l->t.nl[0] = l->t.en[0] = '\0';
	if (regel->fn(&l->t, l->k))
		return;
	g->regel = regel;
	g->veld = l->t.veld;
	memcpy(g->nl, l->t.nl, sizeof g->nl);
	memcpy(g->en, l->t.en, sizeof g->en);
	l->n++;
}

static int toets_klasse(struct loop *l, const struct lijst *regels, unsigned welke)
{
	int error = 0;

	l->n = 0;
	for (size_t i = 0; i < regels->n; i++)
		if ((welke >> regels->list[i]->niveau & 1) != 0)
			look(l, regels->list[i]);
	if (l->t.error < 0)
		return l->t.error;
	/* All are judged before a code is left here; one that is silent itself still silences. */
	for (size_t i = 0; i < l->n; i++)
		l->gebroken[i].stil = is_silent(l, l->gebroken[i].regel);
	for (size_t i = 0; error == 0 && i < l->n; i++) {
		if (l->gebroken[i].stil)
			continue;
		error = leave_code(l, l->gebroken[i].regel);
		if (error == 0)
			error = tell(l, &l->gebroken[i]);
	}
	return error;
}

static const struct plan *plan_for(const struct regels *r, const char *bericht)
{
	for (size_t i = 0; i < r->n_plannen; i++)
		if (strlen(bericht) == r->plannen[i].n_bericht &&
		    memcmp(bericht, r->plannen[i].bericht, r->plannen[i].n_bericht) == 0)
			return &r->plannen[i];
	return NULL;
}

int regels_toets(const struct regels *r, unsigned welke, const struct bericht *b, struct inhoud *i,
		 struct kruis *kruis, struct arena *a, struct findings *found)
{
	const struct plan *plan = plan_for(r, b->type->naam);
	struct gemak gemak = {NULL, NULL};
	struct loop l;
	int error = 0;

	if (plan == NULL)
		return 0;
	l.t = (struct toets){
		.bericht = b, .inhoud = i, .arena = a, .kruis = kruis, .gemak = &gemak};
	l.found = found;
	for (uint32_t n = 1; error == 0 && n < i->n; n++) {
		l.k = &i->list[n];
		if (plan->per_klasse[l.k->soort].n > 0)
			error = toets_klasse(&l, &plan->per_klasse[l.k->soort], welke);
	}
	return error;
}

/* ---- for rule functions ---- */

bool regel_breekt(struct toets *t, enum veldnaam veld)
{
	t->veld = veld;
	return false;
}

/* A sentence that does not fit loses its end, but never half a letter. */
static void write_sentence(char *to, size_t room, const char *format, va_list ap)
{
	int n = vsnprintf(to, room, format, ap);

	if (n < (int)room)
		return;
	for (n = (int)room - 1; n > 0 && ((unsigned char)to[n - 1] & 0xC0) == 0x80; n--)
		;
	if (n > 0 && (unsigned char)to[n - 1] >= 0xC0)
		n--;
	to[n] = '\0';
}

bool regel_breekt_want(struct toets *t, enum veldnaam veld, const char *nl, const char *en, ...)
{
	va_list ap, again;

	va_start(ap, en);
	va_copy(again, ap);
	write_sentence(t->nl, sizeof t->nl, nl, ap);
	write_sentence(t->en, sizeof t->en, en, again);
	va_end(again);
	va_end(ap);
	t->veld = veld;
	return false;
}
