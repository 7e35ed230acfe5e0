/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Items are gathered in the order they come, then laid out list by list. */
#include "config.h"

#include "base/idlists.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

struct idlists_new_list {
	uint64_t key;
	uint32_t n, last;
	uint32_t place;
	bool is_closed;
};

struct idlists_new_item {
	uint32_t list, number;
};

/* Its number, or IDMAP_NONE without memory. */
static uint32_t find_list(struct idlists_new *lists, uint64_t key)
{
	uint32_t found = idmap_get(&lists->map, key);
	struct idlists_new_list *grown;

	if (found != IDMAP_NONE)
		return found;
	grown = grow(lists->lists, lists->n_lists, &lists->lists_room, sizeof(*grown));
	if (!grown)
		return IDMAP_NONE;
	lists->lists = grown;
	if (idmap_put(&lists->map, key, (uint32_t)lists->n_lists) < 0)
		return IDMAP_NONE;
	grown[lists->n_lists] = (struct idlists_new_list){ .key = key };
	return (uint32_t)lists->n_lists++;
}

int idlists_add(struct idlists_new *lists, uint64_t key, uint32_t number, bool closing)
{
	uint32_t at = find_list(lists, key);
	struct idlists_new_item *grown;
	struct idlists_new_list *list;

	if (at == IDMAP_NONE)
		return -ENOMEM;
	list = &lists->lists[at];
	if (list->is_closed)
		return 0;
	list->is_closed = closing;
	if (list->n > 0 && list->last == number)
		return 0;
	grown = grow(lists->items, lists->n_items, &lists->items_room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	lists->items = grown;
	grown[lists->n_items++] = (struct idlists_new_item){ at, number };
	list->n++;
	list->last = number;
	return 0;
}

/* Give each list of more than one a place; the table is what leads to them. */
static int place_lists(struct idlists_new *lists, struct idlists *ret, size_t *ret_size)
{
	size_t size = 0;
	int r = idmap_reserve(&ret->map, lists->n_lists);

	for (size_t i = 0; r == 0 && i < lists->n_lists; i++) {
		struct idlists_new_list *list = &lists->lists[i];

		list->place = (uint32_t)size;
		if (list->n > 1)
			size += list->n + 1;
		r = idmap_put(&ret->map, list->key,
			      list->n > 1 ? list->place : list->last | IDLISTS_SINGLE);
	}
	*ret_size = size;
	return r;
}

static void fill_lists(struct idlists_new *lists, struct idlists *ret)
{
	for (size_t i = 0; i < lists->n_items; i++) {
		const struct idlists_new_list *list = &lists->lists[lists->items[i].list];

		if (list->n > 1)
			ret->items[list->place + 1 + ret->items[list->place]++] =
				lists->items[i].number;
	}
}

int idlists_finish(struct idlists_new *lists, struct idlists *ret)
{
	struct idlists made = { 0 };
	size_t size;
	int r = place_lists(lists, &made, &size);

	if (r == 0)
		made.items = calloc(size + 1, sizeof(*made.items));
	if (!made.items) {
		idlists_done(&made);
		return -ENOMEM;
	}
	fill_lists(lists, &made);
	idlists_new_done(lists);
	*ret = made;
	return 0;
}

void idlists_new_done(struct idlists_new *lists)
{
	idmap_done(&lists->map);
	free(lists->lists);
	free(lists->items);
	*lists = (struct idlists_new){ 0 };
}

void idlists_done(struct idlists *lists)
{
	idmap_done(&lists->map);
	free(lists->items);
	*lists = (struct idlists){ 0 };
}
