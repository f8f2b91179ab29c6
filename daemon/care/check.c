/*
 * One pass over a message.  Bytes go through the scan (scan.h) to libxml2's
 * SAX2 parser; its events come here first and from here go on to the schema
 * validator's own handlers (xmlSchemaSAXPlug), so that we know at each
 * complaint where we are.
 *
 * (1) libxml2 gets the bytes from source_read only; it opens nothing itself.
 * (2) The text of an element is gathered here and passed on once, because
 *     libxml2 joins pieces in quadratic time.  White space between elements is
 *     not passed on at all, CDATA or not.
 * (3) Complaints about a value arrive several at a time while the element
 *     closes; the best is kept in `complaint` and told before the path is popped.
 * (4) Contexts are used again only after a message that the schema admits: what an odd one may
 *     have left behind in them never meets another's message.
 * (5) A fault of our own sets `failed`, and then the sender's message is not judged.
 * (6) Content is read (lezer.h) as long as there is no finding: behind one it
 *     could not be trusted, and nobody would look at it.
 */
#include "care/check.h"

#include <errno.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "care/explain.h"
#include "care/lezer.h"
#include "care/regel.h"
#include "care/release.h"
#include "care/scan.h"
#include "care/track.h"

#include "base/banned.h"

#define PIECE (64u * 1024)
#define TEXT_MAX (1024u * 1024) /* of one element */
#define TEXT_KEPT (64u * 1024)	/* memory for text that a checker holds on to between messages */
#define NAMES_MAX 20000		/* different names and namespaces in one message */
#define NAMES_KEPT 4096		/* of many messages, before the parser's dictionary starts anew */
#define NAMESPACES_MAX 256	/* declared and in force at once */
#define FINDINGS_ENOUGH                                                           \
	1000 /* counted; after that the rest of the message is not worth the time \
	      */
#define FACT_MAX 256

/* The schema of one message type, compiled for this checker. */
struct kind {
	xmlSchemaPtr schema;
	xmlSchemaValidCtxtPtr valid;
};

/* Where the bytes come from: memory, or a descriptor through `piece`. */
struct source {
	bool memory;
	int fd;
	const char *data;
	size_t left;
	const char *ready; /* scanned and not yet taken by the parser */
	size_t n_ready;
	bool ended;
	bool only_first; /* too large, so one piece is enough to know whose it is */
};

struct checker {
	const struct standards *standards;
	struct kind *kinds; /* numbered as standards_types */
	size_t n_kinds;
	xmlParserCtxtPtr ctxt;
	char *piece;
	struct buf text;

	/* Of the message at hand. */
	struct arena *arena;
	struct checked *ret;
	struct source source;
	struct scan scan;
	struct track track;
	struct lezer lezer;
	const struct berichttype *type;
	xmlSchemaSAXPlugPtr plug;
	xmlSAXHandlerPtr xsd; /* the validator's handlers, and what they want as first argument */
	void *xsd_data;
	struct complaint complaint; /* about a value, waiting for its element's end */
	const char *namespace_;	    /* of the element at hand */
	unsigned namespaces, declared[TRACK_DEPTH_MAX];
	bool stopped, failed;
};

/* ---- the outcome ---- */

static void stop(struct checker *c)
{
	c->stopped = true;
	xmlStopParser(c->ctxt);
}

static void fail(struct checker *c)
{
	c->failed = true;
	stop(c);
}

static void add(struct checker *c, const char *code, const struct finding *f, int r)
{
	if (r < 0 || findings_add(&c->ret->findings, c->arena, code, f) < 0)
		fail(c);
	else if (c->ret->findings.n + c->ret->findings.more > FINDINGS_ENOUGH)
		stop(c);
}

static struct spot spot_at(const struct checker *c, uint32_t line, uint32_t column)
{
	return (struct spot){.arena = c->arena,
			     .standards = c->standards,
			     .type = c->type,
			     .track = &c->track,
			     .namespace_ = c->namespace_,
			     .value = buf_str(&c->text),
			     .length = c->text.len,
			     .line = line,
			     .column = column};
}

