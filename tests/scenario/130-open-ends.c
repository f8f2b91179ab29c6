/*
 * No episode without an end: care whose allocation is over and that has no stop
 * is found when the hub starts, its aanbieder and gemeente hear of it, a stop
 * clears it, and it is back when the stop is deleted or rejected.  What opened
 * and cleared can be read back, and nothing of it names a client.
 */
#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/geval.h"
#include "../lib/inname.h"
#include "../lib/scene.h"
#include "base/date.h"
#include "care/bewaking.h"
#include "care/inhoud.h"
#include "care/intake.h"
#include "care/retour.h"

#define GEMEENTE "0363"
#define AANBIEDER "98001234"
#define NUMMER "123456001"
#define BSN "999930084"
#define DAY_US INT64_C(86400000000)
#define PATIENCE_MS 60000 /* with a hub that should have said it by then */

static struct testhub h;
static struct standards *standards;
static struct checker *checker;
static unsigned numbered;
static day today;

/* ---- messages ---- */

static bool set_day(struct buf *b, const char *path, day d)
{
	char text[11];

	day_text(d, text);
	return geval_set(b, path, text);
}

/* The allocation ran from 200 days ago until 90 days ago; care started the day after its begin. */
static bool make(struct buf *b, const char *type, day written)
{
	bool from_gemeente = strcmp(type, "JW301") == 0, ok;
	char name[16];

	(void)snprintf(name, sizeof name, "E%u", ++numbered);
	buf_clear(b);
	ok = bericht_make(type, from_gemeente ? GEMEENTE : AANBIEDER,
			  from_gemeente ? AANBIEDER : GEMEENTE, name, b) &&
	     set_day(b, "BerichtIdentificatie/Dagtekening", written);
	if (from_gemeente)
		return ok && geval_remove(b, "ReferentieAanbieder") &&
		       set_day(b, "Toewijzingsdatum", today - 210) &&
		       set_day(b, "ToegewezenProduct/Ingangsdatum", today - 200) &&
		       set_day(b, "ToegewezenProduct/Einddatum", today - 90);
	return ok && set_day(b, "ToewijzingIngangsdatum", today - 200) &&
	       set_day(b, "Begindatum", today - 199);
}

static bool make_stop(struct buf *b, day einde, const char *status)
{
	return make(b, "JW307", today) && set_day(b, "Einddatum", einde) &&
	       geval_set(b, "StatusAanlevering", status);
}

static bool accepted(struct ijw *c, const struct buf *b, struct receipt *r)
{
	bool ok = CHECK(scene_send(c, NULL, b->data, b->len, r), "a receipt comes") &&
		  CHECK(r->verdict == IJW_VERDICT_ACCEPTED, "it is accepted");

	if (!ok)
		(void)fprintf(stderr, "    %s\n", r->json);
	return ok;
}

/* The receiver's own return message, which rejects the class. */
static bool own_retour(const struct buf *original, const char *code, struct buf *out)
{
	struct retour_opdracht o = {
		.data = original->data, .size = original->len, .dagtekening = today};
	struct retourcode left = {.code = code, .regel = "TR000"};
	struct arena a = ARENA_INIT;
	struct checked c;
	char name[16];
	int r;

	(void)snprintf(name, sizeof name, "E%u", ++numbered);
	check_bytes(checker, &a, original->data, original->len, &c);
	o.bericht = &c.bericht;
	o.inhoud = c.inhoud;
	o.antwoord = standards_answer(standards, c.bericht.type);
	o.identificatie = name;
	((struct klasse *)inhoud_volgende(c.inhoud, NULL, K_STOPPRODUCT))->codes = &left;
	buf_clear(out);
	r = retour_make(&o, out);
	arena_release(&a);
	return r == 0;
}

/* ---- the past ---- */

static bool add_party(struct parties *who, const char *id, const char *code)
{
	struct partij *p = parties_add(who);

	if (p == NULL)
		return false;
	p->id = strdup(id);
	p->name = strdup(id);
	p->policy.register_start = DAY_NONE;
	p->certificates = calloc(1, sizeof *p->certificates);
	p->codes = calloc(1, sizeof *p->codes);
	if (p->codes == NULL)
		return false;
	p->codes[p->n_codes++] = (struct partij_code){.code = strdup(code),
						      .own = true,
						      .may = MAY_SEND | MAY_RECEIVE,
						      .from = DAY_NONE,
						      .until = DAY_NONE};
	return true;
}

