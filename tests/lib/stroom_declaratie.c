/*
 * Declarations: every gemeente and aanbieder have their day of the month, on
 * which the month before it is declared, some tens of clients to a message.
 * How much an allocation allows is counted here day by day, in another way
 * than the rules do it.
 */
#include "stroom_intern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEDRAG_MAX 99999999
#define NIEMAND UINT32_MAX

/* ---- how much may be declared ---- */

static bool outputgericht(const struct toewijzing *w)
{
	return w->eenheid[0] == '8' && w->eenheid[1] != '4';
}

/* The weeks that are touched; outputgericht: Sundays, and the broken last week with the last of
 * them. */
static int64_t count_weeks(const struct toewijzing *w, day van, day tot)
{
	int64_t weken = 0, zondagen = 0;
	day laatste = w->eind;

	for (day d = van; d <= tot; d++) {
		weken += d == van || day_weekday(d) == 1;
		zondagen += day_weekday(d) == 7;
	}
	if (!outputgericht(w))
		return weken;
	if (w->eind == DAY_NONE || day_weekday(w->eind) == 7)
		return zondagen;
	while (laatste >= w->ingang && day_weekday(laatste) != 7)
		laatste--;
	if (laatste < w->ingang)
		laatste = w->eind; /* no Sunday in it */
	return zondagen + (laatste >= van && laatste <= tot);
}

/* In what is counted: hours as minutes. */
static int64_t in_maat(const struct toewijzing *w, int64_t n)
{
	return strcmp(w->eenheid, "04") == 0 ? n * 60 : n;
}

int64_t maximum(const struct toewijzing *w, day van, day tot)
{
	int64_t keer = 1;

	if (w->volume == GEEN)
		return GEEN;
	if (w->frequentie[0] == '1')
		keer = tot - van + 1;
	else if (w->frequentie[0] == '2')
		keer = count_weeks(w, van, tot);
	return in_maat(w, keer * w->volume);
}

int64_t totaal(const struct toewijzing *w)
{
	int64_t maanden = 1;

	if (w->volume == GEEN || (w->eind == DAY_NONE && w->frequentie[0] != '6'))
		return GEEN;
	if (w->frequentie[0] != '4')
		return maximum(w, w->ingang, w->eind);
	for (day d = w->ingang + 1; d <= w->eind; d++)
		maanden += d == day_month_first(d);
	return in_maat(w, maanden * w->volume);
}

/* ---- one line ---- */

struct bundel {
	struct stroom *s;
	struct ingediend d;
	size_t room;
};

static void add_regel(struct bundel *x, const struct regel *r)
{
	struct regel *list = more(x->s, x->d.regels, x->d.n, &x->room, sizeof *list);

	if (list == NULL)
		return;
	x->d.regels = list;
	list[x->d.n++] = *r;
}

static int64_t next_reference(struct stroom *s, const struct client *c)
{
	return ++s->aanbieders[c->aanbieder].referentie;
}

static void set_tarief(struct stroom *s, struct regel *r, int64_t hoogstens)
{
	if (strcmp(r->eenheid, "83") == 0) {
		r->tarief = GEEN;
		r->bedrag = r->volume;
		return;
	}
	r->tarief = r->eenheid[1] == '1' ? tussen(s, 60, 160) : tussen(s, 2000, 9000);
	if (r->tarief > hoogstens / r->volume)
		r->tarief = hoogstens / r->volume;
	r->bedrag = r->tarief * r->volume;
}

/* A specific allocation: some of what is left, often all of it. */
static bool fill_specific(struct stroom *s, const struct toewijzing *w, struct regel *r)
{
	int64_t rest = maximum(w, r->begin, r->eind), in_totaal = totaal(w);

	if (in_totaal != GEEN && in_totaal - w->volume_gedeclareerd < rest)
		rest = in_totaal - w->volume_gedeclareerd;
	if (rest <= 0)
		return false;
	r->maat = kans(s, 250) ? rest : rest * tussen(s, 10, 100) / 100;
	if (w->frequentie[0] == '6' && r->maat > 1)
		r->maat = r->maat / tussen(s, 1, 4);
	memcpy(r->eenheid, w->eenheid, sizeof r->eenheid);
	r->volume = r->maat;
	if (strcmp(w->eenheid, "04") == 0 && r->maat >= 60 && kans(s, 700)) {
		r->volume = r->maat / 60;
		r->maat = r->volume * 60;
	} else if (strcmp(w->eenheid, "04") == 0) {
		memcpy(r->eenheid, "01", sizeof r->eenheid);
	}
	if (r->volume <= 0 || r->volume > BEDRAG_MAX)
		return false;
	set_tarief(s, r, BEDRAG_MAX);
	return true;
}

