/*
 * The hub's settings: ijwd.yaml and the folder parties.d beside it.
 *
 * Modules do not know that a file exists; only main and the command-line tool
 * see this.  An error is one line: file, line, key, what is wrong and what is
 * expected.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/calendar.h"
#include "care/parties.h"
#include "care/rulebook.h"

struct config_tls {
	char *certificate, *key, *ca, *crl;
};

struct config_limits {
	uint32_t connections, connections_per_party, connections_per_second;
	uint32_t handshake_ms, credit_kb;
};

/* As written; struct config.calendar is what it means. */
struct config_calendar {
	enum liberation liberation_day;
	bool good_friday;
	char **holidays, **workdays;
	uint32_t holidays_count, workdays_count;
};

/* As written; struct config.freezes is what it means. */
struct config_freeze {
	char *standard, *from, *until;
};

struct config_delivery {
	uint32_t attempts, backoff_s, backoff_most_s;
};

/* Days, 0: for ever. */
struct config_retention {
	uint32_t bodies_days, refused_days;
};

/* What ijwd.yaml holds; relative paths have been resolved against its folder. */
struct config {
	char *listen, *store, *schemas, *parties, *runtime, *control, *log_level, *log_format;
	char *pseudonym_key; /* default: the store's path with .key */
	char *body_keys;     /* default: the store's path with .keys */
	char *lists;         /* folder, or NULL: none */
	uint32_t validators; /* 0: one for each core */
	uint32_t recheck_s, drain_s;
	struct config_tls *tls;
	struct config_limits *limits;
	struct config_delivery *delivery;
	struct config_retention *retention;
	struct config_calendar *days; /* NULL: the usual days */
	struct calendar calendar;     /* its lists live as long as this */
	day *day_list;
	struct config_freeze *frozen;
	uint32_t frozen_count;
	struct freeze *freezes;
	size_t n_freezes;
	struct parties *who; /* read from the folder `parties` */
};

/* config_load reads file and the parties; -EINVAL with lines in why when anything is wrong. */
int config_load(struct config **ret, const char *file, struct buf *why);

/*
 * config_load_reader is config_load for a program that only reads beside the
 * hub, as another user: certificate, key, ca, crl and lists need not be readable.
 */
int config_load_reader(struct config **ret, const char *file, struct buf *why);

void config_free(struct config **c);

#endif
