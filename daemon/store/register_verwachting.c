/* The register in SQLite: who waits for what. Requests, answers, return messages, expectations. */
#include "store/register.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "store/register_internal.h"

#include "base/banned.h"

int reg_verzoek_add(struct store *st, const struct reg_verzoek *v)
{
	const struct product *p = &v->product;
	int64_t dossier;
	int r = reg_dossier(st, &v->paar, &dossier);

	if (r < 0)
		return r;
	return reg_run(st, REG_VERZOEK_ADD, "iciicddssnssndiis", v->bericht, v->paar.aanbieder, dossier,
		       (int64_t)v->wijziging, v->referentie, v->ingang, v->eind, p->categorie, p->code,
		       p->volume, p->eenheid, p->frequentie, p->budget, v->dagtekening, v->received,
		       v->beantwoord, v->verwijzer);
}

static void read_verzoek(struct row *row, struct reg_verzoek *v)
{
	*v = (struct reg_verzoek){
		.id = row_number(row, 0),
		.wijziging = row_number(row, 4) != 0,
		.referentie = row_code(row, 5),
		.ingang = row_day(row, 6),
		.eind = row_day(row, 7),
		.dagtekening = row_day(row, 14),
		.received = row_number(row, 15),
		.beantwoord = row_number(row, 16),
		.verwijzer = sq_text(row->s, 17),
	};
	v->bericht = v->id >> REG_ID_BITS;
	row_paar(row, 1, &v->paar);
	row_product(row, 8, &v->product);
}

int reg_verzoek_get(struct store *st, struct arena *a, const char *aanbieder, const char *referentie,
		    struct reg_verzoek *ret)
{
	static const size_t texts[] = {
		offsetof(struct reg_verzoek, paar.gemeente),
		offsetof(struct reg_verzoek, paar.aanbieder),
		offsetof(struct reg_verzoek, referentie),
		offsetof(struct reg_verzoek, product.categorie),
		offsetof(struct reg_verzoek, product.code),
		offsetof(struct reg_verzoek, product.eenheid),
		offsetof(struct reg_verzoek, product.frequentie),
		offsetof(struct reg_verzoek, verwijzer),
	};
	struct row row = {.s = reg_start(st, REG_VERZOEK_GET, "cc", aanbieder, referentie)};
	struct reg_verzoek v;
	int r = reg_first(&row);

	if (r == 0) {
		read_verzoek(&row, &v);
		r = REG_KEEP(a, &v, texts);
	}
	if (r == 0)
		*ret = v;
	return reg_end(&row, r);
}

int reg_verzoeken_open(struct store *st, const struct paar *paar,
		       int (*each)(void *, const struct reg_verzoek *), void *ctx)
{
	struct row row = {.s = reg_start(st, REG_VERZOEKEN_OPEN, "ccb", paar->gemeente,
					 paar->aanbieder, paar->client, (size_t)CLIENT_BYTES)};
	struct reg_verzoek v;
	int r = 0;

	while (reg_next(&row, &r)) {
		read_verzoek(&row, &v);
		r = each(ctx, &v);
	}
	return reg_end(&row, r);
}

int reg_verzoek_beantwoord(struct store *st, int64_t id, int64_t bericht)
{
	return reg_run(st, REG_VERZOEK_BEANTWOORD, "ii", id, bericht);
}

int reg_antwoord_add(struct store *st, const struct reg_antwoord *a)
{
	return reg_run(st, REG_ANTWOORD_ADD, "icccssd", a->bericht, a->gemeente, a->aanbieder,
		       a->referentie, a->antwoord, a->reden, a->dagtekening);
}

int reg_antwoorden(struct store *st, const char *gemeente, const char *aanbieder,
		   const char *referentie, int (*each)(void *, const struct reg_antwoord *),
		   void *ctx)
{
	struct row row = {
		.s = reg_start(st, REG_ANTWOORDEN, "ccc", gemeente, aanbieder, referentie)};
	int r = 0;

	while (reg_next(&row, &r)) {
		struct reg_antwoord a = {
			.bericht = row_number(&row, 0),
			.gemeente = row_code(&row, 1),
			.aanbieder = row_code(&row, 2),
			.referentie = row_code(&row, 3),
			.antwoord = sq_text(row.s, 4),
			.reden = sq_text(row.s, 5),
			.dagtekening = row_day(&row, 6),
		};

		r = each(ctx, &a);
	}
	return reg_end(&row, r);
}

