#include "care/admit.h"

#include <errno.h>
#include <string.h>

#include "base/banned.h"

/* A finding about a code in the Header: which element, and the sentences with %s for type and code. */
struct door {
	const char *code, *element;
	const char *nl, *en, *todo_nl, *todo_en;
};

/* clang-format off */
#define UNKNOWN_PARTY  0
#define WRONG_ROLE     1
#define NOT_YOURS      2
#define NO_SENDING     3
#define TYPE_NOT_MANDATED 4
#define PERIOD_OVER    5
#define NO_RECEIVER    6
#define SAME_KIND      7

static const struct door doors[] = {
	[UNKNOWN_PARTY] = {"BRS01", "Afzender",
		"De partij van dit certificaat staat niet meer in de configuratie van de hub (bericht %s, afzender %s).",
		"The party of this certificate is no longer in the hub's configuration (message %s, sender %s).",
		"Neem contact op met de beheerder van de hub.",
		"Contact the administrator of the hub."},
	[WRONG_ROLE] = {"BRS02", "Afzender",
		"Bericht %s gaat in de andere richting: afzender %s heeft niet de rol om het te versturen.",
		"Message %s goes the other way: sender %s does not have the role to send it.",
		"Controleer of het juiste berichttype is gekozen: toewijzing en antwoord komen van een gemeente; verzoek, start, stop en declaratie van een aanbieder.",
		"Check the message type: allocations and answers come from a municipality; requests, starts, stops and declarations from a provider."},
	[NOT_YOURS] = {"BRS03", "Afzender",
		"Dit certificaat mag bericht %s niet versturen namens %s.",
		"This certificate may not send message %s on behalf of %s.",
		"Verstuur met het certificaat van deze organisatie, of laat haar een mandaat vastleggen bij de beheerder van de hub.",
		"Send with this organisation's own certificate, or have it register a mandate with the administrator of the hub."},
	[NO_SENDING] = {"BRS03", "Afzender",
		"Het mandaat van dit certificaat staat het versturen van bericht %s namens %s niet toe; het geldt alleen voor ontvangen.",
		"The mandate of this certificate does not cover sending message %s on behalf of %s; it is for receiving only.",
		"Laat het mandaat uitbreiden bij de beheerder van de hub.",
		"Have the mandate extended by the administrator of the hub."},
	[TYPE_NOT_MANDATED] = {"BRS03", "Afzender",
		"Het mandaat van dit certificaat geldt niet voor berichttype %s namens %s.",
		"The mandate of this certificate does not cover message type %s on behalf of %s.",
		"Laat het mandaat uitbreiden bij de beheerder van de hub.",
		"Have the mandate extended by the administrator of the hub."},
	[PERIOD_OVER] = {"BRS03", "Afzender",
		"Het mandaat om bericht %s te versturen namens %s geldt vandaag niet.",
		"The mandate to send message %s on behalf of %s is not valid today.",
		"Laat de periode van het mandaat controleren bij de beheerder van de hub.",
		"Have the period of the mandate checked by the administrator of the hub."},
	[NO_RECEIVER] = {"BRS04", "Ontvanger",
		"De ontvanger van bericht %s, %s, is niet aangesloten op deze hub.",
		"The receiver of message %s, %s, is not connected to this hub.",
		"Controleer de code van de ontvanger; klopt die, vraag de ontvanger zich aan te sluiten.",
		"Check the receiver's code; if it is right, ask the receiver to connect."},
	[SAME_KIND] = {"BRS05", "Ontvanger",
		"Bericht %s kan niet naar %s: afzender en ontvanger hebben dezelfde rol.",
		"Message %s cannot go to %s: sender and receiver have the same role.",
		"Controleer de codes van afzender en ontvanger.",
		"Check the codes of sender and receiver."},
};
/* clang-format on */

static const int door_of_permission[] = {
	[PERMIT_NO_CODE] = NOT_YOURS,
	[PERMIT_NO_WAY] = NO_SENDING,
	[PERMIT_NO_TYPE] = TYPE_NOT_MANDATED,
	[PERMIT_NO_PERIOD] = PERIOD_OVER,
};

/* The table's sentences are the only formats that come here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static const char *sentence(struct arena *a, const char *format, const char *type, const char *code)
{
	return arena_printf(a, format, type, code);
}
#pragma GCC diagnostic pop

static int shut(const struct bericht *b, int which, const char *code, struct arena *a,
		struct findings *found)
{
	const struct door *d = &doors[which];
	/* In a retour the Header is the original's: the true sender stands in Ontvanger. */
	bool swapped = b->type->retour;
	const char *element = d->element;
	struct finding f = {.rule = "HUB", .todo_nl = d->todo_nl, .todo_en = d->todo_en};

	if (swapped)
		element = strcmp(element, "Afzender") == 0 ? "Ontvanger" : "Afzender";
	f.element = element;
	f.path = arena_printf(a, "/Bericht/Header/%s", element);
	f.nl = sentence(a, d->nl, b->type->naam, code);
	f.en = sentence(a, d->en, b->type->naam, code);
	if (f.path == NULL || f.nl == NULL || f.en == NULL)
		return -ENOMEM;
	return findings_add(found, a, d->code, &f);
}

/* Whether the party has any code of the role that sends this type. */
static bool has_role(const struct partij *p, const struct berichttype *t)
{
	for (size_t i = 0; i < p->n_codes; i++)
		if (code_is_gemeente(p->codes[i].code) == (t->richting == VAN_GEMEENTE))
			return true;
	return false;
}

int admit(const struct parties *parties, const char *party, day today, const struct bericht *b,
	  struct arena *a, struct findings *found)
{
	const struct partij *p = parties_find(parties, party);
	enum permission permission;

	if (p == NULL)
		return shut(b, UNKNOWN_PARTY, b->van, a, found);
	if (!has_role(p, b->type))
		return shut(b, WRONG_ROLE, b->van, a, found);
	permission = partij_permit(p, b->van, b->type->naam, MAY_SEND, today);
	if (permission != PERMIT_YES)
		return shut(b, door_of_permission[permission], b->van, a, found);
	if (code_is_gemeente(b->van) == code_is_gemeente(b->naar))
		return shut(b, SAME_KIND, b->naar, a, found);
	if (parties_owner(parties, b->naar) == NULL)
		return shut(b, NO_RECEIVER, b->naar, a, found);
	return 0;
}

int admit_duplicate(const struct bericht *b, int64_t earlier, struct arena *a,
		    struct findings *found)
{
	const char *element = b->type->retour ? "IdentificatieRetour" : "Identificatie";
	struct finding f = {
		.rule = "TR056",
		.element = element,
		.path = b->type->retour ? "/Bericht/Header/IdentificatieRetour"
					: "/Bericht/Header/BerichtIdentificatie/Identificatie",
		.todo_nl = "Geef dit bericht een nieuwe identificatie en verstuur het opnieuw; was het "
			   "een correctie, gebruik dan StatusAanlevering 3 en 1.",
		.todo_en = "Give this message a new identification and send it again; if it was a "
			   "correction, use StatusAanlevering 3 and 1.",
	};

	f.nl = arena_printf(a,
			    "Onder deze identificatie is al een ander bericht %s van deze afzender "
			    "ontvangen (hub-nummer %lld).",
			    b->type->naam, (long long)earlier);
	f.en = arena_printf(a,
			    "Another message %s of this sender was received under this identification "
			    "(hub id %lld).",
			    b->type->naam, (long long)earlier);
	if (f.nl == NULL || f.en == NULL)
		return -ENOMEM;
	return findings_add(found, a, "BRS20", &f);
}
