/* The contract of register_ops, on SQLite in memory. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/migrations.h"
#include "store/register.h"
#include "store/statements.h"
#include "store/store.h"

#include "../../lib/unit.h"

#define GEMEENTE "0363"
#define AANBIEDER "01234567"

static struct store *fresh(void)
{
	struct store *st = NULL;
	struct buf why = BUF_INIT;

	if (store_open(&st, "sqlite::memory:", STORE_WRITE, &why) < 0)
		(void)fprintf(stderr, "%s\n", buf_str(&why));
	buf_free(&why);
	return st;
}

static struct paar client(unsigned char which)
{
	struct paar p = {.gemeente = GEMEENTE, .aanbieder = AANBIEDER};

	memset(p.client, which, sizeof p.client);
	return p;
}

static int toewijzing(struct store *st, int64_t bericht, int64_t nummer, int64_t moment, day eind,
		      const char *referentie)
{
	struct reg_toewijzing t = {
		.bericht = bericht,
		.paar = client(1),
		.nummer = nummer,
		.moment = moment,
		.ingang = 20000,
		.eind = eind,
		.reden = "",
		.referentie = referentie,
		.product = {.categorie = "45",
			    .code = "45A04",
			    .volume = 4,
			    .eenheid = "04",
			    .frequentie = "2",
			    .budget = ABSENT},
		.dagtekening = 19990,
	};

	return st->reg->toewijzing_add(st, &t);
}

static int levering(struct store *st, int64_t bericht, enum levering_soort soort, int64_t nummer,
		    day begin)
{
	struct reg_levering l = {
		.bericht = bericht,
		.paar = client(1),
		.soort = soort,
		.nummer = nummer,
		.categorie = "45",
		.code = "",
		.ingang = 20000,
		.begin = begin,
		.eind = soort == LEVERING_STOP ? begin + 30 : DAY_NONE,
		.reden = soort == LEVERING_STOP ? "31" : "",
		.dagtekening = begin + 1,
	};

	return st->reg->levering_add(st, &l);
}

static int prestatie(struct store *st, int64_t bericht, const char *referentie, const char *vorig,
		     int64_t nummer)
{
	struct reg_prestatie p = {
		.bericht = bericht,
		.paar = client(1),
		.referentie = referentie,
		.vorig = vorig,
		.nummer = nummer,
		.categorie = "45",
		.code = "45A04",
		.begin = 20000,
		.eind = 20030,
		.volume = 16,
		.eenheid = "04",
		.tarief = ABSENT,
		.bedrag = 98765,
		.dc = *vorig != '\0' ? 'C' : 'D',
	};

	return st->reg->prestatie_add(st, &p);
}

static int declaratie(struct store *st, int64_t bericht, const char *nummer, day begin)
{
	struct reg_declaratie d = {
		.bericht = bericht,
		.gemeente = GEMEENTE,
		.aanbieder = AANBIEDER,
		.nummer = nummer,
		.identificatie = nummer,
		.dagtekening = begin + 40,
		.begin = begin,
		.eind = begin + 30,
		.bedrag = -5,
		.basisversie = "1.2.0",
		.berichtversie = "1.0.1",
		.toegekend = ABSENT,
	};

	return st->reg->declaratie_add(st, &d);
}

static int verzoek(struct store *st, int64_t bericht, const char *referentie)
{
	struct reg_verzoek v = {
		.bericht = bericht,
		.paar = client(1),
		.referentie = referentie,
		.ingang = 20000,
		.eind = DAY_NONE,
		.product = {.categorie = "", .code = "", .volume = ABSENT, .eenheid = "",
			    .frequentie = "", .budget = 100000},
		.dagtekening = 19990,
		.received = 123456789,
	};

	return st->reg->verzoek_add(st, &v);
}

static int antwoord(struct store *st, int64_t bericht, const char *referentie, const char *wat)
{
	struct reg_antwoord a = {.bericht = bericht,
				 .gemeente = GEMEENTE,
				 .aanbieder = AANBIEDER,
				 .referentie = referentie,
				 .antwoord = wat,
				 .reden = "",
				 .dagtekening = 20001};

	return st->reg->antwoord_add(st, &a);
}

static int verwachting(struct store *st, int64_t bericht, const char *soort, const char *debiteur,
		       const char *sleutel, day uiterlijk)
{
	struct reg_verwachting w = {.soort = soort,
				    .debiteur = debiteur,
				    .crediteur = GEMEENTE,
				    .bericht = bericht,
				    .sleutel = sleutel,
				    .sinds = uiterlijk - 3,
				    .uiterlijk = uiterlijk,
				    .voldaan_op = DAY_NONE,
				    .gemeld = DAY_NONE};

	return st->reg->verwachting_add(st, &w);
}

/* What a list gave: the messages, in order, as text. */
struct seen {
	char text[200];
	int64_t id;
	int n, stop_after;
};

