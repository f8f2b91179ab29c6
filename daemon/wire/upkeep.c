#include "wire/upkeep.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wire/pipeline.h"

#include "base/banned.h"

#define RESEAL_MOST 64		   /* bodies in one step … */
#define RESEAL_BYTES (1024 * 1024) /* … and about so many bytes */
#define RETAIN_MOST 512		   /* messages looked at in one step */
#define LOADED_MS 100		   /* under load there is a step so often */
#define CHECK_MS 60000		   /* how soon after midnight a new day is noticed */
#define PAUSE_MS 1000		   /* after a failure of the store */

struct upkeep {
	atomic_bool
		stopping; /* apart from the writer's own: a compiler may read neighbours as one */
	struct keyring *keys;
	struct packer *packer;
	struct retention retention;
	bool resealing, retaining;
	struct reseal reseal;
	int64_t resealed; /* since the pass began */
	int64_t retention_at, deleted;
	day retained_on, told_on; /* the day of the last pass, and of the last line AUDIT-HEAD */
	int64_t last_step, not_before; /* clock_ms */
};

/* ---- entries ---- */

int note_enter(struct store *st, int64_t now, const struct audit_note *n)
{
	struct audit_entry e = {.moment = now,
				.event = n->event,
				.who = n->who,
				.role = n->role,
				.source = n->source,
				.message = n->message,
				.has_client = n->has_client,
				.reason = n->reason,
				.outcome = n->outcome,
				.detail = n->detail};

	memcpy(e.client, n->client, sizeof e.client);
	return audit_add(st, &e);
}

static void note_id(struct buf *ids, int64_t id)
{
	buf_add(ids, &id, sizeof id);
}

/* Which messages the jobs gave a verdict, and which they struck off. */
static void look_at_jobs(const struct link *jobs, struct buf *judged, struct buf *delivered)
{
	for (; jobs != NULL; jobs = jobs->next) {
		const struct job *j = (const struct job *)jobs;

		if (j->kind == JOB_DONE)
			note_id(delivered, j->id);
		else if (j->kind == JOB_RECHECK && j->error == 0 &&
			 j->judged.verdict != VERDICT_PARKED)
			note_id(judged, j->judged.id);
	}
}

int upkeep_enter(struct store *st, int64_t now, int64_t first, int64_t last,
		 const struct link *jobs)
{
	struct buf judged = BUF_INIT, delivered = BUF_INIT;
	int r = audit_messages(st, now, UPKEEP_SOURCE, first, last);

	look_at_jobs(jobs, &judged, &delivered);
	if (r == 0)
		r = judged.failed || delivered.failed ? -ENOMEM : 0;
	if (r == 0)
		r = audit_judged(st, now, UPKEEP_SOURCE, (int64_t *)(void *)judged.data,
				 judged.len / sizeof(int64_t));
	if (r == 0)
		r = audit_delivered(st, now, UPKEEP_SOURCE, (int64_t *)(void *)delivered.data,
				    delivered.len / sizeof(int64_t));
	for (; r == 0 && jobs != NULL; jobs = jobs->next)
		if (((const struct job *)jobs)->audit != NULL)
			r = note_enter(st, now, ((const struct job *)jobs)->audit);
	buf_free(&judged);
	buf_free(&delivered);
	return r;
}

/* An entry of the hub itself, in the transaction that is open. */
static int enter(struct store *st, int64_t now, const char *event, const char *detail)
{
	struct audit_entry e = {.moment = now,
				.event = event,
				.who = AUDIT_HUB,
				.source = UPKEEP_SOURCE " " IJWD_VERSION,
				.outcome = "ok",
				.detail = detail};

	return audit_add(st, &e);
}

/* The same in a transaction of its own. */
static int enter_alone(struct store *st, int64_t now, const char *event, const char *detail)
{
	int r = st->ops->begin(st);

	if (r < 0)
		return r;
	r = enter(st, now, event, detail);
	if (r == 0)
		return st->ops->commit(st);
	st->ops->rollback(st);
	return r;
}

