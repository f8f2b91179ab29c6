/*
 * ijw-filedrop as a whole, against the fake hub: files are dropped, the program
 * is killed, and what stands in the folders afterwards is looked at.  The
 * program is found through IJW_FILEDROP, or beside the tests' build folder.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>

#include "../../lib/fakehub.h"
#include "../../lib/unit.h"

#include "base/banned.h"

#define PATIENCE_MS 60000

static struct fakehub *hub;
static char program[512], drop[128];
static pid_t running;

/* --- the program --- */

static void find_program(const char *self)
{
	const char *given = getenv("IJW_FILEDROP"), *end = strstr(self, "/tests/");

	if (given != NULL)
		(void)snprintf(program, sizeof program, "%s", given);
	else
		(void)snprintf(program, sizeof program, "%.*s/ijw-filedrop",
			       end == NULL ? 5 : (int)(end - self), end == NULL ? "build" : self);
}

static bool start(const char *lang)
{
	char certificate[128], key[128], ca[128];
	const char *argv[] = {program,
			      "--hub",
			      fakehub_address(hub),
			      "--server-name",
			      "hub.test",
			      "--certificate",
			      fakehub_file(hub, "client.pem", certificate, 128),
			      "--key",
			      fakehub_file(hub, "client.key", key, 128),
			      "--ca",
			      fakehub_file(hub, "ca.pem", ca, 128),
			      "--folder",
			      drop,
			      "--lang",
			      lang,
			      "--credit",
			      "8",
			      NULL};

	running = fork();
	if (running == 0) {
		/* Also when root runs the tests, permissions count for the program. */
		(void)prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
		if (getenv("IJW_SHOW_LOG") == NULL)
			(void)!freopen("/dev/null", "w", stderr);
		execv(program, (char **)argv);
		_exit(127);
	}
	return CHECK(running > 0, "the program starts");
}

static int stop(int signal_number)
{
	int status = -1;

	(void)kill(running, signal_number);
	(void)waitpid(running, &status, 0);
	return status;
}

/* --- folders --- */

static const char *path_in(const char *place, const char *name, char path[512])
{
	(void)snprintf(path, 512, "%s/%s/%s", drop, place, name);
	return path;
}

static void put(const char *name, const char *text)
{
	char hidden[300], a[512], b[512];
	FILE *f;

	(void)snprintf(hidden, sizeof hidden, ".%s.part", name);
	f = fopen(path_in("uit", hidden, a), "w");
	if (CHECK(f != NULL, "uit/ is there")) {
		(void)fputs(text, f);
		(void)fclose(f);
		CHECK(rename(a, path_in("uit", name, b)) == 0, "a file is moved in");
	}
}

/* Counts the names in a place that end in tail and do not begin with a dot. */
static unsigned count(const char *place, const char *tail)
{
	char path[512];
	DIR *d = opendir(path_in(place, "", path));
	struct dirent *e;
	unsigned n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		size_t size = strlen(e->d_name), end = strlen(tail);

		n += e->d_name[0] != '.' && size >= end &&
		     strcmp(e->d_name + size - end, tail) == 0;
	}
	if (d != NULL)
		(void)closedir(d);
	return n;
}

/* Waits until a place has exactly n such names, woken by what happens there. */
static bool await(const char *place, const char *tail, unsigned n)
{
	char path[512], events[4096];
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd p = {fd, POLLIN, 0};
	bool good = inotify_add_watch(fd, path_in(place, "", path),
				      IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE) >= 0;

	while (good && count(place, tail) != n)
		if (poll(&p, 1, PATIENCE_MS) <= 0 || read(fd, events, sizeof events) < 0)
			good = false;
	(void)close(fd);
	return good || count(place, tail) == n;
}

static bool file_has(const char *place, const char *name, const char *text)
{
	static char content[256 * 1024];
	char path[512];
	FILE *f = fopen(path_in(place, name, path), "r");
	size_t n = f == NULL ? 0 : fread(content, 1, sizeof content - 1, f);

	if (f != NULL)
		(void)fclose(f);
	content[n] = '\0';
	return strstr(content, text) != NULL;
}

static void remove_tree(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char inner[1024];

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
		if (unlink(inner) < 0)
			remove_tree(inner);
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(path);
}

