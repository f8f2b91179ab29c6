#include "values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

void set_new(json_t *o, const char *key, json_t *value)
{
	/* Without memory the member is missing, and the page shows it as unknown. */
	(void)json_object_set_new(o, key, value);
}

void set_text(json_t *o, const char *key, const char *value)
{
	json_t *text = value != NULL ? json_string(value) : NULL;

	set_new(o, key, text != NULL ? text : json_null()); /* what is no UTF-8 is not shown */
}

void set_some(json_t *o, const char *key, const char *value)
{
	set_text(o, key, value != NULL && value[0] != '\0' ? value : NULL);
}

void set_number(json_t *o, const char *key, int64_t value)
{
	set_new(o, key, json_integer((json_int_t)value));
}

void set_real(json_t *o, const char *key, double value)
{
	set_new(o, key, isfinite(value) ? json_real(value) : json_null());
}

void set_bool(json_t *o, const char *key, bool value)
{
	set_new(o, key, json_boolean(value));
}

void set_moment(json_t *o, const char *key, int64_t us)
{
	char text[MOMENT_TEXT];

	if (us > 0)
		moment_text(us, text);
	set_text(o, key, us > 0 ? text : NULL);
}

void set_day(json_t *o, const char *key, day d)
{
	char text[11];

	if (d != DAY_NONE)
		day_text(d, text);
	set_text(o, key, d != DAY_NONE ? text : NULL);
}

const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

int64_t number_of(const json_t *o, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(o, key));
}

static const char *const verdict_words[] = {
	[VERDICT_ACCEPTED] = "accepted",
	[VERDICT_REJECTED] = "rejected",
	[VERDICT_REFUSED] = "refused",
	[VERDICT_PARKED] = "parked",
};

const char *verdict_word(enum verdict v)
{
	return v >= VERDICT_ACCEPTED && v <= VERDICT_PARKED ? verdict_words[v] : "";
}

enum verdict verdict_word_parse(const char *word)
{
	for (int v = VERDICT_ACCEPTED; v <= VERDICT_PARKED; v++)
		if (strcmp(verdict_words[v], word) == 0)
			return (enum verdict)v;
	return 0;
}

static const char *const outbox_words[] = {
	[OUTBOX_WAITS] = "waits", [OUTBOX_HANDED] = "sent", [OUTBOX_GIVEN_UP] = "given up"};

json_t *message_json(const struct reference *ref, const struct store_message *m)
{
	json_t *o = json_object();
	char sha[65];

	for (int i = 0; i < 32; i++)
		(void)snprintf(sha + 2 * i, 3, "%02x", m->sha256[i]);
	set_number(o, "id", m->id);
	set_moment(o, "received", m->received);
	set_moment(o, "settled", m->settled);
	set_moment(o, "delivered", m->delivered);
	set_moment(o, "confirmed", m->confirmed);
	set_number(o, "attempts", m->attempts);
	set_number(o, "size", m->size);
	set_text(o, "party", m->party);
	set_text(o, "party_name", reference_party(ref, m->party));
	set_text(o, "reference", m->reference);
	set_some(o, "type", m->type);
	set_some(o, "sender", m->van);
	set_text(o, "sender_name", reference_name(ref, m->van));
	set_some(o, "receiver", m->naar);
	set_text(o, "receiver_name", reference_name(ref, m->naar));
	set_some(o, "identification", m->identificatie);
	set_text(o, "verdict", verdict_word(m->verdict));
	set_some(o, "code", m->code);
	set_text(o, "delivery", m->outbox == OUTBOX_NONE ? NULL : outbox_words[m->outbox]);
	set_number(o, "more", m->more);
	set_text(o, "sha256", sha);
	set_new(o, "rules", json_array());
	return o;
}
