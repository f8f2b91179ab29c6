#include "care/horizon.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/hulpvorm.h"
#include "care/verdeling.h"
#include "ctl/locale.h"
#include "ctl/rapport.h"
#include "ctl/rapporten.h"

#include "base/banned.h"

static const struct option options[] = {RAPPORT_OPTIES,
					{"party", required_argument, NULL, 'p'},
					{"event", required_argument, NULL, 'e'},
					{NULL, 0, NULL, 0}};

/* A promise to programs. */
static const struct kolom kolommen[] = {
	{"gemeente", "gem.", "mun."},
	{"aanbieder", "aanbieder", "provider"},
	{"toewijzingnummer", ">toewijzing", ">allocation"},
	{"begindatum", "begin", "begin"},
	{"event", "wat", "what"},
	{"datum", "datum", "date"},
	{"dagen", ">dagen", ">days"},
	{"loopt", ">loopt %", ">runs %"},
	{"detail", "bijzonderheden", "details"},
	{NULL, NULL, NULL},
};

struct wishes {
	struct rapport rapport;
	const char *party;
	bool one;
	enum horizon event;
};

struct rij {
	const struct episode *e;
	struct gebeurtenis g;
	double loopt;
};

struct lijst {
	struct rij *list;
	size_t n, room;
};

static bool read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.party = NULL};
	while ((o = getopt_long(argc, argv, "p:", options, NULL)) != -1) {
		if (o == 'p') {
			w->party = optarg;
		} else if (o == 'e') {
			w->one = true;
			if (horizon_lees(optarg, &w->event))
				continue;
			(void)fprintf(stderr, "ijwctl: --event: %s", ctl_say("verwacht", "expected"));
			for (int h = 0; h < N_HORIZON; h++)
				(void)fprintf(stderr, "%s %s", h > 0 ? "," : "", horizon_naam((enum horizon)h));
			(void)fputs("\n", stderr);
			return false;
		} else if (!rapport_optie(&w->rapport, o, optarg)) {
			return false;
		}
	}
	return true;
}

static bool push(struct lijst *l, const struct rij *r)
{
	if (l->n == l->room) {
		struct rij *bigger = realloc(l->list, (l->room * 2 + 256) * sizeof *bigger);

		if (bigger == NULL)
			return false;
		l->list = bigger;
		l->room = l->room * 2 + 256;
	}
	l->list[l->n++] = *r;
	return true;
}

/* What has certainly ended stands among the open ends, not here. */
static bool collect(const struct wishes *w, struct lijst *l)
{
	const struct rapport *r = &w->rapport;
	struct gebeurtenis found[N_HORIZON];
	struct verdeling v;

	for (size_t i = 0; i < r->episoden.n; i++) {
		const struct episode *e = &r->episoden.list[i];
		unsigned n = horizon_vind(e, r->dag, found);

		if (n == 0 || (w->party != NULL && strcmp(w->party, e->gemeente) != 0 &&
			       strcmp(w->party, e->aanbieder) != 0))
			continue;
		verdeling_van(e, r->gewoonten, r->dag, &v);
		if (1 - v.loopt >= r->gewoonten->zeker)
			continue;
		for (unsigned k = 0; k < n; k++)
			if ((!w->one || found[k].soort == w->event) && !push(l, &(struct rij){e, found[k], v.loopt}))
				return false;
	}
	return true;
}

static int by_day(const void *x, const void *y)
{
	const struct rij *a = x, *b = y;

	if (a->g.dag != b->g.dag)
		return a->g.dag < b->g.dag ? -1 : 1;
	if (a->e->dossier != b->e->dossier)
		return a->e->dossier < b->e->dossier ? -1 : 1;
	if (a->e->begin != b->e->begin)
		return a->e->begin < b->e->begin ? -1 : 1;
	return (int)a->g.soort - (int)b->g.soort;
}

static void detail(const struct rij *r, struct buf *to)
{
	switch (r->g.soort) {
	case HORIZON_EINDE:
		buf_addf(to, ctl_dutch() ? "binnen %d weken, niet verlengd" : "within %d weeks, not extended", r->g.getal);
		break;
	case HORIZON_18:
	case HORIZON_NA_18:
		if (!r->e->taakgericht)
			buf_adds(to, r->g.erna ? ctl_say("de toewijzing loopt door", "the allocation goes on")
					       : ctl_say("de toewijzing eindigt ervoor", "the allocation ends before"));
		if (hulpvorm_verblijf(r->e->hulpvorm))
			buf_addf(to, "%s%s", to->len > 0 ? ", " : "", ctl_say("verblijf", "with a stay"));
		break;
	case HORIZON_BUDGET:
		buf_addf(to, ctl_dutch() ? "%d %% gedeclareerd" : "%d %% declared", r->g.getal);
		if (r->g.erna)
			buf_adds(to, ctl_say(", genoeg tot het einde", ", enough until the end"));
		break;
	default: break;
	}
}

static void print_row(struct uitvoer *u, const struct rij *r, day vandaag)
{
	const struct deel *d = &r->e->delen[r->e->n_delen - 1];
	struct buf text = BUF_INIT;
	char nummer[24] = "";

	if (d->nummer != ABSENT)
		(void)snprintf(nummer, sizeof nummer, "%lld", (long long)d->nummer);
	detail(r, &text);
	uitvoer_tekst(u, r->e->gemeente);
	uitvoer_tekst(u, r->e->aanbieder);
	uitvoer_tekst(u, nummer);
	uitvoer_dag(u, d->begin);
	uitvoer_tekst(u, horizon_naam(r->g.soort));
	uitvoer_dag(u, r->g.dag);
	uitvoer_getal(u, r->g.dag - vandaag, 0);
	uitvoer_getal(u, 100 * r->loopt, 0);
	uitvoer_tekst(u, buf_str(&text));
	buf_free(&text);
}

static void print_all(const struct lijst *l, const struct rapport *r)
{
	struct uitvoer *u;

	if (l->n == 0 && r->formaat == FORMAAT_TABEL) {
		(void)puts(ctl_say("Er komt niets aan.", "Nothing comes."));
		return;
	}
	if (l->n > 1)
		qsort(l->list, l->n, sizeof *l->list, by_day);
	u = uitvoer_new(r->formaat, kolommen);
	for (size_t i = 0; i < l->n; i++)
		print_row(u, &l->list[i], r->dag);
	uitvoer_print(&u);
}

int ctl_horizon(int argc, char **argv)
{
	struct wishes w;
	struct lijst l = {0};
	int r;

	if (!read_wishes(argc, argv, &w))
		return 2;
	r = rapport_open(&w.rapport);
	if (r == 0 && !collect(&w, &l)) {
		(void)fprintf(stderr, "ijwctl: %s\n", ctl_say("geheugen vol", "out of memory"));
		r = 1;
	}
	if (r == 0)
		print_all(&l, &w.rapport);
	free(l.list);
	rapport_close(&w.rapport);
	return r;
}
