/*
 * The register: what the accepted messages say together, per gemeente and
 * aanbieder.  Derived state: it can be dropped and made again from the stored
 * messages (care/register.h says how), so nothing here is the only copy.
 *
 * Clients stand in it under a keyed pseudonym, never under a BSN.
 *
 * In force (van kracht): accepted, not deleted (StatusAanlevering 3), not
 * rejected afterwards by the receiver's return message.  Rows are never
 * removed but by register_clear: what ends them is noted and can be undone.
 *
 * Conventions as in store.h: 0 or a negative errno, -ENOENT for none, strings
 * given are borrowed, strings got live in the arena or, for `each`, until it
 * returns; a result of `each` other than 0 ends the list and is returned when
 * negative (above zero: the list ends with 0).  Days are DAY_NONE when absent,
 * numbers ABSENT.  Every look-up goes through an index.  `each` may look other
 * things up, but not call the function that called it, and write nothing.
 */
#ifndef STORE_REGISTER_H
#define STORE_REGISTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"

struct store;

#define ABSENT INT64_MIN
#define CLIENT_BYTES 16

/* A client of an aanbieder for a gemeente. */
struct paar {
	const char *gemeente, *aanbieder;
	unsigned char client[CLIENT_BYTES];
};

/* What was asked for, allocated or delivered; "" where absent. */
struct product {
	const char *categorie, *code; /* both "": no Product (generic) */
	int64_t volume;               /* ABSENT: no Omvang */
	const char *eenheid, *frequentie;
	int64_t budget;               /* eurocents, ABSENT */
};

/* One version of an allocation, as one JW301 brought it. */
struct reg_toewijzing {
	int64_t id;      /* of the row; set by the store */
	int64_t bericht; /* message id */
	struct paar paar;
	int64_t nummer;
	int64_t moment;  /* Toewijzingsdatum + tijd, microseconds since 1970 (local time as written) */
	day ingang, eind;
	const char *reden, *referentie;
	struct product product;
	day dagtekening;  /* of the message */
	/* Only as part of a dossier: */
	day ontvangen;          /* the day on which the hub received it */
	const char *verwijzer;  /* Verwijzer.Type of the request that referentie names, or "" */
	bool herroepen;         /* its receiver rejected it */
};

enum levering_soort { LEVERING_START = 1, LEVERING_STOP = 2 };

/* One start or stop. */
struct reg_levering {
	int64_t id, bericht;
	struct paar paar;
	enum levering_soort soort;
	int64_t nummer; /* ABSENT: taakgericht */
	const char *categorie, *code;
	day ingang; /* ToewijzingIngangsdatum */
	day begin;
	day eind;          /* stop only */
	const char *reden; /* stop only */
	day dagtekening;
	int64_t verwijderd_door; /* message id of the deletion, 0: none */
	/* Only as part of a dossier, where rows that are not in force stand too: */
	day ontvangen;     /* the day on which the hub received it */
	day verwijderd_op; /* … and its deletion, or DAY_NONE */
	day herroepen_op;  /* … and the return message that rejected it, or DAY_NONE */
	const char *retourcode; /* of that return message, or "" */
};

enum prestatie_stand { PRESTATIE_INGEDIEND = 0, PRESTATIE_GOEDGEKEURD = 1, PRESTATIE_AFGEWEZEN = 2 };

struct reg_declaratie {
	int64_t bericht;
	const char *gemeente, *aanbieder;
	const char *nummer, *identificatie;
	day dagtekening; /* of the message */
	day begin, eind; /* DeclaratiePeriode */
	int64_t bedrag;  /* signed total, eurocents */
	const char *basisversie, *berichtversie;
	int64_t antwoord; /* message id of the JW325, 0: none yet */
	int64_t toegekend; /* signed, ABSENT before the answer */
	bool afgewezen;   /* as a whole */
};

struct reg_prestatie {
	int64_t id, bericht;
	struct paar paar;
	const char *referentie, *vorig; /* vorig "": none */
	int64_t nummer;
	const char *categorie, *code;
	day begin, eind;
	int64_t volume;
	const char *eenheid;
	int64_t tarief; /* ABSENT */
	int64_t bedrag; /* unsigned, eurocents */
	char dc;        /* D or C */
	enum prestatie_stand stand;
	bool gecrediteerd; /* a C line in force refers to it */
};

