/* Messages as text: each block is one format, because the text must cost little. */
#include "stroom_intern.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *const soort_naam[N_SOORTEN] = {
	[JW301] = "JW301", [JW302] = "JW302", [JW305] = "JW305", [JW306] = "JW306",
	[JW307] = "JW307", [JW308] = "JW308", [JW315] = "JW315", [JW316] = "JW316",
	[JW317] = "JW317", [JW318] = "JW318", [JW319] = "JW319", [JW320] = "JW320",
	[JW323] = "JW323", [JW325] = "JW325",
};

static const char *const berichtcode[N_SOORTEN] = {
	[JW301] = "436", [JW302] = "437", [JW305] = "438", [JW306] = "439", [JW307] = "440",
	[JW308] = "441", [JW315] = "446", [JW316] = "447", [JW317] = "486", [JW318] = "487",
	[JW319] = "488", [JW320] = "489", [JW323] = "490", [JW325] = "491",
};

#define XSDVERSIE                                                \
	"<b:BasisschemaXsdVersie>0.1.0</b:BasisschemaXsdVersie>" \
	"<b:BerichtXsdVersie>0.1.0</b:BerichtXsdVersie>"

bool soort_van_gemeente(enum soort soort)
{
	return soort == JW301 || soort == JW306 || soort == JW308 || soort == JW316 ||
	       soort == JW318 || soort == JW319 || soort == JW325;
}

void tekst_begin(struct buf *b, enum soort soort, const char *afzender, const char *ontvanger,
		 const char *identificatie, day dagtekening)
{
	const char *nummer = soort_naam[soort] + strlen("JW");
	char dag[11];

	day_text(dagtekening, dag);
	buf_addf(b,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<Bericht xmlns=\"http://www.istandaarden.nl/ijw/3_2/jw%s/schema\""
		 " xmlns:b=\"http://www.istandaarden.nl/ijw/3_2/basisschema/schema\">\n"
		 "<Header>\n<BerichtCode>%s</BerichtCode><BerichtVersie>3</BerichtVersie>"
		 "<BerichtSubversie>2</BerichtSubversie>\n"
		 "<Afzender>%s</Afzender><Ontvanger>%s</Ontvanger>\n"
		 "<BerichtIdentificatie><b:Identificatie>%s</b:Identificatie>"
		 "<b:Dagtekening>%s</b:Dagtekening></BerichtIdentificatie>\n"
		 "<XsdVersie>" XSDVERSIE "</XsdVersie>\n",
		 nummer, berichtcode[soort], afzender, ontvanger, identificatie, dag);
}

void tekst_header_end(struct buf *b)
{
	buf_adds(b, "</Header>\n");
}

void tekst_end(struct buf *b)
{
	buf_adds(b, "</Bericht>\n");
}

void tekst_retour(struct buf *b, const char *identificatie, day dagtekening, bool afgewezen)
{
	char dag[11];

	day_text(dagtekening, dag);
	buf_addf(b,
		 "<IdentificatieRetour>%s</IdentificatieRetour>"
		 "<DagtekeningRetour>%s</DagtekeningRetour>\n"
		 "<XsdVersieRetour>" XSDVERSIE "</XsdVersieRetour>\n",
		 identificatie, dag);
	if (afgewezen)
		buf_adds(b, "<RetourCodes><RetourCode>0001</RetourCode></RetourCodes>\n");
}

void tekst_dag(struct buf *b, const char *element, day d)
{
	char dag[11];

	if (d == DAY_NONE)
		return;
	day_text(d, dag);
	buf_addf(b, "<%s>%s</%s>\n", element, dag, element);
}

/* ---- clients ---- */

