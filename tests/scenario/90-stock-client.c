/* Debian's python3-zmq through stunnel4 sends and receives: nothing depends on our own library. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "../lib/scene.h"

static struct testhub h;

/* A free port of the loopback; taken again at once by stunnel. */
static unsigned free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unsigned port = 0;

	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, n) == 0 && getsockname(fd, (struct sockaddr *)&a, &n) == 0)
		port = ntohs(a.sin_port);
	if (fd >= 0)
		(void)close(fd);
	return port;
}

static bool listens(unsigned port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons((uint16_t)port),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* stunnel with the shipped template's settings for one party. */
static pid_t tunnel(const char *party, unsigned *port)
{
	char path[128], name[64];
	FILE *f;
	pid_t pid;

	*port = free_port();
	(void)snprintf(name, sizeof name, "stunnel-%s.conf", party);
	f = fopen(testhub_path(&h, name, path), "we");
	if (f == NULL)
		return -1;
	(void)fprintf(f,
		      "foreground = quiet\npid =\nsyslog = no\noutput = %s/stunnel-%s.log\n"
		      "socket = l:TCP_NODELAY=1\nsocket = r:TCP_NODELAY=1\n"
		      "[ijw]\nclient = yes\naccept = 127.0.0.1:%u\nconnect = 127.0.0.1:%u\n"
		      "cert = %s/%s.pem\nkey = %s/%s.key\nCAfile = %s/ca.pem\nverifyChain = yes\n"
		      "checkHost = localhost\nsslVersionMin = TLSv1.2\n",
		      h.dir, party, *port, h.port, h.dir, party, h.dir, party, h.dir);
	if (fclose(f) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)execlp("stunnel4", "stunnel4", path, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 400 && !listens(*port); i++)
		(void)poll(NULL, 0, 25); /* stunnel tells nobody when it listens */
	return pid;
}

static void end(pid_t pid)
{
	if (pid > 0) {
		(void)kill(pid, SIGTERM);
		(void)waitpid(pid, NULL, 0);
	}
}

static void both_ways(void)
{
	unsigned sender_port, receiver_port;
	pid_t sender = tunnel("gemeente-a", &sender_port), receiver = tunnel("aanbieder-a", &receiver_port);
	char command[512], text[4096], path[128], expected[64];
	struct buf b = BUF_INIT;
	FILE *f = fopen(testhub_path(&h, "stock.xml", path), "we");

	NEED(f != NULL && bericht_make("JW301", "0363", "12345678", "STOCK1", &b) &&
		     fwrite(b.data, 1, b.len, f) == b.len && fclose(f) == 0,
	     "a message");
	/* Debian's own python3: the package python3-zmq belongs to it. */
	(void)snprintf(command, sizeof command, "/usr/bin/python3 tests/scenario/stock_client.py %u 0363 send %s 2>&1",
		       sender_port, path);
	if (!CHECK(testhub_run(command, text, sizeof text) == 0 && strcmp(text, "accepted STOCK1\n") == 0,
		   "a stock client sends, and gets its receipt"))
		(void)fprintf(stderr, "%s\n", text);
	(void)snprintf(command, sizeof command,
		       "/usr/bin/python3 tests/scenario/stock_client.py %u 12345678 receive 1 2>&1", receiver_port);
	(void)snprintf(expected, sizeof expected, "JW301 STOCK1 %zu False\n", b.len);
	if (!CHECK(testhub_run(command, text, sizeof text) == 0 && strcmp(text, expected) == 0,
		   "another receives and confirms"))
		(void)fprintf(stderr, "%s\n", text);
	CHECK(scene_until(&h, "status", "delivery: 0 waiting"), "nothing waits any more");
	end(sender);
	end(receiver);
	buf_free(&b);
}

int main(void)
{
	static const struct test tests[] = {
		{"python3-zmq through stunnel4 sends and receives", both_ways},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) || !testhub_start(&h))
		return 2;
	r = unit_main("stock client", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
