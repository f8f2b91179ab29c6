/*
 * The edge's thread: accepts, waits, and gives each connection its turn; and
 * the calls by which other threads reach it.  What happens inside a
 * connection is conn.c's.
 *
 * A connection takes three descriptors: its own, the one to the ROUTER, and
 * the one that libzmq gets for that.  libzmq aborts the process when accept
 * finds no descriptor, so their number is bounded before anything is opened:
 * by a count, and again by the number of each new descriptor, because the
 * kernel hands out the lowest free one.
 *
 * Other threads never touch a connection.  They change its account (one
 * atomic word) or leave a command and ring the bell, an eventfd.
 */
#include "wire/edge.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <zmq.h>

#include "base/date.h"
#include "base/log.h"
#include "wire/conn.h"
#include "wire/ratelimit.h"

#include "base/banned.h"

#define FD_RESERVE 64 /* for the store, the log, the control socket and libzmq itself */
#define EVENTS 256
#define ACCEPTS 32 /* in one turn: each is most of a millisecond of handshake */
#define TICK_MS 5  /* timers are no finer than this */
#define SWEEP 128  /* certificates checked anew in one turn */
#define CHORES_MS 30000
#define PAUSE_MS 100 /* without accepting, when the system has no descriptors */
#define QUIET_MS 50  /* without a byte for clients: all has been said */
#define CRL_SOON (2 * 86400)
#define USER_TIMEOUT_MS 60000
#define MAX_CREDIT (1u << 30) /* so that an account fits in 32 bits */

enum command_kind { COMMAND_CLOSE, COMMAND_RELOAD, COMMAND_PROBE };

struct command {
	enum command_kind kind;
	uint64_t connection;
	char reason[64];
	struct tls *tls;
	const char *party;        /* COMMAND_PROBE: the caller waits, so both are its own */
	struct edge_probe *probe;
	struct command *next;
};

struct edge {
	struct conn_env env;
	struct edge_counters counters;
	struct tls *tls;
	struct ratelimit *rate;
	char *backend;
	int listener, bell;
	unsigned port;

	/* Slots: a connection's number is user * capacity + slot. */
	size_t capacity, n_free;
	uint32_t *free_slots;
	struct account *accounts;
	struct conn **conns;

	size_t sweep;	 /* slot at which checking certificates goes on; capacity: nothing to do */
	bool sweep_told; /* the reloader waits for its end */
	int64_t accept_after, chores_due, ticked;

	pthread_t thread;
	bool running;
	_Atomic bool drain, stop, resume_all;
	_Atomic int64_t stop_ms;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t reloaded;
	pthread_mutex_t reload_lock; /* one reload at a time */
	struct command *first, **last;
	uint32_t *resumed; /* slots that have credit again */
	size_t n_resumed;
	uint64_t reloads; /* finished */
	uint64_t probes;  /* likewise */
	bool rung;
};

/* --- the bell --- */

/* With the lock held. */
static void ring(struct edge *e)
{
	const uint64_t one = 1;

	if (e->rung)
		return;
	e->rung = true;
	if (write(e->bell, &one, sizeof one) < 0)
		return; /* only when it rings already */
}

static void ring_locked(struct edge *e)
{
	pthread_mutex_lock(&e->lock);
	ring(e);
	pthread_mutex_unlock(&e->lock);
}

static void command_push(struct edge *e, struct command *c)
{
	pthread_mutex_lock(&e->lock);
	*e->last = c;
	e->last = &c->next;
	ring(e);
	pthread_mutex_unlock(&e->lock);
}

/* --- accounts --- */

/* Takes cost off if the account is still this user's; what remains owed, or UINT64_MAX. */
static uint64_t account_pay(struct account *a, uint64_t user, size_t cost)
{
	uint64_t word = atomic_load(&a->word), owed;

	do {
		if (word >> 32 != user)
			return UINT64_MAX;
		owed = (uint32_t)word;
		owed = owed > cost ? owed - cost : 0;
	} while (!atomic_compare_exchange_weak(&a->word, &word, user << 32 | owed));
	return owed;
}

