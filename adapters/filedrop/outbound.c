#include "outbound.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "base/log.h"
#include "report.h"

#include "base/banned.h"

#define MOST (25u * 1024 * 1024)
#define BUCKETS 4096
#define WINDOW 256   /* looked at before a file is read for nothing */
#define REFERENCE 44 /* "fd-", 40 hexadecimal digits, NUL */

enum state { WAITING, SENT, PARKED, TROUBLED, IGNORED };

struct file {
	struct file *prev, *next;		 /* of all, in the order of arrival */
	struct file *same_name, *same_reference; /* hash chains */
	enum state state;
	bool hashed; /* has a reference and hangs in its chain */
	struct timespec written;
	off_t size;
	ino_t inode;
	char reference[REFERENCE];
	char name[];
};

struct outbound {
	struct folder *f;
	struct ijw *c;
	enum language lang;
	size_t limit;
	bool leases; /* the file system can tell whether somebody still writes */
	unsigned sent, troubled;
	struct file all;
	struct file *names[BUCKETS], *references[BUCKETS];
};

/* --- the files we know --- */

static unsigned hash(const char *text)
{
	uint32_t h = 2166136261u;

	while (*text != '\0')
		h = (h ^ (unsigned char)*text++) * 16777619u;
	return h % BUCKETS;
}

static struct file *find_name(struct outbound *o, const char *name)
{
	struct file *f = o->names[hash(name)];

	while (f != NULL && strcmp(f->name, name) != 0)
		f = f->same_name;
	return f;
}

static struct file *find_reference(struct outbound *o, const char *reference)
{
	struct file *f = o->references[hash(reference)];

	while (f != NULL && strcmp(f->reference, reference) != 0)
		f = f->same_reference;
	return f;
}

static void set_state(struct outbound *o, struct file *f, enum state state)
{
	o->sent += (state == SENT) - (f->state == SENT);
	o->troubled += (state == TROUBLED) - (f->state == TROUBLED);
	f->state = state;
}

static void unhash(struct outbound *o, struct file *f)
{
	struct file **at = &o->references[hash(f->reference)];

	if (!f->hashed)
		return;
	while (*at != f)
		at = &(*at)->same_reference;
	*at = f->same_reference;
	f->hashed = false;
}

static void forget(struct outbound *o, struct file *f)
{
	struct file **at = &o->names[hash(f->name)];

	set_state(o, f, WAITING);
	unhash(o, f);
	while (*at != f)
		at = &(*at)->same_name;
	*at = f->same_name;
	f->prev->next = f->next;
	f->next->prev = f->prev;
	free(f);
}

/* Names that people and programs use for files that are not finished. */
static bool is_message_name(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 4 && n < 256 && strcasecmp(name + n - 4, ".xml") == 0;
}

static void add(struct outbound *o, const char *name)
{
	struct file *f = calloc(1, sizeof *f + strlen(name) + 1);
	unsigned h = hash(name);

	if (f == NULL)
		return; /* the next scan finds it again */
	memcpy(f->name, name, strlen(name) + 1);
	f->same_name = o->names[h];
	o->names[h] = f;
	f->prev = o->all.prev;
	f->next = &o->all;
	f->prev->next = f;
	o->all.prev = f;
}

void outbound_ready(struct outbound *o, const char *name)
{
	struct file *f;

	if (!is_message_name(name))
		return;
	f = find_name(o, name);
	if (f == NULL)
		add(o, name);
	else if (f->state != SENT &&
		 f->state != PARKED) /* those are looked at after their receipt */
		set_state(o, f, WAITING);
}

/* --- scanning --- */

struct found {
	struct timespec written;
	char *name;
};

struct list {
	struct outbound *o;
	struct found *all;
	size_t n, room;
};

