/*
 * Makes the register anew from the stored messages, in the order in which they
 * were judged.  Nothing else is changed and nothing is sent.
 */
#ifndef CARE_REBUILD_H
#define CARE_REBUILD_H

#include <stdint.h>

#include "base/pseudonym.h"
#include "care/parties.h"
#include "care/rulebook.h"
#include "store/store.h"

struct rebuild_result {
	int64_t messages;            /* looked at */
	int64_t different;           /* whose verdict or findings would be others today */
	int64_t first_different;     /* id of the first of them, 0: none */
	int64_t missing;             /* whose text was deleted by retention … */
	int64_t first_missing, last_missing;
	unsigned char before[32], after[32]; /* digests of the register */
};

/*
 * rebuild_register runs in one transaction: a rebuild that does not reach its
 * end changes nothing.  keep false only compares.  tell is called now and then
 * with how many messages are done; NULL: nobody wants to know.  0 or a negative
 * errno; -EBADMSG or -ENOKEY when a stored message cannot be read back (its id in
 * ret).
 *
 * Messages whose text was deleted can no longer be taken in, and the register
 * would shrink by what they said: then it is -ENODATA, nothing was changed and ret
 * tells which, unless `shrink` says that they may be left out.
 */
int rebuild_register(struct store *st, const struct rulebook *rules, const struct parties *parties,
		     const struct pseudonym_key *key, bool keep, bool shrink,
		     void (*tell)(void *ctx, int64_t done), void *ctx, struct rebuild_result *ret);

#endif
