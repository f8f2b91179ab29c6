/*
 * The register in SQLite: dossiers, one or all, as they stood after a message.
 *
 * One is read through indexes, all in four sweeps that SQLite puts in the order
 * of dossiers; the rows go the same way from there, so both give the same.
 * What came later than `tot` is left out by the statements; what undid a row
 * later is taken back here:
 *
 *   deleted     the message that did it stands at the row
 *   rejected    table retour tells when; without a row there, or of a message
 *               that the hub rejected itself, at once
 *   a line      table declaratie tells when it was answered
 *
 * A rejection or deletion that was itself undone has left no trace: then a row
 * stands as it does now.
 */
#include "store/register.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "store/register_internal.h"

#include "base/banned.h"

#define ROOM_FIRST 16
#define NEVER INT64_MAX

/* What only this file needs of a line. */
struct lijn {
	int64_t id;
	const char *referentie, *vorig;
	struct reg_periode periode;
	bool weg; /* credited in full, or the line that did it */
};

/* A dossier in the making; the lists are used again for the next. */
struct bouw {
	struct store *st;
	struct arena *arena; /* for texts */
	int64_t tot, grens;  /* highest message; ids of rows are below grens */
	struct reg_dossier d;
	struct reg_toewijzing *toewijzingen;
	struct reg_levering *leveringen;
	struct lijn *lijnen;
	struct reg_periode *perioden;
	size_t n_lijnen;
	size_t toewijzingen_room, leveringen_room, lijnen_room, perioden_room;
};

static void bouw_begin(struct bouw *b, struct store *st, struct arena *a, int64_t tot)
{
	int64_t most = (INT64_MAX >> REG_ID_BITS) - 1;

	*b = (struct bouw){.st = st, .arena = a, .tot = tot};
	b->grens = ((tot < 0 ? 0 : tot > most ? most : tot) + 1) << REG_ID_BITS;
}

static void bouw_end(struct bouw *b)
{
	free(b->toewijzingen);
	free(b->leveringen);
	free(b->lijnen);
	free(b->perioden);
}

/* Room for one more than n. */
static int grow(void **list, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? ROOM_FIRST : 2 * *room;
	void *made;

	if (n < *room)
		return 0;
	made = realloc(*list, more * size);
	if (made == NULL)
		return -ENOMEM;
	*list = made;
	*room = more;
	return 0;
}

#define GROW(list, n, room) grow((void **)&(list), n, &(room), sizeof *(list))

/* Most texts are short or absent. */
static const char *keep(struct bouw *b, const char *text)
{
	return text == NULL || *text == '\0' ? "" : arena_strdup(b->arena, text);
}

static day day_at(struct row *row, int column)
{
	int64_t us = row_number(row, column);

	return us == ABSENT ? DAY_NONE : day_of(us);
}

/* ---- rows ---- */

static void read_kop(struct row *row, struct reg_dossier *d)
{
	*d = (struct reg_dossier){
		.id = row_number(row, 0),
		.geboren = row_day(row, 4),
		.geslacht = sq_text(row->s, 5),
	};
	row_paar(row, 1, &d->paar);
}

static int keep_kop(struct bouw *b, struct row *row)
{
	read_kop(row, &b->d);
	b->n_lijnen = 0;
	b->d.geslacht = keep(b, b->d.geslacht);
	b->d.paar.gemeente = keep(b, b->d.paar.gemeente);
	b->d.paar.aanbieder = keep(b, b->d.paar.aanbieder);
	return b->d.geslacht == NULL || b->d.paar.gemeente == NULL || b->d.paar.aanbieder == NULL
		       ? -ENOMEM
		       : 0;
}

/* Who rejected a message and when; NEVER as far as is known by `tot`. */
struct herroeping {
	int64_t door; /* 0: the hub, at once */
	day op;	      /* DAY_NONE: on the day of the message itself */
	const char *code;
};

static int herroeping(struct bouw *b, int64_t bericht, struct herroeping *ret)
{
	struct row row = {.s = reg_start(b->st, REG_HERROEPING, "i", bericht)};
	int r = reg_first(&row);

	*ret = (struct herroeping){.op = DAY_NONE, .code = ""};
	if (r == 0) {
		bool at_once = row_number(&row, 3) != 0;

		ret->door = at_once ? 0 : row_number(&row, 0);
		if (ret->door > b->tot)
			ret->door = NEVER;
		ret->op = at_once ? DAY_NONE : day_at(&row, 2);
		ret->code = keep(b, sq_text(row.s, 1));
	}
	r = reg_end(&row, r);
	if (r == 0 && ret->code == NULL)
		return -ENOMEM;
	return r == -ENOENT ? 0 : r;
}

