/*
 * The administrators' page: who gets in and who does not, what each role sees,
 * that a party sees nothing of others, that what is looked at and done is in the
 * audit log, also when the hub was away, and that the page lives without it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/scene.h"
#include "../lib/tlsclient.h"

#define BSN "999930084"
#define PASSWORD "een goed wachtwoord"
#define ANSWER_MOST (1 << 20)

static struct testhub h;
static pid_t dashboard;
static unsigned port, metrics_port;

/* ---- HTTP, as little as it takes ---- */

struct answer {
	int status;
	char cookie[80];
	json_t *json; /* NULL: it is none */
	char *text;   /* head and body */
};

static void answer_free(struct answer *a)
{
	json_decref(a->json);
	free(a->text);
	*a = (struct answer){0};
}

/* Who asks: a cookie and its token, and what else stands in the head. */
struct browser {
	char cookie[80], token[80];
	const char *more;
};

static struct tlsclient *dial(void)
{
	char ca[128];
	struct tlsclient_opts o = {.port = port, .ca = testhub_path(&h, "ca.pem", ca)};

	return tlsclient_open(&o);
}

static bool send_request(struct tlsclient *c, const struct browser *b, const char *method,
			 const char *path, const char *body)
{
	struct buf out = BUF_INIT;
	bool ok;

	buf_addf(&out, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, path);
	if (b->cookie[0] != '\0')
		buf_addf(&out, "Cookie: __Host-ijw=%s\r\n", b->cookie);
	if (b->token[0] != '\0')
		buf_addf(&out, "X-CSRF-Token: %s\r\n", b->token);
	if (body != NULL)
		buf_addf(&out, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			 strlen(body));
	buf_addf(&out, "%s\r\n%s", b->more != NULL ? b->more : "", body != NULL ? body : "");
	ok = tlsclient_send(c, out.data, out.len);
	buf_free(&out);
	return ok;
}

static void read_answer(struct answer *a)
{
	const char *cookie = strstr(a->text, "Set-Cookie: __Host-ijw="),
		   *body = strstr(a->text, "\r\n\r\n");

	if (strncmp(a->text, "HTTP/1.1 ", 9) == 0)
		a->status = (int)strtol(a->text + 9, NULL, 10);
	if (cookie != NULL)
		(void)snprintf(a->cookie, sizeof a->cookie, "%.64s", cookie + 23);
	if (body != NULL)
		a->json = json_loads(body + 4, 0, NULL);
}

static bool ask(const struct browser *b, const char *method, const char *path, const char *body,
		struct answer *ret)
{
	struct tlsclient *c = dial();
	size_t n;

	*ret = (struct answer){.text = calloc(1, ANSWER_MOST + 1)};
	if (c == NULL || ret->text == NULL || !send_request(c, b, method, path, body)) {
		tlsclient_close(&c);
		return false;
	}
	n = tlsclient_receive(c, ret->text, ANSWER_MOST);
	ret->text[n] = '\0';
	tlsclient_close(&c);
	read_answer(ret);
	return ret->status != 0;
}

/* Asks and gives the status alone. */
static int status_of(const struct browser *b, const char *method, const char *path,
		     const char *body)
{
	struct answer a;
	int status = ask(b, method, path, body, &a) ? a.status : 0;

	answer_free(&a);
	return status;
}

/* Asks and gives what came, to be freed with json_decref; NULL unless it was 200. */
static json_t *get(const struct browser *b, const char *path)
{
	struct answer a;
	json_t *o = ask(b, "GET", path, NULL, &a) && a.status == 200 ? json_incref(a.json) : NULL;

	answer_free(&a);
	return o;
}

static int login(struct browser *b, const char *user, const char *password)
{
	struct answer a;
	char body[200];
	int status = 0;

	(void)snprintf(body, sizeof body, "{\"user\":\"%s\",\"password\":\"%s\"}", user, password);
	if (ask(b, "POST", "/api/login", body, &a)) {
		const char *token = json_string_value(json_object_get(a.json, "csrf"));

		status = a.status;
		(void)snprintf(b->cookie, sizeof b->cookie, "%s", a.cookie);
		(void)snprintf(b->token, sizeof b->token, "%s", token != NULL ? token : "");
	}
	answer_free(&a);
	return status;
}

static const char *text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* ---- the dashboard as a child ---- */

