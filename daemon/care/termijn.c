#include "care/termijn.h"

#include <errno.h>
#include <string.h>

#include "base/banned.h"

#define RETOUR_DAYS 3
#define DECLARATIE_DAYS 10
#define START_DAYS 5
#define STOP_DAYS 5
#define VERZOEK_DAYS 5
#define ONDERZOEK_DAYS 56
#define WOONPLAATS_DAYS 14

struct werk {
	const struct kruis *k;
	const struct calendar *calendar;
	struct arena *arena;
	const struct verwerking *v;
	const struct bericht *bericht;
	const struct inhoud *i;
};

/* bericht: from which it follows. */
static int owe(const struct werk *w, const char *soort, const char *debiteur, const char *crediteur,
	       int64_t bericht, const char *sleutel, day sinds, day uiterlijk)
{
	const struct reg_verwachting row = {
		.soort = soort,
		.debiteur = debiteur,
		.crediteur = crediteur,
		.bericht = bericht,
		.sleutel = sleutel,
		.sinds = sinds,
		.uiterlijk = uiterlijk,
		.voldaan_op = DAY_NONE,
		.gemeld = DAY_NONE,
	};

	return sleutel == NULL ? -ENOMEM : w->k->reg->verwachting_add(w->k->store, &row);
}

/* door 0: it fell away. */
static int settle(const struct werk *w, const char *soort, const char *debiteur,
		  const char *sleutel, int64_t door)
{
	return sleutel == NULL ? -ENOMEM
			       : w->k->reg->verwachting_voldaan(w->k->store, soort, debiteur, sleutel,
								0, door != 0 ? door : -1,
								w->k->vandaag);
}

/* ---- answers ---- */

/* Identifications are the sender's own: another may use the same. */
static const char *message_key(const struct werk *w, const char *van, const char *type,
			       const char *identificatie)
{
	return arena_printf(w->arena, "%s %s %s", van, type, identificatie);
}

static int answer_owed(const struct werk *w)
{
	const char *key = message_key(w, w->bericht->van, w->bericht->type->naam, w->bericht->identificatie);
	bool declaratie = inhoud_volgende(w->i, NULL, K_DECLARATIE) != NULL;
	int days = declaratie ? DECLARATIE_DAYS : RETOUR_DAYS;

	return owe(w, declaratie ? "declaratieantwoord" : "retour", w->bericht->naar, w->bericht->van,
		   w->v->bericht, key, w->k->vandaag, calendar_add(w->calendar, w->k->vandaag, days));
}

static int answer_given(const struct werk *w)
{
	const char *identificatie =
		w->bericht->type->retour
			? w->bericht->origineel
			: veld_tekst(w->i, inhoud_header(w->i), V_DECLARATIEIDENTIFICATIE);

	return identificatie == NULL
		       ? 0
		       : settle(w, w->bericht->type->retour ? "retour" : "declaratieantwoord",
				w->bericht->van,
				message_key(w, w->bericht->naar, w->bericht->type->antwoord_op, identificatie),
				w->v->bericht);
}

/* ---- start and stop ---- */

/*
 * One allocation as the register has it now.  Its terms follow from this and
 * nothing else, so they come out the same whatever happened in between: a
 * message sent once more moves nothing, and what a rejection or a deletion
 * undid is owed again as it was.
 */
struct stand {
	int64_t nummer;
	int64_t ingang_door, eind_door; /* the messages that brought these days first; 0: no version */
	day ingang, eind;
	const char *reden;
	struct paar paar;
	int64_t start_door; /* message of the latest start in force, 0: none */
	day running;        /* its Begindatum */
	day ended;          /* latest Begindatum that a definitive stop ends; DAY_NONE */
};

struct versies {
	struct stand *s;
	struct arena *arena;
};

/* Rows come by moment: the last one counts, from the first of those that agree with it. */
static int see_versie(void *ctx, const struct reg_toewijzing *row)
{
	const struct versies *v = ctx;
	struct stand *s = v->s;

	if (s->ingang_door == 0 || row->ingang != s->ingang || row->bericht < s->ingang_door)
		s->ingang_door = row->bericht;
	if (s->eind_door == 0 || row->eind != s->eind || row->bericht < s->eind_door)
		s->eind_door = row->bericht;
	s->ingang = row->ingang;
	s->eind = row->eind;
	s->paar = row->paar;
	s->paar.gemeente = arena_strdup(v->arena, row->paar.gemeente); /* the row is gone after this */
	s->paar.aanbieder = arena_strdup(v->arena, row->paar.aanbieder);
	s->reden = arena_strdup(v->arena, row->reden);
	return s->paar.gemeente == NULL || s->paar.aanbieder == NULL || s->reden == NULL ? -ENOMEM : 0;
}

