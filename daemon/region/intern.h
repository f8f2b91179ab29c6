/*
 * What the files of the region share.  First the place is made (streek.c),
 * then who lives through what (leven.c, plan.c, bsn.c); that is the truth.
 * Then what is sent about it: allocations (toewijzing.c), starts and stops
 * (levering.c), lines (declaratie.c) and answers (retour.c).  All of it is
 * collected as rows, put in order of sending, and made text when asked for
 * (tekst.c).
 *
 * When memory runs out r->mislukt is set, additions give NULL, and region_new
 * looks at it between the steps.
 */
#ifndef REGION_INTERN_H
#define REGION_INTERN_H

#include <stdint.h>

#include "base/calendar.h"
#include "region/knoppen.h"
#include "region/region.h"
#include "region/toeval.h"

#define GEEN UINT32_MAX	 /* no such row */
#define PLAN_MAX 24	 /* allocations one after the other */
#define HISTORIE_JAREN 9 /* how long before from lives may have begun */
#define PENDEND_MAX 30	 /* months that a line may be behind */

typedef int64_t moment; /* seconds since 1970-01-01, Dutch local time */
#define NOOIT INT64_MAX

/* ---- rows of anything ---- */

struct rij {
	void *p;
	size_t n, room, size;
};

/* rij_plus adds a zeroed row; NULL when memory is out, which is kept in r. */
struct region;
void *rij_plus(struct region *r, struct rij *rij);

/* ---- the place ---- */

enum hulpvorm {
	WIJKTEAM,
	OP_LOCATIE,
	DAGHULP,
	NETWERK,
	PLEEGZORG,
	GEZINSGERICHT,
	GESLOTEN,
	VERBLIJF,
	N_HULPVORMEN
};

#define MET_VERBLIJF(h) ((h) >= PLEEGZORG)

struct hulpvorm_soort {
	const char *code;	 /* 01 … 14 */
	const char *oud, *nieuw; /* productcategorie of 2015, and the newer one */
	double deel;		 /* of the starts, cbs.md part 10 */
	double duur[7];		 /* weights of the classes of duration */
	double leeftijd[18];	 /* weights of the age at the start */
	double achttien;	 /* how many stop at eighteen that would go on */
};
extern const struct hulpvorm_soort hulpvormen[N_HULPVORMEN];

/* How long a gemeente makes its allocations. */
enum planstijl { PLAN_JAAR, PLAN_KALENDERJAAR, PLAN_OP_MAAT };

struct gemeente {
	char code[5];
	double gewicht, groei;
	double stop_nooit;    /* on the logit scale, added to the aanbieder's */
	double sluit_na_stop; /* ends the allocation after a stop */
	double nieuw_nummer;  /* extends under a new number */
	double traag;	      /* times the usual days of administration */
	enum planstijl plan;
	bool oude_categorie, antwoordt;
	bool wissel[128];     /* by year since 2000: new contracts from 1 January */
	bool wissel_verblijf; /* which half of the care they are about */
	double schok[256];    /* inflow by half year since 2000 */
	uint32_t nummer;      /* the latest ToewijzingNummer */
};

enum aanbiedersoort { WIJK, BREED, AMBULANT, GGZ, DAG, PLEEG, VERBLIJVEND, N_AANBIEDERSOORTEN };
enum ritme { METEEN, WEKELIJKS, MAANDELIJKS };

/* How an aanbieder keeps its administration, for as long as it has one system. */
struct gewoonte {
	double stop_nooit; /* logit of the share */
	double stop_laat;
	double start_laat;
};

struct aanbieder {
	char agb[9];
	enum aanbiedersoort soort;
	double gewicht;
	unsigned biedt;	  /* bits of enum hulpvorm */
	uint32_t bedient; /* bits of gemeenten */
	struct gewoonte gewoonte[2];
	day andere_gewoonte; /* from when the second holds; DAY_NONE: never */
	double laat_dagen;   /* half of what is late is later */
	enum ritme ritme;
	bool ruimt_op, nieuw_zonder_stop, nieuw_zonder_start, antwoordt, minuten;
	bool blijft_leveren; /* to CBS: persists rather than vanishes */
	day sluit;	     /* DAY_NONE: never */
	int declareert_na;   /* days after the month */
	int declareert_per;  /* months */
	day storing_van, storing_tot;
	uint32_t declaraties, regels;
};

