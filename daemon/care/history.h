/*
 * The index of a folder of messages that were exchanged before there was a
 * hub: which file was sent when.  intake_history (intake.h) takes them in.
 *
 * Text with tabs; a header line names the columns, in any order: file and
 * sent_at must be there, sender, receiver, type and identificatie may be, others
 * are passed by.
 */
#ifndef CARE_HISTORY_H
#define CARE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "care/check.h"

struct history_row {
	int64_t sent_at; /* microseconds */
	unsigned line;	 /* of the index */
	const char *file;
	const char *sender, *receiver, *type, *identificatie; /* "" where the index has none */
};

struct history_index {
	char *text;
	struct history_row *list; /* by sent_at, then as listed */
	size_t n;
};

enum history_fault {
	HISTORY_NO_COLUMN = 1, /* text: which */
	HISTORY_NO_FILE,       /* a row without one */
	HISTORY_NO_MOMENT,     /* text: what stands there */
};

struct history_error {
	enum history_fault fault; /* 0: the file itself cannot be read */
	unsigned line;
	char text[64];
};

/* history_read reads an index; -EINVAL with why filled, or another negative errno. */
int history_read(struct history_index *ret, const char *path, struct history_error *why);
void history_free(struct history_index *h);

/* history_path tells whether a file may be read: no .. in its path. */
bool history_path(const char *file);

/*
 * history_differs names what the index says otherwise than the message, by the
 * column's name, with both values; n from 0 until it gives false.
 */
bool history_differs(const struct history_row *row, const struct bericht *b, unsigned n,
		     const char **column, const char **index, const char **message);

#endif
