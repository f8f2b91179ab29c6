#include "ctl/ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/locale.h"

#include "base/banned.h"

#define ANSWER_MOST (64u * 1024 * 1024)

const char *ctl_control(const char *given)
{
	const char *env = getenv("IJW_CONTROL");

	return given != NULL ? given : env != NULL ? env : "/run/ijwd/control.sock";
}

static int dial(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd;

	if (snprintf(a.sun_path, sizeof a.sun_path, "%s", path) >= (int)sizeof a.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int exchange(int fd, const char *line, struct buf *answer)
{
	char part[16384];
	ssize_t n;

	if (send(fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line) ||
	    send(fd, "\n", 1, MSG_NOSIGNAL) != 1)
		return -1;
	while ((n = recv(fd, part, sizeof part, 0)) > 0 && answer->len < ANSWER_MOST)
		buf_add(answer, part, (size_t)n);
	return n < 0 || answer->failed ? -1 : 0;
}

static json_t *tell_error(json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (error == NULL)
		return answer;
	(void)fprintf(stderr, "ijwctl: %s\n", error);
	json_decref(answer);
	return NULL;
}

json_t *ctl_ask(const char *path, json_t *request)
{
	char *line = json_dumps(request, JSON_COMPACT);
	struct buf answer = BUF_INIT;
	json_t *o = NULL;
	int fd = dial(path);

	json_decref(request);
	if (fd < 0)
		(void)fprintf(stderr,
			      ctl_dutch() ? "ijwctl: geen hub op %s (%s); draait ijwd, en mag u bij dit bestand?\n"
					  : "ijwctl: no hub at %s (%s); is ijwd running, and may you use this file?\n",
			      path, strerror(errno));
	else if (line == NULL || exchange(fd, line, &answer) < 0 ||
		 (o = json_loads(buf_str(&answer), 0, NULL)) == NULL)
		(void)fprintf(stderr, ctl_dutch() ? "ijwctl: de hub brak het antwoord af; kijk in zijn log\n"
						  : "ijwctl: the hub broke off its answer; see its log\n");
	if (fd >= 0)
		(void)close(fd);
	free(line);
	buf_free(&answer);
	return o == NULL ? NULL : tell_error(o);
}