/* Rows come by Begindatum: the last start counts, unless a definitive stop is of the same day. */
static int see_levering(void *ctx, const struct reg_levering *row)
{
	struct stand *s = ctx;

	if (row->nummer != s->nummer)
		return 0;
	if (row->soort == LEVERING_START) {
		s->start_door = row->bericht;
		s->running = row->begin;
	} else if (strcmp(row->reden, "20") != 0 && (s->ended == DAY_NONE || row->begin > s->ended)) {
		s->ended = row->begin;
	}
	return 0;
}

static bool is_deleted(const struct stand *s)
{
	return s->eind == s->ingang && (strcmp(s->reden, "13") == 0 || strcmp(s->reden, "01") == 0);
}

/* Nobody is late for what he could not know: a term runs from its day, or from the message that told it. */
static int term_from(const struct werk *w, day from, int64_t told, day *ret)
{
	struct store_message m;
	day known = w->k->vandaag;
	int r = 0;

	if (told != w->v->bericht) {
		r = w->k->store->ops->message_get(w->k->store, w->arena, told, &m);
		if (r == 0)
			known = day_of(m.received);
	}
	*ret = known > from ? known : from;
	return r;
}

static int term_start(const struct werk *w, const struct stand *s, const char *key)
{
	day from;
	int r;

	if (s->start_door != 0 || is_deleted(s))
		return settle(w, "start", s->paar.aanbieder, key, s->start_door != 0 ? w->v->bericht : 0);
	r = term_from(w, s->ingang, s->ingang_door, &from);
	return r < 0 ? r
		     : owe(w, "start", s->paar.aanbieder, s->paar.gemeente, s->ingang_door, key, from,
			   calendar_add(w->calendar, from, START_DAYS));
}

static int term_stop(const struct werk *w, const struct stand *s, const char *key)
{
	bool open = s->start_door != 0 && (s->ended == DAY_NONE || s->ended < s->running);
	day from;
	int r;

	if (!open || s->eind == DAY_NONE)
		return settle(w, "stop", s->paar.aanbieder, key, open ? 0 : w->v->bericht);
	r = term_from(w, s->eind, s->eind_door, &from);
	return r < 0 ? r
		     : owe(w, "stop", s->paar.aanbieder, s->paar.gemeente,
			   s->start_door > s->eind_door ? s->start_door : s->eind_door, key, from,
			   calendar_add(w->calendar, from, STOP_DAYS));
}

/* The terms of one allocation as they stand after this message. */
static int term_toewijzing(const struct werk *w, const struct klasse *k)
{
	struct stand s = {.nummer = veld_getal(w->i, k, V_TOEWIJZINGNUMMER, ABSENT),
			  .running = DAY_NONE,
			  .ended = DAY_NONE};
	struct versies v = {&s, w->arena};
	const char *key;
	int r;

	if (s.nummer == ABSENT)
		return 0; /* taakgericht */
	r = w->k->reg->toewijzing_versies(w->k->store, w->k->gemeente, s.nummer, see_versie, &v);
	if (r == 0 && s.ingang_door == 0)
		return 0;
	if (r == 0)
		r = w->k->reg->leveringen(w->k->store, &s.paar, see_levering, &s);
	if (r < 0)
		return r;
	key = arena_printf(w->arena, "%s %lld", w->k->gemeente, (long long)s.nummer);
	r = term_start(w, &s, key);
	return r == 0 ? term_stop(w, &s, key) : r;
}

/* ---- requests ---- */

/* A referentie is the aanbieder's own: another may use the same. */
static const char *verzoek_key(const struct werk *w, const char *referentie)
{
	return arena_printf(w->arena, "%s %s", w->k->aanbieder, referentie);
}

static int verzoek_owed(const struct werk *w, const struct klasse *k)
{
	const char *referentie = veld_tekst(w->i, k, V_REFERENTIE);

	return referentie == NULL ? 0
				  : owe(w, "verzoek", w->k->gemeente, w->k->aanbieder,
					w->v->bericht, verzoek_key(w, referentie), w->k->vandaag,
					calendar_add(w->calendar, w->k->vandaag, VERZOEK_DAYS));
}

