/*
 * The real ijwctl without a hub: validate in every form, pki, and what it says
 * to somebody who types something else.  Everything happens in one folder.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/x509.h>

#include "../lib/scene.h"

#include "base/pki.h"

#define MB (1024u * 1024u)
#define MEMORY_KB (64L * 1024)
#define BSN "999930084" /* of the messages in tests/messages; passes the 11-test */
#define FILES 200

static char dir[64];
static char said[4 * MB]; /* of the latest run */

/* Runs ijwctl in a language; what it writes goes to said, its exit status is the result. */
__attribute__((format(printf, 3, 4))) static int ijwctl(const char *locale, const char *streams,
							const char *format, ...)
{
	char program[256], arguments[2048], command[3000];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(arguments, sizeof arguments, format, args); /* ours, and short */
	va_end(args);
	(void)snprintf(command, sizeof command, "LC_ALL=%s %s %s %s", locale,
		       testhub_program("ijwctl", program), arguments, streams);
	return testhub_run(command, said, sizeof said);
}

#define EN "C"
#define NL "nl_NL.UTF-8"
#define ALL "2>&1"
#define OUT "2>/dev/null"
#define ERR "2>&1 >/dev/null"
#define VALIDATE "validate --schemas schemas --no-progress "

static bool says(const char *text)
{
	return strstr(said, text) != NULL;
}

static const char *in(const char *name)
{
	static char path[8][256];
	static int next;

	next = (next + 1) % 8;
	(void)snprintf(path[next], sizeof path[next], "%s/%s", dir, name);
	return path[next];
}

static void write_bytes(const char *name, const void *data, size_t n)
{
	FILE *f = fopen(in(name), "we");

	if (CHECK(f != NULL, "a file can be written")) {
		CHECK(fwrite(data, 1, n, f) == n, "whole");
		CHECK(fclose(f) == 0, "to the end");
	}
}

/* The message of a type, with one element's content replaced (NULL: as it is). */
static void write_message(const char *name, const char *type, const char *element,
			  const char *content)
{
	struct buf b = BUF_INIT;

	CHECK(bericht_read(type, &b), "there is a message of that type");
	if (element != NULL)
		CHECK(bericht_set(&b, element, 0, content), "it has that element");
	write_bytes(name, b.data, b.len);
	buf_free(&b);
}

static void in_folder(void (*run)(void))
{
	char command[128];

	(void)snprintf(dir, sizeof dir, "/tmp/ijw-ctl-XXXXXX");
	if (!CHECK(mkdtemp(dir) != NULL, "there is room for a folder"))
		return;
	run();
	(void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
	(void)testhub_run(command, NULL, 0);
}

/* --- what people type --- */

static void typing(void)
{
	CHECK(ijwctl(EN, ERR, "%s", "") == 2 && says("usage: ijwctl COMMAND") && says("validate"),
	      "without arguments it tells its commands, and that it was asked wrongly");
	CHECK(ijwctl(NL, ERR, "%s", "") == 2 && says("gebruik: ijwctl OPDRACHT"), "in Dutch too");
	CHECK(ijwctl(EN, OUT, "--help") == 0 && says("usage: ijwctl"), "--help is no mistake");
	CHECK(ijwctl(EN, OUT, "validate --help") == 0 && says("usage"), "behind a command neither");
	CHECK(ijwctl(EN, OUT, "--version") == 0 && says("ijwctl 0."), "it tells its version");
	CHECK(ijwctl(EN, ERR, "frobnicate") == 2 && says("unknown command 'frobnicate'") &&
		      says("usage"),
	      "an unknown command is named");
	CHECK(ijwctl(NL, ERR, "frobnicate") == 2 && says("onbekende opdracht 'frobnicate'"),
	      "in Dutch too");
	CHECK(ijwctl(EN, ERR, "validate") == 2 && says("usage: ijwctl validate"),
	      "validate wants a file");
	CHECK(ijwctl(EN, ERR, "validate --format=xml x") == 2 && says("usage"), "a known format");
	CHECK(ijwctl(EN, ERR, "validate --jobs 0 x") == 2 && says("usage"), "at least one job");
	CHECK(ijwctl(EN, ERR, "validate --jobs 4x x") == 2 && says("usage"),
	      "and a number of them");
	CHECK(ijwctl(EN, ERR, "validate --schemas /nergens x") == 2 && says("/nergens") &&
		      says("--schemas DIR"),
	      "a folder without schemas is told, and how to name another");
}

static const char *const asking[] = {"status",	"messages", "show 1", "explain 1",
				     "parties", "retry 1",  "reload"};

static void no_hub(void)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s", in("control.sock"));
	for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
		CHECK(ijwctl(EN, ERR, "%s --control %s", asking[i], path) == 1, asking[i]);
		CHECK(says("no hub at") && says(path) && says("No such file"),
		      "it says where it looked and what was wrong");
		CHECK(ijwctl(NL, ERR, "%s --control %s", asking[i], path) == 1 &&
			      says("geen hub op"),
		      "in Dutch too");
	}
	write_bytes("control.sock", "", 0);
	CHECK(ijwctl(EN, ERR, "status --control %s", path) == 1 && says("Connection refused"),
	      "a file that nobody listens at is told as such");
}

