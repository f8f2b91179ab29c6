/*
 * The sentences: one for each cause, with its place, and never a personal
 * value.  Rows change a shipped message and say what a clerk must read.
 */
#include "../../lib/unit.h"

#include "bench.h"
#include "care/mask.h"

struct row {
	const char *naam, *old, *new;
	const char *facet, *path;
	const char *nl;
};

#define CLIENT "/Bericht/Client"
#define START CLIENT "/StartProducten/StartProduct[1]"

/* clang-format off */
static const struct row rows[] = {
	{"JW305", "2026-02-11", "2027-06-31", "type", START "/Begindatum",
		"Element Begindatum: '2027-06-31' is geen bestaande datum (jjjj-mm-dd)."},
	{"JW305", "Geslacht>2", "Geslacht>7", "enumeration", CLIENT "/Geslacht",
		"Element Geslacht: '7' staat niet in de codelijst COD046 Geslacht (toegestaan: 0 (Onbekend), 1 (Mannelijk), 2 (Vrouwelijk))."},
	{"JW305", "Geslacht>2", "Geslacht>22", "enumeration", CLIENT "/Geslacht",
		"Element Geslacht: '22' staat niet in de codelijst COD046 Geslacht (toegestaan: 0 (Onbekend), 1 (Mannelijk), 2 (Vrouwelijk))."},
	{"JW305", "Categorie>45", "Categorie>99", "enumeration", START "/Product/Categorie",
		"Element Categorie: '99' staat niet in de codelijst JZ020 Productcategorie (24 codes)."},
	{"JW305", "Bsn>999930084", "Bsn>12345678901", "pattern", CLIENT "/Bsn",
		"Element Bsn moet uit precies 9 cijfers bestaan."},
	{"JW305", "Bsn>999930084", "Bsn>", "pattern", CLIENT "/Bsn", "Element Bsn is leeg."},
	{"JW305", "ToewijzingNummer>123456001", "ToewijzingNummer>9999999999", "maxInclusive", START "/ToewijzingNummer",
		"Element ToewijzingNummer: '9999999999' moet een getal van 0 tot en met 999999999 zijn."},
	{"JW305", "ToewijzingNummer>123456001", "ToewijzingNummer>1e", "type", START "/ToewijzingNummer",
		"Element ToewijzingNummer: '1e' is geen geheel getal."},
	{"JW305", ">S26020001<", ">S260200012345<", "maxLength", "/Bericht/Header/BerichtIdentificatie/Identificatie",
		"Element Identificatie mag hoogstens 12 tekens lang zijn en is er nu 13."},
	{"JW305", "BerichtCode>438", "BerichtCode>440", "pattern", "/Bericht/Header/BerichtCode",
		"Element BerichtCode: '440' past niet bij dit bericht: de berichtcode van JW305 is 438."},
	{"JW305", "BerichtVersie>3", "BerichtVersie>2", "pattern", "/Bericht/Header/BerichtVersie",
		"Element BerichtVersie: '2' past niet bij dit bericht: de versie van JW305 is 3."},
	{"JW305", "<jw305:Geslacht>2</jw305:Geslacht>", "", "missing", CLIENT "/Geslacht",
		"Na Geboortedatum ontbreekt het verplichte element Geslacht (in Client)."},
	{"JW305", "<jw305:StatusAanlevering>1</jw305:StatusAanlevering>", "", "missing", START "/StatusAanlevering",
		"Na Begindatum ontbreekt het verplichte element StatusAanlevering (in StartProduct)."},
	{"JW305", "<jw305:Bsn>999930084</jw305:Bsn>", "", "missing", CLIENT "/Bsn",
		"In Client ontbreekt het verplichte element Bsn."},
	{"JW305", "<jw305:Bsn>", "<jw305:Burgerservicenummer/><jw305:Bsn>", "unexpected", CLIENT "/Burgerservicenummer",
		"Element Burgerservicenummer hoort hier niet; verwacht werd Bsn."},
	{"JW305", "<jw305:StatusAanlevering>1</jw305:StatusAanlevering>", "<jw305:StatusAanlevering>1</jw305:StatusAanlevering><jw305:StatusAanlevering>1</jw305:StatusAanlevering>",
		"unexpected", START "/StatusAanlevering[2]", "Element StatusAanlevering hoort hier niet."},
	{"JW305", "<jw305:Geslacht>2</jw305:Geslacht>", "<ijw:Geslacht>2</ijw:Geslacht>", "namespace", CLIENT "/Geslacht",
		"Element Geslacht staat in de verkeerde namespace; verwacht werd http://www.istandaarden.nl/ijw/3_2/jw305/schema."},
	{"JW305", "<jw305:Client>", "<jw305:Client>los", "text", CLIENT,
		"Element Client bevat losse tekst, maar mag alleen elementen bevatten."},
	{"JW305", "Geslacht>2", "Geslacht><jw305:a/>2", "element", CLIENT "/Geslacht",
		"Element Geslacht bevat elementen, maar mag alleen een waarde bevatten."},
	{"JW305", "<jw305:Bsn>", "<jw305:Bsn soort=\"x\">", "attribute", CLIENT "/Bsn",
		"Attribuut soort bij element Bsn is niet toegestaan."},
	{"JW305", "<jw305:Bericht", "<jw305:Bestand", "root", "/Bestand",
		"Het bericht begint met element Bestand; dat moet Bericht zijn."},
	{"JW305", "Achternaam>Voorbeeld", "Achternaam>Jansen & Zoon", "well-formed", CLIENT "/Naam/Geslachtsnaam/Achternaam",
		"Er staat een losse & of < in een tekst, of een naam is niet goed geschreven."},
	{"JW301", "1011ZZ", "1011ZZ1234", "maxLength", CLIENT "/Contactgegevens/Contact[1]/Adres/Postcode",
		"Element Postcode mag hoogstens 8 tekens lang zijn en is er nu 10."},
	{"JW301", "LandCode>NL", "LandCode>XX", "enumeration", CLIENT "/Contactgegevens/Contact[1]/Adres/LandCode",
		"Element LandCode: de waarde staat niet in de codelijst COD032 Land (249 codes)."},
	{"JW301", "2014-05-17", "2014-02-30", "type", CLIENT "/Geboortedatum/Datum",
		"Element Datum is geen bestaande datum (jjjj-mm-dd)."},
	{"JW305", "2026-02-11", "999930084", "type", START "/Begindatum",
		"Element Begindatum is geen bestaande datum (jjjj-mm-dd)."},
	{"JW305", "2026-02-11", "Jan", "type", START "/Begindatum",
		"Element Begindatum is geen bestaande datum (jjjj-mm-dd)."},
};
/* clang-format on */

