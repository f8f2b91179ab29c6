/*
 * Gemeenten and aanbieders.  Sizes follow Zipf: a handful have most clients,
 * most have few.  Every gemeente has a wijkteam of its own; the large serve all
 * gemeenten, the small one or some.  Habits are the aanbieder's, and may change
 * when it takes another system into use.
 */
#include "region/intern.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* Existing codes, of gemeenten that are no region together. */
static const char *const codes[REGION_GEMEENTEN_MAX] = {
	"0153", "0160", "0202", "0228", "0274", "0289", "0361", "0439", "0668", "0755",
	"0765", "0796", "0888", "0917", "0944", "0957", "0983", "1507", "1681", "1731",
};

/* clang-format off */
static const struct {
	double deel;	/* of the aanbieders that are no wijkteam */
	unsigned altijd, soms;
} soorten[N_AANBIEDERSOORTEN] = {
	[WIJK]        = {0,    1u << WIJKTEAM, 0},
	[BREED]       = {0.04, 1u << OP_LOCATIE | 1u << NETWERK | 1u << DAGHULP | 1u << VERBLIJF, 1u << PLEEGZORG | 1u << GEZINSGERICHT | 1u << GESLOTEN},
	[AMBULANT]    = {0.47, 1u << OP_LOCATIE, 1u << NETWERK},
	[GGZ]         = {0.32, 1u << OP_LOCATIE, 0},
	[DAG]         = {0.07, 1u << DAGHULP, 1u << OP_LOCATIE | 1u << NETWERK},
	[PLEEG]       = {0.03, 1u << PLEEGZORG | 1u << GEZINSGERICHT, 0},
	[VERBLIJVEND] = {0.07, 1u << VERBLIJF, 1u << GEZINSGERICHT | 1u << GESLOTEN},
};
/* The largest ones, so that all help is to be had in every region. */
static const struct {
	enum aanbiedersoort soort;
	unsigned biedt;
} grootste[] = {
	{BREED,       1u << OP_LOCATIE | 1u << NETWERK | 1u << DAGHULP | 1u << VERBLIJF | 1u << GESLOTEN | 1u << PLEEGZORG},
	{GGZ,         1u << OP_LOCATIE | 1u << DAGHULP},
	{BREED,       1u << OP_LOCATIE | 1u << NETWERK | 1u << VERBLIJF | 1u << GEZINSGERICHT},
	{AMBULANT,    1u << OP_LOCATIE | 1u << NETWERK},
	{PLEEG,       1u << PLEEGZORG | 1u << GEZINSGERICHT},
	{GGZ,         1u << OP_LOCATIE},
	{DAG,         1u << DAGHULP | 1u << NETWERK},
	{VERBLIJVEND, 1u << VERBLIJF | 1u << GEZINSGERICHT | 1u << GESLOTEN},
};
/* clang-format on */

#define N_GROOTSTE (sizeof grootste / sizeof *grootste)

static double logit(double p)
{
	p = p < 0.002 ? 0.002 : p > 0.97 ? 0.97 : p;
	return log(p / (1 - p));
}

/* ---- gemeenten ---- */

static void make_gemeente(struct region *r, uint32_t i)
{
	struct toeval t = toeval_van(r->o.seed, STROOM_STREEK, i);
	struct gemeente *g = &r->gemeenten[i];
	static const double stijl[] = {0.5, 0.22, 0.28};

	(void)snprintf(g->code, sizeof g->code, "%s", codes[i]);
	g->gewicht = toeval_scheef(&t, 1, 0.5) * (i == 0 ? 1.8 : 1);
	g->groei = knop(r, GROEI) + knop(r, GROEI_SPREIDING) * toeval_normaal(&t);
	g->stop_nooit = knop(r, STOP_NOOIT_GEMEENTE) * toeval_normaal(&t);
	g->sluit_na_stop = toeval_beta(&t, 0.4, 1);
	g->traag = toeval_scheef(&t, 1, 0.35);
	g->plan = (enum planstijl)toeval_kies(&t, stijl, 3);
	g->oude_categorie = toeval_kans(&t, 0.35);
	g->antwoordt = toeval_kans(&t, knop(r, RETOUR));
	g->wissel_verblijf = toeval_kans(&t, 0.3);
	g->nummer = (uint32_t)toeval_tussen(&t, 1000, 400000);
	for (size_t y = 0; y < sizeof g->wissel / sizeof *g->wissel; y++)
		g->wissel[y] = toeval_kans(&t, knop(r, CONTRACTWISSEL));
	for (size_t h = 0; h < sizeof g->schok / sizeof *g->schok; h++)
		g->schok[h] = toeval_scheef(&t, 1, 0.06);
	g->nieuw_nummer = toeval_beta(&t, knop(r, VERLENGING_NIEUW), 1.5);
}

