/*
 * The edge with a real ROUTER behind it and real TLS before it.
 *
 * What stock libzmq and TLS are known to do wrong, and what shows that it
 * cannot happen here:
 *
 *   1  greeting in steps deadlocks         greeting_in_steps
 *   2  bytes before the ROUTER's READY     early_messages
 *   3  double and unknown properties       claims
 *   4  ERROR stops clients for ever        errors_only_for_what_cannot_change
 *   5  refused clients come back at once   rate_limit
 *   6  EMFILE makes libzmq abort           descriptors_run_out
 *   7  short PING leaks memory             bad_frames, pings
 *   8  endless MORE passes the HWM         bad_frames
 *   9  HWM counts messages, not bytes      credit_stalls_and_resumes
 *  10  a client that does not read         client_that_does_not_read
 *  11  closing early loses data            nothing_is_lost_when_a_client_leaves
 *  12  the notice overtakes data           nothing_is_lost_when_a_client_leaves (forwarded)
 *  13  a routing id used twice             numbers_are_never_used_twice
 *  14  server heartbeats                   the router's option; the edge sends no command
 *  15  client heartbeats                   pings
 *  16  others on the ipc socket            the router's option; world_start sets the filter
 *  17  metadata on the identity frame      not used: the party stands in the routing id
 *  18  full ipc backlog                    full_backlog
 *  19  a close overtakes the alert         certificates (each refusal's alert is read)
 *  20  expired CRL                         reload_with_an_expired_list
 *  21  tickets and sessions                protocols (no ticket is ever offered)
 *  22  stunnel without checks              stock_client_through_stunnel uses the shipped template
 *  23  Nagle                               socket_settle; no test could be exact about time
 *  24  bytes inside OpenSSL                many_small_messages_in_one_record
 *  25  the price of a handshake            rate_limit
 */
#include "wire/edge.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <zmq.h>

#include "base/date.h"
#include "base/log.h"
#include "wire/protocol.h"
#include "../../lib/edgeworld.h"
#include "../../lib/unit.h"

#include "base/banned.h"

#define WAIT TLSCLIENT_MS
#define QUIET 300 /* long enough to notice what should not come; a slow machine only misses it */

#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1

/* A world for one test; the attribute ends it however the test returns. */
static void end_world(struct world *w)
{
	world_stop(w);
}
#define WORLD(w) struct world w __attribute__((cleanup(end_world))); world_prepare(&w)

static void end_client(struct tlsclient **c)
{
	tlsclient_close(c);
}
#define CLIENT struct tlsclient __attribute__((cleanup(end_client)))

static bool send_text(struct tlsclient *c, const char *text)
{
	return tlsclient_frame(c, false, text, strlen(text));
}

static bool hear_text(struct tlsclient *c, const char *text)
{
	char b[256] = "";
	int flags;

	return tlsclient_receive_frame(c, &flags, b, sizeof b - 1) == (ssize_t)strlen(text) &&
	       strcmp(b, text) == 0;
}

/* The edge still serves a decent party. */
static bool works(struct world *w)
{
	CLIENT *c = world_join(w, "rivier");
	struct heard h;

	return c != NULL && send_text(c, "dag") && world_hear(w, &h, WAIT) &&
	       strncmp(h.from, "rivier:", 7) == 0 && strcmp(h.frames[0], "dag") == 0 &&
	       world_say(w, h.from, "terug", 5) == 0 && hear_text(c, "terug");
}

static void there_and_back(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct edge_notice n;

	NEED(world_start(&w), "the edge starts");
	CHECK(works(&w), "a message goes there and back");
	c = world_join(&w, "pinned");
	NEED(c != NULL, "a party is known by its certificate's fingerprint");
	CHECK(world_notice(&w, EDGE_OPEN, &n) && strcmp(n.party, "rivier") == 0, "OPEN names the party");
	CHECK(strstr(n.subject, "CN=rivier") != NULL && strlen(n.fingerprint) == 64 &&
		      n.not_after > 0 && strncmp(n.peer, "127.0.0.1:", 10) == 0,
	      "OPEN tells of certificate and address");
	CHECK(world_notice(&w, EDGE_CLOSE, &n) && n.forwarded == 1, "CLOSE counts the messages");
}

static void certificates(void)
{
	static const struct {
		const char *name, *who, *alert;
	} cases[] = {
		{"no certificate", NULL, "certificate required"},
		{"another authority", "stranger", "unknown ca"},
		{"self-signed", "other", "unknown ca"},
		{"expired", "expired", "certificate expired"},
		{"not yet valid", "notyet", "bad certificate"},
		{"revoked", "revoked", "certificate revoked"},
		{"for a server", "server", "certificate"},
		{"for anything", "ca", "certificate"},
		{"without a number, and not pinned", "nameless", "bad certificate"},
		{"a number with a letter", "letters", "bad certificate"},
		{"a number of nobody", "unknown", "bad certificate"},
	};
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	WORLD(w);

	NEED(world_start(&w), "the edge starts");
	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
		char cert[128], key[128], file[64];
		const char *who = cases[i / 2].who;
		struct tlsclient_opts o = {.port = edge_port(w.edge), .version = versions[i % 2]};

		if (who != NULL) {
			(void)snprintf(file, sizeof file, "%s.pem", who);
			o.certificate = world_file(file, cert);
			(void)snprintf(file, sizeof file, "%s.key", who);
			o.key = world_file(file, key);
		}
		CLIENT *c = tlsclient_open(&o);
		NEED(c != NULL, cases[i / 2].name);
		/* What a client that never waits sends at once must not overtake the alert. */
		(void)tlsclient_greet(c);
		CHECK(tlsclient_ended(c), cases[i / 2].name);
		CHECK(strstr(tlsclient_error(c), o.version == TLS1_2_VERSION && who == NULL
			      ? "alert" : cases[i / 2].alert) != NULL, cases[i / 2].name);
	}
	CHECK(WORLD_COUNTED(&w, refused_tls, 2 * 8), "bad certificates are counted");
	CHECK(WORLD_COUNTED(&w, refused_party, 2 * 3), "and unknown parties");
	CHECK(works(&w), "and decent parties are served");
}

