/*
 * kill -9 at random moments, under load: the hub, a sending client, a
 * receiving client, and two filedrop adapters.  Afterwards the books are
 * compared:
 *
 *   what was handed over is receipted; what is receipted is delivered, byte
 *   for byte; what is delivered a second time says so; every file dropped is
 *   in verzonden/ and arrived exactly once.
 *
 * Each process keeps its book by appending a line before it goes on, so a
 * book never knows less than what was done.  Moments are counted in events,
 * not in time.
 *
 * usage: torture ROUNDS [SEED]
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/scene.h"

#define PATIENCE_MS 120000
#define MOST 4000000 /* numbers of messages; also bounds the arrays below */

static struct testhub h;
static unsigned failures;

enum who { HUB, SENDER, RECEIVER, DROP_OUT, DROP_IN, N_WHO };
static const char *const names[N_WHO] = {"hub", "sender", "receiver", "filedrop (out)", "filedrop (in)"};
static pid_t pids[N_WHO];
static int events[2]; /* a byte for each receipt and delivery */

static void complain(const char *what, unsigned long n)
{
	if (failures++ < 20)
		(void)printf("  WRONG: %s (%lu)\n", what, n);
}

/* ---- the children ---- */

static int book(const char *name)
{
	char path[128];

	return open(testhub_path(&h, name, path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void note(int fd, const char *line)
{
	if (write(fd, line, strlen(line)) < 0)
		_exit(9);
}

static void event(void)
{
	if (write(events[1], "", 1) < 0)
		_exit(9);
}

static unsigned long last_of(const char *name)
{
	char path[128], line[128];
	FILE *f = fopen(testhub_path(&h, name, path), "re");
	unsigned long n = 0;

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		n = strtoul(line, NULL, 10);
	if (f != NULL)
		(void)fclose(f);
	return n;
}

static void with_journal(struct ijw_options *o, void *arg)
{
	o->journal = arg;
	o->window = 32;
	o->retry_max_ms = 500;
}

static void impatient(struct ijw_options *o, void *arg)
{
	(void)arg;
	o->retry_max_ms = 500;
}

static bool make_message(unsigned long n, struct buf *b)
{
	char number[16];

	(void)snprintf(number, sizeof number, "%012lu", n);
	return bericht_make("JW301", "0363", "12345678", number, b);
}

/* Takes one event; a receipt is in the book before the library forgets it. */
static bool book_event(struct ijw *c, int receipts, int wait_ms)
{
	struct ijw_event e;
	struct receipt r;
	char line[64];

	if (ijw_receive(c, &e, wait_ms) != 1)
		return false;
	if (e.type == IJW_EVENT_RECEIPT) {
		scene_receipt(&e, &r);
		(void)snprintf(line, sizeof line, "%.12s %d %s\n",
			       strstr(r.json, "\"identification\":\"") + 18, (int)r.verdict, r.id);
		note(receipts, line);
		event();
	}
	return true;
}

/* Hands over one message after the other until told to stop; ends when all are receipted. */
static void be_sender(void)
{
	char journal[128], path[128], line[64];
	struct ijw *c = testhub_client(&h, "gemeente-a", with_journal,
				       (void *)(size_t)testhub_path(&h, "sender.journal", journal));
	int tried = book("tried"), handed = book("handed"), receipts = book("receipts");
	unsigned long n = last_of("tried");
	struct buf b = BUF_INIT;
	bool more = true;

	while (c != NULL && (more || ijw_pending(c) > 0)) {
		more = more && access(testhub_path(&h, "stop", path), F_OK) != 0 && n < MOST;
		if (more && ijw_pending(c) < 32) {
			(void)snprintf(line, sizeof line, "%lu\n", ++n);
			note(tried, line);
			if (!make_message(n, &b) || ijw_send(c, NULL, b.data, b.len, -1, NULL) < 0)
				_exit(9);
			note(handed, line);
			continue;
		}
		(void)book_event(c, receipts, 100);
	}
	while (c != NULL && book_event(c, receipts, 0))
		;
	ijw_close(&c);
	_exit(0);
}

static void be_receiver(void)
{
	struct ijw *c = testhub_client(&h, "aanbieder-a", impatient, NULL);
	int deliveries = book("deliveries");
	struct buf b = BUF_INIT;
	struct ijw_event e;
	char line[128];

	(void)ijw_ready(c, "12345678", 64);
	while (ijw_receive(c, &e, -1) >= 0) {
		if (e.type != IJW_EVENT_DELIVERY)
			continue;
		if (!make_message(strtoul(e.identification, NULL, 10), &b))
			_exit(9);
		(void)snprintf(line, sizeof line, "%s %u %d %s %d\n", e.id, e.attempt, e.redelivered,
			       e.identification,
			       e.message_size == b.len && memcmp(e.message, b.data, b.len) == 0);
		note(deliveries, line);
		(void)ijw_done(c, e.id);
		event();
	}
	_exit(0);
}

static void be_filedrop(const char *party, const char *folder)
{
	char program[256], hub[64], pem[128], key[128], ca[128], dir[128], name[64], log[128];
	int fd = open(testhub_path(&h, "filedrop.log", log), O_WRONLY | O_CREAT | O_APPEND, 0600);

	(void)dup2(fd, STDERR_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	(void)snprintf(hub, sizeof hub, "127.0.0.1:%u", h.port);
	(void)snprintf(name, sizeof name, "%s.pem", party);
	testhub_path(&h, name, pem);
	(void)snprintf(name, sizeof name, "%s.key", party);
	testhub_path(&h, name, key);
	(void)unsetenv("NOTIFY_SOCKET");
	(void)execl(testhub_program("ijw-filedrop", program), "ijw-filedrop", "--hub", hub, "--server-name",
		    "localhost", "--certificate", pem, "--key", key, "--ca", testhub_path(&h, "ca.pem", ca),
		    "--folder", testhub_path(&h, folder, dir), (char *)NULL);
	_exit(127);
}

static bool start(enum who w)
{
	if (w == HUB) {
		if (!testhub_start(&h))
			return false;
		pids[HUB] = h.pid;
		return true;
	}
	pids[w] = fork();
	if (pids[w] != 0)
		return pids[w] > 0;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphans when the test itself is ended */
	if (w == SENDER)
		be_sender();
	if (w == RECEIVER)
		be_receiver();
	be_filedrop(w == DROP_OUT ? "aanbieder-b" : "gemeente-a", w == DROP_OUT ? "uitgaand" : "inkomend");
	return false;
}

static void kill_one(enum who w)
{
	(void)kill(pids[w], SIGKILL);
	if (w == HUB)
		(void)testhub_end(&h, SIGKILL);
	else
		(void)waitpid(pids[w], NULL, 0);
}

/* ---- the rounds ---- */

static unsigned long dropped;

/* Puts a file into uit/, written under a temporary name as a decent back office does. */
static void drop_file(void)
{
	char temporary[160], path[160], number[16];
	struct buf b = BUF_INIT;
	FILE *f;

	(void)snprintf(number, sizeof number, "F%lu", ++dropped);
	(void)snprintf(temporary, sizeof temporary, "%s/uitgaand/uit/.%lu.tmp", h.dir, dropped);
	(void)snprintf(path, sizeof path, "%s/uitgaand/uit/start-%lu.xml", h.dir, dropped);
	f = fopen(temporary, "we");
	if (f == NULL || !bericht_make("JW305", "87654321", "0363", number, &b) ||
	    fwrite(b.data, 1, b.len, f) != b.len || fclose(f) != 0 || rename(temporary, path) != 0)
		complain("a file could not be dropped", dropped);
	buf_free(&b);
}

/* Waits until n more receipts and deliveries were booked. */
static bool wait_events(unsigned n)
{
	struct pollfd p = {.fd = events[0], .events = POLLIN};
	char bytes[64];

	while (n > 0) {
		ssize_t got;

		if (poll(&p, 1, PATIENCE_MS) <= 0)
			return false;
		got = read(events[0], bytes, n < sizeof bytes ? n : sizeof bytes);
		if (got <= 0)
			return false;
		n -= (unsigned)got;
	}
	return true;
}

static bool run_rounds(unsigned rounds)
{
	unsigned killed[N_WHO] = {0};

	for (unsigned i = 0; i < rounds; i++) {
		enum who w = rand() % 2 ? HUB : (enum who)(1 + rand() % (N_WHO - 1));

		for (int k = 0; k < 3; k++)
			drop_file();
		if (!wait_events(20 + (unsigned)rand() % 400)) {
			complain("nothing happens any more in round", i);
			return false;
		}
		kill_one(w);
		killed[w]++;
		if (!start(w)) {
			complain("it does not start again in round", i);
			return false;
		}
	}
	(void)printf("killed:");
	for (int w = 0; w < N_WHO; w++)
		(void)printf(" %s %u%s", names[w], killed[w], w + 1 < N_WHO ? "," : "\n");
	return true;
}

static unsigned count_files(const char *folder)
{
	char command[256], text[32] = "";

	(void)snprintf(command, sizeof command, "find %s/%s -maxdepth 1 -name '*.xml' | wc -l", h.dir, folder);
	(void)testhub_run(command, text, sizeof text);
	return (unsigned)strtoul(text, NULL, 10);
}

/* Lets everything come to rest: the sender ends by itself, nothing waits at the hub or in the folders. */
static bool settle(void)
{
	int stop = book("stop"), status = -1;

	(void)close(stop);
	for (int i = 0; waitpid(pids[SENDER], &status, WNOHANG) == 0; i++) {
		struct pollfd p = {.fd = events[0], .events = POLLIN};
		char bytes[256];

		if (i > PATIENCE_MS / 10)
			return false;
		if (poll(&p, 1, 10) > 0 && read(events[0], bytes, sizeof bytes) <= 0)
			return false;
	}
	pids[SENDER] = 0;
	if (status != 0)
		complain("the sender ended with", (unsigned long)status);
	for (int i = 0; i < PATIENCE_MS / 50; i++) {
		if (count_files("uitgaand/verzonden") == dropped && count_files("inkomend/in") >= dropped &&
		    scene_until(&h, "status", "delivery: 0 waiting, 0 given up"))
			return true;
		(void)poll(NULL, 0, 50); /* folders tell nobody that they are done */
	}
	return false;
}

/* ---- the books ---- */

struct entry {
	unsigned long handed, receipts, id, deliveries;
};

static struct entry *read_books(unsigned long *n)
{
	char path[128], line[256];
	struct entry *list;
	FILE *f;

	*n = last_of("tried");
	list = calloc(*n + 2, sizeof *list);
	f = fopen(testhub_path(&h, "handed", path), "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		list[strtoul(line, NULL, 10)].handed++;
	if (f != NULL)
		(void)fclose(f);
	f = fopen(testhub_path(&h, "receipts", path), "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		unsigned long number, id;
		int verdict;

		if (sscanf(line, "%lu %d %lu", &number, &verdict, &id) != 3 || number > *n) {
			complain("a receipt for what was never sent", 0);
			continue;
		}
		if (verdict != IJW_VERDICT_ACCEPTED)
			complain("a good message was not accepted", number);
		if (list[number].receipts++ > 0 && list[number].id != id)
			complain("one message got two numbers", number);
		list[number].id = id;
	}
	if (f != NULL)
		(void)fclose(f);
	return list;
}

static void check_messages(void)
{
	char path[128], line[256];
	unsigned long n, again = 0, total = 0, receipted = 0;
	struct entry *list = read_books(&n);
	FILE *f = fopen(testhub_path(&h, "deliveries", path), "re");

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		unsigned long id, attempt, number;
		int redelivered, same;

		if (sscanf(line, "%lu %lu %d %lu %d", &id, &attempt, &redelivered, &number, &same) != 5 ||
		    number > n) {
			complain("a delivery of what was never sent", 0);
			continue;
		}
		total++;
		if (!same)
			complain("delivered, but not byte for byte", number);
		if (list[number].deliveries++ > 0 && !redelivered)
			complain("delivered a second time without its mark", number);
		again += list[number].deliveries > 1;
		if (list[number].receipts > 0 && list[number].id != id)
			complain("delivered under another number than receipted", number);
	}
	if (f != NULL)
		(void)fclose(f);
	for (unsigned long i = 1; i <= n; i++) {
		if (list[i].handed && !list[i].receipts)
			complain("handed over, never receipted", i);
		if (list[i].receipts && !list[i].deliveries)
			complain("receipted, never delivered", i);
		receipted += list[i].receipts > 0;
	}
	(void)printf("messages: %lu handed over, %lu receipted, %lu deliveries, of which %lu again and marked\n", n,
		     receipted, total, again);
	free(list);
}

static void check_files(void)
{
	char command[256], text[32];
	unsigned arrived = count_files("inkomend/in"), sent = count_files("uitgaand/verzonden");

	if (sent != dropped)
		complain("files are not all in verzonden/", sent);
	if (arrived != dropped)
		complain("files arrived, which is not what was dropped", arrived);
	(void)snprintf(command, sizeof command,
		       "cat %s/inkomend/in/*.xml | grep -o 'Identificatie>F[0-9]*<' | sort -u | wc -l", h.dir);
	(void)testhub_run(command, text, sizeof text);
	if (strtoul(text, NULL, 10) != dropped)
		complain("different files arrived", strtoul(text, NULL, 10));
	(void)printf("files: %lu dropped, %u in verzonden/, %u arrived\n", dropped, sent, arrived);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 25;
	unsigned seed = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : (unsigned)time(NULL);
	char path[160];
	bool ok;

	(void)printf("torture: %u rounds, seed %u\n", rounds, seed);
	(void)fflush(stdout);
	srand(seed);
	ok = testhub_usual(&h) && pipe(events) == 0 && testhub_start(&h);
	h.fixed_port = h.port; /* the clients must find it again */
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", h.dir, i ? "inkomend" : "uitgaand");
		(void)mkdir(path, 0700);
		(void)snprintf(path, sizeof path, "%s/%s/uit", h.dir, i ? "inkomend" : "uitgaand");
		(void)mkdir(path, 0700);
	}
	pids[HUB] = h.pid;
	ok = ok && testhub_config(&h);
	for (int w = SENDER; ok && w < N_WHO; w++)
		ok = start((enum who)w);
	ok = ok && run_rounds(rounds);
	if (ok && !settle())
		complain("it does not come to rest; files in uit/", count_files("uitgaand/uit"));
	for (int w = SENDER; w < N_WHO; w++)
		if (pids[w] > 0)
			kill_one((enum who)w);
	if (ok) {
		check_messages();
		check_files();
		if (testhub_end(&h, SIGTERM) != 0)
			complain("the hub did not end in order", 0);
	}
	ok = ok && failures == 0;
	if (!ok)
		(void)setenv("KEEP", "1", 1);
	testhub_free(&h);
	(void)printf("%s\n", ok ? "nothing lost, nothing doubled without its mark" : "FAILED");
	return !ok;
}
