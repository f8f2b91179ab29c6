/* Who takes part: codes, connections, certificates, what waits, and how much went wrong lately. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "request.h"
#include "store/view.h"
#include "values.h"
#include "watch.h"

#include "base/banned.h"

#define HOUR_US INT64_C(3600000000)
#define MONTH_HOURS (30 * 24)

/* A party while it is put together. */
struct tally {
	const struct partij *p;
	int64_t messages, rejected, refused;
	int64_t seen, certificate_until; /* microseconds; seconds */
	char software[64];
};

struct parties_page {
	struct snapshot *s;
	struct tally *list;
	size_t n;
};

static struct tally *tally_of(struct parties_page *p, const char *id)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->list[i].p->id, id) == 0)
			return &p->list[i];
	return NULL;
}

static int add_count(void *ctx, const struct view_count *c)
{
	struct tally *t = tally_of(ctx, c->party);

	if (t == NULL)
		return 0;
	t->messages += c->messages;
	t->rejected += c->verdict == VERDICT_REJECTED ? c->messages : 0;
	t->refused += c->verdict == VERDICT_REFUSED ? c->messages : 0;
	return 0;
}

static int add_seen(void *ctx, const struct view_seen *s)
{
	struct tally *t = tally_of(ctx, s->party);

	if (t == NULL)
		return 0;
	t->seen = s->moment;
	t->certificate_until = s->certificate_until;
	(void)snprintf(t->software, sizeof t->software, "%s", s->software);
	return 0;
}

/* ---- as JSON ---- */

static json_t *sessions_json(const struct parties_page *p, struct tally *t)
{
	const json_t *live = json_object_get(json_object_get(p->s->status, "live"), "sessions"), *s;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(live, i, s)
	{
		int64_t rtt = number_of(s, "rtt_us");
		json_t *o;
		day until;

		if (strcmp(text_of(s, "party"), t->p->id) != 0)
			continue;
		o = json_object();
		set_some(o, "peer", text_of(s, "peer"));
		set_some(o, "software", text_of(s, "software"));
		set_some(o, "since", text_of(s, "since"));
		set_some(o, "last_heard", text_of(s, "last_heard"));
		set_new(o, "rtt_ms", rtt > 0 ? json_real((double)rtt / 1000.0) : json_null());
		set_some(o, "tls", text_of(s, "tls"));
		(void)json_array_append_new(list, o);
		/* What is connected now is newer than what was seen last. */
		(void)snprintf(t->software, sizeof t->software, "%s", text_of(s, "software"));
		if (day_parse(text_of(s, "certificate_until"), &until))
			t->certificate_until = (int64_t)until * 86400;
	}
	return list;
}

static json_t *codes_json(const struct partij *p, bool *gemeente)
{
	json_t *codes = json_array();

	*gemeente = false;
	for (size_t i = 0; i < p->n_codes; i++) {
		(void)json_array_append_new(codes, json_string(p->codes[i].code));
		*gemeente = *gemeente || code_is_gemeente(p->codes[i].code);
	}
	return codes;
}

static void set_queues(json_t *o, const struct parties_page *p, const struct partij *party)
{
	int64_t waiting = 0, given_up = 0;
	bool held = false;

	for (size_t i = 0; i < party->n_codes; i++) {
		if (!party->codes[i].own)
			continue;
		for (size_t k = 0; k < p->s->n_queues; k++)
			if (strcmp(p->s->queues[k].receiver, party->codes[i].code) == 0) {
				waiting += p->s->queues[k].waiting;
				given_up += p->s->queues[k].given_up;
			}
		held = held || snapshot_setting(p->s, "hold", party->codes[i].code) != NULL;
	}
	set_number(o, "waiting", waiting);
	set_number(o, "given_up", given_up);
	set_bool(o, "held", held);
}

static void set_certificate(json_t *o, day until, day today)
{
	set_day(o, "certificate_until", until);
	set_new(o, "certificate_days",
		until != DAY_NONE ? json_integer(until - today) : json_null());
}

static json_t *party_json(const struct parties_page *p, struct tally *t)
{
	json_t *o = json_object(), *sessions = sessions_json(p, t);
	bool gemeente;
	int64_t seen = json_array_size(sessions) > 0 ? p->s->at : t->seen;

	set_text(o, "party", t->p->id);
	set_text(o, "name", t->p->name);
	set_new(o, "codes", codes_json(t->p, &gemeente));
	set_bool(o, "gemeente", gemeente);
	set_bool(o, "connected", json_array_size(sessions) > 0);
	set_new(o, "sessions", sessions);
	set_moment(o, "last_seen", seen);
	set_some(o, "software", t->software);
	set_certificate(
		o, t->certificate_until > 0 ? day_of(t->certificate_until * 1000000) : DAY_NONE,
		day_of(p->s->at));
	set_queues(o, p, t->p);
	set_number(o, "messages_30d", t->messages);
	set_number(o, "rejected_30d", t->rejected);
	set_number(o, "refused_30d", t->refused);
	return o;
}

