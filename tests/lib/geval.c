/*
 * Paths are found by walking the tags of the text; the messages are our own
 * and have no CDATA or comments, so no parser is needed and every byte that a
 * case does not name stays as it is.
 */
#include "geval.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bericht.h"

#define DEPTH 32

/* Where an element stands in the text: of its '<' to behind its last '>'. */
struct place {
	size_t begin, inside, close, end;
	bool found;
};

/* ---- paths ---- */

struct step {
	char name[64];
	unsigned n; /* 0: not said */
};

struct route {
	struct step steps[DEPTH];
	unsigned n;
};

static bool read_step(const char *at, size_t n, struct step *s)
{
	const char *bracket = memchr(at, '[', n);
	size_t name = bracket == NULL ? n : (size_t)(bracket - at);

	if (name == 0 || name >= sizeof s->name)
		return false;
	memcpy(s->name, at, name);
	s->name[name] = '\0';
	s->n = bracket == NULL ? 0 : (unsigned)strtoul(bracket + 1, NULL, 10);
	return bracket == NULL || s->n > 0;
}

static bool read_route(const char *path, struct route *r)
{
	r->n = 0;
	while (*path == '/')
		path++;
	while (*path != '\0') {
		size_t n = strcspn(path, "/");

		if (r->n == DEPTH || !read_step(path, n, &r->steps[r->n++]))
			return false;
		path += n;
		path += *path == '/';
	}
	return r->n > 0;
}

/* ---- tags ---- */

struct tag {
	size_t begin, end;
	char name[64]; /* without its prefix */
	bool closes, empty;
};

/* The next tag of an element at or behind *at; declarations and comments are passed over. */
static bool next_tag(const struct buf *xml, size_t *at, struct tag *t)
{
	const char *text = buf_str(xml), *lt = text + *at, *gt, *name, *colon;
	size_t n;

	do {
		lt = strchr(lt, '<');
		gt = lt == NULL ? NULL : strchr(lt, '>');
		if (gt == NULL)
			return false;
		*at = (size_t)(gt + 1 - text);
		name = lt + 1;
		lt = gt;
	} while (*name == '?' || *name == '!');
	t->begin = (size_t)(name - 1 - text);
	t->end = *at;
	t->closes = *name == '/';
	t->empty = gt[-1] == '/';
	name += t->closes;
	n = strcspn(name, " \t\r\n/>");
	colon = memchr(name, ':', n);
	if (colon != NULL) {
		n -= (size_t)(colon + 1 - name);
		name = colon + 1;
	}
	(void)snprintf(t->name, sizeof t->name, "%.*s", (int)n, name);
	return true;
}

/* How far each open element has come along the route. */
struct walk {
	const struct route *route;
	unsigned matched[DEPTH + 1]; /* steps matched by the element at that depth; 0: none */
	unsigned seen[DEPTH];	     /* matches of each step so far */
	unsigned depth;
};

static bool step_matches(struct walk *w, unsigned step, const char *name)
{
	const struct step *s = &w->route->steps[step];

	if (strcmp(s->name, name) != 0)
		return false;
	w->seen[step]++;
	return s->n == 0 || s->n == w->seen[step];
}

/* Opens an element; true when it is what the route leads to. */
static bool walk_into(struct walk *w, const char *name)
{
	unsigned parent = w->matched[w->depth], now = 0;

	if (parent > 0 && parent < w->route->n && step_matches(w, parent, name))
		now = parent + 1;
	else if (step_matches(w, 0, name))
		now = 1;
	w->matched[++w->depth] = now;
	return now == w->route->n;
}

static struct place find(const struct buf *xml, const char *path)
{
	struct route r;
	struct walk w = {.route = &r};
	struct place p = {.found = false};
	unsigned inside = 0; /* depth of the element once it is found */
	size_t at = 0;
	struct tag t;

	if (!read_route(path, &r))
		return p;
	while (next_tag(xml, &at, &t)) {
		if (!t.closes && w.depth + 1 < DEPTH && walk_into(&w, t.name) && inside == 0) {
			inside = w.depth;
			p.begin = t.begin;
			p.inside = p.close = p.end = t.end;
		}
		if (!t.closes && !t.empty)
			continue;
		if (w.depth == inside && inside > 0) {
			p.close = t.empty ? t.end : t.begin;
			p.end = t.end;
			p.found = true;
			return p;
		}
		w.depth -= w.depth > 0;
	}
	return p;
}

/* ---- changes ---- */

