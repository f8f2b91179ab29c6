/* The client library against a hub that can be told to misbehave. */
#include "../../../adapters/client/ijw.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../lib/fakehub.h"
#include "../../lib/unit.h"

#include "base/banned.h"

#define PATIENCE 60000

static struct fakehub *hub;
static char paths[5][128];

static struct ijw_options options(void)
{
	struct ijw_options o;

	ijw_options_init(&o);
	o.hub = fakehub_address(hub);
	o.server_name = "hub.test";
	o.certificate = fakehub_file(hub, "client.pem", paths[0], sizeof paths[0]);
	o.key = fakehub_file(hub, "client.key", paths[1], sizeof paths[1]);
	o.ca = fakehub_file(hub, "ca.pem", paths[2], sizeof paths[2]);
	o.retry_min_ms = 1;
	o.retry_max_ms = 20;
	return o;
}

static struct ijw *open_with(const struct ijw_options *o)
{
	struct ijw *c = NULL;

	return CHECK(ijw_open(o, &c) == 0, "the connection object opens") ? c : NULL;
}

/* Takes events until one of this kind; false when none came. */
static bool await(struct ijw *c, enum ijw_event_type type, struct ijw_event *e)
{
	while (ijw_receive(c, e, PATIENCE) == 1)
		if (e->type == type)
			return true;
	return false;
}

static void with_hub(void (*run)(void))
{
	hub = fakehub_new();
	if (CHECK(hub != NULL, "the fake hub starts"))
		run();
	fakehub_free(&hub);
}

static unsigned counter(size_t offset)
{
	unsigned n;

	memcpy(&n, (const char *)fakehub_lock(hub) + offset, sizeof n);
	fakehub_unlock(hub);
	return n;
}
#define COUNTER(name) counter(offsetof(struct fakehub_state, name))

static void script(enum fakehub_cut cut, unsigned after, unsigned cuts)
{
	struct fakehub_state *s = fakehub_lock(hub);

	s->cut = cut;
	s->after = after;
	s->cuts = cuts;
	fakehub_unlock(hub);
}

static void verdicts(void)
{
	static const struct {
		const char *message;
		enum ijw_verdict verdict;
	} rows[] = {
		{"<a/>", IJW_VERDICT_ACCEPTED},
		{"<a><!--refuse--></a>", IJW_VERDICT_REFUSED},
		{"<a><!--reject--></a>", IJW_VERDICT_REJECTED},
		{"<a><!--park--></a>", IJW_VERDICT_PARKED},
	};
	struct ijw_options o = options();
	struct ijw *c = open_with(&o);
	struct ijw_event e;
	char used[IJW_REFERENCE_ROOM], text[64];

	NEED(c != NULL && await(c, IJW_EVENT_CONNECTED, &e), "the hub says welcome");
	CHECK(e.codes_n == 1 && strcmp(e.codes[0], "0363") == 0,
	      "with the codes of the certificate");
	CHECK(strcmp(e.hub, "fakehub") == 0, "and its name");
	for (size_t i = 0; i < 4; i++) {
		CHECK(ijw_send(c, NULL, rows[i].message, strlen(rows[i].message), -1, used) == 0,
		      "sent");
		NEED(await(c, IJW_EVENT_RECEIPT, &e), "a receipt comes");
		CHECK(e.verdict == rows[i].verdict && strcmp(e.reference, used) == 0,
		      rows[i].message);
		CHECK(ijw_finding(&e, 0, "nl", text, sizeof text) ==
			      (e.verdict == 2 || e.verdict == 3),
		      "findings are there when something is wrong");
	}
	fakehub_judge(hub);
	NEED(await(c, IJW_EVENT_RECEIPT, &e), "the parked message gets its final receipt");
	CHECK(e.verdict == IJW_VERDICT_ACCEPTED && strcmp(e.reference, used) == 0,
	      "under its reference");
	CHECK(ijw_send(c, "a\nb", "x", 1, 0, NULL) == -EINVAL, "a reference is printable");
	CHECK(ijw_send(c, "r", "", 0, 0, NULL) == -EMSGSIZE, "an empty message is none");
	ijw_close(&c);
}

