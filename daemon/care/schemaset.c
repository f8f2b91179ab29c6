/*
 * libxml2 has one external entity loader for the whole process.  Ours serves
 * the set that the calling thread is compiling from and refuses all else; with
 * no set at hand (a message being checked) it refuses everything, so nothing
 * in a message can reach a file or the network, whatever its options say.
 */
#include "care/schemaset.h"

#include <dirent.h>
#include <errno.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemastypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "care/file.h"
#include "care/pattern.h"

#include "base/banned.h"

#define FILES_MAX 256

struct xsd {
	char *name, *text;
	size_t size;
};

struct schemaset {
	struct xsd files[FILES_MAX];
	size_t n;
};

/* What this thread compiles from, and its first complaint; NULL otherwise. */
struct compilation {
	const struct schemaset *set;
	struct buf first;
};
static _Thread_local struct compilation *compiling;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The only file that name can mean, or NULL with the reason. */
static const struct xsd *find(const struct schemaset *s, const char *name, const char **reason)
{
	const struct xsd *found = NULL;
	const char *slash = strrchr(name, '/');

	name = slash == NULL ? name : slash + 1;
	*reason = "is not in the folder (is the name right, or a file missing?)";
	for (size_t i = 0; i < s->n; i++) {
		if (strcasecmp(s->files[i].name, name) != 0)
			continue;
		if (found != NULL) {
			/* Choosing would mix two sets of schemas unseen. */
			*reason = "is there twice, in names that differ only in case: remove one";
			return NULL;
		}
		found = &s->files[i];
	}
	return found;
}

static xmlParserInputPtr load(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
	xmlParserInputBufferPtr bytes;
	xmlParserInputPtr in;
	const struct xsd *f;
	const char *reason;

	(void)id; /* public identifiers name nothing here */
	if (compiling == NULL || url == NULL)
		return NULL;
	f = find(compiling->set, url, &reason);
	if (f == NULL) {
		/* libxml2 would only warn; to us an import that fails is a hole. */
		if (compiling->first.len == 0)
			buf_addf(&compiling->first, "%s %s", url, reason);
		return NULL;
	}
	bytes = xmlParserInputBufferCreateMem(f->text, (int)f->size, XML_CHAR_ENCODING_NONE);
	in = bytes == NULL ? NULL : xmlNewIOInputStream(ctxt, bytes, XML_CHAR_ENCODING_NONE);
	if (in == NULL)
		xmlFreeParserInputBuffer(bytes);
	else
		in->filename = (char *)xmlStrdup((const xmlChar *)f->name);
	return in;
}

static void start_libxml2(void)
{
	xmlInitParser();
	xmlSchemaInitTypes();
	xmlSetExternalEntityLoader(load);
}

static int add_file(struct schemaset *s, const char *dir, const char *name)
{
	struct xsd *f = &s->files[s->n];
	int r;

	if (s->n == FILES_MAX)
		return -E2BIG;
	r = file_read(dir, name, &f->text, &f->size);
	if (r < 0)
		return r;
	f->name = strdup(name);
	s->n++;
	return f->name == NULL ? -ENOMEM : pattern_mend(&f->text, &f->size);
}

static int read_folder(struct schemaset *s, const char *dir, struct buf *why)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	int r = d == NULL ? -errno : 0;

	while (r == 0 && (e = readdir(d)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');

		if (dot == NULL || strcasecmp(dot, ".xsd") != 0)
			continue;
		r = add_file(s, dir, e->d_name);
		if (r < 0)
			buf_addf(why, "%s/%s: %s\n", dir, e->d_name, strerror(-r));
	}
	if (d != NULL)
		(void)closedir(d); /* only read from */
	return r;
}

int schemaset_open(struct schemaset **ret, const char *dir, struct buf *why)
{
	struct schemaset *s;
	int r;

	(void)pthread_once(&once, start_libxml2); /* cannot fail with a static once */
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return -ENOMEM;
	r = read_folder(s, dir, why);
	if (r < 0)
		schemaset_free(&s);
	else
		*ret = s;
	return r;
}

/* Keeps the first complaint of a compilation, on one line. */
static void on_error(void *data, xmlErrorPtr error)
{
	struct buf *first = data;

	if (first->len > 0 || error->level < XML_ERR_ERROR || error->message == NULL)
		return;
	buf_addf(first, "line %d: %s", error->line, error->message);
	while (first->len > 0 && first->data[first->len - 1] == '\n')
		first->data[--first->len] = '\0';
}

static xmlSchemaPtr compile(const struct xsd *f, struct compilation *c)
{
	xmlSchemaParserCtxtPtr ctxt = xmlSchemaNewParserCtxt(f->name);
	xmlSchemaPtr schema;

	if (ctxt == NULL)
		return NULL;
	compiling = c;
	xmlSetStructuredErrorFunc(&c->first, on_error); /* of this thread only */
	xmlSchemaSetParserStructuredErrors(ctxt, on_error, &c->first);
	schema = xmlSchemaParse(ctxt);
	xmlSetStructuredErrorFunc(NULL, NULL);
	compiling = NULL;
	xmlSchemaFreeParserCtxt(ctxt);
	if (schema != NULL && c->first.len > 0) {
		xmlSchemaFree(schema);
		schema = NULL;
	}
	return schema;
}

int schemaset_compile(const struct schemaset *s, const char *file, xmlSchemaPtr *ret,
		      struct buf *why)
{
	struct compilation c = {s, BUF_INIT};
	const char *reason;
	const struct xsd *f = find(s, file, &reason);

	if (f == NULL) {
		buf_addf(why, "%s %s", file, reason);
		return -ENOENT;
	}
	*ret = compile(f, &c);
	if (*ret == NULL)
		buf_addf(why, "%s does not compile: %s", file,
			 c.first.len > 0 ? buf_str(&c.first) : "no schema in it");
	buf_free(&c.first);
	return *ret == NULL ? -EINVAL : 0;
}

void schemaset_free(struct schemaset **s)
{
	if (*s == NULL)
		return;
	for (size_t i = 0; i < FILES_MAX; i++) {
		free((*s)->files[i].name);
		free((*s)->files[i].text);
	}
	free(*s);
	*s = NULL;
}
