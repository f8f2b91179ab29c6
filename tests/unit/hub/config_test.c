/* Settings: what is read, and that each fault says file, line, key and what is expected. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

#include "../../lib/hub.h"
#include "../../lib/unit.h"

static struct testhub h;

static bool write_file(const char *name, const char *text)
{
	char path[128];
	FILE *f = fopen(testhub_path(&h, name, path), "we");

	return f != NULL && fputs(text, f) >= 0 && fclose(f) == 0;
}

static const char good[] = "listen: \"127.0.0.1:0\"\n"
			   "store: sqlite:ijwd.db\n"
			   "schemas: .\n"
			   "parties: parties.d\n"
			   "runtime: run\n"
			   "tls: {certificate: hub.pem, key: hub.key, ca: ca.pem}\n";

static int load(const char *hub, const char *party, struct config **c, struct buf *why)
{
	char path[128];

	if (!write_file("ijwd.yaml", hub) || !write_file("parties.d/p.yaml", party))
		return 1;
	return config_load(c, testhub_path(&h, "ijwd.yaml", path), why);
}

static const char good_party[] = "party: p\ncertificates: [{oin: \"123\"}]\ncodes: [{code: \"0363\"}]\n";

static void defaults(void)
{
	struct config *c = NULL;
	struct buf why = BUF_INIT;

	NEED(load(good, good_party, &c, &why) == 0, "the smallest configuration is enough");
	CHECK(c->limits->connections == 2000 && c->limits->handshake_ms == 10000 && c->delivery->attempts == 10 &&
		      c->recheck_s == 30,
	      "what is left out has its default");
	CHECK(strncmp(c->store, "sqlite:/tmp/", 12) == 0 && c->tls->certificate[0] == '/' && c->control[0] == '/',
	      "relative paths are beside the file");
	CHECK(c->who->n == 1 && strcmp(c->who->list[0].codes[0].code, "0363") == 0, "the party is there");
	CHECK(c->retention->bodies_days == 0 && c->retention->refused_days == 0, "texts are kept for ever");
	CHECK(strcmp(c->body_keys, c->store + 7) > 0 && strcmp(strrchr(c->body_keys, '.'), ".keys") == 0,
	      "keys lie beside the store");
	config_free(&c);
	CHECK(c == NULL, "freed");
	buf_free(&why);
}

static void hub_faults(void)
{
	static const struct {
		const char *name, *line, *says[3];
	} cases[] = {
		{"an unknown key", "lissen: x\n", {"ijwd.yaml:7: unknown key 'lissen'", "expected: listen", "drain_s"}},
		{"a number out of range", "recheck_s: 100000\n", {"ijwd.yaml:7: recheck_s", "100000", "expected 1 to 3600 seconds"}},
		{"a number that is none", "drain_s: soon\n", {"ijwd.yaml:7", "drain_s", ""}},
		{"a limit out of range", "limits:\n  handshake_ms: 5\n", {"ijwd.yaml:8: handshake_ms", "5", "milliseconds"}},
		{"a term out of range", "retention:\n  bodies_days: 40000\n", {"ijwd.yaml:8: bodies_days", "40000", "0 to 36500 days"}},
		{"an unknown term", "retention:\n  body_days: 1\n", {"ijwd.yaml:8", "body_days", "refused_days"}},
		{"an unknown log level", "log_level: loud\n", {"ijwd.yaml:7: log_level", "loud", "expected error, warning"}},
		{"no YAML", "  - [\n", {"ijwd.yaml:", "", ""}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config *c = NULL;
		struct buf why = BUF_INIT;
		char text[1024];

		(void)snprintf(text, sizeof text, "%s%s", good, cases[i].line);
		CHECK(load(text, good_party, &c, &why) < 0 && c == NULL, cases[i].name);
		for (size_t j = 0; j < 3; j++)
			if (!CHECK(strstr(buf_str(&why), cases[i].says[j]) != NULL, cases[i].name))
				(void)fprintf(stderr, "said: %s\n", buf_str(&why));
		buf_free(&why);
	}
}

static void changed(const char *from, const char *to, char *text, size_t room)
{
	const char *at = strstr(good, from);

	(void)snprintf(text, room, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
}

static void wrong_values(void)
{
	static const struct {
		const char *name, *from, *to, *says[2];
	} cases[] = {
		{"a missing key", "listen: \"127.0.0.1:0\"\n", "", {"ijwd.yaml:", "the key 'listen' is missing"}},
		{"no port", "127.0.0.1:0", "localhost", {"ijwd.yaml:1: listen", "expected ADDRESS:PORT"}},
		{"another store", "sqlite:ijwd.db", "oracle:x", {"ijwd.yaml:2: store", "expected sqlite:PATH"}},
		{"a certificate that is not there", "hub.pem", "nohub.pem", {"ijwd.yaml:6: certificate", "nohub.pem"}},
		{"a folder that is not there", "parties.d", "nowhere", {"ijwd.yaml:4: parties", "nowhere"}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config *c = NULL;
		struct buf why = BUF_INIT;
		char text[1024];

		changed(cases[i].from, cases[i].to, text, sizeof text);
		CHECK(load(text, good_party, &c, &why) < 0 && c == NULL, cases[i].name);
		for (size_t j = 0; j < 2; j++)
			if (!CHECK(strstr(buf_str(&why), cases[i].says[j]) != NULL, cases[i].name))
				(void)fprintf(stderr, "said: %s\n", buf_str(&why));
		buf_free(&why);
	}
}

static void party_faults(void)
{
	static const struct {
		const char *name, *party, *says[2];
	} cases[] = {
		{"no name", "certificates: [{oin: \"1\"}]\ncodes: [{code: \"0363\"}]\n", {"p.yaml", "party"}},
		{"a name with capitals", "party: P\ncertificates: [{oin: \"1\"}]\ncodes: [{code: \"0363\"}]\n",
		 {"p.yaml:1: party", "lower-case"}},
		{"a code of three digits", "party: p\ncertificates: [{oin: \"1\"}]\ncodes: [{code: \"363\"}]\n",
		 {"p.yaml:3: code", "expected 4 digits"}},
		{"an OIN with letters", "party: p\ncertificates: [{oin: \"12x\"}]\ncodes: [{code: \"0363\"}]\n",
		 {"p.yaml:2: oin", "expected digits"}},
		{"a short fingerprint", "party: p\ncertificates: [{sha256: \"12\"}]\ncodes: [{code: \"0363\"}]\n",
		 {"p.yaml:2", "sha256"}},
		{"both OIN and fingerprint left out", "party: p\ncertificates: [{}]\ncodes: [{code: \"0363\"}]\n", {"p.yaml", "oin"}},
		{"a type that is none", "party: p\ncertificates: [{oin: \"1\"}]\nmandates: [{code: \"0363\", types: [301]}]\n",
		 {"p.yaml:3: types", "JW301"}},
		{"a date that is none", "party: p\ncertificates: [{oin: \"1\"}]\nmandates: [{code: \"0363\", until: 2026-02-30}]\n",
		 {"p.yaml:3: until", "yyyy-mm-dd"}},
		{"a way that is none", "party: p\ncertificates: [{oin: \"1\"}]\nmandates: [{code: \"0363\", may: [read]}]\n",
		 {"p.yaml:3: may", "send or receive"}},
		{"neither code nor mandate", "party: p\ncertificates: [{oin: \"1\"}]\n", {"p.yaml", "codes"}},
		{"a code that another party owns", "party: p\ncertificates: [{oin: \"1\"}]\ncodes: [{code: \"0394\"}]\n",
		 {"0394", "expected one owner"}},
	};

	NEED(write_file("parties.d/other.yaml", "party: other\ncertificates: [{oin: \"9\"}]\ncodes: [{code: \"0394\"}]\n"),
	     "another party");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config *c = NULL;
		struct buf why = BUF_INIT;

		CHECK(load(good, cases[i].party, &c, &why) < 0 && c == NULL, cases[i].name);
		for (size_t j = 0; j < 2; j++)
			if (!CHECK(strstr(buf_str(&why), cases[i].says[j]) != NULL, cases[i].name))
				(void)fprintf(stderr, "said: %s\n", buf_str(&why));
		buf_free(&why);
	}
}

/* How messages to a party are treated. */
static void policies(void)
{
	static const struct {
		const char *name, *lines;
		enum rules_policy rules;
		enum retour_policy retour;
		bool accept;
		int year; /* of register_start, 0: none */
	} cases[] = {
		{"nothing said: advice, and the party answers", "", RULES_ADVISE, RETOUR_PARTIJ, false, 0},
		{"all as it is by default", "rules: advise\nretour: partij\nretour_accept: no\n", RULES_ADVISE, RETOUR_PARTIJ, false, 0},
		{"rules off, in quotes", "rules: \"off\"\n", RULES_OFF, RETOUR_PARTIJ, false, 0},
		{"rules off, without", "rules: off\n", RULES_OFF, RETOUR_PARTIJ, false, 0},
		{"enforced, and the hub answers what it rejects", "rules: enforce\nretour: hub\n", RULES_ENFORCE, RETOUR_HUB, false, 0},
		{"the hub answers all", "retour: hub\nretour_accept: yes\n", RULES_ADVISE, RETOUR_HUB, true, 0},
		{"and so it does with true", "retour_accept: true\nretour: hub\n", RULES_ADVISE, RETOUR_HUB, true, 0},
		{"a history that begins", "register_start: 2027-01-01\n", RULES_ADVISE, RETOUR_PARTIJ, false, 2027},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config *c = NULL;
		struct buf why = BUF_INIT;
		char party[512];
		const struct policy *p;

		(void)snprintf(party, sizeof party, "%s%s", good_party, cases[i].lines);
		if (CHECK(load(good, party, &c, &why) == 0, cases[i].name)) {
			p = &parties_find(c->who, "p")->policy;
			CHECK(p->rules == cases[i].rules && p->retour == cases[i].retour && p->accept == cases[i].accept,
			      cases[i].name);
			CHECK(p->register_start == (cases[i].year == 0 ? DAY_NONE : day_make(cases[i].year, 1, 1)), cases[i].name);
		} else {
			(void)fprintf(stderr, "said: %s\n", buf_str(&why));
		}
		config_free(&c);
		buf_free(&why);
	}
}

