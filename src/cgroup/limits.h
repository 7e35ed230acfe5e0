/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_LIMITS_H
#define CGRED_CGROUP_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag_list;
struct hierarchies;
struct hierarchy;

/* Limits of a group in words that mean the same on cgroup v1 and v2. */

struct limits_value {
	const char *file, *value;
};

struct limits {
	uint64_t ram_bytes;	 /* 0: not limited */
	unsigned cpu_hundredths; /* of a percent of all CPUs together; 0: not limited */
	uint64_t pids;		 /* 0: not limited */
	bool freeze;
	const struct limits_value *set; /* written as they are, after the rest */
	size_t n_set;
	const char *file; /* for messages: where it was configured */
	unsigned line;
};

/* What the meaning of limits depends on. */
struct limits_machine {
	const struct hierarchies *hierarchies; /* that the group's is one of: which of them a
						  controller is in; NULL: each v1 hierarchy has what
						  it says, and the v2 tree all that there is */
	unsigned cpus;			       /* online */
	bool has_swap;
};

/* The CPUs and the swap of this machine (proc_fd: of /proc). The hierarchies are left alone. */
void limits_machine_read(struct limits_machine *machine, int proc_fd);

/* The controllers that the limits need, as a rule names them ("memory,cpu,pids,freezer"), into buf.
 * Always has "freezer", so that a group can be frozen as a whole. 0 or -ENOSPC. */
int limits_controllers(const struct limits *limits, char *buf, size_t size);

/* Which hierarchy a controller of limits_controllers() is in: its index, or -ENOENT. Every v2 group
 * can be frozen, so without a freezer of v1 that is the v2 tree. */
int limits_find_hierarchy(const struct hierarchies *hierarchies, const char *name, size_t len);

/*
 * Write what of the limits belongs to this hierarchy to the group, and read it back. What is no
 * longer limited becomes unlimited, but a frozen group is not thawed: who froze it is not known.
 * Warnings in diags: a file that is not there (controller not enabled), a value that did not stay,
 * an ancestor that allows less, swap that is not limited while memory is. 0 or -errno (the group is
 * not there). limits_apply() is for this machine, and for the hierarchy alone.
 */
int limits_apply(const struct limits *limits, const struct hierarchy *hierarchy, const char *path,
		 struct diag_list *diags);
int limits_apply_on(const struct limits_machine *machine, const struct limits *limits,
		    const struct hierarchy *hierarchy, const char *path, struct diag_list *diags);

/* A group was made (its path is of len bytes), and has none below yet: on v1, the memory of those
 * that it will have counts as its own, too. */
void limits_count_below(const struct hierarchy *hierarchy, const char *path, size_t len);

/* Freeze a group, or thaw it: cgroup.freeze, or freezer.state of v1. That is asked for, and may
 * take the processes a while. 0; -ENOTSUP: not in this hierarchy; another -errno. */
int limits_freeze(const struct hierarchy *hierarchy, const char *path, bool freeze);

#endif
