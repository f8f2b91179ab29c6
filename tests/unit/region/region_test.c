/*
 * The region: the same seed gives the same bytes, every message is valid, the
 * truth and the messages tell one story, and its figures lie where CBS has them.
 */
#include "../../lib/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "care/check.h"
#include "care/standard.h"
#include "region/region.h"

#define COLUMNS 12
#define MIXES "tests/region/"

enum column {
	EPISODE,
	GEMEENTE,
	AANBIEDER,
	NUMMERS,
	BEGIN,
	EIND,
	HULPVORM,
	CATEGORIE,
	VERWIJZER,
	TAAKGERICHT,
	STOP,
	FOUT
};

/* The truth of a region, a line at a time; each line is cut into its columns. */
struct truth {
	struct buf text;
	char *rest, *column[COLUMNS];
};

static struct region_opts small(uint32_t clients)
{
	struct region_opts o = {.seed = 11, .clients = clients, .gemeenten = 4};

	(void)day_parse("2023-01-01", &o.from);
	(void)day_parse("2025-12-31", &o.until);
	region_knobs_init(&o.knobs);
	return o;
}

static bool read_mix(const char *path, struct region_knobs *k)
{
	struct buf why = BUF_INIT;
	char text[8192];
	FILE *f = fopen(path, "re");
	size_t n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
	bool good;

	if (f == NULL)
		return false;
	(void)fclose(f);
	text[n] = '\0';
	good = region_knobs_read(k, path, text, false, &why) == 0;
	if (!good)
		(void)fprintf(stderr, "%s\n", buf_str(&why));
	buf_free(&why);
	return good;
}

static struct region *play(const struct region_opts *o)
{
	struct region *r = NULL;

	return region_new(&r, o) == 0 ? r : NULL;
}

/* ---- the truth ---- */

static void truth_open(struct truth *t, const struct region *r)
{
	memset(t, 0, sizeof *t);
	region_waarheid(r, &t->text);
	t->rest = strchr(t->text.data, '\n') + 1;
}

static bool truth_next(struct truth *t)
{
	char *line = strsep(&t->rest, "\n");

	if (line == NULL || *line == '\0')
		return false;
	for (int i = 0; i < COLUMNS; i++)
		t->column[i] = strsep(&line, "\t");
	return t->column[COLUMNS - 1] != NULL && line == NULL;
}

static day day_at(const struct truth *t, enum column c)
{
	day d;

	return day_parse(t->column[c], &d) ? d : DAY_NONE;
}

/* ---- the same again ---- */

static uint64_t fingerprint(const struct region *r)
{
	struct buf b = BUF_INIT;
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < region_berichten(r); i++) {
		struct region_bericht m;

		buf_clear(&b);
		region_bericht(r, i, &m, &b);
		region_index_regel(&b, &m);
		if (i == 0) {
			region_waarheid(r, &b);
			region_leveringen(r, &b);
		}
		for (size_t n = 0; n < b.len; n++)
			h = (h ^ (unsigned char)b.data[n]) * UINT64_C(1099511628211);
	}
	buf_free(&b);
	return h;
}

static void same_seed_same_bytes(void)
{
	struct region_opts o = small(150);
	struct region *a = play(&o), *b = play(&o), *c;

	o.seed++;
	c = play(&o);
	NEED(a != NULL && b != NULL && c != NULL, "three regions are played");
	CHECK(fingerprint(a) == fingerprint(b), "the same seed gives the same bytes");
	CHECK(fingerprint(a) != fingerprint(c), "another seed gives others");
	region_free(&a);
	region_free(&b);
	region_free(&c);
}

/* Without the columns that say what was sent: numbers, stop and fault. */
static void lives(const struct region *r, struct buf *out)
{
	struct truth t;

	truth_open(&t, r);
	while (truth_next(&t))
		buf_addf(out, "%s %s %s %s %s\n", t.column[GEMEENTE], t.column[AANBIEDER],
			 t.column[BEGIN], t.column[EIND], t.column[HULPVORM]);
	buf_free(&t.text);
}

