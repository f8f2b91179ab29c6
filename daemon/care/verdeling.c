#include "care/verdeling.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define ATOMEN 8
#define UITLOOP 14	      /* days over which such care is spread */
#define ONWAARSCHIJNLIJK 0.2F /* an end before a message that says that care goes on */
#define AFKEUR_EIND 0.95F     /* a stop that was rejected still says that care ended */
#define MASSA 0.92	      /* of an interval: nine tenths, and what the model does not know */
#define NIETS 1e-7
#define FIJN 2 /* months after the last sign of life that are looked at by part */

/* A day on which an end is likelier than on its neighbours. */
struct atoom {
	day op;
	float kans;
	enum basis basis;
};

/* What is multiplied while the months go by. */
struct gang {
	const struct episode *e;
	const struct gewoonten *g;
	const struct partij_gewoonte *partij;
	const struct paar_gewoonte *paar;
	struct verdeling *ret;
	day vandaag, tot;    /* no end after `tot` */
	day vloer;	     /* … nor before this */
	day verlengd;	     /* an extension was told on this day, or DAY_NONE */
	day grens;	     /* the limit that holds, passed by no sign of life, or DAY_NONE */
	double over;	     /* chance that it goes on so far */
	double regels, geen; /* weights of the chance of a line: cases with, without */
	double nooit, stil;  /* chance that it never has lines; of the silence if it does */
	double na_grens;     /* chance that no extension came, beyond the limit */
	bool pauze;	     /* since a temporary stop nothing is to be declared */
	struct atoom atomen[ATOMEN];
	unsigned n_atomen, volgende;
	double som;
};

static double stilte(const struct gang *w)
{
	return w->nooit + (1 - w->nooit) * w->stil;
}

/* A chance of an end on these days, before it is weighed with what did not come since. */
static void put_as_is(struct gang *w, day van, day tot, double kans, enum basis basis)
{
	struct verdeling *v = w->ret;

	if (w->verlengd != DAY_NONE && tot < w->verlengd)
		kans *= ONWAARSCHIJNLIJK;
	kans *= 1 - gewoonte_stop(w->partij, w->vandaag - (van + (tot - van) / 2));
	if (kans <= 0)
		return;
	if (v->n == VERDELING_PUNTEN) { /* the oldest of a very long silence become one */
		v->punten[0].tot = v->punten[1].tot;
		v->punten[0].kans += v->punten[1].kans;
		memmove(&v->punten[1], &v->punten[2], (VERDELING_PUNTEN - 2) * sizeof *v->punten);
		v->n--;
	}
	v->punten[v->n++] = (struct punt){van, tot, (float)kans, (unsigned char)basis};
	w->som += kans;
}

/* Beyond the limit the extension is missing too. */
static void put(struct gang *w, day van, day tot, double kans, enum basis basis)
{
	if (w->grens != DAY_NONE && van > w->grens)
		kans *= w->na_grens;
	put_as_is(w, van, tot, kans, basis);
}

/* ---- before it begins ---- */

static void add_atoom(struct gang *w, day op, float kans, enum basis basis)
{
	unsigned i = w->n_atomen;

	if (op == DAY_NONE || op < w->vloer || op > w->tot || w->n_atomen == ATOMEN)
		return;
	for (; i > 0 && w->atomen[i - 1].op > op; i--)
		w->atomen[i] = w->atomen[i - 1];
	w->atomen[i] = (struct atoom){op, kans, basis};
	w->n_atomen++;
}

