/*
 * Administrators' questions in SQLite.  Most are statements of one table
 * (statements.c); a search is put together here from what was asked for.
 *
 * A search walks ids downwards from one of several roads, the narrowest that
 * the question opens: the messages of a client or a number (from the register),
 * of an identification, of a rule, of a code, or of a verdict that is rare; what
 * else was asked for is a condition on the row.  Counts by hour bound the ids of
 * a period, so that last year's messages are not looked for among this week's.
 */
#include "store/view.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "store/sqlite_internal.h"

#include "base/banned.h"

#define HOUR_US INT64_C(3600000000)
#define ROWS_USUAL 50
#define ROWS_MOST 1000
#define IDENTIFICATIE_MOST 64

/* ---- what is kept with each message ---- */

static int faults_add(struct store *st, const struct store_message *m, int64_t received, const char *party)
{
	int r = 0;

	for (size_t i = 0; r == 0 && m->verdict != VERDICT_PARKED && i < m->n_faults; i++) {
		const struct store_fault *f = &m->faults[i];

		r = sq_run(st, SQL_FAULT_ADD, "sis", f->rule, m->id, f->retourcode);
		if (r == 0)
			r = sq_run(st, SQL_FAULT_DAY_ADD, "dssssssisi", day_of(received), f->rule, party, m->van, m->naar,
				   m->software, m->type, (int64_t)m->verdict, f->retourcode, m->id);
	}
	return r;
}

static int count_add(struct store *st, const struct store_message *m, int64_t received, const char *party,
		     int64_t size)
{
	return sq_run(st, SQL_COUNT_ADD, "issiii", received / HOUR_US, party, m->type,
			       (int64_t)m->verdict, size, m->id);
}

int sq_view_add(struct store *st, const struct store_message *m)
{
	int r = count_add(st, m, m->received, m->party, m->size);

	return r == 0 ? faults_add(st, m, m->received, m->party) : r;
}

int sq_view_settle(struct store *st, const struct store_message *parked, const struct store_message *m)
{
	int r = sq_run(st, SQL_COUNT_LEAVE, "issii", parked->received / HOUR_US, parked->party,
				parked->type, (int64_t)VERDICT_PARKED, parked->size);

	if (r == 0)
		r = count_add(st, m, parked->received, parked->party, parked->size);
	return r == 0 ? faults_add(st, m, parked->received, parked->party) : r;
}

int view_seen_put(struct store *st, const struct view_seen *s)
{
	return sq_run(st, SQL_SEEN_PUT, "sisis", s->party, s->moment, s->software,
			       s->certificate_until, s->peer);
}

int view_stopped_add(struct store *st, int64_t id, const unsigned char *client)
{
	return sq_run(st, SQL_STOPPED_ADD, "bi", client, (size_t)CLIENT_BYTES, id);
}

int view_setting_put(struct store *st, const struct view_setting *s)
{
	return sq_run(st, SQL_SETTING_PUT, "sssssi", s->kind, s->name, s->value, s->who, s->reason,
			       s->moment);
}

int view_setting_drop(struct store *st, const char *kind, const char *name)
{
	return sq_run(st, SQL_SETTING_DROP, "ss", kind, name);
}

int view_outbox_replay(struct store *st, int64_t id)
{
	int r = sq_run(st, SQL_OUTBOX_REPLAY, "i", id);

	return r == 0 && sqlite3_changes(sq_self(st)->db) == 0 ? -ENOENT : r;
}

/* ---- counts, faults, terms ---- */

/* All rows, whatever each of them says but an error. */
static int read_all(sqlite3_stmt *s, int (*read)(sqlite3_stmt *s, void *to), void *to)
{
	int r = sq_rows(s, read, to);

	return r < 0 ? r : 0;
}

struct counts {
	int (*each)(void *, const struct view_count *);
	void *ctx;
};

static int read_count(sqlite3_stmt *s, void *to)
{
	const struct counts *c = to;
	const struct view_count row = {.hour = sqlite3_column_int64(s, 0),
				       .party = sq_text(s, 1),
				       .type = sq_text(s, 2),
				       .verdict = (enum verdict)sqlite3_column_int(s, 3),
				       .messages = sqlite3_column_int64(s, 4),
				       .bytes = sqlite3_column_int64(s, 5)};

	return c->each(c->ctx, &row);
}

