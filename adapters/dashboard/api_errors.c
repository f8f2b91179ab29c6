/* Faults by rule, sender and software; a letter about one of them; what the rules say. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "request.h"
#include "store/view.h"
#include "values.h"

#include "base/banned.h"

#define DAYS_USUAL 30
#define DAYS_MOST 400
#define GROUPS_MOST 200	  /* in one answer */
#define GROUPS_HELD 20000 /* while counting */
#define NAMED_MOST 20	  /* messages named in a letter */

static const char *const verdicts[] = {"accepted", "rejected", "refused", NULL};

/* ---- groups ---- */

/* One rule × sender × software × verdict. */
struct group {
	char rule[32], van[9], software[64], retourcode[8];
	enum verdict verdict;
	int64_t messages, before; /* in the period; in as many days before it */
	int64_t last;
	day last_day;
	char naar[8][9]; /* the first of those that it was sent to */
	size_t n_naar;
	int64_t *trend; /* one for each day */
};

struct groups {
	const struct reference *ref;
	struct scope scope;
	struct arena arena;
	const char *q;
	day since, until;
	struct group *list;
	size_t n, room;
	int64_t total;
	bool cut;
};

static bool holds_text(const char *text, const char *wanted)
{
	return text != NULL && strcasestr(text, wanted) != NULL;
}

/* Whether a row has what was typed: in its rule, that one's words, its sender or software. */
static bool matches(const struct groups *g, const struct view_fault *v)
{
	const struct rule_text *t = reference_rule(g->ref, v->rule);

	return g->q[0] == '\0' || holds_text(v->rule, g->q) || holds_text(v->van, g->q) ||
	       holds_text(v->software, g->q) || holds_text(v->retourcode, g->q) ||
	       holds_text(reference_name(g->ref, v->van), g->q) ||
	       (t != NULL && (holds_text(t->nl, g->q) || holds_text(t->en, g->q)));
}

static struct group *group_of(struct groups *g, const struct view_fault *v)
{
	struct group *new;

	for (size_t i = 0; i < g->n; i++) {
		struct group *x = &g->list[i];

		if (x->verdict == v->verdict && strcmp(x->rule, v->rule) == 0 &&
		    strcmp(x->van, v->van) == 0 && strcmp(x->software, v->software) == 0)
			return x;
	}
	if (g->n == GROUPS_HELD) {
		g->cut = true;
		return NULL;
	}
	if (g->n == g->room) {
		new = realloc(g->list, (g->room * 2 + 64) * sizeof *new);
		if (new == NULL)
			return NULL;
		g->list = new;
		g->room = g->room * 2 + 64;
	}
	new = &g->list[g->n];
	*new = (struct group){.verdict = v->verdict, .last_day = DAY_NONE};
	(void)snprintf(new->rule, sizeof new->rule, "%s", v->rule);
	(void)snprintf(new->van, sizeof new->van, "%s", v->van);
	(void)snprintf(new->software, sizeof new->software, "%s", v->software);
	new->trend = arena_alloc(&g->arena, (size_t)(g->until - g->since + 1) * sizeof *new->trend);
	if (new->trend == NULL)
		return NULL;
	g->n++;
	return new;
}

static void note_receiver(struct group *x, const char *naar)
{
	for (size_t i = 0; i < x->n_naar && i < 8; i++)
		if (strcmp(x->naar[i], naar) == 0)
			return;
	if (x->n_naar < 8)
		(void)snprintf(x->naar[x->n_naar++], sizeof x->naar[0], "%s", naar);
}

static int add_fault(void *ctx, const struct view_fault *v)
{
	struct groups *g = ctx;
	struct group *x;

	if ((!scope_has(&g->scope, v->van) && !scope_has(&g->scope, v->naar)) || !matches(g, v))
		return 0;
	x = group_of(g, v);
	if (x == NULL)
		return g->cut ? 0 : -ENOMEM;
	if (v->on < g->since) {
		x->before += v->messages;
		return 0;
	}
	x->messages += v->messages;
	g->total += v->messages;
	if (v->on <= g->until)
		x->trend[v->on - g->since] += v->messages;
	if (v->last > x->last) {
		x->last = v->last;
		x->last_day = v->on;
	}
	if (v->retourcode != NULL && v->retourcode[0] != '\0')
		(void)snprintf(x->retourcode, sizeof x->retourcode, "%s", v->retourcode);
	note_receiver(x, v->naar);
	return 0;
}

static int by_messages(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return strcmp(x->rule, y->rule);
}

static void set_texts(const struct reference *ref, json_t *o, const char *rule)
{
	const struct rule_text *t = reference_rule(ref, rule);

	set_text(o, "text_nl", t != NULL ? t->nl : NULL);
	set_text(o, "text_en", t != NULL ? t->en : NULL);
	set_some(o, "todo_nl", t != NULL ? t->todo_nl : NULL);
	set_some(o, "todo_en", t != NULL ? t->todo_en : NULL);
}

