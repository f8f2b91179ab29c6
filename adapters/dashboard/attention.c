#include "attention.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"

#include "base/banned.h"

#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)
#define GIB (INT64_C(1024) * 1024 * 1024)
#define DISK_URGENT (1 * GIB)
#define DISK_WARNING (5 * GIB)
#define OFFLINE_US HOUR_US /* what waits so long for a receiver that is away is told */
#define RATE_LEAST 20	   /* messages in a day before a share of them means anything */
#define RATE_WARNING 25	   /* per cent rejected or refused */
#define RATE_URGENT 60
#define CERTIFICATE_WARNING 30 /* days */
#define CERTIFICATE_URGENT 7
#define CRL_WARNING 3

/* One look; add() fills in what the condition says. */
struct look {
	const struct snapshot *s;
	const struct reference *ref;
	const struct scope *scope;
	const char *kind;
	struct attention *to;
};

/* The row that is added next; NULL when the list is full. */
static struct attention_row *add(struct look *l, enum attention_level level, const char *about)
{
	struct attention_row *r;

	if (l->to->n == ATTENTION_MOST)
		return NULL;
	r = &l->to->list[l->to->n++];
	*r = (struct attention_row){.level = level, .kind = l->kind};
	(void)snprintf(r->about, sizeof r->about, "%s", about);
	return r;
}

__attribute__((format(printf, 3, 4))) static void say(char *to, size_t room, const char *format,
						      ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(to, room, format, ap);
	va_end(ap);
}

#define TITLE(r, nl, en) \
	(say((r)->title_nl, sizeof(r)->title_nl, nl), say((r)->title_en, sizeof(r)->title_en, en))
#define SAY_NL(r, ...) say((r)->text_nl, sizeof(r)->text_nl, __VA_ARGS__)
#define SAY_EN(r, ...) say((r)->text_en, sizeof(r)->text_en, __VA_ARGS__)
#define LINK(r, ...) say((r)->link, sizeof(r)->link, __VA_ARGS__)

static bool all(const struct look *l)
{
	return l->scope->n == 0;
}

static const char *name_of(const struct look *l, const char *code)
{
	const char *name = reference_name(l->ref, code);

	return name != NULL ? name : code;
}

/* ---- the conditions ---- */

static void hub_down(struct look *l)
{
	struct attention_row *r = l->s->status == NULL ? add(l, ATTENTION_URGENT, "") : NULL;

	if (r == NULL)
		return;
	r->since = l->s->hub_since;
	TITLE(r, "De hub antwoordt niet", "The hub does not answer");
	SAY_NL(r, "Partijen kunnen nu niets versturen of ontvangen. Wat aanvaard is, staat veilig "
		  "in de opslag.");
	SAY_EN(r, "Parties cannot send or receive now. What was accepted is safe in the store.");
	LINK(r, "#/beheer");
}

static void store_errors(struct look *l)
{
	int64_t failures = number_of(json_object_get(l->s->status, "live"), "store_failures");
	bool unread = !l->s->store_ok || json_object_get(l->s->status, "store_error") != NULL;
	struct attention_row *r;

	if (!all(l) || (!unread && failures == 0))
		return;
	r = add(l, unread ? ATTENTION_URGENT : ATTENTION_WARNING, "");
	if (r == NULL)
		return;
	r->count = failures;
	TITLE(r, "De opslag geeft fouten", "The store gives errors");
	if (unread) {
		SAY_NL(r, "De opslag is niet te lezen. Kijk naar de schijf en naar de log van de "
			  "hub.");
		SAY_EN(r, "The store cannot be read. See the disk and the log of the hub.");
	} else {
		SAY_NL(r,
		       "Sinds de start kon de hub %lld keer niet schrijven; afzenders sturen zo'n "
		       "bericht opnieuw.",
		       (long long)failures);
		SAY_EN(r,
		       "Since its start the hub could not write %lld times; senders send such a "
		       "message again.",
		       (long long)failures);
	}
	LINK(r, "#/beheer");
}

static void disk(struct look *l)
{
	int64_t left = l->s->sizes.free_bytes;
	struct attention_row *r;

	if (!all(l) || !l->s->store_ok || left <= 0 || left >= DISK_WARNING)
		return;
	r = add(l, left < DISK_URGENT ? ATTENTION_URGENT : ATTENTION_WARNING, "");
	if (r == NULL)
		return;
	TITLE(r, "De schijf raakt vol", "The disk is filling up");
	SAY_NL(r,
	       "Er is nog %.1f GB vrij onder de opslag. Is de schijf vol, dan geeft de hub geen "
	       "ontvangstbewijzen meer.",
	       (double)left / (double)GIB);
	SAY_EN(r,
	       "%.1f GB is free below the store. When the disk is full the hub gives no more "
	       "receipts.",
	       (double)left / (double)GIB);
	LINK(r, "#/beheer");
}

