/* The journal: what was added and synced is there again, whatever happened to the end of the file.
 */
#include "../../../adapters/client/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/unit.h"

#include "base/banned.h"

#define MANY 64

/* What opening gave, and the records that must outlive it. */
struct got {
	unsigned n;
	struct ijw_record *records[4096];
};

static char path[] = "/tmp/journal-test.XXXXXX";

static struct ijw_record *keep(void *arg, const struct ijw_record *r)
{
	struct got *g = arg;
	struct ijw_record *mine = malloc(sizeof *mine);

	if (mine != NULL) {
		*mine = *r;
		g->records[g->n++] = mine;
	}
	return mine;
}

static void drop(struct got *g)
{
	while (g->n > 0)
		free(g->records[--g->n]);
}

static struct ijw_journal *reopen(struct ijw_journal *j, struct got *g, uint64_t *cut)
{
	int r;

	ijw_journal_close(&j);
	drop(g);
	r = ijw_journal_open(path, keep, g, &j, cut);
	CHECK(r == 0, "the journal opens");
	return r == 0 ? j : NULL;
}

static void add(struct ijw_journal *j, struct got *g, unsigned number, size_t size)
{
	struct ijw_record *r = calloc(1, sizeof *r);
	char *message = malloc(size);
	uint64_t ticket = 0;

	if (r == NULL || message == NULL)
		abort();
	memset(message, (int)number, size);
	(void)snprintf(r->reference, sizeof r->reference, "r%u", number);
	CHECK(ijw_journal_add(j, r, message, size, &ticket) == 0, "a message is added");
	CHECK(ijw_journal_sync(j, ticket) == 0, "and synced");
	g->records[g->n++] = r;
	free(message);
}

static void test_again(void)
{
	struct got g = {0, {NULL}};
	uint64_t cut;
	struct ijw_journal *j = reopen(NULL, &g, &cut);
	char message[100];

	NEED(j != NULL, "open");
	for (unsigned i = 0; i < 5; i++)
		add(j, &g, i, 100);
	ijw_journal_settle(j, g.records[1]);
	ijw_journal_park(j, g.records[2]);
	j = reopen(j, &g, &cut);
	NEED(j != NULL, "open again");
	CHECK(g.n == 4 && cut == 0, "what was settled is gone, the rest is there");
	CHECK(strcmp(g.records[1]->reference, "r2") == 0 && g.records[1]->parked, "marks are kept");
	CHECK(strcmp(g.records[3]->reference, "r4") == 0 && !g.records[3]->parked,
	      "so is the order");
	CHECK(ijw_journal_load(j, g.records[3], message) == 0 && message[99] == 4,
	      "and the message");
	ijw_journal_close(&j);
	drop(&g);
}

/* Cuts the file at every byte: what was whole before the cut is there. */
static void test_torn(void)
{
	struct got g = {0, {NULL}};
	uint64_t cut;
	struct ijw_journal *j;
	static char whole[8192];
	long size;
	unsigned last = 0;
	FILE *f;

	CHECK(truncate(path, 0) == 0, "an empty file to begin with");
	j = reopen(NULL, &g, &cut);
	NEED(j != NULL, "open");
	for (unsigned i = 0; i < 6; i++)
		add(j, &g, i, 20 + 40 * i);
	ijw_journal_close(&j);
	f = fopen(path, "r");
	NEED(f != NULL, "the file is there");
	size = (long)fread(whole, 1, sizeof whole, f);
	(void)fclose(f);
	for (long at = 0; at <= size; at++) {
		f = fopen(path, "w");
		NEED(f != NULL && fwrite(whole, 1, (size_t)at, f) == (size_t)at && fclose(f) == 0,
		     "cut");
		j = reopen(NULL, &g, &cut);
		NEED(j != NULL, "a cut file opens");
		CHECK(g.n >= last && g.n <= last + 1, "more bytes, never fewer messages");
		last = g.n;
		add(j, &g, 99, 10);
		j = reopen(j, &g, &cut);
		CHECK(j != NULL && g.n == last + 1 && cut == 0, "and it goes on from there");
		ijw_journal_close(&j);
	}
	CHECK(last == 6, "whole, all are there");
	drop(&g);
}

