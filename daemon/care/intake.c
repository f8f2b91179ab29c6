#include "care/intake.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/log.h"
#include "care/admit.h"
#include "care/kruis.h"
#include "care/regel.h"
#include "care/register.h"
#include "care/release.h"
#include "care/retour.h"
#include "care/termijn.h"

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
	char received[MOMENT_TEXT], release[11];

	moment_text(m->received, received);
	buf_addf(out, "{\"verdict\":\"%s\",\"id\":\"%lld\",\"received\":\"%s\"", verdict[m->verdict],
		 (long long)m->id, received);
	json_field(out, "type", m->type);
	json_field(out, "sender", m->van);
	json_field(out, "receiver", m->naar);
	json_field(out, "identification", m->identificatie);
	if (m->code != NULL)
		json_field(out, "code", m->code);
	if (m->verdict == VERDICT_PARKED && m->release != 0 && m->release != STEERING_OPEN) {
		day_text(m->release, release);
		json_field(out, "release", release);
	}
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
	if (m->findings != NULL)
		buf_addf(out, ",\"findings\":%s", m->findings);
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

/* The rules that were broken, each once. */
static int rules_of(struct arena *a, const struct findings *found, struct store_message *ret)
{
	struct store_fault *list = arena_alloc(a, found->n * sizeof *list);
	size_t n = 0, k;

	if (list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < found->n; i++) {
		for (k = 0; k < n && strcmp(list[k].rule, found->list[i].rule) != 0; k++)
			;
		if (k == n)
			list[n++] = (struct store_fault){found->list[i].rule, found->list[i].retourcode};
	}
	ret->faults = list;
	ret->n_faults = n;
	return 0;
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
		.software = in->software,
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
		return ret->findings == NULL ? -ENOMEM : rules_of(a, found, ret);
	}
	return 0;
}

/* ---- the verdict ---- */

/* What was decided of one message, and how. */
struct oordeel {
	enum verdict verdict;
	const char *headercode;      /* rejected as a whole, with this code */
	day release;                 /* parked: not to be judged before; 0: as soon as it can be */
	bool told;                   /* replayed: its answer, if any, is a stored message of its own */
	bool per_regel;              /* a declaration: only the lines with a code are rejected */
	const struct policy *policy; /* of the receiver */
	struct kruis kruis;
	size_t n, more; /* findings before the rules across messages had their say */
};

static const struct policy *policy_of(const struct intake *k, const char *code)
{
	static const struct policy usual = {.register_start = DAY_NONE};
	const struct partij *owner = parties_owner(k->parties, code);

	return owner != NULL ? &owner->policy : &usual;
}

static void set_out(const struct intake *k, const struct incoming *in, struct oordeel *o)
{
	const struct bericht *b = &in->checked->bericht;
	bool from_gemeente = b->type->richting == VAN_GEMEENTE;

	o->policy = policy_of(k, b->naar);
	o->n = in->checked->findings.n;
	o->more = in->checked->findings.more;
	o->kruis = (struct kruis){
		.store = k->store,
		.reg = k->store->reg,
		.lijsten = k->rules->lijsten,
		.key = k->key,
		.gemeente = from_gemeente ? b->van : b->naar,
		.aanbieder = from_gemeente ? b->naar : b->van,
		.vandaag = day_of(in->received),
		.register_start = o->policy->register_start,
	};
}

/* Whether any line of a declaration is left to be granted. */
static bool any_line_left(const struct inhoud *i)
{
	const struct klasse *p = NULL, *client;

	while ((p = inhoud_volgende(i, p, K_PRESTATIE)) != NULL) {
		client = inhoud_ouder(i, p, K_CLIENT);
		if (p->codes == NULL && (client == NULL || client->codes == NULL))
			return true;
	}
	return false;
}

/*
 * Broken rules under a policy that enforces them.  A return message rejects the
 * whole; of a declaration the lines without fault stand, when the hub also
 * answers for what stands.
 */
static enum verdict enforce(const struct incoming *in, struct oordeel *o)
{
	const struct inhoud *i = in->checked->inhoud;
	const struct klasse *header = inhoud_header(i), *d = inhoud_volgende(i, NULL, K_DECLARATIE);

	if (header != NULL && header->codes != NULL)
		o->headercode = header->codes->code;
	if (d == NULL || d->codes != NULL || o->headercode != NULL)
		return VERDICT_REJECTED;
	if (!any_line_left(i))
		return VERDICT_REJECTED;
	o->per_regel = o->policy->retour == RETOUR_HUB && o->policy->accept;
	return VERDICT_ACCEPTED; /* the receiver sees the findings with the message */
}

