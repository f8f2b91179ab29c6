/*
 * Who answers, and who is late: municipalities with every policy behind one
 * hub, return messages made by the hub and by the parties themselves, and the
 * terms that follow from what was accepted.
 */
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/geval.h"
#include "../lib/scene.h"
#include "base/date.h"
#include "care/inhoud.h"
#include "care/intake.h"
#include "care/retour.h"

static struct testhub h;
static struct standards *standards;
static struct checker *checker;
static unsigned numbered; /* messages made so far */

#define AANBIEDER "98001234"

/* A municipality for each policy. */
static const struct {
	const char *id, *code, *policy;
} gemeenten[] = {
	{"strict", "0363", "rules: enforce\nretour: partij\n"},
	{"advise", "0344", ""},
	{"off", "0518", "rules: \"off\"\nretour: hub\n"},
	{"half", "0599", "rules: enforce\nretour: hub\n"},
	{"recent", "0014", "rules: enforce\nretour: hub\nregister_start: 2027-01-01\n"},
};
#define N_GEMEENTEN (sizeof gemeenten / sizeof *gemeenten)
#define STRICT "0363"
#define ADVISE "0344"
#define HALF "0599"

/* ---- messages ---- */

static bool change(struct buf *b, const char *text)
{
	char path[160];
	size_t n = strcspn(text, "=");

	if (*text == '-')
		return geval_remove(b, text + 1);
	(void)snprintf(path, sizeof path, "%.*s", (int)n, text);
	return geval_set(b, path, text + n + 1);
}

/* A message of its own name between the provider and a municipality; changes "PATH=CONTENT" or
 * "-PATH" end with NULL. */
static bool make(struct buf *b, const char *type, const char *aanbieder, const char *gemeente,
		 const char *const *changes)
{
	bool from_gemeente = strcmp(type, "JW301") == 0 || strcmp(type, "JW319") == 0;
	char name[16];
	bool ok;

	(void)snprintf(name, sizeof name, "A%u", ++numbered);
	ok = bericht_make(type, from_gemeente ? gemeente : aanbieder,
			  from_gemeente ? aanbieder : gemeente, name, b);
	for (; ok && *changes != NULL; changes++)
		ok = change(b, *changes);
	return ok;
}

