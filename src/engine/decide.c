/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One process, from its number to its group: identity first, facts second, rule, placement, and at
 * the end a look whether it was still the same process. */
#include "config.h"

#include "engine/decide.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "engine/idnames.h"
#include "process/container.h"
#include "process/sticky.h"
#include "rule/destination.h"
#include "rule/ruleset.h"

/* The expanded paths of one rule's targets. On the stack: the event path does not allocate. */
struct places {
	struct placement items[RULE_TARGETS_MAX];
	size_t n;
	char paths[4 * PATH_MAX];
	size_t used;
};

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_GONE] = "gone",	 [VERDICT_EXEMPT] = "exempt",
		[VERDICT_STICKY] = "sticky",	 [VERDICT_NO_RULE] = "no rule",
		[VERDICT_IGNORED] = "ignored",	 [VERDICT_WAITS] = "waits",
		[VERDICT_IN_PLACE] = "in place", [VERDICT_PLACED] = "placed",
		[VERDICT_FAILED] = "failed",	 [VERDICT_UNREADABLE] = "unreadable",
	};

	return names[verdict];
}

/* ---- whom no rule may move ------------------------------------------------------------------ */

/* The user's service manager dies when it is moved, and with it the login (doc/design.md, 6). */
static bool is_user_manager(const char *cgroup)
{
	const char *unit = strstr(cgroup, "/user@");
	size_t len;

	if (!unit)
		return false;
	len = strcspn(unit, "\n");
	return len > 19 && memmem(unit, len, ".service/init.scope", 19) != NULL;
}

static bool same_container(const struct container *a, const struct container *b)
{
	return a->runtime == b->runtime && a->id_len == b->id_len &&
	       memcmp(a->id, b->id, a->id_len) == 0;
}

/* The reason, or NULL. Needs FACT_CGROUP. */
static const char *find_exemption(const struct decider *decider, const struct process *process)
{
	struct container theirs, ours;

	if (container_of(process->cgroup, &theirs) &&
	    !(container_of(decider->own_cgroup, &ours) && same_container(&theirs, &ours)))
		return "it is in a container";
	if (decider->is_systemd && is_user_manager(process->cgroup))
		return "it is a user's service manager";
	return NULL;
}

/* ---- what the matcher asks ------------------------------------------------------------------- */

struct confirming {
	const struct decider *decider;
	bool waits; /* for a name that the condition needs */
};

/* A file's number may have gone to another file since the rule was loaded. */
static bool file_still_is(const struct rule *rule)
{
	struct stat st;

	return stat(rule->process, &st) == 0 && st.st_ino == rule->file.ino &&
	       st.st_dev == rule->file.dev;
}

static bool is_real_time(const struct process *process)
{
	return process->sched_policy == SCHED_FIFO || process->sched_policy == SCHED_RR;
}

/* %u and %g without waiting: false when a name is being looked up. */
static bool expand(const struct decider *decider, const struct process *process,
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

		if (!expand(confirming->decider, process, target, path, sizeof(path), &error)) {
			confirming->waits = true;
			continue;
		}
		if (error == 0 && placer_is_in(confirming->decider->placer, process->cgroup, &place,
					       target->is_open))
			return true;
	}
	return false;
}

static bool confirm(void *arg, const struct rule *rule, const struct process *process,
		    unsigned what)
{
	struct confirming *confirming = arg;

	if ((what & RULESET_CONFIRM_FILE) && !file_still_is(rule))
		return false;
	if (!(what & RULESET_CONFIRM_IGNORE))
		return true;
	if (!(rule->options & RULE_IGNORE) && !is_real_time(process))
		return false;
	return is_in_any(confirming, rule, process);
}

/* ---- acting ---------------------------------------------------------------------------------- */

static enum verdict prepare_places(const struct decider *decider, struct decision *decision,
				   struct places *places)
{
	const struct rule *rule = decision->rule;

