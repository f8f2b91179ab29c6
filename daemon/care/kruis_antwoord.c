/*
 * What a gemeente sends, against what it answers: the answer to a declaration
 * (JW325), the answer to a request (JW319), and allocations (JW301).
 *
 * A JW325 is read against the JW323 that its DeclaratieIdentificatie names.
 * When there is none, TR337 says so and everything below the Header holds.
 */
#include "care/kruis_intern.h"

#include <errno.h>

#include "base/banned.h"

/* ---- JW325 ---- */

/* The JW323 that is answered. */
struct declareerd {
	bool found;
	struct reg_declaratie row;
	struct tafel clienten;	/* struct paar of those who have a line in it */
	unsigned char *oordeel; /* by the number of a Client: 0 not looked at, else enum oordeel */
};

enum oordeel { IN_DECLARATIE = 1, NIET_IN_DECLARATIE };

static uint64_t client_sleutel(const struct toets *t, const struct paar *paar)
{
	uint64_t s = sleutel_begin(t->kruis);

	for (size_t i = 0; i < CLIENT_BYTES; i++)
		s = sleutel_getal(s, paar->client[i]);
	return s;
}

static bool has_client(const struct toets *t, const struct declareerd *d, const struct paar *paar)
{
	struct cel *c = tafel_find(&d->clienten, client_sleutel(t, paar));

	while (c != NULL && !kruis_same_client(c->waarde, paar))
		c = cel_volgende(c);
	return c != NULL;
}

struct lading {
	struct toets *t;
	struct declareerd *d;
};

static int keep_client(void *ctx, const struct reg_prestatie *row)
{
	struct lading *x = ctx;
	struct paar *paar;

	if (has_client(x->t, x->d, &row->paar))
		return 0;
	paar = arena_alloc(x->t->arena, sizeof *paar);
	if (paar == NULL)
		return -ENOMEM;
	*paar = row->paar;
	paar->gemeente = x->t->kruis->gemeente;
	paar->aanbieder = x->t->kruis->aanbieder;
	return tafel_add(x->t->arena, &x->d->clienten, client_sleutel(x->t, paar), paar);
}

static struct declareerd *make(struct toets *t)
{
	const struct kruis *k = t->kruis;
	struct declareerd *d = arena_alloc(t->arena, sizeof *d);
	struct lading x = {t, d};

	if (d != NULL)
		d->oordeel = arena_alloc(t->arena, t->inhoud->n);
	if (d == NULL || d->oordeel == NULL ||
	    tafel_make(t->arena, &d->clienten, t->inhoud->n) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	d->found = kruis_ask(
		t, k->reg->declaratie_identificatie(
			   k->store, t->arena, k->gemeente, k->aanbieder,
			   kruis_tekst(t, inhoud_header(t->inhoud), V_DECLARATIEIDENTIFICATIE),
			   &d->row));
	if (d->found && inhoud_volgende(t->inhoud, NULL, K_CLIENT) != NULL)
		(void)kruis_ask(t,
				k->reg->prestaties_van(k->store, d->row.bericht, keep_client, &x));
	return d;
}

static const struct declareerd *declareerd_of(struct toets *t)
{
	struct kruisgemak *g = kruis_gemak(t);

	if (g != NULL && g->antwoord == NULL && t->error == 0)
		g->antwoord = make(t);
	return g == NULL || t->error < 0 ? NULL : g->antwoord;
}

/* The JW323 when it is known; NULL else. */
static const struct declareerd *answered(struct toets *t)
{
	const struct declareerd *d = declareerd_of(t);

	return d != NULL && d->found ? d : NULL;
}

bool tr337(struct toets *t, const struct klasse *k)
{
	const struct declareerd *d = declareerd_of(t);
	day van = veld_dag(t->inhoud, k, V_DECLARATIEDATUM);

	if (d == NULL || (!d->found && kruis_te_vroeg(t, van)))
		return true;
	if (!d->found)
		return regel_breekt(t, V_DECLARATIEIDENTIFICATIE);
	return d->row.dagtekening == van || regel_breekt(t, V_DECLARATIEDATUM);
}

bool tr371(struct toets *t, const struct klasse *k)
{
	const struct declareerd *d = answered(t);

	if (d == NULL)
		return true;
	if (!kruis_same_text(d->row.basisversie, kruis_tekst(t, k, V_DECLARATIEBASISVERSIE)))
		return regel_breekt(t, V_DECLARATIEBASISVERSIE);
	return kruis_same_text(d->row.berichtversie,
			       kruis_tekst(t, k, V_DECLARATIEBERICHTVERSIE)) ||
	       regel_breekt(t, V_DECLARATIEBERICHTVERSIE);
}

/* Of the JW323 that is answered: another declaration's number is as wrong as an unknown one. */
bool tr376(struct toets *t, const struct klasse *k)
{
	const struct declareerd *d = answered(t);

	return d == NULL || kruis_same_text(d->row.nummer, kruis_tekst(t, k, V_DECLARATIENUMMER)) ||
	       regel_breekt(t, V_DECLARATIENUMMER);
}

/* The line of the JW323 that a returned line is, also one that was refused since; false when there
 * is none. */
static bool find_line(struct toets *t, const struct declareerd *d, const struct klasse *k,
		      struct reg_prestatie *ret)
{
	bool found = kruis_ask(t, t->kruis->reg->prestatie_referentie(
					  t->kruis->store, t->arena, t->kruis->aanbieder,
					  kruis_tekst(t, k, V_REFERENTIENUMMER), ret));