/* One message that came in long ago, judged by the hub's own code with its key and store. */
static bool keep(struct intake *k, const char *party, const char *type, day received)
{
	struct buf b = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct checked c;
	struct judged judged;
	struct incoming in = {.party = party, .reference = type, .checked = &c};
	void *packed = NULL;
	bool ok = make(&b, type, received);

	k->now = received * DAY_US + DAY_US / 2;
	in.received = k->now;
	in.data = b.data;
	in.size = b.len;
	ok = ok && EVP_Digest(b.data, b.len, in.sha256, NULL, EVP_sha256(), NULL) == 1 &&
	     store_pack(k->packer, &a, b.data, b.len, in.sha256, &packed, &in.body_size) == 0;
	in.body = packed;
	if (ok) {
		check_bytes(k->checker, &a, b.data, b.len, &c);
		ok = intake_message(k, &a, &in, &judged) == 0 && judged.verdict == VERDICT_ACCEPTED;
	}
	arena_release(&a);
	buf_free(&b);
	return ok;
}

static bool open_hubs_store(struct testhub *hub, enum store_mode mode, struct store **ret)
{
	struct buf why = BUF_INIT;
	char url[160], path[128];
	bool ok;

	(void)snprintf(url, sizeof url, "sqlite:%s", testhub_path(hub, "ijwd.db", path));
	ok = store_open(ret, url, mode, &why) == 0;
	(void)fprintf(stderr, "%s", buf_str(&why));
	buf_free(&why);
	return ok;
}

static bool keep_past(void)
{
	static const struct calendar calendar;
	struct pseudonym_key key;
	struct rulebook_opts o = {.schemas = "schemas", .calendar = &calendar};
	struct rulebook *rules = NULL;
	struct parties *who = parties_new();
	struct intake k = {.parties = who, .key = &key, .next_id = 1};
	struct buf why = BUF_INIT;
	char path[128];
	bool ok;

	ok = add_party(who, "gemeente-a", GEMEENTE) && add_party(who, "aanbieder-a", AANBIEDER) &&
	     pseudonym_key_open(&key, testhub_path(&h, "ijwd.db.key", path), true, &why) == 0 &&
	     rulebook_open(&rules, &o, &why) == 0 && open_hubs_store(&h, STORE_WRITE, &k.store) &&
	     checker_new(&k.checker, rules->standards) == 0;
	k.rules = rules;
	k.packer = packer_new(NULL);
	ok = ok && k.store->ops->begin(k.store) == 0 &&
	     keep(&k, "gemeente-a", "JW301", today - 210) &&
	     keep(&k, "aanbieder-a", "JW305", today - 195) && k.store->ops->commit(k.store) == 0;
	(void)fprintf(stderr, "%s", buf_str(&why));
	buf_free(&why);
	packer_free(&k.packer);
	checker_free(&k.checker);
	store_close(&k.store);
	rulebook_drop(&rules);
	parties_drop(&who);
	return ok;
}

/* ---- what is told ---- */

static const char *text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* The next notice of a kind that has something, of which the caller has a reference. */
static json_t *noticed(struct ijw *c, const char *kind)
{
	struct ijw_event e;

	while (testhub_event(c, IJW_EVENT_NOTICE, &e)) {
		json_t *o = json_loadb(e.json, e.json_size, 0, NULL);

		if (strcmp(text_at(o, "notice"), kind) == 0)
			return o;
		json_decref(o);
	}
	return NULL;
}

/* What ijwd answers on its control socket; NULL when it does not. */
static json_t *ask(const char *line)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct buf b = BUF_INIT;
	char piece[4096], path[128];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n;
	json_t *o;

	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s",
		       testhub_path(&h, "run/control.sock", path));
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
	    send(fd, line, strlen(line), MSG_NOSIGNAL) > 0)
		while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
			buf_add(&b, piece, (size_t)n);
	(void)close(fd);
	o = json_loads(buf_str(&b), 0, NULL);
	buf_free(&b);
	return o;
}

/* Asks until so many are open, and gives the answer. */
static json_t *until_open(size_t n)
{
	for (int64_t until = clock_ms() + PATIENCE_MS; clock_ms() < until;) {
		json_t *o = ask("{\"cmd\":\"open-ends\",\"code\":\"" GEMEENTE "\"}\n");

		if (o != NULL && json_is_array(json_object_get(o, "open_ends")) &&
		    json_array_size(json_object_get(o, "open_ends")) == n)
			return o;
		json_decref(o);
	}
	return NULL;
}

static bool is_open(size_t n)
{
	json_t *o = until_open(n);
	bool ok = o != NULL;

	json_decref(o);
	return ok;
}

