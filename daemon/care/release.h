/* What checks need of a release beyond standard.h: its schemas and its tables. */
#ifndef CARE_RELEASE_H
#define CARE_RELEASE_H

#include "care/catalog.h"
#include "care/schemaset.h"
#include "care/standard.h"

struct regels; /* regel.h */

/* All live as long as the standard. */
const struct schemaset *standard_schemas(const struct standard *s);
const struct catalog *standard_catalog(const struct standard *s);
const struct regels *standard_regels(const struct standard *s);

/* standard_release is "3.2": major, a point, minor. */
const char *standard_release(const struct standard *s);

#endif
