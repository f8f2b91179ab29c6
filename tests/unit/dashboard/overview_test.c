/* The first page, what asks for attention, times of the last hour, and the metrics: all from one
 * snapshot. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../adapters/dashboard/attention.h"
#include "../../../adapters/dashboard/metrics.h"
#include "../../../adapters/dashboard/overview.h"
#include "../../../adapters/dashboard/values.h"
#include "../../lib/unit.h"

#define HOUR_US INT64_C(3600000000)
#define NOW (INT64_C(1790000000) * 1000000) /* 2026-09-21 */

/* ---- a small world ---- */

static struct reference ref;
static struct view_count hours[] = {
	{0, "gemeente-a", "JW301", VERDICT_ACCEPTED, 5, 500},
	{0, "gemeente-a", "JW301", VERDICT_REFUSED, 20, 200},
	{0, "aanbieder-a", "JW305", VERDICT_ACCEPTED, 7, 700},
	{0, "aanbieder-b", "JW305", VERDICT_ACCEPTED, 9, 900},
};
static struct store_queue_row queues[] = {{"12345678", 3, 1, NOW - 2 * HOUR_US},
					  {"87654321", 2, 0, NOW - HOUR_US / 2}};
static struct view_setting settings[] = {{"hold", "87654321", "", "bea", "storing", NOW - HOUR_US}};
static struct pair_tally pairs[] = {
	{.gemeente = "0363", .aanbieder = "12345678", .n = {2, 1, 0, 0}, .oldest = 20000},
	{.gemeente = "0363", .aanbieder = "87654321", .n = {4, 0, 0, 0}, .oldest = 20000},
	{.gemeente = "12345678",
	 .aanbieder = "0363",
	 .due = true,
	 .n = {3, 0, 0, 0},
	 .oldest = 20500},
};
static struct tallies tallies = {.list = pairs, .n = 3, .references = 1};
static struct snapshot snap;

static void add_party(const char *id, const char *name, const char *code)
{
	struct partij *p = parties_add(ref.who);

	p->id = strdup(id);
	p->name = strdup(name);
	p->codes = calloc(1, sizeof *p->codes);
	p->codes[p->n_codes++] = (struct partij_code){.code = strdup(code),
						      .own = true,
						      .may = MAY_SEND | MAY_RECEIVE,
						      .from = DAY_NONE,
						      .until = DAY_NONE};
}

static void make_world(void)
{
	for (size_t i = 0; i < sizeof hours / sizeof *hours; i++)
		hours[i].hour = NOW / HOUR_US;
	ref.who = parties_new();
	add_party("gemeente-a", "Gemeente A", "0363");
	add_party("aanbieder-a", "Aanbieder \"A\"", "12345678");
	add_party("aanbieder-b", "Aanbieder B", "87654321");
	snap = (struct snapshot){
		.at = NOW,
		.hub_since = NOW - HOUR_US,
		.store_ok = true,
		.all = {.messages = 41,
			.verdicts = {[VERDICT_ACCEPTED] = 21, [VERDICT_REFUSED] = 20}},
		.sizes = {.bytes = 1000, .wal_bytes = 10, .free_bytes = INT64_C(100) << 30},
		.hours = hours,
		.n_hours = 4,
		.totals = hours,
		.n_totals = 4,
		.queues = queues,
		.n_queues = 2,
		.settings = settings,
		.n_settings = 1,
		.tallies = &tallies,
		.status = json_pack("{s:s, s:s, s:{s:b, s:i, s:i, s:[{s:s, s:s}], s:{s:i, s:i}}, "
				    "s:{s:s, s:s, s:s}}",
				    "version", "0.1.0", "started", "2026-09-20T00:00:00.000Z",
				    "live", "stopping", 0, "busy", 2, "store_failures", 0,
				    "sessions", "party", "gemeente-a", "certificate_until",
				    "2026-10-01", "edge", "refused_tls", 4, "refused_party", 1,
				    "certificates", "hub_until", "2027-09-21T00:00:00.000Z",
				    "ca_until", "2030-01-01T00:00:00.000Z", "crl_until",
				    "2026-09-22T00:00:00.000Z"),
		.references = 1,
	};
}