static void with_hub(void (*run)(void))
{
	static const char *const places[] = {"uit", "verzonden", "geweigerd", "in", "signalen"};
	char path[512];

	hub = fakehub_new();
	if (!CHECK(hub != NULL, "the fake hub starts"))
		return;
	(void)snprintf(drop, sizeof drop, "%s/drop", fakehub_folder(hub));
	(void)mkdir(drop, 0700);
	for (size_t i = 0; i < 5;
	     i++) /* so that tests can wait for them; else the program makes them */
		(void)mkdir(path_in(places[i], "", path), 0700);
	run();
	remove_tree(drop);
	fakehub_free(&hub);
}

/* --- what is promised --- */

static const char digest[] =
	"{\"notice\":\"open-ends\",\"date\":\"2026-11-22\",\"week\":\"2026-W47\",\"code\":\"0363\","
	"\"count\":3,\"counts\":[{\"kind\":\"C1\",\"strength\":\"probable\",\"count\":1},"
	"{\"kind\":\"C7\",\"strength\":\"hint\",\"count\":2}],\"items\":["
	"{\"gemeente\":\"0363\",\"aanbieder\":\"98001234\",\"toewijzingnummer\":\"123456001\","
	"\"category\":\"45\",\"product\":\"45A04\",\"begin\":\"2026-02-11\",\"kind\":\"C1\","
	"\"strength\":\"probable\",\"since\":\"2026-09-07\",\"estimate\":\"2026-08-31\","
	"\"low\":\"2026-08-20\",\"high\":\"2026-09-03\",\"chance\":0.970,\"light\":\"red\","
	"\"reason\":\"einddatum ontbreekt\",\"nl\":\"toewijzing eindigde; 18 jaar\","
	"\"todo_nl\":\"JW307\"},{\"kind\":\"C7\",\"product\":\"=1+1\",\"estimate\":null}],"
	"\"more\":1}";

