/*
 * Tables of a release or an administrator: text with tabs, a header line that
 * must be there to the letter, every row with all columns, no quoting.
 *
 * A table is read whole, cut up in place, and stays as it was read: rows are
 * arrays of pointers into the text.  A struct of const char * that names the
 * columns in the order of the file may be laid over a row.
 */
#ifndef CARE_TSV_H
#define CARE_TSV_H

#include <stddef.h>

#include "base/buf.h"

#define TSV_ROWS_MAX 100000

struct tsv {
	char *text;
	const char **cells; /* rows × columns, followed by one empty row */
	size_t n;
};

/*
 * tsv_read reads dir/file.  -ENOENT, with nothing in why, when there is none;
 * another negative errno, with file and line in why, when it is no such table.
 */
int tsv_read(struct tsv *ret, const char *dir, const char *file, const char *header, struct buf *why);

/* tsv_free accepts zeroes and what tsv_read left after a failure. */
void tsv_free(struct tsv *t);

#endif
