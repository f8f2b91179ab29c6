/*
 * Sentences about text that is no well-formed XML or that passes a limit.
 * Two tables: what libxml2's numbers mean, and what the scan's faults mean.
 */
#include "care/explain.h"

#include <errno.h>
#include <string.h>

#include "base/banned.h"

#define SUPPLIER_NL "Leg dit voor aan uw softwareleverancier: het bestand is geen geldige XML."
#define SUPPLIER_EN "Ask your software supplier: the file is not valid XML."

struct sentence {
	const char *nl, *en, *todo_nl, *todo_en;
};

/* clang-format off */
#define AMPERSAND { \
	"Het teken & is niet als &amp; geschreven, of na & volgt een naam die XML niet kent.", \
	"The character & is not written as &amp;, or a name follows & that XML does not know.", \
	"Schrijf & in teksten als &amp; en < als &lt;.", "Write & in texts as &amp; and < as &lt;."}
#define TAG { \
	"Een tag is niet goed geschreven: er ontbreekt een teken zoals > of een aanhalingsteken.", \
	"A tag is not written well: a character such as > or a quotation mark is missing.", \
	"Schrijf < in teksten als &lt; en controleer de tag.", \
	"Write < in texts as &lt; and check the tag."}
#define NAMESPACE { \
	"De namespace van een element of attribuut is niet goed opgegeven.", \
	"The namespace of an element or attribute is not declared well.", SUPPLIER_NL, SUPPLIER_EN}
#define BEHIND { \
	"Na het einde van het bericht volgt nog tekst.", "Text follows after the end of the message.", \
	"Verstuur één bericht per bestand, met niets erachter.", \
	"Send one message a file, with nothing after it."}

static const struct {
	int code;
	struct sentence say;
} xml_sentences[] = {
	{XML_ERR_DOCUMENT_EMPTY, {"Het bestand is leeg of begint niet met XML.",
		"The file is empty or does not begin with XML.",
		"Controleer of het goede bestand is verstuurd.", "Check that the right file was sent."}},
	{XML_ERR_DOCUMENT_END, BEHIND},
	{XML_ERR_UNDECLARED_ENTITY, AMPERSAND},
	{XML_ERR_ENTITYREF_SEMICOL_MISSING, AMPERSAND},
	{XML_ERR_NAME_REQUIRED, {"Er staat een losse & of < in een tekst, of een naam is niet goed geschreven.",
		"There is a bare & or < in a text, or a name is not written well.",
		"Schrijf & in teksten als &amp; en < als &lt;.", "Write & in texts as &amp; and < as &lt;."}},
	{XML_ERR_INVALID_CHARREF, AMPERSAND},
	{XML_ERR_INVALID_DEC_CHARREF, AMPERSAND},
	{XML_ERR_INVALID_HEX_CHARREF, AMPERSAND},
	{XML_ERR_INVALID_CHAR, {"Er staat een teken in dat in XML niet mag, zoals een stuurteken.",
		"There is a character that XML does not allow, such as a control character.",
		"Haal het teken weg uit de tekst.", "Remove the character from the text."}},
	{XML_ERR_INVALID_ENCODING, {"Er staat een byte in die geen UTF-8 is.",
		"There is a byte that is not UTF-8.", "Verstuur het bericht in UTF-8.",
		"Send the message in UTF-8."}},
	{XML_ERR_ATTRIBUTE_REDEFINED, {"Een tag heeft tweemaal hetzelfde attribuut.",
		"A tag has the same attribute twice.", SUPPLIER_NL, SUPPLIER_EN}},
	{XML_ERR_COMMENT_NOT_FINISHED, {"Een commentaar (<!-- … -->) wordt niet afgesloten.",
		"A comment (<!-- … -->) is not closed.", SUPPLIER_NL, SUPPLIER_EN}},
	{XML_ERR_HYPHEN_IN_COMMENT, {"In een commentaar (<!-- … -->) mogen geen twee streepjes achter elkaar staan.",
		"A comment (<!-- … -->) may not hold two hyphens in a row.", SUPPLIER_NL, SUPPLIER_EN}},
	{XML_ERR_MISPLACED_CDATA_END, {"In een tekst staat ]]>, en dat mag in XML niet.",
		"A text holds ]]>, which XML does not allow.",
		"Schrijf > in teksten als &gt;.", "Write > in texts as &gt;."}},
	{XML_ERR_GT_REQUIRED, TAG},
	{XML_ERR_SPACE_REQUIRED, TAG},
	{XML_ERR_ATTRIBUTE_NOT_STARTED, TAG},
	{XML_ERR_ATTRIBUTE_NOT_FINISHED, TAG},
	{XML_ERR_ATTRIBUTE_WITHOUT_VALUE, TAG},
	{XML_ERR_LT_IN_ATTRIBUTE, TAG},
	{XML_ERR_LTSLASH_REQUIRED, TAG},
	{XML_NS_ERR_XML_NAMESPACE, NAMESPACE},
	{XML_NS_ERR_UNDEFINED_NAMESPACE, NAMESPACE},
	{XML_NS_ERR_QNAME, NAMESPACE},
	{XML_NS_ERR_ATTRIBUTE_REDEFINED, NAMESPACE},
	{XML_NS_ERR_EMPTY, NAMESPACE},
	{XML_NS_ERR_COLON, NAMESPACE},
};

