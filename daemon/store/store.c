#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/keyring.h"
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
	keyring_drop(&(*st)->keys);
	(*st)->ops->close(*st);
	*st = NULL;
}

void store_unlock(struct store *st, struct keyring *keys)
{
	struct keyring *left = st->keys;

	st->keys = keyring_hold(keys);
	keyring_drop(&left);
}

int store_read(struct store *st, const struct store_message *m, struct buf *ret)
{
	return m->body == NULL ? -ENODATA
			       : store_unpack(st->keys, m->sha256, m->body, m->body_size, ret);
}

const char *store_fault(int error)
{
	switch (error) {
	case -ENODATA:
		return "its text was deleted when its retention ended";
	case -ENOKEY:
		return "its text lies under a key that is not in the file body_keys";
	case -EBADMSG:
		return "its text is damaged, is another message's, or lies under another key";
	default:
		return strerror(-error);
	}
}

/* Level 1: the fastest; a message of 2 KB shrinks to a third. */
#define PACK_LEVEL 1
#define ROOM_KEPT (1024 * 1024)

struct packer {
	ZSTD_CCtx *zstd;
	struct keyring *keys;
	void *room;
	size_t size;
};

struct packer *packer_new(struct keyring *keys)
{
	struct packer *p = calloc(1, sizeof *p);

	if (p != NULL && (p->zstd = ZSTD_createCCtx()) == NULL) {
		free(p);
		return NULL;
	}
	if (p != NULL)
		p->keys = keyring_hold(keys);
	return p;
}

struct keyring *packer_keys(const struct packer *p)
{
	return p->keys;
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

/* What was compressed in the packer's room goes to the arena, sealed when there are keys. */
static int finish(struct packer *p, struct arena *a, size_t n, const unsigned char sha256[32],
		  void **ret, size_t *ret_size)
{
	unsigned char *sealed;
	int r;

	if (p->keys == NULL) {
		*ret = arena_strndup(a, p->room, n);
		*ret_size = n;
		return *ret == NULL ? -ENOMEM : 0;
	}
	sealed = arena_alloc(a, n + SEAL_HEAD + SEAL_TAG);
	if (sealed == NULL)
		return -ENOMEM;
	r = keyring_seal(p->keys, sha256, 32, p->room, n, sealed);
	if (r < 0)
		return r;
	*ret = sealed;
	*ret_size = n + SEAL_HEAD + SEAL_TAG;
	return 0;
}

int store_pack(struct packer *p, struct arena *a, const void *data, size_t size,
	       const unsigned char sha256[32], void **ret, size_t *ret_size)
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
	return finish(p, a, n, sha256, ret, ret_size);
}

static int decompress(const void *data, size_t size, struct buf *ret)
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

int store_unpack(struct keyring *keys, const unsigned char sha256[32], const void *data, size_t size,
		 struct buf *ret)
{
	unsigned char *room;
	int r;

	if (seal_key(data, size) == 0) /* from before there were keys: zstd as it is */
		return decompress(data, size, ret);
	if (keys == NULL)
		return -ENOKEY;
	room = malloc(size);
	if (room == NULL)
		return -ENOMEM;
	r = keyring_unseal(keys, sha256, 32, data, size, room);
	if (r == 0)
		r = decompress(room, size - SEAL_HEAD - SEAL_TAG, ret);
	free(room);
	return r;
}

void packer_free(struct packer **p)
{
	if (*p == NULL)
		return;
	ZSTD_freeCCtx((*p)->zstd);
	keyring_drop(&(*p)->keys);
	free((*p)->room);
	free(*p);
	*p = NULL;
}
