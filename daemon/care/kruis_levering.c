/*
 * Start and stop (JW305, JW307) against what is in force.
 *
 * The message is read once against the register: first what it deletes, then
 * what it delivers, because a deleted delivery counts as not sent and may be
 * replaced in the same message.  Per record a struct stap says how it stands;
 * each rule reads one thing from it.
 *
 * Order of receipt has no meaning (OP080): a start is current when no stop in
 * force refers to it, whichever came first; and a temporary stop in a message
 * comes before a definitive one of that message, wherever it stands.
 *
 * Causes in their order, each silencing those after it:
 *   deletion   TR063 (nothing to delete), TR071
 *   start      TR019 (no allocation), TR074 (sent before), TR326
 *   stop       TR019, TR382 (no start), TR074, TR415, TR413, TR414
 */
#include "care/kruis_intern.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

/* A start or stop in force. */
struct rij {
	struct reg_levering row;
	bool weg; /* this message deletes it */
	struct rij *volgende;
};

/* All of one client under one allocation; taakgericht, without a number: under one product. */
struct groep {
	struct reg_levering van; /* any of it */
	struct rij *rijen;
	bool gekeken;
	const struct rij *lopend;	  /* a start that no stop in force refers to */
	const struct reg_levering *nieuw; /* the first start that this message brings */
};

/* The stops that this message brought so far on one start. */
struct reeks {
	struct reg_levering van;
	bool tijdelijk, definitief;
	day eind; /* the latest */
};

/* How one record of the message stands. */
struct stap {
	struct reg_levering row;
	struct groep *groep;
	bool verwijdert;
	struct rij *zelfde; /* in force under the same key */
	bool start; /* stop: the start that it ends is in force; start: a stop in force is on it */
	day lopend; /* start: the Begindatum of one that is current; else DAY_NONE */
	bool tijdelijk, definitief; /* stop: there is such a stop on the same start before it */
	day eind;		    /* stop: the latest Einddatum of those, or DAY_NONE */
};

struct leveringen {
	struct tafel groepen, reeksen;
	struct stap *stappen; /* by the number of the class; without a groep: no record */
};

/* ---- keys ---- */

static bool same_product(const struct reg_levering *a, const struct reg_levering *b)
{
	return kruis_same_text(a->categorie, b->categorie) && kruis_same_text(a->code, b->code);
}

/* The same client and allocation; without a number the product says it (IV096). */
static bool same_groep(const struct reg_levering *a, const struct reg_levering *b)
{
	return a->nummer == b->nummer && kruis_same_client(&a->paar, &b->paar) &&
	       (a->nummer != ABSENT || same_product(a, b));
}

/* Does a stop end this start, or are two starts the same? */
static bool same_start(const struct reg_levering *a, const struct reg_levering *b)
{
	return a->begin == b->begin && same_groep(a, b) && same_product(a, b);
}

static bool same_key(const struct reg_levering *a, const struct reg_levering *b)
{
	return a->soort == b->soort && same_start(a, b) &&
	       (a->soort == LEVERING_START ||
		(a->eind == b->eind && kruis_same_text(a->reden, b->reden)));
}

static uint64_t groep_sleutel(const struct toets *t, const struct reg_levering *row)
{
	uint64_t s = sleutel_begin(t->kruis);

	for (size_t i = 0; i < CLIENT_BYTES; i += sizeof(int64_t)) {
		int64_t deel;

		memcpy(&deel, row->paar.client + i, sizeof deel);
		s = sleutel_getal(s, deel);
	}
	s = sleutel_getal(s, row->nummer);
	if (row->nummer == ABSENT)
		s = sleutel_tekst(sleutel_tekst(s, row->categorie), row->code);
	return s;
}

/* ---- the register ---- */

static struct groep *groep_of(struct toets *t, struct leveringen *l, const struct reg_levering *row)
{
	uint64_t s = groep_sleutel(t, row);
	struct groep *g;

