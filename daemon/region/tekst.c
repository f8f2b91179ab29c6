/*
 * Messages as text, each from its row and what the row is about.  A JW301
 * holds what its gemeente owes this child and aanbieder at that moment
 * (OP087): the allocation it is about, and all others that are valid.
 */
#include "region/intern.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

const char *const soort_naam[N_SOORTEN] = {
	[JW301] = "JW301", [JW302] = "JW302", [JW305] = "JW305", [JW306] = "JW306",
	[JW307] = "JW307", [JW308] = "JW308", [JW315] = "JW315", [JW316] = "JW316",
	[JW323] = "JW323", [JW325] = "JW325",
};

static const char *const berichtcode[N_SOORTEN] = {
	[JW301] = "436", [JW302] = "437", [JW305] = "438", [JW306] = "439", [JW307] = "440",
	[JW308] = "441", [JW315] = "446", [JW316] = "447", [JW323] = "490", [JW325] = "491",
};

#define VERTOOND_MAX 32

#define XSDVERSIE                                                \
	"<b:BasisschemaXsdVersie>0.1.0</b:BasisschemaXsdVersie>" \
	"<b:BerichtXsdVersie>0.1.0</b:BerichtXsdVersie>"

bool soort_van_gemeente(enum soort s)
{
	return s == JW301 || s == JW306 || s == JW308 || s == JW316 || s == JW325;
}

bool soort_is_retour(enum soort s)
{
	return s == JW302 || s == JW306 || s == JW308 || s == JW316;
}

static void put_dag(struct buf *b, const char *element, day d)
{
	char tekst[11];

	if (d == DAY_NONE)
		return;
	day_text(d, tekst);
	buf_addf(b, "<%s>%s</%s>\n", element, tekst, element);
}

static void put_codes(struct buf *b, const char *code)
{
	if (code[0] != '\0')
		buf_addf(b, "<RetourCodes><RetourCode>%s</RetourCode></RetourCodes>\n", code);
}

/* ---- clients ---- */

static const char *const voor[16] = {"Van Fictie", "De Proef",	"Voorbeeld", "Verzonnen",
				     "Testman",	   "Denkbeeld", "Oefening",  "Schijn",
				     "Bedacht",	   "Misschien", "Ergens",    "Nergens",
				     "Zogeheten",  "Evenals",	"Stelling",  "Verhaal"};
static const char *const na[16] = {"",	   "sma",   "huis", "veld", "berg",  "dijk",
				   "stra", "horst", "meer", "kamp", "brink", "oord",
				   "beek", "land",  "bos",  "zicht"};

static void put_name(struct buf *b, const struct client *c, bool volledig)
{
	buf_addf(b,
		 "<Naam><b:Geslachtsnaam><b:Achternaam>%s%s</b:Achternaam></b:Geslachtsnaam>"
		 "<b:Voornamen>%s</b:Voornamen><b:Voorletters>%c</b:Voorletters>%s</Naam>\n",
		 voor[c->naam / 16], na[c->naam % 16], c->geslacht == 1 ? "Teun" : "Noor",
		 c->geslacht == 1 ? 'T' : 'N', volledig ? "<b:NaamGebruik>1</b:NaamGebruik>" : "");
}

static void put_client(struct buf *b, const struct client *c, bool volledig)
{
	char geboren[11];

	day_text(c->geboren, geboren);
	buf_addf(b,
		 "<Client>\n<Bsn>%u</Bsn>\n<Geboortedatum><b:Datum>%s</b:Datum></Geboortedatum>"
		 "<Geslacht>%u</Geslacht>\n",
		 c->bsn, geboren, c->geslacht);
	put_name(b, c, volledig);
}

/* ---- products ---- */

static void put_product(struct buf *b, const struct episode *e)
{
	buf_addf(b, "<Product><b:Categorie>%s</b:Categorie>", e->categorie);
	if (e->code[0] != '\0')
		buf_addf(b, "<b:Code>%s</b:Code>", e->code);
	buf_adds(b, "</Product>\n");
}

static void put_volume(struct buf *b, const struct vorm *v, int volume)
{
	if (v->eenheid[0] != '\0')
		buf_addf(b,
			 "<Omvang><b:Volume>%d</b:Volume><b:Eenheid>%s</b:Eenheid>"
			 "<b:Frequentie>%s</b:Frequentie></Omvang>\n",
			 volume, v->eenheid, v->frequentie);
	if (v->budget)
		buf_addf(b, "<Budget>%d</Budget>\n", volume);
}

