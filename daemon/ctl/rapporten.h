/* Reports on the register (ctl/rapport.h); each gives the exit status. */
#ifndef CTL_RAPPORTEN_H
#define CTL_RAPPORTEN_H

int ctl_open_ends(int argc, char **argv);
int ctl_flows(int argc, char **argv);
int ctl_lateness(int argc, char **argv);
int ctl_horizon(int argc, char **argv);
int ctl_cbs(int argc, char **argv);

#endif
