/* The register in SQLite: declarations and their lines. */
#include "store/register.h"

#include <errno.h>
#include <stddef.h>

#include "store/register_internal.h"

#include "base/banned.h"

int reg_declaratie_add(struct store *st, const struct reg_declaratie *d)
{
	return reg_run(st, REG_DECLARATIE_ADD, "iccccdddissini", d->bericht, d->gemeente, d->aanbieder,
		       d->nummer, d->identificatie, d->dagtekening, d->begin, d->eind, d->bedrag,
		       d->basisversie, d->berichtversie, d->antwoord, d->toegekend,
		       (int64_t)d->afgewezen);
}

static int one_declaratie(sqlite3_stmt *s, struct arena *a, struct reg_declaratie *ret)
{
	static const size_t texts[] = {
		offsetof(struct reg_declaratie, gemeente),
		offsetof(struct reg_declaratie, aanbieder),
		offsetof(struct reg_declaratie, nummer),
		offsetof(struct reg_declaratie, identificatie),
		offsetof(struct reg_declaratie, basisversie),
		offsetof(struct reg_declaratie, berichtversie),
	};
	struct row row = {.s = s};
	struct reg_declaratie d;
	int r = reg_first(&row);

	if (r < 0)
		return reg_end(&row, r);
	d = (struct reg_declaratie){
		.bericht = row_number(&row, 0),
		.gemeente = row_code(&row, 1),
		.aanbieder = row_code(&row, 2),
		.nummer = row_code(&row, 3),
		.identificatie = row_code(&row, 4),
		.dagtekening = row_day(&row, 5),
		.begin = row_day(&row, 6),
		.eind = row_day(&row, 7),
		.bedrag = row_number(&row, 8),
		.basisversie = sq_text(s, 9),
		.berichtversie = sq_text(s, 10),
		.antwoord = row_number(&row, 11),
		.toegekend = row_number(&row, 12),
		.afgewezen = row_number(&row, 13) != 0,
	};
	r = REG_KEEP(a, &d, texts);
	if (r == 0)
		*ret = d;
	return reg_end(&row, r);
}

int reg_declaratie_nummer(struct store *st, struct arena *a, const char *aanbieder,
			  const char *nummer, struct reg_declaratie *ret)
{
	return one_declaratie(reg_start(st, REG_DECLARATIE_NUMMER, "cc", aanbieder, nummer), a, ret);
}

int reg_declaratie_identificatie(struct store *st, struct arena *a, const char *gemeente,
				 const char *aanbieder, const char *identificatie,
				 struct reg_declaratie *ret)
{
	return one_declaratie(reg_start(st, REG_DECLARATIE_IDENTIFICATIE, "ccc", gemeente, aanbieder,
					identificatie),
			      a, ret);
}

int reg_declaratie_laatste(struct store *st, struct arena *a, const char *gemeente,
			   const char *aanbieder, struct reg_declaratie *ret)
{
	return one_declaratie(reg_start(st, REG_DECLARATIE_LAATSTE, "cc", gemeente, aanbieder), a, ret);
}

int reg_declaratie_antwoord(struct store *st, int64_t bericht, int64_t antwoord, int64_t toegekend,
			    bool afgewezen)
{
	int r = reg_run(st, REG_DECLARATIE_ANTWOORD, "iini", bericht, antwoord, toegekend,
			(int64_t)afgewezen);

	if (r == 0 && reg_changed(st) == 0)
		return -ENOENT;
	if (r == 0 && afgewezen)
		r = reg_run(st, REG_HERROEP_PRESTATIE, "i", bericht);
	return r;
}

int reg_prestatie_add(struct store *st, const struct reg_prestatie *p)
{
	int64_t dossier;
	int r = reg_dossier(st, &p->paar, &dossier);

	if (r == 0)
		r = reg_nummer(st, dossier, p->nummer);
	if (r < 0)
		return r;
	return reg_run(st, REG_PRESTATIE_ADD, "icciccissddnsniii", p->bericht, p->paar.gemeente,
		       p->paar.aanbieder, dossier, p->referentie, p->vorig, p->nummer, p->categorie,
		       p->code, p->begin, p->eind, p->volume, p->eenheid, p->tarief, p->bedrag,
		       (int64_t)(p->dc == 'C'), (int64_t)p->stand);
}

