/*
 * What a check (parse, schema, typed content, the rules of one message) costs
 * next to bare libxml2 (parse and XSD through its own SAX plug) for the same
 * message in the same run, and what a large declaration takes.  Prints a table
 * and asserts nothing: figures of a loaded machine prove little.
 *
 *     bench_check [schemas] [messages]
 */
#include <fcntl.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "care/check.h"

#include "base/banned.h"

#define ROUNDS 9
#define TIMES 1500
#define LINES 31000 /* of the large declaration: just below 25 MB */

static double now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail with this clock */
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static size_t read_message(const char *dir, const char *name, char *to, size_t room)
{
	struct buf path = BUF_INIT;
	ssize_t n;
	int fd;

	buf_addf(&path, "%s/%s.xml", dir, name);
	fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, to, room);
	if (fd >= 0)
		(void)close(fd); /* only read from */
	buf_free(&path);
	return n < 0 ? 0 : (size_t)n;
}

/* A parser context with the schema plugged in and no handlers of its own. */
static void bare(xmlSchemaValidCtxtPtr valid, const char *data, size_t n)
{
	xmlParserCtxtPtr ctxt = xmlCreateMemoryParserCtxt(data, (int)n);
	xmlSAXHandler none = {.initialized = XML_SAX2_MAGIC};
	xmlSAXHandlerPtr sax = &none, old = ctxt->sax;
	xmlSchemaSAXPlugPtr plug;

	ctxt->sax = sax;
	plug = xmlSchemaSAXPlug(valid, &ctxt->sax, &ctxt->userData);
	(void)xmlParseDocument(ctxt); /* valid messages only */
	(void)xmlSchemaSAXUnplug(plug);
	ctxt->sax = old;
	xmlFreeParserCtxt(ctxt);
}

static void ours(struct checker *c, const char *data, size_t n)
{
	struct arena a = ARENA_INIT;
	struct checked k;

	check_bytes(c, &a, data, n, &k);
	if (k.outcome != CHECK_VALID)
		fprintf(stderr, "bench_check: a message is not valid: %s\n",
			k.findings.n > 0 ? k.findings.list[0].en : "?");
	arena_release(&a);
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

static void bench(struct checker *c, xmlSchemaPtr schema, const char *name, const char *data,
		  size_t n, int times)
{
	xmlSchemaValidCtxtPtr valid = xmlSchemaNewValidCtxt(schema);
	double us[2] = {1e12, 1e12};

	for (int round = 0; round < (times > 1 ? ROUNDS : 3); round++) {
		double from = now_us();

		for (int i = 0; i < times; i++)
			bare(valid, data, n);
		us[0] = least(us[0], (now_us() - from) / times);
		from = now_us();
		for (int i = 0; i < times; i++)
			ours(c, data, n);
		us[1] = least(us[1], (now_us() - from) / times);
	}
	printf("%s  %8zu bytes  libxml2 %8.1f us  check and rules %8.1f us  ratio %.2f\n", name, n,
	       us[0], us[1], us[1] / us[0]);
	xmlSchemaFreeValidCtxt(valid);
}

/* One declaration of many lines, each with a reference, an allocation and a client of its own. */
static void large(const char *one, size_t n, struct buf *out)
{
	static const char begin[] = "<jw323:Client>", end[] = "</jw323:Client>";
	const char *from = strstr(one, begin), *until = strstr(one, end) + strlen(end);
	const char *total = strstr(one, "72000"), *number = strstr(from, "2026030001");
	const char *allocation = strstr(from, "123456001");

	buf_add(out, one, (size_t)(total - one));
	buf_addf(out, "%u", 72000u * LINES);
	buf_add(out, total + 5, (size_t)(from - total - 5));
	for (unsigned i = 0; i < LINES / 20; i++) {
		const char *line = strstr(from, "<jw323:Prestatie>");
		const char *last = strstr(line, "</jw323:Prestaties>");
		const char *bsn = strstr(from, "999930084");

		/* 9 times the first digit and so on: numbers that pass the 11-test are far apart */
		buf_add(out, from, (size_t)(bsn - from));
		for (unsigned b = 100000000 + 37 * i;; b++) {
			unsigned sum = 0, d[9], rest = b;

			for (int k = 8; k >= 0; k--, rest /= 10)
				d[k] = rest % 10;
			for (unsigned k = 0; k < 8; k++)
				sum += d[k] * (9 - k);
			if ((sum + 10 * d[8]) % 11 != 0)
				continue;
			buf_addf(out, "%09u", b);
			break;
		}
		buf_add(out, bsn + 9, (size_t)(line - bsn - 9));
		for (unsigned k = 20 * i; k < 20 * i + 20; k++) {
			buf_add(out, line, (size_t)(number - line));
			buf_addf(out, "%010u", k + 1);
			buf_add(out, number + 10, (size_t)(allocation - number - 10));
			buf_addf(out, "%u", k + 1);
			buf_add(out, allocation + 9, (size_t)(last - allocation - 9));
		}
		buf_add(out, last, (size_t)(until - last));
	}
	buf_add(out, until, (size_t)(one + n - until));
}

static xmlSchemaPtr load(const char *schemas, const char *file)
{
	struct buf path = BUF_INIT;
	xmlSchemaParserCtxtPtr ctxt;
	xmlSchemaPtr schema;

	buf_addf(&path, "%s/ijw-3.2/%s", schemas, file);
	ctxt = xmlSchemaNewParserCtxt(buf_str(&path));
	schema = xmlSchemaParse(ctxt);
	xmlSchemaFreeParserCtxt(ctxt);
	buf_free(&path);
	return schema;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"JW301", "JW305", "JW307", "JW315",
					    "JW317", "JW319", "JW323", "JW325"};
	static const char *const files[] = {"jw301.xsd", "jw305.xsd", "jw307.xsd", "jw315.xsd",
					    "jw317.xsd", "jw319.xsd", "jw323.xsd", "jw325.xsd"};
	enum { N = sizeof names / sizeof *names };
	const char *schemas = argc > 1 ? argv[1] : "schemas";
	const char *messages = argc > 2 ? argv[2] : "tests/messages";
	static char data[1 << 16];
	struct standards *s = NULL;
	struct checker *c = NULL;
	struct buf why = BUF_INIT, many = BUF_INIT;
	xmlSchemaPtr plain[N];

	for (int i = 0; i < N; i++)
		plain[i] = load(schemas, files[i]); /* before our loader is in force */
	if (standards_open(&s, schemas, &why) < 0 || checker_new(&c, s) < 0) {
		fprintf(stderr, "bench_check: %s", buf_str(&why));
		return 1;
	}
	for (int i = 0; i < N; i++) {
		size_t n = read_message(messages, names[i], data, sizeof data - 1);

		data[n] = '\0';
		bench(c, plain[i], names[i], data, n, TIMES);
		if (strcmp(names[i], "JW323") != 0)
			continue;
		large(data, n, &many);
		bench(c, plain[i], names[i], many.data, many.len, 1);
	}
	for (int i = 0; i < N; i++)
		xmlSchemaFree(plain[i]);
	checker_free(&c);
	standards_free(&s);
	buf_free(&why);
	buf_free(&many);
	return 0;
}
