#include "store/audit.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* ---- hashing: every field with its length, numbers with their highest byte first ---- */

struct hashing {
	EVP_MD_CTX *c;
	bool failed;
};

static void hash_begin(struct hashing *h)
{
	h->c = EVP_MD_CTX_new();
	h->failed = h->c == NULL || EVP_DigestInit_ex(h->c, EVP_sha256(), NULL) != 1;
}

static void hash_bytes(struct hashing *h, const void *bytes, size_t n)
{
	if (!h->failed)
		h->failed = EVP_DigestUpdate(h->c, bytes, n) != 1;
}

static void hash_number(struct hashing *h, int64_t x)
{
	unsigned char bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)((uint64_t)x >> (56 - 8 * i));
	hash_bytes(h, bytes, sizeof bytes);
}

static void hash_blob(struct hashing *h, const void *bytes, size_t n)
{
	hash_number(h, (int64_t)n);
	hash_bytes(h, bytes, n);
}

static void hash_text(struct hashing *h, const char *s)
{
	hash_blob(h, s == NULL ? "" : s, s == NULL ? 0 : strlen(s));
}

static int hash_end(struct hashing *h, unsigned char ret[AUDIT_HASH])
{
	if (!h->failed)
		h->failed = EVP_DigestFinal_ex(h->c, ret, NULL) != 1;
	EVP_MD_CTX_free(h->c);
	h->c = NULL;
	return h->failed ? -ENOMEM : 0;
}

int audit_hash(const unsigned char before[AUDIT_HASH], const struct audit_entry *e,
	       unsigned char ret[AUDIT_HASH])
{
	struct hashing h;

	hash_begin(&h);
	hash_bytes(&h, before, AUDIT_HASH);
	hash_number(&h, e->id);
	hash_number(&h, e->moment);
	hash_text(&h, e->event);
	hash_text(&h, e->who);
	hash_text(&h, e->role);
	hash_text(&h, e->source);
	hash_number(&h, e->message);
	hash_number(&h, e->last);
	hash_blob(&h, e->client, e->has_client ? sizeof e->client : 0);
	hash_text(&h, e->reason);
	hash_text(&h, e->outcome);
	hash_text(&h, e->detail);
	hash_blob(&h, e->digest, e->has_digest ? sizeof e->digest : 0);
	return hash_end(&h, ret);
}

/* ---- adding and listing ---- */

int audit_add(struct store *st, struct audit_entry *e)
{
	struct audit_entry before;
	int r = st->audit->head(st, &before); /* zeroes when there is none */

	if (r < 0 && r != -ENOENT)
		return r;
	if (before.id == INT64_MAX)
		return -EOVERFLOW; /* somebody wrote it there */
	e->id = before.id + 1;
	if (e->moment < before.moment)
		e->moment = before.moment; /* a clock that was set back; the order stays */
	r = audit_hash(before.hash, e, e->hash);
	return r == 0 ? st->audit->append(st, e) : r;
}

int audit_head(struct store *st, int64_t *id, unsigned char hash[AUDIT_HASH])
{
	struct audit_entry e;
	int r = st->audit->head(st, &e);

	if (r < 0 && r != -ENOENT)
		return r;
	*id = e.id;
	memcpy(hash, e.hash, AUDIT_HASH);
	return 0;
}

/* The first entry that is not before a moment, found by halving: moments never fall. */
static int entry_since(struct store *st, int64_t moment, int64_t last, int64_t *ret)
{
	int64_t from = 1, until = last + 1, at;
	int r = 0;

	while (r == 0 && from < until) {
		int64_t middle = from + (until - from) / 2;

		r = st->audit->moment(st, middle, &at);
		if (r == 0 && at < moment)
			from = middle + 1;
		else
			until = middle;
	}
	*ret = from;
	return r;
}

int audit_list(struct store *st, const struct audit_filter *f,
	       int (*each)(void *ctx, const struct audit_entry *e), void *ctx)
{
	struct audit_entry head;
	int64_t from = 1, until;
	int r = st->audit->head(st, &head);

	until = head.id + 1;
	if (r == 0 && f->since > 0)
		r = entry_since(st, f->since, head.id, &from);
	if (r == 0 && f->until > 0)
		r = entry_since(st, f->until, head.id, &until);
	if (f->before > 0 && f->before < until)
		until = f->before;
	if (r == 0)
		r = st->audit->list(st, f, from, until, each, ctx);
	return r == -ENOENT ? 0 : r;
}

