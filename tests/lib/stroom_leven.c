/*
 * What happens to one client, one act a day.  Every act looks first whether
 * the standard allows it now; one that it does not is left undone.
 *
 * Allocations of one client that may stand together in a message (JW301,
 * JW317) are of different categories, and a generic one stands alone, so that
 * no periods of one product overlap.  An end never moves before a day up to
 * which lines may have been declared.
 */
#include "stroom_intern.h"

#include <stdio.h>
#include <string.h>

static const char *const categorieen[] = {"31", "32", "34", "40", "41", "42", "43", "44",
					  "45", "46", "47", "48", "49", "50", "51", "52"};

#define N_CATEGORIEEN (sizeof categorieen / sizeof *categorieen)

static void set_text(char *to, size_t room, const char *from)
{
	(void)snprintf(to, room, "%s", from);
}

#define SET(field, text) set_text(field, sizeof(field), text)

/* ---- allocations ---- */

static bool is_current(const struct toewijzing *w, day d)
{
	return w->nummer != 0 && !w->verwijderd &&
	       (w->eind == DAY_NONE || w->eind >= d || w->ingang > d);
}

static bool any_current(const struct client *c, day d)
{
	for (size_t i = 0; i < PLAATSEN; i++)
		if (is_current(&c->plaatsen[i], d))
			return true;
	return false;
}

/* A place whose allocation nothing can come back to; NULL: all are needed. */
static struct toewijzing *free_place(const struct stroom *s, struct client *c)
{
	for (size_t i = 0; i < PLAATSEN; i++) {
		struct toewijzing *w = &c->plaatsen[i];

		bool open = w->levering == LOOPT || w->levering == ONDERBROKEN || w->gewijzigd;
		bool lang = w->eind != DAY_NONE && w->eind < s->dag - 75;

		if (w->nummer == 0 || (!open && (lang || w->verwijderd)))
			return w;
	}
	return NULL;
}

/* A current allocation, any of them, or NULL. */
static struct toewijzing *pick_current(struct stroom *s, struct client *c)
{
	size_t from = (size_t)tussen(s, 0, PLAATSEN - 1);

	for (size_t i = 0; i < PLAATSEN; i++) {
		struct toewijzing *w = &c->plaatsen[(from + i) % PLAATSEN];

		if (is_current(w, s->dag))
			return w;
	}
	return NULL;
}

/* Whether a product of this category ("" generic) would stand beside one like it. */
static bool is_taken(const struct client *c, const char *categorie, day vanaf)
{
	for (size_t i = 0; i < PLAATSEN; i++) {
		const struct toewijzing *w = &c->plaatsen[i];

		if (is_current(w, vanaf) && (categorie[0] == '\0' || w->categorie[0] == '\0' ||
					     strcmp(w->categorie, categorie) == 0))
			return true;
	}
	for (size_t i = 0; i < c->n_gevraagd; i++)
		if (categorie[0] == '\0' || strcmp(c->gevraagd[i].categorie, categorie) == 0)
			return true;
	return false;
}

static bool choose_category(struct stroom *s, const struct client *c, day vanaf, char ret[3])
{
	size_t from = (size_t)tussen(s, 0, N_CATEGORIEEN - 1);

	for (size_t i = 0; i < N_CATEGORIEEN; i++) {
		const char *een = categorieen[(from + i) % N_CATEGORIEEN];

		if (!is_taken(c, een, vanaf)) {
			memcpy(ret, een, 3);
			return true;
		}
	}
	return false;
}

/* clang-format off */
/* How much of a unit a week is usual. */
static const struct {
	const char *eenheid;
	int64_t laag, hoog;
	bool per_dag;
} eenheden[] = {
	{"01", 30,   600,   true},
	{"04", 1,    12,    true},
	{"82", 1,    4,     true},
	{"14", 1,    7,     false},
	{"16", 1,    10,    false},
	{"83", 5000, 60000, false},
	{"84", 1,    5,     false},
};
/* clang-format on */

