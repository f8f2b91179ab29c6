#include "ctl/tekening.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <errno.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/locale.h"

#include "base/banned.h"

#define SCHERP 2 /* points of a PNG in each direction for a unit */

struct tekening {
	const char *file;
	bool png;
	struct buf naast; /* the name it has until it is whole */
	FILE *to;
	cairo_surface_t *surface;
	cairo_t *c;
};

/* ---- the file ---- */

static bool has_suffix(const char *file, const char *suffix)
{
	size_t n = strlen(file), m = strlen(suffix);

	return n > m && strcmp(file + n - m, suffix) == 0;
}

bool tekening_naam(const char *file)
{
	if (has_suffix(file, ".svg") || has_suffix(file, ".png"))
		return true;
	(void)fprintf(stderr, "ijwctl: %s: %s\n", file,
		      ctl_say("verwacht een naam die op .svg of .png eindigt", "expected a name that ends in .svg or .png"));
	return false;
}

static int complain(const char *file, const char *why)
{
	(void)fprintf(stderr, "ijwctl: %s %s: %s\n", file, ctl_say("is niet te schrijven", "cannot be written"), why);
	return 1;
}

static cairo_status_t put(void *ctx, const unsigned char *bytes, unsigned n)
{
	struct tekening *t = ctx;

	return fwrite(bytes, 1, n, t->to) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void release(struct tekening **tt)
{
	struct tekening *t = *tt;

	cairo_destroy(t->c);
	cairo_surface_destroy(t->surface);
	cairo_debug_reset_static_data(); /* one picture is alive at a time: nobody else has fonts */
	FcFini();
	if (t->to != NULL) {
		(void)fclose(t->to); /* not whole: its end is the same as its absence */
		(void)unlink(buf_str(&t->naast));
	}
	buf_free(&t->naast);
	free(t);
	*tt = NULL;
}

/* A new file beside it, with the rights that any new file has. */
static bool open_beside(struct tekening *t)
{
	mode_t mask = umask(0);
	int fd;

	(void)umask(mask);
	buf_addf(&t->naast, "%s.XXXXXX", t->file);
	if (t->naast.failed)
		return false;
	fd = mkstemp(t->naast.data);
	if (fd < 0)
		return false;
	(void)fchmod(fd, 0666 & ~mask);
	t->to = fdopen(fd, "w");
	if (t->to != NULL)
		return true;
	(void)close(fd);
	(void)unlink(buf_str(&t->naast));
	return false;
}

int tekening_new(struct tekening **ret, const char *file, double breed, double hoog)
{
	struct tekening *t;

	if (!tekening_naam(file))
		return 2;
	t = calloc(1, sizeof *t);
	if (t == NULL)
		return complain(file, strerror(ENOMEM));
	t->file = file;
	t->png = has_suffix(file, ".png");
	if (!open_beside(t)) {
		int status = complain(file, strerror(errno));

		release(&t);
		return status;
	}
	t->surface = t->png ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)breed * SCHERP, (int)hoog * SCHERP)
			    : cairo_svg_surface_create_for_stream(put, t, breed, hoog);
	if (!t->png)
		cairo_svg_surface_set_document_unit(t->surface, CAIRO_SVG_UNIT_PX);
	t->c = cairo_create(t->surface);
	if (t->png)
		cairo_scale(t->c, SCHERP, SCHERP);
	cairo_set_source_rgb(t->c, 1, 1, 1);
	cairo_paint(t->c);
	*ret = t;
	return 0;
}

/* What cairo says of all that was drawn; a failure before stays with the context. */
static cairo_status_t finish(struct tekening *t)
{
	cairo_status_t s = cairo_status(t->c);

	if (s == CAIRO_STATUS_SUCCESS && t->png)
		s = cairo_surface_write_to_png_stream(t->surface, put, t);
	cairo_surface_finish(t->surface);
	return s == CAIRO_STATUS_SUCCESS ? cairo_surface_status(t->surface) : s;
}