static json_t *group_json(const struct groups *g, const struct group *x)
{
	json_t *o = json_object(), *trend = json_array();

	for (day d = g->since; d <= g->until; d++)
		(void)json_array_append_new(trend,
					    json_integer((json_int_t)x->trend[d - g->since]));
	set_text(o, "rule", x->rule);
	set_some(o, "retourcode", x->retourcode);
	set_texts(g->ref, o, x->rule);
	set_some(o, "sender", x->van);
	set_text(o, "sender_name", reference_name(g->ref, x->van));
	set_some(o, "software", x->software);
	set_text(o, "verdict", verdict_word(x->verdict));
	set_number(o, "messages", x->messages);
	set_number(o, "parties", (int64_t)x->n_naar);
	set_day(o, "last", x->last_day);
	set_number(o, "last_id", x->last);
	set_new(o, "trend", trend);
	set_real(o, "change",
		 x->before > 0
			 ? round(100.0 * (double)(x->messages - x->before) / (double)x->before)
			 : (double)NAN);
	return o;
}

static json_t *groups_json(struct groups *g)
{
	json_t *o = json_object(), *days = json_array(), *rows = json_array();
	char text[11];
	size_t shown = 0;

	if (g->n > 0)
		qsort(g->list, g->n, sizeof *g->list, by_messages);
	for (day d = g->since; d <= g->until; d++) {
		day_text(d, text);
		(void)json_array_append_new(days, json_string(text));
	}
	for (; shown < g->n && shown < GROUPS_MOST && g->list[shown].messages > 0; shown++)
		(void)json_array_append_new(rows, group_json(g, &g->list[shown]));
	set_day(o, "since", g->since);
	set_day(o, "until", g->until);
	set_new(o, "days", days);
	set_new(o, "groups", rows);
	set_bool(o, "more", g->cut || (shown < g->n && g->list[shown].messages > 0));
	set_number(o, "total_messages", g->total);
	return o;
}

/* The period: since and until as given, the last DAYS_USUAL days otherwise; too long a one is
 * wrong. */
static void read_period(struct request *q, day *since, day *until)
{
	*until = query_day(&q->query, "until", day_of(q->now));
	*since = query_day(&q->query, "since", *until - DAYS_USUAL + 1);
	if ((*since > *until || *until - *since >= DAYS_MOST) && q->query.wrong == NULL)
		q->query.wrong = "since";
}

void handle_errors(struct request *q)
{
	struct groups g = {
		.ref = q->ref, .scope = request_scope(q), .q = query_text(&q->query, "q")};
	int word = query_word(&q->query, "verdict", verdicts, -1);
	struct view_fault_filter f = {
		.rule = query_text(&q->query, "rule"),
		.software = query_text(&q->query, "software"),
		.code = query_party(&q->query, "party"),
		.verdict = word >= 0 ? verdict_word_parse(verdicts[word]) : 0,
	};
	struct store *st;
	json_t *o = NULL;
	int r;

	read_period(q, &g.since, &g.until);
	if (request_wrong(q) || (st = request_store(q)) == NULL)
		return;
	f.until = g.until;
	f.since = g.since - (g.until - g.since + 1);
	r = view_faults(st, &f, add_fault, &g);
	if (r == 0)
		o = groups_json(&g);
	if (r == 0)
		answer_json(q, o);
	free(g.list);
	arena_release(&g.arena);
	request_store_done(q, &st, r);
}

/* ---- a letter ---- */

struct letter {
	struct request *q;
	const char *rule, *software;
	struct buf nl, en;
	unsigned named, more;
};

/* Where the rule was broken, and what was said of it, from the findings that are kept. */
static const char *path_of(const json_t *findings, const char *rule)
{
	const json_t *row;
	size_t i;

	json_array_foreach(findings, i, row)
	{
		if (strcmp(text_of(row, "rule"), rule) == 0)
			return text_of(row, "path");
	}
	return "";
}

static int add_named(void *ctx, const struct store_message *m)
{
	struct letter *l = ctx;
	json_t *findings;
	char on[11];

	if (l->named == NAMED_MOST) {
		l->more++;
		return 1;
	}
	findings = m->findings != NULL ? json_loads(m->findings, 0, NULL) : NULL;
	day_text(day_of(m->received), on);
	buf_addf(&l->nl, "- %s %s van %s (bij ons nummer %lld)%s%s\n", m->type,
		 m->identificatie[0] != '\0' ? m->identificatie : "zonder identificatie", on,
		 (long long)m->id, path_of(findings, l->rule)[0] != '\0' ? ": " : "",
		 path_of(findings, l->rule));
	buf_addf(&l->en, "- %s %s of %s (our number %lld)%s%s\n", m->type,
		 m->identificatie[0] != '\0' ? m->identificatie : "without identification", on,
		 (long long)m->id, path_of(findings, l->rule)[0] != '\0' ? ": " : "",
		 path_of(findings, l->rule));
	json_decref(findings);
	l->named++;
	return 0;
}

