/*
 * The watch over open ends: what opens when a clock runs out clears with its
 * stop and comes back when the stop is deleted or rejected; and examining who
 * was touched by each message leaves the rows that examining all would.
 */
#include "../../lib/unit.h"

#include <errno.h>
#include <string.h>

#include "../../lib/geval.h"
#include "../../lib/inname.h"
#include "../../lib/stroom.h"
#include "bench.h"
#include "care/bewaking.h"
#include "care/inhoud.h"
#include "care/kruis.h"
#include "care/register.h"
#include "care/retour.h"

#define DAY_US INT64_C(86400000000)

static struct bench bench;
static struct checker *second; /* answers are checked while the original is still looked at */
static const struct pseudonym_key key = {{1, 2, 3}};
static const struct calendar calendar;

/* ---- a world of one client ---- */

struct wereld {
	struct store *store;
	struct gewoonten *gewoonten;
	int64_t id;
	struct buf latest; /* the latest message that was no answer */
	unsigned told;	   /* openings of which an aanbieder should hear */
	bool failed;
};

static bool wereld_open(struct wereld *w)
{
	struct buf why = BUF_INIT;
	int r;

	*w = (struct wereld){.gewoonten = gewoonten_start(20500)};
	r = store_open(&w->store, "sqlite::memory:", STORE_WRITE, &why);
	(void)fprintf(stderr, "%s", buf_str(&why));
	buf_free(&why);
	return r == 0 && w->gewoonten != NULL;
}

static void wereld_close(struct wereld *w)
{
	gewoonten_free(&w->gewoonten);
	store_close(&w->store);
	buf_free(&w->latest);
}

static bool failed(struct wereld *w, const char *what, int r)
{
	w->failed = true;
	(void)fprintf(stderr, "    %s: %s\n", what, r < 0 ? strerror(-r) : "cannot be made");
	return false;
}

static int hear(void *ctx, const struct einde_melding *m)
{
	((struct wereld *)ctx)->told += m->herinner;
	return 0;
}

static struct bewaking watch(struct wereld *w, day today)
{
	return (struct bewaking){.store = w->store,
				 .calendar = &calendar,
				 .gewoonten = w->gewoonten,
				 .vandaag = today,
				 .moment = today * DAY_US,
				 .meld = hear,
				 .ctx = w};
}

static int examine(struct wereld *w, day today, struct arena *a, const struct inhoud *i, int64_t id)
{
	struct bewaking b = watch(w, today);
	unsigned char(*clients)[CLIENT_BYTES];
	size_t n;
	int r = bewaking_geraakt(i, &key, a, &clients, &n);

	for (size_t c = 0; r == 0 && c < n; c++)
		r = bewaking_client(&b, clients[c], id);
	return r == 0 ? bewaking_klaar(&b) : r;
}

static int take(struct wereld *w, day today, struct arena *a, const struct checked *c)
{
	const struct bericht *b = &c->bericht;
	bool from_gemeente = b->type->richting == VAN_GEMEENTE;
	struct store_message m = {
		.id = ++w->id,
		.received = today * DAY_US + DAY_US / 2,
		.settled = today * DAY_US + DAY_US / 2,
		.party = "test",
		.reference = "",
		.type = b->type->naam,
		.van = b->van,
		.naar = b->naar,
		.identificatie = b->identificatie,
		.verdict = VERDICT_ACCEPTED,
		.body = "",
	};
	struct kruis k = {
		.store = w->store,
		.reg = w->store->reg,
		.key = &key,
		.gemeente = from_gemeente ? b->van : b->naar,
		.aanbieder = from_gemeente ? b->naar : b->van,
		.vandaag = today,
		.register_start = DAY_NONE,
	};
	struct verwerking v = {.bericht = m.id, .received = m.received};
	int r = w->store->ops->begin(w->store);

	if (r == 0)
		r = w->store->ops->message_add(w->store, &m);
	if (r == 0)
		r = register_verwerk(&k, a, &v, b, c->inhoud);
	return r == 0 ? w->store->ops->commit(w->store) : r;
}

/* Makes a change "PATH=CONTENT"; "-PATH" removes. */
static bool change(struct buf *b, const char *text)
{
	char path[160];
	size_t n = strcspn(text, "=");

	if (*text == '-')
		return geval_remove(b, text + 1);
	(void)snprintf(path, sizeof path, "%.*s", (int)n, text);
	return geval_set(b, path, text + n + 1);
}

