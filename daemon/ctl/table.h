/* Tables for people: columns as wide as their content, aligned by what it is. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS 12

struct table;

/* table_new takes the titles, ended by NULL; a title that starts with '>' makes a right-aligned column. */
struct table *table_new(const char *const *titles);

/* table_cell adds the next cell, row by row; NULL is an empty cell. */
void table_cell(struct table *t, const char *text);
void table_number(struct table *t, long long n);

/*
 * table_print writes it to stdout (titles in bold on a terminal) and frees it.
 * On a terminal, or where COLUMNS is set, the last columns that do not fit are
 * left out: put what matters first.
 */
void table_print(struct table **t);

#endif
