#include "care/cbs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/locale.h"
#include "ctl/rapport.h"
#include "ctl/rapporten.h"

#include "base/banned.h"

static const struct option options[] = {RAPPORT_OPTIES,
					{"period", required_argument, NULL, 'm'},
					{"party", required_argument, NULL, 'p'},
					{"closes", no_argument, NULL, 'c'},
					{"check", no_argument, NULL, 'k'},
					{NULL, 0, NULL, 0}};

struct wishes {
	struct rapport rapport;
	struct cbs_vraag vraag;
	bool period, closes, check;
};

/* ---- what is asked ---- */

static bool read_period(const char *text, int *ret)
{
	unsigned jaar, helft;
	char end;

	if (strlen(text) == 6 && sscanf(text, "%4u%*1[Hh]%1u%c", &jaar, &helft, &end) == 2 && jaar >= 1 &&
	    (helft == 1 || helft == 2)) {
		*ret = (int)(2 * jaar + helft - 1);
		return true;
	}
	(void)fputs(ctl_say("ijwctl: --period: verwacht een halfjaar als 2025H1\n",
			    "ijwctl: --period: expected a half-year like 2025H1\n"), stderr);
	return false;
}

static bool read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.period = false};
	while ((o = getopt_long(argc, argv, "p:", options, NULL)) != -1) {
		switch (o) {
		case 'm':
			w->period = true;
			if (!read_period(optarg, &w->vraag.halfjaar))
				return false;
			break;
		case 'p':
			if (strlen(optarg) == 4)
				w->vraag.gemeente = optarg;
			else
				w->vraag.aanbieder = optarg;
			break;
		case 'c': w->closes = true; break;
		case 'k': w->check = true; break;
		default:
			if (!rapport_optie(&w->rapport, o, optarg))
				return false;
		}
	}
	if (!w->closes || (!w->check && !w->period))
		return true;
	(void)fputs(ctl_say("ijwctl: --closes gaat niet samen met --check of --period\n",
			    "ijwctl: --closes does not go with --check or --period\n"), stderr);
	return false;
}

/* The half-year that was asked, or the one that is over. */
static bool set_period(struct wishes *w)
{
	int nu = halfjaar_van(w->rapport.dag);

	w->vraag.vandaag = w->rapport.dag;
	w->vraag.hulpvormen = w->rapport.hulpvormen;
	if (!w->period)
		w->vraag.halfjaar = nu - 1;
	if (w->vraag.halfjaar <= nu)
		return true;
	(void)fputs(ctl_say("ijwctl: --period: dat halfjaar is nog niet begonnen\n",
			    "ijwctl: --period: that half-year has not begun\n"), stderr);
	return false;
}

/* ---- keys ---- */

static void number_of(const struct episode *e, char ret[24])
{
	const struct deel *d = &e->delen[e->n_delen - 1];

	ret[0] = '\0';
	if (d->nummer != ABSENT)
		(void)snprintf(ret, 24, "%lld", (long long)d->nummer);
}

static void print_key(struct uitvoer *u, const struct episode *e)
{
	char nummer[24];

	number_of(e, nummer);
	uitvoer_tekst(u, e->aanbieder);
	uitvoer_tekst(u, e->gemeente);
	uitvoer_tekst(u, nummer);
	uitvoer_tekst(u, e->categorie);
}

/* ---- records ---- */

static const struct kolom kolommen[] = {
	{"aanbieder", "aanbieder", "provider"},
	{"gemeente", NULL, NULL},
	{"toewijzingnummer", ">toewijzing", ">allocation"},
	{"productcategorie", "cat.", "cat."},
	{"geboortedatum", NULL, NULL},
	{"geslacht", "m/v", "sex"},
	{"gemeentecode", "gem.", "mun."},
	{"verwijzer", "verw.", "ref."},
	{"hulpvorm", "vorm", "form"},
	{"crisis", "crisis", "crisis"},
	{"aanvang", "aanvang", "begin"},
	{"einde", "einde", "end"},
	{"reden", "reden", "reason"},
	{"tevredenheid", NULL, NULL},
	{"zonder_hulp", NULL, NULL},
	{"informant", NULL, NULL},
	{"bron", NULL, NULL},
	{NULL, "in te vullen", "to be filled in"},
	{NULL, NULL, NULL},
};

