/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ACTION_SIGNAL_H
#define CGRED_ACTION_SIGNAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Signals for rules: to the process that was meant, and to nobody who has its number now. */

/* The signal of an action's name: KILL, INTERRUPT, TERM, STOP; 0: it is none of these. And back;
 * NULL: no action is called so. */
int signal_of_name(const char *name);
const char *signal_name(int signo);

struct signal_target {
	pid_t tgid;
	int pidfd;	      /* of the process; -1: not at hand */
	uint64_t start_ticks; /* of proc_pid_stat(5), tells it from others; 0: not known */
};

/*
 * Send a signal. Never to pid 1, to a kernel thread, or to one of spared (the daemon's own):
 * -EPERM. proc_fd: a directory like /proc. A target with neither a pidfd nor a start is nobody:
 * -EINVAL. 0; -ESRCH: the process is gone; another -errno.
 */
int signal_send(int proc_fd, const struct signal_target *target, int signo, const pid_t *spared,
		size_t n_spared);

#endif
