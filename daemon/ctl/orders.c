#include "ctl/orders.h"

#include <getopt.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/locale.h"

#include "base/banned.h"

#define SAY(nl, en) (ctl_dutch() ? (nl) : (en))

struct wishes {
	const char *control, *reason, *text, *from, *until;
	const char *word; /* the first that is no option */
};

static const struct option options[] = {
	{"control", required_argument, NULL, 'C'}, {"reason", required_argument, NULL, 'r'},
	{"text", required_argument, NULL, 't'},	   {"from", required_argument, NULL, 'f'},
	{"until", required_argument, NULL, 'u'},   {NULL, 0, NULL, 0}};

static int read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.reason = "", .text = "", .from = "", .until = ""};
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (o) {
		case 'C': w->control = optarg; break;
		case 'r': w->reason = optarg; break;
		case 't': w->text = optarg; break;
		case 'f': w->from = optarg; break;
		case 'u': w->until = optarg; break;
		default: return -1;
		}
	}
	w->word = argv[optind];
	return 0;
}

/* What the word after a command means, and what is said when it was done. */
static const struct order_row {
	const char *name, *member;
	enum { WORD_TEXT, WORD_NUMBER, WORD_SWITCH, WORD_NONE } word;
	const char *usage_nl, *usage_en, *done_nl, *done_en;
} rows[] = {
	{"hold", "code", WORD_TEXT, "CODE", "CODE",
	 "er wordt niets meer aan deze code bezorgd; wat al onderweg is, komt nog aan",
	 "nothing more is delivered to this code; what is under way still arrives"},
	{"resume", "code", WORD_TEXT, "CODE", "CODE", "wat voor deze code wacht, wordt weer bezorgd",
	 "what waits for this code is delivered again"},
	{"maintenance", "on", WORD_SWITCH, "on|off [--text TEKST]", "on|off [--text TEXT]",
	 "de partijen hebben het gehoord; zolang onderhoud aan staat, worden berichten bewaard en niet beoordeeld",
	 "the parties were told; while maintenance is on, messages are kept and not judged"},
	{"freeze", "standard", WORD_TEXT, "STANDAARD --from DAG --until DAG", "STANDARD --from DAY --until DAY",
	 "berichten van die dagen worden vastgehouden", "messages of those days are held"},
	{"unfreeze", "standard", WORD_TEXT, "STANDAARD", "STANDARD",
	 "wat erdoor werd vastgehouden, wordt nu beoordeeld", "what was held by it is judged now"},
	{"retry", "id", WORD_NUMBER, "NUMMER", "NUMBER", "de bezorging wacht weer op haar ontvanger",
	 "the delivery waits for its receiver again"},
	{"replay", "id", WORD_NUMBER, "NUMMER", "NUMBER",
	 "het bericht wordt nog eens bezorgd, gemerkt als herhaling",
	 "the message is delivered once more, marked as a repetition"},
	{"recheck", NULL, WORD_NONE, "", "", "wat geparkeerd staat, wordt nu bekeken",
	 "what is parked is looked at now"},
};

static const struct order_row *row_of(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* Puts the word into the request; false when it is not what the command takes. */
static bool take_word(const struct order_row *row, const char *word, json_t *request)
{
	char *end = NULL;
	long long n = word != NULL ? strtoll(word, &end, 10) : 0;

	switch (row->word) {
	case WORD_NONE: return word == NULL;
	case WORD_TEXT: return word != NULL && json_object_set_new(request, row->member, json_string(word)) == 0;
	case WORD_NUMBER:
		return n > 0 && *end == '\0' && json_object_set_new(request, row->member, json_integer(n)) == 0;
	case WORD_SWITCH:
		return word != NULL && (strcmp(word, "on") == 0 || strcmp(word, "off") == 0) &&
		       json_object_set_new(request, row->member, json_boolean(strcmp(word, "on") == 0)) == 0;
	}
	return false;
}

static const char *user(void)
{
	const struct passwd *p = getpwuid(getuid());
	const char *sudo = getenv("SUDO_USER");

	return sudo != NULL ? sudo : p != NULL ? p->pw_name : "";
}

int ctl_order(int argc, char **argv)
{
	const struct order_row *row = row_of(argv[0]);
	json_t *request = NULL, *o;
	struct wishes w;

	if (row == NULL || read_wishes(argc, argv, &w) < 0)
		return 2;
	request = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "cmd", row->name, "who", user(), "source", "ijwctl",
			    "reason", w.reason, "text", w.text, "from", w.from, "until", w.until);
	if (!take_word(row, w.word, request)) {
		json_decref(request);
		(void)fprintf(stderr, SAY("gebruik: ijwctl %s %s [--reason REDEN]\n", "usage: ijwctl %s %s [--reason REASON]\n"),
			      row->name, SAY(row->usage_nl, row->usage_en));
		return 2;
	}
	o = ctl_ask(ctl_control(w.control), request);
	if (o == NULL)
		return 1;
	if (strcmp(row->name, "maintenance") == 0 && strcmp(w.word, "off") == 0)
		(void)puts(SAY("onderhoud is voorbij; wat werd bewaard, wordt nu beoordeeld",
			       "maintenance is over; what was kept is judged now"));
	else
		(void)puts(SAY(row->done_nl, row->done_en));
	json_decref(o);
	return 0;
}

static void print_line(json_t *l)
{
	(void)printf(SAY("verbonden vanaf %s, %s: heen en weer %.1f ms, laatste bevestiging %lld ms geleden\n",
			 "connected from %s, %s: round trip %.1f ms, last confirmation %lld ms ago\n"),
		     json_string_value(json_object_get(l, "peer")), json_string_value(json_object_get(l, "tls")),
		     (double)json_integer_value(json_object_get(l, "rtt_us")) / 1000,
		     (long long)json_integer_value(json_object_get(l, "ack_ms")));
}

int ctl_test(int argc, char **argv)
{
	struct wishes w;
	json_t *o, *lines, *l, *refused;
	bool connected;
	size_t i;

	if (read_wishes(argc, argv, &w) < 0 || w.word == NULL) {
		(void)fprintf(stderr, SAY("gebruik: ijwctl test PARTIJ\n", "usage: ijwctl test PARTY\n"));
		return 2;
	}
	o = ctl_ask(ctl_control(w.control), json_pack("{s:s, s:s}", "cmd", "test", "party", w.word));
	if (o == NULL)
		return 1;
	lines = json_object_get(o, "lines");
	refused = json_object_get(o, "refused");
	connected = json_array_size(lines) > 0;
	json_array_foreach(lines, i, l)
		print_line(l);
	if (!connected)
		(void)puts(SAY("niet verbonden", "not connected"));
	if (json_is_object(refused))
		(void)printf(SAY("laatst geweigerd: %s (%s) op %s\n", "last refused: %s (%s) at %s\n"),
			     json_string_value(json_object_get(refused, "reason")),
			     json_string_value(json_object_get(refused, "id")),
			     json_string_value(json_object_get(refused, "moment")));
	json_decref(o);
	return connected ? 0 : 1;
}
