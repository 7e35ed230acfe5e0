/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_GROUP_H
#define CGRED_CGROUP_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cgconfig_group;
struct diag_list;
struct hierarchy;

/* One cgroup: its directory in one hierarchy. Paths are relative to the mount, "" is the root. */

/* Called for each directory that was made, from the top down, with the length of its path. */
typedef void group_made_fn(void *arg, const char *path, size_t len);

/*
 * Make the directories of path that are missing. When the last one was made, config (or NULL) gives
 * its owners, modes and values, on v2 after the controllers that it names are enabled; what of that
 * fails is a warning in diags. A cpuset of v1 that was made gets the CPUs and memory nodes of its
 * parent, without which no process can enter it. 0 or -errno.
 */
int group_make(const struct hierarchy *hierarchy, const char *path,
	       const struct cgconfig_group *config, group_made_fn *made, void *arg,
	       struct diag_list *diags);

/*
 * v2: enable the controllers of the list in every group above path, as far as that is possible.
 * Returns the first one that path still does not have (its name, *ret_len bytes), or NULL.
 * *ret_changed becomes true when path has one that it had not before. Names of v1 whose function
 * every v2 group has (cpuacct, freezer, perf_event) count as there.
 */
const char *group_enable_controllers(const struct hierarchy *hierarchy, const char *path,
				     const char *controllers, size_t *ret_len, bool *ret_changed);

/* v2: has the group these controllers? */
bool group_has_controllers(const struct hierarchy *hierarchy, const char *path,
			   const char *controllers);

/* Give a group the values of config once more: its controllers were taken away and are back. What
 * fails is a warning in diags. */
void group_set_values(const struct hierarchy *hierarchy, const char *path,
		      const struct cgconfig_group *config, struct diag_list *diags);

/* Descriptor for writing pids to the group's cgroup.procs, or -errno. */
int group_open_procs(const struct hierarchy *hierarchy, const char *path);

/* Move a process, with all its threads, into the group of such a descriptor. 0 or -errno; what the
 * errors mean: cgroup.procs in Documentation/admin-guide/cgroup-v2.rst, and placer.c. */
int group_add_process(int procs_fd, pid_t tgid);

/* No process and no group below. False also when that cannot be read. */
bool group_is_empty(const struct hierarchy *hierarchy, const char *path);

/* 0; -EBUSY: it is in use; another -errno. One that is gone already is a success. */
int group_remove(const struct hierarchy *hierarchy, const char *path);

#endif