/* Any product that the allocation leaves open, within its budget. */
static bool fill_open(struct stroom *s, const struct toewijzing *w, struct regel *r, int welke)
{
	static const char *const eenheden[] = {"04", "01", "14", "83", "84"};
	int64_t rest = w->budget == GEEN ? 500000 : w->budget - w->bedrag_gedeclareerd;

	if (w->categorie[0] == '\0')
		memcpy(r->categorie, "45", sizeof r->categorie);
	product_code(r->code, r->categorie, welke);
	memcpy(r->eenheid, eenheden[tussen(s, 0, 4)], sizeof r->eenheid);
	if (rest <= 0)
		return false;
	if (strcmp(r->eenheid, "83") == 0)
		r->volume = kans(s, 100) ? rest : rest / tussen(s, 2, 6);
	else
		r->volume = tussen(s, 1, rest / 9000 / tussen(s, 1, 6));
	if (r->volume <= 0 || r->volume > BEDRAG_MAX)
		return false;
	set_tarief(s, r, rest);
	return true;
}

/* A debit line on an allocation for the month of d; welke is its product where that is open. */
static bool add_debet(struct bundel *x, struct client *c, struct toewijzing *w, day d, int welke)
{
	struct regel r = {.client = (uint32_t)(c - x->s->clienten),
			  .plaats = (uint32_t)(w - c->plaatsen),
			  .nummer = w->nummer,
			  .begin = day_month_first(d),
			  .eind = day_month_last(d)};

	if (w->ingang > r.begin)
		r.begin = w->ingang;
	if (w->eind != DAY_NONE && w->eind < r.eind)
		r.eind = w->eind;
	if (r.begin > r.eind)
		return false;
	memcpy(r.categorie, w->categorie, sizeof r.categorie);
	memcpy(r.code, w->code, sizeof r.code);
	if (w->code[0] != '\0' ? !fill_specific(x->s, w, &r) : !fill_open(x->s, w, &r, welke))
		return false;
	r.referentie = next_reference(x->s, c);
	w->volume_gedeclareerd += r.maat;
	w->bedrag_gedeclareerd += r.bedrag;
	w->regels++;
	w->laatste = r;
	w->stand = INGEDIEND;
	add_regel(x, &r);
	return true;
}

/* The same line with its amount back; what it took may be declared anew. */
static void add_credit(struct bundel *x, const struct client *c, struct toewijzing *w)
{
	struct regel r = w->laatste;

	r.vorig = r.referentie;
	r.referentie = next_reference(x->s, c);
	r.credit = true;
	r.afgewezen = false;
	w->volume_gedeclareerd -= r.maat;
	w->bedrag_gedeclareerd -= r.bedrag;
	w->stand = GEEN_REGEL;
	add_regel(x, &r);
}

/* What is still to be said of earlier months. */
static void declare_earlier(struct bundel *x, struct client *c, struct toewijzing *w)
{
	struct regel was = w->laatste;
	int welke = was.code[0] == '\0' ? 1 : (was.code[3] - '0') * 10 + was.code[4] - '0';

	if (w->gemist != DAY_NONE) {
		day d = w->gemist;

		w->gemist = DAY_NONE;
		(void)add_debet(x, c, w, d, 1);
		return;
	}
	if (w->stand == GOEDGEKEURD && kans(x->s, 60))
		add_credit(x, c, w);
	else if (w->stand != AFGEWEZEN)
		return;
	if (kans(x->s, 800))
		(void)add_debet(x, c, w, was.begin, welke);
}

static void declare_allocation(struct bundel *x, struct client *c, struct toewijzing *w, day maand)
{
	if (w->nummer == 0 || w->verwijderd)
		return;
	declare_earlier(x, c, w);
	if (kans(x->s, 100)) {
		if (w->ingang <= day_month_last(maand) && (w->eind == DAY_NONE || w->eind >= maand))
			w->gemist = maand;
		return;
	}
	if (!add_debet(x, c, w, maand, 1))
		return;
	if (w->code[0] == '\0' && w->categorie[0] != '\0' && kans(x->s, 300))
		(void)add_debet(x, c, w, maand, 2);
}

/* ---- one declaration ---- */

static void send_declaration(struct stroom *s, struct ingediend *d)
{
	struct buf *b = begin_bericht(s, JW323, d->gemeente, d->aanbieder);

	if (s->mislukt)
		return;
	memcpy(d->identificatie, s->klaar[s->n_klaar - 1].identificatie, sizeof d->identificatie);
	d->dagtekening = s->dag;
	tekst_header_end(b);
	tekst_declaratie(b, s, d);
	end_bericht(s);
	d->opnieuw = false;
	d->laat = kans(s, 80);
	d->volgende = s->dag + (day)(d->laat ? tussen(s, 20, 50) : tussen(s, 2, 7));
}

static void keep(struct stroom *s, const struct ingediend *d)
{
	struct ingediend *list =
		more(s, s->ingediend, s->n_ingediend, &s->room_ingediend, sizeof *list);

	if (list == NULL) {
		free(d->regels);
		return;
	}
	s->ingediend = list;
	list[s->n_ingediend++] = *d;
}

static void close_bundle(struct bundel *x)
{
	struct aanbieder *a = &x->s->aanbieders[x->d.aanbieder];

	if (x->d.n == 0) {
		free(x->d.regels);
		return;
	}
	(void)snprintf(x->d.nummer, sizeof x->d.nummer, "%u", 2026030000 + ++a->declaratie);
	send_declaration(x->s, &x->d);
	if (kans(x->s, 970))
		keep(x->s, &x->d);
	else
		free(x->d.regels); /* the gemeente never answers */
}