static void read_prestatie(struct row *row, struct reg_prestatie *p)
{
	*p = (struct reg_prestatie){
		.id = row_number(row, 0),
		.referentie = row_code(row, 4),
		.vorig = row_code(row, 5),
		.nummer = row_number(row, 6),
		.categorie = sq_text(row->s, 7),
		.code = sq_text(row->s, 8),
		.begin = row_day(row, 9),
		.eind = row_day(row, 10),
		.volume = row_number(row, 11),
		.eenheid = sq_text(row->s, 12),
		.tarief = row_number(row, 13),
		.bedrag = row_number(row, 14),
		.dc = row_number(row, 15) != 0 ? 'C' : 'D',
		.stand = (enum prestatie_stand)sqlite3_column_int(row->s, 16),
		.gecrediteerd = row_number(row, 17) != 0,
	};
	p->bericht = p->id >> REG_ID_BITS;
	row_paar(row, 1, &p->paar);
}

static int one_prestatie(sqlite3_stmt *s, struct arena *a, struct reg_prestatie *ret)
{
	static const size_t texts[] = {
		offsetof(struct reg_prestatie, paar.gemeente),
		offsetof(struct reg_prestatie, paar.aanbieder),
		offsetof(struct reg_prestatie, referentie),
		offsetof(struct reg_prestatie, vorig),
		offsetof(struct reg_prestatie, categorie),
		offsetof(struct reg_prestatie, code),
		offsetof(struct reg_prestatie, eenheid),
	};
	struct row row = {.s = s};
	struct reg_prestatie p;
	int r = reg_first(&row);

	if (r == 0) {
		read_prestatie(&row, &p);
		r = REG_KEEP(a, &p, texts);
	}
	if (r == 0)
		*ret = p;
	return reg_end(&row, r);
}

static int each_prestatie(sqlite3_stmt *s, int (*each)(void *, const struct reg_prestatie *),
			  void *ctx)
{
	struct row row = {.s = s};
	struct reg_prestatie p;
	int r = 0;

	while (reg_next(&row, &r)) {
		read_prestatie(&row, &p);
		r = each(ctx, &p);
	}
	return reg_end(&row, r);
}

int reg_prestatie_referentie(struct store *st, struct arena *a, const char *aanbieder,
			     const char *referentie, struct reg_prestatie *ret)
{
	return one_prestatie(reg_start(st, REG_PRESTATIE_REFERENTIE, "cc", aanbieder, referentie), a,
			     ret);
}

int reg_prestatie_vorig(struct store *st, struct arena *a, const char *aanbieder, const char *vorig,
			struct reg_prestatie *ret)
{
	return one_prestatie(reg_start(st, REG_PRESTATIE_VORIG, "cc", aanbieder, vorig), a, ret);
}

int reg_prestaties(struct store *st, const char *gemeente, int64_t nummer,
		   int (*each)(void *, const struct reg_prestatie *), void *ctx)
{
	return each_prestatie(reg_start(st, REG_PRESTATIES, "ci", gemeente, nummer), each, ctx);
}

int reg_prestaties_van(struct store *st, int64_t bericht,
		       int (*each)(void *, const struct reg_prestatie *), void *ctx)
{
	return each_prestatie(reg_start(st, REG_PRESTATIES_VAN, "i", bericht), each, ctx);
}

int reg_prestaties_stand(struct store *st, int64_t bericht, enum prestatie_stand stand)
{
	return reg_run(st, REG_PRESTATIES_STAND, "ii", bericht, (int64_t)stand);
}

int reg_prestatie_stand(struct store *st, int64_t id, enum prestatie_stand stand)
{
	return reg_run(st, REG_PRESTATIE_STAND, "ii", id, (int64_t)stand);
}
