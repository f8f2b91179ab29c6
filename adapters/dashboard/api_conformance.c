/* How well one party keeps to the standard, over a period: as JSON, for a spreadsheet, to print. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "request.h"
#include "snapshot.h"
#include "store/view.h"
#include "table.h"
#include "values.h"

#include "base/banned.h"

#define HOUR_US INT64_C(3600000000)
#define DAYS_USUAL 365
#define DAYS_MOST 1100
#define RULES_SHOWN 50

static const char *const formats[] = {"json", "csv", "html", NULL};

/* Counts of something that has a name: a type, a month, a rule. */
struct tally {
	char name[32];
	int64_t messages, accepted, rejected, refused;
};

struct tallies_of {
	struct tally *list;
	size_t n, room;
};

struct conformance {
	const char *code;  /* asked for */
	const char *party; /* that owns it: counts are kept by party */
	day since, until;
	struct tally all;
	struct tallies_of types, months, rules, software;
	struct view_terms terms;
};

static struct tally *tally_of(struct tallies_of *t, const char *name)
{
	struct tally *bigger;

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->list[i].name, name) == 0)
			return &t->list[i];
	if (t->n == t->room) {
		bigger = realloc(t->list, (t->room * 2 + 16) * sizeof *bigger);
		if (bigger == NULL)
			return NULL;
		t->list = bigger;
		t->room = t->room * 2 + 16;
	}
	t->list[t->n] = (struct tally){0};
	(void)snprintf(t->list[t->n].name, sizeof t->list->name, "%s", name);
	return &t->list[t->n++];
}

static void count(struct tally *t, enum verdict v, int64_t n)
{
	t->messages += n;
	t->accepted += v == VERDICT_ACCEPTED ? n : 0;
	t->rejected += v == VERDICT_REJECTED ? n : 0;
	t->refused += v == VERDICT_REFUSED ? n : 0;
}

static int add_count(void *ctx, const struct view_count *c)
{
	struct conformance *k = ctx;
	struct tally *type, *month;
	char text[11];
	day on = day_of(c->hour * HOUR_US);

	if (strcmp(c->party, k->party) != 0 || on < k->since || on > k->until)
		return 0;
	day_text(on, text);
	text[7] = '\0';
	type = tally_of(&k->types, c->type[0] != '\0' ? c->type : "?");
	month = tally_of(&k->months, text);
	if (type == NULL || month == NULL)
		return -ENOMEM;
	count(&k->all, c->verdict, c->messages);
	count(type, c->verdict, c->messages);
	count(month, c->verdict, c->messages);
	return 0;
}

static int add_fault(void *ctx, const struct view_fault *v)
{
	struct conformance *k = ctx;
	struct tally *rule;

	if (strcmp(v->van, k->code) != 0)
		return 0;
	if (v->software[0] != '\0' && tally_of(&k->software, v->software) == NULL)
		return -ENOMEM;
	if (v->verdict == VERDICT_ACCEPTED) /* only advice */
		return 0;
	rule = tally_of(&k->rules, v->rule);
	if (rule == NULL)
		return -ENOMEM;
	rule->messages += v->messages;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tally *)a)->name, ((const struct tally *)b)->name);
}

static int by_messages(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return x->messages != y->messages ? (x->messages > y->messages ? -1 : 1)
					  : strcmp(x->name, y->name);
}

static void sort(struct tallies_of *t, int (*order)(const void *, const void *))
{
	if (t->n > 0)
		qsort(t->list, t->n, sizeof *t->list, order);
}

static int collect(struct store *st, struct conformance *k)
{
	struct view_fault_filter f = {.since = k->since, .until = k->until, .code = k->code};
	int r = view_counts(st, (int64_t)k->since * 24 - 3, ((int64_t)k->until + 1) * 24, add_count,
			    k);

	if (r == 0)
		r = view_faults(st, &f, add_fault, k);
	if (r == 0)
		r = view_terms(st, k->code, k->since, k->until, &k->terms);
	sort(&k->types, by_name);
	sort(&k->months, by_name);
	sort(&k->rules, by_messages);
	sort(&k->software, by_name);
	return r;
}

static double share(int64_t part, int64_t of)
{
	return of > 0 ? round(10000.0 * (double)part / (double)of) / 10000.0 : (double)NAN;
}

