/*
 * Requests (JW315, JW317) against allocations and earlier requests.
 *
 * A JW317 describes the whole wanted situation of one client.  What is current
 * is judged so that nobody is held to what he could not know (OP095): what a
 * request must name, it names on the day on which it comes in and from messages
 * no younger than itself; what it may name may also have been current on its
 * own Dagtekening.
 *
 * Where no allocation of the client is in the register and register_start is
 * set, an unknown number is from before; once there is one, the gemeente has
 * listed all that were valid (OP087), and an unknown number is unknown.
 */
#include "care/kruis_intern.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

/* An allocation of the client, as the register has it. */
struct huidig {
	int64_t nummer;
	struct huidig *volgende;
};

/* One product of the wanted situation that exists already. */
struct gewenst {
	const struct klasse *k;
	const char *categorie, *code;
	day van, tot;
	struct gewenst *volgende;
};

struct verzoek {
	struct paar paar;
	bool eigen, vreemd;    /* names allocations of this client; of another one */
	bool kent_client;      /* the register has an allocation of this client */
	struct huidig *huidig; /* what must be named, the lowest number first */
	struct tafel genoemd;  /* classes, by ToewijzingNummer */
	struct gewenst *gewenst;
};

/* ---- what is current ---- */

static day dagtekening_of(const struct toets *t)
{
	return veld_dag(t->inhoud, inhoud_header(t->inhoud), V_DAGTEKENING);
}

static bool current_on(const struct reg_toewijzing *row, day d)
{
	return !kruis_verwijderd(row) &&
	       (row->eind == DAY_NONE || row->eind >= d || row->ingang > d);
}

static bool must_be_named(const struct toets *t, const struct reg_toewijzing *row)
{
	day dagtekening = dagtekening_of(t), vandaag = t->kruis->vandaag;

	return current_on(row, vandaag != DAY_NONE ? vandaag : dagtekening) &&
	       row->dagtekening <= dagtekening;
}

static bool may_be_named(const struct toets *t, const struct reg_toewijzing *row)
{
	return current_on(row, dagtekening_of(t)) ||
	       (t->kruis->vandaag != DAY_NONE && current_on(row, t->kruis->vandaag));
}

struct lading {
	struct toets *t;
	struct verzoek *v;
};

static int keep_current(void *ctx, const struct reg_toewijzing *row)
{
	struct lading *x = ctx;
	struct huidig *h, **plaats = &x->v->huidig;

	x->v->kent_client = true;
	if (!must_be_named(x->t, row))
		return 0;
	h = arena_alloc(x->t->arena, sizeof *h);
	if (h == NULL)
		return -ENOMEM;
	while (*plaats != NULL && (*plaats)->nummer < row->nummer)
		plaats = &(*plaats)->volgende;
	*h = (struct huidig){row->nummer, *plaats};
	*plaats = h;
	return 0;
}

/* ---- the message ---- */

static void add_gewenst(struct toets *t, struct verzoek *v, const struct klasse *k,
			const struct reg_toewijzing *w)
{
	struct gewenst *g = arena_alloc(t->arena, sizeof *g);

	if (g == NULL) {
		t->error = -ENOMEM;
		return;
	}
	*g = (struct gewenst){k,	 w->product.categorie, w->product.code, w->ingang, w->eind,
			      v->gewenst};
	if (k->soort == K_TEWIJZIGENPRODUCT) {
		g->van = veld_dag(t->inhoud, k, V_INGANGSDATUM);
		g->tot = veld_dag(t->inhoud, k, V_EINDDATUM);
	}
	v->gewenst = g;
}

static void read_bestaand(struct toets *t, struct verzoek *v, const struct klasse *k)
{
	int64_t nummer = kruis_getal(t, k, V_TOEWIJZINGNUMMER);
	const struct toewijzing *w = kruis_toewijzing(t, nummer);

	if (w == NULL)
		return;
	if (tafel_add(t->arena, &v->genoemd, sleutel_getal(sleutel_begin(t->kruis), nummer),
		      (void *)(uintptr_t)k) < 0) {
		t->error = -ENOMEM;
		return;
	}
	if (w->bekend != BEKEND)
		return;
	*(kruis_eigen(w, &v->paar) ? &v->eigen : &v->vreemd) = true;
	if (kruis_eigen(w, &v->paar) && may_be_named(t, &w->row))
		add_gewenst(t, v, k, &w->row);
}