/* What an aanbieder and a gemeente are used to. */
struct paar {
	double verlenging_laat, verlenging_dagen, bezetting;
};

/* ---- lives: the truth ---- */

enum einde {
	VOLGENS_PLAN,
	DOOR_CLIENT,
	DOOR_AANBIEDER,
	SAMEN,
	OVERGESTAPT,
	DOOR_GEMEENTE,
	ANDER_DOMEIN,
	ACHTTIEN,
	VERHUISD,
	OVERLEDEN,
	GESLOTEN_AANBIEDER
};

struct client {
	uint32_t nr; /* of its stream */
	uint32_t bsn;
	day geboren;
	uint8_t geslacht, naam;
	uint32_t eerste, n; /* episodes, next to each other */
};

/* How much is allocated, and how it is declared: plan.c. */
struct vorm {
	const char *eenheid, *frequentie; /* "": none */
	const char *staart;		  /* of the productcode, or "" for none */
	int least, most;		  /* volume for a month of usual care */
	int tarief_least, tarief_most;
	bool budget, abonnement, traject;
};

struct episode {
	uint32_t client, gemeente, aanbieder;
	uint8_t hulpvorm, verwijzer; /* 1 … 8 */
	char categorie[3], code[6];
	uint8_t vorm;
	bool taakgericht, spook;
	uint8_t reden;	 /* enum einde */
	day begin, eind; /* eind may lie after until: still running then */
	day ingang;
	day plan[PLAN_MAX];    /* last days of the allocations, one after the other */
	bool wissel[PLAN_MAX]; /* ends for new contracts; was is its end as first allocated */
	day was[PLAN_MAX];
	uint8_t n_plan;
	double drukte; /* share of the months in which care is given */
	day pauze_van, pauze_tot;
	bool pauze_gemeld; /* by a temporary stop */

	/* what is known of it */
	uint32_t eerste_toewijzing, n_toewijzingen;
	moment toegewezen, gestart, gestopt; /* gestopt: when the stop that ends it is sent */
	const char *fout;

	/* while lines are made */
	uint32_t pendend; /* months to be declared: bit 0 is the latest */
	day na_einde_tot; /* last month with lines after the end */
	uint32_t laatste_regel;
};

/* ---- what is sent ---- */

/* One version of an allocation. */
struct versie {
	uint32_t toewijzing, vorige; /* GEEN: the first */
	moment besloten;
	day eind;
	char reden[3];
	int volume;
};

struct toewijzing {
	uint32_t episode, nummer;
	uint32_t laatste; /* version */
	day ingang;
	char referentie[16];
	int64_t gedeclareerd; /* volume, or amount where there is a budget */
	int tarief;
};

enum soort { JW301, JW302, JW305, JW306, JW307, JW308, JW315, JW316, JW323, JW325, N_SOORTEN };

struct bericht {
	moment moment;
	uint32_t nr; /* order of making, then of sending */
	uint8_t soort, status;
	uint32_t episode, toewijzing, versie;
	uint32_t declaratie;
	uint32_t op;	 /* a retour: the message that it answers */
	day begin, eind; /* of start and stop */
	char reden[3], retourcode[5];
};

struct regel {
	uint32_t toewijzing, episode;
	uint32_t nr, vorig; /* references; vorig 0: a debit line */
	day begin, eind;
	int volume, tarief;
	int64_t bedrag;
	bool afgewezen, minuten;
};

struct declaratie {
	uint32_t gemeente, aanbieder, nummer;
	day maand, dag;
	uint32_t eerste, n; /* lines */
	bool beantwoord;
	bool afgewezen; /* some line of it */
};

struct region {
	struct region_opts o;
	struct calendar kalender;
	int mislukt; /* 0, or a negative errno */
	struct gemeente *gemeenten;
	struct aanbieder *aanbieders;
	uint32_t n_aanbieders;
	struct paar *paren; /* aanbieder * gemeenten + gemeente */
	struct rij clienten, episodes, toewijzingen, versies, berichten, regels, declaraties;
	double stop_nooit_plus; /* so that the share over the region is the knob's */
	uint32_t n_trajecten;
};

