#include "base/map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/banned.h"

struct map_slot {
	uint64_t key;
	void *value; /* NULL: empty or a grave */
	bool grave;
};

static size_t place(const struct map *m, uint64_t key)
{
	key ^= key >> 31;
	key *= 0x9e3779b97f4a7c15u; /* spreads numbers that count up */
	return (size_t)(key >> 20) & (m->room - 1);
}

static struct map_slot *find(const struct map *m, uint64_t key)
{
	if (m->room == 0)
		return NULL;
	for (size_t i = place(m, key);; i = (i + 1) & (m->room - 1)) {
		struct map_slot *s = &m->slots[i];

		if (s->value != NULL && s->key == key)
			return s;
		if (s->value == NULL && !s->grave)
			return NULL;
	}
}

static void settle(struct map *m, uint64_t key, void *value)
{
	size_t i = place(m, key);

	while (m->slots[i].value != NULL)
		i = (i + 1) & (m->room - 1);
	if (!m->slots[i].grave)
		m->used++;
	m->slots[i] = (struct map_slot){key, value, false};
	m->n++;
}

static int grow(struct map *m)
{
	struct map bigger = {.room = 64};

	while (bigger.room < m->n * 4)
		bigger.room *= 2;
	bigger.slots = calloc(bigger.room, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < m->room; i++)
		if (m->slots[i].value != NULL)
			settle(&bigger, m->slots[i].key, m->slots[i].value);
	free(m->slots);
	*m = bigger;
	return 0;
}

int map_put(struct map *m, uint64_t key, void *value)
{
	struct map_slot *s = find(m, key);

	if (s != NULL) {
		s->value = value;
		return 0;
	}
	if ((m->used + 1) * 4 > m->room * 3 && grow(m) < 0)
		return -ENOMEM;
	settle(m, key, value);
	return 0;
}

void *map_get(const struct map *m, uint64_t key)
{
	struct map_slot *s = find(m, key);

	return s == NULL ? NULL : s->value;
}

void *map_take(struct map *m, uint64_t key)
{
	struct map_slot *s = find(m, key);
	void *value;

	if (s == NULL)
		return NULL;
	value = s->value;
	s->value = NULL;
	s->grave = true;
	m->n--;
	return value;
}

void *map_next(const struct map *m, size_t *at)
{
	while (*at < m->room) {
		struct map_slot *s = &m->slots[(*at)++];

		if (s->value != NULL)
			return s->value;
	}
	return NULL;
}

void map_free(struct map *m)
{
	free(m->slots);
	*m = (struct map){0};
}
