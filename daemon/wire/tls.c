#include "wire/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/pki.h"

#include "base/banned.h"

/* As NCSC-NL's guideline has it: forward secrecy and AEAD, nothing else. */
#define CIPHERS_12 "ECDHE+AESGCM:ECDHE+CHACHA20"
#define CIPHERS_13 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS "X25519:P-256:P-384"

#define READ_BUFFER (66 * 1024) /* a batch of 64 KB and the records' heads */
#define MAX_CHAIN (32 * 1024)	/* bytes of a client's chain */

struct tls {
	SSL_CTX *context;
	struct edge_identity *by_oin, *by_sha256; /* each sorted by its own key */
	size_t n;
	int64_t crl_until;
};

/* One line: what, which file, and OpenSSL's reason. */
static int failed(struct buf *why, const char *what, const char *path)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = e != 0 ? ERR_reason_error_string(e) : NULL;

	buf_addf(why, "%s: %s%s%s", path, what, reason != NULL ? ": " : "",
		 reason != NULL ? reason : "");
	ERR_clear_error();
	return -EINVAL;
}

static int compare_oin(const void *a, const void *b)
{
	return strcmp(((const struct edge_identity *)a)->oin,
		      ((const struct edge_identity *)b)->oin);
}

static int compare_sha256(const void *a, const void *b)
{
	return strcmp(((const struct edge_identity *)a)->sha256,
		      ((const struct edge_identity *)b)->sha256);
}

typedef int compare_fn(const void *, const void *);

/* Sorted, so that neighbours tell whether two parties claim the same. */
static int identities_sort(struct edge_identity **ret, const struct edge_identity *from, size_t n,
			   compare_fn *compare, size_t key, struct buf *why)
{
	struct edge_identity *all = calloc(n + 1, sizeof *all);

	*ret = all;
	if (all == NULL) {
		buf_adds(why, "out of memory for the table of parties");
		return -ENOMEM;
	}
	if (n == 0)
		return 0;
	memcpy(all, from, n * sizeof *all);
	qsort(all, n, sizeof *all, compare);
	for (size_t i = 1; i < n; i++) {
		if (((const char *)&all[i])[key] == '\0' || compare(&all[i - 1], &all[i]) != 0 ||
		    strcmp(all[i - 1].party, all[i].party) == 0)
			continue;
		buf_addf(why, "parties %s and %s have the same identity %s", all[i - 1].party,
			 all[i].party, (const char *)&all[i] + key);
		return -EEXIST;
	}
	return 0;
}

static bool one_of(const char *text, size_t least, size_t most, const char *allowed)
{
	size_t n = strnlen(text, most + 1);

	return n >= least && n <= most && strspn(text, allowed) == n;
}

static int identities_load(struct tls *t, const struct edge_identity *ids, size_t n,
			   struct buf *why)
{
	int r;

	for (size_t i = 0; i < n; i++) {
		size_t sha = strnlen(ids[i].sha256, sizeof ids[i].sha256);

		if (one_of(ids[i].party, 1, EDGE_MAX_PARTY,
			   "abcdefghijklmnopqrstuvwxyz0123456789-") &&
		    one_of(ids[i].oin, 0, EDGE_MAX_OIN, "0123456789") && (sha == 0 || sha == 64) &&
		    one_of(ids[i].sha256, 0, 64, "0123456789abcdef"))
			continue;
		buf_addf(why, "party %.32s: malformed id, OIN or SHA-256", ids[i].party);
		return -EINVAL;
	}
	t->n = n;
	r = identities_sort(&t->by_oin, ids, n, compare_oin, offsetof(struct edge_identity, oin),
			    why);
	if (r == 0)
		r = identities_sort(&t->by_sha256, ids, n, compare_sha256,
				    offsetof(struct edge_identity, sha256), why);
	return r;
}

/* Protocol, ciphers and everything that is switched off. */
static bool context_settle(SSL_CTX *c)
{
	SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
				       SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				    SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_security_level(c, 2);
	SSL_CTX_set_read_ahead(c, 1);
	SSL_CTX_set_default_read_buffer_len(c, READ_BUFFER);
	SSL_CTX_set_max_cert_list(c, MAX_CHAIN);
	return SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_num_tickets(c, 0) == 1 && SSL_CTX_set_max_early_data(c, 0) == 1 &&
	       SSL_CTX_set_cipher_list(c, CIPHERS_12) == 1 &&
	       SSL_CTX_set_ciphersuites(c, CIPHERS_13) == 1 &&
	       SSL_CTX_set1_groups_list(c, GROUPS) == 1;
}

