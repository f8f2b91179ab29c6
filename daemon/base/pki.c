#include "base/pki.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/banned.h"

struct pki_ca {
	X509 *certificate;
	EVP_PKEY *key;
};

bool pki_fingerprint(X509 *certificate, char ret[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	ret[0] = '\0';
	if (X509_digest(certificate, EVP_sha256(), digest, &n) != 1 || n != 32)
		return false;
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(ret + 2 * (size_t)i, 3, "%02x", digest[i]); /* always fits */
	return true;
}

bool pki_oin(X509 *certificate, char *ret, size_t room)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_serialNumber, -1);
	const ASN1_STRING *text;
	const unsigned char *digits;
	int n;

	if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_serialNumber, at) >= 0)
		return false;
	text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	digits = ASN1_STRING_get0_data(text);
	n = ASN1_STRING_length(text);
	if (n < 1 || (size_t)n >= room)
		return false;
	for (int i = 0; i < n; i++)
		if (digits[i] < '0' || digits[i] > '9')
			return false;
	memcpy(ret, digits, (size_t)n);
	ret[n] = '\0';
	return true;
}

void pki_subject(X509 *certificate, char *ret, size_t room)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n = 0;

	ret[0] = '\0';
	if (out == NULL)
		return;
	/* RFC 2253 escapes whatever is not plain ASCII, so the line is printable. */
	if (X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_get_mem_data(out, &text);
	if (n > 0)
		(void)snprintf(ret, room, "%.*s", (int)n, text); /* may shorten */
	BIO_free(out);
}

int64_t pki_time(const ASN1_TIME *t)
{
	int days, seconds;
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int64_t ret = 0;

	if (t != NULL && epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, t) == 1)
		ret = (int64_t)days * 86400 + seconds;
	ASN1_TIME_free(epoch);
	return ret;
}

/* Says what failed to which file, with OpenSSL's last reason when it has one. */
static int failed(struct buf *why, const char *what, const char *path, int error)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = e != 0 ? ERR_reason_error_string(e) : NULL;

	buf_addf(why, "%s%s%s: %s", what, path != NULL ? " " : "", path != NULL ? path : "",
		 reason != NULL ? reason : strerror(-error));
	ERR_clear_error();
	return error;
}

/* One of OpenSSL's objects as PEM. */
typedef int pem_writer(BIO *out, void *object);

static int pem_certificate(BIO *out, void *object)
{
	return PEM_write_bio_X509(out, object);
}

static int pem_key(BIO *out, void *object)
{
	return PEM_write_bio_PrivateKey(out, object, NULL, NULL, 0, NULL, NULL);
}

static int pem_crl(BIO *out, void *object)
{
	return PEM_write_bio_X509_CRL(out, object);
}

static int write_all(int fd, const char *bytes, size_t n)
{
	for (ssize_t w; n > 0; bytes += w, n -= (size_t)w) {
		w = write(fd, bytes, n);
		if (w < 0 && errno == EINTR)
			w = 0;
		if (w < 0)
			return -errno;
	}
	return 0;
}

/* The rename is on disk once the directory is. */
static int sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	int fd, r = 0;

	if (name == NULL)
		return -ENOMEM;
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		r = -errno;
	if (fd >= 0)
		(void)close(fd); /* nothing was written through it */
	free(name);
	return r;
}

