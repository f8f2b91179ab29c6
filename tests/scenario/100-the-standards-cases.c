/*
 * The cases of the standard, told by the real programs over real TLS: each
 * file of tests/stories is a sequence of messages between one municipality and
 * one provider, for both of whom the hub enforces the rules and answers.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/geval.h"
#include "../lib/scene.h"

#define STORIES "tests/stories"

static const char policy[] = "rules: enforce\nretour: hub\nretour_accept: yes\n";

struct world {
	struct testhub h;
	struct ijw *gemeente, *aanbieder;
	unsigned answers; /* written to dir/answers */
};

/* Who sends a type, and what answers it. */
static const struct {
	const char *type, *answer;
	bool van_gemeente;
} types[] = {
	{"JW301", "JW302", true},  {"JW305", "JW306", false}, {"JW307", "JW308", false},
	{"JW315", "JW316", false}, {"JW317", "JW318", false}, {"JW319", "JW320", true},
	{"JW323", "JW325", false},
};

static bool world_start(struct world *w)
{
	char codes[256];
	bool ok;

	*w = (struct world){0};
	ok = testhub_make(&w->h);
	(void)snprintf(codes, sizeof codes, "%scodes:\n  - code: \"0363\"", policy);
	ok = ok && testhub_party(&w->h, "gemeente-a", codes);
	(void)snprintf(codes, sizeof codes, "%scodes:\n  - code: \"98001234\"", policy);
	ok = ok && testhub_party(&w->h, "aanbieder-a", codes) && testhub_start(&w->h);
	if (!ok)
		return false;
	w->gemeente = scene_connect(&w->h, "gemeente-a");
	w->aanbieder = scene_connect(&w->h, "aanbieder-a");
	return w->gemeente != NULL && w->aanbieder != NULL && ijw_ready(w->gemeente, "0363", 10) == 0 &&
	       ijw_ready(w->aanbieder, "98001234", 10) == 0;
}

/* The register can be dropped: made anew from the messages it is the same, and so are the findings. */
static void rebuilt(struct world *w)
{
	char command[512], program[256], text[4096];

	(void)snprintf(command, sizeof command, "LC_ALL=C %s rebuild --check --config %s/ijwd.yaml 2>&1",
		       testhub_program("ijwctl", program), w->h.dir);
	if (!CHECK(testhub_run(command, text, sizeof text) == 0 && strstr(text, "register is the same"),
		   "a rebuilt register is the same"))
		(void)fprintf(stderr, "%s\n", text);
}

static void world_end(struct world *w)
{
	ijw_close(&w->gemeente);
	ijw_close(&w->aanbieder);
	CHECK(testhub_end(&w->h, SIGTERM) == 0, "the hub ends in order");
	rebuilt(w);
	testhub_free(&w->h);
}

/* The findings of a receipt are those that the story expects, and no others. */
static bool findings_as_told(const struct geval_bericht *b, const struct receipt *r)
{
	json_t *o = json_loads(r->json, 0, NULL), *findings = json_object_get(o, "findings"), *f;
	size_t found = 0, i;

	for (size_t e = 0; e < b->n; e++) {
		json_array_foreach(findings, i, f)
		{
			const char *rule = json_string_value(json_object_get(f, "rule"));
			const char *code = json_string_value(json_object_get(f, "retourcode"));
			const char *path = json_string_value(json_object_get(f, "path"));

			if (strcmp(rule, b->expects[e].rule) == 0 &&
			    strcmp(code != NULL ? code : "", b->expects[e].retourcode) == 0 &&
			    geval_path_is(path != NULL ? path : "", b->expects[e].path)) {
				found++;
				break;
			}
		}
	}
	json_decref(o);
	return found == b->n && r->findings == b->n;
}

static bool holds_code(const struct ijw_event *e, const char *code)
{
	char element[40];

	(void)snprintf(element, sizeof element, ":RetourCode>%s<", code);
	return memmem(e->message, e->message_size, element, strlen(element)) != NULL;
}

static bool keep_answer(struct world *w, const struct ijw_event *e)
{
	char name[40], path[128];
	FILE *f;
	bool ok;

	(void)snprintf(name, sizeof name, "answer-%u.xml", ++w->answers);
	f = fopen(testhub_path(&w->h, name, path), "we");
	ok = f != NULL && fwrite(e->message, 1, e->message_size, f) == e->message_size;
	return f != NULL && fclose(f) == 0 && ok;
}

