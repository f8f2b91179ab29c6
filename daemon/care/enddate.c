#include "care/enddate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define TERMIJN 5	 /* working days for a stop, and for what it waits for (OP272) */
#define AANLEVERING 21	 /* days after a half-year in which CBS takes its delivery */
#define STIL_STRENGER 10 /* silence alone is certain at a tenth of the doubt: care does pause */
#define WAARSCHUWING 30	 /* days before its end */

/* One episode on one day. */
struct kijk {
	const struct episode *e;
	const struct gewoonten *g;
	const struct calendar *c;
	day vandaag;
	struct verdeling v;
	double geeindigd;
	struct open_einde *ret;
	unsigned n;
};

/* ---- clocks ---- */

static const struct grens *laatste_grens(const struct episode *e)
{
	return e->n_grenzen == 0 || e->open_eind ? NULL : &e->grenzen[e->n_grenzen - 1];
}

/* The day after which the clock has run out, or DAY_NONE when it is not set. */
static day klok_grens(const struct kijk *k, bool verkort)
{
	const struct grens *g = laatste_grens(k->e);

	if (g == NULL || g->verkort != verkort)
		return DAY_NONE;
	return calendar_add(k->c, g->eind > g->sinds ? g->eind : g->sinds, TERMIJN);
}

static day klok_gepland(const struct kijk *k)
{
	return klok_grens(k, false);
}

static day klok_verkort(const struct kijk *k)
{
	day d = klok_grens(k, true);

	if (d == DAY_NONE && k->e->elders == ELDERS_GEMEENTE)
		d = calendar_add(k->c, k->e->elders_op, TERMIJN);
	return d;
}

static day klok_stil(const struct kijk *k)
{
	const struct episode *e = k->e;
	day leven = e->laatste != INT32_MIN ? maand_laatste(e->laatste) : e->begin;

	if (e->laatste_teken != DAY_NONE && e->laatste_teken > leven)
		leven = e->laatste_teken;
	return k->v.stille_maanden < 2 ? DAY_NONE : maand_laatste(maand_van(leven) + 2);
}

static day klok_tijdelijk(const struct kijk *k)
{
	return k->e->tijdelijk == DAY_NONE ? DAY_NONE : k->e->tijdelijk + 7 * TIJDELIJK_WEKEN;
}

static day klok_herstart(const struct kijk *k)
{
	return k->e->nieuwe_start == DAY_NONE ? DAY_NONE : k->e->nieuwe_start - 1;
}

static day klok_achttien(const struct kijk *k)
{
	return k->e->achttien;
}

static day klok_elders(const struct kijk *k)
{
	return k->e->elders == ELDERS_OVERLEDEN || k->e->elders == ELDERS_VERHUISD
		       ? calendar_add(k->c, k->e->elders_op, TERMIJN)
		       : DAY_NONE;
}

static day klok_afgekeurd(const struct kijk *k, bool onbekend)
{
	const struct episode *e = k->e;

	return e->afgekeurd == DAY_NONE || (strcmp(e->afkeurcode, "9069") == 0) != onbekend
		       ? DAY_NONE
		       : calendar_add(k->c, e->afgekeurd, TERMIJN);
}

static day klok_9069(const struct kijk *k)
{
	return klok_afgekeurd(k, true);
}

static day klok_retour(const struct kijk *k)
{
	return klok_afgekeurd(k, false);
}

static day klok_verwijderd(const struct kijk *k)
{
	const struct episode *e = k->e;

	return e->verwijderd && e->gestart ? e->begin : DAY_NONE;
}

/* In the order in which one of them names the finding about the end. */
static const struct {
	const char *soort;
	day (*klok)(const struct kijk *k);
} klokken[] = {
	{"C5", klok_herstart}, {"S10", klok_elders},	{"S22", klok_9069},
	{"S23", klok_retour},  {"S5", klok_verwijderd}, {"C2", klok_verkort},
	{"C1", klok_gepland},  {"C4", klok_tijdelijk},	{"C3", klok_stil},
	{"C7", klok_achttien},
};

/* ---- facts ---- */