static bool write_text(const char *name, const char *text)
{
	char path[128];
	FILE *f = fopen(testhub_path(&h, name, path), "we");
	bool ok = f != NULL && fputs(text, f) >= 0;

	return f != NULL && fclose(f) == 0 && ok;
}

static bool add_user(const char *user, const char *rest)
{
	char command[600], program[256];

	(void)snprintf(command, sizeof command,
		       "printf '%%s\\n' '%s' | %s user add %s %s --users %s/users.yaml 2>&1",
		       PASSWORD, testhub_program("ijw-dashboard", program), user, rest, h.dir);
	return testhub_run(command, NULL, 0) == 0;
}

static bool prepare(void)
{
	char path[128];

	return mkdir(testhub_path(&h, "page", path), 0700) == 0 &&
	       mkdir(testhub_path(&h, "state", path), 0700) == 0 &&
	       write_text("page/index.html", "<!doctype html><title>hallo</title>") &&
	       write_text("page/app.js", "'hallo';") &&
	       write_text("page/geheim.key", "not to be served") &&
	       write_text(
		       "dashboard.yaml",
		       "listen: \"127.0.0.1:0\"\ncertificate: hub.pem\nkey: hub.key\nusers: "
		       "users.yaml\n"
		       "hub: ijwd.yaml\npage: page\nstate: state\nmetrics_listen: \"127.0.0.1:0\"\n"
		       "hub_name: Proefhub\n") &&
	       add_user("bea", "--role beheerder --name Bea") && add_user("ina", "--role inzage") &&
	       add_user("paul", "--role partij --code 12345678") &&
	       add_user("weg", "--role inzage");
}

/* What stands behind a text in the dashboard's log, as a number; 0: not there. */
static unsigned number_in_log(const char *text)
{
	char path[128], line[1024];
	FILE *f = fopen(testhub_path(&h, "dashboard.log", path), "re");
	const char *at = NULL;
	unsigned n = 0;

	while (f != NULL && at == NULL && fgets(line, sizeof line, f) != NULL)
		if ((at = strstr(line, text)) != NULL)
			n = (unsigned)strtoul(at + strlen(text), NULL, 10);
	if (f != NULL)
		(void)fclose(f);
	return n;
}

static bool start_dashboard(void)
{
	char program[256], config[128], log[128];
	unsigned hub_port = h.port;
	bool ready;

	testhub_program("ijw-dashboard", program);
	testhub_path(&h, "dashboard.yaml", config);
	testhub_path(&h, "dashboard.log", log);
	dashboard = fork();
	if (dashboard == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

		(void)dup2(fd, STDERR_FILENO);
		(void)execl(program, "ijw-dashboard", "--config", config, (char *)NULL);
		_exit(127);
	}
	ready = dashboard > 0 && testhub_notified(&h, "READY=1");
	port = h.port;
	h.port = hub_port; /* both tell theirs on one socket */
	metrics_port = number_in_log("DASH-METRICS: /metrics on port ");
	return ready && port != hub_port && metrics_port != 0;
}

