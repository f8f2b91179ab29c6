#include "inbound.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/date.h"
#include "base/log.h"

#include "digest.h"

#include "base/banned.h"

#define REMEMBER 50000u /* delivery ids; a hub redelivers what is unconfirmed, so a few would do \
			 */
#define SLOTS (4 * REMEMBER)
#define SEEN "gezien"

struct inbound {
	struct folder *f;
	struct ijw *c;
	int seen; /* descriptor of .ijw/gezien, append only; -1 after a failure */
	unsigned lines;
	uint64_t ring[REMEMBER]; /* the last ids, in order */
	unsigned ring_n, ring_at;
	uint64_t slots[SLOTS]; /* the same ids, open addressing; 0 is free */
};

/* --- the ids that were seen --- */

static uint64_t *find_slot(struct inbound *i, uint64_t id)
{
	size_t s = (size_t)(id * 11400714819323198485u % SLOTS);

	while (i->slots[s] != 0 && i->slots[s] != id)
		s = (s + 1) % SLOTS;
	return &i->slots[s];
}

/* Slots never empty one by one; after every REMEMBER ids they are laid anew from the ring. */
static void remember(struct inbound *i, uint64_t id)
{
	i->ring[i->ring_at] = id;
	i->ring_at = (i->ring_at + 1) % REMEMBER;
	if (i->ring_n < REMEMBER)
		i->ring_n++;
	if (i->ring_at == 0) {
		memset(i->slots, 0, sizeof i->slots);
		for (unsigned k = 0; k < i->ring_n; k++)
			*find_slot(i, i->ring[k]) = i->ring[k];
	}
	*find_slot(i, id) = id;
}

/* Writes the remembered ids to a new file and goes on with that. */
static int rewrite_seen(struct inbound *i)
{
	struct buf text = BUF_INIT;
	int r;

	for (unsigned k = 0; k < i->ring_n; k++) {
		unsigned at = (i->ring_at + REMEMBER - i->ring_n + k) % REMEMBER;

		buf_addf(&text, "%llu\n", (unsigned long long)i->ring[at]);
	}
	r = text.failed ? -ENOMEM : folder_write(i->f->at[STATE], SEEN, buf_str(&text), text.len);
	buf_free(&text);
	if (r < 0)
		return r;
	if (i->seen >= 0)
		(void)close(i->seen);
	i->seen = openat(i->f->at[STATE], SEEN, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	i->lines = i->ring_n;
	return i->seen < 0 ? -errno : 0;
}

/* Adds an id; on disk when 0.  A line that may be half written is not built upon: rewrite. */
static int add_seen(struct inbound *i, uint64_t id)
{
	char line[24];
	int n = snprintf(line, sizeof line, "%llu\n", (unsigned long long)id), r;

	if (i->seen < 0 || i->lines > 2 * REMEMBER) {
		r = rewrite_seen(i);
		if (r < 0)
			return r;
	}
	errno = EIO;
	if (write(i->seen, line, (size_t)n) != n || fdatasync(i->seen) < 0) {
		r = -errno;
		(void)close(i->seen);
		i->seen = -1;
		return r;
	}
	i->lines++;
	remember(i, id);
	return 0;
}

static int read_seen(struct inbound *i)
{
	struct buf text = BUF_INIT;
	int r = folder_read(i->f->at[STATE], SEEN, 8u << 20, &text);
	char *line = text.data, *end;

	while (r == 0 && line != NULL && (end = strchr(line, '\n')) != NULL) {
		uint64_t id = strtoull(line, NULL, 10);

		if (id != 0)
			remember(i, id);
		line = end + 1; /* a last line without its end was never counted on */
	}
	buf_free(&text);
	return r < 0 && r != -ENOENT ? r : rewrite_seen(i);
}

/* --- arrivals --- */

/* Appends what of text is safe in any file name. */
static void add_safe(struct buf *b, const char *text, size_t most)
{
	for (; text != NULL && *text != '\0' && most > 0; text++, most--)
		buf_add(b, isalnum((unsigned char)*text) ? text : "-", 1);
}

/* JW301_0363_kenmerk_17.xml: type, sender, identification, delivery id. */
static void make_name(const struct ijw_event *e, char *name, size_t room)
{
	struct buf b = BUF_INIT;

	add_safe(&b, e->message_type[0] != '\0' ? e->message_type : "bericht", 16);
	buf_adds(&b, "_");
	add_safe(&b, e->sender, 8);
	buf_adds(&b, "_");
	add_safe(&b, e->identification, 40);
	(void)snprintf(name, room, "%s_%s.xml", buf_str(&b), e->id);
	buf_free(&b);
}

/* Steps 2 and 3 for a file in .ijw/binnen/, whose name ends in its id. */
static int finish(struct inbound *i, const char *name)
{
	const char *at = strrchr(name, '_');
	uint64_t id = at == NULL ? 0 : strtoull(at + 1, NULL, 10);
	char free_name[256];
	int r = 0;

	if (id == 0)
		return -EBADMSG;
	if (*find_slot(i, id) != id)
		r = add_seen(i, id);
	if (r == 0)
		r = folder_free_name(i->f->at[IN], name, free_name);
	if (r == 0)
		r = folder_move(i->f->at[BINNEN], name, i->f->at[IN], free_name);
	return r;
}

static void finish_one(void *arg, const char *name)
{
	int r = finish(arg, name);

	if (r < 0)
		log_error("FILEDROP-RECOVER",
			  "an arrival of before could not be put in in/: %s; it stays "
			  "in .ijw/binnen/ for the next start",
			  strerrordesc_np(-r));
}

static int take(struct inbound *i, const struct ijw_event *e)
{
	char name[256];
	struct stat st;
	int r = 0;

	make_name(e, name, sizeof name);
	if (fstatat(i->f->at[BINNEN], name, &st, AT_SYMLINK_NOFOLLOW) <
	    0) { /* else: 3 failed before */
		if (*find_slot(i, strtoull(e->id, NULL, 10)) != 0) {
			log_info("FILEDROP-AGAIN", "delivery %s was here before; confirmed again",
				 e->id);
			return 0;
		}
		r = folder_write(i->f->at[BINNEN], name, e->message, e->message_size);
	}
	if (r == 0)
		r = finish(i, name);
	if (r == 0)
		log_info("FILEDROP-RECEIVED", "delivery %s: %zu bytes in in/", e->id,
			 e->message_size);
	return r;
}

void inbound_delivery(struct inbound *i, const struct ijw_event *e)
{
	char reason[128];
	int r = take(i, e);

	if (r == 0) {
		(void)ijw_done(i->c, e->id); /* fails only without memory: then it comes again */
		return;
	}
	(void)snprintf(reason, sizeof reason, "cannot be written: %s", strerrordesc_np(-r));
	log_error("FILEDROP-DISK", "delivery %s %s; given back to the hub, which tries again",
		  e->id, reason);
	(void)ijw_fail(i->c, e->id, reason);
}

/* Writes a file to signalen/ and tells so. */
static void write_signal(struct inbound *i, const char *name, const void *bytes, size_t n)
{
	int r = folder_write(i->f->at[SIGNALEN], name, bytes, n);

	if (r < 0)
		log_error("FILEDROP-NOTICE", "a notice of the hub cannot be written: %s",
			  strerrordesc_np(-r));
	else
		log_info("FILEDROP-NOTICE", "a notice of the hub: signalen/%s", name);
}

/* The name is the day and a hash, so that a notice that is repeated that day is one file. */
static void write_notice(struct inbound *i, const struct ijw_event *e)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	char name[64], date[11];

	if (EVP_Digest(e->json, e->json_size, sum, NULL, EVP_sha256(), NULL) != 1)
		return;
	day_text(day_of(clock_us()), date);
	(void)snprintf(name, sizeof name, "signaal_%s_%02x%02x%02x%02x%02x%02x.json", date, sum[0],
		       sum[1], sum[2], sum[3], sum[4], sum[5]);
	write_signal(i, name, e->json, e->json_size);
}