/* Does the outcome have to be filled in?  Only where something is over. */
static bool wanted(const struct cbs_record *r, int veld)
{
	return veld < CBS_TEVREDENHEID || r->einde != DAY_NONE;
}

static void sources(const struct cbs_record *r, struct buf *to)
{
	char text[11];

	for (int f = CBS_GEBOORTEDATUM; f < N_CBS_VELDEN; f++) {
		enum cbs_bron bron = (enum cbs_bron)r->bron[f];

		if (!wanted(r, f))
			bron = CBS_BRON_GEEN;
		buf_addf(to, "%s%s=%s", to->len > 0 ? ", " : "", cbs_veld_naam((enum cbs_veld)f), cbs_bron_naam(bron));
		if (f == CBS_EINDE && r->schatting != DAY_NONE) {
			day_text(r->schatting, text);
			buf_addf(to, " (schatting %s)", text);
		}
		if ((f == CBS_AANVANG || f == CBS_EINDE) && hulpvorm_verblijf(r->hulpvorm) && r->waarde[f][0] != '\0')
			buf_adds(to, " (verblijf: dag na de nacht)");
	}
}

/* What a person must look up, outcome apart: that is never known. */
static void missing(const struct cbs_record *r, struct buf *to)
{
	for (int f = CBS_GEBOORTEDATUM; f < CBS_TEVREDENHEID; f++)
		if (r->bron[f] == CBS_BRON_INVULLEN)
			buf_addf(to, "%s%s", to->len > 0 ? ", " : "", cbs_veld_naam((enum cbs_veld)f));
}

static void print_record(struct uitvoer *u, const struct cbs_record *r)
{
	struct buf bron = BUF_INIT, leeg = BUF_INIT;

	print_key(u, r->laatste);
	for (int f = CBS_GEBOORTEDATUM; f < N_CBS_VELDEN; f++)
		uitvoer_tekst(u, r->waarde[f]);
	sources(r, &bron);
	missing(r, &leeg);
	uitvoer_tekst(u, buf_str(&bron));
	uitvoer_tekst(u, buf_str(&leeg));
	buf_free(&bron);
	buf_free(&leeg);
}

static void print_records(const struct wishes *w, const struct cbs_lijst *l)
{
	struct uitvoer *u;

	if (l->n == 0 && w->rapport.formaat == FORMAAT_TABEL) {
		(void)puts(ctl_say("Geen zorg in dat halfjaar.", "No care in that half-year."));
		return;
	}
	u = uitvoer_new(w->rapport.formaat, kolommen);
	for (size_t i = 0; i < l->n; i++)
		print_record(u, &l->list[i]);
	uitvoer_print(&u);
}

/* ---- checks ---- */

static const struct kolom controlekolommen[] = {
	{"aanbieder", "aanbieder", "provider"},
	{"gemeente", "gem.", "mun."},
	{"toewijzingnummer", ">toewijzing", ">allocation"},
	{"productcategorie", "cat.", "cat."},
	{"aanvang", "aanvang", "begin"},
	{"hulpvorm", "vorm", "form"},
	{"controle", "controle", "check"},
	{"ernst", "ernst", "severity"},
	{"wat", "wat", "what"},
	{NULL, NULL, NULL},
};

static int print_finding(void *ctx, const struct cbs_bevinding *b)
{
	static const char *const ernsten[] = {"fout", "waarschuwing", "informatie"};
	const struct cbs_record *r = b->record;
	struct uitvoer *u = ctx;
	struct buf wat = BUF_INIT;

	if (b->aantal > 0) {
		uitvoer_tekst(u, r->laatste->aanbieder);
		for (int i = 0; i < 5; i++)
			uitvoer_tekst(u, NULL);
	} else {
		print_key(u, r->laatste);
		uitvoer_dag(u, r->aanvang);
		uitvoer_tekst(u, r->waarde[CBS_HULPVORM]);
	}
	uitvoer_tekst(u, cbs_controle_naam(b->controle));
	uitvoer_tekst(u, ernsten[cbs_controle_ernst(b->controle)]);
	if (b->aantal > 0)
		buf_addf(&wat, "%zu records: ", b->aantal);
	buf_adds(&wat, cbs_controle_zin(b->controle, ctl_dutch()));
	uitvoer_tekst(u, buf_str(&wat));
	buf_free(&wat);
	return 0;
}