static void receiver_offline(struct look *l)
{
	for (size_t i = 0; i < l->s->n_queues; i++) {
		const struct store_queue_row *q = &l->s->queues[i];
		int64_t age = l->s->at - q->oldest;
		struct attention_row *r;

		if (l->s->status == NULL || q->waiting == 0 || age < OFFLINE_US ||
		    !scope_has(l->scope, q->receiver) ||
		    snapshot_connected(l->s, l->ref, q->receiver) ||
		    snapshot_setting(l->s, "hold", q->receiver) != NULL)
			continue;
		r = add(l, age > DAY_US ? ATTENTION_URGENT : ATTENTION_WARNING, q->receiver);
		if (r == NULL)
			return;
		r->since = q->oldest;
		r->count = q->waiting;
		TITLE(r, "Ontvanger niet verbonden", "Receiver not connected");
		SAY_NL(r, "Voor %s (%s) wachten %lld berichten, en niemand haalt ze op.",
		       name_of(l, q->receiver), q->receiver, (long long)q->waiting);
		SAY_EN(r, "%lld messages wait for %s (%s), and nobody fetches them.",
		       (long long)q->waiting, name_of(l, q->receiver), q->receiver);
		LINK(r, "#/berichten?receiver=%s&undelivered=1", q->receiver);
	}
}

static void given_up(struct look *l)
{
	for (size_t i = 0; i < l->s->n_queues; i++) {
		const struct store_queue_row *q = &l->s->queues[i];
		struct attention_row *r;

		if (q->given_up == 0 || !scope_has(l->scope, q->receiver))
			continue;
		r = add(l, ATTENTION_URGENT, q->receiver);
		if (r == NULL)
			return;
		r->count = q->given_up;
		TITLE(r, "Bezorging opgegeven", "Delivery given up");
		SAY_NL(r,
		       "%s (%s) gaf %lld berichten steeds terug. Zoek de oorzaak bij de ontvanger "
		       "en probeer dan opnieuw.",
		       name_of(l, q->receiver), q->receiver, (long long)q->given_up);
		SAY_EN(r,
		       "%s (%s) kept giving %lld messages back. Find the cause at the receiver and "
		       "then try again.",
		       name_of(l, q->receiver), q->receiver, (long long)q->given_up);
		LINK(r, "#/berichten?receiver=%s&given_up=1", q->receiver);
	}
}

static void parked(struct look *l)
{
	int64_t n = l->s->all.verdicts[VERDICT_PARKED];
	struct attention_row *r = all(l) && n > 0 ? add(l, ATTENTION_WARNING, "") : NULL;

	if (r == NULL)
		return;
	r->count = n;
	TITLE(r, "Geparkeerde berichten", "Parked messages");
	SAY_NL(r,
	       "%lld berichten zijn ontvangen maar nog niet beoordeeld: door een bevriezing, of "
	       "omdat de hub ze niet kon controleren.",
	       (long long)n);
	SAY_EN(r,
	       "%lld messages were received but not judged yet: because of a freeze, or because "
	       "the hub could not check them.",
	       (long long)n);
	LINK(r, "#/berichten?verdict=parked");
}

/* Messages of a party in the last day, and those that were turned away. */
struct share {
	const char *party;
	int64_t messages, bad;
};

static size_t shares(const struct look *l, struct share *list, size_t room)
{
	int64_t since = (l->s->at - DAY_US) / HOUR_US;
	size_t n = 0;

	for (size_t i = 0; i < l->s->n_hours; i++) {
		const struct view_count *c = &l->s->hours[i];
		size_t k = 0;

		if (c->hour <= since || !scope_has_party(l->scope, l->ref->who, c->party))
			continue;
		while (k < n && strcmp(list[k].party, c->party) != 0)
			k++;
		if (k == n && n == room)
			continue;
		if (k == n)
			list[n++] = (struct share){.party = c->party};
		list[k].messages += c->messages;
		list[k].bad += c->verdict == VERDICT_REJECTED || c->verdict == VERDICT_REFUSED
				       ? c->messages
				       : 0;
	}
	return n;
}

