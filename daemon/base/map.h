/*
 * A map from 64-bit numbers to pointers.  Zeroes are an empty map; values are
 * never NULL.  Not thread-safe.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map {
	struct map_slot *slots;
	size_t room, n, used; /* used counts graves too */
};

/* map_put sets key to value (not NULL), replacing; -ENOMEM or 0. */
int map_put(struct map *m, uint64_t key, void *value);

/* map_get gives the value or NULL. */
void *map_get(const struct map *m, uint64_t key);

/* map_take removes the key and gives its value, or NULL. */
void *map_take(struct map *m, uint64_t key);

/* map_next walks: start with *at = 0; NULL at the end.  The map must not grow meanwhile; taking is fine. */
void *map_next(const struct map *m, size_t *at);

void map_free(struct map *m);

#endif
