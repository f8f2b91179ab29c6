#include "wire/pipeline.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "store/view.h"
#include "wire/watch.h"

#include "base/banned.h"

#define BATCH 256               /* jobs in one transaction */
#define LARGE (256 * 1024)      /* bytes: such messages go to the lane of their own */
#define MAX_LANES 65            /* 64 validators and the lane for large messages */
#define ROOMS 4096              /* codes with room; more share nothing but get none */
#define PAUSE_MS 500            /* between tries while the store fails */
#define PATIENT_MS 5            /* confirmations wait for company */
#define RECHECK_MOST 64         /* parked messages in one round */
#define STOPPED_CLIENTS 256     /* of a stopped message, that a search finds it by */

struct lane {
	struct pipeline *pipeline;
	struct queue queue;
	pthread_t thread;
};

struct room {
	char code[IJW_MAX_CODE + 1];
	unsigned messages;
	size_t bytes;
};

/* What a thread checks with; its checker is made anew after a reload. */
struct checking {
	struct rulebook *held;
	struct checker *checker;
	struct packer *packer;
};

struct pipeline {
	struct pipeline_opts o;
	char *url;
	struct lane lanes[MAX_LANES];
	unsigned n_lanes; /* the last one is for large messages */
	struct queue writer, finished;
	pthread_t writer_thread;
	struct store *store;
	int64_t next_id;
	atomic_size_t busy;
	atomic_uint rechecking;
	atomic_bool renewed; /* since parked messages were looked at */
	bool recheck_all;    /* the writer's, as is the next */
	int64_t recheck_after; /* the writer's, as is what follows */
	int64_t moment;        /* the first that no verdict has yet */
	struct steering steering; /* what operators set; the writer's, others copy it under the lock */
	struct checking own;   /* for the answers that the hub makes */
	struct pseudonym_key key;
	struct keyring *keys;
	struct upkeep *upkeep; /* the writer's */
	struct watch *watch;   /* the writer's, and the learner's that it starts */
	struct pipeline_stats stats;
	pthread_mutex_t lock; /* guards what follows */
	struct rulebook *rules;
	struct parties *who;
	struct room rooms[ROOMS];
};

/* ---- jobs ---- */

struct job *job_new(enum job_kind kind)
{
	struct job *j = calloc(1, sizeof *j);

	if (j != NULL)
		j->kind = kind;
	return j;
}

void delivery_free(struct delivery **d)
{
	if (*d == NULL)
		return;
	(void)zmq_msg_close(&(*d)->body); /* fails only for what is no message */
	free((*d)->meta);
	free(*d);
	*d = NULL;
}

void owed_free(struct owed **o)
{
	if (*o == NULL)
		return;
	free((*o)->report);
	free(*o);
	*o = NULL;
}

/* Frees the answers that nobody took. */
static void drop_answers(struct job *j)
{
	while (j->taken != NULL) {
		struct delivery *d = (struct delivery *)j->taken;

		j->taken = d->link.next;
		delivery_free(&d);
	}
	while (j->owed != NULL) {
		struct owed *o = (struct owed *)j->owed;

		j->owed = o->link.next;
		owed_free(&o);
	}
}

void job_free(struct job **j)
{
	if (*j == NULL)
		return;
	if ((*j)->has_body)
		(void)zmq_msg_close(&(*j)->body);
	drop_answers(*j);
	promise_keep((*j)->promise, (*j)->error < 0 ? (*j)->error : -ECANCELED, NULL); /* unless it was */
	promise_drop(&(*j)->promise);
	free((*j)->order);
	free((*j)->audit);
	arena_release(&(*j)->arena);
	rulebook_drop(&(*j)->rules);
	free((*j)->json);
	free((*j)->keys);
	free(*j);
	*j = NULL;
}

/* ---- shared schemas and parties ---- */

static struct rulebook *rules_hold(struct pipeline *p)
{
	struct rulebook *h;

	pthread_mutex_lock(&p->lock);
	h = rulebook_hold(p->rules);
	pthread_mutex_unlock(&p->lock);
	return h;
}

static struct parties *who_hold(struct pipeline *p)
{
	struct parties *who;

	pthread_mutex_lock(&p->lock);
	who = parties_hold(p->who);
	pthread_mutex_unlock(&p->lock);
	return who;
}

void pipeline_renew(struct pipeline *p, struct rulebook *rules, struct parties *who)
{
	struct rulebook *stale;
	struct parties *left;

	pthread_mutex_lock(&p->lock);
	stale = rules == NULL ? NULL : p->rules;
	p->rules = rules == NULL ? p->rules : rulebook_hold(rules);
	left = p->who;
	p->who = parties_hold(who);
	pthread_mutex_unlock(&p->lock);
	atomic_store(&p->renewed, true);
	if (stale != NULL)
		watch_again(p->watch); /* forms of care or working days may be others */
	rulebook_drop(&stale);
	parties_drop(&left);
}

/* ---- room at the router ---- */

static struct room *room_of(struct pipeline *p, const char *code)
{
	size_t at = 5381;

	for (const char *c = code; *c != '\0'; c++)
		at = at * 33 + (unsigned char)*c;
	for (size_t i = 0; i < ROOMS; i++) {
		struct room *r = &p->rooms[(at + i) % ROOMS];

		if (r->code[0] == '\0' || strcmp(r->code, code) == 0)
			return r;
	}
	return NULL;
}