void edge_release(struct edge *e, uint64_t connection, size_t cost)
{
	uint32_t slot = (uint32_t)(connection % e->capacity);
	struct account *a = &e->accounts[slot];
	uint64_t owed = account_pay(a, connection / e->capacity, cost);

	/* Half the credit at once, so that a busy connection is not woken for each message. */
	if (owed > e->env.credit / 2 || !atomic_load(&a->stalled) ||
	    !atomic_exchange(&a->stalled, false))
		return;
	pthread_mutex_lock(&e->lock);
	if (e->n_resumed < e->capacity)
		e->resumed[e->n_resumed++] = slot;
	else
		atomic_store(&e->resume_all, true);
	ring(e);
	pthread_mutex_unlock(&e->lock);
}

/* --- accepting --- */

static void peer_text(const struct sockaddr *from, socklen_t n, char *ret, size_t room)
{
	char host[INET6_ADDRSTRLEN] = "?", service[8] = "?";
	bool v6 = from->sa_family == AF_INET6;

	(void)getnameinfo(from, n, host, sizeof host, service, sizeof service,
			  NI_NUMERICHOST | NI_NUMERICSERV); /* "?" will do */
	(void)snprintf(ret, room, "%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", service);
}

/* Latency, and an end to clients that fell off the network; no failure matters to the protocol. */
static void socket_settle(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{IPPROTO_TCP, TCP_NODELAY, 1},	 {SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, 30}, {IPPROTO_TCP, TCP_KEEPINTVL, 10},
		{IPPROTO_TCP, TCP_KEEPCNT, 3},	 {IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS},
	};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		(void)setsockopt(fd, options[i].level, options[i].name, &options[i].value,
				 sizeof options[i].value);
}

static void refuse(struct edge *e, int fd, enum ending why, const char *peer)
{
	ending_note(why, &e->counters, &e->env.log, e->env.now, peer, "before TLS", NULL);
	(void)close(fd); /* nothing was said */
}

static void admit(struct edge *e, int fd, const char *peer)
{
	uint32_t slot = e->free_slots[e->n_free - 1];
	struct account *a = &e->accounts[slot];
	uint64_t user = (atomic_load(&a->word) >> 32) + 1;
	struct conn *c;

	atomic_store(&a->stalled, false);
	atomic_store(&a->word, user << 32);
	socket_settle(fd);
	c = conn_new(&e->env, fd, peer, user * e->capacity + slot, a);
	if (c == NULL) {
		ending_note(END_MEMORY, &e->counters, &e->env.log, e->env.now, peer, "before TLS",
			    NULL);
		return;
	}
	e->n_free--;
	e->conns[slot] = c;
	atomic_fetch_add(&e->counters.accepted, 1);
	atomic_fetch_add(&e->counters.open, 1);
}

static void accept_some(struct edge *e)
{
	struct sockaddr_storage from;
	struct sockaddr *address = (struct sockaddr *)&from;
	char peer[64];

	for (int i = 0; i < ACCEPTS; i++) {
		socklen_t n = sizeof from;
		int fd = accept4(e->listener, address, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			    errno == ENOBUFS)
				e->accept_after = e->env.now + PAUSE_MS;
			return;
		}
		peer_text(address, n, peer, sizeof peer);
		if (e->n_free == 0 || fd >= e->env.fd_ceiling)
			refuse(e, fd, END_FULL, peer);
		else if (e->rate != NULL && !ratelimit_allow(e->rate, address, e->env.now))
			refuse(e, fd, END_RATE, peer);
		else
			admit(e, fd, peer);
	}
}

/* While descriptors are short the listener is not watched, or it would wake us for ever. */
static void listener_watch(struct edge *e, bool on)
{
	struct epoll_event event = {.events = on ? EPOLLIN : 0u, .data.ptr = &e->listener};

	if (e->listener >= 0)
		(void)epoll_ctl(e->env.epoll, EPOLL_CTL_MOD, e->listener, &event);
}

/* --- what other threads asked for --- */

static struct conn *conn_of(const struct edge *e, uint64_t connection)
{
	struct conn *c = e->conns[connection % e->capacity];

	return c != NULL && conn_id(c) == connection ? c : NULL;
}