/* A digest is of a code and a week: a later one of that week takes its place.  The JSON comes last. */
static void write_digest(struct inbound *i, const struct ijw_event *e, const json_t *notice,
			 const char *name)
{
	static const struct {
		const char *ending;
		void (*write)(const json_t *notice, struct buf *out);
	} forms[] = {{"csv", digest_csv}, {"txt", digest_text}};
	char file[64];

	for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
		struct buf text = BUF_INIT;

		forms[f].write(notice, &text);
		(void)snprintf(file, sizeof file, "%s.%s", name, forms[f].ending);
		if (!text.failed)
			write_signal(i, file, buf_str(&text), text.len);
		buf_free(&text);
	}
	(void)snprintf(file, sizeof file, "%s.json", name);
	write_signal(i, file, e->json, e->json_size);
}

void inbound_notice(struct inbound *i, const struct ijw_event *e)
{
	json_t *notice = json_loadb(e->json, e->json_size, 0, NULL);
	char name[48];

	if (digest_name(notice, name, sizeof name))
		write_digest(i, e, notice, name);
	else
		write_notice(i, e);
	json_decref(notice);
}

int inbound_new(struct folder *f, struct ijw *c, struct inbound **ret)
{
	struct inbound *i = calloc(1, sizeof *i);
	int r;

	if (i == NULL)
		return -ENOMEM;
	i->f = f;
	i->c = c;
	i->seen = -1;
	r = read_seen(i);
	if (r == 0)
		r = folder_each(f->at[BINNEN], finish_one, i);
	if (r < 0)
		inbound_free(&i);
	else
		*ret = i;
	return r;
}

void inbound_free(struct inbound **i)
{
	if (*i == NULL)
		return;
	if ((*i)->seen >= 0)
		(void)close((*i)->seen);
	free(*i);
	*i = NULL;
}
