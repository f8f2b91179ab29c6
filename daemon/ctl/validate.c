/*
 * Files are numbered in the order of the command line, folders sorted.  Worker
 * threads, each with a checker of its own, take the next number; the main
 * thread prints the results in order.  Workers may run at most AHEAD files in
 * front of the printing, so that what waits is bounded however slow one file is.
 */
#include "ctl/validate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "care/check.h"
#include "ctl/locale.h"

#include "base/banned.h"

#ifndef IJWD_DATADIR
#define IJWD_DATADIR "/usr/share/ijwd"
#endif

#define AHEAD 256
#define FOLDERS_DEEP 64
#define JOBS_MAX 256
#define BAR 40

enum format { AS_TEXT, AS_JSON, AS_TSV };

struct options {
	const char *schemas;
	enum format format;
	int jobs;
	bool progress;
	bool dutch;
};

/* What became of one file. */
struct result {
	bool done;
	enum outcome outcome;
	struct buf text; /* as it will be printed */
};

struct files {
	char **paths;
	size_t n, room;
};

struct job {
	struct options o;
	struct standards *standards;
	struct files files;
	struct result results[AHEAD]; /* file i stands at i % AHEAD */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next, printed;
	size_t counts[CHECK_FAILED + 1];
};

static const char *const outcome_names[] = {
	[CHECK_VALID] = "valid",
	[CHECK_REJECTED] = "rejected",
	[CHECK_INVALID] = "invalid",
	[CHECK_FAILED] = "error",
};
static const char *const outcome_names_nl[] = {[CHECK_VALID] = "geldig",
					       [CHECK_REJECTED] = "afgekeurd",
					       [CHECK_INVALID] = "ongeldig",
					       [CHECK_FAILED] = "niet te controleren"};
static const char *const outcome_names_en[] = {[CHECK_VALID] = "valid",
					       [CHECK_REJECTED] = "rejected",
					       [CHECK_INVALID] = "not valid",
					       [CHECK_FAILED] = "could not be checked"};

/* ---- where the schemas are ---- */

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* schemas beside the folder that holds the program: how it lies in a source tree. */
static bool beside_program(struct buf *out)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	for (int i = 0; i < 2 && n > 0; i++)
		while (n > 0 && path[--n] != '/')
			;
	if (n <= 0)
		return false;
	path[n] = '\0';
	buf_addf(out, "%s/schemas", path);
	if (is_folder(buf_str(out)))
		return true;
	buf_clear(out);
	return false;
}

void ctl_schemas_dir(const char *given, struct buf *out)
{
	const char *set = getenv("IJW_SCHEMAS");

	if (given != NULL)
		buf_adds(out, given);
	else if (set != NULL && *set != '\0')
		buf_adds(out, set);
	else if (!beside_program(out))
		buf_adds(out, IJWD_DATADIR "/schemas");
}

/* ---- which files ---- */

static int add_path(struct files *f, const char *path)
{
	if (f->n == f->room) {
		size_t room = f->room == 0 ? 64 : f->room * 2;
		char **paths = realloc(f->paths, room * sizeof *paths);

		if (paths == NULL)
			return -ENOMEM;
		f->paths = paths;
		f->room = room;
	}
	f->paths[f->n] = strdup(path);
	if (f->paths[f->n] == NULL)
		return -ENOMEM;
	f->n++;
	return 0;
}

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static bool is_xml(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && strcasecmp(dot, ".xml") == 0;
}

static int add_folder(struct files *f, const char *dir, int deep);

/* An entry of a folder: a message, a folder to go into, or nothing of ours.  Links to folders are
 * not followed. */
static int add_entry(struct files *f, const char *path, int deep)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0; /* gone since it was listed */
	if (S_ISDIR(st.st_mode))
		return add_folder(f, path, deep + 1);
	/* Opening a pipe that lies in a folder would wait for a writer for ever. */
	return is_xml(path) && stat(path, &st) == 0 && S_ISREG(st.st_mode) ? add_path(f, path) : 0;
}

static int add_folder(struct files *f, const char *dir, int deep)
{
	struct dirent **names = NULL;
	int n = deep > FOLDERS_DEEP ? 0 : scandir(dir, &names, not_hidden, alphasort);
	int r = n < 0 ? -errno : 0;

	for (int i = 0; i < n; i++) {
		struct buf path = BUF_INIT;

		buf_addf(&path, "%s/%s", dir, names[i]->d_name);
		if (r == 0)
			r = path.failed ? -ENOMEM : add_entry(f, buf_str(&path), deep);
		buf_free(&path);
		free(names[i]);
	}
	free(names);
	return r;
}

