/*
 * Learning: a few rounds of counting.  Each round goes over all episodes; one
 * whose stop is known counts for what it did, one without for every day on
 * which it may have ended, by the chance that the former round gives it
 * (care/verdeling.h).  Distributions with a tail that is still to come (stops,
 * extensions, restarts) are counted as survival: at each step how many were
 * still waiting, and how many of these came; what came to nothing by today
 * counts as waiting until today and no longer.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "care/gewoonte_intern.h"
#include "care/verdeling.h"

#include "base/banned.h"

#define RONDEN 6
#define HALVERING 730.0 /* days after which what was counted weighs half: habits change */
#define UITLOOP 21 /* days by which care may outlast its allocation without anybody extending it \
		    */
#define VENSTER 3  /* days between an end and the day that explains it */
#define STEEKPROEF 300000 /* episodes to learn from; of more a part is taken, by client */

/* How many cases of the region a party's own count against. */
enum {
	W_STOP = 6,
	W_START = 10,
	W_VERLENG = 6,
	W_GRENS = 12,
	W_REGEL = 15,
	W_NOOIT = 8,
	W_LIJN = 20,
	W_DUUR = 12,
	W_CEL_PARTIJ = 3,
	W_CEL_PAAR = 3
};

struct tel_partij {
	double stop_komt[STOP_STAPPEN], stop_wacht[STOP_STAPPEN];
	double start_komt[STOP_STAPPEN];
	double lijn[LIJN_STAPPEN + 1];
	double regel[KLASSEN], maanden[KLASSEN];
	double nooit[KLASSEN], ooit[KLASSEN];
	double grens_eind, grens_door;
	double einden, verwacht, gemist;
	double cel_regels[MAANDEN_TERUG], cel_verwacht[MAANDEN_TERUG];
};

struct tel_paar {
	double komt[VERLENG_STAPPEN], wacht[VERLENG_STAPPEN];
	double cel_regels[MAANDEN_TERUG], cel_verwacht[MAANDEN_TERUG];
};

struct tel {
	struct tel_partij *partijen;
	struct tel_paar *paren;
	double einden[VORMEN][DUUR_STAPPEN], dagen[VORMEN][DUUR_STAPPEN];
	double seizoen[12], seizoen_verwacht[12];
	double regels[12], regels_verwacht[12];
	double slot[3], slot_verwacht[3];
	double na_grens, na_grens_verwacht;
	double verkort[2], kort[2], uitloop[2], achttien[2][2], elders[5][2],
		tijdelijk[2]; /* [1]: ended, [0]: went on */
	double hervat_komt[HERVAT_STAPPEN], hervat_wacht[HERVAT_STAPPEN];
	double spreiding[KLASSEN],
		binomiaal[KLASSEN]; /* of lines between episodes: seen, expected by chance */
};

struct leer {
	struct gewoonten *g;
	const struct episoden *e;
	struct tel t;
	day dag;
	maand nu;
	struct verdeling v; /* of the episode at hand, when it is open */
};

/* ---- distributions with a tail to come ---- */

/* It came after so many days. */
static void komt(double *events, double *wacht, const short *stappen, int n, int dagen, double w)
{
	for (int i = 0; i < n; i++) {
		wacht[i] += w;
		if (dagen <= stappen[i]) {
			events[i] += w;
			return;
		}
	}
}

/* It had not come after so many days. */
static void wacht(double *op, const short *stappen, int n, int dagen, double w)
{
	for (int i = 0; i < n && stappen[i] <= dagen; i++)
		op[i] += w;
}

/* The share that came by each step; what is thin leans on `model`. */
static void verdeel(float *ret, const double *events, const double *op, int n, const float *model,
		    double gewicht)
{
	double over = 1, model_over = 1;

	for (int i = 0; i < n; i++) {
		double stap = model_over > 1e-6 ? 1 - (1 - model[i]) / model_over : 0;
		double kans = (events[i] + gewicht * stap * over) / (op[i] + gewicht * over);

		over *= 1 - (kans < 0 ? 0 : kans > 1 ? 1 : kans);
		model_over = 1 - model[i];
		ret[i] = (float)(1 - over);
	}
}

/*
 * What waits for ever is not told apart from what has ended, so it is taken
 * for ended: all the rest came by the last step, but for one in a hundred.
 */