static bool equal(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void sentences(void)
{
	struct bench b;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct buf text = bench_message(r->naam);
		const struct finding *f;

		bench_replace(&text, r->old, r->new);
		if (equal(r->facet, "root"))
			bench_replace(&text, "</jw305:Bericht>", "</jw305:Bestand>");
		(void)bench_check(&b, text.data, text.len);
		buf_free(&text);
		if (!CHECK(b.checked.findings.n == 1, r->nl))
			continue;
		f = &b.checked.findings.list[0];
		if (!CHECK(equal(f->nl, r->nl), r->nl))
			fprintf(stderr, "\n  said: %s\n", f->nl);
		if (!CHECK(equal(f->path, r->path), r->nl))
			fprintf(stderr, "\n  at: %s\n", f->path);
		CHECK(equal(f->facet, r->facet), r->nl);
		CHECK(f->line > 0 && f->column > 0, r->nl);
		CHECK(f->en != NULL && f->todo_nl != NULL && f->todo_en != NULL, r->nl);
	}
	bench_close(&b);
}

/* Every value of the message spoilt in turn; none of the personal ones may come back. */
static void nothing_personal(void)
{
	static const char *const secrets[] = {"Geheimpje", "999930084", "1973-11-23x"};
	struct bench b;
	size_t told = 0;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t k = 0; k < sizeof secrets / sizeof *secrets; k++) {
		struct buf text = bench_message("JW301");

		for (const char *at = text.data; (at = strchr(at, '>')) != NULL; at++) {
			const char *end = strchr(at, '<');
			struct buf spoilt = BUF_INIT, out = BUF_INIT;

			if (end == NULL || at[1] == '\n' || end[1] != '/')
				continue;
			buf_add(&spoilt, text.data, (size_t)(at + 1 - text.data));
			buf_addf(&spoilt, "%s%s", k == 2 ? "Jan.Jansen@example.org " : "",
				 secrets[k]);
			buf_adds(&spoilt, end);
			(void)bench_check(&b, spoilt.data, spoilt.len);
			findings_json(&b.checked.findings, &out);
			told += b.checked.findings.n;
			CHECK(strstr(buf_str(&out), secrets[k]) == NULL &&
				      strstr(buf_str(&out), "Jansen") == NULL,
			      "a value that may be personal is never in a finding");
			buf_free(&spoilt);
			buf_free(&out);
		}
		buf_free(&text);
	}
	CHECK(told > 60, "there were findings to look at");
	bench_close(&b);
}

