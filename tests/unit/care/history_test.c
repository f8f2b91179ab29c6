/*
 * Two kinds of message that leave their trace without the usual way in: starts
 * and stops that the hub rejected, and what was exchanged before there was a hub.
 */
#include "../../lib/unit.h"

#include <errno.h>
#include <openssl/evp.h>

#include "../../lib/inname.h"
#include "../../lib/stroom.h"
#include "bench.h"
#include "care/history.h"
#include "care/inhoud.h"
#include "care/rebuild.h"
#include "store/register.h"

#ifdef __SANITIZE_ADDRESS__
#define STREAM 1200
#else
#define STREAM 4000
#endif

/* ---- what the hub rejected ---- */

static void enforce(struct inname *i)
{
	for (size_t n = 0; n < i->parties->n; n++)
		i->parties->list[n].policy.rules = RULES_ENFORCE;
}

static int add_open(void *ctx, const struct reg_verwachting *v)
{
	buf_addf(ctx, "%lld %s %s %d %d\n", (long long)v->id, v->soort, v->sleutel, v->sinds,
		 v->uiterlijk);
	return 0;
}

static struct buf open_terms(struct store *st)
{
	struct buf b = BUF_INIT;

	(void)st->reg->verwachtingen(st, NULL, INT32_MAX - 1, add_open,
				     &b); /* shows in the comparison */
	return b;
}

static int count_levering(void *ctx, const struct reg_levering *l)
{
	(void)l;
	++*(unsigned *)ctx;
	return 0;
}

static unsigned in_force(struct store *st, const struct paar *p)
{
	unsigned n = 0;

	(void)st->reg->leveringen(st, p, count_levering, &n); /* shows in the comparison */
	return n;
}

static bool same_register(struct inname *i)
{
	struct rebuild_result ret;
	int r = rebuild_register(i->store, i->rules, i->parties, &i->key, false, false, NULL, NULL, &ret);

	return r == 0 && ret.different == 0 &&
	       memcmp(ret.before, ret.after, sizeof ret.before) == 0;
}

static bool pair_of(const struct inname *i, const struct bericht *b, const char *bsn,
		    struct paar *ret)
{
	bool from_gemeente = b->type->richting == VAN_GEMEENTE;

	*ret = (struct paar){.gemeente = from_gemeente ? b->van : b->naar,
			     .aanbieder = from_gemeente ? b->naar : b->van};
	return pseudonym_of(&i->key, bsn, ret->client) == 0;
}

/* What is wanted of the trace of one message, and what was found. */
struct trace {
	int64_t bericht;
	day op;
	unsigned starts, stops; /* with the code that the rules have for them */
	unsigned rows;
};

static bool find_trace(struct inname *i, const struct paar *p, struct trace *t)
{
	struct arena a = ARENA_INIT;
	struct reg_dossier d;
	int64_t id;
	bool good = i->store->reg->dossier_nummer(i->store, p, &id) == 0 &&
		    i->store->reg->dossier(i->store, &a, id, INT64_MAX, &d) == 0;

	for (size_t n = 0; good && n < d.n_leveringen; n++) {
		const struct reg_levering *l = &d.leveringen[n];
		bool stop = l->soort == LEVERING_STOP;

		if (l->bericht != t->bericht)
			continue;
		good = l->herroepen_op == t->op && l->ontvangen == t->op &&
		       l->verwijderd_door == 0 && strlen(l->retourcode) == 4;
		t->rows++;
		if (strcmp(l->retourcode, stop ? "9069" : "9326") == 0) {
			t->starts += !stop;
			t->stops += stop;
		}
	}
	arena_release(&a);
	return good;
}

/* Another name, and begun a day earlier: no such start, or one while another runs. */
static bool make_wrong(struct buf *text)
{
	char *name = strstr(text->data, ":Identificatie>"),
	     *begin = strstr(text->data, "Begindatum>"), was[11];
	day d;

	if (name == NULL || begin == NULL)
		return false;
	name[strlen(":Identificatie>")] = 'Z';
	begin += strlen("Begindatum>");
	(void)snprintf(was, sizeof was, "%.10s", begin);
	if (!day_parse(was, &d))
		return false;
	day_text(d - 1, was);
	memcpy(begin, was, 10);
	return true;
}

