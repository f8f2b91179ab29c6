/*
 * What a declaration (JW323) asks in volume and money, against the allocation
 * and the contract: tariff and amount per line, volume per period, volume and
 * budget over a whole allocation.
 *
 * Sums over an allocation take the lines in force, then those of this message
 * in its order; a line that is refused for any reason does not count for those
 * behind it.
 */
#include "care/kruis_declaratie.h"

#include <stdio.h>

#include "care/volume.h"

#include "base/banned.h"

/* ---- tariff and amount ---- */

/* Does a contract row say this tariff?  An hourly tariff shows rounded per minute; *past: it is
 * about this unit. */
static bool says_tariff(const struct contract *c, const struct lijn *l, bool *past)
{
	int64_t per_minuut;

	if (kruis_same_text(c->eenheid, l->eenheid)) {
		*past = true;
		return c->tarief == l->tarief;
	}
	if (!volume_past(c->eenheid, l->eenheid))
		return false;
	*past = true;
	return volume_uurbedrag(c->tarief, 1, &per_minuut) && per_minuut == l->tarief;
}

/* A contract for this code in other units only says nothing about the tariff. */
static bool tariff_fits(const struct toets *t, const struct lijn *l)
{
	const struct contract *c;
	enum lijst_antwoord antwoord = lijn_contract(t, l, &c);
	bool past = false;

	if (l->tarief == ABSENT || antwoord == LIJST_GEEN)
		return true;
	if (antwoord == LIJST_NEE)
		return false;
	for (; c != NULL; c = c->next)
		if (says_tariff(c, l, &past))
			return true;
	return !past;
}

bool tr418(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w;
	struct lijn *l = lijn_juist_product(t, k, &w);

	return l == NULL || !lijn_eenheid_past(t, w, l) || tariff_fits(t, l) ||
	       regel_breekt(t, V_TARIEF);
}

/* Is the amount right by the tariff that the line itself shows? */
static bool plain_amount(const struct lijn *l, int64_t *want)
{
	return __builtin_mul_overflow(l->volume, l->tarief, want) || *want == l->bedrag;
}

/*
 * Minutes under an hourly contract are paid by the hour's tariff and not by
 * the rounded one per minute; without a contract nobody can tell which it is.
 */
static bool amount_fits(const struct toets *t, const struct lijn *l, int64_t *want)
{
	const struct contract *c;
	bool uur = false, minuut = false;

	if (!kruis_same_text(l->eenheid, "01"))
		return plain_amount(l, want);
	if (lijn_contract(t, l, &c) != LIJST_JA)
		return true;
	for (; c != NULL; c = c->next) {
		if (kruis_same_text(c->eenheid, "04")) {
			uur = true;
			if (!volume_uurbedrag(c->tarief, l->volume, want) || *want == l->bedrag)
				return true;
		}
		minuut = minuut || kruis_same_text(c->eenheid, "01");
	}
	return (minuut || !uur) && plain_amount(l, want);
}

bool tr346(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w;
	struct lijn *l = lijn_juist_product(t, k, &w);
	char is[2][VOLUME_TEKST], want[2][VOLUME_TEKST];
	int64_t berekend = 0;

	if (l == NULL || l->tarief == ABSENT || kruis_same_text(l->eenheid, "83") ||
	    !tariff_fits(t, l) || amount_fits(t, l, &berekend))
		return true;
	for (int english = 0; english < 2; english++) {
		volume_tekst(l->bedrag, "83", english, is[english]);
		volume_tekst(berekend, "83", english, want[english]);
	}
	(void)snprintf(t->nl, sizeof t->nl, "Ingediend %s, berekend %s.", is[0], want[0]);
	(void)snprintf(t->en, sizeof t->en, "Declared %s, calculated %s.", is[1], want[1]);
	return regel_breekt(t, V_INGEDIENDBEDRAG);
}

/* ---- volume and budget ---- */

static struct omvang omvang_of(const struct reg_toewijzing *w)
{
	return (struct omvang){w->product.volume, w->product.eenheid, w->product.frequentie,
			       w->ingang, w->eind};
}

static bool breekt_volume(struct toets *t, enum veldnaam v, int64_t maximum, int64_t is,
			  const char *eenheid, const char *nl, const char *en)
{
	char max[2][VOLUME_TEKST], som[2][VOLUME_TEKST];

	for (int english = 0; english < 2; english++) {
		volume_tekst(maximum, eenheid, english, max[english]);
		volume_tekst(is, eenheid, english, som[english]);
	}
	(void)snprintf(t->nl, sizeof t->nl, "Toegewezen %s %s, ingediend %s.", max[0], nl, som[0]);
	(void)snprintf(t->en, sizeof t->en, "Allocated %s %s, declared %s.", max[1], en, som[1]);
	return regel_breekt(t, v);
}

/* A line whose volume can be held against its allocation: product, unit and period fit. */
static struct lijn *meetbaar(struct toets *t, const struct klasse *k,
			     const struct reg_toewijzing **w)
{
	struct lijn *l = lijn_juist_product(t, k, w);

	return l != NULL && *w != NULL && lijn_eenheid_past(t, *w, l) && !lijn_te_vroeg(*w, l) &&
			       !lijn_te_laat(*w, l)
		       ? l
		       : NULL;
}

/* The most for this line's period, in its own unit; false: no maximum. */
static bool period_maximum(const struct reg_toewijzing *w, const struct lijn *l, int64_t *ret)
{
	struct omvang o = omvang_of(w);

	return w->product.volume != ABSENT && volume_periode(&o, l->begin, l->eind, ret) &&
	       volume_in(w->product.eenheid, l->eenheid, *ret, ret);
}

