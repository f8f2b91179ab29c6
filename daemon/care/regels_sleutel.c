/*
 * What may not stand twice in one message: keys, references, overlapping
 * periods of one product.  A declaration may hold tens of thousands of lines,
 * so each of these questions is answered for all classes at once, by sorting,
 * when the first one asks; after that it is a look in a table.
 *
 * Keys are compared by value.  An absent part of a key equals another absent
 * one.  Sorting goes by a hash first, which only makes it quick: whoever finds
 * texts with equal hashes gains nothing.
 */
#include "care/regel_kort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define KEY_MAX 6

/* What is to be unique, and among what. */
struct uniek {
	bool in_ouder;	     /* among those of one enclosing class; else of the whole message */
	enum veldnaam nodig; /* only those that have it count; V_GEEN: all */
	bool alleen_debet;
	enum veldnaam sleutel[N_KLASSEN][KEY_MAX + 1]; /* by class, ended by V_GEEN; empty: not looked at */
};

enum welk { TR101, TR315, TR416, REFERENTIES, N_UNIEK };

/* clang-format off */
static const struct uniek unieke[N_UNIEK] = {
	[TR101] = {.in_ouder = true, .sleutel = {
		[K_CLIENT] = {V_BSN},
		[K_RELATIE] = {V_NUMMER},
		[K_CONTACT] = {V_SOORT},
		[K_TOEGEWEZENPRODUCT] = {V_TOEWIJZINGNUMMER},
		[K_STARTPRODUCT] = {V_TOEWIJZINGNUMMER, V_CATEGORIE, V_CODE, V_BEGINDATUM},
		[K_STOPPRODUCT] = {V_TOEWIJZINGNUMMER, V_CATEGORIE, V_CODE, V_BEGINDATUM,
				   V_REDENBEEINDIGING, V_EINDDATUM},
		[K_AANGEVRAAGDPRODUCT] = {V_REFERENTIE},
		[K_ONGEWIJZIGDPRODUCT] = {V_TOEWIJZINGNUMMER},
		[K_TEWIJZIGENPRODUCT] = {V_TOEWIJZINGNUMMER},
		[K_NIEUWPRODUCT] = {V_CATEGORIE, V_CODE, V_INGANGSDATUM},
		[K_PRESTATIE] = {V_REFERENTIENUMMER, V_VORIGREFERENTIENUMMER},
	}},
	[TR315] = {.nodig = V_VORIGREFERENTIENUMMER, .sleutel = {
		[K_PRESTATIE] = {V_VORIGREFERENTIENUMMER},
	}},
	[TR416] = {.alleen_debet = true, .sleutel = {
		[K_PRESTATIE] = {V_TOEWIJZINGNUMMER, V_BEGINDATUM, V_EINDDATUM, V_CATEGORIE, V_CODE},
	}},
	[REFERENTIES] = {.sleutel = {
		[K_PRESTATIE] = {V_REFERENTIENUMMER},
	}},
};
/* clang-format on */

/* A class with the hash of its key. */
struct ingang {
	uint64_t hash;
	uint32_t nummer;
};

struct index {
	struct ingang *list; /* sorted */
	size_t n;
	uint32_t *dubbel; /* by class: the first one with the same key, 0 when it is that itself */
};

struct berichtgemak {
	struct index uniek[N_UNIEK];
	uint32_t *overlap; /* by class: an earlier one of the same product that it overlaps, or 0 */
};

static struct berichtgemak *mijn(struct toets *t)
{
	struct gemak *g = gemak_van(t);

	if (g->bericht == NULL)
		g->bericht = arena_alloc(t->arena, sizeof *g->bericht);
	if (g->bericht == NULL)
		t->error = -ENOMEM;
	return g->bericht;
}

/* ---- keys ---- */

