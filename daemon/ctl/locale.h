/* In which language the tool speaks. */
#ifndef CTL_LOCALE_H
#define CTL_LOCALE_H

#include <stdbool.h>

/* ctl_dutch is true when LC_ALL, else LC_MESSAGES, else LANG begins with nl. */
bool ctl_dutch(void);

/* ctl_say gives the Dutch or the English text. */
const char *ctl_say(const char *nl, const char *en);

#endif
