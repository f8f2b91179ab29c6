/*
 * The picture from top to bottom: a title, panel A (a pair of bars per
 * half-year, what is registered with what the estimate adds on top, and the
 * balances in words below), panel B (a row per gemeente, registered at zero),
 * and the source.  All heights follow from how many rows there are, so they
 * are known before the first line is drawn.
 *
 * Direction is told by light and dark, reading by the form of the mark: the
 * colours can be missed.
 */
#include "ctl/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/locale.h"
#include "ctl/tekening.h"

#include "base/banned.h"

#define BREED 1000.0
#define LINKS 150.0  /* where both panels begin */
#define RECHTS 968.0 /* and where A ends */
#define B_RECHTS 752.0
#define HALFJAREN_MEEST 12
#define GEMEENTEN_MEEST 60
#define KLEIN 10 /* smaller counts are not written: one would know whose they are */
#define A_BOVEN 156.0
#define A_HOOG 236.0
#define REGEL 24.0
#define UITSCHIETER 15.0 /* points beyond the marks that an interval may stretch the axis */

static const struct kleur inkt = {.13, .15, .18}, stil = {.40, .43, .47}, raster = {.87, .88, .89},
			  waas = {.945, .945, .93}, licht = {.70, .78, .84}, donker = {.22, .36, .48},
			  oranje = {.84, .37, 0}, blauw = {0, .36, .60};

/* One row of panel B. */
struct verschuiving {
	const char *naam;
	double lezing[N_LEZINGEN], laag, hoog; /* balances */
	bool klein;
};

struct plaat {
	struct tekening *t;
	const struct rapport *r;
	struct stroom_vraag vraag;
	struct stromen *halfjaren, *jaren, *totaal;
	const struct stroom_rij *a; /* half-years that are shown */
	size_t n_a;
	int jaar;
	bool open; /* CBS is not through with that year */
	struct verschuiving b[GEMEENTEN_MEEST + 1];
	size_t n_b, rest; /* rows, and gemeenten for which there is no room */
	size_t episoden;
	double boven; /* of panel B */
};

static struct letter letter(double hoog, bool vet, struct kleur k)
{
	return (struct letter){hoog, vet, k};
}

/* ---- numbers and days as people write them ---- */

static const char *count_text(double x, char to[24])
{
	long n = lround(x);

	if (n < 1000)
		(void)snprintf(to, 24, "%ld", n);
	else
		(void)snprintf(to, 24, "%ld%s%03ld", n / 1000, ctl_say(".", ","), n % 1000);
	return to;
}

/* With a sign that is as wide as a plus; teken: also a plus. */
static const char *points_text(double x, int decimalen, bool teken, char to[24])
{
	char *punt;

	if (isnan(x)) {
		(void)snprintf(to, 24, ".");
		return to;
	}
	x = round(x * pow(10, decimalen)) / pow(10, decimalen);
	(void)snprintf(to, 24, "%s%.*f", x < 0 ? "−" : teken && x > 0 ? "+" : "", decimalen, fabs(x));
	punt = strchr(to, '.');
	if (punt != NULL && ctl_dutch())
		*punt = ',';
	return to;
}

static void day_words(day d, struct buf *to)
{
	static const char *const nl[] = {"januari", "februari", "maart", "april", "mei", "juni",
					 "juli", "augustus", "september", "oktober", "november", "december"};
	static const char *const en[] = {"January", "February", "March", "April", "May", "June",
					 "July", "August", "September", "October", "November", "December"};
	int y, m, dd;

	day_split(d, &y, &m, &dd);
	buf_addf(to, "%d %s %d", dd, ctl_dutch() ? nl[m - 1] : en[m - 1], y);
}

/* ---- what is shown ---- */

static int out_of_memory(void)
{
	(void)fprintf(stderr, "ijwctl: %s\n", ctl_say("geheugen vol", "out of memory"));
	return 1;
}

