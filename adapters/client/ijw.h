/*
 * libijw: send and receive iJw messages through a hub that speaks IJW/1
 * (ZeroMQ frames inside mutual TLS).  This header is the manual; libijw(3)
 * tells the same story with an example.
 *
 * An object of struct ijw is one connection that keeps itself alive: a thread
 * of its own connects, reconnects with growing pauses, sends again what has no
 * receipt and announces again what may be delivered.  The caller hands over
 * messages with ijw_send and takes events, one at a time, with ijw_receive.
 *
 * What the caller may rely on:
 * (1) A message that ijw_send took over is sent until the hub has given its
 *     receipt, over as many connections as that takes.  The hub gives the same
 *     receipt to the same message under the same reference, so sending again
 *     never doubles anything.
 * (2) With a journal this holds across the end of the process too, however it
 *     ended: ijw_send returns only after the message was forced to disk.
 * (3) A delivery that was not confirmed with ijw_done comes again after a
 *     reconnect, marked redelivered.
 * (4) Memory is bounded by the options window, memory and events, and by the
 *     credit given out.
 *
 * Results are 0 or more, or a negative errno value.  Functions that the
 * comments call thread-safe may be called from any thread at any time between
 * ijw_open and ijw_close; the others belong to one thread at a time.
 * Plain C89, usable from C++.
 */
#ifndef IJW_H
#define IJW_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ijw; /* one connection */

enum ijw_log_level { IJW_LOG_ERROR, IJW_LOG_WARNING, IJW_LOG_INFO, IJW_LOG_DEBUG };

/* ijw_options: set the defaults with ijw_options_init, then what is needed. */
struct ijw_options {
	size_t size; /* set by ijw_options_init; lets the struct grow */

	const char *hub;	 /* "host:port" or "[address]:port"; required */
	const char *server_name; /* name in the hub's certificate; NULL: the host of hub */
	const char *certificate; /* PEM file, own certificate first; required */
	const char *key;	 /* PEM file; required */
	const char *ca;		 /* PEM file with the CAs a hub may come from; required */
	const char *crl;	 /* PEM file with revocation lists, or NULL */
	const char *software;	 /* who is calling, 1-64 printable ASCII; default "libijw" */

	const char *journal; /* file for unreceipted messages, or NULL: memory only */

	unsigned window;       /* messages without receipt at most; default 256 */
	size_t memory;	       /* bytes of messages without receipt at most; default 64 MB */
	size_t events;	       /* bytes of events not yet taken; then reading stops; 64 MB */
	unsigned retry_min_ms; /* first pause before a reconnect; default 200 */
	unsigned retry_max_ms; /* longest pause, also after a lasting refusal; default 30000 */
	unsigned handshake_ms; /* from connect to WELCOME at most; default 15000 */
	unsigned close_ms;     /* ijw_close waits so long for confirmations to leave; 1000 */
	int manual_receipts;   /* receipts are confirmed by ijw_receipt_done only */

	/* Called from the library's thread, without locks held; never with message contents. */
	void (*log)(void *arg, enum ijw_log_level level, const char *text);
	void *log_arg;
};

/* ijw_options_init sets every option to its default. */
void ijw_options_init(struct ijw_options *o);

/*
 * ijw_open starts a connection and returns at once; success does not mean that
 * the hub was reached (wait for the event CONNECTED).  Everything in o is
 * copied.  Files are read now, and again at each reconnect, so a renewed
 * certificate needs no restart.  With a journal, what was unreceipted when the
 * last process ended is taken up again.
 *
 * -EINVAL an option is missing or malformed; -EKEYREJECTED certificate, key,
 * CA or CRL cannot be used; -EBUSY another process has the journal; or what
 * opening the journal gave (-EACCES, -ENOSPC, -EBADMSG: not a journal).
 */
int ijw_open(const struct ijw_options *o, struct ijw **ret);

/*
 * ijw_close ends the connection, frees everything and sets *c to NULL; NULL is
 * allowed.  Confirmations given with ijw_done and ijw_fail still leave (for at
 * most close_ms); messages without receipt stay in the journal, or are lost
 * when there is none: ijw_flush first.  No other call may be under way.
 */
void ijw_close(struct ijw **c);

/* --- sending --- */

#define IJW_REFERENCE_ROOM 65 /* a reference of 64 characters and its NUL */

/*
 * ijw_send takes a message of 1 byte to 25 MB over.  reference (1-64 printable
 * ASCII) is the caller's own name for it and should stay the same when the
 * caller sends the same message again; with NULL a unique one is made.  used,
 * if not NULL, has room for IJW_REFERENCE_ROOM bytes and gets the reference.
 * The bytes are copied.  With a journal the message is on disk when this
 * returns.
 *
 * When the window is full it waits timeout_ms (-1: as long as it takes, 0: not
 * at all).  The window empties as receipts arrive, and reading stops when too
 * many events wait, so a program with one thread passes 0 and calls
 * ijw_receive after -EAGAIN.
 *
 * 0, or -EAGAIN window still full; -EINVAL; -EMSGSIZE too large or empty;
 * -EEXIST a message under this reference is under way already (after a restart
 * with a journal: it was taken over before); -ENOSPC and other disk errors: not
 * taken over.  After -EIO the journal is unusable and whether this message is
 * in it is unknown: reopen and send it again under the same reference.
 * Thread-safe.
 */
