/*
 * A YAML text read by a libcyaml schema, with complaints that say where and
 * what was expected: "manifest.yaml:9: richting: 'nergens' is not known;
 * expected: gemeente-aanbieder, aanbieder-gemeente".
 *
 * It is not named yaml, because libyaml has a yaml_free that is in no header.
 */
#ifndef BASE_YAMLTEXT_H
#define BASE_YAMLTEXT_H

#include <stddef.h>

#include <cyaml/cyaml.h>

#include "base/buf.h"

/*
 * yamltext_load reads size bytes of text, which is NUL-terminated, into what the
 * schema (a mapping behind a pointer) describes; yamltext_free gives that back.
 * -EINVAL, and one line in why that begins with file, when the text does not
 * fit; a text without any content is such a one.
 */
int yamltext_load(const char *file, const char *text, size_t size, const cyaml_schema_value_t *schema,
	      void **ret, struct buf *why);

/* yamltext_free accepts NULL. */
void yamltext_free(const cyaml_schema_value_t *schema, void *data);

#endif
