/* Delivery: to who was offline, within credit, again with a mark, given back, given up. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../lib/scene.h"

static struct testhub h;
static unsigned number;

static bool send_some(struct ijw *c, unsigned n)
{
	struct receipt r;
	char identificatie[16];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(identificatie, sizeof identificatie, "DELIVERY%u", ++number);
		if (!scene_send_type(c, "JW301", "0363", "12345678", identificatie, &r) ||
		    r.verdict != IJW_VERDICT_ACCEPTED)
			return false;
	}
	return true;
}

/* Takes n deliveries and confirms them; the identifications must ascend. */
static bool take_in_order(struct ijw *c, unsigned first, unsigned n)
{
	struct ijw_event e;
	char expected[16];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(expected, sizeof expected, "DELIVERY%u", first + i);
		if (!testhub_event(c, IJW_EVENT_DELIVERY, &e) || strcmp(e.identification, expected) != 0)
			return false;
		(void)ijw_done(c, e.id);
	}
	return true;
}

static void offline(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder;
	unsigned first = number + 1;

	NEED(gemeente != NULL && send_some(gemeente, 200), "200 are accepted for who is not there");
	CHECK(scene_until(&h, "status", "delivery: 200 waiting"), "they wait");
	aanbieder = scene_connect(&h, "aanbieder-a");
	NEED(aanbieder != NULL, "the receiver comes");
	(void)ijw_ready(aanbieder, "12345678", 20);
	CHECK(take_in_order(aanbieder, first, 200), "and gets them all, in order");
	CHECK(send_some(gemeente, 5) && take_in_order(aanbieder, first + 200, 5), "and then new ones at once");
	CHECK(scene_until(&h, "status", "delivery: 0 waiting"), "nothing waits");
	ijw_close(&aanbieder);
	ijw_close(&gemeente);
}

static void credit(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-a");
	struct ijw_event e;
	char ids[2][24];

	NEED(gemeente != NULL && aanbieder != NULL, "they connect");
	(void)ijw_ready(aanbieder, "12345678", 2);
	NEED(send_some(gemeente, 5), "five are sent");
	for (int i = 0; i < 2; i++) {
		NEED(testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e), "two come");
		(void)snprintf(ids[i], sizeof ids[i], "%s", e.id);
	}
	CHECK(scene_until(&h, "status --json", "\"unconfirmed\": 2"), "two are outstanding, with credit for two");
	CHECK(ijw_receive(aanbieder, &e, 0) == 0, "and no more came");
	for (int i = 0; i < 2; i++)
		(void)ijw_done(aanbieder, ids[i]);
	CHECK(take_in_order(aanbieder, number - 2, 3), "confirming brings the rest");
	ijw_close(&aanbieder);
	ijw_close(&gemeente);
}

static void again_with_a_mark(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-a");
	struct ijw_event e;
	char id[24];

	NEED(gemeente != NULL && aanbieder != NULL, "they connect");
	(void)ijw_ready(aanbieder, "12345678", 5);
	NEED(send_some(gemeente, 1) && testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e), "it comes");
	CHECK(e.attempt == 1 && !e.redelivered, "as a first delivery");
	(void)snprintf(id, sizeof id, "%s", e.id);
	ijw_close(&aanbieder);
	aanbieder = scene_connect(&h, "aanbieder-a");
	NEED(aanbieder != NULL, "the receiver comes back without having confirmed");
	(void)ijw_ready(aanbieder, "12345678", 5);
	NEED(testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e), "it comes again");
	CHECK(strcmp(e.id, id) == 0 && e.attempt == 2 && e.redelivered, "the same, marked");
	ijw_close(&aanbieder);
	CHECK(testhub_end(&h, SIGKILL) == -1 && testhub_start(&h), "the hub is killed and starts again");
	aanbieder = scene_connect(&h, "aanbieder-a");
	NEED(aanbieder != NULL, "the receiver comes back");
	(void)ijw_ready(aanbieder, "12345678", 5);
	NEED(testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e), "it comes a third time");
	CHECK(strcmp(e.id, id) == 0 && e.redelivered && e.attempt >= 3, "still marked");
	(void)ijw_done(aanbieder, e.id);
	CHECK(scene_until(&h, "status", "delivery: 0 waiting"), "confirmed at last");
	ijw_close(&aanbieder);
	ijw_close(&gemeente);
}

