#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/flows.h"
#include "ctl/locale.h"
#include "ctl/plot.h"
#include "ctl/rapport.h"
#include "ctl/rapporten.h"

#include "base/banned.h"

#define KLEIN 10 /* with --round: counts below it are not shown */

static const struct option options[] = {RAPPORT_OPTIES,
					{"by", required_argument, NULL, 'b'},
					{"period", required_argument, NULL, 'm'},
					{"party", required_argument, NULL, 'p'},
					{"records", no_argument, NULL, 'r'},
					{"all", no_argument, NULL, 'a'},
					{"round", no_argument, NULL, 'n'},
					{"plot", required_argument, NULL, 'P'},
					{NULL, 0, NULL, 0}};

static const char *const assen[N_ASSEN] = {"gemeente", "aanbieder", "hulpvorm", "categorie",
					   "verwijzer"};

struct wishes {
	struct rapport rapport;
	struct stroom_vraag vraag;
	bool period, split; /* said which periods, and by what */
	bool round;
	const char *plot;
};

/* ---- what is asked ---- */

static bool read_axes(char *text, unsigned *ret)
{
	char *word;

	*ret = 0;
	while ((word = strsep(&text, ",")) != NULL) {
		unsigned a = 0;

		while (a < N_ASSEN && strcmp(assen[a], word) != 0)
			a++;
		if (a == N_ASSEN) {
			(void)fprintf(
				stderr,
				"ijwctl: --by: '%s': %s gemeente, aanbieder, hulpvorm, categorie, "
				"verwijzer\n",
				word,
				ctl_say("verwacht een of meer van", "expected one or more of"));
			return false;
		}
		*ret |= 1U << a;
	}
	return true;
}

static bool read_period(const char *text, int *ret)
{
	static const struct {
		const char *naam;
		int maanden;
	} namen[] = {{"month", 1}, {"quarter", 3}, {"half", 6}, {"year", 12}};

	for (size_t i = 0; i < sizeof namen / sizeof *namen; i++)
		if (strcmp(namen[i].naam, text) == 0) {
			*ret = namen[i].maanden;
			return true;
		}
	(void)fprintf(stderr, "%s",
		      ctl_say("ijwctl: --period: verwacht month, quarter, half of year\n",
			      "ijwctl: --period: expected month, quarter, half or year\n"));
	return false;
}

static bool read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.vraag = {.van = DAY_NONE, .maanden = 6}};
	while ((o = getopt_long(argc, argv, "p:", options, NULL)) != -1) {
		switch (o) {
		case 'b':
			w->split = true;
			if (!read_axes(optarg, &w->vraag.assen))
				return false;
			break;
		case 'm':
			w->period = true;
			if (!read_period(optarg, &w->vraag.maanden))
				return false;
			break;
		case 'p':
			if (strlen(optarg) == 4)
				w->vraag.gemeente = optarg;
			else
				w->vraag.aanbieder = optarg;
			break;
		case 'r':
			w->vraag.records = true;
			break;
		case 'a':
			w->vraag.alles = true;
			break;
		case 'n':
			w->round = true;
			break;
		case 'P':
			w->plot = optarg;
			break;
		default:
			if (!rapport_optie(&w->rapport, o, optarg))
				return false;
		}
	}
	return true;
}

/* ---- rows ---- */

static const struct kolom kolommen[] = {
	{"gemeente", "gem.", "mun."},
	{"halfjaar", "periode", "period"},
	{"lezing", "lezing", "reading"},
	{"instroom", ">in", ">in"},
	{"uitstroom", ">uit", ">out"},
	{"stand", ">stand", ">stock"},
	{"balans", ">balans %", ">balance %"},
	{"low", ">van", ">low"},
	{"high", ">tot", ">high"},
	{"aanbieder", NULL, NULL},
	{"hulpvorm", NULL, NULL},
	{"categorie", NULL, NULL},
	{"verwijzer", NULL, NULL},
	{"stand_begin", NULL, NULL},
	{"toegevoegd", ">erbij", ">added"},
	{"zeker", NULL, NULL},
	{"taakgericht", NULL, NULL},
	{"duur", NULL, NULL},
	{"kwaliteit", "let op", "note"},
	{NULL, NULL, NULL},
};