static int see(struct seen *s, int64_t id, int64_t bericht)
{
	size_t n = strlen(s->text);

	(void)snprintf(s->text + n, sizeof s->text - n, "%s%lld", n > 0 ? " " : "", (long long)bericht);
	s->id = id;
	return ++s->n == s->stop_after;
}

static int see_toewijzing(void *ctx, const struct reg_toewijzing *t)
{
	return see(ctx, t->id, t->bericht);
}

static int see_levering(void *ctx, const struct reg_levering *l)
{
	return see(ctx, l->id, l->bericht);
}

static int see_prestatie(void *ctx, const struct reg_prestatie *p)
{
	return see(ctx, p->id, p->bericht);
}

static int see_verzoek(void *ctx, const struct reg_verzoek *v)
{
	return see(ctx, v->id, v->bericht);
}

static int see_antwoord(void *ctx, const struct reg_antwoord *a)
{
	return see(ctx, 0, a->bericht);
}

static int see_verwachting(void *ctx, const struct reg_verwachting *w)
{
	return see(ctx, w->id, w->bericht);
}

static bool were(struct seen *s, const char *expected)
{
	bool same = strcmp(s->text, expected) == 0;

	if (!same)
		(void)fprintf(stderr, "got '%s', expected '%s'\n", s->text, expected);
	*s = (struct seen){0};
	return same;
}

static bool leveringen_are(struct store *st, const char *expected)
{
	struct paar p = client(1);
	struct seen s = {0};

	return st->reg->leveringen(st, &p, see_levering, &s) == 0 && were(&s, expected);
}

static bool verzoeken_are(struct store *st, const char *expected)
{
	struct paar p = client(1);
	struct seen s = {0};

	return st->reg->verzoeken_open(st, &p, see_verzoek, &s) == 0 && were(&s, expected);
}

static bool verwachtingen_are(struct store *st, const char *debiteur, day tot, const char *expected)
{
	struct seen s = {0};

	return st->reg->verwachtingen(st, debiteur, tot, see_verwachting, &s) == 0 &&
	       were(&s, expected);
}

