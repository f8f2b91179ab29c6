#include "care/finding.h"

#include <errno.h>

#include "base/banned.h"

int findings_add(struct findings *fs, struct arena *a, const char *code, const struct finding *f)
{
	if (fs->code == NULL)
		fs->code = code;
	if (fs->n == FINDINGS_MAX) {
		fs->more++;
		return 0;
	}
	if (fs->list == NULL)
		fs->list = arena_alloc(a, FINDINGS_MAX * sizeof *fs->list);
	if (fs->list == NULL)
		return -ENOMEM;
	fs->list[fs->n++] = *f;
	return 0;
}

static void add_text(struct buf *out, const char *key, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(out, ",\"%s\":", key);
	buf_add_json(out, value);
}

static void add_number(struct buf *out, const char *key, uint32_t value)
{
	if (value != 0)
		buf_addf(out, ",\"%s\":%u", key, value);
}

void findings_json(const struct findings *fs, struct buf *out)
{
	buf_adds(out, "[");
	for (size_t i = 0; i < fs->n; i++) {
		const struct finding *f = &fs->list[i];

		buf_adds(out, i > 0 ? ",{\"rule\":" : "{\"rule\":");
		buf_add_json(out, f->rule);
		add_text(out, "retourcode", f->retourcode);
		add_text(out, "facet", f->facet);
		add_text(out, "path", f->path);
		add_text(out, "element", f->element);
		add_number(out, "line", f->line);
		add_number(out, "column", f->column);
		add_text(out, "nl", f->nl);
		add_text(out, "en", f->en);
		add_text(out, "todo_nl", f->todo_nl);
		add_text(out, "todo_en", f->todo_en);
		buf_adds(out, "}");
	}
	buf_adds(out, "]");
}
