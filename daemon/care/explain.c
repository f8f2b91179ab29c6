/*
 * Sentences about what breaks the schema.  What is known of the element comes
 * from the release's tables; where they are silent (an official set without
 * them) the sentence is general but still says which element and where.
 *
 * A value is quoted only where its element holds nothing personal and the
 * value itself is harmless (mask.h).
 */
#include "care/explain.h"

#include <errno.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/mask.h"

#include "base/banned.h"

#define CODES_SHOWN 8
#define EXPECTED_MAX 10

/* clang-format off */
static const struct {
	int code;
	enum complaint_kind kind;
	const char *facet;
	int rank; /* of several complaints about one value the highest is told */
} meanings[] = {
	{XML_SCHEMAV_CVC_ENUMERATION_VALID,     COMPLAINT_VALUE,      "enumeration",  9},
	{XML_SCHEMAV_CVC_PATTERN_VALID,         COMPLAINT_VALUE,      "pattern",      8},
	{XML_SCHEMAV_CVC_LENGTH_VALID,          COMPLAINT_VALUE,      "length",       7},
	{XML_SCHEMAV_CVC_MAXLENGTH_VALID,       COMPLAINT_VALUE,      "maxLength",    7},
	{XML_SCHEMAV_CVC_MINLENGTH_VALID,       COMPLAINT_VALUE,      "minLength",    7},
	{XML_SCHEMAV_CVC_MININCLUSIVE_VALID,    COMPLAINT_VALUE,      "minInclusive", 6},
	{XML_SCHEMAV_CVC_MAXINCLUSIVE_VALID,    COMPLAINT_VALUE,      "maxInclusive", 6},
	{XML_SCHEMAV_CVC_MINEXCLUSIVE_VALID,    COMPLAINT_VALUE,      "minExclusive", 6},
	{XML_SCHEMAV_CVC_MAXEXCLUSIVE_VALID,    COMPLAINT_VALUE,      "maxExclusive", 6},
	{XML_SCHEMAV_CVC_TOTALDIGITS_VALID,     COMPLAINT_VALUE,      "totalDigits",  6},
	{XML_SCHEMAV_CVC_FRACTIONDIGITS_VALID,  COMPLAINT_VALUE,      "fractionDigits", 6},
	{XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1,  COMPLAINT_VALUE,      "type",         1},
	{XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2,  COMPLAINT_VALUE,      "type",         1},
	{XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_3,  COMPLAINT_VALUE,      "type",         1},
	{XML_SCHEMAV_CVC_FACET_VALID,           COMPLAINT_VALUE,      "type",         1},
	{XML_SCHEMAV_CVC_COMPLEX_TYPE_2_2,      COMPLAINT_VALUE,      "type",         1},
	{XML_SCHEMAV_ELEMENT_CONTENT,           COMPLAINT_UNEXPECTED, "unexpected",   0},
	{XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3,      COMPLAINT_TEXT,       "text",         0},
	{XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1,      COMPLAINT_TEXT,       "text",         0},
	{XML_SCHEMAV_CVC_TYPE_3_1_2,            COMPLAINT_ELEMENT,    "element",      0},
	{XML_SCHEMAV_CVC_TYPE_3_1_1,            COMPLAINT_ATTRIBUTE,  "attribute",    0},
	{XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1,    COMPLAINT_ATTRIBUTE,  "attribute",    0},
	{XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2,    COMPLAINT_ATTRIBUTE,  "attribute",    0},
	{XML_SCHEMAV_CVC_ELT_3_1,               COMPLAINT_ATTRIBUTE,  "attribute",    0},
	{XML_SCHEMAV_CVC_ELT_4_1,               COMPLAINT_ATTRIBUTE,  "attribute",    0},
	{XML_SCHEMAV_CVC_ELT_4_2,               COMPLAINT_ATTRIBUTE,  "attribute",    0},
	{XML_SCHEMAV_CVC_ELT_4_3,               COMPLAINT_ATTRIBUTE,  "attribute",    0},
	{XML_SCHEMAV_CVC_ELT_1,                 COMPLAINT_ROOT,       "root",         0},
	{XML_SCHEMAV_INTERNAL,                  COMPLAINT_INTERNAL,   NULL,           0},
	{XML_ERR_NO_MEMORY,                     COMPLAINT_INTERNAL,   NULL,           0},
};
/* clang-format on */