/*
 * The '<' of the tag that was just read: the parser stands behind it and still
 * holds it.  Called for every tag, so the usual one, on one line, must be quick.
 */
static void tag_place(const struct checker *c, uint32_t *line, uint32_t *column)
{
	const xmlParserInput *in = c->ctxt->input;
	const xmlChar *lt = memrchr(in->base, '<', (size_t)(in->cur - in->base)), *newline;

	*line = (uint32_t)in->line;
	*column = (uint32_t)in->col;
	if (lt == NULL)
		return; /* never: the parser keeps the tag it is at */
	newline = memchr(lt, '\n', (size_t)(in->cur - lt));
	if (newline == NULL) {
		*column -= scan_characters(lt, (size_t)(in->cur - lt));
		return;
	}
	for (; newline < in->cur; newline++)
		*line -= *newline == '\n';
	newline = memrchr(in->base, '\n', (size_t)(lt - in->base));
	*column =
		newline == NULL ? 0 : 1 + scan_characters(newline + 1, (size_t)(lt - newline - 1));
}

static void refuse_limit(struct checker *c, enum explain_limit limit)
{
	struct finding f;
	struct spot at;
	uint32_t line, column;

	tag_place(c, &line, &column);
	at = spot_at(c, line, column);
	explain_limit(&at, limit, &f);
	c->ret->findings.code = NULL; /* worse than what was found before it */
	add(c, "BRS14", &f, 0);
	stop(c);
}

/* ---- bytes ---- */

