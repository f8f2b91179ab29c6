/*
 * What rule functions share: the tables that bind a rule's id to its function,
 * and the indexes of one message.  Only for the files that hold rules.
 */
#ifndef CARE_REGEL_INTERN_H
#define CARE_REGEL_INTERN_H

#include "care/regel.h"

struct regel_functie {
	const char *id;
	regel_fn *fn;
};

/*
 * All end with a NULL id; an id stands in one of them only.  The first four
 * hold what one message says all about, whatever the rule's level, by what the
 * rules are about; the last needs the register, lists or the day.
 */
extern const struct regel_functie regels_persoon[];
extern const struct regel_functie regels_product[];
extern const struct regel_functie regels_declaratie[];
extern const struct regel_functie regels_sleutel[]; /* keys and overlap: what stands twice */
extern const struct regel_functie regels_kruis[];

/*
 * What t->gemak points to: one per message and run of regels_toets, zeroed.
 * Each family of rules hangs its own indexes in its own place, made in
 * t->arena on first use.
 */
struct gemak {
	struct berichtgemak *bericht;
	struct kruisgemak *kruis;
};

static inline struct gemak *gemak_van(const struct toets *t)
{
	return t->gemak;
}

#endif
