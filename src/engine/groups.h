/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_GROUPS_H
#define CGRED_ENGINE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "cgroup/limited.h"

struct ruleset;
struct yaml_group;

/* The groups that YAML files define, and those that their rules need beside, as the placer takes
 * them. They point into the rule set, which must live as long. */

struct group_thaw {
	unsigned after_ms; /* 0: by hand only */
	uint64_t due_ms;   /* 0: not yet */
	bool is_thawed;	   /* by us: who comes next freezes it again */
};

struct groups {
	struct limited_group *items;
	struct group_thaw *thaws; /* of each */
	size_t n;
	struct arena arena; /* what the items point to */
};

/* 0 or -ENOMEM. */
int groups_new(const struct ruleset *rules, struct groups *ret);
void groups_done(struct groups *groups);

#endif
