/*
 * Rules on what is allocated, delivered and asked for (JW301, JW305, JW307,
 * JW315, JW317, JW319).  An absent end date is an open end, which counts as
 * later than any day.
 */
#include "care/regel_kort.h"

#include "base/banned.h"

/* Which date of a class TR134 speaks of: the rule's text names none (doubt U20). */
static enum veldnaam verleden_datum(const struct klasse *k)
{
	switch (k->soort) {
	case K_CLIENT:
	case K_RELATIE:
		return V_GEBOORTEDATUM;
	case K_TOEGEWEZENPRODUCT:
		return V_TOEWIJZINGSDATUM;
	default: /* a start, a stop, a line: the day on which it began */
		return V_BEGINDATUM;
	}
}

/* TR134 */
static bool niet_na_dagtekening(struct toets *t, const struct klasse *k)
{
	enum veldnaam veld = verleden_datum(k);
	day op = dagtekening(t);

	if (!eerder(op, dag(t, k, veld)))
		veld = V_DECLARATIEDAGTEKENING; /* which only a Declaratie has */
	if (!eerder(op, dag(t, k, veld)))
		return true;
	return veld == V_GEBOORTEDATUM ? regel_breekt(t, veld)
				       : breekt_op(t, k, veld, "Dagtekening", op);
}

/* TR018 */
static bool stop_niet_voor_begin(struct toets *t, const struct klasse *k)
{
	day begin = dag(t, k, V_BEGINDATUM);

	return !eerder(dag(t, k, V_EINDDATUM), begin) ||
	       breekt_op(t, k, V_EINDDATUM, "Begindatum", begin);
}

/* CS003: of a Contact it is the Periode, whose dates are personal. */
static bool eind_niet_voor_ingang(struct toets *t, const struct klasse *k)
{
	enum veldnaam begin = k->soort == K_CONTACT ? V_BEGINDATUM : V_INGANGSDATUM;
	day van = dag(t, k, begin);

	if (!eerder(dag(t, k, V_EINDDATUM), van))
		return true;
	return k->soort == K_CONTACT ? regel_breekt(t, V_EINDDATUM)
				     : breekt_op(t, k, V_EINDDATUM, element(t, k, begin), van);
}

/* CS058 */
static bool status_is_1_of_3(struct toets *t, const struct klasse *k)
{
	return is(t, k, V_STATUSAANLEVERING, "1|3") || regel_breekt(t, V_STATUSAANLEVERING);
}

/* ---- volume and budget ---- */

/* The rules that hold for what runs on after 2020, open ends included. */
static bool na_2020(const struct toets *t, const struct klasse *k)
{
	day eind = dag(t, k, V_EINDDATUM);

	return eind == DAY_NONE || eind > day_make(2020, 12, 31);
}

/* CD041 */
static bool omvang_bij_code(struct toets *t, const struct klasse *k)
{
	return !heeft(t, k, V_CODE) || heeft(t, k, V_OMVANG) || regel_breekt(t, V_GEEN);
}

/* CD075 */
static bool eind_bij_budget(struct toets *t, const struct klasse *k)
{
	return !heeft(t, k, V_BUDGET) || heeft(t, k, V_EINDDATUM) || regel_breekt(t, V_GEEN);
}

/* CD076 */
static bool eind_bij_per_week(struct toets *t, const struct klasse *k)
{
	return !is(t, k, V_FREQUENTIE, "2") || heeft(t, k, V_EINDDATUM) || regel_breekt(t, V_GEEN);
}

/* CD077, and CD078 is the same fact from the other side */
static bool omvang_of_budget(struct toets *t, const struct klasse *k)
{
	return !heeft(t, k, V_BUDGET) || !heeft(t, k, V_OMVANG) || regel_breekt(t, V_OMVANG);
}

/* CD079 */
static bool product_zonder_budget(struct toets *t, const struct klasse *k)
{
	return heeft(t, k, V_BUDGET) || heeft(t, k, V_PRODUCT) || regel_breekt(t, V_GEEN);
}

/* CD080, CD095, CD096: without Product there is no Code either */
static bool geen_omvang_zonder_code(struct toets *t, const struct klasse *k)
{
	return heeft(t, k, V_CODE) || !heeft(t, k, V_OMVANG) || !na_2020(t, k) ||
	       regel_breekt(t, V_OMVANG);
}

/* CS338, CS343 */
static bool niet_per_dag(struct toets *t, const struct klasse *k)
{
	return !is(t, k, V_EENHEID, "14|16|83|84") || is(t, k, V_FREQUENTIE, "2|4|6") ||
	       !na_2020(t, k) || regel_breekt(t, V_FREQUENTIE);
}

/* ---- allocation ---- */

/* CS335 */
static bool verwijderd_op_ingang(struct toets *t, const struct klasse *k)
{
	day ingang = dag(t, k, V_INGANGSDATUM), eind = dag(t, k, V_EINDDATUM);

	if (!is(t, k, V_REDENWIJZIGING, "13") || eind == ingang)
		return true;
	return eind == DAY_NONE ? regel_breekt(t, V_REDENWIJZIGING)
				: breekt_op(t, k, V_EINDDATUM, "Ingangsdatum", ingang);
}

/* CS336 */
static bool reden_niet_01(struct toets *t, const struct klasse *k)
{
	return !is(t, k, V_REDENWIJZIGING, "01") || regel_breekt(t, V_REDENWIJZIGING);
}

/* ---- requests and answers ---- */

