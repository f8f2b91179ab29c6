/*
 * Commands that work on a hub's store themselves, without the hub: they read
 * the hub's own configuration.  Each gives the exit status.
 */
#ifndef CTL_OFFLINE_H
#define CTL_OFFLINE_H

int ctl_rebuild(int argc, char **argv);
int ctl_dry_run(int argc, char **argv);

#endif
