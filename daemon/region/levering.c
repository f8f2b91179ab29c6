/*
 * Starts and stops, and what goes wrong with them.
 *
 * How the end will be told is settled first (levering_stopplan), because the
 * gemeente looks at it when it extends; the messages follow (levering_meld) in
 * the order of what they are about, each later than the one before.
 */
#include "region/intern.h"

#include <math.h>
#include <string.h>

#include "base/banned.h"

/* clang-format off */
/* The usual reason that a stop gives, by how care ended. */
static const char *const stopreden[] = {
	[VOLGENS_PLAN] = "31", [DOOR_CLIENT]   = "32", [DOOR_AANBIEDER]     = "33", [SAMEN]    = "34",
	[OVERGESTAPT]  = "38", [DOOR_GEMEENTE] = "36", [ANDER_DOMEIN]       = "39", [ACHTTIEN] = "31",
	[VERHUISD]     = "35", [OVERLEDEN]     = "02", [GESLOTEN_AANBIEDER] = "33",
};

/* How much sooner a stop is forgotten: on the logit scale. */
static const double vergeten[] = {
	[VOLGENS_PLAN] = 0,   [DOOR_CLIENT]   = 0.5,  [DOOR_AANBIEDER]     = 0.1, [SAMEN]    = 0,
	[OVERGESTAPT]  = 0.2, [DOOR_GEMEENTE] = -0.2, [ANDER_DOMEIN]       = 0.2, [ACHTTIEN] = -0.1,
	[VERHUISD]     = 0.9, [OVERLEDEN]     = -0.5, [GESLOTEN_AANBIEDER] = 1.5,
};

/* What the truth calls it; a start that was late keeps its name when the stop is good. */
static const char *const stopfout_naam[] = {
	[STOP_GOED]            = NULL,
	[STOP_IS_LAAT]         = "stop_laat",
	[STOP_IS_NOOIT]        = "stop_nooit",
	[STOP_HANGT]           = "tijdelijk_hangt",
	[STOP_WORDT_AFGEKEURD] = "stop_afgekeurd",
	[STOP_IS_VERKEERD]     = "stop_verkeerd",
};
/* clang-format on */

/* ---- how many are never sent ---- */

static double drang(const struct region *r, const struct episode *e)
{
	bool op_toewijzing = e->n_plan > 0 && e->plan[e->n_plan - 1] == e->eind;

	return streek_gewoonte(r, e, e->eind)->stop_nooit + r->gemeenten[e->gemeente].stop_nooit +
	       vergeten[e->reden] + (e->taakgericht ? 0.8 : 0) + (op_toewijzing ? 0.3 : 0);
}

static double kans_nooit(const struct region *r, const struct episode *e)
{
	if (knop(r, STOP_NOOIT) <= 0)
		return 0;
	return 1 / (1 + exp(-drang(r, e) - r->stop_nooit_plus));
}

static bool ended(const struct region *r, const struct episode *e)
{
	return !e->spook && e->eind >= r->o.from && e->eind <= r->o.until;
}

static double mean_nooit(const struct region *r)
{
	double som = 0, n = 0;

	for (size_t i = 0; i < r->episodes.n; i++) {
		if (!ended(r, &EPISODES(r)[i]))
			continue;
		som += kans_nooit(r, &EPISODES(r)[i]);
		n++;
	}
	return n > 0 ? som / n : 0;
}

void levering_ijk(struct region *r)
{
	double laag = -12, hoog = 12;

	for (int i = 0; i < 40; i++) {
		r->stop_nooit_plus = (laag + hoog) / 2;
		if (mean_nooit(r) < knop(r, STOP_NOOIT))
			laag = r->stop_nooit_plus;
		else
			hoog = r->stop_nooit_plus;
	}
}

/* ---- when ---- */

/* In January or July an aanbieder goes over its files; the day is the same for all of them. */
static day clean_up_day(const struct region *r, const struct episode *e, day na)
{
	struct toeval t =
		toeval_van(r->o.seed, STROOM_AANBIEDER, (UINT64_C(1) << 33) + e->aanbieder);
	int dag = toeval_tussen(&t, 8, 27), y, m, d;

	day_split(na, &y, &m, &d);
	for (;; y++) {
		if (day_make(y, 1, dag) > na)
			return day_make(y, 1, dag);
		if (day_make(y, 7, dag) > na)
			return day_make(y, 7, dag);
	}
}

