#include "wire/control.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "care/check.h"
#include "store/bodies.h"
#include "store/register.h"
#include "store/view.h"
#include "wire/due.h"
#include "wire/inspect.h"
#include "wire/openends.h"
#include "wire/operator.h"
#include "wire/protocol.h"

#include "base/banned.h"

#define REQUEST_MOST 4096
#define AHEAD_MOST 3660 /* days */
#define DAY_CHECK_MS 60000 /* how soon after midnight a new day is noticed */
#define PATIENCE_MS 5000 /* for an operator's program to send its line or take its answer */
#define ROWS_MOST 1000
#define ENDS_MOST 20000 /* open ends in one answer */

struct control {
	struct control_opts o;
	char *path, *store_url, *schemas, *certificate, *ca;
	int listener, stop_fd;
	pthread_t thread;
	struct store *store; /* opened for reading */
	struct pseudonym_key key;
	pthread_mutex_t lock;
	struct parties *who;
	day told; /* the day whose overdue answers were told */
};

/* ---- answers ---- */

static json_t *moment(int64_t us)
{
	char text[MOMENT_TEXT];

	if (us <= 0)
		return json_null();
	moment_text(us, text);
	return json_string(text);
}

static void set_text(json_t *o, const char *key, const char *value)
{
	(void)json_object_set_new(o, key, value != NULL ? json_string(value) : json_null());
}

static const char *const outbox_words[] = {
	[OUTBOX_WAITS] = "waits", [OUTBOX_HANDED] = "sent", [OUTBOX_GIVEN_UP] = "given up"};

static json_t *message_json(const struct store_message *m)
{
	json_t *o = json_object();
	char sha[65];

	for (int i = 0; i < 32; i++)
		(void)snprintf(sha + 2 * i, 3, "%02x", m->sha256[i]);
	(void)json_object_set_new(o, "id", json_integer(m->id));
	(void)json_object_set_new(o, "received", moment(m->received));
	(void)json_object_set_new(o, "settled", moment(m->settled));
	(void)json_object_set_new(o, "delivered", moment(m->delivered));
	(void)json_object_set_new(o, "confirmed", moment(m->confirmed));
	(void)json_object_set_new(o, "attempts", json_integer(m->attempts));
	(void)json_object_set_new(o, "size", json_integer(m->size));
	set_text(o, "party", m->party);
	set_text(o, "reference", m->reference);
	set_text(o, "type", m->type);
	set_text(o, "sender", m->van);
	set_text(o, "receiver", m->naar);
	set_text(o, "identification", m->identificatie);
	set_text(o, "verdict", verdict_name(m->verdict));
	set_text(o, "code", m->code);
	set_text(o, "delivery", m->outbox == OUTBOX_NONE ? NULL : outbox_words[m->outbox]);
	(void)json_object_set_new(o, "more", json_integer(m->more));
	set_text(o, "sha256", sha);
	return o;
}

static json_t *failure(const char *text)
{
	return json_pack("{s:s}", "error", text);
}

static int add_message(void *ctx, const struct store_message *m)
{
	return json_array_append_new(ctx, message_json(m)) == 0 ? 0 : -ENOMEM;
}

static int add_queue(void *ctx, const struct store_queue_row *q)
{
	json_t *o = json_pack("{s:s, s:I, s:I}", "receiver", q->receiver, "waiting",
			      (json_int_t)q->waiting, "given_up", (json_int_t)q->given_up);

	(void)json_object_set_new(o, "oldest", moment(q->oldest));
	return json_array_append_new(ctx, o) == 0 ? 0 : -ENOMEM;
}

static json_t *live(struct control *c)
{
	struct buf b = BUF_INIT;
	json_t *o;

	router_snapshot(c->o.router, &b);
	o = json_loads(buf_str(&b), 0, NULL);
	buf_free(&b);
	return o != NULL ? o : json_object();
}

