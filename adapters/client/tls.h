/*
 * The client's side of mutual TLS on a non-blocking socket: our certificate,
 * the hub's chain and name checked, TLS 1.2 with ECDHE and AEAD or better.
 *
 * Results: more than 0 progress, 0 try again when the socket is ready (`wants`
 * says for what), -ECONNRESET the connection is gone.  `why` then has a
 * sentence, and `lasting` tells that trying again will not help by itself.
 */
#ifndef CLIENT_TLS_H
#define CLIENT_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ossl_typ.h>

struct ijw_tls_files {
	const char *certificate, *key, *ca, *crl; /* crl may be NULL */
};

/* ijw_tls_context reads the files; -EKEYREJECTED and a line in why when one cannot be used. */
int ijw_tls_context(const struct ijw_tls_files *files, SSL_CTX **ret, char *why, size_t room);

struct ijw_tls {
	SSL *ssl;    /* NULL: none */
	short wants; /* POLLIN or POLLOUT after a result of 0 */
	bool lasting;
	char why[192];
};

/* ijw_tls_start makes a session for fd (borrowed) with the hub that must be called name. */
int ijw_tls_start(struct ijw_tls *t, SSL_CTX *ctx, int fd, const char *name);

int ijw_tls_handshake(struct ijw_tls *t);
int ijw_tls_read(struct ijw_tls *t, void *bytes, size_t room);
int ijw_tls_write(struct ijw_tls *t, const void *bytes, size_t n);

/* ijw_tls_end says goodbye if it can without waiting and frees the session; may be called again. */
void ijw_tls_end(struct ijw_tls *t);

#endif
