#include "base/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define FILE_MOST 16384
#define NONCE 12
#define NONCE_AT 5

struct key {
	uint32_t id;
	day made;
	unsigned char bytes[KEYRING_KEY];
};

struct keyring {
	atomic_uint references;
	char *path;
	EVP_CIPHER *cipher;
	pthread_rwlock_t lock;	       /* guards what follows */
	struct key keys[KEYRING_MOST]; /* by number */
	size_t n;
};

/* ---- text ---- */

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool read_hex(const char *text, unsigned char *ret)
{
	for (size_t i = 0; i < KEYRING_KEY; i++) {
		int high = digit(text[2 * i]), low = high < 0 ? -1 : digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		ret[i] = (unsigned char)(high << 4 | low);
	}
	return text[2 * KEYRING_KEY] == '\0';
}

/* "1 2026-11-22 0011…": the line is written in. */
static bool read_line(char *line, struct key *ret)
{
	char *end, *made, *hex;
	unsigned long long id;

	if (line[0] < '1' || line[0] > '9')
		return false;
	id = strtoull(line, &end, 10);
	if (id > UINT32_MAX || *end != ' ')
		return false;
	made = end + 1;
	hex = strchr(made, ' ');
	if (hex == NULL)
		return false;
	*hex++ = '\0';
	ret->id = (uint32_t)id;
	return day_parse(made, &ret->made) && read_hex(hex, ret->bytes);
}

/* Numbers only count up, so a key that stands twice or out of order is a mistake. */
static int read_keys(struct keyring *k, char *text, struct buf *why)
{
	unsigned number = 0;

	for (char *line = text, *next; *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next == NULL)
			next = line + strlen(line);
		else
			*next++ = '\0';
		number++;
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (k->n == KEYRING_MOST || !read_line(line, &k->keys[k->n]) ||
		    (k->n > 0 && k->keys[k->n].id <= k->keys[k->n - 1].id)) {
			buf_addf(why,
				 "body keys %s:%u: expected number, day and 64 hexadecimal digits, "
				 "numbers rising, at most %d keys\n",
				 k->path, number, KEYRING_MOST);
			return -EINVAL;
		}
		k->n++;
	}
	if (k->n == 0)
		buf_addf(why, "body keys %s: holds no key\n", k->path);
	return k->n == 0 ? -EINVAL : 0;
}

/* All keys but `without` (0: all) as the file has them; wiped by the caller. */
static size_t write_text(const struct keyring *k, uint32_t without, char *text, size_t room)
{
	size_t n = (size_t)snprintf(
		text, room,
		"# Keys of the stored messages: number, day, key.  Keep this file with the\n"
		"# backups of the store, and read by nobody else: see ijwd.yaml(5).\n");

	for (size_t i = 0; i < k->n; i++) {
		char made[11];

		if (k->keys[i].id == without)
			continue;
		day_text(k->keys[i].made, made);
		n += (size_t)snprintf(text + n, room - n, "%u %s ", k->keys[i].id, made);
		for (size_t j = 0; j < KEYRING_KEY; j++)
			n += (size_t)snprintf(text + n, room - n, "%02x", k->keys[i].bytes[j]);
		n += (size_t)snprintf(text + n, room - n, "\n");
	}
	return n;
}

/* ---- the file ---- */

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
		}
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* Makes the name of a new file as durable as its content. */
static int sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd, r;

	if (copy == NULL)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 || fsync(fd) < 0 ? -errno : 0;
	if (fd >= 0)
		(void)close(fd); /* nothing was written through it */
	free(copy);
	return r;
}

/*
 * Written whole under another name and then moved to its own: a crash leaves
 * the old file or the new one.  A first file is linked instead, so that of two
 * who make one at the same time the second finds that of the first.
 */
static int replace_file(const struct keyring *k, uint32_t without, bool first)
{
	char text[FILE_MOST], *temporary = NULL;
	size_t n = write_text(k, without, text, sizeof text);
	int fd, r;

	if (asprintf(&temporary, "%s.XXXXXX", k->path) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	r = fd < 0 ? -errno : write_all(fd, text, n);
	explicit_bzero(text, sizeof text);
	if (r == 0 && (first ? link(temporary, k->path) : rename(temporary, k->path)) < 0 &&
	    !(first && errno == EEXIST))
		r = -errno;
	if (fd >= 0) {
		if (r < 0 || first)
			(void)unlink(temporary); /* left over it would only be untidy */
		if (close(fd) < 0 && r == 0)
			r = -errno;
	}
	if (r == 0)
		r = sync_folder(k->path);
	free(temporary);
	return r;
}

static int read_text(int fd, char *text)
{
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, text + n, FILE_MOST - 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		n += (size_t)got;
		if (got == 0 || n == FILE_MOST - 1)
			break;
	}
	text[n] = '\0';
	return n == FILE_MOST - 1 ? -EFBIG : strlen(text) < n ? -EINVAL : 0;
}