static void crl_alarm(const struct edge *e)
{
	int64_t left = tls_crl_until(e->tls) - clock_us() / 1000000;

	if (left < 0)
		log_error("EDGE-CRL-EXPIRED",
			  "a revocation list has expired: newcomers are refused until a new one is "
			  "installed and the hub reloaded");
	else if (left < CRL_SOON)
		log_warn("EDGE-CRL-EXPIRES", "a revocation list expires in %" PRId64 " hours",
			 left / 3600);
}

static void run_reload(struct edge *e, struct command *c)
{
	struct tls *old = e->tls;

	e->tls = c->tls;
	e->env.tls = c->tls;
	tls_free(&old);
	e->sweep = 0;
	e->sweep_told = true;
	crl_alarm(e);
}

static void run_close(struct edge *e, struct command *c)
{
	struct conn *conn = conn_of(e, c->connection);

	if (conn != NULL)
		conn_finish(conn, END_ASKED, c->reason);
}

static void run_probe(struct edge *e, struct command *cmd)
{
	struct edge_probe *p = cmd->probe;

	p->n_lines = 0;
	for (struct conn *c = e->env.first; c != NULL && p->n_lines < EDGE_LINES; c = conn_next(c))
		if (conn_probe(c, cmd->party, &p->lines[p->n_lines]))
			p->n_lines++;
	p->n_refusals = ending_recent(&e->env.log, p->refusals, EDGE_REFUSALS);
	p->crl_until = tls_crl_until(e->tls);
	pthread_mutex_lock(&e->lock);
	e->probes++;
	pthread_cond_broadcast(&e->reloaded);
	pthread_mutex_unlock(&e->lock);
}

static void (*const commands[])(struct edge *, struct command *) = {
	[COMMAND_CLOSE] = run_close,
	[COMMAND_RELOAD] = run_reload,
	[COMMAND_PROBE] = run_probe,
};

/* The slots that may go on, copied so that releases need not wait for us. */
static void run_resumed(struct edge *e, size_t n, const uint32_t *slots)
{
	for (size_t i = 0; i < n; i++)
		if (e->conns[slots[i]] != NULL)
			conn_resume(e->conns[slots[i]]);
	if (atomic_exchange(&e->resume_all, false))
		for (struct conn *c = e->env.first; c != NULL; c = conn_next(c))
			conn_resume(c);
}

static void run_drain(struct edge *e)
{
	e->env.draining = true;
	if (e->listener >= 0)
		(void)close(e->listener); /* newcomers hear at once that nobody listens */
	e->listener = -1;
	for (struct conn *c = e->env.first; c != NULL; c = conn_next(c))
		conn_drain(c);
}

static void answer_bell(struct edge *e)
{
	uint64_t count;
	uint32_t slots[256];
	size_t n;
	struct command *all;

	if (read(e->bell, &count, sizeof count) < 0 && errno != EAGAIN)
		return;
	pthread_mutex_lock(&e->lock);
	e->rung = false;
	all = e->first;
	e->first = NULL;
	e->last = &e->first;
	n = e->n_resumed < 256 ? e->n_resumed : 256;
	e->n_resumed -= n;
	memcpy(slots, e->resumed + e->n_resumed, n * sizeof *slots);
	if (e->n_resumed > 0)
		ring(e);
	pthread_mutex_unlock(&e->lock);
	for (struct command *next; all != NULL; all = next) {
		next = all->next;
		commands[all->kind](e, all);
		free(all);
	}
	run_resumed(e, n, slots);
	if (atomic_load(&e->drain) && !e->env.draining)
		run_drain(e);
}

/* --- the loop --- */

/* Checks some certificates against what was loaded, a few a turn: it takes a signature each. */
static void sweep_some(struct edge *e)
{
	for (int i = 0; i < SWEEP && e->sweep < e->capacity; e->sweep++)
		if (e->conns[e->sweep] != NULL) {
			conn_recheck(e->conns[e->sweep]);
			i++;
		}
	if (e->sweep < e->capacity || !e->sweep_told)
		return;
	e->sweep_told = false;
	pthread_mutex_lock(&e->lock);
	e->reloads++;
	pthread_cond_broadcast(&e->reloaded);
	pthread_mutex_unlock(&e->lock);
}