#define MAKE(b, type, gemeente, ...) \
	make(b, type, AANBIEDER, gemeente, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static bool send(struct ijw *c, const struct buf *b, struct receipt *r)
{
	return CHECK(scene_send(c, NULL, b->data, b->len, r), "a receipt comes");
}

/* The return message of the receiver itself: NULL accepts, a code rejects at the class. */
static bool own_retour(const struct buf *original, enum klasse_soort soort, const char *code,
		       struct buf *out)
{
	struct retour_opdracht o = {
		.data = original->data, .size = original->len, .dagtekening = day_of(clock_us())};
	struct retourcode left = {.code = code, .regel = "TR000"};
	struct arena a = ARENA_INIT;
	struct checked c;
	char name[16];
	int r;

	(void)snprintf(name, sizeof name, "A%u", ++numbered);
	check_bytes(checker, &a, original->data, original->len, &c);
	o.bericht = &c.bericht;
	o.inhoud = c.inhoud;
	o.antwoord = standards_answer(standards, c.bericht.type);
	o.identificatie = name;
	if (code != NULL)
		((struct klasse *)inhoud_volgende(c.inhoud, NULL, soort))->codes = &left;
	buf_clear(out);
	r = retour_make(&o, out);
	arena_release(&a);
	return r == 0;
}

/* The next delivery is of this type and, unless NULL, holds this text; it is taken over. */
static bool arrives(struct ijw *c, const char *type, const char *holds)
{
	struct ijw_event e;
	bool ok;

	if (!testhub_event(c, IJW_EVENT_DELIVERY, &e))
		return false;
	ok = strcmp(e.message_type, type) == 0 &&
	     (holds == NULL || memmem(e.message, e.message_size, holds, strlen(holds)) != NULL);
	if (!ok)
		(void)fprintf(stderr, "    %s instead of %s with %s:\n%.*s\n", e.message_type, type,
			      holds != NULL ? holds : "anything", (int)e.message_size,
			      (const char *)e.message);
	return ijw_done(c, e.id) == 0 && ok;
}

static bool is_due(const char *about)
{
	static char text[262144];

	(void)scene_ctl(&h, "due --ahead 30 --json", text, sizeof text);
	return strstr(text, about) != NULL;
}

static struct ijw *ready(const char *party, const char *code)
{
	struct ijw *c = scene_connect(&h, party);

	if (c != NULL)
		(void)ijw_ready(c, code, 10);
	return c;
}

/* Nothing else came before: what is sent now is the next to arrive. */
static void nothing_waits(struct ijw *gemeente, const char *code, struct ijw *aanbieder,
			  const char *says)
{
	struct buf b = BUF_INIT;
	struct receipt r;
	char name[24];

	if (!MAKE(&b, "JW319", code, "ReferentieAanbieder=X"))
		return;
	(void)snprintf(name, sizeof name, ">A%u<", numbered);
	/* The provider takes part in no rules: whatever it is, it arrives. */
	if (send(gemeente, &b, &r))
		CHECK(r.verdict == IJW_VERDICT_ACCEPTED && arrives(aanbieder, "JW319", name), says);
	buf_free(&b);
}

/* ---- the party's own answers ---- */

static void own_answers(void)
{
	struct ijw *g = ready("strict", STRICT), *a = ready("aanbieder-a", AANBIEDER);
	struct buf first = BUF_INIT, second = BUF_INIT, b = BUF_INIT;
	struct receipt r;
	char about[40];

	NEED(g != NULL && a != NULL, "they connect");
	NEED(MAKE(&b, "JW301", STRICT, "-ReferentieAanbieder") && send(g, &b, &r), "an allocation");
	CHECK(r.verdict == IJW_VERDICT_ACCEPTED && arrives(a, "JW301", NULL), "arrives");
	CHECK(own_retour(&b, K_GEEN, NULL, &second) && send(a, &second, &r) &&
		      arrives(g, "JW302", NULL),
	      "and is accepted by its receiver");
	NEED(MAKE(&first, "JW305", STRICT) && send(a, &first, &r), "a start");
	(void)snprintf(about, sizeof about, AANBIEDER " JW305 A%u\"", numbered);
	CHECK(r.verdict == IJW_VERDICT_ACCEPTED && arrives(g, "JW305", NULL), "arrives too");
	CHECK(is_due(about), "an answer is due");
	NEED(MAKE(&b, "JW305", STRICT, "Begindatum=2026-02-12") && send(a, &b, &r),
	     "a second start");
	CHECK(r.verdict == IJW_VERDICT_REJECTED && strcmp(r.rule, "TR326") == 0 &&
		      arrives(a, "JW306", ">9326<"),
	      "is rejected: it runs");
	NEED(own_retour(&first, K_STARTPRODUCT, "S329", &second) && send(g, &second, &r),
	     "its receiver rejects the first");
	CHECK(r.verdict == IJW_VERDICT_ACCEPTED && arrives(a, "JW306", ">S329<"),
	      "the provider gets that");
	CHECK(!is_due(about), "and nobody waits for an answer");
	NEED(MAKE(&b, "JW305", STRICT, "Begindatum=2026-02-12") && send(a, &b, &r),
	     "the second start once more");
	(void)snprintf(about, sizeof about, AANBIEDER " JW305 A%u\"", numbered);
	CHECK(r.verdict == IJW_VERDICT_ACCEPTED && r.findings == 0 && arrives(g, "JW305", NULL),
	      "now it counts");
	CHECK(is_due(about), "an answer is due again");
	NEED(own_retour(&b, K_GEEN, NULL, &second) && send(g, &second, &r),
	     "its receiver accepts it");
	CHECK(arrives(a, "JW306", NULL) && !is_due(about), "and the term is closed");
	CHECK(is_due("\"stop\""), "while a stop is due");
	buf_free(&first);
	buf_free(&second);
	buf_free(&b);
	ijw_close(&g);
	ijw_close(&a);
}

static void late_rejection(void)
{
	struct ijw *g = ready("advise", ADVISE), *a = ready("aanbieder-a", AANBIEDER);
	struct buf stop = BUF_INIT, b = BUF_INIT;
	struct receipt r;

	NEED(g != NULL && a != NULL, "they connect");
	NEED(MAKE(&b, "JW301", ADVISE, "-ReferentieAanbieder") && send(g, &b, &r) &&
		     arrives(a, "JW301", NULL),
	     "an allocation");
	NEED(MAKE(&b, "JW305", ADVISE) && send(a, &b, &r) && arrives(g, "JW305", NULL), "a start");
	NEED(MAKE(&stop, "JW307", ADVISE) && send(a, &stop, &r) && arrives(g, "JW307", NULL),
	     "a stop");
	NEED(MAKE(&b, "JW307", ADVISE, "StatusAanlevering=3") && send(a, &b, &r) &&
		     arrives(g, "JW307", NULL),
	     "which is deleted");
	NEED(own_retour(&stop, K_STOPPRODUCT, "9414", &b) && send(g, &b, &r),
	     "and rejected after that");
	CHECK(r.verdict == IJW_VERDICT_ACCEPTED && arrives(a, "JW308", ">9414<"), "arrives");
	NEED(MAKE(&b, "JW307", ADVISE) && send(a, &b, &r) && arrives(g, "JW307", NULL),
	     "others go on");
	buf_free(&stop);
	buf_free(&b);
	ijw_close(&g);
	ijw_close(&a);
}

/* ---- policies ---- */

/* A stop without a start, under each policy. */
static void stop_without_start(void)
{
	static const struct {
		const char *code;
		bool rejected, told;
	} cases[] = {
		{STRICT, true, true}, {ADVISE, false, true},  {"0518", false, false},
		{HALF, true, true},   {"0014", false, false},
	};
	struct ijw *a = ready("aanbieder-a", AANBIEDER);

	NEED(a != NULL, "the provider connects");
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		struct ijw *g = ready(gemeenten[c].id, cases[c].code);
		struct buf b = BUF_INIT;
		struct ijw_event e;
		struct receipt r;

		NEED(g != NULL, "the municipality connects");
		NEED(MAKE(&b, "JW301", cases[c].code, "ToewijzingNummer=777",
			  "-ReferentieAanbieder") &&
			     send(g, &b, &r) && arrives(a, "JW301", NULL),
		     "an allocation");
		buf_free(&b);
		NEED(MAKE(&b, "JW307", cases[c].code, "ToewijzingNummer=777") && send(a, &b, &r),
		     gemeenten[c].id);
		CHECK(r.verdict ==
			      (cases[c].rejected ? IJW_VERDICT_REJECTED : IJW_VERDICT_ACCEPTED),
		      gemeenten[c].id);
		CHECK((strstr(r.json, "\"9069\"") != NULL) == cases[c].told &&
			      (r.findings > 0) == cases[c].told,
		      gemeenten[c].id);
		if (cases[c].rejected) {
			CHECK(arrives(a, "JW308", ">9069<"),
			      "the provider gets the return message");
		} else if (CHECK(testhub_event(g, IJW_EVENT_DELIVERY, &e), "it is delivered")) {
			CHECK(strcmp(e.message_type, "JW307") == 0 &&
				      (memmem(e.json, e.json_size, "\"9069\"", 6) != NULL) ==
					      cases[c].told,
			      "with the advice, if there is any");
			(void)ijw_done(g, e.id);
		}
		CHECK(cases[c].rejected || is_due(cases[c].code),
		      "what is accepted waits for an answer of the party");
		nothing_waits(g, cases[c].code, a, "and nothing else went out");
		buf_free(&b);
		ijw_close(&g);
	}
	ijw_close(&a);
}

