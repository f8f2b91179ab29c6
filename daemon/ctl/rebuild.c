#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "care/rebuild.h"
#include "config.h"
#include "ctl/locale.h"
#include "ctl/offline.h"

#include "base/banned.h"

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
					{"check", no_argument, NULL, 'k'},
					{NULL, 0, NULL, 0}};

bool ctl_hub_runs(const char *control)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool runs = false;

	if (fd >= 0 && snprintf(a.sun_path, sizeof a.sun_path, "%s", control) < (int)sizeof a.sun_path)
		runs = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
	if (fd >= 0)
		(void)close(fd);
	return runs;
}

static void progress(void *ctx, int64_t done)
{
	(void)ctx;
	(void)fprintf(stderr, "\r%lld ", (long long)done);
}

static void print_digest(const char *label, const unsigned char digest[32])
{
	(void)printf("%s ", label);
	for (int i = 0; i < 32; i++)
		(void)printf("%02x", digest[i]);
	(void)puts("");
}

static int report(const struct rebuild_result *r, bool check)
{
	bool same = memcmp(r->before, r->after, sizeof r->before) == 0;

	(void)printf("%lld %s\n", (long long)r->messages,
		     ctl_say("berichten opnieuw verwerkt", "messages processed once more"));
	print_digest(ctl_say("register voor:", "register before:"), r->before);
	print_digest(ctl_say("register na:  ", "register after: "), r->after);
	(void)puts(same ? ctl_say("Het register is gelijk.", "The register is the same.")
		   : check ? ctl_say("Het register wijkt af; er is niets veranderd.",
				     "The register differs; nothing was changed.")
			   : ctl_say("Het register is vernieuwd.", "The register was renewed."));
	if (r->different > 0)
		(void)printf("%lld %s %lld\n", (long long)r->different,
			     ctl_say("berichten zouden nu andere bevindingen krijgen; het eerste is",
				     "messages would get other findings today; the first is"),
			     (long long)r->first_different);
	return check && (!same || r->different > 0) ? 1 : 0;
}

static int run(const struct config *c, bool check)
{
	const struct rulebook_opts o = {.schemas = c->schemas,
					.lists = c->lists,
					.calendar = &c->calendar,
					.freezes = c->freezes,
					.n_freezes = c->n_freezes};
	struct rulebook *rules = NULL;
	struct store *st = NULL;
	struct pseudonym_key key;
	struct rebuild_result result;
	struct buf why = BUF_INIT;
	int r = rulebook_open(&rules, &o, &why);

	if (r == 0)
		r = store_open(&st, c->store, STORE_WRITE, &why);
	if (r == 0)
		r = pseudonym_key_open(&key, c->pseudonym_key, false, &why);
	if (r < 0) {
		(void)fprintf(stderr, "ijwctl: %s\n", buf_str(&why));
	} else {
		r = rebuild_register(st, rules, c->who, &key, !check,
				     isatty(STDERR_FILENO) ? progress : NULL, NULL, &result);
		if (r == 0)
			r = report(&result, check);
		else
			(void)fprintf(stderr, "ijwctl: %s (%s)\n",
				      ctl_say("er is niets veranderd", "nothing was changed"), strerror(-r));
	}
	store_close(&st);
	rulebook_drop(&rules);
	buf_free(&why);
	return r < 0 ? 1 : r;
}

int ctl_rebuild(int argc, char **argv)
{
	const char *file = "/etc/ijwd/ijwd.yaml";
	struct config *c = NULL;
	struct buf why = BUF_INIT;
	bool check = false;
	int o, r;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o == 'c')
			file = optarg;
		else if (o == 'k')
			check = true;
		else
			return 2;
	}
	r = config_load(&c, file, &why);
	if (r < 0) {
		(void)fprintf(stderr, "%s", buf_str(&why));
		buf_free(&why);
		return 2;
	}
	if (ctl_hub_runs(c->control)) {
		(void)fprintf(stderr, "%s",
			      ctl_say("ijwctl: de hub draait; stop hem eerst (systemctl stop ijwd)\n",
				      "ijwctl: the hub is running; stop it first (systemctl stop ijwd)\n"));
		r = 1;
	} else {
		r = run(c, check);
	}
	config_free(&c);
	return r;
}
