/* What operators do: maintenance, holds, freezes, given-up and parked messages, keys. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "request.h"
#include "store/view.h"
#include "values.h"
#include "watch.h"

#include "base/banned.h"

#define LISTED_MOST 100
#define REASON_LEAST 3
#define TEXT_MOST 500

/* ---- how things stand ---- */

static json_t *maintenance_json(const struct snapshot *s)
{
	const struct view_setting *v = snapshot_setting(s, "maintenance", NULL);
	json_t *o = json_object();

	set_bool(o, "on", v != NULL);
	set_text(o, "text", v != NULL ? v->value : NULL);
	set_moment(o, "since", v != NULL ? v->moment : 0);
	set_text(o, "who", v != NULL ? v->who : NULL);
	return o;
}

static int64_t waiting_for(const struct snapshot *s, const char *code)
{
	for (size_t i = 0; i < s->n_queues; i++)
		if (strcmp(s->queues[i].receiver, code) == 0)
			return s->queues[i].waiting;
	return 0;
}

static json_t *holds_json(const struct request *q, const struct snapshot *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n_settings; i++) {
		const struct view_setting *v = &s->settings[i];
		json_t *o;

		if (strcmp(v->kind, "hold") != 0)
			continue;
		o = json_object();
		set_text(o, "code", v->name);
		set_text(o, "name", reference_name(q->ref, v->name));
		set_moment(o, "since", v->moment);
		set_text(o, "who", v->who);
		set_some(o, "reason", v->reason);
		set_number(o, "waiting", waiting_for(s, v->name));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static void add_freeze(json_t *list, const char *standard, const char *from, const char *until,
		       const char *origin, const char *who)
{
	json_t *o = json_object();

	set_text(o, "standard", standard);
	set_text(o, "from", from);
	set_text(o, "until", until);
	set_text(o, "origin", origin);
	set_text(o, "who", who);
	(void)json_array_append_new(list, o);
}

static json_t *freezes_json(const struct request *q, const struct snapshot *s)
{
	const struct config *c = q->ref->settings->config;
	json_t *list = json_array();
	char from[11], until[11];

	for (size_t i = 0; i < c->n_freezes; i++) {
		day_text(c->freezes[i].from, from);
		day_text(c->freezes[i].until, until);
		add_freeze(list, c->freezes[i].standaard, from, until, "file", NULL);
	}
	for (size_t i = 0; i < s->n_settings; i++) {
		const struct view_setting *v = &s->settings[i];

		if (strcmp(v->kind, "freeze") != 0 || strlen(v->value) < 21)
			continue;
		(void)snprintf(from, sizeof from, "%.10s", v->value);
		(void)snprintf(until, sizeof until, "%.10s", v->value + 11);
		add_freeze(list, v->name, from, until, "page", v->who);
	}
	return list;
}

struct listed {
	const struct request *q;
	json_t *rows;
};

static int add_listed(void *ctx, const struct store_message *m)
{
	struct listed *l = ctx;

	return json_array_append_new(l->rows, message_json(l->q->ref, m)) == 0 ? 0 : -ENOMEM;
}

/* What the receiver said of a delivery that it kept giving back. */
static int add_reasons(struct store *st, json_t *rows)
{
	json_t *row;
	size_t i;
	int r = 0;

	json_array_foreach(rows, i, row)
	{
		struct arena a = ARENA_INIT;
		struct store_outbox b = {.reason = NULL};

		r = r < 0 ? r : st->ops->outbox_get(st, &a, number_of(row, "id"), &b);
		if (r == -ENOENT)
			r = 0;
		set_text(row, "reason", r == 0 ? b.reason : NULL);
		arena_release(&a);
	}
	return r;
}

static int list_messages(const struct request *q, struct store *st, json_t *o)
{
	struct view_search parked = {.verdict = VERDICT_PARKED, .limit = LISTED_MOST};
	struct view_search given_up = {.given_up = true, .limit = LISTED_MOST};
	struct listed a = {q, json_array()}, b = {q, json_array()};
	int r = view_search(st, &parked, add_listed, &a);

	if (r == 0)
		r = view_search(st, &given_up, add_listed, &b);
	if (r == 0)
		r = add_reasons(st, b.rows);
	set_new(o, "parked", a.rows);
	set_new(o, "given_up", b.rows);
	return r;
}

/* Only the hub knows its keys; without it they are not shown. */
static void set_keys(struct request *q, json_t *o)
{
	json_t *answer = hub_ask(q->d->hub, json_pack("{s:s}", "cmd", "keys")), *row,
	       *keys = json_array();
	json_t *rotation = json_object();
	size_t i;

	json_array_foreach(json_object_get(answer, "keys"), i, row)
	{
		json_t *k = json_object();

		set_number(k, "id", number_of(row, "id"));
		set_some(k, "day", text_of(row, "made"));
		set_number(k, "bodies", number_of(row, "bodies"));
		set_bool(k, "current", json_is_true(json_object_get(row, "newest")));
		(void)json_array_append_new(keys, k);
	}
	set_bool(rotation, "busy", number_of(answer, "left") > 0);
	set_number(rotation, "left", number_of(answer, "left"));
	set_new(o, "keys", keys);
	set_new(o, "rotation", rotation);
	json_decref(answer);
}

static json_t *users_json(struct request *q)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < q->users->users_count; i++) {
		const struct user *u = &q->users->users[i];
		json_t *o = json_object(), *codes = json_array();

		for (uint32_t k = 0; k < u->codes_count; k++)
			(void)json_array_append_new(codes, json_string(u->codes[k]));
		set_text(o, "user", u->user);
		set_text(o, "name", u->name != NULL ? u->name : u->user);
		set_text(o, "role", role_name(u->role));
		set_new(o, "codes", codes);
		set_moment(o, "last_login", logins_last(q->d, u->user));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *retention_json(const struct config *c)
{
	const struct config_retention *r = c->retention;
	json_t *o = json_object();

	set_number(o, "bodies_days", r != NULL ? r->bodies_days : 0); /* 0: for ever */
	set_number(o, "refused_days", r != NULL ? r->refused_days : 0);
	return o;
}

void handle_admin(struct request *q)
{
	struct snapshot *s = watch_snapshot(q->d->watch);
	struct store *st = s != NULL ? request_store(q) : NULL;
	json_t *o;
	int r;

	if (s == NULL)
		answer_problem(q, PROBLEM_BUSY);
	if (st == NULL) {
		snapshot_drop(&s);
		return;
	}
	o = json_object();
	set_new(o, "maintenance", maintenance_json(s));
	set_new(o, "holds", holds_json(q, s));
	set_new(o, "freezes", freezes_json(q, s));
	r = list_messages(q, st, o);
	set_keys(q, o);
	set_new(o, "retention", retention_json(q->ref->settings->config));
	set_new(o, "users", users_json(q));
	if (r == 0)
		answer_json(q, json_incref(o));
	json_decref(o);
	snapshot_drop(&s);
	request_store_done(q, &st, r);
}

/* ---- acts ---- */

/* What an act needs of what was posted, each passed on to the hub as it is. */
enum need { NEED_NOTHING, NEED_CODE, NEED_ID, NEED_PERIOD, NEED_STANDARD, NEED_SWITCH };

static const struct act {
	const char *name; /* last word of the path, and the hub's command */
	enum need need;
	const char *nl, *en;
} acts[] = {
	{"maintenance", NEED_SWITCH, "Het onderhoud is aan of uit gezet; de partijen weten het.",
	 "Maintenance was switched; the parties know."},
	{"freeze", NEED_PERIOD, "Berichten in deze dagen worden vastgehouden.",
	 "Messages of these days are held."},
	{"unfreeze", NEED_STANDARD, "Wat erdoor vastgehouden werd, wordt nu beoordeeld.",
	 "What was held by it is judged now."},
	{"hold", NEED_CODE, "Er wordt niets meer bezorgd voor deze code.",
	 "Nothing more is delivered to this code."},
	{"resume", NEED_CODE, "Wat wacht voor deze code wordt weer bezorgd.",
	 "What waits for this code is delivered again."},
	{"retry", NEED_ID, "De bezorging wacht weer op haar ontvanger.",
	 "The delivery waits for its receiver again."},
	{"replay", NEED_ID, "Het bericht wordt nog eens bezorgd, gemerkt als herhaling.",
	 "The message is delivered once more, marked as a repetition."},
	{"recheck", NEED_NOTHING, "Wat geparkeerd staat wordt nu bekeken.",
	 "What is parked is looked at now."},
	{"reload", NEED_NOTHING,
	 "De hub leest zijn instellingen opnieuw; zijn log zegt wat ervan kwam.",
	 "The hub reads its settings again; its log tells what came of it."},
	{"keys-rotate", NEED_NOTHING,
	 "Nieuwe berichten liggen onder een nieuwe sleutel; oude volgen.",
	 "New messages lie under a new key; older ones follow."},
};

static const struct act *act_of(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (strcmp(acts[i].name, name) == 0)
			return &acts[i];
	return NULL; /* the table of routes has one that this table lacks: a test walks both */
}

bool act_known(const char *path)
{
	return act_of(path) != NULL;
}

static bool digits(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool take_days(const struct request *q, json_t *to)
{
	const char *from = posted_text(q, "from", 10), *until = posted_text(q, "until", 10);
	day a, b;

	set_text(to, "from", from);
	set_text(to, "until", until);
	return day_parse(from, &a) && day_parse(until, &b) && b > a;
}

/* A word of letters, digits and dashes: ijw. */
static bool take_standard(const struct request *q, json_t *to)
{
	const char *standard = posted_text(q, "standard", 31);

	set_text(to, "standard", standard);
	set_text(to, "from", posted_text(q, "from", 10));
	return standard[0] != '\0' &&
	       standard[strspn(standard, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == '\0';
}

/* Puts what the act needs into the request to the hub; false when it is not there or not right. */
static bool take_needs(const struct request *q, enum need need, json_t *to)
{
	const char *code = posted_text(q, "code", 8);
	json_int_t id = json_integer_value(json_object_get(q->json, "id"));

	switch (need) {
	case NEED_NOTHING:
		return true;
	case NEED_CODE:
		set_text(to, "code", code);
		return digits(code) && (strlen(code) == 4 || strlen(code) == 8);
	case NEED_ID:
		set_number(to, "id", id);
		return id > 0;
	case NEED_PERIOD:
		return take_standard(q, to) && take_days(q, to);
	case NEED_STANDARD:
		return take_standard(q, to);
	case NEED_SWITCH:
		set_bool(to, "on", json_is_true(json_object_get(q->json, "on")));
		set_text(to, "text", posted_text(q, "text", TEXT_MOST));
		return json_is_boolean(json_object_get(q->json, "on"));
	}
	return false;
}

void handle_act(struct request *q)
{
	const struct act *a = act_of(q->route->path);
	const char *reason = posted_text(q, "reason", TEXT_MOST);
	json_t *o, *answer;

	if (a == NULL) {
		answer_problem(q, PROBLEM_UNKNOWN);
		return;
	}
	if (strlen(reason) < REASON_LEAST) {
		answer_problem_text(q, PROBLEM_BAD_REQUEST, "Geef een reden.", "Give a reason.");
		return;
	}
	o = json_pack("{s:s, s:s}", "cmd", a->name, "reason", reason);
	if (!take_needs(q, a->need, o)) {
		json_decref(o);
		answer_problem(q, PROBLEM_BAD_REQUEST);
		return;
	}
	answer = request_hub(q, o);
	if (answer != NULL)
		answer_done(q, a->nl, a->en);
	json_decref(answer);
}
