#include "care/bewaking.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/inhoud.h"

#include "base/banned.h"

#define VRAAG 256 /* episodes after which go_on is asked */

/* A row that holds its own texts. */
struct vondst {
	struct reg_open_einde rij;
	unsigned char client[CLIENT_BYTES];
	char gemeente[5], aanbieder[9], categorie[3], code[6], soort[4], basis[EINDE_BASIS];
};

struct vondsten {
	struct vondst *list;
	size_t n, room;
};

/* ---- rows ---- */

static struct vondst *nog_een(struct vondsten *v)
{
	struct vondst *bigger;
	size_t room = v->room * 2 + 16;

	if (v->n == v->room) {
		bigger = realloc(v->list, room * sizeof *bigger);
		if (bigger == NULL)
			return NULL;
		v->list = bigger;
		v->room = room;
	}
	return &v->list[v->n++];
}

/* Its texts move with the list: they are pointed to when it no longer grows. */
static void wijs_teksten(struct vondst *v)
{
	v->rij.paar.gemeente = v->gemeente;
	v->rij.paar.aanbieder = v->aanbieder;
	memcpy(v->rij.paar.client, v->client, CLIENT_BYTES);
	v->rij.categorie = v->categorie;
	v->rij.code = v->code;
	v->rij.soort = v->soort;
	v->rij.basis = v->basis;
	v->rij.opheffen = "";
}

static void copy_text(char *to, size_t room, const char *from)
{
	(void)snprintf(to, room, "%s", from);
}

/* A row as it is stored. */
static int add_rij(void *ctx, const struct reg_open_einde *rij)
{
	struct vondst *v = nog_een(ctx);

	if (v == NULL)
		return -ENOMEM;
	v->rij = *rij;
	memcpy(v->client, rij->paar.client, CLIENT_BYTES);
	copy_text(v->gemeente, sizeof v->gemeente, rij->paar.gemeente);
	copy_text(v->aanbieder, sizeof v->aanbieder, rij->paar.aanbieder);
	copy_text(v->categorie, sizeof v->categorie, rij->categorie);
	copy_text(v->code, sizeof v->code, rij->code);
	copy_text(v->soort, sizeof v->soort, rij->soort);
	copy_text(v->basis, sizeof v->basis, rij->basis);
	return 0;
}

static void add_woord(char *to, size_t room, const char *naam, const char *waarde)
{
	size_t n = strlen(to);

	if (waarde[0] == '\0')
		return;
	(void)snprintf(to + n, room - n, "%s%s=%s", n > 0 ? " " : "", naam, waarde);
	for (char *c = to + n + (n > 0); *c != '\0'; c++)
		if (*c == ' ')
			*c = '_';
}

static const char *const lichten[] = {
	[STOPLICHT_GROEN] = "groen", [STOPLICHT_ORANJE] = "oranje", [STOPLICHT_ROOD] = "rood"};

/* What is found of one episode, as rows. */
static int add_einden(const struct bewaking *b, const struct episode *e, struct vondsten *ret)
{
	struct open_einde einden[EINDEN_MEEST];
	unsigned n = einden_vind(e, b->gewoonten, b->calendar, b->vandaag, einden);
	const char *reden = "", *licht;
	char feiten[EINDE_FEITEN];

	if (n == 0)
		return 0;
	licht = lichten[stoplicht_van(e, b->gewoonten, einden, n, b->vandaag, &reden)];
	for (unsigned i = 0; i < n; i++) {
		const struct open_einde *o = &einden[i];
		const struct deel *d = &e->delen[o->deel];
		struct vondst *v = nog_een(ret);

		if (v == NULL)
			return -ENOMEM;
		v->rij = (struct reg_open_einde){
			.dossier = e->dossier,
			.nummer = d->nummer,
			.begin = d->begin,
			.sterkte = (int)o->sterkte,
			.sinds = o->sinds,
			.schatting = o->schatting,
			.laag = o->laag,
			.hoog = o->hoog,
			.kans = o->kans,
			.gemeld = DAY_NONE,
		};
		memcpy(v->client, e->client, CLIENT_BYTES);
		copy_text(v->gemeente, sizeof v->gemeente, e->gemeente);
		copy_text(v->aanbieder, sizeof v->aanbieder, e->aanbieder);
		copy_text(v->categorie, sizeof v->categorie, e->categorie);
		copy_text(v->code, sizeof v->code, e->code);
		copy_text(v->soort, sizeof v->soort, o->soort);
		einde_feiten(o, e, b->gewoonten, b->vandaag, feiten);
		copy_text(v->basis, sizeof v->basis, feiten);
		add_woord(v->basis, sizeof v->basis, "rust", basis_naam(o->basis));
		add_woord(v->basis, sizeof v->basis, "licht", licht);
		add_woord(v->basis, sizeof v->basis, "reden", reden);
	}
	return 0;
}

