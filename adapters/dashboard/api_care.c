/* Who owes what by when, and which care has no end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/bewaking.h"
#include "care/enddate.h"
#include "handlers.h"
#include "request.h"
#include "store/register.h"
#include "table.h"
#include "values.h"

#include "base/banned.h"

#define DUE_MOST 2000	  /* rows in an answer */
#define DUE_EXPORT 20000  /* … in a file */
#define AHEAD_MOST 400	  /* days */
#define ENDS_HELD 100000  /* rows looked at for one answer */
#define ENDS_MOST 1000	  /* rows in an answer */
#define ENDS_EXPORT 20000 /* … in a file */
#define DEBTORS_MOST 500
#define PROVIDERS_MOST 500

static const char *const formats[] = {"json", "csv", NULL};

/* ---- terms ---- */

static const struct {
	const char *soort, *nl, *en;
} due_words[] = {
	{"retour", "retourbericht", "return message"},
	{"declaratieantwoord", "antwoord op de declaratie", "answer to the declaration"},
	{"start", "startbericht", "start message"},
	{"stop", "stopbericht", "stop message"},
	{"verzoek", "antwoord op het verzoek", "answer to the request"},
	{"onderzoek", "besluit na onderzoek", "decision after investigation"},
	{"woonplaats", "afwijzing op woonplaats", "refusal by place of residence"},
};

static const char *due_word(const char *soort, bool dutch)
{
	for (size_t i = 0; i < sizeof due_words / sizeof *due_words; i++)
		if (strcmp(soort, due_words[i].soort) == 0)
			return dutch ? due_words[i].nl : due_words[i].en;
	return soort;
}

struct debtor {
	char code[9];
	int64_t overdue, soon;
	int worst;
};

struct due {
	const struct reference *ref;
	struct scope scope;
	const char *party; /* "": all */
	day today;
	json_t *rows;
	size_t most;
	bool more;
	struct debtor *debtors;
	size_t n, room;
};

static int count_debtor(struct due *d, const struct reg_verwachting *v)
{
	int late = (int)(d->today - v->uiterlijk);
	struct debtor *bigger;
	size_t i = 0;

	while (i < d->n && strcmp(d->debtors[i].code, v->debiteur) != 0)
		i++;
	if (i == d->n && d->n == d->room) {
		bigger = realloc(d->debtors, (d->room * 2 + 32) * sizeof *bigger);
		if (bigger == NULL)
			return -ENOMEM;
		d->debtors = bigger;
		d->room = d->room * 2 + 32;
	}
	if (i == d->n) {
		d->debtors[d->n] = (struct debtor){.worst = late};
		(void)snprintf(d->debtors[d->n++].code, sizeof d->debtors->code, "%s", v->debiteur);
	}
	d->debtors[i].overdue += late > 0;
	d->debtors[i].soon += late <= 0;
	if (late > d->debtors[i].worst)
		d->debtors[i].worst = late;
	return 0;
}

static int add_due(void *ctx, const struct reg_verwachting *v)
{
	struct due *d = ctx;
	json_t *o;
	int r;

	if ((!scope_has(&d->scope, v->debiteur) && !scope_has(&d->scope, v->crediteur)) ||
	    (d->party[0] != '\0' && strcmp(d->party, v->debiteur) != 0 &&
	     strcmp(d->party, v->crediteur) != 0))
		return 0;
	r = count_debtor(d, v);
	if (r < 0 || json_array_size(d->rows) == d->most) {
		d->more = true;
		return r;
	}
	o = json_object();
	set_text(o, "kind", v->soort);
	set_text(o, "kind_nl", due_word(v->soort, true));
	set_text(o, "kind_en", due_word(v->soort, false));
	set_text(o, "debtor", v->debiteur);
	set_text(o, "debtor_name", reference_name(d->ref, v->debiteur));
	set_text(o, "creditor", v->crediteur);
	set_text(o, "creditor_name", reference_name(d->ref, v->crediteur));
	set_text(o, "about", v->sleutel);
	set_number(o, "message", v->bericht);
	set_day(o, "since", v->sinds);
	set_day(o, "due", v->uiterlijk);
	set_number(o, "late", d->today - v->uiterlijk);
	return json_array_append_new(d->rows, o) == 0 ? 0 : -ENOMEM;
}

