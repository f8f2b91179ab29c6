/*
 * What an operator orders of the running hub: hold, resume, maintenance,
 * freeze, unfreeze, retry, replay, recheck; and test, a look at a party's line.
 * Each gives the exit status; argv[0] is the command's name.
 */
#ifndef CTL_ORDERS_H
#define CTL_ORDERS_H

int ctl_order(int argc, char **argv);
int ctl_test(int argc, char **argv);

#endif