static void versions(void)
{
	struct store *st = fresh();
	const struct register_ops *reg;
	struct arena a = ARENA_INIT;
	struct reg_toewijzing t;
	struct paar p = client(1), other = client(2);
	struct seen s = {0};
	int64_t bericht;

	NEED(st != NULL, "a store opens");
	reg = st->reg;
	CHECK(reg->toewijzing_current(st, &a, GEMEENTE, 7, &t) == -ENOENT, "an empty register knows none");
	CHECK(toewijzing(st, 10, 7, 2000, DAY_NONE, "R1") == 0, "a first version");
	CHECK(toewijzing(st, 12, 7, 3000, 20100, "") == 0, "a newer one");
	CHECK(toewijzing(st, 14, 7, 1000, 20200, "R1") == 0, "an older one that came later");
	CHECK(toewijzing(st, 14, 8, 1000, DAY_NONE, "") == 0, "another number of that message");
	NEED(reg->toewijzing_current(st, &a, GEMEENTE, 7, &t) == 0, "the number is known");
	CHECK(t.bericht == 12 && t.moment == 3000, "the newest moment counts, not the latest arrival");
	CHECK(t.eind == 20100 && t.ingang == 20000 && t.dagtekening == 19990, "days come back");
	CHECK(strcmp(t.paar.gemeente, GEMEENTE) == 0 && strcmp(t.paar.aanbieder, AANBIEDER) == 0 &&
		      memcmp(t.paar.client, p.client, CLIENT_BYTES) == 0,
	      "so does its pair, leading zeroes and all");
	CHECK(strcmp(t.product.code, "45A04") == 0 && t.product.volume == 4 &&
		      strcmp(t.product.eenheid, "04") == 0 && t.product.budget == ABSENT &&
		      strcmp(t.reden, "") == 0,
	      "and its product");
	CHECK(toewijzing(st, 15, 7, 3000, 20100, "") == 0 &&
		      reg->toewijzing_current(st, &a, GEMEENTE, 7, &t) == 0 && t.bericht == 15,
	      "of two with one moment the newest message counts");
	CHECK(reg->toewijzing_versies(st, GEMEENTE, 7, see_toewijzing, &s) == 0 && were(&s, "14 10 12 15"),
	      "versions come oldest moment first");
	s.stop_after = 2;
	CHECK(reg->toewijzing_versies(st, GEMEENTE, 7, see_toewijzing, &s) == 0 && were(&s, "14 10"),
	      "a list ends where each says so");
	CHECK(reg->toewijzingen(st, &p, see_toewijzing, &s) == 0 && were(&s, "15 14"),
	      "the current version of every number of a client");
	CHECK(reg->toewijzingen(st, &other, see_toewijzing, &s) == 0 && were(&s, ""), "another has none");
	CHECK(reg->toewijzing_referentie(st, GEMEENTE, AANBIEDER, "R1", &bericht) == 0 && bericht == 10,
	      "the first message under a reference");
	CHECK(reg->toewijzing_referentie(st, GEMEENTE, "99999999", "R1", &bericht) == -ENOENT &&
		      reg->toewijzing_referentie(st, GEMEENTE, AANBIEDER, "", &bericht) == -ENOENT,
	      "only to this provider, and only where there is one");
	CHECK(reg->client_bekend(st, &p) == 0 && reg->client_bekend(st, &other) == -ENOENT,
	      "an allocation makes a client known");
	CHECK(reg->herroep(st, 15) == 0 && reg->herroep(st, 12) == 0, "two messages are recalled");
	CHECK(reg->toewijzing_current(st, &a, GEMEENTE, 7, &t) == 0 && t.bericht == 10,
	      "the version before them counts again");
	CHECK(reg->herroep(st, 10) == 0 && reg->herroep(st, 14) == 0 &&
		      reg->toewijzing_current(st, &a, GEMEENTE, 7, &t) == -ENOENT &&
		      reg->client_bekend(st, &p) == -ENOENT,
	      "without any the client is not known");
	arena_release(&a);
	store_close(&st);
}

static void deliveries(void)
{
	struct store *st = fresh();
	const struct register_ops *reg;
	struct paar p = client(1);
	struct seen s = {0};
	int64_t late;

	NEED(st != NULL, "a store opens");
	reg = st->reg;
	(void)levering(st, 20, LEVERING_START, 7, 20010);
	(void)levering(st, 21, LEVERING_START, ABSENT, 20005);
	(void)levering(st, 22, LEVERING_STOP, 7, 20010);
	s.stop_after = 2;
	(void)reg->leveringen(st, &p, see_levering, &s);
	late = s.id;
	CHECK(were(&s, "21 20"), "a list may end early");
	CHECK(leveringen_are(st, "21 20 22"), "by begin, then by arrival");
	CHECK(reg->levering_verwijder(st, late, 30) == 0 && leveringen_are(st, "21 22"),
	      "what a message deleted is not in force");
	CHECK(reg->herroep(st, 30) == 0 && leveringen_are(st, "21 20 22"),
	      "when that message is recalled it is in force again");
	CHECK(reg->herroep(st, 22) == 0 && leveringen_are(st, "21 20"), "a recalled stop is gone");
	CHECK(reg->levering_verwijder(st, late, 31) == 0 && reg->herroep(st, 20) == 0 &&
		      reg->herroep(st, 31) == 0 && leveringen_are(st, "21"),
	      "what was deleted and itself recalled stays out");
	CHECK(reg->client_bekend(st, &p) == 0, "a start makes a client known");
	store_close(&st);
}

