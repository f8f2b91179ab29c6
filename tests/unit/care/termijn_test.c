/*
 * Who owes what by when, told as stories: after each message the register
 * holds exactly the open terms that the story says.  The calendar is the usual
 * one with a day off of its own, Wednesday 2026-02-11; Good Friday is worked.
 */
#include "../../lib/unit.h"

#include <errno.h>

#include "../../lib/geval.h"
#include "bench.h"
#include "care/kruis.h"
#include "care/register.h"
#include "care/retour.h"
#include "care/termijn.h"

static struct bench bench;
static struct checker *second; /* answers are checked while the original is still looked at */
static const struct pseudonym_key key = {{1, 2, 3}};
static day off;
static struct calendar calendar = {.holidays = &off, .n_holidays = 1};

struct wereld {
	char dir[64];
	struct store *store;
	int64_t id;
	struct buf latest; /* the latest message that was no answer */
	bool beantwoord;   /* the hub answers at once */
	bool failed;
};

static bool wereld_open(struct wereld *w)
{
	struct buf url = BUF_INIT, why = BUF_INIT;
	int r = -EIO;

	*w = (struct wereld){.store = NULL};
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/ijwd-termijn-XXXXXX");
	if (mkdtemp(w->dir) != NULL) {
		buf_addf(&url, "sqlite:%s/ijwd.db", w->dir);
		r = store_open(&w->store, buf_str(&url), STORE_WRITE, &why);
	}
	if (r < 0)
		(void)fprintf(stderr, "%s\n", buf_str(&why));
	buf_free(&url);
	buf_free(&why);
	return r == 0 && w->store->ops->begin(w->store) == 0;
}

static void wereld_close(struct wereld *w)
{
	static const char *const files[] = {"ijwd.db", "ijwd.db-wal", "ijwd.db-shm"};
	char path[128];

	if (w->store != NULL)
		w->store->ops->rollback(w->store);
	store_close(&w->store);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", w->dir, files[i]);
		(void)unlink(path); /* not all of them need be there */
	}
	(void)rmdir(w->dir);
	buf_free(&w->latest);
}

/* ---- messages ---- */

static int take(struct wereld *w, day today, struct arena *a, const struct checked *c)
{
	const struct bericht *b = &c->bericht;
	bool from_gemeente = b->type->richting == VAN_GEMEENTE;
	struct store_message m = {
		.id = ++w->id,
		.received = (int64_t)today * 86400000000,
		.settled = (int64_t)today * 86400000000,
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
	struct verwerking v = {
		.bericht = m.id, .received = m.received, .beantwoord = w->beantwoord};
	int r = w->store->ops->message_add(w->store, &m);

	if (r == 0)
		r = register_verwerk(&k, a, &v, b, c->inhoud);
	return r == 0 ? termijn_verwerk(&k, &calendar, a, &v, b, c->inhoud) : r;
}

static bool failed(struct wereld *w, const char *what, int r)
{
	w->failed = true;
	(void)fprintf(stderr, "    %s: %s\n", what, r < 0 ? strerror(-r) : "cannot be made");
	return false;
}

/* Makes a change "PATH=CONTENT"; "-PATH" removes, "+PATH=XML" inserts behind. */
static bool change(struct buf *b, const char *text)
{
	bool behind = *text == '+';
	char path[160];
	size_t n = strcspn(text, "=");

	if (*text == '-')
		return geval_remove(b, text + 1);
	(void)snprintf(path, sizeof path, "%.*s", (int)n - behind, text + behind);
	return behind ? geval_insert(b, path, text + n + 1, true)
		      : geval_set(b, path, text + n + 1);
}

/* A message that comes in on a day, made from the shipped one; changes end with NULL. */
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
	return r == 0 || failed(w, type, r);
}

