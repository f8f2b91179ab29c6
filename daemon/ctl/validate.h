/*
 * ijwctl validate: checks files without a daemon, on all cores, with the very
 * code the hub uses.
 */
#ifndef CTL_VALIDATE_H
#define CTL_VALIDATE_H

#include "base/buf.h"
#include "care/standard.h"

/*
 * ctl_validate runs `validate FILE|DIR… [--schemas DIR] [--format=text|json|tsv]
 * [--jobs N] [--no-progress]`; argv[0] is the command's name.  The status is 0
 * when all are valid, 1 when some are not or break a rule, 2 when some could not be checked or
 * the command line is wrong.
 */
int ctl_validate(int argc, char **argv);

/*
 * ctl_schemas_dir finds the folder of the releases: given (if not NULL), else
 * $IJW_SCHEMAS, else schemas beside the folder the program lies in, else the
 * installed one.
 */
void ctl_schemas_dir(const char *given, struct buf *out);

/* ctl_standards_open opens them; negative, and told on stderr, when they cannot be used. */
int ctl_standards_open(struct standards **ret, const char *given);

#endif
