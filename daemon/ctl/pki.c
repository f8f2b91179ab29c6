#include "ctl/pki.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/x509.h>

#include "base/date.h"
#include "base/pki.h"
#include "ctl/locale.h"

#include "base/banned.h"

#define DAY_SECONDS 86400
#define SKEW 3600 /* clocks of others may be behind */
#define MAX_DAYS 3650
#define MAX_PARTIES 64
#define PATH 1024

/* A directory and the run's moment; all else follows from them. */
struct place {
	const char *dir;
	int64_t now;
	unsigned days;
	struct buf why;
};

static const char *say(const char *dutch, const char *english)
{
	return ctl_dutch() ? dutch : english;
}

static int usage(void)
{
	fprintf(stderr, "%s\n%s\n%s\n%s\n", say("gebruik:", "usage:"),
		"  ijwctl pki demo DIR [--hub NAME[,SAN...]] [--party NAME:OIN]... [--days N]",
		"  ijwctl pki revoke DIR NAME", "  ijwctl pki show FILE");
	return 2;
}

static int complain(struct place *p)
{
	fprintf(stderr, "ijwctl pki: %s\n", buf_str(&p->why));
	buf_free(&p->why);
	return 1;
}

/* DIR/name.extension; too long a name gives a path that does not exist. */
static const char *path_of(const struct place *p, const char *name, const char *extension,
			   char ret[PATH])
{
	if (snprintf(ret, PATH, "%s/%s.%s", p->dir, name, extension) >= PATH)
		ret[0] = '\0';
	return ret;
}

static bool exists(const struct place *p, const char *name, const char *extension)
{
	char path[PATH];

	return access(path_of(p, name, extension, path), F_OK) == 0;
}

/* Names become file names and party ids, so they are as narrow as those. */
static bool good_name(const char *name, size_t n)
{
	return n >= 1 && n <= 32 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") >= n &&
	       name[0] != '-' && !(n == 2 && memcmp(name, "ca", 2) == 0) &&
	       !(n == 3 && memcmp(name, "hub", 3) == 0) && !(n == 3 && memcmp(name, "crl", 3) == 0);
}

/* --- show --- */

static void date_text(const ASN1_TIME *t, char ret[11])
{
	day_text(day_of(pki_time(t) * 1000000), ret);
}

static void show_row(const char *label, const char *value)
{
	printf("%-12s %s\n", label, value);
}

static void show_certificate(X509 *c)
{
	char subject[256], oin[64], sha256[65], from[11], until[11];

	pki_subject(c, subject, sizeof subject);
	(void)pki_fingerprint(c, sha256); /* empty without memory */
	if (!pki_oin(c, oin, sizeof oin))
		(void)snprintf(oin, sizeof oin, "-");
	date_text(X509_get0_notBefore(c), from);
	date_text(X509_get0_notAfter(c), until);
	show_row(say("onderwerp", "subject"), subject);
	show_row("OIN", oin);
	show_row("SHA-256", sha256);
	printf("%-12s %s %s %s\n", say("geldig", "valid"), from, say("t/m", "to"), until);
}

static int show(int argc, char **argv)
{
	struct place p = {.why = BUF_INIT};
	X509 *c = NULL;

	if (argc != 1)
		return usage();
	if (pki_read(&c, argv[0], &p.why) < 0)
		return complain(&p);
	show_certificate(c);
	X509_free(c);
	return 0;
}

/* --- demo --- */

static int open_ca(struct place *p, struct pki_ca **ret)
{
	char cert[PATH], key[PATH];

	return pki_ca_open(ret, path_of(p, "ca", "pem", cert), path_of(p, "ca", "key", key),
			   &p->why);
}

/* Opens the authority, or makes it when there is none: one that outlives all it will sign. */
static int need_ca(struct place *p, struct pki_ca **ret)
{
	char cert[PATH], key[PATH];

	if (mkdir(p->dir, 0700) < 0 && errno != EEXIST) {
		buf_addf(&p->why, "%s: %s", p->dir, strerror(errno));
		return -EINVAL;
	}
	if (exists(p, "ca", "pem"))
		return open_ca(p, ret);
	return pki_ca_make(ret, "ijwd demo CA", p->now - SKEW,
			   p->now + 2 * (int64_t)MAX_DAYS * DAY_SECONDS,
			   path_of(p, "ca", "pem", cert), path_of(p, "ca", "key", key), &p->why);
}

static int write_crl(struct place *p, struct pki_ca *ca, const char *revoked)
{
	char path[PATH];

	/* As long as any certificate may last: a trial must not die of a list that nobody renews.
	 */
	return pki_crl(ca, path_of(p, "crl", "pem", path), revoked, p->now - SKEW,
		       p->now + (int64_t)MAX_DAYS * DAY_SECONDS, &p->why);
}

/* One line of the table: what a party's file in parties.d needs. */
static int print_row(struct place *p, const char *name, bool made)
{
	char path[PATH], oin[64], sha256[65], until[11];
	X509 *c = NULL;

	if (pki_read(&c, path_of(p, name, "pem", path), &p->why) < 0)
		return -EINVAL;
	if (!pki_oin(c, oin, sizeof oin))
		(void)snprintf(oin, sizeof oin, "-");
	(void)pki_fingerprint(c, sha256); /* empty without memory */
	date_text(X509_get0_notAfter(c), until);
	X509_free(c);
	printf("%-16s %-21s %-10s %-9s %s\n", name, oin, until,
	       made ? say("gemaakt", "made") : say("bestond", "existed"), sha256);
	return 0;
}

