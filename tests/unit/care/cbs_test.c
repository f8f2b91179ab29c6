/*
 * The half-year's delivery to CBS from episodes made by hand: what becomes one
 * record, what is active, where each value came from, what the checks find,
 * and what CBS is going to close.
 */
#include "../../lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/episoden.h"
#include "care/cbs.h"

#define H2024_2 (2024 * 2 + 1)

/* A few episodes, learnt, and what comes of them. */
struct geval {
	struct episoden all;
	struct gewoonten *g;
	struct cbs_vraag v;
	struct cbs_lijst l;
};

static struct geval geval(const char *vandaag)
{
	return (struct geval){.v = {.vandaag = op(vandaag), .halfjaar = H2024_2}};
}

static struct episode *add(struct geval *k, const char *begin, const char *eind)
{
	struct episode e = maak_episode(begin, eind);

	e.dossier = 1;
	e.geboren = op("2012-05-05");
	memcpy(e.geslacht, "2", 2);
	e.delen[0].nummer = (int64_t)k->all.n + 1;
	return voeg_toe(&k->all, &e);
}

static size_t deliver(struct geval *k)
{
	cbs_lijst_free(&k->l);
	gewoonten_free(&k->g);
	if (gewoonten_leer(&k->g, &k->all, k->v.vandaag) < 0 || cbs_records(&k->all, k->g, &k->v, &k->l) < 0)
		abort();
	return k->l.n;
}

static void done(struct geval *k)
{
	cbs_lijst_free(&k->l);
	gewoonten_free(&k->g);
	episoden_free(&k->all);
}

static bool is(const struct cbs_record *r, enum cbs_veld f, const char *waarde, enum cbs_bron bron)
{
	return strcmp(r->waarde[f], waarde) == 0 && r->bron[f] == bron;
}

/* ---- which half-year ---- */

