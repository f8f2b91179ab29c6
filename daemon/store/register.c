/*
 * The register in SQLite: how its rows are read and written, allocations,
 * starts and stops.  Declarations, requests and what concerns the whole are in
 * the files beside this one; the shape of the tables and its reasons in
 * sql/0002_register.sql.
 */
#include "store/register.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "store/register_internal.h"

#include "base/banned.h"

sqlite3_stmt *reg_start(struct store *st, enum register_statement which, const char *kinds, ...)
{
	sqlite3_stmt *s;
	va_list ap;

	va_start(ap, kinds);
	s = sq_bind(sq_self(st)->reg[which], kinds, ap);
	va_end(ap);
	return s;
}

int reg_run(struct store *st, enum register_statement which, const char *kinds, ...)
{
	sqlite3_stmt *s;
	va_list ap;

	va_start(ap, kinds);
	s = sq_bind(sq_self(st)->reg[which], kinds, ap);
	va_end(ap);
	return sq_finish(s);
}

int reg_changed(struct store *st)
{
	return sqlite3_changes(sq_self(st)->db);
}

bool reg_next(struct row *row, int *r)
{
	int rc;

	if (*r != 0)
		return false;
	rc = sqlite3_step(row->s);
	row->used = 0;
	*r = sq_error(rc);
	return rc == SQLITE_ROW;
}

int reg_first(struct row *row)
{
	int r = 0;

	if (reg_next(row, &r))
		return 0;
	return r < 0 ? r : -ENOENT;
}

int reg_end(struct row *row, int r)
{
	(void)sqlite3_reset(row->s); /* repeats an error told before */
	return r < 0 ? r : 0;
}

const char *row_code(struct row *row, int column)
{
	char *room;

	if (sqlite3_column_type(row->s, column) != SQLITE_INTEGER || row->used == ROW_CODES)
		return sq_text(row->s, column);
	room = row->codes[row->used++];
	(void)snprintf(room, sizeof row->codes[0], "%lld",
		       (long long)sqlite3_column_int64(row->s, column));
	return room + 1; /* after the 1 that keeps leading zeroes */
}

int64_t row_number(struct row *row, int column)
{
	return sqlite3_column_type(row->s, column) == SQLITE_NULL
		       ? ABSENT
		       : sqlite3_column_int64(row->s, column);
}

day row_day(struct row *row, int column)
{
	return sqlite3_column_type(row->s, column) == SQLITE_NULL
		       ? DAY_NONE
		       : sqlite3_column_int(row->s, column);
}

void row_paar(struct row *row, int column, struct paar *ret)
{
	const void *client = sqlite3_column_blob(row->s, column + 2);

	*ret = (struct paar){.gemeente = row_code(row, column), .aanbieder = row_code(row, column + 1)};
	if (client != NULL && sqlite3_column_bytes(row->s, column + 2) == CLIENT_BYTES)
		memcpy(ret->client, client, CLIENT_BYTES);
}

void row_product(struct row *row, int column, struct product *ret)
{
	*ret = (struct product){
		.categorie = sq_text(row->s, column),
		.code = sq_text(row->s, column + 1),
		.volume = row_number(row, column + 2),
		.eenheid = sq_text(row->s, column + 3),
		.frequentie = sq_text(row->s, column + 4),
		.budget = row_number(row, column + 5),
	};
}

int reg_keep(struct arena *a, void *record, const size_t *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char **text = (const char **)((char *)record + texts[i]), *copy;

		copy = arena_strdup(a, *text);
		if (copy == NULL && *text != NULL)
			return -ENOMEM;
		*text = copy;
	}
	return 0;
}

int reg_dossier(struct store *st, const struct paar *paar, int64_t *ret)
{
	int r = sq_number(reg_start(st, REG_DOSSIER_GET, "ccb", paar->gemeente, paar->aanbieder,
				    paar->client, (size_t)CLIENT_BYTES),
			  ret);

	if (r != -ENOENT)
		return r;
	return sq_number(reg_start(st, REG_DOSSIER_ADD, "ccb", paar->gemeente, paar->aanbieder,
				   paar->client, (size_t)CLIENT_BYTES),
			 ret);
}

int reg_nummer(struct store *st, int64_t dossier, int64_t nummer)
{
	return reg_run(st, REG_NUMMER_ADD, "ii", dossier, nummer);
}

