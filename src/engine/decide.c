/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One process, from its number to its group: identity first, facts second, rule, placement, and at
 * the end a look whether it was still the same process. */
#include "config.h"

#include "engine/decide.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/hash.h"
#include "base/protections.h"
#include "engine/decide-parts.h"
#include "engine/exempt.h"
#include "engine/held.h"
#include "engine/idnames.h"
#include "process/container.h"
#include "process/identity.h"
#include "process/login.h"
#include "process/sticky.h"
#include "rule/conditions.h"
#include "rule/destination.h"
#include "rule/ruleset.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_GONE] = "gone",       [VERDICT_EXEMPT] = "exempt",
		[VERDICT_STICKY] = "sticky",   [VERDICT_NO_RULE] = "no rule",
		[VERDICT_IGNORED] = "ignored", [VERDICT_SUPERSEDED] = "superseded",
		[VERDICT_WAITS] = "waits",     [VERDICT_IN_PLACE] = "in place",
		[VERDICT_YIELDED] = "yielded", [VERDICT_PLACED] = "placed",
		[VERDICT_FAILED] = "failed",   [VERDICT_UNREADABLE] = "unreadable",
		[VERDICT_MATCHED] = "matched", [VERDICT_NEWBORN] = "newborn",
	};

	return names[verdict];
}

enum verdict decide_unreadable(struct decision *decision, int error)
{
	decision->error = error;
	if (error == -ESRCH)
		return VERDICT_GONE;
	decision->dry = NULL; /* it is said when the decision is made */
	return error == -EINPROGRESS ? VERDICT_NEWBORN : VERDICT_UNREADABLE;
}

/* ---- acting ---------------------------------------------------------------------------------- */

static enum verdict prepare_places(struct decider *decider, struct decision *decision)
{
	struct decider_places *places = &decider->places;
	const struct rule *rule = decision->rule;

