/*
 * How care is allocated, as far as it is no fault: what is allocated, by which
 * measure, and the last days of the allocations one after the other.  Care
 * that would end about the end of its allocation mostly ends on that day, so
 * the plan may move the true end.
 */
#include "region/intern.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

#define LANG 100000 /* days: no end */

enum vormsoort {
	MINUTEN_WEEK,
	UREN_WEEK,
	UREN_MAAND,
	MINUTEN_TOTAAL,
	UREN_TOTAAL,
	STUKS_MAAND,
	MAANDTARIEF,
	TRAJECT,
	DAGDEEL_WEEK,
	DAGDEEL_MAAND,
	ETMAAL_WEEK,
	ETMAAL_MAAND,
	MET_BUDGET,
	VRIJ,
	N_VORMEN
};

/* clang-format off */
static const struct vorm vormen[N_VORMEN] = {
	/*                  unit  per  code  least most tariff        */
	[MINUTEN_WEEK]   = {"01", "2", "A",   30, 240,  110,  190, false, false, false},
	[UREN_WEEK]      = {"04", "2", "B",    1,   6, 6500, 9900, false, false, false},
	[UREN_MAAND]     = {"04", "4", "C",    4,  24, 6500, 9900, false, false, false},
	[MINUTEN_TOTAAL] = {"01", "6", "D",  120, 900,  110,  190, false, false, false},
	[UREN_TOTAAL]    = {"04", "6", "E",    3,  16, 6500, 9900, false, false, false},
	[STUKS_MAAND]    = {"84", "4", "F",    2,   8, 9000, 20000, false, false, false},
	[MAANDTARIEF]    = {"82", "4", "G",    1,   1, 45000, 160000, false, true, false},
	[TRAJECT]        = {"83", "6", "H", 30000, 90000, 0,   0, false, false, true},
	[DAGDEEL_WEEK]   = {"16", "2", "K",    2,   8, 7000, 12000, false, false, false},
	[DAGDEEL_MAAND]  = {"16", "4", "L",    8,  34, 7000, 12000, false, false, false},
	[ETMAAL_WEEK]    = {"14", "2", "M",    7,   7, 6000, 30000, false, false, false},
	[ETMAAL_MAAND]   = {"14", "4", "N",   31,  31, 6000, 30000, false, false, false},
	[MET_BUDGET]     = {"",   "",  "",  30000, 120000, 6500, 9900, true, false, false},
	[VRIJ]           = {"",   "",  "",     4,  20, 6500, 9900, false, false, false},
};

/* What a gemeente buys: ambulant, ggz, by the day, with stay, from the wijkteam. */
enum inkoop { IN_AMBULANT, IN_GGZ, IN_DAG, IN_VERBLIJF, IN_WIJK, N_INKOPEN };
static const double koopt[N_INKOPEN][N_VORMEN] = {
	/*                min/w u/w  u/m min/t u/t stuk maand traj dd/w dd/m etm/w etm/m budget vrij */
	[IN_AMBULANT] = {0.20, 0.16, 0.08, 0.10, 0.08, 0.05, 0.12, 0.08, 0, 0, 0, 0, 0.08, 0.05},
	[IN_GGZ]      = {0.05, 0.02, 0.02, 0.38, 0.10, 0.05, 0.02, 0.22, 0, 0, 0, 0, 0.12, 0.02},
	[IN_DAG]      = {0, 0, 0, 0, 0, 0, 0.08, 0, 0.55, 0.32, 0, 0, 0.05, 0},
	[IN_VERBLIJF] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.55, 0.40, 0.05, 0},
	[IN_WIJK]     = {0.15, 0.20, 0.10, 0.10, 0.10, 0, 0.10, 0, 0, 0, 0, 0, 0.05, 0.20},
};
/* clang-format on */

const struct vorm *plan_vorm(const struct episode *e)
{
	return &vormen[e->vorm];
}

static enum inkoop bought_as(const struct region *r, const struct episode *e)
{
	if (MET_VERBLIJF(e->hulpvorm))
		return IN_VERBLIJF;
	if (e->hulpvorm == DAGHULP)
		return IN_DAG;
	if (e->hulpvorm == WIJKTEAM)
		return IN_WIJK;
	return r->aanbieders[e->aanbieder].soort == GGZ ? IN_GGZ : IN_AMBULANT;
}

/* Two ways for each gemeente and kind of care are what most contracts have. */
static enum vormsoort usual_vorm(const struct region *r, const struct episode *e, enum inkoop in,
				 bool tweede)
{
	struct toeval t =
		toeval_van(r->o.seed, STROOM_PLAN,
			   (UINT64_C(1) << 40) + (uint64_t)e->gemeente * 64 + in * 2u + tweede);

	return (enum vormsoort)toeval_kies(&t, koopt[in], N_VORMEN);
}