/* Whoever keeps this line elsewhere sees when the end of the audit log was cut off. */
static void tell_head(struct store *st)
{
	unsigned char hash[AUDIT_HASH];
	char text[2 * AUDIT_HASH + 1];
	int64_t id;

	if (audit_head(st, &id, hash) < 0)
		return; /* the next day tells */
	for (int i = 0; i < AUDIT_HASH; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", hash[i]);
	log_info("AUDIT-HEAD", "entry %lld, hash %s", (long long)id, text);
}

/* ---- keys ---- */

struct unused {
	struct keyring_row rows[KEYRING_MOST];
	size_t n;
	bool used[KEYRING_MOST];
};

static int mark_used(void *ctx, uint32_t key, int64_t bodies)
{
	struct unused *x = ctx;

	for (size_t i = 0; i < x->n; i++)
		if (x->rows[i].id == key && bodies > 0)
			x->used[i] = true;
	return 0;
}

/* The entry comes first: a kill between the two leads to a second one, and not to none. */
static int remove_key(struct upkeep *u, struct store *st, int64_t now, uint32_t id)
{
	struct buf why = BUF_INIT;
	char detail[64];
	int r;

	(void)snprintf(detail, sizeof detail, "key %u removed: nothing lies under it", id);
	r = enter_alone(st, now, AUDIT_KEYS, detail);
	if (r < 0)
		return r;
	if (keyring_remove(u->keys, id, &why) < 0)
		log_warn("KEYS-UNUSED",
			 "key %u is not needed any more and may be removed by hand: %s", id,
			 buf_str(&why));
	else
		log_info("KEYS-REMOVED", "key %u: nothing lies under it any more", id);
	buf_free(&why);
	return 0;
}

static int remove_unused(struct upkeep *u, struct store *st, int64_t now)
{
	struct unused x = {.n = keyring_rows(u->keys, x.rows, KEYRING_MOST)};
	int r = bodies_counts(st, mark_used, &x);

	for (size_t i = 0; r == 0 && i + 1 < x.n; i++)
		if (!x.used[i])
			r = remove_key(u, st, now, x.rows[i].id);
	return r;
}

static int resealed_all(struct upkeep *u, struct store *st, int64_t now)
{
	char detail[96];
	int r = 0;

	u->resealing = false;
	if (u->reseal.unreadable > 0)
		log_error("KEYS-UNREADABLE",
			  "%lld messages cannot be opened with any key of the file; ijwctl keys "
			  "tells which key",
			  (long long)u->reseal.unreadable);
	if (u->resealed > 0) {
		(void)snprintf(detail, sizeof detail, "%lld messages sealed with key %u",
			       (long long)u->resealed, keyring_newest(u->keys));
		log_info("KEYS-RENEWED", "%s", detail);
		r = enter_alone(st, now, AUDIT_KEYS, detail);
		if (r == 0)
			r = st->bodies->wipe(st);
	}
	u->resealed = 0;
	return r == 0 ? remove_unused(u, st, now) : r;
}

static int reseal(struct upkeep *u, struct store *st, int64_t now)
{
	unsigned n;
	int r = bodies_reseal(st, u->packer, &u->reseal, RESEAL_MOST, RESEAL_BYTES, &n);

	u->resealed += n;
	return r == -ENOENT ? resealed_all(u, st, now) : r;
}

static void begin_resealing(struct upkeep *u)
{
	u->reseal = (struct reseal){0};
	u->resealing = true;
}

int upkeep_rotate(struct upkeep *u, day today, uint32_t *ret, struct buf *why)
{
	int r = keyring_add(u->keys, today, ret, why);

	if (r == 0)
		begin_resealing(u);
	return r;
}

/* ---- retention, and the rest of the day ---- */

static int retain(struct upkeep *u, struct store *st, int64_t now)
{
	unsigned n;
	int r = retention_step(st, &u->retention, now, UPKEEP_SOURCE, RETAIN_MOST, &u->retention_at,
			       &n);

	u->deleted += n;
	if (r < 0 || u->retention_at != 0)
		return r;
	u->retaining = false;
	if (u->deleted > 0) {
		log_info("RETENTION", "the texts of %lld messages were deleted: their time is over",
			 (long long)u->deleted);
		r = st->bodies->wipe(st);
	}
	u->deleted = 0;
	return r;
}

static void new_day(struct upkeep *u, struct store *st, day today)
{
	if (today != u->told_on) {
		tell_head(st);
		u->told_on = today;
	}
	if (today != u->retained_on) {
		u->retaining = u->retention.bodies_days > 0 || u->retention.refused_days > 0;
		u->retention_at = 0;
		u->retained_on = today;
	}
}

int upkeep_wait(struct upkeep *u)
{
	int64_t ms;

	if (atomic_load(&u->stopping))
		return -1;
	ms = u->not_before - clock_ms();
	if (ms > 0)
		return (int)ms;
	return u->resealing || u->retaining ? 0 : CHECK_MS;
}

int upkeep_step(struct upkeep *u, struct store *st, int64_t now, bool idle)
{
	int64_t ms = clock_ms();
	int r = 0;

	if (atomic_load(&u->stopping) || ms < u->not_before ||
	    (!idle && ms < u->last_step + LOADED_MS))
		return 0;
	u->last_step = ms;
	new_day(u, st, day_of(now));
	if (u->retaining)
		r = retain(u, st, now);
	else if (u->resealing)
		r = reseal(u, st, now);
	if (r < 0) {
		log_warn("UPKEEP-FAILED", "keys and retention were not kept up (%s); tried again",
			 strerror(-r));
		u->not_before = ms + PAUSE_MS;
	}
	return r;
}

/* ---- start, stop ---- */

/* Which keys there are, as the entry of a start says. */
static void list_keys(const struct upkeep *u, struct buf *out)
{
	struct keyring_row rows[KEYRING_MOST];
	size_t n = keyring_rows(u->keys, rows, KEYRING_MOST);

	buf_adds(out, "keys");
	for (size_t i = 0; i < n; i++)
		buf_addf(out, " %u", rows[i].id);
}

static int enter_start(struct upkeep *u, struct store *st, int64_t now)
{
	struct buf detail = BUF_INIT;
	int64_t adopted = 0;
	int r = st->ops->begin(st);

	if (r < 0)
		return r;
	list_keys(u, &detail);
	r = audit_adopt(st, now, UPKEEP_SOURCE, &adopted);
	if (r == 0)
		r = detail.failed ? -ENOMEM : enter(st, now, AUDIT_STARTED, buf_str(&detail));
	if (r == 0)
		r = st->ops->commit(st);
	else
		st->ops->rollback(st);
	if (r == 0 && adopted > 0)
		log_warn("AUDIT-ADOPTED",
			 "%lld messages stood in the store without an entry; from now on they have "
			 "one",
			 (long long)adopted);
	buf_free(&detail);
	return r;
}

int upkeep_start(struct upkeep **ret, const struct upkeep_opts *o, struct store *st, int64_t now)
{
	struct upkeep *u = calloc(1, sizeof *u);
	int r;

	if (u == NULL)
		return -ENOMEM;
	u->keys = keyring_hold(o->keys);
	u->packer = packer_new(o->keys);
	u->retention = o->retention;
	u->retained_on = u->told_on = DAY_NONE;
	begin_resealing(u);
	r = u->packer == NULL ? -ENOMEM : enter_start(u, st, now);
	*ret = u;
	return r;
}

void upkeep_quiet(struct upkeep *u)
{
	atomic_store(&u->stopping, true);
}

void upkeep_stopped(struct upkeep **uu, struct store *st, int64_t now)
{
	struct upkeep *u = *uu;

	if (u == NULL)
		return;
	if (st != NULL) {
		if (enter_alone(st, now, AUDIT_STOPPED, "") < 0)
			log_warn("AUDIT-STOPPED", "the stop could not be entered in the audit log");
		tell_head(st);
	}
	packer_free(&u->packer);
	keyring_drop(&u->keys);
	free(u);
	*uu = NULL;
}