static void add_atomen(struct gang *w)
{
	static const enum basis elders[] = {BASIS_GEEN, BASIS_OVERLEDEN, BASIS_VERHUISD,
					    BASIS_GEMEENTE, BASIS_OPVOLGER};
	const struct episode *e = w->e;
	const struct gewoonten *g = w->g;

	if (w->grens != DAY_NONE) {
		bool verkort = e->grenzen[e->n_grenzen - 1].verkort;

		add_atoom(w, w->grens, verkort ? g->verkort_eind : w->partij->grens_eind,
			  verkort ? BASIS_VERKORT : BASIS_GRENS);
	}
	if (e->achttien != DAY_NONE)
		add_atoom(w, e->achttien, g->achttien[e->hulpvorm >= 11], BASIS_ACHTTIEN);
	if (e->elders != ELDERS_NIETS)
		add_atoom(w, e->elders_op > w->vloer ? e->elders_op : w->vloer,
			  g->elders[e->elders], elders[e->elders]);
	add_atoom(w, e->afgekeurd, AFKEUR_EIND, BASIS_AFGEKEURD);
	if (w->pauze)
		add_atoom(w, e->tijdelijk, g->tijdelijk_eind, BASIS_TIJDELIJK);
	if (e->laatste != INT32_MIN && e->laatste_dag < maand_laatste(e->laatste) &&
	    e->laatste_dag != w->grens)
		add_atoom(w, e->laatste_dag, g->kort_eind, BASIS_STIL);
	if (e->nieuwe_start != DAY_NONE)
		add_atoom(w, w->tot, 0.5F, BASIS_HERSTART);
}

/* What the months with and without a line so far say of the chance of one. */
static void weigh_lines(struct gang *w)
{
	const struct episode *e = w->e;
	double stevig = w->g->stevig[e->totaal], kans = w->partij->regel[e->totaal];

	w->regels = kans * stevig;
	w->geen = (1 - kans) * stevig;
	w->stil = 1;
	w->nooit = e->laatste == INT32_MIN ? w->partij->nooit[e->totaal] : 0;
	if (e->taakgericht)
		w->nooit = 1;
	if (e->laatste == INT32_MIN)
		return;
	for (maand m = maand_van(e->begin) + 1; m < e->laatste; m++) {
		if (episode_regel(e, m))
			w->regels += 1;
		else
			w->geen += gewoonte_binnen(w->g, e, m);
	}
}

static void start(struct gang *w)
{
	const struct episode *e = w->e;
	const struct grens *g = e->n_grenzen > 0 ? &e->grenzen[e->n_grenzen - 1] : NULL;

	w->vloer = e->begin;
	if (e->laatste_teken != DAY_NONE && e->laatste_teken > w->vloer)
		w->vloer = e->laatste_teken;
	if (e->laatste != INT32_MIN && maand_eerste(e->laatste) > w->vloer)
		w->vloer = maand_eerste(e->laatste);
	w->pauze = e->tijdelijk != DAY_NONE &&
		   (e->laatste == INT32_MIN || maand_eerste(e->laatste) <= e->tijdelijk);
	w->tot = e->nieuwe_start != DAY_NONE ? e->nieuwe_start - 1 : w->vandaag;
	if (w->tot < w->vloer)
		w->tot = w->vloer;
	w->grens = g != NULL && !e->open_eind && g->verlengd == DAY_NONE && g->eind >= w->vloer &&
				   g->eind <= w->tot
			   ? g->eind
			   : DAY_NONE;
	w->na_grens = 1;
	if (w->grens != DAY_NONE)
		w->na_grens = 1 - gewoonte_verlengd(w->paar,
						    w->vandaag - (g->sinds > w->grens && g->verkort
									  ? g->sinds
									  : w->grens));
	w->verlengd = DAY_NONE;
	for (unsigned i = 0; i < e->n_grenzen; i++)
		if (e->grenzen[i].verlengd != DAY_NONE)
			w->verlengd = e->grenzen[i].verlengd;
	w->over = 1;
	weigh_lines(w);
	add_atomen(w);
}

/* ---- month by month ---- */

/* Chance that month m has no line although care was given in this part of it. */
static double silent(const struct gang *w, maand m, double deel)
{
	double kans = w->regels / (w->regels + w->geen) * gewoonte_binnen(w->g, w->e, m) * deel;

	if (w->pauze || w->e->taakgericht)
		return 1;
	if (w->grens != DAY_NONE && maand_eerste(m) > w->grens)
		kans *= w->g->na_grens;
	return 1 - (kans > 0.995 ? 0.995 : kans);
}

