/*
 * Does the hub find fault where there is none?  A stream of messages that keep
 * every rule goes through check and intake; each finding is a failure, and is
 * told.  Then into the same store, as full as it is: every case that breaks a
 * rule gives its findings and no other; and a register made anew is the same.
 *
 * usage: stream [messages [seed [clients]]]
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/gevalspel.h"
#include "../lib/inname.h"
#include "../lib/stroom.h"
#include "care/rebuild.h"

#define TYPES 14
#define SHOWN 25 /* findings that are told in full */
#define GEMEENTECODES "schemas/ijw-3.2/gemeentecodes.tsv"

struct tally {
	const char *types[TYPES];
	unsigned long counts[TYPES];
	unsigned long messages, false_findings, refused;
	int64_t stroom_ns, bytes;
};

/* ---- the stream ---- */

static void count_type(struct tally *t, const char *type)
{
	size_t i = 0;

	while (i < TYPES && t->types[i] != NULL && strcmp(t->types[i], type) != 0)
		i++;
	if (i == TYPES)
		return;
	t->types[i] = type;
	t->counts[i]++;
}

static void show_findings(const struct inname *i, const struct stroom_bericht *b)
{
	char moment[MOMENT_TEXT];

	moment_text(b->received, moment);
	(void)printf("message %lld, %s of %s: %s to %s\n", (long long)i->judged.id, b->type, moment,
		     b->van, b->naar);
	for (size_t n = 0; n < i->checked.findings.n; n++) {
		const struct finding *f = &i->checked.findings.list[n];

		(void)printf("  %s %s %s line %u: %s\n", f->rule,
			     f->retourcode != NULL ? f->retourcode : "-",
			     f->path != NULL ? f->path : "-", f->line, f->nl);
	}
	if (getenv("SHOW") != NULL)
		(void)printf("%.*s\n", (int)b->size, b->data);
}

static void judge(struct tally *t, const struct inname *i, const struct stroom_bericht *b)
{
	t->messages++;
	t->bytes += (int64_t)b->size;
	count_type(t, b->type);
	if (inname_clean(i))
		return;
	t->false_findings += i->checked.findings.n + i->checked.findings.more;
	t->refused += i->judged.verdict != VERDICT_ACCEPTED || i->judged.duplicate;
	if (t->false_findings <= SHOWN)
		show_findings(i, b);
}

static int run(struct inname *i, struct stroom *s, unsigned long n, struct tally *t)
{
	struct stroom_bericht b;
	int r = 0;

	while (r == 0 && t->messages < n) {
		int64_t begin = clock_ns();

		if (!stroom_next(s, &b))
			return -1;
		t->stroom_ns += clock_ns() - begin;
		r = inname_take(i, &b);
		if (r == 0)
			judge(t, i, &b);
	}
	return r == 0 ? inname_commit(i) : r;
}

static bool told(const struct inname *i, const struct tally *t)
{
	double n = (double)t->messages;
	unsigned types = 0;

	(void)printf("%lu messages, %lu findings, %lu not accepted\n", t->messages,
		     t->false_findings, t->refused);
	for (size_t k = 0; k < TYPES && t->types[k] != NULL; k++, types++)
		(void)printf("  %s %8lu\n", t->types[k], t->counts[k]);
	(void)printf("us per message: %.1f check and %.1f intake of the processor, %.1f commit, "
		     "%.1f to make it\n",
		     (double)i->check_ns / n / 1000, (double)i->intake_ns / n / 1000,
		     (double)i->commit_ns / n / 1000, (double)t->stroom_ns / n / 1000);
	(void)printf("bytes per message: %.0f as sent, %.0f in the store\n", (double)t->bytes / n,
		     (double)inname_size(i) / n);
	if (types != TYPES)
		(void)printf("%u of %d types occur: that is too few\n", types, TYPES);
	return t->false_findings == 0 && t->refused == 0 && types == TYPES;
}

/* ---- the cases ---- */

