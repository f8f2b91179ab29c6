/*
 * What operators may set while the hub runs, as the rows that the store keeps
 * (kind, name, value):
 *
 *   maintenance  ""         text for the parties   messages are taken in and held, not judged
 *   freeze       standard   "from until"           … of one standard, on days from..until-1
 *   hold         code       ""                     nothing is delivered to this code
 *
 * Pure; not thread-safe.
 */
#ifndef CARE_STEERING_H
#define CARE_STEERING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "care/rulebook.h"

#define STEER_MAINTENANCE "maintenance"
#define STEER_FREEZE "freeze"
#define STEER_HOLD "hold"

#define STEERING_TEXT 512   /* bytes of a maintenance text, with its NUL */
#define STEERING_ROWS 64    /* freezes, and holds */
#define STEERING_OPEN 2932896 /* 9999-12-31: until somebody ends it */

struct steering {
	bool maintenance;
	char text[STEERING_TEXT]; /* "" when there is none */
	struct freeze freezes[STEERING_ROWS];
	size_t n_freezes;
	char holds[STEERING_ROWS][16];
	size_t n_holds;
};

/* steering_add takes a row over; rows beyond the room and unknown kinds are passed over. */
void steering_add(struct steering *s, const char *kind, const char *name, const char *value);

/*
 * steering_check tells whether a row may be set: 0, or -EINVAL with one line
 * for an operator in why (what is wrong, what is expected).  Releases known to
 * rules (NULL: any) bound the name of a freeze.
 */
int steering_check(const struct steering *s, const struct rulebook *rules, const char *kind, const char *name,
		   const char *value, struct buf *why);

/* steering_held tells whether deliveries to a code are held. */
bool steering_held(const struct steering *s, const char *code);

/*
 * steering_release is rulebook_release with what operators set on top:
 * STEERING_OPEN during maintenance.
 */
day steering_release(const struct steering *s, const struct rulebook *rules, const struct standard *standard, day op);

#endif
