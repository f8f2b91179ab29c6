/*
 * What check.h promises about outcomes, facts and limits, and what no message
 * may do to us.  Rows hold a message type, what is changed in it, and what
 * must come of it; every row goes through memory and through a file.
 */
#include "../../lib/unit.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <sys/resource.h>
#include <time.h>

#include "bench.h"
#include "care/release.h"

#define MB (1024u * 1024u)

/* Both doors give the same, to the last sentence. */
static bool same_both_ways(struct bench *b, const void *data, size_t n)
{
	struct buf one = BUF_INIT, two = BUF_INIT;
	enum outcome memory = bench_check(b, data, n), file;
	bool same;

	findings_json(&b->checked.findings, &one);
	file = bench_check_file(b, data, n);
	findings_json(&b->checked.findings, &two);
	same = memory == file && strcmp(buf_str(&one), buf_str(&two)) == 0;
	buf_free(&one);
	buf_free(&two);
	return same;
}

static bool text_is(const char *a, const char *b)
{
	return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

struct row {
	const char *naam, *old, *new;
	const char *code; /* NULL: valid */
	const char *facet;
	const char *says;
};

#define XSI "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "

/* clang-format off */
static const struct row rows[] = {
	{"JW305", "?>", "?>", NULL, NULL, "a message as it is shipped is valid"},
	{"JW305", "<jw305:Client>", "<jw305:Client " XSI "xsi:schemaLocation=\"urn:x http://127.0.0.1:9/x.xsd\">", NULL, NULL, "a schemaLocation is allowed and not followed"},
	{"JW305", "<jw305:Bsn>", "<![CDATA[ ]]><jw305:Bsn>", NULL, NULL, "blank CDATA between elements is white space"},
	{"JW305", "<jw305:Bsn>", "<!-- a comment --><?an instruction?><jw305:Bsn>", NULL, NULL, "comments and instructions may be anywhere"},
	{"JW305", ">438<", "><![CDATA[43]]><!-- x -->8<", NULL, NULL, "text in pieces is one text"},
	{"JW305", "Versie>3<", "Versie> 3 <", NULL, NULL, "blanks around a whole number are allowed"},
	{"JW305", "Versie>3<", "Versie>03<", "BRS13", "pattern", "a version with a leading zero is not"},
	{"JW305", ">438<", "> 438<", "BRS13", "pattern", "a BerichtCode takes no blanks"},
	{"JW305", ">438<", ">439<", "BRS13", "pattern", "another BerichtCode does not fit"},
	{"JW305", "Voorletters>NA<", "Voorletters>\xC3\x97\xD0\x96<", NULL, NULL, "odd letters are valid initials"},
	{"JW305", "Voorletters>NA<", "Voorletters>N.A.<", "BRS13", "pattern", "dots in initials are not"},
	{"JW305", "2026-02-11", "-0044-03-15", NULL, NULL, "a year before Christ is a date"},
	{"JW305", "2026-02-11", "2026-02-11Z", "BRS13", "pattern", "a time zone is none"},
	{"JW301", "10:15:00", "24:00:00", NULL, NULL, "24:00:00 is a time"},
	{"JW301", "10:15:00", "10:15:00-05:00", "BRS13", "pattern", "a time with a negative zone is none"},
	{"JW305", "<jw305:Client>", "<jw305:Client xml:lang=\"nl\">", "BRS13", "attribute", "xml:lang is not allowed"},
	{"JW305", "<jw305:Client>", "<jw305:Client " XSI "xsi:nil=\"true\">", "BRS13", "attribute", "xsi:nil is not allowed"},
	{"JW305", "<jw305:Client>", "<jw305:Client xmlns:q=\"\">", "BRS14", "well-formed", "an empty namespace is fatal"},
	{"JW305", "<jw305:Client>", "<jw305:Client xmlns:xml=\"urn:x\">", "BRS14", "well-formed", "so is another namespace for xml"},
	{"JW305", "<jw305:Client>", "<jw305:Client xmlns:xmlns=\"urn:x\">", "BRS14", "well-formed", "and one for xmlns"},
	{"JW305", "<jw305:Client>", "<q:Client>", "BRS14", "well-formed", "a prefix that nobody declared is fatal"},
	{"JW305", "<jw305:Client>", "<jw305:Client xmlns:q=\"not a uri\">", NULL, NULL, "a namespace that is no URI is allowed"},
	{"JW305", "jw305/schema", "jw999/schema", "IB004", "namespace", "another root namespace is an unknown message"},
	{"JW305", "xmlns:jw305=", "xmlns:jw999=", "BRS14", "well-formed", "no namespace at all is fatal"},
	{"JW305", "?>", "?><!DOCTYPE x>", "BRS14", "doctype", "any DOCTYPE is refused"},
	{"JW305", "?>", "?><!DOCTYPE x [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]>", "BRS14", "doctype", "also one with entities"},
	{"JW305", "?>", "?><!DOCTYPE x SYSTEM \"file:///etc/passwd\">", "BRS14", "doctype", "also one from outside"},
	{"JW305", "UTF-8", "utf-8", NULL, NULL, "UTF-8 may be written small"},
	{"JW305", "UTF-8", "ISO-8859-1", "BRS14", "encoding", "another declared encoding is refused"},
	{"JW305", "<?xml", "\xEF\xBB\xBF<?xml", "BRS14", "encoding", "a byte order mark is refused"},
	{"JW305", "Voorbeeld", "Voorb\xE9\xE9ld", "BRS14", "encoding", "a byte that is no UTF-8 is refused"},
	{"JW305", "Voorbeeld", "Voorb\xED\xA0\x80ld", "BRS14", "encoding", "so is half a surrogate pair"},
	{"JW305", "Voorbeeld", "Voorb\xC1\xA1ld", "BRS14", "encoding", "and a letter in more bytes than it needs"},
	{"JW305", "Voorbeeld", "A & B", "BRS14", "well-formed", "a bare & is told"},
	{"JW305", "Voorbeeld", "&unknown;", "BRS14", "well-formed", "an entity that is none is told"},
	{"JW305", "Voorbeeld", "&#1;", "BRS14", "well-formed", "a control character is told"},
	{"JW305", "</jw305:Bsn>", "</jw305:Bsn", "BRS14", "well-formed", "a tag without its end is told"},
	{"JW305", "</jw305:Bsn>", "", "BRS14", "well-formed", "an element left open is told once"},
	{"JW305", "</jw305:Bericht>", "</jw305:Bericht>x", "BRS14", "well-formed", "text behind the root is told"},
	{"JW305", "<jw305:Bericht", "<jw305:Berichten", "BRS13", "root", "another root element is told, and nothing below it"},
};
/* clang-format on */

static void outcomes(void)
{
	struct bench b;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct buf text = bench_message(r->naam);
		enum outcome want = r->code == NULL ? CHECK_VALID : CHECK_INVALID;

		bench_replace(&text, r->old, r->new);
		CHECK(same_both_ways(&b, text.data, text.len), r->says);
		CHECK(b.checked.outcome == want, r->says);
		CHECK(text_is(b.checked.findings.code, r->code), r->says);
		if (r->facet != NULL) {
			CHECK(b.checked.findings.n == 1, r->says);
			CHECK(b.checked.findings.n > 0 &&
				      text_is(b.checked.findings.list[0].facet, r->facet),
			      r->says);
		}
		buf_free(&text);
	}
	bench_close(&b);
}