/* Fills the piece from the descriptor; a short read is not yet the end. */
static ssize_t read_piece(struct checker *c)
{
	size_t n = 0;

	while (n < PIECE) {
		ssize_t r = read(c->source.fd, c->piece + n, PIECE - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		n += (size_t)r;
	}
	return (ssize_t)n;
}

/* Scans the next piece; what is good of it becomes ready. */
static void next_piece(struct checker *c)
{
	struct source *s = &c->source;
	ssize_t n = s->memory ? (ssize_t)(s->left < PIECE ? s->left : PIECE) : read_piece(c);

	if (n < 0)
		c->failed = true;
	s->ready = s->memory ? s->data : c->piece;
	s->n_ready = n <= 0 ? 0 : scan_feed(&c->scan, s->ready, (size_t)n);
	if (s->memory && n > 0) {
		s->data += n;
		s->left -= (size_t)n;
	}
	s->ended = n <= 0 || c->scan.fault != SCAN_OK || s->only_first;
}

/* libxml2's read callback.  0 is the end, also after a fault: what came before it is still read. */
static int source_read(void *data, char *to, int room)
{
	struct checker *c = data;
	struct source *s = &c->source;
	size_t n;

	if (s->n_ready == 0 && !s->ended)
		next_piece(c);
	n = s->n_ready < (size_t)room ? s->n_ready : (size_t)room;
	if (n > 0)
		memcpy(to, s->ready, n);
	s->ready += n;
	s->n_ready -= n;
	return (int)n;
}

/* What is at hand ends without another tag: then the message was cut off. */
static bool at_end(const struct checker *c)
{
	const xmlParserInput *in = c->ctxt->input;
	size_t left = in == NULL || in->cur >= in->end ? 0 : (size_t)(in->end - in->cur);

	return c->source.ended && c->source.n_ready == 0 &&
	       (left == 0 || memchr(in->cur, '>', left) == NULL);
}

/* ---- complaints ---- */

/* Tells one complaint.  What libxml2 calls an internal error is ours and not the sender's. */
static void tell(struct checker *c, const struct complaint *complaint, uint32_t line,
		 uint32_t column)
{
	const struct spot at = spot_at(c, line, column);
	struct finding f;

	if (complaint->kind == COMPLAINT_INTERNAL) {
		fail(c);
		return;
	}
	add(c, "BRS13", &f, explain_schema(&at, complaint, &f));
}

/* All but values.  What is missing is told at the tag that came too early, the rest at the element.
 */
static void tell_at_once(struct checker *c, const struct complaint *complaint)
{
	const unsigned depth = c->track.depth;
	uint32_t line, column;

	/* A child in a simple element is its parent's mistake. */
	if (complaint->kind == COMPLAINT_ELEMENT && depth > 1)
		c->track.depth--;
	tag_place(c, &line, &column);
	if (complaint->kind != COMPLAINT_MISSING) {
		line = c->track.steps[c->track.depth - 1].line;
		column = c->track.steps[c->track.depth - 1].column;
	}
	tell(c, complaint, line, column);
	c->track.depth = depth;
	if (complaint->kind == COMPLAINT_ROOT)
		stop(c); /* below another root nothing can be right */
}

/* Called by the validator, within the handler of the tag at fault. */
static void on_schema_error(void *data, xmlErrorPtr error)
{
	struct checker *c = data;
	struct complaint complaint;

	if (error->level < XML_ERR_ERROR || c->track.depth == 0 || c->failed)
		return;
	explain_read(error, &complaint);
	if (complaint.kind == COMPLAINT_VALUE) {
		if (c->complaint.kind == COMPLAINT_NONE || complaint.rank > c->complaint.rank)
			c->complaint = complaint;
		return;
	}
	tell_at_once(c, &complaint);
}

/* After the validator saw an element's end: what it found wrong with the value. */
static void settle(struct checker *c)
{
	const struct step *s = &c->track.steps[c->track.depth - 1];

	if (c->complaint.kind == COMPLAINT_NONE)
		return;
	if (!s->has_children) /* else that was told, and the value is no cause of its own */
		tell(c, &c->complaint, s->line, s->column);
	c->complaint.kind = COMPLAINT_NONE;
}

/* Findings about structure that the broken text itself may have caused. */
static void forget_structure(struct findings *fs)
{
	size_t n = 0;

	for (size_t i = 0; i < fs->n; i++)
		if (!explain_structure(&fs->list[i]))
			fs->list[n++] = fs->list[i];
	fs->n = n;
}

/* The parser's complaints; the first one ends the check.  A bad namespace counts as one. */
static void on_xml_error(void *data, xmlErrorPtr error)
{
	struct checker *c = data;
	struct finding f;
	struct spot at;

	if (error->level < XML_ERR_ERROR || error->code == XML_WAR_NS_URI ||
	    error->code == XML_WAR_NS_URI_RELATIVE || c->stopped || c->failed)
		return;
	if (error->code == XML_ERR_NO_MEMORY) { /* its "internal errors" are odd texts and limits */
		fail(c);
		return;
	}
	if (c->scan.fault == SCAN_OK && !c->source.only_first) {
		/* Otherwise it only met the end that we made, and the fault is told instead. */
		at = spot_at(c, (uint32_t)c->ctxt->input->line, (uint32_t)c->ctxt->input->col);
		c->ret->findings.code = NULL; /* worse than what was found before it */
		forget_structure(&c->ret->findings);
		add(c, "BRS14", &f, explain_xml(&at, error, at_end(c), &f));
	}
	stop(c);
}

/* ---- facts ---- */

/* Which header element goes where; the type of a date collapses white space, others keep it. */
static const struct {
	const char *parent, *name;
	bool retour; /* of a retour only */
	bool collapse;
	size_t fact;
} facts[] = {
	{"Header", "Afzender", false, false, offsetof(struct bericht, afzender)},
	{"Header", "Ontvanger", false, false, offsetof(struct bericht, ontvanger)},
	{"Header", "IdentificatieRetour", true, false, offsetof(struct bericht, identificatie)},
	{"Header", "DagtekeningRetour", true, true, offsetof(struct bericht, dagtekening)},
	{"BerichtIdentificatie", "Identificatie", false, false,
	 offsetof(struct bericht, origineel)},
	{"BerichtIdentificatie", "Dagtekening", false, true, offsetof(struct bericht, dagtekening)},
};

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}

/* Copies the text at hand; the first value stands, and one of absurd length is none. */
static void keep_fact(struct checker *c, const char **to, bool collapse)
{
	const char *from = buf_str(&c->text);
	size_t n = c->text.len;

	while (collapse && n > 0 && is_blank(*from))
		from++, n--;
	while (collapse && n > 0 && is_blank(from[n - 1]))
		n--;
	if (n > FACT_MAX || **to != '\0')
		return;
	*to = arena_strndup(c->arena, from, n);
	if (*to == NULL) {
		*to = "";
		fail(c);
	}
}