static json_t *answer_status(struct control *c, json_t *request)
{
	struct store_totals t = {0};
	json_t *o = json_object(), *queues = json_array();

	(void)request;
	/* What is live is told even when the store is not to be read: then it matters most. */
	if (c->store->ops->totals(c->store, &t) < 0 ||
	    c->store->ops->queues(c->store, add_queue, queues) < 0)
		set_text(o, "store_error", "the store cannot be read");
	set_text(o, "version", IJWD_VERSION);
	(void)json_object_set_new(o, "pid", json_integer(getpid()));
	(void)json_object_set_new(o, "port", json_integer(router_port(c->o.router)));
	(void)json_object_set_new(o, "started", moment(c->o.started));
	set_text(o, "store", c->store_url);
	(void)json_object_set_new(
		o, "totals",
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "messages", (json_int_t)t.messages,
			  "accepted", (json_int_t)t.verdicts[VERDICT_ACCEPTED], "rejected",
			  (json_int_t)t.verdicts[VERDICT_REJECTED], "refused",
			  (json_int_t)t.verdicts[VERDICT_REFUSED], "parked",
			  (json_int_t)t.verdicts[VERDICT_PARKED], "waiting", (json_int_t)t.waiting,
			  "given_up", (json_int_t)t.given_up));
	(void)json_object_set_new(o, "queues", queues);
	(void)json_object_set_new(o, "live", live(c));
	operator_status(c->o.router, &c->o.files, o);
	return o;
}

static const char *text_of(json_t *request, const char *key)
{
	const char *s = json_string_value(json_object_get(request, key));

	return s != NULL ? s : "";
}