/* The text from..until becomes piece. */
static bool exchange(struct buf *xml, size_t from, size_t until, const char *piece, size_t n)
{
	struct buf out = BUF_INIT;

	buf_add(&out, xml->data, from);
	buf_add(&out, piece, n);
	buf_add(&out, xml->data + until, xml->len - until);
	if (out.failed) {
		buf_free(&out);
		return false;
	}
	buf_free(xml);
	*xml = out;
	return true;
}

/* b: becomes the prefix of the message, which is that of its root. */
static void translate(const struct buf *xml, const char *piece, struct buf *out)
{
	const char *root = strstr(buf_str(xml), ":Bericht");
	const char *prefix = root;

	while (prefix != NULL && prefix > xml->data && prefix[-1] != '<')
		prefix--;
	for (; *piece != '\0'; piece++) {
		bool tag = strncmp(piece, "<b:", 3) == 0, end = strncmp(piece, "</b:", 4) == 0;

		buf_add(out, piece, 1);
		if (!(tag || end) || root == NULL)
			continue;
		if (end)
			buf_adds(out, "/");
		buf_add(out, prefix, (size_t)(root - prefix));
		piece += end ? 2 : 1;
	}
}

bool geval_set(struct buf *xml, const char *path, const char *content)
{
	struct place p = find(xml, path);
	struct buf piece = BUF_INIT;
	bool done;

	translate(xml, content, &piece);
	done = p.found && exchange(xml, p.inside, p.close, buf_str(&piece), piece.len);
	buf_free(&piece);
	return done;
}

bool geval_remove(struct buf *xml, const char *path)
{
	struct place p = find(xml, path);

	return p.found && exchange(xml, p.begin, p.end, "", 0);
}

bool geval_copy(struct buf *xml, const char *path)
{
	struct place p = find(xml, path);
	struct buf piece = BUF_INIT;
	bool done;

	if (p.found)
		buf_add(&piece, xml->data + p.begin, p.end - p.begin);
	done = p.found && exchange(xml, p.end, p.end, buf_str(&piece), piece.len);
	buf_free(&piece);
	return done;
}

bool geval_insert(struct buf *xml, const char *path, const char *piece, bool after)
{
	struct place p = find(xml, path);
	struct buf text = BUF_INIT;
	size_t at = after ? p.end : p.begin;
	bool done;

	translate(xml, piece, &text);
	done = p.found && exchange(xml, at, at, buf_str(&text), text.len);
	buf_free(&text);
	return done;
}

/* ---- the file ---- */

struct reader {
	struct geval *g;
	struct geval_bericht *now; /* the message at hand, NULL before the first */
	day today, register_start;
	char lists[32];
	unsigned line;
	const char *wrong; /* what is wrong with the line */
};

static bool wrong(struct reader *r, const char *what)
{
	r->wrong = what;
	return false;
}

static bool read_today(struct reader *r, const char *text, const char *rest)
{
	(void)rest;
	return day_parse(text, &r->today) || wrong(r, "today wants a day, jjjj-mm-dd");
}

static bool read_register(struct reader *r, const char *text, const char *rest)
{
	(void)rest;
	return day_parse(text, &r->register_start) || wrong(r, "register wants a day, jjjj-mm-dd");
}

static bool read_lists(struct reader *r, const char *naam, const char *rest)
{
	(void)rest;
	(void)snprintf(r->lists, sizeof r->lists, "%s", naam);
	return true;
}

static bool read_take(struct reader *r, const char *what, const char *rest)
{
	(void)rest;
	(void)snprintf(r->now->take, sizeof r->now->take, "%s", what);
	return strcmp(what, "lines") == 0 || strcmp(what, "all") == 0 ||
	       wrong(r, "take wants lines or all");
}

static bool read_message(struct reader *r, const char *type, const char *rest)
{
	(void)rest;
	if (r->g->n == GEVAL_MESSAGES)
		return wrong(r, "too many messages");
	r->now = &r->g->berichten[r->g->n++];
	(void)snprintf(r->now->type, sizeof r->now->type, "%s", type);
	r->now->today = r->today;
	r->now->register_start = r->register_start;
	(void)snprintf(r->now->lists, sizeof r->now->lists, "%s", r->lists);
	r->now->line = r->line;
	return bericht_read(type, &r->now->bytes) || wrong(r, "no such message in tests/messages");
}

static bool read_set(struct reader *r, const char *path, const char *rest)
{
	return geval_set(&r->now->bytes, path, rest) || wrong(r, "no such element to set");
}

static bool read_remove(struct reader *r, const char *path, const char *rest)
{
	(void)rest;
	return geval_remove(&r->now->bytes, path) || wrong(r, "no such element to remove");
}

static bool read_copy(struct reader *r, const char *path, const char *rest)
{
	(void)rest;
	return geval_copy(&r->now->bytes, path) || wrong(r, "no such element to copy");
}

