/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open addressing with linear probing; between a quarter and a half of the slots are in use. */
#include "config.h"

#include "base/idmap.h"

#include <errno.h>
#include <stdlib.h>

#define SLOTS_MIN ((size_t)16)

static void insert(struct idmap *map, const struct idmap_slot *entry)
{
	uint64_t key = (uint64_t)entry->key_high << 32 | entry->key_low;
	size_t i = idmap_start(map, key);

	while (map->slots[i].value_plus_1)
		i = (i + 1) & map->mask;
	map->slots[i] = *entry;
}

static int resize(struct idmap *map, size_t n_slots)
{
	struct idmap larger = { .mask = n_slots - 1, .shift = 64, .n = map->n };

	for (size_t bits = n_slots; bits > 1; bits /= 2)
		larger.shift--;
	larger.slots = calloc(n_slots, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; map->slots && i <= map->mask; i++) {
		if (map->slots[i].value_plus_1)
			insert(&larger, &map->slots[i]);
	}
	free(map->slots);
	*map = larger;
	return 0;
}

int idmap_reserve(struct idmap *map, size_t n)
{
	size_t n_slots = map->slots ? map->mask + 1 : SLOTS_MIN;

	while (n_slots / 2 < n)
		n_slots *= 2;
	return map->slots && n_slots == map->mask + 1 ? 0 : resize(map, n_slots);
}

int idmap_put(struct idmap *map, uint64_t key, uint32_t value)
{
	const struct idmap_slot entry = { (uint32_t)key, (uint32_t)(key >> 32), value + 1 };
	int r = idmap_reserve(map, map->n + 1);

	if (r < 0)
		return r;
	insert(map, &entry);
	map->n++;
	return 0;
}

void idmap_done(struct idmap *map)
{
	free(map->slots);
	*map = (struct idmap){ 0 };
}
