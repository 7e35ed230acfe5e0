/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a process still inside execve(2)? */
#include "config.h"

#include "process/executing.h"

#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "process/proc-file.h"
#include "process/proc-parse.h"
#include "process/process.h"

#define NS_PER_MS UINT64_C(1000000)

/* What it has had of a processor (sched-stats.rst). False where the kernel does not count that. */
static bool read_ran(int proc_fd, const struct process *process, uint64_t *ret)
{
	struct proc_file_path path = proc_file_path(process, "schedstat");
	char text[128];
	ssize_t len = file_read_buf(proc_fd, path.text, text, sizeof(text));
	const char *end = len > 0 ? memchr(text, ' ', (size_t)len) : NULL;

	return end && num_parse_u64(text, (size_t)(end - text), ret) && *ret != 0;
}

static bool is_short_of_time(int proc_fd, const struct process *process, uint64_t *first_ns)
{
	uint64_t ran_ns;

	if (!read_ran(proc_fd, process, &ran_ns))
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
	struct proc_file_path path = proc_file_path(&process, "stat");
	char text[1024];
	ssize_t len = file_read_buf(proc_fd, path.text, text, sizeof(text));
	struct proc_stat stat;

	if (len < 0 || proc_parse_stat(text, (size_t)len, &stat) < 0)
		return false;
	return stat.state == 'D' ||
	       (stat.state == 'R' && is_short_of_time(proc_fd, &process, first_ns));
}
