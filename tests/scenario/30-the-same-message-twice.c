/* The same message gets the same receipt, byte for byte; another one under its identification is refused. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../lib/scene.h"

static struct testhub h;

static void same_receipt(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a");
	struct buf b = BUF_INIT;
	struct receipt first, again;

	NEED(c != NULL && bericht_make("JW301", "0363", "12345678", "TWICE1", &b), "it is there");
	NEED(scene_send(c, "ref-1", b.data, b.len, &first), "the first receipt comes");
	NEED(scene_send(c, "ref-1", b.data, b.len, &again), "so does the second");
	CHECK(again.verdict == IJW_VERDICT_ACCEPTED && strcmp(first.json, again.json) == 0,
	      "the same receipt, byte for byte");
	NEED(scene_send(c, "ref-2", b.data, b.len, &again), "under another reference too");
	CHECK(strcmp(first.json, again.json) == 0, "the same receipt");
	ijw_close(&c);
	CHECK(testhub_end(&h, SIGKILL) == -1 && testhub_start(&h), "the hub is killed and starts again");
	c = scene_connect(&h, "gemeente-a");
	NEED(c != NULL && scene_send(c, "ref-1", b.data, b.len, &again), "it is sent once more");
	CHECK(strcmp(first.json, again.json) == 0, "after a restart still the same receipt");
	CHECK(scene_until(&h, "status", "1 received; 1 accepted"), "and it was stored once");
	ijw_close(&c);
	buf_free(&b);
}

static void other_content(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a");
	struct buf b = BUF_INIT;
	struct receipt r, again;

	NEED(c != NULL && bericht_make("JW301", "0363", "12345678", "TWICE1", &b), "it is there");
	buf_adds(&b, "\n");
	NEED(scene_send(c, "other", b.data, b.len, &r), "a receipt comes");
	CHECK(r.verdict == IJW_VERDICT_REFUSED && strcmp(r.code, "BRS20") == 0 && strcmp(r.rule, "TR056") == 0,
	      "another message under an identification in force is refused by TR056");
	NEED(scene_send(c, "other", b.data, b.len, &again), "it is sent again");
	CHECK(strcmp(r.json, again.json) == 0, "the refusal is the same too");
	buf_free(&b);
	ijw_close(&c);
}

static void refused_counts_as_not_sent(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a");
	struct buf b = BUF_INIT;
	struct receipt r, again;

	NEED(c != NULL && bericht_make("JW301", "0363", "12345678", "TWICE2", &b), "it is there");
	NEED(bericht_set(&b, "Einddatum", 0, "2027-06-31"), "with a fault");
	NEED(scene_send(c, "faulty", b.data, b.len, &r), "a receipt comes");
	CHECK(r.verdict == IJW_VERDICT_REFUSED, "refused");
	NEED(scene_send(c, "faulty", b.data, b.len, &again), "the same again");
	CHECK(strcmp(r.json, again.json) == 0, "gets the same receipt");
	NEED(bericht_set(&b, "Einddatum", 0, "2027-06-30"), "mended");
	NEED(scene_send(c, "mended", b.data, b.len, &r), "a receipt comes");
	CHECK(r.verdict == IJW_VERDICT_ACCEPTED, "the mended message may keep its identification");
	buf_free(&b);
	ijw_close(&c);
}

static void other_senders_other_types(void)
{
	struct ijw *a = scene_connect(&h, "aanbieder-a"), *b = scene_connect(&h, "aanbieder-b");
	struct receipt r;

	NEED(a != NULL && b != NULL, "they connect");
	CHECK(scene_send_type(a, "JW305", "12345678", "0363", "TWICE1", &r) && r.verdict == IJW_VERDICT_ACCEPTED,
	      "an identification is unique per sender");
	CHECK(scene_send_type(b, "JW305", "87654321", "0363", "TWICE1", &r) && r.verdict == IJW_VERDICT_ACCEPTED,
	      "not over senders");
	CHECK(scene_send_type(a, "JW307", "12345678", "0363", "TWICE1", &r) && r.verdict == IJW_VERDICT_ACCEPTED,
	      "and not over types");
	ijw_close(&a);
	ijw_close(&b);
}

int main(void)
{
	static const struct test tests[] = {
		{"the same message gets the same receipt", same_receipt},
		{"another message under its identification is refused", other_content},
		{"a refused message counts as not sent", refused_counts_as_not_sent},
		{"identifications are per sender and type", other_senders_other_types},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) || !testhub_start(&h))
		return 2;
	r = unit_main("the same message twice", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