static void chores(struct edge *e)
{
	int64_t now = clock_us() / 1000000;

	e->chores_due = e->env.now + CHORES_MS;
	for (struct conn *c = e->env.first; c != NULL; c = conn_next(c))
		conn_expire(c, now);
	ending_flush(&e->env.log, e->env.now);
	if (now % 3600 < CHORES_MS / 1000)
		crl_alarm(e);
}

static void run_timers(struct edge *e)
{
	if (e->accept_after != 0 && e->accept_after <= e->env.now) {
		e->accept_after = 0;
		listener_watch(e, true);
	}
	if (e->chores_due <= e->env.now)
		chores(e);
	if (e->env.next_due > e->env.now || e->env.now < e->ticked + TICK_MS)
		return;
	e->ticked = e->env.now;
	e->env.next_due = INT64_MAX;
	for (struct conn *c = e->env.first; c != NULL; c = conn_next(c))
		conn_tick(c);
}

/* One batch for each that could go on; whoever still can is asked again next turn. */
static void run_ready(struct edge *e)
{
	struct conn *list = e->env.ready, *c;

	e->env.ready = NULL;
	while ((c = list) != NULL) {
		list = conn_unready(c);
		conn_turn(c);
	}
}

static void run_dead(struct edge *e)
{
	while (e->env.dead != NULL) {
		struct conn *c = e->env.dead;
		uint32_t slot = (uint32_t)(conn_id(c) % e->capacity);

		e->conns[slot] = NULL;
		e->free_slots[e->n_free++] = slot;
		atomic_fetch_sub(&e->counters.open, 1);
		conn_free(&c);
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return b != 0 && b < a ? b : a;
}

static int wait_ms(const struct edge *e)
{
	int64_t until = e->env.now + 1000; /* clocks may be read late; never sleep for long */

	if (e->env.ready != NULL || e->sweep < e->capacity)
		return 0;
	until = earlier(until, e->chores_due);
	until = earlier(until, e->accept_after);
	if (e->env.next_due != INT64_MAX)
		until = earlier(until, e->env.next_due > e->ticked + TICK_MS ? e->env.next_due
									     : e->ticked + TICK_MS);
	if (atomic_load(&e->stop))
		until = earlier(until, e->env.now + 10);
	return until > e->env.now ? (int)(until - e->env.now) : 0;
}

static void dispatch(struct edge *e, const struct epoll_event *event)
{
	if (event->data.ptr == &e->bell)
		answer_bell(e);
	else if (event->data.ptr == &e->listener && e->listener >= 0)
		accept_some(e);
	else if (event->data.ptr != &e->listener)
		conn_event(event->data.ptr, event->events);
}

static void turn(struct edge *e)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(e->env.epoll, events, EVENTS, wait_ms(e));

	e->env.now = clock_ms();
	for (int i = 0; i < n; i++)
		dispatch(e, &events[i]);
	if (e->accept_after != 0)
		listener_watch(e, false);
	run_ready(e);
	run_timers(e);
	if (e->sweep < e->capacity)
		sweep_some(e);
	run_dead(e); /* last: no event of this turn points at them any more */
}

/* All that the hub said has gone out, as far as we can see: no byte for a while, none waiting. */
static bool all_said(const struct edge *e, int64_t since)
{
	int64_t active = e->env.active > since ? e->env.active : since;

	for (const struct conn *c = e->env.first; c != NULL; c = conn_next(c))
		if (!conn_quiet(c))
			return false;
	return e->env.now - active >= QUIET_MS;
}

static void run_stop(struct edge *e)
{
	int64_t since = clock_ms(), until = since + atomic_load(&e->stop_ms);
	bool ended = false;

	while (e->env.first != NULL && e->env.now < until) {
		turn(e);
		if (ended || !all_said(e, since))
			continue;
		ended = true;
		for (struct conn *c = e->env.first; c != NULL; c = conn_next(c))
			conn_finish(c, END_STOP, NULL);
		run_dead(e);
	}
	for (struct conn *c = e->env.first; c != NULL; c = conn_next(c))
		conn_abandon(c);
	run_dead(e);
}

static void *edge_main(void *arg)
{
	struct edge *e = arg;

	(void)pthread_setname_np(pthread_self(), "edge"); /* for those who look with top */
	e->env.now = clock_ms();
	e->env.next_due = INT64_MAX;
	while (!atomic_load(&e->stop))
		turn(e);
	if (!e->env.draining)
		run_drain(e);
	run_stop(e);
	ending_flush(&e->env.log, INT64_MAX);
	(void)zmq_close(e->env.notices); /* cannot fail: it is ours */
	e->env.notices = NULL;
	return NULL;
}

