/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_DECIDE_H
#define CGRED_ENGINE_DECIDE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/executed.h"
#include "cgroup/placer.h"
#include "engine/exempt.h"
#include "engine/family.h"
#include "engine/placed.h"
#include "process/process.h"
#include "rule/rule.h"

struct diag_list;
struct held_exec;
struct idnames;
struct process_reader;
struct ruleset;
struct sticky;

/* The decision about one process, the same for every event, scan, trace and explanation. */

enum verdict {
	VERDICT_GONE,	/* the process ended meanwhile */
	VERDICT_EXEMPT, /* PID 1, a kernel thread, another container, the daemon itself … */
	VERDICT_STICKY, /* placed by hand: not ours to move */
	VERDICT_NO_RULE,
	VERDICT_IGNORED,    /* by a rule with "ignore" */
	VERDICT_SUPERSEDED, /* it has done more since: the decision on that is to come */
	VERDICT_WAITS,	    /* for a name: decide again when it is known */
	VERDICT_IN_PLACE,
	VERDICT_YIELDED, /* somebody else has moved it since it was placed */
	VERDICT_PLACED,
	VERDICT_MATCHED,    /* by a rule that has no group to place it into */
	VERDICT_FAILED,	    /* result.text says why */
	VERDICT_UNREADABLE, /* error says why */
	VERDICT_NEWBORN,    /* its fork is not over: decide again */
};
#define VERDICTS (VERDICT_NEWBORN + 1)

/* The expanded paths of one rule's targets. */
struct decider_places {
	struct placement items[RULE_TARGETS_MAX];
	size_t n;
	char paths[RULE_TARGETS_BYTES + PATH_MAX];
	size_t used;
};

/* Asked before a process is moved: has another event of it arrived, that will be decided on? */
typedef bool decider_superseded_fn(void *arg, pid_t tgid);

struct decision;

/* Called at the end of a decision by a rule that has more to do than to place, and may. The process
 * is held by its pidfd; -1: it is gone. */
typedef void decider_act_fn(void *arg, int pidfd, struct decision *decision);

/* Everything a decision needs; all that it points to stays the owner's. */
struct decider {
	const struct ruleset *rules;
	struct process_reader *reader;
	struct process_reader *others; /* for its ancestors, and for who is to be put back */
	struct placer *placer;
	struct idnames *names;
	const struct sticky *sticky;
	struct placed *placed;
	enum placed_policy policy;
	decider_superseded_fn *superseded;
	void *superseded_arg;
	decider_act_fn *act;
	void *act_arg;
	uint64_t now_ms;
	uint64_t oldest_ticks;	   /* processes that started before this are exempt; 0: none is */
	pid_t self, guard, runner; /* the daemon's processes; 0: none */
	struct exemptions exemptions;
	bool has_executed;	      /* just now: the first thread lives, and tells of all of it */
	struct executed executed;     /* has_executed: what was noted of that exec */
	bool has_numbers;	      /* identity_number_in() has one for every process */
	struct decider_places places; /* room to work in: the event path does not allocate */
};

/* What was decided, and on what grounds. Its pointers live until the next decision. */
struct decision {
	enum verdict verdict;
	const char *exempt; /* VERDICT_EXEMPT: the reason */
	bool held;	    /* while its exec waits */
	bool may_act;	    /* the rule's actions beside placing may be carried out */
	int error;	    /* VERDICT_UNREADABLE: -errno */
	struct process process;
	const struct rule *rule; /* NULL: none matched, or matching was not reached */
	const struct rule *dry;	 /* a dry run that would have been it; NULL: none */
	bool inherited;		 /* VERDICT_PLACED: by what its parent's rule says */
	uint64_t identity;	 /* of the process, where it was placed or is about to be */
	bool gave_up;		 /* VERDICT_YIELDED: after it was put back too often */
	bool reused; /* VERDICT_GONE: another process has its number, decide about that */
	struct family_place place; /* VERDICT_PLACED: for the children that were too early */
	char destination[256];	   /* of the rule's first target, substituted; for messages: cut */
	struct place_result result;
};

/* Decide, and act on it. inherits (or NULL): where the process belongs when no rule names it.
 * Warnings go to diags. The strings of ret->place live until the next decision. */
void decide(struct decider *decider, pid_t tgid, const struct family_place *inherits,
	    struct diag_list *diags, struct decision *ret);

/* The same about a process whose exec is held, as what it will be. */
void decide_held(struct decider *decider, pid_t tgid, struct held_exec *held,
		 struct diag_list *diags, struct decision *ret);

/* An access to a file, as its source tells of it: the process may be gone. */
struct accessed {
	unsigned accesses; /* 1U << enum yaml_access */
	bool success;
	const char *const *paths;
	size_t n_paths;
	uint64_t time_ms; /* CLOCK_REALTIME */
	pid_t ppid;
	uid_t euid;
	gid_t egid;
	const char *exe, *comm; /* NULL: not told */
	bool is_command;	/* of a rule, or what one has started */
};

/* The same about a process that has accessed a file. An execution is not placed: its own event does
 * that. */
void decide_access(struct decider *decider, pid_t tgid, const struct accessed *accessed,
		   struct diag_list *diags, struct decision *ret);

/*
 * What was moved in these hierarchies was not the process that was decided about: it ended, and its
 * number went to another between the last look and the write. That one was born in its parent's
 * group: put it back there. True: there is one, decide about it anew.
 */
bool decide_put_right(const struct decider *decider, pid_t tgid, uint32_t moved);

/* A number for the places of a rule's targets, to tell them from others. */
uint64_t decide_hash_places(const struct placement *items, size_t n);

const char *verdict_name(enum verdict verdict);

#endif