static void complete(float *list, int n)
{
	float last = list[n - 1];

	for (int i = 0; i < n && last > 0; i++)
		list[i] = .99F * list[i] / last;
}

static float deel(double k, double n, double model, double gewicht)
{
	return (float)((k + gewicht * model) / (n + gewicht));
}

static double recent(const struct leer *l, day d)
{
	return exp2(-(double)(l->dag - d) / HALVERING);
}

/* ---- when did it end: a weight per possibility ---- */

/* Chance that care went on after day d. */
static double na(const struct leer *l, const struct episode *e, day d)
{
	if (e->eind != DAY_NONE)
		return e->eind > d;
	return 1 - verdeling_tussen(&l->v, INT32_MIN, d);
}

static double op_of_bij(const struct leer *l, const struct episode *e, day d, int om)
{
	if (e->eind != DAY_NONE)
		return abs(e->eind - d) <= om;
	return verdeling_tussen(&l->v, d - om, d + om);
}

static const struct partij_gewoonte *partij_gewoonte(const struct leer *l, const struct episode *e)
{
	return &l->g->partijen[e->partij];
}

static struct tel_partij *partij(struct leer *l, const struct episode *e)
{
	return &l->t.partijen[e->partij];
}

/* ---- counting one episode ---- */

static void count_stop(struct leer *l, const struct episode *e)
{
	struct tel_partij *p = partij(l, e);

	if (e->eind != DAY_NONE) {
		double w = recent(l, e->eind);

		komt(p->stop_komt, p->stop_wacht, stop_stappen, STOP_STAPPEN,
		     e->eind_sinds - e->eind, w);
		p->einden += 1;
		return;
	}
	for (unsigned i = 0; i < l->v.n; i++) {
		const struct punt *q = &l->v.punten[i];
		day midden = q->van + (q->tot - q->van) / 2;

		wacht(p->stop_wacht, stop_stappen, STOP_STAPPEN, l->dag - midden,
		      q->kans * recent(l, midden));
	}
	p->gemist += 1 - l->v.loopt;
}

static void count_start(struct leer *l, const struct episode *e)
{
	int n = 0;

	while (n < STOP_STAPPEN - 1 && e->begin_sinds - e->begin > stop_stappen[n])
		n++;
	if (e->gestart &&
	    e->begin >= partij_gewoonte(l, e)->sinds) /* what ran already was told later */
		partij(l, e)->start_komt[n] += 1;
}

/*
 * A day that was known before explains this end, so it says nothing of how long
 * care lasts.  A limit that was brought forward after the end explains nothing.
 */
static bool explained(const struct episode *e, day d)
{
	for (unsigned i = 0; i < e->n_grenzen; i++)
		if (abs(e->grenzen[i].eind - d) <= VENSTER && e->grenzen[i].sinds < d)
			return true;
	return e->achttien != DAY_NONE && abs(e->achttien - d) <= VENSTER;
}

static void count_end(struct leer *l, const struct episode *e, day d, double w)
{
	if (explained(e, d))
		return;
	l->t.einden[vorm_van(e)][duur_van(d - e->begin)] += w;
	l->t.seizoen[maand_van(d) % 12] += w;
}

/* Time at risk, by the month; and the ends in it. */
static void count_duration(struct leer *l, const struct episode *e)
{
	day tot = e->eind != DAY_NONE ? e->eind : l->dag;
	int vorm = vorm_van(e);
	double over = 1;
	unsigned at = 0;

	for (day d = e->begin; d <= tot; d += 30) {
		int dagen = d + 30 <= tot ? 30 : tot - d + 1, moy = maand_van(d) % 12;
		double w = d + 29 < partij_gewoonte(l, e)->sinds ? 0 : over * dagen;

		l->t.dagen[vorm][duur_van(d - e->begin)] += w;
		l->t.seizoen_verwacht[moy] += w * l->g->hazard[vorm][duur_van(d - e->begin)] / 30;
		partij(l, e)->verwacht +=
			w * l->g->hazard[vorm][duur_van(d - e->begin)] * l->g->seizoen[moy] / 30;
		for (; e->eind == DAY_NONE && at < l->v.n && l->v.punten[at].tot < d + 30; at++)
			over -= l->v.punten[at].kans;
	}
	if (e->eind != DAY_NONE)
		count_end(l, e, e->eind, 1);
	for (unsigned i = 0; e->eind == DAY_NONE && i < l->v.n; i++)
		if (l->v.punten[i].basis == BASIS_STIL || l->v.punten[i].basis == BASIS_DUUR)
			count_end(l, e, (l->v.punten[i].van + l->v.punten[i].tot) / 2,
				  l->v.punten[i].kans);
}

