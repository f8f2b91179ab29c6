/*
 * The watch over open ends (care/bewaking.h) inside the hub.
 *
 *   a batch was committed ─▶ clients to examine ─▶ writer, a step at a time
 *   a new day, or a start ─▶ learner: reads all, learns, names who differs ─▶ writer
 *
 * The writer examines in small transactions of its own, when nothing waits or
 * one step after each batch: no receipt waits for it.  The learner is a thread
 * with its own handle on the store; it runs when the hub starts, once a day,
 * and again after more clients were touched than are remembered.  What it and
 * the set of clients know is in memory only: after a kill the next start finds
 * the same by reading all.
 *
 * A client that is examined while the learner reads is examined once more with
 * the habits that it brings, for it may have read before and compared after.
 */
#ifndef WIRE_WATCH_H
#define WIRE_WATCH_H

#include <stdint.h>

#include "base/buf.h"
#include "care/bewaking.h"
#include "care/rulebook.h"
#include "store/store.h"
#include "wire/openends.h"

#define WATCH_CLIENTS 65536 /* remembered at most */
#define WATCH_ANSWERS 4096

struct watch;

struct watch_opts {
	const char *store; /* url */
	/* What care is judged by now, held for the caller; thread-safe. */
	struct rulebook *(*rules)(void *ctx);
	/* The writer should come by; thread-safe. */
	void (*wake)(void *ctx);
	/* On the writer's thread: an aanbieder should hear of this; json is taken over. */
	void (*notice)(void *ctx, const char *code, char *json, const struct open_end_key *key);
	/* On the writer's thread: the clients of this message are touched by `answer`. */
	void (*original)(void *ctx, int64_t message, int64_t answer);
	/* All were examined on this day; on the learner's thread. */
	void (*swept)(void *ctx, day on);
	void *ctx;
};

/* watch_start takes up what was learnt last and starts the learner.  st is the writer's, for this
 * call. */
int watch_start(struct watch **ret, const struct watch_opts *o, struct store *st);

/* ---- on the writer's thread ---- */

/* watch_touched remembers a client of a message that was kept; watch_answer an answer that was. */
void watch_touched(struct watch *w, const unsigned char client[CLIENT_BYTES], int64_t message);
void watch_answer(struct watch *w, const struct einde_antwoord *a);

/* watch_wait is after how many milliseconds there is something to do: 0 now, -1 nothing. */
int watch_wait(struct watch *w);

/*
 * watch_step does a little of it.  A negative errno means that the store
 * failed: it was rolled back, is tried again after a pause, and st should be
 * opened anew.
 */
int watch_step(struct watch *w, struct store *st, const struct rulebook *rules, int64_t now);

/* ---- any thread ---- */

/* watch_again makes the learner read all once more: lists or calendar changed. */
void watch_again(struct watch *w);

/* watch_quiet ends its work where it is, for an orderly stop. */
void watch_quiet(struct watch *w);

/* watch_end waits for the learner; after it steps do nothing.  watch_free comes when the writer has
 * ended. */
void watch_end(struct watch *w);
void watch_free(struct watch **w);

#endif