static void choose_volume(struct stroom *s, struct toewijzing *w, const char *frequentie)
{
	size_t n = sizeof eenheden / sizeof *eenheden, e;
	int64_t keer = frequentie[0] == '4' ? 4 : frequentie[0] == '6' ? 20 : 1;

	e = (size_t)tussen(s, 0, (int64_t)n - 1);
	while (frequentie[0] == '1' && !eenheden[e].per_dag)
		e = (e + 1) % n;
	SET(w->eenheid, eenheden[e].eenheid);
	SET(w->frequentie, frequentie);
	w->volume = keer * tussen(s, eenheden[e].laag, eenheden[e].hoog);
}

void product_code(char ret[6], const char *categorie, int n)
{
	const char code[6] = {categorie[0],	    categorie[1],	  'A',
			      (char)('0' + n / 10), (char)('0' + n % 10), '\0'};

	memcpy(ret, code, sizeof code);
}

/* Specific: a code with a volume.  Each frequency. */
static void make_specific(struct stroom *s, struct toewijzing *w)
{
	static const char *const frequenties[] = {"2", "2", "2", "4", "4", "6", "6", "1"};

	product_code(w->code, w->categorie, (int)tussen(s, 1, 12));
	choose_volume(s, w, frequenties[tussen(s, 0, 7)]);
}

static void choose_end(struct stroom *s, struct toewijzing *w)
{
	bool needed = w->budget != GEEN || w->frequentie[0] == '2';

	w->eind = DAY_NONE;
	if (!needed && kans(s, 400))
		return;
	w->eind = w->ingang + (day)(kans(s, 100) ? tussen(s, 0, 20) : tussen(s, 40, 300));
	if (kans(s, 400))
		w->eind = day_month_last(w->eind);
}

/* What might be allocated from a day on; false when nothing more fits beside what there is. */
static bool invent(struct stroom *s, const struct client *c, day ingang, struct toewijzing *w)
{
	day vanaf = ingang < s->dag ? ingang : s->dag;
	int64_t vorm = tussen(s, 0, 99);

	*w = (struct toewijzing){
		.ingang = ingang, .volume = GEEN, .budget = GEEN, .gemist = DAY_NONE};
	if (vorm >= 90 && !is_taken(c, "", vanaf)) {
		w->budget = tussen(s, 1000, 50000) * 100;
	} else {
		if (!choose_category(s, c, vanaf, w->categorie))
			return false;
		if (vorm < 70)
			make_specific(s, w);
		else if (vorm < 80)
			w->budget = tussen(s, 500, 20000) * 100;
	}
	choose_end(s, w);
	return true;
}

/* ---- JW301 ---- */

static void decide(struct stroom *s, struct toewijzing *w, const char *reden)
{
	w->datum = s->dag;
	w->tijd = (int32_t)tussen(s, 0, 86399);
	w->gewijzigd = true;
	SET(w->reden, reden);
}

/* All that is current, and what changed. */
static void send_allocations(struct stroom *s, struct client *c)
{
	struct buf *b = begin_bericht(s, JW301, c->gemeente, c->aanbieder);

	tekst_header_end(b);
	tekst_client(b, c);
	tekst_contact(b, c);
	buf_adds(b, "<ToegewezenProducten>\n");
	for (size_t i = 0; i < PLAATSEN; i++) {
		struct toewijzing *w = &c->plaatsen[i];

		if (!w->gewijzigd && !is_current(w, s->dag))
			continue;
		tekst_toewijzing(b, w);
		w->gewijzigd = false;
		w->reden[0] = w->referentie[0] = '\0';
	}
	buf_adds(b, "</ToegewezenProducten>\n</Client>\n");
	end_bericht(s);
}

/* Gives what was invented a number and a place; NULL: there is none. */
static struct toewijzing *allocate(struct stroom *s, struct client *c, const struct toewijzing *w)
{
	struct toewijzing *plaats = free_place(s, c);

	if (plaats == NULL)
		return NULL;
	*plaats = *w;
	plaats->nummer = ++s->gemeenten[c->gemeente].nummer;
	plaats->gemist = DAY_NONE;
	decide(s, plaats, "");
	return plaats;
}

