#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/protocol.h"

#include "base/banned.h"

#define MAGIC "IJWJRNL1"
#define START 8
#define HEAD 12
#define COMPACT_AT (4 * 1024 * 1024)
#define CHUNK (64 * 1024)

enum kind { KIND_SEND = 1, KIND_SETTLED, KIND_PARKED };

struct ijw_journal {
	pthread_mutex_t lock;
	pthread_cond_t synced_more;
	int fd;
	char *path;
	bool broken, syncing;
	int64_t end;		  /* where the next record goes */
	int64_t live;		  /* bytes of unsettled records */
	uint64_t written, synced; /* tickets */
	struct ijw_record first;  /* ring of unsettled records */
};

/* --- records --- */

static uint32_t crc_table[256];
static pthread_once_t crc_once = PTHREAD_ONCE_INIT;

static void crc_make(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
		crc_table[i] = c;
	}
}

static uint32_t crc(uint32_t c, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	c = ~c;
	while (n-- > 0)
		c = crc_table[(c ^ *p++) & 0xff] ^ c >> 8;
	return ~c;
}

static void put32(unsigned char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(n >> 8 * i);
}

static uint32_t get32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int64_t record_length(const struct ijw_record *r)
{
	return HEAD + (int64_t)strlen(r->reference) + r->size;
}

static int write_at(int fd, int64_t at, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t w = pwrite(fd, p, n, at);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return w < 0 ? -errno : -EIO;
		p += w, at += w, n -= (size_t)w;
	}
	return 0;
}

