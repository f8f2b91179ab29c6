/*
 * What the rules across messages share.  Only for the files that hold them:
 *
 *   kruisregels.c        the table, and the rules on day, lists and client
 *   kruis_levering.c     start and stop (JW305, JW307)
 *   kruis_declaratie.c   declaration (JW323): allocation, product, period, references
 *   kruis_bedrag.c       declaration: tariff, amount, volume, budget
 *   kruis_antwoord.c     answers and allocations (JW325, JW319, JW301)
 *   kruis_verzoek.c      requests (JW315, JW317)
 *
 * One cause, one finding.  What is wrong with an element makes many rules
 * fail; the rule that names the cause speaks and those that follow from it
 * hold.  So a rule that needs an allocation holds without one, and what a
 * broken class makes pointless is not judged below it.  This is done here and
 * not in the column stil_bij where the two rules stand at different classes or
 * where it depends on what is in the register.
 *
 * Nothing is held against anyone that only messages before register_start
 * could have told: what the register does not know then holds.
 */
#ifndef CARE_KRUIS_INTERN_H
#define CARE_KRUIS_INTERN_H

#include "care/kruis.h"
#include "care/regel_intern.h"

/*
 * A table of what one message holds, by a 64-bit key; several values may
 * stand under one key, and different keys never meet.  Lives in the arena.
 */
struct cel {
	uint64_t sleutel;
	void *waarde;
	struct cel *volgende; /* of the same bucket; use cel_volgende */
};

struct tafel {
	struct cel **bakken;
	uint32_t masker;
};

/* tafel_make sizes a table for about n values.  All give 0 or -ENOMEM. */
int tafel_make(struct arena *a, struct tafel *ret, uint32_t n);
int tafel_add(struct arena *a, struct tafel *tafel, uint64_t sleutel, void *waarde);

/* tafel_find gives the values of a key, newest first; NULL ends. */
struct cel *tafel_find(const struct tafel *tafel, uint64_t sleutel);
struct cel *cel_volgende(const struct cel *c);

/* A key of texts and numbers; seeded, so that no sender can aim at one bucket. */
uint64_t sleutel_begin(const struct kruis *k);
uint64_t sleutel_tekst(uint64_t s, const char *tekst);
uint64_t sleutel_getal(uint64_t s, int64_t n);

/* An allocation as one gemeente and one aanbieder meet it. */
enum bekend {
	ONBEKEND = 1, /* the gemeente never used the number */
	ELDERS,	      /* it is with another aanbieder */
	BEKEND,	      /* between these two; whose it is, is for the caller */
};

struct toewijzing {
	enum bekend bekend;
	struct reg_toewijzing row; /* its current version, unless ONBEKEND */
};

struct kruisgemak {
	struct tafel toewijzingen;
	struct leveringen *leveringen; /* kruis_levering.c */
	struct declaratie *declaratie; /* kruis_declaratie.c */
	struct declareerd *antwoord;   /* kruis_antwoord.c: JW325 */
	struct honorering *honorering; /* kruis_antwoord.c: JW301 */
	struct verzoek *verzoek;       /* kruis_verzoek.c */
};

/* kruis_gemak is this message's; NULL when memory is out, and t->error says so. */
struct kruisgemak *kruis_gemak(struct toets *t);

/*
 * kruis_ask turns a look-up's result into true (found) or false (not found);
 * an error is left in t->error, and counts as not found.
 */
bool kruis_ask(struct toets *t, int r);

/* kruis_toewijzing looks an allocation up, once per message; NULL on an error (t->error). */
const struct toewijzing *kruis_toewijzing(struct toets *t, int64_t nummer);

/* kruis_eigen tells whether it is this client's, between these two. */
bool kruis_eigen(const struct toewijzing *w, const struct paar *paar);
bool kruis_same_client(const struct paar *a, const struct paar *b);

/* kruis_verwijderd: RedenWijziging 13 (or the old 01) on a period of one day: it counts as never
 * sent. */
bool kruis_verwijderd(const struct reg_toewijzing *row);

/* kruis_te_vroeg: d lies before register_start, so what belongs to it may be unknown.  Absent is
 * early. */
bool kruis_te_vroeg(const struct toets *t, day d);

/*
 * kruis_verzoek_te_vroeg is the same for a request to which a message of that
 * day is the outcome: it may have come in eight weeks before (the term after
 * "under investigation").
 */
bool kruis_verzoek_te_vroeg(const struct toets *t, day d);

/* Fields, with "" and ABSENT where there is none. */
const char *kruis_tekst(const struct toets *t, const struct klasse *k, enum veldnaam v);
int64_t kruis_getal(const struct toets *t, const struct klasse *k, enum veldnaam v);

/* kruis_same_text compares texts that are never NULL. */
bool kruis_same_text(const char *a, const char *b);

/* The families' rules that kruisregels.c binds or dispatches to. */
regel_fn tr019, tr063, tr071, tr074, tr326, tr382, tr413, tr414, tr415;
regel_fn tr307, tr308, tr314, tr318, tr321, tr322, tr323, tr333, tr338, tr339, tr340, tr341, tr346,
	tr369, tr384, tr387, tr388, tr389, tr390, tr418;
regel_fn tr332, tr337, tr355, tr359, tr360, tr365, tr366, tr367, tr371, tr376, tr379, tr385;
regel_fn tr347, tr349, tr350, tr351, tr357, tr361, tr373, tr374, tr375, tr411, tr412;
regel_fn declaratie_client, antwoord_client, verzoek_client; /* TR304 */

/*
 * declaratie_product_te_toetsen tells whether the product of a line is worth
 * a look by itself: a credit line repeats what was approved, and a line whose
 * product is not the allocated one was told so.
 */
bool declaratie_product_te_toetsen(struct toets *t, const struct klasse *k);

#endif