/* An overdue stop that turns up in one of the next rounds, or never. */
static moment clean_up(const struct region *r, const struct episode *e, struct toeval *t)
{
	bool eerste = toeval_kans(t, 0.7), tweede = toeval_kans(t, 0.4);
	day d = clean_up_day(r, e, e->eind + 30);

	if (!r->aanbieders[e->aanbieder].ruimt_op || (!eerste && !tweede))
		return NOOIT;
	if (!eerste)
		d = clean_up_day(r, e, d);
	return kantoor(r, t, d);
}

/* While its system says nothing, an aanbieder tells nothing; after that it all comes at once. */
static day when_it_speaks(const struct region *r, const struct episode *e, day d)
{
	const struct aanbieder *a = &r->aanbieders[e->aanbieder];

	if (a->storing_van == DAY_NONE || d < a->storing_van || d > a->storing_tot)
		return d;
	return a->storing_tot + 1 + d % 5;
}

/* Within some days; some aanbieders gather the week's or the month's. */
static day prompt_day(const struct region *r, const struct episode *e, struct toeval *t, day d,
		      enum knop laat)
{
	enum ritme ritme = knop(r, laat) > 0 ? r->aanbieders[e->aanbieder].ritme : METEEN;
	int kort = (int)(toeval_deel(t) * toeval_deel(t) * 7), dag = toeval_tussen(t, 2, 9);

	if (ritme == WEKELIJKS)
		return when_it_speaks(r, e, d + 1 + (12 - day_weekday(d)) % 7);
	return when_it_speaks(r, e, ritme == MAANDELIJKS ? day_month_last(d) + dag : d + kort);
}

static moment stop_moment(const struct region *r, const struct episode *e, struct toeval *t,
			  bool laat)
{
	const struct aanbieder *a = &r->aanbieders[e->aanbieder];
	int extra = 8 + (int)toeval_scheef(t, a->laat_dagen, 0.8);
	day d = prompt_day(r, e, t, e->eind, STOP_LAAT);

	return kantoor(r, t, laat ? when_it_speaks(r, e, e->eind + extra) : d);
}

/* ---- how the end is told ---- */

static enum stopfout pick_fault(const struct region *r, const struct episode *e, struct toeval *t)
{
	bool nooit = toeval_kans(t, kans_nooit(r, e)),
	     hangt = toeval_kans(t, knop(r, TIJDELIJK_HANGT));
	bool afgekeurd = toeval_kans(t, knop(r, STOP_AFGEKEURD));
	bool verkeerd = toeval_kans(t, knop(r, STOP_VERKEERD));
	bool laat = toeval_kans(
		t, knop(r, STOP_LAAT) > 0 ? streek_gewoonte(r, e, e->eind)->stop_laat : 0);

	if (nooit)
		return STOP_IS_NOOIT;
	if (hangt && !e->taakgericht)
		return STOP_HANGT;
	if (afgekeurd)
		return STOP_WORDT_AFGEKEURD;
	if (verkeerd)
		return STOP_IS_VERKEERD;
	return laat ? STOP_IS_LAAT : STOP_GOED;
}

struct stopplan levering_stopplan(const struct region *r, uint32_t episode)
{
	const struct episode *e = &EPISODES(r)[episode];
	struct toeval t = toeval_van(r->o.seed, STROOM_STOP, episode);
	struct stopplan s = {STOP_GOED, false, NOOIT, NOOIT};
	bool hersteld, zonder_start = toeval_kans(&t, knop(r, START_NOOIT)),
		       alsnog = toeval_kans(&t, 0.4);
	int wacht;

