/*
 * Reading is libcyaml's, by the tables below; what a value may be is checked
 * afterwards by tables too, so that every complaint has the same shape:
 *
 *   file:line: key: what is wrong; expected …
 */
#include "config.h"

#include <cyaml/cyaml.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/yamltext.h"
#include "care/file.h"

#include "base/banned.h"

/* ---- the shapes of the files ---- */

/* libcyaml's own booleans take every word that is not "no" for a yes. */
static const cyaml_strval_t yes_no[] = {{"no", 0}, {"yes", 1}, {"false", 0}, {"true", 1}};
static const cyaml_strval_t liberation_words[] = {{"fifth_year", LIBERATION_FIFTH_YEAR},
						  {"every_year", LIBERATION_EVERY_YEAR},
						  {"never", LIBERATION_NEVER}};

static const cyaml_schema_value_t word_schema = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 64),
};

/* clang-format off */
static const cyaml_schema_field_t tls_fields[] = {
	CYAML_FIELD_STRING_PTR("certificate", CYAML_FLAG_POINTER, struct config_tls, certificate, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("key", CYAML_FLAG_POINTER, struct config_tls, key, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("ca", CYAML_FLAG_POINTER, struct config_tls, ca, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("crl", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_tls, crl, 1, PATH_MAX),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t limit_fields[] = {
	CYAML_FIELD_UINT("connections", CYAML_FLAG_OPTIONAL, struct config_limits, connections),
	CYAML_FIELD_UINT("connections_per_party", CYAML_FLAG_OPTIONAL, struct config_limits, connections_per_party),
	CYAML_FIELD_UINT("connections_per_second", CYAML_FLAG_OPTIONAL, struct config_limits, connections_per_second),
	CYAML_FIELD_UINT("handshake_ms", CYAML_FLAG_OPTIONAL, struct config_limits, handshake_ms),
	CYAML_FIELD_UINT("credit_kb", CYAML_FLAG_OPTIONAL, struct config_limits, credit_kb),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t delivery_fields[] = {
	CYAML_FIELD_UINT("attempts", CYAML_FLAG_OPTIONAL, struct config_delivery, attempts),
	CYAML_FIELD_UINT("backoff_s", CYAML_FLAG_OPTIONAL, struct config_delivery, backoff_s),
	CYAML_FIELD_UINT("backoff_most_s", CYAML_FLAG_OPTIONAL, struct config_delivery, backoff_most_s),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t retention_fields[] = {
	CYAML_FIELD_UINT("bodies_days", CYAML_FLAG_OPTIONAL, struct config_retention, bodies_days),
	CYAML_FIELD_UINT("refused_days", CYAML_FLAG_OPTIONAL, struct config_retention, refused_days),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t calendar_fields[] = {
	CYAML_FIELD_ENUM("liberation_day", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct config_calendar, liberation_day, liberation_words, CYAML_ARRAY_LEN(liberation_words)),
	CYAML_FIELD_ENUM("good_friday", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct config_calendar, good_friday, yes_no, CYAML_ARRAY_LEN(yes_no)),
	CYAML_FIELD_SEQUENCE("holidays", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_calendar, holidays, &word_schema, 0, 1000),
	CYAML_FIELD_SEQUENCE("workdays", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_calendar, workdays, &word_schema, 0, 1000),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t freeze_fields[] = {
	CYAML_FIELD_STRING_PTR("standard", CYAML_FLAG_POINTER, struct config_freeze, standard, 1, 31),
	CYAML_FIELD_STRING_PTR("from", CYAML_FLAG_POINTER, struct config_freeze, from, 10, 10),
	CYAML_FIELD_STRING_PTR("until", CYAML_FLAG_POINTER, struct config_freeze, until, 10, 10),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t freeze_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_freeze, freeze_fields),
};

static const cyaml_schema_field_t hub_fields[] = {
	CYAML_FIELD_STRING_PTR("listen", CYAML_FLAG_POINTER, struct config, listen, 1, 256),
	CYAML_FIELD_STRING_PTR("store", CYAML_FLAG_POINTER, struct config, store, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("schemas", CYAML_FLAG_POINTER, struct config, schemas, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("parties", CYAML_FLAG_POINTER, struct config, parties, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("runtime", CYAML_FLAG_POINTER, struct config, runtime, 1, 80),
	CYAML_FIELD_STRING_PTR("control", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, control, 1, 100),
	CYAML_FIELD_STRING_PTR("pseudonym_key", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, pseudonym_key, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("body_keys", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, body_keys, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("lists", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, lists, 1, PATH_MAX),
	CYAML_FIELD_STRING_PTR("log_format", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, log_format, 1, 16),
	CYAML_FIELD_STRING_PTR("log_level", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, log_level, 1, 16),
	CYAML_FIELD_UINT("validators", CYAML_FLAG_OPTIONAL, struct config, validators),
	CYAML_FIELD_UINT("recheck_s", CYAML_FLAG_OPTIONAL, struct config, recheck_s),
	CYAML_FIELD_UINT("drain_s", CYAML_FLAG_OPTIONAL, struct config, drain_s),
	CYAML_FIELD_MAPPING_PTR("tls", CYAML_FLAG_POINTER, struct config, tls, tls_fields),
	CYAML_FIELD_MAPPING_PTR("limits", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, limits, limit_fields),
	CYAML_FIELD_MAPPING_PTR("delivery", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, delivery, delivery_fields),
	CYAML_FIELD_MAPPING_PTR("retention", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, retention, retention_fields),
	CYAML_FIELD_SEQUENCE("freezes", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, frozen, &freeze_schema, 0, 100),
	CYAML_FIELD_MAPPING_PTR("calendar", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, days, calendar_fields),
	CYAML_FIELD_END
};
/* clang-format on */

static const cyaml_schema_value_t hub_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config, hub_fields),
};

/* A parties.d file as it is written; care/parties.h has what it means. */
struct yaml_code {
	char *code;
	char **types;
	unsigned types_count;
	char **may;
	unsigned may_count;
	char *from, *until;
};

struct yaml_certificate {
	char *oin, *sha256;
};

struct yaml_party {
	char *party, *name;
	struct yaml_certificate *certificates;
	unsigned certificates_count;
	struct yaml_code *codes, *mandates;
	unsigned codes_count, mandates_count;
	enum rules_policy rules;
	char *register_start;
	enum retour_policy retour;
	bool retour_accept;
};

static const cyaml_strval_t rules_words[] = {
	{"off", RULES_OFF}, {"advise", RULES_ADVISE}, {"enforce", RULES_ENFORCE}};
static const cyaml_strval_t retour_words[] = {{"partij", RETOUR_PARTIJ}, {"hub", RETOUR_HUB}};

/* clang-format off */
static const cyaml_schema_field_t certificate_fields[] = {
	CYAML_FIELD_STRING_PTR("oin", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_certificate, oin, 1, 32),
	CYAML_FIELD_STRING_PTR("sha256", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_certificate, sha256, 64, 95),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t code_fields[] = {
	CYAML_FIELD_STRING_PTR("code", CYAML_FLAG_POINTER, struct yaml_code, code, 1, 16),
	CYAML_FIELD_SEQUENCE("types", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_code, types, &word_schema, 0, 64),
	CYAML_FIELD_SEQUENCE("may", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_code, may, &word_schema, 1, 2),
	CYAML_FIELD_STRING_PTR("from", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_code, from, 1, 16),
	CYAML_FIELD_STRING_PTR("until", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_code, until, 1, 16),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t certificate_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_certificate, certificate_fields),
};
static const cyaml_schema_value_t code_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_code, code_fields),
};

static const cyaml_schema_field_t party_fields[] = {
	CYAML_FIELD_STRING_PTR("party", CYAML_FLAG_POINTER, struct yaml_party, party, 1, 32),
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_party, name, 1, 200),
	CYAML_FIELD_SEQUENCE("certificates", CYAML_FLAG_POINTER, struct yaml_party, certificates, &certificate_schema, 1, 16),
	CYAML_FIELD_SEQUENCE("codes", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_party, codes, &code_schema, 0, 1000),
	CYAML_FIELD_SEQUENCE("mandates", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_party, mandates, &code_schema, 0, 1000),
	CYAML_FIELD_ENUM("rules", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct yaml_party, rules, rules_words, CYAML_ARRAY_LEN(rules_words)),
	CYAML_FIELD_STRING_PTR("register_start", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_party, register_start, 1, 16),
	CYAML_FIELD_ENUM("retour", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct yaml_party, retour, retour_words, CYAML_ARRAY_LEN(retour_words)),
	CYAML_FIELD_ENUM("retour_accept", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct yaml_party, retour_accept, yes_no, CYAML_ARRAY_LEN(yes_no)),
	CYAML_FIELD_END
};
/* clang-format on */

static const cyaml_schema_value_t party_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_party, party_fields),
};

/* ---- complaints ---- */

/* Whether a line has this key or value as a word of its own. */
static bool word_in(const char *line, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(line, word); at != NULL; at = strstr(at + 1, word))
		if ((at == line || strchr(" \"'-[{,", at[-1]) != NULL) &&
		    (at[n] == '\0' || strchr(" :\"',]}\n\r#", at[n]) != NULL))
			return true;
	return false;
}

/* The line on which a key or value stands, for complaints that come after the reading; 0: not found. */
static unsigned line_of(const char *file, const char *word)
{
	FILE *f = fopen(file, "re");
	char line[1024];
	unsigned n = 0, found = 0;

	if (f == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof line, f) != NULL) {
		n++;
		if (line[strspn(line, " ")] != '#' && word_in(line, word))
			found = n;
	}
	(void)fclose(f);
	return found;
}

static int load_yaml(const char *file, const cyaml_schema_value_t *schema, void **ret,
		     struct buf *why)
{
	char *text = NULL;
	size_t size;
	int r = file_read(NULL, file, &text, &size);

	if (r < 0)
		buf_addf(why, "%s: cannot be read (%s)\n", file, strerror(-r));
	else
		r = yamltext_load(file, text, size, schema, ret, why);
	free(text);
	return r;
}

/* One complaint; value, when there is one, finds the line better than a key that stands many times. */
__attribute__((format(printf, 5, 6))) static int wrong(struct buf *why, const char *file,
						       const char *key, const char *value,
						       const char *format, ...)
{
	unsigned line = value != NULL ? line_of(file, value) : 0;
	char text[400];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	buf_addf(why, "%s:%u: %s: %s\n", file, line > 0 ? line : line_of(file, key), key, text);
	return -EINVAL;
}

/* ---- ijwd.yaml ---- */

/* Numbers: what they are when absent, and their bounds. */
static const struct number {
	const char *key;
	enum { IN_HUB, IN_LIMITS, IN_DELIVERY, IN_RETENTION } part;
	size_t offset;
	uint32_t preset, least, most;
	const char *unit;
} numbers[] = {
	/* clang-format off */
	{"validators",             IN_HUB, offsetof(struct config, validators), 0, 0, 64, "threads (0: one for each core)"},
	{"recheck_s",              IN_HUB, offsetof(struct config, recheck_s), 30, 1, 3600, "seconds"},
	{"drain_s",                IN_HUB, offsetof(struct config, drain_s), 20, 1, 600, "seconds"},
	{"connections",            IN_LIMITS, offsetof(struct config_limits, connections), 2000, 1, 100000, "connections"},
	{"connections_per_party",  IN_LIMITS, offsetof(struct config_limits, connections_per_party), 16, 1, 10000, "connections"},
	{"connections_per_second", IN_LIMITS, offsetof(struct config_limits, connections_per_second), 50, 1, 100000, "connections from one address"},
	{"handshake_ms",           IN_LIMITS, offsetof(struct config_limits, handshake_ms), 10000, 100, 120000, "milliseconds"},
	{"credit_kb",              IN_LIMITS, offsetof(struct config_limits, credit_kb), 4096, 64, 65536, "kilobytes"},
	{"attempts",               IN_DELIVERY, offsetof(struct config_delivery, attempts), 10, 1, 1000, "attempts"},
	{"backoff_s",              IN_DELIVERY, offsetof(struct config_delivery, backoff_s), 5, 1, 3600, "seconds"},
	{"backoff_most_s",         IN_DELIVERY, offsetof(struct config_delivery, backoff_most_s), 3600, 1, 86400, "seconds"},
	{"bodies_days",            IN_RETENTION, offsetof(struct config_retention, bodies_days), 0, 0, 36500, "days (0: for ever)"},
	{"refused_days",           IN_RETENTION, offsetof(struct config_retention, refused_days), 0, 0, 36500, "days (0: for ever)"},
	/* clang-format on */
};

static int check_numbers(struct config *c, const char *file, struct buf *why)
{
	int r = 0;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		const struct number *n = &numbers[i];
		char *part = n->part == IN_HUB      ? (char *)c
			     : n->part == IN_LIMITS   ? (char *)c->limits
			     : n->part == IN_DELIVERY ? (char *)c->delivery
						      : (char *)c->retention;
		uint32_t *value = (uint32_t *)(void *)(part + n->offset);

		if (*value == 0)
			*value = n->preset;
		if (*value < n->least || *value > n->most)
			r = wrong(why, file, n->key, NULL, "%u is out of range; expected %u to %u %s", *value,
				  n->least, n->most, n->unit);
	}
	return r;
}

/* Makes a relative path one beside the file; takes and replaces the string. */
static int resolve(char **path, const char *file, size_t skip)
{
	const char *slash = strrchr(file, '/');
	char *full;

	if (*path == NULL || (*path)[skip] == '/' || slash == NULL)
		return 0;
	if (asprintf(&full, "%.*s%.*s/%s", (int)skip, *path, (int)(slash - file), file,
		     *path + skip) < 0)
		return -ENOMEM;
	free(*path);
	*path = full;
	return 0;
}

/* reader: the hub's own secrets need not be readable. */
static int check_texts(struct config *c, const char *file, bool reader, struct buf *why)
{
	const struct {
		const char *key;
		char **path;
	} readable[] = {{"certificate", &c->tls->certificate}, {"key", &c->tls->key},
			{"ca", &c->tls->ca},                   {"crl", &c->tls->crl},
			{"schemas", &c->schemas},              {"parties", &c->parties},
			{"lists", &c->lists}};
	enum log_level level;
	enum log_format format;
	int r = 0;

	for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
		if (resolve(readable[i].path, file, 0) < 0)
			return -ENOMEM;
		if (*readable[i].path != NULL && access(*readable[i].path, R_OK) < 0 &&
		    !(reader && readable[i].path != &c->schemas && readable[i].path != &c->parties))
			r = wrong(why, file, readable[i].key, NULL, "cannot read %s (%s); expected a path",
				  *readable[i].path, strerror(errno));
	}
	if (resolve(&c->runtime, file, 0) < 0)
		return -ENOMEM;
	if (c->control == NULL && asprintf(&c->control, "%s/control.sock", c->runtime) < 0)
		return -ENOMEM;
	if (resolve(&c->control, file, 0) < 0)
		return -ENOMEM;
	if (strncmp(c->store, "sqlite:", 7) != 0)
		r = wrong(why, file, "store", NULL, "'%s' is no known store; expected sqlite:PATH", c->store);
	else if (resolve(&c->store, file, 7) < 0 ||
		 (c->pseudonym_key == NULL && asprintf(&c->pseudonym_key, "%s.key", c->store + 7) < 0) ||
		 (c->body_keys == NULL && asprintf(&c->body_keys, "%s.keys", c->store + 7) < 0))
		return -ENOMEM;
	if (resolve(&c->pseudonym_key, file, 0) < 0 || resolve(&c->body_keys, file, 0) < 0)
		return -ENOMEM;
	if (strrchr(c->listen, ':') == NULL)
		r = wrong(why, file, "listen", NULL, "'%s' has no port; expected ADDRESS:PORT", c->listen);
	if (c->log_format != NULL && !log_format_parse(c->log_format, &format))
		r = wrong(why, file, "log_format", NULL, "'%s' is unknown; expected auto, text or json", c->log_format);
	if (c->log_level != NULL && !log_level_parse(c->log_level, &level))
		r = wrong(why, file, "log_level", NULL, "'%s' is unknown; expected error, warning, info or debug",
			  c->log_level);
	return r;
}

static int take_days(char **from, uint32_t n, const char *key, const char *file, day *to,
		     struct buf *why)
{
	int r = 0;

	for (uint32_t i = 0; i < n; i++)
		if (!day_parse(from[i], &to[i]))
			r = wrong(why, file, key, from[i], "'%s' is no date; expected yyyy-mm-dd", from[i]);
	return r;
}

static int check_calendar(struct config *c, const char *file, struct buf *why)
{
	const struct config_calendar *d = c->days;

	if (d == NULL)
		return 0;
	c->day_list = calloc((size_t)d->holidays_count + d->workdays_count + 1, sizeof *c->day_list);
	if (c->day_list == NULL)
		return -ENOMEM;
	c->calendar = (struct calendar){.liberation = d->liberation_day,
					.good_friday = d->good_friday,
					.holidays = c->day_list,
					.n_holidays = d->holidays_count,
					.workdays = c->day_list + d->holidays_count,
					.n_workdays = d->workdays_count};
	if (take_days(d->holidays, d->holidays_count, "holidays", file, c->day_list, why) < 0)
		return -EINVAL;
	return take_days(d->workdays, d->workdays_count, "workdays", file,
			 c->day_list + d->holidays_count, why);
}

static int check_freezes(struct config *c, const char *file, struct buf *why)
{
	c->freezes = calloc(c->frozen_count + 1, sizeof *c->freezes);
	if (c->freezes == NULL)
		return -ENOMEM;
	for (; c->n_freezes < c->frozen_count; c->n_freezes++) {
		const struct config_freeze *y = &c->frozen[c->n_freezes];
		struct freeze *f = &c->freezes[c->n_freezes];

		(void)snprintf(f->standaard, sizeof f->standaard, "%s", y->standard); /* fits: read so */
		if (take_days(&c->frozen[c->n_freezes].from, 1, "from", file, &f->from, why) < 0 ||
		    take_days(&c->frozen[c->n_freezes].until, 1, "until", file, &f->until, why) < 0)
			return -EINVAL;
		if (f->until <= f->from)
			return wrong(why, file, "until", y->until, "'%s'; expected a day after from", y->until);
	}
	return 0;
}

/* ---- parties.d ---- */

static bool all_of(const char *s, const char *set)
{
	return s[0] != '\0' && s[strspn(s, set)] == '\0';
}

static bool code_ok(const char *code)
{
	size_t n = strlen(code);

	return (n == 4 || n == 8) && all_of(code, "0123456789");
}

/* A fingerprint as any tool prints it: with or without colons, either case. */
static char *fingerprint(const char *text)
{
	char *hex = calloc(1, strlen(text) + 1);
	size_t n = 0;

	for (; hex != NULL && *text != '\0'; text++)
		if (*text != ':')
			hex[n++] = (char)(*text >= 'A' && *text <= 'F' ? *text + 32 : *text);
	return hex;
}

static int take_certificate(const struct yaml_certificate *y, const char *file,
			    struct partij_certificate *ret, struct buf *why)
{
	if ((y->oin != NULL) == (y->sha256 != NULL))
		return wrong(why, file, "certificates", NULL, "expected either oin or sha256 in each row");
	ret->oin = strdup(y->oin != NULL ? y->oin : "");
	ret->sha256 = fingerprint(y->sha256 != NULL ? y->sha256 : "");
	if (ret->oin == NULL || ret->sha256 == NULL)
		return -ENOMEM;
	if (y->oin != NULL && !all_of(y->oin, "0123456789"))
		return wrong(why, file, "oin", y->oin, "expected digits only, as in the certificate's serialNumber");
	if (y->sha256 != NULL && (strlen(ret->sha256) != 64 || !all_of(ret->sha256, "0123456789abcdef")))
		return wrong(why, file, "sha256", y->sha256, "expected 64 hexadecimal digits (ijwctl pki show FILE prints them)");
	return 0;
}

static int take_day(const char *text, const char *key, const char *file, day *ret, struct buf *why)
{
	*ret = DAY_NONE;
	if (text != NULL && !day_parse(text, ret))
		return wrong(why, file, key, text, "'%s' is no date; expected yyyy-mm-dd", text);
	return 0;
}

static int take_may(const struct yaml_code *y, const char *file, unsigned *ret, struct buf *why)
{
	*ret = y->may_count == 0 ? MAY_SEND | MAY_RECEIVE : 0;
	for (unsigned i = 0; i < y->may_count; i++) {
		if (strcmp(y->may[i], "send") == 0)
			*ret |= MAY_SEND;
		else if (strcmp(y->may[i], "receive") == 0)
			*ret |= MAY_RECEIVE;
		else
			return wrong(why, file, "may", y->may[i], "'%s' is unknown; expected send or receive",
				     y->may[i]);
	}
	return 0;
}

/* JW301, WMO301: letters and three digits; which of them exist is for the standards to say. */
static bool type_ok(const char *type)
{
	size_t letters = strspn(type, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return letters > 0 && strlen(type) == letters + 3 && all_of(type + letters, "0123456789");
}

static int take_code(const struct yaml_code *y, bool own, const char *file, struct partij_code *ret,
		     struct buf *why)
{
	ret->own = own;
	ret->code = strdup(y->code);
	ret->types = calloc(y->types_count + 1, sizeof *ret->types);
	if (ret->code == NULL || ret->types == NULL)
		return -ENOMEM;
	if (!code_ok(y->code))
		return wrong(why, file, "code", y->code, "'%s'; expected 4 digits (gemeente) or 8 digits (AGB), in quotes",
			     y->code);
	for (unsigned i = 0; i < y->types_count; i++) {
		ret->types[ret->n_types] = strdup(y->types[i]);
		if (ret->types[ret->n_types++] == NULL)
			return -ENOMEM;
		if (!type_ok(y->types[i]))
			return wrong(why, file, "types", y->types[i], "'%s'; expected message types such as JW301",
				     y->types[i]);
	}
	if (take_may(y, file, &ret->may, why) < 0 ||
	    take_day(y->from, "from", file, &ret->from, why) < 0 ||
	    take_day(y->until, "until", file, &ret->until, why) < 0)
		return -EINVAL;
	return 0;
}

static int take_codes(const struct yaml_party *y, const char *file, struct partij *p,
		      struct buf *why)
{
	int r = 0;

	p->codes = calloc(y->codes_count + y->mandates_count + 1, sizeof *p->codes);
	if (p->codes == NULL)
		return -ENOMEM;
	for (unsigned i = 0; r == 0 && i < y->codes_count; i++)
		r = take_code(&y->codes[i], true, file, &p->codes[p->n_codes++], why);
	for (unsigned i = 0; r == 0 && i < y->mandates_count; i++)
		r = take_code(&y->mandates[i], false, file, &p->codes[p->n_codes++], why);
	if (r == 0 && p->n_codes == 0)
		r = wrong(why, file, "codes", NULL, "the party acts for nobody; expected codes or mandates");
	return r;
}

static int take_policy(const struct yaml_party *y, const char *file, struct policy *ret,
		       struct buf *why)
{
	*ret = (struct policy){.rules = y->rules, .retour = y->retour, .accept = y->retour_accept};
	if (y->retour_accept && y->retour != RETOUR_HUB)
		return wrong(why, file, "retour_accept", NULL, "expected only together with retour: hub");
	return take_day(y->register_start, "register_start", file, &ret->register_start, why);
}

static int take_party(struct parties *who, const struct yaml_party *y, const char *file,
		      struct buf *why)
{
	struct partij *p;
	int r = 0;

	if (!all_of(y->party, "abcdefghijklmnopqrstuvwxyz0123456789-"))
		return wrong(why, file, "party", y->party, "'%s'; expected lower-case letters, digits and -", y->party);
	if (strcmp(y->party, "hub") == 0 || strcmp(y->party, "historie") == 0)
		return wrong(why, file, "party", y->party, "'%s' is how the hub calls itself or its history; expected another id",
			     y->party);
	if (parties_find(who, y->party) != NULL)
		return wrong(why, file, "party", y->party, "'%s' stands in another file too; expected a unique id",
			     y->party);
	p = parties_add(who);
	if (p == NULL)
		return -ENOMEM;
	p->id = strdup(y->party);
	p->name = strdup(y->name != NULL ? y->name : y->party);
	p->certificates = calloc(y->certificates_count + 1, sizeof *p->certificates);
	if (p->id == NULL || p->name == NULL || p->certificates == NULL)
		return -ENOMEM;
	for (unsigned i = 0; r == 0 && i < y->certificates_count; i++)
		r = take_certificate(&y->certificates[i], file, &p->certificates[p->n_certificates++],
				     why);
	if (r == 0)
		r = take_policy(y, file, &p->policy, why);
	return r == 0 ? take_codes(y, file, p, why) : r;
}

static int load_party(struct parties *who, const char *file, struct buf *why)
{
	struct yaml_party *y = NULL;
	int r = load_yaml(file, &party_schema, (void **)&y, why);

	if (r == 0)
		r = take_party(who, y, file, why);
	yamltext_free(&party_schema, y);
	return r;
}

/* Two parties with one own code would make the receiver a matter of luck; so would one certificate for two. */
static int check_unique(const struct parties *who, const char *dir, struct buf *why)
{
	for (size_t i = 0; i < who->n; i++) {
		const struct partij *p = &who->list[i];

		for (size_t j = 0; j < p->n_codes; j++) {
			const struct partij *owner = parties_owner(who, p->codes[j].code);

			if (p->codes[j].own && owner != p) {
				buf_addf(why, "%s: code %s is owned by %s and by %s; expected one owner, the "
					      "other by mandate\n",
					 dir, p->codes[j].code, owner->id, p->id);
				return -EINVAL;
			}
		}
	}
	return 0;
}

static int yaml_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".yaml") == 0;
}

