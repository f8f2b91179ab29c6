#include "wire/orders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/audit.h"
#include "store/bodies.h"
#include "store/view.h"

#include "base/banned.h"

static int add_row(void *ctx, const struct view_setting *s)
{
	steering_add(ctx, s->kind, s->name, s->value);
	return 0;
}

int steering_load(struct store *st, struct steering *ret)
{
	*ret = (struct steering){.maintenance = false};
	return view_settings(st, add_row, ret);
}

/* It cannot be: the operator hears why, the transaction goes on. */
static int refuse(struct order *o, int result, const char *line)
{
	o->result = result;
	(void)snprintf(o->line, sizeof o->line, "%s", line);
	return 0;
}

static int set(const struct intake *k, const struct steering *s, struct order *o)
{
	const struct view_setting row = {.kind = o->kind,
					 .name = o->name,
					 .value = o->value,
					 .who = o->actor.who,
					 .reason = o->actor.reason,
					 .moment = k->now};
	struct buf why = BUF_INIT;
	int r = 0;

	if (steering_check(s, k->rules, o->kind, o->name, o->value, &why) < 0)
		(void)refuse(o, -EINVAL, buf_str(&why));
	else
		r = view_setting_put(k->store, &row);
	buf_free(&why);
	return r;
}

static int end(const struct intake *k, const struct steering *s, struct order *o)
{
	(void)s;
	if (strcmp(o->kind, STEER_HOLD) == 0)
		(void)snprintf(o->code, sizeof o->code, "%.8s", o->name);
	return view_setting_drop(k->store, o->kind, o->name);
}

/* The message, when there is one; else the order is refused. */
static int message_of(const struct intake *k, struct order *o, struct arena *a, struct store_message *m)
{
	int r = k->store->ops->message_get(k->store, a, o->message, m);

	if (r == -ENOENT)
		return refuse(o, -ENOENT, "there is no message with this number");
	if (r == 0)
		(void)snprintf(o->code, sizeof o->code, "%.8s", m->naar);
	return r;
}

static int retry(const struct intake *k, const struct steering *s, struct order *o)
{
	struct arena a = ARENA_INIT;
	struct store_message m;
	int r = message_of(k, o, &a, &m);

	(void)s;
	if (r == 0 && o->result == 0)
		r = k->store->ops->outbox_retry(k->store, o->message);
	if (r == -ENOENT)
		r = refuse(o, -ENOENT, "this message is not a delivery that was given up");
	arena_release(&a);
	return r;
}

static int replay(const struct intake *k, const struct steering *s, struct order *o)
{
	struct arena a = ARENA_INIT;
	struct store_message m;
	int64_t gone;
	int r = message_of(k, o, &a, &m);

	(void)s;
	if (r == 0 && o->result == 0 && strcmp(m.party, HISTORY_PARTY) == 0)
		r = refuse(o, -EINVAL, "this message was exchanged before there was a hub; the hub never delivered it");
	if (r == 0 && o->result == 0 && bodies_gone(k->store, o->message, &gone) == 0 && gone != 0)
		r = refuse(o, -ENOENT, "the text of this message was deleted when its time was over; ask its sender for it");
	if (r == 0 && o->result == 0)
		r = view_outbox_replay(k->store, o->message);
	if (r == -ENOENT)
		r = refuse(o, -ENOENT, "this message was not delivered yet, or is not one that is delivered");
	arena_release(&a);
	return r;
}

static int recheck(const struct intake *k, const struct steering *s, struct order *o)
{
	(void)k;
	(void)s;
	(void)o; /* the pipeline starts the round once this is committed */
	return 0;
}

static const struct {
	const char *event; /* of the audit log; of a setting its kind is put behind */
	int (*carry_out)(const struct intake *k, const struct steering *s, struct order *o);
} orders[] = {
	[ORDER_SET] = {"set", set},	     [ORDER_END] = {"end", end},
	[ORDER_RETRY] = {"retry", retry},    [ORDER_REPLAY] = {"replay", replay},
	[ORDER_RECHECK] = {"recheck", recheck},
};

void order_name(const struct order *o, char ret[ORDER_NAME])
{
	(void)snprintf(ret, ORDER_NAME, "%s%s%s", orders[o->what].event, o->kind[0] != '\0' ? "-" : "", o->kind);
}

int order_carry_out(const struct intake *k, const struct steering *s, struct order *o)
{
	char event[ORDER_NAME], detail[STEERING_TEXT + 64];
	struct audit_entry e = {.moment = k->now,
				.event = event,
				.who = o->actor.who,
				.role = o->actor.role,
				.source = o->actor.source,
				.message = o->message,
				.reason = o->actor.reason,
				.detail = detail};
	int r;

	o->result = 0; /* a second try after a failed commit starts anew */
	o->code[0] = '\0';
	r = orders[o->what].carry_out(k, s, o);
	if (r < 0)
		return r;
	order_name(o, event);
	(void)snprintf(detail, sizeof detail, "%s%s%s", o->name, o->value[0] != '\0' ? " " : "", o->value);
	e.outcome = o->result == 0 ? "ok" : o->line;
	return audit_add(k->store, &e);
}
