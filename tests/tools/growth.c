/*
 * What does a message cost when the store already holds many?  A store is
 * filled with rows such as two years of messages leave behind, through the
 * store's own operations; at each size a copy of it takes in the beginning of
 * one and the same stream.  Medians of processor time over batches of 100
 * messages; of commits, which wait for the disk, the mean.  Prints a table;
 * judges nothing.
 *
 * The clients of the stream are new to the store, so what is looked up for
 * them was written of late.  Old clients who come back scatter more.
 *
 * usage: growth [most rows [messages measured]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/inname.h"
#include "../lib/stroom.h"
#include "store/register.h"

#define SEED 1
#define CLIENTS 2000
#define TIMES 3		 /* of which the best counts: others may use the machine */
#define WARM 4000	 /* messages of the stream before it is measured */
#define PER_COMMIT 20000 /* stored messages per transaction of the filling */
#define GROEP 4000	 /* clients who live at the same time */
#define LINES 18	 /* of a declaration */
#define YEARS_US (INT64_C(2) * 365 * 86400000000)
#define MEDIANS 2000 /* batches at most */

/* ---- filling ---- */

struct vulling {
	struct inname *i;
	const char *gemeenten[64], *aanbieders[64];
	size_t n_gemeenten, n_aanbieders;
	int64_t tellers[128]; /* numbers used, of gemeenten and then of aanbieders */
	int64_t id, most, begun;
	unsigned open;
	uint64_t client; /* the first of the group */
};

/* One client of the group that lives now, always the same for the same number. */
struct leven {
	struct paar paar;
	size_t gemeente, aanbieder;
	int64_t nummer;
	day begin;
	char referentie[20];
};

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void list_codes(struct vulling *v, const struct stroom *s)
{
	const char *code;

	for (size_t n = 0; (code = stroom_code(s, n)) != NULL; n++) {
		if (strlen(code) == 4 && v->n_gemeenten < 64)
			v->gemeenten[v->n_gemeenten++] = code;
		else if (v->n_aanbieders < 64)
			v->aanbieders[v->n_aanbieders++] = code;
	}
}

static void make_leven(struct vulling *v, uint64_t n, struct leven *ret)
{
	uint64_t a = mix(n * 2 + 1), b = mix(a + 1);

	ret->gemeente = a % v->n_gemeenten;
	ret->aanbieder = (ret->gemeente * 6 + b % 6) % v->n_aanbieders;
	ret->paar.gemeente = v->gemeenten[ret->gemeente];
	ret->paar.aanbieder = v->aanbieders[ret->aanbieder];
	memcpy(ret->paar.client, &a, 8);
	memcpy(ret->paar.client + 8, &b, 8);
	ret->nummer = ++v->tellers[ret->gemeente];
	ret->begin = day_make(2024, 1, 1) + (day)((v->id * 600) / (v->most + 1));
	(void)snprintf(ret->referentie, sizeof ret->referentie, "VOT-2024-%llu",
		       (unsigned long long)n);
}

/* A message with a small body, judged and delivered; it begins the transaction where needed. */
static int add_message(struct vulling *v, const struct leven *l, const char *type,
		       bool van_gemeente)
{
	static const char body[256] = "a body as small as can be";
	char identificatie[24];
	struct store_message m = {
		.id = v->id + 1,
		.received = v->begun + (v->id + 1) * (YEARS_US / (v->most + 1)),
		.party = van_gemeente ? l->paar.gemeente : l->paar.aanbieder,
		.reference = "",
		.type = type,
		.van = van_gemeente ? l->paar.gemeente : l->paar.aanbieder,
		.naar = van_gemeente ? l->paar.aanbieder : l->paar.gemeente,
		.identificatie = identificatie,
		.size = 2000,
		.verdict = VERDICT_ACCEPTED,
		.body = body,
		.body_size = sizeof body,
	};
	uint64_t hash = mix((uint64_t)m.id);
	int r = 0;

	(void)snprintf(identificatie, sizeof identificatie, "G%lld", (long long)m.id);
	memcpy(m.sha256, &hash, sizeof hash);
	m.settled = m.received;
	if (v->open == 0)
		r = v->i->store->ops->begin(v->i->store);
	if (r == 0)
		r = v->i->store->ops->message_add(v->i->store, &m);
	v->id++;
	v->open++;
	return r;
}

