/*
 * ijwctl audit: what the audit log tells, and whether it and the messages are
 * still what they were.  It reads the store itself; the hub may run.
 */
#include "ctl/audit.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "ctl/live.h"
#include "ctl/locale.h"
#include "ctl/uitvoer.h"
#include "store/audit.h"

#include "base/banned.h"

#define CONFIG_FILE "/etc/ijwd/ijwd.yaml"
#define TOLD_MOST 50 /* problems that are told one by one */

struct wishes {
	const char *config, *store, *expect;
	enum formaat formaat;
	struct audit_filter filter;
};

static const struct option options[] = {{"config", required_argument, NULL, 'C'},
					{"store", required_argument, NULL, 'S'},
					{"expect", required_argument, NULL, 'x'},
					{"format", required_argument, NULL, 'F'},
					{"since", required_argument, NULL, 's'},
					{"until", required_argument, NULL, 'u'},
					{"event", required_argument, NULL, 'e'},
					{"who", required_argument, NULL, 'w'},
					{"message", required_argument, NULL, 'm'},
					{"limit", required_argument, NULL, 'n'},
					{NULL, 0, NULL, 0}};

static int usage(void)
{
	(void)fprintf(stderr, "%s",
		      ctl_say("gebruik: ijwctl audit [--since TIJD] [--until TIJD] [--event SOORT] "
			      "[--who NAAM]\n"
			      "                     [--message NUMMER] [--limit AANTAL] "
			      "[--format=table|tsv|csv|json]\n"
			      "         ijwctl audit export [zoals hierboven]\n"
			      "         ijwctl audit verify [--expect HASH]\n"
			      "met --config BESTAND of --store PAD\n",
			      "usage: ijwctl audit [--since TIME] [--until TIME] [--event KIND] "
			      "[--who NAME]\n"
			      "                    [--message NUMBER] [--limit N] "
			      "[--format=table|tsv|csv|json]\n"
			      "       ijwctl audit export [as above]\n"
			      "       ijwctl audit verify [--expect HASH]\n"
			      "with --config FILE or --store PATH\n"));
	return 2;
}

static bool read_number(const char *text, int64_t most, int64_t *ret)
{
	char *end;

	*ret = strtoll(text, &end, 10);
	if (end != text && *end == '\0' && *ret > 0 && *ret <= most)
		return true;
	(void)fprintf(stderr, "ijwctl: '%s': %s\n", text,
		      ctl_say("verwacht een getal", "expected a number"));
	return false;
}

static bool read_option(int o, struct wishes *w)
{
	int64_t n;

	switch (o) {
	case 'C':
		w->config = optarg;
		return true;
	case 'S':
		w->store = optarg;
		return true;
	case 'x':
		w->expect = optarg;
		return true;
	case 'F':
		return formaat_lees(optarg, &w->formaat);
	case 's':
		return ctl_moment(optarg, &w->filter.since);
	case 'u':
		return ctl_moment(optarg, &w->filter.until);
	case 'e':
		w->filter.event = optarg;
		return true;
	case 'w':
		w->filter.who = optarg;
		return true;
	case 'm':
		return read_number(optarg, INT64_MAX, &w->filter.message);
	case 'n':
		if (!read_number(optarg, UINT32_MAX, &n))
			return false;
		w->filter.limit = (unsigned)n;
		return true;
	default:
		return false;
	}
}

static int open_store(const struct wishes *w, struct store **ret)
{
	struct buf url = BUF_INIT, why = BUF_INIT;
	struct config *c = NULL;
	int r = 0;

	if (w->store == NULL)
		r = config_load_reader(&c, w->config != NULL ? w->config : CONFIG_FILE, &why);
	if (r == 0) {
		const char *given = w->store != NULL ? w->store : c->store;

		buf_addf(&url, "%s%s", strncmp(given, "sqlite:", 7) == 0 ? "" : "sqlite:", given);
		r = store_open(ret, buf_str(&url), STORE_READ, &why);
	}
	if (r < 0)
		(void)fprintf(stderr, "ijwctl: %s%s", buf_str(&why),
			      why.len > 0 && why.data[why.len - 1] == '\n' ? "" : "\n");
	config_free(&c);
	buf_free(&url);
	buf_free(&why);
	return r;
}

/* ---- listing ---- */

