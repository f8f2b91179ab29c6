/*
 * An administrator has put the published schemas in place of ours: no tables
 * beside them, Basisschema.xsd with a capital that no import has, and the
 * patterns as they were published.  bron/patronen.tsv has both spellings, so
 * the set is made from ours by writing the published ones back.
 */
#include "../../lib/unit.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "../../lib/hub.h"
#include "bench.h"
#include "care/pattern.h"

#define CPU_SECONDS 120 /* of a sanitizer; a pattern that explodes wants hours */
#define MEMORY_KB (160L * 1024)
#define MB (1024u * 1024u)

struct place {
	char dir[64];
};

static const char *at(const struct place *p, const char *name)
{
	static char path[4][256];
	static int next;

	next = (next + 1) % 4;
	(void)snprintf(path[next], sizeof path[next], "%s/ijw-3.2/%s", p->dir, name);
	return path[next];
}

static struct buf read_text(const char *path)
{
	struct buf text = BUF_INIT;
	char piece[4096];
	size_t n;
	FILE *f = fopen(path, "re");

	while (f != NULL && (n = fread(piece, 1, sizeof piece, f)) > 0)
		buf_add(&text, piece, n);
	if (f != NULL)
		(void)fclose(f);
	return text;
}

static void write_text(const char *path, const struct buf *text)
{
	FILE *f = fopen(path, "we");

	if (CHECK(f != NULL, "a file of the copy can be written")) {
		(void)fwrite(text->data, 1, text->len, f);
		(void)fclose(f);
	}
}

/* The first `old` of a file becomes `new`. */
static void edit(const char *path, const char *old, const char *new)
{
	struct buf text = read_text(path);

	CHECK(strstr(buf_str(&text), old) != NULL, "what is to be edited is there");
	bench_replace(&text, old, new);
	write_text(path, &text);
	buf_free(&text);
}

/* One pair of bron/patronen.tsv: as published, and as libxml2 can read it. */
static void each_pair(void (*pair)(void *arg, const char *published, const char *ours), void *arg)
{
	struct buf text = read_text("schemas/ijw-3.2/bron/patronen.tsv");
	char *next = NULL, *line = strtok_r(text.data, "\n", &next);

	while ((line = strtok_r(NULL, "\n", &next)) != NULL) {
		char *tab = strchr(line, '\t'), *end = tab == NULL ? NULL : strchr(tab + 1, '\t');

		if (!CHECK(end != NULL, "bron/patronen.tsv has its columns"))
			break;
		*tab = *end = '\0';
		pair(arg, line, tab + 1);
	}
	buf_free(&text);
}

struct writing_back {
	struct buf text;
	unsigned n;
};

static void write_back(void *arg, const char *published, const char *ours)
{
	struct writing_back *w = arg;
	char old[128], new[128];

	if (strcmp(published, ours) == 0)
		return;
	(void)snprintf(old, sizeof old, "value=\"%s\"", ours);
	(void)snprintf(new, sizeof new, "value=\"%s\"", published);
	for (; strstr(buf_str(&w->text), old) != NULL; w->n++)
		bench_replace(&w->text, old, new);
}

static bool place_make(struct place *p)
{
	char command[256];
	struct writing_back w = {BUF_INIT, 0};

	(void)snprintf(p->dir, sizeof p->dir, "/tmp/ijwd-official-XXXXXX");
	if (!CHECK(mkdtemp(p->dir) != NULL, "there is room for a copy"))
		return false;
	(void)snprintf(command, sizeof command,
		       "cp -r schemas/ijw-3.2 %s && cd %s/ijw-3.2 && rm *.tsv && "
		       "mv basisschema.xsd Basisschema.xsd",
		       p->dir, p->dir);
	if (!CHECK(testhub_run(command, NULL, 0) == 0, "the release is copied"))
		return false;
	w.text = read_text(at(p, "Basisschema.xsd"));
	each_pair(write_back, &w);
	write_text(at(p, "Basisschema.xsd"), &w.text);
	buf_free(&w.text);
	return CHECK(w.n >= 3, "the published patterns are back");
}

static void place_remove(const struct place *p)
{
	char command[128];

	(void)snprintf(command, sizeof command, "rm -rf %s", p->dir);
	(void)testhub_run(command, NULL, 0);
}

