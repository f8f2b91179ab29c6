/*
 * One connection's conversation: a table of state by event, a handler for
 * each cell.  Who the party is was decided by the edge, from the certificate.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wire/hub.h"

#include "base/banned.h"

#define EXPIRY_NOTICE_DAYS 30

struct session *session_open(struct router *r, const struct edge_notice *n)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL || map_put(&r->sessions, n->connection, s) < 0) {
		free(s);
		edge_close(r->edge, n->connection, "no memory for a session");
		return NULL;
	}
	s->connection = n->connection;
	s->since = r->now;
	s->last_heard = r->now;
	s->not_after = n->not_after;
	s->unsent_end = &s->unsent;
	(void)snprintf(s->party, sizeof s->party, "%s", n->party);
	(void)snprintf(s->peer, sizeof s->peer, "%s", n->peer);
	(void)snprintf(s->fingerprint, sizeof s->fingerprint, "%s", n->fingerprint);
	s->routing_id_size = (size_t)snprintf(s->routing_id, sizeof s->routing_id, "%s:%llu",
					      n->party, (unsigned long long)n->connection);
	return s;
}

static void drop_unsent(struct router *r, struct session *s)
{
	while (s->unsent != NULL) {
		struct unsent *u = (struct unsent *)s->unsent;

		s->unsent = u->link.next;
		for (unsigned i = 0; i < u->n; i++)
			(void)zmq_msg_close(&u->frames[i]);
		free(u);
		r->unsent--;
	}
}

void session_close(struct router *r, struct session *s)
{
	(void)map_take(&r->sessions, s->connection);
	s->closed = true;
	drop_unsent(r, s);
	mailbox_leave(r, s);
	free(s);
}

/* ---- handlers ---- */

typedef void handler(struct router *r, struct session *s, zmq_msg_t *frames);

static struct frame frame_of(zmq_msg_t *m)
{
	return (struct frame){zmq_msg_data(m), zmq_msg_size(m)};
}

/* The codes that this party may act for today, as a JSON array. */
static void codes_json(const struct partij *p, day today, struct buf *out)
{
	const char *comma = "";

	buf_adds(out, "[");
	for (size_t i = 0; p != NULL && i < p->n_codes; i++) {
		if (!day_within(today, p->codes[i].from, p->codes[i].until))
			continue;
		buf_adds(out, comma);
		buf_add_json(out, p->codes[i].code);
		comma = ",";
	}
	buf_adds(out, "]");
}

static void notice_expiry(struct router *r, struct session *s)
{
	int64_t days = (s->not_after - r->now / 1000000) / 86400;
	char text[160], until[11];
	zmq_msg_t field;

	if (s->not_after == 0 || days > EXPIRY_NOTICE_DAYS)
		return;
	day_text(day_of(s->not_after * 1000000), until);
	(void)snprintf(text, sizeof text,
		       "{\"notice\":\"certificate-expiry\",\"days\":%lld,\"until\":\"%s\"}",
		       (long long)days, until);
	field_text(&field, text);
	(void)say(r, s, VERB_NOTICE, &field, 0, 0); /* a peer that is gone needs no notice */
}

/* What is overdue at the codes that this party may receive for. */
void session_notice_due(struct router *r, struct session *s)
{
	const struct partij *p = parties_find(r->who, s->party);
	day today = day_of(r->now);

	for (size_t i = 0; p != NULL && i < p->n_codes && !s->closed; i++) {
		const struct due_notice *n = due_find(r->due, p->codes[i].code);
		zmq_msg_t field;

		if (n == NULL ||
		    partij_permit(p, p->codes[i].code, NULL, MAY_RECEIVE, today) != PERMIT_YES)
			continue;
		field_text(&field, n->json);
		if (say(r, s, VERB_NOTICE, &field, 0, 0) < 0)
			return; /* a peer that is gone hears it when it is back */
	}
}

/* Maintenance has begun or is over: {"notice":"maintenance","on":true,"text":"…"}. */
void session_notice_maintenance(struct router *r, struct session *s, const struct steering *st)
{
	struct buf b = BUF_INIT;
	zmq_msg_t field;

	buf_addf(&b, "{\"notice\":\"maintenance\",\"on\":%s,\"text\":", st->maintenance ? "true" : "false");
	buf_add_json(&b, st->text);
	buf_adds(&b, "}");
	field_text(&field, buf_str(&b));
	(void)say(r, s, VERB_NOTICE, &field, 0, 0); /* a peer that is gone hears it when it is back */
	buf_free(&b);
}

static void notice_steering(struct router *r, struct session *s)
{
	struct steering st;

	pipeline_steering(r->pipeline, &st);
	if (st.maintenance)
		session_notice_maintenance(r, s, &st);
}

