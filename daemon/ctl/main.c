/* ijwctl: one table of commands. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/audit.h"
#include "ctl/due.h"
#include "ctl/live.h"
#include "ctl/locale.h"
#include "ctl/offline.h"
#include "ctl/orders.h"
#include "ctl/pki.h"
#include "ctl/rapporten.h"
#include "ctl/rules.h"
#include "ctl/simulate.h"
#include "ctl/validate.h"

#include "base/banned.h"

/* clang-format off */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments_nl, *arguments_en, *nl, *en;
} commands[] = {
	{"status",   ctl_status,   "", "",
		"hoe het met de hub gaat: tellingen, wachtrijen, verbindingen",
		"how the hub is: counts, queues, connections"},
	{"messages", ctl_messages,
		"[--party PARTIJ|CODE] [--sender CODE] [--receiver CODE] [--type JW301]\n"
		"              [--identification TEKST] [--nummer TOEWIJZINGNUMMER] [--client PSEUDONIEM]\n"
		"              [--verdict VERDICT] [--rule REGEL] [--code CODE] [--since TIJD] [--until TIJD]\n"
		"              [--undelivered] [--given-up] [--limit AANTAL]",
		"[--party PARTY|CODE] [--sender CODE] [--receiver CODE] [--type JW301]\n"
		"              [--identification TEXT] [--nummer TOEWIJZINGNUMMER] [--client PSEUDONYM]\n"
		"              [--verdict VERDICT] [--rule RULE] [--code CODE] [--since TIME] [--until TIME]\n"
		"              [--undelivered] [--given-up] [--limit N]",
		"berichten, nieuwste eerst", "messages, newest first"},
	{"show",     ctl_show,
		"NUMMER [--body --masked | --body --reason TEKST]", "NUMBER [--body --masked | --body --reason TEXT]",
		"de tijdlijn van een bericht, of zijn tekst", "the timeline of a message, or its text"},
	{"explain",  ctl_explain,  "NUMMER", "NUMBER",
		"wat er mis is, met de regels eromheen (gemaskeerd)",
		"what is wrong, with the lines around it (masked)"},
	{"parties",  ctl_parties,  "", "",
		"wie er aangesloten is, en wie er verbonden is", "who takes part, and who is connected"},
	{"due",      ctl_due,
		"[--party CODE] [--ahead DAGEN]", "[--party CODE] [--ahead DAYS]",
		"wie er over tijd is met welk antwoord, start- of stopbericht",
		"who is late with which answer, start or stop message"},
	{"open-ends", ctl_open_ends,
		"[--at DAG] [--party CODE] [--strength STERKTE] [--summary] [--stoplicht]\n"
		"              [--config BESTAND | --store PAD] [--format=table|tsv|csv|json]",
		"[--at DAY] [--party CODE] [--strength STRENGTH] [--summary] [--stoplicht]\n"
		"              [--config FILE | --store PATH] [--format=table|tsv|csv|json]",
		"zorg die geëindigd is, of lijkt, zonder stopbericht",
		"care that ended, or seems to have, without a stop message"},
	{"flows",    ctl_flows,
		"[--at DAG] [--by gemeente,aanbieder,hulpvorm,categorie,verwijzer]\n"
		"              [--period half|quarter|month|year] [--party CODE] [--records] [--all]\n"
		"              [--round] [--plot BESTAND.svg|.png] [--config BESTAND | --store PAD]\n"
		"              [--format=table|tsv|csv|json]",
		"[--at DAY] [--by gemeente,aanbieder,hulpvorm,categorie,verwijzer]\n"
		"              [--period half|quarter|month|year] [--party CODE] [--records] [--all]\n"
		"              [--round] [--plot FILE.svg|.png] [--config FILE | --store PATH]\n"
		"              [--format=table|tsv|csv|json]",
		"instroom, uitstroom, stand en balans: geregistreerd, volgens CBS, geschat",
		"inflow, outflow, stock and balance: registered, by the rule of CBS, estimated"},
	{"lateness", ctl_lateness,
		"[--at DAG] [--party CODE] [--by aanbieder,product] [--since DAG]\n"
		"              [--config BESTAND | --store PAD] [--format=table|tsv|csv|json]",
		"[--at DAY] [--party CODE] [--by aanbieder,product] [--since DAY]\n"
		"              [--config FILE | --store PATH] [--format=table|tsv|csv|json]",
		"hoe laat start-, stop- en retourberichten komen, en hoeveel er nooit komen",
		"how late starts, stops and return messages come, and how many never do"},
	{"horizon",  ctl_horizon,
		"[--at DAG] [--party CODE] [--event SOORT] [--config BESTAND | --store PAD]\n"
		"              [--format=table|tsv|csv|json]",
		"[--at DAY] [--party CODE] [--event KIND] [--config FILE | --store PATH]\n"
		"              [--format=table|tsv|csv|json]",
		"wat er aankomt: einde toewijzing, evaluatie, 16, 17½ en 18 jaar, budget, lange onderbreking",
		"what comes: end of allocation, evaluation, ages 16, 17½ and 18, budget, a long pause"},
	{"cbs",      ctl_cbs,
		"[--at DAG] [--period 2025H1] [--party AANBIEDER] [--closes | --check]\n"
		"              [--config BESTAND | --store PAD] [--format=table|tsv|csv|json]",
		"[--at DAY] [--period 2025H1] [--party AANBIEDER] [--closes | --check]\n"
		"              [--config FILE | --store PATH] [--format=table|tsv|csv|json]",
		"de Beleidsinformatie Jeugd van een halfjaar, vooringevuld; wat CBS gaat sluiten",
		"the half-year's delivery to CBS, prefilled; what CBS is going to close"},
	{"hold",     ctl_order,    "CODE [--reason REDEN]", "CODE [--reason REASON]",
		"niets meer aan deze code bezorgen", "deliver nothing more to this code"},
	{"resume",   ctl_order,    "CODE [--reason REDEN]", "CODE [--reason REASON]",
		"er weer aan bezorgen", "deliver to it again"},
	{"maintenance", ctl_order, "on|off [--text TEKST] [--reason REDEN]", "on|off [--text TEXT] [--reason REASON]",
		"onderhoud: berichten bewaren en niet beoordelen; de partijen horen de tekst",
		"maintenance: keep messages and judge none; parties hear the text"},
	{"freeze",   ctl_order,
		"STANDAARD --from DAG --until DAG [--reason REDEN]",
		"STANDARD --from DAY --until DAY [--reason REASON]",
		"berichten van een standaard op die dagen vasthouden",
		"hold messages of a standard on those days"},
	{"unfreeze", ctl_order,    "STANDAARD [--reason REDEN]", "STANDARD [--reason REASON]",
		"dat beëindigen", "end that"},
	{"retry",    ctl_order,    "NUMMER [--reason REDEN]", "NUMBER [--reason REASON]",
		"een opgegeven bezorging opnieuw proberen", "try a given-up delivery again"},
	{"replay",   ctl_order,    "NUMMER [--reason REDEN]", "NUMBER [--reason REASON]",
		"een bezorgd bericht nog eens bezorgen", "deliver a delivered message once more"},
	{"recheck",  ctl_order,    "", "",
		"nu kijken naar wat geparkeerd staat", "look now at what is parked"},
	{"test",     ctl_test,     "PARTIJ", "PARTY",
		"de verbinding van een partij", "the line of a party"},
	{"reload",   ctl_reload,   "[--reason TEKST]", "[--reason TEXT]",
		"partijen, certificaten, CRL, schema's en logniveau opnieuw lezen",
		"read parties, certificates, CRL, schemas and log level again"},
	{"validate", ctl_validate,
		"BESTAND|MAP… [--schemas MAP] [--format=text|json|tsv]\n"
		"              [--jobs AANTAL] [--no-progress]",
		"FILE|DIR… [--schemas DIR] [--format=text|json|tsv]\n"
		"              [--jobs N] [--no-progress]",
		"bestanden controleren, zonder hub", "check files, without a hub"},
	{"dry-run",  ctl_dry_run,
		"--standard MAP [--since DAG] [--config BESTAND]",
		"--standard DIR [--since DAY] [--config FILE]",
		"wat een andere release of set schema's van de opgeslagen berichten zou vinden",
		"what another release or set of schemas would make of the stored messages"},
	{"rebuild",  ctl_rebuild,
		"[--config BESTAND] [--check] [--shrink]", "[--config FILE] [--check] [--shrink]",
		"het register opnieuw maken uit de opgeslagen berichten (de hub staat stil)",
		"make the register anew from the stored messages (the hub is stopped)"},
	{"ingest",   ctl_ingest,
		"MAP [--index BESTAND] [--config BESTAND | --store PAD]",
		"DIR [--index FILE] [--config FILE | --store PATH]",
		"berichten van vroeger opnemen, met hun eigen tijd (de hub staat stil)",
		"take in messages of the past, with their own times (the hub is stopped)"},
	{"audit",    ctl_audit,
		"[verify [--expect HASH] | export] [--since TIJD] [--until TIJD] [--event SOORT]\n"
		"              [--who NAAM] [--message NUMMER] [--limit AANTAL]\n"
		"              [--config BESTAND | --store PAD] [--format=table|tsv|csv|json]",
		"[verify [--expect HASH] | export] [--since TIME] [--until TIME] [--event KIND]\n"
		"              [--who NAME] [--message NUMBER] [--limit N]\n"
		"              [--config FILE | --store PATH] [--format=table|tsv|csv|json]",
		"wie wat wanneer deed; of het logboek en de berichten nog kloppen",
		"who did what when; whether the log and the messages are as they were"},
	{"keys",     ctl_keys,     "[rotate [--reason TEKST]]", "[rotate [--reason TEXT]]",
		"de sleutels waaronder berichten liggen; een nieuwe maken",
		"the keys that messages lie under; make a new one"},
	{"rules",    ctl_rules,
		"[--id REGEL] [--type JW301] [--json] [--schemas MAP]",
		"[--id RULE] [--type JW301] [--json] [--schemas DIR]",
		"de regels van de standaard, en wat de hub ermee doet",
		"the rules of the standard, and what the hub does with them"},
	{"simulate", ctl_simulate,
		"MAP [--seed N] [--clients N] [--gemeenten N] [--from DAG]\n"
		"              [--until DAG] [--faults BESTAND|NAAM] [--set knop=waarde …] [--knobs]",
		"DIR [--seed N] [--clients N] [--gemeenten N] [--from DAY]\n"
		"              [--until DAY] [--faults FILE|NAME] [--set knob=value …] [--knobs]",
		"de berichten van een verzonnen regio, met de fouten van de praktijk en de waarheid erbij",
		"the messages of a fictitious region, with the faults of real life and the truth about it"},
	{"pki",      ctl_pki,      "demo|revoke|show …", "demo|revoke|show …",
		"certificaten voor een proef; een certificaat bekijken",
		"certificates for a trial; look at a certificate"},
};
/* clang-format on */