static int count(struct plaat *p, int maanden, unsigned assen, day van, struct stromen **ret)
{
	struct stroom_vraag v = p->vraag;

	v.maanden = maanden;
	v.assen = assen;
	v.van = van;
	return stromen_tel(&p->r->episoden, p->r->gewoonten, &v, ret) < 0 ? out_of_memory() : 0;
}

static void count_episodes(struct plaat *p)
{
	const struct stroom_vraag *v = &p->vraag;

	for (size_t i = 0; i < p->r->episoden.n; i++) {
		const struct episode *e = &p->r->episoden.list[i];

		p->episoden += !e->verwijderd && e->begin <= v->vandaag && (e->jeugdhulp || v->alles) &&
			       (v->gemeente == NULL || strcmp(v->gemeente, e->gemeente) == 0) &&
			       (v->aanbieder == NULL || strcmp(v->aanbieder, e->aanbieder) == 0);
	}
}

static const struct stroom_rij *row_of(const struct stromen *s, int jaar)
{
	for (size_t i = 0; i < s->n; i++) {
		int y, m, d;

		day_split(s->list[i].van, &y, &m, &d);
		if (y == jaar)
			return &s->list[i];
	}
	return NULL;
}

/* The latest year that is over and whose stops are mostly in; else the latest that there is. */
static void choose_year(struct plaat *p)
{
	const struct stroom_rij *best = NULL;
	int m, d;

	for (size_t i = 0; i < p->totaal->n; i++)
		if (best == NULL || (p->totaal->list[i].kwaliteit & KWALITEIT_VOORLOPIG) == 0)
			best = &p->totaal->list[i];
	if (best == NULL)
		return;
	day_split(best->van, &p->jaar, &m, &d);
	p->open = (best->kwaliteit & KWALITEIT_CBS_OPEN) != 0;
}

static void take_balances(const struct stroom_rij *r, struct verschuiving *ret)
{
	const struct stroom_getal *g = &r->lezing[LEZING_GESCHAT];

	for (int l = 0; l < N_LEZINGEN; l++)
		ret->lezing[l] = r->lezing[l].balans;
	ret->laag = g->laag;
	ret->hoog = g->hoog;
	ret->klein = r->lezing[LEZING_GEREGISTREERD].instroom < KLEIN ||
		     r->lezing[LEZING_GEREGISTREERD].uitstroom < KLEIN;
}

static double shift(const struct verschuiving *v, enum lezing l)
{
	return v->lezing[l] - v->lezing[LEZING_GEREGISTREERD];
}

/* The largest first, what is too small to show last. */
static int by_shift(const void *x, const void *y)
{
	const struct verschuiving *a = x, *b = y;
	double d = shift(b, LEZING_GESCHAT) - shift(a, LEZING_GESCHAT);

	if (a->klein != b->klein)
		return a->klein - b->klein;
	return a->klein || d == 0 ? strcmp(a->naam, b->naam) : d < 0 ? -1 : 1;
}

static const char *name_of(const struct plaat *p, const char *code)
{
	const struct partij *who = p->r->config == NULL ? NULL : parties_owner(p->r->config->who, code);

	return who != NULL && who->name != NULL && *who->name != '\0' ? who->name : code;
}

static int collect_rows(struct plaat *p)
{
	struct verschuiving *all = calloc(p->jaren->n + 1, sizeof *all);
	size_t n = 0;

	if (all == NULL)
		return out_of_memory();
	for (size_t i = 0; i < p->jaren->n; i++) {
		const struct stroom_rij *r = &p->jaren->list[i];
		int y, m, d;

		day_split(r->van, &y, &m, &d);
		if (y != p->jaar)
			continue;
		all[n].naam = name_of(p, r->sleutel[AS_GEMEENTE]);
		take_balances(r, &all[n++]);
	}
	qsort(all, n, sizeof *all, by_shift);
	p->n_b = n < GEMEENTEN_MEEST ? n : GEMEENTEN_MEEST;
	p->rest = n - p->n_b;
	memcpy(p->b, all, p->n_b * sizeof *all);
	free(all);
	if (n > 1) {
		p->b[p->n_b].naam = ctl_say("samen", "together");
		take_balances(row_of(p->totaal, p->jaar), &p->b[p->n_b++]);
	}
	return 0;
}

