/* Lists of an administrator. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "care/lijsten.h"

#include "../../lib/unit.h"

#define GEMEENTEN "code\tnaam\tgeldig_vanaf\tgeldig_tot\n"
#define PRODUCTEN "categorie\tcode\tomschrijving\n"
#define CONTRACTEN "gemeente\taanbieder\tcode\teenheid\ttarief\tvanaf\ttot\n"

static char dir[32];

static void put(const char *file, const char *content)
{
	char path[80];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", dir, file);
	(void)unlink(path);
	if (content == NULL)
		return;
	f = fopen(path, "w");
	if (f != NULL) {
		(void)fputs(content, f);
		(void)fclose(f);
	}
}

static void begin(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/ijw-lists-XXXXXX");
	if (mkdtemp(dir) == NULL)
		(void)fprintf(stderr, "no folder in /tmp\n");
}

static void end(struct lijsten **l)
{
	lijsten_free(l);
	put("gemeentecodes.tsv", NULL);
	put("productcodes.tsv", NULL);
	put("contracten.tsv", NULL);
	(void)rmdir(dir);
}

static day on(const char *text)
{
	day d = DAY_NONE;

	(void)day_parse(text, &d);
	return d;
}

/* People's editors leave the last line without its end. */
static void last_line(void)
{
	struct lijsten *l = NULL;
	struct buf why = BUF_INIT;

	begin();
	put("productcodes.tsv", PRODUCTEN "45\t45A04\tbegeleiding\n45\t45A05\tbehandeling");
	CHECK(lijsten_open(&l, dir, &why) == 0 && lijst_product(l, "45", "45A05") == LIJST_JA,
	      "the last line counts with or without an end");
	buf_free(&why);
	end(&l);
}

static void nothing(void)
{
	struct lijsten *l = NULL;
	struct buf why = BUF_INIT;
	const struct contract *c;

	begin();
	CHECK(lijst_gemeente(NULL, "0363", DAY_NONE) == LIJST_GEEN &&
		      lijst_product(NULL, "45", "45A04") == LIJST_GEEN &&
		      lijst_contract(NULL, "0363", "12345678", "45A04", 20000, &c) == LIJST_GEEN,
	      "without lists nothing can be said");
	CHECK(lijsten_open(&l, dir, &why) == 0 && why.len == 0, "an empty folder is no error");
	CHECK(lijst_gemeente(l, "0363", DAY_NONE) == LIJST_GEEN &&
		      lijst_product(l, "45", "45A04") == LIJST_GEEN &&
		      lijst_contract(l, "0363", "12345678", "45A04", 20000, &c) == LIJST_GEEN,
	      "and says nothing either");
	lijsten_free(&l);
	put("gemeentecodes.tsv", GEMEENTEN);
	CHECK(lijsten_open(&l, dir, &why) == 0 && lijst_gemeente(l, "0363", DAY_NONE) == LIJST_GEEN,
	      "a list without a row is as none");
	buf_free(&why);
	end(&l);
}