static int verzoek_met(const struct werk *w, const char *referentie)
{
	const char *key = verzoek_key(w, referentie);
	int r = settle(w, "verzoek", w->k->gemeente, key, w->v->bericht);

	return r == 0 ? settle(w, "onderzoek", w->k->gemeente, key, w->v->bericht) : r;
}

/*
 * The refusal for the residence principle has a term of its own: noted, and
 * over with it.  Were it noted as met by this message, a rejected one would
 * leave it owed.
 */
static int woonplaats(const struct werk *w, const struct reg_verzoek *verzoek)
{
	const char *key = verzoek_key(w, verzoek->referentie);
	day sinds = day_of(verzoek->received);
	int r = owe(w, "woonplaats", w->k->gemeente, w->k->aanbieder, w->v->bericht, key, sinds,
		    sinds + WOONPLAATS_DAYS);

	return r == 0 ? settle(w, "woonplaats", w->k->gemeente, key, 0) : r;
}

static int antwoord(const struct werk *w, const struct klasse *k)
{
	const char *referentie = veld_tekst(w->i, k, V_REFERENTIE);
	struct reg_verzoek verzoek;
	int r;

	if (referentie == NULL)
		return 0;
	if (veld_is(w->i, k, V_VERZOEKANTWOORD, "1"))
		r = verzoek_met(w, referentie);
	else
		r = settle(w, "verzoek", w->k->gemeente, verzoek_key(w, referentie), w->v->bericht);
	if (r == 0)
		r = w->k->reg->verzoek(w->k->store, w->arena, w->k->aanbieder, referentie, &verzoek);
	if (r == 0 && veld_is(w->i, k, V_VERZOEKANTWOORD, "2") && verzoek.beantwoord == 0)
		r = owe(w, "onderzoek", w->k->gemeente, w->k->aanbieder, w->v->bericht,
			verzoek_key(w, referentie), verzoek.dagtekening, verzoek.dagtekening + ONDERZOEK_DAYS);
	else if (r == 0 && veld_is(w->i, k, V_REDENAFWIJZING, "8"))
		r = woonplaats(w, &verzoek);
	return r == -ENOENT ? 0 : r;
}

static int toewijzing(const struct werk *w, const struct klasse *k)
{
	const char *referentie = veld_tekst(w->i, k, V_REFERENTIE);
	int r = term_toewijzing(w, k);

	return r == 0 && referentie != NULL ? verzoek_met(w, referentie) : r;
}

/* ---- which class has which terms ---- */

struct term {
	enum klasse_soort soort;
	int (*term)(const struct werk *w, const struct klasse *k);
};

static const struct term terms[] = {
	{K_TOEGEWEZENPRODUCT, toewijzing}, {K_STARTPRODUCT, term_toewijzing},
	{K_STOPPRODUCT, term_toewijzing},  {K_AANGEVRAAGDPRODUCT, verzoek_owed},
	{K_VERZOEK, verzoek_owed},	   {K_ANTWOORD, antwoord},
	{K_GEEN, NULL},
};

/* A return message that rejects shows what it undid. */
static const struct term retour_terms[] = {
	{K_TOEGEWEZENPRODUCT, term_toewijzing}, {K_STARTPRODUCT, term_toewijzing},
	{K_STOPPRODUCT, term_toewijzing},	{K_GEEN, NULL},
};

static int terms_of_classes(const struct werk *w, const struct term *t)
{
	int r = 0;

	for (; r == 0 && t->term != NULL; t++) {
		const struct klasse *k = NULL;

		while (r == 0 && (k = inhoud_volgende(w->i, k, t->soort)) != NULL)
			r = t->term(w, k);
	}
	return r;
}

int termijn_verwerk(const struct kruis *k, const struct calendar *c, struct arena *a,
		    const struct verwerking *v, const struct bericht *b, const struct inhoud *i)
{
	const struct werk w = {k, c, a, v, b, i};
	bool answers = b->type->antwoord_op[0] != '\0';
	int r = 0;

	if (i->n <= 1)
		return 0;
	if (answers)
		r = answer_given(&w);
	else if (!v->beantwoord)
		r = answer_owed(&w);
	return r == 0 ? terms_of_classes(&w, answers ? retour_terms : terms) : r;
}
