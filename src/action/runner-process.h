/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ACTION_RUNNER_PROCESS_H
#define CGRED_ACTION_RUNNER_PROCESS_H

struct runner_counters;

/* In a process that was just forked for it, with all signals blocked: take requests from the
 * socket, run them, report; until the other end of the socket is closed. */
_Noreturn void runner_process_run(int socket_fd, struct runner_counters *counters);

#endif
