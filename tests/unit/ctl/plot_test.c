/*
 * The picture of flows, on made-up episodes: it is written whole or not at
 * all, and both kinds can be read again.  What it looks like is for eyes:
 * IJW_PLOT_TEST names a folder in which the pictures stay.
 */
#include "../../lib/unit.h"

#include <dirent.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/episoden.h"
#include "ctl/plot.h"

static char map[64];

static const char *path(const char *name)
{
	static char text[128];

	(void)snprintf(text, sizeof text, "%s/%s", map, name);
	return text;
}

/* Files that are no whole picture: their names go on after the suffix. */
static size_t halves(void)
{
	DIR *d = opendir(map);
	size_t n = 0;

	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		n += strstr(e->d_name, ".png.") != NULL || strstr(e->d_name, ".svg.") != NULL;
	if (d != NULL)
		(void)closedir(d);
	return n;
}

/* Half of them end after some months; one in five of these has no stop. */
static void add_some(struct rapport *r, int gemeente, int n)
{
	for (int i = 0; i < n; i++) {
		struct episode e = maak_episode("2019-03-01", NULL);
		int days = i * 2200 / n;

		e.dossier = gemeente * 1000 + i;
		memcpy(e.client, &e.dossier, sizeof e.dossier);
		(void)snprintf(e.gemeente, sizeof e.gemeente, "%04d", gemeente);
		e.begin += days;
		e.begin_sinds = e.laatste_teken = e.delen[0].begin = e.begin;
		if (i % 2 == 0 && i % (3 + gemeente % 7) != 0) {
			e.eind = e.eind_sinds = e.delen[0].eind = e.begin + 200 + i % 90;
			memcpy(e.reden, "31", 3);
		} else if (i % 2 == 0) {
			zet_grens(&e, "2020-01-01");
			e.grenzen[0].eind = e.begin + 180;
		}
		if (e.eind == DAY_NONE || e.eind < op("2025-03-15"))
			(void)voeg_toe(&r->episoden, &e);
	}
}

static void learn(struct rapport *r)
{
	r->dag = op("2025-03-15");
	episoden_verbind_alle(&r->episoden);
	if (gewoonten_leer(&r->gewoonten, &r->episoden, r->dag) < 0)
		abort();
}

static void unlearn(struct rapport *r)
{
	gewoonten_free(&r->gewoonten);
	episoden_free(&r->episoden);
}

static const struct stroom_vraag alles = {.maanden = 6, .van = DAY_NONE};

static long read_file(const char *name, unsigned char *to, size_t room)
{
	FILE *f = fopen(path(name), "rb");
	size_t n = f == NULL ? 0 : fread(to, 1, room, f);

	if (f != NULL)
		(void)fclose(f);
	return (long)n;
}

static bool png_whole(const char *name)
{
	static unsigned char bytes[1 << 22];
	long n = read_file(name, bytes, sizeof bytes);

	return n > 1000 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0 &&
	       memcmp(bytes + n - 8, "IEND", 4) == 0;
}

static bool svg_whole(const char *name)
{
	xmlDoc *d = xmlReadFile(path(name), NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
	bool ok = d != NULL && strcmp((const char *)xmlDocGetRootElement(d)->name, "svg") == 0 &&
		  xmlChildElementCount(xmlDocGetRootElement(d)) > 0;

	xmlFreeDoc(d);
	return ok;
}

static void many(void)
{
	struct rapport r = {0};

	for (int g = 0; g < 20; g++)
		add_some(&r, 100 + g * 17, g == 7 ? 30 : 120 + 60 * (g % 5));
	learn(&r);
	CHECK(plot_flows(path("veel.png"), &r, &alles) == 0, "twenty gemeenten make a PNG");
	CHECK(png_whole("veel.png"), "… that is whole");
	CHECK(plot_flows(path("veel.svg"), &r, &alles) == 0, "… and an SVG");
	CHECK(svg_whole("veel.svg"), "… that is well-formed");
	CHECK(halves() == 0, "nothing else is left beside them");
	unlearn(&r);
}

static void one_and_none(void)
{
	struct rapport r = {0}, leeg = {0};
	struct stroom_vraag vraag = alles;

	add_some(&r, 363, 200);
	learn(&r);
	learn(&leeg);
	CHECK(plot_flows(path("een.png"), &r, &alles) == 0 && png_whole("een.png"), "one gemeente is enough");
	CHECK(plot_flows(path("leeg.png"), &leeg, &alles) == 0 && png_whole("leeg.png"), "no data is told in a picture");
	CHECK(plot_flows(path("leeg.svg"), &leeg, &alles) == 0 && svg_whole("leeg.svg"), "… of both kinds");
	vraag.gemeente = "9999";
	CHECK(plot_flows(path("geen.svg"), &r, &vraag) == 0 && svg_whole("geen.svg"), "nor has a gemeente without care any");
	unlearn(&r);
	unlearn(&leeg);
}

static void refused(void)
{
	struct rapport r = {0};

	learn(&r);
	CHECK(plot_flows(path("plaatje.jpg"), &r, &alles) == 2, "another suffix is a wrong request");
	CHECK(plot_flows(path(".png"), &r, &alles) == 0, "a dot file is a name like any other");
	CHECK(plot_flows("png", &r, &alles) == 2, "a name without a suffix is a wrong request");
	CHECK(plot_flows(path("nergens/plaatje.png"), &r, &alles) == 1, "a folder that is not there is told");
	CHECK(mkdir(path("map.svg"), 0700) == 0, "(a folder with the name of a picture)");
	CHECK(plot_flows(path("map.svg"), &r, &alles) == 1, "a picture does not take the place of a folder");
	CHECK(halves() == 0, "and nothing half is left");
	(void)rmdir(path("map.svg"));
	(void)unlink(path(".png"));
	unlearn(&r);
}

static void clean(void)
{
	static const char *const namen[] = {"veel.png", "veel.svg", "een.png", "leeg.png", "leeg.svg", "geen.svg"};

	for (size_t i = 0; i < sizeof namen / sizeof *namen; i++)
		(void)unlink(path(namen[i]));
	(void)rmdir(map);
}

int main(void)
{
	static const struct test tests[] = {
		{"twenty gemeenten", many},
		{"one gemeente, and none", one_and_none},
		{"what is refused leaves nothing behind", refused},
		{NULL, NULL},
	};
	const char *stay = getenv("IJW_PLOT_TEST");
	int status;

	(void)snprintf(map, sizeof map, "%s", stay != NULL ? stay : "/tmp/ijwd-plot-XXXXXX");
	if (stay == NULL && mkdtemp(map) == NULL)
		return 2;
	status = unit_main("plot", tests);
	if (stay == NULL)
		clean();
	return status;
}
