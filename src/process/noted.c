/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "process/noted.h"

#include "base/executed.h"
#include "base/path.h"
#include "process/identity.h"
#include "process/process.h"

const struct executed *noted_of(struct process *process)
{
	if (!process->executed || process->pidfd < 0)
		return NULL;
	if (!process->identity)
		process->identity = identity_number_in(process->pidfd);
	return process->identity == process->executed->identity ? process->executed : NULL;
}

static void take_exe(const struct executed *executed, struct process *process)
{
	/* Of a zombie, too, there is a note. */
	if (executed->exe[0] == '\0' ||
	    (process->looked == 0 && identity_has_ended(process->pidfd)))
		return;
	process->exe = executed->exe;
	process->exe_base = path_base(executed->exe);
	process->kthread = false;
	process->facts |= FACT_EXE;
}

void noted_take(const struct executed *executed, struct process *process, unsigned facts)
{
	unsigned missing = facts & ~process->facts;

	if ((missing & FACT_GROUPS) && executed->has_groups) {
		process->groups = executed->groups;
		process->n_groups = executed->n_groups;
		process->facts |= FACT_GROUPS;
	}
	if (missing & FACT_EXE)
		take_exe(executed, process);
	if ((missing & FACT_EXE_FILE) && (process->facts & FACT_EXE) && executed->exe_ino) {
		process->exe_file.dev = executed->exe_dev;
		process->exe_file.ino = executed->exe_ino;
		process->facts |= FACT_EXE_FILE;
	}
	if ((missing & FACT_INVOKED) && executed->has_one_name && (process->facts & FACT_EXE)) {
		process->invoked = process->invoked_base = NULL;
		process->invoked_file = (struct file_id){ 0 };
		process->facts |= FACT_INVOKED;
	}
}

bool noted_take_ids(struct process *process)
{
	const struct executed *executed = noted_of(process);

	if (!executed || !executed->has_ids)
		return false;
	process->ppid = executed->ppid;
	process->euid = executed->euid;
	process->egid = executed->egid;
	process->facts |= FACT_STATUS;
	return true;
}

bool noted_is_of_now(const struct process *process)
{
	const struct executed *executed = process->executed;

	return !executed || !executed->has_ids || !(process->facts & FACT_STATUS) ||
	       (process->euid == executed->euid && process->egid == executed->egid);
}
