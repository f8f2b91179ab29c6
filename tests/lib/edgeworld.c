#include "../lib/edgeworld.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/x509.h>
#include <zmq.h>

#include "base/date.h"
#include "base/pki.h"
#include "wire/protocol.h"

#define DAY 86400

static char pki_dir[64];

const char *world_file(const char *name, char path[128])
{
	(void)snprintf(path, 128, "%s/%s", pki_dir, name);
	return path;
}

static const struct {
	const char *name;
	bool other; /* signed by the other authority */
	enum pki_use use;
	const char *oin;
	int from, until; /* days from now */
} people[] = {
	{"hub", false, PKI_HUB, NULL, -1, 30},
	{"utrecht", false, PKI_PARTY, "00000001001234567000", -1, 30},
	{"rivier", false, PKI_PARTY, "00000004001234567000", -1, 30},
	{"pinned", false, PKI_PARTY, NULL, -1, 30},
	{"nameless", false, PKI_PARTY, NULL, -1, 30},
	{"newcomer", false, PKI_PARTY, "00000004007777777000", -1, 30},
	{"unknown", false, PKI_PARTY, "00000009999999999000", -1, 30},
	{"letters", false, PKI_PARTY, "0000000100123456700O", -1, 30},
	{"expired", false, PKI_PARTY, "00000001001234567000", -9, -1},
	{"notyet", false, PKI_PARTY, "00000001001234567000", 3, 30},
	{"revoked", false, PKI_PARTY, "00000001001234567000", -1, 30},
	{"server", false, PKI_HUB, "00000001001234567000", -1, 30},
	{"stranger", true, PKI_PARTY, "00000001001234567000", -1, 30},
};

static bool issue(struct pki_ca *ca, struct pki_ca *other, size_t i, int64_t now, struct buf *why)
{
	char name[64], cert[128], key[128];
	struct pki_request q = {
		.use = people[i].use,
		.name = people[i].name,
		.oin = people[i].oin,
		.san = people[i].use == PKI_HUB ? "localhost,127.0.0.1" : NULL,
		.from = now + people[i].from * DAY,
		.until = now + people[i].until * DAY,
	};

	(void)snprintf(name, sizeof name, "%s.pem", people[i].name);
	world_file(name, cert);
	(void)snprintf(name, sizeof name, "%s.key", people[i].name);
	world_file(name, key);
	return pki_issue(people[i].other ? other : ca, &q, cert, key, why) == 0;
}

static bool make_lists(struct pki_ca *ca, int64_t now, struct buf *why)
{
	char list[128], cert[128];

	/* Three lists: what holds, what holds no longer, and one that takes utrecht out too. */
	return pki_crl(ca, world_file("crl.pem", list), world_file("revoked.pem", cert), now - DAY,
		       now + 9 * DAY, why) == 0 &&
	       pki_crl(ca, world_file("oldcrl.pem", list), NULL, now - 9 * DAY, now - DAY, why) ==
		       0 &&
	       pki_crl(ca, world_file("newcrl.pem", list), world_file("utrecht.pem", cert),
		       now - DAY, now + 9 * DAY, why) == 0;
}

bool world_pki(void)
{
	struct pki_ca *ca = NULL, *other = NULL;
	struct buf why = BUF_INIT;
	char a[128], b[128];
	int64_t now = time(NULL);
	bool good;

	(void)snprintf(pki_dir, sizeof pki_dir, "/tmp/ijw-edge-XXXXXX");
	if (mkdtemp(pki_dir) == NULL)
		return false;
	good = pki_ca_make(&ca, "Test CA", now - 9 * DAY, now + 99 * DAY, world_file("ca.pem", a),
			   world_file("ca.key", b), &why) == 0 &&
	       pki_ca_make(&other, "Other CA", now - DAY, now + 99 * DAY,
			   world_file("other.pem", a), world_file("other.key", b), &why) == 0;
	for (size_t i = 0; good && i < sizeof people / sizeof *people; i++)
		good = issue(ca, other, i, now, &why);
	good = good && make_lists(ca, now, &why);
	if (!good)
		fprintf(stderr, "pki: %s\n", buf_str(&why));
	pki_ca_free(&ca);
	pki_ca_free(&other);
	buf_free(&why);
	return good;
}