static int order(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* By start: dossier, number, begin. */
static int by_start(const struct vondst *a, const struct vondst *b)
{
	int r = order(a->rij.dossier, b->rij.dossier);

	if (r == 0)
		r = order(a->rij.nummer, b->rij.nummer);
	return r != 0 ? r : order(a->rij.begin, b->rij.begin);
}

static int by_sleutel(const void *x, const void *y)
{
	const struct vondst *a = x, *b = y;
	int r = memcmp(a->client, b->client, CLIENT_BYTES);

	if (r == 0)
		r = by_start(a, b);
	return r != 0 ? r : strcmp(a->soort, b->soort);
}

/*
 * Two of one key (a number that two episodes share) would be one row: the
 * stronger stands.
 */
static int by_sleutel_sterkte(const void *x, const void *y)
{
	int r = by_sleutel(x, y);

	if (r == 0)
		r = ((const struct vondst *)x)->rij.sterkte -
		    ((const struct vondst *)y)->rij.sterkte;
	return r != 0 ? r
		      : strcmp(((const struct vondst *)x)->basis,
			       ((const struct vondst *)y)->basis);
}

static void in_orde(struct vondsten *v)
{
	size_t n = 0;

	if (v->n > 1)
		qsort(v->list, v->n, sizeof *v->list, by_sleutel_sterkte);
	for (size_t i = 0; i < v->n; i++)
		if (n == 0 || by_sleutel(&v->list[n - 1], &v->list[i]) != 0)
			v->list[n++] = v->list[i];
	v->n = n;
	for (size_t i = 0; i < n; i++)
		wijs_teksten(&v->list[i]);
}

/* All but gemeld, which no message says. */
static bool gelijk(const struct vondst *a, const struct vondst *b)
{
	const struct reg_open_einde *x = &a->rij, *y = &b->rij;

	return x->sterkte == y->sterkte && x->sinds == y->sinds && x->schatting == y->schatting &&
	       x->laag == y->laag && x->hoog == y->hoog && x->kans == y->kans &&
	       strcmp(a->categorie, b->categorie) == 0 && strcmp(a->code, b->code) == 0 &&
	       strcmp(a->basis, b->basis) == 0;
}

static bool sterk(const struct vondst *v)
{
	return v->rij.sterkte <= STERKTE_WAARSCHIJNLIJK;
}

/* ---- the differences of one client ---- */

struct verschil {
	struct bewaking *b;
	const struct vondsten *was;
	int64_t bericht;
};

/* The aanbieder knows: some row of this start stood at that strength, whatever its kind. */
static bool was_sterk(const struct verschil *k, const struct vondst *v)
{
	for (size_t i = 0; i < k->was->n; i++)
		if (by_start(&k->was->list[i], v) == 0 && sterk(&k->was->list[i]))
			return true;
	return false;
}

static day was_gemeld(const struct verschil *k, const struct vondst *v)
{
	day op = DAY_NONE;

	for (size_t i = 0; i < k->was->n; i++)
		if (by_start(&k->was->list[i], v) == 0 && k->was->list[i].rij.gemeld > op)
			op = k->was->list[i].rij.gemeld;
	return op;
}

/* Also for reading: outside a transaction each statement would take the locks for itself. */
static int begin(struct bewaking *b)
{
	int r = b->begonnen ? 0 : b->store->ops->begin(b->store);

	b->begonnen = b->begonnen || r == 0;
	return r;
}

static int meld(const struct verschil *k, const struct vondst *v, bool geopend, bool herinner)
{
	const struct einde_melding m = {&v->rij, geopend, herinner, k->bericht};
	int r = k->b->store->reg->einde_log(k->b->store, &v->rij, geopend, k->b->moment,
					    k->bericht);

	return r == 0 && k->b->meld != NULL ? k->b->meld(k->b->ctx, &m) : r;
}

static int verdwenen(const struct verschil *k, const struct vondst *v)
{
	int r = k->b->store->reg->open_einde_weg(k->b->store, &v->rij);

	return r == 0 ? meld(k, v, false, false) : r;
}

/* Its clock ran out: that alone is worth telling. */
static bool klok(const char *soort)
{
	return strcmp(soort, "C1") == 0 || strcmp(soort, "C2") == 0 || strcmp(soort, "C5") == 0;
}

static int verschenen(const struct verschil *k, struct vondst *v)
{
	bool herinner = klok(v->soort) || (sterk(v) && !was_sterk(k, v));
	int r;

	if (!herinner)
		v->rij.gemeld = was_gemeld(k, v); /* it knows of this start, under another kind */
	r = k->b->store->reg->open_einde_zet(k->b->store, &v->rij);
	return r == 0 ? meld(k, v, true, herinner) : r;
}

static int veranderd(const struct verschil *k, const struct vondst *was, const struct vondst *is)
{
	int r;

	if (gelijk(was, is))
		return 0;
	r = k->b->store->reg->open_einde_zet(k->b->store, &is->rij);
	if (r < 0 || sterk(was) == sterk(is))
		return r;
	return sterk(is) ? meld(k, is, true, !was_sterk(k, is)) : meld(k, was, false, false);
}

/* Clearings before openings, so that a change of kind reads in that order. */
static int schrijf(const struct verschil *k, const struct vondsten *is)
{
	int r = 0;

	for (int opent = 0; opent < 2; opent++)
		for (size_t i = 0, j = 0; r == 0 && (i < k->was->n || j < is->n);) {
			int c = i == k->was->n ? 1
				: j == is->n   ? -1
					       : by_sleutel(&k->was->list[i], &is->list[j]);

			if (c < 0 && !opent)
				r = verdwenen(k, &k->was->list[i]);
			else if (c > 0 && opent)
				r = verschenen(k, &is->list[j]);
			else if (c == 0 && opent)
				r = veranderd(k, &k->was->list[i], &is->list[j]);
			i += c <= 0;
			j += c >= 0;
		}
	return r;
}

/* ---- one client ---- */

struct nummers {
	int64_t *list;
	size_t n, room;
};

static int add_nummer(void *ctx, int64_t id)
{
	struct nummers *d = ctx;
	int64_t *bigger;

	if (d->n == d->room) {
		bigger = realloc(d->list, (d->room * 2 + 8) * sizeof *bigger);
		if (bigger == NULL)
			return -ENOMEM;
		d->list = bigger;
		d->room = d->room * 2 + 8;
	}
	d->list[d->n++] = id;
	return 0;
}

/* What the register says of a client now, and the rows that it has. */
static int lees_client(const struct bewaking *b, const struct nummers *dossiers, struct episoden *e,
		       struct vondsten *was)
{
	struct arena a = ARENA_INIT;
	struct reg_dossier d;
	int r = 0;

	for (size_t i = 0; r == 0 && i < dossiers->n; i++) {
		r = b->store->reg->dossier(b->store, &a, dossiers->list[i], INT64_MAX, &d);
		if (r == 0)
			r = episoden_van(&d, b->hulpvormen, e);
		else if (r == -ENOENT)
			r = 0;
		if (r == 0)
			r = b->store->reg->open_einden(b->store, dossiers->list[i], add_rij, was);
	}
	arena_release(&a);
	if (e->n > 0)
		episoden_verbind_alle(e); /* they are one client's: it orders and links them */
	return r;
}

static int vind(const struct bewaking *b, struct episode *list, size_t n, struct vondsten *is)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		gewoonten_wijs(b->gewoonten, &list[i]);
		r = add_einden(b, &list[i], is);
	}
	in_orde(is);
	return r;
}