static void protocols(void)
{
	static const struct {
		const char *name;
		int version;
		const char *ciphers;
		bool plain, good;
	} cases[] = {
		{"TLS 1.3", TLS1_3_VERSION, NULL, false, true},
		{"TLS 1.2 with GCM", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", false, true},
		{"TLS 1.2 with ChaCha", TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305", false, true},
		{"TLS 1.2 with CBC", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256", false, false},
		{"TLS 1.1", TLS1_1_VERSION, "ALL:@SECLEVEL=0", false, false},
		{"TLS 1.0", TLS1_VERSION, "ALL:@SECLEVEL=0", false, false},
		{"no TLS", 0, NULL, true, false},
	};
	WORLD(w);

	NEED(world_start(&w), "the edge starts");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char cert[128], key[128];
		struct tlsclient_opts o = {
			.port = edge_port(w.edge),
			.certificate = world_file("utrecht.pem", cert),
			.key = world_file("utrecht.key", key),
			.version = cases[i].version,
			.ciphers = cases[i].ciphers,
			.plain = cases[i].plain,
		};
		CLIENT *c = tlsclient_open(&o);
		NEED(c != NULL, cases[i].name);
		CHECK(tlsclient_hello(c, "DEALER", NULL) == cases[i].good, cases[i].name);
		CHECK(!tlsclient_ticket(c), "no session ticket is offered");
	}
	CHECK(works(&w), "and decent parties are served");
}

/* READY bodies that claim to be somebody else; %s stands for nothing, they are bytes. */
static void claims(void)
{
#define READY_DEALER "\5READY\013Socket-Type\0\0\0\6DEALER"
	static const struct {
		const char *name;
		const uint8_t *body;
		size_t n;
	} cases[] = {
		{"an Identity", BYTES(READY_DEALER "\10Identity\0\0\0\10rivier:1")},
		{"two Identities", BYTES(READY_DEALER "\10Identity\0\0\0\1a\10Identity\0\0\0\1b")},
		{"another case", BYTES(READY_DEALER "\10iDENTITY\0\0\0\10rivier:1")},
		{"a User-Id", BYTES(READY_DEALER "\7User-Id\0\0\0\6rivier")},
		{"a Peer-Address", BYTES(READY_DEALER "\14Peer-Address\0\0\0\7""8.8.8.8")},
		{"an X-Party", BYTES(READY_DEALER "\7X-Party\0\0\0\6rivier")},
	};
	WORLD(w);
	struct heard h;

	NEED(world_start(&w), "the edge starts");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t head[2] = {4, (uint8_t)cases[i].n};
		CLIENT *c = world_dial(&w, "utrecht");

		NEED(c != NULL && tlsclient_greet(c) && tlsclient_send(c, head, 2) &&
			     tlsclient_send(c, cases[i].body, cases[i].n) && send_text(c, "ik"),
		     cases[i].name);
		NEED(world_hear(&w, &h, WAIT), cases[i].name);
		CHECK(strncmp(h.from, "utrecht:", 8) == 0, cases[i].name);
	}
}

static void bad_openings(void)
{
#define SIGNATURE "\377\0\0\0\0\0\0\0\1\177"
#define ZEROES "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define GREETING SIGNATURE "\3\0NULL" ZEROES ZEROES ZEROES
	static const struct {
		const char *name;
		const uint8_t *bytes;
		size_t n;
	} cases[] = {
		{"HTTP", BYTES("GET / HTTP/1.1\r\n\r\n")},
		{"zeroes", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0")},
		{"half a signature", BYTES("\377\0\0\0\0\0\0\0\1\0")},
		{"ZMTP 1.0", BYTES("\1\0")},
		{"ZMTP 2.0", BYTES(SIGNATURE "\1\5")},
		{"PLAIN", BYTES(SIGNATURE "\3\0PLAIN")},
		{"CURVE", BYTES(SIGNATURE "\3\0CURVE")},
		{"a mechanism called NULLX", BYTES(SIGNATURE "\3\0NULLX")},
		{"a message first", BYTES(GREETING "\0\2hi")},
		{"a long message first", BYTES(GREETING "\2\0\0\0\0\377\377\377\377")},
		{"a PING first", BYTES(GREETING "\4\7\4PING\0\1")},
		{"an ERROR first", BYTES(GREETING "\4\7\5ERROR\0")},
		{"a command with MORE", BYTES(GREETING "\5\34" READY_DEALER)},
		{"a reserved flag", BYTES(GREETING "\14\34" READY_DEALER)},
		{"an empty command", BYTES(GREETING "\4\0")},
		{"a READY of 8 KB and one", BYTES(GREETING "\6\0\0\0\0\0\0\40\1\5READY")},
		{"a READY of 2^63", BYTES(GREETING "\6\200\0\0\0\0\0\0\0\5READY")},
		{"no Socket-Type", BYTES(GREETING "\4\6\5READY")},
		{"Socket-Type twice", BYTES(GREETING "\4\62" READY_DEALER "\13Socket-Type\0\0\0\6DEALER")},
		{"a PUB", BYTES(GREETING "\4\31\5READY\13Socket-Type\0\0\0\3PUB")},
		{"a ROUTER", BYTES(GREETING "\4\34\5READY\13Socket-Type\0\0\0\6ROUTER")},
		{"a property past the end", BYTES(GREETING "\4\43" READY_DEALER "\1X\0\0\1\0x")},
		{"a name with a control character", BYTES(GREETING "\4\42" READY_DEALER "\1\1\0\0\0\0")},
	};
	WORLD(w);
	struct heard h;

	NEED(world_start(&w), "the edge starts");
	CHECK(sizeof GREETING - 1 == 64, "the test's greeting is whole");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLIENT *c = world_dial(&w, "utrecht");

		NEED(c != NULL && tlsclient_send(c, cases[i].bytes, cases[i].n), cases[i].name);
		CHECK(tlsclient_ended(c), cases[i].name);
	}
	CHECK(WORLD_COUNTED(&w, refused_zmtp, sizeof cases / sizeof *cases), "all are counted");
	CHECK(!world_hear(&w, &h, 0), "nothing of it reached the ROUTER");
	CHECK(works(&w), "and decent parties are served");
}

static void bad_frames(void)
{
	static const struct {
		const char *name;
		const uint8_t *bytes;
		size_t n;
	} cases[] = {
		{"a reserved flag", BYTES("\20\0")},
		{"a frame over 32 MB", BYTES("\2\0\0\0\0\2\0\0\1")},
		{"a frame of 2^64", BYTES("\2\377\377\377\377\377\377\377\377")},
		{"eight frames", BYTES("\1\0\1\0\1\0\1\0\1\0\1\0\1\0\0\0")},
		{"a PING without a time to live", BYTES("\4\5\4PING")},
		{"a PING with half of one", BYTES("\4\6\4PING\0")},
		{"a PING with a context of 17", BYTES("\4\30\4PING\0\1""01234567890123456")},
		{"a PONG with a context of 17", BYTES("\4\26\4PONG01234567890123456")},
		{"another READY", BYTES("\4\34" READY_DEALER)},
		{"a SUBSCRIBE", BYTES("\4\13\11SUBSCRIBEx")},
		{"an ERROR", BYTES("\4\7\5ERROR\0")},
		{"an empty command", BYTES("\4\0")},
	};
	WORLD(w);
	struct heard h;
	struct edge_notice n;

	NEED(world_start(&w), "the edge starts");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLIENT *c = world_join(&w, "utrecht");

		NEED(c != NULL && send_text(c, "goed") &&
			     tlsclient_send(c, cases[i].bytes, cases[i].n), cases[i].name);
		CHECK(tlsclient_ended(c), cases[i].name);
		CHECK(world_hear(&w, &h, WAIT) && strcmp(h.frames[0], "goed") == 0,
		      "what came before the bad frame arrives");
		CHECK(world_notice(&w, EDGE_CLOSE, &n) && n.forwarded == 1 && n.reason[0] != '\0',
		      "and is all that was passed on");
	}
	CHECK(WORLD_COUNTED(&w, cut_frame, sizeof cases / sizeof *cases), "all are counted");
	CHECK(!world_hear(&w, &h, 0), "nothing else reached the ROUTER");
}