void pipeline_room(struct pipeline *p, const char *code, unsigned messages, size_t bytes)
{
	struct room *r;

	pthread_mutex_lock(&p->lock);
	r = room_of(p, code);
	if (r != NULL) {
		(void)snprintf(r->code, sizeof r->code, "%s", code);
		r->messages = messages;
		r->bytes = bytes;
	}
	pthread_mutex_unlock(&p->lock);
}

struct room_asked {
	struct pipeline *pipeline;
	size_t size;
};

static bool room_take(void *ctx, const char *code)
{
	struct room_asked *asked = ctx;
	struct pipeline *p = asked->pipeline;
	struct room *r;
	bool ok;

	if (steering_held(&p->steering, code))
		return false;
	pthread_mutex_lock(&p->lock);
	r = room_of(p, code);
	ok = r != NULL && r->messages > 0 && r->bytes > 0;
	if (ok) {
		r->messages--;
		r->bytes -= asked->size < r->bytes ? asked->size : r->bytes;
	}
	pthread_mutex_unlock(&p->lock);
	return ok;
}

/* ---- validators ---- */

static void check_job(struct checker *checker, struct packer *packer, const struct pseudonym_key *key,
		      struct job *j)
{
	const void *data = zmq_msg_data(&j->body);
	size_t size = zmq_msg_size(&j->body);
	unsigned n = 0;

	check_bytes(checker, &j->arena, data, size, &j->checked);
	if (j->checked.inhoud != NULL)
		j->error = bewaking_geraakt(j->checked.inhoud, key, &j->arena, &j->clients, &j->n_clients);
	if (EVP_Digest(data, size, j->sha256, &n, EVP_sha256(), NULL) != 1)
		j->error = -ENOMEM;
	/* What is refused for its size is not worth its room: its findings are kept, its bytes are not. */
	if (size > IJW_MAX_MESSAGE)
		size = 0;
	if (j->kind == JOB_MESSAGE && j->error == 0)
		j->error = store_pack(packer, &j->arena, data, size, j->sha256, &j->packed, &j->packed_size);
}

/* Gives a message back to the store as "could not check" when there is no checker to be had. */
static void check_nothing(struct job *j)
{
	j->checked = (struct checked){.outcome = CHECK_FAILED,
				      .bericht = {.afzender = "",
						  .ontvanger = "",
						  .van = "",
						  .naar = "",
						  .identificatie = "",
						  .dagtekening = "",
						  .origineel = ""}};
	j->error = -ENOMEM; /* without its digest it cannot be kept: the sender tries again */
}

/* After a reload the checker is made anew from the new schemas. */
static void checking_renew(struct checking *c, struct pipeline *p)
{
	struct rulebook *now = rules_hold(p);

	if (now == c->held) {
		rulebook_drop(&now);
		return;
	}
	checker_free(&c->checker);
	rulebook_drop(&c->held);
	c->held = now;
	if (checker_new(&c->checker, now->standards) < 0)
		log_error("CHECK-NONE", "no checker could be made; messages will be tried again");
}

static void checking_end(struct checking *c)
{
	checker_free(&c->checker);
	packer_free(&c->packer);
	rulebook_drop(&c->held);
}

static void *lane_main(void *arg)
{
	struct lane *lane = arg;
	struct checking c = {.packer = packer_new(lane->pipeline->keys)};
	struct link *chain;

	while ((chain = queue_wait(&lane->queue, 16, -1)) != NULL) {
		checking_renew(&c, lane->pipeline);
		for (struct link *l = chain; l != NULL; l = l->next) {
			struct job *j = (struct job *)l;

			if (c.checker != NULL && c.packer != NULL) {
				j->rules = rulebook_hold(c.held);
				check_job(c.checker, c.packer, &lane->pipeline->key, j);
			} else {
				check_nothing(j);
			}
		}
		queue_put_all(&lane->pipeline->writer, chain);
	}
	checking_end(&c);
	return NULL;
}

/* ---- the writer's steps, one for each kind of job ---- */

static void free_bytes(void *data, void *hint)
{
	(void)hint;
	free(data);
}

/* Turns a stored body into a ZeroMQ message that owns it. */
static int unpack(struct store *st, const struct store_message *m, zmq_msg_t *ret)
{
	struct buf b = BUF_INIT;
	int r = store_read(st, m, &b);
	size_t n = b.len;
	char *bytes = r < 0 ? NULL : buf_take(&b);

	if (bytes == NULL) {
		buf_free(&b);
		return r < 0 ? r : -ENOMEM;
	}
	if (zmq_msg_init_data(ret, bytes, n, free_bytes, NULL) != 0) {
		free(bytes);
		return -ENOMEM;
	}
	return 0;
}

static void incoming_of(struct job *j, struct incoming *ret)
{
	*ret = (struct incoming){
		.party = j->party,
		.reference = j->reference,
		.software = j->software,
		.received = j->received,
		.size = zmq_msg_size(&j->body),
		.data = zmq_msg_data(&j->body),
		.body = j->packed,
		.body_size = j->packed_size,
		.checked = &j->checked,
	};
	memcpy(ret->sha256, j->sha256, sizeof ret->sha256);
}

