/*
 * IJW/1: what a party and the hub say to each other (docs/protocol.md).
 * Shared by the hub and the client library; knows frames, no sockets.
 *
 * Every message is a list of frames: "IJW1", a verb, and the verb's fields.
 * A DEALER sends exactly these frames, no empty delimiter before them.
 */
#ifndef WIRE_PROTOCOL_H
#define WIRE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/verdict.h"

#define IJW_MARK "IJW1"
#define IJW_VERSION 1

#define IJW_MAX_MESSAGE (25u * 1024 * 1024) /* OP179: 25 MB */
#define IJW_MAX_FRAME (32u * 1024 * 1024)   /* larger than a message, so that 26 MB gets an answer */
#define IJW_MAX_FRAMES 6                    /* the mark, the verb and at most four fields */
#define IJW_MAX_REFERENCE 64
#define IJW_MAX_SOFTWARE 64
#define IJW_MAX_REASON 256
#define IJW_MAX_CODE 8   /* 4 digits: gemeentecode, 8 digits: AGB code */
#define IJW_MAX_ID 20    /* hub ids are decimal numbers */
#define IJW_MAX_CREDIT 1000

/* What one message costs of a connection's byte credit, for edge and router alike. */
#define IJW_COST(payload) ((size_t)(payload) + 1024)

/* In the order in which they occur on the wire. */
enum verb {
	VERB_HELLO,   /* party: software, versions */
	VERB_WELCOME, /* hub:   hub, limits (JSON), codes (JSON) */
	VERB_SEND,    /* party: reference, message */
	VERB_RECEIPT, /* hub:   reference, verdict, hub id, report (JSON) */
	VERB_READY,   /* party: code, credit */
	VERB_DELIVER, /* hub:   delivery id, meta (JSON), message */
	VERB_DONE,    /* party: delivery id */
	VERB_FAIL,    /* party: delivery id, reason */
	VERB_NOTICE,  /* hub:   notice (JSON) */
	VERB_ERROR,   /* hub:   code, text */
	N_VERBS,
	VERB_UNKNOWN = N_VERBS
};

struct verb_row {
	const char *name;
	unsigned fields;  /* exactly so many after the verb */
	bool from_party;  /* false: only the hub says it */
};

extern const struct verb_row verbs[N_VERBS];

/* One frame's bytes, borrowed from whoever owns the message. */
struct frame {
	const void *data;
	size_t size;
};

/* verb_parse finds the verb of a frame; VERB_UNKNOWN when there is none. */
enum verb verb_parse(struct frame f);

/*
 * protocol_read looks at a whole message: mark, verb, number of fields.  On
 * success 0 and the verb; fields start at frames[2].  Otherwise -1, and
 * *error is the protocol error to answer with.
 */
int protocol_read(const struct frame *frames, size_t n, enum verb *ret, const char **error);

/*
 * frame_text copies a field into room bytes with a NUL.  -1 when it is empty,
 * does not fit, or is not printable ASCII.
 */
int frame_text(struct frame f, char *text, size_t room);

/* frame_number reads a decimal number of 1 to most; -1 otherwise. */
int frame_number(struct frame f, uint64_t most, uint64_t *ret);

/* verdict_name is the word on the wire ("accepted"); verdict_parse its inverse, 0 when unknown. */
const char *verdict_name(enum verdict v);
enum verdict verdict_parse(struct frame f);

/* Codes of VERB_ERROR. */
#define IJW_ERR_MARK "bad-mark"
#define IJW_ERR_VERB "unknown-verb"
#define IJW_ERR_FIELDS "wrong-fields"
#define IJW_ERR_HELLO "hello-first"
#define IJW_ERR_VERSION "no-common-version"
#define IJW_ERR_CODE "code-not-yours"
#define IJW_ERR_DELIVERY "unknown-delivery"
#define IJW_ERR_BUSY "stopping"

#endif
