/*
 * Patterns of the published schemas that libxml2 (2.9.14) gets
 * wrong or needs too long for, and spellings of the same meaning that it reads
 * well.  They are exchanged in the text of a schema before it is compiled, so
 * that an official set works as it was published.
 */
#ifndef CARE_PATTERN_H
#define CARE_PATTERN_H

#include <stddef.h>

/*
 * pattern_mend exchanges what needs it in *text (malloc'ed, NUL-terminated,
 * *size bytes), which may become another block.  Negative without memory;
 * then *text is as it was.
 */
int pattern_mend(char **text, size_t *size);

#endif