#define SEND(w, today, type, ...) \
	send(w, today, type, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/*
 * Its receiver answers the latest message.  NULL accepts; 0001 and 8848 stand
 * in the header, any other code at the class that the message is about.
 */
static bool answer(struct wereld *w, const char *today, const char *code)
{
	static const char *const headers[] = {"0001", "8848"};
	static const enum klasse_soort soorten[] = {
		K_TOEGEWEZENPRODUCT, K_STARTPRODUCT, K_STOPPRODUCT, K_AANGEVRAAGDPRODUCT,
		K_VERZOEK,	     K_ANTWOORD,     K_PRESTATIE};
	struct retour_opdracht o = {.data = w->latest.data, .size = w->latest.len};
	struct retourcode left = {.code = code, .regel = "TR000"};
	struct buf bytes = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct checked made;
	char identificatie[32];
	int r;

	(void)bench_check(&bench, w->latest.data, w->latest.len);
	o.bericht = &bench.checked.bericht;
	o.inhoud = bench.checked.inhoud;
	o.antwoord = standards_answer(bench.standards, o.bericht->type);
	(void)snprintf(identificatie, sizeof identificatie, "R%lld", (long long)w->id + 1);
	o.identificatie = identificatie;
	(void)day_parse(today, &o.dagtekening);
	for (size_t h = 0; code != NULL && h < sizeof headers / sizeof *headers; h++)
		if (strcmp(code, headers[h]) == 0)
			o.headercode = headers[h];
	for (size_t s = 0;
	     code != NULL && o.headercode == NULL && s < sizeof soorten / sizeof *soorten; s++) {
		struct klasse *k = (struct klasse *)inhoud_volgende(o.inhoud, NULL, soorten[s]);

		if (k != NULL)
			k->codes = &left;
	}
	r = retour_make(&o, &bytes);
	if (r == 0) {
		check_bytes(second, &a, bytes.data, bytes.len, &made);
		r = made.outcome == CHECK_VALID ? take(w, o.dagtekening, &a, &made) : -EINVAL;
	}
	buf_free(&bytes);
	arena_release(&a);
	return r == 0 || failed(w, "answer", r);
}

/* ---- what is owed ---- */

static int add_open(void *ctx, const struct reg_verwachting *v)
{
	struct buf *out = ctx;
	char sinds[11], uiterlijk[11];

	day_text(v->sinds, sinds);
	day_text(v->uiterlijk, uiterlijk);
	buf_addf(out, "%s %s>%s %s %s %s\n", v->soort, v->debiteur, v->crediteur, v->sleutel, sinds,
		 uiterlijk);
	return 0;
}

/* The open terms, first due first, are these: a line each, "" for none. */
static void owed(const struct wereld *w, const char *want, const char *says)
{
	struct buf is = BUF_INIT;
	day last;

	(void)day_parse("9999-12-31", &last);
	CHECK(!w->failed && w->store->reg->verwachtingen(w->store, NULL, last, add_open, &is) == 0,
	      says);
	if (!CHECK(strcmp(buf_str(&is), want) == 0, says))
		(void)fprintf(stderr, "    %s\n    is:\n%s    should be:\n%s", says, buf_str(&is),
			      want);
	buf_free(&is);
}

#define RETOUR(debtor, creditor, about, since, due) \
	"retour " debtor ">" creditor " " creditor " " about " " since " " due "\n"
#define G "0363"
#define A "98001234"
#define START(since, due) "start " A ">" G " 0363 123456001 " since " " due "\n"
#define STOP(since, due) "stop " A ">" G " 0363 123456001 " since " " due "\n"
#define USUAL_START START("2026-02-09", "2026-02-17")
#define USUAL_STOP STOP("2026-08-31", "2026-09-07")

/* ---- answers ---- */

static void answers(void)
{
	static const struct {
		const char *type, *debtor, *creditor, *besides;
	} cases[] = {
		{"JW301", A, G, "start " A ">" G " 0363 123456001 2026-06-01 2026-06-08\n"},
		{"JW305", G, A, ""},
		{"JW307", G, A, ""},
		{"JW315", G, A, "verzoek " G ">" A " " A " VOT-2026-0001 2026-06-01 2026-06-08\n"},
		{"JW317", G, A, "verzoek " G ">" A " " A " VOW-2026-0001 2026-06-01 2026-06-08\n"},
		{"JW319", A, G, ""},
	};

	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		struct wereld w;
		char want[512];

		NEED(wereld_open(&w), "a store opens");
		(void)SEND(&w, "2026-06-01", cases[c].type);
		(void)snprintf(want, sizeof want, "retour %s>%s %s %s M1 2026-06-01 2026-06-04\n%s",
			       cases[c].debtor, cases[c].creditor, cases[c].creditor, cases[c].type,
			       cases[c].besides);
		owed(&w, want, cases[c].type);
		(void)answer(&w, "2026-06-02", NULL);
		owed(&w, cases[c].besides, "an acceptance meets it, and nothing else");
		(void)answer(&w, "2026-06-03", "0001");
		owed(&w, cases[c].besides, "a second answer means nothing");
		wereld_close(&w);
		NEED(wereld_open(&w), "a store opens");
		(void)SEND(&w, "2026-06-01", cases[c].type);
		(void)answer(&w, "2026-07-01", "0001");
		owed(&w, "",
		     "a rejection, late as it is, meets it too and leaves nothing that followed");
		wereld_close(&w);
		NEED(wereld_open(&w), "a store opens");
		w.beantwoord = true;
		(void)SEND(&w, "2026-06-01", cases[c].type);
		owed(&w, cases[c].besides, "what the hub answers owes no answer, all else as ever");
		wereld_close(&w);
	}
}