static void count_limit(struct leer *l, const struct episode *e, const struct grens *g, bool last)
{
	struct tel_partij *p = partij(l, e);
	struct tel_paar *q = &l->t.paren[e->paar];
	double door, eind, uitloop;

	if (g->eind > l->dag || g->eind < e->begin ||
	    (e->eind != DAY_NONE && e->eind < g->eind - VENSTER))
		return;
	if (g->verlengd != DAY_NONE) {
		if (e->eind != DAY_NONE && e->eind <= g->eind)
			return;
		komt(q->komt, q->wacht, verleng_stappen, VERLENG_STAPPEN, g->verlengd - g->eind, 1);
		p->grens_door += 1;
		l->t.uitloop[0] += 1;
		return;
	}
	if (!last)
		return;
	door = na(l, e, g->eind + VENSTER);
	eind = op_of_bij(l, e, g->eind, VENSTER);
	if (g->verkort) {
		l->t.verkort[1] += eind;
		l->t.verkort[0] += door;
		return;
	}
	uitloop = e->eind != DAY_NONE
			  ? door * (e->eind <= g->eind + UITLOOP)
			  : verdeling_tussen(&l->v, g->eind + VENSTER + 1, g->eind + UITLOOP);
	l->t.uitloop[1] += uitloop;
	l->t.uitloop[0] += door - uitloop;
	p->grens_eind += eind;
	p->grens_door += door;
	wacht(q->wacht, verleng_stappen, VERLENG_STAPPEN,
	      (e->eind != DAY_NONE ? e->eind_sinds : l->dag) - g->eind, door);
}

/* Lines for months beyond a limit, while no extension was known. */
static void count_beyond(struct leer *l, const struct episode *e)
{
	const struct partij_gewoonte *p = &l->g->partijen[e->partij];

	l->t.na_grens += e->na_grens;
	for (unsigned i = 0; i < e->n_grenzen; i++) {
		const struct grens *g = &e->grenzen[i];
		day tot = g->verlengd != DAY_NONE ? g->verlengd
			  : e->eind != DAY_NONE	  ? e->eind_sinds
						  : DAY_NONE;

		if (tot == DAY_NONE || e->laatste == INT32_MIN)
			continue;
		for (maand m = maand_van(g->eind) + 1;
		     maand_laatste(m) < tot && (e->eind == DAY_NONE || maand_laatste(m) <= e->eind);
		     m++)
			l->t.na_grens_verwacht +=
				p->regel[e->totaal] *
				op_weg(p->lijn, lijn_stappen, LIJN_STAPPEN, tot - maand_laatste(m));
	}
}

static void count_moments(struct leer *l, const struct episode *e)
{
	if (e->achttien != DAY_NONE) {
		day op = e->achttien;
		int verblijf = e->hulpvorm >= 11;

		if (op > e->begin && op <= l->dag) {
			l->t.achttien[verblijf][1] += op_of_bij(l, e, op, VENSTER);
			l->t.achttien[verblijf][0] += na(l, e, op + VENSTER);
		}
	}
	if (e->elders != ELDERS_NIETS && e->elders_op <= l->dag) {
		l->t.elders[e->elders][1] += op_of_bij(l, e, e->elders_op, 14);
		l->t.elders[e->elders][0] += na(l, e, e->elders_op + 14);
	}
}

static void count_temporary(struct leer *l, const struct episode *e)
{
	struct tel *t = &l->t;

	if (e->hervat >= 0) {
		t->tijdelijk[e->hervat_eind] += 1;
		komt(t->hervat_komt, t->hervat_wacht, hervat_stappen, HERVAT_STAPPEN, e->hervat, 1);
	}
	if (e->tijdelijk != DAY_NONE && e->eind == DAY_NONE) {
		double eind = op_of_bij(l, e, e->tijdelijk, 0);

		t->tijdelijk[1] += eind;
		t->tijdelijk[0] += 1 - eind;
		wacht(t->hervat_wacht, hervat_stappen, HERVAT_STAPPEN, l->dag - e->tijdelijk,
		      1 - eind);
	}
}

