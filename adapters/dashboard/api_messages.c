/* Messages: searching, one with its story, its text, and who a BSN is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "request.h"
#include "story.h"
#include "store/view.h"
#include "values.h"

#include "base/banned.h"

#define ROWS_MOST 200
#define REASON_LEAST 5
#define REASON_MOST 300

static const char *const yes_words[] = {"0", "1", "false", "true", NULL};
static const char *const verdicts[] = {"accepted", "rejected", "refused", "parked", NULL};

/* ---- searching ---- */

struct found {
	const struct reference *ref;
	json_t *rows;
	unsigned most;
	bool more;
};

static int add_message(void *ctx, const struct store_message *m)
{
	struct found *f = ctx;

	if (json_array_size(f->rows) == f->most) {
		f->more = true;
		return 1;
	}
	return json_array_append_new(f->rows, message_json(f->ref, m)) == 0 ? 0 : -ENOMEM;
}

static int add_rule(void *ctx, const char *rule)
{
	return json_array_append_new(ctx, json_string(rule)) == 0 ? 0 : -ENOMEM;
}

/* The rules stand in a table of their own: they are added when the search is over. */
static int add_rules(struct store *st, json_t *rows)
{
	json_t *row;
	size_t i;
	int r = 0;

	json_array_foreach(rows, i, row)
	{
		if (r == 0)
			r = view_rules(st, number_of(row, "id"), add_rule,
				       json_object_get(row, "rules"));
	}
	return r;
}

static bool asked(struct query *q, const char *name)
{
	return query_word(q, name, yes_words, 0) % 2 == 1;
}

/* One message by its number is a search too: the same limits hold. */
static int search_id(struct store *st, struct request *q, int64_t id, struct found *f)
{
	struct arena a = ARENA_INIT;
	struct store_message m;
	int r = st->ops->message_get(st, &a, id, &m);

	if (r == 0 && request_sees(q, m.van, m.naar))
		r = add_message(f, &m);
	arena_release(&a);
	return r == -ENOENT ? 0 : r;
}

void handle_messages(struct request *q)
{
	struct scope scope = request_scope(q);
	unsigned char client[CLIENT_BYTES];
	int word = query_word(&q->query, "verdict", verdicts, -1);
	int64_t id = query_number(&q->query, "id", 0, 1, INT64_MAX);
	bool by_client = query_client(&q->query, "client", client);
	struct found f = {.ref = q->ref,
			  .most = (unsigned)query_number(&q->query, "limit", 50, 1, ROWS_MOST)};
	struct view_search s = {
		.identificatie = query_text(&q->query, "identification"),
		.party = query_party(&q->query, "party"),
		.van = query_code(&q->query, "sender"),
		.naar = query_code(&q->query, "receiver"),
		.type = query_text(&q->query, "type"),
		.rule = query_text(&q->query, "rule"),
		.code = query_text(&q->query, "code"),
		.verdict = word >= 0 ? verdict_word_parse(verdicts[word]) : 0,
		.since = query_moment(&q->query, "since", false),
		.until = query_moment(&q->query, "until", true),
		.nummer = query_number(&q->query, "nummer", 0, 1, INT64_MAX),
		.client = by_client ? client : NULL,
		.undelivered = asked(&q->query, "undelivered"),
		.given_up = asked(&q->query, "given_up"),
		.before = query_number(&q->query, "before", 0, 1, INT64_MAX),
		.limit = f.most + 1, /* one more tells whether there are more */
		.codes = scope.codes,
		.n_codes = scope.n,
	};
	struct store *st;
	int r;

	if (request_wrong(q) || (st = request_store(q)) == NULL)
		return;
	f.rows = json_array();
	r = id > 0 ? search_id(st, q, id, &f) : view_search(st, &s, add_message, &f);
	if (r == 0)
		r = add_rules(st, f.rows);
	if (r == 0)
		answer_json(q, json_pack("{s:O, s:b}", "messages", f.rows, "more", f.more));
	json_decref(f.rows);
	request_store_done(q, &st, r);
}

/* ---- one message ---- */

/* The message of the route, when this user may see it; else 404 is answered. */
static int get_message(struct request *q, struct store *st, struct arena *a,
		       struct store_message *m)
{
	int r = st->ops->message_get(st, a, strtoll(q->param, NULL, 10), m);