static void lookups(void)
{
	struct lijsten *l = NULL;
	struct buf why = BUF_INIT;
	const struct contract *c = NULL;

	begin();
	put("gemeentecodes.tsv", GEMEENTEN "0599\tRotterdam\t\t\n0363\tAmsterdam\t\t\n"
					   "0457\tWeesp\t\t2022-03-23\n0457\tWeer\t2030-01-01\t\n");
	put("productcodes.tsv", PRODUCTEN "45\t45B01\tb\n45\t45A04\ta\n44\t45A04\took\n");
	put("contracten.tsv", CONTRACTEN "0599\t12345678\t45A04\t04\t9000\t\t\n"
					 "0363\t12345678\t45A04\t04\t8790\t2027-01-01\t\n"
					 "0363\t12345678\t45A04\t01\t147\t2026-07-01\t2027-06-30\n"
					 "0363\t12345678\t45A04\t04\t8450\t2026-01-01\t2026-12-31\n");
	NEED(lijsten_open(&l, dir, &why) == 0, "good lists are read");
	CHECK(lijst_gemeente(l, "0363", on("2026-01-01")) == LIJST_JA &&
		      lijst_gemeente(l, "0364", on("2026-01-01")) == LIJST_NEE,
	      "a gemeente is there or not");
	CHECK(lijst_gemeente(l, "0457", on("2022-03-23")) == LIJST_JA &&
		      lijst_gemeente(l, "0457", on("2022-03-24")) == LIJST_NEE &&
		      lijst_gemeente(l, "0457", on("2030-01-01")) == LIJST_JA &&
		      lijst_gemeente(l, "0457", DAY_NONE) == LIJST_JA,
	      "on its days");
	CHECK(lijst_product(l, "45", "45A04") == LIJST_JA && lijst_product(l, "44", "45A04") == LIJST_JA &&
		      lijst_product(l, "44", "45B01") == LIJST_NEE,
	      "a code belongs to its category");
	CHECK(lijst_contract(l, "0363", "12345678", "45A04", on("2025-12-31"), &c) == LIJST_NEE &&
		      c == NULL,
	      "before the contract nothing holds");
	CHECK(lijst_contract(l, "0363", "12345678", "45A04", on("2026-06-30"), &c) == LIJST_JA &&
		      c->tarief == 8450 && c->next == NULL,
	      "then one tariff");
	NEED(lijst_contract(l, "0363", "12345678", "45A04", on("2026-12-31"), &c) == LIJST_JA &&
		     c->next != NULL && c->next->next == NULL,
	     "then two units");
	CHECK(strcmp(c->eenheid, "01") == 0 && c->tarief == 147 && strcmp(c->next->eenheid, "04") == 0 &&
		      c->next->tarief == 8450,
	      "each with its tariff");
	CHECK(lijst_contract(l, "0363", "12345678", "45A04", on("2027-01-01"), &c) == LIJST_JA &&
		      c->next != NULL && c->next->tarief == 8790,
	      "a new year, a new tariff");
	CHECK(lijst_contract(l, "0363", "12345678", "45A04", on("2040-01-01"), &c) == LIJST_JA &&
		      c->tarief == 8790 && c->next == NULL,
	      "an open end stays open");
	CHECK(lijst_contract(l, "0599", "12345678", "45A04", on("0001-01-01"), &c) == LIJST_JA &&
		      c->tarief == 9000,
	      "an open begin too");
	CHECK(lijst_contract(l, "0363", "12345678", "99999", on("2026-06-30"), &c) == LIJST_NEE,
	      "a code without contract");
	CHECK(lijst_contract(l, "0363", "99999999", "45A04", on("2026-06-30"), &c) == LIJST_GEEN &&
		      lijst_contract(l, "0363", "12345678", "45A04", DAY_NONE, &c) == LIJST_GEEN,
	      "a pair without any row, a line without a day: cannot say");
	buf_free(&why);
	end(&l);
}

static void second_folder(void)
{
	struct lijsten *l = NULL;
	struct buf why = BUF_INIT;

	NEED(lijsten_open(&l, "schemas/ijw-3.2", &why) == 0, "the lists of the release are read");
	CHECK(lijst_gemeente(l, "0363", on("2026-06-01")) == LIJST_JA &&
		      lijst_gemeente(l, "1680", DAY_NONE) == LIJST_JA &&
		      lijst_gemeente(l, "0000", DAY_NONE) == LIJST_NEE,
	      "the gemeenten of 2026 are in them");
	begin();
	put("productcodes.tsv", PRODUCTEN "45\t45A04\ta\n");
	CHECK(lijsten_more(l, dir, &why) == 0 && lijst_gemeente(l, "0363", DAY_NONE) == LIJST_JA &&
		      lijst_product(l, "45", "45A04") == LIJST_JA,
	      "the administrator's come beside them");
	put("gemeentecodes.tsv", GEMEENTEN "9999\tProef\t\t\n");
	CHECK(lijsten_more(l, dir, &why) == 0 && lijst_gemeente(l, "0363", DAY_NONE) == LIJST_NEE &&
		      lijst_gemeente(l, "9999", DAY_NONE) == LIJST_JA,
	      "or in their place");
	buf_free(&why);
	end(&l);
}