static int read_at(int fd, int64_t at, void *bytes, size_t n)
{
	char *p = bytes;

	while (n > 0) {
		ssize_t r = pread(fd, p, n, at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? -errno : -ENODATA;
		p += r, at += r, n -= (size_t)r;
	}
	return 0;
}

/* Writes one record at the end; a record that did not fit leaves nothing. */
static int append(struct ijw_journal *j, enum kind kind, const char *reference, const void *message,
		  uint32_t size)
{
	unsigned char head[HEAD + 64] = {0};
	size_t n = strlen(reference);
	int r;

	head[4] = (unsigned char)kind;
	head[5] = (unsigned char)n;
	put32(head + 8, size);
	memcpy(head + HEAD, reference, n);
	put32(head, crc(crc(0, head + 4, HEAD - 4 + n), message, size));
	r = write_at(j->fd, j->end, head, HEAD + n);
	if (r == 0 && size > 0)
		r = write_at(j->fd, j->end + HEAD + (int64_t)n, message, size);
	if (r < 0) {
		if (ftruncate(j->fd, j->end) < 0)
			j->broken = true; /* what follows would stand behind a torn record */
		return r;
	}
	j->end += HEAD + (int64_t)n + size;
	j->written++;
	return 0;
}

static void link_record(struct ijw_journal *j, struct ijw_record *r)
{
	r->prev = j->first.prev;
	r->next = &j->first;
	r->prev->next = r;
	j->first.prev = r;
	j->live += record_length(r);
}

static void unlink_record(struct ijw_journal *j, struct ijw_record *r)
{
	r->prev->next = r->next;
	r->next->prev = r->prev;
	r->prev = r->next = NULL;
	j->live -= record_length(r);
}

/* --- reading --- */

/* Reads the record at `at`: 0, or -ENODATA it goes beyond the end, -EBADMSG it does not add up. */
static int read_record(int fd, int64_t at, int64_t end, enum kind *kind, struct ijw_record *r)
{
	unsigned char head[HEAD + 64], chunk[CHUNK];
	uint32_t sum, left;
	int64_t from;
	size_t n;

	if (end - at < HEAD || read_at(fd, at, head, HEAD) < 0)
		return -ENODATA;
	n = head[5];
	r->size = get32(head + 8);
	if (head[4] < KIND_SEND || head[4] > KIND_PARKED || n < 1 || n > 64 ||
	    r->size > IJW_MAX_MESSAGE || (head[4] != KIND_SEND && r->size > 0))
		return -EBADMSG;
	if (end - at < HEAD + (int64_t)n + r->size || read_at(fd, at + HEAD, head + HEAD, n) < 0)
		return -ENODATA;
	sum = crc(0, head + 4, HEAD - 4 + n);
	from = at + HEAD + (int64_t)n;
	for (left = r->size; left > 0;) {
		uint32_t part = left < CHUNK ? left : CHUNK;

		if (read_at(fd, from, chunk, part) < 0)
			return -ENODATA;
		sum = crc(sum, chunk, part);
		from += part, left -= part;
	}
	if (sum != get32(head) || memchr(head + HEAD, 0, n) != NULL)
		return -EBADMSG;
	memcpy(r->reference, head + HEAD, n);
	r->reference[n] = '\0';
	r->offset = at;
	*kind = (enum kind)head[4];
	return 0;
}

/*
 * While reading, unsettled records hang in a hash by reference, because a
 * settled mark names nothing else.  The scratch holds them until the end.
 */
struct scratch {
	struct scratch *bucket;
	struct ijw_record r;
};

#define BUCKETS 4096

static struct scratch **find_scratch(struct scratch **buckets, const char *reference)
{
	struct scratch **s = &buckets[crc(0, reference, strlen(reference)) % BUCKETS];

	while (*s != NULL && strcmp((*s)->r.reference, reference) != 0)
		s = &(*s)->bucket;
	return s;
}

static int replay_record(struct ijw_journal *j, struct scratch **buckets, enum kind kind,
			 const struct ijw_record *r)
{
	struct scratch **at = find_scratch(buckets, r->reference), *s = *at;

	if (kind == KIND_PARKED) {
		if (s != NULL)
			s->r.parked = true;
		return 0;
	}
	if (s != NULL) { /* settled; or a second SEND, which replaces the first */
		*at = s->bucket;
		unlink_record(j, &s->r);
		free(s);
	}
	if (kind == KIND_SETTLED)
		return 0;
	at = find_scratch(buckets, r->reference);
	s = malloc(sizeof *s);
	if (s == NULL)
		return -ENOMEM;
	s->r = *r;
	s->r.parked = false;
	s->bucket = *at;
	*at = s;
	link_record(j, &s->r);
	return 0;
}

/* Hands the unsettled records to their owner, which keeps its own copies. */
static int hand_over(struct ijw_journal *j,
		     struct ijw_record *(*found)(void *arg, const struct ijw_record *r), void *arg)
{
	struct ijw_record *r = j->first.next, *next, *mine;
	int result = 0;

	j->first.next = j->first.prev = &j->first;
	j->live = 0;
	for (; r != &j->first; r = next) {
		next = r->next;
		mine = result == 0 ? found(arg, r) : NULL;
		if (mine == NULL)
			result = -ENOMEM;
		else
			link_record(j, mine);
		free((char *)r - offsetof(struct scratch, r));
	}
	return result;
}

/* Keeps what is cut off, unless it is only the piece of one record that a crash leaves. */
static void keep_torn(struct ijw_journal *j, int64_t end)
{
	char path[PATH_MAX], chunk[CHUNK];
	int64_t at = j->end;
	int fd;

	if (snprintf(path, sizeof path, "%s.torn", j->path) >= (int)sizeof path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	while (at < end) {
		size_t n = end - at < CHUNK ? (size_t)(end - at) : CHUNK;

		if (read_at(j->fd, at, chunk, n) < 0 || write_at(fd, at - j->end, chunk, n) < 0)
			break;
		at += (int64_t)n;
	}
	(void)close(fd); /* best effort: nobody was promised these bytes */
}

static int replay(struct ijw_journal *j, int64_t end, uint64_t *cut)
{
	struct scratch **buckets = calloc(BUCKETS, sizeof *buckets);
	struct ijw_record r = {0};
	enum kind kind;
	int result = buckets == NULL ? -ENOMEM : 0;

	while (result == 0 && (result = read_record(j->fd, j->end, end, &kind, &r)) == 0) {
		result = replay_record(j, buckets, kind, &r);
		j->end += HEAD + (int64_t)strlen(r.reference) + r.size;
	}
	free(buckets);
	if (result != -ENODATA && result != -EBADMSG)
		return result;
	*cut = (uint64_t)(end - j->end);
	if (result == -EBADMSG)
		keep_torn(j, end);
	if (*cut > 0 && ftruncate(j->fd, j->end) < 0)
		return -errno;
	return 0;
}

/* --- opening --- */

static int sync_folder(const char *path)
{
	char folder[PATH_MAX];
	char *slash;
	int fd, r;

	if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
		return -ENAMETOOLONG;
	slash = strrchr(folder, '/');
	if (slash == NULL)
		(void)snprintf(folder, sizeof folder, ".");
	else
		slash[slash == folder] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fsync(fd) < 0 ? -errno : 0;
	(void)close(fd);
	return r;
}

/* Opens and locks; a file that was replaced between the two is not the journal any more. */
static int open_locked(const char *path, struct stat *st)
{
	for (;;) {
		struct stat now;
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), r = 0;

		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			r = errno == EWOULDBLOCK ? -EBUSY : -errno;
		else if (fstat(fd, st) < 0)
			r = -errno;
		else if (!S_ISREG(st->st_mode))
			r = -EBADMSG;
		else if (stat(path, &now) == 0 && now.st_ino == st->st_ino &&
			 now.st_dev == st->st_dev)
			return fd;
		(void)close(fd);
		if (r < 0)
			return r;
	}
}

/* A new file gets its magic; a crash may have left only part of it. */
static int check_magic(struct ijw_journal *j, int64_t size)
{
	char magic[START] = {0};

	if (size < START) {
		if (size > 0 && (read_at(j->fd, 0, magic, (size_t)size) < 0 ||
				 memcmp(magic, MAGIC, (size_t)size) != 0))
			return -EBADMSG;
		return write_at(j->fd, 0, MAGIC, START);
	}
	if (read_at(j->fd, 0, magic, START) < 0)
		return -EIO;
	return memcmp(magic, MAGIC, START) == 0 ? 0 : -EBADMSG;
}

int ijw_journal_open(const char *path,
		     struct ijw_record *(*found)(void *arg, const struct ijw_record *r), void *arg,
		     struct ijw_journal **ret, uint64_t *cut)
{
	struct ijw_journal *j = calloc(1, sizeof *j);
	struct stat st;
	int r, r2;

	if (j == NULL)
		return -ENOMEM;
	(void)pthread_once(&crc_once, crc_make);
	(void)pthread_mutex_init(&j->lock, NULL);
	(void)pthread_cond_init(&j->synced_more, NULL);
	j->first.next = j->first.prev = &j->first;
	j->end = START;
	*cut = 0;
	j->path = strdup(path);
	j->fd = r = j->path == NULL ? -ENOMEM : open_locked(path, &st);
	if (r >= 0)
		r = check_magic(j, st.st_size);
	if (r == 0 && st.st_size > START)
		r = replay(j, st.st_size, cut);
	if (r == 0 && (fsync(j->fd) < 0))
		r = -errno;
	if (r == 0)
		r = sync_folder(path);
	r2 = hand_over(j, found, arg); /* also on errors: it frees the scratch */
	if (r == 0)
		r = r2;
	if (r < 0)
		ijw_journal_close(&j);
	else
		*ret = j;
	return r;
}

void ijw_journal_close(struct ijw_journal **j)
{
	if (*j == NULL)
		return;
	if ((*j)->fd >= 0)
		(void)close((*j)->fd); /* what mattered was synced */
	(void)pthread_mutex_destroy(&(*j)->lock);
	(void)pthread_cond_destroy(&(*j)->synced_more);
	free((*j)->path);
	free(*j);
	*j = NULL;
}

/* --- compaction --- */

static int copy_record(int from, int64_t at, int to, int64_t to_at, int64_t n)
{
	char chunk[CHUNK];

	while (n > 0) {
		size_t part = n < CHUNK ? (size_t)n : CHUNK;
		int r = read_at(from, at, chunk, part);

		if (r == 0)
			r = write_at(to, to_at, chunk, part);
		if (r < 0)
			return r;
		at += (int64_t)part, to_at += (int64_t)part, n -= (int64_t)part;
	}
	return 0;
}

/* Copies what is unsettled into fd; the records' offsets change only once all is well. */
static int copy_live(struct ijw_journal *j, int fd, int64_t *end)
{
	int r = write_at(fd, 0, MAGIC, START);

	*end = START;
	for (struct ijw_record *e = j->first.next; r == 0 && e != &j->first; e = e->next) {
		r = copy_record(j->fd, e->offset, fd, *end, record_length(e));
		*end += record_length(e);
	}
	return r;
}

/* Puts the new file in the place of the old. */
static void adopt(struct ijw_journal *j, int fd, int64_t end)
{
	int64_t at = START;

	for (struct ijw_record *e = j->first.next; e != &j->first; e = e->next) {
		e->offset = at;
		at += record_length(e);
	}
	(void)close(j->fd);
	j->fd = fd;
	j->end = end;
	for (struct ijw_record *e = j->first.next; e != &j->first; e = e->next)
		if (e->parked)
			(void)append(j, KIND_PARKED, e->reference, NULL, 0);
	j->synced = j->written; /* all that lives was synced with the copy */
}

/* A compaction that fails is tried again at the next settled message; the old file stays good. */
static void compact(struct ijw_journal *j)
{
	char path[PATH_MAX];
	int64_t end;
	int fd;

	if (snprintf(path, sizeof path, "%s.new", j->path) >= (int)sizeof path)
		return;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || copy_live(j, fd, &end) < 0 || fsync(fd) < 0 ||
	    rename(path, j->path) < 0) {
		(void)unlink(path);
		(void)close(fd);
		return;
	}
	adopt(j, fd, end);
	if (sync_folder(j->path) < 0)
		j->broken = true; /* which of the two files a power cut leaves is unknown */
}