/* With a column for what it is split by, when that is not the gemeente. */
static const struct kolom *columns(unsigned axes)
{
	static struct kolom with[sizeof kolommen / sizeof *kolommen];
	static const char *const nl[N_ASSEN] = {"gem.", "aanbieder", "vorm", "cat.", "verwijzer"};
	static const char *const en[N_ASSEN] = {"mun.", "provider", "form", "cat.", "referrer"};

	memcpy(with, kolommen, sizeof with);
	for (size_t i = 0; with[i].naam != NULL; i++)
		for (int a = AS_AANBIEDER; a < N_ASSEN; a++)
			if (strcmp(with[i].naam, assen[a]) == 0 && (axes >> a & 1) != 0) {
				with[i].nl = nl[a];
				with[i].en = en[a];
			}
	return with;
}

static void period_name(const struct stroom_rij *r, char ret[16])
{
	int y, m, d, maanden = maand_van(r->tot) - maand_van(r->van) + 1;

	day_split(r->van, &y, &m, &d);
	if (maanden == 12)
		(void)snprintf(ret, 16, "%d", y);
	else if (maanden == 6)
		(void)snprintf(ret, 16, "%dH%d", y, (m - 1) / 6 + 1);
	else if (maanden == 3)
		(void)snprintf(ret, 16, "%dK%d", y, (m - 1) / 3 + 1);
	else
		(void)snprintf(ret, 16, "%d-%02d", y, m);
}

static const char *quality(const struct stroom_rij *r, enum lezing l, struct buf *to)
{
	static const struct {
		unsigned bit;
		int lezing; /* -1: of any */
		const char *nl, *en;
	} notes[] = {
		{KWALITEIT_VOORLOPIG, -1, "voorlopig", "provisional"},
		{KWALITEIT_BEGIN, -1, "begin van de gegevens", "the data begin here"},
		{KWALITEIT_CBS_OPEN, LEZING_CBS, "nog niet definitief", "not final yet"},
		{KWALITEIT_NIET_GELEVERD, LEZING_CBS, "aanbieder zonder levering",
		 "a provider did not deliver"},
		{KWALITEIT_VORM, -1, "hulpvorm deels afgeleid", "form of care partly a default"},
	};

	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if ((r->kwaliteit & notes[i].bit) != 0 &&
		    (notes[i].lezing < 0 || notes[i].lezing == (int)l))
			buf_addf(to, "%s%s", to->len > 0 ? ", " : "",
				 ctl_say(notes[i].nl, notes[i].en));
	return buf_str(to);
}

/* As published: to five, and nothing that is small. */
static double shown(const struct wishes *w, double x)
{
	if (!w->round)
		return x;
	return x > 0.5 && x < KLEIN ? NAN : 5 * round(x / 5);
}

static void print_reading(struct uitvoer *u, const struct wishes *w, const struct stroom_rij *r,
			  enum lezing l)
{
	const struct stroom_getal *g = &r->lezing[l];
	bool small = w->round &&
		     (g->instroom < KLEIN || g->uitstroom < KLEIN); /* one would tell the other */
	int decimals = l == LEZING_GESCHAT && !w->round ? 1 : 0;
	double added = l == LEZING_CBS	     ? r->cbs_gesloten
		       : l == LEZING_GESCHAT ? r->geschat_einden
					     : 0;
	struct buf note = BUF_INIT;
	char period[16];

