/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The gate's immutable view of the world, built on the main thread. */
#include "config.h"

#include "engine/gate-plan.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/exempt.h"
#include "process/renames.h"
#include "rule/destination.h"
#include "rule/ruleset.h"

/* For more, the main thread has to do: each costs a descriptor a hierarchy. */
#define TARGETS_MAX 1024

/* They stay open whatever else is short of descriptors, and there are two plans while one takes the
 * place of the other: one has an eighth of those that are left by what the daemon cannot do
 * without. */
#define DESCRIPTORS_ELSEWHERE 64
#define DESCRIPTORS_PART      8

struct gate_plan {
	atomic_uint refs;
	struct ruleset *rules;
	struct hierarchies hierarchies; /* without descriptors */
	char *own_cgroup, *commands;
	struct exemptions exemptions; /* with these */
	const struct renames *renames;
	uint64_t n_renames;	      /* that its descriptors have taken notice of */
	struct gate_target **targets; /* by rule_target.index */
};

static void free_target(struct gate_target *target)
{
	if (!target)
		return;
	for (size_t h = 0; h < HIERARCHIES_MAX; h++) {
		if (target->fds[h] >= 0)
			(void)close(target->fds[h]);
	}
	free(target);
}

struct gate_plan *gate_plan_ref(struct gate_plan *plan)
{
	atomic_fetch_add(&plan->refs, 1);
	return plan;
}

void gate_plan_unref(struct gate_plan *plan)
{
	if (!plan || atomic_fetch_sub(&plan->refs, 1) != 1)
		return;
	for (size_t i = 0; plan->targets && i < plan->rules->n_targets; i++)
		free_target(plan->targets[i]);
	free(plan->targets);
	free(plan->own_cgroup);
	free(plan->commands);
	hierarchies_done(&plan->hierarchies);
	ruleset_unref(plan->rules);
	free(plan);
}

/* One whose groups cannot be opened now is prepared as not ready: the main thread then does the
 * rest. */
static struct gate_target *new_target(const struct rule_target *rule_target, struct placer *placer,
				      uint64_t now_ms)
{
	const struct placement placement = {
		.controllers = rule_target->controllers,
		.path = rule_target->destination,
	};
	struct gate_target *target = calloc(1, sizeof(*target));

	if (!target)
		return NULL;
	memset(target->fds, -1, sizeof(target->fds));
	target->path = rule_target->destination;
	/* A destination with an escape is not its own path. */
	if (!(rule_target->needs & DESTINATION_VARIES) && !strpbrk(target->path, "\\%"))
		target->ready = placer_open(placer, &placement, now_ms, &target->hierarchies,
					    target->fds) == 0;
	return target;
}

static size_t max_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur <= DESCRIPTORS_ELSEWHERE)
		return 0;
	return (limit.rlim_cur - DESCRIPTORS_ELSEWHERE) / DESCRIPTORS_PART;
}

static size_t count_descriptors(const struct gate_target *target)
{
	size_t n = 0;

	for (size_t h = 0; h < HIERARCHIES_MAX; h++)
		n += target->fds[h] >= 0;
	return n;
}

/* How much may still be prepared. */
struct room {
	size_t targets, descriptors;
};

/* 0, also where there is no more room; -1: no memory. */
static int add_target(struct gate_plan *plan, const struct rule_target *rule_target,
		      struct placer *placer, uint64_t now_ms, struct room *room)
{
	struct gate_target *target;
	size_t n;

	if (plan->targets[rule_target->index] || !room->targets || !room->descriptors)
		return 0;
	target = new_target(rule_target, placer, now_ms);
	if (!target)
		return -1;
	n = count_descriptors(target);
	if (n > room->descriptors) {
		free_target(target);
		room->descriptors = 0;
		return 0;
	}
	room->descriptors -= n;
	room->targets--;
	plan->targets[rule_target->index] = target;
	return 0;
}

static int add_targets(struct gate_plan *plan, struct placer *placer, uint64_t now_ms)
{
	struct room room = { .targets = TARGETS_MAX, .descriptors = max_descriptors() };

	for (size_t i = 0; i < plan->rules->n_rules; i++) {
		const struct rule *rule = &plan->rules->rules[i];

		for (unsigned j = 0; rule->program && j < rule->n_targets; j++) {
			if (add_target(plan, rule->targets[j], placer, now_ms, &room) < 0)
				return -1;
		}
	}
	return 0;
}

static bool copy_exemptions(struct gate_plan *plan, const struct exemptions *from)
{
	plan->own_cgroup = strdup(from->own_cgroup);
	if (from->commands)
		plan->commands = strdup(from->commands);
	plan->exemptions = *from;
	plan->exemptions.own_cgroup = plan->own_cgroup;
	plan->exemptions.commands = plan->commands;
	plan->exemptions.hierarchies = &plan->hierarchies;
	return plan->own_cgroup && (plan->commands || !from->commands);
}

struct gate_plan *gate_plan_new(struct ruleset *rules, struct placer *placer,
				const struct exemptions *exemptions, const struct renames *renames,
				uint64_t n_renames, uint64_t now_ms)
{
	struct gate_plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return NULL;
	atomic_init(&plan->refs, 1);
	plan->rules = ruleset_ref(rules);
	plan->renames = renames;
	plan->n_renames = n_renames;
	plan->targets = calloc(rules->n_targets + 1, sizeof(struct gate_target *));
	if (!copy_exemptions(plan, exemptions) || !plan->targets ||
	    hierarchies_copy(&plan->hierarchies, placer_hierarchies(placer)) < 0 ||
	    add_targets(plan, placer, now_ms) < 0) {
		gate_plan_unref(plan);
		return NULL;
	}
	return plan;
}

const struct ruleset *gate_plan_rules(const struct gate_plan *plan)
{
	return plan->rules;
}

const struct hierarchies *gate_plan_hierarchies(const struct gate_plan *plan)
{
	return &plan->hierarchies;
}

const struct exemptions *gate_plan_exemptions(const struct gate_plan *plan)
{
	return &plan->exemptions;
}

bool gate_plan_is_renamed(const struct gate_plan *plan)
{
	return plan->renames && renames_count(plan->renames) != plan->n_renames;
}

const struct gate_target *gate_plan_target(const struct gate_plan *plan, unsigned index)
{
	return plan->targets[index];
}