static int find_verwijzer(struct bouw *b, const char *referentie, const char **ret)
{
	struct row row;
	int r;

	*ret = "";
	if (*referentie == '\0')
		return 0;
	row = (struct row){.s = reg_start(b->st, REG_VERWIJZER, "cci", b->d.paar.aanbieder,
					  referentie, b->grens)};
	r = reg_first(&row);
	if (r == 0)
		*ret = keep(b, sq_text(row.s, 0));
	r = reg_end(&row, r);
	if (*ret == NULL)
		return -ENOMEM;
	return r == -ENOENT ? 0 : r;
}

static int add_toewijzing(struct bouw *b, struct row *row)
{
	struct reg_toewijzing *t;
	struct herroeping h = {.door = NEVER};
	const char *referentie = row_code(row, 7);
	int r = GROW(b->toewijzingen, b->d.n_toewijzingen, b->toewijzingen_room);

	if (r < 0)
		return r;
	t = &b->toewijzingen[b->d.n_toewijzingen++];
	*t = (struct reg_toewijzing){
		.id = row_number(row, 1),
		.paar = b->d.paar,
		.nummer = row_number(row, 2),
		.moment = row_number(row, 3),
		.ingang = row_day(row, 4),
		.eind = row_day(row, 5),
		.reden = keep(b, sq_text(row->s, 6)),
		.referentie = keep(b, referentie),
		.dagtekening = row_day(row, 14),
		.ontvangen = day_at(row, 16),
	};
	t->bericht = t->id >> REG_ID_BITS;
	row_product(row, 8, &t->product);
	t->product.categorie = keep(b, t->product.categorie);
	t->product.code = keep(b, t->product.code);
	t->product.eenheid = keep(b, t->product.eenheid);
	t->product.frequentie = keep(b, t->product.frequentie);
	if (t->reden == NULL || t->referentie == NULL || t->product.categorie == NULL ||
	    t->product.code == NULL || t->product.eenheid == NULL || t->product.frequentie == NULL)
		return -ENOMEM;
	if (row_number(row, 15) != 0)
		r = herroeping(b, t->bericht, &h);
	t->herroepen = h.door != NEVER;
	return r == 0 ? find_verwijzer(b, t->referentie, &t->verwijzer) : r;
}

/* The day on which a message came in. */
static int ontvangen(struct bouw *b, int64_t bericht, day *ret)
{
	int64_t us;
	int r = sq_number(reg_start(b->st, REG_ONTVANGEN, "i", bericht), &us);

	*ret = r == 0 ? day_of(us) : DAY_NONE;
	return r == -ENOENT ? 0 : r;
}

static int add_levering(struct bouw *b, struct row *row)
{
	struct reg_levering *l;
	struct herroeping h = {.door = NEVER};
	int r = GROW(b->leveringen, b->d.n_leveringen, b->leveringen_room);

	if (r < 0)
		return r;
	l = &b->leveringen[b->d.n_leveringen++];
	*l = (struct reg_levering){
		.id = row_number(row, 1),
		.paar = b->d.paar,
		.soort = (enum levering_soort)row_number(row, 2),
		.nummer = row_number(row, 3),
		.categorie = keep(b, sq_text(row->s, 4)),
		.code = keep(b, sq_text(row->s, 5)),
		.ingang = row_day(row, 6),
		.begin = row_day(row, 7),
		.eind = row_day(row, 8),
		.reden = keep(b, sq_text(row->s, 9)),
		.dagtekening = row_day(row, 10),
		.verwijderd_door = row_number(row, 11),
		.ontvangen = day_at(row, 13),
		.verwijderd_op = DAY_NONE,
		.herroepen_op = DAY_NONE,
		.retourcode = "",
	};
	l->bericht = l->id >> REG_ID_BITS;
	if (l->categorie == NULL || l->code == NULL || l->reden == NULL)
		return -ENOMEM;
	if (l->verwijderd_door > b->tot)
		l->verwijderd_door = 0;
	if (l->verwijderd_door != 0)
		r = ontvangen(b, l->verwijderd_door, &l->verwijderd_op);
	if (r == 0 && row_number(row, 12) != 0)
		r = herroeping(b, l->bericht, &h);
	if (h.door != NEVER) {
		l->herroepen_op = h.op != DAY_NONE ? h.op : l->ontvangen;
		l->retourcode = h.code;
	}
	return r;
}

