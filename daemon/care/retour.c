/*
 * A return message is the original over again, in the answer's namespace, with
 * a little added: so its classes are copied as they are read, and what is
 * added is written where a class ends.  A JW325 has a header and totals of its
 * own and copies only the lines that were refused, with their clients.
 *
 * Copying goes by the original's tree (knoop.h): its classes open in the order
 * in which the check numbered them, which is how a class finds its codes.
 */
#include "care/retour.h"

#include <errno.h>
#include <libxml/xmlreader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/knoop.h"
#include "care/release.h"
#include "care/track.h"

#include "base/banned.h"

/* From this size on nothing is spent on looks: an answer is larger than what it repeats, and 25 MB is the most. */
#define LARGE (16 * 1024 * 1024)

static const char goed[] = "0200", niet_beoordeeld[] = "0233", toegekend[] = "8001";

struct open_element {
	uint16_t knoop, hint;
	uint32_t klasse; /* number of the class that it opens, 0: none */
	bool wanted, has_children;
};

struct kopie {
	const struct retour_opdracht *o;
	const char *prefix; /* jw306 */
	const char *base_prefix;
	char base_namespace[128];
	bool declaratie;    /* a JW325 is made */
	bool large;
	struct buf out;
	struct buf text;    /* of the innermost element */
	struct open_element open[TRACK_DEPTH_MAX];
	unsigned depth;
	uint32_t n_klassen;
	bool *wanted; /* per class number: JW325, lines and clients to return */
	bool only_header;
};

/* ---- writing ---- */

static void escape(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '&')
			buf_adds(out, "&amp;");
		else if (*s == '<')
			buf_adds(out, "&lt;");
		else if (*s == '>')
			buf_adds(out, "&gt;");
		else if (*s == '\r')
			buf_adds(out, "&#13;");
		else
			buf_add(out, s, 1);
	}
}

static void indent(struct kopie *k, unsigned depth)
{
	for (unsigned i = 0; i < depth && !k->large; i++)
		buf_adds(&k->out, "\t");
}

static void end_line(struct kopie *k)
{
	if (!k->large)
		buf_adds(&k->out, "\r\n");
}

static void start(struct kopie *k, unsigned depth, const char *prefix, const char *naam)
{
	indent(k, depth);
	buf_addf(&k->out, "<%s:%s>", prefix, naam);
}

static void end(struct kopie *k, const char *prefix, const char *naam)
{
	buf_addf(&k->out, "</%s:%s>", prefix, naam);
	end_line(k);
}

static void leaf(struct kopie *k, unsigned depth, const char *prefix, const char *naam,
		 const char *value)
{
	start(k, depth, prefix, naam);
	escape(&k->out, value);
	end(k, prefix, naam);
}

static void group(struct kopie *k, unsigned depth, const char *naam, bool opens)
{
	indent(k, depth);
	buf_addf(&k->out, "<%s%s:%s>", opens ? "" : "/", k->prefix, naam);
	end_line(k);
}

static void codes(struct kopie *k, unsigned depth, const struct retourcode *list,
		  const char *otherwise)
{
	group(k, depth, "RetourCodes", true);
	if (list == NULL)
		leaf(k, depth + 1, k->prefix, "RetourCode", otherwise);
	for (; list != NULL; list = list->next)
		leaf(k, depth + 1, k->prefix, "RetourCode", list->code);
	group(k, depth, "RetourCodes", false);
}

static void versions(struct kopie *k, unsigned depth, const char *naam, const char *basis,
		     const char *bericht)
{
	group(k, depth, naam, true);
	leaf(k, depth + 1, k->base_prefix, "BasisschemaXsdVersie", basis);
	leaf(k, depth + 1, k->base_prefix, "BerichtXsdVersie", bericht);
	group(k, depth, naam, false);
}

