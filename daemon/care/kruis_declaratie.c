/*
 * A declaration (JW323) against allocations, earlier declarations and the
 * contract.
 *
 * The answer to a declaration goes from the outside in: when the declaration
 * itself is wrong its clients are not looked at, when a client is wrong its
 * lines are not.  So the rules of a line hold when what is around it is broken.
 *
 * Credit lines come before debit lines (OP366) and are not judged on their
 * content: they repeat what was approved.  Only their references count.
 *
 * Everything is looked up once per message and once per allocation, so that
 * 26,000 lines cost 26,000 look-ups and not their square.  What volumes and
 * amounts come to is kruis_bedrag.c.
 */
#include "care/kruis_declaratie.h"

#include <errno.h>
#include <stdio.h>

#include "care/volume.h"

#include "base/banned.h"

/* ---- the message ---- */

static int link_saldo(struct toets *t, struct declaratie *d, struct lijn *l)
{
	uint64_t s = sleutel_getal(sleutel_begin(t->kruis), l->nummer);
	struct saldo *saldo = NULL;

	for (struct cel *c = tafel_find(&d->saldi, s); c != NULL && saldo == NULL;
	     c = cel_volgende(c))
		if (((struct saldo *)c->waarde)->nummer == l->nummer)
			saldo = c->waarde;
	if (saldo == NULL) {
		saldo = arena_alloc(t->arena, sizeof *saldo);
		if (saldo == NULL || tafel_add(t->arena, &d->saldi, s, saldo) < 0)
			return -ENOMEM;
		saldo->nummer = l->nummer;
		saldo->staart = &saldo->eerste;
	}
	*saldo->staart = l;
	saldo->staart = &l->volgende;
	return 0;
}

/* The first line under this text. */
static struct lijn *find_lijn(const struct toets *t, const struct tafel *tafel, const char *tekst,
			      bool vorig)
{
	struct cel *c = tafel_find(tafel, sleutel_tekst(sleutel_begin(t->kruis), tekst));

	for (; c != NULL; c = cel_volgende(c)) {
		struct lijn *l = c->waarde;

		if (kruis_same_text(vorig ? l->vorig : l->referentie, tekst))
			return l;
	}
	return NULL;
}

static int link_referenties(struct toets *t, struct declaratie *d, struct lijn *l)
{
	uint64_t s = sleutel_begin(t->kruis);
	int r = 0;

	l->herhaald = find_lijn(t, &d->referenties, l->referentie, false) != NULL;
	if (!l->herhaald)
		r = tafel_add(t->arena, &d->referenties, sleutel_tekst(s, l->referentie), l);
	if (r == 0 && l->credit)
		r = tafel_add(t->arena, &d->credits, sleutel_tekst(s, l->vorig), l);
	return r;
}

static void read_lijn(struct toets *t, struct declaratie *d, struct declarant *client,
		      const struct klasse *k)
{
	struct lijn *l = &d->lijnen[inhoud_nummer(t->inhoud, k)];
	const struct toewijzing *w;

	*l = (struct lijn){
		.client = client,
		.k = k,
		.nummer = kruis_getal(t, k, V_TOEWIJZINGNUMMER),
		.volume = veld_getal(t->inhoud, k, V_VOLUME, 0),
		.bedrag = veld_getal(t->inhoud, k, V_INGEDIENDBEDRAG, 0),
		.tarief = kruis_getal(t, k, V_TARIEF),
		.begin = veld_dag(t->inhoud, k, V_BEGINDATUM),
		.eind = veld_dag(t->inhoud, k, V_EINDDATUM),
		.referentie = kruis_tekst(t, k, V_REFERENTIENUMMER),
		.vorig = kruis_tekst(t, k, V_VORIGREFERENTIENUMMER),
		.categorie = kruis_tekst(t, k, V_CATEGORIE),
		.code = kruis_tekst(t, k, V_CODE),
		.eenheid = kruis_tekst(t, k, V_EENHEID),
		.credit = veld_is(t->inhoud, k, V_INGEDIENDDC, "C"),
	};
	if (link_referenties(t, d, l) < 0 || link_saldo(t, d, l) < 0)
		t->error = -ENOMEM;
	w = l->credit ? NULL : kruis_toewijzing(t, l->nummer);
	if (w != NULL && w->bekend == BEKEND)
		*(kruis_eigen(w, &client->paar) ? &client->eigen : &client->vreemd) = true;
}

