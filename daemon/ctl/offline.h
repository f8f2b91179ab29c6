/*
 * Commands that work on a hub's store themselves, without the hub: they read
 * the hub's own configuration.  Each gives the exit status.
 */
#ifndef CTL_OFFLINE_H
#define CTL_OFFLINE_H

#include <stdbool.h>

int ctl_rebuild(int argc, char **argv);
int ctl_dry_run(int argc, char **argv);
int ctl_ingest(int argc, char **argv);

/* ctl_hub_runs: a hub that runs keeps its register itself, two writers would undo each other's work. */
bool ctl_hub_runs(const char *control);

#endif