static void test_no_hub(void)
{
	in_folder(no_hub);
}

/* --- validate: statuses, languages, formats --- */

static void make_three(void)
{
	write_message("good.xml", "JW305", NULL, NULL);
	write_message("bad.xml", "JW305", "Begindatum", "2026-02-31");
	write_bytes("empty.xml", "", 0);
}

static void statuses(void)
{
	make_three();
	CHECK(ijwctl(EN, ALL, VALIDATE "%s", in("good.xml")) == 0, "valid: 0");
	CHECK(ijwctl(EN, ALL, VALIDATE "%s", in("bad.xml")) == 1, "not valid: 1");
	CHECK(ijwctl(EN, ALL, VALIDATE "%s %s", in("good.xml"), in("bad.xml")) == 1,
	      "one of two not valid: 1");
	CHECK(says("2 files: 1 valid, 1 not valid, 0 could not be checked"), "with a count");
	CHECK(ijwctl(EN, ALL, VALIDATE "%s", in("missing.xml")) == 2, "not there: 2");
	CHECK(says("could not be checked") && says("No such file") && says("What to do:"),
	      "and why, and what to do");
	CHECK(ijwctl(EN, ALL, VALIDATE "%s %s %s", in("missing.xml"), in("bad.xml"),
		     in("good.xml")) == 2,
	      "one of three not there: 2");
	CHECK(says("good.xml: valid") && says("bad.xml: not valid"), "the others are checked");
	CHECK(ijwctl(EN, ALL, VALIDATE "/proc/self/mem") == 2 && says("could not be checked"),
	      "a file that opens and cannot be read: 2");
	CHECK(ijwctl(EN, ALL, VALIDATE "%s", in("empty.xml")) == 1 && says("[BRS14]"),
	      "an empty file is not valid: 1");
	if (geteuid() != 0) { /* to whom no file is closed */
		CHECK(chmod(in("good.xml"), 0) == 0, "a file is closed");
		CHECK(ijwctl(EN, ALL, VALIDATE "%s", in("good.xml")) == 2 && says("denied"),
		      "no permission: 2");
	}
}

