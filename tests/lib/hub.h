/*
 * A hub to test against: a folder of its own with certificates and settings,
 * the real ijwd as a child process, on a free port of the loopback.
 *
 * The hub tells that it is ready over NOTIFY_SOCKET, as it would tell
 * systemd, so nothing here waits for time.
 */
#ifndef TESTS_HUB_H
#define TESTS_HUB_H

#include <stdbool.h>
#include <sys/types.h>

#include "../../adapters/client/ijw.h"

struct testhub {
	char dir[64];
	pid_t pid; /* of the running ijwd, 0: none */
	int notify_fd;
	unsigned port;
	unsigned fixed_port; /* to listen on, 0: any free one */
	const char *extra; /* lines added to ijwd.yaml */
	unsigned n_parties;
};

/* testhub_make makes the folder, the CA, the hub's certificate, an empty CRL and ijwd.yaml. */
bool testhub_make(struct testhub *h);

/*
 * testhub_party makes a certificate with an OIN of its own and parties.d/ID.yaml;
 * codes is YAML from "codes:" on.  testhub_usual makes the three of the story:
 * gemeente-a (0363), aanbieder-a (12345678), aanbieder-b (87654321).
 */
bool testhub_party(struct testhub *h, const char *id, const char *codes);
bool testhub_usual(struct testhub *h);

/* testhub_config writes ijwd.yaml anew (after a change of extra). */
bool testhub_config(const struct testhub *h);

/* testhub_start runs ijwd and waits until it is ready; its log goes to dir/ijwd.log. */
bool testhub_start(struct testhub *h);

/* testhub_notified waits for a line from the hub such as "READY=1" (after a reload). */
bool testhub_notified(struct testhub *h, const char *what);

/* testhub_reload sends SIGHUP and waits until the hub has read its settings, whatever came of it. */
bool testhub_reload(struct testhub *h);

/* testhub_end sends a signal and waits for the end; gives the exit status or -1. */
int testhub_end(struct testhub *h, int signal);

/* testhub_free ends the hub if it runs, and removes the folder unless KEEP is in the environment. */
void testhub_free(struct testhub *h);

/* testhub_path writes dir/name. */
const char *testhub_path(const struct testhub *h, const char *name, char path[128]);

/* testhub_program is the path of a built program ("ijwctl"). */
const char *testhub_program(const char *name, char path[256]);

/* testhub_client opens a connection as a party; more may change the options. NULL on failure. */
struct ijw *testhub_client(struct testhub *h, const char *party,
			   void (*more)(struct ijw_options *o, void *arg), void *arg);

/* testhub_event takes events until one of this type comes (20 seconds at most); false when none did. */
bool testhub_event(struct ijw *c, enum ijw_event_type type, struct ijw_event *e);

/* testhub_log tells whether the hub's log holds a text. */
bool testhub_log(const struct testhub *h, const char *text);

/* testhub_run runs a command line with sh, output into text; gives the exit status. */
int testhub_run(const char *command, char *text, size_t room);

#endif