static int replace_file(const char *path, mode_t mode, const char *bytes, size_t n)
{
	struct buf temporary = BUF_INIT;
	int fd = -1, r = 0;

	buf_addf(&temporary, "%s.new", path);
	if (temporary.failed) {
		buf_free(&temporary);
		return -ENOMEM;
	}
	(void)unlink(temporary.data); /* what a crash left; its mode may be another */
	fd = open(temporary.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		r = -errno;
	if (r == 0)
		r = write_all(fd, bytes, n);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (fd >= 0 && close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(temporary.data, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(temporary.data);
	buf_free(&temporary);
	return r < 0 ? r : sync_directory(path);
}

static int save(pem_writer *writer, void *object, const char *path, mode_t mode, struct buf *why)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;
	int r = -ENOMEM;

	if (out != NULL && writer(out, object) == 1 && (n = BIO_get_mem_data(out, &text)) > 0) {
		r = replace_file(path, mode, text, (size_t)n);
		OPENSSL_cleanse(text, (size_t)n); /* it may have been a key */
	}
	BIO_free(out);
	return r < 0 ? failed(why, "cannot write", path, r) : 0;
}

int pki_read(X509 **ret, const char *path, struct buf *why)
{
	BIO *in = BIO_new_file(path, "r");
	X509 *certificate = in != NULL ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;

	BIO_free(in);
	if (certificate == NULL)
		return failed(why, "cannot read a certificate from", path, -EINVAL);
	*ret = certificate;
	return 0;
}

static int read_key(EVP_PKEY **ret, const char *path, struct buf *why)
{
	static char none[] = ""; /* so that OpenSSL never asks the terminal */
	BIO *in = BIO_new_file(path, "r");

	*ret = in != NULL ? PEM_read_bio_PrivateKey(in, NULL, NULL, none) : NULL;
	BIO_free(in);
	return *ret != NULL ? 0 : failed(why, "cannot read a key from", path, -EINVAL);
}

/* 159 random bits: positive, and never the same twice. */
static bool set_serial(X509 *c)
{
	unsigned char bytes[20];
	BIGNUM *n;
	bool good;

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] = (bytes[0] & 0x7f) | 0x40;
	n = BN_bin2bn(bytes, sizeof bytes, NULL);
	good = n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(c)) != NULL;
	BN_free(n);
	return good;
}

static bool set_name(X509_NAME *name, const char *cn, const char *oin)
{
	return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
					  (const unsigned char *)cn, -1, -1, 0) == 1 &&
	       (oin == NULL ||
		X509_NAME_add_entry_by_NID(name, NID_serialNumber, MBSTRING_ASC,
					   (const unsigned char *)oin, -1, -1, 0) == 1);
}

static bool add_extension(X509 *c, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool good;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, c, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	good = extension != NULL && X509_add_ext(c, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

/*
 * A host or an address as the SAN's value.  Only letters, digits, dot, colon,
 * hyphen and star: the value has a syntax of its own and names come from a
 * command line.
 */
static bool san_add(struct buf *san, const char *name, size_t n)
{
	static const char hex[] = "0123456789.";
	bool address = n > 0;

	for (size_t i = 0; i < n; i++) {
		if (memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-*",
			   name[i], 66) == NULL)
			return false;
		address = address && memchr(hex, name[i], sizeof hex - 1) != NULL;
	}
	address = address || memchr(name, ':', n) != NULL;
	buf_addf(san, "%s%s:%.*s", san->len > 0 ? "," : "", address ? "IP" : "DNS", (int)n, name);
	return n > 0;
}

static bool add_san(X509 *c, const char *names)
{
	struct buf san = BUF_INIT;
	bool good = true;

	for (const char *end; good && *names != '\0'; names = end + (*end == ',')) {
		end = strchrnul(names, ',');
		good = san_add(&san, names, (size_t)(end - names));
	}
	good = good && san.len > 0 && !san.failed &&
	       add_extension(c, NULL, NID_subject_alt_name, san.data);
	buf_free(&san);
	return good;
}

/* A certificate with what all kinds share; the caller adds extensions and signs. */
static X509 *certificate_new(const char *cn, const char *oin, const X509_NAME *issuer,
			     EVP_PKEY *key, int64_t from, int64_t until)
{
	X509 *c = X509_new();

	if (c != NULL && X509_set_version(c, 2) == 1 && set_serial(c) &&
	    set_name(X509_get_subject_name(c), cn, oin) &&
	    X509_set_issuer_name(c, issuer != NULL ? issuer : X509_get_subject_name(c)) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(c), (time_t)from) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(c), (time_t)until) != NULL &&
	    X509_set_pubkey(c, key) == 1)
		return c;
	X509_free(c);
	return NULL;
}

