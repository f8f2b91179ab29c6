#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "care/enddate.h"
#include "ctl/locale.h"
#include "ctl/rapport.h"
#include "ctl/rapporten.h"

#include "base/banned.h"

static const struct option options[] = {RAPPORT_OPTIES,
					{"party", required_argument, NULL, 'p'},
					{"strength", required_argument, NULL, 's'},
					{"summary", no_argument, NULL, 'z'},
					{"stoplicht", no_argument, NULL, 'l'},
					{NULL, 0, NULL, 0}};

/* The first eleven are a promise to programs. */
static const struct kolom kolommen[] = {
	{"gemeente", "gem.", "mun."},
	{"aanbieder", "aanbieder", "provider"},
	{"toewijzingnummer", "toewijzing", "allocation"},
	{"begindatum", "begin", "begin"},
	{"kind", "soort", "kind"},
	{"strength", "sterkte", "strength"},
	{"estimated_end", "einde ±", "end ±"},
	{"low", NULL, NULL},
	{"high", NULL, NULL},
	{"basis", NULL, NULL},
	{"clears_when", NULL, NULL},
	{"since", "sinds", "since"},
	{"chance", ">kans %", ">chance %"},
	{"stoplicht", "licht", "light"},
	{"because", "waarom", "why"},
	{NULL, NULL, NULL},
};

static const char *const lichten[][2] = {{"groen", "green"}, {"oranje", "amber"}, {"rood", "red"}};

struct wishes {
	struct rapport rapport;
	const char *party;
	enum sterkte least;
	bool summary, stoplicht;
};

/* One finding, with what it is about. */
struct rij {
	const struct episode *e;
	struct open_einde o;
	enum stoplicht licht;
};

struct lijst {
	struct rij *list;
	size_t n, room;
};

static bool read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.least = STERKTE_HINT};
	while ((o = getopt_long(argc, argv, "p:", options, NULL)) != -1) {
		if (o == 'p') {
			w->party = optarg;
		} else if (o == 'z') {
			w->summary = true;
		} else if (o == 'l') {
			w->stoplicht = true;
		} else if (o == 's') {
			for (w->least = 0;
			     w->least < N_STERKTEN && strcmp(optarg, sterkte_naam(w->least)) != 0;)
				w->least++;
			if (w->least < N_STERKTEN)
				continue;
			(void)fprintf(stderr, "%s",
				      ctl_say("ijwctl: --strength: verwacht certain, probable, "
					      "information of hint\n",
					      "ijwctl: --strength: expected certain, probable, "
					      "information or hint\n"));
			return false;
		} else if (!rapport_optie(&w->rapport, o, optarg)) {
			return false;
		}
	}
	return true;
}

static bool collect(const struct wishes *w, struct lijst *l)
{
	const struct rapport *r = &w->rapport;
	struct open_einde einden[EINDEN_MEEST];

	for (size_t i = 0; i < r->episoden.n; i++) {
		const struct episode *e = &r->episoden.list[i];
		const char *reden;
		unsigned n;

		if (w->party != NULL && strcmp(w->party, e->gemeente) != 0 &&
		    strcmp(w->party, e->aanbieder) != 0)
			continue;
		n = einden_vind(e, r->gewoonten, &r->calendar, r->dag, einden);
		for (unsigned k = 0; k < n; k++) {
			if (einden[k].sterkte > w->least)
				continue;
			if (l->n == l->room) {
				struct rij *bigger =
					realloc(l->list, (l->room * 2 + 256) * sizeof *bigger);

				if (bigger == NULL)
					return false;
				l->list = bigger;
				l->room = l->room * 2 + 256;
			}
			l->list[l->n++] = (struct rij){
				e, einden[k],
				stoplicht_van(e, r->gewoonten, einden, n, r->dag, &reden)};
		}
	}
	return true;
}

/* What is surest first, then what waits longest. */
static int by_weight(const void *x, const void *y)
{
	const struct rij *a = x, *b = y;

	if (a->o.sterkte != b->o.sterkte)
		return (int)a->o.sterkte - (int)b->o.sterkte;
	if (a->o.sinds != b->o.sinds)
		return a->o.sinds < b->o.sinds ? -1 : 1;
	if (a->e->dossier != b->e->dossier)
		return a->e->dossier < b->e->dossier ? -1 : 1;
	return strcmp(a->o.soort, b->o.soort);
}