/* One AangevraagdProduct of a JW315, or the Verzoek of a JW317. */
struct reg_verzoek {
	int64_t id, bericht;
	struct paar paar;
	bool wijziging; /* JW317 */
	const char *referentie;
	day ingang, eind; /* JW315 */
	struct product product; /* JW315 */
	day dagtekening;
	int64_t received; /* microseconds: when the request came in */
	int64_t beantwoord; /* message id of the JW301 or JW319 (1) that ended it, 0: open */
	const char *verwijzer; /* JW315: Verwijzer.Type, or "" */
};

struct reg_antwoord {
	int64_t bericht;
	const char *gemeente, *aanbieder, *referentie;
	const char *antwoord; /* VerzoekAntwoord: 1 or 2 */
	const char *reden;
	day dagtekening;
};

/* The answer to an original: a return message or JW325, by the receiver or by the hub. */
struct reg_retour {
	int64_t origineel, retour; /* message ids */
	bool afgewezen;
	const char *code; /* the first code that is no 0200/0233/8001, or "" */
};

/* How long the receiver of a message took to answer it. */
struct reg_antwoordtijd {
	const char *type;      /* of the original: JW301 … JW323 */
	const char *van, *naar; /* naar owes the answer */
	day ontvangen;         /* the original */
	day beantwoord;        /* DAY_NONE: not yet */
};

/* What somebody owes somebody: the first term is the reason for existing. */
struct reg_verwachting {
	int64_t id;
	const char *soort;      /* retour, declaratieantwoord, start, stop, verzoek, onderzoek, woonplaats */
	const char *debiteur, *crediteur; /* codes: who must act, who waits */
	int64_t bericht;        /* the message that it follows from */
	const char *sleutel;    /* what it is about: a referentie, a ToewijzingNummer, an Identificatie */
	day sinds, uiterlijk;   /* from, and the last day in time */
	int64_t voldaan;        /* message id that met it, 0: still owed, -1: fell away */
	day voldaan_op;
	day gemeld;             /* both sides were told that it is late; DAY_NONE: not yet */
};

/* One declared line, as far as it tells that care was given. */
struct reg_periode {
	int64_t nummer;
	day begin, eind;
	int64_t volume, bedrag; /* unsigned; bedrag in eurocents */
	bool credit;
	enum prestatie_stand stand;
	day ontvangen; /* the day on which the hub received it */
	int64_t bericht;
};

/*
 * All that is known of one client between an aanbieder and a gemeente, as the
 * hub had it on some day: what came later, also what a later message undid, is
 * left out.  Rows are in the order of their messages and stand in it also when
 * they were rejected or deleted by then (a rejected stop is a trace of an end);
 * lines only when they were not credited in full.
 */
struct reg_dossier {
	int64_t id;
	struct paar paar;
	day geboren;          /* DAY_NONE: no message said it in full */
	const char *geslacht; /* 0, 1, 2, 9, or "" */
	const struct reg_toewijzing *toewijzingen; /* versions */
	size_t n_toewijzingen;
	const struct reg_levering *leveringen;
	size_t n_leveringen;
	const struct reg_periode *perioden;
	size_t n_perioden;
};

/* An open end (care/enddate.h) as it was found last.  Derived, but also the memory of what was told. */
struct reg_open_einde {
	int64_t dossier;
	struct paar paar; /* when read */
	int64_t nummer;   /* ABSENT: taakgericht */
	const char *categorie, *code;
	day begin;
	const char *soort;   /* C1 … C8, S1 … S24 */
	int sterkte;         /* enum sterkte of care/enddate.h */
	day sinds;           /* the clock ran out on this day */
	day schatting, laag, hoog; /* DAY_NONE: none */
	int kans;            /* that care has ended, per thousand; -1: not known */
	const char *basis, *opheffen; /* codes and numbers that care/ turns into sentences */
	day gemeld;          /* the aanbieder was told; DAY_NONE: not yet */
};

struct register_ops {
	/*
	 * Dossiers.  `tot` is the highest message id that counts (peil gives it
	 * for a day), INT64_MAX: all.  dossier is one (into the arena; -ENOENT),
	 * dossiers is every one by ascending id after `na` (0: all), read with
	 * a few sweeps instead of a look-up each, the rows gone after each call.
	 * Both give the same; a dossier of which nothing was known by then has no
	 * rows.  What messages say of the person stands as it does now.
	 */
	int (*peil)(struct store *st, day dag, int64_t *tot);
	int (*dossier_nummer)(struct store *st, const struct paar *paar, int64_t *id);
	int (*dossier)(struct store *st, struct arena *a, int64_t id, int64_t tot,
		       struct reg_dossier *ret);
	int (*dossiers)(struct store *st, int64_t na, int64_t tot,
			int (*each)(void *ctx, const struct reg_dossier *d), void *ctx);
	/* Ids of all dossiers of this client, with whichever gemeente and aanbieder. */
	int (*dossiers_client)(struct store *st, const unsigned char client[CLIENT_BYTES],
			       int (*each)(void *ctx, int64_t id), void *ctx);
	/* What a message says of the person; the latest that says something stands. */
	int (*persoon)(struct store *st, const struct paar *paar, day geboren, const char *geslacht);

