#include "ctl/live.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "ctl/ask.h"
#include "ctl/locale.h"
#include "ctl/table.h"

#include "base/banned.h"

#define SAY(nl, en) (ctl_dutch() ? (nl) : (en))

/* What all commands take, and what `messages` takes beside. */
struct wishes {
	const char *control;
	bool json, undelivered, given_up;
	const char *party, *type, *verdict, *rule, *code, *identification, *sender, *receiver, *client;
	int64_t since, until;
	long limit, nummer;
	bool body, masked; /* of `show`: the text too */
	const char *reason;
	const char *id; /* the first word that is no option */
};

static const struct option options[] = {
	{"control", required_argument, NULL, 'C'}, {"json", no_argument, NULL, 'j'},
	{"party", required_argument, NULL, 'p'},   {"type", required_argument, NULL, 't'},
	{"verdict", required_argument, NULL, 'v'}, {"since", required_argument, NULL, 's'},
	{"until", required_argument, NULL, 'u'},   {"limit", required_argument, NULL, 'n'},
	{"undelivered", no_argument, NULL, 'd'},   {"given-up", no_argument, NULL, 'g'},
	{"rule", required_argument, NULL, 'r'},    {"code", required_argument, NULL, 'c'},
	{"sender", required_argument, NULL, 'f'},  {"receiver", required_argument, NULL, 'o'},
	{"nummer", required_argument, NULL, 'N'},  {"client", required_argument, NULL, 'k'},
	{"identification", required_argument, NULL, 'i'},
	{"body", no_argument, NULL, 'b'},	   {"masked", no_argument, NULL, 'm'},
	{"reason", required_argument, NULL, 'R'},
	{NULL, 0, NULL, 0}};

/* A day, or a number of hours, days or minutes ago: 2026-11-22, 3h, 2d, 15m. */
static bool read_moment(const char *text, int64_t *ret)
{
	char *end;
	long n;
	day d;

	if (day_parse(text, &d)) {
		*ret = (int64_t)d * 86400 * 1000000;
		return true;
	}
	n = strtol(text, &end, 10);
	if (n <= 0 || end[0] == '\0' || end[1] != '\0')
		return false;
	*ret = clock_us() - (int64_t)n * 1000000 * (*end == 'm' ? 60 : *end == 'h' ? 3600 : 86400);
	return *end == 'm' || *end == 'h' || *end == 'd';
}

static int bad_moment(const char *text)
{
	(void)fprintf(stderr,
		      SAY("ijwctl: '%s' is geen moment; verwacht een dag (2026-11-22) of hoe lang geleden (15m, 3h, 2d)\n",
			  "ijwctl: '%s' is no moment; expected a day (2026-11-22) or how long ago (15m, 3h, 2d)\n"),
		      text);
	return -1;
}

bool ctl_moment(const char *text, int64_t *ret)
{
	return read_moment(text, ret) || bad_moment(text) == 0;
}

static int read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.limit = 50};
	while ((o = getopt_long(argc, argv, "jn:", options, NULL)) != -1) {
		switch (o) {
		case 'C': w->control = optarg; break;
		case 'j': w->json = true; break;
		case 'p': w->party = optarg; break;
		case 't': w->type = optarg; break;
		case 'v': w->verdict = optarg; break;
		case 'n': w->limit = strtol(optarg, NULL, 10); break;
		case 'd': w->undelivered = true; break;
		case 'g': w->given_up = true; break;
		case 'r': w->rule = optarg; break;
		case 'c': w->code = optarg; break;
		case 'b': w->body = true; break;
		case 'm': w->masked = true; break;
		case 'R': w->reason = optarg; break;
		case 'i': w->identification = optarg; break;
		case 'f': w->sender = optarg; break;
		case 'o': w->receiver = optarg; break;
		case 'N': w->nummer = strtol(optarg, NULL, 10); break;
		case 'k': w->client = optarg; break;
		case 's':
			if (!read_moment(optarg, &w->since))
				return bad_moment(optarg);
			break;
		case 'u':
			if (!read_moment(optarg, &w->until))
				return bad_moment(optarg);
			break;
		default: return -1;
		}
	}
	w->id = argv[optind];
	return 0;
}

static json_t *ask(const struct wishes *w, json_t *request)
{
	return ctl_ask(ctl_control(w->control), request);
}

static int print_json(json_t *o)
{
	char *text = json_dumps(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);

	if (text != NULL)
		(void)puts(text);
	free(text);
	json_decref(o);
	return 0;
}

