/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of groups made on demand, from the making to the removal. */
#include "config.h"

#include "cgroup/ondemand.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/kept.h"

struct made {
	UT_hash_handle hh;
	uint64_t empty_since_ms; /* 0: not seen empty */
	char key[];		 /* as in cgroup/kept.h */
};

struct ondemand {
	struct made *made; /* by key */
	unsigned long remove_empty_ms;
	ondemand_fn *fn;
	void *arg;
};

struct ondemand *ondemand_new(unsigned long remove_empty_ms)
{
	struct ondemand *ondemand = calloc(1, sizeof(*ondemand));

	if (ondemand)
		ondemand->remove_empty_ms = remove_empty_ms;
	return ondemand;
}

static void forget(struct ondemand *ondemand, struct made *made)
{
	HASH_DEL(ondemand->made, made);
	free(made);
}

void ondemand_free(struct ondemand *ondemand)
{
	struct made *made, *next;

	if (!ondemand)
		return;
	HASH_ITER (hh, ondemand->made, made, next)
		forget(ondemand, made);
	free(ondemand);
}

void ondemand_set_fn(struct ondemand *ondemand, ondemand_fn *fn, void *arg)
{
	ondemand->fn = fn;
	ondemand->arg = arg;
}

void ondemand_note(struct ondemand *ondemand, const struct hierarchies *hierarchies, size_t index,
		   const char *path, size_t len)
{
	struct made *made;
	char key[KEPT_KEY_MAX];

	kept_make_key(key, index, path, len);
	HASH_FIND_STR(ondemand->made, key, made);
	if (made)
		return;
	made = calloc(1, sizeof(*made) + strlen(key) + 1);
	if (!made)
		return;
	memcpy(made->key, key, strlen(key));
	HASH_ADD_STR(ondemand->made, key, made);
	if (!table_has(made)) {
		free(made);
		return;
	}
	if (ondemand->fn)
		ondemand->fn(ondemand->arg, hierarchy_name(&hierarchies->items[index]), key + 1);
}

void ondemand_each(const struct ondemand *ondemand, const struct hierarchies *hierarchies,
		   ondemand_fn *fn, void *arg)
{
	for (const struct made *made = ondemand->made; made; made = made->hh.next)
		fn(arg, hierarchy_name(&hierarchies->items[KEPT_INDEX(made->key)]), made->key + 1);
}

static int deepest_first(const struct made *a, const struct made *b)
{
	size_t left = strlen(a->key);
	size_t right = strlen(b->key);

	return (left < right) - (left > right);
}

/* False: look at it again later. */
static bool sweep_one(const struct ondemand *ondemand, const struct hierarchy *hierarchy,
		      struct made *made, uint64_t now_ms)
{
	const char *path = made->key + 1;

	if (!group_is_empty(hierarchy, path)) {
		made->empty_since_ms = 0;
		return faccessat(hierarchy->fd, path, F_OK, 0) < 0;
	}
	if (!made->empty_since_ms)
		made->empty_since_ms = now_ms;
	return now_ms - made->empty_since_ms >= ondemand->remove_empty_ms &&
	       group_remove(hierarchy, path) == 0;
}

size_t ondemand_sweep(struct ondemand *ondemand, const struct hierarchies *hierarchies,
		      uint64_t now_ms, ondemand_removed_fn *removed, void *arg)
{
	struct made *made, *next;

	if (ondemand->remove_empty_ms == 0)
		return 0;
	HASH_SORT(ondemand->made, deepest_first);
	HASH_ITER (hh, ondemand->made, made, next) {
		if (!sweep_one(ondemand, &hierarchies->items[KEPT_INDEX(made->key)], made, now_ms))
			continue;
		removed(arg, made->key);
		forget(ondemand, made);
	}
	return HASH_COUNT(ondemand->made);
}

void ondemand_drop_if(struct ondemand *ondemand, ondemand_drop_fn *fn, void *arg)
{
	struct made *made, *next;

	HASH_SORT(ondemand->made, deepest_first);
	HASH_ITER (hh, ondemand->made, made, next) {
		if (fn(arg, KEPT_INDEX(made->key), made->key + 1))
			forget(ondemand, made);
	}
}

static bool same_hierarchy(const struct hierarchy *a, const struct hierarchy *b)
{
	if (a->unified || b->unified)
		return a->unified == b->unified && strcmp(a->root, b->root) == 0;
	return strcmp(a->controllers, b->controllers) == 0 && strcmp(a->root, b->root) == 0;
}

void ondemand_renumber(struct ondemand *ondemand, const struct hierarchies *old,
		       const struct hierarchies *new)
{
	struct made *all = ondemand->made;
	struct made *made, *next;

	ondemand->made = NULL;
	HASH_ITER (hh, all, made, next) {
		const struct hierarchy *was = &old->items[KEPT_INDEX(made->key)];
		size_t i = 0;

		HASH_DEL(all, made);
		while (i < new->n && !same_hierarchy(was, &new->items[i]))
			i++;
		if (i == new->n) {
			free(made);
			continue;
		}
		made->key[0] = (char)('0' + i);
		HASH_ADD_STR(ondemand->made, key, made);
		if (!table_has(made))
			free(made);
	}
}

size_t ondemand_count(const struct ondemand *ondemand)
{
	return HASH_COUNT(ondemand->made);
}