static void every_type(void)
{
	struct bench b;
	size_t n;
	const struct berichttype *types;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	types = standards_types(b.standards, &n);
	for (size_t i = 0; i < n; i++) {
		struct buf text = bench_message(types[i].naam);

		CHECK(same_both_ways(&b, text.data, text.len), types[i].naam);
		CHECK(b.checked.outcome == CHECK_VALID, types[i].naam);
		CHECK(b.checked.bericht.type == &types[i], types[i].naam);
		CHECK(strlen(b.checked.bericht.van) ==
			      (types[i].richting == VAN_GEMEENTE ? 4u : 8u),
		      types[i].naam);
		CHECK(strlen(b.checked.bericht.naar) ==
			      (types[i].richting == VAN_GEMEENTE ? 8u : 4u),
		      types[i].naam);
		buf_free(&text);
	}
	bench_close(&b);
}

static void facts(void)
{
	struct bench b;
	struct buf text = bench_message("JW306");
	const struct bericht *f = &b.checked.bericht;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	bench_replace(&text, ">2026-02-13<", ">\n2026-02-13 <");
	NEED(bench_check(&b, text.data, text.len) == CHECK_VALID, "a return message is valid");
	CHECK(text_is(f->afzender, "98001234") && text_is(f->ontvanger, "0363"),
	      "the header as it is");
	CHECK(text_is(f->van, "0363") && text_is(f->naar, "98001234"),
	      "the true sender is its Ontvanger");
	CHECK(text_is(f->identificatie, "G26020007"), "its own identification");
	CHECK(text_is(f->dagtekening, "2026-02-13"), "its own date, without the blanks");
	CHECK(text_is(f->origineel, "S26020001"), "and what it answers");
	buf_free(&text);

	text = bench_message("JW305");
	bench_replace(&text, "2026-02-11", "x");
	CHECK(bench_check(&b, text.data, text.len) == CHECK_INVALID, "an invalid message");
	CHECK(text_is(f->van, "98001234") && text_is(f->naar, "0363"), "has facts all the same");
	CHECK(text_is(f->origineel, ""), "an original answers nothing");
	buf_free(&text);

	text = bench_message("JW305");
	bench_replace(&text, ">S26020001<", "> S26020001<");
	(void)bench_check(&b, text.data, text.len);
	CHECK(text_is(f->identificatie, " S26020001"), "an identification keeps its blanks");
	bench_replace(&text, "Voorbeeld", "Voorb\xE9ld");
	(void)bench_check(&b, text.data, text.len);
	CHECK(text_is(f->naar, "0363"), "facts before a bad byte are known");
	buf_free(&text);
	bench_close(&b);
}

