#include "wire/due.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/register.h"

#include "base/banned.h"

/* One side of one code: what it owes, or what it waits for. */
struct side {
	unsigned long count;
	struct buf items;
};

struct entry {
	char *code;
	struct side owes, waits;
};

struct gather {
	struct entry *list;
	size_t n, room;
};

/* The entry of a code; the list is kept sorted, and codes are few beside what is overdue. */
static struct entry *entry_of(struct gather *g, const char *code)
{
	size_t at = 0, end = g->n;
	struct entry *bigger;

	while (at < end) {
		size_t mid = (at + end) / 2;
		int r = strcmp(g->list[mid].code, code);

		if (r == 0)
			return &g->list[mid];
		if (r < 0)
			at = mid + 1;
		else
			end = mid;
	}
	if (g->n == g->room) {
		bigger = realloc(g->list, (g->room * 2 + 16) * sizeof *bigger);
		if (bigger == NULL)
			return NULL;
		g->list = bigger;
		g->room = g->room * 2 + 16;
	}
	memmove(&g->list[at + 1], &g->list[at], (g->n - at) * sizeof *g->list);
	g->list[at] = (struct entry){.code = strdup(code)};
	g->n++;
	return g->list[at].code == NULL ? NULL : &g->list[at];
}

static void add_item(struct side *s, const struct reg_verwachting *v, const char *other)
{
	char uiterlijk[11];

	if (++s->count > DUE_ITEMS)
		return;
	day_text(v->uiterlijk, uiterlijk);
	buf_adds(&s->items, s->count > 1 ? ",{\"kind\":" : "{\"kind\":");
	buf_add_json(&s->items, v->soort);
	buf_adds(&s->items, ",\"with\":");
	buf_add_json(&s->items, other);
	buf_adds(&s->items, ",\"about\":");
	buf_add_json(&s->items, v->sleutel);
	buf_addf(&s->items, ",\"due\":\"%s\",\"message\":\"%lld\"}", uiterlijk, (long long)v->bericht);
}

static int gather_row(void *ctx, const struct reg_verwachting *v)
{
	struct gather *g = ctx;
	struct entry *e = entry_of(g, v->debiteur);

	if (e == NULL)
		return -ENOMEM;
	add_item(&e->owes, v, v->crediteur);
	e = entry_of(g, v->crediteur);
	if (e == NULL)
		return -ENOMEM;
	add_item(&e->waits, v, v->debiteur);
	return 0;
}

static char *entry_json(const struct entry *e, day today)
{
	struct buf b = BUF_INIT;
	char text[11];

	day_text(today, text);
	buf_addf(&b, "{\"notice\":\"overdue\",\"date\":\"%s\",\"code\":", text);
	buf_add_json(&b, e->code);
	buf_addf(&b, ",\"owes\":%lu,\"waits\":%lu,\"owed\":[%s],\"awaited\":[%s]}", e->owes.count,
		 e->waits.count, buf_str(&e->owes.items), buf_str(&e->waits.items));
	return e->owes.items.failed || e->waits.items.failed ? (buf_free(&b), NULL) : buf_take(&b);
}

static int make_notices(struct gather *g, struct due_notices *n)
{
	n->list = calloc(g->n + 1, sizeof *n->list);
	if (n->list == NULL)
		return -ENOMEM;
	for (; n->n < g->n; n->n++) {
		struct entry *e = &g->list[n->n];

		n->list[n->n] = (struct due_notice){e->code, entry_json(e, n->on)};
		e->code = NULL;
		if (n->list[n->n].json == NULL) {
			n->n++;
			return -ENOMEM;
		}
	}
	return 0;
}

int due_collect(struct store *st, day today, struct due_notices **ret)
{
	struct gather g = {0};
	struct due_notices *n = calloc(1, sizeof *n);
	int r = n == NULL ? -ENOMEM
			  : st->reg->verwachtingen(st, NULL, today - 1, gather_row, &g);

	if (r == 0) {
		n->on = today;
		r = make_notices(&g, n);
	}
	for (size_t i = 0; i < g.n; i++) {
		free(g.list[i].code);
		buf_free(&g.list[i].owes.items);
		buf_free(&g.list[i].waits.items);
	}
	free(g.list);
	if (r < 0)
		due_free(&n);
	else
		*ret = n;
	return r;
}

static int find_code(const void *key, const void *row)
{
	return strcmp(key, ((const struct due_notice *)row)->code);
}

const struct due_notice *due_find(const struct due_notices *n, const char *code)
{
	return n == NULL ? NULL : bsearch(code, n->list, n->n, sizeof *n->list, find_code);
}

void due_free(struct due_notices **n)
{
	if (*n == NULL)
		return;
	for (size_t i = 0; i < (*n)->n; i++) {
		free((*n)->list[i].code);
		free((*n)->list[i].json);
	}
	free((*n)->list);
	free(*n);
	*n = NULL;
}
