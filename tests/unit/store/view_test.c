/* Searches give what reading everything would give; counts and faults agree with the messages. */
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/view.h"

#include "../../lib/unit.h"

#define MESSAGES 1500
#define HOUR_US INT64_C(3600000000)

static const char *const vans[] = {"0363", "0394", "98001234", "98005678", "98009999"};
static const char *const types[] = {"JW301", "JW305", "JW307", "JW323"};
static const char *const rules[] = {"TR063", "TR304", "CD005"};
static const char *const parties[] = {"gemeente-a", "gemeente-b", "aanbieder-a", "aanbieder-b", "aanbieder-c"};

struct sample {
	struct store_message m;
	char identificatie[32], findings[128];
	struct store_fault fault;
	const char *rule; /* or NULL */
};

static struct sample samples[MESSAGES + 1];
static char dir[32], url[64];
static unsigned dice_state = 7;

static unsigned dice(unsigned n)
{
	dice_state = dice_state * 1103515245u + 12345u;
	return (dice_state >> 16) % n;
}

static void make_sample(struct sample *s, int64_t id)
{
	unsigned van = dice(5), verdict = dice(8);

	s->rule = verdict < 2 ? rules[dice(3)] : NULL;
	s->m = (struct store_message){.id = id,
				      .received = (int64_t)1000 * HOUR_US + id * HOUR_US / 9,
				      .party = parties[van],
				      .reference = "r",
				      .type = types[dice(4)],
				      .van = vans[van],
				      .naar = vans[dice(5)],
				      .size = 100,
				      .verdict = verdict == 0	? VERDICT_REJECTED
						 : verdict == 1 ? VERDICT_REFUSED
						 : verdict == 2 ? VERDICT_PARKED
								: VERDICT_ACCEPTED,
				      .software = van < 2 ? "zaaksysteem 4" : "ecd 9",
				      .body = "x",
				      .body_size = 1};
	s->m.settled = s->m.received;
	s->m.code = s->m.verdict == VERDICT_REFUSED ? (dice(2) ? "BRS14" : "BRS04") : NULL;
	(void)snprintf(s->identificatie, sizeof s->identificatie, "%c%03lld", 'A' + (int)dice(4), (long long)id);
	s->m.identificatie = s->identificatie;
	if (s->rule != NULL) {
		(void)snprintf(s->findings, sizeof s->findings,
			       "[{\"rule\":\"%s\",\"retourcode\":\"8001\"},{\"rule\":\"%s\"}]", s->rule, s->rule);
		s->m.findings = s->findings;
		s->fault = (struct store_fault){s->rule, "8001"};
		s->m.faults = &s->fault;
		s->m.n_faults = 1;
	}
}

static struct store *filled(void)
{
	struct store *st = NULL;
	struct buf why = BUF_INIT;
	int r;