/* Reads the keys of a file that is what it should be; why says what it is not. */
static int check_and_read(struct keyring *k, int fd, struct buf *why)
{
	char text[FILE_MOST];
	struct stat s;
	int r;

	if (fstat(fd, &s) < 0)
		return -errno;
	if (!S_ISREG(s.st_mode)) {
		buf_addf(why, "body keys %s: expected a file\n", k->path);
		return -EINVAL;
	}
	if ((s.st_mode & 077) != 0) {
		buf_addf(why, "body keys %s: others may read it (mode %03o); expected 600\n",
			 k->path, (unsigned)s.st_mode & 0777);
		return -EPERM;
	}
	r = read_text(fd, text);
	if (r == 0)
		r = read_keys(k, text, why);
	explicit_bzero(text, sizeof text);
	return r;
}

/* Not blocking, so that a pipe in its place does not hold up the start. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* A key of the system's random generator, behind those there are. */
static int new_key(struct keyring *k, uint32_t id, day today)
{
	struct key *fresh = &k->keys[k->n];
	ssize_t got = getrandom(fresh->bytes, sizeof fresh->bytes, 0);

	if (got != (ssize_t)sizeof fresh->bytes)
		return got < 0 ? -errno : -EIO;
	fresh->id = id;
	fresh->made = today;
	k->n++;
	return 0;
}

static int make_file(struct keyring *k, day today)
{
	int r = new_key(k, 1, today);

	if (r == 0)
		r = replace_file(k, 0, true);
	explicit_bzero(k->keys, sizeof k->keys); /* what the file holds now is read */
	k->n = 0;
	return r;
}

/* ---- opening, sharing ---- */

static int open_and_read(struct keyring *k, bool make, day today, struct buf *why)
{
	int fd = open_file(k->path), r = fd;

	if (fd == -ENOENT && make) {
		r = make_file(k, today);
		if (r == 0)
			r = fd = open_file(k->path);
	}
	if (r >= 0)
		r = check_and_read(k, fd, why);
	if (fd >= 0)
		(void)close(fd); /* only read */
	return r;
}

int keyring_open(struct keyring **ret, const char *path, bool make, day today, struct buf *why)
{
	struct keyring *k = calloc(1, sizeof *k);
	size_t said = why->len;
	int r;

	if (k == NULL)
		return -ENOMEM;
	atomic_init(&k->references, 1);
	(void)pthread_rwlock_init(&k->lock, NULL); /* cannot fail with default attributes */
	k->path = strdup(path);
	k->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	r = k->path == NULL || k->cipher == NULL ? -ENOMEM : open_and_read(k, make, today, why);
	if (r < 0 && why->len == said)
		buf_addf(why, "body keys %s: %s\n", path, strerror(-r));
	if (r < 0)
		keyring_drop(&k);
	else
		*ret = k;
	return r < 0 ? r : 0;
}

struct keyring *keyring_hold(struct keyring *k)
{
	if (k != NULL)
		atomic_fetch_add(&k->references, 1);
	return k;
}

void keyring_drop(struct keyring **kk)
{
	struct keyring *k = *kk;

	*kk = NULL;
	if (k == NULL || atomic_fetch_sub(&k->references, 1) > 1)
		return;
	explicit_bzero(k->keys, sizeof k->keys);
	EVP_CIPHER_free(k->cipher);
	pthread_rwlock_destroy(&k->lock);
	free(k->path);
	free(k);
}

/* ---- which keys there are ---- */

uint32_t keyring_newest(struct keyring *k)
{
	uint32_t id;

	(void)pthread_rwlock_rdlock(&k->lock); /* cannot fail: few readers, never nested */
	id = k->keys[k->n - 1].id;
	(void)pthread_rwlock_unlock(&k->lock);
	return id;
}

/* The key of a number, or NULL; the lock is held. */
static const struct key *find(const struct keyring *k, uint32_t id)
{
	for (size_t i = k->n; i > 0; i--)
		if (k->keys[i - 1].id == id)
			return &k->keys[i - 1];
	return NULL;
}

bool keyring_has(struct keyring *k, uint32_t id)
{
	bool has;

	(void)pthread_rwlock_rdlock(&k->lock);
	has = find(k, id) != NULL;
	(void)pthread_rwlock_unlock(&k->lock);
	return has;
}

size_t keyring_rows(struct keyring *k, struct keyring_row *rows, size_t most)
{
	size_t n;

	(void)pthread_rwlock_rdlock(&k->lock);
	n = k->n;
	for (size_t i = 0; i < n && i < most; i++)
		rows[i] = (struct keyring_row){k->keys[i].id, k->keys[i].made};
	(void)pthread_rwlock_unlock(&k->lock);
	return n;
}

static int refuse(const struct keyring *k, int r, struct buf *why)
{
	buf_addf(why, "body keys %s: cannot be written (%s)", k->path, strerror(-r));
	if (r == -EROFS || r == -EACCES || r == -EPERM)
		buf_adds(why, "; a file that the hub may only read is changed where it comes from, "
			      "then a restart");
	buf_adds(why, "\n");
	return r;
}

