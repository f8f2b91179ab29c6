/*
 * A store with many messages behind it, for measuring pages: a stream of
 * messages goes through check and intake as the hub does it, some of them
 * spoilt on the way, some left out so that others miss what went before.
 * Prints the store's file, which is the caller's to remove with its folder, and
 * the codes of the parties.
 *
 * usage: fill MESSAGES [CLIENTS [SEED]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/inname.h"
#include "../lib/stroom.h"

#define SPOILT 40 /* one in so many is cut off, */
#define LEFT_OUT 100 /* … is never sent, */
#define WAITING 2000 /* … still waits for its receiver, */
#define CHANGED 60 /* … says something that a rule forbids */

static const char *const softwares[] = {"zaaksysteem 4.2", "ecd-suite 9", "jeugdbox 1.7.3", "ijw-filedrop 0.1.0"};

static uint64_t dice_state = 42;

static bool one_in(unsigned n)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (dice_state >> 33) % n == 0;
}

/* A code list that the standard does not have: one digit of it is enough. */
static void change(char *data)
{
	static const char *const elements[] = {"Eenheid>", "Geslacht>", "Frequentie>", "RedenWijziging>"};
	char *at = NULL;

	for (size_t i = 0; at == NULL && i < sizeof elements / sizeof *elements; i++)
		at = strstr(data, elements[i]);
	if (at != NULL && (at = strchr(at, '>')) != NULL)
		at[1] = '9';
}

/* Nearly all has been delivered, and so has the hub's answer, which follows its message. */
static int deliver(struct inname *i, int64_t received)
{
	int r = 0;

	if (i->judged.duplicate || one_in(WAITING))
		return 0;
	if (i->judged.verdict == VERDICT_ACCEPTED)
		r = i->store->ops->outbox_done(i->store, i->judged.id, received + 400000, received + 600000);
	if (r == 0 && i->judged.answered != NULL)
		r = i->store->ops->outbox_done(i->store, i->judged.id + 1, received + 500000, received + 700000);
	return r;
}

static int take(struct inname *i, const struct stroom_bericht *b)
{
	struct stroom_bericht spoilt = *b;
	char *copy = malloc(b->size + 1);
	int r;

	if (copy == NULL)
		return -1;
	memcpy(copy, b->data, b->size);
	copy[b->size] = '\0';
	spoilt.data = copy;
	if (one_in(SPOILT))
		spoilt.size -= 12;
	else if (one_in(CHANGED))
		change(copy);
	r = inname_take(i, &spoilt);
	free(copy);
	return r == 0 ? deliver(i, b->received) : r;
}

int main(int argc, char **argv)
{
	long most = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	uint32_t clients = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 20000;
	struct stroom *s = stroom_new(argc > 3 ? strtoull(argv[3], NULL, 10) : 1, clients);
	struct stroom_bericht b;
	struct inname i;
	char file[96];
	int r = 0;

	if (most <= 0 || s == NULL || !inname_open(&i, s, NULL)) {
		(void)fprintf(stderr, "usage: fill MESSAGES [CLIENTS [SEED]]\n");
		return 2;
	}
	for (size_t p = 0; p < i.parties->n; p++) {
		i.parties->list[p].policy.retour = RETOUR_HUB;
		i.parties->list[p].policy.accept = true;
	}
	for (long n = 0; r == 0 && n < most && stroom_next(s, &b);) {
		if (one_in(LEFT_OUT))
			continue;
		i.software = softwares[(size_t)(b.van[strlen(b.van) - 1] - '0') % 4];
		r = take(&i, &b);
		if (i.judged.id / 50000 > n / 50000)
			(void)fprintf(stderr, "%ld messages\n", (long)i.judged.id);
		if (i.judged.id > n)
			n = (long)i.judged.id;
	}
	if (r == 0)
		r = inname_commit(&i);
	(void)printf("%s\n", inname_file(&i, file));
	for (size_t n = 0; stroom_code(s, n) != NULL; n++)
		(void)printf("%s\n", stroom_code(s, n));
	inname_end(&i);
	stroom_free(&s);
	return r < 0;
}
