/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the matcher asks about a process: conditions that are not in its facts. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/decide-parts.h"
#include "engine/idnames.h"
#include "rule/conditions.h"
#include "rule/destination.h"
#include "rule/ruleset.h"

/* More are a chain that somebody has made for us. */
#define ANCESTORS_MAX 128

/* A file's number may have gone to another file since the rule was loaded. */
static bool file_still_is(const struct rule *rule)
{
	const struct file_id *file = &rule->program->file;
	struct stat st;

	return stat(rule->program->text, &st) == 0 && st.st_ino == file->ino &&
	       st.st_dev == file->dev;
}

static bool is_real_time(const struct process *process)
{
	return process->sched_policy == SCHED_FIFO || process->sched_policy == SCHED_RR;
}

bool decide_expand(const struct decider *decider, const struct process *process,
		   const struct rule_target *target, char *buf, size_t size, int *ret_error)
{
	struct destination_values values = {
		.uid = process->euid,
		.gid = process->egid,
		.pid = process->tgid,
		.process = process->facts & FACT_EXE ? process->exe_base : NULL,
	};
	bool known = true;

	if (target->needs & DESTINATION_USER_NAME)
		known = idnames_find(decider->names, process->euid, false, &values.user);
	if (target->needs & DESTINATION_GROUP_NAME)
		known = idnames_find(decider->names, process->egid, true, &values.group) && known;
	*ret_error = known ? destination_expand(target->destination, &values, buf, size) : 0;
	return known;
}

static bool is_in_any(struct confirming *confirming, const struct rule *rule,
		      const struct process *process)
{
	char path[PATH_MAX];

	for (unsigned i = 0; i < rule->n_targets; i++) {
		const struct rule_target *target = rule->targets[i];
		const struct placement place = { .controllers = target->controllers, .path = path };
		int error;

		if (strcmp(target->destination, "*") == 0)
			return true; /* wherever it is */
		if (!decide_expand(confirming->decider, process, target, path, sizeof(path),
				   &error)) {
			confirming->waits = true;
			continue;
		}
		if (error == 0 && placer_is_in(confirming->decider->placer, process->cgroup, &place,
					       target->is_open))
			return true;
	}
	return false;
}

static bool is_ignored(struct confirming *confirming, const struct rule *rule,
		       const struct process *process)
{
	if (!(rule->options & RULE_IGNORE) && !is_real_time(process))
		return false;
	return is_in_any(confirming, rule, process);
}

struct ancestors {
	const char *exe[ANCESTORS_MAX];
	size_t n;
	char texts[16384];
	size_t used;
};

/* Their executables, from the parent up. What cannot be read ends them. False: what cannot be read
 * now. */
static bool find_ancestors(struct process_reader *reader, pid_t ppid, struct ancestors *ret)
{
	struct process process;
	int r;

	for (pid_t pid = ppid; pid > 0 && ret->n < ANCESTORS_MAX; pid = process.ppid) {
		size_t len;

		process_init(&process, pid);
		r = process_read(reader, &process, FACT_STATUS | FACT_EXE);
		if (r < 0)
			return r != -EBUSY;
		len = strlen(process.exe) + 1;
		if (ret->used + len > sizeof(ret->texts))
			return true;
		memcpy(ret->texts + ret->used, process.exe, len);
		ret->exe[ret->n++] = ret->texts + ret->used;
		ret->used += len;
	}
	return true;
}

static bool matches_ancestor(const char *item, const void *arg)
{
	const struct ancestors *ancestors = arg;

	for (size_t i = 0; i < ancestors->n; i++) {
		if (conditions_name_program(item, ancestors->exe[i]))
			return true;
	}
	return false;
}

/* True also where it cannot be told now: no other rule is to be looked for then. */
static bool has_ancestor(struct confirming *confirming, const struct rule *rule,
			 const struct process *process)
{
	struct ancestors ancestors;

	ancestors.n = ancestors.used = 0;
	confirming->asked_others = true;
	if (!find_ancestors(confirming->decider->others, process->ppid, &ancestors))
		return confirming->is_busy = true;
	return conditions_list(&rule->details->yaml->parent, matches_ancestor, &ancestors);
}

bool decide_confirm(void *arg, const struct rule *rule, const struct process *process,
		    unsigned what)
{
	struct confirming *confirming = arg;

	if ((what & RULESET_CONFIRM_FILE) && !file_still_is(rule))
		return false;
	if ((what & RULESET_CONFIRM_IGNORE) && !is_ignored(confirming, rule, process))
		return false;
	if ((what & RULESET_CONFIRM_COMM) && confirming->is_held)
		return confirming->is_unknown = true;
	if ((what & RULESET_CONFIRM_COMM) && !conditions_name_comm(rule->details, process->comm))
		return false;
	if ((what & RULESET_CONFIRM_PARENT) && !has_ancestor(confirming, rule, process))
		return false;
	/* It is said, and the next rule decides. */
	if ((what & RULESET_CONFIRM_DRY) && !confirming->dry)
		confirming->dry = rule;
	return !(what & RULESET_CONFIRM_DRY);
}
