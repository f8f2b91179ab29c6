#include "inname.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define ROOM_NEEDED (INT64_C(2) << 30)

/* The store's, its own name first. */
static const char *const files[] = {"ijwd.db", "ijwd.db-wal", "ijwd.db-shm"};

int64_t clock_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Of this thread only: others on the same machine would show in every figure. */
static int64_t cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* STORE_DIR says where; else memory, when there is room. */
static const char *place(void)
{
	const char *said = getenv("STORE_DIR");
	struct statvfs v;

	if (said != NULL)
		return said;
	return statvfs("/dev/shm", &v) == 0 && access("/dev/shm", W_OK) == 0 &&
			       (int64_t)v.f_bavail * (int64_t)v.f_frsize > ROOM_NEEDED
		       ? "/dev/shm"
		       : "/tmp";
}

static int copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ssize_t n = in < 0 || out < 0 ? -1 : 1;

	while (n > 0)
		n = copy_file_range(in, NULL, out, NULL, SIZE_MAX >> 2, 0);
	if (in >= 0)
		(void)close(in); /* only read from */
	if (out >= 0 && close(out) < 0)
		n = -1;
	return n < 0 ? -errno : 0;
}

static int open_store(struct inname *i, const char *vol, struct buf *why)
{
	struct buf url = BUF_INIT;
	char path[96];
	int r = -EIO;

	(void)snprintf(i->dir, sizeof i->dir, "%.40s/ijwd-inname-XXXXXX", place());
	if (mkdtemp(i->dir) != NULL)
		r = vol == NULL ? 0 : copy_file(vol, inname_file(i, path));
	if (r == 0) {
		buf_addf(&url, "sqlite:%s/ijwd.db", i->dir);
		r = store_open(&i->store, buf_str(&url), STORE_WRITE, why);
	}
	buf_free(&url);
	return r;
}

/* A party per code, whose id is the code. */
static bool add_party(struct parties *p, const char *code)
{
	struct partij *row = parties_add(p);

	if (row == NULL)
		return false;
	row->id = strdup(code);
	row->name = strdup(code);
	row->policy = (struct policy){.rules = RULES_ADVISE, .register_start = DAY_NONE};
	row->codes = calloc(1, sizeof *row->codes);
	if (row->id == NULL || row->name == NULL || row->codes == NULL)
		return false;
	row->n_codes = 1;
	row->codes[0] = (struct partij_code){.code = strdup(code),
					     .own = true,
					     .may = MAY_SEND | MAY_RECEIVE,
					     .from = DAY_NONE,
					     .until = DAY_NONE};
	return row->codes[0].code != NULL;
}

static int make_parties(struct inname *i, const struct stroom *s)
{
	i->parties = parties_new();
	if (i->parties == NULL)
		return -ENOMEM;
	for (size_t n = 0; stroom_code(s, n) != NULL; n++)
		if (!add_party(i->parties, stroom_code(s, n)))
			return -ENOMEM;
	return 0;
}

bool inname_open(struct inname *i, const struct stroom *s, const char *vol)
{
	static const struct calendar calendar;
	const struct rulebook_opts o = {.schemas = "schemas", .calendar = &calendar};
	struct buf why = BUF_INIT;
	int64_t id = 0;
	int r;

	memset(i, 0, sizeof *i);
	i->key = (struct pseudonym_key){{1, 2, 3}};
	i->packer = packer_new(NULL);
	r = i->packer == NULL ? -ENOMEM : make_parties(i, s);
	if (r == 0)
		r = open_store(i, vol, &why);
	if (r == 0)
		r = rulebook_open(&i->rules, &o, &why);
	if (r == 0)
		r = checker_new(&i->checker, i->rules->standards);
	if (r == 0)
		r = i->store->ops->last_id(i->store, &id);
	if (r < 0 || why.len > 0)
		(void)fprintf(stderr, "%s%s\n", buf_str(&why), r < 0 ? strerror(-r) : "");
	buf_free(&why);
	i->intake = (struct intake){.store = i->store,
				    .parties = i->parties,
				    .key = &i->key,
				    .rules = i->rules,
				    .checker = i->checker,
				    .packer = i->packer,
				    .next_id = id + 1};
	return r == 0;
}

static int take(struct inname *i, const struct stroom_bericht *b)
{
	struct incoming in = {.party = b->van,
			      .reference = "",
			      .software = i->software,
			      .received = b->received,
			      .size = b->size,
			      .data = b->data,
			      .checked = &i->checked};
	void *packed;
	int r = 0;

	if (EVP_Digest(b->data, b->size, in.sha256, NULL, EVP_sha256(), NULL) != 1)
		return -ENOMEM;
	r = store_pack(i->packer, &i->arena, b->data, b->size, in.sha256, &packed, &in.body_size);
	if (r < 0)
		return r;
	in.body = packed;
	if (i->intake.now < b->received)
		i->intake.now = b->received;
	if (i->open == 0)
		r = i->store->ops->begin(i->store);
	if (r == 0)
		r = intake_message(&i->intake, &i->arena, &in, &i->judged);
	i->open++;
	return r;
}

int inname_take(struct inname *i, const struct stroom_bericht *b)
{
	int64_t begin = cpu_ns(), checked, taken;
	int r;

	arena_release(&i->arena);
	check_bytes(i->checker, &i->arena, b->data, b->size, &i->checked);
	checked = cpu_ns();
	r = take(i, b);
	taken = cpu_ns();
	i->check_ns += checked - begin;
	i->intake_ns += taken - checked;
	return r == 0 && i->open >= INNAME_BATCH ? inname_commit(i) : r;
}

int inname_commit(struct inname *i)
{
	int64_t begin = clock_ns();
	int r = 0;

	if (i->open > 0)
		r = i->store->ops->commit(i->store);
	if (r == 0 && i->open > 0)
		r = i->store->ops->tidy(i->store);
	i->open = 0;
	i->commit_ns += clock_ns() - begin;
	return r;
}

bool inname_clean(const struct inname *i)
{
	return i->judged.verdict == VERDICT_ACCEPTED && !i->judged.duplicate &&
	       i->checked.outcome == CHECK_VALID && i->checked.findings.n == 0;
}

const char *inname_file(const struct inname *i, char ret[96])
{
	(void)snprintf(ret, 96, "%s/%s", i->dir, files[0]);
	return ret;
}

int64_t inname_size(const struct inname *i)
{
	int64_t n = 0;

	for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
		char path[96];
		struct stat st;

		(void)snprintf(path, sizeof path, "%s/%s", i->dir, files[f]);
		if (stat(path, &st) == 0)
			n += st.st_size;
	}
	return n;
}

void inname_end(struct inname *i)
{
	if (i->store != NULL && i->open > 0)
		i->store->ops->rollback(i->store);
	i->open = 0;
	store_close(&i->store);
}

void inname_close(struct inname *i)
{
	char path[96];

	arena_release(&i->arena);
	inname_end(i);
	checker_free(&i->checker);
	rulebook_drop(&i->rules);
	parties_drop(&i->parties);
	packer_free(&i->packer);
	for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
		(void)snprintf(path, sizeof path, "%s/%s", i->dir, files[f]);
		(void)unlink(path); /* not all of them need be there */
	}
	(void)rmdir(i->dir);
}
