/* What the hub itself cannot check is parked, not blamed on the sender, and judged once it can be. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/scene.h"

static struct testhub h;

/* The settings with a schema folder of this test's own. */
static bool own_schemas(void)
{
	char command[512], path[128], line[256], text[4096] = "";
	FILE *f;

	(void)snprintf(command, sizeof command, "cp -r schemas %s/schemas", h.dir);
	if (testhub_run(command, NULL, 0) != 0)
		return false;
	f = fopen(testhub_path(&h, "ijwd.yaml", path), "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		(void)strncat(text, strncmp(line, "schemas:", 8) == 0 ? "schemas: schemas\n" : line,
			      sizeof text - strlen(text) - 1);
	if (f == NULL || fclose(f) != 0)
		return false;
	f = fopen(path, "we");
	return f != NULL && fputs(text, f) >= 0 && fclose(f) == 0;
}

static void break_schema(const char *name, bool mended)
{
	char command[512];

	if (mended)
		(void)snprintf(command, sizeof command, "cp schemas/ijw-3.2/%s %s/schemas/ijw-3.2/%s", name, h.dir, name);
	else
		(void)snprintf(command, sizeof command, "echo broken > %s/schemas/ijw-3.2/%s", h.dir, name);
	(void)testhub_run(command, NULL, 0);
}

static void parked_then_judged(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a"), *aanbieder = scene_connect(&h, "aanbieder-a");
	struct receipt parked, again, other;
	struct ijw_event e;
	struct buf b = BUF_INIT;

	NEED(c != NULL && aanbieder != NULL, "they connect");
	(void)ijw_ready(aanbieder, "12345678", 5);
	break_schema("jw301.xsd", false);
	CHECK(testhub_reload(&h) && testhub_log(&h, "SCHEMA-BROKEN"), "a broken schema is told, and the hub goes on");
	NEED(bericht_make("JW301", "0363", "12345678", "PARKED1", &b) &&
		     scene_send(c, "parked-1", b.data, b.len, &parked),
	     "a receipt comes at once");
	CHECK(parked.verdict == IJW_VERDICT_PARKED, "parked: stored, not judged");
	CHECK(scene_send_type(c, "JW319", "0363", "12345678", "PARKED2", &other) &&
		      other.verdict == IJW_VERDICT_ACCEPTED,
	      "other types go on");
	NEED(testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e), "and arrive");
	(void)ijw_done(aanbieder, e.id);
	break_schema("jw301.xsd", true);
	CHECK(testhub_reload(&h), "the schema is mended");
	NEED(testhub_event(c, IJW_EVENT_RECEIPT, &e), "the final receipt comes by itself");
	scene_receipt(&e, &again);
	CHECK(strcmp(e.reference, "parked-1") == 0 && again.verdict == IJW_VERDICT_ACCEPTED &&
		      strcmp(again.id, parked.id) == 0,
	      "under the same reference and number");
	NEED(testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e), "and the message arrives");
	CHECK(strcmp(e.identification, "PARKED1") == 0 && e.message_size == b.len, "as it was sent");
	(void)ijw_done(aanbieder, e.id);
	buf_free(&b);
	ijw_close(&aanbieder);
	ijw_close(&c);
}

static void judged_while_away(void)
{
	struct ijw *c;
	struct receipt r;
	struct ijw_event e;
	struct buf b = BUF_INIT;

	break_schema("jw301.xsd", false);
	NEED(testhub_reload(&h), "broken again");
	c = scene_connect(&h, "gemeente-a");
	NEED(c != NULL && bericht_make("JW301", "0363", "12345678", "PARKED3", &b) &&
		     bericht_set(&b, "Einddatum", 0, "2027-06-31") &&
		     scene_send(c, "parked-3", b.data, b.len, &r),
	     "a faulty message is sent");
	CHECK(r.verdict == IJW_VERDICT_PARKED, "it is parked");
	ijw_close(&c);
	break_schema("jw301.xsd", true);
	NEED(testhub_reload(&h) && scene_until(&h, "messages --verdict refused", "PARKED3"), "and judged while its sender is away");
	c = scene_connect(&h, "gemeente-a");
	NEED(c != NULL && testhub_event(c, IJW_EVENT_RECEIPT, &e), "who hears of it on coming back");
	CHECK(strcmp(e.reference, "parked-3") == 0 && e.verdict == IJW_VERDICT_REFUSED, "it was refused");
	ijw_close(&c);
	buf_free(&b);
}

int main(void)
{
	static const struct test tests[] = {
		{"what cannot be checked is parked, then judged", parked_then_judged},
		{"who was away gets the final receipt on coming back", judged_while_away},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) || !own_schemas() || !testhub_start(&h))
		return 2;
	r = unit_main("parked", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