static void identification(struct kopie *k, unsigned depth, const char *naam,
			   const char *identificatie, const char *dagtekening)
{
	group(k, depth, naam, true);
	leaf(k, depth + 1, k->base_prefix, "Identificatie", identificatie);
	leaf(k, depth + 1, k->base_prefix, "Dagtekening", dagtekening);
	group(k, depth, naam, false);
}

static const char *own_version(const struct kopie *k)
{
	return standard_xsdversie(k->o->antwoord->standard);
}

/* ---- what is wrong with the original ---- */

/* The first class below the header that has a code of its own; NULL: all is well there. */
static const struct klasse *first_fault(const struct inhoud *i)
{
	for (uint32_t n = 1; n < i->n; n++)
		if (i->list[n].soort != K_HEADER && i->list[n].codes != NULL)
			return &i->list[n];
	return NULL;
}

/* ---- copying ---- */

/* What a return message's Header has besides the original's. */
static void header_rest(struct kopie *k, unsigned depth)
{
	char dagtekening[11];
	struct retourcode alone = {.code = k->o->headercode};

	day_text(k->o->dagtekening, dagtekening);
	leaf(k, depth, k->prefix, "IdentificatieRetour", k->o->identificatie);
	leaf(k, depth, k->prefix, "DagtekeningRetour", dagtekening);
	versions(k, depth, "XsdVersieRetour", own_version(k), own_version(k));
	if (k->o->headercode != NULL)
		codes(k, depth, &alone, NULL);
	else if (first_fault(k->o->inhoud) != NULL)
		codes(k, depth, NULL, goed);
}

/* Whether the answer's schema has RetourCodes in the innermost open element. */
static bool takes_codes(const struct kopie *k)
{
	struct buf pad = BUF_INIT;
	bool yes;

	if (k->open[k->depth - 1].klasse == 0 && k->declaratie)
		return false;
	if (k->declaratie)
		return true;
	for (unsigned i = 0; i < k->depth; i++)
		buf_addf(&pad, "/%s", k->o->inhoud->knopen->list[k->open[i].knoop].naam);
	buf_adds(&pad, "/RetourCodes");
	yes = !pad.failed && catalog_element(standard_catalog(k->o->antwoord->standard),
					     k->o->antwoord->naam, buf_str(&pad)) != NULL;
	buf_free(&pad);
	return yes;
}

/* Of a declaration: a line whose client is at fault counts as not looked at, whatever was found there. */
static bool is_skipped(const struct kopie *k, const struct klasse *klasse)
{
	const struct klasse *client = inhoud_ouder(k->o->inhoud, klasse, K_CLIENT);

	return k->declaratie && client != NULL && client->codes != NULL;
}

static void class_end(struct kopie *k, const struct open_element *e, unsigned depth)
{
	static const struct klasse none = {0};
	const struct klasse *klasse = e->klasse > 0 ? &k->o->inhoud->list[e->klasse] : &none;

	if (klasse->soort == K_HEADER) {
		if (!k->declaratie)
			header_rest(k, depth);
	} else if (takes_codes(k)) {
		if (is_skipped(k, klasse))
			codes(k, depth, NULL, niet_beoordeeld);
		else
			codes(k, depth, klasse->codes, goed);
	}
}

/* Of a declaration only clients and lines that go back are written, with all that they hold. */
static bool is_wanted(const struct kopie *k, uint32_t klasse)
{
	enum klasse_soort soort = klasse > 0 ? k->o->inhoud->list[klasse].soort : K_GEEN;
	bool inside = k->depth > 0 && k->open[k->depth - 1].wanted;

	if (!k->declaratie || soort == K_CLIENT)
		return !k->declaratie || k->wanted[klasse];
	return inside && (soort != K_PRESTATIE || k->wanted[klasse]);
}

static const char *prefix_of(struct kopie *k, xmlTextReaderPtr reader)
{
	const char *ns = (const char *)xmlTextReaderConstNamespaceUri(reader);

	return ns != NULL && strcmp(ns, k->o->bericht->type->namespace_) == 0 ? k->prefix
									      : k->base_prefix;
}