/* A message that comes in on a day and is looked at; changes end with NULL. */
static bool send(struct wereld *w, const char *today, const char *type, const char *const *changes)
{
	char identificatie[48];
	day on;
	int r;

	buf_free(&w->latest);
	w->latest = bench_message(type);
	(void)snprintf(identificatie, sizeof identificatie, "Identificatie=M%lld",
		       (long long)w->id + 1);
	if (!day_parse(today, &on) || !change(&w->latest, identificatie))
		return failed(w, type, 0);
	for (; *changes != NULL; changes++)
		if (!change(&w->latest, *changes))
			return failed(w, *changes, 0);
	if (bench_check(&bench, w->latest.data, w->latest.len) != CHECK_VALID)
		return failed(w, bench.checked.findings.list[0].nl, 0);
	r = take(w, on, &bench.arena, &bench.checked);
	if (r == 0)
		r = examine(w, on, &bench.arena, bench.checked.inhoud, w->id);
	return r == 0 || failed(w, type, r);
}

#define SEND(w, today, type, ...) \
	send(w, today, type, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/*
 * Its receiver rejects the latest message, in the header or, with another
 * code than 0001, at the class; as the hub does, whoever is in the original is
 * looked at when the answer rejected it.
 */
static bool reject(struct wereld *w, const char *today, enum klasse_soort soort, const char *code)
{
	struct retour_opdracht o = {.data = w->latest.data, .size = w->latest.len};
	struct retourcode left = {.code = code, .regel = "TR000"};
	struct einde_antwoord antwoord;
	struct buf bytes = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct checked made;
	char identificatie[32];
	int64_t original = 0, was = w->id;
	int r;

	(void)bench_check(&bench, w->latest.data, w->latest.len);
	o.bericht = &bench.checked.bericht;
	o.inhoud = bench.checked.inhoud;
	o.antwoord = standards_answer(bench.standards, o.bericht->type);
	(void)snprintf(identificatie, sizeof identificatie, "R%lld", (long long)w->id + 1);
	o.identificatie = identificatie;
	(void)day_parse(today, &o.dagtekening);
	if (strcmp(code, "0001") == 0)
		o.headercode = code;
	else
		((struct klasse *)inhoud_volgende(o.inhoud, NULL, soort))->codes = &left;
	r = retour_make(&o, &bytes);
	if (r == 0) {
		check_bytes(second, &a, bytes.data, bytes.len, &made);
		r = made.outcome == CHECK_VALID ? take(w, o.dagtekening, &a, &made) : -EINVAL;
	}
	if (r == 0 && CHECK(bewaking_antwoord(&made.bericht, made.inhoud, w->id, &antwoord),
			    "it answers another message"))
		r = bewaking_afgewezen(w->store, &a, &antwoord, &original);
	CHECK(original == was, "and rejected the latest");
	if (r == 0)
		r = examine(w, o.dagtekening, &a, bench.checked.inhoud, w->id);
	buf_free(&bytes);
	arena_release(&a);
	return r == 0 || failed(w, "answer", r);
}

/* The day's turn. */
static bool turn(struct wereld *w, const char *today)
{
	struct bewaking b;
	struct episoden e = {0};
	struct clienten c = {0};
	day on;
	int r;

	(void)day_parse(today, &on);
	b = watch(w, on);
	r = bewaking_lees(w->store, NULL, NULL, NULL, &e);
	if (r == 0)
		r = bewaking_verschillen(&b, &e, false, NULL, NULL, &c);
	while (r == 0 && c.at < c.n)
		r = bewaking_alles(&b, &c, 1);
	if (r == 0)
		r = bewaking_klaar(&b);
	clienten_free(&c);
	episoden_free(&e);
	return r == 0 || failed(w, today, r);
}

static int add_row(void *ctx, const struct reg_open_einde *e)
{
	char begin[11];

	day_text(e->begin, begin);
	buf_addf(ctx, "%s %lld %s\n", e->soort, (long long)e->nummer, begin);
	return 0;
}

static int add_log(void *ctx, const struct reg_open_einde *e, bool opened, int64_t moment,
		   int64_t message)
{
	(void)moment;
	buf_addf(ctx, "%c%s %lld, ", opened ? '+' : '-', e->soort, (long long)message);
	return 0;
}

/* The rows that stand, and what was logged, the newest first. */
static void stands(const struct wereld *w, const char *rows, const char *log, const char *says)
{
	struct buf is = BUF_INIT, was = BUF_INIT;

	CHECK(!w->failed && w->store->reg->open_einden(w->store, 0, add_row, &is) == 0 &&
		      w->store->reg->einden_gelogd(w->store, 100, add_log, &was) == 0,
	      says);
	if (!CHECK(strcmp(buf_str(&is), rows) == 0 && strcmp(buf_str(&was), log) == 0, says))
		(void)fprintf(stderr, "    %s\n    is:\n%s    %s\n    should be:\n%s    %s\n", says,
			      buf_str(&is), buf_str(&was), rows, log);
	buf_free(&is);
	buf_free(&was);
}

#define C1 "C1 123456001 2026-02-11\n"
#define S9414 "S23 123456001 2026-02-11\n"

static bool started(struct wereld *w)
{
	return wereld_open(w) && SEND(w, "2026-02-02", "JW301") && SEND(w, "2026-02-12", "JW305");
}

static void a_clock(void)
{
	struct wereld w;

	NEED(started(&w), "care starts");
	stands(&w, "", "", "while the allocation runs nothing is open");
	(void)turn(&w, "2026-09-07");
	stands(&w, "", "", "nor in the five working days after it");
	(void)turn(&w, "2026-09-08");
	stands(&w, C1, "+C1 0, ", "then it is, by the day's turn");
	CHECK(w.told == 1, "and the aanbieder should hear it");
	(void)turn(&w, "2026-09-09");
	stands(&w, C1, "+C1 0, ", "a day later nothing opens or clears");
	(void)SEND(&w, "2026-09-10", "JW307", "StopProduct/Einddatum=2026-08-31");
	stands(&w, "", "-C1 3, +C1 0, ", "the stop clears it");
	(void)SEND(&w, "2026-09-14", "JW307", "StopProduct/Einddatum=2026-08-31",
		   "StatusAanlevering=3");
	stands(&w, C1, "+C1 4, -C1 3, +C1 0, ", "it returns when the stop is deleted");
	CHECK(w.told == 2, "and is told again");
	wereld_close(&w);
}

static void a_rejection(void)
{
	static const char *const codes[] = {"9414", "0001"};

	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
		struct wereld w;

		NEED(started(&w), "care starts");
		(void)turn(&w, "2026-09-08");
		(void)SEND(&w, "2026-09-10", "JW307", "StopProduct/Einddatum=2026-08-31");
		stands(&w, "", "-C1 3, +C1 0, ", "a stop clears it");
		(void)reject(&w, "2026-09-14", K_STOPPRODUCT, codes[c]);
		stands(&w, S9414, "+S23 4, -C1 3, +C1 0, ",
		       "it returns when the stop is rejected, as what it is now");
		(void)SEND(&w, "2026-09-15", "JW307", "StopProduct/Einddatum=2026-08-30");
		stands(&w, "", "-S23 5, +S23 4, -C1 3, +C1 0, ", "a corrected stop clears that");
		wereld_close(&w);
	}
}

