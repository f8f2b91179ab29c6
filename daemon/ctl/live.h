/* The commands that ask the running hub.  Each gives the exit status. */
#ifndef CTL_LIVE_H
#define CTL_LIVE_H

int ctl_status(int argc, char **argv);
int ctl_messages(int argc, char **argv);
int ctl_show(int argc, char **argv);
int ctl_explain(int argc, char **argv);
int ctl_parties(int argc, char **argv);
int ctl_retry(int argc, char **argv);
int ctl_reload(int argc, char **argv);

#endif