static void faults(void)
{
	static const struct {
		const char *name, *file, *content, *said;
	} cases[] = {
		{"another header", "productcodes.tsv", "code\tnaam\n", "productcodes.tsv:1"},
		{"a code of letters", "gemeentecodes.tsv", GEMEENTEN "0363\tA\t\t\nABCD\tB\t\t\n",
		 "gemeentecodes.tsv:3: code: expected 4 digits, found 'ABCD'"},
		{"no such date", "gemeentecodes.tsv", GEMEENTEN "0363\tA\t2026-02-30\t\n",
		 "gemeentecodes.tsv:2: geldig_vanaf: expected a date"},
		{"an end before the begin", "gemeentecodes.tsv", GEMEENTEN "0363\tA\t2026-02-02\t2026-02-01\n",
		 "geldig_tot: expected a date not before"},
		{"a column too few", "gemeentecodes.tsv", GEMEENTEN "0363\tA\t\n", "gemeentecodes.tsv:2"},
		{"an empty product code", "productcodes.tsv", PRODUCTEN "45\t\tx\n",
		 "productcodes.tsv:2: code: expected"},
		{"a tariff in euros", "contracten.tsv", CONTRACTEN "0363\t12345678\t45A04\t04\t84,50\t\t\n",
		 "contracten.tsv:2: tarief: expected eurocents"},
		{"a short AGB code", "contracten.tsv", CONTRACTEN "0363\t1234567\t45A04\t04\t8450\t\t\n",
		 "aanbieder: expected 8 digits"},
		{"two tariffs at a time", "contracten.tsv",
		 CONTRACTEN "0363\t12345678\t45A04\t04\t8450\t\t2026-12-31\n"
			    "0363\t12345678\t45A04\t04\t8790\t2026-12-31\t\n",
		 "contracten.tsv:3: expected one row at a time for a code and eenheid; line 2 overlaps"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lijsten *l = NULL;
		struct buf why = BUF_INIT;

		begin();
		put(cases[i].file, cases[i].content);
		if (!CHECK(lijsten_open(&l, dir, &why) < 0 && l == NULL &&
				   strstr(buf_str(&why), cases[i].said) != NULL,
			   cases[i].name))
			(void)fprintf(stderr, "%s", buf_str(&why));
		buf_free(&why);
		end(&l);
	}
}

static void many(void)
{
	struct lijsten *l = NULL;
	struct buf why = BUF_INIT, text = BUF_INIT;
	const struct contract *c;

	begin();
	buf_adds(&text, CONTRACTEN);
	for (int i = 0; i < 1001; i++)
		buf_addf(&text, "0363\t12345678\t45A04\t04\t%d\t%04d-01-01\t%04d-12-31\n", i, 1000 + i,
			 1000 + i);
	put("contracten.tsv", buf_str(&text));
	CHECK(lijsten_open(&l, dir, &why) < 0 && strstr(buf_str(&why), "at most 1000") != NULL,
	      "a thousand rows for one code are enough");
	buf_clear(&text);
	buf_adds(&text, CONTRACTEN);
	for (int i = 0; i < 50000; i++)
		buf_addf(&text, "%04d\t%08d\t45A%02d\t04\t%d\t\t\n", i % 342, i / 342, i % 7, i);
	put("contracten.tsv", buf_str(&text));
	buf_clear(&why);
	NEED(lijsten_open(&l, dir, &why) == 0, "a large list is read");
	CHECK(lijst_contract(l, "0001", "00000001", "45A00", 20000, &c) == LIJST_JA && c->tarief == 343,
	      "and looked up");
	buf_free(&text);
	buf_free(&why);
	end(&l);
}

int main(void)
{
	static const struct test tests[] = {
		{"the last line of a file", last_line},
		{"without lists nothing can be said", nothing},
		{"lists answer for a day", lookups},
		{"a second folder adds and replaces", second_folder},
		{"a fault is told with file, line and what is expected", faults},
		{"large lists", many},
		{NULL, NULL},
	};

	return unit_main("lijsten", tests);
}
