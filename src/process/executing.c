/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a process still inside execve(2)? */
#include "config.h"

#include "process/executing.h"

#include <stdlib.h>

#include "process/proc-file.h"
#include "process/proc-parse.h"
#include "process/process.h"

#define NS_PER_MS UINT64_C(1000000)

/* What it has had of a processor (sched-stats.rst). False where the kernel does not count that. */
static bool read_ran(int proc_fd, const struct process *process, struct proc_text *text,
		     uint64_t *ret)
{
	char *end;

	if (proc_file_read(proc_fd, process, "schedstat", text) <= 0)
		return false;
	*ret = strtoull(text->data, &end, 10);
	return *ret != 0 && *end == ' ';
}

static bool is_short_of_time(int proc_fd, const struct process *process, struct proc_text *text,
			     uint64_t *first_ns)
{
	uint64_t ran_ns;

	if (!read_ran(proc_fd, process, text, &ran_ns))
		return false;
	if (!*first_ns)
		*first_ns = ran_ns;
	return ran_ns - *first_ns < EXECUTING_MS * NS_PER_MS;
}

/* Not by PID/syscall: who reads that waits for a lock that an exec holds while it closes files, and
 * a user's file system may make that last (fs/proc/base.c, lock_trace()). */
bool executing_may_be(int proc_fd, pid_t tgid, uint64_t *first_ns)
{
	const struct process process = { .tgid = tgid };
	struct proc_text text = { 0 };
	struct proc_stat stat;
	ssize_t len = proc_file_read(proc_fd, &process, "stat", &text);
	bool may_be = false;

	if (len > 0 && proc_parse_stat(text.data, (size_t)len, &stat) == 0)
		may_be =
			stat.state == 'D' ||
			(stat.state == 'R' && is_short_of_time(proc_fd, &process, &text, first_ns));
	free(text.data);
	return may_be;
}