static int need_certificate(struct place *p, struct pki_ca *ca, const char *file,
			    struct pki_request *q)
{
	char cert[PATH], key[PATH];
	bool there = exists(p, file, "pem");
	int r = 0;

	q->from = p->now - SKEW;
	q->until = p->now + (int64_t)p->days * DAY_SECONDS;
	if (!there)
		r = pki_issue(ca, q, path_of(p, file, "pem", cert), path_of(p, file, "key", key),
			      &p->why);
	return r < 0 ? r : print_row(p, file, !there);
}

/* "NAME[,SAN...]": the name is one of the names to be reached by. */
static int need_hub(struct place *p, struct pki_ca *ca, const char *names)
{
	char *cn = strndup(names, strcspn(names, ","));
	struct pki_request q = {.use = PKI_HUB, .name = cn, .san = names};
	int r = cn != NULL ? need_certificate(p, ca, "hub", &q) : -ENOMEM;

	free(cn);
	return r;
}

static int need_party(struct place *p, struct pki_ca *ca, const char *text)
{
	size_t n = strcspn(text, ":");
	char name[33];
	struct pki_request q = {.use = PKI_PARTY, .name = name};

	(void)snprintf(name, sizeof name, "%.*s", (int)n, text); /* measured by parse_demo */
	q.oin = text[n] == ':' && text[n + 1] != '\0' ? text + n + 1 : NULL;
	return need_certificate(p, ca, name, &q);
}

struct demo {
	const char *hub, *parties[MAX_PARTIES];
	size_t n_parties;
};

static bool parse_party(struct demo *d, const char *value)
{
	size_t n = strcspn(value, ":");
	const char *oin = value + n + (value[n] == ':');

	if (d->n_parties == MAX_PARTIES || !good_name(value, n) || strlen(oin) > 32 ||
	    strspn(oin, "0123456789") != strlen(oin))
		return false;
	d->parties[d->n_parties++] = value;
	return true;
}

static bool parse_days(struct place *p, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	p->days = (unsigned)n;
	return value[0] >= '0' && value[0] <= '9' && *end == '\0' && n >= 1 && n <= MAX_DAYS;
}

static bool parse_demo(struct place *p, struct demo *d, int argc, char **argv)
{
	bool good = argc % 2 == 0;

	for (int i = 0; good && i < argc; i += 2) {
		if (strcmp(argv[i], "--party") == 0)
			good = parse_party(d, argv[i + 1]);
		else if (strcmp(argv[i], "--days") == 0)
			good = parse_days(p, argv[i + 1]);
		else if (strcmp(argv[i], "--hub") == 0)
			d->hub = argv[i + 1];
		else
			good = false;
		if (!good)
			fprintf(stderr, "ijwctl pki: %s: %s %s\n",
				say("onbegrepen", "not understood"), argv[i], argv[i + 1]);
	}
	return good;
}

static int demo(int argc, char **argv)
{
	struct place p = {.now = (int64_t)time(NULL), .days = 365, .why = BUF_INIT};
	struct demo d = {.hub = "localhost,127.0.0.1,::1"};
	struct pki_ca *ca = NULL;
	int r;

	if (argc < 1 || argv[0][0] == '-' || !parse_demo(&p, &d, argc - 1, argv + 1))
		return usage();
	p.dir = argv[0];
	r = need_ca(&p, &ca);
	if (r == 0)
		r = write_crl(&p, ca, NULL); /* keeps whom it names */
	if (r == 0)
		printf("%-16s %-21s %-10s %-9s %s\n", say("naam", "name"), "OIN",
		       say("geldig t/m", "valid to"), "", "SHA-256");
	if (r == 0)
		r = need_hub(&p, ca, d.hub);
	for (size_t i = 0; r == 0 && i < d.n_parties; i++)
		r = need_party(&p, ca, d.parties[i]);
	pki_ca_free(&ca);
	return r < 0 ? complain(&p) : 0;
}

static int revoke_party(int argc, char **argv)
{
	struct place p = {.now = (int64_t)time(NULL), .why = BUF_INIT};
	struct pki_ca *ca = NULL;
	char path[PATH];
	int r;

	if (argc != 2 || !good_name(argv[1], strlen(argv[1])))
		return usage();
	p.dir = argv[0];
	r = open_ca(&p, &ca);
	if (r == 0)
		r = write_crl(&p, ca, path_of(&p, argv[1], "pem", path));
	pki_ca_free(&ca);
	if (r < 0)
		return complain(&p);
	printf("%s %s %s/crl.pem; %s\n", argv[1], say("is ingetrokken in", "is revoked in"), p.dir,
	       say("herlaad de hub (SIGHUP)", "reload the hub (SIGHUP)"));
	return 0;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"demo", demo},
	{"revoke", revoke_party},
	{"show", show},
};

int ctl_pki(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	return usage();
}