/* How much of a month of care the hub should have seen a line of, were all deliveries in. */
static double line_chance(const struct leer *l, const struct episode *e)
{
	double stevig = l->g->stevig[e->totaal], kans = l->g->partijen[e->partij].regel[e->totaal];
	double regels = kans * stevig, geen = (1 - kans) * stevig;

	if (e->eind == DAY_NONE)
		return l->v.kans_regel * (1 - l->v.kans_nooit);
	if (e->laatste == INT32_MIN)
		return 0;
	for (maand m = maand_van(e->begin) + 1; m < maand_van(e->eind); m++) {
		if (episode_regel(e, m))
			regels += 1;
		else
			geen += gewoonte_binnen(l->g, e, m);
	}
	return regels / (regels + geen);
}

static void count_month(struct leer *l, const struct episode *e, maand m, double loopt, double kans)
{
	int terug = l->nu - m, moy = m % 12;
	double regel = episode_regel(e, m);

	if (terug < MAANDEN_TERUG) {
		struct tel_paar *q = &l->t.paren[e->paar];
		struct tel_partij *p = partij(l, e);

		q->cel_regels[terug] += regel;
		q->cel_verwacht[terug] += loopt * kans;
		p->cel_regels[terug] += regel;
		p->cel_verwacht[terug] += loopt * kans;
	}
	if (terug > 6) {
		l->t.regels[moy] += regel;
		l->t.regels_verwacht[moy] += loopt * kans;
	}
}

/* All its lines came after its last month, and that was not its first. */
static bool paid_at_end(const struct episode *e)
{
	return e->laatste != INT32_MIN && e->laatste - maand_van(e->begin) >= 3 &&
	       e->eerste_regel > maand_eerste(e->laatste);
}

static void count_lines(struct leer *l, const struct episode *e)
{
	struct tel_partij *p = partij(l, e);
	maand eerste = maand_van(e->begin) + 1;
	maand zeker = e->eind != DAY_NONE	? maand_van(e->eind) - 1
		      : e->laatste != INT32_MIN ? e->laatste - 1
						: eerste - 1;
	maand tot = e->eind != DAY_NONE ? zeker : l->nu;
	double kans = line_chance(l, e), n = 0, k = 0, over = 1;
	unsigned at = 0;

	for (int i = 0; i <= LIJN_STAPPEN; i++)
		p->lijn[i] += e->lijn[i];
	if (eerste < l->nu - EPISODE_MAANDEN)
		eerste = l->nu - EPISODE_MAANDEN;
	for (maand m = eerste; m <= tot; m++) {
		double binnen = gewoonte_binnen(l->g, e, m);

		for (;
		     e->eind == DAY_NONE && at < l->v.n && l->v.punten[at].van <= maand_laatste(m);
		     at++)
			over -= l->v.punten[at].kans;
		if (m > zeker && e->eind == DAY_NONE && m <= l->nu)
			count_month(l, e, m, over > 0 ? over : 0, kans);
		else
			count_month(l, e, m, 1, kans);
		if (m <= zeker && e->laatste != INT32_MIN &&
		    m >= l->g->partijen[e->partij].eerste) {
			k += episode_regel(e, m);
			n += binnen > 0 ? binnen : 0;
		}
	}
	if (n < k)
		n = k;
	p->regel[e->totaal] += k;
	p->maanden[e->totaal] += n;
	if (n >= 4) { /* how far episodes differ from one another */
		double q = l->g->partijen[e->partij].regel[e->totaal];

		l->t.spreiding[e->totaal] += (k - n * q) * (k - n * q) / n;
		l->t.binomiaal[e->totaal] += q * (1 - q);
	}
	if (paid_at_end(e))
		p->nooit[e->totaal] += 1;
	else if (e->laatste != INT32_MIN)
		p->ooit[e->totaal] += 1;
	else if (e->eind != DAY_NONE && maand_van(e->eind) - maand_van(e->begin) >= 3 &&
		 maand_van(e->eind) < l->nu - 3)
		p->nooit[e->totaal] += 1;
	else if (e->eind == DAY_NONE)
		p->nooit[e->totaal] += l->v.kans_nooit * (l->v.stille_maanden >= 3);
}

