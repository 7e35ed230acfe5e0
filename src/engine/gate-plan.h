/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_GATE_PLAN_H
#define CGRED_ENGINE_GATE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "cgroup/placer.h"

struct exemptions;
struct renames;
struct ruleset;

/* Everything that the gate's thread needs to place a process, and that nobody changes: rules, what
 * is mounted, and open descriptors of the groups. Shared by reference count. */

struct gate_target {
	bool ready;	      /* its groups are there, and open */
	uint32_t hierarchies; /* mask */
	const char *path;
	int fds[HIERARCHIES_MAX]; /* of cgroup.procs, by hierarchy; -1: not of this target */
};

struct gate_plan;

/*
 * From the rules in force and the placer, whose groups are opened here and now. Only targets of
 * rules with a program column are prepared, and of these a limited number: 1024, and no more than
 * an eighth of the descriptors that the process may have. The reference of rules is the plan's own.
 * own_cgroup is copied; renames (or NULL) stays the caller's, and n_renames is how many the placer
 * was told of. NULL: no memory.
 */
struct gate_plan *gate_plan_new(struct ruleset *rules, struct placer *placer,
				const struct exemptions *exemptions, const struct renames *renames,
				uint64_t n_renames, uint64_t now_ms);
struct gate_plan *gate_plan_ref(struct gate_plan *plan);
void gate_plan_unref(struct gate_plan *plan); /* takes NULL */

const struct ruleset *gate_plan_rules(const struct gate_plan *plan);
const struct hierarchies *gate_plan_hierarchies(const struct gate_plan *plan);
const struct exemptions *gate_plan_exemptions(const struct gate_plan *plan);

/* Has a group been renamed since? Then its descriptors are not of what the rules name. */
bool gate_plan_is_renamed(const struct gate_plan *plan);

/* By rule_target.index; NULL: not prepared. */
const struct gate_target *gate_plan_target(const struct gate_plan *plan, unsigned index);

#endif
