/*
 * Chance that can be repeated.  A stream is named by a seed, what it is for and
 * whom it is about; it gives the same numbers whatever the other streams did.
 */
#ifndef REGION_TOEVAL_H
#define REGION_TOEVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct toeval {
	uint64_t stand;
};

/* What a stream is for.  Adding one at the end leaves the others as they were. */
enum stroom {
	STROOM_STREEK = 1,
	STROOM_AANBIEDER,
	STROOM_PAAR,
	STROOM_LEVEN,
	STROOM_PLAN,
	STROOM_TOEWIJZING,
	STROOM_START,
	STROOM_STOP,
	STROOM_TIJDELIJK,
	STROOM_ZORG,
	STROOM_DECLARATIE,
	STROOM_REGEL,
	STROOM_RETOUR,
	STROOM_CBS,
	STROOM_BSN,
};

struct toeval toeval_van(uint64_t seed, enum stroom stroom, uint64_t wie);

uint64_t toeval_getal(struct toeval *t);

/* toeval_deel lies in 0 up to and without 1. */
double toeval_deel(struct toeval *t);

/* toeval_kans is true with that probability; one number is drawn whatever p is. */
bool toeval_kans(struct toeval *t, double p);

/* toeval_tussen lies in least to most, both counted. */
int toeval_tussen(struct toeval *t, int least, int most);

/* toeval_normaal has mean 0 and standard deviation 1. */
double toeval_normaal(struct toeval *t);

/* toeval_scheef is lognormal: half lie below mediaan; sigma says how long the tail is. */
double toeval_scheef(struct toeval *t, double mediaan, double sigma);

/*
 * toeval_beta is a share with this mean.  The smaller eensgezind, the more
 * they differ: far below 1 most are near 0 and a few near 1.
 */
double toeval_beta(struct toeval *t, double mean, double eensgezind);

/* toeval_kies picks an index by weight; n - 1 when all weights are 0. */
size_t toeval_kies(struct toeval *t, const double *gewicht, size_t n);

#endif
