#include "wire/openends.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/bewaking.h"

#include "base/banned.h"

/* ---- one row ---- */

void open_end_key(const struct reg_open_einde *e, struct open_end_key *ret)
{
	*ret = (struct open_end_key){.dossier = e->dossier, .nummer = e->nummer, .begin = e->begin};
	(void)snprintf(ret->soort, sizeof ret->soort, "%s", e->soort);
}

static void add_text(struct buf *to, const char *key, const char *value)
{
	buf_addf(to, ",\"%s\":", key);
	buf_add_json(to, value);
}

static void add_day(struct buf *to, const char *key, day d)
{
	char text[11];

	if (d != DAY_NONE)
		day_text(d, text);
	add_text(to, key, d != DAY_NONE ? text : NULL);
}

static void add_sentences(struct buf *to, const struct reg_open_einde *e)
{
	for (int nl = 1; nl >= 0; nl--) {
		struct buf zin = BUF_INIT;

		einde_zin(e->basis, nl, &zin);
		add_text(to, nl ? "nl" : "en", buf_str(&zin));
		add_text(to, nl ? "todo_nl" : "todo_en", einde_opheffen(e->soort, nl));
		buf_free(&zin);
	}
}

static void add_light(struct buf *to, const char *basis)
{
	static const struct {
		const char *nl, *en;
	} colours[] = {{"groen", "green"}, {"oranje", "amber"}, {"rood", "red"}};
	char text[64] = "";

	(void)basis_deel(basis, "licht", text, sizeof text);
	for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
		if (strcmp(text, colours[i].nl) == 0)
			add_text(to, "light", colours[i].en);
	if (basis_deel(basis, "reden", text, sizeof text))
		add_text(to, "reason", text);
}

/* The members, without the braces; each but the first has its comma. */
static void add_members(struct buf *to, const struct reg_open_einde *e, bool light)
{
	char text[64];

	buf_adds(to, "\"gemeente\":");
	buf_add_json(to, e->paar.gemeente);
	add_text(to, "aanbieder", e->paar.aanbieder);
	(void)snprintf(text, sizeof text, "%lld", (long long)e->nummer);
	add_text(to, "toewijzingnummer", e->nummer != ABSENT ? text : NULL);
	add_text(to, "category", e->categorie);
	add_text(to, "product", e->code);
	add_day(to, "begin", e->begin);
	add_text(to, "kind", e->soort);
	add_text(to, "strength", sterkte_naam((enum sterkte)e->sterkte));
	add_day(to, "since", e->sinds);
	add_day(to, "estimate", e->schatting);
	add_day(to, "low", e->laag);
	add_day(to, "high", e->hoog);
	if (e->kans >= 0)
		buf_addf(to, ",\"chance\":%d.%03d", e->kans / 1000, e->kans % 1000);
	if (basis_deel(e->basis, "rust", text, sizeof text))
		add_text(to, "basis", text);
	if (light)
		add_light(to, e->basis);
	add_sentences(to, e);
}

void open_end_json(const struct reg_open_einde *e, bool light, struct buf *to)
{
	buf_adds(to, "{");
	add_members(to, e, light);
	add_day(to, "told", e->gemeld);
	buf_adds(to, "}");
}

void open_end_notice(const struct reg_open_einde *e, int64_t bericht, day today, struct buf *to)
{
	char text[24];

	day_text(today, text);
	buf_addf(to, "{\"notice\":\"open-end\",\"date\":\"%s\",\"code\":", text);
	buf_add_json(to, e->paar.aanbieder);
	if (bericht != 0)
		buf_addf(to, ",\"message\":\"%lld\"", (long long)bericht);
	buf_adds(to, ",");
	add_members(to, e, false);
	buf_adds(to, "}");
}

/* ---- digests ---- */

/* A row that was read: where its object stands in the texts, and what it is sorted by. */
struct item {
	int sterkte;
	day sinds;
	size_t at, len;
	struct open_end_key key;
	bool news; /* its aanbieder was not told of it yet */
};

struct gather {
	const char *code;
	bool gemeente;
	struct item *list;
	size_t n, room;
	struct buf texts;
};

struct gathers {
	struct gather list[OPEN_ENDS_CODES];
	size_t n;
};

static int add_item(struct gather *g, const struct reg_open_einde *e)
{
	struct item *bigger;
	size_t at = g->texts.len;

	if (g->n == g->room) {
		bigger = realloc(g->list, (g->room * 2 + 64) * sizeof *bigger);
		if (bigger == NULL)
			return -ENOMEM;
		g->list = bigger;
		g->room = g->room * 2 + 64;
	}
	open_end_json(e, g->gemeente, &g->texts);
	g->list[g->n] = (struct item){.sterkte = e->sterkte,
				      .sinds = e->sinds,
				      .at = at,
				      .len = g->texts.len - at,
				      .news = !g->gemeente && e->gemeld == DAY_NONE};
	open_end_key(e, &g->list[g->n++].key);
	return g->texts.failed ? -ENOMEM : 0;
}

