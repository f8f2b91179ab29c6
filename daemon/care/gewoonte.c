#include "care/gewoonte.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "care/gewoonte_intern.h"

#include "base/banned.h"

const short stop_stappen[STOP_STAPPEN] = {0,  3,   7,	14,  21,  30,  45, 60,
					  90, 120, 180, 270, 365, 540, 730};
const short verleng_stappen[VERLENG_STAPPEN] = {0, 7, 14, 30, 45, 60, 90, 120, 180, 270, 365};
const short hervat_stappen[HERVAT_STAPPEN] = {7, 14, 30, 60, 90, 120, 180, 365};
const short duur_stappen[DUUR_STAPPEN] = {30, 61, 91, 183, 274, 365, 548, 730, 1096, INT16_MAX};

/* What is believed before anything was seen: wide, and soon outweighed. */
static const struct partij_gewoonte eerste_partij = {
	.stop = {.2F, .4F, .6F, .68F, .72F, .75F, .78F, .8F, .83F, .84F, .86F, .87F, .88F, .89F,
		 .9F},
	.start = {.3F, .5F, .7F, .8F, .85F, .88F, .91F, .93F, .95F, .96F, .97F, .98F, .98F, .99F,
		  .99F},
	.lijn = {.1F, .3F, .5F, .65F, .75F, .85F, .9F, .95F, .97F, .98F},
	.regel = {.9F, .6F},
	.nooit = {.05F, .2F},
	.grens_eind = .4F,
	.duur = 1,
};
static const struct paar_gewoonte eerste_paar = {
	.verleng = {.6F, .65F, .7F, .78F, .83F, .87F, .92F, .95F, .97F, .98F, .99F},
};
static const struct gewoonten eerste = {
	.versie = GEWOONTEN_VERSIE,
	.hervat = {.1F, .2F, .35F, .55F, .65F, .72F, .8F, .88F},
	.tijdelijk_eind = .3F,
	.slot = {.5F, .8F, .95F},
	.na_grens = .15F,
	.kort_eind = .5F,
	.uitloop = .02F,
	.verkort_eind = .85F,
	.achttien = {.2F, .5F},
	.elders = {0, .97F, .6F, .9F, .4F},
	.stevig = {8, 4},
	.zeker = .98F,
	.waarschijnlijk = .6F,
	.spreiding = .4F,
};

/* ---- shapes ---- */

struct gewoonten *gewoonten_maak(day dag, uint32_t partijen, uint32_t paren)
{
	struct gewoonten *g = malloc(sizeof *g);

	if (g == NULL)
		return NULL;
	*g = eerste;
	g->dag = dag;
	g->n_partijen = partijen;
	g->n_paren = paren;
	g->partijen = calloc(partijen, sizeof *g->partijen);
	g->paren = calloc(paren, sizeof *g->paren);
	if (g->partijen == NULL || g->paren == NULL) {
		gewoonten_free(&g);
		return NULL;
	}
	for (uint32_t i = 0; i < partijen; i++)
		g->partijen[i] = eerste_partij;
	for (uint32_t i = 0; i < paren; i++)
		g->paren[i] = eerste_paar;
	for (int v = 0; v < VORMEN; v++)
		for (int d = 0; d < DUUR_STAPPEN; d++)
			g->hazard[v][d] = .06F;
	for (int m = 0; m < 12; m++)
		g->seizoen[m] = g->regelseizoen[m] = 1;
	return g;
}

struct gewoonten *gewoonten_start(day dag)
{
	struct gewoonten *g = gewoonten_maak(dag, 1, 1);

	for (int i = 0; g != NULL && i < MAANDEN_TERUG; i++)
		g->paren[0].binnen[i] = op_weg(g->partijen[0].lijn, lijn_stappen, LIJN_STAPPEN,
					       dag - maand_laatste(maand_van(dag) - i));
	return g;
}

void gewoonten_free(struct gewoonten **g)
{
	if (*g == NULL)
		return;
	free((*g)->partijen);
	free((*g)->paren);
	free(*g);
	*g = NULL;
}

/* ---- as bytes ---- */

void gewoonten_bewaar(const struct gewoonten *g, struct buf *to)
{
	struct gewoonten head = *g;

	head.partijen = NULL;
	head.paren = NULL;
	buf_add(to, &head, sizeof head);
	buf_add(to, g->partijen, g->n_partijen * sizeof *g->partijen);
	buf_add(to, g->paren, g->n_paren * sizeof *g->paren);
}