static void print_row(struct uitvoer *u, const struct rapport *rapport, const struct rij *r)
{
	static const char *const sterkten[] = {"zeker", "waarschijnlijk", "informatie", "hint"};
	const struct deel *d = &r->e->delen[r->o.deel];
	struct buf zin = BUF_INIT, basis = BUF_INIT;
	char nummer[24] = "", feiten[EINDE_FEITEN];

	if (d->nummer != ABSENT)
		(void)snprintf(nummer, sizeof nummer, "%lld", (long long)d->nummer);
	einde_feiten(&r->o, r->e, rapport->gewoonten, rapport->dag, feiten);
	einde_zin(feiten, ctl_dutch(), &zin);
	buf_addf(&basis, "%s", basis_naam(r->o.basis));
	uitvoer_tekst(u, r->e->gemeente);
	uitvoer_tekst(u, r->e->aanbieder);
	uitvoer_tekst(u, nummer);
	uitvoer_dag(u, d->begin);
	uitvoer_tekst(u, r->o.soort);
	uitvoer_tekst(u, ctl_dutch() && isatty(STDOUT_FILENO) ? sterkten[r->o.sterkte]
							      : sterkte_naam(r->o.sterkte));
	uitvoer_dag(u, r->o.schatting);
	uitvoer_dag(u, r->o.laag);
	uitvoer_dag(u, r->o.hoog);
	uitvoer_tekst(u, buf_str(&basis));
	uitvoer_tekst(u, einde_opheffen(r->o.soort, ctl_dutch()));
	uitvoer_dag(u, r->o.sinds);
	uitvoer_getal(u, r->o.kans / 10.0, 1);
	uitvoer_tekst(u, lichten[r->licht][!ctl_dutch()]);
	uitvoer_tekst(u, buf_str(&zin));
	buf_free(&zin);
	buf_free(&basis);
}

/* Per provider: how many, and how long the oldest waits. */
static void print_summary(const struct lijst *l, enum formaat f)
{
	static const struct kolom columns[] = {
		{"aanbieder", "aanbieder", "provider"},
		{"certain", ">zeker", ">certain"},
		{"probable", ">waarschijnlijk", ">probable"},
		{"information", ">informatie", ">information"},
		{"hint", ">hint", ">hint"},
		{"oldest", "oudste", "oldest"},
		{NULL, NULL, NULL},
	};
	struct uitvoer *u = uitvoer_new(f, columns);

	for (size_t i = 0; i < l->n; i++) {
		unsigned counts[N_STERKTEN] = {0};
		day oldest = DAY_NONE;
		bool first = true;

		for (size_t k = 0; k < i && first; k++)
			first = strcmp(l->list[k].e->aanbieder, l->list[i].e->aanbieder) != 0;
		for (size_t k = i; first && k < l->n; k++) {
			const struct rij *r = &l->list[k];

			if (strcmp(r->e->aanbieder, l->list[i].e->aanbieder) != 0)
				continue;
			counts[r->o.sterkte]++;
			if (oldest == DAY_NONE || r->o.sinds < oldest)
				oldest = r->o.sinds;
		}
		if (!first)
			continue;
		uitvoer_tekst(u, l->list[i].e->aanbieder);
		for (int s = 0; s < N_STERKTEN; s++)
			uitvoer_getal(u, counts[s], 0);
		uitvoer_dag(u, oldest);
	}
	uitvoer_print(&u);
}

/* ---- the list that is discussed each month: every open episode with its light ---- */

struct licht {
	const struct episode *e;
	enum stoplicht licht;
	const char *reden;
	int kans; /* that it has ended, per thousand; -1: nothing was found */
};

static int by_light(const void *x, const void *y)
{
	const struct licht *a = x, *b = y;

	if (a->licht != b->licht)
		return (int)b->licht - (int)a->licht;
	return a->e->begin < b->e->begin ? -1 : a->e->begin > b->e->begin;
}

