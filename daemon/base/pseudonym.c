#include "base/pseudonym.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

static int write_all(int fd, const unsigned char *bytes, size_t n)
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
	return 0;
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

/* A new key in an open file of our own. */
static int fill(int fd)
{
	unsigned char key[PSEUDONYM_KEY];
	ssize_t got = getrandom(key, sizeof key, 0);
	int r = got == (ssize_t)sizeof key ? write_all(fd, key, sizeof key) : got < 0 ? -errno : -EIO;

	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	explicit_bzero(key, sizeof key);
	return r;
}

/*
 * The key is written whole under another name and then linked to its own: a
 * crash leaves no half key, and of two that make one at the same time the
 * second finds that of the first.
 */
static int make_key(const char *path)
{
	char *temporary = NULL;
	int fd, r;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	r = fd < 0 ? -errno : fill(fd);
	if (r == 0 && link(temporary, path) < 0 && errno != EEXIST)
		r = -errno;
	if (fd >= 0) {
		(void)unlink(temporary); /* left over it would only be untidy */
		if (close(fd) < 0 && r == 0)
			r = -errno;
	}
	if (r == 0)
		r = sync_folder(path);
	free(temporary);
	return r;
}

static int read_key(int fd, unsigned char *key)
{
	size_t have = 0;

	while (have < PSEUDONYM_KEY) {
		ssize_t got = read(fd, key + have, PSEUDONYM_KEY - have);

		if (got == 0 || (got < 0 && errno != EINTR))
			return got == 0 ? -EIO : -errno;
		if (got > 0)
			have += (size_t)got;
	}
	return 0;
}

/* Reads the key of a file that is what it should be; why says what it is not. */
static int check_and_read(struct pseudonym_key *ret, int fd, const char *path, struct buf *why)
{
	struct pseudonym_key k;
	struct stat s;
	int r;

	if (fstat(fd, &s) < 0)
		return -errno;
	if (!S_ISREG(s.st_mode) || s.st_size != PSEUDONYM_KEY) {
		buf_addf(why, "pseudonym key %s: expected a file of exactly %d bytes\n", path,
			 PSEUDONYM_KEY);
		return -EINVAL;
	}
	if ((s.st_mode & 077) != 0) {
		buf_addf(why, "pseudonym key %s: others may read it (mode %03o); expected 600\n", path,
			 (unsigned)s.st_mode & 0777);
		return -EPERM;
	}
	r = read_key(fd, k.bytes);
	if (r == 0)
		*ret = k;
	explicit_bzero(&k, sizeof k);
	return r;
}

/* Not blocking, so that a pipe in its place does not hold up the start. */
static int open_key(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int pseudonym_key_open(struct pseudonym_key *ret, const char *path, bool make, struct buf *why)
{
	size_t said = why->len;
	int fd = open_key(path), r = fd;

	if (fd == -ENOENT && make) {
		r = make_key(path);
		if (r == 0)
			r = fd = open_key(path);
	}
	if (r >= 0)
		r = check_and_read(ret, fd, path, why);
	if (fd >= 0)
		(void)close(fd); /* only read */
	if (r < 0 && why->len == said)
		buf_addf(why, "pseudonym key %s: %s\n", path, strerror(-r));
	return r;
}

int pseudonym_of(const struct pseudonym_key *k, const char *text,
		 unsigned char ret[PSEUDONYM_BYTES])
{
	unsigned char full[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (HMAC(EVP_sha256(), k->bytes, sizeof k->bytes, (const unsigned char *)text, strlen(text),
		 full, &n) == NULL ||
	    n < PSEUDONYM_BYTES)
		return -ENOMEM;
	memcpy(ret, full, PSEUDONYM_BYTES);
	return 0;
}
