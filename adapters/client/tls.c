#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/banned.h"

#define READ_AHEAD (64 * 1024 + 1024)

static int no_password(char *buf, int size, int rwflag, void *arg)
{
	(void)buf, (void)size, (void)rwflag, (void)arg;
	return -1; /* a daemon must not stop at a prompt on some terminal */
}

static bool load_crl(SSL_CTX *ctx, const char *file)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);

	return X509_STORE_load_file(store, file) == 1 &&
	       X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK) == 1;
}

/* The name of the first thing that OpenSSL does not take, or NULL. */
static const char *fill_context(SSL_CTX *ctx, const struct ijw_tls_files *f)
{
	SSL_CTX_set_default_passwd_cb(ctx, no_password);
	SSL_CTX_set_options(ctx,
			    SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_default_read_buffer_len(ctx, READ_AHEAD);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
		return "TLS settings";
	if (SSL_CTX_use_certificate_chain_file(ctx, f->certificate) != 1)
		return "certificate file";
	if (SSL_CTX_use_PrivateKey_file(ctx, f->key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return "key file";
	if (SSL_CTX_load_verify_file(ctx, f->ca) != 1)
		return "CA file";
	if (f->crl != NULL && !load_crl(ctx, f->crl))
		return "CRL file";
	return NULL;
}

int ijw_tls_context(const struct ijw_tls_files *files, SSL_CTX **ret, char *why, size_t room)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	const char *what = ctx == NULL ? "TLS library" : NULL, *reason;
	unsigned long e;

	ERR_clear_error();
	if (what == NULL)
		what = fill_context(ctx, files);
	if (what == NULL) {
		*ret = ctx;
		return 0;
	}
	e = ERR_peek_error();
	reason = ERR_SYSTEM_ERROR(e) ? strerrordesc_np(ERR_GET_REASON(e))
				     : ERR_reason_error_string(e);
	(void)snprintf(why, room, "the %s cannot be used: %s", what,
		       reason == NULL ? "unknown reason" : reason);
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return -EKEYREJECTED;
}

/* An address is looked for among the certificate's addresses, a name among its names. */
static bool expect_name(SSL *ssl, const char *name)
{
	unsigned char address[16];

	if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set_tlsext_host_name(ssl, name) == 1 && SSL_set1_host(ssl, name) == 1;
}

int ijw_tls_start(struct ijw_tls *t, SSL_CTX *ctx, int fd, const char *name)
{
	memset(t, 0, sizeof *t);
	t->ssl = SSL_new(ctx);
	if (t->ssl == NULL)
		return -ENOMEM;
	if (SSL_set_fd(t->ssl, fd) != 1 || !expect_name(t->ssl, name)) {
		ijw_tls_end(t);
		return -EINVAL;
	}
	SSL_set_connect_state(t->ssl);
	return 0;
}

/* Alerts by which a hub says that this certificate will not do. */
static bool is_refusal(int reason)
{
	static const int alerts[] = {
		SSL_AD_BAD_CERTIFICATE,	    SSL_AD_UNSUPPORTED_CERTIFICATE,
		SSL_AD_CERTIFICATE_REVOKED, SSL_AD_CERTIFICATE_EXPIRED,
		SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA,
		SSL_AD_ACCESS_DENIED,	    SSL_AD_HANDSHAKE_FAILURE,
		SSL_AD_PROTOCOL_VERSION,    TLS13_AD_CERTIFICATE_REQUIRED,
	};

	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
		if (reason == SSL_AD_REASON_OFFSET + alerts[i])
			return true;
	return false;
}

/* Puts the cause into words: our check of the hub, the hub's alert, or the network. */
static int fail(struct ijw_tls *t, int error, int saved_errno)
{
	long verify = SSL_get_verify_result(t->ssl);
	unsigned long e = ERR_peek_error();
	const char *reason = ERR_reason_error_string(e);

	if (verify != X509_V_OK) {
		t->lasting = true;
		(void)snprintf(t->why, sizeof t->why, "the hub's certificate is not trusted: %s",
			       X509_verify_cert_error_string(verify));
	} else if (error == SSL_ERROR_SSL && ERR_GET_REASON(e) >= SSL_AD_REASON_OFFSET) {
		t->lasting = is_refusal(ERR_GET_REASON(e));
		(void)snprintf(t->why, sizeof t->why, "the hub refused by TLS alert: %s",
			       reason == NULL ? "unknown" : reason);
	} else if (error == SSL_ERROR_ZERO_RETURN ||
		   (error == SSL_ERROR_SYSCALL && saved_errno == 0)) {
		(void)snprintf(t->why, sizeof t->why, "the hub closed the connection");
	} else if (error == SSL_ERROR_SYSCALL) {
		(void)snprintf(t->why, sizeof t->why, "the connection broke: %s",
			       strerrordesc_np(saved_errno));
	} else {
		(void)snprintf(t->why, sizeof t->why, "TLS failed: %s",
			       reason == NULL ? "unknown" : reason);
	}
	ERR_clear_error();
	return -ECONNRESET;
}

static int result(struct ijw_tls *t, int r)
{
	int saved = errno, error;

	if (r > 0)
		return r;
	error = SSL_get_error(t->ssl, r);
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		t->wants = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
		return 0;
	}
	return fail(t, error, saved);
}

int ijw_tls_handshake(struct ijw_tls *t)
{
	ERR_clear_error();
	errno = 0;
	return result(t, SSL_do_handshake(t->ssl));
}

int ijw_tls_read(struct ijw_tls *t, void *bytes, size_t room)
{
	ERR_clear_error();
	errno = 0;
	return result(t, SSL_read(t->ssl, bytes, room > INT_MAX ? INT_MAX : (int)room));
}

/* A refused certificate shows as a broken pipe here while the alert still waits to be read. */
int ijw_tls_write(struct ijw_tls *t, const void *bytes, size_t n)
{
	char byte;
	int r;

	ERR_clear_error();
	errno = 0;
	r = result(t, SSL_write(t->ssl, bytes, n > INT_MAX ? INT_MAX : (int)n));
	if (r >= 0 || t->lasting)
		return r;
	ERR_clear_error();
	errno = 0;
	if (SSL_read(t->ssl, &byte, 1) <= 0 &&
	    ERR_GET_REASON(ERR_peek_error()) >= SSL_AD_REASON_OFFSET)
		(void)fail(t, SSL_ERROR_SSL, 0);
	ERR_clear_error();
	return r;
}

void ijw_tls_end(struct ijw_tls *t)
{
	if (t->ssl == NULL)
		return;
	ERR_clear_error();
	if (SSL_is_init_finished(t->ssl))
		(void)SSL_shutdown(t->ssl); /* one alert, if the socket takes it */
	ERR_clear_error();
	SSL_free(t->ssl);
	t->ssl = NULL;
}
