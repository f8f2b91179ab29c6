/*
 * The digest of open ends (NOTICE open-ends, docs/protocol.md), for someone at a
 * desk: a list that a spreadsheet opens, and a text.  Dutch, as the columns of
 * iJw are.
 */
#ifndef FILEDROP_DIGEST_H
#define FILEDROP_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/buf.h"

/* digest_name gives open-einden_CODE_WEEK for a notice that is a digest; false for any other. */
bool digest_name(const json_t *notice, char *name, size_t room);

/* digest_csv writes a row for each open end: semicolons, UTF-8 with its mark, CR LF. */
void digest_csv(const json_t *notice, struct buf *out);

/* digest_text writes the same to read. */
void digest_text(const json_t *notice, struct buf *out);

#endif