static void test_verdicts(void)
{
	with_hub(verdicts);
}

/* Sends n messages from one thread and takes their receipts; true when each came once. */
static bool exchange(struct ijw *c, unsigned n)
{
	bool *seen = calloc(n, 1), good = seen != NULL;
	char reference[32], body[64];
	unsigned sent = 0, got = 0;
	struct ijw_event e;

	while (good && got < n) {
		(void)snprintf(reference, sizeof reference, "ref-%u", sent);
		(void)snprintf(body, sizeof body, "<message number=\"%u\"/>", sent);
		if (sent < n && ijw_send(c, reference, body, strlen(body), 0, NULL) == 0) {
			sent++;
			continue;
		}
		if (ijw_receive(c, &e, PATIENCE) != 1)
			good = false;
		else if (e.type == IJW_EVENT_RECEIPT) {
			unsigned i = (unsigned)strtoul(e.reference + 4, NULL, 10);

			good = i < n && !seen[i];
			if (good)
				seen[i] = true;
			got++;
		}
	}
	free(seen);
	return good && got == n;
}

/* Every place to break off, many times over; nothing is lost and nothing counts twice. */
static void resume(void)
{
	static const enum fakehub_cut cuts[] = {CUT_ACCEPT, CUT_TLS,  CUT_GREETING,
						CUT_HELLO,  CUT_SEND, CUT_RECEIPT};

	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		struct ijw_options o = options();
		struct ijw *c;

		script(cuts[i], 40, 5);
		c = open_with(&o);
		NEED(c != NULL, "open");
		CHECK(exchange(c, 400),
		      "every message gets one receipt, wherever the hub breaks off");
		CHECK(ijw_flush(c, PATIENCE) == 0 && ijw_pending(c) == 0, "nothing stays behind");
		ijw_close(&c);
	}
	CHECK(COUNTER(doubles) == 0, "a reference always goes with the same message");
	CHECK(COUNTER(messages) == 400, "the hub counts each once");
}

static void test_resume(void)
{
	with_hub(resume);
}

static void window(void)
{
	struct ijw_options o = options();
	struct ijw *c;
	struct ijw_event e;
	int r = 0;
	unsigned n = 0;

	o.window = 8;
	fakehub_lock(hub)->hold = true;
	fakehub_unlock(hub);
	c = open_with(&o);
	NEED(c != NULL && await(c, IJW_EVENT_CONNECTED, &e), "connected");
	while (n < 100 && (r = ijw_send(c, NULL, "<a/>", 4, 0, NULL)) == 0)
		n++;
	CHECK(n == 8 && r == -EAGAIN, "the window is full after eight");
	CHECK(ijw_send(c, NULL, "<a/>", 4, 1, NULL) == -EAGAIN, "also after waiting");
	CHECK(ijw_flush(c, 1) == -ETIMEDOUT, "flush says that receipts are owed");
	CHECK(FAKEHUB_WAIT(hub, sends, 8), "all eight are on their way");
	fakehub_lock(hub)->hold = false;
	fakehub_unlock(hub);
	fakehub_drop(hub);
	CHECK(ijw_send(c, NULL, "<a/>", 4, PATIENCE, NULL) == 0, "receipts make room again");
	CHECK(ijw_flush(c, PATIENCE) == 0, "and in the end all is receipted");
	CHECK(COUNTER(most_in_window) <= 8, "the hub never saw more than the window");
	ijw_close(&c);
}

static void test_window(void)
{
	with_hub(window);
}

/* The hub's own window is smaller than ours. */
static void hub_window(void)
{
	struct ijw_options o = options();
	struct ijw *c;

	fakehub_lock(hub)->window = 3;
	fakehub_unlock(hub);
	c = open_with(&o);
	NEED(c != NULL, "open");
	CHECK(exchange(c, 100), "all pass");
	CHECK(COUNTER(most_in_window) <= 3, "never more than the hub's window");
	ijw_close(&c);
}

static void test_hub_window(void)
{
	with_hub(hub_window);
}

