#include "settings.h"

#include <arpa/inet.h>
#include <cyaml/cyaml.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/yamltext.h"
#include "care/file.h"

#include "base/banned.h"

static const cyaml_strval_t demand_words[] = {{"optional", CERTIFICATE_OPTIONAL},
					      {"required", CERTIFICATE_REQUIRED}};

/* clang-format off */
#define TEXT(key, more, most) \
	CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | (more), struct settings, key, 1, most)
#define MAY CYAML_FLAG_OPTIONAL

static const cyaml_schema_field_t fields[] = {
	TEXT(listen, 0, 256),
	TEXT(certificate, 0, PATH_MAX),
	TEXT(key, 0, PATH_MAX),
	TEXT(client_ca, MAY, PATH_MAX),
	CYAML_FIELD_ENUM("client_certificate", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct settings, client_certificate, demand_words, CYAML_ARRAY_LEN(demand_words)),
	TEXT(users, 0, PATH_MAX),
	TEXT(hub, 0, PATH_MAX),
	TEXT(store, MAY, PATH_MAX),
	TEXT(control, MAY, 100),
	TEXT(page, MAY, PATH_MAX),
	TEXT(state, MAY, PATH_MAX),
	CYAML_FIELD_STRING_PTR("metrics_listen", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct settings, metrics_listen, 0, 256),
	TEXT(hub_name, MAY, 100),
	TEXT(language, MAY, 8),
	TEXT(log_level, MAY, 16),
	CYAML_FIELD_STRING_PTR("alert_mail", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct settings, alert_mail, 0, 1000),
	TEXT(alert_from, MAY, 200),
	TEXT(alert_smtp, MAY, 200),
	TEXT(alert_sendmail, MAY, PATH_MAX),
	TEXT(alert_webhook, MAY, 1000),
	TEXT(alert_level, MAY, 16),
	CYAML_FIELD_UINT("alert_settle_s", CYAML_FLAG_OPTIONAL, struct settings, alert_settle_s),
	CYAML_FIELD_UINT("alert_repeat_hours", CYAML_FLAG_OPTIONAL, struct settings, alert_repeat_hours),
	CYAML_FIELD_UINT("idle_minutes", CYAML_FLAG_OPTIONAL, struct settings, idle_minutes),
	CYAML_FIELD_UINT("session_hours", CYAML_FLAG_OPTIONAL, struct settings, session_hours),
	CYAML_FIELD_UINT("threads", CYAML_FLAG_OPTIONAL, struct settings, threads),
	CYAML_FIELD_UINT("connections", CYAML_FLAG_OPTIONAL, struct settings, connections),
	CYAML_FIELD_END
};
/* clang-format on */

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct settings, fields),
};

/* Numbers: what they are when absent, and their bounds. */
static const struct number {
	const char *key;
	size_t offset;
	uint32_t preset, least, most;
	const char *unit;
} numbers[] = {
	/* clang-format off */
	{"idle_minutes",  offsetof(struct settings, idle_minutes), 30, 1, 720, "minutes"},
	{"session_hours", offsetof(struct settings, session_hours), 10, 1, 72, "hours"},
	{"threads",       offsetof(struct settings, threads), 4, 1, 32, "threads"},
	{"alert_settle_s", offsetof(struct settings, alert_settle_s), 60, 1, 86400, "seconds"},
	{"alert_repeat_hours", offsetof(struct settings, alert_repeat_hours), 24, 1, 744, "hours"},
	{"connections",   offsetof(struct settings, connections), 256, 16, 10000, "connections"},
	/* clang-format on */
};