static void declarations(void)
{
	struct store *st = fresh();
	const struct register_ops *reg;
	struct arena a = ARENA_INIT;
	struct reg_declaratie d;

	NEED(st != NULL, "a store opens");
	reg = st->reg;
	(void)declaratie(st, 40, "2026-01", 20454);
	(void)declaratie(st, 41, "002026", 20485);
	(void)declaratie(st, 42, "2025-12", 20423);
	NEED(reg->declaratie_nummer(st, &a, AANBIEDER, "002026", &d) == 0, "found by its number");
	CHECK(d.bericht == 41 && d.bedrag == -5 && d.toegekend == ABSENT && d.antwoord == 0 &&
		      strcmp(d.nummer, "002026") == 0 && strcmp(d.basisversie, "1.2.0") == 0 &&
		      d.begin == 20485 && d.eind == 20515 && !d.afgewezen,
	      "with all that it said");
	CHECK(reg->declaratie_nummer(st, &a, AANBIEDER, "2026", &d) == -ENOENT,
	      "leading zeroes make another number");
	CHECK(reg->declaratie_laatste(st, &a, GEMEENTE, AANBIEDER, &d) == 0 && d.bericht == 41,
	      "the latest period, not the latest message");
	CHECK(reg->declaratie_antwoord(st, 41, 50, 0, true) == 0, "it is rejected as a whole");
	CHECK(reg->declaratie_laatste(st, &a, GEMEENTE, AANBIEDER, &d) == 0 && d.bericht == 40 &&
		      reg->declaratie_nummer(st, &a, AANBIEDER, "002026", &d) == -ENOENT,
	      "and counts as not sent");
	CHECK(reg->declaratie_identificatie(st, &a, GEMEENTE, AANBIEDER, "002026", &d) == 0 &&
		      d.afgewezen && d.antwoord == 50 && d.toegekend == 0,
	      "though its identification still finds it");
	CHECK(reg->declaratie_identificatie(st, &a, "0599", AANBIEDER, "002026", &d) == -ENOENT,
	      "for its own gemeente");
	CHECK(reg->declaratie_antwoord(st, 49, 50, 0, false) == -ENOENT, "an unknown one is told");
	arena_release(&a);
	store_close(&st);
}

static void lines(void)
{
	struct store *st = fresh();
	const struct register_ops *reg;
	struct arena a = ARENA_INIT;
	struct reg_prestatie p;
	struct seen s = {0};

	NEED(st != NULL, "a store opens");
	reg = st->reg;
	(void)declaratie(st, 60, "60", 20454);
	(void)prestatie(st, 60, "1", "", 7);
	(void)prestatie(st, 60, "2", "", 8);
	(void)prestatie(st, 61, "3", "", 7);
	NEED(reg->prestatie_referentie(st, &a, AANBIEDER, "1", &p) == 0, "a line is found");
	CHECK(p.bericht == 60 && p.nummer == 7 && p.bedrag == 98765 && p.tarief == ABSENT &&
		      p.dc == 'D' && p.stand == PRESTATIE_INGEDIEND && !p.gecrediteerd,
	      "as it was submitted");
	(void)prestatie(st, 62, "4", "1", 7);
	CHECK(reg->prestatie_referentie(st, &a, AANBIEDER, "1", &p) == 0 && p.gecrediteerd,
	      "a credit line credits it");
	CHECK(reg->prestatie_vorig(st, &a, AANBIEDER, "1", &p) == 0 && p.dc == 'C' && p.bericht == 62 &&
		      !p.gecrediteerd,
	      "and is found by it");
	CHECK(reg->prestatie_stand(st, p.id, PRESTATIE_AFGEWEZEN) == 0 &&
		      reg->prestatie_vorig(st, &a, AANBIEDER, "1", &p) == -ENOENT &&
		      reg->prestatie_referentie(st, &a, AANBIEDER, "1", &p) == 0 && !p.gecrediteerd,
	      "rejected, it credits nothing");
	CHECK(reg->prestatie_referentie(st, &a, AANBIEDER, "4", &p) == 0 && p.stand == PRESTATIE_AFGEWEZEN,
	      "but its reference was used");
	CHECK(reg->prestaties(st, GEMEENTE, 7, see_prestatie, &s) == 0 && were(&s, "60 61"),
	      "the lines of an allocation that were not rejected");
	CHECK(reg->prestatie_referentie(st, &a, AANBIEDER, "2", &p) == 0 &&
		      reg->prestatie_stand(st, p.id, PRESTATIE_AFGEWEZEN) == 0 &&
		      reg->prestaties_stand(st, 60, PRESTATIE_GOEDGEKEURD) == 0,
	      "one line is rejected, the rest of the message approved");
	CHECK(reg->prestatie_referentie(st, &a, AANBIEDER, "1", &p) == 0 &&
		      p.stand == PRESTATIE_GOEDGEKEURD &&
		      reg->prestatie_referentie(st, &a, AANBIEDER, "2", &p) == 0 &&
		      p.stand == PRESTATIE_AFGEWEZEN &&
		      reg->prestatie_referentie(st, &a, AANBIEDER, "3", &p) == 0 &&
		      p.stand == PRESTATIE_INGEDIEND,
	      "each line stands where it should");
	CHECK(reg->prestaties_van(st, 60, see_prestatie, &s) == 0 && were(&s, "60"),
	      "the lines of a message that were not rejected");
	CHECK(reg->client_bekend(st, &p.paar) == 0, "a line makes a client known");
	CHECK(reg->declaratie_antwoord(st, 60, 70, 0, true) == 0 && reg->herroep(st, 61) == 0 &&
		      reg->prestaties(st, GEMEENTE, 7, see_prestatie, &s) == 0 && were(&s, "") &&
		      reg->client_bekend(st, &p.paar) == -ENOENT,
	      "a declaration rejected as a whole takes its lines along, a recalled one too");
	arena_release(&a);
	store_close(&st);
}

