#include "care/hulpvorm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

struct regel {
	char gemeente[5], code[6];
	unsigned char hulpvorm;
};

struct hulpvormen {
	struct regel *list;
	size_t n;
};

static const struct {
	unsigned char code;
	const char *naam;
} namen[] = {
	{1, "uitgevoerd door het wijk- of buurtteam"},
	{2, "ambulante jeugdhulp op locatie van de aanbieder"},
	{3, "daghulp op locatie van de aanbieder"},
	{4, "jeugdhulp in het netwerk van de jeugdige"},
	{11, "pleegzorg"},
	{12, "gezinsgericht"},
	{13, "gesloten plaatsing"},
	{14, "verblijf anders"},
};

/* By productcategorie: what it says of the form, and how surely. */
static const struct {
	const char *categorie;
	struct hulpvorm h;
} categorieen[] = {
	{"31", {1, HULPVORM_CATEGORIE, true, false}},
	{"32", {2, HULPVORM_CATEGORIE, true, false}},
	{"33", {3, HULPVORM_CATEGORIE, true, false}},
	{"34", {4, HULPVORM_CATEGORIE, true, false}},
	{"35", {11, HULPVORM_CATEGORIE, true, false}},
	{"36", {12, HULPVORM_CATEGORIE, true, false}},
	{"37", {13, HULPVORM_CATEGORIE, true, false}},
	{"38", {14, HULPVORM_CATEGORIE, true, false}},
	{"40", {4, HULPVORM_STANDAARD, true, false}},
	{"41", {3, HULPVORM_STANDAARD, true, false}},
	{"42", {0, HULPVORM_ONBEKEND, false, false}},
	{"43", {14, HULPVORM_STANDAARD, true, false}},
	{"44", {14, HULPVORM_STANDAARD, true, false}},
	{"45", {2, HULPVORM_STANDAARD, true, false}},
	{"46", {0, HULPVORM_ONBEKEND, true, true}},
	{"47", {0, HULPVORM_ONBEKEND, false, false}},
	{"48", {0, HULPVORM_ONBEKEND, false, false}},
	{"49", {0, HULPVORM_ONBEKEND, false, false}},
	{"51", {2, HULPVORM_STANDAARD, true, false}},
	{"52", {2, HULPVORM_STANDAARD, true, false}},
	{"53", {2, HULPVORM_STANDAARD, true, false}},
	{"54", {2, HULPVORM_STANDAARD, true, false}},
};

const char *hulpvorm_naam(unsigned code)
{
	for (size_t i = 0; i < sizeof namen / sizeof *namen; i++)
		if (namen[i].code == code)
			return namen[i].naam;
	return NULL;
}

bool hulpvorm_verblijf(unsigned code)
{
	return code >= 11;
}

struct hulpvorm hulpvorm_van(const struct hulpvormen *lijst, const char *gemeente,
			     const char *categorie, const char *code)
{
	struct hulpvorm h = {0, HULPVORM_ONBEKEND, true, false};

	for (size_t i = 0; i < sizeof categorieen / sizeof *categorieen; i++)
		if (strcmp(categorieen[i].categorie, categorie) == 0)
			h = categorieen[i].h;
	for (size_t i = 0; lijst != NULL && i < lijst->n; i++)
		if (strcmp(lijst->list[i].code, code) == 0 &&
		    strcmp(lijst->list[i].gemeente, gemeente) == 0) {
			h.code = lijst->list[i].hulpvorm;
			h.bron = HULPVORM_LIJST;
		}
	return h;
}

static bool read_row(const char *line, struct regel *r)
{
	char end;
	unsigned hulpvorm;

	if (sscanf(line, "%4[0-9]\t%5[0-9A-Za-z]\t%2u %c", r->gemeente, r->code, &hulpvorm, &end) !=
		    3 ||
	    strlen(r->gemeente) != 4 || hulpvorm_naam(hulpvorm) == NULL)
		return false;
	r->hulpvorm = (unsigned char)hulpvorm;
	return true;
}

static int read_rows(struct hulpvormen *h, FILE *f, const char *path, struct buf *why)
{
	char line[256];
	unsigned number = 0;

	while (fgets(line, sizeof line, f) != NULL) {
		struct regel *bigger;

		if (++number == 1 || line[0] == '#' ||
		    line[0] == '\n') /* the names of the columns */
			continue;
		bigger = realloc(h->list, (h->n + 1) * sizeof *h->list);
		if (bigger == NULL)
			return -ENOMEM;
		h->list = bigger;
		if (!read_row(line, &h->list[h->n])) {
			buf_addf(why,
				 "%s:%u: expected gemeente, product code and a form of care (1-4, "
				 "11-14), "
				 "with tabs between",
				 path, number);
			return -EINVAL;
		}
		h->n++;
	}
	return 0;
}

int hulpvormen_open(struct hulpvormen **ret, const char *path, struct buf *why)
{
	struct hulpvormen *h = calloc(1, sizeof *h);
	FILE *f = fopen(path, "re");
	int r = -ENOMEM;

	if (f == NULL) {
		r = -errno;
		buf_addf(why, "%s: %s", path, strerror(-r));
	} else if (h != NULL) {
		r = read_rows(h, f, path, why);
	}
	if (f != NULL)
		(void)fclose(f); /* only read from */
	if (r == 0)
		*ret = h;
	else
		hulpvormen_free(&h);
	return r;
}

void hulpvormen_free(struct hulpvormen **h)
{
	if (*h == NULL)
		return;
	free((*h)->list);
	free(*h);
	*h = NULL;
}