	/*
	 * Open ends.  Those of a dossier (0: all) in force, by dossier, nummer,
	 * begin, soort; open_einde_zet adds one or renews that with the same dossier,
	 * nummer, begin and soort (gemeld stays); open_einde_weg takes one away.  What is
	 * logged of them stays for ever: einde_log notes an opening or a clearing,
	 * einden_gelogd reads it back, newest first.  clear leaves all of this alone, and the
	 * digest leaves it out.
	 */
	int (*open_einden)(struct store *st, int64_t dossier,
			   int (*each)(void *ctx, const struct reg_open_einde *row), void *ctx);
	int (*open_einde_zet)(struct store *st, const struct reg_open_einde *row);
	int (*open_einde_weg)(struct store *st, const struct reg_open_einde *row);
	int (*einde_log)(struct store *st, const struct reg_open_einde *row, bool geopend, int64_t moment,
			 int64_t bericht); /* bericht 0: the day's turn */
	int (*einden_gelogd)(struct store *st, unsigned most,
			     int (*each)(void *ctx, const struct reg_open_einde *row, bool geopend,
					 int64_t moment, int64_t bericht), void *ctx);
	/* What was learnt on a day, one at a time, opaque here; -ENOENT: nothing yet. */
	int (*gewoonten_zet)(struct store *st, day dag, const void *bytes, size_t n);
	int (*gewoonten)(struct store *st, struct buf *ret, day *dag);

	/* Allocations.  Versions are those in force. */
	int (*toewijzing_add)(struct store *st, const struct reg_toewijzing *row);
	/* The current version (newest moment, then newest message); any gemeente+nummer has one owner. */
	int (*toewijzing_current)(struct store *st, struct arena *a, const char *gemeente,
				     int64_t nummer, struct reg_toewijzing *ret);
	/* All versions of a number, oldest moment first. */
	int (*toewijzing_versies)(struct store *st, const char *gemeente, int64_t nummer,
				     int (*each)(void *ctx, const struct reg_toewijzing *row), void *ctx);
	/* The current version of every number of this pair and client, by number. */
	int (*toewijzingen)(struct store *st, const struct paar *paar,
			       int (*each)(void *ctx, const struct reg_toewijzing *row), void *ctx);
	/* The first message of gemeente to aanbieder with a ToegewezenProduct under this referentie. */
	int (*toewijzing_referentie)(struct store *st, const char *gemeente, const char *aanbieder,
					const char *referentie, int64_t *bericht);

	/* Starts and stops in force of this pair and client, in the order of begin, then arrival. */
	int (*levering_add)(struct store *st, const struct reg_levering *row);
	int (*leveringen)(struct store *st, const struct paar *paar,
			     int (*each)(void *ctx, const struct reg_levering *row), void *ctx);
	/* Notes that message `door` deleted the row. */
	int (*levering_verwijder)(struct store *st, int64_t id, int64_t door);

	/*
	 * Declarations: those not rejected as a whole; by identification a rejected
	 * one too (afgewezen), when there is no other.
	 */
	int (*declaratie_add)(struct store *st, const struct reg_declaratie *row);
	int (*declaratie_nummer)(struct store *st, struct arena *a, const char *aanbieder,
				    const char *nummer, struct reg_declaratie *ret);
	int (*declaratie_identificatie)(struct store *st, struct arena *a, const char *gemeente,
					   const char *aanbieder, const char *identificatie,
					   struct reg_declaratie *ret);
	/* The one with the latest DeclaratiePeriode between these two. */
	int (*declaratie_laatste)(struct store *st, struct arena *a, const char *gemeente,
				     const char *aanbieder, struct reg_declaratie *ret);
	/* Its answer came; afgewezen: as a whole, and its lines with it.  -ENOENT: no such declaration. */
	int (*declaratie_antwoord)(struct store *st, int64_t bericht, int64_t antwoord,
				      int64_t toegekend, bool afgewezen);

