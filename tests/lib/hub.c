#include "../lib/hub.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/pki.h"

#define PATIENCE_MS 60000 /* nobody waits so long; a test that needs it has failed */
#define DAY 86400

const char *testhub_path(const struct testhub *h, const char *name, char path[128])
{
	(void)snprintf(path, 128, "%s/%s", h->dir, name);
	return path;
}

/* The build folder is three levels above a test program: build/tests/<kind>/…/program. */
const char *testhub_program(const char *name, char path[256])
{
	char self[200];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	char *cut;

	self[n > 0 ? n : 0] = '\0';
	cut = strstr(self, "/tests/");
	if (cut != NULL)
		*cut = '\0';
	(void)snprintf(path, 256, "%s/%s", self, name);
	return path;
}

static bool write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	bool ok = f != NULL && fputs(text, f) >= 0;

	return f != NULL && fclose(f) == 0 && ok;
}

static bool make_pki(struct testhub *h)
{
	char ca[128], ca_key[128], hub[128], hub_key[128], crl[128];
	struct pki_ca *authority = NULL;
	struct buf why = BUF_INIT;
	int64_t now = time(NULL);
	struct pki_request r = {.use = PKI_HUB,
				.name = "hub.test",
				.san = "localhost,127.0.0.1",
				.from = now - DAY,
				.until = now + 365 * DAY};
	bool ok;

	testhub_path(h, "ca.pem", ca);
	testhub_path(h, "ca.key", ca_key);
	testhub_path(h, "hub.pem", hub);
	testhub_path(h, "hub.key", hub_key);
	testhub_path(h, "crl.pem", crl);
	ok = pki_ca_make(&authority, "Test CA", now - DAY, now + 3650 * DAY, ca, ca_key, &why) == 0 &&
	     pki_issue(authority, &r, hub, hub_key, &why) == 0 &&
	     pki_crl(authority, crl, NULL, now - DAY, now + 30 * DAY, &why) == 0;
	if (!ok)
		(void)fprintf(stderr, "pki: %s\n", buf_str(&why));
	pki_ca_free(&authority);
	buf_free(&why);
	return ok;
}

bool testhub_config(const struct testhub *h)
{
	char path[128], text[PATH_MAX + 2048], schemas[PATH_MAX];

	if (realpath("schemas", schemas) == NULL)
		return false;
	(void)snprintf(text, sizeof text,
		       "listen: \"127.0.0.1:%u\"\n"
		       "store: sqlite:ijwd.db\n"
		       "schemas: %s\n"
		       "parties: parties.d\n"
		       "runtime: run\n"
		       "tls:\n"
		       "  certificate: hub.pem\n"
		       "  key: hub.key\n"
		       "  ca: ca.pem\n"
		       "  crl: crl.pem\n"
		       "%s",
		       h->fixed_port, schemas,
		       h->extra != NULL ? h->extra : "limits:\n  connections_per_second: 100000\n");
	return write_file(testhub_path(h, "ijwd.yaml", path), text);
}

bool testhub_make(struct testhub *h)
{
	char path[128];

	*h = (struct testhub){.notify_fd = -1};
	(void)snprintf(h->dir, sizeof h->dir, "/tmp/ijw-hub-XXXXXX");
	(void)signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(h->dir) == NULL || mkdir(testhub_path(h, "parties.d", path), 0700) < 0)
		return false;
	return make_pki(h) && testhub_config(h);
}

bool testhub_party(struct testhub *h, const char *id, const char *codes)
{
	char name[64], ca[128], ca_key[128], pem[128], key[128], yaml[128], oin[24], text[2048];
	struct pki_ca *authority = NULL;
	struct buf why = BUF_INIT;
	int64_t now = time(NULL);
	struct pki_request r = {.use = PKI_PARTY,
				.name = id,
				.oin = oin,
				.from = now - DAY,
				.until = now + 365 * DAY};
	bool ok;

	(void)snprintf(oin, sizeof oin, "00000001%012u", ++h->n_parties);
	(void)snprintf(name, sizeof name, "%s.pem", id);
	testhub_path(h, name, pem);
	(void)snprintf(name, sizeof name, "%s.key", id);
	testhub_path(h, name, key);
	(void)snprintf(name, sizeof name, "parties.d/%s.yaml", id);
	testhub_path(h, name, yaml);
	(void)snprintf(text, sizeof text, "party: %s\ncertificates:\n  - oin: \"%s\"\n%s\n", id, oin, codes);
	ok = pki_ca_open(&authority, testhub_path(h, "ca.pem", ca), testhub_path(h, "ca.key", ca_key),
			 &why) == 0 &&
	     pki_issue(authority, &r, pem, key, &why) == 0 && write_file(yaml, text);
	if (!ok)
		(void)fprintf(stderr, "party %s: %s\n", id, buf_str(&why));
	pki_ca_free(&authority);
	buf_free(&why);
	return ok;
}

bool testhub_usual(struct testhub *h)
{
	return testhub_make(h) && testhub_party(h, "gemeente-a", "codes:\n  - code: \"0363\"") &&
	       testhub_party(h, "aanbieder-a", "codes:\n  - code: \"12345678\"") &&
	       testhub_party(h, "aanbieder-b", "codes:\n  - code: \"87654321\"");
}