int view_counts(struct store *st, int64_t since, int64_t until,
		int (*each)(void *ctx, const struct view_count *c), void *ctx)
{
	struct counts c = {each, ctx};

	return read_all(sq_start(st, SQL_COUNTS, "ii", since, until), read_count, &c);
}

int view_totals(struct store *st, int (*each)(void *ctx, const struct view_count *c), void *ctx)
{
	return view_counts(st, -1, 0, each, ctx);
}

struct faults {
	int (*each)(void *, const struct view_fault *);
	void *ctx;
};

static int read_fault(sqlite3_stmt *s, void *to)
{
	const struct faults *f = to;
	const struct view_fault row = {.on = sqlite3_column_int(s, 0),
				       .rule = sq_text(s, 1),
				       .retourcode = sq_text(s, 2),
				       .party = sq_text(s, 3),
				       .van = sq_text(s, 4),
				       .naar = sq_text(s, 5),
				       .software = sq_text(s, 6),
				       .type = sq_text(s, 7),
				       .verdict = (enum verdict)sqlite3_column_int(s, 8),
				       .messages = sqlite3_column_int64(s, 9),
				       .last = sqlite3_column_int64(s, 10)};

	return f->each(f->ctx, &row);
}

int view_faults(struct store *st, const struct view_fault_filter *f,
		int (*each)(void *ctx, const struct view_fault *v), void *ctx)
{
	struct faults to = {each, ctx};
	int64_t since = f->since == DAY_NONE ? 0 : f->since;
	int64_t until = f->until == DAY_NONE ? INT32_MAX : f->until;

	return read_all(sq_start(st, SQL_FAULTS, "iisssi", since, until, f->rule, f->software, f->code,
			  (int64_t)f->verdict),
		    read_fault, &to);
}

struct rule_names {
	int (*each)(void *, const char *);
	void *ctx;
};

static int read_rule(sqlite3_stmt *s, void *to)
{
	const struct rule_names *n = to;

	return n->each(n->ctx, sq_text(s, 0));
}

int view_rules(struct store *st, int64_t id, int (*each)(void *ctx, const char *rule), void *ctx)
{
	struct rule_names to = {each, ctx};

	return read_all(sq_start(st, SQL_FAULT_RULES, "i", id), read_rule, &to);
}

struct days_taken {
	int64_t n, at;
	double sum;
};

/* The middle one of an ordered list, or the mean of the middle two. */
static int read_days(sqlite3_stmt *s, void *to)
{
	struct days_taken *d = to;

	if (d->at == (d->n - 1) / 2 || d->at == d->n / 2)
		d->sum += sqlite3_column_double(s, 0);
	d->at++;
	return 0;
}

static int read_one(sqlite3_stmt *s, void *to)
{
	(void)s;
	++*(int64_t *)to;
	return 0;
}

static int read_terms(sqlite3_stmt *s, void *to)
{
	struct view_terms *t = to;

	t->met = sqlite3_column_int64(s, 0);
	t->late = sqlite3_column_int64(s, 1);
	t->open = sqlite3_column_int64(s, 2);
	t->overdue = sqlite3_column_int64(s, 3);
	return 0;
}

int view_terms(struct store *st, const char *debiteur, day since, day until, struct view_terms *ret)
{
	struct days_taken d = {0};
	int64_t from = since, to = until;
	int r = read_all(sq_start(st, SQL_TERMS, "cii", debiteur, from, to), read_terms, ret);

	if (r == 0)
		r = read_all(sq_start(st, SQL_TERMS_DAYS, "cii", debiteur, from, to), read_one, &d.n);
	if (r == 0)
		r = read_all(sq_start(st, SQL_TERMS_DAYS, "cii", debiteur, from, to), read_days, &d);
	ret->median_days = d.n == 0 ? (double)NAN : d.n % 2 != 0 ? d.sum : d.sum / 2;
	return r;
}

struct seen_to {
	int (*each)(void *, const struct view_seen *);
	void *ctx;
};

static int read_seen(sqlite3_stmt *s, void *to)
{
	const struct seen_to *v = to;
	const struct view_seen row = {.party = sq_text(s, 0),
				      .moment = sqlite3_column_int64(s, 1),
				      .software = sq_text(s, 2),
				      .certificate_until = sqlite3_column_int64(s, 3),
				      .peer = sq_text(s, 4)};

	return v->each(v->ctx, &row);
}

