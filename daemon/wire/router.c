#include "wire/router.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "wire/hub.h"

#include "base/banned.h"

#define TURN 256         /* messages read in one turn, then the others' turn */
#define RETRY_MS 5       /* for what libzmq would not take */
#define TICK_MS 500
#define SNAPSHOT_S 2     /* an operator waits so long for live figures */
#define PATH_ROOM 108    /* of a Unix socket's path */

/* ---- sending ---- */

void field_text(zmq_msg_t *ret, const char *text)
{
	size_t n = strlen(text);

	if (zmq_msg_init_size(ret, n) != 0)
		(void)zmq_msg_init(ret);
	else
		memcpy(zmq_msg_data(ret), text, n);
}

/* Offers all frames to the ROUTER, or none: it decides at the first. */
static int offer(struct router *r, struct session *s, zmq_msg_t *frames, unsigned n)
{
	if (zmq_send(r->socket, s->routing_id, s->routing_id_size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
		return -errno;
	for (unsigned i = 0; i < n; i++)
		if (zmq_msg_send(&frames[i], r->socket, i + 1 < n ? ZMQ_SNDMORE : 0) < 0)
			return -errno; /* cannot be after the first was taken */
	return 0;
}

static void went_out(struct router *r, struct session *s, size_t release, int64_t owed)
{
	if (release > 0)
		edge_release(r->edge, s->connection, release);
	if (owed > 0)
		submit_id(r, JOB_RECEIPT_SENT, owed, true);
}

static int keep_unsent(struct router *r, struct session *s, zmq_msg_t *frames, unsigned n,
		       size_t release, int64_t owed)
{
	struct unsent *u = calloc(1, sizeof *u);

	if (u == NULL)
		return -ENOMEM;
	u->n = n;
	u->release = release;
	u->sent_receipt = owed;
	for (unsigned i = 0; i < n; i++) {
		(void)zmq_msg_init(&u->frames[i]);
		(void)zmq_msg_move(&u->frames[i], &frames[i]);
	}
	*s->unsent_end = &u->link;
	s->unsent_end = &u->link.next;
	r->unsent++;
	return 0;
}

int say(struct router *r, struct session *s, enum verb v, zmq_msg_t *fields, size_t release,
	int64_t owed)
{
	zmq_msg_t frames[IJW_MAX_FRAMES];
	unsigned n = verbs[v].fields + 2;
	int e = -EHOSTUNREACH;

	field_text(&frames[0], IJW_MARK);
	field_text(&frames[1], verbs[v].name);
	for (unsigned i = 2; i < n; i++)
		frames[i] = fields[i - 2];
	if (!s->closed)
		e = s->unsent != NULL ? -EAGAIN : offer(r, s, frames, n);
	if (e == 0)
		went_out(r, s, release, owed);
	else if (e == -EAGAIN)
		e = keep_unsent(r, s, frames, n, release, owed);
	for (unsigned i = 0; i < n; i++)
		(void)zmq_msg_close(&frames[i]); /* sent or moved ones are empty by now */
	return e;
}

void say_error(struct router *r, struct session *s, const char *code, const char *text)
{
	zmq_msg_t fields[2];

	r->errors_said++;
	field_text(&fields[0], code);
	field_text(&fields[1], text);
	log_debug("SESSION-ERROR", "party %s connection %llu: %s", s->party,
		  (unsigned long long)s->connection, code);
	(void)say(r, s, VERB_ERROR, fields, 0, 0); /* nobody there to hear it is fine */
}

void say_receipt(struct router *r, struct session *s, const char *reference, enum verdict v,
		 int64_t id, const char *report, size_t release, int64_t owed)
{
	zmq_msg_t fields[4];
	char number[24];

	(void)snprintf(number, sizeof number, "%lld", (long long)id);
	field_text(&fields[0], reference);
	field_text(&fields[1], verdict_name(v));
	field_text(&fields[2], number);
	field_text(&fields[3], report);
	if (say(r, s, VERB_RECEIPT, fields, release, owed) == 0)
		s->receipts++;
}

/* Tries again what libzmq would not take. */
static void send_unsent(struct router *r)
{
	size_t at = 0;
	struct session *s;

	while (r->unsent > 0 && (s = map_next(&r->sessions, &at)) != NULL) {
		while (s->unsent != NULL) {
			struct unsent *u = (struct unsent *)s->unsent;
			int e = s->closed ? -EHOSTUNREACH : offer(r, s, u->frames, u->n);

			if (e == -EAGAIN)
				break;
			if (e == 0)
				went_out(r, s, u->release, u->sent_receipt);
			s->unsent = u->link.next;
			if (s->unsent == NULL)
				s->unsent_end = &s->unsent;
			for (unsigned i = 0; i < u->n; i++)
				(void)zmq_msg_close(&u->frames[i]);
			free(u);
			r->unsent--;
		}
	}
}

void submit_id(struct router *r, enum job_kind kind, int64_t id, bool sent)
{
	struct job *j = job_new(kind);

	if (j == NULL)
		return; /* what was handed stays handed, and comes again after a restart */
	j->id = id;
	j->sent = sent;
	j->received = r->now;
	pipeline_submit(r->pipeline, j);
}

/* ---- what comes back from the writer ---- */

typedef void finisher(struct router *r, struct job *j);

/* Any open session of the party, for a final receipt. */
static struct session *session_of_party(struct router *r, const char *party)
{
	size_t at = 0;
	struct session *s;

	while ((s = map_next(&r->sessions, &at)) != NULL)
		if (s->state == OPEN && !s->closed && strcmp(s->party, party) == 0)
			return s;
	return NULL;
}

/* An accepted message goes to its mailbox: in hands, or as news that something waits. */
static void pass_on(struct router *r, struct job *j)
{
	struct mailbox *m = mailbox_of(r, j->judged.receiver);
	struct delivery *d;

	if (m == NULL)
		return;
	if (!j->judged.handed) {
		m->behind = true;
		mailbox_settle(r, m);
		return;
	}
	d = calloc(1, sizeof *d);
	if (d == NULL || (d->meta = strdup(j->judged.meta)) == NULL) {
		free(d);
		submit_id(r, JOB_RETURN, j->judged.id, false);
		m->behind = true;
		return;
	}
	d->id = j->judged.id;
	d->size = zmq_msg_size(&j->body);
	d->received = j->received;
	(void)snprintf(d->code, sizeof d->code, "%s", m->code);
	(void)snprintf(d->type, sizeof d->type, "%s", j->checked.bericht.type->naam);
	(void)zmq_msg_init(&d->body);
	(void)zmq_msg_move(&d->body, &j->body);
	mailbox_add(r, m, d);
}

/* The hub answered the message itself: something waits for its sender. */
static void pass_answer(struct router *r, const struct job *j)
{
	struct mailbox *m = j->judged.answered == NULL ? NULL : mailbox_of(r, j->judged.answered);

	if (m == NULL)
		return;
	m->behind = true;
	mailbox_settle(r, m);
}

static void finish_message(struct router *r, struct job *j)
{
	struct session *s = map_get(&r->sessions, j->connection);

	if (j->error < 0) {
		/* Not kept, so not answered: the sender connects again and sends again. */
		edge_close(r->edge, j->connection, "a message could not be kept");
		return;
	}
	if (s != NULL)
		say_receipt(r, s, j->reference, j->judged.verdict, j->judged.id, j->judged.report,
			    j->cost, 0);
	histogram_add(&r->receipt, r->now - j->received);
	if (j->judged.verdict != VERDICT_ACCEPTED)
		log_info("MESSAGE-JUDGED", "party %s: message %lld %s%s", j->party,
			 (long long)j->judged.id, verdict_name(j->judged.verdict),
			 j->judged.duplicate ? " (again)" : "");
	if (j->judged.receiver != NULL)
		pass_on(r, j);
	pass_answer(r, j);
}

/* When nothing of the last round is under way any more. */
static void next_round(struct router *r)
{
	if (!r->more_parked || pipeline_rechecks(r->pipeline))
		return;
	r->more_parked = false;
	submit_id(r, JOB_RECHECKS, 0, false);
}

/*
 * A round that was full is followed by the next at once: a release may hold
 * tens of thousands.  So is one during which a reload came.
 */
static void finish_rechecks(struct router *r, struct job *j)
{
	if (j->full)
		r->more_parked = true;
	next_round(r);
}

static void finish_recheck(struct router *r, struct job *j)
{
	struct session *s = session_of_party(r, j->party);

	next_round(r);
	if (j->error < 0 || j->judged.verdict == VERDICT_PARKED)
		return;
	log_info("MESSAGE-JUDGED", "party %s: message %lld %s (was parked)", j->party,
		 (long long)j->judged.id, verdict_name(j->judged.verdict));
	if (s != NULL)
		say_receipt(r, s, j->reference, j->judged.verdict, j->judged.id, j->judged.report, 0,
			    j->judged.id);
	if (j->judged.receiver != NULL)
		pass_on(r, j);
	pass_answer(r, j);
}

static void finish_take(struct router *r, struct job *j)
{
	struct mailbox *m = mailbox_of(r, j->code);

	if (m != NULL)
		mailbox_taken(r, m, j);
}

static void finish_fail(struct router *r, struct job *j)
{
	struct mailbox *m = mailbox_of(r, j->code);

	if (j->full)
		log_error("DELIVERY-GIVEN-UP", "message %lld is parked after its last attempt; ijwctl retry %lld",
			  (long long)j->id, (long long)j->id);
	else if (m != NULL && (m->due == 0 || m->due > j->next))
		m->due = j->next;
}

static void finish_retry(struct router *r, struct job *j)
{
	struct mailbox *m = j->code[0] != '\0' ? mailbox_of(r, j->code) : NULL;

	if (m == NULL)
		return;
	m->behind = true;
	mailbox_settle(r, m);
}

/* Sessions hear of maintenance when it begins and when it ends. */
static void tell_maintenance(struct router *r)
{
	struct steering st;
	struct session *s;
	size_t at = 0;

	pipeline_steering(r->pipeline, &st);
	while ((s = map_next(&r->sessions, &at)) != NULL)
		if (s->state == OPEN && !s->closed)
			session_notice_maintenance(r, s, &st);
}

/* An order holds from now on: what waited for it goes on. */
static void finish_order(struct router *r, struct job *j)
{
	char name[ORDER_NAME];

	if (j->error < 0 || j->order->result < 0)
		return;
	order_name(j->order, name);
	log_info("ORDER", "an operator ordered %s; the audit log tells who and why", name);
	finish_retry(r, j);
	if (strcmp(j->order->kind, STEER_MAINTENANCE) == 0)
		tell_maintenance(r);
	if (j->code[0] == '\0' && !r->stopping)
		submit_id(r, JOB_RECHECKS, 0, false); /* what was parked by it, or no longer is */
}

static void finish_owed(struct router *r, struct job *j)
{
	struct session *s = map_get(&r->sessions, j->connection);

	while (j->owed != NULL) {
		struct owed *o = (struct owed *)j->owed;

		j->owed = o->link.next;
		if (s != NULL && !s->closed)
			say_receipt(r, s, o->reference, o->verdict, o->id, o->report, 0, o->id);
		owed_free(&o);
	}
}

static void finish_swept(struct router *r, struct job *j)
{
	(void)j;
	ends_swept(r);
}

static void finish_return(struct router *r, struct job *j)
{
	(void)r;
	(void)j; /* its mailbox knows that it is behind since the session ended */
}

/* clang-format off */
static finisher *const finishers[N_JOB_KINDS] = {
	[JOB_MESSAGE]      = finish_message,
	[JOB_RECHECK]      = finish_recheck,
	[JOB_RECHECKS]     = finish_rechecks,
	[JOB_TAKE]         = finish_take,
	[JOB_DONE]         = finish_return,
	[JOB_FAIL]         = finish_fail,
	[JOB_RETURN]       = finish_return,
	[JOB_ORDER]        = finish_order,
	[JOB_SEEN]         = finish_return,
	[JOB_AUDIT]        = finish_return,
	[JOB_KEYS]         = finish_return,
	[JOB_OWED]         = finish_owed,
	[JOB_RECEIPT_SENT] = finish_return,
	[JOB_TOLD]         = finish_return,
	[JOB_AFFECTED]     = finish_return,
	[JOB_WATCH]        = finish_return,
	[JOB_OPEN_END]     = ends_opened,
	[JOB_SWEPT]        = finish_swept,
};
/* clang-format on */

static void finish_jobs(struct router *r)
{
	struct link *chain = pipeline_finished(r->pipeline);

	while (chain != NULL) {
		struct job *j = (struct job *)chain;

		chain = chain->next;
		finishers[j->kind](r, j);
		job_free(&j);
	}
}

/* ---- what comes in ---- */

static void take_notice(struct router *r, const struct edge_notice *n)
{
	struct session *s;

	if (n->event == EDGE_OPEN) {
		(void)session_open(r, n);
		return;
	}
	s = map_get(&r->sessions, n->connection);
	if (s == NULL)
		return;
	log_info("SESSION-END", "party %s connection %llu: %s", s->party,
		 (unsigned long long)s->connection, n->reason);
	s->closed = true;
	s->forwarded = n->forwarded;
	if (s->heard >= s->forwarded)
		session_close(r, s);
	/* Otherwise its last messages are still in the ROUTER; session_heard closes after them. */
}

static void take_notices(struct router *r)
{
	struct edge_notice n;

	while (zmq_recv(r->notices, &n, sizeof n, ZMQ_DONTWAIT) == (int)sizeof n)
		take_notice(r, &n);
}

/* The connection number out of "<party>:<number>"; the edge wrote it. */
static uint64_t connection_of(zmq_msg_t *id)
{
	const char *p = zmq_msg_data(id), *colon = memchr(p, ':', zmq_msg_size(id));
	uint64_t n = 0;

	if (colon == NULL)
		return 0;
	for (p = colon + 1; p < (const char *)zmq_msg_data(id) + zmq_msg_size(id); p++)
		n = n * 10 + (uint64_t)(*p - '0');
	return n;
}

/* Reads one whole message; frames beyond what anything needs are dropped but counted. */
static int receive(struct router *r, zmq_msg_t *id, zmq_msg_t *frames, size_t *n)
{
	int more;

	(void)zmq_msg_init(id);
	*n = 0;
	if (zmq_msg_recv(id, r->socket, ZMQ_DONTWAIT) < 0)
		return -errno;
	more = zmq_msg_more(id);
	while (more) {
		zmq_msg_t extra, *to = *n < IJW_MAX_FRAMES ? &frames[*n] : &extra;

		(void)zmq_msg_init(to);
		if (zmq_msg_recv(to, r->socket, 0) < 0)
			return -errno; /* cannot be: messages come whole */
		more = zmq_msg_more(to);
		if (to == &extra)
			(void)zmq_msg_close(to);
		else
			(*n)++;
	}
	return 0;
}

static bool hear(struct router *r)
{
	zmq_msg_t id, frames[IJW_MAX_FRAMES];
	struct session *s;
	size_t n;
	int e = receive(r, &id, frames, &n);

	if (e == 0) {
		s = map_get(&r->sessions, connection_of(&id));
		if (s == NULL) { /* its OPEN is in the other socket */
			take_notices(r);
			s = map_get(&r->sessions, connection_of(&id));
		}
		if (s != NULL)
			session_heard(r, s, frames, n);
		for (size_t i = 0; i < n; i++)
			(void)zmq_msg_close(&frames[i]);
	}
	(void)zmq_msg_close(&id);
	return e == 0;
}

/* ---- snapshot for operators ---- */

static void session_json(const struct session *s, struct buf *b)
{
	char since[MOMENT_TEXT], heard[MOMENT_TEXT], until[11] = "";

	moment_text(s->since, since);
	moment_text(s->last_heard, heard);
	if (s->not_after != 0)
		day_text(day_of(s->not_after * 1000000), until);
	buf_addf(b, "{\"connection\":%llu,\"party\":\"%s\",\"peer\":\"%s\",\"software\":",
		 (unsigned long long)s->connection, s->party, s->peer);
	buf_add_json(b, s->software);
	buf_addf(b, ",\"since\":\"%s\",\"last_heard\":\"%s\",\"certificate_until\":\"%s\"", since, heard,
		 until);
	buf_addf(b, ",\"sends\":%llu,\"receipts\":%llu,\"deliveries\":%llu,\"unconfirmed\":%u}",
		 (unsigned long long)s->sends, (unsigned long long)s->receipts,
		 (unsigned long long)s->deliveries, s->flights);
}

static void snapshot_json(struct router *r, struct buf *b)
{
	const struct pipeline_stats *p = pipeline_stats(r->pipeline);
	struct edge_stats e;
	const char *comma = "";
	struct session *s;
	size_t at = 0;
	char now[MOMENT_TEXT];

	edge_stats(r->edge, &e);
	moment_text(r->now, now);
	buf_addf(b, "{\"now\":\"%s\",\"stopping\":%s,\"busy\":%zu,\"unconfirmed\":%zu", now,
		 r->stopping ? "true" : "false", pipeline_busy(r->pipeline), r->flights.n);
	buf_addf(b, ",\"protocol_errors\":%llu,\"batches\":%llu,\"batched\":%llu,\"store_failures\":%llu",
		 (unsigned long long)r->errors_said, (unsigned long long)p->batches,
		 (unsigned long long)p->batched, (unsigned long long)p->store_failures);
	buf_addf(b, ",\"duplicates\":%llu,\"delivered\":%llu", (unsigned long long)p->duplicates,
		 (unsigned long long)p->delivered);
	buf_addf(b,
		 ",\"edge\":{\"accepted\":%llu,\"open\":%llu,\"refused_tls\":%llu,\"refused_party\":%llu,"
		 "\"refused_zmtp\":%llu,\"refused_limit\":%llu,\"cut_frame\":%llu,\"bytes_in\":%llu,"
		 "\"bytes_out\":%llu}",
		 (unsigned long long)e.accepted, (unsigned long long)e.open,
		 (unsigned long long)e.refused_tls, (unsigned long long)e.refused_party,
		 (unsigned long long)e.refused_zmtp, (unsigned long long)e.refused_limit,
		 (unsigned long long)e.cut_frame, (unsigned long long)e.bytes_in,
		 (unsigned long long)e.bytes_out);
	buf_adds(b, ",\"histograms\":{\"receipt\":");
	histogram_json(&r->receipt, b);
	buf_adds(b, ",\"delivery\":");
	histogram_json(&r->delivery, b);
	buf_adds(b, "},\"sessions\":[");
	while ((s = map_next(&r->sessions, &at)) != NULL) {
		buf_adds(b, comma);
		session_json(s, b);
		comma = ",";
	}
	buf_adds(b, "]}");
}

/* The main thread's part: makes the snapshot that somebody waits for. */
static void renew_snapshot(struct router *r)
{
	struct buf b = BUF_INIT;
	char *text, *old;

	snapshot_json(r, &b);
	text = buf_take(&b);
	pthread_mutex_lock(&r->lock);
	old = r->snapshot;
	r->snapshot = text;
	r->snapshot_wanted = false;
	pthread_cond_broadcast(&r->snapshot_made);
	pthread_mutex_unlock(&r->lock);
	free(old);
}

/* The main thread's part of router_notify: everybody who is here hears it now. */
static void take_due(struct router *r)
{
	struct due_notices *news;
	struct session *s;
	size_t at = 0;

	(void)pthread_mutex_lock(&r->lock);
	news = r->due_news;
	r->due_news = NULL;
	(void)pthread_mutex_unlock(&r->lock);
	if (news == NULL)
		return;
	due_free(&r->due);
	r->due = news;
	while ((s = map_next(&r->sessions, &at)) != NULL)
		if (s->state == OPEN && !s->closed)
			session_notice_due(r, s);
}

void router_notify(struct router *r, struct due_notices *n)
{
	uint64_t one = 1;

	(void)pthread_mutex_lock(&r->lock);
	due_free(&r->due_news);
	r->due_news = n;
	(void)pthread_mutex_unlock(&r->lock);
	if (write(r->wake_fd, &one, sizeof one) < 0)
		return; /* full: it is awake */
}

static bool snapshot_wanted(struct router *r)
{
	bool wanted;

	pthread_mutex_lock(&r->lock);
	wanted = r->snapshot_wanted;
	pthread_mutex_unlock(&r->lock);
	return wanted;
}

void router_snapshot(struct router *r, struct buf *out)
{
	struct timespec until;
	uint64_t one = 1;
	int late = 0;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* cannot fail with this clock */
	until.tv_sec += SNAPSHOT_S;
	pthread_mutex_lock(&r->lock);
	r->snapshot_wanted = true;
	if (write(r->wake_fd, &one, sizeof one) < 0)
		late = 0; /* full: it is being woken already */
	while (r->snapshot_wanted && late == 0)
		late = pthread_cond_timedwait(&r->snapshot_made, &r->lock, &until);
	/* A hub that is too busy to answer in time is told by what is missing. */
	buf_adds(out, late == 0 && r->snapshot != NULL ? r->snapshot : "{}");
	pthread_mutex_unlock(&r->lock);
}

/* ---- the loop ---- */

static void chores(struct router *r)
{
	if (r->unsent > 0)
		send_unsent(r);
	mailbox_timers(r);
	if (r->now >= r->next_recheck) {
		r->next_recheck = r->now + (int64_t)r->o.recheck_s * 1000000;
		submit_id(r, JOB_RECHECKS, 0, false);
	}
	if (r->o.tick != NULL)
		r->o.tick(r->o.tick_ctx, r->now);
}

static long wait_ms(const struct router *r)
{
	int64_t due = mailbox_next(r);
	long ms = r->unsent > 0 ? RETRY_MS : TICK_MS;

	if (due != INT64_MAX && due - r->now < (int64_t)ms * 1000)
		ms = due <= r->now ? 0 : (long)((due - r->now) / 1000 + 1);
	return ms;
}

/* One turn: wait, then a bounded share for each of those that may have something. */
static int turn(struct router *r)
{
	zmq_pollitem_t items[] = {
		{r->socket, 0, ZMQ_POLLIN, 0},
		{r->notices, 0, ZMQ_POLLIN, 0},
		{NULL, r->wake_fd, ZMQ_POLLIN, 0},
		{NULL, r->o.signal_fd, ZMQ_POLLIN, 0},
	};
	uint64_t woken;
	int go_on = 1;

	(void)zmq_poll(items, r->o.signal_fd >= 0 ? 4 : 3, wait_ms(r)); /* interrupted: nothing is ready */
	r->now = clock_us();
	if (items[1].revents)
		take_notices(r);
	if (items[2].revents && read(r->wake_fd, &woken, sizeof woken) > 0) {
		finish_jobs(r);
		if (snapshot_wanted(r))
			renew_snapshot(r);
		take_due(r);
		ends_take(r);
	}
	for (int i = 0; items[0].revents && i < TURN && hear(r); i++)
		;
	chores(r);
	if (r->o.signal_fd >= 0 && items[3].revents)
		go_on = r->o.on_signal(r->o.tick_ctx, r);
	return go_on;
}

/* Orderly end: what came in is finished and answered, nothing new is read. */
static int drain(struct router *r)
{
	int64_t until = clock_us() + (int64_t)r->o.drain_s * 1000000;

	r->stopping = true;
	pipeline_quiet(r->pipeline);
	edge_drain(r->edge);
	for (size_t i = 0; i < r->n_mailboxes; i++)
		mailbox_settle(r, r->mailboxes[i]);
	while (pipeline_busy(r->pipeline) > 0 || r->unsent > 0) {
		if (turn(r) < 0 || clock_us() > until) {
			log_warn("HUB-DRAIN", "time is up with %zu jobs under way; their senders send again",
				 pipeline_busy(r->pipeline));
			return -ETIMEDOUT;
		}
	}
	return 0;
}

int router_run(struct router *r)
{
	int go_on = 1;

	while (go_on > 0)
		go_on = turn(r);
	return go_on < 0 ? -EINTR : drain(r);
}

/* ---- start, reload, stop ---- */

struct edge_identity *identities_of(const struct parties *who, size_t *n)
{
	struct edge_identity *list;
	size_t room = 0;

	for (size_t i = 0; i < who->n; i++)
		room += who->list[i].n_certificates;
	*n = 0;
	list = calloc(room + 1, sizeof *list);
	for (size_t i = 0; list != NULL && i < who->n; i++)
		for (size_t j = 0; j < who->list[i].n_certificates; j++) {
			struct edge_identity *e = &list[(*n)++];

			(void)snprintf(e->party, sizeof e->party, "%s", who->list[i].id);
			(void)snprintf(e->oin, sizeof e->oin, "%s", who->list[i].certificates[j].oin);
			(void)snprintf(e->sha256, sizeof e->sha256, "%s",
				       who->list[i].certificates[j].sha256);
		}
	return list;
}

static void set_int(void *socket, int option, int value)
{
	(void)zmq_setsockopt(socket, option, &value, sizeof value); /* all are known to this libzmq */
}

/* Stock options, with the reasons in docs/decisions.md. */
static int open_sockets(struct router *r, const char *backend, struct buf *why)
{
	int64_t max = IJW_MAX_FRAME;
	pid_t self = getpid();
	char url[PATH_ROOM + 8];

	r->socket = zmq_socket(r->context, ZMQ_ROUTER);
	r->notices = zmq_socket(r->context, ZMQ_PAIR);
	if (r->socket == NULL || r->notices == NULL)
		return -errno;
	set_int(r->socket, ZMQ_ROUTER_MANDATORY, 1);
	set_int(r->socket, ZMQ_LINGER, 0);
	set_int(r->socket, ZMQ_BACKLOG, 4096);
	set_int(r->socket, ZMQ_RCVHWM, 64);
	set_int(r->socket, ZMQ_SNDHWM, 2 * IJW_MAX_CREDIT);
	(void)zmq_setsockopt(r->socket, ZMQ_MAXMSGSIZE, &max, sizeof max);
	(void)zmq_setsockopt(r->socket, ZMQ_IPC_FILTER_PID, &self, sizeof self);
	(void)snprintf(url, sizeof url, "ipc://%s", backend);
	if (zmq_bind(r->socket, url) != 0 || zmq_bind(r->notices, r->o.edge.notices) != 0) {
		buf_addf(why, "%s: cannot listen there (%s); is runtime a private folder of this user?",
			 backend, zmq_strerror(errno));
		return -errno;
	}
	return 0;
}

int router_start(struct router **ret, const struct router_opts *o, struct rulebook *rules,
		 struct parties *who, struct buf *why)
{
	struct router *r = calloc(1, sizeof *r);
	struct pipeline_opts po = {.store = o->store,
				   .pseudonym_key = o->pseudonym_key,
				   .body_keys = o->body_keys,
				   .retention = o->retention,
				   .validators = o->validators,
				   .attempts = o->attempts,
				   .backoff_s = o->backoff_s,
				   .backoff_most_s = o->backoff_most_s};
	struct edge_identity *identities = NULL;
	char backend[PATH_ROOM];
	int e = r == NULL ? -ENOMEM : 0;

	if (e < 0)
		return e;
	r->o = *o;
	r->o.edge.backend = backend;
	r->o.edge.notices = "inproc://edge";
	r->now = clock_us();
	r->next_recheck = r->now;
	r->who = parties_hold(who);
	(void)pthread_mutex_init(&r->lock, NULL); /* cannot fail with default attributes */
	(void)pthread_cond_init(&r->snapshot_made, NULL);
	r->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	r->digest_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	po.wake_fd = r->wake_fd;
	if (snprintf(backend, sizeof backend, "%s/router", o->runtime) >= (int)sizeof backend) {
		buf_addf(why, "runtime: %s is too long for a Unix socket; expected under %d characters",
			 o->runtime, PATH_ROOM - 8);
		return -ENAMETOOLONG;
	}
	r->context = zmq_ctx_new();
	e = r->context == NULL ? -ENOMEM : open_sockets(r, backend, why);
	if (e == 0)
		e = pipeline_start(&r->pipeline, &po, rules, who, why);
	if (e == 0) {
		identities = identities_of(who, &r->o.edge.n_identities);
		r->o.edge.identities = identities;
		e = identities == NULL ? -ENOMEM : edge_start(&r->edge, r->context, &r->o.edge, why);
	}
	free(identities);
	r->o.edge.identities = NULL;
	r->o.edge.backend = NULL;
	if (e == 0)
		*ret = r;
	return e; /* a failure here ends the start-up: nothing of it is used again */
}

unsigned router_port(const struct router *r)
{
	return edge_port(r->edge);
}

int router_reload(struct router *r, const struct edge_tls *tls, struct parties *who,
		  struct rulebook *rules, struct buf *why)
{
	size_t n;
	struct edge_identity *identities = identities_of(who, &n);
	int e = identities == NULL ? -ENOMEM : edge_reload(r->edge, tls, identities, n, why);

	free(identities);
	if (e < 0)
		return e;
	pipeline_renew(r->pipeline, rules, who);
	parties_drop(&r->who);
	r->who = parties_hold(who);
	r->next_recheck = r->now; /* repaired schemas: look at once */
	return 0;
}

int router_call(struct router *r, struct job *j, unsigned patience_ms, char line[PROMISE_LINE])
{
	struct promise *p = promise_new();
	int result;

	line[0] = '\0';
	if (p == NULL) {
		job_free(&j);
		return -ENOMEM;
	}
	j->promise = promise_hold(p);
	pipeline_submit(r->pipeline, j);
	result = promise_wait(p, patience_ms, line);
	promise_drop(&p);
	return result;
}

int router_order(struct router *r, const struct order *o, unsigned patience_ms, char line[PROMISE_LINE])
{
	struct job *j = job_new(JOB_ORDER);

	line[0] = '\0';
	if (j == NULL || (j->order = malloc(sizeof *j->order)) == NULL) {
		job_free(&j);
		return -ENOMEM;
	}
	*j->order = *o;
	j->received = clock_us();
	return router_call(r, j, patience_ms, line);
}

void router_probe(struct router *r, const char *party, struct edge_probe *ret)
{
	edge_probe(r->edge, party, ret);
}

int router_note(struct router *r, bool rotate, const struct audit_note *n, unsigned patience_ms,
		char line[PROMISE_LINE])
{
	struct job *j = job_new(rotate ? JOB_KEYS : JOB_AUDIT);

	line[0] = '\0';
	if (j == NULL || (j->audit = malloc(sizeof *j->audit)) == NULL) {
		job_free(&j);
		return -ENOMEM;
	}
	*j->audit = *n;
	j->received = clock_us();
	if (patience_ms > 0)
		return router_call(r, j, patience_ms, line);
	pipeline_submit(r->pipeline, j);
	return 0;
}

struct keyring *router_keys(struct router *r)
{
	return pipeline_keys(r->pipeline);
}

void router_steering(struct router *r, struct steering *ret)
{
	pipeline_steering(r->pipeline, ret);
}

void router_stop(struct router **rr)
{
	struct router *r = *rr;
	struct session *s;
	struct delivery *d;
	size_t at = 0;

	if (r == NULL)
		return;
	edge_stop(&r->edge, 2000);
	while ((d = map_next(&r->flights, &at)) != NULL)
		delivery_free(&d);
	map_free(&r->flights);
	for (at = 0; (s = map_next(&r->sessions, &at)) != NULL;)
		free(s);
	map_free(&r->sessions);
	for (size_t i = 0; i < r->n_mailboxes; i++) {
		while (r->mailboxes[i]->queue != NULL) {
			d = (struct delivery *)r->mailboxes[i]->queue;
			r->mailboxes[i]->queue = d->link.next;
			delivery_free(&d);
		}
		free(r->mailboxes[i]->credits);
		free(r->mailboxes[i]);
	}
	free(r->mailboxes);
	pipeline_stop(&r->pipeline);
	(void)zmq_close(r->socket);
	(void)zmq_close(r->notices);
	(void)zmq_ctx_term(r->context);
	(void)close(r->wake_fd);
	(void)close(r->digest_fd);
	parties_drop(&r->who);
	free(r->snapshot);
	due_free(&r->due);
	due_free(&r->due_news);
	digests_free(&r->digest_news);
	free(r->wants);
	pthread_cond_destroy(&r->snapshot_made);
	pthread_mutex_destroy(&r->lock);
	free(r);
	*rr = NULL;
}
