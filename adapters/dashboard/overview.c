#include "overview.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attention.h"
#include "values.h"

#include "base/banned.h"

#define HOUR_US INT64_C(3600000000)

/* Counts of one hour or of all. */
struct sums {
	int64_t verdicts[VERDICT_PARKED + 1];
	int64_t messages, bytes;
};

static void add(struct sums *s, const struct view_count *c)
{
	s->messages += c->messages;
	s->bytes += c->bytes;
	if (c->verdict >= VERDICT_ACCEPTED && c->verdict <= VERDICT_PARKED)
		s->verdicts[c->verdict] += c->messages;
}

static void set_verdicts(json_t *o, const struct sums *s)
{
	set_number(o, "accepted", s->verdicts[VERDICT_ACCEPTED]);
	set_number(o, "rejected", s->verdicts[VERDICT_REJECTED]);
	set_number(o, "refused", s->verdicts[VERDICT_REFUSED]);
	set_number(o, "parked", s->verdicts[VERDICT_PARKED]);
}

static json_t *hub_json(const struct snapshot *s)
{
	const json_t *live = json_object_get(s->status, "live");
	const struct view_setting *m = snapshot_setting(s, "maintenance", NULL);
	json_t *o = json_object(), *freezes = json_array();

	set_text(o, "state", snapshot_state(s));
	set_some(o, "version", text_of(s->status, "version"));
	set_some(o, "started", text_of(s->status, "started"));
	if (m == NULL && text_of(s->status, "started")[0] != '\0')
		set_text(o, "since", text_of(s->status, "started"));
	else
		set_moment(o, "since", m != NULL && s->status != NULL ? m->moment : s->hub_since);
	set_text(o, "text", m != NULL ? m->value : NULL);
	set_number(o, "sessions", (int64_t)json_array_size(json_object_get(live, "sessions")));
	set_number(o, "busy", number_of(live, "busy"));
	for (size_t i = 0; i < s->n_settings; i++)
		if (strcmp(s->settings[i].kind, "freeze") == 0 &&
		    strlen(s->settings[i].value) >= 21)
			(void)json_array_append_new(freezes,
						    json_pack("{s:s, s:s%, s:s}", "standard",
							      s->settings[i].name, "from",
							      s->settings[i].value, (size_t)10,
							      "until", s->settings[i].value + 11));
	set_new(o, "freezes", freezes);
	return o;
}

static json_t *hours_json(const struct snapshot *s, const struct reference *ref,
			  const struct scope *scope, unsigned hours, const struct view_count *rows,
			  size_t n)
{
	struct sums *sums = calloc(hours, sizeof *sums);
	int64_t first = s->at / HOUR_US - hours + 1;
	json_t *list = json_array();

	for (size_t i = 0; sums != NULL && i < n; i++)
		if (rows[i].hour >= first && rows[i].hour < first + hours &&
		    scope_has_party(scope, ref->who, rows[i].party))
			add(&sums[rows[i].hour - first], &rows[i]);
	for (unsigned h = 0; sums != NULL && h < hours; h++) {
		json_t *o = json_object();

		set_moment(o, "hour", (first + h) * HOUR_US);
		set_verdicts(o, &sums[h]);
		set_number(o, "bytes", sums[h].bytes);
		(void)json_array_append_new(list, o);
	}
	free(sums);
	return list;
}

static void of_all_time(const struct snapshot *s, const struct reference *ref,
			const struct scope *scope, struct sums *ret)
{
	memset(ret, 0, sizeof *ret);
	if (scope->n == 0) {
		ret->messages = s->all.messages;
		memcpy(ret->verdicts, s->all.verdicts, sizeof ret->verdicts);
		return;
	}
	for (size_t i = 0; i < s->n_totals; i++)
		if (scope_has_party(scope, ref->who, s->totals[i].party))
			add(ret, &s->totals[i]);
}

