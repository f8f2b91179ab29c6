/*
 * The lines around a finding, or all of a message, for a human, with everything
 * personal masked.
 *
 * The text may be anything, also no XML at all, so the rule is the other way
 * round: a byte is masked unless it is known to be markup (a tag's name that
 * the standard has, an attribute's sign) or a harmless value of an element
 * that holds nothing personal.  Once tags no longer match, no value is shown
 * any more.
 *
 * One walk from the start, because only that tells which element a line lies
 * in; it ends two lines behind the finding.
 */
#include "care/check.h"

#include <stdio.h>
#include <string.h>

#include "care/mask.h"
#include "care/release.h"
#include "care/track.h"

#include "base/banned.h"

#define AROUND 2  /* lines before and after */
#define BEFORE 60 /* characters of a long line left of the column */
#define BEHIND 60 /* and right of it */
#define MASK "\xE2\x80\xA2"
#define CUT "\xE2\x80\xA6"

struct name {
	const char *at;
	size_t n;
};

struct walk {
	const struct standards *standards;
	const struct berichttype *type; /* by the first namespace that is known; NULL until then */
	const struct finding *finding;
	struct buf *out;
	uint32_t line, column; /* of the next character */
	bool whole;	       /* all of the message, as it stands */
	bool cut;	       /* the line's end was cut off */
	bool lost;	       /* tags did not match: no value is shown any more */
	unsigned depth;
	struct name open[TRACK_DEPTH_MAX];
};

/* ---- output ---- */

static bool in_lines(const struct walk *w)
{
	return w->line + AROUND >= w->finding->line && w->line <= w->finding->line + AROUND;
}

/* Which columns of a line are shown. */
static void window(const struct walk *w, uint32_t *from, uint32_t *to)
{
	uint32_t column = w->line == w->finding->line ? w->finding->column : 0;

	*from = column > BEFORE ? column - BEFORE : 1;
	*to = *from + BEFORE + BEHIND;
}

static void begin_line(struct walk *w)
{
	w->cut = false;
	if (in_lines(w))
		buf_addf(w->out, "%c %6u | ", w->line == w->finding->line ? '>' : ' ', w->line);
}

/* Ends a shown line; below the finding's own comes a sign under its column. */
static void end_line(struct walk *w)
{
	uint32_t from, to;

	if (!in_lines(w))
		return;
	buf_adds(w->out, "\n");
	if (w->line != w->finding->line || w->finding->column == 0)
		return;
	window(w, &from, &to);
	buf_addf(w->out, "         | %*s^\n", (int)(w->finding->column - from + (from > 1)), "");
}

static void put(struct walk *w, const char *c, size_t n, bool mask)
{
	uint32_t from, to;

	if (w->whole) {
		bool space = *c == '\t' || *c == ' ';

		if (!space && (mask || (n == 1 && ((unsigned char)*c < 0x20 || *c == 0x7F))))
			buf_adds(w->out, MASK);
		else
			buf_add(w->out, c, n);
		return;
	}
	window(w, &from, &to);
	if (w->column == from && from > 1)
		buf_adds(w->out, CUT);
	if (w->column >= from && w->column < to) {
		if (*c == '\t' || *c == ' ')
			buf_adds(w->out, " "); /* one column, so that the sign stands right */
		else if (mask || (n == 1 && ((unsigned char)*c < 0x20 || *c == 0x7F)))
			buf_adds(w->out, MASK);
		else
			buf_add(w->out, c, n);
	} else if (w->column >= to && !w->cut) {
		buf_adds(w->out, CUT);
		w->cut = true;
	}
}

/* Shows or masks n bytes; lines outside the excerpt are only counted. */
static void emit(struct walk *w, const char *p, size_t n, bool mask)
{
	for (size_t i = 0, size; i < n; i += size) {
		size = 1;
		while (i + size < n && ((unsigned char)p[i + size] & 0xC0) == 0x80)
			size++;
		if (p[i] == '\n' && w->whole) {
			buf_adds(w->out, "\n");
			continue;
		}
		if (p[i] == '\n') {
			end_line(w);
			w->line++;
			w->column = 1;
			begin_line(w);
			continue;
		}
		if (p[i] != '\r' && (w->whole || in_lines(w)))
			put(w, p + i, size < 4 ? size : 4, mask);
		w->column++;
	}
}

/* ---- what may be shown ---- */

static const struct catalog *catalog_of(const struct walk *w)
{
	return w->type == NULL ? NULL : standard_catalog(w->type->standard);
}

/* The name without its prefix. */
static struct name local(struct name qname)
{
	const char *colon = memchr(qname.at, ':', qname.n);

	if (colon == NULL)
		return qname;
	return (struct name){colon + 1, qname.n - (size_t)(colon + 1 - qname.at)};
}

static bool name_known(const struct walk *w, struct name qname)
{
	char copy[MASK_NAME_MAX + 1];
	struct name l = local(qname);
	size_t prefix = qname.n - l.n;

	if (catalog_of(w) == NULL || l.n > MASK_NAME_MAX || prefix > 16 ||
	    (prefix > 1 && !mask_name_harmless(qname.at, prefix - 1)))
		return false;
	memcpy(copy, l.at, l.n);
	copy[l.n] = '\0';
	return catalog_knows_name(catalog_of(w), copy);
}

/* Whether the innermost open element may show this text. */
static bool value_free(const struct walk *w, const char *text, size_t n)
{
	struct buf path = BUF_INIT;
	const struct element_info *e;

	if (w->lost || w->depth == 0 || catalog_of(w) == NULL || !mask_value_harmless(text, n))
		return false;
	for (unsigned i = 0; i < w->depth; i++)
		buf_addf(&path, "/%.*s", (int)local(w->open[i]).n, local(w->open[i]).at);
	e = path.failed ? NULL : catalog_element(catalog_of(w), w->type->naam, buf_str(&path));
	buf_free(&path);
	return e != NULL && strcmp(e->personal, "no") == 0;
}