static const char *text_at(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static long long number_at(json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

/* 2026-11-22T09:00:00.123Z as 2026-11-22 09:00; `show` has the rest. */
static const char *minute(const char *moment, char room[24])
{
	(void)snprintf(room, 24, "%.16s", moment);
	if (room[0] != '\0' && room[10] == 'T')
		room[10] = ' ';
	return room;
}

/* The same with seconds. */
static const char *short_moment(const char *moment, char room[24])
{
	(void)snprintf(room, 24, "%.19s", moment);
	if (room[0] != '\0' && room[10] == 'T')
		room[10] = ' ';
	return room;
}

static const char *verdict_word(const char *verdict)
{
	static const struct {
		const char *en, *nl;
	} words[] = {{"accepted", "aanvaard"}, {"rejected", "afgekeurd"}, {"refused", "geweigerd"}, {"parked", "geparkeerd"}};

	for (size_t i = 0; ctl_dutch() && i < sizeof words / sizeof *words; i++)
		if (strcmp(verdict, words[i].en) == 0)
			return words[i].nl;
	return verdict;
}

static void print_queues(json_t *queues)
{
	const char *nl[] = {"ontvanger", ">wacht", ">opgegeven", "oudste", NULL};
	const char *en[] = {"receiver", ">waiting", ">given up", "oldest", NULL};
	struct table *t = table_new(ctl_dutch() ? nl : en);
	char moment[24];
	size_t i;
	json_t *q;

	json_array_foreach(queues, i, q)
	{
		table_cell(t, text_at(q, "receiver"));
		table_number(t, number_at(q, "waiting"));
		table_number(t, number_at(q, "given_up"));
		table_cell(t, short_moment(text_at(q, "oldest"), moment));
	}
	(void)puts("");
	table_print(&t);
}

static void print_sessions(json_t *sessions)
{
	const char *nl[] = {"partij", "sinds (UTC)", ">ontvangen", ">bezorgd", ">onbevestigd", "certificaat tot", "adres", "software", NULL};
	const char *en[] = {"party", "since (UTC)", ">received", ">delivered", ">unconfirmed", "certificate until", "address", "software", NULL};
	struct table *t = table_new(ctl_dutch() ? nl : en);
	char moment[24];
	size_t i;
	json_t *s;

	json_array_foreach(sessions, i, s)
	{
		table_cell(t, text_at(s, "party"));
		table_cell(t, minute(text_at(s, "since"), moment));
		table_number(t, number_at(s, "sends"));
		table_number(t, number_at(s, "deliveries"));
		table_number(t, number_at(s, "unconfirmed"));
		table_cell(t, text_at(s, "certificate_until"));
		table_cell(t, text_at(s, "peer"));
		table_cell(t, text_at(s, "software"));
	}
	(void)puts("");
	table_print(&t);
}

static void print_status(json_t *o)
{
	json_t *t = json_object_get(o, "totals"), *live = json_object_get(o, "live");
	char moment[24];

	(void)printf(SAY("ijwd %s, proces %lld, poort %lld, draait sinds %s UTC\n",
			 "ijwd %s, process %lld, port %lld, running since %s UTC\n"),
		     text_at(o, "version"), number_at(o, "pid"), number_at(o, "port"),
		     short_moment(text_at(o, "started"), moment));
	(void)printf(SAY("berichten: %lld ontvangen; %lld aanvaard, %lld afgekeurd, %lld geweigerd, %lld geparkeerd\n",
			 "messages: %lld received; %lld accepted, %lld rejected, %lld refused, %lld parked\n"),
		     number_at(t, "messages"), number_at(t, "accepted"), number_at(t, "rejected"),
		     number_at(t, "refused"), number_at(t, "parked"));
	(void)printf(SAY("bezorging: %lld wacht, %lld opgegeven (ijwctl retry NUMMER)\n",
			 "delivery: %lld waiting, %lld given up (ijwctl retry NUMBER)\n"),
		     number_at(t, "waiting"), number_at(t, "given_up"));
	(void)printf(SAY("verbindingen: %zu open; geweigerd: %lld TLS, %lld onbekende partij, %lld protocol, %lld grens\n",
			 "connections: %zu open; refused: %lld TLS, %lld unknown party, %lld protocol, %lld limit\n"),
		     json_array_size(json_object_get(live, "sessions")),
		     number_at(json_object_get(live, "edge"), "refused_tls"),
		     number_at(json_object_get(live, "edge"), "refused_party"),
		     number_at(json_object_get(live, "edge"), "refused_zmtp"),
		     number_at(json_object_get(live, "edge"), "refused_limit"));
	if (text_at(o, "store_error")[0] != '\0')
		(void)printf(SAY("LET OP: de opslag kan niet gelezen worden; tellingen ontbreken\n",
				 "MIND: the store cannot be read; counts are missing\n"));
	if (number_at(live, "store_failures") > 0)
		(void)printf(SAY("LET OP: %lld keer kon de opslag niet schrijven; kijk naar schijf en log\n",
				 "MIND: the store could not write %lld times; see the disk and the log\n"),
			     number_at(live, "store_failures"));
	if (json_array_size(json_object_get(o, "queues")) > 0)
		print_queues(json_object_get(o, "queues"));
	if (json_array_size(json_object_get(live, "sessions")) > 0)
		print_sessions(json_object_get(live, "sessions"));
}

int ctl_status(int argc, char **argv)
{
	struct wishes w;
	json_t *o;

	if (read_wishes(argc, argv, &w) < 0)
		return 2;
	o = ask(&w, json_pack("{s:s}", "cmd", "status"));
	if (o == NULL)
		return 1;
	if (w.json)
		return print_json(o);
	print_status(o);
	json_decref(o);
	return 0;
}

/* Where a message stands, in one word: delivered, waiting, refused BRS13, … */
static const char *outcome(json_t *m, char room[48])
{
	const char *verdict = text_at(m, "verdict");

	if (strcmp(verdict, "accepted") == 0)
		return text_at(m, "confirmed")[0] != '\0'                ? SAY("bezorgd", "delivered")
		       : strcmp(text_at(m, "delivery"), "given up") == 0 ? SAY("opgegeven", "given up")
									 : SAY("wacht", "waiting");
	(void)snprintf(room, 48, "%s %.32s", verdict_word(verdict), text_at(m, "code"));
	return room;
}

int ctl_messages(int argc, char **argv)
{
	const char *nl[] = {">nr", "ontvangen (UTC)", "type", "van", "naar", "identificatie", "uitkomst", ">bytes", "partij", NULL};
	const char *en[] = {">id", "received (UTC)", "type", "from", "to", "identification", "outcome", ">bytes", "party", NULL};
	struct wishes w;
	struct table *t;
	char moment[24], word[48];
	json_t *request, *o, *m;
	size_t i;

	if (read_wishes(argc, argv, &w) < 0)
		return 2;
	request = json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}", "cmd", "messages",
			    "party", w.party, "type", w.type, "verdict", w.verdict, "rule", w.rule, "code",
			    w.code, "identification", w.identification, "sender", w.sender, "receiver",
			    w.receiver, "client", w.client);
	(void)json_object_update_new(request, json_pack("{s:I, s:I, s:I, s:I, s:b, s:b}", "since", (json_int_t)w.since,
							"until", (json_int_t)w.until, "limit", (json_int_t)w.limit,
							"nummer", (json_int_t)w.nummer, "undelivered",
							w.undelivered, "given_up", w.given_up));
	o = ask(&w, request);
	if (o == NULL)
		return 1;
	if (w.json)
		return print_json(o);
	t = table_new(ctl_dutch() ? nl : en);
	json_array_foreach(json_object_get(o, "messages"), i, m)
	{
		table_number(t, number_at(m, "id"));
		table_cell(t, minute(text_at(m, "received"), moment));
		table_cell(t, text_at(m, "type"));
		table_cell(t, text_at(m, "sender"));
		table_cell(t, text_at(m, "receiver"));
		table_cell(t, text_at(m, "identification"));
		table_cell(t, outcome(m, word));
		table_number(t, number_at(m, "size"));
		table_cell(t, text_at(m, "party"));
	}
	table_print(&t);
	json_decref(o);
	return 0;
}

