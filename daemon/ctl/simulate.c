#include "ctl/simulate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/locale.h"
#include "region/region.h"

#include "base/banned.h"

#ifndef IJWD_DATADIR
#define IJWD_DATADIR "/usr/share/ijwd"
#endif

#define FAULTS_MAX (1 << 20) /* bytes of a file of faults */

static const struct option options[] = {{"seed", required_argument, NULL, 's'},
					{"clients", required_argument, NULL, 'c'},
					{"gemeenten", required_argument, NULL, 'g'},
					{"from", required_argument, NULL, 'f'},
					{"until", required_argument, NULL, 'u'},
					{"faults", required_argument, NULL, 'F'},
					{"set", required_argument, NULL, 'S'},
					{"knobs", no_argument, NULL, 'k'},
					{NULL, 0, NULL, 0}};

/* ---- the command line ---- */

static bool read_number(const char *option, const char *text, unsigned long long least,
			unsigned long long most, unsigned long long *ret)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && n >= least &&
	    n <= most) {
		*ret = n;
		return true;
	}
	(void)fprintf(stderr,
		      ctl_dutch() ? "ijwctl: --%s: verwacht een getal van %llu tot %llu\n"
				  : "ijwctl: --%s: expected a number from %llu to %llu\n",
		      option, least, most);
	return false;
}

static bool read_day(const char *option, const char *text, day *ret)
{
	if (day_parse(text, ret))
		return true;
	(void)fprintf(stderr,
		      ctl_dutch() ? "ijwctl: --%s: verwacht een dag als 2025-12-31\n"
				  : "ijwctl: --%s: expected a day like 2025-12-31\n",
		      option);
	return false;
}

/* ---- faults ---- */

/* The whole file; false when it cannot be read or is too large to be one of ours. */
static bool read_file(const char *path, struct buf *out)
{
	char piece[4096];
	size_t n;
	FILE *f = fopen(path, "re");
	bool good;

	if (f == NULL)
		return false;
	while ((n = fread(piece, 1, sizeof piece, f)) > 0 && out->len < FAULTS_MAX)
		buf_add(out, piece, n);
	good = !ferror(f) && !out->failed && out->len < FAULTS_MAX;
	(void)fclose(f); /* only read from */
	return good;
}

/* tests/region beside the folder that holds the program: how it lies in a source tree. */
static void beside_program(const char *name, struct buf *out)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	for (int i = 0; i < 2 && n > 0; i++)
		while (n > 0 && path[--n] != '/')
			;
	path[n > 0 ? n : 0] = '\0';
	buf_addf(out, "%s/tests/region/%s.tsv", path, name);
}

/* A path as it is; a name where the mixes lie.  path gets where it was found. */
static bool find_faults(const char *name, struct buf *path, struct buf *text)
{
	for (int where = 0; where < 4; where++) {
		buf_clear(path);
		if (where == 0)
			buf_adds(path, name);
		else if (strchr(name, '/') != NULL)
			return false;
		else if (where == 1)
			beside_program(name, path);
		else
			buf_addf(path, "%s/%s.tsv",
				 where == 2 ? "tests/region" : IJWD_DATADIR "/region", name);
		buf_clear(text);
		if (read_file(buf_str(path), text))
			return true;
	}
	return false;
}

static bool read_faults(const char *name, struct region_knobs *k)
{
	struct buf path = BUF_INIT, text = BUF_INIT, why = BUF_INIT;
	bool good = find_faults(name, &path, &text);

	if (!good)
		(void)fprintf(stderr,
			      ctl_dutch() ? "ijwctl: --faults: geen bestand of foutenmix '%s'\n"
					  : "ijwctl: --faults: no file or mix of faults '%s'\n",
			      name);
	else if (region_knobs_read(k, buf_str(&path), buf_str(&text), ctl_dutch(), &why) < 0) {
		good = false;
		(void)fprintf(stderr, "ijwctl: %s\n", buf_str(&why));
	}
	buf_free(&path);
	buf_free(&text);
	buf_free(&why);
	return good;
}