static void add_dag(char *to, const char *naam, day d)
{
	char dag[11];
	size_t n = strlen(to);

	if (d == DAY_NONE)
		return;
	day_text(d, dag);
	(void)snprintf(to + n, EINDE_FEITEN - n, "%s%s=%s", n > 0 ? " " : "", naam, dag);
}

static void add_getal(char *to, const char *naam, double x)
{
	size_t n = strlen(to);

	(void)snprintf(to + n, EINDE_FEITEN - n, "%s%s=%.0f", n > 0 ? " " : "", naam, x);
}

/* What moved the chance that it ended: the dates, and the habits that these were weighed with. */
static void end_facts(const struct open_einde *o, const struct episode *e,
		      const struct gewoonten *g, day vandaag, char *to)
{
	const struct grens *grens = laatste_grens(e);

	add_dag(to, "herstart", e->nieuwe_start);
	add_dag(to, "afgekeurd", e->afgekeurd);
	add_dag(to, "elders", e->elders == ELDERS_NIETS ? DAY_NONE : e->elders_op);
	add_dag(to, "tijdelijk", e->tijdelijk);
	if (grens != NULL && grens->eind < vandaag) {
		add_dag(to, grens->verkort ? "verkort" : "toewijzing", grens->eind);
		add_getal(to, "verlengd",
			  100.0 * gewoonte_verlengd(&g->paren[e->paar], vandaag - grens->eind));
	}
	if (e->laatste != INT32_MIN)
		add_dag(to, "gedeclareerd", maand_laatste(e->laatste));
	if (o->stil > 0) {
		add_getal(to, "stil", o->stil);
		add_getal(to, "regel", o->regel);
	}
	if (e->achttien != DAY_NONE && e->achttien <= vandaag)
		add_dag(to, "achttien", e->achttien);
	add_getal(to, "vergeet", 100.0 * (1 - gewoonte_stop(&g->partijen[e->partij], 365)));
	add_getal(to, "kans", o->kans / 10.0);
}

void einde_feiten(const struct open_einde *o, const struct episode *e, const struct gewoonten *g,
		  day vandaag, char ret[EINDE_FEITEN])
{
	ret[0] = '\0';
	if (strcmp(o->soort, "S9") == 0) {
		add_dag(ret, "opvolger", o->volgende);
		add_getal(ret, "kans", o->kans / 10.0);
	} else if (strcmp(o->soort, "S7") == 0) {
		add_dag(ret, "gestopt", e->eind);
	} else if (strcmp(o->soort, "C6") == 0) {
		add_dag(ret, "gedeclareerd", maand_laatste(e->laatste));
	} else if (strcmp(o->soort, "C8") == 0) {
		add_dag(ret, "halfjaar", o->volgende);
		add_dag(ret, "aanleveren", o->volgende + AANLEVERING);
	} else {
		end_facts(o, e, g, vandaag, ret);
	}
}

/* ---- findings ---- */

static struct open_einde *add(struct kijk *k, const char *soort, enum sterkte s, unsigned deel,
			      day sinds)
{
	struct open_einde *o = &k->ret[k->n++];

	*o = (struct open_einde){.deel = deel,
				 .sterkte = s,
				 .sinds = sinds,
				 .schatting = DAY_NONE,
				 .laag = DAY_NONE,
				 .hoog = DAY_NONE,
				 .volgende = DAY_NONE,
				 .stil = (short)k->v.stille_maanden,
				 .regel = (short)(100 * k->v.kans_regel + .5),
				 .kans = (int)(1000 * k->geeindigd + .5)};
	memcpy(o->soort, soort, strlen(soort) + 1); /* C1 … S23 */
	return o;
}

static enum sterkte sterkte_van(const struct kijk *k)
{
	return k->geeindigd >= k->g->zeker	      ? STERKTE_ZEKER
	       : k->geeindigd >= k->g->waarschijnlijk ? STERKTE_WAARSCHIJNLIJK
						      : STERKTE_INFORMATIE;
}

/* The start that lacks its stop: the latest that has none; without any start the latest number. */
static int open_deel(const struct episode *e)
{
	int unstarted = -1;

	for (unsigned i = e->n_delen; i > 0; i--) {
		if (e->delen[i - 1].eind != DAY_NONE)
			continue;
		if (e->delen[i - 1].gestart)
			return (int)i - 1;
		if (unstarted < 0)
			unstarted = (int)i - 1;
	}
	return unstarted;
}

