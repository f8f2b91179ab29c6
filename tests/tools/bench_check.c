/*
 * What a check costs next to bare libxml2 (parse and XSD through its own SAX
 * plug) for the same message in the same run.  Prints a table and asserts
 * nothing: figures of a loaded machine prove little.
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

#define ROUNDS 7
#define TIMES 3000

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
		fprintf(stderr, "bench_check: a message is not valid\n");
	arena_release(&a);
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

static void bench(const struct standards *s, struct checker *c, xmlSchemaPtr schema,
		  const char *dir, const char *name)
{
	static char data[1 << 16];
	size_t n = read_message(dir, name, data, sizeof data);
	xmlSchemaValidCtxtPtr valid = xmlSchemaNewValidCtxt(schema);
	double us[2] = {1e9, 1e9};

	(void)s;
	for (int round = 0; round < ROUNDS; round++) {
		double from = now_us();

		for (int i = 0; i < TIMES; i++)
			bare(valid, data, n);
		us[0] = least(us[0], (now_us() - from) / TIMES);
		from = now_us();
		for (int i = 0; i < TIMES; i++)
			ours(c, data, n);
		us[1] = least(us[1], (now_us() - from) / TIMES);
	}
	printf("%s  %6zu bytes  libxml2 %6.1f us  check_bytes %6.1f us  ratio %.2f\n", name, n,
	       us[0], us[1], us[1] / us[0]);
	xmlSchemaFreeValidCtxt(valid);
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
	static const char *const names[] = {"JW305", "JW301", "JW323"};
	const char *schemas = argc > 1 ? argv[1] : "schemas";
	const char *messages = argc > 2 ? argv[2] : "tests/messages";
	static const char *const files[] = {"jw305.xsd", "jw301.xsd", "jw323.xsd"};
	struct standards *s = NULL;
	struct checker *c = NULL;
	struct buf why = BUF_INIT;
	xmlSchemaPtr plain[3];

	for (int i = 0; i < 3; i++)
		plain[i] = load(schemas, files[i]); /* before our loader is in force */
	if (standards_open(&s, schemas, &why) < 0 || checker_new(&c, s) < 0) {
		fprintf(stderr, "bench_check: %s", buf_str(&why));
		return 1;
	}
	for (int i = 0; i < 3; i++) {
		bench(s, c, plain[i], messages, names[i]);
		xmlSchemaFree(plain[i]);
	}
	checker_free(&c);
	standards_free(&s);
	buf_free(&why);
	return 0;
}
