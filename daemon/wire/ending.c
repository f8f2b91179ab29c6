#include "wire/ending.h"

#include <stddef.h>
#include <stdio.h>

#include <openssl/x509_vfy.h>

#include "base/date.h"
#include "base/log.h"

#include "base/banned.h"

#define WINDOW_MS 10000
#define LINES 10 /* of one reason in one window */

#define C(member) ((int)offsetof(struct edge_counters, member))

/* clang-format off */
const struct ending_row endings[N_ENDINGS] = {
	/*                      log id                     text                                counter           refused flush */
	[END_CLIENT]         = {"EDGE-CLOSED",             "client closed",                    -1,               false,  false},
	[END_BACKEND]        = {"EDGE-CUT-ROUTER",         "router closed",                    -1,               true,   true},
	[END_STOP]           = {"EDGE-CLOSED",             "hub stops",                        -1,               false,  true},
	[END_ASKED]          = {"EDGE-CLOSED",             "closed by the hub",                -1,               false,  true},
	[END_TLS]            = {"EDGE-REFUSED-TLS",        "TLS handshake failed",             C(refused_tls),   true,   false},
	[END_NO_CERTIFICATE] = {"EDGE-REFUSED-NO-CERT",    "no client certificate",            C(refused_tls),   true,   false},
	[END_AUTHORITY]      = {"EDGE-REFUSED-CA",         "certificate of an unknown authority", C(refused_tls), true,  false},
	[END_EXPIRED]        = {"EDGE-REFUSED-EXPIRED",    "certificate has expired",          C(refused_tls),   true,   false},
	[END_NOT_YET]        = {"EDGE-REFUSED-NOT-YET",    "certificate is not valid yet",     C(refused_tls),   true,   false},
	[END_REVOKED]        = {"EDGE-REFUSED-REVOKED",    "certificate is revoked",           C(refused_tls),   true,   false},
	[END_PURPOSE]        = {"EDGE-REFUSED-PURPOSE",    "certificate is not for a client",  C(refused_tls),   true,   false},
	[END_CRL]            = {"EDGE-REFUSED-CRL",        "our revocation list is missing or has expired", C(refused_tls), true, false},
	[END_PARTY]          = {"EDGE-REFUSED-PARTY",      "certificate of no known party",    C(refused_party), true,   false},
	[END_ZMTP]           = {"EDGE-REFUSED-ZMTP",       "bad ZMTP opening",                 C(refused_zmtp),  true,   false},
	[END_FRAME]          = {"EDGE-CUT-FRAME",          "bad ZMTP frame",                   C(cut_frame),     true,   false},
	[END_LATE]           = {"EDGE-REFUSED-LATE",       "opening took too long",            C(refused_limit), true,   false},
	[END_FULL]           = {"EDGE-REFUSED-FULL",       "too many connections",             C(refused_limit), true,   false},
	[END_PER_PARTY]      = {"EDGE-REFUSED-PER-PARTY",  "too many connections of this party", C(refused_limit), true, false},
	[END_RATE]           = {"EDGE-REFUSED-RATE",       "connects too often",               C(refused_limit), true,   false},
	[END_MEMORY]         = {"EDGE-CUT-MEMORY",         "out of memory",                    C(refused_limit), true,   false},
};

static const struct {
	int error;
	enum ending why;
} certificate_errors[] = {
	{X509_V_ERR_CERT_HAS_EXPIRED,           END_EXPIRED},
	{X509_V_ERR_CERT_NOT_YET_VALID,         END_NOT_YET},
	{X509_V_ERR_CERT_REVOKED,               END_REVOKED},
	{X509_V_ERR_INVALID_PURPOSE,            END_PURPOSE},
	{X509_V_ERR_CRL_HAS_EXPIRED,            END_CRL},
	{X509_V_ERR_CRL_NOT_YET_VALID,          END_CRL},
	{X509_V_ERR_UNABLE_TO_GET_CRL,          END_CRL},
	{X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER,   END_CRL},
	{X509_V_ERR_CRL_SIGNATURE_FAILURE,      END_CRL},
	{X509_V_ERR_OUT_OF_MEM,                 END_MEMORY},
};
/* clang-format on */

enum ending ending_of_certificate(int x509_error)
{
	for (size_t i = 0; i < sizeof certificate_errors / sizeof *certificate_errors; i++)
		if (certificate_errors[i].error == x509_error)
			return certificate_errors[i].why;
	return END_AUTHORITY;
}

static void tell_withheld(struct ending_log *log, int why)
{
	if (log->rows[why].withheld > 0)
		log_warn(endings[why].id, "and %llu more in %d seconds (%s)",
			 (unsigned long long)log->rows[why].withheld, WINDOW_MS / 1000,
			 endings[why].text);
	log->rows[why].withheld = 0;
	log->rows[why].lines = 0;
}

void ending_flush(struct ending_log *log, int64_t now_ms)
{
	for (int i = 0; i < N_ENDINGS; i++)
		if (now_ms - log->rows[i].since_ms >= WINDOW_MS)
			tell_withheld(log, i);
}

static void note_recent(struct ending_log *log, const struct ending_row *row, const char *peer, const char *who)
{
	struct edge_refusal *r = &log->recent[log->n_recent++ % EDGE_REFUSALS];

	*r = (struct edge_refusal){.moment = clock_us(), .id = row->id, .text = row->text};
	(void)snprintf(r->peer, sizeof r->peer, "%s", peer); /* may shorten, as the next */
	(void)snprintf(r->who, sizeof r->who, "%s", who);
}

size_t ending_recent(const struct ending_log *log, struct edge_refusal *list, size_t room)
{
	size_t n = log->n_recent < EDGE_REFUSALS ? log->n_recent : EDGE_REFUSALS;

	if (n > room)
		n = room;
	for (size_t i = 0; i < n; i++)
		list[i] = log->recent[(log->n_recent - 1 - i) % EDGE_REFUSALS];
	return n;
}

void ending_note(enum ending why, struct edge_counters *counters, struct ending_log *log,
		 int64_t now_ms, const char *peer, const char *who, const char *detail)
{
	const struct ending_row *row = &endings[why];

	if (row->counter >= 0)
		atomic_fetch_add((_Atomic uint64_t *)(void *)((char *)counters + row->counter), 1);
	if (!row->refused) {
		log_debug(row->id, "%s (%s): %s", peer, who, detail != NULL ? detail : row->text);
		return;
	}
	note_recent(log, row, peer, who);
	if (now_ms - log->rows[why].since_ms >= WINDOW_MS) {
		tell_withheld(log, why);
		log->rows[why].since_ms = now_ms;
	}
	if (log->rows[why].lines++ >= LINES)
		log->rows[why].withheld++;
	else
		log_warn(row->id, "%s (%s): %s%s%s", peer, who, row->text,
			 detail != NULL ? ": " : "", detail != NULL ? detail : "");
}
