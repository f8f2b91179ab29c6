/*
 * A test program is a table of named cases run by CUnit: the row's name is a
 * sentence, and it is what a failure prints.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <CUnit/CUnit.h>

struct test {
	const char *name; /* a sentence about what is promised */
	void (*run)(void);
};

/* unit_main runs the rows (ended by {NULL, NULL}) and gives the exit status. */
int unit_main(const char *suite, const struct test *tests);

/* CHECK tells the sentence when the condition fails; the test goes on. */
#define CHECK(condition, sentence) \
	CU_assertImplementation((condition), __LINE__, (sentence), __FILE__, __func__, CU_FALSE)

/* NEED ends the test (not the program) when the condition fails. */
#define NEED(condition, sentence)          \
	do {                               \
		if (!CHECK(condition, sentence)) \
			return;            \
	} while (0)

#endif
