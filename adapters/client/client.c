/*
 * Where callers come in.  Everything here is bookkeeping under one lock; the
 * network is io.c's.  See client.h for the life of an entry.
 */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "json.h"

#include "base/banned.h"

void ijw_options_init(struct ijw_options *o)
{
	*o = (struct ijw_options){
		.size = sizeof *o,
		.software = "libijw",
		.window = 256,
		.memory = 64u * 1024 * 1024,
		.events = 64u * 1024 * 1024,
		.retry_min_ms = 200,
		.retry_max_ms = 30000,
		.handshake_ms = 15000,
		.close_ms = 1000,
	};
}

/* --- entries --- */

static struct entry **bucket_of(struct ijw *c, const char *reference)
{
	uint32_t h = 2166136261u; /* FNV-1a: references are the caller's own, not a peer's */

	while (*reference != '\0')
		h = (h ^ (unsigned char)*reference++) * 16777619u;
	return &c->buckets[h & (c->buckets_n - 1)];
}

struct entry *ijw_client_find(struct ijw *c, const char *reference)
{
	struct entry *e = *bucket_of(c, reference);

	while (e != NULL && strcmp(e->record.reference, reference) != 0)
		e = e->bucket;
	return e;
}

static void hash_add(struct ijw *c, struct entry *e)
{
	struct entry **b = bucket_of(c, e->record.reference);

	e->bucket = *b;
	*b = e;
	c->entries++;
}

static void hash_remove(struct ijw *c, struct entry *e)
{
	struct entry **b = bucket_of(c, e->record.reference);

	while (*b != e)
		b = &(*b)->bucket;
	*b = e->bucket;
	c->entries--;
}

/* Doubles the hash when it is full; without memory it only becomes slower. */
static void hash_grow(struct ijw *c)
{
	size_t n = c->buckets_n, grown = n * 2;
	struct entry **old = c->buckets, **new;

	if (c->entries < n || (new = calloc(grown, sizeof *new)) == NULL)
		return;
	c->buckets = new;
	c->buckets_n = grown;
	c->entries = 0;
	for (size_t i = 0; i < n; i++)
		while (old[i] != NULL) {
			struct entry *e = old[i];

			old[i] = e->bucket;
			hash_add(c, e);
		}
	free(old);
}

static void list_add(struct ijw *c, struct entry *e)
{
	e->prev = c->list.prev;
	e->next = &c->list;
	e->prev->next = e;
	c->list.prev = e;
	e->listed = true;
	if (c->cursor == &c->list)
		c->cursor = e;
}

static void open_entry(struct ijw *c, struct entry *e, size_t cost)
{
	e->open = true;
	e->cost = cost;
	c->open++;
	c->open_bytes += cost;
}

void ijw_client_answered(struct ijw *c, struct entry *e)
{
	free(e->body);
	e->body = NULL;
	c->open_bytes -= e->cost;
	e->cost = 0;
	if (!e->open)
		return;
	e->open = false;
	c->open--;
	if (c->wait_send > 0)
		(void)pthread_cond_signal(&c->can_send);
	if (c->open == 0 && c->wait_flush > 0)
		(void)pthread_cond_broadcast(&c->all_sent);
}

void ijw_client_forget(struct ijw *c, struct entry *e)
{
	ijw_client_answered(c, e);
	if (c->cursor == e)
		c->cursor = e->next;
	if (e->listed) {
		e->prev->next = e->next;
		e->next->prev = e->prev;
	}
	hash_remove(c, e);
	if (c->wait_send > 0)
		(void)pthread_cond_signal(&c->can_send);
	if (e->journaled)
		ijw_journal_settle(c->journal, &e->record);
	free(e);
}

void ijw_client_requeue(struct ijw *c)
{
	for (struct entry *e = c->list.next; e != &c->list; e = e->next)
		if (e->state == SENT || e->state == PARKED)
			e->state = QUEUED;
	c->cursor = c->list.next;
	c->sent = 0;
}

