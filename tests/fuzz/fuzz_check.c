/* The door that every message comes through: bytes to findings.  Run from the root, where schemas/ is. */
#include <stdint.h>
#include <stdlib.h>

#include "care/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct standards *standards;
	static struct checker *checker;
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct checked c;

	if (checker == NULL &&
	    (standards_open(&standards, "schemas", &out) < 0 || checker_new(&checker, standards) < 0))
		abort();
	check_bytes(checker, &a, data, size, &c);
	if (c.outcome == CHECK_INVALID && c.findings.n == 0)
		abort(); /* every refusal says why */
	findings_json(&c.findings, &out);
	for (size_t i = 0; i < c.findings.n; i++)
		check_excerpt(checker, data, size, &c.findings.list[i], &out);
	buf_free(&out);
	arena_release(&a);
	return 0;
}
