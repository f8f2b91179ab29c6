/*
 * Fields of an open class lie on a pile until it closes and then go to the
 * arena in one piece, so that a class has its fields side by side although its
 * return codes come after its children.  A child's fields lie above those of
 * its parent and are gone from the pile when the parent gets its next.
 */
#include "care/lezer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define KEPT 1024 /* fields, and classes, for which memory is held between messages */

static bool grow(void **list, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : *room * 2;
	void *larger = realloc(*list, more * size);

	if (larger == NULL)
		return false;
	*list = larger;
	*room = more;
	return true;
}

/* ---- values ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What the types of dates, times and numbers collapse. */
static void collapse(const char **text, size_t *n)
{
	while (*n > 0 && is_blank(**text))
		++*text, --*n;
	while (*n > 0 && is_blank((*text)[*n - 1]))
		--*n;
}

static bool read_digits(const char **at, const char *end, int64_t *ret)
{
	const char *from = *at;

	for (*ret = 0; *at < end && **at >= '0' && **at <= '9'; ++*at)
		if (*ret < INT64_MAX / 10 - 9)
			*ret = *ret * 10 + (**at - '0');
	return *at > from;
}

static bool read_getal(const char *text, size_t n, int64_t *ret)
{
	const char *end = text + n;
	bool minus = n > 0 && *text == '-';

	if (n > 0 && (*text == '-' || *text == '+'))
		text++;
	if (!read_digits(&text, end, ret))
		return false;
	if (minus)
		*ret = -*ret;
	return text == end;
}

/* Years that no calendar of care has are the first or the last day we know. */
static bool read_dag(const char *text, size_t n, day *ret)
{
	static const char first[] = "0001-01-01", last[] = "9999-12-31";
	char copy[11];

	if (n == 10 && *text != '-' && memcmp(text, "0000", 4) != 0) {
		memcpy(copy, text, 10);
		copy[10] = '\0';
		return day_parse(copy, ret);
	}
	return n >= 10 && day_parse(*text == '-' || n == 10 ? first : last, ret);
}

/* hh:mm:ss, perhaps with parts of a second; 24:00:00 is one too. */
static bool read_tijd(const char *text, size_t n, int64_t *ret)
{
	const char *end = text + n;
	int64_t total = 0, part, unit = 100000;

	for (int i = 0; i < 3; i++) {
		if (!read_digits(&text, end, &part) || part > 60)
			return false;
		total = total * 60 + part;
		if (i < 2 && (text == end || *text++ != ':'))
			return false;
	}
	total *= 1000000;
	if (text < end && *text == '.')
		for (text++; text < end && *text >= '0' && *text <= '9'; text++, unit /= 10)
			total += (*text - '0') * unit;
	*ret = total;
	return text == end;
}

static bool read_value(struct lezer *l, struct veld *v, enum veldsoort soort, const char *text,
		       size_t n)
{
	if (soort == VS_GETAL || soort == VS_DAG || soort == VS_TIJD)
		collapse(&text, &n);
	switch (soort) {
	case VS_GETAL:
		return read_getal(text, n, &v->getal);
	case VS_DAG:
		v->getal = 0;
		return read_dag(text, n, &v->dag);
	case VS_TIJD:
		return read_tijd(text, n, &v->getal);
	case VS_CODE:
		if (n >= sizeof v->code)
			return false;
		memset(v->code, 0, sizeof v->code);
		memcpy(v->code, text, n);
		return true;
	case VS_TEKST:
		v->tekst = arena_strndup(l->arena, text, n);
		return v->tekst != NULL;
	case VS_AANWEZIG:
		v->getal = 0;
		return true;
	}
	return false;
}

/* ---- fields and classes ---- */

static void add_veld(struct lezer *l, const struct lezer_stap *s, const char *text, size_t n,
		     uint32_t line, uint32_t column)
{
	struct veld *v;

	if (l->n == l->room && !grow((void **)&l->stapel, &l->room, sizeof *l->stapel)) {
		l->failed = true;
		return;
	}
	v = &l->stapel[l->n++];
	v->knoop = s->knoop;
	v->line = line;
	v->column = column > UINT16_MAX ? 0 : (uint16_t)column;
	if (!read_value(l, v, l->knopen->list[s->knoop].veldsoort, text, n))
		l->failed = true;
}