static int collect(struct plaat *p)
{
	day van = p->r->gewoonten->partijen[0].sinds;
	int status;

	p->vraag.vandaag = p->r->dag;
	count_episodes(p);
	if (van == INT32_MAX || p->episoden == 0)
		return 0; /* nothing yet: an empty picture says so */
	status = count(p, 6, 0, van, &p->halfjaren);
	if (status == 0)
		status = count(p, 12, 0, van, &p->totaal);
	if (status == 0)
		status = count(p, 12, 1U << AS_GEMEENTE, van, &p->jaren);
	if (status != 0)
		return status;
	p->n_a = p->halfjaren->n < HALFJAREN_MEEST ? p->halfjaren->n : HALFJAREN_MEEST;
	p->a = p->halfjaren->list + (p->halfjaren->n - p->n_a);
	choose_year(p);
	return p->jaar != 0 ? collect_rows(p) : 0;
}

/* ---- axes ---- */

/* A round step that gives some six of them. */
static double step_for(double span)
{
	static const double steps[] = {1, 2, 2.5, 5, 10};
	double ten = pow(10, floor(log10(span / 6 > 1 ? span / 6 : 1)));

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (steps[i] * ten >= span / 6 && (ten > 1 || steps[i] != 2.5))
			return steps[i] * ten;
	return 10 * ten;
}

static void heading(struct tekening *t, double y, const char *letters, const char *text)
{
	teken_tekst(t, 32, y, PLAATS_LINKS, letter(15, true, inkt), letters);
	teken_tekst(t, 54, y, PLAATS_LINKS, letter(15, true, inkt), text);
}

static void empty(struct tekening *t, double y)
{
	teken_tekst(t, (LINKS + RECHTS) / 2, y, PLAATS_MIDDEN, letter(14, false, stil),
		    ctl_say("Nog geen gegevens.", "No data yet."));
}

/* ---- panel A ---- */

/* How far the estimated balance of counts may be off, in episodes, each way. */
static double margin(const struct stroom_rij *r)
{
	const struct stroom_getal *g = &r->lezing[LEZING_GESCHAT];

	return g->instroom > 0 ? (g->hoog - g->laag) / 200 * g->instroom : 0;
}

static double highest(const struct plaat *p)
{
	double most = 1;

	for (size_t i = 0; i < p->n_a; i++)
		for (int l = 0; l < N_LEZINGEN; l++) {
			const struct stroom_getal *g = &p->a[i].lezing[l];

			most = fmax(most, fmax(g->instroom, g->uitstroom + (l == LEZING_GESCHAT ? margin(&p->a[i]) : 0)));
		}
	return most;
}

/* A count that is no small number of people. */
static bool shown(double x)
{
	return lround(x) == 0 || lround(x) >= KLEIN;
}

/* Bar of one direction: registered, what the estimate adds, the figures of both. */
static void draw_bar(struct tekening *t, double x, double breed, double schaal, double voet, double registered,
		     double estimated, bool in, double tot)
{
	struct kleur k = in ? licht : donker;
	double letters = breed < 32 ? 8.5 : 10;
	char text[24];
	bool added = lround(estimated) != lround(registered);

	teken_vlak(t, x, voet - registered * schaal, breed, registered * schaal, false, k, donker);
	if (added)
		teken_vlak(t, x, voet - estimated * schaal, breed, (estimated - registered) * schaal, true, k, donker);
	if (breed < 24)
		return;
	if (registered * schaal > 16 && shown(registered))
		teken_tekst(t, x + breed / 2, voet - 5, PLAATS_MIDDEN,
			    letter(letters, false, in ? inkt : (struct kleur){1, 1, 1}), count_text(registered, text));
	if ((added || registered * schaal <= 16) && shown(estimated))
		teken_tekst(t, x + breed / 2, voet - tot * schaal - 6, PLAATS_MIDDEN, letter(letters, false, inkt),
			    count_text(estimated, text));
}