static day choose_begin(struct stroom *s)
{
	return s->dag + (day)tussen(s, -8, 20);
}

static bool allocate_new(struct stroom *s, struct client *c)
{
	struct toewijzing w;

	return invent(s, c, choose_begin(s), &w) && allocate(s, c, &w) != NULL;
}

static void begin_without_request(struct stroom *s, struct client *c)
{
	c->n_gevraagd = 0;
	if (!allocate_new(s, c)) {
		c->volgende = s->dag + 30;
		return;
	}
	if (kans(s, 250))
		(void)allocate_new(s, c);
	send_allocations(s, c);
	c->fase = IN_ZORG;
	c->volgende = s->dag + (day)tussen(s, 1, 20);
}

/* An end that moves back; lines up to the end of last month may have been declared. */
static bool end_allocation(struct stroom *s, struct toewijzing *w, day eind, const char *reden)
{
	struct toewijzing korter = *w;
	int64_t rest;

	korter.eind = eind;
	rest = totaal(&korter);
	if (eind < w->ingang || eind < s->dag || (rest != GEEN && rest < w->volume_gedeclareerd))
		return false;
	w->eind = eind;
	decide(s, w, reden);
	return true;
}

static bool withdraw(struct stroom *s, struct client *c)
{
	static const char *const redenen[] = {"02", "03", "05", "06", "07", "08", "09", "10", "14"};
	struct toewijzing *w = pick_current(s, c);
	day tot;

	if (w == NULL || w->afgelost || w->ingang > s->dag)
		return false;
	tot = w->eind == DAY_NONE ? s->dag + 60 : w->eind - 1;
	if (tot < s->dag ||
	    !end_allocation(s, w, (day)tussen(s, s->dag, tot), redenen[tussen(s, 0, 8)]))
		return false;
	send_allocations(s, c);
	return true;
}

/* A version that was overtaken on its way: the order of arrival means nothing. */
static void send_older(struct stroom *s, struct client *c, struct toewijzing *w,
		       const struct toewijzing *was)
{
	struct toewijzing nu = *w;

	*w = *was;
	if (w->datum < s->dag)
		send_allocations(s, c);
	*w = nu;
}

static bool extend(struct stroom *s, struct client *c)
{
	struct toewijzing *w = pick_current(s, c), was;

	if (w == NULL || w->afgelost || w->eind == DAY_NONE || w->frequentie[0] == '6')
		return false;
	was = *w;
	w->eind += (day)tussen(s, 7, 120);
	decide(s, w, "04");
	send_allocations(s, c);
	if (kans(s, 150))
		send_older(s, c, w, &was);
	return true;
}

/* The number stays when the total or the budget changes, or nothing at all. */
static bool change_total(struct stroom *s, struct client *c)
{
	struct toewijzing *w = pick_current(s, c);

	if (w == NULL || w->afgelost || (w->frequentie[0] != '6' && w->budget == GEEN))
		return false;
	if (w->budget != GEEN)
		w->budget += tussen(s, 1, 500) * 100;
	else
		w->volume += tussen(s, 1, 50);
	decide(s, w, "05");
	send_allocations(s, c);
	return true;
}

static bool send_again(struct stroom *s, struct client *c)
{
	if (!any_current(c, s->dag))
		return false;
	send_allocations(s, c);
	return true;
}

/* As if it was never sent, even when care began; another may come instead in the same message. */
static bool delete_allocation(struct stroom *s, struct client *c)
{
	struct toewijzing *w = pick_current(s, c);

	if (w == NULL || w->afgelost || w->regels > 0)
		return false;
	w->eind = w->ingang;
	w->verwijderd = true;
	decide(s, w, "13");
	if (kans(s, 600)) {
		struct toewijzing anders;

		if (invent(s, c, choose_begin(s), &anders))
			(void)allocate(s, c, &anders);
	}
	send_allocations(s, c);
	return true;
}