static bool in_row(const json_t *row)
{
	char begin[11];

	day_text(today - 199, begin);
	return strcmp(text_at(row, "gemeente"), GEMEENTE) == 0 &&
	       strcmp(text_at(row, "aanbieder"), AANBIEDER) == 0 &&
	       strcmp(text_at(row, "toewijzingnummer"), NUMMER) == 0 &&
	       strcmp(text_at(row, "begin"), begin) == 0 && text_at(row, "nl")[0] != '\0' &&
	       text_at(row, "en")[0] != '\0' && text_at(row, "todo_nl")[0] != '\0' &&
	       text_at(row, "todo_en")[0] != '\0';
}

/* ---- the story ---- */

static void start_of_the_hub(void)
{
	struct ijw *a = scene_connect(&h, "aanbieder-a"), *g = scene_connect(&h, "gemeente-a");
	json_t *o, *row;

	NEED(a != NULL && g != NULL, "they connect");
	o = noticed(a, "open-ends");
	row = json_array_get(json_object_get(o, "items"), 0);
	CHECK(o != NULL && strcmp(text_at(o, "code"), AANBIEDER) == 0 &&
		      json_integer_value(json_object_get(o, "count")) == 1 &&
		      json_array_size(json_object_get(o, "items")) == 1 &&
		      json_integer_value(json_object_get(o, "more")) == 0,
	      "the aanbieder gets its digest");
	CHECK(in_row(row) && strcmp(text_at(row, "kind"), "C1") == 0 &&
		      text_at(row, "since")[0] != '\0' && json_object_get(row, "light") == NULL,
	      "with the care that has no stop");
	json_decref(o);
	o = noticed(g, "open-ends");
	row = json_array_get(json_object_get(o, "items"), 0);
	CHECK(o != NULL && strcmp(text_at(o, "code"), GEMEENTE) == 0 && in_row(row) &&
		      text_at(row, "light")[0] != '\0' &&
		      strcmp(text_at(row, "light"), "green") != 0,
	      "the gemeente gets its own, with the traffic light");
	CHECK(strcmp(text_at(json_array_get(json_object_get(o, "counts"), 0), "kind"), "C1") == 0,
	      "and counts");
	json_decref(o);
	ijw_close(&a);
	ijw_close(&g);
}

/* The row says on which day its aanbieder heard of it. */
static bool until_told(void)
{
	char text[11];

	day_text(today, text);
	for (int64_t until = clock_ms() + PATIENCE_MS; clock_ms() < until;) {
		json_t *o = until_open(1);
		bool told =
			strcmp(text_at(json_array_get(json_object_get(o, "open_ends"), 0), "told"),
			       text) == 0;

		json_decref(o);
		if (told)
			return true;
	}
	return false;
}

static void stop_and_back(void)
{
	struct ijw *a = scene_connect(&h, "aanbieder-a"), *g = scene_connect(&h, "gemeente-a");
	struct buf b = BUF_INIT, retour = BUF_INIT;
	struct receipt r;
	json_t *o;

	NEED(a != NULL && g != NULL, "they connect");
	CHECK(until_told(), "it was told");
	NEED(make_stop(&b, today - 90, "1") && accepted(a, &b, &r), "the stop");
	CHECK(is_open(0), "clears it");
	NEED(make_stop(&b, today - 90, "3") && accepted(a, &b, &r), "the stop is deleted");
	o = noticed(a, "open-end");
	CHECK(o != NULL && in_row(o) && strcmp(text_at(o, "code"), AANBIEDER) == 0 &&
		      strcmp(text_at(o, "kind"), "C1") == 0 &&
		      strcmp(text_at(o, "message"), r.id) == 0,
	      "it is back, and the aanbieder hears so at once");
	json_decref(o);
	CHECK(is_open(1) && until_told(), "which is noted");
	NEED(make_stop(&b, today - 89, "1") && accepted(a, &b, &r), "another stop");
	CHECK(is_open(0), "clears it");
	NEED(own_retour(&b, "9414", &retour) && accepted(g, &retour, &r), "it is rejected");
	o = noticed(a, "open-end");
	CHECK(o != NULL && in_row(o) && strcmp(text_at(o, "kind"), "S23") == 0 &&
		      strcmp(text_at(o, "message"), r.id) == 0,
	      "it is back as what it is now");
	CHECK(text_at(o, "strength")[0] != '\0' && text_at(o, "estimate")[0] != '\0' &&
		      text_at(o, "low")[0] != '\0' && text_at(o, "high")[0] != '\0' &&
		      json_is_number(json_object_get(o, "chance")),
	      "with when care will have ended, and how sure that is");
	json_decref(o);
	buf_free(&b);
	buf_free(&retour);
	ijw_close(&a);
	ijw_close(&g);
}

/* ---- files ---- */

