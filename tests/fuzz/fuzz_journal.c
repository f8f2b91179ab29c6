/*
 * A journal file of any content: it opens or is refused, and when it opens,
 * what it holds can be read back, settled, and a message be added.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>

#include "../../adapters/client/journal.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct kept {
	struct kept *next;
	struct ijw_record r;
};

static struct ijw_record *keep(void *arg, const struct ijw_record *r)
{
	struct kept **list = arg, *k = malloc(sizeof *k);

	if (k == NULL)
		return NULL;
	k->r = *r;
	k->next = *list;
	*list = k;
	return &k->r;
}

static void use(struct ijw_journal *j, struct kept *list)
{
	struct ijw_record extra = {.reference = "extra"};
	uint64_t ticket;

	for (struct kept *k = list; k != NULL; k = k->next) {
		void *message = malloc((size_t)k->r.size + 1);

		if (message == NULL || ijw_journal_load(j, &k->r, message) < 0)
			abort(); /* what opening accepted must be readable */
		free(message);
		if (k->r.parked)
			ijw_journal_settle(j, &k->r);
	}
	if (ijw_journal_add(j, &extra, "x", 1, &ticket) < 0)
		abort();
	ijw_journal_settle(j, &extra);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	struct kept *list = NULL, *next;
	struct ijw_journal *j = NULL;
	uint64_t cut;
	FILE *f;

	if (path[0] == '\0')
		(void)snprintf(path, sizeof path, "/dev/shm/fuzz-journal.%ld", (long)getpid());
	f = fopen(path, "w");
	if (f == NULL)
		return 0;
	(void)fwrite(data, 1, size, f);
	(void)fclose(f);
	if (ijw_journal_open(path, keep, &list, &j, &cut) == 0)
		use(j, list);
	ijw_journal_close(&j);
	for (; list != NULL; list = next) {
		next = list->next;
		free(list);
	}
	(void)unlink(path);
	return 0;
}