static bool add_allocation(struct stroom *s, struct client *c)
{
	if (!allocate_new(s, c))
		return false;
	send_allocations(s, c);
	return true;
}

/* ---- JW305, JW307 ---- */

static struct buf *begin_levering(struct stroom *s, const struct client *c, bool stop)
{
	struct buf *b = begin_bericht(s, stop ? JW307 : JW305, c->gemeente, c->aanbieder);

	tekst_header_end(b);
	tekst_client(b, c);
	buf_adds(b, stop ? "</Naam>\n<StopProducten>\n" : "</Naam>\n<StartProducten>\n");
	return b;
}

static void end_levering(struct stroom *s, bool stop)
{
	buf_adds(&s->tekst,
		 stop ? "</StopProducten>\n</Client>\n" : "</StartProducten>\n</Client>\n");
	end_bericht(s);
}

/* All that may begin by now, in one message; it may have been on its way since yesterday. */
static bool start(struct stroom *s, struct client *c)
{
	day nu = s->dag - kans(s, 200);
	struct buf *b = NULL;

	s->terug = s->dag - nu;

	for (size_t i = 0; i < PLAATSEN; i++) {
		struct toewijzing *w = &c->plaatsen[i];

		if (!is_current(w, s->dag) || w->ingang > nu || w->levering != NIET_GESTART ||
		    kans(s, 100))
			continue;
		w->begin = (day)tussen(s, w->ingang > nu - 6 ? w->ingang : nu - 6, nu);
		w->levering = LOOPT;
		if (b == NULL)
			b = begin_levering(s, c, false);
		tekst_levering(b, w, false, false);
	}
	if (b != NULL)
		end_levering(s, false);
	s->terug = 0;
	return b != NULL;
}

static void stop_one(struct toewijzing *w, day eind, const char *reden)
{
	day vanaf = w->levering == ONDERBROKEN ? w->stop : w->begin;

	w->tweede_stop = w->levering == ONDERBROKEN;
	w->ooit_gestopt = true;
	w->stop = eind < vanaf ? vanaf : eind;
	SET(w->stopreden, reden);
	w->levering = strcmp(reden, "20") == 0 ? ONDERBROKEN : GESTOPT;
}

/* What came to its end is stopped, also what was interrupted. */
static bool stop_ended(struct stroom *s, struct client *c)
{
	struct buf *b = NULL;

	for (size_t i = 0; i < PLAATSEN; i++) {
		struct toewijzing *w = &c->plaatsen[i];

		if (w->nummer == 0 || w->eind == DAY_NONE || w->eind >= s->dag ||
		    (w->levering != LOOPT && w->levering != ONDERBROKEN))
			continue;
		stop_one(w, w->eind, w->afgelost ? "37" : "31");
		if (b == NULL)
			b = begin_levering(s, c, true);
		tekst_levering(b, w, true, false);
	}
	if (b != NULL)
		end_levering(s, true);
	return b != NULL;
}

static struct toewijzing *pick_levering(struct stroom *s, struct client *c, enum levering levering)
{
	size_t from = (size_t)tussen(s, 0, PLAATSEN - 1);

	for (size_t i = 0; i < PLAATSEN; i++) {
		struct toewijzing *w = &c->plaatsen[(from + i) % PLAATSEN];

		if (w->nummer != 0 && w->levering == levering)
			return w;
	}
	return NULL;
}

static bool send_levering(struct stroom *s, struct client *c, const struct toewijzing *w, bool stop)
{
	tekst_levering(begin_levering(s, c, stop), w, stop, false);
	end_levering(s, stop);
	return true;
}

static bool interrupt(struct stroom *s, struct client *c)
{
	struct toewijzing *w = pick_levering(s, c, LOOPT);

	if (w == NULL)
		return false;
	stop_one(w, (day)tussen(s, s->dag - 4, s->dag), "20");
	return send_levering(s, c, w, true);
}