static void pings(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	char b[64];
	int flags;

	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL, "a party joins");
	CHECK(tlsclient_command(c, "PING", "\0\1abc", 5), "it sends a PING");
	CHECK(tlsclient_receive_frame(c, &flags, b, sizeof b) == 8 && flags == 4 &&
		      memcmp(b, "\4PONGabc", 8) == 0, "and gets its own context back");
}

static void greeting_in_steps(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	static const uint8_t bytes[] = GREETING "\4\34" READY_DEALER "\0\3dag";
	uint8_t answer[64];
	struct heard h;
	char b[64];
	int flags;

	NEED(world_start(&w) && (c = world_dial(&w, "utrecht")) != NULL, "a client connects");
	CHECK(tlsclient_receive(c, answer, 64) == 64, "the hub's greeting comes before the client's");
	for (size_t i = 0; i < sizeof bytes - 1; i++)
		NEED(tlsclient_send(c, bytes + i, 1), "bytes come one by one");
	CHECK(tlsclient_receive_frame(c, &flags, b, sizeof b) > 0 && flags == 4, "READY comes");
	CHECK(memmem(b, sizeof b, "ROUTER", 6) != NULL, "and names a ROUTER");
	CHECK(world_hear(&w, &h, WAIT) && strcmp(h.frames[0], "dag") == 0, "the message arrives");
}

static void early_messages(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct heard h;
	static const uint8_t bytes[] = GREETING "\4\34" READY_DEALER;

	NEED(world_start(&w) && (c = world_dial(&w, "utrecht")) != NULL, "a client connects");
	CHECK(tlsclient_send(c, bytes, sizeof bytes - 1), "greeting and READY without waiting");
	for (int i = 0; i < 10; i++)
		CHECK(send_text(c, "vroeg"), "messages right behind");
	for (int i = 0; i < 10; i++)
		CHECK(world_hear(&w, &h, WAIT) && strcmp(h.frames[0], "vroeg") == 0, "arrive");
}

static void errors_only_for_what_cannot_change(void)
{
	static const struct {
		const char *name;
		const uint8_t *bytes;
		size_t n;
		bool error;
	} cases[] = {
		{"a PUB hears ERROR", BYTES(GREETING "\4\31\5READY\13Socket-Type\0\0\0\3PUB"), true},
		{"a garbled READY does not", BYTES(GREETING "\4\35" READY_DEALER "\10"), false},
	};
	WORLD(w);
	char b[256];
	int flags;

	NEED(world_start(&w), "the edge starts");
	for (size_t i = 0; i < 2; i++) {
		CLIENT *c = world_dial(&w, "utrecht");

		NEED(c != NULL && tlsclient_send(c, cases[i].bytes, cases[i].n) &&
			     tlsclient_receive(c, b, 64) == 64, cases[i].name);
		CHECK((tlsclient_receive_frame(c, &flags, b, sizeof b) > 0 &&
		       memcmp(b, "\5ERROR", 6) == 0) == cases[i].error, cases[i].name);
	}
}

static void slow_openings(void)
{
	static const struct {
		const char *name;
		bool plain;
		const uint8_t *bytes;
		size_t n;
	} cases[] = {
		{"nothing at all", true, BYTES("")},
		{"half a ClientHello", true, BYTES("\26\3\1\2\0\1\0")},
		{"TLS and then nothing", false, BYTES("")},
		{"half a greeting", false, BYTES(SIGNATURE)},
		{"half a READY", false, BYTES(GREETING "\4\34\5REA")},
	};
	WORLD(w);

	w.opts.handshake_ms = 500;
	NEED(world_start(&w), "the edge starts");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tlsclient_opts o = {.port = edge_port(w.edge), .plain = true};
		CLIENT *c = cases[i].plain ? tlsclient_open(&o) : world_dial(&w, "utrecht");

		NEED(c != NULL && (cases[i].n == 0 ||
			     tlsclient_send(c, cases[i].bytes, cases[i].n)), cases[i].name);
		CHECK(tlsclient_ended(c), cases[i].name);
	}
	CHECK(WORLD_COUNTED(&w, refused_limit, sizeof cases / sizeof *cases), "all are counted");
	CHECK(world_emptied(&w), "and gone");
}

