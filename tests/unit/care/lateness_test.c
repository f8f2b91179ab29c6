/*
 * Who is late, on rows made by hand: the terms over Easter and King's Day, what is
 * not judged, what never came, and how long answers take in a real store.
 */
#include "../../lib/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/episoden.h"
#include "care/lateness.h"
#include "store/register.h"
#include "store/store.h"

static const struct calendar kalender = {LIBERATION_FIFTH_YEAR, false, NULL, 0, NULL, 0};

static struct laat_vraag vraag(const char *vandaag)
{
	return (struct laat_vraag){.calendar = &kalender, .vandaag = op(vandaag), .sinds = DAY_NONE, .aanbieders = true};
}

/* The row of a party ("" : all) and kind, zeroes when there is none. */
static struct laat_rij row(struct laatheid *l, enum laat_soort s, const char *partij, const char *categorie)
{
	size_t n;
	const struct laat_rij *rows = laatheid_rijen(l, &n);

	for (size_t i = 0; i < n; i++)
		if (rows[i].soort == s && strcmp(rows[i].partij, partij) == 0 && strcmp(rows[i].categorie, categorie) == 0)
			return rows[i];
	return (struct laat_rij){.mediaan = -1, .p90 = -1};
}

static struct reg_levering levering(int64_t bericht, enum levering_soort soort, const char *begin, const char *eind,
				    const char *ontvangen)
{
	return (struct reg_levering){
		.id = bericht << 20,
		.bericht = bericht,
		.soort = soort,
		.nummer = 1,
		.categorie = "45",
		.code = "45A04",
		.begin = op(begin),
		.eind = op(eind),
		.reden = soort == LEVERING_STOP ? "31" : "",
		.ontvangen = op(ontvangen),
		.verwijderd_op = DAY_NONE,
		.herroepen_op = DAY_NONE,
		.retourcode = "",
	};
}

static struct reg_dossier dossier(const struct reg_levering *l, size_t n)
{
	return (struct reg_dossier){.id = 1, .paar = {"0363", "98001234", {1}}, .geboren = DAY_NONE, .geslacht = "",
				    .leveringen = l, .n_leveringen = n};
}

/* What one start or stop makes of the row of all. */
static struct laat_rij alone(const struct reg_levering *l, const struct reg_toewijzing *t)
{
	struct laat_vraag v = vraag("2025-12-31");
	struct laatheid *k = laatheid_new(&v);
	struct reg_dossier d = dossier(l, 1);
	struct laat_rij r;

	d.toewijzingen = t;
	d.n_toewijzingen = t != NULL;
	if (laatheid_dossier(k, &d) < 0)
		abort();
	r = row(k, l->soort == LEVERING_START ? LAAT_START : LAAT_STOP, "", "");
	laatheid_free(&k);
	return r;
}