static void deliveries(void)
{
	struct ijw_options o = options();
	struct ijw *c = open_with(&o);
	struct ijw_event e;
	char first[21];

	NEED(c != NULL, "open");
	for (int i = 0; i < 10; i++)
		(void)fakehub_deliver(hub, "0363", "ident", "<b/>", 4);
	CHECK(ijw_ready(c, "0363", 4) == 0, "ready for four");
	NEED(await(c, IJW_EVENT_DELIVERY, &e), "a delivery comes");
	CHECK(strcmp(e.receiver, "0363") == 0 && strcmp(e.message_type, "JW301") == 0 &&
		      strcmp(e.identification, "ident") == 0 && e.attempt == 1 && !e.redelivered &&
		      e.message_size == 4,
	      "with all that its meta says");
	(void)snprintf(first, sizeof first, "%s", e.id);
	CHECK(FAKEHUB_WAIT(hub, delivered, 4), "four come");
	fakehub_drop(hub);
	NEED(await(c, IJW_EVENT_DISCONNECTED, &e), "the connection breaks");
	CHECK(ijw_done(c, first) == 0, "a late confirmation is passed over");
	for (int i = 0; i < 10; i++) {
		NEED(await(c, IJW_EVENT_DELIVERY, &e), "all come, credit is announced again");
		CHECK(e.redelivered == (i < 4), "the four are marked");
		if (i == 5)
			CHECK(ijw_fail(c, e.id, "no\nroom") == 0, "one fails");
		else
			CHECK(ijw_done(c, e.id) == 0, "one is done");
	}
	CHECK(FAKEHUB_WAIT(hub, dones, 9) && FAKEHUB_WAIT(hub, fails, 1), "the hub heard all");
	CHECK(strcmp(fakehub_lock(hub)->last_reason, "no?room") == 0, "with a printable reason");
	fakehub_unlock(hub);
	fakehub_retry(hub);
	NEED(await(c, IJW_EVENT_DELIVERY, &e), "the failed one comes again");
	CHECK(e.attempt == 2, "as the second attempt");
	CHECK(ijw_done(c, e.id) == 0, "done");
	ijw_close(&c);
	CHECK(FAKEHUB_WAIT(hub, dones, 10), "a confirmation just before closing still leaves");
}

static void test_deliveries(void)
{
	with_hub(deliveries);
}

static void strangers(void)
{
	static const struct {
		const char *name, *server_name, *ca, *certificate, *key, *text;
	} rows[] = {
		{"a hub by another name", "elsewhere.test", "ca.pem", "client.pem", "client.key",
		 "mismatch"},
		{"a hub of another CA", "hub.test", "other-ca.pem", "client.pem", "client.key",
		 "not trusted"},
		{"our certificate refused", "hub.test", "ca.pem", "stranger.pem", "stranger.key",
		 "alert"},
	};
	struct ijw_event e;

	for (size_t i = 0; i < 3; i++) {
		struct ijw_options o = options();
		struct ijw *c;

		o.server_name = rows[i].server_name;
		o.ca = fakehub_file(hub, rows[i].ca, paths[2], sizeof paths[2]);
		o.certificate = fakehub_file(hub, rows[i].certificate, paths[0], sizeof paths[0]);
		o.key = fakehub_file(hub, rows[i].key, paths[1], sizeof paths[1]);
		c = open_with(&o);
		NEED(c != NULL && await(c, IJW_EVENT_DISCONNECTED, &e), rows[i].name);
		CHECK(e.lasting, "is known to last");
		CHECK(strstr(e.text, rows[i].text) != NULL, e.text);
		CHECK(ijw_send(c, NULL, "<a/>", 4, 0, NULL) == 0, "messages wait meanwhile");
		ijw_close(&c);
	}
	CHECK(COUNTER(hellos) == 0, "none of them got as far as HELLO");
}

static void test_strangers(void)
{
	with_hub(strangers);
}

