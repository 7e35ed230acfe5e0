/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_EXECUTING_H
#define CGRED_PROCESS_EXECUTING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * May the process be inside execve(2)? Yes where it sleeps there (/proc/PID/syscall); where it is
 * running, or waits for a processor to, as long as it has had less than EXECUTING_MS of one since
 * the last time this was asked
 * (/proc/PID/schedstat): that much no exec needs, so one that has had more has left it. No where
 * that cannot be told: the process is gone, the kernel was built without, or forbids to look; and
 * of a 32-bit program that sleeps. proc_fd: a directory like /proc. *ran_ns is what it has had, of
 * the first time it is asked 0.
 */
#define EXECUTING_MS 200
bool executing_may_be(int proc_fd, pid_t tgid, uint64_t *ran_ns);

#endif
