#include "burden.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/audit.h"
#include "store/register.h"
#include "store/view.h"
#include "values.h"

#include "base/banned.h"

#define HOUR_US INT64_C(3600000000)
#define CHUNK 2000	      /* dossiers read in one go */
#define PAGE 500	      /* messages read in one go */
#define MESSAGES_MOST 3000000 /* looked at for attempts: beyond it the older months show less */
#define ACTS_MOST 100000

struct month_row {
	int64_t messages, rejected, refused, corrections, redeliveries, manual, clients;
};

struct burden {
	const struct reference *ref;
	const struct burden_ask *ask;
	maand first;
	struct month_row months[BURDEN_MONTHS_MOST];
};

static struct month_row *row_of(struct burden *b, day d)
{
	int n = d == DAY_NONE ? -1 : maand_van(d) - b->first;

	return n >= 0 && n < b->ask->months ? &b->months[n] : NULL;
}

static bool wanted(const struct burden *b, const char *code)
{
	size_t n = strlen(code);

	if (b->ask->codes[0] == '\0')
		return true;
	for (const char *at = strstr(b->ask->codes, code); n > 0 && at != NULL;
	     at = strstr(at + 1, code))
		if ((at == b->ask->codes || at[-1] == ',') && (at[n] == '\0' || at[n] == ','))
			return true;
	return false;
}

static bool wanted_party(const struct burden *b, const char *id)
{
	const struct partij *p = b->ask->codes[0] != '\0' ? parties_find(b->ref->who, id) : NULL;

	for (size_t i = 0; p != NULL && i < p->n_codes; i++)
		if (p->codes[i].own && wanted(b, p->codes[i].code))
			return true;
	return b->ask->codes[0] == '\0';
}

/* ---- what was sent ---- */

static int add_count(void *ctx, const struct view_count *c)
{
	struct burden *b = ctx;
	struct month_row *m = row_of(b, day_of(c->hour * HOUR_US));

	if (m == NULL || !wanted_party(b, c->party))
		return 0;
	m->messages += c->messages;
	m->rejected += c->verdict == VERDICT_REJECTED ? c->messages : 0;
	m->refused += c->verdict == VERDICT_REFUSED ? c->messages : 0;
	return 0;
}

/* ---- what was delivered more than once ---- */

struct walk {
	struct burden *b;
	int64_t last; /* id of the one that was read last */
	unsigned n;
};

static int add_message(void *ctx, const struct store_message *m)
{
	struct walk *w = ctx;
	struct month_row *row = row_of(w->b, day_of(m->received));

	w->last = m->id;
	w->n++;
	if (row != NULL && m->attempts > 1 && wanted(w->b, m->naar))
		row->redeliveries += m->attempts - 1;
	return 0;
}

/* Page by page, so that no read lasts. */
static int walk_messages(struct store *st, struct burden *b)
{
	struct view_search f = {.limit = PAGE, .before = b->ask->last_id + 1};
	struct walk w = {.b = b, .n = PAGE};
	char first[11];
	int64_t seen = 0;
	int r = 0;

	day_text(maand_eerste(b->first), first);
	(void)moment_parse(first, &f.since);
	while (r == 0 && w.n == PAGE && seen < MESSAGES_MOST) {
		w.n = 0;
		r = view_search(st, &f, add_message, &w);
		f.before = w.last;
		seen += w.n;
	}
	return r;
}

/* ---- what was undone ---- */

/* A message that takes something back: seen once however many rows it undid. */
struct undone {
	struct burden *b;
	int64_t last[2]; /* messages of the rows before: rows of one message lie together */
	int64_t dossier; /* that was read last */
	unsigned n;
};

static void count_undone(struct undone *u, int kind, int64_t message, day on)
{
	struct month_row *m = row_of(u->b, on);

	if (m == NULL || message == u->last[kind])
		return;
	u->last[kind] = message;
	m->corrections++;
}

static int add_dossier(void *ctx, const struct reg_dossier *d)
{
	struct undone *u = ctx;
	int enough = ++u->n >= CHUNK; /* this one still counts; the next chunk goes on behind it */

	u->dossier = d->id;
	if (!wanted(u->b, d->paar.gemeente) && !wanted(u->b, d->paar.aanbieder))
		return enough;
	for (size_t i = 0; i < d->n_leveringen; i++)
		if (d->leveringen[i].verwijderd_door != 0)
			count_undone(u, 0, d->leveringen[i].verwijderd_door,
				     d->leveringen[i].verwijderd_op);
	for (size_t i = 0; i < d->n_perioden; i++)
		if (d->perioden[i].credit)
			count_undone(u, 1, d->perioden[i].bericht, d->perioden[i].ontvangen);
	return enough;
}