static void borders(void)
{
	static const struct {
		const char *name, *begin, *eind;
		bool active;
		const char *einde; /* as delivered */
	} rows[] = {
		{"it ended on the last day before", "2024-01-01", "2024-06-30", false, ""},
		{"it ended on the first day", "2024-01-01", "2024-07-01", true, "20240701"},
		{"it ended on the last day", "2024-01-01", "2024-12-31", true, "20241231"},
		{"it ended on the day after: it runs", "2024-01-01", "2025-01-01", true, ""},
		{"it begins on the last day", "2024-12-31", NULL, true, ""},
		{"it begins on the day after", "2025-01-01", NULL, false, ""},
		{"it begins on the first day", "2024-07-01", "2024-07-01", true, "20240701"},
		{"its end lies before its begin", "2024-08-01", "2024-05-01", true, "20240501"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct geval k = geval("2025-01-10");

		(void)add(&k, rows[i].begin, rows[i].eind);
		CHECK(deliver(&k) == rows[i].active, rows[i].name);
		if (k.l.n == 1)
			CHECK(strcmp(k.l.list[0].waarde[CBS_EINDE], rows[i].einde) == 0, rows[i].name);
		done(&k);
	}
}

static void left_out(void)
{
	struct geval k = geval("2025-01-10");

	(void)add(&k, "2024-08-01", NULL);
	CHECK(deliver(&k) == 1, "(youth care counts)");
	k.all.list[0].jeugdhulp = false;
	CHECK(deliver(&k) == 0, "protection and probation are another stream");
	k.all.list[0].jeugdhulp = true;
	k.all.list[0].verwijderd = true;
	CHECK(deliver(&k) == 0, "what was deleted never was");
	k.all.list[0].verwijderd = false;
	k.v.aanbieder = "98001235";
	CHECK(deliver(&k) == 0, "another provider delivers its own");
	done(&k);
}

/* ---- what is one record ---- */

static void merging(void)
{
	static const struct {
		const char *name, *a, *a_eind, *b, *b_eind;
		const char *reden;    /* of the first end */
		const char *gemeente; /* of the second */
		size_t records;
		const char *einde; /* of the first record */
	} rows[] = {
		{"(a) equal key", "2024-08-01", "2024-09-01", "2024-08-01", "2024-10-01", "31", "0363", 1, "20241001"},
		{"(b) overlapping", "2024-08-01", "2024-09-01", "2024-08-20", "2024-10-01", "31", "0363", 1, "20241001"},
		{"(b) one day of overlap", "2024-08-01", "2024-09-01", "2024-09-01", "2024-10-01", "31", "0363", 1, "20241001"},
		{"(b) no end before the last one ends", "2024-08-01", NULL, "2024-08-20", "2024-10-01", "31", "0363", 1, ""},
		{"(b) the second is inside", "2024-08-01", "2024-12-01", "2024-08-20", "2024-10-01", "31", "0363", 1, "20241201"},
		{"(c) strictly after is another", "2024-08-01", "2024-09-01", "2024-09-02", "2024-10-01", "31", "0363", 2, "20240901"},
		{"an end for administration that is followed", "2024-08-01", "2024-09-01", "2024-09-15", "2024-10-01", "37", "0363", 1, "20241001"},
		{"… too late to be the same", "2024-08-01", "2024-09-01", "2024-09-16", "2024-10-01", "37", "0363", 2, "20240901"},
		{"a move is no new record", "2024-08-01", "2024-09-01", "2024-09-02", "2024-10-01", "35", "0394", 1, "20241001"},
		{"… unless days lie between", "2024-08-01", "2024-09-01", "2024-09-05", "2024-10-01", "35", "0394", 2, "20240901"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct geval k = geval("2025-01-10");

		memcpy(add(&k, rows[i].a, rows[i].a_eind)->reden, rows[i].reden, 3);
		memcpy(add(&k, rows[i].b, rows[i].b_eind)->gemeente, rows[i].gemeente, 5);
		CHECK(deliver(&k) == rows[i].records, rows[i].name);
		CHECK(k.l.n > 0 && strcmp(k.l.list[0].waarde[CBS_AANVANG], "20240801") == 0, rows[i].name);
		CHECK(k.l.n > 0 && strcmp(k.l.list[0].waarde[CBS_EINDE], rows[i].einde) == 0, rows[i].name);
		done(&k);
	}
}

static void apart(void)
{
	struct geval k = geval("2025-01-10");

	(void)add(&k, "2024-08-01", "2024-10-01");
	(void)add(&k, "2024-08-20", "2024-10-20");
	CHECK(deliver(&k) == 1, "(they overlap)");
	k.all.list[1].hulpvorm = 3;
	CHECK(deliver(&k) == 2, "(e) another form is another record");
	k.all.list[1].hulpvorm = 2;
	memcpy(k.all.list[1].aanbieder, "98001235", 9);
	CHECK(deliver(&k) == 2, "(f) so is another provider");
	memcpy(k.all.list[1].aanbieder, "98001234", 9);
	k.all.list[1].client[0] = 2;
	CHECK(deliver(&k) == 2, "and another client");
	k.all.list[1].client[0] = 1;
	k.all.list[0].hulpvorm = k.all.list[1].hulpvorm = 0;
	CHECK(deliver(&k) == 1, "without a form one category is one");
	memcpy(k.all.list[1].categorie, "50", 3);
	CHECK(deliver(&k) == 2, "… and two categories are two");
	done(&k);
}

static void phantom(void)
{
	struct geval k = geval("2025-01-10");

	(void)add(&k, "2024-08-01", NULL);
	(void)add(&k, "2024-09-10", "2024-10-01");
	CHECK(deliver(&k) == 1, "(what runs takes the next one in)");
	k.all.list[0].nieuwe_start = op("2024-09-10"); /* a start anew on its number: the earlier run was over */
	CHECK(deliver(&k) == 2, "an end that is certain and was not told is no reason to take it in");
	CHECK(is(&k.l.list[0], CBS_EINDE, "", CBS_BRON_INVULLEN) && is(&k.l.list[1], CBS_AANVANG, "20240910", CBS_BRON_JW305),
	      "the first lacks an end, the second has its own begin");
	done(&k);
}

static void stays(void)
{
	static const struct {
		const char *name, *begin, *eind;
		const char *aanbieder;
		size_t records;
		bool flag;
	} rows[] = {
		{"(d) within the stay it belongs to it", "2024-08-10", "2024-09-10", "98001234", 1, false},
		{"(d) from its first day to its last", "2024-08-01", "2024-10-01", "98001234", 1, false},
		{"(d) a day longer is its own, and told", "2024-08-10", "2024-10-02", "98001234", 2, true},
		{"(d) a day before is its own, and told", "2024-07-31", "2024-09-02", "98001234", 2, true},
		{"(d) afterwards it is its own", "2024-10-02", "2024-11-02", "98001234", 2, false},
		{"(d) another provider's is its own", "2024-08-10", "2024-09-10", "98001235", 2, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct geval k = geval("2025-01-10");
		bool flag = false;

		add(&k, "2024-08-01", "2024-10-01")->hulpvorm = 14;
		memcpy(add(&k, rows[i].begin, rows[i].eind)->aanbieder, rows[i].aanbieder, 9);
		CHECK(deliver(&k) == rows[i].records, rows[i].name);
		for (size_t n = 0; n < k.l.n; n++)
			flag = flag || k.l.list[n].naast_verblijf;
		CHECK(flag == rows[i].flag, rows[i].name);
		done(&k);
	}
}

/* ---- fields ---- */

static void reasons(void)
{
	static const struct {
		const char *ijw, *cbs;
		enum cbs_bron bron;
	} rows[] = {
		{"31", "01", CBS_BRON_JW307},	 {"39", "01", CBS_BRON_JW307},	  {"34", "02", CBS_BRON_JW307},
		{"32", "03", CBS_BRON_JW307},	 {"33", "04", CBS_BRON_JW307},	  {"35", "05", CBS_BRON_JW307},
		{"02", "05", CBS_BRON_JW307},	 {"38", "03", CBS_BRON_STANDAARD}, {"36", "02", CBS_BRON_STANDAARD},
		{"37", "02", CBS_BRON_STANDAARD}, {"20", "", CBS_BRON_INVULLEN},   {"19", "", CBS_BRON_INVULLEN},
		{"", "", CBS_BRON_INVULLEN},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum cbs_bron bron;

		CHECK(strcmp(cbs_reden(rows[i].ijw, &bron), rows[i].cbs) == 0 && bron == rows[i].bron, rows[i].ijw);
	}
}

static void person(void)
{
	struct geval k = geval("2025-01-10");
	struct episode *e = add(&k, "2024-08-01", "2024-10-01");
	const struct cbs_record *r;

	NEED(deliver(&k) == 1, "one record");
	r = k.l.list;
	CHECK(is(r, CBS_BSN, "", CBS_BRON_INVULLEN), "the BSN is never known here");
	CHECK(is(r, CBS_GEBOORTEDATUM, "20120505", CBS_BRON_JW301), "a date of birth as CBS writes it");
	CHECK(is(r, CBS_GESLACHT, "V", CBS_BRON_JW301), "2 is V");
	CHECK(is(r, CBS_GEMEENTE, "0363", CBS_BRON_JW301), "the gemeente in the place of the postcode");
	CHECK(is(r, CBS_VERWIJZER, "01", CBS_BRON_STANDAARD), "no request: the municipality's own access");
	CHECK(is(r, CBS_CRISIS, "", CBS_BRON_INVULLEN), "no message says that it is no crisis");
	CHECK(is(r, CBS_AANVANG, "20240801", CBS_BRON_JW305), "its start");
	CHECK(is(r, CBS_EINDE, "20241001", CBS_BRON_JW307) && is(r, CBS_REDEN, "01", CBS_BRON_JW307), "its end and reason");
	CHECK(is(r, CBS_TEVREDENHEID, "", CBS_BRON_INVULLEN), "the outcome is asked of people");
	memcpy(e->geslacht, "0", 2);
	e->geboren = DAY_NONE;
	e->gestart = false;
	e->crisis = true;
	memcpy(e->verwijzer, "02", 3);
	NEED(deliver(&k) == 1, "one record");
	r = k.l.list;
	CHECK(is(r, CBS_GESLACHT, "O", CBS_BRON_JW301), "0 is O");
	CHECK(is(r, CBS_GEBOORTEDATUM, "", CBS_BRON_INVULLEN), "no date of birth");
	CHECK(is(r, CBS_AANVANG, "20240801", CBS_BRON_JW323), "no start");
	CHECK(is(r, CBS_CRISIS, "01", CBS_BRON_CATEGORIE), "a crisis by its category");
	CHECK(is(r, CBS_VERWIJZER, "02", CBS_BRON_JW315), "the request's referrer");
	memcpy(e->geslacht, "9", 2);
	memcpy(e->verwijzer, "07", 3);
	NEED(deliver(&k) == 1, "one record");
	CHECK(is(k.l.list, CBS_GESLACHT, "", CBS_BRON_INVULLEN), "9 is nothing CBS knows");
	CHECK(is(k.l.list, CBS_VERWIJZER, "", CBS_BRON_INVULLEN), "referrer 07 does not exist");
	e->hulpvorm = 1;
	NEED(deliver(&k) == 1, "one record");
	CHECK(is(k.l.list, CBS_VERWIJZER, "06", CBS_BRON_HULPVORM), "care by the team has no referrer");
	done(&k);
}

static void forms(void)
{
	static const struct {
		const char *categorie;
		unsigned char hulpvorm;
		const char *code;
		enum cbs_bron bron;
	} rows[] = {
		{"32", 2, "02", CBS_BRON_CATEGORIE}, {"38", 14, "14", CBS_BRON_CATEGORIE},
		{"45", 2, "02", CBS_BRON_STANDAARD}, {"41", 3, "03", CBS_BRON_STANDAARD},
		{"50", 0, "", CBS_BRON_INVULLEN},    {"46", 0, "", CBS_BRON_INVULLEN},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct geval k = geval("2025-01-10");
		struct episode *e = add(&k, "2024-08-01", "2024-10-01");

		memcpy(e->categorie, rows[i].categorie, 3);
		e->hulpvorm = rows[i].hulpvorm;
		CHECK(deliver(&k) == 1 && is(k.l.list, CBS_HULPVORM, rows[i].code, rows[i].bron), rows[i].categorie);
		done(&k);
	}
}

/* ---- checks ---- */

struct gevonden {
	unsigned n[N_CBS_CONTROLES];
	unsigned all;
};

static int note(void *ctx, const struct cbs_bevinding *b)
{
	struct gevonden *f = ctx;

	f->n[b->controle]++;
	f->all++;
	return 0;
}

static struct gevonden check(struct geval *k)
{
	struct gevonden f = {.all = 0};

	(void)deliver(k);
	(void)cbs_controleer(&k->l, &k->all, k->g, &k->v, note, &f);
	return f;
}

static void checks(void)
{
	struct geval k = geval("2025-01-10");
	struct episode *e = add(&k, "2024-08-01", "2024-10-01");

	CHECK(check(&k).all == 0, "a whole record has nothing to find");
	memcpy(e->reden, "99", 3);
	CHECK(check(&k).n[CBS_REDEN_ONBEKEND] == 1, "an end without a reason");
	memcpy(e->reden, "37", 3);
	CHECK(check(&k).n[CBS_REDEN_ADMINISTRATIEF] == 1, "an end for administration without a sequel");
	memcpy(e->reden, "31", 3);
	e->eind = op("2024-07-31");
	CHECK(check(&k).n[CBS_EINDE_VOOR_AANVANG] == 1, "an end before the begin");
	e->eind = op("2024-08-01");
	CHECK(check(&k).all == 0, "… but one day of care is fine");
	e->geboren = DAY_NONE;
	memcpy(e->geslacht, "", 1);
	CHECK(check(&k).n[CBS_GEBOORTE_ONBEKEND] == 1 && check(&k).n[CBS_GESLACHT_ONBEKEND] == 1, "a person half known");
	memcpy(e->geslacht, "1", 2);
	e->geboren = op("2012-01-01");
	e->hulpvorm = 0;
	CHECK(check(&k).n[CBS_HULPVORM_ONBEKEND] == 1, "a form that does not follow");
	e->hulpvorm = 1;
	memcpy(e->verwijzer, "02", 3);
	CHECK(check(&k).n[CBS_WIJKTEAM_VERWIJZER] == 1, "the team with a referrer");
	memcpy(e->verwijzer, "06", 3);
	CHECK(check(&k).all == 0, "… with none it is right");
	e->gestart = false;
	CHECK(check(&k).n[CBS_GEEN_START] == 1, "no start");
	done(&k);
}

static void ages(void)
{
	static const struct {
		const char *name, *geboren;
		bool before; /* earlier care of this client */
		unsigned adult, old;
	} rows[] = {
		{"eighteen tomorrow", "2006-08-02", false, 0, 0},
		{"eighteen on the day", "2006-08-01", false, 1, 0},
		{"… with care before", "2006-08-01", true, 0, 0},
		{"twenty-three tomorrow", "2001-08-02", false, 1, 0},
		{"twenty-three on the day", "2001-08-01", false, 0, 1},
		{"… also with care before", "2001-08-01", true, 0, 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct geval k = geval("2025-01-10");
		struct gevonden f;

		if (rows[i].before)
			memcpy(add(&k, "2015-01-01", "2016-01-01")->aanbieder, "98001235", 9);
		add(&k, "2024-08-01", "2024-10-01")->geboren = op(rows[i].geboren);
		f = check(&k);
		CHECK(f.n[CBS_MEERDERJARIG] == rows[i].adult && f.n[CBS_TE_OUD] == rows[i].old, rows[i].name);
		done(&k);
	}
}

static void told_late(void)
{
	struct geval k = geval("2025-01-10");
	struct episode *e = add(&k, "2024-06-30", NULL);

	e->begin_sinds = op("2024-07-21");
	CHECK(check(&k).n[CBS_LAAT_BEGONNEN] == 0, "told within the three weeks it was delivered");
	e->begin_sinds = op("2024-07-22");
	CHECK(check(&k).n[CBS_LAAT_BEGONNEN] == 1, "a day later it was not");
	e->begin = op("2024-07-01");
	CHECK(check(&k).n[CBS_LAAT_BEGONNEN] == 0, "what begins in the half-year is in time");
	done(&k);
}

static void missing_end(void)
{
	struct geval k = geval("2025-01-10");
	struct episode *e = add(&k, "2023-01-01", NULL);

	CHECK(check(&k).n[CBS_EINDE_ZEKER] + check(&k).n[CBS_EINDE_WAARSCHIJNLIJK] == 0, "what may well run is not told");
	e->elders = ELDERS_OVERLEDEN;
	e->elders_op = op("2024-09-01");
	CHECK(check(&k).n[CBS_EINDE_ZEKER] + check(&k).n[CBS_EINDE_WAARSCHIJNLIJK] == 1, "who died has no care");
	CHECK(is(k.l.list, CBS_EINDE, "", CBS_BRON_INVULLEN) && k.l.list[0].schatting == op("2024-09-01"),
	      "the end is to be filled in, and the hub says which");
	done(&k);
}

static void new_year(void)
{
	for (int on = 0; on <= 1; on++) {
		struct geval k = geval("2025-07-10");

		k.v.halfjaar = H2024_2 + 1;
		for (int i = 0; i < 10; i++) {
			struct episode *e = add(&k, i < on ? "2025-01-01" : "2025-02-01", "2025-06-01");

			e->client[0] = (unsigned char)(i + 1);
			e->dossier = i + 1;
		}
		CHECK(check(&k).n[CBS_NIEUWJAAR] == (unsigned)on, on ? "one in ten on New Year's Day is told" : "none is not");
		k.all.n--;
		CHECK(check(&k).n[CBS_NIEUWJAAR] == 0, "of nine nothing can be said");
		done(&k);
	}
}

/* ---- what is going to be closed ---- */

static size_t closings(struct geval *k, struct cbs_sluiting *first)
{
	struct cbs_sluiting *list = NULL;
	size_t n;

	gewoonten_free(&k->g);
	if (gewoonten_leer(&k->g, &k->all, k->v.vandaag) < 0 || cbs_sluitingen(&k->all, k->g, &k->v, &list, &n) < 0)
		abort();
	if (n > 0)
		*first = list[0];
	free(list);
	return n;
}

/* Declared from its begin until a month. */
static void declared(struct episode *e, const char *laatste)
{
	e->laatste = maand_van(op(laatste));
	for (maand m = maand_van(e->begin); m <= e->laatste; m++)
		e->maanden[0] |= (uint64_t)1 << (e->laatste - m);
	e->laatste_dag = maand_laatste(e->laatste);
	e->eerste_regel = e->begin + 40;
}

static void closing(void)
{
	struct geval k = geval("2025-01-20"); /* the delivery of 2024H2 is open until the 21st */
	struct cbs_sluiting s = {.kans = 0};
	struct episode *e;

	declared(add(&k, "2024-01-10", NULL), "2024-12-01"); /* its provider delivers */
	e = add(&k, "2024-01-10", NULL);
	e->client[0] = 2;
	e->dossier = 2;
	declared(e, "2024-06-01");
	CHECK(closings(&k, &s) == 1 && s.e == &k.all.list[1], "silent since June it is closed");
	CHECK(s.sluit == op("2024-06-30") && s.spoor == op("2024-06-30") && s.uiterlijk == op("2025-01-21"),
	      "on the last day of June, unless something comes by 21 January");
	CHECK(!s.stil, "its provider did deliver");
	declared(e, "2024-07-01");
	CHECK(closings(&k, &s) == 0, "a trace in July keeps it open");
	k.v.vandaag = op("2025-01-21");
	CHECK(closings(&k, &s) == 2 && s.sluit == op("2024-12-31") && s.uiterlijk == op("2025-07-21"),
	      "then the half-year that runs is looked at, and both have no trace in it yet");
	CHECK(s.stil, "nor has their provider");
	memset(e->maanden, 0, sizeof e->maanden);
	declared(e, "2024-05-01");
	CHECK(closings(&k, &s) == 1, "what was silent before was closed before");
	k.all.list[0].eind = k.all.list[0].eind_sinds = op("2024-12-20");
	CHECK(closings(&k, &s) == 0, "what has an end needs no closing");
	done(&k);
}

static void agrees_with_flows(void)
{
	struct geval k = geval("2025-01-20");
	struct cbs_levering *c = NULL;
	struct cbs_sluiting s;
	struct episode *e;

	declared(add(&k, "2024-01-10", NULL), "2024-12-01");
	e = add(&k, "2024-01-10", NULL);
	e->client[0] = 2;
	declared(e, "2024-06-01");
	NEED(closings(&k, &s) == 1, "one is going to be closed");
	NEED(cbs_levering_new(&c, &k.all, k.g, op("2025-01-20")) == 0, "who delivered");
	CHECK(cbs_sluit(c, s.e) == DAY_NONE, "the flows do not have it closed yet");
	cbs_levering_free(&c);
	NEED(cbs_levering_new(&c, &k.all, k.g, s.uiterlijk) == 0, "who delivered");
	CHECK(cbs_sluit(c, s.e) == s.sluit, "on the deadline they do, on the same day");
	cbs_levering_free(&c);
	done(&k);
}

int main(void)
{
	static const struct test tests[] = {
		{"borders of a half-year", borders},
		{"what is no youth care", left_out},
		{"what becomes one record", merging},
		{"what stays apart", apart},
		{"an end that nobody told", phantom},
		{"care beside a stay", stays},
		{"reasons", reasons},
		{"fields and where they come from", person},
		{"forms of care", forms},
		{"checks of a record", checks},
		{"ages", ages},
		{"a start that was told late", told_late},
		{"an end that is missing", missing_end},
		{"New Year's Day", new_year},
		{"what CBS is going to close", closing},
		{"closings agree with the flows", agrees_with_flows},
		{NULL, NULL},
	};

	return unit_main("cbs", tests);
}
