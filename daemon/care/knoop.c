/*
 * Built breadth first, so that the children of an element stand together.  The
 * rows of one message are few (at most about a hundred), and this is done when
 * a release is opened: plain loops will do.
 */
#include "care/knoop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* While building: the rows of one message, and the row of each element in the tree. */
struct bouw {
	const struct catalog *catalog;
	const struct element_info **rows, **made;
	size_t n;
	struct knopen *k;
	bool *gebruikt;
};

static int collect_rows(struct bouw *b, const char *bericht)
{
	size_t n;
	const struct element_info *all = catalog_elements(b->catalog, &n);

	b->rows = calloc(n + 1, sizeof(const struct element_info *));
	if (b->rows == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].bericht, bericht) == 0)
			b->rows[b->n++] = &all[i];
	b->made = calloc(b->n + 1, sizeof(const struct element_info *));
	b->k->list = calloc(b->n + 1, sizeof *b->k->list);
	if (b->made == NULL || b->k->list == NULL)
		return -ENOMEM;
	return b->n < KNOOP_GEEN ? 0 : -E2BIG;
}

/* How far the last step of a path is from its start, its slash included. */
static size_t parent_length(const char *pad)
{
	const char *slash = strrchr(pad, '/');

	return slash == NULL ? 0 : (size_t)(slash - pad);
}

static bool is_child(const struct element_info *e, const char *parent)
{
	size_t n = strlen(parent);

	return parent_length(e->pad) == n && memcmp(e->pad, parent, n) == 0;
}

/* Texts up to 7 bytes are kept in place, but only where a list bounds them: a length counts
 * characters. */
static enum veldsoort soort_of(const struct catalog *c, const char *datatype)
{
	const struct datatype_info *d = catalog_datatype(c, datatype);

	if (d == NULL)
		return VS_AANWEZIG;
	if (strcmp(d->basis, "date") == 0)
		return VS_DAG;
	if (strcmp(d->basis, "integer") == 0)
		return VS_GETAL;
	if (strcmp(d->basis, "time") == 0)
		return VS_TIJD;
	return d->lijst[0] != '\0' && strtol(d->max_length, NULL, 10) <= 7 ? VS_CODE : VS_TEKST;
}

/* Which field of its class an element is, by velden.tsv. */
static void set_field(struct bouw *b, uint16_t at)
{
	struct knoop *k = &b->k->list[at];
	const struct veld_info *velden;
	const char *rest;
	size_t n;

	if (k->klasse == KNOOP_GEEN || k->klasse == at)
		return;
	velden = catalog_velden(b->catalog, &n);
	rest = b->made[at]->pad + strlen(b->made[k->klasse]->pad) + 1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(velden[i].pad, rest) != 0 ||
		    klasse_zoek(velden[i].klasse) != b->k->list[k->klasse].soort)
			continue;
		k->veld = veld_zoek(velden[i].veld);
		k->veldsoort = soort_of(b->catalog, b->made[at]->datatype);
		b->gebruikt[i] = true;
	}
}

static void add_element(struct bouw *b, const struct element_info *e, uint16_t ouder)
{
	uint16_t at = b->k->n++;
	struct knoop *k = &b->k->list[at];
	enum klasse_soort soort = klasse_zoek(e->datatype);

	b->made[at] = e;
	k->naam = e->pad + parent_length(e->pad) + 1;
	k->ouder = ouder;
	k->soort = soort == N_KLASSEN ? K_GEEN : soort;
	k->klasse = k->soort != K_GEEN	  ? at
		    : ouder == KNOOP_GEEN ? KNOOP_GEEN
					  : b->k->list[ouder].klasse;
	k->herhaalt = element_repeats(e);
	set_field(b, at);
}

static void build(struct bouw *b)
{
	for (size_t i = 0; i < b->n && b->k->n == 0; i++)
		if (parent_length(b->rows[i]->pad) == 0)
			add_element(b, b->rows[i], KNOOP_GEEN);
	for (uint16_t at = 0; at < b->k->n; at++) {
		b->k->list[at].eerste = b->k->n;
		for (size_t i = 0; i < b->n; i++)
			if (is_child(b->rows[i], b->made[at]->pad))
				add_element(b, b->rows[i], at);
		b->k->list[at].n = (uint16_t)(b->k->n - b->k->list[at].eerste);
	}
}

int velden_check(const struct catalog *c, struct buf *why)
{
	size_t n;
	const struct veld_info *velden = catalog_velden(c, &n);

	for (size_t i = 0; i < n; i++) {
		const char *wrong = NULL;

		if (klasse_zoek(velden[i].klasse) == N_KLASSEN)
			wrong = "no such class";
		else if (veld_zoek(velden[i].veld) == N_VELDEN)
			wrong = "no such field";
		if (wrong == NULL)
			continue;
		buf_addf(why, "velden.tsv:%zu: %s %s: %s\n", i + 2, velden[i].klasse,
			 velden[i].veld, wrong);
		return -EINVAL;
	}
	return 0;
}

int velden_check_used(const struct catalog *c, const bool *gebruikt, struct buf *why)
{
	size_t n;
	const struct veld_info *velden = catalog_velden(c, &n);

	for (size_t i = 0; i < n; i++) {
		if (gebruikt[i])
			continue;
		buf_addf(why, "velden.tsv:%zu: no message has %s/%s\n", i + 2, velden[i].klasse,
			 velden[i].pad);
		return -EINVAL;
	}
	return 0;
}

int knopen_new(struct knopen **ret, const struct catalog *c, const char *bericht, bool *gebruikt)
{
	struct bouw b = {.catalog = c, .gebruikt = gebruikt};
	int r;

	b.k = calloc(1, sizeof *b.k);
	r = b.k == NULL ? -ENOMEM : collect_rows(&b, bericht);
	if (r == 0) {
		build(&b);
		*ret = b.k;
		b.k = NULL;
	}
	knopen_free(&b.k);
	free(b.rows);
	free(b.made);
	return r;
}

void knopen_free(struct knopen **k)
{
	if (*k == NULL)
		return;
	free((*k)->list);
	free(*k);
	*k = NULL;
}

uint16_t knoop_kind(const struct knopen *k, uint16_t ouder, const char *naam, uint16_t *hint)
{
	const struct knoop *o = &k->list[ouder];

	for (uint16_t i = 0, at = *hint; i < o->n; i++, at++) {
		if (at >= o->n)
			at = 0;
		if (strcmp(k->list[o->eerste + at].naam, naam) != 0)
			continue;
		*hint = (uint16_t)(at + 1);
		return (uint16_t)(o->eerste + at);
	}
	return KNOOP_GEEN;
}
