/*
 * Every rule that needs the register, lists or the day, by cases: each is a
 * sequence of messages into an empty register, and each message must give the
 * findings that the case says and no other.  What has findings is not taken
 * into the register, unless the case says so.
 */
#include "../../lib/unit.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "../../lib/geval.h"
#include "bench.h"
#include "care/kruis.h"
#include "care/regel_intern.h"
#include "care/register.h"
#include "care/release.h"

#define CASES "tests/cases/"
#define LISTS "tests/lists/"

/* The register of one case. */
struct wereld {
	char dir[64];
	struct store *store;
	int64_t id;
};

static struct bench bench;
static const struct pseudonym_key key = {{1, 2, 3}};
static const struct register_ops *instead; /* of the store's own, for the rules; NULL: that */
static size_t failed;			   /* messages whose judging failed with -EIO */

static bool wereld_open(struct wereld *w)
{
	struct buf url = BUF_INIT, why = BUF_INIT;
	int r = -EIO;

	memset(w, 0, sizeof *w);
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/ijwd-gevallen-XXXXXX");
	if (mkdtemp(w->dir) != NULL) {
		buf_addf(&url, "sqlite:%s/ijwd.db", w->dir);
		r = store_open(&w->store, buf_str(&url), STORE_WRITE, &why);
	}
	if (r < 0)
		fprintf(stderr, "%s\n", buf_str(&why));
	buf_free(&url);
	buf_free(&why);
	return r == 0 && w->store->ops->begin(w->store) == 0;
}

static void wereld_close(struct wereld *w)
{
	static const char *const files[] = {"ijwd.db", "ijwd.db-wal", "ijwd.db-shm"};
	char path[128];

	if (w->store != NULL)
		w->store->ops->rollback(w->store);
	store_close(&w->store);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", w->dir, files[i]);
		(void)unlink(path); /* not all of them need be there */
	}
	(void)rmdir(w->dir);
}

/* ---- one message ---- */

static struct kruis kruis_of(const struct wereld *w, const struct geval_bericht *g,
			     const struct bericht *b, const struct lijsten *lijsten)
{
	bool from_gemeente = b->type->richting == VAN_GEMEENTE;

	return (struct kruis){
		.store = w->store,
		.reg = instead != NULL ? instead : w->store->reg,
		.lijsten = lijsten,
		.key = &key,
		.gemeente = from_gemeente ? b->van : b->naar,
		.aanbieder = from_gemeente ? b->naar : b->van,
		.vandaag = g->today,
		.register_start = g->register_start,
	};
}

static bool is_expected(const struct finding *f, const struct geval_verwacht *v)
{
	return strcmp(f->rule, v->rule) == 0 &&
	       strcmp(f->retourcode != NULL ? f->retourcode : "", v->retourcode) == 0 &&
	       geval_path_is(f->path, v->path);
}

static void show(const char *file, unsigned line, const char *what, const struct finding *f)
{
	fprintf(stderr, "\n    %s:%u: %s: %s %s %s (%s)", file, line, what, f->rule,
		f->retourcode != NULL ? f->retourcode : "-", f->path != NULL ? f->path : "-",
		f->nl);
}

/* Each expectation is met by one finding, and each finding meets one. */
static bool as_expected(const char *file, const struct geval_bericht *g,
			const struct findings *found)
{
	bool met[GEVAL_EXPECTS] = {false}, good = true;

	for (size_t i = 0; i < found->n; i++) {
		size_t e = 0;

		while (e < g->n && (met[e] || !is_expected(&found->list[i], &g->expects[e])))
			e++;
		if (e < g->n)
			met[e] = true;
		else
			show(file, g->line, "not expected", &found->list[i]);
		good = good && e < g->n;
	}
	for (size_t e = 0; e < g->n; e++) {
		if (!met[e])
			fprintf(stderr, "\n    %s:%u: not found: %s", file, g->expects[e].line,
				g->expects[e].rule);
		good = good && met[e];
	}
	return good;
}