void tekst_client(struct buf *b, const struct client *c)
{
	char geboren[11];

	day_text(c->geboren, geboren);
	buf_addf(b,
		 "<Client>\n<Bsn>%s</Bsn>\n<Geboortedatum><b:Datum>%s</b:Datum></Geboortedatum>"
		 "<Geslacht>%s</Geslacht>\n<Naam><b:Geslachtsnaam><b:Achternaam>%s</b:Achternaam>"
		 "</b:Geslachtsnaam><b:Voornamen>Noor</b:Voornamen>"
		 "<b:Voorletters>N</b:Voorletters>",
		 c->bsn, geboren, c->geslacht, c->achternaam);
}

void tekst_contact(struct buf *b, const struct client *c)
{
	buf_addf(b,
		 "<b:NaamGebruik>1</b:NaamGebruik></Naam>\n<Contactgegevens><Contact><Soort>01</"
		 "Soort>"
		 "<Adres><b:Huis><b:Huisnummer>%d</b:Huisnummer></b:Huis>"
		 "<b:Postcode>%04dZZ</b:Postcode><b:Straatnaam>Testlaan</b:Straatnaam>"
		 "<b:Plaatsnaam>Voorbeeldstad</b:Plaatsnaam><b:LandCode>NL</b:LandCode></Adres>"
		 "</Contact></Contactgegevens>\n",
		 c->geboren % 300 + 1, 1000 + c->geboren % 8000);
}

/* ---- products ---- */

static void put_product(struct buf *b, const struct toewijzing *w)
{
	if (w->categorie[0] == '\0')
		return;
	buf_addf(b, "<Product><b:Categorie>%s</b:Categorie>", w->categorie);
	if (w->code[0] != '\0')
		buf_addf(b, "<b:Code>%s</b:Code>", w->code);
	buf_adds(b, "</Product>\n");
}

static void put_omvang(struct buf *b, const struct toewijzing *w)
{
	if (w->volume != GEEN)
		buf_addf(b,
			 "<Omvang><b:Volume>%" PRId64 "</b:Volume><b:Eenheid>%s</b:Eenheid>"
			 "<b:Frequentie>%s</b:Frequentie></Omvang>\n",
			 w->volume, w->eenheid, w->frequentie);
	if (w->budget != GEEN)
		buf_addf(b, "<Budget>%" PRId64 "</Budget>\n", w->budget);
}

void tekst_toewijzing(struct buf *b, const struct toewijzing *w)
{
	char dag[11];

	buf_addf(b, "<ToegewezenProduct>\n<ToewijzingNummer>%" PRId64 "</ToewijzingNummer>\n",
		 w->nummer);
	if (w->referentie[0] != '\0')
		buf_addf(b, "<ReferentieAanbieder>%s</ReferentieAanbieder>\n", w->referentie);
	put_product(b, w);
	day_text(w->datum, dag);
	buf_addf(b,
		 "<Toewijzingsdatum>%s</Toewijzingsdatum>"
		 "<Toewijzingstijd>%02d:%02d:%02d</Toewijzingstijd>\n",
		 dag, w->tijd / 3600, w->tijd / 60 % 60, w->tijd % 60);
	tekst_dag(b, "Ingangsdatum", w->ingang);
	tekst_dag(b, "Einddatum", w->eind);
	if (w->reden[0] != '\0')
		buf_addf(b, "<RedenWijziging>%s</RedenWijziging>\n", w->reden);
	put_omvang(b, w);
	buf_adds(b, "</ToegewezenProduct>\n");
}

/* Without a number it is taakgericht. */
void tekst_levering(struct buf *b, const struct toewijzing *w, bool stop, bool verwijderd)
{
	const char *element = stop ? "StopProduct" : "StartProduct";

	buf_addf(b, "<%s>\n", element);
	if (w->nummer != 0)
		buf_addf(b, "<ToewijzingNummer>%" PRId64 "</ToewijzingNummer>\n", w->nummer);
	put_product(b, w);
	if (w->nummer != 0)
		tekst_dag(b, "ToewijzingIngangsdatum", w->ingang);
	tekst_dag(b, "Begindatum", w->begin);
	if (stop) {
		buf_addf(b, "<RedenBeeindiging>%s</RedenBeeindiging>\n", w->stopreden);
		tekst_dag(b, "Einddatum", w->stop);
	}
	buf_addf(b, "<StatusAanlevering>%s</StatusAanlevering>\n</%s>\n", verwijderd ? "3" : "1",
		 element);
}