static void policy_faults(void)
{
	static const struct {
		const char *name, *lines, *says[3];
	} cases[] = {
		{"rules that are none", "rules: sometimes\n", {"p.yaml:4", "rules", "enforce"}},
		{"an answerer that is none", "retour: both\n", {"p.yaml:4", "retour", "partij"}},
		{"neither yes nor no", "retour: hub\nretour_accept: perhaps\n", {"p.yaml:5", "retour_accept", "yes"}},
		{"acceptance without the hub", "retour_accept: yes\n",
		 {"p.yaml:4: retour_accept", "only together with retour: hub", ""}},
		{"acceptance against the party", "retour: partij\nretour_accept: yes\n",
		 {"p.yaml:5: retour_accept", "only together with retour: hub", ""}},
		{"a start that is no day", "register_start: 2026-02-30\n", {"p.yaml:4: register_start", "2026-02-30", "yyyy-mm-dd"}},
		{"a party that is the hub", "", {"p.yaml:1: party", "the hub calls itself", "another id"}},
		{"a key that is none", "retour_reject: yes\n", {"p.yaml:4", "unknown key 'retour_reject'", "retour_accept"}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config *c = NULL;
		struct buf why = BUF_INIT;
		char party[512];

		(void)snprintf(party, sizeof party, "party: %s%s%s", cases[i].lines[0] == '\0' ? "hub" : "p",
			       strchr(good_party, '\n'), cases[i].lines);
		CHECK(load(good, party, &c, &why) < 0 && c == NULL, cases[i].name);
		for (size_t j = 0; j < 3; j++)
			if (!CHECK(strstr(buf_str(&why), cases[i].says[j]) != NULL, cases[i].name))
				(void)fprintf(stderr, "said: %s\n", buf_str(&why));
		buf_free(&why);
	}
}

/* What messages are judged by: days, freezes, lists; and the key that clients are kept under. */
static void rulebook(void)
{
	static const char lines[] = "pseudonym_key: secret.key\n"
				    "lists: parties.d\n"
				    "calendar:\n"
				    "  liberation_day: every_year\n"
				    "  good_friday: yes\n"
				    "  holidays: [2026-12-31, 2027-01-04]\n"
				    "  workdays: [2026-12-26]\n"
				    "freezes:\n"
				    "  - {standard: ijw, from: 2027-01-01, until: 2027-01-08}\n"
				    "  - {standard: iwmo, from: 2027-02-01, until: 2027-02-02}\n";
	struct config *c = NULL;
	struct buf why = BUF_INIT;
	char text[2048], path[128];

	NEED(load(good, good_party, &c, &why) == 0, "nothing said");
	CHECK(c->calendar.liberation == LIBERATION_FIFTH_YEAR && !c->calendar.good_friday && c->calendar.n_holidays == 0 &&
		      c->n_freezes == 0 && c->lists == NULL,
	      "the usual days, no freezes, no lists");
	CHECK(strcmp(c->pseudonym_key, testhub_path(&h, "ijwd.db.key", path)) == 0, "the key lies beside the store");
	config_free(&c);
	(void)snprintf(text, sizeof text, "%s%s", good, lines);
	if (!CHECK(load(text, good_party, &c, &why) == 0, "all said"))
		(void)fprintf(stderr, "said: %s\n", buf_str(&why));
	buf_free(&why);
	if (c == NULL)
		return;
	CHECK(strcmp(c->pseudonym_key, testhub_path(&h, "secret.key", path)) == 0 &&
		      strcmp(c->lists, testhub_path(&h, "parties.d", path)) == 0,
	      "paths are beside the file");
	CHECK(c->calendar.liberation == LIBERATION_EVERY_YEAR && c->calendar.good_friday && c->calendar.n_holidays == 2 &&
		      c->calendar.holidays[1] == day_make(2027, 1, 4) && c->calendar.n_workdays == 1 &&
		      c->calendar.workdays[0] == day_make(2026, 12, 26),
	      "the calendar");
	CHECK(c->n_freezes == 2 && strcmp(c->freezes[0].standaard, "ijw") == 0 &&
		      c->freezes[0].from == day_make(2027, 1, 1) && c->freezes[0].until == day_make(2027, 1, 8) &&
		      strcmp(c->freezes[1].standaard, "iwmo") == 0,
	      "the freezes");
	config_free(&c);
}

static void rulebook_faults(void)
{
	static const struct {
		const char *name, *lines, *says[3];
	} cases[] = {
		{"a Liberation Day that is none", "calendar:\n  liberation_day: often\n", {"ijwd.yaml:8", "liberation_day", "fifth_year"}},
		{"a Good Friday that is neither", "calendar:\n  good_friday: maybe\n", {"ijwd.yaml:8", "good_friday", "yes"}},
		{"a holiday that is no day", "calendar:\n  holidays:\n    - 2026-12-31\n    - 2026-02-29\n",
		 {"ijwd.yaml:10: holidays", "2026-02-29", "yyyy-mm-dd"}},
		{"a workday that is no day", "calendar:\n  workdays: [tomorrow]\n", {"ijwd.yaml:8: workdays", "tomorrow", "yyyy-mm-dd"}},
		{"a key of the calendar that is none", "calendar:\n  easter: no\n", {"ijwd.yaml:8", "unknown key 'easter'", "good_friday"}},
		{"a freeze without an end", "freezes:\n  - {standard: ijw, from: 2027-01-01}\n", {"ijwd.yaml", "until", ""}},
		{"a freeze that ends before it begins", "freezes:\n  - {standard: ijw, from: 2027-01-08, until: 2027-01-01}\n",
		 {"ijwd.yaml:8: until", "2027-01-01", "a day after from"}},
		{"a freeze of no days", "freezes:\n  - {standard: ijw, from: 2027-01-08, until: 2027-01-08}\n",
		 {"ijwd.yaml:8: until", "2027-01-08", "a day after from"}},
		{"a freeze from no day", "freezes:\n  - {standard: ijw, from: 2027-13-01, until: 2027-01-01}\n",
		 {"ijwd.yaml:8: from", "2027-13-01", "yyyy-mm-dd"}},
		{"lists that are not there", "lists: nowhere\n", {"ijwd.yaml:7: lists", "nowhere", "expected a path"}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config *c = NULL;
		struct buf why = BUF_INIT;
		char text[1024];

		(void)snprintf(text, sizeof text, "%s%s", good, cases[i].lines);
		CHECK(load(text, good_party, &c, &why) < 0 && c == NULL, cases[i].name);
		for (size_t j = 0; j < 3; j++)
			if (!CHECK(strstr(buf_str(&why), cases[i].says[j]) != NULL, cases[i].name))
				(void)fprintf(stderr, "said: %s\n", buf_str(&why));
		buf_free(&why);
	}
}

static void check_config(void)
{
	char command[512], program[256], text[4096];

	NEED(write_file("ijwd.yaml", good) && write_file("parties.d/p.yaml", good_party), "a good configuration");
	(void)snprintf(command, sizeof command, "%s --check-config --config %s/ijwd.yaml 2>&1",
		       testhub_program("ijwd", program), h.dir);
	CHECK(testhub_run(command, text, sizeof text) == 0 && strstr(text, "in order, 2 parties"), "is called in order");
	NEED(write_file("parties.d/p.yaml", "party: p\n"), "a bad party");
	CHECK(testhub_run(command, text, sizeof text) == 2 && strstr(text, "p.yaml"), "and a bad one is named, with exit 2");
}

int main(void)
{
	static const struct test tests[] = {
		{"what is left out has its default", defaults},
		{"faults in ijwd.yaml say where and what", hub_faults},
		{"wrong values do too", wrong_values},
		{"and so do faults in parties.d", party_faults},
		{"how a party's messages are treated", policies},
		{"faults in that", policy_faults},
		{"what messages are judged by", rulebook},
		{"faults in that too", rulebook_faults},
		{"ijwd --check-config", check_config},
		{NULL, NULL},
	};
	int r;

	if (!testhub_make(&h))
		return 2;
	r = unit_main("config", tests);
	testhub_free(&h);
	return r;
}
