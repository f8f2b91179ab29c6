#include "wire/inspect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/check.h"
#include "care/mask.h"
#include "store/bodies.h"

#include "base/banned.h"

#define PATIENCE_MS 5000	   /* for the store to keep an entry */
#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static json_t *failure(const char *text)
{
	return json_pack("{s:s}", "error", text);
}

/* ---- entries ---- */

/* Copies what fits, whole characters only, without control characters or what may be a BSN. */
static void take_text(const json_t *request, const char *key, char *to, size_t room)
{
	const char *s = text_of(request, key);
	size_t n = strnlen(s, room - 1);

	while (s[n] != '\0' && n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--;
	memcpy(to, s, n);
	to[n] = '\0';
	for (char *c = to; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = ' ';
	mask_bsns(to);
}

/* Who acts, as he says, and as the kernel says. */
static void take_actor(const json_t *request, const char *caller, struct audit_note *n)
{
	size_t used;

	take_text(request, "who", n->who, sizeof n->who);
	if (n->who[0] == '\0')
		(void)snprintf(n->who, sizeof n->who, "%s", caller);
	take_text(request, "role", n->role, sizeof n->role);
	take_text(request, "source", n->source, sizeof n->source - 24);
	used = strlen(n->source);
	(void)snprintf(n->source + used, sizeof n->source - used, "%s%s", used > 0 ? ", " : "",
		       caller);
	take_text(request, "reason", n->reason, sizeof n->reason);
}

static bool read_client(const char *hex, struct audit_note *n)
{
	static const char digits[] = "0123456789abcdef";

	if (hex[0] == '\0')
		return true;
	if (strlen(hex) != 2 * sizeof n->client || strspn(hex, digits) != strlen(hex))
		return false;
	for (size_t i = 0; i < sizeof n->client; i++)
		n->client[i] = (unsigned char)((strchr(digits, hex[2 * i]) - digits) << 4 |
					       (strchr(digits, hex[2 * i + 1]) - digits));
	n->has_client = true;
	return true;
}

/* Entries that say what the hub did are the hub's own: verification trusts them. */
static bool is_hubs_own(const char *event)
{
	static const char *const own[] = {AUDIT_MESSAGES,  AUDIT_ADOPTED,   AUDIT_JUDGED,
					  AUDIT_DELIVERED, AUDIT_RETENTION, AUDIT_KEYS,
					  AUDIT_STARTED,   AUDIT_STOPPED};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcmp(event, own[i]) == 0)
			return true;
	return false;
}

static json_t *tell_failure(int r, const char *line)
{
	if (r == -ETIMEDOUT)
		return failure("the store does not answer; it is done when it does");
	return failure(line[0] != '\0' ? line : "the hub is stopping");
}

static json_t *answer_audit_add(const struct inspect *x, const json_t *request, const char *caller)
{
	struct audit_note n = {.event = ""};
	char line[PROMISE_LINE];
	const char *event = text_of(request, "event");
	int r;

	if (event[0] == '\0' || strlen(event) >= sizeof n.event ||
	    strspn(event, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(event))
		return failure(
			"event: expected a word of at most 40 lower-case letters, digits and -");
	if (is_hubs_own(event))
		return failure("event: this one only the hub enters, by itself");
	if (!read_client(text_of(request, "client"), &n))
		return failure("client: expected a pseudonym of 32 hexadecimal digits");
	(void)snprintf(n.event, sizeof n.event, "%s", event);
	take_actor(request, caller, &n);
	take_text(request, "outcome", n.outcome, sizeof n.outcome);
	take_text(request, "detail", n.detail, sizeof n.detail);
	n.message = json_integer_value(json_object_get(request, "message"));
	r = router_note(x->router, false, &n, PATIENCE_MS, line);
	return r < 0 ? tell_failure(r, line) : json_pack("{s:s}", "done", "entered");
}

void inspect_reload(const struct inspect *x, const json_t *request, const char *caller)
{
	struct audit_note n = {.event = AUDIT_RELOAD, .outcome = "asked"};
	char line[PROMISE_LINE];

	take_actor(request, caller, &n);
	(void)router_note(x->router, false, &n, 0,
			  line); /* without memory the log still tells of the reload */
}

/* ---- texts of messages ---- */

/* How many bytes of valid UTF-8 stand at p, 0: none. */
static size_t character(const unsigned char *p, const unsigned char *end)
{
	size_t n = *p < 0x80		     ? 1
		   : *p >= 0xC2 && *p < 0xE0 ? 2
		   : *p >= 0xE0 && *p < 0xF0 ? 3
		   : *p >= 0xF0 && *p < 0xF5 ? 4
					     : 0;

	if (n == 0 || *p == 0 || (size_t)(end - p) < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F) ||
	    (*p == 0xF0 && p[1] < 0x90) || (*p == 0xF4 && p[1] > 0x8F))
		return 0; /* too long, a surrogate, beyond Unicode */
	return n;
}

/* JSON holds UTF-8 only, and a message may be anything. */
static bool add_valid(const struct buf *from, struct buf *to)
{
	const unsigned char *p = (const unsigned char *)buf_str(from), *end = p + from->len;
	bool replaced = false;

	while (p < end) {
		size_t n = character(p, end);

		if (n > 0)
			buf_add(to, p, n);
		else
			buf_adds(to, REPLACEMENT);
		replaced = replaced || n == 0;
		p += n > 0 ? n : 1;
	}
	return replaced;
}

/* The first 2 MB, whole characters. */
static bool cut(struct buf *b)
{
	if (b->len <= INSPECT_BODY_MOST)
		return false;
	b->len = INSPECT_BODY_MOST;
	while (b->len > 0 && ((unsigned char)b->data[b->len] & 0xC0) == 0x80)
		b->len--;
	b->data[b->len] = '\0';
	return true;
}

static int mask(const struct inspect *x, struct buf *body)
{
	struct standards *standards = NULL;
	struct buf why = BUF_INIT, masked = BUF_INIT;
	int r = standards_open(&standards, x->schemas, &why);

	if (r == 0)
		check_masked(standards, buf_str(body), body->len, &masked);
	standards_free(&standards);
	buf_free(&why);
	if (r == 0 && masked.failed)
		r = -ENOMEM;
	buf_free(body);
	*body = masked;
	return r;
}

static json_t *tell_unread(const struct inspect *x, int64_t id, int r)
{
	char text[160], on[11];
	int64_t gone = 0;

	if (r == -ENOENT)
		return failure("there is no message with this number");
	if (r != -ENODATA || bodies_gone(x->store, id, &gone) < 0 || gone == 0)
		return failure(store_fault(r));
	day_text(day_of(gone), on);
	(void)snprintf(text, sizeof text,
		       "the text of this message was deleted on %s, when its retention ended", on);
	return failure(text);
}

static json_t *give(const struct inspect *x, int64_t id, bool masked, int64_t size,
		    struct buf *body)
{
	struct buf text = BUF_INIT;
	bool truncated = cut(body), replaced;
	int r = masked ? mask(x, body) : 0;
	json_t *o;

	if (r < 0)
		return failure("the standard's schemas cannot be read, so nothing can be masked");
	replaced = add_valid(body, &text);
	o = text.failed ? NULL
			: json_pack("{s:I, s:I, s:b, s:b, s:b, s:s#}", "id", (json_int_t)id, "size",
				    (json_int_t)size, "masked", masked, "truncated", truncated,
				    "replaced", replaced, "text", buf_str(&text), text.len);
	buf_free(&text);
	return o != NULL ? o : failure("out of memory");
}

static json_t *answer_body(const struct inspect *x, const json_t *request, const char *caller)
{
	struct audit_note n = {.outcome = "ok"};
	bool masked = json_is_true(json_object_get(request, "masked"));
	struct buf body = BUF_INIT;
	char line[PROMISE_LINE];
	json_t *o;
	int r;

	n.message = json_integer_value(json_object_get(request, "id"));
	take_actor(request, caller, &n);
	if (!masked && n.reason[strspn(n.reason, " ")] == '\0')
		return failure("reason: whoever looks at what a message says has to say why");
	(void)snprintf(n.event, sizeof n.event, "%s",
		       masked ? "body-viewed-masked" : "body-viewed");
	r = x->store->ops->body(x->store, n.message, &body);
	if (r < 0) {
		o = tell_unread(x, n.message, r);
	} else {
		r = router_note(x->router, false, &n, PATIENCE_MS, line);
		o = r < 0 ? tell_failure(r, line)
			  : give(x, n.message, masked, (int64_t)body.len, &body);
	}
	buf_free(&body);
	return o;
}

static json_t *answer_pseudonym(const struct inspect *x, const json_t *request, const char *caller)
{
	const char *bsn = text_of(request, "bsn");
	unsigned char client[PSEUDONYM_BYTES];
	char hex[2 * PSEUDONYM_BYTES + 1];

	(void)caller;
	if (strlen(bsn) != 9 || strspn(bsn, "0123456789") != 9)
		return failure("bsn: expected nine digits");
	if (pseudonym_of(x->key, bsn, client) < 0)
		return failure("out of memory");
	for (size_t i = 0; i < sizeof client; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", client[i]);
	return json_pack("{s:s}", "client", hex);
}

/* ---- keys ---- */

struct key_list {
	struct keyring_row rows[KEYRING_MOST];
	size_t n;
	json_t *list;
	int64_t plain, left;
};

static void add_key(struct key_list *k, uint32_t id, const char *made, int64_t bodies, bool there)
{
	bool newest = k->n > 0 && k->rows[k->n - 1].id == id;
	json_t *o = json_pack("{s:I, s:I, s:b, s:b}", "id", (json_int_t)id, "bodies",
			      (json_int_t)bodies, "newest", newest, "there", there);

	(void)json_object_set_new(o, "made", made != NULL ? json_string(made) : json_null());
	(void)json_array_append_new(k->list, o);
}

/* Bodies under a key: it gets its row, whether the file has it or not. */
static int add_count(void *ctx, uint32_t key, int64_t bodies)
{
	struct key_list *k = ctx;
	char made[11];

	if (key == 0)
		k->plain = bodies;
	if (k->n == 0 || key != k->rows[k->n - 1].id)
		k->left += bodies;
	for (size_t i = 0; i < k->n; i++)
		if (k->rows[i].id == key) {
			day_text(k->rows[i].made, made);
			add_key(k, key, made, bodies, true);
			k->rows[i].made = DAY_NONE; /* told */
			return 0;
		}
	if (key != 0)
		add_key(k, key, NULL, bodies, false);
	return 0;
}

static json_t *answer_keys(const struct inspect *x, const json_t *request, const char *caller)
{
	struct keyring *keys = router_keys(x->router);
	struct key_list k = {.list = json_array()};
	char made[11];
	int r;

	(void)request;
	(void)caller;
	k.n = keyring_rows(keys, k.rows, KEYRING_MOST);
	r = bodies_counts(x->store, add_count, &k);
	for (size_t i = 0; i < k.n; i++) /* those that nothing lies under */
		if (k.rows[i].made != DAY_NONE) {
			day_text(k.rows[i].made, made);
			add_key(&k, k.rows[i].id, made, 0, true);
		}
	keyring_drop(&keys);
	if (r < 0) {
		json_decref(k.list);
		return failure("the store cannot be read");
	}
	return json_pack("{s:o, s:I, s:I}", "keys", k.list, "plain", (json_int_t)k.plain, "left",
			 (json_int_t)k.left);
}

static json_t *answer_rotate(const struct inspect *x, const json_t *request, const char *caller)
{
	struct audit_note n = {.event = AUDIT_KEYS};
	struct keyring *keys = router_keys(x->router);
	char line[PROMISE_LINE];
	uint32_t newest;
	int r;

	take_actor(request, caller, &n);
	r = router_note(x->router, true, &n, PATIENCE_MS, line);
	newest = keyring_newest(keys);
	keyring_drop(&keys);
	return r < 0 ? tell_failure(r, line)
		     : json_pack("{s:s, s:I}", "done",
				 "new messages lie under the new key; older ones follow", "key",
				 (json_int_t)newest);
}

json_t *inspect_answer(const struct inspect *x, const char *command, const json_t *request,
		       const char *caller)
{
	static const struct {
		const char *name;
		json_t *(*answer)(const struct inspect *x, const json_t *request,
				  const char *caller);
	} commands[] = {
		{"body", answer_body},		 {"pseudonym", answer_pseudonym},
		{"audit-add", answer_audit_add}, {"keys", answer_keys},
		{"keys-rotate", answer_rotate},
	};

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, command) == 0)
			return commands[i].answer(x, request, caller);
	return NULL;
}
