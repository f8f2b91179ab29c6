/*
 * What the hub keeps is encrypted, under keys that change while it runs; what
 * happens is entered in a log that cannot be changed unseen; and texts go when
 * their time is over.
 */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/date.h"
#include "base/pseudonym.h"

#include "../lib/scene.h"

#define BSN "999930084"
#define REST "limits:\n  connections_per_second: 100000\n"

static struct testhub h;
static unsigned sent; /* messages that were accepted, all JW301 */
static char head[80];

/* ---- asking ---- */

/* What ijwd answers on its control socket. */
static json_t *ask(const char *line)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct buf b = BUF_INIT;
	char piece[4096], path[128];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n;
	json_t *o;

	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s",
		       testhub_path(&h, "run/control.sock", path));
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
	    send(fd, line, strlen(line), MSG_NOSIGNAL) > 0 && send(fd, "\n", 1, MSG_NOSIGNAL) == 1)
		while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
			buf_add(&b, piece, (size_t)n);
	(void)close(fd);
	o = json_loads(buf_str(&b), 0, NULL);
	buf_free(&b);
	return o;
}

static const char *text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static bool refused(const char *line, const char *why)
{
	json_t *o = ask(line);
	bool ok = strstr(text_at(o, "error"), why) != NULL;

	if (!ok)
		(void)fprintf(stderr, "%s: %s\n", line, text_at(o, "error"));
	json_decref(o);
	return ok;
}

static bool taken(const char *line)
{
	json_t *o = ask(line);
	bool ok = text_at(o, "done")[0] != '\0';

	json_decref(o);
	return ok;
}

/* What the hub writes is read a moment later: the last commit may still be on its way to the
 * reader. */
static bool audit_holds(const char *arguments, const char *text)
{
	char command[256], path[128];

	(void)snprintf(command, sizeof command, "audit --config %s --format=json %s",
		       testhub_path(&h, "ijwd.yaml", path), arguments);
	return scene_until(&h, command, text);
}

static int verify(const char *more, char *text, size_t room)
{
	char command[256], path[128];

	(void)snprintf(command, sizeof command, "audit verify --config %s %s",
		       testhub_path(&h, "ijwd.yaml", path), more);
	return scene_ctl(&h, command, text, room);
}

static bool verifies(const char *more)
{
	char text[4096];
	int status = verify(more, text, sizeof text);

	if (status != 0)
		(void)fprintf(stderr, "%s", text);
	return status == 0;
}

/* Whether bytes stand anywhere in the files of the store. */
static bool in_files(const char *what)
{
	static const char *const names[] = {"ijwd.db", "ijwd.db-wal"};
	bool found = false;

	for (size_t i = 0; i < 2 && !found; i++) {
		char path[128], *all;
		struct stat s;
		int fd = open(testhub_path(&h, names[i], path), O_RDONLY | O_CLOEXEC);

		if (fd < 0 || fstat(fd, &s) < 0)
			continue;
		all = malloc((size_t)s.st_size + 1);
		found = all != NULL && read(fd, all, (size_t)s.st_size) == s.st_size &&
			memmem(all, (size_t)s.st_size, what, strlen(what)) != NULL;
		free(all);
		(void)close(fd);
	}
	return found;
}

static bool tamper(const char *sql)
{
	sqlite3 *db = NULL;
	char path[128];
	bool ok = sqlite3_open(testhub_path(&h, "ijwd.db", path), &db) == SQLITE_OK &&
		  sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;

	(void)sqlite3_close(db);
	return ok;
}

/* The last hash that the hub's log tells. */
static void read_head(void)
{
	char path[128], line[1024];
	FILE *f = fopen(testhub_path(&h, "ijwd.log", path), "re");

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		const char *hash =
			strstr(line, "AUDIT-HEAD") == NULL ? NULL : strstr(line, "hash ");

		if (hash != NULL)
			(void)snprintf(head, sizeof head, "--expect %.64s", hash + 5);
	}
	if (f != NULL)
		(void)fclose(f);
}

/* ---- traffic ---- */

