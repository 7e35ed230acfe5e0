/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_IDLISTS_H
#define CGRED_BASE_IDLISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"

/* From 64-bit keys to lists of numbers below IDLISTS_MAX. Most lists have one number: it is in the
 * table. Built once, then never changed. Zero-initialised is empty. */

#define IDLISTS_MAX    (UINT32_C(1) << 30)
#define IDLISTS_SINGLE (UINT32_C(1) << 30) /* in a value of the table: a number, not a place */

struct idlists {
	struct idmap map;
	uint32_t *items; /* at a place: how many, then the numbers in the order they were added */
};

struct idlist {
	size_t n;
	const uint32_t *items; /* NULL: the only one is single */
	uint32_t single;
};

/* The list that a value of the table means; IDMAP_NONE: an empty one. */
static inline struct idlist idlists_open(const struct idlists *lists, uint32_t value)
{
	if (value == IDMAP_NONE)
		return (struct idlist){ 0 };
	if (value & IDLISTS_SINGLE)
		return (struct idlist){ .n = 1, .single = value & ~IDLISTS_SINGLE };
	return (struct idlist){ .n = lists->items[value], .items = &lists->items[value + 1] };
}

static inline uint32_t idlist_item(const struct idlist *list, size_t i)
{
	return list->items ? list->items[i] : list->single;
}

struct idlists_new {
	struct idmap map; /* to numbers of lists */
	struct idlists_new_list *lists;
	struct idlists_new_item *items;
	size_t n_lists, lists_room, n_items, items_room;
};

/* Append a number to the list of a key, unless it is its last one already. closing: the list takes
 * no more after this. 0 or -ENOMEM. */
int idlists_add(struct idlists_new *lists, uint64_t key, uint32_t number, bool closing);

/* Make the lists from what was added, and forget that. 0 or -ENOMEM. */
int idlists_finish(struct idlists_new *lists, struct idlists *ret);

void idlists_new_done(struct idlists_new *lists);
void idlists_done(struct idlists *lists);

#endif