static int no_password(char *text, int room, int writing, void *data)
{
	(void)text;
	(void)room;
	(void)writing;
	(void)data;
	return 0; /* a daemon has nobody to ask */
}

static int context_load(SSL_CTX *c, const struct edge_tls *files, struct buf *why)
{
	STACK_OF(X509_NAME) * names;

	SSL_CTX_set_default_passwd_cb(c, no_password);
	if (SSL_CTX_use_certificate_chain_file(c, files->certificate) != 1)
		return failed(why, "cannot read the hub's certificate", files->certificate);
	if (SSL_CTX_use_PrivateKey_file(c, files->key, SSL_FILETYPE_PEM) != 1)
		return failed(why, "cannot read the hub's key (without password)", files->key);
	if (SSL_CTX_check_private_key(c) != 1)
		return failed(why, "the key does not belong to the hub's certificate", files->key);
	if (SSL_CTX_load_verify_file(c, files->ca) != 1)
		return failed(why, "cannot read the parties' authorities", files->ca);
	names = SSL_load_client_CA_file(files->ca);
	if (names == NULL)
		return failed(why, "cannot read the parties' authorities", files->ca);
	SSL_CTX_set_client_CA_list(c, names);
	return 0;
}

/* A list that names one of our authorities as its issuer must bear its signature. */
static bool crl_signed(X509_CRL *crl, STACK_OF(X509_OBJECT) * trusted)
{
	for (int i = 0; i < sk_X509_OBJECT_num(trusted); i++) {
		X509 *ca = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(trusted, i));

		if (ca != NULL &&
		    X509_NAME_cmp(X509_get_subject_name(ca), X509_CRL_get_issuer(crl)) == 0 &&
		    X509_CRL_verify(crl, X509_get0_pubkey(ca)) != 1)
			return false;
	}
	return true;
}

/* Without a list for each authority OpenSSL would refuse everyone, so say it at once. */
static int crl_complete(STACK_OF(X509_OBJECT) * trusted, STACK_OF(X509_CRL) * lists,
			const char *path, struct buf *why)
{
	for (int i = 0; i < sk_X509_OBJECT_num(trusted); i++) {
		X509 *ca = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(trusted, i));
		bool found = ca == NULL;
		char name[128];

		for (int j = 0; !found && j < sk_X509_CRL_num(lists); j++)
			found = X509_NAME_cmp(X509_get_subject_name(ca),
					      X509_CRL_get_issuer(sk_X509_CRL_value(lists, j))) ==
				0;
		if (found)
			continue;
		pki_subject(ca, name, sizeof name);
		buf_addf(why, "%s: no revocation list of authority %s", path, name);
		return -EINVAL;
	}
	return 0;
}

static int crl_read(STACK_OF(X509_CRL) * lists, const char *path, struct buf *why)
{
	BIO *in = BIO_new_file(path, "r");
	X509_CRL *one;

	while (in != NULL && (one = PEM_read_bio_X509_CRL(in, NULL, NULL, NULL)) != NULL)
		if (sk_X509_CRL_push(lists, one) <= 0) {
			X509_CRL_free(one);
			break;
		}
	/* The only good end is that no further PEM starts; half a list is a broken file. */
	if (in == NULL || sk_X509_CRL_num(lists) == 0 ||
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		BIO_free(in);
		return failed(why, "cannot read the revocation lists", path);
	}
	BIO_free(in);
	ERR_clear_error();
	return 0;
}

static int crl_install(struct tls *t, STACK_OF(X509_CRL) * lists, const char *path, struct buf *why)
{
	X509_STORE *store = SSL_CTX_get_cert_store(t->context);
	STACK_OF(X509_OBJECT) *trusted = X509_STORE_get0_objects(store);
	int r = crl_complete(trusted, lists, path, why);

	for (int i = 0; r == 0 && i < sk_X509_CRL_num(lists); i++) {
		X509_CRL *one = sk_X509_CRL_value(lists, i);
		int64_t until = pki_time(X509_CRL_get0_nextUpdate(one));

		if (!crl_signed(one, trusted))
			return failed(why, "a revocation list is not signed by its authority",
				      path);
		if (X509_STORE_add_crl(store, one) != 1)
			return failed(why, "cannot use a revocation list", path);
		if (until != 0 && until < t->crl_until)
			t->crl_until = until;
		trusted = X509_STORE_get0_objects(store);
	}
	if (r == 0 &&
	    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) != 1)
		return failed(why, "cannot check for revocation", path);
	return r;
}