static void pick_fact(struct checker *c)
{
	const struct step *s = &c->track.steps[c->track.depth - 1];
	struct bericht *b = &c->ret->bericht;

	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
		const char **to = (const char **)(void *)((char *)b + facts[i].fact);

		if (strcmp(facts[i].name, s->name) != 0 || strcmp(facts[i].parent, s[-1].name) != 0)
			continue;
		if (facts[i].retour && !c->type->retour)
			continue;
		/* A retour's own date is the other one; the original's identification is kept
		 * apart. */
		if (to == &b->dagtekening && c->type->retour != facts[i].retour)
			continue;
		if (to == &b->origineel && !c->type->retour)
			to = &b->identificatie;
		keep_fact(c, to, facts[i].collapse);
	}
}

static bool number_is(const char *text, size_t n, const char *expected)
{
	char copy[16];
	char *end;

	if (n >= sizeof copy)
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return strtol(copy, &end, 10) == strtol(expected, NULL, 10) && end != copy;
}

/*
 * Beside the schema: an official set fixes code and version too, but the
 * manifest is what the hub goes by.  Only when the schema had nothing to say.
 */
static void check_fixed(struct checker *c)
{
	const struct step *s = &c->track.steps[c->track.depth - 1];
	const char *release = standard_release(c->type->standard), *point = strchr(release, '.');
	const char *expected = NULL;
	struct spot at;
	struct finding f;

	if (strcmp(s->name, "BerichtCode") == 0)
		expected = strcmp(buf_str(&c->text), c->type->code) == 0 ? NULL : c->type->code;
	else if (strcmp(s->name, "BerichtVersie") == 0)
		expected = number_is(buf_str(&c->text), c->text.len, release) ? NULL : release;
	else if (point != NULL && strcmp(s->name, "BerichtSubversie") == 0)
		expected = number_is(buf_str(&c->text), c->text.len, point + 1) ? NULL : point + 1;
	if (expected == NULL)
		return;
	at = spot_at(c, s->line, s->column);
	add(c, "BRS13", &f, explain_mismatch(&at, expected, &f));
}

/* ---- SAX ---- */

static bool only_blanks(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (!is_blank(text->data[i]))
			return false;
	return true;
}

/* Text before a child or after one: blanks mean nothing there, anything else is for the validator.
 */
static void pass_loose_text(struct checker *c)
{
	if (c->text.len > 0 && c->plug != NULL && !only_blanks(&c->text))
		c->xsd->characters(c->xsd_data, (const xmlChar *)c->text.data, (int)c->text.len);
	c->text.len = 0;
}

static void refuse_unknown(struct checker *c)
{
	const struct step *s = c->track.steps;
	const struct spot at = spot_at(c, s->line, s->column);
	struct finding f;

	add(c, "IB004", &f, explain_unknown(&at, &f));
	stop(c);
}

static xmlSchemaValidCtxtPtr validator(struct checker *c, struct kind *k)
{
	if (k->valid == NULL && k->schema != NULL)
		k->valid = xmlSchemaNewValidCtxt(k->schema);
	if (k->valid != NULL)
		xmlSchemaSetValidStructuredErrors(k->valid, on_schema_error, c);
	return k->valid;
}

static struct kind *kind_of(const struct checker *c)
{
	size_t n;

	return c->type == NULL ? NULL : &c->kinds[c->type - standards_types(c->standards, &n)];
}

/* The root tells which message it is, and so which schema. */
static void begin_message(struct checker *c, const xmlChar *namespace_)
{
	xmlSchemaValidCtxtPtr valid;

	c->type = standards_by_namespace(c->standards, (const char *)namespace_);
	c->ret->bericht.type = c->type;
	if (c->type == NULL) {
		if (!at_end(c)) /* else its tag was cut off, and the parser will say so next */
			refuse_unknown(c);
		return;
	}
	valid = c->type->broken != NULL ? NULL : validator(c, kind_of(c));
	c->xsd = NULL;
	c->xsd_data = NULL;
	c->plug = valid == NULL ? NULL : xmlSchemaSAXPlug(valid, &c->xsd, &c->xsd_data);
	if (c->plug == NULL)
		fail(c);
	lezer_begin(&c->lezer, c->type->knopen, c->arena);
}

