/*
 * in/ and signalen/: what the hub delivers.
 *
 * A delivery becomes exactly one file in in/, also when it comes twice, when
 * the back office takes files away at once, and when the process is killed
 * between any two steps:
 *   1. the message is written to .ijw/binnen/ and forced to disk;
 *   2. its delivery id is added to .ijw/gezien and forced to disk;
 *   3. the file is renamed into in/;
 *   4. the delivery is confirmed.
 * A file in .ijw/binnen/ is therefore one that never was in in/: starting up
 * continues with 2 and 3.  An id in .ijw/gezien is one whose file is in in/, was
 * there, or is still on its way there: its delivery is only confirmed.
 */
#ifndef FILEDROP_INBOUND_H
#define FILEDROP_INBOUND_H

#include "../client/ijw.h"
#include "folder.h"

struct inbound;

/* inbound_new reads what was seen and finishes what an earlier process began. */
int inbound_new(struct folder *f, struct ijw *c, struct inbound **ret);
void inbound_free(struct inbound **i);

/* inbound_delivery takes a delivery and confirms it, or gives it back when the disk fails. */
void inbound_delivery(struct inbound *i, const struct ijw_event *e);

/* inbound_notice writes a notice to signalen/, a digest (digest.h) also as a list and as text. */
void inbound_notice(struct inbound *i, const struct ijw_event *e);

#endif