	/* Lines: those not rejected, in the order of arrival. */
	int (*prestatie_add)(struct store *st, const struct reg_prestatie *row);
	int (*prestatie_referentie)(struct store *st, struct arena *a, const char *aanbieder,
				       const char *referentie, struct reg_prestatie *ret); /* rejected ones too */
	int (*prestatie_vorig)(struct store *st, struct arena *a, const char *aanbieder,
				  const char *vorig, struct reg_prestatie *ret); /* the C line in force */
	int (*prestaties)(struct store *st, const char *gemeente, int64_t nummer,
			     int (*each)(void *ctx, const struct reg_prestatie *row), void *ctx);
	int (*prestaties_van)(struct store *st, int64_t bericht,
				 int (*each)(void *ctx, const struct reg_prestatie *row), void *ctx);
	/* All lines of a declaration that are still INGEDIEND become `stand`. */
	int (*prestaties_stand)(struct store *st, int64_t bericht, enum prestatie_stand stand);
	int (*prestatie_stand)(struct store *st, int64_t id, enum prestatie_stand stand);

	/* Requests and answers. */
	int (*verzoek_add)(struct store *st, const struct reg_verzoek *row);
	int (*verzoek)(struct store *st, struct arena *a, const char *aanbieder,
			  const char *referentie, struct reg_verzoek *ret);
	/* Those of this pair and client that are not answered. */
	int (*verzoeken_open)(struct store *st, const struct paar *paar,
				 int (*each)(void *ctx, const struct reg_verzoek *row), void *ctx);
	int (*verzoek_beantwoord)(struct store *st, int64_t id, int64_t bericht); /* the first stands */
	int (*antwoord_add)(struct store *st, const struct reg_antwoord *row);
	/* Answers to a reference, in the order of arrival. */
	int (*antwoorden)(struct store *st, const char *gemeente, const char *aanbieder,
			     const char *referentie,
			     int (*each)(void *ctx, const struct reg_antwoord *row), void *ctx);

	/* Is this client known between these two (an allocation, start, request or line in force)? */
	int (*client_bekend)(struct store *st, const struct paar *paar);

	/*
	 * herroep ends all that a message brought (its receiver rejected it) and
	 * undoes what it ended: rows it deleted, credited or answered are in force
	 * again, expectations it met are open again, those that follow from it fall
	 * away (save its own answer: retour, declaratieantwoord).  A JW325 is never
	 * answered, so what it judged is not undone.  Twice is once.
	 */
	int (*herroep)(struct store *st, int64_t bericht);

	/* Answers to originals. */
	int (*retour_add)(struct store *st, const struct reg_retour *row); /* -EEXIST: has one */
	int (*retour_van)(struct store *st, struct arena *a, int64_t origineel, struct reg_retour *ret);
	/*
	 * When each accepted message that wants an answer of its receiver came in
	 * and when that answer did, in the order of arrival, as known at `tot` (see
	 * peil).  Reads all messages once.
	 */
	int (*antwoordtijden)(struct store *st, int64_t tot,
			      int (*each)(void *ctx, const struct reg_antwoordtijd *row), void *ctx);

	/* Expectations.  One is open per debiteur, soort and sleutel: adding it again moves its term. */
	int (*verwachting_add)(struct store *st, const struct reg_verwachting *row);
	/*
	 * Marks those that are open, of this soort, debiteur and sleutel (NULL or ""
	 * for any) and message (0: any).  Without a message soort and debiteur must
	 * be given: -EINVAL.
	 */
	int (*verwachting_voldaan)(struct store *st, const char *soort, const char *debiteur,
				      const char *sleutel, int64_t bericht, int64_t door, day op);
	/* Open ones due on or before a day, debiteur NULL for all, oldest first. */
	int (*verwachtingen)(struct store *st, const char *debiteur, day tot,
				int (*each)(void *ctx, const struct reg_verwachting *row), void *ctx);
	int (*verwachting_gemeld)(struct store *st, int64_t id, day op); /* each may call it */

	/*
	 * Drops everything above but open ends.  Within a transaction; the messages
	 * stay, and so do the numbers of dossiers: one that is made again has its own.
	 */
	int (*clear)(struct store *st);

	/*
	 * A digest of all rows, for comparing two registers: the same rows give the
	 * same, whatever the order in which they were written.  What no message
	 * says is left out: gemeld.
	 */
	int (*digest)(struct store *st, unsigned char ret[32]);
};

#endif
