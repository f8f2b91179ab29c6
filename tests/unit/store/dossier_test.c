/*
 * Dossiers: what stands in one, and as of when.  One read through indexes and
 * all read in sweeps say the same; and what they say of a day is what a register
 * held that had no more than the messages until then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/register.h"
#include "store/store.h"

#include "../../lib/inname.h"
#include "../../lib/stroom.h"
#include "../../lib/unit.h"

#define GEMEENTE "0363"
#define AANBIEDER "01234567"
#define DAY_US (INT64_C(86400) * 1000000)
#define FIRST 20100 /* message n came in on day FIRST + n */

/* ---- a register by hand ---- */

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

/* Messages 1 … n, each on a day of its own at noon. */
static bool messages(struct store *st, int64_t n, int64_t rejected)
{
	char name[24];
	bool good = true;

	for (int64_t id = 1; id <= n; id++) {
		struct store_message m = {.id = id,
					  .received = (FIRST + id) * DAY_US + DAY_US / 2,
					  .settled = (FIRST + id) * DAY_US + DAY_US / 2,
					  .party = "p",
					  .reference = "",
					  .type = "JW300",
					  .van = AANBIEDER,
					  .naar = GEMEENTE,
					  .identificatie = name,
					  .verdict = id == rejected ? VERDICT_REJECTED
								    : VERDICT_ACCEPTED,
					  .body = ""};

		(void)snprintf(name, sizeof name, "M%lld", (long long)id);
		good = good && st->ops->message_add(st, &m) == 0;
	}
	return good;
}

static int toewijzing(struct store *st, int64_t bericht, int64_t nummer, const char *referentie)
{
	struct reg_toewijzing t = {.bericht = bericht,
				   .paar = client(1),
				   .nummer = nummer,
				   .moment = bericht,
				   .ingang = 20000,
				   .eind = DAY_NONE,
				   .reden = "",
				   .referentie = referentie,
				   .product = {"45", "45A04", 4, "04", "2", ABSENT},
				   .dagtekening = 19990};

	return st->reg->toewijzing_add(st, &t);
}

static int levering(struct store *st, int64_t bericht, enum levering_soort soort, int64_t nummer)
{
	struct reg_levering l = {.bericht = bericht,
				 .paar = client(1),
				 .soort = soort,
				 .nummer = nummer,
				 .categorie = "45",
				 .code = "45A04",
				 .ingang = 20000,
				 .begin = 20001,
				 .eind = soort == LEVERING_STOP ? 20050 : DAY_NONE,
				 .reden = soort == LEVERING_STOP ? "31" : "",
				 .dagtekening = 20002};

	return st->reg->levering_add(st, &l);
}

static int prestatie(struct store *st, int64_t bericht, const char *referentie, const char *vorig,
		     int64_t bedrag)
{
	struct reg_prestatie p = {.bericht = bericht,
				  .paar = client(1),
				  .referentie = referentie,
				  .vorig = vorig,
				  .nummer = 7,
				  .categorie = "45",
				  .code = "45A04",
				  .begin = 20000,
				  .eind = 20030,
				  .volume = 16,
				  .eenheid = "04",
				  .tarief = ABSENT,
				  .bedrag = bedrag,
				  .dc = *vorig != '\0' ? 'C' : 'D'};

	return st->reg->prestatie_add(st, &p);
}

static int declaratie(struct store *st, int64_t bericht)
{
	char nummer[24];
	struct reg_declaratie d = {.bericht = bericht,
				   .gemeente = GEMEENTE,
				   .aanbieder = AANBIEDER,
				   .nummer = nummer,
				   .identificatie = nummer,
				   .basisversie = "1.2.0",
				   .berichtversie = "1.0.1",
				   .toegekend = ABSENT};

	(void)snprintf(nummer, sizeof nummer, "%lld", (long long)bericht);
	return st->reg->declaratie_add(st, &d);
}

/* ---- a dossier as text ---- */