static void draw_whisker(struct tekening *t, double x, double low, double high)
{
	teken_lijn(t, x, low, x, high, 1.4, STREEP_DOOR, inkt);
	teken_lijn(t, x - 4, low, x + 4, low, 1.4, STREEP_DOOR, inkt);
	teken_lijn(t, x - 4, high, x + 4, high, 1.4, STREEP_DOOR, inkt);
}

static void draw_halfyear(const struct plaat *p, const struct stroom_rij *r, double x, double slot, double schaal)
{
	const struct stroom_getal *reg = &r->lezing[LEZING_GEREGISTREERD], *est = &r->lezing[LEZING_GESCHAT];
	double breed = fmin(46, slot * .38), voet = A_BOVEN + A_HOOG, midden = x + slot / 2;
	double uit = midden + 1 + breed / 2, m = margin(r), laag = fmax(reg->uitstroom, est->uitstroom - m);
	double cbs = r->lezing[LEZING_CBS].uitstroom;

	draw_bar(p->t, midden - breed - 1, breed, schaal, voet, reg->instroom, est->instroom, true, est->instroom);
	draw_bar(p->t, midden + 1, breed, schaal, voet, reg->uitstroom, est->uitstroom, false, est->uitstroom + m);
	if (m * schaal > .5)
		draw_whisker(p->t, uit, voet - laag * schaal, voet - (est->uitstroom + m) * schaal);
	if ((r->kwaliteit & KWALITEIT_CBS_OPEN) == 0)
		teken_merk(p->t, midden + 1 + breed, voet - cbs * schaal, VORM_RUIT, 5, true, oranje);
}

static void name_halfyear(const struct plaat *p, const struct stroom_rij *r, double midden)
{
	double y = A_BOVEN + A_HOOG + 18;
	char text[24];
	int jaar, m, d;

	day_split(r->van, &jaar, &m, &d);
	teken_tekst(p->t, midden, y, PLAATS_MIDDEN, letter(12, false, inkt),
		    m < 7 ? ctl_say("1e helft", "1st half") : ctl_say("2e helft", "2nd half"));
	(void)snprintf(text, sizeof text, "%d", jaar);
	teken_tekst(p->t, midden, y + 15, PLAATS_MIDDEN, letter(12, true, inkt), text);
	for (int l = 0; l < N_LEZINGEN; l++) {
		const struct stroom_getal *g = &r->lezing[l];
		bool open = l == LEZING_CBS && (r->kwaliteit & KWALITEIT_CBS_OPEN) != 0;
		double balans = shown(g->instroom) && shown(g->uitstroom) ? g->balans : NAN;

		teken_tekst(p->t, midden, y + 42 + 17 * l, PLAATS_MIDDEN, letter(12, l == LEZING_GESCHAT, inkt),
			    open ? "–" : points_text(balans, 0, true, text));
	}
}

static void draw_counts(const struct plaat *p, double schaal, double most)
{
	double step = step_for(most), voet = A_BOVEN + A_HOOG;
	char text[24];

	for (double n = 0; n <= most; n += step) {
		teken_lijn(p->t, LINKS, voet - n * schaal, RECHTS, voet - n * schaal, .8, STREEP_DOOR, n == 0 ? stil : raster);
		teken_tekst(p->t, LINKS - 8, voet - n * schaal + 4, PLAATS_RECHTS, letter(11, false, stil),
			    count_text(n, text));
	}
	teken_tekst(p->t, LINKS - 8, A_BOVEN - 12, PLAATS_RECHTS, letter(11, false, stil),
		    p->vraag.records ? ctl_say("trajecten", "records") : ctl_say("episoden", "episodes"));
}

static void name_readings(const struct plaat *p)
{
	static const char *const nl[] = {"geregistreerd", "volgens CBS", "geschat"};
	static const char *const en[] = {"registered", "CBS's rule", "estimated"};
	double y = A_BOVEN + A_HOOG + 60;

	teken_tekst(p->t, 32, y - 18, PLAATS_LINKS, letter(11, true, stil), ctl_say("balans in %", "balance in %"));
	for (int l = 0; l < N_LEZINGEN; l++)
		teken_tekst(p->t, LINKS - 8, y + 17 * l, PLAATS_RECHTS, letter(12, l == LEZING_GESCHAT, inkt),
			    ctl_dutch() ? nl[l] : en[l]);
}

