/*
 * The knobs of the region.  The defaults play a region as the published one
 * of 2020: tests/region/zoals-2020.tsv says the same.
 */
#include "region/knoppen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "region/region.h"

#include "base/banned.h"

#define LEVEN false
#define FOUT true

/* clang-format off */
static const struct region_knob knoppen[N_KNOPPEN] = {
	/* name, default, least, most, fault, Dutch, English */
	[GROEI]                 = {"groei",                 0.045, -0.3, 0.3, LEVEN,
		"groei van de instroom per jaar", "growth of the inflow per year"},
	[GROEI_SPREIDING]       = {"groei_spreiding",       0.04, 0, 0.3, LEVEN,
		"hoeveel de gemeenten daarin verschillen", "how much gemeenten differ in that"},
	[AANBIEDERS]            = {"aanbieders",            0, 0, 400, LEVEN,
		"aantal aanbieders; 0: naar het aantal cliënten", "number of aanbieders; 0: by the number of clients"},
	[TAAKGERICHT]           = {"taakgericht",           0.04, 0, 1, LEVEN,
		"deel van de trajecten zonder toewijzing", "share of episodes without allocation"},
	[OPEN_TOEWIJZING]       = {"open_toewijzing",       0.06, 0, 1, LEVEN,
		"deel van de toewijzingen zonder einddatum", "share of allocations without end date"},
	[EIND_OP_TOEWIJZING]    = {"eind_op_toewijzing",    0.6, 0, 1, LEVEN,
		"kans dat zorg die rond het eind van de toewijzing eindigt, precies dan eindigt",
		"chance that care ending about the end of its allocation ends on that very day"},
	[CONTRACTWISSEL]        = {"contractwissel",        0.08, 0, 1, LEVEN,
		"kans per gemeente en jaar op nieuwe contracten, met nieuwe toewijzingen per 1 januari",
		"chance per gemeente and year of new contracts, with new allocations on 1 January"},
	[VERLENGING_NIEUW]      = {"verlenging_nieuw",      0.25, 0, 1, LEVEN,
		"deel van de verlengingen onder een nieuw nummer", "share of extensions under a new number"},
	[VERHUIZING]            = {"verhuizing",            0.02, 0, 1, LEVEN,
		"kans per jaar op een verhuizing naar een andere gemeente", "chance per year of moving to another gemeente"},
	[STERFTE]               = {"sterfte",               0.0004, 0, 0.1, LEVEN,
		"kans per jaar op overlijden", "chance per year of dying"},
	[OVERSTAP]              = {"overstap",              0.14, 0, 1, LEVEN,
		"deel van de trajecten dat bij een andere aanbieder verdergaat", "share of episodes that go on with another aanbieder"},
	[TERUGKEER]             = {"terugkeer",             0.32, 0, 1, LEVEN,
		"deel van de jeugdigen dat na een tijd terugkomt", "share of children who come back after a time"},
	[GELIJKTIJDIG]          = {"gelijktijdig",          0.22, 0, 1, LEVEN,
		"deel met een tweede traject tegelijk", "share with a second episode at the same time"},
	[TIJDELIJK]             = {"tijdelijk",             0.035, 0, 1, LEVEN,
		"deel van de trajecten met een tijdelijke stop en een herstart", "share of episodes with a temporary stop and a restart"},
	[STILLE_PAUZE]          = {"stille_pauze",          0.08, 0, 1, LEVEN,
		"deel van de trajecten dat maanden stilligt zonder bericht", "share of episodes that rest for months without a message"},
	[AANBIEDER_STOPT]       = {"aanbieder_stopt",       0.03, 0, 1, LEVEN,
		"deel van de kleine aanbieders dat ermee ophoudt", "share of small aanbieders that close"},
	[RETOUR]                = {"retour",                0.3, 0, 1, LEVEN,
		"deel van de partijen dat zelf retourberichten stuurt", "share of parties that send return messages themselves"},

	[STOP_NOOIT]            = {"stop_nooit",            0.055, 0, 0.9, FOUT,
		"deel van de beëindigde trajecten waarvan de stop eerst niet wordt gestuurd",
		"share of ended episodes whose stop is not sent at first"},
	[STOP_NOOIT_EENSGEZIND] = {"stop_nooit_eensgezind", 1.2, 0.1, 100, LEVEN,
		"hoe gelijk de aanbieders daarin zijn; klein: een paar doen het meeste fout",
		"how alike aanbieders are in that; small: a few make most of the faults"},
	[STOP_NOOIT_GEMEENTE]   = {"stop_nooit_gemeente",   0.7, 0, 3, LEVEN,
		"hoe ver gemeenten daarin uiteenlopen", "how far gemeenten lie apart in that"},
	[OPRUIMRONDE]           = {"opruimronde",           0.25, 0, 1, FOUT,
		"deel van de aanbieders dat in januari of juli achterstallige stops stuurt",
		"share of aanbieders that send overdue stops in January or July"},
	[STOP_LAAT]             = {"stop_laat",             0.2, 0, 1, FOUT,
		"deel van de stops dat weken tot maanden te laat is", "share of stops that are weeks to months late"},
	[STOP_LAAT_DAGEN]       = {"stop_laat_dagen",       35, 7, 400, LEVEN,
		"hoeveel dagen, de helft meer", "by how many days, half of them more"},
	[STOP_AFGEKEURD]        = {"stop_afgekeurd",        0.025, 0, 1, FOUT,
		"deel van de stops dat eerst wordt afgekeurd", "share of stops rejected at first"},
	[STOP_NIET_HERSTELD]    = {"stop_niet_hersteld",    0.3, 0, 1, FOUT,
		"deel daarvan dat niet opnieuw wordt gestuurd", "share of these that are not sent again"},
	[STOP_VERKEERD]         = {"stop_verkeerd",         0.03, 0, 1, FOUT,
		"deel van de stops met een datum die er dagen naast ligt", "share of stops whose date is days off"},
	[STOP_VOORBARIG]        = {"stop_voorbarig",        0.01, 0, 1, FOUT,
		"deel van de trajecten met een stop die later wordt verwijderd", "share of episodes with a stop that is deleted later"},
	[TIJDELIJK_HANGT]       = {"tijdelijk_hangt",       0.012, 0, 1, FOUT,
		"deel van de beëindigde trajecten met alleen een tijdelijke stop", "share of ended episodes with a temporary stop only"},
	[HERSTART_NOOIT]        = {"herstart_nooit",        0.2, 0, 1, FOUT,
		"deel van de herstarts dat niet wordt gemeld", "share of restarts that are not reported"},

	[START_LAAT]            = {"start_laat",            0.15, 0, 1, FOUT,
		"deel van de starts dat weken tot maanden te laat is", "share of starts that are weeks to months late"},
	[START_NOOIT]           = {"start_nooit",           0.01, 0, 1, FOUT,
		"deel van de starts dat nooit wordt gestuurd", "share of starts that are never sent"},
	[TOEWIJZING_LAAT]       = {"toewijzing_laat",       0.2, 0, 1, FOUT,
		"deel van de toewijzingen dat na het begin van de zorg komt", "share of allocations that come after care began"},
	[VERLENGING_LAAT]       = {"verlenging_laat",       0.25, 0, 1, FOUT,
		"deel van de verlengingen na het eind van de toewijzing", "share of extensions after the end of the allocation"},
	[VERLENGING_NOOIT]      = {"verlenging_nooit",      0.03, 0, 1, FOUT,
		"deel van de verlengingen dat niet komt, terwijl de zorg doorgaat", "share of extensions that do not come while care goes on"},
	[VERLENGING_BLIND]      = {"verlenging_blind",      0.05, 0, 1, FOUT,
		"deel van de beëindigde trajecten zonder stop dat toch wordt verlengd", "share of ended episodes without stop that are extended all the same"},
	[NIEUW_ZONDER_STOP]     = {"nieuw_zonder_stop",     0.3, 0, 1, FOUT,
		"deel van de aanbieders dat bij een nieuw nummer het oude niet stopt", "share of aanbieders that do not stop the old number at a new one"},
	[NIEUW_ZONDER_START]    = {"nieuw_zonder_start",    0.12, 0, 1, FOUT,
		"deel dat bij een nieuw nummer stop noch start stuurt", "share that send neither stop nor start at a new number"},
	[NOOIT_BEGONNEN]        = {"nooit_begonnen",        0.03, 0, 1, FOUT,
		"toewijzingen waarop de zorg nooit begint, als deel van de trajecten", "allocations on which care never begins, as a share of the episodes"},

	[DECLARATIE_LAAT]       = {"declaratie_laat",       0.25, 0, 1, FOUT,
		"deel van de aanbieders dat maanden achterloopt met declareren", "share of aanbieders that declare months late"},
	[LEVERING_OVERGESLAGEN] = {"levering_overgeslagen", 0.03, 0, 1, FOUT,
		"kans dat een maandelijkse declaratie uitblijft", "chance that a monthly declaration stays out"},
	[LEVERING_NOOIT]        = {"levering_nooit",        0.15, 0, 1, FOUT,
		"deel daarvan dat ook later niet komt", "share of these that do not come later either"},
	[STORING]               = {"storing",               0.04, 0, 1, FOUT,
		"kans per aanbieder en jaar op maanden zonder declaraties", "chance per aanbieder and year of months without declarations"},
	[REGEL_NA_EINDE]        = {"regel_na_einde",        0.02, 0, 1, FOUT,
		"deel van de beëindigde trajecten met declaratieregels na het einde", "share of ended episodes with lines after the end"},
	[CORRECTIE]             = {"correctie",             0.01, 0, 1, FOUT,
		"deel van de regels dat wordt gecrediteerd en opnieuw gedeclareerd", "share of lines that are credited and declared anew"},
	[REGEL_AFGEKEURD]       = {"regel_afgekeurd",       0.012, 0, 1, FOUT,
		"deel van de regels dat wordt afgewezen", "share of lines that are rejected"},

	[CBS_VERDWENEN]         = {"cbs_verdwenen",         0.05, 0, 1, FOUT,
		"deel van de beëindigde trajecten dat zonder einddatum uit de levering verdwijnt", "share of ended episodes that vanish from the delivery without an end date"},
	[CBS_BLIJFT]            = {"cbs_blijft",            0.04, 0, 1, FOUT,
		"deel dat als lopend geleverd blijft worden", "share that goes on being delivered as running"},
	[CBS_GEEN_LEVERING]     = {"cbs_geen_levering",     0.05, 0, 1, FOUT,
		"kans dat een aanbieder een halfjaar niet levert", "chance that an aanbieder does not deliver a half year"},
};
/* clang-format on */

