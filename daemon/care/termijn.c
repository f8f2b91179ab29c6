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

static int owe(const struct werk *w, const char *soort, const char *debiteur, const char *crediteur,
	       const char *sleutel, day sinds, day uiterlijk)
{
	const struct reg_verwachting row = {
		.soort = soort,
		.debiteur = debiteur,
		.crediteur = crediteur,
		.bericht = w->v->bericht,
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

/* Two senders may use the same identification. */
static const char *message_key(const struct werk *w, const char *van, const char *type,
			       const char *identificatie)
{
	return arena_printf(w->arena, "%s %s %s", van, type, identificatie);
}

static int answer_owed(const struct werk *w)
{
	const char *key = message_key(w, w->bericht->van, w->bericht->type->naam,
				      w->bericht->identificatie);
	bool declaratie = inhoud_volgende(w->i, NULL, K_DECLARATIE) != NULL;
	int days = declaratie ? DECLARATIE_DAYS : RETOUR_DAYS;

	return owe(w, declaratie ? "declaratieantwoord" : "retour", w->bericht->naar,
		   w->bericht->van, key, w->k->vandaag,
		   calendar_add(w->calendar, w->k->vandaag, days));
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
				message_key(w, w->bericht->naar, w->bericht->type->antwoord_op,
					    identificatie),
				w->v->bericht);
}

/* ---- start and stop ---- */

struct stand {
	int64_t nummer;
	bool started;     /* a start in force */
	day running;      /* Begindatum of a start that no definitive stop ends; DAY_NONE */
	day ended;        /* latest Begindatum that a definitive stop ends */
};

/* Rows come by Begindatum: the last start counts, unless a definitive stop is of the same day. */
static int see_levering(void *ctx, const struct reg_levering *row)
{
	struct stand *s = ctx;

	if (row->nummer != s->nummer)
		return 0;
	if (row->soort == LEVERING_START) {
		s->started = true;
		if (s->running == DAY_NONE || row->begin > s->running)
			s->running = row->begin;
	} else if (strcmp(row->reden, "20") != 0 && (s->ended == DAY_NONE || row->begin > s->ended)) {
		s->ended = row->begin;
	}
	return 0;
}

static bool is_deleted(const struct reg_toewijzing *t)
{
	return t->eind == t->ingang && (strcmp(t->reden, "13") == 0 || strcmp(t->reden, "01") == 0);
}

static int term_start(const struct werk *w, const struct reg_toewijzing *t, const struct stand *s,
		      const char *key)
{
	day from = t->ingang > w->k->vandaag ? t->ingang : w->k->vandaag;

	if (s->started)
		return settle(w, "start", t->paar.aanbieder, key, w->v->bericht);
	if (is_deleted(t))
		return settle(w, "start", t->paar.aanbieder, key, 0);
	if (inhoud_volgende(w->i, NULL, K_TOEGEWEZENPRODUCT) == NULL)
		return 0; /* a stop without a start, or a deleted start: the first term stands */
	return owe(w, "start", t->paar.aanbieder, t->paar.gemeente, key, from,
		   calendar_add(w->calendar, from, START_DAYS));
}

static int term_stop(const struct werk *w, const struct reg_toewijzing *t, const struct stand *s,
		     const char *key)
{
	bool open = s->started && (s->ended == DAY_NONE || s->ended < s->running);

	if (!open)
		return settle(w, "stop", t->paar.aanbieder, key, w->v->bericht);
	if (t->eind == DAY_NONE)
		return settle(w, "stop", t->paar.aanbieder, key, 0);
	return owe(w, "stop", t->paar.aanbieder, t->paar.gemeente, key, t->eind,
		   calendar_add(w->calendar, t->eind, STOP_DAYS));
}

/* The terms of one allocation as they stand after this message. */
static int term_toewijzing(const struct werk *w, const struct klasse *k)
{
	struct stand s = {.nummer = veld_getal(w->i, k, V_TOEWIJZINGNUMMER, ABSENT),
			  .running = DAY_NONE,
			  .ended = DAY_NONE};
	struct reg_toewijzing t;
	const char *key;
	int r;

	if (s.nummer == ABSENT)
		return 0; /* taakgericht */
	r = w->k->reg->toewijzing_current(w->k->store, w->arena, w->k->gemeente, s.nummer, &t);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = w->k->reg->leveringen(w->k->store, &t.paar, see_levering, &s);
	if (r < 0)
		return r;
	key = arena_printf(w->arena, "%s %lld", w->k->gemeente, (long long)s.nummer);
	r = term_start(w, &t, &s, key);
	return r == 0 ? term_stop(w, &t, &s, key) : r;
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
					verzoek_key(w, referentie), w->k->vandaag,
					calendar_add(w->calendar, w->k->vandaag, VERZOEK_DAYS));
}

static int verzoek_met(const struct werk *w, const char *referentie)
{
	const char *key = verzoek_key(w, referentie);
	int r = settle(w, "verzoek", w->k->gemeente, key, w->v->bericht);

	return r == 0 ? settle(w, "onderzoek", w->k->gemeente, key, w->v->bericht) : r;
}

/* The refusal for the residence principle has a term of its own: noted, and met with it. */
static int woonplaats(const struct werk *w, const struct reg_verzoek *verzoek)
{
	const char *key = verzoek_key(w, verzoek->referentie);
	day sinds = day_of(verzoek->received);
	int r = owe(w, "woonplaats", w->k->gemeente, w->k->aanbieder, key, sinds,
		    sinds + WOONPLAATS_DAYS);

	return r == 0 ? settle(w, "woonplaats", w->k->gemeente, key, w->v->bericht) : r;
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
		r = owe(w, "onderzoek", w->k->gemeente, w->k->aanbieder, verzoek_key(w, referentie),
			verzoek.dagtekening, verzoek.dagtekening + ONDERZOEK_DAYS);
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

static const struct {
	enum klasse_soort soort;
	int (*term)(const struct werk *w, const struct klasse *k);
} terms[] = {
	{K_TOEGEWEZENPRODUCT, toewijzing}, {K_STARTPRODUCT, term_toewijzing},
	{K_STOPPRODUCT, term_toewijzing},  {K_AANGEVRAAGDPRODUCT, verzoek_owed},
	{K_VERZOEK, verzoek_owed},         {K_ANTWOORD, antwoord},
};

static int terms_of_classes(const struct werk *w)
{
	int r = 0;

	for (size_t t = 0; r == 0 && t < sizeof terms / sizeof *terms; t++) {
		const struct klasse *k = NULL;

		while (r == 0 && (k = inhoud_volgende(w->i, k, terms[t].soort)) != NULL)
			r = terms[t].term(w, k);
	}
	return r;
}

int termijn_verwerk(const struct kruis *k, const struct calendar *c, struct arena *a,
		    const struct verwerking *v, const struct bericht *b, const struct inhoud *i)
{
	const struct werk w = {k, c, a, v, b, i};
	int r;

	if (i->n <= 1)
		return 0;
	if (b->type->antwoord_op[0] != '\0')
		return answer_given(&w);
	r = v->beantwoord ? 0 : answer_owed(&w);
	return r == 0 ? terms_of_classes(&w) : r;
}
