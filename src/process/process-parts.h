/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_PROCESS_PARTS_H
#define CGRED_PROCESS_PROCESS_PARTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "process/look.h"
#include "process/proc-file.h"
#include "process/process.h"

/* The inside of the process reader, for its own files only: process.c, process-cgroup.c (in which
 * groups a process is), process-invoked.c (the name that it was started by). */

struct cgroup_texts;
struct patients;

struct process_reader {
	int proc_fd;
	struct proc_text text; /* a file until it is parsed */
	struct proc_text cgroup;
	struct cgroup_texts *cgroup_texts;
	struct cgroup_ids cgroup_ids; /* of the process that is read */
	gid_t *groups;
	size_t max_groups;
	struct file_id user_namespace; /* of the daemon */
	struct patients *patients;     /* who may wait; NULL: the caller */
	const struct look *look;       /* NULL: there is none */
	bool no_pidfd_info; /* it cannot be asked: the kernel is too old, or a sandbox forbids it */
	char exe[PATH_MAX];
	char cwd[PATH_MAX];
	char invoked[PATH_MAX];
};

/* The numbers of the groups of the process that is read. */
void process_store_cgroup_ids(struct process_reader *reader, const struct cgroup_ids *ids,
			      struct process *process);

/* FACT_CGROUP, FACT_INVOKED: 0 or -errno, as process_read(). */
int process_read_cgroup(struct process_reader *reader, struct process *process);
int process_read_invoked(struct process_reader *reader, struct process *process);

#endif