static void count_last_month(struct leer *l, const struct episode *e)
{
	maand m = maand_van(e->eind == DAY_NONE ? l->dag : e->eind);
	int dag, deel_van;

	if (e->eind == DAY_NONE || e->totaal || e->laatste == INT32_MIN ||
	    maand_van(e->begin) >= m || m < l->nu - MAANDEN_TERUG + 1)
		return;
	dag = e->eind - maand_eerste(m) + 1;
	deel_van = dag <= 7 ? 0 : dag <= 21 ? 1 : 2;
	l->t.slot[deel_van] += episode_regel(e, m);
	if (e->laatste_dag < maand_laatste(e->laatste) && e->eind >= maand_eerste(e->laatste))
		l->t.kort[abs(e->eind - e->laatste_dag) <= VENSTER] += 1;
	l->t.slot_verwacht[deel_van] += line_chance(l, e) * gewoonte_binnen(l->g, e, m);
}

static void count(struct leer *l, const struct episode *e)
{
	if (e->verwijderd || e->begin > l->dag)
		return;
	if (e->eind == DAY_NONE)
		verdeling_van(e, l->g, l->dag, &l->v);
	count_start(l, e);
	count_duration(l, e);
	count_moments(l, e);
	count_stop(l, e);
	if (e->taakgericht)
		return;
	for (unsigned i = 0; i < e->n_grenzen; i++)
		count_limit(l, e, &e->grenzen[i], i + 1 == e->n_grenzen);
	count_beyond(l, e);
	count_temporary(l, e);
	count_lines(l, e);
	count_last_month(l, e);
}

/* ---- from counts to habits: the region first, then its parties ---- */

static void add(double *to, const double *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += from[i];
}

static void total(struct tel *t, uint32_t partijen, uint32_t paren)
{
	for (uint32_t i = 1; i < partijen; i++)
		add((double *)&t->partijen[0], (const double *)&t->partijen[i],
		    sizeof *t->partijen / sizeof(double));
	for (uint32_t i = 1; i < paren; i++)
		add((double *)&t->paren[0], (const double *)&t->paren[i],
		    sizeof *t->paren / sizeof(double));
}

static void learn_starts(struct partij_gewoonte *p, const struct tel_partij *t, const float *model)
{
	double som = 0, tot = 0;

	for (int i = 0; i < STOP_STAPPEN; i++)
		tot += t->start_komt[i];
	for (int i = 0; i < STOP_STAPPEN; i++) {
		som += t->start_komt[i];
		p->start[i] = deel(som, tot, model[i], W_START);
	}
	complete(p->start, STOP_STAPPEN);
}

static void learn_lags(struct partij_gewoonte *p, const struct tel_partij *t, const float *model)
{
	double som = 0, tot = 0;

	for (int i = 0; i <= LIJN_STAPPEN; i++)
		tot += t->lijn[i];
	for (int i = 0; i < LIJN_STAPPEN; i++) {
		som += t->lijn[i];
		p->lijn[i] = deel(som, tot, model[i], W_LIJN);
	}
}

static void learn_partij(struct partij_gewoonte *p, const struct tel_partij *t,
			 const struct partij_gewoonte *model)
{
	struct partij_gewoonte m = *model; /* p may be it */

	verdeel(p->stop, t->stop_komt, t->stop_wacht, STOP_STAPPEN, m.stop, W_STOP);
	learn_starts(p, t, m.start);
	learn_lags(p, t, m.lijn);
	for (int k = 0; k < KLASSEN; k++) {
		p->regel[k] = deel(t->regel[k], t->maanden[k], m.regel[k], W_REGEL);
		p->nooit[k] = deel(t->nooit[k], t->nooit[k] + t->ooit[k], m.nooit[k], W_NOOIT);
	}
	p->grens_eind = deel(t->grens_eind, t->grens_eind + t->grens_door, m.grens_eind, W_GRENS);
	p->einden = (float)t->einden;
	p->gemist = (float)t->gemist;
}

