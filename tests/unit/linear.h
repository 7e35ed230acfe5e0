/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_TESTS_LINEAR_H
#define CGRED_TESTS_LINEAR_H

#include "rule/ruleset.h"

/* ruleset_match() as it is meant: all rules, one after the other. Shares nothing with the index. */
const struct rule *linear_match(const struct ruleset *set, const struct process *process,
				ruleset_confirm_fn *confirm, void *arg);

/* Does the rule's user column match? */
bool linear_matches_who(const struct rule *rule, const struct process *process);

/* Does the rule's program column give this path, by its text? */
bool linear_names_program(const struct rule *rule, const char *path, const char *base);

#endif
