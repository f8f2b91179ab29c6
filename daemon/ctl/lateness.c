#include "care/lateness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/locale.h"
#include "ctl/rapport.h"
#include "ctl/rapporten.h"

#include "base/banned.h"

static const struct option options[] = {RAPPORT_OPTIES,
					{"party", required_argument, NULL, 'p'},
					{"by", required_argument, NULL, 'b'},
					{"since", required_argument, NULL, 's'},
					{NULL, 0, NULL, 0}};

/* The first thirteen are a promise to programs. */
static const struct kolom kolommen[] = {
	{"partij", "partij", "party"},
	{"soort", "wat", "what"},
	{"categorie", "cat.", "cat."},
	{"termijn", NULL, NULL},
	{"aantal", ">aantal", ">number"},
	{"mediaan", ">mediaan", ">median"},
	{"p90", ">p90", ">p90"},
	{"te_laat", NULL, NULL},
	{"te_laat_pct", ">te laat %", ">late %"},
	{"gemist", ">nooit", ">never"},
	{"zeker", ">zeker", ">certain"},
	{"open", ">open", ">open"},
	{"open_te_laat", ">te laat", ">late"},
	{"let_op", "let op", "note"},
	{NULL, NULL, NULL},
};

struct wishes {
	struct rapport rapport;
	struct laat_vraag vraag;
	bool sinds;
};

static bool read_by(char *text, struct laat_vraag *v)
{
	char *word;

	v->aanbieders = false;
	while ((word = strsep(&text, ",")) != NULL) {
		if (strcmp(word, "aanbieder") == 0) {
			v->aanbieders = true;
		} else if (strcmp(word, "product") == 0) {
			v->producten = true;
		} else {
			(void)fputs(ctl_say("ijwctl: --by: verwacht aanbieder, product of aanbieder,product\n",
					    "ijwctl: --by: expected aanbieder, product or aanbieder,product\n"), stderr);
			return false;
		}
	}
	return true;
}

static bool read_since(const char *text, struct wishes *w)
{
	w->sinds = true;
	if (day_parse(text, &w->vraag.sinds))
		return true;
	(void)fputs(ctl_say("ijwctl: --since: verwacht een datum als 2025-06-30\n",
			    "ijwctl: --since: expected a date like 2025-06-30\n"), stderr);
	return false;
}

static bool read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.vraag = {.aanbieders = true}};
	while ((o = getopt_long(argc, argv, "p:", options, NULL)) != -1) {
		switch (o) {
		case 'b':
			if (!read_by(optarg, &w->vraag))
				return false;
			break;
		case 's':
			if (!read_since(optarg, w))
				return false;
			break;
		case 'p':
			if (strlen(optarg) == 4)
				w->vraag.gemeente = optarg;
			else
				w->vraag.aanbieder = optarg;
			break;
		default:
			if (!rapport_optie(&w->rapport, o, optarg))
				return false;
		}
	}
	return true;
}

static int take_dossier(void *ctx, const struct reg_dossier *d)
{
	return laatheid_dossier(ctx, d);
}

static int take_antwoord(void *ctx, const struct reg_antwoordtijd *a)
{
	return laatheid_antwoord(ctx, a);
}

static int count(struct rapport *r, struct laatheid *l)
{
	int result = r->store->reg->dossiers(r->store, 0, r->tot, take_dossier, l);

	for (size_t i = 0; result == 0 && i < r->episoden.n; i++)
		result = laatheid_episode(l, r->gewoonten, &r->episoden.list[i]);
	if (result == 0)
		result = r->store->reg->antwoordtijden(r->store, r->tot, take_antwoord, l);
	return result;
}

static double number_or_none(int days)
{
	return days < 0 ? NAN : days;
}

static void print_row(struct uitvoer *u, const struct laat_rij *r)
{
	bool antwoord = r->soort >= LAAT_RETOUR;

	uitvoer_tekst(u, *r->partij != '\0' ? r->partij : "*");
	uitvoer_tekst(u, laat_naam(r->soort));
	uitvoer_tekst(u, r->categorie);
	uitvoer_getal(u, laat_termijn(r->soort), 0);
	uitvoer_getal(u, (double)r->aantal, 0);
	uitvoer_getal(u, number_or_none(r->mediaan), 0);
	uitvoer_getal(u, number_or_none(r->p90), 0);
	uitvoer_getal(u, (double)r->te_laat, 0);
	uitvoer_getal(u, r->aantal == 0 ? NAN : 100.0 * (double)r->te_laat / (double)r->aantal, 0);
	uitvoer_getal(u, antwoord ? NAN : r->gemist, r->soort == LAAT_STOP);
	uitvoer_getal(u, antwoord ? NAN : (double)r->zeker, 0);
	uitvoer_getal(u, antwoord ? (double)r->open : NAN, 0);
	uitvoer_getal(u, antwoord ? (double)r->open_te_laat : NAN, 0);
	uitvoer_tekst(u, antwoord && r->aantal == 0 ? ctl_say("geen enkel antwoord in de opslag", "no answer at all in the store")
						    : "");
}

static void print_all(struct laatheid *l, enum formaat f)
{
	size_t n;
	const struct laat_rij *rows = laatheid_rijen(l, &n);
	struct uitvoer *u;

	if (n == 0 && f == FORMAAT_TABEL) {
		(void)puts(ctl_say("Geen berichten om te beoordelen.", "No messages to judge."));
		return;
	}
	u = uitvoer_new(f, kolommen);
	for (size_t i = 0; i < n; i++)
		print_row(u, &rows[i]);
	uitvoer_print(&u);
}

int ctl_lateness(int argc, char **argv)
{
	struct wishes w;
	struct laatheid *l = NULL;
	int r;

	if (!read_wishes(argc, argv, &w))
		return 2;
	r = rapport_open(&w.rapport);
	if (r == 0) {
		int result;

		w.vraag.calendar = &w.rapport.calendar;
		w.vraag.vandaag = w.rapport.dag;
		if (!w.sinds)
			w.vraag.sinds = day_add_years(w.rapport.dag, -1);
		l = laatheid_new(&w.vraag);
		result = l == NULL ? -ENOMEM : count(&w.rapport, l);
		if (result == 0)
			print_all(l, w.rapport.formaat);
		else
			(void)fprintf(stderr, "ijwctl: %s: %s\n", ctl_say("het lukt niet", "this fails"), strerror(-result));
		r = result == 0 ? 0 : 1;
	}
	laatheid_free(&l);
	rapport_close(&w.rapport);
	return r;
}