static int collect(struct files *f, int n, char **args)
{
	int r = 0;

	for (int i = 0; i < n && r == 0; i++) {
		r = is_folder(args[i]) ? add_folder(f, args[i], 0) : add_path(f, args[i]);
		if (r < 0)
			fprintf(stderr, "ijwctl: %s: %s\n", args[i], strerror(-r));
	}
	return r;
}

/* ---- what is printed of one file ---- */

/* A file name for output: control characters, and any byte of what is no ASCII in JSON, become ?.
 */
static void add_name(struct buf *out, const char *path, bool json)
{
	struct buf clean = BUF_INIT;

	for (const char *p = path; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		buf_add(&clean, c < 0x20 || c == 0x7F || (json && c >= 0x80) ? "?" : p, 1);
	}
	if (json)
		buf_add_json(out, buf_str(&clean));
	else
		buf_adds(out, buf_str(&clean));
	buf_free(&clean);
}

static void text_finding(const struct finding *f, bool dutch, struct buf *out)
{
	if (f->line > 0)
		buf_addf(out, "  %u:%u  %s  ", f->line, f->column, f->rule);
	else
		buf_addf(out, "  %s  ", f->rule);
	buf_addf(out, "%s", dutch ? f->nl : f->en);
	buf_addf(out, f->retourcode != NULL ? " [%s]\n" : "\n", f->retourcode);
	if (f->path != NULL)
		buf_addf(out, "      %s\n", f->path);
	buf_addf(out, "      %s %s\n",
		 dutch ? "Wat te doen:" : "What to do:", dutch ? f->todo_nl : f->todo_en);
}

static void as_text(const struct job *j, const char *path, const struct checked *k, struct buf *out)
{
	const char *const *names = j->o.dutch ? outcome_names_nl : outcome_names_en;

	add_name(out, path, false);
	buf_addf(out, ": %s", names[k->outcome]);
	if (k->bericht.type != NULL)
		buf_addf(out, " (%s)", k->bericht.type->naam);
	if (k->findings.code != NULL)
		buf_addf(out, " [%s]", k->findings.code);
	buf_adds(out, "\n");
	for (size_t i = 0; i < k->findings.n; i++)
		text_finding(&k->findings.list[i], j->o.dutch, out);
	if (k->findings.more > 0)
		buf_addf(out,
			 j->o.dutch ? "  … en nog %zu bevindingen\n"
				    : "  … and %zu findings more\n",
			 k->findings.more);
}

static void as_json(const struct job *j, const char *path, const struct checked *k, struct buf *out)
{
	(void)j;
	buf_adds(out, "{\"path\":");
	add_name(out, path, true);
	buf_addf(out, ",\"outcome\":\"%s\",\"type\":", outcome_names[k->outcome]);
	buf_add_json(out, k->bericht.type == NULL ? NULL : k->bericht.type->naam);
	buf_adds(out, ",\"code\":");
	buf_add_json(out, k->findings.code);
	buf_addf(out, ",\"more\":%zu,\"findings\":", k->findings.more);
	findings_json(&k->findings, out);
	buf_adds(out, "}");
}

static void as_tsv(const struct job *j, const char *path, const struct checked *k, struct buf *out)
{
	(void)j;
	add_name(out, path, false);
	buf_addf(out, "\t%s\n", outcome_names[k->outcome]);
}

static void (*const writers[])(const struct job *, const char *, const struct checked *,
			       struct buf *) = {
	[AS_TEXT] = as_text, [AS_JSON] = as_json, [AS_TSV] = as_tsv};

/* ---- work ---- */

/* A file that cannot be read is told like a message that could not be checked. */
static void unreadable(struct arena *a, int error, struct checked *k)
{
	struct finding f = {.rule = "HUB",
			    .todo_nl = "Controleer de naam en de rechten van het bestand.",
			    .todo_en = "Check the name and the permissions of the file."};

	memset(k, 0, sizeof *k);
	k->outcome = CHECK_FAILED;
	f.nl = arena_printf(a, "Het bestand is niet te lezen: %s.", strerror(error));
	f.en = arena_printf(a, "The file cannot be read: %s.", strerror(error));
	if (f.nl != NULL && f.en != NULL)
		(void)findings_add(&k->findings, a, NULL,
				   &f); /* without memory the outcome says enough */
}

