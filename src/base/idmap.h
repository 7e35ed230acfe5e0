/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_IDMAP_H
#define CGRED_BASE_IDMAP_H

#include <stddef.h>
#include <stdint.h>

/*
 * A table from 64-bit keys to numbers, in one piece of memory: slots of 12 bytes, a quarter to half
 * of them used, so that 100,000 entries stay in the processor's cache. Nothing is ever taken out.
 * Zero-initialised is empty.
 */

#define IDMAP_NONE UINT32_MAX /* no value: "not there" */

struct idmap_slot {
	uint32_t key_low, key_high; /* two halves: no padding */
	uint32_t value_plus_1;	    /* 0: the slot is empty */
};

struct idmap {
	struct idmap_slot *slots;
	size_t mask;	/* number of slots, a power of two, minus one */
	unsigned shift; /* that leaves as many bits of a hash */
	size_t n;
};

static inline size_t idmap_start(const struct idmap *map, uint64_t key)
{
	return (size_t)((key * UINT64_C(0xd6e8feb86659fd93)) >> map->shift);
}

/* The value, or IDMAP_NONE. */
static inline uint32_t idmap_get(const struct idmap *map, uint64_t key)
{
	if (!map->slots)
		return IDMAP_NONE;
	for (size_t i = idmap_start(map, key);; i = (i + 1) & map->mask) {
		const struct idmap_slot *slot = &map->slots[i];

		if (slot->value_plus_1 == 0)
			return IDMAP_NONE;
		if (slot->key_low == (uint32_t)key && slot->key_high == (uint32_t)(key >> 32))
			return slot->value_plus_1 - 1;
	}
}

/* Room for n entries in all, so that idmap_put() does not move them. 0 or -ENOMEM. */
int idmap_reserve(struct idmap *map, size_t n);

/* Add a key that is not there, with a value below IDMAP_NONE. 0 or -ENOMEM. */
int idmap_put(struct idmap *map, uint64_t key, uint32_t value);

void idmap_done(struct idmap *map);

#endif