#define TODO_NL "Verbeter dit in uw systeem en verstuur het bericht opnieuw."
#define TODO_EN "Correct this in your system and send the message again."
#define SUPPLIER_NL \
	"Leg dit voor aan uw softwareleverancier: het bericht is niet volgens het schema gemaakt."
#define SUPPLIER_EN "Ask your software supplier: the message was not built as the schema says."

struct wanted {
	const char *ns;
	const char *name;
};

/* Copies what stands between from and until; "" when either is absent. */
static void copy_between(char *to, size_t size, const char *text, const char *from,
			 const char *until)
{
	const char *a = strstr(text, from), *b;
	size_t n;

	*to = '\0';
	if (a == NULL)
		return;
	a += strlen(from);
	b = strstr(a, until);
	if (b == NULL)
		return;
	n = (size_t)(b - a) < size ? (size_t)(b - a) : size - 1;
	memcpy(to, a, n);
	to[n] = '\0';
}

void explain_read(const xmlError *error, struct complaint *ret)
{
	const char *said = error->message == NULL ? "" : error->message;

	memset(ret, 0, offsetof(struct complaint, expected));
	ret->expected[0] = ret->attribute[0] = '\0';
	ret->kind = COMPLAINT_OTHER;
	ret->facet = "schema";
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		if (meanings[i].code != error->code)
			continue;
		ret->kind = meanings[i].kind;
		ret->facet = meanings[i].facet;
		ret->rank = meanings[i].rank;
	}
	if (ret->kind == COMPLAINT_UNEXPECTED) {
		if (strstr(said, "Missing child element") != NULL)
			ret->kind = COMPLAINT_MISSING;
		copy_between(ret->expected, sizeof ret->expected, said, "Expected is ", " ).");
	} else if (ret->kind == COMPLAINT_ATTRIBUTE) {
		copy_between(ret->attribute, sizeof ret->attribute, said, ", attribute '", "'");
	}
}

static const struct catalog *catalog_of(const struct spot *at)
{
	static const struct catalog *const none;

	return at->type == NULL ? none : standard_catalog(at->type->standard);
}

static const struct step *innermost(const struct spot *at)
{
	return &at->track->steps[at->track->depth - 1];
}

/* What the tables say of the element n steps deep; NULL when they say nothing. */
static const struct element_info *info_of(const struct spot *at, unsigned n)
{
	struct buf path = BUF_INIT;
	const struct element_info *e;

	track_plain(at->track, n, &path);
	e = path.failed ? NULL : catalog_element(catalog_of(at), at->type->naam, buf_str(&path));
	buf_free(&path);
	return e;
}

/* The place of the element n steps deep, with one more name behind it if any. */
static const char *path_of(const struct spot *at, unsigned n, const char *below)
{
	struct buf path = BUF_INIT;
	char *copy;

	track_path(at->track, n, catalog_of(at), at->type->naam, &path);
	if (below != NULL)
		buf_addf(&path, "/%s", below);
	copy = path.failed ? NULL : arena_strdup(at->arena, buf_str(&path));
	buf_free(&path);
	return copy;
}

static void begin(const struct spot *at, const char *facet, struct finding *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->rule = "XSD";
	ret->facet = facet;
	ret->line = at->line;
	ret->column = at->column;
	ret->todo_nl = TODO_NL;
	ret->todo_en = TODO_EN;
	if (at->track->depth == 0 || at->type == NULL)
		return;
	ret->path = path_of(at, at->track->depth, NULL);
	ret->element = arena_strdup(at->arena, track_name(catalog_of(at), innermost(at)->name));
}

static int done(const struct finding *f)
{
	return f->nl == NULL || f->en == NULL ? -ENOMEM : 0;
}

