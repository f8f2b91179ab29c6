/* SIGHUP: parties, mandates, certificates, revocation and log level, without losing a connection that may stay. */
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/scene.h"
#include "base/pki.h"

static struct testhub h;

static bool write_yaml(const char *name, const char *text)
{
	char path[128];
	FILE *f = fopen(testhub_path(&h, name, path), "we");

	return f != NULL && fputs(text, f) >= 0 && fclose(f) == 0;
}

static void new_party(void)
{
	struct ijw *stays = scene_connect(&h, "gemeente-a"), *c;
	struct ijw_event e;
	struct receipt r;

	NEED(stays != NULL, "one is connected");
	CHECK(scene_send_type(stays, "JW301", "0363", "55555555", "RELOAD1", &r) && strcmp(r.code, "BRS04") == 0,
	      "a provider that is not there cannot be sent to");
	NEED(testhub_party(&h, "aanbieder-c", "codes:\n  - code: \"55555555\"") && testhub_reload(&h), "it joins");
	c = scene_connect(&h, "aanbieder-c");
	NEED(c != NULL, "and connects");
	CHECK(scene_send_type(stays, "JW301", "0363", "55555555", "RELOAD2", &r) && r.verdict == IJW_VERDICT_ACCEPTED,
	      "the same connection sends to it");
	(void)ijw_ready(c, "55555555", 5);
	CHECK(testhub_event(c, IJW_EVENT_DELIVERY, &e) && ijw_done(c, e.id) == 0, "and it arrives");
	ijw_close(&c);
	ijw_close(&stays);
}

static void broken_settings(void)
{
	struct ijw *c = scene_connect(&h, "gemeente-a");
	char path[128];
	struct receipt r;

	NEED(c != NULL && write_yaml("parties.d/zz.yaml", "party: zz\ncodes:\n  - code: \"12\"\n"), "a bad file");
	CHECK(testhub_reload(&h), "the hub reads it");
	CHECK(testhub_log(&h, "zz.yaml") && testhub_log(&h, "stay in force"), "says which file, and goes on");
	CHECK(scene_send_type(c, "JW301", "0363", "12345678", "RELOAD3", &r) && r.verdict == IJW_VERDICT_ACCEPTED,
	      "with what it had");
	(void)unlink(testhub_path(&h, "parties.d/zz.yaml", path));
	ijw_close(&c);
}

static void removed_party(void)
{
	struct ijw *c = scene_connect(&h, "aanbieder-c");
	struct ijw_event e;
	char path[128];

	NEED(c != NULL, "it is connected");
	(void)unlink(testhub_path(&h, "parties.d/aanbieder-c.yaml", path));
	CHECK(testhub_reload(&h), "its file goes");
	CHECK(testhub_event(c, IJW_EVENT_DISCONNECTED, &e), "and its connection is cut");
	ijw_close(&c);
}

static void revoked(void)
{
	struct ijw *c = scene_connect(&h, "aanbieder-b"), *stays = scene_connect(&h, "gemeente-a");
	char ca[128], key[128], crl[128], pem[128];
	struct pki_ca *authority = NULL;
	struct buf why = BUF_INIT;
	struct ijw_event e;
	struct receipt r;
	int64_t now = time(NULL);

	NEED(c != NULL && stays != NULL, "both are connected");
	NEED(pki_ca_open(&authority, testhub_path(&h, "ca.pem", ca), testhub_path(&h, "ca.key", key), &why) == 0 &&
		     pki_crl(authority, testhub_path(&h, "crl.pem", crl), testhub_path(&h, "aanbieder-b.pem", pem),
			     now - 3600, now + 86400, &why) == 0,
	     "one certificate is revoked");
	pki_ca_free(&authority);
	CHECK(testhub_reload(&h), "the list is read");
	CHECK(testhub_event(c, IJW_EVENT_DISCONNECTED, &e), "its live connection is cut");
	CHECK(testhub_event(c, IJW_EVENT_DISCONNECTED, &e), "and it does not get in again");
	CHECK(scene_send_type(stays, "JW301", "0363", "12345678", "RELOAD4", &r) && r.verdict == IJW_VERDICT_ACCEPTED,
	      "others do not notice");
	ijw_close(&c);
	ijw_close(&stays);
	buf_free(&why);
}

static void log_level(void)
{
	char text[4096];

	CHECK(!testhub_log(&h, " debug "), "no debug lines so far");
	h.extra = "log_level: debug\nlimits:\n  connections_per_second: 100000\n";
	CHECK(testhub_config(&h) && testhub_reload(&h), "the level is raised");
	CHECK(scene_ctl(&h, "reload", text, sizeof text) == 0 && testhub_notified(&h, "READY=1"),
	      "ijwctl reload does the same");
	h.extra = "log_level: loud\n";
	CHECK(testhub_config(&h) && testhub_reload(&h) && testhub_log(&h, "log_level"), "a wrong level is told with its key");
}

int main(void)
{
	static const struct test tests[] = {
		{"a new party joins while others stay connected", new_party},
		{"broken settings leave those from before in force", broken_settings},
		{"a removed party is cut", removed_party},
		{"a revoked certificate is cut", revoked},
		{"the log level changes", log_level},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) || !testhub_start(&h))
		return 2;
	r = unit_main("reload", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
