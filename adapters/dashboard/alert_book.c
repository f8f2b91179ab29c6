#include "alert_book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "values.h"

#include "base/banned.h"

static struct alert *find(struct alert_book *b, const char *kind, const char *about)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->list[i].kind, kind) == 0 && strcmp(b->list[i].about, about) == 0)
			return &b->list[i];
	return NULL;
}

static struct alert *note(struct alert_book *b, const struct attention_row *row, int64_t now)
{
	struct alert *a = find(b, row->kind, row->about);

	if (a == NULL && b->n < ALERTS_MOST) {
		a = &b->list[b->n++];
		*a = (struct alert){.level = row->level, .first = now};
		(void)snprintf(a->kind, sizeof a->kind, "%s", row->kind);
		(void)snprintf(a->about, sizeof a->about, "%s", row->about);
	}
	if (a != NULL) {
		(void)snprintf(a->title_nl, sizeof a->title_nl, "%s", row->title_nl);
		(void)snprintf(a->title_en, sizeof a->title_en, "%s", row->title_en);
		a->last = now;
	}
	return a;
}

/* What is to be told of a condition that holds; false: nothing now. */
static bool holds(struct alert *a, const struct attention_row *row, const struct alert_rules *r, int64_t now,
		  enum alert_what *ret)
{
	bool worse = row->level < a->level;

	a->level = row->level;
	if (row->level > r->least)
		return false;
	if (a->told == 0 && now - a->first < r->settle_us)
		return false;
	if (a->told != 0 && !worse && (r->repeat_us == 0 || now - a->told < r->repeat_us))
		return false;
	*ret = a->told == 0 ? ALERT_NEW : worse ? ALERT_WORSE : ALERT_AGAIN;
	a->told = now;
	return true;
}

static void over(const struct alert *a, struct alert_event *e)
{
	*e = (struct alert_event){.what = ALERT_OVER, .since = a->first, .row = {.level = a->level, .kind = a->kind}};
	(void)snprintf(e->row.about, sizeof e->row.about, "%s", a->about);
	(void)snprintf(e->row.title_nl, sizeof e->row.title_nl, "%s", a->title_nl);
	(void)snprintf(e->row.title_en, sizeof e->row.title_en, "%s", a->title_en);
}

/* The kind of an event must outlive the book's row. */
static const char *kept_kind(const char *kind)
{
	for (const char *const *k = attention_kinds(); *k != NULL; k++)
		if (strcmp(*k, kind) == 0)
			return *k;
	return "gone";
}

void alert_round(struct alert_book *b, const struct attention *a, const struct alert_rules *r, int64_t now,
		 struct alert_event *events, size_t *n)
{
	size_t left = 0;

	*n = 0;
	for (size_t i = 0; i < a->n; i++) {
		struct alert *known = note(b, &a->list[i], now);
		enum alert_what what;

		if (known != NULL && holds(known, &a->list[i], r, now, &what))
			events[(*n)++] = (struct alert_event){.what = what, .row = a->list[i], .since = known->first};
	}
	for (size_t i = 0; i < b->n; i++) {
		struct alert *known = &b->list[i];

		/* One that was never told may go at once; one that was, when it stays away. */
		if (known->last == now || (known->told != 0 && now - known->last < r->settle_us)) {
			b->list[left++] = *known;
			continue;
		}
		if (known->told != 0) {
			over(known, &events[*n]);
			events[*n].row.kind = kept_kind(known->kind);
			(*n)++;
		}
	}
	b->n = left;
}

/* ---- the file ---- */

void alert_book_load(struct alert_book *b, const char *path)
{
	json_t *list = json_load_file(path, 0, NULL), *o;
	size_t i;

	*b = (struct alert_book){.n = 0};
	json_array_foreach(list, i, o)
	{
		struct alert *a = &b->list[b->n];

		if (b->n == ALERTS_MOST || text_of(o, "kind")[0] == '\0')
			break;
		*a = (struct alert){.level = (enum attention_level)number_of(o, "level"),
				    .first = number_of(o, "first"),
				    .last = number_of(o, "last"),
				    .told = number_of(o, "told")};
		(void)snprintf(a->kind, sizeof a->kind, "%s", text_of(o, "kind"));
		(void)snprintf(a->about, sizeof a->about, "%s", text_of(o, "about"));
		(void)snprintf(a->title_nl, sizeof a->title_nl, "%s", text_of(o, "title_nl"));
		(void)snprintf(a->title_en, sizeof a->title_en, "%s", text_of(o, "title_en"));
		b->n++;
	}
	json_decref(list);
}