/* ---- aanbieders ---- */

static struct gewoonte make_gewoonte(const struct region *r, struct toeval *t)
{
	struct gewoonte g;

	g.stop_nooit = logit(toeval_beta(t, knop(r, STOP_NOOIT), knop(r, STOP_NOOIT_EENSGEZIND)));
	g.stop_laat = toeval_beta(t, knop(r, STOP_LAAT), 1.6);
	g.start_laat = toeval_beta(t, knop(r, START_LAAT), 2);
	return g;
}

static uint32_t make_bedient(const struct region *r, struct toeval *t, uint32_t rang)
{
	uint32_t alle = (1u << r->o.gemeenten) - 1, bits = 0;
	int n = 1 + (int)(toeval_deel(t) * toeval_deel(t) * r->o.gemeenten * 0.7);

	if (rang < 12)
		return alle;
	while (n-- > 0)
		bits |= 1u << toeval_tussen(t, 0, (int)r->o.gemeenten - 1);
	return bits;
}

static void make_rhythm(struct region *r, struct aanbieder *a, struct toeval *t)
{
	static const double ritmes[] = {0.6, 0.25, 0.15};
	bool laat;

	a->ritme = (enum ritme)toeval_kies(t, ritmes, 3);
	a->laat_dagen = knop(r, STOP_LAAT_DAGEN) * toeval_scheef(t, 1, 0.7);
	laat = toeval_kans(t, knop(r, DECLARATIE_LAAT));
	a->declareert_na = toeval_tussen(t, 3, 25);
	if (laat)
		a->declareert_na = toeval_tussen(t, 30, 95);
	a->declareert_per = toeval_kans(t, 0.07) ? 3 : 1;
	a->minuten = toeval_kans(t, 0.6);
	a->antwoordt = toeval_kans(t, knop(r, RETOUR));
}

/* Months of nothing but silence; which year, chance says, and not more than once. */
static void make_storing(struct region *r, struct aanbieder *a, struct toeval *t)
{
	int dagen = r->o.until - r->o.from;
	double p = knop(r, STORING) * dagen / 365;
	int begin = toeval_tussen(t, 0, dagen), lang = toeval_tussen(t, 60, 150);

	a->storing_van = a->storing_tot = DAY_NONE;
	if (!toeval_kans(t, p))
		return;
	a->storing_van = r->o.from + begin;
	a->storing_tot = a->storing_van + lang;
}

static void make_closing(struct region *r, struct aanbieder *a, struct toeval *t, uint32_t rang)
{
	double waar = toeval_deel(t);
	day d = r->o.from + (day)(waar * (r->o.until - r->o.from));

	a->sluit = DAY_NONE;
	if (toeval_kans(t, knop(r, AANBIEDER_STOPT)) && rang >= 20)
		a->sluit = day_month_last(d);
}

static void make_kind(struct aanbieder *a, struct toeval *t, uint32_t rang)
{
	double delen[N_AANBIEDERSOORTEN];
	unsigned extra;

	if (rang < N_GROOTSTE) {
		a->soort = grootste[rang].soort;
		a->biedt = grootste[rang].biedt;
		return;
	}
	for (size_t i = 0; i < N_AANBIEDERSOORTEN; i++)
		delen[i] = soorten[i].deel;
	a->soort = (enum aanbiedersoort)toeval_kies(t, delen, N_AANBIEDERSOORTEN);
	extra = (unsigned)toeval_getal(t) & (unsigned)toeval_getal(t);
	a->biedt = soorten[a->soort].altijd | (soorten[a->soort].soms & extra);
}

/* From a stream of its own: who lives through what must not depend on the faults. */
static void make_habits(struct region *r, uint32_t i)
{
	struct toeval t = toeval_van(r->o.seed, STROOM_AANBIEDER, (UINT64_C(1) << 32) + i);
	struct aanbieder *a = &r->aanbieders[i];

	a->andere_gewoonte = r->o.from + toeval_tussen(&t, 0, r->o.until - r->o.from);
	if (!toeval_kans(&t, 0.2))
		a->andere_gewoonte = DAY_NONE;
	make_rhythm(r, a, &t);
	make_storing(r, a, &t);
	a->ruimt_op = toeval_kans(&t, knop(r, OPRUIMRONDE));
	a->nieuw_zonder_stop = toeval_kans(&t, knop(r, NIEUW_ZONDER_STOP));
	a->nieuw_zonder_start = toeval_kans(&t, knop(r, NIEUW_ZONDER_START));
	a->blijft_leveren = toeval_kans(&t, 0.45);
	a->gewoonte[0] = make_gewoonte(r, &t);
	a->gewoonte[1] = make_gewoonte(r, &t);
}