/* Sends n messages without waiting in between, calls midway halfway, then takes their receipts. */
static bool send_many(struct ijw *c, unsigned n, void (*midway)(void))
{
	unsigned accepted = 0;
	struct ijw_event e;

	for (unsigned i = 0; i < n; i++) {
		struct buf b = BUF_INIT;
		char name[16], used[IJW_REFERENCE_ROOM];
		bool ok;

		(void)snprintf(name, sizeof name, "A%u", sent + i);
		ok = bericht_make("JW301", "0363", "12345678", name, &b) &&
		     ijw_send(c, NULL, b.data, b.len, -1, used) == 0;
		buf_free(&b);
		if (!ok)
			return false;
		if (i == n / 2 && midway != NULL)
			midway();
	}
	while (accepted < n && testhub_event(c, IJW_EVENT_RECEIPT, &e))
		accepted += e.verdict == IJW_VERDICT_ACCEPTED;
	sent += n;
	return accepted == n;
}

/* Takes and confirms n deliveries; each must be the message as it came. */
static bool take_many(struct ijw *c, unsigned n)
{
	struct ijw_event e;

	for (unsigned i = 0; i < n; i++)
		if (!testhub_event(c, IJW_EVENT_DELIVERY, &e) ||
		    memmem(e.message, e.message_size, BSN, 9) == NULL || ijw_done(c, e.id) < 0)
			return false;
	return true;
}

/* Every message can be read through the hub. */
static bool all_read(void)
{
	for (unsigned id = 1; id <= sent; id++) {
		char line[128];
		json_t *o;
		bool ok;

		(void)snprintf(line, sizeof line,
			       "{\"cmd\":\"body\",\"id\":%u,\"masked\":false,\"reason\":\"test\"}",
			       id);
		o = ask(line);
		ok = strstr(text_at(o, "text"), BSN) != NULL;
		if (!ok)
			(void)fprintf(stderr, "message %u: %s\n", id, text_at(o, "error"));
		json_decref(o);
		if (!ok)
			return false;
	}
	return true;
}

/* ---- the story ---- */

static void messages_travel(void)
{
	struct ijw *g = scene_connect(&h, "gemeente-a"), *a = scene_connect(&h, "aanbieder-a");

	NEED(g != NULL && a != NULL, "they connect");
	CHECK(ijw_ready(a, "12345678", 100) == 0 && send_many(g, 20, NULL) && take_many(a, 20),
	      "twenty messages arrive");
	CHECK(!in_files(BSN) && in_files("gemeente-a"), "no BSN stands in the store's files");
	CHECK(audit_holds("--event messages", "\"last\": 20"), "all are entered");
	CHECK(audit_holds("--event delivered", "12345678 "), "so are the deliveries");
	CHECK(verifies(""), "log and messages hold while the hub runs");
	ijw_close(&g);
	ijw_close(&a);
}

static void rotate(void)
{
	char text[1024];

	CHECK(scene_ctl(&h, "keys rotate --reason yearly", text, sizeof text) == 0 &&
		      strstr(text, "key 2 was made") != NULL,
	      "a new key, while messages flow");
}

static void keys_change(void)
{
	struct ijw *g = scene_connect(&h, "gemeente-a"), *a = scene_connect(&h, "aanbieder-a");
	char text[2048];

	NEED(g != NULL && a != NULL, "they connect");
	CHECK(scene_ctl(&h, "keys", text, sizeof text) == 0 && strstr(text, "in use") != NULL,
	      "there is one key");
	CHECK(ijw_ready(a, "12345678", 100) == 0 && send_many(g, 60, rotate) && take_many(a, 60),
	      "sixty messages arrive");
	CHECK(scene_until(&h, "keys --json", "\"left\": 0") &&
		      audit_holds("--event keys", "key 1 removed"),
	      "older ones follow, and the old key goes");
	CHECK(audit_holds("--event keys", "\"reason\": \"yearly\""),
	      "who asked for it is entered, with the reason");
	CHECK(scene_ctl(&h, "keys --json", text, sizeof text) == 0 &&
		      strstr(text, "\"id\": 2") != NULL && strstr(text, "\"id\": 1") == NULL &&
		      strstr(text, "\"bodies\": 80") != NULL,
	      "all lie under the new one");
	CHECK(all_read() && !in_files(BSN) && verifies(""),
	      "all can be read, and nothing can be seen");
	ijw_close(&g);
	ijw_close(&a);
}