/* An answer that came after `tot` had not been given; a line came in without a verdict. */
static int stand_then(struct bouw *b, int64_t bericht, int64_t antwoord,
		      enum prestatie_stand *stand)
{
	struct herroeping h;
	int r = 0;

	if (*stand == PRESTATIE_INGEDIEND || b->tot == INT64_MAX)
		return 0;
	if (antwoord != ABSENT && antwoord != 0) {
		if (antwoord > b->tot)
			*stand = PRESTATIE_INGEDIEND;
	} else if (*stand == PRESTATIE_AFGEWEZEN) {
		r = herroeping(b, bericht, &h);
		if (r == 0 && h.door == NEVER)
			*stand = PRESTATIE_INGEDIEND;
	}
	return r;
}

static int add_prestatie(struct bouw *b, struct row *row)
{
	struct lijn *l;
	const char *referentie = row_code(row, 8), *vorig = row_code(row, 9);
	int64_t credit_stand = row_number(row, 7);
	int r = GROW(b->lijnen, b->n_lijnen, b->lijnen_room);

	if (r < 0)
		return r;
	l = &b->lijnen[b->n_lijnen++];
	*l = (struct lijn){
		.id = row_number(row, 1),
		.referentie = keep(b, referentie),
		.vorig = keep(b, vorig),
		.periode =
			{
				.nummer = row_number(row, 2),
				.begin = row_day(row, 3),
				.eind = row_day(row, 4),
				.volume = row_number(row, 5),
				.bedrag = row_number(row, 6),
				.credit = credit_stand >= 4,
				.stand = (enum prestatie_stand)(credit_stand % 4),
				.ontvangen = day_at(row, 10),
			},
	};
	l->periode.bericht = l->id >> REG_ID_BITS;
	if (l->referentie == NULL || l->vorig == NULL)
		return -ENOMEM;
	return stand_then(b, l->periode.bericht, row_number(row, 11), &l->periode.stand);
}

/* ---- credit ---- */

static int by_referentie(const void *a, const void *b)
{
	const struct lijn *x = *(struct lijn *const *)a, *y = *(struct lijn *const *)b;
	int c = strcmp(x->referentie, y->referentie);

	return c != 0 ? c : (x->id > y->id) - (x->id < y->id);
}

/* The latest debit line before c that it credits in full; debet is in order of by_referentie. */
static struct lijn *credited(const struct lijn *c, struct lijn **debet, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) { /* the first after (vorig, id) */
		size_t middle = (low + high) / 2;
		int order = strcmp(debet[middle]->referentie, c->vorig);

		if (order < 0 || (order == 0 && debet[middle]->id < c->id))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low > 0 && strcmp(debet[low - 1]->referentie, c->vorig) == 0; low--)
		if (!debet[low - 1]->weg)
			return debet[low - 1]->periode.bedrag <= c->periode.bedrag ? debet[low - 1]
										   : NULL;
	return NULL;
}

static bool stands(const struct lijn *l, bool credit)
{
	return l->periode.credit == credit && l->periode.stand != PRESTATIE_AFGEWEZEN;
}