int view_seen(struct store *st, int (*each)(void *ctx, const struct view_seen *s), void *ctx)
{
	struct seen_to to = {each, ctx};

	return read_all(sq_start(st, SQL_SEEN, ""), read_seen, &to);
}

struct settings_to {
	int (*each)(void *, const struct view_setting *);
	void *ctx;
};

static int read_setting(sqlite3_stmt *s, void *to)
{
	const struct settings_to *v = to;
	const struct view_setting row = {.kind = sq_text(s, 0),
					 .name = sq_text(s, 1),
					 .value = sq_text(s, 2),
					 .who = sq_text(s, 3),
					 .reason = sq_text(s, 4),
					 .moment = sqlite3_column_int64(s, 5)};

	return v->each(v->ctx, &row);
}

int view_settings(struct store *st, int (*each)(void *ctx, const struct view_setting *s), void *ctx)
{
	struct settings_to to = {each, ctx};

	return read_all(sq_start(st, SQL_SETTINGS, ""), read_setting, &to);
}

struct related_to {
	int (*each)(void *, enum view_relation, const struct store_message *);
	void *ctx;
};

static int read_related(sqlite3_stmt *s, void *to)
{
	const struct related_to *v = to;
	struct store_message m;

	sq_read_message(s, &m);
	return v->each(v->ctx, (enum view_relation)sqlite3_column_int(s, MESSAGE_COLUMNS), &m);
}

int view_related(struct store *st, int64_t id, unsigned most,
		 int (*each)(void *ctx, enum view_relation r, const struct store_message *m), void *ctx)
{
	struct related_to to = {each, ctx};

	return read_all(sq_start(st, SQL_RELATED, "ii", id, (int64_t)most), read_related, &to);
}

int view_sizes(struct store *st, struct view_sizes *ret)
{
	const char *path = sqlite3_db_filename(sq_self(st)->db, "main");
	struct statvfs disk;
	struct stat file;

	*ret = (struct view_sizes){0};
	if (path == NULL || stat(path, &file) < 0 || statvfs(path, &disk) < 0)
		return path == NULL ? -EINVAL : -errno;
	ret->bytes = file.st_size;
	ret->free_bytes = (int64_t)(disk.f_bavail * disk.f_frsize);
	path = sqlite3_filename_wal(path);
	if (path != NULL && stat(path, &file) == 0)
		ret->wal_bytes = file.st_size;
	return 0;
}

/* ---- the search ---- */

/* Parameters by name, so that a road and its conditions may name them in any order. */
#define WHERE                                                                                  \
	"WHERE m.id < :before AND m.id BETWEEN :first AND :last AND m.received >= :since "     \
	"AND m.received < :until "
#define OF_NUMMER                                                                              \
	"WITH RECURSIVE g (gemeente) AS (SELECT min(gemeente) FROM toewijzing WHERE herroepen = 0 "   \
	"UNION ALL SELECT (SELECT min(gemeente) FROM toewijzing WHERE herroepen = 0 AND gemeente > g.gemeente) " \
	"FROM g WHERE g.gemeente IS NOT NULL), "                                               \
	"h (gemeente) AS (SELECT min(gemeente) FROM prestatie "                                \
	"UNION ALL SELECT (SELECT min(gemeente) FROM prestatie WHERE gemeente > h.gemeente) "  \
	"FROM h WHERE h.gemeente IS NOT NULL), "                                               \
	"road (id) AS (SELECT t.id >> 20 FROM g CROSS JOIN toewijzing t ON t.gemeente = g.gemeente " \
	"AND t.nummer = :nummer AND t.herroepen = 0 "                                          \
	"UNION SELECT l.id >> 20 FROM g CROSS JOIN toewijzing t ON t.gemeente = g.gemeente "   \
	"AND t.nummer = :nummer AND t.herroepen = 0 CROSS JOIN levering l ON l.dossier = t.dossier " \
	"AND l.verwijderd_door = 0 AND l.herroepen = 0 AND l.nummer = :nummer "                \
	"UNION SELECT p.id >> 20 FROM h CROSS JOIN prestatie p ON p.gemeente = h.gemeente AND p.nummer = :nummer) "
