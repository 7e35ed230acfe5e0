/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_DECIDE_PARTS_H
#define CGRED_ENGINE_DECIDE_PARTS_H

#include "engine/decide.h"

/* The inside of a decision, for its own files only: decide.c, decide-ask.c (the matcher's
 * questions), decide-access.c (accesses to files). */

/* ---- decide-ask.c */

/* While a rule is looked for. */
struct confirming {
	const struct decider *decider;
	const struct rule *dry; /* the first dry run that would have matched */
	bool waits;		/* for a name that the condition needs */
	bool is_busy;		/* an ancestor cannot be read now */
	bool is_held;		/* its exec: /proc still tells of the program before */
	bool is_unknown;	/* whether a condition will hold then */
	bool asked_others;	/* who may have been waited for */
};

/* A ruleset_confirm_fn; its argument is a struct confirming. */
bool decide_confirm(void *arg, const struct rule *rule, const struct process *process,
		    unsigned what);

/* A target's path. %u and %g without waiting: false when a name is being looked up. */
bool decide_expand(const struct decider *decider, const struct process *process,
		   const struct rule_target *target, char *buf, size_t size, int *ret_error);

/* ---- decide.c */

/* What is decided about, beside the process. */
struct decide_subject {
	const struct family_place *inherits; /* where it belongs when no rule names it; or NULL */
	struct held_exec *held;		     /* an exec that is held; or NULL */
	bool is_sticky;
	bool stays; /* it is not to be placed for this */
};

/* A process that nothing is ever done to: the verdict is in *decision. */
bool decide_is_untouchable(const struct decider *decider, pid_t tgid, struct decision *decision);

/* How a process that could not be read is decided about. */
enum verdict decide_unreadable(struct decision *decision, int error);

bool decide_is_sticky(const struct decider *decider, struct process *process);

/* Do what the rule says about a process that it may be done to. Needs FACT_CGROUP and FACT_EXE. */
enum verdict decide_carry_out(struct decider *decider, int pidfd,
			      const struct decide_subject *subject, struct diag_list *diags,
			      struct decision *decision);

/* See that it was the same process all the time, then do what the rule has to do beside placing. */
void decide_end(const struct decider *decider, int pidfd, const struct decide_subject *subject,
		struct decision *decision);

#endif
