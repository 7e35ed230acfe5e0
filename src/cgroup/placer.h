/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_PLACER_H
#define CGRED_CGROUP_PLACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/hierarchy.h"

struct cgconfig;
struct clean_result;
struct diag_list;
struct limited_group;

/* Moves processes into groups: keeps the groups' cgroup.procs open, makes groups on demand, and
 * removes the ones it made when they have been empty for a while. */
struct placer;

#define PLACEMENTS_MAX 64 /* of one process at a time */

/* One target of a rule, its substitutions done. */
struct placement {
	const char *controllers;   /* as in the rule */
	const char *path;	   /* relative to the hierarchies' roots, without outer slashes */
	const char *template_name; /* the destination before substitution; NULL: it had none, and
				      the group must exist or be one of cgconfig.conf */
};

enum place_outcome {
	PLACE_MOVED,
	PLACE_IN_PLACE, /* there, or below, already: nothing was written */
	PLACE_GONE,	/* the process ended */
	PLACE_FAILED,	/* it is where it was before */
};

struct place_result {
	int error;			/* PLACE_FAILED: -errno */
	char text[512];			/* PLACE_FAILED: what was tried, and the cause */
	uint32_t moved;			/* PLACE_MOVED: the hierarchies that were written to … */
	uint64_t from[HIERARCHIES_MAX]; /* … and placer_location() of each before */
};

/* remove_empty_ms: how long a group made on demand is kept empty; 0: for ever. NULL: no memory. */
struct placer *placer_new(unsigned long remove_empty_ms);
void placer_free(struct placer *placer);

/* Called for each group that is made on demand: hierarchy_name() and the path. */
typedef void placer_made_fn(void *arg, const char *hierarchy, const char *path);
void placer_set_made(struct placer *placer, placer_made_fn *made, void *arg);

/* Call fn for all groups that were made on demand and are still to be removed. */
void placer_each_made(const struct placer *placer, placer_made_fn *fn, void *arg);

/* A group was made on demand by an earlier daemon: remove it when it is empty. */
void placer_adopt_made(struct placer *placer, const char *hierarchy, const char *path);

/* Take over what is mounted (from mounts_load(); *hierarchies is empty then). All
 * kept descriptors are closed. */
void placer_set_hierarchies(struct placer *placer, struct hierarchies *hierarchies);
const struct hierarchies *placer_hierarchies(const struct placer *placer);

/* A group was renamed: descriptors that are kept may be of other groups than their paths say. */
void placer_forget_groups(struct placer *placer);

/* The groups and templates to make groups by. Stays the caller's, until it is replaced. */
void placer_set_cgconfig(struct placer *placer, const struct cgconfig *cgconfig);

/*
 * The groups with limits (cgroup/limited.h). Stay the caller's, until they are replaced. After a
 * load, and when hierarchies have come or gone, placer_make_groups() makes them (or gives those
 * that are there their limits, and freezes them), removes those that are no longer configured, and
 * takes away what is no longer limited. placer_check_groups(), every few seconds, makes good what
 * others did to them: groups removed, controllers taken away. A group that is missing when a
 * process is placed in it is made then, too. Placements into them may name controllers that are not
 * mounted.
 */
void placer_set_groups(struct placer *placer, const struct limited_group *groups, size_t n);
void placer_make_groups(struct placer *placer, struct diag_list *diags);
void placer_check_groups(struct placer *placer, struct diag_list *diags);

/* Remove a group, and all below it, in all hierarchies; what becomes of its processes (to may be
 * NULL), and what is counted: clean_groups() in cgroup/clean.h. May take half a second for each
 * group that cannot be removed. 0; -EINVAL: that is no path of a group. */
int placer_clean(struct placer *placer, const char *top, const char *to, struct clean_result *ret);

/* Freeze a group, or thaw it, in whatever hierarchies can. 0; -ENOENT: there is none, or not there;
 * -ENOTSUP; another -errno. */
int placer_freeze(struct placer *placer, const char *path, bool freeze);

/*
 * Move a process to all its places, or to none. proc_cgroup is the text of its /proc/PID/cgroup. Of
 * two places in one hierarchy, the later counts. Warnings (a limit that has no effect, a value of a
 * template that could not be set) go to diags. now_ms: CLOCK_MONOTONIC.
 */
enum place_outcome placer_place(struct placer *placer, pid_t tgid, const char *proc_cgroup,
				const struct placement *placements, size_t n, uint64_t now_ms,
				struct diag_list *diags, struct place_result *ret);

/* Open the groups of one placement for somebody else: descriptors of their cgroup.procs, to be
 * closed by the caller, by hierarchy; the others are left alone. 0 or -errno: not all of them are
 * there. */
int placer_open(struct placer *placer, const struct placement *placement, uint64_t now_ms,
		uint32_t *ret_hierarchies, int fds[HIERARCHIES_MAX]);

/* Is the process in these places already, or below them, in the hierarchies of the mask? False also
 * when that cannot be told. */
bool placer_is_placed(const struct placer *placer, const char *proc_cgroup,
		      const struct placement *placements, size_t n, uint32_t mask);

/* Put a process where proc_cgroup (of another one, or its own from before) says, in the hierarchies
 * of the mask. False: not everywhere. */
bool placer_restore(struct placer *placer, pid_t tgid, const char *proc_cgroup, uint32_t mask);

/* A hash of where a process is in these hierarchies (a mask): the same place, the same number. */
uint64_t placer_location(const struct placer *placer, const char *proc_cgroup, uint32_t mask);

/* Descriptors are short: close some of those that are kept. False: there are none. */
bool placer_make_room(struct placer *placer);

/*
 * Is the process in the place already, in the sense of a rule with "ignore": in path itself, in a
 * group whose path begins with it, or, where it is open (was written with a slash at its end),
 * below it; on one of the controllers?
 */
bool placer_is_in(const struct placer *placer, const char *proc_cgroup,
		  const struct placement *placement, bool is_open);

/* Remove groups made on demand that have been empty for long enough. Returns how many are left that
 * will have to be looked at again. now_ms: CLOCK_MONOTONIC. */
size_t placer_sweep(struct placer *placer, uint64_t now_ms);

struct placer_stats {
	size_t descriptors; /* kept open */
	size_t groups_made; /* on demand, and not yet removed */
	uint64_t writes;    /* to cgroup.procs */
};
void placer_get_stats(const struct placer *placer, struct placer_stats *ret);

#endif