/* --- what callers do --- */

int ijw_journal_add(struct ijw_journal *j, struct ijw_record *r, const void *message, size_t size,
		    uint64_t *ticket)
{
	int result = -EIO;

	(void)pthread_mutex_lock(&j->lock);
	if (!j->broken) {
		r->offset = j->end;
		r->size = (uint32_t)size;
		r->parked = false;
		result = append(j, KIND_SEND, r->reference, message, (uint32_t)size);
	}
	if (result == 0) {
		link_record(j, r);
		*ticket = j->written;
	}
	(void)pthread_mutex_unlock(&j->lock);
	return result;
}

int ijw_journal_sync(struct ijw_journal *j, uint64_t ticket)
{
	int r;

	(void)pthread_mutex_lock(&j->lock);
	while (j->synced < ticket && !j->broken) {
		uint64_t upto = j->written;

		if (j->syncing) {
			(void)pthread_cond_wait(&j->synced_more, &j->lock);
			continue;
		}
		j->syncing = true;
		(void)pthread_mutex_unlock(&j->lock);
		r = fdatasync(j->fd); /* the file is not replaced while syncing is set */
		(void)pthread_mutex_lock(&j->lock);
		j->syncing = false;
		if (r < 0)
			j->broken = true; /* the kernel may have dropped the pages: never again */
		else if (upto > j->synced)
			j->synced = upto;
		(void)pthread_cond_broadcast(&j->synced_more);
	}
	r = j->synced >= ticket ? 0 : -EIO;
	(void)pthread_mutex_unlock(&j->lock);
	return r;
}