	s.nooit_gestart = zonder_start && !alsnog;
	if (!ended(r, e))
		return s;
	s.fout = pick_fault(r, e, &t);
	s.eerste = s.geldig = stop_moment(r, e, &t, s.fout == STOP_IS_LAAT);
	hersteld = !toeval_kans(&t, knop(r, STOP_NIET_HERSTELD));
	wacht = 3 + (int)toeval_scheef(&t, 14, 0.9);
	switch (s.fout) {
	case STOP_IS_NOOIT:
		s.eerste = s.geldig = clean_up(r, e, &t);
		break;
	case STOP_HANGT:
		s.geldig = clean_up(r, e, &t);
		break;
	case STOP_WORDT_AFGEKEURD:
		s.geldig = hersteld ? kantoor(r, &t, dag_van(s.eerste) + wacht) : NOOIT;
		break;
	case STOP_IS_VERKEERD:
		if (toeval_kans(&t, 0.35))
			s.geldig = kantoor(r, &t, dag_van(s.eerste) + 4 + wacht);
		break;
	case STOP_GOED:
	case STOP_IS_LAAT:
		break;
	}
	if (s.nooit_gestart) /* without a start a stop would be refused */
		s.eerste = s.geldig = NOOIT;
	return s;
}

/* ---- the messages ---- */

/* The start that is open now, while an episode is told. */
struct levering {
	struct region *r;
	struct episode *e;
	struct toeval t;
	uint32_t episode, toewijzing;
	day begin;
	bool rust;	/* the last message about it was a temporary stop */
	moment laatste; /* of the messages so far */
};

static struct bericht draft(const struct levering *l, enum soort soort, moment m)
{
	return (struct bericht){
		.soort = (uint8_t)soort,
		.moment = m,
		.episode = l->episode,
		.toewijzing = l->toewijzing,
		.versie = GEEN,
		.declaratie = GEEN,
		.op = GEEN,
		.begin = l->begin,
		.eind = DAY_NONE,
		.status = 1,
	};
}

static void send_start(struct levering *l, moment m)
{
	struct bericht b;

	l->laatste = later(m, l->laatste);
	l->rust = false;
	b = draft(l, JW305, l->laatste);
	(void)zend(l->r, &b);
}

static struct bericht draft_stop(struct levering *l, moment m, day eind, const char *reden)
{
	struct bericht b;

	l->laatste = later(m, l->laatste);
	b = draft(l, JW307, l->laatste);
	b.eind = eind < l->begin ? l->begin : eind;
	memcpy(b.reden, reden, 3);
	return b;
}

static moment send_stop(struct levering *l, moment m, day eind, const char *reden)
{
	struct bericht b = draft_stop(l, m, eind, reden);

	(void)zend(l->r, &b);
	return b.moment;
}

static void delete_stop(struct levering *l, moment m, day eind, const char *reden)
{
	struct bericht b = draft_stop(l, m, eind, reden);

	b.status = 3;
	(void)zend(l->r, &b);
}

/* ---- the start ---- */

static void tell_start(struct levering *l, const struct stopplan *s)
{
	const struct episode *e = l->e;
	bool laat = toeval_kans(&l->t, knop(l->r, START_LAAT) > 0
					       ? streek_gewoonte(l->r, e, e->begin)->start_laat
					       : 0);
	int extra = 8 + (int)toeval_scheef(&l->t, 25, 0.8);
	day d = prompt_day(l->r, e, &l->t, e->begin, START_LAAT);
	moment m = kantoor(l->r, &l->t, laat ? e->begin + extra : d);

	/* Seldom a start comes only with its stop. */
	if (!s->nooit_gestart && toeval_kans(&l->t, knop(l->r, START_NOOIT) * 0.3) &&
	    s->eerste != NOOIT)
		m = s->eerste - 3600;
	if (s->nooit_gestart) {
		l->e->gestart = NOOIT;
		l->e->fout = "start_nooit";
		return;
	}
	send_start(l, m);
	l->e->gestart = l->laatste;
	if (laat)
		l->e->fout = "start_laat";
}

/* ---- while it runs ---- */

