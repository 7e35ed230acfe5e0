/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_NEWBORN_H
#define CGRED_PROCESS_NEWBORN_H

#include <stdbool.h>

#include "process/process.h"

/*
 * A process that is still being forked. The kernel tells of a fork, and shows the process in /proc,
 * before it puts it into the groups of its parent (kernel/fork.c, copy_process():
 * proc_fork_connector(), then cgroup_post_fork()); until then it seems to be in all roots. Who
 * moves it then waits for the fork to end; but not with favordynmods, on kernels from 6.18 on,
 * which then have the process in their lists twice, and warn, hang or crash.
 */

/* Does the text of its PID/cgroup say that the process is in all roots? */
bool newborn_may_be(const char *cgroup);

/* Has such a process never run? 1; 0: it has, or the kernel does not count that (sched-stats.rst);
 * -ESRCH: it is gone; another -errno. proc_fd: a directory like /proc. */
int newborn_is(int proc_fd, const struct process *process);

#endif
