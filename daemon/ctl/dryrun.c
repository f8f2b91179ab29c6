/*
 * Stored messages through another set of schemas and rules: what would change
 * on the day it comes into force.  A message of another release is carried
 * over first (its namespaces and version numbers), so that only what really
 * differs shows.  Rules across messages are left out: they judge history, and
 * the history is the same.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "care/check.h"
#include "care/release.h"
#include "config.h"
#include "ctl/locale.h"
#include "ctl/offline.h"
#include "ctl/table.h"
#include "store/bodies.h"
#include "store/store.h"

#include "base/banned.h"

#define CAUSES_MAX 500 /* different ones that are listed */

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
					{"standard", required_argument, NULL, 's'},
					{"since", required_argument, NULL, 'd'},
					{"json", no_argument, NULL, 'j'},
					{NULL, 0, NULL, 0}};

/* One thing that would change, and how often. */
struct cause {
	char type[16], rule[16];
	char element[64];
	const char *was, *becomes; /* verdict words */
	long long count;
	int64_t example; /* message id */
};

struct run {
	const struct standards *now, *then;
	struct checker *was, *becomes;
	struct cause causes[CAUSES_MAX];
	size_t n_causes;
	long long messages, changed, unknown, more, deleted;
	int64_t unread; /* the message that could not be read, 0: none */
	struct store *store;
};

static const char *outcome_word(enum outcome o)
{
	switch (o) {
	case CHECK_VALID: return ctl_say("goed", "good");
	case CHECK_REJECTED: return ctl_say("afgekeurd", "rejected");
	case CHECK_INVALID: return ctl_say("ongeldig", "not valid");
	default: return ctl_say("niet te controleren", "could not be checked");
	}
}

/* ---- carrying a message over ---- */

/* Copies text, with every occurrence of `from` made `to`. */
static void exchange(struct buf *text, const char *from, const char *to)
{
	struct buf out = BUF_INIT;
	const char *at = buf_str(text), *hit;

	while (from[0] != '\0' && (hit = strstr(at, from)) != NULL) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_adds(&out, to);
		at = hit + strlen(from);
	}
	buf_adds(&out, at);
	buf_free(text);
	*text = out;
}

/* The content of the first element of this local name. */
static void set_content(struct buf *text, const char *element, const char *content)
{
	char tag[40];
	const char *at, *end;
	struct buf out = BUF_INIT;

	(void)snprintf(tag, sizeof tag, ":%s>", element);
	at = strstr(buf_str(text), tag);
	end = at == NULL ? NULL : strchr(at + strlen(tag), '<');
	if (end == NULL)
		return;
	at += strlen(tag);
	buf_add(&out, text->data, (size_t)(at - text->data));
	buf_adds(&out, content);
	buf_adds(&out, end);
	buf_free(text);
	*text = out;
}

