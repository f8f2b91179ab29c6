#include "gevalspel.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "care/kruis.h"
#include "care/regel_intern.h"
#include "care/register.h"
#include "care/release.h"
#include "geval.h"

/* ---- other codes ---- */

/* Codes are as long as those they replace, and stand as the whole of an element or a column. */
static void exchange(struct buf *b, const char *was, const char *wordt)
{
	size_t n = strlen(was);

	for (char *p = b->data; p != NULL && (p = strstr(p, was)) != NULL; p += n) {
		char before = p == b->data ? '\n' : p[-1], after = p[n];

		if ((before == '>' && after == '<') ||
		    ((before == '\n' || before == '\t') && after == '\t'))
			memcpy(p, wordt, n);
	}
}

static void own_codes(const struct gevalspel *g, struct buf *b)
{
	exchange(b, "0363", g->gemeente);
	exchange(b, "98001234", g->aanbieder);
	exchange(b, "98005678", g->andere);
}

/* ---- lists ---- */

static bool copy_list(const struct gevalspel *g, const char *from, const char *to)
{
	struct buf text = BUF_INIT;
	char part[4096];
	FILE *f = fopen(from, "re");
	size_t n;
	bool ok = f != NULL;

	while (ok && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&text, part, n);
	if (f != NULL)
		(void)fclose(f); /* only read from */
	own_codes(g, &text);
	f = ok ? fopen(to, "we") : NULL;
	ok = f != NULL && fwrite(buf_str(&text), 1, text.len, f) == text.len;
	if (f != NULL && fclose(f) != 0)
		ok = false;
	buf_free(&text);
	return ok;
}

/* For each file of a folder of lists: copied with the case's codes, or removed again. */
static bool each_list(const struct gevalspel *g, const char *name, const char *dir, bool remove)
{
	char from[128], to[128], folder[64];
	struct dirent *e;
	bool ok = true;
	DIR *d;

	(void)snprintf(folder, sizeof folder, "tests/lists/%s", name);
	d = opendir(folder);
	while (d != NULL && ok && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(from, sizeof from, "%.60s/%.60s", folder, e->d_name);
		(void)snprintf(to, sizeof to, "%.60s/%.60s", dir, e->d_name);
		if (remove)
			(void)unlink(to);
		else
			ok = copy_list(g, from, to);
	}
	if (d != NULL)
		(void)closedir(d);
	return ok && d != NULL;
}

static bool open_lists(const struct gevalspel *g, const char *name, struct lijsten **ret)
{
	char dir[] = "/tmp/ijwd-lijsten-XXXXXX";
	struct buf why = BUF_INIT;
	bool ok;

	*ret = NULL;
	if (name[0] == '\0')
		return true;
	if (mkdtemp(dir) == NULL)
		return false;
	ok = each_list(g, name, dir, false) && lijsten_open(ret, dir, &why) == 0;
	(void)each_list(g, name, dir, true);
	(void)rmdir(dir);
	if (why.len > 0)
		(void)fprintf(stderr, "%s\n", buf_str(&why));
	buf_free(&why);
	return ok;
}

/* ---- one message ---- */

static void show(const char *file, unsigned line, const char *what, const struct finding *f)
{
	(void)fprintf(stderr, "%s:%u: %s: %s %s %s (%s)\n", file, line, what, f->rule,
		      f->retourcode != NULL ? f->retourcode : "-", f->path != NULL ? f->path : "-",
		      f->nl);
}

static bool is_expected(const struct finding *f, const struct geval_verwacht *v)
{
	return strcmp(f->rule, v->rule) == 0 &&
	       strcmp(f->retourcode != NULL ? f->retourcode : "", v->retourcode) == 0 &&
	       geval_path_is(f->path, v->path);
}

static bool is_kruisregel(const char *id, size_t n)
{
	for (const struct regel_functie *f = regels_kruis; f->id != NULL; f++)
		if (strlen(f->id) == n && memcmp(f->id, id, n) == 0)
			return true;
	return false;
}

/*
 * A case of a rule inside the message (its folder says which) is about that
 * message only: that the register does not know its allocation is as it is.
 */
static bool is_beside(const char *file, const struct finding *f)
{
	const char *slash = strrchr(file, '/'), *name = slash;

	while (name != NULL && name > file && name[-1] != '/')
		name--;
	return name != NULL && !is_kruisregel(name, (size_t)(slash - name)) &&
	       is_kruisregel(f->rule, strlen(f->rule));
}