static void sending(void)
{
	put("early.xml", "<early/>");
	put("notes.txt", "no message");
	NEED(start("nl"), "start");
	CHECK(await("verzonden", ".xml", 1), "a file that was there at the start is sent");
	put("good.xml", "<good/>");
	put("bad.XML", "<bad><!--refuse--></bad>");
	put("wrong.xml", "<wrong><!--reject--></wrong>");
	put("empty.xml", "");
	CHECK(await("verzonden", ".xml", 2), "accepted files go to verzonden/");
	CHECK(await("geweigerd", ".xml", 2) && await("geweigerd", ".XML", 1),
	      "others to geweigerd/");
	CHECK(await("uit", ".xml", 0), "nothing stays in uit/");
	CHECK(count("uit", ".txt") == 1, "but what is no message");
	CHECK(file_has("verzonden", "good.xml", "<good/>"), "the file is the file");
	CHECK(file_has("verzonden", "good.xml.rapport.txt", "Aanvaard"), "the report is Dutch");
	CHECK(file_has("geweigerd", "bad.XML.rapport.txt", "De \"header\" klopt niet.") &&
		      file_has("geweigerd", "bad.XML.rapport.txt", "regel 3, positie 7, Header") &&
		      file_has("geweigerd", "bad.XML.rapport.txt", "TR056") &&
		      file_has("geweigerd", "bad.XML.rapport.txt", "Verbeter de header."),
	      "it says what, where, which rule and what to do");
	CHECK(file_has("geweigerd", "bad.XML.rapport.json", "\"TR056\""), "the same as JSON");
	CHECK(file_has("geweigerd", "empty.xml.rapport.txt", "Het bestand is leeg."),
	      "empty is said");
	put("good.xml", "<better/>");
	CHECK(await("verzonden", ".xml", 3), "a name may be used again");
	CHECK(file_has("verzonden", "good.xml", "<good/>") &&
		      file_has("verzonden", "good-2.xml", "<better/>"),
	      "and replaces nothing");
	fakehub_notice(hub, "{\"kind\":\"deadline\"}");
	CHECK(await("signalen", ".json", 1), "a notice becomes a file");
	fakehub_notice(hub, digest);
	CHECK(await("signalen", "open-einden_0363_2026-W47.json", 1), "a digest becomes three");
	CHECK(file_has("signalen", "open-einden_0363_2026-W47.csv",
		       "\xef\xbb\xbfgemeente;aanbieder;") &&
		      file_has("signalen", "open-einden_0363_2026-W47.csv",
			       "0363;98001234;123456001;45;45A04;2026-02-11;C1;waarschijnlijk;2026-09-07;"
			       "2026-08-31;2026-08-20;2026-09-03;97;rood;einddatum ontbreekt;"
			       "\"toewijzing eindigde; 18 jaar\";JW307\r\n"),
	      "a list that a spreadsheet opens");
	CHECK(file_has("signalen", "open-einden_0363_2026-W47.csv", ";\"'=1+1\";"),
	      "and calculates nothing");
	CHECK(file_has("signalen", "open-einden_0363_2026-W47.txt",
		       "In totaal 3: 1 waarschijnlijk, 2 hint.") &&
		      file_has("signalen", "open-einden_0363_2026-W47.txt",
			       "2026-08-31, tussen 2026-08-20 en 2026-09-03") &&
		      file_has("signalen", "open-einden_0363_2026-W47.txt",
			       "En nog 1, hier niet getoond."),
	      "and a text");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
	NEED(start("en"), "start");
	put("english.xml", "<x><!--refuse--></x>");
	CHECK(await("geweigerd", "english.xml", 1) &&
		      file_has("geweigerd", "english.xml.rapport.txt", "line 3"),
	      "reports can be English");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_sending(void)
{
	with_hub(sending);
}

static void parking(void)
{
	NEED(start("nl"), "start");
	put("later.xml", "<x><!--park--></x>");
	CHECK(await("uit", ".geparkeerd.txt", 1), "a note says that the message is parked");
	CHECK(count("uit", ".xml") == 1, "the file stays");
	fakehub_drop(hub);
	CHECK(FAKEHUB_WAIT(hub, hellos, 2), "it connects again");
	fakehub_judge(hub);
	CHECK(await("verzonden", ".xml", 1), "the final receipt moves it");
	CHECK(count("uit", ".txt") == 0, "and takes the note away");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_parking(void)
{
	with_hub(parking);
}

static void receiving(void)
{
	char name[64], path[512];
	unsigned id, second;

	id = fakehub_deliver(hub, "0363", "A/../1 <x>", "<arrived/>", 10);
	NEED(start("nl"), "start");
	CHECK(await("in", ".xml", 1), "a delivery becomes a file");
	(void)snprintf(name, sizeof name, "JW301_12345678_A----1--x-_%u.xml", id);
	CHECK(file_has("in", name, "<arrived/>"), "under a safe name, whole");
	CHECK(FAKEHUB_WAIT(hub, dones, 1), "and is confirmed");
	{
		struct fakehub_state *s = fakehub_lock(hub);

		s->cut = CUT_DONE;
		s->cuts = 1;
		fakehub_unlock(hub);
	}
	second = fakehub_deliver(hub, "0363", "two", "<second/>", 9);
	CHECK(FAKEHUB_WAIT(hub, redelivered, 1),
	      "a confirmation is lost, the delivery comes again");
	CHECK(FAKEHUB_WAIT(hub, dones, 2), "and is confirmed again");
	CHECK(count("in", ".xml") == 2, "it is one file");
	(void)snprintf(name, sizeof name, "JW301_12345678_two_%u.xml", second);
	CHECK(unlink(path_in("in", name, path)) == 0, "the back office takes it");
	{
		struct fakehub_state *s = fakehub_lock(hub);

		s->cut = CUT_DONE;
		s->cuts = 1;
		fakehub_unlock(hub);
	}
	(void)fakehub_deliver(hub, "0363", "three", "<third/>", 8);
	CHECK(FAKEHUB_WAIT(hub, dones, 3), "the next goes the same way");
	CHECK(count("in", ".xml") == 2, "and what was taken away does not come back");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_receiving(void)
{
	with_hub(receiving);
}

/* --- no room, no permission --- */

/* No file of the program may grow beyond this: what a full disk is to it. */
static bool set_room(rlim_t bytes)
{
	struct rlimit limit = {bytes, RLIM_INFINITY};

	return CHECK(prlimit(running, RLIMIT_FSIZE, &limit, NULL) == 0, "room is set");
}

static bool reason_has(const char *text)
{
	bool has = strstr(fakehub_lock(hub)->last_reason, text) != NULL;

	fakehub_unlock(hub);
	return has;
}

#define LARGE 100000

/* After room or permission came back: the delivery that failed is there, once. */
static void arrives_once(unsigned before, const char *name, const char *text)
{
	fakehub_retry(hub);
	CHECK(FAKEHUB_WAIT(hub, dones, before + 1), "the hub tries again, and it is confirmed");
	CHECK(count("in", ".xml") == before + 1, "it is there once");
	CHECK(file_has("in", name, text), "whole");
	CHECK(count(".ijw/binnen", "") == 0, "nothing is left half done");
	fakehub_drop(hub);
	CHECK(FAKEHUB_WAIT(hub, hellos, 2), "after a new connection");
	CHECK(count("in", ".xml") == before + 1, "it is still there once");
}

static void disk_full_for_message(void)
{
	static char large[LARGE];
	char name[64];
	unsigned id;

	memset(large, ' ', sizeof large);
	memcpy(large, "<large>", 7);
	memcpy(large + LARGE - 8, "</large>", 8);
	NEED(start("nl"), "start");
	(void)fakehub_deliver(hub, "0363", "small", "<small/>", 8);
	CHECK(FAKEHUB_WAIT(hub, dones, 1), "there is room for a small one");
	set_room(4096);
	id = fakehub_deliver(hub, "0363", "large", large, sizeof large);
	CHECK(FAKEHUB_WAIT(hub, fails, 1), "a large one is given back");
	CHECK(reason_has("cannot be written"), "with a reason");
	CHECK(count("in", ".xml") == 1 && count(".ijw/binnen", "") == 0, "and no half of it stays");
	(void)fakehub_deliver(hub, "0363", "other", "<other/>", 8);
	CHECK(FAKEHUB_WAIT(hub, dones, 2), "what fits still comes in");
	set_room(RLIM_INFINITY);
	(void)snprintf(name, sizeof name, "JW301_12345678_large_%u.xml", id);
	arrives_once(2, name, "</large>");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_disk_full_for_message(void)
{
	with_hub(disk_full_for_message);
}

/* The message has room, the line that says that it was seen has not. */
static void disk_full_for_seen(void)
{
	char path[512], name[64];
	struct stat st;
	unsigned id;

	NEED(start("nl"), "start");
	(void)fakehub_deliver(hub, "0363", "one", "<a/>", 4);
	(void)fakehub_deliver(hub, "0363", "two", "<b/>", 4);
	CHECK(FAKEHUB_WAIT(hub, dones, 2), "two come in");
	NEED(stat(path_in(".ijw", "gezien", path), &st) == 0 && st.st_size >= 4, "and are noted");
	set_room((rlim_t)st.st_size);
	id = fakehub_deliver(hub, "0363", "three", "<c/>", 4);
	CHECK(FAKEHUB_WAIT(hub, fails, 1), "a third cannot be noted, so it is given back");
	CHECK(reason_has("cannot be written"), "with a reason");
	CHECK(count("in", ".xml") == 2, "and is not yet in in/");
	set_room(RLIM_INFINITY);
	(void)snprintf(name, sizeof name, "JW301_12345678_three_%u.xml", id);
	arrives_once(2, name, "<c/>");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_disk_full_for_seen(void)
{
	with_hub(disk_full_for_seen);
}

static void disk_full_for_sending(void)
{
	NEED(start("nl"), "start");
	put("before.xml", "<before/>");
	CHECK(await("verzonden", ".xml", 1), "there is room");
	set_room(0);
	put("during.xml", "<during><!--refuse--></during>");
	(void)fakehub_deliver(hub, "0363", "probe", "<probe/>", 8);
	CHECK(FAKEHUB_WAIT(hub, fails, 1), "there is none any more");
	CHECK(count("geweigerd", ".rapport.txt") == 0, "no report could be written");
	set_room(RLIM_INFINITY);
	CHECK(await("geweigerd", ".xml", 1), "with room again the file ends where it belongs");
	CHECK(file_has("geweigerd", "during.xml.rapport.txt", "TR056") &&
		      file_has("geweigerd", "during.xml", "<during>"),
	      "whole, with its report");
	CHECK(await("uit", ".xml", 0), "and no longer in uit/");
	CHECK(fakehub_lock(hub)->messages == 2, "the hub has it once");
	fakehub_unlock(hub);
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_disk_full_for_sending(void)
{
	with_hub(disk_full_for_sending);
}

static void no_permission(void)
{
	char path[512], name[64];
	unsigned id;

	NEED(start("nl"), "start");
	(void)fakehub_deliver(hub, "0363", "one", "<one/>", 6);
	CHECK(FAKEHUB_WAIT(hub, dones, 1), "a delivery comes in");
	CHECK(chmod(path_in("in", "", path), 0500) == 0, "in/ is closed to the program");
	id = fakehub_deliver(hub, "0363", "two", "<two/>", 6);
	CHECK(FAKEHUB_WAIT(hub, fails, 1), "the next is given back");
	CHECK(reason_has("Permission denied"), "with the reason");
	CHECK(count("in", ".xml") == 1, "nothing is written");
	CHECK(chmod(path_in("in", "", path), 0700) == 0, "in/ is opened again");
	(void)snprintf(name, sizeof name, "JW301_12345678_two_%u.xml", id);
	arrives_once(1, name, "<two/>");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_no_permission(void)
{
	with_hub(no_permission);
}

static void closed_folder(void)
{
	int status = -1;

	CHECK(chmod(drop, 0500) == 0, "the folder is closed to the program");
	NEED(start("nl"), "start");
	CHECK(waitpid(running, &status, 0) == running && WIFEXITED(status) &&
		      WEXITSTATUS(status) == 1,
	      "it does not start");
	CHECK(chmod(drop, 0700) == 0, "the folder is opened");
	NEED(start("nl"), "start");
	CHECK(FAKEHUB_WAIT(hub, hellos, 1), "now it does");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_closed_folder(void)
{
	with_hub(closed_folder);
}

#define ROUNDS 15
#define PER_ROUND 12

/* Files out and deliveries in, killed again and again in the middle of it. */
static void killed(void)
{
	char name[64], text[64];
	unsigned dropped = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < PER_ROUND; i++) {
			(void)snprintf(name, sizeof name, "file-%03u.xml", dropped);
			(void)snprintf(text, sizeof text, "<file number=\"%u\"/>", dropped++);
			put(name, text);
			(void)fakehub_deliver(hub, "0363", name, text, strlen(text));
		}
		NEED(start("nl"), "start");
		/* Some rounds die early, some late: what is waited for decides, not the clock. */
		CHECK(FAKEHUB_WAIT(hub, messages, round * PER_ROUND + 1 + round % PER_ROUND),
		      "it gets somewhere");
		(void)stop(SIGKILL);
	}
	NEED(start("nl"), "start");
	CHECK(await("verzonden", ".xml", dropped), "every file ends in verzonden/");
	CHECK(await("verzonden", ".rapport.txt", dropped), "with one report each");
	CHECK(await("in", ".xml", dropped), "every delivery is one file in in/");
	CHECK(await("uit", ".xml", 0), "uit/ is empty");
	CHECK(FAKEHUB_WAIT(hub, dones, dropped), "every delivery is confirmed");
	CHECK(count("in", ".xml") == dropped, "none came twice");
	CHECK(fakehub_lock(hub)->messages == dropped, "the hub has each file once");
	fakehub_unlock(hub);
	CHECK(count(".ijw/verplaatsen", "") == 0 && count(".ijw/binnen", "") == 0,
	      "no work is left");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_killed(void)
{
	with_hub(killed);
}

static void only_one(void)
{
	pid_t first;
	int status;

	NEED(start("nl"), "start");
	CHECK(FAKEHUB_WAIT(hub, hellos, 1), "connected");
	first = running;
	NEED(start("nl"), "start a second");
	(void)waitpid(running, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1,
	      "a second one refuses to work in the folder");
	running = first;
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_only_one(void)
{
	with_hub(only_one);
}

/* A file that somebody still writes is left alone until it is closed. */
static void unfinished(void)
{
	char path[512];
	int fd = -1;

	fd = open(path_in("uit", "slow.xml", path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	NEED(fd >= 0 && write(fd, "<slow", 5) == 5, "a file is begun before the start");
	NEED(start("nl"), "start");
	put("quick.xml", "<quick/>");
	CHECK(await("verzonden", ".xml", 1), "another one is sent");
	CHECK(count("uit", ".xml") == 1, "the unfinished one is not");
	CHECK(write(fd, "/>", 2) == 2 && close(fd) == 0, "it is finished");
	CHECK(await("verzonden", ".xml", 2), "then it goes");
	CHECK(file_has("verzonden", "slow.xml", "<slow/>"), "whole");
	CHECK(stop(SIGTERM) == 0, "it stops cleanly");
}

static void test_unfinished(void)
{
	with_hub(unfinished);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"files are sent and end where their verdict says", test_sending},
		{"a parked message waits in uit/ with a note", test_parking},
		{"deliveries become files, once", test_receiving},
		{"without room a delivery goes back to the hub, and arrives once later",
		 test_disk_full_for_message},
		{"without room to note it, a delivery goes back too, and arrives once",
		 test_disk_full_for_seen},
		{"without room a dropped file waits, and is sent once", test_disk_full_for_sending},
		{"without permission a delivery goes back to the hub, and arrives once later",
		 test_no_permission},
		{"a folder that may not be written to is refused at the start", test_closed_folder},
		{"a file is sent when it is finished", test_unfinished},
		{"one program works in a folder", test_only_one},
		{"killed at any moment, nothing is lost or doubled", test_killed},
		{NULL, NULL},
	};

	(void)argc;
	find_program(argv[0]);
	return unit_main("client/filedrop", tests);
}