/* nu: decided in this message, and not sent once more. */
static void put_toewijzing(const struct region *r, struct buf *b, const struct versie *v, bool nu)
{
	const struct toewijzing *w = &TOEWIJZINGEN(r)[v->toewijzing];
	const struct episode *e = &EPISODES(r)[w->episode];
	int s = (int)(v->besloten % 86400);
	char dag[11];

	buf_addf(b, "<ToegewezenProduct>\n<ToewijzingNummer>%u</ToewijzingNummer>\n", w->nummer);
	if (w->referentie[0] != '\0' && nu && v->vorige == GEEN)
		buf_addf(b, "<ReferentieAanbieder>%s</ReferentieAanbieder>\n", w->referentie);
	put_product(b, e);
	day_text(dag_van(v->besloten), dag);
	buf_addf(b,
		 "<Toewijzingsdatum>%s</Toewijzingsdatum>"
		 "<Toewijzingstijd>%02d:%02d:%02d</Toewijzingstijd>\n",
		 dag, s / 3600, s / 60 % 60, s % 60);
	put_dag(b, "Ingangsdatum", w->ingang);
	put_dag(b, "Einddatum", v->eind);
	if (v->reden[0] != '\0' && nu)
		buf_addf(b, "<RedenWijziging>%s</RedenWijziging>\n", v->reden);
	put_volume(b, plan_vorm(e), v->volume);
	buf_adds(b, "</ToegewezenProduct>\n");
}

/* A category without a code stands for all that is in it. */
static bool same_product(const struct episode *a, const struct episode *b)
{
	return strcmp(a->categorie, b->categorie) == 0 &&
	       (a->code[0] == '\0' || b->code[0] == '\0' || strcmp(a->code, b->code) == 0);
}

static bool overlaps(const struct region *r, const struct versie *a, const struct versie *b)
{
	day van_a = TOEWIJZINGEN(r)[a->toewijzing].ingang,
	    van_b = TOEWIJZINGEN(r)[b->toewijzing].ingang;

	return (a->eind == DAY_NONE || a->eind >= van_b) &&
	       (b->eind == DAY_NONE || b->eind >= van_a);
}

/* What a JW301 shows: the allocation that it is about comes first. */
struct vertoning {
	const struct versie *v[VERTOOND_MAX];
	size_t n;
};

/* Another allocation for the same child and aanbieder: is it in this message too? */
static bool stands_beside(const struct region *r, const struct vertoning *t,
			  const struct versie *ander)
{
	const struct episode *e = &EPISODES(r)[TOEWIJZINGEN(r)[ander->toewijzing].episode];
	const struct versie *eerste = t->v[0];

	if (ander->besloten != eerste->besloten && ander->eind != DAY_NONE &&
	    ander->eind < dag_van(eerste->besloten))
		return false;
	/* What a gemeente should not have, it does not show: one product twice at a time (TR302).
	 */
	for (size_t i = 0; i < t->n; i++)
		if (same_product(e, &EPISODES(r)[TOEWIJZINGEN(r)[t->v[i]->toewijzing].episode]) &&
		    overlaps(r, t->v[i], ander))
			return false;
	return t->n < VERTOOND_MAX;
}

static void put_beside(const struct region *r, struct buf *b, const struct episode *e,
		       struct vertoning *t)
{
	for (uint32_t i = 0; i < e->n_toewijzingen; i++) {
		uint32_t w = e->eerste_toewijzing + i;
		const struct versie *nu = toewijzing_stand(r, w, t->v[0]->besloten);

		if (w == t->v[0]->toewijzing || nu == NULL || !stands_beside(r, t, nu))
			continue;
		t->v[t->n++] = nu;
		put_toewijzing(r, b, nu, nu->besloten == t->v[0]->besloten);
	}
}

static void put_301(const struct region *r, struct buf *b, const struct bericht *m)
{
	const struct episode *e = &EPISODES(r)[m->episode];
	const struct client *c = &CLIENTEN(r)[e->client];
	struct vertoning t = {{&VERSIES(r)[m->versie]}, 1};

	put_client(b, c, true);
	buf_addf(
		b,
		"<Contactgegevens><Contact><Soort>01</Soort><Adres><b:Huis><b:Huisnummer>%u</"
		"b:Huisnummer>"
		"</b:Huis><b:Postcode>%04uZZ</b:Postcode><b:Straatnaam>Voorbeeldlaan</b:Straatnaam>"
		"<b:Plaatsnaam>Proefstad</b:Plaatsnaam><b:LandCode>NL</b:LandCode></Adres></"
		"Contact>"
		"</Contactgegevens>\n<ToegewezenProducten>\n",
		c->nr % 197 + 1, 1000 + e->gemeente * 40 + c->nr % 40);
	put_toewijzing(r, b, t.v[0], true);
	for (uint32_t i = c->eerste; i < c->eerste + c->n && !e->spook; i++) {
		const struct episode *f = &EPISODES(r)[i];

		if (f->gemeente == e->gemeente && f->aanbieder == e->aanbieder)
			put_beside(r, b, f, &t);
	}
	buf_adds(b, "</ToegewezenProducten>\n");
}