static const struct scope everything = {NULL, 0};
static const char *const of_a[] = {"12345678"};
static const struct scope only_a = {of_a, 1};

/* ---- the page ---- */

static json_t *at(json_t *o, const char *a, const char *b)
{
	return json_object_get(json_object_get(o, a), b);
}

static void the_page(void)
{
	json_t *o = overview_make(&snap, &ref, &everything, 24, hours, 4),
	       *list = json_object_get(o, "hours");

	CHECK(strcmp(json_string_value(at(o, "hub", "state")), "up") == 0, "the hub is up");
	CHECK(json_array_size(list) == 24 &&
		      number_of(json_array_get(list, 23), "accepted") == 21 &&
		      number_of(json_array_get(list, 0), "accepted") == 0,
	      "a row for each hour, oldest first, zeros too");
	CHECK(json_integer_value(at(o, "totals", "messages")) == 41 &&
		      json_integer_value(at(o, "totals", "waiting")) == 5 &&
		      json_integer_value(at(o, "totals", "open_ends")) == 7 &&
		      json_integer_value(at(o, "totals", "overdue")) == 3,
	      "totals");
	CHECK(json_array_size(json_object_get(o, "queues")) == 2 &&
		      json_is_object(json_object_get(o, "storage")),
	      "queues and storage");
	CHECK(json_is_null(json_object_get(json_object_get(json_object_get(o, "times"), "receipt"),
					   "p50_ms")),
	      "what was not timed is null");
	json_decref(o);
}

static void a_partys_page(void)
{
	json_t *o = overview_make(&snap, &ref, &only_a, 24, hours, 4),
	       *rows = json_object_get(o, "queues");
	char *text = json_dumps(o, JSON_COMPACT);

	CHECK(json_integer_value(at(o, "totals", "messages")) == 7 &&
		      json_integer_value(at(o, "totals", "waiting")) == 3 &&
		      json_integer_value(at(o, "totals", "open_ends")) == 3 &&
		      json_integer_value(at(o, "totals", "overdue")) == 3,
	      "a party's totals are its own");
	CHECK(json_array_size(rows) == 1 &&
		      strcmp(text_of(json_array_get(rows, 0), "receiver"), "12345678") == 0,
	      "and its queue");
	CHECK(number_of(json_array_get(json_object_get(o, "hours"), 23), "accepted") == 7,
	      "and its hours");
	CHECK(json_is_null(json_object_get(o, "storage")), "the disk is none of its business");
	CHECK(text != NULL && strstr(text, "87654321") == NULL &&
		      strstr(text, "Gemeente A") == NULL,
	      "others are not named anywhere");
	free(text);
	json_decref(o);
}

/* ---- attention ---- */

static const struct attention_row *row_of(const struct attention *a, const char *kind)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->list[i].kind, kind) == 0)
			return &a->list[i];
	return NULL;
}

static void attention_rows(void)
{
	static struct attention a;
	const struct attention_row *r;

	attention_look(&snap, &ref, &everything, &a);
	for (size_t i = 1; i < a.n; i++)
		CHECK(a.list[i - 1].level <= a.list[i].level, "most urgent first");
	r = row_of(&a, "given-up");
	CHECK(r != NULL && r->level == ATTENTION_URGENT && r->count == 1 &&
		      strstr(r->link, "12345678") != NULL,
	      "a delivery that was given up");
	r = row_of(&a, "receiver-offline");
	CHECK(r != NULL && strcmp(r->about, "12345678") == 0,
	      "a receiver that is away while messages wait for an hour");
	r = row_of(&a, "error-rate");
	CHECK(r != NULL && strcmp(r->about, "gemeente-a") == 0 && r->count == 20,
	      "a party with many faults");
	r = row_of(&a, "certificate");
	CHECK(r != NULL && strcmp(r->about, "gemeente-a") == 0,
	      "a certificate that ends within a month");
	r = row_of(&a, "crl");
	CHECK(r != NULL && r->level == ATTENTION_WARNING, "a revocation list that ends tomorrow");
	CHECK(row_of(&a, "overdue") != NULL && row_of(&a, "open-ends") != NULL &&
		      row_of(&a, "hold") != NULL,
	      "overdue answers, open ends, a hold");
	CHECK(row_of(&a, "hub-down") == NULL && row_of(&a, "disk") == NULL &&
		      row_of(&a, "maintenance") == NULL && row_of(&a, "parked") == NULL,
	      "and nothing that is in order");
}