static void given_back(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-a");
	struct ijw_event e;
	char command[64], retry[64], text[8192];

	NEED(gemeente != NULL && aanbieder != NULL, "they connect");
	(void)ijw_ready(aanbieder, "12345678", 5);
	NEED(send_some(gemeente, 1), "one is sent");
	for (int i = 1; i <= 3; i++) {
		NEED(testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e), "it comes");
		CHECK(e.attempt == (unsigned)i, "the attempt is counted");
		(void)snprintf(command, sizeof command, "show %s", e.id);
		(void)snprintf(retry, sizeof retry, "retry %s", e.id);
		(void)ijw_fail(aanbieder, e.id, "disk full");
	}
	CHECK(scene_until(&h, command, "given up"), "after the third failure it is given up");
	CHECK(scene_ctl(&h, command, text, sizeof text) == 0 && strstr(text, "disk full"), "with the reason");
	CHECK(scene_ctl(&h, retry, text, sizeof text) == 0, "an administrator tries again");
	NEED(testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e), "it comes once more");
	(void)ijw_done(aanbieder, e.id);
	CHECK(scene_until(&h, "status", "0 given up"), "and is done");
	CHECK(scene_ctl(&h, retry, text, sizeof text) == 1, "what is not given up cannot be retried");
	ijw_close(&aanbieder);
	ijw_close(&gemeente);
}

/* A disk that forgot: what cannot be read back is told and set aside, and holds up nothing. */
static void unreadable(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder;
	char command[512], text[8192];

	NEED(gemeente != NULL && send_some(gemeente, 3), "three wait");
	ijw_close(&gemeente);
	NEED(testhub_end(&h, SIGTERM) == 0, "the hub stops");
	(void)snprintf(command, sizeof command,
		       "/usr/bin/python3 -c \"import sqlite3; c = sqlite3.connect('%s/ijwd.db'); "
		       "c.execute('UPDATE body SET bytes = ? WHERE id = (SELECT max(id) - 1 FROM body)', (b'x',)); "
		       "c.commit()\"",
		       h.dir);
	NEED(testhub_run(command, text, sizeof text) == 0, "the second one's bytes are spoilt");
	NEED(testhub_start(&h), "the hub starts");
	aanbieder = scene_connect(&h, "aanbieder-a");
	NEED(aanbieder != NULL, "the receiver comes");
	(void)ijw_ready(aanbieder, "12345678", 5);
	CHECK(take_in_order(aanbieder, number - 2, 1) && take_in_order(aanbieder, number, 1),
	      "the first and the third arrive");
	CHECK(scene_until(&h, "status", "0 waiting, 1 given up") && testhub_log(&h, "BODY-UNREADABLE"),
	      "the second is given up, and the log says why");
	ijw_close(&aanbieder);
}

static void by_mandate(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *supplier = scene_connect(&h, "supplier");
	struct ijw *aanbieder;
	struct ijw_event e;
	struct receipt r;

	NEED(gemeente != NULL && supplier != NULL, "they connect");
	(void)ijw_ready(supplier, "12345678", 5);
	NEED(send_some(gemeente, 1), "an allocation is sent");
	NEED(scene_send_type(gemeente, "JW319", "0363", "12345678", "MANDATE1", &r) &&
		     r.verdict == IJW_VERDICT_ACCEPTED,
	     "and an answer");
	NEED(testhub_event(supplier, IJW_EVENT_DELIVERY, &e), "the supplier gets something");
	CHECK(strcmp(e.message_type, "JW319") == 0, "only what its mandate covers");
	(void)ijw_done(supplier, e.id);
	aanbieder = scene_connect(&h, "aanbieder-a");
	NEED(aanbieder != NULL, "the provider itself comes");
	(void)ijw_ready(aanbieder, "12345678", 5);
	CHECK(take_in_order(aanbieder, number, 1), "and gets the allocation");
	ijw_close(&supplier);
	ijw_close(&aanbieder);
	ijw_close(&gemeente);
}

int main(void)
{
	static const struct test tests[] = {
		{"who is offline gets it later", offline},
		{"credit is kept to", credit},
		{"a second delivery is marked", again_with_a_mark},
		{"what is given back comes again, and is given up in the end", given_back},
		{"what cannot be read back holds up nothing", unreadable},
		{"a mandate to receive covers its types only", by_mandate},
		{NULL, NULL},
	};
	int r;

	h.extra = NULL;
	if (!testhub_usual(&h))
		return 2;
	h.extra = "limits:\n  connections_per_second: 100000\ndelivery:\n  attempts: 3\n  backoff_s: 1\n";
	if (!testhub_config(&h) ||
	    !testhub_party(&h, "supplier",
			   "mandates:\n  - {code: \"12345678\", types: [JW319], may: [receive]}") ||
	    !testhub_start(&h))
		return 2;
	r = unit_main("delivery", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