/* ---- all and one by one ---- */

static int add_whole(void *ctx, const struct reg_open_einde *e)
{
	buf_addf(ctx, "%lld %lld %d %s %s %s %d %d %d %d %d %d %s\n", (long long)e->dossier,
		 (long long)e->nummer, e->begin, e->soort, e->categorie, e->code, e->sterkte,
		 e->sinds, e->schatting, e->laag, e->hoog, e->kans, e->basis);
	return 0;
}

static int drop_row(void *ctx, const struct reg_open_einde *e)
{
	buf_addf(ctx, "%lld %lld %d %s\n", (long long)e->dossier, (long long)e->nummer, e->begin,
		 e->soort);
	return 0;
}

static void drop_all(struct store *st)
{
	struct buf keys = BUF_INIT;
	char *at, *end;

	(void)st->reg->open_einden(st, 0, drop_row, &keys);
	(void)st->ops->begin(st);
	for (at = keys.data; at != NULL && *at != '\0'; at = end + 1) {
		struct reg_open_einde e = {0};
		long long dossier, nummer;
		char soort[4] = "";

		end = strchr(at, '\n');
		if (sscanf(at, "%lld %lld %d %3s", &dossier, &nummer, &e.begin, soort) != 4)
			break;
		e.dossier = dossier;
		e.nummer = nummer;
		e.soort = soort;
		(void)st->reg->open_einde_weg(st, &e);
	}
	(void)st->ops->commit(st);
	buf_free(&keys);
}

static struct bewaking watch_of(struct inname *i, const struct gewoonten *g, day today)
{
	return (struct bewaking){.store = i->store,
				 .calendar = &calendar,
				 .gewoonten = g,
				 .vandaag = today,
				 .moment = today * DAY_US};
}

static int one_by_one(struct inname *i, const struct gewoonten *g, day today)
{
	struct bewaking b = watch_of(i, g, today);
	unsigned char(*clients)[CLIENT_BYTES];
	size_t n = 0;
	int r = inname_commit(i);

	if (r == 0 && i->checked.inhoud != NULL)
		r = bewaking_geraakt(i->checked.inhoud, &i->key, &i->arena, &clients, &n);
	for (size_t c = 0; r == 0 && c < n; c++)
		r = bewaking_client(&b, clients[c], i->judged.id);
	return r == 0 ? bewaking_klaar(&b) : r;
}