static void on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns,
		     int n_namespaces, const xmlChar **namespaces, int n_attributes,
		     int n_defaulted, const xmlChar **attributes)
{
	struct checker *c = data;
	uint32_t line, column;

	if (c->stopped)
		return;
	pass_loose_text(c);
	tag_place(c, &line, &column);
	if (!track_push(&c->track, (const char *)name, line, column)) {
		refuse_limit(c, LIMIT_DEPTH);
		return;
	}
	c->namespace_ = (const char *)ns;
	c->declared[c->track.depth - 1] = (unsigned)n_namespaces;
	c->namespaces += (unsigned)n_namespaces;
	if (c->namespaces > NAMESPACES_MAX || xmlDictSize(c->ctxt->dict) > NAMES_MAX) {
		refuse_limit(c, LIMIT_NAMES);
		return;
	}
	if (c->track.depth == 1)
		begin_message(c, ns);
	if (c->plug == NULL || c->stopped)
		return;
	c->xsd->startElementNs(c->xsd_data, name, prefix, ns, n_namespaces, namespaces,
			       n_attributes, n_defaulted, attributes);
	if (c->ret->findings.n == 0)
		lezer_open(&c->lezer, c->track.depth, (const char *)name,
			   c->track.steps[c->track.depth - 1].index, line, column);
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns)
{
	struct checker *c = data;
	const struct step *s;
	size_t before;

	if (c->stopped || c->track.depth == 0 || c->plug == NULL)
		return;
	s = &c->track.steps[c->track.depth - 1];
	before = c->ret->findings.n + c->ret->findings.more;
	c->namespace_ = (const char *)ns;
	if (s->has_children)
		pass_loose_text(c);
	else if (c->text.len > 0)
		c->xsd->characters(c->xsd_data, (const xmlChar *)c->text.data, (int)c->text.len);
	c->xsd->endElementNs(c->xsd_data, name, prefix, ns);
	settle(c);
	if (c->ret->findings.n == 0)
		lezer_sluit(&c->lezer, c->track.depth, buf_str(&c->text), c->text.len, s->line,
			    s->column);
	/* Facts stand in the Header and one level below it. */
	if (c->track.depth >= 3 && c->track.depth <= 4 && !s->has_children &&
	    strcmp(c->track.steps[1].name, "Header") == 0) {
		pick_fact(c);
		if (c->track.depth == 3 && before == c->ret->findings.n + c->ret->findings.more)
			check_fixed(c);
	}
	c->namespaces -= c->declared[c->track.depth - 1];
	c->text.len = 0;
	track_pop(&c->track);
}

static void on_text(void *data, const xmlChar *text, int n)
{
	struct checker *c = data;

	if (c->stopped || n <= 0)
		return;
	if (c->text.len + (size_t)n > TEXT_MAX) {
		refuse_limit(c, LIMIT_TEXT);
		return;
	}
	buf_add(&c->text, text, (size_t)n);
	if (c->text.failed)
		fail(c);
}

/* ---- parser ---- */

static int parser_open(struct checker *c)
{
	if (c->ctxt != NULL && xmlDictSize(c->ctxt->dict) > NAMES_KEPT) {
		xmlFreeParserCtxt(c->ctxt);
		c->ctxt = NULL;
	}
	if (c->ctxt != NULL) {
		xmlCtxtReset(c->ctxt);
		c->ctxt->nsNr = 0; /* Reset leaves it */
		return 0;
	}
	c->ctxt = xmlNewParserCtxt();
	if (c->ctxt == NULL || c->ctxt->sax == NULL)
		return -ENOMEM;
	memset(c->ctxt->sax, 0, sizeof *c->ctxt->sax);
	c->ctxt->sax->initialized = XML_SAX2_MAGIC;
	c->ctxt->sax->startElementNs = on_start;
	c->ctxt->sax->endElementNs = on_end;
	c->ctxt->sax->characters = on_text;
	c->ctxt->sax->ignorableWhitespace = on_text;
	c->ctxt->sax->cdataBlock = on_text;
	c->ctxt->sax->serror = on_xml_error;
	return 0;
}

