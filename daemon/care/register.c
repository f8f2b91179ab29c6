/*
 * One function per message type, found by the type's own name or, for answers,
 * by the name of what they answer: so a second release, or the twin standard
 * for the Wmo, needs a row here only where it brings another kind of message.
 *
 * Within a message what ends something comes before what brings something:
 * deletions before deliveries, credit lines before debit lines.
 */
#include "care/register.h"

#include <errno.h>
#include <string.h>

#include "base/banned.h"

struct werk {
	const struct kruis *k;
	const struct register_ops *reg;
	struct store *st;
	struct arena *arena;
	const struct verwerking *v;
	const struct bericht *bericht;
	const struct inhoud *i;
	day dagtekening;
};

static const char *tekst(const struct werk *w, const struct klasse *k, enum veldnaam v)
{
	const char *t = veld_tekst(w->i, k, v);

	return t != NULL ? t : "";
}

static int64_t getal(const struct werk *w, const struct klasse *k, enum veldnaam v)
{
	return veld_getal(w->i, k, v, ABSENT);
}

static void product_van(const struct werk *w, const struct klasse *k, struct product *ret)
{
	*ret = (struct product){
		.categorie = tekst(w, k, V_CATEGORIE),
		.code = tekst(w, k, V_CODE),
		.volume = getal(w, k, V_VOLUME),
		.eenheid = tekst(w, k, V_EENHEID),
		.frequentie = tekst(w, k, V_FREQUENTIE),
		.budget = getal(w, k, V_BUDGET),
	};
}

/* ---- JW301 ---- */

/* A request that an allocation or an answer ends. */
static int beantwoord(const struct werk *w, const char *referentie)
{
	struct reg_verzoek verzoek;
	int r = w->reg->verzoek(w->st, w->arena, w->k->aanbieder, referentie, &verzoek);

	if (r == -ENOENT || (r == 0 && verzoek.beantwoord != 0))
		return 0;
	return r < 0 ? r : w->reg->verzoek_beantwoord(w->st, verzoek.id, w->v->bericht);
}

static int verwerk_toewijzing(const struct werk *w)
{
	const struct klasse *k = NULL;
	int r = 0;

	while (r == 0 && (k = inhoud_volgende(w->i, k, K_TOEGEWEZENPRODUCT)) != NULL) {
		struct reg_toewijzing row = {
			.bericht = w->v->bericht,
			.nummer = getal(w, k, V_TOEWIJZINGNUMMER),
			.moment = (int64_t)veld_dag(w->i, k, V_TOEWIJZINGSDATUM) * 86400000000 +
				  veld_getal(w->i, k, V_TOEWIJZINGSTIJD, 0),
			.ingang = veld_dag(w->i, k, V_INGANGSDATUM),
			.eind = veld_dag(w->i, k, V_EINDDATUM),
			.reden = tekst(w, k, V_REDENWIJZIGING),
			.referentie = tekst(w, k, V_REFERENTIE),
			.dagtekening = w->dagtekening,
		};

		if (!kruis_paar(w->k, w->i, k, &row.paar))
			return -EINVAL;
		product_van(w, k, &row.product);
		r = w->reg->toewijzing_add(w->st, &row);
		if (r == 0 && row.referentie[0] != '\0')
			r = beantwoord(w, row.referentie);
	}
	return r;
}

/* ---- JW305, JW307 ---- */

static void levering_van(const struct werk *w, const struct klasse *k, struct reg_levering *ret)
{
	*ret = (struct reg_levering){
		.bericht = w->v->bericht,
		.soort = k->soort == K_STARTPRODUCT ? LEVERING_START : LEVERING_STOP,
		.nummer = getal(w, k, V_TOEWIJZINGNUMMER),
		.categorie = tekst(w, k, V_CATEGORIE),
		.code = tekst(w, k, V_CODE),
		.ingang = veld_dag(w->i, k, V_INGANGSDATUM),
		.begin = veld_dag(w->i, k, V_BEGINDATUM),
		.eind = veld_dag(w->i, k, V_EINDDATUM),
		.reden = tekst(w, k, V_REDENBEEINDIGING),
		.dagtekening = w->dagtekening,
	};
}

/* The logical key: Bsn comes with the pair, StatusAanlevering and ToewijzingIngangsdatum are no part of it. */
static bool same_key(const struct reg_levering *a, const struct reg_levering *b)
{
	return a->soort == b->soort && a->nummer == b->nummer && a->begin == b->begin &&
	       strcmp(a->categorie, b->categorie) == 0 && strcmp(a->code, b->code) == 0 &&
	       (a->soort == LEVERING_START ||
		(a->eind == b->eind && strcmp(a->reden, b->reden) == 0));
}

