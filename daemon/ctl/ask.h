/* Asking the running hub, over its control socket. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include <jansson.h>

/*
 * ctl_ask sends the request (taken over) and gives the answer, or NULL after
 * it has told on stderr what is wrong and what to do.
 */
json_t *ctl_ask(const char *socket_path, json_t *request);

/* ctl_control is the socket to use: --control, else $IJW_CONTROL, else where the package puts it. */
const char *ctl_control(const char *given);

#endif
