#include "page.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "care/file.h"

#include "base/banned.h"

struct page {
	struct page_file files[PAGE_FILES];
	size_t n, bytes;
	_Atomic unsigned references;
};

static const struct {
	const char *ending, *type;
	bool text;
} kinds[] = {
	{".html", "text/html; charset=utf-8", true},
	{".js", "text/javascript; charset=utf-8", true},
	{".css", "text/css; charset=utf-8", true},
	{".svg", "image/svg+xml", true},
	{".txt", "text/plain; charset=utf-8", true},
	{".png", "image/png", false},
	{".ico", "image/x-icon", false},
	{".woff2", "font/woff2", false},
};

static const char *type_of(const char *name, bool *text)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t e = strlen(kinds[i].ending);

		if (n > e && strcmp(name + n - e, kinds[i].ending) == 0) {
			*text = kinds[i].text;
			return kinds[i].type;
		}
	}
	return NULL;
}

static void tag(struct page_file *f)
{
	unsigned char hash[32];
	char *at = f->etag;

	if (EVP_Digest(f->plain.data, f->plain.len, hash, NULL, EVP_sha256(), NULL) != 1)
		return; /* without a tag it is sent each time */
	*at++ = '"';
	for (int i = 0; i < 32; i++)
		at += snprintf(at, 3, "%02x", hash[i]);
	*at++ = '"';
	*at = '\0';
}

static void squeeze(struct page_file *f)
{
	z_stream z = {0};
	unsigned char part[16384];
	int r;

	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	z.next_in = (unsigned char *)f->plain.data;
	z.avail_in = (unsigned)f->plain.len;
	do {
		z.next_out = part;
		z.avail_out = sizeof part;
		r = deflate(&z, Z_FINISH);
		buf_add(&f->gzip, part, sizeof part - z.avail_out);
	} while (r == Z_OK);
	(void)deflateEnd(&z);
	if (r != Z_STREAM_END || f->gzip.failed || f->gzip.len >= f->plain.len)
		buf_free(&f->gzip);
}

static int add_file(struct page *p, const char *path, const char *name, struct buf *why)
{
	struct page_file *f = &p->files[p->n];
	bool text = false;
	const char *type = type_of(name, &text);
	char *bytes = NULL;
	size_t size;
	int r;

	if (type == NULL)
		return 0;
	if (p->n == PAGE_FILES) {
		buf_addf(why, "%s: more than %d files", path, PAGE_FILES);
		return -E2BIG;
	}
	r = file_read(NULL, path, &bytes, &size);
	if (r == 0 && (p->bytes += size) > PAGE_BYTES)
		r = -EFBIG;
	if (r < 0) {
		buf_addf(why, "%s: cannot be read (%s)", path, strerror(-r));
		free(bytes);
		return r;
	}
	p->n++;
	f->name = strdup(name);
	f->type = type;
	buf_add(&f->plain, bytes, size);
	free(bytes);
	if (f->name == NULL || f->plain.failed)
		return -ENOMEM;
	tag(f);
	if (text && f->plain.len > 0)
		squeeze(f);
	return 0;
}

static int add_folder(struct page *p, const char *dir, const char *prefix, int depth,
		      struct buf *why)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int r = 0;

	if (d == NULL) {
		buf_addf(why, "page: %s cannot be listed (%s)", dir, strerror(errno));
		return -EINVAL;
	}
	while (r == 0 && (e = readdir(d)) != NULL) {
		char path[PATH_MAX], name[512];
		struct stat st;

		if (e->d_name[0] == '.' || strcmp(e->d_name, "node_modules") == 0 ||
		    snprintf(path, sizeof path, "%s/%s", dir, e->d_name) >= (int)sizeof path ||
		    snprintf(name, sizeof name, "%s%s", prefix, e->d_name) >=
			    (int)sizeof name - 2 ||
		    stat(path, &st) < 0)
			continue;
		if (S_ISREG(st.st_mode)) {
			r = add_file(p, path, name, why);
		} else if (S_ISDIR(st.st_mode) && depth < PAGE_DEPTH) {
			strncat(name, "/", sizeof name - strlen(name) - 1);
			r = add_folder(p, path, name, depth + 1, why);
		}
	}
	(void)closedir(d);
	return r;
}

int page_open(struct page **ret, const char *dir, struct buf *why)
{
	struct page *p = calloc(1, sizeof *p);
	int r;

	if (p == NULL)
		return -ENOMEM;
	p->references = 1;
	r = add_folder(p, dir, "", 0, why);
	if (r == 0 && page_find(p, "index.html") == NULL) {
		buf_addf(why, "page: %s holds no index.html", dir);
		r = -ENOENT;
	}
	if (r < 0)
		page_drop(&p);
	else
		*ret = p;
	return r;
}

struct page *page_hold(struct page *p)
{
	p->references++;
	return p;
}

void page_drop(struct page **p)
{
	struct page *left = *p;

	*p = NULL;
	if (left == NULL || --left->references > 0)
		return;
	for (size_t i = 0; i < left->n; i++) {
		free(left->files[i].name);
		buf_free(&left->files[i].plain);
		buf_free(&left->files[i].gzip);
	}
	free(left);
}

const struct page_file *page_find(const struct page *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->files[i].name, name) == 0)
			return &p->files[i];
	return NULL;
}