static bool stop_early(struct stroom *s, struct client *c)
{
	static const char *const redenen[] = {"02", "32", "33", "34", "35", "36", "38", "39"};
	struct toewijzing *w = pick_levering(s, c, kans(s, 500) ? LOOPT : ONDERBROKEN);

	if (w == NULL)
		return false;
	stop_one(w, (day)tussen(s, s->dag - 4, s->dag), redenen[tussen(s, 0, 7)]);
	return send_levering(s, c, w, true);
}

/* After a stop of either kind: a new start on a day of its own. */
static bool restart(struct stroom *s, struct client *c)
{
	struct toewijzing *w = pick_levering(s, c, kans(s, 700) ? ONDERBROKEN : GESTOPT);

	if (w == NULL || w->stop >= s->dag || !is_current(w, s->dag))
		return false;
	w->begin = (day)tussen(s, w->stop + 1, s->dag);
	w->levering = LOOPT;
	return send_levering(s, c, w, false);
}

/* Deleted, and delivered again with another day: in one message, because the keys differ. */
static bool correct_start(struct stroom *s, struct client *c)
{
	struct toewijzing *w = pick_levering(s, c, LOOPT);
	bool opnieuw = kans(s, 700);
	struct buf *b;

	if (w == NULL || w->begin >= s->dag || (!opnieuw && w->ooit_gestopt))
		return false;
	b = begin_levering(s, c, false);
	if (opnieuw && kans(s, 500)) { /* in either order */
		w->begin++;
		tekst_levering(b, w, false, false);
		w->begin--;
		tekst_levering(b, w, false, true);
		w->begin++;
	} else {
		tekst_levering(b, w, false, true);
		w->begin += opnieuw;
		if (opnieuw)
			tekst_levering(b, w, false, false);
	}
	if (!opnieuw)
		w->levering = NIET_GESTART;
	end_levering(s, false);
	return true;
}

static bool correct_stop(struct stroom *s, struct client *c)
{
	struct toewijzing *w = pick_levering(s, c, GESTOPT);
	bool opnieuw = kans(s, 700);
	struct buf *b;

	if (w == NULL || w->stop >= s->dag || (!opnieuw && w->tweede_stop))
		return false;
	b = begin_levering(s, c, true);
	tekst_levering(b, w, true, true);
	if (opnieuw) {
		w->stop++;
		tekst_levering(b, w, true, false);
	}
	end_levering(s, true);
	if (!opnieuw)
		w->levering = LOOPT;
	return true;
}

/* ---- JW315 ---- */

static void name_request(struct stroom *s, struct client *c, struct toewijzing *w, bool wijziging)
{
	struct aanbieder *a = &s->aanbieders[c->aanbieder];

	(void)snprintf(w->referentie, sizeof w->referentie, "%s-2026-%04u",
		       wijziging ? "VOW" : "VOT", wijziging ? ++a->wijziging : ++a->verzoek);
}

static void request(struct stroom *s, struct client *c)
{
	size_t n = kans(s, 250) ? 2 : 1;
	struct buf *b;

	for (c->n_gevraagd = 0; c->n_gevraagd < n;) {
		struct toewijzing *w = &c->gevraagd[c->n_gevraagd];

		if (!invent(s, c, choose_begin(s), w))
			break;
		name_request(s, c, w, false);
		c->n_gevraagd++;
		if (w->categorie[0] == '\0')
			break;
	}
	c->volgende = s->dag + (day)tussen(s, 1, 5);
	if (c->n_gevraagd == 0)
		return;
	b = begin_bericht(s, JW315, c->gemeente, c->aanbieder);
	tekst_header_end(b);
	tekst_client(b, c);
	buf_adds(b, "</Naam>\n<AangevraagdeProducten>\n");
	for (size_t i = 0; i < c->n_gevraagd; i++)
		tekst_aangevraagd(b, &c->gevraagd[i], (uint32_t)c->geboren);
	buf_adds(b, "</AangevraagdeProducten>\n</Client>\n");
	end_bericht(s);
	c->fase = AANGEVRAAGD;
}

/* ---- JW319 ---- */