/* Each expectation is met by one finding, and each finding meets one. */
static bool as_expected(const char *file, const struct geval_bericht *b,
			const struct findings *found)
{
	bool met[GEVAL_EXPECTS] = {false}, good = true;

	for (size_t i = 0; i < found->n; i++) {
		size_t e = 0;

		while (e < b->n && (met[e] || !is_expected(&found->list[i], &b->expects[e])))
			e++;
		if (e < b->n)
			met[e] = true;
		else if (!is_beside(file, &found->list[i])) {
			show(file, b->line, "not expected", &found->list[i]);
			good = false;
		}
	}
	for (size_t e = 0; e < b->n; e++) {
		if (!met[e])
			(void)fprintf(stderr, "%s:%u: not found: %s\n", file, b->expects[e].line,
				      b->expects[e].rule);
		good = good && met[e];
	}
	return good;
}

/* Into the store, so that an answer finds it, and into the register. */
static int take(struct gevalspel *g, const struct geval_bericht *b, struct checked *c,
		struct kruis *k, struct arena *a)
{
	const int64_t moment = (int64_t)b->today * 86400000000;
	struct store_message m = {
		.id = ++g->id,
		.received = moment,
		.settled = moment,
		.party = "geval",
		.reference = "",
		.type = c->bericht.type->naam,
		.van = c->bericht.van,
		.naar = c->bericht.naar,
		.identificatie = c->bericht.identificatie,
		.verdict = VERDICT_ACCEPTED,
		.body = "",
	};
	struct verwerking v = {
		.bericht = m.id, .received = moment, .per_regel = strcmp(b->take, "lines") == 0};
	int r = g->store->ops->message_add(g->store, &m);

	if (r < 0 &&
	    r != -EEXIST) /* a case may send an Identificatie twice: the door is not here */
		return r;
	return register_verwerk(k, a, &v, &c->bericht, c->inhoud);
}

static int judge(struct gevalspel *g, const struct geval_bericht *b, struct checked *c,
		 const struct lijsten *lijsten, struct arena *a)
{
	bool van_gemeente = c->bericht.type->richting == VAN_GEMEENTE;
	struct kruis k = {
		.store = g->store,
		.reg = g->store->reg,
		.lijsten = lijsten,
		.key = g->key,
		.gemeente = van_gemeente ? c->bericht.van : c->bericht.naar,
		.aanbieder = van_gemeente ? c->bericht.naar : c->bericht.van,
		.vandaag = b->today,
		.register_start = b->register_start,
	};
	int r = regels_toets(standard_regels(c->bericht.type->standard),
			     1u << N_KRUIS | 1u << N_EXTERN, &c->bericht, c->inhoud, &k, a,
			     &c->findings);

	if (r == 0 && (c->findings.n == 0 || b->take[0] != '\0'))
		r = take(g, b, c, &k, a);
	return r;
}

static bool play_message(struct gevalspel *g, const char *file, struct geval_bericht *b)
{
	struct arena a = ARENA_INIT;
	struct lijsten *lijsten;
	struct checked c;
	bool good;
	int r = 0;

	own_codes(g, &b->bytes);
	good = open_lists(g, b->lists, &lijsten);
	check_bytes(g->checker, &a, b->bytes.data, b->bytes.len, &c);
	if (c.outcome == CHECK_VALID)
		r = judge(g, b, &c, lijsten, &a);
	else if (c.outcome != CHECK_REJECTED) /* that is by a rule inside the message */
		r = -EINVAL;
	if (r < 0)
		(void)fprintf(stderr, "%s:%u: %s\n", file, b->line, strerror(-r));
	good = as_expected(file, b, &c.findings) && good && r == 0;
	lijsten_free(&lijsten);
	arena_release(&a);
	return good;
}

bool gevalspel_play(struct gevalspel *g, const char *file)
{
	struct buf why = BUF_INIT;
	struct geval geval;
	bool good = geval_read(file, &geval, &why);

	if (!good)
		(void)fprintf(stderr, "%s\n", buf_str(&why));
	for (size_t i = 0; good && i < geval.n; i++)
		good = play_message(g, file, &geval.berichten[i]);
	geval_free(&geval);
	buf_free(&why);
	return good;
}
