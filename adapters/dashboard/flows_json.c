#include "flows_json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "care/hulpvorm.h"
#include "care/release.h"
#include "care/standard.h"
#include "values.h"

#include "base/banned.h"

#define PERIODS_MOST 40	      /* back from now, for the whole */
#define PERIODS_MOST_SPLIT 12 /* … by something */

static const struct quality {
	unsigned bit;
	const char *code, *nl, *en;
} qualities[] = {
	{KWALITEIT_VOORLOPIG, "voorlopig",
	 "De periode is nog niet over, of er zijn nog stopberichten te verwachten.",
	 "The period is not over, or stop messages are still to be expected."},
	{KWALITEIT_BEGIN, "begin",
	 "De gegevens van de hub beginnen hier: wat eerder liep is niet bekend.",
	 "The data of the hub begin here: what ran before is not known."},
	{KWALITEIT_CBS_OPEN, "cbs-open",
	 "Het volgende halfjaar is niet compleet: de CBS-lezing is nog gelijk aan de "
	 "geregistreerde.",
	 "The next half-year is not complete: the CBS reading still equals the registered one."},
	{KWALITEIT_NIET_GELEVERD, "niet-geleverd",
	 "Een aanbieder stuurde niets over het volgende halfjaar.",
	 "A provider sent nothing about the next half-year."},
	{KWALITEIT_VORM, "vorm",
	 "Voor een op de tien of meer is de hulpvorm uit de productcategorie afgeleid.",
	 "For one in ten or more the form of care was taken from the product category."},
};

void period_label(day from, int months, char ret[16])
{
	int y, m, d;

	day_split(from, &y, &m, &d);
	if (months == 12)
		(void)snprintf(ret, 16, "%d", y);
	else if (months == 6)
		(void)snprintf(ret, 16, "%dH%d", y, (m - 1) / 6 + 1);
	else if (months == 3)
		(void)snprintf(ret, 16, "%dK%d", y, (m - 1) / 3 + 1);
	else
		(void)snprintf(ret, 16, "%d-%02d", y, m);
}

/* ---- names of keys ---- */

/* The label of a code of the standard, by any release that has the list. */
static const char *label_of(const struct reference *ref, const char *datatype, const char *code)
{
	const struct berichttype *types;
	size_t n, rows;

	types = standards_types(ref->standards, &n);
	for (size_t i = 0; i < n; i++) {
		const struct catalog *c = standard_catalog(types[i].standard);
		const struct code_info *list = c != NULL ? catalog_codes(c, datatype, &rows) : NULL;

		for (size_t k = 0; list != NULL && k < rows; k++)
			if (strcmp(list[k].code, code) == 0)
				return list[k].label;
	}
	return NULL;
}

static const char *key_name(const struct reference *ref, int by, const char *key)
{
	unsigned form = 0;

	switch (by) {
	case AS_GEMEENTE:
	case AS_AANBIEDER:
		return reference_name(ref, key);
	case AS_HULPVORM:
		(void)sscanf(key, "%u", &form);
		return hulpvorm_naam(form);
	case AS_CATEGORIE:
		return label_of(ref, "LDT_ProductCategorie", key);
	case AS_VERWIJZER:
		return label_of(ref, "LDT_TypeVerwijzer", key);
	default:
		return NULL;
	}
}

/* ---- rows ---- */

static json_t *reading_json(const struct stroom_getal *g)
{
	json_t *o = json_object();

	set_real(o, "inflow", g->instroom);
	set_real(o, "outflow", g->uitstroom);
	set_real(o, "stock_begin", g->stand_begin);
	set_real(o, "stock_end", g->stand_eind);
	set_real(o, "balance", g->balans);
	set_real(o, "low", g->laag);
	set_real(o, "high", g->hoog);
	return o;
}

static json_t *quality_json(unsigned bits)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++)
		if ((bits & qualities[i].bit) != 0)
			(void)json_array_append_new(list, json_string(qualities[i].code));
	return list;
}

