/* The register in SQLite: what concerns all its tables.  Recalling a message, clearing, the digest. */
#include "store/register.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/register_internal.h"

#include "base/banned.h"

int reg_herroep(struct store *st, int64_t bericht)
{
	int r = 0;

	for (int i = REG_HERROEP_EERSTE; r == 0 && i <= REG_HERROEP_LAATSTE; i++)
		r = reg_run(st, (enum register_statement)i, "i", bericht);
	return r;
}

int reg_clear(struct store *st)
{
	int r = 0;

	for (int i = REG_CLEAR_EERSTE; r == 0 && i <= REG_CLEAR_LAATSTE; i++)
		r = reg_run(st, (enum register_statement)i, "");
	return r;
}

/*
 * The digest is SHA-256 over the rows of each table, as text.  Rows come by
 * message; those of one message are gathered and put in order by what they
 * say, for their ids tell only the order in which they were written.
 */
struct digest {
	EVP_MD_CTX *sha;
	struct buf rows; /* of one message, each ended by a NUL */
	const char **list;
	size_t n, room;
};

static void add_column(struct buf *b, sqlite3_stmt *s, int i)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *bytes;
	int n;

	switch (sqlite3_column_type(s, i)) {
	case SQLITE_NULL:
		buf_adds(b, "-");
		break;
	case SQLITE_INTEGER:
		buf_addf(b, "%lld", (long long)sqlite3_column_int64(s, i));
		break;
	case SQLITE_TEXT:
		buf_addf(b, "'%s'", sq_text(s, i));
		break;
	default:
		bytes = sqlite3_column_blob(s, i);
		n = sqlite3_column_bytes(s, i);
		for (int k = 0; k < n; k++) {
			buf_add(b, &hex[bytes[k] >> 4], 1);
			buf_add(b, &hex[bytes[k] & 15], 1);
		}
	}
	buf_adds(b, "\t");
}

static int by_content(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Room for the places of n rows. */
static int make_list(struct digest *d)
{
	const char **list;

	if (d->n <= d->room)
		return 0;
	list = realloc(d->list, 2 * d->n * sizeof *list);
	if (list == NULL)
		return -ENOMEM;
	d->list = list;
	d->room = 2 * d->n;
	return 0;
}

static int flush(struct digest *d)
{
	const char *p = d->rows.data;
	int r = d->rows.failed ? -ENOMEM : make_list(d);

	for (size_t i = 0; r == 0 && i < d->n; i++, p += strlen(p) + 1)
		d->list[i] = p;
	if (r == 0 && d->n > 1)
		qsort(d->list, d->n, sizeof *d->list, by_content);
	for (size_t i = 0; r == 0 && i < d->n; i++)
		if (EVP_DigestUpdate(d->sha, d->list[i], strlen(d->list[i]) + 1) != 1)
			r = -EIO;
	buf_clear(&d->rows);
	d->n = 0;
	return r;
}

static int digest_table(struct store *st, struct digest *d, enum register_statement which)
{
	struct row row = {.s = reg_start(st, which, "")};
	int64_t last = 0;
	int r = 0;

	while (reg_next(&row, &r)) {
		int64_t message = row_number(&row, 0);

		if (d->n > 0 && (message != last || message == ABSENT)) /* ABSENT: in order as they come */
			r = flush(d);
		last = message;
		for (int i = 0; i < sqlite3_column_count(row.s); i++)
			add_column(&d->rows, row.s, i);
		buf_add(&d->rows, "", 1);
		d->n++;
	}
	if (r == 0 && d->n > 0)
		r = flush(d);
	if (r == 0 && EVP_DigestUpdate(d->sha, "\n", 1) != 1) /* where a table ends counts too */
		r = -EIO;
	return reg_end(&row, r);
}

int reg_digest(struct store *st, unsigned char ret[32])
{
	struct digest d = {.sha = EVP_MD_CTX_new()};
	int r = d.sha == NULL || EVP_DigestInit_ex(d.sha, EVP_sha256(), NULL) != 1 ? -ENOMEM : 0;

	for (int i = REG_DIGEST_EERSTE; r == 0 && i <= REG_DIGEST_LAATSTE; i++)
		r = digest_table(st, &d, (enum register_statement)i);
	if (r == 0 && EVP_DigestFinal_ex(d.sha, ret, NULL) != 1)
		r = -EIO;
	EVP_MD_CTX_free(d.sha);
	buf_free(&d.rows);
	free(d.list);
	return r;
}