static void attention_of_a_party(void)
{
	static struct attention a;
	char *text;
	json_t *o;

	attention_look(&snap, &ref, &only_a, &a);
	o = attention_json(&a);
	text = json_dumps(o, 0);
	CHECK(row_of(&a, "given-up") != NULL && row_of(&a, "crl") == NULL &&
		      row_of(&a, "hold") == NULL && row_of(&a, "error-rate") == NULL &&
		      row_of(&a, "certificate") == NULL,
	      "a party sees what is its own");
	CHECK(text != NULL && strstr(text, "87654321") == NULL &&
		      strstr(text, "gemeente-a") == NULL,
	      "and names nobody else");
	free(text);
	json_decref(o);
}

static void hub_away(void)
{
	static struct attention a;
	struct snapshot s = snap;

	s.status = NULL;
	s.sizes.free_bytes = 1000;
	attention_look(&s, &ref, &everything, &a);
	CHECK(a.n > 0 && strcmp(a.list[0].kind, "hub-down") == 0 &&
		      strcmp(snapshot_state(&s), "down") == 0,
	      "a hub that does not answer comes first");
	CHECK(row_of(&a, "disk") != NULL && row_of(&a, "disk")->level == ATTENTION_URGENT,
	      "a full disk is urgent");
	CHECK(row_of(&a, "receiver-offline") == NULL,
	      "nobody is blamed for being away from a hub that is down");
	s.store_ok = false;
	attention_look(&s, &ref, &everything, &a);
	CHECK(row_of(&a, "store-fault") != NULL && row_of(&a, "disk") == NULL,
	      "a store that cannot be read");
}

/* ---- times ---- */

static struct histogram counted(int64_t a, int64_t b, int64_t c)
{
	return (struct histogram){.bounds_us = {1000, 10000},
				  .counts = {a, b, c},
				  .n_bounds = 2,
				  .n = a + b + c,
				  .sum_us = 5000 * (a + b + c)};
}

static void times(void)
{
	struct timing *t = timing_new();
	struct timing_hour h;
	struct histogram now[N_TIMED];
	int64_t step = 60 * INT64_C(1000000);

	NEED(t != NULL, "a ring");
	timing_last(t, &h);
	CHECK(h.since == 0 && isnan(h.of[TIMED_RECEIPT].p50_ms), "nothing is known at first");
	for (int i = 0; i <= 200; i++) { /* a hundred a minute, all under a millisecond; the last
					    hour ten times slower */
		now[TIMED_RECEIPT] =
			i <= 140 ? counted(100 * i, 0, 0) : counted(14000, 100 * (i - 140), 0);
		now[TIMED_DELIVERY] = counted(0, 0, i);
		timing_add(t, NOW + i * step, 0, now);
	}
	timing_last(t, &h);
	CHECK(h.of[TIMED_RECEIPT].n == 6000 && h.of[TIMED_RECEIPT].p50_ms > 5 &&
		      h.of[TIMED_RECEIPT].p50_ms < 6,
	      "the last hour, whatever was before");
	CHECK(h.of[TIMED_RECEIPT].p99_ms > 9.8 && h.of[TIMED_RECEIPT].p99_ms <= 10,
	      "and its slowest");
	CHECK(h.of[TIMED_DELIVERY].p50_ms == 10, "beyond the last bound: that long at least");
	CHECK(h.since == NOW + 140 * step, "since an hour ago");
	now[TIMED_RECEIPT] = counted(1, 0, 0);
	now[TIMED_DELIVERY] = counted(0, 0, 0);
	timing_add(t, NOW + 201 * step, 0, now);
	timing_last(t, &h);
	CHECK(h.of[TIMED_RECEIPT].n == 0, "a hub that started anew begins again");
	for (int i = 0; i < 1000; i++) {
		now[TIMED_RECEIPT] = counted(2 + i, 0, 0);
		timing_add(t, NOW + 201 * step + i * 2000000, 0, now);
	}
	timing_last(t, &h);
	CHECK(h.of[TIMED_RECEIPT].n == 1000 && h.since == NOW + 201 * step,
	      "looking every two seconds loses nothing");
	now[TIMED_RECEIPT] = counted(7, 0, 0);
	timing_add(t, NOW + 10000 * step, NOW + 9990 * step, now);
	timing_last(t, &h);
	CHECK(h.of[TIMED_RECEIPT].n == 7 && h.since == NOW + 9990 * step,
	      "of a hub that started within the hour all it counted is of the hour");
	timing_free(&t);
}