static int by_overdue(const void *a, const void *b)
{
	const struct debtor *x = a, *y = b;

	if (x->overdue != y->overdue)
		return x->overdue > y->overdue ? -1 : 1;
	return x->soon != y->soon ? (x->soon > y->soon ? -1 : 1) : strcmp(x->code, y->code);
}

static json_t *debtors_json(struct due *d)
{
	json_t *list = json_array();

	if (d->n > 0)
		qsort(d->debtors, d->n, sizeof *d->debtors, by_overdue);
	for (size_t i = 0; i < d->n && i < DEBTORS_MOST; i++) {
		json_t *o = json_object();

		set_text(o, "code", d->debtors[i].code);
		set_text(o, "name", reference_name(d->ref, d->debtors[i].code));
		set_number(o, "overdue", d->debtors[i].overdue);
		set_number(o, "due_soon", d->debtors[i].soon);
		set_number(o, "worst", d->debtors[i].worst);
		(void)json_array_append_new(list, o);
	}
	return list;
}

static void answer_due_csv(struct request *q, struct due *d)
{
	static const struct column columns[] = {{"debtor", "wie", CELL_CODE},
						{"debtor_name", "naam", CELL_TEXT},
						{"kind_nl", "wat", CELL_TEXT},
						{"creditor", "aan", CELL_CODE},
						{"creditor_name", "naam", CELL_TEXT},
						{"about", "waarover", CELL_CODE},
						{"message", "bericht", CELL_NUMBER},
						{"since", "sinds", CELL_TEXT},
						{"due", "uiterlijk", CELL_TEXT},
						{"late", "dagen te laat", CELL_NUMBER},
						{NULL, NULL, CELL_TEXT}};

	if (!request_audit(q, "export", "ok", "due csv"))
		return;
	csv_write(&q->answer.body, columns, d->rows);
	answer_file(q, "text/csv; charset=utf-8", "termijnen.csv");
}

void handle_due(struct request *q)
{
	struct due d = {.ref = q->ref, .scope = request_scope(q), .today = day_of(q->now)};
	int64_t ahead = query_number(&q->query, "ahead", 5, 0, AHEAD_MOST);
	int format = query_word(&q->query, "format", formats, 0), r;
	struct store *st;
	json_t *o;

	d.party = query_code(&q->query, "party");
	d.most = format == 0 ? DUE_MOST : DUE_EXPORT;
	if (request_wrong(q) || (st = request_store(q)) == NULL)
		return;
	d.rows = json_array();
	r = st->reg->verwachtingen(st, NULL, d.today + (day)ahead, add_due, &d);
	if (r == 0 && format == 1) {
		answer_due_csv(q, &d);
	} else if (r == 0) {
		o = json_object();
		set_day(o, "today", d.today);
		set_new(o, "rows", json_incref(d.rows));
		set_new(o, "by_debtor", debtors_json(&d));
		set_bool(o, "more", d.more);
		answer_json(q, o);
	}
	json_decref(d.rows);
	free(d.debtors);
	request_store_done(q, &st, r);
}

/* ---- open ends ---- */

static const char *const strengths[] = {"certain", "probable", "information",
					"hint",	   "deadline", NULL};
static const char *const lights[] = {"groen", "oranje", "rood", NULL};

enum { STRENGTH_DEADLINE = 4 }; /* C8, whatever its chance: it is about a date */

static const struct {
	const char *soort, *nl, *en;
} end_words[] = {
	{"C1", "Toewijzing afgelopen, geen stop", "Allocation over, no stop"},
	{"C2", "Toewijzing ingekort of ingetrokken, geen stop",
	 "Allocation shortened or withdrawn, no stop"},
	{"C3", "Declaraties opgehouden", "Declarations stopped"},
	{"C4", "Tijdelijke stop loopt lang", "A temporary stop lasts long"},
	{"C5", "Nieuwe start op een lopend nummer", "A new start on a number that runs"},
	{"C6", "Gedeclareerd zonder startbericht", "Declared without a start message"},
	{"C7", "Jeugdige is 18 geworden", "The client has turned 18"},
	{"C8", "Halfjaar gaat dicht voor CBS", "The half-year closes for CBS"},
	{"S5", "Toewijzing verwijderd, geen stop", "Allocation deleted, no stop"},
	{"S7", "Gestopt, toewijzing loopt door", "Stopped, the allocation runs on"},
	{"S9", "Start op oud nummer staat nog open", "The start on the old number is still open"},
	{"S10", "Overlijden of verhuizing elders bekend", "A death or move is known elsewhere"},
	{"S22", "Stop afgekeurd met 9069", "A stop was rejected with 9069"},
	{"S23", "Stop afgekeurd en niet opnieuw gestuurd",
	 "A stop was rejected and not sent again"},
};