#define OF_CLIENT                                                                              \
	"WITH d (id, gemeente) AS MATERIALIZED (SELECT id, gemeente FROM dossier WHERE client = :client), " \
	"road (id) AS (SELECT l.id >> 20 FROM d CROSS JOIN levering l ON l.dossier = d.id AND "  \
	"l.verwijderd_door = 0 AND l.herroepen = 0 "                                           \
	"UNION SELECT l.id >> 20 FROM d CROSS JOIN levering l ON l.dossier = d.id AND "        \
	"(l.verwijderd_door <> 0 OR l.herroepen <> 0) "                                        \
	"UNION SELECT t.id >> 20 FROM d CROSS JOIN nummer n ON n.dossier = d.id CROSS JOIN toewijzing t ON " \
	"t.gemeente = d.gemeente AND t.nummer = n.nummer AND t.herroepen = 0 AND t.dossier = d.id " \
	"UNION SELECT t.id >> 20 FROM d CROSS JOIN toewijzing t ON t.dossier = d.id AND t.herroepen <> 0 " \
	"UNION SELECT v.id >> 20 FROM d CROSS JOIN verzoek v ON v.dossier = d.id AND v.herroepen = 0 " \
	"UNION SELECT p.id >> 20 FROM d CROSS JOIN nummer n ON n.dossier = d.id CROSS JOIN prestatie p ON " \
	"p.gemeente = d.gemeente AND p.nummer = n.nummer AND p.dossier = d.id "                \
	"UNION SELECT message FROM stopped_client WHERE client = :client) "
/* One of van under each type, without reading all: the key begins with van. */
#define OF_IDENTIFICATIE                                                                       \
	"WITH RECURSIVE v (van) AS (SELECT min(van) FROM message WHERE verdict <> 3 AND identificatie <> '' " \
	"UNION ALL SELECT (SELECT min(van) FROM message WHERE van > v.van AND verdict <> 3 AND "  \
	"identificatie <> '') FROM v WHERE v.van IS NOT NULL), "                               \
	"y (type) AS (SELECT DISTINCT type FROM count_hour WHERE hour = -1), "                  \
	"road (id) AS (SELECT k.id FROM v CROSS JOIN y CROSS JOIN message k ON k.van = v.van AND "  \
	"k.type = y.type AND k.verdict <> 3 AND k.identificatie <> '' AND "                    \
	"k.identificatie >= :ident AND k.identificatie <= :ident_end "                         \
	"UNION SELECT r.id FROM message r WHERE r.verdict = 3 AND r.identificatie <> '' AND "  \
	"r.identificatie >= :ident AND r.identificatie <= :ident_end) "

static void add_conditions(const struct view_search *s, struct buf *q)
{
	static const struct {
		size_t at;
		const char *sql;
	} texts[] = {
		{offsetof(struct view_search, van), "AND m.van = :van "},
		{offsetof(struct view_search, naar), "AND m.naar = :naar "},
		{offsetof(struct view_search, type), "AND m.type = :type "},
		{offsetof(struct view_search, party), "AND (m.party = :party OR m.van = :party OR m.naar = :party) "},
		{offsetof(struct view_search, identificatie),
		 "AND m.identificatie >= :ident AND m.identificatie <= :ident_end "},
		{offsetof(struct view_search, rule),
		 "AND EXISTS (SELECT 1 FROM fault f WHERE f.rule = :rule AND f.message = m.id) "},
		{offsetof(struct view_search, code),
		 "AND (m.code = :code OR EXISTS (SELECT 1 FROM fault f WHERE f.retourcode = :code AND f.message = m.id)) "},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *value;

		memcpy(&value, (const char *)s + texts[i].at, sizeof value);
		if (value != NULL && value[0] != '\0')
			buf_adds(q, texts[i].sql);
	}
	if (s->verdict != 0)
		buf_adds(q, "AND m.verdict = :verdict ");
	if (s->undelivered)
		buf_adds(q, "AND m.verdict = 1 AND m.confirmed IS NULL ");
	if (s->given_up)
		buf_adds(q, "AND EXISTS (SELECT 1 FROM outbox o WHERE o.id = m.id AND o.state = 2) ");
	for (size_t i = 0; i < s->n_codes; i++)
		buf_addf(q, "%sm.van = :c%zu OR m.naar = :c%zu", i == 0 ? "AND (" : " OR ", i, i);
	if (s->n_codes > 0)
		buf_adds(q, ") ");
}


