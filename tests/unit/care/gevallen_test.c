/*
 * Every rule that one message is enough for, by cases (tests/cases/RULE): each
 * message of a case gives the findings that the case says and no other.  And
 * the table of rules itself: every row of the standard has a check or says why
 * it has none, and every check here has, for each message it applies to, a
 * case that keeps it and one that breaks it.
 */
#include "../../lib/unit.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "../../lib/geval.h"
#include "bench.h"
#include "care/regel_intern.h"
#include "care/release.h"
#include "care/tsv.h"

#define RELEASE "schemas/ijw-3.2"
#define CASES "tests/cases/"

/* bron/regels.tsv: the rows of the standard, as facts. */
struct bron {
	const char *id, *kind, *level, *messages, *class_, *elements, *retourcode;
};

static struct bench bench;

static const struct regel_info *rows(size_t *n)
{
	const struct berichttype *any = standards_by_name(bench.standards, "JW301");

	return regels_list(standard_regels(any->standard), n);
}

/* Whether a list A,B,C has a name. */
static bool has_name(const char *names, const char *naam)
{
	size_t n = strlen(naam);

	for (const char *at = names; (at = strstr(at, naam)) != NULL; at += n)
		if ((at == names || at[-1] == ',') && (at[n] == '\0' || at[n] == ','))
			return true;
	return false;
}

static regel_fn *find_function(const struct regel_functie *table, const char *id)
{
	for (; table->id != NULL; table++)
		if (strcmp(table->id, id) == 0)
			return table->fn;
	return NULL;
}

/* The function of a rule that one message is enough for, whatever its level; else NULL. */
static regel_fn *own_function(const char *id)
{
	static const struct regel_functie *const tables[] = {regels_persoon, regels_product,
							     regels_declaratie, regels_sleutel};
	regel_fn *fn = NULL;

	for (size_t i = 0; fn == NULL && i < sizeof tables / sizeof *tables; i++)
		fn = find_function(tables[i], id);
	return fn;
}

/* ---- the table ---- */

static void table_is_complete(void)
{
	static const struct {
		const char *bron, *ours;
	} levels[] = {{"message", "bericht"},
		      {"cross-message", "kruis"},
		      {"external", "extern"},
		      {"process", "proces"},
		      {"schema", "schema"}};
	struct buf why = BUF_INIT;
	const struct regel_info *r;
	const struct bron *b;
	struct tsv t;
	size_t n;

	NEED(tsv_read(&t, RELEASE "/bron", "regels.tsv",
		      "id\tkind\tlevel\tmessages\tclass\telements\tretourcode", &why) == 0,
	     "the standard's rows can be read");
	b = (const struct bron *)(const void *)t.cells;
	r = rows(&n);
	CHECK(n == t.n && n > 200, "as many rows as the standard has");
	for (size_t i = 0; i < n && i < t.n; i++) {
		bool level = false;

		for (size_t k = 0; k < sizeof levels / sizeof *levels; k++)
			level = level || (strcmp(levels[k].bron, b[i].level) == 0 &&
					  strcmp(levels[k].ours, r[i].niveau) == 0);
		CHECK(strcmp(r[i].id, b[i].id) == 0, b[i].id);
		CHECK(level && strcmp(r[i].berichten, b[i].messages) == 0, b[i].id);
		CHECK(strcmp(r[i].retourcode, b[i].retourcode) == 0, b[i].id);
	}
	tsv_free(&t);
	buf_free(&why);
}

static bool is_sentence(const char *text)
{
	size_t n = strlen(text);

	return n > 10 && text[n - 1] == '.';
}

static void rows_say_enough(void)
{
	size_t n;
	const struct regel_info *r = rows(&n);

	for (size_t i = 0; i < n; i++) {
		bool checked = regel_has_function(&r[i]);

		CHECK(checked || is_sentence(r[i].reden), r[i].id);
		CHECK(!checked || (is_sentence(r[i].nl) && is_sentence(r[i].en) &&
				   is_sentence(r[i].todo_nl) && is_sentence(r[i].todo_en)),
		      r[i].id);
	}
}

/* ---- one message ---- */

static bool is_expected(const struct finding *f, const struct geval_verwacht *v)
{
	return strcmp(f->rule, v->rule) == 0 &&
	       strcmp(f->retourcode != NULL ? f->retourcode : "", v->retourcode) == 0 &&
	       geval_path_is(f->path, v->path) && f->line > 0 && f->column > 0;
}

