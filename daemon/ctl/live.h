/* The commands that ask the running hub.  Each gives the exit status. */
#ifndef CTL_LIVE_H
#define CTL_LIVE_H

#include <stdbool.h>
#include <stdint.h>

int ctl_status(int argc, char **argv);
int ctl_messages(int argc, char **argv);
int ctl_show(int argc, char **argv);
int ctl_explain(int argc, char **argv);
int ctl_parties(int argc, char **argv);
int ctl_reload(int argc, char **argv);

/* ctl_moment reads a day, or how long ago (15m, 3h, 2d); false with a line on stderr. */
bool ctl_moment(const char *text, int64_t *ret);

#endif