/* 32 hexadecimal digits. */
static bool read_client(const char *text, unsigned char ret[CLIENT_BYTES])
{
	if (strlen(text) != 2 * CLIENT_BYTES || strspn(text, "0123456789abcdef") != 2 * CLIENT_BYTES)
		return false;
	for (size_t i = 0; i < CLIENT_BYTES; i++) {
		char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

		ret[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
	return true;
}

static int64_t number_of(json_t *request, const char *key)
{
	return json_integer_value(json_object_get(request, key));
}

static json_t *answer_messages(struct control *c, json_t *request)
{
	unsigned char client[CLIENT_BYTES];
	const char *verdict = text_of(request, "verdict"), *named = text_of(request, "client");
	struct view_search s = {
		.party = text_of(request, "party"),
		.identificatie = text_of(request, "identification"),
		.van = text_of(request, "sender"),
		.naar = text_of(request, "receiver"),
		.type = text_of(request, "type"),
		.rule = text_of(request, "rule"),
		.code = text_of(request, "code"),
		.verdict = verdict_parse((struct frame){verdict, strlen(verdict)}),
		.since = number_of(request, "since"),
		.until = number_of(request, "until"),
		.nummer = number_of(request, "nummer"),
		.before = number_of(request, "before"),
		.undelivered = json_is_true(json_object_get(request, "undelivered")),
		.given_up = json_is_true(json_object_get(request, "given_up")),
		.limit = (unsigned)number_of(request, "limit"),
	};
	json_t *rows;

	if (verdict[0] != '\0' && s.verdict == 0)
		return failure("verdict: expected accepted, rejected, refused or parked");
	if (named[0] != '\0' && !read_client(named, client))
		return failure("client: expected a pseudonym of 32 hexadecimal digits");
	s.client = named[0] != '\0' ? client : NULL;
	rows = json_array();
	if (view_search(c->store, &s, add_message, rows) < 0) {
		json_decref(rows);
		return failure("the store cannot be read");
	}
	return json_pack("{s:o}", "messages", rows);
}

static json_t *outbox_json(const struct store_outbox *b)
{
	json_t *o;

	if (b->state == OUTBOX_NONE)
		return json_null();
	o = json_pack("{s:s, s:I, s:I}", "state", outbox_words[b->state], "attempts",
		      (json_int_t)b->attempts, "failures", (json_int_t)b->failures);
	(void)json_object_set_new(o, "next", moment(b->next));
	set_text(o, "reason", b->reason);
	return o;
}

static json_t *row_json(struct control *c, struct arena *a, int64_t id, struct store_message *m)
{
	struct store_outbox b;
	int64_t gone;
	json_t *o, *findings;
	int r = c->store->ops->message_get(c->store, a, id, m);

	if (r == -ENOENT)
		return failure("there is no message with this number");
	if (r < 0 || c->store->ops->outbox_get(c->store, a, id, &b) < 0)
		return failure("the store cannot be read");
	o = message_json(m);
	(void)json_object_set_new(o, "outbox", outbox_json(&b));
	if (bodies_gone(c->store, id, &gone) == 0)
		(void)json_object_set_new(o, "text_deleted", moment(gone));
	findings = m->findings != NULL ? json_loads(m->findings, 0, NULL) : NULL;
	(void)json_object_set_new(o, "findings", findings != NULL ? findings : json_array());
	return o;
}

static json_t *answer_show(struct control *c, json_t *request)
{
	struct arena a = ARENA_INIT;
	struct store_message m;
	json_t *o = row_json(c, &a, json_integer_value(json_object_get(request, "id")), &m);

	arena_release(&a);
	return o;
}

/* Adds to each finding the masked lines around it. */
static void add_excerpts(struct control *c, json_t *findings, const char *data, size_t size)
{
	struct standards *standards = NULL;
	struct checker *checker = NULL;
	struct buf why = BUF_INIT, text = BUF_INIT;
	json_t *row;
	size_t i;

	if (standards_open(&standards, c->schemas, &why) == 0 &&
	    checker_new(&checker, standards) == 0) {
		json_array_foreach(findings, i, row)
		{
			struct finding f = {
				.line = (uint32_t)json_integer_value(json_object_get(row, "line")),
				.column = (uint32_t)json_integer_value(json_object_get(row, "column")),
			};

			if (f.line == 0)
				continue;
			buf_clear(&text);
			check_excerpt(checker, data, size, &f, &text);
			set_text(row, "excerpt", buf_str(&text));
		}
	}
	buf_free(&text);
	buf_free(&why);
	checker_free(&checker);
	standards_free(&standards);
}

static json_t *answer_explain(struct control *c, json_t *request)
{
	struct arena a = ARENA_INIT;
	struct store_message m;
	struct buf body = BUF_INIT;
	int64_t id = json_integer_value(json_object_get(request, "id"));
	json_t *o = row_json(c, &a, id, &m), *findings = json_object_get(o, "findings");
	int r = json_array_size(findings) > 0 ? c->store->ops->body(c->store, id, &body) : 0;

	if (r < 0)
		set_text(o, "text_error", store_fault(r));
	else if (json_array_size(findings) > 0)
		add_excerpts(c, findings, buf_str(&body), body.len);
	buf_free(&body);
	arena_release(&a);
	return o;
}

static json_t *codes_json(const struct partij *p)
{
	json_t *codes = json_array();

	for (size_t i = 0; i < p->n_codes; i++) {
		const struct partij_code *k = &p->codes[i];
		json_t *o = json_pack("{s:s, s:b}", "code", k->code, "own", k->own), *types = json_array();
		char text[11];

		for (size_t j = 0; j < k->n_types; j++)
			(void)json_array_append_new(types, json_string(k->types[j]));
		(void)json_object_set_new(o, "types", types);
		(void)json_object_set_new(o, "send", json_boolean(k->may & MAY_SEND));
		(void)json_object_set_new(o, "receive", json_boolean(k->may & MAY_RECEIVE));
		if (k->from != DAY_NONE) {
			day_text(k->from, text);
			set_text(o, "from", text);
		}
		if (k->until != DAY_NONE) {
			day_text(k->until, text);
			set_text(o, "until", text);
		}
		(void)json_array_append_new(codes, o);
	}
	return codes;
}

static json_t *answer_parties(struct control *c, json_t *request)
{
	json_t *rows = json_array(), *queues = json_array();
	struct parties *who;

	(void)request;
	pthread_mutex_lock(&c->lock);
	who = parties_hold(c->who);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < who->n; i++) {
		json_t *o = json_pack("{s:s, s:s}", "party", who->list[i].id, "name", who->list[i].name);

		(void)json_object_set_new(o, "codes", codes_json(&who->list[i]));
		(void)json_array_append_new(rows, o);
	}
	parties_drop(&who);
	if (c->store->ops->queues(c->store, add_queue, queues) < 0) {
		json_decref(rows);
		json_decref(queues);
		return failure("the store cannot be read");
	}
	return json_pack("{s:o, s:o, s:o}", "parties", rows, "queues", queues, "live", live(c));
}

/* Rows of `due`, counterparty by counterparty because the store gives them by day. */
struct due {
	json_t *rows;
	const char *party; /* "": all */
	day today;
};

static int add_due(void *ctx, const struct reg_verwachting *v)
{
	struct due *d = ctx;
	char sinds[11], uiterlijk[11];

	if (d->party[0] != '\0' && strcmp(d->party, v->debiteur) != 0 &&
	    strcmp(d->party, v->crediteur) != 0)
		return 0;
	if (json_array_size(d->rows) == ROWS_MOST)
		return 1;
	day_text(v->sinds, sinds);
	day_text(v->uiterlijk, uiterlijk);
	return json_array_append_new(
		       d->rows, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:i}", "kind", v->soort,
					  "debtor", v->debiteur, "creditor", v->crediteur, "about",
					  v->sleutel, "message", (json_int_t)v->bericht, "since", sinds,
					  "due", uiterlijk, "late", (int)(d->today - v->uiterlijk))) == 0
		       ? 0
		       : -ENOMEM;
}