/* A rule inside the message needs no policy. */
static void broken_inside(void)
{
	struct ijw *a = ready("aanbieder-a", AANBIEDER);

	NEED(a != NULL, "the provider connects");
	for (size_t c = 0; c < N_GEMEENTEN; c++) {
		struct buf b = BUF_INIT;
		char reference[40];
		struct receipt r;
		struct ijw *g;

		NEED(MAKE(&b, "JW307", gemeenten[c].code, "Einddatum=2026-02-10") &&
			     send(a, &b, &r),
		     gemeenten[c].id);
		CHECK(r.verdict == IJW_VERDICT_REJECTED && strcmp(r.rule, "TR018") == 0,
		      gemeenten[c].id);
		CHECK(arrives(a, "JW308", ">0001<"), "rejected, and answered with 0001");
		g = ready(gemeenten[c].id, gemeenten[c].code);
		NEED(g != NULL, "the municipality connects");
		buf_free(&b);
		(void)snprintf(reference, sizeof reference, "ReferentieAanbieder=INSIDE-%s",
			       gemeenten[c].code);
		NEED(MAKE(&b, "JW315", gemeenten[c].code, reference) && send(a, &b, &r),
		     "another message");
		CHECK(arrives(g, "JW315", NULL), "is the first that its receiver sees");
		buf_free(&b);
		ijw_close(&g);
	}
	ijw_close(&a);
}