/* --- starting --- */

static int explain(struct buf *why, int error, const char *what, const char *which)
{
	buf_addf(why, "%s %s: %s", what, which, strerror(-error));
	return error;
}

/* "host:port" and "[v6]:port" into their halves; both strings are cut in place. */
static bool split_address(char *text, char **host, char **port)
{
	char *colon = strrchr(text, ':');

	if (colon == NULL)
		return false;
	*colon = '\0';
	*port = colon + 1;
	*host = text;
	if (text[0] == '[' && colon > text && colon[-1] == ']') {
		colon[-1] = '\0';
		*host = text + 1;
	}
	return **port != '\0';
}

static int note_port(struct edge *e)
{
	struct sockaddr_storage bound;
	socklen_t n = sizeof bound;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&bound;

	if (getsockname(e->listener, (struct sockaddr *)&bound, &n) < 0)
		return -errno;
	/* The port stands at the same place in both families. */
	e->port = ntohs(v4->sin_port);
	return 0;
}

/*
 * The socket that systemd opened (ijwd.socket): while the hub restarts, clients
 * wait in its queue instead of being refused.
 */
static int listen_inherited(struct edge *e, struct buf *why)
{
	int flags;

	e->listener = SD_LISTEN_FDS_START;
	flags = fcntl(e->listener, F_GETFL);
	if (sd_is_socket(e->listener, AF_UNSPEC, SOCK_STREAM, 1) <= 0 || flags < 0 ||
	    fcntl(e->listener, F_SETFL, flags | O_NONBLOCK) < 0)
		return explain(why, -ENOTSOCK, "cannot listen on", "the socket that systemd gave");
	return note_port(e);
}

static int listen_at(struct edge *e, const struct addrinfo *at)
{
	const int one = 1;

	e->listener = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (e->listener < 0 ||
	    setsockopt(e->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
	    bind(e->listener, at->ai_addr, at->ai_addrlen) < 0 || listen(e->listener, 1024) < 0)
		return -errno;
	return note_port(e);
}

static int edge_listen(struct edge *e, const char *address, struct buf *why)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *at = NULL;
	char *text = strdup(address), *host, *port;
	int r = -EINVAL, found;

	if (sd_listen_fds(0) == 1) {
		free(text);
		return listen_inherited(e, why);
	}
	if (text == NULL)
		return -ENOMEM;
	if (split_address(text, &host, &port)) {
		found = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &at);
		r = found == 0 ? listen_at(e, at) : -EADDRNOTAVAIL;
		if (found == 0)
			freeaddrinfo(at);
	}
	free(text);
	return r < 0 ? explain(why, r, "cannot listen on", address) : 0;
}