/* A checker over the copy; the standards' complaints are none of an official set. */
static bool open_place(struct bench *b, const struct place *p)
{
	struct buf why = BUF_INIT;
	bool good;

	memset(b, 0, sizeof *b);
	good = standards_open(&b->standards, p->dir, &why) == 0 && why.len == 0 &&
	       checker_new(&b->checker, b->standards) == 0;
	if (!CHECK(good, "the official set opens without a complaint"))
		(void)fprintf(stderr, "%s", buf_str(&why));
	buf_free(&why);
	return good;
}

static void with_place(void (*run)(struct bench *b, struct place *p))
{
	struct place p;
	struct bench b;

	if (place_make(&p) && open_place(&b, &p)) {
		run(&b, &p);
		bench_close(&b);
	}
	place_remove(&p);
}

/* --- verdicts --- */

static void all_valid(struct bench *b, struct place *p)
{
	size_t n;
	const struct berichttype *types = standards_types(b->standards, &n);

	(void)p;
	CHECK(n == 14, "there are fourteen types");
	for (size_t i = 0; i < n; i++) {
		struct buf text = bench_message(types[i].naam);

		CHECK(bench_check(b, text.data, text.len) == CHECK_VALID, types[i].naam);
		CHECK(b->checked.bericht.type == &types[i] && b->checked.bericht.van[0] != '\0' &&
			      b->checked.bericht.naar[0] != '\0',
		      "and it is known who sends to whom");
		buf_free(&text);
	}
}

static void test_all_valid(void)
{
	with_place(all_valid);
}

#define SECRET "Zqx8Geheim"

/* clang-format off */
static const struct {
	const char *naam, *old, *new, *facet, *says;
} faults[] = {
	{"JW305", "Bsn>",           "Bsn>" SECRET,                  "pattern",      "letters in a Bsn"},
	{"JW305", "Achternaam>",    "Achternaam>" SECRET "\n",      "pattern",      "a name of two lines"},
	{"JW305", "Voorletters>NA", "Voorletters>" SECRET ".",      "pattern",      "a dot in the initials"},
	{"JW305", "2026-02-11",     SECRET,                         "type",         "a date that is none"},
	{"JW305", "2026-02-11",     "2026-02-11Z",                  "pattern",      "a date with a zone"},
	{"JW301", "10:15:00",       "10:15:00-05:00",               "pattern",      "a time with a negative zone, which libxml2 misreads"},
	{"JW305", "Geslacht>",      "Geslacht>" SECRET,             "enumeration",  "a code that is in no list"},
	{"JW305", ">438<",          ">" SECRET "<",                 "pattern",      "another BerichtCode"},
	{"JW305", "<jw305:Bsn>",    "<jw305:Onbekend>" SECRET "</jw305:Onbekend><jw305:Bsn>", "unexpected", "an element that nobody knows"},
	{"JW305", "<jw305:Bsn>",    "<jw305:Bsn kenmerk=\"" SECRET "\">", "attribute", "an attribute"},
	{"JW305", "<jw305:Client>", "<jw305:Client>" SECRET,        "text",         "loose text"},
};
/* clang-format on */

static void generic_sentences(struct bench *b, struct place *p)
{
	(void)p;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct buf text = bench_message(faults[i].naam), json = BUF_INIT;
		const struct finding *f;

		bench_replace(&text, faults[i].old, faults[i].new);
		CHECK(bench_check(b, text.data, text.len) == CHECK_INVALID, faults[i].says);
		f = b->checked.findings.list;
		if (!CHECK(b->checked.findings.n > 0, faults[i].says))
			continue;
		CHECK(f->facet != NULL && strcmp(f->facet, faults[i].facet) == 0, faults[i].says);
		CHECK(f->nl != NULL && f->en != NULL && strcmp(f->nl, f->en) != 0 &&
			      f->todo_nl != NULL && f->todo_en != NULL,
		      "it is said in both languages, and what to do");
		CHECK(f->path != NULL && f->line > 1, "with its place");
		findings_json(&b->checked.findings, &json);
		CHECK(strstr(buf_str(&json), SECRET) == NULL, "and no value is quoted");
		buf_clear(&json);
		check_excerpt(b->checker, text.data, text.len, f, &json);
		CHECK(json.len > 0 && strstr(buf_str(&json), SECRET) == NULL,
		      "not in the lines around it either");
		buf_free(&text);
		buf_free(&json);
	}
}

