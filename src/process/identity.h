/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_IDENTITY_H
#define CGRED_PROCESS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Which process a number means: a pidfd (pidfd_open(2), Linux 5.3) stays with the process that had
 * the number when it was opened. */

/* A descriptor to be closed by the caller; -ESRCH: there is no such process (a thread is none);
 * another -errno. */
int identity_open(pid_t tgid);

/* Does the process still have its number? True also for a zombie: nobody else has it then. */
bool identity_holds(int pidfd);

/* Of the first thread, also when that has ended and others live on. */
struct identity_ids {
	pid_t ppid;
	uid_t euid;
	gid_t egid;
	uint64_t cgroup_id; /* of its group in the unified hierarchy; 0: not told */
};

/* Linux 6.13. 0; -ESRCH: the process is gone; another -errno: the kernel is too old. */
int identity_read_ids(int pidfd, struct identity_ids *ret);

/* A number that no other process has had since boot: of pidfs (Linux 6.9), 0 on older kernels. */
uint64_t identity_number(int pidfd);

/* Has all of the process ended, and waits for its parent? */
bool identity_has_ended(int pidfd);

/* Does the kernel have such numbers? Then identity_number_in() is the cheaper question. */
bool identity_has_numbers(void);
uint64_t identity_number_in(int pidfd);

#endif
