/*
 * The typed content of one message: its classes and their fields, picked up
 * during the single pass of the check, for the rules and the register.
 *
 * A class (klasse) is an instance of one of the standard's classes: Header,
 * Client, StartProduct, Prestatie, …  A field (veld) is a leaf below it that
 * some rule or the register asks for, or the presence of a composite (Omvang,
 * Adres).  Which path is which field is data: velden.tsv of the release.
 * Fields that mean the same have one name whatever the message calls them:
 * GewensteIngangsdatum and ToewijzingIngangsdatum of a requested product are
 * both V_INGANGSDATUM.
 *
 * Values are typed (days, numbers, codes of at most 7 bytes in place, longer
 * texts in the message's arena), 16 bytes a field, so that 25 MB of prestaties
 * fit.  An inhoud is read-only once made, except for the return codes that
 * rules leave at a class; it lives as long as its arena.
 */
#ifndef CARE_INHOUD_H
#define CARE_INHOUD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"

enum klasse_soort {
	K_GEEN,
	K_HEADER,
	K_CLIENT,
	K_RELATIE,
	K_CONTACT,
	K_TOEGEWEZENPRODUCT,
	K_STARTPRODUCT,
	K_STOPPRODUCT,
	K_AANGEVRAAGDPRODUCT,
	K_VERZOEK,
	K_ONGEWIJZIGDPRODUCT,
	K_TEWIJZIGENPRODUCT,
	K_NIEUWPRODUCT,
	K_ANTWOORD,
	K_DECLARATIE,
	K_DECLARATIEANTWOORD,
	K_PRESTATIE,
	N_KLASSEN,
};

enum veldnaam {
	V_GEEN,
	/* Header */
	V_AFZENDER,
	V_ONTVANGER,
	V_IDENTIFICATIE,
	V_DAGTEKENING,
	V_BASISVERSIE,  /* XsdVersie.BasisschemaXsdVersie */
	V_BERICHTVERSIE, /* XsdVersie.BerichtXsdVersie */
	V_IDENTIFICATIERETOUR,
	V_DAGTEKENINGRETOUR,
	V_DECLARATIEIDENTIFICATIE, /* JW325: DeclaratieIdentificatie.Identificatie */
	V_DECLARATIEDATUM,         /* JW325: DeclaratieIdentificatie.Dagtekening */
	V_DECLARATIEBASISVERSIE,   /* JW325: XsdVersieDeclaratie, both */
	V_DECLARATIEBERICHTVERSIE,
	V_RETOURCODE, /* of any class; may stand more than once in it */
	/* persons */
	V_BSN,
	V_GEBOORTEDATUM,
	V_DATUMGEBRUIK,
	V_GESLACHT,
	V_NAAMGEBRUIK,
	V_PARTNERNAAM, /* present */
	V_COMMUNICATIEVORM,
	V_TAAL, /* present */
	V_NUMMER, /* Relatie.Nummer */
	V_SOORT,  /* Contact.Soort, Relatie.Soort */
	V_ADRES,  /* present */
	V_HUIS,   /* present */
	V_POSTCODE,
	V_LANDCODE,
	V_TELEFOON, /* present */
	V_PERIODE,  /* present: Contact.Periode */
	/* products of every kind */
	V_TOEWIJZINGNUMMER,
	V_REFERENTIE, /* ReferentieAanbieder */
	V_PRODUCT,    /* present */
	V_CATEGORIE,
	V_CODE,
	V_TOEWIJZINGSDATUM,
	V_TOEWIJZINGSTIJD, /* microseconds since midnight */
	V_INGANGSDATUM, /* also ToewijzingIngangsdatum, GewensteIngangsdatum */
	V_BEGINDATUM,   /* of a start, a stop or a period */
	V_EINDDATUM,    /* also ToewijzingEinddatum, and of a period */
	V_REDENWIJZIGING,
	V_OMVANG, /* present */
	V_VOLUME, /* also GeleverdVolume */
	V_EENHEID,
	V_FREQUENTIE,
	V_BUDGET,
	V_STATUSAANLEVERING,
	V_REDENBEEINDIGING,
	/* requests and answers */
	V_VERWIJZERTYPE,
	V_ZORGVERLENERCODE, /* present */
	V_VERWIJZERNAAM,    /* present */
	V_BESCHIKKINGNUMMER, /* present */
	V_BESCHIKKINGINGANGSDATUM,
	V_RAAMCONTRACT,
	V_REDENVERZOEK,
	V_VERZOEKANTWOORD,
	V_REDENAFWIJZING,
	V_WOONPLAATSBEGINSEL, /* present */
	V_GEMEENTE,           /* Woonplaatsbeginsel.Gemeente */
	/* declarations */
	V_DECLARATIENUMMER,
	V_DECLARATIEDAGTEKENING,
	V_INGEDIENDBEDRAG, /* Prestatie: Bedrag; Declaratie(Antwoord): TotaalIngediendBedrag */
	V_INGEDIENDDC,
	V_TOEGEKENDBEDRAG,
	V_TOEGEKENDDC,
	V_REFERENTIENUMMER,
	V_VORIGREFERENTIENUMMER,
	V_TARIEF,
	N_VELDEN,
};