/* Each expectation is met by one finding, and each finding meets one. */
static bool as_expected(const char *file, const struct geval_bericht *g, const struct findings *found)
{
	bool met[GEVAL_EXPECTS] = {false}, good = found->n == g->n;

	for (size_t i = 0; i < found->n; i++) {
		const struct finding *f = &found->list[i];
		size_t e = 0;

		while (e < g->n && (met[e] || !is_expected(f, &g->expects[e])))
			e++;
		if (e < g->n)
			met[e] = true;
		else
			fprintf(stderr, "\n    %s:%u: not expected: %s %s %s (%s)", file, g->line, f->rule,
				f->retourcode != NULL ? f->retourcode : "-", f->path, f->nl);
		good = good && e < g->n;
	}
	for (size_t e = 0; e < g->n; e++)
		if (!met[e])
			fprintf(stderr, "\n    %s:%u: not found: %s %s", file, g->expects[e].line,
				g->expects[e].rule, g->expects[e].path);
	return good;
}

/* The path and the words that a rule of another level gives, where one message is enough for it. */
static int look(const struct regel_info *info, struct checked *c)
{
	struct gemak gemak = {NULL, NULL};
	regel_fn *fn = own_function(info->id);
	int r = 0;

	for (uint32_t n = 1; r == 0 && n < c->inhoud->n; n++) {
		struct klasse *k = &c->inhoud->list[n];
		struct toets t = {.bericht = &c->bericht,
				  .inhoud = c->inhoud,
				  .arena = &bench.arena,
				  .gemak = &gemak};
		struct finding f = {.rule = info->id, .retourcode = info->retourcode, .nl = info->nl,
				    .line = k->line, .column = k->column};
		struct buf pad = BUF_INIT;

		if (!has_name(info->klasse, klasse_naam(k->soort)) || fn(&t, k))
			continue;
		inhoud_pad(c->inhoud, k, veld_van(c->inhoud, k, t.veld), &pad);
		f.path = arena_strdup(&bench.arena, buf_str(&pad));
		r = findings_add(&c->findings, &bench.arena, NULL, &f);
		buf_free(&pad);
	}
	return r;
}

static bool run_message(const char *file, const struct geval_bericht *g, const struct regel_info *info)
{
	struct checked *c = &bench.checked;
	enum outcome outcome = bench_check(&bench, g->bytes.data, g->bytes.len);

	if (outcome == CHECK_INVALID || outcome == CHECK_FAILED) {
		fprintf(stderr, "\n    %s:%u: not valid by the schema: %s %s", file, g->line,
			c->findings.list[0].path, c->findings.list[0].nl);
		return false;
	}
	if ((outcome == CHECK_REJECTED) != (c->findings.n > 0) || c->findings.code != NULL)
		return false;
	if (strcmp(info->niveau, "bericht") != 0 && outcome == CHECK_VALID && look(info, c) < 0)
		return false;
	return as_expected(file, g, &c->findings);
}

/* ---- cases ---- */

/* Whether a message expects the rule, or one that is told in its place. */
static bool expects(const struct geval_bericht *g, const struct regel_info *info)
{
	for (size_t e = 0; e < g->n; e++)
		if (strcmp(g->expects[e].rule, info->id) == 0 ||
		    has_name(info->stil_bij, g->expects[e].rule))
			return true;
	return false;
}

/* Runs the cases of a rule of one kind; seen: the messages that were of use. */
static void run_cases(const struct regel_info *info, const char *kind, bool breaks, struct buf *seen)
{
	char pattern[160], title[320];
	glob_t found;

	(void)snprintf(pattern, sizeof pattern, CASES "%s/%s*.geval", info->id, kind);
	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct buf why = BUF_INIT;
		struct geval g;
		bool good = geval_read(found.gl_pathv[i], &g, &why);

		if (!good)
			fprintf(stderr, "\n    %s", buf_str(&why));
		for (size_t m = 0; good && m < g.n; m++) {
			good = run_message(found.gl_pathv[i], &g.berichten[m], info) &&
			       (g.berichten[m].n > 0) == breaks;
			if (!good)
				fprintf(stderr, "\n    %s:%u", found.gl_pathv[i], g.berichten[m].line);
			if (!breaks || expects(&g.berichten[m], info))
				buf_addf(seen, "%s%s", seen->len > 0 ? "," : "", g.berichten[m].type);
		}
		(void)snprintf(title, sizeof title, "%s: %s", found.gl_pathv[i], g.title);
		CHECK(good, title);
		geval_free(&g);
		buf_free(&why);
	}
	globfree(&found);
}

/* Every message of a row's list was among those seen. */
static void check_seen(const struct regel_info *info, const char *kind, const char *seen)
{
	size_t n;
	const struct berichttype *types = standards_types(bench.standards, &n);
	char says[96];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(says, sizeof says, "%s has a case that %s it in a %s", info->id, kind,
			       types[i].naam);
		CHECK(!has_name(info->berichten, types[i].naam) || has_name(seen, types[i].naam), says);
	}
}