/* --- opening and closing --- */

/* Splits "host:port" or "[address]:port". */
static int split_hub(const char *hub, char **host, char **port)
{
	const char *colon = strrchr(hub, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - hub);

	if (n == 0 || colon[1] == '\0')
		return -EINVAL;
	if (hub[0] == '[' && n > 2 && hub[n - 1] == ']')
		hub++, n -= 2;
	else if (memchr(hub, ':', n) != NULL)
		return -EINVAL;
	*host = strndup(hub, n);
	*port = strdup(colon + 1);
	return *host == NULL || *port == NULL ? -ENOMEM : 0;
}

static bool printable(const char *text, size_t most)
{
	size_t n = strlen(text);

	if (n < 1 || n > most)
		return false;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

static int copy_texts(struct ijw *c, const struct ijw_options *o)
{
	const struct {
		const char **to, *from;
	} texts[] = {
		{&c->o.hub, o->hub},	     {&c->o.server_name, o->server_name},
		{&c->o.key, o->key},	     {&c->o.certificate, o->certificate},
		{&c->o.ca, o->ca},	     {&c->o.crl, o->crl},
		{&c->o.journal, o->journal}, {&c->o.software, o->software},
	};
	int r = split_hub(o->hub, &c->host, &c->port);

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		*texts[i].to = texts[i].from == NULL ? NULL : strdup(texts[i].from);
		if (texts[i].from != NULL && *texts[i].to == NULL)
			r = -ENOMEM;
	}
	if (r == 0 && c->o.server_name == NULL) {
		c->o.server_name = strdup(c->host);
		r = c->o.server_name == NULL ? -ENOMEM : 0;
	}
	return r;
}

static int check_options(const struct ijw_options *o)
{
	if (o->size != sizeof *o || o->hub == NULL || o->certificate == NULL || o->key == NULL ||
	    o->ca == NULL || o->software == NULL || !printable(o->software, IJW_MAX_SOFTWARE))
		return -EINVAL;
	if (o->window < 1 || o->window > MAX_ENTRIES / 2 || o->memory < 1 || o->events < 1 ||
	    o->retry_min_ms < 1 || o->retry_max_ms < o->retry_min_ms || o->handshake_ms < 1)
		return -EINVAL;
	return 0;
}

/* Takes an unsettled message of the journal up again; its body stays on disk for now. */
static struct ijw_record *resume(void *arg, const struct ijw_record *r)
{
	struct ijw *c = arg;
	struct entry *e = calloc(1, sizeof *e);

	if (e == NULL)
		return NULL;
	e->record = *r;
	e->parked = r->parked;
	e->journaled = true;
	hash_grow(c);
	hash_add(c, e);
	list_add(c, e);
	if (!e->parked)
		open_entry(c, e, 0);
	return &e->record;
}

static int open_journal(struct ijw *c)
{
	uint64_t cut = 0;
	int r;

	if (c->o.journal == NULL)
		return 0;
	r = ijw_journal_open(c->o.journal, resume, c, &c->journal, &cut);
	if (r == 0 && cut > 0 && c->o.log != NULL)
		c->o.log(c->o.log_arg, IJW_LOG_WARNING,
			 "the journal ended in an unfinished record, which was dropped");
	return r;
}

static int init_locks(struct ijw *c)
{
	pthread_condattr_t attr;

	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->can_send, &attr);
	(void)pthread_cond_init(&c->can_receive, &attr);
	(void)pthread_cond_init(&c->all_sent, &attr);
	(void)pthread_condattr_destroy(&attr);
	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return c->wake < 0 ? -errno : 0;
}

static int make_prefix(struct ijw *c)
{
	uint64_t random;

	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return -EIO;
	(void)snprintf(c->prefix, sizeof c->prefix, "%016llx", (unsigned long long)random);
	return 0;
}

