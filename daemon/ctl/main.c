/* ijwctl: one table of commands. */
#include <stdio.h>
#include <string.h>

#include "ctl/live.h"
#include "ctl/locale.h"
#include "ctl/pki.h"
#include "ctl/validate.h"

#include "base/banned.h"

/* clang-format off */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *nl, *en;
} commands[] = {
	{"status",   ctl_status,   "",            "hoe het met de hub gaat: tellingen, wachtrijen, verbindingen", "how the hub is: counts, queues, connections"},
	{"messages", ctl_messages, "[--party P] [--type JW301] [--verdict V] [--since T] [--until T] [--undelivered] [--limit N]",
	                                          "berichten, nieuwste eerst", "messages, newest first"},
	{"show",     ctl_show,     "NUMMER",      "de tijdlijn van een bericht", "the timeline of a message"},
	{"explain",  ctl_explain,  "NUMMER",      "wat er mis is, met de regels eromheen (gemaskeerd)", "what is wrong, with the lines around it (masked)"},
	{"parties",  ctl_parties,  "",            "wie er aangesloten is, en wie er verbonden is", "who takes part, and who is connected"},
	{"retry",    ctl_retry,    "NUMMER",      "een opgegeven bezorging opnieuw proberen", "try a given-up delivery again"},
	{"reload",   ctl_reload,   "",            "partijen, certificaten, CRL, schema's en logniveau opnieuw lezen", "read parties, certificates, CRL, schemas and log level again"},
	{"validate", ctl_validate, "BESTAND|MAP… [--format=text|json|tsv] [--schemas MAP]",
	                                          "bestanden controleren, zonder hub", "check files, without a hub"},
	{"pki",      ctl_pki,      "demo|revoke|show …", "certificaten voor een proef; een certificaat bekijken", "certificates for a trial; look at a certificate"},
};
/* clang-format on */

static int usage(FILE *to)
{
	(void)fprintf(to, ctl_dutch() ? "gebruik: ijwctl OPDRACHT …\n\n" : "usage: ijwctl COMMAND …\n\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		(void)fprintf(to, "  %-9s %s\n            %s\n", commands[i].name, commands[i].arguments,
			      ctl_dutch() ? commands[i].nl : commands[i].en);
	(void)fprintf(to, ctl_dutch() ? "\nVragen aan de hub gaan langs zijn control-socket: --control PAD of $IJW_CONTROL.\n"
					"--json geeft JSON.  Tijden: 2026-11-22, 15m, 3h, 2d.\n"
				      : "\nThe hub is asked over its control socket: --control PATH or $IJW_CONTROL.\n"
					"--json gives JSON.  Times: 2026-11-22, 15m, 3h, 2d.\n");
	return to == stderr ? 2 : 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout);
	if (strcmp(argv[1], "--version") == 0)
		return printf("ijwctl %s\n", IJWD_VERSION) < 0;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	(void)fprintf(stderr, ctl_dutch() ? "ijwctl: onbekende opdracht '%s'\n\n" : "ijwctl: unknown command '%s'\n\n",
		      argv[1]);
	return usage(stderr);
}
