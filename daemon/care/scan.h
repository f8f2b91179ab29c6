/*
 * The look at the bytes before libxml2 sees them, piece by piece.  It refuses
 * what libxml2 would accept wrongly (NUL bytes, other encodings, a DOCTYPE) or
 * digest too slowly (huge tags, attribute lists, names, comments), and what is
 * no UTF-8, so that the parser behind it meets nothing that can hurt.
 */
#ifndef CARE_SCAN_H
#define CARE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#define SCAN_SIZE_MAX (25u * 1024 * 1024) /* OP179 */
#define SCAN_TAG_MAX (16u * 1024)
#define SCAN_ATTRIBUTES_MAX 64
#define SCAN_NAME_MAX 256
#define SCAN_BLOCK_MAX (1024u * 1024) /* a comment, instruction or CDATA section */

enum scan_fault {
	SCAN_OK,
	SCAN_SIZE,
	SCAN_BOM,      /* UTF-8 with a byte order mark */
	SCAN_UTF16,    /* another encoding by its first bytes */
	SCAN_ENCODING, /* the declaration names another encoding */
	SCAN_BYTE,     /* a byte that is no UTF-8 */
	SCAN_NUL,
	SCAN_DOCTYPE,
	SCAN_TAG,
	SCAN_ATTRIBUTES,
	SCAN_NAME,
	SCAN_BLOCK,
	SCAN_CDATA,
};

struct scan {
	enum scan_fault fault;
	uint32_t line, column; /* of the fault, 1-based; 0 when the whole is at fault */
	/* The rest is its own. */
	int state;
	unsigned char quote;
	uint64_t bytes;
	uint32_t newlines, chars; /* before this piece; chars since the last newline */
	uint32_t length, name, attributes, matched; /* of the tag or block that is open */
	uint32_t code, least, more;		    /* of the UTF-8 sequence that is open */
};

#define SCAN_INIT \
	{         \
		0 \
	}

/*
 * scan_feed looks at the next n bytes and tells how many of them may go on to
 * the parser: n, or fewer once a fault was found, and then nothing after it.
 * The XML declaration must lie within the first piece.
 */
size_t scan_feed(struct scan *s, const void *data, size_t n);

/* scan_characters counts the characters of UTF-8 text. */
uint32_t scan_characters(const void *text, size_t n);

#endif
