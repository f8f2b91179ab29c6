/*
 * The watch within the hub: it takes up what the learner brings, forgets
 * nobody when too many are touched, tries again what the store refused, and
 * lets no single client hold up the others.
 */
#include "../../lib/unit.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/inname.h"
#include "../../lib/stroom.h"
#include "store/register.h"
#include "wire/watch.h"

#define MESSAGES 500
#define PATIENCE_MS 60000

static struct inname world;
static struct watch *watch;
static atomic_uint swept;
static unsigned notices;

/* ---- a store that fails when it is told to ---- */

static struct store_ops failing_ops;
static struct register_ops failing_reg;
static const struct store_ops *good_ops;
static const struct register_ops *good_reg;
static unsigned commits_fail;
static unsigned char impossible[CLIENT_BYTES];

static int commit(struct store *st)
{
	if (commits_fail == 0)
		return good_ops->commit(st);
	commits_fail--;
	return -EIO;
}

static int dossiers_client(struct store *st, const unsigned char client[CLIENT_BYTES],
			   int (*each)(void *ctx, int64_t id), void *ctx)
{
	return memcmp(client, impossible, CLIENT_BYTES) == 0
		       ? -EINVAL
		       : good_reg->dossiers_client(st, client, each, ctx);
}

/* ---- the hub around it ---- */

static struct rulebook *rules(void *ctx)
{
	(void)ctx;
	return rulebook_hold(world.rules);
}

static void wake(void *ctx)
{
	(void)ctx; /* the test comes by all the time */
}

static void notice(void *ctx, const char *code, char *json, const struct open_end_key *key)
{
	(void)ctx;
	notices += strlen(code) == 8 && strstr(json, "\"open-end\"") != NULL && key->dossier > 0;
	free(json);
}

static void original(void *ctx, int64_t message, int64_t answer)
{
	(void)ctx;
	(void)message;
	(void)answer;
}

static void on_swept(void *ctx, day on)
{
	(void)ctx;
	(void)on;
	atomic_fetch_add(&swept, 1);
}

static int step(void)
{
	return watch_step(watch, world.store, world.rules, clock_us());
}

/* Steps whenever there is something to do, until all was examined once more. */
static bool until_swept(void)
{
	unsigned was = atomic_load(&swept);

	for (int64_t until = clock_ms() + PATIENCE_MS; clock_ms() < until;) {
		if (atomic_load(&swept) != was)
			return true;
		if (watch_wait(watch) == 0)
			(void)step();
		else
			(void)sched_yield();
	}
	return false;
}

/* Steps until nothing is left to do. */
static bool until_idle(void)
{
	for (int64_t until = clock_ms() + PATIENCE_MS; clock_ms() < until;) {
		int ms = watch_wait(watch);

		if (ms < 0)
			return true;
		if (ms == 0)
			(void)step();
		else
			(void)sched_yield();
	}
	return false;
}

static bool begin(void)
{
	const struct watch_opts o = {.rules = rules,
				     .wake = wake,
				     .notice = notice,
				     .original = original,
				     .swept = on_swept};
	struct watch_opts all = o;
	struct stroom *s = stroom_new(5, 60);
	struct stroom_bericht m;
	char path[96], url[128];
	bool ok = s != NULL && inname_open(&world, s, NULL);

	for (int n = 0; ok && n < MESSAGES && stroom_next(s, &m); n++)
		ok = inname_take(&world, &m) == 0;
	ok = ok && inname_commit(&world) == 0;
	stroom_free(&s);
	(void)snprintf(url, sizeof url, "sqlite:%s", inname_file(&world, path));
	all.store = url;
	good_ops = world.store->ops;
	good_reg = world.store->reg;
	failing_ops = *good_ops;
	failing_ops.commit = commit;
	failing_reg = *good_reg;
	failing_reg.dossiers_client = dossiers_client;
	world.store->ops = &failing_ops;
	world.store->reg = &failing_reg;
	commits_fail = 0;
	memset(impossible, 0, sizeof impossible);
	notices = 0;
	return ok && watch_start(&watch, &all, world.store) == 0;
}

static void end(void)
{
	watch_end(watch);
	CHECK(watch_wait(watch) == -1, "after its end there is nothing to do");
	watch_free(&watch);
	inname_close(&world);
}

