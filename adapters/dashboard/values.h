/* Values of the store as JSON, in the forms that the page and its contract know. */
#ifndef DASHBOARD_VALUES_H
#define DASHBOARD_VALUES_H

#include <jansson.h>

#include "base/date.h"
#include "base/verdict.h"
#include "reference.h"
#include "store/store.h"

/* Each sets a member; absent values (NULL, 0, DAY_NONE, NAN) become null. */
void set_text(json_t *o, const char *key, const char *value);
void set_some(json_t *o, const char *key, const char *value); /* "" is absent too */
void set_number(json_t *o, const char *key, int64_t value);
void set_real(json_t *o, const char *key, double value);
void set_bool(json_t *o, const char *key, bool value);
void set_moment(json_t *o, const char *key, int64_t us);
void set_day(json_t *o, const char *key, day d);
void set_new(json_t *o, const char *key, json_t *value); /* taken over */

/* text_of and number_of read a member: "" or 0 when it is absent or of another kind. */
const char *text_of(const json_t *o, const char *key);
int64_t number_of(const json_t *o, const char *key);

/* The words of the contract; verdict_word_parse gives 0 for none. */
const char *verdict_word(enum verdict v);
enum verdict verdict_word_parse(const char *word);

/* message_json makes the contract's MESSAGE, but for `rules`. */
json_t *message_json(const struct reference *ref, const struct store_message *m);

#endif
