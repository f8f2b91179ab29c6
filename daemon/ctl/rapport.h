/*
 * What every report on the register begins with: the store, read as it stood
 * at the end of a day, its episodes, and what the parties' habits are.  The hub
 * may run meanwhile; nothing is written.
 *
 * Options that all reports share are read here:
 *   --config FILE | --store PATH   --at DAY   --format table|tsv|csv|json
 */
#ifndef CTL_RAPPORT_H
#define CTL_RAPPORT_H

#include <getopt.h>
#include <stdbool.h>

#include "base/calendar.h"
#include "care/episode.h"
#include "care/gewoonte.h"
#include "care/hulpvorm.h"
#include "config.h"
#include "ctl/uitvoer.h"
#include "store/store.h"

struct rapport {
	const char *config_file, *store_url; /* as given, or NULL */
	day dag;
	enum formaat formaat;
	struct config *config; /* NULL with --store */
	struct calendar calendar;
	struct hulpvormen *hulpvormen; /* NULL: no list */
	struct store *store;
	int64_t tot;		  /* the last message that counts */
	struct episoden episoden; /* linked, and pointed to the habits */
	struct gewoonten *gewoonten;
};

/* To stand first in a command's own options. */
#define RAPPORT_OPTIES                                                                     \
	{"config", required_argument, NULL, 'C'}, {"store", required_argument, NULL, 'S'}, \
		{"at", required_argument, NULL, 'D'},                                      \
	{                                                                                  \
		"format", required_argument, NULL, 'F'                                     \
	}

/* rapport_optie takes one of the shared options; false: it is none of them, or not right (told). */
bool rapport_optie(struct rapport *r, int letter, const char *waarde);

/* rapport_open reads all that; 0, or an exit status with a line on stderr.  Start from zeroes. */
int rapport_open(struct rapport *r);

void rapport_close(struct rapport *r);

#endif
