/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_RULESET_H
#define CGRED_RULE_RULESET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "rule/rule.h"

/* All rules in force, in order. Immutable once built; shared by reference count between threads. */

struct rule_index;

/* A name that the load has looked up. */
struct ruleset_name {
	const char *name;
	unsigned id;
	bool is_group;
	bool of_rule; /* else only a member of a rule's group */
};

/* To be placed before the start; also where all programs of a file system are held for that. */
#define RULESET_GATED	     (1U << 0)
#define RULESET_GATED_ALWAYS (1U << 1)

struct ruleset {
	atomic_uint refs;
	struct arena arena;
	struct arena texts; /* close together: matching looks at them */
	struct rule *rules;
	size_t n_rules;
	const struct rule_target **targets; /* by rule_target.index */
	size_t n_targets;
	const struct rule_program **programs; /* by rule_program.index */
	size_t n_programs;
	unsigned char *gated; /* by rule_program.index: what a rule wants of the exec gate */
	const struct rule_members **groups;
	size_t n_groups;
	struct yaml_config yaml;
	const unsigned *access_rules; /* those for reads and writes, ascending */
	size_t n_access_rules;
	const char **sources; /* files, by rule.source */
	size_t n_sources;
	const struct ruleset_name *names; /* sorted: users, groups; by id; as in the files */
	size_t n_names;
	struct rule_index *index; /* rule/index.h */
	unsigned facts;		  /* what matching needs: mask of enum process_fact */
	bool has_actions;	  /* a rule has more to do than to place */
	unsigned n_skipped;	  /* rules whose user or group does not exist (yet) */
	uint64_t text_hash;	  /* of everything that was read */
};

struct ruleset *ruleset_ref(struct ruleset *set);
void ruleset_unref(struct ruleset *set); /* takes NULL */

/* What in a matching rule cannot be decided from the facts alone. */
#define RULESET_CONFIRM_FILE   (1U << 0) /* only the file's identity matched: does it still hold? */
#define RULESET_CONFIRM_IGNORE (1U << 1) /* a rule with "ignore": is the process in its place? */
#define RULESET_CONFIRM_PARENT (1U << 2) /* has it an ancestor that the rule names? */
#define RULESET_CONFIRM_COMM   (1U << 4) /* does it call itself so? An exec changes that */
#define RULESET_CONFIRM_DRY    (1U << 3) /* a dry run: it is only to be said */

/* False: the rule does not match after all, go on with the next. */
typedef bool ruleset_confirm_fn(void *arg, const struct rule *rule, const struct process *process,
				unsigned what);

/*
 * The rule for a process whose facts (set->facts) are filled in, or NULL. Pure but for confirm,
 * which is asked in the order of the rules.
 *
 * First match wins. A process that was started by another name than its executable's (a script, a
 * symbolic link) has two names: a rule that gives the first of them wins over one before it that
 * gives only the executable.
 */
const struct rule *ruleset_match(const struct ruleset *set, const struct process *process,
				 ruleset_confirm_fn *confirm, void *arg);

/* The rule for an access to a file, which is one of YAML_READ and YAML_WRITE (as bits 1U << …), by
 * one of these paths. As above; facts that the rules need: ruleset_access_facts(). */
const struct rule *ruleset_match_access(const struct ruleset *set, unsigned accesses,
					const char *const *paths, size_t n_paths, bool success,
					const struct process *process, ruleset_confirm_fn *confirm,
					void *arg);
unsigned ruleset_access_facts(const struct ruleset *set);

/*
 * Can a rule match a process with these ids? Facts that must be filled in: FACT_STATUS, FACT_GROUPS
 * (both, as far as set->facts has them). *ret_facts: what else matching then needs, a part of
 * set->facts. False: no rule is for these ids; *ret_facts is 0.
 */
bool ruleset_may_match(const struct ruleset *set, const struct process *process,
		       unsigned *ret_facts);

/* Whom ruleset_may_match() is true of: everybody, or those with one of these effective user ids, or
 * with one of these ids as their effective or a supplementary group. */
struct ruleset_ids {
	bool everybody; /* the lists are empty */
	uint32_t *uids, *gids;
	size_t n_uids, n_gids;
};

/* 0, and the lists are the caller's to free; or -ENOMEM. */
int ruleset_who(const struct ruleset *set, struct ruleset_ids *ret);

/* Does a rule's program column give this path, by its text, or this file (NULL: not asked for)?
 * base: what is behind its last slash. */
bool ruleset_names_program(const struct ruleset *set, const char *path, const char *base,
			   const struct file_id *file);

/* The first name of this id that a rule is for, or NULL. */
const char *ruleset_find_name(const struct ruleset *set, unsigned id, bool is_group);

#endif