int alert_book_save(const struct alert_book *b, const char *path)
{
	json_t *list = json_array();
	char fresh[4096];
	int r;

	for (size_t i = 0; i < b->n; i++) {
		const struct alert *a = &b->list[i];

		(void)json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:s, s:s, s:I, s:I, s:I}", "kind", a->kind, "about",
							    a->about, "level", (int)a->level, "title_nl", a->title_nl,
							    "title_en", a->title_en, "first", (json_int_t)a->first, "last",
							    (json_int_t)a->last, "told", (json_int_t)a->told));
	}
	r = snprintf(fresh, sizeof fresh, "%s.new", path) < (int)sizeof fresh &&
			    json_dump_file(list, fresh, JSON_INDENT(1)) == 0 && rename(fresh, path) == 0
		    ? 0
		    : -EIO;
	json_decref(list);
	return r;
}

/* ---- words ---- */

static const struct {
	const char *name, *nl, *en;
} words[] = {
	[ALERT_NEW] = {"new", "nieuw", "new"},
	[ALERT_WORSE] = {"worse", "erger geworden", "worse"},
	[ALERT_AGAIN] = {"again", "nog steeds", "still"},
	[ALERT_OVER] = {"over", "voorbij", "over"},
};

static const char *const levels[][2] = {
	[ATTENTION_URGENT] = {"dringend", "urgent"}, [ATTENTION_WARNING] = {"waarschuwing", "warning"}, [ATTENTION_INFO] = {"ter informatie", "for information"}};

const char *alert_word(enum alert_what w)
{
	return words[w].name;
}

void alert_text(const struct alert_event *events, size_t n, const char *hub, const char *language, struct buf *to)
{
	bool en = strcmp(language, "en") == 0;
	char since[MOMENT_TEXT];

	for (size_t i = 0; i < n; i++) {
		const struct alert_event *e = &events[i];
		const char *text = en ? e->row.text_en : e->row.text_nl;

		moment_text(e->since, since);
		buf_addf(to, "[%s, %s] %s%s%s\n", en ? words[e->what].en : words[e->what].nl, levels[e->row.level][en],
			 en ? e->row.title_en : e->row.title_nl, e->row.about[0] != '\0' ? ": " : "", e->row.about);
		if (text[0] != '\0')
			buf_addf(to, "  %s\n", text);
		buf_addf(to, "  %s %.16sZ\n\n", en ? "since" : "sinds", since);
	}
	buf_addf(to, en ? "This comes from the page of hub %s.\n" : "Dit komt van de pagina van hub %s.\n", hub);
}

void alert_subject(const struct alert_event *events, size_t n, const char *hub, const char *language, struct buf *to)
{
	bool en = strcmp(language, "en") == 0;
	size_t gone = 0;

	for (size_t i = 0; i < n; i++)
		gone += events[i].what == ALERT_OVER;
	buf_addf(to, "[%s] ", hub);
	if (n - gone == 1 || n == 1) {
		const struct alert_event *e = events;

		while (n > 1 && e->what == ALERT_OVER)
			e++;
		buf_addf(to, "%s: %s%s%s", en ? words[e->what].en : words[e->what].nl, en ? e->row.title_en : e->row.title_nl,
			 e->row.about[0] != '\0' ? " " : "", e->row.about);
		return;
	}
	buf_addf(to, en ? "%zu alerts, %zu over" : "%zu meldingen, %zu voorbij", n - gone, gone);
}

json_t *alert_payload(const struct alert_event *events, size_t n, const char *hub)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct alert_event *e = &events[i];
		json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "what", words[e->what].name, "level",
				      attention_level_name(e->row.level), "kind", e->row.kind, "about", e->row.about,
				      "title_nl", e->row.title_nl, "title_en", e->row.title_en, "text_nl", e->row.text_nl,
				      "text_en", e->row.text_en, "link", e->row.link, "count", (json_int_t)e->row.count);

		set_moment(o, "since", e->since);
		(void)json_array_append_new(list, o);
	}
	return json_pack("{s:s, s:o}", "hub", hub, "alerts", list);
}