static int usage(FILE *to)
{
	bool nl = ctl_dutch();

	(void)fprintf(to, nl ? "gebruik: ijwctl OPDRACHT …\n\n" : "usage: ijwctl COMMAND …\n\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const char *arguments = nl ? commands[i].arguments_nl : commands[i].arguments_en;

		(void)fprintf(to, "  %s%s%s\n      %s\n", commands[i].name, arguments[0] != '\0' ? " " : "",
			      arguments, nl ? commands[i].nl : commands[i].en);
	}
	(void)fprintf(to, nl ? "\nVragen aan de hub gaan langs zijn control-socket: --control PAD of $IJW_CONTROL.\n"
			       "--json geeft JSON.  Tijden: 2026-11-22, 15m, 3h, 2d.  Zie ijwctl(1).\n"
			     : "\nThe hub is asked over its control socket: --control PATH or $IJW_CONTROL.\n"
			       "--json gives JSON.  Times: 2026-11-22, 15m, 3h, 2d.  See ijwctl(1).\n");
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
	if (argc > 2 && strcmp(argv[2], "--help") == 0)
		return usage(stdout);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	(void)fprintf(stderr, ctl_dutch() ? "ijwctl: onbekende opdracht '%s'\n\n" : "ijwctl: unknown command '%s'\n\n",
		      argv[1]);
	return usage(stderr);
}