/* Nearly the same start or stop once more; the hub rejects it. */
static void send_again(struct inname *i, const struct stroom_bericht *b, struct trace *sum)
{
	struct buf text = BUF_INIT, before = open_terms(i->store), after;
	struct stroom_bericht again = *b;
	struct trace t = {.op = day_of(b->received + 1)};
	struct checked *c = &i->checked;
	struct paar p;
	unsigned running;
	bool known;

	buf_add(&text, b->data, b->size);
	NEED(make_wrong(&text), "a message has an identification and a day");
	again.data = text.data;
	again.received++;
	known = pair_of(i, &c->bericht,
			veld_tekst(c->inhoud, inhoud_volgende(c->inhoud, NULL, K_CLIENT), V_BSN),
			&p);
	p.gemeente = strdup(p.gemeente);
	p.aanbieder = strdup(p.aanbieder);
	running = in_force(i->store, &p);
	CHECK(known && inname_take(i, &again) == 0, "it is taken");
	after = open_terms(i->store);
	t.bericht = i->judged.id;
	if (i->judged.verdict == VERDICT_REJECTED) {
		CHECK(find_trace(i, &p, &t) && t.rows > 0,
		      "what the hub rejected stands in the dossier, as rejected that day");
		CHECK(in_force(i->store, &p) == running, "and is not in force");
		CHECK(strcmp(buf_str(&before), buf_str(&after)) == 0, "no term follows from it");
	}
	sum->starts += t.starts;
	sum->stops += t.stops;
	free((void *)p.gemeente);
	free((void *)p.aanbieder);
	buf_free(&text);
	buf_free(&before);
	buf_free(&after);
}

static void rejected(void)
{
	struct stroom *s = stroom_new(7, 60);
	struct trace sum = {.bericht = 0};
	struct stroom_bericht b;
	struct inname i;
	unsigned refused = 0;

	NEED(s != NULL && inname_open(&i, s, NULL), "a hub without wires");
	enforce(&i);
	for (unsigned n = 0; n < STREAM / 2; n++) {
		NEED(stroom_next(s, &b) && inname_take(&i, &b) == 0, "a message");
		refused += !inname_clean(&i);
		if ((strcmp(b.type, "JW305") == 0 || strcmp(b.type, "JW307") == 0) &&
		    memmem(b.data, b.size, "StatusAanlevering>3", 19) == NULL &&
		    sum.starts + sum.stops < 60)
			send_again(&i, &b, &sum);
	}
	CHECK(inname_commit(&i) == 0 && sum.starts > 0 && sum.stops > 0,
	      "starts were refused with 9326 and stops with 9069");
	CHECK(refused == 0, "what was refused has no say in the rules for what follows");
	CHECK(same_register(&i), "a register made anew is the same");
	inname_close(&i);
	stroom_free(&s);
}

/* A stop for a client that nobody ever heard of. */
static void unknown_client(void)
{
	struct stroom *s = stroom_new(7, 60);
	struct buf text = bench_message("JW307");
	struct stroom_bericht b;
	struct trace t = {.bericht = 0};
	struct inname i;
	struct paar p;

	NEED(s != NULL && inname_open(&i, s, NULL) && stroom_next(s, &b) &&
		     inname_take(&i, &b) == 0,
	     "a hub without wires, and a message");
	enforce(&i);
	while (strcmp(b.type, "JW305") != 0)
		NEED(stroom_next(s, &b) && inname_take(&i, &b) == 0, "a message");
	bench_replace(&text, "98001234", b.van);
	bench_replace(&text, "0363", b.naar);
	CHECK(pair_of(&i, &i.checked.bericht, "999930084", &p), "a client");
	p.gemeente = strdup(p.gemeente);
	p.aanbieder = strdup(p.aanbieder);
	b.data = text.data;
	b.size = text.len;
	b.received += 1000;
	CHECK(inname_take(&i, &b) == 0 && i.judged.verdict == VERDICT_REJECTED,
	      "the hub rejects its stop");
	t = (struct trace){.bericht = i.judged.id, .op = day_of(b.received)};
	CHECK(find_trace(&i, &p, &t) && t.rows == 1, "the stop stands in a dossier");
	CHECK(i.store->reg->client_bekend(i.store, &p) == -ENOENT,
	      "the client is as unknown as before");
	CHECK(inname_commit(&i) == 0 && same_register(&i), "a register made anew is the same");
	free((void *)p.gemeente);
	free((void *)p.aanbieder);
	buf_free(&text);
	inname_close(&i);
	stroom_free(&s);
}

/* ---- the past ---- */

static int take_past(struct inname *i, const char *data, size_t size, int64_t sent, bool add,
		     enum history_verdict *ret)
{
	struct incoming in = {.party = HISTORY_PARTY,
			      .reference = "f.xml",
			      .received = sent,
			      .size = size,
			      .checked = &i->checked};
	void *packed;
	int r;