static void check_one(const struct job *j, struct checker *c, const char *path, struct result *r)
{
	struct arena a = ARENA_INIT;
	struct checked k;
	int fd = c == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		unreadable(&a, c == NULL ? ENOMEM : errno, &k);
	else
		check_file(c, &a, fd, &k);
	if (fd >= 0)
		(void)close(fd); /* only read from */
	r->outcome = k.outcome;
	writers[j->o.format](j, path, &k, &r->text);
	arena_release(&a);
}

/* The next file's number once there is room for its result; false when all are taken. */
static bool take(struct job *j, size_t *ret)
{
	bool taken;

	(void)pthread_mutex_lock(&j->lock); /* cannot fail: plain lock, used rightly */
	while (j->next < j->files.n && j->next >= j->printed + AHEAD)
		(void)pthread_cond_wait(&j->changed, &j->lock);
	taken = j->next < j->files.n;
	*ret = j->next;
	j->next += taken;
	(void)pthread_mutex_unlock(&j->lock);
	return taken;
}

static void tell_done(struct job *j, struct result *r)
{
	(void)pthread_mutex_lock(&j->lock);
	r->done = true;
	(void)pthread_cond_broadcast(&j->changed);
	(void)pthread_mutex_unlock(&j->lock);
}

static void *work(void *data)
{
	struct job *j = data;
	struct checker *c = NULL;
	size_t i;

	if (checker_new(&c, j->standards) < 0)
		c = NULL; /* its files count as errors, so that the printing never waits in vain */
	while (take(j, &i)) {
		check_one(j, c, j->files.paths[i], &j->results[i % AHEAD]);
		tell_done(j, &j->results[i % AHEAD]);
	}
	checker_free(&c);
	return NULL;
}

static void progress(const struct job *j, size_t i)
{
	int full = (int)(i * BAR / j->files.n);

	if (j->o.progress && (i % 16 == 0 || i == j->files.n))
		fprintf(stderr, "\r\033[K[%.*s%*s] %zu/%zu", full,
			"########################################", BAR - full, "", i, j->files.n);
}

static void print_one(struct job *j, size_t i, struct result *r)
{
	if (j->o.progress && j->o.format == AS_TEXT)
		fputs("\r\033[K", stderr); /* the bar makes way for the line */
	if (j->o.format == AS_JSON)
		fputs(i == 0 ? "[\n" : ",\n", stdout);
	fputs(buf_str(&r->text), stdout);
	j->counts[r->outcome]++;
	buf_clear(&r->text);
	r->done = false;
}

/* What breaks a rule is named only when there is such a file. */
static void print_counts(const struct job *j)
{
	bool nl = j->o.dutch;

	printf(nl ? "%zu bestanden: %zu geldig, " : "%zu files: %zu valid, ", j->files.n,
	       j->counts[CHECK_VALID]);
	if (j->counts[CHECK_REJECTED] > 0)
		printf(nl ? "%zu afgekeurd, " : "%zu rejected, ", j->counts[CHECK_REJECTED]);
	printf(nl ? "%zu ongeldig, %zu niet te controleren\n"
		  : "%zu not valid, %zu could not be checked\n",
	       j->counts[CHECK_INVALID], j->counts[CHECK_FAILED]);
}

/* Prints the results in order; workers fill them meanwhile. */
static void print_all(struct job *j)
{
	for (size_t i = 0; i < j->files.n; i++) {
		struct result *r = &j->results[i % AHEAD];

		progress(j, i);
		(void)pthread_mutex_lock(&j->lock);
		while (!r->done)
			(void)pthread_cond_wait(&j->changed, &j->lock);
		print_one(j, i, r);
		j->printed = i + 1;
		(void)pthread_cond_broadcast(&j->changed);
		(void)pthread_mutex_unlock(&j->lock);
	}
	progress(j, j->files.n);
	if (j->o.progress)
		fputs("\r\033[K", stderr);
	if (j->o.format == AS_JSON)
		fputs(j->files.n == 0 ? "[]\n" : "\n]\n", stdout);
	else if (j->o.format == AS_TEXT && j->files.n != 1)
		print_counts(j);
}