static void truncated(void)
{
	struct bench b;
	struct buf text = bench_message("JW305");
	size_t told = 0, last = text.len;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	while (last > 0 && text.data[last - 1] != '>')
		last--;
	for (size_t n = 0; n < last; n++) {
		bool same = same_both_ways(&b, text.data, n);
		const struct findings *fs = &b.checked.findings;

		CHECK(same && b.checked.outcome == CHECK_INVALID && fs->n == 1 &&
			      text_is(fs->code, "BRS14"),
		      "cut anywhere it is not well-formed, told once");
		told += fs->n == 1 && text_is(fs->list[0].facet, "truncated");
	}
	CHECK(told + 45 > last, "and nearly always told as cut off");
	buf_free(&text);
	bench_close(&b);
}

/* A long text made of one piece over and over. */
static void add_many(struct buf *b, const char *piece, size_t bytes)
{
	size_t n = strlen(piece);

	for (size_t i = 0; i < bytes / n; i++)
		buf_add(b, piece, n);
}

static void add_numbered(struct buf *b, const char *format_before, const char *after, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_addf(b, "%s%u%s", format_before, i, after);
}

/* clang-format off */
static void bulk_nothing(struct buf *b) { (void)b; }
static void bulk_text(struct buf *b) { add_many(b, "x y ", 24 * MB); }
static void bulk_blanks(struct buf *b) { add_many(b, "    ", 24 * MB); }
static void bulk_newlines(struct buf *b) { add_many(b, "\n", 24 * MB); }
static void bulk_references(struct buf *b) { add_many(b, "&amp;", 24 * MB); }
static void bulk_less(struct buf *b) { add_many(b, "<", 24 * MB); }
static void bulk_deep(struct buf *b) { add_many(b, "<a>", 24 * MB); }
static void bulk_names(struct buf *b) { buf_adds(b, "<x>"); add_numbered(b, "<n", "/>", 1000000); }
static void bulk_comment(struct buf *b) { buf_adds(b, "<!--"); bulk_text(b); buf_adds(b, "-->"); }
static void bulk_comments(struct buf *b) { add_many(b, "<!-- a comment of some length, and again -->", 24 * MB); }
static void bulk_cdata(struct buf *b) { buf_adds(b, "<![CDATA["); bulk_text(b); buf_adds(b, "]]>"); }
static void bulk_instruction(struct buf *b) { buf_adds(b, "<?x "); bulk_text(b); buf_adds(b, "?>"); }
static void bulk_name(struct buf *b) { buf_adds(b, "<"); add_many(b, "x", 24 * MB); }
static void bulk_entity(struct buf *b) { buf_adds(b, "&"); add_many(b, "x", 24 * MB); buf_adds(b, ";"); }
static void bulk_attribute(struct buf *b) { buf_adds(b, "<a b=\""); bulk_text(b); buf_adds(b, "\"/>"); }
static void bulk_attributes(struct buf *b) { buf_adds(b, "<a"); add_numbered(b, " a", "=\"x\"", 1500000); buf_adds(b, "/>"); }
static void bulk_namespaces(struct buf *b) { buf_adds(b, "<a"); add_numbered(b, " xmlns:n", "=\"urn:x\"", 500000); buf_adds(b, "/>"); }

