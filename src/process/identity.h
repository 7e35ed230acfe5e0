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

/* A number that no other process has had since boot: of pidfs (Linux 6.9), 0 on older kernels. */
uint64_t identity_number(int pidfd);

#endif
