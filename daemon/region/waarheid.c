/* What is known of the region besides its messages: the truth, the deliveries to CBS, the counts.
 */
#include "region/intern.h"

#include <inttypes.h>
#include <string.h>

#include "base/banned.h"

/* ---- index.tsv ---- */

void region_index_kop(struct buf *out)
{
	buf_adds(out, "file\tsent_at\tsender\treceiver\ttype\tidentificatie\n");
}

void region_index_regel(struct buf *out, const struct region_bericht *b)
{
	char dag[11];

	day_text(b->dag, dag);
	buf_addf(out, "%s\t%sT%02d:%02d:%02d\t%s\t%s\t%s\t%s\n", b->bestand, dag, b->seconde / 3600,
		 b->seconde / 60 % 60, b->seconde % 60, b->afzender, b->ontvanger, b->type,
		 b->identificatie);
}

/* ---- waarheid.tsv ---- */

static void put_day(struct buf *out, day d)
{
	char tekst[11];

	if (d == DAY_NONE)
		return;
	day_text(d, tekst);
	buf_adds(out, tekst);
}

/* Only numbers that were sent by until: others nobody can have seen. */
static void put_numbers(const struct region *r, const struct episode *e, struct buf *out)
{
	const char *komma = "";

	for (uint32_t i = 0; i < e->n_toewijzingen; i++) {
		uint32_t w = e->eerste_toewijzing + i;

		if (toewijzing_stand(r, w, (moment)(r->o.until + 1) * 86400 - 1) == NULL)
			continue;
		buf_addf(out, "%s%u", komma, TOEWIJZINGEN(r)[w].nummer);
		komma = ",";
	}
}

/* What was played; without a fault, what is special about the end. */
static const char *label(const struct region *r, const struct episode *e)
{
	if (e->fout != NULL)
		return e->fout;
	if (e->eind > r->o.until)
		return "geen";
	return e->reden == VERHUISD		? "verhuisd"
	       : e->reden == ACHTTIEN		? "achttien"
	       : e->reden == OVERLEDEN		? "overleden"
	       : e->reden == GESLOTEN_AANBIEDER ? "aanbieder_gestopt"
						: "geen";
}

void region_waarheid(const struct region *r, struct buf *out)
{
	buf_adds(out, "episode\tgemeente\taanbieder\tnummers\tbegindatum\teinddatum\thulpvorm\tcate"
		      "gorie\tverwijzer\t"
		      "taakgericht\tstop_at\tfout\n");
	for (uint32_t i = 0; i < r->n_trajecten; i++) {
		const struct episode *e = &EPISODES(r)[i];

		buf_addf(out, "%u\t%s\t%s\t", i + 1, r->gemeenten[e->gemeente].code,
			 r->aanbieders[e->aanbieder].agb);
		put_numbers(r, e, out);
		buf_adds(out, "\t");
		put_day(out, e->begin);
		buf_adds(out, "\t");
		put_day(out, e->eind > r->o.until ? DAY_NONE : e->eind);
		buf_addf(out, "\t%s\t%s\t%s\t%d\t", hulpvormen[e->hulpvorm].code, e->categorie,
			 verwijzer_code(e), e->taakgericht);
		put_day(out, e->gestopt == NOOIT ? DAY_NONE : dag_van(e->gestopt));
		buf_addf(out, "\t%s\n", label(r, e));
	}
}

/* ---- cbs-leveringen.tsv ---- */

enum cbs { CBS_GOED, CBS_VERDWIJNT, CBS_GAAT_DOOR };

/* How the end stands in the aanbieder's own administration: badly more often when no stop was sent.
 */
static enum cbs cbs_end(const struct region *r, const struct episode *e, struct toeval *t,
			int *halfjaren)
{
	double mis = knop(r, CBS_VERDWENEN) + knop(r, CBS_BLIJFT);
	bool blijft = r->aanbieders[e->aanbieder].blijft_leveren;
	bool speelt = toeval_kans(t, mis * (e->gestopt == NOOIT ? 4 : 0.6));
	double weg = knop(r, CBS_VERDWENEN) * (blijft ? 0.4 : 1.6),
	       door = knop(r, CBS_BLIJFT) * (blijft ? 1.6 : 0.4);
	bool verdwijnt = toeval_kans(t, weg + door > 0 ? weg / (weg + door) : 0);

	*halfjaren = toeval_tussen(t, 1, 4);
	if (!speelt || mis <= 0)
		return CBS_GOED;
	return verdwijnt ? CBS_VERDWIJNT : CBS_GAAT_DOOR;
}

