#include "story.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "care/standard.h"
#include "store/bodies.h"
#include "store/view.h"
#include "values.h"

#include "base/banned.h"

#define RELATED_MOST 40

static const char *const outbox_words[] = {
	[OUTBOX_WAITS] = "waits", [OUTBOX_HANDED] = "sent", [OUTBOX_GIVEN_UP] = "given up"};

/* ---- what happened when ---- */

static void event(json_t *list, int64_t moment, const char *word, const char *nl, const char *en,
		  int64_t message)
{
	json_t *o = json_object();

	set_moment(o, "moment", moment);
	set_text(o, "event", word);
	set_text(o, "nl", nl);
	set_text(o, "en", en);
	set_new(o, "message", message > 0 ? json_integer((json_int_t)message) : json_null());
	(void)json_array_append_new(list, o);
}

static const struct {
	const char *nl, *en;
} verdict_texts[] = {
	[VERDICT_ACCEPTED] = {"Aanvaard en opgeslagen; de afzender kreeg een ontvangstbewijs.",
			      "Accepted and stored; the sender got a receipt."},
	[VERDICT_REJECTED] =
		{"Afgekeurd op een regel van de standaard; de afzender kreeg een retourbericht.",
		 "Rejected by a rule of the standard; the sender got a return message."},
	[VERDICT_REFUSED] = {"Geweigerd; de afzender kreeg een ontvangstbewijs met de bevindingen.",
			     "Refused; the sender got a receipt with the findings."},
	[VERDICT_PARKED] = {"Geparkeerd: opgeslagen, maar nog niet beoordeeld.",
			    "Parked: stored, but not judged yet."},
};

static json_t *timeline(const struct store_message *m, const struct store_outbox *b)
{
	json_t *list = json_array();
	char nl[200], en[200];

	(void)snprintf(nl, sizeof nl, "Ontvangen van %.60s, %lld bytes.", m->party,
		       (long long)m->size);
	(void)snprintf(en, sizeof en, "Received from %.60s, %lld bytes.", m->party,
		       (long long)m->size);
	event(list, m->received, "received", nl, en, 0);
	if (m->verdict >= VERDICT_ACCEPTED && m->verdict <= VERDICT_PARKED)
		event(list, m->settled > 0 ? m->settled : m->received, verdict_word(m->verdict),
		      verdict_texts[m->verdict].nl, verdict_texts[m->verdict].en, 0);
	if (m->delivered > 0) {
		(void)snprintf(nl, sizeof nl, "Aan de ontvanger gegeven%s.",
			       m->attempts > 1 ? ", na meer pogingen" : "");
		(void)snprintf(en, sizeof en, "Handed to the receiver%s.",
			       m->attempts > 1 ? ", after more attempts" : "");
		event(list, m->delivered, "delivered", nl, en, 0);
	}
	if (m->confirmed > 0)
		event(list, m->confirmed, "confirmed", "De ontvanger heeft het overgenomen.",
		      "The receiver has taken it over.", 0);
	if (b->state == OUTBOX_GIVEN_UP)
		event(list, b->next, "given-up",
		      "De bezorging is opgegeven; een beheerder kan haar opnieuw proberen.",
		      "The delivery was given up; an administrator can try it again.", 0);
	return list;
}

/* ---- what hangs together with it ---- */

struct related {
	const struct story *story;
	json_t *list, *timeline;
	int64_t answer; /* message id of its return message or answer, 0: none */
};

/* JW302, JW306, … and JW325 answer another message. */
static bool answers(const struct reference *ref, const char *type)
{
	const struct berichttype *t = standards_by_name(ref->standards, type);

	return t != NULL && t->antwoord_op[0] != '\0';
}