static void release(struct ijw *c)
{
	const char *texts[] = {c->o.hub, c->o.server_name, c->o.certificate, c->o.key,
			       c->o.ca,	 c->o.crl,	   c->o.journal,     c->o.software};

	ijw_io_free(c);
	ijw_journal_close(&c->journal); /* before the entries, whose records it knows */
	while (c->list.next != &c->list) {
		struct entry *e = c->list.next;

		e->journaled = false; /* the file keeps what is unsettled */
		ijw_client_forget(c, e);
	}
	while (c->events != NULL) {
		struct event *e = c->events;

		c->events = e->next;
		free(e);
	}
	free(c->taken);
	ijw_client_drop_deliveries(c);
	free(c->readies);
	free(c->buckets);
	buf_free(&c->commands);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free((char *)texts[i]);
	free(c->host);
	free(c->port);
	if (c->wake >= 0)
		(void)close(c->wake);
	if (c->event_fd >= 0)
		(void)close(c->event_fd);
	(void)pthread_mutex_destroy(&c->lock);
	(void)pthread_cond_destroy(&c->can_send);
	(void)pthread_cond_destroy(&c->can_receive);
	(void)pthread_cond_destroy(&c->all_sent);
	free(c);
}

int ijw_open(const struct ijw_options *o, struct ijw **ret)
{
	struct ijw *c;
	int r = check_options(o);

	if (r < 0)
		return r;
	c = calloc(1, sizeof *c);
	if (c == NULL)
		return -ENOMEM;
	c->o = *o;
	c->event_fd = -1;
	c->list.next = c->list.prev = c->cursor = &c->list;
	c->events_end = &c->events;
	c->buckets_n = 1024;
	c->buckets = calloc(c->buckets_n, sizeof *c->buckets);
	r = init_locks(c);
	if (copy_texts(c, o) < 0) /* always run: it replaces the caller's pointers by our copies */
		r = -EINVAL;
	if (c->buckets == NULL)
		r = -ENOMEM;
	if (r == 0)
		r = make_prefix(c);
	if (r == 0)
		r = ijw_io_new(c);
	if (r == 0)
		r = open_journal(c);
	if (r == 0)
		r = -pthread_create(&c->thread, NULL, ijw_io_run, c);
	if (r < 0)
		release(c);
	else
		*ret = c;
	return r;
}

void ijw_close(struct ijw **c)
{
	if (*c == NULL)
		return;
	(void)pthread_mutex_lock(&(*c)->lock);
	(*c)->stopping = true;
	ijw_io_wake(*c);
	(void)pthread_mutex_unlock(&(*c)->lock);
	(void)pthread_join((*c)->thread, NULL);
	release(*c);
	*c = NULL;
}

/* --- waiting --- */

static struct timespec deadline_in(int timeout_ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	if (timeout_ms > 0) {
		t.tv_sec += timeout_ms / 1000;
		t.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
		if (t.tv_nsec >= 1000000000)
			t.tv_sec++, t.tv_nsec -= 1000000000;
	}
	return t;
}

/* Waits once, lock held; false when the time is over. */
static bool wait_on(struct ijw *c, pthread_cond_t *cond, unsigned *waiting, int timeout_ms,
		    const struct timespec *deadline)
{
	int r;

	if (timeout_ms == 0)
		return false;
	++*waiting;
	r = timeout_ms < 0 ? pthread_cond_wait(cond, &c->lock)
			   : pthread_cond_timedwait(cond, &c->lock, deadline);
	--*waiting;
	return r == 0;
}

static bool take_interrupt(struct ijw *c)
{
	bool was = c->interrupted;

	c->interrupted = false;
	return was;
}

void ijw_interrupt(struct ijw *c)
{
	(void)pthread_mutex_lock(&c->lock);
	c->interrupted = true;
	(void)pthread_cond_broadcast(&c->can_receive);
	(void)pthread_cond_broadcast(&c->all_sent);
	(void)pthread_mutex_unlock(&c->lock);
}

/* --- sending --- */

