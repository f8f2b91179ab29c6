/*
 * The rules of the standard, as a table: regels.tsv of the release names each
 * rule with its level, messages, class, return code and texts; regels.c knows
 * by id which function checks it.  A row without a function says why.
 *
 * A rule function looks at one instance of its class and says whether the rule
 * holds.  Functions are pure but for look-ups in the register; they never see
 * a clock.  What does not apply holds.
 */
#ifndef CARE_REGEL_H
#define CARE_REGEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "care/catalog.h"
#include "care/check.h"
#include "care/inhoud.h"

enum niveau {
	N_BERICHT = 1, /* inside one message: return code 0001 */
	N_KRUIS,       /* against earlier messages */
	N_EXTERN,      /* against lists, contracts, the calendar */
	N_PROCES,      /* agreement or deadline */
	N_SCHEMA,      /* the XSD enforces it */
};

struct regel; /* one row of regels.tsv */

/* The columns of regels.tsv, as texts; "" where empty. */
struct regel_info {
	const char *id;
	const char *niveau;     /* bericht, kruis, extern, proces, schema */
	const char *berichten;  /* JW305,JW307 */
	const char *klasse;     /* StartProduct,StopProduct: at which classes it is checked */
	const char *element;    /* the element that it is about, for people */
	const char *retourcode; /* 0001, 9063; "" : none */
	const char *stil_bij;   /* TR019,TR338: not told when one of these is broken at the same class */
	const char *reden;      /* why there is no check here (or where it is), one English sentence; else "" */
	const char *nl, *en;           /* what is wrong, one sentence */
	const char *todo_nl, *todo_en; /* what to do next, one sentence */
};

struct kruis; /* kruis.h: what rules across messages may ask; NULL inside one message */

/* One look of one rule at one class. */
struct toets {
	const struct bericht *bericht;
	const struct inhoud *inhoud;
	struct arena *arena;
	struct kruis *kruis;
	void *gemak; /* indexes made once per message, on first use: regel_intern.h */
	/* A broken rule may say more; both start at V_GEEN and "". */
	enum veldnaam veld;        /* the field at fault: its line and path are told; absent: the class's */
	char nl[160], en[160];     /* a second sentence with the figures: "Toegewezen 9 uur …" */
	int error;                 /* negative errno: the check itself failed */
};

/* A rule's function; true: the rule holds at k, or does not apply. */
typedef bool regel_fn(struct toets *t, const struct klasse *k);

struct regels; /* all rules of a release, bound to their functions and sorted by message type */

/*
 * regels_open reads regels.tsv of a folder; c is the same folder's catalog.
 * Negative, why says file and line, for a row of level bericht, kruis or
 * extern that has neither a function nor a reason, for a checked row whose
 * class or message does not exist, for a function without a row.  A folder
 * without the file has no rules, which is no error.
 */
int regels_open(struct regels **ret, const char *dir, const struct catalog *c, struct buf *why);
void regels_free(struct regels **r);

/* regels_list gives all rows in the order of the file; n is set. */
const struct regel_info *regels_list(const struct regels *r, size_t *n);

/* regel_has_function tells whether a row is checked by a function of its own: a row with a reason is not. */
bool regel_has_function(const struct regel_info *info);

/*
 * regels_toets runs the rules of these levels (bits 1 << niveau) on a message
 * that is valid by its schema.  Each broken rule becomes a finding with its
 * place, and its return code is left at the class (klasse.codes), also beyond
 * FINDINGS_MAX.  found gets no delivery code.  Returns 0 or a negative errno.
 */
int regels_toets(const struct regels *r, unsigned niveaus, const struct bericht *b,
		 struct inhoud *i, struct kruis *kruis, struct arena *a, struct findings *found);

/* Helpers for rule functions: what is wrong in figures (both languages), and always false. */
bool regel_breekt(struct toets *t, enum veldnaam veld);
bool regel_breekt_want(struct toets *t, enum veldnaam veld, const char *nl, const char *en, ...)
	__attribute__((format(printf, 3, 5), format(printf, 4, 5)));

#endif