/* How a field's value is kept. */
enum veldsoort {
	VS_AANWEZIG, /* only that it is there */
	VS_GETAL,
	VS_DAG,
	VS_TIJD, /* microseconds since midnight, as VS_GETAL */
	VS_CODE, /* of a code list, up to 7 bytes, in place */
	VS_TEKST,
};

struct veld {
	uint16_t knoop;  /* its place in the message type's tree (knoop.h) */
	uint16_t column; /* 0: not known */
	uint32_t line;
	union {
		int64_t getal; /* VS_GETAL, VS_TIJD */
		day dag;
		char code[8]; /* ends with NUL */
		const char *tekst;
	};
};

/* A return code at a class, by the rule that was broken; a list, newest first. */
struct retourcode {
	const char *code, *regel;
	struct retourcode *next;
};

struct klasse {
	enum klasse_soort soort;
	uint16_t knoop;
	uint16_t column;
	uint32_t line;
	uint32_t ouder; /* number of the enclosing class, 0 for one directly below the root */
	uint32_t index; /* which of its name below its parent element, from 1 */
	uint32_t n;
	const struct veld *velden; /* in the order of the message */
	struct retourcode *codes;  /* left by rules; NULL: none */
};

struct knopen; /* knoop.h: the tree of one message type */

/*
 * Classes are numbered from 1 in the order in which they open; the Header is
 * 1.  list[0] is no class, so that 0 can mean none.
 */
struct inhoud {
	const struct knopen *knopen;
	struct klasse *list;
	uint32_t n; /* with list[0]: numbers are below n */
};

/* inhoud_nummer is the number of a class of i. */
uint32_t inhoud_nummer(const struct inhoud *i, const struct klasse *k);

/* inhoud_ouder is the nearest enclosing class of that kind, NULL when there is none. */
const struct klasse *inhoud_ouder(const struct inhoud *i, const struct klasse *k,
				  enum klasse_soort soort);

/* inhoud_volgende walks all classes of a kind: NULL starts, NULL ends. */
const struct klasse *inhoud_volgende(const struct inhoud *i, const struct klasse *na,
				     enum klasse_soort soort);

/* inhoud_header is the Header; never NULL for a message that is valid by its schema. */
const struct klasse *inhoud_header(const struct inhoud *i);

/* veld_van finds the first field of that name in a class itself; NULL when absent. */
const struct veld *veld_van(const struct inhoud *i, const struct klasse *k, enum veldnaam naam);

/* veld_volgende is the next of the same name after v in k, NULL when there is none. */
const struct veld *veld_volgende(const struct inhoud *i, const struct klasse *k,
				 const struct veld *v);

/* Shorthands; absent gives false, DAY_NONE, `anders`, NULL. */
bool veld_aanwezig(const struct inhoud *i, const struct klasse *k, enum veldnaam naam);
day veld_dag(const struct inhoud *i, const struct klasse *k, enum veldnaam naam);
int64_t veld_getal(const struct inhoud *i, const struct klasse *k, enum veldnaam naam,
		   int64_t anders);
const char *veld_tekst(const struct inhoud *i, const struct klasse *k, enum veldnaam naam);

/* veld_is tells whether the (code or text) field is there with one of these values, "02|03". */
bool veld_is(const struct inhoud *i, const struct klasse *k, enum veldnaam naam,
	     const char *waarden);

/*
 * inhoud_pad appends the path of a class, or of a field of it when v is not
 * NULL, as findings show it: /Bericht/Client/StartProducten/StartProduct[2]/Begindatum,
 * with an index where an element may repeat.
 */
void inhoud_pad(const struct inhoud *i, const struct klasse *k, const struct veld *v,
		struct buf *out);

/* klasse_naam and klasse_zoek: "StartProduct"; N_KLASSEN when there is none of that name. */
const char *klasse_naam(enum klasse_soort soort);
enum klasse_soort klasse_zoek(const char *naam);

/* veld_zoek: "EINDDATUM"; N_VELDEN when there is none of that name. */
enum veldnaam veld_zoek(const char *naam);

#endif
