/*
 * A lexer with just enough states to know tags, quotes, comments, CDATA and
 * instructions apart.  For well-formed XML it is exact.  In anything else it
 * may lose its way, which does no harm: libxml2 refuses that text itself, and
 * a '<' always brings the lexer back to a tag's start.
 *
 * Speed matters: every message passes here.  Text is skipped by memchr, bytes
 * of a tag by a table lookup each, and the checks of NUL and UTF-8 go eight
 * bytes at a time as long as they are ASCII.
 */
#include "care/scan.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/banned.h"

enum state { TEXT, LT, BANG, TAG, QUOTE, COMMENT, CDATA, PI };

/* Bytes that end a name inside a tag. */
static const bool delimiter[256] = {
	[' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, ['='] = true,
	['/'] = true, ['>'] = true,  ['<'] = true,  ['"'] = true,  ['\''] = true,
};

static const struct {
	const char *bytes;
	size_t n;
	enum scan_fault fault;
} beginnings[] = {
	{"\xEF\xBB\xBF", 3, SCAN_BOM},
	{"\xFE\xFF", 2, SCAN_UTF16},
	{"\xFF\xFE", 2, SCAN_UTF16},
	{"\0<", 2, SCAN_UTF16},
	{"<\0", 2, SCAN_UTF16},
	{"\0\0", 2, SCAN_UTF16},
	{"\x4C\x6F\xA7\x94", 4, SCAN_UTF16},
};

/* Notes a fault at p, counting lines from the piece's start, and ends the scan. */
static size_t fail(struct scan *s, enum scan_fault fault, const unsigned char *piece,
		   const unsigned char *p)
{
	uint32_t column = s->chars + 1;

	s->fault = fault;
	s->line = s->newlines + 1;
	for (const unsigned char *q = piece; q < p; q++) {
		if (*q == '\n') {
			s->line++;
			column = 1;
		} else if ((*q & 0xC0) != 0x80) {
			column++;
		}
	}
	s->column = column;
	return (size_t)(p - piece);
}

/* The value of encoding="…" in the XML declaration, if it has one; false for other than UTF-8. */
static bool declared_utf8(const unsigned char *data, size_t n)
{
	const char *end, *at, *from = (const char *)data;
	size_t size;

	if (n < 6 || memcmp(data, "<?xml", 5) != 0 || !delimiter[data[5]])
		return true;
	end = memmem(data, n < 1024 ? n : 1024, "?>", 2);
	at = end == NULL ? NULL : memmem(from, (size_t)(end - from), "encoding", 8);
	if (at == NULL)
		return true;
	for (at += 8; at < end && *at != '"' && *at != '\'';)
		at++;
	size = (size_t)(end - at);
	return size < 7 || (strncasecmp(at + 1, "utf-8", 5) == 0 && at[6] == at[0]);
}

static enum scan_fault beginning(const unsigned char *data, size_t n)
{
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (n >= beginnings[i].n && memcmp(data, beginnings[i].bytes, beginnings[i].n) == 0)
			return beginnings[i].fault;
	return declared_utf8(data, n) ? SCAN_OK : SCAN_ENCODING;
}

/* The first byte of a sequence: how many follow, and the least code it may hold. */
static bool sequence_begin(struct scan *s, unsigned char c)
{
	if (c >= 0xC2 && c <= 0xDF)
		s->more = 1, s->code = c & 0x1Fu, s->least = 0x80;
	else if (c >= 0xE0 && c <= 0xEF)
		s->more = 2, s->code = c & 0x0Fu, s->least = 0x800;
	else if (c >= 0xF0 && c <= 0xF4)
		s->more = 3, s->code = c & 0x07u, s->least = 0x10000;
	else
		return false;
	return true;
}

static bool sequence_go_on(struct scan *s, unsigned char c)
{
	if ((c & 0xC0) != 0x80)
		return false;
	s->code = s->code << 6 | (c & 0x3Fu);
	if (--s->more > 0)
		return true;
	return s->code >= s->least && s->code <= 0x10FFFF && (s->code < 0xD800 || s->code > 0xDFFF);
}

/* How many bytes from p on are plain ASCII, in steps of eight. */
static size_t ascii_run(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *from = p;

	for (; end - p >= 8; p += 8) {
		uint64_t eight;

		memcpy(&eight, p, 8);
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return (size_t)(p - from);
}

/* The end of what is UTF-8 without NUL: end itself, or the byte at fault. */
static const unsigned char *good_bytes(struct scan *s, const unsigned char *p,
				       const unsigned char *end)
{
	while (p < end) {
		if (s->more == 0 && (p += ascii_run(p, end)) == end)
			break;
		if (s->more > 0 ? !sequence_go_on(s, *p) : *p >= 0x80 && !sequence_begin(s, *p))
			break;
		p++;
	}
	return p;
}

/* Counts a name's bytes and its tag's; false once they pass a limit. */
static enum scan_fault tag_end_of_name(struct scan *s, unsigned char c)
{
	if (s->name > SCAN_NAME_MAX)
		return SCAN_NAME;
	s->name = 0;
	if (c == '"' || c == '\'') {
		s->quote = c;
		s->state = QUOTE;
		if (++s->attributes > SCAN_ATTRIBUTES_MAX)
			return SCAN_ATTRIBUTES;
	} else if (c == '>') {
		s->state = TEXT;
	} else if (c == '<') {
		s->state = LT; /* not well-formed: start anew, libxml2 will say so */
	}
	return SCAN_OK;
}

/* Inside a tag, outside its quotes. */
static enum scan_fault scan_tag(struct scan *s, const unsigned char **p, const unsigned char *end)
{
	const unsigned char *q = *p;
	enum scan_fault fault = SCAN_OK;

	while (q < end && !delimiter[*q])
		q++;
	s->name += (uint32_t)(q - *p);
	s->length += (uint32_t)(q - *p) + 1;
	if (s->length > SCAN_TAG_MAX)
		fault = SCAN_TAG;
	else if (q < end || s->name > SCAN_NAME_MAX)
		fault = tag_end_of_name(s, q < end ? *q : ' ');
	*p = fault == SCAN_OK && q < end ? q + 1 : q;
	return fault;
}

static enum scan_fault scan_quote(struct scan *s, const unsigned char **p, const unsigned char *end)
{
	const unsigned char *q = *p;

	while (q < end && *q != s->quote && *q != '<')
		q++;
	s->length += (uint32_t)(q - *p) + 1;
	*p = q;
	if (s->length > SCAN_TAG_MAX)
		return SCAN_TAG;
	if (q < end) {
		s->state = *q == '<' ? LT : TAG;
		*p = q + 1;
	}
	return SCAN_OK;
}

static void begin(struct scan *s, enum state state)
{
	s->state = state;
	s->length = s->name = s->attributes = s->matched = 0;
}

/* The byte after '<' tells what it opens. */
static enum scan_fault scan_lt(struct scan *s, const unsigned char **p, const unsigned char *end)
{
	(void)end; /* one byte is always there */
	switch (**p) {
	case '!':
		begin(s, BANG);
		break;
	case '?':
		begin(s, PI);
		break;
	case '<':
		return ++*p, SCAN_OK;
	case '/':
		begin(s, TAG);
		break;
	default:
		begin(s, TAG);
		return SCAN_OK; /* the byte is the name's */
	}
	++*p;
	return SCAN_OK;
}

static const struct {
	const char *bytes;
	enum state state;
	enum scan_fault fault;
} openings[] = {
	{"--", COMMENT, SCAN_OK},
	{"[CDATA[", CDATA, SCAN_OK},
	{"DOCTYPE", TEXT, SCAN_DOCTYPE},
};

/* After "<!": follows the three spellings that can come, byte by byte. */
static enum scan_fault scan_bang(struct scan *s, const unsigned char **p, const unsigned char *end)
{
	(void)end; /* one byte is always there */
	for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
		const char *o = openings[i].bytes;

		/* The first byte tells which one; it is kept in name. */
		if (s->matched == 0 ? **p != (unsigned char)*o : s->name != i + 1)
			continue;
		if (**p != (unsigned char)o[s->matched])
			break;
		s->name = (uint32_t)i + 1;
		++*p;
		if (o[++s->matched] != '\0')
			return SCAN_OK;
		if (openings[i].fault == SCAN_OK)
			begin(s, openings[i].state);
		return openings[i].fault;
	}
	begin(s, TEXT); /* libxml2 will refuse it */
	return SCAN_OK;
}

/* Comments, CDATA and instructions: looks for their end, which may be cut by a piece's end. */
static enum scan_fault scan_block(struct scan *s, const unsigned char **p, const unsigned char *end)
{
	const unsigned char mark = s->state == COMMENT ? '-' : s->state == CDATA ? ']' : '?';
	const uint32_t need = s->state == PI ? 1 : 2;

	while (*p < end) {
		const unsigned char c = *(*p)++;

		if (c == mark) {
			s->matched += s->matched < need;
		} else if (c == '>' && s->matched >= need) {
			begin(s, TEXT);
			return SCAN_OK;
		} else {
			const unsigned char *next;

			s->matched = 0;
			next = memchr(*p, mark, (size_t)(end - *p));
			s->length += (uint32_t)((next == NULL ? end : next) - *p);
			*p = next == NULL ? end : next;
		}
		if (++s->length > SCAN_BLOCK_MAX)
			return s->state == CDATA ? SCAN_CDATA : SCAN_BLOCK;
	}
	return SCAN_OK;
}

/* Behind a tag that is a name alone, as nearly all are; NULL when it is anything else. */
static const unsigned char *plain_tag(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *from = p;

	if (p == end || *p == '!' || *p == '?')
		return NULL;
	p += *p == '/';
	while (p < end && !delimiter[*p])
		p++;
	return p < end && *p == '>' && p - from <= SCAN_NAME_MAX ? p + 1 : NULL;
}

static enum scan_fault scan_text(struct scan *s, const unsigned char **p, const unsigned char *end)
{
	const unsigned char *at = *p, *behind;

	do {
		at = memchr(at, '<', (size_t)(end - at));
		if (at == NULL) {
			*p = end;
			return SCAN_OK;
		}
		behind = plain_tag(++at, end);
		if (behind != NULL)
			at = behind;
	} while (behind != NULL);
	s->state = LT;
	*p = at;
	return SCAN_OK;
}

typedef enum scan_fault step(struct scan *, const unsigned char **, const unsigned char *);

static step *const steps[] = {
	[TEXT] = scan_text,   [LT] = scan_lt,	      [BANG] = scan_bang,   [TAG] = scan_tag,
	[QUOTE] = scan_quote, [COMMENT] = scan_block, [CDATA] = scan_block, [PI] = scan_block,
};

/* Where the next piece begins, for the fault that may lie in it. */
static void count_lines(struct scan *s, const unsigned char *p, size_t n)
{
	const unsigned char *end = p + n, *newline;

	while ((newline = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		s->newlines++;
		s->chars = 0;
		p = newline + 1;
	}
	for (; p < end; p++)
		s->chars += (*p & 0xC0) != 0x80;
}

size_t scan_feed(struct scan *s, const void *data, size_t n)
{
	const unsigned char *piece = data, *p = piece, *end, *good;
	const unsigned char *nul;
	enum scan_fault fault;

	if (s->fault != SCAN_OK || n == 0 || data == NULL)
		return 0;
	if (s->bytes == 0 && (fault = beginning(piece, n)) != SCAN_OK)
		return fail(s, fault, piece, piece);
	if (s->bytes + n > SCAN_SIZE_MAX) {
		s->fault = SCAN_SIZE;
		return 0;
	}
	nul = memchr(piece, '\0', n);
	end = nul == NULL ? piece + n : nul;
	good = good_bytes(s, piece, end);
	while (p < good) {
		fault = steps[s->state](s, &p, good);
		if (fault != SCAN_OK)
			return fail(s, fault, piece, p);
	}
	if (good < end || nul != NULL)
		return fail(s, good < end ? SCAN_BYTE : SCAN_NUL, piece, good);
	count_lines(s, piece, n);
	s->bytes += n;
	return n;
}

uint32_t scan_characters(const void *text, size_t n)
{
	const unsigned char *p = text, *end = p + n;
	uint32_t count = 0;
	uint64_t eight;

	for (; end - p >= 8; p += 8, count += 8) {
		memcpy(&eight, p, 8);
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			break; /* not all ASCII: the slow way from here */
	}
	for (; p < end; p++)
		count += (*p & 0xC0) != 0x80;
	return count;
}
