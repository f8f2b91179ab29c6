/*
 * libcyaml tells an error in its log, in several lines: what is wrong, then
 * where, from the inside out.  What it expected it does not tell; that is
 * looked up in the schema by the keys it named.
 */
#include "base/yamltext.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define KEY_MAX 64

/* What libcyaml said of one text. */
struct said {
	const cyaml_schema_value_t *schema;
	char what[200];
	char key[KEY_MAX];		       /* the innermost key it was at, or "" */
	const cyaml_schema_value_t *container; /* the innermost mapping it was in */
	unsigned line;
};

static bool is_sequence(const cyaml_schema_value_t *v)
{
	return v->type == CYAML_SEQUENCE || v->type == CYAML_SEQUENCE_FIXED;
}

/* The mapping that a value is, or is a list of; NULL for anything else. */
static const cyaml_schema_value_t *mapping_of(const cyaml_schema_value_t *v)
{
	while (is_sequence(v))
		v = v->sequence.entry;
	return v->type == CYAML_MAPPING ? v : NULL;
}

/* The value that stands under a key, in a mapping or anywhere below it; NULL when there is none. */
static const cyaml_schema_value_t *value_of(const cyaml_schema_value_t *mapping, const char *key)
{
	const cyaml_schema_value_t *found = NULL;

	if (mapping == NULL)
		return NULL;
	for (const cyaml_schema_field_t *f = mapping->mapping.fields; f->key != NULL; f++)
		if (strcmp(f->key, key) == 0)
			return &f->value;
	for (const cyaml_schema_field_t *f = mapping->mapping.fields; f->key != NULL; f++) {
		found = value_of(mapping_of(&f->value), key);
		if (found != NULL)
			break;
	}
	return found;
}

/* A line of where: "  in mapping field 'richting' (line: 9, column: 15)". */
static void note_place(struct said *s, const char *text, const char *line)
{
	const char *quote = strchr(text, '\''),
		   *end = quote == NULL ? NULL : strchr(quote + 1, '\'');
	const cyaml_schema_value_t *v;
	char key[KEY_MAX];

	if (s->line == 0)
		s->line = (unsigned)strtoul(line, NULL, 10);
	if (strstr(text, "mapping field") == NULL || end == NULL || end - quote > KEY_MAX)
		return;
	(void)snprintf(key, sizeof key, "%.*s", (int)(end - quote - 1), quote + 1); /* measured */
	if (s->key[0] == '\0')
		memcpy(s->key, key, sizeof key);
	v = value_of(s->schema, key);
	if (s->container == NULL && v != NULL)
		s->container = mapping_of(v);
}

static void hear(cyaml_log_t level, void *data, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void hear(cyaml_log_t level, void *data, const char *format, va_list args)
{
	struct said *s = data;
	char text[200];
	const char *line;

	(void)level;					  /* only errors come here */
	(void)vsnprintf(text, sizeof text, format, args); /* a cut line is still of use */
	text[strcspn(text, "\n")] = '\0';
	line = strstr(text, "(line: ");
	if (line != NULL)
		note_place(s, text, line + 7);
	else if (s->what[0] == '\0')
		(void)snprintf(s->what, sizeof s->what, "%s",
			       strncmp(text, "Load: ", 6) == 0 ? text + 6 : text);
}

/* What stands behind the start of a sentence, or NULL when it is another sentence. */
static const char *behind(const char *text, const char *start)
{
	size_t n = strlen(start);

	return strncmp(text, start, n) == 0 ? text + n : NULL;
}

/* The first line whose key this is; 0 when there is none. */
static unsigned line_of(const char *text, const char *key)
{
	const char *at = text;
	size_t n = strlen(key);

	for (unsigned line = 1; at != NULL; line++) {
		at += strspn(at, " -");
		if (strncmp(at, key, n) == 0 && at[n + strspn(at + n, " ")] == ':')
			return line;
		at = strchr(at, '\n');
		at = at == NULL ? NULL : at + 1;
	}
	return 0;
}

static void add_keys(const cyaml_schema_value_t *mapping, struct buf *why)
{
	const char *between = "; expected: ";

	for (const cyaml_schema_field_t *f = mapping->mapping.fields; f->key != NULL; f++) {
		buf_addf(why, "%s%s", between, f->key);
		between = ", ";
	}
}

static void add_words(const cyaml_schema_value_t *v, struct buf *why)
{
	for (uint32_t i = 0; v != NULL && v->type == CYAML_ENUM && i < v->enumeration.count; i++)
		buf_addf(why, "%s%s", i == 0 ? "; expected: " : ", ",
			 v->enumeration.strings[i].str);
}

static void explain(const struct said *s, const char *file, const char *text, cyaml_err_t e,
		    struct buf *why)
{
	const cyaml_schema_value_t *mapping = s->container != NULL ? s->container : s->schema;
	const unsigned at = s->line != 0 ? s->line : 1; /* a wrong root has no line */
	const char *name;

	if ((name = behind(s->what, "Missing required mapping field: ")) != NULL) {
		buf_addf(why, "%s:%u: the key '%s' is missing", file, at, name);
	} else if ((name = behind(s->what, "Unexpected key: ")) != NULL) {
		unsigned line = line_of(text, name);

		buf_addf(why, "%s:%u: unknown key '%s'", file, line != 0 ? line : at, name);
		add_keys(mapping, why);
	} else if ((name = behind(s->what, "Invalid ENUM value: ")) != NULL) {
		buf_addf(why, "%s:%u: %s: '%s' is not known", file, at, s->key, name);
		add_words(value_of(s->schema, s->key), why);
	} else {
		name = behind(s->what, "libyaml: ");
		buf_addf(why, "%s:%u: %s%s%s", file, at, s->key, s->key[0] != '\0' ? ": " : "",
			 name != NULL	      ? name
			 : s->what[0] != '\0' ? s->what
					      : cyaml_strerror(e));
	}
	buf_adds(why, "\n");
}

int yamltext_load(const char *file, const char *text, size_t size,
		  const cyaml_schema_value_t *schema, void **ret, struct buf *why)
{
	struct said s = {.schema = schema};
	const cyaml_config_t config = {
		.log_fn = hear, .log_ctx = &s, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR};
	cyaml_data_t *data = NULL;
	cyaml_err_t e;

	if (size == 0)
		text = "\n"; /* libcyaml wants a byte to look at */
	e = cyaml_load_data((const uint8_t *)text, size == 0 ? 1 : size, &config, schema, &data,
			    NULL);
	if (e == CYAML_OK && data != NULL) {
		*ret = data;
		return 0;
	}
	if (e == CYAML_OK) { /* a text of comments only is no error to libcyaml */
		buf_addf(why, "%s:1: nothing in it", file);
		add_keys(schema, why);
		buf_adds(why, "\n");
	} else {
		explain(&s, file, text, e, why);
	}
	return e == CYAML_ERR_OOM ? -ENOMEM : -EINVAL;
}

void yamltext_free(const cyaml_schema_value_t *schema, void *data)
{
	const cyaml_config_t config = {.mem_fn = cyaml_mem};

	if (data != NULL)
		(void)cyaml_free(&config, schema, data, 0); /* only frees */
}
