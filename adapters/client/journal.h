/*
 * The journal: messages taken over and not yet settled, in one file that is
 * only appended to.
 *
 *   file    = "IJWJRNL1" *record
 *   record  = crc32 kind reference-length 0 0 size reference message
 *
 * Numbers are little-endian; the CRC covers all of the record that follows it.
 * A record of kind SEND adds a message, SETTLED strikes one off, PARKED marks
 * one as stored by the hub but not judged.  (1) ijw_journal_add followed by
 * ijw_journal_sync means: on disk.  (2) Only what was never synced can be torn,
 * so reading stops at the first record that does not add up and keeps what it
 * cuts off beside the file (.torn) when that was more than a piece of a record.
 * (3) When most of the file is settled, the rest is copied to a new file that
 * takes its place by rename.
 *
 * Syncs are shared: threads that wait at the same time wait for one fdatasync.
 * All functions but open and close are thread-safe.
 */
#ifndef CLIENT_JOURNAL_H
#define CLIENT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ijw_journal;

/* One message in the journal; embedded by its owner, which frees it after settle or close. */
struct ijw_record {
	struct ijw_record *prev, *next; /* of the journal, in the order of the file */
	int64_t offset;			/* of the record; belongs to the journal */
	uint32_t size;			/* of the message */
	bool parked;
	char reference[65];
};

/*
 * ijw_journal_open opens or creates the file and gives every unsettled message
 * to found, in order, which returns the record to use from now on (already
 * filled from the one it is given) or NULL when memory is out.  *cut is how
 * many bytes of a torn end were dropped.  Errors: -EBUSY in use by another
 * process, -EBADMSG not a journal, -ENOMEM, or the system's.
 */
int ijw_journal_open(const char *path,
		     struct ijw_record *(*found)(void *arg, const struct ijw_record *r), void *arg,
		     struct ijw_journal **ret, uint64_t *cut);

/* ijw_journal_close closes the file and forgets the records; NULL is allowed. */
void ijw_journal_close(struct ijw_journal **j);

/*
 * ijw_journal_add writes a message under r->reference.  On success r is part
 * of the journal and *ticket is for ijw_journal_sync; otherwise nothing stays.
 */
int ijw_journal_add(struct ijw_journal *j, struct ijw_record *r, const void *message, size_t size,
		    uint64_t *ticket);

/*
 * ijw_journal_sync returns once what the ticket stands for is on disk.  -EIO
 * when a sync failed: from then on the journal takes nothing any more.
 */
int ijw_journal_sync(struct ijw_journal *j, uint64_t ticket);

/* ijw_journal_load reads a message of r->size bytes back; checks its CRC (-EBADMSG). */
int ijw_journal_load(struct ijw_journal *j, const struct ijw_record *r, void *message);

/* ijw_journal_park marks r; lost marks are harmless, so it does not fail. */
void ijw_journal_park(struct ijw_journal *j, struct ijw_record *r);

/*
 * ijw_journal_settle strikes r off; it is the caller's again.  A mark that a
 * full disk or a crash loses only means that the receipt is given once more.
 */
void ijw_journal_settle(struct ijw_journal *j, struct ijw_record *r);

#endif
