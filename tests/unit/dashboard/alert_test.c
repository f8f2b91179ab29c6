/* An alarm is told once, again when it is worse or lasts, and once when it is over; and it arrives.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../adapters/dashboard/alert_book.h"
#include "../../../adapters/dashboard/alerts.h"
#include "../../lib/unit.h"

#define MINUTE INT64_C(60000000)
#define HOUR (60 * MINUTE)

static const struct alert_rules rules = {ATTENTION_WARNING, 2 * MINUTE, 24 * HOUR};
static struct alert_book book;
static struct alert_event events[2 * ALERTS_MOST];
static size_t n;

static struct attention_row *row(struct attention *a, enum attention_level level, const char *kind,
				 const char *about)
{
	struct attention_row *r = &a->list[a->n++];

	*r = (struct attention_row){.level = level, .kind = kind, .count = 3};
	(void)snprintf(r->about, sizeof r->about, "%s", about);
	(void)snprintf(r->title_nl, sizeof r->title_nl, "Ontvanger niet verbonden");
	(void)snprintf(r->title_en, sizeof r->title_en, "Receiver not connected");
	(void)snprintf(r->text_nl, sizeof r->text_nl, "Er wachten 3 berichten.");
	(void)snprintf(r->text_en, sizeof r->text_en, "3 messages wait.");
	return r;
}

/* One look at the moment `at` minutes; what is told is in events. */
static void look(const struct attention *a, int64_t at)
{
	alert_round(&book, a, &rules, at * MINUTE + HOUR, events, &n);
}

static void once(void)
{
	struct attention none = {.n = 0}, one = {.n = 0}, worse = {.n = 0};

	book = (struct alert_book){.n = 0};
	(void)row(&one, ATTENTION_WARNING, "receiver-offline", "0363");
	(void)row(&worse, ATTENTION_URGENT, "receiver-offline", "0363");
	look(&one, 0);
	CHECK(n == 0, "a blink is no alarm");
	look(&none, 1);
	look(&one, 2);
	CHECK(n == 0, "nor are two");
	look(&one, 4);
	CHECK(n == 1 && events[0].what == ALERT_NEW && strcmp(events[0].row.about, "0363") == 0,
	      "what lasts is told");
	for (int64_t at = 5; at < 60; at++) {
		look(&one, at);
		CHECK(n == 0, "once");
	}
	look(&worse, 60);
	CHECK(n == 1 && events[0].what == ALERT_WORSE, "again when it is worse");
	look(&one, 61);
	CHECK(n == 0, "not when it is better");
	look(&one, 60 + 24 * 60 + 1);
	CHECK(n == 1 && events[0].what == ALERT_AGAIN, "and when it lasts a day");
	look(&none, 60 + 24 * 60 + 2);
	CHECK(n == 0, "a blink away is not over");
	look(&none, 60 + 24 * 60 + 4);
	CHECK(n == 1 && events[0].what == ALERT_OVER &&
		      strcmp(events[0].row.title_en, "Receiver not connected") == 0,
	      "what stays away is over");
	CHECK(book.n == 0, "and forgotten");
}

static void apart(void)
{
	struct attention a = {.n = 0};

	book = (struct alert_book){.n = 0};
	(void)row(&a, ATTENTION_WARNING, "receiver-offline", "0363");
	(void)row(&a, ATTENTION_WARNING, "receiver-offline", "0394");
	(void)row(&a, ATTENTION_INFO, "open-ends", "");
	look(&a, 0);
	look(&a, 3);
	CHECK(n == 2, "one alarm for each receiver, none for what is only information");
}

static void remembered(void)
{
	struct attention a = {.n = 0};
	char path[] = "/tmp/ijw-alerts-XXXXXX";
	int fd = mkstemp(path);

	NEED(fd >= 0, "a file");
	(void)close(fd);
	book = (struct alert_book){.n = 0};
	(void)row(&a, ATTENTION_URGENT, "disk", "");
	look(&a, 0);
	look(&a, 3);
	CHECK(n == 1 && alert_book_save(&book, path) == 0, "it is told and written down");
	alert_book_load(&book, path);
	look(&a, 4);
	CHECK(n == 0, "after a restart it is not told again");
	(void)unlink(path);
	alert_book_load(&book, path);
	CHECK(book.n == 0, "without a file the book is empty");
}