static int count_row(void *ctx, const struct reg_open_einde *e)
{
	(void)e;
	++*(size_t *)ctx;
	return 0;
}

/* How many clients have other rows than they should. */
static size_t wrong(size_t *rows)
{
	struct buf bytes = BUF_INIT;
	struct gewoonten *g = NULL;
	struct episoden e = {0};
	struct clienten c = {0};
	struct bewaking b = {.store = world.store, .calendar = &world.rules->calendar};
	size_t n = SIZE_MAX;

	if (good_reg->gewoonten(world.store, &bytes, &b.vandaag) == 0 &&
	    gewoonten_herstel(&g, bytes.data, bytes.len) == 0) {
		b.gewoonten = g;
		if (bewaking_lees(world.store, NULL, NULL, NULL, &e) == 0 &&
		    bewaking_verschillen(&b, &e, false, NULL, NULL, &c) == 0)
			n = c.n;
	}
	clienten_free(&c);
	episoden_free(&e);
	gewoonten_free(&g);
	buf_free(&bytes);
	if (rows != NULL && good_reg->open_einden(world.store, 0, count_row, rows) < 0)
		*rows = 0;
	return n;
}

/* ---- what is promised ---- */

static void from_the_start(void)
{
	size_t rows = 0;

	NEED(begin(), "a store with a past");
	CHECK(until_swept(), "all are examined");
	CHECK(wrong(&rows) == 0 && rows > 10, "and have the rows that they should have");
	CHECK(notices > 0, "aanbieders are told of some");
	CHECK(until_idle(), "then there is nothing to do");
	notices = 0;
	watch_again(watch);
	CHECK(until_swept() && wrong(NULL) == 0 && notices == 0,
	      "once more changes nothing and tells nothing");
	end();
}

static void too_many(void)
{
	unsigned char client[CLIENT_BYTES];

	NEED(begin() && until_swept() && until_idle(), "a store with a past");
	for (uint64_t n = 1; n < WATCH_CLIENTS + 100; n++) {
		uint64_t z = n * UINT64_C(0x9e3779b97f4a7c15);

		memcpy(client, &z, sizeof z);
		memcpy(client + sizeof z, &n, sizeof n);
		watch_touched(watch, client, (int64_t)n);
	}
	CHECK(watch_wait(watch) == 0, "there is something to do");
	CHECK(until_swept(), "more than can be remembered: all are read again");
	CHECK(wrong(NULL) == 0 && until_idle(), "and nothing is wrong");
	end();
}

static void a_failing_disk(void)
{
	NEED(begin(), "a store with a past");
	commits_fail = 2;
	CHECK(until_swept() && commits_fail == 0, "after failures it goes on");
	CHECK(wrong(NULL) == 0 && notices > 0, "and nothing is lost");
	end();
}

static void a_client_that_fails(void)
{
	static const unsigned char none[CLIENT_BYTES] = {1}, bad[CLIENT_BYTES] = {2};
	int r = 0;

	NEED(begin() && until_swept() && until_idle(), "a store with a past");
	memcpy(impossible, bad, sizeof impossible);
	watch_touched(watch, none, 1);
	watch_touched(watch, bad, 2);
	watch_touched(watch, none, 3);
	while (watch_wait(watch) == 0 && r == 0)
		r = step();
	CHECK(r == -EINVAL, "one client cannot be examined");
	CHECK(until_idle(), "the others are, and it is given up");
	CHECK(wrong(NULL) == 0, "nothing else is wrong");
	end();
}

static void an_early_end(void)
{
	for (int n = 0; n < 5; n++) {
		NEED(begin(), "a store with a past");
		for (int k = 0; k < n; k++) {
			(void)step();
			(void)sched_yield();
		}
		watch_quiet(watch);
		CHECK(step() == 0 && watch_wait(watch) == -1, "quiet is quiet");
		end();
	}
}

int main(void)
{
	static const struct test tests[] = {
		{"what the learner brings is taken up", from_the_start},
		{"too many to remember are found by reading all", too_many},
		{"a store that fails is tried again", a_failing_disk},
		{"one client holds up nobody", a_client_that_fails},
		{"it ends in the middle", an_early_end},
		{NULL, NULL},
	};

	return unit_main("the watch within the hub", tests);
}