/* One line of a declaration is at fault, and its receiver answers itself: it sees which. */
static void one_bad_line(void)
{
	struct ijw *g = ready("half", HALF), *a = ready("aanbieder-a", AANBIEDER);
	struct buf b = BUF_INIT;
	struct ijw_event e;
	struct receipt r;
	char about[40];

	NEED(g != NULL && a != NULL, "they connect");
	NEED(MAKE(&b, "JW301", HALF, "-ReferentieAanbieder") && send(g, &b, &r) &&
		     arrives(a, "JW301", NULL),
	     "an allocation");
	buf_free(&b);
	NEED(MAKE(&b, "JW323", HALF, "TotaalIngediendBedrag/TotaalBedrag=144000") &&
		     geval_copy(&b, "Prestatie") &&
		     change(&b, "Prestatie[2]/ProductReferentie/ReferentieNummer=X2") &&
		     change(&b, "Prestatie[2]/ToewijzingNummer=999") && send(a, &b, &r),
	     "a declaration");
	(void)snprintf(about, sizeof about, AANBIEDER " JW323 A%u\"", numbered);
	CHECK(r.verdict == IJW_VERDICT_ACCEPTED && r.findings > 0, "accepted, with findings");
	NEED(testhub_event(g, IJW_EVENT_DELIVERY, &e), "it is delivered");
	CHECK(strcmp(e.message_type, "JW323") == 0 &&
		      memmem(e.json, e.json_size, "Prestatie[2]", 12) != NULL &&
		      memmem(e.json, e.json_size, "Prestatie[1]", 12) == NULL,
	      "with the findings of the second line only");
	(void)ijw_done(g, e.id);
	CHECK(is_due(about), "its JW325 is due");
	nothing_waits(g, HALF, a, "and the hub made none");
	buf_free(&b);
	NEED(MAKE(&b, "JW323", HALF, "ToewijzingNummer=998", "ReferentieNummer=X3",
		  "DeclaratieNummer=X4") &&
		     send(a, &b, &r),
	     "one of bad lines only");
	CHECK(r.verdict == IJW_VERDICT_REJECTED && arrives(a, "JW325", "TotaalBedrag>0<"),
	      "is rejected and answered");
	buf_free(&b);
	ijw_close(&g);
	ijw_close(&a);
}