/* A new number for the same care: stop and start, start only, or neither. */
static void switch_number(struct levering *l, uint32_t toewijzing)
{
	const struct toewijzing *w = &TOEWIJZINGEN(l->r)[toewijzing];
	const struct aanbieder *a = &l->r->aanbieders[l->e->aanbieder];
	static const char *const redenen[] = {"31", "36", "36", "37"};
	const char *reden = redenen[toeval_tussen(&l->t, 0, 3)];
	moment besloten = VERSIES(l->r)[w->laatste].besloten, m;
	bool uitzondering = toeval_kans(&l->t, 0.1), nu;
	day d = w->ingang;

	for (uint32_t v = w->laatste; v != GEEN; v = VERSIES(l->r)[v].vorige)
		besloten = VERSIES(l->r)[v].besloten;
	d += toeval_tussen(&l->t, 1, 7);
	m = later(kantoor(l->r, &l->t, d), besloten);
	nu = knop(l->r, NIEUW_ZONDER_START) > 0 && a->nieuw_zonder_start && !uitzondering;
	if (nu || w->ingang > l->e->eind)
		return;
	if (!(knop(l->r, NIEUW_ZONDER_STOP) > 0 && a->nieuw_zonder_stop && !uitzondering))
		(void)send_stop(l, m, w->ingang - 1, reden);
	l->toewijzing = toewijzing;
	l->begin = w->ingang;
	send_start(l, m + 600);
}

/* A pause that is told; the restart is sometimes forgotten. */
static void tell_pause(struct levering *l)
{
	const struct episode *e = l->e;
	day tot = e->pauze_tot;
	bool vergeet = toeval_kans(&l->t, knop(l->r, HERSTART_NOOIT));

	(void)send_stop(l,
			kantoor(l->r, &l->t, prompt_day(l->r, e, &l->t, e->pauze_van, STOP_LAAT)),
			e->pauze_van - 1, "20");
	l->rust = true;
	if (tot >= l->r->o.until)
		return;
	if (vergeet) {
		l->e->fout = "herstart_nooit";
		return;
	}
	l->begin = tot + 1;
	send_start(l, kantoor(l->r, &l->t, prompt_day(l->r, e, &l->t, tot + 1, START_LAAT)));
}

/* A stop of the wrong child: found out some weeks later, and deleted. */
static void tell_premature(struct levering *l)
{
	const struct episode *e = l->e;
	day tot = e->eind < l->r->o.until ? e->eind : l->r->o.until;
	double waar = toeval_deel(&l->t);
	int wacht = toeval_tussen(&l->t, 5, 45);
	bool speelt = toeval_kans(&l->t, knop(l->r, STOP_VOORBARIG));
	day d = l->begin + 20 + (day)(waar * (tot - l->begin - 100));

	if (!speelt || tot - l->begin < 130 || d < l->r->o.from ||
	    kantoor(l->r, &l->t, d) < l->laatste)
		return;
	(void)send_stop(l, kantoor(l->r, &l->t, d + 2), d, "31");
	delete_stop(l, kantoor(l->r, &l->t, d + 2 + wacht), d, "31");
	l->e->fout = "stop_voorbarig";
}

/* Switches of number and a pause, by the day on which they happen. */
static void tell_life(struct levering *l)
{
	const struct episode *e = l->e;
	bool pauze = e->pauze_gemeld, los = e->n_toewijzingen <= 1 && !e->pauze_gemeld;

	for (uint32_t i = 1; i < e->n_toewijzingen && e->pauze_gemeld; i++) {
		day in = TOEWIJZINGEN(l->r)[e->eerste_toewijzing + i].ingang;

		if (in >= e->pauze_van - 40 && in <= e->pauze_tot + 40)
			pauze = false; /* too much at once: nobody tells of it */
	}
	for (uint32_t i = 1; i < e->n_toewijzingen; i++) {
		uint32_t w = e->eerste_toewijzing + i;

		if (pauze && e->pauze_van < TOEWIJZINGEN(l->r)[w].ingang) {
			tell_pause(l);
			pauze = false;
		}
		switch_number(l, w);
	}
	if (pauze)
		tell_pause(l);
	if (los)
		tell_premature(l);
}

/* ---- the stop ---- */

/* Refused for another first day than that of the start (9069), or by the gemeente's own checks
 * (0001). */
