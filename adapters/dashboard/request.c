#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"

#include "base/banned.h"

static const struct {
	unsigned status;
	const char *code, *nl, *en;
} problems[N_PROBLEMS] = {
	[PROBLEM_BAD_REQUEST] = {400, "bad-request", "Deze vraag klopt niet.",
				 "This request is not right."},
	[PROBLEM_LOGIN] = {401, "login", "Log eerst in.", "Log in first."},
	[PROBLEM_PASSWORD] = {401, "login", "Deze naam en dit wachtwoord horen niet bij elkaar.",
			      "This name and this password do not belong together."},
	[PROBLEM_CERTIFICATE] = {401, "login",
				 "Naam, wachtwoord en certificaat horen niet bij elkaar.",
				 "Name, password and certificate do not belong together."},
	[PROBLEM_NOT_ALLOWED] = {403, "not-allowed", "Dit mag u niet met uw rol.",
				 "Your role does not allow this."},
	[PROBLEM_CSRF] = {403, "csrf", "Deze handeling kwam niet van de pagina; laad haar opnieuw.",
			  "This act did not come from the page; load it again."},
	[PROBLEM_ORIGIN] = {403, "csrf", "Inloggen kan alleen vanaf de pagina zelf.",
			    "Logging in is only possible from the page itself."},
	[PROBLEM_UNKNOWN] = {404, "unknown", "Dit bestaat niet.", "This does not exist."},
	[PROBLEM_CONFLICT] = {409, "conflict", "Dit kan nu niet.", "This cannot be done now."},
	[PROBLEM_TOO_MANY] = {429, "too-many", "Te veel pogingen; probeer het straks opnieuw.",
			      "Too many attempts; try again later."},
	[PROBLEM_TOO_LARGE] = {413, "bad-request", "Dit is te groot.", "This is too large."},
	[PROBLEM_HUB] = {502, "hub", "De hub geeft geen antwoord.", "The hub does not answer."},
	[PROBLEM_HUB_REFUSED] = {409, "conflict", "De hub doet dit niet.",
				 "The hub does not do this."},
	[PROBLEM_BUSY] = {503, "busy", "Dit kan nu even niet; probeer het zo opnieuw.",
			  "This is not possible right now; try again shortly."},
	[PROBLEM_AUDIT] = {503, "busy",
			   "Dit kon niet in het auditlogboek komen en is daarom niet gedaan.",
			   "This could not be put in the audit log and was therefore not done."},
};

static const char type_json[] = "application/json; charset=utf-8";

void answer_problem_text(struct request *q, enum problem p, const char *nl, const char *en)
{
	json_t *o = json_object();
	char *text;

	set_text(o, "error", problems[p].code);
	set_text(o, "nl", nl != NULL ? nl : problems[p].nl);
	set_text(o, "en", en != NULL ? en : problems[p].en);
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	json_decref(o);
	buf_clear(&q->answer.body);
	buf_adds(&q->answer.body, text != NULL ? text : "{\"error\":\"busy\"}");
	free(text);
	q->answer.status = problems[p].status;
	q->answer.type = type_json;
	q->answer.filename[0] = '\0';
	q->answer.file = NULL;
}

void answer_problem(struct request *q, enum problem p)
{
	answer_problem_text(q, p, NULL, NULL);
}

void answer_json(struct request *q, json_t *o)
{
	char *text = o != NULL ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;

	json_decref(o);
	if (text == NULL) {
		answer_problem(q, PROBLEM_BUSY);
		return;
	}
	buf_clear(&q->answer.body);
	buf_adds(&q->answer.body, text);
	free(text);
	q->answer.status = 200;
	q->answer.type = type_json;
	if (q->answer.body.failed)
		answer_problem(q, PROBLEM_BUSY);
}

void answer_done(struct request *q, const char *nl, const char *en)
{
	answer_json(q, json_pack("{s:b, s:s, s:s}", "done", 1, "nl", nl, "en", en));
}