/* Texts that may be left out. */
static const struct preset {
	const char *key;
	size_t offset;
	const char *value;
} presets[] = {
	{"page", offsetof(struct settings, page), IJWD_DATADIR "/dashboard"},
	{"state", offsetof(struct settings, state), "/var/lib/ijw-dashboard"},
	{"metrics_listen", offsetof(struct settings, metrics_listen), "127.0.0.1:9187"},
	{"hub_name", offsetof(struct settings, hub_name), "ijwd"},
	{"language", offsetof(struct settings, language), "nl"},
	{"log_level", offsetof(struct settings, log_level), "info"},
	{"alert_mail", offsetof(struct settings, alert_mail), "root"},
	{"alert_from", offsetof(struct settings, alert_from), "ijw-dashboard@localhost"},
	{"alert_smtp", offsetof(struct settings, alert_smtp), "smtp://localhost:25"},
	{"alert_level", offsetof(struct settings, alert_level), "warning"},
};

static char **text_at(struct settings *s, size_t offset)
{
	return (char **)(void *)((char *)s + offset);
}

/* The words stand in the order of enum attention_level; -1: none of them. */
static int alert_level_of(const char *word)
{
	static const char *const levels[] = {"urgent", "warning", "info"};

	for (int i = 0; i < 3; i++)
		if (strcmp(levels[i], word) == 0)
			return i;
	return -1;
}

/* The line on which a key stands; 0: nowhere. */
static unsigned line_of(const char *file, const char *key)
{
	FILE *f = fopen(file, "re");
	char line[1024];
	unsigned n = 0, found = 0;
	size_t len = strlen(key);

	while (f != NULL && found == 0 && fgets(line, sizeof line, f) != NULL) {
		n++;
		if (strncmp(line, key, len) == 0 && line[len] == ':')
			found = n;
	}
	if (f != NULL)
		(void)fclose(f);
	return found;
}

__attribute__((format(printf, 4, 5))) static int wrong(struct buf *why, const char *file,
						       const char *key, const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	buf_addf(why, "%s:%u: %s: %s\n", file, line_of(file, key), key, text);
	return -EINVAL;
}

static int fill(struct settings *s, const char *file, struct buf *why)
{
	int r = 0;

	for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
		char **text = text_at(s, presets[i].offset);

		if (*text == NULL && (*text = strdup(presets[i].value)) == NULL)
			return -ENOMEM;
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		const struct number *n = &numbers[i];
		uint32_t *value = (uint32_t *)(void *)((char *)s + n->offset);

		if (*value == 0)
			*value = n->preset;
		if (*value < n->least || *value > n->most)
			r = wrong(why, file, n->key, "%u is out of range; expected %u to %u %s", *value,
				  n->least, n->most, n->unit);
	}
	if (s->metrics_listen[0] == '\0') {
		free(s->metrics_listen);
		s->metrics_listen = NULL;
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
	if (asprintf(&full, "%.*s%.*s/%s", (int)skip, *path, (int)(slash - file), file, *path + skip) < 0)
		return -ENOMEM;
	free(*path);
	*path = full;
	return 0;
}

static int check_paths(struct settings *s, const char *file, struct buf *why)
{
	const struct {
		const char *key;
		char **path;
		int mode;
		const char *expected;
	} paths[] = {
		{"certificate", &s->certificate, R_OK, "a PEM file"},
		{"key", &s->key, R_OK, "a PEM file that this user may read"},
		{"client_ca", &s->client_ca, R_OK, "a PEM file"},
		{"users", &s->users, R_OK, "the file that ijw-dashboard user add makes"},
		{"hub", &s->hub, R_OK, "the hub's ijwd.yaml"},
		{"page", &s->page, R_OK | X_OK, "the folder of the page"},
		{"state", &s->state, W_OK | X_OK, "a folder that this user may write"},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		if (resolve(paths[i].path, file, 0) < 0)
			return -ENOMEM;
		if (*paths[i].path != NULL && access(*paths[i].path, paths[i].mode) < 0)
			r = wrong(why, file, paths[i].key, "cannot use %s (%s); expected %s",
				  *paths[i].path, strerror(errno), paths[i].expected);
	}
	if (resolve(&s->control, file, 0) < 0)
		return -ENOMEM;
	if (s->store != NULL && strncmp(s->store, "sqlite:", 7) != 0)
		return wrong(why, file, "store", "'%s' is no known store; expected sqlite:PATH", s->store);
	return s->store != NULL && resolve(&s->store, file, 7) < 0 ? -ENOMEM : r;
}