/* ---- lists of ids: "1-5,7" ---- */

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Numbers that follow one another, as text. */
struct ids {
	struct buf text;
	int64_t from, to; /* not written yet; 0: none */
};

static void ids_write(struct ids *l)
{
	if (l->from == 0)
		return;
	buf_addf(&l->text, "%s%lld", l->text.len > 0 ? "," : "", (long long)l->from);
	if (l->to > l->from)
		buf_addf(&l->text, "-%lld", (long long)l->to);
	l->from = 0;
}

static void ids_add(struct ids *l, int64_t id)
{
	if (l->from != 0 && id == l->to + 1) {
		l->to = id;
		return;
	}
	ids_write(l);
	l->from = l->to = id;
}

/* The next range of a list; false at its end, or where it is none. */
static bool ids_next(const char **at, int64_t *from, int64_t *to)
{
	char *end;

	if (**at == ',')
		(*at)++;
	if (**at < '0' || **at > '9')
		return false;
	*from = *to = strtoll(*at, &end, 10);
	if (*end == '-')
		*to = strtoll(end + 1, &end, 10);
	*at = end;
	return true;
}

/* ---- what never changes of a message ---- */

static void hash_message(struct hashing *h, const struct store_message *m, bool parked)
{
	hash_number(h, m->id);
	hash_number(h, m->received);
	hash_text(h, m->party);
	hash_bytes(h, m->sha256, sizeof m->sha256);
	hash_number(h, m->size);
	hash_number(h, parked ? VERDICT_PARKED : m->verdict);
}

static void hash_judged(struct hashing *h, const struct store_message *m)
{
	hash_number(h, m->id);
	hash_number(h, m->verdict);
	hash_number(h, m->settled);
}

static void hash_delivered(struct hashing *h, const struct store_message *m)
{
	hash_number(h, m->id);
	hash_number(h, m->confirmed);
}

/* ---- what the writer enters ---- */

struct added {
	struct hashing h;
	struct ids parked;
	int64_t n;
};

static int add_message(void *ctx, const struct store_message *m)
{
	struct added *a = ctx;

	hash_message(&a->h, m, false);
	if (m->verdict == VERDICT_PARKED)
		ids_add(&a->parked, m->id);
	a->n++;
	return 0;
}

static int enter_messages(struct store *st, int64_t now, const char *event, const char *source,
			  int64_t first, int64_t last)
{
	struct added a = {.parked = {.text = BUF_INIT}};
	struct audit_entry e = {.moment = now,
				.event = event,
				.who = AUDIT_HUB,
				.source = source,
				.message = first,
				.last = last,
				.has_digest = true};
	struct buf detail = BUF_INIT;
	int r, ended;

	hash_begin(&a.h);
	r = st->audit->facts(st, first, last, add_message, &a);
	ended = hash_end(&a.h, e.digest);
	ids_write(&a.parked);
	buf_addf(&detail, "%lld", (long long)a.n);
	if (a.parked.text.len > 0)
		buf_addf(&detail, "; parked %s", buf_str(&a.parked.text));
	e.detail = buf_str(&detail);
	if (r == 0)
		r = ended < 0				    ? ended
		    : detail.failed || a.parked.text.failed ? -ENOMEM
							    : audit_add(st, &e);
	buf_free(&a.parked.text);
	buf_free(&detail);
	return r;
}

int audit_messages(struct store *st, int64_t now, const char *source, int64_t first, int64_t last)
{
	return first > last ? 0 : enter_messages(st, now, AUDIT_MESSAGES, source, first, last);
}

int audit_adopt(struct store *st, int64_t now, const char *source, int64_t *ret)
{
	int64_t covered, last;
	int r = st->audit->covered(st, &covered);

	*ret = 0;
	if (r == 0)
		r = st->ops->last_id(st, &last);
	if (r < 0 || last <= covered)
		return r;
	*ret = last - covered;
	return enter_messages(st, now, AUDIT_ADOPTED, source, covered + 1, last);
}

struct judged_now {
	struct hashing h;
	struct ids ids;
};

static int add_judged(void *ctx, const struct store_message *m)
{
	struct judged_now *j = ctx;

	hash_judged(&j->h, m);
	ids_add(&j->ids, m->id);
	return 0;
}

