/* The numbered migrations of store/sql, embedded by embed.sh; the position is the schema version. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

extern const char *const migrations[];
extern const unsigned n_migrations;

#endif
