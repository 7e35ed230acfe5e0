/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_COMPILE_H
#define CGRED_RULE_COMPILE_H

#include <stddef.h>

struct cgrules_line;
struct diag_list;
struct ruleset;
struct yaml_config;

/* Builds a rule set line by line: looks up names and files, stores equal strings once. */
struct compiler;

/* previous and diags stay the caller's and outlive the compiler. NULL: no memory. */
struct compiler *compiler_new(const struct ruleset *previous, struct diag_list *diags);
void compiler_free(struct compiler *compiler);

/* The lines that follow are from this file, which has this text. 0 or -ENOMEM. */
int compiler_begin_source(struct compiler *compiler, const char *name, const char *text,
			  size_t len);

/* Add a line. Users and groups that do not exist are warnings. 0 or -ENOMEM. */
int compiler_add(struct compiler *compiler, const struct cgrules_line *line);

/* Where to add what YAML files say. It is the set's; its rules come after all lines. */
struct yaml_config *compiler_yaml(struct compiler *compiler);

/* Hand over the set, with one reference. The compiler can only be freed then. 0 or -ENOMEM. */
int compiler_finish(struct compiler *compiler, struct ruleset **ret);

#endif