	places->n = places->used = 0;
	for (unsigned i = 0; i < rule->n_targets; i++) {
		const struct rule_target *target = rule->targets[i];
		char *path = places->paths + places->used;
		int error;

		if (!decide_expand(decider, &decision->process, target, path,
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

uint64_t decide_hash_places(const struct placement *items, size_t n)
{
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < n; i++) {
		hash = hash_add(hash, items[i].controllers, strlen(items[i].controllers) + 1);
		hash = hash_add(hash, items[i].path, strlen(items[i].path) + 1);
	}
	return hash;
}

/* Has its user moved the process, through the own service manager, as "systemd-run --user --scope"
 * does? Wherever it is not in its place, it is then where systemd has that manager's units. */
static bool is_users_move(const struct placer *placer, const struct placement *items, size_t n,
			  const char *cgroup)
{
	const struct hierarchies *hierarchies = placer_hierarchies(placer);

	for (size_t h = 0; h < hierarchies->n; h++) {
		const char *path;
		size_t len;

		if (!placer_is_placed(placer, cgroup, items, n, UINT32_C(1) << h) &&
		    !(hierarchy_find_path(&hierarchies->items[h], cgroup, &path, &len) &&
		      login_is_at_users_choice(cgroup, path, len)))
			return false;
	}
	return true;
}

/* Somebody may have moved the process since we placed it: do we leave it there? Not if it was its
 * user: rules are above users. */
static bool yields(const struct decider *decider, const struct placement *items, size_t n,
		   uint64_t identity, uint64_t place, struct decision *decision)
{
	pid_t tgid = decision->process.tgid;

	if (!PROTECT_YIELD || !placed_knows(decider->placed, tgid, identity, place) ||
	    placer_is_placed(decider->placer, decision->process.cgroup, items, n, UINT32_MAX) ||
	    is_users_move(decider->placer, items, n, decision->process.cgroup))
		return false;
	switch (placed_ask(decider->placed, tgid, identity, place, decider->policy,
			   decider->now_ms)) {
	case PLACED_FIRST:
	case PLACED_PUT_BACK:
		return false;
	case PLACED_GIVE_UP:
		decision->gave_up = true;
		return true;
	case PLACED_LEAVE:
		return true;
	}
	return false;
}

static void note_placed(const struct decider *decider, const struct placement *items, size_t n,
			uint64_t identity, uint64_t place, struct decision *decision)
{
	struct family_place *family = &decision->place;

	placed_note(decider->placed, decision->process.tgid, identity, place, decider->now_ms);
	family->n = n < FAMILY_PLACEMENTS_MAX ? n : FAMILY_PLACEMENTS_MAX;
	/* The later one counts: of too many, the last ones. */
	memcpy(family->items, items + (n - family->n), family->n * sizeof(*items));
	family->moved = decision->result.moved;
	memcpy(family->from, decision->result.from, sizeof(family->from));
}

static enum verdict place(const struct decider *decider, int pidfd, const struct placement *items,
			  size_t n, struct diag_list *diags, struct decision *decision)
{
	struct process *process = &decision->process;
	uint64_t place = decide_hash_places(items, n);
	uint64_t identity = process->identity;

	if (!identity && decider->has_numbers)
		identity = identity_number_in(pidfd);
	if (!identity) {
		int r = process_read(decider->reader, process, FACT_START);

		if (r < 0)
			return decide_unreadable(decision, r);
		identity = process->start_ticks;
	}
	decision->identity = identity;
	(void)snprintf(decision->destination, sizeof(decision->destination), "%s", items[0].path);
	if (yields(decider, items, n, identity, place, decision))
		return VERDICT_YIELDED;
	if (decider->superseded && decider->superseded(decider->superseded_arg, process->tgid))
		return VERDICT_SUPERSEDED;
	switch (placer_place(decider->placer, process->tgid, process->cgroup, items, n,
			     decider->now_ms, diags, &decision->result)) {
	case PLACE_MOVED:
		note_placed(decider, items, n, identity, place, decision);
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

static enum verdict act(struct decider *decider, int pidfd, struct diag_list *diags,
			struct decision *decision)
{
	enum verdict verdict = prepare_places(decider, decision);

	if (verdict != VERDICT_PLACED)
		return verdict;
	return place(decider, pidfd, decider->places.items, decider->places.n, diags, decision);
}

/* Or was it born between the moves of two hierarchies? */
static bool is_where_its_parent_was(const struct decider *decider, const struct process *process,
				    const struct family_place *inherits)
{
	uint32_t elsewhere = 0;

	for (unsigned h = 0; h < HIERARCHIES_MAX; h++) {
		uint32_t one = UINT32_C(1) << h;

		if ((inherits->moved & one) &&
		    placer_location(decider->placer, process->cgroup, one) != inherits->from[h])
			elsewhere |= one;
	}
	return elsewhere != inherits->moved &&
	       placer_is_placed(decider->placer, process->cgroup, inherits->items, inherits->n,
				elsewhere);
}

/* No rule names the process, but it was born before its parent was placed. It follows, unless
 * somebody has moved it meanwhile. */
static enum verdict inherit(const struct decider *decider, int pidfd,
			    const struct family_place *inherits, struct diag_list *diags,
			    struct decision *decision)
{
	int r = process_read(decider->reader, &decision->process, FACT_CGROUP | FACT_EXE);

	if (r < 0)
		return decide_unreadable(decision, r);
	if (decision->process.state == 'Z')
		return VERDICT_GONE;
	if (!is_where_its_parent_was(decider, &decision->process, inherits))
		return VERDICT_NO_RULE;
	decision->inherited = true;
	return place(decider, pidfd, inherits->items, inherits->n, diags, decision);
}

static enum verdict exempt(struct decision *decision, const char *why)
{
	decision->exempt = why;
	return VERDICT_EXEMPT;
}

/*
 * Who it is tells most processes from those that rules are for: nothing else is read of these. 0;
 * 1: what a held exec will make of it is not known; -errno.
 */
static int find_rule(struct confirming *confirming, struct held_exec *held,
		     struct decision *decision)
{
	const struct decider *decider = confirming->decider;
	struct process *process = &decision->process;
	unsigned facts = decider->rules->facts & FACT_GROUPS;
	int r;

	if (held)
		held_exec_apply(held, process);
	r = process_read(decider->reader, process,
			 facts | (held ? held_exec_facts(held) : FACT_STATUS));
	if (r < 0)
		return r;
	if (held && !held_exec_apply_ids(held, process))
		return 1;
	if (process->state == 'Z' || !ruleset_may_match(decider->rules, process, &facts))
		return 0;
	r = process_read(decider->reader, process, facts);
	if (r == 0)
		decision->rule = ruleset_match(decider->rules, process, decide_confirm, confirming);
	if (confirming->asked_others)
		process->cgroups = NULL; /* it may have been moved meanwhile */
	return r;
}

/* There is no rule that places it. */
static enum verdict leave(struct decider *decider, int pidfd, const struct decide_subject *subject,
			  struct diag_list *diags, struct decision *decision)
{
	if (subject->is_sticky)
		return VERDICT_STICKY;
	if (subject->inherits)
		return inherit(decider, pidfd, subject->inherits, diags, decision);
	return decision->rule ? VERDICT_MATCHED : VERDICT_NO_RULE;
}

/* Some rules only say who is left alone, and some who is not placed but acted upon. */
enum verdict decide_carry_out(struct decider *decider, int pidfd,
			      const struct decide_subject *subject, struct diag_list *diags,
			      struct decision *decision)
{
	if (decision->process.kthread)
		return exempt(decision, "it is a kernel thread");
	decision->exempt = exempt_find(decision->rule, &decision->process, &decider->exemptions,
				       &decision->may_act);
	if (decision->exempt)
		return VERDICT_EXEMPT;
	if (decision->rule->options)
		return VERDICT_IGNORED;
	if (subject->is_sticky || subject->stays || !decision->rule->n_targets)
		return leave(decider, pidfd, subject, diags, decision);
	return act(decider, pidfd, diags, decision);
}

static enum verdict decide_known(struct decider *decider, int pidfd,
				 const struct decide_subject *subject, struct diag_list *diags,
				 struct decision *decision)
{
	struct confirming confirming = {
		.decider = decider,
		.is_held = subject->held != NULL,
	};
	struct process *process = &decision->process;
	int r = find_rule(&confirming, subject->held, decision);

	if (r < 0)
		return decide_unreadable(decision, r);
	if (r > 0 || confirming.is_unknown)
		return VERDICT_SUPERSEDED;
	if (confirming.is_busy)
		return decide_unreadable(decision, -EBUSY);
	if (process->state == 'Z')
		return VERDICT_GONE;
	if (confirming.waits)
		return VERDICT_WAITS;
	decision->dry = confirming.dry;
	if (!decision->rule)
		return leave(decider, pidfd, subject, diags, decision);
	/* %p needs the executable; a kernel thread shows by having none. */
	r = process_read(decider->reader, process, FACT_CGROUP | FACT_EXE);
	if (r < 0)
		return decide_unreadable(decision, r);
	if (process->state == 'Z')
		return VERDICT_GONE;
	return decide_carry_out(decider, pidfd, subject, diags, decision);
}

bool decide_is_sticky(const struct decider *decider, struct process *process)
{
	int r;

	if (!sticky_has(decider->sticky, process->tgid))
		return false;
	r = process_read(decider->reader, process, FACT_START);
	if (r == -EBUSY) /* it cannot be told whether it is an earlier one's number */
		return true;
	return r == 0 && sticky_matches(decider->sticky, process->tgid, process->start_ticks);
}

bool decide_put_right(const struct decider *decider, pid_t tgid, uint32_t moved)
{
	struct process other, parent;

	process_init(&other, tgid);
	if (process_read(decider->others, &other, FACT_STATUS) < 0)
		return false;
	process_init(&parent, other.ppid);
	if (process_read(decider->others, &parent, FACT_CGROUP) == 0)
		(void)placer_restore(decider->placer, tgid, parent.cgroup, moved);
	return true;
}

/* VERDICT_EXEMPT with its reason, or another: go on. */
static enum verdict check_age(const struct decider *decider, struct decision *decision)
{
	int r;

	if (!decider->oldest_ticks)
		return VERDICT_NO_RULE;
	r = process_read(decider->reader, &decision->process, FACT_START);
	if (r < 0)
		return decide_unreadable(decision, r);
	if (decision->process.start_ticks < decider->oldest_ticks)
		return exempt(decision, "it is older than the daemon, and --scan was not given");
	return VERDICT_NO_RULE;
}

/* Processes that nothing is ever done to. */
bool decide_is_untouchable(const struct decider *decider, pid_t tgid, struct decision *decision)
{
	if (tgid != 1 && tgid != decider->self && tgid != decider->guard && tgid != decider->runner)
		return false;
	decision->verdict = exempt(decision, tgid == 1 ? "it is PID 1" : "it is the daemon itself");
	return true;
}

void decide_end(const struct decider *decider, int pidfd, const struct decide_subject *subject,
		struct decision *decision)
{
	if (decision->verdict == VERDICT_PLACED && !identity_holds(pidfd)) {
		decision->verdict = VERDICT_GONE;
		/* Who has the number now is not where that says. */
		placed_forget(decider->placed, decision->process.tgid);
		if (PROTECT_REUSE)
			decision->reused = decide_put_right(decider, decision->process.tgid,
							    decision->result.moved);
		pidfd = -1;
	}
	/* A held exec may still fail. */
	if (!subject->held && decider->act && decision->may_act && decision->rule &&
	    rule_has_actions(decision->rule))
		decider->act(decider->act_arg, pidfd, decision);
}

static void decide_any(struct decider *decider, pid_t tgid, struct decide_subject *subject,
		       struct diag_list *diags, struct decision *ret)
{
	cleanup_close int pidfd = -1;

	*ret = (struct decision){ .verdict = VERDICT_EXEMPT };
	process_init(&ret->process, tgid);
	if (decide_is_untouchable(decider, tgid, ret))
		return;
	pidfd = identity_open(tgid);
	if (pidfd < 0) {
		ret->verdict = decide_unreadable(ret, pidfd);
		return;
	}
	if (!subject->held) {
		ret->process.pidfd = pidfd;
		ret->process.first_lives = decider->has_executed;
		ret->process.executed = decider->has_executed && decider->executed.identity
						? &decider->executed
						: NULL;
	}
	subject->is_sticky = decide_is_sticky(decider, &ret->process);
	/* It is not to be moved. What it does is no less forbidden. */
	if (subject->is_sticky && !decider->rules->has_actions) {
		ret->verdict = VERDICT_STICKY;
		return;
	}
	ret->verdict = check_age(decider, ret);
	if (ret->verdict != VERDICT_NO_RULE)
		return;
	ret->verdict = decide_known(decider, pidfd, subject, diags, ret);
	decide_end(decider, pidfd, subject, ret);
}

void decide(struct decider *decider, pid_t tgid, const struct family_place *inherits,
	    struct diag_list *diags, struct decision *ret)
{
	struct decide_subject subject = { .inherits = inherits };

	decide_any(decider, tgid, &subject, diags, ret);
	ret->process.pidfd = -1; /* it is closed */
}

void decide_held(struct decider *decider, pid_t tgid, struct held_exec *held,
		 struct diag_list *diags, struct decision *ret)
{
	struct decide_subject subject = { .held = held };
	decider_superseded_fn *superseded = decider->superseded;

	/* What is queued happened before this exec, whose own event comes when it goes on. */
	decider->superseded = NULL;
	decide_any(decider, tgid, &subject, diags, ret);
	ret->held = true;
	decider->superseded = superseded;
}
