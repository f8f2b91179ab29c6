/*
 * The typed content of a message: which classes and fields are read, how their
 * values are understood, where they say they stand, and what the tables behind
 * it may not say.
 */
#include "../../lib/unit.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/geval.h"
#include "bench.h"
#include "care/knoop.h"
#include "care/regel.h"
#include "care/release.h"

static struct bench bench;

static const struct inhoud *read_as(const struct buf *text)
{
	(void)bench_check(&bench, text->data, text->len);
	return bench.checked.inhoud;
}

static bool is_day(day d, const char *text)
{
	char is[11];

	if (d == DAY_NONE)
		return text[0] == '\0';
	day_text(d, is);
	return strcmp(is, text) == 0;
}

static bool path_is(const struct inhoud *i, const struct klasse *k, const struct veld *v,
		    const char *path)
{
	struct buf pad = BUF_INIT;
	bool same;

	inhoud_pad(i, k, v, &pad);
	same = strcmp(buf_str(&pad), path) == 0;
	if (!same)
		fprintf(stderr, "\n    %s", buf_str(&pad));
	buf_free(&pad);
	return same;
}

/* ---- what is read ---- */

static void every_class(void)
{
	static const struct {
		const char *naam, *klassen; /* in the order in which they open */
	} rows[] = {
		{"JW301", "Header Client Relatie Contact Contact ToegewezenProduct "},
		{"JW302", "Header Client Relatie Contact Contact ToegewezenProduct "},
		{"JW305", "Header Client StartProduct "},
		{"JW306", "Header Client StartProduct "},
		{"JW307", "Header Client StopProduct "},
		{"JW315", "Header Client AangevraagdProduct "},
		{"JW317", "Header Client Verzoek TeWijzigenProduct "},
		{"JW319", "Header Antwoord "},
		{"JW323", "Header Declaratie Client Prestatie "},
		{"JW325", "Header DeclaratieAntwoord "},
	};

	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		struct buf text = bench_message(rows[r].naam), found = BUF_INIT;
		const struct inhoud *i = read_as(&text);

		NEED(i != NULL, "a valid message has content");
		for (uint32_t n = 1; n < i->n; n++)
			buf_addf(&found, "%s ", klasse_naam(i->list[n].soort));
		if (!CHECK(strcmp(buf_str(&found), rows[r].klassen) == 0, rows[r].naam))
			fprintf(stderr, "\n    %s: %s", rows[r].naam, buf_str(&found));
		CHECK(inhoud_header(i) == &i->list[1] && inhoud_nummer(i, &i->list[1]) == 1,
		      "the Header is number 1");
		buf_free(&text);
		buf_free(&found);
	}
}

static void allocation(void)
{
	struct buf text = bench_message("JW301");
	const struct inhoud *i = read_as(&text);
	const struct klasse *k, *relatie, *contact;

	NEED(i != NULL, "it is valid");
	k = inhoud_volgende(i, NULL, K_TOEGEWEZENPRODUCT);
	NEED(k != NULL && inhoud_volgende(i, k, K_TOEGEWEZENPRODUCT) == NULL, "one product is allocated");
	CHECK(veld_getal(i, k, V_TOEWIJZINGNUMMER, -1) == 123456001, "its number is a number");
	CHECK(is_day(veld_dag(i, k, V_INGANGSDATUM), "2026-02-09"), "its start is a day");
	CHECK(is_day(veld_dag(i, k, V_EINDDATUM), "2026-08-31"), "its end too");
	CHECK(veld_getal(i, k, V_TOEWIJZINGSTIJD, 0) == INT64_C(36900000000), "10:15:00 is a time");
	CHECK(strcmp(veld_tekst(i, k, V_CATEGORIE), "45") == 0, "a code is a text");
	CHECK(strcmp(veld_tekst(i, k, V_CODE), "45A04") == 0, "so is a product code");
	CHECK(veld_is(i, k, V_EENHEID, "04|01") && !veld_is(i, k, V_EENHEID, "04|0|010|1"),
	      "one of these codes, and no piece of one");
	CHECK(veld_aanwezig(i, k, V_OMVANG) && veld_aanwezig(i, k, V_PRODUCT), "composites are there");
	CHECK(!veld_aanwezig(i, k, V_BUDGET) && veld_getal(i, k, V_BUDGET, -7) == -7 &&
		      veld_dag(i, k, V_BEGINDATUM) == DAY_NONE &&
		      veld_tekst(i, k, V_REDENWIJZIGING) == NULL && !veld_is(i, k, V_REDENWIJZIGING, "01"),
	      "what is not there is absent");
	CHECK(veld_dag(i, k, V_CODE) == DAY_NONE && veld_tekst(i, k, V_EINDDATUM) == NULL &&
		      veld_getal(i, k, V_CATEGORIE, 3) == 3 && veld_tekst(i, k, V_OMVANG) == NULL,
	      "a field asked for as another kind is absent too");
	relatie = inhoud_volgende(i, NULL, K_RELATIE);
	contact = inhoud_volgende(i, NULL, K_CONTACT);
	CHECK(inhoud_ouder(i, contact, K_RELATIE) == relatie, "the first contact is the relation's");
	CHECK(inhoud_ouder(i, contact, K_CLIENT) == inhoud_volgende(i, NULL, K_CLIENT),
	      "who is the client's");
	contact = inhoud_volgende(i, contact, K_CONTACT);
	CHECK(inhoud_ouder(i, contact, K_RELATIE) == NULL, "the second is not");
	CHECK(strcmp(veld_tekst(i, contact, V_POSTCODE), "1011ZZ") == 0, "a longer text is kept");
	buf_free(&text);
}