#define SAY_NL(...) (ret->nl = arena_printf(at->arena, __VA_ARGS__))
#define SAY_EN(...) (ret->en = arena_printf(at->arena, __VA_ARGS__))

/* ": '7'" when the value may be shown, else "". */
static const char *quoted(const struct spot *at, const struct element_info *e)
{
	const char *text;

	if (e == NULL || strcmp(e->personal, "no") != 0 ||
	    !mask_value_harmless(at->value, at->length))
		return "";
	text = arena_printf(at->arena, ": '%.*s'", (int)at->length, at->value);
	return text == NULL ? "" : text;
}

static bool blank(const char *text, size_t n)
{
	while (n > 0 && memchr(" \t\r\n", text[n - 1], 4) != NULL)
		n--;
	return n == 0;
}

/* "0 (Onbekend), 1 (Mannelijk)", for a short list. */
static void list_codes(const struct code_info *codes, size_t n, const char *datatype,
		       struct buf *out)
{
	for (size_t i = 0; i < n; codes++) {
		if (strcmp(codes->datatype, datatype) != 0)
			continue;
		buf_addf(out, "%s%s (%s)", i > 0 ? ", " : "", codes->code, codes->label);
		i++;
	}
}

/* What the list allows: the codes themselves of a short one, the number of a long one. */
static void allowed(const struct spot *at, const struct element_info *e, struct buf *nl,
		    struct buf *en)
{
	struct buf list = BUF_INIT;
	const struct code_info *codes;
	size_t n;

	codes = catalog_codes(catalog_of(at), e->datatype, &n);
	if (n <= CODES_SHOWN)
		list_codes(codes, n, e->datatype, &list);
	buf_addf(nl, "%s %s (", codes->lijst, codes->naam);
	buf_addf(en, "%s %s (", codes->lijst, codes->naam);
	if (n <= CODES_SHOWN) {
		buf_addf(nl, "toegestaan: %s)", buf_str(&list));
		buf_addf(en, "allowed: %s)", buf_str(&list));
	} else {
		buf_addf(nl, "%zu codes)", n);
		buf_addf(en, "%zu codes)", n);
	}
	buf_free(&list);
}

static int say_enumeration(const struct spot *at, const struct element_info *e, struct finding *ret)
{
	const char *value = quoted(at, e);
	struct buf nl = BUF_INIT, en = BUF_INIT;
	size_t n = 0;

	if (e != NULL)
		(void)catalog_codes(catalog_of(at), e->datatype, &n); /* only their number */
	if (n > 0)
		allowed(at, e, &nl, &en);
	SAY_NL("Element %s%s staat niet in de codelijst%s%s.", ret->element,
	       *value == '\0' ? ": de waarde" : value, n > 0 ? " " : "", buf_str(&nl));
	SAY_EN("Element %s%s is not in the code list%s%s.", ret->element,
	       *value == '\0' ? ": the value" : value, n > 0 ? " " : "", buf_str(&en));
	buf_free(&nl);
	buf_free(&en);
	ret->todo_nl = "Kies een code uit de lijst en verstuur het bericht opnieuw.";
	ret->todo_en = "Choose a code from the list and send the message again.";
	return done(ret);
}

static int say_pattern(const struct spot *at, const struct element_info *e, struct finding *ret)
{
	const struct datatype_info *d =
		e == NULL ? NULL : catalog_datatype(catalog_of(at), e->datatype);
	const char *pattern = e != NULL && *e->pattern != '\0' ? e->pattern
			      : d != NULL		       ? d->pattern
							       : "";
	const struct pattern_info *p = catalog_pattern(catalog_of(at), pattern);
	const char *value = quoted(at, e);

	if (p == NULL) {
		SAY_NL("Element %s%s heeft niet de voorgeschreven vorm.", ret->element, value);
		SAY_EN("Element %s%s does not have the prescribed form.", ret->element, value);
		return done(ret);
	}
	SAY_NL("Element %s%s %s.", ret->element, value, p->nl);
	SAY_EN("Element %s%s %s.", ret->element, value, p->en);
	return done(ret);
}

