/*
 * Who lives through what: the truth, before anything is sent about it.
 *
 * Children enter care over many years before from, so that the region is in
 * full swing when it begins; who has no care between from and until is left
 * out.  An episode is one child, one aanbieder and one hulpvorm.  It ends after
 * a time that is drawn from the classes CBS publishes, or sooner: by a move, a
 * death, the closing of an aanbieder, the eighteenth birthday.  Then the child
 * may go on elsewhere, stay away, or come back later.
 */
#include "region/intern.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/banned.h"

#define DUURKLASSEN 7
#define TRAJECTEN_MAX 12 /* of one child */

/* clang-format off */
#define AMBULANTE_LEEFTIJD {1, 1.5, 2, 3, 4.5, 5.5, 6, 6.5, 7, 7, 7, 7, 7, 7, 7, 6.5, 6, 4}
#define PLEEG_LEEFTIJD     {6, 5, 4.5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 3}
#define RESIDENT_LEEFTIJD  {1, 1, 1, 1, 1, 1.5, 2, 2, 2.5, 3, 4, 5, 7, 10, 14, 18, 20, 13}

/* Shares of the starts in 2020; their mix over the classes of duration gives that of all ended ones. */
const struct hulpvorm_soort hulpvormen[N_HULPVORMEN] = {
	/*                 code  2015  newer  share  <3m 3-6m 6-12m 1-2y 2-3y 3-4y more */
	[WIJKTEAM]      = {"01", "31", "31", 13.2, {21.2, 17.2, 31.7, 18.7, 4.2, 2.2, 3.3}, AMBULANTE_LEEFTIJD, 0.95},
	[OP_LOCATIE]    = {"02", "32", "45", 57.0, {12.9, 12, 31.7, 29.7, 8.4, 3, 4.4}, AMBULANTE_LEEFTIJD, 0.92},
	[DAGHULP]       = {"03", "33", "41", 5.5,  {11, 10.3, 32.6, 33, 8.4, 3.8, 3.3}, AMBULANTE_LEEFTIJD, 0.95},
	[NETWERK]       = {"04", "34", "45", 17.4, {10.1, 10.3, 29.8, 34.1, 9.5, 4.5, 6.6}, AMBULANTE_LEEFTIJD, 0.92},
	[PLEEGZORG]     = {"11", "35", "44", 1.6,  {9.2, 6.9, 13.4, 22, 14.7, 15, 52.8}, PLEEG_LEEFTIJD,     0.5},
	[GEZINSGERICHT] = {"12", "36", "44", 0.8,  {9.2, 7.7, 15.4, 28.6, 15.8, 13.5, 33}, RESIDENT_LEEFTIJD,  0.6},
	[GESLOTEN]      = {"13", "37", "43", 0.5,  {23.9, 22.4, 32.6, 13.2, 2.1, 0, 0}, RESIDENT_LEEFTIJD,  0.9},
	[VERBLIJF]      = {"14", "38", "43", 4.0,  {14.7, 13.8, 28.8, 28.6, 8.4, 3.8, 3.3}, RESIDENT_LEEFTIJD,  0.8},
};

/* First and last day of the classes of duration. */
static const struct {
	int least, most;
} duurklassen[DUURKLASSEN] = {{5, 91}, {92, 182}, {183, 365}, {366, 730}, {731, 1095}, {1096, 1460}, {1461, 4000}};

/* How many starts a month has, against the average. */
static const double startmaand[12] = {1.12, 1.05, 1.12, 1.02, 1.0, 0.98, 0.72, 0.68, 1.15, 1.12, 1.12, 0.86};

/* Shares over the referrers 01 to 08, 07 does not exist. */
static const double verwijzers_ambulant[8] = {33, 46, 3.8, 8.5, 5.6, 0.3, 0, 0.3};
static const double verwijzers_verblijf[8] = {40, 16, 1, 32, 6, 0, 0, 3};

/* Why care ends that ends when it should. */
static const double einden[] = {
	[VOLGENS_PLAN] = 57, [DOOR_CLIENT] = 9, [DOOR_AANBIEDER] = 2, [SAMEN] = 19, [OVERGESTAPT] = 0,
	[DOOR_GEMEENTE] = 4, [ANDER_DOMEIN] = 2,
};
/* clang-format on */