static void faults_leave_the_lives(void)
{
	struct region_opts o = small(400);
	struct region *zonder, *met;
	struct buf a = BUF_INIT, b = BUF_INIT;

	NEED(read_mix(MIXES "geen.tsv", &o.knobs), "the mix without faults is read");
	zonder = play(&o);
	NEED(read_mix(MIXES "ernstig.tsv", &o.knobs), "the severe mix is read");
	met = play(&o);
	NEED(zonder != NULL && met != NULL, "both are played");
	lives(zonder, &a);
	lives(met, &b);
	CHECK(a.len > 10000 && strcmp(buf_str(&a), buf_str(&b)) == 0,
	      "the lives are the same under other faults");
	CHECK(region_berichten(zonder) != region_berichten(met), "and the messages are not");
	buf_free(&a);
	buf_free(&b);
	region_free(&zonder);
	region_free(&met);
}

/* ---- valid messages ---- */

static size_t count_bad(const struct region *r, struct checker *c, bool types[400])
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	size_t bad = 0;

	for (size_t i = 0; i < region_berichten(r); i++) {
		struct region_bericht m;
		struct checked k;

		buf_clear(&b);
		region_bericht(r, i, &m, &b);
		types[strtol(m.type + 2, NULL, 10)] = true;
		check_bytes(c, &a, b.data, b.len, &k);
		if (k.outcome != CHECK_VALID || k.findings.n > 0) {
			if (bad++ == 0)
				(void)fprintf(stderr, "%s: %s\n", m.bestand,
					      k.findings.n > 0 ? k.findings.list[0].nl : "?");
		}
		arena_release(&a);
	}
	buf_free(&b);
	return bad;
}

static void all_messages_are_valid(void)
{
	static const int kinds[] = {301, 302, 305, 306, 307, 308, 315, 316, 323, 325};
	struct region_opts o = small(260);
	struct buf why = BUF_INIT;
	struct standards *s = NULL;
	struct checker *c = NULL;
	struct region *r;
	bool types[400] = {false}, all = true;

	NEED(read_mix(MIXES "ernstig.tsv", &o.knobs), "the severe mix is read");
	CHECK(region_knobs_set(&o.knobs, "retour", "0.7") == 0, "most parties answer");
	NEED(standards_open(&s, "schemas", &why) == 0 && checker_new(&c, s) == 0,
	     "the schemas are read");
	r = play(&o);
	NEED(r != NULL, "the region is played");
	CHECK(count_bad(r, c, types) == 0, "no message breaks the schema or a rule");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		all = all && types[kinds[i]];
	CHECK(all, "every type of message occurs");
	region_free(&r);
	checker_free(&c);
	standards_free(&s);
	buf_free(&why);
}

/* ---- the truth and the messages ---- */

static uint64_t key_of(const char *gemeente, const char *nummer, day d)
{
	return (uint64_t)strtoul(gemeente, NULL, 10) << 48 ^
	       (uint64_t)strtoul(nummer, NULL, 10) << 18 ^ (uint64_t)d;
}

static const char *value_of(const struct buf *b, const char *element, char ret[16])
{
	const char *p = strstr(buf_str(b), element);
	size_t n = p == NULL ? 0 : strcspn(p + strlen(element), "<");

	ret[0] = '\0';
	if (p != NULL && n < 16) {
		memcpy(ret, p + strlen(element), n);
		ret[n] = '\0';
	}
	return ret;
}

static char found[] = "found";

