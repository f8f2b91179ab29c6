/* The protocol as a stranger might speak it: every verb, in and out of place, frame by frame. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/scene.h"
#include "../lib/tlsclient.h"

static struct testhub h;

static struct tlsclient *dial(const char *party)
{
	char ca[128], pem[128], key[128], name[64];
	struct tlsclient_opts o = {.port = h.port};
	struct tlsclient *c;

	o.ca = testhub_path(&h, "ca.pem", ca);
	(void)snprintf(name, sizeof name, "%s.pem", party);
	o.certificate = testhub_path(&h, name, pem);
	(void)snprintf(name, sizeof name, "%s.key", party);
	o.key = testhub_path(&h, name, key);
	c = tlsclient_open(&o);
	if (c != NULL && !tlsclient_hello(c, "DEALER", "somebody-else"))
		tlsclient_close(&c);
	return c;
}

/* Sends the frames up to NULL. */
static bool say(struct tlsclient *c, const char *const *frames)
{
	for (size_t i = 0; frames[i] != NULL; i++)
		if (!tlsclient_frame(c, frames[i + 1] != NULL, frames[i], strlen(frames[i])))
			return false;
	return true;
}

/* Reads a whole message; its frames joined by '|', cut to room. */
static bool hear(struct tlsclient *c, char *text, size_t room)
{
	size_t n = 0;
	int flags = 1;

	while (flags & 1) {
		ssize_t got = tlsclient_receive_frame(c, &flags, text + n, room - n - 2);

		if (got < 0)
			return false;
		n += (size_t)got;
		text[n++] = '|';
	}
	text[n - 1] = '\0';
	return true;
}

static void verbs_out_of_place(void)
{
	static const struct {
		const char *name;
		bool before_hello;
		const char *frames[8];
		const char *answer;
	} cases[] = {
		{"SEND before HELLO", true, {"IJW1", "SEND", "r", "<a/>", NULL}, "ERROR|hello-first"},
		{"READY before HELLO", true, {"IJW1", "READY", "0363", "1", NULL}, "ERROR|hello-first"},
		{"DONE before HELLO", true, {"IJW1", "DONE", "1", NULL}, "ERROR|hello-first"},
		{"FAIL before HELLO", true, {"IJW1", "FAIL", "1", "x", NULL}, "ERROR|hello-first"},
		{"an unknown verb before HELLO", true, {"IJW1", "PING", NULL}, "ERROR|unknown-verb"},
		{"HELLO without a common version", true, {"IJW1", "HELLO", "t", "7", NULL}, "ERROR|no-common-version"},
		{"HELLO without software", true, {"IJW1", "HELLO", "", "1", NULL}, "ERROR|wrong-fields"},
		{"HELLO with one field", true, {"IJW1", "HELLO", "t", NULL}, "ERROR|wrong-fields"},
		{"HELLO", true, {"IJW1", "HELLO", "t", "1", NULL}, "WELCOME|ijwd "},
		{"HELLO again", false, {"IJW1", "HELLO", "t", "1", NULL}, "ERROR|hello-first"},
		{"another mark", false, {"IJW9", "SEND", "r", "<a/>", NULL}, "ERROR|bad-mark"},
		{"one frame", false, {"x", NULL}, "ERROR|bad-mark"},
		{"an unknown verb", false, {"IJW1", "send", "r", "<a/>", NULL}, "ERROR|unknown-verb"},
		{"WELCOME from a party", false, {"IJW1", "WELCOME", "a", "b", "c", NULL}, "ERROR|unknown-verb"},
		{"RECEIPT from a party", false, {"IJW1", "RECEIPT", "a", "b", "c", "d", NULL}, "ERROR|unknown-verb"},
		{"DELIVER from a party", false, {"IJW1", "DELIVER", "a", "b", "c", NULL}, "ERROR|unknown-verb"},
		{"NOTICE from a party", false, {"IJW1", "NOTICE", "a", NULL}, "ERROR|unknown-verb"},
		{"ERROR from a party", false, {"IJW1", "ERROR", "a", "b", NULL}, "ERROR|unknown-verb"},
		{"SEND with three fields", false, {"IJW1", "SEND", "r", "<a/>", "x", NULL}, "ERROR|wrong-fields"},
		{"SEND without a reference", false, {"IJW1", "SEND", "", "<a/>", NULL}, "ERROR|wrong-fields"},
		{"SEND with a reference of 65", false,
		 {"IJW1", "SEND", "12345678901234567890123456789012345678901234567890123456789012345", "<a/>", NULL},
		 "ERROR|wrong-fields"},
		{"READY for another's code", false, {"IJW1", "READY", "87654321", "1", NULL}, "ERROR|code-not-yours"},
		{"READY with no credit", false, {"IJW1", "READY", "0363", "0", NULL}, "ERROR|wrong-fields"},
		{"READY with too much credit", false, {"IJW1", "READY", "0363", "1001", NULL}, "ERROR|wrong-fields"},
		{"READY with words", false, {"IJW1", "READY", "0363", "many", NULL}, "ERROR|wrong-fields"},
		{"DONE for nothing", false, {"IJW1", "DONE", "12345", NULL}, "ERROR|unknown-delivery"},
		{"DONE with words", false, {"IJW1", "DONE", "x", NULL}, "ERROR|unknown-delivery"},
		{"FAIL for nothing", false, {"IJW1", "FAIL", "12345", "x", NULL}, "ERROR|unknown-delivery"},
		{"FAIL without a reason", false, {"IJW1", "FAIL", "12345", "", NULL}, "ERROR|wrong-fields"},
		{"a message that is none", false, {"IJW1", "SEND", "r1", "<a/>", NULL}, "RECEIPT|r1|refused|"},
	};
	struct tlsclient *c = dial("gemeente-a");
	char text[8192];

	NEED(c != NULL, "a stranger's client connects");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		NEED(say(c, cases[i].frames) && hear(c, text, sizeof text), cases[i].name);
		if (!CHECK(strncmp(text, "IJW1|", 5) == 0 &&
				   strncmp(text + 5, cases[i].answer, strlen(cases[i].answer)) == 0,
			   cases[i].name))
			(void)fprintf(stderr, "got %s\n", text);
	}
	tlsclient_close(&c);
}

