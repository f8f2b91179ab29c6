/*
 * Flows as a picture: inflow and outflow per half-year in three readings with
 * the interval of the estimate, and per gemeente how far the balance shifts
 * from the registered reading to the others.  SVG or PNG, by the file's name;
 * drawn with cairo, readable in grey and by the colour-blind.
 */
#ifndef CTL_PLOT_H
#define CTL_PLOT_H

#include "care/flows.h"
#include "ctl/rapport.h"

/* plot_flows writes the file; 0, or an exit status with a line on stderr. */
int plot_flows(const char *file, const struct rapport *r, const struct stroom_vraag *vraag);

#endif