	for (struct cel *c = tafel_find(&l->groepen, s); c != NULL; c = cel_volgende(c))
		if (same_groep(&((struct groep *)c->waarde)->van, row))
			return c->waarde;
	g = arena_alloc(t->arena, sizeof *g);
	if (g == NULL || tafel_add(t->arena, &l->groepen, s, g) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	g->van = *row;
	return g;
}

struct lading {
	struct toets *t;
	struct leveringen *l;
};

static int keep_row(void *ctx, const struct reg_levering *row)
{
	struct lading *d = ctx;
	struct toets *t = d->t;
	struct rij *rij = arena_alloc(t->arena, sizeof *rij);
	struct groep *g;

	if (rij == NULL)
		return -ENOMEM;
	rij->row = *row;
	rij->row.paar.gemeente = t->kruis->gemeente;
	rij->row.paar.aanbieder = t->kruis->aanbieder;
	rij->row.categorie = arena_strdup(t->arena, row->categorie);
	rij->row.code = arena_strdup(t->arena, row->code);
	rij->row.reden = arena_strdup(t->arena, row->reden);
	if (rij->row.categorie == NULL || rij->row.code == NULL || rij->row.reden == NULL)
		return -ENOMEM;
	g = groep_of(t, d->l, &rij->row);
	if (g == NULL)
		return -ENOMEM;
	rij->volgende = g->rijen;
	g->rijen = rij;
	return 0;
}

static void load_register(struct toets *t, struct leveringen *l)
{
	struct lading d = {t, l};
	const struct klasse *client = NULL;
	struct paar paar;

	while (t->error == 0 && (client = inhoud_volgende(t->inhoud, client, K_CLIENT)) != NULL)
		if (kruis_paar(t->kruis, t->inhoud, client, &paar))
			(void)kruis_ask(
				t, t->kruis->reg->leveringen(t->kruis->store, &paar, keep_row, &d));
}

/* ---- the message ---- */

static bool in_force(const struct rij *rij, enum levering_soort soort)
{
	return rij->row.soort == soort && !rij->weg;
}

static struct rij *find_key(const struct groep *g, const struct reg_levering *row)
{
	for (struct rij *rij = g->rijen; rij != NULL; rij = rij->volgende)
		if (!rij->weg && same_key(&rij->row, row))
			return rij;
	return NULL;
}

/* Is there a row of that kind on the same start? */
static bool has_start(const struct groep *g, const struct reg_levering *row,
		      enum levering_soort soort)
{
	for (const struct rij *rij = g->rijen; rij != NULL; rij = rij->volgende)
		if (in_force(rij, soort) && same_start(&rij->row, row))
			return true;
	return false;
}

static const struct rij *find_lopend(struct groep *g)
{
	if (g->gekeken)
		return g->lopend;
	for (const struct rij *rij = g->rijen; rij != NULL; rij = rij->volgende)
		if (in_force(rij, LEVERING_START) && !has_start(g, &rij->row, LEVERING_STOP))
			g->lopend = rij;
	g->gekeken = true;
	return g->lopend;
}

static void judge_deletion(struct stap *s)
{
	s->zelfde = find_key(s->groep, &s->row);
	s->start = s->row.soort == LEVERING_START && has_start(s->groep, &s->row, LEVERING_STOP);
	if (s->zelfde != NULL && !s->start)
		s->zelfde->weg = true;
}

static void judge_start(struct stap *s)
{
	struct groep *g = s->groep;
	const struct rij *lopend = find_lopend(g);

	s->zelfde = find_key(g, &s->row);
	s->lopend = lopend != NULL ? lopend->row.begin : DAY_NONE;
	/* An equal key within the message is another rule's (TR101). */
	if (lopend == NULL && g->nieuw != NULL && !same_key(g->nieuw, &s->row))
		s->lopend = g->nieuw->begin;
	if (g->nieuw == NULL)
		g->nieuw = &s->row;
}

static bool is_tijdelijk(const struct reg_levering *row)
{
	return kruis_same_text(row->reden, "20");
}

static void after(struct stap *s, const struct reg_levering *stop)
{
	if (is_tijdelijk(stop))
		s->tijdelijk = true;
	else
		s->definitief = true;
	if (s->eind == DAY_NONE || stop->eind > s->eind)
		s->eind = stop->eind;
}

/* Stops on one start; the rules leave the product out where there is a number. */
static bool same_reeks(const struct reg_levering *a, const struct reg_levering *b)
{
	return a->begin == b->begin && same_groep(a, b);
}

static struct reeks *reeks_of(struct toets *t, struct leveringen *l, const struct reg_levering *row)
{
	uint64_t s = sleutel_getal(groep_sleutel(t, row), row->begin);
	struct reeks *r;