/* One step of the timeline; nothing when it has not happened. */
static void step(json_t *m, const char *key, const char *nl, const char *en)
{
	const char *moment = text_at(m, key);

	if (moment[0] != '\0')
		(void)printf("  %s  %s\n", moment, SAY(nl, en));
}

static void print_timeline(json_t *m)
{
	json_t *box = json_object_get(m, "outbox");

	(void)printf(SAY("bericht %lld: %s van %s naar %s, identificatie %s, %lld bytes\n",
			 "message %lld: %s from %s to %s, identification %s, %lld bytes\n"),
		     number_at(m, "id"), text_at(m, "type"), text_at(m, "sender"), text_at(m, "receiver"),
		     text_at(m, "identification"), number_at(m, "size"));
	(void)printf("  %s %s\n", verdict_word(text_at(m, "verdict")), text_at(m, "code"));
	(void)printf(SAY("  verstuurd door partij %s onder kenmerk %s\n  sha256 %s\n\n",
			 "  sent by party %s under reference %s\n  sha256 %s\n\n"),
		     text_at(m, "party"), text_at(m, "reference"), text_at(m, "sha256"));
	step(m, "received", "ontvangen, gecontroleerd en opgeslagen", "received, checked and stored");
	if (strncmp(text_at(m, "settled"), text_at(m, "received"), 19) != 0) /* not within the second */
		step(m, "settled", "oordeel gegeven", "verdict given");
	step(m, "delivered", "bezorgd bij de ontvanger", "delivered to the receiver");
	step(m, "confirmed", "bevestigd door de ontvanger", "confirmed by the receiver");
	step(m, "text_deleted", "tekst verwijderd: de bewaartermijn was om", "text deleted: its retention ended");
	if (number_at(m, "attempts") > 1)
		(void)printf(SAY("  (%lld pogingen)\n", "  (%lld attempts)\n"), number_at(m, "attempts"));
	if (json_is_object(box))
		(void)printf(SAY("  nog te bezorgen: %s, %lld pogingen, %lld mislukt %s\n",
				 "still to deliver: %s, %lld attempts, %lld failed %s\n"),
			     text_at(box, "state"), number_at(box, "attempts"), number_at(box, "failures"),
			     text_at(box, "reason"));
}

