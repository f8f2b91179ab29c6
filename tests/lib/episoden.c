#include "episoden.h"

#include <stdlib.h>
#include <string.h>

day op(const char *text)
{
	day d;

	return text != NULL && day_parse(text, &d) ? d : DAY_NONE;
}

struct episode maak_episode(const char *begin, const char *eind)
{
	day van = op(begin), tot = op(eind);
	struct episode e = {
		.dossier = 1,
		.client = {1},
		.gemeente = "0363",
		.aanbieder = "98001234",
		.categorie = "32",
		.code = "32A01",
		.hulpvorm = 2,
		.jeugdhulp = true,
		.begin = van,
		.gestart = true,
		.begin_sinds = van,
		.eind = tot,
		.eind_sinds = tot,
		.n_delen = 1,
		.open_eind = true,
		.tijdelijk = DAY_NONE,
		.afgekeurd = DAY_NONE,
		.nieuwe_start = DAY_NONE,
		.stop_ingetrokken = DAY_NONE,
		.laatste = INT32_MIN,
		.laatste_dag = DAY_NONE,
		.laatste_teken = van,
		.eerste_regel = DAY_NONE,
		.budget = ABSENT,
		.hervat = -1,
		.geboren = DAY_NONE,
		.achttien = DAY_NONE,
		.elders_op = DAY_NONE,
	};

	e.delen[0] = (struct deel){1, van, tot, DAY_NONE, true};
	if (tot != DAY_NONE)
		memcpy(e.reden, "31", 3);
	return e;
}

void zet_grens(struct episode *e, const char *eind)
{
	e->open_eind = false;
	e->n_grenzen = 1;
	e->grenzen[0] = (struct grens){op(eind), e->begin, DAY_NONE, false};
	e->delen[e->n_delen - 1].grens = op(eind);
}

struct episode *voeg_toe(struct episoden *lijst, const struct episode *e)
{
	if (lijst->n == lijst->room) {
		struct episode *bigger = realloc(lijst->list, (lijst->room * 2 + 64) * sizeof *bigger);

		if (bigger == NULL)
			abort();
		lijst->list = bigger;
		lijst->room = lijst->room * 2 + 64;
	}
	lijst->list[lijst->n] = *e;
	return &lijst->list[lijst->n++];
}