/* ---- what was promised stays ---- */

static void not_connected(void)
{
	struct ijw *b = scene_connect(&h, "aanbieder-b"); /* takes no deliveries */
	struct buf m = BUF_INIT;
	struct receipt first, again;

	NEED(b != NULL, "it connects");
	NEED(make(&m, "JW307", "98005678", STRICT, (const char *const[]){NULL}) &&
		     send(b, &m, &first),
	     "a stop");
	CHECK(first.verdict == IJW_VERDICT_REJECTED, "is rejected");
	CHECK(send(b, &m, &again) && again.verdict == IJW_VERDICT_REJECTED &&
		      strcmp(first.json, again.json) == 0,
	      "sent again, the receipt is the same");
	ijw_close(&b);
	b = ready("aanbieder-b", "98005678");
	NEED(b != NULL, "later it connects to receive");
	CHECK(arrives(b, "JW308", ">9019<"), "the return message has waited");
	buf_free(&m);
	NEED(make(&m, "JW307", "98005678", STRICT,
		  (const char *const[]){"Einddatum=2026-02-10", NULL}) &&
		     send(b, &m, &first),
	     "another");
	CHECK(arrives(b, "JW308", ">0001<"), "and there was one");
	buf_free(&m);
	ijw_close(&b);
}

static void killed(void)
{
	struct ijw *b = scene_connect(&h, "aanbieder-b");
	struct receipt r;
	unsigned from = numbered;

	NEED(b != NULL, "it connects");
	for (int i = 0; i < 8; i++) {
		struct buf m = BUF_INIT;

		NEED(make(&m, "JW307", "98005678", STRICT, (const char *const[]){NULL}) &&
			     send(b, &m, &r),
		     "a stop");
		CHECK(r.verdict == IJW_VERDICT_REJECTED, "is rejected");
		buf_free(&m);
	}
	(void)testhub_end(&h, SIGKILL);
	ijw_close(&b);
	NEED(testhub_start(&h), "the hub starts again");
	b = ready("aanbieder-b", "98005678");
	NEED(b != NULL, "it connects");
	for (unsigned i = from + 1; i <= from + 8; i++) {
		char name[16];

		(void)snprintf(name, sizeof name, ">A%u<", i);
		CHECK(arrives(b, "JW308", name), "no answer is lost");
	}
	ijw_close(&b);
}

/* ---- late ---- */

static struct testhub late;
#define DAYS 60

/* One message that came in DAYS ago, judged by the hub's own code with the hub's own key and store.
 */
static bool keep(struct intake *k, const char *party, const char *type, const char *const *changes)
{
	struct buf b = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct checked c;
	struct judged judged;
	struct incoming in = {.party = party, .reference = type, .received = k->now, .checked = &c};
	void *packed = NULL;
	bool ok = make(&b, type, AANBIEDER, STRICT, changes);

	in.data = b.data;
	in.size = b.len;
	ok = ok && EVP_Digest(b.data, b.len, in.sha256, NULL, EVP_sha256(), NULL) == 1 &&
	     store_pack(k->packer, &a, b.data, b.len, in.sha256, &packed, &in.body_size) == 0;
	in.body = packed;
	if (ok) {
		check_bytes(k->checker, &a, b.data, b.len, &c);
		ok = intake_message(k, &a, &in, &judged) == 0 && judged.verdict == VERDICT_ACCEPTED;
	}
	arena_release(&a);
	buf_free(&b);
	return ok;
}

