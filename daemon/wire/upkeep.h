/*
 * What the writer keeps up besides messages: the audit log, the keys of the
 * bodies, and how long bodies are kept.
 *
 * Entries about a batch are part of its transaction.  The rest is done in
 * small transactions when nothing waits, or now and then under steady load:
 * bodies of older keys are sealed with the newest, keys that nothing lies under
 * are removed, bodies whose time is over are deleted (at the start and once a
 * day).  What it knows is in memory only; after a kill the next start finds the
 * rest.  All of it belongs to the writer's thread but upkeep_quiet.
 */
#ifndef WIRE_UPKEEP_H
#define WIRE_UPKEEP_H

#include "base/queue.h"
#include "store/audit.h"
#include "store/bodies.h"

#define UPKEEP_SOURCE "ijwd"

/* An entry that somebody asks for, with texts of its own. */
struct audit_note {
	char event[41], who[97], role[33], source[129], reason[513], outcome[97], detail[1025];
	int64_t message;
	unsigned char client[AUDIT_CLIENT];
	bool has_client;
};

/* note_enter adds it within the open transaction. */
int note_enter(struct store *st, int64_t now, const struct audit_note *n);

/* upkeep_enter enters what the jobs of a batch did: new messages first..last, verdicts,
 * confirmations, notes. */
int upkeep_enter(struct store *st, int64_t now, int64_t first, int64_t last,
		 const struct link *jobs);

struct upkeep;

struct upkeep_opts {
	struct keyring *keys;
	struct retention retention;
};

/*
 * upkeep_start enters that the hub starts, and messages that no entry covers.
 * keys are held.  st is the writer's, for this call.
 */
int upkeep_start(struct upkeep **ret, const struct upkeep_opts *o, struct store *st, int64_t now);

/*
 * upkeep_rotate makes a new key and begins to seal with it.  Negative with a line
 * in why when the file of keys cannot be written.
 */
int upkeep_rotate(struct upkeep *u, day today, uint32_t *ret, struct buf *why);

/* upkeep_wait is after how many milliseconds there is something to do: 0 now, -1 nothing any more.
 */
int upkeep_wait(struct upkeep *u);

/* upkeep_step does a little; idle tells whether nothing else waits.  Negative: the store failed. */
int upkeep_step(struct upkeep *u, struct store *st, int64_t now, bool idle);

/* upkeep_quiet ends it where it is, for an orderly stop; any thread. */
void upkeep_quiet(struct upkeep *u);

/* upkeep_stopped enters that the hub stops, and logs the head.  Frees; st may be NULL. */
void upkeep_stopped(struct upkeep **u, struct store *st, int64_t now);

#endif
