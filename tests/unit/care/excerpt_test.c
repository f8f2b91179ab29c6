/* The excerpt: right lines, right mark, and nothing personal whatever the text is. */
#include "../../lib/unit.h"

#include "bench.h"

static struct buf excerpt_of(struct bench *b, const struct buf *text, uint32_t line,
			     uint32_t column)
{
	struct buf out = BUF_INIT;
	const struct finding f = {.rule = "XSD", .line = line, .column = column};

	check_excerpt(b->checker, text->data, text->len, &f, &out);
	return out;
}

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void around(void)
{
	struct bench b;
	struct buf text = bench_message("JW305"), out = BUF_INIT;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	bench_replace(&text, "2026-02-11", "2026-02-31");
	(void)bench_check(&b, text.data, text.len);
	NEED(b.checked.findings.n == 1, "there is one finding");
	check_excerpt(b.checker, text.data, text.len, &b.checked.findings.list[0], &out);
	CHECK(lines(buf_str(&out)) == 6, "five lines and the mark under one");
	CHECK(strstr(buf_str(&out), "| \t") == NULL, "tabs became blanks");
	CHECK(strstr(buf_str(&out),
		     ">     40 |     <jw305:Begindatum>2026-02-31</jw305:Begindatum>\n         |   "
		     "  ^\n") != NULL,
	      "the finding's own line is marked and its value shown");
	CHECK(strstr(buf_str(&out), "StatusAanlevering>1<") != NULL, "codes are shown");
	buf_free(&out);
	buf_free(&text);
	bench_close(&b);
}

/* Over every line of every message: no personal value of it may show. */
static void masked(void)
{
	static const char *const personal[] = {
		"999930084", "Voorbeeld", "Noor",	"2014-05-17", "Testlaan",
		"1011ZZ",    "Amsterdam", "0200000000", "0600000000", "voorbeeld@",
		"01005678",  "Pools",	  ">NA<",	">van<"};
	static const char *const names[] = {"JW301", "JW302", "JW305", "JW307",
					    "JW315", "JW317", "JW323"};
	struct bench b;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct buf text = bench_message(names[i]);
		uint32_t n = (uint32_t)lines(text.data);

		for (uint32_t line = 1; line <= n + 1; line++) {
			struct buf out = excerpt_of(&b, &text, line, 5);

			for (size_t k = 0; k < sizeof personal / sizeof *personal; k++)
				CHECK(strstr(buf_str(&out), personal[k]) == NULL, personal[k]);
			buf_free(&out);
		}
		buf_free(&text);
	}
	bench_close(&b);
}

/* Text where tags cannot be trusted: then no value shows at all. */
static void broken(void)
{
	static const struct {
		const char *old, *new, *secret;
	} rows[] = {
		{"Achternaam>Voorbeeld</ijw:Achternaam>",
		 "Achternaam>Voorbeeld <Jansen> </ijw:Achternaam>", "Jansen"},
		{"<ijw:Achternaam>", "<Geheim <ijw:Achternaam>", "Geheim"},
		{"<jw305:Bsn>", "<!-- Geheim --><jw305:Bsn>", "Geheim"},
		{"<jw305:Bsn>", "<![CDATA[Geheim]]><jw305:Bsn>", "Geheim"},
		{"<jw305:Bsn>", "<?Geheim?><jw305:Bsn>", "Geheim"},
		{"<jw305:Bsn>", "<jw305:Bsn Geheim=\"Geheim\">", "Geheim"},
		{"<jw305:Bsn>", "<!Geheim><jw305:Bsn>", "Geheim"},
		{"</jw305:Bsn>", "", "999930084"},
		{"Begindatum>2026-02-11", "Begindatum>999930084", "999930084"},
		{"</jw305:Bsn>\n\t\t<jw305:Geboortedatum>\n", "\n\t\t", "2014-05-17"},
	};
	struct bench b;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf text = bench_message("JW305");

		bench_replace(&text, rows[i].old, rows[i].new);
		for (uint32_t line = 1; line < 50; line++) {
			struct buf out = excerpt_of(&b, &text, line, 1);

			CHECK(strstr(buf_str(&out), rows[i].secret) == NULL, rows[i].new);
			buf_free(&out);
		}
		buf_free(&text);
	}
	bench_close(&b);
}

static void one_line(void)
{
	struct bench b;
	struct buf text = bench_message("JW305"), out;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\n')
			text.data[i] = ' ';
	out = excerpt_of(&b, &text, 1, 900);
	CHECK(out.len < 600 && strstr(buf_str(&out), "\xE2\x80\xA6") != NULL,
	      "a long line is cut on both sides");
	CHECK(lines(buf_str(&out)) == 2, "it is one line and its mark");
	buf_free(&out);
	out = excerpt_of(&b, &text, 0, 0);
	CHECK(out.len == 0, "a finding without a place has no excerpt");
	buf_free(&out);
	out = excerpt_of(&b, &text, 900, 1);
	CHECK(out.len == 0, "nor has one behind the end");
	buf_free(&out);
	buf_free(&text);
	bench_close(&b);
}

static void any_bytes(void)
{
	struct bench b;
	struct buf text = bench_message("JW305");
	uint64_t state = 7;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (int i = 0; i < 3000; i++) {
		struct buf copy = BUF_INIT, out;

		buf_add(&copy, text.data, text.len);
		for (int k = 0; k < 6; k++) {
			state = state * UINT64_C(6364136223846793005) + 99;
			copy.data[(state >> 33) % copy.len] =
				"<>/\"'!?-]\n\0\xC3"[(state >> 20) % 12];
		}
		out = excerpt_of(&b, &copy, 1 + (uint32_t)(i % 50), 1 + (uint32_t)(i % 90));
		CHECK(!out.failed && out.len < 4000 && strstr(buf_str(&out), "Testlaan") == NULL,
		      "any bytes give some lines");
		buf_free(&out);
		buf_free(&copy);
	}
	buf_free(&text);
	bench_close(&b);
}

int main(void)
{
	static const struct test tests[] = {
		{"two lines before, two behind, and a mark", around},
		{"nothing personal shows on any line of any message", masked},
		{"nor where tags cannot be trusted", broken},
		{"a message on one line is cut around the column", one_line},
		{"any bytes will do", any_bytes},
		{NULL, NULL}};

	return unit_main("excerpt", tests);
}