static void test_generic_sentences(void)
{
	with_place(generic_sentences);
}

/* Without a table every value counts as personal, also one that would do no harm. */
static void no_value(struct bench *b, struct place *p)
{
	struct buf text = bench_message("JW305"), json = BUF_INIT;

	(void)p;
	bench_replace(&text, "2026-02-11", "2026-02-31");
	CHECK(bench_check(b, text.data, text.len) == CHECK_INVALID, "31 February is no date");
	findings_json(&b->checked.findings, &json);
	CHECK(strstr(buf_str(&json), "2026-02-31") == NULL, "it is not quoted");
	buf_free(&text);
	buf_free(&json);
}

static void test_no_value(void)
{
	with_place(no_value);
}

/* --- what the manifest demands and the schema does not --- */

static const struct {
	const char *fixed, *free, *old, *new, *says;
} loose[] = {
	{"value=\"438\"", "value=\"[0-9]{3}\"", ">438<", ">439<", "438"},
	{"value=\"3\"", "value=\"[0-9]+\"", "Versie>3<", "Versie>4<", " 3."},
	{"value=\"2\"", "value=\"[0-9]+\"", "Subversie>2<", "Subversie>1<", " 2."},
};

static void not_fixed(void)
{
	struct place p;
	struct bench b;
	struct buf good = bench_message("JW305");

	NEED(place_make(&p), "the copy is made");
	for (size_t i = 0; i < sizeof loose / sizeof *loose; i++)
		edit(at(&p, "jw305.xsd"), loose[i].fixed, loose[i].free);
	if (open_place(&b, &p)) {
		CHECK(bench_check(&b, good.data, good.len) == CHECK_VALID, "the message is valid");
		for (size_t i = 0; i < sizeof loose / sizeof *loose; i++) {
			struct buf text = bench_message("JW305");
			const struct findings *fs = &b.checked.findings;

			bench_replace(&text, loose[i].old, loose[i].new);
			CHECK(bench_check(&b, text.data, text.len) == CHECK_INVALID, loose[i].new);
			CHECK(fs->n == 1 && fs->code != NULL && strcmp(fs->code, "BRS13") == 0,
			      "it has the code that the schema would give");
			CHECK(fs->n > 0 && strstr(fs->list[0].nl, loose[i].says) != NULL &&
				      strstr(fs->list[0].en, loose[i].says) != NULL,
			      "and it is said what it should be");
			buf_free(&text);
		}
		bench_close(&b);
	}
	buf_free(&good);
	place_remove(&p);
}

/* --- patterns --- */

static void mend(void *arg, const char *published, const char *ours)
{
	struct buf text = BUF_INIT, want = BUF_INIT;
	unsigned *mended = arg;
	char *data;
	size_t n;

	buf_addf(&text, "<p x='%s' value=\"%s\"/><p value='%s'/>", published, published, published);
	buf_addf(&want, "<p x='%s' value=\"%s\"/><p value='%s'/>", published, ours, ours);
	n = text.len;
	data = buf_take(&text);
	if (CHECK(data != NULL && pattern_mend(&data, &n) == 0, "a schema's text is mended")) {
		CHECK(strcmp(data, buf_str(&want)) == 0 && n == want.len, published);
		*mended += strcmp(published, ours) != 0;
	}
	free(data);
	buf_free(&want);
}

static void mended(void)
{
	unsigned n = 0;

	each_pair(mend, &n);
	CHECK(n == 3, "three patterns differ");
}

static void fill(struct buf *b, const char *piece)
{
	while (b->len < MB - 64)
		buf_adds(b, piece);
}