static void forget_text(struct kopie *k)
{
	if (!k->text.failed) /* a failure is kept until the end */
		buf_clear(&k->text);
}

static int element_start(struct kopie *k, xmlTextReaderPtr reader)
{
	const struct knopen *tree = k->o->inhoud->knopen;
	const char *naam = (const char *)xmlTextReaderConstLocalName(reader);
	struct open_element *e = &k->open[k->depth], *parent = e - 1;

	if (k->depth == TRACK_DEPTH_MAX)
		return -EINVAL;
	*e = (struct open_element){0};
	if (k->depth > 0) {
		e->knoop = knoop_kind(tree, parent->knoop, naam, &parent->hint);
		if (parent->wanted && !parent->has_children && k->depth > 1)
			end_line(k);
		parent->has_children = true;
	}
	if (e->knoop == KNOOP_GEEN)
		return -EINVAL;
	if (tree->list[e->knoop].soort != K_GEEN)
		e->klasse = ++k->n_klassen;
	if (e->klasse >= k->o->inhoud->n)
		return -EINVAL;
	e->wanted = is_wanted(k, e->klasse);
	if (e->wanted && k->depth > 0)
		start(k, k->depth, prefix_of(k, reader), naam);
	k->depth++;
	forget_text(k);
	return 0;
}

static void element_end(struct kopie *k, xmlTextReaderPtr reader)
{
	const struct open_element *e = &k->open[k->depth - 1];
	const char *naam = k->o->inhoud->knopen->list[e->knoop].naam;
	bool code = strcmp(naam, "BerichtCode") == 0 && k->depth == 3;

	if (e->wanted && k->depth > 1) {
		if (e->has_children) {
			class_end(k, e, k->depth);
			indent(k, k->depth - 1);
		} else {
			escape(&k->out, code ? k->o->antwoord->code : buf_str(&k->text));
		}
		end(k, prefix_of(k, reader), naam);
	}
	forget_text(k);
	k->depth--;
}

static void add_text(struct kopie *k, xmlTextReaderPtr reader)
{
	buf_adds(&k->text, (const char *)xmlTextReaderConstValue(reader));
}

/* The header is through, and nothing below it goes back. */
static bool enough(const struct kopie *k)
{
	return k->only_header && k->depth == 1 && k->n_klassen > 0;
}

static int node(struct kopie *k, xmlTextReaderPtr reader)
{
	switch (xmlTextReaderNodeType(reader)) {
	case XML_READER_TYPE_ELEMENT: {
		bool empty = xmlTextReaderIsEmptyElement(reader) == 1;
		int r = element_start(k, reader);

		if (r == 0 && empty)
			element_end(k, reader);
		return r;
	}
	case XML_READER_TYPE_END_ELEMENT:
		element_end(k, reader);
		return 0;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_WHITESPACE:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		add_text(k, reader);
		return 0;
	default:
		return 0;
	}
}

static void quiet(void *data, xmlErrorPtr error)
{
	(void)data; /* the original was checked before: what is wrong now shows as a result */
	(void)error;
}

static int copy(struct kopie *k)
{
	xmlTextReaderPtr reader =
		xmlReaderForMemory(k->o->data, (int)k->o->size, NULL, NULL, XML_PARSE_NONET);
	int r = 0, more = 1;

	if (reader == NULL)
		return -ENOMEM;
	xmlTextReaderSetStructuredErrorHandler(reader, quiet, NULL);
	while (r == 0 && !enough(k) && (more = xmlTextReaderRead(reader)) == 1)
		r = node(k, reader);
	xmlFreeTextReader(reader);
	return r == 0 && more < 0 ? -EINVAL : r;
}

/* ---- JW325 ---- */

