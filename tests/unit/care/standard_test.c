#include "../../lib/unit.h"

#include <ftw.h>
#include <sys/stat.h>

#include "bench.h"

/* A copy of the release in a folder of its own, to be spoilt. */
static void copy_file(const char *from, const char *to)
{
	char piece[8192];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n;

	while (in != NULL && out != NULL && (n = fread(piece, 1, sizeof piece, in)) > 0)
		(void)fwrite(piece, 1, n, out);
	if (in != NULL)
		(void)fclose(in);
	if (out != NULL)
		(void)fclose(out);
}

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

static void place_make(struct place *p)
{
	struct bench b;
	size_t n = 0;
	const struct berichttype *types;

	(void)snprintf(p->dir, sizeof p->dir, "/tmp/ijwd-standard-XXXXXX");
	if (mkdtemp(p->dir) == NULL || bench_open(&b) < 0)
		return;
	(void)mkdir(at(p, ""), 0700);
	types = standards_types(b.standards, &n);
	for (size_t i = 0; i < n; i++) {
		char from[256];

		(void)snprintf(from, sizeof from, BENCH_SCHEMAS "/ijw-3.2/%s", types[i].schema);
		copy_file(from, at(p, types[i].schema));
	}
	copy_file(BENCH_SCHEMAS "/ijw-3.2/basisschema.xsd", at(p, "basisschema.xsd"));
	copy_file(BENCH_SCHEMAS "/ijw-3.2/manifest.yaml", at(p, "manifest.yaml"));
	bench_close(&b);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void place_remove(const struct place *p)
{
	(void)nftw(p->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Opens the copy; what was said about it goes to why. */
static int open_place(const struct place *p, struct standards **s, struct buf *why)
{
	*s = NULL;
	buf_clear(why);
	return standards_open(s, p->dir, why);
}

static void shipped(void)
{
	static const char *const retour[] = {"JW302", "JW306", "JW308", "JW316", "JW318", "JW320"};
	const struct berichttype *types, *t;
	struct bench b;
	size_t n, retours = 0;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	types = standards_types(b.standards, &n);
	CHECK(n == 14, "there are fourteen message types");
	for (size_t i = 0; i < n; i++) {
		retours += types[i].retour;
		CHECK(types[i].broken == NULL, "every schema compiles");
		CHECK(standards_by_name(b.standards, types[i].naam) == &types[i], "found by name");
		CHECK(standards_by_namespace(b.standards, types[i].namespace_) == &types[i],
		      "found by namespace");
	}
	CHECK(retours == 6, "six of them are return messages");
	for (size_t i = 0; i < 6; i++)
		CHECK(standards_by_name(b.standards, retour[i])->retour, "and these are they");
	t = standards_by_name(b.standards, "JW305");
	CHECK(strcmp(t->code, "438") == 0, "a start has code 438");
	CHECK(t->richting == VAN_AANBIEDER, "a start comes from the aanbieder");
	CHECK(strcmp(standard_name(t->standard), "ijw-3.2") == 0, "the standard is named");
	CHECK(standards_by_name(b.standards, "JW999") == NULL, "an unknown name gives NULL");
	CHECK(standards_by_namespace(b.standards, NULL) == NULL, "no namespace gives NULL");
	bench_close(&b);
}

static void other_case(void)
{
	struct place p;
	struct standards *s;
	struct buf why = BUF_INIT;

	place_make(&p);
	(void)rename(at(&p, "basisschema.xsd"), at(&p, "Basisschema.xsd"));
	(void)rename(at(&p, "jw305.xsd"), at(&p, "JW305.XSD"));
	CHECK(open_place(&p, &s, &why) == 0 && why.len == 0, "names may differ in case");
	standards_free(&s);
	buf_free(&why);
	place_remove(&p);
}

static void twice(void)
{
	struct place p;
	struct standards *s;
	struct buf why = BUF_INIT;

	place_make(&p);
	copy_file(at(&p, "jw305.xsd"), at(&p, "JW305.xsd"));
	NEED(open_place(&p, &s, &why) == 0, "one doubtful schema does not stop the others");
	CHECK(standards_by_name(s, "JW305")->broken != NULL,
	      "a schema that is there twice is not used");
	CHECK(strstr(buf_str(&why), "JW305") != NULL && strstr(buf_str(&why), "twice") != NULL,
	      "and it is said why");
	CHECK(standards_by_name(s, "JW301")->broken == NULL, "another type goes on");
	standards_free(&s);
	buf_free(&why);
	place_remove(&p);
}

static void broken(void)
{
	struct place p;
	struct standards *s;
	struct buf why = BUF_INIT;
	struct checker *c = NULL;
	struct arena a = ARENA_INIT;
	struct checked k;
	struct buf start = bench_message("JW305"), stop = bench_message("JW307");
	FILE *f;

	place_make(&p);
	f = fopen(at(&p, "jw305.xsd"), "w");
	(void)fputs("<xs:schema", f);
	(void)fclose(f);
	NEED(open_place(&p, &s, &why) == 0, "a broken schema does not stop the others");
	CHECK(strstr(buf_str(&why), "jw305.xsd") != NULL, "the file is named");
	NEED(checker_new(&c, s) == 0, "a checker is made without it");
	check_bytes(c, &a, start.data, start.len, &k);
	CHECK(k.outcome == CHECK_FAILED, "its messages could not be checked, and that is ours");
	CHECK(k.findings.code == NULL && k.findings.n == 1, "so the sender gets no delivery code");
	CHECK(k.bericht.type != NULL, "and the type is known all the same");
	check_bytes(c, &a, stop.data, stop.len, &k);
	CHECK(k.outcome == CHECK_VALID, "messages of another type are checked");
	arena_release(&a);
	checker_free(&c);
	standards_free(&s);
	buf_free(&start);
	buf_free(&stop);
	buf_free(&why);
	place_remove(&p);
}

/* An import of something outside the folder finds nothing, however it is written. */
static void outside(void)
{
	static const char *const locations[] = {"/etc/passwd", "../../../etc/passwd",
						"http://127.0.0.1:9/basisschema2.xsd",
						"file:///etc/passwd"};
	struct place p;
	struct standards *s;
	struct buf why = BUF_INIT;

	place_make(&p);
	for (size_t i = 0; i < 4; i++) {
		FILE *f = fopen(at(&p, "jw305.xsd"), "w");

		fprintf(f,
			"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:include "
			"schemaLocation='%s'/></xs:schema>",
			locations[i]);
		(void)fclose(f);
		NEED(open_place(&p, &s, &why) == 0, "the others go on");
		CHECK(standards_by_name(s, "JW305")->broken != NULL,
		      "nothing outside the folder is read");
		standards_free(&s);
	}
	buf_free(&why);
	place_remove(&p);
}

static void bad_manifest(void)
{
	static const char *const texts[] = {"standaard: ijw\nrelease: \"3.2\"\n", "standaard: [\n",
					    "standaard: ijw\nrelease: \"3.2\"\ngeldig_vanaf: "
					    "2023-04-01\nbasisschema: b.xsd\nberichten:\n"
					    "  - naam: JW301\n    richting: nergens\n"};
	struct place p;
	struct standards *s;
	struct buf why = BUF_INIT;

	place_make(&p);
	for (size_t i = 0; i < 3; i++) {
		FILE *f = fopen(at(&p, "manifest.yaml"), "w");

		(void)fputs(texts[i], f);
		(void)fclose(f);
		CHECK(open_place(&p, &s, &why) < 0, "a manifest that is not right is an error");
		CHECK(s == NULL && strstr(buf_str(&why), "manifest.yaml") != NULL,
		      "and the file is named");
	}
	(void)remove(at(&p, "manifest.yaml"));
	CHECK(open_place(&p, &s, &why) < 0, "a folder without any manifest is an error");
	buf_free(&why);
	place_remove(&p);
}

int main(void)
{
	static const struct test tests[] = {
		{"the shipped release has fourteen types and tells which are return messages",
		 shipped},
		{"schema files are found whatever their case", other_case},
		{"two files that differ in case only are not chosen between", twice},
		{"a schema that does not compile breaks only its own type", broken},
		{"a schema reaches nothing outside its folder", outside},
		{"a manifest with a mistake is refused with its name", bad_manifest},
		{NULL, NULL}};

	return unit_main("standard", tests);
}
