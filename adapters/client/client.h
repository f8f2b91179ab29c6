/*
 * What the two halves of the client share: client.c, where callers come in,
 * and io.c, the thread that owns the socket.
 *
 * One lock guards all of struct ijw but the part marked as the thread's own.
 * It is never held during network traffic or a sync; a sync happens between
 * two holdings of it, while the message is in nobody's list yet.
 *
 * A message is an entry from ijw_send until its last receipt was dealt with:
 *
 *   QUEUED --written--> SENT --final receipt--> ANSWERED --taken--> (gone)
 *     ^                  |---parked-----------> PARKED --final---> ANSWERED
 *     `---- reconnect ---'-------- reconnect ------'
 *
 * PARKED and ANSWERED exist only with a journal: without one the entry goes as
 * soon as the hub has the message, because nothing here could send it again.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/protocol.h"

#include "ijw.h"
#include "journal.h"
#include "tls.h"
#include "zmtp.h"

#define MAX_ENTRIES (1u << 20) /* some 200 MB when the hub parks a million messages */
#define MAX_CODES 4096u

struct entry {
	struct ijw_record record;  /* first, so that the journal's pointer is ours */
	struct entry *prev, *next; /* in the order in which they were taken over */
	struct entry *bucket;
	enum { QUEUED, SENT, ANSWERED, PARKED } state;
	bool parked;	/* the hub said parked, now or on an earlier connection */
	bool listed;	/* in the list; before that only its reference is taken */
	bool open;	/* counts in the window */
	bool journaled; /* the record is the journal's until it is settled */
	size_t cost;	/* of the window's bytes; 0 once given back */
	char *body;	/* NULL: in the journal only */
};

struct event {
	struct event *next;
	struct ijw_event pub;
	size_t cost;
	const char *codes[]; /* CONNECTED; the texts follow */
};

/* Room to deliver for one code. */
struct ready {
	char code[IJW_MAX_CODE + 1];
	unsigned target;      /* what the caller asked for */
	unsigned given;	      /* announced on this connection, less what was confirmed since */
	unsigned unconfirmed; /* deliveries with the caller; never more than given */
};

/* A delivery of this connection that waits for its ijw_done. */
struct delivery {
	struct delivery *bucket;
	size_t code; /* index in readies */
	char id[IJW_MAX_ID + 1];
};

#define DELIVERY_BUCKETS 1024

struct ijw {
	/* Options; not changed after ijw_open. */
	struct ijw_options o;
	char *host, *port;

	pthread_t thread;
	int wake; /* eventfd: the thread has something to do */

	pthread_mutex_t lock;
	pthread_cond_t can_send, can_receive, all_sent;
	unsigned wait_send, wait_receive, wait_flush; /* how many threads wait */
	bool stopping, interrupted;
	bool poked;    /* something changed since the thread last looked */
	bool sleeping; /* the thread waits and must be woken by wake */

	/* What is sent. */
	struct entry list;    /* ring */
	struct entry *cursor; /* the first that may be QUEUED; the ring itself when none is */
	struct entry **buckets;
	size_t buckets_n, entries;
	size_t open, open_bytes; /* taken over and without receipt: the window */
	size_t sent;		 /* of these, SENT on this connection */
	struct ijw_journal *journal;
	uint64_t made; /* counter for made references */
	char prefix[20];
	struct buf commands; /* DONE and FAIL, already encoded */

	/* What was received. */
	struct event *events, **events_end;
	size_t events_bytes;
	struct event *taken; /* the caller has it */
	int event_fd;	     /* -1 until somebody asked */
	struct ready *readies;
	size_t readies_n;
	struct delivery *deliveries[DELIVERY_BUCKETS];
	bool welcomed;	   /* WELCOME was read on this connection */
	bool readies_news; /* some code may need a READY */
	unsigned hub_window;

	/* The thread's own. */
	struct io *io;
};

/* --- client.c, for io.c; all with the lock held --- */

/* ijw_client_push queues an event (taken; NULL is out of memory: -ENOMEM). */
int ijw_client_push(struct ijw *c, struct event *e);

/* ijw_client_find finds the entry of a reference, or NULL. */
struct entry *ijw_client_find(struct ijw *c, const char *reference);

/* ijw_client_answered gives the entry's room in the window and its body back. */
void ijw_client_answered(struct ijw *c, struct entry *e);

/* ijw_client_forget takes an entry out and frees it; settles it in the journal. */
void ijw_client_forget(struct ijw *c, struct entry *e);

/* ijw_client_full tells that reading must wait until the caller takes events. */
bool ijw_client_full(const struct ijw *c);

/* ijw_client_requeue makes everything without a final receipt QUEUED again, in order. */
void ijw_client_requeue(struct ijw *c);

/* ijw_client_drop_deliveries forgets the deliveries of a connection that ended. */
void ijw_client_drop_deliveries(struct ijw *c);

/* ijw_client_delivery finds the place of a delivery id; *place is NULL when it is not there. */
struct delivery **ijw_client_delivery(struct ijw *c, const char *id);

/* --- io.c --- */

/* ijw_io_new and ijw_io_free make and free the thread's own part, before and after it runs. */
int ijw_io_new(struct ijw *c);
void ijw_io_free(struct ijw *c);

/* ijw_io_run is the thread. */
void *ijw_io_run(void *c);

/* ijw_io_wake wakes the thread if it sleeps; lock held. */
void ijw_io_wake(struct ijw *c);

#endif