static bool open_notify(struct testhub *h)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (h->notify_fd >= 0)
		return true;
	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s/notify", h->dir);
	(void)setenv("NOTIFY_SOCKET", a.sun_path, 1);
	h->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return h->notify_fd >= 0 && bind(h->notify_fd, (struct sockaddr *)&a, sizeof a) == 0;
}

bool testhub_notified(struct testhub *h, const char *what)
{
	struct pollfd p = {.fd = h->notify_fd, .events = POLLIN};
	char text[512];
	ssize_t n;

	while (poll(&p, 1, 200) >= 0 || errno == EINTR) {
		static int quiet;
		const char *port;

		if (p.revents == 0) {
			/* Nothing yet: is it still alive, and is there patience left? */
			if (waitpid(h->pid, NULL, WNOHANG) == h->pid) {
				h->pid = 0;
				return false;
			}
			if (++quiet > PATIENCE_MS / 200)
				return false;
			continue;
		}
		quiet = 0;
		n = recv(h->notify_fd, text, sizeof text - 1, 0);
		if (n <= 0)
			return false;
		text[n] = '\0';
		port = strstr(text, "STATUS=port ");
		if (port != NULL)
			h->port = (unsigned)strtoul(port + 12, NULL, 10);
		if (strstr(text, what) != NULL)
			return true;
	}
	return false;
}

bool testhub_start(struct testhub *h)
{
	char program[256], config[128], log[128];

	if (!open_notify(h))
		return false;
	testhub_program("ijwd", program);
	testhub_path(h, "ijwd.yaml", config);
	testhub_path(h, "ijwd.log", log);
	h->pid = fork();
	if (h->pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

		(void)dup2(fd, STDERR_FILENO);
		(void)execl(program, "ijwd", "--config", config, (char *)NULL);
		_exit(127);
	}
	return h->pid > 0 && testhub_notified(h, "READY=1");
}

bool testhub_reload(struct testhub *h)
{
	return kill(h->pid, SIGHUP) == 0 && testhub_notified(h, "RELOADING=1") &&
	       testhub_notified(h, "READY=1");
}

int testhub_end(struct testhub *h, int sig)
{
	int status = -1;

	if (h->pid <= 0)
		return -1;
	(void)kill(h->pid, sig);
	while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
		;
	h->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What the run leaves in logs and file names is searched for every client that its messages named. */
static void look_for_clients(const struct testhub *h)
{
	char command[192], text[4096];

	(void)snprintf(command, sizeof command, "sh tests/privacy.sh '%s' 2>&1", h->dir);
	if (h->dir[0] == '\0' || testhub_run(command, text, sizeof text) == 0)
		return;
	(void)fprintf(stderr, "%s", text);
	(void)fflush(NULL);
	_exit(1);
}

void testhub_free(struct testhub *h)
{
	char command[128];

	if (h->pid > 0)
		(void)testhub_end(h, SIGKILL);
	if (h->notify_fd >= 0)
		(void)close(h->notify_fd);
	look_for_clients(h);
	if (getenv("KEEP") != NULL) {
		(void)fprintf(stderr, "kept: %s\n", h->dir);
		return;
	}
	(void)snprintf(command, sizeof command, "rm -rf '%s'", h->dir);
	(void)testhub_run(command, NULL, 0);
}

struct ijw *testhub_client(struct testhub *h, const char *party,
			   void (*more)(struct ijw_options *o, void *arg), void *arg)
{
	char hub[64], pem[128], key[128], ca[128], name[64];
	struct ijw_options o;
	struct ijw *c = NULL;

	ijw_options_init(&o);
	(void)snprintf(hub, sizeof hub, "127.0.0.1:%u", h->port);
	(void)snprintf(name, sizeof name, "%s.pem", party);
	o.certificate = testhub_path(h, name, pem);
	(void)snprintf(name, sizeof name, "%s.key", party);
	o.key = testhub_path(h, name, key);
	o.ca = testhub_path(h, "ca.pem", ca);
	o.hub = hub;
	o.server_name = "localhost";
	o.software = "test";
	if (more != NULL)
		more(&o, arg);
	return ijw_open(&o, &c) == 0 ? c : NULL;
}

bool testhub_event(struct ijw *c, enum ijw_event_type type, struct ijw_event *e)
{
	while (ijw_receive(c, e, PATIENCE_MS / 3) == 1)
		if (e->type == type)
			return true;
	return false;
}

bool testhub_log(const struct testhub *h, const char *text)
{
	char path[128], line[2048];
	FILE *f = fopen(testhub_path(h, "ijwd.log", path), "re");
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
		found = strstr(line, text) != NULL;
	if (f != NULL)
		(void)fclose(f);
	return found;
}

int testhub_run(const char *command, char *text, size_t room)
{
	FILE *f = popen(command, "re");
	size_t n = 0;
	char rest[512];
	int status;

	if (f == NULL)
		return -1;
	if (text != NULL && room > 0) {
		n = fread(text, 1, room - 1, f);
		text[n] = '\0';
	}
	while (fread(rest, 1, sizeof rest, f) > 0)
		; /* the command is not to die of a closed pipe */
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
