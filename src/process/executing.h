/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_EXECUTING_H
#define CGRED_PROCESS_EXECUTING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define EXECUTING_MS	  1000 /* of a processor: that much no exec needs */
#define EXECUTING_THREADS 64   /* so many are looked at */

/*
 * May a thread of the process be inside execve(2)? Yes where one sleeps in the kernel without being
 * woken by signals (state D), as for a disk; where one runs or waits for a processor, as long as
 * all have had less than EXECUTING_MS of one since this was first asked. No where that cannot be
 * told. proc_fd: a directory like /proc. *first_ns: 0 at first, and again for another exec.
 */
bool executing_may_be(int proc_fd, pid_t tgid, uint64_t *first_ns);

#endif