/* ---- starts and stops; with codes in a return message that rejects ---- */

static void put_levering(const struct region *r, struct buf *b, const struct bericht *m,
			 const char *code)
{
	const struct episode *e = &EPISODES(r)[m->episode];
	bool stop = m->soort == JW307 || m->soort == JW308;
	const char *soort = stop ? "Stop" : "Start";

	put_client(b, &CLIENTEN(r)[e->client], false);
	buf_addf(b, "<%sProducten>\n<%sProduct>\n", soort, soort);
	if (m->toewijzing != GEEN)
		buf_addf(b, "<ToewijzingNummer>%u</ToewijzingNummer>\n",
			 TOEWIJZINGEN(r)[m->toewijzing].nummer);
	put_product(b, e);
	if (m->toewijzing != GEEN)
		put_dag(b, "ToewijzingIngangsdatum", TOEWIJZINGEN(r)[m->toewijzing].ingang);
	put_dag(b, "Begindatum", m->begin);
	if (stop) {
		buf_addf(b, "<RedenBeeindiging>%s</RedenBeeindiging>\n", m->reden);
		put_dag(b, "Einddatum", m->eind);
	}
	buf_addf(b, "<StatusAanlevering>%u</StatusAanlevering>\n", m->status);
	put_codes(b, code);
	buf_addf(b, "</%sProduct>\n</%sProducten>\n", soort, soort);
	put_codes(b, code[0] != '\0' ? "0200" : "");
	buf_adds(b, "</Client>\n");
}

/* ---- requests ---- */

static void put_315(const struct region *r, struct buf *b, const struct bericht *m)
{
	static const char *const wie[] = {
		"<b:Type>01</b:Type>",
		"<b:Type>02</b:Type><b:ZorgverlenerCode>01009901</b:ZorgverlenerCode>",
		"<b:Type>03</b:Type><b:Naam>Jeugdarts Voorbeeld</b:Naam>",
		"<b:Type>04</b:Type><b:Naam>GI Voorbeeld</b:Naam>",
		"<b:Type>05</b:Type><b:ZorgverlenerCode>03009901</b:ZorgverlenerCode>",
		"<b:Type>06</b:Type>",
		"<b:Type>06</b:Type>",
		"<b:Type>08</b:Type>",
	};
	const struct episode *e = &EPISODES(r)[m->episode];
	const struct versie *v = e->n_toewijzingen == 0
					 ? NULL
					 : toewijzing_stand(r, e->eerste_toewijzing, e->toegewezen);

	put_client(b, &CLIENTEN(r)[e->client], false);
	buf_addf(b,
		 "<AangevraagdeProducten>\n<AangevraagdProduct>\n<ReferentieAanbieder>V%07u</"
		 "ReferentieAanbieder>\n",
		 m->episode);
	put_product(b, e);
	put_dag(b, "ToewijzingIngangsdatum", e->ingang);
	put_dag(b, "ToewijzingEinddatum", e->was[0]);
	put_volume(b, plan_vorm(e), v != NULL ? v->volume : plan_vorm(e)->most);
	buf_addf(
		b,
		"<Verwijzer>%s</Verwijzer>\n<Raamcontract>1</Raamcontract>\n</AangevraagdProduct>\n"
		"</AangevraagdeProducten>\n</Client>\n",
		wie[e->verwijzer - 1]);
}

const char *verwijzer_code(const struct episode *e)
{
	static const char *const codes[] = {"", "01", "02", "03", "04", "05", "06", "07", "08"};

	return codes[e->verwijzer];
}

/* ---- declarations ---- */

