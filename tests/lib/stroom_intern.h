/*
 * What the files of the stream share:
 *
 *   stroom.c             days, parties, clients; who acts when
 *   stroom_leven.c       what happens to one client
 *   stroom_declaratie.c  declarations and their answers
 *   stroom_tekst.c       the messages as text
 */
#ifndef TESTS_STROOM_INTERN_H
#define TESTS_STROOM_INTERN_H

#include "stroom.h"

#include "base/buf.h"
#include "base/date.h"

#define GEEN INT64_MIN
#define PLAATSEN 8 /* allocations of one client that may still matter */
#define GEVRAAGD 2 /* products of one request */
#define RETOUR_DAGEN 8

/* A type is followed by its answer. */
enum soort {
	JW301,
	JW302,
	JW305,
	JW306,
	JW307,
	JW308,
	JW315,
	JW316,
	JW317,
	JW318,
	JW319,
	JW320,
	JW323,
	JW325,
	N_SOORTEN
};

/* One Prestatie. */
struct regel {
	uint32_t client, plaats;
	int64_t nummer, referentie, vorig; /* vorig 0: none */
	day begin, eind;
	char categorie[3], code[6], eenheid[3];
	int64_t volume, tarief, bedrag; /* tarief GEEN: none */
	int64_t maat; /* the volume as the allocation counts it: hours as minutes */
	bool credit, afgewezen;
};

enum levering { NIET_GESTART, LOOPT, ONDERBROKEN, GESTOPT };
enum regelstand { GEEN_REGEL, INGEDIEND, GOEDGEKEURD, AFGEWEZEN };

struct toewijzing {
	int64_t nummer; /* 0: this place is free */
	char categorie[3], code[6], eenheid[3], frequentie[2];
	int64_t volume, budget;
	day ingang, eind;
	day datum;		       /* of the decision … */
	int32_t tijd;		       /* … and its second */
	bool gewijzigd;		       /* in the JW301 that is being made */
	char reden[3], referentie[20]; /* likewise */
	bool verwijderd;
	bool afgelost; /* another follows it: its end stands */
	enum levering levering;
	day begin, stop; /* of the latest start and stop */
	char stopreden[3];
	bool tweede_stop;  /* it followed a temporary one on the same start */
	bool ooit_gestopt; /* on any start */
	int64_t volume_gedeclareerd, bedrag_gedeclareerd;
	unsigned regels; /* debit lines that stand, or may yet */
	struct regel laatste; /* the latest debit line */
	enum regelstand stand;
	day gemist; /* first day of a month that is still to be declared, or DAY_NONE */
};

enum fase { WACHT, AANGEVRAAGD, ONDERZOCHT, IN_ZORG, VERZOCHT, VERZOEK_ONDERZOCHT, TAAK };
enum wens { WENS_EIND, WENS_OMVANG, WENS_TOTAAL, WENS_NIEUW, N_WENSEN };

struct client {
	char bsn[10];
	uint32_t gemeente, aanbieder; /* indexes */
	bool even;		      /* which half of the aanbieders it may go to */
	day geboren;
	const char *achternaam;
	char geslacht[2];
	enum fase fase;
	day volgende;			      /* when it acts next */
	struct toewijzing gevraagd[GEVRAAGD]; /* with their referentie; JW317: the first */
	uint32_t n_gevraagd;
	enum wens wens;
	uint32_t plaats; /* that a JW317 changes */
	bool kruist;	 /* an allocation crossed it on the way */
	day taak, taakstop;
	struct toewijzing plaatsen[PLAATSEN];
};

/* A JW323 that waits for its answer, or to be sent again after it. */
struct ingediend {
	uint32_t gemeente, aanbieder;
	char nummer[13], identificatie[13];
	day dagtekening, begin, eind;
	struct regel *regels;
	size_t n;
	day volgende;
	bool laat;    /* answered after the next month was declared */
	bool opnieuw; /* rejected as a whole: to be sent again */
};

struct gemeente {
	const char *code;
	int64_t nummer;
	uint32_t identificatie;
};

struct aanbieder {
	char code[9];
	uint32_t identificatie, verzoek, wijziging, declaratie;
	int64_t referentie;
};