static bool add_party(struct parties *who, const char *id, const char *code)
{
	struct partij *p = parties_add(who);

	if (p == NULL)
		return false;
	p->id = strdup(id);
	p->name = strdup(id);
	p->policy.register_start = DAY_NONE;
	p->certificates = calloc(1, sizeof *p->certificates);
	p->codes = calloc(1, sizeof *p->codes);
	if (p->codes == NULL)
		return false;
	p->codes[p->n_codes++] = (struct partij_code){.code = strdup(code),
						      .own = true,
						      .may = MAY_SEND | MAY_RECEIVE,
						      .from = DAY_NONE,
						      .until = DAY_NONE};
	return true;
}

static bool keep_all(struct intake *k)
{
	return k->store->ops->begin(k->store) == 0 &&
	       keep(k, "gemeente-a", "JW301",
		    (const char *const[]){"-ReferentieAanbieder", NULL}) &&
	       keep(k, "aanbieder-a", "JW305", (const char *const[]){"ToewijzingNummer=5", NULL}) &&
	       keep(k, "aanbieder-a", "JW315",
		    (const char *const[]){"ReferentieAanbieder=LATE", NULL}) &&
	       k->store->ops->commit(k->store) == 0;
}

static bool keep_late(void)
{
	static const struct calendar calendar;
	struct pseudonym_key key;
	struct rulebook_opts o = {.schemas = "schemas", .calendar = &calendar};
	struct rulebook *rules = NULL;
	struct parties *who = parties_new();
	struct intake k = {
		.parties = who, .key = &key, .next_id = 1, .now = clock_us() - DAYS * 86400000000};
	struct buf why = BUF_INIT;
	char url[160], path[128];
	bool ok;

	(void)snprintf(url, sizeof url, "sqlite:%s", testhub_path(&late, "ijwd.db", path));
	ok = add_party(who, "gemeente-a", STRICT) && add_party(who, "aanbieder-a", AANBIEDER) &&
	     pseudonym_key_open(&key, testhub_path(&late, "ijwd.db.key", path), true, &why) == 0 &&
	     rulebook_open(&rules, &o, &why) == 0 &&
	     store_open(&k.store, url, STORE_WRITE, &why) == 0 &&
	     checker_new(&k.checker, rules->standards) == 0;
	k.rules = rules;
	k.packer = packer_new(NULL);
	ok = ok && keep_all(&k);
	(void)fprintf(stderr, "%s", buf_str(&why));
	buf_free(&why);
	packer_free(&k.packer);
	checker_free(&k.checker);
	store_close(&k.store);
	rulebook_drop(&rules);
	parties_drop(&who);
	return ok;
}

static size_t rows(json_t *notice, const char *list, const char *kind, const char *with)
{
	json_t *row;
	size_t i, n = 0;

	json_array_foreach(json_object_get(notice, list), i, row) n +=
		strcmp(json_string_value(json_object_get(row, "kind")), kind) == 0 &&
		strcmp(json_string_value(json_object_get(row, "with")), with) == 0;
	return n;
}

/* The notice after WELCOME, for one side: what it owes and what it waits for. */
static void noticed(const char *party, const char *code, bool owes_three, const char *other)
{
	struct ijw *c = scene_connect(&late, party);
	struct ijw_event e;
	json_t *o;

	NEED(c != NULL, "it connects");
	NEED(testhub_event(c, IJW_EVENT_NOTICE, &e), "a notice comes by itself");
	o = json_loadb(e.json, e.json_size, 0, NULL);
	CHECK(strcmp(json_string_value(json_object_get(o, "notice")), "overdue") == 0 &&
		      strcmp(json_string_value(json_object_get(o, "code")), code) == 0,
	      "of what is overdue");
	CHECK(json_integer_value(json_object_get(o, "owes")) == (owes_three ? 3 : 2) &&
		      json_integer_value(json_object_get(o, "waits")) == (owes_three ? 2 : 3),
	      "with both counts");
	CHECK(rows(o, owes_three ? "owed" : "awaited", "retour", other) == 2 &&
		      rows(o, owes_three ? "owed" : "awaited", "verzoek", other) == 1 &&
		      rows(o, owes_three ? "awaited" : "owed", "retour", other) == 1 &&
		      rows(o, owes_three ? "awaited" : "owed", "start", other) == 1,
	      "and both lists");
	json_decref(o);
	ijw_close(&c);
}