void tekst_aangevraagd(struct buf *b, const struct toewijzing *w, uint32_t hoe)
{
	static const char *const verwijzer[] = {
		"<b:Type>02</b:Type><b:ZorgverlenerCode>01005678</b:ZorgverlenerCode>",
		"<b:Type>03</b:Type><b:Naam>Praktijk Voorbeeld</b:Naam>",
		"<b:Type>08</b:Type>",
	};

	buf_addf(b, "<AangevraagdProduct>\n<ReferentieAanbieder>%s</ReferentieAanbieder>\n",
		 w->referentie);
	put_product(b, w);
	tekst_dag(b, "ToewijzingIngangsdatum", w->ingang);
	tekst_dag(b, "ToewijzingEinddatum", w->eind);
	put_omvang(b, w);
	buf_addf(b,
		 "<Verwijzer>%s</Verwijzer>\n<Raamcontract>1</Raamcontract>\n</"
		 "AangevraagdProduct>\n",
		 verwijzer[hoe % (sizeof verwijzer / sizeof *verwijzer)]);
}

void tekst_gewenst(struct buf *b, const struct toewijzing *w, day ingang, bool nieuw)
{
	const char *element = nieuw ? "NieuwProduct" : "TeWijzigenProduct";

	buf_addf(b, "<%s>\n", element);
	if (nieuw)
		put_product(b, w);
	else
		buf_addf(b, "<ToewijzingNummer>%" PRId64 "</ToewijzingNummer>\n", w->nummer);
	tekst_dag(b, "GewensteIngangsdatum", ingang);
	tekst_dag(b, "Einddatum", w->eind);
	put_omvang(b, w);
	buf_addf(b, "</%s>\n", element);
}

/* ---- declarations ---- */

static void put_prestatie(struct buf *b, const struct regel *r, bool antwoord)
{
	char begin[11], eind[11];

	day_text(r->begin, begin);
	day_text(r->eind, eind);
	buf_addf(b,
		 "<Prestatie>\n<ProductReferentie><b:ReferentieNummer>%" PRId64
		 "</b:ReferentieNummer>",
		 r->referentie);
	if (r->vorig != 0)
		buf_addf(b, "<b:VorigReferentieNummer>%" PRId64 "</b:VorigReferentieNummer>",
			 r->vorig);
	buf_addf(b,
		 "</ProductReferentie>\n<ToewijzingNummer>%" PRId64 "</ToewijzingNummer>"
		 "<ProductCategorie>%s</ProductCategorie><ProductCode>%s</ProductCode>\n"
		 "<ProductPeriode><b:Begindatum>%s</b:Begindatum><b:Einddatum>%s</b:Einddatum>"
		 "</ProductPeriode>\n<GeleverdVolume>%" PRId64
		 "</GeleverdVolume><Eenheid>%s</Eenheid>",
		 r->nummer, r->categorie, r->code, begin, eind, r->volume, r->eenheid);
	if (r->tarief != GEEN)
		buf_addf(b, "<ProductTarief>%" PRId64 "</ProductTarief>", r->tarief);
	buf_addf(b,
		 "\n<IngediendBedrag><b:Bedrag>%" PRId64 "</b:Bedrag>"
		 "<b:DebetCredit>%c</b:DebetCredit></IngediendBedrag>\n%s</Prestatie>\n",
		 r->bedrag, r->credit ? 'C' : 'D',
		 antwoord ? "<RetourCodes><RetourCode>9321</RetourCode></RetourCodes>\n" : "");
}