/* Valid by the schema, and yet not by the standard. */
static void rejected(void)
{
	make_three();
	write_message("stop.xml", "JW307", "Einddatum", "2026-02-10");
	CHECK(ijwctl(EN, ALL, VALIDATE "%s", in("stop.xml")) == 1, "a broken rule: 1");
	CHECK(says("stop.xml: rejected (JW307)\n") && says("TR018") && says("[0001]") &&
		      says("/StopProduct[1]/Einddatum") && says("Begindatum 2026-02-11"),
	      "with the rule, its return code, where, and which dates");
	CHECK(ijwctl(NL, ALL, VALIDATE "%s %s %s", in("good.xml"), in("stop.xml"), in("bad.xml")) == 1,
	      "in Dutch");
	CHECK(says("stop.xml: afgekeurd (JW307)") &&
		      says("3 bestanden: 1 geldig, 1 afgekeurd, 1 ongeldig, 0 niet te controleren"),
	      "it is counted apart");
	CHECK(ijwctl(EN, OUT, VALIDATE "--format=json %s", in("stop.xml")) == 1 &&
		      says("\"outcome\":\"rejected\"") && says("\"retourcode\":\"0001\"") &&
		      says("\"code\":null"),
	      "JSON has the return code, and no delivery code");
	CHECK(ijwctl(EN, OUT, VALIDATE "--format=tsv %s", in("stop.xml")) == 1 && says("\trejected\n"),
	      "so does the table");
}

static void test_rejected(void)
{
	in_folder(rejected);
}

#define RULES "rules --schemas schemas "

static void test_rules(void)
{
	CHECK(ijwctl(EN, ALL, RULES) == 0, "the rules are listed");
	CHECK(says("TR019") && says("CS003") && says("IV099") && says("yes") &&
		      says("The end date lies before the start."),
	      "all of them, with words");
	CHECK(ijwctl(NL, ALL, RULES "--id TR018") == 0 && says("Berichten: JW307") &&
		      says("Retourcode: 0001") && says("De einddatum van de levering ligt voor de begindatum.") &&
		      says("Wat te doen:") && !says("TR019"),
	      "one rule is told whole");
	CHECK(ijwctl(EN, ALL, RULES "--id CD078") == 0 && says("Not checked: Says the same as CD077"),
	      "or why it is not checked");
	CHECK(ijwctl(EN, ALL, RULES "--type JW319") == 0 && says("TR377") && !says("TR018"),
	      "of one type");
	CHECK(ijwctl(EN, OUT, RULES "--json --id TR018") == 0 && said[0] == '[' &&
		      says("\"checked\":true") && says("\"todo_en\":"),
	      "as JSON");
	CHECK(ijwctl(EN, ALL, RULES "--id TR999") == 1 && says("no such rule"), "a rule that is none: 1");
	CHECK(ijwctl(EN, ALL, "rules --schemas /nowhere") == 2 && says("--schemas DIR"), "no schemas: 2");
	CHECK(ijwctl(EN, ALL, RULES "--nonsense") == 2 && says("usage:"), "a wrong command line: 2");
}

static void test_statuses(void)
{
	in_folder(statuses);
}

static void languages(void)
{
	make_three();
	CHECK(ijwctl(NL, ALL, VALIDATE "%s %s", in("good.xml"), in("bad.xml")) == 1, "in Dutch");
	CHECK(says("good.xml: geldig (JW305)") && says("bad.xml: ongeldig (JW305) [BRS13]") &&
		      says("Wat te doen:") && says("geen bestaande datum") &&
		      says("2 bestanden: 1 geldig, 1 ongeldig, 0 niet te controleren"),
	      "all is Dutch");
	CHECK(!says("What to do") && !says("not valid"), "and nothing English");
	CHECK(ijwctl(EN, ALL, VALIDATE "%s %s", in("good.xml"), in("bad.xml")) == 1, "in English");
	CHECK(says("good.xml: valid (JW305)") && says("bad.xml: not valid (JW305) [BRS13]") &&
		      says("What to do:") && says("not an existing date"),
	      "all is English");
	CHECK(!says("Wat te doen") && !says("geldig"), "and nothing Dutch");
	CHECK(ijwctl(NL, ALL, VALIDATE "%s", in("missing.xml")) == 2 && says("niet te lezen"),
	      "what cannot be read is told in Dutch");
}