	for (struct cel *c = tafel_find(&l->reeksen, s); c != NULL; c = cel_volgende(c))
		if (same_reeks(&((struct reeks *)c->waarde)->van, row))
			return c->waarde;
	r = arena_alloc(t->arena, sizeof *r);
	if (r == NULL || tafel_add(t->arena, &l->reeksen, s, r) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	*r = (struct reeks){.van = *row, .eind = DAY_NONE};
	return r;
}

static void judge_stop(struct toets *t, struct leveringen *l, struct stap *s)
{
	struct reeks *r = reeks_of(t, l, &s->row);
	struct stap tot;

	if (r == NULL)
		return;
	s->zelfde = find_key(s->groep, &s->row);
	s->start = has_start(s->groep, &s->row, LEVERING_START);
	s->tijdelijk = r->tijdelijk;
	s->definitief = r->definitief;
	s->eind = r->eind;
	for (const struct rij *rij = s->groep->rijen; rij != NULL; rij = rij->volgende)
		if (in_force(rij, LEVERING_STOP) && same_reeks(&rij->row, &s->row))
			after(s, &rij->row);
	tot = (struct stap){
		.tijdelijk = r->tijdelijk, .definitief = r->definitief, .eind = r->eind};
	after(&tot, &s->row);
	*r = (struct reeks){r->van, tot.tijdelijk, tot.definitief, tot.eind};
}

static void read_stap(struct toets *t, struct leveringen *l, const struct klasse *k)
{
	struct stap *s = &l->stappen[inhoud_nummer(t->inhoud, k)];

	s->verwijdert = veld_is(t->inhoud, k, V_STATUSAANLEVERING, "3");
	s->lopend = s->eind = DAY_NONE;
	s->row = (struct reg_levering){
		.soort = k->soort == K_STARTPRODUCT ? LEVERING_START : LEVERING_STOP,
		.nummer = kruis_getal(t, k, V_TOEWIJZINGNUMMER),
		.categorie = kruis_tekst(t, k, V_CATEGORIE),
		.code = kruis_tekst(t, k, V_CODE),
		.ingang = veld_dag(t->inhoud, k, V_INGANGSDATUM),
		.begin = veld_dag(t->inhoud, k, V_BEGINDATUM),
		.eind = veld_dag(t->inhoud, k, V_EINDDATUM),
		.reden = kruis_tekst(t, k, V_REDENBEEINDIGING),
	};
	if (kruis_paar(t->kruis, t->inhoud, k, &s->row.paar))
		s->groep = groep_of(t, l, &s->row);
}

/* In this order: all is read, deletions, starts and temporary stops, definitive stops. */
enum ronde { LEES, VERWIJDER, EERST, DAARNA, N_RONDEN };

static void walk(struct toets *t, struct leveringen *l, const struct klasse *k, enum ronde ronde)
{
	struct stap *s = &l->stappen[inhoud_nummer(t->inhoud, k)];
	bool start = k->soort == K_STARTPRODUCT;

	if (ronde == LEES)
		read_stap(t, l, k);
	else if (s->groep == NULL)
		return;
	else if (s->verwijdert && ronde == VERWIJDER)
		judge_deletion(s);
	else if (!s->verwijdert && ronde == EERST && start)
		judge_start(s);
	else if (!s->verwijdert && !start && ronde == (is_tijdelijk(&s->row) ? EERST : DAARNA))
		judge_stop(t, l, s);
}

static struct leveringen *make(struct toets *t)
{
	static const enum klasse_soort soorten[] = {K_STARTPRODUCT, K_STOPPRODUCT};
	struct leveringen *l = arena_alloc(t->arena, sizeof *l);