/* clang-format on */

static void bulk_tags(struct buf *b, const char *format)
{
	for (unsigned i = 0; b->len < 24 * MB; i++) {
		buf_adds(b, "<a");
		for (unsigned k = 0; k < 60; k++)
			buf_addf(b, " %s%u_%u=\"u:%u\"", format, i, k, k);
		buf_adds(b, "/>");
	}
}
static void bulk_spread(struct buf *b)
{
	bulk_tags(b, "xmlns:n");
}
static void bulk_spread_attributes(struct buf *b)
{
	bulk_tags(b, "n");
}

static const struct {
	void (*fill)(struct buf *);
	const char *code; /* NULL: valid */
	const char *says;
} bulks[] = {
	{bulk_nothing, NULL, "nothing put in"},
	{bulk_text, "BRS14", "24 MB of text between elements"},
	{bulk_blanks, "BRS14", "24 MB of blanks"},
	{bulk_newlines, "BRS14", "24 MB of line ends"},
	{bulk_references, "BRS14", "24 MB of &amp;"},
	{bulk_less, "BRS14", "24 MB of <"},
	{bulk_deep, "BRS14", "eight million levels"},
	{bulk_names, "BRS14", "a million names"},
	{bulk_comment, "BRS14", "one comment of 24 MB"},
	{bulk_comments, NULL, "half a million comments"},
	{bulk_cdata, "BRS14", "24 MB of CDATA"},
	{bulk_instruction, "BRS14", "an instruction of 24 MB"},
	{bulk_name, "BRS14", "a name of 24 MB"},
	{bulk_entity, "BRS14", "an entity with a name of 24 MB"},
	{bulk_attribute, "BRS14", "an attribute of 24 MB"},
	{bulk_attributes, "BRS14", "a million and a half attributes"},
	{bulk_namespaces, "BRS14", "half a million namespaces in a tag"},
	{bulk_spread, "BRS14", "namespaces over many tags"},
	{bulk_spread_attributes, "BRS14", "attributes over many tags"},
};

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail with this clock */
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void in_bulk(void)
{
	struct bench b;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t i = 0; i < sizeof bulks / sizeof *bulks; i++) {
		struct buf text = bench_message("JW305"), whole = BUF_INIT;
		const char *at = strstr(buf_str(&text), "<jw305:Client>");
		double from;

		buf_add(&whole, text.data, (size_t)(at - text.data));
		bulks[i].fill(&whole);
		buf_adds(&whole, at);
		from = seconds();
		(void)bench_check(&b, whole.data, whole.len);
		CHECK(seconds() - from < 20,
		      bulks[i].says); /* seconds of a loaded machine under a sanitizer */
		CHECK(b.checked.outcome == (bulks[i].code == NULL ? CHECK_VALID : CHECK_INVALID),
		      bulks[i].says);
		CHECK(text_is(b.checked.findings.code, bulks[i].code), bulks[i].says);
		CHECK(b.arena.used < 4 * MB, bulks[i].says);
		CHECK(b.checked.bericht.type != NULL, bulks[i].says);
		buf_free(&text);
		buf_free(&whole);
	}
	bench_close(&b);
}