static void answer(struct stroom *s, const struct client *c, const char *referentie, bool onderzoek,
		   bool wijziging)
{
	static const char *const redenen[] = {"1", "2", "3", "4", "5", "6", "7", "9"};
	struct buf *b = begin_bericht(s, JW319, c->gemeente, c->aanbieder);

	tekst_header_end(b);
	buf_addf(b,
		 "<Antwoord>\n<ReferentieAanbieder>%s</ReferentieAanbieder>\n"
		 "<VerzoekAntwoord>%c</VerzoekAntwoord>\n",
		 referentie, onderzoek ? '2' : '1');
	if (!onderzoek && !wijziging && kans(s, 200))
		buf_addf(b,
			 "<RedenAfwijzingVerzoek>8</RedenAfwijzingVerzoek><Woonplaatsbeginsel>"
			 "<Gemeente>%s</Gemeente></Woonplaatsbeginsel>\n",
			 s->gemeenten[(c->gemeente + 1) % s->n_gemeenten].code);
	else if (!onderzoek)
		buf_addf(b, "<RedenAfwijzingVerzoek>%s</RedenAfwijzingVerzoek>\n",
			 redenen[tussen(s, 0, 7)]);
	buf_adds(b, "</Antwoord>\n");
	end_bericht(s);
}

static void investigate(struct stroom *s, struct client *c, bool wijziging)
{
	for (size_t i = 0; i < c->n_gevraagd; i++)
		answer(s, c, c->gevraagd[i].referentie, true, wijziging);
	c->fase = wijziging ? VERZOEK_ONDERZOCHT : ONDERZOCHT;
	c->volgende = s->dag + (day)tussen(s, 3, 15);
}

static void answer_request(struct stroom *s, struct client *c)
{
	size_t n = c->n_gevraagd, granted = 0;

	if (c->fase == AANGEVRAAGD && kans(s, 300)) {
		investigate(s, c, false);
		return;
	}
	c->n_gevraagd = 0;
	for (size_t i = 0; i < n; i++) {
		if (c->gevraagd[i].volume != GEEN && kans(s, 200)) /* not all that was asked */
			c->gevraagd[i].volume = (c->gevraagd[i].volume + 1) / 2;
		if (kans(s, 850) && allocate(s, c, &c->gevraagd[i]) != NULL)
			granted++;
		else
			answer(s, c, c->gevraagd[i].referentie, false, false);
	}
	if (granted > 0)
		send_allocations(s, c);
	c->fase = any_current(c, s->dag) ? IN_ZORG : WACHT;
	c->volgende = s->dag + (day)tussen(s, 2, 20);
}

/* ---- JW317 ---- */

/* What was agreed, without what came of it. */
static struct toewijzing product_of(const struct toewijzing *w)
{
	struct toewijzing p = {.nummer = w->nummer,
			       .volume = w->volume,
			       .budget = w->budget,
			       .ingang = w->ingang,
			       .eind = w->eind};

	memcpy(p.categorie, w->categorie, sizeof p.categorie);
	memcpy(p.code, w->code, sizeof p.code);
	memcpy(p.eenheid, w->eenheid, sizeof p.eenheid);
	memcpy(p.frequentie, w->frequentie, sizeof p.frequentie);
	return p;
}

/* The wanted state of an allocation; false when this wish does not suit it. */
static bool wish(struct stroom *s, struct client *c, const struct toewijzing *w, day *ingang)
{
	struct toewijzing *gewenst = &c->gevraagd[0];

	*gewenst = product_of(w);
	*ingang = w->ingang;
	switch (c->wens) {
	case WENS_EIND:
		if (w->afgelost || w->eind == DAY_NONE || w->eind < s->dag + 30)
			return false;
		gewenst->eind += (day)tussen(s, 10, 120);
		return true;
	case WENS_OMVANG:
		*ingang = s->dag + (day)tussen(s, 30, 60);
		if (w->afgelost || w->volume == GEEN || w->frequentie[0] == '6' ||
		    *ingang <= w->ingang || (w->eind != DAY_NONE && w->eind < *ingang))
			return false;
		gewenst->volume += tussen(s, 1, 10);
		return true;
	case WENS_TOTAAL:
		if (w->afgelost || (w->budget == GEEN && w->frequentie[0] != '6'))
			return false;
		if (w->budget != GEEN)
			gewenst->budget += tussen(s, 1, 1000) * 100;
		else
			gewenst->volume += tussen(s, 1, 40);
		return true;
	default:
		*ingang = s->dag + (day)tussen(s, 1, 30);
		return invent(s, c, *ingang, gewenst);
	}
}