static bool given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* From a road that lists ids: all of them, then sorted. */
static void from_list(const struct view_search *s, const char *road, struct buf *q)
{
	buf_adds(q, road);
	buf_adds(q, "SELECT " MESSAGE "FROM road CROSS JOIN message m ON m.id = road.id " WHERE);
	add_conditions(s, q);
	buf_adds(q, "ORDER BY m.id DESC LIMIT :limit");
}

/* A table or index that is walked downwards by id, and what picks its entries. */
struct road {
	const char *from, *id, *pick;
};

/* One branch of a search; each gives no more than was asked for. */
static void add_branch(const struct view_search *s, const struct road *r, const char *pick, struct buf *q)
{
	buf_adds(q, q->len > 0 ? "UNION " : "WITH road (id) AS (");
	buf_addf(q, "SELECT * FROM (SELECT m.id FROM %s " WHERE "AND %s < :before AND %s ", r->from, r->id, pick);
	add_conditions(s, q);
	buf_addf(q, "ORDER BY %s DESC LIMIT :limit) ", r->id);
}

static void end_branches(struct buf *q)
{
	buf_adds(q, ") SELECT " MESSAGE
		    "FROM road CROSS JOIN message m ON m.id = road.id ORDER BY m.id DESC LIMIT :limit");
}

static const struct road road_van = {"message m INDEXED BY message_van", "m.id", "m.van = :van"};
static const struct road road_naar = {"message m INDEXED BY message_naar", "m.id", "m.naar = :naar"};

/* What was sent and what was received by each of the codes that may be seen. */
static void own_branches(const struct view_search *s, struct buf *q)
{
	char pick[40];

	for (size_t i = 0; i < s->n_codes; i++) {
		(void)snprintf(pick, sizeof pick, "m.van = :c%zu", i);
		add_branch(s, &road_van, pick, q);
		(void)snprintf(pick, sizeof pick, "m.naar = :c%zu", i);
		add_branch(s, &road_naar, pick, q);
	}
}

static bool is_code(const char *text)
{
	return given(text) && strspn(text, "0123456789") == strlen(text);
}

/* The narrowest road that the question opens. */
static void build(const struct view_search *s, struct buf *q)
{
	static const struct road waiting = {"outbox w CROSS JOIN message m ON m.id = w.id", "w.id", "1"};
	static const struct road rule = {"fault w CROSS JOIN message m ON m.id = w.message", "w.message",
					 "w.rule = :rule"};
	static const struct road refusal = {"message m INDEXED BY message_code", "m.id", "m.code = :code"};
	static const struct road retour = {"fault w INDEXED BY fault_retourcode CROSS JOIN message m ON m.id = w.message",
					   "w.message", "w.retourcode = :code AND w.retourcode <> ''"};
	static const struct road verdict = {"message m INDEXED BY message_verdict", "m.id", "m.verdict <> 1"};
	static const struct road type = {"message m INDEXED BY message_type", "m.id", "m.type = :type"};
	static const struct road all = {"message m", "m.id", "1"};

	if (s->client != NULL) {
		from_list(s, OF_CLIENT, q);
		return;
	}
	if (s->nummer != 0 || given(s->identificatie)) {
		from_list(s, s->nummer != 0 ? OF_NUMMER : OF_IDENTIFICATIE, q);
		return;
	}
	if (s->undelivered || s->given_up) {
		add_branch(s, &waiting, waiting.pick, q);
	} else if (given(s->rule)) {
		add_branch(s, &rule, rule.pick, q);
	} else if (given(s->code)) {
		add_branch(s, &refusal, refusal.pick, q);
		add_branch(s, &retour, retour.pick, q);
	} else if (s->verdict > VERDICT_ACCEPTED) {
		add_branch(s, &verdict, verdict.pick, q);
	} else if (given(s->van)) {
		add_branch(s, &road_van, road_van.pick, q);
	} else if (given(s->naar)) {
		add_branch(s, &road_naar, road_naar.pick, q);
	} else if (is_code(s->party)) {
		add_branch(s, &road_van, "m.van = :party", q);
		add_branch(s, &road_naar, "m.naar = :party", q);
	} else if (s->n_codes > 0) {
		own_branches(s, q);
	} else if (given(s->type)) {
		add_branch(s, &type, type.pick, q);
	} else {
		add_branch(s, &all, all.pick, q);
	}
	end_branches(q);
}