static void test_damaged(void)
{
	struct got g = {0, {NULL}};
	uint64_t cut;
	struct ijw_journal *j;
	char torn[64], message[50];
	struct stat st;
	int fd;

	CHECK(truncate(path, 0) == 0, "an empty file to begin with");
	j = reopen(NULL, &g, &cut);
	NEED(j != NULL, "open");
	for (unsigned i = 0; i < 3; i++)
		add(j, &g, i, 50);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(pwrite(fd, "?", 1, 8 + 12 + 2 + 20) == 1 && close(fd) == 0,
	      "a byte of the first flips");
	CHECK(ijw_journal_load(j, g.records[0], message) == -EBADMSG, "reading it back notices");
	j = reopen(j, &g, &cut);
	CHECK(j != NULL && g.n == 0 && cut == 3 * 64,
	      "opening stops there and says how much it left out");
	(void)snprintf(torn, sizeof torn, "%s.torn", path);
	CHECK(stat(torn, &st) == 0 && st.st_size == 3 * 64, "and keeps it beside the journal");
	(void)unlink(torn);
	ijw_journal_close(&j);
	drop(&g);
}

static void test_compaction(void)
{
	struct got g = {0, {NULL}};
	uint64_t cut;
	struct ijw_journal *j;
	struct stat st;
	char *message = malloc(300000);

	CHECK(truncate(path, 0) == 0, "an empty file to begin with");
	j = reopen(NULL, &g, &cut);
	NEED(j != NULL && message != NULL, "open");
	add(j, &g, 1000, 5000);
	ijw_journal_park(j, g.records[0]);
	for (unsigned i = 0; i < MANY; i++) {
		add(j, &g, i, 300000);
		if (i > 0)
			ijw_journal_settle(j, g.records[i]);
	}
	CHECK(stat(path, &st) == 0 && st.st_size < 9 << 20,
	      "settled messages leave the file in time");
	CHECK(ijw_journal_load(j, g.records[0], message) == 0 && message[0] == (char)1000,
	      "the old one is there");
	j = reopen(j, &g, &cut);
	CHECK(j != NULL && g.n == 2 && cut == 0, "two are left");
	CHECK(strcmp(g.records[0]->reference, "r1000") == 0 && g.records[0]->parked,
	      "the parked one");
	CHECK(ijw_journal_load(j, g.records[1], message) == 0 && message[0] == MANY - 1,
	      "and the last");
	ijw_journal_close(&j);
	drop(&g);
	free(message);
}

static void test_refused(void)
{
	struct got g = {0, {NULL}};
	uint64_t cut;
	struct ijw_journal *j = reopen(NULL, &g, &cut), *second = NULL;
	FILE *f;

	CHECK(ijw_journal_open(path, keep, &g, &second, &cut) == -EBUSY, "one process at a time");
	ijw_journal_close(&j);
	f = fopen(path, "w");
	NEED(f != NULL && fputs("some other file", f) >= 0 && fclose(f) == 0, "another file");
	CHECK(ijw_journal_open(path, keep, &g, &j, &cut) == -EBADMSG, "is not overwritten");
	CHECK(ijw_journal_open("/nonexistent/journal", keep, &g, &j, &cut) == -ENOENT,
	      "nor is a folder made");
	drop(&g);
}

int main(void)
{
	static const struct test tests[] = {
		{"what is not settled is there again", test_again},
		{"a torn end is tolerated at every byte", test_torn},
		{"a damaged record is noticed and kept aside", test_damaged},
		{"a file of settled messages is rewritten", test_compaction},
		{"other people's files and journals are left alone", test_refused},
		{NULL, NULL},
	};
	int fd = mkstemp(path), r;

	if (fd < 0)
		return 2;
	(void)close(fd);
	r = unit_main("client/journal", tests);
	(void)unlink(path);
	return r;
}
