#include "care/intake.h"

#include <errno.h>
#include <string.h>

#include "care/admit.h"

#include "base/banned.h"

static void json_field(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, ",\"%s\":", name);
	buf_add_json(out, value);
}

void report_json(const struct store_message *m, struct buf *out)
{
	static const char *const verdict[] = {[VERDICT_ACCEPTED] = "accepted",
					      [VERDICT_REJECTED] = "rejected",
					      [VERDICT_REFUSED] = "refused",
					      [VERDICT_PARKED] = "parked"};
	char received[MOMENT_TEXT];

	moment_text(m->received, received);
	buf_addf(out, "{\"verdict\":\"%s\",\"id\":\"%lld\",\"received\":\"%s\"", verdict[m->verdict],
		 (long long)m->id, received);
	json_field(out, "type", m->type);
	json_field(out, "sender", m->van);
	json_field(out, "receiver", m->naar);
	json_field(out, "identification", m->identificatie);
	if (m->code != NULL)
		json_field(out, "code", m->code);
	buf_addf(out, ",\"findings\":%s", m->findings != NULL ? m->findings : "[]");
	if (m->more > 0)
		buf_addf(out, ",\"more\":%lld", (long long)m->more);
	buf_adds(out, "}");
}

void meta_json(const struct store_message *m, struct buf *out)
{
	char received[MOMENT_TEXT];

	moment_text(m->received, received);
	buf_addf(out, "{\"id\":\"%lld\",\"received\":\"%s\",\"attempt\":%lld,\"redelivered\":%s",
		 (long long)m->id, received, (long long)m->attempts,
		 m->attempts > 1 ? "true" : "false");
	json_field(out, "type", m->type);
	json_field(out, "sender", m->van);
	json_field(out, "receiver", m->naar);
	json_field(out, "identification", m->identificatie);
	buf_adds(out, "}");
}

static const char *in_arena(struct arena *a, struct buf *b)
{
	const char *text = b->failed ? NULL : arena_strndup(a, buf_str(b), b->len);

	buf_free(b);
	return text;
}

static int tell(struct arena *a, const struct store_message *m, struct judged *ret)
{
	struct buf b = BUF_INIT;

	report_json(m, &b);
	ret->report = in_arena(a, &b);
	ret->verdict = m->verdict;
	ret->id = m->id;
	return ret->report == NULL ? -ENOMEM : 0;
}

static bool same_bytes(const struct store_message *m, const struct incoming *in)
{
	return m->size == (int64_t)in->size && memcmp(m->sha256, in->sha256, 32) == 0;
}

/* The row to keep; verdict, code and findings as they stand now. */
static int row_of(struct arena *a, int64_t id, const struct incoming *in, enum verdict verdict,
		  struct store_message *ret)
{
	const struct bericht *b = &in->checked->bericht;
	const struct findings *found = &in->checked->findings;

	*ret = (struct store_message){
		.id = id,
		.received = in->received,
		.settled = in->received,
		.party = in->party,
		.reference = in->reference,
		.type = b->type != NULL ? b->type->naam : "",
		.van = b->van,
		.naar = b->naar,
		.identificatie = b->identificatie,
		.size = (int64_t)in->size,
		.verdict = verdict,
		.code = found->code,
		.more = (int64_t)found->more,
		.body = in->body,
		.body_size = in->body_size,
	};
	memcpy(ret->sha256, in->sha256, sizeof ret->sha256);
	if (found->n > 0) {
		struct buf json = BUF_INIT;

		findings_json(found, &json);
		ret->findings = in_arena(a, &json);
		if (ret->findings == NULL)
			return -ENOMEM;
	}
	return 0;
}

static enum verdict judge(struct intake *k, struct arena *a, const struct incoming *in, int *error)
{
	struct checked *c = in->checked;

	*error = 0;
	if (c->outcome == CHECK_FAILED)
		return VERDICT_PARKED;
	if (c->outcome == CHECK_VALID)
		*error = admit(k->parties, in->party, day_of(in->received), &c->bericht, a,
			       &c->findings);
	return c->outcome == CHECK_VALID && c->findings.code == NULL ? VERDICT_ACCEPTED
								     : VERDICT_REFUSED;
}

