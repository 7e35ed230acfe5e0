/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a rule set, and what it remembers beside the rules. */
#include "config.h"

#include "rule/ruleset.h"

#include <stdlib.h>

#include "rule/index.h"

struct ruleset *ruleset_ref(struct ruleset *set)
{
	atomic_fetch_add(&set->refs, 1);
	return set;
}

void ruleset_unref(struct ruleset *set)
{
	if (!set || atomic_fetch_sub(&set->refs, 1) != 1)
		return;
	rule_index_free(set->index);
	arena_done(&set->arena);
	arena_done(&set->texts);
	free(set->rules);
	free(set->targets);
	free(set->programs);
	free(set->groups);
	free(set->sources);
	yaml_done(&set->yaml);
	free(set);
}

static bool is_before(const struct ruleset_name *name, unsigned id, bool is_group)
{
	return name->is_group != is_group ? is_group : name->id < id;
}

static bool is_of(const struct ruleset *set, size_t at, unsigned id, bool is_group)
{
	return at < set->n_names && set->names[at].id == id && set->names[at].is_group == is_group;
}

const char *ruleset_find_name(const struct ruleset *set, unsigned id, bool is_group)
{
	size_t low = 0;
	size_t high = set->n_names;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (is_before(&set->names[middle], id, is_group))
			low = middle + 1;
		else
			high = middle;
	}
	while (is_of(set, low, id, is_group) && !set->names[low].of_rule)
		low++;
	return is_of(set, low, id, is_group) ? set->names[low].name : NULL;
}