static int crl_load(struct tls *t, const char *path, struct buf *why)
{
	STACK_OF(X509_CRL) * lists;
	int r = -ENOMEM;

	if (path == NULL)
		return 0;
	ERR_clear_error();
	lists = sk_X509_CRL_new_null();
	if (lists != NULL)
		r = crl_read(lists, path, why);
	if (r == 0)
		r = crl_install(t, lists, path, why);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	return r;
}

int tls_load(struct tls **ret, const struct edge_tls *files, const struct edge_identity *identities,
	     size_t n, struct buf *why)
{
	struct tls *t = calloc(1, sizeof *t);
	int r;

	if (t == NULL)
		return -ENOMEM;
	t->crl_until = INT64_MAX;
	ERR_clear_error();
	t->context = SSL_CTX_new(TLS_server_method());
	if (t->context == NULL || !context_settle(t->context))
		r = failed(why, "cannot set up TLS", "OpenSSL");
	else
		r = context_load(t->context, files, why);
	if (r == 0)
		r = crl_load(t, files->crl, why);
	if (r == 0)
		r = identities_load(t, identities, n, why);
	if (r < 0)
		tls_free(&t);
	else
		*ret = t;
	return r;
}

void tls_free(struct tls **t)
{
	if (*t == NULL)
		return;
	SSL_CTX_free((*t)->context);
	free((*t)->by_oin);
	free((*t)->by_sha256);
	free(*t);
	*t = NULL;
}

SSL_CTX *tls_context(const struct tls *t)
{
	return t->context;
}

int64_t tls_crl_until(const struct tls *t)
{
	return t->crl_until;
}

const char *tls_party(const struct tls *t, X509 *certificate)
{
	struct edge_identity key = {.party = ""};
	const struct edge_identity *found = NULL;

	if (pki_fingerprint(certificate, key.sha256))
		found = bsearch(&key, t->by_sha256, t->n, sizeof key, compare_sha256);
	if (found == NULL && pki_oin(certificate, key.oin, sizeof key.oin))
		found = bsearch(&key, t->by_oin, t->n, sizeof key, compare_oin);
	return found != NULL ? found->party : NULL;
}

bool tls_purpose(X509 *certificate)
{
	uint32_t use = X509_get_extended_key_usage(certificate);

	return use != UINT32_MAX && (use & XKU_SSL_CLIENT) != 0;
}

/* Lets an expired list pass, and looks on for what it says. */
static int recheck_step(int ok, X509_STORE_CTX *verification)
{
	int e = X509_STORE_CTX_get_error(verification);

	if (ok == 0 && (e == X509_V_ERR_CRL_HAS_EXPIRED || e == X509_V_ERR_CRL_NOT_YET_VALID)) {
		X509_STORE_CTX_set_error(verification, X509_V_OK);
		return 1;
	}
	return ok;
}

int tls_recheck(const struct tls *t, SSL *ssl)
{
	X509_STORE_CTX *v = X509_STORE_CTX_new();
	X509 *peer = SSL_get0_peer_certificate(ssl);
	int r = X509_V_ERR_OUT_OF_MEM;

	if (v != NULL && peer != NULL &&
	    X509_STORE_CTX_init(v, SSL_CTX_get_cert_store(t->context), peer,
				SSL_get_peer_cert_chain(ssl)) == 1 &&
	    X509_STORE_CTX_set_default(v, "ssl_client") == 1) {
		X509_STORE_CTX_set_verify_cb(v, recheck_step);
		r = X509_verify_cert(v) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(v);
		if (r == X509_V_OK && X509_STORE_CTX_get_error(v) != X509_V_OK)
			r = X509_STORE_CTX_get_error(v);
	}
	X509_STORE_CTX_free(v);
	ERR_clear_error();
	return r;
}