/* What was owed and is met, or now and then still open. */
static int expect(struct vulling *v, const struct leven *l, const char *soort, bool van_gemeente,
		  const char *sleutel)
{
	bool open = v->id % 400 == 0;
	const struct reg_verwachting row = {
		.soort = soort,
		.debiteur = van_gemeente ? l->paar.gemeente : l->paar.aanbieder,
		.crediteur = van_gemeente ? l->paar.aanbieder : l->paar.gemeente,
		.bericht = v->id,
		.sleutel = sleutel,
		.sinds = l->begin,
		.uiterlijk = l->begin + 5,
		.voldaan = open ? 0 : v->id + 1,
		.voldaan_op = open ? DAY_NONE : l->begin + 2,
		.gemeld = DAY_NONE,
	};

	return v->i->store->reg->verwachting_add(v->i->store, &row);
}

/* An original with what it owes, and its return message. */
static int add_original(struct vulling *v, const struct leven *l, const char *type,
			bool van_gemeente)
{
	char sleutel[32];
	int r = add_message(v, l, type, van_gemeente);

	(void)snprintf(sleutel, sizeof sleutel, "%s G%lld", type, (long long)v->id);
	return r == 0 ? expect(v, l, "retour", !van_gemeente, sleutel) : r;
}

static int add_retour(struct vulling *v, const struct leven *l, const char *type, bool van_gemeente)
{
	struct reg_retour row = {.origineel = v->id, .code = ""};
	int r = add_message(v, l, type, van_gemeente);

	row.retour = v->id;
	return r == 0 ? v->i->store->reg->retour_add(v->i->store, &row) : r;
}

static const struct product zorg = {.categorie = "45",
				    .code = "45A04",
				    .volume = 600,
				    .eenheid = "01",
				    .frequentie = "2",
				    .budget = ABSENT};

static int step_verzoek(struct vulling *v, struct leven *l)
{
	struct reg_verzoek row = {.paar = l->paar,
				  .referentie = l->referentie,
				  .ingang = l->begin,
				  .eind = l->begin + 200,
				  .product = zorg,
				  .dagtekening = l->begin};
	int r = add_original(v, l, "JW315", false);

	row.bericht = v->id;
	row.received = (int64_t)l->begin * 86400000000;
	row.beantwoord = v->id + 2;
	if (r == 0)
		r = v->i->store->reg->verzoek_add(v->i->store, &row);
	if (r == 0)
		r = expect(v, l, "verzoek", true, l->referentie);
	return r == 0 ? add_retour(v, l, "JW316", true) : r;
}

/* Two versions, as most have. */
static int step_toewijzing(struct vulling *v, struct leven *l)
{
	struct reg_toewijzing row = {.paar = l->paar,
				     .nummer = l->nummer,
				     .ingang = l->begin,
				     .eind = l->begin + 200,
				     .reden = "",
				     .referentie = l->referentie,
				     .product = zorg,
				     .dagtekening = l->begin};
	char sleutel[32];
	int r = 0;

	(void)snprintf(sleutel, sizeof sleutel, "%s %lld", l->paar.gemeente, (long long)l->nummer);
	for (int versie = 0; r == 0 && versie < 2; versie++) {
		r = add_original(v, l, "JW301", true);
		row.bericht = v->id;
		row.moment = ((int64_t)l->begin + versie * 30) * 86400000000;
		if (r == 0)
			r = v->i->store->reg->toewijzing_add(v->i->store, &row);
		if (r == 0)
			r = expect(v, l, "start", false, sleutel);
		if (r == 0)
			r = add_retour(v, l, "JW302", false);
		row.reden = "04";
		row.referentie = "";
	}
	return r;
}

static int step_levering(struct vulling *v, struct leven *l)
{
	struct reg_levering row = {.paar = l->paar,
				   .soort = LEVERING_START,
				   .nummer = l->nummer,
				   .categorie = zorg.categorie,
				   .code = zorg.code,
				   .ingang = l->begin,
				   .begin = l->begin,
				   .eind = DAY_NONE,
				   .reden = "",
				   .dagtekening = l->begin};
	int r = add_original(v, l, "JW305", false);

	row.bericht = v->id;
	if (r == 0)
		r = v->i->store->reg->levering_add(v->i->store, &row);
	if (r == 0)
		r = add_retour(v, l, "JW306", true);
	if (r == 0)
		r = add_original(v, l, "JW307", false);
	row.bericht = v->id;
	row.soort = LEVERING_STOP;
	row.eind = l->begin + 200;
	row.reden = "31";
	if (r == 0)
		r = v->i->store->reg->levering_add(v->i->store, &row);
	return r == 0 ? add_retour(v, l, "JW308", true) : r;
}

