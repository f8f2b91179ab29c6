#include "care/rebuild.h"

#include <errno.h>
#include <string.h>

#include "care/intake.h"
#include "store/bodies.h"
#include "store/register.h"

#include "base/banned.h"

#define TELL_EVERY 1000

struct run {
	struct intake intake;
	struct rebuild_result *ret;
	void (*tell)(void *ctx, int64_t done);
	void *ctx;
};

static int replay(struct run *run, struct arena *a, const struct store_message *m)
{
	struct buf body = BUF_INIT;
	struct checked c;
	bool same = true;
	int r = store_read(run->intake.store, m, &body);

	if (r == -ENODATA) {
		r = 0; /* counted before; it may be left out */
	} else if (r < 0) {
		run->ret->first_different = m->id;
	} else {
		check_bytes(run->intake.checker, a, buf_str(&body), body.len, &c);
		r = intake_replay(&run->intake, a, m, &c, &same);
	}
	buf_free(&body);
	if (r == 0 && !same) {
		run->ret->different++;
		if (run->ret->first_different == 0)
			run->ret->first_different = m->id;
	}
	return r;
}

static int each(void *ctx, const struct store_message *m)
{
	struct run *run = ctx;
	struct arena a = ARENA_INIT;
	int r = replay(run, &a, m);

	arena_release(&a);
	run->ret->messages++;
	if (run->tell != NULL && run->ret->messages % TELL_EVERY == 0)
		run->tell(run->ctx, run->ret->messages);
	return r;
}

static int replay_all(struct store *st, struct run *run)
{
	int r = st->reg->digest(st, run->ret->before);

	if (r == 0)
		r = st->reg->clear(st);
	if (r == 0)
		r = st->ops->history(st, 0, 0, 0, each, run);
	return r == 0 ? st->reg->digest(st, run->ret->after) : r;
}

int rebuild_register(struct store *st, const struct rulebook *rules, const struct parties *parties,
		     const struct pseudonym_key *key, bool keep, bool shrink,
		     void (*tell)(void *ctx, int64_t done), void *ctx, struct rebuild_result *ret)
{
	struct run run = {.intake = {.store = st, .parties = parties, .key = key, .rules = rules},
			  .ret = ret,
			  .tell = tell,
			  .ctx = ctx};
	int r;

	memset(ret, 0, sizeof *ret);
	r = bodies_missing(st, &ret->missing, &ret->first_missing, &ret->last_missing);
	if (r == 0 && ret->missing > 0 && !shrink)
		r = -ENODATA;
	if (r == 0)
		r = checker_new(&run.intake.checker, rules->standards);
	if (r < 0)
		return r;
	r = st->ops->begin(st);
	if (r == 0) {
		r = replay_all(st, &run);
		if (r == 0 && keep)
			r = st->ops->commit(st);
		else
			st->ops->rollback(st);
	}
	checker_free(&run.intake.checker);
	return r;
}
