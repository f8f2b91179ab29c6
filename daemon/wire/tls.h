/*
 * What the edge knows of trust at one moment: keys, authorities, revocation
 * lists and the table of parties.  Loaded as a whole and never changed; a
 * reload makes a new one and drops the old.
 */
#ifndef WIRE_TLS_H
#define WIRE_TLS_H

#include <openssl/ssl.h>

#include "wire/edge.h"

struct tls;

/*
 * tls_load reads the files and copies the identities.  Negative, and one
 * line in why, when a file is missing, unreadable or does not fit the others,
 * when an authority has no revocation list, or when two parties claim one
 * identity.  A list that has expired is no error: see tls_crl_until.
 */
int tls_load(struct tls **ret, const struct edge_tls *files, const struct edge_identity *identities,
	     size_t n, struct buf *why);

void tls_free(struct tls **t);

/* tls_context is for SSL_new; each SSL keeps it alive for itself. */
SSL_CTX *tls_context(const struct tls *t);

/*
 * tls_party finds whom a certificate speaks for, by fingerprint first and by
 * OIN second; NULL when nobody.  Lives as long as t.
 */
const char *tls_party(const struct tls *t, X509 *certificate);

/* tls_purpose tells whether a certificate names clientAuth as its use; silence does not do. */
bool tls_purpose(X509 *certificate);

/*
 * tls_recheck verifies the peer of an established connection against t:
 * X509_V_OK or OpenSSL's reason.  A revocation list that has expired is no
 * reason: it must not cut those who were let in while it was good.
 */
int tls_recheck(const struct tls *t, SSL *ssl);

/* tls_crl_until is when the first revocation list expires; INT64_MAX without lists. */
int64_t tls_crl_until(const struct tls *t);

#endif
