/*
 * Asking the running hub, over its control socket: one line each way, within a
 * bounded time.  Thread-safe: each question has a connection of its own.
 */
#ifndef DASHBOARD_HUB_H
#define DASHBOARD_HUB_H

#include <jansson.h>
#include <stdbool.h>

struct hub;

struct hub *hub_new(const char *socket_path);
void hub_free(struct hub **h);

/*
 * hub_ask sends the request (taken over).  NULL when the hub did not answer;
 * an answer that is an error has the member "error".
 */
json_t *hub_ask(struct hub *h, json_t *request);

/* hub_error is the text of an answer that is an error, or NULL. */
const char *hub_error(json_t *answer);

/* hub_unknown tells whether an answer says that the hub has no such command. */
bool hub_unknown(json_t *answer);

#endif
