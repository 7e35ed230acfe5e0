/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In which groups a process is: by their numbers, or by the file. */
#include "config.h"

#include <errno.h>

#include "base/protections.h"
#include "process/cgroup-texts.h"
#include "process/identity.h"
#include "process/newborn.h"
#include "process/process-parts.h"

void process_store_cgroup_ids(struct process_reader *reader, const struct cgroup_ids *ids,
			      struct process *process)
{
	reader->cgroup_ids = *ids;
	process->cgroups = &reader->cgroup_ids;
}

/* Is it still in these groups? It may have been moved between their numbers and the text. */
static bool is_still_there(const struct process_reader *reader, const struct process *process)
{
	const struct cgroup_ids *before = process->cgroups;
	struct identity_ids now;
	struct looked looked;

	/* A thread that executes becomes the first one, in whose place that one has ended: what
	 * /proc says of a task that ends is not of the process. */
	if (process->looked)
		return look_at(reader->look, process->tgid, &looked) == 0 &&
		       looked.task == process->looked && looked.identity == process->identity &&
		       look_same_cgroups(&looked.cgroups, before);
	if (process->pidfd < 0)
		return true;
	return identity_read_ids(process->pidfd, &now) == 0 && before->n == 1 &&
	       now.cgroup_id == before->items[0];
}

static int read_cgroup_text(struct process_reader *reader, struct process *process)
{
	ssize_t len;

	process->cgroup = NULL;
	if (process->cgroups)
		process->cgroup = cgroup_texts_find(reader->cgroup_texts, process->cgroups);
	if (process->cgroup)
		return 0;
	len = proc_file_read(reader->proc_fd, process, "cgroup", &reader->cgroup);
	if (len < 0)
		return (int)len;
	process->cgroup = reader->cgroup.data;
	if (process->cgroups && is_still_there(reader, process))
		cgroup_texts_add(reader->cgroup_texts, process->cgroups, process->looked != 0,
				 process->cgroup);
	return 0;
}

int process_read_cgroup(struct process_reader *reader, struct process *process)
{
	int r = read_cgroup_text(reader, process);

	if (r == 0 && !process->tid && PROTECT_NEWBORN && newborn_may_be(process->cgroup)) {
		r = newborn_is(reader->proc_fd, process);
		if (r != 0)
			return r < 0 ? r : -EINPROGRESS;
		/* It is none now, but may have been one. */
		process->cgroups = NULL;
		r = read_cgroup_text(reader, process);
	}
	if (r == 0)
		process->facts |= FACT_CGROUP;
	return r;
}

void process_reader_forget_cgroups(struct process_reader *reader)
{
	cgroup_texts_forget(reader->cgroup_texts);
}