/* Two senders may use one identification. */
static void same_identification(void)
{
	struct wereld w;

	NEED(wereld_open(&w), "a store opens");
	(void)SEND(&w, "2026-06-01", "JW305", "Identificatie=ZELFDE");
	(void)SEND(&w, "2026-06-02", "JW305", "Identificatie=ZELFDE", "Afzender=98005678");
	owed(&w,
	     RETOUR(G, A, "JW305 ZELFDE", "2026-06-01", "2026-06-04")
		     RETOUR(G, "98005678", "JW305 ZELFDE", "2026-06-02", "2026-06-05"),
	     "each has its own term");
	(void)answer(&w, "2026-06-03", NULL);
	owed(&w, RETOUR(G, A, "JW305 ZELFDE", "2026-06-01", "2026-06-04"),
	     "and an answer meets its own");
	wereld_close(&w);
}

static void declaration(void)
{
	static const char *const codes[] = {NULL, "0001", "9307"};

	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
		struct wereld w;

		NEED(wereld_open(&w), "a store opens");
		(void)SEND(&w, "2026-04-03", "JW323");
		owed(&w, "declaratieantwoord " G ">" A " " A " JW323 M1 2026-04-03 2026-04-20\n",
		     "ten working days, without Easter Monday");
		(void)answer(&w, "2026-04-10", codes[c]);
		owed(&w, "", "any JW325 meets it");
		wereld_close(&w);
	}
}

/* ---- start and stop ---- */

/* An allocation that was accepted on the day it came. */
static bool allocated(struct wereld *w)
{
	return wereld_open(w) && SEND(w, "2026-02-02", "JW301") && answer(w, "2026-02-02", NULL);
}

static bool started(struct wereld *w)
{
	return allocated(w) && SEND(w, "2026-02-12", "JW305") && answer(w, "2026-02-12", NULL);
}