static void numbers_are_never_used_twice(void)
{
	WORLD(w);
	struct edge_notice n;
	uint64_t seen[20];

	w.opts.max_connections = 2;
	NEED(world_start(&w), "the edge starts");
	for (size_t i = 0; i < 20; i++) {
		CLIENT *c = world_join(&w, "utrecht");

		NEED(c != NULL && world_notice(&w, EDGE_OPEN, &n), "a client joins");
		seen[i] = n.connection;
		for (size_t j = 0; j < i; j++)
			CHECK(seen[j] != seen[i], "its number is new");
		edge_close(w.edge, n.connection, "genoeg");
		CHECK(tlsclient_ended(c), "edge_close ends it");
		CHECK(world_notice(&w, EDGE_CLOSE, &n) && strcmp(n.reason, "genoeg") == 0,
		      "and the reason is told");
		tlsclient_close(&c);
		NEED(world_emptied(&w), "it is gone");
	}
	edge_close(w.edge, seen[0], "te laat");
	edge_release(w.edge, seen[0], 1000);
	edge_release(w.edge, 1, 1000);
	edge_release(w.edge, UINT64_MAX, 1000);
	CHECK(works(&w), "numbers of the past are ignored");
}

/* A client that sends count frames of size bytes, until it is stopped or done. */
struct flood {
	struct tlsclient *client;
	size_t size;
	unsigned count;
	pthread_t thread;
	bool done;
};

static void *flood_main(void *arg)
{
	struct flood *f = arg;
	char *bytes = calloc(1, f->size);

	f->done = bytes != NULL;
	for (unsigned i = 0; f->done && i < f->count; i++)
		f->done = tlsclient_frame(f->client, false, bytes, f->size);
	free(bytes);
	return NULL;
}

static void credit_stalls_and_resumes(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct flood f = {.size = 50000, .count = 200};
	struct heard h;
	uint64_t connection = 0;
	size_t cost = 0, n = 0;

	w.opts.credit = 1000 * 1000;
	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL, "a party joins");
	f.client = c;
	NEED(pthread_create(&f.thread, NULL, flood_main, &f) == 0, "a thread");
	while (world_hear(&w, &h, n == 0 ? WAIT : QUIET)) {
		n++;
		cost += IJW_COST(h.payload);
		connection = strtoull(strchr(h.from, ':') + 1, NULL, 10);
	}
	CHECK(cost >= w.opts.credit, "the credit can be used up");
	CHECK(cost < w.opts.credit + IJW_COST(f.size), "but not by more than the message begun");
	for (size_t i = 0; i < n; i++)
		edge_release(w.edge, connection, IJW_COST(f.size));
	for (; n < f.count; n++) {
		if (!CHECK(world_hear(&w, &h, WAIT), "what is released lets more through"))
			break;
		edge_release(w.edge, connection, IJW_COST(h.payload));
	}
	pthread_join(f.thread, NULL);
	CHECK(f.done && n == f.count, "in the end all arrive");
}

static void a_message_larger_than_the_credit_passes(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct flood f = {.size = 5 * 1000 * 1000, .count = 2};
	struct heard h;

	w.opts.credit = 1000;
	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL, "a party joins");
	f.client = c;
	NEED(pthread_create(&f.thread, NULL, flood_main, &f) == 0, "a thread");
	CHECK(world_hear(&w, &h, WAIT) && h.payload == f.size, "a begun message ends");
	CHECK(!world_hear(&w, &h, QUIET), "the next one waits");
	edge_release(w.edge, strtoull(strchr(h.from, ':') ? strchr(h.from, ':') + 1 : "0", NULL, 10), 0);
	edge_stop(&w.edge, 0); /* the client's thread ends with its connection */
	pthread_join(f.thread, NULL);
}

static void many_small_messages_in_one_record(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	uint8_t bytes[2 * 6000];
	struct heard h;
	unsigned n = 0;

	w.opts.credit = 100 * 1024; /* a hundred of them, so that they wait inside OpenSSL */
	memset(bytes, 0, sizeof bytes);
	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL, "a party joins");
	CHECK(tlsclient_send(c, bytes, sizeof bytes), "6,000 empty messages");
	while (n < 6000 && world_hear(&w, &h, WAIT)) {
		n++;
		edge_release(w.edge, strtoull(strchr(h.from, ':') + 1, NULL, 10), IJW_COST(0));
	}
	CHECK(n == 6000, "arrive");
}

static void client_that_does_not_read(void)
{
	WORLD(w);
	char cert[128], key[128], *bytes = calloc(1, 100000);
	struct heard h;
	int r = 0, sent = 0;
	CLIENT *c = NULL;

	NEED(bytes != NULL && world_start(&w), "the edge starts");
	struct tlsclient_opts o = {
		.port = edge_port(w.edge),
		.certificate = world_file("utrecht.pem", cert),
		.key = world_file("utrecht.key", key),
		.receive_buffer = 65536,
	};
	c = tlsclient_open(&o);
	NEED(c != NULL && tlsclient_hello(c, "DEALER", NULL) && send_text(c, "ik"), "it joins");
	NEED(world_hear(&w, &h, WAIT), "the ROUTER knows it");
	for (int64_t until = clock_ms() + 1500; clock_ms() < until && sent < 2000;) {
		r = world_say(&w, h.from, bytes, 100000);
		sent += r == 0;
	}
	CHECK(r == EAGAIN, "the ROUTER is told to wait");
	CHECK(sent < 300, "before 30 MB are in between");
	CHECK(works(&w), "others are served meanwhile");
	for (int i = 0, flags; i < sent; i++)
		if (!CHECK(tlsclient_receive_frame(c, &flags, bytes, 100000) == 100000,
			   "what was taken arrives when it reads at last"))
			break;
	free(bytes);
}