static void shown(const char *locale, const char *arguments, const char *const *says)
{
	char command[512], program[256], text[16384];

	(void)snprintf(command, sizeof command,
		       "LC_ALL=%s IJW_CONTROL=%s/run/control.sock %s due %s 2>&1", locale, late.dir,
		       testhub_program("ijwctl", program), arguments);
	CHECK(testhub_run(command, text, sizeof text) == 0, "ijwctl due answers");
	for (const char *at = text; *says != NULL; says++) {
		const char *hit = strstr(at, *says);

		if (!CHECK(hit != NULL, *says))
			(void)fprintf(stderr, "    no '%s' (in this order):\n%s\n", *says, text);
		at = hit != NULL ? hit : at;
	}
}

static void overdue(void)
{
	NEED(testhub_make(&late) &&
		     testhub_party(&late, "gemeente-a", "codes:\n  - code: \"" STRICT "\"") &&
		     testhub_party(&late, "aanbieder-a", "codes:\n  - code: \"" AANBIEDER "\""),
	     "a hub of its own");
	NEED(keep_late(), "messages of long ago");
	NEED(testhub_start(&late), "the hub starts");
	noticed("gemeente-a", STRICT, true, AANBIEDER);
	noticed("aanbieder-a", AANBIEDER, false, STRICT);
	shown("C", "",
	      (const char *const[]){"who", "due", STRICT, "days late", STRICT, STRICT, AANBIEDER,
				    "start message", "days late", NULL});
	shown("nl_NL.UTF-8", "",
	      (const char *const[]){"wie", "uiterlijk", STRICT, "dagen te laat", AANBIEDER,
				    "startbericht", NULL});
	shown("C", "--party 1234", (const char *const[]){"Nobody is late.", NULL});
	shown("nl_NL.UTF-8", "--party 1234", (const char *const[]){"Niemand is over tijd.", NULL});
	CHECK(testhub_end(&late, SIGTERM) == 0, "the hub ends in order");
	testhub_free(&late);
}

static bool world(void)
{
	struct buf why = BUF_INIT;
	char codes[256];
	bool ok = testhub_make(&h) && standards_open(&standards, "schemas", &why) == 0 &&
		  checker_new(&checker, standards) == 0;

	buf_free(&why);
	for (size_t g = 0; ok && g < N_GEMEENTEN; g++) {
		(void)snprintf(codes, sizeof codes, "%scodes:\n  - code: \"%s\"",
			       gemeenten[g].policy, gemeenten[g].code);
		ok = testhub_party(&h, gemeenten[g].id, codes);
	}
	return ok &&
	       testhub_party(&h, "aanbieder-a",
			     "rules: \"off\"\ncodes:\n  - code: \"" AANBIEDER "\"") &&
	       testhub_party(&h, "aanbieder-b", "rules: \"off\"\ncodes:\n  - code: \"98005678\"") &&
	       testhub_start(&h);
}

int main(void)
{
	static const struct test tests[] = {
		{"a party answers for itself", own_answers},
		{"a stop that is deleted and then rejected", late_rejection},
		{"a stop without a start, under each policy", stop_without_start},
		{"a rule inside the message needs no policy", broken_inside},
		{"a declaration with one bad line", one_bad_line},
		{"an answer waits for who is not there", not_connected},
		{"kill -9 loses no answer", killed},
		{"who is late hears it, and so does who waits", overdue},
		{NULL, NULL},
	};
	int r;

	if (!world())
		return 2;
	r = unit_main("answers and terms", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	checker_free(&checker);
	standards_free(&standards);
	testhub_free(&h);
	return r;
}