static void read_lijnen(struct toets *t, struct declaratie *d)
{
	const struct klasse *k = NULL, *van = NULL;
	struct declarant *client = NULL;

	while (t->error == 0 && (k = inhoud_volgende(t->inhoud, k, K_PRESTATIE)) != NULL) {
		const struct klasse *nu = inhoud_ouder(t->inhoud, k, K_CLIENT);

		if (nu == NULL)
			continue;
		if (nu != van) {
			van = nu;
			client = arena_alloc(t->arena, sizeof *client);
			if (client == NULL)
				t->error = -ENOMEM;
			else if (!kruis_paar(t->kruis, t->inhoud, nu, &client->paar))
				client = NULL;
		}
		if (client != NULL)
			read_lijn(t, d, client, k);
	}
}

/* ---- the declaration itself ---- */

static bool number_used(struct toets *t, const struct klasse *k)
{
	struct reg_declaratie row;

	return kruis_ask(
		t, t->kruis->reg->declaratie_nummer(t->kruis->store, t->arena, t->kruis->aanbieder,
						    kruis_tekst(t, k, V_DECLARATIENUMMER), &row));
}

/* The DeclaratiePeriode that was submitted last, when this one lies before it; else DAY_NONE. */
static day later_period(struct toets *t, const struct klasse *k)
{
	struct reg_declaratie row;
	day begin = veld_dag(t->inhoud, k, V_BEGINDATUM);

	if (!kruis_ask(t, t->kruis->reg->declaratie_laatste(t->kruis->store, t->arena,
							    t->kruis->gemeente, t->kruis->aanbieder,
							    &row)))
		return DAY_NONE;
	return begin != DAY_NONE && begin < row.begin ? row.begin : DAY_NONE;
}

static struct declaratie *make(struct toets *t)
{
	struct declaratie *d = arena_alloc(t->arena, sizeof *d);
	const struct klasse *k = inhoud_volgende(t->inhoud, NULL, K_DECLARATIE);
	uint32_t n = t->inhoud->n;

	if (d != NULL)
		d->lijnen = arena_alloc(t->arena, n * sizeof *d->lijnen);
	if (d == NULL || d->lijnen == NULL || tafel_make(t->arena, &d->referenties, n) < 0 ||
	    tafel_make(t->arena, &d->credits, n) < 0 || tafel_make(t->arena, &d->saldi, n) < 0 ||
	    tafel_make(t->arena, &d->debet, n) < 0 || tafel_make(t->arena, &d->berichten, 0) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	d->afgekeurd = k != NULL && (number_used(t, k) || later_period(t, k) != DAY_NONE);
	read_lijnen(t, d);
	return d;
}

struct declaratie *declaratie_van(struct toets *t)
{
	struct kruisgemak *g = kruis_gemak(t);

	if (g != NULL && g->declaratie == NULL && t->error == 0)
		g->declaratie = make(t);
	return g == NULL || t->error < 0 ? NULL : g->declaratie;
}

bool tr333(struct toets *t, const struct klasse *k)
{
	return !number_used(t, k) || regel_breekt(t, V_DECLARATIENUMMER);
}

/* The first declaration may be of any month, and so may one after a gap: nobody can see whether
 * there was care in it. */
bool tr318(struct toets *t, const struct klasse *k)
{
	day later = number_used(t, k) ? DAY_NONE : later_period(t, k);
	char maand[11];

	if (later == DAY_NONE)
		return true;
	day_text(later, maand);
	maand[7] = '\0';
	return regel_breekt_want(t, V_BEGINDATUM, "De laatst ingediende maand is %s.",
				 "The last month that was declared is %s.", maand);
}

/* ---- the client ---- */

static bool wrong_client(const struct declarant *c)
{
	return c->vreemd && !c->eigen;
}

/*
 * TR304 and TR338 look at the same thing.  When every known allocation of a
 * client's lines is another client's, the Bsn is wrong: said once, here, and
 * the lines are not judged.  When some are its own, one ToewijzingNummer is
 * wrong, and TR338 says so at its line.
 */
bool declaratie_client(struct toets *t, const struct klasse *k)
{
	struct declaratie *d = declaratie_van(t);

	if (d == NULL || d->afgekeurd)
		return true;
	for (uint32_t n = inhoud_nummer(t->inhoud, k) + 1; n < t->inhoud->n; n++) {
		const struct lijn *l = &d->lijnen[n];

		if (t->inhoud->list[n].soort == K_CLIENT)
			break;
		if (l->client != NULL)
			return !wrong_client(l->client) || regel_breekt(t, V_BSN);
	}
	return true;
}

/* ---- lines: which are judged ---- */

/* A line that is to be judged; NULL: none, or what is around it is broken. */
static struct lijn *lijn_of(struct toets *t, const struct klasse *k)
{
	struct declaratie *d = declaratie_van(t);
	struct lijn *l = d == NULL ? NULL : &d->lijnen[inhoud_nummer(t->inhoud, k)];