/* Marks what goes back; gives the signed total of the refused lines. */
static int64_t mark_refused(struct kopie *k)
{
	const struct inhoud *i = k->o->inhoud;
	const struct klasse *p = NULL;
	int64_t total = 0;

	while ((p = inhoud_volgende(i, p, K_PRESTATIE)) != NULL) {
		const struct klasse *client = inhoud_ouder(i, p, K_CLIENT);
		const struct klasse *d = inhoud_ouder(i, p, K_DECLARATIE);
		int64_t bedrag = veld_getal(i, p, V_INGEDIENDBEDRAG, 0);

		if (client == NULL || d == NULL || (p->codes == NULL && client->codes == NULL))
			continue;
		k->wanted[inhoud_nummer(i, p)] = k->wanted[inhoud_nummer(i, client)] = true;
		k->wanted[inhoud_nummer(i, d)] = true;
		total += veld_is(i, p, V_INGEDIENDDC, "C") ? -bedrag : bedrag;
	}
	return total;
}

static void bedrag(struct kopie *k, const char *naam, int64_t total)
{
	char digits[24];

	(void)snprintf(digits, sizeof digits, "%lld", (long long)(total < 0 ? -total : total)); /* fits */
	group(k, 2, naam, true);
	leaf(k, 3, k->base_prefix, "TotaalBedrag", digits);
	leaf(k, 3, k->base_prefix, "DebetCredit", total < 0 ? "C" : "D"); /* CS325: 0 is D */
	group(k, 2, naam, false);
}

static const char *text_of(const struct inhoud *i, const struct klasse *k, enum veldnaam v)
{
	const char *t = veld_tekst(i, k, v);

	return t != NULL ? t : "";
}

static void declaratie_header(struct kopie *k)
{
	const struct inhoud *i = k->o->inhoud;
	const struct klasse *h = inhoud_header(i);
	const char *release = standard_release(k->o->antwoord->standard), *point = strchr(release, '.');
	struct retourcode alone = {.code = k->o->headercode};
	char dagtekening[11], major[16];

	(void)snprintf(major, sizeof major, "%.*s", (int)strcspn(release, "."), release); /* fits: read so */
	day_text(k->o->dagtekening, dagtekening);
	group(k, 1, "Header", true);
	leaf(k, 2, k->prefix, "BerichtCode", k->o->antwoord->code);
	leaf(k, 2, k->prefix, "BerichtVersie", major);
	leaf(k, 2, k->prefix, "BerichtSubversie", point != NULL ? point + 1 : "");
	leaf(k, 2, k->prefix, "Afzender", k->o->bericht->ontvanger);
	leaf(k, 2, k->prefix, "Ontvanger", k->o->bericht->afzender);
	identification(k, 2, "BerichtIdentificatie", k->o->identificatie, dagtekening);
	versions(k, 2, "XsdVersie", own_version(k), own_version(k));
	identification(k, 2, "DeclaratieIdentificatie", k->o->bericht->identificatie,
		       k->o->bericht->dagtekening);
	versions(k, 2, "XsdVersieDeclaratie", text_of(i, h, V_BASISVERSIE),
		 text_of(i, h, V_BERICHTVERSIE));
	codes(k, 2, k->o->headercode != NULL ? &alone : NULL, goed);
	group(k, 1, "Header", false);
}