/* Marks the lines that were credited in full, and those that did it. */
static int strike_credited(struct bouw *b)
{
	struct lijn **debet, *found;
	size_t n = 0, credits = 0;

	for (size_t i = 0; i < b->n_lijnen; i++)
		credits += stands(&b->lijnen[i], true);
	if (credits == 0)
		return 0;
	debet = malloc(b->n_lijnen * sizeof *debet);
	if (debet == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < b->n_lijnen; i++)
		if (stands(&b->lijnen[i], false))
			debet[n++] = &b->lijnen[i];
	if (n > 1)
		qsort(debet, n, sizeof(struct lijn *), by_referentie);
	for (size_t i = 0; i < b->n_lijnen; i++) {
		found = stands(&b->lijnen[i], true) ? credited(&b->lijnen[i], debet, n) : NULL;
		if (found != NULL)
			found->weg = b->lijnen[i].weg = true;
	}
	free(debet);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct lijn *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* A sweep sorts lines by dossier alone; within one they keep their order, but nobody promises that.
 */
static void in_order(struct bouw *b)
{
	for (size_t i = 1; i < b->n_lijnen; i++)
		if (b->lijnen[i - 1].id > b->lijnen[i].id) {
			qsort(b->lijnen, b->n_lijnen, sizeof *b->lijnen, by_id);
			return;
		}
}

/* All rows are there: what is given out. */
static int finish(struct bouw *b)
{
	size_t n = 0;
	int r;

	in_order(b);
	r = strike_credited(b);
	for (size_t i = 0; r == 0 && i < b->n_lijnen; i++) {
		if (b->lijnen[i].weg)
			continue;
		r = GROW(b->perioden, n, b->perioden_room);
		if (r == 0)
			b->perioden[n++] = b->lijnen[i].periode;
	}
	b->d.toewijzingen = b->toewijzingen;
	b->d.leveringen = b->leveringen;
	b->d.perioden = b->perioden;
	b->d.n_perioden = n;
	return r;
}

/* ---- one ---- */

static int add_all(struct bouw *b, enum register_statement which,
		   int (*add)(struct bouw *, struct row *))
{
	struct row row = {.s = reg_start(b->st, which, "ii", b->d.id, b->grens)};
	int r = 0;

	while (reg_next(&row, &r))
		r = add(b, &row);
	return reg_end(&row, r);
}

static void *moved(struct arena *a, const void *list, size_t bytes)
{
	void *copy = arena_alloc(a, bytes);

	if (copy != NULL && bytes > 0)
		memcpy(copy, list, bytes);
	return copy;
}

/* The lists of a finished dossier go into its arena. */
static int move_lists(struct bouw *b)
{
	struct reg_dossier *d = &b->d;

	d->toewijzingen =
		moved(b->arena, d->toewijzingen, d->n_toewijzingen * sizeof *d->toewijzingen);
	d->leveringen = moved(b->arena, d->leveringen, d->n_leveringen * sizeof *d->leveringen);
	d->perioden = moved(b->arena, d->perioden, d->n_perioden * sizeof *d->perioden);
	return d->toewijzingen == NULL || d->leveringen == NULL || d->perioden == NULL ? -ENOMEM
										       : 0;
}

int reg_dossier_een(struct store *st, struct arena *a, int64_t id, int64_t tot,
		    struct reg_dossier *ret)
{
	struct row row = {.s = reg_start(st, REG_DOSSIER_KOP, "i", id)};
	struct bouw b;
	int r = reg_first(&row);

	bouw_begin(&b, st, a, tot);
	if (r == 0)
		r = keep_kop(&b, &row);
	r = reg_end(&row, r);
	if (r == 0)
		r = add_all(&b, REG_DOSSIER_TOEWIJZING, add_toewijzing);
	if (r == 0)
		r = add_all(&b, REG_DOSSIER_LEVERING, add_levering);
	if (r == 0)
		r = add_all(&b, REG_DOSSIER_PRESTATIE, add_prestatie);
	if (r == 0)
		r = finish(&b);
	if (r == 0)
		r = move_lists(&b);
	if (r == 0)
		*ret = b.d;
	bouw_end(&b);
	return r;
}

/* ---- all ---- */

/* One sweep, standing at a row that no dossier has had yet. */
struct veeg {
	struct row row;
	int (*add)(struct bouw *b, struct row *row);
	int64_t dossier; /* of the row it stands at; NEVER: past the last */
};

static int advance(struct veeg *v)
{
	int r = 0;

	v->dossier = reg_next(&v->row, &r) ? row_number(&v->row, 0) : NEVER;
	return r;
}

/* All rows of the sweep that are of this dossier; those of one that is no more are passed by. */
static int add_swept(struct bouw *b, struct veeg *v)
{
	int r = 0;

	while (r == 0 && v->dossier <= b->d.id) {
		if (v->dossier == b->d.id)
			r = v->add(b, &v->row);
		if (r == 0)
			r = advance(v);
	}
	return r;
}

static int each_dossier(struct bouw *b, struct row *koppen, struct veeg *vegen, size_t n,
			int (*each)(void *, const struct reg_dossier *), void *ctx)
{
	int r = 0;

	while (reg_next(koppen, &r)) {
		r = keep_kop(b, koppen);
		for (size_t i = 0; r == 0 && i < n; i++)
			r = add_swept(b, &vegen[i]);
		if (r == 0)
			r = finish(b);
		if (r == 0)
			r = each(ctx, &b->d);
		arena_release(b->arena);
	}
	return r;
}

int reg_dossiers(struct store *st, int64_t na, int64_t tot,
		 int (*each)(void *, const struct reg_dossier *), void *ctx)
{
	struct arena a = ARENA_INIT;
	struct bouw b;
	struct row koppen = {.s = reg_start(st, REG_ALLE_DOSSIERS, "i", na)};
	struct veeg vegen[3] = {
		{.add = add_toewijzing}, {.add = add_levering}, {.add = add_prestatie}};
	int r = 0;

	bouw_begin(&b, st, &a, tot);
	vegen[0].row.s = reg_start(st, REG_ALLE_TOEWIJZINGEN, "ii", na, b.grens);
	vegen[1].row.s = reg_start(st, REG_ALLE_LEVERINGEN, "ii", na, b.grens);
	vegen[2].row.s = reg_start(st, REG_ALLE_PRESTATIES, "ii", na, b.grens);
	for (size_t i = 0; r == 0 && i < 3; i++)
		r = advance(&vegen[i]);
	if (r == 0)
		r = each_dossier(&b, &koppen, vegen, 3, each, ctx);
	for (size_t i = 0; i < 3; i++)
		(void)reg_end(&vegen[i].row, 0); /* an error was told by its step */
	bouw_end(&b);
	arena_release(&a);
	return reg_end(&koppen, r);
}

/* ---- which ---- */

/* Messages ascend in received: the last id of a day is found by halving. */
int reg_peil(struct store *st, day dag, int64_t *tot)
{
	int64_t low = 0, high = 0;
	int r = st->ops->last_id(st, &high);

	high++; /* nothing lies at high or above it that counts; low counts */
	while (r == 0 && high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		struct row row = {.s = reg_start(st, REG_PEIL, "i", middle)};

		r = reg_first(&row);
		if (r == 0 && row_number(&row, 0) < high && day_at(&row, 1) <= dag)
			low = row_number(&row, 0);
		else if (r == 0 || r == -ENOENT)
			high = middle;
		r = reg_end(&row, r == -ENOENT ? 0 : r);
	}
	if (r == 0)
		*tot = low;
	return r;
}

int reg_antwoordtijden(struct store *st, int64_t tot,
		       int (*each)(void *, const struct reg_antwoordtijd *), void *ctx)
{
	struct row row = {.s = reg_start(st, REG_ANTWOORDTIJDEN, "i", tot)};
	int r = 0;

	while (reg_next(&row, &r)) {
		struct reg_antwoordtijd t = {
			.type = sq_text(row.s, 0),
			.van = sq_text(row.s, 1),
			.naar = sq_text(row.s, 2),
			.ontvangen = day_at(&row, 3),
			.beantwoord = day_at(&row, 4),
		};

		r = each(ctx, &t);
	}
	return reg_end(&row, r);
}

int reg_dossier_nummer(struct store *st, const struct paar *paar, int64_t *id)
{
	return sq_number(reg_start(st, REG_DOSSIER_GET, "ccb", paar->gemeente, paar->aanbieder,
				   paar->client, (size_t)CLIENT_BYTES),
			 id);
}

int reg_dossiers_client(struct store *st, const unsigned char client[CLIENT_BYTES],
			int (*each)(void *, int64_t), void *ctx)
{
	struct row row = {
		.s = reg_start(st, REG_DOSSIERS_CLIENT, "b", client, (size_t)CLIENT_BYTES)};
	int r = 0;

	while (reg_next(&row, &r))
		r = each(ctx, row_number(&row, 0));
	return reg_end(&row, r);
}

int reg_persoon(struct store *st, const struct paar *paar, day geboren, const char *geslacht)
{
	return reg_run(st, REG_PERSOON, "ccbds", paar->gemeente, paar->aanbieder, paar->client,
		       (size_t)CLIENT_BYTES, geboren, geslacht);
}
