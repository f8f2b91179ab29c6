#include "region/toeval.h"

#include <math.h>

#include "base/banned.h"

#define GULDEN UINT64_C(0x9E3779B97F4A7C15)

/* The mixing step of splitmix64. */
static uint64_t meng(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

struct toeval toeval_van(uint64_t seed, enum stroom stroom, uint64_t wie)
{
	uint64_t x = meng(seed + GULDEN);

	x = meng(x ^ ((uint64_t)stroom * GULDEN));
	return (struct toeval){meng(x + wie * UINT64_C(0xD6E8FEB86659FD93))};
}

uint64_t toeval_getal(struct toeval *t)
{
	t->stand += GULDEN;
	return meng(t->stand);
}

double toeval_deel(struct toeval *t)
{
	return (double)(toeval_getal(t) >> 11) * 0x1p-53;
}

bool toeval_kans(struct toeval *t, double p)
{
	return toeval_deel(t) < p;
}

int toeval_tussen(struct toeval *t, int least, int most)
{
	if (most <= least)
		return least;
	return least + (int)(toeval_deel(t) * (most - least + 1));
}

/* Box and Muller's, of which the second half is thrown away: then a draw is always two numbers. */
double toeval_normaal(struct toeval *t)
{
	double u = 1 - toeval_deel(t), v = toeval_deel(t);

	return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

double toeval_scheef(struct toeval *t, double mediaan, double sigma)
{
	return mediaan * exp(sigma * toeval_normaal(t));
}

/* Marsaglia and Tsang's gamma, with the usual step for shapes below 1. */
static double gamma_van(struct toeval *t, double vorm)
{
	double extra = 1, d, c;

	if (vorm < 1) {
		extra = pow(1 - toeval_deel(t), 1 / vorm);
		vorm += 1;
	}
	d = vorm - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	for (;;) {
		double x = toeval_normaal(t), v = 1 + c * x, u = 1 - toeval_deel(t);

		v = v * v * v;
		if (v > 0 && log(u) < 0.5 * x * x + d - d * v + d * log(v))
			return extra * d * v;
	}
}

double toeval_beta(struct toeval *t, double mean, double eensgezind)
{
	double a, b;

	if (mean <= 0 || mean >= 1)
		return mean <= 0 ? 0 : 1;
	a = gamma_van(t, mean * eensgezind);
	b = gamma_van(t, (1 - mean) * eensgezind);
	return a + b > 0 ? a / (a + b) : mean;
}

size_t toeval_kies(struct toeval *t, const double *gewicht, size_t n)
{
	double som = 0, punt;

	for (size_t i = 0; i < n; i++)
		som += gewicht[i];
	punt = toeval_deel(t) * som;
	for (size_t i = 0; i + 1 < n; i++) {
		if (punt < gewicht[i])
			return i;
		punt -= gewicht[i];
	}
	return n - 1;
}