static int make_delivery(struct wishes *w)
{
	const struct rapport *r = &w->rapport;
	struct cbs_lijst l = {0};
	struct uitvoer *u;
	int result = cbs_records(&r->episoden, r->gewoonten, &w->vraag, &l);

	if (result == 0 && w->check) {
		u = uitvoer_new(r->formaat, controlekolommen);
		result = cbs_controleer(&l, &r->episoden, r->gewoonten, &w->vraag, print_finding, u);
		uitvoer_print(&u);
	} else if (result == 0) {
		print_records(w, &l);
	}
	cbs_lijst_free(&l);
	return result;
}

/* ---- what is going to be closed ---- */

static const struct kolom sluitkolommen[] = {
	{"aanbieder", "aanbieder", "provider"},
	{"gemeente", "gem.", "mun."},
	{"toewijzingnummer", ">toewijzing", ">allocation"},
	{"productcategorie", "cat.", "cat."},
	{"begindatum", "begin", "begin"},
	{"laatste_spoor", "laatste spoor", "last trace"},
	{"sluit", "CBS sluit op", "CBS closes on"},
	{"kans", ">geëindigd %", ">ended %"},
	{"schatting", "schatting", "estimate"},
	{"laag", NULL, NULL},
	{"hoog", NULL, NULL},
	{"uiterlijk", "uiterlijk", "deadline"},
	{"dagen", ">dagen", ">days"},
	{"let_op", "let op", "note"},
	{NULL, NULL, NULL},
};

static void print_closing(struct uitvoer *u, const struct cbs_sluiting *s, day vandaag)
{
	print_key(u, s->e);
	uitvoer_dag(u, s->e->begin);
	uitvoer_dag(u, s->spoor);
	uitvoer_dag(u, s->sluit);
	uitvoer_getal(u, s->kans / 10.0, 1);
	uitvoer_dag(u, s->schatting);
	uitvoer_dag(u, s->laag);
	uitvoer_dag(u, s->hoog);
	uitvoer_dag(u, s->uiterlijk);
	uitvoer_getal(u, s->uiterlijk - vandaag, 0);
	uitvoer_tekst(u, s->stil ? ctl_say("de aanbieder zond nog niets", "its provider sent nothing yet") : "");
}

static int list_closings(struct wishes *w)
{
	const struct rapport *r = &w->rapport;
	struct cbs_sluiting *list = NULL;
	struct uitvoer *u;
	size_t n;
	int result = cbs_sluitingen(&r->episoden, r->gewoonten, &w->vraag, &list, &n);

	if (result < 0)
		return result;
	if (n == 0 && r->formaat == FORMAAT_TABEL) {
		(void)puts(ctl_say("CBS sluit niets.", "CBS closes nothing."));
	} else {
		u = uitvoer_new(r->formaat, sluitkolommen);
		for (size_t i = 0; i < n; i++)
			print_closing(u, &list[i], r->dag);
		uitvoer_print(&u);
	}
	free(list);
	return 0;
}

int ctl_cbs(int argc, char **argv)
{
	struct wishes w;
	int r;

	if (!read_wishes(argc, argv, &w))
		return 2;
	r = rapport_open(&w.rapport);
	if (r == 0 && !set_period(&w))
		r = 2;
	if (r == 0 && (w.closes ? list_closings(&w) : make_delivery(&w)) < 0) {
		(void)fprintf(stderr, "ijwctl: %s\n", ctl_say("geheugen vol", "out of memory"));
		r = 1;
	}
	rapport_close(&w.rapport);
	return r;
}