static void nothing_is_lost_when_a_client_leaves(void)
{
	WORLD(w);
	struct heard h;
	struct edge_notice n;
	unsigned heard = 0;
	static char bytes[2000];

	w.opts.credit = 64 * 1024 * 1024;
	NEED(world_start(&w), "the edge starts");
	CLIENT *c = world_join(&w, "utrecht");
	NEED(c != NULL, "a party joins");
	for (int i = 0; i < 1500; i++)
		if (!CHECK(tlsclient_frame(c, false, bytes, sizeof bytes), "it sends 1,500 messages"))
			return;
	tlsclient_close(&c);
	while (heard < 1500 && world_hear(&w, &h, WAIT))
		heard++;
	CHECK(heard == 1500, "all arrive though the client left and the ROUTER was full");
	CHECK(world_notice(&w, EDGE_CLOSE, &n) && n.forwarded == 1500, "and are counted");
}

static void killed_inside_a_frame(void)
{
	WORLD(w);
	struct heard h;
	struct edge_notice n;
	static char bytes[1024 * 1024];
	static const uint8_t head[9] = {2, 0, 0, 0, 0, 1, 0x7d, 0, 0};

	NEED(world_start(&w), "the edge starts");
	CLIENT *c = world_join(&w, "utrecht");
	NEED(c != NULL && send_text(c, "heel") && tlsclient_send(c, head, sizeof head),
	     "a frame of 25 MB begins");
	for (int i = 0; i < 20; i++)
		CHECK(tlsclient_send(c, bytes, sizeof bytes), "20 MB of it come");
	tlsclient_kill(&c);
	CHECK(world_hear(&w, &h, WAIT) && strcmp(h.frames[0], "heel") == 0, "what was whole arrives");
	CHECK(world_notice(&w, EDGE_CLOSE, &n) && n.forwarded == 1, "and alone is counted");
	CHECK(!world_hear(&w, &h, 0), "the rest does not");
	CHECK(world_emptied(&w) && works(&w), "and decent parties are served");
}

static void hub_is_told_of_a_killed_client(void)
{
	WORLD(w);
	struct heard h, h2;
	struct edge_notice n;
	CLIENT *c = NULL;

	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL && send_text(c, "ik") &&
		     world_hear(&w, &h, WAIT), "a party joins");
	tlsclient_kill(&c);
	CHECK(world_notice(&w, EDGE_CLOSE, &n), "CLOSE comes");
	int64_t until = clock_ms() + WAIT;
	/* A ROUTER lets go of a pipe only once it has looked for a message in it. */
	while (world_say(&w, h.from, "x", 1) != EHOSTUNREACH && clock_ms() < until)
		(void)world_hear(&w, &h2, 1);
	CHECK(world_say(&w, h.from, "x", 1) == EHOSTUNREACH, "and the ROUTER knows it no more");
}

static int reload(struct world *w, const char *crl, size_t n_identities)
{
	char path[128];
	struct buf why = BUF_INIT;
	struct edge_tls tls = w->opts.tls;
	int r;

	tls.crl = world_file(crl, path);
	r = edge_reload(w->edge, &tls, w->identities, n_identities, &why);
	CHECK((r < 0) == (why.len > 0), "a failed reload says why, a good one nothing");
	buf_free(&why);
	return r;
}

static void reload_admits_and_cuts(void)
{
	WORLD(w);
	struct edge_notice n;
	CLIENT *utrecht = NULL, *rivier = NULL, *pinned = NULL;

	NEED(world_start(&w) && (utrecht = world_join(&w, "utrecht")) != NULL &&
		     (rivier = world_join(&w, "rivier")) != NULL &&
		     (pinned = world_join(&w, "pinned")) != NULL, "three parties join");
	CLIENT *early = world_join(&w, "newcomer");
	CHECK(early == NULL, "a fourth is not known");
	(void)snprintf(w.identities[3].party, 33, "newcomer");
	(void)snprintf(w.identities[3].oin, 33, "00000004007777777000");
	CHECK(reload(&w, "crl.pem", 4) == 0, "a table with one more is taken over");
	CLIENT *late = world_join(&w, "newcomer");
	CHECK(late != NULL, "now it is known");
	CHECK(reload(&w, "newcrl.pem", 4) == 0, "a list that revokes a party is taken over");
	CHECK(tlsclient_ended(utrecht), "the revoked party is cut");
	CHECK(world_notice(&w, EDGE_CLOSE, &n) && strcmp(n.party, "utrecht") == 0 &&
		      strstr(n.reason, "revoked") != NULL, "and the reason is told");
	CLIENT *again = world_join(&w, "utrecht");
	CHECK(again == NULL, "and refused from now on");
	w.identities[2] = w.identities[3];
	CHECK(reload(&w, "newcrl.pem", 3) == 0, "a table without a party is taken over");
	CHECK(tlsclient_ended(pinned), "the party that is gone from it is cut");
	CHECK(works(&w), "others stay");
	CHECK(send_text(rivier, "nog hier"), "and keep their connections");
	struct heard h;
	CHECK(world_hear(&w, &h, WAIT) && strcmp(h.frames[0], "nog hier") == 0, "that work");
}