static int end_dashboard(void)
{
	int status = -1;

	if (dashboard <= 0)
		return -1;
	(void)kill(dashboard, SIGTERM);
	while (waitpid(dashboard, &status, 0) < 0 && errno == EINTR)
		;
	dashboard = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Asks until a text is in the answer: what is asked for happens in other programs. */
static bool until(const struct browser *b, const char *path, const char *holds)
{
	for (int i = 0; i < 400; i++) {
		struct answer a;
		bool found = ask(b, "GET", path, NULL, &a) && strstr(a.text, holds) != NULL;

		answer_free(&a);
		if (found)
			return true;
		(void)poll(NULL, 0, 50);
	}
	(void)fprintf(stderr, "%s never held '%s'\n", path, holds);
	return false;
}

/* ---- the traffic that is looked at ---- */

static bool traffic(void)
{
	struct ijw *g = scene_connect(&h, "gemeente-a"), *a = scene_connect(&h, "aanbieder-a");
	struct receipt r;
	struct ijw_event e;
	struct buf wrong = BUF_INIT;
	bool ok = g != NULL && a != NULL && ijw_ready(a, "12345678", 5) == 0 &&
		  scene_send_type(g, "JW301", "0363", "12345678", "VOOR-A", &r) &&
		  testhub_event(a, IJW_EVENT_DELIVERY, &e) && ijw_done(a, e.id) == 0 &&
		  scene_send_type(g, "JW319", "0363", "87654321", "VOOR-B", &r) &&
		  bericht_make("JW301", "0363", "12345678", "FOUT", &wrong) &&
		  bericht_set(&wrong, "Einddatum", 0, "2027-06-31") &&
		  scene_send(g, NULL, wrong.data, wrong.len, &r) &&
		  r.verdict == IJW_VERDICT_REFUSED;

	buf_free(&wrong);
	ijw_close(&g);
	ijw_close(&a);
	return ok;
}

/* ---- what is promised ---- */

static struct browser nobody, bea, ina, paul;

static void getting_in(void)
{
	struct answer a;
	json_t *o;

	CHECK(status_of(&nobody, "GET", "/api/me", NULL) == 401 &&
		      status_of(&nobody, "GET", "/api/messages", NULL) == 401,
	      "nobody sees anything without logging in");
	NEED(login(&bea, "bea", PASSWORD) == 200 && login(&ina, "ina", PASSWORD) == 200 &&
		     login(&paul, "paul", PASSWORD) == 200,
	     "three log in");
	CHECK(strlen(bea.cookie) == 64 && strlen(bea.token) == 64 &&
		      strcmp(bea.cookie, ina.cookie) != 0,
	      "each with a session of its own");
	o = get(&paul, "/api/me");
	CHECK(strcmp(text_at(o, "role"), "partij") == 0 &&
		      strcmp(text_at(o, "hub_name"), "Proefhub") == 0 &&
		      strcmp(json_string_value(json_array_get(json_object_get(o, "codes"), 0)),
			     "12345678") == 0,
	      "and is told who it is");
	json_decref(o);
	NEED(ask(&nobody, "GET", "/", NULL, &a), "the page comes");
	CHECK(a.status == 200 && strstr(a.text, "<title>hallo") != NULL, "to anybody");
	CHECK(strstr(a.text, "Content-Security-Policy: default-src 'none'") != NULL &&
		      strstr(a.text, "Strict-Transport-Security:") != NULL &&
		      strstr(a.text, "X-Content-Type-Options: nosniff") != NULL &&
		      strstr(a.text, "Referrer-Policy: no-referrer") != NULL,
	      "with the headers that keep browsers careful");
	answer_free(&a);
	CHECK(status_of(&nobody, "GET", "/static/app.js", NULL) == 200 &&
		      status_of(&nobody, "GET", "/static/geheim.key", NULL) == 404 &&
		      status_of(&nobody, "GET", "/static/../users.yaml", NULL) == 404 &&
		      status_of(&nobody, "GET", "/static/%2e%2e/users.yaml", NULL) == 404,
	      "files of the page and no others");
	CHECK(status_of(&nobody, "GET", "/health", NULL) == 200 &&
		      status_of(&nobody, "GET", "/api/openapi.yaml", NULL) == 200,
	      "and what anybody may know");
}

static void staying_out(void)
{
	struct browser b = {0}, evil = {.more = "Origin: https://evil.example\r\n"},
		       foreign = {.more = "Sec-Fetch-Site: cross-site\r\n"},
		       own = {.more = "Origin: https://localhost\r\n"};
	struct answer a;
	char *large = calloc(1, 70001);

	CHECK(login(&evil, "bea", PASSWORD) == 403 && login(&foreign, "bea", PASSWORD) == 403,
	      "another site cannot log anybody in");
	CHECK(login(&own, "weg", PASSWORD) == 200, "the page itself can");
	for (int i = 0; i < 5; i++)
		CHECK(login(&b, "karel", "verkeerd wachtwoord") == 401,
		      "a wrong password, or an unknown name");
	NEED(ask(&b, "POST", "/api/login",
		 "{\"user\":\"karel\",\"password\":\"verkeerd wachtwoord\"}", &a),
	     "a sixth time");
	CHECK(a.status == 429 && strstr(a.text, "Retry-After:") != NULL, "has to wait");
	answer_free(&a);
	CHECK(login(&b, "ina", PASSWORD) == 200, "others need not");
	memset(large, 'x', 70000);
	CHECK(status_of(&bea, "POST", "/api/clients", large) == 413,
	      "what is too large is not read");
	free(large);
	CHECK(status_of(&bea, "POST", "/api/clients", "[]") == 400 &&
		      status_of(&bea, "POST", "/api/clients", "{") == 400,
	      "and what is no JSON object neither");
}

static void roles(void)
{
	struct browser no_token = bea;
	static const char hold[] = "{\"code\":\"87654321\",\"reason\":\"proef van de pagina\"}";
	json_t *o;

	no_token.token[0] = '\0';
	CHECK(status_of(&no_token, "POST", "/api/admin/hold", hold) == 403,
	      "no act without the token");
	CHECK(status_of(&ina, "POST", "/api/admin/hold", hold) == 403 &&
		      status_of(&ina, "GET", "/api/admin", NULL) == 403 &&
		      status_of(&ina, "GET", "/api/audit", NULL) == 403,
	      "inzage does nothing, and does not read the audit log");
	CHECK(status_of(&paul, "GET", "/api/admin", NULL) == 403 &&
		      status_of(&paul, "GET", "/api/audit", NULL) == 403,
	      "nor does a party");
	CHECK(status_of(&bea, "POST", "/api/admin/hold", "{\"code\":\"87654321\"}") == 400,
	      "an act needs a reason");
	CHECK(status_of(&bea, "POST", "/api/admin/hold", hold) == 200 &&
		      until(&bea, "/api/admin", "proef van de pagina"),
	      "beheerder holds a delivery, and it shows");
	CHECK(status_of(&bea, "POST", "/api/admin/resume", hold) == 200, "and lets go of it");
	CHECK(until(&bea, "/api/audit?event=set-hold", "\"who\":\"bea\""),
	      "the audit log knows who");
	o = get(&bea, "/api/admin");
	CHECK(json_array_size(json_object_get(o, "users")) == 4 &&
		      json_array_size(json_object_get(o, "keys")) == 1,
	      "users and keys are shown");
	json_decref(o);
}

/* The number of the message with this identification, as somebody sees it; 0: not. */
static long long number_of(const struct browser *b, const char *identification)
{
	char path[128];
	json_t *o;
	long long id;

	(void)snprintf(path, sizeof path, "/api/messages?identification=%s", identification);
	o = get(b, path);
	id = json_integer_value(
		json_object_get(json_array_get(json_object_get(o, "messages"), 0), "id"));
	json_decref(o);
	return id;
}

static void searching(void)
{
	json_t *o = get(&ina, "/api/messages?type=JW301&verdict=refused"), *m;
	char path[64];

	m = json_array_get(json_object_get(o, "messages"), 0);
	CHECK(json_array_size(json_object_get(o, "messages")) == 1 &&
		      strcmp(text_at(m, "identification"), "FOUT") == 0 &&
		      json_is_false(json_object_get(o, "more")),
	      "a refused JW301 is found");
	CHECK(strcmp(json_string_value(json_array_get(json_object_get(m, "rules"), 0)), "XSD") == 0,
	      "with the rule it broke");
	(void)snprintf(path, sizeof path, "/api/messages/%lld",
		       (long long)json_integer_value(json_object_get(m, "id")));
	json_decref(o);
	o = get(&ina, path);
	m = json_array_get(json_object_get(o, "findings"), 0);
	CHECK(strcmp(text_at(m, "element"), "Einddatum") == 0 &&
		      strstr(text_at(m, "excerpt"), "Einddatum") != NULL,
	      "its finding shows the place");
	CHECK(strstr(text_at(o, "explain_nl"), "geweigerd") != NULL &&
		      strstr(text_at(o, "explain_en"), "refused") != NULL,
	      "and there is a paragraph to read out");
	CHECK(strstr(text_at(m, "excerpt"), BSN) == NULL, "without a BSN");
	json_decref(o);
	CHECK(status_of(&ina, "GET", "/api/messages?limit=9999", NULL) == 400 &&
		      status_of(&ina, "GET", "/api/messages?sender=x", NULL) == 400,
	      "what makes no sense is told");
	o = get(&bea, "/api/errors");
	CHECK(json_array_size(json_object_get(o, "groups")) > 0, "faults are grouped");
	json_decref(o);
}

static void a_party(void)
{
	long long of_a = number_of(&bea, "VOOR-A"), of_b = number_of(&bea, "VOOR-B");
	struct answer a;
	char path[64];

	NEED(of_a > 0 && of_b > 0, "beheerder sees both messages");
	CHECK(number_of(&paul, "VOOR-A") == of_a && number_of(&paul, "VOOR-B") == 0,
	      "a party sees its own only");
	(void)snprintf(path, sizeof path, "/api/messages/%lld", of_b);
	CHECK(status_of(&paul, "GET", path, NULL) == 404, "another's is not there for it");
	(void)snprintf(path, sizeof path, "/api/messages/%lld/body", of_b);
	CHECK(status_of(&paul, "POST", path, "{\"masked\":true}") == 404, "nor its text");
	(void)snprintf(path, sizeof path, "/api/messages?id=%lld", of_b);
	NEED(ask(&paul, "GET", path, NULL, &a), "asked for by number");
	CHECK(json_array_size(json_object_get(a.json, "messages")) == 0, "also not by its number");
	answer_free(&a);
	for (size_t i = 0; i < 9; i++) {
		static const char *const pages[] = {
			"/api/overview",     "/api/messages",  "/api/errors",
			"/api/due?ahead=60", "/api/open-ends", "/api/parties",
			"/api/conformance",  "/api/burden",    "/api/flows"};

		NEED(ask(&paul, "GET", pages[i], NULL, &a) && a.status == 200,
		     "each page of its own");
		if (!CHECK(strstr(a.text, "87654321") == NULL &&
				   strstr(a.text, "aanbieder-b") == NULL,
			   "names nobody who is none of its business"))
			(void)fprintf(stderr, "    %s\n", pages[i]);
		answer_free(&a);
	}
	CHECK(status_of(&paul, "GET", "/api/conformance?party=0363", NULL) == 403 &&
		      status_of(&paul, "GET", "/api/flows?party=87654321", NULL) == 403,
	      "reports about others are not for it");
}

static void texts(void)
{
	long long id = number_of(&bea, "VOOR-A");
	static const char plain[] = "{\"masked\":false,\"reason\":\"vraag van de gemeente\"}";
	struct answer a;
	char path[64], wanted[96];

	(void)snprintf(path, sizeof path, "/api/messages/%lld/body", id);
	NEED(ask(&ina, "POST", path, "{\"masked\":true}", &a), "a text, masked");
	CHECK(a.status == 200 && strstr(a.text, "Toewijzing") != NULL &&
		      strstr(a.text, BSN) == NULL,
	      "shows no BSN");
	answer_free(&a);
	CHECK(status_of(&ina, "POST", path, plain) == 403, "inzage sees it masked only");
	CHECK(status_of(&bea, "POST", path, "{\"masked\":false}") == 400,
	      "unmasked needs a reason");
	NEED(ask(&bea, "POST", path, plain, &a), "with one");
	CHECK(a.status == 200 && strstr(a.text, BSN) != NULL, "it is shown");
	answer_free(&a);
	(void)snprintf(wanted, sizeof wanted, "\"message\":%lld", id);
	CHECK(until(&bea, "/api/audit?event=body-viewed", "vraag van de gemeente") &&
		      until(&bea, "/api/audit?event=body-viewed", wanted) &&
		      until(&bea, "/api/audit?event=body-viewed-masked", "\"who\":\"ina\""),
	      "and the audit log has it: who, which and why");
}

static void by_bsn(void)
{
	struct answer a;
	char path[128];
	json_t *o;

	CHECK(status_of(&bea, "POST", "/api/clients", "{\"bsn\":\"" BSN "\"}") == 400,
	      "a search by BSN needs a reason");
	NEED(ask(&bea, "POST", "/api/clients",
		 "{\"bsn\":\"" BSN "\",\"reason\":\"vraag van een ouder\"}", &a),
	     "with one");
	CHECK(a.status == 200 && strlen(text_at(a.json, "client")) == 32, "it gives a pseudonym");
	(void)snprintf(path, sizeof path, "/api/messages?client=%s", text_at(a.json, "client"));
	answer_free(&a);
	o = get(&bea, path);
	CHECK(json_array_size(json_object_get(o, "messages")) >= 1, "by which messages are found");
	json_decref(o);
	NEED(ask(&bea, "GET", "/api/audit?event=bsn-search", NULL, &a), "the log");
	CHECK(strstr(a.text, "vraag van een ouder") != NULL && strstr(a.text, BSN) == NULL,
	      "tells of it, without the BSN");
	answer_free(&a);
}

static void files(void)
{
	struct answer a;

	NEED(ask(&bea, "GET", "/api/conformance?party=0363&format=csv", NULL, &a), "a file");
	CHECK(a.status == 200 && strstr(a.text, "=\"0363\"") != NULL &&
		      strstr(a.text, "Content-Disposition: attachment") != NULL,
	      "for a spreadsheet");
	answer_free(&a);
	NEED(ask(&bea, "GET", "/api/conformance?party=0363&format=html", NULL, &a), "a report");
	CHECK(a.status == 200 && strstr(a.text, "<h1>") != NULL &&
		      strstr(a.text, "<script") == NULL,
	      "to print, without scripts");
	answer_free(&a);
	CHECK(until(&bea, "/api/audit?event=export", "conformance 0363 csv"),
	      "and the log tells of exports");
	NEED(ask(&bea, "POST", "/api/audit/verify", "{}", &a), "the log is verified");
	if (!CHECK(a.status == 200 && json_is_true(json_object_get(a.json, "ok")), "and is whole"))
		(void)fprintf(stderr, "%s\n", a.text);
	answer_free(&a);
	CHECK(until(&bea, "/api/flows?period=year", "\"state\":\"ready\"") &&
		      until(&bea, "/api/burden", "\"state\":\"ready\""),
	      "reports come when they are made");
}

/* Reads a stream until a text comes. */
static bool hears(struct tlsclient *c, const char *text)
{
	struct buf b = BUF_INIT;
	char one;
	bool found = false;

	while (!found && b.len < ANSWER_MOST && tlsclient_receive(c, &one, 1) == 1) {
		buf_add(&b, &one, 1);
		found = one == text[strlen(text) - 1] && strstr(buf_str(&b), text) != NULL;
	}
	buf_free(&b);
	return found;
}

static void streaming(void)
{
	struct tlsclient *c = dial();
	struct browser b = {0};

	NEED(c != NULL && send_request(c, &bea, "GET", "/api/events", NULL), "a stream");
	CHECK(hears(c, "text/event-stream") && hears(c, "event: overview\ndata: {\"hub\":"),
	      "tells how things stand at once");
	tlsclient_close(&c);
	c = dial();
	NEED(login(&b, "ina", PASSWORD) == 200 && c != NULL &&
		     send_request(c, &b, "GET", "/api/events", NULL),
	     "another");
	CHECK(hears(c, "event: overview"), "tells too");
	CHECK(status_of(&b, "POST", "/api/logout", "{}") == 200 &&
		      hears(c, "event: session\ndata: {}"),
	      "and hears when its login ends");
	tlsclient_close(&c);
	CHECK(status_of(&b, "GET", "/api/me", NULL) == 401, "which it has");
	CHECK(status_of(&nobody, "GET", "/api/events", NULL) == 401, "nobody else gets one");
}

/* Fetches the metrics, and gives them to a command. */
static int fetch_metrics(const char *pipe, char *text, size_t room)
{
	char command[400];

	(void)snprintf(command, sizeof command,
		       "python3 -c \"import urllib.request as u; "
		       "print(u.urlopen('http://127.0.0.1:%u/metrics').read().decode(), end='')\" %s",
		       metrics_port, pipe);
	return testhub_run(command, text, room);
}

static void metrics(void)
{
	char text[65536];

	NEED(fetch_metrics("", text, sizeof text) == 0, "metrics are there");
	CHECK(strstr(text, "\nijwd_up 1\n") != NULL &&
		      strstr(text, "ijwd_messages_total{party=\"gemeente-a\"") != NULL &&
		      strstr(text, "# TYPE ijwd_receipt_seconds histogram") != NULL,
	      "and tell what goes on");
	CHECK(strstr(text, BSN) == NULL, "and nothing of clients");
	if (testhub_run("command -v promtool >/dev/null", NULL, 0) == 0)
		CHECK(fetch_metrics("| promtool check metrics", text, sizeof text) == 0,
		      "Prometheus' own check finds nothing");
}

/* The hub dies; the page tells, people log in, and the audit log hears of it afterwards. */
static void without_the_hub(void)
{
	struct browser b = {0};
	struct answer a;
	char path[128];

	(void)testhub_end(&h, SIGKILL);
	CHECK(until(&bea, "/api/overview", "\"state\":\"down\""),
	      "the page tells that the hub is down");
	CHECK(until(&bea, "/api/overview", "\"kind\":\"hub-down\""), "first of all");
	CHECK(number_of(&bea, "VOOR-A") > 0, "messages can still be looked for");
	CHECK(status_of(&bea, "POST", "/api/admin/recheck", "{\"reason\":\"proef\"}") == 502,
	      "acts cannot be done");
	NEED(login(&b, "bea", PASSWORD) == 200, "logging in is possible");
	CHECK(access(testhub_path(&h, "state/audit-spool.jsonl", path), R_OK) == 0,
	      "the audit entry is kept");
	CHECK(login(&b, "bea", PASSWORD) == 200, "twice");
	NEED(testhub_start(&h), "the hub is back");
	CHECK(until(&bea, "/api/overview", "\"state\":\"up\""), "the page tells");
	NEED(until(&bea, "/api/audit?event=login&limit=2", "\"detail\":\"20"),
	     "what was kept is handed over");
	NEED(ask(&bea, "GET", "/api/audit?event=login&limit=2", NULL, &a), "both entries");
	CHECK(json_array_size(json_object_get(a.json, "entries")) == 2, "in the log");
	for (size_t i = 0; i < 2; i++)
		CHECK(strncmp(text_at(json_array_get(json_object_get(a.json, "entries"), i),
				      "detail"),
			      "20", 2) == 0,
		      "with the moment at which it happened");
	answer_free(&a);
}

static void reloading(void)
{
	struct browser b = {0};
	char command[400], program[256];

	NEED(login(&b, "weg", PASSWORD) == 200, "somebody logs in");
	(void)snprintf(command, sizeof command, "%s user remove weg --users %s/users.yaml",
		       testhub_program("ijw-dashboard", program), h.dir);
	NEED(testhub_run(command, NULL, 0) == 0 && kill(dashboard, SIGHUP) == 0 &&
		     testhub_notified(&h, "RELOADING=1") && testhub_notified(&h, "READY=1"),
	     "and is taken out of the users' file");
	CHECK(status_of(&b, "GET", "/api/me", NULL) == 401 && login(&b, "weg", PASSWORD) == 401,
	      "that was that");
	CHECK(status_of(&bea, "GET", "/api/me", NULL) == 200, "others do not notice");
	NEED(write_text("users.yaml", "users: nonsense\n") && kill(dashboard, SIGHUP) == 0 &&
		     testhub_notified(&h, "RELOADING=1") && testhub_notified(&h, "READY=1"),
	     "a broken users' file");
	CHECK(status_of(&bea, "GET", "/api/me", NULL) == 200, "leaves what was there in force");
}

static void the_log(void)
{
	char path[128], line[1024];
	FILE *f;
	bool clean = true;

	CHECK(end_dashboard() == 0, "it ends in order");
	f = fopen(testhub_path(&h, "dashboard.log", path), "re");
	NEED(f != NULL, "there is a log");
	while (fgets(line, sizeof line, f) != NULL)
		clean = clean && strstr(line, BSN) == NULL && strstr(line, PASSWORD) == NULL &&
			strstr(line, bea.cookie) == NULL && strstr(line, "karel") == NULL;
	(void)fclose(f);
	CHECK(clean, "without a BSN, a password, a cookie, or a name that is nobody's");
}

int main(void)
{
	static const struct test tests[] = {
		{"who logs in gets in", getting_in},
		{"who does not stays out", staying_out},
		{"each role does what it may", roles},
		{"messages are found and told", searching},
		{"a party sees nothing of others", a_party},
		{"texts are shown with care, and audited", texts},
		{"a BSN is looked for without being kept", by_bsn},
		{"files and reports", files},
		{"the page hears what happens", streaming},
		{"Prometheus hears too", metrics},
		{"the page lives without the hub", without_the_hub},
		{"users come and go by a reload", reloading},
		{"nothing private is in the log", the_log},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) || !testhub_start(&h) || !prepare() || !traffic() ||
	    !start_dashboard())
		return 2;
	r = unit_main("dashboard", tests);
	if (dashboard > 0)
		(void)end_dashboard();
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