static void add_day(struct buf *b, day d)
{
	buf_addf(b, d == DAY_NONE ? " -" : " %d", d);
}

static void tell(struct buf *b, const struct reg_dossier *d, bool persoon)
{
	if (persoon) {
		buf_addf(b, "dossier %lld %s %s %02x", (long long)d->id, d->paar.gemeente,
			 d->paar.aanbieder, d->paar.client[0]);
		add_day(b, d->geboren);
		buf_addf(b, " '%s'\n", d->geslacht);
	}
	for (size_t i = 0; i < d->n_toewijzingen; i++) {
		const struct reg_toewijzing *t = &d->toewijzingen[i];

		buf_addf(b, "T %lld %lld %lld %lld %s %s", (long long)t->id, (long long)t->bericht,
			 (long long)t->nummer, (long long)t->moment, t->paar.gemeente,
			 t->paar.aanbieder);
		add_day(b, t->ingang);
		add_day(b, t->eind);
		add_day(b, t->dagtekening);
		add_day(b, t->ontvangen);
		buf_addf(b, " '%s' '%s' %s %s %lld '%s' '%s' %lld '%s' %d\n", t->reden,
			 t->referentie, t->product.categorie, t->product.code,
			 (long long)t->product.volume, t->product.eenheid, t->product.frequentie,
			 (long long)t->product.budget, t->verwijzer, t->herroepen);
	}
	for (size_t i = 0; i < d->n_leveringen; i++) {
		const struct reg_levering *l = &d->leveringen[i];

		buf_addf(b, "L %lld %lld %d %lld %s '%s'", (long long)l->id, (long long)l->bericht,
			 l->soort, (long long)l->nummer, l->categorie, l->code);
		add_day(b, l->ingang);
		add_day(b, l->begin);
		add_day(b, l->eind);
		add_day(b, l->dagtekening);
		add_day(b, l->ontvangen);
		add_day(b, l->verwijderd_op);
		add_day(b, l->herroepen_op);
		buf_addf(b, " '%s' %lld '%s'\n", l->reden, (long long)l->verwijderd_door,
			 l->retourcode);
	}
	for (size_t i = 0; i < d->n_perioden; i++) {
		const struct reg_periode *p = &d->perioden[i];

		buf_addf(b, "P %lld %lld %lld %lld %d %d", (long long)p->bericht,
			 (long long)p->nummer, (long long)p->volume, (long long)p->bedrag,
			 p->credit, p->stand);
		add_day(b, p->begin);
		add_day(b, p->eind);
		add_day(b, p->ontvangen);
		buf_adds(b, "\n");
	}
}

static int collect(void *ctx, const struct reg_dossier *d)
{
	tell(ctx, d, true);
	return 0;
}

/* The one dossier by hand, by index, as text; the sweep must say the same. */
static bool says(struct store *st, int64_t tot, const char *expected)
{
	struct arena a = ARENA_INIT;
	struct reg_dossier d;
	struct buf one = BUF_INIT, all = BUF_INIT, full = BUF_INIT;
	bool good = st->reg->dossier(st, &a, 1, tot, &d) == 0;

	if (good) {
		tell(&one, &d, false);
		tell(&full, &d, true);
		good = st->reg->dossiers(st, 0, tot, collect, &all) == 0 &&
		       strcmp(buf_str(&full), buf_str(&all)) == 0 &&
		       strcmp(buf_str(&one), expected) == 0;
	}
	if (!good)
		(void)fprintf(stderr, "as of %lld:\n%sall:\n%sexpected:\n%s", (long long)tot,
			      buf_str(&one), buf_str(&all), expected);
	buf_free(&one);
	buf_free(&all);
	buf_free(&full);
	arena_release(&a);
	return good;
}

#define T1                                                                               \
	"T 1048576 1 7 1 0363 01234567 20000 - 19990 20101 '' 'R1' 45 45A04 4 '04' '2' " \
	"-9223372036854775808 "