/* CD043 */
static bool beschikking_volledig(struct toets *t, const struct klasse *k)
{
	bool datum = heeft(t, k, V_BESCHIKKINGINGANGSDATUM);

	return heeft(t, k, V_BESCHIKKINGNUMMER) == datum ||
	       regel_breekt(t, datum ? V_BESCHIKKINGINGANGSDATUM : V_BESCHIKKINGNUMMER);
}

/* A referrer of a kind that has an AGB code. */
static bool verwijzer_heeft_code(const struct toets *t, const struct klasse *k)
{
	return is(t, k, V_VERWIJZERTYPE, "02|03|04|05");
}

/* CD066 */
static bool geen_naam_bij_code(struct toets *t, const struct klasse *k)
{
	return !verwijzer_heeft_code(t, k) || !heeft(t, k, V_ZORGVERLENERCODE) ||
	       !heeft(t, k, V_VERWIJZERNAAM) || regel_breekt(t, V_VERWIJZERNAAM);
}

/* CD067 */
static bool naam_zonder_code(struct toets *t, const struct klasse *k)
{
	return !verwijzer_heeft_code(t, k) || heeft(t, k, V_ZORGVERLENERCODE) ||
	       heeft(t, k, V_VERWIJZERNAAM) || regel_breekt(t, V_VERWIJZERTYPE);
}

/* CD068 */
static bool geen_code_bij_andere(struct toets *t, const struct klasse *k)
{
	return verwijzer_heeft_code(t, k) || !heeft(t, k, V_ZORGVERLENERCODE) ||
	       regel_breekt(t, V_ZORGVERLENERCODE);
}

/* Whether a request holds a product of one of two kinds. */
static bool bevat(const struct toets *t, const struct klasse *k, enum klasse_soort een,
		  enum klasse_soort ander)
{
	const struct inhoud *i = t->inhoud;
	uint32_t verzoek = inhoud_nummer(i, k);

	for (uint32_t n = verzoek + 1; n < i->n; n++)
		if (i->list[n].ouder == verzoek &&
		    (i->list[n].soort == een || i->list[n].soort == ander))
			return true;
	return false;
}

/* TR352 */
static bool noemt_bestaand_product(struct toets *t, const struct klasse *k)
{
	return bevat(t, k, K_ONGEWIJZIGDPRODUCT, K_TEWIJZIGENPRODUCT) || regel_breekt(t, V_GEEN);
}

/* TR353 */
static bool verzoekt_iets(struct toets *t, const struct klasse *k)
{
	return bevat(t, k, K_TEWIJZIGENPRODUCT, K_NIEUWPRODUCT) || regel_breekt(t, V_GEEN);
}

/* TR380 */
static bool nieuw_begint_later(struct toets *t, const struct klasse *k)
{
	day op = dagtekening(t), ingang = dag(t, k, V_INGANGSDATUM);

	return op == DAY_NONE || eerder(op, ingang) ||
	       breekt_op(t, k, V_INGANGSDATUM, "Dagtekening", op);
}

/* CD085 */
static bool reden_bij_afwijzing(struct toets *t, const struct klasse *k)
{
	return !is(t, k, V_VERZOEKANTWOORD, "1") || heeft(t, k, V_REDENAFWIJZING) ||
	       regel_breekt(t, V_VERZOEKANTWOORD);
}

/* CD086 */
static bool geen_reden_bij_onderzoek(struct toets *t, const struct klasse *k)
{
	return !is(t, k, V_VERZOEKANTWOORD, "2") || !heeft(t, k, V_REDENAFWIJZING) ||
	       regel_breekt(t, V_REDENAFWIJZING);
}

/* TR377 */
static bool gemeente_bij_woonplaatsbeginsel(struct toets *t, const struct klasse *k)
{
	return !is(t, k, V_REDENAFWIJZING, "8") || heeft(t, k, V_WOONPLAATSBEGINSEL) ||
	       regel_breekt(t, V_REDENAFWIJZING);
}

/* TR409: also without any reason (IV095) */
static bool geen_gemeente_bij_andere_reden(struct toets *t, const struct klasse *k)
{
	return is(t, k, V_REDENAFWIJZING, "8") || !heeft(t, k, V_WOONPLAATSBEGINSEL) ||
	       regel_breekt(t, V_WOONPLAATSBEGINSEL);
}

const struct regel_functie regels_product[] = {
	{"TR018", stop_niet_voor_begin},
	{"TR134", niet_na_dagtekening},
	{"TR352", noemt_bestaand_product},
	{"TR353", verzoekt_iets},
	{"TR377", gemeente_bij_woonplaatsbeginsel},
	{"TR380", nieuw_begint_later},
	{"TR409", geen_gemeente_bij_andere_reden},
	{"CD041", omvang_bij_code},
	{"CD043", beschikking_volledig},
	{"CD066", geen_naam_bij_code},
	{"CD067", naam_zonder_code},
	{"CD068", geen_code_bij_andere},
	{"CD075", eind_bij_budget},
	{"CD076", eind_bij_per_week},
	{"CD077", omvang_of_budget},
	{"CD079", product_zonder_budget},
	{"CD080", geen_omvang_zonder_code},
	{"CD085", reden_bij_afwijzing},
	{"CD086", geen_reden_bij_onderzoek},
	{"CD095", geen_omvang_zonder_code},
	{"CD096", geen_omvang_zonder_code},
	{"CS003", eind_niet_voor_ingang},
	{"CS058", status_is_1_of_3},
	{"CS335", verwijderd_op_ingang},
	{"CS336", reden_niet_01},
	{"CS338", niet_per_dag},
	{"CS343", niet_per_dag},
	{NULL, NULL},
};
