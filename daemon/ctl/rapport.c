#include "ctl/rapport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/locale.h"
#include "store/register.h"

#include "base/banned.h"

#define CONFIG_FILE "/etc/ijwd/ijwd.yaml"

bool rapport_optie(struct rapport *r, int letter, const char *waarde)
{
	switch (letter) {
	case 'C':
		r->config_file = waarde;
		return true;
	case 'S':
		r->store_url = waarde;
		return true;
	case 'F':
		return formaat_lees(waarde, &r->formaat);
	case 'D':
		if (day_parse(waarde, &r->dag))
			return true;
		(void)fprintf(stderr, "%s",
			      ctl_say("ijwctl: --at: verwacht een datum als 2025-06-30\n",
				      "ijwctl: --at: expected a date like 2025-06-30\n"));
		return false;
	default:
		return false;
	}
}

/* The administrator's list of forms of care, when there is one. */
static int open_lists(struct rapport *r, struct buf *why)
{
	struct buf path = BUF_INIT;
	int result = 0;

	if (r->config == NULL || r->config->lists == NULL)
		return 0;
	buf_addf(&path, "%s/hulpvormen.tsv", r->config->lists);
	if (access(buf_str(&path), F_OK) == 0)
		result = hulpvormen_open(&r->hulpvormen, buf_str(&path), why);
	buf_free(&path);
	return result;
}

static int open_store(struct rapport *r, struct buf *why)
{
	struct buf url = BUF_INIT;
	int result;

	if (r->store_url == NULL) {
		result = config_load(&r->config,
				     r->config_file != NULL ? r->config_file : CONFIG_FILE, why);
		if (result < 0) {
			if (r->config_file == NULL)
				buf_adds(why, ctl_say("noem de instellingen met --config BESTAND, "
						      "of het bestand van de "
						      "opslag met --store PAD\n",
						      "name the settings with --config FILE, or "
						      "the store's file with "
						      "--store PATH\n"));
			return result;
		}
		r->calendar = r->config->calendar;
	}
	buf_addf(&url, "%s%s",
		 r->store_url == NULL || strncmp(r->store_url, "sqlite:", 7) == 0 ? "" : "sqlite:",
		 r->store_url != NULL ? r->store_url : r->config->store);
	result = store_open(&r->store, buf_str(&url), STORE_READ, why);
	buf_free(&url);
	return result < 0 ? result : open_lists(r, why);
}

static int take(void *ctx, const struct reg_dossier *d)
{
	struct rapport *r = ctx;

	return episoden_van(d, r->hulpvormen, &r->episoden);
}

static int read_episodes(struct rapport *r)
{
	int result = r->store->reg->peil(r->store, r->dag, &r->tot);

	if (result == 0)
		result = r->store->reg->dossiers(r->store, 0, r->tot, take, r);
	if (result < 0)
		return result;
	episoden_verbind_alle(&r->episoden);
	return gewoonten_leer(&r->gewoonten, &r->episoden, r->dag);
}

int rapport_open(struct rapport *r)
{
	struct buf why = BUF_INIT;
	int result;

	if (r->dag == 0)
		r->dag = day_of(clock_us());
	result = open_store(r, &why);
	if (result == 0) {
		result = read_episodes(r);
		if (result < 0)
			buf_addf(&why, "%s: %s\n",
				 ctl_say("de opslag is niet te lezen", "the store cannot be read"),
				 strerror(-result));
	}
	if (result < 0)
		(void)fprintf(stderr, "ijwctl: %s%s", buf_str(&why),
			      why.len > 0 && why.data[why.len - 1] == '\n' ? "" : "\n");
	buf_free(&why);
	return result < 0 ? 1 : 0;
}

void rapport_close(struct rapport *r)
{
	gewoonten_free(&r->gewoonten);
	episoden_free(&r->episoden);
	hulpvormen_free(&r->hulpvormen);
	store_close(&r->store);
	config_free(&r->config);
}