static int by_debtor(const void *a, const void *b)
{
	json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int r = strcmp(text_of(x, "debtor"), text_of(y, "debtor"));

	return r != 0 ? r : strcmp(text_of(x, "due"), text_of(y, "due"));
}

static json_t *sorted(json_t *rows)
{
	size_t n = json_array_size(rows);
	json_t **list = calloc(n + 1, sizeof(json_t *)), *out = json_array();

	for (size_t i = 0; list != NULL && i < n; i++)
		list[i] = json_array_get(rows, i);
	if (list != NULL)
		qsort(list, n, sizeof(json_t *), by_debtor);
	for (size_t i = 0; list != NULL && i < n; i++)
		(void)json_array_append(out, list[i]);
	free(list);
	json_decref(rows);
	return out;
}

static json_t *answer_due(struct control *c, json_t *request)
{
	struct due d = {json_array(), text_of(request, "party"), day_of(clock_us())};
	json_int_t ahead = json_integer_value(json_object_get(request, "ahead"));
	day until = d.today + (day)(ahead < 0 ? 0 : ahead > AHEAD_MOST ? AHEAD_MOST : ahead);
	char today[11];
	bool more;

	if (c->store->reg->verwachtingen(c->store, NULL, until, add_due, &d) < 0) {
		json_decref(d.rows);
		return failure("the store cannot be read");
	}
	day_text(d.today, today);
	more = json_array_size(d.rows) == ROWS_MOST;
	return json_pack("{s:s, s:o, s:b}", "today", today, "due", sorted(d.rows), "more", more);
}

/* Rows of `open-ends`; `told` is the day on which the aanbieder heard of it. */
struct ends {
	struct buf rows;
	const char *code; /* "": all */
	size_t n;
};

static int add_end(void *ctx, const struct reg_open_einde *e)
{
	struct ends *d = ctx;

	if (d->code[0] != '\0' && strcmp(d->code, e->paar.gemeente) != 0 &&
	    strcmp(d->code, e->paar.aanbieder) != 0)
		return 0;
	if (d->n == ENDS_MOST)
		return 1;
	buf_adds(&d->rows, d->n++ > 0 ? "," : "");
	open_end_json(e, true, &d->rows);
	return d->rows.failed ? -ENOMEM : 0;
}

static json_t *answer_open_ends(struct control *c, json_t *request)
{
	struct ends d = {.rows = BUF_INIT, .code = text_of(request, "code")};
	json_t *rows, *o = NULL;
	char today[11];
	int r;

	day_text(day_of(clock_us()), today);
	buf_adds(&d.rows, "[");
	r = c->store->reg->open_einden(c->store, 0, add_end, &d);
	buf_adds(&d.rows, "]");
	rows = r < 0 ? NULL : json_loads(buf_str(&d.rows), 0, NULL);
	if (rows != NULL)
		o = json_pack("{s:s, s:o, s:b}", "today", today, "open_ends", rows, "more",
			      d.n == ENDS_MOST);
	buf_free(&d.rows);
	return o != NULL ? o : failure("the store cannot be read");
}