/* A child while its life is made. */
struct kind {
	struct region *r;
	struct toeval t;
	uint32_t nr, gemeente;
	day geboren;
	struct episode trajecten[TRAJECTEN_MAX];
	size_t n;
};

/* ---- when it begins ---- */

static size_t half_year(day d)
{
	int y, m, dd;

	day_split(d, &y, &m, &dd);
	y = y < 2000 ? 2000 : y > 2127 ? 2127 : y;
	return (size_t)(y - 2000) * 2 + (m > 6);
}

/* Days are refused until one fits the growth and the season. */
static day entry_day(struct kind *k)
{
	const struct gemeente *g = &k->r->gemeenten[k->gemeente];
	day eerste = k->r->o.from - HISTORIE_JAREN * 365, laatste = k->r->o.until;

	for (;;) {
		day d = toeval_tussen(&k->t, eerste, laatste);
		double p = exp(g->groei * (d - (g->groei > 0 ? laatste : eerste)) / 365);
		int y, m, dd;

		day_split(d, &y, &m, &dd);
		p *= startmaand[m - 1] / 1.2 * g->schok[half_year(d)] / 1.2;
		if (toeval_kans(&k->t, p))
			return d;
	}
}

/* Off weekends and holidays; some begin on the first of the month or the year. */
static day start_day(struct kind *k, day d, enum hulpvorm h)
{
	int y, m, dd;
	double u = toeval_deel(&k->t);

	day_split(d, &y, &m, &dd);
	if (u < 0.03 && (m == 1 || m == 12))
		return day_make(m == 12 ? y + 1 : y, 1, 1);
	if (u < 0.06)
		return day_month_first(d);
	while (!MET_VERBLIJF(h) && !calendar_workday(&k->r->kalender, d))
		d++;
	return d;
}

/* ---- how long ---- */

static int duration(struct toeval *t, enum hulpvorm h)
{
	size_t i = toeval_kies(t, hulpvormen[h].duur, DUURKLASSEN);
	double u = toeval_deel(t), scheef = i >= 3 ? 1.4 : 1;
	int lengte = duurklassen[i].most - duurklassen[i].least;

	if (i == DUURKLASSEN - 1)
		u = u * u; /* most of those over four years end not long after */
	return duurklassen[i].least + (int)(lengte * pow(u, scheef));
}

/* The end of the school year, of the month and of the year draw ends to them. */
static day season(struct toeval *t, day d)
{
	double u = toeval_deel(t);
	int zomer = toeval_tussen(t, -6, 36), winter = toeval_tussen(t, 15, 23), y, m, dd;

	day_split(d, &y, &m, &dd);
	if (m >= 6 && m <= 9 && u < 0.26)
		return day_make(y, 7, 1) + zomer;
	if ((m == 12 || (m == 11 && dd > 14)) && u < 0.24)
		return u < 0.13 ? day_make(y, 12, 31) : day_make(y, 12, winter);
	if (m == 1 && dd < 20 && u < 0.12)
		return day_make(y - 1, 12, 31);
	if (u > 0.9)
		return day_month_last(d);
	return d;
}

static day natural_end(struct kind *k, struct episode *e)
{
	day d = season(&k->t, e->begin + duration(&k->t, e->hulpvorm));

	while (!MET_VERBLIJF(e->hulpvorm) && day_weekday(d) >= 6)
		d--;
	return d < e->begin ? e->begin : d;
}

/* ---- what makes it end sooner ---- */

static void end_by(struct episode *e, day d, enum einde reden)
{
	if (d >= e->eind || d < e->begin)
		return;
	e->eind = d;
	e->reden = (uint8_t)reden;
}

/* A chance per year, as the day on which it happens. */
static day some_day(struct toeval *t, day van, double per_jaar)
{
	double jaren = -log(1 - toeval_deel(t)) / (per_jaar > 0 ? per_jaar : 1e-9);

	return jaren > 50 ? van + 50 * 365 : van + (day)(jaren * 365);
}

