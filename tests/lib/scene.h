/* What most scenarios do: connect, send one, see the receipt, take a delivery. */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include <jansson.h>

#include "../lib/bericht.h"
#include "../lib/hub.h"
#include "../lib/unit.h"

struct receipt {
	enum ijw_verdict verdict;
	char id[24];
	char json[16384];
	char code[16];  /* delivery code, or "" */
	char nl[400];   /* first finding */
	char rule[32];
	char element[64];
	int line;
	size_t findings;
};

/* scene_connect opens a connection and waits for CONNECTED; NULL on failure. */
struct ijw *scene_connect(struct testhub *h, const char *party);

/* scene_send sends and waits for its receipt (a parked one counts). */
bool scene_send(struct ijw *c, const char *reference, const void *data, size_t size,
		struct receipt *ret);

/* scene_send_type makes a message and sends it. */
bool scene_send_type(struct ijw *c, const char *type, const char *afzender, const char *ontvanger,
		     const char *identificatie, struct receipt *ret);

/* scene_receipt reads a receipt event into ret. */
void scene_receipt(const struct ijw_event *e, struct receipt *ret);

/* scene_ctl runs ijwctl against this hub; its output in text, its status as result. */
int scene_ctl(const struct testhub *h, const char *arguments, char *text, size_t room);

/* scene_until runs ijwctl until its output holds a text. */
bool scene_until(const struct testhub *h, const char *arguments, const char *holds);

#endif