struct zoek {
	const struct reg_levering *row;
	int64_t id; /* of the row found */
};

static int compare_key(void *ctx, const struct reg_levering *row)
{
	struct zoek *z = ctx;

	if (!same_key(z->row, row))
		return 0;
	z->id = row->id;
	return 1;
}

/* A deletion of what is not there changes nothing. */
static int verwijder(const struct werk *w, const struct reg_levering *row)
{
	struct zoek z = {row, 0};
	int r = w->reg->leveringen(w->st, &row->paar, compare_key, &z);

	return r < 0 || z.id == 0 ? r : w->reg->levering_verwijder(w->st, z.id, w->v->bericht);
}

static int verwerk_levering(const struct werk *w)
{
	static const enum klasse_soort soorten[] = {K_STARTPRODUCT, K_STOPPRODUCT};
	int r = 0;

	for (int brengt = 0; brengt < 2; brengt++) {
		for (size_t s = 0; s < sizeof soorten / sizeof *soorten; s++) {
			const struct klasse *k = NULL;

			while (r == 0 && (k = inhoud_volgende(w->i, k, soorten[s])) != NULL) {
				struct reg_levering row;

				if (veld_is(w->i, k, V_STATUSAANLEVERING, "3") == (brengt == 1))
					continue;
				levering_van(w, k, &row);
				if (!kruis_paar(w->k, w->i, k, &row.paar))
					return -EINVAL;
				r = brengt ? w->reg->levering_add(w->st, &row) : verwijder(w, &row);
			}
		}
	}
	return r;
}

/* ---- JW315, JW317, JW319 ---- */

static int verwerk_verzoek(const struct werk *w)
{
	static const enum klasse_soort soorten[] = {K_AANGEVRAAGDPRODUCT, K_VERZOEK};
	int r = 0;

	for (size_t s = 0; s < sizeof soorten / sizeof *soorten; s++) {
		const struct klasse *k = NULL;

		while (r == 0 && (k = inhoud_volgende(w->i, k, soorten[s])) != NULL) {
			struct reg_verzoek row = {
				.bericht = w->v->bericht,
				.wijziging = k->soort == K_VERZOEK,
				.referentie = tekst(w, k, V_REFERENTIE),
				.ingang = veld_dag(w->i, k, V_INGANGSDATUM),
				.eind = veld_dag(w->i, k, V_EINDDATUM),
				.dagtekening = w->dagtekening,
				.received = w->v->received,
				.verwijzer = tekst(w, k, V_VERWIJZERTYPE),
			};

			if (row.referentie[0] == '\0') /* JW315 has no Verzoek of its own */
				continue;
			if (!kruis_paar(w->k, w->i, k, &row.paar))
				return -EINVAL;
			product_van(w, k, &row.product);
			r = w->reg->verzoek_add(w->st, &row);
		}
	}
	return r;
}

static int verwerk_antwoord(const struct werk *w)
{
	const struct klasse *k = inhoud_volgende(w->i, NULL, K_ANTWOORD);
	struct reg_antwoord row;
	int r;

	if (k == NULL)
		return 0;
	row = (struct reg_antwoord){
		.bericht = w->v->bericht,
		.gemeente = w->k->gemeente,
		.aanbieder = w->k->aanbieder,
		.referentie = tekst(w, k, V_REFERENTIE),
		.antwoord = tekst(w, k, V_VERZOEKANTWOORD),
		.reden = tekst(w, k, V_REDENAFWIJZING),
		.dagtekening = w->dagtekening,
	};
	r = w->reg->antwoord_add(w->st, &row);
	return r == 0 && strcmp(row.antwoord, "1") == 0 ? beantwoord(w, row.referentie) : r;
}

/* ---- JW323, JW325 ---- */

static bool has_code(const struct werk *w, const struct klasse *k)
{
	const struct klasse *client = inhoud_ouder(w->i, k, K_CLIENT);

	return k->codes != NULL || (client != NULL && client->codes != NULL);
}

static int add_prestatie(const struct werk *w, const struct klasse *k)
{
	const char *dc = tekst(w, k, V_INGEDIENDDC);
	struct reg_prestatie row = {
		.bericht = w->v->bericht,
		.referentie = tekst(w, k, V_REFERENTIENUMMER),
		.vorig = tekst(w, k, V_VORIGREFERENTIENUMMER),
		.nummer = getal(w, k, V_TOEWIJZINGNUMMER),
		.categorie = tekst(w, k, V_CATEGORIE),
		.code = tekst(w, k, V_CODE),
		.begin = veld_dag(w->i, k, V_BEGINDATUM),
		.eind = veld_dag(w->i, k, V_EINDDATUM),
		.volume = veld_getal(w->i, k, V_VOLUME, 0),
		.eenheid = tekst(w, k, V_EENHEID),
		.tarief = getal(w, k, V_TARIEF),
		.bedrag = veld_getal(w->i, k, V_INGEDIENDBEDRAG, 0),
		.dc = dc[0] != '\0' ? dc[0] : 'D',
		.stand = w->v->per_regel && has_code(w, k) ? PRESTATIE_AFGEWEZEN
							     : PRESTATIE_INGEDIEND,
	};

	return kruis_paar(w->k, w->i, k, &row.paar) ? w->reg->prestatie_add(w->st, &row) : -EINVAL;
}

