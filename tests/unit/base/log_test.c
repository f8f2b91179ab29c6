/* What the log writes, in each form; the times that are counted; results that are waited for. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/unit.h"

#include "base/histogram.h"
#include "base/log.h"
#include "base/promise.h"

static char said[8192];

/* What one event writes to stderr. */
static const char *written(enum log_format form, const char *text)
{
	int ends[2], before = dup(STDERR_FILENO);
	ssize_t n = 0;

	if (before < 0 || pipe(ends) < 0 || dup2(ends[1], STDERR_FILENO) < 0)
		return "";
	log_open("proef", form);
	log_warn("SESSION-END", "%s", text);
	(void)dup2(before, STDERR_FILENO);
	(void)close(before);
	(void)close(ends[1]);
	n = read(ends[0], said, sizeof said - 1);
	(void)close(ends[0]);
	said[n > 0 ? n : 0] = '\0';
	return said;
}

static void text(void)
{
	const char *s = written(LOG_FORMAT_TEXT, "party gemeente-a connection 7: \"gone\"\nand more");

	CHECK(strstr(s, " proef warning SESSION-END: party gemeente-a connection 7: \"gone\" and more\n") != NULL,
	      "an event is one line, whatever is in it");
}

static json_t *json_of(const char *text)
{
	return json_loads(written(LOG_FORMAT_JSON, text), 0, NULL);
}

static bool member_is(json_t *o, const char *key, const char *value)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL && strcmp(s, value) == 0;
}

static void json(void)
{
	json_t *o = json_of("party gemeente-a: message 812 \"x\\y\" (connection 7)");
	char big[3000];

	CHECK(member_is(o, "event", "SESSION-END") && member_is(o, "level", "warning") && member_is(o, "program", "proef"),
	      "an event is an object");
	CHECK(member_is(o, "party", "gemeente-a"), "with the party");
	CHECK(json_integer_value(json_object_get(o, "message")) == 812, "the message");
	CHECK(json_integer_value(json_object_get(o, "connection")) == 7, "and the connection that the line names");
	CHECK(member_is(o, "text", "party gemeente-a: message 812 \"x\\y\" (connection 7)"), "and its text");
	json_decref(o);
	o = json_of("the message counts; party politics; \xff\xfe\xc3 end \xe2\x82\xac");
	CHECK(o != NULL && json_object_get(o, "message") == NULL, "words alone name nothing, and bytes that are no text do no harm");
	json_decref(o);
	memset(big, '"', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	o = json_of(big);
	CHECK(o != NULL, "what is too long is cut and stays valid");
	json_decref(o);
}

static void ids(void)
{
	char a[33], b[33];

	log_message_id("HUB-READY", a);
	log_message_id("HUB-STOPPED", b);
	CHECK(strcmp(a, "5768ef5bf4f0c6c1bbaad291e337a7af") == 0, "an event's id is that of the catalog");
	CHECK(strcmp(a, b) != 0, "and its own");
}

static void times(void)
{
	static struct histogram h;
	struct buf b = BUF_INIT;
	json_t *o;
	json_int_t sum = 0;
	size_t i;
	json_t *c;

	histogram_add(&h, -5);
	histogram_add(&h, 250);
	histogram_add(&h, 251);
	histogram_add(&h, INT64_MAX / 2);
	histogram_json(&h, &b);
	o = json_loads(buf_str(&b), 0, NULL);
	json_array_foreach(json_object_get(o, "counts"), i, c)
		sum += json_integer_value(c);
	CHECK(sum == 4 && json_integer_value(json_object_get(o, "n")) == 4, "each is counted once");
	CHECK(json_integer_value(json_array_get(json_object_get(o, "counts"), 0)) == 2, "a bound belongs to its bucket");
	CHECK(json_integer_value(json_array_get(json_object_get(o, "counts"), HISTOGRAM_BUCKETS)) == 1, "the last has no bound");
	for (i = 1; i < HISTOGRAM_BUCKETS; i++)
		CHECK(histogram_bounds[i] > histogram_bounds[i - 1], "bounds ascend");
	json_decref(o);
	buf_free(&b);
}

static void *keeper(void *arg)
{
	struct promise *p = arg;

	promise_keep(p, -EINVAL, "no");
	promise_keep(p, 0, "yes");
	promise_drop(&p);
	return NULL;
}

static void promises(void)
{
	struct promise *p = promise_new();
	char line[PROMISE_LINE];
	pthread_t t;

	NEED(p != NULL, "a promise");
	CHECK(promise_wait(p, 1, line) == -ETIMEDOUT, "nobody has kept it yet");
	NEED(pthread_create(&t, NULL, keeper, promise_hold(p)) == 0, "somebody does");
	CHECK(promise_wait(p, 10000, line) == -EINVAL && strcmp(line, "no") == 0, "the first result stands");
	(void)pthread_join(t, NULL);
	promise_drop(&p);
	promise_keep(NULL, 0, NULL);
	promise_drop(&p);
	CHECK(p == NULL, "nobody's promise is fine");
}

int main(void)
{
	static const struct test tests[] = {
		{"as text", text}, {"as JSON", json}, {"ids", ids}, {"times", times}, {"promises", promises}, {NULL, NULL},
	};

	return unit_main("log", tests);
}