/* Allocations. */

static int toewijzing_add(struct store *st, const struct reg_toewijzing *t)
{
	const struct product *p = &t->product;
	int64_t dossier;
	int r = reg_dossier(st, &t->paar, &dossier);

	if (r == 0)
		r = reg_nummer(st, dossier, t->nummer);
	if (r < 0)
		return r;
	return reg_run(st, REG_TOEWIJZING_ADD, "iciiiddscssnssnd", t->bericht, t->paar.gemeente,
		       t->nummer, t->moment, dossier, t->ingang, t->eind, t->reden, t->referentie,
		       p->categorie, p->code, p->volume, p->eenheid, p->frequentie, p->budget,
		       t->dagtekening);
}

static void read_toewijzing(struct row *row, struct reg_toewijzing *t)
{
	*t = (struct reg_toewijzing){
		.id = row_number(row, 0),
		.nummer = row_number(row, 4),
		.moment = row_number(row, 5),
		.ingang = row_day(row, 6),
		.eind = row_day(row, 7),
		.reden = sq_text(row->s, 8),
		.referentie = row_code(row, 9),
		.dagtekening = row_day(row, 16),
	};
	t->bericht = t->id >> REG_ID_BITS;
	row_paar(row, 1, &t->paar);
	row_product(row, 10, &t->product);
}

static int each_toewijzing(sqlite3_stmt *s, int (*each)(void *, const struct reg_toewijzing *),
			   void *ctx)
{
	struct row row = {.s = s};
	struct reg_toewijzing t;
	int r = 0;

	while (reg_next(&row, &r)) {
		read_toewijzing(&row, &t);
		r = each(ctx, &t);
	}
	return reg_end(&row, r);
}

static int toewijzing_current(struct store *st, struct arena *a, const char *gemeente,
			      int64_t nummer, struct reg_toewijzing *ret)
{
	static const size_t texts[] = {
		offsetof(struct reg_toewijzing, paar.gemeente),
		offsetof(struct reg_toewijzing, paar.aanbieder),
		offsetof(struct reg_toewijzing, reden),
		offsetof(struct reg_toewijzing, referentie),
		offsetof(struct reg_toewijzing, product.categorie),
		offsetof(struct reg_toewijzing, product.code),
		offsetof(struct reg_toewijzing, product.eenheid),
		offsetof(struct reg_toewijzing, product.frequentie),
	};
	struct row row = {.s = reg_start(st, REG_TOEWIJZING_CURRENT, "ci", gemeente, nummer)};
	struct reg_toewijzing t;
	int r = reg_first(&row);

	if (r == 0) {
		read_toewijzing(&row, &t);
		r = REG_KEEP(a, &t, texts);
	}
	if (r == 0)
		*ret = t;
	return reg_end(&row, r);
}

static int toewijzing_versies(struct store *st, const char *gemeente, int64_t nummer,
			      int (*each)(void *, const struct reg_toewijzing *), void *ctx)
{
	return each_toewijzing(reg_start(st, REG_TOEWIJZING_VERSIES, "ci", gemeente, nummer), each,
			       ctx);
}

static int toewijzingen(struct store *st, const struct paar *paar,
			int (*each)(void *, const struct reg_toewijzing *), void *ctx)
{
	return each_toewijzing(reg_start(st, REG_TOEWIJZINGEN, "ccb", paar->gemeente, paar->aanbieder,
					 paar->client, (size_t)CLIENT_BYTES),
			       each, ctx);
}

static int toewijzing_referentie(struct store *st, const char *gemeente, const char *aanbieder,
				 const char *referentie, int64_t *bericht)
{
	return sq_number(reg_start(st, REG_TOEWIJZING_REFERENTIE, "ccc", gemeente, aanbieder,
				   referentie),
			 bericht);
}

/* Starts and stops. */

static int levering_add(struct store *st, const struct reg_levering *l)
{
	int64_t dossier;
	int r = reg_dossier(st, &l->paar, &dossier);

	if (r < 0)
		return r;
	return reg_run(st, REG_LEVERING_ADD, "iiinssdddsdi", l->bericht, dossier, (int64_t)l->soort,
		       l->nummer, l->categorie, l->code, l->ingang, l->begin, l->eind, l->reden,
		       l->dagtekening, l->verwijderd_door);
}