static void learn_hazard(struct leer *l)
{
	struct tel *t = &l->t;
	double einden[DUUR_STAPPEN] = {0}, dagen[DUUR_STAPPEN] = {0}, alles = 0, verwacht = 0;

	for (int v = 0; v < VORMEN; v++) {
		add(einden, t->einden[v], DUUR_STAPPEN);
		add(dagen, t->dagen[v], DUUR_STAPPEN);
	}
	for (int v = 0; v < VORMEN; v++)
		for (int d = 0; d < DUUR_STAPPEN; d++) {
			double model = (einden[d] + 2) / (dagen[d] / 30 + 40);

			l->g->hazard[v][d] = (float)((t->einden[v][d] + 20 * model) /
						     (t->dagen[v][d] / 30 + 20));
		}
	for (int m = 0; m < 12; m++) {
		alles += t->seizoen[m];
		verwacht += t->seizoen_verwacht[m];
	}
	for (int m = 0; m < 12 && verwacht > 0; m++)
		l->g->seizoen[m] = (float)((t->seizoen[m] + 20) /
					   (t->seizoen_verwacht[m] * alles / verwacht + 20));
}

static void learn_region(struct leer *l)
{
	struct gewoonten *g = l->g;
	struct tel *t = &l->t;

	learn_hazard(l);
	verdeel(g->hervat, t->hervat_komt, t->hervat_wacht, HERVAT_STAPPEN, g->hervat, 2);
	complete(g->hervat, HERVAT_STAPPEN);
	g->tijdelijk_eind = deel(t->tijdelijk[1], t->tijdelijk[0] + t->tijdelijk[1], .3, 6);
	g->uitloop = deel(t->uitloop[1], t->uitloop[0] + t->uitloop[1], .02, 20);
	g->kort_eind = deel(t->kort[1], t->kort[0] + t->kort[1], .5, 6);
	g->verkort_eind = deel(t->verkort[1], t->verkort[0] + t->verkort[1], .85, 6);
	for (int i = 0; i < 2; i++)
		g->achttien[i] = deel(t->achttien[i][1], t->achttien[i][0] + t->achttien[i][1],
				      i ? .5 : .2, 10);
	for (int i = 1; i < 5; i++)
		g->elders[i] =
			deel(t->elders[i][1], t->elders[i][0] + t->elders[i][1], g->elders[i], 6);
	for (int i = 0; i < 3; i++) {
		g->slot[i] = (float)((t->slot[i] + 4 * g->slot[i]) / (t->slot_verwacht[i] + 4));
		if (g->slot[i] > 1)
			g->slot[i] = 1;
	}
	g->na_grens = (float)((t->na_grens + 5 * .15) / (t->na_grens_verwacht + 5));
	if (g->na_grens > 1)
		g->na_grens = 1;
	for (int m = 0; m < 12; m++)
		g->regelseizoen[m] = (float)((t->regels[m] + 20) / (t->regels_verwacht[m] + 20));
	for (int k = 0; k < KLASSEN; k++) {
		double r = t->binomiaal[k] > 0 ? t->spreiding[k] / t->binomiaal[k]
					       : 2;	      /* 1: all alike */
		double stevig = r > 1.05 ? 11 / (r - 1) : 60; /* for runs of about a year */

		g->stevig[k] = (float)(stevig < 1.5 ? 1.5 : stevig > 60 ? 60 : stevig);
	}
}

/* Which part of a month's lines is in: by the cell itself, leaning on the provider, on its lag. */
static void learn_deliveries(struct leer *l, uint32_t paar)
{
	struct paar_gewoonte *q = &l->g->paren[paar];
	const struct partij_gewoonte *p = &l->g->partijen[q->partij];
	const struct tel_partij *tp = &l->t.partijen[q->partij];
	const struct tel_paar *tq = &l->t.paren[paar];

	for (int i = 0; i < MAANDEN_TERUG; i++) {
		maand m = l->nu - i;
		double model =
			op_weg(p->lijn, lijn_stappen, LIJN_STAPPEN, l->dag - maand_laatste(m)) *
			l->g->regelseizoen[m % 12];

		model = deel(tp->cel_regels[i], tp->cel_verwacht[i], model, W_CEL_PARTIJ);
		model = deel(tq->cel_regels[i], tq->cel_verwacht[i], model, W_CEL_PAAR);
		q->binnen[i] = (float)(model > 1 ? 1 : model);
	}
}