static int add_related(void *ctx, enum view_relation relation, const struct store_message *m)
{
	static const char *const words[] = {[VIEW_RETOUR] = "retour",
					    [VIEW_ORIGINAL] = "original",
					    [VIEW_NUMMER] = "same-nummer"};
	struct related *r = ctx;
	const struct scope *s = &r->story->scope;
	const char *word = words[relation];
	json_t *o;

	if (!scope_has(s, m->van) && !scope_has(s, m->naar))
		return 0;
	if (relation == VIEW_RETOUR && strcmp(m->type, "JW325") == 0)
		word = "answer";
	o = json_object();
	set_number(o, "id", m->id);
	set_some(o, "type", m->type);
	set_text(o, "relation", word);
	set_moment(o, "received", m->received);
	set_text(o, "verdict", verdict_word(m->verdict));
	if (json_array_append_new(r->list, o) < 0)
		return -ENOMEM;
	if (relation == VIEW_RETOUR) {
		char nl[120], en[120];

		(void)snprintf(nl, sizeof nl, "Beantwoord met een %.16s.", m->type);
		(void)snprintf(en, sizeof en, "Answered by a %.16s.", m->type);
		event(r->timeline, m->received, word, nl, en, m->id);
	} else if (relation == VIEW_ORIGINAL && answers(r->story->ref, r->story->message.type)) {
		char nl[120], en[120];

		(void)snprintf(nl, sizeof nl, "Het %.16s waar dit op antwoordt kwam binnen.",
			       m->type);
		(void)snprintf(en, sizeof en, "The %.16s that this answers came in.", m->type);
		event(r->timeline, m->received, "original", nl, en, m->id);
	}
	return 0;
}

static int by_moment(const void *a, const void *b)
{
	return strcmp(text_of(*(json_t *const *)a, "moment"),
		      text_of(*(json_t *const *)b, "moment"));
}

/* The events in the order of their moments; of one moment, as they were added. */
static json_t *sorted(json_t *list)
{
	size_t n = json_array_size(list);
	json_t *rows[RELATED_MOST + 8], *out = json_array();

	if (n > sizeof rows / sizeof *rows)
		n = sizeof rows / sizeof *rows;
	for (size_t i = 0; i < n; i++) { /* by insertion: few, and equal ones keep their order */
		size_t k = i;
		json_t *row = json_array_get(list, i);

		for (; k > 0 && by_moment(&rows[k - 1], &row) > 0; k--)
			rows[k] = rows[k - 1];
		rows[k] = row;
	}
	for (size_t i = 0; i < n; i++)
		(void)json_array_append(out, rows[i]);
	json_decref(list);
	return out;
}

/* ---- findings ---- */

static json_t *findings_json(const char *text)
{
	static const char *const keys[] = {"rule",    "retourcode", "path",   "element",
					   "line",    "column",	    "nl",     "en",
					   "todo_nl", "todo_en",    "excerpt"};
	json_t *list = text != NULL ? json_loads(text, 0, NULL) : NULL, *row;
	size_t i;

	if (!json_is_array(list)) {
		json_decref(list);
		return json_array();
	}
	json_array_foreach(list, i, row)
	{
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			if (json_object_get(row, keys[k]) == NULL)
				set_new(row, keys[k], json_null());
	}
	return list;
}

static json_t *rules_of(const json_t *findings)
{
	json_t *rules = json_array(), *row;
	size_t i, k;

	json_array_foreach(findings, i, row)
	{
		const char *rule = text_of(row, "rule");
		bool known = false;

		for (k = 0; k < json_array_size(rules); k++)
			known = known ||
				strcmp(json_string_value(json_array_get(rules, k)), rule) == 0;
		if (!known && rule[0] != '\0')
			(void)json_array_append_new(rules, json_string(rule));
	}
	return rules;
}

/* ---- to read out ---- */

static const char *name_or_code(const struct reference *ref, const char *code, const char *none)
{
	const char *name = reference_name(ref, code);

	return name != NULL ? name : code[0] != '\0' ? code : none;
}