/* Gives the parser our bytes as its only input. */
static int parser_feed(struct checker *c)
{
	xmlParserInputBufferPtr bytes;
	xmlParserInputPtr in;

	c->ctxt->userData = c;
	(void)xmlCtxtUseOptions(c->ctxt,
				XML_PARSE_NONET); /* gives back options it does not know: none */
	c->ctxt->userData = c;
	bytes = xmlParserInputBufferCreateIO(source_read, NULL, c, XML_CHAR_ENCODING_NONE);
	if (bytes == NULL)
		return -ENOMEM;
	in = xmlNewIOInputStream(c->ctxt, bytes, XML_CHAR_ENCODING_NONE);
	if (in == NULL) {
		xmlFreeParserInputBuffer(bytes);
		return -ENOMEM;
	}
	return inputPush(c->ctxt, in) < 0 ? -ENOMEM : 0;
}

/* Contexts go after anything but a valid message (4). */
static void forget_contexts(struct checker *c)
{
	struct kind *k = kind_of(c);

	xmlFreeParserCtxt(c->ctxt);
	c->ctxt = NULL;
	if (k != NULL && k->valid != NULL) {
		xmlSchemaFreeValidCtxt(k->valid);
		k->valid = NULL;
	}
}

/* ---- one message ---- */

static void begin(struct checker *c, struct arena *a, struct checked *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->bericht = (struct bericht){NULL, "", "", "", "", "", "", ""};
	c->arena = a;
	c->ret = ret;
	c->scan = (struct scan)SCAN_INIT;
	c->track.depth = 0;
	c->type = NULL;
	c->plug = NULL;
	c->complaint.kind = COMPLAINT_NONE;
	c->namespace_ = NULL;
	c->namespaces = 0;
	c->stopped = c->failed = false;
	if (c->text.cap > TEXT_KEPT)
		buf_free(&c->text);
	buf_clear(&c->text);
}

/* The fault of the scan comes before all that libxml2 may have thought of the rest. */
static void tell_fault(struct checker *c)
{
	struct finding f;

	explain_scan(&c->scan, &f);
	c->ret->findings.code = NULL;
	forget_structure(&c->ret->findings);
	add(c, c->scan.fault == SCAN_SIZE ? "BRS06" : "BRS14", &f, 0);
}

/* The schema said no and we have no finding, or the parser did: then our reading of it is at fault.
 */
static bool unexplained(const struct checker *c)
{
	const struct kind *k = kind_of(c);

	if (c->ret->findings.n > 0 || c->stopped)
		return false;
	return !c->ctxt->wellFormed || c->plug == NULL || xmlSchemaIsValid(k->valid) != 1;
}

static void tell_failure(struct checker *c)
{
	static const struct finding ours = {
		.rule = "HUB",
		.nl = "De hub kon dit bericht nu niet controleren; dat ligt niet aan het bericht.",
		.en = "The hub could not check this message now; the message is not to blame.",
		.todo_nl = "U hoeft niets te doen: de hub probeert het opnieuw.",
		.todo_en = "There is nothing to do: the hub will try again.",
	};

	c->ret->inhoud = NULL;
	memset(&c->ret->findings, 0, sizeof c->ret->findings);
	(void)findings_add(&c->ret->findings, c->arena, NULL,
			   &ours); /* without memory: no finding */
}

/* Who really sent it to whom: a retour has the header of what it answers. */
static void finish_facts(struct bericht *b)
{
	bool swap = b->type != NULL && b->type->retour;

	b->van = swap ? b->ontvanger : b->afzender;
	b->naar = swap ? b->afzender : b->ontvanger;
}