static int say_length(const struct spot *at, const struct element_info *e, struct finding *ret)
{
	const struct datatype_info *d =
		e == NULL ? NULL : catalog_datatype(catalog_of(at), e->datatype);
	uint32_t n = scan_characters(at->value, at->length);

	if (d == NULL || *d->max_length == '\0') {
		SAY_NL("Element %s is te lang of te kort (%u tekens).", ret->element, n);
		SAY_EN("Element %s is too long or too short (%u characters).", ret->element, n);
		return done(ret);
	}
	SAY_NL("Element %s mag hoogstens %s tekens lang zijn en is er nu %u.", ret->element,
	       d->max_length, n);
	SAY_EN("Element %s may be at most %s characters long and has %u now.", ret->element,
	       d->max_length, n);
	ret->todo_nl = "Kort de waarde in en verstuur het bericht opnieuw.";
	ret->todo_en = "Shorten the value and send the message again.";
	return done(ret);
}

static int say_range(const struct spot *at, const struct element_info *e, struct finding *ret)
{
	const struct datatype_info *d =
		e == NULL ? NULL : catalog_datatype(catalog_of(at), e->datatype);
	const char *value = quoted(at, e);

	if (d == NULL) {
		SAY_NL("Element %s%s is te groot of te klein.", ret->element, value);
		SAY_EN("Element %s%s is too large or too small.", ret->element, value);
		return done(ret);
	}
	SAY_NL("Element %s%s moet een getal van %s tot en met %s zijn.", ret->element, value,
	       d->min_inclusive, d->max_inclusive);
	SAY_EN("Element %s%s must be a number from %s to %s.", ret->element, value,
	       d->min_inclusive, d->max_inclusive);
	return done(ret);
}

/* What a value of a basic type is called. */
static const struct {
	const char *basis, *nl, *en;
} bases[] = {
	{"date", "geen bestaande datum (jjjj-mm-dd)", "not an existing date (yyyy-mm-dd)"},
	{"time", "geen bestaande tijd (uu:mm:ss)", "not an existing time (hh:mm:ss)"},
	{"integer", "geen geheel getal", "not a whole number"},
	{"", "geen geldige waarde", "not a valid value"},
};

static int say_type(const struct spot *at, const struct element_info *e, struct finding *ret)
{
	const struct datatype_info *d =
		e == NULL ? NULL : catalog_datatype(catalog_of(at), e->datatype);
	const char *value = quoted(at, e);
	size_t i = 0;

	while (*bases[i].basis != '\0' && (d == NULL || strcmp(bases[i].basis, d->basis) != 0))
		i++;
	SAY_NL("Element %s%s is %s.", ret->element, value, bases[i].nl);
	SAY_EN("Element %s%s is %s.", ret->element, value, bases[i].en);
	return done(ret);
}

static int say_empty(const struct spot *at, const struct element_info *e, struct finding *ret)
{
	bool optional = e != NULL && strcmp(e->min, "0") == 0;

	SAY_NL("Element %s is leeg.", ret->element);
	SAY_EN("Element %s is empty.", ret->element);
	ret->todo_nl =
		optional ? "Vul het element in of laat het weg, en verstuur het bericht opnieuw."
			 : "Vul het element in en verstuur het bericht opnieuw.";
	ret->todo_en = optional ? "Fill the element or leave it out, and send the message again."
				: "Fill the element and send the message again.";
	return done(ret);
}

/* Header elements that the message type fixes: not fitting them is a cause of its own. */
static const struct {
	const char *name, *nl, *en;
} fixed[] = {
	{"BerichtCode", "de berichtcode", "the message code"},
	{"BerichtVersie", "de versie", "the version"},
	{"BerichtSubversie", "de subversie", "the subversion"},
};

