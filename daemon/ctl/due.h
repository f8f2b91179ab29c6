/* ijwctl due: who owes whom an answer, and since when.  Gives the exit status. */
#ifndef CTL_DUE_H
#define CTL_DUE_H

int ctl_due(int argc, char **argv);

#endif
