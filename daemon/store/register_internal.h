/* What the files of the SQLite register share: statements, rows, dossiers. */
#ifndef STORE_REGISTER_INTERNAL_H
#define STORE_REGISTER_INTERNAL_H

#include "store/sqlite_internal.h"

#define REG_ID_BITS 20 /* of an id: which row of its message (0002_register.sql) */
#define ROW_CODES 8

/* A statement that gives rows, with room for the codes of the current one. */
struct row {
	sqlite3_stmt *s;
	int used;
	char codes[ROW_CODES][24];
};

/* reg_start binds (sq_bind); reg_run runs as well, for what gives no rows. */
sqlite3_stmt *reg_start(struct store *st, enum register_statement which, const char *kinds, ...);
int reg_run(struct store *st, enum register_statement which, const char *kinds, ...);

/* reg_changed is how many rows the last statement changed. */
int reg_changed(struct store *st);

/*
 * reg_next steps to the next row while *r is 0; false at the end, with an
 * error in *r.  reg_first wants a row: -ENOENT when there is none.  reg_end
 * resets and gives r, or 0 when each ended the list with a number above zero.
 */
bool reg_next(struct row *row, int *r);
int reg_first(struct row *row);
int reg_end(struct row *row, int r);

/* Columns of the current row; texts live as long as it. */
const char *row_code(struct row *row, int column);
int64_t row_number(struct row *row, int column); /* or ABSENT */
day row_day(struct row *row, int column);
void row_paar(struct row *row, int column, struct paar *ret); /* three columns */
void row_product(struct row *row, int column, struct product *ret); /* six */

/* reg_keep moves the texts at these offsets of a record into the arena. */
int reg_keep(struct arena *a, void *record, const size_t *texts, size_t n);
#define REG_KEEP(a, record, texts) reg_keep(a, record, texts, sizeof(texts) / sizeof *(texts))

/* reg_dossier is the number of a client between two parties, made when there is none. */
int reg_dossier(struct store *st, const struct paar *paar, int64_t *ret);

/* reg_nummer notes that a ToewijzingNummer plays a part in a dossier. */
int reg_nummer(struct store *st, int64_t dossier, int64_t nummer);

/* The operations, per file; register.h tells what they do. */
int reg_peil(struct store *st, day dag, int64_t *tot);
int reg_dossier_nummer(struct store *st, const struct paar *paar, int64_t *id);
int reg_dossier_een(struct store *st, struct arena *a, int64_t id, int64_t tot,
		    struct reg_dossier *ret);
int reg_dossiers(struct store *st, int64_t na, int64_t tot,
		 int (*each)(void *ctx, const struct reg_dossier *d), void *ctx);
int reg_antwoordtijden(struct store *st, int64_t tot,
		       int (*each)(void *ctx, const struct reg_antwoordtijd *row), void *ctx);
int reg_dossiers_client(struct store *st, const unsigned char client[CLIENT_BYTES],
			int (*each)(void *ctx, int64_t id), void *ctx);
int reg_persoon(struct store *st, const struct paar *paar, day geboren, const char *geslacht);

int reg_open_einden(struct store *st, int64_t dossier,
		    int (*each)(void *ctx, const struct reg_open_einde *row), void *ctx);
int reg_open_einde_zet(struct store *st, const struct reg_open_einde *row);
int reg_open_einde_weg(struct store *st, const struct reg_open_einde *row);
int reg_einde_log(struct store *st, const struct reg_open_einde *row, bool geopend, int64_t moment,
		  int64_t bericht);
int reg_einden_gelogd(struct store *st, unsigned most,
		      int (*each)(void *ctx, const struct reg_open_einde *row, bool geopend,
				  int64_t moment, int64_t bericht),
		      void *ctx);
int reg_gewoonten_zet(struct store *st, day dag, const void *bytes, size_t n);
int reg_gewoonten(struct store *st, struct buf *ret, day *dag);

int reg_declaratie_add(struct store *st, const struct reg_declaratie *row);
int reg_declaratie_nummer(struct store *st, struct arena *a, const char *aanbieder,
			  const char *nummer, struct reg_declaratie *ret);
int reg_declaratie_identificatie(struct store *st, struct arena *a, const char *gemeente,
				 const char *aanbieder, const char *identificatie,
				 struct reg_declaratie *ret);
int reg_declaratie_laatste(struct store *st, struct arena *a, const char *gemeente,
			   const char *aanbieder, struct reg_declaratie *ret);
int reg_declaratie_antwoord(struct store *st, int64_t bericht, int64_t antwoord, int64_t toegekend,
			    bool afgewezen);
int reg_prestatie_add(struct store *st, const struct reg_prestatie *row);
int reg_prestatie_referentie(struct store *st, struct arena *a, const char *aanbieder,
			     const char *referentie, struct reg_prestatie *ret);
int reg_prestatie_vorig(struct store *st, struct arena *a, const char *aanbieder, const char *vorig,
			struct reg_prestatie *ret);
int reg_prestaties(struct store *st, const char *gemeente, int64_t nummer,
		   int (*each)(void *ctx, const struct reg_prestatie *row), void *ctx);
int reg_prestaties_van(struct store *st, int64_t bericht,
		       int (*each)(void *ctx, const struct reg_prestatie *row), void *ctx);
int reg_prestaties_stand(struct store *st, int64_t bericht, enum prestatie_stand stand);
int reg_prestatie_stand(struct store *st, int64_t id, enum prestatie_stand stand);

int reg_verzoek_add(struct store *st, const struct reg_verzoek *row);
int reg_verzoek_get(struct store *st, struct arena *a, const char *aanbieder, const char *referentie,
		    struct reg_verzoek *ret);
int reg_verzoeken_open(struct store *st, const struct paar *paar,
		       int (*each)(void *ctx, const struct reg_verzoek *row), void *ctx);
int reg_verzoek_beantwoord(struct store *st, int64_t id, int64_t bericht);
int reg_antwoord_add(struct store *st, const struct reg_antwoord *row);
int reg_antwoorden(struct store *st, const char *gemeente, const char *aanbieder,
		   const char *referentie, int (*each)(void *ctx, const struct reg_antwoord *row),
		   void *ctx);
int reg_retour_add(struct store *st, const struct reg_retour *row);
int reg_retour_van(struct store *st, struct arena *a, int64_t origineel, struct reg_retour *ret);
int reg_verwachting_add(struct store *st, const struct reg_verwachting *row);
int reg_verwachting_voldaan(struct store *st, const char *soort, const char *debiteur,
			    const char *sleutel, int64_t bericht, int64_t door, day op);
int reg_verwachtingen(struct store *st, const char *debiteur, day tot,
		      int (*each)(void *ctx, const struct reg_verwachting *row), void *ctx);
int reg_verwachting_gemeld(struct store *st, int64_t id, day op);

int reg_herroep(struct store *st, int64_t bericht);
int reg_clear(struct store *st);
int reg_digest(struct store *st, unsigned char ret[32]);

#endif
