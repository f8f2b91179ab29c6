#include "ctl/rules.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "care/regel.h"
#include "care/release.h"
#include "ctl/locale.h"
#include "ctl/table.h"
#include "ctl/validate.h"

#include "base/banned.h"

struct options {
	const char *schemas, *id, *type;
	bool json;
};

struct list {
	const struct options *o;
	struct table *table;
	struct buf json;
	size_t n; /* rows shown */
};

/* What a rule is checked against, for people; the table has the first. */
static const struct {
	const char *niveau, *nl, *en;
} niveaus[] = {
	{"bericht", "bericht", "message"}, {"kruis", "register", "register"},
	{"extern", "lijst", "list"},	   {"proces", "afspraak", "agreement"},
	{"schema", "schema", "schema"},
};

static const char *level(const struct regel_info *r)
{
	for (size_t i = 0; i < sizeof niveaus / sizeof *niveaus; i++)
		if (strcmp(niveaus[i].niveau, r->niveau) == 0)
			return ctl_say(niveaus[i].nl, niveaus[i].en);
	return r->niveau;
}

/* What is wrong when it is broken, or why nobody looks. */
static const char *text(const struct regel_info *r)
{
	return r->reden[0] != '\0' ? r->reden : ctl_say(r->nl, r->en);
}

static bool applies(const struct regel_info *r, const char *type)
{
	const char *at = strstr(r->berichten, type);
	size_t n = strlen(type);

	return n > 0 && at != NULL && (at[n] == '\0' || at[n] == ',');
}

/* ---- one row ---- */

static void add_row(struct list *l, const struct regel_info *r)
{
	table_cell(l->table, r->id);
	table_cell(l->table, level(r));
	table_cell(l->table, r->retourcode);
	table_cell(l->table, regel_has_function(r) ? ctl_say("ja", "yes") : ctl_say("nee", "no"));
	table_cell(l->table, text(r));
	table_cell(l->table, r->klasse);
	table_cell(l->table, r->berichten);
}

static void print_line(const char *nl, const char *en, const char *value)
{
	if (value[0] != '\0')
		printf("  %s %s\n", ctl_say(nl, en), value);
}

static void print_whole(const struct regel_info *r)
{
	bool checked = regel_has_function(r);

	printf("%s\n", r->id);
	print_line("Getoetst aan:", "Checked against:", level(r));
	print_line("Berichten:", "Messages:", r->berichten);
	print_line("Klasse:", "Class:", r->klasse);
	print_line("Element:", "Element:", r->element);
	print_line("Retourcode:", "Return code:", r->retourcode);
	print_line("Zwijgt bij:", "Silent beside:", r->stil_bij);
	print_line("Niet getoetst:", "Not checked:", r->reden);
	if (!checked)
		return;
	print_line("Wat er mis is:", "What is wrong:", ctl_say(r->nl, r->en));
	print_line("Wat te doen:", "What to do:", ctl_say(r->todo_nl, r->todo_en));
}

static void add_json(struct list *l, const struct regel_info *r, const char *release)
{
	const struct {
		const char *key, *value;
	} members[] = {
		{"release", release},	  {"id", r->id},
		{"niveau", r->niveau},	  {"berichten", r->berichten},
		{"klasse", r->klasse},	  {"element", r->element},
		{"retourcode", r->retourcode}, {"stil_bij", r->stil_bij},
		{"reden", r->reden},	  {"nl", r->nl},
		{"en", r->en},		  {"todo_nl", r->todo_nl},
		{"todo_en", r->todo_en},
	};

	buf_adds(&l->json, l->n == 0 ? "{" : ",\n{");
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		buf_addf(&l->json, "\"%s\":", members[i].key);
		buf_add_json(&l->json, members[i].value);
		buf_adds(&l->json, ",");
	}
	buf_addf(&l->json, "\"checked\":%s}", regel_has_function(r) ? "true" : "false");
}

/* ---- all ---- */

static void show_release(struct list *l, const struct standard *s)
{
	size_t n;
	const struct regel_info *r = regels_list(standard_regels(s), &n);

	for (size_t i = 0; i < n; i++) {
		if ((l->o->id != NULL && strcmp(l->o->id, r[i].id) != 0) ||
		    (l->o->type != NULL && !applies(&r[i], l->o->type)))
			continue;
		if (l->o->json)
			add_json(l, &r[i], standard_name(s));
		else if (l->o->id != NULL)
			print_whole(&r[i]);
		else
			add_row(l, &r[i]);
		l->n++;
	}
}

static void show(struct list *l, const struct standards *s)
{
	static const char *const titles_nl[] = {"REGEL", "TOETS",  "CODE",	"GETOETST", "WAT ER MIS IS, OF WAAROM NIET",
						"KLASSE", "BERICHTEN", NULL};
	static const char *const titles_en[] = {"RULE", "AGAINST", "CODE",     "CHECKED", "WHAT IS WRONG, OR WHY NOT",
						"CLASS", "MESSAGES", NULL};
	size_t n;
	const struct berichttype *types = standards_types(s, &n);
	bool table = !l->o->json && l->o->id == NULL;

	if (table)
		l->table = table_new(ctl_dutch() ? titles_nl : titles_en);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || types[i].standard != types[i - 1].standard)
			show_release(l, types[i].standard);
	if (table)
		table_print(&l->table);
	if (l->o->json)
		printf("[%s]\n", buf_str(&l->json));
	buf_free(&l->json);
}

static int usage(void)
{
	fputs(ctl_say("gebruik: ijwctl rules [--id REGEL] [--type JW301] [--json] [--schemas MAP]\n",
		      "usage: ijwctl rules [--id RULE] [--type JW301] [--json] [--schemas DIR]\n"),
	      stderr);
	return 2;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {{"id", required_argument, NULL, 'i'},
					      {"type", required_argument, NULL, 't'},
					      {"json", no_argument, NULL, 'j'},
					      {"schemas", required_argument, NULL, 's'},
					      {NULL, 0, NULL, 0}};
	int c;

	*o = (struct options){.schemas = NULL};
	optind = 1;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'i')
			o->id = optarg;
		else if (c == 't')
			o->type = optarg;
		else if (c == 's')
			o->schemas = optarg;
		else if (c == 'j')
			o->json = true;
		else
			return false;
	}
	return optind == argc;
}

int ctl_rules(int argc, char **argv)
{
	struct standards *s = NULL;
	struct options o;
	struct list l = {.o = &o, .json = BUF_INIT};

	if (!read_options(argc, argv, &o))
		return usage();
	if (ctl_standards_open(&s, o.schemas) < 0)
		return 2;
	show(&l, s);
	standards_free(&s);
	if (l.n == 0 && !o.json)
		fputs(ctl_say("ijwctl: zo'n regel is er niet\n", "ijwctl: there is no such rule\n"), stderr);
	return fflush(stdout) != 0 ? 2 : l.n == 0;
}
