#include "ctl/due.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "ctl/ask.h"
#include "ctl/locale.h"
#include "ctl/table.h"

#include "base/banned.h"

static const struct option options[] = {{"control", required_argument, NULL, 'C'},
					{"party", required_argument, NULL, 'p'},
					{"ahead", required_argument, NULL, 'a'},
					{"json", no_argument, NULL, 'j'},
					{NULL, 0, NULL, 0}};

struct wishes {
	const char *control, *party;
	long ahead;
	bool json;
};

static bool read_wishes(int argc, char **argv, struct wishes *w)
{
	char *end = NULL;
	int o;

	*w = (struct wishes){.party = ""};
	while ((o = getopt_long(argc, argv, "jp:", options, NULL)) != -1) {
		switch (o) {
		case 'C': w->control = optarg; break;
		case 'p': w->party = optarg; break;
		case 'j': w->json = true; break;
		case 'a':
			w->ahead = strtol(optarg, &end, 10);
			if (*end != '\0' || w->ahead < 0 || w->ahead > 3660) {
				(void)fprintf(stderr, "%s", ctl_say("ijwctl: --ahead: verwacht een aantal dagen, 0 tot 3660\n",
								    "ijwctl: --ahead: expected a number of days, 0 to 3660\n"));
				return false;
			}
			break;
		default: return false;
		}
	}
	return true;
}

static const char *text_at(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static const char *kind_word(const char *soort)
{
	static const struct {
		const char *soort, *nl, *en;
	} words[] = {
		{"retour", "retourbericht", "return message"},
		{"declaratieantwoord", "declaratie-antwoord", "declaration answer"},
		{"start", "startbericht", "start message"},
		{"stop", "stopbericht", "stop message"},
		{"verzoek", "antwoord op verzoek", "answer to a request"},
		{"onderzoek", "besluit na onderzoek", "decision after investigation"},
		{"woonplaats", "afwijzing woonplaats", "residence refusal"},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(soort, words[i].soort) == 0)
			return ctl_say(words[i].nl, words[i].en);
	return soort;
}

/* Overdue, due today, or still ahead. */
static const char *lateness(json_t *row, char room[48])
{
	long long late = (long long)json_integer_value(json_object_get(row, "late"));

	if (late == 0)
		return ctl_say("vandaag", "today");
	if (late < 0)
		(void)snprintf(room, 48, "%s %lld %s", ctl_say("over", "in"), -late,
			       late == -1 ? ctl_say("dag", "day") : ctl_say("dagen", "days"));
	else
		(void)snprintf(room, 48, "%lld %s", late,
			       late == 1 ? ctl_say("dag te laat", "day late") : ctl_say("dagen te laat", "days late"));
	return room;
}

static void print_rows(json_t *rows)
{
	const char *nl[] = {"wie", "wat", "aan", "uiterlijk", "stand", "waarover", ">bericht", NULL};
	const char *en[] = {"who", "what", "to", "due", "state", "about", ">message", NULL};
	struct table *t = table_new(ctl_dutch() ? nl : en);
	char room[48];
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		table_cell(t, text_at(row, "debtor"));
		table_cell(t, kind_word(text_at(row, "kind")));
		table_cell(t, text_at(row, "creditor"));
		table_cell(t, text_at(row, "due"));
		table_cell(t, lateness(row, room));
		table_cell(t, text_at(row, "about"));
		table_number(t, (long long)json_integer_value(json_object_get(row, "message")));
	}
	table_print(&t);
}

int ctl_due(int argc, char **argv)
{
	struct wishes w;
	json_t *o, *rows;
	char *text;

	if (!read_wishes(argc, argv, &w))
		return 2;
	o = ctl_ask(ctl_control(w.control), json_pack("{s:s, s:s, s:I}", "cmd", "due", "party", w.party,
						      "ahead", (json_int_t)w.ahead));
	if (o == NULL)
		return 1;
	rows = json_object_get(o, "due");
	if (w.json) {
		text = json_dumps(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
		(void)puts(text != NULL ? text : "{}");
		free(text);
	} else if (json_array_size(rows) == 0) {
		(void)puts(ctl_say("Niemand is over tijd.", "Nobody is late."));
	} else {
		print_rows(rows);
		if (json_is_true(json_object_get(o, "more")))
			(void)puts(ctl_say("… en meer: vraag per code met --party CODE",
					   "… and more: ask by code with --party CODE"));
	}
	json_decref(o);
	return 0;
}
