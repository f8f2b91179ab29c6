#include "../lib/unit.h"

#include <CUnit/Basic.h>
#include <signal.h>

int unit_main(const char *suite, const struct test *tests)
{
	CU_pSuite s;
	unsigned failed;

	(void)signal(SIGPIPE, SIG_IGN);
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 2;
	s = CU_add_suite(suite, NULL, NULL);
	for (; s != NULL && tests->name != NULL; tests++)
		if (CU_add_test(s, tests->name, tests->run) == NULL)
			return 2;
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures();
	CU_cleanup_registry();
	return s == NULL ? 2 : failed > 0;
}
