/* The audit log: read, exported, verified. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "request.h"
#include "store/audit.h"
#include "table.h"
#include "values.h"

#include "base/banned.h"

#define LIMIT_MOST 1000
#define EXPORT_MOST 50000
#define PROBLEMS_TOLD 5

static const char *const formats[] = {"json", "csv", NULL};

static void hex(const unsigned char *bytes, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

struct entries {
	json_t *rows;
	size_t most;
	bool more;
};

static int add_entry(void *ctx, const struct audit_entry *e)
{
	struct entries *l = ctx;
	char client[2 * AUDIT_CLIENT + 1], hash[2 * AUDIT_HASH + 1];
	json_t *o;

	if (json_array_size(l->rows) == l->most) {
		l->more = true;
		return 1;
	}
	hex(e->client, sizeof e->client, client);
	hex(e->hash, sizeof e->hash, hash);
	o = json_object();
	set_number(o, "id", e->id);
	set_moment(o, "moment", e->moment);
	set_text(o, "event", e->event);
	set_some(o, "who", e->who);
	set_some(o, "role", e->role);
	set_some(o, "source", e->source);
	set_new(o, "message", e->message > 0 ? json_integer((json_int_t)e->message) : json_null());
	set_new(o, "last", e->last > 0 ? json_integer((json_int_t)e->last) : json_null());
	set_text(o, "client", e->has_client ? client : NULL);
	set_some(o, "reason", e->reason);
	set_some(o, "outcome", e->outcome);
	set_some(o, "detail", e->detail);
	set_text(o, "hash", hash);
	return json_array_append_new(l->rows, o) == 0 ? 0 : -ENOMEM;
}

static void answer_csv(struct request *q, const json_t *rows)
{
	static const struct column columns[] = {
		{"id", "nr", CELL_NUMBER},	     {"moment", NULL, CELL_TEXT},
		{"event", "gebeurtenis", CELL_TEXT}, {"who", "wie", CELL_TEXT},
		{"role", "rol", CELL_TEXT},	     {"source", "vanaf", CELL_TEXT},
		{"message", "bericht", CELL_NUMBER}, {"last", "t/m", CELL_NUMBER},
		{"client", "pseudoniem", CELL_TEXT}, {"reason", "reden", CELL_TEXT},
		{"outcome", "uitkomst", CELL_TEXT},  {"detail", NULL, CELL_TEXT},
		{"hash", NULL, CELL_TEXT},	     {NULL, NULL, CELL_TEXT}};

	if (!request_audit(q, "export", "ok", "audit csv"))
		return;
	csv_write(&q->answer.body, columns, rows);
	answer_file(q, "text/csv; charset=utf-8", "audit.csv");
}

void handle_audit(struct request *q)
{
	int format = query_word(&q->query, "format", formats, 0), r;
	struct entries l = {.most = (size_t)query_number(&q->query, "limit",
							 format == 0 ? 100 : EXPORT_MOST, 1,
							 format == 0 ? LIMIT_MOST : EXPORT_MOST)};
	struct audit_filter f = {
		.since = query_moment(&q->query, "since", false),
		.until = query_moment(&q->query, "until", true),
		.event = query_text(&q->query, "event"),
		.who = query_text(&q->query, "who"),
		.message = query_number(&q->query, "message", 0, 1, INT64_MAX),
		.before = query_number(&q->query, "before", 0, 1, INT64_MAX),
		.limit = (unsigned)l.most + 1,
	};
	struct store *st;

	if (request_wrong(q) || (st = request_store(q)) == NULL)
		return;
	l.rows = json_array();
	r = audit_list(st, &f, add_entry, &l);
	if (r == 0 && format == 1)
		answer_csv(q, l.rows);
	else if (r == 0)
		answer_json(q, json_pack("{s:O, s:b}", "entries", l.rows, "more", l.more));
	json_decref(l.rows);
	request_store_done(q, &st, r);
}

/* ---- verification ---- */