static void requests(void)
{
	struct store *st = fresh();
	const struct register_ops *reg;
	struct arena a = ARENA_INIT;
	struct reg_verzoek v;
	struct seen s = {0};

	NEED(st != NULL, "a store opens");
	reg = st->reg;
	(void)verzoek(st, 80, "VOT-1");
	(void)verzoek(st, 80, "VOT-2");
	CHECK(verzoeken_are(st, "80 80"), "both are open");
	NEED(reg->verzoek(st, &a, AANBIEDER, "VOT-1", &v) == 0, "one is found by its reference");
	CHECK(v.bericht == 80 && !v.wijziging && v.product.budget == 100000 &&
		      v.product.volume == ABSENT && v.received == 123456789 && v.eind == DAY_NONE,
	      "as it was asked");
	CHECK(antwoord(st, 81, "VOT-1", "2") == 0 && antwoord(st, 82, "VOT-1", "1") == 0 &&
		      reg->verzoek_beantwoord(st, v.id, 82) == 0 && verzoeken_are(st, "80"),
	      "answered, it is open no more");
	CHECK(reg->verzoek_beantwoord(st, v.id, 83) == 0 && reg->herroep(st, 83) == 0 &&
		      verzoeken_are(st, "80"),
	      "the first answer stands");
	CHECK(reg->antwoorden(st, GEMEENTE, AANBIEDER, "VOT-1", see_antwoord, &s) == 0 &&
		      were(&s, "81 82"),
	      "answers come in the order of arrival");
	CHECK(reg->herroep(st, 82) == 0 && verzoeken_are(st, "80 80") &&
		      reg->antwoorden(st, GEMEENTE, AANBIEDER, "VOT-1", see_antwoord, &s) == 0 &&
		      were(&s, "81"),
	      "a recalled answer leaves it open");
	CHECK(reg->herroep(st, 80) == 0 && verzoeken_are(st, "") &&
		      reg->verzoek(st, &a, AANBIEDER, "VOT-1", &v) == -ENOENT,
	      "a recalled request is gone");
	arena_release(&a);
	store_close(&st);
}

static void retours(void)
{
	struct store *st = fresh();
	struct arena a = ARENA_INIT;
	struct reg_retour r = {.origineel = 90, .retour = 91, .afgewezen = true, .code = "9069"}, found;

	NEED(st != NULL, "a store opens");
	CHECK(st->reg->retour_add(st, &r) == 0 && st->reg->retour_add(st, &r) == -EEXIST,
	      "an original has one answer");
	CHECK(st->reg->retour_van(st, &a, 90, &found) == 0 && found.retour == 91 && found.afgewezen &&
		      strcmp(found.code, "9069") == 0,
	      "which is found");
	CHECK(st->reg->retour_van(st, &a, 91, &found) == -ENOENT, "another has none");
	arena_release(&a);
	store_close(&st);
}

