#include "wire/operator.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "base/pki.h"

#include "base/banned.h"

#define PATIENCE_MS 5000 /* for the store to keep an order */

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static json_t *failure(const char *text)
{
	return json_pack("{s:s}", "error", text);
}

void operator_actor(const json_t *request, const char *caller, struct actor *ret)
{
	const char *who = text_of(request, "who"), *source = text_of(request, "source");

	/* May shorten: what is too long for the log is not refused for it. */
	(void)snprintf(ret->who, sizeof ret->who, "%s", who[0] != '\0' ? who : caller);
	(void)snprintf(ret->role, sizeof ret->role, "%s", text_of(request, "role"));
	(void)snprintf(ret->source, sizeof ret->source, "%s%s%s", source, source[0] != '\0' ? ", " : "", caller);
	(void)snprintf(ret->reason, sizeof ret->reason, "%s", text_of(request, "reason"));
}

/* ---- what fills an order from a request ---- */

static bool maintenance(const json_t *request, struct order *o)
{
	o->what = json_is_true(json_object_get(request, "on")) ? ORDER_SET : ORDER_END;
	return snprintf(o->value, sizeof o->value, "%s", o->what == ORDER_SET ? text_of(request, "text") : "") <
	       (int)sizeof o->value;
}

static bool freeze(const json_t *request, struct order *o)
{
	return snprintf(o->name, sizeof o->name, "%s", text_of(request, "standard")) < (int)sizeof o->name &&
	       snprintf(o->value, sizeof o->value, "%s %s", text_of(request, "from"), text_of(request, "until")) <
		       (int)sizeof o->value;
}

static bool unfreeze(const json_t *request, struct order *o)
{
	return snprintf(o->name, sizeof o->name, "%s", text_of(request, "standard")) < (int)sizeof o->name;
}

static bool code(const json_t *request, struct order *o)
{
	return snprintf(o->name, sizeof o->name, "%s", text_of(request, "code")) < (int)sizeof o->name;
}

static bool message(const json_t *request, struct order *o)
{
	o->message = json_integer_value(json_object_get(request, "id"));
	return o->message > 0;
}

static bool nothing(const json_t *request, struct order *o)
{
	(void)request;
	(void)o;
	return true;
}

static const struct {
	const char *command;
	enum order_kind what;
	const char *kind;
	bool (*fill)(const json_t *request, struct order *o);
	const char *expected, *done;
} orders[] = {
	{"maintenance", ORDER_SET, STEER_MAINTENANCE, maintenance, "text: at most 511 bytes",
	 "parties were told; while maintenance is on, messages are kept and not judged"},
	{"freeze", ORDER_SET, STEER_FREEZE, freeze, "standard, from, until", "messages of those days are held"},
	{"unfreeze", ORDER_END, STEER_FREEZE, unfreeze, "standard", "what was held by it is judged now"},
	{"hold", ORDER_SET, STEER_HOLD, code, "code", "nothing more is delivered to this code; what is under way still arrives"},
	{"resume", ORDER_END, STEER_HOLD, code, "code", "what waits for this code is delivered again"},
	{"retry", ORDER_RETRY, "", message, "id: the number of a message",
	 "the delivery waits for its receiver again"},
	{"replay", ORDER_REPLAY, "", message, "id: the number of a message",
	 "the message is delivered once more, marked as a repetition"},
	{"recheck", ORDER_RECHECK, "", nothing, "", "what is parked is looked at now"},
};

static json_t *carry_out(struct router *r, size_t which, const json_t *request, const char *caller)
{
	struct order o = {.what = orders[which].what};
	char line[PROMISE_LINE], text[PROMISE_LINE];
	int result;

	(void)snprintf(o.kind, sizeof o.kind, "%s", orders[which].kind);
	operator_actor(request, caller, &o.actor);
	if (!orders[which].fill(request, &o)) {
		(void)snprintf(text, sizeof text, "expected %s", orders[which].expected);
		return failure(text);
	}
	result = router_order(r, &o, PATIENCE_MS, line);
	if (result == 0)
		return json_pack("{s:s}", "done", orders[which].done);
	if (result == -ETIMEDOUT)
		return failure("the store does not answer; the order is carried out when it does");
	return failure(line[0] != '\0' ? line : "the hub is stopping");
}

/* ---- testing a connection ---- */