static const struct {
	const char *nl, *en;
} faults[] = {
	[AUDIT_FAULT_HASH] = {"regel %lld is veranderd", "entry %lld was changed"},
	[AUDIT_FAULT_MISSING] = {"er ontbreken regels bij %lld", "entries are missing at %lld"},
	[AUDIT_FAULT_MESSAGES] = {"berichten van regel %lld zijn niet wat ze waren",
				  "messages of entry %lld are not what they were"},
	[AUDIT_FAULT_JUDGED] = {"oordelen van regel %lld zijn niet wat ze waren",
				"verdicts of entry %lld are not what they were"},
	[AUDIT_FAULT_DELIVERED] = {"bevestigingen van regel %lld zijn niet wat ze waren",
				   "confirmations of entry %lld are not what they were"},
	[AUDIT_FAULT_PARKED] = {"bericht %lld heeft een oordeel waar geen regel van is",
				"message %lld has a verdict that no entry tells of"},
	[AUDIT_FAULT_RANGE] = {"regel %lld sluit niet aan op de vorige",
			       "entry %lld does not go on where the last ended"},
	[AUDIT_FAULT_UNCOVERED] = {"berichten vanaf %lld staan in geen regel",
				   "messages from %lld are in no entry"},
	[AUDIT_FAULT_HEAD] = {"de verwachte hash staat nergens (%lld)",
			      "the expected hash is nowhere (%lld)"},
};

struct told {
	struct buf nl, en;
	int n;
};

static void tell(void *ctx, const struct audit_problem *p)
{
	struct told *t = ctx;
	long long at = p->id > 0 ? (long long)p->id : (long long)p->from;

	if (t->n++ >= PROBLEMS_TOLD || p->fault < AUDIT_FAULT_HASH || p->fault > AUDIT_FAULT_HEAD)
		return;
	buf_adds(&t->nl, t->n > 1 ? "; " : "");
	buf_adds(&t->en, t->n > 1 ? "; " : "");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the table's own, each with one %lld */
	buf_addf(&t->nl, faults[p->fault].nl, at);
	buf_addf(&t->en, faults[p->fault].en, at);
#pragma GCC diagnostic pop
}

static json_t *verified_json(const struct audit_result *v, const struct told *t)
{
	char head[2 * AUDIT_HASH + 1], nl[1400], en[1400];

	hex(v->head, sizeof v->head, head);
	if (v->problems == 0) {
		(void)snprintf(nl, sizeof nl,
			       "Het logboek is heel: %lld regels, die %lld berichten binden.",
			       (long long)v->entries, (long long)v->messages);
		(void)snprintf(en, sizeof en,
			       "The log is whole: %lld entries, which bind %lld messages.",
			       (long long)v->entries, (long long)v->messages);
	} else {
		(void)snprintf(
			nl, sizeof nl, "Het logboek klopt niet, op %lld plaatsen: %.1200s%s.",
			(long long)v->problems, buf_str(&t->nl), t->n > PROBLEMS_TOLD ? "; …" : "");
		(void)snprintf(en, sizeof en, "The log is not right, in %lld places: %.1200s%s.",
			       (long long)v->problems, buf_str(&t->en),
			       t->n > PROBLEMS_TOLD ? "; …" : "");
	}
	return json_pack("{s:b, s:I, s:s, s:s, s:s}", "ok", v->problems == 0, "entries",
			 (json_int_t)v->entries, "head", head, "nl", nl, "en", en);
}

/* It reads everything: one at a time, so that nobody fills the threads with it. */
static bool take_turn(bool take)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

	if (take)
		return pthread_mutex_trylock(&turn) == 0;
	(void)pthread_mutex_unlock(&turn);
	return true;
}

void handle_audit_verify(struct request *q)
{
	struct told t = {BUF_INIT, BUF_INIT, 0};
	struct audit_result v = {0};
	struct store *st;
	int r;

	if (!take_turn(true)) {
		answer_problem(q, PROBLEM_BUSY);
		return;
	}
	st = request_store(q);
	if (st != NULL) {
		r = audit_verify(st, NULL, tell, &t, &v);
		if (r == 0 &&
		    request_audit(q, "audit-verified", v.problems == 0 ? "ok" : "problems", NULL))
			answer_json(q, verified_json(&v, &t));
		request_store_done(q, &st, r);
	}
	(void)take_turn(false);
	buf_free(&t.nl);
	buf_free(&t.en);
}