/* Some dossiers at a time, so that no read lasts. */
static int walk_dossiers(struct store *st, struct burden *b)
{
	struct undone u = {.b = b, .n = CHUNK};
	int r = 0;

	while (r == 0 && u.n >= CHUNK) {
		u.n = 0;
		r = st->reg->dossiers(st, u.dossier, b->ask->last_id, add_dossier, &u);
	}
	return r;
}

/* ---- what a person had to do ---- */

static int add_act(void *ctx, const struct audit_entry *e)
{
	struct month_row *m = row_of(ctx, day_of(e->moment));

	if (m != NULL)
		m->manual++;
	return 0;
}

static int count_acts(struct store *st, struct burden *b)
{
	static const char *const events[] = {"retry", "replay", "recheck"};
	struct audit_filter f = {.limit = ACTS_MOST};
	char first[11];
	int r = 0;

	day_text(maand_eerste(b->first), first);
	(void)moment_parse(first, &f.since);
	for (size_t i = 0; r == 0 && b->ask->codes[0] == '\0' && i < sizeof events / sizeof *events;
	     i++) {
		f.event = events[i];
		r = audit_list(st, &f, add_act, b);
	}
	return r;
}

/* ---- for whom ---- */

/* Clients with care in a month: each once, for episodes of one client lie together. */
static void count_clients(struct burden *b, const struct episoden *e)
{
	for (int n = 0; n < b->ask->months; n++) {
		day from = maand_eerste(b->first + n), until = maand_laatste(b->first + n);
		const unsigned char *last = NULL;

		for (size_t i = 0; i < e->n; i++) {
			const struct episode *x = &e->list[i];

			if (x->begin > until || (x->eind != DAY_NONE && x->eind < from) ||
			    (last != NULL && memcmp(last, x->client, CLIENT_BYTES) == 0))
				continue;
			last = x->client;
			b->months[n].clients++;
		}
	}
}

/* ---- as JSON ---- */

static json_t *months_json(const struct burden *b)
{
	json_t *list = json_array();

	for (int n = 0; n < b->ask->months; n++) {
		const struct month_row *m = &b->months[n];
		json_t *o = json_object();
		char text[11];

		day_text(maand_eerste(b->first + n), text);
		text[7] = '\0';
		set_text(o, "month", text);
		set_number(o, "messages", m->messages);
		set_number(o, "rejected", m->rejected);
		set_number(o, "refused", m->refused);
		set_number(o, "corrections", m->corrections);
		set_number(o, "redeliveries", m->redeliveries);
		set_new(o, "manual",
			b->ask->codes[0] == '\0' ? json_integer((json_int_t)m->manual)
						 : json_null());
		set_number(o, "clients", m->clients);
		set_real(o, "per_client",
			 m->clients > 0
				 ? round(100.0 * (double)m->messages / (double)m->clients) / 100.0
				 : (double)NAN);
		(void)json_array_append_new(list, o);
	}
	return list;
}

static const char notes_nl[] = "Berichten telt wat binnenkwam, met de retourberichten die de hub "
			       "zelf maakte. Correcties zijn berichten die een "
			       "start- of stopbericht verwijderden of een declaratieregel deels "
			       "crediteerden (wat geheel gecrediteerd is, telt "
			       "niet). Opnieuw bezorgd telt elke bezorging na de eerste. Handwerk "
			       "telt wat een beheerder opnieuw liet bezorgen "
			       "of beoordelen, en is alleen bekend voor het geheel. Cliënten zijn "
			       "jeugdigen met lopende zorg in die maand.";
static const char notes_en[] = "Messages counts what came in, with the return messages that the "
			       "hub made itself. Corrections are messages that "
			       "deleted a start or stop or credited part of a declared line (what "
			       "was credited in full does not count). "
			       "Redeliveries counts every delivery after the first. Manual counts "
			       "what an operator had delivered or judged "
			       "again, and is known for the whole only. Clients are those with "
			       "care going on in that month.";

int burden_json(struct store *st, const struct reference *ref, const struct episoden *e,
		const struct burden_ask *ask, json_t **ret)
{
	struct burden b = {
		.ref = ref, .ask = ask, .first = maand_van(ask->today) - ask->months + 1};
	int r = view_counts(st, (int64_t)maand_eerste(b.first) * 24 - 3,
			    ((int64_t)ask->today + 1) * 24, add_count, &b);

	if (r == 0)
		r = walk_messages(st, &b);
	if (r == 0)
		r = walk_dossiers(st, &b);
	if (r == 0)
		r = count_acts(st, &b);
	if (r < 0)
		return r;
	count_clients(&b, e);
	*ret = json_pack("{s:o, s:s, s:s}", "months", months_json(&b), "notes_nl", notes_nl,
			 "notes_en", notes_en);
	return *ret != NULL ? 0 : -ENOMEM;
}