/* One message of the day. */
struct klaar {
	enum soort soort;
	uint32_t gemeente, aanbieder;
	char identificatie[13];
	day dagtekening;
	size_t begin, size;
};

/* An original that gets its return message on a later day. */
struct antwoord {
	enum soort soort; /* of the original */
	uint32_t gemeente, aanbieder;
	char identificatie[13];
	day dagtekening;
};

struct stroom {
	uint64_t toeval;
	day dag;
	day terug; /* the messages being made are dated so many days before */
	struct gemeente *gemeenten;
	struct aanbieder *aanbieders;
	struct client *clienten;
	uint32_t n_gemeenten, n_aanbieders, n_clienten;
	struct client voor; /* the one who acts, as it was */
	struct buf tekst;   /* of all messages of the day */
	struct klaar *klaar;
	size_t n_klaar, room_klaar, aan_de_beurt;
	struct antwoord *antwoorden[RETOUR_DAGEN];
	size_t n_antwoorden[RETOUR_DAGEN], room_antwoorden[RETOUR_DAGEN];
	struct ingediend *ingediend;
	size_t n_ingediend, room_ingediend;
	uint32_t *eerste, *volgende; /* clients by gemeente and aanbieder */
	bool mislukt;		     /* memory is out */
};

/* ---- stroom.c ---- */

/* kans is true n times in 1000; tussen is a number from laag to hoog, both counted. */
bool kans(struct stroom *s, unsigned n);
int64_t tussen(struct stroom *s, int64_t laag, int64_t hoog);

/* more makes room for one more element in a growing array; NULL, and mislukt, without memory. */
void *more(struct stroom *s, void *array, size_t n, size_t *room, size_t size);

/* begin_bericht opens a message up to and without the end of its Header; end_bericht closes it. */
struct buf *begin_bericht(struct stroom *s, enum soort soort, uint32_t gemeente,
			  uint32_t aanbieder);
void end_bericht(struct stroom *s);

/* put_retour answers an original: accepting it, or with 0001. */
void put_retour(struct stroom *s, const struct antwoord *op, bool afgewezen);

/* ---- stroom_leven.c ---- */

/* leef lets a client act on this day. */
void leef(struct stroom *s, struct client *c);

/* product_code is the nth (below 100) of a category. */
void product_code(char ret[6], const char *categorie, int n);

/* ---- stroom_declaratie.c ---- */

/* declare sends what is due on this day, answer what waits for an answer. */
void declare_month(struct stroom *s);
void answer_declarations(struct stroom *s);

/* maximum is the most care in van..tot, totaal over all of it; GEEN: no bound. */
int64_t maximum(const struct toewijzing *w, day van, day tot);
int64_t totaal(const struct toewijzing *w);

/* ---- stroom_tekst.c ---- */

extern const char *const soort_naam[N_SOORTEN];
bool soort_van_gemeente(enum soort soort);

void tekst_begin(struct buf *b, enum soort soort, const char *afzender, const char *ontvanger,
		 const char *identificatie, day dagtekening);
void tekst_header_end(struct buf *b);
void tekst_end(struct buf *b);
void tekst_retour(struct buf *b, const char *identificatie, day dagtekening, bool afgewezen);
void tekst_dag(struct buf *b, const char *element, day d); /* DAY_NONE: nothing */
void tekst_client(struct buf *b, const struct client *c);  /* opens Client */
void tekst_toewijzing(struct buf *b, const struct toewijzing *w);
void tekst_contact(struct buf *b, const struct client *c);
void tekst_levering(struct buf *b, const struct toewijzing *w, bool stop, bool verwijderd);
void tekst_aangevraagd(struct buf *b, const struct toewijzing *w, uint32_t hoe);
void tekst_gewenst(struct buf *b, const struct toewijzing *w, day ingang, bool nieuw);
void tekst_declaratie(struct buf *b, const struct stroom *s, const struct ingediend *d);
void tekst_declaratieantwoord(struct buf *b, const struct stroom *s, const struct ingediend *d,
			      const char *header, const char *declaratie);

#endif
