/*
 * The files of the page, read whole at the start and at a reload, each
 * compressed once.  Only kinds that a browser needs are taken, by their names'
 * endings; a request never opens a file.  Read-only once made; references are
 * counted, and the count is thread-safe.
 */
#ifndef DASHBOARD_PAGE_H
#define DASHBOARD_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define PAGE_FILES 200
#define PAGE_BYTES (8u * 1024 * 1024)
#define PAGE_DEPTH 3

struct page_file {
	char *name; /* app.js, relative to the folder */
	const char *type;
	char etag[68];		/* with its quotes */
	struct buf plain, gzip; /* gzip: empty when it saves nothing */
};

struct page;

int page_open(struct page **ret, const char *dir, struct buf *why);
struct page *page_hold(struct page *p);
void page_drop(struct page **p);

/* page_find gives a file by name, NULL when there is none. */
const struct page_file *page_find(const struct page *p, const char *name);

#endif