#define CLIENTEN(r) ((struct client *)(r)->clienten.p)
#define EPISODES(r) ((struct episode *)(r)->episodes.p)
#define TOEWIJZINGEN(r) ((struct toewijzing *)(r)->toewijzingen.p)
#define VERSIES(r) ((struct versie *)(r)->versies.p)
#define BERICHTEN(r) ((struct bericht *)(r)->berichten.p)
#define REGELS(r) ((struct regel *)(r)->regels.p)
#define DECLARATIES(r) ((struct declaratie *)(r)->declaraties.p)

static inline double knop(const struct region *r, enum knop k)
{
	return r->o.knobs.value[k];
}

/* ---- moments (region.c) ---- */

static inline day dag_van(moment m)
{
	return (day)(m / 86400);
}

/* kantoor is a moment in office hours on d or the first working day after it. */
moment kantoor(const struct region *r, struct toeval *t, day d);

/* later gives a or, when that is no later than b, a short time after b. */
moment later(moment a, moment b);

/* ---- streek.c ---- */
int streek_maak(struct region *r);
/* streek_aanbieder picks who gives this help here; not `niet` unless there is no other. */
uint32_t streek_aanbieder(const struct region *r, struct toeval *t, uint32_t gemeente,
			  enum hulpvorm h, int verwijzer, uint32_t niet);
const struct paar *streek_paar(const struct region *r, const struct episode *e);
const struct gewoonte *streek_gewoonte(const struct region *r, const struct episode *e, day d);

/* ---- leven.c: clients and episodes ---- */
int leven_maak(struct region *r);

/* ---- plan.c: how it will be allocated; may move the end of an episode onto that of an allocation
 * ---- */
void plan_maak(struct region *r, struct episode *e, uint64_t wie);
const struct vorm *plan_vorm(const struct episode *e);

/* ---- bsn.c ---- */
int bsn_deel_uit(struct region *r);

/* ---- levering.c ---- */

/* How the end of an episode is told. */
enum stopfout {
	STOP_GOED,
	STOP_IS_LAAT,
	STOP_IS_NOOIT,
	STOP_HANGT,
	STOP_WORDT_AFGEKEURD,
	STOP_IS_VERKEERD
};

struct stopplan {
	enum stopfout fout;
	bool nooit_gestart; /* the start is not sent either */
	moment eerste;	    /* the first message about it; NOOIT */
	moment geldig;	    /* the stop that holds; NOOIT */
};

/* levering_ijk finds what makes the share of stops never sent that of the knob. */
void levering_ijk(struct region *r);
struct stopplan levering_stopplan(const struct region *r, uint32_t episode);
void levering_meld(struct region *r, uint32_t episode, const struct stopplan *s);

/* ---- toewijzing.c ---- */
void toewijzing_stuur(struct region *r, uint32_t episode, const struct stopplan *s);
/* toewijzing_stand is the version that its aanbieder knows at that moment; NULL: none yet. */
const struct versie *toewijzing_stand(const struct region *r, uint32_t toewijzing, moment m);

/* ---- declaratie.c ---- */
/* zorg_in_maand: whether care is given in the month that begins with d. */
bool zorg_in_maand(const struct region *r, const struct episode *e, day maand);
void declaratie_stuur(struct region *r);

/* ---- retour.c ---- */
/* zend adds a message, and the answer of a party that answers; its index, GEEN after until. */
uint32_t zend(struct region *r, const struct bericht *b);
/* zend_afgekeurd adds one that is rejected with this code, always with an answer; GEEN after until.
 */
uint32_t zend_afgekeurd(struct region *r, const struct bericht *b, const char *code);

/* ---- tekst.c ---- */
extern const char *const soort_naam[N_SOORTEN];
bool soort_van_gemeente(enum soort s);
bool soort_is_retour(enum soort s);
void tekst_bericht(const struct region *r, const struct bericht *b, struct buf *out);
const char *verwijzer_code(const struct episode *e);

#endif