static void shorten(struct kind *k, struct episode *e)
{
	day achttien = day_add_years(k->geboren, 18), sluit = k->r->aanbieders[e->aanbieder].sluit;
	day weg = some_day(&k->t, e->begin, knop(k->r, VERHUIZING));
	day dood = some_day(&k->t, e->begin, knop(k->r, STERFTE));
	bool stopt = toeval_kans(&k->t, hulpvormen[e->hulpvorm].achttien),
	     tot_dan = toeval_kans(&k->t, 0.8);
	int langer = toeval_tussen(&k->t, 30, 1000), erna = toeval_tussen(&k->t, -1, 0);

	/* Who lives there at seventeen mostly stays until eighteen. */
	if (MET_VERBLIJF(e->hulpvorm) && stopt && tot_dan && e->eind > achttien - 650)
		e->eind = achttien + 30;
	if (k->r->o.gemeenten > 1)
		end_by(e, weg, VERHUISD);
	if (sluit != DAY_NONE)
		end_by(e, sluit, GESLOTEN_AANBIEDER);
	end_by(e, dood, OVERLEDEN);
	end_by(e, stopt ? achttien + erna : achttien + langer, stopt ? ACHTTIEN : ANDER_DOMEIN);
}

/* ---- one episode ---- */

static uint8_t pick_verwijzer(struct toeval *t, enum hulpvorm h)
{
	if (h == WIJKTEAM)
		return 6;
	return (uint8_t)(1 +
			 toeval_kies(t, MET_VERBLIJF(h) ? verwijzers_verblijf : verwijzers_ambulant,
				     8));
}

static void set_product(struct kind *k, struct episode *e)
{
	static const char *const ggz[] = {"54", "52", "51", "53"};
	static const double ggz_deel[] = {0.6, 0.22, 0.15, 0.03};
	const struct hulpvorm_soort *h = &hulpvormen[e->hulpvorm];
	const char *c = k->r->gemeenten[e->gemeente].oude_categorie ? h->oud : h->nieuw;
	size_t welke = toeval_kies(&k->t, ggz_deel, 4);

	if (k->r->aanbieders[e->aanbieder].soort == GGZ && e->hulpvorm == OP_LOCATIE)
		c = ggz[welke];
	memcpy(e->categorie, c, 2);
}

/* Care that is given with pauses: few months without for most, many for some. */
static void set_rhythm(struct kind *k, struct episode *e)
{
	bool zelden = toeval_kans(&k->t, 0.1), stil = toeval_kans(&k->t, knop(k->r, STILLE_PAUZE));
	bool gemeld = toeval_kans(&k->t, knop(k->r, TIJDELIJK));
	double waar = toeval_deel(&k->t);
	int lang = toeval_tussen(&k->t, 50, 160), kort = toeval_tussen(&k->t, 14, 110);

	e->drukte = MET_VERBLIJF(e->hulpvorm) ? 0.998 : zelden ? 0.45 : 0.96;
	e->pauze_van = e->pauze_tot = DAY_NONE;
	stil = stil && !gemeld && !MET_VERBLIJF(e->hulpvorm);
	if ((!stil && !gemeld) || e->eind - e->begin < 230)
		return;
	e->pauze_gemeld = gemeld;
	e->pauze_van = e->begin + 30 + (day)(waar * (e->eind - e->begin - 220));
	e->pauze_tot = e->pauze_van + (gemeld ? kort : lang);
}

/* An episode from d on with a provider other than niet; NULL when it cannot be. */
static struct episode *add_episode(struct kind *k, day d, enum hulpvorm h, uint32_t niet,
				   uint32_t zelfde)
{
	struct episode *e = &k->trajecten[k->n];
	day achttien = day_add_years(k->geboren, 18);

	if (k->n == TRAJECTEN_MAX || d >= achttien || d > k->r->o.until)
		return NULL;
	memset(e, 0, sizeof *e);
	e->gemeente = k->gemeente;
	e->hulpvorm = (uint8_t)h;
	e->verwijzer = pick_verwijzer(&k->t, h);
	e->aanbieder = streek_aanbieder(k->r, &k->t, k->gemeente, h, e->verwijzer, niet);
	if (zelfde != GEEN && (k->r->aanbieders[zelfde].bedient >> k->gemeente & 1))
		e->aanbieder = zelfde;
	if (e->aanbieder == GEEN)
		return NULL;
	e->begin = start_day(k, d, h);
	if (k->r->aanbieders[e->aanbieder].sluit != DAY_NONE &&
	    e->begin + 30 > k->r->aanbieders[e->aanbieder].sluit)
		return NULL;
	e->eind = natural_end(k, e);
	e->reden = (uint8_t)toeval_kies(&k->t, einden, sizeof einden / sizeof *einden);
	set_product(k, e);
	shorten(k, e);
	e->taakgericht = toeval_kans(&k->t, knop(k->r, TAAKGERICHT) * (h == WIJKTEAM ? 4 : 0.55));
	set_rhythm(k, e);
	plan_maak(k->r, e, ((uint64_t)k->nr << 8) + k->n);
	k->n++;
	return e;
}