int gewoonten_herstel(struct gewoonten **ret, const void *bytes, size_t n)
{
	struct gewoonten head, *g;
	const char *p = bytes;

	if (n < sizeof head)
		return -EINVAL;
	memcpy(&head, p, sizeof head);
	if (head.versie != GEWOONTEN_VERSIE || head.n_partijen == 0 || head.n_paren == 0 ||
	    n != sizeof head + head.n_partijen * sizeof *head.partijen +
			    head.n_paren * sizeof *head.paren)
		return -EINVAL;
	g = gewoonten_maak(head.dag, head.n_partijen, head.n_paren);
	if (g == NULL)
		return -ENOMEM;
	head.partijen = g->partijen;
	head.paren = g->paren;
	*g = head;
	p += sizeof head;
	memcpy(g->partijen, p, g->n_partijen * sizeof *g->partijen);
	memcpy(g->paren, p + g->n_partijen * sizeof *g->partijen, g->n_paren * sizeof *g->paren);
	for (uint32_t i = 0; i < g->n_paren; i++)
		if (g->paren[i].partij >= g->n_partijen) {
			gewoonten_free(&g);
			return -EINVAL;
		}
	*ret = g;
	return 0;
}

/* ---- finding ---- */

static int by_code(const void *key, const void *row)
{
	return strcmp(key, ((const struct partij_gewoonte *)row)->code);
}

static int by_paar(const void *key, const void *row)
{
	const struct episode *e = key;
	const struct paar_gewoonte *p = row;
	int r = strcmp(e->gemeente, p->gemeente);

	return r != 0 ? r : strcmp(e->aanbieder, p->aanbieder);
}

void gewoonten_wijs(const struct gewoonten *g, struct episode *e)
{
	const struct partij_gewoonte *p =
		bsearch(e->aanbieder, g->partijen + 1, g->n_partijen - 1, sizeof *p, by_code);
	const struct paar_gewoonte *q =
		bsearch(e, g->paren + 1, g->n_paren - 1, sizeof *q, by_paar);

	e->partij = p == NULL ? 0 : (uint32_t)(p - g->partijen);
	e->paar = q == NULL ? 0 : (uint32_t)(q - g->paren);
}

/* ---- looking up ---- */

float op_weg(const float *deel, const short *stappen, int n, int dagen)
{
	if (dagen < stappen[0])
		return dagen < stappen[0] - 30 ? 0
					       : deel[0] * (float)(dagen - stappen[0] + 31) / 31;
	for (int i = 1; dagen < stappen[n - 1]; i++)
		if (dagen < stappen[i])
			return deel[i - 1] + (deel[i] - deel[i - 1]) *
						     (float)(dagen - stappen[i - 1]) /
						     (float)(stappen[i] - stappen[i - 1]);
	return deel[n - 1];
}

float gewoonte_stop(const struct partij_gewoonte *p, int dagen)
{
	return op_weg(p->stop, stop_stappen, STOP_STAPPEN, dagen);
}

float gewoonte_start_binnen(const struct partij_gewoonte *p, int dagen)
{
	return op_weg(p->start, stop_stappen, STOP_STAPPEN, dagen);
}

float gewoonte_verlengd(const struct paar_gewoonte *p, int dagen)
{
	return op_weg(p->verleng, verleng_stappen, VERLENG_STAPPEN, dagen);
}

float gewoonte_hervat(const struct gewoonten *g, int dagen)
{
	return op_weg(g->hervat, hervat_stappen, HERVAT_STAPPEN, dagen);
}

float gewoonte_binnen(const struct gewoonten *g, const struct episode *e, maand m)
{
	int terug = maand_van(g->dag) - m;

	if (terug < 0 || m < g->partijen[e->partij].eerste)
		return 0;
	return terug < MAANDEN_TERUG ? g->paren[e->paar].binnen[terug] : g->regelseizoen[m % 12];
}

int vorm_van(const struct episode *e)
{
	return e->hulpvorm >= 11  ? e->hulpvorm - 7
	       : e->hulpvorm >= 1 ? e->hulpvorm - 1
				  : VORMEN - 1;
}

int duur_van(int dagen)
{
	int n = 0;

	while (n < DUUR_STAPPEN - 1 && dagen >= duur_stappen[n])
		n++;
	return n;
}

float gewoonte_hazard(const struct gewoonten *g, const struct episode *e, int dagen,
		      int maand_van_jaar)
{
	return g->hazard[vorm_van(e)][duur_van(dagen)] * g->seizoen[maand_van_jaar] *
	       g->partijen[e->partij].duur;
}