bool settings_address(const char *text, struct sockaddr_storage *ret)
{
	const char *colon = strrchr(text, ':');
	char host[64], *end;
	unsigned long port = colon != NULL ? strtoul(colon + 1, &end, 10) : 65536;
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)ret;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)ret;
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;

	memset(ret, 0, sizeof *ret);
	if (port > 65535 || colon[1] == '\0' || *end != '\0' || n >= sizeof host)
		return false;
	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		(void)snprintf(host, sizeof host, "%.*s", (int)n - 2, text + 1);
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
	}
	(void)snprintf(host, sizeof host, "%.*s", (int)n, text);
	four->sin_family = AF_INET;
	four->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &four->sin_addr) == 1;
}

static int check_words(const struct settings *s, const char *file, struct buf *why)
{
	struct sockaddr_storage a;
	enum log_level level;
	int r = 0;

	if (!settings_address(s->listen, &a))
		r = wrong(why, file, "listen", "'%s'; expected ADDRESS:PORT, such as 0.0.0.0:8443 or [::]:8443",
			  s->listen);
	if (s->metrics_listen != NULL && !settings_address(s->metrics_listen, &a))
		r = wrong(why, file, "metrics_listen", "'%s'; expected ADDRESS:PORT, or \"\" for none",
			  s->metrics_listen);
	if (strcmp(s->language, "nl") != 0 && strcmp(s->language, "en") != 0)
		r = wrong(why, file, "language", "'%s' is unknown; expected nl or en", s->language);
	if (!log_level_parse(s->log_level, &level))
		r = wrong(why, file, "log_level", "'%s' is unknown; expected error, warning, info or debug",
			  s->log_level);
	if (alert_level_of(s->alert_level) < 0)
		r = wrong(why, file, "alert_level", "'%s' is unknown; expected urgent, warning or info", s->alert_level);
	if (s->client_certificate == CERTIFICATE_REQUIRED && s->client_ca == NULL)
		r = wrong(why, file, "client_certificate", "required without client_ca; expected both or neither");
	return r;
}

static int take_hub(struct settings *s, struct buf *why)
{
	int r = config_load_reader(&s->config, s->hub, why);

	if (r < 0)
		return r;
	if (s->store == NULL)
		s->store = strdup(s->config->store);
	if (s->control == NULL)
		s->control = strdup(s->config->control);
	return s->store == NULL || s->control == NULL ? -ENOMEM : 0;
}

static int load_text(struct settings **ret, const char *file, struct buf *why)
{
	char *text = NULL;
	size_t size;
	int r = file_read(NULL, file, &text, &size);

	if (r < 0)
		buf_addf(why, "%s: cannot be read (%s)\n", file, strerror(-r));
	else
		r = yamltext_load(file, text, size, &schema, (void **)ret, why);
	free(text);
	return r;
}

int settings_load(struct settings **ret, const char *file, struct buf *why)
{
	struct settings *s = NULL;
	int r = load_text(&s, file, why), paths;

	if (r < 0)
		return r;
	r = fill(s, file, why);
	paths = r == -ENOMEM ? r : check_paths(s, file, why);
	if (r == 0)
		r = paths;
	if (r != -ENOMEM && check_words(s, file, why) < 0)
		r = -EINVAL;
	if (r == 0)
		r = take_hub(s, why);
	if (r < 0)
		settings_free(&s);
	else
		*ret = s;
	return r;
}

void settings_free(struct settings **s)
{
	if (*s == NULL)
		return;
	config_free(&(*s)->config);
	yamltext_free(&schema, *s);
	*s = NULL;
}

int settings_alert_level(const struct settings *s)
{
	return alert_level_of(s->alert_level);
}

enum log_level settings_level(const struct settings *s)
{
	enum log_level level = LOG_INFO_;

	(void)log_level_parse(s->log_level, &level); /* settings_load has checked it */
	return level;
}