static void every_rule(void)
{
	size_t n, of_message = 0;
	const struct regel_info *r = rows(&n);

	for (size_t i = 0; i < n; i++) {
		struct buf keeps = BUF_INIT, breaks = BUF_INIT;

		if (!regel_has_function(&r[i]) || own_function(r[i].id) == NULL)
			continue;
		of_message += strcmp(r[i].niveau, "bericht") == 0;
		run_cases(&r[i], "keeps", false, &keeps);
		run_cases(&r[i], "breaks", true, &breaks);
		check_seen(&r[i], "keeps", buf_str(&keeps));
		check_seen(&r[i], "breaks", buf_str(&breaks));
		buf_free(&keeps);
		buf_free(&breaks);
	}
	CHECK(of_message > 80, "there are rules inside one message");
}

/* A folder of cases whose rule is none would never be run. */
static void no_idle_cases(void)
{
	size_t n;
	const struct regel_info *r = rows(&n);
	glob_t found;

	NEED(glob(CASES "[A-Z][A-Z][0-9]*", GLOB_ONLYDIR, NULL, &found) == 0, "there are cases");
	for (size_t f = 0; f < found.gl_pathc; f++) {
		const char *id = strrchr(found.gl_pathv[f], '/') + 1;
		size_t i = 0;

		while (i < n && (strcmp(r[i].id, id) != 0 || !regel_has_function(&r[i])))
			i++;
		CHECK(i < n, found.gl_pathv[f]);
	}
	globfree(&found);
}

/* ---- many ---- */

/* One line of a declaration copied: each copy breaks TR101, and 26,000 of them must not take for ever. */
static void many_findings(void)
{
	struct buf text = bench_message("JW323"), out = BUF_INIT;
	const char *line = strstr(buf_str(&text), "<jw323:Prestatie>");
	const char *end = strstr(buf_str(&text), "</jw323:Prestaties>");
	const struct klasse *k = NULL;
	uint32_t with_code = 0;

	buf_add(&out, text.data, (size_t)(line - text.data));
	for (int i = 0; i < 26000; i++)
		buf_add(&out, line, (size_t)(end - line));
	buf_adds(&out, end);
	CHECK(bench_check(&bench, out.data, out.len) == CHECK_REJECTED, "it is rejected");
	CHECK(bench.checked.findings.n == FINDINGS_MAX, "fifty are told");
	/* The first copy is none, and the total does not fit. */
	CHECK(bench.checked.findings.n + bench.checked.findings.more == 26000, "the rest is counted");
	while (bench.checked.inhoud != NULL &&
	       (k = inhoud_volgende(bench.checked.inhoud, k, K_PRESTATIE)) != NULL)
		with_code += k->codes != NULL && strcmp(k->codes->regel, "TR101") == 0 &&
			     strcmp(k->codes->code, "0001") == 0 && k->codes->next == NULL;
	CHECK(with_code == 25999, "and each has its return code");
	buf_free(&text);
	buf_free(&out);
}

static void says_no_name(void)
{
	struct buf text = bench_message("JW301"), json = BUF_INIT;

	bench_replace(&text, "999930084", "999930048");
	bench_replace(&text, "2014-05-17", "1884-05-17");
	bench_replace(&text, "1011ZZ", "0999ZZ");
	CHECK(bench_check(&bench, text.data, text.len) == CHECK_REJECTED, "it is rejected");
	CHECK(bench.checked.findings.n == 3, "for three reasons");
	findings_json(&bench.checked.findings, &json);
	CHECK(strstr(buf_str(&json), "999930048") == NULL && strstr(buf_str(&json), "1884") == NULL &&
		      strstr(buf_str(&json), "0999ZZ") == NULL,
	      "no personal value is told");
	CHECK(strstr(buf_str(&json), "\"retourcode\":\"0001\"") != NULL, "the return code is");
	buf_free(&text);
	buf_free(&json);
}

int main(void)
{
	static const struct test tests[] = {
		{"the table has every row of the standard", table_is_complete},
		{"a row has a check and words for it, or a reason", rows_say_enough},
		{"each rule is kept and broken where it should be", every_rule},
		{"no case lies idle", no_idle_cases},
		{"many findings are counted, and take no longer than few", many_findings},
		{"a finding tells no personal value", says_no_name},
		{NULL, NULL},
	};
	int r;

	if (bench_open(&bench) < 0)
		return 2;
	r = unit_main("rules inside one message", tests);
	bench_close(&bench);
	return r;
}