/* ---- the walk ---- */

static size_t name_length(const char *p, const char *end)
{
	const char *from = p;

	while (p < end && memchr(" \t\r\n=/><\"'", *p, 10) == NULL)
		p++;
	return (size_t)(p - from);
}

/* The type, as soon as an attribute of the root names its namespace. */
static void learn_type(struct walk *w, const char *value, size_t n)
{
	char ns[128];

	if (w->type != NULL || w->depth > 0 || n >= sizeof ns)
		return;
	memcpy(ns, value, n);
	ns[n] = '\0';
	w->type = standards_by_namespace(w->standards, ns);
}

/* Looks for namespaces in a tag before any of it is shown. */
static void learn_attributes(struct walk *w, const char *p, const char *end)
{
	while (p < end) {
		const char *quote = p, *close;

		while (quote < end && *quote != '"' && *quote != '\'')
			quote++;
		close = quote == end ? NULL : memchr(quote + 1, *quote, (size_t)(end - quote - 1));
		if (close == NULL)
			return;
		learn_type(w, quote + 1, (size_t)(close - quote - 1));
		p = close + 1;
	}
}

/* Behind the name: signs are shown, names of attributes and their values are not. */
static void emit_attributes(struct walk *w, const char *p, const char *end)
{
	for (; p < end; p++)
		emit(w, p, 1, memchr("=\"'/> \t\r\n", *p, 9) == NULL);
}

static void open_or_close(struct walk *w, struct name name, bool closing, bool empty)
{
	if (closing) {
		const struct name *top = w->depth == 0 ? NULL : &w->open[w->depth - 1];

		if (top == NULL || top->n != name.n || memcmp(top->at, name.at, name.n) != 0)
			w->lost = true;
		else
			w->depth--;
	} else if (!empty && w->depth == TRACK_DEPTH_MAX) {
		w->lost = true;
	} else if (!empty) {
		w->open[w->depth++] = name;
	}
}

/* Where a tag ends: behind its '>', or at the next '<' or the end when it has none. */
static const char *tag_end(const char *p, const char *end, bool *whole)
{
	char quote = '\0';

	for (; p < end && *p != '<'; p++) {
		if (quote != '\0')
			quote = *p == quote ? '\0' : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '>')
			break;
	}
	*whole = p < end && *p == '>';
	return *whole ? p + 1 : p;
}

static const char *walk_tag(struct walk *w, const char *p, const char *end)
{
	bool closing = p + 1 < end && p[1] == '/', whole;
	const char *from = p + 1 + closing, *behind = tag_end(p + 1, end, &whole);
	struct name name = {from, name_length(from, behind)};

	if (!whole || name.n == 0) {
		w->lost = true; /* not a tag, so perhaps a text */
		emit(w, p, (size_t)(behind - p), true);
		return behind;
	}
	learn_attributes(w, from + name.n, behind);
	emit(w, p, (size_t)(from - p), false);
	emit(w, name.at, name.n, !name_known(w, name));
	emit_attributes(w, from + name.n, behind);
	open_or_close(w, name, closing, behind[-2] == '/');
	return behind;
}

static const struct {
	const char *begin, *end;
} blocks[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ">"}};

/* Comments, CDATA and the like are masked whole; NULL when p begins none. */
static const char *walk_block(struct walk *w, const char *p, const char *end)
{
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		size_t n = strlen(blocks[i].begin), m = strlen(blocks[i].end);
		const char *close;

		if ((size_t)(end - p) < n || memcmp(p, blocks[i].begin, n) != 0)
			continue;
		close = memmem(p + n, (size_t)(end - p) - n, blocks[i].end, m);
		emit(w, p, n, false);
		emit(w, p + n, (size_t)((close == NULL ? end : close) - p) - n, true);
		if (close != NULL)
			emit(w, close, m, false);
		return close == NULL ? end : close + m;
	}
	return NULL;
}

/* Text is shown only when it is all there is between an element's two tags. */
static const char *walk_text(struct walk *w, const char *p, const char *end)
{
	const char *lt = memchr(p, '<', (size_t)(end - p));
	size_t n = (size_t)((lt == NULL ? end : lt) - p);
	bool alone = lt != NULL && end - lt > 1 && lt[1] == '/';

	emit(w, p, n, !(alone && value_free(w, p, n)));
	return p + n;
}

/* One piece: a block, a tag or a text; gives where it ends. */
static const char *walk_piece(struct walk *w, const char *p, const char *end)
{
	const char *behind = *p == '<' ? walk_block(w, p, end) : NULL;

	if (behind != NULL)
		return behind;
	return *p == '<' ? walk_tag(w, p, end) : walk_text(w, p, end);
}

void check_excerpt(const struct checker *c, const void *data, size_t size, const struct finding *f,
		   struct buf *out)
{
	struct walk w = {.standards = checker_standards(c),
			 .finding = f,
			 .out = out,
			 .line = 1,
			 .column = 1};
	const char *p = data, *end = p + size;

	if (f->line == 0 || size == 0)
		return;
	begin_line(&w);
	while (p < end && w.line <= f->line + AROUND)
		p = walk_piece(&w, p, end);
	if (w.line <= f->line + AROUND)
		end_line(&w);
}

void check_masked(const struct standards *s, const void *data, size_t size, struct buf *out)
{
	struct walk w = {.standards = s, .out = out, .line = 1, .column = 1, .whole = true};
	const char *p = data, *end = p + size;

	while (p < end)
		p = walk_piece(&w, p, end);
}
