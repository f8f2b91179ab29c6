/* What stands behind the ?, and what goes into a spreadsheet or a page. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../../adapters/dashboard/query.h"
#include "../../../adapters/dashboard/table.h"
#include "../../lib/unit.h"

static const char *value; /* of every parameter */

static const char *get(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return value;
}

static struct query with(const char *text)
{
	value = text;
	return (struct query){.get = get};
}

static void numbers(void)
{
	static const struct {
		const char *text;
		int64_t want;
		bool right;
	} cases[] = {{NULL, 50, true},	 {"", 50, true},    {"1", 1, true},
		     {"200", 200, true}, {"0", 50, false},  {"201", 50, false},
		     {"-1", 50, false},	 {"x", 50, false},  {"1x", 50, false},
		     {" 1", 50, false},	 {"+1", 50, false}, {"99999999999999999999", 50, false}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct query q = with(cases[i].text);

		CHECK(query_number(&q, "limit", 50, 1, 200) == cases[i].want &&
			      (q.wrong == NULL) == cases[i].right,
		      cases[i].text != NULL ? cases[i].text : "absent");
	}
}

static void codes(void)
{
	static const struct {
		const char *text;
		bool right;
	} cases[] = {{NULL, true},    {"0363", true},	   {"12345678", true},
		     {"036", false},  {"12345", false},	   {"0363' OR 1=1", false},
		     {"abcd", false}, {"123456789", false}};
	static const char *const words[] = {"rood", "groen", NULL};
	struct query q;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		q = with(cases[i].text);
		(void)query_code(&q, "party");
		CHECK((q.wrong == NULL) == cases[i].right,
		      cases[i].text != NULL ? cases[i].text : "absent");
	}
	q = with("groen");
	CHECK(query_word(&q, "stoplicht", words, -1) == 1, "a word is its place");
	q = with("blauw");
	CHECK(query_word(&q, "stoplicht", words, -1) == -1 && strcmp(q.wrong, "stoplicht") == 0,
	      "another is told by name");
	q = with("a\x01");
	CHECK(query_text(&q, "q")[0] == '\0' && q.wrong != NULL, "control characters are no text");
}

static void moments(void)
{
	struct query q = with("2026-11-22");
	int64_t from = query_moment(&q, "since", false), until = query_moment(&q, "until", true);
	char text[300];

	CHECK(until - from == INT64_C(86400000000), "a day as an end is the end of that day");
	q = with("2026-11-22T10:00:00Z");
	CHECK(query_moment(&q, "since", false) == query_moment(&q, "until", true) &&
		      q.wrong == NULL,
	      "a moment is that moment");
	q = with("gisteren");
	CHECK(query_moment(&q, "since", false) == 0 && q.wrong != NULL, "a word is none");
	q = with("2026-02-30");
	CHECK(query_day(&q, "since", DAY_NONE) == DAY_NONE && q.wrong != NULL,
	      "30 February is no day");
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	q = with(text);
	CHECK(query_text(&q, "q")[0] == '\0' && q.wrong != NULL,
	      "what is too long is not looked for");
}

static void clients(void)
{
	unsigned char client[CLIENT_BYTES];
	char text[2 * CLIENT_BYTES + 1];
	struct query q = with("00112233445566778899aabbccddeeff");

	NEED(query_client(&q, "client", client), "a pseudonym");
	client_text(client, text);
	CHECK(strcmp(text, value) == 0, "there and back");
	q = with("999930084");
	CHECK(!query_client(&q, "client", client) && q.wrong != NULL, "a BSN is none");
	q = with(NULL);
	CHECK(!query_client(&q, "client", client) && q.wrong == NULL, "absent is absent");
}

static void cells(void)
{
	static const struct {
		const char *name, *text, *want;
	} texts[] = {
		{"plain", "Amsterdam", "Amsterdam"},
		{"a semicolon is quoted", "a;b", "\"a;b\""},
		{"quotes are doubled", "a\"b", "\"a\"\"b\""},
		{"a line break is quoted", "a\nb", "\"a\nb\""},
		{"no formula", "=1+1", "'=1+1"},
		{"nor by a sign", "+31", "'+31"},
		{"nor a minus", "-1", "'-1"},
		{"nor an at", "@SUM(A1)", "'@SUM(A1)"},
		{"nor a quoted one", "=1;2", "\"'=1;2\""},
		{"nothing", "", ""},
	};
	static const struct {
		double x;
		const char *want;
	} numbers_[] = {{1, "1"}, {-3, "-3"},		{0.5, "0,5"}, {29.41, "29,41"},
			{0, "0"}, {1000000, "1000000"}, {0.0001, "0"}};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		buf_clear(&b);
		csv_text(&b, texts[i].text);
		CHECK(strcmp(buf_str(&b), texts[i].want) == 0, texts[i].name);
	}
	for (size_t i = 0; i < sizeof numbers_ / sizeof *numbers_; i++) {
		buf_clear(&b);
		csv_number(&b, numbers_[i].x);
		if (!CHECK(strcmp(buf_str(&b), numbers_[i].want) == 0,
			   "numbers have a comma and no idle zeros"))
			(void)fprintf(stderr, "    %s\n", buf_str(&b));
	}
	buf_clear(&b);
	csv_number(&b, (double)NAN);
	CHECK(b.len == 0, "what is not known is empty");
	buf_clear(&b);
	csv_code(&b, "0363");
	CHECK(strcmp(buf_str(&b), "=\"0363\"") == 0, "codes keep their zeros");
	buf_clear(&b);
	csv_code(&b, "0363 JW301;x");
	CHECK(strcmp(buf_str(&b), "\"0363 JW301;x\"") == 0, "what is no code is text");
	buf_free(&b);
}

static void sheets(void)
{
	static const struct column columns[] = {{"code", NULL, CELL_CODE},
						{"a.b", "getal", CELL_NUMBER},
						{"on", "aan", CELL_TEXT},
						{NULL, NULL, CELL_TEXT}};
	json_t *rows = json_pack("[{s:s, s:{s:f}, s:b}, {s:n}]", "code", "0363", "a", "b", 1.5,
				 "on", 1, "code");
	struct buf b = BUF_INIT;

	csv_write(&b, columns, rows);
	CHECK(strcmp(buf_str(&b), "\xEF\xBB\xBF"
				  "code;getal;aan\r\n=\"0363\";1,5;ja\r\n;;\r\n") == 0,
	      "a head, and a line for each row");
	buf_free(&b);
	json_decref(rows);
}

static void html(void)
{
	struct buf b = BUF_INIT;

	html_text(&b, "<script>alert(\"a & 'b'\")</script>");
	CHECK(strcmp(buf_str(&b),
		     "&lt;script&gt;alert(&quot;a &amp; &#39;b&#39;&quot;)&lt;/script&gt;") == 0,
	      "nothing of it is HTML any more");
	buf_free(&b);
}

int main(void)
{
	static const struct test tests[] = {
		{"numbers within bounds", numbers},
		{"codes and words", codes},
		{"days and moments", moments},
		{"pseudonyms", clients},
		{"cells of a spreadsheet", cells},
		{"whole spreadsheets", sheets},
		{"texts in HTML", html},
		{NULL, NULL},
	};

	return unit_main("query", tests);
}