static int see_one(void *ctx, const struct reg_verwachting *w)
{
	struct reg_verwachting *ret = ctx;

	*ret = *w;
	return strcmp(w->soort, "start") != 0 || strcmp(w->sleutel, "007") != 0 ||
	       strcmp(w->debiteur, AANBIEDER) != 0 || w->bericht != 101;
}

static void expectations(void)
{
	struct store *st = fresh();
	const struct register_ops *reg;
	struct reg_verwachting w = {0};

	NEED(st != NULL, "a store opens");
	reg = st->reg;
	(void)verwachting(st, 100, "retour", AANBIEDER, "A1", 20010);
	(void)verwachting(st, 101, "start", AANBIEDER, "007", 20005);
	(void)verwachting(st, 102, "start", AANBIEDER, "8", 20020);
	(void)verwachting(st, 103, "iets nieuws", "0599", "x", 20005);
	CHECK(verwachtingen_are(st, NULL, 20010, "101 103 100"), "what is due, oldest first");
	CHECK(verwachtingen_are(st, AANBIEDER, 30000, "101 100 102"), "of one debtor");
	CHECK(reg->verwachtingen(st, AANBIEDER, 20005, see_one, &w) == 0 && w.uiterlijk == 20005 &&
		      w.sinds == 20002 && w.gemeld == DAY_NONE && w.voldaan == 0,
	      "with all that was noted");
	CHECK(reg->verwachting_gemeld(st, w.id, 20006) == 0 &&
		      reg->verwachtingen(st, AANBIEDER, 20005, see_one, &w) == 0 && w.gemeld == 20006,
	      "that it was told is noted too");
	CHECK(reg->verwachting_voldaan(st, "start", AANBIEDER, "007", 0, 110, 20006) == 0 &&
		      verwachtingen_are(st, AANBIEDER, 30000, "100 102"),
	      "met by what it is about");
	CHECK(reg->verwachting_voldaan(st, "retour", AANBIEDER, NULL, 100, 111, 20006) == 0 &&
		      verwachtingen_are(st, AANBIEDER, 30000, "102"),
	      "met by the message that it follows from");
	CHECK(reg->verwachting_voldaan(st, NULL, AANBIEDER, "007", 0, 111, 20006) == -EINVAL,
	      "without a message nor a kind there is no index");
	CHECK(reg->verwachting_voldaan(st, "retour", AANBIEDER, NULL, 102, 111, 20006) == 0 &&
		      reg->verwachting_voldaan(st, "start", "0599", NULL, 0, 111, 20006) == 0 &&
		      verwachtingen_are(st, AANBIEDER, 30000, "102"),
	      "another kind or debtor meets nothing");
	CHECK(reg->herroep(st, 110) == 0 && verwachtingen_are(st, AANBIEDER, 30000, "101 102"),
	      "what a recalled message met is owed again");
	CHECK(reg->herroep(st, 102) == 0 && verwachtingen_are(st, AANBIEDER, 30000, "101"),
	      "what follows from a recalled message falls away");
	CHECK(verwachting(st, 104, "retour", AANBIEDER, "A4", 20010) == 0 && reg->herroep(st, 104) == 0 &&
		      verwachtingen_are(st, AANBIEDER, 30000, "101 104"),
	      "save its own answer");
	CHECK(reg->verwachting_voldaan(st, "start", AANBIEDER, NULL, 0, -1, 20030) == 0 &&
		      verwachtingen_are(st, AANBIEDER, 30000, "104"),
	      "all of a kind may be met at once");
	CHECK(verwachting(st, 104, "verzoek", "0599", "A5", 20010) == 0 &&
		      reg->verwachting_voldaan(st, NULL, NULL, NULL, 104, -1, 20030) == 0 &&
		      verwachtingen_are(st, NULL, 30000, "103"),
	      "and all of a message");
	store_close(&st);
}

/* A row of every kind. */
static void fill(struct store *st)
{
	(void)toewijzing(st, 1, 7, 1000, DAY_NONE, "R");
	(void)levering(st, 2, LEVERING_START, 7, 20001);
	(void)declaratie(st, 3, "D1", 20000);
	(void)prestatie(st, 3, "1", "", 7);
	(void)prestatie(st, 3, "12", "", 7);
	(void)verzoek(st, 4, "V");
	(void)antwoord(st, 5, "V", "1");
	(void)st->reg->retour_add(st, &(struct reg_retour){1, 6, false, ""});
	(void)verwachting(st, 1, "retour", AANBIEDER, "a", 20003);
}

