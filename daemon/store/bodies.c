#include "store/bodies.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "store/audit.h"

#include "base/banned.h"

#define DAY_US INT64_C(86400000000)

/* ---- keys ---- */

int bodies_counts(struct store *st, int (*each)(void *ctx, uint32_t key, int64_t bodies), void *ctx)
{
	return st->bodies->counts(st, each, ctx);
}

/* What the bodies that are there need. */
struct needed {
	struct keyring *keys;
	uint32_t highest;
	int64_t sealed, missing;
};

static int look_at_count(void *ctx, uint32_t key, int64_t bodies)
{
	struct needed *n = ctx;

	if (key == 0)
		return 0;
	n->sealed += bodies;
	if (key > n->highest)
		n->highest = key;
	if (n->keys != NULL && !keyring_has(n->keys, key))
		n->missing += bodies;
	return 0;
}

/* A file that is older than the store would seal with numbers that other keys had. */
static int check_keys(struct store *st, struct keyring *keys, const char *path, int64_t *missing,
		      struct buf *why)
{
	struct needed n = {.keys = keys};
	int r = st->bodies->counts(st, look_at_count, &n);

	if (r == 0 && n.highest > keyring_newest(keys)) {
		buf_addf(why,
			 "body keys %s: its newest key is %u, but messages lie under key %u; put "
			 "the "
			 "newest file back from its backup, or, if that is lost, add a key with a "
			 "higher "
			 "number\n",
			 path, keyring_newest(keys), n.highest);
		return -ENOKEY;
	}
	if (missing != NULL)
		*missing = n.missing;
	return r;
}

int bodies_unlock(struct store *st, const char *path, bool make, day today, struct keyring **ret,
		  int64_t *missing, struct buf *why)
{
	struct needed n = {0};
	struct keyring *keys = NULL;
	struct buf said = BUF_INIT;
	int r = st->bodies->counts(st, look_at_count, &n);

	if (missing != NULL)
		*missing = 0;
	if (r == 0)
		r = keyring_open(&keys, path, make && n.sealed == 0, today, &said);
	if (r == -ENOENT && n.sealed == 0) {
		r = 0; /* there is nothing to open, and nothing is to be sealed */
	} else if (r == -ENOENT) {
		buf_addf(why,
			 "body keys %s: not there, but %lld messages lie under its keys; put the "
			 "file back "
			 "from its backup\n",
			 path, (long long)n.sealed);
	} else if (r < 0) {
		buf_adds(why, buf_str(&said));
	}
	if (r == 0 && keys != NULL)
		r = check_keys(st, keys, path, missing, why);
	if (r == 0)
		store_unlock(st, keys);
	if (r == 0 && ret != NULL) {
		*ret = keys;
		keys = NULL;
	}
	keyring_drop(&keys);
	buf_free(&said);
	return r;
}

/* ---- sealing anew ---- */

/*
 * What lay plain was bound to nothing: only the message itself is sealed.  One
 * that was refused for its size is kept without its bytes.
 */
static int check_plain(const struct buf *text, const unsigned char sha256[32])
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (text->len == 0)
		return 0;
	if (EVP_Digest(text->data, text->len, hash, NULL, EVP_sha256(), NULL) != 1)
		return -ENOMEM;
	return memcmp(hash, sha256, 32) == 0 ? 0 : -EBADMSG;
}

int bodies_renew(struct packer *p, struct arena *a, const unsigned char sha256[32],
		 const void **body, size_t *size)
{
	struct keyring *keys = packer_keys(p);
	struct buf text = BUF_INIT;
	void *fresh;
	int r;

	if (keys == NULL || seal_key(*body, *size) == keyring_newest(keys))
		return 0;
	r = store_unpack(keys, sha256, *body, *size, &text);
	if (r == 0 && seal_key(*body, *size) == 0)
		r = check_plain(&text, sha256);
	if (r == 0)
		r = store_pack(p, a, buf_str(&text), text.len, sha256, &fresh, size);
	if (r == 0)
		*body = fresh;
	buf_free(&text);
	return r;
}