/* Definitive stops by the day they were sent, or by the end they tell; and allocated numbers. */
static void collect(const struct region *r, struct map *stops, struct map *numbers, bool by_end)
{
	struct buf b = BUF_INIT;
	char nummer[16], reden[16], status[16], eind[16];

	for (size_t i = 0; i < region_berichten(r); i++) {
		struct region_bericht m;
		const char *p;

		region_bericht(r, i, &m, NULL);
		if (strcmp(m.type, "JW307") != 0 && strcmp(m.type, "JW301") != 0)
			continue;
		buf_clear(&b);
		region_bericht(r, i, &m, &b);
		if (m.type[4] == '1') {
			for (p = buf_str(&b); (p = strstr(p, "<ToewijzingNummer>")) != NULL;)
				(void)map_put(
					numbers,
					key_of(m.afzender, p += strlen("<ToewijzingNummer>"), 0),
					found);
			continue;
		}
		value_of(&b, "<RedenBeeindiging>", reden);
		value_of(&b, "<StatusAanlevering>", status);
		value_of(&b, "<ToewijzingNummer>", nummer);
		if (by_end && !day_parse(value_of(&b, "<Einddatum>", eind), &m.dag))
			continue;
		if (strcmp(reden, "20") != 0 && strcmp(status, "1") == 0)
			(void)map_put(stops, key_of(m.ontvanger, nummer, m.dag), found);
	}
	buf_free(&b);
}

/* One of the numbers that stand between commas. */
static bool any_number(const struct map *m, const char *gemeente, const char *nummers, day d)
{
	for (const char *p = nummers; p != NULL; p = strchr(p, ','), p = p == NULL ? NULL : p + 1)
		if (map_get(m, key_of(gemeente, p, d)) != NULL)
			return true;
	return false;
}

static void truth_fits_the_messages(void)
{
	struct region_opts o = small(700);
	struct region *r = play(&o);
	struct map stops = {0}, numbers = {0};
	unsigned n = 0, stopped = 0, orphan = 0, unknown = 0, odd = 0, waiting = 0;
	struct truth t;

	NEED(r != NULL, "the region is played");
	collect(r, &stops, &numbers, false);
	truth_open(&t, r);
	while (truth_next(&t)) {
		bool taak = t.column[TAAKGERICHT][0] == '1', nummer = t.column[NUMMERS][0] != '\0';
		day stop = day_at(&t, STOP), eind = day_at(&t, EIND);

		n++;
		odd += day_at(&t, BEGIN) == DAY_NONE ||
		       (eind != DAY_NONE && eind < day_at(&t, BEGIN)) ||
		       (stop != DAY_NONE && (eind == DAY_NONE || stop < eind)) || (taak && nummer);
		waiting += !taak && !nummer; /* the JW301 had not been sent yet */
		unknown +=
			nummer && !any_number(&numbers, t.column[GEMEENTE], t.column[NUMMERS], 0);
		stopped += stop != DAY_NONE;
		orphan += stop != DAY_NONE && !taak &&
			  !any_number(&stops, t.column[GEMEENTE], t.column[NUMMERS], stop);
	}
	CHECK(n > 700 && stopped > n / 2, "there are episodes, and most were stopped");
	CHECK(odd == 0,
	      "no end before its begin, no stop before its end, no number when taakgericht");
	CHECK(waiting * 50 < n, "only at the very end a JW301 is still to come");
	CHECK(unknown == 0, "every number was allocated in a JW301");
	CHECK(orphan == 0, "every stop_at has its definitive JW307 of that day");
	buf_free(&t.text);
	map_free(&stops);
	map_free(&numbers);
	region_free(&r);
}

/* Temporary stops only go wrong here, so that nothing is rejected or deleted. */
static void what_was_not_told_was_not_sent(void)
{
	struct region_opts o = small(1200);
	struct map stops = {0}, numbers = {0};
	unsigned hanging = 0, told = 0;
	struct region *r;
	struct truth t;

	NEED(read_mix(MIXES "alleen-tijdelijk.tsv", &o.knobs),
	     "the mix of temporary stops is read");
	r = play(&o);
	NEED(r != NULL, "the region is played");
	collect(r, &stops, &numbers, true);
	truth_open(&t, r);
	while (truth_next(&t)) {
		day eind = day_at(&t, EIND);

		if (eind == DAY_NONE || day_at(&t, STOP) != DAY_NONE)
			continue;
		hanging += strcmp(t.column[FOUT], "tijdelijk_hangt") == 0;
		told += any_number(&stops, t.column[GEMEENTE], t.column[NUMMERS], eind);
	}
	CHECK(hanging > 20, "temporary stops hang");
	CHECK(told == 0, "an end without stop_at has no definitive JW307 that tells it");
	buf_free(&t.text);
	map_free(&stops);
	map_free(&numbers);
	region_free(&r);
}

