/*
 * Credit and deliveries, per code.
 *
 * A message reaches a mailbox in one of two ways.  With room, the writer
 * hands it over straight from its commit, body and all.  Without, it waits in
 * the store and the mailbox is `behind`; when credit comes, a JOB_TAKE reads
 * the oldest.  Either way the store has counted the attempt, durably, before
 * the message is here: a second delivery can never look like a first.
 *
 * Room is withdrawn while the mailbox is behind, so that newcomers do not
 * overtake what waits.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/hub.h"

#include "base/banned.h"

#define TAKE_MOST 64                      /* messages in one JOB_TAKE */
#define TAKE_BYTES (8u * 1024 * 1024)     /* and about so many bytes */

struct mailbox *mailbox_of(struct router *r, const char *code)
{
	struct mailbox **list, *m;

	for (size_t i = 0; i < r->n_mailboxes; i++)
		if (strcmp(r->mailboxes[i]->code, code) == 0)
			return r->mailboxes[i];
	list = realloc(r->mailboxes, (r->n_mailboxes + 1) * sizeof *list);
	if (list == NULL)
		return NULL;
	r->mailboxes = list;
	m = calloc(1, sizeof *m);
	if (m == NULL)
		return NULL;
	(void)snprintf(m->code, sizeof m->code, "%s", code);
	m->queue_end = &m->queue;
	m->behind = true; /* what the store holds for it is not known yet */
	list[r->n_mailboxes++] = m;
	return m;
}

static struct credit *credit_of(struct mailbox *m, const struct session *s)
{
	for (size_t i = 0; i < m->n_credits; i++)
		if (m->credits[i].session == s)
			return &m->credits[i];
	return NULL;
}

static unsigned credit_total(const struct mailbox *m)
{
	unsigned n = 0;

	for (size_t i = 0; i < m->n_credits; i++)
		if (m->credits[i].session->flight_bytes < SESSION_BYTES)
			n += m->credits[i].n;
	return n;
}

void mailbox_credit(struct router *r, struct mailbox *m, struct session *s, unsigned n)
{
	struct credit *c = credit_of(m, s);

	if (c == NULL) {
		struct credit *list = realloc(m->credits, (m->n_credits + 1) * sizeof *list);

		if (list == NULL)
			return; /* no credit, no deliveries: the party asks again */
		m->credits = list;
		c = &list[m->n_credits++];
		*c = (struct credit){.session = s};
	}
	c->n = c->n + n > IJW_MAX_CREDIT ? IJW_MAX_CREDIT : c->n + n;
	mailbox_settle(r, m);
}

/* A session that has credit, room for the bytes, and may receive this type for this code. */
static struct credit *taker(struct router *r, struct mailbox *m, const struct delivery *d)
{
	for (size_t i = 0; i < m->n_credits; i++) {
		struct credit *c = &m->credits[i];
		const struct partij *p = parties_find(r->who, c->session->party);

		if (c->n > 0 && !c->session->closed && c->session->flight_bytes < SESSION_BYTES &&
		    p != NULL &&
		    partij_permit(p, m->code, d->type, MAY_RECEIVE, day_of(r->now)) == PERMIT_YES)
			return c;
	}
	return NULL;
}

static void send_delivery(struct router *r, struct mailbox *m, struct credit *c, struct delivery *d)
{
	struct session *s = c->session;
	zmq_msg_t fields[3];
	char id[24];

	(void)snprintf(id, sizeof id, "%lld", (long long)d->id);
	field_text(&fields[0], id);
	field_text(&fields[1], d->meta);
	(void)zmq_msg_init(&fields[2]);
	(void)zmq_msg_copy(&fields[2], &d->body); /* shares the bytes */
	c->n--;
	d->connection = s->connection;
	d->sent = r->now;
	if (map_put(&r->flights, (uint64_t)d->id, d) < 0 ||
	    say(r, s, VERB_DELIVER, fields, 0, 0) < 0) {
		(void)map_take(&r->flights, (uint64_t)d->id);
		submit_id(r, JOB_RETURN, d->id, false);
		m->behind = true;
		delivery_free(&d);
		return;
	}
	s->flights++;
	s->flight_bytes += d->size;
	s->deliveries++;
}