static void bad_options(void)
{
	struct ijw_options o = options();
	struct ijw *c = NULL;

	o.key = paths[0];
	CHECK(ijw_open(&o, &c) == -EKEYREJECTED && c == NULL, "a certificate is no key");
	o = options();
	o.hub = "nowhere";
	CHECK(ijw_open(&o, &c) == -EINVAL, "a hub has a port");
	o = options();
	o.software = "";
	CHECK(ijw_open(&o, &c) == -EINVAL, "software has a name");
	o = options();
	o.journal = paths[2];
	CHECK(ijw_open(&o, &c) == -EBADMSG, "another file is not taken for a journal");
	ijw_close(&c);
}

static void test_bad_options(void)
{
	with_hub(bad_options);
}

static void zmtp_error(void)
{
	struct ijw_options o = options();
	struct ijw *c;
	struct ijw_event e;

	fakehub_lock(hub)->zmtp_error = "not today";
	fakehub_unlock(hub);
	c = open_with(&o);
	NEED(c != NULL && await(c, IJW_EVENT_DISCONNECTED, &e), "the refusal is told");
	CHECK(e.lasting && strstr(e.text, "not today") != NULL, "as lasting, with the hub's words");
	ijw_close(&c);
}

static void test_zmtp_error(void)
{
	with_hub(zmtp_error);
}

/* What a broken hub may send after WELCOME: the connection ends, and the next one works. */
static void malformed(void)
{
	static const struct {
		const char *name, *bytes;
		size_t n;
	} rows[] = {
		{"no mark", "\0\1x", 3},
		{"an unknown verb", "\1\4IJW1\0\3WHO", 11},
		{"a verb of a party", "\1\4IJW1\1\4DONE\0\0011", 15},
		{"a field too few", "\1\4IJW1\1\7RECEIPT\0\1x", 18},
		{"an unknown verdict", "\1\4IJW1\1\7RECEIPT\1\1r\1\5maybe\1\0011\0\2{}", 32},
		{"a delivery nobody asked for", "\1\4IJW1\1\7DELIVER\1\0011\1\2{}\0\1x", 25},
		{"unknown flags", "\x10\1x", 3},
		{"a frame of 4 GB", "\2\0\0\0\1\0\0\0\0", 9},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ijw_options o = options();
		struct fakehub_state *s = fakehub_lock(hub);
		struct ijw *c;
		struct ijw_event e;

		s->raw = rows[i].bytes;
		s->raw_size = rows[i].n;
		fakehub_unlock(hub);
		c = open_with(&o);
		NEED(c != NULL && await(c, IJW_EVENT_DISCONNECTED, &e), rows[i].name);
		CHECK(!e.lasting, "it may be better next time");
		CHECK(ijw_send(c, NULL, "<a/>", 4, 0, NULL) == 0 && ijw_flush(c, PATIENCE) == 0,
		      "and it is");
		ijw_close(&c);
	}
}

static void test_malformed(void)
{
	with_hub(malformed);
}

static void errors_and_notices(void)
{
	struct ijw_options o = options();
	struct ijw *c = open_with(&o);
	struct fakehub_state *s;
	struct ijw_event e;
	struct pollfd p;

	NEED(c != NULL && await(c, IJW_EVENT_CONNECTED, &e), "connected");
	p = (struct pollfd){ijw_fd(c), POLLIN, 0};
	CHECK(p.fd >= 0 && poll(&p, 1, 0) == 0, "no event, not readable");
	fakehub_notice(hub, "{\"kind\":\"deadline\"}");
	CHECK(poll(&p, 1, PATIENCE) == 1, "an event makes it readable");
	CHECK(ijw_receive(c, &e, 0) == 1 && e.type == IJW_EVENT_NOTICE &&
		      strcmp(e.json, "{\"kind\":\"deadline\"}") == 0,
	      "the notice is what the hub wrote");
	CHECK(poll(&p, 1, 0) == 0, "taken, not readable");
	ijw_interrupt(c);
	CHECK(ijw_receive(c, &e, -1) == -EINTR, "waiting can be interrupted");
	s = fakehub_lock(hub);
	s->raw = "\1\4IJW1\1\5ERROR\1\4code\0\4text";
	s->raw_size = 25;
	fakehub_unlock(hub);
	fakehub_drop(hub);
	NEED(await(c, IJW_EVENT_ERROR, &e), "the hub's error is an event");
	CHECK(strcmp(e.code, "code") == 0 && strcmp(e.text, "text") == 0, "with code and text");
	ijw_close(&c);
}

