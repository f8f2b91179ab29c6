/*
 * The dashboard's settings: dashboard.yaml, and through its key `hub` the
 * hub's own ijwd.yaml, of which it uses where the store, the control socket,
 * the schemas, the lists and the parties are.
 *
 * A complaint is one line: file, line, key, what is wrong and what is expected.
 */
#ifndef DASHBOARD_SETTINGS_H
#define DASHBOARD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "config.h"

/* Whether a user must show a client certificate when logging in. */
enum certificate_demand {
	CERTIFICATE_OPTIONAL, /* who has a fingerprint in the users' file */
	CERTIFICATE_REQUIRED  /* everybody */
};

/* Relative paths have been resolved against the file's folder. */
struct settings {
	char *listen, *certificate, *key;
	char *client_ca; /* NULL: no certificates are asked */
	enum certificate_demand client_certificate;
	char *users, *hub;
	char *store, *control; /* NULL as written; the hub's after settings_load */
	char *page, *state;
	char *metrics_listen; /* NULL: off */
	char *hub_name, *language, *log_level;
	char *alert_mail, *alert_from, *alert_smtp, *alert_sendmail, *alert_webhook, *alert_level;
	uint32_t idle_minutes, session_hours, threads, connections;
	uint32_t alert_settle_s, alert_repeat_hours;
	struct config *config; /* the hub's */
};

/* settings_load reads both files; -EINVAL with lines in why when anything is wrong. */
int settings_load(struct settings **ret, const char *file, struct buf *why);

void settings_free(struct settings **s);

/* settings_alert_level is the least level that is told: of enum attention_level. */
int settings_alert_level(const struct settings *s);

/* settings_level is log_level as base/log.h has it. */
enum log_level settings_level(const struct settings *s);

/*
 * settings_address splits ADDRESS:PORT, with brackets around IPv6, into a
 * socket address; false when it is none.
 */
struct sockaddr_storage;
bool settings_address(const char *text, struct sockaddr_storage *ret);

#endif