int explain_mismatch(const struct spot *at, const char *expected, struct finding *ret)
{
	const struct element_info *e;
	size_t i = 0;

	begin(at, "pattern", ret);
	e = info_of(at, at->track->depth);
	while (i < 2 && strcmp(fixed[i].name, innermost(at)->name) != 0)
		i++;
	SAY_NL("Element %s%s past niet bij dit bericht: %s van %s is %s.", fixed[i].name,
	       quoted(at, e), fixed[i].nl, at->type->naam, expected);
	SAY_EN("Element %s%s does not fit this message: %s of %s is %s.", fixed[i].name,
	       quoted(at, e), fixed[i].en, at->type->naam, expected);
	ret->todo_nl = "Gebruik de code en de versie die bij de berichtsoort horen.";
	ret->todo_en = "Use the code and the version that belong to the message type.";
	return done(ret);
}

typedef int say(const struct spot *, const struct element_info *, struct finding *);

static const struct {
	const char *facet;
	say *say;
} value_sentences[] = {
	{"enumeration", say_enumeration}, {"pattern", say_pattern},	{"length", say_length},
	{"maxLength", say_length},	  {"minLength", say_length},	{"minInclusive", say_range},
	{"maxInclusive", say_range},	  {"minExclusive", say_range},	{"maxExclusive", say_range},
	{"totalDigits", say_type},	  {"fractionDigits", say_type}, {"type", say_type},
};

static int explain_value(const struct spot *at, const struct complaint *c, struct finding *ret)
{
	const struct element_info *e = info_of(at, at->track->depth);

	begin(at, c->facet, ret);
	if (e != NULL && *e->pattern != '\0' && at->track->depth == 3 &&
	    strcmp(at->track->steps[1].name, "Header") == 0)
		return explain_mismatch(at, e->pattern, ret);
	if (blank(at->value, at->length))
		return say_empty(at, e, ret);
	for (size_t i = 0; i < sizeof value_sentences / sizeof *value_sentences; i++)
		if (strcmp(value_sentences[i].facet, c->facet) == 0)
			return value_sentences[i].say(at, e, ret);
	return say_type(at, e, ret);
}

/* Cuts "( {ns}A, {ns}B" into names; text is changed. */
static size_t cut_expected(char *text, struct wanted *to)
{
	size_t n = 0;
	char *next = NULL;

	for (char *item = strtok_r(text, "(, ", &next); item != NULL && n < EXPECTED_MAX;
	     item = strtok_r(NULL, ", ", &next)) {
		char *brace = strrchr(item, '}');

		if (brace == NULL && strstr(item, "one") == item)
			continue;
		if (brace == NULL && (strcmp(item, "of") == 0 || strcmp(item, "(") == 0))
			continue;
		to[n].name = brace == NULL ? item : brace + 1;
		to[n].ns = brace == NULL || *item != '{' ? "" : item + 1;
		if (brace != NULL)
			*brace = '\0';
		n++;
	}
	return n;
}

/* "A", "A of B", "A, B of C". */
static const char *join(const struct spot *at, const struct wanted *w, size_t n, const char * or)
{
	struct buf text = BUF_INIT;
	char *copy;

	for (size_t i = 0; i < n; i++)
		buf_addf(&text, "%s%s", i == 0 ? "" : i == n - 1 ? or : ", ", w[i].name);
	copy = arena_strdup(at->arena, buf_str(&text));
	buf_free(&text);
	return copy == NULL ? "" : copy;
}

/* The first expected element that the tables call obligatory; NULL when they know none. */
static const struct element_info *obligatory(const struct spot *at, unsigned parent,
					     const struct wanted *w, size_t n)
{
	struct buf path = BUF_INIT;
	const struct element_info *e, *found = NULL;

	for (size_t i = 0; i < n && found == NULL; i++) {
		buf_clear(&path);
		track_plain(at->track, parent, &path);
		buf_addf(&path, "/%s", w[i].name);
		e = catalog_element(catalog_of(at), at->type->naam, buf_str(&path));
		if (e != NULL && strcmp(e->min, "0") != 0)
			found = e;
	}
	buf_free(&path);
	return found;
}

/* name is missing below the element parent steps deep, after its child `after`. */
static int say_missing(const struct spot *at, unsigned parent, const char *after, const char *name,
		       struct finding *ret)
{
	const char *where = track_name(catalog_of(at), at->track->steps[parent - 1].name);