	return l != NULL && l->client != NULL && !d->afgekeurd && !wrong_client(l->client) ? l
											   : NULL;
}

static struct lijn *debet(struct toets *t, const struct klasse *k)
{
	struct lijn *l = lijn_of(t, k);

	return l != NULL && !l->credit ? l : NULL;
}

static struct lijn *credit(struct toets *t, const struct klasse *k)
{
	struct lijn *l = lijn_of(t, k);

	return l != NULL && l->credit ? l : NULL;
}

/* The allocation of a debit line when it is the client's own, and not deleted when `geldig`. */
static const struct reg_toewijzing *allocation(struct toets *t, const struct lijn *l, bool geldig)
{
	const struct toewijzing *w = kruis_toewijzing(t, l->nummer);

	return w != NULL && kruis_eigen(w, &l->client->paar) && t->error == 0 &&
			       !(geldig && kruis_verwijderd(&w->row))
		       ? &w->row
		       : NULL;
}

/* ---- allocation, product, unit ---- */

bool tr338(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);
	const struct toewijzing *w = l == NULL ? NULL : kruis_toewijzing(t, l->nummer);

	return w == NULL || kruis_eigen(w, &l->client->paar) ||
	       (w->bekend == ONBEKEND && kruis_te_vroeg(t, l->begin)) ||
	       regel_breekt(t, V_TOEWIJZINGNUMMER);
}

bool tr384(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);
	const struct reg_toewijzing *w = l == NULL ? NULL : allocation(t, l, false);

	return w == NULL || !kruis_verwijderd(w) || regel_breekt(t, V_TOEWIJZINGNUMMER);
}

static bool other_category(const struct reg_toewijzing *w, const struct lijn *l)
{
	return w != NULL && w->product.categorie[0] != '\0' &&
	       !kruis_same_text(w->product.categorie, l->categorie);
}

static bool other_code(const struct reg_toewijzing *w, const struct lijn *l)
{
	return w != NULL && w->product.code[0] != '\0' &&
	       !kruis_same_text(w->product.code, l->code);
}

bool tr339(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);
	const struct reg_toewijzing *w = l == NULL ? NULL : allocation(t, l, true);

	return !other_category(w, l) ||
	       regel_breekt_want(t, V_CATEGORIE, "Toegewezen is categorie %s.",
				 "Category %s was allocated.", w->product.categorie);
}

/* Another category brings another code: that is one mistake. */
bool tr340(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);
	const struct reg_toewijzing *w = l == NULL ? NULL : allocation(t, l, true);

	return other_category(w, l) || !other_code(w, l) ||
	       regel_breekt_want(t, V_CODE, "Toegewezen is productcode %s.",
				 "Product code %s was allocated.", w->product.code);
}

/* A debit line whose product is the allocated one, as far as is known. */
struct lijn *lijn_juist_product(struct toets *t, const struct klasse *k,
				const struct reg_toewijzing **w)
{
	struct lijn *l = debet(t, k);

	*w = l == NULL ? NULL : allocation(t, l, true);
	return l != NULL && t->error == 0 && !other_category(*w, l) && !other_code(*w, l) ? l
											  : NULL;
}

bool declaratie_product_te_toetsen(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w;

	return lijn_juist_product(t, k, &w) != NULL;
}

