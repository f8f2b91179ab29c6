/*
 * Why a connection ended: one table that gives each reason its log id, its
 * counter and its manners.  Lines are limited for each reason, so that a
 * peer which comes back a thousand times cannot fill the log.
 */
#ifndef WIRE_ENDING_H
#define WIRE_ENDING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/edge.h"

enum ending {
	END_CLIENT,  /* the client went away */
	END_BACKEND, /* the ROUTER went away */
	END_STOP,    /* the hub stops */
	END_ASKED,   /* edge_close */
	END_TLS,     /* no TLS, or one that we do not speak */
	END_NO_CERTIFICATE,
	END_AUTHORITY, /* signed by somebody else, or by itself */
	END_EXPIRED,
	END_NOT_YET,
	END_REVOKED,
	END_PURPOSE, /* not a client's certificate */
	END_CRL,     /* our own revocation list is missing or too old */
	END_PARTY,   /* a good certificate of nobody we know */
	END_ZMTP,    /* the opening */
	END_FRAME,   /* a frame after it */
	END_LATE,    /* the opening took too long */
	END_FULL,    /* as many connections as there may be */
	END_PER_PARTY,
	END_RATE,
	END_MEMORY,
	N_ENDINGS
};

/* What the edge counts; written by its thread alone, read by any. */
struct edge_counters {
	_Atomic uint64_t accepted, refused_tls, refused_party, refused_zmtp, refused_limit;
	_Atomic uint64_t cut_frame, open, bytes_in, bytes_out;
};

struct ending_row {
	const char *id, *text;
	int counter; /* offset in struct edge_counters; -1: none */
	bool refused;
	bool flush; /* let the client have what waits for it */
};

extern const struct ending_row endings[N_ENDINGS];

/* ending_of_certificate finds the reason for an error of X509_verify_cert. */
enum ending ending_of_certificate(int x509_error);

/* How many lines of each reason were written lately; zeroed at the start. */
struct ending_log {
	struct {
		int64_t since_ms;
		unsigned lines;
		uint64_t withheld;
	} rows[N_ENDINGS];
	struct edge_refusal recent[EDGE_REFUSALS]; /* a ring */
	size_t n_recent; /* ever */
};

/* ending_recent gives the last refusals, newest first. */
size_t ending_recent(const struct ending_log *log, struct edge_refusal *list, size_t room);

/* ending_note counts an ending and logs it when it is a refusal. */
void ending_note(enum ending why, struct edge_counters *counters, struct ending_log *log,
		 int64_t now_ms, const char *peer, const char *who, const char *detail);

/* ending_flush tells of the lines that were withheld more than a window ago. */
void ending_flush(struct ending_log *log, int64_t now_ms);

#endif
