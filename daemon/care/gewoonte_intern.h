/* What gewoonte.c and gewoonte_leer.c share. */
#ifndef CARE_GEWOONTE_INTERN_H
#define CARE_GEWOONTE_INTERN_H

#include "care/gewoonte.h"

extern const short stop_stappen[STOP_STAPPEN];
extern const short verleng_stappen[VERLENG_STAPPEN];
extern const short hervat_stappen[HERVAT_STAPPEN];
extern const short duur_stappen[DUUR_STAPPEN];

/* gewoonten_maak: so many parties and pairs (the region's with them), all with the priors. */
struct gewoonten *gewoonten_maak(day dag, uint32_t partijen, uint32_t paren);

/* op_weg reads a distribution: straight between its steps. */
float op_weg(const float *deel, const short *stappen, int n, int dagen);

int vorm_van(const struct episode *e); /* 4 and above: with a stay, the last: not known */
int duur_van(int dagen);

#endif