static struct verzoek *make(struct toets *t)
{
	static const enum klasse_soort soorten[] = {K_ONGEWIJZIGDPRODUCT, K_TEWIJZIGENPRODUCT};
	const struct klasse *client = inhoud_volgende(t->inhoud, NULL, K_CLIENT);
	struct verzoek *v = arena_alloc(t->arena, sizeof *v);
	struct lading x = {t, v};

	if (v == NULL || tafel_make(t->arena, &v->genoemd, t->inhoud->n) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	if (client == NULL || !kruis_paar(t->kruis, t->inhoud, client, &v->paar))
		return v;
	(void)kruis_ask(t,
			t->kruis->reg->toewijzingen(t->kruis->store, &v->paar, keep_current, &x));
	for (size_t s = 0; s < sizeof soorten / sizeof *soorten; s++) {
		const struct klasse *k = NULL;

		while (t->error == 0 && (k = inhoud_volgende(t->inhoud, k, soorten[s])) != NULL)
			read_bestaand(t, v, k);
	}
	return v;
}

static const struct verzoek *verzoek_of(struct toets *t)
{
	struct kruisgemak *g = kruis_gemak(t);

	if (g != NULL && g->verzoek == NULL && t->error == 0)
		g->verzoek = make(t);
	return g == NULL || t->error < 0 ? NULL : g->verzoek;
}

/* ---- the client ---- */

static bool wrong_client(const struct verzoek *v)
{
	return v->vreemd && !v->eigen;
}

/* As with a JW323: all numbers of another client make it the Bsn, some make it those numbers. */
bool verzoek_client(struct toets *t, const struct klasse *k)
{
	const struct verzoek *v = verzoek_of(t);

	(void)k;
	return v == NULL || !wrong_client(v) || regel_breekt(t, V_BSN);
}

/* The request, unless it is about the wrong client. */
static const struct verzoek *verzoek(struct toets *t)
{
	const struct verzoek *v = verzoek_of(t);

	return v == NULL || wrong_client(v) ? NULL : v;
}

/* ---- one request at a time ---- */

/* A request that was sent again while it is open is told as that (TR374). */
bool tr347(struct toets *t, const struct klasse *k)
{
	const char *referentie = kruis_tekst(t, k, V_REFERENTIE);
	struct reg_verzoek row;
	struct paar paar;

	if (referentie[0] == '\0' || !kruis_paar(t->kruis, t->inhoud, k, &paar) ||
	    !kruis_ask(t, t->kruis->reg->verzoek(t->kruis->store, t->arena, t->kruis->aanbieder,
						 referentie, &row)))
		return true;
	return (row.beantwoord == 0 && kruis_same_client(&row.paar, &paar) &&
		kruis_same_text(row.paar.gemeente, t->kruis->gemeente)) ||
	       regel_breekt(t, V_REFERENTIE);
}

static int first_open(void *ctx, const struct reg_verzoek *row)
{
	day *van = ctx;

	*van = row->dagtekening;
	return 1;
}

bool tr374(struct toets *t, const struct klasse *k)
{
	struct paar paar;
	day van = DAY_NONE;
	char tekst[11];

	if (!kruis_paar(t->kruis, t->inhoud, k, &paar))
		return true;
	(void)kruis_ask(t, t->kruis->reg->verzoeken_open(t->kruis->store, &paar, first_open, &van));
	if (van == DAY_NONE || t->error < 0)
		return true;
	day_text(van, tekst);
	return regel_breekt_want(t, V_GEEN, "Het verzoek van %s is nog niet beantwoord.",
				 "The request of %s has not been answered.", tekst);
}

/* ---- the allocations that it names ---- */

static bool is_named(const struct toets *t, const struct verzoek *v, int64_t nummer)
{
	struct cel *c = tafel_find(&v->genoemd, sleutel_getal(sleutel_begin(t->kruis), nummer));

	while (c != NULL && kruis_getal(t, c->waarde, V_TOEWIJZINGNUMMER) != nummer)
		c = cel_volgende(c);
	return c != NULL;
}

/* As many numbers as fit, and how many more there are. */
static void name_missing(struct toets *t, const struct verzoek *v)
{
	char lijst[96] = "";
	size_t len = 0, meer = 0;

	for (const struct huidig *h = v->huidig; h != NULL; h = h->volgende) {
		if (is_named(t, v, h->nummer))
			continue;
		if (len + 16 > sizeof lijst) {
			meer++;
			continue;
		}
		(void)snprintf(lijst + len, sizeof lijst - len, "%s%" PRId64, len > 0 ? ", " : "",
			       h->nummer);
		len = strlen(lijst);
	}
	(void)snprintf(t->nl, sizeof t->nl, "Niet genoemd: %s.", lijst);
	(void)snprintf(t->en, sizeof t->en, "Not named: %s.", lijst);
	if (meer > 0) {
		(void)snprintf(t->nl, sizeof t->nl, "Niet genoemd: %s en nog %zu.", lijst, meer);
		(void)snprintf(t->en, sizeof t->en, "Not named: %s and %zu more.", lijst, meer);
	}
}

/* One finding for all that is missing. */
bool tr349(struct toets *t, const struct klasse *k)
{
	const struct verzoek *v = verzoek(t);
	const struct huidig *h = v == NULL ? NULL : v->huidig;

	(void)k;
	while (h != NULL && is_named(t, v, h->nummer))
		h = h->volgende;
	if (h == NULL)
		return true;
	name_missing(t, v);
	return regel_breekt(t, V_GEEN);
}

/* TR350 and TR351 are one rule at two classes. */
static bool names_current(struct toets *t, const struct klasse *k)
{
	const struct verzoek *v = verzoek(t);
	const struct toewijzing *w;

	if (v == NULL)
		return true;
	w = kruis_toewijzing(t, kruis_getal(t, k, V_TOEWIJZINGNUMMER));
	if (w == NULL || (kruis_eigen(w, &v->paar) && may_be_named(t, &w->row)))
		return true;
	return (w->bekend == ONBEKEND && t->kruis->register_start != DAY_NONE && !v->kent_client) ||
	       regel_breekt(t, V_TOEWIJZINGNUMMER);
}

bool tr350(struct toets *t, const struct klasse *k)
{
	return names_current(t, k);
}

bool tr351(struct toets *t, const struct klasse *k)
{
	return names_current(t, k);
}

/* The client's own current allocation that a TeWijzigenProduct names; NULL: another rule says so.
 */
static const struct reg_toewijzing *gewijzigde(struct toets *t, const struct klasse *k)
{
	const struct verzoek *v = verzoek(t);
	const struct toewijzing *w;

	if (v == NULL)
		return NULL;
	w = kruis_toewijzing(t, kruis_getal(t, k, V_TOEWIJZINGNUMMER));
	return w != NULL && kruis_eigen(w, &v->paar) && may_be_named(t, &w->row) ? &w->row : NULL;
}

/* ---- what it asks for ---- */

static bool early_change(const struct toets *t, const struct klasse *k,
			 const struct reg_toewijzing *w)
{
	day gewenst = veld_dag(t->inhoud, k, V_INGANGSDATUM);

	return gewenst != DAY_NONE && gewenst <= dagtekening_of(t) && gewenst != w->ingang;
}

bool tr357(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w = gewijzigde(t, k);
	char ingang[11];

	if (w == NULL || !early_change(t, k, w))
		return true;
	day_text(w->ingang, ingang);
	return regel_breekt_want(t, V_INGANGSDATUM, "De toewijzing gaat in op %s.",
				 "The allocation begins on %s.", ingang);
}

static bool other_total(const struct toets *t, const struct klasse *k,
			const struct reg_toewijzing *w)
{
	if (kruis_getal(t, k, V_BUDGET) != w->product.budget)
		return true;
	return kruis_same_text(w->product.frequentie, "6") &&
	       veld_aanwezig(t->inhoud, k, V_OMVANG) &&
	       (kruis_getal(t, k, V_VOLUME) != w->product.volume ||
		!kruis_same_text(kruis_tekst(t, k, V_EENHEID), w->product.eenheid) ||
		!kruis_same_text(kruis_tekst(t, k, V_FREQUENTIE), w->product.frequentie));
}

/* A total cannot change halfway: it counts from the first day. */
bool tr373(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w = gewijzigde(t, k);
	char ingang[11];

	if (w == NULL || early_change(t, k, w) ||
	    veld_dag(t->inhoud, k, V_INGANGSDATUM) == w->ingang || !other_total(t, k, w))
		return true;
	day_text(w->ingang, ingang);
	return regel_breekt_want(t, V_INGANGSDATUM, "De toewijzing gaat in op %s.",
				 "The allocation begins on %s.", ingang);
}

bool tr411(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w = gewijzigde(t, k);

	return w == NULL || w->product.code[0] == '\0' || veld_aanwezig(t->inhoud, k, V_OMVANG) ||
	       regel_breekt(t, V_GEEN);
}

/* Omvang without a product code was legal until this day. */
static bool asks_volume(const struct toets *t, const struct klasse *k)
{
	day eind = veld_dag(t->inhoud, k, V_EINDDATUM);

	return veld_aanwezig(t->inhoud, k, V_OMVANG) &&
	       (eind == DAY_NONE || eind > day_make(2020, 12, 31));
}

bool tr375(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w = gewijzigde(t, k);

	return w == NULL || w->product.categorie[0] != '\0' || !asks_volume(t, k) ||
	       regel_breekt(t, V_OMVANG);
}

/* Without any product there is no code either: TR375 says it then. */
bool tr412(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w = gewijzigde(t, k);

	return w == NULL || w->product.categorie[0] == '\0' || w->product.code[0] != '\0' ||
	       !asks_volume(t, k) || regel_breekt(t, V_OMVANG);
}

/* ---- the wanted situation ---- */

static bool same_product(const struct gewenst *a, const struct gewenst *b)
{
	if (a->categorie[0] == '\0' || b->categorie[0] == '\0')
		return true;
	if (a->code[0] != '\0' && b->code[0] != '\0')
		return kruis_same_text(a->code, b->code);
	return kruis_same_text(a->categorie, b->categorie);
}

static bool overlap(const struct gewenst *a, const struct gewenst *b)
{
	return (a->tot == DAY_NONE || b->van <= a->tot) && (b->tot == DAY_NONE || a->van <= b->tot);
}

/* Is there an overlap with one of the list? */
static bool twice(const struct gewenst *zelf, const struct gewenst *list)
{
	while (list != NULL && !(same_product(zelf, list) && overlap(zelf, list)))
		list = list->volgende;
	return list != NULL;
}

/*
 * Told at the product that asks for something, and at the later of two such.
 * Two that stay as they are ask for nothing; two new ones are TR410.
 */
bool tr361(struct toets *t, const struct klasse *k)
{
	const struct verzoek *v = verzoek(t);
	const struct gewenst *zelf = v == NULL ? NULL : v->gewenst;
	struct gewenst nieuw;

	if (v == NULL || k->soort == K_ONGEWIJZIGDPRODUCT)
		return true;
	if (k->soort == K_NIEUWPRODUCT) {
		nieuw = (struct gewenst){
			.categorie = kruis_tekst(t, k, V_CATEGORIE),
			.code = kruis_tekst(t, k, V_CODE),
			.van = veld_dag(t->inhoud, k, V_INGANGSDATUM),
			.tot = veld_dag(t->inhoud, k, V_EINDDATUM),
		};
		return !twice(&nieuw, v->gewenst) || regel_breekt(t, V_INGANGSDATUM);
	}
	while (zelf != NULL && zelf->k != k)
		zelf = zelf->volgende;
	/* What was read before it comes behind it: those that stay, and earlier changes. */
	return zelf == NULL || !twice(zelf, zelf->volgende) || regel_breekt(t, V_INGANGSDATUM);
}
