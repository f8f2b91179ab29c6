#include "care/mask.h"

#include <string.h>

#include "base/banned.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The 11-test of the BSN over nine digits. */
static bool passes_11_test(const char *d)
{
	int sum = -(d[8] - '0');

	for (int i = 0; i < 8; i++)
		sum += (9 - i) * (d[i] - '0');
	return sum % 11 == 0;
}

/* Any nine digits in a row, or nine digits in all with signs between them. */
static bool may_hold_bsn(const char *text, size_t n)
{
	char all[MASK_NAME_MAX + 1];
	size_t run = 0, digits = 0;

	for (size_t i = 0; i < n; i++) {
		run = is_digit(text[i]) ? run + 1 : 0;
		if (run >= 9 && passes_11_test(text + i - 8))
			return true;
		if (is_digit(text[i]) && digits < MASK_NAME_MAX)
			all[digits++] = text[i];
	}
	return digits == 9 && passes_11_test(all);
}

void mask_bsns(char *text)
{
	while (*text != '\0') {
		size_t n = strspn(text, "0123456789");
		bool holds = false;

		for (size_t i = 0; i + 9 <= n; i++)
			holds = holds || passes_11_test(text + i);
		if (holds)
			memset(text, '*', n);
		text += n > 0 ? n : 1;
	}
}

bool mask_value_harmless(const char *value, size_t n)
{
	int letters = 0;

	if (n == 0 || n > MASK_VALUE_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (is_letter(value[i]))
			letters++;
		else if (!is_digit(value[i]) && memchr("-:.+", value[i], 4) == NULL)
			return false;
	}
	return letters <= 2 && !may_hold_bsn(value, n);
}

bool mask_name_harmless(const char *name, size_t n)
{
	if (n == 0 || n > MASK_NAME_MAX || (!is_letter(name[0]) && name[0] != '_'))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_letter(name[i]) && !is_digit(name[i]) && memchr("_-.", name[i], 3) == NULL)
			return false;
	return !may_hold_bsn(name, n);
}