int bewaking_client(struct bewaking *b, const unsigned char client[CLIENT_BYTES], int64_t bericht)
{
	struct nummers dossiers = {0};
	struct episoden e = {0};
	struct vondsten was = {0}, is = {0};
	struct verschil k = {b, &was, bericht};
	int r = begin(b);

	if (r == 0)
		r = b->store->reg->dossiers_client(b->store, client, add_nummer, &dossiers);
	if (r == 0)
		r = lees_client(b, &dossiers, &e, &was);
	in_orde(&was);
	if (r == 0)
		r = vind(b, e.list, e.n, &is);
	if (r == 0)
		r = schrijf(&k, &is);
	free(dossiers.list);
	free(was.list);
	free(is.list);
	episoden_free(&e);
	return r;
}

int bewaking_klaar(struct bewaking *b)
{
	int r = b->begonnen ? b->store->ops->commit(b->store) : 0;

	b->begonnen = b->begonnen && r < 0;
	return r;
}

/* ---- all ---- */

void clienten_free(struct clienten *c)
{
	free(c->list);
	*c = (struct clienten){0};
}

struct lezing {
	const struct hulpvormen *hulpvormen;
	struct episoden *episoden;
	bool (*go_on)(void *ctx);
	void *ctx;
	unsigned n;
};

