/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open addressing with linear probing; at most half of the slots are in use. */
#include "config.h"

#include "base/textmap.h"

#include <errno.h>
#include <stdlib.h>

#define BITS_MIN 4U /* of the number of slots */

void textmap_done(struct textmap *map)
{
	free(map->slots);
	free(map->filter);
	*map = (struct textmap){ 0 };
}

static void insert(struct textmap *map, const struct textmap_slot *entry)
{
	size_t i = textmap_start(map, entry->hash);

	size_t bit = textmap_filter_bit(map, entry->hash);

	while (map->slots[i].text)
		i = (i + 1) & map->mask;
	map->slots[i] = *entry;
	map->filter[bit / 64] |= UINT64_C(1) << bit % 64;
}

static int resize(struct textmap *map, unsigned bits)
{
	const size_t n_slots = (size_t)1 << bits;
	struct textmap larger = { .mask = n_slots - 1, .shift = 32 - bits, .n = map->n };

	larger.slots = calloc(n_slots, sizeof(*larger.slots));
	larger.filter = calloc(n_slots * TEXTMAP_BITS / 64, sizeof(*larger.filter));
	if (!larger.slots || !larger.filter) {
		textmap_done(&larger);
		return -ENOMEM;
	}
	for (size_t i = 0; map->slots && i <= map->mask; i++) {
		if (map->slots[i].text)
			insert(&larger, &map->slots[i]);
	}
	textmap_done(map);
	*map = larger;
	return 0;
}

int textmap_put(struct textmap *map, const char *text, uint32_t value)
{
	const struct textmap_slot entry = { text, textmap_hash(text, strlen(text)), value };
	unsigned bits = map->slots ? 33 - map->shift : BITS_MIN;

	if ((!map->slots || map->n > map->mask / 2) && resize(map, bits) < 0)
		return -ENOMEM;
	insert(map, &entry);
	map->n++;
	return 0;
}
