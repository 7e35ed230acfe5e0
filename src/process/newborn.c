/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a process still being forked? */
#include "config.h"

#include "process/newborn.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "process/proc-file.h"
#include "process/proc-parse.h"

/* Or above what is the root to us: "/../..". */
static bool is_root(const char *path, const char *end)
{
	return strspn(path, "/.") == (size_t)(end - path);
}

/* Lines are ID:CONTROLLERS:PATH (cgroups(7)). */
bool newborn_may_be(const char *cgroup)
{
	const char *begin = cgroup;
	const char *end;

	for (; (end = strchr(cgroup, '\n')); cgroup = end + 1) {
		const char *colon = strchr(cgroup, ':');
		const char *path = colon ? strchr(colon + 1, ':') : NULL;

		if (!path || path > end || !is_root(path + 1, end))
			return false;
	}
	return cgroup != begin;
}

/* Then it counts us, too. */
static bool kernel_counts(int proc_fd)
{
	char text[128];
	ssize_t len = file_read_buf(proc_fd, "self/schedstat", text, sizeof(text));
	struct proc_schedstat self;

	return len > 0 && proc_parse_schedstat(text, (size_t)len, &self) == 0 && self.times > 0;
}

int newborn_is(int proc_fd, const struct process *process)
{
	struct proc_schedstat ran;
	int r = proc_file_schedstat(proc_fd, process, &ran);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return ran.times == 0 && kernel_counts(proc_fd);
}
