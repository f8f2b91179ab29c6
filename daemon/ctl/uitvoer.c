#include "ctl/uitvoer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/locale.h"
#include "ctl/table.h"

#include "base/banned.h"

struct uitvoer {
	enum formaat formaat;
	const struct kolom *kolommen;
	size_t n, at; /* columns, and the one that comes */
	size_t rows;
	struct table *table;
	struct buf line;
};

bool formaat_lees(const char *text, enum formaat *ret)
{
	static const char *const namen[] = {"table", "tsv", "csv", "json"};

	for (size_t i = 0; i < sizeof namen / sizeof *namen; i++)
		if (strcmp(text, namen[i]) == 0) {
			*ret = (enum formaat)i;
			return true;
		}
	(void)fprintf(stderr, "%s",
		      ctl_say("ijwctl: --format: verwacht table, tsv, csv of json\n",
			      "ijwctl: --format: expected table, tsv, csv or json\n"));
	return false;
}

static void head(struct uitvoer *u)
{
	const char *titles[TABLE_COLUMNS + 1];
	size_t n = 0;
	bool first = true;

	if (u->formaat == FORMAAT_TABEL) {
		for (size_t i = 0; i < u->n && n < TABLE_COLUMNS; i++)
			if (u->kolommen[i].nl != NULL)
				titles[n++] = ctl_say(u->kolommen[i].nl, u->kolommen[i].en);
		titles[n] = NULL;
		u->table = table_new(titles);
		return;
	}
	if (u->formaat == FORMAAT_JSON) {
		(void)fputs("[", stdout);
		return;
	}
	if (u->formaat == FORMAAT_CSV)
		(void)fputs("\xEF\xBB\xBF", stdout); /* so that a spreadsheet knows it is UTF-8 */
	for (size_t i = 0; i < u->n; i++)
		if (u->kolommen[i].naam != NULL) {
			(void)printf("%s%s",
				     first			 ? ""
				     : u->formaat == FORMAAT_CSV ? ";"
								 : "\t",
				     u->kolommen[i].naam);
			first = false;
		}
	(void)puts("");
}

struct uitvoer *uitvoer_new(enum formaat f, const struct kolom *kolommen)
{
	struct uitvoer *u = calloc(1, sizeof *u);

	if (u == NULL)
		return NULL;
	u->formaat = f;
	u->kolommen = kolommen;
	while (kolommen[u->n].naam != NULL || kolommen[u->n].nl != NULL)
		u->n++;
	head(u);
	return u;
}

static void csv_field(struct buf *b, const char *s)
{
	if (strpbrk(s, ";\"\n\r") == NULL) {
		buf_adds(b, s);
		return;
	}
	buf_adds(b, "\"");
	for (; *s != '\0'; s++)
		buf_add(b, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
	buf_adds(b, "\"");
}

/* The cell in all forms; json is how it looks there. */
static void cell(struct uitvoer *u, const char *text, const char *csv, const char *json)
{
	const struct kolom *k = &u->kolommen[u->at];
	bool last = ++u->at == u->n;

	if (u->formaat == FORMAAT_TABEL) {
		if (k->nl != NULL)
			table_cell(u->table, text);
	} else if (k->naam != NULL && u->formaat == FORMAAT_JSON) {
		buf_adds(&u->line, u->line.len == 0 ? "{" : ", ");
		buf_add_json(&u->line, k->naam);
		buf_addf(&u->line, ": %s", json);
	} else if (k->naam != NULL) {
		if (u->line.len > 0 || (u->at > 1 && u->kolommen[0].naam != NULL))
			buf_adds(&u->line, u->formaat == FORMAAT_CSV ? ";" : "\t");
		if (u->formaat == FORMAAT_CSV)
			csv_field(&u->line, csv);
		else
			buf_adds(&u->line, text);
	}
	if (!last)
		return;
	if (u->formaat == FORMAAT_JSON)
		(void)printf("%s\n  %s}", u->rows > 0 ? "," : "", buf_str(&u->line));
	else if (u->formaat != FORMAAT_TABEL)
		(void)puts(buf_str(&u->line));
	buf_clear(&u->line);
	u->at = 0;
	u->rows++;
}

void uitvoer_tekst(struct uitvoer *u, const char *s)
{
	struct buf json = BUF_INIT;

	if (u == NULL)
		return;
	buf_add_json(&json, s);
	cell(u, s != NULL ? s : "", s != NULL ? s : "", buf_str(&json));
	buf_free(&json);
}

void uitvoer_getal(struct uitvoer *u, double x, int decimalen)
{
	char text[64], csv[64];

	if (u == NULL)
		return;
	if (isnan(x)) {
		cell(u, "", "", "null");
		return;
	}
	(void)snprintf(text, sizeof text, "%.*f", decimalen, x + 0.0);
	if (strspn(text, "-0.") == strlen(text) && text[0] == '-') /* no minus before a zero */
		memmove(text, text + 1, strlen(text));
	memcpy(csv, text, sizeof csv);
	if (strchr(csv, '.') != NULL)
		*strchr(csv, '.') = ',';
	cell(u, text, csv, text);
}

void uitvoer_dag(struct uitvoer *u, day d)
{
	char text[11];

	if (d == DAY_NONE) {
		uitvoer_tekst(u, NULL);
		return;
	}
	day_text(d, text);
	uitvoer_tekst(u, text);
}

void uitvoer_print(struct uitvoer **u)
{
	if (*u == NULL)
		return;
	if ((*u)->formaat == FORMAAT_TABEL)
		table_print(&(*u)->table);
	else if ((*u)->formaat == FORMAAT_JSON)
		(void)puts((*u)->rows > 0 ? "\n]" : "]");
	buf_free(&(*u)->line);
	free(*u);
	*u = NULL;
}