static json_t *answer_reload(struct control *c, json_t *request)
{
	(void)c;
	(void)request;
	(void)kill(getpid(), SIGHUP); /* the same way as systemctl reload */
	return json_pack("{s:s}", "done", "the hub reads its configuration again; its log tells the outcome");
}

static const struct {
	const char *name;
	json_t *(*answer)(struct control *c, json_t *request);
} commands[] = {
	{"status", answer_status},   {"messages", answer_messages}, {"show", answer_show},
	{"explain", answer_explain}, {"parties", answer_parties},   {"due", answer_due},
	{"reload", answer_reload},   {"open-ends", answer_open_ends},
};

/* The orders and looks of operator.c. */
static json_t *answer_operator(struct control *c, const char *name, const json_t *request, const char *caller)
{
	struct parties *who;
	json_t *o;

	pthread_mutex_lock(&c->lock);
	who = parties_hold(c->who);
	pthread_mutex_unlock(&c->lock);
	o = operator_answer(c->o.router, who, name, request, caller);
	parties_drop(&who);
	return o;
}

/* Who is at the other end, as the kernel says. */
static void caller_of(int fd, char *ret, size_t room)
{
	struct ucred u = {.uid = (uid_t)-1};
	socklen_t n = sizeof u;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &u, &n) < 0)
		u.uid = (uid_t)-1;
	(void)snprintf(ret, room, "uid %ld", (long)(int32_t)u.uid);
}

static json_t *answer(struct control *c, const char *line, const char *caller)
{
	json_t *request = json_loads(line, 0, NULL), *o = NULL;
	const char *name = text_of(request, "cmd");
	const struct inspect x = {c->o.router, c->store, &c->key, c->schemas};

	for (size_t i = 0; request != NULL && o == NULL && i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			o = commands[i].answer(c, request);
	if (request != NULL && o == NULL)
		o = answer_operator(c, name, request, caller);
	if (request != NULL && o == NULL)
		o = inspect_answer(&x, name, request, caller);
	if (strcmp(name, "reload") == 0)
		inspect_reload(&x, request, caller);
	json_decref(request);
	return o != NULL ? o : failure("unknown command; expected a line such as {\"cmd\":\"status\"}");
}

/* ---- the socket ---- */

static void serve(struct control *c, int fd)
{
	struct timeval patience = {PATIENCE_MS / 1000, 0};
	char line[REQUEST_MOST + 1], caller[24];
	size_t n = 0;
	ssize_t got;
	json_t *o;
	char *text;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	while (n < REQUEST_MOST && (got = recv(fd, line + n, REQUEST_MOST - n, 0)) > 0) {
		n += (size_t)got;
		if (memchr(line, '\n', n) != NULL)
			break;
	}
	line[n] = '\0';
	if (n == 0)
		return;
	caller_of(fd, caller, sizeof caller);
	o = answer(c, line, caller);
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	for (size_t at = 0, size = text == NULL ? 0 : strlen(text); at < size;) {
		got = send(fd, text + at, size - at, MSG_NOSIGNAL);
		if (got <= 0)
			break; /* the operator went away */
		at += (size_t)got;
	}
	free(text);
}

/* Once a day, and at the start: who is late hears it, and so does who waits. */
static void tell_due(struct control *c)
{
	day today = day_of(clock_us());
	struct due_notices *n = NULL;

	if (today == c->told)
		return;
	if (due_collect(c->store, today, &n) < 0) {
		log_warn("DUE-UNREAD", "overdue answers could not be read; tried again in a minute");
		return;
	}
	c->told = today;
	log_info("DUE-TOLD", "%zu parties owe an overdue answer or wait for one", n->n);
	router_notify(c->o.router, n);
}

/* Makes the digests of open ends that somebody waits for. */
static void make_digests(struct control *c)
{
	char codes[OPEN_ENDS_CODES][IJW_MAX_CODE + 1];
	struct digests *d = NULL;
	uint64_t n_asked;
	size_t n;

	if (read(router_digest_fd(c->o.router), &n_asked, sizeof n_asked) < 0)
		return; /* it was read before */
	n = router_digest_wanted(c->o.router, codes, OPEN_ENDS_CODES);
	if (n == 0)
		return;
	if (digests_collect(c->store, day_of(clock_us()), codes, n, &d) < 0)
		log_warn("OPEN-ENDS-UNREAD", "open ends could not be read; the digest comes with the next connection");
	router_digest(c->o.router, d);
}

static void *control_main(void *arg)
{
	struct control *c = arg;
	struct pollfd p[3] = {{.fd = c->listener, .events = POLLIN},
			      {.fd = c->stop_fd, .events = POLLIN},
			      {.fd = router_digest_fd(c->o.router), .events = POLLIN}};
	int ready = 0;

	for (;;) {
		int fd;

		tell_due(c);
		ready = poll(p, 3, DAY_CHECK_MS);
		if (ready < 0 && errno != EINTR)
			break;
		if (ready <= 0)
			continue;
		if (p[1].revents != 0)
			break;
		if (p[2].revents != 0)
			make_digests(c);
		if (p[0].revents == 0)
			continue;
		fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		serve(c, fd);
		(void)close(fd);
	}
	return NULL;
}

static int listen_on(struct control *c, struct buf *why)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (snprintf(a.sun_path, sizeof a.sun_path, "%s", c->path) >= (int)sizeof a.sun_path) {
		buf_addf(why, "control: %s is too long for a Unix socket", c->path);
		return -ENAMETOOLONG;
	}
	(void)unlink(c->path); /* left behind by a hub that was killed */
	c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->listener < 0 || bind(c->listener, (struct sockaddr *)&a, sizeof a) < 0 ||
	    chmod(c->path, 0660) < 0 || listen(c->listener, 16) < 0) {
		buf_addf(why, "control: cannot listen on %s (%s)", c->path, strerror(errno));
		return -errno;
	}
	return 0;
}

