#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#include "base/banned.h"

#define TEXT(name)                                                                             \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, \
			       name, 1, 4096)

static const cyaml_schema_value_t code_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 4, 8),
};

static const cyaml_schema_field_t fields[] = {
	TEXT(hub),
	TEXT(server_name),
	TEXT(certificate),
	TEXT(key),
	TEXT(ca),
	TEXT(crl),
	TEXT(folder),
	TEXT(software),
	TEXT(language),
	CYAML_FIELD_SEQUENCE("codes", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config,
			     codes, &code_value, 0, 4096),
	CYAML_FIELD_UINT("credit", CYAML_FLAG_OPTIONAL, struct config, credit),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t root = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config, fields),
};

/* libcyaml's log is where its line numbers are; the last line says most. */
static void keep_error(cyaml_log_t level, void *arg, const char *format, va_list args)
{
	struct buf *why = arg;
	char line[512];
	size_t n;

	(void)level;
	(void)vsnprintf(line, sizeof line, format, args);
	n = strcspn(line, "\n");
	line[n] = '\0';
	if (why->len > 0)
		buf_adds(why, "; ");
	buf_adds(why, line);
}

static const cyaml_config_t cyaml = {
	.log_fn = keep_error,
	.mem_fn = cyaml_mem,
	.log_level = CYAML_LOG_ERROR,
};

static int read_file(const char *path, struct config *ret, struct buf *why)
{
	struct config *c = NULL;
	cyaml_config_t with_log = cyaml;
	cyaml_err_t err;

	with_log.log_ctx = why;
	err = cyaml_load_file(path, &with_log, &root, (cyaml_data_t **)&c, NULL);
	if (err != CYAML_OK || c == NULL) {
		buf_addf(why, "%s%s: %s", why->len > 0 ? "; " : "", path,
			 err == CYAML_OK ? "empty" : cyaml_strerror(err));
		return -EINVAL;
	}
	config_free(ret);
	*ret = *c;
	free(c);
	return 0;
}

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"hub", required_argument, NULL, 'h'},
	{"server-name", required_argument, NULL, 's'},
	{"certificate", required_argument, NULL, 'C'},
	{"key", required_argument, NULL, 'k'},
	{"ca", required_argument, NULL, 'a'},
	{"crl", required_argument, NULL, 'r'},
	{"folder", required_argument, NULL, 'f'},
	{"software", required_argument, NULL, 'w'},
	{"lang", required_argument, NULL, 'l'},
	{"credit", required_argument, NULL, 'n'},
	{"help", no_argument, NULL, 'H'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* Which member an option that is a text sets. */
static const struct {
	int letter;
	size_t member;
} texts[] = {
	{'h', offsetof(struct config, hub)},	     {'s', offsetof(struct config, server_name)},
	{'C', offsetof(struct config, certificate)}, {'k', offsetof(struct config, key)},
	{'a', offsetof(struct config, ca)},	     {'r', offsetof(struct config, crl)},
	{'f', offsetof(struct config, folder)},	     {'w', offsetof(struct config, software)},
	{'l', offsetof(struct config, language)},
};

static int set_text(struct config *c, int letter, const char *value)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].letter == letter) {
			char **member = (char **)((char *)c + texts[i].member);

			free(*member);
			*member = strdup(value);
			return *member == NULL ? -ENOMEM : 0;
		}
	return -EINVAL;
}

/* One pass over the options; the file is read in a first pass, so that options win. */
static int walk(int argc, char **argv, struct config *ret, bool files, struct buf *why)
{
	int letter, r = 0;

	optind = 1;
	opterr = files; /* complain once */
	while (r == 0 && (letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (letter == '?')
			r = -EINVAL;
		else if (letter == 'c')
			r = files ? read_file(optarg, ret, why) : 0;
		else if (files)
			continue;
		else if (letter == 'H')
			ret->help = true;
		else if (letter == 'V')
			ret->version = true;
		else if (letter == 'n')
			ret->credit = (unsigned)strtoul(optarg, NULL, 10);
		else
			r = set_text(ret, letter, optarg);
	}
	if (r == 0 && optind < argc) {
		buf_addf(why, "unexpected argument %s", argv[optind]);
		r = -EINVAL;
	}
	return r;
}

static int check(struct config *c, struct buf *why)
{
	const struct {
		const char *name, *value;
	} needed[] = {
		{"hub", c->hub}, {"certificate", c->certificate}, {"key", c->key},
		{"ca", c->ca},	 {"folder", c->folder},
	};
	const char *locale = c->language != NULL ? c->language : setlocale(LC_MESSAGES, "");

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (needed[i].value == NULL) {
			buf_addf(why, "%s is not set", needed[i].name);
			return -EINVAL;
		}
	if (c->credit == 0)
		c->credit = 16;
	if (c->credit > 1000) {
		buf_adds(why, "credit is at most 1000");
		return -EINVAL;
	}
	if (c->language != NULL && strcmp(c->language, "nl") != 0 &&
	    strcmp(c->language, "en") != 0) {
		buf_adds(why, "language is nl or en");
		return -EINVAL;
	}
	c->lang = locale != NULL && strncmp(locale, "en", 2) == 0 ? ENGLISH : NEDERLANDS;
	return 0;
}

int config_read(int argc, char **argv, struct config *ret, struct buf *why)
{
	int r;

	memset(ret, 0, sizeof *ret);
	r = walk(argc, argv, ret, true, why);
	if (r == 0)
		r = walk(argc, argv, ret, false, why);
	if (r == 0 && !ret->help && !ret->version)
		r = check(ret, why);
	return r;
}

void config_free(struct config *c)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(*(char **)((char *)c + texts[i].member));
	for (unsigned i = 0; i < c->codes_count; i++)
		free(c->codes[i]);
	free(c->codes);
	memset(c, 0, sizeof *c);
}
