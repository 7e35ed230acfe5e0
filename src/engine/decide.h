/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_DECIDE_H
#define CGRED_ENGINE_DECIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/placer.h"
#include "process/process.h"

struct diag_list;
struct idnames;
struct placer;
struct process_reader;
struct rule;
struct ruleset;
struct sticky;

/* The decision about one process, the same for every event, scan, trace and explanation. */

enum verdict {
	VERDICT_GONE,	/* the process ended meanwhile */
	VERDICT_EXEMPT, /* PID 1, a kernel thread, another container, the daemon itself … */
	VERDICT_STICKY, /* placed by hand: not ours to move */
	VERDICT_NO_RULE,
	VERDICT_IGNORED, /* by a rule with "ignore" */
	VERDICT_WAITS,	 /* for a name: decide again when it is known */
	VERDICT_IN_PLACE,
	VERDICT_PLACED,
	VERDICT_FAILED,	    /* result.text says why */
	VERDICT_UNREADABLE, /* error says why */
};
#define VERDICTS (VERDICT_UNREADABLE + 1)

/* Everything a decision needs; all of it stays the owner's. */
struct decider {
	const struct ruleset *rules;
	struct process_reader *reader;
	struct placer *placer;
	struct idnames *names;
	const struct sticky *sticky;
	pid_t self;
	const char *own_cgroup; /* text of our own /proc/PID/cgroup */
	bool is_systemd;	/* PID 1 is systemd */
};

/* What was decided, and on what grounds. Its pointers live until the next decision. */
struct decision {
	enum verdict verdict;
	const char *exempt; /* VERDICT_EXEMPT: the reason */
	int error;	    /* VERDICT_UNREADABLE: -errno */
	struct process process;
	const struct rule *rule; /* NULL: none matched, or matching was not reached */
	char destination[256];	 /* of the rule's first target, substituted; for messages: cut */
	struct place_result result;
};

/* Decide, and act on it. Warnings go to diags. */
void decide(const struct decider *decider, pid_t tgid, struct diag_list *diags,
	    struct decision *ret);

const char *verdict_name(enum verdict verdict);

#endif