static bool has_file(const char *dir, const char *tail)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool found = false;
	size_t n = strlen(tail);

	while (d != NULL && !found && (e = readdir(d)) != NULL)
		found = strlen(e->d_name) > n &&
			strcmp(e->d_name + strlen(e->d_name) - n, tail) == 0 &&
			strncmp(e->d_name, "open-einden_" GEMEENTE "_", 17) == 0;
	if (d != NULL)
		(void)closedir(d);
	return found;
}

static void files(void)
{
	char drop[160], signalen[192], hub[32], program[256], pem[128], key[128], ca[128],
		events[4096];
	const char *argv[] = {testhub_program("ijw-filedrop", program),
			      "--hub",
			      hub,
			      "--server-name",
			      "localhost",
			      "--certificate",
			      testhub_path(&h, "gemeente-a.pem", pem),
			      "--key",
			      testhub_path(&h, "gemeente-a.key", key),
			      "--ca",
			      testhub_path(&h, "ca.pem", ca),
			      "--folder",
			      drop,
			      NULL};
	struct pollfd p = {.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .events = POLLIN};
	bool waits = true;
	int status = -1;
	pid_t pid;

	(void)snprintf(drop, sizeof drop, "%s/drop", h.dir);
	(void)snprintf(signalen, sizeof signalen, "%s/signalen", drop);
	(void)snprintf(hub, sizeof hub, "127.0.0.1:%u", h.port);
	NEED(mkdir(drop, 0700) == 0 && mkdir(signalen, 0700) == 0 &&
		     inotify_add_watch(p.fd, signalen, IN_MOVED_TO | IN_CREATE) >= 0,
	     "a folder");
	pid = fork();
	if (pid == 0) {
		(void)unsetenv("NOTIFY_SOCKET"); /* that is the hub's */
		(void)!freopen("/dev/null", "w", stderr);
		execv(program, (char **)argv);
		_exit(127);
	}
	while (waits && !has_file(signalen, ".json")) /* which is written last */
		waits = poll(&p, 1, 30000) > 0 && read(p.fd, events, sizeof events) > 0;
	CHECK(has_file(signalen, ".json") && has_file(signalen, ".csv") &&
		      has_file(signalen, ".txt"),
	      "the digest is three files");
	(void)close(p.fd);
	CHECK(pid > 0 && kill(pid, SIGTERM) == 0 && waitpid(pid, &status, 0) == pid && status == 0,
	      "ijw-filedrop ends");
}

/* ---- after a kill ---- */

static void killed(void)
{
	struct ijw *a = scene_connect(&h, "aanbieder-a");
	struct buf b = BUF_INIT;
	struct receipt r;

	NEED(a != NULL, "it connects");
	NEED(is_open(1), "one is open");
	NEED(make_stop(&b, today - 88, "1") && accepted(a, &b, &r), "a stop");
	(void)testhub_end(&h, SIGKILL);
	ijw_close(&a);
	buf_free(&b);
	NEED(testhub_start(&h), "the hub starts again");
	CHECK(is_open(0), "what was not looked at any more is found anew");
}

struct logged {
	unsigned opened, cleared, by_message, by_day;
	bool wrong;
};

static int add_logged(void *ctx, const struct reg_open_einde *e, bool opened, int64_t moment,
		      int64_t message)
{
	struct logged *l = ctx;

	l->opened += opened;
	l->cleared += !opened;
	l->by_message += message != 0;
	l->by_day += message == 0;
	l->wrong = l->wrong || moment <= 0 || e->nummer != 123456001 ||
		   strcmp(e->paar.aanbieder, AANBIEDER) != 0;
	return 0;
}

static void read_back(void)
{
	struct store *st = NULL;
	struct logged l = {0};

	CHECK(testhub_end(&h, SIGTERM) == 0, "the hub ends in order");
	NEED(open_hubs_store(&h, STORE_READ, &st), "its store opens");
	CHECK(st->reg->einden_gelogd(st, 100, add_logged, &l) == 0 && !l.wrong, "the log is there");
	CHECK(l.opened == 3 && l.cleared == 3, "with every opening and clearing");
	CHECK(l.by_day >= 1 && l.by_message >= 4, "and the messages that did it");
	store_close(&st);
	CHECK(testhub_log(&h, "OPEN-END: C1") && testhub_log(&h, "OPEN-END-CLEARED: C1"),
	      "the journal says so too");
	CHECK(testhub_log(&h, NUMMER) && !testhub_log(&h, BSN) && !testhub_log(&h, "Voorbeeld"),
	      "and names no client");
}

/* ---- many, and a stop in the middle ---- */

#define MANY 1200

