/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_COMPILER_H
#define CGRED_RULE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "base/textmap.h"
#include "rule/compile.h"
#include "rule/files.h"
#include "rule/rule.h"

/* The inside of the compiler, for its own files only: compile.c (strings, programs, targets, lines
 * of cgrules.conf), compile-names.c (users and groups), compile-yaml.c (rules of YAML files). */

/* Strings are known by their number: equal ones have the same. */
struct name {
	const char *name;
	int error; /* 0, -ENOENT, … */
	unsigned id;
	bool of_rule;			    /* not only of a member of a group */
	const struct rule_members *members; /* groups only */
};

struct name_table {
	struct idmap map; /* string number to place */
	struct name *items;
	size_t n, room;
};

struct compiler {
	const struct ruleset *previous;
	struct textmap previous_users, previous_groups; /* made when the name service fails */
	struct diag_list *diags;
	struct ruleset *set;
	size_t rules_room, targets_room, programs_room, groups_room, sources_room;

	struct textmap strings; /* to numbers */
	const char **texts;	/* by number; in the arena */
	size_t n_texts, texts_room;
	struct name_table users, groups;
	struct idmap programs; /* string number and pattern to rule_program.index */
	struct idmap targets;  /* string numbers to rule_target.index */
	struct files files;

	bool skipping;			 /* the rule above was left out, and its % lines with it */
	const struct rule_target **open; /* targets of the newest rule, until it is complete */
	size_t n_open, open_room, open_bytes;
};

#define NO_MEMORY IDMAP_NONE

/* ---- compile.c */

/* The number of a string, which is stored once; or NO_MEMORY. */
uint32_t compiler_intern_n(struct compiler *compiler, const char *text, size_t len);
uint32_t compiler_intern(struct compiler *compiler, const char *text);

/* The stored string, or NULL without memory. */
const char *compiler_intern_text(struct compiler *compiler, const char *text);

/* The file that is being read. */
const char *compiler_source_name(const struct compiler *compiler);

/* By the number of its text. NULL: no memory. */
const struct rule_program *compiler_find_program(struct compiler *compiler,
						 enum rule_pattern pattern, uint32_t number);

/* A target, as on a line of cgrules.conf. NULL: no memory. */
const struct rule_target *compiler_find_target(struct compiler *compiler, const char *controllers,
					       const char *destination, bool is_open);

/* Append a rule. 0 or -ENOMEM. */
int compiler_append(struct compiler *compiler, const struct rule *rule);

/* The newest rule of cgrules.conf has all its lines. 0 or -ENOMEM. */
int compiler_close_rule(struct compiler *compiler);

/* ---- compile-names.c */

/* Looked up the first time; until the next one is looked for. With its members, where it is a
 * group. NULL: no memory. */
struct name *compiler_find_user(struct compiler *compiler, const char *text);
struct name *compiler_find_group(struct compiler *compiler, const char *text);

int compiler_store_names(struct compiler *compiler);
void compiler_free_names(struct compiler *compiler);

/* ---- compile-yaml.c */

/* Add the rules of the set's YAML files. Unknown users are warnings. 0 or -ENOMEM. */
int compiler_add_yaml(struct compiler *compiler);

#endif