static void reload_that_fails_changes_nothing(void)
{
	static const struct {
		const char *name;
		size_t member;
		const char *file;
	} cases[] = {
		{"no such list", offsetof(struct edge_tls, crl), "none.pem"},
		{"a certificate instead of a list", offsetof(struct edge_tls, crl), "ca.pem"},
		{"a broken list", offsetof(struct edge_tls, crl), "broken.pem"},
		{"a key that does not fit", offsetof(struct edge_tls, key), "utrecht.key"},
		{"no authorities", offsetof(struct edge_tls, ca), "hub.key"},
		{"authorities without a list", offsetof(struct edge_tls, ca), "other.pem"},
		{"no certificate", offsetof(struct edge_tls, certificate), "none.pem"},
	};
	WORLD(w);
	CLIENT *c = NULL;
	struct edge_identity twice[2] = {{"a", "1", ""}, {"b", "1", ""}};
	char path[128];
	FILE *f = fopen(world_file("broken.pem", path), "w");

	NEED(f != NULL, "a broken list is made");
	fputs("-----BEGIN X509 CRL-----\nMIIBrandom\n-----END X509 CRL-----\n", f);
	(void)fclose(f);
	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL, "a party joins");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct edge_tls tls = w.opts.tls;
		struct buf why = BUF_INIT;

		*(const char **)(void *)((char *)&tls + cases[i].member) =
			world_file(cases[i].file, path);
		CHECK(edge_reload(w.edge, &tls, w.identities, 3, &why) < 0, cases[i].name);
		CHECK(strstr(buf_str(&why), ".pem") != NULL || strstr(buf_str(&why), ".key") != NULL,
		      "the file is named");
		buf_free(&why);
	}
	struct buf why = BUF_INIT;
	CHECK(edge_reload(w.edge, &w.opts.tls, twice, 2, &why) == -EEXIST, "one OIN, two parties");
	buf_free(&why);
	CHECK(send_text(c, "ik"), "the party stays");
	struct heard h;
	CHECK(world_hear(&w, &h, WAIT) && strcmp(h.frames[0], "ik") == 0, "and is heard");
	CHECK(works(&w), "and others join");
}

static void reload_with_an_expired_list(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct heard h;

	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL, "a party joins");
	CHECK(reload(&w, "oldcrl.pem", 3) == 0, "an expired list is taken over");
	CHECK(send_text(c, "ik") && world_hear(&w, &h, WAIT), "who was in stays in");
	CLIENT *newcomer = world_dial(&w, "rivier");
	CHECK(newcomer != NULL && tlsclient_ended(newcomer), "newcomers are refused");
	CHECK(reload(&w, "crl.pem", 3) == 0 && works(&w), "until a good list comes");
}

static void drain(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct heard h;
	struct tlsclient_opts o = {.plain = true};

	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL && send_text(c, "voor") &&
		     world_hear(&w, &h, WAIT), "a party joins");
	o.port = edge_port(w.edge);
	CLIENT *half = tlsclient_open(&o);
	CHECK(half != NULL && WORLD_COUNTED(&w, accepted, 2), "another begins to");
	edge_drain(w.edge);
	CHECK(tlsclient_ended(half), "who had not joined is sent away");
	struct tlsclient *late = tlsclient_open(&o);
	CHECK(late == NULL, "nobody listens any more");
	CHECK(send_text(c, "na"), "the party may send");
	CHECK(world_say(&w, h.from, "bericht", 7) == 0 && hear_text(c, "bericht"), "and still hears");
	CHECK(!world_hear(&w, &h, QUIET), "but is not heard");
}

static void *stop_main(void *arg)
{
	struct world *w = arg;

	edge_stop(&w->edge, WAIT);
	return NULL;
}

static void stop_flushes(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct heard h;
	pthread_t t;
	static char bytes[400000];
	int flags, n = 0;

	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL && send_text(c, "ik") &&
		     world_hear(&w, &h, WAIT), "a party joins");
	while (n < 20 && world_say(&w, h.from, bytes, sizeof bytes) == 0)
		n++;
	NEED(n > 5 && pthread_create(&t, NULL, stop_main, &w) == 0, "megabytes wait when it stops");
	for (int i = 0; i < n; i++)
		if (!CHECK(tlsclient_receive_frame(c, &flags, bytes, sizeof bytes) == sizeof bytes,
			   "all of it arrives"))
			break;
	CHECK(tlsclient_ended(c), "and then the end");
	pthread_join(t, NULL);
	CHECK(w.edge == NULL, "the edge is gone");
}

static void stop_does_not_wait_for_ever(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct heard h;
	static char bytes[400000];
	int64_t before;

	NEED(world_start(&w) && (c = world_join(&w, "utrecht")) != NULL && send_text(c, "ik") &&
		     world_hear(&w, &h, WAIT), "a party joins");
	for (int i = 0; i < 60; i++) /* more than any buffer; it never reads */
		(void)world_say(&w, h.from, bytes, sizeof bytes);
	before = clock_ms();
	edge_stop(&w.edge, 200);
	CHECK(clock_ms() - before < WAIT, "a client that does not read cannot hold it");
}

static void caps(void)
{
	WORLD(w);
	CLIENT *a = NULL, *b = NULL;

	w.opts.max_connections = 3;
	w.opts.max_per_party = 2;
	NEED(world_start(&w) && (a = world_join(&w, "utrecht")) != NULL &&
		     (b = world_join(&w, "utrecht")) != NULL, "a party may join twice");
	CLIENT *c = world_join(&w, "utrecht");
	CHECK(c == NULL, "but not three times");
	CHECK(WORLD_COUNTED(&w, refused_limit, 1), "which is counted");
	struct edge_stats s;
	int64_t until = clock_ms() + WAIT;
	do /* the refused one lingers a moment */
		edge_stats(w.edge, &s);
	while (s.open > 2 && clock_ms() < until);
	CLIENT *d = world_join(&w, "rivier");
	CHECK(d != NULL, "another party may");
	CLIENT *e = world_join(&w, "pinned");
	CHECK(e == NULL, "until all places are taken");
	CHECK(WORLD_COUNTED(&w, refused_limit, 2), "which is counted too");
	tlsclient_close(&a);
	until = clock_ms() + WAIT;
	do
		edge_stats(w.edge, &s);
	while (s.open > 2 && clock_ms() < until);
	CLIENT *f = world_join(&w, "pinned");
	CHECK(f != NULL, "a place that comes free is used");
}