/* Of a child of that age; of any child when it is below zero. */
static enum hulpvorm pick_hulpvorm(struct toeval *t, int leeftijd)
{
	double delen[N_HULPVORMEN];

	for (size_t h = 0; h < N_HULPVORMEN; h++) {
		const struct hulpvorm_soort *s = &hulpvormen[h];
		double som = 0;

		for (int i = 0; i < 18; i++)
			som += s->leeftijd[i];
		delen[h] = s->deel *
			   (leeftijd < 0 ? 1 : s->leeftijd[leeftijd > 17 ? 17 : leeftijd] / som);
	}
	return (enum hulpvorm)toeval_kies(t, delen, N_HULPVORMEN);
}

static int age_on(const struct kind *k, day d)
{
	return (d - k->geboren) / 366;
}

/* ---- one child ---- */

static uint32_t pick_gemeente(const struct region *r, struct toeval *t, uint32_t niet)
{
	double gewichten[REGION_GEMEENTEN_MAX];

	for (uint32_t g = 0; g < r->o.gemeenten; g++)
		gewichten[g] = g == niet ? 0 : r->gemeenten[g].gewicht;
	return (uint32_t)toeval_kies(t, gewichten, r->o.gemeenten);
}

/* What follows on an episode that ended: the next begins on d, DAY_NONE when none does. */
static struct episode *go_on(struct kind *k, const struct episode *was)
{
	struct toeval *t = &k->t;
	uint32_t uit = was->aanbieder;
	enum hulpvorm h = toeval_kans(t, 0.65) ? (enum hulpvorm)was->hulpvorm
					       : pick_hulpvorm(t, age_on(k, was->eind));
	bool over = toeval_kans(t, knop(k->r, OVERSTAP)),
	     terug = toeval_kans(t, knop(k->r, TERUGKEER));
	int kort = toeval_tussen(t, -21, 42);
	day later_terug = was->eind + 30 + (day)toeval_scheef(t, 200, 0.8);
	day begin = was->begin + 1 > was->eind + kort ? was->begin + 1 : was->eind + kort;

	switch ((enum einde)was->reden) {
	case OVERLEDEN:
	case ACHTTIEN:
		return NULL;
	case VERHUISD:
		k->gemeente = pick_gemeente(k->r, t, k->gemeente);
		if (over && terug)
			return NULL; /* moved out of the region */
		return add_episode(k, was->eind + 1, was->hulpvorm, GEEN, uit);
	case GESLOTEN_AANBIEDER:
		return terug ? NULL
			     : add_episode(k, was->eind + 1 + kort / 3 * (kort > 0), was->hulpvorm,
					   uit, GEEN);
	default:
		break;
	}
	if (over)
		return add_episode(k, begin, h, uit, GEEN);
	return terug ? add_episode(k, later_terug, h, GEEN,
				   toeval_kans(t, 0.4) && h == was->hulpvorm ? uit : GEEN)
		     : NULL;
}

/* A transfer is known only when the next episode is there. */
static void mark_transfer(struct episode *was, const struct episode *next)
{
	if (next != NULL && was->reden < DOOR_GEMEENTE && next->begin <= was->eind + 42 &&
	    next->aanbieder != was->aanbieder)
		was->reden = OVERGESTAPT;
}

static void live(struct kind *k, day d, enum hulpvorm h)
{
	struct episode *e = add_episode(k, d, h, GEEN, GEEN);

	while (e != NULL && e->eind <= k->r->o.until) {
		struct episode *next = go_on(k, e);

		mark_transfer(e, next);
		e = next;
	}
}

