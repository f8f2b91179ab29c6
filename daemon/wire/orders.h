/*
 * What operators order while the hub runs (care/steering.h), and what the
 * writer does for them.  An order is kept in the store and entered in the audit
 * log in the writer's transaction; it holds after a restart until it is ended.
 */
#ifndef WIRE_ORDERS_H
#define WIRE_ORDERS_H

#include "base/promise.h"
#include "care/intake.h"
#include "care/steering.h"

/* Who acts, as the asking program says; for the audit log. */
struct actor {
	char who[64], role[16], source[96], reason[256];
};

enum order_kind {
	ORDER_SET,    /* a setting: kind, name, value */
	ORDER_END,    /* … is ended */
	ORDER_RETRY,  /* a delivery that was given up waits again: message */
	ORDER_REPLAY, /* a message that was delivered is delivered once more: message */
	ORDER_RECHECK /* what is parked is looked at now */
};

struct order {
	enum order_kind what;
	char kind[16], name[36], value[STEERING_TEXT];
	int64_t message;
	struct actor actor;
	/* what came of it */
	int result;
	char line[PROMISE_LINE]; /* for the operator, when result is negative */
	char code[9];            /* for whom something waits now, or "" */
};

/*
 * order_carry_out does it within the open transaction.  Negative: the store
 * failed.  An order that cannot be carried out is result 0 with order->result
 * and line set: nothing was changed.
 */
int order_carry_out(const struct intake *k, const struct steering *s, struct order *o);

/* order_name is a word for logs: set-hold, retry, … */
#define ORDER_NAME 32
void order_name(const struct order *o, char ret[ORDER_NAME]);

/* steering_load reads what is set. */
int steering_load(struct store *st, struct steering *ret);

#endif
