/*
 * Just enough JSON to look into what the hub says: find a member of an object,
 * walk an array, copy a text, a number or a truth.  Nothing is allocated and
 * malformed input only ever means "not there".  Not a validator.
 */
#ifndef CLIENT_JSON_H
#define CLIENT_JSON_H

#include <stdbool.h>
#include <stddef.h>

struct ijw_json {
	const char *at, *end; /* one value, or the rest of an array; at NULL: nothing */
};

/* ijw_json_member gives the value of a member of the object v; at is NULL when there is none. */
struct ijw_json ijw_json_member(struct ijw_json v, const char *key);

/* ijw_json_items makes an array ready for ijw_json_next, which gives one value after another. */
struct ijw_json ijw_json_items(struct ijw_json v);
bool ijw_json_next(struct ijw_json *items, struct ijw_json *ret);

/*
 * ijw_json_text copies a string (unescaped to UTF-8) or a number (as written)
 * into room bytes, cut where it does not fit; false and "" for anything else.
 */
bool ijw_json_text(struct ijw_json v, char *text, size_t room);

/* ijw_json_number reads a whole number of 0 to most; otherwise what is given as otherwise. */
unsigned long long ijw_json_number(struct ijw_json v, unsigned long long most,
				   unsigned long long otherwise);

/* ijw_json_true tells whether the value is true. */
bool ijw_json_true(struct ijw_json v);

#endif
