#include "ctl/locale.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

bool ctl_dutch(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL &&
		    *value != '\0') /* the first that is set decides, as in setlocale */
			return strncmp(value, "nl", 2) == 0;
	}
	return false;
}

const char *ctl_say(const char *nl, const char *en)
{
	return ctl_dutch() ? nl : en;
}