/* What is known of the party without its being connected: kept with the next batch. */
static void note_seen(struct router *r, const struct session *s)
{
	struct job *j = job_new(JOB_SEEN);

	if (j == NULL)
		return; /* the next session shows it again */
	j->received = r->now;
	j->not_after = s->not_after;
	(void)snprintf(j->party, sizeof j->party, "%s", s->party);
	(void)snprintf(j->software, sizeof j->software, "%s", s->software);
	(void)snprintf(j->peer, sizeof j->peer, "%s", s->peer);
	pipeline_submit(r->pipeline, j);
}

static void handle_hello(struct router *r, struct session *s, zmq_msg_t *frames)
{
	static const char limits[] = "{\"message\":26214400,\"reference\":64,\"credit\":1000,\"window\":256}";
	struct frame versions = frame_of(&frames[3]);
	struct buf codes = BUF_INIT;
	zmq_msg_t fields[3];
	struct job *owed;

	if (frame_text(frame_of(&frames[2]), s->software, sizeof s->software) < 0) {
		say_error(r, s, IJW_ERR_FIELDS, "HELLO: software is 1 to 64 printable characters");
		return;
	}
	if (versions.size == 0 || memchr(versions.data, '0' + IJW_VERSION, versions.size) == NULL) {
		say_error(r, s, IJW_ERR_VERSION, "this hub speaks version 1");
		return;
	}
	if (r->stopping) {
		say_error(r, s, IJW_ERR_BUSY, "this hub is stopping; connect again in a moment");
		return;
	}
	s->state = OPEN;
	codes_json(parties_find(r->who, s->party), day_of(r->now), &codes);
	field_text(&fields[0], "ijwd " IJWD_VERSION);
	field_text(&fields[1], limits);
	field_text(&fields[2], buf_str(&codes));
	buf_free(&codes);
	log_info("SESSION-HELLO", "party %s connection %llu: %s", s->party,
		 (unsigned long long)s->connection, s->software);
	if (say(r, s, VERB_WELCOME, fields, 0, 0) < 0)
		return;
	notice_expiry(r, s);
	notice_steering(r, s);
	session_notice_due(r, s);
	ends_want(r, s);
	note_seen(r, s);
	owed = job_new(JOB_OWED);
	if (owed == NULL)
		return; /* they stay owed until the next HELLO */
	owed->connection = s->connection;
	(void)snprintf(owed->party, sizeof owed->party, "%s", s->party);
	pipeline_submit(r->pipeline, owed);
}

static void handle_send(struct router *r, struct session *s, zmq_msg_t *frames)
{
	struct job *j = job_new(JOB_MESSAGE);
	size_t cost = 0;

	for (int i = 0; i < 4; i++)
		cost += zmq_msg_size(&frames[i]);
	if (j == NULL || frame_text(frame_of(&frames[2]), j->reference, sizeof j->reference) < 0) {
		say_error(r, s, IJW_ERR_FIELDS, "SEND: the reference is 1 to 64 printable characters");
		edge_release(r->edge, s->connection, IJW_COST(cost));
		job_free(&j);
		return;
	}
	j->connection = s->connection;
	(void)snprintf(j->software, sizeof j->software, "%s", s->software);
	j->received = r->now;
	j->cost = IJW_COST(cost);
	(void)snprintf(j->party, sizeof j->party, "%s", s->party);
	(void)zmq_msg_init(&j->body);
	(void)zmq_msg_move(&j->body, &frames[3]);
	j->has_body = true;
	s->sends++;
	pipeline_submit(r->pipeline, j);
}

static void handle_ready(struct router *r, struct session *s, zmq_msg_t *frames)
{
	char code[IJW_MAX_CODE + 1];
	const struct partij *p = parties_find(r->who, s->party);
	struct mailbox *m;
	uint64_t n;

	if (frame_text(frame_of(&frames[2]), code, sizeof code) < 0 ||
	    frame_number(frame_of(&frames[3]), IJW_MAX_CREDIT, &n) < 0) {
		say_error(r, s, IJW_ERR_FIELDS, "READY: a code and a credit of 1 to 1000");
		return;
	}
	/* The type is not known yet: any mandate to receive for this code will do here. */
	if (p == NULL || partij_code_of(p, code) == NULL ||
	    partij_permit(p, code, NULL, MAY_RECEIVE, day_of(r->now)) != PERMIT_YES) {
		say_error(r, s, IJW_ERR_CODE, "READY: this certificate may not receive for this code");
		return;
	}
	m = mailbox_of(r, code);
	if (m != NULL)
		mailbox_credit(r, m, s, (unsigned)n);
}

