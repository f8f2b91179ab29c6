/*
 * Open ends on their way to sessions: one that an aanbieder should know of goes
 * out when it opens, to whoever acts for it then; the digest of a code goes to
 * a session that opens, and to all of them once a week.  What went out is noted
 * in the store by a JOB_TOLD.
 *
 * Nothing waits here for a peer: who is gone gets the digest when it is back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "wire/hub.h"

#include "base/banned.h"

#define ENDS_A_DAY 50 /* told one by one to a code on one day; then the digest tells */

static bool may_hear(const struct router *r, const struct session *s, const char *code)
{
	const struct partij *p =
		s->state == OPEN && !s->closed ? parties_find(r->who, s->party) : NULL;

	return p != NULL && partij_permit(p, code, NULL, MAY_RECEIVE, day_of(r->now)) == PERMIT_YES;
}

/* keys is taken over. */
static void submit_told(struct router *r, struct open_end_key **keys, size_t n)
{
	struct job *j = job_new(JOB_TOLD);

	if (j == NULL)
		return; /* it counts as not told: the next digest says so again */
	j->received = r->now;
	j->keys = *keys;
	j->n_keys = n;
	*keys = NULL;
	pipeline_submit(r->pipeline, j);
}

static bool tell(struct router *r, struct session *s, const char *json)
{
	zmq_msg_t field;

	field_text(&field, json);
	return say(r, s, VERB_NOTICE, &field, 0, 0) == 0;
}

/* ---- one that opened ---- */

static bool too_many(struct router *r, const char *code)
{
	struct mailbox *m = mailbox_of(r, code);
	day today = day_of(r->now);

	if (m == NULL)
		return true;
	if (m->ends_on != today)
		m->ends_told = 0;
	m->ends_on = today;
	if (m->ends_told++ < ENDS_A_DAY)
		return false;
	r->ends_hushed = true;
	return true;
}

void ends_opened(struct router *r, struct job *j)
{
	struct session *s;
	size_t at = 0;
	bool heard = false, much = too_many(r, j->code);

	while ((s = map_next(&r->sessions, &at)) != NULL)
		if (!much && may_hear(r, s, j->code))
			heard = tell(r, s, j->json) || heard;
	if (heard)
		submit_told(r, &j->keys, j->n_keys);
}

/* ---- digests ---- */

/* The lock is held. */
static bool add_want(struct router *r, const struct session *s, const char *code)
{
	struct want *bigger;
	size_t room = r->wants_room * 2 + 64;

	for (size_t i = 0; i < r->n_wants; i++)
		if (r->wants[i].connection == s->connection && !r->wants[i].taken &&
		    strcmp(r->wants[i].code, code) == 0)
			return true;
	if (r->n_wants == r->wants_room) {
		bigger = realloc(r->wants, room * sizeof *bigger);
		if (bigger == NULL)
			return false;
		r->wants = bigger;
		r->wants_room = room;
	}
	r->wants[r->n_wants] = (struct want){.connection = s->connection};
	(void)snprintf(r->wants[r->n_wants++].code, sizeof r->wants->code, "%s", code);
	return true;
}

void ends_want(struct router *r, const struct session *s)
{
	const struct partij *p = parties_find(r->who, s->party);
	uint64_t one = 1;

	(void)pthread_mutex_lock(&r->lock);
	for (size_t i = 0; p != NULL && i < p->n_codes; i++)
		if (may_hear(r, s, p->codes[i].code) && !add_want(r, s, p->codes[i].code))
			break; /* without memory: the digest comes with the next connection */
	(void)pthread_mutex_unlock(&r->lock);
	if (write(r->digest_fd, &one, sizeof one) < 0)
		return; /* full: it is being read */
}

/*
 * All is as of today: once a week, and at the start, everybody hears where it
 * stands; besides when more opened than was told one by one.
 */
void ends_swept(struct router *r)
{
	int32_t week = day_weeknumber(day_of(r->now));
	struct session *s;
	size_t at = 0;

	if (week == r->digest_week && !r->ends_hushed)
		return;
	r->digest_week = week;
	r->ends_hushed = false;
	while ((s = map_next(&r->sessions, &at)) != NULL)
		ends_want(r, s);
}

int router_digest_fd(const struct router *r)
{
	return r->digest_fd;
}

size_t router_digest_wanted(struct router *r, char (*codes)[IJW_MAX_CODE + 1], size_t most)
{
	size_t n = 0, k;

	(void)pthread_mutex_lock(&r->lock);
	/* While the last ones were not taken over nothing is made: ends_take asks again. */
	for (size_t i = 0; r->digest_news == NULL && i < r->n_wants; i++) {
		struct want *w = &r->wants[i];

		for (k = 0; k < n && strcmp(codes[k], w->code) != 0;)
			k++;
		if (w->taken || (k == n && n == most))
			continue;
		if (k == n)
			(void)snprintf(codes[n++], sizeof *codes, "%s", w->code);
		w->taken = true;
	}
	(void)pthread_mutex_unlock(&r->lock);
	return n;
}

void router_digest(struct router *r, struct digests *d)
{
	uint64_t one = 1;

	(void)pthread_mutex_lock(&r->lock);
	if (d == NULL) { /* nobody gets one now: with the next connection */
		size_t n = 0;

		for (size_t i = 0; i < r->n_wants; i++)
			if (!r->wants[i].taken)
				r->wants[n++] = r->wants[i];
		r->n_wants = n;
	}
	r->digest_news = d; /* the last ones were taken over */
	(void)pthread_mutex_unlock(&r->lock);
	if (write(r->wake_fd, &one, sizeof one) < 0)
		return; /* full: it is awake */
}

/* Takes the next session that waits for this code off the list; 0: no more. */
static uint64_t next_wanting(struct router *r, const char *code)
{
	uint64_t connection = 0;

	(void)pthread_mutex_lock(&r->lock);
	for (size_t i = 0; connection == 0 && i < r->n_wants; i++)
		if (r->wants[i].taken && strcmp(r->wants[i].code, code) == 0) {
			connection = r->wants[i].connection;
			r->wants[i] = r->wants[--r->n_wants];
		}
	(void)pthread_mutex_unlock(&r->lock);
	return connection;
}

static void send_digest(struct router *r, struct digest *d)
{
	bool heard = false;
	uint64_t connection;

	while ((connection = next_wanting(r, d->code)) != 0) {
		struct session *s = map_get(&r->sessions, connection);

		if (d->json != NULL && s != NULL && may_hear(r, s, d->code))
			heard = tell(r, s, d->json) || heard;
	}
	if (heard && d->n_keys > 0)
		submit_told(r, &d->keys, d->n_keys);
}

void ends_take(struct router *r)
{
	struct digests *d;
	uint64_t one = 1;

	(void)pthread_mutex_lock(&r->lock);
	d = r->digest_news;
	r->digest_news = NULL;
	(void)pthread_mutex_unlock(&r->lock);
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n; i++)
		send_digest(r, &d->list[i]);
	digests_free(&d);
	if (write(r->digest_fd, &one, sizeof one) <
	    0) /* more may be wanted than was made at once */
		return;
}