static void without_faults_all_is_told(void)
{
	struct region_opts o = small(1200);
	struct region *r;
	unsigned silent = 0, ended = 0;
	struct truth t;

	NEED(read_mix(MIXES "geen.tsv", &o.knobs), "the mix without faults is read");
	r = play(&o);
	NEED(r != NULL, "the region is played");
	truth_open(&t, r);
	while (truth_next(&t)) {
		day eind = day_at(&t, EIND);

		ended += eind != DAY_NONE;
		silent += eind != DAY_NONE && eind < o.until - 31 && day_at(&t, STOP) == DAY_NONE;
	}
	CHECK(ended > 1000, "many ended");
	CHECK(silent == 0, "without faults no end before the last month lacks its stop");
	buf_free(&t.text);
	region_free(&r);
}

/* With the defaults stops are missing, and few aanbieders make most of the faults. */
static void faults_are_played(void)
{
	struct region_opts o = small(2500);
	struct region *r = play(&o);
	unsigned ended = 0, missing = 0;
	struct truth t;

	NEED(r != NULL, "the region is played");
	truth_open(&t, r);
	while (truth_next(&t)) {
		bool counts = day_at(&t, EIND) != DAY_NONE && day_at(&t, EIND) < o.until - 180;

		ended += counts;
		missing += counts && day_at(&t, STOP) == DAY_NONE;
	}
	CHECK(missing * 100 >= ended * 3 && missing * 100 <= ended * 12,
	      "three to twelve in a hundred stops are missing");
	buf_free(&t.text);
	region_free(&r);
}

/* ---- calibration: cbs.md parts 9 and 10, within wide bounds ---- */

struct tally {
	const char *name;
	double share, slack; /* of a hundred */
	unsigned n;
};

static bool near(const struct tally *t, size_t rows, unsigned all)
{
	bool good = all > 0;

	for (size_t i = 0; i < rows; i++) {
		double is = 100.0 * t[i].n / all;

		if (is >= t[i].share - t[i].slack && is <= t[i].share + t[i].slack)
			continue;
		(void)fprintf(stderr, "%s: %.1f %%, expected about %.1f\n", t[i].name, is,
			      t[i].share);
		good = false;
	}
	return good;
}