/* A second episode beside the first one, of another hulpvorm. */
static void live_beside(struct kind *k)
{
	struct episode *een = &k->trajecten[0];
	bool naast = toeval_kans(&k->t, knop(k->r, GELIJKTIJDIG));
	int na = toeval_tussen(&k->t, 5, 250);
	enum hulpvorm h = pick_hulpvorm(&k->t, k->n == 0 ? -1 : age_on(k, een->begin));

	if (!naast || k->n == 0 || een->begin + na >= een->eind ||
	    h == (enum hulpvorm)een->hulpvorm)
		return;
	k->gemeente = een->gemeente;
	(void)add_episode(k, een->begin + na, h, een->aanbieder, GEEN);
}

static void make_kind(struct kind *k, struct region *r, uint32_t nr)
{
	enum hulpvorm h;
	int leeftijd, dagen;
	day d;

	*k = (struct kind){.r = r, .nr = nr, .t = toeval_van(r->o.seed, STROOM_LEVEN, nr)};
	k->gemeente = pick_gemeente(r, &k->t, GEEN);
	d = entry_day(k);
	h = pick_hulpvorm(&k->t, -1);
	leeftijd = (int)toeval_kies(&k->t, hulpvormen[h].leeftijd, 18);
	dagen = toeval_tussen(&k->t, leeftijd == 0 ? 60 : 1,
			      364); /* born before anything is sent */
	k->geboren = day_add_years(d, -leeftijd) - dagen;
	live(k, d, h);
	live_beside(k);
}

/* ---- all of them ---- */

static bool counts(const struct region *r, const struct episode *e)
{
	return e->begin <= r->o.until && e->eind >= r->o.from;
}

/* Keeps the child if it has care in the time that is simulated. */
static void keep(struct region *r, struct kind *k)
{
	struct client *c = NULL;

	for (size_t i = 0; i < k->n && r->mislukt == 0; i++) {
		struct episode *e;

		if (!counts(r, &k->trajecten[i]))
			continue;
		if (c == NULL) {
			c = rij_plus(r, &r->clienten);
			if (c == NULL)
				return;
			c->nr = k->nr;
			c->geboren = k->geboren;
			c->geslacht = (uint8_t)toeval_tussen(&k->t, 1, 2);
			c->naam = (uint8_t)toeval_tussen(&k->t, 0, 255);
			c->eerste = (uint32_t)r->episodes.n;
		}
		e = rij_plus(r, &r->episodes);
		if (e == NULL)
			return;
		*e = k->trajecten[i];
		e->client = (uint32_t)r->clienten.n - 1;
		c->n++;
	}
}

/*
 * An allocation on which nothing follows: the child stays away.  It has a row
 * among the episodes because messages are about it, and none in the truth.
 */
static void add_ghosts(struct region *r)
{
	uint32_t n = (uint32_t)r->episodes.n;

	for (uint32_t i = 0; i < n && r->mislukt == 0; i++) {
		struct toeval t = toeval_van(r->o.seed, STROOM_TOEWIJZING, (UINT64_C(1) << 33) + i);
		struct episode spook = EPISODES(r)[i], *e;

		if (!toeval_kans(&t, knop(r, NOOIT_BEGONNEN)) || spook.taakgericht ||
		    spook.begin < r->o.from)
			continue;
		e = rij_plus(r, &r->episodes);
		if (e == NULL)
			return;
		*e = spook;
		e->spook = true;
		e->begin = spook.begin + toeval_tussen(&t, 1, 60);
		memset(e->wissel, 0, sizeof e->wissel);
		e->ingang = e->begin;
		e->n_plan = 1;
		e->plan[0] = day_add_months(e->ingang, toeval_tussen(&t, 3, 12)) - 1;
		e->was[0] = e->eind = e->plan[0];
		if (e->code[0] != '\0')
			e->code[3] = '9'; /* another product than the episode beside it has */
	}
}

int leven_maak(struct region *r)
{
	struct kind k;

	for (uint32_t nr = 0; r->clienten.n < r->o.clients && r->mislukt == 0; nr++) {
		make_kind(&k, r, nr);
		keep(r, &k);
	}
	r->n_trajecten = (uint32_t)r->episodes.n;
	if (r->mislukt == 0)
		add_ghosts(r);
	return r->mislukt;
}
