/* The register in SQLite: open ends, what was logged of them, what was learnt. */
#include "store/register.h"

#include <errno.h>

#include "store/register_internal.h"

#include "base/banned.h"

/* What OPEN_EINDE of statements_register.c names. */
#define EINDE_COLUMNS 18

static void read_einde(struct row *row, struct reg_open_einde *e)
{
	*e = (struct reg_open_einde){
		.dossier = row_number(row, 0),
		.nummer = row_number(row, 4),
		.categorie = sq_text(row->s, 5),
		.code = sq_text(row->s, 6),
		.begin = (day)row_number(row, 7),
		.soort = sq_text(row->s, 8),
		.sterkte = (int)row_number(row, 9),
		.sinds = row_day(row, 10),
		.schatting = row_day(row, 11),
		.laag = row_day(row, 12),
		.hoog = row_day(row, 13),
		.kans = (int)row_number(row, 14),
		.basis = sq_text(row->s, 15),
		.opheffen = sq_text(row->s, 16),
		.gemeld = row_day(row, 17),
	};
	row_paar(row, 1, &e->paar);
}

int reg_open_einden(struct store *st, int64_t dossier,
		    int (*each)(void *, const struct reg_open_einde *), void *ctx)
{
	struct row row = {.s = reg_start(st, REG_OPEN_EINDEN, "ii", dossier,
					 dossier != 0 ? dossier : INT64_MAX)};
	struct reg_open_einde e;
	int r = 0;

	while (reg_next(&row, &r)) {
		read_einde(&row, &e);
		r = each(ctx, &e);
	}
	return reg_end(&row, r);
}

int reg_open_einde_zet(struct store *st, const struct reg_open_einde *e)
{
	return reg_run(st, REG_OPEN_EINDE_ZET, "iiisssiddddissd", e->dossier, e->nummer,
		       (int64_t)e->begin, e->soort, e->categorie, e->code, (int64_t)e->sterkte,
		       e->sinds, e->schatting, e->laag, e->hoog, (int64_t)e->kans, e->basis,
		       e->opheffen, e->gemeld);
}

int reg_open_einde_weg(struct store *st, const struct reg_open_einde *e)
{
	return reg_run(st, REG_OPEN_EINDE_WEG, "iiis", e->dossier, e->nummer, (int64_t)e->begin,
		       e->soort);
}

int reg_einde_log(struct store *st, const struct reg_open_einde *e, bool geopend, int64_t moment,
		  int64_t bericht)
{
	return reg_run(st, REG_EINDE_LOG, "iiisssiddddissdiii", e->dossier, e->nummer,
		       (int64_t)e->begin, e->soort, e->categorie, e->code, (int64_t)e->sterkte,
		       e->sinds, e->schatting, e->laag, e->hoog, (int64_t)e->kans, e->basis,
		       e->opheffen, e->gemeld, (int64_t)geopend, moment, bericht);
}

int reg_einden_gelogd(struct store *st, unsigned most,
		      int (*each)(void *, const struct reg_open_einde *, bool, int64_t, int64_t),
		      void *ctx)
{
	struct row row = {.s = reg_start(st, REG_EINDEN_GELOGD, "i", (int64_t)most)};
	struct reg_open_einde e;
	int r = 0;

	while (reg_next(&row, &r)) {
		read_einde(&row, &e);
		r = each(ctx, &e, row_number(&row, EINDE_COLUMNS) != 0,
			 row_number(&row, EINDE_COLUMNS + 1), row_number(&row, EINDE_COLUMNS + 2));
	}
	return reg_end(&row, r);
}

int reg_gewoonten_zet(struct store *st, day dag, const void *bytes, size_t n)
{
	return reg_run(st, REG_GEWOONTEN_ZET, "ib", (int64_t)dag, bytes, n);
}

int reg_gewoonten(struct store *st, struct buf *ret, day *dag)
{
	struct row row = {.s = reg_start(st, REG_GEWOONTEN, "")};
	int r = reg_first(&row);

	if (r == 0) {
		*dag = (day)row_number(&row, 0);
		buf_add(ret, sqlite3_column_blob(row.s, 1), (size_t)sqlite3_column_bytes(row.s, 1));
		r = ret->failed ? -ENOMEM : 0;
	}
	return reg_end(&row, r);
}
