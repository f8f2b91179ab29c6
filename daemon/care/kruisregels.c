/*
 * The table of the rules that need the register, lists or the day; what they
 * share; and those that belong to no family.
 */
#include "care/kruis_intern.h"

#include <errno.h>
#include <string.h>

#include "base/banned.h"

#define ACHT_WEKEN 56

/* ---- tables of one message ---- */

int tafel_make(struct arena *a, struct tafel *ret, uint32_t n)
{
	uint32_t room = 16;

	while (room < n && room < UINT32_C(1) << 24)
		room *= 2;
	ret->masker = room - 1;
	ret->bakken = arena_alloc(a, room * sizeof *ret->bakken);
	return ret->bakken == NULL ? -ENOMEM : 0;
}

int tafel_add(struct arena *a, struct tafel *tafel, uint64_t sleutel, void *waarde)
{
	struct cel **bak = &tafel->bakken[sleutel & tafel->masker];
	struct cel *c = arena_alloc(a, sizeof *c);

	if (c == NULL)
		return -ENOMEM;
	*c = (struct cel){sleutel, waarde, *bak};
	*bak = c;
	return 0;
}

static struct cel *same_key(struct cel *c, uint64_t sleutel)
{
	while (c != NULL && c->sleutel != sleutel)
		c = c->volgende;
	return c;
}

struct cel *tafel_find(const struct tafel *tafel, uint64_t sleutel)
{
	return same_key(tafel->bakken[sleutel & tafel->masker], sleutel);
}

struct cel *cel_volgende(const struct cel *c)
{
	return same_key(c->volgende, c->sleutel);
}