static bool ca_sign(struct pki_ca *ca)
{
	X509 *c = ca->certificate;

	return add_extension(c, c, NID_basic_constraints, "critical,CA:TRUE") &&
	       add_extension(c, c, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	       add_extension(c, c, NID_subject_key_identifier, "hash") &&
	       X509_sign(c, ca->key, EVP_sha256()) > 0;
}

int pki_ca_make(struct pki_ca **ret, const char *name, int64_t from, int64_t until,
		const char *certificate, const char *key, struct buf *why)
{
	struct pki_ca *ca = calloc(1, sizeof *ca);
	int r = -EINVAL;

	if (ca == NULL)
		return failed(why, "certificate authority", NULL, -ENOMEM);
	ca->key = EVP_EC_gen("P-256");
	if (ca->key != NULL)
		ca->certificate = certificate_new(name, NULL, NULL, ca->key, from, until);
	if (ca->certificate == NULL || !ca_sign(ca))
		r = failed(why, "cannot make authority", name, -EINVAL);
	else
		r = save(pem_key, ca->key, key, 0600, why);
	if (r == 0) /* the key first: a certificate without its key is of no use */
		r = save(pem_certificate, ca->certificate, certificate, 0644, why);
	if (r < 0)
		pki_ca_free(&ca);
	else
		*ret = ca;
	return r;
}

int pki_ca_open(struct pki_ca **ret, const char *certificate, const char *key, struct buf *why)
{
	struct pki_ca *ca = calloc(1, sizeof *ca);
	int r;

	if (ca == NULL)
		return failed(why, "certificate authority", NULL, -ENOMEM);
	r = pki_read(&ca->certificate, certificate, why);
	if (r == 0)
		r = read_key(&ca->key, key, why);
	if (r == 0 && X509_check_private_key(ca->certificate, ca->key) != 1)
		r = failed(why, "the key does not belong to", certificate, -EINVAL);
	if (r < 0)
		pki_ca_free(&ca);
	else
		*ret = ca;
	return r;
}

void pki_ca_free(struct pki_ca **ca)
{
	if (*ca == NULL)
		return;
	X509_free((*ca)->certificate);
	EVP_PKEY_free((*ca)->key);
	free(*ca);
	*ca = NULL;
}

static bool leaf_sign(struct pki_ca *ca, X509 *c, const struct pki_request *q)
{
	const char *use = q->use == PKI_HUB ? "serverAuth" : "clientAuth";

	return add_extension(c, ca->certificate, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(c, ca->certificate, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(c, ca->certificate, NID_ext_key_usage, use) &&
	       add_extension(c, ca->certificate, NID_subject_key_identifier, "hash") &&
	       add_extension(c, ca->certificate, NID_authority_key_identifier, "keyid:always") &&
	       (q->san == NULL || add_san(c, q->san)) && X509_sign(c, ca->key, EVP_sha256()) > 0;
}

int pki_issue(struct pki_ca *ca, const struct pki_request *request, const char *certificate,
	      const char *key, struct buf *why)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	X509 *c = NULL;
	int r;

	if (pair != NULL)
		c = certificate_new(request->name, request->oin,
				    X509_get_subject_name(ca->certificate), pair, request->from,
				    request->until);
	if (c == NULL || !leaf_sign(ca, c, request))
		r = failed(why, "cannot make a certificate for", request->name, -EINVAL);
	else
		r = save(pem_key, pair, key, 0600, why);
	if (r == 0)
		r = save(pem_certificate, c, certificate, 0644, why);
	X509_free(c);
	EVP_PKEY_free(pair);
	return r;
}

/* Takes over what the list at path names; a list that is not there names nobody. */
static int crl_copy(X509_CRL *crl, const char *path, struct buf *why)
{
	BIO *in;
	X509_CRL *old;
	STACK_OF(X509_REVOKED) * entries;
	bool good = true;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	in = BIO_new_file(path, "r");
	old = in != NULL ? PEM_read_bio_X509_CRL(in, NULL, NULL, NULL) : NULL;
	BIO_free(in);
	if (old == NULL)
		return failed(why, "cannot read a revocation list from", path, -EINVAL);
	entries = X509_CRL_get_REVOKED(old);
	for (int i = 0; good && i < sk_X509_REVOKED_num(entries); i++) {
		X509_REVOKED *one = X509_REVOKED_dup(sk_X509_REVOKED_value(entries, i));

		good = one != NULL && X509_CRL_add0_revoked(crl, one) == 1;
		if (!good)
			X509_REVOKED_free(one);
	}
	X509_CRL_free(old);
	return good ? 0 : failed(why, "cannot copy", path, -ENOMEM);
}

static bool crl_add(X509_CRL *crl, X509 *c, int64_t when)
{
	X509_REVOKED *one = NULL;
	ASN1_TIME *t;
	bool good;

	if (X509_CRL_get0_by_serial(crl, &one, X509_get_serialNumber(c)) != 0)
		return true;
	one = X509_REVOKED_new();
	t = ASN1_TIME_set(NULL, (time_t)when);
	good = one != NULL && t != NULL &&
	       X509_REVOKED_set_serialNumber(one, X509_get_serialNumber(c)) == 1 &&
	       X509_REVOKED_set_revocationDate(one, t) == 1 && X509_CRL_add0_revoked(crl, one) == 1;
	if (!good)
		X509_REVOKED_free(one);
	ASN1_TIME_free(t);
	return good;
}

static int crl_revoke(struct pki_ca *ca, X509_CRL *crl, const char *path, int64_t when,
		      struct buf *why)
{
	X509 *c = NULL;
	int r = pki_read(&c, path, why);

	if (r == 0 && X509_verify(c, X509_get0_pubkey(ca->certificate)) != 1) {
		ERR_clear_error();
		r = failed(why, "not issued by this authority:", path, -EINVAL);
	}
	if (r == 0 && !crl_add(crl, c, when))
		r = failed(why, "cannot revoke", path, -ENOMEM);
	X509_free(c);
	return r;
}

static bool crl_sign(struct pki_ca *ca, X509_CRL *crl, int64_t from, int64_t until)
{
	ASN1_TIME *last = ASN1_TIME_set(NULL, (time_t)from);
	ASN1_TIME *next = ASN1_TIME_set(NULL, (time_t)until);
	bool good = last != NULL && next != NULL && X509_CRL_set_version(crl, 1) == 1 &&
		    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->certificate)) == 1 &&
		    X509_CRL_set1_lastUpdate(crl, last) == 1 &&
		    X509_CRL_set1_nextUpdate(crl, next) == 1 && X509_CRL_sort(crl) == 1 &&
		    X509_CRL_sign(crl, ca->key, EVP_sha256()) > 0;

	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
	return good;
}

int pki_crl(struct pki_ca *ca, const char *path, const char *revoked, int64_t from, int64_t until,
	    struct buf *why)
{
	X509_CRL *crl = X509_CRL_new();
	int r = crl != NULL ? crl_copy(crl, path, why) : -ENOMEM;

	if (r == 0 && revoked != NULL)
		r = crl_revoke(ca, crl, revoked, from, why);
	if (r == 0 && !crl_sign(ca, crl, from, until))
		r = failed(why, "cannot sign", path, -EINVAL);
	if (r == 0)
		r = save(pem_crl, crl, path, 0644, why);
	X509_CRL_free(crl);
	return r;
}
