#include "../lib/scene.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

struct ijw *scene_connect(struct testhub *h, const char *party)
{
	struct ijw *c = testhub_client(h, party, NULL, NULL);
	struct ijw_event e;

	if (c != NULL && !testhub_event(c, IJW_EVENT_CONNECTED, &e))
		ijw_close(&c);
	return c;
}

static void copy(char *to, size_t room, json_t *text)
{
	const char *s = json_string_value(text);

	(void)snprintf(to, room, "%s", s != NULL ? s : "");
}

void scene_receipt(const struct ijw_event *e, struct receipt *ret)
{
	json_t *o = json_loadb(e->json, e->json_size, 0, NULL);
	json_t *findings = json_object_get(o, "findings"), *first = json_array_get(findings, 0);

	*ret = (struct receipt){.verdict = e->verdict, .findings = json_array_size(findings)};
	(void)snprintf(ret->id, sizeof ret->id, "%s", e->id);
	(void)snprintf(ret->json, sizeof ret->json, "%.*s", (int)e->json_size, e->json);
	copy(ret->code, sizeof ret->code, json_object_get(o, "code"));
	copy(ret->nl, sizeof ret->nl, json_object_get(first, "nl"));
	copy(ret->rule, sizeof ret->rule, json_object_get(first, "rule"));
	copy(ret->element, sizeof ret->element, json_object_get(first, "element"));
	ret->line = (int)json_integer_value(json_object_get(first, "line"));
	json_decref(o);
}

bool scene_send(struct ijw *c, const char *reference, const void *data, size_t size,
		struct receipt *ret)
{
	struct ijw_event e;
	char used[IJW_REFERENCE_ROOM];

	*ret = (struct receipt){0};
	if (ijw_send(c, reference, data, size, -1, used) < 0)
		return false;
	while (testhub_event(c, IJW_EVENT_RECEIPT, &e))
		if (strcmp(e.reference, used) == 0) {
			scene_receipt(&e, ret);
			return true;
		}
	return false;
}

bool scene_send_type(struct ijw *c, const char *type, const char *afzender, const char *ontvanger,
		     const char *identificatie, struct receipt *ret)
{
	struct buf b = BUF_INIT;
	bool ok = bericht_make(type, afzender, ontvanger, identificatie, &b) &&
		  scene_send(c, NULL, b.data, b.len, ret);

	buf_free(&b);
	return ok;
}

int scene_ctl(const struct testhub *h, const char *arguments, char *text, size_t room)
{
	char command[1024], program[256];

	(void)snprintf(command, sizeof command, "LC_ALL=C IJW_CONTROL=%s/run/control.sock %s %s 2>&1", h->dir,
		       testhub_program("ijwctl", program), arguments);
	return testhub_run(command, text, room);
}

bool scene_until(const struct testhub *h, const char *arguments, const char *holds)
{
	char text[65536];

	for (int i = 0; i < 400; i++) {
		(void)scene_ctl(h, arguments, text, sizeof text);
		if (strstr(text, holds) != NULL)
			return true;
		(void)poll(NULL, 0, 50); /* the event is inside the hub, which can only be asked */
	}
	(void)fprintf(stderr, "%s never held '%s':\n%s", arguments, holds, text);
	return false;
}
