/*
 * From episodes to records in three steps: what overlaps becomes one, what
 * falls within a stay goes, and of what is left the fields are filled for the
 * half-year that was asked.  The first two look at all of time, so that a
 * record is the same in every half-year.
 */
#include "care/cbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/verdeling.h"

#include "base/banned.h"

#define ADMINISTRATIEF 14 /* days after an end for administration in which the same care goes on */
#define VERHUIZING 3	  /* … after the end with one municipality, with another */
#define EEUWIG INT32_MAX

/* ---- names and codes ---- */

const char *cbs_veld_naam(enum cbs_veld f)
{
	static const char *const namen[N_CBS_VELDEN] = {
		"bsn",	  "geboortedatum", "geslacht", "gemeentecode", "verwijzer",	 "hulpvorm",	"crisis",
		"aanvang", "einde",	     "reden",	 "tevredenheid", "zonder_hulp", "informant",
	};

	return namen[f];
}

const char *cbs_bron_naam(enum cbs_bron b)
{
	static const char *const namen[] = {
		"in te vullen", "geen",	  "JW301",   "JW305", "JW307",
		"JW315",	"JW323",  "productcategorie", "lijst", "hulpvorm",
		"standaard",
	};

	return namen[b];
}

const char *cbs_reden(const char *ijw, enum cbs_bron *bron)
{
	static const struct {
		const char *ijw, *cbs;
		enum cbs_bron bron;
	} redenen[] = {
		{"31", "01", CBS_BRON_JW307}, {"39", "01", CBS_BRON_JW307}, {"34", "02", CBS_BRON_JW307},
		{"32", "03", CBS_BRON_JW307}, {"33", "04", CBS_BRON_JW307}, {"35", "05", CBS_BRON_JW307},
		{"02", "05", CBS_BRON_JW307},
		{"38", "03", CBS_BRON_STANDAARD}, /* when it was the client's own wish */
		{"36", "02", CBS_BRON_STANDAARD}, {"37", "02", CBS_BRON_STANDAARD}, /* when nothing followed */
	};

	*bron = CBS_BRON_INVULLEN;
	for (size_t i = 0; i < sizeof redenen / sizeof *redenen; i++)
		if (strcmp(redenen[i].ijw, ijw) == 0) {
			*bron = redenen[i].bron;
			return redenen[i].cbs;
		}
	return "";
}

static bool administrative(const struct episode *e)
{
	return strcmp(e->reden, "36") == 0 || strcmp(e->reden, "37") == 0;
}

/* ---- records of all time ---- */

struct stapel {
	const struct episode **list;
	size_t n;
	struct cbs_record *records;
	size_t n_records;
};

static int same_client(const struct episode *a, const struct episode *b)
{
	int r = strcmp(a->aanbieder, b->aanbieder);

	return r != 0 ? r : memcmp(a->client, b->client, sizeof a->client);
}

/* Of one client and provider, by form of care; where that is not known, by category. */
static int same_form(const struct episode *a, const struct episode *b)
{
	int r = same_client(a, b);

	if (r == 0)
		r = a->hulpvorm - b->hulpvorm;
	return r != 0 || a->hulpvorm != 0 ? r : strcmp(a->categorie, b->categorie);
}

static int by_form(const void *x, const void *y)
{
	const struct episode *a = *(const struct episode *const *)x, *b = *(const struct episode *const *)y;
	int r = same_form(a, b);

	if (r == 0)
		r = a->begin < b->begin ? -1 : a->begin > b->begin;
	return r != 0 ? r : a->dossier < b->dossier ? -1 : a->dossier > b->dossier;
}

/* An open one that has certainly ended does not take the next one in: it lacks an end of its own. */
static day end_of(const struct episode *e, const struct gewoonten *g, day vandaag)
{
	struct verdeling v;
	day schatting, laag, hoog;
	enum basis basis;

	if (e->eind != DAY_NONE)
		return e->eind;
	verdeling_van(e, g, vandaag, &v);
	if (1 - v.loopt < g->zeker || !verdeling_schatting(&v, &schatting, &laag, &hoog, &basis))
		return EEUWIG;
	return schatting;
}

/* Does care that begins as e go on where that ended on `eind` with laatste? */
static bool goes_on(const struct episode *laatste, day eind, const struct episode *e)
{
	if (eind == EEUWIG || e->begin <= eind)
		return true;
	if (administrative(laatste) && e->begin - eind <= ADMINISTRATIEF)
		return true;
	return strcmp(laatste->gemeente, e->gemeente) != 0 && e->begin - eind <= VERHUIZING;
}

