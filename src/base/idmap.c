/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open addressing with linear probing; at most half of the slots are in use. */
#include "config.h"

#include "base/idmap.h"

#include <errno.h>
#include <stdlib.h>

#define BITS_MIN 4U /* of the number of slots */

static void insert(struct idmap *map, const struct idmap_slot *entry)
{
	uint64_t key = (uint64_t)entry->key_high << 32 | entry->key_low;
	size_t i = idmap_start(map, key);

	while (map->slots[i].value_plus_1)
		i = (i + 1) & map->mask;
	map->slots[i] = *entry;
}

static int resize(struct idmap *map, unsigned bits)
{
	const size_t n_slots = (size_t)1 << bits;
	struct idmap larger = { .mask = n_slots - 1, .shift = 64 - bits, .n = map->n };

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
	unsigned bits = map->slots ? 64 - map->shift : BITS_MIN;

	if (map->slots && n <= (map->mask + 1) / 2)
		return 0;
	while (n > (size_t)1 << (bits - 1))
		bits++;
	return resize(map, bits);
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