/* Without an end date there can be nothing per week, and no budget (CD075, CD076). */
static enum vormsoort open_vorm(enum vormsoort v, enum inkoop in)
{
	if (vormen[v].frequentie[0] == '4' || v == VRIJ)
		return v;
	return in == IN_VERBLIJF ? ETMAAL_MAAND : in == IN_DAG ? DAGDEEL_MAAND : UREN_MAAND;
}

static void set_vorm(const struct region *r, struct episode *e, struct toeval *t, bool open)
{
	enum inkoop in = bought_as(r, e);
	double u = toeval_deel(t);
	size_t vrij = toeval_kies(t, koopt[in], N_VORMEN);
	enum vormsoort v = u < 0.45  ? usual_vorm(r, e, in, false)
			   : u < 0.8 ? usual_vorm(r, e, in, true)
				     : (enum vormsoort)vrij;

	if (open)
		v = open_vorm(v, in);
	/* A trajectory has one end for which one price is agreed. */
	if (vormen[v].traject && e->eind - e->begin > 500)
		v = in == IN_GGZ ? MINUTEN_TOTAAL : UREN_MAAND;
	e->vorm = (uint8_t)v;
	if (vormen[v].staart[0] != '\0')
		(void)snprintf(e->code, sizeof e->code, "%.2s%c0%u", e->categorie,
			       vormen[v].staart[0], 1u + e->hulpvorm % N_HULPVORMEN);
}

/* ---- last days ---- */

static day by_calendar(day van)
{
	int y, m, d;

	day_split(van, &y, &m, &d);
	return day_make(m > 9 ? y + 1 : y, 12, 31);
}

static day piece_end(struct toeval *t, enum planstijl stijl, enum hulpvorm h, day van)
{
	static const int op_maat[] = {3, 6, 6, 9, 12};
	int maat = op_maat[toeval_tussen(t, 0, 4)];
	bool zelf = toeval_kans(t, 0.2);

	if (MET_VERBLIJF(h) && h != PLEEGZORG && maat > 6)
		maat = 6;
	if (stijl == PLAN_OP_MAAT || zelf)
		return day_add_months(van, maat) - 1;
	return stijl == PLAN_JAAR ? day_add_months(van, 12) - 1 : by_calendar(van);
}

/* New contracts end what runs over the year end. */
static day contract_end(const struct region *r, const struct episode *e, day van, day tot)
{
	const struct gemeente *g = &r->gemeenten[e->gemeente];
	int y, m, d;

	day_split(van, &y, &m, &d);
	for (; y < 2127; y++) {
		day oud = day_make(y, 12, 31);

		if (oud >= tot || oud > r->o.until)
			return tot;
		if (oud >= van + 14 && oud < e->eind && y >= 2000 && g->wissel[y - 2000] &&
		    g->wissel_verblijf == MET_VERBLIJF(e->hulpvorm))
			return oud;
	}
	return tot;
}

static void add_piece(const struct region *r, struct episode *e, day van, day tot)
{
	day grens = contract_end(r, e, van, tot == DAY_NONE ? LANG : tot);
	size_t i = e->n_plan++;

	e->was[i] = tot;
	e->wissel[i] = grens != (tot == DAY_NONE ? LANG : tot);
	e->plan[i] = e->wissel[i] ? grens : tot;
}

/* Whether nothing more needs to be allocated when the care that ends on e->eind has it until tot.
 */
static bool fits(const struct region *r, struct episode *e, struct toeval *t, day tot)
{
	bool erop = toeval_kans(t, knop(r, EIND_OP_TOEWIJZING)), uitloop = toeval_kans(t, 0.7);
	int ver = toeval_tussen(t, 20, 75);

	if (tot == DAY_NONE)
		return true;
	if (erop && e->reden <= ANDER_DOMEIN && tot > e->begin + 5 && tot - e->eind <= ver &&
	    e->eind - tot <= 60) {
		e->eind = tot;
		return true;
	}
	return tot >= e->eind || (uitloop && e->eind - tot <= 14);
}

void plan_maak(struct region *r, struct episode *e, uint64_t wie)
{
	struct toeval t = toeval_van(r->o.seed, STROOM_PLAN, wie);
	bool direct = toeval_kans(&t, 0.4), tot_achttien = toeval_kans(&t, 0.85);
	int eerder = toeval_tussen(&t, 1, 21);
	bool open = toeval_kans(&t, knop(r, OPEN_TOEWIJZING) * (e->hulpvorm == PLEEGZORG ? 5 : 1));
	day van;

	e->ingang = direct ? e->begin : e->begin - eerder;
	set_vorm(r, e, &t, open);
	for (van = e->ingang; e->n_plan < PLAN_MAX; van = e->plan[e->n_plan - 1] + 1) {
		day tot = open ? DAY_NONE
			       : piece_end(&t, r->gemeenten[e->gemeente].plan, e->hulpvorm, van);

		if (tot != DAY_NONE && e->reden == ACHTTIEN && tot_achttien && tot > e->eind)
			tot = e->eind;
		add_piece(r, e, van, tot);
		if (!e->wissel[e->n_plan - 1] && fits(r, e, &t, tot))
			return;
	}
}
