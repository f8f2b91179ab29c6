/*
 * ijwctl simulate: plays a region and writes its messages, the truth about it
 * and what its aanbieders would deliver to CBS; see region/region.h.
 */
#ifndef CTL_SIMULATE_H
#define CTL_SIMULATE_H

/*
 * ctl_simulate runs `simulate DIR [--seed N] [--clients N] [--gemeenten N]
 * [--from DAY] [--until DAY] [--faults FILE|NAME] [--set knob=value …]
 * [--knobs]`; argv[0] is the command's name.  DIR is made; one that holds
 * anything is refused.  The status is 0 when all was written, 1 when writing
 * failed, 2 when the command line or a file of faults is wrong.
 */
int ctl_simulate(int argc, char **argv);

#endif