int ijw_send(struct ijw *c, const char *reference, const void *message, size_t size, int timeout_ms,
	     char *used);

/*
 * ijw_flush waits until every message taken over has a receipt (parked counts).
 * 0, -ETIMEDOUT, or -EINTR when ijw_interrupt was called.  Thread-safe.
 */
int ijw_flush(struct ijw *c, int timeout_ms);

/* ijw_pending counts messages taken over that have no final receipt yet.  Thread-safe. */
size_t ijw_pending(struct ijw *c);

/* --- receiving --- */

enum ijw_event_type {
	IJW_EVENT_CONNECTED = 1, /* hub, limits, codes */
	IJW_EVENT_DISCONNECTED,	 /* text, retry_ms, lasting */
	IJW_EVENT_RECEIPT,	 /* reference, verdict, verdict_name, id, json (the report) */
	IJW_EVENT_DELIVERY,	 /* id, json (the meta) and its members, message, message_size */
	IJW_EVENT_NOTICE,	 /* json; its member notice tells the kind, which may be a new one */
	IJW_EVENT_ERROR		 /* code, text: the hub did not understand or allow something */
};

enum ijw_verdict {
	IJW_VERDICT_ACCEPTED = 1,
	IJW_VERDICT_REJECTED, /* a rule of the standard is broken */
	IJW_VERDICT_REFUSED,  /* not processable, not authorised, unknown receiver */
	IJW_VERDICT_PARKED    /* stored, not judged yet: a final receipt follows */
};

/* What an event does not have is NULL or 0.  Texts end with a NUL. */
struct ijw_event {
	enum ijw_event_type type;

	const char *reference;
	enum ijw_verdict verdict;
	const char *verdict_name;
	const char *id;	  /* of the message at the hub, or of the delivery */
	const char *json; /* report, meta, notice or limits, as the hub sent it */
	size_t json_size;

	const char *sender, *receiver, *message_type, *identification, *received;
	unsigned attempt;
	int redelivered;
	const void *message;
	size_t message_size;

	const char *hub;
	const char *const *codes; /* the codes this certificate may act for */
	size_t codes_n;

	const char *code, *text;
	unsigned retry_ms; /* the next attempt comes after so long */
	int lasting;	   /* trying again will not help until somebody changes something */
};

/*
 * ijw_receive gives the next event: 1, or 0 when none came within timeout_ms
 * (-1: wait for ever), or -EINTR after ijw_interrupt.  The event's pointers
 * are valid until the next ijw_receive or ijw_close.
 *
 * Calling it again says that the event before was dealt with.  For a final
 * receipt of a journaled message that is the moment it is forgotten; a process
 * that ends between the two gets the receipt again from the next ijw_open.  So
 * a receipt may come twice, never not at all.  With the option manual_receipts
 * only ijw_receipt_done does this.  One thread at a time.
 */
int ijw_receive(struct ijw *c, struct ijw_event *e, int timeout_ms);

/*
 * ijw_receipt_done says that the receipt of this reference was dealt with; its
 * message leaves the journal.  An unknown reference is no error.  Thread-safe.
 */
int ijw_receipt_done(struct ijw *c, const char *reference);

/*
 * ijw_fd is a descriptor that polls readable while an event waits.  It belongs
 * to the connection; do not read it.  Below zero: a negative errno.  Thread-safe.
 */
int ijw_fd(struct ijw *c);

/* ijw_interrupt makes a waiting ijw_receive or ijw_flush return -EINTR, once.  Thread-safe. */
void ijw_interrupt(struct ijw *c);

/*
 * ijw_ready keeps room for credit (0-1000) deliveries to a code: announced
 * now or on connecting, again after each reconnect, and topped up as deliveries
 * are confirmed.  So at most credit deliveries per code are unconfirmed at
 * once.  0 stops the topping up; what the hub has already may still arrive.
 * -EINVAL, or -ENOSPC beyond 4096 codes.  Thread-safe.
 */
int ijw_ready(struct ijw *c, const char *code, unsigned credit);

/*
 * ijw_done confirms a delivery: the hub will not send it again.  A delivery of
 * an earlier connection is silently passed over, because it comes again.
 * 0 or -EINVAL.  Thread-safe.
 */
int ijw_done(struct ijw *c, const char *id);

/*
 * ijw_fail gives a delivery back; the hub tries again later.  reason: 1-256
 * printable ASCII, other characters become '?', and no personal data.  As
 * ijw_done otherwise.
 */
int ijw_fail(struct ijw *c, const char *id, const char *reason);

/*
 * ijw_finding copies member key ("rule", "nl", "en", "path", "line", ...) of
 * the nth finding (from 0) of a receipt into text, cut to room.  1, or 0 when
 * there is no such finding or member.
 */
int ijw_finding(const struct ijw_event *e, size_t nth, const char *key, char *text, size_t room);

#ifdef __cplusplus
}
#endif

#endif