#define L(bericht, soort, eind, ontvangen, weg, herroepen, reden, door, code)                \
	"L " bericht " " soort " 7 45 '45A04' 20000 20001 " eind " 20002 " ontvangen " " weg \
	" " herroepen " '" reden "' " door " '" code "'\n"

static void rejections(void)
{
	struct store *st = fresh();
	struct reg_verzoek v = {.bericht = 2,
				.paar = client(1),
				.referentie = "R1",
				.verwijzer = "04",
				.product = {"", "", ABSENT, "", "", ABSENT}};
	struct reg_retour no = {.origineel = 3, .retour = 5, .afgewezen = true, .code = "9069"};

	NEED(st != NULL && messages(st, 8, 6), "a store with messages");
	CHECK(toewijzing(st, 1, 7, "R1") == 0 && st->reg->verzoek_add(st, &v) == 0 &&
		      levering(st, 3, LEVERING_STOP, 7) == 0 &&
		      levering(st, 4, LEVERING_START, 7) == 0,
	      "an allocation, its request, a stop, a start");
	CHECK(st->reg->retour_add(st, &no) == 0 && st->reg->herroep(st, 3) == 0,
	      "the stop is rejected");
	CHECK(says(st, 0, ""), "before the first message there is nothing");
	CHECK(says(st, 1, T1 "'' 0\n"), "a request that came later has no say");
	CHECK(says(st, 4,
		   T1 "'04' 0\n" L("3145728 3", "2", "20050", "20103", "-", "-", "31", "0", "")
			   L("4194304 4", "1", "-", "20104", "-", "-", "", "0", "")),
	      "a stop stands until it is rejected");
	CHECK(says(st, 5,
		   T1
		   "'04' 0\n" L("3145728 3", "2", "20050", "20103", "-", "20105", "31", "0", "9069")
			   L("4194304 4", "1", "-", "20104", "-", "-", "", "0", "")),
	      "then it shows when and why");
	CHECK(levering(st, 6, LEVERING_STOP, 7) == 0 && st->reg->herroep(st, 6) == 0,
	      "one that the hub rejects");
	no = (struct reg_retour){.origineel = 6, .retour = 7, .afgewezen = true, .code = "9326"};
	CHECK(says(st, 6,
		   T1 "'04' 0\n" L("3145728 3", "2", "20050", "20103", "-", "20105", "31", "0",
				   "9069") L("4194304 4", "1", "-", "20104", "-", "-", "", "0", "")
			   L("6291456 6", "2", "20050", "20106", "-", "20106", "31", "0", "")),
	      "is rejected at once, also without an answer");
	CHECK(st->reg->retour_add(st, &no) == 0 &&
		      says(st, 6,
			   T1 "'04' 0\n" L("3145728 3", "2", "20050", "20103", "-", "20105", "31",
					   "0", "9069")
				   L("4194304 4", "1", "-", "20104", "-", "-", "", "0", "")
					   L("6291456 6", "2", "20050", "20106", "-", "20106", "31",
					     "0", "9326")),
	      "and with one: on its own day");
	CHECK(st->reg->herroep(st, 1) == 0 && says(st, 1, T1 "'' 1\n"),
	      "of an allocation that was rejected without a trace the rejection stands");
	store_close(&st);
}

static void deletions(void)
{
	struct store *st = fresh();

	NEED(st != NULL && messages(st, 3, 0), "a store with messages");
	CHECK(levering(st, 1, LEVERING_START, 7) == 0 &&
		      st->reg->levering_verwijder(st, 1 << 20, 3) == 0,
	      "a start, and its deletion");
	CHECK(says(st, 2, L("1048576 1", "1", "-", "20101", "-", "-", "", "0", "")),
	      "it stood until then");
	CHECK(says(st, 3, L("1048576 1", "1", "-", "20101", "20103", "-", "", "3", "")),
	      "and then no more");
	CHECK(says(st, INT64_MAX, L("1048576 1", "1", "-", "20101", "20103", "-", "", "3", "")),
	      "until now");
	store_close(&st);
}