static const char *end_word(const char *soort, bool dutch)
{
	for (size_t i = 0; i < sizeof end_words / sizeof *end_words; i++)
		if (strcmp(soort, end_words[i].soort) == 0)
			return dutch ? end_words[i].nl : end_words[i].en;
	return soort;
}

/* A row that holds its own texts. */
struct end {
	struct reg_open_einde e;
	char gemeente[5], aanbieder[9], categorie[3], code[6], soort[4], basis[EINDE_BASIS];
	int light;
};

struct provider {
	char code[9];
	int64_t all, certain, probable, rood, told;
};

struct ends {
	const struct reference *ref;
	struct scope scope;
	const char *gemeente, *aanbieder, *kind;
	int strength, light; /* -1: any */
	struct end *list;
	size_t n, room;
	bool more;
	struct provider sum, *providers;
	size_t n_providers, room_providers;
};

static int light_of(const char *basis)
{
	char word[16] = "";

	(void)basis_deel(basis, "licht", word, sizeof word);
	for (int i = 0; lights[i] != NULL; i++)
		if (strcmp(lights[i], word) == 0)
			return i;
	return -1;
}

static int strength_of(const struct reg_open_einde *e)
{
	return strcmp(e->soort, "C8") == 0 ? STRENGTH_DEADLINE : e->sterkte;
}

static bool end_wanted(const struct ends *l, const struct reg_open_einde *e, int light)
{
	return (scope_has(&l->scope, e->paar.gemeente) ||
		scope_has(&l->scope, e->paar.aanbieder)) &&
	       (l->gemeente[0] == '\0' || strcmp(l->gemeente, e->paar.gemeente) == 0) &&
	       (l->aanbieder[0] == '\0' || strcmp(l->aanbieder, e->paar.aanbieder) == 0) &&
	       (l->kind[0] == '\0' || strcmp(l->kind, e->soort) == 0) &&
	       (l->strength < 0 || l->strength == strength_of(e)) &&
	       (l->light < 0 || l->light == light);
}

static void sum_up(struct provider *p, const struct reg_open_einde *e, int light)
{
	p->all++;
	p->certain += strength_of(e) == STERKTE_ZEKER;
	p->probable += strength_of(e) == STERKTE_WAARSCHIJNLIJK;
	p->rood += light == STOPLICHT_ROOD;
	p->told += e->gemeld != DAY_NONE;
}

static struct provider *provider_of(struct ends *l, const char *code)
{
	struct provider *bigger;

	for (size_t i = 0; i < l->n_providers; i++)
		if (strcmp(l->providers[i].code, code) == 0)
			return &l->providers[i];
	if (l->n_providers == l->room_providers) {
		bigger = realloc(l->providers, (l->room_providers * 2 + 32) * sizeof *bigger);
		if (bigger == NULL)
			return NULL;
		l->providers = bigger;
		l->room_providers = l->room_providers * 2 + 32;
	}
	l->providers[l->n_providers] = (struct provider){0};
	(void)snprintf(l->providers[l->n_providers].code, sizeof l->providers->code, "%s", code);
	return &l->providers[l->n_providers++];
}