static int load_parties(struct parties **ret, const char *dir, struct buf *why)
{
	struct dirent **files = NULL;
	struct parties *who = parties_new();
	int n = scandir(dir, &files, yaml_file, alphasort), r = who == NULL ? -ENOMEM : 0;

	if (n < 0) {
		buf_addf(why, "%s: cannot be listed (%s)\n", dir, strerror(errno));
		r = -EINVAL;
	}
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		/* Every file is read even after an error: an administrator wants them all at once. */
		if (snprintf(path, sizeof path, "%s/%s", dir, files[i]->d_name) >= (int)sizeof path ||
		    who == NULL || load_party(who, path, why) < 0)
			r = -EINVAL;
		free(files[i]);
	}
	free(files);
	if (r == 0)
		r = check_unique(who, dir, why);
	if (r == 0)
		*ret = who;
	else
		parties_drop(&who);
	return r;
}

static int load(struct config **ret, const char *file, bool reader, struct buf *why)
{
	struct config *c = NULL;
	int r = load_yaml(file, &hub_schema, (void **)&c, why);

	if (r < 0)
		return r;
	if (c->limits == NULL)
		c->limits = calloc(1, sizeof *c->limits);
	if (c->delivery == NULL)
		c->delivery = calloc(1, sizeof *c->delivery);
	if (c->retention == NULL)
		c->retention = calloc(1, sizeof *c->retention);
	r = c->limits == NULL || c->delivery == NULL || c->retention == NULL ? -ENOMEM : check_numbers(c, file, why);
	if (check_texts(c, file, reader, why) < 0 || check_calendar(c, file, why) < 0 ||
	    check_freezes(c, file, why) < 0)
		r = -EINVAL;
	if (access(c->parties, R_OK) == 0 && load_parties(&c->who, c->parties, why) < 0)
		r = -EINVAL;
	if (r < 0)
		config_free(&c);
	else
		*ret = c;
	return r;
}

int config_load(struct config **ret, const char *file, struct buf *why)
{
	return load(ret, file, false, why);
}

int config_load_reader(struct config **ret, const char *file, struct buf *why)
{
	return load(ret, file, true, why);
}

void config_free(struct config **c)
{
	if (*c == NULL)
		return;
	parties_drop(&(*c)->who);
	free((*c)->day_list);
	free((*c)->freezes);
	yamltext_free(&hub_schema, *c);
	*c = NULL;
}