static void killed_while_changing(void)
{
	char text[2048];

	CHECK(scene_ctl(&h, "keys rotate", text, sizeof text) == 0, "a key is made");
	(void)testhub_end(&h, SIGKILL);
	NEED(testhub_start(&h), "the hub is killed and starts again");
	CHECK(scene_until(&h, "keys --json", "\"left\": 0") &&
		      audit_holds("--event keys", "key 2 removed"),
	      "the change goes on where it was");
	CHECK(all_read() && verifies(""), "all can be read");
}

static void texts_are_guarded(void)
{
	static const char masked[] = "{\"cmd\":\"body\",\"id\":3,\"masked\":true,\"who\":\"jan\","
				     "\"role\":\"beheerder\"}";
	char text[65536];
	json_t *o;

	CHECK(refused("{\"cmd\":\"body\",\"id\":3,\"masked\":false}", "reason"),
	      "a text is not given without a reason");
	CHECK(refused("{\"cmd\":\"body\",\"id\":3,\"masked\":false,\"reason\":\"  \"}", "reason"),
	      "nor for a blank one");
	CHECK(refused("{\"cmd\":\"body\",\"id\":4711,\"masked\":true}", "no message"),
	      "nor one that is not there");
	CHECK(scene_ctl(&h, "show 3 --body --reason 'complaint 12, client " BSN "'", text,
			sizeof text) == 0 &&
		      strstr(text, BSN) != NULL,
	      "it is given with one");
	CHECK(audit_holds("--event body-viewed --message 3", "complaint 12, client *********"),
	      "which is entered, without what may be a BSN");
	CHECK(audit_holds("--event body-viewed --message 3", "uid "),
	      "with who asked, as the kernel says");
	o = ask(masked);
	CHECK(strstr(text_at(o, "text"), "Bsn>\xE2\x80\xA2") != NULL &&
		      strstr(text_at(o, "text"), BSN) == NULL &&
		      strstr(text_at(o, "text"), "0363") != NULL &&
		      json_is_false(json_object_get(o, "truncated")),
	      "masked it shows what is not personal, and no more");
	json_decref(o);
	CHECK(audit_holds("--event body-viewed-masked --who jan", "beheerder"),
	      "that is entered too");
	CHECK(verifies(""), "the log holds");
}

/* Refused messages are kept too, whatever they are made of. */
static void texts_of_any_kind(void)
{
	struct ijw *g = scene_connect(&h, "gemeente-a");
	struct buf big = BUF_INIT;
	struct receipt r;
	char line[128];
	json_t *o;

	NEED(g != NULL, "a party connects");
	for (int i = 0; i < 100000; i++)
		buf_adds(&big, "0123456789\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"
			       "\xC3\xA9\xC3\xA9\xC3\xA9");
	NEED(scene_send(g, "big", big.data, big.len, &r) && r.verdict == IJW_VERDICT_REFUSED,
	     "three megabytes of nonsense");
	(void)snprintf(line, sizeof line,
		       "{\"cmd\":\"body\",\"id\":%s,\"masked\":false,\"reason\":\"test\"}", r.id);
	o = ask(line);
	CHECK(json_is_true(json_object_get(o, "truncated")) &&
		      json_integer_value(json_object_get(o, "size")) == 3000000 &&
		      strlen(text_at(o, "text")) <= 2 * 1024 * 1024 &&
		      strlen(text_at(o, "text")) > 2 * 1024 * 1024 - 4 &&
		      json_is_false(json_object_get(o, "replaced")),
	      "of which the first two are given, in whole characters");
	json_decref(o);
	(void)snprintf(line, sizeof line, "{\"cmd\":\"body\",\"id\":%s,\"masked\":true}", r.id);
	o = ask(line);
	CHECK(text_at(o, "text")[0] != '\0' && strstr(text_at(o, "text"), "0123456789") == NULL,
	      "masked none of it is shown");
	json_decref(o);
	NEED(scene_send(g, "latin", "caf\xE9 \0 bar", 10, &r) && r.verdict == IJW_VERDICT_REFUSED,
	     "another encoding");
	(void)snprintf(line, sizeof line,
		       "{\"cmd\":\"body\",\"id\":%s,\"masked\":false,\"reason\":\"test\"}", r.id);
	o = ask(line);
	CHECK(json_is_true(json_object_get(o, "replaced")) &&
		      strcmp(text_at(o, "text"), "caf\xEF\xBF\xBD \xEF\xBF\xBD bar") == 0,
	      "is given with what JSON cannot hold replaced, and told so");
	json_decref(o);
	buf_free(&big);
	ijw_close(&g);
}

