/*
 * The watch over open ends: keeps the rows of table open_einde what the
 * register, the habits and the day make of them (care/enddate.h).
 *
 * Two ways lead to the same rows.  After a message its clients are examined
 * anew, all dossiers of each, for what is said in one tells of the others.
 * At the day's turn everybody is: bewaking_lees reads all episodes at once,
 * gewoonten_leer learns from them, and bewaking_verschillen names the clients
 * whose rows are no longer right, so that only these cost the writer time.
 * Either way a row is written by bewaking_client, from the register as it is
 * then; both give what a register made today from scratch would give.
 *
 * A row's basis holds what einde_zin reads (open_einde.feiten), and after that
 *
 *   rust=NAME    what the estimate rests on (basis_naam, blanks as _)
 *   licht=COLOUR groen, oranje, rood: the traffic light of the episode
 *   reden=WORDS  why, with _ for blanks
 *
 * Each opening and clearing is logged (einde_log) and told.  A row that only
 * changes its strength or estimate is renewed without a word, except that one
 * that becomes certain or probable counts as opened, and back as cleared.
 *
 * Nothing here knows a clock or a thread.
 */
#ifndef CARE_BEWAKING_H
#define CARE_BEWAKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/calendar.h"
#include "base/pseudonym.h"
#include "care/check.h"
#include "care/enddate.h"
#include "store/store.h"

/* Room for a row's basis. */
#define EINDE_BASIS (EINDE_FEITEN + 96)

/* Something opened or was cleared; borrowed for the call. */
struct einde_melding {
	const struct reg_open_einde *rij; /* as it is now, or was */
	bool geopend;
	bool herinner;	 /* the aanbieder should hear it: an end is missing for sure enough, or C1,
			    C2, C5 ran out */
	int64_t bericht; /* that did it, 0: the day's turn */
};

struct bewaking {
	struct store *store;
	const struct hulpvormen *hulpvormen; /* NULL: none */
	const struct calendar *calendar;
	const struct gewoonten *gewoonten;
	day vandaag;
	int64_t moment; /* for the log */
	/* Told before the commit; below zero ends it.  NULL: nobody wants to know. */
	int (*meld)(void *ctx, const struct einde_melding *m);
	void *ctx;
	bool begonnen; /* a transaction is open */
};

/*
 * bewaking_client examines all dossiers of a client.  It begins a transaction
 * when none is open and leaves it so for the next client; bewaking_klaar
 * commits.  Most clients differ in nothing, and a commit of nothing waits for
 * no disk.  bericht: the message that was the reason, 0: none.  After a negative
 * errno the caller rolls back when b->begonnen.
 */
int bewaking_client(struct bewaking *b, const unsigned char client[CLIENT_BYTES], int64_t bericht);

/* bewaking_klaar commits what was written since, if anything was. */
int bewaking_klaar(struct bewaking *b);

/* ---- all ---- */

/* Clients to examine; `at` is how far one is. */
struct clienten {
	unsigned char (*list)[CLIENT_BYTES];
	size_t n, at;
};

void clienten_free(struct clienten *c);

/*
 * bewaking_lees reads the episodes of all dossiers, linked and by client.
 * go_on is asked now and then: false ends with -ECANCELED; NULL: never asked.
 */
int bewaking_lees(struct store *st, const struct hulpvormen *h, bool (*go_on)(void *ctx), void *ctx,
		  struct episoden *ret);

/* bewaking_leer reads all and learns: what an offline report needs. */
int bewaking_leer(struct store *st, const struct hulpvormen *h, day dag, struct gewoonten **ret);

/*
 * bewaking_verschillen names the clients whose rows in b->store differ from
 * what their episodes give; alle: every client that there is.  Reads only, so
 * b->store may be another handle than the one that is written through later.
 * Sets paar and partij of the episodes.
 */
int bewaking_verschillen(const struct bewaking *b, struct episoden *e, bool alle,
			 bool (*go_on)(void *ctx), void *ctx, struct clienten *ret);

/* bewaking_alles examines the next n of them; c->at == c->n is the end. */
int bewaking_alles(struct bewaking *b, struct clienten *c, unsigned n);

/* ---- whom a message touches ---- */

/* bewaking_geraakt lists the clients that a message names, in the arena; 0 or -ENOMEM. */
int bewaking_geraakt(const struct inhoud *i, const struct pseudonym_key *key, struct arena *a,
		     unsigned char (**ret)[CLIENT_BYTES], size_t *n);

/* What must be known of an answer to find what it rejected. */
struct einde_antwoord {
	int64_t bericht; /* its id */
	char van[9], naar[9], op[16], origineel[40];
	bool retour;
};

/* bewaking_antwoord tells whether a message answers another, and fills ret when it does. */
bool bewaking_antwoord(const struct bericht *b, const struct inhoud *i, int64_t id,
		       struct einde_antwoord *ret);

/* bewaking_afgewezen gives the message that the answer rejected as a whole, 0: none. */
int bewaking_afgewezen(struct store *st, struct arena *a, const struct einde_antwoord *w,
		       int64_t *ret);

/* ---- reading a row's basis ---- */

/* basis_deel finds NAME=… in a basis and copies its value with blanks for _; false when it is not
 * there. */
bool basis_deel(const char *basis, const char *naam, char *ret, size_t room);

#endif
