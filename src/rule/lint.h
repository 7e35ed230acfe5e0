/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_LINT_H
#define CGRED_RULE_LINT_H

struct diag_list;
struct ruleset;

/* Warn of each rule that can never be the first to match, naming the rule before it that takes
 * everything. For the check mode. 0 or -ENOMEM. */
int ruleset_lint(const struct ruleset *set, struct diag_list *diags);

#endif
