/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deciding about who has accessed a file. Its source tells who that was; the process may be gone,
 * or be another program by now. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "engine/decide-parts.h"
#include "process/identity.h"
#include "rule/ruleset.h"

/* Both clocks are read after each other, and the start is a number of ticks. */
#define START_SLACK_MS 30

static int64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Has the number gone to another process since? start_ticks are of the time since boot. */
static bool is_younger(const struct process *process, uint64_t time_ms)
{
	int64_t start_ms = (int64_t)(process->start_ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK));
	int64_t ago_ms = clock_ms(CLOCK_REALTIME) - (int64_t)time_ms;

	return start_ms > clock_ms(CLOCK_BOOTTIME) - ago_ms + START_SLACK_MS;
}

/* What is told need not be read, and what is read later may be of another program. */
static void tell(const struct accessed *accessed, struct process *process)
{
	process->ppid = accessed->ppid;
	process->euid = accessed->euid;
	process->egid = accessed->egid;
	process->facts |= FACT_STATUS;
	if (accessed->exe) {
		process->exe = accessed->exe;
		process->exe_base = path_base(accessed->exe);
		process->facts |= FACT_EXE | FACT_EXE_FILE | FACT_INVOKED;
	}
	if (accessed->comm) {
		strncpy(process->comm, accessed->comm, sizeof(process->comm) - 1);
		process->comm[sizeof(process->comm) - 1] = '\0';
		process->facts |= FACT_COMM;
	}
	/* A script, or a symbolic link: what was executed is not what runs. */
	if ((accessed->accesses & (1U << YAML_EXECUTE)) && accessed->n_paths && accessed->exe &&
	    strcmp(accessed->paths[0], accessed->exe) != 0) {
		process->invoked = accessed->paths[0];
		process->invoked_base = path_base(accessed->paths[0]);
	}
}

/* Of one that is gone there is nothing more, but that it was born in its parent's group. */
static void tell_rest(const struct decider *decider, struct process *process,
		      struct process *parent)
{
	process_init(parent, process->ppid);
	process->cgroup = "";
	if (process->ppid > 0 && process_read(decider->reader, parent, FACT_CGROUP) == 0)
		process->cgroup = parent->cgroup;
	process->exe = process->exe ? process->exe : "";
	process->exe_base = process->exe_base ? process->exe_base : "";
}

static const struct rule *find_rule(const struct decider *decider, const struct accessed *accessed,
				    struct confirming *confirming, struct decision *decision)
{
	const struct ruleset *rules = decider->rules;
	const struct rule *rule = ruleset_match_access(
		rules, accessed->accesses, accessed->paths, accessed->n_paths, accessed->success,
		&decision->process, decide_confirm, confirming);

	if (!rule && (accessed->accesses & (1U << YAML_EXECUTE))) {
		rule = ruleset_match(rules, &decision->process, decide_confirm, confirming);
		if (rule && !accessed->success && !(rule->details && rule->details->yaml->failed))
			rule = NULL;
	}
	return confirming->is_busy ? NULL : rule;
}

static unsigned facts_for(const struct decider *decider, const struct accessed *accessed)
{
	unsigned facts = ruleset_access_facts(decider->rules) | FACT_CGROUP | FACT_EXE;

	if (accessed->accesses & (1U << YAML_EXECUTE))
		facts |= decider->rules->facts;
	return facts;
}

/* Its age cannot be told without waiting: the process whose number it was had the same parent. */
static int check_parent(const struct decider *decider, const struct accessed *accessed,
			struct process *process)
{
	int r = process_read(decider->reader, process, FACT_GROUPS);

	return r == 0 && process->ppid != accessed->ppid ? -ESRCH : r;
}

/* Negative: it is gone, or cannot be read. */
static int look_at(const struct decider *decider, const struct accessed *accessed,
		   struct process *process)
{
	int r = process_read(decider->reader, process, FACT_START);

	if (r == 0 && is_younger(process, accessed->time_ms))
		r = -ESRCH;
	else if (r == -EBUSY)
		r = check_parent(decider, accessed, process);
	if (r < 0)
		return r;
	tell(accessed, process);
	r = process_read(decider->reader, process, facts_for(decider, accessed));
	/* What was read with the groups is of now. */
	tell(accessed, process);
	if (r == 0 && process->state == 'Z')
		r = -ESRCH;
	return r;
}

/* It has ended. What it did is done, and a rule may want to say so. */
static void decide_gone(const struct decider *decider, const struct accessed *accessed, int error,
			struct decision *ret)
{
	struct confirming confirming = { .decider = decider };
	struct process parent;

	process_init(&ret->process, ret->process.tgid);
	tell(accessed, &ret->process);
	tell_rest(decider, &ret->process, &parent);
	ret->verdict = decide_unreadable(ret, error);
	/* Else what a command does would start it again, for ever. */
	if (ret->process.ppid == decider->runner ||
	    exempt_is_command(&decider->exemptions, ret->process.cgroup)) {
		ret->exempt = EXEMPT_COMMAND;
		return;
	}
	ret->rule = find_rule(decider, accessed, &confirming, ret);
	ret->dry = confirming.dry;
	ret->may_act = ret->rule != NULL;
}

static void decide_living(struct decider *decider, const struct accessed *accessed, int pidfd,
			  struct diag_list *diags, struct decision *ret)
{
	struct confirming confirming = { .decider = decider };
	struct decide_subject subject = {
		.is_sticky = decide_is_sticky(decider, &ret->process),
		.stays = accessed->accesses & (1U << YAML_EXECUTE) || !accessed->success,
	};

	ret->rule = find_rule(decider, accessed, &confirming, ret);
	ret->dry = confirming.dry;
	ret->verdict = ret->rule ? decide_carry_out(decider, pidfd, &subject, diags, ret)
				 : VERDICT_NO_RULE;
}

void decide_access(struct decider *decider, pid_t tgid, const struct accessed *accessed,
		   struct diag_list *diags, struct decision *ret)
{
	const struct decide_subject subject = { 0 };
	decider_superseded_fn *superseded = decider->superseded;
	cleanup_close int pidfd = -1;
	int r;

	*ret = (struct decision){ .verdict = VERDICT_EXEMPT };
	process_init(&ret->process, tgid);
	if (decide_is_untouchable(decider, tgid, ret))
		return;
	/* At its end a process is in no group any more (of v1, proc_cgroup_show()). */
	if (accessed->is_command) {
		ret->exempt = EXEMPT_COMMAND;
		return;
	}
	pidfd = identity_open(tgid);
	r = pidfd < 0 ? pidfd : look_at(decider, accessed, &ret->process);
	/* Whatever else it has done, this it has done, too. */
	decider->superseded = NULL;
	if (r < 0) {
		if (pidfd >= 0)
			(void)close(pidfd);
		pidfd = -1;
		decide_gone(decider, accessed, r, ret);
	} else {
		decide_living(decider, accessed, pidfd, diags, ret);
	}
	decider->superseded = superseded;
	decide_end(decider, pidfd, &subject, ret);
}
