/*
 * uit/: from a dropped file to its receipt and its place in verzonden/ or
 * geweigerd/.
 *
 * The folder itself is the memory.  A file is sent under a reference that is a
 * hash of its name and content, so after a crash it is sent again and the hub
 * gives the same receipt.  What happens after the receipt is first written down
 * in .ijw/verplaatsen/, then done, then struck off, and every step may be done
 * twice: a crash in between leaves work, never doubt.
 *
 *   WAITING --sent--> SENT --receipt--> (moved, forgotten)
 *      ^                |--parked--> PARKED --receipt--> (moved, forgotten)
 *      `--reconnect, or the disk was full--'
 *
 * A parked file stays in uit/ with NAME.geparkeerd.txt beside it.
 */
#ifndef FILEDROP_OUTBOUND_H
#define FILEDROP_OUTBOUND_H

#include <stdbool.h>

#include "../client/ijw.h"
#include "config.h"
#include "folder.h"

struct outbound;

int outbound_new(struct folder *f, struct ijw *c, enum language lang, struct outbound **ret);
void outbound_free(struct outbound **o);

/* outbound_recover finishes the moves that an earlier process wrote down. */
void outbound_recover(struct outbound *o);

/* outbound_scan takes up all files in uit/ that are not known yet, oldest first. */
void outbound_scan(struct outbound *o);

/* outbound_ready says that a file was closed after writing, or moved in. */
void outbound_ready(struct outbound *o, const char *name);

/* outbound_send sends what waits, until the window is full. */
void outbound_send(struct outbound *o);

/* outbound_connected sends parked files again: their receipt may have been lost. */
void outbound_connected(struct outbound *o, size_t message_limit);

/* outbound_receipt deals with a receipt. */
void outbound_receipt(struct outbound *o, const struct ijw_event *e);

/* outbound_retry makes files due again that could not be handled; call it now and then. */
void outbound_retry(struct outbound *o);

/* outbound_troubled tells that outbound_retry should be called soon. */
bool outbound_troubled(const struct outbound *o);

/* outbound_sent counts files that await a receipt. */
unsigned outbound_sent(const struct outbound *o);

#endif