static void find_end(struct kijk *k, int deel)
{
	const char *soort = NULL;
	enum sterkte s = sterkte_van(k);
	day sinds = DAY_NONE;
	struct open_einde *o;

	for (size_t i = 0; i < sizeof klokken / sizeof *klokken && soort == NULL; i++) {
		sinds = klokken[i].klok(k);
		if (sinds != DAY_NONE && sinds < k->vandaag)
			soort = klokken[i].soort;
	}
	if (soort == NULL) { /* no clock ran out yet, and still it is clear enough */
		if (s > STERKTE_WAARSCHIJNLIJK)
			return;
		soort = "C3";
	}
	if (strcmp(soort, "C3") == 0 && s == STERKTE_ZEKER &&
	    1 - k->geeindigd > (1 - k->g->zeker) / STIL_STRENGER)
		s = STERKTE_WAARSCHIJNLIJK;
	if (strcmp(soort, "C7") == 0 && s == STERKTE_INFORMATIE)
		s = STERKTE_HINT;
	o = add(k, soort, s, (unsigned)deel, sinds);
	if (s <= STERKTE_WAARSCHIJNLIJK)
		(void)verdeling_schatting(&k->v, &o->schatting, &o->laag, &o->hoog, &o->basis);
	if (o->sinds == DAY_NONE) /* no clock: since the day that it is believed to have ended */
		o->sinds = o->schatting;
}

/* Starts of earlier numbers that nobody stopped. */
static void find_old_numbers(struct kijk *k, int nieuwste)
{
	const struct episode *e = k->e;

	for (unsigned i = 0; i < e->n_delen && k->n < EINDEN_MEEST - 3; i++) {
		const struct deel *d = &e->delen[i];
		day volgende = i + 1 < e->n_delen ? e->delen[i + 1].begin : DAY_NONE;
		struct open_einde *o;

		if ((int)i == nieuwste || d->eind != DAY_NONE || !d->gestart ||
		    volgende == DAY_NONE)
			continue;
		o = add(k, "S9", e->eind != DAY_NONE ? STERKTE_INFORMATIE : sterkte_van(k), i,
			calendar_add(k->c, volgende, TERMIJN));
		if (o->sterkte <= STERKTE_WAARSCHIJNLIJK) {
			o->schatting = o->laag = o->hoog = volgende - 1;
			o->basis = BASIS_HERSTART;
		}
		o->volgende = volgende;
	}
}

/* The half-year that ends or whose delivery is due. */
static day halfjaar(const struct kijk *k)
{
	maand m = maand_van(k->vandaag);
	day vorig = maand_eerste(m - m % 6) - 1, eind = maand_laatste(m - m % 6 + 5);

	if (k->vandaag <= vorig + AANLEVERING)
		return vorig;
	return k->vandaag >= eind - WAARSCHUWING ? eind : DAY_NONE;
}

static void find_besides(struct kijk *k, int deel)
{
	const struct episode *e = k->e;
	day half = halfjaar(k);
	bool flagged = k->n > 0 && k->ret[0].sterkte <= STERKTE_WAARSCHIJNLIJK;
	struct open_einde *o;

	if (!e->gestart && e->laatste != INT32_MIN)
		(void)add(k, "C6", STERKTE_INFORMATIE, 0,
			  calendar_add(k->c, e->eerste_regel, TERMIJN));
	if (e->eind != DAY_NONE || deel < 0)
		return;
	if (e->achttien != DAY_NONE && e->achttien < k->vandaag &&
	    (k->n == 0 || strcmp(k->ret[0].soort, "C7") != 0))
		(void)add(k, "C7", STERKTE_HINT, (unsigned)deel, e->achttien);
	if (flagged && half != DAY_NONE && k->ret[0].schatting <= half) {
		o = add(k, "C8", STERKTE_HINT, (unsigned)deel, half - WAARSCHUWING);
		o->volgende = half;
	}
}