void world_pki_remove(void)
{
	DIR *d = opendir(pki_dir);
	char path[512];

	for (struct dirent *one; d != NULL && (one = readdir(d)) != NULL;) {
		(void)snprintf(path, sizeof path, "%s/%s", pki_dir, one->d_name);
		(void)unlink(path);
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(pki_dir);
}

static void identify(struct edge_identity *i, const char *party, const char *oin)
{
	(void)snprintf(i->party, sizeof i->party, "%s", party);
	(void)snprintf(i->oin, sizeof i->oin, "%s", oin);
}

/* The party that has no OIN and is known by its certificate. */
static void pin(struct edge_identity *i)
{
	struct buf why = BUF_INIT;
	char path[128];
	X509 *c = NULL;

	(void)snprintf(i->party, sizeof i->party, "pinned");
	if (pki_read(&c, world_file("pinned.pem", path), &why) == 0)
		(void)pki_fingerprint(c, i->sha256);
	X509_free(c);
	buf_free(&why);
}

void world_prepare(struct world *w)
{
	static const char *const names[] = {"hub.pem", "hub.key", "ca.pem", "crl.pem"};

	memset(w, 0, sizeof *w);
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/ijw-world-XXXXXX");
	if (mkdtemp(w->dir) == NULL)
		w->dir[0] = '\0';
	for (size_t i = 0; i < 4; i++)
		world_file(names[i], w->files[i]);
	(void)snprintf(w->files[4], sizeof w->files[4], "%s/router.sock", w->dir);
	identify(&w->identities[0], "utrecht", "00000001001234567000");
	identify(&w->identities[1], "rivier", "00000004001234567000");
	pin(&w->identities[2]);
	w->opts = (struct edge_opts){
		.listen = "127.0.0.1:0",
		.backend = w->files[4],
		.notices = "inproc://notices",
		.tls = {w->files[0], w->files[1], w->files[2], w->files[3]},
		.identities = w->identities,
		.n_identities = 3,
		.handshake_ms = 10000,
		.max_connections = 200,
		.max_per_party = 100,
		.max_per_second = 0,
		.credit = 4 * 1024 * 1024,
	};
}

static bool start_router(struct world *w)
{
	const int hwm = 16, one = 1, zero = 0, backlog = 4096, pid = getpid();
	char endpoint[160];

	w->ctx = zmq_ctx_new();
	w->router = zmq_socket(w->ctx, ZMQ_ROUTER);
	w->notices = zmq_socket(w->ctx, ZMQ_PAIR);
	if (w->router == NULL || w->notices == NULL)
		return false;
	(void)zmq_setsockopt(w->router, ZMQ_SNDHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(w->router, ZMQ_RCVHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(w->router, ZMQ_ROUTER_MANDATORY, &one, sizeof one);
	(void)zmq_setsockopt(w->router, ZMQ_IPC_FILTER_PID, &pid, sizeof pid);
	(void)zmq_setsockopt(w->router, ZMQ_BACKLOG, &backlog, sizeof backlog);
	(void)zmq_setsockopt(w->router, ZMQ_LINGER, &zero, sizeof zero);
	(void)zmq_setsockopt(w->notices, ZMQ_LINGER, &zero, sizeof zero);
	(void)snprintf(endpoint, sizeof endpoint, "ipc://%s", w->opts.backend);
	return zmq_bind(w->router, endpoint) == 0 && zmq_bind(w->notices, w->opts.notices) == 0;
}

bool world_start(struct world *w)
{
	struct buf why = BUF_INIT;
	bool good = start_router(w) && edge_start(&w->edge, w->ctx, &w->opts, &why) == 0;

	if (!good)
		fprintf(stderr, "world: %s\n", buf_str(&why));
	buf_free(&why);
	return good;
}

void world_stop(struct world *w)
{
	edge_stop(&w->edge, 1000);
	if (w->router != NULL)
		(void)zmq_close(w->router);
	if (w->notices != NULL)
		(void)zmq_close(w->notices);
	if (w->ctx != NULL)
		(void)zmq_ctx_term(w->ctx);
	(void)unlink(w->files[4]);
	(void)rmdir(w->dir);
}

struct tlsclient *world_dial(struct world *w, const char *name)
{
	char cert[128], key[128], ca[128], file[64];
	struct tlsclient_opts o = {.port = edge_port(w->edge), .ca = world_file("ca.pem", ca)};

	if (name != NULL) {
		(void)snprintf(file, sizeof file, "%s.pem", name);
		o.certificate = world_file(file, cert);
		(void)snprintf(file, sizeof file, "%s.key", name);
		o.key = world_file(file, key);
	}
	return tlsclient_open(&o);
}

struct tlsclient *world_join(struct world *w, const char *name)
{
	struct tlsclient *c = world_dial(w, name);

	if (c != NULL && !tlsclient_hello(c, "DEALER", NULL))
		tlsclient_close(&c);
	return c;
}

static bool wait_socket(void *socket, int wait_ms)
{
	zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};

	return zmq_poll(&item, 1, wait_ms) > 0;
}

bool world_hear(struct world *w, struct heard *ret, int wait_ms)
{
	zmq_msg_t part;
	int more = 1;

	memset(ret, 0, sizeof *ret);
	if (!wait_socket(w->router, wait_ms))
		return false;
	for (unsigned i = 0; more; i++) {
		size_t n;

		zmq_msg_init(&part);
		if (zmq_msg_recv(&part, w->router, 0) < 0)
			return false;
		n = zmq_msg_size(&part);
		if (i == 0) {
			memcpy(ret->from, zmq_msg_data(&part), n < 63 ? n : 63);
		} else if (i <= 8) {
			memcpy(ret->frames[i - 1], zmq_msg_data(&part), n < 255 ? n : 255);
			ret->sizes[i - 1] = n;
			ret->payload += n;
			ret->n = i;
		}
		more = zmq_msg_more(&part);
		zmq_msg_close(&part);
	}
	return true;
}

int world_say(struct world *w, const char *to, const void *bytes, size_t n)
{
	if (zmq_send(w->router, to, strlen(to), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
	    zmq_send(w->router, bytes, n, ZMQ_DONTWAIT) < 0)
		return errno;
	return 0;
}

bool world_notice(struct world *w, enum edge_event event, struct edge_notice *ret)
{
	int64_t until = clock_ms() + TLSCLIENT_MS;

	while (clock_ms() < until && wait_socket(w->notices, 1000 + (int)(until - clock_ms())))
		if (zmq_recv(w->notices, ret, sizeof *ret, 0) == sizeof *ret && ret->event == event)
			return true;
	return false;
}

bool world_counted(struct world *w, size_t counter, uint64_t least)
{
	int64_t until = clock_ms() + TLSCLIENT_MS;
	struct edge_stats s;

	do {
		edge_stats(w->edge, &s);
		if (*(uint64_t *)(void *)((char *)&s + counter) >= least)
			return true;
		(void)poll(NULL, 0, 1); /* counters have no event to wait for */
	} while (clock_ms() < until);
	return false;
}

bool world_emptied(struct world *w)
{
	int64_t until = clock_ms() + TLSCLIENT_MS;
	struct edge_stats s;

	do {
		edge_stats(w->edge, &s);
		if (s.open == 0)
			return true;
		(void)poll(NULL, 0, 1);
	} while (clock_ms() < until);
	return false;
}