static void error_rate(struct look *l)
{
	struct share list[256];
	size_t n = shares(l, list, sizeof list / sizeof *list);

	for (size_t i = 0; i < n; i++) {
		int64_t percent = list[i].messages > 0 ? 100 * list[i].bad / list[i].messages : 0;
		const char *name = reference_party(l->ref, list[i].party);
		struct attention_row *r;

		if (list[i].messages < RATE_LEAST || percent < RATE_WARNING)
			continue;
		r = add(l, percent >= RATE_URGENT ? ATTENTION_URGENT : ATTENTION_WARNING,
			list[i].party);
		if (r == NULL)
			return;
		r->since = l->s->at - DAY_US;
		r->count = list[i].bad;
		TITLE(r, "Veel fouten van een partij", "Many faults of a party");
		SAY_NL(r,
		       "Van de %lld berichten die %s het laatste etmaal stuurde is %lld%% "
		       "afgekeurd of geweigerd.",
		       (long long)list[i].messages, name != NULL ? name : list[i].party,
		       (long long)percent);
		SAY_EN(r,
		       "Of the %lld messages that %s sent in the last day %lld%% were rejected or "
		       "refused.",
		       (long long)list[i].messages, name != NULL ? name : list[i].party,
		       (long long)percent);
		LINK(r, "#/fouten?party=%s", list[i].party);
	}
}

static void overdue(struct look *l)
{
	const struct tallies *t = l->s->tallies;
	struct attention_row *r;
	int64_t n = 0;
	day oldest = DAY_NONE;

	for (size_t i = 0; t != NULL && i < t->n; i++)
		if (t->list[i].due && (scope_has(l->scope, t->list[i].gemeente) ||
				       scope_has(l->scope, t->list[i].aanbieder))) {
			n += (int64_t)t->list[i].n[0];
			if (oldest == DAY_NONE || t->list[i].oldest < oldest)
				oldest = t->list[i].oldest;
		}
	r = n > 0 ? add(l, ATTENTION_WARNING, "") : NULL;
	if (r == NULL)
		return;
	r->count = n;
	r->since = (int64_t)oldest * DAY_US;
	TITLE(r, "Antwoorden over tijd", "Answers overdue");
	SAY_NL(r,
	       "%lld keer is een antwoord, start- of stopbericht over de termijn van de standaard.",
	       (long long)n);
	SAY_EN(r, "%lld times an answer, start or stop message is past the term of the standard.",
	       (long long)n);
	LINK(r, "#/termijnen");
}

/* A day as the hub writes it: 2026-11-22, alone or as the start of a moment. */
static day day_at(const json_t *o, const char *key)
{
	char text[11];
	day d;

	(void)snprintf(text, sizeof text, "%.10s", text_of(o, key));
	return day_parse(text, &d) ? d : DAY_NONE;
}

static void certificate_of(struct look *l, const char *about, const char *nl, const char *en,
			   day until)
{
	int left = until != DAY_NONE ? (int)(until - day_of(l->s->at)) : 0;
	struct attention_row *r;

	if (until == DAY_NONE || left > CERTIFICATE_WARNING)
		return;
	r = add(l, left <= CERTIFICATE_URGENT ? ATTENTION_URGENT : ATTENTION_WARNING, about);
	if (r == NULL)
		return;
	r->count = left;
	if (left < 0)
		TITLE(r, "Certificaat verlopen", "Certificate expired");
	else
		TITLE(r, "Certificaat verloopt", "Certificate expires");
	SAY_NL(r, "Het certificaat van %s %s %d dagen%s.", nl, left < 0 ? "is" : "verloopt over",
	       left < 0 ? -left : left, left < 0 ? " geleden verlopen" : "");
	SAY_EN(r, "The certificate of %s %s %d days%s.", en, left < 0 ? "expired" : "expires in",
	       left < 0 ? -left : left, left < 0 ? " ago" : "");
	LINK(r, "#/partijen");
}

static void certificate(struct look *l)
{
	const json_t *c = json_object_get(l->s->status, "certificates");
	const json_t *sessions = json_object_get(json_object_get(l->s->status, "live"), "sessions");

	if (all(l)) {
		certificate_of(l, "hub", "de hub", "the hub", day_at(c, "hub_until"));
		certificate_of(l, "ca", "de uitgever (CA)", "the authority (CA)",
			       day_at(c, "ca_until"));
	}
	for (size_t i = 0; i < json_array_size(sessions); i++) {
		const json_t *s = json_array_get(sessions, i);
		const char *party = text_of(s, "party"), *name = reference_party(l->ref, party);
		bool told = false;

		for (size_t k = 0; k < i; k++) /* one row for a party with many connections */
			told = told ||
			       strcmp(text_of(json_array_get(sessions, k), "party"), party) == 0;
		if (!told && scope_has_party(l->scope, l->ref->who, party))
			certificate_of(l, party, name != NULL ? name : party,
				       name != NULL ? name : party, day_at(s, "certificate_until"));
	}
}