/* Shade and word of a half-year that is not what it will be. */
static void mark_quality(const struct plaat *p, const struct stroom_rij *r, double x, double slot)
{
	struct letter l = letter(11, false, stil);
	const char *word = NULL;

	if ((r->kwaliteit & KWALITEIT_VOORLOPIG) != 0)
		word = ctl_say("voorlopig", "provisional");
	else if ((r->kwaliteit & KWALITEIT_BEGIN) != 0)
		word = ctl_say("begin gegevens", "data begin");
	if (word != NULL && tekst_breed(p->t, l, word) > slot)
		word = (r->kwaliteit & KWALITEIT_VOORLOPIG) != 0 ? ctl_say("voorl.", "prov.") : ctl_say("begin", "begin");
	if (word == NULL)
		return;
	teken_grond(p->t, x, A_BOVEN - 24, slot, A_HOOG + 24, waas);
	teken_tekst(p->t, x + slot / 2, A_BOVEN - 11, PLAATS_MIDDEN, l, word);
}

/* Pieces of a legend, one after another from x. */
static double legend_word(struct tekening *t, double x, double y, const char *word)
{
	teken_tekst(t, x, y + 4, PLAATS_LINKS, letter(12, false, inkt), word);
	return x + tekst_breed(t, letter(12, false, inkt), word) + 22;
}

static void legend_a(struct tekening *t, double y)
{
	double x = 54;

	teken_vlak(t, x, y - 6, 16, 12, false, licht, donker);
	x = legend_word(t, x + 22, y, ctl_say("instroom", "inflow"));
	teken_vlak(t, x, y - 6, 16, 12, false, donker, donker);
	x = legend_word(t, x + 22, y, ctl_say("uitstroom, geregistreerd", "outflow, registered"));
	teken_vlak(t, x, y - 6, 16, 12, true, donker, donker);
	x = legend_word(t, x + 22, y, ctl_say("wat de schatting toevoegt", "what the estimate adds"));
	draw_whisker(t, x + 5, y + 6, y - 6);
	x = legend_word(t, x + 16, y, ctl_say("90 %-interval", "90 % interval"));
	teken_merk(t, x + 6, y, VORM_RUIT, 5, true, oranje);
	(void)legend_word(t, x + 18, y, ctl_say("uitstroom volgens de regel van CBS", "outflow by CBS's rule"));
}

static void draw_a(const struct plaat *p)
{
	double most = highest(p) * 1.08, schaal = A_HOOG / most, slot;

	heading(p->t, 88, "A", ctl_say("Begonnen en beëindigde zorg per halfjaar", "Care begun and ended, by half-year"));
	if (p->n_a == 0) {
		empty(p->t, A_BOVEN + A_HOOG / 2);
		return;
	}
	legend_a(p->t, 110);
	slot = fmin(140, (RECHTS - LINKS) / (double)p->n_a);
	for (size_t i = 0; i < p->n_a; i++)
		mark_quality(p, &p->a[i], LINKS + slot * (double)i, slot);
	draw_counts(p, schaal, most);
	name_readings(p);
	for (size_t i = 0; i < p->n_a; i++) {
		double x = LINKS + slot * (double)i;

		draw_halfyear(p, &p->a[i], x, slot, schaal);
		name_halfyear(p, &p->a[i], x + slot / 2);
	}
}

/* ---- panel B ---- */

struct schaal {
	double van, tot, step;
};

static double at(const struct schaal *s, double x)
{
	return LINKS + 24 + (B_RECHTS - LINKS - 48) * (x - s->van) / (s->tot - s->van);
}

static struct schaal scale_b(const struct plaat *p)
{
	struct schaal s = {0, 1, 1};
	double low = 0, high = 0;