static void put_others(struct stroom *s, struct buf *b, const struct client *c)
{
	bool open = false;

	for (uint32_t i = 0; i < PLAATSEN; i++) {
		const struct toewijzing *w = &c->plaatsen[i];

		if (!is_current(w, s->dag - s->terug) || (i == c->plaats && c->wens != WENS_NIEUW))
			continue;
		if (!open)
			buf_adds(b, "<OngewijzigdeProducten>\n");
		open = true;
		buf_addf(b,
			 "<OngewijzigdProduct><ToewijzingNummer>%lld</ToewijzingNummer>"
			 "</OngewijzigdProduct>\n",
			 (long long)w->nummer);
	}
	if (open)
		buf_adds(b, "</OngewijzigdeProducten>\n");
}

static bool request_change(struct stroom *s, struct client *c)
{
	struct toewijzing *w = pick_current(s, c);
	bool nieuw;
	struct buf *b;
	day ingang;

	c->wens = (enum wens)tussen(s, 0, N_WENSEN - 1);
	c->n_gevraagd = 0;
	nieuw = c->wens == WENS_NIEUW;
	if (w == NULL || free_place(s, c) == NULL || !wish(s, c, w, &ingang))
		return false;
	c->plaats = (uint32_t)(w - c->plaatsen);
	name_request(s, c, &c->gevraagd[0], true);
	b = begin_bericht(s, JW317, c->gemeente, c->aanbieder);
	tekst_header_end(b);
	buf_addf(b,
		 "<Client>\n<Bsn>%s</Bsn>\n<Verzoek>\n<ReferentieAanbieder>%s</ReferentieAanbieder>"
		 "<RedenVerzoek>%d</RedenVerzoek>\n",
		 c->bsn, c->gevraagd[0].referentie, (int)tussen(s, 1, 2));
	put_others(s, b, c);
	buf_adds(b, nieuw ? "<NieuweProducten>\n" : "<TeWijzigenProducten>\n");
	tekst_gewenst(b, &c->gevraagd[0], ingang, nieuw);
	buf_adds(b, nieuw ? "</NieuweProducten>\n" : "</TeWijzigenProducten>\n");
	buf_adds(b, "</Verzoek>\n</Client>\n");
	end_bericht(s);
	c->gevraagd[0].ingang = ingang;
	c->n_gevraagd = 1;
	c->fase = VERZOCHT;
	c->kruist = false;
	c->volgende = s->dag + (day)tussen(s, 1, 5);
	return true;
}

/*
 * A request of yesterday that met a new allocation on its way: it knows nothing
 * of that, and the gemeente will not grant it.
 */
static bool request_crossed(struct stroom *s, struct client *c)
{
	struct toewijzing nu[PLAATSEN], was[PLAATSEN];
	bool gedaan;

	memcpy(was, c->plaatsen, sizeof was);
	if (!(kans(s, 500) ? add_allocation(s, c) : extend(s, c)))
		return false;
	memcpy(nu, c->plaatsen, sizeof nu);
	memcpy(c->plaatsen, was, sizeof was);
	s->terug = 1;
	gedaan = request_change(s, c);
	s->terug = 0;
	memcpy(c->plaatsen, nu, sizeof nu);
	c->kruist = gedaan;
	return true;
}