/* ---- metrics ---- */

static bool has_line(const struct buf *b, const char *line)
{
	const char *found = strstr(buf_str(b), line);

	return found != NULL && (found == b->data || found[-1] == '\n') &&
	       found[strlen(line)] == '\n';
}

static void the_metrics(void)
{
	struct snapshot s = snap;
	struct buf b = BUF_INIT, label = BUF_INIT;
	const char *line;

	s.histograms[TIMED_RECEIPT] = counted(3, 2, 1);
	metrics_write(&s, &b);
	CHECK(has_line(&b, "ijwd_up 1"), "up");
	CHECK(has_line(&b, "ijwd_messages_total{party=\"gemeente-a\",type=\"JW301\",verdict="
			   "\"refused\"} 20"),
	      "messages");
	CHECK(has_line(&b, "ijwd_queue_waiting{receiver=\"12345678\"} 3") &&
		      has_line(&b, "ijwd_queue_oldest_seconds{receiver=\"12345678\"} 7200"),
	      "queues");
	CHECK(has_line(&b, "ijwd_receipt_seconds_bucket{le=\"0.001\"} 3") &&
		      has_line(&b, "ijwd_receipt_seconds_bucket{le=\"0.01\"} 5") &&
		      has_line(&b, "ijwd_receipt_seconds_bucket{le=\"+Inf\"} 6") &&
		      has_line(&b, "ijwd_receipt_seconds_count 6"),
	      "buckets add up");
	CHECK(strstr(buf_str(&b), "ijwd_delivery_seconds") == NULL,
	      "what is not known is not written");
	CHECK(has_line(&b, "ijwd_tls_refused_total{reason=\"tls\"} 4") &&
		      has_line(&b, "ijwd_held{receiver=\"87654321\"} 1"),
	      "refusals and holds");
	CHECK(has_line(&b, "ijwd_open_ends{strength=\"certain\"} 6") &&
		      has_line(&b, "ijwd_overdue_answers 3"),
	      "care");
	for (line = b.data; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1)
		CHECK(line[0] == '#' || strncmp(line, "ijwd_", 5) == 0,
		      "each line is a comment or a sample");
	metrics_label(&label, "a\"b\\c\nd");
	CHECK(strcmp(buf_str(&label), "a\\\"b\\\\c\\nd") == 0, "labels are escaped");
	buf_clear(&b);
	s.status = NULL;
	metrics_write(&s, &b);
	CHECK(has_line(&b, "ijwd_up 0"), "a hub that is away is told too");
	buf_free(&b);
	buf_free(&label);
}

int main(void)
{
	static const struct test tests[] = {
		{"the first page", the_page},
		{"a party's first page names nobody else", a_partys_page},
		{"what asks for attention", attention_rows},
		{"what asks for a party's attention", attention_of_a_party},
		{"a hub that is away", hub_away},
		{"times of the last hour", times},
		{"metrics", the_metrics},
		{NULL, NULL},
	};
	int r;

	make_world();
	r = unit_main("overview", tests);
	json_decref(snap.status);
	parties_drop(&ref.who);
	return r;
}