static void entries_of_others(void)
{
	struct pseudonym_key key;
	unsigned char client[PSEUDONYM_BYTES];
	struct buf why = BUF_INIT;
	char path[128], hex[33] = "";
	json_t *o;

	CHECK(taken("{\"cmd\":\"audit-add\",\"event\":\"login\",\"who\":\"mia\",\"role\":\"lezer\","
		    "\"source\":\"page 192.0.2.1\","
		    "\"outcome\":\"ok\",\"detail\":\"first\",\"client\":"
		    "\"00112233445566778899aabbccddeeff\",\"message\":7}") &&
		      audit_holds("--who mia", "00112233445566778899aabbccddeeff"),
	      "another program has an entry made");
	CHECK(refused("{\"cmd\":\"audit-add\",\"event\":\"messages\",\"who\":\"x\"}",
		      "only the hub"),
	      "not one of the hub's own");
	CHECK(refused("{\"cmd\":\"audit-add\",\"event\":\"\",\"who\":\"x\"}", "word") &&
		      refused("{\"cmd\":\"audit-add\",\"event\":\"Log in\"}", "word") &&
		      refused("{\"cmd\":\"audit-add\",\"event\":\"login\",\"client\":\"" BSN "\"}",
			      "pseudonym"),
	      "nor one that is no entry");
	NEED(pseudonym_key_open(&key, testhub_path(&h, "ijwd.db.key", path), false, &why) == 0 &&
		     pseudonym_of(&key, BSN, client) == 0,
	     "the key of pseudonyms");
	for (size_t i = 0; i < sizeof client; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", client[i]);
	o = ask("{\"cmd\":\"pseudonym\",\"bsn\":\"" BSN "\"}");
	CHECK(strcmp(text_at(o, "client"), hex) == 0, "a BSN becomes its pseudonym");
	json_decref(o);
	CHECK(refused("{\"cmd\":\"pseudonym\",\"bsn\":\"99999001\"}", "nine"),
	      "what is none does not");
	CHECK(!in_files(BSN) && !testhub_log(&h, BSN), "and it is kept nowhere");
	buf_free(&why);
}

static void orderly_stop(void)
{
	CHECK(testhub_reload(&h) && audit_holds("--event reload", "\"outcome\": \"ok\""),
	      "a reload is entered");
	CHECK(testhub_end(&h, SIGTERM) == 0, "the hub stops");
	read_head();
	CHECK(audit_holds("--event stopped", "stopped") && head[0] != '\0' && verifies(head),
	      "the head that its log tells is in the audit log");
	CHECK(testhub_start(&h) && audit_holds("--event started", "keys 3") && all_read() &&
		      verifies(head),
	      "it starts again, all can be read, and the head is still in it");
	CHECK(testhub_end(&h, SIGTERM) == 0, "it stops once more");
}

static void changes_are_found(void)
{
	char text[4096], older[80];

	CHECK(verifies(""), "at first all holds");
	CHECK(tamper("UPDATE message SET sha256 = CAST(x'00' || substr(sha256, 2) AS BLOB) WHERE "
		     "id = 11"),
	      "a byte is changed");
	CHECK(verify("", text, sizeof text) == 1 && strstr(text, "1 problems") != NULL &&
		      strstr(text, "was changed") != NULL,
	      "it is found");
	(void)tamper("CREATE TABLE kept AS SELECT * FROM audit");
	(void)snprintf(older, sizeof older, "%s", head);
	read_head(); /* that of the second stop */
	CHECK(tamper("DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE event = 'stopped' AND "
		     "id = (SELECT max(id) FROM audit)"),
	      "the last entry is cut off");
	CHECK(strcmp(older, head) != 0 && verify(head, text, sizeof text) == 1 &&
		      strstr(text, "cut off") != NULL,
	      "the head that was told shows it");
	(void)tamper("UPDATE audit SET who = 'x' WHERE id = 1");
	CHECK(verify("", text, sizeof text) == 1, "the log says what does not follow");
}

/* A history of a year ago, whose texts have had their time. */
static void texts_go(void)
{
	char text[8192], command[512], path[128];
	struct buf b = BUF_INIT;
	FILE *f;

	testhub_free(&h);
	NEED(testhub_usual(&h), "another hub");
	NEED(mkdir(testhub_path(&h, "past", path), 0700) == 0 &&
		     bericht_make("JW301", "0363", "12345678", "P1", &b),
	     "a past");
	f = fopen(testhub_path(&h, "past/a.xml", path), "we");
	NEED(f != NULL, "a file");
	(void)fwrite(b.data, 1, b.len, f);
	(void)fclose(f);
	buf_free(&b);
	f = fopen(testhub_path(&h, "past/index.tsv", path), "we");
	NEED(f != NULL, "an index");
	(void)fputs("file\tsent_at\na.xml\t2024-01-02T10:00:00\n", f);
	(void)fclose(f);
	(void)snprintf(command, sizeof command, "ingest %s/past --config %s/ijwd.yaml", h.dir,
		       h.dir);
	CHECK(scene_ctl(&h, command, text, sizeof text) == 0 && verifies("") && !in_files(BSN),
	      "it is taken in, entered, encrypted");
	h.extra = "retention:\n  bodies_days: 30\n" REST;
	NEED(testhub_config(&h) && testhub_start(&h), "a hub that keeps texts for a month");
	CHECK(audit_holds("--event retention", "bodies_days 30"), "deletes it, and says so");
	CHECK(refused("{\"cmd\":\"body\",\"id\":1,\"masked\":true}", "deleted on"),
	      "who asks hears when");
	CHECK(scene_ctl(&h, "show 1", text, sizeof text) == 0 &&
		      strstr(text, "text deleted") != NULL && strstr(text, "JW301") != NULL,
	      "the message is still there");
	CHECK(verifies(""), "and the log still binds it");
	CHECK(testhub_end(&h, SIGTERM) == 0, "the hub stops");
	(void)snprintf(command, sizeof command, "rebuild --config %s/ijwd.yaml", h.dir);
	CHECK(scene_ctl(&h, command, text, sizeof text) == 1 && strstr(text, "--shrink") != NULL,
	      "the register is not made anew without it");
	(void)strncat(command, " --shrink", sizeof command - strlen(command) - 1);
	CHECK(scene_ctl(&h, command, text, sizeof text) == 0,
	      "unless somebody says that it may shrink");
}

int main(void)
{
	static const struct test tests[] = {
		{"messages are kept encrypted and entered", messages_travel},
		{"keys change while messages flow", keys_change},
		{"a kill does not stop a change of keys", killed_while_changing},
		{"whoever looks at a text says why, and is entered", texts_are_guarded},
		{"texts of any kind and size can be looked at", texts_of_any_kind},
		{"other programs have entries made", entries_of_others},
		{"start, reload and stop are entered", orderly_stop},
		{"what was changed is found", changes_are_found},
		{"texts go when their time is over", texts_go},
		{NULL, NULL},
	};
	int r = 1;

	if (testhub_usual(&h) && testhub_start(&h))
		r = unit_main("audit and keys", tests);
	testhub_free(&h);
	return r;
}