	arena_release(&i->arena);
	check_bytes(i->checker, &i->arena, data, size, &i->checked);
	if (EVP_Digest(data, size, in.sha256, NULL, EVP_sha256(), NULL) != 1)
		return -ENOMEM;
	r = store_pack(i->packer, &i->arena, data, size, in.sha256, &packed, &in.body_size);
	in.body = packed;
	return r == 0 ? intake_history(&i->intake, &i->arena, &in, add, ret) : r;
}

static bool same_digest(struct inname *a, struct inname *b)
{
	unsigned char x[32], y[32];

	return a->store->reg->digest(a->store, x) == 0 && b->store->reg->digest(b->store, y) == 0 &&
	       memcmp(x, y, sizeof x) == 0;
}

static void past(void)
{
	struct stroom *s = stroom_new(9, STREAM / 10), *again = stroom_new(9, STREAM / 10);
	struct inname then, live;
	struct stroom_bericht b;
	struct store_totals totals;
	enum history_verdict v;

	NEED(s != NULL && again != NULL && inname_open(&then, s, NULL) &&
		     inname_open(&live, again, NULL),
	     "two hubs");
	NEED(then.store->ops->begin(then.store) == 0, "a transaction");
	for (unsigned n = 0; n < STREAM; n++) {
		NEED(stroom_next(again, &b) && inname_take(&live, &b) == 0, "one lives through it");
		NEED(stroom_next(s, &b) &&
			     take_past(&then, b.data, b.size, b.received, true, &v) == 0 &&
			     v == HISTORY_TAKEN,
		     "the other is told");
	}
	CHECK(inname_commit(&live) == 0 && same_digest(&then, &live),
	      "both registers are the same");
	CHECK(take_past(&then, b.data, b.size, b.received, true, &v) == 0 &&
		      v == HISTORY_DUPLICATE &&
		      take_past(&then, b.data, b.size, b.received, false, &v) == 0 &&
		      v == HISTORY_DUPLICATE,
	      "telling it twice is telling it once");
	CHECK(then.store->ops->commit(then.store) == 0 &&
		      then.store->ops->totals(then.store, &totals) == 0 &&
		      totals.messages == STREAM && totals.waiting == 0,
	      "nothing is to be delivered");
	CHECK(same_register(&then), "a register made anew is the same");
	inname_close(&then);
	inname_close(&live);
	stroom_free(&s);
	stroom_free(&again);
}

static void no_refusals(void)
{
	struct stroom *s = stroom_new(9, 10);
	struct inname i;
	struct store_message m;
	struct buf stop = bench_message("JW307"), other = bench_message("JW307");
	struct arena a = ARENA_INIT;
	enum history_verdict v;
	int64_t sent = INT64_C(1782000000000000);

	NEED(s != NULL && inname_open(&i, s, NULL) && i.store->ops->begin(i.store) == 0,
	     "a hub without wires");
	enforce(&i);
	CHECK(take_past(&i, stop.data, stop.len, sent, false, &v) == 0 && v == HISTORY_LATE,
	      "what is not there and may not be added is late");
	bench_replace(&stop, "<ijw:Categorie>45</ijw:Categorie>",
		      "<ijw:Categorie>46</ijw:Categorie>");
	bench_replace(&stop, "2026-06-26", "2026-01-26"); /* ends before it begins */
	CHECK(take_past(&i, stop.data, stop.len, sent, true, &v) == 0 && v == HISTORY_TAKEN &&
		      i.checked.outcome == CHECK_REJECTED,
	      "a stop without a start that breaks a rule of its own, of parties that nobody knows, "
	      "is taken");
	CHECK(i.store->ops->message_get(i.store, &a, 1, &m) == 0 && m.verdict == VERDICT_ACCEPTED &&
		      m.findings != NULL && m.received == sent && m.settled == sent &&
		      m.delivered == sent && m.confirmed == sent &&
		      strcmp(m.party, HISTORY_PARTY) == 0,
	      "with what was found, and with its own time");
	CHECK(take_past(&i, other.data, other.len, sent, true, &v) == 0 && v == HISTORY_OTHER,
	      "another message under its name is told");
	CHECK(take_past(&i, "<x/>", 4, sent, true, &v) == 0 && v == HISTORY_NONE &&
		      i.checked.findings.n > 0,
	      "what is no message is none");
	bench_replace(&other, "E26060001", "E26060002");
	bench_replace(&other, "<jw307:Bsn>", "<jw307:Bnn>");
	CHECK(take_past(&i, other.data, other.len, sent, true, &v) == 0 && v == HISTORY_NONE,
	      "nor is what breaks the schema");
	CHECK(i.store->ops->commit(i.store) == 0 && same_register(&i),
	      "a register made anew is the same");
	arena_release(&a);
	buf_free(&stop);
	buf_free(&other);
	inname_close(&i);
	stroom_free(&s);
}

/* ---- the index ---- */