/* Sorted, and none twice. */
static size_t in_order(int64_t *ids, size_t n)
{
	size_t kept = 0;

	qsort(ids, n, sizeof *ids, by_value);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || ids[i] != ids[kept - 1])
			ids[kept++] = ids[i];
	return kept;
}

/* The messages of a list in order, those that follow one another at once. */
static int look_at_ids(struct store *st, const int64_t *ids, size_t n,
		       int (*each)(void *ctx, const struct store_message *m), void *ctx)
{
	int r = 0;

	for (size_t i = 0, next; r == 0 && i < n; i = next) {
		for (next = i + 1; next < n && ids[next] == ids[next - 1] + 1; next++)
			;
		r = st->audit->facts(st, ids[i], ids[next - 1], each, ctx);
	}
	return r;
}

int audit_judged(struct store *st, int64_t now, const char *source, int64_t *ids, size_t n)
{
	struct judged_now j = {.ids = {.text = BUF_INIT}};
	struct audit_entry e = {.moment = now,
				.event = AUDIT_JUDGED,
				.who = AUDIT_HUB,
				.source = source,
				.has_digest = true};
	int r, ended;

	if (n == 0)
		return 0;
	n = in_order(ids, n);
	e.message = ids[0];
	e.last = ids[n - 1];
	hash_begin(&j.h);
	r = look_at_ids(st, ids, n, add_judged, &j);
	ended = hash_end(&j.h, e.digest);
	ids_write(&j.ids);
	e.detail = buf_str(&j.ids.text);
	if (r == 0)
		r = ended < 0 ? ended : j.ids.text.failed ? -ENOMEM : audit_add(st, &e);
	buf_free(&j.ids.text);
	return r;
}

/* A confirmation, by the code that it was delivered to. */
struct confirmation {
	char code[20];
	struct store_message m;
};

struct confirmations {
	struct confirmation *list;
	size_t n;
};

static int add_confirmation(void *ctx, const struct store_message *m)
{
	struct confirmations *c = ctx;
	struct confirmation *one = &c->list[c->n];
	size_t n = strnlen(m->naar, sizeof one->code - 1);

	if (m->confirmed == 0)
		return 0; /* it was struck off without: nothing to tell */
	memcpy(one->code, m->naar, n);
	one->m = (struct store_message){.id = m->id, .confirmed = m->confirmed};
	c->n++;
	return 0;
}

static int by_code(const void *a, const void *b)
{
	const struct confirmation *x = a, *y = b;
	int r = strcmp(x->code, y->code);

	return r != 0 ? r : (x->m.id > y->m.id) - (x->m.id < y->m.id);
}

/* "12345678 1-5,7; 0363 9", and the digest in that order. */
static int enter_delivered(struct store *st, struct audit_entry *e, struct confirmations *c)
{
	struct buf detail = BUF_INIT;
	struct ids ids = {.text = BUF_INIT};
	struct hashing h;
	int r;

	qsort(c->list, c->n, sizeof *c->list, by_code);
	hash_begin(&h);
	for (size_t i = 0; i < c->n; i++) {
		hash_delivered(&h, &c->list[i].m);
		ids_add(&ids, c->list[i].m.id);
		if (i + 1 < c->n && strcmp(c->list[i].code, c->list[i + 1].code) == 0)
			continue;
		ids_write(&ids);
		buf_addf(&detail, "%s%s %s", detail.len > 0 ? "; " : "", c->list[i].code,
			 buf_str(&ids.text));
		buf_clear(&ids.text);
	}
	r = hash_end(&h, e->digest);
	e->detail = buf_str(&detail);
	if (r == 0)
		r = detail.failed ? -ENOMEM : audit_add(st, e);
	buf_free(&ids.text);
	buf_free(&detail);
	return r;
}

int audit_delivered(struct store *st, int64_t now, const char *source, int64_t *ids, size_t n)
{
	struct audit_entry e = {.moment = now,
				.event = AUDIT_DELIVERED,
				.who = AUDIT_HUB,
				.source = source,
				.has_digest = true};
	struct confirmations c = {0};
	int r;

	if (n == 0)
		return 0;
	n = in_order(ids, n);
	e.message = ids[0];
	e.last = ids[n - 1];
	c.list = calloc(n, sizeof *c.list);
	if (c.list == NULL)
		return -ENOMEM;
	r = look_at_ids(st, ids, n, add_confirmation, &c);
	if (r == 0 && c.n > 0)
		r = enter_delivered(st, &e, &c);
	free(c.list);
	return r;
}