static void welcome_names_the_codes(void)
{
	const char *const hello[] = {"IJW1", "HELLO", "t", "1", NULL};
	struct tlsclient *c = dial("gemeente-a");
	char text[8192];

	NEED(c != NULL && say(c, hello) && hear(c, text, sizeof text), "WELCOME comes");
	CHECK(strstr(text, "[\"0363\"]") != NULL, "with the codes of the certificate, not of the claimed identity");
	CHECK(strstr(text, "\"message\":26214400") != NULL, "and the limits");
	tlsclient_close(&c);
}

static void too_large(void)
{
	const char *const hello[] = {"IJW1", "HELLO", "t", "1", NULL};
	size_t size = 26u * 1024 * 1024;
	char *spaces = malloc(size), text[8192];
	struct tlsclient *c = dial("gemeente-a");

	NEED(spaces != NULL && c != NULL && say(c, hello) && hear(c, text, sizeof text), "it connects");
	memset(spaces, ' ', size);
	CHECK(tlsclient_frame(c, true, "IJW1", 4) && tlsclient_frame(c, true, "SEND", 4) &&
		      tlsclient_frame(c, true, "big", 3) && tlsclient_frame(c, false, spaces, size),
	      "26 MB are sent");
	NEED(hear(c, text, sizeof text), "an answer comes, not a broken line");
	CHECK(strstr(text, "RECEIPT|big|refused|") && strstr(text, "OP179") && strstr(text, "BRS06"),
	      "which refuses it by OP179");
	free(spaces);
	tlsclient_close(&c);
}

static void one_by_one(void)
{
	const char *const hello[] = {"IJW1", "HELLO", "t", "1", NULL};
	const char *const bad[] = {"IJW1", "nonsense", NULL};
	struct tlsclient *c = dial("gemeente-a");
	char text[8192];
	int errors = 0;

	NEED(c != NULL && say(c, hello) && hear(c, text, sizeof text), "it connects");
	for (int i = 0; i < 20000; i++)
		NEED(say(c, bad), "it keeps talking nonsense");
	while (errors < 20000 && hear(c, text, sizeof text))
		errors++;
	CHECK(errors == 20000, "each gets its ERROR, and the connection lives");
	tlsclient_close(&c);
}

int main(void)
{
	static const struct test tests[] = {
		{"every verb in and out of place gets its answer", verbs_out_of_place},
		{"WELCOME goes by the certificate", welcome_names_the_codes},
		{"26 MB get an answer", too_large},
		{"a flood of nonsense is answered and harms nobody", one_by_one},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) || !testhub_start(&h))
		return 2;
	r = unit_main("protocol", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
