/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_MOUNTS_H
#define CGRED_CGROUP_MOUNTS_H

#include <stdbool.h>

struct hierarchies;

/* What is mounted now, parsed and opened. 0 or -errno; on success to be released with
 * hierarchies_done(). */
int mounts_load(struct hierarchies *ret);

/* The same hierarchies at the same places? */
bool mounts_equal(const struct hierarchies *a, const struct hierarchies *b);

/* A descriptor that becomes readable when anything is mounted or unmounted (/proc/self/mountinfo,
 * proc_pid_mountinfo(5)), to be closed by the caller; or -errno. */
int mounts_watch(void);

/* Make it unreadable again, until the next change. */
void mounts_watch_clear(int fd);

#endif