static void start_is_due(void)
{
	struct wereld w;

	NEED(allocated(&w), "an allocation");
	owed(&w, USUAL_START, "five working days from Ingangsdatum, a day off not counted");
	(void)SEND(&w, "2026-02-12", "JW305");
	owed(&w, RETOUR(G, A, "JW305 M3", "2026-02-12", "2026-02-17") USUAL_STOP,
	     "met by the start; a stop is due now");
	(void)answer(&w, "2026-02-13", NULL);
	owed(&w, USUAL_STOP, "which an acceptance leaves");
	wereld_close(&w);

	NEED(wereld_open(&w), "a store opens");
	(void)SEND(&w, "2026-03-02", "JW301");
	(void)answer(&w, "2026-03-02", NULL);
	owed(&w, START("2026-03-02", "2026-03-09"),
	     "allocated with a day in the past: from receipt");
	wereld_close(&w);
}

static void start_rejected(void)
{
	static const char *const codes[] = {"9326", "0001", "8848"};

	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
		struct wereld w;

		NEED(allocated(&w), "an allocation");
		(void)SEND(&w, "2026-02-12", "JW305");
		(void)answer(&w, "2026-02-25", codes[c]);
		owed(&w, USUAL_START,
		     "a start that is rejected, late, was not sent: the first term stands, and no "
		     "stop is due");
		(void)SEND(&w, "2026-02-26", "JW305");
		(void)answer(&w, "2026-02-26", NULL);
		owed(&w, USUAL_STOP, "and is met by the next");
		wereld_close(&w);
	}
}

static void start_deleted(void)
{
	struct wereld w;

	NEED(started(&w), "a start");
	(void)SEND(&w, "2026-02-13", "JW305", "StatusAanlevering=3");
	(void)answer(&w, "2026-02-13", NULL);
	owed(&w, USUAL_START, "a deleted start was not sent");
	wereld_close(&w);

	NEED(started(&w), "a start");
	(void)SEND(&w, "2026-02-13", "JW305", "StatusAanlevering=3");
	(void)answer(&w, "2026-02-16", "9063");
	owed(&w, USUAL_STOP, "unless the deletion is rejected");
	wereld_close(&w);
}

/* A decision of that day. */
#define VERSION(on) "Toewijzingsdatum=" on, "Dagtekening=" on
/* What an allocation says of its end, and why. */
#define END(eind, reden) \
	"Einddatum=" eind, "+Einddatum=<b:RedenWijziging>" reden "</b:RedenWijziging>"

static void allocation_ends(void)
{
	struct wereld w;

	NEED(allocated(&w), "an allocation");
	(void)SEND(&w, "2026-02-04", "JW301", VERSION("2026-02-04"), END("2026-02-09", "13"));
	owed(&w, RETOUR(A, G, "JW301 M3", "2026-02-04", "2026-02-09"),
	     "a deleted allocation needs no start");
	(void)answer(&w, "2026-02-05", "9385");
	owed(&w, USUAL_START, "unless the deletion is rejected");
	wereld_close(&w);

	NEED(started(&w), "a start");
	(void)SEND(&w, "2026-02-16", "JW301", "-Einddatum", VERSION("2026-02-16"),
		   "Omvang=<ijw:Volume>120</ijw:Volume><ijw:Eenheid>01</"
		   "ijw:Eenheid><ijw:Frequentie>4</ijw:Frequentie>");
	(void)answer(&w, "2026-02-16", NULL);
	owed(&w, "", "without Einddatum no stop is due");
	wereld_close(&w);
}

static void resent(void)
{
	struct wereld w;

	NEED(allocated(&w), "an allocation");
	(void)SEND(&w, "2026-03-02", "JW301");
	(void)answer(&w, "2026-03-02", NULL);
	owed(&w, USUAL_START, "an allocation sent again does not give more time");
	(void)SEND(&w, "2026-03-03", "JW301", VERSION("2026-03-03"), "Ingangsdatum=2026-03-16");
	(void)answer(&w, "2026-03-03", NULL);
	owed(&w, START("2026-03-16", "2026-03-23"), "another Ingangsdatum does");
	(void)SEND(&w, "2026-03-04", "JW301");
	(void)answer(&w, "2026-03-04", NULL);
	owed(&w, START("2026-03-16", "2026-03-23"),
	     "an older version that comes later changes nothing");
	wereld_close(&w);
}

