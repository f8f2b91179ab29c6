/*
 * One message told: where it stands, what happened to it and when, what hangs
 * together with it, what was wrong with it, and a paragraph that a clerk can
 * read out on the phone.
 */
#ifndef DASHBOARD_STORY_H
#define DASHBOARD_STORY_H

#include <jansson.h>

#include "reference.h"
#include "scope.h"
#include "store/store.h"

struct story {
	const struct reference *ref;
	struct scope scope; /* messages beyond it are not named */
	struct store *store;
	struct store_message message;
};

/* story_make gives the contract's message, without the excerpts; 0 or a negative errno. */
int story_make(const struct story *s, json_t **ret);

/*
 * story_paragraph writes the paragraph from a message (and its outbox row,
 * state OUTBOX_NONE when there is none), in Dutch or English.  findings are those of the message.
 */
void story_paragraph(const struct reference *ref, const struct store_message *m,
		     const struct store_outbox *b, const json_t *findings, bool dutch,
		     struct buf *to);

#endif