bool tr321(struct toets *t, const struct klasse *k)
{
	const struct reg_toewijzing *w;
	struct lijn *l = meetbaar(t, k, &w);
	int64_t max;

	return l == NULL || !period_maximum(w, l, &max) || l->volume <= max ||
	       breekt_volume(t, V_VOLUME, max, l->volume, l->eenheid, "in deze periode",
			     "in this period");
}

/* Is all else about this line right, so that it may count? */
static bool is_good(struct toets *t, const struct lijn *l)
{
	static regel_fn *const other[] = {tr307, tr308, tr314, tr321, tr338, tr339, tr340,
					  tr341, tr346, tr384, tr387, tr388, tr389, tr418};
	struct toets eigen = *t;
	bool good = true;

	for (size_t i = 0; good && i < sizeof other / sizeof *other; i++)
		good = other[i](&eigen, l->k);
	if (eigen.error < 0)
		t->error = eigen.error;
	return good;
}

/* Sums as they grow; the unit is the allocation's, hours as minutes. */
struct som {
	const struct reg_toewijzing *w;
	const char *maat;
	bool beperkt; /* there is a maximum */
	int64_t maximum, volume, bedrag;
};

/* What a line adds; one in a unit that does not compare adds nothing. */
static int64_t in_maat(const struct som *s, const char *eenheid, int64_t n)
{
	int64_t ret;

	return volume_in(eenheid, s->maat, n, &ret) ? ret : 0;
}

static bool begin_som(struct toets *t, struct declaratie *d, struct saldo *saldo, struct som *s)
{
	struct omvang o = omvang_of(s->w);

	s->maat = kruis_same_text(s->w->product.eenheid, "04") ? "01" : s->w->product.eenheid;
	s->beperkt = s->w->product.volume != ABSENT && volume_totaal(&o, &s->maximum) &&
		     volume_in(s->w->product.eenheid, s->maat, s->maximum, &s->maximum);
	for (const struct eerder *e = saldo->eerder; e != NULL; e = e->volgende) {
		if (!eerder_staat(t, d, e))
			continue;
		if (__builtin_add_overflow(s->volume, in_maat(s, e->row.eenheid, e->row.volume),
					   &s->volume) ||
		    __builtin_add_overflow(s->bedrag, e->row.bedrag, &s->bedrag))
			return false;
	}
	return true;
}

/* Adds a line, or marks it as the one that is too much. */
static void add_lijn(struct toets *t, struct som *s, struct lijn *l)
{
	int64_t volume, bedrag, budget = s->w->product.budget;

	if (__builtin_add_overflow(s->volume, in_maat(s, l->eenheid, l->volume), &volume) ||
	    __builtin_add_overflow(s->bedrag, l->bedrag, &bedrag))
		return;
	l->te_veel = s->beperkt && volume > s->maximum;
	l->te_duur = budget != ABSENT && bedrag > budget;
	l->som = l->te_veel ? volume : bedrag;
	l->maximum = l->te_veel ? s->maximum : budget;
	l->maat = l->te_veel ? s->maat : "83";
	if (l->te_veel || l->te_duur || !is_good(t, l))
		return;
	s->volume = volume;
	s->bedrag = bedrag;
}

static void add_up(struct toets *t, struct declaratie *d, struct saldo *saldo)
{
	struct som s = {.w = NULL};

	for (struct lijn *l = saldo->eerste; l != NULL && t->error == 0; l = l->volgende) {
		const struct reg_toewijzing *w;

		if (meetbaar(t, l->k, &w) == NULL)
			continue;
		if (s.w == NULL) {
			s.w = w;
			if (!begin_som(t, d, saldo, &s))
				return;
		}
		add_lijn(t, &s, l);
	}
}

/*
 * A line of which only the sum over its allocation may still be wrong.  That
 * it is too much for its period, or declared twice, says it already.
 */
static const struct lijn *opgeteld(struct toets *t, const struct klasse *k)
{
	struct declaratie *d = declaratie_van(t);
	const struct reg_toewijzing *w;
	struct lijn *l = meetbaar(t, k, &w);
	struct saldo *saldo = l == NULL ? NULL : lijn_saldo(t, d, l);
	int64_t max;

	if (saldo == NULL || lijn_herhaalt(t, d, l) != NULL ||
	    (period_maximum(w, l, &max) && l->volume > max))
		return NULL;
	if (!saldo->opgeteld) {
		saldo->opgeteld = true;
		add_up(t, d, saldo);
	}
	return t->error < 0 ? NULL : l;
}

bool tr322(struct toets *t, const struct klasse *k)
{
	const struct lijn *l = opgeteld(t, k);
	bool uren;

	if (l == NULL || !l->te_veel)
		return true;
	/* Minutes are told as hours when the line is in hours too. */
	uren = kruis_same_text(l->eenheid, "04") && kruis_same_text(l->maat, "01") &&
	       l->som % 60 == 0 && l->maximum % 60 == 0;
	return breekt_volume(t, V_VOLUME, uren ? l->maximum / 60 : l->maximum,
			     uren ? l->som / 60 : l->som, uren ? "04" : l->maat,
			     "in de hele toewijzing", "in the whole allocation");
}

bool tr369(struct toets *t, const struct klasse *k)
{
	const struct lijn *l = opgeteld(t, k);

	return l == NULL || !l->te_duur || l->te_veel ||
	       breekt_volume(t, V_INGEDIENDBEDRAG, l->maximum, l->som, l->maat, "budget",
			     "of budget");
}
