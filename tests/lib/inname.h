/*
 * A hub without wires: a store in a folder of its own, the shipped rulebook,
 * and for every party of a stream the policy "advise", without answers by the
 * hub.  For tools that put many messages through check and intake.
 */
#ifndef TESTS_INNAME_H
#define TESTS_INNAME_H

#include "care/check.h"
#include "care/intake.h"
#include "care/parties.h"
#include "care/rulebook.h"
#include "store/store.h"
#include "stroom.h"

#define INNAME_BATCH 100 /* messages per transaction */

struct inname {
	char dir[64];
	struct store *store;
	struct rulebook *rules;
	struct parties *parties;
	struct checker *checker;
	struct packer *packer;
	struct pseudonym_key key;
	struct intake intake;
	const char *software; /* that the senders name; NULL: none */
	struct arena arena;	/* of the latest message */
	struct checked checked; /* likewise */
	struct judged judged;
	unsigned open;		     /* messages in the transaction */
	int64_t check_ns, intake_ns; /* processor time so far; intake with packing */
	int64_t commit_ns;	     /* time so far, because a commit waits for the disk */
};

/*
 * inname_open makes the store in memory where there is room for it, or below
 * STORE_DIR when the environment says so; vol, unless NULL, is the file of a
 * store that is copied to begin with.  False with a line on stderr.
 */
bool inname_open(struct inname *i, const struct stroom *s, const char *vol);

/* inname_take checks and takes in one message; 0 whatever its verdict, or a negative errno. */
int inname_take(struct inname *i, const struct stroom_bericht *b);

/* inname_commit ends the transaction, if there is one. */
int inname_commit(struct inname *i);

/* inname_clean is true when the latest message was accepted and nothing was found. */
bool inname_clean(const struct inname *i);

/* inname_file is the store's file; inname_size how many bytes it takes with what belongs to it. */
const char *inname_file(const struct inname *i, char ret[96]);
int64_t inname_size(const struct inname *i);

/* inname_end closes the store and keeps its folder, so that its file is whole; then inname_close.
 */
void inname_end(struct inname *i);

/* inname_close removes the folder. */
void inname_close(struct inname *i);

/* clock_ns is a clock for durations. */
int64_t clock_ns(void);

#endif