/* Starts the threads; the first one is proved able to work before anything is printed. */
static int run(struct job *j)
{
	struct checker *probe = NULL;
	pthread_t threads[JOBS_MAX];
	int n = 0, r = checker_new(&probe, j->standards);

	checker_free(&probe);
	if (r < 0)
		return r;
	while (n < j->o.jobs && (size_t)n < j->files.n) {
		if (pthread_create(&threads[n], NULL, work, j) != 0)
			break;
		n++;
	}
	if (n == 0 && j->files.n > 0)
		return -EAGAIN;
	print_all(j);
	for (int i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL); /* ours, joined once */
	return 0;
}

/* ---- command line ---- */

static int usage(void)
{
	fputs(ctl_say("gebruik: ijwctl validate BESTAND|MAP… [--schemas MAP] "
		      "[--format=text|json|tsv] "
		      "[--jobs N] [--no-progress]\n",
		      "usage: ijwctl validate FILE|DIR… [--schemas DIR] [--format=text|json|tsv] "
		      "[--jobs N] [--no-progress]\n"),
	      stderr);
	return 2;
}

static bool read_format(const char *text, enum format *ret)
{
	static const char *const names[] = {"text", "json", "tsv"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], text) != 0)
			continue;
		*ret = (enum format)i;
		return true;
	}
	return false;
}

static bool read_jobs(const char *text, int *ret)
{
	char *end;
	long n = strtol(text, &end, 10);

	*ret = (int)n;
	return end != text && *end == '\0' && n >= 1 && n <= JOBS_MAX;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {{"schemas", required_argument, NULL, 's'},
					      {"format", required_argument, NULL, 'f'},
					      {"jobs", required_argument, NULL, 'j'},
					      {"no-progress", no_argument, NULL, 'n'},
					      {NULL, 0, NULL, 0}};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int c;

	*o = (struct options){.progress = isatty(STDERR_FILENO) == 1, .dutch = ctl_dutch()};
	o->jobs = cores < 1 ? 1 : cores > JOBS_MAX ? JOBS_MAX : (int)cores;
	optind = 1;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 's')
			o->schemas = optarg;
		else if (c == 'n')
			o->progress = false;
		else if (c == 'f' ? !read_format(optarg, &o->format)
				  : c != 'j' || !read_jobs(optarg, &o->jobs))
			return false;
	}
	return optind < argc;
}

static int status(const struct job *j)
{
	if (j->counts[CHECK_FAILED] > 0)
		return 2;
	return j->counts[CHECK_INVALID] + j->counts[CHECK_REJECTED] > 0;
}

static void job_free(struct job *j)
{
	for (size_t i = 0; i < j->files.n; i++)
		free(j->files.paths[i]);
	free(j->files.paths);
	for (size_t i = 0; i < AHEAD; i++)
		buf_free(&j->results[i].text);
	standards_free(&j->standards);
	free(j);
}

int ctl_standards_open(struct standards **ret, const char *given)
{
	struct buf dir = BUF_INIT, why = BUF_INIT;
	int r;

	ctl_schemas_dir(given, &dir);
	r = standards_open(ret, buf_str(&dir), &why);
	fputs(buf_str(&why), stderr); /* broken schemas are told also when others work */
	if (r < 0 && why.len == 0)
		fprintf(stderr, "ijwctl: %s: %s\n", buf_str(&dir), strerror(-r));
	if (r < 0)
		fputs(ctl_say("ijwctl: geef de map met schema's op met --schemas MAP of $IJW_SCHEMAS\n",
			      "ijwctl: name the folder with the schemas with --schemas DIR or $IJW_SCHEMAS\n"),
		      stderr);
	buf_free(&dir);
	buf_free(&why);
	return r;
}

int ctl_validate(int argc, char **argv)
{
	struct job *j = calloc(1, sizeof *j);
	int r = 2;

	if (j == NULL)
		return 2;
	(void)pthread_mutex_init(&j->lock, NULL); /* cannot fail with these defaults */
	(void)pthread_cond_init(&j->changed, NULL);
	if (!read_options(argc, argv, &j->o))
		r = usage();
	else if (ctl_standards_open(&j->standards, j->o.schemas) == 0 && collect(&j->files, argc - optind, argv + optind) == 0 &&
		 run(j) == 0)
		r = fflush(stdout) == 0 ? status(j) : 2;
	job_free(j);
	return r;
}