/* Of the days van..tot in month m: what its line, or its absence, says if care ended there. */
static double last_month(const struct gang *w, maand m, day van, day tot)
{
	int midden = (van + tot) / 2 - maand_eerste(m) + 1;
	double slot = w->g->slot[midden <= 7 ? 0 : midden <= 21 ? 1 : 2];

	if (w->e->laatste != INT32_MIN && m < w->e->laatste)
		return 1;
	if (m == w->e->laatste)
		return slot;
	return w->nooit + (1 - w->nooit) * w->stil * silent(w, m, slot);
}

/* Days van..tot of month m, none of which is an atom. */
static void pass(struct gang *w, maand m, day van, day tot)
{
	double hazard;

	if (van > tot)
		return;
	hazard = gewoonte_hazard(w->g, w->e, (van + tot) / 2 - w->e->begin, m % 12) *
		 (tot - van + 1) / 30;
	if (hazard > 0.95)
		hazard = 0.95;
	put(w, van, tot, w->over * hazard * last_month(w, m, van, tot),
	    w->e->laatste != INT32_MIN ? BASIS_STIL : BASIS_DUUR);
	w->over *= 1 - hazard;
}

static void meet(struct gang *w, maand m, const struct atoom *a)
{
	/* The last day of a child, or the first of an adult. */
	day van = a->basis == BASIS_ACHTTIEN && a->op > w->vloer ? a->op - 1 : a->op;

	put(w, van, a->op, w->over * a->kans * last_month(w, m, a->op, a->op), a->basis);
	w->over *= 1 - a->kans;
	if (a->basis == BASIS_GRENS &&
	    w->grens < w->tot) { /* a little longer, which nobody extends */
		day tot = w->grens + UITLOOP < w->tot ? w->grens + UITLOOP : w->tot;

		put_as_is(w, w->grens + 1, tot,
			  w->over * w->g->uitloop *
				  last_month(w, maand_van(tot), w->grens + 1, tot),
			  BASIS_GRENS);
		w->over *= 1 - w->g->uitloop;
	}
}

/* The parts of a month: its atoms, and what lies between them. */
static void live_month(struct gang *w, maand m, bool fijn)
{
	day van = maand_eerste(m), tot = maand_laatste(m), stap;

	van = van < w->vloer ? w->vloer : van;
	tot = tot > w->tot ? w->tot : tot;
	while (van <= tot) {
		int dag = van - maand_eerste(m) + 1;

		stap = !fijn ? tot : maand_eerste(m) + (dag <= 7 ? 6 : dag <= 21 ? 20 : 30);
		stap = stap > tot ? tot : stap;
		if (w->volgende < w->n_atomen && w->atomen[w->volgende].op <= stap) {
			pass(w, m, van, w->atomen[w->volgende].op - 1);
			van = w->atomen[w->volgende].op;
			while (w->volgende < w->n_atomen && w->atomen[w->volgende].op == van)
				meet(w, m, &w->atomen[w->volgende++]);
			van++;
		} else {
			pass(w, m, van, stap);
			van = stap + 1;
		}
	}
}

/* A month of care went by without a line. */
static void go_silent(struct gang *w, maand m)
{
	int lengte = maand_laatste(m) - maand_eerste(m) + 1;
	day van = maand_eerste(m) < w->e->begin ? w->e->begin : maand_eerste(m);
	double deel = (double)(maand_laatste(m) - van + 1) / lengte;
	double binnen = gewoonte_binnen(w->g, w->e, m);

	if (w->e->laatste != INT32_MIN && m <= w->e->laatste)
		return;
	w->stil *= silent(w, m, deel);
	if (w->pauze || w->e->taakgericht)
		return;
	if (binnen > 0.5)
		w->ret->stille_maanden++;
	w->geen += binnen * deel *
		   (w->grens != DAY_NONE && maand_eerste(m) > w->grens ? w->g->na_grens : 1);
}

void verdeling_van(const struct episode *e, const struct gewoonten *g, day vandaag,
		   struct verdeling *ret)
{
	struct gang w = {.e = e,
			 .g = g,
			 .partij = &g->partijen[e->partij],
			 .paar = &g->paren[e->paar],
			 .ret = ret,
			 .vandaag = vandaag};
	maand eerste, nu;
	double loopt, stil;

