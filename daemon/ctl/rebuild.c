#include <errno.h>
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
#include "store/audit.h"
#include "store/bodies.h"

#include "base/banned.h"

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
					{"check", no_argument, NULL, 'k'},
					{"shrink", no_argument, NULL, 's'},
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

/* Why nothing was made anew, and what can be done. */
static int refuse(const struct rebuild_result *ret, int r)
{
	if (r != -ENODATA) {
		if (ret->first_different > 0)
			(void)fprintf(stderr, "ijwctl: %s %lld: %s\n", ctl_say("bericht", "message"),
				      (long long)ret->first_different, store_fault(r));
		(void)fprintf(stderr, "ijwctl: %s (%s)\n",
			      ctl_say("er is niets veranderd", "nothing was changed"), strerror(-r));
		return 1;
	}
	(void)fprintf(stderr,
		      ctl_dutch() ? "ijwctl: van %lld berichten (%lld tot en met %lld) is de tekst na de bewaartermijn "
				    "verwijderd;\nhet register weet daaruit nog wat er nu in staat, en zou dat verliezen. "
				    "Er is niets veranderd.\nToch opnieuw maken, zonder die berichten: --shrink\n"
				  : "ijwctl: the texts of %lld messages (%lld to %lld) were deleted when their time was "
				    "over;\nwhat the register has from them would be lost.  Nothing was changed.\n"
				    "To make it anew all the same, without those messages: --shrink\n",
		      (long long)ret->missing, (long long)ret->first_missing, (long long)ret->last_missing);
	return 1;
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

/* Who made the register anew. */
static int enter(struct store *st, const struct rebuild_result *ret)
{
	char who[32], detail[96];
	struct audit_entry e = {.moment = clock_us(),
				.event = "rebuild",
				.who = who,
				.source = "ijwctl rebuild",
				.outcome = "ok",
				.detail = detail};
	int r = st->ops->begin(st);

	if (r < 0)
		return r;
	(void)snprintf(who, sizeof who, "uid %ld", (long)getuid());
	(void)snprintf(detail, sizeof detail, "%lld messages, %lld without their text", (long long)ret->messages,
		       (long long)ret->missing);
	r = audit_add(st, &e);
	if (r == 0)
		return st->ops->commit(st);
	st->ops->rollback(st);
	return r;
}

static int run(const struct config *c, bool check, bool shrink)
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
	if (r == 0)
		r = bodies_unlock(st, c->body_keys, false, day_of(clock_us()), NULL, NULL, &why);
	if (r < 0) {
		(void)fprintf(stderr, "ijwctl: %s\n", buf_str(&why));
	} else {
		r = rebuild_register(st, rules, c->who, &key, !check, shrink,
				     isatty(STDERR_FILENO) ? progress : NULL, NULL, &result);
		if (r == 0 && !check && enter(st, &result) < 0)
			(void)fprintf(stderr, "ijwctl: %s\n",
				      ctl_say("dit kon niet in het auditlogboek gezet worden",
					      "this could not be entered in the audit log"));
		r = r == 0 ? report(&result, check) : refuse(&result, r);
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
	bool check = false, shrink = false;
	int o, r;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o == 'c')
			file = optarg;
		else if (o == 'k')
			check = true;
		else if (o == 's')
			shrink = true;
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
		r = run(c, check, shrink);
	}
	config_free(&c);
	return r;
}