	(void)snprintf(dir, sizeof dir, "/tmp/ijw-view-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return NULL;
	(void)snprintf(url, sizeof url, "sqlite:%s/ijwd.db", dir);
	if (store_open(&st, url, STORE_WRITE, &why) < 0)
		(void)fprintf(stderr, "%s\n", buf_str(&why));
	buf_free(&why);
	if (st == NULL)
		return NULL;
	dice_state = 7;
	r = st->ops->begin(st);
	for (int64_t id = 1; r == 0 && id <= MESSAGES; id++) {
		struct store_message *m = &samples[id].m;

		make_sample(&samples[id], id);
		m->confirmed = m->verdict == VERDICT_ACCEPTED && dice(3) == 0 ? 0 : 1;
		m->outbox = m->confirmed != 0 ? OUTBOX_NONE : dice(4) == 0 ? OUTBOX_GIVEN_UP : OUTBOX_WAITS;
		r = st->ops->message_add(st, m);
		if (r == 0 && m->outbox != OUTBOX_NONE)
			r = st->ops->outbox_add(st, id, m->naar, m->outbox);
	}
	if (r == 0)
		r = st->ops->commit(st);
	if (r < 0)
		store_close(&st);
	return st;
}

static void done(struct store **st)
{
	char path[64];

	store_close(st);
	(void)snprintf(path, sizeof path, "%s/ijwd.db", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

static bool given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static bool same(const char *wanted, const char *is)
{
	return !given(wanted) || strcmp(wanted, is) == 0;
}

static bool begins(const char *wanted, const char *is)
{
	size_t n = given(wanted) ? strlen(wanted) : 0;

	if (n > 0 && wanted[n - 1] == '*')
		return strncmp(wanted, is, n - 1) == 0;
	return same(wanted, is);
}

static bool allowed(const struct view_search *s, const struct store_message *m)
{
	for (size_t i = 0; i < s->n_codes; i++)
		if (strcmp(s->codes[i], m->van) == 0 || strcmp(s->codes[i], m->naar) == 0)
			return true;
	return s->n_codes == 0;
}

/* What the header promises, said once more without an index. */
static bool fits(const struct view_search *s, const struct sample *x)
{
	const struct store_message *m = &x->m;

	if (given(s->party) && strcmp(s->party, m->party) != 0 && strcmp(s->party, m->van) != 0 &&
	    strcmp(s->party, m->naar) != 0)
		return false;
	if (given(s->rule) && (x->rule == NULL || strcmp(s->rule, x->rule) != 0))
		return false;
	if (given(s->code) && strcmp(s->code, m->code != NULL ? m->code : "") != 0 &&
	    (x->rule == NULL || strcmp(s->code, "8001") != 0))
		return false;
	if ((s->undelivered || s->given_up) && (m->verdict != VERDICT_ACCEPTED || m->confirmed != 0))
		return false;
	if (s->given_up && m->outbox != OUTBOX_GIVEN_UP)
		return false;
	return begins(s->identificatie, m->identificatie) && same(s->van, m->van) && same(s->naar, m->naar) &&
	       same(s->type, m->type) && (s->verdict == 0 || s->verdict == m->verdict) &&
	       m->received >= s->since && (s->until == 0 || m->received < s->until) &&
	       (s->before == 0 || m->id < s->before) && allowed(s, m);
}

struct found {
	int64_t ids[MESSAGES + 1];
	size_t n;
};

static int find(void *ctx, const struct store_message *m)
{
	struct found *f = ctx;

	f->ids[f->n++] = m->id;
	return 0;
}

static bool agrees(struct store *st, const struct view_search *s)
{
	struct found f = {.n = 0};
	size_t n = 0, most = s->limit == 0 ? 50 : s->limit;

	if (view_search(st, s, find, &f) < 0)
		return false;
	for (int64_t id = MESSAGES; id > 0 && n < most; id--)
		if (fits(s, &samples[id]) && (n >= f.n || f.ids[n++] != id))
			return false;
	return n == f.n;
}

static const char *maybe(unsigned n, const char *const *list, unsigned of)
{
	return dice(n) == 0 ? list[dice(of)] : NULL;
}

static void searches(void)
{
	static const char *const identifications[] = {"A012", "B*", "C1*", "Z*", "D500"};
	static const char *const codes[] = {"BRS14", "8001", "BRS99"};
	struct store *st = filled();
	unsigned wrong = 0;

	NEED(st != NULL, "a store with messages opens");
	for (int i = 0; i < 3000; i++) {
		struct view_search s = {.identificatie = maybe(5, identifications, 5),
					.party = dice(4) ? maybe(3, vans, 5) : maybe(3, parties, 5),
					.van = maybe(6, vans, 5),
					.naar = maybe(6, vans, 5),
					.type = maybe(4, types, 4),
					.rule = maybe(5, rules, 3),
					.code = maybe(8, codes, 3),
					.verdict = dice(3) ? 0 : (enum verdict)(1 + dice(4)),
					.undelivered = dice(8) == 0,
					.given_up = dice(10) == 0,
					.limit = dice(2) ? 10 : 1000,
					.before = dice(4) ? 0 : 1 + (int64_t)dice(MESSAGES),
					.codes = vans + 3,
					.n_codes = dice(4) ? 0 : 1 + dice(2)};

		if (dice(3) == 0)
			s.since = samples[1 + dice(MESSAGES)].m.received;
		if (dice(3) == 0)
			s.until = samples[1 + dice(MESSAGES)].m.received;
		if (!agrees(st, &s))
			wrong++;
	}
	CHECK(wrong == 0, "3000 searches give what reading all would give");
	done(&st);
}

struct sum {
	int64_t messages, by_verdict[VERDICT_PARKED + 1];
};

static int add_count(void *ctx, const struct view_count *c)
{
	struct sum *s = ctx;

	s->messages += c->messages;
	s->by_verdict[c->verdict] += c->messages;
	return 0;
}

static int add_fault(void *ctx, const struct view_fault *v)
{
	struct sum *s = ctx;

	s->messages += v->messages;
	s->by_verdict[v->verdict] += v->messages;
	return 0;
}

static void counts(void)
{
	struct store *st = filled();
	struct sum all = {0}, hours = {0}, faults = {0}, mine = {0};
	struct view_fault_filter f = {.since = DAY_NONE, .until = DAY_NONE};
	int64_t refused = 0, ruled = 0;

	NEED(st != NULL, "a store with messages opens");
	for (int id = 1; id <= MESSAGES; id++) {
		refused += samples[id].m.verdict == VERDICT_REFUSED;
		ruled += samples[id].rule != NULL;
	}
	CHECK(view_totals(st, add_count, &all) == 0 && all.messages == MESSAGES, "totals count every message once");
	CHECK(all.by_verdict[VERDICT_REFUSED] == refused, "by verdict");
	CHECK(view_counts(st, 0, INT64_MAX, add_count, &hours) == 0 && memcmp(&hours, &all, sizeof all) == 0,
	      "the hours add up to the totals");
	CHECK(view_faults(st, &f, add_fault, &faults) == 0 && faults.messages == ruled,
	      "a message counts once for a rule that it broke twice");
	f.software = "ecd 9";
	f.rule = "TR063";
	CHECK(view_faults(st, &f, add_fault, &mine) == 0 && mine.messages > 0 && mine.messages < ruled,
	      "faults can be asked by rule and software");
	done(&st);
}

static void settles(void)
{
	struct store *st = filled();
	struct store_message m;
	struct sum before = {0}, after = {0}, faults = {0};
	struct view_fault_filter f = {.since = DAY_NONE, .until = DAY_NONE, .rule = "TR999"};
	int64_t id = 1;

	NEED(st != NULL, "a store with messages opens");
	while (samples[id].m.verdict != VERDICT_PARKED)
		id++;
	(void)view_totals(st, add_count, &before);
	m = samples[id].m;
	m.verdict = VERDICT_REJECTED;
	m.type = "JW320"; /* a parked one may not have been read yet */
	m.findings = "[{\"rule\":\"TR999\"}]";
	m.faults = &(struct store_fault){"TR999", NULL};
	m.n_faults = 1;
	CHECK(st->ops->message_settle(st, &m) == 0, "a parked message gets its verdict");
	CHECK(view_totals(st, add_count, &after) == 0 && after.messages == before.messages, "it is still one message");
	CHECK(after.by_verdict[VERDICT_PARKED] == before.by_verdict[VERDICT_PARKED] - 1 &&
		      after.by_verdict[VERDICT_REJECTED] == before.by_verdict[VERDICT_REJECTED] + 1,
	      "and counts under its verdict");
	CHECK(view_faults(st, &f, add_fault, &faults) == 0 && faults.messages == 1, "with its faults");
	done(&st);
}

/* The tables of an older store, made from its messages, are those that would have been kept. */
static void backfill(void)
{
	struct store *st = filled();
	struct sum kept = {0}, made = {0};
	sqlite3 *db = NULL;
	char command[256], *sql = NULL;
	FILE *f = fopen("daemon/store/sql/0006_view.sql", "re");
	size_t room = 0;
	int rc;

	NEED(st != NULL && f != NULL, "a store and the migration open");
	(void)view_totals(st, add_count, &kept);
	CHECK(getdelim(&sql, &room, '\0', f) > 0, "the migration is read");
	(void)fclose(f);
	(void)snprintf(command, sizeof command, "%s", url + 7);
	rc = sqlite3_open(command, &db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db,
				  "DROP TABLE count_hour; DROP TABLE fault; DROP TABLE fault_day; DROP TABLE stopped_client; "
				  "DROP TABLE seen; DROP TABLE setting; DROP INDEX message_van; DROP INDEX message_naar; "
				  "DROP INDEX message_type; DROP INDEX message_code; DROP INDEX message_refused; DROP INDEX retour_retour; DROP INDEX verwachting_debiteur",
				  NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	CHECK(rc == SQLITE_OK, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
	free(sql);
	CHECK(view_totals(st, add_count, &made) == 0 && memcmp(&kept, &made, sizeof kept) == 0,
	      "counts made from stored messages are those that were kept");
	done(&st);
}

static int see(void *ctx, const struct view_setting *s)
{
	(void)snprintf(ctx, 64, "%s %s %s", s->kind, s->name, s->value);
	return 0;
}

static void settings(void)
{
	struct store *st = filled();
	struct view_setting s = {"hold", "0363", "", "jansen", "verhuizing", 5};
	char text[64] = "";

	NEED(st != NULL, "a store opens");
	CHECK(view_setting_put(st, &s) == 0, "a setting is kept");
	s.value = "x";
	CHECK(view_setting_put(st, &s) == 0 && view_settings(st, see, text) == 0 && strcmp(text, "hold 0363 x") == 0,
	      "and replaced");
	text[0] = '\0';
	CHECK(view_setting_drop(st, "hold", "0363") == 0 && view_settings(st, see, text) == 0 && text[0] == '\0',
	      "and dropped");
	done(&st);
}

int main(void)
{
	static const struct test tests[] = {
		{"searches", searches}, {"counts and faults", counts}, {"a parked message settles", settles},
		{"an older store", backfill}, {"settings", settings},  {NULL, NULL},
	};

	return unit_main("view", tests);
}