enum lijst_antwoord lijn_contract(const struct toets *t, const struct lijn *l,
				  const struct contract **ret)
{
	*ret = NULL;
	return lijst_contract(t->kruis->lijsten, t->kruis->gemeente, t->kruis->aanbieder, l->code,
			      l->begin, ret);
}

/* Without Omvang the contract says the unit. */
bool lijn_eenheid_past(const struct toets *t, const struct reg_toewijzing *w, const struct lijn *l)
{
	const struct contract *c;
	enum lijst_antwoord antwoord;

	if (w == NULL)
		return true;
	if (w->product.volume != ABSENT)
		return volume_past(w->product.eenheid, l->eenheid);
	antwoord = lijn_contract(t, l, &c);
	while (c != NULL && !volume_past(c->eenheid, l->eenheid))
		c = c->next;
	return antwoord == LIJST_GEEN || c != NULL;
}

bool tr341(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w;
	struct lijn *l = lijn_juist_product(t, k, &w);

	if (l == NULL || lijn_eenheid_past(t, w, l))
		return true;
	if (w->product.volume == ABSENT)
		return regel_breekt(t, V_EENHEID);
	return regel_breekt_want(t, V_EENHEID, "Toegewezen is eenheid %s, ingediend is eenheid %s.",
				 "Unit %s was allocated, unit %s was declared.", w->product.eenheid,
				 l->eenheid);
}

/* ---- the period ---- */

bool lijn_te_vroeg(const struct reg_toewijzing *w, const struct lijn *l)
{
	return w->ingang != DAY_NONE && l->begin != DAY_NONE && l->begin < w->ingang;
}

bool lijn_te_laat(const struct reg_toewijzing *w, const struct lijn *l)
{
	return w->eind != DAY_NONE && l->eind != DAY_NONE && l->eind > w->eind;
}

static bool breekt_dag(struct toets *t, enum veldnaam v, const char *nl, const char *en, day d)
{
	char tekst[11];

	day_text(d, tekst);
	(void)snprintf(t->nl, sizeof t->nl, "%s %s.", nl, tekst);
	(void)snprintf(t->en, sizeof t->en, "%s %s.", en, tekst);
	t->veld = v;
	return false;
}

bool tr307(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);
	const struct reg_toewijzing *w = l == NULL ? NULL : allocation(t, l, true);

	return w == NULL || !lijn_te_vroeg(w, l) ||
	       breekt_dag(t, V_BEGINDATUM, "De toewijzing gaat in op", "The allocation begins on",
			  w->ingang);
}

bool tr308(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);
	const struct reg_toewijzing *w = l == NULL ? NULL : allocation(t, l, true);

	return w == NULL || !lijn_te_laat(w, l) ||
	       breekt_dag(t, V_EINDDATUM, "De toewijzing eindigt op", "The allocation ends on",
			  w->eind);
}

/*
 * A period that begins before an allocation within its month breaks TR307 too:
 * the standard's own example names both codes.
 */
bool tr387(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);
	const struct reg_toewijzing *w = l == NULL ? NULL : allocation(t, l, true);
	day eerste;

	if (w == NULL || l->begin == DAY_NONE)
		return true;
	eerste = day_month_first(l->begin);
	if (w->ingang != DAY_NONE && day_within(w->ingang, eerste, day_month_last(l->begin)))
		eerste = w->ingang;
	return l->begin == eerste || breekt_dag(t, V_BEGINDATUM, "De eerste dag is hier",
						"The first day here is", eerste);
}

bool tr388(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);
	const struct reg_toewijzing *w = l == NULL ? NULL : allocation(t, l, true);
	day laatste;

	if (w == NULL || l->eind == DAY_NONE)
		return true;
	laatste = day_month_last(l->eind);
	if (w->eind != DAY_NONE && day_within(w->eind, day_month_first(l->eind), laatste))
		laatste = w->eind;
	return l->eind == laatste || breekt_dag(t, V_EINDDATUM, "De laatste dag is hier",
						"The last day here is", laatste);
}

/* ---- references ---- */

static int any_line(void *ctx, const struct reg_prestatie *row)
{
	(void)row;
	*(bool *)ctx = true;
	return 1;
}