static void rate_limit(void)
{
	WORLD(w);
	unsigned refused = 0;

	w.opts.max_per_second = 5;
	NEED(world_start(&w), "the edge starts");
	for (int i = 0; i < 60; i++) {
		struct tlsclient_opts o = {.port = edge_port(w.edge), .plain = true};
		CLIENT *c = tlsclient_open(&o);

		refused += c == NULL;
	}
	struct edge_stats s;
	CHECK(WORLD_COUNTED(&w, refused_limit, 10), "most of a burst are refused before TLS");
	edge_stats(w.edge, &s);
	CHECK(s.accepted < 50, "few get as far as TLS");
	CHECK(refused <= 60, "and none is left hanging");
}

static void descriptors_run_out(void)
{
	WORLD(w);
	struct rlimit before, few;
	struct tlsclient *all[40] = {NULL};
	struct edge_stats s;
	int hoard[256], n = 0, joined = 0;

	(void)getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = 256;
	NEED(setrlimit(RLIMIT_NOFILE, &few) == 0, "256 descriptors");
	w.opts.max_connections = 100000;
	bool started = world_start(&w);
	CHECK(started, "the edge starts with few descriptors");
	/* The rest of the process takes most of what is left, so the count alone would not do. */
	while (started && n < 120 && (hoard[n] = dup(0)) >= 0)
		n++;
	for (int i = 0; started && i < 40; i++) {
		all[i] = world_join(&w, "utrecht");
		joined += all[i] != NULL;
	}
	for (int i = 0; i < n; i++)
		(void)close(hoard[i]);
	for (int i = 0; i < 40; i++)
		tlsclient_close(&all[i]);
	CHECK(joined > 0, "some join");
	if (started) {
		edge_stats(w.edge, &s);
		CHECK(joined < 40 && s.refused_limit > 0, "the others are refused, and nothing aborts");
		CHECK(world_emptied(&w) && works(&w), "and it serves on");
	}
	(void)setrlimit(RLIMIT_NOFILE, &before);
}

static void full_backlog(void)
{
	WORLD(w);
	CLIENT *c = NULL;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int listener, hold[64], n = 0;

	NEED(world_start(&w), "the edge starts");
	/* Another listener in the ROUTER's place, whose backlog is full. */
	memcpy(at.sun_path, w.opts.backend, strlen(w.opts.backend) + 1);
	(void)unlink(w.opts.backend);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	NEED(bind(listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(listener, 0) == 0,
	     "a listener");
	for (; n < 64; n++) {
		hold[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(hold[n], (struct sockaddr *)&at, sizeof at) < 0)
			break;
	}
	CHECK(n < 64 && errno == EAGAIN, "a full one");
	c = world_dial(&w, "utrecht");
	static const uint8_t bytes[] = GREETING "\4\34" READY_DEALER;
	uint8_t got[64];
	CHECK(c != NULL && tlsclient_send(c, bytes, sizeof bytes - 1), "a client opens");
	for (int i = 0; i <= n; i++) { /* room at last: the edge must come by itself */
		int fd = accept(listener, NULL, NULL);

		if (i == n)
			CHECK(recv(fd, got, 64, MSG_WAITALL) == 64 && got[0] == 0xff,
			      "the edge tries again until there is room");
		(void)close(fd);
	}
	for (int i = 0; i <= n && i < 64; i++)
		(void)close(hold[i]);
	(void)close(listener);
}

/* Start and end are quick, and start says what is wrong. */
static void starting(void)
{
	static const struct {
		const char *name, *listen;
	} cases[] = {
		{"no port", "127.0.0.1"},
		{"a port that is none", "127.0.0.1:http-but-not"},
		{"an address of somebody else", "192.0.2.1:7443"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WORLD(w);
		struct buf why = BUF_INIT;

		w.opts.listen = cases[i].listen;
		w.ctx = zmq_ctx_new();
		CHECK(edge_start(&w.edge, w.ctx, &w.opts, &why) < 0 && w.edge == NULL, cases[i].name);
		CHECK(strstr(buf_str(&why), cases[i].listen) != NULL, "and it is named");
		buf_free(&why);
	}
}

/* --- stock clients --- */

static pid_t spawn(const char *const *argv)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)setenv("PYTHONUNBUFFERED", "1", 1);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void end_child(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
}

/* The shipped template, with this test's names for what an administrator fills in. */
static bool write_stunnel(struct world *w, const char *path, const char *local)
{
	char line[256], file[128];
	FILE *in = fopen("config/stunnel-party.conf", "r"), *out = fopen(path, "w");
	bool good = in != NULL && out != NULL;

	while (good && fgets(line, sizeof line, in) != NULL) {
		if (strncmp(line, "accept =", 8) == 0)
			fprintf(out, "accept = %s\n", local);
		else if (strncmp(line, "connect =", 9) == 0)
			fprintf(out, "connect = 127.0.0.1:%u\n", edge_port(w->edge));
		else if (strncmp(line, "checkHost =", 11) == 0)
			fprintf(out, "checkHost = localhost\n");
		else if (strncmp(line, "cert =", 6) == 0)
			fprintf(out, "cert = %s\n", world_file("utrecht.pem", file));
		else if (strncmp(line, "key =", 5) == 0)
			fprintf(out, "key = %s\n", world_file("utrecht.key", file));
		else if (strncmp(line, "CAfile =", 8) == 0)
			fprintf(out, "CAfile = %s\n", world_file("ca.pem", file));
		else if (strncmp(line, "foreground", 10) != 0)
			fputs(line, out);
	}
	if (out != NULL)
		fprintf(out, "\n"), (void)fclose(out);
	if (in != NULL)
		(void)fclose(in);
	return good;
}

/* A port that was free a moment ago. */
static unsigned free_port(void)
{
	struct world probe;
	unsigned port;

	world_prepare(&probe);
	port = world_start(&probe) ? edge_port(probe.edge) : 0;
	world_stop(&probe);
	return port;
}

static void serve_stock_client(struct world *w, unsigned rounds)
{
	struct heard h;

	for (unsigned i = 0; i < rounds; i++) {
		NEED(world_hear(w, &h, WAIT), "a stock client's message arrives");
		CHECK(strncmp(h.from, "utrecht:", 8) == 0, "under its certificate's name");
		CHECK(h.n == 2 && strcmp(h.frames[0], "IJW1") == 0, "with its frames");
		edge_release(w->edge, strtoull(h.from + 8, NULL, 10), IJW_COST(h.payload));
		CHECK(world_say(w, h.from, h.frames[1], h.sizes[1]) == 0, "and is answered");
	}
}

static void c_dealer(struct world *w, const char *endpoint)
{
	void *ctx = zmq_ctx_new(), *s = zmq_socket(ctx, ZMQ_DEALER);
	const int zero = 0, wait = WAIT;
	char b[16] = "";

	(void)zmq_setsockopt(s, ZMQ_LINGER, &zero, sizeof zero);
	(void)zmq_setsockopt(s, ZMQ_RCVTIMEO, &wait, sizeof wait);
	(void)zmq_setsockopt(s, ZMQ_ROUTING_ID, "rivier:1", 8);
	CHECK(zmq_connect(s, endpoint) == 0, "libzmq connects");
	for (int i = 0; i < 3; i++) {
		CHECK(zmq_send(s, "IJW1", 4, ZMQ_SNDMORE) == 4 && zmq_send(s, "dag", 3, 0) == 3,
		      "it sends");
		serve_stock_client(w, 1);
		CHECK(zmq_recv(s, b, sizeof b, 0) == 3 && memcmp(b, "dag", 3) == 0, "it hears");
	}
	(void)zmq_close(s);
	(void)zmq_ctx_term(ctx);
}

static void python_dealer(struct world *w, const char *endpoint)
{
	static const char script[] =
		"import sys, zmq\n"
		"s = zmq.Context().socket(zmq.DEALER)\n"
		"s.setsockopt(zmq.IDENTITY, b'rivier:1')\n"
		"s.setsockopt(zmq.HEARTBEAT_IVL, 2000)\n"
		"s.RCVTIMEO = 20000\n"
		"s.connect(sys.argv[1])\n"
		"for i in range(20):\n"
		"    s.send_multipart([b'IJW1', b'%d' % i])\n"
		"for i in range(20):\n"
		"    assert s.recv() == b'%d' % i\n"
		"s.close(0)\n";
	const char *const argv[] = {"/usr/bin/python3", "-c", script, endpoint, NULL};
	pid_t pid = spawn(argv);
	int status = -1;

	serve_stock_client(w, 20);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "python's client is content");
}

