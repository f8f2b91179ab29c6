/* ijwctl rules: the table of rules that the hub checks, and why it does not check the others. */
#ifndef CTL_RULES_H
#define CTL_RULES_H

/*
 * ctl_rules runs `rules [--id TR019] [--type JW301] [--json] [--schemas DIR]`;
 * argv[0] is the command's name.  It needs no hub.  The status is 0, 1 when no
 * rule is meant, 2 for a wrong command line or schemas that cannot be read.
 */
int ctl_rules(int argc, char **argv);

#endif