static void words(void)
{
	struct attention a = {.n = 0};
	struct buf nl = BUF_INIT, en = BUF_INIT, subject = BUF_INIT;

	book = (struct alert_book){.n = 0};
	(void)row(&a, ATTENTION_WARNING, "receiver-offline", "0363");
	look(&a, 0);
	look(&a, 3);
	alert_text(events, n, "proef", "nl", &nl);
	alert_text(events, n, "proef", "en", &en);
	alert_subject(events, n, "proef", "nl", &subject);
	CHECK(strstr(buf_str(&nl), "Er wachten 3 berichten.") != NULL &&
		      strstr(buf_str(&nl), "nieuw") != NULL,
	      "in Dutch");
	CHECK(strstr(buf_str(&en), "3 messages wait.") != NULL &&
		      strstr(buf_str(&en), "new") != NULL,
	      "in English");
	CHECK(strcmp(buf_str(&subject), "[proef] nieuw: Ontvanger niet verbonden 0363") == 0,
	      "with a subject that says it");
	buf_free(&nl);
	buf_free(&en);
	buf_free(&subject);
}

/* Takes one request and answers 200; what came is kept. */
struct listener {
	int fd;
	char got[4096];
};

static void *listen_once(void *arg)
{
	struct listener *l = arg;
	int fd = accept(l->fd, NULL, NULL);
	size_t at = 0;
	ssize_t got;

	while (fd >= 0 && strstr(l->got, "]}") == NULL && at < sizeof l->got - 1 &&
	       (got = recv(fd, l->got + at, sizeof l->got - 1 - at, 0)) > 0)
		at += (size_t)got;
	if (fd >= 0 &&
	    send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 38, MSG_NOSIGNAL) > 0)
		(void)shutdown(fd, SHUT_WR);
	if (fd >= 0)
		(void)close(fd);
	return NULL;
}

static void arrives(void)
{
	struct listener l = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof a;
	char dir[] = "/tmp/ijw-sendmail-XXXXXX", program[64], out[64], hook[64], mail[4096] = "",
	     nowhere[64];
	struct alert_ways ways = {.mail = "beheer@example.org, wacht@example.org",
				  .from = "hub@example.org"};
	struct buf why = BUF_INIT;
	pthread_t t;
	FILE *f;

	NEED(mkdtemp(dir) != NULL && l.fd >= 0 &&
		     bind(l.fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(l.fd, 1) == 0 &&
		     getsockname(l.fd, (struct sockaddr *)&a, &size) == 0,
	     "a folder and a listener");
	(void)snprintf(program, sizeof program, "%s/sendmail", dir);
	(void)snprintf(out, sizeof out, "%s/mail", dir);
	(void)snprintf(hook, sizeof hook, "http://127.0.0.1:%u/hook", ntohs(a.sin_port));
	f = fopen(program, "we");
	NEED(f != NULL, "a program");
	(void)fprintf(f, "#!/bin/sh\n[ \"$1 $2\" = '-t -i' ] && cat > %s\n", out);
	(void)fclose(f);
	(void)chmod(program, 0700);
	ways.sendmail = program;
	ways.webhook = hook;
	NEED(pthread_create(&t, NULL, listen_once, &l) == 0, "it listens");
	CHECK(alert_send(&ways, "[proef] nieuw", "eerste\ntweede\n", "{\"alerts\":[]}", &why) == 0,
	      "it is sent both ways");
	(void)pthread_join(t, NULL);
	CHECK(strstr(l.got, "POST /hook") != NULL && strstr(l.got, "{\"alerts\":[]}") != NULL,
	      "the webhook has it");
	f = fopen(out, "re");
	NEED(f != NULL && fread(mail, 1, sizeof mail - 1, f) > 0, "the mail program has it");
	(void)fclose(f);
	CHECK(strstr(mail, "To: beheer@example.org, wacht@example.org\r\n") != NULL &&
		      strstr(mail, "eerste\r\ntweede") != NULL,
	      "with its receivers and its lines");
	(void)close(l.fd);
	(void)snprintf(nowhere, sizeof nowhere, "smtp://127.0.0.1:%u", ntohs(a.sin_port));
	ways = (struct alert_ways){
		.mail = "x@example.org", .from = "y@example.org", .smtp = nowhere};
	CHECK(alert_send(&ways, "s", "t", "{}", &why) < 0 && strstr(buf_str(&why), "mail") != NULL,
	      "a server that is away is told");
	buf_free(&why);
	(void)unlink(program);
	(void)unlink(out);
	(void)rmdir(dir);
}

int main(void)
{
	static const struct test tests[] = {
		{"told once", once}, {"told apart", apart}, {"remembered", remembered},
		{"in words", words}, {"arrives", arrives},  {NULL, NULL},
	};

	return unit_main("alerts", tests);
}