	for (size_t i = 0; i < p->n_b; i++)
		for (int l = LEZING_CBS; l < N_LEZINGEN && !p->b[i].klein; l++) {
			s.van = fmin(s.van, shift(&p->b[i], (enum lezing)l));
			s.tot = fmax(s.tot, shift(&p->b[i], (enum lezing)l));
			low = fmin(low, p->b[i].laag - p->b[i].lezing[LEZING_GEREGISTREERD]);
			high = fmax(high, p->b[i].hoog - p->b[i].lezing[LEZING_GEREGISTREERD]);
		}
	s.van = fmax(low, s.van - UITSCHIETER);
	s.tot = fmax(s.tot, fmin(high, s.tot + UITSCHIETER));
	s.step = step_for(s.tot - s.van);
	s.van = floor(s.van / s.step) * s.step;
	s.tot = ceil(s.tot / s.step) * s.step;
	return s;
}

/* The interval, cut where the axis ends: without its foot there. */
static void draw_interval(struct tekening *t, const struct schaal *s, double y, double low, double high)
{
	double links = fmax(low, s->van), rechts = fmin(high, s->tot);

	teken_lijn(t, at(s, links), y, at(s, rechts), y, 1.6, STREEP_DOOR, blauw);
	if (low >= s->van)
		teken_lijn(t, at(s, links), y - 4, at(s, links), y + 4, 1.6, STREEP_DOOR, blauw);
	if (high <= s->tot)
		teken_lijn(t, at(s, rechts), y - 4, at(s, rechts), y + 4, 1.6, STREEP_DOOR, blauw);
}

static const double kolommen[N_LEZINGEN] = {822, 886, 950};

static void write_balances(struct tekening *t, double y, const struct verschuiving *v, bool vet)
{
	char text[24];

	for (int l = 0; l < N_LEZINGEN; l++)
		teken_tekst(t, kolommen[l], y, PLAATS_RECHTS, letter(12, vet || l == LEZING_GESCHAT, inkt),
			    v->klein ? "." : points_text(v->lezing[l], 0, true, text));
}

/* A name as long as there is room for. */
static void write_name(struct tekening *t, double y, const char *naam, bool vet)
{
	const struct letter l = {12, vet, inkt};
	struct buf cut = BUF_INIT;

	buf_adds(&cut, naam);
	while (cut.len > 4 && tekst_breed(t, l, buf_str(&cut)) > LINKS - 40) {
		size_t n = cut.len - (strstr(buf_str(&cut), "…") != NULL ? strlen("…") : 0) - 1;

		while (n > 0 && ((unsigned char)cut.data[n] & 0xc0) == 0x80)
			n--;
		cut.len = n;
		buf_adds(&cut, "…");
	}
	teken_tekst(t, LINKS - 8, y, PLAATS_RECHTS, l, buf_str(&cut));
	buf_free(&cut);
}

static void draw_shift(const struct plaat *p, const struct schaal *s, const struct verschuiving *v, double y, bool vet)
{
	double reg = v->lezing[LEZING_GEREGISTREERD], est = shift(v, LEZING_GESCHAT);

	write_name(p->t, y + 4, v->naam, vet);
	write_balances(p->t, y + 4, v, vet);
	if (v->klein) {
		teken_tekst(p->t, at(s, 0) + 12, y + 4, PLAATS_LINKS, letter(11, false, stil),
			    ctl_say("minder dan 10 begonnen of beëindigd", "fewer than 10 begun or ended"));
		return;
	}
	teken_lijn(p->t, at(s, 0), y, at(s, est), y, 1.2, STREEP_KORT, stil);
	draw_interval(p->t, s, y, v->laag - reg, v->hoog - reg);
	teken_merk(p->t, at(s, 0), y, VORM_ROND, 4.5, false, stil);
	teken_merk(p->t, at(s, est), y, VORM_VIERKANT, 5, true, blauw);
	teken_merk(p->t, at(s, shift(v, LEZING_CBS)), y, VORM_RUIT, 4.5, !p->open, oranje);
}

