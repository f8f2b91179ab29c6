/* The certificate that the dashboard shows, and those that browsers show to it. */
#ifndef DASHBOARD_CERTIFICATE_H
#define DASHBOARD_CERTIFICATE_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The certificates of this run: a renewal adds one, and handshakes that are
 * under way may still use the one before, so none is freed before the end.
 * Thread-safe.
 */
struct certificates;

struct certificates *certificates_new(void);
void certificates_free(struct certificates **c);

/* certificates_renew reads a chain and its key (PEM); the newest is the one in use. */
int certificates_renew(struct certificates *c, const char *certificate, const char *key,
		       struct buf *why);

/* certificates_current gives what a handshake needs; borrowed for as long as c lives. */
int certificates_current(struct certificates *c, gnutls_pcert_st **chain, unsigned *n,
			 gnutls_privkey_t *key);

/*
 * certificate_of_client writes the SHA-256 of the certificate that a browser
 * showed, when it is signed by client_ca and valid; else "".
 */
void certificate_of_client(void *session, char fingerprint[65]);

#endif
