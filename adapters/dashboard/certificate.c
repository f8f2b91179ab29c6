#include "certificate.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/file.h"

#include "base/banned.h"

#define CHAIN_MOST 8

struct generation {
	struct generation *before;
	gnutls_pcert_st chain[CHAIN_MOST];
	unsigned n;
	gnutls_privkey_t key;
};

struct certificates {
	pthread_mutex_t lock;
	struct generation *newest;
};

struct certificates *certificates_new(void)
{
	struct certificates *c = calloc(1, sizeof *c);

	if (c != NULL)
		(void)pthread_mutex_init(&c->lock, NULL); /* cannot fail with default attributes */
	return c;
}

static void generation_free(struct generation **gg)
{
	struct generation *g = *gg;

	if (g == NULL)
		return;
	for (unsigned i = 0; i < g->n; i++)
		gnutls_pcert_deinit(&g->chain[i]);
	if (g->key != NULL)
		gnutls_privkey_deinit(g->key);
	free(g);
	*gg = NULL;
}

void certificates_free(struct certificates **c)
{
	if (*c == NULL)
		return;
	while ((*c)->newest != NULL) {
		struct generation *g = (*c)->newest;

		(*c)->newest = g->before;
		generation_free(&g);
	}
	(void)pthread_mutex_destroy(&(*c)->lock);
	free(*c);
	*c = NULL;
}

static int read_chain(struct generation *g, const char *path, struct buf *why)
{
	gnutls_datum_t d;
	char *text = NULL;
	size_t size;
	unsigned n = CHAIN_MOST;
	int r = file_read(NULL, path, &text, &size);

	if (r < 0) {
		buf_addf(why, "certificate: %s cannot be read (%s)", path, strerror(-r));
		return r;
	}
	d = (gnutls_datum_t){(unsigned char *)text, (unsigned)size};
	r = gnutls_pcert_list_import_x509_raw(g->chain, &n, &d, GNUTLS_X509_FMT_PEM, 0);
	free(text);
	if (r < 0) {
		buf_addf(why, "certificate: %s holds no certificate (%s)", path,
			 gnutls_strerror(r));
		return -EINVAL;
	}
	g->n = n;
	return 0;
}

static int read_key(struct generation *g, const char *path, struct buf *why)
{
	gnutls_datum_t d;
	char *text = NULL;
	size_t size;
	int r = file_read(NULL, path, &text, &size);

	if (r < 0) {
		buf_addf(why, "key: %s cannot be read (%s)", path, strerror(-r));
		return r;
	}
	d = (gnutls_datum_t){(unsigned char *)text, (unsigned)size};
	r = gnutls_privkey_init(&g->key);
	if (r == 0)
		r = gnutls_privkey_import_x509_raw(g->key, &d, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_memset(text, 0, size);
	free(text);
	if (r < 0) {
		buf_addf(why, "key: %s holds no key that can be used (%s)", path,
			 gnutls_strerror(r));
		return -EINVAL;
	}
	return 0;
}

/* A key that is not the certificate's would fail each handshake: then the old ones stay. */
static int check_pair(struct generation *g, struct buf *why)
{
	unsigned char of_key[64], of_certificate[64];
	size_t n = sizeof of_key, m = sizeof of_certificate;
	gnutls_pubkey_t public = NULL;
	bool same = gnutls_pubkey_init(&public) == 0 &&
		    gnutls_pubkey_import_privkey(public, g->key, 0, 0) == 0 &&
		    gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, of_key, &n) == 0 &&
		    gnutls_pubkey_get_key_id(g->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256,
					     of_certificate, &m) == 0 &&
		    n == m && memcmp(of_key, of_certificate, n) == 0;

	if (public != NULL)
		gnutls_pubkey_deinit(public);
	if (same)
		return 0;
	buf_adds(why, "key: it does not belong to the certificate");
	return -EINVAL;
}

int certificates_renew(struct certificates *c, const char *certificate, const char *key,
		       struct buf *why)
{
	struct generation *g = calloc(1, sizeof *g);
	int r;

	if (g == NULL)
		return -ENOMEM;
	r = read_chain(g, certificate, why);
	if (r == 0)
		r = read_key(g, key, why);
	if (r == 0)
		r = check_pair(g, why);
	if (r < 0) {
		generation_free(&g);
		return r;
	}
	(void)pthread_mutex_lock(&c->lock);
	g->before = c->newest;
	c->newest = g;
	(void)pthread_mutex_unlock(&c->lock);
	return 0;
}

int certificates_current(struct certificates *c, gnutls_pcert_st **chain, unsigned *n,
			 gnutls_privkey_t *key)
{
	struct generation *g;

	(void)pthread_mutex_lock(&c->lock);
	g = c->newest;
	(void)pthread_mutex_unlock(&c->lock);
	*chain = g->chain;
	*n = g->n;
	*key = g->key;
	return 0;
}

void certificate_of_client(void *session, char fingerprint[65])
{
	gnutls_session_t s = session;
	unsigned status = 1, n = 0;
	unsigned char hash[32];
	const gnutls_datum_t *list = gnutls_certificate_get_peers(s, &n);
	size_t at = 0;

	fingerprint[0] = '\0';
	if (list == NULL || n == 0 || gnutls_certificate_verify_peers3(s, NULL, &status) < 0 ||
	    status != 0 ||
	    gnutls_hash_fast(GNUTLS_DIG_SHA256, list[0].data, list[0].size, hash) < 0)
		return;
	for (int i = 0; i < 32; i++)
		at += (size_t)snprintf(fingerprint + at, 65 - at, "%02x", hash[i]);
}