static void read_levering(struct row *row, struct reg_levering *l)
{
	*l = (struct reg_levering){
		.id = row_number(row, 0),
		.soort = (enum levering_soort)sqlite3_column_int(row->s, 4),
		.nummer = row_number(row, 5),
		.categorie = sq_text(row->s, 6),
		.code = sq_text(row->s, 7),
		.ingang = row_day(row, 8),
		.begin = row_day(row, 9),
		.eind = row_day(row, 10),
		.reden = sq_text(row->s, 11),
		.dagtekening = row_day(row, 12),
		.verwijderd_door = row_number(row, 13),
	};
	l->bericht = l->id >> REG_ID_BITS;
	row_paar(row, 1, &l->paar);
}

static int leveringen(struct store *st, const struct paar *paar,
		      int (*each)(void *, const struct reg_levering *), void *ctx)
{
	struct row row = {.s = reg_start(st, REG_LEVERINGEN, "ccb", paar->gemeente, paar->aanbieder,
					 paar->client, (size_t)CLIENT_BYTES)};
	struct reg_levering l;
	int r = 0;

	while (reg_next(&row, &r)) {
		read_levering(&row, &l);
		r = each(ctx, &l);
	}
	return reg_end(&row, r);
}

static int levering_verwijder(struct store *st, int64_t id, int64_t door)
{
	return reg_run(st, REG_LEVERING_VERWIJDER, "ii", id, door);
}

static int client_bekend(struct store *st, const struct paar *paar)
{
	int64_t known;

	return sq_number(reg_start(st, REG_CLIENT_BEKEND, "ccb", paar->gemeente, paar->aanbieder,
				   paar->client, (size_t)CLIENT_BYTES),
			 &known);
}

const struct register_ops sqlite_register_ops = {
	.peil = reg_peil,
	.antwoordtijden = reg_antwoordtijden,
	.dossier_nummer = reg_dossier_nummer,
	.dossier = reg_dossier_een,
	.dossiers = reg_dossiers,
	.dossiers_client = reg_dossiers_client,
	.persoon = reg_persoon,
	.open_einden = reg_open_einden,
	.open_einde_zet = reg_open_einde_zet,
	.open_einde_weg = reg_open_einde_weg,
	.einde_log = reg_einde_log,
	.einden_gelogd = reg_einden_gelogd,
	.gewoonten_zet = reg_gewoonten_zet,
	.gewoonten = reg_gewoonten,
	.toewijzing_add = toewijzing_add,
	.toewijzing_current = toewijzing_current,
	.toewijzing_versies = toewijzing_versies,
	.toewijzingen = toewijzingen,
	.toewijzing_referentie = toewijzing_referentie,
	.levering_add = levering_add,
	.leveringen = leveringen,
	.levering_verwijder = levering_verwijder,
	.declaratie_add = reg_declaratie_add,
	.declaratie_nummer = reg_declaratie_nummer,
	.declaratie_identificatie = reg_declaratie_identificatie,
	.declaratie_laatste = reg_declaratie_laatste,
	.declaratie_antwoord = reg_declaratie_antwoord,
	.prestatie_add = reg_prestatie_add,
	.prestatie_referentie = reg_prestatie_referentie,
	.prestatie_vorig = reg_prestatie_vorig,
	.prestaties = reg_prestaties,
	.prestaties_van = reg_prestaties_van,
	.prestaties_stand = reg_prestaties_stand,
	.prestatie_stand = reg_prestatie_stand,
	.verzoek_add = reg_verzoek_add,
	.verzoek = reg_verzoek_get,
	.verzoeken_open = reg_verzoeken_open,
	.verzoek_beantwoord = reg_verzoek_beantwoord,
	.antwoord_add = reg_antwoord_add,
	.antwoorden = reg_antwoorden,
	.client_bekend = client_bekend,
	.herroep = reg_herroep,
	.retour_add = reg_retour_add,
	.retour_van = reg_retour_van,
	.verwachting_add = reg_verwachting_add,
	.verwachting_voldaan = reg_verwachting_voldaan,
	.verwachtingen = reg_verwachtingen,
	.verwachting_gemeld = reg_verwachting_gemeld,
	.clear = reg_clear,
	.digest = reg_digest,
};