static int watch_forever(struct edge *e, int fd, void *ptr)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = ptr};

	return epoll_ctl(e->env.epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_loop(struct edge *e)
{
	int r;

	e->env.epoll = epoll_create1(EPOLL_CLOEXEC);
	e->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (e->env.epoll < 0 || e->bell < 0)
		return -errno;
	r = watch_forever(e, e->bell, &e->bell);
	return r < 0 ? r : watch_forever(e, e->listener, &e->listener);
}

static int open_notices(struct edge *e, void *ctx, const char *endpoint, struct buf *why)
{
	const int linger = 500; /* the router may still want to read the last ones */

	e->env.notices = zmq_socket(ctx, ZMQ_PAIR);
	if (e->env.notices == NULL ||
	    zmq_setsockopt(e->env.notices, ZMQ_LINGER, &linger, sizeof linger) < 0 ||
	    zmq_connect(e->env.notices, endpoint) < 0)
		return explain(why, -errno, "cannot connect notices to", endpoint);
	return 0;
}

/* How many connections the descriptors allow, and from which descriptor on few are left. */
static int size_up(struct edge *e, const struct edge_opts *o, struct buf *why)
{
	struct rlimit files;
	rlim_t room;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return explain(why, -errno, "cannot read", "RLIMIT_NOFILE");
	if (files.rlim_cur == RLIM_INFINITY || files.rlim_cur > INT32_MAX)
		files.rlim_cur = INT32_MAX;
	room = files.rlim_cur > FD_RESERVE ? (files.rlim_cur - FD_RESERVE) / 3 : 0;
	e->env.fd_ceiling = (int)files.rlim_cur - FD_RESERVE / 2;
	e->capacity = o->max_connections < room ? o->max_connections : (size_t)room;
	if (e->capacity > 0)
		return 0;
	buf_addf(why, "no room for a connection: raise max_connections or RLIMIT_NOFILE (%llu)",
		 (unsigned long long)files.rlim_cur);
	return -EMFILE;
}

static int allocate(struct edge *e, const struct edge_opts *o)
{
	e->accounts = calloc(e->capacity, sizeof *e->accounts);
	e->conns = calloc(e->capacity, sizeof(struct conn *));
	e->free_slots = calloc(e->capacity, sizeof *e->free_slots);
	e->resumed = calloc(e->capacity, sizeof *e->resumed);
	e->env.batch = malloc(CONN_BATCH);
	e->backend = strdup(o->backend);
	if (o->max_per_second > 0)
		e->rate = ratelimit_new(o->max_per_second);
	if (e->accounts == NULL || e->conns == NULL || e->free_slots == NULL ||
	    e->resumed == NULL || e->env.batch == NULL || e->backend == NULL ||
	    (o->max_per_second > 0 && e->rate == NULL))
		return -ENOMEM;
	for (size_t i = 0; i < e->capacity; i++)
		e->free_slots[i] = (uint32_t)(e->capacity - 1 - i);
	e->n_free = e->sweep = e->capacity;
	e->env.backend = e->backend;
	return 0;
}

static void settle(struct edge *e, const struct edge_opts *o)
{
	e->listener = e->bell = e->env.epoll = -1;
	e->last = &e->first;
	e->env.counters = &e->counters;
	e->env.credit = o->credit < MAX_CREDIT ? o->credit : MAX_CREDIT;
	e->env.handshake_ms = o->handshake_ms;
	e->env.max_per_party = o->max_per_party;
	pthread_mutex_init(&e->lock, NULL);
	pthread_mutex_init(&e->reload_lock, NULL);
	pthread_cond_init(&e->reloaded, NULL);
}

/* Signals are main's: the edge must not be the one that a SIGTERM interrupts. */
static int start_thread(struct edge *e)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&e->thread, NULL, edge_main, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	e->running = r == 0;
	return r;
}

static int prepare(struct edge *e, void *ctx, const struct edge_opts *o, struct buf *why)
{
	int r;

	if (strlen(o->backend) >= sizeof((struct sockaddr_un *)0)->sun_path)
		return explain(why, -ENAMETOOLONG, "backend", o->backend);
	r = size_up(e, o, why);
	if (r == 0 && (r = allocate(e, o)) < 0)
		(void)explain(why, r, "cannot start", "the edge");
	if (r == 0)
		r = tls_load(&e->tls, &o->tls, o->identities, o->n_identities, why);
	if (r == 0)
		r = edge_listen(e, o->listen, why);
	if (r == 0)
		r = open_notices(e, ctx, o->notices, why);
	if (r == 0 && (r = open_loop(e)) < 0)
		(void)explain(why, r, "cannot start", "the edge's loop");
	e->env.tls = e->tls;
	return r;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* sockets and an eventfd: nothing unwritten */
}

static void edge_free(struct edge **e)
{
	struct edge *o = *e;

	if (o->env.notices != NULL)
		(void)zmq_close(o->env.notices); /* cannot fail: it is ours */
	close_fd(o->listener);
	close_fd(o->bell);
	close_fd(o->env.epoll);
	for (struct command *c; (c = o->first) != NULL; free(c)) {
		o->first = c->next;
		tls_free(&c->tls);
	}
	tls_free(&o->tls);
	ratelimit_free(&o->rate);
	pthread_mutex_destroy(&o->lock);
	pthread_mutex_destroy(&o->reload_lock);
	pthread_cond_destroy(&o->reloaded);
	free(o->accounts);
	free(o->conns);
	free(o->free_slots);
	free(o->resumed);
	free(o->env.batch);
	free(o->backend);
	free(o);
	*e = NULL;
}

