#include "hub.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"

#include "base/banned.h"

#define ANSWER_MOST (64u * 1024 * 1024)
#define PATIENCE_S 8 /* for all of one answer; the hub itself waits two seconds for live figures \
		      */

struct hub {
	char *path;
};

struct hub *hub_new(const char *socket_path)
{
	struct hub *h = calloc(1, sizeof *h);

	if (h != NULL)
		h->path = strdup(socket_path);
	if (h != NULL && h->path == NULL)
		hub_free(&h);
	return h;
}

void hub_free(struct hub **h)
{
	if (*h == NULL)
		return;
	free((*h)->path);
	free(*h);
	*h = NULL;
}

static int dial(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct timeval patience = {PATIENCE_S, 0};
	int fd;

	if (snprintf(a.sun_path, sizeof a.sun_path, "%s", path) >= (int)sizeof a.sun_path)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static bool exchange(int fd, const char *line, struct buf *answer)
{
	int64_t until = clock_ms() + PATIENCE_S * 1000;
	struct buf out = BUF_INIT;
	char part[16384];
	ssize_t n;
	bool sent;

	buf_addf(&out, "%s\n", line);
	sent = !out.failed && send(fd, out.data, out.len, MSG_NOSIGNAL) == (ssize_t)out.len;
	buf_free(&out);
	if (!sent)
		return false;
	while ((n = recv(fd, part, sizeof part, 0)) > 0 && answer->len < ANSWER_MOST &&
	       clock_ms() < until)
		buf_add(answer, part, (size_t)n);
	return n == 0 && !answer->failed;
}

json_t *hub_ask(struct hub *h, json_t *request)
{
	char *line = json_dumps(request, JSON_COMPACT);
	struct buf answer = BUF_INIT;
	json_t *o = NULL;
	int fd = line != NULL ? dial(h->path) : -1;

	json_decref(request);
	if (fd >= 0 && exchange(fd, line, &answer))
		o = json_loadb(buf_str(&answer), answer.len, 0, NULL);
	if (fd >= 0)
		(void)close(fd);
	free(line);
	buf_free(&answer);
	return o;
}

const char *hub_error(json_t *answer)
{
	return json_string_value(json_object_get(answer, "error"));
}

bool hub_unknown(json_t *answer)
{
	const char *error = hub_error(answer);

	return error != NULL && strncmp(error, "unknown command", 15) == 0;
}
