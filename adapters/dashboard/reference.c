#include "reference.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "care/hulpvorm.h"
#include "care/regel.h"
#include "care/release.h"
#include "care/standard.h"
#include "care/tsv.h"

#include "base/banned.h"

#define CODES_FILE "gemeentecodes.tsv"
#define CODES_HEADER "code\tnaam\tgeldig_vanaf\tgeldig_tot"
#define TABLES_MOST 16

/* The tables of gemeentecodes, one for each release and the administrator's, last first. */
struct names {
	struct tsv tables[TABLES_MOST];
	size_t n;
	struct buf *why; /* only while reading */
};

/* Rules that stand in no release: the schema's and the hub's. */
static const struct rule_text own_rules[] = {
	{"XSD", "schema", "", "", "Het bericht voldoet niet aan het XML-schema van de standaard.",
	 "The message does not keep to the XML schema of the standard.",
	 "Verbeter het element dat bij de bevinding staat en stuur het bericht opnieuw.",
	 "Correct the element that the finding names and send the message again."},
	{"XML", "schema", "", "", "Het bericht is geen goede XML.",
	 "The message is no well-formed XML.",
	 "Laat de leverancier van de software nakijken hoe het bericht gemaakt wordt.",
	 "Let the supplier of the software see how the message is made."},
	{"HUB", "hub", "", "",
	 "De hub heeft het bericht niet doorgelaten: de afzender, de ontvanger of de identificatie "
	 "past niet.",
	 "The hub did not let the message through: its sender, receiver or identification does not "
	 "fit.",
	 "Lees de bevinding: zij zegt wat er niet past, en bij wie dat te herstellen is.",
	 "Read the finding: it says what does not fit, and who can mend it."},
};

static int add_table(void *ctx, const char *dir)
{
	struct names *n = ctx;
	int r;

	if (n->n == TABLES_MOST)
		return 0;
	r = tsv_read(&n->tables[n->n], dir, CODES_FILE, CODES_HEADER, n->why);
	if (r == -ENOENT)
		return 0;
	n->n++; /* what a failure left is freed with the rest */
	return r;
}

static int read_names(struct reference *r, struct buf *why)
{
	int result;

	r->names = calloc(1, sizeof *r->names);
	if (r->names == NULL)
		return -ENOMEM;
	r->names->why = why;
	result = standards_folders(r->standards, add_table, r->names);
	if (result >= 0 && r->settings->config->lists != NULL)
		result = add_table(r->names, r->settings->config->lists);
	r->names->why = NULL;
	return result < 0 ? result : 0;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct rule_text *)a)->id, ((const struct rule_text *)b)->id);
}

static int add_rule(struct reference *r, const struct rule_text *t)
{
	struct rule_text *bigger;

	for (size_t i = 0; i < r->n_rules; i++)
		if (strcmp(r->rules[i].id, t->id) == 0)
			return 0; /* two releases have it: the first one's text stands */
	bigger = realloc(r->rules, (r->n_rules + 1) * sizeof *bigger);
	if (bigger == NULL)
		return -ENOMEM;
	r->rules = bigger;
	r->rules[r->n_rules++] = *t;
	return 0;
}

static int read_rules(struct reference *r)
{
	const struct berichttype *types;
	const struct standard *last = NULL;
	size_t n;
	int result = 0;

	for (size_t i = 0; i < sizeof own_rules / sizeof *own_rules && result == 0; i++)
		result = add_rule(r, &own_rules[i]);
	types = standards_types(r->standards, &n);
	for (size_t i = 0; i < n && result == 0; i++) {
		const struct regel_info *list;
		size_t rules = 0;

		if (types[i].standard == last)
			continue;
		last = types[i].standard;
		list = standard_regels(last) != NULL ? regels_list(standard_regels(last), &rules)
						     : NULL;
		for (size_t k = 0; k < rules && result == 0; k++)
			result = add_rule(r, &(struct rule_text){
						     list[k].id, list[k].niveau, list[k].berichten,
						     list[k].retourcode, list[k].nl, list[k].en,
						     list[k].todo_nl, list[k].todo_en});
	}
	if (result == 0 && r->n_rules > 0)
		qsort(r->rules, r->n_rules, sizeof *r->rules, by_id);
	return result;
}

static int read_forms(struct reference *r, struct buf *why)
{
	struct buf path = BUF_INIT;
	int result = 0;

	if (r->settings->config->lists == NULL)
		return 0;
	buf_addf(&path, "%s/hulpvormen.tsv", r->settings->config->lists);
	if (access(buf_str(&path), R_OK) == 0)
		result = hulpvormen_open(&r->hulpvormen, buf_str(&path), why);
	buf_free(&path);
	return result;
}

int reference_open(struct reference **ret, struct settings **s, struct buf *why)
{
	struct reference *r = calloc(1, sizeof *r);
	struct buf broken = BUF_INIT;
	int result;

	if (r == NULL)
		return -ENOMEM;
	r->references = 1;
	r->settings = *s;
	*s = NULL;
	r->who = parties_hold(r->settings->config->who);
	result = standards_open(&r->standards, r->settings->config->schemas, &broken);
	if (result < 0)
		buf_adds(why, buf_str(&broken));
	buf_free(&broken);
	if (result == 0)
		result = read_names(r, why);
	if (result == 0)
		result = read_rules(r);
	if (result == 0)
		result = read_forms(r, why);
	if (result < 0)
		reference_drop(&r);
	else
		*ret = r;
	return result;
}

struct reference *reference_hold(struct reference *r)
{
	r->references++;
	return r;
}

void reference_drop(struct reference **r)
{
	struct reference *left = *r;

	*r = NULL;
	if (left == NULL || --left->references > 0)
		return;
	free(left->rules);
	for (size_t i = 0; left->names != NULL && i < left->names->n; i++)
		tsv_free(&left->names->tables[i]);
	free(left->names);
	hulpvormen_free(&left->hulpvormen);
	standards_free(&left->standards);
	parties_drop(&left->who);
	settings_free(&left->settings);
	free(left);
}

const char *reference_name(const struct reference *r, const char *code)
{
	const struct partij *owner;

	if (code == NULL || code[0] == '\0')
		return NULL;
	owner = parties_owner(r->who, code);
	if (owner != NULL && owner->codes != NULL)
		return owner->name;
	for (size_t t = r->names != NULL ? r->names->n : 0; code_is_gemeente(code) && t > 0; t--) {
		const struct tsv *table = &r->names->tables[t - 1];

		for (size_t i = 0; i < table->n; i++)
			if (strcmp(table->cells[i * 4], code) == 0)
				return table->cells[i * 4 + 1];
	}
	return NULL;
}

const char *reference_party(const struct reference *r, const char *id)
{
	const struct partij *p = id != NULL ? parties_find(r->who, id) : NULL;

	if (id != NULL && strcmp(id, "hub") == 0 && r->settings != NULL) /* its own return messages */
		return r->settings->hub_name;
	return p != NULL ? p->name : NULL;
}

const struct rule_text *reference_rule(const struct reference *r, const char *id)
{
	const struct rule_text wanted = {.id = id};

	return r->n_rules == 0 ? NULL
			       : bsearch(&wanted, r->rules, r->n_rules, sizeof *r->rules, by_id);
}