static void stock_client_through_stunnel(void)
{
	WORLD(w);
	char local[64], endpoint[80], path[128];
	unsigned port;
	pid_t pid;

	if (access("/usr/bin/stunnel4", X_OK) < 0) {
		printf("skipped, stunnel4 is not installed ... ");
		return;
	}
	port = free_port();
	NEED(port != 0 && world_start(&w), "the edge starts");
	(void)snprintf(local, sizeof local, "127.0.0.1:%u", port);
	(void)snprintf(endpoint, sizeof endpoint, "tcp://%s", local);
	NEED(write_stunnel(&w, world_file("stunnel.conf", path), local), "the template is there");
	FILE *f = fopen(path, "r+");
	NEED(f != NULL, "and can be edited");
	(void)fclose(f);
	const char *const argv[] = {"stunnel4", path, NULL};
	pid = spawn(argv);
	c_dealer(&w, endpoint);
	if (access("/usr/lib/python3/dist-packages/zmq", F_OK) == 0)
		python_dealer(&w, endpoint);
	else
		printf("python's part skipped, python3-zmq is not installed ... ");
	end_child(pid);
}

static const struct test tests[] = {
	{"a message goes there and back", there_and_back},
	{"a certificate that does not hold is refused with its alert", certificates},
	{"only TLS 1.2 with AEAD and TLS 1.3 are spoken", protocols},
	{"a client cannot choose its name", claims},
	{"a bad opening never reaches the ROUTER", bad_openings},
	{"a bad frame ends the connection and nothing else", bad_frames},
	{"a heartbeat is answered", pings},
	{"a greeting may come byte by byte", greeting_in_steps},
	{"messages may come before the hub is ready", early_messages},
	{"ERROR is said only for what cannot change", errors_only_for_what_cannot_change},
	{"a slow opening is cut at every stage", slow_openings},
	{"a connection's number is never used twice", numbers_are_never_used_twice},
	{"credit stalls a sender and resumes it", credit_stalls_and_resumes},
	{"a message larger than the credit passes", a_message_larger_than_the_credit_passes},
	{"bytes inside OpenSSL are not forgotten", many_small_messages_in_one_record},
	{"a client that does not read harms nobody", client_that_does_not_read},
	{"nothing is lost when a client leaves", nothing_is_lost_when_a_client_leaves},
	{"a client killed inside a frame leaves nothing", killed_inside_a_frame},
	{"the hub is told of a killed client", hub_is_told_of_a_killed_client},
	{"a reload admits the new and cuts the revoked", reload_admits_and_cuts},
	{"a reload that fails changes nothing", reload_that_fails_changes_nothing},
	{"an expired list refuses newcomers only", reload_with_an_expired_list},
	{"draining lets the hub speak and nobody else", drain},
	{"a stop flushes what waits", stop_flushes},
	{"a stop does not wait for ever", stop_does_not_wait_for_ever},
	{"connections have caps", caps},
	{"connecting has a rate", rate_limit},
	{"running out of descriptors is no disaster", descriptors_run_out},
	{"a full backlog is tried again", full_backlog},
	{"what cannot start says why", starting},
	{"a stock client works through stunnel", stock_client_through_stunnel},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	int r;

	(void)argv;
	if (argc == 1) /* with any argument the refusals are shown */
		log_level_set((enum log_level)-1);
	if (!world_pki())
		return 2;
	r = unit_main("wire/edge", tests);
	world_pki_remove();
	return r;
}