static void figures_are_those_of_cbs(void)
{
	static const int grens[] = {91, 182, 365, 730, 1095, 1460, 100000};
	struct tally duur[] = {{"0-3 m", 15.4, 4, 0}, {"3-6 m", 14.5, 4, 0}, {"6-12 m", 32.2, 5, 0},
			       {"1-2 y", 25.4, 5, 0}, {"2-3 y", 7.2, 3, 0},  {"3-4 y", 2.4, 2, 0},
			       {"4 y", 2.9, 2, 0}};
	struct tally vorm[] = {{"01", 13.2, 4, 0},  {"02", 57.0, 6, 0},	 {"03", 5.5, 3, 0},
			       {"04", 17.4, 4, 0},  {"11", 1.6, 1.3, 0}, {"12", 0.8, 0.8, 0},
			       {"13", 0.5, 0.6, 0}, {"14", 4.0, 2, 0}};
	struct tally wie[] = {{"01", 30.8, 5, 0}, {"02", 38.5, 6, 0}, {"03", 3.1, 2, 0},
			      {"04", 8.1, 3, 0},  {"05", 4.9, 2, 0},  {"06", 13.4, 4, 0},
			      {"08", 0.4, 0.6, 0}};
	struct region_opts o = small(4000);
	struct region *r = play(&o);
	unsigned ended = 0, begun = 0;
	struct truth t;

	NEED(r != NULL, "the region is played");
	truth_open(&t, r);
	while (truth_next(&t)) {
		day begin = day_at(&t, BEGIN), eind = day_at(&t, EIND);
		size_t i = 0;

		if (eind != DAY_NONE && eind >= o.from) {
			while (eind - begin > grens[i])
				i++;
			duur[i].n++;
			ended++;
		}
		if (begin < o.from)
			continue;
		begun++;
		for (i = 0; i < sizeof vorm / sizeof *vorm; i++)
			vorm[i].n += strcmp(vorm[i].name, t.column[HULPVORM]) == 0;
		for (i = 0; i < sizeof wie / sizeof *wie; i++)
			wie[i].n += strcmp(wie[i].name, t.column[VERWIJZER]) == 0;
	}
	CHECK(near(duur, sizeof duur / sizeof *duur, ended),
	      "ended episodes last as long as those CBS counts");
	CHECK(near(vorm, sizeof vorm / sizeof *vorm, begun),
	      "the hulpvormen begin in the shares of CBS");
	CHECK(near(wie, sizeof wie / sizeof *wie, begun), "they are referred by whom CBS says");
	buf_free(&t.text);
	region_free(&r);
}

/* ---- knobs ---- */

static const struct {
	const char *name, *text, *why;
} bad_files[] = {
	{"an unknown knob is refused", "stop_nooit\t0.1\nstop_zelden\t0.1\n",
	 "x.tsv:2: unknown knob 'stop_zelden'"},
	{"a value above the bound is refused", "# remark\nstop_nooit\t1.5\n",
	 "x.tsv:2: stop_nooit: expected a number from 0 to 0.9"},
	{"a value that is no number is refused", "stop_nooit\tveel\n",
	 "x.tsv:1: stop_nooit: expected a number from 0 to 0.9"},
	{"nan is no number", "\n\nstop_nooit\tnan\n",
	 "x.tsv:3: stop_nooit: expected a number from 0 to 0.9"},
	{"a line without a tab is refused", "stop_nooit 0.1\n", "x.tsv:1: expected knob<tab>value"},
};

static void bad_knobs_are_refused(void)
{
	for (size_t i = 0; i < sizeof bad_files / sizeof *bad_files; i++) {
		struct buf why = BUF_INIT;
		struct region_knobs k;

		region_knobs_init(&k);
		CHECK(region_knobs_read(&k, "x.tsv", bad_files[i].text, false, &why) == -EINVAL &&
			      strcmp(buf_str(&why), bad_files[i].why) == 0,
		      bad_files[i].name);
		buf_free(&why);
	}
}

static void mixes_are_good(void)
{
	static const char *const mixes[] = {"geen",
					    "zoals-2020",
					    "ernstig",
					    "alleen-stop-nooit",
					    "alleen-stop-laat",
					    "alleen-tijdelijk",
					    "alleen-declaraties",
					    "alleen-toewijzingen"};
	struct region_knobs k, preset;
	bool zero = true;

	region_knobs_init(&preset);
	for (size_t i = 0; i < sizeof mixes / sizeof *mixes; i++) {
		char path[64];

		region_knobs_init(&k);
		(void)snprintf(path, sizeof path, MIXES "%s.tsv", mixes[i]);
		CHECK(read_mix(path, &k), path);
		if (strcmp(mixes[i], "zoals-2020") == 0)
			CHECK(memcmp(&k, &preset, sizeof k) == 0,
			      "zoals-2020 is what the knobs say by default");
		for (size_t n = 0; strcmp(mixes[i], "geen") == 0 && region_knob(n) != NULL; n++)
			zero = zero && (!region_knob(n)->fault || k.value[n] <= 0);
	}
	CHECK(zero, "geen turns every fault off");
	for (size_t n = 0; region_knob(n) != NULL; n++) {
		const struct region_knob *row = region_knob(n);

		CHECK(row->name != NULL && row->preset >= row->least && row->preset <= row->most &&
			      row->nl[0] != '\0' && row->en[0] != '\0',
		      "every knob is told, and its default lies within its bounds");
	}
}