/* Stopped for good, while the allocation goes on. */
static void find_allocation(struct kijk *k)
{
	const struct episode *e = k->e;
	const struct grens *g = laatste_grens(e);

	if (e->taakgericht || e->verwijderd || e->n_delen == 0 || e->eind + 30 > k->vandaag ||
	    (g != NULL && (g->eind <= e->eind || g->eind < k->vandaag)))
		return;
	if (g == NULL && e->n_grenzen == 0 && !e->open_eind)
		return;
	(void)add(k, "S7", STERKTE_INFORMATIE, e->n_delen - 1, e->eind + 30);
}

unsigned einden_vind(const struct episode *e, const struct gewoonten *g, const struct calendar *c,
		     day vandaag, struct open_einde ret[EINDEN_MEEST])
{
	struct kijk k = {.e = e, .g = g, .c = c, .vandaag = vandaag, .ret = ret};
	int deel = open_deel(e);

	if (e->taakgericht || e->begin > vandaag || e->n_delen == 0)
		return 0;
	if (e->eind != DAY_NONE) {
		k.geeindigd = 1;
		find_old_numbers(&k, -1);
		find_besides(&k, -1);
		find_allocation(&k);
		return k.n;
	}
	verdeling_van(e, g, vandaag, &k.v);
	k.geeindigd = 1 - k.v.loopt;
	if (e->verwijderd) /* no allocation, no care: the start itself is what is wrong */
		k.geeindigd = 0;
	if (deel >= 0)
		find_end(&k, deel);
	find_old_numbers(&k, deel);
	find_besides(&k, deel);
	return k.n;
}

/* ---- words ---- */

const char *sterkte_naam(enum sterkte s)
{
	static const char *const namen[] = {"certain", "probable", "information", "hint"};

	return namen[s];
}

const char *basis_naam(enum basis b)
{
	static const char *const namen[N_BASIS] = {
		[BASIS_GEEN] = "",
		[BASIS_STIL] = "laatste declaratie",
		[BASIS_GRENS] = "einde toewijzing",
		[BASIS_VERKORT] = "verkorte toewijzing",
		[BASIS_ACHTTIEN] = "achttiende verjaardag",
		[BASIS_OVERLEDEN] = "overlijden elders gemeld",
		[BASIS_VERHUISD] = "verhuizing elders gemeld",
		[BASIS_GEMEENTE] = "voortgezet voor andere gemeente",
		[BASIS_OPVOLGER] = "opvolger begonnen",
		[BASIS_AFGEKEURD] = "afgekeurde stop",
		[BASIS_TIJDELIJK] = "tijdelijke stop",
		[BASIS_HERSTART] = "nieuwe start",
		[BASIS_DUUR] = "gebruikelijke duur",
	};

	return namen[b];
}

static const struct {
	const char *naam, *nl, *en; /* with one %s for the value */
} zinnen[] = {
	{"herstart", "nieuwe start op %s", "a new start on %s"},
	{"afgekeurd", "een stop per %s werd afgekeurd", "a stop as of %s was rejected"},
	{"elders", "een ander bericht wijst op een einde uiterlijk %s",
	 "another message points to an end by %s"},
	{"tijdelijk", "tijdelijke stop op %s zonder vervolg",
	 "a temporary stop on %s that nothing followed"},
	{"verkort", "toewijzing verkort tot %s", "allocation shortened to %s"},
	{"toewijzing", "toewijzing eindigde %s", "the allocation ended %s"},
	{"verlengd", "%s%% van de verlengingen is dan al binnen",
	 "%s%% of extensions are in by then"},
	{"gedeclareerd", "gedeclareerd tot en met %s", "declared up to %s"},
	{"stil", "%s maanden zonder declaratie", "%s months without a declaration"},
	{"regel", "deze zorg wordt in %s%% van de maanden gedeclareerd",
	 "this care is declared in %s%% of months"},
	{"achttien", "18 jaar op %s", "18 years old on %s"},
	{"opvolger", "vervolg onder een nieuw nummer vanaf %s",
	 "goes on under a new number from %s"},
	{"gestopt", "gestopt op %s", "stopped on %s"},
	{"halfjaar", "halfjaar tot %s", "half-year until %s"},
	{"aanleveren", "aanleveren aan CBS uiterlijk %s", "delivery to CBS by %s"},
	{"vergeet", "deze aanbieder stuurt %s%% van de stops niet binnen een jaar",
	 "this provider does not send %s%% of its stops within a year"},
	{"kans", "kans dat de zorg geëindigd is %s%%", "chance that care has ended %s%%"},
};