static bool read_after(struct reader *r, const char *path, const char *rest)
{
	return geval_insert(&r->now->bytes, path, rest, true) ||
	       wrong(r, "no such element to insert behind");
}

static bool read_before(struct reader *r, const char *path, const char *rest)
{
	return geval_insert(&r->now->bytes, path, rest, false) ||
	       wrong(r, "no such element to insert before");
}

static bool read_expect(struct reader *r, const char *rule, const char *rest)
{
	struct geval_verwacht *v;
	char code[8], path[160];

	if (r->now->n == GEVAL_EXPECTS)
		return wrong(r, "too many expectations");
	if (sscanf(rest, "%7s %159s", code, path) != 2)
		return wrong(r, "expect wants RULE RETOURCODE PATH");
	v = &r->now->expects[r->now->n++];
	(void)snprintf(v->rule, sizeof v->rule, "%s", rule);
	(void)snprintf(v->retourcode, sizeof v->retourcode, "%s", strcmp(code, "-") == 0 ? "" : code);
	(void)snprintf(v->path, sizeof v->path, "%s", path);
	v->line = r->line;
	return true;
}

static const struct {
	const char *word;
	bool (*read)(struct reader *r, const char *first, const char *rest);
	bool needs_message;
} words[] = {
	{"today", read_today, false},  {"message", read_message, false}, {"set", read_set, true},
	{"remove", read_remove, true}, {"copy", read_copy, true},	 {"after", read_after, true},
	{"before", read_before, true}, {"expect", read_expect, true},
	{"take", read_take, true},     {"register", read_register, false},
	{"lists", read_lists, false},
};

/* Cuts the first word off; what follows it has no blanks in front. */
static char *cut_word(char *text)
{
	size_t n = strcspn(text, " \t");

	if (text[n] == '\0')
		return text + n;
	text[n++] = '\0';
	return text + n + strspn(text + n, " \t");
}

static bool read_line(struct reader *r, char *line)
{
	char *first, *rest;

	line += strspn(line, " \t");
	line[strcspn(line, "\r\n")] = '\0';
	for (size_t n = strlen(line); n > 0 && isblank((unsigned char)line[n - 1]); n--)
		line[n - 1] = '\0';
	if (line[0] == '#' && r->g->title[0] == '\0')
		(void)snprintf(r->g->title, sizeof r->g->title, "%s", line + 1 + strspn(line + 1, " "));
	if (line[0] == '#' || line[0] == '\0')
		return true;
	first = cut_word(line);
	rest = cut_word(first);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].word, line) != 0)
			continue;
		if (words[i].needs_message && r->now == NULL)
			return wrong(r, "there is no message yet");
		return *first == '\0' ? wrong(r, "something is missing on the line")
				      : words[i].read(r, first, rest);
	}
	return wrong(r, "unknown word");
}

bool geval_read(const char *path, struct geval *ret, struct buf *why)
{
	struct reader r = {.g = ret, .register_start = DAY_NONE};
	char *line = NULL;
	size_t room = 0;
	bool good = true;
	FILE *f = fopen(path, "re");

	memset(ret, 0, sizeof *ret);
	(void)day_parse("2026-12-31", &r.today); /* it is one */
	ret->berichten = calloc(GEVAL_MESSAGES, sizeof *ret->berichten);
	if (f == NULL || ret->berichten == NULL) {
		buf_addf(why, "%s: cannot be read\n", path);
		if (f != NULL)
			(void)fclose(f); /* only read from */
		return false;
	}
	while (good && getline(&line, &room, f) >= 0) {
		r.line++;
		good = read_line(&r, line);
	}
	if (!good)
		buf_addf(why, "%s:%u: %s\n", path, r.line, r.wrong);
	else if (ret->n == 0)
		buf_addf(why, "%s: no message in it\n", path);
	free(line);
	(void)fclose(f); /* only read from */
	return good && ret->n > 0;
}

void geval_free(struct geval *g)
{
	for (size_t i = 0; g->berichten != NULL && i < g->n; i++)
		buf_free(&g->berichten[i].bytes);
	free(g->berichten);
	g->berichten = NULL;
	g->n = 0;
}

bool geval_path_is(const char *path, const char *expected)
{
	struct route is, want;

	if (path == NULL || !read_route(path, &is) || !read_route(expected, &want) || want.n > is.n)
		return false;
	for (unsigned i = 1; i <= want.n; i++) {
		const struct step *a = &is.steps[is.n - i], *b = &want.steps[want.n - i];

		if (strcmp(a->name, b->name) != 0 || (b->n > 0 && b->n != a->n))
			return false;
	}
	return true;
}
