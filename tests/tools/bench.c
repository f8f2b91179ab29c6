/*
 * How fast is the hub: the real ijwd, two libijw clients in one other
 * process, TLS over loopback, on the same cores.  Every message is validated,
 * stored with a sync, receipted, delivered and confirmed.  Prints a table;
 * judges nothing.
 *
 * usage: bench [messages per case [type [window]]]
 *        bench beside COMMAND [messages [pairs]]
 *
 * The second form measures the same messages alone and while a shell command
 * runs (it gets the hub's folder as its argument, says "busy" when it is, and is
 * sent SIGTERM), turn by turn, and prints medians and their ratio.  STORE=FILE
 * lets the hub begin with a copy of that store.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/bericht.h"
#include "../lib/geval.h"
#include "../lib/hub.h"
#include "base/date.h"

#define MARKS 8

/* A piece of the message that differs from one to the next, in place. */
struct mark {
	char *at;
	int width;
	enum { IDENTIFICATION, BSN, NUMBER } what;
};

struct run {
	struct testhub *h;
	struct buf message; /* with marks where the numbers go */
	struct mark marks[MARKS];
	unsigned n_marks;
	unsigned n, window, base;
	unsigned client; /* the first of this run: each message is about another client */
	const char *sender, *receiver, *receiver_code;
	int64_t *sent, *receipted, *done; /* microseconds, by number */
	unsigned refused;
};

static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void window_of(struct ijw_options *o, void *arg)
{
	o->window = *(unsigned *)arg;
	o->memory = 256u * 1024 * 1024;
	o->events = 256u * 1024 * 1024;
}

/* The number out of "000000001234": what follows the base. */
static unsigned index_of(const struct run *r, const char *identification)
{
	return (unsigned)(strtoul(identification, NULL, 10) - r->base);
}

static void *receive(void *arg)
{
	struct run *r = arg;
	unsigned window = 256, got = 0;
	struct ijw *c = testhub_client(r->h, r->receiver, window_of, &window);
	struct ijw_event e;

	if (c == NULL)
		return NULL;
	(void)ijw_ready(c, r->receiver_code, 512);
	while (got < r->n && ijw_receive(c, &e, 60000) == 1) {
		unsigned i;

		if (e.type != IJW_EVENT_DELIVERY)
			continue;
		i = index_of(r, e.identification);
		(void)ijw_done(c, e.id);
		if (i < r->n && r->done[i] == 0) {
			r->done[i] = now_us();
			got++;
		}
	}
	ijw_close(&c);
	return NULL;
}

static void take_receipts(struct run *r, struct ijw *c, unsigned *got, int wait_ms)
{
	struct ijw_event e;

	while (*got < r->n && ijw_receive(c, &e, wait_ms) == 1) {
		unsigned i;

		if (e.type != IJW_EVENT_RECEIPT)
			continue;
		i = (unsigned)strtoul(e.reference, NULL, 10) - r->base;
		if (i < r->n) {
			r->receipted[i] = now_us();
			(*got)++;
		}
		if (e.verdict != IJW_VERDICT_ACCEPTED && r->refused++ == 0)
			(void)fprintf(stderr, "refused: %.*s\n", (int)e.json_size, e.json);
		wait_ms = 0;
	}
}

/* The nth number of nine digits from 999900000 on that passes the 11-test; there are some nine thousand. */
static unsigned bsn(unsigned nth)
{
	static unsigned list[10000], n;

	for (unsigned b = 999910000; n == 0 || (b < 1000000000 && n < 10000 && list[n - 1] < 999999900); b++) {
		unsigned sum = 0, rest = b / 10;

		for (unsigned weight = 2; weight <= 9; weight++, rest /= 10)
			sum += weight * (rest % 10);
		if (sum % 11 == b % 10)
			list[n++] = b;
	}
	return list[nth % n];
}

/* Makes the message the one about client `nth` under an identification. */
static void number_message(struct run *r, unsigned identification, unsigned nth)
{
	for (unsigned m = 0; m < r->n_marks; m++) {
		struct mark *k = &r->marks[m];
		char digits[24];

		(void)snprintf(digits, sizeof digits, "%0*u", k->width,
			       k->what == IDENTIFICATION ? identification
			       : k->what == BSN          ? bsn(nth)
							 : 100000000 + nth);
		memcpy(k->at, digits, (size_t)k->width);
	}
}