static const char *why_in_english(const char *reden)
{
	static const char *const words[][2] = {
		{"einddatum ontbreekt", "end date missing"},
		{"bericht ontbreekt", "message missing"},
		{"toewijzing loopt af", "allocation runs out"},
		{"bijna 18", "nearly 18"},
		{"langer dan gebruikelijk", "longer than usual"},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], reden) == 0)
			return words[i][1];
	return reden;
}

static int print_lights(const struct wishes *w)
{
	static const struct kolom columns[] = {
		{"gemeente", "gem.", "mun."},
		{"aanbieder", "aanbieder", "provider"},
		{"toewijzingnummer", "toewijzing", "allocation"},
		{"begindatum", "begin", "begin"},
		{"hulpvorm", "vorm", "form"},
		{"stoplicht", "licht", "light"},
		{"reden", "waarom", "why"},
		{"chance", ">kans %", ">chance %"},
		{NULL, NULL, NULL},
	};
	const struct rapport *r = &w->rapport;
	struct licht *list = calloc(r->episoden.n + 1, sizeof *list);
	struct uitvoer *u;
	size_t n = 0;

	if (list == NULL)
		return 1;
	for (size_t i = 0; i < r->episoden.n; i++) {
		const struct episode *e = &r->episoden.list[i];
		struct open_einde einden[EINDEN_MEEST];
		unsigned found;

		if (e->eind != DAY_NONE || e->verwijderd || e->begin > r->dag ||
		    (w->party != NULL && strcmp(w->party, e->gemeente) != 0 &&
		     strcmp(w->party, e->aanbieder) != 0))
			continue;
		found = einden_vind(e, r->gewoonten, &r->calendar, r->dag, einden);
		list[n] = (struct licht){.e = e, .kans = found > 0 ? einden[0].kans : -1};
		list[n].licht =
			stoplicht_van(e, r->gewoonten, einden, found, r->dag, &list[n].reden);
		n++;
	}
	if (n > 0)
		qsort(list, n, sizeof *list, by_light);
	u = uitvoer_new(r->formaat, columns);
	for (size_t i = 0; i < n; i++) {
		const struct episode *e = list[i].e;
		const struct deel *d = &e->delen[e->n_delen - 1];
		char text[24] = "";

		if (d->nummer != ABSENT)
			(void)snprintf(text, sizeof text, "%lld", (long long)d->nummer);
		uitvoer_tekst(u, e->gemeente);
		uitvoer_tekst(u, e->aanbieder);
		uitvoer_tekst(u, text);
		uitvoer_dag(u, e->begin);
		(void)snprintf(text, sizeof text, "%02u", e->hulpvorm);
		uitvoer_tekst(u, e->hulpvorm == 0 ? "?" : text);
		uitvoer_tekst(u, lichten[list[i].licht][!ctl_dutch()]);
		uitvoer_tekst(u, ctl_dutch() ? list[i].reden : why_in_english(list[i].reden));
		uitvoer_getal(u, list[i].kans < 0 ? NAN : list[i].kans / 10.0, 1);
	}
	uitvoer_print(&u);
	free(list);
	return 0;
}

int ctl_open_ends(int argc, char **argv)
{
	struct wishes w;
	struct lijst l = {0};
	struct uitvoer *u;
	int r;

	if (!read_wishes(argc, argv, &w))
		return 2;
	r = rapport_open(&w.rapport);
	if (r == 0 && w.stoplicht) {
		r = print_lights(&w);
		rapport_close(&w.rapport);
		return r;
	}
	if (r == 0 && !collect(&w, &l)) {
		(void)fprintf(stderr, "ijwctl: %s\n", ctl_say("geheugen vol", "out of memory"));
		r = 1;
	}
	if (r == 0) {
		if (l.n > 0)
			qsort(l.list, l.n, sizeof *l.list, by_weight);
		if (w.summary) {
			print_summary(&l, w.rapport.formaat);
		} else if (l.n == 0 && w.rapport.formaat == FORMAAT_TABEL) {
			(void)puts(ctl_say("Geen open einden.", "No open ends."));
		} else {
			u = uitvoer_new(w.rapport.formaat, kolommen);
			for (size_t i = 0; i < l.n; i++)
				print_row(u, &w.rapport, &l.list[i]);
			uitvoer_print(&u);
		}
	}
	free(l.list);
	rapport_close(&w.rapport);
	return r;
}