static bool any_stands(struct toets *t, struct declaratie *d, int64_t bericht)
{
	uint64_t s = sleutel_getal(sleutel_begin(t->kruis), bericht);
	struct eerder_bericht *e;

	for (struct cel *c = tafel_find(&d->berichten, s); c != NULL; c = cel_volgende(c))
		if (((struct eerder_bericht *)c->waarde)->id == bericht)
			return ((struct eerder_bericht *)c->waarde)->staat;
	e = arena_alloc(t->arena, sizeof *e);
	if (e == NULL || tafel_add(t->arena, &d->berichten, s, e) < 0) {
		t->error = -ENOMEM;
		return true;
	}
	e->id = bericht;
	(void)kruis_ask(
		t, t->kruis->reg->prestaties_van(t->kruis->store, bericht, any_line, &e->staat));
	return e->staat;
}

/*
 * A refused line used up its number.  A declaration that was refused as a
 * whole counts as not sent, and so do its numbers; one of which no line stands
 * is taken for that.
 */
static bool known_reference(struct toets *t, struct lijn *l)
{
	struct reg_prestatie row;

	if (l->bekend == NIET_GEZOCHT)
		l->bekend = kruis_ask(t, t->kruis->reg->prestatie_referentie(
						 t->kruis->store, t->arena, t->kruis->aanbieder,
						 l->referentie, &row)) &&
					    (row.stand != PRESTATIE_AFGEWEZEN ||
					     any_stands(t, declaratie_van(t), row.bericht))
				    ? GEVONDEN
				    : NIET_GEVONDEN;
	return l->bekend == GEVONDEN;
}

/* The line that a credit line means, when it is this client's debit line and was approved. */
static bool original(struct toets *t, const struct lijn *l, struct reg_prestatie *ret, bool *found)
{
	*found = kruis_ask(t,
			   t->kruis->reg->prestatie_referentie(t->kruis->store, t->arena,
							       t->kruis->aanbieder, l->vorig, ret));
	return *found && ret->dc == 'D' && ret->stand == PRESTATIE_GOEDGEKEURD &&
	       kruis_same_text(ret->paar.gemeente, t->kruis->gemeente) &&
	       kruis_same_client(&ret->paar, &l->client->paar);
}

static bool credited_before(struct toets *t, const struct lijn *l, struct reg_prestatie *ret)
{
	return kruis_ask(t, t->kruis->reg->prestatie_vorig(t->kruis->store, t->arena,
							   t->kruis->aanbieder, l->vorig, ret));
}

bool tr323(struct toets *t, const struct klasse *k)
{
	struct lijn *l = credit(t, k);
	struct reg_prestatie row;
	bool found;

	if (l == NULL || l->vorig[0] == '\0' || original(t, l, &row, &found))
		return true;
	return t->error < 0 || (!found && kruis_te_vroeg(t, l->begin)) ||
	       regel_breekt(t, V_VORIGREFERENTIENUMMER);
}

bool tr390(struct toets *t, const struct klasse *k)
{
	struct lijn *l = credit(t, k);
	struct reg_prestatie row;

	return l == NULL || l->vorig[0] == '\0' || !credited_before(t, l, &row) ||
	       regel_breekt(t, V_VORIGREFERENTIENUMMER);
}

/* Does this credit line end the line it means?  A refused one does not. */
static bool crediteert(struct toets *t, struct lijn *l)
{
	struct reg_prestatie row;
	bool found;

	if (l->crediteert == NIET_GEZOCHT)
		l->crediteert =
			!wrong_client(l->client) && !l->herhaald && !known_reference(t, l) &&
					original(t, l, &row, &found) && !credited_before(t, l, &row)
				? GEVONDEN
				: NIET_GEVONDEN;
	return l->crediteert == GEVONDEN;
}

/* ---- what was declared before on the same allocation ---- */

static uint64_t debet_sleutel(const struct toets *t, int64_t nummer, day begin, day eind,
			      const char *categorie, const char *code)
{
	uint64_t s = sleutel_getal(sleutel_begin(t->kruis), nummer);

	s = sleutel_getal(sleutel_getal(s, begin), eind);
	return sleutel_tekst(sleutel_tekst(s, categorie), code);
}

struct lading {
	struct toets *t;
	struct declaratie *d;
	struct saldo *saldo;
};

