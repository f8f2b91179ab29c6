/* What operators order while the hub runs: it holds, outlives a restart, ends, and is in the audit log. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/scene.h"

#include "base/date.h"

static struct testhub h;
static char said[65536];

static bool orders(const char *arguments)
{
	return scene_ctl(&h, arguments, said, sizeof said) == 0;
}

static bool refuses(const char *arguments, const char *why)
{
	return scene_ctl(&h, arguments, said, sizeof said) != 0 && strstr(said, why) != NULL;
}

/* Sends an allocation as gemeente-a. */
static bool send(struct ijw *c, const char *identificatie, enum ijw_verdict expected)
{
	struct receipt r;

	return scene_send_type(c, "JW301", "0363", "12345678", identificatie, &r) && r.verdict == expected;
}

static bool takes(struct ijw *c, const char *identificatie, unsigned attempt)
{
	struct ijw_event e;

	if (!testhub_event(c, IJW_EVENT_DELIVERY, &e) || strcmp(e.identification, identificatie) != 0 ||
	    e.attempt < attempt || e.redelivered != (attempt > 1))
		return false;
	(void)ijw_done(c, e.id);
	return true;
}

static bool told(struct ijw *c, const char *text)
{
	struct ijw_event e;

	while (testhub_event(c, IJW_EVENT_NOTICE, &e))
		if (strstr(e.json, "\"maintenance\"") != NULL)
			return strstr(e.json, text) != NULL;
	return false;
}

static void hold(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-a");
	struct ijw_event e;

	NEED(gemeente != NULL && aanbieder != NULL, "they connect");
	(void)ijw_ready(aanbieder, "12345678", 10);
	NEED(send(gemeente, "BEFORE", IJW_VERDICT_ACCEPTED) && takes(aanbieder, "BEFORE", 1), "deliveries arrive");
	CHECK(orders("hold 12345678 --reason verhuizing"), "deliveries to a code are held");
	CHECK(send(gemeente, "HELD1", IJW_VERDICT_ACCEPTED) && send(gemeente, "HELD2", IJW_VERDICT_ACCEPTED),
	      "messages to it are accepted as ever");
	CHECK(scene_until(&h, "status", "delivery: 2 waiting"), "and wait");
	ijw_close(&aanbieder);
	CHECK(testhub_end(&h, SIGKILL) == -1 && testhub_start(&h), "the hub is killed and starts again");
	aanbieder = scene_connect(&h, "aanbieder-a");
	NEED(aanbieder != NULL, "the receiver comes back");
	(void)ijw_ready(aanbieder, "12345678", 10);
	CHECK(scene_until(&h, "status --json", "\"12345678\"") && orders("status --json") &&
		      strstr(said, "\"holds\": [\n    \"12345678\"") != NULL,
	      "the hold outlived it");
	CHECK(ijw_receive(aanbieder, &e, 0) == 0, "nothing came");
	CHECK(orders("resume 12345678"), "it ends");
	CHECK(takes(aanbieder, "HELD1", 1) && takes(aanbieder, "HELD2", 1), "and what waited comes, in order");
	CHECK(refuses("hold 12", "gemeentecode"), "what is no code is told");
	ijw_close(&aanbieder);
	ijw_close(&gemeente);
}

static void maintenance(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder;
	struct ijw_event e;
	struct receipt r;
	char first[24];

	NEED(gemeente != NULL, "it connects");
	CHECK(orders("maintenance on --text 'tot 12 uur' --reason verhuizing"), "maintenance begins");
	CHECK(told(gemeente, "tot 12 uur"), "who is connected hears it");
	CHECK(scene_send_type(gemeente, "JW301", "0363", "12345678", "WORK1", &r) && r.verdict == IJW_VERDICT_PARKED &&
		      strstr(r.nl, "tot 12 uur") != NULL && strstr(r.json, "9999") == NULL,
	      "a message is kept, and its receipt says why");
	(void)snprintf(first, sizeof first, "%s", r.id);
	CHECK(scene_send_type(gemeente, "JW301", "0363", "99999999", "WORKX", &r) && r.verdict == IJW_VERDICT_REFUSED,
	      "what can be refused at the door is refused at once");
	ijw_close(&gemeente);
	CHECK(testhub_end(&h, SIGTERM) == 0 && testhub_start(&h), "the hub stops and starts again");
	gemeente = scene_connect(&h, "gemeente-a");
	aanbieder = scene_connect(&h, "aanbieder-a");
	NEED(gemeente != NULL && aanbieder != NULL, "they connect");
	CHECK(told(aanbieder, "tot 12 uur"), "who connects during maintenance hears it");
	(void)ijw_ready(aanbieder, "12345678", 10);
	CHECK(send(gemeente, "WORK2", IJW_VERDICT_PARKED), "it is still on");
	CHECK(orders("maintenance off"), "it is over");
	CHECK(testhub_event(gemeente, IJW_EVENT_RECEIPT, &e) && e.verdict == IJW_VERDICT_ACCEPTED &&
		      strcmp(e.id, first) == 0,
	      "what was kept is judged, the first first");
	CHECK(takes(aanbieder, "WORK1", 1) && takes(aanbieder, "WORK2", 1), "and delivered");
	CHECK(send(gemeente, "WORK3", IJW_VERDICT_ACCEPTED), "the next is judged at once");
	ijw_close(&aanbieder);
	ijw_close(&gemeente);
}

