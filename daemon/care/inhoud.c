#include "care/inhoud.h"

#include <string.h>

#include "care/knoop.h"

#include "base/banned.h"

#define DEPTH_MAX 32 /* as the check admits */

static const char *const klassen[N_KLASSEN] = {
	[K_HEADER] = "Header",
	[K_CLIENT] = "Client",
	[K_RELATIE] = "Relatie",
	[K_CONTACT] = "Contact",
	[K_TOEGEWEZENPRODUCT] = "ToegewezenProduct",
	[K_STARTPRODUCT] = "StartProduct",
	[K_STOPPRODUCT] = "StopProduct",
	[K_AANGEVRAAGDPRODUCT] = "AangevraagdProduct",
	[K_VERZOEK] = "Verzoek",
	[K_ONGEWIJZIGDPRODUCT] = "OngewijzigdProduct",
	[K_TEWIJZIGENPRODUCT] = "TeWijzigenProduct",
	[K_NIEUWPRODUCT] = "NieuwProduct",
	[K_ANTWOORD] = "Antwoord",
	[K_DECLARATIE] = "Declaratie",
	[K_DECLARATIEANTWOORD] = "DeclaratieAntwoord",
	[K_PRESTATIE] = "Prestatie",
};

/* As velden.tsv spells them. */
#define NAAM(v) [V_##v] = #v
static const char *const velden[N_VELDEN] = {
	NAAM(AFZENDER), NAAM(ONTVANGER), NAAM(IDENTIFICATIE), NAAM(DAGTEKENING),
	NAAM(BASISVERSIE), NAAM(BERICHTVERSIE), NAAM(IDENTIFICATIERETOUR),
	NAAM(DAGTEKENINGRETOUR), NAAM(DECLARATIEIDENTIFICATIE), NAAM(DECLARATIEDATUM),
	NAAM(DECLARATIEBASISVERSIE), NAAM(DECLARATIEBERICHTVERSIE), NAAM(RETOURCODE),
	NAAM(BSN), NAAM(GEBOORTEDATUM), NAAM(DATUMGEBRUIK), NAAM(GESLACHT), NAAM(NAAMGEBRUIK),
	NAAM(PARTNERNAAM), NAAM(COMMUNICATIEVORM), NAAM(TAAL), NAAM(NUMMER), NAAM(SOORT),
	NAAM(ADRES), NAAM(HUIS), NAAM(POSTCODE), NAAM(LANDCODE), NAAM(TELEFOON),
	NAAM(PERIODE), NAAM(TOEWIJZINGNUMMER), NAAM(REFERENTIE), NAAM(PRODUCT),
	NAAM(CATEGORIE), NAAM(CODE), NAAM(TOEWIJZINGSDATUM), NAAM(TOEWIJZINGSTIJD),
	NAAM(INGANGSDATUM), NAAM(BEGINDATUM), NAAM(EINDDATUM), NAAM(REDENWIJZIGING),
	NAAM(OMVANG), NAAM(VOLUME), NAAM(EENHEID), NAAM(FREQUENTIE), NAAM(BUDGET),
	NAAM(STATUSAANLEVERING), NAAM(REDENBEEINDIGING), NAAM(VERWIJZERTYPE),
	NAAM(ZORGVERLENERCODE), NAAM(VERWIJZERNAAM), NAAM(BESCHIKKINGNUMMER),
	NAAM(BESCHIKKINGINGANGSDATUM), NAAM(RAAMCONTRACT), NAAM(REDENVERZOEK),
	NAAM(VERZOEKANTWOORD), NAAM(REDENAFWIJZING), NAAM(WOONPLAATSBEGINSEL), NAAM(GEMEENTE),
	NAAM(DECLARATIENUMMER), NAAM(DECLARATIEDAGTEKENING), NAAM(INGEDIENDBEDRAG),
	NAAM(INGEDIENDDC), NAAM(TOEGEKENDBEDRAG), NAAM(TOEGEKENDDC), NAAM(REFERENTIENUMMER),
	NAAM(VORIGREFERENTIENUMMER), NAAM(TARIEF),
};
#undef NAAM

uint32_t inhoud_nummer(const struct inhoud *i, const struct klasse *k)
{
	return (uint32_t)(k - i->list);
}

const struct klasse *inhoud_ouder(const struct inhoud *i, const struct klasse *k,
				  enum klasse_soort soort)
{
	for (uint32_t at = k->ouder; at != 0; at = i->list[at].ouder)
		if (i->list[at].soort == soort)
			return &i->list[at];
	return NULL;
}

const struct klasse *inhoud_volgende(const struct inhoud *i, const struct klasse *na,
				     enum klasse_soort soort)
{
	for (uint32_t at = na == NULL ? 1 : inhoud_nummer(i, na) + 1; at < i->n; at++)
		if (i->list[at].soort == soort)
			return &i->list[at];
	return NULL;
}

const struct klasse *inhoud_header(const struct inhoud *i)
{
	return inhoud_volgende(i, NULL, K_HEADER);
}

