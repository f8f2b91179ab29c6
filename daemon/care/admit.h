/*
 * The door: may this party send this message, and can it reach its receiver?
 * Pure: facts of the message, the parties and a day in, findings out.
 */
#ifndef CARE_ADMIT_H
#define CARE_ADMIT_H

#include "care/check.h"
#include "care/parties.h"

/*
 * admit adds a finding with its delivery code for what stands in the way:
 * the direction of the message type against the sender's role (BRS02), the
 * certificate against the sending code and its mandates (BRS03), the receiver
 * (BRS04), two parties of the same kind (BRS05).  One cause, one finding.
 * Returns 0 or -ENOMEM.
 */
int admit(const struct parties *parties, const char *party, day today, const struct bericht *b,
	  struct arena *a, struct findings *found);

/* admit_duplicate adds the finding for another message under an identification in force (TR056). */
int admit_duplicate(const struct bericht *b, int64_t earlier, struct arena *a,
		    struct findings *found);

#endif