	ret->facet = "missing";
	ret->element = arena_strdup(at->arena, name);
	ret->path = path_of(at, parent, name);
	if (after != NULL) {
		after = track_name(catalog_of(at), after);
		SAY_NL("Na %s ontbreekt het verplichte element %s (in %s).", after, name, where);
		SAY_EN("After %s the obligatory element %s is missing (in %s).", after, name,
		       where);
	} else {
		SAY_NL("In %s ontbreekt het verplichte element %s.", where, name);
		SAY_EN("In %s the obligatory element %s is missing.", where, name);
	}
	ret->todo_nl = "Vul het ontbrekende gegeven aan en verstuur het bericht opnieuw.";
	ret->todo_en = "Add what is missing and send the message again.";
	return done(ret);
}

static int explain_missing(const struct spot *at, const struct complaint *c, struct finding *ret)
{
	struct wanted w[EXPECTED_MAX];
	char text[sizeof c->expected];
	const struct element_info *e;
	size_t n;

	memcpy(text, c->expected, sizeof text);
	n = cut_expected(text, w);
	begin(at, "missing", ret);
	e = obligatory(at, at->track->depth, w, n);
	return say_missing(at, at->track->depth, innermost(at)->last,
			   e != NULL ? strrchr(e->pad, '/') + 1
			   : n > 0   ? join(at, w, n, " / ")
				     : "?",
			   ret);
}

/* Right name, wrong namespace: a mistake in software, and a puzzle without these words. */
static int say_namespace(const struct spot *at, const char *expected, struct finding *ret)
{
	ret->facet = "namespace";
	SAY_NL("Element %s staat in de verkeerde namespace; verwacht werd %s.", ret->element,
	       expected);
	SAY_EN("Element %s is in the wrong namespace; expected was %s.", ret->element, expected);
	ret->todo_nl = SUPPLIER_NL;
	ret->todo_en = SUPPLIER_EN;
	return done(ret);
}

static int explain_unexpected(const struct spot *at, const struct complaint *c, struct finding *ret)
{
	const unsigned depth = at->track->depth;
	const struct step *parent = depth > 1 ? innermost(at) - 1 : NULL;
	const struct element_info *own, *due;
	struct wanted w[EXPECTED_MAX];
	char text[sizeof c->expected];
	size_t n;

	memcpy(text, c->expected, sizeof text);
	n = cut_expected(text, w);
	begin(at, c->facet, ret);
	for (size_t i = 0; i < n; i++)
		if (strcmp(w[i].name, innermost(at)->name) == 0)
			return say_namespace(at, w[i].ns, ret);
	own = info_of(at, depth);
	due = parent == NULL ? NULL : obligatory(at, depth - 1, w, n);
	if (own != NULL && due != NULL && due < own) /* the table has the order of the schema */
		return say_missing(at, depth - 1, parent->before, strrchr(due->pad, '/') + 1, ret);
	if (n == 0) {
		SAY_NL("Element %s hoort hier niet.", ret->element);
		SAY_EN("Element %s does not belong here.", ret->element);
	} else {
		SAY_NL("Element %s hoort hier niet; verwacht werd %s.", ret->element,
		       join(at, w, n, " of "));
		SAY_EN("Element %s does not belong here; expected was %s.", ret->element,
		       join(at, w, n, " or "));
	}
	if (own != NULL) {
		ret->todo_nl = "Het element staat op de verkeerde plaats of komt te vaak voor: zet "
			       "het op zijn plaats.";
		ret->todo_en = "The element is in the wrong place or occurs too often: put it "
			       "where it belongs.";
	} else {
		ret->todo_nl = "Haal het element weg of gebruik de goede naam.";
		ret->todo_en = "Remove the element or use the right name.";
	}
	return done(ret);
}