static void test_errors_and_notices(void)
{
	with_hub(errors_and_notices);
}

/* --- large, many, and at once --- */

static void large(void)
{
	struct ijw_options o = options();
	struct ijw *c;
	size_t n = 25u << 20;
	char *body = malloc(n + 1);
	struct ijw_event e;

	NEED(body != NULL, "memory");
	memset(body, 'x', n + 1);
	script(CUT_SEND, 2, 2);
	fakehub_lock(hub)->hold = true; /* so that both stay in the window for now */
	fakehub_unlock(hub);
	c = open_with(&o);
	NEED(c != NULL, "open");
	CHECK(ijw_send(c, "big", body, n + 1, 0, NULL) == -EMSGSIZE,
	      "more than 25 MB is refused here");
	CHECK(ijw_send(c, "big-1", body, n, 0, NULL) == 0, "25 MB passes");
	CHECK(ijw_send(c, "big-2", body, n, 0, NULL) == 0, "twice");
	CHECK(ijw_send(c, "big-3", body, n, 0, NULL) == -EAGAIN, "the window counts bytes too");
	CHECK(ijw_send(c, "big-1", body, n, 0, NULL) == -EEXIST,
	      "a reference under way is not taken twice");
	fakehub_lock(hub)->hold = false;
	fakehub_unlock(hub);
	fakehub_drop(hub);
	CHECK(ijw_flush(c, PATIENCE) == 0, "both arrive");
	(void)fakehub_deliver(hub, "0363", "big", body, n);
	CHECK(ijw_ready(c, "0363", 1) == 0, "ready");
	NEED(await(c, IJW_EVENT_DELIVERY, &e), "25 MB comes back");
	CHECK(e.message_size == n && memcmp(e.message, body, n) == 0, "unharmed");
	CHECK(COUNTER(doubles) == 0, "the hub saw the same bytes each time");
	ijw_close(&c);
	free(body);
}

static void test_large(void)
{
	with_hub(large);
}

#define THREADS 4
#define EACH 500

static void *sender(void *arg)
{
	struct ijw *c = arg;
	uintptr_t failed = 0;

	for (int i = 0; i < EACH; i++)
		failed += ijw_send(c, NULL, "<a>something</a>", 16, PATIENCE, NULL) != 0;
	return (void *)failed;
}

static void *confirmer(void *arg)
{
	struct ijw *c = arg;
	struct ijw_event e;
	uintptr_t receipts = 0;

	while (receipts < THREADS * EACH && ijw_receive(c, &e, PATIENCE) == 1) {
		receipts += e.type == IJW_EVENT_RECEIPT;
		if (e.type == IJW_EVENT_DELIVERY)
			(void)ijw_done(c, e.id);
	}
	return (void *)receipts;
}

static void at_once(const char *journal)
{
	struct ijw_options o = options();
	struct ijw *c;
	pthread_t threads[THREADS], reader;
	void *result;

	o.journal = journal;
	script(CUT_SEND, 300, 4);
	c = open_with(&o);
	NEED(c != NULL, "open");
	for (int i = 0; i < 200; i++)
		(void)fakehub_deliver(hub, "0363", "x", "<b/>", 4);
	CHECK(ijw_ready(c, "0363", 20) == 0, "ready");
	CHECK(pthread_create(&reader, NULL, confirmer, c) == 0, "a thread");
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, sender, c) == 0, "a thread");
	for (int i = 0; i < THREADS; i++) {
		(void)pthread_join(threads[i], &result);
		CHECK(result == NULL, "every send was taken over");
	}
	(void)pthread_join(reader, &result);
	CHECK((uintptr_t)result == THREADS * EACH, "every receipt came");
	CHECK(COUNTER(messages) == THREADS * EACH, "the hub counts each once");
	ijw_close(&c);
}

static void threads_plain(void)
{
	at_once(NULL);
}

static void test_threads(void)
{
	with_hub(threads_plain);
}