static void draw_points(const struct plaat *p, const struct schaal *s, double boven, double onder)
{
	char text[24];

	for (double x = s->van; x <= s->tot + s->step / 2; x += s->step) {
		bool nul = fabs(x) < s->step / 2;

		teken_lijn(p->t, at(s, x), boven, at(s, x), onder, nul ? 1.2 : .8, STREEP_DOOR, nul ? stil : raster);
		teken_tekst(p->t, at(s, x), onder + 16, PLAATS_MIDDEN, letter(11, false, stil),
			    points_text(x, s->step < 1, true, text));
	}
	teken_tekst(p->t, (LINKS + B_RECHTS) / 2, onder + 34, PLAATS_MIDDEN, letter(12, false, stil),
		    ctl_say("verschuiving van de balans, in procentpunten", "shift of the balance, in percentage points"));
}

static void legend_b(const struct plaat *p, double y)
{
	double x = 54;

	teken_merk(p->t, x + 6, y, VORM_ROND, 4.5, false, stil);
	x = legend_word(p->t, x + 18, y, ctl_say("geregistreerd (nul)", "registered (zero)"));
	teken_merk(p->t, x + 6, y, VORM_RUIT, 4.5, !p->open, oranje);
	x = legend_word(p->t, x + 18, y, p->open ? ctl_say("volgens CBS, nog niet definitief", "CBS's rule, not final yet")
						 : ctl_say("volgens CBS", "CBS's rule"));
	teken_merk(p->t, x + 6, y, VORM_VIERKANT, 5, true, blauw);
	x = legend_word(p->t, x + 18, y, ctl_say("geschat, met 90 %-interval", "estimated, with its 90 % interval"));
}

static void head_b(const struct plaat *p, double y)
{
	static const char *const nl[] = {"geregistreerd", "CBS", "geschat"}, *const en[] = {"registered", "CBS", "estimated"};

	teken_tekst(p->t, kolommen[2], y - 16, PLAATS_RECHTS, letter(11, true, stil),
		    ctl_say("balans in %", "balance in %"));
	for (int l = 0; l < N_LEZINGEN; l++)
		teken_tekst(p->t, kolommen[l], y, PLAATS_RECHTS, letter(11, false, stil), ctl_dutch() ? nl[l] : en[l]);
}

static double rows_high(const struct plaat *p)
{
	return (p->n_b > 0 ? (double)p->n_b : 4) * REGEL + (p->n_b > 1 ? 10 : 0);
}

static void draw_b(const struct plaat *p)
{
	double boven = p->boven + 64, onder = boven + rows_high(p), y = boven + REGEL / 2;
	struct buf title = BUF_INIT;
	struct schaal s = scale_b(p);

	if (p->n_b > 0)
		buf_addf(&title, ctl_dutch() ? "Hoe de balans van %d verschuift, per gemeente"
					     : "How the balance of %d shifts, by municipality", p->jaar);
	else
		buf_adds(&title, ctl_say("Hoe de balans verschuift, per gemeente", "How the balance shifts, by municipality"));
	heading(p->t, p->boven, "B", buf_str(&title));
	buf_free(&title);
	if (p->n_b == 0) {
		empty(p->t, (boven + onder) / 2);
		return;
	}
	legend_b(p, p->boven + 24);
	head_b(p, boven - 6);
	draw_points(p, &s, boven, onder);
	for (size_t i = 0; i < p->n_b; i++, y += REGEL) {
		bool samen = p->n_b > 1 && i + 1 == p->n_b;

		if (samen) {
			y += 10;
			teken_lijn(p->t, 32, y - REGEL / 2 - 4, RECHTS - 18, y - REGEL / 2 - 4, .8, STREEP_DOOR, stil);
		}
		draw_shift(p, &s, &p->b[i], y, samen);
	}
}

/* ---- around them ---- */

