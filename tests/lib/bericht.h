/* Messages to test with: those of tests/messages, with another sender, receiver or identification. */
#ifndef TESTS_BERICHT_H
#define TESTS_BERICHT_H

#include <stdbool.h>

#include "base/buf.h"

/* bericht_read appends the file tests/messages/TYPE.xml. */
bool bericht_read(const char *type, struct buf *ret);

/* bericht_set replaces the content of the nth (from 0) element of this local name; false when there is none. */
bool bericht_set(struct buf *b, const char *element, unsigned nth, const char *content);

/* bericht_make reads TYPE and sets Afzender, Ontvanger and Identificatie; NULL keeps what the file has. */
bool bericht_make(const char *type, const char *afzender, const char *ontvanger,
		  const char *identificatie, struct buf *ret);

#endif