static void put_regel(const struct region *r, struct buf *b, const struct regel *g,
		      const char *code)
{
	const struct episode *e = &EPISODES(r)[g->episode];
	const struct vorm *v = plan_vorm(e);
	char begin[11], eind[11], zelf[6];

	day_text(g->begin, begin);
	day_text(g->eind, eind);
	(void)snprintf(zelf, sizeof zelf, "%.2sX0%u", e->categorie,
		       1u + e->hulpvorm % N_HULPVORMEN);
	buf_addf(b, "<Prestatie>\n<ProductReferentie><b:ReferentieNummer>%u</b:ReferentieNummer>",
		 g->nr);
	if (g->vorig != 0)
		buf_addf(b, "<b:VorigReferentieNummer>%u</b:VorigReferentieNummer>", g->vorig);
	buf_addf(b,
		 "</ProductReferentie>\n<ToewijzingNummer>%u</ToewijzingNummer>"
		 "<ProductCategorie>%s</ProductCategorie><ProductCode>%s</ProductCode>\n"
		 "<ProductPeriode><b:Begindatum>%s</b:Begindatum><b:Einddatum>%s</b:Einddatum></"
		 "ProductPeriode>\n"
		 "<GeleverdVolume>%d</GeleverdVolume><Eenheid>%s</Eenheid>",
		 TOEWIJZINGEN(r)[g->toewijzing].nummer, e->categorie,
		 e->code[0] != '\0' ? e->code : zelf, begin, eind, g->volume,
		 g->minuten		 ? "01"
		 : v->eenheid[0] != '\0' ? v->eenheid
					 : "04");
	if (!v->traject)
		buf_addf(b, "<ProductTarief>%d</ProductTarief>", g->tarief);
	buf_addf(b,
		 "\n<IngediendBedrag><b:Bedrag>%" PRId64
		 "</b:Bedrag><b:DebetCredit>%c</b:DebetCredit></IngediendBedrag>\n",
		 g->bedrag, g->vorig != 0 ? 'C' : 'D');
	put_codes(b, code);
	buf_adds(b, "</Prestatie>\n");
}

static void end_client(struct buf *b, bool antwoord)
{
	buf_adds(b, "</Prestaties>");
	put_codes(b, antwoord ? "0200" : "");
	buf_adds(b, "</Client>\n");
}

/* Lines of one client stand together; an answer shows the rejected ones only. */
static void put_regels(const struct region *r, struct buf *b, const struct declaratie *d,
		       bool antwoord)
{
	uint32_t client = GEEN;

	buf_adds(b, "<Clienten>\n");
	for (uint32_t i = d->eerste; i < d->eerste + d->n; i++) {
		const struct regel *g = &REGELS(r)[i];
		uint32_t nu = EPISODES(r)[g->episode].client;

		if (antwoord && !g->afgewezen)
			continue;
		if (nu != client) {
			if (client != GEEN)
				end_client(b, antwoord);
			buf_addf(b, "<Client><Bsn>%u</Bsn><Prestaties>\n", CLIENTEN(r)[nu].bsn);
			client = nu;
		}
		put_regel(r, b, g, antwoord ? "9321" : "");
	}
	end_client(b, antwoord);
	buf_adds(b, "</Clienten>\n");
}

static int64_t sum(const struct region *r, const struct declaratie *d, bool toegekend)
{
	int64_t som = 0;

	for (uint32_t i = d->eerste; i < d->eerste + d->n; i++) {
		const struct regel *g = &REGELS(r)[i];

		if (!toegekend || !g->afgewezen)
			som += g->vorig != 0 ? -g->bedrag : g->bedrag;
	}
	return som;
}

static void put_total(struct buf *b, const char *element, int64_t som)
{
	buf_addf(b,
		 "<%s><b:TotaalBedrag>%" PRId64
		 "</b:TotaalBedrag><b:DebetCredit>%c</b:DebetCredit></%s>\n",
		 element, som < 0 ? -som : som, som < 0 ? 'C' : 'D', element);
}

static void put_323(const struct region *r, struct buf *b, const struct bericht *m)
{
	const struct declaratie *d = &DECLARATIES(r)[m->declaratie];
	char begin[11], eind[11];

	day_text(d->maand, begin);
	day_text(day_month_last(d->maand), eind);
	buf_addf(b,
		 "<Declaratie>\n<DeclaratieNummer>D%07u</DeclaratieNummer>\n<DeclaratiePeriode>"
		 "<b:Begindatum>%s</b:Begindatum><b:Einddatum>%s</b:Einddatum></"
		 "DeclaratiePeriode>\n",
		 d->nummer, begin, eind);
	put_dag(b, "DeclaratieDagtekening", d->dag);
	put_total(b, "TotaalIngediendBedrag", sum(r, d, false));
	put_regels(r, b, d, false);
	buf_adds(b, "</Declaratie>\n");
}