static void send_all(struct run *r)
{
	struct ijw *c = testhub_client(r->h, r->sender, window_of, &r->window);
	unsigned i = 0, got = 0;
	struct ijw_event e;

	if (c == NULL || !testhub_event(c, IJW_EVENT_CONNECTED, &e))
		return;
	while (got < r->n) {
		while (i < r->n && i - got < r->window) {
			char number[16];

			(void)snprintf(number, sizeof number, "%012u", r->base + i);
			number_message(r, r->base + i, r->client + i);
			r->sent[i] = now_us();
			if (ijw_send(c, number, r->message.data, r->message.len, 0, NULL) < 0)
				break;
			i++;
		}
		take_receipts(r, c, &got, 60000);
	}
	ijw_close(&c);
}

/* utime + stime of a process, in microseconds, and its peak memory in kB. */
static void usage_of(pid_t pid, int64_t *cpu, long *peak)
{
	char path[64], line[512];
	unsigned long u = 0, s = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f != NULL && fgets(line, sizeof line, f) != NULL)
		(void)sscanf(strrchr(line, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s);
	if (f != NULL)
		(void)fclose(f);
	*cpu = (int64_t)(u + s) * 1000000 / sysconf(_SC_CLK_TCK);
	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			*peak = strtol(line + 6, NULL, 10);
	if (f != NULL)
		(void)fclose(f);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Turns moments into durations since sending, sorted. */
static void durations(const struct run *r, int64_t *moments)
{
	for (unsigned i = 0; i < r->n; i++)
		moments[i] -= r->sent[i];
	qsort(moments, r->n, sizeof *moments, by_value);
}

static double ms(const int64_t *sorted, unsigned n, unsigned percent)
{
	return (double)sorted[(uint64_t)(n - 1) * percent / 100] / 1000;
}

static void measure(struct run *r, const char *type)
{
	pthread_t receiver;
	int64_t cpu[2], begin, end = 0;
	long peak = 0;
	double seconds;

	r->sent = calloc(r->n, sizeof *r->sent);
	r->receipted = calloc(r->n, sizeof *r->receipted);
	r->done = calloc(r->n, sizeof *r->done);
	usage_of(r->h->pid, &cpu[0], &peak);
	if (pthread_create(&receiver, NULL, receive, r) != 0)
		return;
	send_all(r);
	(void)pthread_join(receiver, NULL);
	usage_of(r->h->pid, &cpu[1], &peak);
	begin = r->sent[0];
	for (unsigned i = 0; i < r->n; i++)
		end = r->done[i] > end ? r->done[i] : end;
	seconds = (double)(end - begin) / 1e6;
	durations(r, r->receipted);
	durations(r, r->done);
	(void)printf("%-6s %9zu %6u %8u %9.0f %8.2f %8.2f %8.2f %8.2f %8.0f %8.1f\n", type,
		     r->message.len, r->window, r->n, r->n / seconds, ms(r->receipted, r->n, 50),
		     ms(r->receipted, r->n, 99), ms(r->done, r->n, 50), ms(r->done, r->n, 99),
		     (double)(cpu[1] - cpu[0]) / r->n, (double)peak / 1024);
	(void)fflush(stdout);
	free(r->sent);
	free(r->receipted);
	free(r->done);
}

/* Marks the content of the first element of this name, when the message has one. */
static void mark(struct run *r, const char *element, int width, int what)
{
	char tag[48];
	char *at;

	(void)snprintf(tag, sizeof tag, ":%s>", element);
	at = strstr(r->message.data, tag);
	if (at != NULL && r->n_marks < MARKS)
		r->marks[r->n_marks++] = (struct mark){at + strlen(tag), width, what};
}

static void mark_all(struct run *r)
{
	r->n_marks = 0;
	mark(r, "Identificatie", 12, IDENTIFICATION);
	mark(r, "Bsn", 9, BSN);
	mark(r, "ToewijzingNummer", 9, NUMBER);
	mark(r, "DeclaratieNummer", 10, NUMBER);
	mark(r, "ReferentieNummer", 10, NUMBER);
}

static bool prepare(struct run *r, const char *type, unsigned base)
{
	bool van_gemeente = strcmp(type, "JW301") == 0;

	r->base = base;
	r->sender = van_gemeente ? "gemeente-a" : "aanbieder-a";
	r->receiver = van_gemeente ? "aanbieder-a" : "gemeente-a";
	r->receiver_code = van_gemeente ? "12345678" : "0363";
	if (!bericht_make(type, van_gemeente ? "0363" : "12345678", r->receiver_code, "NNNNNNNNNNNN",
			  &r->message))
		return false;
	if (van_gemeente && !geval_remove(&r->message, "ReferentieAanbieder"))
		return false; /* it honours no request */
	mark_all(r);
	return r->n_marks >= 3;
}

#define LARGE_CLIENTS 8000

/* Where an element begins or ends, prefix and all. */
static const char *tag_start(const char *text, const char *tag)
{
	const char *at = strstr(text, tag);

	while (at != NULL && *at != '<')
		at--;
	return at;
}

/* A declaration of almost 25 MB: thousands of clients with three lines each, every line under its own numbers. */
static bool prepare_large(struct run *r, unsigned base)
{
	struct buf big = BUF_INIT;
	const char *client, *line, *line_end, *end, *text;
	char total[24];
	unsigned lines = 0;

	if (!prepare(r, "JW323", base))
		return false;
	text = r->message.data;
	client = tag_start(text, ":Client>");
	line = tag_start(text, ":Prestatie>");
	line_end = strstr(text, "/jw323:Prestatie>");
	end = strstr(text, "/jw323:Client>");
	if (client == NULL || line == NULL || line_end == NULL || end == NULL)
		return false;
	line_end += strlen("/jw323:Prestatie>");
	end += strlen("/jw323:Client>");
	buf_add(&big, text, (size_t)(client - text));
	for (unsigned c = 0; c < LARGE_CLIENTS && big.len < 25u * 1024 * 1024 - 16384; c++) {
		number_message(r, 0, c);
		buf_add(&big, client, (size_t)(line - client));
		for (unsigned k = 0; k < 3; k++, lines++) {
			number_message(r, 0, c + (k + 1) * 1000000);
			buf_add(&big, line, (size_t)(line_end - line));
		}
		buf_add(&big, line_end, (size_t)(end - line_end));
	}
	buf_adds(&big, end);
	buf_free(&r->message);
	r->message = big;
	(void)snprintf(total, sizeof total, "%u", lines * 72000);
	if (!bericht_set(&r->message, "TotaalBedrag", 0, total) || r->message.failed)
		return false;
	r->n_marks = 0;
	mark(r, "Identificatie", 12, IDENTIFICATION);
	return r->n_marks == 1;
}

/* ---- beside something else ---- */

#define PAIRS_MOST 25

struct figures {
	double rate, p50, p99;
};

static struct figures measure_quietly(struct run *r)
{
	struct figures f = {0};
	pthread_t receiver;
	int64_t begin, end = 0;

	r->sent = calloc(r->n, sizeof *r->sent);
	r->receipted = calloc(r->n, sizeof *r->receipted);
	r->done = calloc(r->n, sizeof *r->done);
	if (pthread_create(&receiver, NULL, receive, r) == 0) {
		send_all(r);
		(void)pthread_join(receiver, NULL);
		begin = r->sent[0];
		for (unsigned i = 0; i < r->n; i++)
			end = r->receipted[i] > end ? r->receipted[i] : end;
		durations(r, r->receipted);
		f = (struct figures){r->n / ((double)(end - begin) / 1e6), ms(r->receipted, r->n, 50),
				     ms(r->receipted, r->n, 99)};
	}
	free(r->sent);
	free(r->receipted);
	free(r->done);
	r->base += r->n;
	r->client += r->n;
	return f;
}

/* Starts the command and waits until it says that it is busy. */
static pid_t start_beside(const char *command, const char *dir)
{
	char line[64];
	int ends[2];
	pid_t pid;
	FILE *f;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)setpgid(0, 0);
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)execl("/bin/sh", "sh", command, dir, (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	f = fdopen(ends[0], "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "busy", 4) == 0)
			return pid; /* the pipe stays: closing it would end the command */
	(void)waitpid(pid, NULL, 0);
	return -1;
}

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *list, int n)
{
	qsort(list, (size_t)n, sizeof *list, by_double);
	return n % 2 ? list[n / 2] : (list[n / 2 - 1] + list[n / 2]) / 2;
}

static int beside(struct run *r, const char *command, int pairs)
{
	static const char *const names[] = {"messages a second", "to receipt p50 (ms)", "to receipt p99 (ms)"};
	double figures[2][3][PAIRS_MOST];

	(void)measure_quietly(r); /* warm */
	for (int i = 0; i < pairs; i++)
		for (int with = 0; with < 2; with++) {
			pid_t pid = with ? start_beside(command, r->h->dir) : 0;
			struct figures f;

			if (pid < 0) {
				(void)fprintf(stderr, "%s does not get busy\n", command);
				return 1;
			}
			f = measure_quietly(r);
			if (pid > 0) {
				(void)kill(-pid, SIGTERM);
				(void)waitpid(pid, NULL, 0);
			}
			figures[with][0][i] = f.rate;
			figures[with][1][i] = f.p50;
			figures[with][2][i] = f.p99;
		}
	(void)printf("%u messages in each of %d pairs, window %u\n%-22s %10s %10s %8s\n", r->n, pairs, r->window, "", "alone",
		     "beside", "ratio");
	for (int k = 0; k < 3; k++) {
		double alone = median(figures[0][k], pairs), with = median(figures[1][k], pairs);

		(void)printf("%-22s %10.2f %10.2f %8.2f\n", names[k], alone, with, with / alone);
	}
	return 0;
}

static bool copy_store(const struct testhub *h)
{
	char command[1024];

	if (getenv("STORE") == NULL)
		return true;
	(void)snprintf(command, sizeof command,
		       "for s in '' -wal .key .keys; do [ ! -e '%s'$s ] || cp '%s'$s '%s/ijwd.db'$s || exit 1; done",
		       getenv("STORE"), getenv("STORE"), h->dir);
	return testhub_run(command, NULL, 0) == 0;
}

static void print_machine(void)
{
	struct utsname u;
	char model[128] = "";

	(void)uname(&u);
	(void)testhub_run("sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1 | tr -d '\\n'", model,
			  sizeof model);
	(void)printf("machine: %s, %ld processors, %s %s\n\n", model, sysconf(_SC_NPROCESSORS_ONLN),
		     u.sysname, u.release);
	(void)printf("                                          to receipt (ms)     to done (ms)     hub µs    hub\n");
	(void)printf("type       bytes window messages     msg/s      p50      p99      p50      p99  cpu/msg  peak MB\n");
}

int main(int argc, char **argv)
{
	static const char *const types[] = {"JW301", "JW305", "JW323", "JW307"};
	unsigned n = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20000, base = 1;
	struct testhub h;
	struct run r = {.h = &h};
	bool compare = argc > 2 && strcmp(argv[1], "beside") == 0;
	int pairs;

	if (!testhub_usual(&h) || !copy_store(&h) || !testhub_start(&h)) {
		(void)fprintf(stderr, "the hub does not start; see %s/ijwd.log\n", h.dir);
		return 1;
	}
	if (compare) {
		pairs = argc > 4 ? atoi(argv[4]) : 7;
		r.window = 16;
		r.n = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 5000;
		r.client = 1;
		pairs = !prepare(&r, "JW301", 1) || beside(&r, argv[2], pairs < 1 ? 1 : pairs > PAIRS_MOST ? PAIRS_MOST : pairs);
		buf_free(&r.message);
		(void)testhub_end(&h, SIGTERM);
		testhub_free(&h);
		return pairs;
	}
	print_machine();
	for (unsigned window = 1; window <= 64; window += 63)
		for (size_t i = 0; i < sizeof types / sizeof *types; i++) { /* the life of n clients */
			if ((argc > 2 && strcmp(argv[2], types[i]) != 0) ||
			    (argc > 3 && strtoul(argv[3], NULL, 10) != window))
				continue;
			r.window = window;
			r.n = window == 1 ? n / 10 + 1 : n;
			if (!prepare(&r, types[i], base))
				return 1;
			r.client = window == 1 ? 0 : n / 10 + 1; /* others than those of the window before */
			measure(&r, types[i]);
			base += r.n;
		}
	r.window = 1;
	r.n = 1;
	if ((argc <= 2 || strcmp(argv[2], "large") == 0) && prepare_large(&r, base))
		measure(&r, "JW323");
	if (r.refused > 0)
		(void)printf("\n%u messages were not accepted: these figures do not count\n", r.refused);
	buf_free(&r.message);
	if (getenv("STATUS") != NULL) {
		char command[512], program[256], text[16384];

		(void)snprintf(command, sizeof command, "%s status --json --control %s/run/control.sock",
			       testhub_program("ijwctl", program), h.dir);
		(void)testhub_run(command, text, sizeof text);
		(void)puts(text);
	}
	(void)testhub_end(&h, SIGTERM);
	testhub_free(&h);
	return r.refused > 0;
}