static void places(void)
{
	struct buf text = bench_message("JW301");
	const struct inhoud *i;
	const struct klasse *k = NULL;
	const struct veld *v;

	CHECK(geval_copy(&text, "ToegewezenProduct") &&
		      geval_set(&text, "ToegewezenProduct[2]/ToewijzingNummer", "2"),
	      "there are two products");
	i = read_as(&text);
	NEED(i != NULL, "it is valid by the schema");
	CHECK(bench.checked.outcome == CHECK_REJECTED, "they overlap, and still there is content");
	k = inhoud_volgende(i, inhoud_volgende(i, NULL, K_TOEGEWEZENPRODUCT), K_TOEGEWEZENPRODUCT);
	NEED(k != NULL, "the second product is there");
	CHECK(k->index == 2, "it is the second");
	v = veld_van(i, k, V_EENHEID);
	CHECK(path_is(i, k, NULL, "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]"),
	      "a class has a path with its index");
	CHECK(path_is(i, k, v, "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]/Omvang/Eenheid"),
	      "a field has one from there");
	CHECK(path_is(i, inhoud_volgende(i, NULL, K_CONTACT), NULL,
		      "/Bericht/Client/Relaties/Relatie[1]/Contact"),
	      "the one contact of a relation has no index");
	CHECK(path_is(i, inhoud_header(i), veld_van(i, inhoud_header(i), V_DAGTEKENING),
		      "/Bericht/Header/BerichtIdentificatie/Dagtekening"),
	      "nor has the header");
	CHECK(inhoud_header(i)->line == 3 && inhoud_header(i)->column == 2, "a class knows its line");
	CHECK(veld_van(i, inhoud_header(i), V_AFZENDER)->line == 7 &&
		      veld_van(i, inhoud_header(i), V_AFZENDER)->column == 3,
	      "a field its line and column");
	buf_free(&text);
}

/* Return codes stand behind a class's children, and there may be several. */
static void return_codes(void)
{
	struct buf text = bench_message("JW302");
	const struct inhoud *i;
	const struct klasse *client;
	const struct veld *v;

	CHECK(geval_insert(&text, "Client/RetourCodes/RetourCode", "<b:RetourCode>0001</b:RetourCode>", true),
	      "the client gets a second code");
	i = read_as(&text);
	NEED(i != NULL, "it is valid");
	client = inhoud_volgende(i, NULL, K_CLIENT);
	v = veld_van(i, client, V_RETOURCODE);
	NEED(v != NULL, "the client has a return code");
	CHECK(strcmp(v->code, "0200") == 0, "its first is its own");
	CHECK(veld_van(i, client, V_BSN) >= client->velden && v < client->velden + client->n,
	      "all fields of a class stand together");
	v = veld_volgende(i, client, v);
	CHECK(v != NULL && strcmp(v->code, "0001") == 0 && veld_volgende(i, client, v) == NULL,
	      "its second is the last");
	CHECK(v != NULL && path_is(i, client, v, "/Bericht/Client/RetourCodes/RetourCode[2]"),
	      "and says which it is");
	CHECK(strcmp(veld_tekst(i, inhoud_header(i), V_IDENTIFICATIERETOUR), "R26020001") == 0 &&
		      is_day(veld_dag(i, inhoud_header(i), V_DAGTEKENINGRETOUR), "2026-02-03"),
	      "the header of a return message has its own fields");
	buf_free(&text);
}

