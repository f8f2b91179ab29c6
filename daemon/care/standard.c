/*
 * A release is a folder: manifest, schemas, tables.  The manifest is read by
 * libcyaml, which checks it against the layout below and tells where it errs.
 * The types of all releases stand in one array, so that a checker can number
 * its own compiled schemas by it.
 */
#include "care/standard.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/yamltext.h"
#include "care/file.h"
#include "care/knoop.h"
#include "care/regel.h"
#include "care/release.h"

#include "base/banned.h"

#define STANDARDS_MAX 16
#define TYPES_MAX 64 /* of one release */

struct standard {
	char name[64]; /* ijw-3.2 */
	char release[16];
	char xsdversie[16];
	char *dir;
	day vanaf, tot;
	struct schemaset *schemas;
	struct catalog *catalog;
	struct regels *regels;
};

struct standards {
	struct standard *list[STANDARDS_MAX]; /* pointers: types refer to them */
	size_t n;
	struct berichttype *types;
	size_t n_types;
};

/* The manifest as it stands in the file. */
struct manifest_type {
	char *naam, *berichtcode, *antwoord_op, *namespace_, *schema;
	enum richting richting;
	bool retour;
};

struct manifest {
	char *standaard, *release, *geldig_vanaf, *geldig_tot, *xsdversie, *basisschema;
	struct manifest_type *berichten;
	unsigned berichten_count;
};

static const cyaml_strval_t richtingen[] = {
	{"gemeente-aanbieder", VAN_GEMEENTE},
	{"aanbieder-gemeente", VAN_AANBIEDER},
};

/* libcyaml's own booleans take every word that is not "no" for a yes. */
static const cyaml_strval_t yes_no[] = {{"no", 0}, {"yes", 1}, {"false", 0}, {"true", 1}};

static const cyaml_schema_field_t type_fields[] = {
	CYAML_FIELD_STRING_PTR("naam", CYAML_FLAG_POINTER, struct manifest_type, naam, 1, 15),
	CYAML_FIELD_STRING_PTR("berichtcode", CYAML_FLAG_POINTER, struct manifest_type, berichtcode,
			       1, 7),
	CYAML_FIELD_ENUM("richting", CYAML_FLAG_STRICT, struct manifest_type, richting, richtingen,
			 CYAML_ARRAY_LEN(richtingen)),
	CYAML_FIELD_ENUM("retour", CYAML_FLAG_STRICT, struct manifest_type, retour, yes_no,
			 CYAML_ARRAY_LEN(yes_no)),
	CYAML_FIELD_STRING_PTR("antwoord_op", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
			       struct manifest_type, antwoord_op, 1, 15),
	CYAML_FIELD_STRING_PTR("namespace", CYAML_FLAG_POINTER, struct manifest_type, namespace_, 1,
			       127),
	CYAML_FIELD_STRING_PTR("schema", CYAML_FLAG_POINTER, struct manifest_type, schema, 1, 127),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t type_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct manifest_type, type_fields),
};

static const cyaml_schema_field_t manifest_fields[] = {
	CYAML_FIELD_STRING_PTR("standaard", CYAML_FLAG_POINTER, struct manifest, standaard, 1, 31),
	CYAML_FIELD_STRING_PTR("release", CYAML_FLAG_POINTER, struct manifest, release, 1, 15),
	CYAML_FIELD_STRING_PTR("geldig_vanaf", CYAML_FLAG_POINTER, struct manifest, geldig_vanaf,
			       10, 10),
	CYAML_FIELD_STRING_PTR("geldig_tot", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
			       struct manifest, geldig_tot, 10, 10),
	CYAML_FIELD_STRING_PTR("xsdversie", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
			       struct manifest, xsdversie, 1, 11),
	CYAML_FIELD_STRING_PTR("basisschema", CYAML_FLAG_POINTER, struct manifest, basisschema, 1,
			       127),
	CYAML_FIELD_SEQUENCE("berichten", CYAML_FLAG_POINTER, struct manifest, berichten,
			     &type_value, 1, TYPES_MAX),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t manifest_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct manifest, manifest_fields),
};

static int manifest_read(const char *dir, struct manifest **ret, struct buf *why)
{
	struct buf path = BUF_INIT;
	char *text = NULL;
	void *data = NULL;
	size_t size;
	int r = file_read(dir, "manifest.yaml", &text, &size);

	buf_addf(&path, "%s/manifest.yaml", dir);
	if (r < 0)
		buf_addf(why, "%s: %s\n", buf_str(&path), strerror(-r));
	else
		r = yamltext_load(buf_str(&path), text, size, &manifest_value, &data, why);
	buf_free(&path);
	free(text);
	*ret = data;
	return r;
}

/* "3.2": senders are held to these two numbers, so a slip here would refuse every message. */
static bool release_good(const char *release)
{
	size_t major = strspn(release, "0123456789"), minor;

	if (major == 0 || release[major] != '.')
		return false;
	minor = strspn(release + major + 1, "0123456789");
	return minor > 0 && release[major + 1 + minor] == '\0';
}