static const struct kolom columns[] = {
	{"id", ">nr", ">id"},
	{"moment", "moment (UTC)", "moment (UTC)"},
	{"event", "soort", "event"},
	{"who", "wie", "who"},
	{"role", "rol", "role"},
	{"source", "vanaf", "source"},
	{"message", ">bericht", ">message"},
	{"last", ">tot en met", ">last"},
	{"client", NULL, NULL},
	{"reason", "reden", "reason"},
	{"outcome", "uitkomst", "outcome"},
	{"detail", "bijzonderheden", "detail"},
	{"hash", NULL, NULL},
	{NULL, NULL, NULL},
};

static void hex_of(const unsigned char *bytes, size_t n, char *ret)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}

struct listing {
	struct uitvoer *u;
	bool table;
};

/* In a table long lists of numbers are cut off; the other forms have them whole. */
static void put_detail(const struct listing *l, const char *detail)
{
	char room[64];

	if (!l->table || strlen(detail) < sizeof room) {
		uitvoer_tekst(l->u, detail);
		return;
	}
	(void)snprintf(room, sizeof room, "%.*s...", (int)sizeof room - 4, detail);
	for (size_t n = sizeof room - 4; n > 0 && ((unsigned char)detail[n] & 0xC0) == 0x80; n--)
		(void)snprintf(room + n - 1, sizeof room - n + 1, "...");
	uitvoer_tekst(l->u, room);
}

static int put_entry(void *ctx, const struct audit_entry *e)
{
	const struct listing *l = ctx;
	char moment[MOMENT_TEXT], client[2 * AUDIT_CLIENT + 1] = "", hash[2 * AUDIT_HASH + 1];

	moment_text(e->moment, moment);
	if (e->has_client)
		hex_of(e->client, sizeof e->client, client);
	hex_of(e->hash, sizeof e->hash, hash);
	uitvoer_getal(l->u, (double)e->id, 0);
	uitvoer_tekst(l->u, moment);
	uitvoer_tekst(l->u, e->event);
	uitvoer_tekst(l->u, e->who);
	uitvoer_tekst(l->u, e->role);
	uitvoer_tekst(l->u, e->source);
	uitvoer_getal(l->u, e->message > 0 ? (double)e->message : NAN, 0);
	uitvoer_getal(l->u, e->last > 0 ? (double)e->last : NAN, 0);
	uitvoer_tekst(l->u, client[0] != '\0' ? client : NULL);
	uitvoer_tekst(l->u, e->reason);
	uitvoer_tekst(l->u, e->outcome);
	put_detail(l, e->detail);
	uitvoer_tekst(l->u, hash);
	return 0;
}

static int list(struct store *st, const struct wishes *w)
{
	struct listing l = {uitvoer_new(w->formaat, columns), w->formaat == FORMAAT_TABEL};
	int r = l.u == NULL ? -ENOMEM : audit_list(st, &w->filter, put_entry, &l);

	uitvoer_print(&l.u);
	if (r < 0)
		(void)fprintf(stderr, "ijwctl: %s\n", strerror(-r));
	return r < 0 ? 1 : 0;
}

/* ---- verifying ---- */

/* What a problem is and what it means; a # is the first number, the next one the second. */
static const struct {
	const char *nl, *en;
} problems[] = {
	[AUDIT_FAULT_HASH] = {"de regel of die ervoor is veranderd nadat hij geschreven was",
			      "the entry, or the one before it, was changed after it was written"},
	[AUDIT_FAULT_MISSING] = {"regels # tot en met # ontbreken: iemand heeft ze weggehaald",
				 "entries # to # are missing: somebody took them away"},
	[AUDIT_FAULT_MESSAGES] =
		{"van de berichten # tot en met # is er een veranderd, weggehaald of bijgemaakt",
		 "of the messages # to # one was changed, taken away or added"},
	[AUDIT_FAULT_JUDGED] = {"van de berichten # tot en met # is een oordeel veranderd",
				"of the messages # to # a verdict was changed"},
	[AUDIT_FAULT_DELIVERED] = {"van de berichten # tot en met # is een bevestiging veranderd",
				   "of the messages # to # a confirmation was changed"},
	[AUDIT_FAULT_PARKED] =
		{"bericht # stond geparkeerd en heeft een oordeel waar geen regel van vertelt",
		 "message # was parked and has a verdict that no entry tells of"},
	[AUDIT_FAULT_RANGE] =
		{"de berichten sluiten niet aan: na # had deze regel moeten beginnen, hij begint "
		 "bij #",
		 "the messages do not follow on: this entry should begin at # and begins at #"},
	[AUDIT_FAULT_UNCOVERED] =
		{"de berichten # tot en met # staan in geen regel: het eind van het logboek is "
		 "afgekapt, "
		 "of iemand schreef in de opslag buiten de hub om",
		 "the messages # to # are in no entry: the end of the log was cut off, or somebody "
		 "wrote in the store past the hub"},
	[AUDIT_FAULT_HEAD] =
		{"de verwachte hash staat nergens in het logboek: het eind is afgekapt of "
		 "herschreven",
		 "the expected hash is nowhere in the log: its end was cut off or written anew"},
};