static void send_rejected(struct levering *l, moment m, day eind, const char *reden)
{
	struct bericht b = draft_stop(l, m, eind, reden);
	bool eigen = toeval_kans(&l->t, 0.4);
	day ingang = l->toewijzing == GEEN ? l->begin : TOEWIJZINGEN(l->r)[l->toewijzing].ingang;

	if (!eigen)
		b.begin = ingang != l->begin && ingang <= b.eind ? ingang : l->begin - 1;
	(void)zend_afgekeurd(l->r, &b, eigen ? "0001" : "9069");
}

/* Who sent no start on the newest number may send the stop on it all the same; it is refused. */
static bool stop_on_wrong_number(struct levering *l, const struct stopplan *s, const char *reden)
{
	uint32_t nieuwste = l->e->eerste_toewijzing + l->e->n_toewijzingen - 1, oud = l->toewijzing;
	bool speelt = toeval_kans(&l->t, 0.3);
	struct bericht b;

	if (!speelt || l->e->taakgericht || oud == nieuwste || s->fout == STOP_WORDT_AFGEKEURD)
		return false;
	l->toewijzing = nieuwste;
	b = draft_stop(l, s->eerste, l->e->eind, reden);
	l->toewijzing = oud;
	return zend_afgekeurd(l->r, &b, "9069") != GEEN;
}

static void tell_wrong_date(struct levering *l, const struct stopplan *s, const char *reden)
{
	day eind = l->e->eind + toeval_tussen(&l->t, -14, 20),
	    vandaag = dag_van(later(s->eerste, l->laatste));
	moment m;

	if (eind > vandaag)
		eind = vandaag;
	if (eind == l->e->eind || eind < l->begin)
		eind = l->begin < l->e->eind ? l->e->eind - 1 : l->e->eind;
	m = send_stop(l, s->eerste, eind, reden);
	l->e->gestopt = m;
	if (s->geldig == s->eerste || eind == l->e->eind)
		return;
	delete_stop(l, s->geldig, eind, reden);
	l->e->gestopt = send_stop(l, l->laatste + 300, l->e->eind, reden);
}

static void tell_stop(struct levering *l, const struct stopplan *s)
{
	const char *reden = stopreden[l->e->reden];
	day eind = l->e->eind;

	if (stopfout_naam[s->fout] != NULL)
		l->e->fout = stopfout_naam[s->fout];
	if (s->fout == STOP_IS_NOOIT && s->geldig != NOOIT)
		l->e->fout = "stop_opgeruimd";
	if (s->eerste == NOOIT)
		return;
	if (stop_on_wrong_number(l, s, reden)) {
		l->e->fout = "stop_afgekeurd";
		if (toeval_kans(&l->t, 0.5))
			l->e->gestopt = send_stop(l, kantoor(l->r, &l->t, dag_van(l->laatste) + 20),
						  eind, reden);
		return;
	}
	switch (s->fout) {
	case STOP_IS_VERKEERD:
		tell_wrong_date(l, s, reden);
		return;
	case STOP_HANGT:
		if (!l->rust) /* the one that was sent hangs on */
			(void)send_stop(l, s->eerste, eind, "20");
		break;
	case STOP_WORDT_AFGEKEURD:
		send_rejected(l, s->eerste, eind, reden);
		break;
	default:
		break;
	}
	if (s->geldig != NOOIT)
		l->e->gestopt = send_stop(l, s->geldig, eind, reden);
}

void levering_meld(struct region *r, uint32_t episode, const struct stopplan *s)
{
	struct episode *e = &EPISODES(r)[episode];
	struct levering l = {
		.r = r,
		.e = e,
		.t = toeval_van(r->o.seed, STROOM_START, episode),
		.episode = episode,
		.toewijzing = e->taakgericht ? GEEN : e->eerste_toewijzing,
		.begin = e->begin,
		.laatste = e->toegewezen,
	};

	e->gestart = e->gestopt = NOOIT;
	if (e->spook || e->toegewezen == NOOIT)
		return;
	tell_start(&l, s);
	if (e->gestart == NOOIT)
		return;
	tell_life(&l);
	tell_stop(&l, s);
	if (e->gestopt != NOOIT && dag_van(e->gestopt) > r->o.until)
		e->gestopt = NOOIT;
}