/* clang-format off */
static const struct {
	const char *naam, *before, *open, *piece, *last, *close;
	enum outcome want;
	const char *says;
} long_values[] = {
	{"JW315", "<jw315:AangevraagdeProducten>", "<jw315:Commentaar>", "woord ", "x", "</jw315:Commentaar>", CHECK_VALID,   "1 MB of words"},
	{"JW315", "<jw315:AangevraagdeProducten>", "<jw315:Commentaar>", "woord\n", "x", "</jw315:Commentaar>", CHECK_VALID,   "1 MB of lines"},
	{"JW315", "<jw315:AangevraagdeProducten>", "<jw315:Commentaar>", "x", "\n", "</jw315:Commentaar>", CHECK_VALID,   "1 MB of one word"},
	{"JW315", "<jw315:AangevraagdeProducten>", "<jw315:Commentaar>", ". ", " ", "</jw315:Commentaar>", CHECK_VALID,   "1 MB of dots"},
	{"JW315", "<jw315:AangevraagdeProducten>", "<jw315:Commentaar>", " ", "\n", "</jw315:Commentaar>", CHECK_INVALID, "1 MB of blanks"},
	{"JW305", "Voorbeeld</", "", "x", "\n", "", CHECK_INVALID, "a name of 1 MB with a line end"},
	{"JW305", "Voorbeeld</", "", "x ", "\n", "", CHECK_INVALID, "a name of 1 MB with blanks and a line end"},
};
/* clang-format on */

/* In a process of its own, whose time and memory the kernel bounds and counts. */
static bool bounded(struct bench *b, const struct buf *text, enum outcome want)
{
	struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS};
	struct rusage used;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		(void)setrlimit(RLIMIT_CPU, &cpu);
		_exit(bench_check(b, text->data, text->len) == want ? 0 : 1);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		return false;
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* which need far more */
	CHECK(used.ru_maxrss < MEMORY_KB, "its memory is bounded");
#endif
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void no_explosion(struct bench *b, struct place *p)
{
	(void)p;
	for (size_t i = 0; i < sizeof long_values / sizeof *long_values; i++) {
		struct buf text = bench_message(long_values[i].naam), with = BUF_INIT;

		buf_adds(&with, long_values[i].open);
		fill(&with, long_values[i].piece);
		buf_adds(&with, long_values[i].last);
		buf_adds(&with, long_values[i].close);
		buf_adds(&with, long_values[i].before);
		bench_replace(&text, long_values[i].before, buf_str(&with));
		CHECK(bounded(b, &text, long_values[i].want), long_values[i].says);
		buf_free(&text);
		buf_free(&with);
	}
}

static void test_no_explosion(void)
{
	with_place(no_explosion);
}

/* --- folders and manifests --- */

static void no_folder(void)
{
	struct standards *s = NULL;
	struct buf why = BUF_INIT;
	struct place p;

	NEED(place_make(&p), "the copy is made");
	CHECK(standards_open(&s, "/nergens/schemas", &why) < 0 && s == NULL &&
		      strstr(buf_str(&why), "/nergens/schemas: No such file") != NULL,
	      "a folder that is not there is named");
	buf_clear(&why);
	(void)remove(at(&p, "manifest.yaml"));
	CHECK(standards_open(&s, p.dir, &why) < 0 && s == NULL &&
		      strstr(buf_str(&why), p.dir) != NULL &&
		      strstr(buf_str(&why), "manifest.yaml") != NULL,
	      "one without a manifest is named, and what was looked for");
	buf_free(&why);
	place_remove(&p);
}

static void no_schemas(void)
{
	struct standards *s = NULL;
	struct buf why = BUF_INIT;
	struct place p;
	size_t n;
	const struct berichttype *types;

	NEED(place_make(&p), "the copy is made");
	(void)remove(at(&p, "Basisschema.xsd"));
	(void)remove(at(&p, "jw301.xsd"));
	NEED(standards_open(&s, p.dir, &why) == 0, "the release is known all the same");
	types = standards_types(s, &n);
	for (size_t i = 0; i < n; i++)
		CHECK(types[i].broken != NULL, "no type can be checked");
	CHECK(strstr(buf_str(&why), "ijw-3.2/JW301: jw301.xsd is not in the folder") != NULL,
	      "a schema that is missing is told with its type");
	CHECK(strstr(buf_str(&why), "jw305.xsd does not compile: basisschema.xsd is not in") !=
		      NULL,
	      "and one that is missing by import with who asked for it");
	standards_free(&s);
	buf_free(&why);
	place_remove(&p);
}