/* The turn of a day; gives how many clients it had to look at. */
static int all_of_them(struct inname *i, const struct gewoonten *g, day today, bool everybody,
		       size_t *looked)
{
	struct bewaking b = watch_of(i, g, today);
	struct episoden e = {0};
	struct clienten c = {0};
	int r = bewaking_lees(i->store, NULL, NULL, NULL, &e);

	if (r == 0)
		r = bewaking_verschillen(&b, &e, everybody, NULL, NULL, &c);
	*looked = c.n;
	while (r == 0 && c.at < c.n)
		r = bewaking_alles(&b, &c, 16);
	if (r == 0)
		r = bewaking_klaar(&b);
	clienten_free(&c);
	episoden_free(&e);
	return r;
}

static void compare(struct inname *i, const struct gewoonten *g, day today)
{
	struct buf one = BUF_INIT, all = BUF_INIT;
	size_t looked;

	CHECK(i->store->reg->open_einden(i->store, 0, add_whole, &one) == 0, "rows are read");
	CHECK(one.len > 0, "there are some");
	CHECK(all_of_them(i, g, today, false, &looked) == 0 && looked == 0,
	      "the day's turn finds nobody who differs");
	CHECK(all_of_them(i, g, today, true, &looked) == 0 && looked > 0,
	      "nor does looking at all");
	drop_all(i->store);
	CHECK(all_of_them(i, g, today, false, &looked) == 0 && looked > 0, "from nothing");
	CHECK(i->store->reg->open_einden(i->store, 0, add_whole, &all) == 0 &&
		      strcmp(buf_str(&one), buf_str(&all)) == 0,
	      "the same rows come");
	buf_free(&one);
	buf_free(&all);
}

/*
 * A stream, each message looked at as it comes: on one late day with the first
 * habits; then as a hub lives, with a turn and new habits each month.
 */
static void both_ways(void)
{
	for (int lives = 0; lives < 2; lives++) {
		struct stroom *s = stroom_new(7, 60);
		struct stroom_bericht m;
		struct gewoonten *g = gewoonten_start(20800);
		struct inname i;
		day today = 0, turned = 0;
		size_t looked;
		int r = 0;

		NEED(s != NULL && inname_open(&i, s, NULL), "a store opens");
		for (int n = 0; r == 0 && n < 2500 && stroom_next(s, &m); n++) {
			r = inname_take(&i, &m);
			today = lives ? day_of(m.received) : 21300;
			if (r == 0 && lives && today >= turned + 30) {
				r = inname_commit(&i);
				gewoonten_free(&g);
				if (r == 0)
					r = bewaking_leer(i.store, NULL, today, &g);
				if (r == 0)
					r = all_of_them(&i, g, today, false, &looked);
				turned = today;
			}
			if (r == 0)
				r = one_by_one(&i, g, today);
		}
		CHECK(r == 0, "all are taken in and looked at");
		if (lives) { /* what moved with the days alone */
			CHECK(inname_commit(&i) == 0, "kept");
			gewoonten_free(&g);
			CHECK(bewaking_leer(i.store, NULL, today + 40, &g) == 0, "a last turn");
			today += 40;
			CHECK(all_of_them(&i, g, today, false, &looked) == 0,
			      "which looks at who differs");
		}
		if (g != NULL)
			compare(&i, g, today);
		gewoonten_free(&g);
		stroom_free(&s);
		inname_close(&i);
	}
}

static void parts(void)
{
	char text[32] = "";

	CHECK(basis_deel("kans=90 rust=einde_toewijzing licht=rood", "rust", text, sizeof text) &&
		      strcmp(text, "einde toewijzing") == 0,
	      "a value with its blanks");
	CHECK(basis_deel("kans=90 rust=x licht=rood", "licht", text, sizeof text) &&
		      strcmp(text, "rood") == 0,
	      "the last");
	CHECK(!basis_deel("onkans=90", "kans", text, sizeof text) &&
		      !basis_deel("", "kans", text, sizeof text),
	      "whole names only");
}

int main(void)
{
	static const struct test tests[] = {
		{"an end opens with its clock, clears with its stop, returns without it", a_clock},
		{"a stop that is rejected clears nothing in the end", a_rejection},
		{"one by one and all at once give the same rows", both_ways},
		{"the parts of a basis", parts},
		{NULL, NULL},
	};
	int r;

	if (bench_open(&bench) < 0 || checker_new(&second, bench.standards) < 0)
		return 2;
	r = unit_main("the watch over open ends", tests);
	checker_free(&second);
	bench_close(&bench);
	return r;
}