static struct bundel open_bundle(struct stroom *s, uint32_t gemeente, uint32_t aanbieder, day maand)
{
	return (struct bundel){
		.s = s,
		.d = {.gemeente = gemeente,
		      .aanbieder = aanbieder,
		      .begin = maand,
		      .eind = day_month_last(maand)},
	};
}

static void declare_pair(struct stroom *s, uint32_t gemeente, uint32_t aanbieder, uint32_t client)
{
	day maand = day_month_first(day_month_first(s->dag) - 1);
	struct bundel x = open_bundle(s, gemeente, aanbieder, maand);
	size_t most = (size_t)tussen(s, 1, 60);

	for (; client != NIEMAND && !s->mislukt; client = s->volgende[client]) {
		struct client *c = &s->clienten[client];

		for (size_t i = 0; i < PLAATSEN; i++)
			declare_allocation(&x, c, &c->plaatsen[i], maand);
		if (x.d.n < most)
			continue;
		close_bundle(&x);
		x = open_bundle(s, gemeente, aanbieder, maand);
	}
	close_bundle(&x);
}

static void list_clients(struct stroom *s)
{
	size_t n = (size_t)s->n_gemeenten * s->n_aanbieders;

	for (size_t i = 0; i < n; i++)
		s->eerste[i] = NIEMAND;
	for (uint32_t i = s->n_clienten; i-- > 0;) {
		const struct client *c = &s->clienten[i];
		uint32_t *eerste;

		if (c->aanbieder == UINT32_MAX)
			continue;
		eerste = &s->eerste[c->gemeente * s->n_aanbieders + c->aanbieder];
		s->volgende[i] = *eerste;
		*eerste = i;
	}
}

void declare_month(struct stroom *s)
{
	int y, m, dd;

	day_split(s->dag, &y, &m, &dd);
	if (dd < 2 || dd > 13)
		return;
	list_clients(s);
	for (uint32_t g = 0; g < s->n_gemeenten; g++)
		for (uint32_t a = 0; a < s->n_aanbieders; a++) {
			uint32_t eerste = s->eerste[g * s->n_aanbieders + a];

			if (eerste != NIEMAND && 2 + (g * 5 + a) % 12 == (uint32_t)dd)
				declare_pair(s, g, a, eerste);
		}
}

/* ---- answers ---- */

static struct toewijzing *allocation_of(struct stroom *s, const struct regel *r)
{
	struct toewijzing *w = &s->clienten[r->client].plaatsen[r->plaats];

	return w->nummer == r->nummer ? w : NULL;
}

/* Marks some debit lines as rejected; how many. */
static size_t reject_lines(struct stroom *s, struct ingediend *d)
{
	unsigned per_duizend = kans(s, 300) ? 80 : 0;
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		struct regel *r = &d->regels[i];

		r->afgewezen = !r->credit && kans(s, per_duizend);
		n += r->afgewezen;
	}
	return n;
}

static void settle(struct stroom *s, const struct ingediend *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct regel *r = &d->regels[i];
		struct toewijzing *w = allocation_of(s, r);

		if (w == NULL)
			continue;
		w->regels -= r->credit || r->afgewezen;
		if (r->credit)
			continue;
		if (r->afgewezen) {
			w->volume_gedeclareerd -= r->maat;
			w->bedrag_gedeclareerd -= r->bedrag;
		}
		if (w->laatste.referentie == r->referentie && w->stand == INGEDIEND)
			w->stand = r->afgewezen ? AFGEWEZEN : GOEDGEKEURD;
	}
}

static void put_answer(struct stroom *s, const struct ingediend *d, const char *header,
		       const char *declaratie)
{
	struct buf *b = begin_bericht(s, JW325, d->gemeente, d->aanbieder);

	tekst_declaratieantwoord(b, s, d, header, declaratie);
	end_bericht(s);
}

/*
 * Mostly granted, in whole or in part; rejected as a whole it counts as not
 * sent and comes again, as long as that is before the next month is declared.
 */
static void answer(struct stroom *s, struct ingediend *d)
{
	if (s->dag - d->eind <= 22 && kans(s, 40)) {
		bool header = kans(s, 500);

		put_answer(s, d, header ? "0001" : "0200", header ? NULL : "9333");
		d->opnieuw = true;
		d->volgende = s->dag + (day)tussen(s, 1, 3);
		return;
	}
	put_answer(s, d, "0200", reject_lines(s, d) > 0 ? "0200" : "8001");
	settle(s, d);
	d->volgende = DAY_NONE;
}

void answer_declarations(struct stroom *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_ingediend && !s->mislukt; i++) {
		struct ingediend *d = &s->ingediend[i];

		if (d->volgende <= s->dag) {
			if (d->opnieuw)
				send_declaration(s, d);
			else
				answer(s, d);
		}
		if (d->volgende == DAY_NONE)
			free(d->regels);
		else
			s->ingediend[kept++] = *d;
	}
	s->n_ingediend = kept;
}