static void test_languages(void)
{
	in_folder(languages);
}

static void json(void)
{
	json_t *all, *first;

	make_three();
	CHECK(ijwctl(EN, OUT, VALIDATE "--format=json %s %s %s", in("bad.xml"), in("good.xml"),
		     in("missing.xml")) == 2,
	      "the status is that of the text");
	all = json_loads(said, 0, NULL);
	NEED(json_array_size(all) == 3, "it is an array of three");
	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = {"bad.xml", "good.xml", "missing.xml"};
		static const char *const outcomes[] = {"invalid", "valid", "error"};
		json_t *o = json_array_get(all, i);
		const char *path = json_string_value(json_object_get(o, "path"));
		const char *outcome = json_string_value(json_object_get(o, "outcome"));

		CHECK(path != NULL && strcmp(path, in(names[i])) == 0, "in the order of asking");
		CHECK(outcome != NULL && strcmp(outcome, outcomes[i]) == 0, outcomes[i]);
		CHECK(json_is_array(json_object_get(o, "findings")), "with findings, if only none");
	}
	first = json_array_get(json_object_get(json_array_get(all, 0), "findings"), 0);
	CHECK(json_is_string(json_object_get(first, "nl")) &&
		      json_is_string(json_object_get(first, "en")) &&
		      json_is_string(json_object_get(first, "path")) &&
		      json_integer_value(json_object_get(first, "line")) > 0,
	      "a finding has both languages and its place");
	json_decref(all);
	write_message("odd\"\\\n\xC3\xA9.xml", "JW305", NULL, NULL);
	CHECK(ijwctl(EN, OUT, VALIDATE "--format=json %s", dir) == 1, "odd names");
	all = json_loads(said, 0, NULL);
	CHECK(json_array_size(all) == 4, "leave it JSON");
	json_decref(all);
}

static void test_json(void)
{
	in_folder(json);
}

/* 200 files, every third spoilt, the largest first so that the order is not that of the work. */
static void many(void)
{
	char list[64], *line, *next = NULL;
	unsigned n = 0, wrong = 0;
	struct buf b = BUF_INIT, blanks = BUF_INIT;

	for (unsigned i = 0; i < 20000; i++)
		buf_adds(&blanks, "<!-- a comment -->\n");
	for (unsigned i = 0; i < FILES; i++) {
		(void)snprintf(list, sizeof list, "m%03u.xml", i);
		CHECK(bericht_read("JW305", &b), "a message");
		if (i % 3 == 0)
			CHECK(bericht_set(&b, "Begindatum", 0, "x"), "is spoilt");
		if (i % 8 == 0)
			buf_add(&b, blanks.data, blanks.len);
		write_bytes(list, b.data, b.len);
		buf_clear(&b);
	}
	CHECK(ijwctl(EN, OUT, VALIDATE "--jobs 4 --format=tsv %s", dir) == 1, "some are not valid");
	for (line = strtok_r(said, "\n", &next); line != NULL; line = strtok_r(NULL, "\n", &next)) {
		char want[300];

		(void)snprintf(list, sizeof list, "m%03u.xml", n);
		(void)snprintf(want, sizeof want, "%s\t%s", in(list),
			       n % 3 == 0 ? "invalid" : "valid");
		wrong += strcmp(line, want) != 0;
		n++;
	}
	CHECK(n == FILES && wrong == 0, "each is one line of path, tab and outcome, in order");
	CHECK(ijwctl(EN, OUT, VALIDATE "--jobs 4 --format=tsv %s %s %s", in("m001.xml"),
		     in("missing.xml"), in("m000.xml")) == 2,
	      "in the order of the command line");
	CHECK(says("m001.xml\tvalid\n") && says("missing.xml\terror\n") &&
		      says("m000.xml\tinvalid\n") && strstr(said, "missing") < strstr(said, "m000"),
	      "whatever they are");
	buf_free(&b);
	buf_free(&blanks);
}