	if (r == -ENOENT || (r == 0 && !request_sees(q, m->van, m->naar))) {
		answer_problem_text(q, PROBLEM_UNKNOWN, "Er is geen bericht met dit nummer.",
				    "There is no message with this number.");
		return -ENOENT;
	}
	return r;
}

/* The lines around each finding, masked, as only the hub can read them; without the hub there are
 * none. */
static void add_excerpts(struct request *q, int64_t id, json_t *findings)
{
	json_t *answer, *theirs, *row;
	size_t i;

	if (json_array_size(findings) == 0)
		return;
	answer =
		hub_ask(q->d->hub, json_pack("{s:s, s:I}", "cmd", "explain", "id", (json_int_t)id));
	theirs = json_object_get(answer, "findings");
	json_array_foreach(findings, i, row)
	{
		json_t *text = json_object_get(json_array_get(theirs, i), "excerpt");

		(void)json_object_set(row, "excerpt", json_is_string(text) ? text : json_null());
	}
	json_decref(answer);
}

void handle_message(struct request *q)
{
	struct arena a = ARENA_INIT;
	struct store *st = request_store(q);
	struct story s = {.ref = q->ref, .scope = request_scope(q)};
	json_t *o = NULL;
	int r;

	if (st == NULL)
		return;
	s.store = st;
	r = get_message(q, st, &a, &s.message);
	if (r == 0)
		r = story_make(&s, &o);
	if (r == 0) {
		add_excerpts(q, s.message.id, json_object_get(o, "findings"));
		answer_json(q, json_incref(o));
	}
	json_decref(o);
	arena_release(&a);
	request_store_done(q, &st, r == -ENOENT ? 0 : r);
}

/* ---- its text ---- */

void handle_body(struct request *q)
{
	bool masked = !json_is_false(json_object_get(q->json, "masked"));
	const char *reason = posted_text(q, "reason", REASON_MOST);
	struct arena a = ARENA_INIT;
	struct store_message m;
	struct store *st;
	json_t *o;
	int r;

	if (!masked && (q->user->role & (ROLE_BEHEERDER | ROLE_PARTIJ)) == 0) {
		answer_problem(q, PROBLEM_NOT_ALLOWED);
		return;
	}
	if (!masked && strlen(reason) < REASON_LEAST) {
		answer_problem_text(q, PROBLEM_BAD_REQUEST,
				    "Geef een reden van ten minste vijf tekens.",
				    "Give a reason of at least five characters.");
		return;
	}
	st = request_store(q);
	if (st == NULL)
		return;
	r = get_message(q, st, &a, &m);
	arena_release(&a);
	request_store_done(q, &st, r == -ENOENT ? 0 : r);
	if (r < 0)
		return;
	o = request_hub(q, json_pack("{s:s, s:I, s:s, s:b}", "cmd", "body", "id", (json_int_t)m.id,
				     "reason", reason, "masked", masked));
	if (o == NULL)
		return;
	answer_json(q, json_pack("{s:s, s:b, s:b}", "text", text_of(o, "text"), "masked", masked,
				 "truncated", json_is_true(json_object_get(o, "truncated"))));
	json_decref(o);
}

/* ---- who a BSN is ---- */

void handle_clients(struct request *q)
{
	const char *bsn = posted_text(q, "bsn", 9), *reason = posted_text(q, "reason", REASON_MOST);
	struct trail_entry e = {.event = "bsn-search",
				.who = q->user->user,
				.role = role_name(q->user->role),
				.source = q->address,
				.reason = reason,
				.outcome = "ok",
				.moment = q->now};
	json_t *o;

	if (strlen(bsn) != 9 || bsn[strspn(bsn, "0123456789")] != '\0') {
		answer_problem_text(q, PROBLEM_BAD_REQUEST, "Een BSN heeft negen cijfers.",
				    "A BSN has nine digits.");
		return;
	}
	if (strlen(reason) < REASON_LEAST) {
		answer_problem_text(q, PROBLEM_BAD_REQUEST,
				    "Geef een reden van ten minste vijf tekens.",
				    "Give a reason of at least five characters.");
		return;
	}
	o = request_hub(q, json_pack("{s:s, s:s}", "cmd", "pseudonym", "bsn", bsn));
	if (o == NULL)
		return;
	e.client = text_of(o, "client");
	if (trail_add(q->d->trail, &e))
		answer_json(q, json_pack("{s:s}", "client", e.client));
	else
		answer_problem(q, PROBLEM_AUDIT);
	json_decref(o);
}