/* Advice is no ground for rejection: nothing of it stays at the classes. */
static void forget_codes(struct inhoud *i)
{
	for (uint32_t n = 0; n < i->n; n++)
		i->list[n].codes = NULL;
}

/* The rules across messages, as the receiver's policy has it. */
static int weigh(struct arena *a, const struct incoming *in, struct oordeel *o)
{
	struct checked *c = in->checked;
	int r;

	o->verdict = VERDICT_ACCEPTED;
	if (o->policy->rules == RULES_OFF || c->inhoud == NULL)
		return 0;
	r = regels_toets(standard_regels(c->bericht.type->standard), 1u << N_KRUIS | 1u << N_EXTERN,
			 &c->bericht, c->inhoud, &o->kruis, a, &c->findings);
	if (r == 0 && o->policy->rules == RULES_ENFORCE &&
	    c->findings.n + c->findings.more > o->n + o->more)
		o->verdict = enforce(in, o);
	if (o->verdict == VERDICT_ACCEPTED && !o->per_regel)
		forget_codes(c->inhoud);
	return r;
}

/*
 * A message of a release that may not be judged today: held until its day
 * (nothing is bounced that will be good tomorrow), or refused when the release
 * is over.
 */
static int hold(struct arena *a, struct checked *c, struct oordeel *o)
{
	const char *release = standard_name(c->bericht.type->standard);
	bool over = o->release == DAY_NONE;
	char until[11] = "";
	struct finding f = {.rule = "HUB"};

	if (!over)
		day_text(o->release, until);
	f.nl = over ? arena_printf(a, "Release %s van de standaard is niet meer in gebruik.", release)
		    : arena_printf(a, "De hub houdt berichten van release %s vast tot %s.", release, until);
	f.en = over ? arena_printf(a, "Release %s of the standard is no longer in use.", release)
		    : arena_printf(a, "The hub holds messages of release %s until %s.", release, until);
	f.todo_nl = over ? "Stuur het bericht volgens de release die nu geldt."
			 : "U hoeft niets te doen: het bericht wordt die dag beoordeeld en bezorgd.";
	f.todo_en = over ? "Send the message by the release that is in force now."
			 : "There is nothing to do: the message is judged and delivered on that day.";
	o->verdict = over ? VERDICT_REFUSED : VERDICT_PARKED;
	c->findings.n = c->findings.more = 0; /* told when it is judged */
	if (over)
		o->release = 0;
	if (f.nl == NULL || f.en == NULL)
		return -ENOMEM;
	return findings_add(&c->findings, a, over ? "BRS13" : NULL, &f);
}

/* During maintenance what comes in is kept, and judged when it is over. */
static int pause_for_work(const struct steering *s, struct arena *a, struct checked *c, struct oordeel *o)
{
	const char *blank = s->text[0] != '\0' ? " " : "";
	struct finding f = {
		.rule = "HUB",
		.nl = arena_printf(a, "De hub is in onderhoud; het bericht is bewaard.%s%s", blank, s->text),
		.en = arena_printf(a, "The hub is under maintenance; the message is kept.%s%s", blank, s->text),
		.todo_nl = "U hoeft niets te doen: het bericht wordt daarna beoordeeld en bezorgd.",
		.todo_en = "There is nothing to do: the message is judged and delivered afterwards.",
	};

	o->verdict = VERDICT_PARKED;
	c->findings.n = c->findings.more = 0; /* told when it is judged */
	return f.nl == NULL || f.en == NULL ? -ENOMEM : findings_add(&c->findings, a, NULL, &f);
}

static int judge(struct intake *k, struct arena *a, const struct incoming *in, struct oordeel *o)
{
	struct checked *c = in->checked;
	int r;

	*o = (struct oordeel){.verdict = VERDICT_PARKED};
	if (c->outcome == CHECK_FAILED)
		return 0;
	o->verdict = VERDICT_REFUSED;
	if (c->outcome == CHECK_INVALID)
		return 0;
	r = admit(k->parties, in->party, day_of(in->received), &c->bericht, a, &c->findings);
	if (r < 0 || c->findings.code != NULL)
		return r;
	set_out(k, in, o);
	o->release = k->steering == NULL
			     ? rulebook_release(k->rules, c->bericht.type->standard, day_of(k->now))
			     : steering_release(k->steering, k->rules, c->bericht.type->standard, day_of(k->now));
	if (o->release == STEERING_OPEN)
		return pause_for_work(k->steering, a, c, o);
	if (o->release != day_of(k->now))
		return hold(a, c, o);
	o->release = 0;
	if (c->outcome == CHECK_VALID)
		return weigh(a, in, o);
	o->verdict = VERDICT_REJECTED;
	o->headercode = "0001";
	return 0;
}