static void test_many(void)
{
	in_folder(many);
}

static void folders(void)
{
	CHECK(mkdir(in("sub"), 0700) == 0 && mkdir(in("sub/deep"), 0700) == 0 &&
		      mkdir(in(".hidden"), 0700) == 0 && mkdir(in("none"), 0700) == 0,
	      "folders in folders");
	write_message("a.xml", "JW305", NULL, NULL);
	write_message("sub/b.XML", "JW307", NULL, NULL);
	write_message("sub/deep/c.xml", "JW301", NULL, NULL);
	write_bytes("sub/notes.txt", "x", 1);
	write_bytes(".hidden/d.xml", "x", 1);
	CHECK(symlink("..", in("sub/up")) == 0, "a link that goes round");
	CHECK(mkfifo(in("sub/pipe.xml"), 0600) == 0, "and a pipe that nobody writes to");
	CHECK(ijwctl(EN, OUT, VALIDATE "--format=tsv %s", dir) == 0, "all that is found is valid");
	CHECK(says("/a.xml\tvalid\n") && says("/sub/b.XML\tvalid\n") &&
		      says("/sub/deep/c.xml\tvalid\n"),
	      "messages are found however deep");
	CHECK(!says("notes") && !says("hidden") && !says("up/") && !says("pipe"),
	      "and nothing else is taken for one");
	CHECK(ijwctl(EN, OUT, VALIDATE "%s", in("none")) == 0 && says("0 files"),
	      "a folder without messages is told");
	CHECK(ijwctl(EN, OUT, VALIDATE "--format=json %s", in("none")) == 0 && says("[]"),
	      "also as JSON");
}

static void test_folders(void)
{
	in_folder(folders);
}

/* --- validate: nothing personal --- */

/* clang-format off */
static const struct {
	const char *old, *new, *says;
} spoilt[] = {
	{">" BSN "<", ">" BSN "0<",                    "a digit too many"},
	{">" BSN "<", "> " BSN "<",                    "a blank before it"},
	{">" BSN "<", "><x>" BSN "</x><",              "an element in it"},
	{"</ijw:Identificatie>", BSN "</ijw:Identificatie>", "in the identification"},
	{"</ijw:Dagtekening>", BSN "</ijw:Dagtekening>", "in a date"},
	{"Header>", "Header>" BSN,                     "as loose text"},
	{"Header>", "Header a" BSN "=\"" BSN "\">",    "in an attribute"},
	{"Header>", "Header><b" BSN ">" BSN "</b" BSN ">", "in a name"},
	{"</ijw:Dagtekening>", BSN,                    "behind a tag that is missing"},
	{">" BSN "<", ">&x" BSN ";<",                  "as an entity"},
	{"BerichtCode>", "BerichtCode>" BSN,           "in the code"},
	{"3_2/jw", "3_2/" BSN "/jw",                   "in the namespace"},
};
/* clang-format on */

static const char *const types_with_bsn[] = {"JW301", "JW302", "JW305", "JW306", "JW307", "JW308",
					     "JW315", "JW316", "JW317", "JW318", "JW323"};

static void replace(struct buf *b, const char *old, const char *new)
{
	const char *from = strstr(buf_str(b), old);
	struct buf out = BUF_INIT;

	if (!CHECK(from != NULL, "what is spoilt is there"))
		return;
	buf_add(&out, b->data, (size_t)(from - b->data));
	buf_adds(&out, new);
	buf_adds(&out, from + strlen(old));
	buf_free(b);
	*b = out;
}