/* ---- values ---- */

/* clang-format off */
static const struct {
	const char *naam, *path, *value;
	enum klasse_soort klasse;
	enum veldnaam veld;
	const char *is; /* as text; a day as a day, a number as a number */
	const char *says;
} values[] = {
	{"JW305", "StartProduct/ToewijzingNummer", "+007", K_STARTPRODUCT, V_TOEWIJZINGNUMMER, "7", "a plus and leading zeros mean nothing"},
	{"JW305", "StartProduct/ToewijzingNummer", " \n 12 \t", K_STARTPRODUCT, V_TOEWIJZINGNUMMER, "12", "nor do blanks around a number"},
	{"JW305", "StartProduct/ToewijzingNummer", "000000000000000000000000000000000123456789", K_STARTPRODUCT, V_TOEWIJZINGNUMMER, "123456789", "however many zeros"},
	{"JW305", "StartProduct/ToewijzingNummer", "-0", K_STARTPRODUCT, V_TOEWIJZINGNUMMER, "0", "minus nothing is nothing"},
	{"JW305", "StartProduct/Begindatum", " 2026-02-11\n", K_STARTPRODUCT, V_BEGINDATUM, "2026-02-11", "nor do blanks around a day"},
	{"JW305", "StartProduct/Begindatum", "-0044-03-15", K_STARTPRODUCT, V_BEGINDATUM, "0001-01-01", "before the first year is the first day"},
	{"JW305", "StartProduct/Begindatum", "12026-02-11", K_STARTPRODUCT, V_BEGINDATUM, "9999-12-31", "after the year 9999 is the last"},
	{"JW305", "Product/Code", " a b ", K_STARTPRODUCT, V_CODE, " a b ", "blanks in a text belong to it"},
	{"JW305", "Product/Code", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", K_STARTPRODUCT, V_CODE, "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", "five characters may be ten bytes"},
	{"JW305", "Product/Code", "a&amp;b", K_STARTPRODUCT, V_CODE, "a&b", "an entity is what it stands for"},
	{"JW301", "Toewijzingstijd", "24:00:00", K_TOEGEWEZENPRODUCT, V_TOEWIJZINGSTIJD, "86400000000", "24:00:00 is a time"},
	{"JW301", "Toewijzingstijd", "10:15:00.5", K_TOEGEWEZENPRODUCT, V_TOEWIJZINGSTIJD, "36900500000", "a time may have parts of a second"},
	{"JW301", "Toewijzingstijd", "10:15:00.123456789", K_TOEGEWEZENPRODUCT, V_TOEWIJZINGSTIJD, "36900123456", "of which we keep six digits"},
	{"JW323", "TotaalBedrag", "999999999999", K_DECLARATIE, V_INGEDIENDBEDRAG, "999999999999", "a total may be large"},
};
/* clang-format on */

static bool value_is(const struct inhoud *i, const struct klasse *k, enum veldnaam v, const char *text)
{
	const char *tekst = veld_tekst(i, k, v);
	char number[32];

	if (tekst != NULL)
		return strcmp(tekst, text) == 0;
	if (veld_dag(i, k, v) != DAY_NONE)
		return is_day(veld_dag(i, k, v), text);
	(void)snprintf(number, sizeof number, "%lld", (long long)veld_getal(i, k, v, -1));
	return strcmp(number, text) == 0;
}

static void lexical(void)
{
	for (size_t r = 0; r < sizeof values / sizeof *values; r++) {
		struct buf text = bench_message(values[r].naam);
		const struct inhoud *i;

		CHECK(geval_set(&text, values[r].path, values[r].value), values[r].path);
		i = read_as(&text);
		NEED(i != NULL, values[r].says);
		CHECK(value_is(i, inhoud_volgende(i, NULL, values[r].klasse), values[r].veld, values[r].is),
		      values[r].says);
		buf_free(&text);
	}
}

static void invalid(void)
{
	struct buf text = bench_message("JW305");

	bench_replace(&text, "2026-02-11", "2026-02-31");
	CHECK(read_as(&text) == NULL && bench.checked.outcome == CHECK_INVALID,
	      "what the schema refuses has no content");
	CHECK(strcmp(bench.checked.bericht.afzender, "98001234") == 0, "but its facts");
	buf_free(&text);
	buf_adds(&text, "<x/>");
	CHECK(read_as(&text) == NULL, "nor has what is no message");
	buf_free(&text);
}

/* The content of a large message is a fraction of it. */
static void memory(void)
{
	struct buf text = bench_message("JW323"), out = BUF_INIT;
	const char *line = strstr(buf_str(&text), "<jw323:Prestatie>");
	const char *end = strstr(buf_str(&text), "</jw323:Prestaties>");
	const struct inhoud *i;

	buf_add(&out, text.data, (size_t)(line - text.data));
	for (int n = 0; n < 26000; n++)
		buf_add(&out, line, (size_t)(end - line));
	buf_adds(&out, end);
	i = read_as(&out);
	NEED(i != NULL && i->n == 26000 + 4, "every line is there");
	CHECK(inhoud_volgende(i, NULL, K_PRESTATIE)->n == 11, "with eleven fields");
	CHECK(bench.arena.used < 26000 * 450, "and with all that the rules made, below 450 bytes a line");
	buf_free(&text);
	buf_free(&out);
}

/* ---- tables ---- */

static char folder[64];

static bool write_table(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "we");
	if (f == NULL)
		return false;
	(void)fputs(text, f);
	return fclose(f) == 0;
}