/* ---- the answer ---- */

/* The moment of a verdict: no two are the same, so that their order is kept. */
static int64_t next_moment(struct intake *k)
{
	return k->now++;
}

/* An identification that no other message of this hub has: its own id, in letters and digits. */
static const char *answer_identification(struct arena *a, int64_t id)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char text[13];
	size_t at = sizeof text - 1;

	text[at] = '\0';
	do
		text[--at] = digits[id % 36];
	while ((id /= 36) > 0 && at > 1);
	text[--at] = 'H';
	return arena_strdup(a, text + at);
}

static int add_answer(struct intake *k, struct arena *a, const struct checked *answer, const struct buf *bytes, const char *reference)
{
	struct store_message m;
	struct incoming own = {
		.party = HUB_PARTY,
		.reference = reference,
		.received = k->now,
		.size = bytes->len,
		.checked = (struct checked *)answer,
	};
	void *packed;
	int r = EVP_Digest(bytes->data, bytes->len, own.sha256, NULL, EVP_sha256(), NULL) == 1 ? 0 : -ENOMEM;

	if (r == 0)
		r = store_pack(k->packer, a, bytes->data, bytes->len, own.sha256, &packed, &own.body_size);
	if (r < 0)
		return r;
	own.body = packed;
	r = row_of(a, k->next_id, &own, VERDICT_ACCEPTED, &m);
	m.settled = next_moment(k);
	if (r == 0)
		r = k->store->ops->message_add(k->store, &m);
	if (r == 0)
		r = k->store->ops->outbox_add(k->store, m.id, m.naar, OUTBOX_WAITS);
	if (r == 0)
		k->next_id++;
	return r;
}

/* The checker's own row for the type that answers this one; after a reload the message may know an older set. */
static const struct berichttype *answer_type(const struct intake *k, const struct berichttype *op)
{
	const struct standards *s = k->checker == NULL ? NULL : checker_standards(k->checker);
	const struct berichttype *own = s == NULL ? NULL : standards_by_namespace(s, op->namespace_);

	return own == NULL ? NULL : standards_answer(s, own);
}

/* The answer takes the way of any message: it is checked, kept, and tells the register what was rejected. */
static int answer(struct intake *k, struct arena *a, const struct incoming *in, int64_t id,
		  const struct oordeel *o, struct judged *ret)
{
	const struct bericht *b = &in->checked->bericht;
	struct retour_opdracht opdracht = {
		.antwoord = answer_type(k, b->type),
		.bericht = b,
		.data = in->data,
		.size = in->size,
		.inhoud = in->checked->inhoud,
		.headercode = o->headercode,
		.identificatie = answer_identification(a, k->next_id),
		.dagtekening = day_of(k->now),
	};
	struct verwerking v = {.bericht = k->next_id, .received = k->now};
	struct checked made;
	struct buf bytes = BUF_INIT;
	int r;

	if (opdracht.antwoord == NULL || opdracht.inhoud == NULL || opdracht.identificatie == NULL)
		return opdracht.identificatie == NULL ? -ENOMEM : 0;
	r = retour_make(&opdracht, &bytes);
	if (r == 0)
		check_bytes(k->checker, a, bytes.data, bytes.len, &made);
	if (r == -EINVAL || (r == 0 && made.outcome != CHECK_VALID)) {
		/* A fault of ours: the message itself is judged and kept, its sender waits for a person. */
		log_error("ANSWER-IMPOSSIBLE", "no valid %s could be made for message %lld",
			  opdracht.antwoord->naam, (long long)id);
		buf_free(&bytes);
		return 0;
	}
	if (r == 0)
		r = add_answer(k, a, &made, &bytes, arena_printf(a, "%lld", (long long)id));
	buf_free(&bytes);
	if (r == 0)
		r = register_verwerk(&o->kruis, a, &v, &made.bericht, made.inhoud);
	if (r == 0)
		r = termijn_verwerk(&o->kruis, &k->rules->calendar, a, &v, &made.bericht, made.inhoud);
	if (r == 0)
		ret->answered = arena_strdup(a, made.bericht.naar);
	return r;
}

