/* What the hub refuses at the door, and that each refusal says why. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/scene.h"

static struct testhub h;

static void senders(void)
{
	static const struct {
		const char *name, *party, *type, *afzender, *ontvanger, *code;
	} cases[] = {
		{"one's own code is fine", "gemeente-a", "JW301", "0363", "12345678", ""},
		{"another's code is not", "gemeente-a", "JW301", "0394", "12345678", "BRS03"},
		{"a mandate is", "backoffice", "JW301", "0363", "12345678", ""},
		{"but not for another type", "backoffice", "JW319", "0363", "12345678", "BRS03"},
		{"nor after its period", "backoffice", "JW301", "0402", "12345678", "BRS03"},
		{"nor before its period", "backoffice", "JW301", "0405", "12345678", "BRS03"},
		{"nor for sending when it is for receiving", "backoffice", "JW301", "0406", "12345678", "BRS03"},
		{"a gemeente sends no start", "gemeente-a", "JW305", "12345678", "0363", "BRS02"},
		{"a provider sends no allocation", "aanbieder-a", "JW301", "0363", "12345678", "BRS02"},
		{"a provider not for another provider", "aanbieder-a", "JW305", "87654321", "0363", "BRS03"},
		{"the receiver must be known", "gemeente-a", "JW301", "0363", "11111111", "BRS04"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ijw *c = scene_connect(&h, cases[i].party);
		char identificatie[16];
		struct receipt r;

		(void)snprintf(identificatie, sizeof identificatie, "SENDER%zu", i);
		NEED(c != NULL, "it connects");
		NEED(scene_send_type(c, cases[i].type, cases[i].afzender, cases[i].ontvanger, identificatie, &r),
		     cases[i].name);
		CHECK((r.verdict == IJW_VERDICT_ACCEPTED) == (cases[i].code[0] == '\0'), cases[i].name);
		if (!CHECK(strcmp(r.code, cases[i].code) == 0, cases[i].name))
			(void)fprintf(stderr, "%s\n", r.json);
		CHECK(cases[i].code[0] == '\0' || r.findings == 1, "one cause, one finding");
		ijw_close(&c);
	}
}

/* Changes to a good allocation, and what they must lead to. */
static void bom(struct buf *b)
{
	struct buf out = BUF_INIT;

	buf_adds(&out, "\xef\xbb\xbf");
	buf_add(&out, b->data, b->len);
	buf_free(b);
	*b = out;
}

static void utf16(struct buf *b)
{
	struct buf out = BUF_INIT;

	buf_add(&out, "\xff\xfe", 2);
	for (size_t i = 0; i < b->len; i++) {
		buf_add(&out, b->data + i, 1);
		buf_add(&out, "", 1);
	}
	buf_free(b);
	*b = out;
}

static void latin1(struct buf *b)
{
	char *at = strstr(b->data, "UTF-8");

	if (at != NULL)
		memcpy(at, "CP437", 5);
}

static void doctype(struct buf *b)
{
	struct buf out = BUF_INIT;
	const char *root = strstr(b->data, "?>") + 2;

	buf_add(&out, b->data, (size_t)(root - b->data));
	buf_adds(&out, "<!DOCTYPE x [<!ENTITY a \"b\">]>");
	buf_adds(&out, root);
	buf_free(b);
	*b = out;
}

static void truncated(struct buf *b)
{
	b->len = b->len * 2 / 3;
	b->data[b->len] = '\0';
}

static void deep(struct buf *b)
{
	b->len = (size_t)(strstr(b->data, "<jw301:Client>") - b->data);
	for (int i = 0; i < 10000; i++)
		buf_adds(b, "<jw301:Client>");
}

static void garbage(struct buf *b)
{
	buf_clear(b);
	buf_adds(b, "this is no XML");
}

static void nothing(struct buf *b)
{
	b->len = 1;
}

static void other_root(struct buf *b)
{
	buf_clear(b);
	buf_adds(b, "<x:Bericht xmlns:x=\"urn:x\"/>");
}

static void wrong_code(struct buf *b)
{
	(void)bericht_set(b, "BerichtCode", 0, "438");
}

static void wrong_date(struct buf *b)
{
	(void)bericht_set(b, "Einddatum", 0, "2027-06-31");
}

static void bsn_letters(struct buf *b)
{
	(void)bericht_set(b, "Bsn", 0, "12345678X");
}

static void crlf(struct buf *b)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] == '\n')
			buf_adds(&out, "\r");
		buf_add(&out, b->data + i, 1);
	}
	buf_free(b);
	*b = out;
}