static void print_findings(json_t *findings, bool full)
{
	size_t i;
	json_t *f;

	json_array_foreach(findings, i, f)
	{
		const char *facet = text_at(f, "facet");

		(void)printf("\n%zu. %s\n", i + 1, SAY(text_at(f, "nl"), text_at(f, "en")));
		(void)printf("   %s %s%s%s", SAY("regel", "rule"), text_at(f, "rule"), facet[0] ? "/" : "", facet);
		if (text_at(f, "retourcode")[0] != '\0')
			(void)printf(", %s %s", SAY("retourcode", "return code"), text_at(f, "retourcode"));
		if (number_at(f, "line") > 0)
			(void)printf(SAY(", regelnummer %lld, positie %lld", ", line %lld, column %lld"),
				     number_at(f, "line"), number_at(f, "column"));
		(void)printf("\n");
		if (text_at(f, "path")[0] != '\0')
			(void)printf("   %s\n", text_at(f, "path"));
		(void)printf("   → %s\n", SAY(text_at(f, "todo_nl"), text_at(f, "todo_en")));
		if (full && text_at(f, "excerpt")[0] != '\0')
			(void)printf("\n%s", text_at(f, "excerpt"));
	}
}

static int one(int argc, char **argv, const char *cmd, bool full)
{
	struct wishes w;
	char *end = NULL;
	long long id = 0;
	json_t *o;

	if (read_wishes(argc, argv, &w) < 0)
		return 2;
	if (w.id != NULL)
		id = strtoll(w.id, &end, 10);
	if (id <= 0 || *end != '\0') {
		(void)fprintf(stderr, SAY("gebruik: ijwctl %s NUMMER\n", "usage: ijwctl %s NUMBER\n"), cmd);
		return 2;
	}
	o = ask(&w, json_pack("{s:s, s:I}", "cmd", cmd, "id", (json_int_t)id));
	if (o == NULL)
		return 1;
	if (w.json)
		return print_json(o);
	print_timeline(o);
	print_findings(json_object_get(o, "findings"), full);
	if (text_at(o, "text_error")[0] != '\0')
		(void)printf("\n%s: %s\n", SAY("zonder de regels eromheen", "without the lines around it"),
			     text_at(o, "text_error"));
	if (full && json_array_size(json_object_get(o, "findings")) == 0)
		(void)printf(SAY("\ngeen bevindingen\n", "\nno findings\n"));
	json_decref(o);
	return 0;
}