static int add_line(struct vulling *v, const struct leven *l, day maand)
{
	char referentie[24];
	struct reg_prestatie row = {.bericht = v->id,
				    .paar = l->paar,
				    .referentie = referentie,
				    .vorig = "",
				    .nummer = l->nummer,
				    .categorie = zorg.categorie,
				    .code = zorg.code,
				    .begin = maand,
				    .eind = day_month_last(maand),
				    .volume = 600,
				    .eenheid = "01",
				    .tarief = 100,
				    .bedrag = 60000,
				    .dc = 'D',
				    .stand = PRESTATIE_GOEDGEKEURD};

	(void)snprintf(referentie, sizeof referentie, "%lld",
		       (long long)(INT64_C(1000000000) + ++v->tellers[64 + l->aanbieder]));
	return v->i->store->reg->prestatie_add(v->i->store, &row);
}

/* A declaration of this client's pair with lines of clients of the group, and its answer. */
static int step_declaratie(struct vulling *v, struct leven *lives, size_t n, day maand)
{
	struct leven *l = &lives[n];
	char nummer[24], identificatie[24];
	struct reg_declaratie row = {.gemeente = l->paar.gemeente,
				     .aanbieder = l->paar.aanbieder,
				     .nummer = nummer,
				     .identificatie = identificatie,
				     .dagtekening = maand + 35,
				     .begin = maand,
				     .eind = day_month_last(maand),
				     .bedrag = 60000 * LINES,
				     .basisversie = "0.1.0",
				     .berichtversie = "0.1.0",
				     .toegekend = 60000 * LINES};
	int r = add_message(v, l, "JW323", false);

	(void)snprintf(nummer, sizeof nummer, "%lld", (long long)v->id);
	(void)snprintf(identificatie, sizeof identificatie, "G%lld", (long long)v->id);
	row.bericht = v->id;
	row.antwoord = v->id + 1;
	if (r == 0)
		r = v->i->store->reg->declaratie_add(v->i->store, &row);
	for (size_t k = 0, left = LINES; r == 0 && left > 0 && k < GROEP; k++) {
		const struct leven *ander = &lives[(n + k) % GROEP];

		if (ander->gemeente != l->gemeente || ander->aanbieder != l->aanbieder)
			continue;
		r = add_line(v, ander, maand);
		left--;
	}
	return r == 0 ? add_message(v, l, "JW325", true) : r;
}

static int end_batch(struct vulling *v, bool now)
{
	struct store *st = v->i->store;
	int r = 0;

	if (v->open == 0 || (!now && v->open < PER_COMMIT))
		return 0;
	r = st->ops->commit(st);
	v->open = 0;
	return r == 0 ? st->ops->tidy(st) : r;
}

/* All clients of a group take one step, then the next: their rows lie between each other's. */
static int fill_group(struct vulling *v, struct leven *lives, int64_t until)
{
	static int (*const steps[])(struct vulling * v, struct leven * l) = {
		step_verzoek, step_toewijzing, step_levering};
	int r = 0;

	for (size_t n = 0; n < GROEP; n++)
		make_leven(v, v->client + n, &lives[n]);
	v->client += GROEP;
	for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
		for (size_t n = 0; r == 0 && n < GROEP && v->id < until; n++) {
			r = steps[s](v, &lives[n]);
			if (r == 0)
				r = end_batch(v, false);
		}
	for (day maand = 0; maand < 4; maand++)
		for (size_t n = 0; r == 0 && n < GROEP && v->id < until; n += LINES) {
			r = step_declaratie(v, lives, n,
					    day_add_months(day_month_first(lives[n].begin), maand));
			if (r == 0)
				r = end_batch(v, false);
		}
	return r;
}

static int fill(struct vulling *v, int64_t until)
{
	struct leven *lives = calloc(GROEP, sizeof *lives);
	int r = lives == NULL ? -ENOMEM : 0;

	while (r == 0 && v->id < until)
		r = fill_group(v, lives, until);
	if (r == 0)
		r = end_batch(v, true);
	free(lives);
	return r;
}

/* ---- measuring ---- */

struct maat {
	double intake, met_check, commit; /* us per message; medians, of commit the mean */
	double reads;			  /* pages read per message: not in the store's own cache */
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *list, size_t n)
{
	qsort(list, n, sizeof *list, by_value);
	return n == 0 ? 0 : list[n / 2];
}

static int take_batch(struct inname *i, struct stroom *s)
{
	struct stroom_bericht b;
	int r = 0;

	for (int n = 0; r == 0 && n < INNAME_BATCH; n++)
		r = stroom_next(s, &b) ? inname_take(i, &b) : -ENOMEM;
	return r;
}

/* Reads so far by this process: each is a page that the store did not have at hand. */
static double count_reads(void)
{
	FILE *f = fopen("/proc/self/io", "re");
	char line[64];
	double n = 0;

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "syscr:", 6) == 0)
			n = strtod(line + 6, NULL);
	if (f != NULL)
		(void)fclose(f); /* only read from */
	return n;
}