int reg_retour_add(struct store *st, const struct reg_retour *row)
{
	int r = reg_run(st, REG_RETOUR_ADD, "iiis", row->origineel, row->retour,
			(int64_t)row->afgewezen, row->code);

	return r == 0 && reg_changed(st) == 0 ? -EEXIST : r;
}

int reg_retour_van(struct store *st, struct arena *a, int64_t origineel, struct reg_retour *ret)
{
	static const size_t texts[] = {offsetof(struct reg_retour, code)};
	struct row row = {.s = reg_start(st, REG_RETOUR_VAN, "i", origineel)};
	struct reg_retour found;
	int r = reg_first(&row);

	if (r == 0) {
		found = (struct reg_retour){.origineel = row_number(&row, 0),
					    .retour = row_number(&row, 1),
					    .afgewezen = row_number(&row, 2) != 0,
					    .code = sq_text(row.s, 3)};
		r = REG_KEEP(a, &found, texts);
	}
	if (r == 0)
		*ret = found;
	return reg_end(&row, r);
}

/*
 * Kinds of expectation as they are kept.  Only ever add: they are on disk, and
 * REG_HERROEP_VERWACHTING knows the first two.
 */
static const struct {
	const char *soort, *code;
} soorten[] = {
	{"retour", "1"},  {"declaratieantwoord", "2"}, {"start", "3"},	     {"stop", "4"},
	{"verzoek", "5"}, {"onderzoek", "6"},	       {"woonplaats", "7"},
};

static const char *soort_code(const char *soort)
{
	for (size_t i = 0; soort != NULL && i < sizeof soorten / sizeof *soorten; i++)
		if (strcmp(soorten[i].soort, soort) == 0)
			return soorten[i].code;
	return soort;
}

static const char *soort_of(const char *code)
{
	for (size_t i = 0; code != NULL && i < sizeof soorten / sizeof *soorten; i++)
		if (strcmp(soorten[i].code, code) == 0)
			return soorten[i].soort;
	return code;
}

int reg_verwachting_add(struct store *st, const struct reg_verwachting *w)
{
	return reg_run(st, REG_VERWACHTING_ADD, "iccccddidd", w->bericht, soort_code(w->soort),
		       w->debiteur, w->crediteur, w->sleutel, w->sinds, w->uiterlijk, w->voldaan,
		       w->voldaan_op, w->gemeld);
}

int reg_verwachting_voldaan(struct store *st, const char *soort, const char *debiteur,
			    const char *sleutel, int64_t bericht, int64_t door, day op)
{
	const char *code = soort_code(soort);

	if (bericht != 0)
		return reg_run(st, REG_VOLDAAN_BERICHT, "icccid", bericht, debiteur, code, sleutel, door,
			       op);
	if (soort == NULL || *soort == '\0' || debiteur == NULL || *debiteur == '\0')
		return -EINVAL; /* no index */
	if (sleutel != NULL && *sleutel != '\0')
		return reg_run(st, REG_VOLDAAN_SLEUTEL, "cccid", debiteur, code, sleutel, door, op);
	return reg_run(st, REG_VOLDAAN_ALLE, "ccid", debiteur, code, door, op);
}

int reg_verwachtingen(struct store *st, const char *debiteur, day tot,
		      int (*each)(void *, const struct reg_verwachting *), void *ctx)
{
	struct row row = {.s = debiteur == NULL
				       ? reg_start(st, REG_VERWACHTINGEN, "d", tot)
				       : reg_start(st, REG_VERWACHTINGEN_VAN, "dc", tot, debiteur)};
	int r = 0;

	while (reg_next(&row, &r)) {
		struct reg_verwachting w = {
			.id = row_number(&row, 0),
			.soort = soort_of(row_code(&row, 1)),
			.debiteur = row_code(&row, 2),
			.crediteur = row_code(&row, 3),
			.sleutel = row_code(&row, 4),
			.sinds = row_day(&row, 5),
			.uiterlijk = row_day(&row, 6),
			.voldaan = row_number(&row, 7),
			.voldaan_op = row_day(&row, 8),
			.gemeld = row_day(&row, 9),
		};

		w.bericht = w.id >> REG_ID_BITS;
		r = each(ctx, &w);
	}
	return reg_end(&row, r);
}

int reg_verwachting_gemeld(struct store *st, int64_t id, day op)
{
	return reg_run(st, REG_VERWACHTING_GEMELD, "id", id, op);
}