/* The answer comes to the sender, from the receiver's name, with the codes of what was wrong. */
static void answered(struct world *w, struct ijw *sender, const char *type, const struct geval_bericht *b)
{
	struct ijw_event e;

	if (!CHECK(testhub_event(sender, IJW_EVENT_DELIVERY, &e), "the answer comes"))
		return;
	if (!CHECK(strcmp(e.message_type, type) == 0, "of the right type"))
		(void)fprintf(stderr, "%s instead of %s\n", e.message_type, type);
	for (size_t i = 0; i < b->n; i++)
		CHECK(holds_code(&e, b->expects[i].retourcode), b->expects[i].retourcode);
	if (b->n == 0 && strcmp(type, "JW325") == 0)
		CHECK(holds_code(&e, "8001") && holds_code(&e, "0200"), "granted in full");
	else if (b->n == 0)
		CHECK(memmem(e.message, e.message_size, "RetourCode", 10) == NULL, "accepted: no codes at all");
	CHECK(keep_answer(w, &e), "it is kept for the schemas");
	CHECK(ijw_done(sender, e.id) == 0, "and taken over");
}

static void send_one(struct world *w, const struct geval_bericht *b)
{
	struct receipt r;
	struct ijw_event e;
	struct ijw *from, *to;
	bool arrives;
	size_t t = 0;

	while (t < sizeof types / sizeof *types - 1 && strcmp(types[t].type, b->type) != 0)
		t++;
	NEED(strcmp(types[t].type, b->type) == 0, "a type that a story may tell");
	from = types[t].van_gemeente ? w->gemeente : w->aanbieder;
	to = types[t].van_gemeente ? w->aanbieder : w->gemeente;
	NEED(scene_send(from, NULL, b->bytes.data, b->bytes.len, &r), "a receipt comes");
	arrives = b->n == 0 || strcmp(b->take, "lines") == 0;
	if (!CHECK(findings_as_told(b, &r), "the findings are as told") ||
	    !CHECK(r.verdict == (arrives ? IJW_VERDICT_ACCEPTED : IJW_VERDICT_REJECTED), "and the verdict"))
		(void)fprintf(stderr, "line %u: %s\n", b->line, r.json);
	if (arrives && CHECK(testhub_event(to, IJW_EVENT_DELIVERY, &e), "the receiver gets it")) {
		CHECK(e.message_size == b->bytes.len &&
			      memcmp(e.message, b->bytes.data, b->bytes.len) == 0,
		      "byte for byte");
		CHECK(ijw_done(to, e.id) == 0, "and takes it over");
	}
	answered(w, from, types[t].answer, b);
}

static void tell(const char *name)
{
	struct world w;
	struct geval g;
	struct buf why = BUF_INIT;
	char path[300], command[512], program[256], text[4096];

	(void)snprintf(path, sizeof path, "%s/%s", STORIES, name);
	if (!CHECK(geval_read(path, &g, &why), "the story can be read")) {
		(void)fprintf(stderr, "%s\n", buf_str(&why));
		buf_free(&why);
		return;
	}
	(void)fprintf(stderr, "    %s\n", g.title);
	if (CHECK(world_start(&w), "the world starts")) {
		for (size_t i = 0; i < g.n; i++)
			send_one(&w, &g.berichten[i]);
		(void)snprintf(command, sizeof command, "LC_ALL=C %s validate --schemas schemas %s/answer-*.xml 2>&1",
			       testhub_program("ijwctl", program), w.h.dir);
		if (!CHECK(testhub_run(command, text, sizeof text) == 0, "every answer is valid"))
			(void)fprintf(stderr, "%s\n", text);
		world_end(&w);
	}
	geval_free(&g);
	buf_free(&why);
}

static int is_story(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 6 && strcmp(e->d_name + n - 6, ".geval") == 0;
}

static void stories(void)
{
	struct dirent **names = NULL;
	int n = scandir(STORIES, &names, is_story, alphasort);

	CHECK(n > 0, "there are stories");
	for (int i = 0; i < n; i++) {
		tell(names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

int main(void)
{
	static const struct test tests[] = {{"every story ends as the standard has it", stories}, {NULL, NULL}};

	return unit_main("the standard's cases", tests);
}