/* 22 november 2026 om 10:05 uur, in the Netherlands. */
static void spoken(int64_t us, bool dutch, struct buf *to)
{
	static const char *const nl[] = {"januari",   "februari", "maart",    "april",
					 "mei",	      "juni",	  "juli",     "augustus",
					 "september", "oktober",  "november", "december"};
	static const char *const en[] = {"January",   "February", "March",    "April",
					 "May",	      "June",	  "July",     "August",
					 "September", "October",  "November", "December"};
	day d = day_of(us);
	int64_t midnight = 0, minutes;
	char text[11];
	int y, m, dd;

	day_text(d, text);
	(void)moment_parse(text, &midnight);
	minutes = (us - midnight) / 60000000;
	day_split(d, &y, &m, &dd);
	buf_addf(to, dutch ? "%d %s %d om %lld.%02lld uur" : "%d %s %d at %lld:%02lld", dd,
		 dutch ? nl[m - 1] : en[m - 1], y, (long long)(minutes / 60),
		 (long long)(minutes % 60));
}

static void say_delivery(const struct reference *ref, const struct store_message *m,
			 const struct store_outbox *b, bool dutch, struct buf *to)
{
	const char *naar = name_or_code(ref, m->naar, dutch ? "de ontvanger" : "the receiver");

	if (m->confirmed > 0) {
		buf_addf(to, dutch ? " %s heeft het overgenomen op " : " %s took it over on ",
			 naar);
		spoken(m->confirmed, dutch, to);
		buf_adds(to, ".");
	} else if (b->state == OUTBOX_GIVEN_UP) {
		buf_addf(to,
			 dutch ? " %s gaf het na %lld pogingen nog steeds terug; de bezorging is "
				 "opgegeven en kan opnieuw geprobeerd worden."
			       : " %s still gave it back after %lld attempts; the delivery was "
				 "given up and can be tried again.",
			 naar, (long long)b->attempts);
	} else if (b->state != OUTBOX_NONE) {
		buf_addf(to,
			 dutch ? " Het wacht tot %s het ophaalt." : " It waits for %s to fetch it.",
			 naar);
	}
}

static void say_findings(const struct store_message *m, const json_t *findings, bool dutch,
			 struct buf *to)
{
	const json_t *first = json_array_get(findings, 0);
	size_t n = json_array_size(findings) + (size_t)(m->more > 0 ? m->more : 0);

	if (first == NULL)
		return;
	if (m->verdict == VERDICT_ACCEPTED)
		buf_addf(to,
			 dutch ? " Er is wel een opmerking: %s" : " There is a remark though: %s",
			 text_of(first, dutch ? "nl" : "en"));
	else
		buf_addf(to, dutch ? " De reden: %s" : " The reason: %s",
			 text_of(first, dutch ? "nl" : "en"));
	if (n > 1)
		buf_addf(to, dutch ? " (En nog %zu bevinding%s.)" : " (And %zu more finding%s.)",
			 n - 1,
			 n == 2	 ? ""
			 : dutch ? "en"
				 : "s");
	if (text_of(first, "todo_nl")[0] != '\0')
		buf_addf(to, dutch ? " Wat te doen: %s" : " What to do: %s",
			 text_of(first, dutch ? "todo_nl" : "todo_en"));
}

void story_paragraph(const struct reference *ref, const struct store_message *m,
		     const struct store_outbox *b, const json_t *findings, bool dutch,
		     struct buf *to)
{
	static const struct {
		const char *nl, *en;
	} verdicts[] = {
		[VERDICT_ACCEPTED] = {" Het is in orde bevonden.", " It was found in order."},
		[VERDICT_REJECTED] = {" Het is afgekeurd: de afzender kreeg een retourbericht en "
				      "de ontvanger kreeg niets.",
				      " It was rejected: the sender got a return message, the "
				      "receiver nothing."},
		[VERDICT_REFUSED] =
			{" Het is geweigerd: alleen de afzender kreeg bericht daarvan, en het telt "
			 "als niet verstuurd.",
			 " It was refused: only the sender was told, and it counts as not sent."},
		[VERDICT_PARKED] = {" Het staat geparkeerd: het is opgeslagen, maar nog niet "
				    "beoordeeld. Dat ligt niet aan de afzender.",
				    " It is parked: stored, but not judged yet. That is not the "
				    "sender's doing."},
	};
	const char *van = name_or_code(ref, m->van, m->party);