static void open_klasse(struct lezer *l, struct lezer_stap *s, uint32_t index, uint32_t line,
			uint32_t column)
{
	struct klasse *k;

	if (l->n_klassen == l->room_klassen &&
	    !grow((void **)&l->klassen, &l->room_klassen, sizeof *l->klassen)) {
		l->failed = true;
		return;
	}
	k = &l->klassen[l->n_klassen];
	*k = (struct klasse){.soort = l->knopen->list[s->knoop].soort,
			     .knoop = s->knoop,
			     .column = column > UINT16_MAX ? 0 : (uint16_t)column,
			     .line = line,
			     .ouder = s->klasse,
			     .index = index};
	s->klasse = (uint32_t)l->n_klassen++;
	s->eerste = (uint32_t)l->n;
}

static void sluit_klasse(struct lezer *l, const struct lezer_stap *s)
{
	struct klasse *k = &l->klassen[s->klasse];
	size_t n = l->n - s->eerste;
	struct veld *velden = arena_alloc(l->arena, n * sizeof *velden);

	if (velden == NULL) {
		l->failed = true;
		return;
	}
	if (n > 0)
		memcpy(velden, l->stapel + s->eerste, n * sizeof *velden);
	k->velden = velden;
	k->n = (uint32_t)n;
	l->n = s->eerste;
}

/* ---- the message ---- */

void lezer_begin(struct lezer *l, const struct knopen *knopen, struct arena *a)
{
	l->knopen = knopen;
	l->arena = a;
	l->n = 0;
	l->n_klassen = 0;
	l->failed = false;
	if (l->room_klassen == 0 &&
	    !grow((void **)&l->klassen, &l->room_klassen, sizeof *l->klassen)) {
		l->failed = true;
		return;
	}
	memset(&l->klassen[l->n_klassen++], 0, sizeof *l->klassen); /* list[0] is no class */
}

void lezer_open(struct lezer *l, unsigned depth, const char *naam, uint32_t index, uint32_t line,
		uint32_t column)
{
	struct lezer_stap *s = &l->stappen[depth - 1];
	const struct knoop *k;

	if (l->failed)
		return;
	s->hint = 0;
	s->klasse = depth == 1 ? 0 : s[-1].klasse;
	if (depth == 1)
		s->knoop = l->knopen->n > 0 ? 0 : KNOOP_GEEN;
	else if (s[-1].knoop == KNOOP_GEEN)
		s->knoop = KNOOP_GEEN;
	else
		s->knoop = knoop_kind(l->knopen, s[-1].knoop, naam, &s[-1].hint);
	if (s->knoop == KNOOP_GEEN)
		return;
	k = &l->knopen->list[s->knoop];
	if (k->soort != K_GEEN)
		open_klasse(l, s, index, line, column);
	else if (k->veld != V_GEEN && k->veldsoort == VS_AANWEZIG)
		add_veld(l, s, NULL, 0, line, column);
}

void lezer_sluit(struct lezer *l, unsigned depth, const char *text, size_t n, uint32_t line,
		 uint32_t column)
{
	const struct lezer_stap *s = &l->stappen[depth - 1];
	const struct knoop *k;

	if (l->failed || s->knoop == KNOOP_GEEN)
		return;
	k = &l->knopen->list[s->knoop];
	if (k->soort != K_GEEN)
		sluit_klasse(l, s);
	else if (k->veld != V_GEEN && k->veldsoort != VS_AANWEZIG)
		add_veld(l, s, text, n, line, column);
}

struct inhoud *lezer_klaar(struct lezer *l)
{
	struct inhoud *i;
	size_t size = l->n_klassen * sizeof *l->klassen;

	if (l->failed || l->knopen->n == 0)
		return NULL;
	i = arena_alloc(l->arena, sizeof *i);
	if (i != NULL)
		i->list = arena_alloc(l->arena, size);
	if (i == NULL || i->list == NULL) {
		l->failed = true;
		return NULL;
	}
	memcpy(i->list, l->klassen, size);
	i->knopen = l->knopen;
	i->n = (uint32_t)l->n_klassen;
	return i;
}

void lezer_rust(struct lezer *l)
{
	if (l->room > KEPT || l->room_klassen > KEPT)
		lezer_free(l);
}

void lezer_free(struct lezer *l)
{
	free(l->stapel);
	free(l->klassen);
	*l = (struct lezer){.knopen = NULL};
}