/* One body; what cannot be opened stays, for whoever finds its key. */
static int reseal_one(struct store *st, struct packer *p, struct arena *a,
		      const struct store_message *m, struct reseal *at, unsigned *done)
{
	const void *body = m->body;
	size_t size = m->body_size;
	int r = bodies_renew(p, a, m->sha256, &body, &size);

	if (r == -ENOKEY || r == -EBADMSG) {
		at->unreadable++;
		return 0;
	}
	if (r == 0)
		r = st->bodies->replace(st, m->id, body, size);
	if (r == 0)
		(*done)++;
	return r;
}

static int reseal_some(struct store *st, struct packer *p, struct reseal *at, unsigned most,
		       size_t bytes, unsigned *done)
{
	uint32_t newest = keyring_newest(packer_keys(p));
	unsigned looked = 0;
	size_t size = 0;
	int r = 0;

	while (r == 0 && looked < most && size < bytes) {
		struct arena a = ARENA_INIT;
		struct store_message m;
		uint32_t key;

		r = st->bodies->older(st, newest, at->key, at->after, &a, &m, &key);
		if (r == 0) {
			r = reseal_one(st, p, &a, &m, at, done);
			at->key = key;
			at->after = m.id;
			size += m.body_size;
			looked++;
		}
		arena_release(&a);
	}
	return r;
}

int bodies_reseal(struct store *st, struct packer *p, struct reseal *at, unsigned most,
		  size_t bytes, unsigned *ret)
{
	struct reseal before = *at;
	unsigned done = 0;
	int r = packer_keys(p) == NULL ? -ENOKEY : st->ops->begin(st), end = 0;

	*ret = 0;
	if (r < 0)
		return r;
	r = reseal_some(st, p, at, most, bytes, &done);
	if (r == -ENOENT) {
		end = -ENOENT;
		r = 0;
	}
	if (r == 0 && done > 0)
		r = st->ops->commit(st);
	else
		st->ops->rollback(st); /* nothing was written, or it failed */
	if (r < 0) {
		*at = before;
		return r;
	}
	*ret = done;
	return end;
}

/* ---- bodies that are gone ---- */

int bodies_gone(struct store *st, int64_t id, int64_t *ret)
{
	return st->bodies->gone(st, id, ret);
}

int bodies_missing(struct store *st, int64_t *n, int64_t *first, int64_t *last)
{
	return st->bodies->missing(st, n, first, last);
}

/* The messages of one step. */
struct walk {
	struct store *st;
	int64_t now, bodies_until, refused_until; /* done with before these: their time is over */
	unsigned looked, most, deleted;
	int64_t first, last; /* deleted ones */
	int64_t at;
	bool end;
	struct buf list;
};

static int64_t cut_off(int64_t now, uint32_t days)
{
	return days == 0 ? INT64_MIN : now - (int64_t)days * DAY_US;
}

/* When the hub was done with a message; INT64_MAX: it is not. */
static int64_t done_with(const struct store_message *m)
{
	if (m->verdict == VERDICT_PARKED || (m->verdict == VERDICT_ACCEPTED && m->confirmed == 0))
		return INT64_MAX;
	return m->verdict == VERDICT_ACCEPTED && m->confirmed > m->settled ? m->confirmed
									   : m->settled;
}

/*
 * Messages come in the order of time, and none is done with before it came: the
 * first that came too late ends the walk.  The reading of it ends before anything
 * is deleted.
 */
static int look_at_message(void *ctx, const struct store_message *m)
{
	struct walk *w = ctx;
	int64_t until = m->verdict == VERDICT_REFUSED ? w->refused_until : w->bodies_until;
	int64_t young = w->refused_until > w->bodies_until ? w->refused_until : w->bodies_until;

	if (m->received >= young) {
		w->end = true;
		return 1;
	}
	w->at = m->id;
	w->looked++;
	if (done_with(m) < until)
		buf_add(&w->list, &m->id, sizeof m->id);
	return w->looked >= w->most || w->list.failed;
}