static void digests(void)
{
	struct store *st = fresh();
	unsigned char empty[32], first[32], second[32];

	NEED(st != NULL, "a store opens");
	CHECK(st->reg->digest(st, empty) == 0, "an empty register has a digest");
	CHECK(st->ops->begin(st) == 0, "a transaction begins");
	fill(st);
	CHECK(st->reg->digest(st, first) == 0 && memcmp(first, empty, 32) != 0, "a filled one another");
	CHECK(st->reg->clear(st) == 0 && st->reg->digest(st, second) == 0 &&
		      memcmp(second, empty, 32) == 0,
	      "cleared, it is empty");
	(void)toewijzing(st, 9, 99, 1000, DAY_NONE, "");
	(void)st->reg->herroep(st, 9);
	fill(st);
	CHECK(st->reg->digest(st, second) == 0 && memcmp(first, second, 32) != 0,
	      "a recalled row is a row");
	CHECK(st->reg->clear(st) == 0, "cleared again");
	fill(st);
	CHECK(st->reg->digest(st, second) == 0 && memcmp(first, second, 32) == 0,
	      "made again it is the same");
	CHECK(st->ops->commit(st) == 0, "it commits");
	store_close(&st);
}

static void digest_order(void)
{
	struct store *one = fresh(), *other = fresh();
	unsigned char a[32], b[32];

	NEED(one != NULL && other != NULL, "two stores open");
	(void)levering(one, 2, LEVERING_START, 7, 20001);
	(void)levering(one, 2, LEVERING_STOP, 7, 20001);
	(void)toewijzing(one, 1, 7, 1000, DAY_NONE, "");
	(void)prestatie(one, 3, "1", "", 7);
	(void)prestatie(one, 3, "12", "", 7);
	(void)verwachting(one, 1, "retour", AANBIEDER, "a", 20003);
	(void)verwachting(one, 1, "start", AANBIEDER, "b", 20003);
	(void)verwachting(other, 1, "start", AANBIEDER, "b", 20003);
	(void)verwachting(other, 1, "retour", AANBIEDER, "a", 20003);
	(void)prestatie(other, 3, "12", "", 7);
	(void)prestatie(other, 3, "1", "", 7);
	(void)toewijzing(other, 1, 7, 1000, DAY_NONE, "");
	(void)levering(other, 2, LEVERING_STOP, 7, 20001);
	(void)levering(other, 2, LEVERING_START, 7, 20001);
	CHECK(one->reg->digest(one, a) == 0 && other->reg->digest(other, b) == 0 &&
		      memcmp(a, b, 32) == 0,
	      "the order of writing, and so the row numbers, make no difference");
	(void)one->reg->verwachting_gemeld(one, 1 << 20, 20004);
	CHECK(one->reg->digest(one, b) == 0 && memcmp(a, b, 32) == 0,
	      "nor does what no message says: that a delay was told");
	(void)one->reg->herroep(one, 3);
	CHECK(one->reg->digest(one, b) == 0 && memcmp(a, b, 32) != 0, "what is recalled does");
	store_close(&one);
	store_close(&other);
}

/* A statement's plan; false when it walks a whole table or index. */
static bool searches(sqlite3 *db, const char *sql)
{
	char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *s = NULL;
	bool good = sqlite3_prepare_v2(db, explain, -1, &s, NULL) == SQLITE_OK;

	if (!good)
		(void)fprintf(stderr, "%s\n", sqlite3_errmsg(db));
	while (good && sqlite3_step(s) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(s, 3);

		if (strncmp(step, "SCAN", 4) == 0 && strcmp(step, "SCAN CONSTANT ROW") != 0) {
			(void)fprintf(stderr, "%s\n  for %s\n", step, sql);
			good = false;
		}
		if (strstr(step, "AUTOMATIC") != NULL)
			good = false;
	}
	(void)sqlite3_finalize(s);
	sqlite3_free(explain);
	return good;
}

