/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_LIMITS_H
#define CGRED_CGROUP_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag_list;
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

/* The controllers that the limits need, as a rule names them ("memory,cpu,pids,freezer"), into buf.
 * Always has "freezer", so that a group can be frozen as a whole. 0 or -ENOSPC. */
int limits_controllers(const struct limits *limits, char *buf, size_t size);

/*
 * Write what of the limits belongs to this hierarchy to the group, and read it back. What is no
 * longer limited becomes unlimited. Warnings in diags: a file that is not there (controller not
 * enabled), a value that did not stay, an ancestor that allows less, swap that is not limited
 * while memory is. 0 or -errno (the group is not there).
 */
int limits_apply(const struct limits *limits, const struct hierarchy *hierarchy, const char *path,
		 struct diag_list *diags);

/* Freeze a group, or thaw it: cgroup.freeze, or freezer.state of v1. 0; -ENOTSUP: not in this
 * hierarchy; another -errno. */
int limits_freeze(const struct hierarchy *hierarchy, const char *path, bool freeze);

#endif
