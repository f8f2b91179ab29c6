#include "session.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/banned.h"

#define ID_BYTES 32

struct session {
	unsigned char hash[32];
	unsigned char stamp[SESSION_STAMP];
	char user[33]; /* "": this place is free */
	int64_t opened, used;
};

struct sessions {
	struct sessions_opts o;
	pthread_mutex_t lock;
	struct session list[SESSIONS_MOST];
};

static void hex(const unsigned char *bytes, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

static bool digest(const char *label, const char *text, unsigned char ret[32])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 &&
		  EVP_DigestUpdate(c, label, strlen(label)) == 1 &&
		  EVP_DigestUpdate(c, text, strlen(text)) == 1 &&
		  EVP_DigestFinal_ex(c, ret, NULL) == 1;

	EVP_MD_CTX_free(c);
	return ok;
}

struct sessions *sessions_new(const struct sessions_opts *o)
{
	struct sessions *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->o = *o;
	(void)pthread_mutex_init(&s->lock, NULL); /* cannot fail with default attributes */
	return s;
}

void sessions_free(struct sessions **s)
{
	if (*s == NULL)
		return;
	(void)pthread_mutex_destroy(&(*s)->lock);
	OPENSSL_cleanse(*s, sizeof **s);
	free(*s);
	*s = NULL;
}

static bool alive(const struct sessions *s, const struct session *e, int64_t now)
{
	return e->user[0] != '\0' && now - e->used < s->o.idle_us && now - e->opened < s->o.most_us;
}

static void end(struct session *e)
{
	OPENSSL_cleanse(e, sizeof *e);
}

/* A free place; a user who has too many loses the one that was used longest ago.  The lock is held.
 */
static struct session *place(struct sessions *s, const char *user, int64_t now)
{
	struct session *free_one = NULL, *oldest = NULL;
	size_t mine = 0;

	for (size_t i = 0; i < SESSIONS_MOST; i++) {
		struct session *e = &s->list[i];

		if (!alive(s, e, now)) {
			end(e);
			free_one = e;
		} else if (strcmp(e->user, user) == 0) {
			mine++;
			if (oldest == NULL || e->used < oldest->used)
				oldest = e;
		}
	}
	return mine >= SESSIONS_USER ? oldest : free_one;
}

bool sessions_open(struct sessions *s, const char *user, const unsigned char stamp[SESSION_STAMP],
		   int64_t now, char cookie[SESSION_TEXT])
{
	unsigned char id[ID_BYTES];
	struct session *e;
	bool ok =
		strlen(user) < sizeof e->user && getrandom(id, sizeof id, 0) == (ssize_t)sizeof id;

	if (!ok)
		return false;
	hex(id, sizeof id, cookie);
	OPENSSL_cleanse(id, sizeof id);
	(void)pthread_mutex_lock(&s->lock);
	e = place(s, user, now);
	ok = e != NULL && digest("session:", cookie, e->hash);
	if (ok) {
		(void)snprintf(e->user, sizeof e->user, "%s", user);
		memcpy(e->stamp, stamp, SESSION_STAMP);
		e->opened = e->used = now;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return ok;
}

/* The lock is held. */
static struct session *find(struct sessions *s, const char *cookie, int64_t now)
{
	unsigned char hash[32];

	if (strlen(cookie) != SESSION_TEXT - 1 || !digest("session:", cookie, hash))
		return NULL;
	for (size_t i = 0; i < SESSIONS_MOST; i++)
		if (alive(s, &s->list[i], now) &&
		    CRYPTO_memcmp(s->list[i].hash, hash, sizeof hash) == 0)
			return &s->list[i];
	return NULL;
}

bool sessions_find(struct sessions *s, const char *cookie, int64_t now, bool touch, char user[33],
		   unsigned char stamp[SESSION_STAMP])
{
	struct session *e;

	(void)pthread_mutex_lock(&s->lock);
	e = find(s, cookie, now);
	if (e != NULL) {
		memcpy(user, e->user, sizeof e->user);
		memcpy(stamp, e->stamp, SESSION_STAMP);
		if (touch)
			e->used = now;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return e != NULL;
}

void sessions_close(struct sessions *s, const char *cookie)
{
	struct session *e;

	(void)pthread_mutex_lock(&s->lock);
	e = find(s, cookie, INT64_MIN / 2);
	if (e != NULL)
		end(e);
	(void)pthread_mutex_unlock(&s->lock);
}

size_t sessions_count(struct sessions *s, int64_t now)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < SESSIONS_MOST; i++)
		n += alive(s, &s->list[i], now);
	(void)pthread_mutex_unlock(&s->lock);
	return n;
}

void session_csrf(const char *cookie, char token[SESSION_TEXT])
{
	unsigned char hash[32];

	token[0] = '\0';
	if (digest("csrf:", cookie, hash))
		hex(hash, sizeof hash, token);
}

bool session_csrf_right(const char *cookie, const char *token)
{
	char right[SESSION_TEXT];

	session_csrf(cookie, right);
	return right[0] != '\0' && token != NULL && strlen(token) == SESSION_TEXT - 1 &&
	       CRYPTO_memcmp(right, token, SESSION_TEXT - 1) == 0;
}

bool session_stamp(unsigned char stamp[SESSION_STAMP], ...)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	const char *text;
	va_list ap;
	bool ok = c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1;

	va_start(ap, stamp);
	while ((text = va_arg(ap, const char *)) != NULL)
		ok = ok && EVP_DigestUpdate(c, text, strlen(text) + 1) == 1;
	va_end(ap);
	ok = ok && EVP_DigestFinal_ex(c, stamp, NULL) == 1;
	EVP_MD_CTX_free(c);
	return ok;
}