/* The ids between which the messages of a period lie. */
static int period_bounds(struct store *st, const struct view_search *s, int64_t *first, int64_t *last)
{
	sqlite3_stmt *q;
	int rc;

	*first = 0;
	*last = INT64_MAX;
	if (s->since == 0 && s->until == 0)
		return 0;
	q = sq_start(st, SQL_COUNT_BOUNDS, "iis", s->since / HOUR_US,
		  s->until > 0 ? s->until / HOUR_US : INT64_MAX, is_code(s->party) ? "" : s->party);
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW) {
		*first = sqlite3_column_int64(q, 0); /* NULL, nothing there: 0 and 0 */
		*last = sqlite3_column_int64(q, 1);
	}
	(void)sqlite3_reset(q);
	return sq_error(rc);
}

static void give_number(sqlite3_stmt *q, const char *name, int64_t value)
{
	int i = sqlite3_bind_parameter_index(q, name);

	if (i > 0)
		(void)sqlite3_bind_int64(q, i, value);
}

static void give_text(sqlite3_stmt *q, const char *name, const char *value)
{
	int i = sqlite3_bind_parameter_index(q, name);

	if (i > 0)
		(void)sqlite3_bind_text(q, i, value, -1, SQLITE_TRANSIENT);
}

/* "ABC*" is all that begins with ABC; no text sorts behind it with a U+10FFFF. */
static void give_identificatie(sqlite3_stmt *q, const char *text)
{
	char begin[IDENTIFICATIE_MOST + 8];
	size_t n;

	if (!given(text))
		return;
	(void)snprintf(begin, IDENTIFICATIE_MOST, "%s", text);
	n = strlen(begin);
	if (begin[n - 1] == '*') {
		begin[n - 1] = '\0';
		give_text(q, ":ident", begin);
		(void)snprintf(begin + n - 1, 5, "\xf4\x8f\xbf\xbf");
	} else {
		give_text(q, ":ident", begin);
	}
	give_text(q, ":ident_end", begin);
}

static void give_all(sqlite3_stmt *q, const struct view_search *s, int64_t first, int64_t last)
{
	char name[24];
	int client = sqlite3_bind_parameter_index(q, ":client");

	give_number(q, ":before", s->before > 0 ? s->before : INT64_MAX);
	give_number(q, ":first", first);
	give_number(q, ":last", last);
	give_number(q, ":since", s->since);
	give_number(q, ":until", s->until > 0 ? s->until : INT64_MAX);
	give_number(q, ":limit", s->limit == 0 ? ROWS_USUAL : s->limit > ROWS_MOST ? ROWS_MOST : s->limit);
	give_number(q, ":verdict", (int64_t)s->verdict);
	give_number(q, ":nummer", s->nummer);
	give_text(q, ":party", s->party);
	give_text(q, ":van", s->van);
	give_text(q, ":naar", s->naar);
	give_text(q, ":type", s->type);
	give_text(q, ":rule", s->rule);
	give_text(q, ":code", s->code);
	give_identificatie(q, s->identificatie);
	if (client > 0)
		(void)sqlite3_bind_blob(q, client, s->client, CLIENT_BYTES, SQLITE_TRANSIENT);
	for (size_t i = 0; i < s->n_codes; i++) {
		(void)snprintf(name, sizeof name, ":c%zu", i);
		give_text(q, name, s->codes[i]);
	}
}

int view_search(struct store *st, const struct view_search *s,
		int (*each)(void *ctx, const struct store_message *m), void *ctx)
{
	struct buf text = BUF_INIT;
	sqlite3_stmt *q = NULL;
	int64_t first, last;
	int r;

	if (s->n_codes > VIEW_CODES)
		return -E2BIG;
	r = period_bounds(st, s, &first, &last);
	build(s, &text);
	if (r == 0 && text.failed)
		r = -ENOMEM;
	if (r == 0)
		r = sq_error(sqlite3_prepare_v2(sq_self(st)->db, buf_str(&text), -1, &q, NULL));
	if (r == 0) {
		give_all(q, s, first, last);
		r = sq_each_message(q, each, ctx);
	}
	(void)sqlite3_finalize(q); /* repeats the error of the step */
	buf_free(&text);
	return r < 0 ? r : 0;
}