/* The two releases name their namespaces alike but for one part: /3_2/ and /3_3/. */
static bool release_part(const char *ns, const char *naam, char ret[128])
{
	char tail[48];
	const char *end;

	(void)snprintf(tail, sizeof tail, "/%s/", naam);
	for (char *c = tail; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
	end = strstr(ns, tail);
	if (end == NULL || end - ns >= 128)
		return false;
	(void)snprintf(ret, 128, "%.*s/", (int)(end - ns), ns);
	return true;
}

static bool carry_over(const struct berichttype *from, const struct berichttype *to, struct buf *text)
{
	char before[128], after[128], major[16];
	const char *release = standard_release(to->standard), *point = strchr(release, '.');

	if (strcmp(from->namespace_, to->namespace_) == 0)
		return true;
	if (!release_part(from->namespace_, from->naam, before) ||
	    !release_part(to->namespace_, to->naam, after))
		return false;
	(void)snprintf(major, sizeof major, "%.*s", (int)strcspn(release, "."), release);
	exchange(text, before, after);
	set_content(text, "BerichtVersie", major);
	set_content(text, "BerichtSubversie", point != NULL ? point + 1 : "0");
	return !text->failed;
}

/* ---- comparing ---- */

static void note(struct run *run, const char *type, const struct finding *f, enum outcome was,
		 enum outcome becomes, int64_t id)
{
	const char *rule = f != NULL ? f->rule : "", *element = f != NULL && f->element ? f->element : "";
	struct cause *c = run->causes;

	while (c < run->causes + run->n_causes &&
	       (strcmp(c->type, type) != 0 || strcmp(c->rule, rule) != 0 ||
		strcmp(c->element, element) != 0 || c->was != outcome_word(was) ||
		c->becomes != outcome_word(becomes)))
		c++;
	if (c == run->causes + CAUSES_MAX) {
		run->more++;
		return;
	}
	if (c == run->causes + run->n_causes) {
		run->n_causes++;
		(void)snprintf(c->type, sizeof c->type, "%s", type);
		(void)snprintf(c->rule, sizeof c->rule, "%s", rule);
		(void)snprintf(c->element, sizeof c->element, "%s", element);
		c->was = outcome_word(was);
		c->becomes = outcome_word(becomes);
		c->example = id;
	}
	c->count++;
}

static int compare(struct run *run, struct arena *a, const struct store_message *m, struct buf *text)
{
	const struct berichttype *from, *to;
	struct checked was, becomes;

	check_bytes(run->was, a, buf_str(text), text->len, &was);
	from = was.bericht.type;
	to = from == NULL ? NULL : standards_by_name(run->then, from->naam);
	if (to == NULL) {
		run->unknown++;
		return 0;
	}
	if (!carry_over(from, to, text))
		return -ENOMEM;
	check_bytes(run->becomes, a, buf_str(text), text->len, &becomes);
	if (was.outcome == becomes.outcome)
		return 0;
	run->changed++;
	note(run, from->naam,
	     becomes.findings.n > 0 ? &becomes.findings.list[0]
	     : was.findings.n > 0   ? &was.findings.list[0]
				    : NULL,
	     was.outcome, becomes.outcome, m->id);
	return 0;
}

static int each(void *ctx, const struct store_message *m)
{
	struct run *run = ctx;
	struct arena a = ARENA_INIT;
	struct buf text = BUF_INIT;
	int r = store_read(run->store, m, &text);

	if (r == -ENODATA) {
		run->deleted++; /* of these nothing can be said any more */
		return 0;
	}
	if (r < 0)
		run->unread = m->id;
	if (r == 0)
		r = compare(run, &a, m, &text);
	run->messages++;
	buf_free(&text);
	arena_release(&a);
	return r;
}

/* ---- telling ---- */

static int print_json(const struct run *run)
{
	json_t *o = json_pack("{s:I, s:I, s:I, s:I, s:[]}", "messages", (json_int_t)run->messages, "changed",
			      (json_int_t)run->changed, "unknown", (json_int_t)run->unknown, "deleted",
			      (json_int_t)run->deleted, "changes");
	char *text;

	for (size_t i = 0; i < run->n_causes; i++) {
		const struct cause *c = &run->causes[i];

		(void)json_array_append_new(
			json_object_get(o, "changes"),
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "type", c->type, "rule", c->rule,
				  "element", c->element, "was", c->was, "becomes", c->becomes, "count",
				  (json_int_t)c->count, "example", (json_int_t)c->example));
	}
	text = json_dumps(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	(void)puts(text != NULL ? text : "{}");
	free(text);
	json_decref(o);
	return 0;
}

static int print_text(const struct run *run)
{
	const char *nl[] = {">aantal", "type", "was", "wordt", "regel", "element", ">voorbeeld", NULL};
	const char *en[] = {">count", "type", "was", "becomes", "rule", "element", ">example", NULL};
	struct table *t = table_new(ctl_dutch() ? nl : en);

	(void)printf("%lld %s, %lld %s", run->messages, ctl_say("berichten bekeken", "messages looked at"),
		     run->changed, ctl_say("zouden een ander oordeel krijgen", "would get another verdict"));
	if (run->unknown > 0)
		(void)printf(", %lld %s", run->unknown,
			     ctl_say("van een soort die de andere set niet kent",
				     "of a type that the other set does not know"));
	if (run->deleted > 0)
		(void)printf(", %lld %s", run->deleted,
			     ctl_say("overgeslagen: hun tekst is na de bewaartermijn verwijderd",
				     "left out: their text was deleted when its time was over"));
	(void)puts("");
	for (size_t i = 0; i < run->n_causes; i++) {
		const struct cause *c = &run->causes[i];

		table_number(t, c->count);
		table_cell(t, c->type);
		table_cell(t, c->was);
		table_cell(t, c->becomes);
		table_cell(t, c->rule);
		table_cell(t, c->element);
		table_number(t, (long long)c->example);
	}
	table_print(&t);
	return 0;
}

static int compare_all(const struct config *c, const char *standard, day since, struct run *run,
		       struct buf *why)
{
	struct standards *now = NULL, *then = NULL;
	struct store *st = NULL;
	int64_t from = since == DAY_NONE ? 0 : (int64_t)since * 86400 * 1000000;
	int r = standards_open(&now, c->schemas, why);

	if (r == 0)
		r = standards_open(&then, standard, why);
	if (r == 0)
		r = store_open(&st, c->store, STORE_READ, why);
	if (r == 0)
		r = bodies_unlock(st, c->body_keys, false, day_of(clock_us()), NULL, NULL, why);
	run->store = st;
	run->now = now;
	run->then = then;
	if (r == 0)
		r = checker_new(&run->was, now);
	if (r == 0)
		r = checker_new(&run->becomes, then);
	if (r == 0)
		r = st->ops->history(st, from, 0, 0, each, run);
	if (r < 0 && why->len == 0 && run->unread > 0)
		buf_addf(why, "%s %lld: %s", ctl_say("bericht", "message"), (long long)run->unread, store_fault(r));
	else if (r < 0 && why->len == 0)
		buf_adds(why, strerror(-r));
	checker_free(&run->was);
	checker_free(&run->becomes);
	store_close(&st);
	standards_free(&now);
	standards_free(&then);
	return r;
}

int ctl_dry_run(int argc, char **argv)
{
	const char *file = "/etc/ijwd/ijwd.yaml", *standard = NULL;
	struct config *c = NULL;
	struct buf why = BUF_INIT;
	struct run *run;
	day since = DAY_NONE;
	bool json = false;
	int o, r;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		switch (o) {
		case 'c': file = optarg; break;
		case 's': standard = optarg; break;
		case 'j': json = true; break;
		case 'd':
			if (day_parse(optarg, &since))
				break;
			(void)fprintf(stderr, "%s", ctl_say("ijwctl: --since: verwacht een dag (2026-11-22)\n",
							    "ijwctl: --since: expected a day (2026-11-22)\n"));
			return 2;
		default: return 2;
		}
	}
	if (standard == NULL) {
		(void)fprintf(stderr, "%s", ctl_say("ijwctl: noem met --standard de map waarin de andere release staat\n",
						    "ijwctl: name with --standard the folder that holds the other release\n"));
		return 2;
	}
	run = calloc(1, sizeof *run);
	r = run == NULL ? -ENOMEM : config_load(&c, file, &why);
	if (r == 0)
		r = compare_all(c, standard, since, run, &why);
	if (r < 0)
		(void)fprintf(stderr, "ijwctl: %s\n", buf_str(&why));
	else
		r = json ? print_json(run) : print_text(run);
	config_free(&c);
	buf_free(&why);
	free(run);
	return r < 0 ? 1 : 0;
}