/* The delivery that a DONE or FAIL is about, taken out of flight; NULL (and an ERROR) when it is not this session's. */
static struct delivery *landed(struct router *r, struct session *s, zmq_msg_t *frame)
{
	struct delivery *d = NULL;
	uint64_t id;

	if (frame_number(frame_of(frame), INT64_MAX, &id) == 0)
		d = map_get(&r->flights, id);
	if (d == NULL || d->connection != s->connection) {
		say_error(r, s, IJW_ERR_DELIVERY, "no such delivery is outstanding on this connection");
		return NULL;
	}
	(void)map_take(&r->flights, id);
	s->flights--;
	s->flight_bytes -= d->size;
	return d;
}

static void handle_done(struct router *r, struct session *s, zmq_msg_t *frames)
{
	struct delivery *d = landed(r, s, &frames[2]);
	struct job *j;

	if (d == NULL)
		return;
	histogram_add(&r->delivery, r->now - d->received);
	j = job_new(JOB_DONE);
	if (j != NULL) { /* without memory it stays handed, and comes again after a restart, marked */
		j->id = d->id;
		j->delivered = d->sent;
		j->received = r->now;
		pipeline_submit(r->pipeline, j);
	}
	delivery_free(&d);
}

static void handle_fail(struct router *r, struct session *s, zmq_msg_t *frames)
{
	struct delivery *d;
	struct job *j;
	char reason[IJW_MAX_REASON + 1];

	if (frame_text(frame_of(&frames[3]), reason, sizeof reason) < 0) {
		say_error(r, s, IJW_ERR_FIELDS, "FAIL: the reason is 1 to 256 printable characters");
		return;
	}
	d = landed(r, s, &frames[2]);
	if (d == NULL)
		return;
	/* Its reason is the party's own text, which may name a client: it is kept with the message. */
	log_warn("DELIVERY-FAILED", "party %s could not take over message %lld; ijwctl show tells its reason", s->party,
		 (long long)d->id);
	j = job_new(JOB_FAIL);
	if (j != NULL) { /* without memory it stays handed, as for DONE */
		j->id = d->id;
		j->received = r->now;
		(void)snprintf(j->code, sizeof j->code, "%s", d->code);
		(void)snprintf(j->text, sizeof j->text, "%s", reason);
		pipeline_submit(r->pipeline, j);
	}
	delivery_free(&d);
}

static void hello_first(struct router *r, struct session *s, zmq_msg_t *frames)
{
	(void)frames;
	say_error(r, s, IJW_ERR_HELLO, "say HELLO before anything else");
}

static void hello_once(struct router *r, struct session *s, zmq_msg_t *frames)
{
	(void)frames;
	say_error(r, s, IJW_ERR_HELLO, "this connection has said HELLO already");
}

static void not_yours(struct router *r, struct session *s, zmq_msg_t *frames)
{
	(void)frames;
	say_error(r, s, IJW_ERR_VERB, "only the hub says this");
}

/* clang-format off */
static handler *const table[N_STATES][N_VERBS] = {
	/*             HELLO         WELCOME    SEND         RECEIPT    READY         DELIVER    DONE         FAIL         NOTICE     ERROR */
	[GREETING] = {handle_hello, not_yours, hello_first, not_yours, hello_first,  not_yours, hello_first, hello_first, not_yours, not_yours},
	[OPEN]     = {hello_once,   not_yours, handle_send, not_yours, handle_ready, not_yours, handle_done, handle_fail, not_yours, not_yours},
};
/* clang-format on */

void session_heard(struct router *r, struct session *s, zmq_msg_t *frames, size_t n)
{
	struct frame f[IJW_MAX_FRAMES];
	const char *error = IJW_ERR_FIELDS;
	enum verb v = VERB_UNKNOWN;
	size_t cost = 0;

	s->heard++;
	s->last_heard = r->now;
	for (size_t i = 0; i < n; i++)
		cost += zmq_msg_size(&frames[i]);
	for (size_t i = 0; i < n && i < IJW_MAX_FRAMES; i++)
		f[i] = frame_of(&frames[i]);
	if (n > IJW_MAX_FRAMES || protocol_read(f, n, &v, &error) < 0)
		say_error(r, s, error, "see docs/protocol.md");
	else
		table[s->state][v](r, s, frames);
	/* A SEND gives its credit back when its receipt is out. */
	if (v != VERB_SEND || s->state != OPEN)
		edge_release(r->edge, s->connection, IJW_COST(cost));
	if (s->closed && s->heard >= s->forwarded)
		session_close(r, s);
}
