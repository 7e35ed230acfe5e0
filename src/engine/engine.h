/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_ENGINE_H
#define CGRED_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/configuration.h"
#include "engine/decide.h"

struct event;
struct loop;
struct yaml_config;

/* The daemon without its surface: sources in, decisions, placements out. Main thread only. */
struct engine;

struct engine_config {
	struct configuration_paths paths;
	unsigned long remove_empty_ms; /* groups made on demand, when empty for so long; 0: never */
	bool scan;		       /* also place what runs already */
	bool once;		       /* only that: engine_pass() */
	bool systemd;		       /* PID 1 is systemd: leave its user managers alone */
	bool cgroupfs;		       /* the administrator says: write to its tree all the same */
	enum placed_policy policy;     /* when somebody else moves what was placed */
	bool sync_never;	       /* do not open the exec gate */
	bool sync_always;	/* mark file systems, where a rule's program is no known file */
	bool favordynmods;	/* turn it on */
	const char *state_path; /* of the state file; NULL: none */
	const char *audit_state_path; /* what was changed in the audit subsystem */
};

struct engine_stats {
	uint64_t events;
	uint64_t verdicts[VERDICTS];
	uint64_t overruns; /* times that the kernel had to drop events */
	uint64_t dropped;  /* events that were: what they were about was looked for, or has ended */
	uint64_t filtered; /* execs that no rule could be for, dropped by the kernel */
	uint64_t held;	   /* execs, by the exec gate */
	uint64_t before_start; /* of those placed: before their first instruction */
	uint64_t scans;	       /* passes over /proc */
	uint64_t reopened;     /* subscriptions that had gone silent */
	uint64_t reused;       /* process numbers that changed hands during a placement */
	uint64_t given_up;     /* processes that could not be read, however often */
	uint64_t accesses;     /* to files, that rules are for */
	uint64_t signals;      /* that rules have sent */
	uint64_t reloads, failed_reloads;
};

/*
 * Load the configuration and build everything, with nothing subscribed to yet. config stays the
 * caller's. What is wrong has been logged. 0; -EINVAL: mistakes in the configuration; -ENODEV: no
 * cgroup hierarchy is mounted; another -errno.
 */
int engine_new(struct loop *loop, const struct engine_config *config, struct engine **ret);

/* Subscribe, and scan where that was asked for. 0 or -errno, logged. */
int engine_start(struct engine *engine);
void engine_free(struct engine *engine); /* takes NULL */

/* Instead of starting: one pass over /proc, with all that the rules do about whom it finds. The
 * loop is stopped when it is complete and the commands have ended. 0 or -errno, logged. */
int engine_pass(struct engine *engine);

/* Instead of starting: remove the groups that were made for rules, by this daemon and by those
 * before it. Their processes go to the group above. 0; -EBUSY: some are left; logged. */
int engine_clean(struct engine *engine);

/* What the YAML files say, until the next reload. */
const struct yaml_config *engine_settings(const struct engine *engine);

/* Load the rules and templates, or the templates only, anew. The old ones stay in force until the
 * new ones are complete, and for good when these have a mistake. */
void engine_reload(struct engine *engine);
void engine_reload_templates(struct engine *engine);

/* The effective user of a process, or of a thread. 0 or -errno. */
int engine_find_user(struct engine *engine, pid_t pid, uid_t *ret_uid);

/* What a client of the sticky socket wants of a process. 0; -ESRCH; -ENOMEM. */
int engine_stick(struct engine *engine, pid_t pid, bool children);
int engine_unstick(struct engine *engine, pid_t pid);

void engine_get_stats(const struct engine *engine, struct engine_stats *ret);

#endif
