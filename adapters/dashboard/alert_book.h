/*
 * Which alarms have been given: what attention_look finds, made into events
 * that are each told once.  A condition is told when it has held for a while
 * (a blink is no alarm), again when it became worse or still holds after
 * repeat, and once more when it has been gone for a while.
 *
 * Pure but for alert_book_load and _save; not thread-safe.
 */
#ifndef DASHBOARD_ALERT_BOOK_H
#define DASHBOARD_ALERT_BOOK_H

#include "attention.h"

#define ALERTS_MOST 200 /* remembered; beyond them nothing new is told until some are over */

enum alert_what { ALERT_NEW, ALERT_WORSE, ALERT_AGAIN, ALERT_OVER };

struct alert {
	char kind[24], about[40];
	enum attention_level level;
	char title_nl[120], title_en[120];
	int64_t first; /* seen; microseconds, as what follows */
	int64_t last;  /* seen */
	int64_t told;  /* 0: not yet */
};

struct alert_event {
	enum alert_what what;
	struct attention_row row; /* of ALERT_OVER the titles alone */
	int64_t since;
};

struct alert_rules {
	enum attention_level least; /* what is less is not told */
	int64_t settle_us, repeat_us; /* repeat 0: never again */
};

struct alert_book {
	struct alert list[ALERTS_MOST];
	size_t n;
};

/* alert_round takes a look over and gives what is to be told now: at most 2 × ALERTS_MOST events, n is set. */
void alert_round(struct alert_book *b, const struct attention *a, const struct alert_rules *r, int64_t now,
		 struct alert_event *events, size_t *n);

/* alert_book_load reads what _save wrote; a file that is not there or not readable is an empty book. */
void alert_book_load(struct alert_book *b, const char *path);
int alert_book_save(const struct alert_book *b, const char *path);

const char *alert_word(enum alert_what w);

/* alert_text writes events for people in one language ("nl" or "en"); alert_subject a line about them. */
void alert_text(const struct alert_event *events, size_t n, const char *hub, const char *language, struct buf *to);
void alert_subject(const struct alert_event *events, size_t n, const char *hub, const char *language, struct buf *to);

/* alert_payload is the same for a program. */
json_t *alert_payload(const struct alert_event *events, size_t n, const char *hub);

#endif