static void remove_tables(void)
{
	static const char *const names[] = {"elements.tsv", "datatypes.tsv", "velden.tsv", "regels.tsv"};
	char path[128];

	for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, names[n]);
		(void)unlink(path); /* not all of them need be there */
	}
	(void)rmdir(folder);
}

/* A release of one small message; false, with why, when its tables do not fit each other. */
static bool open_tables(const char *velden, struct knopen **k, struct buf *why)
{
	struct catalog *c = NULL;
	bool gebruikt[16] = {false}, good;

	buf_clear(why);
	(void)snprintf(folder, sizeof folder, "/tmp/ijwd-inhoud-XXXXXX");
	good = mkdtemp(folder) != NULL &&
	       write_table("elements.tsv",
			   "bericht\tpad\tdatatype\tmin\tmax\tpersonal\tpattern\n"
			   "JW305\t/Bericht\tRoot\t1\t1\tno\t\n"
			   "JW305\t/Bericht/Client\tClient\t1\t1\tno\t\n"
			   "JW305\t/Bericht/Client/Bsn\tLDT_Bsn\t1\t1\tyes\t\n"
			   "JW305\t/Bericht/Client/Lijst\tLijst\t1\t1\tno\t\n"
			   "JW305\t/Bericht/Client/Lijst/StartProduct\tStartProduct\t1\tunbounded\tno\t\n"
			   "JW305\t/Bericht/Client/Lijst/StartProduct/Begindatum\tLDT_Datum\t1\t1\tno\t\n"
			   "JW305\t/Bericht/Client/Slot\tLDT_Datum\t1\t1\tno\t\n") &&
	       write_table("datatypes.tsv", "datatype\tbasis\tminLength\tmaxLength\tminInclusive"
					    "\tmaxInclusive\tpattern\tlijst\n"
					    "LDT_Datum\tdate\t\t\t\t\t\t\n"
					    "LDT_Bsn\tstring\t1\t9\t\t\t\t\n") &&
	       (velden == NULL || write_table("velden.tsv", velden)) &&
	       catalog_open(&c, folder, why) == 0;
	good = good && velden_check(c, why) == 0 && knopen_new(k, c, "JW305", gebruikt) == 0 &&
	       velden_check_used(c, gebruikt, why) == 0;
	if (k != NULL && !good)
		knopen_free(k);
	if (good) {
		const struct knopen *t = *k;
		uint16_t hint = 0, client = knoop_kind(t, 0, "Client", &hint);

		hint = 0;
		CHECK(t->n == 7 && strcmp(t->list[client].naam, "Client") == 0 &&
			      t->list[client].soort == K_CLIENT,
		      "a class is found");
		CHECK(strcmp(t->list[knoop_kind(t, client, "Slot", &hint)].naam, "Slot") == 0 &&
			      strcmp(t->list[knoop_kind(t, client, "Bsn", &hint)].naam, "Bsn") == 0 &&
			      knoop_kind(t, client, "Begindatum", &hint) == KNOOP_GEEN,
		      "a child is found in any order, and no grandchild");
		knopen_free(k);
	}
	catalog_free(&c);
	remove_tables();
	return good;
}

