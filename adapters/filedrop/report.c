#include "report.h"

#include <string.h>

#include "base/banned.h"

static const struct {
	const char *verdict, *text[2];
} verdict_texts[] = {
	{"accepted",
	 {"Aanvaard. Het bericht is opgeslagen en wordt bezorgd.",
	  "Accepted. The message is stored and will be delivered."}},
	{"rejected",
	 {"Afgekeurd. Het bericht voldoet niet aan de regels van de standaard; er volgt een "
	  "retourbericht.",
	  "Rejected. The message breaks a rule of the standard; a return message follows."}},
	{"refused",
	 {"Geweigerd. Het bericht is niet verwerkt en niet bezorgd.",
	  "Refused. The message was not processed and not delivered."}},
	{"parked",
	 {"Geparkeerd. Het bericht is opgeslagen, maar nog niet beoordeeld. U hoeft niets te doen; "
	  "het bestand blijft hier staan tot de uitslag er is.",
	  "Parked. The message is stored but not judged yet. Nothing to do; the file stays here "
	  "until the verdict is in."}},
	{"local",
	 {"Niet verzonden. Dit bestand kan niet als bericht worden verstuurd.",
	  "Not sent. This file cannot be sent as a message."}},
};

static const char *verdict_text(const char *verdict, enum language lang)
{
	for (size_t i = 0; i < sizeof verdict_texts / sizeof *verdict_texts; i++)
		if (strcmp(verdict, verdict_texts[i].verdict) == 0)
			return verdict_texts[i].text[lang];
	return verdict;
}

/* A member as text; NULL when it is absent or empty. */
static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL || text[0] == '\0' ? NULL : text;
}

static void add_line(struct buf *out, const char *label, const char *text)
{
	if (text != NULL)
		buf_addf(out, "%s %s\n", label, text);
}

static void add_place(struct buf *out, enum language lang, const json_t *finding)
{
	json_int_t line = json_integer_value(json_object_get(finding, "line"));
	json_int_t column = json_integer_value(json_object_get(finding, "column"));
	const char *element = member(finding, "element"), *path = member(finding, "path");

	if (line <= 0 && element == NULL && path == NULL)
		return;
	buf_adds(out, lang == NEDERLANDS ? "   Waar:      " : "   Where: ");
	if (line > 0)
		buf_addf(out, "%s %lld", lang == NEDERLANDS ? "regel" : "line", (long long)line);
	if (line > 0 && column > 0)
		buf_addf(out, ", %s %lld", lang == NEDERLANDS ? "positie" : "column",
			 (long long)column);
	if (element != NULL)
		buf_addf(out, "%s%s", line > 0 ? ", " : "", element);
	if (path != NULL)
		buf_addf(out, " (%s)", path);
	buf_adds(out, "\n");
}

static void add_finding(struct buf *out, enum language lang, size_t number, const json_t *finding)
{
	bool nl = lang == NEDERLANDS;
	const char *what = member(finding, nl ? "nl" : "en"), *rule = member(finding, "rule");
	const char *code = member(finding, "retourcode");

	buf_addf(out, "\n%zu. %s\n", number, what != NULL ? what : rule != NULL ? rule : "?");
	add_place(out, lang, finding);
	if (rule != NULL)
		buf_addf(out, "%s %s%s%s\n", nl ? "   Norm:     " : "   Rule: ", rule,
			 code == NULL ? "" : nl ? ", retourcode " : ", return code ", code != NULL ? code : "");
	add_line(out, nl ? "   Wat nu:   " : "   What to do:",
		 member(finding, nl ? "todo_nl" : "todo_en"));
}

void report_text(struct buf *out, enum language lang, const char *verdict, const json_t *report)
{
	static const struct {
		const char *key, *label[2];
	} heads[] = {
		{"type", {"Soort:       ", "Type:          "}},
		{"identification", {"Kenmerk:     ", "Identification:"}},
		{"code", {"Foutcode:    ", "Code:          "}},
		{"received", {"Ontvangen:   ", "Received:      "}},
		{"id", {"Nummer (hub):", "Number (hub):  "}},
	};
	const json_t *finding, *findings = json_object_get(report, "findings");
	json_int_t more = json_integer_value(json_object_get(report, "more"));
	size_t i;

	buf_addf(out, "%s\n\n", verdict_text(verdict, lang));
	for (i = 0; i < sizeof heads / sizeof *heads; i++)
		add_line(out, heads[i].label[lang], member(report, heads[i].key));
	json_array_foreach(findings, i, finding) add_finding(out, lang, i + 1, finding);
	if (more > 0)
		buf_addf(out,
			 lang == NEDERLANDS ? "\nEn nog %lld bevindingen, hier niet getoond.\n"
					    : "\nAnd %lld more findings, not shown here.\n",
			 (long long)more);
}

json_t *report_local(const char *rule, const char *nl, const char *en, const char *todo_nl,
		     const char *todo_en)
{
	return json_pack("{s:s, s:[{s:s, s:s, s:s, s:s, s:s}], s:i}", "verdict", "local",
			 "findings", "rule", rule, "nl", nl, "en", en, "todo_nl", todo_nl,
			 "todo_en", todo_en, "more", 0);
}
