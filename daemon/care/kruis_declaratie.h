/*
 * The lines of one declaration (JW323) as its rules see them.  Only for
 * kruis_declaratie.c, which makes them, and kruis_bedrag.c.
 */
#ifndef CARE_KRUIS_DECLARATIE_H
#define CARE_KRUIS_DECLARATIE_H

#include "care/kruis_intern.h"

/* A line in force that an earlier message brought. */
struct eerder {
	struct reg_prestatie row;
	struct eerder *volgende;
};

/* What there is on one allocation. */
struct saldo {
	int64_t nummer;
	struct eerder *eerder;
	struct lijn *eerste, **staart; /* of this message, in its order */
	bool geladen, opgeteld;
};

struct declarant { /* one Client of the message */
	struct paar paar;
	bool eigen;  /* a debit line is on an allocation of this client */
	bool vreemd; /* a debit line is on an allocation of another client, between these two */
};

enum gezocht { NIET_GEZOCHT = 0, NIET_GEVONDEN, GEVONDEN };

/* One Prestatie. */
struct lijn {
	const struct declarant *client; /* NULL: no line */
	int64_t nummer, volume, bedrag, tarief;
	day begin, eind;
	const char *referentie, *vorig, *categorie, *code, *eenheid;
	bool credit;
	bool herhaald;	       /* a line before it has the same ReferentieNummer */
	struct lijn *volgende; /* on the same allocation */
	const struct klasse *k;
	/* looked up when asked for */
	enum gezocht bekend;	 /* its ReferentieNummer in the register */
	enum gezocht crediteert; /* credit line: GEVONDEN when it really ends a line */
	/* the sums */
	bool te_veel, te_duur;
	int64_t som, maximum; /* of what is too much */
	const char *maat;     /* the unit of both */
};

/* An earlier declaration of which a refused line came up. */
struct eerder_bericht {
	int64_t id;
	bool staat; /* any of its lines stands */
};

struct declaratie {
	struct lijn *lijnen; /* by the number of the class */
	struct tafel referenties, credits, saldi;
	struct tafel debet;	/* lines in force by allocation, period and product */
	struct tafel berichten; /* struct eerder_bericht by its id */
	bool afgekeurd;		/* the Declaratie itself is broken */
};

/* declaratie_van is this message's; NULL on an error (t->error). */
struct declaratie *declaratie_van(struct toets *t);

/*
 * lijn_juist_product is the line when it is a debit line that is to be judged
 * and its product is the allocated one as far as is known, else NULL.  w is its
 * allocation, when it is this client's and not deleted, else NULL.
 */
struct lijn *lijn_juist_product(struct toets *t, const struct klasse *k,
				const struct reg_toewijzing **w);

/* lijn_contract gives the contract's rows for its code on its first day. */
enum lijst_antwoord lijn_contract(const struct toets *t, const struct lijn *l,
				  const struct contract **ret);

/* lijn_eenheid_past: its unit fits the allocation, or without Omvang the contract; w NULL: fits. */
bool lijn_eenheid_past(const struct toets *t, const struct reg_toewijzing *w, const struct lijn *l);

/* Its period begins before the allocation; ends after it. */
bool lijn_te_vroeg(const struct reg_toewijzing *w, const struct lijn *l);
bool lijn_te_laat(const struct reg_toewijzing *w, const struct lijn *l);

/* lijn_saldo is what there is on its allocation, read from the register once; NULL on an error. */
struct saldo *lijn_saldo(struct toets *t, struct declaratie *d, const struct lijn *l);

/* eerder_staat: no credit line of this message ends it.  Those come first. */
bool eerder_staat(struct toets *t, const struct declaratie *d, const struct eerder *e);

/* lijn_herhaalt is the debit line in force that this one repeats, or NULL. */
const struct eerder *lijn_herhaalt(struct toets *t, struct declaratie *d, const struct lijn *l);

#endif
