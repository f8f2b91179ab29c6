/* The checks that follow from the protocol, and those that only a hub can make: a row each. */
#include "care/cbs.h"

#include <string.h>

#include "base/banned.h"

#define VEEL_BEGINT 10 /* records: with fewer a share says nothing */
#define VEEL_DEEL 10   /* percent on one day of the half-year */

/* What is looked at. */
struct blik {
	const struct cbs_record *r;
	const struct episoden *e;
	const struct gewoonten *g;
	const struct cbs_vraag *v;
};

static int age(const struct blik *b)
{
	day geboren = b->r->eerste->geboren;

	for (int jaar = 0; geboren != DAY_NONE; jaar++)
		if (day_add_years(geboren, jaar + 1) > b->r->aanvang)
			return jaar;
	return 0;
}

/* Had this client any care before, with whichever provider?  Episodes stand client by client. */
static bool care_before(const struct blik *b)
{
	const struct episode *first = b->e->list, *e = b->r->eerste;

	while (e > first && memcmp(e[-1].client, e->client, sizeof e->client) == 0)
		e--;
	return e->begin < b->r->aanvang;
}

static bool end_before_begin(const struct blik *b)
{
	return b->r->einde_ooit != DAY_NONE && b->r->einde_ooit < b->r->aanvang;
}

static bool reason_unknown(const struct blik *b)
{
	return b->r->einde != DAY_NONE && b->r->waarde[CBS_REDEN][0] == '\0';
}

static bool form_unknown(const struct blik *b)
{
	return b->r->hulpvorm == 0;
}

static bool referrer_unknown(const struct blik *b)
{
	return b->r->waarde[CBS_VERWIJZER][0] == '\0';
}

static bool birth_unknown(const struct blik *b)
{
	return b->r->waarde[CBS_GEBOORTEDATUM][0] == '\0';
}

static bool sex_unknown(const struct blik *b)
{
	return b->r->waarde[CBS_GESLACHT][0] == '\0';
}

static bool too_old(const struct blik *b)
{
	return age(b) >= 23;
}

static bool end_certain(const struct blik *b)
{
	return b->r->schatting != DAY_NONE && b->r->kans >= (int)(1000 * b->g->zeker);
}

static bool team_with_referrer(const struct blik *b)
{
	const char *code = b->r->eerste->verwijzer;

	return b->r->hulpvorm == 1 && *code != '\0' && strcmp(code, "06") != 0;
}

static bool perhaps_double(const struct blik *b)
{
	return b->r->dubbel;
}

static bool adult_anew(const struct blik *b)
{
	return age(b) >= 18 && age(b) < 23 && !care_before(b);
}

static bool beside_stay(const struct blik *b)
{
	return b->r->naast_verblijf;
}

static bool told_late(const struct blik *b)
{
	day vorige = halfjaar_laatste(b->v->halfjaar - 1);

	return b->r->aanvang <= vorige && b->r->eerste->begin_sinds > vorige + CBS_AANLEVERING;
}

static bool end_probable(const struct blik *b)
{
	return b->r->schatting != DAY_NONE && !end_certain(b);
}

static bool administrative_end(const struct blik *b)
{
	return b->r->einde != DAY_NONE && b->r->administratief;
}

static bool no_start(const struct blik *b)
{
	return !b->r->eerste->gestart;
}