static void learn(struct leer *l)
{
	struct gewoonten *g = l->g;
	struct tel *t = &l->t;

	total(t, g->n_partijen, g->n_paren);
	learn_region(l);
	learn_partij(&g->partijen[0], &t->partijen[0], &g->partijen[0]);
	for (uint32_t i = 1; i < g->n_partijen; i++) {
		struct tel_partij *p = &t->partijen[i];
		double niet_verklaard = p->einden + p->gemist, som = 0,
		       verwacht = t->partijen[0].verwacht;

		for (int v = 0; v < VORMEN; v++)
			for (int d = 0; d < DUUR_STAPPEN; d++)
				som += t->einden[v][d];
		learn_partij(&g->partijen[i], p, &g->partijen[0]);
		/* Ends against what the region's hazards expect; both with those that a limit
		 * explains. */
		if (verwacht > 0 && som > 0)
			g->partijen[i].duur =
				deel(niet_verklaard,
				     p->verwacht * (t->partijen[0].einden + t->partijen[0].gemist) /
					     verwacht,
				     1, W_DUUR);
	}
	verdeel(g->paren[0].verleng, t->paren[0].komt, t->paren[0].wacht, VERLENG_STAPPEN,
		g->paren[0].verleng, 2);
	complete(g->paren[0].verleng, VERLENG_STAPPEN);
	for (uint32_t i = 1; i < g->n_paren; i++) {
		verdeel(g->paren[i].verleng, t->paren[i].komt, t->paren[i].wacht, VERLENG_STAPPEN,
			g->paren[0].verleng, W_VERLENG);
		complete(g->paren[i].verleng, VERLENG_STAPPEN);
	}
	for (uint32_t i = 0; i < g->n_paren; i++)
		learn_deliveries(l, i);
}

/* ---- what is called certain, and what probable ---- */

static int descending(const void *x, const void *y)
{
	float a = *(const float *)x, b = *(const float *)y;

	return a < b ? 1 : a > b ? -1 : 0;
}

/*
 * The chance from which an end is probable enough to ask after: as low as the
 * expected false alarms allow (1.5 in 100 running episodes), but not below
 * three in ten.  Certain: of a thousand so called four are expected to be wrong.
 */
static int learn_thresholds(struct leer *l)
{
	float *kans = malloc((l->e->n + 1) * sizeof *kans);
	double lopend = 0, vals = 0;
	size_t n = 0;

	if (kans == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < l->e->n; i++) {
		const struct episode *e = &l->e->list[i];

		if (e->eind != DAY_NONE || e->verwijderd || e->taakgericht || e->begin > l->dag)
			continue;
		verdeling_van(e, l->g, l->dag, &l->v);
		kans[n++] = (float)(1 - l->v.loopt);
		lopend += l->v.loopt;
	}
	qsort(kans, n, sizeof *kans, descending);
	l->g->zeker = .995F;
	l->g->waarschijnlijk = .95F;
	for (size_t i = 0; i < n; i++) {
		vals += 1 - kans[i];
		if (vals <= .004 * (double)(i + 1) && kans[i] >= .8F)
			l->g->zeker = kans[i];
		if (vals <= .015 * lopend && kans[i] >= .3F)
			l->g->waarschijnlijk = kans[i];
	}
	free(kans);
	return 0;
}

/* ---- who there are ---- */

static int by_text(const void *x, const void *y)
{
	return strcmp(x, y);
}

struct naam {
	char tekst[16];
};

static size_t unique(struct naam *list, size_t n)
{
	size_t kept = 0;

	qsort(list, n, sizeof *list, by_text);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(list[kept - 1].tekst, list[i].tekst) != 0)
			list[kept++] = list[i];
	return kept;
}