/* Whether an episode is delivered for the half year van..tot, and with which end. */
static bool delivered(const struct region *r, uint32_t id, day van, day tot, day *eind)
{
	const struct episode *e = &EPISODES(r)[id];
	struct toeval t = toeval_van(r->o.seed, STROOM_CBS, id);
	int halfjaren;
	enum cbs hoe = cbs_end(r, e, &t, &halfjaren);

	*eind = e->eind <= tot ? e->eind : DAY_NONE;
	if (e->begin > tot)
		return false;
	if (hoe == CBS_GOED || e->eind > r->o.until)
		return e->eind >= van;
	*eind = DAY_NONE;
	if (hoe == CBS_VERDWIJNT)
		return e->eind >= van; /* open in the half year of its end, and then gone */
	return e->eind >= day_add_months(van, -6 * halfjaren);
}

static bool delivers(const struct region *r, uint32_t aanbieder, day van)
{
	struct toeval t =
		toeval_van(r->o.seed, STROOM_CBS,
			   (UINT64_C(1) << 40) + ((uint64_t)aanbieder << 20) + (uint32_t)van);

	return !toeval_kans(&t, knop(r, CBS_GEEN_LEVERING));
}

static void put_delivery(const struct region *r, day van, day tot, struct buf *out)
{
	int y, m, d;

	day_split(van, &y, &m, &d);
	for (uint32_t i = 0; i < r->n_trajecten; i++) {
		const struct episode *e = &EPISODES(r)[i];
		day eind;

		if (!delivered(r, i, van, tot, &eind) || !delivers(r, e->aanbieder, van))
			continue;
		buf_addf(out, "%dH%d\t%s\t%s\t%u\t", y, m > 6 ? 2 : 1,
			 r->aanbieders[e->aanbieder].agb, r->gemeenten[e->gemeente].code, i + 1);
		put_day(out, e->begin);
		buf_adds(out, "\t");
		put_day(out, eind);
		buf_adds(out, "\n");
	}
}

void region_leveringen(const struct region *r, struct buf *out)
{
	int y, m, d;
	day van;

	buf_adds(out, "periode\taanbieder\tgemeente\tepisode\tbegindatum\teinddatum\n");
	day_split(r->o.from, &y, &m, &d);
	for (van = day_make(y, m > 6 ? 7 : 1, 1); day_add_months(van, 6) - 1 <= r->o.until;
	     van = day_add_months(van, 6))
		put_delivery(r, van, day_add_months(van, 6) - 1, out);
}

/* ---- counts ---- */

#define LABELS 24

static void count_faults(const struct region *r, struct buf *out)
{
	const char *namen[LABELS];
	uint32_t aantal[LABELS] = {0};
	size_t n = 0, j;

	for (uint32_t i = 0; i < r->n_trajecten; i++) {
		const char *naam = label(r, &EPISODES(r)[i]);

		for (j = 0; j < n && strcmp(namen[j], naam) != 0; j++)
			;
		if (j == LABELS)
			continue;
		if (j == n)
			namen[n++] = naam;
		aantal[j]++;
	}
	for (j = 0; j < n; j++)
		buf_addf(out, "  %-18s %8u\n", namen[j], aantal[j]);
}

void region_tel(const struct region *r, bool dutch, struct buf *out)
{
	uint32_t per_soort[N_SOORTEN] = {0}, lopend = 0;

	for (size_t i = 0; i < r->berichten.n; i++)
		per_soort[BERICHTEN(r)[i].soort]++;
	for (uint32_t i = 0; i < r->n_trajecten; i++)
		lopend += EPISODES(r)[i].eind > r->o.until;
	buf_addf(out, dutch ? "%zu berichten\n" : "%zu messages\n", r->berichten.n);
	for (size_t s = 0; s < N_SOORTEN; s++)
		if (per_soort[s] > 0)
			buf_addf(out, "  %s %8u\n", soort_naam[s], per_soort[s]);
	buf_addf(out,
		 dutch ? "%zu cliënten, %u gemeenten, %u aanbieders\n%u trajecten, waarvan %u "
			 "lopend; hoe zij zijn gespeeld:\n"
		       : "%zu clients, %u gemeenten, %u aanbieders\n%u episodes, of which %u "
			 "running; how they were played:\n",
		 r->clienten.n, r->o.gemeenten, r->n_aanbieders, r->n_trajecten, lopend);
	count_faults(r, out);
}