static int explain_attribute(const struct spot *at, const struct complaint *c, struct finding *ret)
{
	const char *brace = strrchr(c->attribute, '}');
	const char *name = brace == NULL ? c->attribute : brace + 1;

	begin(at, c->facet, ret);
	if (*name == '\0')
		name = "xsi:nil"; /* the one that libxml2 does not name */
	else if (!mask_name_harmless(name, strlen(name)))
		name = "?";
	SAY_NL("Attribuut %s bij element %s is niet toegestaan.", name, ret->element);
	SAY_EN("Attribute %s of element %s is not allowed.", name, ret->element);
	ret->todo_nl = "Haal het attribuut weg: berichten hebben geen attributen.";
	ret->todo_en = "Remove the attribute: messages have none.";
	return done(ret);
}

/* Complaints that need nothing but the element's name. */
static const struct {
	enum complaint_kind kind;
	const char *nl, *en, *todo_nl, *todo_en;
} plain[] = {
	{COMPLAINT_TEXT, "Element %s bevat losse tekst, maar mag alleen elementen bevatten.",
	 "Element %s holds text, but may hold elements only.",
	 "Haal de tekst weg of zet haar in het goede element.",
	 "Remove the text or put it in the right element."},
	{COMPLAINT_ELEMENT, "Element %s bevat elementen, maar mag alleen een waarde bevatten.",
	 "Element %s holds elements, but may hold a value only.", SUPPLIER_NL, SUPPLIER_EN},
	{COMPLAINT_ROOT, "Het bericht begint met element %s; dat moet Bericht zijn.",
	 "The message begins with element %s; that must be Bericht.", SUPPLIER_NL, SUPPLIER_EN},
	{COMPLAINT_OTHER, "Element %s voldoet niet aan het schema.",
	 "Element %s does not follow the schema.", SUPPLIER_NL, SUPPLIER_EN},
};

static int explain_plain(const struct spot *at, const struct complaint *c, struct finding *ret)
{
	const char *halves[2][2];
	size_t i = 0;

	begin(at, c->facet, ret);
	while (plain[i].kind != c->kind && plain[i].kind != COMPLAINT_OTHER)
		i++;
	halves[0][0] = plain[i].nl;
	halves[1][0] = plain[i].en;
	for (int k = 0; k < 2; k++)
		halves[k][1] = strstr(halves[k][0], "%s");
	SAY_NL("%.*s%s%s", (int)(halves[0][1] - halves[0][0]), halves[0][0], ret->element,
	       halves[0][1] + 2);
	SAY_EN("%.*s%s%s", (int)(halves[1][1] - halves[1][0]), halves[1][0], ret->element,
	       halves[1][1] + 2);
	ret->todo_nl = plain[i].todo_nl;
	ret->todo_en = plain[i].todo_en;
	return done(ret);
}

int explain_schema(const struct spot *at, const struct complaint *c, struct finding *ret)
{
	switch (c->kind) {
	case COMPLAINT_VALUE:
		return explain_value(at, c, ret);
	case COMPLAINT_MISSING:
		return explain_missing(at, c, ret);
	case COMPLAINT_UNEXPECTED:
		return explain_unexpected(at, c, ret);
	case COMPLAINT_ATTRIBUTE:
		return explain_attribute(at, c, ret);
	default:
		return explain_plain(at, c, ret);
	}
}

bool explain_structure(const struct finding *f)
{
	static const char *const facets[] = {"unexpected", "missing", "text", "element",
					     "namespace"};

	for (size_t i = 0; f->facet != NULL && i < sizeof facets / sizeof *facets; i++)
		if (strcmp(f->facet, facets[i]) == 0)
			return true;
	return false;
}

int explain_unknown(const struct spot *at, struct finding *ret)
{
	begin(at, "namespace", ret);
	ret->path = "/?";
	SAY_NL("Dit is geen bericht dat de hub kent: de namespace van het eerste element hoort bij "
	       "geen "
	       "berichtsoort.");
	SAY_EN("This is no message the hub knows: the namespace of the first element belongs to no "
	       "message type.");
	ret->todo_nl = "Controleer of het bericht van de goede standaard en release is (iJw 3.2).";
	ret->todo_en = "Check that the message is of the right standard and release (iJw 3.2).";
	return done(ret);
}