/* FNV-1a from a start that only this hub knows; its low bits mix well enough for buckets. */
static uint64_t add_bytes(uint64_t s, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s = (s ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
	return s;
}

uint64_t sleutel_begin(const struct kruis *k)
{
	return add_bytes(UINT64_C(14695981039346656037), k->key->bytes, sizeof k->key->bytes);
}

uint64_t sleutel_tekst(uint64_t s, const char *tekst)
{
	return add_bytes(s, tekst, strlen(tekst) + 1); /* with its NUL: "a","bc" is not "ab","c" */
}

uint64_t sleutel_getal(uint64_t s, int64_t n)
{
	return add_bytes(s, &n, sizeof n);
}

/* ---- what the families share ---- */

struct kruisgemak *kruis_gemak(struct toets *t)
{
	struct gemak *g = gemak_van(t);
	struct kruisgemak *nieuw;

	if (g->kruis != NULL)
		return g->kruis;
	nieuw = arena_alloc(t->arena, sizeof *nieuw);
	if (nieuw == NULL || tafel_make(t->arena, &nieuw->toewijzingen, t->inhoud->n) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	return g->kruis = nieuw;
}

bool kruis_ask(struct toets *t, int r)
{
	if (r < 0 && r != -ENOENT)
		t->error = r;
	return r >= 0;
}

static struct toewijzing *look_up(struct toets *t, int64_t nummer)
{
	const struct kruis *k = t->kruis;
	struct toewijzing *w = arena_alloc(t->arena, sizeof *w);
	bool found;

	if (w == NULL) {
		t->error = -ENOMEM;
		return NULL;
	}
	w->bekend = ONBEKEND;
	found = kruis_ask(
		t, k->reg->toewijzing_current(k->store, t->arena, k->gemeente, nummer, &w->row));
	if (found)
		w->bekend = kruis_same_text(w->row.paar.aanbieder, k->aanbieder) ? BEKEND : ELDERS;
	else
		w->row.nummer = nummer;
	return t->error < 0 ? NULL : w;
}

const struct toewijzing *kruis_toewijzing(struct toets *t, int64_t nummer)
{
	struct kruisgemak *g = kruis_gemak(t);
	uint64_t s = sleutel_getal(sleutel_begin(t->kruis), nummer);
	struct toewijzing *w;

	if (g == NULL)
		return NULL;
	for (struct cel *c = tafel_find(&g->toewijzingen, s); c != NULL; c = cel_volgende(c))
		if (((struct toewijzing *)c->waarde)->row.nummer == nummer)
			return c->waarde;
	w = look_up(t, nummer);
	if (w != NULL && tafel_add(t->arena, &g->toewijzingen, s, w) < 0) {
		t->error = -ENOMEM;
		return NULL;
	}
	return w;
}

bool kruis_same_client(const struct paar *a, const struct paar *b)
{
	return memcmp(a->client, b->client, CLIENT_BYTES) == 0;
}

bool kruis_eigen(const struct toewijzing *w, const struct paar *paar)
{
	return w->bekend == BEKEND && kruis_same_client(&w->row.paar, paar);
}

bool kruis_verwijderd(const struct reg_toewijzing *row)
{
	return row->eind == row->ingang &&
	       (kruis_same_text(row->reden, "13") || kruis_same_text(row->reden, "01"));
}

bool kruis_te_vroeg(const struct toets *t, day d)
{
	day start = t->kruis->register_start;

	return start != DAY_NONE && (d == DAY_NONE || d < start);
}

bool kruis_verzoek_te_vroeg(const struct toets *t, day d)
{
	return kruis_te_vroeg(t, d == DAY_NONE ? d : d - ACHT_WEKEN);
}

const char *kruis_tekst(const struct toets *t, const struct klasse *k, enum veldnaam v)
{
	const char *tekst = veld_tekst(t->inhoud, k, v);

	return tekst != NULL ? tekst : "";
}

int64_t kruis_getal(const struct toets *t, const struct klasse *k, enum veldnaam v)
{
	return veld_getal(t->inhoud, k, v, ABSENT);
}

bool kruis_same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* ---- the day ---- */

static bool tr135(struct toets *t, const struct klasse *k)
{
	day d = veld_dag(t->inhoud, k, V_DAGTEKENING);
	char is[11], vandaag[11];

	if (d == DAY_NONE || t->kruis->vandaag == DAY_NONE || d <= t->kruis->vandaag)
		return true;
	day_text(d, is);
	day_text(t->kruis->vandaag, vandaag);
	return regel_breekt_want(t, V_DAGTEKENING, "Dagtekening %s, ontvangen op %s.",
				 "Dated %s, received on %s.", is, vandaag);
}

/* ---- lists ---- */

/* A code that a reorganisation ended is still right for care that began before it. */
static bool valid_at_the_start(const struct toets *t, const char *code)
{
	static const enum klasse_soort soorten[] = {K_TOEGEWEZENPRODUCT, K_AANGEVRAAGDPRODUCT};

	for (size_t s = 0; s < sizeof soorten / sizeof *soorten; s++) {
		const struct klasse *k = NULL;

		while ((k = inhoud_volgende(t->inhoud, k, soorten[s])) != NULL) {
			day ingang = veld_dag(t->inhoud, k, V_INGANGSDATUM);

			if (ingang != DAY_NONE &&
			    lijst_gemeente(t->kruis->lijsten, code, ingang) == LIJST_JA)
				return true;
		}
	}
	return false;
}

/* At the Header the code of the gemeente, which sends or receives; at an Antwoord that of
 * Woonplaatsbeginsel. */
static bool tr378(struct toets *t, const struct klasse *k)
{
	enum veldnaam v = V_GEMEENTE;
	const char *code;

	if (k->soort == K_HEADER)
		v = kruis_same_text(kruis_tekst(t, k, V_AFZENDER), t->kruis->gemeente)
			    ? V_AFZENDER
			    : V_ONTVANGER;
	code = kruis_tekst(t, k, v);
	if (code[0] == '\0' ||
	    lijst_gemeente(t->kruis->lijsten, code, t->kruis->vandaag) != LIJST_NEE)
		return true;
	return (k->soort == K_HEADER && valid_at_the_start(t, code)) || regel_breekt(t, v);
}

static bool tr381(struct toets *t, const struct klasse *k)
{
	const char *categorie = kruis_tekst(t, k, V_CATEGORIE), *code = kruis_tekst(t, k, V_CODE);

	if (categorie[0] == '\0' || code[0] == '\0' ||
	    veld_is(t->inhoud, k, V_STATUSAANLEVERING, "3") ||
	    lijst_product(t->kruis->lijsten, categorie, code) != LIJST_NEE)
		return true;
	if (k->soort == K_PRESTATIE && !declaratie_product_te_toetsen(t, k))
		return true;
	return t->error < 0 || regel_breekt(t, V_CODE);
}

/* ---- the client ---- */

/* JW323, JW325 and JW317 each know in another way which client is meant. */
static bool tr304(struct toets *t, const struct klasse *k)
{
	if (inhoud_ouder(t->inhoud, k, K_DECLARATIE) != NULL)
		return declaratie_client(t, k);
	if (inhoud_ouder(t->inhoud, k, K_DECLARATIEANTWOORD) != NULL)
		return antwoord_client(t, k);
	return verzoek_client(t, k);
}

const struct regel_functie regels_kruis[] = {
	/* the day and the lists */
	{"TR135", tr135},
	{"TR378", tr378},
	{"TR381", tr381},
	/* the client of a JW317, JW323 or JW325 */
	{"TR304", tr304},
	/* start and stop */
	{"TR019", tr019},
	{"TR063", tr063},
	{"TR071", tr071},
	{"TR074", tr074},
	{"TR326", tr326},
	{"TR382", tr382},
	{"TR413", tr413},
	{"TR414", tr414},
	{"TR415", tr415},
	/* declaration */
	{"TR307", tr307},
	{"TR308", tr308},
	{"TR314", tr314},
	{"TR318", tr318},
	{"TR321", tr321},
	{"TR322", tr322},
	{"TR323", tr323},
	{"TR333", tr333},
	{"TR338", tr338},
	{"TR339", tr339},
	{"TR340", tr340},
	{"TR341", tr341},
	{"TR346", tr346},
	{"TR369", tr369},
	{"TR384", tr384},
	{"TR387", tr387},
	{"TR388", tr388},
	{"TR389", tr389},
	{"TR390", tr390},
	{"TR418", tr418},
	/* answers and allocations */
	{"TR332", tr332},
	{"TR337", tr337},
	{"TR355", tr355},
	{"TR359", tr359},
	{"TR360", tr360},
	{"TR365", tr365},
	{"TR366", tr366},
	{"TR367", tr367},
	{"TR371", tr371},
	{"TR376", tr376},
	{"TR379", tr379},
	{"TR385", tr385},
	/* requests */
	{"TR347", tr347},
	{"TR349", tr349},
	{"TR350", tr350},
	{"TR351", tr351},
	{"TR357", tr357},
	{"TR361", tr361},
	{"TR373", tr373},
	{"TR374", tr374},
	{"TR375", tr375},
	{"TR411", tr411},
	{"TR412", tr412},
	{NULL, NULL},
};