static void crl(struct look *l)
{
	day until = day_at(json_object_get(l->s->status, "certificates"), "crl_until");
	int left = until == DAY_NONE ? CRL_WARNING + 1 : (int)(until - day_of(l->s->at));
	struct attention_row *r =
		all(l) && left <= CRL_WARNING
			? add(l, left < 0 ? ATTENTION_URGENT : ATTENTION_WARNING, "")
			: NULL;

	if (r == NULL)
		return;
	r->count = left;
	TITLE(r, "Intrekkingslijst (CRL) verouderd", "Revocation list (CRL) out of date");
	SAY_NL(r,
	       left < 0 ? "De lijst is verlopen: de hub laat niemand meer binnen tot er een nieuwe "
			  "is."
			: "De lijst verloopt binnen %d dagen; daarna laat de hub niemand meer "
			  "binnen.",
	       left);
	SAY_EN(r,
	       left < 0 ? "The list has expired: the hub lets nobody in until there is a new one."
			: "The list expires within %d days; after that the hub lets nobody in.",
	       left);
	LINK(r, "#/partijen");
}

static void open_ends(struct look *l)
{
	const struct tallies *t = l->s->tallies;
	size_t certain = 0, probable = 0;
	struct attention_row *r;

	for (size_t i = 0; t != NULL && i < t->n; i++)
		if (!t->list[i].due && (scope_has(l->scope, t->list[i].gemeente) ||
					scope_has(l->scope, t->list[i].aanbieder))) {
			certain += t->list[i].n[STERKTE_ZEKER];
			probable += t->list[i].n[STERKTE_WAARSCHIJNLIJK];
		}
	r = certain + probable > 0 ? add(l, certain > 0 ? ATTENTION_WARNING : ATTENTION_INFO, "")
				   : NULL;
	if (r == NULL)
		return;
	r->count = (int64_t)(certain + probable);
	TITLE(r, "Einddatums ontbreken", "End dates are missing");
	SAY_NL(r, "Zorg is geëindigd zonder stopbericht: %zu keer zeker, %zu keer waarschijnlijk.",
	       certain, probable);
	SAY_EN(r, "Care ended without a stop message: %zu times certainly, %zu times probably.",
	       certain, probable);
	LINK(r, "#/einddatums");
}

static void maintenance(struct look *l)
{
	const struct view_setting *v = snapshot_setting(l->s, "maintenance", NULL);
	struct attention_row *r = v != NULL ? add(l, ATTENTION_WARNING, "") : NULL;

	if (r == NULL)
		return;
	r->since = v->moment;
	TITLE(r, "Onderhoud staat aan", "Maintenance is on");
	SAY_NL(r, "Partijen krijgen te lezen: %.200s", v->value);
	SAY_EN(r, "Parties are told: %.200s", v->value);
	LINK(r, "#/beheer");
}

static void hold(struct look *l)
{
	for (size_t i = 0; i < l->s->n_settings; i++) {
		const struct view_setting *v = &l->s->settings[i];
		struct attention_row *r;

		if (strcmp(v->kind, "hold") != 0 || !scope_has(l->scope, v->name))
			continue;
		r = add(l, ATTENTION_INFO, v->name);
		if (r == NULL)
			return;
		r->since = v->moment;
		TITLE(r, "Bezorging vastgehouden", "Delivery held");
		SAY_NL(r, "Er wordt niets bezorgd voor %s (%s).", name_of(l, v->name), v->name);
		SAY_EN(r, "Nothing is delivered for %s (%s).", name_of(l, v->name), v->name);
		LINK(r, "#/beheer");
	}
}

static void freeze_of(struct look *l, const char *standard, const char *from, const char *until,
		      int64_t since)
{
	struct attention_row *r;
	day a, b, today = day_of(l->s->at);

	if (!day_parse(from, &a) || !day_parse(until, &b) || today >= b)
		return;
	r = add(l, ATTENTION_INFO, standard);
	if (r == NULL)
		return;
	r->since = since;
	if (today >= a)
		TITLE(r, "Bevriezing loopt", "A freeze is on");
	else
		TITLE(r, "Bevriezing aangekondigd", "A freeze is planned");
	SAY_NL(r, "Berichten van %.30s worden van %s tot %s vastgehouden.", standard, from, until);
	SAY_EN(r, "Messages of %.30s are held from %s until %s.", standard, from, until);
	LINK(r, "#/beheer");
}