static const struct knoop *knoop_van(const struct inhoud *i, const struct veld *v)
{
	return &i->knopen->list[v->knoop];
}

static const struct veld *zoek(const struct inhoud *i, const struct klasse *k,
			       const struct veld *vanaf, enum veldnaam naam)
{
	for (const struct veld *v = vanaf; v < k->velden + k->n; v++)
		if (knoop_van(i, v)->veld == naam)
			return v;
	return NULL;
}

const struct veld *veld_van(const struct inhoud *i, const struct klasse *k, enum veldnaam naam)
{
	return zoek(i, k, k->velden, naam);
}

const struct veld *veld_volgende(const struct inhoud *i, const struct klasse *k,
				 const struct veld *v)
{
	return zoek(i, k, v + 1, knoop_van(i, v)->veld);
}

bool veld_aanwezig(const struct inhoud *i, const struct klasse *k, enum veldnaam naam)
{
	return veld_van(i, k, naam) != NULL;
}

day veld_dag(const struct inhoud *i, const struct klasse *k, enum veldnaam naam)
{
	const struct veld *v = veld_van(i, k, naam);

	return v != NULL && knoop_van(i, v)->veldsoort == VS_DAG ? v->dag : DAY_NONE;
}

int64_t veld_getal(const struct inhoud *i, const struct klasse *k, enum veldnaam naam,
		   int64_t anders)
{
	const struct veld *v = veld_van(i, k, naam);
	enum veldsoort soort = v == NULL ? VS_AANWEZIG : knoop_van(i, v)->veldsoort;

	return soort == VS_GETAL || soort == VS_TIJD ? v->getal : anders;
}

const char *veld_tekst(const struct inhoud *i, const struct klasse *k, enum veldnaam naam)
{
	const struct veld *v = veld_van(i, k, naam);
	enum veldsoort soort = v == NULL ? VS_AANWEZIG : knoop_van(i, v)->veldsoort;

	return soort == VS_CODE ? v->code : soort == VS_TEKST ? v->tekst : NULL;
}

bool veld_is(const struct inhoud *i, const struct klasse *k, enum veldnaam naam,
	     const char *waarden)
{
	const char *tekst = veld_tekst(i, k, naam);
	size_t n = tekst == NULL ? 0 : strlen(tekst);

	for (const char *at = waarden; tekst != NULL; at++) {
		size_t een = strcspn(at, "|");

		if (een == n && memcmp(at, tekst, n) == 0)
			return true;
		at += een;
		if (*at == '\0')
			return false;
	}
	return false;
}

/* ---- paths ---- */

/* Which of the class's fields of that very element v is; most stand alone. */
static uint32_t veld_index(const struct klasse *k, const struct veld *v)
{
	uint32_t index = 1;

	for (const struct veld *at = k->velden; at < v; at++)
		index += at->knoop == v->knoop;
	return index;
}

static void add_steps(const struct inhoud *i, const struct klasse *k, uint16_t van, struct buf *out)
{
	uint16_t weg[DEPTH_MAX];
	unsigned n = 0;

	for (; van != KNOOP_GEEN && van != k->knoop && n < DEPTH_MAX; van = i->knopen->list[van].ouder)
		weg[n++] = van;
	while (n > 0)
		buf_addf(out, "/%s", i->knopen->list[weg[--n]].naam);
}

/* The path of a class, from that of the class around it. */
static void add_class(const struct inhoud *i, const struct klasse *k, struct buf *out)
{
	static const struct klasse boven = {.knoop = KNOOP_GEEN};
	const struct klasse *weg[DEPTH_MAX], *om = &boven;
	unsigned n = 0;

	for (; n < DEPTH_MAX; k = &i->list[k->ouder]) {
		weg[n++] = k;
		if (k->ouder == 0)
			break;
	}
	while (n > 0) {
		k = weg[--n];
		add_steps(i, om, k->knoop, out);
		if (i->knopen->list[k->knoop].herhaalt && k->index > 0)
			buf_addf(out, "[%u]", k->index);
		om = k;
	}
}

void inhoud_pad(const struct inhoud *i, const struct klasse *k, const struct veld *v,
		struct buf *out)
{
	add_class(i, k, out);
	if (v == NULL)
		return;
	add_steps(i, k, v->knoop, out);
	if (knoop_van(i, v)->herhaalt)
		buf_addf(out, "[%u]", veld_index(k, v));
}

/* ---- names ---- */

static int zoek_naam(const char *const *namen, int n, const char *naam)
{
	for (int at = 1; at < n; at++)
		if (strcmp(namen[at], naam) == 0)
			return at;
	return n;
}

const char *klasse_naam(enum klasse_soort soort)
{
	return soort > K_GEEN && soort < N_KLASSEN ? klassen[soort] : "";
}

enum klasse_soort klasse_zoek(const char *naam)
{
	return (enum klasse_soort)zoek_naam(klassen, N_KLASSEN, naam);
}

enum veldnaam veld_zoek(const char *naam)
{
	return (enum veldnaam)zoek_naam(velden, N_VELDEN, naam);
}
