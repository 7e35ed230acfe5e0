/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_EXEMPT_H
#define CGRED_ENGINE_EXEMPT_H

#include <stdbool.h>

/* Why the commands of rules are left alone. */
#define EXEMPT_COMMAND "it is a command of a rule"

struct hierarchies;
struct process;
struct rule;

/* Whom rules leave alone. */
struct exemptions {
	const char *own_cgroup; /* text of our own /proc/PID/cgroup */
	const struct hierarchies *hierarchies;
	const char *commands; /* path of the group of the rules' commands; NULL: none */
	bool is_systemd;      /* PID 1 is systemd */
};

/* Is a process whose /proc/PID/cgroup this is a command of a rule? */
bool exempt_is_command(const struct exemptions *exemptions, const char *cgroup);

/* Why the rule may do nothing to the process, or (*ret_may_act) only may not move it; or NULL, when
 * it may do both. Needs FACT_CGROUP, FACT_EXE and FACT_STATUS. */
const char *exempt_find(const struct rule *rule, const struct process *process,
			const struct exemptions *exemptions, bool *ret_may_act);

#endif