static int lees_dossier(void *ctx, const struct reg_dossier *d)
{
	struct lezing *l = ctx;

	if (++l->n % VRAAG == 0 && l->go_on != NULL && !l->go_on(l->ctx))
		return -ECANCELED;
	return episoden_van(d, l->hulpvormen, l->episoden);
}

int bewaking_lees(struct store *st, const struct hulpvormen *h, bool (*go_on)(void *ctx), void *ctx,
		  struct episoden *ret)
{
	struct lezing l = {h, ret, go_on, ctx, 0};
	int r = st->reg->dossiers(st, 0, INT64_MAX, lees_dossier, &l);

	if (r == 0 && ret->n > 0)
		episoden_verbind_alle(ret);
	return r;
}

int bewaking_leer(struct store *st, const struct hulpvormen *h, day dag, struct gewoonten **ret)
{
	struct episoden e = {0};
	int r = bewaking_lees(st, h, NULL, NULL, &e);

	if (r == 0)
		r = gewoonten_leer(ret, &e, dag);
	episoden_free(&e);
	return r;
}

static int add_client(struct clienten *c, size_t *room, const unsigned char client[CLIENT_BYTES])
{
	unsigned char(*bigger)[CLIENT_BYTES];

	if (c->n == *room) {
		bigger = realloc(c->list, (*room * 2 + 64) * sizeof *bigger);
		if (bigger == NULL)
			return -ENOMEM;
		c->list = bigger;
		*room = *room * 2 + 64;
	}
	memcpy(c->list[c->n++], client, CLIENT_BYTES);
	return 0;
}

static bool zelfde(const struct vondst *was, size_t n_was, const struct vondsten *is)
{
	bool same = n_was == is->n;

	for (size_t i = 0; same && i < n_was; i++)
		same = by_sleutel(&was[i], &is->list[i]) == 0 && gelijk(&was[i], &is->list[i]);
	return same;
}

/* Walks episodes and stored rows side by side, client by client. */
static int loop_na(const struct bewaking *b, struct episoden *e, const struct vondsten *was,
		   bool alle, bool (*go_on)(void *ctx), void *ctx, struct clienten *ret)
{
	struct vondsten is = {0};
	size_t room = 0, i = 0, j = 0, i_tot, j_tot;
	int r = 0;

	while (r == 0 && (i < e->n || j < was->n)) {
		const unsigned char *client = i == e->n ? was->list[j].client : e->list[i].client;

		if (j < was->n && memcmp(was->list[j].client, client, CLIENT_BYTES) < 0)
			client = was->list[j].client;
		for (i_tot = i;
		     i_tot < e->n && memcmp(e->list[i_tot].client, client, CLIENT_BYTES) == 0;)
			i_tot++;
		for (j_tot = j;
		     j_tot < was->n && memcmp(was->list[j_tot].client, client, CLIENT_BYTES) == 0;)
			j_tot++;
		is.n = 0;
		r = vind(b, &e->list[i], i_tot - i, &is);
		if (r == 0 && (alle || !zelfde(&was->list[j], j_tot - j, &is)))
			r = add_client(ret, &room, client);
		if (r == 0 && i / VRAAG != i_tot / VRAAG && go_on != NULL && !go_on(ctx))
			r = -ECANCELED;
		i = i_tot;
		j = j_tot;
	}
	free(is.list);
	return r;
}

