/* Which pieces of a message may be shown to people and kept in findings. */
#ifndef CARE_MASK_H
#define CARE_MASK_H

#include <stdbool.h>
#include <stddef.h>

#define MASK_VALUE_MAX 32
#define MASK_NAME_MAX 40

/*
 * mask_value_harmless: at most 32 characters, digits and -:.+ and at most two
 * letters, and no nine digits that could be a BSN.  The caller has seen that
 * the element holds nothing personal; this guards against a value that
 * strayed into it.
 */
bool mask_value_harmless(const char *value, size_t n);

/*
 * mask_bsns: makes asterisks of every row of nine digits or more that may hold
 * a BSN, for what people write in free text.
 */
void mask_bsns(char *text);

/*
 * mask_name_harmless: looks like the name of an element (ASCII letters,
 * digits, _ - .) of at most 40 characters and holds no BSN.
 */
bool mask_name_harmless(const char *name, size_t n);

#endif