static int name_all(struct leer *l, day dag)
{
	const struct episoden *e = l->e;
	struct naam *partijen = malloc((e->n + 1) * sizeof *partijen),
		    *paren = malloc((e->n + 1) * sizeof *paren);
	size_t n_partijen, n_paren;
	int r = -ENOMEM;

	if (partijen == NULL || paren == NULL)
		goto out;
	for (size_t i = 0; i < e->n; i++) {
		memset(&partijen[i], 0, sizeof *partijen);
		memset(&paren[i], 0, sizeof *paren);
		memcpy(partijen[i].tekst, e->list[i].aanbieder, 9);
		memcpy(paren[i].tekst, e->list[i].gemeente, 4);
		memcpy(paren[i].tekst + 4, e->list[i].aanbieder, 9);
	}
	n_partijen = unique(partijen, e->n);
	n_paren = unique(paren, e->n);
	l->g = gewoonten_maak(dag, (uint32_t)n_partijen + 1, (uint32_t)n_paren + 1);
	if (l->g == NULL)
		goto out;
	for (size_t i = 0; i < n_partijen; i++)
		memcpy(l->g->partijen[i + 1].code, partijen[i].tekst, 9);
	for (size_t i = 0; i < n_paren; i++) {
		struct paar_gewoonte *q = &l->g->paren[i + 1];
		const struct partij_gewoonte *p;

		memcpy(q->gemeente, paren[i].tekst, 4);
		memcpy(q->aanbieder, paren[i].tekst + 4, 9);
		p = bsearch(q->aanbieder, partijen, n_partijen, sizeof *partijen, by_text) == NULL
			    ? l->g->partijen
			    : &l->g->partijen[1 + ((struct naam *)bsearch(
							   q->aanbieder, partijen, n_partijen,
							   sizeof *partijen, by_text) -
						   partijen)];
		q->partij = (uint32_t)(p - l->g->partijen);
	}
	r = 0;
out:
	free(partijen);
	free(paren);
	return r;
}

static int room(struct leer *l)
{
	l->t.partijen = calloc(l->g->n_partijen, sizeof *l->t.partijen);
	l->t.paren = calloc(l->g->n_paren, sizeof *l->t.paren);
	return l->t.partijen == NULL || l->t.paren == NULL ? -ENOMEM : 0;
}

static void clear(struct leer *l)
{
	struct tel_partij *p = l->t.partijen;
	struct tel_paar *q = l->t.paren;

	memset(p, 0, l->g->n_partijen * sizeof *p);
	memset(q, 0, l->g->n_paren * sizeof *q);
	l->t = (struct tel){.partijen = p, .paren = q};
}

static bool sampled(const struct leer *l, const struct episode *e)
{
	uint32_t h;

	if (l->e->n <= STEEKPROEF)
		return true;
	memcpy(&h, e->client, sizeof h); /* a pseudonym is as good as a random number */
	return h / (double)UINT32_MAX < (double)STEEKPROEF / (double)l->e->n;
}

static void sooner(int32_t *first, int32_t other)
{
	if (other < *first)
		*first = other;
}

/* Before a provider's first line nothing can be said of its silence. */
static void learn_beginnings(struct leer *l)
{
	for (uint32_t i = 0; i < l->g->n_partijen; i++)
		l->g->partijen[i].eerste = l->g->partijen[i].sinds = INT32_MAX;
	for (size_t i = 0; i < l->e->n; i++) {
		const struct episode *e = &l->e->list[i];
		maand m = e->laatste;

		sooner(&l->g->partijen[e->partij].sinds, e->begin_sinds);
		sooner(&l->g->partijen[0].sinds, e->begin_sinds);
		if (m == INT32_MIN)
			continue;
		for (int n = 0; n < EPISODE_MAANDEN; n++)
			if (episode_regel(e, e->laatste - n))
				m = e->laatste - n;
		sooner(&l->g->partijen[e->partij].eerste, m);
		sooner(&l->g->partijen[0].eerste, m);
	}
}

int gewoonten_leer(struct gewoonten **ret, struct episoden *e, day dag)
{
	struct leer l = {.e = e, .dag = dag, .nu = maand_van(dag)};
	int r = name_all(&l, dag);

	if (r == 0)
		r = room(&l);
	for (size_t i = 0; r == 0 && i < e->n; i++)
		gewoonten_wijs(l.g, &e->list[i]);
	if (r == 0)
		learn_beginnings(&l);
	for (uint32_t i = 0; r == 0 && i < l.g->n_paren; i++)
		learn_deliveries(&l, i);
	for (int ronde = 0; r == 0 && ronde < RONDEN; ronde++) {
		clear(&l);
		for (size_t i = 0; i < e->n; i++)
			if (sampled(&l, &e->list[i]))
				count(&l, &e->list[i]);
		learn(&l);
	}
	if (r == 0)
		r = learn_thresholds(&l);
	free(l.t.partijen);
	free(l.t.paren);
	if (r < 0) {
		gewoonten_free(&l.g);
	} else {
		l.g->episoden = e->n;
		*ret = l.g;
	}
	return r;
}