#define P(bericht, bedrag, credit, stand, ontvangen) \
	"P " bericht " 7 16 " bedrag " " credit " " stand " 20000 20030 " ontvangen "\n"

static void credits(void)
{
	struct store *st = fresh();

	NEED(st != NULL && messages(st, 9, 0), "a store with messages");
	for (int64_t m = 1; m <= 7; m += 2)
		CHECK(declaratie(st, m) == 0, "a declaration");
	CHECK(prestatie(st, 1, "A", "", 500) == 0 && prestatie(st, 1, "B", "", 300) == 0,
	      "two lines");
	CHECK(st->reg->declaratie_antwoord(st, 1, 2, 800, false) == 0 &&
		      st->reg->prestaties_stand(st, 1, PRESTATIE_GOEDGEKEURD) == 0,
	      "granted");
	CHECK(prestatie(st, 3, "C", "A", 500) == 0 && prestatie(st, 3, "D", "B", 100) == 0,
	      "one is credited in full, one in part");
	CHECK(says(st, 1, P("1", "500", "0", "0", "20101") P("1", "300", "0", "0", "20101")),
	      "before the answer they have no verdict");
	CHECK(says(st, 2, P("1", "500", "0", "1", "20101") P("1", "300", "0", "1", "20101")),
	      "then they have");
	CHECK(says(st, 3, P("1", "300", "0", "1", "20101") P("3", "100", "1", "0", "20103")),
	      "what was credited in full is gone with its credit line");
	CHECK(st->reg->declaratie_antwoord(st, 3, 4, 0, true) == 0, "the credit is rejected");
	CHECK(says(st, 3, P("1", "300", "0", "1", "20101") P("3", "100", "1", "0", "20103")),
	      "until then it counted");
	CHECK(says(st, 4,
		   P("1", "500", "0", "1", "20101") P("1", "300", "0", "1", "20101")
			   P("3", "500", "1", "2", "20103") P("3", "100", "1", "2", "20103")),
	      "and then no more");
	CHECK(prestatie(st, 5, "E", "A", 500) == 0 && prestatie(st, 7, "A", "", 600) == 0,
	      "credited again, and the reference used again");
	CHECK(says(st, INT64_MAX,
		   P("1", "300", "0", "1", "20101") P("3", "500", "1", "2", "20103")
			   P("3", "100", "1", "2", "20103") P("7", "600", "0", "0", "20107")),
	      "a credit line ends the line before it, not the one after");
	store_close(&st);
}

static void days(void)
{
	struct store *st = fresh();
	int64_t tot = -1;

	NEED(st != NULL, "a store opens");
	CHECK(st->reg->peil(st, 20000, &tot) == 0 && tot == 0, "in an empty store nothing counts");
	NEED(messages(st, 50, 0), "messages");
	CHECK(st->reg->peil(st, FIRST, &tot) == 0 && tot == 0, "nor before the first message");
	for (int n = 1; n <= 50; n++)
		CHECK(st->reg->peil(st, FIRST + n, &tot) == 0 && tot == n,
		      "each day gives its last message");
	CHECK(st->reg->peil(st, 30000, &tot) == 0 && tot == 50, "the day after gives the last");
	store_close(&st);
}

static int count(void *ctx, int64_t id)
{
	*(int64_t *)ctx += id;
	return 0;
}

static int same_person(void *ctx, const struct reg_dossier *d)
{
	*(bool *)ctx = d->geboren == 15000 && strcmp(d->geslacht, "2") == 0;
	return 1;
}

