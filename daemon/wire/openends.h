/*
 * Open ends (care/bewaking.h) as JSON: the NOTICE open-end, of one that the
 * aanbieder should know of now, and the NOTICE open-ends, the digest of all
 * that are open at one code, aanbieder or gemeente.
 *
 * A digest is made from the store when somebody is to hear it and is gone when
 * it was said, so it is never stale and one that is lost costs nothing.
 */
#ifndef WIRE_OPENENDS_H
#define WIRE_OPENENDS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"
#include "store/register.h"
#include "store/store.h"
#include "wire/protocol.h"

/* Told one by one, about 1 kB each: 4 MB, an eighth of a frame; the rest is counted. */
#define OPEN_ENDS_ITEMS 4000
#define OPEN_ENDS_CODES 16 /* digests made in one reading of the store */

/* Names a row of open ends. */
struct open_end_key {
	int64_t dossier, nummer;
	day begin;
	char soort[4];
};

void open_end_key(const struct reg_open_einde *e, struct open_end_key *ret);

/* open_end_json writes a row as an object; light: with the traffic light, which is the gemeente's.
 */
void open_end_json(const struct reg_open_einde *e, bool light, struct buf *to);

/* open_end_notice makes the NOTICE to an aanbieder; bericht is the message that was the reason, or
 * 0. */
void open_end_notice(const struct reg_open_einde *e, int64_t bericht, day today, struct buf *to);

/* The digest of one code. */
struct digest {
	char code[IJW_MAX_CODE + 1];
	char *json;		   /* the field of a NOTICE; NULL: nothing is open there */
	struct open_end_key *keys; /* what this tells an aanbieder for the first time */
	size_t n_keys;
};

struct digests {
	struct digest *list; /* in the order in which they were asked for */
	size_t n;
};

/* digests_collect makes those of up to OPEN_ENDS_CODES codes; 0 or a negative errno. */
int digests_collect(struct store *st, day today, char (*codes)[IJW_MAX_CODE + 1], size_t n,
		    struct digests **ret);

void digests_free(struct digests **d);

#endif
