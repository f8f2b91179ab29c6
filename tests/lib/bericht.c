#include "../lib/bericht.h"

#include <stdio.h>
#include <string.h>

bool bericht_read(const char *type, struct buf *ret)
{
	char path[64], part[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof path, "tests/messages/%s.xml", type);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(ret, part, n);
	return fclose(f) == 0 && !ret->failed;
}

bool bericht_set(struct buf *b, const char *element, unsigned nth, const char *content)
{
	char tag[80];
	const char *at = b->data;
	struct buf out = BUF_INIT;

	(void)snprintf(tag, sizeof tag, ":%s>", element);
	for (; at != NULL; at = at == NULL ? NULL : at + 1) {
		const char *open = NULL;

		at = strstr(at, tag);
		if (at == NULL)
			break;
		for (open = at; *open != '<'; open--)
			;
		if (open[1] == '/' || nth-- > 0)
			continue;
		at += strlen(tag);
		buf_add(&out, b->data, (size_t)(at - b->data));
		buf_adds(&out, content);
		buf_adds(&out, strchr(at, '<'));
		buf_free(b);
		*b = out;
		return true;
	}
	return false;
}

bool bericht_make(const char *type, const char *afzender, const char *ontvanger,
		  const char *identificatie, struct buf *ret)
{
	buf_clear(ret);
	return bericht_read(type, ret) &&
	       (afzender == NULL || bericht_set(ret, "Afzender", 0, afzender)) &&
	       (ontvanger == NULL || bericht_set(ret, "Ontvanger", 0, ontvanger)) &&
	       (identificatie == NULL || bericht_set(ret, "Identificatie", 0, identificatie));
}