/* Open ends that are certain or probable, and overdue answers, as far as they may be seen. */
static void count_pairs(const struct snapshot *s, const struct scope *scope, size_t *ends,
			size_t *due)
{
	*ends = *due = 0;
	for (size_t i = 0; s->tallies != NULL && i < s->tallies->n; i++) {
		const struct pair_tally *p = &s->tallies->list[i];

		if (!scope_has(scope, p->gemeente) && !scope_has(scope, p->aanbieder))
			continue;
		if (p->due)
			*due += p->n[0];
		else
			*ends += p->n[STERKTE_ZEKER] + p->n[STERKTE_WAARSCHIJNLIJK];
	}
}

static json_t *totals_json(const struct snapshot *s, const struct reference *ref,
			   const struct scope *scope)
{
	json_t *o = json_object();
	struct sums sums;
	int64_t waiting = 0, given_up = 0;
	size_t ends, due;

	of_all_time(s, ref, scope, &sums);
	count_pairs(s, scope, &ends, &due);
	for (size_t i = 0; i < s->n_queues; i++)
		if (scope_has(scope, s->queues[i].receiver)) {
			waiting += s->queues[i].waiting;
			given_up += s->queues[i].given_up;
		}
	set_number(o, "messages", sums.messages);
	set_verdicts(o, &sums);
	set_number(o, "waiting", waiting);
	set_number(o, "given_up", given_up);
	set_number(o, "open_ends", (int64_t)ends);
	set_number(o, "overdue", (int64_t)due);
	return o;
}

static json_t *queues_json(const struct snapshot *s, const struct reference *ref,
			   const struct scope *scope)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n_queues; i++) {
		const struct store_queue_row *q = &s->queues[i];
		json_t *o;

		if (!scope_has(scope, q->receiver))
			continue;
		o = json_object();
		set_text(o, "receiver", q->receiver);
		set_text(o, "name", reference_name(ref, q->receiver));
		set_bool(o, "connected", snapshot_connected(s, ref, q->receiver));
		set_number(o, "waiting", q->waiting);
		set_number(o, "given_up", q->given_up);
		set_moment(o, "oldest", q->oldest);
		set_bool(o, "held", snapshot_setting(s, "hold", q->receiver) != NULL);
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *times_json(const struct timing_hour *t)
{
	static const char *const names[] = {
		[TIMED_RECEIPT] = "receipt", [TIMED_DELIVERY] = "delivery"};
	json_t *o = json_object();

	for (int k = 0; k < N_TIMED; k++) {
		json_t *one = json_object();

		set_number(one, "n", t->of[k].n);
		set_real(one, "p50_ms", t->of[k].n > 0 ? t->of[k].p50_ms : (double)NAN);
		set_real(one, "p99_ms", t->of[k].n > 0 ? t->of[k].p99_ms : (double)NAN);
		set_new(o, names[k], one);
	}
	set_moment(o, "since", t->since);
	return o;
}

static json_t *storage_json(const struct snapshot *s, const struct scope *scope)
{
	json_t *o;

	if (scope->n > 0 || !s->store_ok)
		return json_null();
	o = json_object();
	set_number(o, "bytes", s->sizes.bytes);
	set_number(o, "free_bytes", s->sizes.free_bytes);
	set_number(o, "wal_bytes", s->sizes.wal_bytes);
	return o;
}

json_t *overview_make(const struct snapshot *s, const struct reference *ref,
		      const struct scope *scope, unsigned hours, const struct view_count *rows,
		      size_t n)
{
	struct attention *a = malloc(sizeof *a);
	json_t *o = json_object();

	if (a == NULL || o == NULL) {
		free(a);
		json_decref(o);
		return NULL;
	}
	attention_look(s, ref, scope, a);
	set_new(o, "hub", hub_json(s));
	set_new(o, "hours", hours_json(s, ref, scope, hours, rows, n));
	set_new(o, "totals", totals_json(s, ref, scope));
	set_new(o, "queues", queues_json(s, ref, scope));
	set_new(o, "times", times_json(&s->times));
	set_new(o, "storage", storage_json(s, scope));
	set_new(o, "attention", attention_json(a));
	free(a);
	return o;
}