static void no_bsn(void)
{
	static const char *const formats[] = {"text", "json", "tsv"};
	struct buf b = BUF_INIT;
	char name[64];
	unsigned n = 0;

	for (size_t t = 0; t < sizeof types_with_bsn / sizeof *types_with_bsn; t++)
		for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
			buf_clear(&b);
			CHECK(bericht_read(types_with_bsn[t], &b), types_with_bsn[t]);
			replace(&b, spoilt[i].old, spoilt[i].new);
			(void)snprintf(name, sizeof name, "m%03u.xml", n++);
			write_bytes(name, b.data, b.len);
		}
	for (size_t f = 0; f < 3; f++) {
		CHECK(ijwctl(EN, ALL, VALIDATE "--format=%s %s", formats[f], dir) == 1, formats[f]);
		CHECK(said[0] != '\0' && !says(BSN) && !says("99993008"), "English, no BSN");
		CHECK(ijwctl(NL, ALL, VALIDATE "--format=%s %s", formats[f], dir) == 1, formats[f]);
		CHECK(said[0] != '\0' && !says(BSN) && !says("99993008"), "Dutch, no BSN");
	}
	CHECK(ijwctl(EN, OUT, VALIDATE "--format=tsv %s", dir) == 1 && !says("\tvalid"),
	      "and every one of them is invalid");
	buf_free(&b);
}

static void test_no_bsn(void)
{
	in_folder(no_bsn);
}

/* --- validate: large files --- */