/* The record that begins at list[i]; gives how many episodes it takes. */
static size_t make_record(const struct stapel *s, size_t i, const struct gewoonten *g, day vandaag,
			  struct cbs_record *r)
{
	day eind = end_of(s->list[i], g, vandaag);
	size_t n = 1;

	*r = (struct cbs_record){.eerste = s->list[i], .laatste = s->list[i]};
	for (; i + n < s->n && same_form(s->list[i], s->list[i + n]) == 0 && goes_on(r->laatste, eind, s->list[i + n]);
	     n++) {
		day ander = end_of(s->list[i + n], g, vandaag);

		if (ander < eind)
			continue;
		r->laatste = s->list[i + n];
		eind = ander;
	}
	r->episoden = (unsigned)n;
	r->aanvang = r->eerste->begin;
	r->einde_ooit = r->laatste->eind;
	r->hulpvorm = r->eerste->hulpvorm;
	r->administratief = r->einde_ooit != DAY_NONE && administrative(r->laatste);
	return n;
}

static void make_records(struct stapel *s, const struct gewoonten *g, day vandaag)
{
	for (size_t i = 0; i < s->n;)
		i += make_record(s, i, g, vandaag, &s->records[s->n_records++]);
}

static day last_day(const struct cbs_record *r)
{
	return r->einde_ooit == DAY_NONE ? EEUWIG : r->einde_ooit;
}

static bool overlap(const struct cbs_record *a, const struct cbs_record *b)
{
	return a->aanvang <= last_day(b) && b->aanvang <= last_day(a);
}

/* What another record of the same client and provider makes of r; true: r is part of it. */
static bool beside(struct cbs_record *r, const struct cbs_record *other)
{
	if (r->hulpvorm == 0 && other->aanvang == r->aanvang)
		r->dubbel = true;
	if (r->hulpvorm == 0 || hulpvorm_verblijf(r->hulpvorm) || !hulpvorm_verblijf(other->hulpvorm) ||
	    !overlap(r, other))
		return false;
	if (r->aanvang >= other->aanvang && last_day(r) <= last_day(other))
		return true;
	r->naast_verblijf = true;
	return false;
}

/* Rule (d), client by client; what is part of a stay is marked by having no episodes of its own. */
static void fold_stays(struct stapel *s)
{
	size_t kept = 0, tot;

	for (size_t van = 0; van < s->n_records; van = tot) {
		const struct episode *e = s->records[van].eerste;

		for (tot = van; tot < s->n_records && same_client(e, s->records[tot].eerste) == 0;)
			tot++;
		for (size_t i = van; i < tot; i++)
			for (size_t k = van; k < tot; k++)
				if (k != i && beside(&s->records[i], &s->records[k]))
					s->records[i].episoden = 0;
	}
	for (size_t i = 0; i < s->n_records; i++)
		if (s->records[i].episoden > 0)
			s->records[kept++] = s->records[i];
	s->n_records = kept;
}

/* ---- fields ---- */

static void set(struct cbs_record *r, enum cbs_veld f, enum cbs_bron bron, const char *waarde)
{
	size_t n = strlen(waarde), most = sizeof r->waarde[f] - 1;

	n = n < most ? n : most;
	r->bron[f] = (unsigned char)bron;
	memcpy(r->waarde[f], waarde, n);
	r->waarde[f][n] = '\0';
}

static void set_day(struct cbs_record *r, enum cbs_veld f, enum cbs_bron bron, day d)
{
	char text[16] = "";
	int y, m, dd;

	if (d != DAY_NONE) {
		day_split(d, &y, &m, &dd);
		(void)snprintf(text, sizeof text, "%04d%02d%02d", y, m, dd);
	}
	set(r, f, bron, text);
}

static const char *referrer(const struct cbs_record *r)
{
	return r->eerste->verwijzer[0] != '\0' ? r->eerste->verwijzer : r->laatste->verwijzer;
}

static bool known_referrer(const char *code)
{
	return strlen(code) == 2 && code[0] == '0' && strchr("1234568", code[1]) != NULL;
}

static void fill_person(struct cbs_record *r)
{
	static const char *const geslachten[] = {"O", "M", "V"};
	const struct episode *e = r->laatste;
	bool sex = e->geslacht[0] >= '0' && e->geslacht[0] <= '2';

	set_day(r, CBS_GEBOORTEDATUM, e->geboren != DAY_NONE ? CBS_BRON_JW301 : CBS_BRON_INVULLEN, e->geboren);
	set(r, CBS_GESLACHT, sex ? CBS_BRON_JW301 : CBS_BRON_INVULLEN, sex ? geslachten[e->geslacht[0] - '0'] : "");
	set(r, CBS_GEMEENTE, CBS_BRON_JW301, e->gemeente);
}