	ret->n = 0;
	ret->stille_maanden = 0;
	start(&w);
	ret->kans_regel = w.regels / (w.regels + w.geen);
	eerste = maand_van(w.vloer);
	nu = maand_van(w.tot);
	for (maand m = eerste; m <= nu; m++) {
		live_month(&w, m, m <= eerste + FIJN);
		if (m < nu || maand_laatste(m) <= w.tot)
			go_silent(&w, m);
		if (w.over * stilte(&w) <
		    NIETS * w.som) { /* what follows is not possible any more */
			ret->stille_maanden += nu - m;
			w.over = 0;
			break;
		}
	}
	stil = stilte(&w);
	ret->kans_nooit = w.nooit > 0 ? w.nooit / stil : 0;
	loopt = e->nieuwe_start != DAY_NONE || w.tot < vandaag ? 0 : w.over * stil;
	if (w.grens != DAY_NONE && w.grens < vandaag)
		loopt *= w.na_grens;
	if (w.pauze)
		loopt *= 1 - gewoonte_hervat(g, vandaag - e->tijdelijk);
	if (w.som + loopt <= 0) { /* nothing is possible: it runs, as far as anybody knows */
		ret->n = 0;
		ret->loopt = 1;
		return;
	}
	ret->loopt = loopt / (w.som + loopt);
	for (unsigned i = 0; i < ret->n; i++)
		ret->punten[i].kans = (float)(ret->punten[i].kans / (w.som + loopt));
}

/* ---- asking it ---- */

static double part(const struct punt *p, day van, day tot)
{
	day a = p->van > van ? p->van : van, b = p->tot < tot ? p->tot : tot;

	return a > b ? 0 : p->kans * (b - a + 1) / (p->tot - p->van + 1);
}

double verdeling_tussen(const struct verdeling *v, day van, day tot)
{
	double som = 0;

	for (unsigned i = 0; i < v->n; i++)
		som += part(&v->punten[i], van, tot);
	return som;
}

/* The likeliest day close to `midden`: one that has a name, or the middle of what lies there. */
static day sharpen(const struct verdeling *v, day midden, double om, enum basis *basis)
{
	const struct punt *best = NULL;
	double half = 0;
	day median = midden;

	for (unsigned i = 0; i < v->n; i++) {
		const struct punt *p = &v->punten[i];

		if (p->van == p->tot && abs(p->van - midden) <= 31 && p->kans > 0.3 * om &&
		    (best == NULL || p->kans > best->kans))
			best = p;
	}
	for (unsigned i = 0; i < v->n && half * 2 < om; i++) {
		double deel = part(&v->punten[i], midden - 31, midden + 31);

		if (deel <= 0)
			continue;
		half += deel;
		median = (v->punten[i].van + v->punten[i].tot) / 2;
		*basis = v->punten[i].basis;
	}
	if (best == NULL)
		return median;
	*basis = best->basis;
	return best->van;
}

static void shortest(const struct verdeling *v, double massa, day *laag, day *hoog)
{
	double som = 0;
	unsigned a = 0;

	*laag = v->punten[0].van;
	*hoog = v->punten[v->n - 1].tot;
	for (unsigned b = 0; b < v->n; b++) {
		som += v->punten[b].kans;
		while (a < b && som - v->punten[a].kans >= massa)
			som -= v->punten[a++].kans;
		if (som >= massa && v->punten[b].tot - v->punten[a].van < *hoog - *laag) {
			*laag = v->punten[a].van;
			*hoog = v->punten[b].tot;
		}
	}
}

bool verdeling_schatting(const struct verdeling *v, day *schatting, day *laag, day *hoog,
			 enum basis *basis)
{
	double best = 0;
	day midden = DAY_NONE;

	if (v->n == 0 || v->loopt >= 1)
		return false;
	for (unsigned i = 0; i < v->n; i++) {
		day c = (v->punten[i].van + v->punten[i].tot) / 2;
		double om = verdeling_tussen(v, c - 31, c + 31);

		if (om > best) {
			best = om;
			midden = c;
		}
	}
	if (midden == DAY_NONE)
		return false;
	*basis = BASIS_DUUR;
	*schatting = sharpen(v, midden, best, basis);
	shortest(v, MASSA * (1 - v->loopt), laag, hoog);
	return true;
}