static bool copy_store(const struct inname *i, struct testhub *to)
{
	char command[400], from[96], db[128], key[128], text[64];
	FILE *f = fopen(testhub_path(to, "ijwd.db.key", key), "w");
	bool ok =
		f != NULL && fwrite(i->key.bytes, 1, sizeof i->key.bytes, f) == sizeof i->key.bytes;

	if (f != NULL && fclose(f) != 0)
		ok = false;
	(void)snprintf(command, sizeof command, "chmod 600 %s && cp %s %s", key,
		       inname_file(i, from), testhub_path(to, "ijwd.db", db));
	return ok && testhub_run(command, text, sizeof text) == 0;
}

static int count_row(void *ctx, const struct reg_open_einde *e)
{
	(void)e;
	++*(unsigned *)ctx;
	return 0;
}

static bool fill(struct testhub *to)
{
	struct stroom *s = stroom_new(11, 80);
	struct stroom_bericht m;
	struct inname i;
	bool ok = s != NULL && inname_open(&i, s, NULL);

	for (int n = 0; ok && n < MANY && stroom_next(s, &m); n++)
		ok = inname_take(&i, &m) == 0;
	ok = ok && inname_commit(&i) == 0;
	inname_end(&i);
	ok = ok && copy_store(&i, to);
	inname_close(&i);
	stroom_free(&s);
	return ok;
}

/* Ends at once, before or in the middle of looking at all; the next start takes it up. */
static void stopped_at_any_moment(void)
{
	struct testhub many;
	struct store *st = NULL;
	struct gewoonten *g = NULL;
	struct buf bytes = BUF_INIT;
	struct episoden e = {0};
	struct clienten differ = {0};
	struct bewaking b = {0};
	static const struct calendar calendar;
	unsigned rows = 0;
	day learnt = 0;

	NEED(testhub_make(&many) && testhub_usual(&many) && fill(&many), "a hub with a past");
	for (int i = 0; i < 3; i++) {
		NEED(testhub_start(&many), "it starts");
		CHECK(testhub_end(&many, SIGTERM) == 0, "and ends in order");
	}
	NEED(testhub_start(&many), "it starts");
	while (!testhub_log(&many, "clients examined") && kill(many.pid, 0) == 0)
		(void)usleep(1000);
	CHECK(testhub_end(&many, SIGTERM) == 0, "and ends when all were looked at");
	NEED(open_hubs_store(&many, STORE_READ, &st), "its store opens");
	CHECK(st->reg->open_einden(st, 0, count_row, &rows) == 0 && rows > 10, "ends were found");
	CHECK(st->reg->gewoonten(st, &bytes, &learnt) == 0 &&
		      gewoonten_herstel(&g, bytes.data, bytes.len) == 0,
	      "habits were learnt");
	b = (struct bewaking){
		.store = st, .calendar = &calendar, .gewoonten = g, .vandaag = learnt};
	CHECK(g != NULL && bewaking_lees(st, NULL, NULL, NULL, &e) == 0 &&
		      bewaking_verschillen(&b, &e, false, NULL, NULL, &differ) == 0 &&
		      differ.n == 0,
	      "and the rows are what looking at all gives");
	clienten_free(&differ);
	episoden_free(&e);
	gewoonten_free(&g);
	buf_free(&bytes);
	store_close(&st);
	testhub_free(&many);
}

static bool world(void)
{
	struct buf why = BUF_INIT;
	bool ok;

	today = day_of(clock_us());
	ok = testhub_make(&h) && standards_open(&standards, "schemas", &why) == 0 &&
	     checker_new(&checker, standards) == 0 &&
	     testhub_party(&h, "gemeente-a", "codes:\n  - code: \"" GEMEENTE "\"") &&
	     testhub_party(&h, "aanbieder-a", "codes:\n  - code: \"" AANBIEDER "\"") &&
	     keep_past() && testhub_start(&h);
	(void)fprintf(stderr, "%s", buf_str(&why));
	buf_free(&why);
	return ok;
}

int main(void)
{
	static const struct test tests[] = {
		{"when the hub starts, both sides hear what is open", start_of_the_hub},
		{"a stop clears it; deleted or rejected, it is back", stop_and_back},
		{"the digest becomes files", files},
		{"kill -9 loses no clearing", killed},
		{"all that opened and cleared can be read back", read_back},
		{"a stop at any moment is taken up again", stopped_at_any_moment},
		{NULL, NULL},
	};
	int r;

	if (!world())
		return 2;
	r = unit_main("open ends", tests);
	checker_free(&checker);
	standards_free(&standards);
	testhub_free(&h);
	return r;
}