static void end_moves(void)
{
	struct wereld w;

	NEED(started(&w), "a start");
	(void)SEND(&w, "2026-05-01", "JW301", VERSION("2026-05-01"), END("2026-10-30", "04"));
	(void)answer(&w, "2026-05-01", NULL);
	owed(&w, STOP("2026-10-30", "2026-11-06"),
	     "the stop's term moves with Einddatum, and there is one");
	(void)SEND(&w, "2026-05-04", "JW301", VERSION("2026-05-04"), END("2026-05-29", "05"));
	owed(&w,
	     RETOUR(A, G, "JW301 M7", "2026-05-04", "2026-05-07") STOP("2026-05-29", "2026-06-05"),
	     "to an earlier day too");
	(void)answer(&w, "2026-05-06", "9332");
	owed(&w, STOP("2026-10-30", "2026-11-06"), "and back when that is rejected");
	wereld_close(&w);

	NEED(started(&w), "a start");
	(void)SEND(&w, "2026-05-04", "JW301", VERSION("2026-05-04"), END("2026-03-31", "05"));
	(void)answer(&w, "2026-05-04", NULL);
	owed(&w, STOP("2026-05-04", "2026-05-11"),
	     "ended in the past: nobody is late for what he could not know");
	wereld_close(&w);
}

static void stopped(void)
{
	struct wereld w;

	NEED(started(&w), "a start");
	(void)SEND(&w, "2026-03-02", "JW307", "Einddatum=2026-02-27", "RedenBeeindiging=20");
	(void)answer(&w, "2026-03-02", NULL);
	owed(&w, USUAL_STOP, "a temporary stop leaves the definitive one due");
	(void)SEND(&w, "2026-06-29", "JW307");
	owed(&w, RETOUR(G, A, "JW307 M7", "2026-06-29", "2026-07-02"),
	     "a definitive one meets the term");
	(void)answer(&w, "2026-09-30", "9414");
	owed(&w, USUAL_STOP, "unless it is rejected");
	(void)SEND(&w, "2026-10-01", "JW307");
	(void)answer(&w, "2026-10-01", NULL);
	owed(&w, "", "late is met as well");
	(void)SEND(&w, "2026-10-02", "JW307", "StatusAanlevering=3");
	(void)answer(&w, "2026-10-02", NULL);
	owed(&w, USUAL_STOP, "a stop that is deleted is due again");
	(void)SEND(&w, "2026-10-05", "JW307", "Einddatum=2026-06-25");
	(void)answer(&w, "2026-10-05", NULL);
	owed(&w, "", "and the right one meets it");
	wereld_close(&w);
}

/* Under a policy that stops nothing. */
static void out_of_order(void)
{
	struct wereld w;

	NEED(wereld_open(&w), "a store opens");
	w.beantwoord = true;
	(void)SEND(&w, "2026-02-12", "JW305");
	owed(&w, "", "a start without an allocation owes nothing");
	(void)SEND(&w, "2026-02-13", "JW301");
	owed(&w, USUAL_STOP, "and the allocation that follows owes no start, but a stop");
	wereld_close(&w);

	NEED(wereld_open(&w), "a store opens");
	w.beantwoord = true;
	(void)SEND(&w, "2026-02-02", "JW301");
	(void)SEND(&w, "2026-02-12", "JW307");
	owed(&w, USUAL_START, "a stop without a start leaves the start due");
	(void)SEND(&w, "2026-02-13", "JW305");
	owed(&w, "", "and when it comes it is stopped already");
	(void)SEND(&w, "2026-05-12", "JW305", "Begindatum=2026-05-11", "Dagtekening=2026-05-12");
	owed(&w, USUAL_STOP, "a new start owes a new stop");
	wereld_close(&w);
}