static enum veldsoort soort_van(const struct inhoud *i, const struct veld *v)
{
	return i->knopen->list[v->knoop].veldsoort;
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t mix_veld(uint64_t hash, const struct inhoud *i, const struct veld *v)
{
	if (v == NULL)
		return mix(hash, "", 1);
	switch (soort_van(i, v)) {
	case VS_TEKST:
		return mix(hash, v->tekst, strlen(v->tekst) + 1);
	case VS_CODE:
		return mix(hash, v->code, strlen(v->code) + 1);
	default: /* days and numbers have their eight bytes filled */
		return mix(hash, &v->getal, sizeof v->getal);
	}
}

static int compare_getal(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_veld(const struct inhoud *i, const struct veld *a, const struct veld *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	switch (soort_van(i, a)) {
	case VS_TEKST:
		return strcmp(a->tekst, b->tekst);
	case VS_CODE:
		return strcmp(a->code, b->code);
	default:
		return compare_getal(a->getal, b->getal);
	}
}

struct blik {
	const struct inhoud *inhoud;
	const struct uniek *uniek;
};

/* Equal keys among the same neighbours give 0. */
static int compare_key(const struct blik *b, uint32_t een, uint32_t ander)
{
	const struct klasse *x = &b->inhoud->list[een], *y = &b->inhoud->list[ander];
	int r = compare_getal(x->soort, y->soort);

	if (r == 0 && b->uniek->in_ouder)
		r = compare_getal(x->ouder, y->ouder);
	for (const enum veldnaam *v = b->uniek->sleutel[x->soort]; r == 0 && *v != V_GEEN; v++)
		r = compare_veld(b->inhoud, veld_van(b->inhoud, x, *v), veld_van(b->inhoud, y, *v));
	return r;
}

static int compare_ingang(const void *een, const void *ander, void *blik)
{
	const struct ingang *x = een, *y = ander;
	int r;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	r = compare_key(blik, x->nummer, y->nummer);
	return r != 0 ? r : compare_getal(x->nummer, y->nummer);
}

static bool telt_mee(const struct toets *t, const struct uniek *u, const struct klasse *k)
{
	return u->sleutel[k->soort][0] != V_GEEN &&
	       (u->nodig == V_GEEN || heeft(t, k, u->nodig)) &&
	       (!u->alleen_debet || is(t, k, V_INGEDIENDDC, "D"));
}

static uint64_t hash_key(const struct inhoud *i, const struct uniek *u, const struct klasse *k)
{
	uint64_t hash = mix(UINT64_C(14695981039346656037), &k->soort, sizeof k->soort);

	if (u->in_ouder)
		hash = mix(hash, &k->ouder, sizeof k->ouder);
	for (const enum veldnaam *v = u->sleutel[k->soort]; *v != V_GEEN; v++)
		hash = mix_veld(hash, i, veld_van(i, k, *v));
	return hash;
}

static void mark_doubles(const struct blik *b, struct index *x)
{
	uint32_t first = 0;

	for (size_t n = 0; n < x->n; n++) {
		const struct ingang *e = &x->list[n];

		if (n > 0 && e->hash == e[-1].hash && compare_key(b, e->nummer, e[-1].nummer) == 0)
			x->dubbel[e->nummer] = first;
		else
			first = e->nummer;
	}
}

/* The index of one question, made when it is first asked; NULL without memory. */
static const struct index *index_van(struct toets *t, enum welk welk)
{
	const struct blik b = {t->inhoud, &unieke[welk]};
	struct berichtgemak *g = mijn(t);
	struct index *x = g == NULL ? NULL : &g->uniek[welk];
	const struct inhoud *i = t->inhoud;

	if (x == NULL || x->dubbel != NULL)
		return x;
	x->list = arena_alloc(t->arena, i->n * sizeof *x->list);
	x->dubbel = arena_alloc(t->arena, i->n * sizeof *x->dubbel);
	if (x->list == NULL || x->dubbel == NULL) {
		t->error = -ENOMEM;
		return NULL;
	}
	for (uint32_t n = 1; n < i->n; n++)
		if (telt_mee(t, b.uniek, &i->list[n]))
			x->list[x->n++] = (struct ingang){hash_key(i, b.uniek, &i->list[n]), n};
	qsort_r(x->list, x->n, sizeof *x->list, compare_ingang, (void *)&b);
	mark_doubles(&b, x);
	return x;
}

static bool breekt_met(struct toets *t, enum veldnaam veld, uint32_t ander)
{
	return regel_breekt_want(t, veld, "De andere staat op regel %u.", "The other one is on line %u.",
				 t->inhoud->list[ander].line);
}

static bool enig(struct toets *t, const struct klasse *k, enum welk welk, enum veldnaam veld)
{
	const struct index *x = index_van(t, welk);
	uint32_t first = x == NULL ? 0 : x->dubbel[inhoud_nummer(t->inhoud, k)];

	return first == 0 || breekt_met(t, veld, first);
}

/* TR101 */
static bool sleutel_uniek(struct toets *t, const struct klasse *k)
{
	return enig(t, k, TR101, V_GEEN);
}

/* TR383: the key of an AangevraagdProduct, so the same question */
static bool referentie_uniek(struct toets *t, const struct klasse *k)
{
	return enig(t, k, TR101, V_REFERENTIE);
}

/* A client that stands twice is told there, and not again for each of the lines. */
static bool client_is_dubbel(struct toets *t, const struct klasse *k)
{
	const struct index *x = index_van(t, TR101);

	return x != NULL && x->dubbel[k->ouder] != 0;
}

/* TR315 */
static bool vorige_uniek(struct toets *t, const struct klasse *k)
{
	return client_is_dubbel(t, k) || enig(t, k, TR315, V_VORIGREFERENTIENUMMER);
}

/* TR416 */
static bool een_debet(struct toets *t, const struct klasse *k)
{
	return client_is_dubbel(t, k) || enig(t, k, TR416, V_GEEN);
}

/* TR316 */
static bool vorige_niet_in_bericht(struct toets *t, const struct klasse *k)
{
	const struct veld *v = veld_van(t->inhoud, k, V_VORIGREFERENTIENUMMER);
	const struct index *x = v == NULL ? NULL : index_van(t, REFERENTIES);
	size_t from = 0, until = x == NULL ? 0 : x->n;
	uint64_t hash;

	if (x == NULL)
		return true;
	hash = mix(UINT64_C(14695981039346656037), &k->soort, sizeof k->soort);
	hash = mix_veld(hash, t->inhoud, v);
	while (from < until) {
		size_t middle = from + (until - from) / 2;
		const struct ingang *e = &x->list[middle];
		int r = e->hash < hash ? -1 : e->hash > hash;

		if (r == 0)
			r = compare_veld(t->inhoud,
					 veld_van(t->inhoud, &t->inhoud->list[e->nummer],
						  V_REFERENTIENUMMER),
					 v);
		if (r == 0)
			return breekt_met(t, V_VORIGREFERENTIENUMMER, e->nummer);
		if (r < 0)
			from = middle + 1;
		else
			until = middle;
	}
	return true;
}

/* ---- overlap ---- */

/*
 * Two products are the same when both have a Code and it is equal; when one
 * lacks it and the categories are equal; when one has no Product at all.  So
 * overlap is looked for three times, each time in groups within which products
 * are the same unless both are closer described than the group says: such a
 * pair was, or will be, met in a smaller group.
 */
enum groep { ALLES, CATEGORIE, CODE, N_GROEPEN };

static const enum veldnaam groep_veld[N_GROEPEN] = {V_GEEN, V_CATEGORIE, V_CODE};

struct duur {
	const char *groep; /* value that its group shares */
	day van, tot;
	uint32_t nummer;
	bool grof; /* described no closer than the group: the same as any other in it */
};

static int compare_duur(const void *een, const void *ander)
{
	const struct duur *x = een, *y = ander;
	int r = strcmp(x->groep, y->groep);

	if (r == 0)
		r = compare_getal(x->van, y->van);
	return r != 0 ? r : compare_getal(x->nummer, y->nummer);
}

/* TR302: what is deleted (13, or the old 01, on its first day) is as if it were never there. */
static bool verwijderd(const struct toets *t, const struct klasse *k)
{
	return is(t, k, V_REDENWIJZIGING, "13|01") &&
	       dag(t, k, V_EINDDATUM) == dag(t, k, V_INGANGSDATUM);
}

static bool lees_duur(const struct toets *t, const struct klasse *k, enum groep groep,
		      struct duur *ret)
{
	day eind = dag(t, k, V_EINDDATUM);

	ret->groep = groep == ALLES ? "" : veld_tekst(t->inhoud, k, groep_veld[groep]);
	ret->van = dag(t, k, V_INGANGSDATUM);
	ret->tot = eind == DAY_NONE ? INT32_MAX : eind;
	ret->nummer = inhoud_nummer(t->inhoud, k);
	ret->grof = groep == CODE || !heeft(t, k, groep_veld[groep + 1]);
	/* An end before the begin is CS003's to tell. */
	return ret->groep != NULL && ret->van != DAY_NONE && ret->tot >= ret->van &&
	       !verwijderd(t, k);
}

static void mark_pair(uint32_t *overlap, uint32_t een, uint32_t ander)
{
	uint32_t later = een > ander ? een : ander;

	if (overlap[later] == 0)
		overlap[later] = een > ander ? ander : een;
}

/* In the order of their begin: each overlaps with what ends latest, or with nothing before it. */
static void sweep(const struct duur *list, size_t n, uint32_t *overlap)
{
	const struct duur *any = NULL, *grof = NULL; /* what ends latest so far */

	for (size_t i = 0; i < n; i++) {
		const struct duur *d = &list[i], *before;

		if (i > 0 && strcmp(d->groep, d[-1].groep) != 0)
			any = grof = NULL;
		before = d->grof ? any : grof;
		if (before != NULL && before->tot >= d->van)
			mark_pair(overlap, d->nummer, before->nummer);
		if (any == NULL || d->tot > any->tot)
			any = d;
		if (d->grof && (grof == NULL || d->tot > grof->tot))
			grof = d;
	}
}

static const uint32_t *overlap_van(struct toets *t, enum klasse_soort soort)
{
	struct berichtgemak *g = mijn(t);
	struct duur *list;

	if (g == NULL || g->overlap != NULL)
		return g == NULL ? NULL : g->overlap;
	g->overlap = arena_alloc(t->arena, t->inhoud->n * sizeof *g->overlap);
	list = arena_alloc(t->arena, t->inhoud->n * sizeof *list);
	if (g->overlap == NULL || list == NULL) {
		t->error = -ENOMEM;
		return NULL;
	}
	for (int groep = ALLES; groep < N_GROEPEN; groep++) {
		const struct klasse *k = NULL;
		size_t n = 0;

		while ((k = inhoud_volgende(t->inhoud, k, soort)) != NULL)
			n += lees_duur(t, k, (enum groep)groep, &list[n]);
		qsort(list, n, sizeof *list, compare_duur);
		sweep(list, n, g->overlap);
	}
	return g->overlap;
}

/* TR302, TR386, TR410: a message has one kind of product for which this is asked */
static bool geen_overlap(struct toets *t, const struct klasse *k)
{
	const uint32_t *overlap = overlap_van(t, k->soort);
	uint32_t ander = overlap == NULL ? 0 : overlap[inhoud_nummer(t->inhoud, k)];

	return ander == 0 || breekt_met(t, V_INGANGSDATUM, ander);
}

const struct regel_functie regels_sleutel[] = {
	{"TR101", sleutel_uniek},
	{"TR302", geen_overlap},
	{"TR315", vorige_uniek},
	{"TR316", vorige_niet_in_bericht},
	{"TR383", referentie_uniek},
	{"TR386", geen_overlap},
	{"TR410", geen_overlap},
	{"TR416", een_debet},
	{NULL, NULL},
};