static void persons(void)
{
	struct store *st = fresh();
	struct paar p = client(1), other = client(2);
	struct arena a = ARENA_INIT;
	struct reg_dossier d;
	unsigned char before[32], after[32];
	int64_t id = 0;
	bool good = false;

	NEED(st != NULL, "a store opens");
	CHECK(st->reg->persoon(st, &p, 14000, "1") == 0 &&
		      st->reg->dossier_nummer(st, &p, &id) == -ENOENT,
	      "a person without a dossier makes none");
	CHECK(levering(st, 1, LEVERING_START, 7) == 0 &&
		      st->reg->dossier_nummer(st, &p, &id) == 0 && id == 1,
	      "a dossier has a number");
	CHECK(st->reg->dossier(st, &a, 2, INT64_MAX, &d) == -ENOENT, "another has none");
	CHECK(st->reg->persoon(st, &p, 15000, "") == 0 &&
		      st->reg->persoon(st, &p, DAY_NONE, "2") == 0 &&
		      st->reg->dossiers(st, 0, INT64_MAX, same_person, &good) == 0 && good,
	      "what a message does not say it leaves as it was");
	CHECK(st->reg->dossiers(st, 1, INT64_MAX, same_person, &good) == 0,
	      "after the last there is none");
	id = 0;
	CHECK(st->reg->dossiers_client(st, p.client, count, &id) == 0 && id == 1 &&
		      st->reg->dossiers_client(st, other.client, count, &id) == 0 && id == 1,
	      "dossiers of a client");
	CHECK(st->reg->digest(st, before) == 0 && st->reg->persoon(st, &p, 15001, "") == 0 &&
		      st->reg->digest(st, after) == 0 && memcmp(before, after, 32) != 0,
	      "the digest knows the person");
	CHECK(st->reg->clear(st) == 0 && levering(st, 1, LEVERING_START, 7) == 0 &&
		      st->reg->dossier_nummer(st, &p, &id) == 0 && id == 1,
	      "a register made anew gives a dossier its number again");
	CHECK(st->reg->dossier(st, &a, 1, INT64_MAX, &d) == 0 && d.geboren == DAY_NONE &&
		      d.geslacht[0] == '\0',
	      "and forgets the person");
	arena_release(&a);
	store_close(&st);
}

/* ---- open ends ---- */

static int see_einde(void *ctx, const struct reg_open_einde *e)
{
	buf_addf(ctx, "%lld %s %lld %d %s %d %d %d %s %s %s|", (long long)e->dossier,
		 e->paar.gemeente, (long long)e->nummer, e->begin, e->soort, e->sterkte, e->kans,
		 e->gemeld, e->basis, e->opheffen, e->code);
	return 0;
}

static int see_gelogd(void *ctx, const struct reg_open_einde *e, bool geopend, int64_t moment,
		      int64_t bericht)
{
	buf_addf(ctx, "%s %d %lld %lld|", e->soort, geopend, (long long)moment, (long long)bericht);
	return 0;
}

static bool ends_are(struct store *st, int64_t dossier, const char *expected)
{
	struct buf b = BUF_INIT;
	bool good = st->reg->open_einden(st, dossier, see_einde, &b) == 0 &&
		    strcmp(buf_str(&b), expected) == 0;

	if (!good)
		(void)fprintf(stderr, "ends: %s\n", buf_str(&b));
	buf_free(&b);
	return good;
}

