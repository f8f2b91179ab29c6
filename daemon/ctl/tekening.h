/*
 * Drawing a picture into a file, SVG or PNG by the file's name, with cairo:
 * text, lines, areas and marks in units of a CSS pixel; a PNG has two by two
 * for each.  The picture is written beside the file and put in its place when
 * it is whole, so nobody ever sees half of one.  One picture at a time.
 */
#ifndef CTL_TEKENING_H
#define CTL_TEKENING_H

#include <stdbool.h>

struct tekening;

struct kleur {
	double r, g, b;
};

enum plaats { PLAATS_LINKS, PLAATS_MIDDEN, PLAATS_RECHTS }; /* of the text that stands at x */
enum streep { STREEP_DOOR, STREEP_LANG, STREEP_KORT };
enum vorm { VORM_ROND, VORM_RUIT, VORM_VIERKANT };

struct letter {
	double hoog;
	bool vet;
	struct kleur kleur;
};

/* tekening_naam tells whether a file's name has a suffix we can draw; a line on stderr when not. */
bool tekening_naam(const char *file);

/* tekening_new begins a white picture; 0, or an exit status with a line on stderr. */
int tekening_new(struct tekening **ret, const char *file, double breed, double hoog);

/* tekening_sluit puts the picture in its place and frees; 0, or an exit status with a line on stderr. */
int tekening_sluit(struct tekening **t);

/* y is the line that the text stands on. */
void teken_tekst(struct tekening *t, double x, double y, enum plaats p, struct letter l, const char *tekst);
double tekst_breed(struct tekening *t, struct letter l, const char *tekst);

void teken_lijn(struct tekening *t, double x1, double y1, double x2, double y2, double dik,
		enum streep s, struct kleur k);

/* An area with a rim; gearceerd: white with slanting lines. */
void teken_vlak(struct tekening *t, double x, double y, double breed, double hoog, bool gearceerd,
		struct kleur vul, struct kleur rand);

/* A plain area, for a background. */
void teken_grond(struct tekening *t, double x, double y, double breed, double hoog, struct kleur k);

/* A mark around x, y; one that is not filled is white inside. */
void teken_merk(struct tekening *t, double x, double y, enum vorm v, double straal, bool vol, struct kleur k);

#endif