static void fill_referrer(struct cbs_record *r)
{
	const char *code = referrer(r);

	if (r->hulpvorm == 1)
		set(r, CBS_VERWIJZER, CBS_BRON_HULPVORM, "06");
	else if (*code == '\0')
		set(r, CBS_VERWIJZER, CBS_BRON_STANDAARD, "01");
	else if (known_referrer(code))
		set(r, CBS_VERWIJZER, CBS_BRON_JW315, code);
}

static void fill_form(struct cbs_record *r, const struct hulpvormen *h)
{
	static const enum cbs_bron bronnen[] = {
		[HULPVORM_CATEGORIE] = CBS_BRON_CATEGORIE,
		[HULPVORM_STANDAARD] = CBS_BRON_STANDAARD,
		[HULPVORM_LIJST] = CBS_BRON_LIJST,
		[HULPVORM_ONBEKEND] = CBS_BRON_INVULLEN,
	};
	const struct episode *e = r->eerste;
	char code[4] = "";

	if (r->hulpvorm != 0) {
		(void)snprintf(code, sizeof code, "%02u", r->hulpvorm);
		set(r, CBS_HULPVORM, bronnen[hulpvorm_van(h, e->gemeente, e->categorie, e->code).bron], code);
	}
	if (e->crisis)
		set(r, CBS_CRISIS, CBS_BRON_CATEGORIE, "01");
}

static void fill_days(struct cbs_record *r, day laatste)
{
	enum cbs_bron bron = CBS_BRON_GEEN;
	const char *reden;

	r->einde = r->einde_ooit != DAY_NONE && r->einde_ooit <= laatste ? r->einde_ooit : DAY_NONE;
	set_day(r, CBS_AANVANG, r->eerste->gestart ? CBS_BRON_JW305 : CBS_BRON_JW323, r->aanvang);
	set_day(r, CBS_EINDE, r->einde == DAY_NONE ? CBS_BRON_GEEN : CBS_BRON_JW307, r->einde);
	reden = r->einde == DAY_NONE ? "" : cbs_reden(r->laatste->reden, &bron);
	set(r, CBS_REDEN, bron, reden);
}

/* An open one that has most likely ended has an end to be filled in. */
static void estimate(struct cbs_record *r, const struct gewoonten *g, day vandaag, day laatste)
{
	struct verdeling v;
	day schatting, laag, hoog;
	enum basis basis;

	r->schatting = DAY_NONE;
	if (r->einde_ooit != DAY_NONE)
		return;
	verdeling_van(r->laatste, g, vandaag, &v);
	r->kans = (int)(1000 * verdeling_tussen(&v, INT32_MIN, laatste) + .5);
	if (r->kans < (int)(1000 * g->waarschijnlijk) || !verdeling_schatting(&v, &schatting, &laag, &hoog, &basis))
		return;
	r->schatting = schatting < laatste ? schatting : laatste;
	r->bron[CBS_EINDE] = r->bron[CBS_REDEN] = CBS_BRON_INVULLEN;
}

static bool active(const struct cbs_record *r, day van, day tot)
{
	return r->aanvang <= tot && (last_day(r) >= van || (last_day(r) < r->aanvang && r->aanvang >= van));
}

/* Of all time to those of the half-year, filled. */
static void fill(struct stapel *s, const struct gewoonten *g, const struct cbs_vraag *v)
{
	day van = halfjaar_eerste(v->halfjaar), tot = halfjaar_laatste(v->halfjaar);
	size_t kept = 0;

	for (size_t i = 0; i < s->n_records; i++) {
		struct cbs_record r = s->records[i];

		if (!active(&r, van, tot) || (v->gemeente != NULL && strcmp(v->gemeente, r.laatste->gemeente) != 0))
			continue;
		fill_person(&r);
		fill_referrer(&r);
		fill_form(&r, v->hulpvormen);
		fill_days(&r, tot);
		estimate(&r, g, v->vandaag, tot < v->vandaag ? tot : v->vandaag);
		s->records[kept++] = r;
	}
	s->n_records = kept;
}

