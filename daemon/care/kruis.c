#include "care/kruis.h"

#include <string.h>

#include "base/banned.h"

bool kruis_paar(const struct kruis *k, const struct inhoud *i, const struct klasse *van,
		struct paar *ret)
{
	const struct klasse *client =
		van->soort == K_CLIENT ? van : inhoud_ouder(i, van, K_CLIENT);
	const char *bsn = client == NULL ? NULL : veld_tekst(i, client, V_BSN);

	*ret = (struct paar){.gemeente = k->gemeente, .aanbieder = k->aanbieder};
	return bsn != NULL && pseudonym_of(k->key, bsn, ret->client) == 0;
}