static bool has_room(const struct ijw *c, size_t size)
{
	if (c->entries >= MAX_ENTRIES)
		return false;
	if (c->open == 0)
		return true; /* one message always fits */
	return c->open < c->o.window && size <= c->o.memory && c->open_bytes <= c->o.memory - size;
}

/* Takes a place in the window and the reference, lock held; not yet in the list. */
static int reserve(struct ijw *c, struct entry *e, size_t size, int timeout_ms)
{
	struct timespec deadline = deadline_in(timeout_ms);
	bool in_time = true;

	while (ijw_client_find(c, e->record.reference) == NULL) {
		if (has_room(c, size)) {
			hash_grow(c);
			hash_add(c, e);
			open_entry(c, e, size);
			return 0;
		}
		if (!in_time)
			return -EAGAIN;
		in_time = wait_on(c, &c->can_send, &c->wait_send, timeout_ms, &deadline);
	}
	return -EEXIST;
}

static struct entry *make_entry(struct ijw *c, const char *reference, const void *message,
				size_t size)
{
	struct entry *e = calloc(1, sizeof *e);

	if (e == NULL)
		return NULL;
	e->body = malloc(size);
	if (e->body == NULL) {
		free(e);
		return NULL;
	}
	memcpy(e->body, message, size);
	e->record.size = (uint32_t)size;
	if (reference != NULL)
		memcpy(e->record.reference, reference, strlen(reference) + 1);
	else
		(void)snprintf(
			e->record.reference, sizeof e->record.reference, "%s-%llx", c->prefix,
			(unsigned long long)__atomic_add_fetch(&c->made, 1, __ATOMIC_RELAXED));
	return e;
}

static int write_journal(struct ijw *c, struct entry *e)
{
	uint64_t ticket;
	int r;

	if (c->journal == NULL)
		return 0;
	r = ijw_journal_add(c->journal, &e->record, e->body, e->record.size, &ticket);
	if (r < 0)
		return r;
	e->journaled = true;
	return ijw_journal_sync(c->journal, ticket);
}