static void terms(void)
{
	static const struct {
		const char *name, *op, *ontvangen;
		int dagen;
		bool laat;
	} rows[] = {
		{"Monday to Monday is five working days", "2025-03-03", "2025-03-10", 7, false},
		{"Monday to Tuesday is six", "2025-03-03", "2025-03-11", 8, true},
		/* Easter 2025: 20 and 21 April; Good Friday is worked here. */
		{"over Easter Monday a day more", "2025-04-14", "2025-04-22", 8, false},
		{"… but not two", "2025-04-14", "2025-04-23", 9, true},
		/* King's Day 2025 is Saturday 26 April; Liberation Day 2025 is a day off. */
		{"over Liberation Day of a fifth year", "2025-04-29", "2025-05-07", 8, false},
		{"… and then it is late", "2025-04-29", "2025-05-08", 9, true},
		{"from a Saturday the count begins on Monday", "2025-03-01", "2025-03-07", 6, false},
		{"Saturday itself does not count", "2025-03-01", "2025-03-08", 7, false},
		{"told before it happened is in time", "2025-03-03", "2025-02-20", 0, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reg_levering start = levering(1, LEVERING_START, rows[i].op, NULL, rows[i].ontvangen);
		struct reg_levering stop = levering(1, LEVERING_STOP, "2024-01-01", rows[i].op, rows[i].ontvangen);
		struct laat_rij a = alone(&start, NULL), b = alone(&stop, NULL);

		CHECK(a.aantal == 1 && a.mediaan == rows[i].dagen && a.p90 == rows[i].dagen && a.te_laat == rows[i].laat,
		      rows[i].name);
		CHECK(b.aantal == 1 && b.mediaan == rows[i].dagen && b.te_laat == rows[i].laat, rows[i].name);
	}
}

static void could_not_know(void)
{
	struct reg_levering start = levering(1, LEVERING_START, "2025-01-06", NULL, "2025-03-10");
	struct reg_levering stop = levering(2, LEVERING_STOP, "2025-01-06", "2025-02-03", "2025-03-10");
	struct reg_toewijzing t = {.nummer = 1, .ingang = op("2025-01-06"), .eind = op("2025-02-03"), .reden = "",
				   .referentie = "", .ontvangen = op("2025-03-05"), .verwijzer = ""};

	CHECK(alone(&start, NULL).te_laat == 1, "two months after the begin is late");
	CHECK(alone(&start, &t).te_laat == 0 && alone(&start, &t).mediaan == 5, "… but five days after the allocation");
	CHECK(alone(&stop, &t).te_laat == 0 && alone(&stop, &t).mediaan == 5, "so is a stop after the end was told");
	t.eind = op("2025-02-28");
	CHECK(alone(&stop, &t).te_laat == 1, "another end that was told is no excuse");
	t.nummer = 2;
	CHECK(alone(&start, &t).te_laat == 1, "nor is another number");
	t.nummer = 1;
	t.herroepen = true;
	CHECK(alone(&start, &t).te_laat == 1, "nor an allocation that was rejected");
}

static void not_judged(void)
{
	struct reg_levering l = levering(1, LEVERING_STOP, "2024-01-01", "2025-03-03", "2025-06-01");

	CHECK(alone(&l, NULL).aantal == 1, "(a stop is judged)");
	l.reden = "20";
	CHECK(alone(&l, NULL).aantal == 0, "a temporary stop is not judged");
	l.reden = "31";
	l.herroepen_op = op("2025-06-02");
	CHECK(alone(&l, NULL).aantal == 0, "nor one that was rejected");
	l.herroepen_op = DAY_NONE;
	l.verwijderd_door = 9;
	CHECK(alone(&l, NULL).aantal == 0, "nor one that was deleted");
	l.verwijderd_door = 0;
	l.nummer = ABSENT;
	CHECK(alone(&l, NULL).aantal == 0, "nor taakgericht care");
	l.nummer = 1;
	l.eind = op("2026-01-05");
	CHECK(alone(&l, NULL).aantal == 0, "nor what has not happened yet");
}

/* How many of these are judged, starts and stops together. */
static size_t judged(const struct reg_levering *list, size_t n)
{
	struct laat_vraag v = vraag("2025-12-31");
	struct laatheid *k = laatheid_new(&v);
	struct reg_dossier d = dossier(list, n);
	size_t all;

	if (laatheid_dossier(k, &d) < 0)
		abort();
	all = row(k, LAAT_START, "", "").aantal + row(k, LAAT_STOP, "", "").aantal;
	laatheid_free(&k);
	return all;
}

static void corrections(void)
{
	struct reg_levering start = levering(1, LEVERING_START, "2025-01-06", NULL, "2025-01-08");
	struct reg_levering again[] = {start, start}, corrected[] = {start, start}, paused[] = {start, start, start, start};

	again[1].bericht = 5;
	again[1].ontvangen = op("2025-06-01");
	CHECK(judged(again, 2) == 1, "a start that is sent again counts once");
	corrected[0].verwijderd_door = 5;
	corrected[1].bericht = 5;
	corrected[1].begin = op("2025-01-13");
	corrected[1].ontvangen = op("2025-06-01");
	CHECK(judged(corrected, 2) == 0, "a correction is not late");
	paused[1] = levering(2, LEVERING_STOP, "2025-01-06", "2025-02-03", "2025-02-04");
	paused[1].reden = "20";
	paused[2] = levering(3, LEVERING_STOP, "2025-01-06", "2025-02-10", "2025-06-01");
	CHECK(judged(paused, 3) == 1, "the definitive stop after a temporary one is not judged");
	paused[3] = paused[2];
	paused[2] = levering(3, LEVERING_START, "2025-02-10", NULL, "2025-02-11");
	paused[3].eind = op("2025-05-01");
	paused[3].bericht = 4;
	CHECK(judged(paused, 4) == 3, "after a restart it is");
}

static void shares(void)
{
	struct laat_vraag v = vraag("2025-12-31");
	struct laatheid *k;
	struct laat_rij r;

	v.producten = true;
	v.sinds = op("2025-03-03");
	k = laatheid_new(&v);
	for (int i = 0; i < 10; i++) { /* 1 … 10 days after Monday 3 March; the last three are late */
		struct reg_levering l = levering(1, LEVERING_START, "2025-03-03", NULL, "2025-03-04");
		struct reg_dossier d = dossier(&l, 1);

		l.ontvangen += i;
		l.categorie = i % 2 == 0 ? "45" : "41";
		CHECK(laatheid_dossier(k, &d) == 0, "it is counted");
		l.begin = op("2025-03-02");
		CHECK(laatheid_dossier(k, &d) == 0, "what lies before is passed by");
	}
	r = row(k, LAAT_START, "", "");
	CHECK(r.aantal == 10 && r.mediaan == 5 && r.p90 == 9, "median and p90 are days that were seen");
	CHECK(r.te_laat == 3, "three came after Monday the 10th");
	r = row(k, LAAT_START, "98001234", "45");
	CHECK(r.aantal == 5 && r.mediaan == 5 && r.te_laat == 1, "one category of one provider");
	CHECK(row(k, LAAT_START, "98001234", "").aantal == 0, "by category there is no row without one");
	laatheid_free(&k);
}

static void never_sent(void)
{
	struct laat_vraag v = vraag("2025-03-17");
	struct laatheid *k = laatheid_new(&v);
	struct episoden all = {0};
	struct gewoonten *g = NULL;
	struct episode e = maak_episode("2024-01-01", NULL);
	struct laat_rij stop, start;

	(void)voeg_toe(&all, &e); /* runs, as far as anybody knows */
	e.geboren = op("2006-03-10");
	e.elders = ELDERS_OVERLEDEN;
	e.elders_op = op("2024-06-01");
	e.client[0] = 2;
	e.dossier = 2;
	(void)voeg_toe(&all, &e);
	e = maak_episode("2024-01-01", NULL); /* declared, never started */
	e.client[0] = 3;
	e.dossier = 3;
	e.gestart = false;
	e.laatste = maand_van(e.begin);
	e.maanden[0] = 1;
	(void)voeg_toe(&all, &e);
	NEED(gewoonten_leer(&g, &all, v.vandaag) == 0, "habits are learnt");
	all.list[1].elders = ELDERS_OVERLEDEN; /* learning links nothing here */
	for (size_t i = 0; i < all.n; i++)
		CHECK(laatheid_episode(k, g, &all.list[i]) == 0, "it is counted");
	stop = row(k, LAAT_STOP, "", "");
	start = row(k, LAAT_START, "", "");
	CHECK(start.gemist == 1 && start.zeker == 1 && start.aantal == 0, "declared without a start is a start that never came");
	CHECK(stop.gemist > .9 && stop.gemist < 2, "one died, the other may run");
	CHECK(stop.aantal == 0 && stop.mediaan == -1, "what did not come has no days");
	laatheid_free(&k);
	gewoonten_free(&g);
	episoden_free(&all);
}

static void term_not_over(void)
{
	struct laat_vraag v = vraag("2025-03-17"); /* a Monday: care that ended on Monday the 10th is in its term */
	struct laatheid *k = laatheid_new(&v);
	struct gewoonten *g = gewoonten_start(v.vandaag);
	struct episode e = maak_episode("2025-03-10", NULL);

	e.gestart = false;
	e.laatste = maand_van(e.begin);
	CHECK(laatheid_episode(k, g, &e) == 0 && row(k, LAAT_START, "", "").gemist == 0, "the term of its start runs");
	e.begin = op("2025-03-07");
	CHECK(laatheid_episode(k, g, &e) == 0 && row(k, LAAT_START, "", "").gemist == 1, "… a working day earlier it is over");
	e.taakgericht = true;
	CHECK(laatheid_episode(k, g, &e) == 0 && row(k, LAAT_START, "", "").gemist == 1, "taakgericht care owes nothing");
	laatheid_free(&k);
	gewoonten_free(&g);
}

static int add_message(struct store *st, int64_t id, const char *type, const char *van, const char *naar, const char *dag,
		       enum verdict verdict)
{
	int64_t us = ((int64_t)op(dag) * 86400 + 43200) * 1000000;
	char name[24];
	struct store_message m = {.id = id, .received = us, .settled = us, .party = "p", .reference = "", .type = type,
				  .van = van, .naar = naar, .identificatie = name, .verdict = verdict, .body = ""};

	(void)snprintf(name, sizeof name, "M%lld", (long long)id);
	return st->ops->message_add(st, &m);
}

static int take(void *ctx, const struct reg_antwoordtijd *a)
{
	return laatheid_antwoord(ctx, a);
}

static struct laatheid *answers(struct store *st, const struct laat_vraag *v, int64_t tot)
{
	struct laatheid *k = laatheid_new(v);

	CHECK(st->reg->antwoordtijden(st, tot, take, k) == 0, "the store tells when answers came");
	return k;
}

static void answered(void)
{
	struct store *st = NULL;
	struct buf why = BUF_INIT;
	struct laat_vraag v = vraag("2025-03-31");
	struct laatheid *k;
	struct laat_rij r;
	bool good = true;

	NEED(store_open(&st, "sqlite::memory:", STORE_WRITE, &why) == 0, "a store in memory");
	good = good && add_message(st, 1, "JW301", "0363", "98001234", "2025-03-03", VERDICT_ACCEPTED) == 0;
	good = good && add_message(st, 2, "JW301", "0363", "98001234", "2025-03-03", VERDICT_ACCEPTED) == 0;
	good = good && add_message(st, 3, "JW302", "98001234", "0363", "2025-03-06", VERDICT_ACCEPTED) == 0;
	good = good && add_message(st, 4, "JW302", "98001234", "0363", "2025-03-07", VERDICT_ACCEPTED) == 0;
	good = good && add_message(st, 5, "JW323", "98001234", "0363", "2025-03-10", VERDICT_ACCEPTED) == 0;
	good = good && add_message(st, 6, "JW305", "98001234", "0363", "2025-03-28", VERDICT_ACCEPTED) == 0;
	good = good && add_message(st, 7, "JW305", "98001234", "0363", "2025-03-03", VERDICT_REJECTED) == 0;
	good = good && st->reg->retour_add(st, &(struct reg_retour){1, 3, false, ""}) == 0;
	good = good && st->reg->retour_add(st, &(struct reg_retour){2, 4, true, "9001"}) == 0;
	NEED(good, "messages and answers");
	k = answers(st, &v, INT64_MAX);
	r = row(k, LAAT_RETOUR, "98001234", "");
	CHECK(r.aantal == 2 && r.mediaan == 3 && r.p90 == 4 && r.te_laat == 1 && r.open == 0, "three working days, and one more");
	r = row(k, LAAT_RETOUR, "0363", "");
	CHECK(r.aantal == 0 && r.open == 1 && r.open_te_laat == 0, "the start of Friday may wait; the refused one is owed nothing");
	r = row(k, LAAT_ANTWOORD, "0363", "");
	CHECK(r.aantal == 0 && r.open == 1 && r.open_te_laat == 1, "ten working days after the 10th it was the 24th");
	laatheid_free(&k);
	k = answers(st, &v, 3);
	r = row(k, LAAT_RETOUR, "98001234", "");
	CHECK(r.aantal == 1 && r.open == 1, "what came later is left out");
	laatheid_free(&k);
	v.gemeente = "0999";
	k = answers(st, &v, INT64_MAX);
	CHECK(row(k, LAAT_RETOUR, "", "").aantal == 0, "another gemeente has none");
	laatheid_free(&k);
	store_close(&st);
	buf_free(&why);
}

int main(void)
{
	static const struct test tests[] = {
		{"terms and days off", terms},
		{"nobody is late for what he could not know", could_not_know},
		{"what is not judged", not_judged},
		{"corrections and pauses", corrections},
		{"medians, shares, categories", shares},
		{"what never came", never_sent},
		{"a term that runs", term_not_over},
		{"answers", answered},
		{NULL, NULL},
	};

	return unit_main("lateness", tests);
}