/* A message that an operator lets be delivered once more is in the outbox again. */
static int is_queued(struct store *st, int64_t id, bool *ret)
{
	struct arena a = ARENA_INIT;
	struct store_outbox o;
	int r = st->ops->outbox_get(st, &a, id, &o);

	*ret = r == 0 && o.state != OUTBOX_NONE;
	arena_release(&a);
	return r;
}

/* Deletes what was found; one that was deleted before is no more than looked at. */
static int delete_found(struct walk *w, struct buf *told)
{
	int r = w->list.failed ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i + sizeof(int64_t) <= w->list.len; i += sizeof(int64_t)) {
		int64_t id, gone = 0;
		bool queued = false;

		memcpy(&id, w->list.data + i, sizeof id);
		r = w->st->bodies->gone(w->st, id, &gone);
		if (r == 0 && gone == 0)
			r = is_queued(w->st, id, &queued);
		if (r < 0 || gone != 0 || queued)
			continue;
		r = w->st->bodies->remove(w->st, id, w->now);
		if (w->deleted++ == 0)
			w->first = id;
		w->last = id;
		buf_addf(told, "%s%lld", told->len > 0 ? "," : "", (long long)id);
	}
	return r == 0 && told->failed ? -ENOMEM : r;
}

static int enter(struct walk *w, const struct retention *kept, const char *source,
		 const struct buf *told)
{
	struct buf detail = BUF_INIT;
	struct audit_entry e = {.moment = w->now,
				.event = AUDIT_RETENTION,
				.who = AUDIT_HUB,
				.source = source,
				.message = w->first,
				.last = w->last};
	int r;

	buf_addf(&detail, "%u; bodies_days %u, refused_days %u; %s", w->deleted, kept->bodies_days,
		 kept->refused_days, buf_str(told));
	e.detail = buf_str(&detail);
	r = detail.failed ? -ENOMEM : audit_add(w->st, &e);
	buf_free(&detail);
	return r;
}

static int delete_and_enter(struct walk *w, const struct retention *kept, const char *source)
{
	struct buf told = BUF_INIT;
	int r = w->st->ops->begin(w->st);

	if (r < 0)
		return r;
	r = delete_found(w, &told);
	if (r == 0 && w->deleted > 0)
		r = enter(w, kept, source, &told);
	if (r == 0 && w->deleted > 0)
		r = w->st->ops->commit(w->st);
	else
		w->st->ops->rollback(w->st); /* nothing was written, or it failed */
	buf_free(&told);
	return r;
}

int retention_step(struct store *st, const struct retention *kept, int64_t now, const char *source,
		   unsigned most, int64_t *at, unsigned *deleted)
{
	struct walk w = {.st = st,
			 .now = now,
			 .bodies_until = cut_off(now, kept->bodies_days),
			 .refused_until = cut_off(now, kept->refused_days),
			 .most = most,
			 .list = BUF_INIT};
	int64_t first;
	int r = st->bodies->first(st, &first);

	*deleted = 0;
	if (r == -ENOENT || (kept->bodies_days == 0 && kept->refused_days == 0)) {
		*at = 0;
		return 0;
	}
	w.at = *at < first ? first - 1 : *at; /* below the first body all are gone */
	if (r == 0)
		r = st->audit->facts(st, w.at + 1, INT64_MAX, look_at_message, &w);
	if (r == 0 && w.list.len > 0)
		r = delete_and_enter(&w, kept, source);
	if (r == 0) {
		*at = w.end || w.looked < w.most ? 0 : w.at;
		*deleted = w.deleted;
	}
	buf_free(&w.list);
	return r;
}