static int add_end(void *ctx, const struct reg_open_einde *e)
{
	struct ends *l = ctx;
	int light = light_of(e->basis);
	struct provider *p;
	struct end *x;

	if (!end_wanted(l, e, light))
		return 0;
	p = provider_of(l, e->paar.aanbieder);
	if (p == NULL)
		return -ENOMEM;
	sum_up(&l->sum, e, light);
	sum_up(p, e, light);
	if (l->n == ENDS_HELD) {
		l->more = true;
		return 0;
	}
	if (l->n == l->room) {
		x = realloc(l->list, (l->room * 2 + 256) * sizeof *x);
		if (x == NULL)
			return -ENOMEM;
		l->list = x;
		l->room = l->room * 2 + 256;
	}
	x = &l->list[l->n++];
	*x = (struct end){.e = *e, .light = light};
	(void)snprintf(x->gemeente, sizeof x->gemeente, "%s", e->paar.gemeente);
	(void)snprintf(x->aanbieder, sizeof x->aanbieder, "%s", e->paar.aanbieder);
	(void)snprintf(x->categorie, sizeof x->categorie, "%s", e->categorie);
	(void)snprintf(x->code, sizeof x->code, "%s", e->code);
	(void)snprintf(x->soort, sizeof x->soort, "%s", e->soort);
	(void)snprintf(x->basis, sizeof x->basis, "%s", e->basis);
	return 0;
}

static void set_sentences(json_t *o, const struct end *x)
{
	for (int dutch = 1; dutch >= 0; dutch--) {
		struct buf zin = BUF_INIT;

		einde_zin(x->basis, dutch, &zin);
		set_text(o, dutch ? "basis_nl" : "basis_en", buf_str(&zin));
		set_text(o, dutch ? "clears_nl" : "clears_en", einde_opheffen(x->soort, dutch));
		buf_free(&zin);
	}
}

static json_t *end_json(const struct ends *l, struct end *x)
{
	char nummer[24], client[2 * CLIENT_BYTES + 1];
	json_t *o = json_object();
	int strength;

	x->e.soort = x->soort; /* the row it was copied from is gone */
	strength = strength_of(&x->e);
	(void)snprintf(nummer, sizeof nummer, "%lld", (long long)x->e.nummer);
	client_text(x->e.paar.client, client);
	set_text(o, "gemeente", x->gemeente);
	set_text(o, "gemeente_name", reference_name(l->ref, x->gemeente));
	set_text(o, "aanbieder", x->aanbieder);
	set_text(o, "aanbieder_name", reference_name(l->ref, x->aanbieder));
	set_text(o, "toewijzingnummer", x->e.nummer != ABSENT ? nummer : NULL);
	set_day(o, "begindatum", x->e.begin);
	set_text(o, "kind", x->soort);
	set_text(o, "kind_nl", end_word(x->soort, true));
	set_text(o, "kind_en", end_word(x->soort, false));
	set_text(o, "strength",
		 strength >= 0 && strength <= STRENGTH_DEADLINE ? strengths[strength] : NULL);
	set_text(o, "stoplicht", x->light >= 0 ? lights[x->light] : NULL);
	set_day(o, "since", x->e.sinds);
	set_day(o, "estimated_end", x->e.schatting);
	set_day(o, "low", x->e.laag);
	set_day(o, "high", x->e.hoog);
	set_new(o, "chance", x->e.kans >= 0 ? json_real(x->e.kans / 1000.0) : json_null());
	set_some(o, "categorie", x->categorie);
	set_some(o, "code", x->code);
	set_sentences(o, x);
	set_day(o, "told", x->e.gemeld);
	set_text(o, "client", client);
	return o;
}

/* The surest first, and of those the oldest. */
static int by_urgency(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	if (x->e.sterkte != y->e.sterkte)
		return x->e.sterkte < y->e.sterkte ? -1 : 1;
	if (x->e.sinds != y->e.sinds)
		return x->e.sinds < y->e.sinds ? -1 : 1;
	if (x->e.dossier != y->e.dossier)
		return x->e.dossier < y->e.dossier ? -1 : 1;
	return strcmp(x->soort, y->soort);
}

static int by_all(const void *a, const void *b)
{
	const struct provider *x = a, *y = b;

	return x->all != y->all ? (x->all > y->all ? -1 : 1) : strcmp(x->code, y->code);
}

static json_t *provider_json(const struct ends *l, const struct provider *p, bool totals)
{
	json_t *o = json_object();

	if (!totals) {
		set_text(o, "code", p->code);
		set_text(o, "name", reference_name(l->ref, p->code));
	}
	set_number(o, "all", p->all);
	set_number(o, "certain", p->certain);
	set_number(o, "probable", p->probable);
	set_number(o, "rood", p->rood);
	if (!totals)
		set_number(o, "told", p->told);
	return o;
}