static void freeze(struct look *l)
{
	const struct config *c = l->ref->settings != NULL ? l->ref->settings->config : NULL;

	for (size_t i = 0; i < l->s->n_settings; i++) {
		const struct view_setting *v = &l->s->settings[i];
		char from[11];

		if (strcmp(v->kind, "freeze") != 0 || strlen(v->value) < 21)
			continue;
		(void)snprintf(from, sizeof from, "%.10s", v->value);
		freeze_of(l, v->name, from, v->value + 11, v->moment);
	}
	for (size_t i = 0; c != NULL && i < c->n_freezes; i++) {
		char from[11], until[11];

		day_text(c->freezes[i].from, from);
		day_text(c->freezes[i].until, until);
		freeze_of(l, c->freezes[i].standaard, from, until, 0);
	}
}

static void rotation(struct look *l)
{
	struct attention_row *r =
		all(l) && l->s->resealing > 0 ? add(l, ATTENTION_INFO, "") : NULL;

	if (r == NULL)
		return;
	r->count = l->s->resealing;
	TITLE(r, "Nieuwe sleutel wordt doorgevoerd", "A new key is being applied");
	SAY_NL(r,
	       "Nog %lld berichten worden onder de nieuwe sleutel versleuteld; de hub werkt gewoon "
	       "door.",
	       (long long)r->count);
	SAY_EN(r,
	       "%lld messages are still to be encrypted under the new key; the hub works on as "
	       "usual.",
	       (long long)r->count);
	LINK(r, "#/beheer");
}

/* In the order in which rows of one level are shown. */
static const struct {
	const char *kind;
	void (*look)(struct look *l);
} conditions[] = {
	{"hub-down", hub_down},
	{"store-fault", store_errors},
	{"disk", disk},
	{"given-up", given_up},
	{"receiver-offline", receiver_offline},
	{"certificate", certificate},
	{"crl", crl},
	{"error-rate", error_rate},
	{"parked", parked},
	{"overdue", overdue},
	{"open-ends", open_ends},
	{"maintenance", maintenance},
	{"hold", hold},
	{"freeze", freeze},
	{"rotation", rotation},
};

#define N_CONDITIONS (sizeof conditions / sizeof *conditions)

const char *const *attention_kinds(void)
{
	static const char *kinds[N_CONDITIONS + 1];

	for (size_t i = 0; i < N_CONDITIONS; i++)
		kinds[i] = conditions[i].kind;
	return kinds;
}

static size_t place_of(const char *kind)
{
	size_t i = 0;

	while (i < N_CONDITIONS && strcmp(conditions[i].kind, kind) != 0)
		i++;
	return i;
}

static int by_urgency(const void *x, const void *y)
{
	const struct attention_row *a = x, *b = y;
	size_t p = place_of(a->kind), q = place_of(b->kind);

	if (a->level != b->level)
		return (int)a->level - (int)b->level;
	if (p != q)
		return p < q ? -1 : 1;
	return a->count != b->count ? (a->count > b->count ? -1 : 1) : strcmp(a->about, b->about);
}

void attention_look(const struct snapshot *s, const struct reference *ref,
		    const struct scope *scope, struct attention *ret)
{
	struct look l = {.s = s, .ref = ref, .scope = scope, .to = ret};

	ret->n = 0;
	for (size_t i = 0; i < N_CONDITIONS; i++) {
		l.kind = conditions[i].kind;
		conditions[i].look(&l);
	}
	if (ret->n > 0)
		qsort(ret->list, ret->n, sizeof ret->list[0], by_urgency);
}

const char *attention_level_name(enum attention_level l)
{
	static const char *const names[] = {[ATTENTION_URGENT] = "urgent",
					    [ATTENTION_WARNING] = "warning",
					    [ATTENTION_INFO] = "info"};

	return names[l];
}

json_t *attention_json(const struct attention *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->n; i++) {
		const struct attention_row *r = &a->list[i];
		json_t *o = json_object();

		set_text(o, "level", attention_level_name(r->level));
		set_text(o, "kind", r->kind);
		set_text(o, "title_nl", r->title_nl);
		set_text(o, "title_en", r->title_en);
		set_text(o, "text_nl", r->text_nl);
		set_text(o, "text_en", r->text_en);
		set_text(o, "link", r->link);
		set_moment(o, "since", r->since);
		set_number(o, "count", r->count);
		(void)json_array_append_new(list, o);
	}
	return list;
}