/* Names of elements come from the sender too. */
static void odd_names(void)
{
	static const char *const names[] = {
		"n999930084", "veel_te_lange_naam_om_nog_een_element_te_zijn", "J\xC3\xA1n"};
	struct bench b;

	NEED(bench_open(&b) == 0, "the shipped schemas open");
	for (size_t i = 0; i < 3; i++) {
		struct buf text = bench_message("JW305"), put = BUF_INIT, out = BUF_INIT;

		buf_addf(&put, "<jw305:%s/><jw305:Bsn>", names[i]);
		bench_replace(&text, "<jw305:Bsn>", buf_str(&put));
		CHECK(bench_check(&b, text.data, text.len) == CHECK_INVALID,
		      "an unknown element is told");
		findings_json(&b.checked.findings, &out);
		CHECK(strstr(buf_str(&out), names[i]) == NULL, "but not by an odd name");
		CHECK(equal(b.checked.findings.list[0].path, CLIENT "/?"), "its place is");
		buf_free(&text);
		buf_free(&put);
		buf_free(&out);
	}
	bench_close(&b);
}

static void masks(void)
{
	static const struct {
		const char *value;
		bool shown;
	} values[] = {{"2026-02-31", true},  {"10:15:00+01:00", true},
		      {"7", true},	     {"D2", true},
		      {"NL", true},	     {"123456001", true},
		      {"1.0.0", true},	     {"", false},
		      {"999930084", false},  {"999.930.084", false},
		      {"1999930084", false}, {"Jan", false},
		      {"a b", false},	     {"12345678901234567890123456789012345", false},
		      {"\xC3\xA9", false},   {"1,5", false}};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		CHECK(mask_value_harmless(values[i].value, strlen(values[i].value)) ==
			      values[i].shown,
		      values[i].value);
	CHECK(mask_name_harmless("Foo_1", 5) && !mask_name_harmless("1a", 2) &&
		      !mask_name_harmless("a b", 3),
	      "names look like names");
}

static void json(void)
{
	struct arena a = ARENA_INIT;
	struct findings fs = {0};
	struct buf out = BUF_INIT;
	const struct finding f = {.rule = "XSD", .nl = "a\"b\n", .en = "c", .line = 3};

	findings_json(&fs, &out);
	CHECK(equal(buf_str(&out), "[]"), "no findings are an empty array");
	buf_clear(&out);
	CHECK(findings_add(&fs, &a, NULL, &f) == 0 && fs.code == NULL,
	      "advice has no delivery code");
	CHECK(findings_add(&fs, &a, "BRS13", &f) == 0 && equal(fs.code, "BRS13"),
	      "a refusal has one");
	CHECK(findings_add(&fs, &a, "BRS14", &f) == 0 && equal(fs.code, "BRS13"),
	      "and the first stands");
	fs.n = 1;
	findings_json(&fs, &out);
	CHECK(equal(buf_str(&out),
		    "[{\"rule\":\"XSD\",\"line\":3,\"nl\":\"a\\\"b\\u000a\",\"en\":\"c\"}]"),
	      "what is unknown is left out");
	buf_free(&out);
	arena_release(&a);
}

int main(void)
{
	static const struct test tests[] = {
		{"every cause gives one sentence, at its place", sentences},
		{"no value that may be personal is ever told", nothing_personal},
		{"an element's odd name is not told either", odd_names},
		{"a value is harmless by its shape", masks},
		{"findings become JSON", json},
		{NULL, NULL}};

	return unit_main("explain", tests);
}
