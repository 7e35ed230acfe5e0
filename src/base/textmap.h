/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_TEXTMAP_H
#define CGRED_BASE_TEXTMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/idmap.h"

/* A table from texts to numbers below IDMAP_NONE. The texts stay the caller's. Nothing is ever
 * taken out. Zero-initialised is empty. */

struct textmap_slot {
	const char *text; /* NULL: the slot is empty */
	uint32_t hash;
	uint32_t value;
};

/* Most look-ups are for texts that are not there. For these a few bits of memory an entry, that
 * stay in the processor's cache, have to do. */
struct textmap {
	struct textmap_slot *slots;
	uint64_t *filter; /* a bit for each hash that is there: TEXTMAP_BITS a slot */
	size_t mask;	  /* number of slots, a power of two, minus one */
	unsigned shift;	  /* that leaves as many bits of a hash */
	size_t n;
};

#define TEXTMAP_BITS 8U

static inline uint32_t textmap_hash(const char *text, size_t len)
{
	return (uint32_t)hash_text(text, len);
}

/* For many beginnings of one text; each as textmap_hash() gives it. */
static inline uint32_t textmap_hash_to(struct hash_walk *walk, size_t len)
{
	return (uint32_t)hash_walk_to(walk, len);
}

static inline size_t textmap_start(const struct textmap *map, uint32_t hash)
{
	return (uint32_t)(hash * UINT32_C(0x9e3779b1)) >> map->shift;
}

static inline size_t textmap_filter_bit(const struct textmap *map, uint32_t hash)
{
	return hash & (TEXTMAP_BITS * (map->mask + 1) - 1);
}

/* False: no text of this hash is there. */
static inline bool textmap_may_have(const struct textmap *map, uint32_t hash)
{
	size_t bit = textmap_filter_bit(map, hash);

	return map->slots && (map->filter[bit / 64] >> bit % 64 & 1);
}

/* The value of text[0..len), which has this hash; or IDMAP_NONE. */
static inline uint32_t textmap_get(const struct textmap *map, uint32_t hash, const char *text,
				   size_t len)
{
	if (!textmap_may_have(map, hash))
		return IDMAP_NONE;
	for (size_t i = textmap_start(map, hash);; i = (i + 1) & map->mask) {
		const struct textmap_slot *slot = &map->slots[i];

		if (!slot->text)
			return IDMAP_NONE;
		if (slot->hash == hash && strncmp(slot->text, text, len) == 0 &&
		    slot->text[len] == '\0')
			return slot->value;
	}
}

/* Add a text that is not there. 0 or -ENOMEM. */
int textmap_put(struct textmap *map, const char *text, uint32_t value);

void textmap_done(struct textmap *map);

#endif