static int by_number(const void *x, const void *y)
{
	const struct cbs_record *a = x, *b = y;
	const struct episode *p = a->laatste, *q = b->laatste;
	int64_t m = p->delen[p->n_delen - 1].nummer, n = q->delen[q->n_delen - 1].nummer;
	int r = strcmp(p->aanbieder, q->aanbieder);

	if (r == 0)
		r = strcmp(p->gemeente, q->gemeente);
	if (r == 0)
		r = m < n ? -1 : m > n;
	if (r == 0)
		r = a->aanvang < b->aanvang ? -1 : a->aanvang > b->aanvang;
	return r != 0 ? r : p->dossier < q->dossier ? -1 : p->dossier > q->dossier;
}

static bool counts(const struct episode *e, const struct cbs_vraag *v)
{
	return e->jeugdhulp && !e->verwijderd && e->begin <= v->vandaag &&
	       (v->aanbieder == NULL || strcmp(v->aanbieder, e->aanbieder) == 0);
}

int cbs_records(const struct episoden *e, const struct gewoonten *g, const struct cbs_vraag *v,
		struct cbs_lijst *ret)
{
	struct stapel s = {.list = malloc((e->n + 1) * sizeof *s.list),
			   .records = malloc((e->n + 1) * sizeof *s.records)};

	if (s.list == NULL || s.records == NULL) {
		free(s.list);
		free(s.records);
		return -ENOMEM;
	}
	for (size_t i = 0; i < e->n; i++)
		if (counts(&e->list[i], v))
			s.list[s.n++] = &e->list[i];
	qsort(s.list, s.n, sizeof *s.list, by_form);
	make_records(&s, g, v->vandaag);
	fold_stays(&s);
	fill(&s, g, v);
	qsort(s.records, s.n_records, sizeof *s.records, by_number);
	free(s.list);
	*ret = (struct cbs_lijst){s.records, s.n_records};
	return 0;
}

void cbs_lijst_free(struct cbs_lijst *l)
{
	free(l->list);
	*l = (struct cbs_lijst){0};
}

/* ---- what is going to be closed ---- */

static int by_chance(const void *x, const void *y)
{
	const struct cbs_sluiting *a = x, *b = y;

	if (a->kans != b->kans)
		return b->kans - a->kans;
	if (a->spoor != b->spoor)
		return a->spoor < b->spoor ? -1 : 1;
	return a->e->dossier < b->e->dossier ? -1 : a->e->dossier > b->e->dossier;
}

static void weigh(struct cbs_sluiting *s, const struct gewoonten *g, day vandaag)
{
	struct verdeling v;
	enum basis basis;

	verdeling_van(s->e, g, vandaag, &v);
	s->kans = (int)(1000 * (1 - v.loopt) + .5);
	if (!verdeling_schatting(&v, &s->schatting, &s->laag, &s->hoog, &basis))
		s->schatting = s->laag = s->hoog = DAY_NONE;
}

int cbs_sluitingen(const struct episoden *e, const struct gewoonten *g, const struct cbs_vraag *v,
		   struct cbs_sluiting **ret, size_t *n)
{
	int nu = halfjaar_van(v->vandaag);
	int komt = v->vandaag < halfjaar_laatste(nu - 1) + CBS_AANLEVERING ? nu - 1 : nu; /* H + 1 */
	struct cbs_sluiting *list = malloc((e->n + 1) * sizeof *list);
	struct cbs_levering *levering = NULL;
	int r = list == NULL ? -ENOMEM : cbs_levering_new(&levering, e, g, v->vandaag);

	*n = 0;
	for (size_t i = 0; r == 0 && i < e->n; i++) {
		struct cbs_sluiting s = {.e = &e->list[i], .sluit = halfjaar_laatste(komt - 1),
					 .uiterlijk = halfjaar_laatste(komt) + CBS_AANLEVERING};

		if (!counts(s.e, v) || s.e->eind != DAY_NONE || s.e->taakgericht ||
		    (v->gemeente != NULL && strcmp(v->gemeente, s.e->gemeente) != 0))
			continue;
		s.spoor = cbs_spoor(s.e, v->vandaag);
		if (halfjaar_van(s.spoor) != komt - 1)
			continue;
		s.stil = !cbs_geleverd(levering, s.e->partij, komt);
		weigh(&s, g, v->vandaag);
		list[(*n)++] = s;
	}
	cbs_levering_free(&levering);
	if (r < 0) {
		free(list);
		return r;
	}
	if (*n > 1)
		qsort(list, *n, sizeof *list, by_chance);
	*ret = list;
	return 0;
}