	if (dutch)
		buf_addf(to,
			 "Dit is %s%s van %s aan %s%s%s, bij ons bekend onder nummer %lld. Het "
			 "kwam binnen op ",
			 m->type[0] != '\0' ? "een " : "een bericht", m->type, van,
			 name_or_code(ref, m->naar, "een onbekende ontvanger"),
			 m->identificatie[0] != '\0' ? " met identificatie " : "", m->identificatie,
			 (long long)m->id);
	else
		buf_addf(to,
			 "This is a %s from %s to %s%s%s, known to us by number %lld. It came in "
			 "on ",
			 m->type[0] != '\0' ? m->type : "message", van,
			 name_or_code(ref, m->naar, "an unknown receiver"),
			 m->identificatie[0] != '\0' ? " with identification " : "",
			 m->identificatie, (long long)m->id);
	spoken(m->received, dutch, to);
	buf_adds(to, ".");
	if (m->verdict >= VERDICT_ACCEPTED && m->verdict <= VERDICT_PARKED)
		buf_adds(to, dutch ? verdicts[m->verdict].nl : verdicts[m->verdict].en);
	say_findings(m, findings, dutch, to);
	if (m->verdict == VERDICT_ACCEPTED)
		say_delivery(ref, m, b, dutch, to);
}

/* ---- all of it ---- */

static json_t *outbox_json(const struct store_outbox *b)
{
	json_t *o;

	if (b->state == OUTBOX_NONE)
		return json_null();
	o = json_object();
	set_text(o, "state", outbox_words[b->state]);
	set_number(o, "attempts", b->attempts);
	set_number(o, "failures", b->failures);
	set_moment(o, "next", b->next);
	set_text(o, "reason", b->reason);
	return o;
}

static void set_paragraphs(json_t *o, const struct story *s, const struct store_outbox *b,
			   const json_t *findings)
{
	for (int dutch = 1; dutch >= 0; dutch--) {
		struct buf text = BUF_INIT;

		story_paragraph(s->ref, &s->message, b, findings, dutch, &text);
		set_text(o, dutch ? "explain_nl" : "explain_en", buf_str(&text));
		buf_free(&text);
	}
}

int story_make(const struct story *s, json_t **ret)
{
	struct arena a = ARENA_INIT;
	struct store_outbox b;
	struct related related = {.story = s, .list = json_array()};
	int64_t gone = 0; /* when its text was deleted */
	json_t *o, *findings;
	int r = s->store->ops->outbox_get(s->store, &a, s->message.id, &b);

	if (r == -ENOENT) {
		b = (struct store_outbox){.state = OUTBOX_NONE};
		r = 0;
	}
	related.timeline = r == 0 ? timeline(&s->message, &b) : json_array();
	if (r == 0)
		r = view_related(s->store, s->message.id, RELATED_MOST, add_related, &related);
	if (r == 0)
		r = bodies_gone(s->store, s->message.id, &gone);
	if (r < 0) {
		json_decref(related.list);
		json_decref(related.timeline);
		arena_release(&a);
		return r;
	}
	o = message_json(s->ref, &s->message);
	findings = findings_json(s->message.findings);
	set_new(o, "rules", rules_of(findings));
	set_new(o, "outbox", outbox_json(&b));
	set_text(o, "body", gone > 0 ? "deleted" : "kept");
	set_new(o, "related", related.list);
	set_new(o, "timeline", sorted(related.timeline));
	set_paragraphs(o, s, &b, findings);
	set_new(o, "findings", findings);
	arena_release(&a);
	*ret = o;
	return 0;
}
