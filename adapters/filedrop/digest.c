#include "digest.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* ---- words ---- */

static const struct {
	const char *word, *nl;
} woorden[] = {
	{"certain", "zeker"},
	{"probable", "waarschijnlijk"},
	{"information", "informatie"},
	{"hint", "hint"},
	{"red", "rood"},
	{"amber", "oranje"},
	{"green", "groen"},
};

static const char *dutch(const char *word)
{
	for (size_t i = 0; i < sizeof woorden / sizeof *woorden; i++)
		if (strcmp(woorden[i].word, word) == 0)
			return woorden[i].nl;
	return word;
}

/* The chance as a percentage, "" when there is none. */
static const char *percentage(const json_t *item, char room[8])
{
	const json_t *chance = json_object_get(item, "chance");

	room[0] = '\0';
	if (json_is_number(chance))
		(void)snprintf(room, 8, "%.0f",
			       fmax(0, fmin(100, 100 * json_number_value(chance))));
	return room;
}

/* ---- the name ---- */

bool digest_name(const json_t *notice, char *name, size_t room)
{
	if (strcmp(member(notice, "notice"), "open-ends") != 0)
		return false;
	(void)snprintf(name, room, "open-einden_%.8s_%.8s", member(notice, "code"),
		       member(notice, "week"));
	for (char *c = name; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			*c = '-';
	return true;
}

/* ---- a spreadsheet ---- */

/* In quotes where needed, and never what a spreadsheet would calculate. */
static void add_cell(struct buf *out, const char *text)
{
	if (strpbrk(text, ";\"\r\n") == NULL && strchr("=+-@", text[0]) == NULL) {
		buf_adds(out, text);
		return;
	}
	buf_adds(out, text[0] != '\0' && strchr("=+-@", text[0]) != NULL ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		buf_add(out, text, 1);
		if (*text == '"')
			buf_add(out, "\"", 1);
	}
	buf_adds(out, "\"");
}

static void add_row(struct buf *out, const json_t *item)
{
	static const struct {
		const char *key;
		bool word;
	} columns[] = {
		{"gemeente", false}, {"aanbieder", false}, {"toewijzingnummer", false},
		{"category", false}, {"product", false},   {"begin", false},
		{"kind", false},     {"strength", true},   {"since", false},
		{"estimate", false}, {"low", false},	   {"high", false},
	};
	char room[8];

	for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
		const char *text = member(item, columns[c].key);

		add_cell(out, columns[c].word ? dutch(text) : text);
		buf_adds(out, ";");
	}
	buf_addf(out, "%s;", percentage(item, room));
	add_cell(out, dutch(member(item, "light")));
	buf_adds(out, ";");
	add_cell(out, member(item, "reason"));
	buf_adds(out, ";");
	add_cell(out, member(item, "nl"));
	buf_adds(out, ";");
	add_cell(out, member(item, "todo_nl"));
	buf_adds(out, "\r\n");
}

void digest_csv(const json_t *notice, struct buf *out)
{
	const json_t *item, *items = json_object_get(notice, "items");
	size_t i;

	buf_adds(out,
		 "\xef\xbb\xbf"
		 "gemeente;aanbieder;toewijzingnummer;productcategorie;productcode;begin;soort;"
		 "sterkte;sinds;geschat einde;vroegst;laatst;kans (%);stoplicht;reden;toelichting;"
		 "opheffen door\r\n");
	json_array_foreach(items, i, item) add_row(out, item);
}

/* ---- a text ---- */

static void add_counts(struct buf *out, const json_t *notice)
{
	const json_t *count, *counts = json_object_get(notice, "counts");
	static const char *const strengths[] = {"certain", "probable", "information", "hint"};
	const char *comma = "";
	size_t i;

	buf_addf(out, "In totaal %lld",
		 (long long)json_integer_value(json_object_get(notice, "count")));
	for (size_t s = 0; s < sizeof strengths / sizeof *strengths; s++) {
		long long n = 0;

		json_array_foreach(counts, i, count) n +=
			strcmp(member(count, "strength"), strengths[s]) == 0
				? (long long)json_integer_value(json_object_get(count, "count"))
				: 0;
		if (n > 0)
			buf_addf(out, "%s %lld %s", comma[0] != '\0' ? comma : ":", n,
				 dutch(strengths[s]));
		comma = n > 0 ? "," : comma;
	}
	buf_adds(out, ".\n");
}

static void add_line(struct buf *out, const char *label, const char *text)
{
	if (text[0] != '\0')
		buf_addf(out, "   %-16s%s\n", label, text);
}

static void add_estimate(struct buf *out, const json_t *item)
{
	char room[8];

	if (member(item, "estimate")[0] != '\0')
		buf_addf(out, "   %-16s%s, tussen %s en %s\n",
			 "Geschat einde:", member(item, "estimate"), member(item, "low"),
			 member(item, "high"));
	if (percentage(item, room)[0] != '\0')
		buf_addf(out, "   %-16s%s%% dat de zorg geëindigd is\n", "Kans:", room);
}

static void add_item(struct buf *out, size_t number, const json_t *item)
{
	buf_addf(out, "\n%zu. ToewijzingNummer %s, gemeente %s, aanbieder %s, product %s\n", number,
		 member(item, "toewijzingnummer"), member(item, "gemeente"),
		 member(item, "aanbieder"),
		 member(item, "product")[0] != '\0' ? member(item, "product")
						    : member(item, "category"));
	buf_addf(out, "   %-16s%s, %s\n", "Soort:", member(item, "kind"),
		 dutch(member(item, "strength")));
	add_line(out, "Begonnen:", member(item, "begin"));
	add_line(out, "Sinds:", member(item, "since"));
	add_estimate(out, item);
	if (member(item, "light")[0] != '\0')
		buf_addf(out, "   %-16s%s%s%s\n", "Stoplicht:", dutch(member(item, "light")),
			 member(item, "reason")[0] != '\0' ? ", " : "", member(item, "reason"));
	add_line(out, "Waarom:", member(item, "nl"));
	add_line(out, "Opheffen door:", member(item, "todo_nl"));
}

void digest_text(const json_t *notice, struct buf *out)
{
	const json_t *item, *items = json_object_get(notice, "items");
	long long more = (long long)json_integer_value(json_object_get(notice, "more"));
	size_t i;

	buf_addf(out, "Open einden van %s, week %s, stand van %s\n\n", member(notice, "code"),
		 member(notice, "week"), member(notice, "date"));
	buf_adds(out, "Zorg die geëindigd lijkt en waarvan het stopbericht ontbreekt.  Niets is "
		      "afgekeurd;\n"
		      "een stopbericht (JW307), of wat er bij staat, haalt een regel weg.\n\n");
	add_counts(out, notice);
	json_array_foreach(items, i, item) add_item(out, i + 1, item);
	if (more > 0)
		buf_addf(out, "\nEn nog %lld, hier niet getoond.\n", more);
}