_Static_assert(N_KNOPPEN <= sizeof((struct region_knobs *)0)->value / sizeof(double),
	       "a knob has a place in struct region_knobs");

const struct region_knob *region_knob(size_t i)
{
	return i < N_KNOPPEN ? &knoppen[i] : NULL;
}

void region_knobs_init(struct region_knobs *k)
{
	memset(k, 0, sizeof *k);
	for (size_t i = 0; i < N_KNOPPEN; i++)
		k->value[i] = knoppen[i].preset;
}

int region_knobs_set(struct region_knobs *k, const char *name, const char *value)
{
	size_t i = 0;
	char *end;
	double x;

	while (i < N_KNOPPEN && strcmp(knoppen[i].name, name) != 0)
		i++;
	if (i == N_KNOPPEN)
		return -ENOENT;
	/* Digits, a sign and a point: strtod would take "nan" and hexadecimals too. */
	if (value[0] == '\0' || value[strspn(value, "+-.0123456789")] != '\0')
		return -EINVAL;
	x = strtod(value, &end);
	if (*end != '\0' || !(x >= knoppen[i].least && x <= knoppen[i].most))
		return -EINVAL;
	k->value[i] = x;
	return 0;
}

static void complain(struct buf *why, const char *name, unsigned line, bool dutch, int r,
		     const char *knob)
{
	const struct region_knob *row = knoppen;

	while (row < knoppen + N_KNOPPEN && strcmp(row->name, knob) != 0)
		row++;
	if (r == -ENOENT)
		buf_addf(why, dutch ? "%s:%u: onbekende knop '%s'" : "%s:%u: unknown knob '%s'",
			 name, line, knob);
	else if (row < knoppen + N_KNOPPEN)
		buf_addf(why,
			 dutch ? "%s:%u: %s: verwacht een getal van %g tot %g"
			       : "%s:%u: %s: expected a number from %g to %g",
			 name, line, knob, row->least, row->most);
	else
		buf_addf(why,
			 dutch ? "%s:%u: verwacht knop<tab>waarde"
			       : "%s:%u: expected knob<tab>value",
			 name, line);
}

/* One line, which is changed: blanks at the end go, and the tab becomes an end. */
static int read_line(struct region_knobs *k, char *line, char **knob)
{
	char *tab, *hash = strchr(line, '#');
	size_t n;

	*knob = line;
	if (hash != NULL)
		*hash = '\0';
	n = strlen(line);
	while (n > 0 && strchr(" \t\r", line[n - 1]) != NULL)
		line[--n] = '\0';
	if (n == 0)
		return 0;
	tab = strchr(line, '\t');
	if (tab == NULL)
		return -EINVAL;
	*tab = '\0';
	return region_knobs_set(k, line, tab + 1);
}

int region_knobs_read(struct region_knobs *k, const char *name, const char *text, bool dutch,
		      struct buf *why)
{
	char *copy = strdup(text), *rest = copy, *line, *knob;
	unsigned nr = 0;
	int r = copy == NULL ? -ENOMEM : 0;

	while (r == 0 && (line = strsep(&rest, "\n")) != NULL) {
		nr++;
		r = read_line(k, line, &knob);
		if (r < 0) {
			complain(why, name, nr, dutch, r, knob);
			r = -EINVAL;
		}
	}
	free(copy);
	return r;
}
