/*
 * Rules on declarations and their answers (JW323, JW325).  Amounts are in
 * eurocents; a credit counts as negative.  Where one wrong date breaks several
 * rules, the one that says the most about it tells and the others hold.
 */
#include "care/regel_kort.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* The period of a Declaratie or a line of care. */
struct periode {
	day van, tot;
};

static struct periode periode_van(const struct toets *t, const struct klasse *k)
{
	return (struct periode){dag(t, k, V_BEGINDATUM), dag(t, k, V_EINDDATUM)};
}

static int64_t met_teken(const struct toets *t, const struct klasse *k, enum veldnaam bedrag,
			 enum veldnaam dc)
{
	int64_t n = veld_getal(t->inhoud, k, bedrag, 0);

	return is(t, k, dc, "C") ? -n : n;
}

/* The lines of a declaration together, and how many they are. */
static int64_t som_van_prestaties(const struct toets *t, const struct klasse *k, uint32_t *n)
{
	int64_t som = 0;

	*n = 0;
	for (const struct klasse *p = NULL;
	     (p = inhoud_volgende(t->inhoud, p, K_PRESTATIE)) != NULL;) {
		if (inhoud_ouder(t->inhoud, p, k->soort) != k)
			continue;
		som += met_teken(t, p, V_INGEDIENDBEDRAG, V_INGEDIENDDC);
		++*n;
	}
	return som;
}

/* Euros with two decimals: -1234.05 */
static const char *euro(int64_t cent, char text[32])
{
	(void)snprintf(text, 32, "%s%lld.%02lld", cent < 0 ? "-" : "", llabs(cent) / 100,
		       llabs(cent) % 100); /* 20 digits fit */
	return text;
}

static bool breekt_bedragen(struct toets *t, enum veldnaam veld, int64_t staat, int64_t moet)
{
	char een[32], twee[32];

	euro(staat, een);
	euro(moet, twee);
	return regel_breekt_want(t, veld, "Er staat %s euro, het moet %s euro zijn.",
				 "It says %s euros, it should be %s euros.", een, twee);
}

/* ---- dates ---- */

/* TR137: a period that lies wholly after the message is TR134's to tell. */
static bool periode_voorbij(struct toets *t, const struct klasse *k)
{
	struct periode p = periode_van(t, k);
	day op = dagtekening(t);

	if (eerder(p.tot, p.van))
		return breekt_op(t, k, V_EINDDATUM, "Begindatum", p.van);
	return !eerder(op, p.tot) || eerder(op, p.van) ||
	       breekt_op(t, k, V_EINDDATUM, "Dagtekening", op);
}

/* TR319: a line of another month altogether; inside the month CS337 and TR137 tell. */
static bool prestatie_niet_na_declaratie(struct toets *t, const struct klasse *k)
{
	const struct klasse *d = inhoud_ouder(t->inhoud, k, K_DECLARATIE);
	day tot = d == NULL ? DAY_NONE : dag(t, d, V_EINDDATUM);

	return !eerder(tot, dag(t, k, V_EINDDATUM)) ||
	       breekt_op(t, k, V_EINDDATUM, "Einddatum (DeclaratiePeriode)", tot);
}

/* TR335 */
static bool prestatie_binnen_vijf_jaar(struct toets *t, const struct klasse *k)
{
	const struct klasse *d = inhoud_ouder(t->inhoud, k, K_DECLARATIE);
	day op = d == NULL ? DAY_NONE : dag(t, d, V_DECLARATIEDAGTEKENING);

	return !eerder(dag(t, k, V_EINDDATUM), day_add_years(op, -5)) ||
	       breekt_op(t, k, V_EINDDATUM, "DeclaratieDagtekening", op);
}

/* CS100 */
static bool vanaf_2021(struct toets *t, const struct klasse *k)
{
	const day eerste = day_make(2021, 1, 1);
	struct periode p = periode_van(t, k);

	if (eerder(p.van, eerste))
		return regel_breekt(t, V_BEGINDATUM);
	return !eerder(p.tot, eerste) || regel_breekt(t, V_EINDDATUM);
}

/* CS337: an end before the begin is TR137's to tell. */
static bool binnen_een_maand(struct toets *t, const struct klasse *k)
{
	struct periode p = periode_van(t, k);

	return eerder(p.tot, p.van) || day_month_first(p.van) == day_month_first(p.tot) ||
	       breekt_op(t, k, V_EINDDATUM, "Begindatum", p.van);
}

