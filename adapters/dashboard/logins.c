/* When each user logged in last: kept in the state folder, for the page Beheer. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dashboard.h"
#include "values.h"

#include "base/banned.h"

#define FILE_NAME "logins.json"

/* Under the dashboard's lock. */
static json_t *moments;

static char *path_of(const struct dashboard *d, const char *ending)
{
	char *path = NULL;

	return asprintf(&path, "%s/" FILE_NAME "%s", d->settings->state, ending) < 0 ? NULL : path;
}

void logins_open(struct dashboard *d)
{
	char *path = path_of(d, "");

	moments = path != NULL ? json_load_file(path, 0, NULL) : NULL;
	if (!json_is_object(moments)) { /* none yet, or not to be read: it is only shown */
		json_decref(moments);
		moments = json_object();
	}
	free(path);
}

void logins_close(void)
{
	json_decref(moments);
	moments = NULL;
}

void logins_note(struct dashboard *d, const char *user, int64_t now)
{
	char *path = path_of(d, ""), *beside = path_of(d, ".new");

	(void)pthread_mutex_lock(&d->lock);
	set_number(moments, user, now);
	/* Not worth a failure of the login: then the page shows an older moment after a restart. */
	if (path != NULL && beside != NULL && json_dump_file(moments, beside, JSON_COMPACT) == 0)
		(void)rename(beside, path);
	(void)pthread_mutex_unlock(&d->lock);
	free(path);
	free(beside);
}

int64_t logins_last(struct dashboard *d, const char *user)
{
	int64_t at;

	(void)pthread_mutex_lock(&d->lock);
	at = number_of(moments, user);
	(void)pthread_mutex_unlock(&d->lock);
	return at;
}