static bool read_index(const char *text, struct history_index *h, struct history_error *why, int *r)
{
	char path[] = "/tmp/ijwd-index-XXXXXX";
	int fd = mkstemp(path);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		(void)close(fd);
	*r = good ? history_read(h, path, why) : -EIO;
	(void)unlink(path);
	return good;
}

static void indices(void)
{
	static const struct {
		const char *name, *text;
		enum history_fault fault;
		unsigned line;
	} faults[] = {
		{"an empty file has no columns", "", HISTORY_NO_COLUMN, 1},
		{"a header without a time", "file\tsender\n", HISTORY_NO_COLUMN, 1},
		{"a header without a file", "sent_at\tsender\n", HISTORY_NO_COLUMN, 1},
		{"a row without a file", "file\tsent_at\na.xml\t2025-01-01\n\t2025-01-01\n",
		 HISTORY_NO_FILE, 3},
		{"a time that is none", "file\tsent_at\na.xml\tyesterday\n", HISTORY_NO_MOMENT, 2},
		{"a row that is too short", "file\tsent_at\na.xml\n", HISTORY_NO_MOMENT, 2},
		{"a time before there were clocks", "file\tsent_at\na.xml\t1969-07-20\n",
		 HISTORY_NO_MOMENT, 2},
	};
	struct history_index h = {.text = NULL};
	struct history_error why;
	int r;

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		CHECK(read_index(faults[i].text, &h, &why, &r) && r == -EINVAL &&
			      why.fault == faults[i].fault && why.line == faults[i].line,
		      faults[i].name);
	CHECK(history_read(&h, "/no/such/index", &why) == -ENOENT && why.fault == 0,
	      "no index is told");
	NEED(read_index("\xef\xbb\xbftype\tsent_at\tx\tfile\tsender\r\n"
			"JW301\t2025-01-02T10:00\t?\tb.xml\t0363\r\n\n"
			"JW302\t2025-01-01\t?\ta.xml\t\r\n"
			"JW305\t2025-01-02 10:00:00\t?\tc.xml",
			&h, &why, &r) &&
		     r == 0,
	     "columns in any order, a mark before them, lines that end as on Windows");
	CHECK(h.n == 3 && strcmp(h.list[0].file, "a.xml") == 0 &&
		      strcmp(h.list[1].file, "b.xml") == 0 && strcmp(h.list[2].file, "c.xml") == 0,
	      "rows by moment, then as listed");
	CHECK(h.list[1].line == 2 && h.list[0].line == 4 && strcmp(h.list[1].type, "JW301") == 0 &&
		      strcmp(h.list[1].sender, "0363") == 0 && h.list[2].sender[0] == '\0' &&
		      h.list[0].identificatie[0] == '\0',
	      "with what the index says of them");
	history_free(&h);
}

static void paths(void)
{
	CHECK(history_path("a.xml") && history_path("2025/03/a..xml") &&
		      history_path("/data/..a/b") && history_path(""),
	      "a path may be anything below the folder, or absolute");
	CHECK(!history_path("..") && !history_path("../a.xml") && !history_path("a/../../b") &&
		      !history_path("/a/.."),
	      "but not up");
}

static void differences(void)
{
	const struct berichttype type = {.naam = "JW301"};
	const struct bericht b = {
		.type = &type, .van = "0363", .naar = "98001234", .identificatie = "X1"};
	const struct history_row same = {
		.sender = "0363", .receiver = "", .type = "JW301", .identificatie = "X1"};
	const struct history_row other = {
		.sender = "0362", .receiver = "98001234", .type = "JW305", .identificatie = ""};
	const char *column, *index, *message;

	CHECK(!history_differs(&same, &b, 0, &column, &index, &message),
	      "what the index leaves out differs not");
	CHECK(history_differs(&other, &b, 0, &column, &index, &message) &&
		      strcmp(column, "sender") == 0 && strcmp(index, "0362") == 0 &&
		      strcmp(message, "0363") == 0,
	      "another sender is told");
	CHECK(history_differs(&other, &b, 1, &column, &index, &message) &&
		      strcmp(column, "type") == 0 &&
		      !history_differs(&other, &b, 2, &column, &index, &message),
	      "and another type, and no more");
}

int main(void)
{
	static const struct test tests[] = {
		{"starts and stops that the hub rejected leave a trace, and nothing else",
		 rejected},
		{"a rejected stop makes nobody known", unknown_client},
		{"a hub that is told its past is as one that lived it", past},
		{"what was exchanged is not refused", no_refusals},
		{"an index names its columns", indices},
		{"a path does not lead out of the folder", paths},
		{"what the index says otherwise is told", differences},
		{NULL, NULL},
	};

	return unit_main("history", tests);
}