/* Whether a refusal was of this party: by its name, or by an OIN in the certificate's subject. */
static bool was_of(const struct partij *p, const struct edge_refusal *f)
{
	if (strcmp(f->who, p->id) == 0)
		return true;
	for (size_t i = 0; i < p->n_certificates; i++)
		if (p->certificates[i].oin[0] != '\0' && strstr(f->who, p->certificates[i].oin) != NULL)
			return true;
	return false;
}

static json_t *refusal_json(const struct partij *p, const struct edge_probe *probe)
{
	char moment[MOMENT_TEXT];

	for (size_t i = 0; i < probe->n_refusals; i++) {
		const struct edge_refusal *f = &probe->refusals[i];

		if (!was_of(p, f))
			continue;
		moment_text(f->moment, moment);
		return json_pack("{s:s, s:s, s:s, s:s}", "moment", moment, "id", f->id, "reason", f->text, "peer", f->peer);
	}
	return json_null();
}

static json_t *test(struct router *r, const struct parties *who, const json_t *request)
{
	const struct partij *p = parties_find(who, text_of(request, "party"));
	json_t *lines = json_array();
	struct edge_probe probe;

	if (p == NULL) {
		json_decref(lines);
		return failure("there is no such party");
	}
	router_probe(r, p->id, &probe);
	for (size_t i = 0; i < probe.n_lines; i++) {
		const struct edge_line *l = &probe.lines[i];

		(void)json_array_append_new(lines, json_pack("{s:I, s:s, s:s, s:I, s:I, s:I}", "connection",
							     (json_int_t)l->connection, "peer", l->peer, "tls",
							     l->tls, "rtt_us", (json_int_t)l->rtt_us, "ack_ms",
							     (json_int_t)l->ack_ms, "heard_ms",
							     (json_int_t)l->heard_ms));
	}
	return json_pack("{s:b, s:o, s:o}", "connected", probe.n_lines > 0, "lines", lines, "refused",
			 refusal_json(p, &probe));
}

json_t *operator_answer(struct router *r, const struct parties *who, const char *command, const json_t *request,
			const char *caller)
{
	if (strcmp(command, "test") == 0)
		return test(r, who, request);
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (strcmp(orders[i].command, command) == 0)
			return carry_out(r, i, request, caller);
	return NULL;
}

/* ---- status ---- */

static void add_until(json_t *to, const char *key, int64_t seconds)
{
	char text[MOMENT_TEXT];

	if (seconds > 0 && seconds < INT64_MAX / 1000000)
		moment_text(seconds * 1000000, text);
	(void)json_object_set_new(to, key,
				  seconds > 0 && seconds < INT64_MAX / 1000000 ? json_string(text) : json_null());
}

static int64_t file_until(const char *path)
{
	struct buf why = BUF_INIT;
	X509 *x = NULL;
	int64_t until = 0;

	if (path != NULL && pki_read(&x, path, &why) == 0)
		until = pki_time(X509_get0_notAfter(x));
	X509_free(x);
	buf_free(&why);
	return until;
}

void operator_status(struct router *r, const struct operator_files *f, json_t *to)
{
	struct steering s;
	struct edge_probe probe;
	json_t *holds = json_array(), *freezes = json_array(), *certificates = json_object();
	char from[11], until[11];

	router_steering(r, &s);
	router_probe(r, "", &probe);
	for (size_t i = 0; i < s.n_holds; i++)
		(void)json_array_append_new(holds, json_string(s.holds[i]));
	for (size_t i = 0; i < s.n_freezes; i++) {
		day_text(s.freezes[i].from, from);
		day_text(s.freezes[i].until, until);
		(void)json_array_append_new(freezes, json_pack("{s:s, s:s, s:s}", "standard", s.freezes[i].standaard,
							       "from", from, "until", until));
	}
	add_until(certificates, "hub_until", file_until(f->certificate));
	add_until(certificates, "ca_until", file_until(f->ca));
	add_until(certificates, "crl_until", probe.crl_until);
	(void)json_object_set_new(to, "maintenance", json_pack("{s:b, s:s}", "on", s.maintenance, "text", s.text));
	(void)json_object_set_new(to, "holds", holds);
	(void)json_object_set_new(to, "freezes", freezes);
	(void)json_object_set_new(to, "certificates", certificates);
}
