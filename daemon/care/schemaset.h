/*
 * The XSD files of one folder, held in memory, and the compiler over them.
 * libxml2 never opens a file for us: what a schema imports is looked up among
 * these files by its last name, exactly or else regardless of case, and
 * nowhere else.  So all checkers see one set, whatever happens to the folder.
 */
#ifndef CARE_SCHEMASET_H
#define CARE_SCHEMASET_H

#include <libxml/xmlschemas.h>

#include "base/buf.h"

struct schemaset;

/* schemaset_open reads every .xsd of dir. */
int schemaset_open(struct schemaset **ret, const char *dir, struct buf *why);

/*
 * schemaset_compile compiles one file of the set.  Negative on failure, with
 * a line in why.  The schema is for one thread and lives as long as the set.
 */
int schemaset_compile(const struct schemaset *s, const char *file, xmlSchemaPtr *ret,
		      struct buf *why);

void schemaset_free(struct schemaset **s);

#endif