/* ---- people ---- */

/* Of two people with one BSN: the birth date tells them apart, save by chance. */
static void bsns_do_not_meet(void)
{
	struct region_opts o = small(9800);
	struct region *r;
	struct map seen = {0};
	struct buf b = BUF_INIT;
	unsigned clash = 0, bad = 0;

	o.gemeenten = 8;
	(void)day_parse("2025-06-01", &o.from);
	r = play(&o);
	NEED(r != NULL, "a region with more people than BSNs is played");
	for (size_t i = 0; i < region_berichten(r); i++) {
		struct region_bericht m;
		char bsn[16], geboren[16];
		day d;

		region_bericht(r, i, &m, NULL);
		if (strcmp(m.type, "JW305") != 0)
			continue;
		buf_clear(&b);
		region_bericht(r, i, &m, &b);
		value_of(&b, "<Bsn>", bsn);
		bad += strncmp(bsn, "9999", 4) != 0 ||
		       !day_parse(value_of(&b, "<b:Datum>", geboren), &d);
		for (int wie = 0; wie < 2 && bad == 0; wie++) {
			uint64_t key = (uint64_t)strtoul(bsn, NULL, 10) << 32 ^
				       strtoul(wie == 0 ? m.ontvanger : m.afzender, NULL, 10);
			uintptr_t eerder = (uintptr_t)map_get(&seen, key),
				  nu = (uintptr_t)(d + 100000);

			clash += eerder != 0 && eerder != nu;
			(void)map_put(&seen, key, (void *)nu);
		}
	}
	CHECK(bad == 0, "every BSN lies in 9999xxxxx");
	CHECK(clash == 0, "no gemeente or aanbieder meets two people with one BSN");
	buf_free(&b);
	map_free(&seen);
	region_free(&r);
}

static void impossible_regions_are_refused(void)
{
	struct region_opts o = small(100);
	struct region *r = NULL;

	o.gemeenten = 0;
	CHECK(region_new(&r, &o) == -EINVAL && r == NULL, "a region without gemeenten is refused");
	o = small(100);
	o.until = o.from;
	CHECK(region_new(&r, &o) == -EINVAL && r == NULL, "a region without time is refused");
	o = small(12000);
	o.gemeenten = 1;
	o.until = o.from + 40;
	CHECK(region_new(&r, &o) == -E2BIG && r == NULL,
	      "more people than BSNs in one gemeente are refused");
	o = small(1);
	o.gemeenten = 1;
	CHECK(region_new(&r, &o) == 0 && region_berichten(r) > 0,
	      "one child in one gemeente is a region");
	region_free(&r);
	region_free(&r);
}

int main(void)
{
	static const struct test tests[] = {
		{"the same seed and settings give the same bytes", same_seed_same_bytes},
		{"faults change the messages and not the lives", faults_leave_the_lives},
		{"every message is valid and breaks no rule", all_messages_are_valid},
		{"the truth and the messages tell one story", truth_fits_the_messages},
		{"an end that counts as untold was not told", what_was_not_told_was_not_sent},
		{"without faults every end is told", without_faults_all_is_told},
		{"with the defaults some ends are not told", faults_are_played},
		{"durations, hulpvormen and referrers are those of CBS", figures_are_those_of_cbs},
		{"knobs that do not exist or fit are refused, with file and line",
		 bad_knobs_are_refused},
		{"the shipped mixes are read", mixes_are_good},
		{"people with one BSN never meet", bsns_do_not_meet},
		{"impossible regions are refused", impossible_regions_are_refused},
		{NULL, NULL},
	};

	return unit_main("region", tests);
}