/* Lines of one client stand together. */
static void put_clienten(struct buf *b, const struct stroom *s, const struct ingediend *d,
			 bool antwoord)
{
	const char *end = antwoord ? "</Prestaties><RetourCodes><RetourCode>0200</RetourCode>"
				     "</RetourCodes></Client>\n"
				   : "</Prestaties></Client>\n";
	const struct regel *before = NULL;

	for (size_t i = 0; i < d->n; i++) {
		const struct regel *r = &d->regels[i];

		if (antwoord && !r->afgewezen)
			continue;
		if (before == NULL || before->client != r->client) {
			buf_adds(b, before == NULL ? "<Clienten>\n" : end);
			buf_addf(b, "<Client><Bsn>%s</Bsn><Prestaties>\n",
				 s->clienten[r->client].bsn);
		}
		put_prestatie(b, r, antwoord);
		before = r;
	}
	if (before != NULL) {
		buf_adds(b, end);
		buf_adds(b, "</Clienten>\n");
	}
}

static void put_totaal(struct buf *b, const char *element, int64_t bedrag)
{
	buf_addf(b,
		 "<%s><b:TotaalBedrag>%" PRId64 "</b:TotaalBedrag>"
		 "<b:DebetCredit>%c</b:DebetCredit></%s>\n",
		 element, bedrag < 0 ? -bedrag : bedrag, bedrag < 0 ? 'C' : 'D', element);
}

static int64_t som(const struct ingediend *d, bool afgewezen)
{
	int64_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		if (!afgewezen || d->regels[i].afgewezen)
			n += d->regels[i].credit ? -d->regels[i].bedrag : d->regels[i].bedrag;
	return n;
}

void tekst_declaratie(struct buf *b, const struct stroom *s, const struct ingediend *d)
{
	char begin[11], eind[11];

	day_text(d->begin, begin);
	day_text(d->eind, eind);
	buf_addf(b,
		 "<Declaratie>\n<DeclaratieNummer>%s</DeclaratieNummer>\n<DeclaratiePeriode>"
		 "<b:Begindatum>%s</b:Begindatum><b:Einddatum>%s</b:Einddatum>"
		 "</DeclaratiePeriode>\n",
		 d->nummer, begin, eind);
	tekst_dag(b, "DeclaratieDagtekening", d->dagtekening);
	put_totaal(b, "TotaalIngediendBedrag", som(d, false));
	put_clienten(b, s, d, false);
	buf_adds(b, "</Declaratie>\n");
}

/* The rest of the Header too: it names the JW323.  declaratie NULL: nothing below the Header. */
void tekst_declaratieantwoord(struct buf *b, const struct stroom *s, const struct ingediend *d,
			      const char *header, const char *declaratie)
{
	bool geheel = declaratie == NULL || declaratie[0] != '0';
	char dag[11];

	day_text(d->dagtekening, dag);
	buf_addf(b,
		 "<DeclaratieIdentificatie><b:Identificatie>%s</b:Identificatie>"
		 "<b:Dagtekening>%s</b:Dagtekening></DeclaratieIdentificatie>\n"
		 "<XsdVersieDeclaratie>" XSDVERSIE "</XsdVersieDeclaratie>\n"
		 "<RetourCodes><RetourCode>%s</RetourCode></RetourCodes>\n",
		 d->identificatie, dag, header);
	tekst_header_end(b);
	if (declaratie == NULL)
		return;
	buf_addf(b, "<DeclaratieAntwoord>\n<DeclaratieNummer>%s</DeclaratieNummer>\n", d->nummer);
	put_totaal(b, "TotaalIngediendBedrag", som(d, false));
	put_totaal(b, "TotaalToegekendBedrag",
		   strcmp(declaratie, "8001") == 0 ? som(d, false)
		   : geheel			   ? 0
						   : som(d, false) - som(d, true));
	if (!geheel)
		put_clienten(b, s, d, true);
	buf_addf(b,
		 "<RetourCodes><RetourCode>%s</RetourCode></RetourCodes>\n</DeclaratieAntwoord>\n",
		 declaratie);
}