static int step_message(struct pipeline *p, struct intake *k, struct job *j)
{
	struct room_asked asked = {p, zmq_msg_size(&j->body)};
	struct checked before = j->checked; /* the door adds findings: a second try starts anew */
	struct incoming in;
	int r;

	if (j->error < 0) /* a fault of our own on the way here; the sender tries again */
		return 0;
	k->room = room_take;
	k->room_ctx = &asked;
	incoming_of(j, &in);
	r = j->kind == JOB_MESSAGE ? bodies_renew(k->packer, &j->arena, j->sha256, &in.body, &in.body_size) : 0;
	if (r < 0)
		return r;
	r = j->kind == JOB_MESSAGE ? intake_message(k, &j->arena, &in, &j->judged)
				   : intake_again(k, &j->arena, j->id, &in, &j->judged);
	/* Of what is stopped the register knows no client: a search finds it by this. */
	for (size_t i = 0; r == 0 && j->judged.verdict == VERDICT_REJECTED && !j->judged.duplicate &&
			   i < j->n_clients && i < STOPPED_CLIENTS;
	     i++)
		r = view_stopped_add(k->store, j->judged.id, j->clients[i]);
	if (r < 0)
		j->checked = before;
	return r;
}

/* Parked messages that were found, in the order in which they came. */
struct round {
	struct link *first, **end;
	unsigned n;
	int64_t last;
};

static int recheck_row(void *ctx, const struct store_message *m)
{
	struct round *round = ctx;
	struct job *j = job_new(JOB_RECHECK);

	if (j == NULL)
		return -ENOMEM;
	j->id = m->id;
	j->received = m->received;
	(void)snprintf(j->party, sizeof j->party, "%s", m->party);
	(void)snprintf(j->reference, sizeof j->reference, "%s", m->reference);
	*round->end = &j->link;
	round->end = &j->link.next;
	round->n++;
	round->last = m->id;
	return 0;
}

/* Reads the parked messages' bodies and sends them past a validator once more. */
static int step_rechecks(struct pipeline *p, struct intake *k, struct job *j)
{
	struct round round = {.end = &round.first};
	struct link *chain;
	int r;

	if (atomic_load(&p->rechecking) > 0) { /* the last round is still under way */
		j->full = atomic_load(&p->renewed); /* and judges by what was renewed since */
		return 0;
	}
	if (atomic_exchange(&p->renewed, false)) {
		p->recheck_after = 0;
		p->recheck_all = true; /* a freeze may have been moved: what is held is looked at too */
	}
	r = k->store->ops->parked(k->store, p->recheck_after, RECHECK_MOST,
				  p->recheck_all ? INT32_MAX : day_of(k->now), recheck_row, &round);
	p->recheck_after = round.last;
	p->recheck_all = p->recheck_all && round.n == RECHECK_MOST;
	j->full = round.n == RECHECK_MOST; /* then the next round need not wait */
	chain = round.first;
	while (chain != NULL) {
		struct job *again = (struct job *)chain;
		struct buf body = BUF_INIT;
		size_t n;
		char *bytes;
		int fault;

		chain = again->link.next;
		n = 0;
		bytes = NULL;
		fault = r < 0 ? r : k->store->ops->body(k->store, again->id, &body);
		if (fault == 0) {
			n = body.len;
			bytes = buf_take(&body);
		}
		buf_free(&body);
		if (bytes == NULL || zmq_msg_init_data(&again->body, bytes, n, free_bytes, NULL) != 0) {
			/* One that cannot be read stays parked, and does not hold up the others. */
			log_error("BODY-UNREADABLE", "parked message %lld cannot be read back: %s",
				  (long long)again->id, store_fault(fault < 0 ? fault : -ENOMEM));
			free(bytes);
			job_free(&again);
			continue;
		}
		again->has_body = true;
		atomic_fetch_add(&p->rechecking, 1);
		pipeline_submit(p, again);
	}
	return r;
}