	if (l != NULL)
		l->stappen = arena_alloc(t->arena, t->inhoud->n * sizeof *l->stappen);
	if (l == NULL || l->stappen == NULL ||
	    tafel_make(t->arena, &l->groepen, t->inhoud->n) < 0 ||
	    tafel_make(t->arena, &l->reeksen, t->inhoud->n) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	load_register(t, l);
	for (enum ronde ronde = LEES; ronde < N_RONDEN; ronde++) {
		for (size_t s = 0; s < sizeof soorten / sizeof *soorten; s++) {
			const struct klasse *k = NULL;

			while ((k = inhoud_volgende(t->inhoud, k, soorten[s])) != NULL)
				walk(t, l, k, ronde);
		}
	}
	return l;
}

/* The record's standing; NULL when there is none, or it deletes and that is not asked for. */
static const struct stap *stap(struct toets *t, const struct klasse *k, bool verwijdert)
{
	struct kruisgemak *g = kruis_gemak(t);
	const struct stap *s;

	if (g != NULL && g->leveringen == NULL)
		g->leveringen = make(t);
	if (g == NULL || g->leveringen == NULL || t->error < 0)
		return NULL;
	s = &g->leveringen->stappen[inhoud_nummer(t->inhoud, k)];
	return s->groep != NULL && s->verwijdert == verwijdert ? s : NULL;
}

/* ---- what the rules say ---- */

/* Without a number it is taakgericht, as far as a message can tell. */
static bool has_allocation(struct toets *t, const struct stap *s)
{
	const struct toewijzing *w;

	if (s->row.nummer == ABSENT)
		return true;
	w = kruis_toewijzing(t, s->row.nummer);
	return w == NULL || kruis_eigen(w, &s->row.paar) ||
	       (w->bekend == ONBEKEND && kruis_te_vroeg(t, s->row.ingang));
}

/* No deletion, and the allocation is no question: what the rules below start from. */
static const struct stap *levering(struct toets *t, const struct klasse *k)
{
	const struct stap *s = stap(t, k, false);

	return s != NULL && has_allocation(t, s) && t->error == 0 ? s : NULL;
}

/* A stop that is new and whose start is known: what may still be wrong is its order. */
static const struct stap *volgstop(struct toets *t, const struct klasse *k)
{
	const struct stap *s = levering(t, k);

	return s != NULL && s->zelfde == NULL && (s->start || kruis_te_vroeg(t, s->row.begin))
		       ? s
		       : NULL;
}

bool tr019(struct toets *t, const struct klasse *k)
{
	const struct stap *s = stap(t, k, false);

	return s == NULL || has_allocation(t, s) || regel_breekt(t, V_TOEWIJZINGNUMMER);
}

bool tr063(struct toets *t, const struct klasse *k)
{
	const struct stap *s = stap(t, k, true);

	return s == NULL || s->zelfde != NULL || kruis_te_vroeg(t, s->row.begin) ||
	       regel_breekt(t, V_STATUSAANLEVERING);
}

bool tr071(struct toets *t, const struct klasse *k)
{
	const struct stap *s = stap(t, k, true);

	return s == NULL || !s->start || (s->zelfde == NULL && !kruis_te_vroeg(t, s->row.begin)) ||
	       regel_breekt(t, V_STATUSAANLEVERING);
}

bool tr074(struct toets *t, const struct klasse *k)
{
	const struct stap *s = levering(t, k);

	return s == NULL || s->zelfde == NULL || regel_breekt(t, V_BEGINDATUM);
}

bool tr326(struct toets *t, const struct klasse *k)
{
	const struct stap *s = levering(t, k);
	char lopend[11];

	if (s == NULL || s->zelfde != NULL || s->lopend == DAY_NONE)
		return true;
	day_text(s->lopend, lopend);
	return regel_breekt_want(t, V_BEGINDATUM, "De start van %s is nog niet gestopt.",
				 "The start of %s has not been stopped.", lopend);
}

bool tr382(struct toets *t, const struct klasse *k)
{
	const struct stap *s = levering(t, k);

	return s == NULL || s->start || kruis_te_vroeg(t, s->row.begin) ||
	       regel_breekt(t, V_BEGINDATUM);
}

bool tr415(struct toets *t, const struct klasse *k)
{
	const struct stap *s = volgstop(t, k);

	return s == NULL || !s->definitief || regel_breekt(t, V_REDENBEEINDIGING);
}

bool tr413(struct toets *t, const struct klasse *k)
{
	const struct stap *s = volgstop(t, k);

	return s == NULL || s->definitief || !s->tijdelijk || !is_tijdelijk(&s->row) ||
	       regel_breekt(t, V_REDENBEEINDIGING);
}

bool tr414(struct toets *t, const struct klasse *k)
{
	const struct stap *s = volgstop(t, k);
	char is[11], eerder[11];

	if (s == NULL || s->definitief || (s->tijdelijk && is_tijdelijk(&s->row)) ||
	    s->eind == DAY_NONE || s->row.eind == DAY_NONE || s->row.eind >= s->eind)
		return true;
	day_text(s->row.eind, is);
	day_text(s->eind, eerder);
	return regel_breekt_want(t, V_EINDDATUM, "Deze stop noemt %s, de eerdere stop %s.",
				 "This stop says %s, the stop before it %s.", is, eerder);
}
