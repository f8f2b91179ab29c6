/* Short words for what rule functions of one message ask all the time. */
#ifndef CARE_REGEL_KORT_H
#define CARE_REGEL_KORT_H

#include "care/knoop.h"
#include "care/regel_intern.h"

static inline bool heeft(const struct toets *t, const struct klasse *k, enum veldnaam v)
{
	return veld_aanwezig(t->inhoud, k, v);
}

static inline bool is(const struct toets *t, const struct klasse *k, enum veldnaam v,
		      const char *waarden)
{
	return veld_is(t->inhoud, k, v, waarden);
}

static inline day dag(const struct toets *t, const struct klasse *k, enum veldnaam v)
{
	return veld_dag(t->inhoud, k, v);
}

/* The day on which the message was made; DAY_NONE, which no rule holds anything against, without one. */
static inline day dagtekening(const struct toets *t)
{
	const struct klasse *header = inhoud_header(t->inhoud);

	return header == NULL ? DAY_NONE : veld_dag(t->inhoud, header, V_DAGTEKENING);
}

/* Whether both are there and a comes before b. */
static inline bool eerder(day a, day b)
{
	return a != DAY_NONE && b != DAY_NONE && a < b;
}

/* As the message calls it: Einddatum here is ToewijzingEinddatum there. */
static inline const char *element(const struct toets *t, const struct klasse *k, enum veldnaam v)
{
	const struct veld *veld = veld_van(t->inhoud, k, v);

	return veld == NULL ? "?" : t->inhoud->knopen->list[veld->knoop].naam;
}

/* A broken rule on a day of care: "Einddatum 2026-01-01, Ingangsdatum 2026-02-01." */
static inline bool breekt_op(struct toets *t, const struct klasse *k, enum veldnaam veld,
			     const char *waarbij, day ander)
{
	const char *naam = element(t, k, veld);
	char een[11], twee[11];

	day_text(dag(t, k, veld), een);
	day_text(ander, twee);
	return regel_breekt_want(t, veld, "%s %s, %s %s.", "%s %s, %s %s.", naam, een, waarbij, twee);
}

#endif
