/* Small files read whole: the schemas and tables of a release, settings. */
#ifndef CARE_FILE_H
#define CARE_FILE_H

#include <stddef.h>

#define FILE_READ_MAX (8u * 1024 * 1024)

/*
 * file_read gives the content of dir/name (of name when dir is NULL),
 * malloc'ed and NUL-terminated.
 * Negative errno on failure; -EFBIG above FILE_READ_MAX.
 */
int file_read(const char *dir, const char *name, char **ret, size_t *size);

#endif
