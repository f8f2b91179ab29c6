#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "store/sqlite.h"

#include "base/banned.h"

static const struct {
	const char *scheme;
	int (*open)(struct store **ret, const char *rest, enum store_mode mode, struct buf *why);
} drivers[] = {
	{"sqlite:", sqlite_store_open},
};

int store_open(struct store **ret, const char *url, enum store_mode mode, struct buf *why)
{
	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
		size_t n = strlen(drivers[i].scheme);

		if (strncmp(url, drivers[i].scheme, n) == 0)
			return drivers[i].open(ret, url + n, mode, why);
	}
	buf_addf(why, "store '%s': unknown kind; expected sqlite:/path/of/the/database", url);
	return -EINVAL;
}

void store_close(struct store **st)
{
	if (*st == NULL)
		return;
	(*st)->ops->close(*st);
	*st = NULL;
}

/* Level 1: the fastest; a message of 2 KB shrinks to a third. */
#define PACK_LEVEL 1
#define ROOM_KEPT (1024 * 1024)

struct packer {
	ZSTD_CCtx *zstd;
	void *room;
	size_t size;
};

struct packer *packer_new(void)
{
	struct packer *p = calloc(1, sizeof *p);

	if (p != NULL && (p->zstd = ZSTD_createCCtx()) == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

/* Makes the packer's room at least so large; what a large message took is given back after it. */
static int make_room(struct packer *p, size_t need)
{
	void *room;

	if (p->size >= need && (p->size <= ROOM_KEPT || need > p->size / 8))
		return 0;
	room = realloc(p->room, need);
	if (room == NULL)
		return -ENOMEM;
	p->room = room;
	p->size = need;
	return 0;
}

int store_pack(struct packer *p, struct arena *a, const void *data, size_t size, void **ret,
	       size_t *ret_size)
{
	/* XML shrinks well: a large message is first tried in a sixth of its size. */
	size_t bound = ZSTD_compressBound(size), need = size > ROOM_KEPT ? bound / 6 : bound, n;

	do {
		if (make_room(p, need) < 0)
			return -ENOMEM;
		n = ZSTD_compressCCtx(p->zstd, p->room, p->size, data, size, PACK_LEVEL);
		need = bound;
	} while (ZSTD_getErrorCode(n) == ZSTD_error_dstSize_tooSmall && p->size < bound);
	if (ZSTD_isError(n))
		return -EIO;
	*ret = arena_strndup(a, p->room, n);
	if (*ret == NULL)
		return -ENOMEM;
	*ret_size = n;
	return 0;
}

int store_unpack(const void *data, size_t size, struct buf *ret)
{
	unsigned long long full = ZSTD_getFrameContentSize(data, size);
	void *room;
	size_t n;

	if (full == ZSTD_CONTENTSIZE_ERROR || full == ZSTD_CONTENTSIZE_UNKNOWN ||
	    full > 64u * 1024 * 1024)
		return -EBADMSG; /* not what store_pack wrote */
	room = malloc(full + 1);
	if (room == NULL)
		return -ENOMEM;
	n = ZSTD_decompress(room, full, data, size);
	if (!ZSTD_isError(n))
		buf_add(ret, room, n);
	free(room);
	if (ZSTD_isError(n))
		return -EBADMSG;
	return ret->failed ? -ENOMEM : 0;
}

void packer_free(struct packer **p)
{
	if (*p == NULL)
		return;
	ZSTD_freeCCtx((*p)->zstd);
	free((*p)->room);
	free(*p);
	*p = NULL;
}