static void threads_journal(void)
{
	char path[128];

	at_once(fakehub_file(hub, "journal", path, sizeof path));
	(void)unlink(path);
}

static void test_threads_journal(void)
{
	with_hub(threads_journal);
}

/* --- the journal across the end of a process --- */

static void receipts_come_again(void)
{
	struct ijw_options o = options();
	char path[128];
	struct ijw *c, *second = NULL;
	struct ijw_event e;

	o.journal = fakehub_file(hub, "journal", path, sizeof path);
	c = open_with(&o);
	NEED(c != NULL, "open");
	CHECK(ijw_open(&o, &second) == -EBUSY, "a journal belongs to one at a time");
	CHECK(ijw_send(c, "one", "<a/>", 4, 0, NULL) == 0, "sent");
	CHECK(ijw_send(c, "park", "<!--park-->", 11, 0, NULL) == 0, "sent");
	NEED(await(c, IJW_EVENT_RECEIPT, &e), "receipt");
	ijw_close(&c); /* before the next ijw_receive: not dealt with */
	c = open_with(&o);
	NEED(c != NULL, "open");
	CHECK(ijw_send(c, "one", "<a/>", 4, 0, NULL) == -EEXIST, "the journal still has it");
	NEED(await(c, IJW_EVENT_RECEIPT, &e), "the receipt comes again");
	CHECK(strcmp(e.reference, "one") == 0, "the one that was not dealt with");
	NEED(await(c, IJW_EVENT_RECEIPT, &e), "the parked one too");
	CHECK(e.verdict == IJW_VERDICT_PARKED, "parked");
	CHECK(ijw_receive(c, &e, 0) == 0, "both are dealt with now");
	CHECK(ijw_pending(c) == 1, "one is still to be judged");
	ijw_close(&c);
	fakehub_judge(hub);
	c = open_with(&o);
	NEED(c != NULL && await(c, IJW_EVENT_RECEIPT, &e),
	     "after a restart the final receipt comes");
	CHECK(strcmp(e.reference, "park") == 0 && e.verdict == IJW_VERDICT_ACCEPTED,
	      "of the parked message");
	CHECK(ijw_receipt_done(c, "park") == 0 && ijw_pending(c) == 0, "then the journal is empty");
	ijw_close(&c);
	(void)unlink(path);
}

static void test_receipts_come_again(void)
{
	with_hub(receipts_come_again);
}

#define KILLS 12

/*
 * The child sends and tells on standard output what ijw_send took over, until
 * it is killed.  It is this program anew: a fork alone would inherit the hub's
 * threads half.  argv: --child, then the options and the first number.
 */
static int child(char **argv)
{
	struct ijw_options o;
	struct ijw *c = NULL;
	struct ijw_event e;
	char reference[32], body[64];
	unsigned i = (unsigned)strtoul(argv[7], NULL, 10);

	ijw_options_init(&o);
	o.hub = argv[2];
	o.server_name = "hub.test";
	o.certificate = argv[3];
	o.key = argv[4];
	o.ca = argv[5];
	o.journal = argv[6];
	if (ijw_open(&o, &c) < 0)
		return 1;
	for (;;) {
		(void)snprintf(reference, sizeof reference, "kill-%u", i);
		(void)snprintf(body, sizeof body, "<message n=\"%u\"/>", i);
		if (ijw_send(c, reference, body, strlen(body), 0, NULL) == 0) {
			if (write(STDOUT_FILENO, &i, sizeof i) != sizeof i)
				return 1;
			i++;
		}
		(void)ijw_receive(c, &e, 0);
	}
}

static void exec_child(const struct ijw_options *o, int out, unsigned first)
{
	char number[16];
	const char *argv[] = {"client_test", "--child", o->hub, o->certificate, o->key, o->ca,
			      o->journal,    number,	NULL};

	(void)snprintf(number, sizeof number, "%u", first);
	(void)dup2(out, STDOUT_FILENO);
	(void)execv("/proc/self/exe", (char **)argv);
	_exit(127);
}