int edge_start(struct edge **ret, void *ctx, const struct edge_opts *opts, struct buf *why)
{
	struct edge *e = calloc(1, sizeof *e);
	int r;

	if (e == NULL)
		return -ENOMEM;
	settle(e, opts);
	r = prepare(e, ctx, opts, why);
	if (r == 0) {
		crl_alarm(e);
		r = start_thread(e);
		if (r < 0)
			(void)explain(why, r, "cannot start", "the edge's thread");
	}
	if (r < 0)
		edge_free(&e);
	else
		*ret = e;
	return r;
}

/* --- calls from other threads --- */

unsigned edge_port(const struct edge *e)
{
	return e->port;
}

void edge_close(struct edge *e, uint64_t connection, const char *reason)
{
	struct command *c = calloc(1, sizeof *c);

	if (c == NULL) {
		log_error("EDGE-CLOSE", "out of memory, a connection stays open (%s)", reason);
		return;
	}
	c->kind = COMMAND_CLOSE;
	c->connection = connection;
	(void)snprintf(c->reason, sizeof c->reason, "%s", reason); /* may shorten */
	command_push(e, c);
}

int edge_reload(struct edge *e, const struct edge_tls *tls, const struct edge_identity *identities,
		size_t n, struct buf *why)
{
	struct command *c = calloc(1, sizeof *c);
	uint64_t before;
	int r;

	if (c == NULL)
		return -ENOMEM;
	r = tls_load(&c->tls, tls, identities, n, why); /* files are read on the caller's time */
	if (r < 0) {
		free(c);
		return r;
	}
	c->kind = COMMAND_RELOAD;
	pthread_mutex_lock(&e->reload_lock);
	pthread_mutex_lock(&e->lock);
	before = e->reloads;
	pthread_mutex_unlock(&e->lock);
	command_push(e, c);
	pthread_mutex_lock(&e->lock);
	while (e->reloads == before)
		pthread_cond_wait(&e->reloaded, &e->lock);
	pthread_mutex_unlock(&e->lock);
	pthread_mutex_unlock(&e->reload_lock);
	return 0;
}

void edge_probe(struct edge *e, const char *party, struct edge_probe *ret)
{
	struct command *c = calloc(1, sizeof *c);
	uint64_t before;

	ret->n_lines = ret->n_refusals = 0;
	ret->crl_until = 0;
	if (c == NULL)
		return;
	c->kind = COMMAND_PROBE;
	c->party = party;
	c->probe = ret;
	pthread_mutex_lock(&e->reload_lock); /* one caller at a time */
	pthread_mutex_lock(&e->lock);
	before = e->probes;
	pthread_mutex_unlock(&e->lock);
	command_push(e, c);
	pthread_mutex_lock(&e->lock);
	while (e->probes == before)
		pthread_cond_wait(&e->reloaded, &e->lock);
	pthread_mutex_unlock(&e->lock);
	pthread_mutex_unlock(&e->reload_lock);
}

void edge_drain(struct edge *e)
{
	atomic_store(&e->drain, true);
	ring_locked(e);
}

void edge_stats(const struct edge *e, struct edge_stats *ret)
{
	const struct edge_counters *c = &e->counters;

	*ret = (struct edge_stats){
		.accepted = atomic_load(&c->accepted),
		.refused_tls = atomic_load(&c->refused_tls),
		.refused_party = atomic_load(&c->refused_party),
		.refused_zmtp = atomic_load(&c->refused_zmtp),
		.refused_limit = atomic_load(&c->refused_limit),
		.cut_frame = atomic_load(&c->cut_frame),
		.open = atomic_load(&c->open),
		.bytes_in = atomic_load(&c->bytes_in),
		.bytes_out = atomic_load(&c->bytes_out),
	};
}

void edge_stop(struct edge **e, unsigned flush_ms)
{
	if (*e == NULL)
		return;
	atomic_store(&(*e)->stop_ms, (int64_t)flush_ms);
	atomic_store(&(*e)->stop, true);
	ring_locked(*e);
	if ((*e)->running)
		pthread_join((*e)->thread, NULL);
	edge_free(e);
}