struct telling {
	unsigned told;
};

static void put_problem(const char *text, int64_t from, int64_t to)
{
	const int64_t numbers[] = {from, to};
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (*text == '#' && n < 2)
			(void)printf("%lld", (long long)numbers[n++]);
		else
			(void)putchar(*text);
	(void)puts("");
}

static void tell(void *ctx, const struct audit_problem *p)
{
	struct telling *t = ctx;
	char moment[MOMENT_TEXT];

	if (t->told++ >= TOLD_MOST)
		return;
	if (p->id > 0) {
		moment_text(p->moment, moment);
		(void)printf("%s %lld (%s): ", ctl_say("regel", "entry"), (long long)p->id, moment);
	}
	put_problem(ctl_say(problems[p->fault].nl, problems[p->fault].en), p->from, p->to);
}

static bool read_hash(const char *text, unsigned char ret[AUDIT_HASH])
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(text) != 2 * AUDIT_HASH || strspn(text, digits) != strlen(text)) {
		(void)fprintf(stderr, "%s",
			      ctl_say("ijwctl: --expect: verwacht de 64 tekens van een regel "
				      "AUDIT-HEAD uit het log van de hub\n",
				      "ijwctl: --expect: expected the 64 digits of a line "
				      "AUDIT-HEAD from the hub's log\n"));
		return false;
	}
	for (size_t i = 0; i < AUDIT_HASH; i++)
		ret[i] = (unsigned char)((strchr(digits, text[2 * i]) - digits) << 4 |
					 (strchr(digits, text[2 * i + 1]) - digits));
	return true;
}

static void conclude(const struct audit_result *v)
{
	char hash[2 * AUDIT_HASH + 1];

	hex_of(v->head, sizeof v->head, hash);
	(void)printf(ctl_dutch()
			     ? "%lld regels, %lld berichten nagegaan; laatste regel %lld, hash %s\n"
			     : "%lld entries, %lld messages checked; last entry %lld, hash %s\n",
		     (long long)v->entries, (long long)v->messages, (long long)v->head_id, hash);
	if (v->expected_at > 0)
		(void)printf(ctl_dutch() ? "de verwachte hash is die van regel %lld\n"
					 : "the expected hash is that of entry %lld\n",
			     (long long)v->expected_at);
	if (v->adopted > 0)
		(void)printf(ctl_dutch() ? "let op: %lld berichten stonden er al toen het logboek "
					   "ze opnam (soort adopted)\n"
					 : "mind: %lld messages were there already when the log "
					   "took them in (event adopted)\n",
			     (long long)v->adopted);
	if (v->problems > 0)
		(void)printf("%lld %s\n", (long long)v->problems, ctl_say("problemen", "problems"));
	else
		(void)puts(ctl_say("Het logboek en de berichten kloppen.",
				   "The log and the messages are as they were."));
}

static int verify(struct store *st, const struct wishes *w)
{
	unsigned char expect[AUDIT_HASH];
	struct telling t = {0};
	struct audit_result v;
	int r;

	if (w->expect != NULL && !read_hash(w->expect, expect))
		return 2;
	r = audit_verify(st, w->expect != NULL ? expect : NULL, tell, &t, &v);
	if (r < 0) {
		(void)fprintf(stderr, "ijwctl: %s: %s\n",
			      ctl_say("de opslag is niet te lezen", "the store cannot be read"),
			      strerror(-r));
		return 1;
	}
	conclude(&v);
	return v.problems > 0 ? 1 : 0;
}

int ctl_audit(int argc, char **argv)
{
	struct wishes w = {.formaat = FORMAAT_TABEL};
	struct store *st = NULL;
	const char *what;
	int o, r;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1)
		if (!read_option(o, &w))
			return o == '?' ? usage() : 2;
	what = argv[optind] != NULL ? argv[optind] : "";
	if (strcmp(what, "") != 0 && strcmp(what, "export") != 0 && strcmp(what, "verify") != 0)
		return usage();
	if (strcmp(what, "export") == 0 && w.filter.limit == 0)
		w.filter.limit = UINT32_MAX;
	if (open_store(&w, &st) < 0)
		return 1;
	r = strcmp(what, "verify") == 0 ? verify(st, &w) : list(st, &w);
	store_close(&st);
	return r;
}