static bool term_good(const struct manifest *m)
{
	day vanaf, tot;

	if (!day_parse(m->geldig_vanaf, &vanaf))
		return false;
	return m->geldig_tot == NULL || (day_parse(m->geldig_tot, &tot) && tot >= vanaf);
}

/* What libcyaml cannot check. */
static int manifest_check(const char *dir, const struct manifest *m, struct buf *why)
{
	const struct manifest_type *t = m->berichten;

	if (!release_good(m->release)) {
		buf_addf(why, "%s/manifest.yaml: release: '%s'; expected: \"3.2\"\n", dir,
			 m->release);
		return -EINVAL;
	}
	if (!term_good(m)) {
		buf_addf(why,
			 "%s/manifest.yaml: geldig_vanaf, geldig_tot: expected: dates like 2027-01-01, "
			 "the second not before the first\n",
			 dir);
		return -EINVAL;
	}
	for (unsigned i = 0; i < m->berichten_count; i++)
		for (unsigned k = 0; k < i; k++)
			if (strcmp(t[i].naam, t[k].naam) == 0) {
				buf_addf(why, "%s/manifest.yaml: naam: %s is there twice\n", dir,
					 t[i].naam);
				return -EEXIST;
			}
	return 0;
}

static void copy_text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from); /* fits: the manifest's layout bounds it */
}

static int add_type(struct standards *s, const struct standard *st, const struct manifest_type *m,
		    struct buf *why)
{
	struct berichttype *types, *t;

	if (standards_by_namespace(s, m->namespace_) != NULL) {
		buf_addf(why,
			 "%s/manifest.yaml: namespace of %s: %s is another message's already\n",
			 st->name, m->naam, m->namespace_);
		return -EEXIST;
	}
	types = realloc(s->types, (s->n_types + 1) * sizeof *types);
	if (types == NULL)
		return -ENOMEM;
	s->types = types;
	t = &types[s->n_types++];
	memset(t, 0, sizeof *t);
	t->standard = st;
	t->richting = m->richting;
	t->retour = m->retour;
	copy_text(t->naam, sizeof t->naam, m->naam);
	copy_text(t->code, sizeof t->code, m->berichtcode);
	copy_text(t->antwoord_op, sizeof t->antwoord_op, m->antwoord_op != NULL ? m->antwoord_op : "");
	copy_text(t->namespace_, sizeof t->namespace_, m->namespace_);
	copy_text(t->schema, sizeof t->schema, m->schema);
	return 0;
}

/* A trial compilation; what fails is told and kept with the type. */
static int try_schema(struct berichttype *t, struct buf *why)
{
	struct buf broken = BUF_INIT;
	xmlSchemaPtr schema = NULL;

	if (schemaset_compile(t->standard->schemas, t->schema, &schema, &broken) == 0) {
		xmlSchemaFree(schema);
		buf_free(&broken);
		return 0;
	}
	buf_addf(why, "%s/%s: %s\n", t->standard->name, t->naam, buf_str(&broken));
	t->broken = buf_take(&broken);
	return t->broken == NULL ? -ENOMEM : 0;
}

/* What the typed content needs: where in each message the fields are. */
static int make_trees(struct standards *s, const struct standard *st, struct buf *why)
{
	size_t n;
	bool *gebruikt;
	int r = velden_check(st->catalog, why);

	(void)catalog_velden(st->catalog, &n);
	gebruikt = calloc(n + 1, sizeof *gebruikt);
	if (gebruikt == NULL)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < s->n_types; i++)
		if (s->types[i].standard == st)
			r = knopen_new(&s->types[i].knopen, st->catalog, s->types[i].naam, gebruikt);
	if (r == 0)
		r = velden_check_used(st->catalog, gebruikt, why);
	free(gebruikt);
	return r;
}

static int standard_fill(struct standards *s, struct standard *st, const char *dir,
			 const struct manifest *m, struct buf *why)
{
	int r;

	(void)snprintf(st->name, sizeof st->name, "%s-%s", m->standaard, m->release);
	copy_text(st->release, sizeof st->release, m->release);
	copy_text(st->xsdversie, sizeof st->xsdversie, m->xsdversie != NULL ? m->xsdversie : "0.1.0");
	st->tot = DAY_NONE;
	st->dir = strdup(dir);
	if (st->dir == NULL)
		return -ENOMEM;
	(void)day_parse(m->geldig_vanaf, &st->vanaf); /* manifest_check saw that they are dates */
	if (m->geldig_tot != NULL)
		(void)day_parse(m->geldig_tot, &st->tot);
	r = schemaset_open(&st->schemas, dir, why);
	if (r == 0)
		r = catalog_open(&st->catalog, dir, why);
	for (unsigned i = 0; r == 0 && i < m->berichten_count; i++) {
		r = add_type(s, st, &m->berichten[i], why);
		if (r == 0)
			r = try_schema(&s->types[s->n_types - 1], why);
	}
	if (r == 0)
		r = make_trees(s, st, why);
	if (r == 0)
		r = regels_open(&st->regels, dir, st->catalog, why);
	return r;
}