/* Does what was asked to the client's allocations; false when it cannot be granted any more. */
static bool grant(struct stroom *s, struct client *c)
{
	struct toewijzing *w = &c->plaatsen[c->plaats], gewenst = c->gevraagd[0];

	if (c->wens == WENS_NIEUW)
		return allocate(s, c, &gewenst) != NULL;
	if (c->wens != WENS_OMVANG) {
		w->eind = gewenst.eind;
		w->volume = gewenst.volume;
		w->budget = gewenst.budget;
		decide(s, w, "12");
		return true;
	}
	if (free_place(s, c) == NULL || !end_allocation(s, w, gewenst.ingang - 1, "12"))
		return false;
	w->afgelost = true;
	return allocate(s, c, &gewenst) != NULL;
}

/* Everything in the message that grants it says so. */
static void answer_change(struct stroom *s, struct client *c)
{
	if (c->fase == VERZOCHT && kans(s, 250)) {
		investigate(s, c, true);
		return;
	}
	c->n_gevraagd = 0;
	c->fase = IN_ZORG;
	c->volgende = s->dag + (day)tussen(s, 5, 30);
	if (kans(s, 150) || c->kruist || !grant(s, c)) {
		answer(s, c, c->gevraagd[0].referentie, false, true);
		return;
	}
	for (size_t i = 0; i < PLAATSEN; i++)
		if (c->plaatsen[i].gewijzigd || is_current(&c->plaatsen[i], s->dag))
			SET(c->plaatsen[i].referentie, c->gevraagd[0].referentie);
	send_allocations(s, c);
}

/* ---- taakgericht ---- */

static void task(struct stroom *s, struct client *c)
{
	struct toewijzing w = {.categorie = "45", .code = "45A88", .stopreden = "31"};

	if (c->fase != TAAK) {
		day vanaf = c->taakstop >= s->dag - 5 ? c->taakstop + 1 : s->dag - 5;

		w.begin = c->taak = (day)tussen(s, vanaf, s->dag);
		c->fase = TAAK;
		c->volgende = s->dag + (day)tussen(s, 10, 60);
		(void)send_levering(s, c, &w, false);
		return;
	}
	w.begin = c->taak;
	w.stop = c->taakstop = s->dag;
	c->fase = WACHT;
	c->volgende = s->dag + (day)tussen(s, 10, 60);
	(void)send_levering(s, c, &w, true);
}

/* ---- who does what ---- */

/* The first that its chance favours and the standard allows. */
/* clang-format off */
static const struct {
	unsigned kans; /* in 1000 */
	bool (*doe)(struct stroom *s, struct client *c);
} daden[] = {
	{130,  extend},
	{90,   withdraw},
	{190,  request_change},
	{90,   interrupt},
	{120,  restart},
	{70,   stop_early},
	{60,   correct_start},
	{40,   correct_stop},
	{70,   delete_allocation},
	{60,   add_allocation},
	{60,   change_total},
	{50,   request_crossed},
	{1000, send_again},
};
/* clang-format on */

static void care(struct stroom *s, struct client *c)
{
	bool gedaan = stop_ended(s, c) || start(s, c);

	if (!gedaan && !any_current(c, s->dag)) {
		c->fase = WACHT;
		c->volgende = s->dag + (day)tussen(s, 10, 60);
		return;
	}
	for (size_t i = 0; !gedaan && i < sizeof daden / sizeof *daden; i++)
		gedaan = kans(s, daden[i].kans) && daden[i].doe(s, c);
	if (c->fase == IN_ZORG)
		c->volgende = s->dag + (day)tussen(s, 4, 50);
}

void leef(struct stroom *s, struct client *c)
{
	switch (c->fase) {
	case WACHT:
		if (kans(s, 40))
			task(s, c);
		else if (kans(s, 480))
			request(s, c);
		else
			begin_without_request(s, c);
		break;
	case TAAK:
		task(s, c);
		break;
	case AANGEVRAAGD:
	case ONDERZOCHT:
		answer_request(s, c);
		break;
	case VERZOCHT:
	case VERZOEK_ONDERZOCHT:
		answer_change(s, c);
		break;
	case IN_ZORG:
		care(s, c);
		break;
	}
}