int ijw_send(struct ijw *c, const char *reference, const void *message, size_t size, int timeout_ms,
	     char *used)
{
	struct entry *e;
	int r;

	if (message == NULL || (reference != NULL && !printable(reference, IJW_MAX_REFERENCE)))
		return -EINVAL;
	if (size < 1 || size > IJW_MAX_MESSAGE)
		return -EMSGSIZE;
	e = make_entry(c, reference, message, size);
	if (e == NULL)
		return -ENOMEM;
	(void)pthread_mutex_lock(&c->lock);
	r = reserve(c, e, size, timeout_ms);
	(void)pthread_mutex_unlock(&c->lock);
	if (r < 0) {
		free(e->body);
		free(e);
		return r;
	}
	r = write_journal(c, e);
	if (used != NULL)
		memcpy(used, e->record.reference, sizeof e->record.reference);
	(void)pthread_mutex_lock(&c->lock);
	if (r == 0) {
		list_add(c, e);
		ijw_io_wake(c);
	} else {
		ijw_client_forget(c, e);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

int ijw_flush(struct ijw *c, int timeout_ms)
{
	struct timespec deadline = deadline_in(timeout_ms);
	bool in_time = true;
	int r = 0;

	(void)pthread_mutex_lock(&c->lock);
	while (c->open > 0 && r == 0) {
		if (take_interrupt(c))
			r = -EINTR;
		else if (!in_time)
			r = -ETIMEDOUT;
		else
			in_time = wait_on(c, &c->all_sent, &c->wait_flush, timeout_ms, &deadline);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

size_t ijw_pending(struct ijw *c)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&c->lock);
	for (struct entry *e = c->list.next; e != &c->list; e = e->next)
		n += e->state != ANSWERED;
	(void)pthread_mutex_unlock(&c->lock);
	return n;
}

/* --- receiving --- */

bool ijw_client_full(const struct ijw *c)
{
	return c->events_bytes >= c->o.events;
}

/* A connection that ended takes its deliveries along, and older news of the connection is stale. */
static void drop_stale(struct ijw *c)
{
	struct event **at = &c->events, *e;

	while ((e = *at) != NULL) {
		if (e->pub.type != IJW_EVENT_CONNECTED && e->pub.type != IJW_EVENT_DISCONNECTED &&
		    e->pub.type != IJW_EVENT_DELIVERY) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		c->events_bytes -= e->cost;
		free(e);
	}
	c->events_end = at;
}

int ijw_client_push(struct ijw *c, struct event *e)
{
	static const uint64_t one = 1;

	if (e == NULL)
		return -ENOMEM;
	if (e->pub.type == IJW_EVENT_DISCONNECTED)
		drop_stale(c);
	if (c->events == NULL && c->event_fd >= 0 && write(c->event_fd, &one, sizeof one) < 0)
		(void)0; /* full means readable, which is what was wanted */
	e->next = NULL;
	*c->events_end = e;
	c->events_end = &e->next;
	c->events_bytes += e->cost;
	if (c->wait_receive > 0)
		(void)pthread_cond_signal(&c->can_receive);
	return 0;
}

static void clear_event_fd(struct ijw *c)
{
	uint64_t n;

	if (c->event_fd >= 0 && read(c->event_fd, &n, sizeof n) < 0)
		(void)0; /* it was clear already */
}

static void confirm(struct ijw *c, const char *reference)
{
	struct entry *e = ijw_client_find(c, reference);

	if (e == NULL || !e->listed)
		return;
	if (e->state == ANSWERED)
		ijw_client_forget(c, e);
	else if (e->parked && !e->record.parked && c->journal != NULL)
		ijw_journal_park(c->journal, &e->record);
}

/* The caller came back, so it dealt with the event before. */
static void finish_taken(struct ijw *c)
{
	if (c->taken == NULL)
		return;
	if (c->taken->pub.type == IJW_EVENT_RECEIPT && !c->o.manual_receipts)
		confirm(c, c->taken->pub.reference);
	free(c->taken);
	c->taken = NULL;
}

static void take_event(struct ijw *c, struct ijw_event *ret)
{
	struct event *e = c->events;
	bool was_full = ijw_client_full(c);

	c->events = e->next;
	c->events_bytes -= e->cost;
	if (c->events == NULL) {
		c->events_end = &c->events;
		clear_event_fd(c);
	}
	c->taken = e;
	*ret = e->pub;
	if (was_full && !ijw_client_full(c))
		ijw_io_wake(c);
}

int ijw_receive(struct ijw *c, struct ijw_event *e, int timeout_ms)
{
	struct timespec deadline = {0, 0};
	bool in_time = true;
	int r = 0;

	memset(e, 0, sizeof *e);
	(void)pthread_mutex_lock(&c->lock);
	finish_taken(c);
	if (c->events == NULL && timeout_ms > 0)
		deadline = deadline_in(timeout_ms);
	while (c->events == NULL && in_time && r == 0) {
		if (take_interrupt(c))
			r = -EINTR;
		else
			in_time = wait_on(c, &c->can_receive, &c->wait_receive, timeout_ms,
					  &deadline);
	}
	if (c->events != NULL && r == 0) {
		take_event(c, e);
		r = 1;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

int ijw_receipt_done(struct ijw *c, const char *reference)
{
	if (reference == NULL)
		return -EINVAL;
	(void)pthread_mutex_lock(&c->lock);
	confirm(c, reference);
	(void)pthread_mutex_unlock(&c->lock);
	return 0;
}

int ijw_fd(struct ijw *c)
{
	int r;

	(void)pthread_mutex_lock(&c->lock);
	if (c->event_fd < 0)
		c->event_fd = eventfd(c->events != NULL, EFD_CLOEXEC | EFD_NONBLOCK);
	r = c->event_fd < 0 ? -errno : c->event_fd;
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

/* --- deliveries --- */

int ijw_ready(struct ijw *c, const char *code, unsigned credit)
{
	struct ready *grown;
	size_t i = 0;
	int r = 0;

	if (code == NULL || !printable(code, IJW_MAX_CODE) || credit > IJW_MAX_CREDIT)
		return -EINVAL;
	(void)pthread_mutex_lock(&c->lock);
	while (i < c->readies_n && strcmp(c->readies[i].code, code) != 0)
		i++;
	if (i == MAX_CODES) {
		r = -ENOSPC;
	} else if (i == c->readies_n) {
		grown = realloc(c->readies, (i + 1) * sizeof *grown);
		if (grown == NULL) {
			r = -ENOMEM;
		} else {
			c->readies = grown;
			grown[i] = (struct ready){.target = 0};
			memcpy(grown[i].code, code, strlen(code) + 1);
			c->readies_n++;
		}
	}
	if (r == 0) {
		c->readies[i].target = credit;
		c->readies_news = true;
		ijw_io_wake(c);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

struct delivery **ijw_client_delivery(struct ijw *c, const char *id)
{
	uint32_t h = 0;
	struct delivery **d;

	for (const char *p = id; *p != '\0'; p++)
		h = h * 10 + (uint32_t)(*p - '0');
	d = &c->deliveries[h % DELIVERY_BUCKETS];
	while (*d != NULL && strcmp((*d)->id, id) != 0)
		d = &(*d)->bucket;
	return d;
}

void ijw_client_drop_deliveries(struct ijw *c)
{
	for (size_t i = 0; i < DELIVERY_BUCKETS; i++)
		while (c->deliveries[i] != NULL) {
			struct delivery *d = c->deliveries[i];

			c->deliveries[i] = d->bucket;
			free(d);
		}
	for (size_t i = 0; i < c->readies_n; i++)
		c->readies[i].given = c->readies[i].unconfirmed = 0;
	buf_clear(&c->commands); /* what they confirm comes again */
}

static bool is_id(const char *id)
{
	return id != NULL && printable(id, IJW_MAX_ID) && strspn(id, "0123456789") == strlen(id);
}

/* Ends a delivery of this connection with DONE or FAIL and makes room for the next. */
static int end_delivery(struct ijw *c, enum verb v, const char *const *fields, size_t n)
{
	struct delivery **at, *d;
	int r = 0;

	(void)pthread_mutex_lock(&c->lock);
	at = ijw_client_delivery(c, fields[0]);
	d = *at;
	if (d != NULL) {
		ijw_zmtp_verb(&c->commands, v, n, fields, false);
		if (c->commands.failed)
			r = -ENOMEM; /* the thread sees the mark and starts a new connection */
		*at = d->bucket;
		c->readies[d->code].given--;
		c->readies[d->code].unconfirmed--;
		c->readies_news = true;
		free(d);
		ijw_io_wake(c);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

int ijw_done(struct ijw *c, const char *id)
{
	return is_id(id) ? end_delivery(c, VERB_DONE, &id, 1) : -EINVAL;
}

int ijw_fail(struct ijw *c, const char *id, const char *reason)
{
	char clean[IJW_MAX_REASON + 1];
	const char *fields[] = {id, clean};
	size_t n = 0;

	if (!is_id(id) || reason == NULL || reason[0] == '\0')
		return -EINVAL;
	for (; reason[n] != '\0' && n < IJW_MAX_REASON; n++)
		clean[n] = reason[n] >= 0x20 && reason[n] < 0x7f ? reason[n] : '?';
	clean[n] = '\0';
	return end_delivery(c, VERB_FAIL, fields, 2);
}

int ijw_finding(const struct ijw_event *e, size_t nth, const char *key, char *text, size_t room)
{
	struct ijw_json report = {e->json, e->json == NULL ? NULL : e->json + e->json_size};
	struct ijw_json items = ijw_json_items(ijw_json_member(report, "findings")), item;

	if (room == 0)
		return 0;
	text[0] = '\0';
	while (ijw_json_next(&items, &item))
		if (nth-- == 0)
			return ijw_json_text(ijw_json_member(item, key), text, room);
	return 0;
}
