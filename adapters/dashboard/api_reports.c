/* Reports that are made in the background: in- and outflow, the burden. */
#include <stdio.h>
#include <string.h>

#include "burden.h"
#include "care/flows.h"
#include "handlers.h"
#include "reports.h"
#include "request.h"
#include "table.h"
#include "values.h"

#include "base/banned.h"

static const char *const formats[] = {"json", "csv", NULL};
static const char *const periods[] = {"month", "quarter", "half", "year", NULL};
static const int period_months[] = {1, 3, 6, 12};
static const char *const axes[] = {"gemeente",	"aanbieder", "hulpvorm", "categorie",
				   "verwijzer", "none",	     NULL};

/* The codes that a report is about: the one asked for, else all that may be seen; false after a
 * 403. */
static bool take_codes(struct request *q, const char *party, struct report_ask *ask)
{
	struct scope s = request_scope(q);
	size_t n = 0;

	if (party[0] != '\0' && !scope_has(&s, party)) {
		answer_problem(q, PROBLEM_NOT_ALLOWED);
		return false;
	}
	if (party[0] != '\0')
		(void)snprintf(ask->codes, sizeof ask->codes, "%s", party);
	for (size_t i = 0; party[0] == '\0' && i < s.n; i++) {
		int w = snprintf(ask->codes + n, sizeof ask->codes - n, "%s%s", i > 0 ? "," : "",
				 s.codes[i]);

		/* A list that does not fit would leave codes out without a word. */
		if (w < 0 || (size_t)w >= sizeof ask->codes - n) {
			answer_problem_text(q, PROBLEM_BAD_REQUEST, "Kies één code.",
					    "Choose one code.");
			return false;
		}
		n += (size_t)w;
	}
	return true;
}

static void answer_computing(struct request *q, bool flows)
{
	json_t *o = json_object();

	set_text(o, "state", "computing");
	set_moment(o, "asked", q->now);
	set_new(o, flows ? "rows" : "months", json_array());
	if (flows)
		set_new(o, "quality_texts", json_object());
	set_new(o, flows ? "health" : "notes_nl", json_null());
	if (!flows)
		set_new(o, "notes_en", json_null());
	answer_json(q, o);
}

/* The parts of a result that is shared with others, in an object of this answer's own. */
static json_t *shared(const json_t *value, int64_t made)
{
	json_t *o = json_object(), *part;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)value, key, part)(void)
		json_object_set(o, key, part);
	set_text(o, "state", "ready");
	set_moment(o, "asked", made);
	return o;
}

static void answer_flows_csv(struct request *q, const json_t *value)
{
	static const struct column columns[] = {
		{"key", "sleutel", CELL_CODE},
		{"key_name_nl", "naam", CELL_TEXT},
		{"label", "periode", CELL_TEXT},
		{"from", "van", CELL_TEXT},
		{"until", "tot en met", CELL_TEXT},
		{"registered.inflow", "instroom geregistreerd", CELL_NUMBER},
		{"registered.outflow", "uitstroom geregistreerd", CELL_NUMBER},
		{"registered.stock_end", "stand geregistreerd", CELL_NUMBER},
		{"registered.balance", "balans % geregistreerd", CELL_NUMBER},
		{"cbs.inflow", "instroom CBS", CELL_NUMBER},
		{"cbs.outflow", "uitstroom CBS", CELL_NUMBER},
		{"cbs.stock_end", "stand CBS", CELL_NUMBER},
		{"cbs.balance", "balans % CBS", CELL_NUMBER},
		{"estimated.inflow", "instroom geschat", CELL_NUMBER},
		{"estimated.outflow", "uitstroom geschat", CELL_NUMBER},
		{"estimated.stock_end", "stand geschat", CELL_NUMBER},
		{"estimated.balance", "balans % geschat", CELL_NUMBER},
		{"estimated.low", "balans van", CELL_NUMBER},
		{"estimated.high", "balans tot", CELL_NUMBER},
		{"cbs_closed", "door CBS gesloten", CELL_NUMBER},
		{"estimated_ends", "geschatte einden", CELL_NUMBER},
		{"certain", "waarvan zeker", CELL_NUMBER},
		{"duration", "gemiddelde duur in dagen", CELL_NUMBER},
		{NULL, NULL, CELL_TEXT}};

	if (!request_audit(q, "export", "ok", "flows csv"))
		return;
	csv_write(&q->answer.body, columns, json_object_get(value, "rows"));
	answer_file(q, "text/csv; charset=utf-8", "in-en-uitstroom.csv");
}

void handle_flows(struct request *q)
{
	int format = query_word(&q->query, "format", formats, 0);
	int period = query_word(&q->query, "period", periods, 2),
	    by = query_word(&q->query, "by", axes, N_ASSEN);
	const char *party = query_code(&q->query, "party");
	struct report_ask ask;
	json_t *value;
	int64_t made = 0;

	memset(&ask, 0,
	       sizeof ask); /* with what lies between its members: it is compared as bytes */
	ask.kind = REPORT_FLOWS;
	ask.months = period_months[period];
	ask.by = by < N_ASSEN ? by : -1;
	if (request_wrong(q) || !take_codes(q, party, &ask))
		return;
	value = reports_get(q->d->reports, &ask, &made);
	if (value == NULL && format == 1) {
		answer_problem(q, PROBLEM_BUSY);
		q->answer.retry_after = 5;
	} else if (value == NULL) {
		answer_computing(q, true);
	} else if (format == 1) {
		answer_flows_csv(q, value);
	} else {
		answer_json(q, shared(value, made));
	}
	json_decref(value);
}

void handle_burden(struct request *q)
{
	const char *party = query_code(&q->query, "party");
	struct report_ask ask;
	json_t *value;
	int64_t made = 0;

	memset(&ask, 0, sizeof ask);
	ask.kind = REPORT_BURDEN;
	ask.months = (int)query_number(&q->query, "months", 12, 1, BURDEN_MONTHS_MOST);
	if (request_wrong(q) || !take_codes(q, party, &ask))
		return;
	value = reports_get(q->d->reports, &ask, &made);
	if (value == NULL)
		answer_computing(q, false);
	else
		answer_json(q, shared(value, made));
	json_decref(value);
}