/* Into the store, so that an answer finds it, and into the register. */
static int take(struct wereld *w, const struct kruis *k, const struct geval_bericht *g)
{
	const struct bericht *b = &bench.checked.bericht;
	struct store_message m = {
		.id = ++w->id,
		.received = (int64_t)g->today * 86400000000,
		.settled = (int64_t)g->today * 86400000000,
		.party = "test",
		.reference = "",
		.type = b->type->naam,
		.van = b->van,
		.naar = b->naar,
		.identificatie = b->identificatie,
		.verdict = VERDICT_ACCEPTED,
		.body = "",
	};
	struct verwerking v = {.bericht = m.id,
			       .received = m.received,
			       .per_regel = strcmp(g->take, "lines") == 0};
	struct kruis own = *k;
	int r = w->store->ops->message_add(w->store, &m);

	own.reg = w->store->reg;
	if (r < 0 &&
	    r != -EEXIST) /* a case may send an Identificatie twice: the door is not here */
		return r;
	return register_verwerk(&own, &bench.arena, &v, b, bench.checked.inhoud);
}

static bool run_message(struct wereld *w, const char *file, const struct geval_bericht *g,
			const struct lijsten *lijsten)
{
	struct checked *c = &bench.checked;
	struct kruis k;
	int r = 0;

	switch (bench_check(&bench, g->bytes.data, g->bytes.len)) {
	case CHECK_VALID:
		k = kruis_of(w, g, &c->bericht, lijsten);
		r = regels_toets(standard_regels(c->bericht.type->standard),
				 1u << N_KRUIS | 1u << N_EXTERN, &c->bericht, c->inhoud, &k,
				 &bench.arena, &c->findings);
		break;
	case CHECK_REJECTED: /* by a rule inside the message: nothing across messages is looked at
			      */
		break;
	default:
		show(file, g->line, "no valid message", &c->findings.list[0]);
		return false;
	}
	if (instead != NULL && r == -EIO) { /* as it was meant: the story goes on */
		failed++;
		return take(w, &k, g) == 0;
	}
	if (r == 0 && c->outcome == CHECK_VALID && (c->findings.n == 0 || g->take[0] != '\0'))
		r = take(w, &k, g);
	if (r < 0)
		fprintf(stderr, "\n    %s:%u: %s", file, g->line, strerror(-r));
	return as_expected(file, g, &c->findings) && r == 0;
}

/* ---- one case ---- */

static bool run_messages(struct wereld *w, const char *file, const struct geval *g)
{
	bool good = true;

	for (size_t i = 0; good && i < g->n; i++) {
		const struct geval_bericht *b = &g->berichten[i];
		struct lijsten *lijsten = NULL;
		struct buf why = BUF_INIT;
		char dir[64];

		(void)snprintf(dir, sizeof dir, LISTS "%s", b->lists);
		if (b->lists[0] != '\0' && lijsten_open(&lijsten, dir, &why) < 0)
			fprintf(stderr, "\n    %s:%u: %s", file, b->line, buf_str(&why));
		good = run_message(w, file, b, lijsten) && why.len == 0;
		lijsten_free(&lijsten);
		buf_free(&why);
	}
	return good;
}

static bool run_case(const char *file, char *title, size_t room)
{
	struct buf why = BUF_INIT;
	struct wereld w;
	struct geval g;
	bool good = geval_read(file, &g, &why);

	if (!good)
		fprintf(stderr, "\n    %s", buf_str(&why));
	(void)snprintf(title, room, "%s: %s", file, g.title);
	if (good) {
		good = wereld_open(&w) && run_messages(&w, file, &g);
		wereld_close(&w);
	}
	geval_free(&g);
	buf_free(&why);
	return good;
}

/* Runs the cases of a folder whose name begins so; how many there were. */
static size_t run_folder(const char *folder, const char *begin)
{
	char pattern[160], title[320];
	glob_t found;
	size_t n = 0;

	(void)snprintf(pattern, sizeof pattern, CASES "%s/%s*.geval", folder, begin);
	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	for (; n < found.gl_pathc; n++)
		CHECK(run_case(found.gl_pathv[n], title, sizeof title), title);
	globfree(&found);
	return n;
}