static int measure_on(struct inname *i, struct stroom *s, size_t batches, struct maat *ret)
{
	static double intake[MEDIANS], both[MEDIANS];
	int64_t commit = 0;
	double reads = 0;
	int r = 0;

	for (size_t n = 0; r == 0 && n < batches + WARM / INNAME_BATCH; n++) {
		size_t at = n - WARM / INNAME_BATCH;

		i->check_ns = i->intake_ns = i->commit_ns = 0;
		r = take_batch(i, s);
		if (n < WARM / INNAME_BATCH) {
			reads = count_reads();
			continue;
		}
		intake[at] = (double)i->intake_ns / INNAME_BATCH / 1000;
		both[at] = intake[at] + (double)i->check_ns / INNAME_BATCH / 1000;
		commit += i->commit_ns;
	}
	ret->reads = (count_reads() - reads) / (double)(batches * INNAME_BATCH);
	ret->intake = median(intake, batches);
	ret->met_check = median(both, batches);
	ret->commit = (double)commit / (double)(batches * INNAME_BATCH) / 1000;
	return r;
}

static int measure(const char *file, size_t batches, struct maat *ret)
{
	struct stroom *s = stroom_new(SEED, CLIENTS);
	struct inname i;
	int r = s != NULL && inname_open(&i, s, file) ? 0 : -EIO;

	if (r == 0) {
		r = measure_on(&i, s, batches, ret);
		inname_close(&i);
	}
	stroom_free(&s);
	return r;
}

static int measure_best(const char *file, size_t batches, struct maat *ret)
{
	struct maat m;
	int r = measure(file, batches, ret);

	for (int n = 1; r == 0 && n < TIMES; n++) {
		r = measure(file, batches, &m);
		if (m.met_check < ret->met_check)
			*ret = m;
	}
	return r;
}

/* The store that is filled is closed while a copy of it is measured: so its file is whole. */
static int measure_at(struct vulling *v, int64_t rows, size_t batches)
{
	static struct maat empty;
	struct inname *i = v->i;
	struct buf url = BUF_INIT, why = BUF_INIT;
	struct maat m = {0};
	int64_t begin = clock_ns(), size;
	char path[96];
	int r = fill(v, rows);
	double seconds = (double)(clock_ns() - begin) / 1e9;

	store_close(&i->store);
	size = inname_size(i);
	if (r == 0)
		r = measure_best(inname_file(i, path), batches, &m);
	if (rows == 0)
		empty = m;
	if (r == 0)
		(void)printf("%10lld %8.1f %6.2f %10.1f %6.2f %8.1f %9.1f %9.0f %8.0f\n",
			     (long long)v->id, m.intake, m.intake / empty.intake, m.met_check,
			     m.met_check / empty.met_check, m.commit, m.reads,
			     v->id > 0 ? (double)size / (double)v->id : 0, seconds);
	(void)fflush(stdout);
	buf_addf(&url, "sqlite:%s", inname_file(i, path));
	if (r == 0)
		r = store_open(&i->store, buf_str(&url), STORE_WRITE, &why);
	buf_free(&url);
	buf_free(&why);
	return r;
}

/* 10^5, 3 * 10^5, 10^6 and so on. */
static int64_t next_size(int64_t rows)
{
	int64_t power = 100000;

	while (power <= rows / 10)
		power *= 10;
	return rows == 0 ? power : rows == power ? 3 * power : 10 * power;
}

int main(int argc, char **argv)
{
	int64_t most = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000, rows = 0;
	size_t batches = (argc > 2 ? strtoul(argv[2], NULL, 10) : 6000) / INNAME_BATCH;
	struct stroom *s = stroom_new(SEED, CLIENTS);
	struct inname i;
	struct vulling v = {
		.i = &i, .most = most, .begun = (int64_t)day_make(2024, 1, 1) * 86400000000};
	int r;

	(void)setenv("STORE_DIR", "/tmp", 0); /* a real disk, where one may be */
	if (s == NULL || batches == 0 || batches > MEDIANS || !inname_open(&i, s, NULL))
		return 2;
	list_codes(&v, s);
	(void)printf(
		"us of processor time per message, medians of %zu batches; the store in %s\n\n",
		batches, i.dir);
	(void)printf("  messages   intake        with check          commit    reads/    bytes/   "
		     "filled\n");
	(void)printf("    stored       us  ratio         us  ratio       us   message   message   "
		     "  in s\n");
	do {
		r = measure_at(&v, rows, batches);
		rows = next_size(rows);
	} while (r == 0 && rows <= most);
	if (r < 0)
		(void)fprintf(stderr, "%s\n", strerror(-r));
	inname_close(&i);
	stroom_free(&s);
	return r == 0 ? 0 : 1;
}