static void collect(void *arg, const char *name)
{
	struct list *l = arg;
	struct stat st;

	if (!is_message_name(name) || find_name(l->o, name) != NULL ||
	    fstatat(l->o->f->at[UIT], name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (l->n == l->room) {
		size_t room = l->room == 0 ? 256 : l->room * 2;
		struct found *all = realloc(l->all, room * sizeof *all);

		if (all == NULL)
			return;
		l->all = all;
		l->room = room;
	}
	l->all[l->n].written = st.st_mtim;
	l->all[l->n].name = strdup(name);
	l->n += l->all[l->n].name != NULL;
}

/* Oldest first: a start must not overtake the stop before it more often than need be. */
static int by_age(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->written.tv_sec != y->written.tv_sec)
		return x->written.tv_sec < y->written.tv_sec ? -1 : 1;
	if (x->written.tv_nsec != y->written.tv_nsec)
		return x->written.tv_nsec < y->written.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

void outbound_scan(struct outbound *o)
{
	struct list l = {o, NULL, 0, 0};
	int r = folder_each(o->f->at[UIT], collect, &l);

	if (r < 0)
		log_error("FILEDROP-SCAN", "uit/ cannot be read: %s; trying again",
			  strerrordesc_np(-r));
	if (l.n > 0)
		qsort(l.all, l.n, sizeof *l.all, by_age);
	for (size_t i = 0; i < l.n; i++) {
		add(o, l.all[i].name);
		free(l.all[i].name);
	}
	free(l.all);
}

/* --- after the receipt --- */

/*
 * What is to be done with a sent file, as it stands in .ijw/verplaatsen/.  The
 * inode and times say which file was sent: one that was written anew stays.
 */
static json_t *make_move(const struct file *f, enum place to, const char *new_name,
			 const char *verdict, json_t *report)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:O, s:I, s:I, s:I, s:I}", "name", f->name, "to",
			 (int)to, "new_name", new_name, "verdict", verdict, "report", report,
			 "inode", (json_int_t)f->inode, "size", (json_int_t)f->size, "seconds",
			 (json_int_t)f->written.tv_sec, "nanoseconds",
			 (json_int_t)f->written.tv_nsec);
}

static bool is_sent_file(const json_t *move, const struct stat *st)
{
	return json_integer_value(json_object_get(move, "inode")) == (json_int_t)st->st_ino &&
	       json_integer_value(json_object_get(move, "size")) == (json_int_t)st->st_size &&
	       json_integer_value(json_object_get(move, "seconds")) ==
		       (json_int_t)st->st_mtim.tv_sec &&
	       json_integer_value(json_object_get(move, "nanoseconds")) ==
		       (json_int_t)st->st_mtim.tv_nsec;
}

static int write_reports(struct outbound *o, const json_t *move, int dir, const char *new_name)
{
	const json_t *report = json_object_get(move, "report");
	const char *verdict = json_string_value(json_object_get(move, "verdict"));
	char name[300], *json = json_dumps(report, JSON_INDENT(2) | JSON_ENCODE_ANY);
	struct buf text = BUF_INIT;
	int r = json == NULL || verdict == NULL ? -ENOMEM : 0;

	if (r == 0)
		report_text(&text, o->lang, verdict, report);
	if (text.failed)
		r = -ENOMEM;
	(void)snprintf(name, sizeof name, "%s.rapport.txt", new_name);
	if (r == 0)
		r = folder_write(dir, name, buf_str(&text), text.len);
	(void)snprintf(name, sizeof name, "%s.rapport.json", new_name);
	if (r == 0)
		r = folder_write(dir, name, json, strlen(json));
	buf_free(&text);
	free(json);
	return r;
}

static void remove_note(struct outbound *o, const char *name)
{
	char note[300];

	(void)snprintf(note, sizeof note, "%s.geparkeerd.txt", name);
	(void)unlinkat(o->f->at[UIT], note, 0); /* most files never had one */
}