/* Sends what can be sent, oldest first; a type that nobody here may take does not hold up the rest. */
static void send_queued(struct router *r, struct mailbox *m)
{
	struct link **at = &m->queue;

	while (*at != NULL && credit_total(m) > 0) {
		struct delivery *d = (struct delivery *)*at;
		struct credit *c = taker(r, m, d);

		if (c == NULL) {
			at = &d->link.next;
			continue;
		}
		*at = d->link.next;
		m->queued--;
		m->queued_bytes -= d->size;
		send_delivery(r, m, c, d);
	}
	m->queue_end = &m->queue;
	while (*m->queue_end != NULL)
		m->queue_end = &(*m->queue_end)->next;
}

/* Nobody is there for what was handed: back to the store, as never sent. */
static void return_queued(struct router *r, struct mailbox *m)
{
	while (m->queue != NULL) {
		struct delivery *d = (struct delivery *)m->queue;

		m->queue = d->link.next;
		submit_id(r, JOB_RETURN, d->id, false);
		delivery_free(&d);
		m->behind = true;
	}
	m->queue_end = &m->queue;
	m->queued = 0;
	m->queued_bytes = 0;
}

static void take_more(struct router *r, struct mailbox *m, unsigned credit)
{
	struct job *j = job_new(JOB_TAKE);

	if (j == NULL)
		return;
	(void)snprintf(j->code, sizeof j->code, "%s", m->code);
	j->received = r->now;
	j->most = credit < TAKE_MOST ? credit : TAKE_MOST;
	j->bytes = TAKE_BYTES;
	m->taking = true;
	pipeline_submit(r->pipeline, j);
}

void mailbox_settle(struct router *r, struct mailbox *m)
{
	unsigned credit;

	send_queued(r, m);
	credit = credit_total(m);
	if (m->n_credits == 0)
		return_queued(r, m);
	credit = credit > m->queued ? credit - (unsigned)m->queued : 0;
	if (m->behind || m->taking || r->stopping)
		pipeline_room(r->pipeline, m->code, 0, 0);
	else
		pipeline_room(r->pipeline, m->code, credit,
			      m->queued_bytes < SESSION_BYTES ? SESSION_BYTES - m->queued_bytes : 0);
	if (m->behind && !m->taking && !r->stopping && credit > 0 && m->queued < TAKE_MOST)
		take_more(r, m, credit);
}

void mailbox_add(struct router *r, struct mailbox *m, struct delivery *d)
{
	d->link.next = NULL;
	*m->queue_end = &d->link;
	m->queue_end = &d->link.next;
	m->queued++;
	m->queued_bytes += d->size;
	mailbox_settle(r, m);
}

void mailbox_taken(struct router *r, struct mailbox *m, struct job *j)
{
	m->taking = false;
	m->behind = j->full;
	m->due = j->full ? 0 : j->next;
	while (j->taken != NULL) {
		struct delivery *d = (struct delivery *)j->taken;

		j->taken = d->link.next;
		d->link.next = NULL;
		*m->queue_end = &d->link;
		m->queue_end = &d->link.next;
		m->queued++;
		m->queued_bytes += d->size;
	}
	mailbox_settle(r, m);
}

/* Takes a session's credit out of a mailbox. */
static void forget(struct mailbox *m, const struct session *s)
{
	struct credit *c = credit_of(m, s);

	if (c != NULL)
		*c = m->credits[--m->n_credits];
}

void mailbox_leave(struct router *r, struct session *s)
{
	size_t at = 0;
	struct delivery *d;

	while (s->flights > 0 && (d = map_next(&r->flights, &at)) != NULL) {
		struct mailbox *m;

		if (d->connection != s->connection)
			continue;
		(void)map_take(&r->flights, (uint64_t)d->id);
		submit_id(r, JOB_RETURN, d->id, true);
		m = mailbox_of(r, d->code);
		if (m != NULL)
			m->behind = true;
		delivery_free(&d);
		s->flights--;
	}
	for (size_t i = 0; i < r->n_mailboxes; i++) {
		forget(r->mailboxes[i], s);
		mailbox_settle(r, r->mailboxes[i]);
	}
}

void mailbox_timers(struct router *r)
{
	for (size_t i = 0; i < r->n_mailboxes; i++) {
		struct mailbox *m = r->mailboxes[i];

		if (m->due == 0 || m->due > r->now)
			continue;
		m->due = 0;
		m->behind = true;
		mailbox_settle(r, m);
	}
}

int64_t mailbox_next(const struct router *r)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < r->n_mailboxes; i++)
		if (r->mailboxes[i]->due > 0 && r->mailboxes[i]->due < next)
			next = r->mailboxes[i]->due;
	return next;
}