static const struct {
	const char *rule, *facet;
	struct sentence say;
} scan_sentences[] = {
	[SCAN_SIZE] = {"OP179", "size", {"Het bericht is groter dan 25 MB.",
		"The message is larger than 25 MB.",
		"Splits het in kleinere berichten.", "Split it into smaller messages."}},
	[SCAN_BOM] = {"OP192", "encoding", {"Het bericht begint met een byte order mark (BOM).",
		"The message begins with a byte order mark (BOM).",
		"Sla het op als UTF-8 zonder BOM.", "Save it as UTF-8 without BOM."}},
	[SCAN_UTF16] = {"OP192", "encoding", {"Het bericht is niet in UTF-8 geschreven maar in een andere codering, zoals UTF-16.",
		"The message is not written in UTF-8 but in another encoding, such as UTF-16.",
		"Verstuur het bericht in UTF-8.", "Send the message in UTF-8."}},
	[SCAN_ENCODING] = {"OP192", "encoding", {"De eerste regel noemt een andere codering dan UTF-8.",
		"The first line names another encoding than UTF-8.",
		"Verstuur het bericht in UTF-8 en noem die in de eerste regel.",
		"Send the message in UTF-8 and say so in the first line."}},
	[SCAN_BYTE] = {"OP192", "encoding", {"Hier staat een byte die geen UTF-8 is, bijvoorbeeld een letter met accent in een oudere codering.",
		"Here is a byte that is not UTF-8, such as an accented letter in an older encoding.",
		"Verstuur het bericht in UTF-8.", "Send the message in UTF-8."}},
	[SCAN_NUL] = {"XML", "nul", {"Hier staat een NUL-byte; die mag nergens in een bericht staan.",
		"Here is a NUL byte; it may be nowhere in a message.", SUPPLIER_NL, SUPPLIER_EN}},
	[SCAN_DOCTYPE] = {"XML", "doctype", {"Het bericht bevat een DOCTYPE; dat is niet toegestaan.",
		"The message holds a DOCTYPE; that is not allowed.",
		"Haal de DOCTYPE weg.", "Remove the DOCTYPE."}},
	[SCAN_TAG] = {"XML", "limit", {"Een tag is langer dan 16 KB.", "A tag is longer than 16 KB.",
		SUPPLIER_NL, SUPPLIER_EN}},
	[SCAN_ATTRIBUTES] = {"XML", "limit", {"Een tag heeft meer dan 64 attributen.",
		"A tag has more than 64 attributes.", SUPPLIER_NL, SUPPLIER_EN}},
	[SCAN_NAME] = {"XML", "limit", {"Een naam in een tag is langer dan 256 bytes.",
		"A name in a tag is longer than 256 bytes.", SUPPLIER_NL, SUPPLIER_EN}},
	[SCAN_BLOCK] = {"XML", "limit", {"Een commentaar of verwerkingsinstructie is langer dan 1 MB.",
		"A comment or processing instruction is longer than 1 MB.", SUPPLIER_NL, SUPPLIER_EN}},
	[SCAN_CDATA] = {"XML", "limit", {"De tekst van één element is langer dan 1 MB.",
		"The text of one element is longer than 1 MB.",
		"Kort de tekst in.", "Shorten the text."}},
};