static int take_row(void *ctx, const struct store_message *m)
{
	struct job *j = ctx;
	struct delivery *d = calloc(1, sizeof *d);
	struct buf meta = BUF_INIT;
	struct link **end = &j->taken;
	int fault;

	if (d == NULL)
		return -ENOMEM;
	fault = unpack(j->taking, m, &d->body);
	if (fault < 0) {
		free(d);
		if (fault == -ENOMEM)
			return -ENOMEM;
		j->id = m->id; /* step_take gives it up; the next take goes on behind it */
		(void)snprintf(j->text, sizeof j->text, "%s", store_fault(fault));
		return 1;
	}
	d->id = m->id;
	d->size = (size_t)m->size;
	d->received = m->received;
	(void)snprintf(d->code, sizeof d->code, "%s", m->naar);
	(void)snprintf(d->type, sizeof d->type, "%s", m->type);
	meta_json(m, &meta);
	d->meta = buf_take(&meta);
	if (d->meta == NULL) {
		delivery_free(&d);
		return -ENOMEM;
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = &d->link;
	return 0;
}

static int step_take(struct pipeline *p, struct intake *k, struct job *j)
{
	int r;

	if (steering_held(&p->steering, j->code)) { /* until an operator ends it */
		j->next = 0;
		j->full = false;
		return 0;
	}
	drop_answers(j); /* of a try that was rolled back: they would be delivered twice, unmarked */
	j->id = 0;
	j->taking = k->store;
	r = k->store->ops->outbox_take(k->store, j->code, j->received, j->most, j->bytes, take_row, j);
	if (r < 0)
		return r;
	if (j->id > 0) {
		log_error("BODY-UNREADABLE", "message %lld cannot be read back: %s; its delivery is given up",
			  (long long)j->id, j->text);
		r = k->store->ops->outbox_fail(k->store, j->id, 0, true, j->text);
		j->id = 0;
		if (r < 0)
			return r;
	}
	r = k->store->ops->outbox_next(k->store, j->code, &j->next);
	if (r == -ENOENT)
		j->next = 0;
	j->full = r == 0 && j->next <= j->received;
	return r == -ENOENT ? 0 : r;
}

static int step_done(struct pipeline *p, struct intake *k, struct job *j)
{
	(void)p;
	return k->store->ops->outbox_done(k->store, j->id, j->delivered, j->received);
}

static int step_fail(struct pipeline *p, struct intake *k, struct job *j)
{
	struct store_outbox o;
	int64_t wait = p->o.backoff_s;
	int r = k->store->ops->outbox_get(k->store, &j->arena, j->id, &o);

	if (r < 0 || o.state == OUTBOX_NONE)
		return r;
	for (int64_t i = 0; i < o.failures && wait < p->o.backoff_most_s; i++)
		wait *= 2;
	if (wait > p->o.backoff_most_s)
		wait = p->o.backoff_most_s;
	j->next = j->received + wait * 1000000;
	j->full = o.failures + 1 >= p->o.attempts; /* given up: an administrator decides */
	return k->store->ops->outbox_fail(k->store, j->id, j->next, j->full, j->text);
}

static int step_return(struct pipeline *p, struct intake *k, struct job *j)
{
	(void)p;
	return k->store->ops->outbox_return(k->store, j->id, j->sent);
}

static int step_order(struct pipeline *p, struct intake *k, struct job *j)
{
	int r = order_carry_out(k, &p->steering, j->order);

	(void)snprintf(j->code, sizeof j->code, "%s", j->order->code);
	return r;
}

static int step_seen(struct pipeline *p, struct intake *k, struct job *j)
{
	const struct view_seen s = {.party = j->party,
				    .moment = j->received,
				    .software = j->software,
				    .peer = j->peer,
				    .certificate_until = j->not_after};

	(void)p;
	return view_seen_put(k->store, &s);
}

static int owed_row(void *ctx, const struct store_message *m)
{
	struct job *j = ctx;
	struct owed *o = calloc(1, sizeof *o);
	struct buf report = BUF_INIT;

	if (o == NULL)
		return -ENOMEM;
	o->id = m->id;
	o->verdict = m->verdict;
	(void)snprintf(o->reference, sizeof o->reference, "%s", m->reference);
	report_json(m, &report);
	o->report = buf_take(&report);
	o->link.next = j->owed;
	j->owed = &o->link;
	return o->report == NULL ? -ENOMEM : 0;
}

static int step_owed(struct pipeline *p, struct intake *k, struct job *j)
{
	(void)p;
	drop_answers(j);
	return k->store->ops->receipts_owed(k->store, j->party, owed_row, j);
}

static int step_receipt_sent(struct pipeline *p, struct intake *k, struct job *j)
{
	(void)p;
	return k->store->ops->receipt_sent(k->store, j->id);
}

/* The rows of these open ends note on which day their aanbieder heard of them. */
struct told {
	const struct open_end_key *key;
	struct arena *arena;
	struct reg_open_einde row;
	bool found;
};

static int find_told(void *ctx, const struct reg_open_einde *e)
{
	struct told *t = ctx;

	if (e->nummer != t->key->nummer || e->begin != t->key->begin ||
	    strcmp(e->soort, t->key->soort) != 0)
		return 0;
	t->row = *e;
	t->row.categorie = arena_strdup(t->arena, e->categorie);
	t->row.code = arena_strdup(t->arena, e->code);
	t->row.soort = t->key->soort;
	t->row.basis = arena_strdup(t->arena, e->basis);
	t->row.opheffen = arena_strdup(t->arena, e->opheffen);
	t->found = t->row.categorie != NULL && t->row.code != NULL && t->row.basis != NULL &&
		   t->row.opheffen != NULL;
	return t->found ? 1 : -ENOMEM;
}

static int step_told(struct pipeline *p, struct intake *k, struct job *j)
{
	int r = 0;

	(void)p;
	for (size_t i = 0; r == 0 && i < j->n_keys; i++) {
		struct told t = {.key = &j->keys[i], .arena = &j->arena};

		r = k->store->reg->open_einden(k->store, t.key->dossier, find_told, &t);
		t.row.gemeld = day_of(j->received);
		if (r == 0 && t.found) /* else it was cleared meanwhile */
			r = k->store->reg->open_einde_zet(k->store, &t.row);
	}
	return r;
}

static int step_affected(struct pipeline *p, struct intake *k, struct job *j)
{
	(void)k;
	for (size_t i = 0; i < j->n_clients; i++)
		watch_touched(p->watch, j->clients[i], j->id);
	return 0;
}

static int step_watch(struct pipeline *p, struct intake *k, struct job *j)
{
	(void)p;
	(void)k;
	(void)j; /* the writer is awake: that was all */
	return 0;
}

/* A second try after a failed commit finds the key that the first one made. */
static int step_keys(struct pipeline *p, struct intake *k, struct job *j)
{
	struct buf why = BUF_INIT;
	uint32_t id = (uint32_t)j->next;
	int r = id != 0 ? 0 : upkeep_rotate(p->upkeep, day_of(k->now), &id, &why);

	j->next = id;
	(void)snprintf(j->audit->outcome, sizeof j->audit->outcome, "%s", r < 0 ? "failed" : "ok");
	if (r < 0)
		(void)snprintf(j->audit->detail, sizeof j->audit->detail, "no key made: %s", strerror(-r));
	else
		(void)snprintf(j->audit->detail, sizeof j->audit->detail, "key %u made", id);
	if (r < 0)
		promise_keep(j->promise, r, buf_str(&why));
	buf_free(&why);
	return 0;
}

/* clang-format off */
static int (*const steps[N_JOB_KINDS])(struct pipeline *, struct intake *, struct job *) = {
	[JOB_MESSAGE]      = step_message,
	[JOB_RECHECK]      = step_message,
	[JOB_RECHECKS]     = step_rechecks,
	[JOB_TAKE]         = step_take,
	[JOB_DONE]         = step_done,
	[JOB_FAIL]         = step_fail,
	[JOB_RETURN]       = step_return,
	[JOB_ORDER]        = step_order,
	[JOB_SEEN]         = step_seen,
	[JOB_AUDIT]        = step_watch,
	[JOB_KEYS]         = step_keys,
	[JOB_OWED]         = step_owed,
	[JOB_RECEIPT_SENT] = step_receipt_sent,
	[JOB_TOLD]         = step_told,
	[JOB_AFFECTED]     = step_affected,
	[JOB_WATCH]        = step_watch,
	[JOB_OPEN_END]     = step_watch,
	[JOB_SWEPT]        = step_watch,
};
/* clang-format on */

/* ---- the writer ---- */

/* Now, and after all verdicts so far: the order in which they were reached can be told from it. */
static int64_t moment_of(const struct pipeline *p)
{
	int64_t now = clock_us();

	return now > p->moment ? now : p->moment;
}

static int write_batch(struct pipeline *p, struct link *chain, struct parties *who)
{
	struct intake k = {.store = p->store,
			   .parties = who,
			   .key = &p->key,
			   .rules = p->own.held,
			   .checker = p->own.checker,
			   .packer = p->own.packer,
			   .steering = &p->steering,
			   .now = moment_of(p),
			   .next_id = p->next_id};
	int r = p->store->ops->begin(p->store);

	for (struct link *l = chain; r == 0 && l != NULL; l = l->next) {
		struct job *j = (struct job *)l;

		r = steps[j->kind](p, &k, j);
	}
	if (r == 0)
		r = upkeep_enter(p->store, k.now, p->next_id, k.next_id - 1, chain);
	if (r == 0)
		r = p->store->ops->commit(p->store);
	if (r < 0)
		p->store->ops->rollback(p->store);
	if (r == 0) {
		p->next_id = k.next_id;
		p->moment = k.now;
	}
	return r;
}

/*
 * After a failed write or sync nothing that SQLite or the kernel holds in
 * memory can be trusted to match the disk: the store is opened anew.
 */
static int reopen(struct pipeline *p)
{
	struct buf why = BUF_INIT;
	struct store *fresh = NULL;
	int r;

	store_close(&p->store);
	r = store_open(&fresh, p->url, STORE_WRITE, &why);
	if (r == 0)
		r = store_share(fresh);
	if (r == 0)
		r = fresh->ops->last_id(fresh, &p->next_id);
	if (r == 0) {
		store_unlock(fresh, p->keys);
		p->store = fresh;
		p->next_id++;
	} else {
		store_close(&fresh);
		log_error("STORE-REOPEN", "%s; nothing is receipted until it works again",
			  buf_str(&why));
	}
	buf_free(&why);
	return r;
}

/* Messages whose batch failed go back unanswered, so that they do not pile up; the rest must be kept. */
static struct link *give_up_messages(struct pipeline *p, struct link *chain, int error)
{
	struct link *rest = NULL, **end = &rest;

	while (chain != NULL) {
		struct job *j = (struct job *)chain;

		chain = chain->next;
		j->link.next = NULL;
		if (j->kind == JOB_MESSAGE || j->kind == JOB_RECHECK) {
			j->error = error;
			queue_put(&p->finished, &j->link);
		} else {
			*end = &j->link;
			end = &j->link.next;
		}
	}
	return rest;
}

static void pause_ms(unsigned ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	(void)nanosleep(&t, NULL); /* woken early is fine: it only tries again */
}

static void count(struct pipeline *p, const struct link *chain)
{
	struct pipeline_stats *s = &p->stats;

	atomic_fetch_add_explicit(&s->batches, 1, memory_order_relaxed);
	for (; chain != NULL; chain = chain->next) {
		const struct job *j = (const struct job *)chain;

		atomic_fetch_add_explicit(&s->batched, 1, memory_order_relaxed);
		if (j->kind == JOB_DONE)
			atomic_fetch_add_explicit(&s->delivered, 1, memory_order_relaxed);
		if (j->kind != JOB_MESSAGE || j->error < 0)
			continue;
		if (j->judged.duplicate)
			atomic_fetch_add_explicit(&s->duplicates, 1, memory_order_relaxed);
		else
			atomic_fetch_add_explicit(&s->verdicts[j->judged.verdict], 1,
						  memory_order_relaxed);
	}
}

/* What was kept is remembered for the watch, before the router has it. */
static void remember(struct pipeline *p, const struct link *chain)
{
	for (; chain != NULL; chain = chain->next) {
		const struct job *j = (const struct job *)chain;
		struct einde_antwoord answer;

		if ((j->kind != JOB_MESSAGE && j->kind != JOB_RECHECK) || j->error < 0 ||
		    j->judged.duplicate ||
		    (j->judged.verdict != VERDICT_ACCEPTED && j->judged.verdict != VERDICT_REJECTED))
			continue;
		for (size_t i = 0; i < j->n_clients; i++)
			watch_touched(p->watch, j->clients[i], j->judged.id);
		if (j->judged.verdict == VERDICT_ACCEPTED &&
		    bewaking_antwoord(&j->checked.bericht, j->checked.inhoud, j->judged.id, &answer))
			watch_answer(p->watch, &answer);
	}
}

/* What operators set is in force from the commit on; what waits for it is looked at anew. */
static void steer(struct pipeline *p)
{
	struct steering fresh;

	if (steering_load(p->store, &fresh) < 0) {
		log_error("STEERING-UNREAD", "what operators set could not be read; the last that was read stays in force");
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->steering = fresh;
	pthread_mutex_unlock(&p->lock);
	atomic_store(&p->renewed, true);
}

/* Whoever waits for a job of the batch hears of it, before the router has it. */
static void keep_promises(struct pipeline *p, const struct link *chain)
{
	bool ordered = false;

	for (const struct link *l = chain; l != NULL; l = l->next)
		ordered = ordered || ((const struct job *)l)->kind == JOB_ORDER;
	if (ordered)
		steer(p);
	for (; chain != NULL; chain = chain->next) {
		const struct job *j = (const struct job *)chain;

		promise_keep(j->promise, j->order != NULL ? j->order->result : 0,
			     j->order != NULL ? j->order->line : NULL);
	}
}

/* A fault of disk, memory or a lock passes; what else fails would fail for ever. */
static bool may_pass(int error)
{
	return error == -ENOSPC || error == -EIO || error == -EROFS || error == -EBUSY || error == -ENOMEM;
}

static int try_batch(struct pipeline *p, struct link *chain)
{
	struct parties *who = who_hold(p);
	int r = p->store == NULL ? -EIO : write_batch(p, chain, who);

	parties_drop(&who);
	if (r == 0) {
		count(p, chain);
		remember(p, chain);
		keep_promises(p, chain);
		queue_put_all(&p->finished, chain);
		return 0;
	}
	atomic_fetch_add(&p->stats.store_failures, 1);
	log_error("STORE-FAILED", "a batch was not kept (%s); its senders get no receipt and send again",
		  strerror(-r));
	return r;
}

/* After a failure that will not pass: each job alone, so that the one at fault is found and dropped. */
static void keep_each(struct pipeline *p, struct link *chain)
{
	while (chain != NULL) {
		struct job *j = (struct job *)chain;
		int r;

		chain = chain->next;
		j->link.next = NULL;
		while ((r = try_batch(p, &j->link)) < 0 && may_pass(r)) {
			pause_ms(PAUSE_MS);
			(void)reopen(p); /* tells itself */
		}
		if (r == 0)
			continue; /* j is the router's now */
		j->error = r;
		log_error("JOB-DROPPED", "job of kind %d for message %lld is impossible (%s); a fault of ours",
			  (int)j->kind, (long long)j->id, strerror(-r));
		queue_put(&p->finished, &j->link);
	}
}

/* Keeps a batch, however long it takes; only messages are given up, unanswered. */
static void keep_batch(struct pipeline *p, struct link *chain)
{
	int r;

	while (chain != NULL && (r = try_batch(p, chain)) < 0) {
		chain = give_up_messages(p, chain, r);
		pause_ms(PAUSE_MS);
		(void)reopen(p); /* tells itself; the next round tries again */
		if (!may_pass(r)) {
			keep_each(p, chain);
			return;
		}
	}
}

/* Nobody waits for these: lost, they lead to a marked repetition, so they may share a later sync. */
static bool all_patient(const struct link *chain)
{
	for (; chain != NULL; chain = chain->next) {
		enum job_kind kind = ((const struct job *)chain)->kind;

		if (kind != JOB_DONE && kind != JOB_RECEIPT_SENT && kind != JOB_TOLD &&
		    kind != JOB_SEEN)
			return false;
	}
	return true;
}

/* After how long the writer comes by without a job; -1: never. */
static int wait_ms(struct pipeline *p)
{
	int watch = watch_wait(p->watch), upkeep = upkeep_wait(p->upkeep);

	return watch < 0 || (upkeep >= 0 && upkeep < watch) ? upkeep : watch;
}

/*
 * What waits now; confirmations alone are held for a moment, until something
 * comes that needs a sync.  NULL: the watch has something to do, or the end.
 */
static struct link *next_batch(struct pipeline *p)
{
	struct link *chain = queue_wait(&p->writer, BATCH, wait_ms(p)), **end = &chain, *more;

	while (chain != NULL && all_patient(*end == NULL ? chain : *end)) {
		more = queue_wait(&p->writer, BATCH, PATIENT_MS);
		if (more == NULL)
			break;
		while (*end != NULL)
			end = &(*end)->next;
		*end = more;
	}
	return chain;
}

/* A step of the watch; what waits in the queue has its turn after it. */
static void step_aside(struct pipeline *p)
{
	if (watch_wait(p->watch) != 0)
		return;
	if (p->store == NULL)
		pause_ms(PAUSE_MS); /* since the last try */
	else if (watch_step(p->watch, p->store, p->own.held, moment_of(p)) == 0)
		return;
	(void)reopen(p); /* tells itself */
}

/* A step of what is kept up besides; the watch has the first turn. */
static void keep_up(struct pipeline *p)
{
	if (p->store == NULL && upkeep_wait(p->upkeep) == 0) {
		pause_ms(PAUSE_MS); /* since the last try */
		(void)reopen(p);    /* tells itself */
	}
	if (p->store != NULL &&
	    upkeep_step(p->upkeep, p->store, moment_of(p), queue_length(&p->writer) == 0) < 0)
		(void)reopen(p); /* tells itself */
}

static void *writer_main(void *arg)
{
	struct pipeline *p = arg;
	struct link *chain;

	while ((chain = next_batch(p)) != NULL || wait_ms(p) >= 0) {
		checking_renew(&p->own, p);
		keep_batch(p, chain);
		step_aside(p);
		keep_up(p);
		if (p->store != NULL && queue_length(&p->writer) == 0)
			(void)p->store->ops->tidy(p->store); /* housekeeping; a fault shows at the next commit */
	}
	return NULL;
}

/* ---- what the watch asks for ---- */

static struct rulebook *watch_rules(void *ctx)
{
	return rules_hold(ctx);
}

static void watch_wake(void *ctx)
{
	struct job *j = job_new(JOB_WATCH);

	if (j != NULL) /* else it comes by with the next batch */
		pipeline_submit(ctx, j);
}

/* News for the router, which counts as busy until it took it. */
static void put_news(struct pipeline *p, struct job *j)
{
	atomic_fetch_add(&p->busy, 1);
	queue_put(&p->finished, &j->link);
}

static void watch_notice(void *ctx, const char *code, char *json, const struct open_end_key *key)
{
	struct job *j = job_new(JOB_OPEN_END);

	if (j == NULL || (j->keys = malloc(sizeof *j->keys)) == NULL) {
		job_free(&j);
		free(json); /* the digest tells */
		return;
	}
	(void)snprintf(j->code, sizeof j->code, "%s", code);
	j->json = json;
	j->keys[j->n_keys++] = *key;
	put_news(ctx, j);
}

static void watch_swept(void *ctx, day on)
{
	struct job *j = job_new(JOB_SWEPT);

	(void)on;
	if (j != NULL) /* else the digest waits for the next day, or a connection */
		put_news(ctx, j);
}

/*
 * Reads a message back and sends it past a validator, which finds its clients.
 * One whose text is not there any more is no fault: reading all finds them too.
 */
static void watch_original(void *ctx, int64_t message, int64_t answer)
{
	struct pipeline *p = ctx;
	struct job *j = job_new(JOB_AFFECTED);
	struct buf body = BUF_INIT;
	size_t n = 0;
	char *bytes = NULL;

	if (j != NULL && p->store->ops->body(p->store, message, &body) == 0) {
		n = body.len;
		bytes = buf_take(&body);
	}
	buf_free(&body);
	if (bytes == NULL || zmq_msg_init_data(&j->body, bytes, n, free_bytes, NULL) != 0) {
		free(bytes);
		job_free(&j);
		watch_again(p->watch); /* whom it touches is found by reading all */
		return;
	}
	j->has_body = true;
	j->id = answer;
	pipeline_submit(p, j);
}

static int start_watch(struct pipeline *p)
{
	const struct watch_opts o = {.store = p->url,
				     .rules = watch_rules,
				     .wake = watch_wake,
				     .notice = watch_notice,
				     .original = watch_original,
				     .swept = watch_swept,
				     .ctx = p};

	return watch_start(&p->watch, &o, p->store);
}

void pipeline_steering(struct pipeline *p, struct steering *ret)
{
	pthread_mutex_lock(&p->lock);
	*ret = p->steering;
	pthread_mutex_unlock(&p->lock);
}

void pipeline_quiet(struct pipeline *p)
{
	watch_quiet(p->watch);
	upkeep_quiet(p->upkeep);
}

struct keyring *pipeline_keys(struct pipeline *p)
{
	return keyring_hold(p->keys);
}

/* ---- the outside ---- */

static struct queue *queue_for(struct pipeline *p, const struct job *j)
{
	if (j->kind != JOB_MESSAGE && j->kind != JOB_RECHECK && j->kind != JOB_AFFECTED)
		return &p->writer;
	if (zmq_msg_size(&j->body) > LARGE)
		return &p->lanes[p->n_lanes - 1].queue;
	return &p->lanes[j->connection % (p->n_lanes - 1)].queue;
}

void pipeline_submit(struct pipeline *p, struct job *j)
{
	atomic_fetch_add(&p->busy, 1);
	queue_put(queue_for(p, j), &j->link);
}

struct link *pipeline_finished(struct pipeline *p)
{
	struct link *chain = queue_take(&p->finished, 0);
	size_t n = 0;

	for (struct link *l = chain; l != NULL; l = l->next) {
		if (((struct job *)l)->kind == JOB_RECHECK)
			atomic_fetch_sub(&p->rechecking, 1);
		n++;
	}
	atomic_fetch_sub(&p->busy, n);
	return chain;
}

size_t pipeline_busy(struct pipeline *p)
{
	return atomic_load(&p->busy);
}

bool pipeline_rechecks(struct pipeline *p)
{
	return atomic_load(&p->rechecking) > 0;
}

const struct pipeline_stats *pipeline_stats(const struct pipeline *p)
{
	return &p->stats;
}

static int start_threads(struct pipeline *p)
{
	int r = 0;

	char name[16];

	for (unsigned i = 0; r == 0 && i < p->n_lanes; i++) {
		p->lanes[i].pipeline = p;
		r = pthread_create(&p->lanes[i].thread, NULL, lane_main, &p->lanes[i]);
		(void)snprintf(name, sizeof name, "check-%u", i % 100);
		if (r == 0)
			(void)pthread_setname_np(p->lanes[i].thread, name); /* for top and perf */
	}
	if (r == 0)
		r = pthread_create(&p->writer_thread, NULL, writer_main, p);
	if (r == 0)
		(void)pthread_setname_np(p->writer_thread, "writer");
	return -r;
}

/* The keys of the bodies, made for a store that has none; and what is kept up with them. */
static int open_keys(struct pipeline *p, struct buf *why)
{
	const int64_t now = clock_us();
	struct upkeep_opts o = {.retention = p->o.retention};
	int64_t missing = 0;
	int r = bodies_unlock(p->store, p->o.body_keys, true, day_of(now), &p->keys, &missing, why);

	if (r < 0)
		return r;
	if (missing > 0)
		log_error("KEYS-MISSING",
			  "%lld messages lie under keys that the file does not have: they cannot be read or "
			  "delivered until it is put back from its backup",
			  (long long)missing);
	o.keys = p->keys;
	p->own.packer = packer_new(p->keys);
	r = p->own.packer == NULL ? -ENOMEM : upkeep_start(&p->upkeep, &o, p->store, now);
	if (r < 0)
		buf_addf(why, "the audit log cannot be written (%s)\n", strerror(-r));
	return r;
}

int pipeline_start(struct pipeline **ret, const struct pipeline_opts *o,
		   struct rulebook *rules, struct parties *who, struct buf *why)
{
	struct pipeline *p = calloc(1, sizeof *p);
	int r = -ENOMEM;

	if (p == NULL)
		return -ENOMEM;
	p->o = *o;
	p->n_lanes = (o->validators < 1 ? 1 : o->validators > 64 ? 64 : o->validators) + 1;
	(void)pthread_mutex_init(&p->lock, NULL); /* cannot fail with default attributes */
	for (unsigned i = 0; i < p->n_lanes; i++)
		queue_init(&p->lanes[i].queue, -1);
	queue_init(&p->writer, -1);
	queue_init(&p->finished, o->wake_fd);
	p->url = strdup(o->store);
	atomic_init(&p->renewed, true);
	p->rules = rulebook_hold(rules);
	p->who = parties_hold(who);
	if (p->url != NULL)
		r = store_open(&p->store, o->store, STORE_WRITE, why);
	if (r == 0)
		r = store_share(p->store);
	if (r == 0)
		r = pseudonym_key_open(&p->key, o->pseudonym_key, true, why);
	if (r == 0)
		r = open_keys(p, why);
	if (r == 0)
		r = p->store->ops->last_id(p->store, &p->next_id);
	p->next_id++;
	if (r == 0)
		r = steering_load(p->store, &p->steering);
	if (r == 0)
		r = start_watch(p);
	if (r == 0)
		r = start_threads(p);
	if (r == 0)
		*ret = p;
	return r; /* a failure here ends the start-up: nothing of it is used again */
}

void pipeline_stop(struct pipeline **pp)
{
	struct pipeline *p = *pp;
	struct link *left;

	if (p == NULL)
		return;
	watch_end(p->watch);
	upkeep_quiet(p->upkeep);
	for (unsigned i = 0; i < p->n_lanes; i++) {
		queue_close(&p->lanes[i].queue);
		(void)pthread_join(p->lanes[i].thread, NULL);
	}
	queue_close(&p->writer);
	(void)pthread_join(p->writer_thread, NULL);
	left = queue_take(&p->finished, 0);
	while (left != NULL) {
		struct job *j = (struct job *)left;

		left = left->next;
		job_free(&j);
	}
	for (unsigned i = 0; i < p->n_lanes; i++)
		queue_free(&p->lanes[i].queue);
	queue_free(&p->writer);
	queue_free(&p->finished);
	watch_free(&p->watch);
	upkeep_stopped(&p->upkeep, p->store, moment_of(p));
	store_close(&p->store);
	keyring_drop(&p->keys);
	checking_end(&p->own);
	rulebook_drop(&p->rules);
	parties_drop(&p->who);
	pthread_mutex_destroy(&p->lock);
	free(p->url);
	free(p);
	*pp = NULL;
}
