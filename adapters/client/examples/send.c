/*
 * Sends one file, prints what the hub found, then waits for one delivery.
 *   send HOST:PORT SERVER-NAME CERTIFICATE KEY CA CODE FILE
 */
#include <stdio.h>
#include <stdlib.h>

#include "../ijw.h"

static int show_receipt(const struct ijw_event *e)
{
	char text[512];

	printf("%s: %s, number %s at the hub\n", e->reference, e->verdict_name, e->id);
	if (ijw_finding(e, 0, "nl", text, sizeof text))
		printf("  %s\n", text);
	return e->verdict != IJW_VERDICT_PARKED;
}

static void take_delivery(struct ijw *c, const struct ijw_event *e)
{
	printf("%s from %s: %zu bytes\n", e->message_type, e->sender, e->message_size);
	ijw_done(c, e->id); /* only after it is in a safe place */
}

int main(int argc, char **argv)
{
	static char message[25 * 1024 * 1024];
	struct ijw_options o;
	struct ijw_event e;
	struct ijw *c;
	FILE *f = argc == 8 ? fopen(argv[7], "rb") : NULL;
	size_t size = f == NULL ? 0 : fread(message, 1, sizeof message, f);
	int todo = 2;

	if (size == 0)
		return fprintf(stderr, "usage: send HUB NAME CERTIFICATE KEY CA CODE FILE\n"), 2;
	fclose(f);
	ijw_options_init(&o);
	o.hub = argv[1];
	o.server_name = argv[2];
	o.certificate = argv[3];
	o.key = argv[4];
	o.ca = argv[5];
	if (ijw_open(&o, &c) < 0)
		return fprintf(stderr, "cannot start; are the files readable?\n"), 1;
	ijw_ready(c, argv[6], 1);
	ijw_send(c, NULL, message, size, -1, NULL);
	while (todo > 0 && ijw_receive(c, &e, -1) == 1) {
		if (e.type == IJW_EVENT_DISCONNECTED)
			fprintf(stderr, "%s\n", e.text);
		else if (e.type == IJW_EVENT_RECEIPT)
			todo -= show_receipt(&e);
		else if (e.type == IJW_EVENT_DELIVERY)
			todo--, take_delivery(c, &e);
	}
	ijw_close(&c);
	return 0;
}