static void ends(void)
{
	struct store *st = fresh();
	struct reg_open_einde e = {.dossier = 1,
				   .nummer = ABSENT,
				   .categorie = "45",
				   .code = "",
				   .begin = 20001,
				   .soort = "C1",
				   .sterkte = 2,
				   .sinds = 20300,
				   .schatting = DAY_NONE,
				   .laag = DAY_NONE,
				   .hoog = DAY_NONE,
				   .kans = -1,
				   .basis = "b",
				   .opheffen = "o",
				   .gemeld = DAY_NONE};
	struct buf b = BUF_INIT;
	unsigned char before[32], after[32];
	day dag = 0;

	NEED(st != NULL && levering(st, 1, LEVERING_START, 7) == 0, "a store with a dossier");
	CHECK(st->reg->digest(st, before) == 0, "a digest");
	CHECK(st->reg->open_einde_zet(st, &e) == 0 &&
		      ends_are(st, 1,
			       "1 0363 -9223372036854775808 20001 C1 2 -1 -2147483648 b o |"),
	      "an open end without a number comes back");
	e.gemeld = 20310;
	CHECK(st->reg->open_einde_zet(st, &e) == 0, "that it was told is noted");
	e.gemeld = DAY_NONE;
	e.kans = 700;
	CHECK(st->reg->open_einde_zet(st, &e) == 0 &&
		      ends_are(st, 0, "1 0363 -9223372036854775808 20001 C1 2 700 20310 b o |"),
	      "finding it again renews it, and what was told stays told");
	e.nummer = 7;
	e.soort = "S1";
	CHECK(st->reg->open_einde_zet(st, &e) == 0 && ends_are(st, 2, "") &&
		      st->reg->open_einde_weg(st, &e) == 0 &&
		      ends_are(st, 1, "1 0363 -9223372036854775808 20001 C1 2 700 20310 b o |"),
	      "one goes, the other stays");
	CHECK(st->reg->einde_log(st, &e, true, 5, 0) == 0 &&
		      st->reg->einde_log(st, &e, false, 6, 12) == 0 &&
		      st->reg->einden_gelogd(st, 10, see_gelogd, &b) == 0 &&
		      strcmp(buf_str(&b), "S1 0 6 12|S1 1 5 0|") == 0,
	      "the log comes newest first");
	buf_clear(&b);
	CHECK(st->reg->einden_gelogd(st, 1, see_gelogd, &b) == 0 &&
		      strcmp(buf_str(&b), "S1 0 6 12|") == 0,
	      "and no more than was asked");
	buf_clear(&b);
	CHECK(st->reg->gewoonten(st, &b, &dag) == -ENOENT, "nothing was learnt yet");
	CHECK(st->reg->gewoonten_zet(st, 20300, "abc", 3) == 0 &&
		      st->reg->gewoonten_zet(st, 20301, "a\0cd", 4) == 0 &&
		      st->reg->gewoonten(st, &b, &dag) == 0 && dag == 20301 && b.len == 4 &&
		      memcmp(b.data, "a\0cd", 4) == 0,
	      "what was learnt last comes back, byte for byte");
	CHECK(st->reg->digest(st, after) == 0 && memcmp(before, after, 32) == 0,
	      "none of it is in the digest");
	buf_clear(&b);
	CHECK(st->reg->clear(st) == 0 &&
		      ends_are(st, 1, "1 0363 -9223372036854775808 20001 C1 2 700 20310 b o |") &&
		      st->reg->gewoonten(st, &b, &dag) == 0 &&
		      st->reg->einden_gelogd(st, 10, see_gelogd, &b) == 0,
	      "clearing the register leaves it alone");
	buf_free(&b);
	store_close(&st);
}

/* ---- a stream ---- */

#ifdef __SANITIZE_ADDRESS__
#define STREAM 1500
#else
#define STREAM 6000
#endif

static bool fill(struct inname *i, struct stroom *s, unsigned n)
{
	struct stroom_bericht b;

	for (; n > 0; n--)
		if (!stroom_next(s, &b) || inname_take(i, &b) < 0)
			return false;
	return inname_commit(i) == 0;
}

struct pair {
	struct store *st;
	int64_t tot;
	unsigned n, rows, wrong;
};

static int compare_one(void *ctx, const struct reg_dossier *d)
{
	struct pair *p = ctx;
	struct arena a = ARENA_INIT;
	struct buf swept = BUF_INIT, looked = BUF_INIT;
	struct reg_dossier one;
	bool same;

	tell(&swept, d, true);
	same = p->st->reg->dossier(p->st, &a, d->id, p->tot, &one) == 0;
	if (same)
		tell(&looked, &one, true);
	same = same && strcmp(buf_str(&swept), buf_str(&looked)) == 0;
	if (!same && p->wrong++ == 0)
		(void)fprintf(stderr, "as of %lld, swept:\n%slooked up:\n%s", (long long)p->tot,
			      buf_str(&swept), buf_str(&looked));
	p->n++;
	p->rows += d->n_toewijzingen + d->n_leveringen + d->n_perioden;
	buf_free(&swept);
	buf_free(&looked);
	arena_release(&a);
	return 0;
}