static int keep_row(void *ctx, const struct reg_prestatie *row)
{
	struct lading *x = ctx;
	struct arena *a = x->t->arena;
	struct eerder *e;

	if (row->dc != 'D' || row->stand == PRESTATIE_AFGEWEZEN || row->gecrediteerd)
		return 0;
	e = arena_alloc(a, sizeof *e);
	if (e == NULL)
		return -ENOMEM;
	e->row = *row;
	e->row.paar.gemeente = x->t->kruis->gemeente;
	e->row.paar.aanbieder = x->t->kruis->aanbieder;
	e->row.vorig = "";
	e->row.referentie = arena_strdup(a, row->referentie);
	e->row.categorie = arena_strdup(a, row->categorie);
	e->row.code = arena_strdup(a, row->code);
	e->row.eenheid = arena_strdup(a, row->eenheid);
	if (e->row.referentie == NULL || e->row.categorie == NULL || e->row.code == NULL ||
	    e->row.eenheid == NULL)
		return -ENOMEM;
	e->volgende = x->saldo->eerder;
	x->saldo->eerder = e;
	return tafel_add(
		a, &x->d->debet,
		debet_sleutel(x->t, row->nummer, row->begin, row->eind, row->categorie, row->code),
		e);
}

struct saldo *lijn_saldo(struct toets *t, struct declaratie *d, const struct lijn *l)
{
	struct cel *c = tafel_find(&d->saldi, sleutel_getal(sleutel_begin(t->kruis), l->nummer));
	struct lading x = {t, d, NULL};

	while (c != NULL && ((struct saldo *)c->waarde)->nummer != l->nummer)
		c = cel_volgende(c);
	if (c == NULL)
		return NULL;
	x.saldo = c->waarde;
	if (!x.saldo->geladen)
		(void)kruis_ask(t, t->kruis->reg->prestaties(t->kruis->store, t->kruis->gemeente,
							     l->nummer, keep_row, &x));
	x.saldo->geladen = true;
	return t->error < 0 ? NULL : x.saldo;
}

/* Credit lines of this message come first. */
bool eerder_staat(struct toets *t, const struct declaratie *d, const struct eerder *e)
{
	struct lijn *c = find_lijn(t, &d->credits, e->row.referentie, true);

	return c == NULL || c->begin != e->row.begin || c->eind != e->row.eind || !crediteert(t, c);
}

/* The debit line in force that this one repeats, or NULL. */
const struct eerder *lijn_herhaalt(struct toets *t, struct declaratie *d, const struct lijn *l)
{
	struct cel *c;

	if (lijn_saldo(t, d, l) == NULL)
		return NULL;
	c = tafel_find(&d->debet,
		       debet_sleutel(t, l->nummer, l->begin, l->eind, l->categorie, l->code));
	for (; c != NULL; c = cel_volgende(c)) {
		const struct eerder *e = c->waarde;

		if (e->row.nummer == l->nummer && e->row.begin == l->begin &&
		    e->row.eind == l->eind && kruis_same_text(e->row.categorie, l->categorie) &&
		    kruis_same_text(e->row.code, l->code) && eerder_staat(t, d, e))
			return e;
	}
	return NULL;
}

bool tr389(struct toets *t, const struct klasse *k)
{
	struct lijn *l = debet(t, k);

	return l == NULL || allocation(t, l, true) == NULL ||
	       lijn_herhaalt(t, declaratie_van(t), l) == NULL || t->error < 0 ||
	       regel_breekt(t, V_BEGINDATUM);
}

/*
 * A line that was sent again as it was is told as what it is: debited twice
 * (TR389) or credited twice (TR390).  A used number on anything else is this.
 */
static bool sent_again(struct toets *t, struct lijn *l)
{
	struct reg_prestatie row;
	const struct eerder *e;

	if (l->credit)
		return credited_before(t, l, &row) &&
		       kruis_same_text(row.referentie, l->referentie);
	e = allocation(t, l, true) == NULL ? NULL : lijn_herhaalt(t, declaratie_van(t), l);
	return e != NULL && kruis_same_text(e->row.referentie, l->referentie);
}

bool tr314(struct toets *t, const struct klasse *k)
{
	struct lijn *l = lijn_of(t, k);

	if (l == NULL || !(known_reference(t, l) || l->herhaald))
		return true;
	return t->error < 0 || sent_again(t, l) || regel_breekt(t, V_REFERENTIENUMMER);
}