	period_name(r, period);
	uitvoer_tekst(u, (w->vraag.assen >> AS_GEMEENTE & 1) != 0 ? r->sleutel[AS_GEMEENTE] : "*");
	uitvoer_tekst(u, period);
	uitvoer_tekst(u, lezing_naam(l));
	uitvoer_getal(u, shown(w, g->instroom), decimals);
	uitvoer_getal(u, shown(w, g->uitstroom), decimals);
	uitvoer_getal(u, shown(w, g->stand_eind), decimals);
	uitvoer_getal(u, small ? NAN : g->balans, w->round ? 0 : 1);
	uitvoer_getal(u, small ? NAN : g->laag, w->round ? 0 : 1);
	uitvoer_getal(u, small ? NAN : g->hoog, w->round ? 0 : 1);
	for (int a = AS_AANBIEDER; a < N_ASSEN; a++)
		uitvoer_tekst(u, r->sleutel[a]);
	uitvoer_getal(u, shown(w, g->stand_begin), decimals);
	uitvoer_getal(u, shown(w, added), decimals);
	uitvoer_getal(u, l == LEZING_GESCHAT ? shown(w, r->zeker) : NAN, decimals);
	uitvoer_getal(u, l == LEZING_GESCHAT ? shown(w, r->taakgericht) : NAN, decimals);
	uitvoer_getal(u, l == LEZING_GEREGISTREERD && !small ? r->duur : NAN, 0);
	uitvoer_tekst(u, quality(r, l, &note));
	buf_free(&note);
}

static int print_flows(struct uitvoer *u, const struct wishes *w, const struct stroom_vraag *v,
		       double *ongelijk)
{
	struct wishes asked = *w;
	struct stromen *s = NULL;
	int r = stromen_tel(&w->rapport.episoden, w->rapport.gewoonten, v, &s);

	if (r < 0)
		return r;
	asked.vraag = *v;
	for (size_t i = 0; i < s->n; i++)
		for (int l = 0; l < N_LEZINGEN; l++)
			print_reading(u, &asked, &s->list[i], (enum lezing)l);
	if (s->ongelijk > *ongelijk)
		*ongelijk = s->ongelijk;
	stromen_free(&s);
	return 0;
}

/*
 * Without --by: the whole, and for programs each gemeente too.  Without
 * --period: half-years and years.  A table for people starts with the years
 * that the hub saw from their beginning.
 */
static int print_all(const struct wishes *w, double *ongelijk)
{
	bool people = w->rapport.formaat == FORMAAT_TABEL;
	unsigned splits[2] = {0, 1U << AS_GEMEENTE};
	int periods[2] = {6, 12};
	struct uitvoer *u;
	int r = 0;

	if (w->split)
		splits[0] = w->vraag.assen;
	if (w->period)
		periods[0] = w->vraag.maanden;
	u = uitvoer_new(w->rapport.formaat, columns(splits[0]));
	for (int s = 0; r == 0 && s < (w->split ? 1 : 2); s++)
		for (int p = 0; r == 0 && p < (w->period ? 1 : 2); p++) {
			struct stroom_vraag v = w->vraag;

			v.vandaag = w->rapport.dag;
			v.assen = splits[s];
			v.maanden = periods[p];
			if (people && !w->period && periods[p] == 6 && !w->split && s == 1)
				continue; /* half-years by gemeente: more than anybody reads */
			v.van = w->rapport.gewoonten->partijen[0].sinds;
			if (v.van == INT32_MAX)
				v.van = v.vandaag;
			if (!people)
				v.van = DAY_NONE;
			r = print_flows(u, w, &v, ongelijk);
		}
	uitvoer_print(&u);
	return r;
}

int ctl_flows(int argc, char **argv)
{
	struct wishes w;
	double ongelijk = 0;
	int r;

	if (!read_wishes(argc, argv, &w))
		return 2;
	r = rapport_open(&w.rapport);
	w.vraag.vandaag = w.rapport.dag;
	if (r == 0 && w.plot != NULL)
		r = plot_flows(w.plot, &w.rapport, &w.vraag);
	else if (r == 0 && print_all(&w, &ongelijk) < 0) {
		(void)fprintf(stderr, "ijwctl: %s\n", ctl_say("geheugen vol", "out of memory"));
		r = 1;
	}
	if (ongelijk > .001) {
		(void)fprintf(stderr, "ijwctl: %s (%.3f)\n",
			      ctl_say("de optelling sluit niet: dit is een fout van ijwctl",
				      "the sums do not add up: this is a fault of ijwctl"),
			      ongelijk);
		r = 1;
	}
	rapport_close(&w.rapport);
	return r;
}