static int gather_row(void *ctx, const struct reg_open_einde *e)
{
	struct gathers *all = ctx;
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->n; i++)
		if (strcmp(all->list[i].code, e->paar.aanbieder) == 0 ||
		    strcmp(all->list[i].code, e->paar.gemeente) == 0)
			r = add_item(&all->list[i], e);
	return r;
}

/* The surest first, and of those the oldest. */
static int by_urgency(const void *x, const void *y)
{
	const struct item *a = x, *b = y;

	if (a->sterkte != b->sterkte)
		return a->sterkte < b->sterkte ? -1 : 1;
	if (a->sinds != b->sinds)
		return a->sinds < b->sinds ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* How many of each kind and strength, in the order in which they come. */
static void add_counts(struct buf *to, const struct gather *g)
{
	static const char *const soorten[] = {"C1", "C2", "C3", "C4", "C5",  "C6",  "C7",
					      "C8", "S5", "S7", "S9", "S10", "S22", "S23"};
	const char *comma = "";

	buf_adds(to, ",\"counts\":[");
	for (int s = 0; s < N_STERKTEN; s++)
		for (size_t k = 0; k < sizeof soorten / sizeof *soorten; k++) {
			size_t n = 0;

			for (size_t i = 0; i < g->n; i++)
				n += g->list[i].sterkte == s &&
				     strcmp(g->list[i].key.soort, soorten[k]) == 0;
			if (n == 0)
				continue;
			buf_addf(to, "%s{\"kind\":\"%s\",\"strength\":\"%s\",\"count\":%zu}", comma,
				 soorten[k], sterkte_naam((enum sterkte)s), n);
			comma = ",";
		}
	buf_adds(to, "]");
}

static char *digest_json(const struct gather *g, day today)
{
	struct buf b = BUF_INIT;
	size_t most = g->n < OPEN_ENDS_ITEMS ? g->n : OPEN_ENDS_ITEMS;
	char text[11];
	int year, week;

	day_text(today, text);
	day_isoweek(today, &year, &week);
	buf_addf(&b,
		 "{\"notice\":\"open-ends\",\"date\":\"%s\",\"week\":\"%d-W%02d\",\"code\":", text,
		 year, week);
	buf_add_json(&b, g->code);
	buf_addf(&b, ",\"count\":%zu", g->n);
	add_counts(&b, g);
	buf_adds(&b, ",\"items\":[");
	for (size_t i = 0; i < most; i++) {
		buf_adds(&b, i > 0 ? "," : "");
		buf_add(&b, g->texts.data + g->list[i].at, g->list[i].len);
	}
	buf_addf(&b, "],\"more\":%zu}", g->n - most);
	return buf_take(&b);
}

static int make_digest(struct gather *g, day today, struct digest *d)
{
	size_t most = g->n < OPEN_ENDS_ITEMS ? g->n : OPEN_ENDS_ITEMS;

	if (g->n == 0)
		return 0;
	qsort(g->list, g->n, sizeof *g->list, by_urgency);
	d->json = digest_json(g, today);
	d->keys = calloc(most + 1, sizeof *d->keys);
	if (d->json == NULL || d->keys == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < most; i++)
		if (g->list[i].news)
			d->keys[d->n_keys++] = g->list[i].key;
	return 0;
}

int digests_collect(struct store *st, day today, char (*codes)[IJW_MAX_CODE + 1], size_t n,
		    struct digests **ret)
{
	struct gathers all = {.n = n < OPEN_ENDS_CODES ? n : OPEN_ENDS_CODES};
	struct digests *d = calloc(1, sizeof *d);
	int r = d == NULL ? -ENOMEM : 0;

	if (r == 0)
		d->list = calloc(all.n + 1, sizeof *d->list);
	if (r == 0 && d->list == NULL)
		r = -ENOMEM;
	for (size_t i = 0; i < all.n; i++)
		all.list[i] = (struct gather){.code = codes[i], .gemeente = strlen(codes[i]) == 4};
	if (r == 0)
		r = st->reg->open_einden(st, 0, gather_row, &all);
	for (size_t i = 0; i < all.n; i++) {
		if (r == 0) {
			(void)snprintf(d->list[d->n].code, sizeof d->list->code, "%s", codes[i]);
			r = make_digest(&all.list[i], today, &d->list[d->n++]);
		}
		free(all.list[i].list);
		buf_free(&all.list[i].texts);
	}
	if (r < 0)
		digests_free(&d);
	else
		*ret = d;
	return r;
}

void digests_free(struct digests **d)
{
	if (*d == NULL)
		return;
	for (size_t i = 0; i < (*d)->n; i++) {
		free((*d)->list[i].json);
		free((*d)->list[i].keys);
	}
	free((*d)->list);
	free(*d);
	*d = NULL;
}