/* ---- verification ---- */

/* A message that was parked when it came. */
struct parked {
	int64_t id;
	bool judged;
};

struct verify {
	struct store *st;
	void (*each)(void *ctx, const struct audit_problem *p);
	void *ctx;
	const unsigned char *expect;
	struct audit_result *ret;
	unsigned char before[AUDIT_HASH];
	int64_t id, covered;
	struct parked *parked; /* by id */
	size_t n_parked, room_parked;
	const struct audit_entry *entry; /* that is being looked at, as the next are */
	const char *parked_list;	 /* what is left of it … */
	int64_t parked_from, parked_to;	 /* … behind this range */
	struct hashing h;
	int64_t seen;
};

static void tell(struct verify *v, enum audit_fault fault, int64_t from, int64_t to)
{
	struct audit_problem p = {.fault = fault,
				  .id = v->entry == NULL ? 0 : v->entry->id,
				  .moment = v->entry == NULL ? 0 : v->entry->moment,
				  .from = from,
				  .to = to};

	v->ret->problems++;
	if (v->each != NULL)
		v->each(v->ctx, &p);
}

static int park(struct verify *v, int64_t id)
{
	struct parked *more;

	if (v->n_parked == v->room_parked) {
		size_t room = v->room_parked * 2 + 64;

		more = realloc(v->parked, room * sizeof *more);
		if (more == NULL)
			return -ENOMEM;
		v->parked = more;
		v->room_parked = room;
	}
	v->parked[v->n_parked++] = (struct parked){.id = id};
	return 0;
}

/* Messages come with rising ids, and the list rises too. */
static bool was_parked(struct verify *v, int64_t id)
{
	while (v->parked_list != NULL && id > v->parked_to)
		if (!ids_next(&v->parked_list, &v->parked_from, &v->parked_to))
			v->parked_list = NULL;
	return v->parked_list != NULL && id >= v->parked_from;
}

static int same_message(void *ctx, const struct store_message *m)
{
	struct verify *v = ctx;
	bool parked = was_parked(v, m->id);

	hash_message(&v->h, m, parked);
	v->seen++;
	return parked ? park(v, m->id) : 0;
}

/* `messages` and `adopted`: ranges that go on where the one before ended. */
static int verify_messages(struct verify *v, const struct audit_entry *e)
{
	unsigned char digest[AUDIT_HASH];
	const char *list = strstr(e->detail, "; parked ");
	int r, ended;

	if (e->message != v->covered + 1)
		tell(v, AUDIT_FAULT_RANGE, v->covered + 1, e->message);
	if (strcmp(e->event, AUDIT_ADOPTED) == 0 && v->covered > 0)
		v->ret->adopted += e->last - e->message + 1;
	if (e->last > v->covered)
		v->covered = e->last;
	v->parked_list = list == NULL ? NULL : list + strlen("; parked ");
	v->parked_from = v->parked_to = 0;
	v->seen = 0;
	hash_begin(&v->h);
	r = v->st->audit->facts(v->st, e->message, e->last, same_message, v);
	ended = hash_end(&v->h, digest);
	if (r < 0 || ended < 0)
		return r < 0 ? r : ended;
	v->ret->messages += v->seen;
	if (memcmp(digest, e->digest, sizeof digest) != 0)
		tell(v, AUDIT_FAULT_MESSAGES, e->message, e->last);
	return 0;
}

static int parked_order(const void *key, const void *row)
{
	int64_t x = *(const int64_t *)key, y = ((const struct parked *)row)->id;

	return (x > y) - (x < y);
}

static int same_judged(void *ctx, const struct store_message *m)
{
	struct verify *v = ctx;
	struct parked *p = v->n_parked == 0 ? NULL
					    : bsearch(&m->id, v->parked, v->n_parked,
						      sizeof *v->parked, parked_order);

	hash_judged(&v->h, m);
	if (p != NULL)
		p->judged = true;
	return 0;
}

static int same_delivered(void *ctx, const struct store_message *m)
{
	hash_delivered(&((struct verify *)ctx)->h, m);
	return 0;
}

/* The messages of a list, in its order, past a look at each. */
static int look_at_list(struct verify *v, const char **at,
			int (*each)(void *ctx, const struct store_message *m))
{
	int64_t from, to;
	int r = 0;

	while (r == 0 && ids_next(at, &from, &to))
		r = v->st->audit->facts(v->st, from, to, each, v);
	return r;
}

