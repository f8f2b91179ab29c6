#include "care/track.h"

#include <string.h>

#include "care/mask.h"

#include "base/banned.h"

/* Which child of that name this is; 0 once a parent has more names than are counted. */
static uint32_t count_child(struct step *parent, const char *name)
{
	for (unsigned i = parent->n_names; i-- > 0;)
		if (parent->names[i].name == name)
			return ++parent->names[i].count;
	if (parent->n_names == TRACK_NAMES_MAX)
		return 0;
	parent->names[parent->n_names].name = name;
	parent->names[parent->n_names++].count = 1;
	return 1;
}

bool track_push(struct track *t, const char *name, uint32_t line, uint32_t column)
{
	struct step *s;

	if (t->depth == TRACK_DEPTH_MAX)
		return false;
	s = &t->steps[t->depth++];
	s->name = name;
	s->index = 1;
	s->line = line;
	s->column = column;
	s->last = s->before = NULL;
	s->has_children = false;
	s->n_names = 0; /* the rows above n_names are stale, and that is all the clearing needed */
	if (s > t->steps) {
		s->index = count_child(s - 1, name);
		s[-1].has_children = true;
		s[-1].before = s[-1].last;
		s[-1].last = name;
	}
	return true;
}

void track_pop(struct track *t)
{
	if (t->depth > 0)
		t->depth--;
}

void track_plain(const struct track *t, unsigned n, struct buf *out)
{
	for (unsigned i = 0; i < n && i < t->depth; i++)
		buf_addf(out, "/%s", t->steps[i].name);
}

const char *track_name(const struct catalog *c, const char *name)
{
	size_t n = strlen(name);

	return catalog_knows_name(c, name) || mask_name_harmless(name, n) ? name : "?";
}

void track_path(const struct track *t, unsigned n, const struct catalog *c, const char *bericht,
		struct buf *out)
{
	struct buf plain = BUF_INIT;

	for (unsigned i = 0; i < n && i < t->depth; i++) {
		const struct step *s = &t->steps[i];

		buf_addf(&plain, "/%s", s->name);
		buf_addf(out, "/%s", track_name(c, s->name));
		if (s->index > 1 || (s->index == 1 &&
				     element_repeats(catalog_element(c, bericht, buf_str(&plain)))))
			buf_addf(out, "[%u]", s->index);
	}
	buf_free(&plain);
}