static int64_t signed_total(const struct werk *w, const struct klasse *k, enum veldnaam bedrag,
			    enum veldnaam dc)
{
	int64_t n = veld_getal(w->i, k, bedrag, 0);

	return veld_is(w->i, k, dc, "C") ? -n : n;
}

static int verwerk_declaratie(const struct werk *w)
{
	const struct klasse *header = inhoud_header(w->i);
	const struct klasse *d = inhoud_volgende(w->i, NULL, K_DECLARATIE);
	struct reg_declaratie row;
	int r;

	if (d == NULL)
		return 0;
	row = (struct reg_declaratie){
		.bericht = w->v->bericht,
		.gemeente = w->k->gemeente,
		.aanbieder = w->k->aanbieder,
		.nummer = tekst(w, d, V_DECLARATIENUMMER),
		.identificatie = w->bericht->identificatie,
		.dagtekening = w->dagtekening,
		.begin = veld_dag(w->i, d, V_BEGINDATUM),
		.eind = veld_dag(w->i, d, V_EINDDATUM),
		.bedrag = signed_total(w, d, V_INGEDIENDBEDRAG, V_INGEDIENDDC),
		.basisversie = tekst(w, header, V_BASISVERSIE),
		.berichtversie = tekst(w, header, V_BERICHTVERSIE),
		.toegekend = ABSENT,
	};
	r = w->reg->declaratie_add(w->st, &row);
	for (int debet = 0; debet < 2; debet++) {
		const struct klasse *k = NULL;

		while (r == 0 && (k = inhoud_volgende(w->i, k, K_PRESTATIE)) != NULL)
			if (veld_is(w->i, k, V_INGEDIENDDC, "C") != (debet == 1))
				r = add_prestatie(w, k);
	}
	return r;
}

/* The first code of a class that says no; NULL when none does. */
static const char *afwijzing(const struct werk *w, const struct klasse *k)
{
	static const char geen_afwijzing[] = "0200|0233|8001";

	for (const struct veld *v = veld_van(w->i, k, V_RETOURCODE); v != NULL;
	     v = veld_volgende(w->i, k, v))
		if (strstr(geen_afwijzing, v->code) == NULL)
			return v->code;
	return NULL;
}

/* Only lines that were refused come back; all others are granted with it. */
static int settle_lines(const struct werk *w, int64_t bericht)
{
	const struct klasse *k = NULL;
	struct reg_prestatie row;
	int r = 0;

	while (r == 0 && (k = inhoud_volgende(w->i, k, K_PRESTATIE)) != NULL) {
		r = w->reg->prestatie_referentie(w->st, w->arena, w->k->aanbieder,
						 tekst(w, k, V_REFERENTIENUMMER), &row);
		if (r == 0 && row.bericht == bericht)
			r = w->reg->prestatie_stand(w->st, row.id, PRESTATIE_AFGEWEZEN);
		else if (r == -ENOENT)
			r = 0;
	}
	return r == 0 ? w->reg->prestaties_stand(w->st, bericht, PRESTATIE_GOEDGEKEURD) : r;
}

static int verwerk_declaratieantwoord(const struct werk *w)
{
	const struct klasse *header = inhoud_header(w->i);
	const struct klasse *d = inhoud_volgende(w->i, NULL, K_DECLARATIEANTWOORD);
	struct reg_declaratie row;
	bool geheel;
	int64_t toegekend;
	int r = w->reg->declaratie_identificatie(w->st, w->arena, w->k->gemeente, w->k->aanbieder,
						 tekst(w, header, V_DECLARATIEIDENTIFICATIE), &row);

	if (r == -ENOENT || (r == 0 && row.antwoord != 0))
		return 0;
	if (r < 0)
		return r;
	geheel = afwijzing(w, header) != NULL || d == NULL || afwijzing(w, d) != NULL;
	toegekend = d == NULL || geheel ? 0 : signed_total(w, d, V_TOEGEKENDBEDRAG, V_TOEGEKENDDC);
	r = w->reg->declaratie_antwoord(w->st, row.bericht, w->v->bericht, toegekend, geheel);
	if (r == 0)
		r = geheel ? w->reg->prestaties_stand(w->st, row.bericht, PRESTATIE_AFGEWEZEN)
			   : settle_lines(w, row.bericht);
	return r;
}