/* clang-format off */
static const struct {
	const char *old, *new, *says;
} manifests[] = {
	{"release: \"3.2\"\n", "", "manifest.yaml:7: the key 'release' is missing"},
	{"    schema: jw301.xsd\n", "", "manifest.yaml:12: the key 'schema' is missing"},
	{"release: \"3.2\"", "releas: \"3.2\"", "manifest.yaml:3: unknown key 'releas'; expected: standaard, release, geldig_vanaf"},
	{"    retour: yes", "    retuor: yes", "manifest.yaml:17: unknown key 'retuor'; expected: naam, berichtcode, richting"},
	{"richting: gemeente-aanbieder", "richting: nergens", "manifest.yaml:10: richting: 'nergens' is not known; expected: gemeente-aanbieder, aanbieder-gemeente"},
	{"retour: no", "retour: misschien", "manifest.yaml:11: retour: 'misschien' is not known; expected: no, yes"},
	{"berichtcode: \"436\"", "berichtcode: \"436436436\"", "manifest.yaml:9: berichtcode: STRING length > 7"},
	{"  - naam: JW305", "\t- naam: JW305", "manifest.yaml:20: schema: found a tab character"},
	{"release: \"3.2\"", "release: drie", "manifest.yaml: release: 'drie'; expected: \"3.2\""},
	{"release: \"3.2\"", "release: \"3.\"", "manifest.yaml: release: '3.'; expected: \"3.2\""},
	{"naam: JW302", "naam: JW301", "manifest.yaml: naam: JW301 is there twice"},
	{"ijw/3_2/jw302/schema", "ijw/3_2/jw301/schema", "manifest.yaml: namespace of JW302: http://www.istandaarden.nl/ijw/3_2/jw301/schema is another message's"},
};
/* clang-format on */

static void bad_manifests(void)
{
	struct buf why = BUF_INIT, manifest = read_text("schemas/ijw-3.2/manifest.yaml");
	struct standards *s = NULL;
	struct place p;

	NEED(place_make(&p), "the copy is made");
	for (size_t i = 0; i < sizeof manifests / sizeof *manifests; i++) {
		write_text(at(&p, "manifest.yaml"), &manifest);
		edit(at(&p, "manifest.yaml"), manifests[i].old, manifests[i].new);
		buf_clear(&why);
		CHECK(standards_open(&s, p.dir, &why) < 0 && s == NULL, manifests[i].new);
		if (!CHECK(strstr(buf_str(&why), manifests[i].says) != NULL, manifests[i].says))
			(void)fprintf(stderr, "  said: %s", buf_str(&why));
	}
	manifest.len = 0;
	write_text(at(&p, "manifest.yaml"), &manifest);
	buf_clear(&why);
	CHECK(standards_open(&s, p.dir, &why) < 0 &&
		      strstr(buf_str(&why), "manifest.yaml:1: nothing in it; expected: standaard"),
	      "an empty manifest is told as such");
	buf_adds(&manifest, "- JW301\n");
	write_text(at(&p, "manifest.yaml"), &manifest);
	buf_clear(&why);
	CHECK(standards_open(&s, p.dir, &why) < 0 &&
		      strstr(buf_str(&why), "manifest.yaml:1: Expecting MAPPING"),
	      "and so is one that is a list");
	buf_free(&manifest);
	buf_free(&why);
	place_remove(&p);
}

int main(void)
{
	static const struct test tests[] = {
		{"the shipped messages are valid by an official set without our tables",
		 test_all_valid},
		{"sentences are general then, in both languages, and quote nothing",
		 test_generic_sentences},
		{"without tables also a harmless value is not shown", test_no_value},
		{"BerichtCode and version must fit the manifest when the schema leaves them free",
		 not_fixed},
		{"a published pattern that libxml2 cannot bear is read in our spelling", mended},
		{"a value of a megabyte costs bounded time and memory under them",
		 test_no_explosion},
		{"a folder without a manifest is told clearly", no_folder},
		{"a schema that is missing is told with its type", no_schemas},
		{"a manifest with a fault is told with line, key and what was expected",
		 bad_manifests},
		{NULL, NULL}};

	return unit_main("official", tests);
}