void answer_file(struct request *q, const char *type, const char *name)
{
	q->answer.status = 200;
	q->answer.type = type;
	(void)snprintf(q->answer.filename, sizeof q->answer.filename, "%s", name);
	if (q->answer.body.failed)
		answer_problem(q, PROBLEM_BUSY);
}

bool request_wrong(struct request *q)
{
	char nl[160], en[160];

	if (q->query.wrong == NULL)
		return false;
	(void)snprintf(nl, sizeof nl, "De waarde van '%s' klopt niet.", q->query.wrong);
	(void)snprintf(en, sizeof en, "The value of '%s' is not right.", q->query.wrong);
	answer_problem_text(q, PROBLEM_BAD_REQUEST, nl, en);
	return true;
}

struct scope request_scope(const struct request *q)
{
	return scope_of(q->user);
}

bool request_sees(const struct request *q, const char *van, const char *naar)
{
	struct scope s = request_scope(q);

	return scope_has(&s, van) || scope_has(&s, naar);
}

const char *posted_text(const struct request *q, const char *key, size_t most)
{
	const char *text = text_of(q->json, key);

	return strlen(text) <= most ? text : "";
}

bool request_audit(struct request *q, const char *event, const char *outcome, const char *detail)
{
	const struct trail_entry e = {
		.event = event,
		.who = q->user != NULL ? q->user->user : "",
		.role = q->user != NULL ? role_name(q->user->role) : "",
		.source = q->address,
		.outcome = outcome,
		.detail = detail,
		.moment = q->now,
	};

	if (trail_add(q->d->trail, &e))
		return true;
	answer_problem(q, PROBLEM_AUDIT);
	return false;
}

struct store *request_store(struct request *q)
{
	struct store *st = pool_take(q->d->pool);

	if (st == NULL)
		answer_problem(q, PROBLEM_BUSY);
	return st;
}

void request_store_done(struct request *q, struct store **st, int r)
{
	if (r < 0) {
		pool_spoil(st);
		answer_problem(q, PROBLEM_BUSY);
	}
	pool_give(q->d->pool, st);
}

/* What the hub may answer to an act, in Dutch; by how it begins. */
static const struct {
	const char *en, *nl;
} refusals[] = {
	{"this message is not a delivery that was given up",
	 "van dit bericht is geen bezorging opgegeven"},
	{"this message was exchanged before there was a hub",
	 "dit bericht is van voor de hub; de hub heeft het nooit bezorgd"},
	{"this message was not delivered yet",
	 "dit bericht is nog niet bezorgd, of wordt niet bezorgd"},
	{"the text of this message was deleted",
	 "de tekst van dit bericht is verwijderd toen zijn bewaartermijn om was"},
	{"there is no message with this number", "er is geen bericht met dit nummer"},
	{"there is no such party", "deze partij bestaat niet"},
	{"the store does not answer",
	 "de opslag antwoordt niet; de opdracht wordt uitgevoerd zodra hij dat doet"},
	{"the hub is stopping", "de hub is aan het stoppen"},
};

static const char *in_dutch(const char *en)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (strncmp(en, refusals[i].en, strlen(refusals[i].en)) == 0)
			return refusals[i].nl;
	return en;
}

json_t *request_hub(struct request *q, json_t *o)
{
	char source[128], nl[400], en[400];
	json_t *answer;

	(void)snprintf(source, sizeof source, "ijw-dashboard %s", q->address);
	set_text(o, "who", q->user->user);
	set_text(o, "role", role_name(q->user->role));
	set_text(o, "source", source);
	answer = hub_ask(q->d->hub, o);
	if (answer == NULL) {
		answer_problem(q, PROBLEM_HUB);
		return NULL;
	}
	if (hub_error(answer) == NULL)
		return answer;
	(void)snprintf(nl, sizeof nl, "De hub doet dit niet: %.300s.", in_dutch(hub_error(answer)));
	(void)snprintf(en, sizeof en, "The hub does not do this: %.300s.", hub_error(answer));
	answer_problem_text(q, hub_unknown(answer) ? PROBLEM_HUB : PROBLEM_HUB_REFUSED, nl, en);
	json_decref(answer);
	return NULL;
}