/* ---- return messages ---- */

static int verwerk_retour(const struct werk *w)
{
	struct store_message origineel;
	struct reg_retour row = {.retour = w->v->bericht, .code = ""};
	int r = w->st->ops->message_in_force(w->st, w->arena, w->bericht->naar,
					     w->bericht->type->antwoord_op, w->bericht->origineel,
					     &origineel);

	if (r == -ENOENT || (r == 0 && strcmp(origineel.naar, w->bericht->van) != 0))
		return 0; /* no such message, or not for who answers it */
	if (r < 0)
		return r;
	row.origineel = origineel.id;
	for (uint32_t n = 1; n < w->i->n && !row.afgewezen; n++) {
		const char *code = afwijzing(w, &w->i->list[n]);

		row.afgewezen = code != NULL;
		row.code = code != NULL ? code : "";
	}
	r = w->reg->retour_add(w->st, &row);
	if (r == -EEXIST) /* it had its answer; a second one means nothing */
		return 0;
	return r == 0 && row.afgewezen ? w->reg->herroep(w->st, row.origineel) : r;
}

/* ---- which is which ---- */

/* By the classes that a message holds, so that no name of a release stands here. */
static const struct {
	enum klasse_soort soort;
	int (*verwerk)(const struct werk *w);
} soorten[] = {
	{K_TOEGEWEZENPRODUCT, verwerk_toewijzing},
	{K_STARTPRODUCT, verwerk_levering},
	{K_STOPPRODUCT, verwerk_levering},
	{K_AANGEVRAAGDPRODUCT, verwerk_verzoek},
	{K_VERZOEK, verwerk_verzoek},
	{K_ANTWOORD, verwerk_antwoord},
	{K_DECLARATIE, verwerk_declaratie},
};

/* What it says of its clients; a date of birth only when no part of it is made up. */
static int verwerk_personen(const struct werk *w)
{
	const struct klasse *k = NULL;
	int r = 0;

	while (r == 0 && (k = inhoud_volgende(w->i, k, K_CLIENT)) != NULL) {
		bool compleet = !veld_aanwezig(w->i, k, V_DATUMGEBRUIK);
		day geboren = compleet ? veld_dag(w->i, k, V_GEBOORTEDATUM) : DAY_NONE;
		const char *geslacht = tekst(w, k, V_GESLACHT);
		struct paar paar;

		if ((geboren != DAY_NONE || geslacht[0] != '\0') && kruis_paar(w->k, w->i, k, &paar))
			r = w->reg->persoon(w->st, &paar, geboren, geslacht);
	}
	return r;
}

static int verwerk_inhoud(const struct werk *w)
{
	for (size_t s = 0; s < sizeof soorten / sizeof *soorten; s++)
		if (inhoud_volgende(w->i, NULL, soorten[s].soort) != NULL)
			return soorten[s].verwerk(w);
	return 0;
}

int register_verwerk(const struct kruis *k, struct arena *a, const struct verwerking *v,
		     const struct bericht *b, const struct inhoud *i)
{
	struct werk w = {k, k->reg, k->store, a, v, b, i, DAY_NONE};
	int r;

	if (i->n <= 1) /* a release without fields: nothing is known of it */
		return 0;
	w.dagtekening = veld_dag(i, inhoud_header(i), b->type->retour ? V_DAGTEKENINGRETOUR : V_DAGTEKENING);
	if (b->type->retour)
		return verwerk_retour(&w);
	if (b->type->antwoord_op[0] != '\0')
		return verwerk_declaratieantwoord(&w);
	r = verwerk_inhoud(&w);
	return r == 0 ? verwerk_personen(&w) : r;
}

int register_afgewezen(const struct kruis *k, struct arena *a, const struct verwerking *v,
		       const struct bericht *b, const struct inhoud *i)
{
	struct werk w = {k, k->reg, k->store, a, v, b, i, DAY_NONE};
	int r;

	if (i->n <= 1 || b->type->antwoord_op[0] != '\0' ||
	    (inhoud_volgende(i, NULL, K_STARTPRODUCT) == NULL &&
	     inhoud_volgende(i, NULL, K_STOPPRODUCT) == NULL))
		return 0;
	w.dagtekening = veld_dag(i, inhoud_header(i), V_DAGTEKENING);
	r = verwerk_levering(&w);
	if (r < 0 && r != -EINVAL) /* a client without a Bsn leaves no trace */
		return r;
	return w.reg->herroep(w.st, v->bericht);
}
