/* SIGTERM finishes what came in; what was receipted survives kill -9; a full disk is no receipt. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../lib/scene.h"

static struct testhub h;

/* Sends n without waiting, then counts how many receipts come until the connection ends. */
static unsigned burst(struct ijw *c, const char *prefix, unsigned n)
{
	struct buf b = BUF_INIT;
	char identificatie[16];
	unsigned sent = 0;

	for (; sent < n; sent++) {
		(void)snprintf(identificatie, sizeof identificatie, "%s%u", prefix, sent);
		if (!bericht_make("JW301", "0363", "12345678", identificatie, &b) ||
		    ijw_send(c, identificatie, b.data, b.len, 0, NULL) < 0)
			break;
	}
	buf_free(&b);
	return sent;
}

static unsigned receipts(struct ijw *c, unsigned most)
{
	struct ijw_event e;
	unsigned n = 0;

	while (n < most && ijw_receive(c, &e, 30000) == 1) {
		if (e.type == IJW_EVENT_DISCONNECTED)
			break;
		n += e.type == IJW_EVENT_RECEIPT && e.verdict == IJW_VERDICT_ACCEPTED;
	}
	return n;
}

static void sigterm(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a");
	unsigned sent, got;
	char text[64];

	NEED(c != NULL, "it connects");
	sent = burst(c, "STOP", 200);
	NEED(sent == 200 && receipts(c, 1) == 1, "200 are under way, the first receipt is there");
	CHECK(kill(h.pid, SIGTERM) == 0, "the hub is told to stop");
	got = 1 + receipts(c, 199);
	CHECK(testhub_end(&h, 0) == 0, "it ends in order");
	CHECK(testhub_log(&h, "HUB-STOPPED"), "and says so");
	NEED(testhub_start(&h), "it starts again");
	(void)snprintf(text, sizeof text, "delivery: %u waiting", sent);
	ijw_close(&c);
	/* Those it had not read by then were never receipted; all it receipted are there. */
	c = scene_connect(&h, "gemeente-a");
	NEED(c != NULL && burst(c, "STOP", 200) == 200 && receipts(c, 200) == 200, "all are sent once more");
	CHECK(scene_until(&h, "status", text), "and stand in the store once");
	CHECK(got >= 1, "some receipts came before the end");
	ijw_close(&c);
}

static void watchdog(void)
{
	CHECK(testhub_end(&h, SIGTERM) == 0, "the hub stops");
	(void)setenv("WATCHDOG_USEC", "600000", 1); /* what systemd puts there */
	NEED(testhub_start(&h), "it starts under a watchdog");
	(void)unsetenv("WATCHDOG_USEC");
	for (int i = 0; i < 3; i++)
		CHECK(testhub_notified(&h, "WATCHDOG=1"), "and says again and again that it lives");
}

static void sigkill(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a"), *aanbieder;
	struct ijw_event e;
	unsigned arrived = 0;

	NEED(c != NULL && burst(c, "KILL", 200) == 200, "200 are under way");
	NEED(receipts(c, 150) == 150, "150 are receipted");
	CHECK(testhub_end(&h, SIGKILL) == -1, "the hub is killed");
	ijw_close(&c);
	NEED(testhub_start(&h), "it starts again");
	aanbieder = scene_connect(&h, "aanbieder-a");
	NEED(aanbieder != NULL, "the receiver comes");
	(void)ijw_ready(aanbieder, "12345678", 100);
	while (arrived < 350 && testhub_event(aanbieder, IJW_EVENT_DELIVERY, &e)) {
		arrived++;
		(void)ijw_done(aanbieder, e.id);
	}
	CHECK(arrived == 350, "all 350 that were receipted arrive");
	ijw_close(&aanbieder);
}

static void full_disk(void)
{
	struct rlimit small = {96 * 1024, RLIM_INFINITY}, old; /* less than one batch of 50 takes */
	struct ijw *c;
	struct ijw_event e;
	struct receipt r;

	/* A file-size limit looks to SQLite like a disk that is full. */
	(void)getrlimit(RLIMIT_FSIZE, &old);
	NEED(testhub_end(&h, SIGTERM) == 0, "the hub stops");
	NEED(testhub_start(&h), "and starts");
	NEED(prlimit(h.pid, RLIMIT_FSIZE, &small, NULL) == 0, "its disk becomes full");
	c = scene_connect(&h, "gemeente-a");
	NEED(c != NULL && burst(c, "FULL", 50) == 50, "50 are sent");
	CHECK(testhub_event(c, IJW_EVENT_DISCONNECTED, &e), "no receipt, but a broken connection");
	CHECK(testhub_log(&h, "STORE-FAILED"), "the log says why");
	CHECK(scene_until(&h, "status", "MIND"), "and so does status");
	NEED(prlimit(h.pid, RLIMIT_FSIZE, &old, NULL) == 0, "there is room again");
	while (ijw_pending(c) > 0 && ijw_receive(c, &e, 30000) == 1)
		;
	CHECK(ijw_pending(c) == 0, "then all receipts come, over a new connection");
	ijw_close(&c);
	c = scene_connect(&h, "gemeente-a");
	CHECK(c != NULL && scene_send_type(c, "JW301", "0363", "12345678", "AFTERFULL", &r) &&
		      r.verdict == IJW_VERDICT_ACCEPTED,
	      "and the hub goes on");
	ijw_close(&c);
}

int main(void)
{
	static const struct test tests[] = {
		{"SIGTERM finishes what came in", sigterm},
		{"what was receipted survives kill -9", sigkill},
		{"systemd's watchdog is fed", watchdog},
		{"a full disk gives no receipt, and no loss", full_disk},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) || !testhub_start(&h))
		return 2;
	r = unit_main("orderly stop", tests);
	testhub_free(&h);
	return r;
}
