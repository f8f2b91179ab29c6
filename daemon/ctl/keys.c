/* ijwctl keys: under which keys the stored messages lie, and a new one. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/audit.h"
#include "ctl/locale.h"
#include "ctl/table.h"

#include "base/banned.h"

static const struct option options[] = {{"control", required_argument, NULL, 'C'},
					{"json", no_argument, NULL, 'j'},
					{"reason", required_argument, NULL, 'r'},
					{NULL, 0, NULL, 0}};

static const char *text_at(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static long long number_at(json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

static const char *remark(json_t *key)
{
	if (!json_is_true(json_object_get(key, "there")))
		return ctl_say("ONTBREEKT in het bestand: deze berichten zijn niet te lezen",
			       "MISSING in the file: these messages cannot be read");
	return json_is_true(json_object_get(key, "newest")) ? ctl_say("in gebruik", "in use") : "";
}

static int print(json_t *o)
{
	const char *nl[] = {">sleutel", "gemaakt", ">berichten", "", NULL};
	const char *en[] = {">key", "made", ">messages", "", NULL};
	struct table *t = table_new(ctl_dutch() ? nl : en);
	size_t i;
	json_t *key;

	json_array_foreach(json_object_get(o, "keys"), i, key)
	{
		table_number(t, number_at(key, "id"));
		table_cell(t, text_at(key, "made"));
		table_number(t, number_at(key, "bodies"));
		table_cell(t, remark(key));
	}
	table_print(&t);
	if (number_at(o, "plain") > 0)
		(void)printf(ctl_dutch() ? "%lld berichten liggen nog onversleuteld\n"
					 : "%lld messages are not encrypted yet\n",
			     number_at(o, "plain"));
	if (number_at(o, "left") > 0)
		(void)printf(
			ctl_dutch()
				? "%lld berichten worden nog met de nieuwste sleutel versleuteld\n"
				: "%lld messages are still to be encrypted with the newest key\n",
			number_at(o, "left"));
	return 0;
}

static int rotated(json_t *o)
{
	(void)printf(ctl_dutch() ? "sleutel %lld is gemaakt; nieuwe berichten liggen eronder, "
				   "oudere volgen (ijwctl keys).\n"
				   "Maak een reservekopie van het sleutelbestand.\n"
				 : "key %lld was made; new messages lie under it, older ones "
				   "follow (ijwctl keys).\n"
				   "Make a backup of the file of keys.\n",
		     number_at(o, "key"));
	return 0;
}

int ctl_keys(int argc, char **argv)
{
	const char *control = NULL, *reason = "", *what;
	bool json = false, rotate;
	json_t *o;
	int c;

	while ((c = getopt_long(argc, argv, "j", options, NULL)) != -1) {
		if (c == 'C')
			control = optarg;
		else if (c == 'j')
			json = true;
		else if (c == 'r')
			reason = optarg;
		else
			return 2;
	}
	what = argv[optind] != NULL ? argv[optind] : "";
	rotate = strcmp(what, "rotate") == 0;
	if (what[0] != '\0' && !rotate) {
		(void)fprintf(stderr, "%s",
			      ctl_say("gebruik: ijwctl keys [rotate [--reason TEKST]]\n",
				      "usage: ijwctl keys [rotate [--reason TEXT]]\n"));
		return 2;
	}
	o = ctl_ask(ctl_control(control),
		    json_pack("{s:s, s:s, s:s}", "cmd", rotate ? "keys-rotate" : "keys", "source",
			      "ijwctl", "reason", reason));
	if (o == NULL)
		return 1;
	if (json)
		(void)json_dumpf(o, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	else
		(void)(rotate ? rotated(o) : print(o));
	json_decref(o);
	return json && puts("") < 0;
}
