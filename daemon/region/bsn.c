/*
 * BSNs that nobody has: 9999 and five digits that pass the eleven test.  There
 * are fewer than ten thousand, so one may stand for several people; those
 * never have a gemeente or an aanbieder in common, because there the messages
 * of one would be taken for those of the other.
 */
#include "region/intern.h"

#include <errno.h>
#include <stdlib.h>

#include "base/banned.h"

#define EERSTE 999900000u
#define LAATSTE 999999999u
#define BSN_MAX 10000

struct uitgifte {
	struct region *r;
	uint32_t bsn[BSN_MAX];
	uint32_t laatste[BSN_MAX]; /* client who has it, GEEN */
	size_t n;
	uint32_t *vorige; /* by client: who had the same BSN before */
};

static bool elfproef(uint32_t n)
{
	int som = -(int)(n % 10);

	n /= 10;
	for (int factor = 2; factor <= 9; factor++, n /= 10)
		som += factor * (int)(n % 10);
	return som % 11 == 0;
}

static bool episodes_meet(const struct region *r, const struct client *a, const struct client *b)
{
	for (uint32_t i = a->eerste; i < a->eerste + a->n; i++)
		for (uint32_t j = b->eerste; j < b->eerste + b->n; j++)
			if (EPISODES(r)[i].gemeente == EPISODES(r)[j].gemeente ||
			    EPISODES(r)[i].aanbieder == EPISODES(r)[j].aanbieder)
				return true;
	return false;
}

static bool free_for(const struct uitgifte *u, size_t plaats, uint32_t client)
{
	for (uint32_t c = u->laatste[plaats]; c != GEEN; c = u->vorige[c])
		if (episodes_meet(u->r, &CLIENTEN(u->r)[c], &CLIENTEN(u->r)[client]))
			return false;
	return true;
}

static int give(struct uitgifte *u, uint32_t client, size_t begin)
{
	for (size_t i = 0; i < u->n; i++) {
		size_t plaats = (begin + i) % u->n;

		if (!free_for(u, plaats, client))
			continue;
		CLIENTEN(u->r)[client].bsn = u->bsn[plaats];
		u->vorige[client] = u->laatste[plaats];
		u->laatste[plaats] = client;
		return 0;
	}
	return -E2BIG;
}

/* The first round gives everyone another one: the step has no factor in common with their number.
 */
int bsn_deel_uit(struct region *r)
{
	struct uitgifte *u = calloc(1, sizeof *u);
	struct toeval t = toeval_van(r->o.seed, STROOM_BSN, 0);
	int e = u == NULL ? -ENOMEM : 0;
	size_t begin;

	if (u != NULL) {
		u->r = r;
		u->vorige = calloc(r->clienten.n + 1, sizeof *u->vorige);
		e = u->vorige == NULL ? -ENOMEM : 0;
		for (uint32_t n = EERSTE; n <= LAATSTE && u->n < BSN_MAX; n++)
			if (elfproef(n))
				u->bsn[u->n++] = n;
		for (size_t i = 0; i < u->n; i++)
			u->laatste[i] = GEEN;
	}
	begin = e == 0 ? (size_t)(toeval_getal(&t) % u->n) : 0;
	for (uint32_t c = 0; c < r->clienten.n && e == 0; c++)
		e = give(u, c, begin + (size_t)c * 4099);
	if (u != NULL)
		free(u->vorige);
	free(u);
	return e;
}
