#include "stroom_intern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOMENT_PER_DAG INT64_C(86400000000)
#define BEGIN_UUR (INT64_C(6) * 3600000000)
#define EERSTE_BSN 999900000
#define BSN_MAX 9090
#define NUMMER_BEGIN 123456000
#define REFERENTIE_BEGIN 2026030000
#define PER_GEMEENTE 3 /* aanbieders of either half that a gemeente works with */
#define N_AANBIEDERS 60

static const char *const codes[] = {
	"0014", "0080", "0106", "0150", "0171", "0193", "0216", "0233", "0268", "0285",
	"0302", "0321", "0345", "0362", "0388", "0405", "0439", "0482", "0513", "0546",
	"0590", "0627", "0668", "0718", "0757", "0779", "0820", "0848", "0867", "0899",
	"0957", "0994", "1621", "1669", "1699", "1714", "1731", "1783", "1894", "1916",
};

static const char *const namen[] = {"Voorbeeld", "Testers",	      "Fictief", "Proef",
				    "Ömer-Test", "De Vries &amp; Zn", "Nergens", "Jansen"};

#define N_CODES (sizeof codes / sizeof *codes)

/* ---- chance: splitmix64 ---- */

static uint64_t next_number(struct stroom *s)
{
	uint64_t z = s->toeval += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

bool kans(struct stroom *s, unsigned n)
{
	return next_number(s) % 1000 < n;
}

int64_t tussen(struct stroom *s, int64_t laag, int64_t hoog)
{
	return hoog <= laag ? laag : laag + (int64_t)(next_number(s) % (uint64_t)(hoog - laag + 1));
}

/* ---- memory ---- */

void *more(struct stroom *s, void *array, size_t n, size_t *room, size_t size)
{
	size_t want = *room == 0 ? 64 : *room * 2;
	void *grown;

	if (n < *room)
		return array;
	grown = realloc(array, want * size);
	if (grown == NULL) {
		s->mislukt = true;
		return NULL;
	}
	*room = want;
	return grown;
}

/* ---- parties and clients ---- */

static bool is_bsn(uint32_t n)
{
	uint32_t som = 0, rest = n / 10;

	for (uint32_t gewicht = 2; gewicht <= 9; gewicht++, rest /= 10)
		som += rest % 10 * gewicht;
	return som % 11 == n % 10;
}

static void make_client(struct stroom *s, struct client *c, uint32_t bsn, uint32_t i,
			uint32_t n_bsn)
{
	uint32_t deel = i / n_bsn;

	(void)snprintf(c->bsn, sizeof c->bsn, "%09u", bsn);
	c->gemeente = (i % n_bsn + deel / 2) % s->n_gemeenten;
	c->even = deel % 2 == 0;
	c->geboren = day_make(2008, 1, 1) + (day)tussen(s, 0, 6000);
	c->achternaam = namen[tussen(s, 0, sizeof namen / sizeof *namen - 1)];
	c->geslacht[0] = (char)('0' + tussen(s, 0, 2));
	c->aanbieder = UINT32_MAX;
	c->volgende = s->dag + (day)tussen(s, 0, 75);
}

static void make_clients(struct stroom *s)
{
	uint32_t n_bsn = (s->n_clienten + 3) / 4, bsn = EERSTE_BSN;

	if (n_bsn > BSN_MAX)
		n_bsn = BSN_MAX;
	for (uint32_t i = 0; i < s->n_clienten; i++) {
		if (i % n_bsn == 0)
			bsn = EERSTE_BSN;
		while (!is_bsn(bsn))
			bsn++;
		make_client(s, &s->clienten[i], bsn++, i, n_bsn);
	}
}

static void make_parties(struct stroom *s)
{
	for (uint32_t g = 0; g < s->n_gemeenten; g++)
		s->gemeenten[g] = (struct gemeente){.code = codes[g], .nummer = NUMMER_BEGIN};
	for (uint32_t a = 0; a < s->n_aanbieders; a++) {
		s->aanbieders[a] = (struct aanbieder){.referentie = REFERENTIE_BEGIN};
		(void)snprintf(s->aanbieders[a].code, sizeof s->aanbieders[a].code, "%08u",
			       a % 5 == 0 ? 1100000 + a : 98100000 + a);
	}
}

struct stroom *stroom_new(uint64_t seed, uint32_t clients)
{
	struct stroom *s = calloc(1, sizeof *s);

	if (s == NULL || clients == 0 || clients > BSN_MAX * 2 * N_CODES) {
		free(s);
		return NULL;
	}
	s->toeval = seed;
	s->dag = day_make(2026, 1, 1);
	s->n_clienten = clients;
	s->n_gemeenten = clients / 100 < 4 ? 4 : clients / 100 < N_CODES ? clients / 100 : N_CODES;
	s->n_aanbieders = N_AANBIEDERS;
	s->gemeenten = calloc(s->n_gemeenten, sizeof *s->gemeenten);
	s->aanbieders = calloc(s->n_aanbieders, sizeof *s->aanbieders);
	s->clienten = calloc(s->n_clienten, sizeof *s->clienten);
	s->eerste = calloc((size_t)s->n_gemeenten * s->n_aanbieders, sizeof *s->eerste);
	s->volgende = calloc(s->n_clienten, sizeof *s->volgende);
	if (s->gemeenten == NULL || s->aanbieders == NULL || s->clienten == NULL ||
	    s->eerste == NULL || s->volgende == NULL) {
		stroom_free(&s);
		return NULL;
	}
	make_parties(s);
	make_clients(s);
	return s;
}

void stroom_free(struct stroom **s)
{
	struct stroom *x = *s;

	if (x == NULL)
		return;
	for (size_t i = 0; i < x->n_ingediend; i++)
		free(x->ingediend[i].regels);
	for (size_t i = 0; i < RETOUR_DAGEN; i++)
		free(x->antwoorden[i]);
	free(x->ingediend);
	free(x->klaar);
	buf_free(&x->tekst);
	free(x->eerste);
	free(x->volgende);
	free(x->clienten);
	free(x->aanbieders);
	free(x->gemeenten);
	free(x);
	*s = NULL;
}

const char *stroom_code(const struct stroom *s, size_t n)
{
	if (n < s->n_gemeenten)
		return s->gemeenten[n].code;
	n -= s->n_gemeenten;
	return n < s->n_aanbieders ? s->aanbieders[n].code : NULL;
}

/* ---- messages ---- */

/* Counted by its sender from the same beginning, so that those of different senders are equal. */
static void identify(struct stroom *s, struct klaar *k)
{
	static const char letters[N_SOORTEN + 1] = "TRSUEVAWXQNODF";
	uint32_t *teller = soort_van_gemeente(k->soort)
				   ? &s->gemeenten[k->gemeente].identificatie
				   : &s->aanbieders[k->aanbieder].identificatie;

	(void)snprintf(k->identificatie, sizeof k->identificatie, "%c%u", letters[k->soort],
		       26020000 + ++*teller);
}

static struct klaar *add_klaar(struct stroom *s, enum soort soort, uint32_t gemeente,
			       uint32_t aanbieder)
{
	struct klaar *list = more(s, s->klaar, s->n_klaar, &s->room_klaar, sizeof *list), *k;

	if (list == NULL)
		return NULL;
	s->klaar = list;
	k = &list[s->n_klaar++];
	*k = (struct klaar){soort, gemeente, aanbieder, "", s->dag - s->terug, s->tekst.len, 0};
	identify(s, k);
	return k;
}

struct buf *begin_bericht(struct stroom *s, enum soort soort, uint32_t gemeente, uint32_t aanbieder)
{
	struct klaar *k = add_klaar(s, soort, gemeente, aanbieder);
	const char *g = s->gemeenten[gemeente].code, *a = s->aanbieders[aanbieder].code;
	bool van_gemeente = soort_van_gemeente(soort);

	if (k != NULL)
		tekst_begin(&s->tekst, soort, van_gemeente ? g : a, van_gemeente ? a : g,
			    k->identificatie, s->dag - s->terug);
	return &s->tekst;
}

void end_bericht(struct stroom *s)
{
	tekst_end(&s->tekst);
	if (s->tekst.failed)
		s->mislukt = true;
	if (s->n_klaar > 0)
		s->klaar[s->n_klaar - 1].size = s->tekst.len - s->klaar[s->n_klaar - 1].begin;
}

/* The Header of a retour is that of its original. */
void put_retour(struct stroom *s, const struct antwoord *op, bool afgewezen)
{
	enum soort soort = (enum soort)(op->soort + 1);
	struct klaar *k = add_klaar(s, soort, op->gemeente, op->aanbieder);
	const char *g = s->gemeenten[op->gemeente].code, *a = s->aanbieders[op->aanbieder].code;
	bool van_gemeente = soort_van_gemeente(op->soort);

	if (k == NULL)
		return;
	tekst_begin(&s->tekst, soort, van_gemeente ? g : a, van_gemeente ? a : g, op->identificatie,
		    op->dagtekening);
	tekst_retour(&s->tekst, k->identificatie, s->dag, afgewezen);
	tekst_header_end(&s->tekst);
	end_bericht(s);
}

/* ---- days ---- */

static struct antwoord antwoord_op(const struct klaar *k)
{
	struct antwoord a = {k->soort, k->gemeente, k->aanbieder, "", k->dagtekening};

	memcpy(a.identificatie, k->identificatie, sizeof a.identificatie);
	return a;
}

static void plan_retour(struct stroom *s, const struct klaar *k)
{
	size_t dag = (size_t)(s->dag + tussen(s, 1, RETOUR_DAGEN - 1)) % RETOUR_DAGEN;
	struct antwoord *list = more(s, s->antwoorden[dag], s->n_antwoorden[dag],
				     &s->room_antwoorden[dag], sizeof *list);

	if (list == NULL)
		return;
	s->antwoorden[dag] = list;
	list[s->n_antwoorden[dag]++] = antwoord_op(k);
}

static void give_retours(struct stroom *s)
{
	size_t dag = (size_t)s->dag % RETOUR_DAGEN;

	for (size_t i = 0; i < s->n_antwoorden[dag]; i++)
		put_retour(s, &s->antwoorden[dag][i], false);
	s->n_antwoorden[dag] = 0;
}

/* Another aanbieder of those with whom its gemeente works. */
static void choose_aanbieder(struct stroom *s, struct client *c)
{
	uint32_t half = s->n_aanbieders / 2, j = (uint32_t)tussen(s, 0, PER_GEMEENTE - 1);

	c->aanbieder = 2 * ((c->gemeente * PER_GEMEENTE + j) % half) + (c->even ? 0 : 1);
}

/* Nothing of before may still matter: neither current, nor declared. */
static bool may_leave(const struct stroom *s, const struct client *c)
{
	for (size_t i = 0; i < PLAATSEN; i++)
		if (c->plaatsen[i].nummer != 0 && !c->plaatsen[i].verwijderd &&
		    (c->plaatsen[i].eind == DAY_NONE || c->plaatsen[i].eind > s->dag - 75))
			return false;
	return c->fase == WACHT;
}

/*
 * What a client's act brought: most of it gets its retour later.  Now and then
 * the message is rejected at once; then it counts as not sent, the client is
 * as it was before, and tries something again.
 */
static void act(struct stroom *s, struct client *c)
{
	size_t n = s->n_klaar;

	if (c->aanbieder == UINT32_MAX || (kans(s, 500) && may_leave(s, c))) {
		memset(c->plaatsen, 0, sizeof c->plaatsen);
		choose_aanbieder(s, c);
	}
	s->voor = *c;
	leef(s, c);
	if (s->n_klaar == n + 1 && kans(s, 15)) {
		const struct antwoord op = antwoord_op(&s->klaar[n]);

		put_retour(s, &op, true);
		*c = s->voor;
		c->volgende = s->dag + (day)tussen(s, 1, 4);
		return;
	}
	for (; n < s->n_klaar; n++)
		if (kans(s, 700))
			plan_retour(s, &s->klaar[n]);
}

static void live_day(struct stroom *s)
{
	s->n_klaar = s->aan_de_beurt = 0;
	buf_clear(&s->tekst);
	give_retours(s);
	answer_declarations(s);
	declare_month(s);
	for (uint32_t i = 0; i < s->n_clienten && !s->mislukt; i++)
		if (s->clienten[i].volgende <= s->dag)
			act(s, &s->clienten[i]);
}

bool stroom_next(struct stroom *s, struct stroom_bericht *ret)
{
	const struct klaar *k;
	bool van_gemeente;

	while (s->aan_de_beurt == s->n_klaar && !s->mislukt) {
		if (s->n_klaar > 0)
			s->dag++;
		live_day(s);
		if (s->n_klaar == 0)
			s->dag++;
	}
	if (s->mislukt)
		return false;
	k = &s->klaar[s->aan_de_beurt];
	van_gemeente = soort_van_gemeente(k->soort);
	*ret = (struct stroom_bericht){
		.type = soort_naam[k->soort],
		.van = van_gemeente ? s->gemeenten[k->gemeente].code
				    : s->aanbieders[k->aanbieder].code,
		.naar = van_gemeente ? s->aanbieders[k->aanbieder].code
				     : s->gemeenten[k->gemeente].code,
		.received = (int64_t)s->dag * MOMENT_PER_DAG + BEGIN_UUR +
			    (int64_t)s->aan_de_beurt * 1000,
		.data = s->tekst.data + k->begin,
		.size = k->size,
	};
	s->aan_de_beurt++;
	return true;
}