static void rules(void)
{
	char says[96];

	for (const struct regel_functie *f = regels_kruis; f->id != NULL; f++) {
		(void)snprintf(says, sizeof says, "%s has a case that keeps it", f->id);
		CHECK(run_folder(f->id, "keeps") > 0, says);
		(void)snprintf(says, sizeof says, "%s has a case that breaks it", f->id);
		CHECK(run_folder(f->id, "breaks") > 0, says);
	}
}

static void processes(void)
{
	CHECK(run_folder("processen", "") > 0, "there are cases of whole processes");
}

/* ---- a register that fails ---- */

#define FAILS(op, ...)                    \
	static int fail_##op(__VA_ARGS__) \
	{                                 \
		return -EIO;              \
	}
#define EACH(row) int (*each)(void *, const struct row *), void *ctx

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
FAILS(toewijzing_current, struct store *s, struct arena *a, const char *g, int64_t n,
      struct reg_toewijzing *r)
FAILS(toewijzingen, struct store *s, const struct paar *p, EACH(reg_toewijzing))
FAILS(toewijzing_referentie, struct store *s, const char *g, const char *p, const char *t,
      int64_t *r)
FAILS(leveringen, struct store *s, const struct paar *p, EACH(reg_levering))
FAILS(declaratie_nummer, struct store *s, struct arena *a, const char *p, const char *t,
      struct reg_declaratie *r)
FAILS(declaratie_identificatie, struct store *s, struct arena *a, const char *g, const char *p,
      const char *t, struct reg_declaratie *r)
FAILS(declaratie_laatste, struct store *s, struct arena *a, const char *g, const char *p,
      struct reg_declaratie *r)
FAILS(prestatie_referentie, struct store *s, struct arena *a, const char *p, const char *t,
      struct reg_prestatie *r)
FAILS(prestatie_vorig, struct store *s, struct arena *a, const char *p, const char *t,
      struct reg_prestatie *r)
FAILS(prestaties, struct store *s, const char *g, int64_t n, EACH(reg_prestatie))
FAILS(prestaties_van, struct store *s, int64_t n, EACH(reg_prestatie))
FAILS(verzoek, struct store *s, struct arena *a, const char *p, const char *t,
      struct reg_verzoek *r)
FAILS(verzoeken_open, struct store *s, const struct paar *p, EACH(reg_verzoek))
FAILS(antwoorden, struct store *s, const char *g, const char *p, const char *t, EACH(reg_antwoord))
#pragma GCC diagnostic pop

/* One look-up fails and all others work: no finding comes of it, and the one who asked is told. */
static void try_failing(const struct register_ops *ops, const char *says)
{
	char title[320];
	bool good;

	instead = ops;
	failed = 0;
	good = run_case(CASES "processen/everything.geval", title, sizeof title);
	instead = NULL;
	CHECK(good && failed > 0, says);
}

static void failing_register(void)
{
	struct wereld w;
	struct register_ops ops, good;

	NEED(wereld_open(&w), "a store opens");
	good = *w.store->reg;
	wereld_close(&w);
#define TRY(op)             \
	ops = good;         \
	ops.op = fail_##op; \
	try_failing(&ops, "when " #op " fails the judging fails, and finds nothing");
	TRY(toewijzing_current)
	TRY(toewijzingen)
	TRY(toewijzing_referentie)
	TRY(leveringen)
	TRY(declaratie_nummer)
	TRY(declaratie_identificatie)
	TRY(declaratie_laatste)
	TRY(prestatie_referentie)
	TRY(prestatie_vorig)
	TRY(prestaties)
	TRY(prestaties_van)
	TRY(verzoek)
	TRY(verzoeken_open)
	TRY(antwoorden)
#undef TRY
}

int main(void)
{
	static const struct test tests[] = {
		{"each rule is kept and broken where it should be", rules},
		{"the standard's own examples, message by message", processes},
		{"a register that fails is no broken rule", failing_register},
		{NULL, NULL},
	};
	int r;

	if (bench_open(&bench) < 0)
		return 2;
	r = unit_main("cases across messages", tests);
	bench_close(&bench);
	return r;
}