static void make_aanbieder(struct region *r, uint32_t i)
{
	struct toeval t = toeval_van(r->o.seed, STROOM_AANBIEDER, i);
	struct aanbieder *a = &r->aanbieders[i];
	bool wijk = i < r->o.gemeenten;
	uint32_t rang = wijk ? 0 : i - r->o.gemeenten;

	(void)snprintf(a->agb, sizeof a->agb, "%08u", (wijk ? 54500100 : 22220100) + i);
	a->gewicht = wijk ? 1 : toeval_scheef(&t, 1, 0.3) / pow(rang + 1.5, 0.95);
	a->bedient = wijk ? 1u << i : make_bedient(r, &t, rang);
	make_kind(a, &t, rang);
	if (wijk) {
		a->soort = WIJK;
		a->biedt = soorten[WIJK].altijd;
	}
	make_closing(r, a, &t, wijk ? 0 : rang);
	make_habits(r, i);
}

static void make_paar(struct region *r, uint32_t a, uint32_t g)
{
	size_t i = (size_t)a * r->o.gemeenten + g;
	struct toeval t = toeval_van(r->o.seed, STROOM_PAAR, i);

	r->paren[i].bezetting = 0.5 + 0.45 * toeval_deel(&t);
	r->paren[i].verlenging_dagen = toeval_scheef(&t, 25, 0.5);
	r->paren[i].verlenging_laat = toeval_beta(&t, knop(r, VERLENGING_LAAT), 2);
}

int streek_maak(struct region *r)
{
	uint32_t n = (uint32_t)knop(r, AANBIEDERS);

	if (n == 0)
		n = 14 + r->o.clients / 60;
	n = (n > 260 && knop(r, AANBIEDERS) <= 0 ? 260 : n) + r->o.gemeenten;
	r->n_aanbieders = n;
	r->gemeenten = calloc(r->o.gemeenten, sizeof *r->gemeenten);
	r->aanbieders = calloc(n, sizeof *r->aanbieders);
	r->paren = calloc((size_t)n * r->o.gemeenten, sizeof *r->paren);
	if (r->gemeenten == NULL || r->aanbieders == NULL || r->paren == NULL)
		return -ENOMEM;
	for (uint32_t g = 0; g < r->o.gemeenten; g++)
		make_gemeente(r, g);
	for (uint32_t a = 0; a < n; a++) {
		make_aanbieder(r, a);
		for (uint32_t g = 0; g < r->o.gemeenten; g++)
			make_paar(r, a, g);
	}
	return 0;
}

/* ---- who gives the help ---- */

/* Doctors refer to ggz, the others mostly elsewhere. */
static double kind_weight(const struct aanbieder *a, int verwijzer)
{
	bool arts = verwijzer == 2 || verwijzer == 3 || verwijzer == 5;

	if (a->soort == GGZ)
		return arts ? 2.5 : 0.25;
	return arts && a->soort == AMBULANT ? 0.5 : 1;
}

static double weight(const struct aanbieder *a, uint32_t gemeente, enum hulpvorm h, int verwijzer)
{
	if ((a->biedt >> h & 1) == 0 || (a->bedient >> gemeente & 1) == 0)
		return 0;
	return a->gewicht * kind_weight(a, verwijzer);
}

uint32_t streek_aanbieder(const struct region *r, struct toeval *t, uint32_t gemeente,
			  enum hulpvorm h, int verwijzer, uint32_t niet)
{
	double gewichten[400 + REGION_GEMEENTEN_MAX], som = 0;

	for (uint32_t a = 0; a < r->n_aanbieders; a++) {
		gewichten[a] = a == niet ? 0 : weight(&r->aanbieders[a], gemeente, h, verwijzer);
		som += gewichten[a];
	}
	if (som <= 0)
		return niet;
	return (uint32_t)toeval_kies(t, gewichten, r->n_aanbieders);
}

const struct paar *streek_paar(const struct region *r, const struct episode *e)
{
	return &r->paren[(size_t)e->aanbieder * r->o.gemeenten + e->gemeente];
}

const struct gewoonte *streek_gewoonte(const struct region *r, const struct episode *e, day d)
{
	const struct aanbieder *a = &r->aanbieders[e->aanbieder];

	return &a->gewoonte[a->andere_gewoonte != DAY_NONE && d >= a->andere_gewoonte];
}
