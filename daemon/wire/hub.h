/*
 * The router's inside, shared by router.c (sockets, loop, what comes back
 * from the writer), session.c (who says what when) and mailbox.c (credit and
 * deliveries).  All of it belongs to the main thread.
 */
#ifndef WIRE_HUB_H
#define WIRE_HUB_H

#include <stdbool.h>
#include <zmq.h>

#include "base/histogram.h"
#include "base/map.h"
#include "wire/due.h"
#include "wire/edge.h"
#include "wire/pipeline.h"
#include "wire/protocol.h"
#include "wire/router.h"

#define SESSION_BYTES (32u * 1024 * 1024) /* unconfirmed deliveries to one session; one message at least */

enum session_state { GREETING, OPEN, N_STATES };

/* A message that libzmq would not take yet; what it costs is bounded by the session's credit. */
struct unsent {
	struct link link;
	unsigned n;
	zmq_msg_t frames[IJW_MAX_FRAMES];
	size_t release; /* byte credit to give back once it is out */
	int64_t sent_receipt; /* id of an owed receipt, or 0 */
};

struct session {
	uint64_t connection;
	char party[EDGE_MAX_PARTY + 1];
	char routing_id[EDGE_MAX_PARTY + 24];
	size_t routing_id_size;
	enum session_state state;
	char software[IJW_MAX_SOFTWARE + 1];
	char peer[64], fingerprint[65];
	int64_t since, not_after, last_heard;
	uint64_t heard;     /* whole messages that came through the ROUTER */
	uint64_t forwarded; /* once closed: how many the edge passed on */
	bool closed;        /* the connection is gone; what it sent is still taken */
	uint64_t sends, receipts, deliveries;
	unsigned flights;     /* deliveries sent, not confirmed */
	size_t flight_bytes;
	struct link *unsent, **unsent_end;
};

/* How many more messages a session takes for one code. */
struct credit {
	struct session *session;
	unsigned n;
};

/* What the hub has in hands for one code. */
struct mailbox {
	char code[IJW_MAX_CODE + 1];
	struct credit *credits;
	size_t n_credits;
	struct link *queue, **queue_end; /* struct delivery: handed by the writer, not sent yet */
	size_t queued, queued_bytes;
	bool behind; /* more waits in the store */
	bool taking; /* a JOB_TAKE is under way */
	int64_t due; /* when something put back may go again; 0: nothing known */
	day ends_on;        /* open ends were told one by one on this day */
	unsigned ends_told; /* … so many */
};

/* A session that waits for the digest of open ends of one code. */
struct want {
	uint64_t connection;
	char code[IJW_MAX_CODE + 1];
	bool taken; /* it is being made */
};

struct router {
	struct router_opts o;
	void *context, *socket, *notices;
	struct edge *edge;
	struct pipeline *pipeline;
	struct parties *who;
	struct map sessions; /* by connection */
	struct map flights;  /* struct delivery by id */
	struct mailbox **mailboxes;
	size_t n_mailboxes;
	size_t unsent; /* over all sessions */
	int wake_fd;
	int64_t now; /* microseconds, read once a turn */
	int64_t next_recheck;
	bool more_parked; /* the last round was full */
	bool stopping;
	uint64_t errors_said;
	struct histogram receipt, delivery; /* from receiving to the receipt, and to the confirmation */
	pthread_mutex_t lock; /* guards what the control thread shares */
	pthread_cond_t snapshot_made;
	bool snapshot_wanted;
	char *snapshot; /* JSON of what is live */
	struct due_notices *due_news; /* from the control thread, not taken over yet */
	struct digests *digest_news;  /* likewise */
	struct want *wants;
	size_t n_wants, wants_room;
	/* end of what the lock guards */
	int digest_fd; /* written when somebody wants a digest; the control thread reads */
	int32_t digest_week; /* in which digests were sent to all, 0: not yet */
	bool ends_hushed;    /* more opened for some code than was told one by one */
	struct due_notices *due; /* of today, for sessions that open */
};

/* session.c */
struct session *session_open(struct router *r, const struct edge_notice *n);
void session_close(struct router *r, struct session *s);
void session_heard(struct router *r, struct session *s, zmq_msg_t *frames, size_t n);
void session_notice_due(struct router *r, struct session *s);
void session_notice_maintenance(struct router *r, struct session *s, const struct steering *st);

/* ends.c */
void ends_want(struct router *r, const struct session *s);
void ends_opened(struct router *r, struct job *j);
void ends_swept(struct router *r);
void ends_take(struct router *r);

/* mailbox.c */
struct mailbox *mailbox_of(struct router *r, const char *code);
void mailbox_credit(struct router *r, struct mailbox *m, struct session *s, unsigned n);
void mailbox_add(struct router *r, struct mailbox *m, struct delivery *d);
void mailbox_taken(struct router *r, struct mailbox *m, struct job *j);
void mailbox_settle(struct router *r, struct mailbox *m);
void mailbox_leave(struct router *r, struct session *s);
void mailbox_timers(struct router *r);
int64_t mailbox_next(const struct router *r);

/*
 * say sends one message to a session, all frames or none.  fields are taken
 * over (also on failure).  release is byte credit to give back once it is out.
 * 0, or -EHOSTUNREACH when the peer is gone.
 */
int say(struct router *r, struct session *s, enum verb v, zmq_msg_t *fields, size_t release,
	int64_t owed);

/* A field from text; memory trouble makes it empty, which the peer sees as a wrong field. */
void field_text(zmq_msg_t *ret, const char *text);
void say_error(struct router *r, struct session *s, const char *code, const char *text);
void say_receipt(struct router *r, struct session *s, const char *reference, enum verdict v,
		 int64_t id, const char *report, size_t release, int64_t owed);
void submit_id(struct router *r, enum job_kind kind, int64_t id, bool sent);

#endif