int control_start(struct control **ret, const struct control_opts *o, struct buf *why)
{
	struct control *c = calloc(1, sizeof *c);
	struct keyring *keys;
	int r;

	if (c == NULL)
		return -ENOMEM;
	c->o = *o;
	c->path = strdup(o->path);
	c->store_url = strdup(o->store);
	c->schemas = strdup(o->schemas);
	c->certificate = o->files.certificate != NULL ? strdup(o->files.certificate) : NULL;
	c->ca = o->files.ca != NULL ? strdup(o->files.ca) : NULL;
	c->o.files = (struct operator_files){c->certificate, c->ca}; /* a reload frees those that were given */
	c->who = parties_hold(o->who);
	c->listener = -1;
	c->stop_fd = eventfd(0, EFD_CLOEXEC);
	(void)pthread_mutex_init(&c->lock, NULL); /* cannot fail with default attributes */
	r = c->path == NULL || c->store_url == NULL || c->schemas == NULL || c->stop_fd < 0 ? -ENOMEM : 0;
	if (r == 0)
		r = store_open(&c->store, o->store, STORE_READ, why);
	if (r == 0)
		r = pseudonym_key_open(&c->key, o->pseudonym_key, false, why);
	if (r == 0) {
		keys = router_keys(o->router);
		store_unlock(c->store, keys);
		keyring_drop(&keys);
	}
	if (r == 0)
		r = listen_on(c, why);
	if (r == 0)
		r = -pthread_create(&c->thread, NULL, control_main, c);
	if (r == 0)
		*ret = c;
	return r; /* a failure here ends the start-up: nothing of it is used again */
}

void control_renew(struct control *c, struct parties *who)
{
	struct parties *left;

	pthread_mutex_lock(&c->lock);
	left = c->who;
	c->who = parties_hold(who);
	pthread_mutex_unlock(&c->lock);
	parties_drop(&left);
}

void control_stop(struct control **cc)
{
	struct control *c = *cc;
	uint64_t one = 1;

	if (c == NULL)
		return;
	while (write(c->stop_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
	(void)pthread_join(c->thread, NULL);
	(void)close(c->listener);
	(void)close(c->stop_fd);
	(void)unlink(c->path);
	store_close(&c->store);
	explicit_bzero(&c->key, sizeof c->key);
	parties_drop(&c->who);
	pthread_mutex_destroy(&c->lock);
	free(c->path);
	free(c->store_url);
	free(c->schemas);
	free(c->certificate);
	free(c->ca);
	free(c);
	*cc = NULL;
}
