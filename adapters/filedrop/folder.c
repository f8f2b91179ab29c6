#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define LONGEST 220 /* of 255, so that suffixes fit behind it */

static const char *const names[N_PLACES] = {
	[UIT] = "uit",
	[VERZONDEN] = "verzonden",
	[GEWEIGERD] = "geweigerd",
	[IN] = "in",
	[SIGNALEN] = "signalen",
	[STATE] = ".ijw",
	[BINNEN] = ".ijw/binnen",
	[MOVES] = ".ijw/verplaatsen",
};

const char *folder_name(enum place p)
{
	return names[p];
}

static int open_place(int root, const char *name)
{
	int fd;

	if (mkdirat(root, name, name[0] == '.' ? 0700 : 0770) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Moving between places must be a rename, and a rename does not cross file systems. */
static int check_same_device(const struct folder *f)
{
	struct stat root, st;

	if (fstat(f->root, &root) < 0)
		return -errno;
	for (int i = 0; i < N_PLACES; i++) {
		if (fstat(f->at[i], &st) < 0)
			return -errno;
		if (st.st_dev != root.st_dev)
			return -EXDEV;
	}
	return 0;
}

/* Half-written files of a process that was killed; in uit/ and in/ such names are others'. */
static void sweep(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (d == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return; /* they only take room */
	}
	while ((e = readdir(d)) != NULL) {
		size_t n = strlen(e->d_name);

		if (e->d_name[0] == '.' && n > 5 && strcmp(e->d_name + n - 4, ".tmp") == 0)
			(void)unlinkat(dir, e->d_name, 0);
	}
	(void)closedir(d);
}

int folder_open(struct folder *f, const char *path, struct buf *why)
{
	int r = 0;

	memset(f, -1, sizeof *f);
	f->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->root < 0)
		r = -errno;
	for (int i = 0; i < N_PLACES && r == 0; i++) {
		f->at[i] = open_place(f->root, names[i]);
		if (f->at[i] < 0)
			r = f->at[i];
	}
	if (r == 0)
		r = check_same_device(f);
	if (r == 0 && (fsync(f->root) < 0 || fsync(f->at[STATE]) < 0))
		r = -errno;
	if (r == 0 && flock(f->at[STATE], LOCK_EX | LOCK_NB) < 0)
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	for (int i = 0; i < N_PLACES && r == 0; i++)
		if (i != UIT && i != IN)
			sweep(f->at[i]);
	if (r < 0)
		buf_addf(why, "folder %s: %s", path,
			 r == -EBUSY   ? "another ijw-filedrop works here"
			 : r == -EXDEV ? "all of its folders must be on one file system"
				       : strerrordesc_np(-r));
	return r;
}

void folder_close(struct folder *f)
{
	for (int i = 0; i < N_PLACES; i++)
		if (f->at[i] >= 0)
			(void)close(f->at[i]);
	if (f->root >= 0)
		(void)close(f->root);
	memset(f, -1, sizeof *f);
}

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, bytes, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return w < 0 ? -errno : -EIO;
		bytes += w, n -= (size_t)w;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int folder_write(int dir, const char *name, const void *bytes, size_t n)
{
	char temporary[300];
	int fd, r;

	(void)snprintf(temporary, sizeof temporary, ".%s.tmp", name);
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0660);
	if (fd < 0)
		return -errno;
	r = write_all(fd, bytes, n);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && renameat(dir, temporary, dir, name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir, temporary, 0); /* half a file is worth nothing */
	else if (fsync(dir) < 0)
		r = -errno;
	return r;
}

int folder_read(int dir, const char *name, size_t most, struct buf *ret)
{
	char chunk[16384];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	while (r == 0 && n != 0) {
		n = read(fd, chunk, sizeof chunk);
		if (n < 0)
			r = errno == EINTR ? 0 : -errno;
		else if (ret->len + (size_t)n > most)
			r = -EFBIG;
		else
			buf_add(ret, chunk, (size_t)n);
	}
	(void)close(fd);
	return r == 0 && ret->failed ? -ENOMEM : r;
}

static bool taken(int dir, const char *name)
{
	static const char *const tails[] = {"", ".rapport.txt", ".rapport.json"};
	char whole[300];
	struct stat st;

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(whole, sizeof whole, "%s%s", name, tails[i]);
		if (fstatat(dir, whole, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
			return true;
	}
	return false;
}

int folder_free_name(int dir, const char *name, char *ret)
{
	const char *dot = strrchr(name, '.');
	const char *tail = dot == NULL || strlen(dot) > 16 ? "" : dot;
	size_t stem = strlen(name) - strlen(tail);

	if (stem > LONGEST - 16)
		stem = LONGEST - 16;
	(void)snprintf(ret, 256, "%.*s%s", (int)stem, name, tail);
	for (unsigned i = 2; taken(dir, ret); i++) {
		if (i > 100000)
			return -EEXIST;
		(void)snprintf(ret, 256, "%.*s-%u%s", (int)stem, name, i, tail);
	}
	return 0;
}

int folder_move(int from, const char *name, int to, const char *new_name)
{
	if (renameat2(from, name, to, new_name, RENAME_NOREPLACE) < 0) {
		if (errno != EINVAL)
			return -errno;
		/* A file system without RENAME_NOREPLACE: a link never replaces either. */
		if (linkat(from, name, to, new_name, 0) < 0 || unlinkat(from, name, 0) < 0)
			return -errno;
	}
	return fsync(to) < 0 || fsync(from) < 0 ? -errno : 0;
}

int folder_each(int dir, void (*each)(void *arg, const char *name), void *arg)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (d == NULL) {
		int r = -errno;

		if (fd >= 0)
			(void)close(fd);
		return r;
	}
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			each(arg, e->d_name);
	(void)closedir(d);
	return 0;
}