static unsigned run_and_kill(const struct ijw_options *o, unsigned first, unsigned until)
{
	int fds[2];
	unsigned i, last = first;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return first;
	if (pid == 0)
		exec_child(o, fds[1], first);
	(void)close(fds[1]);
	while (last < first + until && read(fds[0], &i, sizeof i) == sizeof i)
		last = i + 1;
	(void)kill(pid, SIGKILL);
	while (read(fds[0], &i, sizeof i) == sizeof i)
		last = i + 1;
	(void)waitpid(pid, NULL, 0);
	(void)close(fds[0]);
	return last;
}

static void killed(void)
{
	struct ijw_options o = options();
	char path[128];
	unsigned next = 0;
	struct ijw *c;

	o.journal = fakehub_file(hub, "journal", path, sizeof path);
	for (int i = 0; i < KILLS; i++) {
		/* The last number told may be one behind what was journaled: skip it. */
		unsigned last = run_and_kill(&o, next, 1 + (unsigned)(i * 37 % 90));

		CHECK(last > next, "the child got somewhere");
		next = last + 1;
	}
	c = open_with(&o);
	NEED(c != NULL, "the journal opens after all that");
	CHECK(ijw_flush(c, PATIENCE) == 0, "what was left is sent");
	ijw_close(&c);
	CHECK(COUNTER(messages) >= next - KILLS, "nothing that was taken over is lost");
	CHECK(COUNTER(messages) <= next, "nothing was made up");
	CHECK(COUNTER(doubles) == 0, "each reference kept its message");
	(void)unlink(path);
}

static void test_killed(void)
{
	with_hub(killed);
}

/* Not a test: a figure, when asked for. */
static void throughput(void)
{
	struct ijw_options o = options();
	struct ijw *c;
	struct ijw_event e;
	struct timespec a, b, cpu;
	static char body[2048];
	unsigned sent = 0, got = 0, n = 400000;

	memset(body, 'x', sizeof body);
	c = open_with(&o);
	NEED(c != NULL && await(c, IJW_EVENT_CONNECTED, &e), "connected");
	for (int round = 0; round < 2; round++) {
		size_t size = round == 0 ? 200 : sizeof body;

		sent = got = 0;
		(void)clock_gettime(CLOCK_MONOTONIC, &a);
		while (got < n) {
			if (sent < n && ijw_send(c, NULL, body, size, 0, NULL) == 0)
				sent++;
			else if (ijw_receive(c, &e, PATIENCE) == 1)
				got += e.type == IJW_EVENT_RECEIPT;
		}
		(void)clock_gettime(CLOCK_MONOTONIC, &b);
		(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
		(void)printf(
			"%u messages of %zu bytes: %.0f/s, CPU of client and hub so far %.1f s\n",
			n, size,
			n / ((double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9),
			(double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
	}
	ijw_close(&c);
}

static void run_throughput(void)
{
	with_hub(throughput);
}

int main(int argc, char **argv)
{
	static const struct test figure[] = {{"throughput", run_throughput}, {NULL, NULL}};
	static const struct test tests[] = {
		{"each verdict comes back under its reference", test_verdicts},
		{"wherever the hub breaks off, sending resumes", test_resume},
		{"the window bounds what is under way", test_window},
		{"a smaller window of the hub is kept", test_hub_window},
		{"deliveries are confirmed, failed and redelivered", test_deliveries},
		{"a stranger is not talked to", test_strangers},
		{"bad options are refused", test_bad_options},
		{"a refusal in ZMTP is told and lasts", test_zmtp_error},
		{"malformed frames of a hub end that connection only", test_malformed},
		{"errors and notices are events", test_errors_and_notices},
		{"messages of 25 MB pass both ways", test_large},
		{"threads send at once", test_threads},
		{"threads send at once with a journal", test_threads_journal},
		{"a receipt that was not dealt with comes again", test_receipts_come_again},
		{"a killed process loses nothing that was taken over", test_killed},
		{NULL, NULL},
	};

	if (argc == 8 && strcmp(argv[1], "--child") == 0)
		return child(argv);
	if (argc > 1 && strcmp(argv[1], "--throughput") == 0)
		return unit_main("client/throughput", figure);
	return unit_main("client/client", tests);
}
