/*
 * A small certificate authority for trials and tests, and what the hub and
 * its tools want to know of any certificate.  Keys are EC P-256; all files
 * are PEM, written beside their place and renamed over it once they are on
 * disk; key files have mode 0600.
 *
 * Functions return 0 or a negative errno and put one line in why.
 */
#ifndef BASE_PKI_H
#define BASE_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ossl_typ.h>

#include "base/buf.h"

/* pki_fingerprint writes the SHA-256 of the DER as lower-case hex; false when OpenSSL failed. */
bool pki_fingerprint(X509 *certificate, char ret[65]);

/*
 * pki_oin copies the subject's serialNumber, where PKIoverheid puts the OIN.
 * False unless there is exactly one, it fits, and it is all digits.
 */
bool pki_oin(X509 *certificate, char *ret, size_t room);

/* pki_subject writes the subject in one printable line, shortened when it does not fit. */
void pki_subject(X509 *certificate, char *ret, size_t room);

/* pki_time is an ASN.1 time in seconds since 1970; 0 when it is none. */
int64_t pki_time(const ASN1_TIME *t);

/* A certificate authority in memory: its certificate and its key. */
struct pki_ca;

/* pki_ca_open reads an authority from two files. */
int pki_ca_open(struct pki_ca **ret, const char *certificate, const char *key, struct buf *why);

/* pki_ca_make makes an authority, self-signed, and writes both files. */
int pki_ca_make(struct pki_ca **ret, const char *name, int64_t from, int64_t until,
		const char *certificate, const char *key, struct buf *why);

void pki_ca_free(struct pki_ca **ca);

/* What a certificate is for. */
enum pki_use { PKI_HUB, PKI_PARTY };

struct pki_request {
	enum pki_use use; /* the extended key usage: serverAuth or clientAuth */
	const char *name; /* CN */
	const char *oin;  /* subject serialNumber; NULL: none */
	const char *san;  /* names and addresses with commas between, for PKI_HUB; NULL: none */
	int64_t from, until;
};

/* pki_issue makes a key and a certificate for it, signed by ca, and writes both files. */
int pki_issue(struct pki_ca *ca, const struct pki_request *request, const char *certificate,
	      const char *key, struct buf *why);

/*
 * pki_crl writes the revocation list of ca at path: those that the file
 * already lists, and one more when revoked (a certificate's file) is not
 * NULL.  Revoking twice is no error.  from and until are its own validity.
 */
int pki_crl(struct pki_ca *ca, const char *path, const char *revoked, int64_t from, int64_t until,
	    struct buf *why);

/* pki_read reads the first certificate of a PEM file; the caller frees it with X509_free. */
int pki_read(X509 **ret, const char *path, struct buf *why);

#endif