static void contents(void)
{
	static const struct {
		const char *name;
		void (*change)(struct buf *b);
		const char *code, *rule, *says;
		size_t more; /* findings beside the first: faults of their own */
	} cases[] = {
		{"CR LF line ends are fine", crlf, "", "", "", 0},
		{"a byte order mark", bom, "BRS14", "OP192", "", 0},
		{"UTF-16", utf16, "BRS14", "OP192", "", 0},
		{"another encoding in the declaration", latin1, "BRS14", "OP192", "", 0},
		{"a DOCTYPE", doctype, "BRS14", "", "DOCTYPE", 0},
		{"a truncated message", truncated, "BRS14", "", "", 0},
		{"ten thousand levels", deep, "BRS14", "", "", 1}, /* and the first level does not belong there */
		{"no XML", garbage, "BRS14", "", "", 0},
		{"one byte", nothing, "BRS14", "", "", 0},
		{"an unknown root", other_root, "IB004", "", "", 0},
		{"a BerichtCode of another type", wrong_code, "BRS13", "", "BerichtCode", 0},
		{"a date that does not exist", wrong_date, "BRS13", "", "'2027-06-31' is geen bestaande datum", 0},
		{"a Bsn with a letter", bsn_letters, "BRS13", "", "Bsn", 0},
	};
	struct ijw *c = scene_connect(&h, "gemeente-a");
	char text[65536], command[64];

	NEED(c != NULL, "it connects");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = BUF_INIT;
		char identificatie[16];
		struct receipt r;

		(void)snprintf(identificatie, sizeof identificatie, "CONTENT%zu", i);
		NEED(bericht_make("JW301", "0363", "12345678", identificatie, &b), "it is there");
		cases[i].change(&b);
		NEED(scene_send(c, NULL, b.data, b.len, &r), cases[i].name);
		buf_free(&b);
		CHECK(strcmp(r.code, cases[i].code) == 0, cases[i].name);
		CHECK(cases[i].rule[0] == '\0' || strcmp(r.rule, cases[i].rule) == 0, cases[i].name);
		CHECK(strstr(r.nl, cases[i].says) != NULL, cases[i].name);
		if (cases[i].code[0] == '\0')
			continue;
		if (!CHECK(r.verdict == IJW_VERDICT_REFUSED && r.findings == 1 + cases[i].more,
			   cases[i].name))
			(void)fprintf(stderr, "%s\n", r.json);
		CHECK(strstr(r.json, "todo_nl") != NULL && strstr(r.json, "todo_en") != NULL,
		      "every refusal says what to do");
		CHECK(strstr(r.json, "12345678X") == NULL, "no receipt repeats a Bsn");
		(void)snprintf(command, sizeof command, "explain %s", r.id);
		CHECK(scene_ctl(&h, command, text, sizeof text) == 0 && strstr(text, "1. ") != NULL,
		      "explain tells it again");
		CHECK(strstr(text, "12345678X") == NULL, "and masks what is personal");
	}
	ijw_close(&c);
}

static void nothing_delivered(void)
{
	struct ijw *c = scene_connect(&h, "aanbieder-a");
	struct ijw_event e;
	int deliveries = 0;

	NEED(c != NULL, "it connects");
	(void)ijw_ready(c, "12345678", 100);
	while (deliveries < 3 && testhub_event(c, IJW_EVENT_DELIVERY, &e)) {
		deliveries++;
		(void)ijw_done(c, e.id);
	}
	CHECK(deliveries == 3, "the three accepted ones come");
	CHECK(scene_until(&h, "status", "delivery: 0 waiting"), "and nothing that was refused waits");
	CHECK(!testhub_log(&h, "12345678X") && !testhub_log(&h, "999930084"), "the log holds no Bsn, right or wrong");
	ijw_close(&c);
}

int main(void)
{
	static const struct test tests[] = {
		{"who may send what for whom", senders},
		{"what a message may look like", contents},
		{"what is refused is not delivered", nothing_delivered},
		{NULL, NULL},
	};
	int r;

	if (!testhub_usual(&h) ||
	    !testhub_party(&h, "backoffice",
			   "codes:\n  - code: \"0999\"\n"
			   "mandates:\n"
			   "  - {code: \"0363\", types: [JW301], from: 2020-01-01, until: 2099-12-31}\n"
			   "  - {code: \"0402\", until: 2020-12-31}\n"
			   "  - {code: \"0405\", from: 2099-01-01}\n"
			   "  - {code: \"0406\", may: [receive]}") ||
	    !testhub_start(&h))
		return 2;
	r = unit_main("the door refuses", tests);
	if (testhub_end(&h, SIGTERM) != 0)
		r = 1;
	testhub_free(&h);
	return r;
}