/* The first level of error that occurs decides; below it nothing is told. */
static int declaratieantwoord(struct kopie *k)
{
	const struct inhoud *i = k->o->inhoud;
	const struct klasse *d = inhoud_volgende(i, NULL, K_DECLARATIE);
	int64_t ingediend, afgewezen;
	int r = 0;

	if (d == NULL)
		return -EINVAL;
	k->wanted = calloc(i->n, sizeof *k->wanted);
	if (k->wanted == NULL)
		return -ENOMEM;
	declaratie_header(k);
	if (k->o->headercode != NULL)
		return 0;
	ingediend = veld_getal(i, d, V_INGEDIENDBEDRAG, 0);
	if (veld_is(i, d, V_INGEDIENDDC, "C"))
		ingediend = -ingediend;
	afgewezen = d->codes != NULL ? ingediend : mark_refused(k);
	group(k, 1, "DeclaratieAntwoord", true);
	leaf(k, 2, k->prefix, "DeclaratieNummer", text_of(i, d, V_DECLARATIENUMMER));
	bedrag(k, "TotaalIngediendBedrag", ingediend);
	bedrag(k, "TotaalToegekendBedrag", ingediend - afgewezen);
	if (d->codes == NULL && first_fault(i) != NULL) {
		group(k, 2, "Clienten", true);
		r = copy(k);
		group(k, 2, "Clienten", false);
	}
	codes(k, 2, d->codes, first_fault(i) != NULL ? goed : toegekend);
	group(k, 1, "DeclaratieAntwoord", false);
	return r;
}

/* ---- the whole ---- */

/* The namespace of the composites' children, as the original has it. */
static int find_base(struct kopie *k)
{
	xmlTextReaderPtr reader =
		xmlReaderForMemory(k->o->data, (int)k->o->size, NULL, NULL, XML_PARSE_NONET);
	const char *ns;

	if (reader == NULL)
		return -ENOMEM;
	xmlTextReaderSetStructuredErrorHandler(reader, quiet, NULL);
	while (k->base_namespace[0] == '\0' && xmlTextReaderRead(reader) == 1) {
		ns = (const char *)xmlTextReaderConstNamespaceUri(reader);
		if (xmlTextReaderNodeType(reader) == XML_READER_TYPE_ELEMENT && ns != NULL &&
		    strcmp(ns, k->o->bericht->type->namespace_) != 0 &&
		    strlen(ns) < sizeof k->base_namespace)
			memcpy(k->base_namespace, ns, strlen(ns) + 1);
	}
	xmlFreeTextReader(reader);
	return k->base_namespace[0] == '\0' ? -EINVAL : 0;
}

/* jw306, and ijw for what is common; in a large answer b and i. */
static void prefixes(char bericht[16], char base[16], const struct berichttype *t, bool large)
{
	const char *naam = standard_name(t->standard);
	size_t n = 0;

	if (large) {
		memcpy(bericht, "b", sizeof "b");
		memcpy(base, "i", sizeof "i");
		return;
	}
	for (; n < 15 && t->naam[n] != '\0'; n++)
		bericht[n] = (char)(t->naam[n] >= 'A' && t->naam[n] <= 'Z' ? t->naam[n] + 32 : t->naam[n]);
	bericht[n] = '\0';
	for (n = 0; n < 15 && naam[n] != '\0' && naam[n] != '-'; n++)
		base[n] = naam[n];
	base[n] = '\0';
}

int retour_make(const struct retour_opdracht *o, struct buf *out)
{
	char prefix[16], base[16];
	struct kopie k = {.o = o, .prefix = prefix, .base_prefix = base};
	int r;

	if (o->inhoud == NULL || o->inhoud->n <= 1 || o->size > INT32_MAX)
		return -EINVAL;
	k.large = o->size > LARGE;
	prefixes(prefix, base, o->antwoord, k.large);
	k.declaratie = !o->antwoord->retour;
	k.only_header = o->headercode != NULL || first_fault(o->inhoud) == NULL;
	r = find_base(&k);
	if (r == 0)
		r = k.declaratie ? declaratieantwoord(&k) : copy(&k);
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
	buf_addf(out, "<%s:Bericht xmlns:%s=\"%s\" xmlns:%s=\"%s\">\r\n", prefix, prefix,
		 o->antwoord->namespace_, base, k.base_namespace);
	buf_add(out, buf_str(&k.out), k.out.len);
	buf_addf(out, "</%s:Bericht>\r\n", prefix);
	if (r == 0 && (k.out.failed || k.text.failed || out->failed))
		r = -ENOMEM;
	buf_free(&k.out);
	buf_free(&k.text);
	free(k.wanted);
	return r;
}
