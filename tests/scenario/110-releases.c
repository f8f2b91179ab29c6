/*
 * Releases are data: one that is over, one that is to come, a freeze between
 * them, and a standard of another name that the code has never heard of.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/geval.h"
#include "../lib/scene.h"
#include "base/date.h"

static struct testhub h;
static day today;

/* Adds a release to the hub's own schemas; days from today, until 0: no end. */
static bool twin(const char *standard, int minor, const char *prefix, int from, int until)
{
	char command[512], begin[11], end[11] = "";

	day_text(today + from, begin);
	if (until != 0)
		day_text(today + until, end);
	(void)snprintf(command, sizeof command, "sh tests/lib/twin.sh %s/schemas/%s-3.%d %s 3 %d %s %s %s",
		       h.dir, standard, minor, standard, minor, prefix, begin, end);
	return testhub_run(command, NULL, 0) == 0;
}

static bool write_config(const char *freeze)
{
	char path[128], text[4096];
	FILE *f = fopen(testhub_path(&h, "ijwd.yaml", path), "we");

	(void)snprintf(text, sizeof text,
		       "listen: \"127.0.0.1:%u\"\nstore: sqlite:ijwd.db\nschemas: schemas\nparties: parties.d\n"
		       "runtime: run\ntls:\n  certificate: hub.pem\n  key: hub.key\n  ca: ca.pem\n"
		       "  crl: crl.pem\n%s",
		       h.port, freeze);
	return f != NULL && fputs(text, f) >= 0 && fclose(f) == 0;
}

static void exchange(struct buf *b, const char *from, const char *to)
{
	struct buf out = BUF_INIT;
	const char *at = buf_str(b), *hit;

	while ((hit = strstr(at, from)) != NULL) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_adds(&out, to);
		at = hit + strlen(from);
	}
	buf_adds(&out, at);
	buf_free(b);
	*b = out;
}

/* A message of another release: its namespaces, names and version. */
static void carry(struct buf *b, const char *standard, int minor, const char *prefix)
{
	char to[64];

	(void)snprintf(to, sizeof to, "example.org/%s/3_%d/%s3", standard, minor, prefix);
	exchange(b, "istandaarden.nl/ijw/3_2/jw3", to);
	(void)snprintf(to, sizeof to, "example.org/%s/3_%d/", standard, minor);
	exchange(b, "istandaarden.nl/ijw/3_2/", to);
	(void)snprintf(to, sizeof to, "Subversie>%d<", minor);
	exchange(b, "Subversie>2<", to);
}

static bool send_carried(struct ijw *c, const char *type, const char *identificatie, const char *standard,
			 int minor, const char *prefix, struct receipt *r)
{
	bool from_gemeente = strcmp(type, "JW301") == 0;
	struct buf b = BUF_INIT;
	bool ok = bericht_make(type, from_gemeente ? "0363" : "12345678", from_gemeente ? "12345678" : "0363",
			       identificatie, &b);

	if (ok) {
		carry(&b, standard, minor, prefix);
		ok = scene_send(c, identificatie, b.data, b.len, r);
	}
	buf_free(&b);
	return ok;
}

/* The twin standard tells the same story: judged, kept, answered, without a line of code for it. */
static void toy(void)
{
	static const struct {
		const char *type, *answer;
		bool van_gemeente;
	} steps[] = {{"JW315", "TOY316", false}, {"JW301", "TOY302", true},  {"JW305", "TOY306", false},
		     {"JW323", "TOY325", false}, {"JW307", "TOY308", false}};
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-a");
	struct ijw_event e;
	struct receipt r;

	NEED(gemeente != NULL && aanbieder != NULL, "they connect");
	(void)ijw_ready(gemeente, "0363", 10);
	(void)ijw_ready(aanbieder, "12345678", 10);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct ijw *from = steps[i].van_gemeente ? gemeente : aanbieder;
		struct ijw *to = steps[i].van_gemeente ? aanbieder : gemeente;

		NEED(send_carried(from, steps[i].type, "TOY000000001", "toy", 0, "toy", &r), "a receipt comes");
		if (!CHECK(r.verdict == IJW_VERDICT_ACCEPTED && r.findings == 0, steps[i].type))
			(void)fprintf(stderr, "%s\n", r.json);
		NEED(testhub_event(to, IJW_EVENT_DELIVERY, &e), "it arrives");
		CHECK(strncmp(e.message_type, "TOY3", 4) == 0, "under its own name");
		(void)ijw_done(to, e.id);
		NEED(testhub_event(from, IJW_EVENT_DELIVERY, &e), "and is answered");
		CHECK(strcmp(e.message_type, steps[i].answer) == 0, steps[i].answer);
		(void)ijw_done(from, e.id);
	}
	NEED(send_carried(aanbieder, "JW305", "TOY000000002", "toy", 0, "toy", &r), "once more the same start");
	CHECK(r.verdict == IJW_VERDICT_REJECTED && strncmp(r.rule, "TR", 2) == 0, "which its rules reject");
	ijw_close(&gemeente);
	ijw_close(&aanbieder);
}