	return found && ret->bericht == d->row.bericht &&
	       kruis_same_text(ret->vorig, kruis_tekst(t, k, V_VORIGREFERENTIENUMMER));
}

static bool line_of_client(struct toets *t, const struct declareerd *d, const struct klasse *client,
			   const struct paar *paar)
{
	const struct klasse *k = client;
	struct reg_prestatie row;

	while ((k = inhoud_volgende(t->inhoud, k, K_PRESTATIE)) != NULL &&
	       inhoud_ouder(t->inhoud, k, K_CLIENT) == client)
		if (find_line(t, d, k, &row) && kruis_same_client(&row.paar, paar))
			return true;
	return false;
}

static bool knows_client(struct toets *t, const struct declareerd *d, const struct klasse *client)
{
	unsigned char *oordeel = &d->oordeel[inhoud_nummer(t->inhoud, client)];
	struct paar paar;

	if (*oordeel == 0)
		*oordeel = !kruis_paar(t->kruis, t->inhoud, client, &paar) ||
					   has_client(t, d, &paar) ||
					   line_of_client(t, d, client, &paar)
				   ? IN_DECLARATIE
				   : NIET_IN_DECLARATIE;
	return *oordeel == IN_DECLARATIE;
}

bool antwoord_client(struct toets *t, const struct klasse *k)
{
	const struct declareerd *d = answered(t);

	return d == NULL || knows_client(t, d, k) || t->error < 0 || regel_breekt(t, V_BSN);
}

/* A line below a client who was not in the JW323 was told with the client. */
static const struct declareerd *with_client(struct toets *t, const struct klasse *k)
{
	const struct declareerd *d = answered(t);
	const struct klasse *client = inhoud_ouder(t->inhoud, k, K_CLIENT);

	return d != NULL && client != NULL && knows_client(t, d, client) && t->error == 0 ? d
											  : NULL;
}

bool tr366(struct toets *t, const struct klasse *k)
{
	const struct declareerd *d = with_client(t, k);
	struct reg_prestatie row;

	return d == NULL || find_line(t, d, k, &row) || t->error < 0 ||
	       regel_breekt(t, V_REFERENTIENUMMER);
}

/* The first field of a returned line that is not as it was sent. */
static enum veldnaam changed(const struct toets *t, const struct klasse *k,
			     const struct reg_prestatie *row)
{
	const char dc[] = {row->dc, '\0'};
	const struct {
		enum veldnaam veld;
		bool same;
	} velden[] = {
		{V_TOEWIJZINGNUMMER, kruis_getal(t, k, V_TOEWIJZINGNUMMER) == row->nummer},
		{V_CATEGORIE, kruis_same_text(kruis_tekst(t, k, V_CATEGORIE), row->categorie)},
		{V_CODE, kruis_same_text(kruis_tekst(t, k, V_CODE), row->code)},
		{V_BEGINDATUM, veld_dag(t->inhoud, k, V_BEGINDATUM) == row->begin},
		{V_EINDDATUM, veld_dag(t->inhoud, k, V_EINDDATUM) == row->eind},
		{V_VOLUME, kruis_getal(t, k, V_VOLUME) == row->volume},
		{V_EENHEID, kruis_same_text(kruis_tekst(t, k, V_EENHEID), row->eenheid)},
		{V_TARIEF, kruis_getal(t, k, V_TARIEF) == row->tarief},
		{V_INGEDIENDBEDRAG, kruis_getal(t, k, V_INGEDIENDBEDRAG) == row->bedrag},
		{V_INGEDIENDDC, kruis_same_text(kruis_tekst(t, k, V_INGEDIENDDC), dc)},
	};

	for (size_t i = 0; i < sizeof velden / sizeof *velden; i++)
		if (!velden[i].same)
			return velden[i].veld;
	return V_GEEN;
}

bool tr367(struct toets *t, const struct klasse *k)
{
	const struct declareerd *d = with_client(t, k);
	struct reg_prestatie row;
	enum veldnaam v;

	if (d == NULL || !find_line(t, d, k, &row))
		return true;
	v = changed(t, k, &row);
	return v == V_GEEN || regel_breekt(t, v);
}

/* ---- JW319 ---- */

/* The request that a reference means; found: there is one, whoever it was for. */
static bool request(struct toets *t, const char *referentie, struct reg_verzoek *ret, bool *found)
{
	*found = kruis_ask(t, t->kruis->reg->verzoek(t->kruis->store, t->arena, t->kruis->aanbieder,
						     referentie, ret));
	return *found && kruis_same_text(ret->paar.gemeente, t->kruis->gemeente);
}

static bool has_request(struct toets *t, const struct klasse *k)
{
	day dagtekening = veld_dag(t->inhoud, inhoud_header(t->inhoud), V_DAGTEKENING);
	struct reg_verzoek row;
	bool found;

	return request(t, kruis_tekst(t, k, V_REFERENTIE), &row, &found) ||
	       (!found && kruis_verzoek_te_vroeg(t, dagtekening));
}

bool tr355(struct toets *t, const struct klasse *k)
{
	return has_request(t, k) || t->error < 0 || regel_breekt(t, V_REFERENTIE);
}

static bool was_granted(struct toets *t, const char *referentie)
{
	int64_t bericht;

	return kruis_ask(
		t, t->kruis->reg->toewijzing_referentie(t->kruis->store, t->kruis->gemeente,
							t->kruis->aanbieder, referentie, &bericht));
}

bool tr359(struct toets *t, const struct klasse *k)
{
	return !has_request(t, k) || !was_granted(t, kruis_tekst(t, k, V_REFERENTIE)) ||
	       regel_breekt(t, V_REFERENTIE);
}

/* What was answered before. */
struct antwoorden {
	bool onderzoek, definitief;
};

static int note_answer(void *ctx, const struct reg_antwoord *row)
{
	struct antwoorden *a = ctx;

	if (kruis_same_text(row->antwoord, "2"))
		a->onderzoek = true;
	else
		a->definitief = true;
	return 0;
}

/* All false when a rule before these two says what is wrong. */
static struct antwoorden answers(struct toets *t, const struct klasse *k)
{
	const char *referentie = kruis_tekst(t, k, V_REFERENTIE);
	struct antwoorden a = {false, false};