static void run(struct checker *c)
{
	if (parser_open(c) < 0 || parser_feed(c) < 0) {
		c->failed = true;
		return;
	}
	(void)xmlParseDocument(c->ctxt); /* what went wrong came by in on_xml_error */
	while (!c->stopped && !c->failed && !c->source.ended)
		next_piece(c); /* behind the root libxml2 stops at a NUL; the scan does not */
	if (c->scan.fault == SCAN_OK && c->source.only_first)
		c->scan.fault = SCAN_SIZE;
	if (c->scan.fault != SCAN_OK && !c->failed)
		tell_fault(c);
	if (unexplained(c))
		c->failed = true;
}

/* What the schema admits goes past the rules that need no other message. */
static enum outcome apply_rules(struct checker *c)
{
	const struct regels *regels = standard_regels(c->type->standard);
	struct checked *k = c->ret;

	k->inhoud = lezer_klaar(&c->lezer);
	if (c->lezer.failed ||
	    (k->inhoud != NULL && regels_toets(regels, 1u << N_BERICHT, &k->bericht, k->inhoud, NULL,
					       c->arena, &k->findings) < 0))
		return CHECK_FAILED;
	return k->findings.n > 0 ? CHECK_REJECTED : CHECK_VALID;
}

static void finish(struct checker *c)
{
	if (c->plug != NULL)
		(void)xmlSchemaSAXUnplug(c->plug); /* fails only on a plug that is none */
	c->plug = NULL;
	finish_facts(&c->ret->bericht);
	c->ret->outcome = c->failed		  ? CHECK_FAILED
			  : c->ret->findings.n > 0 ? CHECK_INVALID
						   : apply_rules(c);
	if (c->ret->outcome == CHECK_FAILED)
		tell_failure(c);
	if (c->ret->outcome != CHECK_VALID && c->ret->outcome != CHECK_REJECTED)
		forget_contexts(c);
	lezer_rust(&c->lezer);
}

void check_bytes(struct checker *c, struct arena *a, const void *data, size_t size,
		 struct checked *ret)
{
	begin(c, a, ret);
	c->source = (struct source){.memory = true, .data = data, .left = size};
	c->source.only_first = size > SCAN_SIZE_MAX;
	run(c);
	finish(c);
}

void check_file(struct checker *c, struct arena *a, int fd, struct checked *ret)
{
	struct stat st;

	begin(c, a, ret);
	c->source = (struct source){.fd = fd};
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > (off_t)SCAN_SIZE_MAX)
		c->source.only_first = true;
	run(c);
	finish(c);
}

/* ---- the checker ---- */

static int compile_kinds(struct checker *c)
{
	const struct berichttype *types = standards_types(c->standards, &c->n_kinds);
	struct buf why = BUF_INIT; /* told when the standards were opened */
	int r = 0;

	c->kinds = calloc(c->n_kinds, sizeof *c->kinds);
	if (c->kinds == NULL)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < c->n_kinds; i++)
		if (types[i].broken == NULL)
			r = schemaset_compile(standard_schemas(types[i].standard), types[i].schema,
					      &c->kinds[i].schema, &why);
	buf_free(&why);
	return r;
}

int checker_new(struct checker **ret, const struct standards *s)
{
	struct checker *c = calloc(1, sizeof *c);
	int r;

	if (c == NULL)
		return -ENOMEM;
	c->standards = s;
	c->piece = malloc(PIECE);
	r = c->piece == NULL ? -ENOMEM : compile_kinds(c);
	if (r < 0)
		checker_free(&c);
	else
		*ret = c;
	return r;
}

void checker_free(struct checker **c)
{
	if (*c == NULL)
		return;
	for (size_t i = 0; (*c)->kinds != NULL && i < (*c)->n_kinds; i++) {
		xmlSchemaFreeValidCtxt((*c)->kinds[i].valid);
		xmlSchemaFree((*c)->kinds[i].schema);
	}
	xmlFreeParserCtxt((*c)->ctxt);
	buf_free(&(*c)->text);
	lezer_free(&(*c)->lezer);
	free((*c)->kinds);
	free((*c)->piece);
	free(*c);
	*c = NULL;
}

const struct standards *checker_standards(const struct checker *c)
{
	return c->standards;
}