static void too_large(void)
{
	struct bench b;
	struct buf text = bench_message("JW305"), whole = BUF_INIT;
	size_t n = 25 * MB - text.len;
	const char *at = strstr(buf_str(&text), "<jw305:Client>");

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	buf_add(&whole, text.data, (size_t)(at - text.data));
	add_many(&whole, "<!---->", n / 7 * 7);
	add_many(&whole, " ", n % 7);
	buf_adds(&whole, at);
	CHECK(whole.len == 25 * MB, "a message of 25 MB to the byte");
	CHECK(bench_check(&b, whole.data, whole.len) == CHECK_VALID, "may be that large");
	buf_adds(&whole, "\n");
	CHECK(same_both_ways(&b, whole.data, whole.len), "one byte more");
	CHECK(b.checked.outcome == CHECK_INVALID && text_is(b.checked.findings.code, "BRS06"),
	      "is refused");
	CHECK(b.checked.findings.n == 1 && text_is(b.checked.findings.list[0].rule, "OP179"),
	      "by OP179");
	CHECK(text_is(b.checked.bericht.naar, "0363"), "and it is known whose it is");
	buf_free(&text);
	buf_free(&whole);
	bench_close(&b);
}

static void long_text(void)
{
	struct bench b;
	struct buf text = bench_message("JW315"), comment = BUF_INIT;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	buf_adds(&comment, "<jw315:Commentaar>");
	add_many(&comment, "woord ", 1000000);
	buf_adds(&comment, "</jw315:Commentaar>\n\t\t<jw315:AangevraagdeProducten>");
	bench_replace(&text, "<jw315:AangevraagdeProducten>", buf_str(&comment));
	CHECK(bench_check(&b, text.data, text.len) == CHECK_VALID,
	      "a Commentaar of a million characters is valid");
	bench_replace(&text, "woord ", "<![CDATA[ ]]><!-- -->  ");
	CHECK(same_both_ways(&b, text.data, text.len), "also in pieces");
	CHECK(b.checked.outcome == CHECK_VALID, "it is valid");
	buf_free(&text);
	buf_free(&comment);
	bench_close(&b);
}

static void behind_root(void)
{
	struct bench b;
	struct buf text = bench_message("JW305");

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	buf_add(&text, "\0", 1);
	CHECK(same_both_ways(&b, text.data, text.len), "a NUL behind the root");
	CHECK(b.checked.outcome == CHECK_INVALID &&
		      text_is(b.checked.findings.list[0].facet, "nul"),
	      "is refused as one");
	CHECK(b.checked.findings.list[0].line > 40, "with its line");
	buf_adds(&text, "garbage");
	CHECK(bench_check(&b, text.data, text.len) == CHECK_INVALID, "with garbage behind it too");
	text.len = 0;
	CHECK(bench_check(&b, "", 0) == CHECK_INVALID, "no bytes at all are no message");
	CHECK(bench_check(&b, NULL, 0) == CHECK_INVALID, "not even a place for them");
	CHECK(bench_check(&b, "\xFF\xFE<\0", 4) == CHECK_INVALID, "UTF-16 is refused");
	buf_free(&text);
	bench_close(&b);
}

static void many_findings(void)
{
	struct bench b;
	struct buf text = bench_message("JW323"), more = BUF_INIT;
	const char *from = strstr(buf_str(&text), "<jw323:Prestatie>");
	const char *to = strstr(from, "</jw323:Prestatie>") + strlen("</jw323:Prestatie>");

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	buf_add(&more, text.data, (size_t)(from - text.data));
	for (int i = 0; i < 70000; i++) {
		buf_add(&more, from, (size_t)(to - from));
		buf_adds(&more, "\n");
		if (i == 0)
			bench_replace(&more, "<jw323:Eenheid>01", "<jw323:Eenheid>99");
	}
	buf_adds(&more, to);
	more.len = more.len > 25 * MB ? 25 * MB : more.len;
	(void)bench_check(&b, more.data, more.len);
	CHECK(b.checked.findings.n >= 1 && text_is(b.checked.findings.list[0].facet, "enumeration"),
	      "the first of many lines is told");
	CHECK(strstr(b.checked.findings.list[0].path, "/Prestatie[1]/") != NULL, "with its index");
	CHECK(b.checked.findings.list[b.checked.findings.n - 1].line > 65535 ||
		      b.checked.outcome == CHECK_INVALID,
	      "lines above 65,535 are true");
	buf_free(&text);
	buf_free(&more);
	bench_close(&b);
}