static void over_and_to_come(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a");
	struct receipt r;
	char text[8192], tomorrow[11];

	day_text(today + 1, tomorrow);
	NEED(c != NULL, "it connects");
	CHECK(send_carried(c, "JW301", "OLD1", "old", 1, "old", &r) && r.verdict == IJW_VERDICT_REFUSED &&
		      strstr(r.json, "no longer in use"),
	      "a release that is over is refused, and says so");
	CHECK(send_carried(c, "JW301", "NEW1", "new", 3, "new", &r) && r.verdict == IJW_VERDICT_PARKED,
	      "one that is to come is held");
	CHECK(strstr(r.json, "\"release\"") && strstr(r.json, tomorrow), "until its day");
	CHECK(scene_ctl(&h, "messages --verdict parked", text, sizeof text) == 0 && strstr(text, "NEW1"),
	      "an administrator sees it");
	ijw_close(&c);
}

static void freeze(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a");
	struct receipt r;
	struct ijw_event e;
	char yaml[256], from[11], until[11];

	NEED(c != NULL, "it connects");
	day_text(today - 1, from);
	day_text(today + 1, until);
	(void)snprintf(yaml, sizeof yaml, "freezes:\n  - standard: ijw\n    from: %s\n    until: %s\n", from, until);
	NEED(write_config(yaml) && testhub_reload(&h), "a freeze is set");
	for (int i = 0; i < 3; i++) {
		char name[24];
		struct buf b = BUF_INIT;

		(void)snprintf(name, sizeof name, "FROZEN%d", i);
		NEED(bericht_make("JW301", "0363", "12345678", name, &b) && scene_send(c, name, b.data, b.len, &r),
		     "a message in the freeze");
		CHECK(r.verdict == IJW_VERDICT_PARKED && strstr(r.json, until), "is held until its end, and not bounced");
		buf_free(&b);
	}
	CHECK(send_carried(c, "JW301", "TOYFROZEN", "toy", 0, "toy", &r) && r.verdict != IJW_VERDICT_PARKED,
	      "another standard goes on");
	NEED(write_config("") && testhub_reload(&h), "the freeze is over");
	for (int i = 0; i < 3; i++) {
		char name[24];

		(void)snprintf(name, sizeof name, "FROZEN%d", i);
		NEED(testhub_event(c, IJW_EVENT_RECEIPT, &e), "the final receipt comes by itself");
		CHECK(strcmp(e.reference, name) == 0 && e.verdict != IJW_VERDICT_PARKED,
		      "judged, in the order in which they came");
	}
	ijw_close(&c);
}

static void dry_run(void)
{
	char command[600], program[256], text[8192], arguments[300];

	/* In the other set the provider's reference is four characters at most. */
	(void)snprintf(command, sizeof command,
		       "cp -r %s/schemas/ijw-3.2 %s/strict && sed -i '/name=\"LDT_Referentie\"/,/maxLength/s|maxLength "
		       "value=\"36\"|maxLength value=\"4\"|' %s/strict/basisschema.xsd",
		       h.dir, h.dir, h.dir);
	NEED(testhub_run(command, text, sizeof text) == 0, "a stricter set");
	(void)snprintf(command, sizeof command, "LC_ALL=C %s dry-run --config %s/ijwd.yaml --standard %s/strict",
		       testhub_program("ijwctl", program), h.dir, h.dir);
	if (!CHECK(testhub_run(command, text, sizeof text) == 0 && strstr(text, "not valid") &&
			   strstr(text, "ReferentieAanbieder"),
		   "a dry run shows what would change"))
		(void)fprintf(stderr, "%s\n", text);
	(void)snprintf(command, sizeof command, "LC_ALL=C %s dry-run --config %s/ijwd.yaml --standard %s/schemas/ijw-3.2",
		       testhub_program("ijwctl", program), h.dir, h.dir);
	CHECK(testhub_run(command, text, sizeof text) == 0 && strstr(text, "0 would get another verdict"),
	      "and with the set in force nothing does");
	(void)snprintf(arguments, sizeof arguments, "dry-run --config %s/ijwd.yaml", h.dir);
	CHECK(scene_ctl(&h, arguments, text, sizeof text) == 2 && strstr(text, "--standard"),
	      "what is missing is told");
}

int main(void)
{
	static const struct test tests[] = {
		{"a standard of another name is data only", toy},
		{"a release that is over, and one that is to come", over_and_to_come},
		{"a freeze holds and then judges", freeze},
		{"a dry run compares", dry_run},
		{NULL, NULL},
	};
	static const char policy[] = "rules: enforce\nretour: hub\nretour_accept: yes\ncodes:\n  - code: \"%s\"";
	char codes[256], command[256];
	int r;

	today = day_of(clock_us());
	if (!testhub_make(&h))
		return 2;
	(void)snprintf(codes, sizeof codes, policy, "0363");
	(void)testhub_party(&h, "gemeente-a", codes);
	(void)snprintf(codes, sizeof codes, policy, "12345678");
	(void)testhub_party(&h, "aanbieder-a", codes);
	(void)snprintf(command, sizeof command, "cp -r schemas %s/schemas", h.dir);
	if (testhub_run(command, NULL, 0) != 0 || !twin("toy", 0, "TOY", -100, 0) ||
	    !twin("old", 1, "OLD", -100, -1) || !twin("new", 3, "NEW", 1, 0) || !write_config("") ||
	    !testhub_start(&h))
		return 2;
	r = unit_main("releases", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