static void one_and_all(void)
{
	struct stroom *s = stroom_new(3, STREAM / 10);
	struct inname i;
	unsigned before = 0;

	NEED(s != NULL && inname_open(&i, s, NULL), "a hub without wires");
	CHECK(fill(&i, s, STREAM), "a stream");
	for (int64_t part = 0; part <= 8; part++) {
		struct pair p = {.st = i.store, .tot = part == 8 ? INT64_MAX : STREAM * part / 7};

		CHECK(i.store->reg->dossiers(i.store, 0, p.tot, compare_one, &p) == 0 &&
			      p.wrong == 0,
		      "swept and looked up are the same");
		CHECK(p.rows >= before && (part < 4 || p.rows > 500),
		      "and there is something to see");
		before = part == 7 ? 0 : p.rows;
		p.n = 0;
		CHECK(i.store->reg->dossiers(i.store, 40, p.tot, compare_one, &p) == 0 &&
			      p.wrong == 0 && p.n > 0,
		      "also from some dossier on");
	}
	inname_close(&i);
	stroom_free(&s);
}

/* Rows of each dossier, without what messages said later of the person. */
struct texts {
	struct buf *list;
	size_t n;
};

static int gather(void *ctx, const struct reg_dossier *d)
{
	struct texts *t = ctx;

	if ((size_t)d->id > t->n) {
		t->list = realloc(t->list, (size_t)d->id * sizeof *t->list);
		for (; t->n < (size_t)d->id; t->n++)
			t->list[t->n] = (struct buf)BUF_INIT;
	}
	tell(&t->list[d->id - 1], d, false);
	return 0;
}

static void texts_free(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_free(&t->list[i]);
	free(t->list);
}

static void as_it_was(void)
{
	struct stroom *s = stroom_new(5, STREAM / 12), *again = stroom_new(5, STREAM / 12);
	struct inname whole, part;
	struct texts then = {NULL, 0}, now = {NULL, 0};
	size_t differ = 0;
	int64_t tot;

	NEED(s != NULL && again != NULL && inname_open(&whole, s, NULL) &&
		     inname_open(&part, again, NULL),
	     "two hubs");
	CHECK(fill(&whole, s, STREAM) && fill(&part, again, STREAM / 2),
	      "one got half of what the other got");
	CHECK(part.store->ops->last_id(part.store, &tot) == 0 &&
		      part.store->reg->dossiers(part.store, 0, INT64_MAX, gather, &then) == 0 &&
		      whole.store->reg->dossiers(whole.store, 0, tot, gather, &now) == 0,
	      "both are read");
	for (size_t i = 0; i < now.n; i++) {
		const char *was = i < then.n ? buf_str(&then.list[i]) : "";

		if (strcmp(buf_str(&now.list[i]), was) == 0)
			continue;
		if (differ++ == 0)
			(void)fprintf(stderr, "dossier %zu was:\n%sis remembered as:\n%s", i + 1,
				      was, buf_str(&now.list[i]));
	}
	CHECK(now.n > then.n && then.n > 50, "later messages brought dossiers");
	CHECK(differ == 0, "the past is what it was");
	texts_free(&then);
	texts_free(&now);
	inname_close(&whole);
	inname_close(&part);
	stroom_free(&s);
	stroom_free(&again);
}

int main(void)
{
	static const struct test tests[] = {
		{"what was rejected stands in a dossier, and until when it was not", rejections},
		{"what was deleted stands in a dossier, and until when it was not", deletions},
		{"lines that were credited are left out", credits},
		{"a day has a last message", days},
		{"a dossier knows the person", persons},
		{"open ends are kept, told and logged", ends},
		{"one dossier and all dossiers say the same", one_and_all},
		{"a dossier of a day is what the register then was", as_it_was},
		{NULL, NULL},
	};

	return unit_main("dossiers", tests);
}