int ijw_journal_load(struct ijw_journal *j, const struct ijw_record *r, void *message)
{
	unsigned char head[HEAD + 64];
	size_t n = strlen(r->reference);
	int result;

	(void)pthread_mutex_lock(&j->lock);
	result = read_at(j->fd, r->offset, head, HEAD + n);
	if (result == 0)
		result = read_at(j->fd, r->offset + HEAD + (int64_t)n, message, r->size);
	(void)pthread_mutex_unlock(&j->lock);
	if (result == 0 && crc(crc(0, head + 4, HEAD - 4 + n), message, r->size) != get32(head))
		result = -EBADMSG;
	return result;
}

void ijw_journal_park(struct ijw_journal *j, struct ijw_record *r)
{
	(void)pthread_mutex_lock(&j->lock);
	r->parked = true;
	if (!j->broken)
		(void)append(j, KIND_PARKED, r->reference, NULL, 0);
	(void)pthread_mutex_unlock(&j->lock);
}

void ijw_journal_settle(struct ijw_journal *j, struct ijw_record *r)
{
	(void)pthread_mutex_lock(&j->lock);
	unlink_record(j, r);
	if (!j->broken) {
		(void)append(j, KIND_SETTLED, r->reference, NULL, 0);
		if (!j->syncing && j->end - j->live > COMPACT_AT && j->end > 2 * j->live)
			compact(j);
	}
	(void)pthread_mutex_unlock(&j->lock);
}
