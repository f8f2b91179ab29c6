/*
 * Rules on people and addresses.  Their values are personal, so no finding
 * here ever shows one.  What CD rules say of an address holds only where there
 * is an Adres at all (a Contact may be a telephone number).
 */
#include "care/regel_kort.h"

#include <string.h>

#include "base/banned.h"

/* What stands for an unknown birth date, with DatumGebruik 3. */
static day onbekende_datum(void)
{
	return day_make(1900, 1, 1);
}

/* TR002 */
static bool geboren_binnen_120_jaar(struct toets *t, const struct klasse *k)
{
	day geboren = dag(t, k, V_GEBOORTEDATUM), op = dagtekening(t);

	if (is(t, k, V_DATUMGEBRUIK, "3") && geboren == onbekende_datum())
		return true;
	if (op == DAY_NONE || !eerder(geboren, day_add_years(op, -120)))
		return true;
	return regel_breekt(t, V_GEBOORTEDATUM);
}

/* TR006 */
static bool bereikbaar(struct toets *t, const struct klasse *k)
{
	if (heeft(t, k, V_TELEFOON) || (heeft(t, k, V_HUIS) && heeft(t, k, V_POSTCODE)))
		return true;
	return regel_breekt(t, heeft(t, k, V_ADRES) ? V_ADRES : V_GEEN);
}

/* TR061: Contact under Relatie belongs to the Relatie and so does not count. */
static bool client_heeft_vast_adres(struct toets *t, const struct klasse *k)
{
	const struct inhoud *i = t->inhoud;
	uint32_t client = inhoud_nummer(i, k);

	for (const struct klasse *c = NULL; (c = inhoud_volgende(i, c, K_CONTACT)) != NULL;)
		if (c->ouder == client && is(t, c, V_SOORT, "01|02|03"))
			return true;
	return regel_breekt(t, V_GEEN);
}

/* CD005 */
static bool landcode_bij_postcode(struct toets *t, const struct klasse *k)
{
	bool postcode = heeft(t, k, V_POSTCODE), landcode = heeft(t, k, V_LANDCODE);

	return postcode == landcode || regel_breekt(t, landcode ? V_LANDCODE : V_POSTCODE);
}

/* CD007 */
static bool taal_bij_tolk(struct toets *t, const struct klasse *k)
{
	bool taal = heeft(t, k, V_TAAL);

	if (!heeft(t, k, V_COMMUNICATIEVORM) || is(t, k, V_COMMUNICATIEVORM, "1") == taal)
		return true;
	return regel_breekt(t, taal ? V_TAAL : V_COMMUNICATIEVORM);
}

/* CD009 */
static bool periode_bij_tijdelijk_adres(struct toets *t, const struct klasse *k)
{
	return !heeft(t, k, V_PERIODE) || is(t, k, V_SOORT, "04") || regel_breekt(t, V_PERIODE);
}

/* CD025 */
static bool huis_in_nederland(struct toets *t, const struct klasse *k)
{
	return !is(t, k, V_LANDCODE, "NL") || heeft(t, k, V_HUIS) || regel_breekt(t, V_ADRES);
}

/* CD034 */
static bool postcode_bij_vast_adres(struct toets *t, const struct klasse *k)
{
	return !heeft(t, k, V_ADRES) || !is(t, k, V_SOORT, "01|03") || heeft(t, k, V_POSTCODE) ||
	       regel_breekt(t, V_ADRES);
}

/* CS002: 000000000 passes the sum and is nobody's number. */
static bool bsn_klopt(struct toets *t, const struct klasse *k)
{
	const char *bsn = veld_tekst(t->inhoud, k, V_BSN);
	int som = 0;

	if (bsn == NULL || strlen(bsn) != 9)
		return true; /* the schema asks for nine digits */
	for (int n = 0; n < 9; n++)
		som += (bsn[n] - '0') * (n < 8 ? 9 - n : -1);
	return (som % 11 == 0 && strcmp(bsn, "000000000") != 0) || regel_breekt(t, V_BSN);
}

/* CS050: 6 is an organisation; that a client is none is CS318's to say. */
static bool naamgebruik_past(struct toets *t, const struct klasse *k)
{
	const char *mag = heeft(t, k, V_PARTNERNAAM) ? "1|2|3|4" : "1|6";

	return !heeft(t, k, V_NAAMGEBRUIK) || is(t, k, V_NAAMGEBRUIK, mag) ||
	       regel_breekt(t, V_NAAMGEBRUIK);
}

/* CS089 */
static bool postcode_is_nederlands(struct toets *t, const struct klasse *k)
{
	static const char digits[] = "0123456789",
			  letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const char *p = veld_tekst(t->inhoud, k, V_POSTCODE);

	if (p == NULL || !is(t, k, V_LANDCODE, "NL"))
		return true;
	if (p[0] != '0' && strlen(p) == 6 && strspn(p, digits) == 4 && strspn(p + 4, letters) == 2)
		return true;
	return regel_breekt(t, V_POSTCODE);
}

/* CS139: without DatumGebruik the whole date is known. */
static bool geboortedatum_past(struct toets *t, const struct klasse *k)
{
	day geboren = dag(t, k, V_GEBOORTEDATUM);
	int jaar, maand, dd;
	bool past = true;

	if (geboren == DAY_NONE)
		return true;
	day_split(geboren, &jaar, &maand, &dd);
	if (is(t, k, V_DATUMGEBRUIK, "1"))
		past = dd == 1;
	else if (is(t, k, V_DATUMGEBRUIK, "2"))
		past = dd == 1 && maand == 1;
	else if (is(t, k, V_DATUMGEBRUIK, "3"))
		past = geboren == onbekende_datum();
	return past || regel_breekt(t, V_GEBOORTEDATUM);
}

/* CS318 */
static bool client_is_persoon(struct toets *t, const struct klasse *k)
{
	return !is(t, k, V_NAAMGEBRUIK, "6") || regel_breekt(t, V_NAAMGEBRUIK);
}

const struct regel_functie regels_persoon[] = {
	{"TR002", geboren_binnen_120_jaar},
	{"TR006", bereikbaar},
	{"TR061", client_heeft_vast_adres},
	{"CD005", landcode_bij_postcode},
	{"CD007", taal_bij_tolk},
	{"CD009", periode_bij_tijdelijk_adres},
	{"CD025", huis_in_nederland},
	{"CD034", postcode_bij_vast_adres},
	{"CS002", bsn_klopt},
	{"CS050", naamgebruik_past},
	{"CS089", postcode_is_nederlands},
	{"CS139", geboortedatum_past},
	{"CS318", client_is_persoon},
	{NULL, NULL},
};
