/*
 * The four verdicts on a message: the words of the wire, the numbers of the
 * store.  Numbers are on disk: never change one.
 */
#ifndef BASE_VERDICT_H
#define BASE_VERDICT_H

enum verdict {
	VERDICT_ACCEPTED = 1, /* holds by schema and door: delivered */
	VERDICT_REJECTED = 2, /* a rule of the standard is broken: return message */
	VERDICT_REFUSED = 3,  /* not by the schema, not authorised, …: receipt only */
	VERDICT_PARKED = 4    /* we could not check: judged later */
};

#endif