int keyring_add(struct keyring *k, day today, uint32_t *ret, struct buf *why)
{
	int r;

	(void)pthread_rwlock_wrlock(&k->lock);
	r = k->n == KEYRING_MOST || k->keys[k->n - 1].id == UINT32_MAX
		    ? -ENOSPC
		    : new_key(k, k->keys[k->n - 1].id + 1, today);
	if (r == 0) {
		r = replace_file(k, 0, false);
		if (r < 0)
			explicit_bzero(&k->keys[--k->n], sizeof *k->keys);
		else
			*ret = k->keys[k->n - 1].id;
	}
	(void)pthread_rwlock_unlock(&k->lock);
	return r < 0 ? refuse(k, r, why) : 0;
}

int keyring_remove(struct keyring *k, uint32_t id, struct buf *why)
{
	size_t at = 0;
	int r = -EBUSY;

	(void)pthread_rwlock_wrlock(&k->lock);
	while (at < k->n && k->keys[at].id != id)
		at++;
	if (at + 1 < k->n) {
		r = replace_file(k, id, false);
		if (r == 0) {
			memmove(&k->keys[at], &k->keys[at + 1], (k->n - at - 1) * sizeof *k->keys);
			explicit_bzero(&k->keys[--k->n], sizeof *k->keys);
		}
	} else if (at == k->n) {
		r = -ENOENT;
	}
	(void)pthread_rwlock_unlock(&k->lock);
	return r < 0 ? refuse(k, r, why) : 0;
}

/* ---- sealing ---- */

static int key_of(struct keyring *k, uint32_t id, struct key *ret)
{
	const struct key *key;

	(void)pthread_rwlock_rdlock(&k->lock);
	key = id == 0 ? &k->keys[k->n - 1] : find(k, id);
	if (key != NULL)
		*ret = *key;
	(void)pthread_rwlock_unlock(&k->lock);
	return key == NULL ? -ENOKEY : 0;
}

/* Version and number are bound too: what was sealed says truly with which key. */
static bool bind(EVP_CIPHER_CTX *c, const unsigned char *head, const void *aad, size_t aad_size)
{
	int n;

	return EVP_CipherUpdate(c, NULL, &n, head, NONCE_AT) == 1 &&
	       EVP_CipherUpdate(c, NULL, &n, aad, (int)aad_size) == 1;
}

int keyring_seal(struct keyring *k, const void *aad, size_t aad_size, const void *data, size_t size,
		 unsigned char *ret)
{
	EVP_CIPHER_CTX *c;
	struct key key;
	int n, r = size > INT32_MAX ? -EFBIG : key_of(k, 0, &key);

	if (r < 0)
		return r;
	c = EVP_CIPHER_CTX_new();
	ret[0] = SEAL_VERSION;
	for (int i = 0; i < 4; i++)
		ret[1 + i] = (unsigned char)(key.id >> (24 - 8 * i));
	if (c == NULL || RAND_bytes(ret + NONCE_AT, NONCE) != 1 ||
	    EVP_EncryptInit_ex2(c, k->cipher, key.bytes, ret + NONCE_AT, NULL) != 1 ||
	    !bind(c, ret, aad, aad_size) ||
	    EVP_EncryptUpdate(c, ret + SEAL_HEAD, &n, data, (int)size) != 1 ||
	    EVP_EncryptFinal_ex(c, ret + SEAL_HEAD + size, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG, ret + SEAL_HEAD + size) != 1)
		r = -ENOMEM;
	EVP_CIPHER_CTX_free(c);
	explicit_bzero(&key, sizeof key);
	return r;
}

uint32_t seal_key(const void *data, size_t size)
{
	const unsigned char *p = data;

	if (size < SEAL_HEAD + SEAL_TAG || p[0] != SEAL_VERSION)
		return 0;
	return (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
}

static int unseal(struct keyring *k, const struct key *key, const void *aad, size_t aad_size,
		  const unsigned char *p, size_t size, unsigned char *ret)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned char tag[SEAL_TAG];
	int n, r = c == NULL ? -ENOMEM : 0;

	memcpy(tag, p + SEAL_HEAD + size, SEAL_TAG);
	if (r == 0 && (EVP_DecryptInit_ex2(c, k->cipher, key->bytes, p + NONCE_AT, NULL) != 1 ||
		       !bind(c, p, aad, aad_size) ||
		       EVP_DecryptUpdate(c, ret, &n, p + SEAL_HEAD, (int)size) != 1 ||
		       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG, tag) != 1))
		r = -ENOMEM;
	if (r == 0 && EVP_DecryptFinal_ex(c, ret + size, &n) != 1)
		r = -EBADMSG;
	EVP_CIPHER_CTX_free(c);
	return r;
}

int keyring_unseal(struct keyring *k, const void *aad, size_t aad_size, const void *data,
		   size_t size, unsigned char *ret)
{
	uint32_t id = seal_key(data, size);
	struct key key;
	int r = id == 0 || size > INT32_MAX ? -EBADMSG : key_of(k, id, &key);

	if (r < 0)
		return r;
	r = unseal(k, &key, aad, aad_size, data, size - SEAL_HEAD - SEAL_TAG, ret);
	explicit_bzero(&key, sizeof key);
	return r;
}