/* knob=value, which is changed. */
static bool set_knob(char *text, struct region_knobs *k)
{
	char *is = strchr(text, '=');
	int r = -EINVAL;

	if (is != NULL) {
		*is = '\0';
		r = region_knobs_set(k, text, is + 1);
	}
	if (r == -ENOENT)
		(void)fprintf(stderr,
			      ctl_dutch() ? "ijwctl: --set: onbekende knop '%s'; zie --knobs\n"
					  : "ijwctl: --set: unknown knob '%s'; see --knobs\n",
			      text);
	else if (r < 0)
		(void)fprintf(stderr,
			      ctl_dutch() ? "ijwctl: --set %s: verwacht knop=waarde, binnen de "
					    "grenzen van --knobs\n"
					  : "ijwctl: --set %s: expected knob=value, within the "
					    "bounds of --knobs\n",
			      text);
	return r == 0;
}

static int list_knobs(void)
{
	const struct region_knob *k;

	for (size_t i = 0; (k = region_knob(i)) != NULL; i++)
		(void)printf("%-22s %8g  %g..%g  %s\n", k->name, k->preset, k->least, k->most,
			     ctl_say(k->nl, k->en));
	return 0;
}

/* ---- wishes ---- */

struct wishes {
	struct region_opts o;
	const char *dir;
	bool knobs;
};

static bool take_number(struct wishes *w, int option)
{
	unsigned long long n = 0;

	switch (option) {
	case 's':
		if (!read_number("seed", optarg, 0, UINT64_MAX, &n))
			return false;
		w->o.seed = n;
		return true;
	case 'c':
		if (!read_number("clients", optarg, 1, REGION_CLIENTS_MAX, &n))
			return false;
		w->o.clients = (uint32_t)n;
		return true;
	default:
		if (!read_number("gemeenten", optarg, 1, REGION_GEMEENTEN_MAX, &n))
			return false;
		w->o.gemeenten = (uint32_t)n;
		return true;
	}
}

static bool take_option(struct wishes *w, int option)
{
	switch (option) {
	case 's':
	case 'c':
	case 'g':
		return take_number(w, option);
	case 'f':
		return read_day("from", optarg, &w->o.from);
	case 'u':
		return read_day("until", optarg, &w->o.until);
	case 'F':
		return read_faults(optarg, &w->o.knobs);
	case 'S':
		return set_knob(optarg, &w->o.knobs);
	case 'k':
		w->knobs = true;
		return true;
	default:
		return false;
	}
}

/* Options count in their order: what --set says after --faults goes before it. */
static bool read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.o = {.seed = 1, .clients = 5000, .gemeenten = 8}};
	(void)day_parse("2022-01-01", &w->o.from);
	(void)day_parse("2025-12-31", &w->o.until);
	region_knobs_init(&w->o.knobs);
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(w, o))
			return false;
	if (w->knobs)
		return true;
	if (optind + 1 != argc) {
		(void)fprintf(stderr, "%s",
			      ctl_say("ijwctl: simulate: noem één map om in te schrijven\n",
				      "ijwctl: simulate: name one folder to write to\n"));
		return false;
	}
	w->dir = argv[optind];
	return true;
}

/* ---- writing ---- */

static int complain(const char *path, int r)
{
	(void)fprintf(stderr, "ijwctl: %s: %s\n", path, strerror(-r));
	return r;
}

static bool is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	bool empty = true;

	if (d == NULL)
		return errno == ENOENT;
	while (empty && (e = readdir(d)) != NULL)
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	(void)closedir(d);
	return empty;
}

static int make_folder(const char *path)
{
	return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : complain(path, -errno);
}

static int write_file(const char *path, const struct buf *b)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), r = 0;
	size_t done = 0;

	if (fd < 0)
		return complain(path, -errno);
	while (r == 0 && done < b->len) {
		ssize_t n = write(fd, b->data + done, b->len - done);

		if (n < 0 && errno != EINTR)
			r = -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r < 0 ? complain(path, r) : 0;
}

