/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a process still inside execve(2)? */
#include "config.h"

#include "process/executing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "process/proc-file.h"
#include "process/process.h"

#define NS_PER_MS UINT64_C(1000000)

/* The number at the start of a file, as proc_pid_syscall(5) and sched-stats.rst have it. False:
 * there is none. */
static bool read_number(int proc_fd, const struct process *process, const char *name,
			struct proc_text *text, uint64_t *ret)
{
	char *end;

	if (proc_file_read(proc_fd, process, name, text) <= 0)
		return false;
	*ret = strtoull(text->data, &end, 10);
	return end != text->data && (*end == ' ' || *end == '\n');
}

static bool is_short_of_time(int proc_fd, const struct process *process, struct proc_text *text,
			     uint64_t *ran_ns)
{
	uint64_t before = *ran_ns;

	if (!read_number(proc_fd, process, "schedstat", text, ran_ns))
		return false;
	return !before || *ran_ns - before < EXECUTING_MS * NS_PER_MS;
}

bool executing_may_be(int proc_fd, pid_t tgid, uint64_t *ran_ns)
{
	const struct process process = { .tgid = tgid };
	struct proc_text text = { 0 };
	uint64_t number;
	bool may_be = false;

	if (read_number(proc_fd, &process, "syscall", &text, &number))
		may_be = number == SYS_execve || number == SYS_execveat;
	else if (text.data && strcmp(text.data, "running\n") == 0)
		may_be = is_short_of_time(proc_fd, &process, &text, ran_ns);
	free(text.data);
	return may_be;
}