int bewaking_verschillen(const struct bewaking *b, struct episoden *e, bool alle,
			 bool (*go_on)(void *ctx), void *ctx, struct clienten *ret)
{
	struct vondsten was = {0};
	int r = b->store->reg->open_einden(b->store, 0, add_rij, &was);

	in_orde(&was);
	if (r == 0)
		r = loop_na(b, e, &was, alle, go_on, ctx, ret);
	free(was.list);
	if (r < 0)
		clienten_free(ret);
	return r;
}

int bewaking_alles(struct bewaking *b, struct clienten *c, unsigned n)
{
	int r = 0;

	for (; r == 0 && n > 0 && c->at < c->n; n--) {
		r = bewaking_client(b, c->list[c->at], 0);
		c->at += r == 0;
	}
	return r;
}

/* ---- whom a message touches ---- */

int bewaking_geraakt(const struct inhoud *i, const struct pseudonym_key *key, struct arena *a,
		     unsigned char (**ret)[CLIENT_BYTES], size_t *n)
{
	const struct klasse *k = NULL;
	size_t room = 0;

	*n = 0;
	while ((k = inhoud_volgende(i, k, K_CLIENT)) != NULL)
		room++;
	*ret = room == 0 ? NULL : arena_alloc(a, room * sizeof **ret);
	if (room > 0 && *ret == NULL)
		return -ENOMEM;
	while ((k = inhoud_volgende(i, k, K_CLIENT)) != NULL) {
		const char *bsn = veld_tekst(i, k, V_BSN);

		if (bsn != NULL && pseudonym_of(key, bsn, (*ret)[*n]) == 0)
			(*n)++;
	}
	return 0;
}

bool bewaking_antwoord(const struct bericht *b, const struct inhoud *i, int64_t id,
		       struct einde_antwoord *ret)
{
	const char *origineel;

	if (b->type == NULL || b->type->antwoord_op[0] == '\0' || i == NULL || i->n <= 1)
		return false;
	origineel = b->type->retour ? b->origineel
				    : veld_tekst(i, inhoud_header(i), V_DECLARATIEIDENTIFICATIE);
	if (origineel == NULL || origineel[0] == '\0')
		return false;
	*ret = (struct einde_antwoord){.bericht = id, .retour = b->type->retour};
	copy_text(ret->van, sizeof ret->van, b->van);
	copy_text(ret->naar, sizeof ret->naar, b->naar);
	copy_text(ret->op, sizeof ret->op, b->type->antwoord_op);
	copy_text(ret->origineel, sizeof ret->origineel, origineel);
	return true;
}

static int afgewezen_declaratie(struct store *st, struct arena *a, const struct einde_antwoord *w,
				int64_t *ret)
{
	struct reg_declaratie d;
	int r = st->reg->declaratie_identificatie(st, a, w->van, w->naar, w->origineel, &d);

	if (r == 0 && d.antwoord == w->bericht && d.afgewezen)
		*ret = d.bericht;
	return r == -ENOENT ? 0 : r;
}

int bewaking_afgewezen(struct store *st, struct arena *a, const struct einde_antwoord *w,
		       int64_t *ret)
{
	struct store_message origineel;
	struct reg_retour retour;
	int r;

	*ret = 0;
	if (!w->retour)
		return afgewezen_declaratie(st, a, w, ret);
	r = st->ops->message_in_force(st, a, w->naar, w->op, w->origineel, &origineel);
	if (r == 0)
		r = st->reg->retour_van(st, a, origineel.id, &retour);
	if (r == 0 && retour.retour == w->bericht && retour.afgewezen)
		*ret = origineel.id;
	return r == -ENOENT ? 0 : r;
}

/* ---- reading a row's basis ---- */

bool basis_deel(const char *basis, const char *naam, char *ret, size_t room)
{
	size_t n = strlen(naam);

	for (const char *p = basis; p != NULL && *p != '\0'; p = strchr(p, ' '), p += p != NULL) {
		size_t value;

		if (strncmp(p, naam, n) != 0 || p[n] != '=')
			continue;
		value = strcspn(p + n + 1, " ");
		(void)snprintf(ret, room, "%.*s", (int)value, p + n + 1);
		for (char *c = ret; *c != '\0'; c++)
			if (*c == '_')
				*c = ' ';
		return true;
	}
	return false;
}