static void freeze(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a");
	struct ijw_event e;
	struct receipt r;
	char command[128], from[11], until[11];
	day today = day_of(clock_us());

	NEED(gemeente != NULL, "it connects");
	day_text(today - 1, from);
	day_text(today + 2, until);
	(void)snprintf(command, sizeof command, "freeze ijw --from %s --until %s --reason release", from, until);
	CHECK(orders(command), "a freeze is ordered");
	CHECK(scene_send_type(gemeente, "JW301", "0363", "12345678", "ICE1", &r) && r.verdict == IJW_VERDICT_PARKED &&
		      strstr(r.json, until) != NULL,
	      "its receipt names the day");
	CHECK(orders("unfreeze ijw"), "it is ended");
	CHECK(testhub_event(gemeente, IJW_EVENT_RECEIPT, &e) && e.verdict == IJW_VERDICT_ACCEPTED, "and what was held is judged");
	CHECK(refuses("freeze zorg --from 2027-01-01 --until 2027-02-01", "standard"), "an unknown standard is told");
	CHECK(refuses("freeze ijw --from 2027-02-01 --until 2027-01-01", "two days"), "so are days in the wrong order");
	ijw_close(&gemeente);
}

static void replay(void)
{
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-b");
	struct receipt r;
	char command[64];

	NEED(gemeente != NULL && aanbieder != NULL, "they connect");
	NEED(scene_send_type(gemeente, "JW301", "0363", "87654321", "AGAIN", &r), "one is sent");
	(void)snprintf(command, sizeof command, "replay %s --reason kwijt", r.id);
	CHECK(refuses(command, "not delivered yet"), "what was not delivered cannot be delivered again");
	(void)ijw_ready(aanbieder, "87654321", 10);
	CHECK(takes(aanbieder, "AGAIN", 1), "it is delivered");
	(void)snprintf(command, sizeof command, "show %s", r.id);
	CHECK(scene_until(&h, command, "confirmed"), "and confirmed");
	(void)snprintf(command, sizeof command, "replay %s --reason kwijt", r.id);
	CHECK(orders(command), "a replay is ordered");
	CHECK(takes(aanbieder, "AGAIN", 2), "it comes once more, marked as a repetition");
	CHECK(refuses("replay 99999", "no message"), "an unknown number is told");
	CHECK(refuses("retry 1", "given up"), "so is a retry of what was not given up");
	ijw_close(&aanbieder);
	ijw_close(&gemeente);
}

static void looks(void)
{
	struct ijw *aanbieder = scene_connect(&h, "aanbieder-b");
	char command[256], path[128];

	NEED(aanbieder != NULL, "it connects");
	CHECK(orders("test aanbieder-b") && strstr(said, "TLSv1.3") != NULL, "the line of a party is looked at");
	CHECK(refuses("test aanbieder-a", "not connected"), "who is not there is told");
	CHECK(refuses("test nobody", "no such party"), "who is nobody is told");
	CHECK(orders("messages --identification 'WORK*'") && strstr(said, "WORK1") != NULL &&
		      strstr(said, "WORK3") != NULL && strstr(said, "HELD1") == NULL,
	      "messages are found by the beginning of an identification");
	CHECK(orders("messages --verdict refused --receiver 99999999 --code BRS04") && strstr(said, "WORKX") != NULL &&
		      strstr(said, "WORK1") == NULL,
	      "and by any combination");
	(void)snprintf(command, sizeof command, "audit --event set-hold --store %s", testhub_path(&h, "ijwd.db", path));
	CHECK(orders(command) && strstr(said, "verhuizing") != NULL && strstr(said, "12345678") != NULL,
	      "orders are in the audit log, with their reason");
	(void)snprintf(command, sizeof command, "audit verify --store %s", path);
	CHECK(orders(command), "which holds");
	ijw_close(&aanbieder);
}

int main(void)
{
	static const struct test tests[] = {
		{"a hold", hold},     {"maintenance", maintenance},	 {"a freeze", freeze},
		{"a replay", replay}, {"looking", looks},		 {NULL, NULL},
	};
	int r;

	if (!testhub_make(&h) || !testhub_usual(&h) || !testhub_start(&h))
		return 1;
	r = unit_main("operators", tests);
	testhub_free(&h);
	return r;
}