/* Whether the hub answers: for what it rejected always, for what it accepted when it may. */
static bool hub_answers(const struct oordeel *o)
{
	return o->verdict == VERDICT_REJECTED ||
	       (o->verdict == VERDICT_ACCEPTED && o->policy->retour == RETOUR_HUB && o->policy->accept);
}

/* What follows from a verdict that was kept: the register first, then the answer. */
static int follow_up(struct intake *k, struct arena *a, const struct incoming *in, int64_t id,
		     const struct oordeel *o, struct judged *ret)
{
	struct checked *c = in->checked;
	struct verwerking v = {.bericht = id,
			       .received = in->received,
			       .beantwoord = hub_answers(o),
			       .per_regel = o->per_regel};
	int r = 0;

	if (o->verdict == VERDICT_ACCEPTED && c->inhoud != NULL) {
		r = register_verwerk(&o->kruis, a, &v, &c->bericht, c->inhoud);
		if (r == 0)
			r = termijn_verwerk(&o->kruis, &k->rules->calendar, a, &v, &c->bericht, c->inhoud);
	} else if (o->verdict == VERDICT_REJECTED && c->inhoud != NULL) {
		r = register_afgewezen(&o->kruis, a, &v, &c->bericht, c->inhoud);
	}
	return r == 0 && hub_answers(o) && !o->told ? answer(k, a, in, id, o, ret) : r;
}

/* ---- keeping ---- */

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

static int keep(struct intake *k, struct arena *a, const struct incoming *in,
		const struct oordeel *o, struct judged *ret)
{
	struct store_message m;
	int r = row_of(a, k->next_id, in, o->verdict, &m);

	m.settled = next_moment(k);
	m.release = o->release;
	if (r == 0)
		r = k->store->ops->message_add(k->store, &m);
	if (r < 0)
		return r;
	k->next_id++;
	r = tell(a, &m, ret);
	if (r == 0)
		r = follow_up(k, a, in, m.id, o, ret);
	return r == 0 && o->verdict == VERDICT_ACCEPTED ? deliver(k, a, &m, ret) : r;
}

/* Under this identification something is in force: the same message, or another one (TR056). */
static int keep_duplicate(struct intake *k, struct arena *a, const struct incoming *in,
			  const struct oordeel *o, struct judged *ret)
{
	static const struct oordeel refused = {.verdict = VERDICT_REFUSED};
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
	in->checked->findings.n = o->n; /* another message under this name: nothing else matters */
	in->checked->findings.more = o->more;
	r = admit_duplicate(b, earlier.id, a, &in->checked->findings);
	if (r == 0)
		r = seen_before(k, a, in, ret);
	return r == -ENOENT ? keep(k, a, in, &refused, ret) : r;
}

int intake_message(struct intake *k, struct arena *a, const struct incoming *in,
		   struct judged *ret)
{
	struct oordeel o;
	int r = judge(k, a, in, &o);

	*ret = (struct judged){0};
	if (r < 0)
		return r;
	if (o.verdict == VERDICT_REFUSED || o.verdict == VERDICT_PARKED) {
		r = seen_before(k, a, in, ret);
		if (r != -ENOENT)
			return r;
	}
	r = keep(k, a, in, &o, ret);
	return r == -EEXIST ? keep_duplicate(k, a, in, &o, ret) : r;
}

/* Meanwhile another message came under the identification of a parked one. */
static int settle_duplicate(struct intake *k, struct arena *a, int64_t id,
			    const struct incoming *in, struct oordeel *o, struct store_message *m)
{
	int r;

	in->checked->findings.n = o->n;
	in->checked->findings.more = o->more;
	o->verdict = VERDICT_REFUSED;
	r = admit_duplicate(&in->checked->bericht, 0, a, &in->checked->findings);
	if (r == 0)
		r = row_of(a, id, in, VERDICT_REFUSED, m);
	m->settled = next_moment(k);
	return r == 0 ? k->store->ops->message_settle(k->store, m) : r;
}

/* ---- the past ---- */

/* A message of the past has been answered or not: nobody's policy says anything of it. */
static void set_out_past(const struct intake *k, const struct incoming *in, struct oordeel *o)
{
	static const struct policy past = {.rules = RULES_OFF, .register_start = DAY_NONE};

	set_out(k, in, o);
	o->verdict = VERDICT_ACCEPTED;
	o->policy = &past;
	o->told = true;
}

static int look_up(struct intake *k, struct arena *a, const struct incoming *in,
		   enum history_verdict *ret)
{
	const struct bericht *b = &in->checked->bericht;
	struct store_message known;
	int r = k->store->ops->message_in_force(k->store, a, b->van, b->type->naam, b->identificatie,
						&known);

