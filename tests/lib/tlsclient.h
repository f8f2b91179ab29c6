/*
 * A ZMTP client of the tests' own: it speaks TLS and frames byte by byte, and
 * so can also say what no decent client would.  Every call waits for events
 * at most TLSCLIENT_MS; nothing sleeps.
 */
#ifndef TESTS_TLSCLIENT_H
#define TESTS_TLSCLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TLSCLIENT_MS 20000

struct tlsclient;

struct tlsclient_opts {
	unsigned port;		 /* on 127.0.0.1 */
	const char *ca;		 /* PEM; NULL: trusts anyone */
	const char *certificate; /* PEM; NULL: none */
	const char *key;
	int version;	     /* TLS1_2_VERSION, ... ; 0: any */
	const char *ciphers; /* of TLS 1.2; NULL: OpenSSL's choice */
	bool plain;	     /* no TLS at all */
	int receive_buffer;  /* bytes in the kernel; 0: its choice */
};

/*
 * tlsclient_open connects and shakes hands.  NULL only when TCP fails; a
 * handshake that failed shows in tlsclient_error.  With TLS 1.3 the server's
 * refusal arrives later, with the first read.
 */
struct tlsclient *tlsclient_open(const struct tlsclient_opts *opts);

/* tlsclient_close says goodbye; tlsclient_kill resets the connection without a word. */
void tlsclient_close(struct tlsclient **c);
void tlsclient_kill(struct tlsclient **c);

/* tlsclient_error is OpenSSL's last reason (such as "sslv3 alert certificate revoked"), or "". */
const char *tlsclient_error(const struct tlsclient *c);

/* tlsclient_ticket tells whether the server offered a way to resume. */
bool tlsclient_ticket(const struct tlsclient *c);

/* tlsclient_send sends all n bytes; false when the peer is gone or takes none in wait_ms. */
bool tlsclient_send_for(struct tlsclient *c, const void *bytes, size_t n, int wait_ms);
bool tlsclient_send(struct tlsclient *c, const void *bytes, size_t n);

/* tlsclient_receive reads until n bytes, the peer's end, or the deadline; how many came. */
size_t tlsclient_receive(struct tlsclient *c, void *bytes, size_t n);

/* tlsclient_ended reads to the peer's end; false when it does not come. */
bool tlsclient_ended(struct tlsclient *c);

/* tlsclient_greet exchanges greetings; tlsclient_hello that and READY. */
bool tlsclient_greet(struct tlsclient *c);
bool tlsclient_hello(struct tlsclient *c, const char *socket_type, const char *identity);

/* tlsclient_command sends a command frame: name and what follows it. */
bool tlsclient_command(struct tlsclient *c, const char *name, const void *rest, size_t n);

/* tlsclient_frame sends one frame of a message. */
bool tlsclient_frame(struct tlsclient *c, bool more, const void *bytes, size_t n);

/*
 * tlsclient_receive_frame reads one frame; -1 when the peer ended.  At most
 * room bytes are kept.  Flags are ZMTP's.
 */
ssize_t tlsclient_receive_frame(struct tlsclient *c, int *flags, void *bytes, size_t room);

#endif
