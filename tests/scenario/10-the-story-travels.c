/* An allocation, its start, declaration and stop travel, are confirmed, and can be looked up. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../lib/scene.h"

static struct testhub h;

static void story(void)
{
	static const struct {
		const char *type, *from, *to;
		bool van_gemeente;
	} steps[] = {
		{"JW315", "12345678", "0363", false},
		{"JW301", "0363", "12345678", true},
		{"JW305", "12345678", "0363", false},
		{"JW323", "12345678", "0363", false},
		{"JW307", "12345678", "0363", false},
	};
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-a");
	struct ijw_event e;
	struct receipt r;

	NEED(gemeente != NULL && aanbieder != NULL, "both connect");
	CHECK(ijw_ready(gemeente, "0363", 10) == 0 && ijw_ready(aanbieder, "12345678", 10) == 0,
	      "both are ready to receive");
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct ijw *from = steps[i].van_gemeente ? gemeente : aanbieder;
		struct ijw *to = steps[i].van_gemeente ? aanbieder : gemeente;
		struct buf b = BUF_INIT;
		char command[64], text[4096];

		NEED(bericht_make(steps[i].type, steps[i].from, steps[i].to, "STORY0000001", &b), "it is there");
		NEED(scene_send(from, NULL, b.data, b.len, &r), "a receipt comes");
		if (!CHECK(r.verdict == IJW_VERDICT_ACCEPTED && r.findings == 0, "accepted without findings"))
			(void)fprintf(stderr, "%s\n", r.json);
		NEED(testhub_event(to, IJW_EVENT_DELIVERY, &e), "the other side gets it");
		CHECK(e.message_size == b.len && memcmp(e.message, b.data, b.len) == 0, "byte for byte");
		CHECK(strcmp(e.message_type, steps[i].type) == 0 && strcmp(e.sender, steps[i].from) == 0 &&
			      strcmp(e.receiver, steps[i].to) == 0 && e.attempt == 1 && !e.redelivered,
		      "with who sent it, and as a first delivery");
		CHECK(ijw_done(to, e.id) == 0, "it is confirmed");
		(void)snprintf(command, sizeof command, "show %s", r.id);
		CHECK(scene_until(&h, command, "confirmed by the receiver"), "its timeline ends in the confirmation");
		CHECK(scene_ctl(&h, command, text, sizeof text) == 0 && strstr(text, "received, checked and stored") &&
			      strstr(text, "delivered to the receiver"),
		      "and tells what went before");
		buf_free(&b);
	}
	ijw_close(&gemeente);
	ijw_close(&aanbieder);
}

static void every_type(void)
{
	static const struct {
		const char *type;
		bool van_gemeente, retour;
	} types[] = {
		{"JW302", false, true}, {"JW306", true, true},   {"JW308", true, true},
		{"JW316", true, true},  {"JW317", false, false}, {"JW318", true, true}, {"JW319", true, false},
		{"JW320", false, true}, {"JW325", true, false},
	};
	struct ijw *gemeente = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-a");
	struct ijw_event e;
	struct receipt r;

	NEED(gemeente != NULL && aanbieder != NULL, "both connect");
	(void)ijw_ready(gemeente, "0363", 10);
	(void)ijw_ready(aanbieder, "12345678", 10);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		/* A retour keeps the Header of what it answers: its own sender stands in Ontvanger. */
		bool gemeente_first = types[i].van_gemeente != types[i].retour;
		struct ijw *from = types[i].van_gemeente ? gemeente : aanbieder;
		struct ijw *to = types[i].van_gemeente ? aanbieder : gemeente;

		NEED(scene_send_type(from, types[i].type, gemeente_first ? "0363" : "12345678",
				     gemeente_first ? "12345678" : "0363", NULL, &r),
		     types[i].type);
		if (!CHECK(r.verdict == IJW_VERDICT_ACCEPTED, types[i].type))
			(void)fprintf(stderr, "%s\n", r.json);
		else if (CHECK(testhub_event(to, IJW_EVENT_DELIVERY, &e), types[i].type))
			(void)ijw_done(to, e.id);
	}
	ijw_close(&gemeente);
	ijw_close(&aanbieder);
}

static void looking(void)
{
	char text[65536];

	CHECK(scene_until(&h, "status", "14 received; 14 accepted"), "status counts them");
	CHECK(scene_until(&h, "status", "delivery: 0 waiting"), "and nothing waits");
	CHECK(scene_ctl(&h, "messages --type JW305", text, sizeof text) == 0 && strstr(text, "STORY0000001") &&
		      strstr(text, "JW301") == NULL,
	      "messages filters by type");
	CHECK(scene_ctl(&h, "messages --verdict refused", text, sizeof text) == 0 &&
		      strstr(text, "STORY") == NULL,
	      "and by verdict");
	CHECK(scene_ctl(&h, "messages --verdict nonsense", text, sizeof text) != 0 && strstr(text, "expected"),
	      "and says what it expects");
	CHECK(scene_ctl(&h, "messages --party aanbieder-a --since 1h --json", text, sizeof text) == 0 &&
		      strstr(text, "\"JW323\""),
	      "by party and time, as JSON");
	CHECK(scene_ctl(&h, "parties", text, sizeof text) == 0 && strstr(text, "gemeente-a") && strstr(text, "87654321"),
	      "parties lists who takes part");
	CHECK(scene_ctl(&h, "show 99999", text, sizeof text) == 1 && strstr(text, "no message"),
	      "an unknown number is told");
	CHECK(scene_ctl(&h, "show x", text, sizeof text) == 2, "and so is no number");
}

int main(void)
{
	static const struct test tests[] = {
		{"request, allocation, start, declaration and stop travel and are confirmed", story},
		{"so do the nine other types", every_type},
		{"an administrator finds them", looking},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) || !testhub_start(&h))
		return 2;
	r = unit_main("the story travels", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