/* The text of a message, and nothing else, so that it can go into a file. */
static int show_body(const struct wishes *w)
{
	char *end = NULL;
	long long id = w->id == NULL ? 0 : strtoll(w->id, &end, 10);
	json_t *o;

	if (id <= 0 || *end != '\0') {
		(void)fprintf(stderr, "%s", SAY("gebruik: ijwctl show NUMMER --body --reason TEKST | --body --masked\n",
						"usage: ijwctl show NUMBER --body --reason TEXT | --body --masked\n"));
		return 2;
	}
	o = ask(w, json_pack("{s:s, s:I, s:b, s:s, s:s}", "cmd", "body", "id", (json_int_t)id, "masked", w->masked,
			     "reason", w->reason != NULL ? w->reason : "", "source", "ijwctl"));
	if (o == NULL)
		return 1;
	if (w->json)
		return print_json(o);
	(void)fputs(text_at(o, "text"), stdout);
	if (json_is_true(json_object_get(o, "truncated")))
		(void)fprintf(stderr, SAY("ijwctl: dit is het begin; het bericht heeft %lld bytes\n",
					  "ijwctl: this is the beginning; the message has %lld bytes\n"),
			      number_at(o, "size"));
	json_decref(o);
	return 0;
}

int ctl_show(int argc, char **argv)
{
	struct wishes w;

	if (read_wishes(argc, argv, &w) < 0)
		return 2;
	if (w.body)
		return show_body(&w);
	optind = 1;
	return one(argc, argv, "show", false);
}

int ctl_explain(int argc, char **argv)
{
	return one(argc, argv, "explain", true);
}

/* "0363, 0394 (mandate)" */
static void codes_text(json_t *codes, char *room, size_t size)
{
	size_t i, n = 0;
	json_t *c;

	room[0] = '\0';
	json_array_foreach(codes, i, c)
	{
		int w = snprintf(room + n, size - n, "%s%s%s", i > 0 ? ", " : "", text_at(c, "code"),
				 json_is_true(json_object_get(c, "own")) ? "" : SAY(" (mandaat)", " (mandate)"));

		if (w < 0 || (size_t)w >= size - n)
			return;
		n += (size_t)w;
	}
}

static long long waiting_for(json_t *queues, json_t *codes)
{
	long long n = 0;
	size_t i, j;
	json_t *q, *c;

	json_array_foreach(codes, i, c)
		json_array_foreach(queues, j, q)
			if (json_is_true(json_object_get(c, "own")) &&
			    strcmp(text_at(q, "receiver"), text_at(c, "code")) == 0)
				n += number_at(q, "waiting") + number_at(q, "given_up");
	return n;
}

static json_t *session_of(json_t *live, const char *party)
{
	size_t i;
	json_t *s;

	json_array_foreach(json_object_get(live, "sessions"), i, s)
		if (strcmp(text_at(s, "party"), party) == 0)
			return s;
	return NULL;
}

int ctl_parties(int argc, char **argv)
{
	const char *nl[] = {"partij", "codes", "verbonden (UTC)", ">wacht", "naam", "certificaat tot", "software", NULL};
	const char *en[] = {"party", "codes", "connected (UTC)", ">waiting", "name", "certificate until", "software", NULL};
	struct wishes w;
	struct table *t;
	char codes[256], moment[24];
	json_t *o, *p;
	size_t i;

	if (read_wishes(argc, argv, &w) < 0)
		return 2;
	o = ask(&w, json_pack("{s:s}", "cmd", "parties"));
	if (o == NULL)
		return 1;
	if (w.json)
		return print_json(o);
	t = table_new(ctl_dutch() ? nl : en);
	json_array_foreach(json_object_get(o, "parties"), i, p)
	{
		json_t *s = session_of(json_object_get(o, "live"), text_at(p, "party"));

		codes_text(json_object_get(p, "codes"), codes, sizeof codes);
		table_cell(t, text_at(p, "party"));
		table_cell(t, codes);
		table_cell(t, s == NULL ? "-" : minute(text_at(s, "since"), moment));
		table_number(t, waiting_for(json_object_get(o, "queues"), json_object_get(p, "codes")));
		table_cell(t, text_at(p, "name"));
		table_cell(t, s == NULL ? "" : text_at(s, "certificate_until"));
		table_cell(t, s == NULL ? "" : text_at(s, "software"));
	}
	table_print(&t);
	json_decref(o);
	return 0;
}

int ctl_reload(int argc, char **argv)
{
	struct wishes w;
	json_t *o;

	if (read_wishes(argc, argv, &w) < 0)
		return 2;
	o = ask(&w, json_pack("{s:s, s:s, s:s}", "cmd", "reload", "source", "ijwctl", "reason",
			      w.reason != NULL ? w.reason : ""));
	if (o == NULL)
		return 1;
	(void)puts(SAY("de hub leest zijn instellingen opnieuw; de uitkomst staat in zijn log",
		       "the hub reads its settings again; its log tells the outcome"));
	json_decref(o);
	return 0;
}