/* Does what a move says; any part of it may have been done before. */
static int carry_out(struct outbound *o, const json_t *move)
{
	const char *name = json_string_value(json_object_get(move, "name"));
	const char *new_name = json_string_value(json_object_get(move, "new_name"));
	json_int_t to = json_integer_value(json_object_get(move, "to"));
	struct stat st;
	int r;

	if (name == NULL || new_name == NULL || strchr(name, '/') != NULL ||
	    strchr(new_name, '/') != NULL || (to != VERZONDEN && to != GEWEIGERD))
		return -EBADMSG;
	r = write_reports(o, move, o->f->at[to], new_name);
	if (r < 0)
		return r;
	remove_note(o, name);
	if (fstatat(o->f->at[UIT], name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno; /* moved already, or taken away by its owner */
	if (!is_sent_file(move, &st)) {
		log_warn("FILEDROP-CHANGED",
			 "a file in uit/ was changed after it was sent; its report "
			 "is in %s/ and the new content is sent as well",
			 folder_name((enum place)to));
		return 0;
	}
	return folder_move(o->f->at[UIT], name, o->f->at[to], new_name);
}

static int finish_move(struct outbound *o, const char *entry)
{
	struct buf text = BUF_INIT;
	json_t *move = NULL;
	int r = folder_read(o->f->at[MOVES], entry, 8u << 20, &text);

	if (r == 0) {
		move = json_loadb(buf_str(&text), text.len, 0, NULL);
		r = move == NULL ? -EBADMSG : carry_out(o, move);
	}
	json_decref(move);
	buf_free(&text);
	if (r == 0 || r == -EBADMSG)
		(void)unlinkat(o->f->at[MOVES], entry, 0); /* left behind, it is done once more */
	return r;
}

static void recover_one(void *arg, const char *entry)
{
	int r = finish_move(arg, entry);

	if (r < 0)
		log_error("FILEDROP-RECOVER",
			  "a sent file could not be put away: %s; it is sent again",
			  strerrordesc_np(-r));
}

void outbound_recover(struct outbound *o)
{
	(void)folder_each(o->f->at[MOVES], recover_one,
			  o); /* unreadable: the files are sent again */
}

/* Writes the move down and does it. */
static int put_away(struct outbound *o, struct file *f, enum place to, const char *verdict,
		    json_t *report)
{
	char entry[REFERENCE + 8], new_name[256];
	struct stat st;
	json_t *move;
	char *text;
	int r;

	(void)snprintf(entry, sizeof entry, "%s.json", f->reference);
	if (fstatat(o->f->at[MOVES], entry, &st, 0) ==
	    0) /* begun before, and then the disk was full */
		return finish_move(o, entry);
	r = folder_free_name(o->f->at[to], f->name, new_name);
	if (r < 0)
		return r;
	move = make_move(f, to, new_name, verdict, report);
	text = move == NULL ? NULL : json_dumps(move, JSON_COMPACT);
	r = text == NULL ? -ENOMEM : folder_write(o->f->at[MOVES], entry, text, strlen(text));
	free(text);
	json_decref(move);
	return r < 0 ? r : finish_move(o, entry);
}

/* After its receipt a file is gone from uit/, unless it was written again. */
static void close_file(struct outbound *o, struct file *f, int result)
{
	char name[256];
	struct stat st;

	if (result < 0) {
		log_error("FILEDROP-MOVE", "%s: the sent file cannot be put away: %s; trying again",
			  f->reference, strerrordesc_np(-result));
		set_state(o, f, TROUBLED);
		return;
	}
	(void)snprintf(name, sizeof name, "%s", f->name);
	forget(o, f);
	if (fstatat(o->f->at[UIT], name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		add(o, name);
}

static void refuse_here(struct outbound *o, struct file *f, json_t *report, const char *why)
{
	log_warn("FILEDROP-NOT-SENT", "a file in uit/ cannot be sent (%s); it goes to geweigerd/",
		 why);
	if (f->reference[0] == '\0') /* never read: its inode must do for a name */
		(void)snprintf(f->reference, sizeof f->reference, "local-%llu",
			       (unsigned long long)f->inode);
	close_file(o, f, report == NULL ? -ENOMEM : put_away(o, f, GEWEIGERD, "local", report));
	json_decref(report);
}

/* --- sending --- */

/*
 * A lease for reading is only given while nobody has the file open for
 * writing, so it answers whether a file found by a scan is finished.
 */
static bool is_being_written(const struct outbound *o, int fd)
{
	if (!o->leases)
		return false;
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN;
	(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

static int read_all(int fd, char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t r = read(fd, bytes, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? -errno
				     : -EAGAIN; /* shorter than a moment ago: being written */
		bytes += r, n -= (size_t)r;
	}
	return 0;
}

/* Opens and reads a file; -EAGAIN it is not finished, -EFBIG, -ENODATA empty, -ELOOP not a file. */
static int read_file(struct outbound *o, struct file *f, char **ret)
{
	int fd = openat(o->f->at[UIT], f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int r = 0;

	if (fstatat(o->f->at[UIT], f->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		f->written = st.st_mtim;
		f->size = st.st_size;
		f->inode = st.st_ino;
	}
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode))
		r = -ELOOP;
	else if (is_being_written(o, fd) || st.st_ino != f->inode)
		r = -EAGAIN;
	else if ((size_t)st.st_size > o->limit)
		r = -EFBIG;
	else if (st.st_size == 0)
		r = -ENODATA;
	if (r == 0 && (*ret = malloc((size_t)st.st_size)) == NULL)
		r = -ENOMEM;
	if (r == 0 && (r = read_all(fd, *ret, (size_t)st.st_size)) < 0) {
		free(*ret);
		*ret = NULL;
	}
	f->written = st.st_mtim;
	f->size = st.st_size;
	(void)close(fd);
	return r;
}

static int make_reference(struct outbound *o, struct file *f, const char *bytes)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(ctx, f->name, strlen(f->name) + 1) == 1 &&
		    EVP_DigestUpdate(ctx, bytes, (size_t)f->size) == 1 &&
		    EVP_DigestFinal_ex(ctx, sum, NULL) == 1;
	unsigned h;

	EVP_MD_CTX_free(ctx);
	if (!good)
		return -ENOMEM;
	unhash(o, f);
	(void)snprintf(f->reference, sizeof f->reference, "fd-");
	for (int i = 0; i < 20; i++)
		(void)snprintf(f->reference + 3 + 2 * i, 3, "%02x", sum[i]);
	h = hash(f->reference);
	f->same_reference = o->references[h];
	o->references[h] = f;
	f->hashed = true;
	return 0;
}

/* What to do with a file that could not be read; true when it was dealt with. */
static void handle_unreadable(struct outbound *o, struct file *f, int error)
{
	switch (-error) {
	case ENOENT: /* its owner took it away */
		forget(o, f);
		return;
	case ELOOP:
		log_warn("FILEDROP-IGNORED",
			 "something in uit/ is called .xml and is not a file; ignored");
		set_state(o, f, IGNORED);
		return;
	case EFBIG:
		refuse_here(o, f,
			    report_local("OP179", "Het bestand is groter dan een bericht mag zijn.",
					 "The file is larger than a message may be.",
					 "Verdeel de inhoud over meer berichten.",
					 "Divide the content over more messages."),
			    "too large");
		return;
	case ENODATA:
		refuse_here(o, f,
			    report_local("leeg", "Het bestand is leeg.", "The file is empty.",
					 "Plaats het bestand opnieuw, met inhoud.",
					 "Drop the file again, with content."),
			    "empty");
		return;
	case EACCES:
	case EPERM:
	case EIO:
		refuse_here(
			o, f,
			report_local("onleesbaar", "Het bestand kan niet worden gelezen.",
				     "The file cannot be read.",
				     "Controleer de rechten van het bestand en plaats het opnieuw.",
				     "Check the file's permissions and drop it again."),
			"unreadable");
		return;
	default: /* still being written, out of memory or descriptors: a little later */
		set_state(o, f, TROUBLED);
	}
}

/* Sends one file; -EAGAIN when the window is full. */
static int send_file(struct outbound *o, struct file *f)
{
	char *bytes = NULL;
	int r = read_file(o, f, &bytes);

	if (r < 0) {
		handle_unreadable(o, f, r);
		return 0;
	}
	r = make_reference(o, f, bytes);
	if (r == 0)
		r = ijw_send(o->c, f->reference, bytes, (size_t)f->size, 0, NULL);
	free(bytes);
	if (r == -EAGAIN)
		return r;
	if (r < 0 && r != -EEXIST) {
		log_error("FILEDROP-SEND", "%s: cannot be sent now: %s; trying again", f->reference,
			  strerrordesc_np(-r));
		set_state(o, f, TROUBLED);
		return 0;
	}
	log_info("FILEDROP-SENT", "%s: %lld bytes on their way", f->reference, (long long)f->size);
	set_state(o, f, SENT);
	return 0;
}

void outbound_send(struct outbound *o)
{
	struct file *next;

	for (struct file *f = o->all.next; f != &o->all && o->sent < WINDOW; f = next) {
		next = f->next;
		if (f->state == WAITING && send_file(o, f) == -EAGAIN)
			return;
	}
}

void outbound_connected(struct outbound *o, size_t message_limit)
{
	o->limit = message_limit > 0 && message_limit < MOST ? message_limit : MOST;
	for (struct file *f = o->all.next; f != &o->all; f = f->next)
		if (f->state == PARKED)
			set_state(o, f, WAITING);
}

static void handle_parked(struct outbound *o, struct file *f, const json_t *report)
{
	struct buf text = BUF_INIT;
	char note[300];
	struct stat st;

	set_state(o, f, PARKED);
	(void)snprintf(note, sizeof note, "%s.geparkeerd.txt", f->name);
	if (fstatat(o->f->at[UIT], note, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	report_text(&text, o->lang, "parked", report);
	if (folder_write(o->f->at[UIT], note, buf_str(&text), text.len) < 0)
		log_warn("FILEDROP-NOTE", "%s: the note about parking could not be written",
			 f->reference);
	buf_free(&text);
}

void outbound_receipt(struct outbound *o, const struct ijw_event *e)
{
	struct file *f = find_reference(o, e->reference);
	json_t *report;

	if (f == NULL || (f->state != SENT && f->state != PARKED && f->state != WAITING))
		return; /* answered twice: after a reconnect that is normal */
	log_info("FILEDROP-RECEIPT", "%s: %s, number %s at the hub", f->reference, e->verdict_name,
		 e->id);
	report = json_loadb(e->json, e->json_size, 0, NULL);
	if (report == NULL)
		report = json_object();
	if (e->verdict == IJW_VERDICT_PARKED)
		handle_parked(o, f, report);
	else
		close_file(o, f,
			   put_away(o, f,
				    e->verdict == IJW_VERDICT_ACCEPTED ? VERZONDEN : GEWEIGERD,
				    e->verdict_name, report));
	json_decref(report);
}

void outbound_retry(struct outbound *o)
{
	for (struct file *f = o->all.next; f != &o->all && o->troubled > 0; f = f->next)
		if (f->state == TROUBLED)
			set_state(o, f, WAITING);
}

bool outbound_troubled(const struct outbound *o)
{
	return o->troubled > 0;
}

unsigned outbound_sent(const struct outbound *o)
{
	return o->sent;
}

int outbound_new(struct folder *f, struct ijw *c, enum language lang, struct outbound **ret)
{
	static const long without_leases[] = {0x6969 /* NFS */, 0x517b /* SMB */, (long)0xff534d42,
					      (long)0xfe534d42 /* CIFS, SMB2 */,
					      0x65735546 /* FUSE */};
	struct outbound *o = calloc(1, sizeof *o);
	struct statfs st;

	if (o == NULL)
		return -ENOMEM;
	o->f = f;
	o->c = c;
	o->lang = lang;
	o->limit = MOST;
	o->leases = fstatfs(f->at[UIT], &st) == 0;
	for (size_t i = 0; i < sizeof without_leases / sizeof *without_leases; i++)
		if (o->leases && (long)st.f_type == without_leases[i])
			o->leases = false;
	o->all.next = o->all.prev = &o->all;
	*ret = o;
	return 0;
}

void outbound_free(struct outbound **o)
{
	if (*o == NULL)
		return;
	while ((*o)->all.next != &(*o)->all)
		forget(*o, (*o)->all.next);
	free(*o);
	*o = NULL;
}
