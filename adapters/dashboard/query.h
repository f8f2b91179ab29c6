/*
 * What stands behind the ? of a request, read by typed readers and checked
 * once at the end: a value that is not right leaves the preset and a mark.
 */
#ifndef DASHBOARD_QUERY_H
#define DASHBOARD_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/date.h"
#include "store/register.h"

#define QUERY_TEXT_MOST 200

struct query {
	const char *(*get)(void *ctx, const char *name); /* NULL: not given */
	void *ctx;
	const char *wrong; /* the first name whose value is not right, or NULL */
};

/* query_text gives the text, "" when absent; control characters and great length are wrong. */
const char *query_text(struct query *q, const char *name);

/* query_code reads 4 or 8 digits; "" when absent. */
const char *query_code(struct query *q, const char *name);

/* query_party reads a code or the id of a party. */
const char *query_party(struct query *q, const char *name);

/* query_day reads yyyy-mm-dd. */
day query_day(struct query *q, const char *name, day preset);

/* query_moment reads a moment, or a day, of which until takes the end; 0 when absent. */
int64_t query_moment(struct query *q, const char *name, bool until);

int64_t query_number(struct query *q, const char *name, int64_t preset, int64_t least,
		     int64_t most);

/* query_word gives the place of the value among the words (ended by NULL). */
int query_word(struct query *q, const char *name, const char *const *words, int preset);

/* query_client reads a pseudonym in hexadecimal; false when absent (or wrong). */
bool query_client(struct query *q, const char *name, unsigned char ret[CLIENT_BYTES]);

/* client_text writes a pseudonym in hexadecimal. */
void client_text(const unsigned char client[CLIENT_BYTES], char ret[2 * CLIENT_BYTES + 1]);

/* client_parse reads it back. */
bool client_parse(const char *text, unsigned char ret[CLIENT_BYTES]);

#endif
