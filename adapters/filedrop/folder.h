/*
 * The folders of a file drop and the few ways in which files change there.
 * Whatever a function here did is on disk when it returns 0.
 */
#ifndef FILEDROP_FOLDER_H
#define FILEDROP_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum place {
	UIT,	   /* what the user drops */
	VERZONDEN, /* accepted, with reports */
	GEWEIGERD, /* refused and rejected, with reports */
	IN,	   /* what arrived */
	SIGNALEN,  /* notices */
	STATE,	   /* .ijw */
	BINNEN,	   /* .ijw/binnen: arrivals on their way to in/ */
	MOVES,	   /* .ijw/verplaatsen: what is to be done with a sent file */
	N_PLACES
};

struct folder {
	int root;
	int at[N_PLACES];
};

/*
 * folder_open opens the folders, makes those that are missing, and takes the
 * lock that keeps a second ijw-filedrop out (-EBUSY).  why gets a line.
 */
int folder_open(struct folder *f, const char *path, struct buf *why);
void folder_close(struct folder *f);

/* folder_name is the place's name as a user knows it ("uit"). */
const char *folder_name(enum place p);

/* folder_write writes a whole file, replacing what had the name, never showing half of it. */
int folder_write(int dir, const char *name, const void *bytes, size_t n);

/* folder_read reads a whole file of at most `most` bytes into ret. */
int folder_read(int dir, const char *name, size_t most, struct buf *ret);

/* folder_free_name finds a name like `name` that neither a file nor a report has; room is 256. */
int folder_free_name(int dir, const char *name, char *ret);

/* folder_move moves a file and never replaces one: -EEXIST. */
int folder_move(int from, const char *name, int to, const char *new_name);

/* folder_each calls each for every name in dir that does not begin with a dot. */
int folder_each(int dir, void (*each)(void *arg, const char *name), void *arg);

#endif
