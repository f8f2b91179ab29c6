/*
 * A hub for tests of clients: mutual TLS, ZMTP and IJW/1 with a memory, and
 * nothing behind it.  It gives the same receipt to the same reference, holds
 * deliveries until they are confirmed, and can be told to break off at chosen
 * points.  Its ZMTP is written apart from the library's, so that the two check
 * each other.  It serves one connection at a time, in a thread of its own.
 *
 * What a message contains decides its verdict: "<!--refuse-->",
 * "<!--reject-->" or "<!--park-->" among its first 512 bytes; otherwise it is
 * accepted.
 */
#ifndef TESTS_FAKEHUB_H
#define TESTS_FAKEHUB_H

#include <stdbool.h>
#include <stddef.h>

struct fakehub;

enum fakehub_cut {
	CUT_NONE,
	CUT_ACCEPT,   /* before TLS */
	CUT_TLS,      /* after the TLS handshake */
	CUT_GREETING, /* in the middle of the hub's greeting */
	CUT_HELLO,    /* instead of WELCOME */
	CUT_SEND,     /* after `after` SENDs of the connection, the last without receipt */
	CUT_RECEIPT,  /* in the middle of that receipt */
	CUT_DONE      /* after the next DONE */
};

/* Counters over all connections, and what the script says; read and written under the hub's lock.
 */
struct fakehub_state {
	/* Seen so far. */
	unsigned accepted, hellos, sends, messages, dones, fails, readies, finals;
	unsigned delivered, redelivered; /* DELIVERs sent; of these marked */
	unsigned credit;		 /* announced on this connection, all codes */
	unsigned in_window, most_in_window;
	unsigned doubles; /* one reference with two contents */
	char last_reference[65], last_software[65], last_reason[257];

	/* The script. */
	enum fakehub_cut cut;
	unsigned after, cuts; /* how often the cut happens still */
	bool hold;	      /* no receipts until this is false again */
	unsigned window;
	const char *codes;	/* JSON; default ["0363"] */
	const char *zmtp_error; /* sent instead of READY */
	const void *raw;	/* sent once after WELCOME, as it is */
	size_t raw_size;
};

/* fakehub_new makes certificates in a folder of its own and listens; NULL when it cannot. */
struct fakehub *fakehub_new(void);
void fakehub_free(struct fakehub **h);

/* fakehub_file is the path of hub.pem, client.pem, client.key, ca.pem, other-ca.pem,
 * stranger.pem/key. */
const char *fakehub_file(struct fakehub *h, const char *name, char *path, size_t room);
const char *fakehub_folder(struct fakehub *h);
const char *fakehub_address(struct fakehub *h); /* host:port; the certificate says hub.test */

/* fakehub_lock gives the state to read or script; fakehub_unlock makes the hub look at it. */
struct fakehub_state *fakehub_lock(struct fakehub *h);
void fakehub_unlock(struct fakehub *h);

/* fakehub_wait waits until the condition holds; false after a minute. */
bool fakehub_wait(struct fakehub *h, bool (*holds)(const struct fakehub_state *s, void *arg),
		  void *arg);

/* FAKEHUB_COUNT waits until a counter is at least n. */
bool fakehub_wait_count(struct fakehub *h, size_t offset, unsigned n);
#define FAKEHUB_WAIT(h, counter, n) \
	fakehub_wait_count((h), offsetof(struct fakehub_state, counter), (n))

/* fakehub_deliver queues a delivery for a code; its id. */
unsigned fakehub_deliver(struct fakehub *h, const char *code, const char *identification,
			 const void *message, size_t size);

/* fakehub_retry makes failed deliveries due again. */
void fakehub_retry(struct fakehub *h);

/* fakehub_notice sends a NOTICE on the connection there is. */
void fakehub_notice(struct fakehub *h, const char *json);

/* fakehub_judge gives the parked messages their final receipts, now or on their next SEND. */
void fakehub_judge(struct fakehub *h);

/* fakehub_drop breaks the connection there is. */
void fakehub_drop(struct fakehub *h);

#endif