static void trees(void)
{
	static const struct {
		const char *velden;
		const char *why; /* NULL: good */
	} rows[] = {
		{NULL, NULL},
		{"klasse\tpad\tveld\nClient\tBsn\tBSN\nStartProduct\tBegindatum\tBEGINDATUM\n", NULL},
		{"klasse\tpad\tveld\nClient\tBsn\tBSN\nKlant\tBsn\tBSN\n", "velden.tsv:3: Klant BSN: no such class"},
		{"klasse\tpad\tveld\nClient\tBsn\tSOFINUMMER\n", "velden.tsv:2: Client SOFINUMMER: no such field"},
		{"klasse\tpad\tveld\nClient\tNaam\tBSN\n", "velden.tsv:2: no message has Client/Naam"},
		{"klasse\tpad\tveld\nClient\tLijst/StartProduct/Begindatum\tBEGINDATUM\n",
		 "velden.tsv:2: no message has Client/Lijst/StartProduct/Begindatum"},
		{"klasse\tveld\nClient\tBSN\n", "velden.tsv:1: expected 3 columns"},
	};
	struct buf why = BUF_INIT;

	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		struct knopen *k = NULL;
		bool good = open_tables(rows[r].velden, &k, &why);

		CHECK(good == (rows[r].why == NULL), rows[r].why != NULL ? rows[r].why : "good tables");
		CHECK(rows[r].why == NULL || strstr(buf_str(&why), rows[r].why) != NULL, rows[r].why);
	}
	buf_free(&why);
}

#define ROW(id, niveau, berichten, klasse, reden) \
	id "\t" niveau "\t" berichten "\t" klasse "\t\t0001\t\t" reden "\tn.\te.\ttn.\tte.\n"

/* The rows of a release: what is wrong with them is told when it is opened. */
static void rules(void)
{
	static const struct {
		const char *row, *why;
	} rows[] = {
		{ROW("TR018", "bericht", "JW307", "StopProduct", ""), "no row for TR002, which is checked"},
		{ROW("XX001", "bericht", "JW307", "StopProduct", ""),
		 "regels.tsv:2: XX001: neither a function nor a reason why there is none"},
		{ROW("TR018", "elders", "JW307", "StopProduct", ""), "regels.tsv:2: TR018: no such niveau"},
		{ROW("TR018", "bericht", "JW999", "StopProduct", ""), "regels.tsv:2: TR018: no such message"},
		{ROW("TR018", "bericht", "JW307", "StopProduct,Stop", ""), "regels.tsv:2: TR018: no such class"},
		{"TR018\tbericht\n", "regels.tsv:2: expected 12 columns"},
	};
	const struct catalog *c = standard_catalog(standards_by_name(bench.standards, "JW301")->standard);
	struct buf why = BUF_INIT, text = BUF_INIT;
	struct regels *r = NULL;
	size_t n = 1;

	(void)snprintf(folder, sizeof folder, "/tmp/ijwd-inhoud-XXXXXX");
	NEED(mkdtemp(folder) != NULL, "there is room for a folder");
	CHECK(regels_open(&r, folder, c, &why) == 0, "a release without regels.tsv opens");
	if (r != NULL)
		(void)regels_list(r, &n); /* none: only their number counts */
	CHECK(r != NULL && n == 0, "and has no rules");
	regels_free(&r);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&text);
		buf_clear(&why);
		buf_addf(&text, "id\tniveau\tberichten\tklasse\telement\tretourcode\tstil_bij\treden\tnl\ten"
				"\ttodo_nl\ttodo_en\n%s", rows[i].row);
		(void)write_table("regels.tsv", buf_str(&text));
		CHECK(regels_open(&r, folder, c, &why) == -EINVAL && r == NULL, rows[i].why);
		CHECK(strstr(buf_str(&why), rows[i].why) != NULL, rows[i].why);
	}
	remove_tables();
	buf_free(&text);
	buf_free(&why);
}

int main(void)
{
	static const struct test tests[] = {
		{"every class of a message is read, in its order", every_class},
		{"an allocation has typed fields", allocation},
		{"classes and fields know where they stand", places},
		{"return codes belong to their class", return_codes},
		{"values are understood as the schema means them", lexical},
		{"an invalid message has no content, but facts", invalid},
		{"a large declaration takes little memory", memory},
		{"velden.tsv is held to classes, fields and messages", trees},
		{"regels.tsv is held to functions, messages and classes", rules},
		{NULL, NULL},
	};
	int r;

	if (bench_open(&bench) < 0)
		return 2;
	r = unit_main("the content of a message", tests);
	bench_close(&bench);
	return r;
}
