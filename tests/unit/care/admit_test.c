/* Who may do what: parties, mandates, the door. */
#include <stdlib.h>
#include <string.h>

#include "care/admit.h"
#include "care/parties.h"

#include "../../lib/unit.h"

static char *copy(const char *s)
{
	return s == NULL ? NULL : strdup(s);
}

/* A party with one own code, and one by mandate unless NULL. */
static void add_party(struct parties *p, const char *id, const char *own, const struct partij_code *mandate)
{
	struct partij *row = parties_add(p);

	row->id = copy(id);
	row->name = copy(id);
	row->codes = calloc(2, sizeof *row->codes);
	if (own != NULL)
		row->codes[row->n_codes++] = (struct partij_code){
			.code = copy(own), .own = true, .may = MAY_SEND | MAY_RECEIVE, .from = DAY_NONE, .until = DAY_NONE};
	if (mandate != NULL) {
		struct partij_code *c = &row->codes[row->n_codes++];

		*c = *mandate;
		c->code = copy(mandate->code);
		c->types = calloc(1, sizeof *c->types);
		if (mandate->n_types > 0)
			c->types[0] = copy("JW301");
	}
}

static struct parties *some(void)
{
	struct parties *p = parties_new();

	add_party(p, "gemeente-a", "0363", NULL);
	add_party(p, "aanbieder-a", "12345678", NULL);
	add_party(p, "backoffice", NULL,
		  &(struct partij_code){.code = (char *)(size_t) "0363", .may = MAY_SEND, .n_types = 1, .from = 100, .until = 200});
	return p;
}

static void permissions(void)
{
	static const struct {
		const char *name, *party, *code, *type;
		enum may may;
		day on;
		enum permission expected;
	} cases[] = {
		{"one's own code, any type, any day", "gemeente-a", "0363", "JW319", MAY_SEND, 5, PERMIT_YES},
		{"one's own code to receive", "gemeente-a", "0363", NULL, MAY_RECEIVE, 5, PERMIT_YES},
		{"another's code", "gemeente-a", "0394", "JW301", MAY_SEND, 5, PERMIT_NO_CODE},
		{"a mandate on its first day", "backoffice", "0363", "JW301", MAY_SEND, 100, PERMIT_YES},
		{"a mandate on its last day", "backoffice", "0363", "JW301", MAY_SEND, 200, PERMIT_YES},
		{"a mandate a day early", "backoffice", "0363", "JW301", MAY_SEND, 99, PERMIT_NO_PERIOD},
		{"a mandate a day late", "backoffice", "0363", "JW301", MAY_SEND, 201, PERMIT_NO_PERIOD},
		{"a mandate for another type", "backoffice", "0363", "JW319", MAY_SEND, 150, PERMIT_NO_TYPE},
		{"a mandate the other way", "backoffice", "0363", "JW301", MAY_RECEIVE, 150, PERMIT_NO_WAY},
	};
	struct parties *p = some();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(partij_permit(parties_find(p, cases[i].party), cases[i].code, cases[i].type, cases[i].may,
				    cases[i].on) == cases[i].expected,
		      cases[i].name);
	CHECK(parties_owner(p, "0363") == parties_find(p, "gemeente-a"), "a mandate is no ownership");
	CHECK(parties_owner(p, "9999") == NULL && parties_find(p, "nobody") == NULL, "what is not there is NULL");
	parties_drop(&p);
	CHECK(p == NULL, "dropping clears the pointer");
	parties_drop(&p);
}

static const struct berichttype toewijzing = {.naam = "JW301", .code = "436", .richting = VAN_GEMEENTE};
static const struct berichttype start = {.naam = "JW305", .code = "438", .richting = VAN_AANBIEDER};
static const struct berichttype retour = {.naam = "JW302", .code = "437", .richting = VAN_AANBIEDER, .retour = true};

static void door(void)
{
	static const struct {
		const char *name, *party, *van, *naar, *code, *element;
		const struct berichttype *type;
		day on;
	} cases[] = {
		{"an allocation to a known provider", "gemeente-a", "0363", "12345678", NULL, NULL, &toewijzing, 5},
		{"a party that left the configuration", "gone", "0363", "12345678", "BRS01", "Afzender", &toewijzing, 5},
		{"a start from a gemeente", "gemeente-a", "12345678", "0363", "BRS02", "Afzender", &start, 5},
		{"for a code without mandate", "gemeente-a", "0394", "12345678", "BRS03", "Afzender", &toewijzing, 5},
		{"a mandate out of its period", "backoffice", "0363", "12345678", "BRS03", "Afzender", &toewijzing, 99},
		{"to somebody unknown", "gemeente-a", "0363", "87654321", "BRS04", "Ontvanger", &toewijzing, 5},
		{"between two of a kind", "gemeente-a", "0363", "0394", "BRS05", "Ontvanger", &toewijzing, 5},
		{"a retour names the other element", "aanbieder-a", "87654321", "0363", "BRS03", "Ontvanger", &retour, 5},
		{"and so does its receiver", "aanbieder-a", "12345678", "0394", "BRS04", "Afzender", &retour, 5},
	};
	struct parties *p = some();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a = ARENA_INIT;
		struct findings found = {0};
		struct bericht b = {.type = cases[i].type, .van = cases[i].van, .naar = cases[i].naar};

		CHECK(admit(p, cases[i].party, cases[i].on, &b, &a, &found) == 0, cases[i].name);
		if (cases[i].code == NULL) {
			CHECK(found.n == 0 && found.code == NULL, cases[i].name);
		} else if (CHECK(found.n == 1 && found.code != NULL && strcmp(found.code, cases[i].code) == 0,
				 cases[i].name)) {
			CHECK(strcmp(found.list[0].element, cases[i].element) == 0, cases[i].name);
			CHECK(strstr(found.list[0].nl, cases[i].type->naam) && found.list[0].todo_nl && found.list[0].todo_en,
			      "it names the type and what to do");
		}
		arena_release(&a);
	}
	parties_drop(&p);
}

int main(void)
{
	static const struct test tests[] = {
		{"permissions go by code, way, type and period", permissions},
		{"the door has a code and a sentence for each case", door},
		{NULL, NULL},
	};

	return unit_main("admit", tests);
}