static const struct {
	const char *facet;
	struct sentence say;
} limit_sentences[] = {
	[LIMIT_DEPTH] = {"limit", {"Elementen staan dieper dan 32 niveaus in elkaar.",
		"Elements are nested deeper than 32 levels.", SUPPLIER_NL, SUPPLIER_EN}},
	[LIMIT_TEXT] = {"limit", {"De tekst van één element is langer dan 1 MB.",
		"The text of one element is longer than 1 MB.",
		"Kort de tekst in.", "Shorten the text."}},
	[LIMIT_NAMES] = {"limit", {"Het bericht bevat te veel verschillende namen.",
		"The message holds too many different names.", SUPPLIER_NL, SUPPLIER_EN}},
};

static const struct sentence general = {"De tekst is geen geldige XML.", "The text is not valid XML.",
	SUPPLIER_NL, SUPPLIER_EN};
/* clang-format on */

static void fill(struct finding *ret, const struct sentence *s)
{
	ret->nl = s->nl;
	ret->en = s->en;
	ret->todo_nl = s->todo_nl;
	ret->todo_en = s->todo_en;
}

/* Rule, place and the innermost open element, as far as they are known. */
static void begin(const struct spot *at, const char *rule, const char *facet, struct finding *ret)
{
	const struct track *t = at->track;
	struct buf path = BUF_INIT;

	memset(ret, 0, sizeof *ret);
	ret->rule = rule;
	ret->facet = facet;
	ret->line = at->line;
	ret->column = at->column;
	if (t->depth == 0 || at->type == NULL)
		return;
	track_path(t, t->depth, standard_catalog(at->type->standard), at->type->naam, &path);
	ret->path = arena_strdup(at->arena, buf_str(&path)); /* NULL then says: unknown */
	ret->element = arena_strdup(at->arena, track_name(standard_catalog(at->type->standard),
							  t->steps[t->depth - 1].name));
	buf_free(&path);
}

/* An element left open: the commonest mistake, and the line where it opened is what helps. */
static int say_open(const struct spot *at, bool at_end, struct finding *ret)
{
	const struct step *s = &at->track->steps[at->track->depth - 1];
	const char *name = ret->element == NULL ? "?" : ret->element;

	ret->nl = arena_printf(
		at->arena,
		at_end ? "Het bericht is afgebroken: element %s (begonnen op regel %u) "
			 "is niet af."
		       : "Element %s (begonnen op regel %u) wordt niet of verkeerd "
			 "afgesloten.",
		name, s->line);
	ret->en = arena_printf(
		at->arena,
		at_end ? "The message is cut off: element %s (begun on line %u) is not "
			 "complete."
		       : "Element %s (begun on line %u) is not closed, or wrongly.",
		name, s->line);
	ret->todo_nl = at_end ? "Verstuur het hele bericht opnieuw." : SUPPLIER_NL;
	ret->todo_en = at_end ? "Send the whole message again." : SUPPLIER_EN;
	return ret->nl == NULL || ret->en == NULL ? -ENOMEM : 0;
}

int explain_xml(const struct spot *at, const xmlError *error, bool at_end, struct finding *ret)
{
	static const struct sentence cut = {"Het bericht is afgebroken voordat het af was.",
					    "The message is cut off before its end.",
					    "Verstuur het hele bericht opnieuw.",
					    "Send the whole message again."};

	/* Nothing at all, or too much, is not too little. */
	at_end = at_end && error->code != XML_ERR_DOCUMENT_EMPTY &&
		 error->code != XML_ERR_DOCUMENT_END;
	begin(at, "XML", at_end ? "truncated" : "well-formed", ret);
	if (at->track->depth > 0 && (at_end || error->code == XML_ERR_TAG_NAME_MISMATCH ||
				     error->code == XML_ERR_TAG_NOT_FINISHED))
		return say_open(at, at_end, ret);
	fill(ret, at_end ? &cut : &general);
	for (size_t i = 0; !at_end && i < sizeof xml_sentences / sizeof *xml_sentences; i++)
		if (xml_sentences[i].code == error->code)
			fill(ret, &xml_sentences[i].say);
	return 0;
}

void explain_scan(const struct scan *s, struct finding *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->rule = scan_sentences[s->fault].rule;
	ret->facet = scan_sentences[s->fault].facet;
	ret->line = s->line;
	ret->column = s->column;
	fill(ret, &scan_sentences[s->fault].say);
}

void explain_limit(const struct spot *at, enum explain_limit limit, struct finding *ret)
{
	begin(at, "XML", limit_sentences[limit].facet, ret);
	fill(ret, &limit_sentences[limit].say);
}