/* ---- as JSON ---- */

static json_t *tallies_json(const struct tallies_of *t, const char *name, bool accepted)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->n; i++) {
		json_t *o = json_object();

		set_text(o, name, t->list[i].name);
		set_number(o, "messages", t->list[i].messages);
		if (accepted)
			set_number(o, "accepted", t->list[i].accepted);
		set_number(o, "rejected", t->list[i].rejected);
		set_number(o, "refused", t->list[i].refused);
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *rules_json(const struct request *q, const struct conformance *k)
{
	json_t *list = json_array();

	for (size_t i = 0; i < k->rules.n && i < RULES_SHOWN; i++) {
		const struct rule_text *t = reference_rule(q->ref, k->rules.list[i].name);
		json_t *o = json_object();

		set_text(o, "rule", k->rules.list[i].name);
		set_text(o, "text_nl", t != NULL ? t->nl : NULL);
		set_text(o, "text_en", t != NULL ? t->en : NULL);
		set_number(o, "messages", k->rules.list[i].messages);
		set_real(o, "share", share(k->rules.list[i].messages, k->all.messages));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *conformance_json(const struct request *q, const struct conformance *k)
{
	json_t *o = json_object(), *terms = json_object(), *software = json_array();

	for (size_t i = 0; i < k->software.n; i++)
		(void)json_array_append_new(software, json_string(k->software.list[i].name));
	set_number(terms, "met", k->terms.met);
	set_number(terms, "late", k->terms.late);
	set_number(terms, "overdue", k->terms.overdue);
	set_real(terms, "median_days", k->terms.median_days);
	set_text(o, "code", k->code);
	set_text(o, "name", reference_name(q->ref, k->code));
	set_new(o, "software", software);
	set_day(o, "since", k->since);
	set_day(o, "until", k->until);
	set_number(o, "messages", k->all.messages);
	set_number(o, "accepted", k->all.accepted);
	set_number(o, "rejected", k->all.rejected);
	set_number(o, "refused", k->all.refused);
	set_real(o, "share_accepted", share(k->all.accepted, k->all.messages));
	set_new(o, "by_type", tallies_json(&k->types, "type", true));
	set_new(o, "rules", rules_json(q, k));
	set_new(o, "terms", terms);
	set_new(o, "months", tallies_json(&k->months, "month", false));
	return o;
}

/* ---- for a spreadsheet: one row for each figure ---- */

static json_t *figure(const char *part, const char *name, const char *what, double value)
{
	json_t *o = json_object();

	set_text(o, "onderdeel", part);
	set_text(o, "naam", name);
	set_text(o, "gegeven", what);
	set_real(o, "waarde", value);
	return o;
}

static void figures(json_t *rows, const char *part, const json_t *list, const char *name)
{
	static const char *const keys[] = {"messages", "accepted", "rejected", "refused", "share"};
	static const char *const words[] = {"berichten", "aanvaard", "afgekeurd", "geweigerd",
					    "aandeel %"};
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			if (json_is_number(json_object_get(row, keys[k])))
				(void)json_array_append_new(
					rows,
					figure(part, text_of(row, name), words[k],
					       json_number_value(json_object_get(row, keys[k])) *
						       (k == 4 ? 100 : 1)));
	}
}

static void conformance_csv(struct buf *to, const json_t *o)
{
	static const struct column columns[] = {{"onderdeel", NULL, CELL_TEXT},
						{"naam", NULL, CELL_CODE},
						{"gegeven", NULL, CELL_TEXT},
						{"waarde", NULL, CELL_NUMBER},
						{NULL, NULL, CELL_TEXT}};
	static const struct {
		const char *key, *word;
	} whole[] = {{"messages", "berichten"},
		     {"accepted", "aanvaard"},
		     {"rejected", "afgekeurd"},
		     {"refused", "geweigerd"},
		     {"share_accepted", "aanvaard %"}};
	static const struct {
		const char *key, *word;
	} terms[] = {{"met", "op tijd"},
		     {"late", "te laat"},
		     {"overdue", "nog open, over tijd"},
		     {"median_days", "mediaan in dagen"}};
	json_t *rows = json_array();

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		(void)json_array_append_new(
			rows, figure("geheel", text_of(o, "code"), whole[i].word,
				     json_number_value(json_object_get(o, whole[i].key)) *
					     (i == 4 ? 100 : 1)));
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		const json_t *value = json_object_get(json_object_get(o, "terms"), terms[i].key);

		(void)json_array_append_new(
			rows,
			figure("termijnen", text_of(o, "code"), terms[i].word,
			       json_is_number(value) ? json_number_value(value) : (double)NAN));
	}
	figures(rows, "berichttype", json_object_get(o, "by_type"), "type");
	figures(rows, "regel", json_object_get(o, "rules"), "rule");
	figures(rows, "maand", json_object_get(o, "months"), "month");
	csv_write(to, columns, rows);
	json_decref(rows);
}

/* ---- to print: one file, no scripts, nothing fetched ---- */

static const char style[] =
	"body{font:11pt/1.45 sans-serif;color:#111;max-width:48em;margin:2em auto;padding:0 1em}"
	"h1{font-size:1.6em;margin:0}h2{font-size:1.15em;margin:1.6em 0 .4em}p{margin:.3em 0}"
	"table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25em "
	".6em;border-bottom:1px solid #ccc;vertical-align:top}"
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
	".sub{color:#555}@page{size:A4;margin:18mm}@media "
	"print{body{margin:0;max-width:none}h2,tr{break-inside:avoid}}";

static void html_number(struct buf *to, const json_t *value)
{
	buf_adds(to, "<td class=\"n\">");
	if (json_is_integer(value))
		csv_number(to, json_number_value(value));
	else if (json_is_number(value)) /* a share */
		csv_number(to, round(json_number_value(value) * 1000) / 10);
	else
		buf_adds(to, "–");
	buf_adds(to, "</td>");
}

struct html_column {
	const char *key, *title;
	bool number;
};

static void html_table(struct buf *to, const char *title, const struct html_column *c,
		       const json_t *rows)
{
	const json_t *row;
	size_t i;

	buf_addf(to, "<h2>%s</h2>\n", title);
	if (json_array_size(rows) == 0) {
		buf_adds(to, "<p class=\"sub\">Geen.</p>\n");
		return;
	}
	buf_adds(to, "<table><thead><tr>");
	for (size_t k = 0; c[k].key != NULL; k++)
		buf_addf(to, "<th%s>%s</th>", c[k].number ? " class=\"n\"" : "", c[k].title);
	buf_adds(to, "</tr></thead><tbody>\n");
	json_array_foreach(rows, i, row)
	{
		buf_adds(to, "<tr>");
		for (size_t k = 0; c[k].key != NULL; k++) {
			if (c[k].number) {
				html_number(to, json_object_get(row, c[k].key));
				continue;
			}
			buf_adds(to, "<td>");
			html_text(to, text_of(row, c[k].key));
			buf_adds(to, "</td>");
		}
		buf_adds(to, "</tr>\n");
	}
	buf_adds(to, "</tbody></table>\n");
}

static void html_head(struct buf *to, const json_t *o)
{
	buf_addf(to, "<!doctype html>\n<html lang=\"nl\"><head><meta "
		     "charset=\"utf-8\"><title>Conformiteit ");
	html_text(to, text_of(o, "code"));
	buf_addf(to, "</title><style>%s</style></head><body>\n<h1>Conformiteit iJw: ", style);
	html_text(to, text_of(o, "name")[0] != '\0' ? text_of(o, "name") : text_of(o, "code"));
	buf_adds(to, "</h1>\n<p class=\"sub\">Code ");
	html_text(to, text_of(o, "code"));
	buf_addf(to, ", berichten van %s tot en met %s</p>\n", text_of(o, "since"),
		 text_of(o, "until"));
}

static void html_summary(struct buf *to, const json_t *o)
{
	const json_t *terms = json_object_get(o, "terms"),
		     *median = json_object_get(terms, "median_days");

	buf_addf(to,
		 "<p>%lld berichten: %lld aanvaard, %lld afgekeurd op een regel van de standaard, "
		 "%lld geweigerd op vorm "
		 "of bevoegdheid",
		 (long long)number_of(o, "messages"), (long long)number_of(o, "accepted"),
		 (long long)number_of(o, "rejected"), (long long)number_of(o, "refused"));
	if (json_is_number(json_object_get(o, "share_accepted"))) {
		buf_adds(to, "; ");
		csv_number(to,
			   round(json_number_value(json_object_get(o, "share_accepted")) * 1000) /
				   10);
		buf_adds(to, "% aanvaard");
	}
	buf_addf(to,
		 ".</p>\n<p>Antwoorden en meldingen: %lld op tijd, %lld te laat, %lld nog open en "
		 "over tijd",
		 (long long)number_of(terms, "met"), (long long)number_of(terms, "late"),
		 (long long)number_of(terms, "overdue"));
	if (json_is_number(median)) {
		buf_adds(to, "; mediaan ");
		csv_number(to, round(json_number_value(median) * 10) / 10);
		buf_adds(to, " dagen");
	}
	buf_adds(to, ".</p>\n");
}

static void conformance_html(struct buf *to, const json_t *o)
{
	static const struct html_column types[] = {
		{"type", "Bericht", false},	{"messages", "Aantal", true},
		{"accepted", "Aanvaard", true}, {"rejected", "Afgekeurd", true},
		{"refused", "Geweigerd", true}, {NULL, NULL, false}};
	static const struct html_column rules[] = {{"rule", "Regel", false},
						   {"text_nl", "Wat er mis is", false},
						   {"messages", "Berichten", true},
						   {"share", "%", true},
						   {NULL, NULL, false}};
	static const struct html_column months[] = {{"month", "Maand", false},
						    {"messages", "Aantal", true},
						    {"rejected", "Afgekeurd", true},
						    {"refused", "Geweigerd", true},
						    {NULL, NULL, false}};

	html_head(to, o);
	html_summary(to, o);
	html_table(to, "Per berichttype", types, json_object_get(o, "by_type"));
	html_table(to, "Gebroken regels", rules, json_object_get(o, "rules"));
	html_table(to, "Per maand", months, json_object_get(o, "months"));
	buf_adds(to,
		 "<p class=\"sub\">Dit verslag bevat geen persoonsgegevens.</p>\n</body></html>\n");
}

/* ---- the request ---- */

static void answer_report(struct request *q, const struct conformance *k, int format)
{
	json_t *o = conformance_json(q, k);
	char name[80], detail[80];

	if (format == 0) {
		answer_json(q, o);
		return;
	}
	(void)snprintf(detail, sizeof detail, "conformance %s %s", k->code, formats[format]);
	(void)snprintf(name, sizeof name, "conformiteit-%s.%s", k->code, formats[format]);
	if (request_audit(q, "export", "ok", detail)) {
		if (format == 1)
			conformance_csv(&q->answer.body, o);
		else
			conformance_html(&q->answer.body, o);
		answer_file(q, format == 1 ? "text/csv; charset=utf-8" : "text/html; charset=utf-8",
			    name);
	}
	json_decref(o);
}

void handle_conformance(struct request *q)
{
	struct scope scope = request_scope(q);
	struct conformance k = {.code = query_code(&q->query, "party")};
	int format = query_word(&q->query, "format", formats, 0), r;
	const struct partij *owner;
	struct store *st;

	k.until = query_day(&q->query, "until", day_of(q->now));
	k.since = query_day(&q->query, "since", k.until - DAYS_USUAL);
	if ((k.since > k.until || k.until - k.since > DAYS_MOST) && q->query.wrong == NULL)
		q->query.wrong = "since";
	if (k.code[0] == '\0' && scope.n > 0)
		k.code = scope.codes[0];
	if (k.code[0] == '\0' && q->query.wrong == NULL)
		q->query.wrong = "party";
	if (request_wrong(q))
		return;
	if (!scope_has(&scope, k.code)) {
		answer_problem(q, PROBLEM_NOT_ALLOWED);
		return;
	}
	owner = parties_owner(q->ref->who, k.code);
	k.party = owner != NULL ? owner->id : "";
	k.terms.median_days = (double)NAN;
	st = request_store(q);
	if (st == NULL)
		return;
	r = collect(st, &k);
	if (r == 0)
		answer_report(q, &k, format);
	free(k.types.list);
	free(k.months.list);
	free(k.rules.list);
	free(k.software.list);
	request_store_done(q, &st, r);
}