/* The receiver may answer after the sender has taken it back. */
static void late_rejection(void)
{
	struct buf stop = BUF_INIT;
	struct wereld w;

	NEED(started(&w), "a start");
	(void)SEND(&w, "2026-06-29", "JW307");
	buf_add(&stop, w.latest.data, w.latest.len);
	(void)SEND(&w, "2026-06-30", "JW307", "StatusAanlevering=3");
	(void)answer(&w, "2026-06-30", NULL);
	buf_free(&w.latest);
	w.latest = stop;
	(void)answer(&w, "2026-07-01", "9414");
	owed(&w, USUAL_STOP, "a stop that was deleted, and rejected after that: one stop is due");
	wereld_close(&w);
}

static void other_receiver(void)
{
	struct wereld w;

	NEED(allocated(&w), "an allocation");
	(void)SEND(&w, "2026-02-12", "JW305");
	(void)geval_set(&w.latest, "Ontvanger", "0344");
	(void)answer(&w, "2026-02-12", "9326");
	owed(&w, RETOUR(G, A, "JW305 M3", "2026-02-12", "2026-02-17") USUAL_STOP,
	     "only its receiver can reject a message");
	wereld_close(&w);
}

static void taakgericht(void)
{
	struct wereld w;

	NEED(wereld_open(&w), "a store opens");
	w.beantwoord = true;
	(void)SEND(&w, "2026-02-12", "JW305", "-ToewijzingNummer", "-ToewijzingIngangsdatum");
	owed(&w, "", "without an allocation nobody waits for a stop");
	wereld_close(&w);
}

/* ---- requests ---- */

#define VERZOEK(ref, since, due) "verzoek " G ">" A " " A " " ref " " since " " due "\n"
#define ONDERZOEK(ref, since, due) "onderzoek " G ">" A " " A " " ref " " since " " due "\n"

/* The first request, accepted when it came in on Monday 2026-01-26. */
static bool requested(struct wereld *w)
{
	return wereld_open(w) && SEND(w, "2026-01-26", "JW315") && answer(w, "2026-01-26", NULL);
}

static bool reply(struct wereld *w, const char *today, const char *answered, const char *reason)
{
	char text[64], set[64];

	(void)snprintf(text, sizeof text, "VerzoekAntwoord=%s", answered);
	(void)snprintf(set, sizeof set, "RedenAfwijzingVerzoek=%s", reason);
	return SEND(w, today, "JW319", "ReferentieAanbieder=VOT-2026-0001", text,
		    reason[0] == '\0' ? "-RedenAfwijzingVerzoek" : set,
		    strcmp(reason, "8") == 0 ? "+RedenAfwijzingVerzoek=<b:Woonplaatsbeginsel><b:"
					       "Gemeente>0344</b:Gemeente></b:Woonplaatsbeginsel>"
					     : "ReferentieAanbieder=VOT-2026-0001");
}

static void request_granted(void)
{
	struct wereld w;

	NEED(requested(&w), "a request");
	owed(&w, VERZOEK("VOT-2026-0001", "2026-01-26", "2026-02-02"),
	     "five working days to answer");
	(void)SEND(&w, "2026-02-04", "JW301");
	(void)answer(&w, "2026-02-04", "9379");
	owed(&w, VERZOEK("VOT-2026-0001", "2026-01-26", "2026-02-02"),
	     "an allocation that is rejected answers nothing");
	(void)SEND(&w, "2026-02-04", "JW301");
	(void)answer(&w, "2026-02-04", NULL);
	owed(&w, USUAL_START, "one that stands does");
	wereld_close(&w);
}