static void far_line(void)
{
	struct bench b;
	struct buf text = bench_message("JW305");
	struct buf lines = BUF_INIT;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	add_many(&lines, "\n", 200000);
	buf_adds(&lines, "<jw305:Bsn>x");
	bench_replace(&text, "<jw305:Bsn>", buf_str(&lines));
	CHECK(bench_check(&b, text.data, text.len) == CHECK_INVALID, "a mistake far down");
	CHECK(b.checked.findings.list[0].line == 200019, "has its true line");
	CHECK(b.checked.findings.list[0].column == 1, "and column");
	buf_free(&text);
	buf_free(&lines);
	bench_close(&b);
}

static void stops_counting(void)
{
	struct bench b;
	struct buf text = bench_message("JW302"), codes = BUF_INIT;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	add_many(&codes, "<jw302:RetourCode>x</jw302:RetourCode>", 38 * 80);
	buf_adds(&codes, "<jw302:RetourCode>0200");
	bench_replace(&text, "<jw302:RetourCode>0200", buf_str(&codes));
	CHECK(bench_check(&b, text.data, text.len) == CHECK_INVALID, "eighty mistakes");
	CHECK(b.checked.findings.n == FINDINGS_MAX && b.checked.findings.more == 30,
	      "fifty told, thirty counted");
	CHECK(strstr(b.checked.findings.list[49].path, "RetourCode[50]") != NULL,
	      "each with its index");
	buf_free(&text);
	buf_free(&codes);
	bench_close(&b);
}

/* ---- against plain libxml2 ---- */

static void silent(void *data, xmlErrorPtr error)
{
	(void)data;
	(void)error;
}

/* What libxml2 alone thinks; -1 where its word does not count: NUL, DOCTYPE, other encodings, our
 * limits. */
static int plain_verdict(xmlSchemaValidCtxtPtr valid, const char *data, size_t n)
{
	xmlParserCtxtPtr ctxt;
	xmlDocPtr doc;
	int verdict = -1;

	if (memchr(data, '\0', n) != NULL || strstr(data, "<!D") != NULL)
		return -1;
	ctxt = xmlNewParserCtxt();
	doc = xmlCtxtReadMemory(ctxt, data, (int)n, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |
					XML_PARSE_NOWARNING);
	if (doc == NULL)
		verdict = 0;
	else if (ctxt->nsWellFormed &&
		 (doc->encoding == NULL || xmlStrcasecmp(doc->encoding, BAD_CAST "utf-8") == 0))
		verdict = xmlSchemaValidateDoc(valid, doc) == 0;
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(ctxt);
	return verdict;
}

static uint32_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Turns a few bytes over; mostly into bytes that mean something in XML. */
static void spoil(struct buf *text, uint64_t *state)
{
	static const char signs[] = "<>/&;=\"'!-[]? \n\t:09aZ.\xC3\xA9\x80";
	uint32_t n = 1 + next_random(state) % 3;

	while (n-- > 0) {
		size_t at = next_random(state) % text->len;
		uint32_t how = next_random(state);

		if (how % 8 == 0)
			text->data[at] = (char)(how >> 8);
		else if (how % 8 == 1)
			memmove(text->data + at, text->data + at + 1, text->len - at - 1);
		else
			text->data[at] = signs[(how >> 8) % (sizeof signs - 1)];
	}
}

