/*
 * A region to try the hub on: gemeenten, aanbieders of very different size and
 * discipline, and children with true first and last days of care; and all the
 * iJw messages that such a region would have sent, with the faults of real
 * life in them.  It knows the truth, so a reading of the messages can be held
 * against it.
 *
 * Pure: seed and settings go in, messages and truth come out; no clock, no
 * files, no globals.  The same seed and settings give the same bytes.  Chance
 * is cut into streams of their own (lives, habits, faults, lines), each drawn
 * by what it is about: so turning a fault on or off changes the messages and
 * leaves the lives as they were, and two mixes are played on one truth.
 *
 * People are fictitious.  A BSN lies in 999900000 to 999999999 and passes the
 * eleven test, of which there are some nine thousand; in a larger region one
 * BSN stands for several people, who never share a gemeente or an aanbieder.
 */
#ifndef REGION_REGION_H
#define REGION_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"

/* ---- knobs ---- */

/* Zeroed it is not ready: fill it with region_knobs_init. */
struct region_knobs {
	double value[64];
};

/* One row of the table of knobs. */
struct region_knob {
	const char *name;
	double preset, least, most;
	bool fault;	     /* a fault of real life, 0 in a region without faults */
	const char *nl, *en; /* what it says */
};

/* region_knob is the i-th row; NULL after the last. */
const struct region_knob *region_knob(size_t i);

/* region_knobs_init gives every knob its default. */
void region_knobs_init(struct region_knobs *k);

/* region_knobs_set sets one knob by name; -ENOENT: no such knob, -EINVAL: no number, or out of
 * bounds. */
int region_knobs_set(struct region_knobs *k, const char *name, const char *value);

/*
 * region_knobs_read reads lines of knob<TAB>value, with # for remarks and blank
 * lines.  On trouble -EINVAL, with in why "NAME:LINE: …" in the language
 * asked for; what came before that line has been set.
 */
int region_knobs_read(struct region_knobs *k, const char *name, const char *text, bool dutch,
		      struct buf *why);

/* ---- the region ---- */

struct region_opts {
	uint64_t seed;
	uint32_t clients;   /* who have care between from and until */
	uint32_t gemeenten; /* 1 to REGION_GEMEENTEN_MAX */
	day from,
		until; /* lines of care begin with the month of from; nothing is sent after until */
	struct region_knobs knobs;
};

#define REGION_GEMEENTEN_MAX 20
#define REGION_CLIENTS_MAX 100000

struct region;

/*
 * region_new plays the whole region.  -EINVAL when the options are out of
 * bounds, -E2BIG when there are more people than BSNs for so few gemeenten and
 * aanbieders, -ENOMEM.
 */
int region_new(struct region **ret, const struct region_opts *o);

void region_free(struct region **r);

/* One message, in the order of sending. */
struct region_bericht {
	const char *type;		  /* JW301 */
	const char *afzender, *ontvanger; /* who really sends and receives: for a retour too */
	char identificatie[13];		  /* of this message; IdentificatieRetour for a retour */
	day dag;			  /* on which it is sent */
	int seconde;			  /* since midnight, Dutch local time */
	char bestand[40];		  /* berichten/2025-03/0000123-JW305.xml */
};

/* region_berichten is how many messages there are. */
size_t region_berichten(const struct region *r);

/* region_bericht tells about the i-th; its text is appended to xml unless that is NULL. */
void region_bericht(const struct region *r, size_t i, struct region_bericht *ret, struct buf *xml);

/* region_index_kop, region_index_regel append the first line of index.tsv, and that of one message.
 */
void region_index_kop(struct buf *out);
void region_index_regel(struct buf *out, const struct region_bericht *b);

/* region_waarheid appends the truth: a row for every true episode of care. */
void region_waarheid(const struct region *r, struct buf *out);

/*
 * region_leveringen appends what the aanbieders would deliver to CBS each half
 * year, as their own administration has it: a delivery may be missing, an
 * ended episode may have vanished without an end or be delivered as open.
 */
void region_leveringen(const struct region *r, struct buf *out);

/* region_tel tells how many there are of everything, one line for each, in the language asked for.
 */
void region_tel(const struct region *r, bool dutch, struct buf *out);

/* region_code is the code of the n-th party, gemeenten first; NULL after the last. */
const char *region_code(const struct region *r, size_t n);

#endif