	if (has_request(t, k) && !was_granted(t, referentie))
		(void)kruis_ask(t, t->kruis->reg->antwoorden(t->kruis->store, t->kruis->gemeente,
							     t->kruis->aanbieder, referentie,
							     note_answer, &a));
	return a;
}

bool tr360(struct toets *t, const struct klasse *k)
{
	struct antwoorden a = answers(t, k);

	return a.definitief || !a.onderzoek || !veld_is(t->inhoud, k, V_VERZOEKANTWOORD, "2") ||
	       regel_breekt(t, V_VERZOEKANTWOORD);
}

bool tr365(struct toets *t, const struct klasse *k)
{
	return !answers(t, k).definitief || regel_breekt(t, V_VERZOEKANTWOORD);
}

/* ---- JW301 ---- */

/* A number that came before comes back as a new version: same client, same product, same aanbieder.
 */
bool tr332(struct toets *t, const struct klasse *k)
{
	const struct toewijzing *w = kruis_toewijzing(t, kruis_getal(t, k, V_TOEWIJZINGNUMMER));
	struct paar paar;

	if (w == NULL || w->bekend == ONBEKEND || !kruis_paar(t->kruis, t->inhoud, k, &paar))
		return true;
	if (w->bekend == ELDERS)
		return regel_breekt_want(t, V_TOEWIJZINGNUMMER,
					 "Het nummer is van een andere aanbieder.",
					 "The number is with another provider.");
	if (!kruis_eigen(w, &paar))
		return regel_breekt_want(t, V_TOEWIJZINGNUMMER,
					 "Het nummer is van een andere cliënt.",
					 "The number is another client's.");
	return (kruis_same_text(w->row.product.categorie, kruis_tekst(t, k, V_CATEGORIE)) &&
		kruis_same_text(w->row.product.code, kruis_tekst(t, k, V_CODE))) ||
	       regel_breekt_want(t, V_TOEWIJZINGNUMMER, "Het nummer is van een ander product.",
				 "The number is another product's.");
}

static int approved(void *ctx, const struct reg_prestatie *row)
{
	bool *found = ctx;

	*found = row->dc == 'D' && row->stand == PRESTATIE_GOEDGEKEURD && !row->gecrediteerd;
	return *found;
}

bool tr385(struct toets *t, const struct klasse *k)
{
	int64_t nummer = kruis_getal(t, k, V_TOEWIJZINGNUMMER);
	bool found = false;

	if (!veld_is(t->inhoud, k, V_REDENWIJZIGING, "13"))
		return true;
	(void)kruis_ask(t, t->kruis->reg->prestaties(t->kruis->store, t->kruis->gemeente, nummer,
						     approved, &found));
	return !found || t->error < 0 || regel_breekt(t, V_REDENWIJZIGING);
}

/* One ReferentieAanbieder of this message. */
struct gehonoreerd {
	const char *referentie;
	const struct klasse *eerste; /* where it is told what is wrong with it: once */
	bool goed;
};

struct honorering {
	struct tafel referenties; /* struct gehonoreerd */
	const char *wijziging;	  /* a good reference to a JW317, or NULL */
};

static struct gehonoreerd *find_referentie(const struct toets *t, const struct honorering *h,
					   const char *referentie)
{
	struct cel *c =
		tafel_find(&h->referenties, sleutel_tekst(sleutel_begin(t->kruis), referentie));

	while (c != NULL &&
	       !kruis_same_text(((struct gehonoreerd *)c->waarde)->referentie, referentie))
		c = cel_volgende(c);
	return c == NULL ? NULL : c->waarde;
}

/* Known, of this client, not granted before. */
static bool may_grant(struct toets *t, struct honorering *h, const struct klasse *k,
		      const char *referentie)
{
	day dagtekening = veld_dag(t->inhoud, inhoud_header(t->inhoud), V_DAGTEKENING);
	struct reg_verzoek row;
	struct paar paar;
	bool found, goed = request(t, referentie, &row, &found);

	if (goed)
		goed = kruis_paar(t->kruis, t->inhoud, k, &paar) &&
		       kruis_same_client(&row.paar, &paar);
	else
		goed = !found && kruis_verzoek_te_vroeg(t, dagtekening);
	goed = goed && !was_granted(t, referentie);
	if (goed && found && row.wijziging && h->wijziging == NULL)
		h->wijziging = referentie;
	return goed;
}

static void read_referentie(struct toets *t, struct honorering *h, const struct klasse *k)
{
	const char *referentie = kruis_tekst(t, k, V_REFERENTIE);
	struct gehonoreerd *g;

	if (referentie[0] == '\0' || find_referentie(t, h, referentie) != NULL)
		return;
	g = arena_alloc(t->arena, sizeof *g);
	if (g == NULL || tafel_add(t->arena, &h->referenties,
				   sleutel_tekst(sleutel_begin(t->kruis), referentie), g) < 0) {
		t->error = -ENOMEM;
		return;
	}
	*g = (struct gehonoreerd){referentie, k, may_grant(t, h, k, referentie)};
}

static const struct honorering *honorering_of(struct toets *t)
{
	struct kruisgemak *g = kruis_gemak(t);
	const struct klasse *k = NULL;
	struct honorering *h;

	if (g == NULL || g->honorering != NULL || t->error < 0)
		return g == NULL || t->error < 0 ? NULL : g->honorering;
	h = arena_alloc(t->arena, sizeof *h);
	if (h == NULL || tafel_make(t->arena, &h->referenties, t->inhoud->n) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	while (t->error == 0 && (k = inhoud_volgende(t->inhoud, k, K_TOEGEWEZENPRODUCT)) != NULL)
		read_referentie(t, h, k);
	g->honorering = h;
	return t->error < 0 ? NULL : h;
}

bool tr379(struct toets *t, const struct klasse *k)
{
	const struct honorering *h = honorering_of(t);
	const char *referentie = kruis_tekst(t, k, V_REFERENTIE);
	const struct gehonoreerd *g;

	if (h == NULL)
		return true;
	g = referentie[0] == '\0' ? NULL : find_referentie(t, h, referentie);
	if (g != NULL && !g->goed)
		return g->eerste != k || regel_breekt(t, V_REFERENTIE);
	/* What grants a JW317 says so at every product, also at those that stay as they are. */
	return h->wijziging == NULL || kruis_same_text(h->wijziging, referentie) ||
	       regel_breekt_want(t, g == NULL ? V_GEEN : V_REFERENTIE,
				 "Dit bericht honoreert een verzoek om wijziging.",
				 "This message grants a request for change.");
}