static void put_325(const struct region *r, struct buf *b, const struct bericht *m)
{
	const struct declaratie *d = &DECLARATIES(r)[m->declaratie];

	buf_addf(b, "<DeclaratieAntwoord>\n<DeclaratieNummer>D%07u</DeclaratieNummer>\n",
		 d->nummer);
	put_total(b, "TotaalIngediendBedrag", sum(r, d, false));
	put_total(b, "TotaalToegekendBedrag", sum(r, d, true));
	if (d->afgewezen)
		put_regels(r, b, d, true);
	put_codes(b, d->afgewezen ? "0200" : "8001");
	buf_adds(b, "</DeclaratieAntwoord>\n");
}

/* ---- the frame ---- */

static void put_header(const struct region *r, struct buf *b, const struct bericht *m)
{
	const struct bericht *op = m->op == GEEN ? NULL : &BERICHTEN(r)[m->op];
	bool retour = soort_is_retour((enum soort)m->soort);
	const struct bericht *over = retour ? op : m;
	const struct declaratie *d = m->declaratie == GEEN ? NULL : &DECLARATIES(r)[m->declaratie];
	const struct episode *e = d != NULL ? NULL : &EPISODES(r)[m->episode];
	const char *g = r->gemeenten[d != NULL ? d->gemeente : e->gemeente].code;
	const char *a = r->aanbieders[d != NULL ? d->aanbieder : e->aanbieder].agb;
	bool van_gemeente = soort_van_gemeente((enum soort)over->soort);
	char dag[11];

	day_text(dag_van(over->moment), dag);
	buf_addf(b,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<Bericht xmlns=\"http://www.istandaarden.nl/ijw/3_2/jw%s/schema\""
		 " xmlns:b=\"http://www.istandaarden.nl/ijw/3_2/basisschema/schema\">\n"
		 "<Header>\n<BerichtCode>%s</BerichtCode><BerichtVersie>3</BerichtVersie>"
		 "<BerichtSubversie>2</BerichtSubversie>\n<Afzender>%s</Afzender><Ontvanger>%s</"
		 "Ontvanger>\n"
		 "<BerichtIdentificatie><b:Identificatie>%07u</b:Identificatie>"
		 "<b:Dagtekening>%s</b:Dagtekening></BerichtIdentificatie>\n<XsdVersie>" XSDVERSIE
		 "</XsdVersie>\n",
		 soort_naam[m->soort] + 2, berichtcode[m->soort], van_gemeente ? g : a,
		 van_gemeente ? a : g, over->nr + 1, dag);
	if (op == NULL)
		return;
	day_text(dag_van(retour ? m->moment : op->moment), dag);
	if (retour)
		buf_addf(b,
			 "<IdentificatieRetour>%07u</IdentificatieRetour><DagtekeningRetour>%s</"
			 "DagtekeningRetour>\n"
			 "<XsdVersieRetour>" XSDVERSIE "</XsdVersieRetour>\n",
			 m->nr + 1, dag);
	else
		buf_addf(b,
			 "<DeclaratieIdentificatie><b:Identificatie>%07u</b:Identificatie>"
			 "<b:Dagtekening>%s</b:Dagtekening></DeclaratieIdentificatie>\n"
			 "<XsdVersieDeclaratie>" XSDVERSIE "</XsdVersieDeclaratie>\n",
			 op->nr + 1, dag);
}

/* A rejection inside a class sends the class back with codes; 0001 says no more than that. */
static void put_rejection(const struct region *r, struct buf *b, const struct bericht *m)
{
	bool klasse = strcmp(m->retourcode, "0001") != 0;
	struct bericht over;

	put_codes(b, klasse ? "0200" : "0001");
	buf_adds(b, "</Header>\n");
	if (!klasse)
		return;
	over = BERICHTEN(r)[m->op];
	over.soort = m->soort;
	put_levering(r, b, &over, m->retourcode);
}

void tekst_bericht(const struct region *r, const struct bericht *m, struct buf *b)
{
	put_header(r, b, m);
	if (m->soort == JW325)
		put_codes(b, "0200");
	if (m->retourcode[0] != '\0') {
		put_rejection(r, b, m);
		buf_adds(b, "</Bericht>\n");
		return;
	}
	buf_adds(b, "</Header>\n");
	switch ((enum soort)m->soort) {
	case JW301:
		put_301(r, b, m);
		buf_adds(b, "</Client>\n");
		break;
	case JW305:
	case JW307:
		put_levering(r, b, m, "");
		break;
	case JW315:
		put_315(r, b, m);
		break;
	case JW323:
		put_323(r, b, m);
		break;
	case JW325:
		put_325(r, b, m);
		break;
	default:
		break; /* accepted: nothing below the Header */
	}
	buf_adds(b, "</Bericht>\n");
}