static void plans(void)
{
	sqlite3 *db = NULL;
	int slow = 0;

	NEED(sqlite3_open(":memory:", &db) == SQLITE_OK, "a database opens");
	for (unsigned i = 0; i < n_migrations; i++)
		CHECK(sqlite3_exec(db, migrations[i], NULL, NULL, NULL) == SQLITE_OK, "a migration runs");
	for (int i = 0; i < REG_CLEAR_EERSTE; i++)
		slow += !searches(db, register_statements[i]);
	CHECK(slow == 0, "every look-up goes through an index");
	CHECK(searches(db, statements[SQL_HISTORY]), "so does the history");
	(void)sqlite3_close(db);
}

#ifdef __SANITIZE_ADDRESS__
#define ROWS 40000
#else
#define ROWS 200000
#endif

static double timed(struct store *st, const char *what, int from, int n, int (*add)(struct store *, int))
{
	int64_t begin = clock_us();
	double us;

	for (int i = from; i < from + n; i += 100) {
		(void)st->ops->begin(st);
		for (int k = i; k < i + 100; k++)
			if (add(st, k) < 0)
				CHECK(false, "a row is added");
		(void)st->ops->commit(st);
	}
	us = (double)(clock_us() - begin) / n;
	(void)printf("  %s: %.1f µs a row, rows %d to %d\n", what, us, from, from + n);
	return us;
}

static struct paar client_of(int i)
{
	struct paar p = {.gemeente = GEMEENTE, .aanbieder = AANBIEDER};
	uint64_t x = (uint64_t)(i / 4) * UINT64_C(0x9E3779B97F4A7C15);

	memcpy(p.client, &x, sizeof x);
	return p;
}

static int add_toewijzing(struct store *st, int i)
{
	struct reg_toewijzing t = {.bericht = i + 1, .paar = client_of(i), .nummer = i % 100003,
				   .moment = i, .ingang = 20000, .eind = 20100, .reden = "",
				   .referentie = "", .dagtekening = 20000,
				   .product = {"45", "45A04", 4, "04", "2", ABSENT}};

	return st->reg->toewijzing_add(st, &t);
}

static int add_levering(struct store *st, int i)
{
	struct reg_levering l = {.bericht = i + 1, .paar = client_of(i), .soort = LEVERING_START,
				 .nummer = i, .categorie = "45", .code = "45A04", .ingang = 20000,
				 .begin = 20001, .eind = DAY_NONE, .reden = "", .dagtekening = 20002};

	return st->reg->levering_add(st, &l);
}

static int add_prestatie(struct store *st, int i)
{
	char referentie[20];
	struct reg_prestatie p = {.bericht = i / 100 + 1, .paar = client_of(i), .referentie = referentie,
				  .vorig = "", .nummer = (i * 7919LL) % 100003, .categorie = "45",
				  .code = "45A04", .begin = 20000, .eind = 20030, .volume = 16,
				  .eenheid = "04", .tarief = 6000, .bedrag = 96000, .dc = 'D'};

	(void)snprintf(referentie, sizeof referentie, "P%d", i);
	return st->reg->prestatie_add(st, &p);
}

/* Told, not judged: a busy machine must not fail a build. */
static void speed(void)
{
	static const struct {
		const char *what;
		int (*add)(struct store *, int);
	} kinds[] = {{"allocations", add_toewijzing}, {"starts", add_levering}, {"lines", add_prestatie}};
	struct store *st = fresh();

	NEED(st != NULL, "a store opens");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		(void)timed(st, kinds[i].what, 0, 10000, kinds[i].add);
		(void)timed(st, kinds[i].what, 10000, ROWS - 20000, kinds[i].add);
		(void)timed(st, kinds[i].what, ROWS - 10000, 10000, kinds[i].add);
	}
	store_close(&st);
}

int main(void)
{
	static const struct test tests[] = {
		{"the newest moment of an allocation counts", versions},
		{"starts and stops are deleted and come back", deliveries},
		{"declarations are found, answered and rejected", declarations},
		{"lines are credited, approved and rejected", lines},
		{"requests are answered", requests},
		{"an original has one answer", retours},
		{"expectations are met, told and fall away", expectations},
		{"a register made again has the same digest", digests},
		{"the digest does not depend on row numbers", digest_order},
		{"every look-up goes through an index", plans},
		{"a row costs the same in a large register", speed},
		{NULL, NULL},
	};

	return unit_main("register", tests);
}