int tekening_sluit(struct tekening **tt)
{
	struct tekening *t = *tt;
	cairo_status_t s = finish(t);
	int status = 0;

	if (s != CAIRO_STATUS_SUCCESS) {
		status = complain(t->file, cairo_status_to_string(s));
	} else {
		bool bad = fflush(t->to) != 0 || fsync(fileno(t->to)) != 0;

		bad = fclose(t->to) != 0 || bad;
		t->to = NULL;
		if (bad || rename(buf_str(&t->naast), t->file) != 0) {
			status = complain(t->file, strerror(errno));
			(void)unlink(buf_str(&t->naast));
		}
	}
	release(tt);
	return status;
}

/* ---- what stands in it ---- */

static void colour(struct tekening *t, struct kleur k)
{
	cairo_set_source_rgb(t->c, k.r, k.g, k.b);
}

static void choose(struct tekening *t, struct letter l)
{
	cairo_select_font_face(t->c, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
			       l.vet ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(t->c, l.hoog);
}

double tekst_breed(struct tekening *t, struct letter l, const char *tekst)
{
	cairo_text_extents_t e;

	choose(t, l);
	cairo_text_extents(t->c, tekst, &e);
	return e.x_advance;
}

void teken_tekst(struct tekening *t, double x, double y, enum plaats p, struct letter l, const char *tekst)
{
	double breed = tekst_breed(t, l, tekst);

	colour(t, l.kleur);
	cairo_move_to(t->c, x - (p == PLAATS_MIDDEN ? breed / 2 : p == PLAATS_RECHTS ? breed : 0), y);
	cairo_show_text(t->c, tekst);
}

void teken_lijn(struct tekening *t, double x1, double y1, double x2, double y2, double dik,
		enum streep s, struct kleur k)
{
	static const double patronen[][2] = {[STREEP_LANG] = {6, 3}, [STREEP_KORT] = {2, 3}};

	colour(t, k);
	cairo_set_line_width(t->c, dik);
	cairo_set_dash(t->c, patronen[s], s == STREEP_DOOR ? 0 : 2, 0);
	cairo_move_to(t->c, x1, y1);
	cairo_line_to(t->c, x2, y2);
	cairo_stroke(t->c);
	cairo_set_dash(t->c, NULL, 0, 0);
}

void teken_grond(struct tekening *t, double x, double y, double breed, double hoog, struct kleur k)
{
	colour(t, k);
	cairo_rectangle(t->c, x, y, breed, hoog);
	cairo_fill(t->c);
}

static void hatch(struct tekening *t, double x, double y, double breed, double hoog, struct kleur k)
{
	cairo_save(t->c);
	cairo_rectangle(t->c, x, y, breed, hoog);
	cairo_clip(t->c);
	for (double d = 0; d < breed + hoog; d += 4)
		teken_lijn(t, x + d, y, x + d - hoog, y + hoog, 1.1, STREEP_DOOR, k);
	cairo_restore(t->c);
}

void teken_vlak(struct tekening *t, double x, double y, double breed, double hoog, bool gearceerd,
		struct kleur vul, struct kleur rand)
{
	static const struct kleur wit = {1, 1, 1};

	if (hoog <= 0 || breed <= 0)
		return;
	teken_grond(t, x, y, breed, hoog, gearceerd ? wit : vul);
	if (gearceerd)
		hatch(t, x, y, breed, hoog, vul);
	colour(t, rand);
	cairo_set_line_width(t->c, 0.8);
	cairo_rectangle(t->c, x, y, breed, hoog);
	cairo_stroke(t->c);
}

void teken_merk(struct tekening *t, double x, double y, enum vorm v, double straal, bool vol, struct kleur k)
{
	static const struct kleur wit = {1, 1, 1};

	cairo_new_path(t->c);
	if (v == VORM_ROND) {
		cairo_arc(t->c, x, y, straal, 0, 2 * M_PI);
	} else if (v == VORM_VIERKANT) {
		cairo_rectangle(t->c, x - straal * .9, y - straal * .9, straal * 1.8, straal * 1.8);
	} else {
		cairo_move_to(t->c, x, y - straal * 1.25);
		cairo_line_to(t->c, x + straal * 1.25, y);
		cairo_line_to(t->c, x, y + straal * 1.25);
		cairo_line_to(t->c, x - straal * 1.25, y);
		cairo_close_path(t->c);
	}
	colour(t, vol ? k : wit);
	cairo_fill_preserve(t->c);
	colour(t, vol ? wit : k);
	cairo_set_line_width(t->c, vol ? 0.8 : 1.6);
	cairo_stroke(t->c);
}
