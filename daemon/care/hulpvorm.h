/*
 * CBS's form of care (hulpvorm) of a product: certain for the categories that
 * were named after the forms (31–38), a default for the newer ones, where the
 * product decides and not its category (cbs.md 5).  An administrator's list
 * (hulpvormen.tsv: gemeente, code, hulpvorm) goes before both.
 */
#ifndef CARE_HULPVORM_H
#define CARE_HULPVORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum hulpvorm_bron { HULPVORM_CATEGORIE, HULPVORM_STANDAARD, HULPVORM_LIJST, HULPVORM_ONBEKEND };

struct hulpvorm {
	unsigned char code; /* 1–4, 11–14; 0: not to be derived */
	enum hulpvorm_bron bron;
	bool jeugdhulp; /* false: protection, probation, transport: no record of youth care */
	bool crisis;
};

struct hulpvormen;

/*
 * hulpvormen_open reads a list; -EINVAL with file, line and what is expected
 * in why.  No list is NULL everywhere.
 */
int hulpvormen_open(struct hulpvormen **ret, const char *path, struct buf *why);
void hulpvormen_free(struct hulpvormen **h);

/* hulpvorm_van: lijst may be NULL; "" where a product is not named. */
struct hulpvorm hulpvorm_van(const struct hulpvormen *lijst, const char *gemeente,
			     const char *categorie, const char *code);

/* hulpvorm_naam is CBS's label; NULL for a code that is none. */
const char *hulpvorm_naam(unsigned code);

/* With a stay (11–14), so that 18-year-olds and dates are treated as such. */
bool hulpvorm_verblijf(unsigned code);

#endif