static int verify_judged(struct verify *v, const struct audit_entry *e)
{
	unsigned char digest[AUDIT_HASH];
	const char *at = e->detail;
	int r, ended;

	hash_begin(&v->h);
	r = look_at_list(v, &at, same_judged);
	ended = hash_end(&v->h, digest);
	if (r == 0 && ended == 0 && memcmp(digest, e->digest, sizeof digest) != 0)
		tell(v, AUDIT_FAULT_JUDGED, e->message, e->last);
	return r < 0 ? r : ended;
}

static int verify_delivered(struct verify *v, const struct audit_entry *e)
{
	unsigned char digest[AUDIT_HASH];
	const char *at = e->detail;
	int r = 0, ended;

	hash_begin(&v->h);
	while (r == 0 && (at = strchr(at, ' ')) != NULL) { /* behind the code */
		at++;
		r = look_at_list(v, &at, same_delivered);
		if (*at == ';' && at[1] == ' ')
			at += 2;
	}
	ended = hash_end(&v->h, digest);
	if (r == 0 && ended == 0 && memcmp(digest, e->digest, sizeof digest) != 0)
		tell(v, AUDIT_FAULT_DELIVERED, e->message, e->last);
	return r < 0 ? r : ended;
}

static const struct {
	const char *event;
	int (*verify)(struct verify *v, const struct audit_entry *e);
} verifiers[] = {
	{AUDIT_MESSAGES, verify_messages},
	{AUDIT_ADOPTED, verify_messages},
	{AUDIT_JUDGED, verify_judged},
	{AUDIT_DELIVERED, verify_delivered},
};

static int verify_chain(struct verify *v, const struct audit_entry *e)
{
	unsigned char hash[AUDIT_HASH];
	int r = audit_hash(v->before, e, hash);

	if (r < 0)
		return r;
	if (e->id != v->id + 1)
		tell(v, AUDIT_FAULT_MISSING, v->id + 1, e->id - 1);
	else if (memcmp(hash, e->hash, sizeof hash) != 0)
		tell(v, AUDIT_FAULT_HASH, e->id, e->id);
	if (v->expect != NULL && memcmp(e->hash, v->expect, sizeof hash) == 0)
		v->ret->expected_at = e->id;
	memcpy(v->before, e->hash, sizeof v->before);
	v->id = e->id;
	return 0;
}

static int verify_entry(void *ctx, const struct audit_entry *e)
{
	struct verify *v = ctx;
	int r;

	v->entry = e;
	r = verify_chain(v, e);
	for (size_t i = 0; r == 0 && i < sizeof verifiers / sizeof *verifiers; i++)
		if (strcmp(e->event, verifiers[i].event) == 0)
			r = verifiers[i].verify(v, e);
	v->entry = NULL;
	v->ret->entries++;
	return r;
}

static int still_parked(void *ctx, const struct store_message *m)
{
	if (m->verdict != VERDICT_PARKED)
		tell(ctx, AUDIT_FAULT_PARKED, m->id, m->id);
	return 0;
}

static int verify_end(struct verify *v)
{
	int64_t last = 0;
	int r = v->st->ops->last_id(v->st, &last);

	if (r == 0 && last > v->covered)
		tell(v, AUDIT_FAULT_UNCOVERED, v->covered + 1, last);
	for (size_t i = 0; r == 0 && i < v->n_parked; i++)
		if (!v->parked[i].judged)
			r = v->st->audit->facts(v->st, v->parked[i].id, v->parked[i].id,
						still_parked, v);
	if (r == 0 && v->expect != NULL && v->ret->expected_at == 0)
		tell(v, AUDIT_FAULT_HEAD, 0, 0);
	v->ret->head_id = v->id;
	memcpy(v->ret->head, v->before, sizeof v->ret->head);
	return r;
}

int audit_verify(struct store *st, const unsigned char *expect,
		 void (*each)(void *ctx, const struct audit_problem *p), void *ctx,
		 struct audit_result *ret)
{
	struct verify v = {.st = st, .each = each, .ctx = ctx, .expect = expect, .ret = ret};
	int r = st->audit->look(st);

	*ret = (struct audit_result){0};
	if (r < 0)
		return r;
	r = st->audit->walk(st, verify_entry, &v);
	if (r == 0)
		r = verify_end(&v);
	st->audit->look_end(st);
	free(v.parked);
	return r;
}