static const struct {
	const char *naam;
	enum cbs_ernst ernst;
	bool (*geldt)(const struct blik *b); /* NULL: of a whole delivery */
	const char *nl, *en;
} controles[N_CBS_CONTROLES] = {
	[CBS_EINDE_VOOR_AANVANG] = {"einde-voor-aanvang", CBS_FOUT, end_before_begin,
		"het einde ligt voor de aanvang", "the end lies before the begin"},
	[CBS_REDEN_ONBEKEND] = {"reden-ontbreekt", CBS_FOUT, reason_unknown,
		"er is een einde, maar geen reden die CBS kent", "there is an end, but no reason that CBS knows"},
	[CBS_HULPVORM_ONBEKEND] = {"hulpvorm-ontbreekt", CBS_FOUT, form_unknown,
		"de hulpvorm is niet uit de productcategorie af te leiden",
		"the form of care does not follow from the product category"},
	[CBS_VERWIJZER_ONBEKEND] = {"verwijzer-ontbreekt", CBS_FOUT, referrer_unknown,
		"de verwijzer is geen code van CBS", "the referrer is no code of CBS"},
	[CBS_GEBOORTE_ONBEKEND] = {"geboortedatum-ontbreekt", CBS_FOUT, birth_unknown,
		"geen bericht noemt de hele geboortedatum", "no message says the whole date of birth"},
	[CBS_GESLACHT_ONBEKEND] = {"geslacht-ontbreekt", CBS_FOUT, sex_unknown,
		"geen bericht noemt het geslacht", "no message says the sex"},
	[CBS_TE_OUD] = {"leeftijd", CBS_FOUT, too_old,
		"23 jaar of ouder bij de aanvang", "23 or older at the begin"},
	[CBS_EINDE_ZEKER] = {"einde-ontbreekt", CBS_FOUT, end_certain,
		"de zorg is zeker geëindigd; er is geen stopbericht", "care has certainly ended; there is no stop message"},
	[CBS_WIJKTEAM_VERWIJZER] = {"wijkteam-verwijzer", CBS_WAARSCHUWING, team_with_referrer,
		"hulpvorm 01 hoort verwijzer 06 te hebben; het verzoek noemt een andere",
		"form 01 wants referrer 06; the request names another"},
	[CBS_DUBBEL] = {"sleutel-dubbel", CBS_WAARSCHUWING, perhaps_double,
		"een ander record van deze cliënt begint op dezelfde dag; met dezelfde hulpvorm is het één",
		"another record of this client begins on the same day; with the same form they are one"},
	[CBS_MEERDERJARIG] = {"meerderjarig", CBS_WAARSCHUWING, adult_anew,
		"18 tot en met 22 jaar bij de aanvang, en eerdere hulp is niet bekend",
		"18 to 22 at the begin, and no earlier care is known"},
	[CBS_AMBULANT_BIJ_VERBLIJF] = {"ambulant-bij-verblijf", CBS_WAARSCHUWING, beside_stay,
		"loopt naast een eigen verblijf; daarbinnen hoort het bij het verblijf",
		"runs beside an own stay; within it, it belongs to the stay"},
	[CBS_LAAT_BEGONNEN] = {"aanvang-laat", CBS_WAARSCHUWING, told_late,
		"begon eerder, maar ontbrak in de vorige levering: een correctielevering is nodig",
		"began earlier, but was not in the delivery before: that needs a redelivery"},
	[CBS_EINDE_WAARSCHIJNLIJK] = {"einde-waarschijnlijk", CBS_WAARSCHUWING, end_probable,
		"de zorg is waarschijnlijk geëindigd; er is geen stopbericht", "care has probably ended; there is no stop message"},
	[CBS_REDEN_ADMINISTRATIEF] = {"reden-administratief", CBS_WAARSCHUWING, administrative_end,
		"een administratief einde zonder vervolg: 02 is aangenomen", "an end for administration that nothing follows: 02 is assumed"},
	[CBS_HULPVORM_STANDAARD] = {"hulpvorm-aangenomen", CBS_INFORMATIE, NULL,
		"de hulpvorm is de gebruikelijke van de productcategorie", "the form of care is the usual one of the product category"},
	[CBS_GEEN_START] = {"start-ontbreekt", CBS_WAARSCHUWING, no_start,
		"er is geen startbericht; de aanvang komt uit de declaraties", "there is no start message; the begin comes from the declarations"},
	[CBS_NIEUWJAAR] = {"nieuwjaar", CBS_WAARSCHUWING, NULL,
		"een op de tien of meer begint op 1 januari", "one in ten or more begin on 1 January"},
	[CBS_OUDJAAR] = {"oudjaar", CBS_WAARSCHUWING, NULL,
		"een op de tien of meer eindigt op 31 december", "one in ten or more end on 31 December"},
};

const char *cbs_controle_naam(enum cbs_controle c)
{
	return controles[c].naam;
}

enum cbs_ernst cbs_controle_ernst(enum cbs_controle c)
{
	return controles[c].ernst;
}

const char *cbs_controle_zin(enum cbs_controle c, bool nederlands)
{
	return nederlands ? controles[c].nl : controles[c].en;
}

/* ---- a whole delivery ---- */

static bool many(size_t on, size_t of)
{
	return of >= VEEL_BEGINT && on * 100 >= of * VEEL_DEEL;
}

struct telling {
	size_t begun, first, ended, last, assumed;
};

static struct telling count(const struct cbs_record *r, size_t n, int halfjaar)
{
	day van = halfjaar_eerste(halfjaar), tot = halfjaar_laatste(halfjaar);
	struct telling t = {0};

	for (size_t i = 0; i < n; i++) {
		t.begun += r[i].aanvang >= van;
		t.first += r[i].aanvang == van;
		t.ended += r[i].einde != DAY_NONE;
		t.last += r[i].einde == tot;
		t.assumed += r[i].bron[CBS_HULPVORM] == CBS_BRON_STANDAARD;
	}
	return t;
}

/* What rests on a default, and the days on which administrations close and open everything at once. */
static int check_delivery(const struct cbs_record *r, size_t n, int halfjaar,
			  int (*each)(void *, const struct cbs_bevinding *), void *ctx)
{
	struct telling t = count(r, n, halfjaar);
	int result = 0;

	if (t.assumed > 0)
		result = each(ctx, &(struct cbs_bevinding){r, CBS_HULPVORM_STANDAARD, t.assumed});
	if (result == 0 && halfjaar % 2 == 0 && many(t.first, t.begun))
		result = each(ctx, &(struct cbs_bevinding){r, CBS_NIEUWJAAR, t.first});
	if (result == 0 && halfjaar % 2 == 1 && many(t.last, t.ended))
		result = each(ctx, &(struct cbs_bevinding){r, CBS_OUDJAAR, t.last});
	return result;
}

int cbs_controleer(const struct cbs_lijst *l, const struct episoden *e, const struct gewoonten *g,
		   const struct cbs_vraag *v, int (*each)(void *ctx, const struct cbs_bevinding *b), void *ctx)
{
	size_t van = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		struct blik b = {&l->list[i], e, g, v};

		for (int c = 0; r == 0 && c < N_CBS_CONTROLES; c++)
			if (controles[c].geldt != NULL && controles[c].geldt(&b))
				r = each(ctx, &(struct cbs_bevinding){b.r, (enum cbs_controle)c, 0});
		if (i + 1 < l->n && strcmp(l->list[i + 1].laatste->aanbieder, b.r->laatste->aanbieder) == 0)
			continue;
		if (r == 0)
			r = check_delivery(&l->list[van], i + 1 - van, v->halfjaar, each, ctx);
		van = i + 1;
	}
	return r;
}