/* All rows by their light: oranje and groen are only in the totals. */
static json_t *totals_json(const struct ends *l)
{
	json_t *o = provider_json(l, &l->sum, true);
	int64_t counts[3] = {0};

	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].light >= 0)
			counts[l->list[i].light]++;
	set_number(o, "oranje", counts[STOPLICHT_ORANJE]);
	set_number(o, "groen", counts[STOPLICHT_GROEN]);
	return o;
}

static json_t *ends_json(struct ends *l, day today, size_t offset, size_t limit)
{
	json_t *o = json_object(), *rows = json_array(), *providers = json_array();
	size_t i;

	if (l->n > 0)
		qsort(l->list, l->n, sizeof *l->list, by_urgency);
	if (l->n_providers > 0)
		qsort(l->providers, l->n_providers, sizeof *l->providers, by_all);
	for (i = offset; i < l->n && i < offset + limit; i++)
		(void)json_array_append_new(rows, end_json(l, &l->list[i]));
	for (size_t k = 0; k < l->n_providers && k < PROVIDERS_MOST; k++)
		(void)json_array_append_new(providers, provider_json(l, &l->providers[k], false));
	set_day(o, "today", today);
	set_new(o, "rows", rows);
	set_new(o, "totals", totals_json(l));
	set_new(o, "by_aanbieder", providers);
	set_bool(o, "more", l->more || i < l->n);
	return o;
}

static void answer_ends_csv(struct request *q, json_t *o)
{
	static const struct column columns[] = {{"gemeente", NULL, CELL_CODE},
						{"gemeente_name", "gemeentenaam", CELL_TEXT},
						{"aanbieder", NULL, CELL_CODE},
						{"aanbieder_name", "aanbiedernaam", CELL_TEXT},
						{"toewijzingnummer", NULL, CELL_CODE},
						{"begindatum", NULL, CELL_TEXT},
						{"kind", "soort", CELL_TEXT},
						{"kind_nl", "omschrijving", CELL_TEXT},
						{"strength", "sterkte", CELL_TEXT},
						{"stoplicht", NULL, CELL_TEXT},
						{"since", "sinds", CELL_TEXT},
						{"estimated_end", "geschat einde", CELL_TEXT},
						{"low", "van", CELL_TEXT},
						{"high", "tot", CELL_TEXT},
						{"chance", "kans", CELL_NUMBER},
						{"categorie", NULL, CELL_CODE},
						{"code", "productcode", CELL_CODE},
						{"basis_nl", "waarom", CELL_TEXT},
						{"clears_nl", "wat het opheft", CELL_TEXT},
						{"told", "gemeld op", CELL_TEXT},
						{NULL, NULL, CELL_TEXT}};

	if (!request_audit(q, "export", "ok", "open-ends csv"))
		return;
	csv_write(&q->answer.body, columns, json_object_get(o, "rows"));
	answer_file(q, "text/csv; charset=utf-8", "einddatums.csv");
}

void handle_open_ends(struct request *q)
{
	struct ends l = {.ref = q->ref, .scope = request_scope(q)};
	int format = query_word(&q->query, "format", formats, 0), r;
	size_t limit = (size_t)query_number(&q->query, "limit", 200, 1, ENDS_MOST);
	size_t offset = (size_t)query_number(&q->query, "offset", 0, 0, ENDS_HELD);
	struct store *st;
	json_t *o = NULL;

	l.gemeente = query_code(&q->query, "gemeente");
	l.aanbieder = query_code(&q->query, "aanbieder");
	l.kind = query_text(&q->query, "kind");
	l.strength = query_word(&q->query, "strength", strengths, -1);
	l.light = query_word(&q->query, "stoplicht", lights, -1);
	if (request_wrong(q) || (st = request_store(q)) == NULL)
		return;
	r = st->reg->open_einden(st, 0, add_end, &l);
	if (r == 0)
		o = ends_json(&l, day_of(q->now), format == 0 ? offset : 0,
			      format == 0 ? limit : ENDS_EXPORT);
	if (r == 0 && format == 1)
		answer_ends_csv(q, o);
	else if (r == 0)
		answer_json(q, json_incref(o));
	json_decref(o);
	free(l.list);
	free(l.providers);
	request_store_done(q, &st, r);
}
