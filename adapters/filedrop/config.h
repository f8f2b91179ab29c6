/*
 * What ijw-filedrop is told: a YAML file, command-line options, or both; an
 * option wins.  Complaints go to why, one line, with the line of the file.
 */
#ifndef FILEDROP_CONFIG_H
#define FILEDROP_CONFIG_H

#include <stdbool.h>

#include "base/buf.h"

enum language { NEDERLANDS, ENGLISH };

struct config {
	char *hub, *server_name, *certificate, *key, *ca, *crl, *folder, *software, *language;
	char **codes; /* none: all that the hub names */
	unsigned codes_count;
	unsigned credit;
	enum language lang;
	bool help, version;
};

/* config_read fills ret from the arguments; 0 or -EINVAL.  Freed with config_free either way. */
int config_read(int argc, char **argv, struct config *ret, struct buf *why);

void config_free(struct config *c);

#endif
