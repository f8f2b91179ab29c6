#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#include "base/banned.h"

#define KEPT 8

struct pool {
	char *url;
	pthread_mutex_t lock;
	struct store *kept[KEPT];
	size_t n;
	bool told; /* that it cannot be opened */
};

struct pool *pool_new(const char *url)
{
	struct pool *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	(void)pthread_mutex_init(&p->lock, NULL); /* cannot fail with default attributes */
	p->url = strdup(url);
	if (p->url == NULL)
		pool_free(&p);
	return p;
}

void pool_free(struct pool **p)
{
	if (*p == NULL)
		return;
	while ((*p)->n > 0)
		store_close(&(*p)->kept[--(*p)->n]);
	(void)pthread_mutex_destroy(&(*p)->lock);
	free((*p)->url);
	free(*p);
	*p = NULL;
}

/* Says once that the store is gone, and once that it is back. */
static void tell(struct pool *p, bool failed, const struct buf *why)
{
	bool before;

	(void)pthread_mutex_lock(&p->lock);
	before = p->told;
	p->told = failed;
	(void)pthread_mutex_unlock(&p->lock);
	if (failed && !before)
		log_error("DASH-STORE", "%s; pages that need the store answer 503", buf_str(why));
	if (!failed && before)
		log_info("DASH-STORE-BACK", "the store can be read again");
}

struct store *pool_take(struct pool *p)
{
	struct store *st = NULL;
	struct buf why = BUF_INIT;
	int r = 0;

	(void)pthread_mutex_lock(&p->lock);
	if (p->n > 0)
		st = p->kept[--p->n];
	(void)pthread_mutex_unlock(&p->lock);
	if (st == NULL) {
		r = store_open(&st, p->url, STORE_READ, &why);
		tell(p, r < 0, &why);
	}
	buf_free(&why);
	return r < 0 ? NULL : st;
}

void pool_give(struct pool *p, struct store **st)
{
	if (*st == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	if (p->n < KEPT) {
		p->kept[p->n++] = *st;
		*st = NULL;
	}
	(void)pthread_mutex_unlock(&p->lock);
	store_close(st);
}

void pool_spoil(struct store **st)
{
	store_close(st);
}