static int read_standard(struct standards *s, const char *dir, struct buf *why)
{
	struct manifest *m = NULL;
	struct standard *st;
	int r;

	if (s->n == STANDARDS_MAX)
		return -E2BIG;
	r = manifest_read(dir, &m, why);
	if (r < 0)
		return r;
	r = manifest_check(dir, m, why);
	st = r < 0 ? NULL : calloc(1, sizeof *st);
	if (st != NULL) {
		s->list[s->n++] = st;
		r = standard_fill(s, st, dir, m, why);
	} else if (r == 0) {
		r = -ENOMEM;
	}
	yamltext_free(&manifest_value, m);
	return r;
}

static int is_folder(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Whether dir/name holds a manifest; other folders and files are none of ours. */
static bool has_manifest(const char *dir)
{
	char *text = NULL;
	size_t size;
	int r = file_read(dir, "manifest.yaml", &text, &size);

	free(text);
	return r != -ENOENT && r != -ENOTDIR;
}

static int read_folders(struct standards *s, const char *dir, struct buf *why)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, is_folder,
			alphasort); /* sorted: the order is part of what a user sees */
	int r = n < 0 ? -errno : 0;

	if (n < 0)
		buf_addf(why, "%s: %s\n", dir, strerror(-r));
	for (int i = 0; i < n; i++) {
		struct buf path = BUF_INIT;

		buf_addf(&path, "%s/%s", dir, names[i]->d_name);
		if (path.failed)
			r = -ENOMEM;
		if (r == 0 && has_manifest(buf_str(&path)))
			r = read_standard(s, buf_str(&path), why);
		buf_free(&path);
		free(names[i]);
	}
	free(names);
	return r;
}

int standards_open(struct standards **ret, const char *dir, struct buf *why)
{
	struct standards *s = calloc(1, sizeof *s);
	int r;

	if (s == NULL)
		return -ENOMEM;
	r = has_manifest(dir) ? read_standard(s, dir, why) : read_folders(s, dir, why);
	if (r == 0 && s->n == 0) {
		buf_addf(why, "%s: no folder in it holds a manifest.yaml\n", dir);
		r = -ENOENT;
	}
	if (r < 0)
		standards_free(&s);
	else
		*ret = s;
	return r;
}

const struct berichttype *standards_by_namespace(const struct standards *s, const char *ns)
{
	for (size_t i = 0; ns != NULL && i < s->n_types; i++)
		if (strcmp(s->types[i].namespace_, ns) == 0)
			return &s->types[i];
	return NULL;
}

const struct berichttype *standards_by_name(const struct standards *s, const char *naam)
{
	for (size_t i = 0; naam != NULL && i < s->n_types; i++)
		if (strcmp(s->types[i].naam, naam) == 0)
			return &s->types[i];
	return NULL;
}

const struct berichttype *standards_types(const struct standards *s, size_t *n)
{
	*n = s->n_types;
	return s->types;
}

const struct berichttype *standards_answer(const struct standards *s, const struct berichttype *op)
{
	for (size_t i = 0; i < s->n_types; i++)
		if (s->types[i].standard == op->standard &&
		    strcmp(s->types[i].antwoord_op, op->naam) == 0)
			return &s->types[i];
	return NULL;
}

const char *standard_xsdversie(const struct standard *s)
{
	return s->xsdversie;
}

bool standard_geldig(const struct standard *s, day op)
{
	return day_within(op, s->vanaf, s->tot);
}

int standards_folders(const struct standards *s, int (*each)(void *ctx, const char *dir), void *ctx)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < s->n; i++)
		r = each(ctx, s->list[i]->dir);
	return r < 0 ? r : 0;
}

day standard_vanaf(const struct standard *s)
{
	return s->vanaf;
}

bool standard_is(const struct standard *s, const char *standaard)
{
	size_t n = strlen(standaard);

	return strncmp(s->name, standaard, n) == 0 && s->name[n] == '-';
}

const char *standard_name(const struct standard *s)
{
	return s->name;
}

const char *standard_release(const struct standard *s)
{
	return s->release;
}

const struct schemaset *standard_schemas(const struct standard *s)
{
	return s->schemas;
}

const struct catalog *standard_catalog(const struct standard *s)
{
	return s->catalog;
}

const struct regels *standard_regels(const struct standard *s)
{
	return s->regels;
}

void standards_free(struct standards **s)
{
	if (*s == NULL)
		return;
	for (size_t i = 0; i < (*s)->n_types; i++) {
		free((*s)->types[i].broken);
		knopen_free(&(*s)->types[i].knopen);
	}
	for (size_t i = 0; i < (*s)->n; i++) {
		schemaset_free(&(*s)->list[i]->schemas);
		regels_free(&(*s)->list[i]->regels);
		catalog_free(&(*s)->list[i]->catalog);
		free((*s)->list[i]->dir);
		free((*s)->list[i]);
	}
	free((*s)->types);
	free(*s);
	*s = NULL;
}