static void scope(const struct plaat *p, struct buf *to)
{
	size_t n = p->n_b + p->rest - (p->n_b > 1);

	if (p->vraag.gemeente != NULL)
		buf_addf(to, "%s %s · ", ctl_say("Gemeente", "Municipality"), name_of(p, p->vraag.gemeente));
	else if (n > 1)
		buf_addf(to, "%zu %s · ", n, ctl_say("gemeenten", "municipalities"));
	else if (n == 1)
		buf_addf(to, "%s %s · ", ctl_say("Gemeente", "Municipality"), p->b[0].naam);
	if (p->vraag.aanbieder != NULL)
		buf_addf(to, "%s %s · ", ctl_say("aanbieder", "provider"), name_of(p, p->vraag.aanbieder));
}

static void draw_title(const struct plaat *p)
{
	struct buf under = BUF_INIT;

	teken_tekst(p->t, 32, 38, PLAATS_LINKS, letter(21, true, inkt),
		    p->vraag.alles ? ctl_say("Instroom en uitstroom", "Inflow and outflow")
				   : ctl_say("Instroom en uitstroom van jeugdhulp", "Inflow and outflow of youth care"));
	scope(p, &under);
	buf_adds(&under, ctl_say("wat start- en stopberichten zeggen, en wat eraan ontbreekt",
				 "what start and stop messages say, and what they lack"));
	teken_tekst(p->t, 32, 59, PLAATS_LINKS, letter(13, false, stil), buf_str(&under));
	buf_free(&under);
}

static void draw_source(const struct plaat *p, double y)
{
	struct letter l = letter(11, false, stil);
	struct buf line = BUF_INIT;
	char n[24];

	buf_adds(&line, ctl_say("Bron: berichten iJw in de hub, peildatum ", "Source: iJw messages in the hub, as of "));
	day_words(p->r->dag, &line);
	buf_addf(&line, "; %s %s.", count_text((double)p->episoden, n),
		 ctl_say(p->episoden == 1 ? "episode" : "episoden", p->episoden == 1 ? "episode" : "episodes"));
	if (p->rest > 0)
		buf_addf(&line, ctl_dutch() ? " %zu gemeenten met een kleinere verschuiving staan er niet in."
					     : " %zu municipalities with a smaller shift are left out.", p->rest);
	teken_tekst(p->t, 32, y, PLAATS_LINKS, l, buf_str(&line));
	teken_tekst(p->t, 32, y + 16, PLAATS_LINKS, l,
		    ctl_say("Balans = 100 × (uitstroom − instroom) / instroom. Het interval is dat van de balans; in A staat "
			    "het bij de uitstroom.",
			    "Balance = 100 × (outflow − inflow) / inflow. The interval is that of the balance; in A it stands "
			    "at the outflow."));
	teken_tekst(p->t, 32, y + 32, PLAATS_LINKS, l,
		    ctl_say("CBS sluit een traject dat in het volgende halfjaar niet terugkomt, en is dus pas een halfjaar later "
			    "definitief (–: nog niet bekend; .: kleiner dan 10).",
			    "CBS closes a record that does not return in the next half-year, so it is final only half a year "
			    "later (–: not known yet; .: below 10)."));
	buf_free(&line);
}

static int draw(struct plaat *p, const char *file)
{
	double onder;
	int status;

	p->boven = A_BOVEN + A_HOOG + (p->n_a > 0 ? 150 : 40);
	onder = p->boven + 64 + rows_high(p) + 70;
	status = tekening_new(&p->t, file, BREED, onder + 52);
	if (status != 0)
		return status;
	draw_title(p);
	draw_a(p);
	draw_b(p);
	draw_source(p, onder);
	return tekening_sluit(&p->t);
}

int plot_flows(const char *file, const struct rapport *r, const struct stroom_vraag *vraag)
{
	struct plaat *p;
	int status;

	if (!tekening_naam(file))
		return 2;
	p = calloc(1, sizeof *p);
	if (p == NULL)
		return out_of_memory();
	p->r = r;
	p->vraag = *vraag;
	status = collect(p);
	if (status == 0)
		status = draw(p, file);
	stromen_free(&p->halfjaren);
	stromen_free(&p->jaren);
	stromen_free(&p->totaal);
	free(p);
	return status;
}
