/*
 * Thousands of messages out of tests/schemas/facets.py, valid and invalid for
 * every element and facet: our verdict, plain libxml2's on the same schema
 * (with a tree), and what the facts say must be one.
 */
#include "../../lib/unit.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <sys/wait.h>

#include "bench.h"
#include "care/release.h"

#define TYPES 64

struct plain {
	xmlSchemaPtr schemas[TYPES];
	xmlSchemaValidCtxtPtr valid[TYPES];
};

static void silent(void *data, xmlErrorPtr error)
{
	(void)data;
	(void)error;
}

static bool plain_open(struct plain *p, const struct standards *s)
{
	struct buf why = BUF_INIT;
	size_t n;
	const struct berichttype *types = standards_types(s, &n);
	bool all = n <= TYPES;

	memset(p, 0, sizeof *p);
	for (size_t i = 0; i < n && all; i++) {
		all = schemaset_compile(standard_schemas(types[i].standard), types[i].schema,
					&p->schemas[i], &why) == 0;
		p->valid[i] = all ? xmlSchemaNewValidCtxt(p->schemas[i]) : NULL;
		if (p->valid[i] != NULL)
			xmlSchemaSetValidStructuredErrors(p->valid[i], silent, NULL);
	}
	buf_free(&why);
	return all;
}

static void plain_close(struct plain *p)
{
	for (int i = 0; i < TYPES; i++) {
		xmlSchemaFreeValidCtxt(p->valid[i]);
		xmlSchemaFree(p->schemas[i]);
	}
}

static bool plain_valid(struct plain *p, const struct standards *s, const char *naam,
			const char *data, size_t n)
{
	size_t all;
	size_t i = (size_t)(standards_by_name(s, naam) - standards_types(s, &all));
	xmlDocPtr doc = xmlReadMemory(data, (int)n, NULL, NULL,
				      XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |
					      XML_PARSE_NOWARNING);
	bool valid = doc != NULL && xmlSchemaValidateDoc(p->valid[i], doc) == 0;

	xmlFreeDoc(doc);
	return valid;
}

/* Starts a script; its output comes through the stream. */
static FILE *generator(const char *script, pid_t *pid)
{
	int ends[2];

	if (pipe(ends) < 0)
		return NULL;
	*pid = fork();
	if (*pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)execlp("python3", "python3", "-B", script, (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	return fdopen(ends[0], "r");
}

struct tally {
	size_t all, wrong;
};

static void one(struct bench *b, struct plain *p, const char *head, const char *data, size_t n,
		struct tally *t)
{
	char naam[16];
	bool expected = strncmp(head, "valid", 5) == 0, ours, theirs;

	t->all++;
	if (sscanf(head, "%*s %*u %15s", naam) != 1)
		return;
	ours = bench_check(b, data, n) == CHECK_VALID ||
	       b->checked.outcome == CHECK_REJECTED; /* by a rule: to the schema it is valid */
	theirs = plain_valid(p, b->standards, naam, data, n);
	if (ours == expected && theirs == expected && b->checked.outcome != CHECK_FAILED)
		return;
	if (t->wrong++ < 20)
		fprintf(stderr, "\n  ours %d, libxml2 %d: %s", ours, theirs, head);
}

static void facets(void)
{
	static char head[512];
	struct tally t = {0, 0};
	struct bench b;
	struct plain p;
	pid_t pid = -1;
	FILE *in;
	int status = -1;
	unsigned n;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	NEED(plain_open(&p, b.standards), "they compile a second time, for plain libxml2");
	in = generator("tests/schemas/facets.py", &pid);
	NEED(in != NULL, "the generator starts");
	while (fgets(head, sizeof head, in) != NULL && sscanf(head, "%*s %u", &n) == 1) {
		char *data = malloc(n + 1);

		if (data == NULL || fread(data, 1, n, in) != n)
			break;
		one(&b, &p, head, data, n, &t);
		free(data);
	}
	(void)fclose(in);
	(void)waitpid(pid, &status, 0);
	CHECK(status == 0, "the generator ends well");
	CHECK(t.all > 10000, "there are more than ten thousand messages");
	CHECK(t.wrong == 0, "the facts, libxml2 and check_bytes agree on all of them");
	plain_close(&p);
	bench_close(&b);
}

static void patterns(void)
{
	char line[256];
	pid_t pid = -1;
	int status = -1;
	FILE *in = generator("tests/schemas/patterns.py", &pid);

	NEED(in != NULL, "the script starts");
	while (fgets(line, sizeof line, in) != NULL)
		fputs(line, stderr);
	(void)fclose(in);
	(void)waitpid(pid, &status, 0);
	CHECK(status == 0, "our spelling of each pattern admits what the standard's does");
}

int main(void)
{
	static const struct test tests[] = {
		{"a message is valid by our schemas if and only if the standard's facts say so",
		 facets},
		{"a pattern that is spelt for libxml2 means what the published one means",
		 patterns},
		{NULL, NULL}};

	return unit_main("facets", tests);
}