/* Queues an accepted message for its receiver, at once into the router's hands when it has room. */
static int deliver(struct intake *k, struct arena *a, struct store_message *m, struct judged *ret)
{
	struct buf meta = BUF_INIT;
	int r;

	ret->handed = k->room != NULL && k->room(k->room_ctx, m->naar);
	r = k->store->ops->outbox_add(k->store, m->id, m->naar,
				      ret->handed ? OUTBOX_HANDED : OUTBOX_WAITS);
	if (r < 0)
		return r;
	ret->receiver = arena_strdup(a, m->naar);
	if (ret->receiver == NULL)
		return -ENOMEM;
	if (!ret->handed)
		return 0;
	m->attempts = 1;
	meta_json(m, &meta);
	ret->meta = in_arena(a, &meta);
	return ret->meta == NULL ? -ENOMEM : 0;
}

/* The same bytes under the same reference that were refused or parked before: the first receipt again. */
static int seen_before(struct intake *k, struct arena *a, const struct incoming *in,
		       struct judged *ret)
{
	struct store_message m;
	int r = k->store->ops->message_by_reference(k->store, a, in->party, in->reference, &m);

	if (r < 0)
		return r;
	if (!same_bytes(&m, in))
		return -ENOENT;
	ret->duplicate = true;
	return tell(a, &m, ret);
}

static int keep(struct intake *k, struct arena *a, const struct incoming *in, enum verdict verdict,
		struct judged *ret)
{
	struct store_message m;
	int r = row_of(a, k->next_id, in, verdict, &m);

	if (r == 0)
		r = k->store->ops->message_add(k->store, &m);
	if (r < 0)
		return r;
	k->next_id++;
	r = tell(a, &m, ret);
	return r == 0 && verdict == VERDICT_ACCEPTED ? deliver(k, a, &m, ret) : r;
}

/* Under this identification something is in force: the same message, or another one (TR056). */
static int keep_duplicate(struct intake *k, struct arena *a, const struct incoming *in,
			  struct judged *ret)
{
	const struct bericht *b = &in->checked->bericht;
	struct store_message earlier;
	int r = k->store->ops->message_in_force(k->store, a, b->van, b->type != NULL ? b->type->naam : "",
						b->identificatie, &earlier);

	if (r < 0)
		return r;
	if (same_bytes(&earlier, in)) {
		ret->duplicate = true;
		return tell(a, &earlier, ret);
	}
	if (b->type == NULL) /* cannot be: only known types have an identification */
		return -EINVAL;
	r = admit_duplicate(b, earlier.id, a, &in->checked->findings);
	if (r == 0)
		r = seen_before(k, a, in, ret);
	return r == -ENOENT ? keep(k, a, in, VERDICT_REFUSED, ret) : r;
}

int intake_message(struct intake *k, struct arena *a, const struct incoming *in,
		   struct judged *ret)
{
	int r;
	enum verdict verdict = judge(k, a, in, &r);

	*ret = (struct judged){0};
	if (r < 0)
		return r;
	if (verdict != VERDICT_ACCEPTED) {
		r = seen_before(k, a, in, ret);
		if (r != -ENOENT)
			return r;
	}
	r = keep(k, a, in, verdict, ret);
	return r == -EEXIST ? keep_duplicate(k, a, in, ret) : r;
}

int intake_again(struct intake *k, struct arena *a, int64_t id, const struct incoming *in,
		 struct judged *ret)
{
	struct store_message m;
	int r;
	enum verdict verdict = judge(k, a, in, &r);

	*ret = (struct judged){0};
	if (r == 0)
		r = row_of(a, id, in, verdict, &m);
	if (r < 0)
		return r;
	if (verdict == VERDICT_PARKED)
		return tell(a, &m, ret);
	r = k->store->ops->message_settle(k->store, &m);
	if (r == -EEXIST) { /* meanwhile another message came under its identification */
		r = admit_duplicate(&in->checked->bericht, 0, a, &in->checked->findings);
		if (r == 0)
			r = row_of(a, id, in, VERDICT_REFUSED, &m);
		if (r == 0)
			r = k->store->ops->message_settle(k->store, &m);
	}
	if (r == 0)
		r = k->store->ops->receipt_owe(k->store, id, in->party);
	if (r == 0)
		r = tell(a, &m, ret);
	return r == 0 && m.verdict == VERDICT_ACCEPTED ? deliver(k, a, &m, ret) : r;
}
