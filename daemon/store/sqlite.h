/* The SQLite driver of store_ops; opened through store_open("sqlite:PATH"). */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/store.h"

int sqlite_store_open(struct store **ret, const char *path, enum store_mode mode, struct buf *why);

#endif