/* {until, days} of one of the hub's own certificates, null when the hub does not say. */
static json_t *until_json(const struct snapshot *s, const char *key, const char *subject)
{
	const json_t *c = json_object_get(s->status, "certificates");
	char text[11];
	json_t *o;
	day until;

	(void)snprintf(text, sizeof text, "%.10s", text_of(c, key));
	if (!day_parse(text, &until))
		return json_null();
	o = json_object();
	set_day(o, "until", until);
	set_number(o, "days", until - day_of(s->at));
	if (subject != NULL)
		set_some(o, "subject", text_of(c, subject));
	return o;
}

static int read_rows(struct store *st, struct parties_page *p)
{
	int64_t hour = p->s->at / HOUR_US;
	int r = view_counts(st, hour - MONTH_HOURS + 1, hour + 1, add_count, p);

	return r == 0 ? view_seen(st, add_seen, p) : r;
}

static json_t *page_json(struct parties_page *p)
{
	json_t *o = json_object(), *rows = json_array();

	for (size_t i = 0; i < p->n; i++)
		(void)json_array_append_new(rows, party_json(p, &p->list[i]));
	set_new(o, "parties", rows);
	set_new(o, "hub_certificate", until_json(p->s, "hub_until", "hub_subject"));
	set_new(o, "ca", until_json(p->s, "ca_until", NULL));
	set_new(o, "crl", until_json(p->s, "crl_until", NULL));
	return o;
}

void handle_parties(struct request *q)
{
	const struct parties *who = q->ref->who;
	struct scope scope = request_scope(q);
	struct parties_page p = {.s = watch_snapshot(q->d->watch)};
	struct store *st;
	int r;

	p.list = calloc(who->n + 1, sizeof *p.list);
	if (p.list == NULL || p.s == NULL) {
		free(p.list);
		snapshot_drop(&p.s);
		answer_problem(q, PROBLEM_BUSY);
		return;
	}
	for (size_t i = 0; i < who->n; i++)
		if (scope_has_party(&scope, who, who->list[i].id))
			p.list[p.n++].p = &who->list[i];
	st = request_store(q);
	if (st != NULL) {
		r = read_rows(st, &p);
		if (r == 0)
			answer_json(q, page_json(&p));
		request_store_done(q, &st, r);
	}
	free(p.list);
	snapshot_drop(&p.s);
}

/* ---- is it there? ---- */

struct lines {
	json_t *nl, *en;
};

__attribute__((format(printf, 2, 4), format(printf, 3, 4))) static void
line(struct lines *l, const char *nl, const char *en, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, en);
	(void)vsnprintf(text, sizeof text, nl, ap);
	va_end(ap);
	(void)json_array_append_new(l->nl, json_string(text));
	va_start(ap, en);
	(void)vsnprintf(text, sizeof text, en, ap);
	va_end(ap);
	(void)json_array_append_new(l->en, json_string(text));
}

static void tell_lines(struct lines *l, const json_t *lines, double *rtt)
{
	const json_t *s;
	size_t i;

	json_array_foreach(lines, i, s)
	{
		double ms = (double)number_of(s, "rtt_us") / 1000.0;

		line(l, "Verbonden vanaf %.60s%s%.30s.", "Connected from %.60s%s%.30s.",
		     text_of(s, "peer"), text_of(s, "tls")[0] != '\0' ? ", " : "",
		     text_of(s, "tls"));
		if (ms > 0) {
			line(l, "De verbinding antwoordt in %.1f ms.",
			     "The connection answers in %.1f ms.", ms);
			*rtt = *rtt == 0 || ms < *rtt ? ms : *rtt;
		}
		line(l, "Laatst iets gehoord: %.1f seconden geleden.",
		     "Last heard from: %.1f seconds ago.",
		     (double)number_of(s, "heard_ms") / 1000.0);
	}
}

void handle_party_test(struct request *q)
{
	struct lines l = {json_array(), json_array()};
	const struct partij *p = parties_find(q->ref->who, q->param);
	json_t *o = NULL, *ret = json_object();
	double rtt = 0;
	bool ok;

	if (p == NULL)
		answer_problem(q, PROBLEM_UNKNOWN);
	else
		o = request_hub(q, json_pack("{s:s, s:s}", "cmd", "test", "party", p->id));
	ok = json_is_true(json_object_get(o, "connected"));
	if (o != NULL) {
		const json_t *refused = json_object_get(o, "refused");

		if (!ok)
			line(&l, "%.100s is niet verbonden.", "%.100s is not connected.", p->name);
		tell_lines(&l, json_object_get(o, "lines"), &rtt);
		if (json_is_object(refused))
			line(&l, "Laatst geweigerd op %.19s: %.150s.",
			     "Last refused at %.19s: %.150s.", text_of(refused, "moment"),
			     text_of(refused, "reason"));
		set_bool(ret, "ok", ok);
		set_new(ret, "nl", json_incref(l.nl));
		set_new(ret, "en", json_incref(l.en));
		set_new(ret, "rtt_ms", rtt > 0 ? json_real(rtt) : json_null());
		answer_json(q, json_incref(ret));
	}
	json_decref(ret);
	json_decref(l.nl);
	json_decref(l.en);
	json_decref(o);
}