	places->n = places->used = 0;
	for (unsigned i = 0; i < rule->n_targets; i++) {
		const struct rule_target *target = rule->targets[i];
		char *path = places->paths + places->used;
		int error;

		if (!expand(decider, &decision->process, target, path,
			    sizeof(places->paths) - places->used, &error))
			return VERDICT_WAITS;
		if (error < 0 || strlen(path) >= PATH_MAX - 32) {
			decision->result.error = -ENAMETOOLONG;
			(void)snprintf(decision->result.text, sizeof(decision->result.text),
				       "the destination \"%.80s\" is too long",
				       target->destination);
			return VERDICT_FAILED;
		}
		places->used += strlen(path) + 1;
		places->items[places->n++] = (struct placement){
			.controllers = target->controllers,
			.path = path,
			.template_name =
				target->needs & DESTINATION_VARIES ? target->destination : NULL,
		};
	}
	return VERDICT_PLACED;
}

static enum verdict act(const struct decider *decider, struct diag_list *diags,
			struct decision *decision)
{
	struct places places;
	enum verdict verdict = prepare_places(decider, decision, &places);

	if (verdict != VERDICT_PLACED)
		return verdict;
	(void)snprintf(decision->destination, sizeof(decision->destination), "%s",
		       places.items[0].path);
	switch (placer_place(decider->placer, decision->process.tgid, decision->process.cgroup,
			     places.items, places.n, diags, &decision->result)) {
	case PLACE_MOVED:
		return VERDICT_PLACED;
	case PLACE_IN_PLACE:
		return VERDICT_IN_PLACE;
	case PLACE_GONE:
		return VERDICT_GONE;
	case PLACE_FAILED:
		return VERDICT_FAILED;
	}
	return VERDICT_FAILED;
}

static enum verdict unreadable(struct decision *decision, int error)
{
	decision->error = error;
	return error == -ESRCH ? VERDICT_GONE : VERDICT_UNREADABLE;
}

static enum verdict exempt(struct decision *decision, const char *why)
{
	decision->exempt = why;
	return VERDICT_EXEMPT;
}

static enum verdict decide_known(const struct decider *decider, struct diag_list *diags,
				 struct decision *decision)
{
	struct confirming confirming = { .decider = decider };
	struct process *process = &decision->process;
	int r;

	r = process_read(decider->reader, process, decider->rules->facts | FACT_STATUS);
	if (r < 0)
		return unreadable(decision, r);
	if (process->state == 'Z')
		return VERDICT_GONE;
	decision->rule = ruleset_match(decider->rules, process, confirm, &confirming);
	if (confirming.waits)
		return VERDICT_WAITS;
	if (!decision->rule)
		return VERDICT_NO_RULE;
	/* %p needs the executable; a kernel thread shows by having none. */
	r = process_read(decider->reader, process, FACT_CGROUP | FACT_EXE);
	if (r < 0)
		return unreadable(decision, r);
	if (process->kthread)
		return exempt(decision, "it is a kernel thread");
	decision->exempt = find_exemption(decider, process);
	if (decision->exempt)
		return VERDICT_EXEMPT;
	if (decision->rule->options)
		return VERDICT_IGNORED;
	return act(decider, diags, decision);
}

static bool is_sticky(const struct decider *decider, struct process *process)
{
	if (!sticky_has(decider->sticky, process->tgid))
		return false;
	return process_read(decider->reader, process, FACT_START) == 0 &&
	       sticky_matches(decider->sticky, process->tgid, process->start_ticks);
}

void decide(const struct decider *decider, pid_t tgid, struct diag_list *diags,
	    struct decision *ret)
{
	cleanup_close int pidfd = -1;

	*ret = (struct decision){ .verdict = VERDICT_EXEMPT };
	process_init(&ret->process, tgid);
	if (tgid == 1 || tgid == decider->self) {
		ret->exempt = tgid == 1 ? "it is PID 1" : "it is the daemon itself";
		return;
	}
	pidfd = (int)syscall(SYS_pidfd_open, tgid, 0);
	if (pidfd < 0) {
		/* EINVAL, later kernels ENOENT: the number is a thread's now. */
		ret->verdict =
			unreadable(ret, errno == EINVAL || errno == ENOENT ? -ESRCH : -errno);
		return;
	}
	if (is_sticky(decider, &ret->process)) {
		ret->verdict = VERDICT_STICKY;
		return;
	}
	ret->verdict = decide_known(decider, diags, ret);
	/* What was placed may have been another process with the same number. */
	if (ret->verdict == VERDICT_PLACED &&
	    syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 && errno == ESRCH)
		ret->verdict = VERDICT_GONE;
}
