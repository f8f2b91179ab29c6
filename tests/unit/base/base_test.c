/* Bytes, memory, days, maps and queues. */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/map.h"
#include "base/queue.h"
#include "wire/protocol.h"

#include "../../lib/unit.h"

static void json_is_escaped(void)
{
	static const struct {
		const char *name, *in, *out;
	} cases[] = {
		{"plain text only gets quotes", "abc", "\"abc\""},
		{"NULL is null", NULL, "null"},
		{"quotes and backslashes are escaped", "a\"b\\c", "\"a\\\"b\\\\c\""},
		{"control characters become \\u", "a\nb\x01", "\"a\\u000ab\\u0001\""},
		{"UTF-8 stays", "é", "\"é\""},
		{"the empty string is two quotes", "", "\"\""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = BUF_INIT;

		buf_add_json(&b, cases[i].in);
		CHECK(strcmp(buf_str(&b), cases[i].out) == 0, cases[i].name);
		buf_free(&b);
	}
}

static void buf_grows(void)
{
	struct buf b = BUF_INIT;
	char *taken;

	for (int i = 0; i < 10000; i++)
		buf_addf(&b, "%04d", i);
	CHECK(b.len == 40000 && !b.failed, "forty thousand bytes are kept");
	CHECK(memcmp(buf_str(&b) + 39996, "9999", 5) == 0, "the last ones end in a NUL");
	taken = buf_take(&b);
	CHECK(taken != NULL && b.data == NULL && b.len == 0, "taking empties it");
	free(taken);
	taken = buf_take(&b);
	CHECK(taken != NULL && taken[0] == '\0', "taking from an empty one gives the empty string");
	free(taken);
}

static void arena_keeps(void)
{
	struct arena a = ARENA_INIT;
	char *first = arena_strdup(&a, "first"), *big = arena_alloc(&a, 100000), *last;

	last = arena_printf(&a, "%s-%d", "last", 7);
	NEED(first != NULL && big != NULL && last != NULL, "there is memory");
	CHECK(strcmp(first, "first") == 0 && strcmp(last, "last-7") == 0, "strings stay as they were");
	CHECK(big[0] == 0 && big[99999] == 0, "memory comes zeroed");
	CHECK(arena_strdup(&a, NULL) == NULL, "no string stays no string");
	arena_release(&a);
	CHECK(a.blocks == NULL && a.used == 0, "release leaves an arena that can be used again");
}

static void dates(void)
{
	static const struct {
		const char *name, *text;
		bool good;
	} cases[] = {
		{"an ordinary day", "2026-11-22", true},
		{"a leap day", "2024-02-29", true},
		{"no leap day in 2026", "2026-02-29", false},
		{"2000 was a leap year", "2000-02-29", true},
		{"1900 was not", "1900-02-29", false},
		{"June has 30 days", "2027-06-31", false},
		{"month 13", "2026-13-01", false},
		{"no day 0", "2026-01-00", false},
		{"too short", "2026-1-1", false},
		{"something behind it", "2026-11-22Z", false},
		{"empty", "", false},
	};
	day d;
	char text[11], moment[MOMENT_TEXT];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(day_parse(cases[i].text, &d) == cases[i].good, cases[i].name);
	CHECK(day_parse("1970-01-01", &d) && d == 0, "day 0 is 1970-01-01");
	CHECK(day_parse("2026-11-22", &d), "it parses");
	day_text(d, text);
	CHECK(strcmp(text, "2026-11-22") == 0, "a day comes back as it went in");
	CHECK(day_within(d, d, d), "both ends of a period count");
	CHECK(!day_within(d, d + 1, DAY_NONE) && day_within(d, DAY_NONE, DAY_NONE), "open ends are open");
	moment_text(INT64_C(1000000) * 86400 + 1500, moment);
	CHECK(strcmp(moment, "1970-01-02T00:00:00.001Z") == 0, "a moment is ISO 8601 in UTC");
	CHECK(day_of(-3600000001) == -1, "a moment before 1970 falls on the day before");
	CHECK(day_of(-1) == 0, "but in the Netherlands the new year had begun");
	/* 2026: clocks change on 29 March and 25 October, at 01:00 UTC. */
	CHECK(day_of(day_make(2026, 7, 1) * INT64_C(86400000000) - INT64_C(7200000000)) == day_make(2026, 7, 1) &&
		      day_of(day_make(2026, 7, 1) * INT64_C(86400000000) - INT64_C(7200000001)) ==
			      day_make(2026, 6, 30),
	      "a summer's day begins at 22:00 UTC, to the microsecond");
	CHECK(day_of(day_make(2026, 3, 29) * INT64_C(86400000000) - INT64_C(3600000000)) == day_make(2026, 3, 29) &&
		      day_of(day_make(2026, 3, 30) * INT64_C(86400000000) - INT64_C(7200000000)) ==
			      day_make(2026, 3, 30) &&
		      day_of(day_make(2026, 10, 25) * INT64_C(86400000000) - INT64_C(7200000000)) ==
			      day_make(2026, 10, 25) &&
		      day_of(day_make(2026, 10, 26) * INT64_C(86400000000) - INT64_C(3600000001)) ==
			      day_make(2026, 10, 25),
	      "and around the days on which clocks change");
}

static void map_holds(void)
{
	struct map m = {0};
	static int values[5000];
	size_t at = 0, n = 0;

	for (uint64_t i = 0; i < 5000; i++)
		NEED(map_put(&m, i * 7919, &values[i]) == 0, "there is memory");
	CHECK(map_get(&m, 7919 * 4999) == &values[4999] && map_get(&m, 1) == NULL, "what is in is found");
	for (uint64_t i = 0; i < 5000; i += 2)
		NEED(map_take(&m, i * 7919) == &values[i], "what is taken comes out");
	CHECK(m.n == 2500 && map_get(&m, 0) == NULL, "and is gone");
	while (map_next(&m, &at) != NULL)
		n++;
	CHECK(n == 2500, "a walk meets each once");
	for (uint64_t i = 0; i < 100000; i++) { /* graves do not fill it up */
		NEED(map_put(&m, UINT64_C(1000000000000) + i, &values[0]) == 0, "there is memory");
		(void)map_take(&m, UINT64_C(1000000000000) + i);
	}
	CHECK(m.n == 2500 && map_get(&m, 7919) == &values[1], "coming and going leaves the rest");
	map_free(&m);
}

struct item {
	struct link link;
	int n;
};

static void *put_many(void *arg)
{
	struct queue *q = arg;

	for (int i = 0; i < 10000; i++) {
		struct item *it = calloc(1, sizeof *it);

		it->n = i;
		queue_put(q, &it->link);
	}
	return NULL;
}

static void queue_passes(void)
{
	struct queue q;
	pthread_t threads[2];
	int got = 0;

	queue_init(&q, -1);
	for (int i = 0; i < 2; i++)
		NEED(pthread_create(&threads[i], NULL, put_many, &q) == 0, "a thread starts");
	while (got < 20000) {
		struct link *chain = queue_wait(&q, 100, -1);
		int here = 0;

		while (chain != NULL) {
			struct link *next = chain->next;

			free(chain);
			chain = next;
			here++;
		}
		NEED(here >= 1 && here <= 100, "a batch holds at most what was asked");
		got += here;
	}
	for (int i = 0; i < 2; i++)
		(void)pthread_join(threads[i], NULL);
	CHECK(queue_wait(&q, 0, 1) == NULL, "waiting for nothing ends");
	queue_close(&q);
	CHECK(got == 20000 && queue_wait(&q, 0, -1) == NULL, "all arrive; a closed queue is empty");
	queue_free(&q);
}

static void protocol_frames(void)
{
	static const struct {
		const char *name;
		const char *frames[7];
		enum verb verb;
		const char *error;
	} cases[] = {
		{"HELLO has two fields", {"IJW1", "HELLO", "x", "1"}, VERB_HELLO, NULL},
		{"SEND has two fields", {"IJW1", "SEND", "r", "<a/>"}, VERB_SEND, NULL},
		{"another mark is refused", {"IJW2", "HELLO", "x", "1"}, 0, IJW_ERR_MARK},
		{"nothing is refused", {NULL}, 0, IJW_ERR_MARK},
		{"only a mark is refused", {"IJW1"}, 0, IJW_ERR_MARK},
		{"an unknown verb is refused", {"IJW1", "hello", "x", "1"}, 0, IJW_ERR_VERB},
		{"too few fields are refused", {"IJW1", "HELLO", "x"}, 0, IJW_ERR_FIELDS},
		{"too many fields are refused", {"IJW1", "DONE", "1", "2"}, 0, IJW_ERR_FIELDS},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct frame f[7];
		const char *error = NULL;
		enum verb v = VERB_UNKNOWN;
		size_t n = 0;
		int r;

		for (; n < 7 && cases[i].frames[n] != NULL; n++)
			f[n] = (struct frame){cases[i].frames[n], strlen(cases[i].frames[n])};
		r = protocol_read(f, n, &v, &error);
		if (cases[i].error == NULL)
			CHECK(r == 0 && v == cases[i].verb, cases[i].name);
		else
			CHECK(r < 0 && strcmp(error, cases[i].error) == 0, cases[i].name);
	}
}

static void protocol_fields(void)
{
	char text[8];
	uint64_t n;

	CHECK(frame_text((struct frame){"abc", 3}, text, sizeof text) == 0, "text is taken");
	CHECK(frame_text((struct frame){"", 0}, text, sizeof text) < 0, "empty text is refused");
	CHECK(frame_text((struct frame){"abcdefgh", 8}, text, sizeof text) < 0, "long text is refused");
	CHECK(frame_text((struct frame){"a\n", 2}, text, sizeof text) < 0, "unprintable text is refused");
	CHECK(frame_number((struct frame){"17", 2}, 1000, &n) == 0 && n == 17, "a number is read");
	CHECK(frame_number((struct frame){"0", 1}, 1000, &n) < 0, "zero is refused");
	CHECK(frame_number((struct frame){"1001", 4}, 1000, &n) < 0, "more than most is refused");
	CHECK(frame_number((struct frame){"99999999999999999999", 20}, UINT64_MAX, &n) < 0,
	      "what does not fit 64 bits is refused");
	CHECK(frame_number((struct frame){"-1", 2}, 1000, &n) < 0, "a sign is refused");
	for (int v = VERDICT_ACCEPTED; v <= VERDICT_PARKED; v++) {
		const char *word = verdict_name((enum verdict)v);

		CHECK(verdict_parse((struct frame){word, strlen(word)}) == (enum verdict)v,
		      "a verdict's word comes back as the verdict");
	}
}

static void moments(void)
{
	static const struct {
		const char *name, *text, *utc; /* utc NULL: no moment */
	} cases[] = {
		{"a moment of winter", "2025-03-04T10:15:00", "2025-03-04T09:15:00.000Z"},
		{"a moment of summer", "2025-07-04T10:15:00", "2025-07-04T08:15:00.000Z"},
		{"without seconds", "2025-03-04T10:15", "2025-03-04T09:15:00.000Z"},
		{"with a fraction", "2025-03-04T10:15:00.25", "2025-03-04T09:15:00.250Z"},
		{"with more of a fraction than is kept", "2025-03-04T10:15:00.123456789", "2025-03-04T09:15:00.123Z"},
		{"a comma in the fraction", "2025-03-04T10:15:00,5", "2025-03-04T09:15:00.500Z"},
		{"in UTC", "2025-07-04T10:15:00Z", "2025-07-04T10:15:00.000Z"},
		{"with an offset", "2025-07-04T10:15:00+05:30", "2025-07-04T04:45:00.000Z"},
		{"an offset without a colon, without seconds", "2025-07-04T10:15-0130", "2025-07-04T11:45:00.000Z"},
		{"an offset of hours", "2025-07-04T10:15:00.5+02", "2025-07-04T08:15:00.500Z"},
		{"a blank for T", "2025-03-04 10:15:00", "2025-03-04T09:15:00.000Z"},
		{"only a date is midnight", "2025-07-04", "2025-07-03T22:00:00.000Z"},
		{"the last moment before summer time", "2026-03-29T01:59:59", "2026-03-29T00:59:59.000Z"},
		{"the hour that is skipped", "2026-03-29T02:30:00", "2026-03-29T01:30:00.000Z"},
		{"the first moment of summer time", "2026-03-29T03:00:00", "2026-03-29T01:00:00.000Z"},
		{"the hour that comes twice", "2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z"},
		{"the first moment of winter time", "2026-10-25T03:00:00", "2026-10-25T02:00:00.000Z"},
		{"no hour 24", "2025-03-04T24:00:00", NULL},
		{"no minute 60", "2025-03-04T10:60", NULL},
		{"no second 60", "2025-03-04T10:15:60", NULL},
		{"no such day", "2025-02-29T10:15:00", NULL},
		{"only an hour", "2025-03-04T10", NULL},
		{"a point and nothing", "2025-03-04T10:15:00.", NULL},
		{"something behind it", "2025-03-04T10:15:00Zulu", NULL},
		{"something behind the date", "2025-03-04Z", NULL},
		{"half an offset", "2025-03-04T10:15:00+1", NULL},
		{"half a date", "2025-03", NULL},
		{"nothing", "", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[MOMENT_TEXT] = "";
		int64_t us = 7;
		bool good = moment_parse(cases[i].text, &us);

		moment_text(us, text);
		CHECK(good == (cases[i].utc != NULL) && (good ? strcmp(text, cases[i].utc) == 0 : us == 7),
		      cases[i].name);
	}
}

int main(void)
{
	static const struct test tests[] = {
		{"JSON strings are escaped", json_is_escaped},
		{"a buf grows and is taken", buf_grows},
		{"an arena keeps what is made in it", arena_keeps},
		{"days are real days", dates},
		{"moments are read with and without a zone", moments},
		{"a map holds what is put in it", map_holds},
		{"a queue passes all, in batches", queue_passes},
		{"protocol messages have the right frames", protocol_frames},
		{"protocol fields are read by type", protocol_fields},
		{NULL, NULL},
	};

	return unit_main("base", tests);
}