/* CS340: likewise */
static bool hele_maand(struct toets *t, const struct klasse *k)
{
	struct periode p = periode_van(t, k);

	if (eerder(p.tot, p.van))
		return true;
	if (p.van != day_month_first(p.van))
		return regel_breekt(t, V_BEGINDATUM);
	return p.tot == day_month_last(p.van) ||
	       breekt_op(t, k, V_EINDDATUM, "Begindatum", p.van);
}

/* ---- amounts ---- */

/* TR342: an answer that is rejected as a whole grants nothing and returns no lines. */
static bool toegekend_klopt(struct toets *t, const struct klasse *k)
{
	int64_t ingediend = met_teken(t, k, V_INGEDIENDBEDRAG, V_INGEDIENDDC);
	int64_t toegekend = met_teken(t, k, V_TOEGEKENDBEDRAG, V_TOEGEKENDDC), moet;
	const struct veld *code = veld_van(t->inhoud, k, V_RETOURCODE);
	bool afgewezen = false;
	uint32_t n;

	for (; code != NULL; code = veld_volgende(t->inhoud, k, code))
		afgewezen = afgewezen || (strcmp(code->code, "0200") != 0 &&
					  strcmp(code->code, "0233") != 0 &&
					  strcmp(code->code, "8001") != 0);
	moet = ingediend - som_van_prestaties(t, k, &n);
	if (afgewezen && n > 0)
		return regel_breekt_want(t, V_RETOURCODE, "Er staan %u prestaties in.",
					 "It holds %u lines.", n);
	if (afgewezen)
		moet = 0;
	return toegekend == moet || breekt_bedragen(t, V_TOEGEKENDBEDRAG, toegekend, moet);
}

/* TR358 */
static bool totaal_klopt(struct toets *t, const struct klasse *k)
{
	uint32_t n;
	int64_t som = som_van_prestaties(t, k, &n);
	int64_t totaal = met_teken(t, k, V_INGEDIENDBEDRAG, V_INGEDIENDDC);

	return totaal == som || breekt_bedragen(t, V_INGEDIENDBEDRAG, totaal, som);
}

/* CD060 */
static bool credit_noemt_vorige(struct toets *t, const struct klasse *k)
{
	bool vorig = heeft(t, k, V_VORIGREFERENTIENUMMER);

	return is(t, k, V_INGEDIENDDC, "C") == vorig ||
	       regel_breekt(t, vorig ? V_VORIGREFERENTIENUMMER : V_INGEDIENDDC);
}

/* CD087 */
static bool tarief_bij_eenheid(struct toets *t, const struct klasse *k)
{
	bool tarief = heeft(t, k, V_TARIEF);

	return is(t, k, V_EENHEID, "83") != tarief ||
	       regel_breekt(t, tarief ? V_TARIEF : V_EENHEID);
}

static bool nul_is_debet(struct toets *t, const struct klasse *k, enum veldnaam bedrag,
			 enum veldnaam dc)
{
	return veld_getal(t->inhoud, k, bedrag, 1) != 0 || is(t, k, dc, "D") || regel_breekt(t, dc);
}

/* CS325 */
static bool nul_bedrag_is_debet(struct toets *t, const struct klasse *k)
{
	return nul_is_debet(t, k, V_INGEDIENDBEDRAG, V_INGEDIENDDC) &&
	       nul_is_debet(t, k, V_TOEGEKENDBEDRAG, V_TOEGEKENDDC);
}

/* CS339 */
static bool euro_volume_is_bedrag(struct toets *t, const struct klasse *k)
{
	int64_t volume = veld_getal(t->inhoud, k, V_VOLUME, 0);
	int64_t bedrag = veld_getal(t->inhoud, k, V_INGEDIENDBEDRAG, 0);

	return !is(t, k, V_EENHEID, "83") || volume == bedrag ||
	       breekt_bedragen(t, V_INGEDIENDBEDRAG, bedrag, volume);
}

const struct regel_functie regels_declaratie[] = {
	{"TR137", periode_voorbij},
	{"TR319", prestatie_niet_na_declaratie},
	{"TR335", prestatie_binnen_vijf_jaar},
	{"TR342", toegekend_klopt},
	{"TR358", totaal_klopt},
	{"CD060", credit_noemt_vorige},
	{"CD087", tarief_bij_eenheid},
	{"CS100", vanaf_2021},
	{"CS325", nul_bedrag_is_debet},
	{"CS337", binnen_een_maand},
	{"CS339", euro_volume_is_bedrag},
	{"CS340", hele_maand},
	{NULL, NULL},
};