void einde_zin(const char *feiten, bool nederlands, struct buf *to)
{
	const char *p = feiten;
	bool first = true;

	while (*p != '\0') {
		size_t name = strcspn(p, "="), value = strcspn(p, " ");

		for (size_t i = 0; name < value && i < sizeof zinnen / sizeof *zinnen; i++) {
			const char *zin = nederlands ? zinnen[i].nl : zinnen[i].en,
				   *gat = strstr(zin, "%s");

			if (strlen(zinnen[i].naam) != name || strncmp(zinnen[i].naam, p, name) != 0)
				continue;
			buf_adds(to, first ? "" : "; ");
			buf_add(to, zin, (size_t)(gat - zin));
			buf_add(to, p + name + 1, value - name - 1);
			for (gat += 2; *gat != '\0'; gat++)
				if (gat[0] != '%' || gat[1] != '%')
					buf_add(to, gat, 1);
			first = false;
		}
		p += value;
		p += *p == ' ';
	}
}

const char *einde_opheffen(const char *soort, bool nederlands)
{
	static const struct {
		const char *soort, *nl, *en;
	} rows[] = {
		{"C1", "JW307, of een JW301 met een latere einddatum",
		 "a JW307, or a JW301 with a later end"},
		{"C2", "JW307", "a JW307"},
		{"C3", "JW307, of declaraties over de stille maanden",
		 "a JW307, or declarations of the silent months"},
		{"C4", "JW305 (herstart) of definitieve JW307",
		 "a JW305 (restart) or a definitive JW307"},
		{"C5", "JW307 van voor de nieuwe start", "a JW307 from before the new start"},
		{"C6", "JW305", "a JW305"},
		{"C7", "JW307, of niets als de zorg doorloopt",
		 "a JW307, or nothing when care goes on"},
		{"C8", "JW307 voor de aanlevering aan CBS", "a JW307 before the delivery to CBS"},
		{"S5", "JW307, of verwijderen van de start (status 3)",
		 "a JW307, or deleting the start (status 3)"},
		{"S7", "JW301 met de einddatum", "a JW301 with the end date"},
		{"S9", "JW307 van het oude nummer", "a JW307 of the old number"},
		{"S10", "JW307", "a JW307"},
		{"S22", "JW307 met de begindatum van de start",
		 "a JW307 with the begin of the start"},
		{"S23", "verbeterde JW307", "a corrected JW307"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].soort, soort) == 0)
			return nederlands ? rows[i].nl : rows[i].en;
	return "";
}

/* ---- traffic light ---- */

/* Longer than nine in ten of such care, by what the region learnt. */
static bool lang(const struct episode *e, const struct gewoonten *g, day vandaag)
{
	double over = 1;

	for (day d = e->begin; d < vandaag && over > .1; d += 30)
		over *= 1 - (double)gewoonte_hazard(g, e, d - e->begin, maand_van(d) % 12);
	return over <= .1;
}

enum stoplicht stoplicht_van(const struct episode *e, const struct gewoonten *g,
			     const struct open_einde *einden, unsigned n, day vandaag,
			     const char **reden)
{
	const struct grens *grens = laatste_grens(e);

	*reden = "";
	for (unsigned i = 0; i < n; i++)
		if (einden[i].sterkte <= STERKTE_WAARSCHIJNLIJK) {
			*reden = "einddatum ontbreekt";
			return STOPLICHT_ROOD;
		}
	if (n > 0 && einden[0].sterkte == STERKTE_INFORMATIE)
		*reden = "bericht ontbreekt";
	else if (grens != NULL && grens->eind >= vandaag && grens->eind <= vandaag + 42)
		*reden = "toewijzing loopt af";
	else if (e->achttien != DAY_NONE && e->achttien > vandaag &&
		 e->achttien <= day_add_months(vandaag, 6))
		*reden = "bijna 18";
	else if (lang(e, g, vandaag))
		*reden = "langer dan gebruikelijk";
	return (*reden)[0] != '\0' ? STOPLICHT_ORANJE : STOPLICHT_GROEN;
}