static void flips(void)
{
	static const char *const names[] = {"JW305", "JW301", "JW325"};
	struct bench b;
	uint64_t state = 20261122;
	size_t differ = 0, judged = 0, failed = 0, invalid_by_us = 0;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t t = 0; t < 3; t++) {
		const struct berichttype *type = standards_by_name(b.standards, names[t]);
		struct buf why = BUF_INIT, text = bench_message(names[t]), copy = BUF_INIT;
		xmlSchemaPtr schema = NULL;
		xmlSchemaValidCtxtPtr valid;

		NEED(schemaset_compile(standard_schemas(type->standard), type->schema, &schema,
				       &why) == 0,
		     "the schema compiles");
		valid = xmlSchemaNewValidCtxt(schema);
		xmlSchemaSetValidStructuredErrors(valid, silent, NULL);
		for (int i = 0; i < 6000; i++) {
			int plain;
			bool ours;

			buf_clear(&copy);
			buf_add(&copy, text.data, text.len);
			spoil(&copy, &state);
			plain = plain_verdict(valid, copy.data, copy.len);
			ours = bench_check(&b, copy.data, copy.len) == CHECK_VALID ||
			       b.checked.outcome == CHECK_REJECTED; /* a rule is no schema */
			failed += b.checked.outcome == CHECK_FAILED;
			judged += plain >= 0;
			invalid_by_us += plain == 1 && !ours;
			if (plain >= 0 && ours != plain && differ++ < 5)
				fprintf(stderr, "\n  %s round %d: libxml2 %d, ours %d\n", names[t],
					i, plain, ours);
		}
		buf_free(&copy);
		buf_free(&text);
		buf_free(&why);
		xmlSchemaFreeValidCtxt(valid);
		xmlSchemaFree(schema);
	}
	CHECK(judged > 15000, "libxml2 judged most of them");
	CHECK(differ == 0 && invalid_by_us == 0,
	      "a spoilt message is valid to us if and only if it is to libxml2");
	CHECK(failed == 0, "and none of them makes us fail");
	bench_close(&b);
}

static void not_readable(void)
{
	struct bench b;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	check_file(b.checker, &b.arena, -1, &b.checked);
	CHECK(b.checked.outcome == CHECK_FAILED, "a descriptor that cannot be read is our fault");
	CHECK(b.checked.findings.n == 1 && b.checked.findings.code == NULL,
	      "and has no delivery code");
	bench_close(&b);
}

static void steady(void)
{
	struct bench b;
	struct rusage before, after;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (int i = 0; i < 6000; i++) {
		struct buf text = bench_message("JW305");
		char name[32];

		if (i == 1000)
			(void)getrusage(RUSAGE_SELF, &before);
		(void)snprintf(name, sizeof name, "<!-- x --><x%d/>", i);
		if (i % 2 == 0)
			bench_replace(&text, "<jw305:Client>", name);
		(void)bench_check(&b, text.data, text.len);
		buf_free(&text);
	}
	(void)getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed */
	CHECK(after.ru_maxrss - before.ru_maxrss < 2048,
	      "thousands of messages leave nothing behind");
#else
	(void)before;
	(void)after;
#endif
	bench_close(&b);
}

int main(void)
{
	static const struct test tests[] = {
		{"odd but right messages pass, wrong ones are told with code and facet", outcomes},
		{"the shipped message of every type is valid and tells who sends to whom",
		 every_type},
		{"facts are picked up, swapped for a return message, also when it is invalid",
		 facts},
		{"a message cut off at any byte is told as such", truncated},
		{"24 MB of anything is bounded in time and memory", in_bulk},
		{"25 MB is the limit, to the byte", too_large},
		{"a long Commentaar is read, also in pieces", long_text},
		{"what stands behind the root counts", behind_root},
		{"a large declaration is told with index and line", many_findings},
		{"a line far down is told truly", far_line},
		{"fifty findings are told and the rest counted", stops_counting},
		{"eighteen thousand spoilt messages: never a crash, always libxml2's verdict",
		 flips},
		{"what cannot be read is not the sender's fault", not_readable},
		{"thousands of messages leave nothing behind", steady},
		{NULL, NULL}};

	return unit_main("check", tests);
}