	if (r == 0)
		*ret = same_bytes(&known, in) ? HISTORY_DUPLICATE : HISTORY_OTHER;
	return r;
}

int intake_history(struct intake *k, struct arena *a, const struct incoming *in, bool add,
		   enum history_verdict *ret)
{
	struct checked *c = in->checked;
	struct store_message m;
	struct oordeel o = {.verdict = VERDICT_ACCEPTED};
	struct judged none = {0};
	int r;

	*ret = c->outcome == CHECK_INVALID ? HISTORY_NONE : HISTORY_LATE;
	if (c->outcome == CHECK_INVALID)
		return 0;
	if (c->outcome == CHECK_FAILED || c->bericht.type == NULL)
		return -EIO;
	if (!add) {
		r = look_up(k, a, in, ret);
		return r == -ENOENT ? 0 : r;
	}
	set_out_past(k, in, &o);
	r = row_of(a, k->next_id, in, VERDICT_ACCEPTED, &m);
	m.delivered = m.confirmed = in->received;
	if (r == 0)
		r = k->store->ops->message_add(k->store, &m);
	if (r == -EEXIST) {
		r = look_up(k, a, in, ret);
		return r == -ENOENT ? -EBUSY : r; /* its number is taken: somebody else writes */
	}
	if (r < 0)
		return r;
	*ret = HISTORY_TAKEN;
	k->next_id++;
	if (c->inhoud != NULL)
		forget_codes(c->inhoud);
	return follow_up(k, a, in, m.id, &o, &none);
}

int intake_replay(struct intake *k, struct arena *a, const struct store_message *m,
		  struct checked *c, bool *same)
{
	struct incoming in = {.party = m->party, .received = m->received, .checked = c};
	struct oordeel o = {.verdict = m->verdict};
	struct buf json = BUF_INIT;
	struct judged none = {0};
	int r = 0;

	*same = true;
	if (m->verdict == VERDICT_PARKED || c->outcome == CHECK_FAILED || c->bericht.type == NULL)
		return 0;
	set_out(k, &in, &o);
	if (strcmp(m->party, HUB_PARTY) == 0) {
		struct verwerking v = {.bericht = m->id, .received = m->received};

		if (c->inhoud != NULL)
			r = register_verwerk(&o.kruis, a, &v, &c->bericht, c->inhoud);
		return r < 0 || c->inhoud == NULL
			       ? r
			       : termijn_verwerk(&o.kruis, &k->rules->calendar, a, &v, &c->bericht, c->inhoud);
	}
	if (strcmp(m->party, HISTORY_PARTY) == 0) {
		set_out_past(k, &in, &o);
		if (c->inhoud != NULL)
			forget_codes(c->inhoud);
	} else if (c->outcome == CHECK_VALID) {
		r = weigh(a, &in, &o);
	} else {
		o.verdict = VERDICT_REJECTED;
	}
	if (c->findings.n > 0)
		findings_json(&c->findings, &json);
	*same = o.verdict == m->verdict &&
		strcmp(buf_str(&json), m->findings != NULL ? m->findings : "") == 0;
	buf_free(&json);
	o.verdict = m->verdict; /* what was told to the sender stands */
	o.told = true;
	return r == 0 ? follow_up(k, a, &in, m->id, &o, &none) : r;
}

int intake_again(struct intake *k, struct arena *a, int64_t id, const struct incoming *in,
		 struct judged *ret)
{
	struct store_message m;
	struct oordeel o;
	int r = judge(k, a, in, &o);

	*ret = (struct judged){0};
	if (r == 0)
		r = row_of(a, id, in, o.verdict, &m);
	if (r < 0)
		return r;
	m.release = o.release;
	m.settled = next_moment(k);
	if (o.verdict == VERDICT_PARKED) {
		r = o.release != 0 ? k->store->ops->message_settle(k->store, &m) : 0;
		return r == 0 ? tell(a, &m, ret) : r;
	}
	r = k->store->ops->message_settle(k->store, &m);
	if (r == -EEXIST)
		r = settle_duplicate(k, a, id, in, &o, &m);
	if (r == 0)
		r = k->store->ops->receipt_owe(k->store, id, in->party);
	if (r == 0)
		r = tell(a, &m, ret);
	if (r == 0)
		r = follow_up(k, a, in, id, &o, ret);
	return r == 0 && m.verdict == VERDICT_ACCEPTED ? deliver(k, a, &m, ret) : r;
}