/* The next gemeentecode of the list that neither the stream nor a case uses. */
static bool next_gemeente(FILE *f, const struct stroom *s, char ret[5])
{
	char line[256];

	while (fgets(line, sizeof line, f) != NULL) {
		bool used = line[0] == 'c' || line[4] != '\t' || strncmp(line, "0363", 4) == 0 ||
			    strncmp(line, "0034", 4) == 0 || strncmp(line, "0370", 4) == 0;

		line[4] = '\0';
		for (size_t n = 0; !used && stroom_code(s, n) != NULL; n++)
			used = strcmp(stroom_code(s, n), line) == 0;
		if (!used) {
			memcpy(ret, line, 5);
			return true;
		}
	}
	return false;
}

static unsigned play_all(struct gevalspel *g, const struct stroom *s, FILE *codes,
			 const glob_t *files)
{
	char gemeente[5], aanbieder[9], andere[9];
	unsigned failed = 0;

	g->gemeente = gemeente;
	g->aanbieder = aanbieder;
	g->andere = andere;
	for (size_t n = 0; n < files->gl_pathc; n++) {
		if (!next_gemeente(codes, s, gemeente)) {
			(void)printf("more cases than gemeentecodes\n");
			return failed + 1;
		}
		(void)snprintf(aanbieder, sizeof aanbieder, "%08u", 98200000 + (unsigned)n);
		(void)snprintf(andere, sizeof andere, "%08u", 98300000 + (unsigned)n);
		failed += !gevalspel_play(g, files->gl_pathv[n]);
	}
	return failed;
}

/* All in one transaction that is undone: the store is as it was. */
static bool cases(struct inname *i, const struct stroom *s)
{
	struct gevalspel g = {.store = i->store, .checker = i->checker, .key = &i->key};
	FILE *codes = fopen(GEMEENTECODES, "re");
	glob_t files = {0};
	unsigned failed = 1;

	if (codes != NULL && glob("tests/cases/*/breaks*.geval", 0, NULL, &files) == 0 &&
	    i->store->ops->last_id(i->store, &g.id) == 0 && i->store->ops->begin(i->store) == 0) {
		failed = play_all(&g, s, codes, &files);
		i->store->ops->rollback(i->store);
	}
	(void)printf("%zu cases in the full store, %u not as they should be\n", files.gl_pathc,
		     failed);
	globfree(&files);
	if (codes != NULL)
		(void)fclose(codes); /* only read from */
	return failed == 0;
}

/* ---- the register made anew ---- */

static bool rebuilt(struct inname *i)
{
	struct rebuild_result ret;
	int64_t begin = clock_ns();
	int r = rebuild_register(i->store, i->rules, i->parties, &i->key, false, false, NULL, NULL, &ret);
	bool same = r == 0 && memcmp(ret.before, ret.after, sizeof ret.before) == 0;

	if (r < 0) {
		(void)printf("rebuild: %s\n", strerror(-r));
		return false;
	}
	(void)printf("rebuilt from %lld messages in %.1f s: the register %s, %lld messages judged "
		     "otherwise\n",
		     (long long)ret.messages, (double)(clock_ns() - begin) / 1e9,
		     same ? "is the same" : "DIFFERS", (long long)ret.different);
	return same && ret.different == 0;
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	uint32_t clients = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : (uint32_t)(n / 10);
	struct stroom *s = stroom_new(seed, clients);
	struct tally t = {.messages = 0};
	struct inname i;
	bool good;
	int r;

	if (s == NULL || !inname_open(&i, s, NULL))
		return 2;
	(void)printf("seed %llu, %u clients, store in %s\n", (unsigned long long)seed, clients,
		     i.dir);
	r = run(&i, s, n, &t);
	if (r < 0)
		(void)printf("after %lu messages: %s\n", t.messages, strerror(-r));
	good = told(&i, &t) && r == 0;
	good = cases(&i, s) && good;
	good = rebuilt(&i) && good;
	inname_close(&i);
	stroom_free(&s);
	return good ? 0 : 1;
}