static json_t *row_json(const struct reference *ref, const struct stroom_rij *r, int months, int by)
{
	static const char *const readings[] = {[LEZING_GEREGISTREERD] = "registered",
					       [LEZING_CBS] = "cbs",
					       [LEZING_GESCHAT] = "estimated"};
	const char *key = by >= 0 ? r->sleutel[by] : "",
		   *name = by >= 0 ? key_name(ref, by, key) : NULL;
	json_t *o = json_object();
	char label[16];

	period_label(r->van, months, label);
	set_some(o, "key", key);
	set_text(o, "key_name_nl", name);
	set_text(o, "key_name_en", name); /* names and lists of the standard exist in Dutch only */
	set_day(o, "from", r->van);
	set_day(o, "until", r->tot);
	set_text(o, "label", label);
	for (int l = 0; l < N_LEZINGEN; l++)
		set_new(o, readings[l], reading_json(&r->lezing[l]));
	set_real(o, "cbs_closed", r->cbs_gesloten);
	set_real(o, "estimated_ends", r->geschat_einden);
	set_real(o, "certain", r->zeker);
	set_real(o, "duration", r->duur);
	set_new(o, "quality", quality_json(r->kwaliteit));
	return o;
}

/* ---- health ---- */

json_t *health_json(const struct episoden *e, day today)
{
	size_t toewijzing = 0, start = 0, stop = 0, regel = 0, ended = 0, n = 0;
	json_t *o = json_object();
	char text[400];

	for (size_t i = 0; i < e->n; i++) {
		const struct episode *x = &e->list[i];
		const struct grens *last = x->n_grenzen > 0 ? &x->grenzen[x->n_grenzen - 1] : NULL;

		if (x->begin > today)
			continue;
		n++;
		toewijzing += last != NULL || x->open_eind;
		start += x->gestart;
		stop += x->eind != DAY_NONE;
		regel += x->laatste != INT32_MIN;
		ended += x->eind != DAY_NONE ||
			 (last != NULL && last->eind != DAY_NONE && last->eind < today);
	}
	set_number(o, "episodes", (int64_t)n);
	set_number(o, "with_toewijzing", (int64_t)toewijzing);
	set_number(o, "with_start", (int64_t)start);
	set_number(o, "with_stop", (int64_t)stop);
	set_number(o, "with_declaration", (int64_t)regel);
	set_number(o, "ended", (int64_t)ended);
	(void)snprintf(text, sizeof text,
		       "Van %zu episodes van zorg hebben er %zu een toewijzing, %zu een "
		       "startbericht en %zu ten minste een "
		       "declaratie. Geëindigd zijn er %zu (gestopt, of de toewijzing is "
		       "afgelopen); %zu hebben een stopbericht.",
		       n, toewijzing, start, regel, ended, stop);
	set_text(o, "text_nl", text);
	(void)snprintf(text, sizeof text,
		       "Of %zu episodes of care %zu have an allocation, %zu a start message and "
		       "%zu one declaration at "
		       "least. %zu have ended (stopped, or their allocation is over); %zu have a "
		       "stop message.",
		       n, toewijzing, start, regel, ended, stop);
	set_text(o, "text_en", text);
	return o;
}

/* ---- all of it ---- */

int flows_json(const struct reference *ref, const struct episoden *e, const struct gewoonten *g,
	       day today, int months, int by, json_t **ret)
{
	int back = by >= 0 ? PERIODS_MOST_SPLIT : PERIODS_MOST;
	struct stroom_vraag v = {
		.vandaag = today, .maanden = months, .assen = by >= 0 ? 1U << by : 0};
	struct stromen *s = NULL;
	json_t *o, *rows, *texts = json_object();
	day oldest = day_add_months(today, -back * months), first;
	int r;

	/* From when the hub saw anything; before that it knows no more than starts. */
	first = g->n_partijen > 0 && g->partijen[0].sinds != INT32_MAX ? g->partijen[0].sinds
								       : today;
	v.van = first > oldest ? first : oldest;
	r = stromen_tel(e, g, &v, &s);
	if (r < 0) {
		json_decref(texts);
		return r;
	}
	o = json_object();
	rows = json_array();
	for (size_t i = 0; i < s->n && i < FLOW_ROWS_MOST; i++)
		(void)json_array_append_new(rows, row_json(ref, &s->list[i], months, by));
	stromen_free(&s);
	for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++)
		set_new(texts, qualities[i].code,
			json_pack("{s:s, s:s}", "nl", qualities[i].nl, "en", qualities[i].en));
	set_new(o, "rows", rows);
	set_new(o, "quality_texts", texts);
	set_new(o, "health", health_json(e, today));
	*ret = o;
	return 0;
}
