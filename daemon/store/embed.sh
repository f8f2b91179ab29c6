#!/bin/sh
# Turns the migrations, in the order given, into a C table: store/sqlite.c runs
# those that a database still lacks.
echo '#include "store/migrations.h"'
echo 'const char *const migrations[] = {'
for f; do
	printf '\t/* %s */\n' "${f##*/}"
	sed 's/\\/\\\\/g; s/"/\\"/g; s/^/\t"/; s/$/\\n"/' "$f"
	printf '\t,\n'
done
echo '};'
echo 'const unsigned n_migrations = sizeof migrations / sizeof *migrations;'