static void begin_letter(struct letter *l, const struct rule_text *t, day since, day until)
{
	char from[11], to[11];

	day_text(since, from);
	day_text(until, to);
	buf_addf(&l->nl,
		 "Geachte heer, mevrouw,\n\nIn berichten die u tussen %s en %s aan %s stuurde "
		 "vonden wij steeds dezelfde "
		 "fout.\n\nRegel %s%s%s\n\nHet gaat om deze berichten:\n",
		 from, to, l->q->ref->settings->hub_name, l->rule, t != NULL ? ": " : "",
		 t != NULL ? t->nl : "");
	buf_addf(&l->en,
		 "Dear sir or madam,\n\nIn messages that you sent to %s between %s and %s we found "
		 "the same fault "
		 "again and again.\n\nRule %s%s%s\n\nThese are the messages:\n",
		 l->q->ref->settings->hub_name, from, to, l->rule, t != NULL ? ": " : "",
		 t != NULL ? t->en : "");
}

static void end_letter(struct letter *l, const struct rule_text *t)
{
	if (l->more > 0) {
		buf_adds(&l->nl, "- en andere\n");
		buf_adds(&l->en, "- and others\n");
	}
	if (l->named == 0) {
		buf_adds(&l->nl, "- (geen in deze periode)\n");
		buf_adds(&l->en, "- (none in this period)\n");
	}
	if (t != NULL && t->todo_nl[0] != '\0') {
		buf_addf(&l->nl, "\nWat te doen: %s\n", t->todo_nl);
		buf_addf(&l->en, "\nWhat to do: %s\n", t->todo_en);
	}
	if (l->software[0] != '\0') {
		buf_addf(&l->nl,
			 "\nDe berichten kwamen van deze software: %s. Geef dit bericht zo nodig "
			 "door aan uw leverancier.\n",
			 l->software);
		buf_addf(&l->en,
			 "\nThe messages came from this software: %s. Pass this on to your "
			 "supplier if need be.\n",
			 l->software);
	}
	buf_adds(&l->nl, "\nEr staan geen persoonsgegevens in deze mail. Houd dat zo in uw "
			 "antwoord.\n\nMet vriendelijke groet,\n");
	buf_adds(&l->en, "\nThere are no personal data in this mail. Please keep it so in your "
			 "answer.\n\nKind regards,\n");
}

static void answer_letter(struct letter *l, const char *sender)
{
	const char *name = reference_name(l->q->ref, sender);
	char nl[160], en[160];
	json_t *o = json_object();

	(void)snprintf(nl, sizeof nl, "Fout in uw iJw-berichten: regel %.40s", l->rule);
	(void)snprintf(en, sizeof en, "A fault in your iJw messages: rule %.40s", l->rule);
	set_text(o, "to_name", name != NULL ? name : sender);
	set_text(o, "subject_nl", nl);
	set_text(o, "subject_en", en);
	set_text(o, "text_nl", buf_str(&l->nl));
	set_text(o, "text_en", buf_str(&l->en));
	answer_json(l->q, o);
}

void handle_mail(struct request *q)
{
	struct letter l = {.q = q,
			   .rule = query_text(&q->query, "rule"),
			   .software = query_text(&q->query, "software"),
			   .nl = BUF_INIT,
			   .en = BUF_INIT};
	const char *sender = query_code(&q->query, "sender");
	struct view_search s = {.rule = l.rule, .van = sender, .limit = NAMED_MOST + 1};
	const struct rule_text *t = reference_rule(q->ref, l.rule);
	struct store *st;
	day since, until;
	char text[11];
	int r;

	read_period(q, &since, &until);
	if (l.rule[0] == '\0' && q->query.wrong == NULL)
		q->query.wrong = "rule";
	if (request_wrong(q) || (st = request_store(q)) == NULL)
		return;
	day_text(since, text);
	(void)moment_parse(text, &s.since);
	day_text(until + 1, text);
	(void)moment_parse(text, &s.until);
	begin_letter(&l, t, since, until);
	r = view_search(st, &s, add_named, &l);
	end_letter(&l, t);
	if (r == 0 && (l.nl.failed || l.en.failed))
		answer_problem(q, PROBLEM_BUSY);
	else if (r == 0)
		answer_letter(&l, sender);
	buf_free(&l.nl);
	buf_free(&l.en);
	request_store_done(q, &st, r);
}

/* ---- the rules ---- */

/* JW305,JW307 as a list. */
static json_t *types_json(const char *types)
{
	json_t *list = json_array();

	while (*types != '\0') {
		size_t n = strcspn(types, ",");

		if (n > 0)
			(void)json_array_append_new(list, json_stringn(types, n));
		types += n + (types[n] == ',');
	}
	return list;
}

void handle_rules(struct request *q)
{
	json_t *rules = json_array();

	for (size_t i = 0; i < q->ref->n_rules; i++) {
		const struct rule_text *t = &q->ref->rules[i];
		json_t *o = json_object();

		set_text(o, "id", t->id);
		set_text(o, "level", t->level);
		set_new(o, "types", types_json(t->types));
		set_some(o, "retourcode", t->retourcode);
		set_text(o, "text_nl", t->nl);
		set_text(o, "text_en", t->en);
		set_some(o, "todo_nl", t->todo_nl);
		set_some(o, "todo_en", t->todo_en);
		(void)json_array_append_new(rules, o);
	}
	answer_json(q, json_pack("{s:o}", "rules", rules));
}