static int write_in(const char *dir, const char *name, const struct buf *b)
{
	struct buf path = BUF_INIT;
	int r;

	buf_addf(&path, "%s/%s", dir, name);
	r = b->failed || path.failed ? complain(dir, -ENOMEM) : write_file(buf_str(&path), b);
	buf_free(&path);
	return r;
}

/* The folder of a month is made when its first message comes. */
static int make_month(const char *dir, const char *bestand, char month[24])
{
	struct buf path = BUF_INIT;
	size_t n = (size_t)(strrchr(bestand, '/') - bestand);
	int r = 0;

	if (n < 24 && strncmp(month, bestand, n) != 0) {
		memcpy(month, bestand, n);
		month[n] = '\0';
		buf_addf(&path, "%s/%s", dir, month);
		r = make_folder(buf_str(&path));
	}
	buf_free(&path);
	return r;
}

static int write_messages(const struct region *g, const char *dir)
{
	struct buf xml = BUF_INIT, index = BUF_INIT;
	char month[24] = "";
	int r = 0;

	region_index_kop(&index);
	for (size_t i = 0; i < region_berichten(g) && r == 0; i++) {
		struct region_bericht b;

		buf_clear(&xml);
		region_bericht(g, i, &b, &xml);
		r = make_month(dir, b.bestand, month);
		if (r == 0)
			r = write_in(dir, b.bestand, &xml);
		region_index_regel(&index, &b);
	}
	if (r == 0)
		r = write_in(dir, "index.tsv", &index);
	buf_free(&xml);
	buf_free(&index);
	return r;
}

static int write_truth(const struct region *g, const char *dir)
{
	struct buf text = BUF_INIT;
	int r;

	region_waarheid(g, &text);
	r = write_in(dir, "waarheid.tsv", &text);
	buf_clear(&text);
	region_leveringen(g, &text);
	if (r == 0)
		r = write_in(dir, "cbs-leveringen.tsv", &text);
	buf_free(&text);
	return r;
}

static int write_all(const struct region *g, const char *dir)
{
	struct buf path = BUF_INIT;
	int r = make_folder(dir);

	buf_addf(&path, "%s/berichten", dir);
	if (r == 0)
		r = make_folder(buf_str(&path));
	buf_free(&path);
	if (r == 0)
		r = write_messages(g, dir);
	return r == 0 ? write_truth(g, dir) : r;
}

static void tell(const struct region *g)
{
	struct buf text = BUF_INIT;

	region_tel(g, ctl_dutch(), &text);
	(void)fputs(buf_str(&text), stdout);
	buf_free(&text);
}

static int cannot_play(int r)
{
	(void)fprintf(stderr, "ijwctl: simulate: %s\n",
		      r == -EINVAL ? ctl_say("--from en --until moeten tussen 2015 en 2099 liggen, "
					     "minstens 30 dagen uit elkaar",
					     "--from and --until must lie between 2015 and 2099, "
					     "at least 30 days apart")
		      : r == -E2BIG ? ctl_say("te veel cliënten voor zo weinig gemeenten: er zijn "
					      "niet genoeg BSN's",
					      "too many clients for so few gemeenten: there are "
					      "not enough BSNs")
				    : strerror(-r));
	return r == -ENOMEM ? 1 : 2;
}

int ctl_simulate(int argc, char **argv)
{
	struct region *g = NULL;
	struct wishes w;
	int r;

	if (!read_wishes(argc, argv, &w))
		return 2;
	if (w.knobs)
		return list_knobs();
	if (!is_empty(w.dir)) {
		(void)fprintf(stderr,
			      ctl_dutch() ? "ijwctl: %s: deze map is niet leeg (of geen map); kies "
					    "een nieuwe\n"
					  : "ijwctl: %s: this folder is not empty (or no folder); "
					    "choose a new one\n",
			      w.dir);
		return 2;
	}
	r = region_new(&g, &w.o);
	if (r < 0)
		return cannot_play(r);
	r = write_all(g, w.dir);
	if (r == 0)
		tell(g);
	region_free(&g);
	return r == 0 ? 0 : 1;
}