static void request_investigated(void)
{
	struct wereld w;

	NEED(requested(&w), "a request");
	(void)reply(&w, "2026-01-28", "2", "");
	owed(&w,
	     RETOUR(A, G, "JW319 M3", "2026-01-28", "2026-02-02")
		     ONDERZOEK("VOT-2026-0001", "2026-01-26", "2026-03-23"),
	     "under investigation: eight weeks from Dagtekening of the request");
	(void)answer(&w, "2026-01-29", "9360");
	owed(&w, VERZOEK("VOT-2026-0001", "2026-01-26", "2026-02-02"),
	     "rejected: the first term is back");
	(void)reply(&w, "2026-01-30", "2", "");
	(void)answer(&w, "2026-01-30", NULL);
	(void)reply(&w, "2026-03-02", "1", "1");
	(void)answer(&w, "2026-03-02", NULL);
	owed(&w, "", "a refusal ends it");
	wereld_close(&w);

	NEED(requested(&w), "a request");
	(void)reply(&w, "2026-01-28", "2", "");
	(void)answer(&w, "2026-01-28", NULL);
	(void)SEND(&w, "2026-03-24", "JW301");
	(void)answer(&w, "2026-03-24", NULL);
	owed(&w, START("2026-03-24", "2026-03-31"), "and so does an allocation");
	wereld_close(&w);
}

static void request_elsewhere(void)
{
	static const char *const codes[] = {"9355", "0001"};

	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
		struct wereld w;

		NEED(requested(&w), "a request");
		(void)reply(&w, "2026-02-16", "1", "8");
		owed(&w, RETOUR(A, G, "JW319 M3", "2026-02-16", "2026-02-19"),
		     "refused for the residence principle");
		(void)answer(&w, "2026-02-17", codes[c]);
		owed(&w, VERZOEK("VOT-2026-0001", "2026-01-26", "2026-02-02"),
		     "and rejected: only the request is open");
		wereld_close(&w);
	}
}

static void request_rejected(void)
{
	struct wereld w;

	NEED(wereld_open(&w), "a store opens");
	(void)SEND(&w, "2026-04-20", "JW317");
	owed(&w,
	     RETOUR(G, A, "JW317 M1", "2026-04-20", "2026-04-23")
		     VERZOEK("VOW-2026-0001", "2026-04-20", "2026-04-28"),
	     "a request for change has one term, King's Day not counted");
	(void)answer(&w, "2026-04-21", "9349");
	owed(&w, "", "a request that is rejected needs no answer");
	(void)SEND(&w, "2026-04-22", "JW317");
	(void)answer(&w, "2026-04-22", NULL);
	(void)SEND(&w, "2026-04-22", "JW317", "Afzender=98005678");
	(void)answer(&w, "2026-04-22", NULL);
	(void)SEND(&w, "2026-04-24", "JW319");
	(void)answer(&w, "2026-04-24", NULL);
	owed(&w, "verzoek " G ">98005678 98005678 VOW-2026-0001 2026-04-22 2026-04-30\n",
	     "two providers may use one reference");
	wereld_close(&w);
}

int main(void)
{
	static const struct test tests[] = {
		{"every message is owed an answer", answers},
		{"an identification is its sender's own", same_identification},
		{"a declaration is owed a JW325", declaration},
		{"an allocation is owed a start", start_is_due},
		{"a start that is rejected was not sent", start_rejected},
		{"nor was one that is deleted", start_deleted},
		{"an allocation that ends, or has no end", allocation_ends},
		{"sent again, nothing moves", resent},
		{"the stop's term goes with Einddatum", end_moves},
		{"a start is owed a stop", stopped},
		{"the order does not matter", out_of_order},
		{"a rejection that comes late", late_rejection},
		{"a rejection by another", other_receiver},
		{"care without an allocation", taakgericht},
		{"a request that is granted", request_granted},
		{"a request under investigation", request_investigated},
		{"a request for another municipality", request_elsewhere},
		{"a request that is rejected", request_rejected},
		{NULL, NULL},
	};
	int r;

	(void)day_parse("2026-02-11", &off); /* it is one */
	if (bench_open(&bench) < 0 || checker_new(&second, bench.standards) < 0)
		return 2;
	r = unit_main("terms", tests);
	checker_free(&second);
	bench_close(&bench);
	return r;
}
