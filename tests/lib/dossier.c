#include "dossier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 256
#define WORDS 10

struct rows {
	struct reg_toewijzing toewijzingen[ROWS];
	struct reg_levering leveringen[ROWS];
	struct reg_periode perioden[ROWS];
	size_t n_toewijzingen, n_leveringen, n_perioden;
	int64_t bericht;
};

day dag(const char *tekst)
{
	day d;

	return day_parse(tekst, &d) ? d : DAY_NONE;
}

/* The value of a word like "c=45" or "@2024-01-01", or `otherwise`. */
static const char *word(char **words, int n, const char *name, const char *otherwise)
{
	for (int i = 0; i < n; i++)
		if (strncmp(words[i], name, strlen(name)) == 0)
			return words[i] + strlen(name);
	return otherwise;
}

static void add_levering(struct rows *r, char **w, int n, bool stop, int64_t nummer)
{
	const char *away = word(w, n, "w=", ""), *code = strchr(away, ':');
	char day_of_away[11] = "";

	if (code != NULL)
		memcpy(day_of_away, away, 10);
	r->leveringen[r->n_leveringen++] = (struct reg_levering){
		.bericht = r->bericht,
		.soort = stop ? LEVERING_STOP : LEVERING_START,
		.nummer = nummer,
		.categorie = word(w, n, "c=", "45"),
		.code = "45A04",
		.begin = dag(w[2]),
		.eind = stop ? dag(w[3]) : DAY_NONE,
		.reden = stop ? w[4] : "",
		.ontvangen = dag(word(w, n, "@", "")),
		.verwijderd_door = word(w, n, "x=", "")[0] != '\0' ? r->bericht + 1 : 0,
		.verwijderd_op = dag(word(w, n, "x=", "")),
		.herroepen_op = dag(day_of_away),
		.retourcode = code != NULL ? code + 1 : "",
	};
}

static void add_toewijzing(struct rows *r, char **w, int n, int64_t nummer)
{
	const char *budget = word(w, n, "b=", "");

	r->toewijzingen[r->n_toewijzingen++] = (struct reg_toewijzing){
		.bericht = r->bericht,
		.nummer = nummer,
		.moment = r->bericht,
		.ingang = dag(w[2]),
		.eind = dag(w[3]),
		.reden = word(w, n, "r=", ""),
		.referentie = "",
		.product = {.categorie = word(w, n, "c=", "45"),
			    .code = "45A04",
			    .volume = ABSENT,
			    .eenheid = "",
			    .frequentie = word(w, n, "f=", "4"),
			    .budget = budget[0] != '\0' ? atoll(budget) : ABSENT},
		.ontvangen = dag(word(w, n, "@", "")),
		.verwijzer = "",
	};
}

static bool read_line(struct rows *r, char *line)
{
	char *w[WORDS], *rest = line, *t;
	int n = 0;
	int64_t nummer;

	while (n < WORDS && (t = strsep(&rest, " ")) != NULL)
		if (t[0] != '\0')
			w[n++] = t;
	if (n == 0)
		return true;
	if (n < 4 || r->bericht == ROWS - 1)
		return false;
	r->bericht++;
	nummer = w[1][0] == '-' ? ABSENT : atoll(w[1]);
	switch (w[0][0]) {
	case 'T':
		add_toewijzing(r, w, n, nummer);
		return true;
	case 'S':
		add_levering(r, w, n, false, nummer);
		return true;
	case 'E':
		add_levering(r, w, n, true, nummer);
		return n > 5;
	case 'P':
		r->perioden[r->n_perioden++] =
			(struct reg_periode){.nummer = nummer,
					     .begin = dag(w[2]),
					     .eind = dag(w[3]),
					     .bedrag = 10000,
					     .ontvangen = dag(word(w, n, "@", "")),
					     .bericht = r->bericht};
		return true;
	default:
		return false;
	}
}

bool dossier_tekst(struct episoden *to, const char *gemeente, const char *aanbieder, int client,
		   day geboren, const char *tekst)
{
	static int64_t id;
	struct rows *r = calloc(1, sizeof *r);
	char *copy = strdup(tekst), *rest = copy, *line;
	struct reg_dossier d = {.id = ++id,
				.paar = {.gemeente = gemeente, .aanbieder = aanbieder},
				.geboren = geboren,
				.geslacht = "1"};
	bool good = r != NULL && copy != NULL;

	while (good && (line = strsep(&rest, "\n")) != NULL)
		good = read_line(r, line);
	if (good) {
		memcpy(d.paar.client, &client, sizeof client);
		d.toewijzingen = r->toewijzingen;
		d.n_toewijzingen = r->n_toewijzingen;
		d.leveringen = r->leveringen;
		d.n_leveringen = r->n_leveringen;
		d.perioden = r->perioden;
		d.n_perioden = r->n_perioden;
		good = episoden_van(&d, NULL, to) == 0;
	}
	free(copy);
	free(r);
	return good;
}