/* Runs ijwctl validate on one file and tells its highest memory. */
static int measured(const char *path, long *kb)
{
	char program[256];
	struct rusage used;
	int status = -1;
	pid_t pid;

	testhub_program("ijwctl", program);
	pid = fork();
	if (pid == 0) {
		int fd = open(in("out"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		(void)dup2(fd, STDOUT_FILENO);
		(void)execl(program, "ijwctl", "validate", "--schemas", "schemas", "--format=tsv",
			    path, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status))
		return -1;
	*kb = used.ru_maxrss;
	return WEXITSTATUS(status);
}

struct growth {
	const char *type, *before; /* where it grows */
	const char *open, *piece, *until,
		*close; /* piece NULL: from before until the end of until */
	size_t size;
};

static const struct growth declaration = {"JW323", "<jw323:Prestatie>",	 "",
					  NULL,	   "</jw323:Prestatie>", "",
					  25 * MB},
			   too_large = {"JW323", "<jw323:Prestatie>",  "",
					NULL,	 "</jw323:Prestatie>", "",
					26 * MB},
			   comment = {"JW315",
				      "<jw315:AangevraagdeProducten>",
				      "<jw315:Commentaar>",
				      "woord ",
				      NULL,
				      "</jw315:Commentaar>",
				      24 * MB};

/* A message grown to a size, piece by piece: this process is to stay small. */
static bool grow(const char *name, const struct growth *g)
{
	struct buf b = BUF_INIT;
	FILE *f = fopen(in(name), "we");
	const char *at, *piece;
	size_t part, n;
	bool good;

	if (f == NULL || !bericht_read(g->type, &b))
		return false;
	at = strstr(buf_str(&b), g->before);
	piece = g->piece != NULL ? g->piece : at;
	part = g->piece != NULL ? strlen(piece)
				: (size_t)(strstr(at, g->until) - at) + strlen(g->until);
	good = fwrite(b.data, 1, (size_t)(at - b.data), f) > 0 && fputs(g->open, f) >= 0;
	n = b.len + strlen(g->open) + strlen(g->close);
	for (; good && n + part <= g->size; n += part)
		good = fwrite(piece, 1, part, f) == part;
	good = good && fputs(g->close, f) >= 0 && fputs(at, f) >= 0;
	buf_free(&b);
	return fclose(f) == 0 && good;
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SMALL(kb) ((kb) > 0) /* a sanitizer's own memory says nothing about ours */
#else
#define SMALL(kb) ((kb) > 0 && (kb) < MEMORY_KB)
#endif

static void large(void)
{
	long kb = 0;
	struct stat st;

	NEED(grow("declaratie.xml", &declaration), "a declaration of nearly 25 MB");
	CHECK(stat(in("declaratie.xml"), &st) == 0 && st.st_size > 24 * (off_t)MB &&
		      st.st_size <= 25 * (off_t)MB,
	      "is as large as one may be");
	CHECK(measured(in("declaratie.xml"), &kb) == 1, "it is rejected: every line is the first again");
	CHECK(SMALL(kb), "in less than 64 MB of memory");

	NEED(grow("commentaar.xml", &comment), "a Commentaar of 24 MB");
	CHECK(measured(in("commentaar.xml"), &kb) == 1, "is not valid");
	CHECK(SMALL(kb), "and is found so in less than 64 MB");

	NEED(grow("te-groot.xml", &too_large), "a message of 26 MB");
	CHECK(measured(in("te-groot.xml"), &kb) == 1, "is not valid");
	CHECK(SMALL(kb), "whatever is in it");
	CHECK(ijwctl(EN, ALL, VALIDATE "%s", in("te-groot.xml")) == 1 && says("[BRS06]") &&
		      says("OP179"),
	      "by the rule that says so");
}

static void test_large(void)
{
	in_folder(large);
}

/* --- pki --- */

static long mtime_of(const char *name)
{
	struct stat st;

	return stat(in(name), &st) == 0 ? st.st_mtim.tv_sec * 1000000000L + st.st_mtim.tv_nsec : -1;
}

static bool revoked(const char *name)
{
	char text[512], command[512];

	/* openssl is a second opinion: what we wrote must mean it to others. */
	(void)snprintf(command, sizeof command,
		       "cd %s && openssl verify -crl_check -CAfile ca.pem -CRLfile crl.pem %s 2>&1",
		       dir, name);
	(void)testhub_run(command, text, sizeof text);
	return strstr(text, "revoked") != NULL;
}

#define DEMO "pki demo %s --hub hub.test,127.0.0.1 --party gemeente-a:00000001000000000001 "

static void pki_demo(void)
{
	static const char *const files[] = {"ca.pem",  "ca.key",	 "crl.pem",	  "hub.pem",
					    "hub.key", "gemeente-a.pem", "gemeente-a.key"};
	long before[7];
	struct stat st;

	(void)rmdir(dir); /* demo makes it */
	CHECK(ijwctl(EN, ALL, DEMO, dir) == 0, "the first run makes everything");
	CHECK(says("gemeente-a") && says("00000001000000000001") && says(" made "), "and lists it");
	for (size_t i = 0; i < 7; i++) {
		before[i] = mtime_of(files[i]);
		CHECK(before[i] >= 0, files[i]);
	}
	CHECK(stat(in("gemeente-a.key"), &st) == 0 && (st.st_mode & 077) == 0,
	      "keys are for their owner only");
	CHECK(ijwctl(EN, ALL, DEMO "--party aanbieder-a", dir) == 0, "a second run adds");
	CHECK(says("aanbieder-a") && says(" existed "), "and says what was there");
	for (size_t i = 0; i < 7; i++)
		CHECK(i == 2 || mtime_of(files[i]) == before[i], "without touching the others");
	CHECK(mtime_of("aanbieder-a.pem") >= 0 && mtime_of("aanbieder-a.key") >= 0, "the new one");
	CHECK(!revoked("gemeente-a.pem"), "nobody is revoked");
	CHECK(ijwctl(EN, ALL, "pki revoke %s gemeente-a", dir) == 0 && says("is revoked in"),
	      "a certificate is revoked");
	CHECK(revoked("gemeente-a.pem") && !revoked("aanbieder-a.pem"), "that one only");
	CHECK(ijwctl(EN, ALL, DEMO, dir) == 0 && revoked("gemeente-a.pem"),
	      "a later run does not take that back");
	CHECK(ijwctl(NL, ALL, "pki revoke %s aanbieder-a", dir) == 0 && says("is ingetrokken in"),
	      "in Dutch too");
	CHECK(revoked("gemeente-a.pem") && revoked("aanbieder-a.pem"), "now both");
}

static void pki_show(void)
{
	char sha256[65] = "";
	struct buf why = BUF_INIT;
	X509 *c = NULL;

	CHECK(ijwctl(EN, ALL, DEMO, dir) == 0, "certificates");
	NEED(pki_read(&c, in("gemeente-a.pem"), &why) == 0, "that can be read");
	CHECK(pki_fingerprint(c, sha256) && strlen(sha256) == 64, "have a fingerprint");
	CHECK(ijwctl(EN, OUT, "pki show %s", in("gemeente-a.pem")) == 0, "show");
	CHECK(says("OIN          00000001000000000001") && says(sha256) && says("valid "),
	      "prints OIN, fingerprint and days");
	CHECK(ijwctl(NL, OUT, "pki show %s", in("gemeente-a.pem")) == 0 && says("onderwerp") &&
		      says(sha256),
	      "in Dutch too");
	CHECK(ijwctl(EN, ERR, "pki show %s", in("ca.key")) == 1 && says("ca.key"),
	      "what is no certificate is told");
	CHECK(ijwctl(EN, ERR, "pki show %s", in("none.pem")) == 1 && says("none.pem"),
	      "and what is not there");
	CHECK(ijwctl(EN, ERR, "pki revoke %s nobody", dir) == 1 && says("nobody.pem"),
	      "nobody can be revoked who has no certificate");
	X509_free(c);
	buf_free(&why);
}

static const char *const wrong_pki[] = {
	"pki",
	"pki frobnicate",
	"pki show",
	"pki show a b",
	"pki demo",
	"pki demo --party a",
	"pki demo /tmp/x --party",
	"pki demo /tmp/x --party UPPER",
	"pki demo /tmp/x --party ../up",
	"pki demo /tmp/x --party a:12x",
	"pki demo /tmp/x --party hub",
	"pki demo /tmp/x --days 0",
	"pki demo /tmp/x --days 99999",
	"pki demo /tmp/x --frobnicate 1",
	"pki revoke /tmp/x",
	"pki revoke /tmp/x ../up",
};

static void pki_wrong(void)
{
	for (size_t i = 0; i < sizeof wrong_pki / sizeof *wrong_pki; i++)
		CHECK(ijwctl(EN, ERR, "%s", wrong_pki[i]) == 2 && says("usage:") &&
			      says("ijwctl pki demo DIR"),
		      wrong_pki[i]);
	CHECK(ijwctl(NL, ERR, "pki") == 2 && says("gebruik:"), "in Dutch too");
}

static void test_pki_demo(void)
{
	in_folder(pki_demo);
}

static void test_pki_show(void)
{
	in_folder(pki_show);
}

int main(void)
{
	static const struct test tests[] = {
		{"who types something else is told what there is", typing},
		{"without a hub it says where it looked", test_no_hub},
		{"validate tells by its status: 0 valid, 1 not valid, 2 not checked",
		 test_statuses},
		{"validate tells which rule of the standard is broken", test_rejected},
		{"rules tells what is checked, and why the rest is not", test_rules},
		{"validate speaks Dutch or English", test_languages},
		{"validate gives JSON with path, outcome and findings", test_json},
		{"validate checks many files at once and tells them in order", test_many},
		{"validate goes through folders and takes messages only", test_folders},
		{"no output of validate ever holds a BSN", test_no_bsn},
		{"validate needs little memory however large the message", test_large},
		{"pki demo makes certificates, adds to them, and revokes them", test_pki_demo},
		{"pki show prints what a party's file needs", test_pki_show},
		{"pki with wrong arguments tells its usage", pki_wrong},
		{NULL, NULL}};

	return unit_main("ijwctl", tests);
}
